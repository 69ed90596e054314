//! Rows of cells out of a stretch of bytes, each with the place it stands at.
//!
//! Delimiters and line ends are found 64 bytes at a time. A cell that begins with a quote is followed to the quote that
//! closes it; where something stands between that quote and the next delimiter, or no quote closes the cell, the `csv`
//! crate reads the row. It is also the judge of all the rest: a test compares the two on every kind of bytes.

use crate::Delimiter;
use crate::cells::Cells;
use csv::ByteRecord;
use std::io::Read;
use wide::u8x16;

/// The rows from a byte on.
pub(crate) struct Records<'a> {
    bytes: &'a [u8],
    at: usize,
    delimiter: Delimiter,
    hits: Hits,
}

/// Where a row stands: its first byte, and the byte after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) start: usize,
    pub(crate) end: usize,
}

impl<'a> Records<'a> {
    pub(crate) fn new(bytes: &'a [u8], from: usize, delimiter: Delimiter) -> Self {
        Self { bytes, at: from, delimiter, hits: Hits::NONE }
    }

    /// Goes on from another byte.
    pub(crate) fn seek(&mut self, at: usize) {
        if at != self.at {
            (self.at, self.hits) = (at, Hits::NONE);
        }
    }

    /// The next row; `None` at the end.
    pub(crate) fn next(&mut self, cells: &mut Cells<'a>) -> Option<Place> {
        let start = skip_line_ends(self.bytes, self.at);
        cells.clear();
        if start >= self.bytes.len() {
            return None;
        }
        let end = match self.delimiter {
            Delimiter::Byte(b) => match self.row(start, b, cells) {
                Some(end) => end,
                None => {
                    self.hits = Hits::NONE;
                    self.odd(start, b, cells)
                }
            },
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
        let bytes = self.bytes;
        let mut hits = self.hits;
        hits.seek(start, bytes, delimiter);
        let mut at = start;
        let end = loop {
            let stop = plain_cells(bytes, &mut at, &mut hits, delimiter, cells.room());
            match stop {
                Stop::Line(end) => break end,
                Stop::Full => cells.grow(),
                Stop::Quote => {
                    let close = Self::quoted(&mut hits, bytes, at + 1, delimiter, cells)?;
                    match hits.next(bytes, delimiter) {
                        Some(end) if bytes.get(end) == Some(&delimiter) => at = end + 1,
                        _ => break close + 1,
                    }
                }
            }
        };
        self.hits = hits;
        Some(end)
    }

    /// Takes in a cell whose quote opened before `from`; the answer is where the quote stands that closes it.
    fn quoted(
        hits: &mut Hits,
        bytes: &'a [u8],
        from: usize,
        delimiter: u8,
        cells: &mut Cells<'a>,
    ) -> Option<usize> {
        let mut doubled = false;
        let close = loop {
            let hit = hits.next(bytes, delimiter)?;
            if bytes.get(hit) != Some(&b'"') {
                continue;
            }
            match bytes.get(hit + 1) {
                Some(b'"') => {
                    doubled = true;
                    hits.next(bytes, delimiter)?;
                }
                next if next.is_none_or(|b| *b == delimiter || matches!(b, b'\n' | b'\r')) => break hit,
                _ => return None,
            }
        };
        if doubled {
            // Of two quotes side by side the second is left out.
            let mut rest = bytes.get(from..close).unwrap_or_default();
            cells.copy(std::iter::from_fn(|| {
                let quote = memchr::memchr(b'"', rest).unwrap_or(rest.len());
                let part = rest.get(..rest.len().min(quote + 1)).filter(|part| !part.is_empty())?;
                rest = rest.get(quote + 2..).unwrap_or_default();
                Some(part)
            }));
        } else {
            cells.lend(from, close);
        }
        Some(close)
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
        record.iter().for_each(|cell| cells.copy(std::iter::once(cell)));
        let end = start + read.min(rest.len());
        let closed = self.bytes.get(end.saturating_sub(1)).is_some_and(|b| matches!(b, b'\n' | b'\r'));
        if closed && end > start { end - 1 } else { end }
    }
}

/// Why [`plain_cells`] stops.
enum Stop {
    /// The line ends here.
    Line(usize),
    /// The next cell begins with a quote.
    Quote,
    /// There is no room for the next cell, which is to be read again.
    Full,
}

/// Takes in the cells from `begin` on as long as none begins with a quote.
#[inline]
fn plain_cells(
    bytes: &[u8],
    begin: &mut usize,
    hits: &mut Hits,
    delimiter: u8,
    (room, cells): (&mut [(usize, usize)], &mut usize),
) -> Stop {
    // In variables of their own these stay in registers.
    let Hits { mut block, mut bits } = *hits;
    let (mut at, mut n) = (*begin, *cells);
    let stop = loop {
        while bits == 0 {
            let next = block.saturating_add(64);
            let Some(rest) = bytes.get(next..).filter(|b| !b.is_empty()) else { break };
            (block, bits) = (next, self::hits(rest, delimiter));
        }
        let hit = if bits == 0 { bytes.len() } else { block + bits.trailing_zeros() as usize };
        let byte = bytes.get(hit).copied().unwrap_or(b'\n');
        if byte == b'"' && delimiter != b'"' {
            if hit == at {
                bits &= bits - 1;
                break Stop::Quote;
            }
            // A quote further inside a cell is a letter like any other.
        } else {
            let Some(span) = room.get_mut(n) else { break Stop::Full };
            *span = (at, hit);
            n += 1;
            if byte != delimiter {
                bits &= bits.wrapping_sub(1);
                break Stop::Line(hit);
            }
            at = hit + 1;
        }
        bits &= bits - 1;
    };
    (*hits, *begin, *cells) = (Hits { block, bits }, at, n);
    stop
}

/// Where the bytes stand that may begin or end a cell or a row, one after the other.
#[derive(Clone, Copy)]
struct Hits {
    /// Where the block of 64 bytes begins that was looked through last.
    block: usize,
    /// A bit for each such byte of it that was not passed yet.
    bits: u64,
}

impl Hits {
    const NONE: Self = Self { block: usize::MAX, bits: 0 };

