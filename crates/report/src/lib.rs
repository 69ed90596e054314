//! From answers to terminal, markdown, CSV, JSON and one self-contained HTML file, in English, Hindi and Bengali.
//!
//! ```
//! use naata_answer::{Answer, Card, Cell, Column, Table};
//! use naata_core::{Currency, Day, Ids, Intake, Minor, MoneyUnit};
//! use naata_report::{render, Document, Format, Section, Style};
//!
//! const CARD: Card = Card {
//!     key: "takings", version: 1, title: "What was taken by channel", unit: "money", formula: "sum of amounts",
//!     source: "definition", assumptions: &[], words: &[], example: "naata takings --purchases orders.csv",
//! };
//! let inr = MoneyUnit::of(Currency::INR);
//! let mut answer = Answer::default();
//! answer.set("total", Cell::Money(Minor(12_345_600), inr));
//! answer.tables.push(
//!     Table::figures("channels")
//!         .with("channel", Column::Text(vec![Some("shop".into()), Some("web".into())]))
//!         .with("total", Column::Money(vec![Some(Minor(10_000_000)), Some(Minor(2_345_600))], inr)),
//! );
//! let document = Document {
//!     version: "0.1.0", title: "Asha Stores", as_of: Some(Day(20_000)), ids: &Ids::default(), intake: &Intake::default(),
//!     sections: vec![Section { card: &CARD, parameters: vec![], answer: &answer }],
//!     changes: vec![], extra_words: &[], list_stem: None,
//! };
//! let mut csv = Vec::new();
//! render(Format::Csv, &document, None, &Style::default(), &mut csv)?;
//! assert_eq!(String::from_utf8_lossy(&csv), "channel,total,currency\nshop,100000.00,INR\nweb,23456.00,INR\n");
//! let mut text = Vec::new();
//! render(Format::Table, &document, None, &Style::default(), &mut text)?;
//! assert!(String::from_utf8_lossy(&text).contains("₹1,23,456"));
//! # Ok::<(), naata_report::Error>(())
//! ```
//!
//! # Formats
//! - **table, markdown**: every section, for people: the reader's words, grouping and digits.
//! - **csv**: one table. Headers are the keys of the columns, numbers are the shortest text that reads back as the same
//!   number, dates are ISO 8601, amounts plain decimals with a column `currency` behind the others (or one
//!   `<key>_currency` behind each amount when a table holds several currencies). Missing values are empty.
//! - **json**: one object `{naata, schema, as_of, inputs, parameters, result, units, messages, actions, findings,
//!   finding_counts}`; with several sections `{naata, schema: "report/1", as_of, inputs, changes, sections: [...],
//!   findings, finding_counts}`. In `result` the dotted keys of the head nest and each table is an array of row objects.
//!   An amount of the head (and of a mixed column) is `{"amount": "1234.50", "currency": "INR"}`; in other columns it is
//!   the decimal string, and `units.<table>.<column>` says the currency once. What is missing or not finite is `null`.
//! - **jsonl**: one table, one object a row, with the currency as in CSV.
//! - **html**: one page without script or outside reference; see [`render`].
//! - **junit**: what was found, as XML for continuous integration: a suite a file, a case a check; errors fail.
//!
//! CSV and JSON are streamed; their bytes depend on the answer alone, not on language or digits, but for the sentences
//! in `text` and `message`.

mod chart;
mod csv;
mod digits;
mod document;
mod error;
mod explain;
mod html;
mod json;
mod junit;
mod markdown;
mod missing;
mod numbers;
mod raw;
mod style;
mod terminal;
mod voice;
mod width;
mod words;

pub use document::{Document, Section, list_file_name};
pub use error::Error;
pub use explain::{explain, explain_finding, finding_codes, title};
pub use missing::missing_words;
pub use style::{Digits, Format, Lang, Style};
pub use terminal::findings;
pub use words::{Lookup, Words, keys, words};

use naata_answer::Table;
use naata_core::Exec;
use std::io::Write;

/// Writes a document in a format.
///
/// `table` names the one table of CSV and JSON lines, as its key or `card key/table key`; the first table without it.
/// An answer without a table is written as its head. The page shows no customer ids and no values of refused rows unless
/// [`Style::with_identities`] is set: ids become short codes that stay the same from report to report.
pub fn render(
    format: Format,
    doc: &Document<'_>,
    table: Option<&str>,
    style: &Style,
    out: &mut dyn Write,
) -> Result<(), Error> {
    match format {
        Format::Table => terminal::document(doc, style, out),
        Format::Markdown => markdown::document(doc, style, out),
        Format::Json => json::document(doc, style, out),
        Format::Html => html::document(doc, style, out),
        Format::Junit => junit::document(doc, style, out),
        Format::Csv => match choose(doc, table)? {
            Chosen::Table(t) => csv::table(t, doc.ids, style, out),
            Chosen::Head(s) => csv::head(s.answer, doc.ids, style, out),
        },
        Format::Jsonl => match choose(doc, table)? {
            Chosen::Table(t) => json::lines(t, doc.ids, out),
            Chosen::Head(s) => json::head_line(s.answer, doc.ids, out),
        },
    }
}

/// The same on the threads of a host: the bytes do not depend on them.
pub fn render_on(
    exec: &dyn Exec,
    format: Format,
    doc: &Document<'_>,
    table: Option<&str>,
    style: &Style,
    out: &mut (dyn Write + Send),
) -> Result<(), Error> {
    if format == Format::Csv
        && let Chosen::Table(t) = choose(doc, table)?
    {
        return csv::table_on(exec, t, doc.ids, style, out);
    }
    render(format, doc, table, style, out)
}

/// Writes one table as CSV: the list files beside a page.
pub fn write_csv(
    table: &Table,
    ids: &naata_core::Ids,
    style: &Style,
    out: &mut dyn Write,
) -> Result<(), Error> {
    csv::table(table, ids, style, out)
}

/// What a format of one table writes.
enum Chosen<'d, 'a> {
    Table(&'a Table),
    Head(&'d Section<'a>),
}

fn choose<'d, 'a>(doc: &'d Document<'a>, name: Option<&str>) -> Result<Chosen<'d, 'a>, Error> {
    let first = doc.sections.first().ok_or(Error::Empty)?;
    let Some(name) = name else {
        return Ok(first.answer.tables.first().map_or(Chosen::Head(first), Chosen::Table));
    };
    for s in &doc.sections {
        let found =
            s.answer.tables.iter().find(|t| t.key == name || format!("{}/{}", s.card.key, t.key) == name);
        if let Some(t) = found {
            return Ok(Chosen::Table(t));
        }
        if name == "head" || name == format!("{}/head", s.card.key) {
            return Ok(Chosen::Head(s));
        }
    }
    let known = doc.sections.iter().flat_map(|s| s.answer.tables.iter().map(|t| t.key.to_string())).collect();
    Err(Error::Table { name: name.into(), known })
}
