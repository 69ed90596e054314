//! Where the cells and rows of a stretch begin, found far ahead of reading them and 64 bytes at a time.
//!
//! A bit for each byte says whether it is a delimiter, a line end or a quote. Quotes open and close in turn, so that the
//! exclusive or of all bits before tells which bytes stand within quotes, and delimiters there are none. That holds as
//! long as every quote that opens stands at the beginning of a cell and every one that closes at its end; an outline
//! ends at the first quote that does not, and [`crate::records`] goes on from there.
//!
//! # Source
//! Bits of structure by prefix sums: Langdale and Lemire (2019).

use naata_machine::{Lanes, Work, best};

/// The outline of the rows of a stretch.
#[derive(Debug, Default)]
pub(crate) struct Outline {
    /// Where the first row begins, and what follows each delimiter or line end.
    begins: Vec<u32>,
    /// How many of `begins` are in use.
    n: usize,
    /// What follows each line end alone.
    nexts: Vec<u32>,
    /// How many of `nexts` are in use.
    rows: usize,
    /// The first cell and the end of the row that is told next, as entries of `begins` and `nexts`.
    cell: usize,
    row: usize,
    /// Where it ends.
    end: usize,
    /// Whether each of its line ends is a `\n` that ends a row.
    simple: bool,
}

/// What is known of 64 bytes, a bit for each.
struct Marks {
    /// Delimiters and line ends.
    ends: u64,
    lines: u64,
    returns: u64,
    quotes: u64,
}

impl Marks {
    #[inline(always)]
    fn of(lanes: impl Lanes, block: &[u8; 64], delimiter: u8) -> Self {
        let returns = lanes.find(block, b'\r');
        let lines = lanes.find(block, b'\n') | returns;
        Self { ends: lines | lanes.find(block, delimiter), lines, returns, quotes: lanes.find(block, b'"') }
    }
}

/// An outline to be made.
struct Make<'a> {
    outline: &'a mut Outline,
    bytes: &'a [u8],
    from: usize,
    length: usize,
    delimiter: u8,
}

impl Work for Make<'_> {
    type Done = ();

    #[inline(always)]
    fn on<L: Lanes>(self, lanes: L) {
        self.outline.make_with(lanes, self.bytes, self.from, self.length, self.delimiter);
    }
}

impl Outline {
    /// Outlines the rows from the byte `from` on, in at least `length` bytes where there are so many.
    pub(crate) fn make(&mut self, bytes: &[u8], from: usize, length: usize, delimiter: u8) {
        best(Make { outline: self, bytes, from, length, delimiter });
    }

