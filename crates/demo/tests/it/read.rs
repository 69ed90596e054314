//! Reads a shop back from its files, as anyone else would.

use naata_demo::{File, Shop, shop};
use std::collections::BTreeMap;

/// A table read back: rows of cells by header.
pub(crate) struct Rows {
    headers: Vec<String>,
    rows: Vec<csv::StringRecord>,
}

impl Rows {
    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }

    pub(crate) fn headers(&self) -> &[String] {
        &self.headers
    }

    /// The cells of some columns, row by row.
    pub(crate) fn columns<const N: usize>(&self, names: [&str; N]) -> Vec<[&str; N]> {
        let at = names.map(|name| {
            self.headers.iter().position(|h| h == name).unwrap_or_else(|| panic!("no column {name}"))
        });
        self.rows.iter().map(|row| at.map(|n| &row[n])).collect()
    }
}

/// The files of a shop by name.
pub(crate) struct Made {
    pub(crate) shop: Shop,
    files: BTreeMap<String, Vec<u8>>,
}

impl Made {
    pub(crate) fn new(customers: u32, seed: u64) -> Self {
        Self::of(Shop { customers, seed, ..Shop::default() })
    }

    pub(crate) fn of(what: Shop) -> Self {
        let files = shop(&what).expect("a shop");
        Self { shop: what, files: files.into_iter().map(|File { name, bytes, .. }| (name, bytes)).collect() }
    }

    pub(crate) fn names(&self) -> Vec<&str> {
        self.files.keys().map(String::as_str).collect()
    }

    pub(crate) fn text(&self, name: &str) -> &str {
        std::str::from_utf8(&self.files[name]).expect("UTF-8")
    }

    /// A table; the reader refuses rows of unequal length.
    pub(crate) fn table(&self, name: &str) -> Rows {
        let mut reader = csv::Reader::from_reader(self.files[&format!("{name}.csv")].as_slice());
        let headers = reader.headers().expect("a header").iter().map(String::from).collect();
        Rows { headers, rows: reader.records().map(|row| row.expect("a whole row")).collect() }
    }

    pub(crate) fn truth(&self) -> serde_json::Value {
        serde_json::from_str(self.text("truth.json")).expect("JSON")
    }
}

/// An amount in paise; the files always write two decimals.
pub(crate) fn paise(text: &str) -> i64 {
    let (whole, cents) = text.split_once('.').expect("two decimals");
    assert_eq!(cents.len(), 2, "{text}");
    format!("{whole}{cents}").parse().expect("digits")
}

/// Days since 1970 of an ISO date, or of the date an instant begins with.
pub(crate) fn day(text: &str) -> i32 {
    naata_core::Day::parse_iso(&text[..10]).unwrap_or_else(|| panic!("{text} is no date")).0
}

/// Seconds since 1970, in the shop's own time, of an instant as the files write it.
pub(crate) fn seconds(text: &str) -> i64 {
    assert!(text.len() == 25 && text.ends_with("+05:30") && text.as_bytes()[10] == b'T', "{text}");
    let part = |from: usize| text[from..from + 2].parse::<i64>().expect("digits");
    i64::from(day(text)) * 86_400 + part(11) * 3_600 + part(14) * 60 + part(17)
}
