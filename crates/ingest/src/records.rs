//! Rows of cells out of a stretch of bytes, each with the place it stands at.
//!
//! Delimiters and line ends are found 64 bytes at a time. A cell that begins with a quote is followed to the quote that
//! closes it; where something stands between that quote and the next delimiter, or no quote closes the cell, the `csv`
//! crate reads the row. It is also the judge of all the rest: a test compares the two on every kind of bytes.

use crate::Delimiter;
use crate::cells::Cells;
use csv::ByteRecord;
use std::io::Read;

/// The rows from a byte on.
pub(crate) struct Records<'a> {
    bytes: &'a [u8],
    at: usize,
    delimiter: Delimiter,
    /// The block of 64 bytes that was looked through last, and where in it a cell or a row may end.
    block: usize,
    hits: u64,
}

/// Where a row stands: its first byte, and the byte after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) start: usize,
    pub(crate) end: usize,
}

impl<'a> Records<'a> {
    pub(crate) fn new(bytes: &'a [u8], from: usize, delimiter: Delimiter) -> Self {
        Self { bytes, at: from, delimiter, block: usize::MAX, hits: 0 }
    }

    /// The next row; `None` at the end.
    pub(crate) fn next(&mut self, cells: &mut Cells<'a>) -> Option<Place> {
        let start = skip_line_ends(self.bytes, self.at);
        cells.clear();
        if start >= self.bytes.len() {
            return None;
        }
        let end = match self.delimiter {
            Delimiter::Byte(b) => self.row(start, b, cells).unwrap_or_else(|| self.odd(start, b, cells)),
            Delimiter::Space => {
                let rest = self.bytes.get(start..).unwrap_or_default();
                let end = start + memchr::memchr2(b'\n', b'\r', rest).unwrap_or(rest.len());
                let mut at = start;
                for run in self.bytes.get(start..end).unwrap_or_default().split(u8::is_ascii_whitespace) {
                    if !run.is_empty() {
                        cells.lend(at, at + run.len());
                    }
                    at += run.len() + 1;
                }
                end
            }
        };
        self.at = (end + 1).min(self.bytes.len());
        Some(Place { start, end: self.at })
    }

    /// Takes a row apart; the answer is where its line ends, or `None` when a quote is not where one belongs.
    fn row(&mut self, start: usize, delimiter: u8, cells: &mut Cells<'a>) -> Option<usize> {
        let mut at = start;
        loop {
            let end = if self.bytes.get(at) == Some(&b'"') && delimiter != b'"' {
                self.quoted(at + 1, delimiter, cells)?
            } else {
                let end = self.hit(at, delimiter);
                cells.lend(at, end);
                end
            };
            if self.bytes.get(end) != Some(&delimiter) {
                return Some(end);
            }
            at = end + 1;
        }
    }

    /// Takes in a cell whose quote opened before `from`; the answer is the byte after the quote that closes it.
    fn quoted(&self, from: usize, delimiter: u8, cells: &mut Cells<'a>) -> Option<usize> {
        let mut doubled = false;
        let mut at = from;
        loop {
            at += memchr::memchr(b'"', self.bytes.get(at..)?)?;
            match self.bytes.get(at + 1) {
                Some(b'"') => (doubled, at) = (true, at + 2),
                next if next.is_none_or(|b| *b == delimiter || matches!(b, b'\n' | b'\r')) => break,
                _ => return None,
            }
        }
        if doubled {
            // Of two quotes side by side the second is left out.
            let mut open = false;
            let inside = self.bytes.get(from..at).unwrap_or_default().iter().copied();
            cells.copy(inside.filter(|b| {
                open = *b == b'"' && !open;
                *b != b'"' || open
            }));
        } else {
            cells.lend(from, at);
        }
        Some(at + 1)
    }

