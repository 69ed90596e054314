//! Fuzzes any file, packed or not: every row is accounted for, or the file is refused.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| assert!(naata_ingest::fuzz::reader(bytes)));
