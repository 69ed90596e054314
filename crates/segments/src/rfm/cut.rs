//! Scores by cut points: quantiles of the values, kept as exact fractions.
//!
//! # Formula
//! With q_k the type-7 quantile k / bins of all values, k = 1 .. bins - 1:
//! - plain: score = 1 + number of q_k < v
//! - stepped: score = 1 + number of q_k + 1 <= v, where 1 is one day, one purchase or one major unit of money
//!
//! # Source
//! Hyndman and Fan, "Sample Quantiles in Statistical Packages", 1996 (type 7). The stepped form is what the R
//! package rfm computes; it is meant for whole numbers, and its scores of money change with the unit of money.

use naata_math::{exact_edges, part_of};

/// The score of each value: 1 and one more for every cut point below it.
pub(super) fn quantile_scores(values: &[i64], bins: u8) -> Vec<u8> {
    let cuts = exact_edges(&sorted(values), u32::from(bins));
    values.iter().map(|v| part_of(&cuts, *v) as u8).collect()
}

/// The score of each value: 1 and one more for every cut point that lies at least `one` below it.
pub(super) fn stepped_scores(values: &[i64], bins: u8, one: i64) -> Vec<u8> {
    let cuts = exact_edges(&sorted(values), u32::from(bins));
    let reached = |v: i64, (numerator, denominator): (i128, u32)| {
        i128::from(v) * i128::from(denominator) >= numerator + i128::from(denominator) * i128::from(one)
    };
    values.iter().map(|v| 1 + cuts.partition_point(|cut| reached(*v, cut.ratio())) as u8).collect()
}

fn sorted(values: &[i64]) -> Vec<i64> {
    let mut sorted = values.to_vec();
    sorted.sort_unstable();
    sorted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_on_a_cut_point_stays_below_it() {
        // The quintiles of 0, 10, .. 50 are 10, 20, 30, 40.
        assert_eq!(quantile_scores(&[0, 10, 20, 30, 40, 50], 5), [1, 1, 2, 3, 4, 5]);
    }

    #[test]
    fn the_step_is_one_whole_unit() {
        // The median is 20.5, so 21 is not a whole step above it; and in tenths of a unit 210 is five above 205.
        assert_eq!(stepped_scores(&[0, 10, 11, 20, 21, 30, 40, 50], 2, 1), [1, 1, 1, 1, 1, 2, 2, 2]);
        assert_eq!(stepped_scores(&[20, 21], 2, 1), [1, 1]);
        assert_eq!(stepped_scores(&[200, 210], 2, 1), [1, 2]);
    }
}
