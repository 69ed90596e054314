//! Growth accounting: who is new, who came back, who stayed away, period by period.
//!
//! # Formula
//! A customer is active in a period with at least one purchase. Of the active ones,
//! - new: first purchase in this period (those who may be older than the export are counted apart)
//! - returning: active in the period before too
//! - resurrected: active before, yet not in the period before
//!
//! and churned are those active in the period before and not in this one. Exactly:
//! `active = new + older + returning + resurrected` and `active of the period before = returning + churned`.
//! Quick ratio = (new + resurrected) / churned.
//!
//! Active customers of a day, of 7 and of 30 days end on the day of the question, that day included; stickiness =
//! mean active customers a day over 30 calendar days / active customers of these 30 days.
//!
//! # Source
//! Jonathan Hsu, "Diligence at Social Capital: Accounting for User Growth", 2015; Mamoon Hamid (quick ratio).

use crate::period::{Beginning, Period};
use crate::{Error, estimate};
use naata_answer::{
    Action, Analysis, Answer, Card, Cell, ChartKind, Column, Message, Present, Refusal, Stake, Table, params,
};
use naata_core::{Context, CustomerIx, CustomerRow, Day, Histories, Minor, MoneyUnit, PurchaseRow};

params! {
    /// Parameters of growth accounting.
    pub struct GrowthParams {
        /// The period
        period: Period = Period::Month,
        /// Days from the start of the export in which a first purchase may not be the first
        older_within: u32 = 28,
    }
}

/// One period.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Flow {
    /// The number of the period.
    pub number: i32,
    /// Customers with a purchase.
    pub active: u64,
    /// Those with their first purchase.
    pub new: u64,
    /// Those with their first purchase in the export, who may be older.
    pub older: u64,
    /// Those who were active in the period before.
    pub returning: u64,
    /// Those who were active before, yet not in the period before.
    pub resurrected: u64,
    /// Those of the period before who were not active.
    pub churned: u64,
}

impl Flow {
    /// (new + resurrected) / churned; `None` where nobody churned.
    pub fn quick_ratio(&self) -> Option<f64> {
        (self.churned > 0).then(|| (self.new + self.resurrected) as f64 / self.churned as f64)
    }
}

/// Active customers of windows that end on the day of the question.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Activity {
    /// Of the day.
    pub day: u64,
    /// Of seven days.
    pub week: u64,
    /// Of thirty days.
    pub month: u64,
    /// Sum over thirty days of the customers of each day.
    pub customer_days: u64,
}

impl Activity {
    /// Mean active customers a day over thirty days.
    pub fn mean_day(&self) -> f64 {
        self.customer_days as f64 / 30.0
    }

    /// Mean active customers a day / active customers of thirty days; `None` without any.
    pub fn stickiness(&self) -> Option<f64> {
        (self.month > 0).then(|| self.mean_day() / self.month as f64)
    }
}

/// Active customers of a day, of 7 and of 30 days up to a day.
pub fn activity(purchases: &Histories<PurchaseRow>, as_of: Day) -> Activity {
    let mut out = Activity { day: 0, week: 0, month: 0, customer_days: 0 };
    for (_, rows) in purchases.iter() {
        let mut days: Vec<i64> = rows
            .iter()
            .filter(|p| !p.is_refund())
            .map(|p| as_of.since(p.day))
            .filter(|ago| (0..30).contains(ago))
            .collect();
        days.dedup();
        let nearest = days.last().copied();
        out.day += u64::from(nearest == Some(0));
        out.week += u64::from(nearest.is_some_and(|ago| ago < 7));
        out.month += u64::from(nearest.is_some());
        out.customer_days += days.len() as u64;
    }
    out
}

/// A customer who was active in the period before the last finished one and not since.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lapsed {
    /// The customer.
    pub customer: CustomerIx,
    /// The day of the last purchase.
    pub last: Day,
    /// What was paid in the period before.
    pub paid: Minor,
}

/// Growth accounting of a base.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Growth {
    /// The period.
    pub period: Period,
    /// The unit of all amounts.
    pub unit: MoneyUnit,
    /// Finished periods, oldest first, also those without a purchase; the first has no period before.
    pub finished: Vec<Flow>,
    /// The period that is not over, when there is one.
    pub running: Option<Flow>,
    /// Active customers of the last days.
    pub activity: Activity,
    /// Customers active in the last finished period but one, and not since.
    pub lapsed: Vec<Lapsed>,
    /// Purchases left out because they have no customer.
    pub without_customer: u64,
    /// Purchases left out because they are later than the day of the question.
    pub later: u64,
}

