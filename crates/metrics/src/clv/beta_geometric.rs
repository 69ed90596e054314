//! What BG/NBD and MBG/NBD share: purchases at a gamma-distributed rate, and a coin of beta-distributed odds that is
//! tossed after purchases and may end the relationship.
//!
//! The models differ in one number only: whether the coin is tossed after the first purchase too.
//!
//! # Formula
//! With `n` tosses survived (`n = x`, or `x + 1` when the first purchase counts) and
//! `u = ln a - ln(b + n - 1) + (r + x) ln((alpha + T) / (alpha + t_x))`:
//!
//! `ln L = ln (r)_x + r ln alpha - (r + x) ln(alpha + T) + ln (b)_n - ln (a + b)_n + ln(1 + e^u)`, where `(r)_x` is a
//! rising factorial and the last term is absent for `n = 0`; `P(alive) = 1 / (1 + e^u)`.
//!
//! Given alive, the rate is gamma-distributed with shape `s = r + x` and the odds are beta-distributed (a, b + n). In
//! the next `t` the customer would make `K` purchases if nothing ended them, with `K` negative binomial; the j-th of
//! them is still made with probability `(b + n)_j / (a + b + n)_j`, so that
//! `E = sum over k of P(K = k) (1 + (B)_1/(a + B)_1 + ... + (B)_(k-1)/(a + B)_(k-1))`, `B = b + n`. This equals the
//! published form with Gauss' 2F1, has positive terms only, and knows no singularity at a = 1.
//!
//! With `D` the number of purchases after which the customer would leave, `n` purchases are made when `K = n < D` or
//! `D = n <= K`. The chance to be a customer for t more is `2F1(s, a; a + B; -t/(alpha + T))`, and purchases come at the
//! rate `s / (alpha + T) 2F1(s + 1, a; a + B; -t/(alpha + T))`, which the discounted residual adds up over all time.
//!
//! # Source
//! Fader, Hardie and Lee, 2005; Batislam, Denizel and Filiztekin, 2007; the sum over k is our own rearrangement.

use super::residual::discounted;
use super::{BgNbd, Collapsed, Fit, History, MbgNbd, PurchaseModel, Undefined, Weighted, fit};
use naata_math::optimise::Derivatives;
use naata_math::{
    Beta, Gamma, Matrix, Neumaier, Rng, digamma_rising, exp, ln, ln_1p, ln_hyp2f1, ln_rising, logistic,
    trigamma_rising,
};
use std::collections::BTreeMap;

/// Either of the models at given parameters: [`BgNbd`] tosses the coin from the second purchase on, [`MbgNbd`] from the
/// first.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BetaGeometric<const FIRST_TOSS: u32>(pub(super) Kernel);

impl<const FIRST_TOSS: u32> BetaGeometric<FIRST_TOSS> {
    /// The model at positive, finite parameters; `None` at others.
    pub fn new(r: f64, alpha: f64, a: f64, b: f64) -> Option<Self> {
        Some(Kernel { r, alpha, a, b, first_toss: FIRST_TOSS }).filter(Kernel::is_valid).map(Self)
    }

    /// Estimates the parameters by maximum likelihood.
    pub fn fit(histories: &Collapsed) -> Fit<Self> {
        fit::beta_geometric(histories, FIRST_TOSS, Self)
    }
}

impl<const FIRST_TOSS: u32> PurchaseModel for BetaGeometric<FIRST_TOSS> {
    fn name(&self) -> &'static str {
        if FIRST_TOSS == 0 { BgNbd::NAME } else { MbgNbd::NAME }
    }

    fn parameters(&self) -> Vec<(&'static str, f64)> {
        NAMES.into_iter().zip(self.0.values()).collect()
    }

    fn ln_likelihood(&self, history: &History) -> f64 {
        self.0.ln_likelihood(history)
    }

    fn ln_p_alive(&self, history: &History) -> Result<f64, Undefined> {
        Ok(self.0.ln_p_alive(history))
    }

    fn expected_purchases(&self, history: &History, horizons: &[f64]) -> Vec<Option<f64>> {
        self.0.expected(history, horizons)
    }

    fn expected_of_rows(&self, rows: &[Weighted], horizons: &[f64]) -> Vec<Vec<Option<f64>>> {
        self.0.expected_of_rows(rows, horizons)
    }

    fn survival(&self, history: &History, ahead: f64) -> Result<f64, Undefined> {
        self.0.survival(history, ahead)
    }

    fn purchase_probabilities(&self, history: &History, ahead: f64, most: usize) -> Vec<f64> {
        self.0.probabilities(history, ahead, most)
    }

    fn purchase_moments(&self, history: &History, ahead: f64) -> Option<(f64, f64)> {
        self.0.moments(history, ahead)
    }

    fn draw(&self, age: f64, rng: &mut Rng) -> Option<History> {
        self.0.draw(age, rng)
    }

    fn discounted_residual(&self, history: &History, rate: f64) -> Result<f64, Undefined> {
        self.0.discounted_residual(history, rate)
    }
}

