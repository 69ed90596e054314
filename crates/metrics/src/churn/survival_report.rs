//! The analysis `churn survival`: how long customers stay, why they leave, whether plans differ, and who is coming
//! up to the time at which most leave.
//!
//! # Formula
//! See [`crate::churn::kaplan_meier`], [`crate::churn::cumulative_incidence`] and [`crate::churn::compare_groups`],
//! each over the first relationship of a customer that the records show; customers who began before the records do
//! enter late.

use crate::Error;
use crate::churn::incidence::{Incidence, cumulative_incidence};
use crate::churn::logrank::{Comparison, Weighting, compare_groups};
use crate::churn::relationship::{Relationship, relationships};
use crate::churn::spell::Spell;
use crate::churn::survival::{Band, RestrictedMean, Step, Survival, kaplan_meier};
use crate::estimate::{Estimate, share};
use naata_answer::{
    Action, Analysis, Answer, Card, Cell, ChartKind, Column, Message, Present, Refusal, Stake, Table, choice,
    params,
};
use naata_core::{
    Context, CustomerIx, Finding, Histories, Minor, MoneyUnit, Severity, SubscriptionRow, Symbol, Texts,
};
use std::collections::BTreeMap;

choice! {
    /// The unit in which tenure is told. It never changes what is counted: that is done in days.
    pub enum TenureUnit {
        /// Days.
        Day = "day",
        /// Weeks of seven days.
        Week = "week",
        /// Months of 30.4375 days, the mean of four years.
        Month = "month",
    }
}

impl TenureUnit {
    /// The days of one.
    pub fn days(self) -> f64 {
        match self {
            Self::Day => 1.0,
            Self::Week => 7.0,
            Self::Month => 30.4375,
        }
    }
}

params! {
    /// Parameters of survival.
    pub struct ChurnSurvivalParams {
        /// Unit in which tenure is told
        unit: TenureUnit = TenureUnit::Month,
        /// How many units to look at for the mean stay, the reasons and the plans
        horizon: u32 = 12,
    }
}

/// One plan's customers.
#[derive(Clone, Debug, PartialEq)]
pub struct PlanStay {
    /// The plan customers began with; `None` where it is not stated.
    pub plan: Option<Box<str>>,
    /// Customers.
    pub n: u64,
    /// Those who left.
    pub left: u64,
    /// Those who would have left at the pace of all.
    pub expected: f64,
    /// The share still there at the horizon; `None` where nobody was watched so long.
    pub staying: Option<Estimate>,
}

/// What left for one reason.
#[derive(Clone, Debug, PartialEq)]
pub struct ReasonShare {
    /// The reason; `None` where none was given.
    pub reason: Option<Box<str>>,
    /// Customers who left for it, whenever.
    pub left: u64,
    /// The share that has left for it by the horizon.
    pub by_horizon: Incidence,
}

/// The unit of tenure in which most leave.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Peak {
    /// Its number, counted from 0: customers in it have been there for so many full units.
    pub unit: u32,
    /// The share of those who reach it that leave within it.
    pub leaving: Estimate,
}

/// How long customers stay.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Staying {
    /// The curve, in days.
    pub curve: Survival,
    /// The curve at each full unit within the time watched.
    pub grid: Vec<Step>,
    /// The unit.
    pub unit: TenureUnit,
    /// The horizon in days, cut to the time watched.
    pub horizon: f64,
    /// The mean stay within the horizon, in days.
    pub mean: Option<RestrictedMean>,
    /// For each reason the share that has left for it by the horizon.
    pub reasons: Vec<ReasonShare>,
    /// Plans, those with most customers first.
    pub plans: Vec<PlanStay>,
    /// Whether plans differ; `None` where there is nothing to compare.
    pub comparison: Option<Comparison>,
    /// When most leave; `None` where too few are seen to say.
    pub peak: Option<Peak>,
    /// Customers who will reach that time within one unit, with their tenure in days and monthly price.
    pub due: Vec<(CustomerIx, i64, Option<Minor>)>,
    /// The unit of money.
    pub money: MoneyUnit,
    /// Customers who came back after leaving: their later stays are not counted.
    pub returned: u64,
    /// Customers who began before the records do: counted from where the records begin.
    pub entered_late: u64,
    /// Subscriptions that end before they start: not used.
    pub reversed: u64,
}

