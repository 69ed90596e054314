//! The gamma function and its relatives: ln Gamma, digamma, trigamma, ln Beta and rising factorials.
//!
//! Likelihoods of purchase models are sums of differences such as ln Gamma(r + x) - ln Gamma(r). For a large
//! `r` the two terms agree in nearly all digits, so the differences have functions of their own here.

use crate::elementary::{ln, ln_1p, ln_1p_minus};

/// ln(2 pi) / 2.
pub(crate) const HALF_LN_TWO_PI: f64 = 0.9189385332046728;

/// The root of digamma, and what is left of it beyond the last bit.
const DIGAMMA_ROOT: f64 = 1.4616321449683622;
const DIGAMMA_ROOT_REST: f64 = 9.549995429965697e-17;

/// Chebyshev coefficients of digamma(x) / (x - root) on [1, 2].
const DIGAMMA_MIDDLE: [f64; 24] = [
    0.983570260441567,
    -0.2270640863346444,
    0.03336889902393011,
    -0.005320077271596548,
    0.0008788656937820505,
    -0.00014773492650606044,
    2.5060543468359146e-05,
    -4.2721034029993324e-06,
    7.302769272465923e-07,
    -1.2502886813559594e-07,
    2.1425009322359472e-08,
    -3.673295918565179e-09,
    6.299717236108931e-10,
    -1.080593028883266e-10,
    1.853735192053638e-11,
    -3.18023536582553e-12,
    5.456147570322795e-13,
    -9.360993131036438e-14,
    1.606064636295075e-14,
    -2.7555431377438815e-15,
    4.727736178601912e-16,
    -8.11148420346509e-17,
    1.391707769474154e-17,
    -2.3877901082188625e-18,
];

/// From here on the asymptotic series below are exact to the last bit.
const LARGE: f64 = 12.0;

/// Returns the natural logarithm of Gamma(x) for x > 0, and not-a-number elsewhere.
///
/// # Source
/// The portable implementation is Sun's `e_lgamma`, 1993, with its own fits around the zeros at 1 and 2.
pub fn ln_gamma(x: f64) -> f64 {
    if x > 0.0 { libm::lgamma(x) } else { f64::NAN }
}

/// Returns digamma(x), the derivative of ln Gamma, for x > 0, and not-a-number elsewhere.
///
/// # Formula
/// Around the root at 1.4616... a Chebyshev fit of digamma(x) / (x - root); from 12 on
/// ln x - 1/(2x) - sum B_2k / (2k x^2k); between and below, digamma(x + 1) = digamma(x) + 1/x.
///
/// # Source
/// Abramowitz and Stegun, Handbook of Mathematical Functions, 1964, 6.3.5 and 6.3.18.
pub fn digamma(x: f64) -> f64 {
    if x.is_nan() || x <= 0.0 {
        return f64::NAN;
    }
    if x < 1.0 {
        return digamma_middle(x + 1.0) - 1.0 / x;
    }
    if x <= 2.0 {
        return digamma_middle(x);
    }
    let mut at = x;
    let mut sum = 0.0;
    if at < 7.0 {
        while at > 2.0 {
            at -= 1.0;
            sum += 1.0 / at;
        }
        return digamma_middle(at) + sum;
    }
    while at < LARGE {
        sum += 1.0 / at;
        at += 1.0;
    }
    ln(at) - 0.5 / at - digamma_tail(at) - sum
}

/// Returns digamma on [1, 2].
fn digamma_middle(x: f64) -> f64 {
    let t = 2.0 * x - 3.0;
    let (mut next, mut after) = (0.0, 0.0);
    for coefficient in DIGAMMA_MIDDLE.iter().skip(1).rev() {
        let now = 2.0 * t * next - after + coefficient;
        after = next;
        next = now;
    }
    let quotient = t * next - after + DIGAMMA_MIDDLE[0];
    ((x - DIGAMMA_ROOT) - DIGAMMA_ROOT_REST) * quotient
}

