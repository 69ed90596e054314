//! Exports naata knows by name. One more is a file here and a line in [`FORMATS`].
//!
//! A format is known by its signature columns (at least two, never an e-mail column alone) or, without a header, by
//! its shape. Columns are found by name, never by position, so that reordered, missing and extra columns do no harm.

mod clv;
mod event_log;
mod retail;
mod shopify;
mod survey;

use crate::date::DateOrder;
use crate::field::F;
use crate::{Delimiter, Error};
use naata_core::TableKind;

/// How well a format is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Provenance {
    /// A real file was seen.
    RealFile,
    /// The vendor's documentation or code.
    Vendor,
    /// Other programs that read it.
    Importers,
}

/// Whether the first rows of a file without a header look like a format.
pub(crate) type Shape = fn(Delimiter, &[Vec<String>]) -> bool;

/// A known export.
#[derive(Debug)]
pub struct Format {
    /// The key: `shopify.orders`.
    pub key: &'static str,
    /// How well it is known.
    pub provenance: Provenance,
    /// Columns that together are found in no other export; empty for a format known by its shape.
    pub signature: &'static [&'static str],
    /// What it can be read as, the main kind first.
    pub(crate) tables: &'static [Table],
    /// How many rows name the columns.
    pub(crate) header_rows: usize,
    /// The order of day and month, where the exporting program fixes it.
    pub(crate) dates: Option<DateOrder>,
    /// Whether the columns must be the signature and nothing else.
    pub(crate) exact: bool,
    /// For a file without a header: whether rows look like this format.
    pub(crate) shape: Option<Shape>,
    /// Whether an order's totals stand on its first row only, the others being its further lines.
    pub(crate) continued: bool,
    /// Values of the status column that mean the order never became a sale.
    pub(crate) void: &'static [&'static str],
}

/// What a format says about one kind of table.
#[derive(Debug)]
pub(crate) struct Table {
    pub(crate) kind: TableKind,
    pub(crate) columns: &'static [(F, Pick)],
}

/// Where a field is.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Pick {
    /// The first of these columns the file has.
    Of(&'static [&'static str]),
    /// All of these: amounts are added, texts joined.
    Sum(&'static [&'static str]),
    /// The first column whose header contains one of these.
    Like(&'static [&'static str]),
    /// The column at this position, counted from 1.
    At(usize),
    /// The same text in every row.
    Is(&'static str),
}

impl Format {
    /// What everything else is changed from: by name, one header row.
    pub(crate) const PLAIN: Self = Self {
        key: "generic",
        provenance: Provenance::RealFile,
        signature: &[],
        tables: &[],
        header_rows: 1,
        dates: None,
        exact: false,
        shape: None,
        continued: false,
        void: &[],
    };

    /// The kinds of table it can be read as, the main one first.
    pub fn kinds(&self) -> impl Iterator<Item = TableKind> {
        self.tables.iter().map(|t| t.kind)
    }

    /// The format of a key.
    pub fn parse(key: &str) -> Result<&'static Self, Error> {
        FORMATS.iter().copied().chain([&GENERIC]).find(|f| f.key == key).ok_or(Error::Reading {
            option: "format",
            value: key.into(),
            expected: "the key of a known format",
        })
    }

    pub(crate) fn table(&self, kind: TableKind) -> Option<&'static Table> {
        self.tables.iter().find(|t| t.kind == kind)
    }
}

/// Any table whose columns are found by their usual names.
pub static GENERIC: Format = Format::PLAIN;

/// Every known format. Where two match, the one with more signature columns wins, then the earlier one.
pub static FORMATS: &[&Format] = &[
    &shopify::ORDERS,
    &retail::COMPLETE_JOURNEY,
    &clv::CDNOW,
    &clv::TRANSACTIONS,
    &event_log::XES,
    &event_log::CLICKSTREAM,
    &survey::SURVEY_MONKEY,
    &survey::NPS_TEST,
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::field::specs;

    #[test]
    fn every_format_is_known_by_enough_and_maps_fields_its_tables_have() {
        for f in FORMATS {
            assert!(f.signature.len() >= 2 || f.shape.is_some(), "{}", f.key);
            assert_eq!(Format::parse(f.key).map(|g| g.key), Ok(f.key));
            for t in f.tables {
                for (field, _) in t.columns {
                    assert!(specs(t.kind).iter().any(|s| s.field == *field), "{} {field:?}", f.key);
                }
            }
        }
        assert!(Format::parse("nothing").is_err());
    }
}