/// Fewer customers reaching a unit of tenure than this say nothing about who leaves within it.
const ENOUGH: u64 = 30;

/// Works out how long customers stay.
///
/// # Errors
/// No subscription that the records show.
pub fn staying(
    subscriptions: &Histories<SubscriptionRow>,
    texts: &Texts,
    money: MoneyUnit,
    p: &ChurnSurvivalParams,
    cx: &Context<'_>,
) -> Result<Staying, Error> {
    let FirstStays { all, first, returned, reversed } = first_stays(subscriptions, cx);
    let spells: Vec<Spell> = first.iter().map(|r| stay(r, cx)).collect();
    let curve = kaplan_meier(&spells, Band::LogLog)?;
    let unit = p.unit.days();
    let units = (curve.last_seen() / unit).floor().min(1_000.0) as u32;
    let grid = (0..=units).filter_map(|k| curve.at(f64::from(k) * unit)).collect();
    let horizon = (f64::from(p.horizon.max(1)) * unit).min(curve.last_seen());
    let peak = peak(&curve, unit, units);
    let due = match peak {
        None => Vec::new(),
        Some(peak) => {
            let start = f64::from(peak.unit) * unit;
            let near = |r: &&Relationship| {
                let t = days(r, cx) as f64;
                r.ended.is_none() && start - unit <= t && t < start
            };
            let mut due: Vec<(CustomerIx, i64, Option<Minor>)> =
                all.iter().filter(near).map(|r| (r.who, days(r, cx), r.monthly)).collect();
            due.sort_by_key(|(who, days, monthly)| {
                (std::cmp::Reverse(*monthly), std::cmp::Reverse(*days), *who)
            });
            due
        }
    };
    let (plans, comparison) = plans(&first, &spells, texts, horizon)?;
    Ok(Staying {
        mean: curve.restricted_mean(horizon).ok(),
        reasons: reasons(&first, &spells, texts, horizon)?,
        entered_late: spells.iter().filter(|s| s.entry.is_some()).count() as u64,
        reversed,
        unit: p.unit,
        curve,
        grid,
        horizon,
        plans,
        comparison,
        peak,
        due,
        money,
        returned,
    })
}

/// The first stay of each customer that the records show.
pub(crate) struct FirstStays {
    all: Vec<Relationship>,
    pub(crate) first: Vec<Relationship>,
    pub(crate) returned: u64,
    pub(crate) reversed: u64,
}

/// Days of a relationship up to its end or the day one stands on.
fn days(r: &Relationship, cx: &Context<'_>) -> i64 {
    r.ended.unwrap_or(cx.as_of).since(r.started)
}

pub(crate) fn first_stays(subscriptions: &Histories<SubscriptionRow>, cx: &Context<'_>) -> FirstStays {
    let found = relationships(subscriptions, cx.as_of);
    let shown = |r: &&Relationship| cx.history_from.is_none_or(|h| r.ended.is_none_or(|e| e > h));
    let mut first: Vec<Relationship> = Vec::new();
    let mut returned = 0;
    for r in found.all.iter().filter(shown) {
        if first.last().is_some_and(|last| last.who == r.who) {
            returned += u64::from(r.earlier == 1);
        } else {
            first.push(*r);
        }
    }
    // Who began before the records and was seen only on their last day brings no time at risk.
    first.retain(|r| cx.history_from.is_none_or(|h| r.started >= h || days(r, cx) > h.since(r.started)));
    FirstStays { first, returned, reversed: found.reversed, all: found.all }
}

