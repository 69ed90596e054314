//! Gamma-Gamma: what a customer spends on an occasion, learnt from their own mean and from everybody's.
//!
//! # Formula
//! Amounts of one customer are gamma-distributed (shape p, rate nu), and nu itself is gamma-distributed among
//! customers (shape q, rate v). With x occasions of mean m:
//!
//! `ln L = -ln B(px, q) - px ln(1 + v/(xm)) - q ln(1 + xm/v) - ln m`
//!
//! `E(spend | x, m) = p (v + x m) / (p x + q - 1)`; for a new customer `p v / (q - 1)`, which exists for q > 1 only.
//!
//! # Source
//! Fader and Hardie, "The Gamma-Gamma Model of Monetary Value", 2013; Colombo and Jiang, 1999.
//!
//! # Units
//! `v` is an amount in major units; p and q have no unit.

use super::edges;
use super::fit::{Fit, FitOutcome, NEGLIGIBLE, Unidentified, maximise};
use naata_math::optimise::Derivatives;
use naata_math::{Dual2, Matrix, exp, ln, ln_1p, ln_beta};

/// The model at given parameters.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GammaGamma {
    p: f64,
    q: f64,
    v: f64,
}

/// The names of the parameters.
const NAMES: [&str; 3] = ["p", "q", "v"];

/// Occasions and their mean, with the number of customers who have both.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spend {
    /// Occasions.
    pub x: u32,
    /// The mean of an occasion, above 0.
    pub mean: f64,
    /// How many customers have it.
    pub weight: f64,
}

/// Collapses occasions and means to their distinct pairs; pairs without an occasion or a positive, finite mean are
/// left out and counted.
pub fn collapse(pairs: impl IntoIterator<Item = (u32, f64)>) -> (Vec<Spend>, u64) {
    let mut left_out = 0u64;
    let mut rows: Vec<Spend> = Vec::new();
    for (x, mean) in pairs {
        if x > 0 && mean > 0.0 && mean.is_finite() {
            rows.push(Spend { x, mean, weight: 1.0 });
        } else {
            left_out += 1;
        }
    }
    rows.sort_by(|a, b| a.x.cmp(&b.x).then(a.mean.total_cmp(&b.mean)));
    rows.dedup_by(|later, first| {
        let same = later.x == first.x && later.mean == first.mean;
        if same {
            first.weight += later.weight;
        }
        same
    });
    (rows, left_out)
}

impl GammaGamma {
    /// The model at positive, finite parameters; `None` at others.
    pub fn new(p: f64, q: f64, v: f64) -> Option<Self> {
        [p, q, v].iter().all(|x| x.is_finite() && *x > 0.0).then_some(Self { p, q, v })
    }

    /// Estimates the parameters by maximum likelihood.
    pub fn fit(rows: &[Spend]) -> Fit<Self> {
        let n: f64 = rows.iter().map(|r| r.weight).sum();
        let model = |point: &[f64]| match *point {
            [p, q, v] => Self::new(exp(p), exp(q), exp(v)),
            _ => None,
        };
        let fit = maximise(
            &NAMES,
            &start(rows),
            n as u64,
            |point| derivatives(point, rows),
            |point| model(point).is_some_and(|m| m.is_edge()),
            || edges::of_spend(rows),
            model,
        );
        // One mean of all customers: the density at it exceeds every bound.
        if rows.iter().all(|r| rows.first().is_some_and(|first| r.mean == first.mean)) {
            let outcome = FitOutcome::NotIdentified { parameter: None, why: Unidentified::Unbounded };
            return Fit { model: None, parameters: Vec::new(), ln_covariance: None, outcome, ..fit };
        }
        fit
    }

    /// Whether parameters are as good as at an edge.
    fn is_edge(&self) -> bool {
        let extreme = |x: f64| !(NEGLIGIBLE..=1.0 / NEGLIGIBLE).contains(&x);
        extreme(self.p) || extreme(self.q)
    }

    /// Names and values of the parameters.
    pub fn parameters(&self) -> [(&'static str, f64); 3] {
        [("p", self.p), ("q", self.q), ("v", self.v)]
    }

    /// The logarithm of the likelihood of a mean `m` > 0 of `x` > 0 occasions.
    pub fn ln_likelihood(&self, x: u32, m: f64) -> f64 {
        let (px, paid) = (self.p * f64::from(x), f64::from(x) * m);
        -ln_beta(px, self.q) - px * ln_1p(self.v / paid) - self.q * ln_1p(paid / self.v) - ln(m)
    }

    /// The expected spend of an occasion after `x` occasions of mean `m`; `None` where the model has no finite mean.
    pub fn expected_spend(&self, x: u32, m: f64) -> Option<f64> {
        let x = f64::from(x);
        let below = self.p * x + (self.q - 1.0);
        let paid = if x == 0.0 { 0.0 } else { x * m };
        let spend = self.p * (self.v + paid) / below;
        (below > 0.0 && spend.is_finite()).then_some(spend)
    }

    /// The expected spend of a new customer; `None` for q <= 1, where it is infinite.
    pub fn population_mean(&self) -> Option<f64> {
        self.expected_spend(0, 0.0)
    }
}

/// The log-likelihood of all rows with its derivatives by the logarithms of the parameters.
fn derivatives(point: &[f64], rows: &[Spend]) -> Derivatives {
    let [p, q, v] = *point else {
        return Derivatives { value: f64::NAN, gradient: Vec::new(), hessian: Matrix::zeros(0, 0) };
    };
    let [p, q, v] = Dual2::parameters([p, q, v]).map(|d| d.exp());
    let mut sum = Dual2::<3>::constant(0.0);
    let mut rest = naata_math::Neumaier::new();
    for row in rows {
        let (x, paid) = (f64::from(row.x), f64::from(row.x) * row.mean);
        let px = p * x;
        let one = px.ln_beta(&q) + px * (v / paid).ln_1p() + q * (paid / v).ln_1p() + ln(row.mean);
        sum -= one * row.weight;
        rest.add(-one.value * row.weight);
    }
    sum.value = rest.total();
    Derivatives::from(sum)
}

/// The start: shapes of 2 and 3, at the scale that puts the population mean at the mean of all rows.
fn start(rows: &[Spend]) -> [f64; 3] {
    let weight: f64 = rows.iter().map(|r| r.weight).sum();
    let mean = rows.iter().map(|r| r.weight * r.mean).sum::<f64>() / weight;
    let mean = if mean.is_finite() && mean > 0.0 { mean } else { 1.0 };
    [ln(2.0), ln(3.0), ln(mean)]
}
