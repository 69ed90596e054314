//! The analysis `churn rate`: what each period lost, won and kept, why, and whom to win back.
//!
//! # Formula
//! See [`crate::churn::turnover`].

use crate::Error;
use crate::churn::rate_groups::{self, GroupTurnover, turnover_by};
use crate::churn::rate_reasons::{self, REASON, ReasonRate, last_ended, reasons_of};
use crate::churn::rates::{Turnover, annualised, standing, turnover};
use crate::estimate::share;
use naata_answer::{
    Action, Analysis, Answer, Card, Cell, ChartKind, Column, Message, Present, Refusal, Stake, Table, choice,
    params,
};
use naata_core::{
    Context, CustomerIx, Day, Finding, Histories, Minor, MoneyUnit, Severity, SubscriptionRow, Symbol, Texts,
};
use naata_facts::Facts;
use std::collections::BTreeMap;

choice! {
    /// How long a period is.
    pub enum Period {
        /// A calendar month.
        Month = "month",
        /// A calendar quarter.
        Quarter = "quarter",
        /// A calendar year.
        Year = "year",
    }
}

impl Period {
    pub(crate) fn months(self) -> i32 {
        match self {
            Self::Month => 1,
            Self::Quarter => 3,
            Self::Year => 12,
        }
    }

    /// How many make a year.
    pub fn in_a_year(self) -> u32 {
        match self {
            Self::Month => 12,
            Self::Quarter => 4,
            Self::Year => 1,
        }
    }
}

params! {
    /// Parameters of churn by period.
    pub struct ChurnRateParams {
        /// Length of a period
        period: Period = Period::Month,
        /// How many full periods to show
        periods: u32 = 12,
        /// Groups over all periods shown: plan, cohort (the year they began), reason, or a fact such as customers.industry
        by: Option<String> = None,
    }
}

/// An account lost in the last period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lost {
    /// The customer.
    pub who: CustomerIx,
    /// The first day without a subscription.
    pub ended: Day,
    /// The plan that ended last.
    pub plan: Option<Box<str>>,
    /// The reason given.
    pub reason: Option<Box<str>>,
    /// Monthly revenue at the start of the period; `None` where a price is missing.
    pub monthly: Option<Minor>,
}

/// Churn by period.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ChurnRates {
    /// The full periods, the earliest first.
    pub periods: Vec<Turnover>,
    /// The length of each.
    pub period: Period,
    /// For each reason, how many accounts of all periods were lost and what they paid; no reason given stands last.
    pub reasons: Vec<(Option<Box<str>>, u64, Minor)>,
    /// The accounts lost in the last period, those who paid most first.
    pub lost: Vec<Lost>,
    /// The groups, over all periods shown as one, where they were asked for.
    pub groups: Option<Vec<GroupTurnover>>,
    /// The rate by reason, over all periods shown as one, where it was asked for.
    pub by_reason: Option<Vec<ReasonRate>>,
    /// The unit of money.
    pub unit: MoneyUnit,
    /// Subscriptions that end before they start: count on no day.
    pub reversed: u64,
    /// Subscriptions without a customer: not used.
    pub loose: u64,
}

fn first_of(month: i32) -> Option<Day> {
    let m = u32::try_from(month.rem_euclid(12)).ok()?;
    Day::from_ymd(month.div_euclid(12), m + 1, 1)
}