/// The parameters of either model, and the tosses before the first repeat purchase: 0 or 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Kernel {
    pub(super) r: f64,
    pub(super) alpha: f64,
    pub(super) a: f64,
    pub(super) b: f64,
    pub(super) first_toss: u32,
}

/// The names of the parameters.
pub(super) const NAMES: [&str; 4] = ["r", "alpha", "a", "b"];

/// Horizons worked out side by side.
const LANES: usize = 16;

/// No customer is drawn with more purchases.
pub(super) const MOST_DRAWN: u32 = 1_000_000;

/// A sum of more terms is given up: no customer of a real base comes near.
const MOST_TERMS: f64 = 8_000_000.0;

impl Kernel {
    pub(super) fn from_logs(point: &[f64], first_toss: u32) -> Option<Self> {
        let [r, alpha, a, b] = *point else { return None };
        Some(Self { r: exp(r), alpha: exp(alpha), a: exp(a), b: exp(b), first_toss })
    }

    pub(super) fn is_valid(&self) -> bool {
        [self.r, self.alpha, self.a, self.b].iter().all(|p| p.is_finite() && *p > 0.0)
    }

    pub(super) fn values(&self) -> [f64; 4] {
        [self.r, self.alpha, self.a, self.b]
    }

    fn tosses(&self, h: &History) -> f64 {
        f64::from(h.x()) + f64::from(self.first_toss)
    }

    /// The log odds of having left at the last purchase against being a customer still; `None` without a toss.
    fn ln_odds_gone(&self, h: &History) -> Option<f64> {
        let n = self.tosses(h);
        (n > 0.0).then(|| {
            let silent = ln_1p((h.age() - h.t_x()) / (self.alpha + h.t_x()));
            ln(self.a) - ln(self.b + (n - 1.0)) + (self.r + f64::from(h.x())) * silent
        })
    }

    pub(super) fn ln_likelihood(&self, h: &History) -> f64 {
        let (x, n) = (f64::from(h.x()), self.tosses(h));
        ln_rising(self.r, x) - self.r * ln_1p(h.age() / self.alpha) - x * ln(self.alpha + h.age())
            + (ln_rising(self.b, n) - ln_rising(self.a + self.b, n))
            + self.ln_odds_gone(h).map_or(0.0, softplus)
    }

    pub(super) fn ln_p_alive(&self, h: &History) -> f64 {
        self.ln_odds_gone(h).map_or(0.0, |u| -softplus(u))
    }

