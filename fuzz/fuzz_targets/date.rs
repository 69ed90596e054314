//! Fuzzes dates and times of every form.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| assert!(naata_ingest::fuzz::dates(bytes)));