/// Measures the last full periods before a day; periods before the first subscription, or before the records begin,
/// are not shown.
///
/// # Errors
/// No subscription; no full period within the records; a sum of money that leaves 64 bits.
pub fn churn_rates(
    subscriptions: &Histories<SubscriptionRow>,
    texts: &Texts,
    unit: MoneyUnit,
    p: &ChurnRateParams,
    cx: &Context<'_>,
) -> Result<ChurnRates, Error> {
    let rows = subscriptions.rows();
    let known = rows.iter().filter(|s| s.started <= cx.as_of);
    let first = known.map(|s| s.started).min().ok_or(Error::Nobody)?;
    let begin = cx.history_from.map_or(first, |h| h.max(first));
    let step = p.period.months();
    let last = cx.as_of.month_number().map_or(0, |m| m.div_euclid(step) * step);
    let back = (0..i32::try_from(p.periods).unwrap_or(i32::MAX)).map_while(|k| {
        let from = last.checked_sub(step.checked_mul(k.checked_add(1)?)?)?;
        first_of(from).zip(first_of(from + step)).filter(|(from, _)| *from >= begin)
    });
    let mut bounds: Vec<(Day, Day)> = back.collect();
    bounds.reverse();
    let accounts = || subscriptions.iter().map(|(_, rows)| rows);
    let periods: Vec<Turnover> =
        bounds.iter().map(|(from, to)| turnover(accounts(), *from, *to)).collect::<Result<_, _>>()?;
    let Some(newest) = periods.last().copied() else {
        let landmark = first_of(last - step).unwrap_or(begin);
        let end = first_of(last).unwrap_or(cx.as_of);
        return Err(Error::Landmark { landmark, end, from: begin, to: cx.as_of });
    };
    let mut reasons: BTreeMap<Symbol, (u64, i128)> = BTreeMap::new();
    let mut lost = Vec::new();
    for (who, rows) in subscriptions.iter() {
        for t in &periods {
            let before = standing(rows, t.from);
            if !before.active || standing(rows, t.to).active {
                continue;
            }
            let monthly = before.monthly.and_then(|m| i64::try_from(m).ok()).map(Minor);
            let Some((ended, s)) = last_ended(rows, t.to) else { continue };
            let tally = reasons.entry(s.reason).or_default();
            tally.0 += 1;
            tally.1 += monthly.map_or(0, |m| i128::from(m.0));
            if t.to == newest.to {
                let text = |s: Symbol| texts.get(s).map(Box::from);
                lost.push(Lost { who, ended, plan: text(s.plan), reason: text(s.reason), monthly });
            }
        }
    }
    lost.sort_by_key(|l| (std::cmp::Reverse(l.monthly), l.who));
    let mut reasons = reasons
        .into_iter()
        .map(|(s, (n, sum))| Ok((texts.get(s).map(Box::from), n, Minor::from_wide(sum, "lost revenue")?)))
        .collect::<Result<Vec<(Option<Box<str>>, u64, Minor)>, Error>>()?;
    reasons.sort_by(|a, b| (a.0.is_none(), b.1, &a.0).cmp(&(b.0.is_none(), a.1, &b.0)));
    let reversed = |s: &&SubscriptionRow| s.ended.is_some_and(|e| e < s.started);
    Ok(ChurnRates {
        periods,
        period: p.period,
        reasons,
        lost,
        groups: None,
        by_reason: None,
        unit,
        reversed: rows.iter().filter(reversed).count() as u64,
        loose: subscriptions.loose().len() as u64,
    })
}

/// The steps of the bridge from the first day's revenue to the last's.
const STEPS: &[&str] = &["start", "churned", "contraction", "expansion", "new", "returned", "end"];

