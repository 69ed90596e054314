//! The rule language as a whole: files with mistakes, and a file without.

#![allow(clippy::expect_used, reason = "a test stops at the first surprise")]

mod broken;
mod threads;
