//! The churn rate taken apart by the reason that was given.
//!
//! # Formula
//! Of the accounts active on the first day, those lost by the last, by the reason of the subscription that ended last:
//! rate of a reason = lost for it / active. Every lost account has one reason, or none given, so that the rates add up to
//! the rate of all; reasons that compete over longer times are told apart by cumulative incidence
//! ([`crate::churn::survival`], one curve a reason).
//!
//! # Source
//! Definitions; interval: Wilson, 1927.

use crate::Error;
use crate::churn::rates::{standing, turnover};
use crate::estimate::{Estimate, ratio, share};
use naata_answer::{ChartKind, Column, Table};
use naata_core::{Day, Histories, Minor, MoneyUnit, SubscriptionRow, Symbol, Texts};
use std::collections::BTreeMap;

/// The name by which this division is asked for.
pub(crate) const REASON: &str = "reason";

/// What was lost for one reason.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ReasonRate {
    /// The reason; `None` where none was given.
    pub reason: Option<Box<str>>,
    /// Accounts active at the start, the same for every reason.
    pub active: u64,
    /// Of those, accounts lost for it.
    pub lost: u64,
    /// Their monthly revenue at the start, where it is known.
    pub churned: Minor,
    /// That of all accounts active at the start, where prices are known.
    pub start: Minor,
}

impl ReasonRate {
    /// The share of accounts lost for the reason, with Wilson's interval.
    pub fn rate(&self) -> Option<Estimate> {
        share(self.lost, self.active)
    }

    /// The share of monthly revenue lost for the reason.
    pub fn revenue(&self) -> Option<f64> {
        ratio(self.churned.0, self.start.0)
    }
}

/// The subscription that ended last up to a day, and when.
pub(crate) fn last_ended(rows: &[SubscriptionRow], to: Day) -> Option<(Day, &SubscriptionRow)> {
    let ended = rows.iter().filter_map(|s| Some((s.ended.filter(|e| s.started <= *e && *e <= to)?, s)));
    ended.max_by_key(|(e, s)| (*e, s.started, s.plan, s.reason))
}

/// What was lost between two days by reason: the commonest first, no reason given last.
///
/// # Errors
/// A time without days; a sum of money that leaves 64 bits.
pub fn reasons_of(
    subscriptions: &Histories<SubscriptionRow>,
    texts: &Texts,
    (from, to): (Day, Day),
) -> Result<Vec<ReasonRate>, Error> {
    let all = turnover(subscriptions.iter().map(|(_, rows)| rows), from, to)?;
    let mut of: BTreeMap<Symbol, (u64, i128)> = BTreeMap::new();
    for (_, rows) in subscriptions.iter() {
        let before = standing(rows, from);
        if !before.active || standing(rows, to).active {
            continue;
        }
        let reason = last_ended(rows, to).map_or(Symbol::NONE, |(_, s)| s.reason);
        let tally = of.entry(reason).or_default();
        tally.0 += 1;
        tally.1 += before.monthly.unwrap_or(0);
    }
    let one = |(reason, (lost, churned)): (Symbol, (u64, i128))| {
        Ok(ReasonRate {
            reason: texts.get(reason).map(Box::from),
            active: all.logos.start,
            lost,
            churned: Minor::from_wide(churned, "lost revenue")?,
            start: all.revenue.start,
        })
    };
    let mut out: Vec<ReasonRate> = of.into_iter().map(one).collect::<Result<_, Error>>()?;
    out.sort_by(|a, b| (a.reason.is_none(), b.lost, &a.reason).cmp(&(b.reason.is_none(), a.lost, &b.reason)));
    Ok(out)
}

/// The reasons as a table.
pub(crate) fn table(of: &[ReasonRate], unit: MoneyUnit) -> Table {
    let end = |r: &ReasonRate| r.rate().and_then(|e| e.interval);
    let shares = |f: &dyn Fn(&ReasonRate) -> Option<f64>| Column::Share(of.iter().map(f).collect());
    let reasons = of.iter().map(|r| Some(r.reason.clone().unwrap_or_else(|| "?".into()))).collect();
    Table::figures("by_reason")
        .with("reason", Column::Text(reasons))
        .with("active", Column::Count(of.iter().map(|r| Some(r.active)).collect()))
        .with("lost", Column::Count(of.iter().map(|r| Some(r.lost)).collect()))
        .with("logo_churn", shares(&|r| r.rate().map(|e| e.value)))
        .with("low", shares(&|r| end(r).map(|i| i.0)))
        .with("high", shares(&|r| end(r).map(|i| i.1)))
        .with("revenue_churned", Column::Money(of.iter().map(|r| Some(r.churned)).collect(), unit))
        .with("revenue_churn", shares(&ReasonRate::revenue))
        .chart(
            "churn.rate.by_reason",
            ChartKind::Intervals { label: "reason", value: "logo_churn", low: "low", high: "high" },
        )
}

#[cfg(test)]
mod tests {
    use super::*;
    use naata_core::{CustomerIx, Symbols};

    #[test]
    fn reasons_add_up_to_the_rate_of_all() {
        let mut symbols = Symbols::default();
        let (moved, price) = (symbols.intern("moved").unwrap(), symbols.intern("price").unwrap());
        // Interned in order of text, so that sealing renumbers nothing.
        let texts = symbols.seal().0;
        let row = |who, started, ended: Option<i32>, reason, monthly: Option<i64>| SubscriptionRow {
            who: CustomerIx(who),
            id: Symbol::NONE,
            plan: Symbol::NONE,
            reason,
            started: Day(started),
            ended: ended.map(Day),
            monthly: monthly.map(Minor),
        };
        let rows = [
            row(0, 0, Some(40), price, Some(300)),
            row(1, 0, Some(45), price, Some(200)),
            row(2, 0, Some(50), moved, None),
            row(3, 0, Some(55), Symbol::NONE, Some(100)),
            row(4, 0, None, Symbol::NONE, Some(400)),
            // Left and came back within the time: not lost, whatever the reason was.
            row(5, 0, Some(35), price, Some(500)),
            row(5, 50, None, Symbol::NONE, Some(500)),
            // Joined within the time: in no rate.
            row(6, 40, Some(50), moved, Some(700)),
        ];
        let all = Histories::group(7, &rows, |r| (r.started, r.ended)).unwrap();
        let found = reasons_of(&all, &texts, (Day(30), Day(60))).unwrap();
        let seen: Vec<(Option<&str>, u64, u64, i64)> =
            found.iter().map(|r| (r.reason.as_deref(), r.active, r.lost, r.churned.0)).collect();
        assert_eq!(seen, [(Some("price"), 6, 2, 500), (Some("moved"), 6, 1, 0), (None, 6, 1, 100)]);
        let whole = turnover(all.iter().map(|(_, rows)| rows), Day(30), Day(60)).unwrap();
        assert_eq!(found.iter().map(|r| r.lost).sum::<u64>(), whole.logos.lost);
        assert_eq!(found.iter().map(|r| r.churned.0).sum::<i64>(), whole.revenue.churned.0);
        let sum: f64 = found.iter().map(|r| r.rate().unwrap().value).sum();
        assert!((sum - whole.logo_churn().unwrap().value).abs() < 1e-15);
    }
}
