//! A stretch of a file turned into typed rows. It knows nothing of what came before, so that stretches can be parsed
//! side by side; where it ends tells whether the next one began at the right byte.

use crate::cells::Cells;
use crate::codes::{self, Code};
use crate::footer::{below_the_rows, is_footer};
use crate::plan::Plan;
use crate::records::{Records, skip_line_ends, unclosed};
use crate::row::{Desk, Note, Row, lossy};
use crate::sale::Sales;
use crate::tables::Record;
use crate::touch::Touches;
use crate::usual::Usual;
use naata_core::{Day, Digest, RowDigest, TableKind};
use std::collections::BTreeMap;

/// How many lines may open a quote that is never closed before rows cannot be told apart.
pub(crate) const OPEN_QUOTES: usize = 64;

/// What a stretch holds.
#[derive(Debug, Default)]
pub(crate) struct Batch {
    /// The first byte of the stretch and the byte at which the next row begins.
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) rows: u64,
    pub(crate) used: u64,
    pub(crate) refused: BTreeMap<&'static str, u64>,
    pub(crate) span: Option<(Day, Day)>,
    /// The last day that does not lie in the future.
    pub(crate) known: Option<Day>,
    pub(crate) digest: Digest,
    pub(crate) desk: Desk,
    pub(crate) sales: Sales,
    pub(crate) touches: Touches,
    pub(crate) records: Vec<Record>,
    /// Rows that open a quote and never close it.
    pub(crate) open_quotes: usize,
}

impl Batch {
    fn refuse(&mut self, code: Code) {
        *self.refused.entry(code.key).or_default() += 1;
    }
}

/// Parses the rows that begin from `start` up to `until`. Unless the window is the `last`, a row that reaches the
/// window's end may be cut off and is left for the next one.
pub(crate) fn parse(plan: &Plan, window: &[u8], start: usize, until: usize, last: bool) -> Batch {
    parse_by(Usual::of(plan), plan, window, start, until, last)
}

