//! Who leaves, when, why and who is next: contractual churn.

mod columns;
mod concordance;
mod cox;
mod incidence;
mod logrank;
mod proportional;
mod spell;
mod survival;

pub use columns::{Coefficient, Covariate, Fitted, LikelihoodRatio, Runs};
pub use concordance::{Concordance, concordance};
pub use cox::{Cox, Ties, cox};
pub use incidence::{Incidence, IncidenceStep, Incidences, cumulative_incidence};
pub use logrank::{Comparison, GroupTally, Weighting, compare_groups};
pub use proportional::{TimeTransform, Trend, proportional_hazards};
pub use spell::Spell;
pub use survival::{Band, Reached, RestrictedMean, Step, Survival, kaplan_meier};
