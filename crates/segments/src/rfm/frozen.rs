//! Scores by the edges of another day: what a value would have scored then.
//!
//! # Formula
//! A value gets the score of the largest value of that day that does not exceed it; below all of them it gets the
//! score of the smallest. So every value of that day keeps its score, and a value between two ranges belongs to
//! the range below it.

use super::{Measure, Range, Rfm, Scoring};
use crate::Error;

/// For each measure the lowest value of every score somebody got, ascending by value.
#[derive(Clone, Debug)]
pub(crate) struct Frozen {
    lows: [Vec<(i64, u8)>; 3],
}

impl Frozen {
    /// The edges of a scored base; refuses ways of scoring in which a value alone has no score.
    pub(crate) fn of(rfm: &Rfm) -> Result<Self, Error> {
        if matches!(rfm.scoring, Scoring::RankFirst | Scoring::Nested) {
            return Err(Error::CannotFreeze { scoring: rfm.scoring.word() });
        }
        let lows = |measure: Measure| {
            let of = |r: &Range| r.values.filter(|_| r.measure == measure).map(|(low, _)| (low, r.score));
            let mut lows: Vec<(i64, u8)> = rfm.edges.iter().filter_map(of).collect();
            lows.sort_unstable();
            lows
        };
        Ok(Self { lows: [lows(Measure::Recency), lows(Measure::Frequency), lows(Measure::Monetary)] })
    }

    /// The score of a value of a measure.
    pub(crate) fn score(&self, measure: Measure, value: i64) -> u8 {
        let Some(lows) = self.lows.get(measure as usize) else { return 1 };
        let above = lows.partition_point(|(low, _)| *low <= value);
        lows.get(above.saturating_sub(1)).map_or(1, |(_, score)| *score)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{RfmParams, rfm};
    use super::*;
    use naata_core::{Context, Currency, Day, Minor, MoneyUnit, Summary};
    use proptest::prelude::*;

    fn run(rows: &[(i32, u32, i64)], scoring: Scoring) -> Rfm {
        let one = |(last, days, total): &(i32, u32, i64)| {
            Summary::stated(Day(0), Day(*last), *days, Minor(*total), Minor(0))
        };
        let all: Vec<Summary> = rows.iter().map(one).collect();
        let params = RfmParams { scoring, ..RfmParams::default() };
        rfm(&all, MoneyUnit::of(Currency::INR), &params, &Context::at(Day(100))).unwrap()
    }

    #[test]
    fn ways_without_a_score_for_a_value_are_refused() {
        for scoring in [Scoring::RankFirst, Scoring::Nested] {
            assert!(matches!(Frozen::of(&run(&[(1, 1, 1); 5], scoring)), Err(Error::CannotFreeze { .. })));
        }
    }

    proptest! {
        #[test]
        fn values_of_the_day_keep_their_score_and_better_ones_never_score_worse(
            rows in prop::collection::vec((0i32..=100, 1u32..9, 0i64..400), 5..50), a in 0i64..500, b in 0i64..500,
        ) {
            for scoring in [Scoring::RankAverage, Scoring::RankMin, Scoring::Quantile7] {
                let scored = run(&rows, scoring);
                let frozen = Frozen::of(&scored).unwrap();
                for row in &scored.rows {
                    prop_assert_eq!(frozen.score(Measure::Recency, row.recency.into()), row.r);
                    prop_assert_eq!(frozen.score(Measure::Frequency, row.frequency.into()), row.f);
                    prop_assert_eq!(frozen.score(Measure::Monetary, row.monetary.0), row.m);
                }
                let (low, high) = (a.min(b), a.max(b));
                prop_assert!(frozen.score(Measure::Monetary, low) <= frozen.score(Measure::Monetary, high));
                prop_assert!(frozen.score(Measure::Recency, low) >= frozen.score(Measure::Recency, high));
            }
        }
    }
}
