//! BG/BB: at each of a row of opportunities a customer buys or does not, until, unseen, the customer leaves.
//!
//! It suits what can happen once a period at most: donations to a yearly appeal, visits to a yearly fair.
//!
//! # Formula
//! Chances of buying are beta-distributed (alpha, beta), chances of leaving before an opportunity too (gamma, delta). With x
//! purchases, the last at opportunity t_x of n:
//!
//! `L = B(alpha+x, beta+n-x)/B(alpha, beta) B(gamma, delta+n)/B(gamma, delta)`
//! ` + sum over i = 0 .. n-t_x-1 of B(alpha+x, beta+t_x-x+i)/B(alpha, beta) B(gamma+1, delta+t_x+i)/B(gamma, delta)`
//!
//! `P(alive at n+j)` is the first term with `delta+n+j` in place of `delta+n`, over L; given alive, the chance to buy has mean
//! `(alpha+x)/(alpha+beta+n)`, so that the purchases at the next m opportunities are that times the sum of P(alive at n+j)
//! over j = 1..m: a sum of positive terms without the published form's singularity at gamma = 1.
//!
//! # Source
//! Fader, Hardie and Shang, "Customer-Base Analysis in a Discrete-Time Noncontractual Setting", 2010.

use super::fit::{Fit, NEGLIGIBLE, maximise};
use super::{Undefined, edges};
use naata_math::optimise::Derivatives;
use naata_math::{Dual2, Matrix, Neumaier, exp, ln, ln_add_exp, ln_beta, ln_rising};

/// The model at given parameters.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BgBb {
    alpha: f64,
    beta: f64,
    gamma: f64,
    delta: f64,
}

/// Purchases at some of a row of opportunities, and how many customers have them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Row {
    x: u32,
    t_x: u32,
    n: u32,
    weight: f64,
}

/// The most opportunities of a row.
pub const MOST_OPPORTUNITIES: u32 = 10_000;

/// The most terms of a discounted sum.
const MOST_TERMS: u32 = 10_000_000;

/// The names of the parameters.
const NAMES: [&str; 4] = ["alpha", "beta", "gamma", "delta"];

impl Row {
    /// A row; `None` unless x <= t_x <= n, t_x is 0 exactly when x is, and the weight is a number from 0 on.
    pub fn new(x: u32, t_x: u32, n: u32, weight: f64) -> Option<Self> {
        let in_order = x <= t_x && t_x <= n && n <= MOST_OPPORTUNITIES && (x == 0) == (t_x == 0);
        (in_order && weight >= 0.0 && weight.is_finite()).then_some(Self { x, t_x, n, weight })
    }

    /// Purchases.
    pub fn x(&self) -> u32 {
        self.x
    }

    /// The opportunity of the last purchase; 0 without one.
    pub fn t_x(&self) -> u32 {
        self.t_x
    }

    /// Opportunities.
    pub fn n(&self) -> u32 {
        self.n
    }

    /// How many customers have it.
    pub fn weight(&self) -> f64 {
        self.weight
    }
}

impl BgBb {
    /// The model at positive, finite parameters; `None` at others.
    pub fn new(alpha: f64, beta: f64, gamma: f64, delta: f64) -> Option<Self> {
        let all = [alpha, beta, gamma, delta];
        all.iter().all(|p| p.is_finite() && *p > 0.0).then_some(Self { alpha, beta, gamma, delta })
    }

    /// Estimates the parameters by maximum likelihood; equal rows need not be collapsed, yet it is quicker.
    pub fn fit(rows: &[Row]) -> Fit<Self> {
        let n: f64 = rows.iter().map(|r| r.weight).sum();
        let model = |point: &[f64]| match *point {
            [a, b, c, d] => Self::new(exp(a), exp(b), exp(c), exp(d)),
            _ => None,
        };
        let is_edge = |m: Self| {
            let extreme = |sum: f64| !(NEGLIGIBLE..=1.0 / NEGLIGIBLE).contains(&sum);
            let share = |a: f64, b: f64| a / (a + b) < NEGLIGIBLE || b / (a + b) < NEGLIGIBLE;
            extreme(m.alpha + m.beta)
                || extreme(m.gamma + m.delta)
                || share(m.alpha, m.beta)
                || share(m.gamma, m.delta)
        };
        maximise(
            &NAMES,
            &[0.0, 0.0, ln(0.5), 0.5],
            n as u64,
            |point| derivatives(point, rows),
            |point| model(point).is_some_and(is_edge),
            || edges::of_opportunities(&rows.iter().map(|r| (r.x, r.t_x, r.n, r.weight)).collect::<Vec<_>>()),
            model,
        )
    }

