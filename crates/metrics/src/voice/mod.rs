//! What customers say: scores of survey answers.

pub mod groups;
pub mod nps;
mod present;

pub use groups::{Change, Group, Groups};
pub use nps::{Nps, NpsAnalysis, NpsParams, net_promoter};
