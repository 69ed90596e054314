//! Churn and kept revenue by group of accounts: by plan, by the year they began, or by any fact that names.
//!
//! # Formula
//! As for all accounts ([`crate::churn::turnover`]), over all periods shown as one: a group's own accounts at the start
//! are its denominator, and who joins it later is in none of its rates. Every account is in one group only, so groups
//! add up to all accounts. The reason of leaving divides nobody: who stayed has none.

use crate::Error;
use crate::churn::rates::{Turnover, turnover};
use naata_answer::{ChartKind, Column, Table};
use naata_core::{CustomerIx, Day, Histories, MoneyUnit, SubscriptionRow, Texts};
use naata_facts::{FactValue, Facts};
use std::collections::BTreeMap;

/// Groups by the plan at the start, or the one an account began with later.
pub(crate) const PLAN: &str = "plan";

/// Groups by the year in which an account began.
pub(crate) const COHORT: &str = "cohort";

/// Groups of fewer accounts at the start are marked: their rates say little of the group.
pub const SMALL: u64 = 30;

/// One group's churn and kept revenue.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct GroupTurnover {
    /// Its name; `None` for accounts of which it is not known.
    pub name: Option<Box<str>>,
    /// What it lost, won and kept from the first to the last day shown.
    pub turnover: Turnover,
}

impl GroupTurnover {
    /// Whether fewer than [`SMALL`] accounts stand behind its rates.
    pub fn small(&self) -> bool {
        self.turnover.logos.start < SMALL
    }
}

/// Divides accounts and measures each group between two days; a group without an account in that time is not shown.
///
/// # Errors
/// A fact that is not there, or holds numbers, amounts or days; a sum of money that leaves 64 bits.
pub fn turnover_by(
    subscriptions: &Histories<SubscriptionRow>,
    texts: &Texts,
    facts: &Facts,
    by: &str,
    (from, to): (Day, Day),
) -> Result<Vec<GroupTurnover>, Error> {
    let column = match by {
        PLAN | COHORT => None,
        // Facts have their domain before a point; anything else is a word that was mistyped.
        word if !word.contains('.') => {
            return Err(Error::Parameter {
                parameter: "by",
                value: word.into(),
                allowed: "plan, cohort, reason, or a fact such as customers.industry",
            });
        }
        fact => Some(facts.column(fact)?),
    };
    if let Some(c) =
        column.filter(|c| !matches!(c.holds(), naata_facts::Kind::Class | naata_facts::Kind::Flag))
    {
        return Err(Error::NoClasses { fact: by.into(), holds: c.kind() });
    }
    let name = |who: CustomerIx, rows: &[SubscriptionRow]| -> Option<Box<str>> {
        let ran = |s: &&SubscriptionRow| s.ended.is_none_or(|e| s.started < e);
        let first = rows.iter().filter(ran).min_by_key(|s| (s.started, s.plan))?;
        match column.map(|c| c.value(who)) {
            None if by == COHORT => first.started.ymd().map(|(year, ..)| year.to_string().into()),
            None => {
                let at_start = |s: &&SubscriptionRow| s.started <= from && s.ended.is_none_or(|e| e > from);
                let row = rows.iter().filter(at_start).max_by_key(|s| (s.started, s.plan)).unwrap_or(first);
                texts.get(row.plan).map(Box::from)
            }
            Some(Some(FactValue::Class(name))) => Some(name.into()),
            Some(Some(FactValue::Flag(yes))) => Some(if yes { "yes" } else { "no" }.into()),
            Some(_) => None,
        }
    };
    let mut of: BTreeMap<Option<Box<str>>, Vec<&[SubscriptionRow]>> = BTreeMap::new();
    for (who, rows) in subscriptions.iter().filter(|(_, rows)| !rows.is_empty()) {
        of.entry(name(who, rows)).or_default().push(rows);
    }
    let one = |(name, accounts): (Option<Box<str>>, Vec<&[SubscriptionRow]>)| {
        Ok(GroupTurnover { name, turnover: turnover(accounts.into_iter(), from, to)? })
    };
    let mut out: Vec<GroupTurnover> = of.into_iter().map(one).collect::<Result<_, Error>>()?;
    out.retain(|GroupTurnover { turnover: t, .. }| {
        t.logos.start + t.logos.new + t.logos.returned + t.logos.passed_through > 0
    });
    out.sort_by_key(|g| g.name.is_none());
    Ok(out)
}

