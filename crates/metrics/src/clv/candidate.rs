//! The models that can be asked for, and one of them at its estimates.

use super::beta_geometric::Kernel;
use super::covariate::{CovariateModel, Design};
use super::{
    BgNbd, Collapsed, Fit, History, MbgNbd, Naive, Nbd, ParetoNbd, PurchaseModel, Undefined, covariate_fit,
    fit, pareto_nbd,
};
use naata_answer::choice;
use naata_math::exp;
use naata_math::optimise::Derivatives;
use std::sync::Arc;

choice! {
    /// Which model to use.
    pub enum ModelChoice {
        /// The one that does best on the holdout, else the one with the smallest AIC.
        Auto = "auto",
        /// BG/NBD.
        BgNbd = "bg-nbd",
        /// MBG/NBD.
        MbgNbd = "mbg-nbd",
        /// Pareto/NBD.
        ParetoNbd = "pareto-nbd",
        /// NBD, in which nobody leaves.
        Nbd = "nbd",
        /// No model: everybody goes on as before.
        Naive = "naive",
    }
}

/// A model of repeat purchases, of whichever kind.
#[derive(Clone, Debug, PartialEq)]
pub enum AnyModel {
    /// BG/NBD.
    BgNbd(BgNbd),
    /// MBG/NBD.
    MbgNbd(MbgNbd),
    /// Pareto/NBD.
    ParetoNbd(ParetoNbd),
    /// NBD.
    Nbd(Nbd),
    /// The naive forecast.
    Naive(Naive),
    /// One of those with a likelihood, its parameters depending on covariates.
    Covariates(Arc<CovariateModel>),
}

