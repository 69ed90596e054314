//! Figures held against reference data, and whole analyses against real purchase logs.

#[cfg(test)]
mod churn_data;
#[cfg(test)]
mod churn_risk;
#[cfg(test)]
mod churn_survival;
#[cfg(test)]
mod clv_covariates;
#[cfg(test)]
mod clv_discrete;
#[cfg(test)]
mod clv_log;
#[cfg(test)]
mod clv_reference;
