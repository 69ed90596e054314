//! Exports naata knows by name. One more is a file here and a line in [`FORMATS`].
//!
//! A format is known by its signature columns (at least two of them, never an e-mail column alone), by the shape of its
//! header, or, without a header, by the shape of its rows. Columns are found by name, never by position, so that
//! reordered, missing and extra columns do no harm.

mod billing;
mod clv;
mod contacts;
mod crm;
mod desk;
mod event_log;
mod hubspot;
mod mailing;
mod retail;
mod shop;
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
    /// General knowledge only: no file, documentation or program was at hand.
    Unverified,
}

/// Whether the first rows of a file without a header look like a format.
pub(crate) type Shape = fn(Delimiter, &[Vec<String>]) -> bool;

/// Whether the names of the columns look like a format that has too few fixed ones.
pub(crate) type Titles = fn(&[String]) -> bool;

/// A known export.
#[derive(Debug)]
pub struct Format {
    /// The key: `shopify.orders`.
    pub key: &'static str,
    /// How well it is known.
    pub provenance: Provenance,
    /// Columns that tell the format; `|` stands between the names one column has in several languages or versions.
    /// Empty for a format known by a shape.
    pub signature: &'static [&'static str],
    /// How many of the signature's columns are enough; 0 where all have to be there.
    pub enough: usize,
    /// What it can be read as, the main kind first.
    pub(crate) tables: &'static [Table],
    /// Which rows name the columns.
    pub(crate) header: Header,
    /// The order of day and month, where the exporting program fixes it.
    pub(crate) dates: Option<DateOrder>,
    /// Whether times without an offset are in UTC.
    pub(crate) utc: bool,
    /// Whether the columns must be the signature and nothing else.
    pub(crate) exact: bool,
    /// For a file without a header: whether rows look like this format.
    pub(crate) shape: Option<Shape>,
    /// For a header with too few fixed names: whether it looks like this format.
    pub(crate) titles: Option<Titles>,
    /// What stands in the amount of a row that is a line of an order.
    pub(crate) totals: Totals,
    /// Values of the status column that mean the row never became a sale.
    pub(crate) void: &'static [&'static str],
    /// Values of the status column that mean the amount was paid back, though it is written without a sign.
    pub(crate) negative: &'static [&'static str],
    /// What stands between several values of one cell of which the first counts.
    pub(crate) several: &'static str,
    /// Whether lines of text with one cell follow the rows.
    pub(crate) footer: bool,
}

/// Which rows name the columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Header {
    /// None.
    Absent,
    /// One row.
    One,
    /// A question, and below it the answer option, where the second row's first cell is blank.
    Options,
    /// Names, question texts, and stable ids as `{"ImportId":"..."}`.
    Qualtrics,
    /// Short names stand in the row above the telling one.
    Above,
}

/// What stands in the amount of a row that is a line of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Totals {
    /// What the row itself is worth.
    Own,
    /// The order's total, on its first row only.
    First,
    /// The order's total, again on each of its rows.
    Every,
}

/// What a format says about one kind of table.
#[derive(Debug)]
pub(crate) struct Table {
    pub(crate) kind: TableKind,
    pub(crate) columns: &'static [(F, Pick)],
    /// Columns that each state one consent.
    pub(crate) grants: &'static [Grant],
}

impl Table {
    pub(crate) const fn new(kind: TableKind, columns: &'static [(F, Pick)]) -> Self {
        Self { kind, columns, grants: &[] }
    }

    pub(crate) const fn consents(columns: &'static [(F, Pick)], grants: &'static [Grant]) -> Self {
        Self { kind: TableKind::Consents, columns, grants }
    }
}

/// A column that states whether a contact may be written to.
#[derive(Debug)]
pub(crate) struct Grant {
    pub(crate) column: &'static str,
    pub(crate) channel: &'static str,
    pub(crate) says: Says,
}

