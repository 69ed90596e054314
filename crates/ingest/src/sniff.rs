//! Dates that are numbers: told by the first cells of their column, and said to be so.
//!
//! Days as a spreadsheet counts them have five digits from 1927 to 2064; seconds since 1970 have ten from 2001 to
//! 2033. Neither can be taken for a date written out, whose year takes four digits of eight.

use crate::Delimiter;
use crate::cells::Cells;
use crate::head::Head;
use crate::records::Records;

/// What the numbers of a column of dates are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// Days since 1899-12-30.
    Serial,
    /// Seconds since 1970.
    Seconds,
}

/// Rows that are looked at.
const ROWS: usize = 200;

/// The form all cells of these columns have in the first rows; `None` when they are no numbers, or blank.
pub(crate) fn forms(head: &Head, delimiter: Delimiter, body: usize, columns: &[usize]) -> Option<Form> {
    let mut records = Records::new(&head.text, body, delimiter);
    let mut cells = Cells::of(&head.text);
    let mut seen = None;
    for _ in 0..ROWS {
        let Some(place) = records.next(&mut cells) else { break };
        if place.end >= head.text.len() && !head.whole {
            break;
        }
        for cell in columns.iter().filter_map(|c| cells.get(*c)).map(<[u8]>::trim_ascii) {
            if cell.is_empty() {
                continue;
            }
            let form = form(cell)?;
            if seen.is_some_and(|s| s != form) {
                return None;
            }
            seen = Some(form);
        }
    }
    seen
}

fn form(cell: &[u8]) -> Option<Form> {
    let text = std::str::from_utf8(cell).ok()?;
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    if !digits(whole) || !digits(fraction) || text.ends_with('.') {
        return None;
    }
    match (whole.len(), whole.as_bytes().first()) {
        (5, Some(b'1'..=b'5')) => Some(Form::Serial),
        (10, Some(b'1')) if fraction.is_empty() => Some(Form::Seconds),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_dates_only_in_their_range() {
        for (cell, want) in [
            ("46112", Some(Form::Serial)),
            ("46112.5", Some(Form::Serial)),
            ("1774915200", Some(Form::Seconds)),
            ("20260331", None),
            ("2026", None),
            ("86112", None),
            ("46112.", None),
            ("2026-03-31", None),
            ("", None),
        ] {
            assert_eq!(form(cell.as_bytes()), want, "{cell}");
        }
    }
}