/// Accounts for the growth of a base. `customers` tells when the business recorded a customer, where it knows.
pub fn growth(
    purchases: &Histories<PurchaseRow>,
    customers: Option<&Histories<CustomerRow>>,
    unit: MoneyUnit,
    params: &GrowthParams,
    cx: &Context<'_>,
) -> Result<Growth, Error> {
    let period = params.period;
    let nobody = || Error::NoBuyers { as_of: cx.as_of };
    let bought = |p: &&PurchaseRow| !p.is_refund() && p.day <= cx.as_of;
    let first = purchases.rows().iter().filter(bought).map(|p| p.day).min().ok_or_else(nobody)?;
    let from = period.number(first).ok_or_else(nobody)?;
    let to = period.number(cx.as_of).ok_or_else(nobody)?;
    let mut flows: Vec<Flow> = (from..=to).map(|number| Flow { number, ..Flow::default() }).collect();
    let at = |n: i32| usize::try_from(i64::from(n) - i64::from(from)).unwrap_or(usize::MAX);
    let is_over = period.end(to).is_some_and(|end| end <= cx.as_of);
    let closed = if is_over { to } else { to - 1 };
    let begin = Beginning { from: cx.history_from, within: params.older_within, customers };
    let mut lapsed = Vec::new();
    for (who, rows) in purchases.iter() {
        let mut before: Option<i32> = None;
        for p in rows.iter().filter(bought) {
            let Some(n) = period.number(p.day).filter(|n| Some(*n) != before) else { continue };
            if let Some(flow) = flows.get_mut(at(n)) {
                flow.active += 1;
                *match before {
                    None if begin.may_be_older(who, p.day) => &mut flow.older,
                    None => &mut flow.new,
                    Some(b) if b == n - 1 => &mut flow.returning,
                    Some(_) => &mut flow.resurrected,
                } += 1;
            }
            // Who is active in a period and not in the next has churned in the next.
            if let Some(b) = before.filter(|b| *b < n - 1)
                && let Some(flow) = flows.get_mut(at(b + 1))
            {
                flow.churned += 1;
            }
            before = Some(n);
        }
        if let Some(b) = before
            && let Some(flow) = flows.get_mut(at(b + 1))
        {
            flow.churned += 1;
            if b == closed - 1 {
                let there = rows.iter().filter(bought).filter(|p| period.number(p.day) == Some(b));
                let paid = there.clone().map(|p| i128::from(p.amount.0)).sum();
                let last = there.map(|p| p.day).max().unwrap_or(first);
                let paid = Minor::from_wide(paid, "a customer's purchases")?;
                lapsed.push(Lapsed { customer: who, last, paid });
            }
        }
    }
    let running = if is_over { None } else { flows.pop() };
    Ok(Growth {
        period,
        unit,
        finished: flows,
        running,
        activity: activity(purchases, cx.as_of),
        lapsed,
        without_customer: purchases.loose().iter().filter(|p| p.day <= cx.as_of).count() as u64,
        later: purchases.rows().iter().chain(purchases.loose()).filter(|p| p.day > cx.as_of).count() as u64,
    })
}

/// The words besides those of tables, columns and the head.
const WORDS: &[&str] = &[
    "message.growth.last",
    "message.growth.older",
    "action.growth.win_back",
    "action.growth.nobody_lapsed",
    "action.growth.too_short",
    "chart.growth.flows",
    "chart.growth.active",
    "finding.segments.without_customer",
    "finding.segments.later_rows",
    "word.period.day",
    "word.period.week",
    "word.period.month",
    "word.period.quarter",
];

