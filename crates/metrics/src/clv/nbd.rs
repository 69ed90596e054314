//! NBD: purchases come at a customer's own steady rate, and nobody ever leaves.
//!
//! # Formula
//! Rates are gamma-distributed (shape r, rate alpha): `L = (r)_x alpha^r (alpha + T)^-(r+x)`. This is the likelihood of
//! the moments of purchase, as that of the models with leaving is, so that criteria compare. Given a history the rate
//! is gamma-distributed with shape `r + x` and rate `alpha + T`: `E = t (r + x) / (alpha + T)`, and the purchases in t
//! are negative binomial.
//!
//! # Source
//! Ehrenberg, "The Pattern of Consumer Purchases", 1959; Greenwood and Yule, 1920.
//!
//! # Units
//! `alpha` is a time; r has no unit.

use super::beta_geometric::{MOST_DRAWN, purchases_if_loyal};
use super::edges::{self, Leaving};
use super::fit::{Fit, NEGLIGIBLE, maximise, start_of_rates};
use super::{Collapsed, History, PurchaseModel, Undefined};
use naata_math::optimise::Derivatives;
use naata_math::{
    Gamma, Matrix, Neumaier, Poisson, Rng, digamma_rising, exp, ln, ln_1p, ln_rising, pow, trigamma_rising,
};

/// The model at given parameters.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Nbd {
    r: f64,
    alpha: f64,
}

/// The names of the parameters.
pub(super) const NAMES: [&str; 2] = ["r", "alpha"];

impl Nbd {
    /// The name of the model, as on the command line.
    pub const NAME: &'static str = "nbd";

    /// The model at positive, finite parameters; `None` at others.
    pub fn new(r: f64, alpha: f64) -> Option<Self> {
        [r, alpha].iter().all(|p| p.is_finite() && *p > 0.0).then_some(Self { r, alpha })
    }

    /// Estimates the parameters by maximum likelihood.
    pub fn fit(histories: &Collapsed) -> Fit<Self> {
        let model = |point: &[f64]| match *point {
            [r, alpha] => Self::new(exp(r), exp(alpha)),
            _ => None,
        };
        let unusable = || Derivatives { value: f64::NAN, gradient: Vec::new(), hessian: Matrix::zeros(0, 0) };
        maximise(
            &NAMES,
            &start_of_rates(histories, 1.0),
            histories.customers(),
            |point| model(point).map_or_else(unusable, |m| m.derivatives(histories)),
            |point| model(point).is_some_and(|m| m.is_edge()),
            || edges::of_purchases(histories, Leaving::Never),
            model,
        )
    }

    /// Whether parameters are as good as at an edge.
    pub(super) fn is_edge(&self) -> bool {
        !(NEGLIGIBLE..=1.0 / NEGLIGIBLE).contains(&self.r)
    }

    /// The log-likelihood of all histories with its derivatives by the logarithms of the parameters.
    pub(super) fn derivatives(&self, histories: &Collapsed) -> Derivatives {
        let Self { r, alpha } = *self;
        let mut value = Neumaier::new();
        let (mut by_r, mut by_alpha, mut rr, mut ra, mut aa) = (0.0, 0.0, 0.0, 0.0, 0.0);
        for row in histories.rows() {
            let (w, x, age) = (row.weight, f64::from(row.history.x()), row.history.age());
            let (seen, part) = (ln_1p(age / alpha), alpha / (alpha + age));
            value.add(w * self.ln_likelihood(&row.history));
            let slope = r * (digamma_rising(r, x) - seen);
            by_r += w * slope;
            by_alpha += w * (r - (r + x) * part);
            rr += w * (slope + r * r * trigamma_rising(r, x));
            ra += w * r * (1.0 - part);
            aa -= w * (r + x) * part * (1.0 - part);
        }
        let mut hessian = Matrix::zeros(2, 2);
        for (i, j, cell) in [(0, 0, rr), (0, 1, ra), (1, 0, ra), (1, 1, aa)] {
            hessian.set(i, j, cell);
        }
        Derivatives { value: value.total(), gradient: vec![by_r, by_alpha], hessian }
    }

    /// The rate expected of a customer.
    fn rate(&self, h: &History) -> f64 {
        (self.r + f64::from(h.x())) / (self.alpha + h.age())
    }
}

