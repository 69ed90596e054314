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
    let scale = exp(ln_gamma_kernel(a, x));
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
        let lower = (scale * sum / a).min(1.0);
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
        let upper = (scale * fraction).min(1.0);
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
    if a < 10.0 || b < 10.0 {
        let ln_rest = if x < 0.5 { ln_1p(-x) } else { ln(rest) };
        let ln_x = if rest < 0.5 { ln_1p(-rest) } else { ln(x) };
        return a * ln_x + b * ln_rest - ln_beta(a, b);
    }
    // The powers are set against their values at the point a / (a + b), where they cancel 1 / B(a, b).
    let n = a + b;
    let off = a * rest - b * x;
    let at_a = ln_ratio_loss(a, n * x, -off);
    let at_b = ln_ratio_loss(b, n * rest, off);
    at_a + at_b - (stirling_rest(a) + stirling_rest(b) - stirling_rest(n)) - HALF_LN_TWO_PI
        + 0.5 * (ln(a) + ln_1p(-a / n))
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
