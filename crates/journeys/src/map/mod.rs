//! The journey map: which touch follows which, how often, after how long; the paths customers take; who stopped
//! where most go on.
//!
//! # Formula
//! A case is a customer with at least one touch up to the day of the question; its steps are the touches in order
//! of time, ties in the order of the source. What is counted is said at [`MapTally`], who is stuck at [`Stuck`].
//!
//! # Source
//! van der Aalst, Process Mining: Data Science in Action, 2016.

pub mod facts;
mod path;
mod present;
mod stuck;
mod tally;

pub use path::Variants;
pub use stuck::{LEAST, Stuck};
pub use tally::{Activity, Counts, Edge, MapTally};

use crate::{Durations, Error, LeftOut, Log};
use naata_answer::{Analysis, Card, Refusal, params};
use naata_core::{
    Context, CustomerIx, Day, Histories, Instant, Tally, Texts, TouchRow, map_parts, part_range,
};
use std::collections::BTreeMap;

params! {
    /// Parameters of the journey map.
    pub struct MapParams {
        /// Variants to list, the most frequent first; 0 for all
        top: u32 = 20,
        /// Keep only these activities, separated by commas
        activity: Option<String> = None,
        /// Tell the same activity on two channels apart
        channel: bool = false,
        /// Draw only steps that make up at least this share of all steps
        min_share: f64 = 0.01,
        /// Also count pairs that follow each other at any distance
        eventually: bool = false,
        /// Call a customer stuck only where at least this share of touches is followed by another
        go_on: f64 = 0.8,
    }
}

/// The last touch of a customer, and how many there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Latest {
    /// How many touches the customer has.
    pub touches: u64,
    /// The activity of the last one and its time; `None` without a touch.
    pub last: Option<(u32, Instant)>,
}

/// A journey map.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct JourneyMap {
    /// The day of the question.
    pub as_of: Day,
    /// What was asked.
    pub params: MapParams,
    /// The names of the activities, in byte order; an activity's number is its position.
    pub names: Vec<Box<str>>,
    /// What was not counted.
    pub left_out: LeftOut,
    /// Cases: customers with at least one touch.
    pub cases: u64,
    /// Touches.
    pub touches: u64,
    /// Touches at the very instant of the one before them: their order is that of the source.
    pub tied: u64,
    /// Cases with such touches.
    pub tied_cases: u64,
    /// Each activity, by number.
    pub activities: Vec<Activity>,
    /// The steps between activities, the most frequent first.
    pub edges: Vec<Edge>,
    /// Pairs that follow each other at any distance, where asked for.
    pub eventually: Option<BTreeMap<(u32, u32), u64>>,
    /// The distinct paths, the most frequent first.
    pub variants: Variants,
    /// How many cases have how many touches.
    pub lengths: BTreeMap<u64, u64>,
    /// From the first to the last touch of a case.
    pub spans: Option<Durations>,
    /// Every customer's last touch, in order of customer.
    pub latest: Vec<Latest>,
    /// Customers who stopped where most go on, in order of customer.
    pub stuck: Vec<Stuck>,
}

impl JourneyMap {
    /// The name of an activity.
    pub fn name(&self, activity: u32) -> &str {
        self.names.get(activity as usize).map_or("", |n| n)
    }

    /// Steps from one touch to the next.
    pub fn steps(&self) -> u64 {
        self.touches.saturating_sub(self.cases)
    }

    /// The median number of touches of a case (type 7).
    pub fn median_length(&self) -> Option<f64> {
        let at = |rank: u64| {
            let mut before = 0;
            let mut lengths = self.lengths.iter();
            lengths.find_map(|(length, n)| {
                before += n;
                (rank < before).then_some(*length)
            })
        };
        let last = self.cases.checked_sub(1)?;
        Some((at(last / 2)? as f64 + at(last.div_ceil(2))? as f64) / 2.0)
    }
}

/// One part is at least so many customers, so that small bases are not cut up.
const PART: usize = 4_096;
/// At most so many parts, whatever the number of threads.
const PARTS: usize = 64;

/// Draws the map of all customers' touches up to `cx.as_of`.
pub fn journey_map(
    touches: &Histories<TouchRow>,
    texts: &Texts,
    params: &MapParams,
    cx: &Context<'_>,
) -> Result<JourneyMap, Error> {
    for (flag, value) in [("min-share", params.min_share), ("go-on", params.go_on)] {
        if !(0.0..=1.0).contains(&value) {
            return Err(Error::Share { flag, value: value.to_string() });
        }
    }
    let log = Log::new(touches, texts, params.channel, params.activity.as_deref(), cx)?;
    let customers = log.customers();
    let parts = customers.div_ceil(PART).clamp(1, PARTS);
    let empty = MapTally::new(log.names().len(), params.eventually);
    let counted = map_parts(cx.exec, parts, |part| {
        let (mut tally, mut case, mut latest) = (empty.fresh(), Vec::new(), Vec::new());
        for customer in part_range(customers, parts, part) {
            // Customers are numbered in 32 bits, so nothing is cut off.
            log.case(CustomerIx(customer as u32), &mut case);
            tally.add(&case)?;
            let last = case.last().map(|s| (s.activity, s.at));
            latest.push(Latest { touches: case.len() as u64, last });
        }
        Ok::<_, Error>((tally, latest))
    });
    let (mut all, mut latest) = (empty, Vec::with_capacity(customers));
    for part in counted {
        let (tally, mut some) = part?;
        all.merge(tally)?;
        latest.append(&mut some);
    }
    let counts = all.finish()?;
    if counts.cases == 0 {
        return Err(Error::NoTouches { as_of: cx.as_of });
    }
    let usual: Vec<_> = counts.activities.iter().map(|a| stuck::usual_wait(a, params.go_on)).collect();
    let stuck = log.end().map_or_else(Vec::new, |end| {
        let last = (0u32..).map(CustomerIx).zip(&latest).filter_map(|(who, l)| Some((who, l.last?)));
        let usual = |activity: u32| usual.get(activity as usize).copied().flatten();
        last.filter_map(|(who, last)| stuck::stuck(who, last, usual(last.0), end)).collect()
    });
    Ok(JourneyMap {
        as_of: cx.as_of,
        params: params.clone(),
        names: log.names().to_vec(),
        left_out: log.left_out(),
        cases: counts.cases,
        touches: counts.touches,
        tied: counts.tied,
        tied_cases: counts.tied_cases,
        activities: counts.activities,
        edges: counts.edges,
        eventually: counts.eventually,
        variants: counts.variants,
        lengths: counts.lengths,
        spans: counts.spans,
        latest,
        stuck,
    })
}

