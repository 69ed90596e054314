//! Euler's integral of the hypergeometric function, by the trapezoidal rule over log odds.
//!
//! It serves where the series is long: z near 1, or large parameters. All its terms are positive, and the rule
//! converges exponentially, as the integrand is smooth over the whole line.

use super::Kernel;
use crate::elementary::{exp, ln, ln_1p, logistic, sqrt};
use crate::gamma::{digamma, digamma_rising, trigamma, trigamma_rising};
use crate::incomplete::BetaKernel;

/// Below this effect on the integrand a tail is a pure exponential, and its sum a geometric series.
const PURE: f64 = 1e-17;

/// The most nodes on one side; the geometric tails end every side long before.
const MOST_NODES: usize = 100_000;

/// The most times the nodes are doubled; two are rare.
const MOST_HALVINGS: usize = 8;

/// What the derivatives of the integrand depend on at one node.
#[derive(Clone, Copy, Default)]
struct Node {
    /// The derivative of its logarithm by a, b, c and z, before the Beta function.
    logs: [f64; 4],
    /// t / (1 - z t).
    pull: f64,
}

/// Weighted sums over the nodes, with the derivatives taken off their value at the peak.
#[derive(Default)]
struct Sums {
    weight: f64,
    mean: [f64; 4],
    square: [[f64; 4]; 4],
    pull: f64,
    pull_square: f64,
}

impl Sums {
    /// Adds one node.
    fn add(&mut self, weight: f64, node: &Node, centre: &Node, derivatives: bool) {
        self.weight += weight;
        if derivatives {
            self.add_moments(weight, node, centre);
        }
    }

    /// Adds the derivatives at one node.
    fn add_moments(&mut self, weight: f64, node: &Node, centre: &Node) {
        let off: [f64; 4] = std::array::from_fn(|i| node.logs[i] - centre.logs[i]);
        for i in 0..4 {
            let weighted = weight * off[i];
            self.mean[i] += weighted;
            for j in 0..=i {
                self.square[i][j] += weighted * off[j];
            }
        }
        self.pull += weight * node.pull;
        self.pull_square += weight * node.pull * node.pull;
    }

    /// Adds all nodes beyond one, where each weighs `ratio` times the one before and its derivatives move by
    /// `step`.
    fn add_tail(
        &mut self,
        weight: f64,
        node: &Node,
        centre: &Node,
        ratio: f64,
        step: &[f64; 4],
        derivatives: bool,
    ) {
        let left = 1.0 - ratio;
        let all = weight * ratio / left;
        self.weight += all;
        if !derivatives {
            return;
        }
        // Sums of k ratio^k and of k^2 ratio^k.
        let once = all / left;
        let twice = once * (1.0 + ratio) / left;
        let off: [f64; 4] = std::array::from_fn(|i| node.logs[i] - centre.logs[i]);
        for i in 0..4 {
            self.mean[i] += all * off[i] + once * step[i];
            for j in 0..=i {
                self.square[i][j] += all * off[i] * off[j]
                    + once * (off[i] * step[j] + off[j] * step[i])
                    + twice * step[i] * step[j];
            }
        }
        self.pull += all * node.pull;
        self.pull_square += all * node.pull * node.pull;
    }
}