impl AnyModel {
    /// The names of all models, the order in which they are tried.
    pub const NAMES: &'static [&'static str] =
        &[BgNbd::NAME, MbgNbd::NAME, ParetoNbd::NAME, Nbd::NAME, Naive::NAME];

    /// Fits every model.
    pub fn fit_all(histories: &Collapsed) -> Vec<(&'static str, Fit<Self>)> {
        Self::NAMES.iter().map(|name| (*name, Self::fit_plain(name, histories))).collect()
    }

    /// Fits every model with covariates; the naive forecast knows none.
    pub fn fit_all_with(histories: &Collapsed, design: &Arc<Design>) -> Vec<(&'static str, Fit<Self>)> {
        let fit = |name: &&'static str| match *name {
            Naive::NAME => Self::fit_plain(name, histories),
            _ => covariate_fit::fit(name, histories, design),
        };
        Self::NAMES.iter().map(|name| (*name, fit(name))).collect()
    }

    /// Fits the model of a name without covariates.
    pub(super) fn fit_plain(name: &str, histories: &Collapsed) -> Fit<Self> {
        match name {
            BgNbd::NAME => BgNbd::fit(histories).map(Self::BgNbd),
            MbgNbd::NAME => MbgNbd::fit(histories).map(Self::MbgNbd),
            ParetoNbd::NAME => ParetoNbd::fit(histories).map(Self::ParetoNbd),
            Nbd::NAME => Nbd::fit(histories).map(Self::Nbd),
            _ => Naive::fit(histories).map(Self::Naive),
        }
    }

    /// Fits the same kind of model to other histories.
    pub fn refit(&self, histories: &Collapsed) -> Fit<Self> {
        match self {
            Self::Covariates(m) => covariate_fit::fit(m.name(), histories, m.design()),
            plain => Self::fit_plain(plain.name(), histories),
        }
    }

    /// The model of a name at the logarithms of its parameters.
    pub(super) fn at_logs(name: &str, logs: &[f64]) -> Option<Self> {
        match (name, logs) {
            (BgNbd::NAME, [r, alpha, a, b]) => {
                BgNbd::new(exp(*r), exp(*alpha), exp(*a), exp(*b)).map(Self::BgNbd)
            }
            (MbgNbd::NAME, [r, alpha, a, b]) => {
                MbgNbd::new(exp(*r), exp(*alpha), exp(*a), exp(*b)).map(Self::MbgNbd)
            }
            (ParetoNbd::NAME, [r, alpha, s, beta]) => {
                ParetoNbd::new(exp(*r), exp(*alpha), exp(*s), exp(*beta)).map(Self::ParetoNbd)
            }
            (Nbd::NAME, [r, alpha]) => Nbd::new(exp(*r), exp(*alpha)).map(Self::Nbd),
            _ => None,
        }
    }

    /// The log-likelihood of the model of a name, with its derivatives by the logarithms of the parameters.
    pub(super) fn derivatives(name: &str, logs: &[f64], histories: &Collapsed) -> Option<Derivatives> {
        match name {
            BgNbd::NAME => Kernel::from_logs(logs, 0).map(|k| k.derivatives(histories)),
            MbgNbd::NAME => Kernel::from_logs(logs, 1).map(|k| k.derivatives(histories)),
            _ => match Self::at_logs(name, logs)? {
                Self::ParetoNbd(m) => Some(m.derivatives(histories)),
                Self::Nbd(m) => Some(m.derivatives(histories)),
                _ => None,
            },
        }
    }

    /// Where the search for the model of a name starts.
    pub(super) fn start(name: &str, histories: &Collapsed) -> Vec<f64> {
        match name {
            ParetoNbd::NAME => pareto_nbd::start(histories).to_vec(),
            Nbd::NAME => fit::start_of_rates(histories, 1.0).to_vec(),
            _ => fit::start(histories).to_vec(),
        }
    }

    /// Whether parameters are as good as at an edge.
    pub(super) fn is_edge(&self, histories: &Collapsed) -> bool {
        match self {
            Self::BgNbd(m) => fit::is_edge(&m.0),
            Self::MbgNbd(m) => fit::is_edge(&m.0),
            Self::ParetoNbd(m) => m.is_edge(histories),
            Self::Nbd(m) => m.is_edge(),
            Self::Naive(_) => false,
            Self::Covariates(m) => m.plain().is_edge(histories),
        }
    }

    /// The model of customers with a pattern of covariates.
    pub fn of_pattern(&self, pattern: u32) -> &Self {
        match self {
            Self::Covariates(m) => m.at(pattern),
            plain => plain,
        }
    }

    /// The model with its parameters moved by steps on the scale on which they are estimated: logarithms, and coefficients
    /// themselves.
    pub(super) fn moved(&self, by: &[f64]) -> Option<Self> {
        if let Self::Covariates(m) = self {
            return m.moved(by).map(|m| Self::Covariates(Arc::new(m)));
        }
        let at: Vec<f64> = self.parameters().iter().zip(by).map(|(p, by)| p.1 * exp(*by)).collect();
        self.at(&at)
    }

    /// The same kind of model at other parameters, in the order of [`PurchaseModel::parameters`].
    pub fn at(&self, parameters: &[f64]) -> Option<Self> {
        match (self, parameters) {
            (Self::BgNbd(_), [r, alpha, a, b]) => BgNbd::new(*r, *alpha, *a, *b).map(Self::BgNbd),
            (Self::MbgNbd(_), [r, alpha, a, b]) => MbgNbd::new(*r, *alpha, *a, *b).map(Self::MbgNbd),
            (Self::ParetoNbd(_), [r, alpha, s, beta]) => {
                ParetoNbd::new(*r, *alpha, *s, *beta).map(Self::ParetoNbd)
            }
            (Self::Nbd(_), [r, alpha]) => Nbd::new(*r, *alpha).map(Self::Nbd),
            _ => None,
        }
    }

    fn inner(&self) -> &dyn PurchaseModel {
        match self {
            Self::BgNbd(m) => m,
            Self::MbgNbd(m) => m,
            Self::ParetoNbd(m) => m,
            Self::Nbd(m) => m,
            Self::Naive(m) => m,
            Self::Covariates(m) => m.as_ref(),
        }
    }
}

impl PurchaseModel for AnyModel {
    fn name(&self) -> &'static str {
        self.inner().name()
    }

    fn parameters(&self) -> Vec<(&'static str, f64)> {
        self.inner().parameters()
    }

    fn ln_likelihood(&self, history: &History) -> f64 {
        self.inner().ln_likelihood(history)
    }

    fn ln_p_alive(&self, history: &History) -> Result<f64, Undefined> {
        self.inner().ln_p_alive(history)
    }

    fn expected_purchases(&self, history: &History, horizons: &[f64]) -> Vec<Option<f64>> {
        self.inner().expected_purchases(history, horizons)
    }

    fn expected_of_rows(&self, rows: &[super::Weighted], horizons: &[f64]) -> Vec<Vec<Option<f64>>> {
        self.inner().expected_of_rows(rows, horizons)
    }

    fn survival(&self, history: &History, ahead: f64) -> Result<f64, Undefined> {
        self.inner().survival(history, ahead)
    }

    fn purchase_probabilities(&self, history: &History, ahead: f64, most: usize) -> Vec<f64> {
        self.inner().purchase_probabilities(history, ahead, most)
    }

    fn purchase_moments(&self, history: &History, ahead: f64) -> Option<(f64, f64)> {
        self.inner().purchase_moments(history, ahead)
    }

    fn draw(&self, age: f64, rng: &mut naata_math::Rng) -> Option<History> {
        self.inner().draw(age, rng)
    }

    fn discounted_residual(&self, history: &History, rate: f64) -> Result<f64, Undefined> {
        self.inner().discounted_residual(history, rate)
    }
}
