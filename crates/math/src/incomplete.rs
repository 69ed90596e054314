//! The regularised incomplete gamma and beta functions: the tails of nearly every distribution here.

use crate::elementary::{exp, ln, ln_1p, ln_1p_minus, sqrt};
use crate::gamma::{HALF_LN_TWO_PI, ln_beta, ln_gamma, stirling_rest};

/// The number of terms after which a series or fraction gives up; it is met only beyond parameters of 1e11.
const MOST_TERMS: usize = 5_000_000;

/// Keeps a denominator of Lentz's method away from 0.
const TINY: f64 = 1e-300;

/// Returns P(a, x), the share of Gamma(a) that lies below `x`, for a > 0 and x >= 0.
///
/// # Formula
/// 1 / Gamma(a) times the integral of t^(a-1) e^-t from 0 to x: a series below a + 1, one minus a continued
/// fraction above it.
///
/// # Source
/// Abramowitz and Stegun, 1964, 6.5.29 and 6.5.31.
pub fn gamma_lower(a: f64, x: f64) -> f64 {
    gamma_tails(a, x).0
}

/// Returns Q(a, x) = 1 - P(a, x), accurate where it is small.
pub fn gamma_upper(a: f64, x: f64) -> f64 {
    gamma_tails(a, x).1
}

/// Returns both tails of the gamma distribution of shape `a` at `x`.
fn gamma_tails(a: f64, x: f64) -> (f64, f64) {
    if a.is_nan() || x.is_nan() || a <= 0.0 || x < 0.0 || a == f64::INFINITY {
        return (f64::NAN, f64::NAN);
    }
    if x == 0.0 {
        return (0.0, 1.0);
    }
    if x == f64::INFINITY {
        return (1.0, 0.0);
    }
    if x < a + 1.0 {
        // sum x^n / ((a + 1) ... (a + n)), times x^a e^-x / Gamma(a + 1).
        let mut term = 1.0;
        let mut sum = 1.0;
        let mut divisor = a;
        for _ in 0..MOST_TERMS {
            divisor += 1.0;
            term *= x / divisor;
            sum += term;
            if term <= sum * 1e-17 {
                break;
            }
        }
        // Gamma(a + 1) is near 1 for a small a, where Gamma(a) would cost digits of the upper tail.
        let scale =
            if a < 10.0 { exp(a * ln(x) - x - ln_gamma(a + 1.0)) } else { exp(ln_gamma_kernel(a, x)) / a };
        let lower = (scale * sum).min(1.0);
        (lower, 1.0 - lower)
    } else {
        let mut b = x + 1.0 - a;
        let mut c = 1.0 / TINY;
        let mut d = 1.0 / b;
        let mut fraction = d;
        let mut i = 1.0;
        for _ in 0..MOST_TERMS {
            let numerator = -i * (i - a);
            b += 2.0;
            d = 1.0 / away_from_zero(numerator * d + b);
            c = away_from_zero(b + numerator / c);
            let factor = d * c;
            fraction *= factor;
            if (factor - 1.0).abs() < 3e-16 {
                break;
            }
            i += 1.0;
        }
        let upper = (exp(ln_gamma_kernel(a, x)) * fraction).min(1.0);
        (1.0 - upper, upper)
    }
}

/// Returns ln(x^a e^-x / Gamma(a)) for a > 0 and x > 0.
///
/// For a large `a` the powers are set against their value at x = a, as the terms themselves are huge.
pub(crate) fn ln_gamma_kernel(a: f64, x: f64) -> f64 {
    if a < 10.0 {
        return a * ln(x) - x - ln_gamma(a);
    }
    let u = (x - a) / a;
    a * ln_1p_minus(u) - stirling_rest(a) - HALF_LN_TWO_PI + 0.5 * ln(a)
}

/// Returns I_x(a, b), the share of Beta(a, b) that lies below `x`, for a, b > 0 and x in [0, 1].
///
/// # Formula
/// x^a (1-x)^b / (a B(a, b)) over a continued fraction, evaluated by Lentz's method on the side of the mean
/// where it converges fast; the other side by I_x(a, b) = 1 - I_(1-x)(b, a).
///
/// # Source
/// Abramowitz and Stegun, 1964, 26.5.8; Thompson and Barnett, J. Comput. Phys. 64, 1986.
pub fn beta_lower(a: f64, b: f64, x: f64) -> f64 {
    beta_tails(a, b, x, 1.0 - x).0
}

/// Returns 1 - I_x(a, b), accurate where it is small.
pub fn beta_upper(a: f64, b: f64, x: f64) -> f64 {
    beta_tails(a, b, x, 1.0 - x).1
}

