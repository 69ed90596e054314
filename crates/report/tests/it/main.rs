//! Every format on a made-up document.

#![allow(missing_docs, reason = "tests")]

mod sample;
