//! Figures held against reference data, and whole analyses against real purchase logs.

#[cfg(test)]
mod clv_log;
#[cfg(test)]
mod clv_reference;
