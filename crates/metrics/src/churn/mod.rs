//! Who leaves, when, why and who is next: contractual churn.

mod candidates;
mod columns;
mod compare_report;
mod concordance;
mod cox;
mod drivers;
mod drivers_report;
mod encode;
mod evaluate;
mod incidence;
mod landmark;
mod logistic;
mod logrank;
mod pace_report;
mod proportional;
mod rate_groups;
mod rate_reasons;
mod rate_report;
mod rates;
mod relationship;
mod score_report;
mod silence;
mod silence_report;
mod spell;
mod survival;
mod survival_report;

pub use candidates::{Candidates, Tables, candidates};
pub use columns::{Coefficient, Covariate, Fitted, LikelihoodRatio, Runs};
pub use compare_report::{ChurnCompareAnalysis, ChurnCompareParams, DivideBy, GroupStay, Groups, compare};
pub use concordance::{Concordance, concordance};
pub use cox::{Cox, Ties, cox};
pub use drivers::{Driver, Drivers, Factor, SameSplit, TestUsed, drivers};
pub use drivers_report::{
    ChurnDriversAnalysis, ChurnDriversParams, Exposed, LeavingDrivers, leaving_drivers,
};
pub use encode::{Encoded, Encoding, encode, rows_needed};
pub use evaluate::{Decile, Evaluation, Split, evaluate};
pub use incidence::{Incidence, IncidenceStep, Incidences, cumulative_incidence};
pub use landmark::{Known, Landmark, Sightings};
pub use logistic::{Contribution, Logistic, logistic};
pub use logrank::{Comparison, GroupTally, Weighting, compare_groups};
pub use pace_report::{ChurnCoxAnalysis, ChurnCoxParams, LeavingPace, Pace, TimeScale, leaving_pace};
pub use proportional::{TimeTransform, Trend, proportional_hazards};
pub use rate_groups::{GroupTurnover, SMALL, turnover_by};
pub use rate_reasons::{ReasonRate, reasons_of};
pub use rate_report::{ChurnRateAnalysis, ChurnRateParams, ChurnRates, Lost, Period, churn_rates};
pub use rates::{Logos, Revenue, Standing, Turnover, annualised, standing, turnover};
pub use relationship::{Relationship, Relationships, relationships};
pub use score_report::{ChurnScoreAnalysis, ChurnScoreParams, RiskScores, Scored, risk_scores};
pub use silence::{CLASSES, ChurnSilenceParams, Silence, SilenceClass, Silences, silences};
pub use silence_report::ChurnSilenceAnalysis;
pub use spell::Spell;
pub use survival::{Band, Reached, RestrictedMean, Step, Survival, kaplan_meier};
pub(crate) use survival_report::first_stays;
pub use survival_report::{
    ChurnSurvivalAnalysis, ChurnSurvivalParams, Peak, PlanStay, Staying, TenureUnit, staying,
};
