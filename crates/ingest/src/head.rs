//! The first stretch of a file: what encoding, delimiter, header and format it suggests.

use crate::encoding::{Decoder, Guess, guess};
use crate::fold::fold;
use crate::formats::{FORMATS, Format, GENERIC};
use crate::records::{Records, skip_line_ends};
use crate::{Delimiter, Encoding, Error, Reading};
use csv::ByteRecord;
use std::io::Read;

/// How much of a file the first guesses rest on.
pub(crate) const HEAD: usize = 256 * 1024;
/// How many rows of it are looked at.
const ROWS: usize = 200;

/// The head of a file, as text.
pub(crate) struct Head {
    pub(crate) text: Vec<u8>,
    /// Whether the file ends here.
    pub(crate) whole: bool,
    pub(crate) encoding: Encoding,
    /// Whether the encoding is certain or declared.
    pub(crate) sure: bool,
}

impl Head {
    /// Takes the head of a file apart from its encoding.
    pub(crate) fn decode(file: &str, raw: &[u8], whole: bool, reading: &Reading) -> Result<Self, Error> {
        if raw.is_empty() {
            return Err(Error::EmptyFile { file: file.into() });
        }
        let (encoding, sure) = match (reading.encoding, guess(raw)) {
            (_, Guess::Not(what)) => return Err(Error::NotText { file: file.into(), what: what.into() }),
            (Some(encoding), _) => (encoding, true),
            (None, Guess::Sure(encoding)) => (encoding, true),
            (None, Guess::Ascii) => (Encoding::Utf8, false),
        };
        let mut text = Vec::new();
        let read = Decoder::new(raw, encoding).read_to_end(&mut text);
        read.map_err(|e| Error::Read { file: file.into(), message: e.to_string() })?;
        if text.trim_ascii().is_empty() && whole {
            return Err(Error::EmptyFile { file: file.into() });
        }
        Ok(Self { text, whole, encoding, sure })
    }

    /// The first rows, each with the byte it begins at and the byte after it; never one that is cut off.
    pub(crate) fn rows(&self, delimiter: Delimiter, most: usize) -> Vec<HeadRow> {
        let mut records = Records::new(&self.text, 0, delimiter);
        let mut cells = ByteRecord::new();
        let mut rows = Vec::new();
        while rows.len() < most {
            let Some(place) = records.next(&mut cells) else { break };
            if place.end >= self.text.len() && !self.whole {
                break;
            }
            let cells = cells.iter().map(|c| String::from_utf8_lossy(c).trim().to_owned()).collect();
            rows.push(HeadRow { cells, end: place.end });
        }
        rows
    }

    /// The delimiter under which most rows have the same number of cells, and the most cells.
    pub(crate) fn delimiter(&self) -> Delimiter {
        let mut best: Option<((u64, usize), Delimiter)> = None;
        let bytes = [b',', b';', b'\t', b'|'].map(Delimiter::Byte);
        for delimiter in bytes.into_iter().chain([Delimiter::Space]) {
            let rows = self.rows(delimiter, ROWS);
            let Some((cells, share)) = usual(&rows).filter(|(cells, _)| *cells > 1) else { continue };
            // Blanks stand inside texts too: they are the delimiter only where every row agrees and nothing else does.
            if delimiter == Delimiter::Space && (share < 1000 || best.is_some_and(|b| b.0.0 >= 900)) {
                continue;
            }
            let score = (share, cells);
            if best.is_none_or(|b| score > b.0) {
                best = Some((score, delimiter));
            }
        }
        best.map_or(Delimiter::Byte(b','), |b| b.1)
    }
}

/// One of the first rows.
pub(crate) struct HeadRow {
    pub(crate) cells: Vec<String>,
    pub(crate) end: usize,
}

/// The most frequent number of cells, and how many rows of a thousand have it.
fn usual(rows: &[HeadRow]) -> Option<(usize, u64)> {
    let mut counts: Vec<usize> = rows.iter().map(|r| r.cells.len()).collect();
    counts.sort_unstable();
    let (mut best, mut n) = (0, 0);
    for group in counts.chunk_by(|a, b| a == b) {
        if group.len() >= n {
            (best, n) = (*group.first()?, group.len());
        }
    }
    (n > 0).then(|| (best, (n * 1000 / rows.len()) as u64))
}

/// Which rows name the columns, and what export it is.
pub(crate) struct Layout {
    pub(crate) format: &'static Format,
    /// Rows before the header: a title, a filter, a blank.
    pub(crate) preamble: usize,
    /// Rows that name the columns.
    pub(crate) header_rows: usize,
    pub(crate) columns: Vec<String>,
    /// The byte at which the rows begin.
    pub(crate) body: usize,
}