/// Returns both tails of Beta(a, b) at `x`, of which `rest` is 1 - x without rounding.
pub(crate) fn beta_tails(a: f64, b: f64, x: f64, rest: f64) -> (f64, f64) {
    let in_domain = a > 0.0 && b > 0.0 && a < f64::INFINITY && b < f64::INFINITY;
    if !in_domain || !(0.0..=1.0).contains(&x) || !(0.0..=1.0).contains(&rest) {
        return (f64::NAN, f64::NAN);
    }
    if x == 0.0 {
        return (0.0, 1.0);
    }
    if rest == 0.0 {
        return (1.0, 0.0);
    }
    let kernel = ln_beta_kernel(a, b, x, rest);
    if x < (a + 1.0) / (a + b + 2.0) {
        let lower = (exp(kernel) * beta_fraction(a, b, x) / a).min(1.0);
        (lower, 1.0 - lower)
    } else {
        let upper = (exp(kernel) * beta_fraction(b, a, rest) / b).min(1.0);
        (1.0 - upper, upper)
    }
}

/// Returns ln(x^a (1-x)^b / B(a, b)) with 1 - x given as `rest`.
pub(crate) fn ln_beta_kernel(a: f64, b: f64, x: f64, rest: f64) -> f64 {
    BetaKernel::new(a, b).ln_at(x, rest)
}

/// The function ln(x^a (1-x)^b / B(a, b)), ready to be evaluated at many points.
pub(crate) struct BetaKernel {
    a: f64,
    b: f64,
    constant: f64,
}

impl BetaKernel {
    /// Prepares the function of two shapes above 0.
    pub(crate) fn new(a: f64, b: f64) -> Self {
        let constant = if a < 10.0 || b < 10.0 {
            -ln_beta(a, b)
        } else {
            let n = a + b;
            0.5 * (ln(a) + ln_1p(-a / n))
                - (stirling_rest(a) + stirling_rest(b) - stirling_rest(n))
                - HALF_LN_TWO_PI
        };
        Self { a, b, constant }
    }

    /// Returns the function at `x`, of which `rest` is 1 - x.
    pub(crate) fn ln_at(&self, x: f64, rest: f64) -> f64 {
        let (a, b) = (self.a, self.b);
        if a < 10.0 || b < 10.0 {
            let ln_rest = if x < 0.5 { ln_1p(-x) } else { ln(rest) };
            let ln_x = if rest < 0.5 { ln_1p(-rest) } else { ln(x) };
            return a * ln_x + b * ln_rest + self.constant;
        }
        // The powers are set against their values at the point a / (a + b), where they cancel 1 / B(a, b).
        let n = a + b;
        let off = a * rest - b * x;
        ln_ratio_loss(a, n * x, -off) + ln_ratio_loss(b, n * rest, off) + self.constant
    }
}

/// Returns m ln(value / m) - (value - m), given the difference `off` = value - m.
fn ln_ratio_loss(m: f64, value: f64, off: f64) -> f64 {
    let u = off / m;
    if u.abs() < 0.5 { m * ln_1p_minus(u) } else { m * ln(value / m) - off }
}

/// Returns the continued fraction of the incomplete beta function.
fn beta_fraction(a: f64, b: f64, x: f64) -> f64 {
    let mut c = 1.0;
    let mut d = 1.0 / away_from_zero(1.0 - (a + b) * x / (a + 1.0));
    let mut fraction = d;
    let mut m = 1.0;
    for _ in 0..MOST_TERMS {
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        d = 1.0 / away_from_zero(1.0 + even * d);
        c = away_from_zero(1.0 + even / c);
        fraction *= d * c;
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        d = 1.0 / away_from_zero(1.0 + odd * d);
        c = away_from_zero(1.0 + odd / c);
        let factor = d * c;
        fraction *= factor;
        if (factor - 1.0).abs() < 3e-16 {
            break;
        }
        m += 1.0;
    }
    fraction
}

/// Returns `value`, or a tiny number in place of 0.
fn away_from_zero(value: f64) -> f64 {
    if value.abs() < TINY { TINY } else { value }
}