    /// The log-likelihood of all histories with its derivatives by the logarithms of the parameters.
    pub(super) fn derivatives(&self, histories: &Collapsed) -> Derivatives {
        let Self { r, alpha, a, b, .. } = *self;
        let mut value = Neumaier::new();
        let mut g = [0.0; 4];
        let mut h = [[0.0; 4]; 4];
        let mut of_x = (0u32, 0.0f64);
        let mut rows = histories.rows().iter().peekable();
        while let Some(row) = rows.next() {
            let (w, x, n) = (row.weight, f64::from(row.history.x()), self.tosses(&row.history));
            // Terms of x alone are worked out once for all rows of that x: rows are sorted by it.
            of_x.1 = if of_x.0 == row.history.x() { of_x.1 + w } else { w };
            of_x.0 = row.history.x();
            if rows.peek().is_none_or(|next| next.history.x() != row.history.x()) {
                let w = of_x.1;
                value.add(w * (ln_rising(r, x) + (ln_rising(b, n) - ln_rising(a + b, n))));
                let (d, dd) = (r * digamma_rising(r, x), r * r * trigamma_rising(r, x));
                g[0] += w * d;
                h[0][0] += w * (d + dd);
                let (joint, bend) = (digamma_rising(a + b, n), trigamma_rising(a + b, n));
                let own = b * (digamma_rising(b, n) - joint);
                g[2] -= w * a * joint;
                g[3] += w * own;
                h[2][2] -= w * (a * joint + a * a * bend);
                h[3][2] -= w * a * b * bend;
                h[3][3] += w * (own + b * b * (trigamma_rising(b, n) - bend));
            }
            // r ln alpha - (r + x) ln(alpha + T)
            let (age, t_x) = (row.history.age(), row.history.t_x());
            let (seen, part) = (ln_1p(age / alpha), alpha / (alpha + age));
            value.add(-w * (r * seen + x * ln(alpha + age)));
            g[0] -= w * r * seen;
            g[1] += w * (r - (r + x) * part);
            h[0][0] -= w * r * seen;
            h[1][0] += w * r * (1.0 - part);
            h[1][1] -= w * (r + x) * part * (1.0 - part);
            // ln(1 + e^u)
            if n > 0.0 {
                let silent = ln_1p((age - t_x) / (alpha + t_x));
                let left = b + (n - 1.0);
                let u = ln(a) - ln(left) + (r + x) * silent;
                let before = alpha / (alpha + t_x);
                let fall = part - before;
                let du = [r * silent, (r + x) * fall, 1.0, -b / left];
                let p = logistic(u);
                let spread = p * logistic(-u);
                value.add(w * softplus(u));
                for ((slope, bends), di) in g.iter_mut().zip(&mut h).zip(du) {
                    *slope += w * p * di;
                    for (bend, dj) in bends.iter_mut().zip(du) {
                        *bend += w * spread * di * dj;
                    }
                }
                h[0][0] += w * p * r * silent;
                h[1][0] += w * p * r * fall;
                h[1][1] += w * p * (r + x) * (part * (1.0 - part) - before * (1.0 - before));
                h[3][3] += w * p * (b / left) * (b / left - 1.0);
            }
        }
        let mut hessian = Matrix::zeros(4, 4);
        for (i, row) in h.iter().enumerate() {
            for (j, cell) in row.iter().enumerate().take(i + 1) {
                hessian.set(i, j, *cell);
                hessian.set(j, i, *cell);
            }
        }
        Derivatives { value: value.total(), gradient: g.to_vec(), hessian }
    }

    /// The expected purchases up to each horizon.
    pub(super) fn expected(&self, h: &History, horizons: &[f64]) -> Vec<Option<f64>> {
        let alive = exp(self.ln_p_alive(h));
        scaled(&self.expected_if_alive(h, horizons), alive)
    }

    /// The same for many histories: what follows given that a customer is one still depends on x and age alone.
    fn expected_of_rows(&self, rows: &[Weighted], horizons: &[f64]) -> Vec<Vec<Option<f64>>> {
        let mut known: BTreeMap<(u32, u64), Vec<Option<f64>>> = BTreeMap::new();
        let one = |r: &Weighted| {
            let h = &r.history;
            let alive = exp(self.ln_p_alive(h));
            let key = (h.x(), h.age().to_bits());
            scaled(known.entry(key).or_insert_with(|| self.expected_if_alive(h, horizons)), alive)
        };
        rows.iter().map(one).collect()
    }

    /// The expected purchases of one who is a customer at the end of the history.
    fn expected_if_alive(&self, h: &History, horizons: &[f64]) -> Vec<Option<f64>> {
        let start = self.alpha + h.age();
        let mut out = Vec::with_capacity(horizons.len());
        for chunk in horizons.chunks(LANES) {
            let spans: Vec<f64> = chunk.iter().map(|t| t / start).collect();
            out.extend(expected_if_alive(self.r + f64::from(h.x()), self.a, self.b + self.tosses(h), &spans));
        }
        out
    }

    /// The mean of `(1 + p span)^-power` over the odds of leaving of a customer who is one at the end of the history.
    fn mean_power(&self, h: &History, power: f64, span: f64) -> Option<f64> {
        let all = self.a + self.b + self.tosses(h);
        ln_hyp2f1(power, self.a, all, -span).ok().map(|f| exp(f.ln_abs)).filter(|f| f.is_finite())
    }

    pub(super) fn survival(&self, h: &History, ahead: f64) -> Result<f64, Undefined> {
        let (shape, start) = (self.r + f64::from(h.x()), self.alpha + h.age());
        let mean = self.mean_power(h, shape, ahead / start);
        mean.filter(|_| ahead >= 0.0).ok_or(Undefined::OutOfReach)
    }