/// Returns sum B_2k / (2k x^2k) for x of at least [`LARGE`].
fn digamma_tail(x: f64) -> f64 {
    let s = 1.0 / (x * x);
    s * (1.0 / 12.0
        - s * (1.0 / 120.0
            - s * (1.0 / 252.0
                - s * (1.0 / 240.0
                    - s * (1.0 / 132.0 - s * (691.0 / 32760.0 - s * (1.0 / 12.0 - s * 3617.0 / 8160.0)))))))
}

/// Returns trigamma(x), the second derivative of ln Gamma, for x > 0, and not-a-number elsewhere.
///
/// # Formula
/// trigamma(x) = 1/x^2 + trigamma(x + 1), and from 12 on 1/x + 1/(2x^2) + sum B_2k / x^(2k+1).
///
/// # Source
/// Abramowitz and Stegun, 1964, 6.4.6 and 6.4.12.
pub fn trigamma(x: f64) -> f64 {
    if x.is_nan() || x <= 0.0 {
        return f64::NAN;
    }
    let mut at = x;
    let mut sum = 0.0;
    while at < LARGE {
        sum += 1.0 / (at * at);
        at += 1.0;
    }
    // The smallest terms first: the sum above is dominated by its first term.
    (1.0 / at + 0.5 / (at * at) + trigamma_tail(at)) + sum
}

/// Returns sum B_2k / x^(2k+1) for x of at least [`LARGE`].
fn trigamma_tail(x: f64) -> f64 {
    let s = 1.0 / (x * x);
    s / x
        * (1.0 / 6.0
            - s * (1.0 / 30.0
                - s * (1.0 / 42.0
                    - s * (1.0 / 30.0
                        - s * (5.0 / 66.0 - s * (691.0 / 2730.0 - s * (7.0 / 6.0 - s * 3617.0 / 510.0)))))))
}

/// Returns what Stirling's formula leaves of ln Gamma.
///
/// # Formula
/// ln Gamma(x) - ((x - 1/2) ln x - x + ln(2 pi) / 2), for x > 0.
///
/// # Source
/// Loader, "Fast and Accurate Computation of Binomial Probabilities", 2000.
pub fn stirling_rest(x: f64) -> f64 {
    if x < 1.0 {
        return ln_gamma(x) - ((x - 0.5) * ln(x) - x + HALF_LN_TWO_PI);
    }
    let mut at = x;
    let mut sum = 0.0;
    while at < LARGE {
        sum += stirling_step(at);
        at += 1.0;
    }
    stirling_tail(at) + sum
}

/// Returns `stirling_rest(x)` - `stirling_rest(x + 1)` for x of at least 1.
///
/// # Formula
/// (x + 1/2) ln(1 + 1/x) - 1 = 1/(3 y^2) + 1/(5 y^4) + ..., y = 2x + 1.
fn stirling_step(x: f64) -> f64 {
    let y = 2.0 * x + 1.0;
    let square = 1.0 / (y * y);
    let mut power = square;
    let mut odd = 3.0;
    let mut sum = 0.0;
    for _ in 0..20 {
        let term = power / odd;
        sum += term;
        if term <= 1e-18 * sum {
            break;
        }
        power *= square;
        odd += 2.0;
    }
    sum
}

/// Returns sum B_2k / (2k (2k-1) x^(2k-1)) for x of at least [`LARGE`].
fn stirling_tail(x: f64) -> f64 {
    let s = 1.0 / (x * x);
    (1.0 / 12.0
        - s * (1.0 / 360.0
            - s * (1.0 / 1260.0 - s * (1.0 / 1680.0 - s * (1.0 / 1188.0 - s * (691.0 / 360360.0 - s / 156.0))))))
        / x
}

