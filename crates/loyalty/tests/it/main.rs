//! The ledger held against published scenarios.

mod scenarios;
