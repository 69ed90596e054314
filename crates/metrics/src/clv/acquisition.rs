//! What customers brought and will bring, less what winning them cost.
//!
//! # Formula
//! Historic value = margin x paid - cost; value in all = that + what is still expected. Customers whose cost is not known
//! are counted and in neither. A new customer is paid back after the first period k for which
//! `margin x E(spend) x (1 + discounted purchases up to k) >= cost`: the first purchase comes with the customer.
//!
//! # Source
//! Gupta and Lehmann, "Customers as Assets", 2003.

use super::groups::GroupWorth;
use super::interval::Valuer;
use super::{AnyModel, GammaGamma, History, PurchaseModel, Worth};
use crate::Error;
use naata_core::{CustomerIx, Minor, MoneyUnit};
use naata_facts::{Column, Facts};
use naata_math::exact_sum;

/// What winning a customer costs, in major units.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Costs {
    /// Of every customer who has no amount by fact or group.
    pub all: Option<f64>,
    /// Of a group's customers, by its name.
    pub of: Vec<(String, f64)>,
    /// The fact that states each customer's own.
    pub fact: Option<String>,
}

/// Customers, what winning those of a known cost took, and what they brought.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Won {
    /// Customers whose cost is known.
    pub customers: u64,
    /// Customers whose cost is not known; they are in none of the sums.
    pub unknown: u64,
    /// What winning them cost.
    pub cost: Minor,
    /// What they paid so far, times the margin.
    pub brought: Minor,
    /// That, and what is still expected of them, in major units; `None` without a model of everybody's value.
    pub in_all: Option<f64>,
}

impl Won {
    /// The mean cost of a customer, in major units; `None` where nobody's is known.
    pub fn each(&self, money: MoneyUnit) -> Option<f64> {
        (self.customers > 0).then(|| money.float(self.cost) / self.customers as f64)
    }
}

/// What customers cost and brought.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Acquisition {
    /// All customers.
    pub all: Won,
    /// The customers of each group.
    pub of_groups: Vec<Won>,
    /// The value of a new customer from the first purchase on, in major units.
    pub new_customer: Option<f64>,
    /// The period within which a new customer of mean cost is paid back; `None` when none of the plan is.
    pub payback: Option<u32>,
}

impl Costs {
    /// Whether an item names a fact.
    pub(super) fn is_fact(item: &str) -> bool {
        !item.contains('=') && item.contains('.') && item.starts_with(|c: char| c.is_ascii_alphabetic())
    }

    /// Reads amounts: one for everybody, `name=amount` for a group, or a fact that states each customer's own.
    ///
    /// # Errors
    /// What is no amount from 0 on, and no fact; an amount for a group where customers are in no groups.
    pub fn read(items: &[String], grouped: bool) -> Result<Self, Error> {
        let mut out = Self::default();
        let wrong = |item: &String, allowed| Error::Parameter {
            parameter: "acquisition-cost",
            value: item.clone(),
            allowed,
        };
        for item in items {
            if Self::is_fact(item) {
                out.fact = Some(item.clone());
                continue;
            }
            let (name, amount) = match item.rsplit_once('=') {
                Some((name, amount)) => (Some(name.trim()), amount),
                None => (None, item.as_str()),
            };
            let amount: f64 = amount.trim().parse().unwrap_or(f64::NAN);
            if !(0.0..=1e12).contains(&amount) {
                return Err(wrong(
                    item,
                    "an amount from 0 on, GROUP=AMOUNT, or a fact such as customers.cost",
                ));
            }
            match name {
                Some(_) if !grouped => return Err(wrong(item, "an amount for all: groups need --by")),
                Some(name) => out.of.push((name.into(), amount)),
                None => out.all = Some(amount),
            }
        }
        Ok(out)
    }

    fn of_group(&self, name: Option<&str>) -> Option<f64> {
        let own = name.and_then(|n| self.of.iter().find(|(of, _)| of == n));
        own.map(|(_, amount)| *amount).or(self.all)
    }

    /// The amounts of the fact that states them; a negative one counts as not known.
    fn stated(&self, facts: &Facts, money: MoneyUnit) -> Result<Vec<Option<Minor>>, Error> {
        let Some(fact) = &self.fact else { return Ok(Vec::new()) };
        match facts.column(fact)? {
            Column::Money(of, unit) if *unit == money => {
                Ok(of.iter().map(|m| m.filter(|m| m.0 >= 0)).collect())
            }
            _ => Err(Error::Parameter {
                parameter: "acquisition-cost",
                value: fact.clone(),
                allowed: "a fact of amounts in the currency of the purchases, such as customers.cost",
            }),
        }
    }