fn table(key: &'static str, period: Period, flows: &[Flow], first_is_opening: bool) -> Table {
    let count = |of: fn(&Flow) -> u64| Column::Count(flows.iter().map(|f| Some(of(f))).collect());
    // Before the first period nothing is known: nobody can have come back or stayed away.
    let known = |i: usize| !(first_is_opening && i == 0);
    let later = |of: fn(&Flow) -> u64| {
        Column::Count(flows.iter().enumerate().map(|(i, f)| known(i).then(|| of(f))).collect())
    };
    let label = |f: &Flow| period.label(f.number).map(Box::from);
    Table::figures(key)
        .with("period", Column::Text(flows.iter().map(label).collect()))
        .with("start", Column::Day(flows.iter().map(|f| period.start(f.number)).collect()))
        .with("active", count(|f| f.active))
        .with("new", count(|f| f.new))
        .with("older", count(|f| f.older))
        .with("returning", later(|f| f.returning))
        .with("resurrected", later(|f| f.resurrected))
        .with("churned", later(|f| f.churned))
        .with("quick_ratio", Column::Number(flows.iter().map(Flow::quick_ratio).collect()))
}

impl Present for Growth {
    fn answer(&self) -> Answer {
        let mut a = Answer::default();
        a.set("period", Cell::Word { family: "period", name: self.period.word() });
        a.set("active.day", Cell::Count(self.activity.day));
        a.set("active.week", Cell::Count(self.activity.week));
        a.set("active.month", Cell::Count(self.activity.month));
        a.set("active.mean_day", Cell::Number(self.activity.mean_day()));
        a.set("active.stickiness", self.activity.stickiness().map_or(Cell::Missing, Cell::Share));
        let finished = table("periods", self.period, &self.finished, true)
            .chart(
                "growth.flows",
                ChartKind::Lines { x: "start", y: &["new", "resurrected", "churned"], band: None },
            )
            .chart("growth.active", ChartKind::Lines { x: "start", y: &["active", "returning"], band: None });
        a.tables.push(finished);
        if let Some(running) = self.running {
            a.tables.push(table("running", self.period, &[running], self.finished.is_empty()));
        }
        if let (Some(last), true) = (self.finished.last(), self.finished.len() > 1) {
            let lost = estimate::share(last.churned, last.churned + last.returning);
            a.messages.push(
                Message::new("growth.last")
                    .with(
                        "period",
                        self.period.label(last.number).map_or(Cell::Missing, |l| Cell::Text(l.into())),
                    )
                    .with("active", Cell::Count(last.active))
                    .with("new", Cell::Count(last.new))
                    .with("resurrected", Cell::Count(last.resurrected))
                    .with("churned", Cell::Count(last.churned))
                    .with("share", lost.map_or(Cell::Missing, |s| Cell::Share(s.value)))
                    .with("ratio", last.quick_ratio().map_or(Cell::Missing, Cell::Number)),
            );
        }
        let older: u64 = self.finished.iter().chain(&self.running).map(|f| f.older).sum();
        if older > 0 {
            a.messages.push(Message::new("growth.older").with("customers", Cell::Count(older)));
        }
        crate::left_out(&mut a, self.without_customer, self.later);
        self.act(&mut a);
        a
    }
}

impl Growth {
    /// Those who stayed away, who paid most first; what they paid in the period before is at stake.
    fn act(&self, a: &mut Answer) {
        if self.lapsed.is_empty() {
            let key = if self.finished.len() < 2 { "growth.too_short" } else { "growth.nobody_lapsed" };
            let values = vec![("periods", Cell::Count(self.finished.len() as u64))];
            a.actions.push(Action::Nothing { key, values });
            return;
        }
        let mut rows: Vec<&Lapsed> = self.lapsed.iter().collect();
        rows.sort_by_key(|l| (std::cmp::Reverse(l.paid), l.customer));
        let list = Table::list("lapsed")
            .with("customer", Column::Customer(rows.iter().map(|l| l.customer).collect()))
            .with("last", Column::Day(rows.iter().map(|l| Some(l.last)).collect()))
            .with("paid", Column::Money(rows.iter().map(|l| Some(l.paid)).collect(), self.unit));
        a.tables.push(list);
        let sum = Minor::from_wide(rows.iter().map(|l| i128::from(l.paid.0)).sum(), "a list's purchases");
        let stake = sum.ok().map(|value| Stake { value, low: None, high: None, unit: self.unit });
        let customers = rows.len() as u64;
        a.actions.push(Action::Act { key: "growth.win_back", customers, stake, list: "lapsed" });
    }
}

/// The command `growth`.
pub struct GrowthAnalysis;