/// Returns 2F1(a, b; c; z) for c > b > 0 and 0 < z < 1, of which `slack` is 1 - z.
///
/// # Formula
/// 1 / B(b, c - b) times the integral over u of t^b (1-t)^(c-b) (1 - z t)^-a, t = 1 / (1 + e^-u). The
/// logarithm of the integrand has a single peak, the root of a quadratic; nodes are set outward from it and
/// doubled until nothing changes. A tail in
/// which only the powers of t or of 1 - t still vary is summed as the geometric series it is.
///
/// # Source
/// Abramowitz and Stegun, 1964, 15.3.1; Trefethen and Weideman, "The Exponentially Convergent Trapezoidal
/// Rule", 2014.
pub(super) fn integrate(a: f64, b: f64, c: f64, z: f64, slack: f64, derivatives: bool) -> Kernel {
    let other = c - b;
    let beta = BetaKernel::new(b, other);
    let evaluate = |u: f64| -> (f64, Node) {
        let (t, rest) = (logistic(u), logistic(-u));
        // 1 - z t from its small parts, whichever end t is near.
        let open = if t < 0.5 { 1.0 - z * t } else { slack + z * rest };
        let ln_open = if z * t < 0.5 { ln_1p(-z * t) } else { ln(open) };
        let ln_integrand = beta.ln_at(t, rest) - a * ln_open;
        let pull = t / open;
        let ln_rest = if derivatives { if t < 0.5 { ln_1p(-t) } else { ln(rest) } } else { 0.0 };
        (ln_integrand, Node { logs: [-ln_open, u, ln_rest, a * pull], pull })
    };

    let (u_peak, curvature) = peak(a, b, c, z, slack);
    let (ln_peak, centre) = evaluate(u_peak);
    // Adds the nodes that lie `first`, `first` + `spacing`, ... from the peak, on both sides.
    let add_sides = |sums: &mut Sums, first: f64, spacing: f64| {
        for (direction, power, sharpness) in
            [(-1.0, b, c + a.abs() * z), (1.0, other, c + (a.abs() * z / slack))]
        {
            let ratio = exp(-power * spacing);
            let mut off = first;
            for _ in 0..MOST_NODES {
                let u = u_peak + direction * off;
                let (ln_integrand, node) = evaluate(u);
                let weight = exp(ln_integrand - ln_peak);
                sums.add(weight, &node, &centre, derivatives);
                if sharpness * logistic(-u * direction) < PURE {
                    // Left of here t is e^u and nothing else moves; right of here 1 - t is e^-u.
                    let step = if direction < 0.0 {
                        [0.0, -spacing, 0.0, 0.0]
                    } else {
                        [0.0, spacing, -spacing, 0.0]
                    };
                    sums.add_tail(weight, &node, &centre, ratio, &step, derivatives);
                    break;
                }
                if weight < 1e-18 * sums.weight * (1.0 - ratio) {
                    break;
                }
                off += spacing;
            }
        }
    };

    let width = if curvature > 0.0 { 1.0 / sqrt(curvature) } else { 1.0 };
    let mut h = (0.8 * width).min(0.48);
    let mut sums = Sums::default();
    sums.add(1.0, &centre, &centre, derivatives);
    add_sides(&mut sums, h, h);
    for _ in 0..MOST_HALVINGS {
        let before = 2.0 * sums.weight;
        add_sides(&mut sums, 0.5 * h, h);
        h *= 0.5;
        // Each halving squares the error, so half the digits in common before it means all of them after it.
        if (sums.weight - before).abs() < 1e-8 * sums.weight {
            break;
        }
    }

    let ln_abs = ln_peak + ln(h * sums.weight);
    let mut kernel = Kernel { ln_abs, sign: 1.0, ..Kernel::default() };
    if derivatives {
        finish(&sums, &centre, (a, b, c), &mut kernel);
    }
    kernel
}

/// Returns the log odds of the integrand's peak and the curvature of its logarithm there, negated.
fn peak(a: f64, b: f64, c: f64, z: f64, slack: f64) -> (f64, f64) {
    // (b - c t)(1 - z t) + a z t (1 - t) = 0: positive at t = 0 and negative at t = 1, so one root lies between.
    let square = (c - a) * z;
    let by_t = c + (b - a) * z;
    let by_rest = c * slack - (c - b) * z + a * z;
    let t_root = sqrt((by_t * by_t - 4.0 * square * b).max(0.0));
    let rest_root = sqrt((by_rest * by_rest + 4.0 * square * (c - b) * slack).max(0.0));
    let t = if by_t > 0.0 { 2.0 * b / (by_t + t_root) } else { (by_t - t_root) / (2.0 * square) };
    let rest = if by_rest > 0.0 {
        2.0 * (c - b) * slack / (by_rest + rest_root)
    } else {
        (rest_root - by_rest) / (2.0 * square)
    };
    let u = if t < 0.5 { ln(t) - ln_1p(-t) } else { ln_1p(-rest) - ln(rest) };
    let u = if u.is_finite() { u } else { 0.0 };
    let (t, rest) = (logistic(u), logistic(-u));
    let open = slack + z * rest;
    let curvature = t * rest * (c - a * z * (rest * rest - t * t * slack) / (open * open));
    (u, curvature)
}

/// Writes the derivatives of the logarithm, those of the Beta function taken off.
fn finish(sums: &Sums, centre: &Node, (a, b, c): (f64, f64, f64), kernel: &mut Kernel) {
    let other = c - b;
    let mean: [f64; 4] = std::array::from_fn(|i| sums.mean[i] / sums.weight);
    for i in 0..4 {
        kernel.gradient[i] = centre.logs[i] + mean[i];
        for j in 0..=i {
            let cell = sums.square[i][j] / sums.weight - mean[i] * mean[j];
            kernel.hessian[i][j] = cell;
        }
    }
    kernel.gradient[1] -= digamma(b) - digamma(other);
    // digamma(c - b) - digamma(c) and its derivative, without the cancellation of a huge c.
    kernel.gradient[2] += digamma_rising(other, b);
    let bend = trigamma(other);
    kernel.hessian[1][1] -= trigamma(b) + bend;
    kernel.hessian[2][1] += bend;
    kernel.hessian[2][2] += trigamma_rising(other, b);
    kernel.hessian[3][0] += sums.pull / sums.weight;
    kernel.hessian[3][3] += a * sums.pull_square / sums.weight;
    for i in 0..4 {
        for j in 0..i {
            kernel.hessian[j][i] = kernel.hessian[i][j];
        }
    }
}