/// A relationship as time under observation, in days; one that began before the records do enters late.
pub(crate) fn stay(r: &Relationship, cx: &Context<'_>) -> Spell {
    let exit = days(r, cx) as f64;
    let entry = cx.history_from.map(|h| h.since(r.started)).filter(|e| *e > 0).map(|e| e as f64);
    Spell { entry: entry.filter(|e| *e < exit), exit, left: r.ended.is_some(), weight: 1 }
}

/// The unit of tenure, not the first, within which the largest share of those who reach it leaves.
fn peak(curve: &Survival, unit: f64, units: u32) -> Option<Peak> {
    let mut best = None::<Peak>;
    for k in 1..units {
        let (from, to) = (f64::from(k) * unit, f64::from(k + 1) * unit);
        let at_risk = curve.at_risk(from.next_up());
        let left: u64 = curve.steps.iter().filter(|s| from < s.time && s.time <= to).map(|s| s.left).sum();
        if at_risk < ENOUGH || left == 0 {
            continue;
        }
        let Some(leaving) = share(left.min(at_risk), at_risk) else { continue };
        if best.is_none_or(|b| leaving.value > b.leaving.value) {
            best = Some(Peak { unit: k, leaving });
        }
    }
    best
}

/// The share that has left for each reason by the horizon.
fn reasons(
    first: &[Relationship],
    spells: &[Spell],
    texts: &Texts,
    horizon: f64,
) -> Result<Vec<ReasonShare>, Error> {
    let mut numbers: BTreeMap<Symbol, usize> = BTreeMap::new();
    for r in first.iter().filter(|r| r.ended.is_some()) {
        let next = numbers.len();
        numbers.entry(r.reason).or_insert(next);
    }
    let cause: Vec<usize> = first.iter().map(|r| numbers.get(&r.reason).copied().unwrap_or(0)).collect();
    let shares = cumulative_incidence(spells, &cause, numbers.len())?;
    let Some(at) = shares.at(horizon) else { return Ok(Vec::new()) };
    let mut out: Vec<ReasonShare> = numbers
        .iter()
        .filter_map(|(s, i)| {
            let reason = texts.get(*s).map(Box::from);
            Some(ReasonShare { reason, left: *shares.left.get(*i)?, by_horizon: *at.of.get(*i)? })
        })
        .collect();
    out.sort_by(|a, b| (a.reason.is_none(), b.left, &a.reason).cmp(&(b.reason.is_none(), a.left, &b.reason)));
    Ok(out)
}

/// Customers by the plan they began with, and whether plans differ.
fn plans(
    first: &[Relationship],
    spells: &[Spell],
    texts: &Texts,
    horizon: f64,
) -> Result<(Vec<PlanStay>, Option<Comparison>), Error> {
    let mut of: BTreeMap<Symbol, Vec<Spell>> = BTreeMap::new();
    for (r, s) in first.iter().zip(spells) {
        of.entry(r.plan).or_default().push(*s);
    }
    let numbers: BTreeMap<Symbol, usize> = of.keys().enumerate().map(|(i, s)| (*s, i)).collect();
    let group: Vec<usize> = first.iter().filter_map(|r| numbers.get(&r.plan).copied()).collect();
    let comparison = match compare_groups(spells, &group, numbers.len(), Weighting::LogRank) {
        Ok(c) => Some(c),
        Err(Error::Groups { .. }) => None,
        Err(e) => return Err(e),
    };
    let mut plans = Vec::new();
    for (i, (plan, spells)) in of.iter().enumerate() {
        let curve = kaplan_meier(spells, Band::LogLog)?;
        let staying =
            curve.at(horizon).map(|s| Estimate { value: s.survival, interval: s.interval, n: curve.n });
        let tally = comparison.as_ref().and_then(|c| c.groups.get(i));
        plans.push(PlanStay {
            plan: texts.get(*plan).map(Box::from),
            n: curve.n,
            left: curve.left,
            expected: tally.map_or(curve.left as f64, |t| t.expected),
            staying,
        });
    }
    plans.sort_by(|a, b| b.n.cmp(&a.n).then_with(|| a.plan.cmp(&b.plan)));
    Ok((plans, comparison))
}

