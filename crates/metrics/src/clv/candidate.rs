//! The models that can be asked for, and one of them at its estimates.

use super::{BgNbd, Collapsed, Fit, History, MbgNbd, PurchaseModel};
use naata_answer::choice;

choice! {
    /// Which model to use.
    pub enum ModelChoice {
        /// The one that does best on the holdout, else the one with the smallest AIC.
        Auto = "auto",
        /// BG/NBD.
        BgNbd = "bg-nbd",
        /// MBG/NBD.
        MbgNbd = "mbg-nbd",
    }
}

/// A model of repeat purchases, of whichever kind.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum AnyModel {
    /// BG/NBD.
    BgNbd(BgNbd),
    /// MBG/NBD.
    MbgNbd(MbgNbd),
}

impl AnyModel {
    /// The names of all models, the order in which they are tried.
    pub const NAMES: &'static [&'static str] = &[BgNbd::NAME, MbgNbd::NAME];

    /// Fits every model.
    pub fn fit_all(histories: &Collapsed) -> Vec<(&'static str, Fit<Self>)> {
        vec![
            (BgNbd::NAME, BgNbd::fit(histories).map(Self::BgNbd)),
            (MbgNbd::NAME, MbgNbd::fit(histories).map(Self::MbgNbd)),
        ]
    }

    /// The same kind of model at other parameters, in the order of [`PurchaseModel::parameters`].
    pub fn at(&self, parameters: &[f64]) -> Option<Self> {
        let [r, alpha, a, b] = *parameters else { return None };
        match self {
            Self::BgNbd(_) => BgNbd::new(r, alpha, a, b).map(Self::BgNbd),
            Self::MbgNbd(_) => MbgNbd::new(r, alpha, a, b).map(Self::MbgNbd),
        }
    }

    fn inner(&self) -> &dyn PurchaseModel {
        match self {
            Self::BgNbd(m) => m,
            Self::MbgNbd(m) => m,
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

    fn ln_p_alive(&self, history: &History) -> f64 {
        self.inner().ln_p_alive(history)
    }

    fn expected_purchases(&self, history: &History, horizons: &[f64]) -> Vec<Option<f64>> {
        self.inner().expected_purchases(history, horizons)
    }
}
