//! Fuzzes amounts under both decimal marks.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| assert!(naata_ingest::fuzz::amounts(bytes)));