impl Staying {
    fn units(&self, days: f64) -> f64 {
        days / self.unit.days()
    }

    fn tables(&self) -> Vec<Table> {
        let shares = |f: &dyn Fn(&Step) -> Option<f64>| Column::Share(self.grid.iter().map(f).collect());
        let whole = |k: usize| k as f64;
        let mut left_before = 0;
        let left: Vec<Option<u64>> = (0..self.grid.len())
            .map(|k| {
                let t = whole(k) * self.unit.days();
                let so_far: u64 = self.curve.steps.iter().take_while(|s| s.time <= t).map(|s| s.left).sum();
                let within = so_far - left_before;
                left_before = so_far;
                Some(within)
            })
            .collect();
        let at_risk =
            (0..self.grid.len()).map(|k| Some(self.curve.at_risk(whole(k) * self.unit.days()))).collect();
        let curve = Table::figures("curve")
            .with("after", Column::Count((0..self.grid.len() as u64).map(Some).collect()))
            .with("at_risk", Column::Count(at_risk))
            .with("left", Column::Count(left))
            .with("staying", shares(&|s| Some(s.survival)))
            .with("low", shares(&|s| s.interval.map(|i| i.0)))
            .with("high", shares(&|s| s.interval.map(|i| i.1)))
            .chart(
                "churn.survival.curve",
                ChartKind::Steps { x: "after", y: "staying", band: Some(("low", "high")) },
            );
        let of = |f: &dyn Fn(&Incidence) -> Option<f64>| {
            Column::Share(self.reasons.iter().map(|r| f(&r.by_horizon)).collect())
        };
        let reasons = Table::figures("reasons")
            .with("reason", Column::Text(self.reasons.iter().map(|r| r.reason.clone()).collect()))
            .with("left", Column::Count(self.reasons.iter().map(|r| Some(r.left)).collect()))
            .with("share", of(&|i| Some(i.share)))
            .with("low", of(&|i| i.interval.map(|i| i.0)))
            .with("high", of(&|i| i.interval.map(|i| i.1)))
            .chart(
                "churn.survival.reasons",
                ChartKind::Intervals { label: "reason", value: "share", low: "low", high: "high" },
            );
        let stay = |f: &dyn Fn(&Estimate) -> Option<f64>| {
            Column::Share(self.plans.iter().map(|p| p.staying.as_ref().and_then(f)).collect())
        };
        let plans = Table::figures("plans")
            .with("plan", Column::Text(self.plans.iter().map(|p| p.plan.clone()).collect()))
            .with("customers", Column::Count(self.plans.iter().map(|p| Some(p.n)).collect()))
            .with("left", Column::Count(self.plans.iter().map(|p| Some(p.left)).collect()))
            .with("expected_left", Column::Number(self.plans.iter().map(|p| Some(p.expected)).collect()))
            .with("staying", stay(&|e| Some(e.value)))
            .with("low", stay(&|e| e.interval.map(|i| i.0)))
            .with("high", stay(&|e| e.interval.map(|i| i.1)))
            .chart(
                "churn.survival.plans",
                ChartKind::Intervals { label: "plan", value: "staying", low: "low", high: "high" },
            );
        let tenure = self.due.iter().map(|d| u64::try_from(d.1).ok()).collect();
        let due = Table::list("due")
            .with("customer", Column::Customer(self.due.iter().map(|d| d.0).collect()))
            .with("tenure_days", Column::Count(tenure))
            .with("monthly", Column::Money(self.due.iter().map(|d| d.2).collect(), self.money));
        vec![curve, reasons, plans, due]
    }

