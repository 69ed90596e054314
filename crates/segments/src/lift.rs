//! How much more often an outcome follows in one segment than among all customers.
//!
//! # Formula
//! lift = share with the outcome in the segment / share among all. With RR the ratio of the segment's share to
//! that of the rest and w the segment's part of all customers, lift = RR / (w RR + 1 - w): it rises with RR, so
//! the interval of RR carries over. ln RR has the variance 1/a - 1/n + 1/b - 1/m for a of n and b of m; where a
//! count is 0 one half is added to each of the four cells, for the interval alone.
//!
//! The outcome must begin after the day of the segments: otherwise a segment could foretell what made it.
//!
//! # Source
//! Katz, Baptista, Azen and Pike, "Obtaining Confidence Intervals for the Risk Ratio", 1978.

use crate::Error;
use crate::estimate::{self, Z};
use crate::overlap::grouping;
use crate::rfm::{RfmParams, Scoring, rfm_either};
use crate::sets::{BuiltIn, SegmentSet, name_column};
use naata_answer::{
    Action, Analysis, Answer, Card, Cell, ChartKind, Column, Message, Present, Refusal, Stake, Table, params,
};
use naata_core::{Context, CustomerIx, Day, Grouping, Histories, Minor, MoneyUnit, PurchaseRow, Summary};
use naata_facts::{Facts, Seen};
use naata_math::{exp, ln, sqrt};

/// One segment against all customers.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct SegmentLift {
    /// Customers of the segment whose outcome is known.
    pub customers: u64,
    /// Those with the outcome.
    pub hits: u64,
    /// Their share with its Wilson interval; `None` without customers.
    pub share: Option<estimate::Share>,
    /// Share of the segment / share of all; `None` where either has no customers, or nobody has the outcome.
    pub lift: Option<f64>,
    /// The interval of the lift; `None` also where the segment holds everybody.
    pub interval: Option<(f64, f64)>,
}

/// The lift of every segment.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Lift {
    /// The day of the segments.
    pub on: Day,
    /// The first day of the outcome.
    pub starts: Day,
    /// The segments.
    pub grouping: Grouping,
    /// Each segment, in the order of the names.
    pub segments: Vec<SegmentLift>,
    /// All of them together.
    pub all: SegmentLift,
    /// Customers with a segment whose outcome is not known.
    pub unknown: u64,
}

/// Compares how often an outcome follows in each segment. `outcome` has one slot for each customer, empty where it
/// is not known; `starts` is the first day on which it could happen, and must lie after the day of the segments.
pub fn lift(grouping: &Grouping, on: Day, outcome: &[Option<bool>], starts: Day) -> Result<Lift, Error> {
    if starts <= on {
        return Err(Error::OutcomeTooEarly { on, starts });
    }
    let mut counts = vec![(0u64, 0u64); grouping.names.len()];
    let mut unknown = 0;
    for ix in (0..grouping.of.len() as u32).map(CustomerIx) {
        let Some(class) = grouping.class(ix) else { continue };
        match outcome.get(ix.at()).copied().flatten() {
            None => unknown += 1,
            Some(hit) => {
                if let Some((n, hits)) = counts.get_mut(usize::from(class)) {
                    *n += 1;
                    *hits += u64::from(hit);
                }
            }
        }
    }
    let all = counts.iter().fold((0, 0), |s, c| (s.0 + c.0, s.1 + c.1));
    let one = |c: &(u64, u64)| segment_lift(*c, all);
    Ok(Lift {
        on,
        starts,
        grouping: grouping.clone(),
        segments: counts.iter().map(one).collect(),
        all: one(&all),
        unknown,
    })
}

