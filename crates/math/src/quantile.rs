//! Quantiles of data, as floats and as exact fractions of whole numbers.
//!
//! # Formula
//! Type 7: with the data sorted, the quantile p sits at position (n - 1) p, counted from 0, and is
//! interpolated linearly between its neighbours.
//!
//! # Source
//! Hyndman and Fan, "Sample Quantiles in Statistical Packages", 1996.

use std::cmp::Ordering;

/// Returns the type-7 quantile `p` of sorted values, or none without values or with `p` outside [0, 1].
pub fn quantile_sorted(sorted: &[f64], p: f64) -> Option<f64> {
    if !(0.0..=1.0).contains(&p) {
        return None;
    }
    let last = sorted.len().checked_sub(1)?;
    let position = last as f64 * p;
    let below = (position.floor() as usize).min(last);
    let low = *sorted.get(below)?;
    let high = *sorted.get((below + 1).min(last))?;
    Some(interpolate(low, high, position - below as f64))
}

/// Returns the type-7 quantile `p` of values in any order, which it may rearrange.
///
/// Takes linear time. Values that are not a number count as the largest.
pub fn quantile(values: &mut [f64], p: f64) -> Option<f64> {
    if !(0.0..=1.0).contains(&p) {
        return None;
    }
    let last = values.len().checked_sub(1)?;
    let position = last as f64 * p;
    let below = (position.floor() as usize).min(last);
    let (_, &mut low, above) = values.select_nth_unstable_by(below, f64::total_cmp);
    let high = above.iter().copied().min_by(f64::total_cmp).unwrap_or(low);
    Some(interpolate(low, high, position - below as f64))
}

/// Returns the median of values in any order, which it may rearrange.
pub fn median(values: &mut [f64]) -> Option<f64> {
    quantile(values, 0.5)
}

/// Returns the point at `share` of the way from `low` to `high`.
fn interpolate(low: f64, high: f64, share: f64) -> f64 {
    // Equal ends are returned untouched, infinities among them.
    if share == 0.0 || low == high { low } else { low + share * (high - low) }
}

/// A quantile of whole numbers as an exact fraction, which no rounding can push to the wrong side of a value.
#[derive(Debug, Clone, Copy)]
pub struct ExactQuantile {
    numerator: i128,
    denominator: u32,
}

impl ExactQuantile {
    /// Returns the type-7 quantile `part` / `of` of sorted whole numbers.
    ///
    /// None without values, or when `part` / `of` is not a fraction between 0 and 1.
    pub fn of_sorted(sorted: &[i64], part: u32, of: u32) -> Option<Self> {
        let (below, share) = place(sorted.len(), part, of)?;
        let low = *sorted.get(below)?;
        Some(Self::between(low, sorted.get(below + 1).copied().unwrap_or(low), share, of))
    }

    /// Returns the type-7 quantile `part` / `of` of whole numbers in any order, which it may rearrange.
    ///
    /// Takes linear time. None where [`ExactQuantile::of_sorted`] has none.
    pub fn of(values: &mut [i64], part: u32, of: u32) -> Option<Self> {
        let (below, share) = place(values.len(), part, of)?;
        let (_, &mut low, above) = values.select_nth_unstable(below);
        Some(Self::between(low, above.iter().copied().min().unwrap_or(low), share, of))
    }

    /// The point at `share` / `of` of the way from `low` to `high`.
    fn between(low: i64, high: i64, share: i128, of: u32) -> Self {
        let (low, high) = (i128::from(low), i128::from(high));
        Self { numerator: low * i128::from(of) + share * (high - low), denominator: of }
    }

    /// Returns how this quantile compares to a whole number, without rounding.
    pub fn cmp_value(&self, value: i64) -> Ordering {
        self.numerator.cmp(&(i128::from(value) * i128::from(self.denominator)))
    }

    /// Returns the quantile as a fraction: numerator and denominator.
    pub fn ratio(&self) -> (i128, u32) {
        (self.numerator, self.denominator)
    }

    /// Returns the nearest float to the quantile, up to one rounding of each part.
    pub fn to_f64(&self) -> f64 {
        self.numerator as f64 / f64::from(self.denominator)
    }
}

/// The position of the quantile `part` / `of` among `n` sorted values: the value below it, and how many parts in `of` it
/// lies above that.
fn place(n: usize, part: u32, of: u32) -> Option<(usize, i128)> {
    if of == 0 || part > of {
        return None;
    }
    let scaled = n.checked_sub(1)? as u128 * u128::from(part);
    let below = usize::try_from(scaled / u128::from(of)).ok()?;
    Some((below, i128::try_from(scaled % u128::from(of)).ok()?))
}