    fn messages(&self) -> Vec<Message> {
        let mut out = Vec::new();
        let unit = Cell::Word { family: "tenure_unit", name: self.unit.word() };
        let number = |x: f64| Cell::Number(self.units(x));
        match self.curve.median().time {
            Some(t) => {
                let said =
                    Message::new("churn.survival.median").with("time", number(t)).with("unit", unit.clone());
                out.push(said);
            }
            None => {
                let last = self.curve.steps.last().map_or(1.0, |s| s.survival);
                let said = Message::new("churn.survival.no_median").with("staying", Cell::Share(last));
                out.push(said.with("time", number(self.curve.last_seen())).with("unit", unit.clone()));
            }
        }
        if let Some(peak) = self.peak {
            let one = Cell::Word { family: "tenure_one", name: self.unit.word() };
            let said = Message::new("churn.survival.peak")
                .with("after", Cell::Count(u64::from(peak.unit)))
                .with("unit", if peak.unit == 1 { one } else { unit })
                .with("share", Cell::Share(peak.leaving.value));
            let (low, high) = peak.leaving.interval.unwrap_or((peak.leaving.value, peak.leaving.value));
            out.push(said.with("low", Cell::Share(low)).with("high", Cell::Share(high)));
        }
        if let Some(c) = &self.comparison {
            let key = if c.p < 0.05 { "churn.survival.plans_differ" } else { "churn.survival.plans_alike" };
            out.push(Message::new(key).with("p", Cell::Number(c.p)));
        }
        if self.curve.exhausted.is_some() {
            out.push(Message::new("churn.survival.exhausted"));
        }
        for (key, n) in
            [("churn.survival.returned", self.returned), ("churn.survival.entered_late", self.entered_late)]
        {
            if n > 0 {
                out.push(Message::new(key).with("n", Cell::Count(n)));
            }
        }
        out
    }
}

impl Present for Staying {
    fn answer(&self) -> Answer {
        let mut a = Answer::default();
        let median = self.curve.median();
        let units = |t: Option<f64>| t.map_or(Cell::Missing, |t| Cell::Number(self.units(t)));
        a.set("customers", Cell::Count(self.curve.n));
        a.set("left", Cell::Count(self.curve.left));
        a.set("unit", Cell::Word { family: "tenure_unit", name: self.unit.word() });
        a.set("median.time", units(median.time));
        a.set("median.low", units(median.low));
        a.set("median.high", units(median.high));
        a.set("mean.horizon", Cell::Number(self.units(self.horizon)));
        let mean = self.mean.map(|m| m.estimate);
        a.set("mean.time", units(mean.map(|m| m.value)));
        a.set("mean.low", units(mean.and_then(|m| m.interval).map(|i| i.0)));
        a.set("mean.high", units(mean.and_then(|m| m.interval).map(|i| i.1)));
        let test = self.comparison.as_ref();
        a.set("plans.statistic", test.map_or(Cell::Missing, |c| Cell::Number(c.statistic)));
        a.set("plans.degrees", test.map_or(Cell::Missing, |c| Cell::Count(c.degrees as u64)));
        a.set("plans.p", test.map_or(Cell::Missing, |c| Cell::Number(c.p)));
        a.tables = self.tables();
        a.messages = self.messages();
        if self.reversed > 0 {
            let finding = Finding::new("churn.reversed", Severity::Error);
            a.findings.push(finding.detail("subscriptions", &self.reversed));
        }
        a.actions.push(match self.peak {
            None => Action::Nothing {
                key: "churn.survival.too_thin",
                values: vec![("customers", Cell::Count(self.curve.n)), ("least", Cell::Count(ENOUGH))],
            },
            Some(_) if self.due.is_empty() => {
                Action::Nothing { key: "churn.survival.nobody_due", values: Vec::new() }
            }
            Some(peak) => {
                let customers = self.due.len() as u64;
                let stake = at_risk(self.due.iter().filter_map(|d| d.2), &peak.leaving, self.money);
                Action::Act { key: "churn.survival.call_before", customers, stake, list: "due" }
            }
        });
        a
    }
}

/// The monthly revenue expected to go when a share of these customers leaves.
pub(crate) fn at_risk(
    prices: impl Iterator<Item = Minor>,
    leaving: &Estimate,
    unit: MoneyUnit,
) -> Option<Stake> {
    let sum = Minor::from_wide(prices.map(|m| i128::from(m.0)).sum(), "monthly revenue").ok()?;
    let part = |share: f64| unit.nearest(unit.float(sum) * share);
    let (low, high) = leaving.interval?;
    (sum.0 > 0).then_some(Stake { value: part(leaving.value)?, low: part(low), high: part(high), unit })
}

