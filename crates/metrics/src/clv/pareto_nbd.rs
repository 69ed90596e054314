//! Pareto/NBD: purchases come at a customer's own rate until, at a moment nobody sees, the customer leaves.
//!
//! # Formula
//! Rates of purchase are gamma-distributed (shape r, rate alpha), rates of leaving too (shape s, rate beta).
//!
//! `L = (r)_x alpha^r beta^s [ (alpha+T)^-(r+x) (beta+T)^-s + s I ]`, with
//! `I` the integral of `(alpha+t)^-(r+x) (beta+t)^-(s+1)` over the moments t from t_x to T at which the customer may have
//! left; `P(alive) = 1 / (1 + e^u)`, `u = ln(s I) + (r+x) ln(alpha+T) + s ln(beta+T)`.
//!
//! The published form of `I` is a difference of two hypergeometric functions, which cancel where the last purchase was
//! recent. Here it is the integral itself, by Gauss' rule over `ln(m + t)` with m the smaller of alpha and beta: all
//! terms are positive, and its derivatives by the parameters are means over the same nodes.
//!
//! Given alive, the rate of purchase is gamma-distributed (r + x, alpha + T), that of leaving (s, beta + T):
//! `E = P(alive) (r+x)/(alpha+T) (beta+T)/(s-1) (1 - ((beta+T)/(beta+T+t))^(s-1))`, with its limit at s = 1; the chance to
//! stay for t more is `((beta+T)/(beta+T+t))^s`.
//!
//! # Source
//! Schmittlein, Morrison and Colombo, "Counting Your Customers", 1987; Fader and Hardie, "A Note on Deriving the
//! Pareto/NBD Model and Related Expressions", 2005; the integral over ln(m + t) is our own arrangement.
//!
//! # Units
//! `alpha` and `beta` are times; r and s have no unit.

use super::beta_geometric::{MOST_DRAWN, purchases_if_loyal, softplus};
use super::edges::{self, Leaving};
use super::fit::{Fit, NEGLIGIBLE, begin, maximise, start_of_rates};
use super::residual::discounted;
use super::{Collapsed, History, PurchaseModel, Undefined};
use naata_math::optimise::Derivatives;
use naata_math::{
    Gamma, Matrix, Neumaier, Poisson, Rng, digamma_rising, exp, exp_m1, gauss_16, ln, ln_1p, ln_rising,
    logistic, pow, trigamma_rising,
};

/// The model at given parameters.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ParetoNbd {
    r: f64,
    alpha: f64,
    s: f64,
    beta: f64,
}

/// The names of the parameters.
pub(super) const NAMES: [&str; 4] = ["r", "alpha", "s", "beta"];

/// The rule of sixteen nodes is exact while the integrand changes by no more than so many powers of e...
const FOLDS: f64 = 12.0;

/// ... and the interval is no longer than this, the nearest singularity being pi away from it.
const WIDEST: f64 = 2.5;

/// The most intervals; the integrand has vanished or ended long before.
const MOST_PANELS: usize = 4_000;

/// The integral over the moments of leaving, and means over it.
#[derive(Clone, Copy, Debug, Default)]
struct Gone {
    /// The logarithm of the integral over that of its integrand at t_x and of m + t_x.
    ln_integral: f64,
    /// Means of ln((alpha+t)/(alpha+t_x)), 1/(alpha+t), ln((beta+t)/(beta+t_x)), 1/(beta+t).
    mean: [f64; 4],
    /// Their products, about the means.
    covariance: [[f64; 4]; 4],
}

impl ParetoNbd {
    /// The name of the model, as on the command line.
    pub const NAME: &'static str = "pareto-nbd";

    /// The model at positive, finite parameters; `None` at others.
    pub fn new(r: f64, alpha: f64, s: f64, beta: f64) -> Option<Self> {
        [r, alpha, s, beta].iter().all(|p| p.is_finite() && *p > 0.0).then_some(Self { r, alpha, s, beta })
    }

