//! The bodies of the fuzz targets over a few thousand strings, so that each push runs what a fuzzer runs for longer.

use naata_ingest::fuzz::{amounts, dates, header, reader};
use proptest::prelude::*;

/// Bytes that are near to what a parser knows, so that more than its first check is reached.
fn cell() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        prop::collection::vec(any::<u8>(), 0..32),
        "[0-9०-९০-৯/.,: +-]{0,24}".prop_map(String::into_bytes),
        "[0-9]{1,4}[-/. ](Jan|feb|MARCH|[0-9]{1,2})[-/. ][0-9]{1,5}( [0-9]{1,2}:[0-9]{2}(:[0-9]{2}(\\.[0-9]{1,8})?)?)?( ?[AP]M)?( ?(Z|UTC|GMT|[+-][0-9]{2}:?[0-9]{2}|GMT[+-][0-9]{1,2}:[0-9]{2}))?"
            .prop_map(String::into_bytes),
        "(₹|Rs\\.? ?|INR|\\$|-|\\()?[0-9]{0,4}([,. '][0-9]{2,3}){0,4}([.,][0-9]{0,6})?(\\)|-|/-| EUR)?"
            .prop_map(String::into_bytes),
    ]
}

fn file() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        prop::collection::vec(any::<u8>(), 0..200),
        "[a-c0-9\",;\t\n\r ./'=-]{0,200}".prop_map(String::into_bytes),
        "(Email|id|date|amount|customer|Financial Status|Lineitem name|ResponseId|Total|\"\\{\"\"ImportId\"\":\"\"x\"\"\\}\"|,|;|\n|\"|x|1|2026-01-01){0,40}"
            .prop_map(String::into_bytes),
        prop::collection::vec(any::<u8>(), 0..60).prop_map(|rest| [&b"\x1F\x8B\x08\0"[..], &rest].concat()),
        prop::collection::vec(any::<u8>(), 0..60).prop_map(|rest| [&b"\x28\xB5\x2F\xFD"[..], &rest].concat()),
        prop::collection::vec(any::<u8>(), 0..60).prop_map(|rest| [&b"PK\x03\x04"[..], &rest].concat()),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn any_cell_is_a_date_or_is_not(bytes in cell()) {
        prop_assert!(dates(&bytes));
    }

    #[test]
    fn any_cell_is_an_amount_or_is_not(bytes in cell()) {
        prop_assert!(amounts(&bytes));
    }

    #[test]
    fn any_bytes_have_a_header_or_none(bytes in file()) {
        prop_assert!(header(&bytes));
    }

    #[test]
    fn any_bytes_are_a_table_or_refused(choice in any::<u8>(), bytes in file()) {
        prop_assert!(reader(&[&[choice], &bytes[..]].concat()));
    }
}
