//! Who leaves, when, why and who is next: contractual churn.

mod columns;
mod concordance;
mod cox;
mod drivers;
mod evaluate;
mod incidence;
mod logistic;
mod logrank;
mod proportional;
mod rates;
mod spell;
mod survival;

pub use columns::{Coefficient, Covariate, Fitted, LikelihoodRatio, Runs};
pub use concordance::{Concordance, concordance};
pub use cox::{Cox, Ties, cox};
pub use drivers::{Driver, Drivers, Factor, SameSplit, TestUsed, drivers};
pub use evaluate::{Decile, Evaluation, Split, evaluate};
pub use incidence::{Incidence, IncidenceStep, Incidences, cumulative_incidence};
pub use logistic::{Contribution, Logistic, logistic};
pub use logrank::{Comparison, GroupTally, Weighting, compare_groups};
pub use proportional::{TimeTransform, Trend, proportional_hazards};
pub use rates::{Logos, Revenue, Standing, Turnover, annualised, standing, turnover};
pub use spell::Spell;
pub use survival::{Band, Reached, RestrictedMean, Step, Survival, kaplan_meier};
