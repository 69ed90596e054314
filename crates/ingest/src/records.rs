//! Rows of cells out of a stretch of bytes, each with the place it stands at.
//!
//! The `csv` crate parses; only runs of blanks as delimiter are split here, line by line and without quotes.

use crate::Delimiter;
use csv::ByteRecord;

/// The rows from a byte on.
pub(crate) struct Records<'a> {
    bytes: &'a [u8],
    from: usize,
    at: usize,
    csv: Option<csv::Reader<&'a [u8]>>,
}

/// Where a row stands: its first byte, and the byte after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) start: usize,
    pub(crate) end: usize,
}

impl<'a> Records<'a> {
    pub(crate) fn new(bytes: &'a [u8], from: usize, delimiter: Delimiter) -> Self {
        let rest = bytes.get(from..).unwrap_or_default();
        let csv = match delimiter {
            Delimiter::Space => None,
            Delimiter::Byte(b) => Some(
                csv::ReaderBuilder::new()
                    .delimiter(b)
                    .has_headers(false)
                    .flexible(true)
                    .buffer_capacity(1 << 16)
                    .from_reader(rest),
            ),
        };
        Self { bytes, from, at: from, csv }
    }

    /// The next row; `None` at the end.
    pub(crate) fn next(&mut self, cells: &mut ByteRecord) -> Option<Place> {
        let start = skip_line_ends(self.bytes, self.at);
        match &mut self.csv {
            Some(csv) => {
                // Reading from memory with flexible rows has no way to fail; were there one, the rows would end.
                let more = csv.read_byte_record(cells).unwrap_or(false);
                self.at = self.from + usize::try_from(csv.position().byte()).ok()?;
                more.then_some(Place { start, end: self.at })
            }
            None => {
                let rest = self.bytes.get(start..).filter(|r| !r.is_empty())?;
                let end = start + memchr::memchr2(b'\n', b'\r', rest).unwrap_or(rest.len());
                cells.clear();
                let line = self.bytes.get(start..end).unwrap_or_default();
                line.split(u8::is_ascii_whitespace)
                    .filter(|c| !c.is_empty())
                    .for_each(|c| cells.push_field(c));
                self.at = end;
                Some(Place { start, end: if end < self.bytes.len() { end + 1 } else { end } })
            }
        }
    }
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
    let mut cells = ByteRecord::new();
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

    fn rows(text: &str, delimiter: Delimiter) -> Vec<(usize, Vec<String>)> {
        let mut records = Records::new(text.as_bytes(), 0, delimiter);
        let mut cells = ByteRecord::new();
        let mut out = Vec::new();
        while let Some(place) = records.next(&mut cells) {
            out.push((place.start, cells.iter().map(|c| String::from_utf8_lossy(c).into_owned()).collect()));
        }
        out
    }

    #[test]
    fn rows_know_where_they_begin() {
        let got = rows("a,b\r\n\r\n\"x\ny\",2\n3,5\" pipe", Delimiter::Byte(b','));
        let want = [(0, vec!["a", "b"]), (7, vec!["x\ny", "2"]), (15, vec!["3", "5\" pipe"])];
        assert_eq!(got, want.map(|(at, r)| (at, r.into_iter().map(String::from).collect())));
        let got = rows(" 1  2\n\n3\t4 \r\n", Delimiter::Space);
        assert_eq!(got, vec![(0, vec!["1".into(), "2".into()]), (7, vec!["3".into(), "4".into()])]);
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
}