    /// Estimates the parameters by maximum likelihood.
    pub fn fit(histories: &Collapsed) -> Fit<Self> {
        let model = |point: &[f64]| match *point {
            [r, alpha, s, beta] => Self::new(exp(r), exp(alpha), exp(s), exp(beta)),
            _ => None,
        };
        let unusable = || Derivatives { value: f64::NAN, gradient: Vec::new(), hessian: Matrix::zeros(0, 0) };
        let derivatives = |point: &[f64], histories: &Collapsed| {
            model(point).map_or_else(unusable, |m| m.derivatives(histories))
        };
        maximise(
            &NAMES,
            &begin(histories, start, derivatives),
            histories.customers(),
            |point| derivatives(point, histories),
            |point| model(point).is_some_and(|m| m.is_edge(histories)),
            || edges::of_purchases(histories, Leaving::Clock),
            model,
        )
    }

    /// Whether parameters are as good as at an edge.
    pub(super) fn is_edge(&self, histories: &Collapsed) -> bool {
        let seen = histories.time() / histories.customers().max(1) as f64;
        let extreme = |x: f64| !(NEGLIGIBLE..=1.0 / NEGLIGIBLE).contains(&x);
        extreme(self.r) || extreme(self.s) || self.s * ln_1p(seen / self.beta) < NEGLIGIBLE
    }

    /// The smaller of alpha and beta.
    fn nearest(&self) -> f64 {
        self.alpha.min(self.beta)
    }

    /// Works out the integral over the moments of leaving; `None` where there is no such moment.
    fn gone(&self, h: &History, moments: bool) -> Option<Gone> {
        let (m, t_x) = (self.nearest(), h.t_x());
        let length = ln_1p((h.age() - t_x) / (m + t_x));
        if length <= 0.0 {
            return None;
        }
        let (by_alpha, by_beta) = (self.r + f64::from(h.x()), self.s + 1.0);
        let alpha_first = self.alpha <= self.beta;
        let (near, far) = if alpha_first { (by_alpha, by_beta) } else { (by_beta, by_alpha) };
        // v = ln((m + t)/(m + t_x)); the logarithm of the integrand over its value at v = 0 is concave in v.
        let ratio = (m + t_x) / (self.alpha.max(self.beta) + t_x);
        let slope = |v: f64| {
            let e = ratio * exp(v);
            1.0 - near - far * e / (1.0 - ratio + e)
        };
        // Where it rises first, the peak is what sums are measured against.
        let top = if slope(0.0) > 0.0 { self.peak(near, far, ratio, length) } else { 0.0 };
        let top_value = (1.0 - near) * top - far * ln_1p(ratio * exp_m1(top));
        let mut sum = 0.0;
        let mut first = [0.0; 4];
        let mut second = [[0.0; 4]; 4];
        let starts = [1.0 / (self.alpha + t_x), 1.0 / (self.beta + t_x)];
        let mut from = 0.0;
        for _ in 0..MOST_PANELS {
            let widest = (length - from).min(WIDEST);
            let steepest = slope(from).abs().max(slope(from + widest).abs());
            let to = if widest * steepest > FOLDS { from + FOLDS / steepest } else { from + widest };
            gauss_16(from, to, |v, weight| {
                let grown = exp_m1(v);
                let other = ln_1p(ratio * grown);
                let w = weight * exp((1.0 - near) * v - far * other - top_value);
                sum += w;
                if moments {
                    let (a, b) = if alpha_first { (v, other) } else { (other, v) };
                    // 1/(alpha+t) - 1/(alpha+t_x), in which nothing cancels.
                    let passed = (m + t_x) * grown;
                    let inverse = |s: f64| -s * (passed * s / (1.0 + passed * s));
                    let all = [a, inverse(starts[0]), b, inverse(starts[1])];
                    for (i, x) in all.into_iter().enumerate() {
                        first[i] += w * x;
                        for (cell, y) in second[i].iter_mut().zip(&all).take(i + 1) {
                            *cell += w * x * y;
                        }
                    }
                }
            });
            from = to;
            let last = exp((1.0 - near) * from - far * ln_1p(ratio * exp_m1(from)) - top_value);
            let fall = -slope(from);
            if from >= length || (fall > 0.0 && last < 1e-17 * sum * fall) {
                break;
            }
        }
        let mean: [f64; 4] = std::array::from_fn(|i| first[i] / sum);
        let covariance = std::array::from_fn(|i| {
            std::array::from_fn(|j| {
                let (i, j) = (i.max(j), i.min(j));
                second[i][j] / sum - mean[i] * mean[j]
            })
        });
        let mean = [mean[0], mean[1] + starts[0], mean[2], mean[3] + starts[1]];
        Some(Gone { ln_integral: ln(sum) + top_value, mean, covariance })
    }

