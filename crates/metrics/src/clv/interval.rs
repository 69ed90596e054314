//! How far a sum of values may be off: what is not known of the model, and what chance does even when it is.
//!
//! The *estimate* interval is about the expected value: it narrows as more customers are fitted. The *prediction*
//! interval is about what these customers will do: it holds the chance of each purchase and each amount as well, and
//! never narrows to nothing.
//!
//! # Formula
//! Estimate: by the delta method, `Var = g' C g`, with g the slopes of the sum by the logarithms of all parameters, by
//! central differences, and C their covariance; the models of purchases and of spend are fitted to different data, so
//! that their parts add up. Prediction: to that is added for each customer, with n and v the mean and variance of the
//! purchases, `n p E(1/nu^2) + p^2 ((v + n^2) E(1/nu^2) - n^2 E(1/nu)^2)`, where the customer's own rate of spend nu is gamma
//! distributed with shape `A = p x + q` and rate `B = v + x m`: `E(1/nu) = B/(A-1)`, `E(1/nu^2) = B^2/((A-1)(A-2))`. Both
//! intervals are symmetric on the log scale, so that they never reach below zero.
//!
//! # Source
//! Cox, "Prediction intervals and empirical Bayes confidence intervals", 1975; the moments follow from the models.

use super::holdout::expected_of_rows;
use super::mixing::{self, STEP, quadratic, spent_variance};
use super::single::spend_range;
use super::spend::SpendFit;
use super::{AnyModel, Base, Fit, GammaGamma, Plan, PurchaseModel, Worth};
use naata_core::{Context, map_parts, part_range};
use naata_math::{Matrix, exact_sum, exp};

/// Parameters of more distinct histories are known so well that mixing over them moves no whole number.
const MIXED: usize = 5_000;

/// A sum that was estimated, with its two intervals.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Total {
    /// The expected value.
    pub value: f64,
    /// Where the expected value lies, as far as the data tell; `None` where that cannot be said.
    pub estimate: Option<(f64, f64)>,
    /// Where what will happen lies; `None` where that cannot be said, as for amounts without a finite variance.
    pub prediction: Option<(f64, f64)>,
}

impl Total {
    /// A value with its variances, of the estimate and of chance.
    pub(super) fn of(value: f64, estimate: Option<f64>, chance: Option<f64>, z: f64) -> Self {
        let around = |variance: f64| {
            let factor = exp(z * variance.sqrt() / value);
            Some((value / factor, value * factor)).filter(|r| value > 0.0 && r.1.is_finite())
        };
        let both = estimate.zip(chance).map(|(e, c)| e + c);
        Self { value, estimate: estimate.and_then(around), prediction: both.and_then(around) }
    }
}

/// Turns models into money.
pub(super) struct Valuer<'a> {
    pub(super) base: &'a Base,
    pub(super) plan: &'a Plan,
    pub(super) margin: f64,
    pub(super) z: f64,
    pub(super) level: f64,
    pub(super) cx: &'a Context<'a>,
}

/// How something of every distinct history moves with the parameters.
pub(super) struct Bent {
    made: Vec<f64>,
    slopes: Vec<Vec<f64>>,
    covariance: Matrix,
}