    pub(super) fn discounted_residual(&self, h: &History, rate: f64) -> Result<f64, Undefined> {
        if rate <= 0.0 {
            return Err(Undefined::Unbounded);
        }
        let (shape, start) = (self.r + f64::from(h.x()), self.alpha + h.age());
        let time = discounted(rate, start, |t| self.mean_power(h, shape + 1.0, t / start));
        let purchases = time.map(|time| exp(self.ln_p_alive(h)) * shape / start * time);
        purchases.ok_or(Undefined::OutOfReach)
    }

    /// The mean and the variance of the purchases within `ahead`.
    pub(super) fn moments(&self, h: &History, ahead: f64) -> Option<(f64, f64)> {
        let (shape, span) = (self.r + f64::from(h.x()), ahead / (self.alpha + h.age()));
        let mean = shape * span;
        let terms = mean + 40.0 * (mean * (1.0 + span)).sqrt() + 40.0 * (1.0 + span);
        // Also false for a horizon that is no number.
        let within_reach = span >= 0.0 && terms < MOST_TERMS;
        if !within_reach {
            return None;
        }
        let left = self.b + self.tosses(h);
        let (mut first, mut second) = (0.0, 0.0);
        let (mut still, mut made, mut pairs) = (1.0, 0.0, 0.0);
        for (k, p) in (0u32..).zip(purchases_if_loyal(shape, span, terms as usize)) {
            let k = f64::from(k);
            first += p * made;
            second += p * pairs;
            // E(Y (Y - 1)) adds up 2 (j - 1) over the purchases j that are made.
            made += still;
            pairs += 2.0 * k * still;
            still *= (left + k) / (self.a + left + k);
        }
        let alive = exp(self.ln_p_alive(h));
        let (mean, pairs) = (alive * first, alive * second);
        Some((mean, (pairs + mean - mean * mean).max(0.0))).filter(|m| m.1.is_finite())
    }

    /// Draws the history of a customer who is seen for `age`.
    pub(super) fn draw(&self, age: f64, rng: &mut Rng) -> Option<History> {
        let rate = Gamma::new(self.r, self.alpha).ok()?.sample(rng);
        let odds = Beta::new(self.a, self.b).ok()?.sample(rng);
        let (mut x, mut t_x, mut t) = (0u32, 0.0, 0.0);
        let mut gone = self.first_toss == 1 && rng.chance(odds);
        while !gone && x < MOST_DRAWN {
            t += rng.exponential() / rate;
            // Also false for a rate of 0, after which t is no number.
            let within = t <= age;
            if !within || t <= t_x {
                break;
            }
            (x, t_x) = (x + 1, t);
            gone = rng.chance(odds);
        }
        History::new(x, t_x, age)
    }

    pub(super) fn probabilities(&self, h: &History, ahead: f64, most: usize) -> Vec<f64> {
        let alive = exp(self.ln_p_alive(h));
        let mut out = purchases_if_loyal(self.r + f64::from(h.x()), ahead / (self.alpha + h.age()), most);
        let left = self.b + self.tosses(h);
        let (mut at_least, mut still, mut leaves) = (1.0, 1.0, 0.0);
        for (n, p) in (0u32..).zip(&mut out) {
            let loyal = *p;
            *p = alive * (loyal * still + leaves * f64::max(at_least, 0.0));
            at_least -= loyal;
            let next = self.a + left + f64::from(n);
            leaves = still * self.a / next;
            still *= (left + f64::from(n)) / next;
        }
        if let Some(none) = out.first_mut() {
            *none += -naata_math::exp_m1(self.ln_p_alive(h));
        }
        out
    }
}

/// The probabilities of 0, 1 up to `most` purchases of a customer whom nothing ends: negative binomial with `shape`,
/// `span` being the time over that of the rate.
pub(super) fn purchases_if_loyal(shape: f64, span: f64, most: usize) -> Vec<f64> {
    if !(shape > 0.0 && shape.is_finite() && span >= 0.0 && span.is_finite()) {
        return Vec::new();
    }
    let z = span / (1.0 + span);
    let mut ln_p = -shape * ln_1p(span);
    // Below e^-600 the weights are followed by their logarithms, until they can be told from 0.
    let mut p = (ln_p > -600.0).then(|| exp(ln_p));
    let mut out = Vec::with_capacity(most.saturating_add(1));
    for k in (0u32..).take(most.saturating_add(1)) {
        out.push(p.unwrap_or(0.0));
        let ratio = z * (shape + f64::from(k)) / (f64::from(k) + 1.0);
        match &mut p {
            Some(p) => *p *= ratio,
            None => {
                ln_p += ln(ratio);
                p = (ln_p > -600.0).then(|| exp(ln_p));
            }
        }
    }
    out
}

