//! Every format on a made-up document, and every kind of chart on arbitrary values.

#![allow(
    missing_docs,
    clippy::expect_used,
    clippy::panic,
    reason = "a test stops at the first thing that is wrong"
)]

mod charts;
mod formats;
mod page;
mod sample;
mod xml;