impl Valuer<'_> {
    /// One row for each buyer.
    pub(super) fn rows(
        &self,
        model: Option<&AnyModel>,
        spend: Option<GammaGamma>,
        horizon: f64,
    ) -> Vec<Worth> {
        let mut horizons = vec![horizon];
        horizons.extend(self.plan.horizons(self.base.unit));
        let expected = model.and_then(|m| expected_of_rows(self.base, m, &horizons, self.cx));
        let p_alive: Option<Vec<Option<f64>>> =
            model.map(|m| self.base.histories.rows().iter().map(|r| m.p_alive(&r.history).ok()).collect());
        let row = |(b, at): (&super::Buyer, &u32)| {
            let ahead = expected.as_ref().and_then(|e| e.get(*at as usize));
            let discounted = ahead.and_then(|e| e.get(1..)).and_then(|e| self.plan.discounted_sum(e));
            let spend = spend.and_then(|s| s.expected_spend(b.history.x(), b.mean.unwrap_or(0.0)));
            let clv = discounted.zip(spend).map(|(n, each)| self.margin * n * each);
            let p_alive = p_alive.as_ref().and_then(|p| p.get(*at as usize)).copied().flatten();
            Worth {
                who: b.who,
                p_alive,
                p_alive_range: p_alive.map(|p| (p, p)),
                expected_purchases: ahead.and_then(|e| e.first()).copied(),
                purchases: None,
                expected_spend: spend,
                clv: clv.filter(|v| v.is_finite()),
                clv_estimate: None,
                clv_prediction: None,
            }
        };
        self.base.buyers.iter().zip(self.base.histories.of()).map(row).collect()
    }

    /// The prediction interval of the purchases of every distinct history within the horizon.
    pub(super) fn purchases_ranges(
        &self,
        fit: &Fit<AnyModel>,
        horizon: f64,
    ) -> Option<Vec<Option<(u32, u32)>>> {
        let rows = self.base.histories.rows();
        let models = self.models(fit)?;
        let tail = 0.5 * (1.0 - self.level);
        let parts = rows.len().div_ceil(256);
        let job = |k: usize| -> Vec<Option<(u32, u32)>> {
            let part = rows.get(part_range(rows.len(), parts, k)).unwrap_or(&[]);
            part.iter().map(|r| purchases_range(&models, &r.history, horizon, tail)).collect()
        };
        Some(map_parts(self.cx.exec, parts, job).into_iter().flatten().collect())
    }

    /// The model of a fit, and those around it where its parameters are not known well.
    fn models(&self, fit: &Fit<AnyModel>) -> Option<Vec<AnyModel>> {
        let model = fit.model.as_ref()?;
        let mut models = vec![model.clone()];
        if self.base.histories.rows().len() <= MIXED {
            models.extend(fit.ln_covariance.as_ref().map_or_else(Vec::new, |c| models_around(model, c)));
        }
        Some(models)
    }

    /// The value of every buyer with its prediction interval: what will be spent, each purchase counted by how much it is
    /// discounted on average.
    pub(super) fn value_ranges(
        &self,
        fit: &Fit<AnyModel>,
        gamma: &GammaGamma,
        rows: &[Worth],
    ) -> Option<Vec<Option<(f64, f64)>>> {
        let models = self.models(fit)?;
        let ahead = self.plan.horizons(self.base.unit).last().copied()?;
        let tail = 0.5 * (1.0 - self.level);
        let histories = self.base.histories.rows();
        let parts = histories.len().div_ceil(256);
        let job = |k: usize| -> Vec<Option<(f64, Vec<f64>)>> {
            let part = histories.get(part_range(histories.len(), parts, k)).unwrap_or(&[]);
            part.iter().map(|r| chances(&models, &r.history, ahead)).collect()
        };
        let of_rows: Vec<_> = map_parts(self.cx.exec, parts, job).into_iter().flatten().collect();
        let one = |i: usize| {
            let (b, at) = self.base.buyers.get(i).zip(self.base.histories.of().get(i))?;
            let (n, chances) = of_rows.get(*at as usize)?.as_ref()?;
            let (value, spend) = rows.get(i).and_then(|w| w.clv.zip(w.expected_spend))?;
            let each = if *n > 0.0 { value / (spend * n) } else { 0.0 };
            let range = spend_range(gamma, b.history.x(), b.mean.unwrap_or(0.0), chances, tail)?;
            Some((each * range.0, each * range.1))
        };
        let parts = rows.len().div_ceil(256);
        let job = |k: usize| -> Vec<_> { part_range(rows.len(), parts, k).map(one).collect() };
        Some(map_parts(self.cx.exec, parts, job).into_iter().flatten().collect())
    }

    /// Where each buyer's expected value lies.
    pub(super) fn value_estimates(
        &self,
        bent: &Bent,
        spend: &SpendFit,
        rows: &[Worth],
    ) -> Option<Vec<Option<(f64, f64)>>> {
        let gamma = spend.model()?;
        let covariance = spend.fit.as_ref()?.ln_covariance.as_ref()?;
        let at = gamma.parameters().map(|p| p.1);
        // Six models of spend around the estimate, for the slopes.
        let around = |i: usize, by: f64| {
            let step: Vec<f64> = (0..3).map(|j| if i == j { by } else { 0.0 }).collect();
            let [p, q, v] = mixing::moved(at, &step);
            GammaGamma::new(p, q, v)
        };
        let sides: Option<Vec<[GammaGamma; 2]>> =
            (0..3).map(|i| Some([around(i, STEP)?, around(i, -STEP)?])).collect();
        let sides = sides?;
        // The variance of the discounted purchases of each distinct history.
        let of_made: Vec<Option<f64>> = (0..bent.made.len())
            .map(|row| {
                let g: Option<Vec<f64>> = bent.slopes.iter().map(|s| s.get(row).copied()).collect();
                quadratic(&g?, &bent.covariance)
            })
            .collect();
        let one = |(i, w): (usize, &Worth)| {
            let (b, at) = self.base.buyers.get(i).zip(self.base.histories.of().get(i))?;
            let (value, spend) = w.clv.zip(w.expected_spend)?;
            let (made, variance) =
                bent.made.get(*at as usize).zip(of_made.get(*at as usize).copied().flatten())?;
            let each = |g: &GammaGamma| g.expected_spend(b.history.x(), b.mean.unwrap_or(0.0));
            let slopes: Option<Vec<f64>> =
                sides.iter().map(|[up, down]| Some((each(up)? - each(down)?) / (2.0 * STEP))).collect();
            let of_spend = quadratic(&slopes?, covariance)?;
            let all = self.margin * self.margin * (spend * spend * variance + made * made * of_spend);
            Total::of(value, Some(all), None, self.z).estimate
        };
        Some(rows.iter().enumerate().map(one).collect())
    }

    /// The discounted purchases of every distinct history.
    fn discounted(&self, model: &AnyModel) -> Option<Vec<f64>> {
        let expected = expected_of_rows(self.base, model, &self.plan.horizons(self.base.unit), self.cx)?;
        expected.iter().map(|e| self.plan.discounted_sum(e)).collect()
    }

    /// How the discounted purchases of every distinct history move with the parameters of an interior fit.
    pub(super) fn bent(&self, fit: &Fit<AnyModel>) -> Option<Bent> {
        self.bend(fit, |m| self.discounted(m))
    }

    /// How the purchases within a time move with the parameters of an interior fit.
    pub(super) fn bent_purchases(&self, fit: &Fit<AnyModel>, ahead: f64) -> Option<Bent> {
        self.bend(fit, |m| {
            let expected = expected_of_rows(self.base, m, &[ahead], self.cx)?;
            expected.iter().map(|e| e.first().copied()).collect()
        })
    }

    fn bend(&self, fit: &Fit<AnyModel>, figures: impl Fn(&AnyModel) -> Option<Vec<f64>>) -> Option<Bent> {
        let (model, covariance) = (fit.model.as_ref()?, fit.ln_covariance.clone()?);
        let size = covariance.rows();
        let moved = |i: usize, by: f64| {
            let step: Vec<f64> = (0..size).map(|j| if i == j { by } else { 0.0 }).collect();
            figures(&model.moved(&step)?)
        };
        let slope = |i: usize| {
            let (up, down) = (moved(i, STEP)?, moved(i, -STEP)?);
            Some(up.iter().zip(&down).map(|(u, d)| (u - d) / (2.0 * STEP)).collect())
        };
        let slopes: Option<Vec<Vec<f64>>> = (0..size).map(slope).collect();
        Some(Bent { made: figures(model)?, slopes: slopes?, covariance })
    }

    /// All purchases within a time.
    pub(super) fn purchases(&self, fit: &Fit<AnyModel>, ahead: f64) -> Option<Total> {
        let of: Vec<usize> = (0..self.base.buyers.len()).collect();
        self.purchases_of(fit.model.as_ref()?, self.bent_purchases(fit, ahead).as_ref(), ahead, &of)
    }

    /// The purchases of some buyers within a time.
    pub(super) fn purchases_of(
        &self,
        model: &AnyModel,
        bent: Option<&Bent>,
        ahead: f64,
        of: &[usize],
    ) -> Option<Total> {
        let rows = self.base.histories.rows();
        let mut weights = vec![0.0; rows.len()];
        for i in of {
            let at = *self.base.histories.of().get(*i)? as usize;
            weights.get_mut(at).into_iter().for_each(|w| *w += 1.0);
        }
        let (mut mean, mut chance) = (0.0, 0.0);
        for (row, w) in rows.iter().zip(&weights).filter(|(_, w)| **w > 0.0) {
            let (n, variance) = model.purchase_moments(&row.history, ahead)?;
            mean += w * n;
            chance += w * variance;
        }
        let estimate = bent.and_then(|b| b.variance(&weights));
        Some(Total::of(mean, estimate, Some(chance), self.z))
    }

    /// What one expected purchase of each distinct history is worth, over the listed buyers who have it.
    fn worth(&self, gamma: &GammaGamma, of: &[usize]) -> Option<Vec<f64>> {
        let mut sums = vec![0.0; self.base.histories.rows().len()];
        for i in of {
            let (b, at) = self.base.buyers.get(*i).zip(self.base.histories.of().get(*i))?;
            let spend = gamma.expected_spend(b.history.x(), b.mean.unwrap_or(0.0))?;
            if let Some(sum) = sums.get_mut(*at as usize) {
                *sum += self.margin * spend;
            }
        }
        Some(sums)
    }

    /// The value of some buyers with both intervals.
    pub(super) fn total(
        &self,
        model: Option<&AnyModel>,
        bent: Option<&Bent>,
        spend: &SpendFit,
        rows: &[Worth],
        of: &[usize],
    ) -> Option<Total> {
        let values: Option<Vec<f64>> = of.iter().map(|i| rows.get(*i)?.clv).collect();
        let value = exact_sum(values?);
        let estimate = bent.and_then(|b| self.variance(b, spend, of));
        let chance = model.zip(bent).and_then(|(m, b)| self.chance(m, b, spend, of));
        Some(Total::of(value, estimate, chance, self.z))
    }

    /// The variance of the estimate.
    fn variance(&self, bent: &Bent, spend: &SpendFit, of: &[usize]) -> Option<f64> {
        let gamma = spend.model()?;
        let worth = self.worth(&gamma, of)?;
        let [p, q, v] = gamma.parameters().map(|p| p.1);
        let moved = |i: usize, by: f64| {
            let factor = |k: usize| if i == k { exp(by) } else { 1.0 };
            let gamma = GammaGamma::new(p * factor(0), q * factor(1), v * factor(2))?;
            Some(product(&bent.made, &self.worth(&gamma, of)?))
        };
        let slope = |i: usize| Some((moved(i, STEP)? - moved(i, -STEP)?) / (2.0 * STEP));
        let of_spend: Option<Vec<f64>> = (0..3).map(slope).collect();
        let covariance = spend.fit.as_ref()?.ln_covariance.as_ref()?;
        Some(bent.variance(&worth)? + quadratic(&of_spend?, covariance)?)
    }

    /// The variance that chance adds.
    fn chance(&self, model: &AnyModel, bent: &Bent, spend: &SpendFit, of: &[usize]) -> Option<f64> {
        let gamma = spend.model()?;
        let ahead = self.plan.horizons(self.base.unit).last().copied()?;
        let rows = self.base.histories.rows();
        let moments: Option<Vec<(f64, f64)>> =
            rows.iter().map(|r| model.purchase_moments(&r.history, ahead)).collect();
        let moments = moments?;
        let one = |i: &usize| {
            let (b, at) = self.base.buyers.get(*i).zip(self.base.histories.of().get(*i))?;
            let ((n, variance), made) = moments.get(*at as usize).zip(bent.made.get(*at as usize))?;
            let spent = spent_variance(&gamma, b.history.x(), b.mean.unwrap_or(0.0), *n, *variance)?;
            // A purchase counts by how much it is discounted on average.
            let each = if *n > 0.0 { self.margin * made / n } else { 0.0 };
            Some(each * each * spent)
        };
        let all: Option<Vec<f64>> = of.iter().map(one).collect();
        Some(exact_sum(all?))
    }
}

