//! The models that can be asked for, and one of them at its estimates.

use super::{BgNbd, Collapsed, Fit, History, MbgNbd, Naive, Nbd, ParetoNbd, PurchaseModel, Undefined};
use naata_answer::choice;
use naata_math::exp;

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
#[derive(Clone, Copy, Debug, PartialEq)]
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
}

impl AnyModel {
    /// The names of all models, the order in which they are tried.
    pub const NAMES: &'static [&'static str] =
        &[BgNbd::NAME, MbgNbd::NAME, ParetoNbd::NAME, Nbd::NAME, Naive::NAME];

    /// Fits every model.
    pub fn fit_all(histories: &Collapsed) -> Vec<(&'static str, Fit<Self>)> {
        vec![
            (BgNbd::NAME, BgNbd::fit(histories).map(Self::BgNbd)),
            (MbgNbd::NAME, MbgNbd::fit(histories).map(Self::MbgNbd)),
            (ParetoNbd::NAME, ParetoNbd::fit(histories).map(Self::ParetoNbd)),
            (Nbd::NAME, Nbd::fit(histories).map(Self::Nbd)),
            (Naive::NAME, Naive::fit(histories).map(Self::Naive)),
        ]
    }

    /// Fits the same kind of model to other histories.
    pub fn refit(&self, histories: &Collapsed) -> Fit<Self> {
        match self {
            Self::BgNbd(_) => BgNbd::fit(histories).map(Self::BgNbd),
            Self::MbgNbd(_) => MbgNbd::fit(histories).map(Self::MbgNbd),
            Self::ParetoNbd(_) => ParetoNbd::fit(histories).map(Self::ParetoNbd),
            Self::Nbd(_) => Nbd::fit(histories).map(Self::Nbd),
            Self::Naive(_) => Naive::fit(histories).map(Self::Naive),
        }
    }

    /// The model with its parameters moved by steps on the scale on which they are estimated, that of their logarithms.
    pub(super) fn moved(&self, by: &[f64]) -> Option<Self> {
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
