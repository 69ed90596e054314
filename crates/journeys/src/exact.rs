//! Means and quantiles of whole microseconds, in seconds, rounded once.

use naata_core::Instant;
use naata_math::ExactQuantile;

/// The double nearest to a fraction, halves to even; `None` when the denominator is 0.
///
/// # Formula
/// The numerator is shifted up to 127 bits, so that the whole quotient has at least 63 bits when the denominator
/// has at most 64; a remainder is marked in its last bit, and the conversion to a double rounds once.
pub(crate) fn quotient(numerator: i128, denominator: u64) -> Option<f64> {
    let magnitude = numerator.unsigned_abs();
    let shift = magnitude.leading_zeros().saturating_sub(1).min(126);
    let wide = magnitude << shift;
    let whole = wide.checked_div(u128::from(denominator))?;
    let rest = wide.checked_rem(u128::from(denominator))?;
    let marked = whole | u128::from(rest != 0);
    // A power of two: the product is exact.
    let scale = f64::from_bits(u64::from(1023 - shift) << 52);
    let value = marked as f64 * scale;
    Some(if numerator < 0 { -value } else { value })
}

/// What lengths of time come to, in seconds.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Durations {
    /// How many there are.
    pub n: u64,
    /// The mean.
    pub mean: f64,
    /// The median (type 7).
    pub median: f64,
    /// What nine in ten do not exceed (type-7 quantile).
    pub p90: f64,
    /// The shortest.
    pub min: f64,
    /// The longest.
    pub max: f64,
}

impl Durations {
    /// What lengths in microseconds, which may be rearranged, come to; `None` without any.
    pub fn of(micros: &mut [i64]) -> Option<Self> {
        const SECOND: u64 = Instant::SECOND.unsigned_abs();
        let n = micros.len() as u64;
        let sum: i128 = micros.iter().map(|m| i128::from(*m)).sum();
        let (min, max) = (*micros.iter().min()?, *micros.iter().max()?);
        let mut part = |part, of| {
            let (numerator, denominator) = ExactQuantile::of(micros, part, of)?.ratio();
            quotient(numerator, u64::from(denominator) * SECOND)
        };
        Some(Self {
            n,
            mean: quotient(sum, n.checked_mul(SECOND)?)?,
            median: part(1, 2)?,
            p90: part(9, 10)?,
            min: quotient(min.into(), SECOND)?,
            max: quotient(max.into(), SECOND)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn by_hand() {
        assert_eq!(quotient(1, 0), None);
        assert_eq!(quotient(0, 7), Some(0.0));
        assert_eq!(quotient(-1, 3), Some(-1.0 / 3.0));
        // 2^53 + 1 is a tie and goes to the even neighbour; a little more goes up.
        assert_eq!(quotient((1 << 53) + 1, 1), Some(9_007_199_254_740_992.0));
        assert_eq!(quotient(((1 << 53) + 1) * 3 + 1, 3), Some(9_007_199_254_740_994.0));
        assert_eq!(quotient(i128::MAX, 1), Some(1.701_411_834_604_692_3e38));
        let d = Durations::of(&mut [1_000_000, 0, 4_000_000, 500_000]).unwrap();
        assert_eq!((d.n, d.mean, d.median, d.min, d.max), (4, 1.375, 0.75, 0.0, 4.0));
        assert_eq!(d.p90, 3.1);
        assert_eq!(Durations::of(&mut []), None);
    }

    proptest! {
        #[test]
        fn small_fractions_divide_like_the_processor(a in -(1i64 << 53)..(1 << 53), b in 1u64..(1 << 53)) {
            prop_assert_eq!(quotient(a.into(), b), Some(a as f64 / b as f64));
        }

        #[test]
        fn a_common_factor_changes_nothing(a in any::<i64>(), b in 1u64..u64::from(u32::MAX), k in 1u64..u64::from(u32::MAX)) {
            prop_assert_eq!(quotient(i128::from(a) * i128::from(k), b * k), quotient(a.into(), b));
        }
    }
}
