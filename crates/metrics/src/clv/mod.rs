//! What a customer is worth, and who has probably left.
//!
//! A model of repeat purchases ([`BgNbd`], [`MbgNbd`], [`ParetoNbd`], [`Nbd`]) and one of spend ([`GammaGamma`]) are
//! fitted to everybody's history by maximum likelihood; together they say, for each customer, the probability of being one still, the
//! purchases to expect, and what those are worth ([`Plan`]). Every fit says how it ended ([`FitOutcome`]); a holdout
//! says how well it forecast ([`Holdout`]).
//!
//! Two models have data of their own: [`BgBb`] for purchases that can happen once a period at most, and
//! [`ShiftedBetaGeometric`] for customers under contract.
//!
//! ```
//! use naata_metrics::clv::{BgNbd, Collapsed, History, PurchaseModel};
//!
//! // Weeks: two repeat purchases, the last after 30.43 weeks, seen for 38.86.
//! let asha = History::new(2, 30.43, 38.86).unwrap();
//! let model = BgNbd::new(0.2426, 4.4136, 0.7929, 2.4259).unwrap();
//! assert!((model.p_alive(&asha).unwrap() - 0.7266).abs() < 1e-4);
//! assert!((model.expected_purchases(&asha, &[39.0])[0].unwrap() - 1.226).abs() < 1e-3);
//!
//! // One customer says nothing about how customers differ, and the fit says so instead of giving numbers.
//! let fit = BgNbd::fit(&Collapsed::new(&[asha]));
//! assert!(!fit.is_interior() && fit.model.is_none() && fit.parameters.is_empty());
//! ```

mod acquisition;
mod analysis;
mod base;
mod beta_geometric;
mod bg_bb;
mod bg_nbd;
mod bootstrap;
mod breakdown;
mod candidate;
mod choose;
mod contract;
mod contract_report;
mod covariate;
mod covariate_fit;
mod discrete;
mod discrete_report;
mod edges;
mod fit;
mod gamma_gamma;
mod groups;
mod history;
mod holdout;
mod interval;
mod mbg_nbd;
mod mixing;
mod model;
mod naive;
mod nbd;
mod opportunity;
mod pareto_nbd;
mod present;
mod residual;
mod sbg;
mod single;
mod spend;
mod value;

pub use acquisition::{Acquisition, Costs, Won};
pub use analysis::{
    Clv, ClvAnalysis, ClvParams, Cohort, LEAST, LEAST_TO_ACT, MOST_SINGLE, Older, Worth, lifetime_value,
    lifetime_value_with,
};
pub use base::{Account, Base, Buyer, Gather, LeftOut, OLDER_WITHIN, Portion, RefundPolicy};
pub use beta_geometric::BetaGeometric;
pub use bg_bb::{BgBb, MOST_OPPORTUNITIES, Row as OpportunityRow};
pub use bg_nbd::BgNbd;
pub use bootstrap::Bootstrap;
pub use candidate::{AnyModel, ModelChoice};
pub use choose::{ALIKE, DISAGREE, LEAST_SPAN, Tried};
pub use contract::{
    Contract, ContractCohort, ContractGroup, ContractParams, Member, Renewal, RenewalModel, contract_value,
};
pub use contract_report::ClvContractAnalysis;
pub use covariate::{CovariateModel, Design, DesignColumn, LEAST_LEVEL, Process, Unusable};
pub use discrete::{Class, Discrete, DiscreteParams, Giver, Round, discrete_value};
pub use discrete_report::ClvDiscreteAnalysis;
pub use edges::Nested;
pub use fit::{Coefficient, Fit, FitOutcome, Parameter, Unidentified};
pub use gamma_gamma::{GammaGamma, Spend, collapse};
pub use groups::{GroupWorth, SMALL};
pub use history::{Collapsed, History, TimeUnit, Weighted};
pub use holdout::{Holdout, Score};
pub use interval::Total;
pub use mbg_nbd::MbgNbd;
pub use model::{PurchaseModel, Undefined};
pub use naive::Naive;
pub use nbd::Nbd;
pub use pareto_nbd::ParetoNbd;
pub use sbg::{Renewals, ShiftedBetaGeometric};
pub use spend::SpendFit;
pub use value::{Compounding, Plan};
