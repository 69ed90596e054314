//! The codes of everything that can be found in an export. The words hang on the code, in `report`.
//!
//! A code has one severity. [`Severity::Error`]: a row that carries data cannot be used. [`Severity::Warning`]: nothing
//! is lost, and something may not be as meant. [`Severity::Note`]: worth knowing. A row that is left out though it was
//! understood (a blank line, a total, an order that was cancelled, a request nobody answered) is in no record and no
//! error: nothing was lost with it.

use naata_core::{Finding, Severity};

/// A code with its severity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Code {
    /// The stable key, such as `date.unreadable`.
    pub key: &'static str,
    /// How bad it is, always.
    pub severity: Severity,
    /// An example of what is expected, in no language; empty where there is none.
    pub expected: &'static str,
}

impl Code {
    /// A finding with this code and nothing else.
    pub fn finding(self) -> Finding {
        let finding = Finding::new(self.key, self.severity);
        if self.expected.is_empty() { finding } else { finding.expected(self.expected) }
    }

    /// The code of a key.
    pub fn parse(key: &str) -> Option<Self> {
        CODES.iter().copied().find(|c| c.key == key)
    }
}

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $key:literal $severity:ident $expected:literal;)*) => {
        $($(#[$doc])* pub const $name: Code =
            Code { key: $key, severity: Severity::$severity, expected: $expected };)*
        /// Every code, in the order of this file.
        pub static CODES: &[Code] = &[$($name),*];
    };
}

codes! {
    /// A date that no known form of date fits.
    DATE_UNREADABLE = "date.unreadable" Error "2026-03-31";
    /// A date of a known form that the calendar does not have, such as 2024-02-30.
    DATE_IMPOSSIBLE = "date.impossible" Error "2026-03-31";
    /// A required date that is blank.
    DATE_MISSING = "date.missing" Error "2026-03-31";
    /// A date that fits only the other order of day and month than the rest of its column.
    DATE_SWAPPED = "date.swapped" Error "";
    /// A column whose dates fit both orders of day and month: the order is assumed.
    DATE_ORDER_ASSUMED = "date.order_assumed" Note "2026-03-31";
    /// A column whose dates are numbers: days as a spreadsheet counts them, or seconds since 1970, is assumed.
    DATE_FORM_ASSUMED = "date.form_assumed" Note "2026-03-31";
    /// A date after today.
    DATE_FUTURE = "date.future" Warning "";
    /// An amount that cannot be read.
    AMOUNT_UNREADABLE = "amount.unreadable" Error "1234.50";
    /// A required amount that is blank.
    AMOUNT_MISSING = "amount.missing" Error "1234.50";
    /// An amount with more decimals than can be kept exactly, or too large for 64 bits.
    AMOUNT_RANGE = "amount.range" Error "1234.50";
    /// An amount of zero.
    AMOUNT_ZERO = "amount.zero" Note "";
    /// A negative amount, read as a refund.
    AMOUNT_NEGATIVE = "amount.negative" Note "";
    /// A score that is not a whole number.
    SCORE_UNREADABLE = "score.unreadable" Error "9";
    /// A required text that is blank.
    VALUE_MISSING = "value.missing" Error "";
    /// A required yes or no that cannot be read.
    FLAG_UNREADABLE = "flag.unreadable" Error "yes";
    /// An optional value that cannot be read; the row is used without it.
    VALUE_UNREADABLE = "value.unreadable" Warning "";
    /// A row without a customer: a sale over the counter, an anonymous answer.
    CUSTOMER_MISSING = "customer.missing" Note "";
    /// A row without a customer where the record cannot be without one.
    CUSTOMER_REQUIRED = "customer.required" Error "";
    /// An id a spreadsheet has turned into a rounded number, such as 9.83001E+11.
    ID_SCIENTIFIC = "id.scientific" Warning "983001234567";
    /// A row with fewer cells than the header.
    ROW_SHORT = "row.short" Error "";
    /// A row with more cells than the header.
    ROW_LONG = "row.long" Error "";
    /// A row of sixteen megabytes or more: nobody looks further for its end than that, and it is left out.
    ROW_ENDLESS = "row.endless" Error "";
    /// A row in which every cell is blank.
    ROW_BLANK = "row.blank" Note "";
    /// The header once more among the rows: files may have been put one below the other, with rows that come twice.
    ROW_HEADER_AGAIN = "row.header_again" Warning "";
    /// A line of text below the rows: who made the report, a copyright, a report's name.
    ROW_FOOTER = "row.footer" Note "";
    /// A row that adds up the rows above it.
    ROW_TOTAL = "row.total" Note "";
    /// A quote that is never closed: the line it opens on is left out.
    QUOTE_UNCLOSED = "quote.unclosed" Error "";
    /// A row whose bytes are not text in the encoding of the file.
    TEXT_NOT_UTF8 = "text.not_utf8" Error "";
    /// An order id on several rows of a table that has one row an order: the rows are added up.
    ORDER_REPEATED = "order.repeated" Warning "";
    /// An order whose rows name several customers: each customer has a purchase of their own.
    ORDER_CUSTOMERS = "order.customers_differ" Warning "";
    /// An order whose rows carry several dates: the earliest counts.
    ORDER_DATES = "order.dates_differ" Warning "";
    /// An order id used again half a year later or more: read as another order.
    ORDER_REUSED = "order.id_reused" Warning "";
    /// An order that was cancelled or never paid.
    ORDER_VOID = "order.void" Note "";
    /// A request for an answer that was never answered.
    SURVEY_UNANSWERED = "survey.unanswered" Note "";
    /// A contact of which no column says whether it may be written to.
    CONSENT_UNSTATED = "consent.unstated" Note "";
    /// A cell with several values, of which the first is used.
    VALUE_SEVERAL = "value.several" Note "";
    /// No currency is stated anywhere.
    CURRENCY_UNSTATED = "currency.unstated" Note "INR";
    /// A currency that is not an ISO 4217 code.
    CURRENCY_UNKNOWN = "currency.unknown" Error "INR";
    /// A table with a header and no row.
    FILE_HEADER_ONLY = "file.header_only" Warning "";
    /// A workbook with more sheets than the one that is read.
    SHEET_OTHERS = "sheet.others" Warning "";
    /// A Parquet file with columns that hold lists, groups or other things no cell can hold: these are left out.
    COLUMN_NESTED = "column.nested" Warning "";
    /// An export that begins in the middle of history: many customers of its first weeks are older.
    HISTORY_TRUNCATED = "history.truncated" Warning "";
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn keys_are_unique_dotted_and_lower_case() {
        let keys: BTreeSet<&str> = CODES.iter().map(|c| c.key).collect();
        assert_eq!(keys.len(), CODES.len());
        for c in CODES {
            assert!(c.key.contains('.') && !c.key.contains(char::is_uppercase), "{}", c.key);
            assert_eq!(Code::parse(c.key), Some(*c));
        }
    }
}
