//! The logarithm of Gauss's hypergeometric function 2F1(a, b; c; z), with exact derivatives.
//!
//! Expected purchases of BG/NBD and MBG/NBD and the likelihood of Pareto/NBD need it for large parameters, for
//! z close to 1, where it overflows, and for z below 0. It is therefore returned as ln|F| and a sign, and with
//! its gradient and Hessian by all four arguments through [`Dual2`].
//!
//! # Formula
//! For 0 <= z < 1 the power series, of F itself or after Euler's transformation
//! F(a, b; c; z) = (1-z)^(c-a-b) F(c-a, c-b; c; z), whichever is shorter; where both are long Euler's integral.
//! Where c is too small for the integral, F(c) = F(c + 1) + z a b / (c (c + 1)) F(a + 1, b + 1; c + 2), a sum of
//! positive terms. For z < 0 Pfaff's transformation F = (1-z)^-a F(a, c-b; c; z / (z-1)).
//!
//! # Source
//! Abramowitz and Stegun, 1964, chapter 15.

mod integral;
mod series;

use crate::dual::Dual2;
use crate::elementary::{exp, ln, ln_1p};
use crate::error::{Error, finite};

/// A series up to this length is quicker than the integral.
const SHORT: f64 = 400.0;

/// The number of terms after which a series gives up; at five nanoseconds a term that is a tenth of a second.
const MOST_TERMS: usize = 20_000_000;

/// The logarithm of a value, its sign, and its derivatives by a, b, c and z.
#[derive(Debug, Clone, Copy, Default)]
struct Kernel {
    ln_abs: f64,
    sign: f64,
    gradient: [f64; 4],
    hessian: [[f64; 4]; 4],
}

/// The logarithm of the size of a value, with the value's sign.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct SignedLn<T> {
    /// The logarithm of the value without its sign.
    pub ln_abs: T,
    /// 1 or -1.
    pub sign: f64,
}

/// Returns ln|2F1(a, b; c; z)| and its sign, for z < 1.
///
/// For a, b, c > 0 and 0 <= z < 1 the value is positive and accurate to about 1e-13 of its logarithm. Other
/// real parameters are accepted; where their terms have both signs up to six digits may cancel.
///
/// # Example
/// ```
/// // 2F1(1, 1; 2; z) = -ln(1 - z) / z.
/// let found = naata_math::ln_hyp2f1(1.0, 1.0, 2.0, 0.5)?;
/// assert!((found.ln_abs - (2.0 * 2.0_f64.ln()).ln()).abs() < 1e-15);
/// # Ok::<(), naata_math::Error>(())
/// ```
///
/// # Errors
/// A parameter that is not finite, z of 1 or more, c of 0 or a negative whole number, parameters so
/// large that twenty million terms do not reach the last digit, or, where a, b or c is negative or z is and c is
/// below both a and b, terms that cancel more than six digits.
pub fn ln_hyp2f1(a: f64, b: f64, c: f64, z: f64) -> Result<SignedLn<f64>, Error> {
    let found = ln_hyp2f1_dual::<0>(&[a, b, c, z].map(Dual2::constant))?;
    Ok(SignedLn { ln_abs: found.ln_abs.value, sign: found.sign })
}

/// Returns ln|2F1(a, b; c; z)| and its sign, of arguments that carry derivatives.
///
/// # Errors
/// As [`ln_hyp2f1`].
pub fn ln_hyp2f1_dual<const N: usize>(arguments: &[Dual2<N>; 4]) -> Result<SignedLn<Dual2<N>>, Error> {
    let [a, b, c, z] = arguments;
    finite("a of 2F1", a.value)?;
    finite("b of 2F1", b.value)?;
    finite("c of 2F1", c.value)?;
    if c.value <= 0.0 && c.value.floor() == c.value {
        let allowed = "other than 0 and the negative whole numbers";
        return Err(Error::OutOfDomain { parameter: "c of 2F1", value: c.value, allowed });
    }
    if !(z.value < 1.0 && z.value.is_finite()) {
        return Err(Error::OutOfDomain { parameter: "z of 2F1", value: z.value, allowed: "below 1" });
    }
    if z.value >= 0.0 {
        return upper(a, b, c, z, 1.0 - z.value);
    }
    // The parameter that is taken from c should leave something positive.
    let (kept, turned) = if c.value > b.value || c.value <= a.value { (a, b) } else { (b, a) };
    let positive_z = *z / (*z - 1.0);
    let inner = upper(kept, &(*c - *turned), c, &positive_z, 1.0 / (1.0 - z.value))?;
    let factor = -(*kept * (-*z).ln_1p());
    Ok(SignedLn { ln_abs: inner.ln_abs + factor, sign: inner.sign })
}