impl PurchaseModel for Nbd {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn parameters(&self) -> Vec<(&'static str, f64)> {
        NAMES.into_iter().zip([self.r, self.alpha]).collect()
    }

    fn ln_likelihood(&self, h: &History) -> f64 {
        let x = f64::from(h.x());
        ln_rising(self.r, x) - self.r * ln_1p(h.age() / self.alpha) - x * ln(self.alpha + h.age())
    }

    fn ln_p_alive(&self, _: &History) -> Result<f64, Undefined> {
        Err(Undefined::NobodyLeaves)
    }

    fn expected_purchases(&self, h: &History, horizons: &[f64]) -> Vec<Option<f64>> {
        horizons.iter().map(|t| Some(t * self.rate(h)).filter(|e| e.is_finite())).collect()
    }

    fn survival(&self, _: &History, _: f64) -> Result<f64, Undefined> {
        Err(Undefined::NobodyLeaves)
    }

    fn purchase_probabilities(&self, h: &History, ahead: f64, most: usize) -> Vec<f64> {
        purchases_if_loyal(self.r + f64::from(h.x()), ahead / (self.alpha + h.age()), most)
    }

    fn purchase_moments(&self, h: &History, ahead: f64) -> Option<(f64, f64)> {
        let (shape, span) = (self.r + f64::from(h.x()), ahead / (self.alpha + h.age()));
        let mean = shape * span;
        Some((mean, mean * (1.0 + span))).filter(|m| m.1.is_finite())
    }

    fn draw(&self, age: f64, rng: &mut Rng) -> Option<History> {
        let rate = Gamma::new(self.r, self.alpha).ok()?.sample(rng);
        let x = Poisson::new(rate * age).map_or(0, |p| p.sample(rng)).min(u64::from(MOST_DRAWN)) as u32;
        // The last of x moments, each anywhere within the age.
        let t_x = if x == 0 { 0.0 } else { age * pow(rng.uniform_open(), 1.0 / f64::from(x)) };
        History::new(x, t_x, age)
    }

    fn discounted_residual(&self, h: &History, rate: f64) -> Result<f64, Undefined> {
        if rate > 0.0 { Ok(self.rate(h) / rate) } else { Err(Undefined::Unbounded) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use naata_math::Dual2;
    use naata_testkit::assert_close;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn derivatives_match_automatic_ones(
            point in prop::array::uniform2(-2.0f64..2.5),
            rows in prop::collection::vec((0u32..60, 0.1f64..100.0), 1..12),
        ) {
            let histories: Vec<History> = rows.iter()
                .map(|(x, age)| History::new(*x, if *x == 0 { 0.0 } else { 0.5 * age }, *age).unwrap()).collect();
            let ours = Nbd::new(exp(point[0]), exp(point[1])).unwrap().derivatives(&Collapsed::new(&histories));
            let [r, alpha] = Dual2::parameters(point).map(|p| p.exp());
            let theirs: Dual2<2> = histories.iter().map(|h| {
                let x = f64::from(h.x());
                r.ln_rising(x) + r * alpha.ln() - (r + x) * (alpha + h.age()).ln()
            }).sum();
            let near = |a: f64, b: f64| (a - b).abs() <= 1e-9 * (1.0 + b.abs());
            prop_assert!(near(ours.value, theirs.value));
            for i in 0..2 {
                prop_assert!(near(ours.gradient[i], theirs.gradient[i]));
                for j in 0..2 {
                    prop_assert!(near(ours.hessian.at(i, j), theirs.hessian[i][j]));
                }
            }
        }
    }

    #[test]
    fn what_needs_leaving_is_refused_by_type() {
        let model = Nbd::new(0.4, 8.0).unwrap();
        let h = History::new(3, 20.0, 30.0).unwrap();
        assert_eq!(model.p_alive(&h), Err(Undefined::NobodyLeaves));
        assert_eq!(model.p_alive_after(&h, 10.0), Err(Undefined::NobodyLeaves));
        assert_eq!(model.discounted_residual(&h, 0.0), Err(Undefined::Unbounded));
        assert_close("steady for ever", model.discounted_residual(&h, 0.01).unwrap(), 340.0 / 38.0, 1e-15);
        assert_close("in ten", model.expected_purchases(&h, &[10.0])[0].unwrap(), 34.0 / 38.0, 1e-15);
    }
}
