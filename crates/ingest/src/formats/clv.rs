//! Logs the literature on customer lifetime value works with.

use super::{Format, Header, Pick, Provenance, Table};
use crate::Delimiter;
use crate::field::F;
use naata_core::TableKind;

/// CDNOW: five columns set off by blanks, no header: master id, sample id, date as YYYYMMDD, units, dollars.
/// The customer is the sample id, as in the published summaries.
pub(super) static CDNOW: Format = Format {
    key: "cdnow.transactions",
    provenance: Provenance::RealFile,
    tables: &[Table::new(
        TableKind::Purchases,
        &[(F::Customer, Pick::At(2)), (F::Date, Pick::At(3)), (F::Amount, Pick::At(5))],
    )],
    header: Header::Absent,
    shape: Some(cdnow),
    ..Format::PLAIN
};

/// A customer, a date and what was paid, under the bare names the R packages use.
pub(super) static TRANSACTIONS: Format = Format {
    key: "clv.transactions",
    provenance: Provenance::RealFile,
    signature: &["Id", "Date", "Price"],
    tables: &[Table::new(
        TableKind::Purchases,
        &[
            (F::Customer, Pick::Of(&["Id"])),
            (F::Date, Pick::Of(&["Date"])),
            (F::Amount, Pick::Of(&["Price"])),
        ],
    )],
    exact: true,
    ..Format::PLAIN
};

fn cdnow(delimiter: Delimiter, rows: &[Vec<String>]) -> bool {
    let digits = |s: &String| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
    let date = |s: &String| digits(s) && s.len() == 8 && (s.starts_with("19") || s.starts_with("20"));
    let money = |s: &String| s.split_once('.').is_some_and(|(a, b)| digits(&a.into()) && b.len() == 2);
    let fits = |r: &Vec<String>| matches!(r.as_slice(), [m, s, d, u, p] if digits(m) && digits(s) && date(d) && digits(u) && money(p));
    delimiter == Delimiter::Space && !rows.is_empty() && rows.iter().all(fits)
}
