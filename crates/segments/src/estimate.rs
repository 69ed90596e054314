//! Shares with their interval, and what many tests at once ask for.
//!
//! All intervals are at 95 %.

use naata_math::sqrt;

/// The quantile of the standard normal distribution that leaves 2.5 % above it.
pub const Z: f64 = 1.959_963_984_540_054;

/// A share with the interval it is known to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Share {
    /// The share.
    pub value: f64,
    /// The lower end of its interval.
    pub low: f64,
    /// The upper end.
    pub high: f64,
    /// How many cases it rests on.
    pub n: u64,
}

/// Estimates a share; `None` without cases, or with more hits than cases.
///
/// # Formula
/// `(p + z^2/2n -+ z sqrt(p(1-p)/n + z^2/4n^2)) / (1 + z^2/n)`
///
/// # Source
/// Wilson, 1927.
pub fn share(hits: u64, n: u64) -> Option<Share> {
    if n == 0 || hits > n {
        return None;
    }
    let (m, z2) = (n as f64, Z * Z);
    let p = hits as f64 / m;
    let middle = (p + z2 / (2.0 * m)) / (1.0 + z2 / m);
    let half = Z * sqrt(p * (1.0 - p) / m + z2 / (4.0 * m * m)) / (1.0 + z2 / m);
    // At the ends the formula gives 0 and 1 exactly; the float may miss them by a bit.
    let low = if hits == 0 { 0.0 } else { (middle - half).max(0.0) };
    let high = if hits == n { 1.0 } else { (middle + half).min(1.0) };
    Some(Share { value: p, low, high, n })
}

/// Turns p-values into the smallest false discovery rates at which each would still be told.
///
/// # Formula
/// With p sorted ascending, q of rank i = the least m p / j over ranks j >= i, at most 1.
///
/// # Source
/// Benjamini and Hochberg, 1995.
pub fn false_discovery(p: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p.len()).collect();
    let at = |i: usize| p.get(i).copied().unwrap_or(1.0);
    order.sort_by(|a, b| at(*a).total_cmp(&at(*b)));
    let m = p.len() as f64;
    let mut out = vec![1.0; p.len()];
    let mut least = 1.0f64;
    for (rank, i) in order.iter().enumerate().rev() {
        // At the last rank the factor is 1; the float may fall below p by a bit.
        least = least.min((at(*i) * m / (rank as f64 + 1.0)).max(at(*i)));
        if let Some(q) = out.get_mut(*i) {
            *q = least;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use naata_testkit::assert_close;
    use proptest::prelude::*;

    #[test]
    fn wilson_by_hand() {
        // 15 of 148, as in Newcombe (1998), table I.
        let s = share(15, 148).unwrap();
        assert_close("low", s.low, 0.0624, 1e-3);
        assert_close("high", s.high, 0.1605, 1e-3);
        let none = share(0, 20).unwrap();
        assert_eq!((none.low, share(20, 20).unwrap().high), (0.0, 1.0));
        assert_close("0 of 20", none.high, 0.1611, 1e-3);
        assert_eq!((share(0, 0), share(2, 1)), (None, None));
    }

    #[test]
    fn the_fifteen_p_values_of_benjamini_and_hochberg() {
        // Their table: at a rate of 0.05 the first four are told.
        let p = [
            0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719,
            0.6528, 0.7590, 1.0,
        ];
        let q = false_discovery(&p);
        assert_eq!(q.iter().filter(|q| **q <= 0.05).count(), 4);
        assert_close("the fourth", q[3], 0.0095 * 15.0 / 4.0, 1e-12);
    }

    proptest! {
        #[test]
        fn rates_keep_the_order_of_p_and_never_fall_below(p in prop::collection::vec(0.0f64..=1.0, 0..40)) {
            let q = false_discovery(&p);
            for (a, qa) in p.iter().zip(&q) {
                prop_assert!(qa >= a && *qa <= 1.0);
                for (b, qb) in p.iter().zip(&q) {
                    prop_assert!(a > b || qa <= qb);
                }
            }
        }
    }
}