impl ChurnRates {
    fn figures(&self) -> Vec<Table> {
        let count =
            |f: &dyn Fn(&Turnover) -> u64| Column::Count(self.periods.iter().map(|t| Some(f(t))).collect());
        let shares =
            |f: &dyn Fn(&Turnover) -> Option<f64>| Column::Share(self.periods.iter().map(f).collect());
        let money = |f: &dyn Fn(&Turnover) -> Minor| {
            Column::Money(self.periods.iter().map(|t| Some(f(t))).collect(), self.unit)
        };
        let end = |t: &Turnover, high: bool| {
            t.logo_churn().and_then(|e| e.interval).map(|(a, b)| if high { b } else { a })
        };
        let periods = Table::figures("periods")
            .with("period", Column::Day(self.periods.iter().map(|t| Some(t.from)).collect()))
            .with("active", count(&|t| t.logos.start))
            .with("lost", count(&|t| t.logos.lost))
            .with("new", count(&|t| t.logos.new))
            .with("returned", count(&|t| t.logos.returned))
            .with("passed_through", count(&|t| t.logos.passed_through))
            .with("logo_churn", shares(&|t| t.logo_churn().map(|e| e.value)))
            .with("low", shares(&|t| end(t, false)))
            .with("high", shares(&|t| end(t, true)))
            .with("revenue_start", money(&|t| t.revenue.start))
            .with("revenue_churned", money(&|t| t.revenue.churned))
            .with("revenue_end", money(&|t| t.revenue.end))
            .with("revenue_churn", shares(&|t| t.revenue_churn()))
            .with("gross_retention", shares(&|t| t.gross_retention()))
            .with("net_retention", shares(&|t| t.net_retention()))
            .with("unpriced", count(&|t| t.revenue.unpriced))
            .chart(
                "churn.rate.periods",
                ChartKind::Lines { x: "period", y: &["logo_churn"], band: Some(("low", "high")) },
            )
            .chart(
                "churn.rate.retention",
                ChartKind::Lines { x: "period", y: &["net_retention", "gross_retention"], band: None },
            );
        let mut out = vec![periods];
        if let Some(t) = self.periods.last() {
            let r = &t.revenue;
            let less = |m: Minor| Minor(-m.0);
            let amounts =
                [r.start, less(r.churned), less(r.contraction), r.expansion, r.new, r.returned, r.end];
            let steps = Column::Word {
                family: "revenue_step",
                names: STEPS,
                of: (0..STEPS.len() as u16).map(Some).collect(),
            };
            out.push(
                Table::figures("bridge")
                    .with("step", steps)
                    .with("amount", Column::Money(amounts.map(Some).into(), self.unit))
                    .with(
                        "total",
                        Column::Flag(STEPS.iter().map(|s| Some(matches!(*s, "start" | "end"))).collect()),
                    )
                    .chart(
                        "churn.rate.bridge",
                        ChartKind::Waterfall { label: "step", value: "amount", total: "total" },
                    ),
            );
        }
        let all: u64 = self.reasons.iter().map(|r| r.1).sum();
        let of = |f: fn((f64, f64)) -> f64| {
            let interval = |r: &(_, u64, _)| share(r.1, all).and_then(|e| e.interval).map(f);
            Column::Share(self.reasons.iter().map(interval).collect())
        };
        out.push(
            Table::figures("reasons")
                .with("reason", Column::Text(self.reasons.iter().map(|r| r.0.clone()).collect()))
                .with("lost", Column::Count(self.reasons.iter().map(|r| Some(r.1)).collect()))
                .with(
                    "share",
                    Column::Share(self.reasons.iter().map(|r| Some(r.1 as f64 / all as f64)).collect()),
                )
                .with("low", of(|i| i.0))
                .with("high", of(|i| i.1))
                .with("monthly", Column::Money(self.reasons.iter().map(|r| Some(r.2)).collect(), self.unit))
                .chart("churn.rate.reasons", ChartKind::Bars { label: "reason", value: "lost" }),
        );
        out
    }

    fn list(&self) -> Table {
        Table::list("lost")
            .with("customer", Column::Customer(self.lost.iter().map(|l| l.who).collect()))
            .with("ended", Column::Day(self.lost.iter().map(|l| Some(l.ended)).collect()))
            .with("plan", Column::Text(self.lost.iter().map(|l| l.plan.clone()).collect()))
            .with("reason", Column::Text(self.lost.iter().map(|l| l.reason.clone()).collect()))
            .with("monthly", Column::Money(self.lost.iter().map(|l| l.monthly).collect(), self.unit))
    }
}

