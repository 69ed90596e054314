//! The ledger held against published scenarios, a naive second implementation, and its own laws.
#![expect(clippy::unwrap_used, reason = "a function that cannot go on ends the test that called it")]

mod generate;
mod laws;
mod naive;
mod run;
mod scenarios;