/// Returns the standard deviation of Beta(a, b), the scale of a search in it.
pub(crate) fn beta_deviation(a: f64, b: f64) -> f64 {
    let n = a + b;
    sqrt(a / n * (b / n) / (n + 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::assert_close;
    use proptest::prelude::*;

    /// a, x, P, Q, from 60-digit arithmetic.
    #[rustfmt::skip]
    const GAMMAS: [(f64, f64, f64, f64); 13] = [
        (0.5, 0.1, 0.345279153981423, 0.654720846018577),
        (0.5, 3.0, 0.9856941215645704, 0.01430587843542964),
        (1.0, 1.0, 0.6321205588285577, 0.36787944117144233),
        (3.3, 0.01, 2.814896095500035e-08, 0.9999999718510391),
        (3.3, 20.0, 0.9999991527598284, 8.472401715630016e-07),
        (10.5, 9.0, 0.3509957724592757, 0.6490042275407243),
        (50.0, 80.0, 0.9998692160234086, 0.00013078397659141034),
        (1000.0, 950.0, 0.05505468623073803, 0.9449453137692619),
        (1000.0, 1100.0, 0.99894067674607, 0.0010593232539299773),
        (1000000.0, 1001000.0, 0.8413447863683403, 0.15865521363165971),
        (1000000.0, 998000.0, 0.022696114006736802, 0.9773038859932632),
        (0.001, 1e-05, 0.9891230446957827, 0.01087695530421733),
        (0.01, 5.0, 0.9999882464805873, 1.175351941275085e-05),
    ];

    /// a, b, x, I, 1 - I, from 60-digit arithmetic.
    #[rustfmt::skip]
    const INC: [(f64, f64, f64, f64, f64); 12] = [
        (0.5, 0.5, 0.3, 0.36901011956554536, 0.6309898804344546),
        (2.0, 3.0, 0.25, 0.26171875, 0.73828125),
        (2.0, 3.0, 0.9, 0.9963, 0.0036999999999999976),
        (0.01, 4.0, 1e-06, 0.8870184709444652, 0.1129815290555348),
        (30.0, 2.0, 0.6, 2.8739609563695306e-06, 0.9999971260390437),
        (30.0, 2.0, 0.99, 0.9616104854047645, 0.03838951459523551),
        (12.0, 14.0, 0.5, 0.6549810171127319, 0.34501898288726807),
        (150.0, 250.0, 0.3, 0.0006982138559562533, 0.9993017861440437),
        (150.0, 250.0, 0.5, 0.9999997573195034, 2.426804965507637e-07),
        (10000.0, 30000.0, 0.255, 0.9893098319227304, 0.010690168077269586),
        (100000.0, 100000.0, 0.4985, 0.0898560298263262, 0.9101439701736738),
        (0.001, 0.001, 0.5, 0.5, 0.5),
    ];

    #[test]
    fn incomplete_gamma() {
        for (a, x, lower, upper) in GAMMAS {
            assert_close(gamma_lower(a, x), lower, 5e-14, &format!("P({a}, {x})"));
            assert_close(gamma_upper(a, x), upper, 5e-14, &format!("Q({a}, {x})"));
        }
    }

    #[test]
    fn incomplete_beta() {
        for (a, b, x, lower, upper) in INC {
            assert_close(beta_lower(a, b, x), lower, 5e-14, &format!("I({a}, {b}, {x})"));
            assert_close(beta_upper(a, b, x), upper, 5e-14, &format!("1 - I({a}, {b}, {x})"));
        }
    }

    #[test]
    fn ends_and_outside() {
        assert_eq!(gamma_lower(2.0, 0.0), 0.0);
        assert_eq!(gamma_upper(2.0, f64::INFINITY), 0.0);
        assert!(gamma_lower(0.0, 1.0).is_nan() && gamma_lower(1.0, -1.0).is_nan());
        assert_eq!((beta_lower(2.0, 3.0, 0.0), beta_lower(2.0, 3.0, 1.0)), (0.0, 1.0));
        assert!(beta_lower(2.0, 3.0, 1.5).is_nan() && beta_lower(0.0, 3.0, 0.5).is_nan());
    }

    proptest! {
        #[test]
        fn beta_mirrors(a in 0.05f64..500.0, b in 0.05f64..500.0, k in 1u32..64) {
            let x = f64::from(k) / 64.0;
            let there = beta_lower(a, b, x);
            let back = beta_upper(b, a, 1.0 - x);
            prop_assert!((there - back).abs() <= 1e-13 * there.max(1e-300) + 1e-16);
        }

        #[test]
        fn gamma_steps_by_its_kernel(a in 0.05f64..500.0, x in 0.01f64..500.0) {
            // P(a, x) - P(a + 1, x) = x^a e^-x / Gamma(a + 1).
            let step = exp(ln_gamma_kernel(a, x)) / a;
            let tails = if x < a { gamma_lower(a, x) - gamma_lower(a + 1.0, x) } else { gamma_upper(a + 1.0, x) - gamma_upper(a, x) };
            prop_assert!((tails - step).abs() <= 1e-12 * gamma_upper(a + 1.0, x).min(1.0).max(step) + 1e-15);
        }
    }
}