    /// Where the integrand has its peak, within `length`.
    fn peak(&self, near: f64, far: f64, ratio: f64, length: f64) -> f64 {
        // (1 - near) (1 - ratio + e) = far e, with e = ratio e^v.
        let e = (1.0 - near) * (1.0 - ratio) / (far - (1.0 - near));
        if e > 0.0 { ln(e / ratio).clamp(0.0, length) } else { length }
    }

    /// The log odds of having left against being a customer still.
    fn ln_odds_gone(&self, h: &History, gone: &Gone) -> f64 {
        let (t_x, silent) = (h.t_x(), h.age() - h.t_x());
        let shape = self.r + f64::from(h.x());
        ln(self.s) + shape * ln_1p(silent / (self.alpha + t_x)) + self.s * ln_1p(silent / (self.beta + t_x))
            - ln(self.beta + t_x)
            + ln(self.nearest() + t_x)
            + gone.ln_integral
    }

    /// The log-likelihood of all histories with its derivatives by the logarithms of the parameters.
    pub(super) fn derivatives(&self, histories: &Collapsed) -> Derivatives {
        let Self { r, alpha, s, beta } = *self;
        let scale = [r, alpha, s, beta];
        let mut value = Neumaier::new();
        let mut g = [0.0; 4];
        let mut hessian = [[0.0; 4]; 4];
        let mut of_x = (u32::MAX, [0.0; 3]);
        for row in histories.rows() {
            let (w, h) = (row.weight, &row.history);
            let (x, age, t_x) = (f64::from(h.x()), h.age(), h.t_x());
            // Terms of x alone are worked out once for all rows of that x: rows are sorted by it.
            if of_x.0 != h.x() {
                of_x = (h.x(), [ln_rising(r, x), digamma_rising(r, x), trigamma_rising(r, x)]);
            }
            let [rising, by_r, by_rr] = of_x.1;
            let shape = r + x;
            let (ends, stays) = (1.0 / (alpha + age), 1.0 / (beta + age));
            let (seen_a, seen_b) = (ln_1p(age / alpha), ln_1p(age / beta));
            value.add(w * (rising - r * seen_a - x * ln(alpha + age) - s * seen_b));
            // Derivatives by the parameters themselves first.
            let mut d = [by_r - seen_a, r / alpha - shape * ends, -seen_b, s / beta - s * stays];
            let mut dd = [[0.0; 4]; 4];
            dd[0][0] = by_rr;
            dd[1][0] = age * ends / alpha;
            dd[1][1] = shape * ends * ends - r / (alpha * alpha);
            dd[3][2] = age * stays / beta;
            dd[3][3] = s * stays * stays - s / (beta * beta);
            if let Some(gone) = self.gone(h, true) {
                let u = self.ln_odds_gone(h, &gone);
                let silent = age - t_x;
                let (la, lb) = (ln_1p(silent / (alpha + t_x)), ln_1p(silent / (beta + t_x)));
                let [mean_la, mean_a, mean_lb, mean_b] = gone.mean;
                let (p, spread) = (logistic(u), logistic(u) * logistic(-u));
                value.add(w * softplus(u));
                let factor = [-1.0, -shape, -1.0, -(s + 1.0)];
                let du = [
                    la - mean_la,
                    shape * (ends - mean_a),
                    1.0 / s + lb - mean_lb,
                    s * stays - (s + 1.0) * mean_b,
                ];
                let mut own = [[0.0; 4]; 4];
                own[1][0] = ends - mean_a;
                own[3][2] = stays - mean_b;
                own[2][2] = -1.0 / (s * s);
                own[1][1] = shape * (gone.covariance[1][1] + mean_a * mean_a - ends * ends);
                own[3][3] = (s + 1.0) * (gone.covariance[3][3] + mean_b * mean_b) - s * stays * stays;
                for i in 0..4 {
                    d[i] += p * du[i];
                    for j in 0..=i {
                        let bend = own[i][j] + factor[i] * factor[j] * gone.covariance[i][j];
                        dd[i][j] += p * bend + spread * du[i] * du[j];
                    }
                }
            }
            for i in 0..4 {
                g[i] += w * scale[i] * d[i];
                for j in 0..=i {
                    let diagonal = if i == j { scale[i] * d[i] } else { 0.0 };
                    hessian[i][j] += w * (scale[i] * scale[j] * dd[i][j] + diagonal);
                }
            }
        }
        let mut out = Matrix::zeros(4, 4);
        for (i, row) in hessian.iter().enumerate() {
            for (j, cell) in row.iter().enumerate().take(i + 1) {
                out.set(i, j, *cell);
                out.set(j, i, *cell);
            }
        }
        Derivatives { value: value.total(), gradient: g.to_vec(), hessian: out }
    }

