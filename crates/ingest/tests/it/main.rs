//! Reading as a whole: reference data, quirks of known exports, bad input, and laws.
#![expect(clippy::expect_used, reason = "a helper of tests stops the test when what it needs is not there")]

mod bad_input;
mod codes;
#[cfg(all(feature = "gzip", feature = "xlsx", feature = "zstd"))]
mod containers;
mod exports;
mod fuzz;
mod laws;
#[cfg(feature = "parquet")]
mod parquet;
mod quirks;
mod reference;

use naata_core::{Serial, TableKind};
use naata_ingest::{Error, Options, Outcome, Source, read};

/// Reads one text as one table.
fn table(kind: TableKind, text: &str) -> Result<Outcome, Error> {
    read(&[Source::bytes(kind, "t.csv", text.into())], &Options::default(), &Serial)
}

/// Reads one text as purchases, which must succeed.
fn purchases(text: &str) -> Outcome {
    let outcome = table(TableKind::Purchases, text).expect("readable");
    assert!(outcome.intake.tables.iter().all(|t| t.reconciles()), "rows are unaccounted for");
    outcome
}

/// Customer, day, amount and second of every purchase, sorted: what is left when the order of rows does not count.
fn contents(outcome: &Outcome) -> Vec<(String, String, String, u32)> {
    let part = &outcome.part;
    let row = |p: &naata_core::PurchaseRow| {
        let who = part.index.get(p.who).unwrap_or_default().to_owned();
        (who, p.day.to_string(), part.unit.decimal(p.amount).to_string(), p.seconds)
    };
    let mut rows: Vec<_> = part.purchases.iter().map(row).collect();
    rows.sort();
    rows
}

/// The exact total of everything sold and refunded.
fn total(outcome: &Outcome) -> String {
    let sum = outcome.part.takings.all().and_then(|t| t.total()).expect("a sum that fits");
    outcome.part.unit.decimal(sum).to_string()
}