impl Bent {
    /// The variance of the weighted sum over all distinct histories.
    fn variance(&self, weights: &[f64]) -> Option<f64> {
        let slopes: Vec<f64> = self.slopes.iter().map(|s| product(s, weights)).collect();
        quadratic(&slopes, &self.covariance)
    }
}

/// The models at points that together have the mean and the spread of the estimates.
fn models_around(model: &AnyModel, covariance: &Matrix) -> Vec<AnyModel> {
    mixing::points(covariance).iter().filter_map(|by| model.moved(by)).collect()
}

/// The mean number of purchases by the first model, and the chances of 0, 1, 2, ... mixed over the others.
fn chances(models: &[AnyModel], h: &super::History, ahead: f64) -> Option<(f64, Vec<f64>)> {
    let (mean, variance) = models.first()?.purchase_moments(h, ahead)?;
    let most = mean + 12.0 * variance.sqrt() + 12.0;
    if most > 100_000.0 {
        return None;
    }
    let around = if models.len() > 1 { models.get(1..)? } else { models };
    let mut sums = vec![0.0; most as usize + 1];
    for m in around {
        let p = m.purchase_probabilities(h, ahead, most as usize);
        sums.iter_mut().zip(p).for_each(|(s, p)| *s += p / around.len() as f64);
    }
    Some((mean, sums))
}

/// The prediction interval of one history's purchases, mixed over models.
fn purchases_range(models: &[AnyModel], h: &super::History, ahead: f64, tail: f64) -> Option<(u32, u32)> {
    let (_, chances) = chances(models, h, ahead)?;
    mixing::range(std::iter::once(chances), tail)
}

fn product(n: &[f64], each: &[f64]) -> f64 {
    n.iter().zip(each).map(|(n, e)| n * e).sum()
}