impl Analysis for GrowthAnalysis {
    type Params = GrowthParams;
    type Input<'a> = (&'a Histories<PurchaseRow>, Option<&'a Histories<CustomerRow>>, MoneyUnit);
    type Output = Growth;
    const CARD: Card = Card {
        key: "growth",
        version: 1,
        title: "Growth accounting: who is new, who came back, who stayed away, period by period",
        unit: "customers a period",
        formula: "active = new + older + returning + resurrected; active of the period before = returning + churned; \
                  quick ratio = (new + resurrected) / churned",
        source: "Hsu, 2015; Hamid (quick ratio)",
        assumptions: &[
            "a customer who skips one whole period counts as churned, and as resurrected on return",
            "the period that is not over stands apart",
        ],
        words: WORDS,
        example: "naata growth --purchases purchases.csv --period month",
    };

    fn run(
        (purchases, customers, unit): Self::Input<'_>,
        params: &GrowthParams,
        cx: &Context<'_>,
    ) -> Result<Growth, Refusal> {
        Ok(growth(purchases, customers, unit, params, cx)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{purchases, words_are_declared};
    use naata_core::Currency;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    fn run(rows: &[(u8, i32, i64)], as_of: i32, from: Option<i32>) -> Result<Growth, Error> {
        let cx = Context { history_from: from.map(Day), ..Context::at(Day(as_of)) };
        let params = GrowthParams { period: Period::Week, older_within: 7 };
        growth(&purchases(rows), None, MoneyUnit::of(Currency::INR), &params, &cx)
    }

    #[test]
    fn four_weeks_by_hand() {
        // Day 4 is a Monday. Weeks: 0 has a and b, 1 has a, 2 has b and c, 3 is not over and has a.
        let rows = [(0, 4, 10), (1, 5, 20), (0, 11, 30), (1, 18, 40), (2, 19, 50), (0, 25, 60)];
        let g = run(&rows, 26, None).unwrap();
        let line = |f: &Flow| [f.active, f.new, f.returning, f.resurrected, f.churned];
        assert_eq!(
            g.finished.iter().map(line).collect::<Vec<_>>(),
            [[2, 2, 0, 0, 0], [1, 0, 1, 0, 1], [2, 1, 0, 1, 1]]
        );
        assert_eq!(g.running.as_ref().map(line), Some([1, 0, 0, 1, 2]));
        assert_eq!((g.finished[2].quick_ratio(), g.finished[0].quick_ratio()), (Some(2.0), None));
        // The first was active in the last finished week but one, but has come again since.
        assert_eq!(g.lapsed, []);
        assert_eq!(run(&rows, 24, None).unwrap().lapsed[0].customer, CustomerIx(0));
        let a = run(&rows, 24, Some(4)).unwrap().answer();
        assert_eq!(a.flaws(), Vec::<String>::new());
        words_are_declared(&a, WORDS);
    }

    proptest! {
        #[test]
        fn the_accounts_balance_and_agree_with_sets(
            rows in prop::collection::vec((0u8..9, 0i32..60, -20i64..90), 1..90), as_of in 0i32..70, from in prop::option::of(0i32..20),
        ) {
            let Ok(g) = run(&rows, as_of, from) else { return Ok(()) };
            let all: Vec<Flow> = g.finished.iter().chain(&g.running).copied().collect();
            let active = |n: i32| -> BTreeSet<u8> {
                let here = rows.iter().filter(|r| r.2 >= 0 && r.1 <= as_of && Period::Week.number(Day(r.1)) == Some(n));
                here.map(|r| r.0).collect()
            };
            let mut seen = BTreeSet::new();
            for f in &all {
                let (now, before) = (active(f.number), active(f.number - 1));
                prop_assert_eq!(f.active, f.new + f.older + f.returning + f.resurrected);
                prop_assert_eq!(before.len() as u64, f.returning + f.churned);
                prop_assert_eq!(f.active, now.len() as u64);
                prop_assert_eq!(f.returning, now.intersection(&before).count() as u64);
                prop_assert_eq!(f.new + f.older, now.difference(&seen).count() as u64);
                seen.extend(now);
            }
            let mut days = BTreeSet::new();
            for r in rows.iter().filter(|r| r.2 >= 0 && r.1 <= as_of && r.1 > as_of - 30) {
                days.insert((r.0, r.1));
            }
            prop_assert_eq!(g.activity.customer_days, days.len() as u64);
            let month: BTreeSet<u8> = days.iter().map(|d| d.0).collect();
            prop_assert_eq!(g.activity.month, month.len() as u64);
        }
    }
}
