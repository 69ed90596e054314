//! Figures held against reference data.

mod clv_reference;