impl PartialEq for ExactQuantile {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for ExactQuantile {}

impl PartialOrd for ExactQuantile {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for ExactQuantile {
    fn cmp(&self, other: &Self) -> Ordering {
        // The numerator is below 2^96 and the denominator below 2^32, so the product fits.
        (self.numerator * i128::from(other.denominator))
            .cmp(&(other.numerator * i128::from(self.denominator)))
    }
}

/// Returns the edges that cut sorted whole numbers into `parts` of equal share: 1/parts, 2/parts, ...
///
/// Empty without values or with fewer than two parts.
pub fn exact_edges(sorted: &[i64], parts: u32) -> Vec<ExactQuantile> {
    (1..parts).filter_map(|part| ExactQuantile::of_sorted(sorted, part, parts)).collect()
}

/// Returns the part, counted from 1, into which ascending edges put a value: 1 + the edges below it.
///
/// A value equal to an edge belongs to the part below the edge.
pub fn part_of(edges: &[ExactQuantile], value: i64) -> usize {
    1 + edges.partition_point(|edge| edge.cmp_value(value) == Ordering::Less)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn type_seven_of_a_small_sample() {
        // R: quantile(c(1, 2, 4, 8, 16), c(0, .1, .25, .5, .9, 1)).
        let data = [1.0, 2.0, 4.0, 8.0, 16.0];
        for (p, expected) in [(0.0, 1.0), (0.1, 1.4), (0.25, 2.0), (0.5, 4.0), (0.9, 12.8), (1.0, 16.0)] {
            let found = quantile_sorted(&data, p).unwrap();
            assert!((found - expected).abs() < 1e-14, "{p}: {found}");
        }
    }

    #[test]
    fn nothing_to_measure() {
        assert_eq!(quantile_sorted(&[], 0.5), None);
        assert_eq!(quantile_sorted(&[1.0], 1.1), None);
        assert_eq!(quantile_sorted(&[1.0], f64::NAN), None);
        assert_eq!(median(&mut []), None);
        assert_eq!(ExactQuantile::of_sorted(&[], 1, 5), None);
        assert_eq!(ExactQuantile::of_sorted(&[1], 6, 5), None);
        assert_eq!(ExactQuantile::of_sorted(&[1], 0, 0), None);
        assert!(exact_edges(&[1, 2], 0).is_empty());
    }

    #[test]
    fn an_edge_that_floats_misplace() {
        // In floats the position 5 x 0.6 need not come out as the whole number it is; the fraction does.
        let sorted = [10, 20, 30, 40, 50, 60];
        let edges = exact_edges(&sorted, 5);
        assert_eq!(edges.iter().map(ExactQuantile::to_f64).collect::<Vec<_>>(), [20.0, 30.0, 40.0, 50.0]);
        assert_eq!(edges[2].cmp_value(40), Ordering::Equal);
        assert_eq!(sorted.map(|value| part_of(&edges, value)), [1, 1, 2, 3, 4, 5]);
    }

    #[test]
    fn the_whole_range_of_numbers_fits() {
        let sorted = [i64::MIN, i64::MIN, i64::MAX];
        let edge = ExactQuantile::of_sorted(&sorted, u32::MAX - 1, u32::MAX).unwrap();
        assert_eq!(edge.cmp_value(i64::MAX), Ordering::Less);
        assert!(edge > ExactQuantile::of_sorted(&sorted, 1, 2).unwrap());
    }

    proptest! {
        #[test]
        fn selecting_equals_sorting(mut data in prop::collection::vec(-1e6f64..1e6, 1..60), p in 0.0f64..=1.0) {
            let mut sorted = data.clone();
            sorted.sort_by(f64::total_cmp);
            prop_assert_eq!(quantile(&mut data, p), quantile_sorted(&sorted, p));
        }

        #[test]
        fn selecting_whole_numbers_equals_sorting(mut data in prop::collection::vec(any::<i64>(), 0..60), part in 0u32..12, of in 0u32..12) {
            let mut sorted = data.clone();
            sorted.sort_unstable();
            let want = ExactQuantile::of_sorted(&sorted, part, of).map(|q| q.ratio());
            prop_assert_eq!(ExactQuantile::of(&mut data, part, of).map(|q| q.ratio()), want);
        }

        #[test]
        fn exact_edges_agree_with_floats(mut data in prop::collection::vec(-10_000_i64..10_000, 1..80), parts in 2u32..12) {
            data.sort_unstable();
            let floats: Vec<f64> = data.iter().map(|&value| value as f64).collect();
            let edges = exact_edges(&data, parts);
            prop_assert_eq!(edges.len(), parts as usize - 1);
            for (k, edge) in (1..).zip(&edges) {
                let float = quantile_sorted(&floats, f64::from(k) / f64::from(parts)).unwrap();
                prop_assert!((edge.to_f64() - float).abs() < 1e-9);
            }
            prop_assert!(edges.is_sorted());
        }
    }
}