    /// Has the `csv` crate read a row; the answer is where its line ends.
    fn odd(&self, start: usize, delimiter: u8, cells: &mut Cells<'a>) -> usize {
        let rest = self.bytes.get(start..).unwrap_or_default();
        // The line end in front keeps the crate from taking a byte order mark off the row.
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(delimiter)
            .has_headers(false)
            .flexible(true)
            .buffer_capacity(1 << 12)
            .from_reader((&b"\n"[..]).chain(rest));
        let mut record = ByteRecord::new();
        // Reading from memory with flexible rows has no way to fail; were there one, the row would be empty.
        let _ = reader.read_byte_record(&mut record);
        let read = usize::try_from(reader.position().byte()).unwrap_or(usize::MAX).saturating_sub(1);
        cells.clear();
        record.iter().for_each(|cell| cells.copy(cell.iter().copied()));
        let end = start + read.min(rest.len());
        let closed = self.bytes.get(end.saturating_sub(1)).is_some_and(|b| matches!(b, b'\n' | b'\r'));
        if closed && end > start { end - 1 } else { end }
    }

    /// The first byte from `from` on that is a delimiter or ends a line, or the end.
    #[inline]
    fn hit(&mut self, from: usize, delimiter: u8) -> usize {
        // Most cells end in the block that was looked through last.
        let ahead = self.hits & (u64::MAX << (from & 63));
        if from & !63 == self.block && ahead != 0 {
            return self.block + ahead.trailing_zeros() as usize;
        }
        self.hit_beyond(from, delimiter)
    }

    fn hit_beyond(&mut self, from: usize, delimiter: u8) -> usize {
        let mut block = from & !63;
        let mut from = from;
        while block < self.bytes.len() {
            if block != self.block {
                (self.block, self.hits) =
                    (block, hits(self.bytes.get(block..).unwrap_or_default(), delimiter));
            }
            let ahead = self.hits & (u64::MAX << (from & 63));
            if ahead != 0 {
                return block + ahead.trailing_zeros() as usize;
            }
            block += 64;
            from = block;
        }
        self.bytes.len()
    }
}

/// For each of the first 64 bytes a bit that says whether it is a delimiter or ends a line.
fn hits(bytes: &[u8], delimiter: u8) -> u64 {
    let mut last = [0u8; 64];
    let block = bytes.first_chunk::<64>().unwrap_or_else(|| {
        last.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
        &last
    });
    let mut flags = [0u8; 64];
    for (flag, b) in flags.iter_mut().zip(block) {
        *flag = u8::from((*b == delimiter) | (*b == b'\n') | (*b == b'\r'));
    }
    let mut bits = 0;
    for (i, eight) in flags.as_chunks::<8>().0.iter().enumerate() {
        // The product brings the lowest bit of each byte into the uppermost byte, side by side.
        bits |= (u64::from_le_bytes(*eight).wrapping_mul(0x0102_0408_1020_4080) >> 56) << (8 * i);
    }
    // Behind the end there is nothing, whatever the delimiter.
    if bytes.len() < 64 { bits & ((1 << bytes.len()) - 1) } else { bits }
}

/// The first byte from `at` on that does not end a line.
pub(crate) fn skip_line_ends(bytes: &[u8], at: usize) -> usize {
    let rest = bytes.get(at..).unwrap_or_default();
    at + rest.iter().take_while(|b| matches!(b, b'\n' | b'\r')).count()
}

/// Whether the last row, which begins at `start`, ends inside a quote that is never closed.
pub(crate) fn unclosed(bytes: &[u8], start: usize, delimiter: Delimiter) -> bool {
    let rest = bytes.get(start..).unwrap_or_default();
    if delimiter == Delimiter::Space || memchr::memchr(b'"', rest).is_none() {
        return false;
    }
    // One more line is a row of its own exactly when the quote is closed.
    let mut longer = rest.to_vec();
    longer.extend_from_slice(b"\n.");
    let mut records = Records::new(&longer, 0, delimiter);
    let mut cells = Cells::of(&longer);
    let mut rows = 0;
    while records.next(&mut cells).is_some() {
        rows += 1;
    }
    rows < 2
}

