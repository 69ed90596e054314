//! From measures to scores: seven named ways, because published figures use all of them.
//!
//! | name | equal values score alike | any row order | any unit of money |
//! |---|---|---|---|
//! | `rank-average` | yes | yes | yes |
//! | `rank-min` | yes | yes | yes |
//! | `rank-max` | yes | yes | yes |
//! | `quantile-7` | yes | yes | yes |
//! | `nested` | customers equal in all three | yes | yes |
//! | `rank-first` | no: split by customer id | yes | yes |
//! | `r-compatible` | yes | yes | no |
//!
//! The default is `rank-average`. It is safe in all three ways, and it puts a large group of equal values (the
//! customers who bought once) at its middle, where `rank-min` and `quantile-7` pull it down and `rank-max` pushes
//! it up.
//!
//! `rank-min` cuts from below (how many are worse), `rank-max` from above (how many are no better): each is the
//! other's mirror image. `rank-first` splits equal values by customer id, never by the order of rows.
//!
//! Scores run from 1 (worst) to `bins` (best). A small recency is good, so R = bins + 1 - score of recency.

use super::cut::{quantile_scores, stepped_scores};
use super::measure::Measures;
use super::rank::{Ties, rank_scores, rank_scores_within};
use naata_answer::choice;
use naata_core::{Exec, MoneyUnit, map_parts};

choice! {
    /// How values become scores.
    pub enum Scoring {
        /// By rank, equal values at the mean of their ranks.
        RankAverage = "rank-average",
        /// By rank, equal values one after the other in order of customer id.
        RankFirst = "rank-first",
        /// By rank, equal values at the lowest of their ranks.
        RankMin = "rank-min",
        /// By rank, equal values at the highest of their ranks.
        RankMax = "rank-max",
        /// By type-7 quantiles as cut points.
        Quantile7 = "quantile-7",
        /// By quantiles plus one unit, as the R package rfm does.
        RCompatible = "r-compatible",
        /// F ranked among customers of one R, M among customers of one R and F; equal values at the mean.
        Nested = "nested",
    }
}

impl Scoring {
    /// The words of the choices, in order of declaration.
    pub const NAMES: [&'static str; 7] =
        ["rank-average", "rank-first", "rank-min", "rank-max", "quantile-7", "r-compatible", "nested"];

    /// Whether customers with equal values of a measure always get equal scores of it.
    pub fn keeps_ties(self) -> bool {
        !matches!(self, Self::RankFirst | Self::Nested)
    }

    /// Whether multiplying all amounts by a positive number leaves all scores as they are.
    pub fn keeps_scale(self) -> bool {
        self != Self::RCompatible
    }
}

/// The three scores of each customer, from 1 (worst) to the number of bins (best).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scores {
    /// Scores of recency.
    pub r: Vec<u8>,
    /// Scores of frequency.
    pub f: Vec<u8>,
    /// Scores of monetary value.
    pub m: Vec<u8>,
}