    /// Sets costs against what customers brought and will bring; `None` without a cost.
    pub(super) fn account(
        &self,
        valuer: &Valuer<'_>,
        rows: &[Worth],
        groups: &[GroupWorth],
        money: MoneyUnit,
        facts: &Facts,
        (model, spend): (Option<&AnyModel>, Option<&GammaGamma>),
    ) -> Result<Option<Acquisition>, Error> {
        let Valuer { base, plan, margin, .. } = *valuer;
        if *self == Self::default() {
            return Ok(None);
        }
        let stated = self.stated(facts, money)?;
        let own = |who: CustomerIx| stated.get(who.at()).copied().flatten();
        let won = |of: &mut dyn Iterator<Item = usize>, others: Option<f64>| -> Result<Won, Error> {
            let others = others.and_then(|e| money.nearest(e));
            let (mut out, mut cost, mut paid) = (Won::default(), 0i128, 0i128);
            let mut ahead = Some(Vec::new());
            for (b, w) in of.filter_map(|i| base.buyers.get(i).zip(rows.get(i))) {
                let Some(each) = own(b.who).or(others) else {
                    out.unknown += 1;
                    continue;
                };
                out.customers += 1;
                cost += i128::from(each.0);
                paid += i128::from(b.paid.0);
                ahead = ahead.zip(w.clv).map(|(mut all, v)| {
                    all.push(v);
                    all
                });
            }
            out.cost = Minor::from_wide(cost, "acquisition costs")?;
            let paid = Minor::from_wide(paid, "purchases")?;
            out.brought = money.nearest(margin * money.float(paid)).unwrap_or(paid);
            let known = out.customers > 0;
            out.in_all = ahead.filter(|_| known).map(|v| money.float(out.brought) + exact_sum(v));
            Ok(out)
        };
        let by_group =
            groups.iter().map(|g| won(&mut g.of.iter().copied(), self.of_group(g.name.as_deref())));
        let of_groups: Vec<Won> = by_group.collect::<Result<_, _>>()?;
        let all = if groups.is_empty() {
            won(&mut (0..base.buyers.len()), self.all)?
        } else {
            let sum = |f: &dyn Fn(&Won) -> i64, what| {
                Minor::from_wide(of_groups.iter().map(|w| i128::from(f(w))).sum(), what)
            };
            let parts: Option<Vec<f64>> =
                of_groups.iter().filter(|w| w.customers > 0).map(|w| w.in_all).collect();
            Won {
                customers: of_groups.iter().map(|w| w.customers).sum(),
                unknown: of_groups.iter().map(|w| w.unknown).sum(),
                cost: sum(&|w| w.cost.0, "acquisition costs")?,
                brought: sum(&|w| w.brought.0, "purchases")?,
                in_all: parts.filter(|p| !p.is_empty()).map(exact_sum),
            }
        };
        let expected = model.map(|m| m.expected_purchases(&History::NEW, &plan.horizons(base.unit)));
        let once = spend.and_then(GammaGamma::population_mean).map(|s| margin * s);
        let upto = |k: usize| Some(once? * (1.0 + plan.discounted(expected.as_ref()?.get(..k)?)?));
        let each = all.each(money);
        let paid_back = |k: u32| upto(k as usize).zip(each).is_some_and(|(v, cost)| v >= cost);
        let payback = (0..=plan.periods).find(|k| paid_back(*k));
        let new_customer = upto(plan.periods as usize);
        Ok(Some(Acquisition { all, of_groups, new_customer, payback }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn costs_are_read_by_group_or_for_all() {
        let read = |items: &[&str], grouped| {
            Costs::read(&items.iter().map(|s| (*s).to_string()).collect::<Vec<_>>(), grouped)
        };
        let costs = read(&["12.5", "Web shop=40"], true).unwrap();
        assert_eq!(
            (costs.of_group(Some("Web shop")), costs.of_group(Some("Fair"))),
            (Some(40.0), Some(12.5))
        );
        assert_eq!((costs.of_group(None), costs.all), (Some(12.5), Some(12.5)));
        let stated = read(&["customers.cost", "9"], false).unwrap();
        assert_eq!((stated.fact.as_deref(), stated.all), (Some("customers.cost"), Some(9.0)));
        for (items, grouped) in
            [(&["much"][..], true), (&["-1"], true), (&["Web=3"], false), (&["NaN"], false)]
        {
            assert!(read(items, grouped).is_err(), "{items:?}");
        }
    }
}
