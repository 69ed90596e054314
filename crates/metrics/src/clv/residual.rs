//! Sums over all the time to come, where what is later counts less.
//!
//! # Formula
//! The integral of `e^(-rate t) f(t)` over t from 0 on, by the trapezoidal rule over `ln t`. It converges
//! exponentially, as f is smooth and the integrand vanishes at both ends.

use naata_math::{exp, ln};

/// The step over ln t: an error of about e^-39.
const STEP: f64 = 0.25;

/// Where the integrand is cut off, as a power of e.
const TAIL: f64 = 38.0;

/// Integrates a function that starts at 1 and falls; `scale` is a time in which it falls noticeably.
pub(super) fn discounted(rate: f64, scale: f64, f: impl Fn(f64) -> Option<f64>) -> Option<f64> {
    if !(rate > 0.0 && rate.is_finite() && scale > 0.0 && scale.is_finite()) {
        return None;
    }
    let from = ln(scale.min(1.0 / rate)) - TAIL;
    let to = ln(TAIL / rate);
    let nodes = ((to - from) / STEP).ceil().min(20_000.0) as u32;
    let mut sum = 0.0;
    for i in 0..=nodes {
        let t = exp(from + STEP * f64::from(i));
        sum += t * exp(-rate * t) * f(t)?;
    }
    let all = STEP * sum;
    all.is_finite().then_some(all)
}

#[cfg(test)]
mod tests {
    use super::*;
    use naata_testkit::assert_close;

    #[test]
    fn exponentials_and_their_mixtures_are_exact() {
        assert_close("steady", discounted(0.01, 5.0, |_| Some(1.0)).unwrap(), 100.0, 1e-13);
        let falling = discounted(0.01, 5.0, |t| Some(exp(-0.2 * t)));
        assert_close("falling", falling.unwrap(), 1.0 / 0.21, 1e-13);
        // The integral of e^-t / (1 + t) is e E1(1).
        let mixed = discounted(1.0, 1.0, |t| Some(1.0 / (1.0 + t)));
        assert_close("mixed", mixed.unwrap(), 0.596_347_362_323_194_1, 1e-13);
        assert_eq!(discounted(0.0, 1.0, |_| Some(1.0)), None);
        assert_eq!(discounted(1.0, 1.0, |_| None), None);
    }
}