fn segment_lift((n, a): (u64, u64), (total, hits): (u64, u64)) -> SegmentLift {
    let mut out =
        SegmentLift { customers: n, hits: a, share: estimate::share(a, n), lift: None, interval: None };
    if n == 0 || hits == 0 {
        return out;
    }
    out.lift = Some(a as f64 * total as f64 / (n as f64 * hits as f64));
    let (m, b) = (total - n, hits - a);
    if m == 0 {
        return out;
    }
    // Without any, or with nothing but outcomes on both sides, the plain variance says nothing.
    let half = if a == 0 || b == 0 || (a == n && b == m) { 0.5 } else { 0.0 };
    let w = n as f64 / total as f64;
    let smooth = |hits: u64, of: u64| (hits as f64 + half, of as f64 + 2.0 * half);
    let ((x, n), (y, m)) = (smooth(a, n), smooth(b, m));
    let log = ln(x / n) - ln(y / m);
    let spread = Z * sqrt((1.0 / x - 1.0 / n + 1.0 / y - 1.0 / m).max(0.0));
    let turned = |rr: f64| rr / (w * rr + 1.0 - w);
    // Where one side has no outcome at all the ratio may be as extreme as it was found.
    let low = if a == 0 { 0.0 } else { turned(exp(log - spread)) };
    let high = if b == 0 { 1.0 / w } else { turned(exp(log + spread)) };
    out.interval = Some((low, high));
    out
}

params! {
    /// Parameters of lift.
    pub struct LiftParams {
        /// The day of the segments; as many days before the day of the question as the outcome lasts, when not given
        on: Option<Day> = None,
        /// Days after it in which a purchase is the outcome
        days: u32 = 90,
        /// How values become scores
        scoring: Scoring = Scoring::RankAverage,
        /// Scores of each measure, from 2 to 10
        bins: u8 = 5,
        /// Which names the scores get
        set: BuiltIn = BuiltIn::Grid,
        /// A fact that names segments, such as segments.rules, instead of RFM
        by: Option<String> = None,
    }
}

impl LiftParams {
    /// The day of the segments.
    fn seen(&self) -> Seen {
        self.on.map_or(Seen::Ago(self.days.max(1)), Seen::On)
    }
}

/// The lift of a purchase for the RFM segments of an earlier day.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct PurchaseLift {
    /// The lift of each segment.
    pub lift: Lift,
    /// The last day of the outcome.
    pub until: Day,
    /// The unit of all amounts.
    pub unit: MoneyUnit,
    /// Customers of segments that buy more often than others, who did not: the customer and what they paid up to
    /// the day of the segments.
    pub missing: Vec<(CustomerIx, u16, Minor)>,
}

/// Scores customers on an earlier day and compares how often each segment bought in the days after it.
pub fn purchase_lift(
    purchases: &Histories<PurchaseRow>,
    unit: MoneyUnit,
    params: &LiftParams,
    cx: &Context<'_>,
) -> Result<PurchaseLift, Error> {
    purchase_lift_in(None, purchases, unit, params, cx)
}

/// The same with names of one's own for the scores, where they are given.
pub fn purchase_lift_in(
    own: Option<&SegmentSet>,
    purchases: &Histories<PurchaseRow>,
    unit: MoneyUnit,
    params: &LiftParams,
    cx: &Context<'_>,
) -> Result<PurchaseLift, Error> {
    let (on, _) = days(params, cx.as_of)?;
    let summaries = purchases.iter().map(|(_, rows)| Summary::of(rows, on)).collect::<Result<Vec<_>, _>>()?;
    let rfm_params =
        RfmParams { scoring: params.scoring, bins: params.bins, set: params.set, ..RfmParams::default() };
    let scored = rfm_either(own, &summaries, unit, &rfm_params, &Context { as_of: on, ..*cx })?;
    let mut of = vec![Grouping::NONE; purchases.customers()];
    for row in &scored.rows {
        if let Some(slot) = of.get_mut(row.customer.at()) {
            *slot = row.segment;
        }
    }
    let grouping = Grouping { fact: crate::rfm::facts::SEGMENT.into(), of, names: scored.names };
    lift_of(&grouping, purchases, unit, params, cx)
}