    #[inline(always)]
    fn make_with(&mut self, lanes: impl Lanes, bytes: &[u8], from: usize, length: usize, delimiter: u8) {
        (self.n, self.rows, self.cell, self.row) = (0, 0, 0, 0);
        (self.end, self.simple) = (from, false);
        self.room();
        if let Some(first) = self.begins.first_mut() {
            (*first, self.n) = (from as u32, 1);
        }
        let mut last = [0u8; 64];
        // All ones while a quote is open; whether the byte before ended a cell, or closed a quote.
        let (mut open, mut ended, mut closed) = (0u64, 1u64, 0u64);
        // Line ends that are not a `\n` that ends a row.
        let mut others = 0;
        let mut at = from;
        while at - from < length
            && let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty())
        {
            let block = rest.first_chunk::<64>().unwrap_or_else(|| {
                last.iter_mut().zip(rest).for_each(|(to, from)| *to = *from);
                &last
            });
            let Marks { ends, lines, returns, quotes } = Marks::of(lanes, block, delimiter);
            let (mut outside, mut odd) = (ends, 0);
            others |= returns;
            if quotes | open | closed == 0 {
                // No quote is near, as in most blocks of most files.
                ended = ends >> 63;
            } else {
                let within = prefixes(quotes) ^ open;
                let (opening, closing) = (quotes & within, quotes & !within);
                outside &= !within;
                others |= lines & within;
                let may_open = (outside | closing) << 1 | ended;
                let behind = closing << 1 | closed;
                odd = opening & !may_open | behind & !(ends | quotes);
                open = 0u64.wrapping_sub(within >> 63);
                ended = (outside | closing) >> 63;
                closed = closing >> 63;
            }
            // Nothing is certain from the first odd byte on.
            self.take(lanes, at, outside & (odd & odd.wrapping_neg()).wrapping_sub(1), lines);
            if odd != 0 {
                return;
            }
            at += 64;
        }
        (self.end, self.simple) = (at.min(bytes.len()).max(from), others == 0);
    }

    /// Takes in the cells and rows that end in a block.
    #[inline(always)]
    fn take(&mut self, lanes: impl Lanes, at: usize, ends: u64, lines: u64) {
        self.room();
        let behind = at as u32 + 1;
        // What is written beyond the last one is written over by the next block.
        if let Some(to) = self.begins.get_mut(self.n..).and_then(|room| room.first_chunk_mut()) {
            lanes.list(ends, behind, to);
        }
        self.n += ends.count_ones() as usize;
        // More than two rows end in few blocks.
        let room = self.nexts.get_mut(self.rows..).unwrap_or_default();
        let Some((few, more)) = room.split_first_chunk_mut::<2>() else { return };
        let mut bits = lines & ends;
        let next = |bits: &mut u64| {
            let place = behind.wrapping_add(bits.trailing_zeros());
            *bits &= bits.wrapping_sub(1);
            place
        };
        for row in few {
            self.rows += usize::from(bits != 0);
            *row = next(&mut bits);
        }
        let mut more = more.iter_mut();
        while bits != 0
            && let Some(row) = more.next()
        {
            *row = next(&mut bits);
            self.rows += 1;
        }
    }

    /// Makes room for the cells and rows of a block.
    #[inline(always)]
    fn room(&mut self) {
        if self.begins.len() < self.n + 64 {
            self.begins.resize(self.n * 2 + 1024, 0);
        }
        if self.nexts.len() < self.rows + 64 {
            self.nexts.resize(self.rows * 2 + 256, 0);
        }
    }

    /// How many lines end before a byte, and up to which byte that is known; `None` where only the bytes tell.
    pub(crate) fn lines(&self, until: usize) -> Option<(u64, usize)> {
        let nexts = self.nexts.get(..self.rows).filter(|_| self.simple)?;
        Some((nexts.partition_point(|next| *next as usize <= until) as u64, self.end.min(until)))
    }

    /// Where the cells of the next whole row begin, and in the end where the row after it does. `columns` is how many
    /// cells a row usually has.
    #[inline]
    pub(crate) fn next(&mut self, columns: usize) -> Option<&[u32]> {
        let next = *self.nexts.get(..self.rows)?.get(self.row)?;
        let begins = self.begins.get(..self.n)?;
        let (first, mut last) = (self.cell, self.cell + columns);
        if begins.get(last) != Some(&next) {
            last = first + 1 + begins.get(first + 1..)?.partition_point(|begin| *begin < next);
        }
        (self.cell, self.row) = (last, self.row + 1);
        begins.get(first..=last)
    }

    /// The same of so many rows that are told next, where each has as many cells as there are columns; and how many
    /// entries one row has, as one that ends with two bytes has one more.
    #[inline]
    pub(crate) fn ahead(&self, columns: usize, rows: usize) -> Option<(&[u32], usize)> {
        let nexts = self.nexts.get(..self.rows)?.get(self.row..)?;
        let begins = self.begins.get(..self.n)?.get(self.cell..)?;
        let [begins_next, ends_next] = [begins.get(columns..columns + 2)?, nexts.get(..2)?];
        let lines = if begins_next == ends_next { 2 } else { 1 };
        let stride = columns + lines - 1;
        let whole = |row: usize| {
            let end = nexts.get(row * lines);
            end.is_some() && begins.get(row * stride + columns) == end
        };
        (0..rows).all(whole).then_some((begins, stride))
    }

    /// Passes over so many rows of those that [`Self::ahead`] tells.
    #[inline]
    pub(crate) fn pass(&mut self, columns: usize, stride: usize, rows: usize) {
        (self.cell, self.row) = (self.cell + rows * stride, self.row + rows * (stride - columns + 1));
    }
}