/// Returns ln|F| for 0 <= z < 1, of which `slack` is 1 - z.
fn upper<const N: usize>(
    a: &Dual2<N>,
    b: &Dual2<N>,
    c: &Dual2<N>,
    z: &Dual2<N>,
    slack: f64,
) -> Result<SignedLn<Dual2<N>>, Error> {
    let (va, vb, vc) = (a.value, b.value, c.value);
    let direct = series::length(va, vb, vc, z.value);
    // Euler's form serves where its parameters are positive, so that its terms are too.
    let both_left = vc > va && vc > vb && va + vb > vc;
    let euler = if both_left { series::length(vc - va, vc - vb, vc, z.value) } else { f64::INFINITY };
    if direct.min(euler) <= SHORT {
        return if euler < direct { by_euler(a, b, c, z, slack) } else { by_series(a, b, c, z, MOST_TERMS) };
    }
    let positive = va > 0.0 && vb > 0.0;
    if positive && vc > 0.0 && va * vb < 0.5 * vc {
        // The terms begin to fall at once, often faster than z^n. Where F is barely above 1 only the series
        // gives the digits of its logarithm, and is worth more time.
        let limit = if va * vb < 0.01 * vc { 200_000 } else { SHORT as usize };
        if let Ok(found) = by_series(a, b, c, z, limit) {
            return Ok(found);
        }
    }
    if positive && vc > va.min(vb) {
        return Ok(by_integral(a, b, c, z, slack));
    }
    if positive && vc > -1.0 && vc + 1.0 > va.min(vb) {
        let first = by_integral(a, b, &(*c + 1.0), z, slack);
        let second = by_integral(&(*a + 1.0), &(*b + 1.0), &(*c + 2.0), z, slack);
        let c_size = if vc < 0.0 { -*c } else { *c };
        let factor = z.ln() + a.ln() + b.ln() - c_size.ln() - (*c + 1.0).ln();
        return add_signed(&first.ln_abs, &(second.ln_abs + factor), 1.0_f64.copysign(vc));
    }
    if vc > 0.0 && positive { by_euler(a, b, c, z, slack) } else { by_series(a, b, c, z, MOST_TERMS) }
}

/// Returns ln|F| from at most `limit` terms of the power series.
fn by_series<const N: usize>(
    a: &Dual2<N>,
    b: &Dual2<N>,
    c: &Dual2<N>,
    z: &Dual2<N>,
    limit: usize,
) -> Result<SignedLn<Dual2<N>>, Error> {
    let kernel = series::sum(a.value, b.value, c.value, z.value, N > 0, limit)?;
    Ok(composed(&[*a, *b, *c, *z], &kernel))
}

/// Returns ln|F| from the power series after Euler's transformation.
fn by_euler<const N: usize>(
    a: &Dual2<N>,
    b: &Dual2<N>,
    c: &Dual2<N>,
    z: &Dual2<N>,
    slack: f64,
) -> Result<SignedLn<Dual2<N>>, Error> {
    let inner = by_series(&(*c - *a), &(*c - *b), c, z, MOST_TERMS)?;
    let ln_slack = z.chain(ln_slack(z.value, slack), -1.0 / slack, -1.0 / (slack * slack));
    Ok(SignedLn { ln_abs: inner.ln_abs + (*c - *a - *b) * ln_slack, sign: inner.sign })
}

/// Returns ln(1 - z) from whichever of z and 1 - z is the smaller.
fn ln_slack(z: f64, slack: f64) -> f64 {
    if z < 0.5 { ln_1p(-z) } else { ln(slack) }
}

/// Returns ln F from Euler's integral, where c exceeds a or b.
fn by_integral<const N: usize>(
    a: &Dual2<N>,
    b: &Dual2<N>,
    c: &Dual2<N>,
    z: &Dual2<N>,
    slack: f64,
) -> SignedLn<Dual2<N>> {
    // F is symmetric in a and b; the one further from both 0 and c gives the shorter tails.
    let room = |inside: f64| inside.min(c.value - inside);
    let (power, inside) = if room(a.value) > room(b.value) { (b, a) } else { (a, b) };
    let kernel = integral::integrate(power.value, inside.value, c.value, z.value, slack, N > 0);
    composed(&[*power, *inside, *c, *z], &kernel)
}

/// Carries the derivatives of the arguments through a kernel.
fn composed<const N: usize>(arguments: &[Dual2<N>; 4], kernel: &Kernel) -> SignedLn<Dual2<N>> {
    let ln_abs = Dual2::compose(arguments, kernel.ln_abs, &kernel.gradient, &kernel.hessian);
    SignedLn { ln_abs, sign: kernel.sign }
}

/// Returns ln|e^x + sign e^y| and its sign.
fn add_signed<const N: usize>(x: &Dual2<N>, y: &Dual2<N>, sign: f64) -> Result<SignedLn<Dual2<N>>, Error> {
    if sign > 0.0 {
        return Ok(SignedLn { ln_abs: x.ln_add_exp(y), sign });
    }
    let (large, small, outcome) = if x.value >= y.value { (x, y, 1.0) } else { (y, x, -1.0) };
    let ratio = -exp(small.value - large.value);
    if 1.0 + ratio < series::KEPT {
        return Err(Error::Cancellation { of: "the hypergeometric function" });
    }
    let (p, q) = (1.0 / (1.0 + ratio), ratio / (1.0 + ratio));
    let bend = p * q;
    let ln_abs = Dual2::compose(
        &[*large, *small],
        large.value + ln_1p(ratio),
        &[p, q],
        &[[bend, -bend], [-bend, bend]],
    );
    Ok(SignedLn { ln_abs, sign: outcome })
}

#[cfg(test)]
mod tests;