/// The groups as a table.
pub(crate) fn table(groups: &[GroupTurnover], unit: MoneyUnit) -> Table {
    let count =
        |f: &dyn Fn(&Turnover) -> u64| Column::Count(groups.iter().map(|g| Some(f(&g.turnover))).collect());
    let share =
        |f: &dyn Fn(&Turnover) -> Option<f64>| Column::Share(groups.iter().map(|g| f(&g.turnover)).collect());
    let end = |t: &Turnover| t.logo_churn().and_then(|e| e.interval);
    let money = |f: &dyn Fn(&Turnover) -> naata_core::Minor| {
        Column::Money(groups.iter().map(|g| Some(f(&g.turnover))).collect(), unit)
    };
    let names = groups.iter().map(|g| Some(g.name.clone().unwrap_or_else(|| "?".into()))).collect();
    Table::figures("groups")
        .with("group", Column::Text(names))
        .with("active", count(&|t| t.logos.start))
        .with("lost", count(&|t| t.logos.lost))
        .with("new", count(&|t| t.logos.new))
        .with("returned", count(&|t| t.logos.returned))
        .with("passed_through", count(&|t| t.logos.passed_through))
        .with("logo_churn", share(&|t| t.logo_churn().map(|e| e.value)))
        .with("low", share(&|t| end(t).map(|i| i.0)))
        .with("high", share(&|t| end(t).map(|i| i.1)))
        .with("revenue_start", money(&|t| t.revenue.start))
        .with("revenue_churn", share(&Turnover::revenue_churn))
        .with("gross_retention", share(&Turnover::gross_retention))
        .with("net_retention", share(&Turnover::net_retention))
        .with("unpriced", count(&|t| t.revenue.unpriced))
        .with("small", Column::Flag(groups.iter().map(|g| Some(g.small())).collect()))
        .chart(
            "churn.rate.groups",
            ChartKind::Intervals { label: "group", value: "logo_churn", low: "low", high: "high" },
        )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::churn::relationship::tests::{Row, histories};
    use naata_core::Symbols;
    use naata_facts::Column as Fact;

    const DAYS: (Day, Day) = (Day(360), Day(420));

    /// Three hundred accounts, each with one to three subscriptions of two plans, some of them without a price.
    fn rows() -> Vec<Row> {
        let mut state = 7u64;
        let mut below = |n: u64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) % n
        };
        let mut out = Vec::new();
        for who in 0..300 {
            for _ in 0..=below(3) {
                let started = below(440) as i32;
                let ended = (below(3) > 0).then(|| started + below(200) as i32 - 5);
                out.push((
                    who,
                    started,
                    ended,
                    below(2) as u32,
                    (below(20) > 0).then(|| 100 + below(900) as i64),
                ));
            }
        }
        out
    }

    fn texts() -> Texts {
        let mut symbols = Symbols::default();
        for t in ["Basic", "Gold"] {
            symbols.intern(t).unwrap();
        }
        symbols.seal().0
    }

    fn facts(n: usize) -> Facts {
        let mut facts = Facts::new(n, Day(800));
        let flags = (0..n).map(|i| (i % 7 != 4).then_some(i % 3 == 0)).collect();
        facts.put_column("customers.vip", Fact::Flag(flags), Day(0)).unwrap();
        facts.put_column("customers.age", Fact::Number(vec![None; n]), Day(0)).unwrap();
        facts
    }

    #[test]
    fn groups_add_up_to_all_accounts() {
        let subscriptions = histories(&rows());
        let (texts, facts) = (texts(), facts(subscriptions.customers()));
        let all = turnover(subscriptions.iter().map(|(_, rows)| rows), DAYS.0, DAYS.1).unwrap();
        assert!(all.logos.lost > 10 && all.logos.new > 10 && all.logos.returned > 10, "{all:?}");
        for (by, n) in [(PLAN, 2), (COHORT, 2), ("customers.vip", 3)] {
            let groups = turnover_by(&subscriptions, &texts, &facts, by, DAYS).unwrap();
            assert_eq!(groups.len(), n, "{by}");
            let sum = |f: &dyn Fn(&Turnover) -> i64| groups.iter().map(|g| f(&g.turnover)).sum::<i64>();
            let parts: [&dyn Fn(&Turnover) -> i64; 9] = [
                &|t| t.logos.start as i64,
                &|t| t.logos.lost as i64,
                &|t| t.logos.new as i64,
                &|t| t.logos.returned as i64,
                &|t| t.logos.passed_through as i64,
                &|t| t.logos.end as i64,
                &|t| t.revenue.start.0,
                &|t| t.revenue.end.0,
                &|t| t.revenue.unpriced as i64,
            ];
            for (i, part) in parts.iter().enumerate() {
                assert_eq!(sum(part), part(&all), "{by} {i}");
            }
        }
    }

    #[test]
    fn each_group_is_what_a_count_by_hand_gives() {
        let rows = rows();
        let subscriptions = histories(&rows);
        let (texts, facts) = (texts(), facts(subscriptions.customers()));
        let groups = turnover_by(&subscriptions, &texts, &facts, "customers.vip", DAYS).unwrap();
        let wanted = [(Some("no"), Some(false)), (Some("yes"), Some(true)), (None, None)];
        for (group, (name, vip)) in groups.iter().zip(wanted) {
            assert_eq!(group.name.as_deref(), name);
            let (mut active, mut lost) = (0u64, 0u64);
            let [mut start, mut gone, mut kept, mut after] = [0f64; 4];
            for who in (0..300u32).filter(|i| (i % 7 != 4).then_some(i % 3 == 0) == vip) {
                let on = |day: Day| -> Vec<Option<i64>> {
                    let runs = |r: &&Row| r.0 == who && r.1 <= day.0 && r.2.is_none_or(|e| day.0 < e);
                    rows.iter().filter(runs).map(|r| r.4).collect()
                };
                let (a, b) = (on(DAYS.0), on(DAYS.1));
                if a.is_empty() {
                    continue;
                }
                active += 1;
                lost += u64::from(b.is_empty());
                let money = |of: &[Option<i64>]| of.iter().copied().sum::<Option<i64>>();
                let Some((x, y)) = money(&a).zip(money(&b)) else { continue };
                start += x as f64;
                gone += if b.is_empty() { x as f64 } else { 0.0 };
                kept += x.min(y) as f64;
                after += y as f64;
            }
            let t = &group.turnover;
            assert_eq!((t.logos.start, t.logos.lost), (active, lost));
            assert_eq!(group.small(), active < 30, "{active}");
            assert_eq!(t.logo_churn().unwrap().value, lost as f64 / active as f64);
            assert_eq!(t.revenue_churn(), Some(gone / start));
            assert_eq!(t.gross_retention(), Some(kept / start));
            assert_eq!(t.net_retention(), Some(after / start));
        }
    }

    #[test]
    fn plan_and_cohort_are_of_the_day_the_time_begins() {
        // A change of plan before the time, one within it, one who begins within it, one long gone, one of no time.
        let subscriptions = histories(&[
            (0, 0, Some(200), 0, Some(5)),
            (0, 200, None, 1, Some(9)),
            (1, 0, Some(400), 0, Some(5)),
            (1, 400, None, 1, Some(9)),
            (2, 380, None, 1, Some(7)),
            (3, 0, Some(100), 0, Some(3)),
            (4, 366, Some(366), 0, Some(3)),
        ]);
        let (texts, facts) = (texts(), facts(subscriptions.customers()));
        let by = |by: &str| turnover_by(&subscriptions, &texts, &facts, by, DAYS);
        let counted = |of: Vec<GroupTurnover>| -> Vec<(String, u64, u64, i64)> {
            let of = of.into_iter().map(|g| (g.name.unwrap().into(), g.turnover));
            of.map(|(n, t)| (n, t.logos.start, t.logos.new, t.revenue.expansion.0)).collect()
        };
        let plans = [("Basic".to_owned(), 1, 0, 4), ("Gold".to_owned(), 1, 1, 0)];
        assert_eq!(counted(by(PLAN).unwrap()), plans);
        let cohorts = [("1970".to_owned(), 2, 0, 4), ("1971".to_owned(), 0, 1, 0)];
        assert_eq!(counted(by(COHORT).unwrap()), cohorts);
        let code = |fact: &str| by(fact).unwrap_err().code();
        assert_eq!((code("customers.age"), code("customers.vpi")), ("metrics.no_classes", "facts.unknown"));
        assert_eq!(code("plna"), "metrics.parameter");
    }
}