/// The same, with the quick way for usual rows or without it.
pub(crate) fn parse_by(
    usual: Option<Usual>,
    plan: &Plan,
    window: &[u8],
    start: usize,
    until: usize,
    last: bool,
) -> Batch {
    let mut batch = Batch { start, end: start, ..Batch::default() };
    batch.sales.reserve(plan, until.saturating_sub(start));
    let mut desk = Desk::default();
    let mut cells = Cells::of_text(window, start, until.min(window.len()));
    let mut records = Records::new(window, start, plan.delimiter);
    // The first and the last day of the usual rows.
    let mut days = (Day::MAX, Day::MIN);
    let sale = matches!(plan.kind, TableKind::Purchases | TableKind::Lines);
    while batch.end < until {
        let Some(place) = records.next(&mut cells) else {
            batch.end = skip_line_ends(window, batch.end);
            break;
        };
        if place.start >= until {
            batch.end = place.start;
            break;
        }
        if place.end >= window.len() {
            if !last {
                batch.end = place.start;
                break;
            }
            if unclosed(window, place.start, plan.delimiter) {
                // Only the line itself is given up: what the quote would swallow is read on its own.
                let rest = window.get(place.start..).unwrap_or_default();
                let line = memchr::memchr2(b'\n', b'\r', rest).unwrap_or(rest.len());
                let value = Some(lossy(rest.get(..line).unwrap_or_default()));
                let note = Note {
                    at: place.start,
                    code: codes::QUOTE_UNCLOSED,
                    column: None,
                    value,
                    suggestion: None,
                };
                desk.notes.push(note);
                batch.rows += 1;
                batch.refuse(codes::QUOTE_UNCLOSED);
                batch.open_quotes += 1;
                batch.end = skip_line_ends(window, place.start + line);
                if batch.open_quotes > OPEN_QUOTES {
                    break;
                }
                records = Records::new(window, batch.end, plan.delimiter);
                continue;
            }
        }
        batch.end = skip_line_ends(window, place.end);
        batch.rows += 1;
        if !plan.missing.is_empty() {
            cells.blank(|cell| plan.missing.iter().any(|word| word.as_bytes() == cell.trim_ascii()));
        }
        let mut row = Row { plan, cells: &cells, at: place.start, desk: &mut desk };
        let before = row.desk.notes.len();
        let (outcome, usual) = match usual.as_ref().filter(|u| u.fits(&row)).and_then(|u| u.read(&mut row)) {
            Some(values) => (batch.sales.put(&mut row, &values), Some(values.month)),
            None => (take(&mut row, &mut batch), None),
        };
        if desk.notes.len() > before {
            desk.cap(before, plan.cap);
        }
        match (outcome, usual) {
            (Err(code), _) => batch.refuse(code),
            (Ok(Some(day)), Some(month)) => {
                // The day of a usual row does not lie in the future.
                batch.used += 1;
                days = (days.0.min(day), days.1.max(day));
                batch.digest.add_month(month, batch.sales.digest);
            }
            (Ok(day), _) => {
                batch.used += 1;
                if let Some(day) = day {
                    batch.span = Some(batch.span.map_or((day, day), |(a, b)| (a.min(day), b.max(day))));
                    if plan.today.is_none_or(|today| day <= today) {
                        batch.known = batch.known.max(Some(day));
                    }
                }
                // A sale is counted by what it says, any other row as it is written.
                let mut digest = batch.sales.digest;
                if !sale {
                    digest = RowDigest::default();
                    for column in &plan.read {
                        digest.cell(cells.get(*column).unwrap_or_default().trim_ascii());
                    }
                }
                batch.digest.add_row(day, digest);
            }
        }
    }
    if days.0 <= days.1 {
        batch.span = Some(batch.span.map_or(days, |(a, b)| (a.min(days.0), b.max(days.1))));
        batch.known = batch.known.max(Some(days.1));
    }
    desk.evidence.settle(plan.unit.currency);
    batch.desk = desk;
    batch
}

fn take(row: &mut Row<'_>, batch: &mut Batch) -> Result<Option<Day>, Code> {
    let (plan, cells) = (row.plan, row.cells);
    let whole = |row: &mut Row<'_>, code: Code| {
        let text: Vec<&[u8]> = row.cells.iter().collect();
        let value = Some(lossy(&text.join(&b","[..])));
        row.desk.notes.push(Note { at: row.at, code, column: None, value, suggestion: None });
        code
    };
    if cells.iter().all(|c| c.trim_ascii().is_empty()) {
        return Err(whole(row, codes::ROW_BLANK));
    }
    if plan.header_rows > 0
        && cells.get(0).zip(plan.columns.first()).is_some_and(|(c, h)| c.trim_ascii() == h.as_bytes())
        && cells.iter().zip(&plan.columns).all(|(c, h)| c.trim_ascii() == h.as_bytes())
    {
        return Err(whole(row, codes::ROW_HEADER_AGAIN));
    }
    if cells.len() < plan.least {
        let footer = is_footer(cells, plan.format.footer);
        return Err(whole(row, if footer { codes::ROW_FOOTER } else { codes::ROW_SHORT }));
    }
    if cells.iter().skip(plan.columns.len()).any(|c| !c.trim_ascii().is_empty()) {
        return Err(whole(row, codes::ROW_LONG));
    }
    let before = row.desk.notes.len();
    let taken = match plan.kind {
        TableKind::Purchases | TableKind::Lines => batch.sales.take(row),
        TableKind::Touches => batch.touches.take(row),
        _ => Record::of(row).map(|(day, record)| {
            batch.records.push(record);
            day
        }),
    };
    // Asked only of rows that cannot be read, so that a row that can is never taken for a total.
    if taken.is_err()
        && let Some(code) = below_the_rows(cells, plan.format.footer)
    {
        row.desk.notes.truncate(before);
        return Err(whole(row, code));
    }
    taken
}