    /// The log odds of having left; minus infinity where the last purchase ends the history.
    fn odds(&self, h: &History) -> f64 {
        self.gone(h, false).map_or(f64::NEG_INFINITY, |g| self.ln_odds_gone(h, &g))
    }

    /// The time as a customer that is expected within `ahead`, of one who is a customer now.
    fn time(&self, h: &History, ahead: f64) -> f64 {
        let start = self.beta + h.age();
        let span = ln_1p(ahead / start);
        let w = (self.s - 1.0) * span;
        let factor = if w == 0.0 { 1.0 } else { -exp_m1(-w) / w };
        start * span * factor
    }
}

/// The start: rates of leaving that differ as widely as those of purchase, half of the customers leaving within the
/// mean time under observation or so.
pub(super) fn start(histories: &Collapsed) -> [f64; 4] {
    let [r, alpha] = start_of_rates(histories, 2.0);
    let seen = histories.time() / histories.customers().max(1) as f64;
    let seen = if seen.is_finite() && seen > 0.0 { seen } else { 1.0 };
    [r, alpha, ln(0.5), ln(0.5 * seen)]
}

impl PurchaseModel for ParetoNbd {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn parameters(&self) -> Vec<(&'static str, f64)> {
        NAMES.into_iter().zip([self.r, self.alpha, self.s, self.beta]).collect()
    }

    fn ln_likelihood(&self, h: &History) -> f64 {
        let x = f64::from(h.x());
        ln_rising(self.r, x)
            - self.r * ln_1p(h.age() / self.alpha)
            - x * ln(self.alpha + h.age())
            - self.s * ln_1p(h.age() / self.beta)
            + softplus(self.odds(h))
    }

    fn ln_p_alive(&self, h: &History) -> Result<f64, Undefined> {
        Ok(-softplus(self.odds(h)))
    }

    fn expected_purchases(&self, h: &History, horizons: &[f64]) -> Vec<Option<f64>> {
        let rate = exp(-softplus(self.odds(h))) * (self.r + f64::from(h.x())) / (self.alpha + h.age());
        horizons.iter().map(|t| Some(rate * self.time(h, *t)).filter(|e| e.is_finite())).collect()
    }

