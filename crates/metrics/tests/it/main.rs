//! Figures held against reference data, and whole analyses against real purchase logs.

mod churn_data;
mod churn_risk;
mod churn_survival;
#[cfg(test)]
mod clv_log;
#[cfg(test)]
mod clv_reference;