/// Scores customers by their measures.
///
/// The unit of money matters for [`Scoring::RCompatible`] alone. `bins` is taken to be from 2 to 10.
pub fn score(measures: &Measures, scoring: Scoring, bins: u8, unit: MoneyUnit, exec: &dyn Exec) -> Scores {
    let turned = |scores: Vec<u8>| scores.into_iter().map(|s| bins + 1 - s).collect::<Vec<u8>>();
    if scoring == Scoring::Nested {
        let r = turned(rank_scores(&measures.recency, bins, Ties::Average));
        let by_r: Vec<u16> = r.iter().map(|r| u16::from(*r)).collect();
        let f = rank_scores_within(&by_r, &measures.frequency, bins, Ties::Average);
        let by_rf: Vec<u16> = r.iter().zip(&f).map(|(r, f)| u16::from(*r) << 8 | u16::from(*f)).collect();
        let m = rank_scores_within(&by_rf, &measures.monetary, bins, Ties::Average);
        return Scores { r, f, m };
    }
    let one = 10i64.pow(u32::from(unit.scale.min(MoneyUnit::MAX_SCALE)));
    let of = |values: &[i64], one: i64| match scoring {
        Scoring::RankAverage | Scoring::Nested => rank_scores(values, bins, Ties::Average),
        Scoring::RankFirst => rank_scores(values, bins, Ties::First),
        Scoring::RankMin => rank_scores(values, bins, Ties::Least),
        Scoring::RankMax => rank_scores(values, bins, Ties::Most),
        Scoring::Quantile7 => quantile_scores(values, bins),
        Scoring::RCompatible => stepped_scores(values, bins, one),
    };
    let mut three = map_parts(exec, 3, |measure| match measure {
        0 => turned(of(&measures.recency, 1)),
        1 => of(&measures.frequency, 1),
        _ => of(&measures.monetary, one),
    })
    .into_iter();
    let mut next = || three.next().unwrap_or_default();
    Scores { r: next(), f: next(), m: next() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use naata_answer::Value;
    use naata_core::{Currency, Serial};
    use proptest::prelude::*;

    const ALL: [Scoring; 7] = [
        Scoring::RankAverage,
        Scoring::RankFirst,
        Scoring::RankMin,
        Scoring::RankMax,
        Scoring::Quantile7,
        Scoring::RCompatible,
        Scoring::Nested,
    ];

    fn measures(rows: &[(i64, i64, i64)]) -> Measures {
        Measures {
            who: Vec::new(),
            recency: rows.iter().map(|r| r.0).collect(),
            frequency: rows.iter().map(|r| r.1).collect(),
            monetary: rows.iter().map(|r| r.2).collect(),
        }
    }

    fn triples(rows: &[(i64, i64, i64)], scoring: Scoring, bins: u8) -> Vec<(u8, u8, u8)> {
        let s = score(&measures(rows), scoring, bins, MoneyUnit::of(Currency::INR), &Serial);
        s.r.into_iter().zip(s.f).zip(s.m).map(|((r, f), m)| (r, f, m)).collect()
    }

    #[test]
    fn the_names_are_the_words_of_the_choices() {
        assert_eq!(Scoring::NAMES.as_slice(), Scoring::CHOICES);
        assert_eq!(ALL.map(Scoring::word), Scoring::NAMES);
    }

    fn rows() -> impl Strategy<Value = Vec<(i64, i64, i64)>> {
        // Few distinct values, so that ties are the rule.
        prop::collection::vec((0i64..12, 1i64..6, -40i64..40), 1..60)
    }

    proptest! {
        #[test]
        fn the_unit_of_money_changes_nothing(rows in rows(), times in 1i64..100_000, bins in 2u8..=10) {
            let scaled: Vec<_> = rows.iter().map(|(r, f, m)| (*r, *f, m * times)).collect();
            for scoring in ALL.into_iter().filter(|s| s.keeps_scale()) {
                prop_assert_eq!(triples(&rows, scoring, bins), triples(&scaled, scoring, bins), "{}", scoring.word());
            }
        }

        #[test]
        fn the_order_of_customers_changes_nothing((rows, order) in rows().prop_flat_map(|rows| {
            let positions: Vec<usize> = (0..rows.len()).collect();
            (Just(rows), Just(positions).prop_shuffle())
        }), bins in 2u8..=10) {
            let shuffled: Vec<_> = order.iter().map(|i| rows[*i]).collect();
            for scoring in ALL.into_iter().filter(|s| *s != Scoring::RankFirst) {
                let want = triples(&rows, scoring, bins);
                let want: Vec<_> = order.iter().map(|i| want[*i]).collect();
                prop_assert_eq!(triples(&shuffled, scoring, bins), want, "{}", scoring.word());
            }
        }

        #[test]
        fn equal_values_score_alike_and_better_values_never_worse(rows in rows(), bins in 2u8..=10) {
            for scoring in ALL {
                let scores = triples(&rows, scoring, bins);
                prop_assert!(scores.iter().all(|s| [s.0, s.1, s.2].iter().all(|x| (1..=bins).contains(x))));
                for (a, sa) in rows.iter().zip(&scores) {
                    for (b, sb) in rows.iter().zip(&scores) {
                        prop_assert!(a != b || sa == sb || scoring == Scoring::RankFirst);
                        if scoring.keeps_ties() {
                            prop_assert!((a.0 != b.0 || sa.0 == sb.0) && (a.1 != b.1 || sa.1 == sb.1) && (a.2 != b.2 || sa.2 == sb.2));
                        }
                        if scoring != Scoring::Nested {
                            prop_assert!((a.0 <= b.0 || sa.0 <= sb.0) && (a.1 >= b.1 || sa.1 <= sb.1) && (a.2 >= b.2 || sa.2 <= sb.2));
                        }
                    }
                }
            }
        }

        #[test]
        fn ranks_agree_with_counting(rows in rows(), bins in 2u8..=10) {
            // A second way without sorting: a rank is one more than the number of smaller values, and so on.
            let values: Vec<i64> = rows.iter().map(|r| r.2).collect();
            let n = values.len() as f64;
            for (v, s) in values.iter().zip(triples(&rows, Scoring::RankAverage, bins)) {
                let smaller = values.iter().filter(|x| *x < v).count() as f64;
                let equal = values.iter().filter(|x| *x == v).count() as f64;
                let rank = smaller + (equal + 1.0) / 2.0;
                let want = (1..=bins).find(|k| f64::from(*k) * n >= f64::from(bins) * rank);
                prop_assert_eq!(Some(s.2), want);
            }
        }
    }

    #[test]
    fn the_unsafe_ways_are_unsafe_as_said() {
        let same = [(3, 1, 10); 4];
        let first = triples(&same, Scoring::RankFirst, 2);
        assert_eq!(first.iter().map(|s| s.1).collect::<Vec<_>>(), [1, 1, 2, 2]);
        let cheap = [(1, 1, 100), (1, 1, 120), (1, 1, 180), (1, 1, 190)];
        let dear = cheap.map(|(r, f, m)| (r, f, m * 1_000));
        assert_ne!(triples(&cheap, Scoring::RCompatible, 2), triples(&dear, Scoring::RCompatible, 2));
    }
}