/// The day of the segments and the last day of the outcome.
fn days(params: &LiftParams, as_of: Day) -> Result<(Day, Day), Error> {
    let on = params.seen().day(as_of).unwrap_or(Day::MIN);
    let days = i32::try_from(params.days.max(1)).unwrap_or(i32::MAX);
    let until = on.plus(days).filter(|until| *until <= as_of);
    Ok((on, until.ok_or(Error::OutcomeUnfinished { on, days: params.days, as_of })?))
}

/// Compares how often each segment of any grouping, as it was on the day of the parameters, bought in the days after it.
pub fn lift_of(
    grouping: &Grouping,
    purchases: &Histories<PurchaseRow>,
    unit: MoneyUnit,
    params: &LiftParams,
    cx: &Context<'_>,
) -> Result<PurchaseLift, Error> {
    let (on, until) = days(params, cx.as_of)?;
    let bought =
        |rows: &[PurchaseRow]| Some(rows.iter().any(|p| !p.is_refund() && p.day > on && p.day <= until));
    let outcome: Vec<Option<bool>> = purchases.iter().map(|(_, rows)| bought(rows)).collect();
    let starts = on.plus(1).unwrap_or(Day::MAX);
    let lift = lift(grouping, on, &outcome, starts)?;
    let above = |class: u16| {
        let segment = lift.segments.get(usize::from(class));
        segment.and_then(|s| s.interval).is_some_and(|(low, _)| low > 1.0)
    };
    let stayed_away = |c: CustomerIx| outcome.get(c.at()).copied().flatten() == Some(false);
    let mut missing = Vec::new();
    for (who, rows) in purchases.iter() {
        if let Some(class) = grouping.class(who).filter(|class| above(*class) && stayed_away(who)) {
            missing.push((who, class, Summary::of(rows, on)?.net()?));
        }
    }
    Ok(PurchaseLift { lift, until, unit, missing })
}

/// The words besides those of tables, columns and the head.
const WORDS: &[&str] = &[
    "message.lift.best",
    "action.lift.missing",
    "action.lift.no_difference",
    "chart.lift.intervals",
    "word.segment.Champions",
    "word.segment.Loyal",
    "word.segment.Potential Loyalist",
    "word.segment.New",
    "word.segment.Promising",
    "word.segment.Need Attention",
    "word.segment.About To Sleep",
    "word.segment.At Risk",
    "word.segment.Can't Lose Them",
    "word.segment.Hibernating",
    "word.segment.Loyal Customers",
    "word.segment.New Customers",
    "word.segment.Lost",
    "word.segment.Others",
];

/// The command `lift`.
pub struct LiftAnalysis;

impl Analysis for LiftAnalysis {
    type Params = LiftParams;
    type Input<'a> = (&'a Histories<PurchaseRow>, MoneyUnit, Option<&'a SegmentSet>, &'a Facts);
    type Output = PurchaseLift;
    const CARD: Card = Card {
        key: "lift",
        version: 1,
        title: "Lift: which segments of an earlier day bought more often afterwards",
        unit: "ratio of shares",
        formula: "share of buyers in the segment / share of buyers among all; interval from the risk ratio to the rest",
        source: "Katz, Baptista, Azen and Pike, 1978; Wilson, 1927 (shares)",
        assumptions: &[
            "segments see purchases up to their day alone, the outcome those after it",
            "a lift describes; it is no effect of whatever was done to a segment",
        ],
        words: WORDS,
        example: "naata lift --purchases purchases.csv --on 2026-06-30 --days 90",
    };

    fn wants(params: &LiftParams) -> Vec<String> {
        params.by.iter().map(|by| params.seen().name(by)).collect()
    }

    fn run(
        (purchases, unit, own, facts): Self::Input<'_>,
        params: &LiftParams,
        cx: &Context<'_>,
    ) -> Result<PurchaseLift, Refusal> {
        let Some(by) = &params.by else { return Ok(purchase_lift_in(own, purchases, unit, params, cx)?) };
        let segments = grouping(facts, &params.seen().name(by))?;
        Ok(lift_of(&segments, purchases, unit, params, cx)?)
    }
}