    /// Passes what stands before `at`.
    #[inline]
    fn seek(&mut self, at: usize, bytes: &[u8], delimiter: u8) {
        if at & !63 != self.block {
            self.block = at & !63;
            self.bits = hits(bytes.get(self.block..).unwrap_or_default(), delimiter);
        }
        self.bits &= u64::MAX << (at & 63);
    }

    /// Passes the next one.
    #[inline]
    fn next(&mut self, bytes: &[u8], delimiter: u8) -> Option<usize> {
        while self.bits == 0 {
            let next = self.block.saturating_add(64);
            self.bits = hits(bytes.get(next..).filter(|b| !b.is_empty())?, delimiter);
            self.block = next;
        }
        let hit = self.block + self.bits.trailing_zeros() as usize;
        self.bits &= self.bits - 1;
        Some(hit)
    }
}

/// For each of the first 64 bytes a bit that says whether it is a delimiter or a quote or ends a line.
fn hits(bytes: &[u8], delimiter: u8) -> u64 {
    if let Some(block) = bytes.first_chunk::<64>() {
        return block_hits(block, delimiter);
    }
    let mut last = [0u8; 64];
    last.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
    // Behind the end there is nothing, whatever the delimiter.
    block_hits(&last, delimiter) & ((1 << bytes.len()) - 1)
}

#[inline]
fn block_hits(block: &[u8; 64], delimiter: u8) -> u64 {
    let [delimiter, feed, back, quote] = [delimiter, b'\n', b'\r', b'"'].map(u8x16::splat);
    let mut bits = 0;
    for (i, bytes) in block.as_chunks::<16>().0.iter().enumerate() {
        let x = u8x16::new(*bytes);
        let line = x.simd_eq(feed) | x.simd_eq(back);
        let cell = x.simd_eq(delimiter) | x.simd_eq(quote);
        bits |= u64::from((line | cell).to_bitmask()) << (16 * i);
    }
    bits
}

/// The first byte from `at` on that does not end a line.
#[inline]
pub(crate) fn skip_line_ends(bytes: &[u8], at: usize) -> usize {
    // Nearly every row begins right behind the line end of the one before.
    if bytes.get(at).is_some_and(|b| *b > b'\r') {
        return at;
    }
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
