//! Estimates with their interval and the number of cases behind them.
//!
//! All intervals are at [`LEVEL`].

use naata_core::Minor;
use naata_math::beta_lower;

/// The confidence of every interval of this crate.
pub const LEVEL: f64 = 0.95;

/// The quantile of the standard normal distribution that leaves 2.5 % above it.
pub const Z: f64 = 1.959_963_984_540_054;

/// A figure, the interval it is known to, and the number of cases behind it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// The figure.
    pub value: f64,
    /// The lower and the upper end; `None` where there are too few cases to give any.
    pub interval: Option<(f64, f64)>,
    /// How many cases it rests on.
    pub n: u64,
}

/// Estimates a share; `None` without cases.
///
/// # Formula
/// `(p + z^2/2n -+ z sqrt(p(1-p)/n + z^2/4n^2)) / (1 + z^2/n)`
///
/// # Source
/// Wilson, 1927.
pub fn share(hits: u64, n: u64) -> Option<Estimate> {
    let interval = naata_math::interval::wilson(hits, n, LEVEL).ok()?;
    Some(Estimate { value: hits as f64 / n as f64, interval: Some((interval.low, interval.high)), n })
}

/// Estimates the median of whole numbers, which it sorts; `None` without values.
///
/// # Formula
/// The interval runs from the k-th smallest to the k-th largest value, with the largest k such that
/// `P(Binomial(n, 1/2) < k) <= (1 - level) / 2`: it holds for any distribution. Below six values there is none.
///
/// # Source
/// Conover, Practical Nonparametric Statistics, 1971 (confidence interval for a quantile).
pub fn median(values: &mut [i64]) -> Option<Estimate> {
    values.sort_unstable();
    let n = values.len();
    let low = *values.get(n.checked_sub(1)? / 2)?;
    let high = *values.get(n / 2)?;
    // P(Binomial(n, 1/2) <= k) is the regularised incomplete beta function of 1/2 at (n - k, k + 1).
    let at_most = |k: usize| beta_lower((n - k) as f64, k as f64 + 1.0, 0.5);
    let (mut reachable, mut beyond) = (0usize, n.div_ceil(2));
    while reachable < beyond {
        let k = reachable + (beyond - reachable).div_ceil(2);
        if at_most(k - 1) <= (1.0 - LEVEL) / 2.0 {
            reachable = k;
        } else {
            beyond = k - 1;
        }
    }
    let ends = reachable.checked_sub(1).and_then(|k| values.get(k).zip(values.get(n - 1 - k)));
    Some(Estimate {
        value: low as f64 + (high as f64 - low as f64) / 2.0,
        interval: ends.map(|(a, b)| (*a as f64, *b as f64)),
        n: n as u64,
    })
}

/// The mean of an exact sum of money to the nearest minor unit, halves to even; `None` without cases.
pub fn mean_amount(sum: i128, n: u64) -> Option<Minor> {
    let n = i128::from(n);
    if n == 0 {
        return None;
    }
    let (floor, rest) = (sum.div_euclid(n), sum.rem_euclid(n));
    let up = match (rest * 2).cmp(&n) {
        std::cmp::Ordering::Less => 0,
        std::cmp::Ordering::Equal => floor & 1,
        std::cmp::Ordering::Greater => 1,
    };
    i64::try_from(floor + up).ok().map(Minor)
}

/// A part of a whole; `None` where the whole is zero.
pub fn ratio(part: i64, whole: i64) -> Option<f64> {
    (whole != 0).then(|| part as f64 / whole as f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use naata_testkit::assert_close;
    use proptest::prelude::*;

    #[test]
    fn wilson_matches_published_figures() {
        // Newcombe, 1998, table I: 81/263, 15/148, 0/20, 1/29, method 3, to four decimals.
        for (k, n, low, high) in [
            (81, 263, 0.2553, 0.3662),
            (15, 148, 0.0624, 0.1605),
            (0, 20, 0.0, 0.1611),
            (1, 29, 0.0061, 0.1718),
        ] {
            let (a, b) = share(k, n).unwrap().interval.unwrap();
            assert!((a - low).abs() < 5e-5 && (b - high).abs() < 5e-5, "{k}/{n}: {a} {b}");
        }
        assert_eq!(share(0, 0), None);
        assert_eq!(share(7, 7).unwrap().interval.unwrap().1, 1.0);
    }

    #[test]
    fn the_median_interval_has_its_coverage_and_no_narrower_one_has() {
        // Published ranks (Conover): n = 6 -> 1 and 6, n = 20 -> 6 and 15, n = 50 -> 18 and 33.
        for (n, low, high) in [(6i64, 1.0, 6.0), (20, 6.0, 15.0), (50, 18.0, 33.0)] {
            let mut values: Vec<i64> = (1..=n).rev().collect();
            let e = median(&mut values).unwrap();
            assert_eq!((e.value, e.interval), ((n as f64 + 1.0) / 2.0, Some((low, high))), "n = {n}");
        }
        assert_eq!(median(&mut [3, 1, 2, 5, 4]).unwrap().interval, None);
        assert_eq!(median(&mut []), None);
        assert_close("z", naata_math::erf(Z / std::f64::consts::SQRT_2), LEVEL, 1e-15);
    }

    proptest! {
        #[test]
        fn a_mean_is_the_nearest_amount(sum in -10_000i64..10_000, n in 1u64..50) {
            let mean = mean_amount(i128::from(sum), n).unwrap().0;
            let off = (mean * n as i64 - sum).abs() * 2;
            prop_assert!(off <= n as i64);
            prop_assert!(off < n as i64 || mean % 2 == 0, "halves go to even");
        }

        #[test]
        fn a_share_lies_in_its_interval(k in 0u64..2_000, more in 0u64..2_000) {
            if let Some(e) = share(k, k + more) {
                let (low, high) = e.interval.unwrap();
                prop_assert!(0.0 <= low && low <= e.value && e.value <= high && high <= 1.0);
            }
        }
    }
}
