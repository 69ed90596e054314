//! What a file looks like, before it is read: for `naata init`.

use crate::batch::parse;
use crate::container::open;
use crate::date::DateFormat;
use crate::field::{Need, specs};
use crate::fold::fold;
use crate::formats::GENERIC;
use crate::head::{HEAD, Head};
use crate::header::layout;
use crate::plan::{Plan, Wish};
use crate::read::peek;
use crate::source::of_sheet;
use crate::{ColumnRef, Delimiter, Encoding, Error, Reading, Source};
use naata_core::{Currency, MoneyUnit, TableKind, Zone};
use std::io::Read;

/// How a file was recognised.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Confidence {
    /// Nothing fits.
    None,
    /// Some of what the table needs is found by usual names.
    Partly,
    /// Everything the table needs is found by usual names.
    Names,
    /// A known export.
    Format,
}

/// What a file looks like.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Recognition {
    /// The kind of table; `None` when nothing fits.
    pub kind: Option<TableKind>,
    /// The key of the format.
    pub format: &'static str,
    /// How sure that is.
    pub confidence: Confidence,
    /// What stands between cells.
    pub delimiter: Delimiter,
    /// How the text is encoded.
    pub encoding: Encoding,
    /// Whether rows name the columns.
    pub header: bool,
    /// The form of dates, where a date was seen whose form has to be known.
    pub dates: Option<DateFormat>,
    /// The columns.
    pub columns: Vec<String>,
    /// For each field the columns it is read from.
    pub mapping: Vec<(&'static str, Vec<ColumnRef>)>,
    /// Needed fields without a column.
    pub missing: Vec<&'static str>,
    /// Columns nothing is read from.
    pub unused: Vec<String>,
    /// What was not stated and is taken to be so.
    pub assumed: Vec<(&'static str, Box<str>)>,
}

/// Recognises a file by its name and its first bytes (a few hundred kilobytes are plenty).
///
/// A packed file is unpacked as far as its bytes go; a workbook has to be there as a whole: see [`recognise_source`].
pub fn recognise(name: &str, head: &[u8]) -> Result<Recognition, Error> {
    let opened = open(name, None, Box::new(head))?;
    let mut text = Vec::new();
    let read = opened.reader.take(HEAD as u64).read_to_end(&mut text);
    if let (Err(e), true) = (read, text.is_empty()) {
        return Err(Error::Read { file: name.into(), message: e.to_string() });
    }
    recognise_text(name, &text, opened.sheet)
}

/// Recognises a file by what it is read from, whatever it is packed in; the kind of table it claims does not count.
pub fn recognise_source(source: &Source) -> Result<Recognition, Error> {
    let peek = peek(source)?;
    recognise_text(&source.name, &peek.raw, peek.sheet)
}

fn recognise_text(name: &str, head: &[u8], sheet: bool) -> Result<Recognition, Error> {
    let reading = if sheet { of_sheet(&Reading::default()) } else { Reading::default() };
    let head = Head::decode(name, head, true, &reading)?;
    let delimiter = reading.delimiter.unwrap_or_else(|| head.delimiter());
    let found = layout(&head, delimiter, None, &[]);
    let kinds: Vec<TableKind> = if found.format.key == GENERIC.key {
        TableKind::ALL.to_vec()
    } else {
        found.format.kinds().take(1).collect()
    };
    let unit = MoneyUnit::of(Currency::NONE);
    let mut best: Option<(i64, Plan)> = None;
    for kind in kinds {
        let wish = Wish { kind, file: name, reading: &reading, map: &[] };
        let plan = Plan::of(&head, &wish, unit, Zone::UTC, false)?;
        let score = score(&plan, name);
        if best.as_ref().is_none_or(|(s, _)| score > *s) {
            best = Some((score, plan));
        }
    }
    let Some((score, mut plan)) = best else {
        return Err(Error::EmptyFile { file: name.into() });
    };
    let mut evidence = parse(&plan, &head.text, plan.body, head.text.len(), true).desk.evidence;
    if plan.settle(&evidence) {
        evidence = parse(&plan, &head.text, plan.body, head.text.len(), true).desk.evidence;
    }
    let missing: Vec<&'static str> = plan.missing().into_iter().map(crate::field::F::key).collect();
    let confidence = match () {
        () if plan.format.key != GENERIC.key => Confidence::Format,
        () if missing.is_empty() && score > 0 => Confidence::Names,
        () if score > 0 => Confidence::Partly,
        () => Confidence::None,
    };
    let column = |i: &usize| match plan.columns.get(*i).filter(|c| !c.is_empty() && plan.header_rows > 0) {
        Some(header) => ColumnRef::Header(header.clone()),
        None => ColumnRef::Position(i + 1),
    };
    let dates = plan.mapped().map(|(f, _)| f).filter(|f| plan.is_date(*f)).find_map(|f| {
        let seen = evidence.date(f);
        (seen.dmy + seen.mdy + seen.open > 0).then(|| plan.date_format(f))
    });
    Ok(Recognition {
        kind: (confidence > Confidence::Partly).then_some(plan.kind),
        format: plan.format.key,
        confidence,
        delimiter: plan.delimiter,
        encoding: plan.encoding,
        header: plan.header_rows > 0,
        dates,
        mapping: plan.mapped().map(|(f, s)| (f.key(), s.columns.iter().map(column).collect())).collect(),
        missing,
        unused: plan.unused(),
        assumed: plan.assumed(&evidence),
        columns: plan.columns,
    })
}

/// How well the columns and the name fit a kind of table.
fn score(plan: &Plan, name: &str) -> i64 {
    let specs = specs(plan.kind);
    let missing = plan.missing();
    let mut score = 0;
    for s in specs {
        let mapped = plan.slot(s.field).is_mapped();
        // A column under the very name of the field is no accident.
        let exact = plan
            .slot(s.field)
            .columns
            .iter()
            .any(|c| plan.columns.get(*c).is_some_and(|h| fold(h) == s.field.key()));
        score += match (s.need, mapped) {
            (Need::Optional, true) => 2,
            (_, true) => 4,
            _ => 0,
        };
        score += i64::from(exact);
    }
    score -= 8 * missing.len() as i64;
    score -= plan.unused().len() as i64;
    let stem = fold(name.rsplit(['/', '\\']).next().unwrap_or(name));
    let hints: &[&str] = match plan.kind {
        TableKind::Customers => &["customer", "client", "contact", "member", "people", "profile"],
        TableKind::Purchases => &["purchase", "order", "sale", "transaction", "invoice", "bill", "payment"],
        TableKind::Lines => &["line", "item", "basket"],
        TableKind::Touches => &["touch", "event", "visit", "log", "click"],
        TableKind::Surveys => &["survey", "response", "nps", "csat", "feedback"],
        TableKind::Subscriptions => &["subscription", "contract", "membership"],
        TableKind::Tickets => &["ticket", "case", "complaint", "support"],
        TableKind::Consents => &["consent", "optin", "permission"],
        TableKind::Deals => &["deal", "opportunit", "pipeline"],
        TableKind::Leads => &["lead", "prospect", "enquir"],
        TableKind::Campaigns => &["campaign", "send", "mailing"],
        TableKind::Costs => &["cost", "spend", "expense"],
    };
    score + if hints.iter().any(|h| stem.contains(h)) { 6 } else { 0 }
}