    fn survival(&self, h: &History, ahead: f64) -> Result<f64, Undefined> {
        let stays = exp(-self.s * ln_1p(ahead / (self.beta + h.age())));
        if (0.0..=1.0).contains(&stays) { Ok(stays) } else { Err(Undefined::OutOfReach) }
    }

    fn purchase_probabilities(&self, h: &History, ahead: f64, most: usize) -> Vec<f64> {
        let (shape, scale) = (self.r + f64::from(h.x()), self.alpha + h.age());
        let start = self.beta + h.age();
        let alive = exp(-softplus(self.odds(h)));
        let loyal = |t: f64| purchases_if_loyal(shape, t / scale, most);
        let stays = |t: f64| exp(-self.s * ln_1p(t / start));
        let mut sums: Vec<f64> = loyal(ahead).into_iter().map(|p| p * stays(ahead)).collect();
        // Of those who leave on the way, by the moment at which they do.
        let length = ln_1p(ahead / scale.min(start));
        let panels = 1 + (length * (self.s + 2.0 * (shape + most as f64).sqrt()) / 3.0).min(200.0) as u32;
        let mut add = |v: f64, weight: f64| {
            let t = scale.min(start) * exp_m1(v);
            let leaves = self.s * stays(t) / (start + t) * (scale.min(start) + t);
            for (sum, p) in sums.iter_mut().zip(loyal(t)) {
                *sum += weight * leaves * p;
            }
        };
        for k in 0..panels {
            let at = |k: u32| length * f64::from(k) / f64::from(panels);
            gauss_16(at(k), at(k + 1), &mut add);
        }
        for sum in &mut sums {
            *sum *= alive;
        }
        if let Some(none) = sums.first_mut() {
            *none += 1.0 - alive;
        }
        if sums.iter().all(|p| p.is_finite()) { sums } else { Vec::new() }
    }

    fn purchase_moments(&self, h: &History, ahead: f64) -> Option<(f64, f64)> {
        let (shape, scale) = (self.r + f64::from(h.x()), self.alpha + h.age());
        let start = self.beta + h.age();
        let alive = exp(-softplus(self.odds(h)));
        let mean = alive * shape / scale * self.time(h, ahead);
        // The mean square of the time as a customer within `ahead`: the integral of 2 t ((beta+T)/(beta+T+t))^s.
        let length = ln_1p(ahead / start);
        let panels = 1 + (length * (self.s + 2.0) / FOLDS).min(1e4) as u32;
        let mut square = 0.0;
        for k in 0..panels {
            let at = |k: u32| length * f64::from(k) / f64::from(panels);
            gauss_16(at(k), at(k + 1), |v, w| {
                square += w * 2.0 * start * exp_m1(v) * start * exp((1.0 - self.s) * v);
            });
        }
        let pairs = alive * shape * (shape + 1.0) / (scale * scale) * square;
        Some((mean, (pairs + mean - mean * mean).max(0.0))).filter(|m| m.1.is_finite())
    }

    fn draw(&self, age: f64, rng: &mut Rng) -> Option<History> {
        let rate = Gamma::new(self.r, self.alpha).ok()?.sample(rng);
        let leaving = Gamma::new(self.s, self.beta).ok()?.sample(rng);
        let stays = age.min(rng.exponential() / leaving);
        let x = Poisson::new(rate * stays).map_or(0, |p| p.sample(rng)).min(u64::from(MOST_DRAWN)) as u32;
        // The last of x moments, each anywhere within the time as a customer.
        let t_x = if x == 0 { 0.0 } else { stays * pow(rng.uniform_open(), 1.0 / f64::from(x)) };
        History::new(x, t_x, age)
    }

