//! Recency, frequency, monetary value: scores of each customer and the ten names.
//!
//! # Formula
//! See [`measure`] for the three measures, [`Scoring`] for the ways to score them, [`Segment`] for the ten names, and
//! [`crate::sets`] for other sets of names.
//! All of it is worked out in whole numbers, so that a score never hangs on how a sum of decimals was rounded.
//!
//! # Source
//! Hughes, Strategic Database Marketing, 1994.

mod cut;
pub mod facts;
mod frozen;
mod grid;
mod measure;
mod naming;
mod present;
mod ranges;
mod rank;
mod scoring;

pub(crate) use frozen::Frozen;
pub use grid::{AREAS, Area, Segment, fifth};
pub use measure::{Frequency, Measures, Refunds, measure};
pub(crate) use naming::Naming;
pub use ranges::{Measure, Range};
pub use scoring::{Scores, Scoring, score};

use crate::Error;
use crate::sets::{BuiltIn, SegmentSet};
use naata_answer::{Analysis, AsAsked, Card, Refusal, params};
use naata_core::{Context, CustomerIx, Day, Histories, Minor, MoneyUnit, PurchaseRow, Summary, TableKind};

params! {
    /// Parameters of RFM.
    pub struct RfmParams {
        /// How values become scores
        scoring: Scoring = Scoring::RankAverage,
        /// Scores of each measure, from 2 to 10
        bins: u8 = 5,
        /// What frequency counts
        frequency: Frequency = Frequency::Purchases,
        /// What refunds do to the monetary value
        refunds: Refunds = Refunds::Net,
        /// Which names the scores get
        set: BuiltIn = BuiltIn::Grid,
        /// Days of purchases that count, the last day included; all when left out
        window: Option<u32> = None,
    }
}

/// One customer's measures, scores and segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RfmRow {
    /// The customer.
    pub customer: CustomerIx,
    /// Days since the last purchase.
    pub recency: u32,
    /// Purchases, or days of purchase.
    pub frequency: u32,
    /// What was paid.
    pub monetary: Minor,
    /// Score of recency.
    pub r: u8,
    /// Score of frequency.
    pub f: u8,
    /// Score of monetary value.
    pub m: u8,
    /// The segment: a position in [`Rfm::names`].
    pub segment: u16,
}

/// The customers of one segment, or of one cell of the grid, together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Share {
    /// How many customers.
    pub customers: u64,
    /// What they paid.
    pub value: Minor,
    /// The sum of their recencies, in days.
    pub recency: u64,
    /// The sum of their frequencies.
    pub frequency: u64,
}

impl Share {
    fn add(&mut self, row: &RfmRow) -> Result<(), Error> {
        self.customers += 1;
        self.value = self.value.plus(row.monetary, "a segment's monetary values")?;
        self.recency += u64::from(row.recency);
        self.frequency += u64::from(row.frequency);
        Ok(())
    }

    /// What one of them paid on average, to the nearest minor unit, halves away from zero.
    pub fn mean_value(&self) -> Option<Minor> {
        let (sum, n) = (i128::from(self.value.0), i128::from(self.customers));
        let rounded = (2 * sum.abs() + n).checked_div(2 * n)?;
        i64::try_from(rounded * sum.signum()).ok().map(Minor)
    }
}

/// RFM of a base.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Rfm {
    /// The day of the question.
    pub as_of: Day,
    /// The unit of all amounts.
    pub unit: MoneyUnit,
    /// How values became scores.
    pub scoring: Scoring,
    /// Scores of each measure.
    pub bins: u8,
    /// How many days of purchases count; all when `None`.
    pub window: Option<u32>,
    /// Customers of the base, scored or not.
    pub base: usize,
    /// One row for each customer with a purchase, in order of customer.
    pub rows: Vec<RfmRow>,
    /// The values behind each score.
    pub edges: Vec<Range>,
    /// The names of the segments, in the order of the set.
    pub names: Vec<Box<str>>,
    /// What to do with those of each name, where the owner of the set says so.
    pub actions: Vec<Option<Box<str>>>,
    /// Each segment's share, in the order of the names.
    pub segments: Vec<Share>,
    /// Each cell's share: R from the best down, and within it F from the best down.
    pub grid: Vec<(u8, u8, Share)>,
    /// The name of each cell of the grid; `None` where it hangs on monetary value too.
    pub cells: Vec<Option<u16>>,
    /// All customers together.
    pub total: Share,
}

impl Rfm {
    /// Customers of the base without a purchase, who have no score.
    pub fn unscored(&self) -> u64 {
        (self.base as u64).saturating_sub(self.rows.len() as u64)
    }

