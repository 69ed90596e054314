//! Which model is used: the one that forecasts best what was held back.
//!
//! With a split given, everything after it is held back. Without one the end of the data is held back several times,
//! each time a little longer: a rolling origin. Every model, and the naive forecast beside them, is fitted to what came
//! before each origin and judged by what came after; the models that are used in the end are fitted to everything.
//!
//! # Formula
//! The loss of a forecast is `|expected - made| / made` of the total plus the same summed over classes of frequency,
//! averaged over the origins. Without anything held back the smallest AIC decides, among the models of the moments of
//! purchase, all of which explain the same data.
//!
//! # Source
//! Tashman, "Out-of-sample tests of forecasting accuracy: an analysis and review", 2000; Akaike, 1974.

use super::base::Gather;
use super::{
    AnyModel, Base, Design, Fit, FitOutcome, Holdout, ModelChoice, Naive, PurchaseModel, Score, Undefined,
};
use crate::Error;
use naata_core::{Context, Day, Histories, MoneyUnit, PurchaseRow};
use std::sync::Arc;

/// Shorter data are not held back from without being asked to.
pub const LEAST_SPAN: i64 = 182;

/// So many origins are tried.
const ORIGINS: i64 = 2;

/// Models whose criteria differ by less are alike in what the data say for them.
pub const ALIKE: f64 = 2.0;

/// Mean probabilities of being a customer still that differ by more are told.
pub const DISAGREE: f64 = 0.1;

/// A model that was tried.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Tried {
    /// Its name.
    pub name: &'static str,
    /// Its fit.
    pub fit: Fit<AnyModel>,
    /// The mean probability that a customer is one still; `None` where the model gives none.
    pub mean_p_alive: Option<f64>,
    /// How it did on what was held back last.
    pub score: Option<Score>,
    /// The loss averaged over all origins; `None` where nothing was held back or one of them gave no forecast.
    pub loss: Option<f64>,
}

impl Tried {
    /// Whether this is a model with a likelihood, and its maximum was found.
    pub fn is_model(&self) -> bool {
        self.name != Naive::NAME && self.fit.is_interior()
    }
}

/// The days on which the data are cut when none is given: the earliest first.
pub(super) fn origins(first: Day, as_of: Day, until: Option<Day>) -> Vec<Day> {
    if let Some(until) = until {
        return if until < as_of { vec![until] } else { Vec::new() };
    }
    let span = as_of.since(first);
    if span < LEAST_SPAN {
        return Vec::new();
    }
    // A fifth of the data, in whole weeks.
    let step = span / 35 * 7;
    let back = |k: i64| i32::try_from(k * step).ok().and_then(|d| as_of.plus(-d));
    (1..=ORIGINS).rev().filter_map(back).collect()
}

/// Fits every model, with covariates where there are any.
pub(super) fn fit_all(base: &Base, design: Option<&Arc<Design>>) -> Vec<(&'static str, Fit<AnyModel>)> {
    match design {
        Some(design) => AnyModel::fit_all_with(&base.histories, design),
        None => AnyModel::fit_all(&base.histories),
    }
}