    fn discounted_residual(&self, h: &History, rate: f64) -> Result<f64, Undefined> {
        if rate <= 0.0 && self.s <= 1.0 {
            return Err(Undefined::Unbounded);
        }
        let start = self.beta + h.age();
        let time = if rate <= 0.0 {
            Some(start / (self.s - 1.0))
        } else {
            discounted(rate, start, |t| Some(exp(-self.s * ln_1p(t / start))))
        };
        let each = exp(-softplus(self.odds(h))) * (self.r + f64::from(h.x())) / (self.alpha + h.age());
        time.map(|t| each * t).ok_or(Undefined::OutOfReach)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use naata_math::{Dual2, ln_gamma, ln_hyp2f1_dual};
    use naata_testkit::{assert_close, relative};
    use proptest::prelude::*;

    /// The log-likelihood as published, with hypergeometric functions: a second way to everything.
    fn published(point: [f64; 4], h: &History) -> Option<Dual2<4>> {
        let [r, alpha, s, beta] = Dual2::parameters(point).map(|p| p.exp());
        let x = f64::from(h.x());
        let all = r + s + x;
        let part = |t: f64| {
            let (near, far, b) =
                if alpha.value >= beta.value { (alpha, beta, s + 1.0) } else { (beta, alpha, r + x) };
            let z = (near - far) / (near + t);
            let f = ln_hyp2f1_dual(&[all, b, all + 1.0, z]).ok()?;
            Some(f.ln_abs - all * (near + t).ln())
        };
        let common = r.ln_rising(x) + r * alpha.ln() + s * beta.ln();
        let alive = -((r + x) * (alpha + h.age()).ln()) - s * (beta + h.age()).ln();
        if h.age() == h.t_x() {
            return Some(common + alive);
        }
        let (first, last) = (part(h.t_x())?, part(h.age())?);
        let difference = first + (1.0 - (last - first).exp()).ln();
        Some(common + alive.ln_add_exp(&(s.ln() - all.ln() + difference)))
    }

    proptest! {
        #[test]
        fn derivatives_match_the_published_form(
            point in prop::array::uniform4(-1.5f64..2.5),
            rows in prop::collection::vec((0u32..40, 0.01f64..0.7, 0.5f64..100.0), 1..6),
        ) {
            let rows: Vec<History> = rows.iter()
                .map(|(x, part, age)| History::new(*x, if *x == 0 { 0.0 } else { part * age }, *age).unwrap())
                .collect();
            let [r, alpha, s, beta] = point.map(exp);
            let model = ParetoNbd::new(r, alpha, s, beta).unwrap();
            let ours = model.derivatives(&Collapsed::new(&rows));
            let theirs: Option<Dual2<4>> = rows.iter().map(|h| published(point, h)).sum();
            let Some(theirs) = theirs else { return Ok(()) };
            let sum: f64 = rows.iter().map(|h| model.ln_likelihood(h)).sum();
            // The published difference cancels some digits; ours does not.
            let near = |a: f64, b: f64| (a - b).abs() <= 1e-6 * (1.0 + b.abs());
            prop_assert!(near(ours.value, theirs.value) && near(sum, theirs.value));
            for i in 0..4 {
                prop_assert!(near(ours.gradient[i], theirs.gradient[i]),
                    "gradient {}: {} {}", i, ours.gradient[i], theirs.gradient[i]);
                for j in 0..4 {
                    let (a, b) = (ours.hessian.at(i, j), theirs.hessian[i][j]);
                    prop_assert!((a - b).abs() <= 1e-5 * (1.0 + b.abs()), "hessian {} {}: {} {}", i, j, a, b);
                }
            }
        }

        #[test]
        fn the_gradient_is_the_slope_of_the_value(
            point in prop::array::uniform4(-6.0f64..6.0), x in 0u32..3_000, part in 0.0f64..1.0, age in 0.01f64..4000.0,
        ) {
            let t_x = if x == 0 { 0.0 } else { (part * age).max(1e-3 * age) };
            let rows = Collapsed::new(&[History::new(x, t_x, age).unwrap()]);
            let value = |p: [f64; 4]| {
                let [r, alpha, s, beta] = p.map(exp);
                ParetoNbd::new(r, alpha, s, beta).unwrap().derivatives(&rows)
            };
            let here = value(point);
            prop_assert!(here.value.is_finite() && here.hessian.is_finite());
            for i in 0..4 {
                let step = 1e-4;
                let moved = |by: f64| { let mut p = point; p[i] += by; value(p) };
                let (up, down) = (moved(step), moved(-step));
                let slope = (up.value - down.value) / (2.0 * step);
                // Rounding of the value, and the third derivative times the square of the step.
                let noise = 1e-15 * here.value.abs() / step + 1e-6 * (1.0 + here.hessian.at(i, i).abs());
                prop_assert!((slope - here.gradient[i]).abs() <= 10.0 * noise + 1e-6 * slope.abs(),
                    "gradient {}: {} {}", i, slope, here.gradient[i]);
                for j in 0..4 {
                    let bend = (up.gradient[j] - down.gradient[j]) / (2.0 * step);
                    let size = 1.0 + here.gradient[j].abs() + bend.abs();
                    prop_assert!((bend - here.hessian.at(i, j)).abs() <= 1e-4 * size,
                        "hessian {} {}: {} {}", i, j, bend, here.hessian.at(i, j));
                }
            }
        }
    }

    #[test]
    fn discounted_residual_transactions_match_the_published_form() {
        // Fader, Hardie and Lee, 2005, (2): with Tricomi's Psi(s, s; z), here as an integral by brute force.
        let (r, alpha, s, beta) = (0.5533, 10.578, 0.6062, 11.669);
        let model = ParetoNbd::new(r, alpha, s, beta).unwrap();
        let delta = ln(1.15) / 52.0;
        for (x, t_x, age) in [(0u32, 0.0, 77.86), (4, 50.0, 77.86), (14, 77.0, 77.86)] {
            let h = History::new(x, t_x, age).unwrap();
            let z = delta * (beta + age);
            // Psi(s, s; z) = 1/Gamma(s) times the integral of e^(-z t) t^(s-1) (1+t)^-1, by the midpoint rule over ln t.
            let step = 1e-3;
            let sum: f64 = (-60_000..12_000)
                .map(|k| {
                    let t = exp((f64::from(k) + 0.5) * step);
                    step * exp(-z * t) * pow(t, s) / (1.0 + t)
                })
                .sum();
            let ln_psi = ln(sum) - ln_gamma(s);
            let shape = r + f64::from(x);
            let ln_dert =
                r * ln(alpha) + s * ln(beta) + (s - 1.0) * ln(delta) + ln_gamma(shape + 1.0) + ln_psi
                    - ln_gamma(r)
                    - (shape + 1.0) * ln(alpha + age)
                    - model.ln_likelihood(&h);
            assert_close("DERT", model.discounted_residual(&h, delta).unwrap(), exp(ln_dert), 1e-9);
        }
        assert_eq!(model.discounted_residual(&History::NEW, 0.0), Err(Undefined::Unbounded));
        let fleeting = ParetoNbd::new(r, alpha, 3.0, beta).unwrap();
        let far = fleeting.expected_purchases(&History::NEW, &[1e12])[0].unwrap();
        assert_close("no discount", fleeting.discounted_residual(&History::NEW, 0.0).unwrap(), far, 1e-12);
    }

    #[test]
    fn nothing_cancels_where_the_last_purchase_was_just_now() {
        let model = ParetoNbd::new(0.6, 10.0, 0.6, 12.0).unwrap();
        let mut before = 1.0;
        for silent in [1e-14, 1e-12, 1e-9, 1e-6, 1e-3, 1.0] {
            let h = History::new(30, 50.0, 50.0 + silent).unwrap();
            let gone = -exp_m1(model.ln_p_alive(&h).unwrap());
            // At once after a purchase, having left has the odds s/(beta + T) of a moment.
            if silent < 1e-3 {
                let real = h.age() - h.t_x();
                assert!(relative(gone, 0.6 / 62.0 * real) < real + 1e-9, "{silent}: {gone}");
            }
            assert!(gone > 0.0 && (before == 1.0 || gone > before));
            before = gone;
        }
    }
}