    /// The name of a customer's segment.
    pub fn name(&self, row: &RfmRow) -> &str {
        self.names.get(usize::from(row.segment)).map_or("", |n| n)
    }

    /// The share of a segment, by name.
    pub fn share(&self, name: &str) -> Option<&Share> {
        self.names.iter().zip(&self.segments).find(|(n, _)| ***n == *name).map(|(_, share)| share)
    }
}

/// Scores every customer with a purchase, and names them by the set of the parameters.
///
/// Where the parameters have a window, the summaries are taken to be those of its days: see [`rfm_within`].
pub fn rfm(
    summaries: &[Summary],
    unit: MoneyUnit,
    params: &RfmParams,
    cx: &Context<'_>,
) -> Result<Rfm, Error> {
    scored(summaries, unit, params, Naming::built_in(params.set, params.bins)?, cx)
}

/// Scores every customer with a purchase, and names them by a set of one's own.
pub fn rfm_in(
    set: &SegmentSet,
    summaries: &[Summary],
    unit: MoneyUnit,
    params: &RfmParams,
    cx: &Context<'_>,
) -> Result<Rfm, Error> {
    scored(summaries, unit, params, Naming::of(set, params.bins)?, cx)
}

/// The same with a set of one's own or the one of the parameters.
pub(crate) fn rfm_either(
    own: Option<&SegmentSet>,
    summaries: &[Summary],
    unit: MoneyUnit,
    params: &RfmParams,
    cx: &Context<'_>,
) -> Result<Rfm, Error> {
    scored(summaries, unit, params, Naming::either(own, params.set, params.bins)?, cx)
}

fn scored(
    summaries: &[Summary],
    unit: MoneyUnit,
    params: &RfmParams,
    naming: Naming,
    cx: &Context<'_>,
) -> Result<Rfm, Error> {
    let RfmParams { scoring, bins, frequency, refunds, window, set: _ } = *params;
    let measures = measure(summaries, frequency, refunds, cx.as_of)?;
    let customers = measures.who.len() as u64;
    if customers == 0 {
        return Err(Error::NoBuyers { as_of: cx.as_of });
    }
    if customers < u64::from(bins) {
        return Err(Error::TooFewBuyers { bins, customers, as_of: cx.as_of });
    }
    let scores = score(&measures, scoring, bins, unit, cx.exec);
    let edges = ranges::ranges(&measures, &scores, bins);
    let three = measures.recency.iter().zip(&measures.frequency).zip(&measures.monetary);
    let scored = scores.r.iter().zip(&scores.f).zip(&scores.m);
    let mut rows = Vec::with_capacity(measures.who.len());
    for ((who, ((recency, frequency), monetary)), ((r, f), m)) in measures.who.iter().zip(three).zip(scored) {
        rows.push(RfmRow {
            customer: *who,
            // Both lie within 32 bits: days of one calendar, and a count that came from 32 bits.
            recency: u32::try_from(*recency).unwrap_or(u32::MAX),
            frequency: u32::try_from(*frequency).unwrap_or(u32::MAX),
            monetary: Minor(*monetary),
            r: *r,
            f: *f,
            m: *m,
            segment: naming.of_scores(*r, *f, *m),
        });
    }
    let mut segments = vec![Share::default(); naming.names.len()];
    let mut total = Share::default();
    let down = || (1..=bins).rev();
    let mut grid: Vec<(u8, u8, Share)> =
        down().flat_map(|r| down().map(move |f| (r, f, Share::default()))).collect();
    let cells = grid.iter().map(|(r, f, _)| naming.of_cell(*r, *f)).collect();
    for row in &rows {
        total.add(row)?;
        if let Some(share) = segments.get_mut(usize::from(row.segment)) {
            share.add(row)?;
        }
        let cell = usize::from(bins - row.r) * usize::from(bins) + usize::from(bins - row.f);
        if let Some((_, _, share)) = grid.get_mut(cell) {
            share.add(row)?;
        }
    }
    Ok(Rfm {
        as_of: cx.as_of,
        unit,
        scoring,
        bins,
        window,
        base: summaries.len(),
        rows,
        edges,
        names: naming.names,
        actions: naming.actions,
        segments,
        grid,
        cells,
        total,
    })
}

/// Summaries of the purchases from one day to another, both included.
pub(crate) fn summaries_between(
    purchases: &Histories<PurchaseRow>,
    from: Day,
    to: Day,
) -> Result<Vec<Summary>, Error> {
    let one = |(_, rows): (CustomerIx, &[PurchaseRow])| {
        let start = rows.partition_point(|p| p.day < from);
        Ok(Summary::of(rows.get(start..).unwrap_or(&[]), to)?)
    };
    purchases.iter().map(one).collect()
}