/// How a column states a consent.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Says {
    /// Yes is no: a blocking list.
    Blocked,
    /// These words are yes; any other is no.
    Words(&'static [&'static str]),
    /// Anything but nothing is no, and nothing says nothing: a list of suppressions.
    Suppressed,
}

/// Where a field is.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Pick {
    /// The first of these columns the file has.
    Of(&'static [&'static str]),
    /// All of these: amounts are added, texts joined.
    Sum(&'static [&'static str]),
    /// In each row the first of these columns that is not blank.
    Any(&'static [&'static str]),
    /// The first column whose header contains one of these.
    Like(&'static [&'static str]),
    /// The column beside which there is one with this ending, else as `Like`.
    Beside(&'static str, &'static [&'static str]),
    /// The column at this position, counted from 1.
    At(usize),
    /// The same text in every row.
    Is(&'static str),
    /// A text for the first of these words that the file's name contains.
    FileName(&'static [(&'static str, &'static str)]),
}

impl Format {
    /// What everything else is changed from: by name, one header row.
    pub(crate) const PLAIN: Self = Self {
        key: "generic",
        provenance: Provenance::RealFile,
        signature: &[],
        enough: 0,
        tables: &[],
        header: Header::One,
        dates: None,
        utc: false,
        exact: false,
        shape: None,
        titles: None,
        totals: Totals::Own,
        void: &[],
        negative: &[],
        several: "",
        footer: false,
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

    /// Whether an order's amount stands for all its rows.
    pub(crate) fn order_totals(&self) -> bool {
        self.totals != Totals::Own
    }
}

/// Any table whose columns are found by their usual names.
pub static GENERIC: Format = Format::PLAIN;

/// Every known format. Where two match, the one with more signature columns found wins, then the earlier one.
pub static FORMATS: &[&Format] = &[
    &shop::SHOPIFY_ORDERS,
    &shop::SHOPIFY_CUSTOMERS,
    &shop::WOOCOMMERCE_ORDERS,
    &shop::WOOCOMMERCE_CUSTOMERS,
    &billing::STRIPE_PAYMENTS,
    &billing::STRIPE_CUSTOMERS,
    &billing::RAZORPAY_SETTLEMENTS,
    &billing::RAZORPAY_PAYMENTS,
    &billing::ZOHO_INVOICES,
    &billing::TALLY_REGISTER,
    &mailing::MAILCHIMP,
    &mailing::KLAVIYO,
    &mailing::BREVO,
    &mailing::ACTIVECAMPAIGN,
    &hubspot::CONTACTS,
    &hubspot::DEALS,
    &crm::SALESFORCE_REPORT,
    &crm::SALESFORCE_BACKUP,
    &crm::DYNAMICS_CONTACTS,
    &crm::DYNAMICS_LEADS,
    &crm::DYNAMICS_ACCOUNTS,
    &crm::PIPEDRIVE_PEOPLE,
    &crm::PIPEDRIVE_DEALS,
    &contacts::GOOGLE,
    &desk::ZENDESK_TICKETS,
    &desk::FRESHDESK_TICKETS,
    &survey::SURVEY_MONKEY,
    &survey::QUALTRICS,
    &survey::QUALTRICS_LEGACY,
    &survey::TYPEFORM,
    &survey::GOOGLE_FORMS,
    &survey::MEDALLIA,
    &survey::CUSTOMERGAUGE,
    &survey::DELIGHTED,
    &survey::NPS_TEST,
    &retail::COMPLETE_JOURNEY,
    &clv::CDNOW,
    &clv::TRANSACTIONS,
    &event_log::XES,
    &event_log::CLICKSTREAM,
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::field::specs;

    #[test]
    fn every_format_is_known_by_enough_and_maps_fields_its_tables_have() {
        for f in FORMATS {
            let known = f.signature.len() >= 2 && f.enough != 1 && f.enough <= f.signature.len();
            assert!(known || f.shape.is_some() || f.titles.is_some(), "{}", f.key);
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
