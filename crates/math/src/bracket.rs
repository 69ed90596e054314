//! Roots and minima of a function of one variable, searched inside a bracket that is never left.

use crate::elementary::sqrt;
use crate::error::Error;

/// Every search here ends long before this many steps: bisection alone needs about 1,100.
const MOST_STEPS: usize = 2_000;

/// Returns a point between `low` and `high` where `f` changes its sign.
///
/// The answer is within `tolerance` of the sign change, or within a few units of the last place if that is
/// more. An end where `f` is 0 is an answer.
///
/// # Formula
/// Inverse quadratic interpolation or a secant step while they shrink the bracket, bisection otherwise.
///
/// # Source
/// Brent, Algorithms for Minimization without Derivatives, 1973, chapter 4.
///
/// # Errors
/// The same sign at both ends, or a value that is not a number.
pub fn root(low: f64, high: f64, tolerance: f64, mut f: impl FnMut(f64) -> f64) -> Result<f64, Error> {
    let mut at = |x: f64| {
        let y = f(x);
        if y.is_nan() { Err(Error::NotFinite { at: x }) } else { Ok(y) }
    };
    let (mut a, mut b) = (low, high);
    let (mut fa, mut fb) = (at(a)?, at(b)?);
    if fa == 0.0 {
        return Ok(a);
    }
    if fb == 0.0 {
        return Ok(b);
    }
    if (fa > 0.0) == (fb > 0.0) {
        return Err(Error::NoSignChange { low, high });
    }
    let (mut c, mut fc) = (a, fa);
    let mut step = b - a;
    let mut step_before = step;
    for _ in 0..MOST_STEPS {
        if (fb > 0.0) == (fc > 0.0) {
            (c, fc) = (a, fa);
            step = b - a;
            step_before = step;
        }
        if fc.abs() < fb.abs() {
            (a, b, c) = (b, c, b);
            (fa, fb, fc) = (fb, fc, fb);
        }
        let least = 2.0 * f64::EPSILON * b.abs() + 0.5 * tolerance;
        let middle = 0.5 * (c - b);
        if middle.abs() <= least || fb == 0.0 {
            return Ok(b);
        }
        if step_before.abs() >= least && fa.abs() > fb.abs() {
            let s = fb / fa;
            let (mut p, mut q) = if a == c {
                (2.0 * middle * s, 1.0 - s)
            } else {
                let (q, r) = (fa / fc, fb / fc);
                (s * (2.0 * middle * q * (q - r) - (b - a) * (r - 1.0)), (q - 1.0) * (r - 1.0) * (s - 1.0))
            };
            if p > 0.0 {
                q = -q;
            }
            p = p.abs();
            if 2.0 * p < (3.0 * middle * q - (least * q).abs()).min((step_before * q).abs()) {
                step_before = step;
                step = p / q;
            } else {
                step = middle;
                step_before = middle;
            }
        } else {
            step = middle;
            step_before = middle;
        }
        (a, fa) = (b, fb);
        b += if step.abs() > least { step } else { least.copysign(middle) };
        fb = at(b)?;
    }
    Err(Error::TooManySteps { steps: MOST_STEPS })
}

/// A minimum of a function of one variable.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Minimum {
    /// Where the function is smallest.
    pub at: f64,
    /// The value there.
    pub value: f64,
    /// Whether the point lies within the tolerance of an end of the bracket, so that the minimum may be beyond.
    pub at_end: bool,
}

/// Returns a local minimum of `f` between `low` and `high`.
///
/// `tolerance` is relative to the position; below the square root of the float precision it cannot help.
///
/// # Source
/// Brent, 1973, chapter 5: golden sections and parabolas.
///
/// # Errors
/// An empty bracket, or a value that is not a number.
pub fn minimum(low: f64, high: f64, tolerance: f64, mut f: impl FnMut(f64) -> f64) -> Result<Minimum, Error> {
    /// The smaller golden section, (3 - sqrt 5) / 2.
    const GOLDEN: f64 = 0.3819660112501051;
    if !(low < high && low.is_finite() && high.is_finite()) {
        return Err(Error::OutOfDomain {
            parameter: "bracket end",
            value: high,
            allowed: "above the other end",
        });
    }
    let mut at = |x: f64| {
        let y = f(x);
        if y.is_nan() { Err(Error::NotFinite { at: x }) } else { Ok(y) }
    };
    let relative = tolerance.max(sqrt(f64::EPSILON));
    let (mut a, mut b) = (low, high);
    let mut x = a + GOLDEN * (b - a);
    let mut fx = at(x)?;
    let (mut w, mut v, mut fw, mut fv) = (x, x, fx, fx);
    let (mut step, mut step_before) = (0.0_f64, 0.0_f64);
    for _ in 0..MOST_STEPS {
        let middle = 0.5 * (a + b);
        let least = relative * x.abs() + 1e-14 * (high - low);
        if (x - middle).abs() <= 2.0 * least - 0.5 * (b - a) {
            let at_end = x - low <= 3.0 * least || high - x <= 3.0 * least;
            return Ok(Minimum { at: x, value: fx, at_end });
        }
        let mut golden = true;
        if step_before.abs() > least {
            let r = (x - w) * (fx - fv);
            let mut q = (x - v) * (fx - fw);
            let mut p = (x - v) * q - (x - w) * r;
            q = 2.0 * (q - r);
            if q > 0.0 {
                p = -p;
            }
            q = q.abs();
            if p.abs() < (0.5 * q * step_before).abs() && p > q * (a - x) && p < q * (b - x) {
                step_before = step;
                step = p / q;
                let u = x + step;
                if u - a < 2.0 * least || b - u < 2.0 * least {
                    step = least.copysign(middle - x);
                }
                golden = false;
            }
        }
        if golden {
            step_before = if x < middle { b - x } else { a - x };
            step = GOLDEN * step_before;
        }
        let u = if step.abs() >= least { x + step } else { x + least.copysign(step) };
        let fu = at(u)?;
        if fu <= fx {
            if u < x {
                b = x;
            } else {
                a = x;
            }
            (v, fv, w, fw, x, fx) = (w, fw, x, fx, u, fu);
        } else {
            if u < x {
                a = u;
            } else {
                b = u;
            }
            if fu <= fw || w == x {
                (v, fv, w, fw) = (w, fw, u, fu);
            } else if fu <= fv || v == x || v == w {
                (v, fv) = (u, fu);
            }
        }
    }
    Err(Error::TooManySteps { steps: MOST_STEPS })
}

