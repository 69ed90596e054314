//! The power series of the hypergeometric function, with its derivatives summed alongside.

use super::Kernel;
use crate::elementary::{ln, ln_1p, sqrt};
use crate::error::Error;

/// Terms are brought back to 1 when they pass this size.
const LARGE: f64 = 1e200;

/// The least share of its largest term that a sum may be, so that ten digits are left.
pub(super) const KEPT: f64 = 1e-6;

/// Returns about how many terms the series takes until the rest is beyond the last bit.
///
/// # Formula
/// The terms grow up to the larger root of (a + n)(b + n) z = (c + n)(1 + n), and fall like z^n beyond it.
pub(super) fn length(a: f64, b: f64, c: f64, z: f64) -> f64 {
    let slack = 1.0 - z;
    let linear = c + 1.0 - (a + b) * z;
    let discriminant = linear * linear - 4.0 * slack * (c - a * b * z);
    let peak = if discriminant > 0.0 { (sqrt(discriminant) - linear) / (2.0 * slack) } else { 0.0 };
    let peak = peak.max(0.0);
    peak + 9.0 * sqrt(peak / slack) + 40.0 / -ln(z.max(1e-17))
}

/// Returns the sum over n of (a)_n (b)_n / ((c)_n n!) z^n for |z| < 1, or why not.
///
/// # Errors
/// When `limit` terms are too few, or when terms of both signs cancel more than six digits.
///
/// # Formula
/// With term t_n and p_n = t_n / sum: the gradient of ln|sum| is the p-mean of that of ln|t_n|, and the Hessian
/// the p-covariance of the gradients plus the p-mean of the Hessians.
pub(super) fn sum(a: f64, b: f64, c: f64, z: f64, derivatives: bool, limit: usize) -> Result<Kernel, Error> {
    if z == 0.0 {
        return Ok(at_zero(a, b, c));
    }
    let mut term = 1.0;
    // The first term, 1, is kept apart until the end, so that a sum barely above 1 keeps its digits.
    let mut rest = 0.0;
    let mut first = 1.0;
    let mut scale = 0.0;
    let mut largest = first;
    let mut moments = Moments::default();
    let mut logs = [0.0; 4];
    let mut bends = [0.0; 4];
    let mut n = 0.0;
    // Signs settle once n has passed every negative parameter.
    let settled = -a.min(b).min(c).min(0.0);
    let mut complete = false;
    for _ in 0..limit {
        let ratio = (a + n) / (c + n) * ((b + n) / (1.0 + n)) * z;
        term *= ratio;
        if derivatives {
            let (by_a, by_b, by_c) = (1.0 / (a + n), 1.0 / (b + n), 1.0 / (c + n));
            logs = [logs[0] + by_a, logs[1] + by_b, logs[2] - by_c, (n + 1.0) / z];
            bends = [
                bends[0] - by_a * by_a,
                bends[1] - by_b * by_b,
                bends[2] + by_c * by_c,
                // n (n - 1) / z^2 in place of its two parts, which cancel for a small z.
                (n + 1.0) / z * (n / z),
            ];
            moments.add(term, &logs, &bends);
        }
        rest += term;
        largest = term.abs().max(largest);
        n += 1.0;
        let size = ratio.abs();
        let left = term.abs() * size;
        // The rest counts where it is the smaller: the logarithm of a sum barely above 1 is nearly the rest.
        let whole = rest.abs().min((first + rest).abs());
        if term == 0.0 || (n > settled && size < 1.0 && left <= 1e-17 * (1.0 - size) * whole) {
            complete = true;
            break;
        }
        if term.abs() > LARGE {
            scale += ln(LARGE);
            term /= LARGE;
            rest /= LARGE;
            first /= LARGE;
            largest /= LARGE;
            moments.shrink(LARGE);
        }
    }
    if !complete {
        return Err(Error::TooManySteps { steps: limit });
    }
    let total = first + rest;
    if total.abs() < KEPT * largest {
        return Err(Error::Cancellation { of: "the hypergeometric series" });
    }
    let ln_abs = if scale == 0.0 && rest > -0.5 { ln_1p(rest) } else { scale + ln(total.abs()) };
    let mut kernel = Kernel { ln_abs, sign: 1.0_f64.copysign(total), ..Kernel::default() };
    if derivatives {
        moments.finish(total, &mut kernel);
    }
    Ok(kernel)
}

/// Returns the sum and its derivatives at z = 0, where only the first two powers count.
fn at_zero(a: f64, b: f64, c: f64) -> Kernel {
    let slope = a * b / c;
    let mut kernel = Kernel { sign: 1.0, ..Kernel::default() };
    kernel.gradient[3] = slope;
    let last = [b / c, a / c, -slope / c, slope * ((a + 1.0) * (b + 1.0) / (c + 1.0) - slope)];
    for (i, cell) in last.into_iter().enumerate() {
        kernel.hessian[i][3] = cell;
        kernel.hessian[3][i] = cell;
    }
    kernel
}

/// Weighted sums of the derivatives of the terms' logarithms.
#[derive(Default)]
struct Moments {
    mean: [f64; 4],
    bend: [f64; 4],
    square: [[f64; 4]; 4],
}

impl Moments {
    /// Adds one term.
    fn add(&mut self, weight: f64, logs: &[f64; 4], bends: &[f64; 4]) {
        for i in 0..4 {
            let weighted = weight * logs[i];
            self.mean[i] += weighted;
            self.bend[i] += weight * bends[i];
            // The square of the last is part of its bend.
            for j in 0..=i.min(2) {
                self.square[i][j] += weighted * logs[j];
            }
        }
    }

    /// Divides all sums by a factor.
    fn shrink(&mut self, factor: f64) {
        for cell in self.mean.iter_mut().chain(&mut self.bend).chain(self.square.iter_mut().flatten()) {
            *cell /= factor;
        }
    }

    /// Writes the derivatives of the logarithm of the total.
    fn finish(&self, total: f64, kernel: &mut Kernel) {
        for i in 0..4 {
            kernel.gradient[i] = self.mean[i] / total;
        }
        for i in 0..4 {
            for j in 0..=i {
                let mut cell = self.square[i][j] / total - kernel.gradient[i] * kernel.gradient[j];
                if i == j {
                    cell += self.bend[i] / total;
                }
                kernel.hessian[i][j] = cell;
                kernel.hessian[j][i] = cell;
            }
        }
    }
}