/// The analysis `churn survival`.
#[derive(Clone, Copy, Debug)]
pub struct ChurnSurvivalAnalysis;

impl Analysis for ChurnSurvivalAnalysis {
    type Params = ChurnSurvivalParams;
    type Input<'a> = (&'a Histories<SubscriptionRow>, &'a Texts, MoneyUnit);
    type Output = Staying;
    const CARD: Card = Card {
        key: "churn survival",
        version: 1,
        title: "How long customers stay",
        unit: "share still there; tenure in the unit asked for",
        formula: "S(t) = product of (1 - left / at risk); Greenwood's variance, log-log interval; reasons by \
                  Aalen-Johansen; plans by the log-rank test",
        source: "Kaplan and Meier, 1958; Aalen and Johansen, 1978; Mantel, 1966",
        assumptions: &[
            "Who is still there leaves later at the same pace as the others of the same tenure.",
            "A customer's first stay counts; a change of plan without a gap is no leaving.",
            "Customers who began before the records do are counted from where the records begin.",
        ],
        words: &[
            "message.churn.survival.median",
            "message.churn.survival.no_median",
            "message.churn.survival.peak",
            "message.churn.survival.plans_differ",
            "message.churn.survival.plans_alike",
            "message.churn.survival.exhausted",
            "message.churn.survival.returned",
            "message.churn.survival.entered_late",
            "action.churn.survival.call_before",
            "action.churn.survival.nobody_due",
            "action.churn.survival.too_thin",
            "chart.churn.survival.curve",
            "chart.churn.survival.reasons",
            "chart.churn.survival.plans",
            "word.tenure_one.day",
            "word.tenure_one.week",
            "word.tenure_one.month",
            "word.tenure_unit.day",
            "word.tenure_unit.week",
            "word.tenure_unit.month",
        ],
        example: "naata churn survival --subscriptions subscriptions.csv --unit month --horizon 12",
    };