/// Expectations times the chance to be a customer.
fn scaled(if_alive: &[Option<f64>], alive: f64) -> Vec<Option<f64>> {
    if_alive.iter().map(|e| e.map(|e| e * alive).filter(|e| e.is_finite())).collect()
}

/// `ln(1 + e^u)` without overflow.
pub(super) fn softplus(u: f64) -> f64 {
    if u > 0.0 { u + ln_1p(exp(-u)) } else { ln_1p(exp(u)) }
}

/// One horizon of the sum over k.
#[derive(Clone, Copy, Default)]
struct Lane {
    /// z = t / (alpha + T + t), the chance that the next event is a purchase.
    z: f64,
    /// The mean of K.
    mean: f64,
    /// The first k with a weight worth adding.
    from: f64,
    /// The weight of k, up to a factor.
    weight: f64,
    /// The sum of weights.
    total: f64,
    /// The sum of weights times purchases made.
    made: f64,
    done: bool,
}

/// The mean number of purchases made by a customer who is one now; `spans` are horizons over alpha + T.
fn expected_if_alive(s: f64, a: f64, b: f64, spans: &[f64]) -> Vec<Option<f64>> {
    let mut lanes = [Lane::default(); LANES];
    for (lane, span) in lanes.iter_mut().zip(spans) {
        let mean = s * span;
        let deviation = (mean * (1.0 + span)).sqrt();
        // A purchase-free horizon of weight 1 overflows nothing below this; beyond, the weights start ten deviations
        // below the mean, where e^-50 of them is left.
        let from = if s * ln_1p(*span) < 600.0 { 0.0 } else { (mean - 10.0 * deviation).floor().max(0.0) };
        let terms = mean + 40.0 * deviation + 40.0 * (1.0 + span);
        // Also false for a horizon that is no number.
        let within_reach = *span >= 0.0 && terms < MOST_TERMS;
        *lane = Lane { z: span / (1.0 + span), mean, from, done: !within_reach, ..Lane::default() };
    }
    let mut active = spans.len().min(LANES);
    let (mut k, mut still, mut made) = (0.0f64, 1.0f64, 0.0f64);
    while active > 0 {
        active = 0;
        for lane in lanes.iter_mut().take(spans.len()).filter(|l| !l.done) {
            if k == lane.from {
                lane.weight = 1.0;
            }
            if k >= lane.from {
                lane.total += lane.weight;
                lane.made += lane.weight * made;
                let ratio = lane.z * (s + k) / (k + 1.0);
                let rest = 1.0 - ratio;
                // What follows is less than a geometric row of purchases that grow by one each time.
                let negligible = lane.weight * (made + 1.0) <= 1e-18 * lane.made * rest * rest;
                if lane.z == 0.0 || (k > lane.mean && rest > 0.0 && negligible) {
                    lane.done = true;
                    continue;
                }
                lane.weight *= ratio;
            }
            active += 1;
        }
        made += still;
        still *= (b + k) / (a + b + k);
        k += 1.0;
    }
    let mean = |lane: &Lane| (lane.total > 0.0).then(|| lane.made / lane.total);
    lanes.iter().take(spans.len()).map(mean).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use naata_math::Dual2;
    use naata_testkit::{assert_close, relative};
    use proptest::prelude::*;

    /// The log-likelihood as published, in numbers that differentiate themselves: a second way to everything.
    fn published(point: [f64; 4], first_toss: u32, h: &History) -> Dual2<4> {
        let [r, alpha, a, b] = Dual2::parameters(point).map(|p| p.exp());
        let (x, n) = (f64::from(h.x()), f64::from(h.x() + first_toss));
        let common = r.ln_rising(x) + r * alpha.ln();
        let beta = |a: Dual2<4>, b: Dual2<4>| a.ln_beta(&b);
        let alive = beta(a, b + n) - beta(a, b) - (r + x) * (alpha + h.age()).ln();
        if n == 0.0 {
            return common + alive;
        }
        let gone = beta(a + 1.0, b + (n - 1.0)) - beta(a, b) - (r + x) * (alpha + h.t_x()).ln();
        common + alive.ln_add_exp(&gone)
    }

    fn histories() -> impl Strategy<Value = History> {
        (0u32..60, 0.01f64..1.0, 0.1f64..100.0)
            .prop_map(|(x, part, age)| History::new(x, if x == 0 { 0.0 } else { part * age }, age).unwrap())
    }

    proptest! {
        #[test]
        fn derivatives_match_automatic_ones(
            point in prop::array::uniform4(-2.0f64..2.5),
            rows in prop::collection::vec(histories(), 1..12),
            first_toss in 0u32..2,
        ) {
            let kernel = Kernel::from_logs(&point, first_toss).unwrap();
            let ours = kernel.derivatives(&Collapsed::new(&rows));
            let theirs: Dual2<4> = rows.iter().map(|h| published(point, first_toss, h)).sum();
            let sum: f64 = rows.iter().map(|h| kernel.ln_likelihood(h)).sum();
            let near = |a: f64, b: f64| (a - b).abs() <= 1e-9 * (1.0 + b.abs());
            prop_assert!(near(ours.value, theirs.value) && near(sum, theirs.value));
            for i in 0..4 {
                prop_assert!(near(ours.gradient[i], theirs.gradient[i]), "gradient {}", i);
                for j in 0..4 {
                    let (x, y) = (ours.hessian.at(i, j), theirs.hessian[i][j]);
                    prop_assert!(near(x, y), "hessian {} {}: {} {}", i, j, x, y);
                }
            }
        }

        #[test]
        fn expectations_rise_with_the_horizon_and_scale_with_time(
            h in histories(), r in 0.05f64..5.0, alpha in 0.1f64..50.0, a in 0.05f64..4.0, b in 0.05f64..8.0,
            first_toss in 0u32..2, scale in 0.02f64..50.0,
        ) {
            let kernel = Kernel { r, alpha, a, b, first_toss };
            let horizons: Vec<f64> = (0..20).map(|k| f64::from(k) * 3.5).collect();
            let ours: Vec<f64> = kernel.expected(&h, &horizons).into_iter().map(Option::unwrap).collect();
            prop_assert_eq!(ours[0], 0.0);
            prop_assert!(ours.is_sorted());
            // Concave in time: a customer who may leave buys ever less.
            let steps: Vec<f64> = ours.windows(2).map(|w| w[1] - w[0]).collect();
            prop_assert!(steps.windows(2).all(|w| w[1] <= w[0] * (1.0 + 1e-9)));
            let p = kernel.ln_p_alive(&h);
            prop_assert!(p <= 0.0 && p.is_finite());
            let other = Kernel { alpha: alpha * scale, ..kernel };
            let slow = History::new(h.x(), h.t_x() * scale, h.age() * scale).unwrap();
            let longer: Vec<f64> = horizons.iter().map(|t| t * scale).collect();
            for (x, y) in ours.iter().zip(other.expected(&slow, &longer)) {
                prop_assert!(relative(y.unwrap(), *x) < 1e-12);
            }
        }
    }

    #[test]
    fn the_sum_equals_an_integral_over_the_odds() {
        // E = integral over p ~ Beta(a, B) of (1 - (1 + p t/(alpha+T))^-s) / p, by the midpoint rule after p = v^2.
        for (s, a, b, span) in [(0.7, 1.0, 2.4, 1.3), (3.2, 1.6, 4.5, 0.2), (1.2, 2.5, 1.9, 12.0)] {
            let n = 400_000;
            let norm = naata_math::ln_beta(a, b);
            let density = |p: f64| exp((a - 1.0) * ln(p) + (b - 1.0) * ln_1p(-p) - norm);
            let value = |p: f64| -naata_math::exp_m1(-s * ln_1p(p * span)) / p;
            let step = |i: i32| {
                let v = (f64::from(i) + 0.5) / f64::from(n);
                density(v * v) * value(v * v) * 2.0 * v / f64::from(n)
            };
            let integral: f64 = (0..n).map(step).sum();
            let ours = expected_if_alive(s, a, b, &[span])[0].unwrap();
            assert_close("expected purchases", ours, integral, 1e-8);
        }
    }

    #[test]
    fn long_sums_start_where_the_weight_is() {
        // With a coin that hardly ever ends a relationship, K itself is the answer: its mean is s t / (alpha + T).
        for (s, span) in [(50_000.0, 0.3), (3.0, 900.0), (900.0, 2.0), (1e5, 1.0)] {
            let ours = expected_if_alive(s, 1e-12, 1e9, &[span])[0].unwrap();
            assert_close("mean of K", ours, s * span, 1e-11);
        }
        assert_eq!(expected_if_alive(1e9, 1.0, 1.0, &[1e3]), [None]);
        assert_eq!(expected_if_alive(1.0, 1.0, 1.0, &[f64::NAN, 0.0]), [None, Some(0.0)]);
    }
}