/// Finds the header and the format.
pub(crate) fn layout(head: &Head, delimiter: Delimiter, header: Option<bool>, known: &[&str]) -> Layout {
    let rows = head.rows(delimiter, ROWS);
    let width = usual(&rows).map_or(1, |u| u.0);
    let end = |rows: &[HeadRow], n: usize| {
        let end = n.checked_sub(1).and_then(|i| rows.get(i)).map_or(0, |r| r.end);
        skip_line_ends(&head.text, end)
    };
    let numbered = |n: usize| (1..=n).map(|i| format!("#{i}")).collect::<Vec<String>>();
    if header != Some(true) {
        let sample: Vec<Vec<String>> = rows.iter().take(20).map(|r| r.cells.clone()).collect();
        let found = FORMATS.iter().find(|f| f.shape.is_some_and(|fits| fits(delimiter, &sample)));
        if let Some(format) = found {
            return Layout { format, preamble: 0, header_rows: 0, columns: numbered(width), body: 0 };
        }
    }
    // A title above the table has fewer cells than the table, and none of the names columns have.
    let full =
        |r: &HeadRow| r.cells.len() >= width && r.cells.iter().filter(|c| !c.is_empty()).count() * 2 >= width;
    let telling = |r: &HeadRow| {
        let folded: Vec<String> = r.cells.iter().map(|c| fold(c)).collect();
        let sign =
            |f: &&Format| !f.signature.is_empty() && f.signature.iter().all(|s| folded.contains(&fold(s)));
        folded.iter().filter(|c| known.contains(&c.as_str())).count() > 1 || FORMATS.iter().any(sign)
    };
    let mut candidates = rows.iter().take(25);
    let told = if header == Some(false) { None } else { candidates.clone().position(telling) };
    let preamble = told.or_else(|| candidates.position(full)).unwrap_or(0);
    let first: &[String] = rows.get(preamble).map_or(&[], |r| &r.cells);
    let folded: Vec<String> = first.iter().map(|c| fold(c)).collect();
    let signed = |f: &&&Format| {
        !f.signature.is_empty()
            && f.signature.iter().all(|s| folded.contains(&fold(s)))
            && (!f.exact || folded.len() == f.signature.len())
    };
    let format = if header == Some(false) {
        None
    } else {
        FORMATS.iter().rev().filter(signed).max_by_key(|f| f.signature.len())
    };
    let named = match header {
        Some(h) => h,
        None => {
            let names = folded.iter().filter(|f| known.contains(&f.as_str())).count();
            format.is_some() || names > 0 || !first.iter().any(|c| is_value(c))
        }
    };
    let format: &'static Format = format.copied().unwrap_or(&GENERIC);
    if !named {
        return Layout {
            format,
            preamble,
            header_rows: 0,
            columns: numbered(first.len()),
            body: end(&rows, preamble),
        };
    }
    let header_rows = format.header_rows.max(1);
    let mut columns = first.to_vec();
    // Where a question takes several columns, only its first carries the text: the option below names the others.
    for row in rows.iter().skip(preamble + 1).take(header_rows - 1) {
        for (name, option) in columns.iter_mut().zip(&row.cells) {
            if name.is_empty() {
                name.clone_from(option);
            }
        }
    }
    Layout { format, preamble, header_rows, columns, body: end(&rows, preamble + header_rows) }
}

/// Whether a cell is a number or a date, as no header is.
fn is_value(cell: &str) -> bool {
    let digits = cell.chars().filter(|c| c.is_numeric()).count();
    digits > 0 && digits * 2 >= cell.chars().count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(text: &str) -> Head {
        Head::decode("t.csv", text.as_bytes(), true, &Reading::default()).unwrap()
    }

    #[test]
    fn delimiters_are_told_apart() {
        for (text, want) in [
            ("a,b\n1,2\n", ","),
            ("a;b\n1,5;2\n3,5;4\n", ";"),
            ("a\tb c\n1\t2 3 4\n", "tab"),
            ("a|b\n1|2", "|"),
            (" 1 2  3\n 4  5 6\n", "space"),
            ("name\nAsha Roy Sen\nBina\n", ","),
            ("a,b\n\"x;y;z\",1\n\"p;q;r\",2", ","),
        ] {
            assert_eq!(head(text).delimiter().name(), want, "{text}");
        }
    }

    #[test]
    fn headers_are_found_below_titles_and_missed_where_there_is_none() {
        let at = |text: &str| {
            let l = layout(&head(text), Delimiter::Byte(b','), None, &["date", "amount"]);
            (l.preamble, l.header_rows, l.columns.join("|"), l.body)
        };
        assert_eq!(at("date,amount\n2026-01-01,5\n"), (0, 1, "date|amount".into(), 12));
        assert_eq!(at("Sales 2026,\ndate,amount\n2026-01-01,5\n2026-01-02,6\n").0, 1);
        assert_eq!(
            at("Sales 2026\n\ndate,amount\n2026-01-01,5\n2026-01-02,6\n"),
            (1, 1, "date|amount".into(), 24)
        );
        assert_eq!(at("7,2026-01-01,5\n8,2026-01-02,6\n"), (0, 0, "#1|#2|#3".into(), 0));
    }

    #[test]
    fn a_file_without_text_is_refused() {
        let decode = |raw: &[u8]| Head::decode("t", raw, true, &Reading::default()).err().map(|e| e.code());
        assert_eq!(decode(b""), Some("file.empty"));
        assert_eq!(decode(b" \r\n \n"), Some("file.empty"));
        assert_eq!(decode(b"PK\x03\x04...."), Some("file.not_text"));
    }
}