impl Present for ChurnRates {
    fn answer(&self) -> Answer {
        let mut a = Answer::default();
        let Some(t) = self.periods.last() else { return a };
        let churn = t.logo_churn();
        let cell = |x: Option<f64>| x.map_or(Cell::Missing, Cell::Share);
        let year = self.period.in_a_year();
        let interval = churn.and_then(|e| e.interval);
        a.set("period.from", Cell::Day(t.from));
        a.set("period.to", t.to.plus(-1).map_or(Cell::Missing, Cell::Day));
        a.set("active", Cell::Count(t.logos.start));
        a.set("lost", Cell::Count(t.logos.lost));
        a.set("logo_churn.value", cell(churn.map(|e| e.value)));
        a.set("logo_churn.low", cell(interval.map(|i| i.0)));
        a.set("logo_churn.high", cell(interval.map(|i| i.1)));
        a.set("logo_churn.annual", cell(churn.map(|e| annualised(e.value, year))));
        a.set("revenue_churn", cell(t.revenue_churn()));
        a.set("gross_retention", cell(t.gross_retention()));
        a.set("net_retention", cell(t.net_retention()));
        a.tables = self.figures();
        a.tables.extend(self.groups.as_ref().map(|g| rate_groups::table(g, self.unit)));
        a.tables.extend(self.by_reason.as_ref().map(|r| rate_reasons::table(r, self.unit)));
        a.tables.push(self.list());
        if let (Some(e), Some((low, high))) = (churn, interval) {
            let said = Message::new("churn.rate.last")
                .with("lost", Cell::Count(t.logos.lost))
                .with("active", Cell::Count(t.logos.start))
                .with("share", Cell::Share(e.value))
                .with("low", Cell::Share(low))
                .with("high", Cell::Share(high))
                .with("from", Cell::Day(t.from));
            a.messages.push(said.with("annual", Cell::Share(annualised(e.value, year))));
        }
        if let (Some(gross), Some(net)) = (t.gross_retention(), t.net_retention()) {
            let said = Message::new("churn.rate.revenue").with("gross", Cell::Share(gross));
            a.messages.push(said.with("net", Cell::Share(net)));
        }
        for (key, n) in [("churn.rate.unpriced", t.revenue.unpriced), ("churn.rate.loose", self.loose)] {
            if n > 0 {
                a.messages.push(Message::new(key).with("n", Cell::Count(n)));
            }
        }
        let groups = self.groups.iter().flatten();
        let small = groups.filter(|g| g.small()).count() as u64;
        if small > 0 {
            a.messages.push(
                Message::new("churn.rate.small_groups")
                    .with("groups", Cell::Count(small))
                    .with("least", Cell::Count(rate_groups::SMALL)),
            );
        }
        if self.reversed > 0 {
            let finding = Finding::new("churn.reversed", Severity::Error);
            a.findings.push(finding.detail("subscriptions", &self.reversed));
        }
        a.actions.push(if self.lost.is_empty() {
            let values = vec![("active", Cell::Count(t.logos.start)), ("from", Cell::Day(t.from))];
            Action::Nothing { key: "churn.rate.nobody_lost", values }
        } else {
            let value = t.revenue.churned;
            let stake = (value.0 > 0).then_some(Stake { value, low: None, high: None, unit: self.unit });
            let customers = self.lost.len() as u64;
            Action::Act { key: "churn.rate.win_back", customers, stake, list: "lost" }
        });
        a
    }
}

/// The analysis `churn rate`.
#[derive(Clone, Copy, Debug)]
pub struct ChurnRateAnalysis;

