//! Logarithms, exponentials and trigonometry with the same bits on every platform.
//!
//! The standard library hands these functions to the platform's C library, whose last bit differs between
//! systems. Here they come from one portable implementation, so a fit ends at the same bits everywhere.
//! `sqrt`, `abs`, `floor` and their like are exactly rounded by the standard and need no substitute.

/// Returns the natural logarithm.
pub fn ln(x: f64) -> f64 {
    libm::log(x)
}

/// Returns the logarithm to base 10.
pub fn log10(x: f64) -> f64 {
    libm::log10(x)
}

/// Returns ln(1 + x), accurate for small `x`.
pub fn ln_1p(x: f64) -> f64 {
    libm::log1p(x)
}

/// Returns e to the power `x`.
pub fn exp(x: f64) -> f64 {
    libm::exp(x)
}

/// Returns e to the power `x`, less 1, accurate for small `x`.
pub fn exp_m1(x: f64) -> f64 {
    libm::expm1(x)
}

/// Returns `base` to the power `exponent`.
pub fn pow(base: f64, exponent: f64) -> f64 {
    libm::pow(base, exponent)
}

/// Returns `base` to a whole power, by repeated squaring.
///
/// The order of the multiplications is fixed, so the bits are too; a negative power is one over the positive.
pub fn powi(base: f64, exponent: i32) -> f64 {
    let mut left = exponent.unsigned_abs();
    let mut square = base;
    let mut result = 1.0;
    while left > 0 {
        if left & 1 == 1 {
            result *= square;
        }
        left >>= 1;
        if left > 0 {
            square *= square;
        }
    }
    if exponent < 0 { 1.0 / result } else { result }
}

/// Returns the square root.
pub fn sqrt(x: f64) -> f64 {
    x.sqrt()
}

/// Returns the sine of an angle in radians.
pub fn sin(x: f64) -> f64 {
    libm::sin(x)
}

/// Returns the cosine of an angle in radians.
pub fn cos(x: f64) -> f64 {
    libm::cos(x)
}

/// Returns the angle in radians whose tangent is `x`.
pub fn atan(x: f64) -> f64 {
    libm::atan(x)
}

/// Returns the hyperbolic tangent.
pub fn tanh(x: f64) -> f64 {
    libm::tanh(x)
}

/// Returns ln(1 + x) - x without the cancellation of the two terms.
///
/// # Formula
/// With s = x / (2 + x): ln(1 + x) - x = -s x + 2 (s^3/3 + s^5/5 + ...).
pub fn ln_1p_minus(x: f64) -> f64 {
    if !(-0.5..=1.0).contains(&x) {
        return ln_1p(x) - x;
    }
    let s = x / (2.0 + x);
    let square = s * s;
    let mut power = s * square;
    let mut sum = 0.0;
    let mut odd = 3.0;
    // s is at most 1/3, so 20 terms reach 1e-19 of the first.
    for _ in 0..20 {
        let term = power / odd;
        sum += term;
        if term.abs() <= 1e-18 * sum.abs() {
            break;
        }
        power *= square;
        odd += 2.0;
    }
    2.0 * sum - s * x
}

/// Returns ln(e^a + e^b) without overflow.
pub fn ln_add_exp(a: f64, b: f64) -> f64 {
    let (high, low) = if a >= b { (a, b) } else { (b, a) };
    if high == f64::NEG_INFINITY {
        return high;
    }
    if high == f64::INFINITY {
        return if low.is_nan() { low } else { high };
    }
    high + ln_1p(exp(low - high))
}

/// Returns ln(1 - e^x) for x below 0, accurate at both ends.
///
/// # Source
/// Maechler, "Accurately computing log(1 - exp(-|a|))", 2012.
pub fn ln_1m_exp(x: f64) -> f64 {
    if x > -std::f64::consts::LN_2 { ln(-exp_m1(x)) } else { ln_1p(-exp(x)) }
}

/// Returns 1 / (1 + e^-x), the probability whose log odds are `x`.
pub fn logistic(x: f64) -> f64 {
    if x >= 0.0 {
        1.0 / (1.0 + exp(-x))
    } else {
        let odds = exp(x);
        odds / (1.0 + odds)
    }
}

/// Returns ln(p / (1 - p)), the log odds of a probability.
pub fn logit(p: f64) -> f64 {
    ln(p) - ln_1p(-p)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn within_one_unit_of_the_last_place() {
        let exact: [(f64, f64); 10] = [
            (ln(3.0), 1.0986122886681098),
            (ln_1p(1e-10), 9.999999999500001e-11),
            (exp(1.5), 4.4816890703380645),
            (exp_m1(1e-10), 1.00000000005e-10),
            (pow(2.5, 1.7), 4.747861205827337),
            (sin(1.0), 0.8414709848078965),
            (cos(1.0), 0.5403023058681398),
            (atan(3.0), 1.2490457723982544),
            (tanh(0.5), 0.46211715726000974),
            (log10(2.0), std::f64::consts::LOG10_2),
        ];
        for (found, expected) in exact {
            assert!(found.to_bits().abs_diff(expected.to_bits()) <= 1, "{found} is not {expected}");
        }
    }

    #[test]
    fn bits_are_pinned() {
        // A changed bit here changes every fit: it must be a decision, not an accident of an update.
        let mut folded: u64 = 0;
        for step in 1..2000 {
            let x = f64::from(step) / 64.0;
            for y in
                [ln(x), ln_1p(x), exp(x), exp_m1(-x), pow(x, 1.7), sin(x), cos(x), atan(x), tanh(x), log10(x)]
            {
                folded = folded.rotate_left(5) ^ y.to_bits();
            }
        }
        assert_eq!(folded, 0xb809_9ba0_0057_9763, "the fold is {folded:#x}");
    }

    #[test]
    fn whole_powers() {
        assert_eq!(powi(3.0, 4), 81.0);
        assert_eq!(powi(2.0, -3), 0.125);
        assert_eq!(powi(7.5, 0), 1.0);
        assert_eq!(powi(0.0, i32::MIN), f64::INFINITY);
    }

    #[test]
    fn logarithm_less_its_argument() {
        for (x, expected) in [
            (1e-8, -4.999999966666667e-17),
            (1e-3, -4.996669164668332e-07),
            (-0.3, -0.056674943938732375),
            (0.7, -0.16937174893782958),
            (-0.9, -1.4025850929940457),
            (5.0, -3.208240530771945),
        ] {
            let found = ln_1p_minus(x);
            assert!((found - expected).abs() <= 4e-16 * expected.abs(), "{x}: {found} is not {expected}");
        }
    }

    proptest! {
        #[test]
        fn adding_in_logs_is_adding(a in 1e-5f64..1e5, b in 1e-5f64..1e5) {
            prop_assert!((exp(ln_add_exp(ln(a), ln(b))) / (a + b) - 1.0).abs() < 1e-14);
        }

        #[test]
        fn logistic_and_logit_are_inverse(p in 1e-12f64..0.999) {
            prop_assert!((logistic(logit(p)) / p - 1.0).abs() < 1e-13);
        }
    }
}