/// How many lines end before the end of these bytes: by `\n`, `\r\n` or a lone `\r`.
pub(crate) fn line_ends(bytes: &[u8]) -> u64 {
    let feeds = memchr::memchr_iter(b'\n', bytes).count();
    let lone = memchr::memchr_iter(b'\r', bytes).filter(|i| bytes.get(i + 1) != Some(&b'\n')).count();
    (feeds + lone) as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn rows(text: &[u8], delimiter: Delimiter) -> Vec<(usize, Vec<Vec<u8>>)> {
        let mut records = Records::new(text, 0, delimiter);
        let mut cells = Cells::of(text);
        let mut out = Vec::new();
        while let Some(place) = records.next(&mut cells) {
            out.push((place.start, cells.iter().map(<[u8]>::to_vec).collect()));
        }
        out
    }

    #[test]
    fn rows_know_where_they_begin() {
        let got = rows(b"a,b\r\n\r\n\"x\ny\",2\n3,5\" pipe", Delimiter::Byte(b','));
        let want = [(0, vec!["a", "b"]), (7, vec!["x\ny", "2"]), (15, vec!["3", "5\" pipe"])];
        assert_eq!(got, want.map(|(at, r)| (at, r.into_iter().map(|c| c.as_bytes().to_vec()).collect())));
        let got = rows(b" 1  2\n\n3\t4 \r\n", Delimiter::Space);
        let want = [(0, vec!["1", "2"]), (7, vec!["3", "4"])];
        assert_eq!(got, want.map(|(at, r)| (at, r.into_iter().map(|c| c.as_bytes().to_vec()).collect())));
    }

    #[test]
    fn an_open_quote_is_seen_and_line_ends_of_every_kind_count() {
        let comma = Delimiter::Byte(b',');
        for (text, open) in
            [("a,\"b", true), ("a,\"b\"", false), ("a,5\" b", false), ("a,\"b\"\"", true), ("\"\n\"", false)]
        {
            assert_eq!(unclosed(text.as_bytes(), 0, comma), open, "{text}");
        }
        assert_eq!(line_ends(b"a\nb\r\nc\rd"), 3);
    }

    /// What the `csv` crate makes of the same bytes.
    fn judge(bytes: &[u8], delimiter: u8) -> Vec<Vec<Vec<u8>>> {
        let mut builder = csv::ReaderBuilder::new();
        builder.delimiter(delimiter).has_headers(false).flexible(true);
        let mut reader = builder.from_reader((&b"\n"[..]).chain(bytes));
        reader.byte_records().map(|r| r.unwrap().iter().map(<[u8]>::to_vec).collect()).collect()
    }

    fn agree(bytes: &[u8], delimiter: u8) -> Result<(), TestCaseError> {
        let got = rows(bytes, Delimiter::Byte(delimiter));
        let cells: Vec<_> = got.iter().map(|r| r.1.clone()).collect();
        prop_assert_eq!(&cells, &judge(bytes, delimiter), "{:?}", String::from_utf8_lossy(bytes));
        // Every row stands where it says: from there on the same rows follow.
        for (k, (at, _)) in got.iter().enumerate() {
            prop_assert_eq!(&judge(&bytes[*at..], delimiter)[..], &cells[k..]);
        }
        Ok(())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1_024))]

        #[test]
        fn rows_are_those_of_the_csv_crate(
            text in prop_oneof!["[a\",\r\n]{0,40}", "[a-c\",;\r\n\t \u{FEFF}|é]{0,200}", "(\"[a,\n]{0,70}\"|[a,]{0,70})(\n|\r\n|,){0,3}"],
            parts in prop::collection::vec("(([ab]{0,9}|\"([ab,\n]|\"\"){0,9}\"|\"[ab\"\n]{0,5})[,\n]){0,20}", 0..6),
            delimiter in prop::sample::select(vec![b',', b';', b'\t', b'|']),
        ) {
            agree(text.as_bytes(), delimiter)?;
            agree(parts.concat().as_bytes(), b',')?;
        }

        #[test]
        fn rows_of_any_bytes_are_those_of_the_csv_crate(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            agree(&bytes, b',')?;
        }
    }
}