    fn run(
        (subscriptions, texts, money): Self::Input<'_>,
        p: &ChurnSurvivalParams,
        cx: &Context<'_>,
    ) -> Result<Staying, Refusal> {
        Ok(staying(subscriptions, texts, money, p, cx)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::churn::relationship::tests::{Row, histories};
    use naata_core::{Currency, Day, Symbols};
    use proptest::prelude::*;

    fn run(rows: &[Row], p: &ChurnSurvivalParams, cx: &Context<'_>) -> Result<Staying, Refusal> {
        let mut symbols = Symbols::default();
        for t in ["moved", "price", "quality"] {
            symbols.intern(t).unwrap();
        }
        let unit = MoneyUnit::of(Currency::INR);
        ChurnSurvivalAnalysis::run((&histories(rows), &symbols.seal().0, unit), p, cx)
    }

    #[test]
    fn stays_are_counted_in_days_and_told_in_units() {
        let rows = [
            (1, 0, Some(70), 0, Some(500)),
            (1, 80, None, 0, Some(500)),
            (2, 0, None, 1, Some(900)),
            (3, 50, Some(60), 1, Some(100)),
            (4, 60, Some(200), 2, None),
        ];
        let p = ChurnSurvivalParams { unit: TenureUnit::Week, horizon: 8 };
        let s = run(&rows, &p, &Context::at(Day(100))).unwrap();
        assert_eq!((s.curve.n, s.curve.left, s.returned), (4, 2, 1));
        assert_eq!(s.curve.steps.iter().map(|s| s.time).collect::<Vec<_>>(), [10.0, 40.0, 70.0, 100.0]);
        let monthly = run(&rows, &ChurnSurvivalParams::default(), &Context::at(Day(100))).unwrap();
        assert_eq!(s.curve, monthly.curve);
        assert_eq!(s.reasons.iter().map(|r| r.left).sum::<u64>(), 2);
        assert_eq!(s.plans.iter().map(|p| p.n).sum::<u64>(), 4);
        assert_eq!(s.answer().flaws(), Vec::<String>::new());
        assert!(matches!(s.answer().actions[0], Action::Nothing { key: "churn.survival.too_thin", .. }));
    }

    #[test]
    fn who_began_before_the_records_enters_late() {
        let rows = [
            (1, 0, Some(70), 0, None),
            (2, 0, Some(20), 0, None),
            (3, 40, Some(60), 0, None),
            (4, 0, None, 0, None),
        ];
        let cx = Context { history_from: Some(Day(30)), ..Context::at(Day(100)) };
        let s = run(&rows, &ChurnSurvivalParams::default(), &cx).unwrap();
        assert_eq!(
            (s.curve.n, s.curve.left, s.entered_late),
            (3, 2, 2),
            "who left before the records is not in them"
        );
        assert_eq!((s.curve.at_risk(20.0), s.curve.at_risk(31.0)), (1, 2));
        assert_eq!(run(&[], &ChurnSurvivalParams::default(), &cx).unwrap_err().code, "metrics.nobody");
    }

    #[test]
    fn the_time_at_which_most_leave_is_found_and_who_comes_up_to_it() {
        // Of 100 a tenth leaves in each of the first two months, half of the rest in the third.
        let mut rows: Vec<Row> = Vec::new();
        for i in 0..100 {
            let end = match i {
                0..10 => Some(15),
                10..19 => Some(45),
                19..60 => Some(75),
                _ => None,
            };
            rows.push((i, 0, end, 0, Some(100)));
        }
        rows.push((200, 155, None, 0, Some(700)));
        let row = |(who, started, ended, plan, monthly): &Row| SubscriptionRow {
            who: CustomerIx(*who),
            id: Symbol::NONE,
            plan: Symbol(*plan),
            started: Day(*started),
            ended: ended.map(Day),
            monthly: monthly.map(Minor),
            reason: Symbol::NONE,
        };
        let flat: Vec<SubscriptionRow> = rows.iter().map(row).collect();
        let h = Histories::group(201, &flat, |s| s.started).unwrap();
        let texts = Symbols::default().seal().0;
        let unit = MoneyUnit::of(Currency::INR);
        let p = ChurnSurvivalParams::default();
        let s = ChurnSurvivalAnalysis::run((&h, &texts, unit), &p, &Context::at(Day(200))).unwrap();
        let peak = s.peak.unwrap();
        assert_eq!((peak.unit, peak.leaving.n), (2, 81));
        assert!((peak.leaving.value - 41.0 / 81.0).abs() < 1e-15);
        assert_eq!(s.due.iter().map(|d| (d.0, d.1)).collect::<Vec<_>>(), [(CustomerIx(200), 45)]);
        let Action::Act { customers: 1, stake: Some(stake), .. } = s.answer().actions[0] else {
            panic!("no action")
        };
        assert_eq!(stake.value, Minor(354));
    }

    proptest! {
        #[test]
        fn any_rows_give_a_sound_answer(
            rows in prop::collection::vec((0u32..9, 0i32..300, prop::option::of(0i32..400), 0u32..4, prop::option::of(-5i64..900)), 1..30),
            as_of in 0i32..350, from in prop::option::of(0i32..200), horizon in 0u32..20,
        ) {
            let cx = Context { history_from: from.map(Day), ..Context::at(Day(as_of)) };
            if let Ok(s) = run(&rows, &ChurnSurvivalParams { unit: TenureUnit::Week, horizon }, &cx) {
                prop_assert_eq!(s.answer().flaws(), Vec::<String>::new());
                prop_assert_eq!(s.plans.iter().map(|p| p.left).sum::<u64>(), s.curve.left);
                prop_assert_eq!(s.reasons.iter().map(|r| r.left).sum::<u64>(), if s.reasons.is_empty() { 0 } else { s.curve.left });
            }
        }
    }
}