/// Returns where a rising function crosses 0, by Newton's method held inside a bracket.
///
/// `f` returns the value and the slope. A Newton step that leaves the bracket, or that shrinks the step by
/// less than half, gives way to bisection, so a poor slope costs time and never the answer. The search ends
/// when the bracket or the step is down to the last bits.
pub(crate) fn rising_root(low: f64, high: f64, start: f64, mut f: impl FnMut(f64) -> (f64, f64)) -> f64 {
    let (mut low, mut high) = (low, high);
    let mut x = if start > low && start < high { start } else { 0.5 * (low + high) };
    let mut step_before = f64::INFINITY;
    for _ in 0..MOST_STEPS {
        let (value, slope) = f(x);
        if value == 0.0 {
            return x;
        }
        // A value that is not a number is taken as "too far right", which keeps the search finite.
        if value < 0.0 {
            low = x;
        } else {
            high = x;
        }
        let newton = x - value / slope;
        let usable = newton > low && newton < high && (newton - x).abs() < 0.5 * step_before;
        let next = if usable { newton } else { 0.5 * (low + high) };
        step_before = if usable { (next - x).abs() } else { f64::INFINITY };
        if next == x || next <= low && usable || high - low <= f64::EPSILON * (low.abs() + high.abs()) * 0.5 {
            return next;
        }
        if (next - x).abs() <= 0.25 * f64::EPSILON * x.abs() {
            return next;
        }
        x = next;
    }
    x
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::elementary::{cos, exp, powi};
    use crate::testing::assert_close;
    use proptest::prelude::*;

    #[test]
    fn roots_of_known_functions() {
        assert_close(root(0.0, 1.0, 0.0, |x| cos(x) - x).unwrap(), 0.7390851332151607, 4e-16, "cos x = x");
        assert_close(
            root(2.0, 3.0, 0.0, |x| x * x * x - 2.0 * x - 5.0).unwrap(),
            2.0945514815423265,
            4e-16,
            "Wallis",
        );
        // A flat root of high order defeats interpolation; the bracket still closes.
        assert!((root(-1.0, 4.0, 1e-9, |x| powi(x - 1.0, 9)).unwrap() - 1.0).abs() < 1e-9);
        assert_eq!(root(0.0, 1.0, 0.0, |x| x), Ok(0.0));
    }

    #[test]
    fn brackets_without_a_root() {
        assert_eq!(root(1.0, 2.0, 0.0, |x| x), Err(Error::NoSignChange { low: 1.0, high: 2.0 }));
        assert!(matches!(root(-1.0, 1.0, 0.0, f64::sqrt), Err(Error::NotFinite { .. })));
        assert!(minimum(1.0, 1.0, 0.0, |x| x).is_err());
    }

    #[test]
    fn minima() {
        let found = minimum(0.0, 10.0, 1e-10, |x| (x - 3.0) * (x - 3.0) + 1.0).unwrap();
        assert!((found.at - 3.0).abs() < 1e-7 && found.value == 1.0 && !found.at_end);
        let edge = minimum(0.0, 1.0, 1e-10, |x| -exp(x)).unwrap();
        assert!(edge.at_end && edge.at > 0.999_999);
    }

    proptest! {
        #[test]
        fn a_root_changes_the_sign(a in -5.0f64..0.0, b in 0.1f64..5.0, shift in -0.9f64..0.9) {
            let f = |x: f64| x * x * x + shift * x - shift;
            prop_assume!((f(a) > 0.0) != (f(b) > 0.0));
            let x = root(a, b, 0.0, f).unwrap();
            prop_assert!(a <= x && x <= b && f(x - 1e-9) <= 0.0 && f(x + 1e-9) >= 0.0);
        }

        #[test]
        fn newton_inside_its_bracket(target in -600.0f64..600.0) {
            let x = rising_root(-1000.0, 1000.0, 900.0, |x| (exp(x) - exp(target), exp(x)));
            prop_assert!((x - target).abs() <= 1e-13 * (1.0 + target.abs()));
        }
    }
}
