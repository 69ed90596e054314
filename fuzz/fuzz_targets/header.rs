//! Fuzzes the recogniser: each field has its columns among those of the file.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| assert!(naata_ingest::fuzz::header(bytes)));