impl Present for PurchaseLift {
    fn answer(&self) -> Answer {
        let mut a = Answer::default();
        let l = &self.lift;
        a.set("on", Cell::Day(l.on));
        a.set("starts", Cell::Day(l.starts));
        a.set("until", Cell::Day(self.until));
        a.set("customers", Cell::Count(l.all.customers));
        a.set("buyers", Cell::Count(l.all.hits));
        a.set("share", l.all.share.map_or(Cell::Missing, |s| Cell::Share(s.value)));
        let names = &l.grouping.names;
        let share = |of: fn(&SegmentLift) -> Option<f64>| Column::Share(l.segments.iter().map(of).collect());
        let number =
            |of: fn(&SegmentLift) -> Option<f64>| Column::Number(l.segments.iter().map(of).collect());
        let table = Table::figures("segments")
            .with("segment", name_column(names, (0u16..).take(names.len()).map(Some).collect()))
            .with("customers", Column::Count(l.segments.iter().map(|s| Some(s.customers)).collect()))
            .with("buyers", Column::Count(l.segments.iter().map(|s| Some(s.hits)).collect()))
            .with("share", share(|s| s.share.map(|s| s.value)))
            .with("share_low", share(|s| s.share.map(|s| s.low)))
            .with("share_high", share(|s| s.share.map(|s| s.high)))
            .with("lift", number(|s| s.lift))
            .with("low", number(|s| s.interval.map(|i| i.0)))
            .with("high", number(|s| s.interval.map(|i| i.1)))
            .chart(
                "lift.intervals",
                ChartKind::Intervals { label: "segment", value: "lift", low: "low", high: "high" },
            );
        a.tables.push(table);
        let ranked = l.segments.iter().zip(0u16..).filter_map(|(s, at)| Some((s.interval?.0, s, at)));
        if let Some((low, s, at)) = ranked.max_by(|x, y| x.0.total_cmp(&y.0)) {
            let Some(high) = s.interval.map(|i| i.1) else { return a };
            a.messages.push(
                Message::new("lift.best")
                    .with("segment", name_column(names, vec![Some(at)]).cell(0))
                    .with("lift", s.lift.map_or(Cell::Missing, Cell::Number))
                    .with("low", Cell::Number(low))
                    .with("high", Cell::Number(high))
                    .with("customers", Cell::Count(s.customers)),
            );
        }
        if self.missing.is_empty() {
            let values = vec![("customers", Cell::Count(l.all.customers))];
            a.actions.push(Action::Nothing { key: "lift.no_difference", values });
            return a;
        }
        let mut rows: Vec<_> = self.missing.iter().collect();
        rows.sort_by_key(|r| (std::cmp::Reverse(r.2), r.0));
        let list = Table::list("missing")
            .with("customer", Column::Customer(rows.iter().map(|r| r.0).collect()))
            .with("segment", name_column(names, rows.iter().map(|r| Some(r.1)).collect()))
            .with("paid", Column::Money(rows.iter().map(|r| Some(r.2)).collect(), self.unit));
        a.tables.push(list);
        let sum = Minor::from_wide(rows.iter().map(|r| i128::from(r.2.0)).sum(), "a list's purchases").ok();
        let stake = sum.map(|value| Stake { value, low: None, high: None, unit: self.unit });
        let customers = rows.len() as u64;
        a.actions.push(Action::Act { key: "lift.missing", customers, stake, list: "missing" });
        a
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{purchases, words_are_declared};
    use naata_core::Currency;
    use naata_testkit::assert_close;
    use proptest::prelude::*;

    fn grouping(of: &[u16]) -> Grouping {
        Grouping { fact: "f".into(), of: of.to_vec(), names: vec!["a".into(), "b".into()] }
    }

    #[test]
    fn an_outcome_of_the_same_day_is_refused() {
        let g = grouping(&[0, 1]);
        let early = lift(&g, Day(5), &[Some(true), Some(false)], Day(5));
        assert_eq!(early, Err(Error::OutcomeTooEarly { on: Day(5), starts: Day(5) }));
        assert!(lift(&g, Day(5), &[Some(true), Some(false)], Day(6)).is_ok());
    }

    #[test]
    fn the_interval_comes_from_the_risk_ratio() {
        // 30 of 100 against 10 of 100: RR 3, ln RR with variance 1/30 - 1/100 + 1/10 - 1/100.
        let s = segment_lift((100, 30), (200, 40));
        assert_close("lift", s.lift.unwrap(), 1.5, 1e-15);
        let (low, high) = s.interval.unwrap();
        let back = |lift: f64| lift * 0.5 / (1.0 - lift * 0.5);
        let spread = 1.959_963_984_540_054 * sqrt(1.0 / 30.0 - 0.01 + 0.1 - 0.01);
        assert_close("low", back(low), exp(ln(3.0) - spread), 1e-12);
        assert_close("high", back(high), exp(ln(3.0) + spread), 1e-12);
        // All of four and none of four: at most the two to which all outcomes in the half lead.
        assert_eq!(segment_lift((4, 4), (8, 4)).interval.unwrap().1, 2.0);
        let (low, high) = segment_lift((4, 4), (8, 8)).interval.unwrap();
        assert!(low < 1.0 && high > 1.0);
        assert_eq!((segment_lift((4, 1), (4, 1)).interval, segment_lift((4, 0), (8, 0)).lift), (None, None));
    }

    #[test]
    fn segments_see_nothing_of_the_outcome() {
        let mut rows: Vec<(u8, i32, i64)> = Vec::new();
        for who in 0..40u8 {
            let often = who % 2 == 0;
            for visit in 0..(if often { 6 } else { 1 }) {
                rows.push((who, 40 + visit * 8, 100));
            }
            if often && who > 8 || who == 1 {
                rows.push((who, 120, 100));
            }
        }
        let run = |rows: &[(u8, i32, i64)], as_of: i32| {
            let params = LiftParams { on: Some(Day(100)), days: 30, ..LiftParams::default() };
            purchase_lift(&purchases(rows), MoneyUnit::of(Currency::INR), &params, &Context::at(Day(as_of)))
        };
        assert_eq!(run(&rows, 129).map_err(|e| e.code()), Err("segments.outcome_unfinished"));
        let l = run(&rows, 130).unwrap();
        assert_eq!((l.lift.all.customers, l.lift.all.hits), (40, 16));
        assert_eq!(l.missing.iter().map(|m| m.0.0).collect::<Vec<_>>(), [0, 2, 4, 6, 8]);
        // Without the outcome the segments are the same.
        let before: Vec<_> = rows.iter().copied().filter(|r| r.1 <= 100).collect();
        assert_eq!(run(&before, 130).unwrap().lift.grouping, l.lift.grouping);
        let a = l.answer();
        assert_eq!(a.flaws(), Vec::<String>::new());
        words_are_declared(&a, WORDS);
    }

    proptest! {
        #[test]
        fn lifts_average_to_one_and_lie_in_their_interval(
            rows in prop::collection::vec((0u16..3, prop::option::of(any::<bool>())), 1..60),
        ) {
            let g = grouping(&rows.iter().map(|r| r.0).collect::<Vec<_>>());
            let outcome: Vec<Option<bool>> = rows.iter().map(|r| r.1).collect();
            let l = lift(&g, Day(0), &outcome, Day(1)).unwrap();
            let n: u64 = l.segments.iter().map(|s| s.customers).sum();
            prop_assert_eq!((n, n + l.unknown), (l.all.customers, rows.iter().filter(|r| r.0 < 2).count() as u64));
            if l.all.hits > 0 {
                let mean: f64 = l.segments.iter().map(|s| s.lift.unwrap_or(0.0) * s.customers as f64).sum();
                prop_assert!((mean / n as f64 - 1.0).abs() < 1e-12);
            }
            for s in &l.segments {
                if let (Some(x), Some((low, high))) = (s.lift, s.interval) {
                    prop_assert!(low <= high && (x <= high + 1e-12));
                    prop_assert!(x >= low - 1e-12);
                }
            }
        }
    }
}
