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
            - s * (1.0 / 1260.0
                - s * (1.0 / 1680.0 - s * (1.0 / 1188.0 - s * (691.0 / 360360.0 - s / 156.0))))))
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::assert_close;
    use proptest::prelude::*;

    /// x, ln Gamma, digamma, trigamma, from 60-digit arithmetic.
    #[rustfmt::skip]
    const VALUES: [(f64, f64, f64, f64); 25] = [
        (1e-10, 23.025850929882736, -10000000000.577215, 1e+20),
        (0.001, 6.907178885383853, -1000.5755719318103, 1000001.6425331958),
        (0.25, 1.2880225246980774, -4.2274535333762655, 17.19732915450711),
        (0.5, 0.5723649429247001, -1.9635100260214235, 4.934802200544679),
        (0.9, 0.06637623973474295, -0.7549269499470513, 1.9225399594772035),
        (0.9999, 5.7729791561193866e-05, -0.5773801703298691, 1.6451745107027036),
        (1.0001, -5.771334222047127e-05, -0.5770511835143348, 1.6446936879331444),
        (1.25, -0.09827183642181316, -0.22745353337626542, 1.1973291545071107),
        (1.4616321449683622, -0.12148629053584961, -9.241265521729427e-17, 0.9676722454476212),
        (1.4616321, -0.12148629053584863, -4.3514636958769774e-08, 0.9676722852682919),
        (1.5, -0.12078223763524522, 0.03648997397857652, 0.9348022005446793),
        (1.75, -0.08440112102048555, 0.24747245354686118, 0.7641018698938287),
        (1.9999, -4.227520877215346e-05, 0.42271983967113097, 0.6449744806987031),
        (2.0001, 4.2281658112919945e-05, 0.4228488264846654, 0.6448936579371437),
        (2.5, 0.2846828704729192, 0.7031566406452432, 0.49035775610023485),
        (3.7, 1.428072326665388, 1.1671535393615113, 0.3100378576700383),
        (6.9, 6.3927444564055955, 1.857310951331687, 0.15593477421487847),
        (7.1, 6.7672934793847705, 1.8880223866580461, 0.15122758043907264),
        (9.99, 12.779315214350193, 2.250700372831201, 0.10527695014824179),
        (11.5, 16.292000476567242, 2.3982391295357814, 0.09084666127454623),
        (12.5, 18.734347511936445, 2.4851956512749123, 0.08328522460157838),
        (25.3, 55.74618118358459, 3.210911380182536, 0.04031712034125649),
        (100.5, 361.4355404677776, 4.605174352581845, 0.009999916669583104),
        (10000.0, 82099.71749644238, 9.210290371142849, 0.00010000500016666666),
        (100000000.0, 1742068066.1038346, 18.420680738952367, 1.000000005e-08),
    ];

    /// r, x, and the three differences, from 60-digit arithmetic.
    #[rustfmt::skip]
    const RISING: [(f64, f64, f64, f64, f64); 13] = [
        (0.25, 3.0, -0.3522205935893521, 5.2444444444444445, -16.837530864197532),
        (0.25, 0.5, -1.084741573266782, std::f64::consts::PI, -14.655449506835504),
        (1e-08, 4.0, -16.628921256390978, 100000001.83333331, -1e+16),
        (3.3, 16.0, 36.28613316163166, 1.8991522114315071, -0.3003225814642327),
        (3.3, 17.0, 39.2462382575425, 1.9509656829340978, -0.3030072172933824),
        (3.3, 200.0, 874.4499056028784, 4.277398795754359, -0.34857058536268554),
        (11.9, 100000.0, 1051407.4549577648, 9.079105921594351, -0.08765320232987432),
        (1000000.0, 3.0, 41.44653467389032, 2.999997000005e-06, -2.999994000015e-12),
        (1000000.0, 1000.0, 13816.009891630642, 0.000999500832584199, -9.990019975034955e-10),
        (1000000.0, 0.25, 3.4538775457410607, 2.500000937500156e-07, -2.5000018750004685e-13),
        (1000000000000.0, 40.0, 1105.240844637922, 3.999999999922e-11, -3.999999999844e-23),
        (1e+16, 5.0, 184.20680743952366, 4.999999999999999e-16, -4.999999999999998e-32),
        (40.5, 2.5, 9.298806330679687, 0.060621648813572376, -0.0014703717817224583),
    ];

    #[rustfmt::skip]
    const BETAS: [(f64, f64, f64); 8] = [
        (0.5, 0.5, 1.1447298858494002),
        (2.0, 3.0, -2.4849066497880004),
        (1e-05, 7.0, 11.512900965044798),
        (0.3, 1000000.0, -3.0488550675711994),
        (15.5, 11.9, -18.780194879339717),
        (15.5, 10000000.0, -223.2935793362327),
        (1000000.0, 1000000.0, -1386300.003362921),
        (100000.0, 12.5, -125.17793952144314),
    ];

    #[rustfmt::skip]
    const RESTS: [(f64, f64); 6] = [
        (0.1, 0.512740081331915),
        (1.0, 0.08106146679532726),
        (5.5, 0.015134973221917378),
        (11.99, 0.006948627958543434),
        (12.0, 0.00694284010720953),
        (300.0, 0.0002777776748974459),
    ];

    #[test]
    fn gamma_and_derivatives() {
        for (x, ln_value, first, second) in VALUES {
            assert_close(ln_gamma(x), ln_value, 1e-15, &format!("ln_gamma({x})"));
            assert_close(digamma(x), first, 1e-14, &format!("digamma({x})"));
            assert_close(trigamma(x), second, 1e-15, &format!("trigamma({x})"));
        }
    }

    #[test]
    fn rising_factorials() {
        for (r, x, ln_value, first, second) in RISING {
            assert_close(ln_rising(r, x), ln_value, 2e-15, &format!("ln_rising({r}, {x})"));
            assert_close(digamma_rising(r, x), first, 2e-15, &format!("digamma_rising({r}, {x})"));
            assert_close(trigamma_rising(r, x), second, 2e-15, &format!("trigamma_rising({r}, {x})"));
        }
    }

    #[test]
    fn beta_function() {
        for (a, b, expected) in BETAS {
            assert_close(ln_beta(a, b), expected, 2e-15, &format!("ln_beta({a}, {b})"));
            assert_eq!(ln_beta(a, b).to_bits(), ln_beta(b, a).to_bits());
        }
    }

    #[test]
    fn rest_of_stirling() {
        for (x, expected) in RESTS {
            assert_close(stirling_rest(x), expected, 2e-15, &format!("stirling_rest({x})"));
        }
    }

    #[test]
    fn outside_the_domain_is_not_a_number() {
        for x in [0.0, -1.0, -0.5, f64::NAN] {
            assert!(ln_gamma(x).is_nan() && digamma(x).is_nan() && trigamma(x).is_nan());
            assert!(ln_beta(x, 1.0).is_nan() && ln_rising(x, 1.0).is_nan());
        }
        assert!(ln_choose(3.0, 4.0).is_nan());
    }

    #[test]
    fn binomial_coefficients() {
        assert_close(ln_choose(52.0, 5.0), ln(2598960.0), 1e-15, "52 choose 5");
        assert_close(ln_choose(52.0, 47.0), ln(2598960.0), 1e-15, "52 choose 47");
        assert_eq!(ln_choose(7.0, 0.0), 0.0);
        assert_eq!(ln_choose(7.0, 7.0), 0.0);
    }

    proptest! {
        #[test]
        fn digamma_is_the_slope_of_its_recurrence(x in 0.01f64..50.0) {
            prop_assert!((digamma(x + 1.0) - digamma(x) - 1.0 / x).abs() < 1e-14 * (1.0 + 1.0 / x));
        }

        #[test]
        fn a_rising_factorial_splits(r in 0.01f64..1e6, x in 0u32..300, y in 0u32..300) {
            let (x, y) = (f64::from(x), f64::from(y));
            let whole = ln_rising(r, x + y);
            let parts = ln_rising(r, x) + ln_rising(r + x, y);
            prop_assert!((whole - parts).abs() < 1e-13 * (10.0 + whole.abs()));
        }
    }
}