/// For each bit whether the number of bits up to it is odd.
#[inline]
fn prefixes(mut bits: u64) -> u64 {
    bits ^= bits << 1;
    bits ^= bits << 2;
    bits ^= bits << 4;
    bits ^= bits << 8;
    bits ^= bits << 16;
    bits ^ bits << 32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Delimiter;
    use crate::cells::Cells;
    use crate::records::{Records, skip_line_ends};
    use naata_machine::Plain;
    use proptest::prelude::*;

    /// The rows of an outline with their places, blank lines left out; by whichever lanes, they are the same.
    fn rows(text: &[u8], from: usize) -> Vec<Vec<usize>> {
        let (mut outline, mut plain) = (Outline::default(), Outline::default());
        outline.make(text, from, text.len(), b',');
        plain.make_with(Plain, text, from, text.len(), b',');
        let told = |outline: &mut Outline| -> Vec<Vec<usize>> {
            let whole = |row: &[u32]| row.iter().map(|b| *b as usize).collect();
            // It does not matter how many cells a row is thought to have.
            (0..).map_while(|k| outline.next(k % 4).map(whole)).collect()
        };
        let all = told(&mut outline);
        assert_eq!(told(&mut plain), all);
        all.into_iter().filter(|r| r.len() > 2 || r[1] > r[0] + 1).collect()
    }

    fn agree(text: &[u8]) -> Result<(), TestCaseError> {
        let mut records = Records::new(text, 0, Delimiter::Byte(b','));
        let mut cells = Cells::of(text);
        for row in rows(text, 0) {
            let place = records.next(&mut cells).unwrap();
            prop_assert_eq!((row[0], row[row.len() - 1]), (place.start, place.end));
            let got: Vec<Vec<u8>> = row
                .windows(2)
                .map(|w| match &text[w[0]..w[1] - 1] {
                    [b'"', inner @ .., b'"'] => inner.to_vec(),
                    cell => cell.to_vec(),
                })
                .collect();
            // What is doubled within quotes is two bytes here and one there.
            let halved = |cell: &[u8]| String::from_utf8_lossy(cell).replace("\"\"", "\"");
            for (a, b) in got.iter().zip(cells.iter()) {
                prop_assert_eq!(halved(a), String::from_utf8_lossy(b));
            }
            prop_assert_eq!(got.len(), cells.len());
        }
        Ok(())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_048))]

        #[test]
        fn rows_are_where_the_rows_one_by_one_are(
            text in prop_oneof!["[a\",\r\n]{0,80}", "[a-c\",\r\n |é]{0,300}"],
            parts in prop::collection::vec("(([ab]{0,9}|\"([ab,\n]|\"\"){0,30}\"|[ab]{60}|\"[ab\"\n]{0,5})[,\n]){0,20}", 0..6),
        ) {
            agree(text.as_bytes())?;
            agree(parts.concat().as_bytes())?;
        }

        #[test]
        fn every_row_of_well_quoted_text_is_outlined(
            cells in prop::collection::vec("([a-c]{0,40}|\"([ab,\n]|\"\"){0,70}\")(,|\n|\r\n)", 0..60),
        ) {
            let text = cells.concat();
            let mut records = Records::new(text.as_bytes(), 0, Delimiter::Byte(b','));
            let mut cells = Cells::of(text.as_bytes());
            let mut whole = 0;
            while let Some(place) = records.next(&mut cells) {
                // The last row has no line end where a delimiter ends the text.
                whole += usize::from(text.as_bytes()[place.end - 1] != b',' || place.end < text.len());
            }
            prop_assert_eq!(rows(text.as_bytes(), 0).len(), whole);
        }
    }

    #[test]
    fn an_outline_ends_where_a_quote_is_odd_and_can_begin_behind_it() {
        let text = b"a,b\n5\" pipe,c\nd,\"e\n,\"\n\"x\"y,\n";
        assert_eq!(rows(text, 0), [[0, 2, 4]]);
        let after = skip_line_ends(text, 14);
        assert_eq!(rows(text, after), [[14, 16, 22]]);
        assert!(rows(text, 22).is_empty());
    }
}