/// The first day of a window of so many days that ends on a day; of all days without a window.
pub(crate) fn window_begin(days: Option<u32>, end: Day) -> Day {
    let back = days.map(|days| i32::try_from(days.max(1) - 1).unwrap_or(i32::MAX));
    back.and_then(|back| end.plus(-back)).unwrap_or(Day::MIN)
}

/// Scores the customers with a purchase within the window of the parameters; `own` are names of one's own for the scores.
///
/// # Errors
/// A window without a day; else as [`rfm`].
pub fn rfm_within(
    own: Option<&SegmentSet>,
    purchases: &Histories<PurchaseRow>,
    unit: MoneyUnit,
    params: &RfmParams,
    cx: &Context<'_>,
) -> Result<Rfm, Error> {
    if params.window == Some(0) {
        return Err(Error::Window { days: 0 });
    }
    let summaries = summaries_between(purchases, window_begin(params.window, cx.as_of), cx.as_of)?;
    rfm_either(own, &summaries, unit, params, cx)
}

/// The command `rfm`.
pub struct RfmAnalysis;

impl Analysis for RfmAnalysis {
    type Params = RfmParams;
    type Input<'a> = (&'a [Summary], MoneyUnit, Option<&'a SegmentSet>, AsAsked<&'a Histories<PurchaseRow>>);
    type Output = Rfm;
    const CARD: Card = Card {
        key: "rfm",
        version: 1,
        title: "Recency, frequency and monetary value: who are the best customers, who is slipping away",
        unit: "scores from 1 (worst) to the number of bins (best)",
        formula: "score = ceil(bins x rank / n), equal values at the mean of their ranks; \
                  R = bins + 1 - score of the days since the last purchase; the name follows from R and F",
        source: "Hughes, Strategic Database Marketing, 1994; quantiles: Hyndman and Fan, 1996",
        assumptions: &[
            "scores compare customers of this base with each other and say nothing about another base",
            "frequency and monetary value cover the whole export, so older customers had more time to earn them, \
             unless a window of days gives all the same time",
            "refunds are no purchase; they only lower the monetary value, unless they are ignored",
        ],
        words: present::WORDS,
        example: "naata rfm --purchases purchases.csv --scoring rank-average --bins 5",
    };

    fn asks(params: &RfmParams) -> &'static [TableKind] {
        if params.window.is_some() { &[TableKind::Purchases] } else { &[] }
    }

    fn run(
        (summaries, unit, own, AsAsked(purchases)): Self::Input<'_>,
        params: &RfmParams,
        cx: &Context<'_>,
    ) -> Result<Rfm, Refusal> {
        match params.window {
            None => Ok(rfm_either(own, summaries, unit, params, cx)?),
            Some(_) => Ok(rfm_within(own, purchases.ok_or(Error::NotKept)?, unit, params, cx)?),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use naata_core::Currency;
    use proptest::prelude::*;

    fn stated(rows: &[(i32, u32, i64)]) -> Vec<Summary> {
        let one = |(last, days, total): &(i32, u32, i64)| {
            Summary::stated(Day(0), Day(*last), *days, Minor(*total), Minor(0))
        };
        rows.iter().map(one).collect()
    }

    fn run(rows: &[(i32, u32, i64)], params: &RfmParams) -> Result<Rfm, Error> {
        rfm(&stated(rows), MoneyUnit::of(Currency::INR), params, &Context::at(Day(100)))
    }

    #[test]
    fn parameters_and_bases_that_make_no_sense_are_refused() {
        for bins in [0, 1, 11] {
            let params = RfmParams { bins, ..RfmParams::default() };
            assert_eq!(run(&[(1, 1, 1)], &params), Err(Error::Bins { bins }));
        }
        assert_eq!(run(&[], &RfmParams::default()), Err(Error::NoBuyers { as_of: Day(100) }));
        assert_eq!(run(&[(1, 0, 0)], &RfmParams::default()), Err(Error::NoBuyers { as_of: Day(100) }));
        // Two customers in five bins would get names that mean nothing.
        let few = run(&[(1, 1, 1), (2, 1, 1), (3, 0, 0)], &RfmParams::default());
        assert_eq!(few, Err(Error::TooFewBuyers { bins: 5, customers: 2, as_of: Day(100) }));
        assert_eq!(
            run(&[(1, 1, 1), (2, 1, 1)], &RfmParams { bins: 2, ..RfmParams::default() })
                .map(|r| r.rows.len()),
            Ok(2)
        );
        let late = run(&[(101, 1, 1)], &RfmParams::default());
        assert_eq!(late, Err(Error::Later { as_of: Day(100), last: Day(101) }));
        let most = run(&[(1, 1, i64::MAX); 5], &RfmParams::default());
        assert_eq!(most.map_err(|e| e.code()), Err("core.overflow"));
    }

    #[test]
    fn a_window_is_the_same_as_an_export_of_its_days() {
        let row = |who: u32, day: i32, amount: i64, row: u32| PurchaseRow {
            who: CustomerIx(who),
            day: Day(day),
            amount: Minor(amount),
            seconds: PurchaseRow::NO_TIME,
            row,
        };
        // The first bought before the window alone; the day on which it begins counts, and the last one too.
        let all: Vec<PurchaseRow> =
            [(0, 60, 9_00), (1, 71, 5_00), (1, 70, 7_00), (2, 100, 3_00), (3, 90, 4_00), (3, 90, -1_00)]
                .iter()
                .zip(0..)
                .map(|((w, d, a), n)| row(*w, *d, *a, n))
                .collect();
        let inside: Vec<PurchaseRow> = all.iter().filter(|p| p.day >= Day(71)).copied().collect();
        let group = |rows: &[PurchaseRow]| Histories::group(4, rows, |p| (p.day, p.row)).unwrap();
        let (all, inside) = (group(&all), group(&inside));
        let params = RfmParams { bins: 3, window: Some(30), ..RfmParams::default() };
        let inr = MoneyUnit::of(Currency::INR);
        let cx = Context::at(Day(100));
        let within = rfm_within(None, &all, inr, &params, &cx).unwrap();
        let alone = rfm_within(None, &inside, inr, &RfmParams { window: None, ..params }, &cx).unwrap();
        assert_eq!((&within.rows, within.unscored()), (&alone.rows, 1));
        assert_eq!(within.rows.iter().map(|r| r.monetary.0).collect::<Vec<_>>(), [5_00, 3_00, 3_00]);
        let never = rfm_within(None, &group(&[]), inr, &RfmParams { window: Some(u32::MAX), ..params }, &cx);
        assert_eq!(never, Err(Error::NoBuyers { as_of: Day(100) }));
        let run = |window, kept| {
            RfmAnalysis::run((&[], inr, None, AsAsked(kept)), &RfmParams { window, ..params }, &cx)
        };
        assert_eq!(run(Some(0), Some(&all)).map_err(|e| e.code), Err("segments.window"));
        assert_eq!(run(Some(30), None).map_err(|e| e.code), Err("segments.not_kept"));
    }

    #[test]
    fn mean_values_are_rounded_to_the_nearest() {
        let mean =
            |value, customers| Share { value: Minor(value), customers, ..Share::default() }.mean_value();
        assert_eq!(
            [mean(7, 2), mean(-7, 2), mean(10, 3), mean(0, 0)],
            [Some(Minor(4)), Some(Minor(-4)), Some(Minor(3)), None]
        );
    }

    proptest! {
        #[test]
        fn the_tables_add_up_to_the_rows(rows in prop::collection::vec((0i32..=100, 0u32..6, -50i64..500), 1..80), bins in 2u8..=10) {
            let params = RfmParams { bins, ..RfmParams::default() };
            let Ok(result) = run(&rows, &params) else { return Ok(()) };
            let n = result.rows.len() as u64;
            prop_assert_eq!(n + result.unscored(), rows.len() as u64);
            prop_assert_eq!(n, result.total.customers);
            prop_assert!(result.rows.iter().all(|r| result.name(r) == Segment::of(r.r, r.f, bins).name()));
            prop_assert_eq!(result.segments.iter().map(|s| s.customers).sum::<u64>(), n);
            prop_assert_eq!(result.segments.iter().map(|s| s.value.0).sum::<i64>(), result.total.value.0);
            prop_assert_eq!(result.grid.iter().map(|(_, _, s)| s.customers).sum::<u64>(), n);
            prop_assert_eq!(result.grid.iter().map(|(_, _, s)| s.value.0).sum::<i64>(), result.total.value.0);
            for (r, f, share) in &result.grid {
                let here = result.rows.iter().filter(|x| (x.r, x.f) == (*r, *f));
                prop_assert_eq!(here.count() as u64, share.customers);
            }
            for measure in [Measure::Recency, Measure::Frequency, Measure::Monetary] {
                let of = result.edges.iter().filter(|e| e.measure == measure);
                prop_assert_eq!(of.clone().map(|e| e.customers).sum::<u64>(), n);
                // From the best score down the values get steadily worse, and no two ranges touch.
                let filled: Vec<(i64, i64)> = of.filter_map(|e| e.values).collect();
                let apart = filled.windows(2).all(|w| match measure {
                    Measure::Recency => w[0].1 < w[1].0,
                    _ => w[0].0 > w[1].1,
                });
                prop_assert!(apart);
            }
        }
    }
}