    /// Names and values of the parameters.
    pub fn parameters(&self) -> [(&'static str, f64); 4] {
        [("alpha", self.alpha), ("beta", self.beta), ("gamma", self.gamma), ("delta", self.delta)]
    }

    /// The logarithm of B(alpha + x, beta + of - x)/B(alpha, beta), by rising factorials: exact also where chances hardly
    /// differ.
    fn ln_buys(&self, x: f64, of: f64) -> f64 {
        ln_rising(self.alpha, x) + ln_rising(self.beta, of - x) - ln_rising(self.alpha + self.beta, of)
    }

    /// The logarithm of B(gamma, delta + n)/B(gamma, delta).
    fn ln_stays(&self, n: f64) -> f64 {
        ln_rising(self.delta, n) - ln_rising(self.gamma + self.delta, n)
    }

    /// The logarithm of B(gamma + 1, delta + n)/B(gamma, delta).
    fn ln_leaves(&self, n: f64) -> f64 {
        ln(self.gamma) - ln(self.gamma + self.delta + n) + self.ln_stays(n)
    }

    /// The logarithm of the chance to be a customer still at opportunity `at` >= n, and of this history.
    fn ln_alive(&self, row: &Row, at: u32) -> f64 {
        self.ln_buys(f64::from(row.x), f64::from(row.n)) + self.ln_stays(f64::from(at))
    }

    /// The logarithm of the likelihood of one customer of the row.
    pub fn ln_likelihood(&self, row: &Row) -> f64 {
        (row.t_x..row.n).fold(self.ln_alive(row, row.n), |sum, last| {
            let last = f64::from(last);
            ln_add_exp(sum, self.ln_buys(f64::from(row.x), last) + self.ln_leaves(last))
        })
    }

    /// The probability that a customer is one at the opportunity `ahead` after the last one seen; 0 is the last itself.
    pub fn p_alive(&self, row: &Row, ahead: u32) -> f64 {
        exp(self.ln_alive(row, row.n.saturating_add(ahead)) - self.ln_likelihood(row))
    }

    /// The chance of 0, 1 up to `ahead` purchases at the next `ahead` opportunities.
    ///
    /// # Formula
    /// `(k of ahead) B(alpha+x+k, beta+n-x+ahead-k) B(gamma, delta+n+ahead)` plus, over the opportunities i >= k after which
    /// the customer leaves, `(k of i) B(alpha+x+k, beta+n-x+i-k) B(gamma+1, delta+n+i)`, over the likelihood; who has left
    /// buys nothing.
    pub fn purchase_probabilities(&self, row: &Row, ahead: u32) -> Vec<f64> {
        let (x, n) = (f64::from(row.x), f64::from(row.n));
        let norm = self.ln_likelihood(row);
        let chance = |k: f64, of: f64, stays: f64| {
            let ways = -ln_beta(k + 1.0, of - k + 1.0) - ln(of + 1.0);
            exp(ways + self.ln_buys(x + k, n + of) + stays - norm)
        };
        let gone = 1.0 - self.p_alive(row, 0);
        let of = |k: u32| {
            let stays = self.ln_stays(n + f64::from(ahead));
            let leaves = |i: u32| self.ln_leaves(n + f64::from(i));
            let on_the_way = (k..ahead).map(|i| chance(f64::from(k), f64::from(i), leaves(i)));
            let rest = if k == 0 { f64::max(gone, 0.0) } else { 0.0 };
            chance(f64::from(k), f64::from(ahead), stays) + on_the_way.sum::<f64>() + rest
        };
        (0..=ahead).map(of).collect()
    }

    /// The mean and the variance of the purchases at the next `ahead` opportunities, the j-th counted `worth(j)`.
    pub fn moments(&self, row: &Row, ahead: u32, worth: impl Fn(u32) -> f64) -> (f64, f64) {
        let (shape, all) = (self.alpha + f64::from(row.x), self.alpha + self.beta + f64::from(row.n));
        let likelihood = self.ln_likelihood(row);
        let (mut first, mut second, mut before) = (0.0, 0.0, 0.0);
        for j in 1..=ahead {
            let alive = exp(self.ln_alive(row, row.n.saturating_add(j)) - likelihood);
            let each = worth(j);
            // Both of two purchases are made by who is a customer at the later one.
            let pairs = 2.0 * before * each * (shape + 1.0) / (all + 1.0);
            first += each * alive * shape / all;
            second += (each * each + pairs) * alive * shape / all;
            before += each;
        }
        (first, (second - first * first).max(0.0))
    }

    /// The purchases still to come, the one at the next opportunity counted `1/(1 + rate)`, the one after that
    /// `1/(1 + rate)^2` and so on.
    pub fn discounted_residual(&self, row: &Row, rate: f64) -> Result<f64, Undefined> {
        if rate <= 0.0 && self.gamma <= 1.0 || rate < 0.0 {
            return Err(Undefined::Unbounded);
        }
        let left = self.delta + f64::from(row.n);
        let each = (self.alpha + f64::from(row.x)) / (self.alpha + self.beta + f64::from(row.n));
        let alive = self.p_alive(row, 0);
        if rate == 0.0 {
            // The sum of (left)_j / (gamma + left)_j over j >= 1.
            return Ok(each * alive * left / (self.gamma - 1.0));
        }
        let (mut sum, mut term) = (Neumaier::new(), 1.0);
        for j in 0..MOST_TERMS {
            term *= (left + f64::from(j)) / (self.gamma + left + f64::from(j)) / (1.0 + rate);
            sum.add(term);
            // What follows is less than a geometric row.
            if term <= 1e-17 * rate * sum.total() {
                return Ok(each * alive * sum.total());
            }
        }
        Err(Undefined::OutOfReach)
    }

    /// The purchases expected at the next `ahead` opportunities.
    pub fn expected_purchases(&self, row: &Row, ahead: u32) -> f64 {
        let each = (self.alpha + f64::from(row.x)) / (self.alpha + self.beta + f64::from(row.n));
        let likelihood = self.ln_likelihood(row);
        let alive = (1..=ahead).map(|j| exp(self.ln_alive(row, row.n.saturating_add(j)) - likelihood));
        each * alive.sum::<f64>()
    }
}

/// The log-likelihood of all rows with its derivatives by the logarithms of the parameters.
fn derivatives(point: &[f64], rows: &[Row]) -> Derivatives {
    let [alpha, beta, gamma, delta] = *point else {
        return Derivatives { value: f64::NAN, gradient: Vec::new(), hessian: Matrix::zeros(0, 0) };
    };
    let [alpha, beta, gamma, delta] = Dual2::<4>::parameters([alpha, beta, gamma, delta]).map(|d| d.exp());
    let norm = alpha.ln_beta(&beta) + gamma.ln_beta(&delta);
    let mut sum = Dual2::constant(0.0);
    let mut value = Neumaier::new();
    for row in rows {
        let (x, n) = (f64::from(row.x), f64::from(row.n));
        let alive = (alpha + x).ln_beta(&(beta + (n - x))) + gamma.ln_beta(&(delta + n));
        let one = (row.t_x..row.n).fold(alive, |sum, last| {
            let last = f64::from(last);
            let gone = (alpha + x).ln_beta(&(beta + (last - x))) + (gamma + 1.0).ln_beta(&(delta + last));
            sum.ln_add_exp(&gone)
        }) - norm;
        value.add(row.weight * one.value);
        sum += one * row.weight;
    }
    sum.value = value.total();
    Derivatives::from(sum)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clv::{FitOutcome, Nested};
    use naata_testkit::assert_close;
    use proptest::prelude::*;

    #[test]
    fn impossible_rows_are_refused() {
        assert!(Row::new(2, 3, 6, 10.0).is_some() && Row::new(0, 0, 0, 0.0).is_some());
        for (x, t_x, n, w) in
            [(3, 2, 6, 1.0), (1, 7, 6, 1.0), (0, 2, 6, 1.0), (1, 1, 6, f64::NAN), (1, 1, 6, -1.0)]
        {
            assert_eq!(Row::new(x, t_x, n, w), None, "{x} {t_x} {n} {w}");
        }
    }

    #[test]
    fn all_histories_of_a_few_opportunities_have_probability_one() {
        let model = BgBb::new(1.2, 0.75, 0.66, 2.8).unwrap();
        // There are (t_x - 1 choose x - 1) ways to x purchases of which the last is at t_x.
        for n in 1..7u32 {
            let ways = |t: u32, x: u32| (1..x).fold(1.0, |c, i| c * f64::from(t - i) / f64::from(i));
            let mut sum = exp(model.ln_likelihood(&Row::new(0, 0, n, 1.0).unwrap()));
            for t in 1..=n {
                for x in 1..=t {
                    sum += ways(t, x) * exp(model.ln_likelihood(&Row::new(x, t, n, 1.0).unwrap()));
                }
            }
            assert_close("all", sum, 1.0, 1e-13);
        }
    }

    #[test]
    fn donors_who_never_stop_are_beta_binomial() {
        // Everybody who gives goes on: the last gift is at the last opportunity or there is none at all before it.
        let counts = [(6, 6, 40.0), (5, 6, 60.0), (4, 6, 70.0), (3, 6, 70.0), (2, 6, 60.0), (1, 6, 40.0)];
        let rows: Vec<Row> = counts.iter().map(|(x, t, w)| Row::new(*x, *t, 6, *w).unwrap()).collect();
        let fit = BgBb::fit(&rows);
        let FitOutcome::Boundary { nested, log_likelihood } = fit.outcome else { panic!("{fit:?}") };
        assert_eq!(nested, Nested::BetaBinomial);
        assert!(fit.model.is_none() && fit.parameters.is_empty() && log_likelihood.is_finite());
    }

    proptest! {
        #[test]
        fn chances_fall_and_expectations_rise(
            a in 0.1f64..5.0, b in 0.1f64..5.0, c in 0.1f64..5.0, d in 0.1f64..9.0,
            n in 0u32..60, last in 0.0f64..1.0, often in 0.0f64..1.0,
        ) {
            let model = BgBb::new(a, b, c, d).unwrap();
            let t_x = (f64::from(n) * last) as u32;
            let x = if t_x == 0 { 0 } else { 1 + (f64::from(t_x - 1) * often) as u32 };
            let row = Row::new(x, t_x, n, 1.0).unwrap();
            let alive: Vec<f64> = (0..8).map(|j| model.p_alive(&row, j)).collect();
            prop_assert!(alive.iter().all(|p| (0.0..=1.0 + 1e-12).contains(p)));
            prop_assert!(alive.windows(2).all(|w| w[1] <= w[0]));
            let expected: Vec<f64> = (0..8).map(|m| model.expected_purchases(&row, m)).collect();
            prop_assert!(expected[0] == 0.0 && expected.is_sorted());
            for m in 0..8 {
                let p = model.purchase_probabilities(&row, m);
                let (mean, variance) = model.moments(&row, m, |_| 1.0);
                let at = |k: usize| k as f64;
                prop_assert!((p.iter().sum::<f64>() - 1.0).abs() < 1e-11);
                let first: f64 = p.iter().enumerate().map(|(k, p)| at(k) * p).sum();
                let second: f64 = p.iter().enumerate().map(|(k, p)| at(k) * at(k) * p).sum();
                prop_assert!((mean - expected[m as usize]).abs() < 1e-11 && (first - mean).abs() < 1e-10);
                prop_assert!((second - first * first - variance).abs() < 1e-9);
            }
            let near: f64 = (1..4_000u32).map(|j| {
                let step = model.p_alive(&row, j) * naata_math::powi(1.02, -(j as i32));
                step * (a + f64::from(x)) / (a + b + f64::from(n))
            }).sum();
            prop_assert!((model.discounted_residual(&row, 0.02).unwrap() / near - 1.0).abs() < 1e-9);
        }
    }
}