/// Returns the natural logarithm of Beta(a, b) for a, b > 0, and not-a-number elsewhere.
///
/// # Formula
/// ln Gamma(a) + ln Gamma(b) - ln Gamma(a + b); where one of them is large, from Stirling's formula with the
/// large terms cancelled by hand.
pub fn ln_beta(a: f64, b: f64) -> f64 {
    if a.is_nan() || b.is_nan() || a <= 0.0 || b <= 0.0 {
        return f64::NAN;
    }
    let (small, large) = if a <= b { (a, b) } else { (b, a) };
    if large < LARGE {
        return ln_gamma(small) + (ln_gamma(large) - ln_gamma(small + large));
    }
    if small < LARGE {
        return ln_gamma(small) - ln_rising(large, small);
    }
    let ratio = small / large;
    HALF_LN_TWO_PI - 0.5 * ln(large) + (small - 0.5) * ln(ratio / (1.0 + ratio)) - large * ln_1p(ratio)
        + (stirling_rest(small) + (stirling_rest(large) - stirling_rest(small + large)))
}

/// Returns the natural logarithm of "n choose k" for real n >= k >= 0.
pub fn ln_choose(n: f64, k: f64) -> f64 {
    if !(k >= 0.0 && n >= k) {
        return f64::NAN;
    }
    let few = if k + k > n { n - k } else { k };
    // ln(n! / (n - few)!) - ln few!: the first is a rising factorial without cancellation.
    ln_rising(n - few + 1.0, few) - ln_gamma(few + 1.0)
}

/// Returns ln Gamma(r + x) - ln Gamma(r) for r > 0 and x >= 0, accurate also for a huge `r`.
///
/// # Formula
/// For a small whole x the product r (r + 1) ... (r + x - 1). Else, with u = x / r and R what Stirling's
/// formula leaves: x ln r + x ln(1 + u) + r (ln(1 + u) - u) - ln(1 + u) / 2 + R(r + x) - R(r), after lifting a
/// small r by the recurrence of Gamma.
pub fn ln_rising(r: f64, x: f64) -> f64 {
    if !(r > 0.0 && x >= 0.0) {
        return f64::NAN;
    }
    if x <= FEW && r < 1e15 && x.floor() == x {
        let mut product = 1.0;
        let mut step = 0.0;
        while step < x {
            product *= r + step;
            step += 1.0;
        }
        return ln(product);
    }
    let mut at = r;
    let mut lifted = 0.0;
    while at < LARGE {
        lifted += ln_1p(x / at);
        at += 1.0;
    }
    let u = x / at;
    let ln_ratio = ln_1p(u);
    x * ln(at) + (x * ln_ratio + at * ln_1p_minus(u)) - 0.5 * ln_ratio
        + (stirling_tail(at + x) - stirling_tail(at))
        - lifted
}

/// Returns digamma(r + x) - digamma(r), the derivative of [`ln_rising`] by `r`.
pub fn digamma_rising(r: f64, x: f64) -> f64 {
    if !(r > 0.0 && x >= 0.0) {
        return f64::NAN;
    }
    let mut sum = 0.0;
    if x <= FEW && x.floor() == x {
        let mut step = 0.0;
        while step < x {
            sum += 1.0 / (r + step);
            step += 1.0;
        }
        return sum;
    }
    let mut at = r;
    while at < LARGE {
        sum += x / (at + x) / at;
        at += 1.0;
    }
    ln_1p(x / at) + 0.5 * (x / (at + x) / at) + (digamma_tail(at) - digamma_tail(at + x)) + sum
}

/// Returns trigamma(r + x) - trigamma(r), the second derivative of [`ln_rising`] by `r`.
pub fn trigamma_rising(r: f64, x: f64) -> f64 {
    if !(r > 0.0 && x >= 0.0) {
        return f64::NAN;
    }
    let mut sum = 0.0;
    if x <= FEW && x.floor() == x {
        let mut step = 0.0;
        while step < x {
            sum += 1.0 / (r + step) / (r + step);
            step += 1.0;
        }
        return -sum;
    }
    let mut at = r;
    while at < LARGE {
        sum += x / (at + x) / at * (1.0 / at + 1.0 / (at + x));
        at += 1.0;
    }
    let first = x / (at + x) / at;
    let second = first * (1.0 / at + 1.0 / (at + x));
    -(first + 0.5 * second + (trigamma_tail(at) - trigamma_tail(at + x)) + sum)
}

/// Up to this whole number of factors a rising factorial is multiplied out.
const FEW: f64 = 16.0;
