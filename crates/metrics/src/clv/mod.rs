//! What a customer is worth and who is leaving.

mod beta_geometric;
mod bg_nbd;
mod fit;
mod gamma_gamma;
mod history;
mod mbg_nbd;
mod model;

pub use bg_nbd::BgNbd;
pub use fit::{Fit, FitOutcome, Nested, Parameter, Unidentified};
pub use gamma_gamma::{GammaGamma, Spend, collapse};
pub use history::{Collapsed, History, TimeUnit, Weighted};
pub use mbg_nbd::MbgNbd;
pub use model::PurchaseModel;