/// The command `journey map`.
pub struct JourneyMapAnalysis;

impl Analysis for JourneyMapAnalysis {
    type Params = MapParams;
    type Input<'a> = (&'a Histories<TouchRow>, &'a Texts);
    type Output = JourneyMap;
    const CARD: Card = Card {
        key: "journey map",
        version: 1,
        title: "Journey map: what customers do next, how long it takes, which paths they follow",
        unit: "touches, cases, seconds",
        formula: "directly follows = pairs of consecutive touches of one customer, with the time between them; \
                  variant = the whole path of a customer; a customer is stuck after a touch that is usually \
                  followed by another, once nine in ten of those who went on were quicker",
        source: "van der Aalst, Process Mining: Data Science in Action, 2016",
        assumptions: &[
            "one case is one customer: all touches of a customer make one journey",
            "touches at the same instant stand in the order of the source",
            "journeys that have only begun count like finished ones",
        ],
        words: present::WORDS,
        example: "naata journey map --touches touches.csv --top 10 --channel true",
    };

    fn run(
        (touches, texts): (&Histories<TouchRow>, &Texts),
        params: &MapParams,
        cx: &Context<'_>,
    ) -> Result<JourneyMap, Refusal> {
        Ok(journey_map(touches, texts, params, cx)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::tests::touches;

    #[test]
    fn shares_outside_their_range_and_empty_logs_are_refused() {
        let (histories, texts) = touches(2, &[(0, 5, "visit", "web")]);
        let run = |params: &MapParams, day| journey_map(&histories, &texts, params, &Context::at(Day(day)));
        for bad in [-0.1, 1.1, f64::NAN] {
            let params = MapParams { go_on: bad, ..MapParams::default() };
            assert_eq!(run(&params, 0).map_err(|e| e.code()), Err("journeys.share"));
        }
        assert_eq!(run(&MapParams::default(), -1), Err(Error::NoTouches { as_of: Day(-1) }));
        assert_eq!(run(&MapParams::default(), 0).map(|m| m.median_length()), Ok(Some(1.0)));
    }

    #[test]
    fn spans_no_calendar_holds_are_refused() {
        let far = |seconds| Instant(seconds);
        let rows = [far(i64::MIN), far(i64::MAX)].map(|at| TouchRow {
            who: CustomerIx(0),
            activity: naata_core::Symbol(0),
            at,
            channel: naata_core::Symbol::NONE,
            row: 0,
        });
        let (_, texts) = touches(1, &[(0, 5, "visit", "")]);
        let histories = Histories::group(1, &rows, |r| (r.at, r.row)).unwrap();
        let map = journey_map(&histories, &texts, &MapParams::default(), &Context::at(Day::MAX));
        assert_eq!(map.map_err(|e| e.code()), Err("core.date"));
    }

    /// Forty customers visit and buy a minute later; one visited an hour before the end of the day, one a second.
    #[test]
    fn stuck_is_who_pauses_longer_than_nine_in_ten_did() {
        let mut rows: Vec<(u32, i64, &str, &str)> = Vec::new();
        for who in 0..40 {
            rows.extend([(who, 10, "visit", ""), (who, 70 + i64::from(who), "buy", "")]);
        }
        rows.extend([(40, 86_400 - 3_600, "visit", ""), (41, 86_399, "visit", "")]);
        let (histories, texts) = touches(43, &rows);
        let run = |params: &MapParams| journey_map(&histories, &texts, params, &Context::at(Day(0))).unwrap();
        let map = run(&MapParams::default());
        assert_eq!(map.stuck.iter().map(|s| s.customer.0).collect::<Vec<_>>(), [40]);
        assert_eq!((map.stuck[0].silent, map.name(map.stuck[0].activity)), (3_600_000_000, "visit"));
        // The waits are 60 to 99 seconds; the type-7 quantile at 0.9 is 60 + 35.1.
        assert_eq!(map.stuck[0].usual.to_f64(), 95_100_000.0);
        let strict = MapParams { go_on: 0.96, ..MapParams::default() };
        assert_eq!(run(&strict).stuck, []);
        assert_eq!(map.latest[42], Latest::default());
    }
}
