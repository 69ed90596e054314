//! The first stretch of a file: what encoding and delimiter it suggests. Its header is found in [`crate::header`].

use crate::cells::Cells;
use crate::encoding::{Decoder, Guess, guess};
use crate::records::Records;
use crate::{Delimiter, Encoding, Error, Reading};
use std::io::Read;

/// How much of a file the first guesses rest on.
pub(crate) const HEAD: usize = 256 * 1024;
/// How many rows of it are looked at.
pub(crate) const ROWS: usize = 200;

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
        let mut cells = Cells::of(&self.text);
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
pub(crate) fn usual(rows: &[HeadRow]) -> Option<(usize, u64)> {
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
    fn a_file_without_text_is_refused() {
        let decode = |raw: &[u8]| Head::decode("t", raw, true, &Reading::default()).err().map(|e| e.code());
        assert_eq!(decode(b""), Some("file.empty"));
        assert_eq!(decode(b" \r\n \n"), Some("file.empty"));
        assert_eq!(decode(b"PK\x03\x04...."), Some("file.not_text"));
    }
}
