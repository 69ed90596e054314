//! The journey map against published logs, and against a naive second way to count.

mod laws;
mod logs;
mod sha256;