impl Analysis for ChurnRateAnalysis {
    type Params = ChurnRateParams;
    type Input<'a> = (&'a Histories<SubscriptionRow>, &'a Texts, MoneyUnit, &'a Facts);
    type Output = ChurnRates;
    const CARD: Card = Card {
        key: "churn rate",
        version: 1,
        title: "Accounts and revenue lost and kept by period",
        unit: "share of accounts or monthly revenue at the start of the period",
        formula: "logo churn = lost / active at the start; gross retention = sum min(start, end) / start; \
                  net retention = end of the same accounts / start; annual = 1 - (1 - c)^k",
        source: "definitions; Skok, 2010; interval: Wilson, 1927",
        assumptions: &[
            "A subscription counts from its first day to the day before it ended.",
            "Who joins within a period is in none of its rates.",
            "The annual figure supposes that every period loses the same share.",
        ],
        words: &[
            "message.churn.rate.last",
            "message.churn.rate.revenue",
            "message.churn.rate.unpriced",
            "message.churn.rate.loose",
            "message.churn.rate.small_groups",
            "action.churn.rate.win_back",
            "action.churn.rate.nobody_lost",
            "chart.churn.rate.periods",
            "chart.churn.rate.retention",
            "chart.churn.rate.bridge",
            "chart.churn.rate.reasons",
            "chart.churn.rate.groups",
            "chart.churn.rate.by_reason",
            "word.revenue_step.start",
            "word.revenue_step.churned",
            "word.revenue_step.contraction",
            "word.revenue_step.expansion",
            "word.revenue_step.new",
            "word.revenue_step.returned",
            "word.revenue_step.end",
        ],
        example: "naata churn rate --subscriptions subscriptions.csv --period month",
    };

    fn wants(p: &ChurnRateParams) -> Vec<String> {
        p.by.iter().filter(|by| by.contains('.')).cloned().collect()
    }

    fn run(
        (subscriptions, texts, unit, facts): Self::Input<'_>,
        p: &ChurnRateParams,
        cx: &Context<'_>,
    ) -> Result<ChurnRates, Refusal> {
        let mut rates = churn_rates(subscriptions, texts, unit, p, cx)?;
        let days = rates.periods.first().zip(rates.periods.last()).map(|(a, b)| (a.from, b.to));
        if let (Some(REASON), Some(days)) = (p.by.as_deref(), days) {
            rates.by_reason = Some(reasons_of(subscriptions, texts, days)?);
        } else if let (Some(by), Some(days)) = (&p.by, days) {
            rates.groups = Some(turnover_by(subscriptions, texts, facts, by, days)?);
        }
        Ok(rates)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::churn::rate_groups::{COHORT, PLAN};
    use crate::churn::relationship::tests::{Row, histories};
    use naata_core::{Currency, Symbols};
    use proptest::prelude::*;

    fn texts() -> Texts {
        let mut symbols = Symbols::default();
        for t in ["moved", "price", "quality"] {
            symbols.intern(t).unwrap();
        }
        symbols.seal().0
    }

    fn run(rows: &[Row], p: &ChurnRateParams, as_of: i32) -> Result<ChurnRates, Refusal> {
        let unit = MoneyUnit::of(Currency::INR);
        let rows = histories(rows);
        let facts = Facts::new(rows.customers(), Day(as_of));
        ChurnRateAnalysis::run((&rows, &texts(), unit, &facts), p, &Context::at(Day(as_of)))
    }

    #[test]
    fn full_months_only_and_everybody_lost_is_listed() {
        // Day 0 is 1970-01-01: January has days 0 to 30, February 31 to 58, March 59 to 89.
        let rows = [
            (1, 0, Some(40), 1, Some(700)),
            (2, 0, None, 0, Some(900)),
            (3, 5, Some(59), 2, None),
            (4, 10, Some(45), 1, Some(800)),
            (4, 45, None, 1, Some(500)),
            (5, 20, Some(95), 0, Some(100)),
        ];
        let found = run(&rows, &ChurnRateParams::default(), 80).unwrap();
        assert_eq!(found.periods.iter().map(|t| t.from).collect::<Vec<_>>(), [Day(0), Day(31)]);
        let february = found.periods[1];
        assert_eq!((february.logos.start, february.logos.lost), (5, 2));
        assert_eq!((february.revenue.start, february.revenue.contraction), (Minor(2500), Minor(300)));
        let lost: Vec<(CustomerIx, Option<Minor>)> = found.lost.iter().map(|l| (l.who, l.monthly)).collect();
        assert_eq!(lost, [(CustomerIx(1), Some(Minor(700))), (CustomerIx(3), None)]);
        assert_eq!(found.reasons.iter().map(|r| r.1).sum::<u64>(), 2);
        let answer = found.answer();
        assert_eq!(answer.flaws(), Vec::<String>::new());
        assert!(matches!(answer.actions[0], Action::Act { customers: 2, .. }));

        let none = run(&rows, &ChurnRateParams::default(), 30).unwrap_err();
        assert_eq!(none.code, "metrics.landmark");
        assert_eq!(run(&[], &ChurnRateParams::default(), 30).unwrap_err().code, "metrics.nobody");
    }

    proptest! {
        #[test]
        fn any_rows_give_a_sound_answer(
            rows in prop::collection::vec((0u32..8, 0i32..400, prop::option::of(0i32..500), 0u32..4, prop::option::of(-5i64..900)), 1..30),
            as_of in 0i32..450, period in 0usize..3,
        ) {
            let period = [Period::Month, Period::Quarter, Period::Year][period];
            let by = [PLAN, REASON, COHORT][as_of as usize % 3];
            if let Ok(found) = run(&rows, &ChurnRateParams { period, periods: 6, by: Some(by.into()) }, as_of) {
                let answer = found.answer();
                prop_assert_eq!(answer.flaws(), Vec::<String>::new());
                let lost: u64 = found.periods.iter().map(|t| t.logos.lost).sum();
                prop_assert_eq!(found.reasons.iter().map(|r| r.1).sum::<u64>(), lost);
                prop_assert_eq!(found.lost.len() as u64, found.periods.last().unwrap().logos.lost);
            }
        }
    }
}