/// What was held back at one origin, and how each model forecast it.
#[derive(Debug)]
pub(super) struct Trial {
    pub(super) base: Base,
    pub(super) holdout: Holdout,
    pub(super) fits: Vec<(&'static str, Fit<AnyModel>)>,
    pub(super) scores: Vec<Option<Score>>,
}

/// Fits and judges every model at one origin; `None` where too little came before or nothing after. `named` says whether
/// the fits are asked for more than forecasts.
pub(super) fn trial(
    purchases: &Histories<PurchaseRow>,
    money: MoneyUnit,
    how: &Gather,
    least: u64,
    named: bool,
    design: Option<&Arc<Design>>,
    cx: &Context<'_>,
) -> Result<Option<Trial>, Error> {
    let mut base = Base::of(purchases, money, how)?.with_design(design.map(|d| &**d));
    if !named {
        base.histories.leave_edges_unnamed();
    }
    if base.histories.customers() < least || base.histories.repeaters() == 0 {
        return Ok(None);
    }
    let Some(holdout) = Holdout::of(purchases, &base, cx.as_of)? else { return Ok(None) };
    let fits = fit_all(&base, design);
    let score = |fit: &Fit<AnyModel>| {
        let m = fit.model.as_ref()?;
        Some(holdout.score(&base, &holdout.forecast(&base, m, cx)?))
    };
    let scores = fits.iter().map(|f| score(&f.1)).collect();
    Ok(Some(Trial { base, holdout, fits, scores }))
}

/// Brings the fits to all data and the trials together.
pub(super) fn tried(fits: Vec<(&'static str, Fit<AnyModel>)>, base: &Base, trials: &[Trial]) -> Vec<Tried> {
    let one = |(i, (name, fit)): (usize, (&'static str, Fit<AnyModel>))| {
        let mean_p_alive = fit.model.as_ref().and_then(|m| {
            let rows = base.histories.rows().iter();
            let sum: Result<f64, Undefined> = rows.map(|r| Ok(r.weight * m.p_alive(&r.history)?)).sum();
            sum.ok().map(|sum| sum / base.histories.customers() as f64)
        });
        let of = |t: &Trial| t.scores.get(i).cloned().flatten();
        let losses: Option<Vec<f64>> = trials.iter().map(|t| of(t)?.loss(t.holdout.total)).collect();
        let losses = losses.filter(|l| !l.is_empty());
        let loss = losses.map(|l| l.iter().sum::<f64>() / l.len() as f64);
        Tried { name, fit, mean_p_alive, score: trials.last().and_then(of), loss }
    };
    fits.into_iter().enumerate().map(one).collect()
}

/// The position of the model to use: the one asked for; else the least loss, or without one the least AIC, among those
/// whose maximum was found.
pub(super) fn choose(tried: &[Tried], choice: ModelChoice) -> usize {
    if let Some(asked) = tried.iter().position(|t| t.name == choice.word()) {
        return asked;
    }
    let scored = tried.iter().any(|t| t.is_model() && t.loss.is_some());
    let merit = |t: &Tried| match (scored, t.fit.outcome) {
        (true, FitOutcome::Interior) => t.loss.filter(|l| l.is_finite()).unwrap_or(f64::INFINITY),
        (false, FitOutcome::Interior) if t.is_model() => t.fit.aic,
        _ => f64::INFINITY,
    };
    let all = tried.iter().enumerate();
    all.min_by(|a, b| merit(a.1).total_cmp(&merit(b.1))).map_or(0, |(i, _)| i)
}

/// The other models whose criterion is close to that of the chosen one.
pub(super) fn alike(tried: &[Tried], chosen: usize) -> impl Iterator<Item = &Tried> {
    let used = tried.get(chosen).filter(|t| t.is_model());
    let aic = used.map_or(f64::NAN, |t| t.fit.aic);
    let others = tried.iter().enumerate().filter(move |(i, _)| *i != chosen);
    others.map(|(_, t)| t).filter(move |t| t.is_model() && (t.fit.aic - aic).abs() <= ALIKE)
}

/// Those of them whose mean probability of being a customer still is far from that of the chosen one.
pub(super) fn disagreeing(tried: &[Tried], chosen: usize) -> impl Iterator<Item = &Tried> {
    let mean = tried.get(chosen).and_then(|t| t.mean_p_alive).unwrap_or(f64::NAN);
    let far = move |t: &&Tried| t.mean_p_alive.is_some_and(|m| (m - mean).abs() > DISAGREE);
    alike(tried, chosen).filter(far)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_leave_enough_before_and_after() {
        assert_eq!(origins(Day(0), Day(100), None), []);
        assert_eq!(origins(Day(0), Day(100), Some(Day(100))), []);
        assert_eq!(origins(Day(0), Day(100), Some(Day(60))), [Day(60)]);
        // A fifth of 364 days in whole weeks is 70 days.
        assert_eq!(origins(Day(0), Day(364), None), [Day(224), Day(294)]);
    }
}
