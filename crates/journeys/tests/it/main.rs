//! The journey map against published logs, and against a naive second way to count.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a helper that cannot go on ends the test that called it"
)]

mod laws;
mod logs;
mod sha256;
