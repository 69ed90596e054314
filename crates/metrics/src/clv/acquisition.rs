//! What customers brought and will bring, less what winning them cost.
//!
//! # Formula
//! Historic value = margin x paid - cost. A new customer is paid back after the first period k for which
//! `margin x E(spend) x (1 + discounted purchases up to k) >= cost`: the first purchase comes with the customer.
//!
//! # Source
//! Gupta and Lehmann, "Customers as Assets", 2003.

use super::groups::GroupWorth;
use super::interval::Valuer;
use super::{AnyModel, GammaGamma, History, PurchaseModel};
use crate::Error;
use naata_core::{Minor, MoneyUnit};

/// What winning a customer costs, in major units.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Costs {
    /// Of every customer whose group has no amount of its own.
    pub all: Option<f64>,
    /// Of a group's customers, by its name.
    pub of: Vec<(String, f64)>,
}

/// What customers cost and brought.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Acquisition {
    /// Customers whose cost is known.
    pub customers: u64,
    /// What winning them cost.
    pub cost: Minor,
    /// What they paid so far, times the margin.
    pub brought: Minor,
    /// The cost of a group's customer, by position among the groups.
    pub of_groups: Vec<Option<f64>>,
    /// The mean cost of a customer, in major units.
    pub each: f64,
    /// The value of a new customer from the first purchase on, in major units.
    pub new_customer: Option<f64>,
    /// The period within which a new customer is paid back; `None` when none of the plan is.
    pub payback: Option<u32>,
}

impl Costs {
    /// Reads amounts: one for everybody, and `name=amount` for a group.
    ///
    /// # Errors
    /// What is no amount from 0 on; an amount for a group where customers are in no groups.
    pub fn read(items: &[String], grouped: bool) -> Result<Self, Error> {
        let mut out = Self::default();
        let wrong = |item: &String, allowed| Error::Parameter {
            parameter: "acquisition-cost",
            value: item.clone(),
            allowed,
        };
        for item in items {
            let (name, amount) = match item.rsplit_once('=') {
                Some((name, amount)) => (Some(name.trim()), amount),
                None => (None, item.as_str()),
            };
            let amount: f64 = amount.trim().parse().unwrap_or(f64::NAN);
            if !(0.0..=1e12).contains(&amount) {
                return Err(wrong(item, "an amount from 0 on, or GROUP=AMOUNT"));
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

    /// Sets costs against what customers brought and will bring; `None` without a cost.
    pub(super) fn account(
        &self,
        valuer: &Valuer<'_>,
        groups: &[GroupWorth],
        money: MoneyUnit,
        model: Option<&AnyModel>,
        spend: Option<&GammaGamma>,
    ) -> Result<Option<Acquisition>, Error> {
        let Valuer { base, plan, margin, .. } = *valuer;
        if *self == Self::default() {
            return Ok(None);
        }
        let of_groups: Vec<Option<f64>> = groups.iter().map(|g| self.of_group(g.name.as_deref())).collect();
        let everybody =
            [(self.all, base.buyers.len() as u64, base.buyers.iter().map(|b| i128::from(b.paid.0)).sum())];
        let by_group = groups.iter().zip(&of_groups).map(|(g, c)| (*c, g.customers, i128::from(g.paid.0)));
        let parts: Vec<(Option<f64>, u64, i128)> =
            if groups.is_empty() { everybody.to_vec() } else { by_group.collect() };
        let (mut customers, mut cost, mut paid) = (0u64, 0i128, 0i128);
        for (each, n, sum) in parts {
            let Some(each) = each.and_then(|e| money.nearest(e)) else { continue };
            customers += n;
            cost += i128::from(each.0) * i128::from(n);
            paid += sum;
        }
        let cost = Minor::from_wide(cost, "acquisition costs")?;
        let paid = Minor::from_wide(paid, "purchases")?;
        let brought = money.nearest(margin * money.float(paid)).unwrap_or(paid);
        let each = if customers > 0 { money.float(cost) / customers as f64 } else { 0.0 };
        let expected = model.map(|m| m.expected_purchases(&History::NEW, &plan.horizons(base.unit)));
        let once = spend.and_then(GammaGamma::population_mean).map(|s| margin * s);
        let upto = |k: usize| Some(once? * (1.0 + plan.discounted(expected.as_ref()?.get(..k)?)?));
        let payback = (0..=plan.periods).find(|k| upto(*k as usize).is_some_and(|v| v >= each));
        let new_customer = upto(plan.periods as usize);
        Ok(Some(Acquisition { customers, cost, brought, of_groups, each, new_customer, payback }))
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
        for (items, grouped) in
            [(&["much"][..], true), (&["-1"], true), (&["Web=3"], false), (&["NaN"], false)]
        {
            assert!(read(items, grouped).is_err(), "{items:?}");
        }
    }
}
