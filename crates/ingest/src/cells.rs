//! The cells of one row, lent from the bytes they stand in.

/// The cells of a row. Only a cell whose bytes are not side by side, such as one with doubled quotes, is copied.
#[derive(Debug, Default)]
pub(crate) struct Cells<'a> {
    bytes: &'a [u8],
    /// Where each cell begins and ends: in `bytes`, or beyond its length in `copied`.
    spans: Vec<(usize, usize)>,
    /// How many of the spans are of this row.
    n: usize,
    copied: Vec<u8>,
    /// A stretch of the bytes known to be text, and where it begins.
    text: (usize, &'a str),
}

impl<'a> Cells<'a> {
    /// No cells yet, to be lent from these bytes.
    pub(crate) fn of(bytes: &'a [u8]) -> Self {
        Self { bytes, ..Self::default() }
    }

    /// The same; a stretch of them, from `start` on, is known to be text.
    pub(crate) fn of_text(bytes: &'a [u8], start: usize, text: &'a str) -> Self {
        Self { bytes, text: (start, text), ..Self::default() }
    }

    pub(crate) fn clear(&mut self) {
        self.n = 0;
        self.copied.clear();
    }

    /// Makes those cells blank of which the answer is yes.
    pub(crate) fn blank(&mut self, is: impl Fn(&[u8]) -> bool) {
        for i in 0..self.len() {
            if self.get(i).is_some_and(&is)
                && let Some(span) = self.spans.get_mut(i)
            {
                *span = (0, 0);
            }
        }
    }

    /// Room for the cells of a row, beginning with those that are already there.
    pub(crate) fn room(&mut self) -> (&mut [(usize, usize)], &mut usize) {
        (&mut self.spans, &mut self.n)
    }

    /// Makes more room.
    pub(crate) fn grow(&mut self) {
        self.spans.resize(self.spans.len() * 2 + 64, (0, 0));
    }

    /// Adds the bytes from `start` to `end`.
    #[inline]
    pub(crate) fn lend(&mut self, start: usize, end: usize) {
        // Room made for a longer row is kept: making it again for every row costs more than reading the row.
        match self.spans.get_mut(self.n) {
            Some(span) => *span = (start, end),
            None => self.spans.push((start, end)),
        }
        self.n += 1;
    }

    /// Adds a copy of these parts, one after the other.
    pub(crate) fn copy<'p>(&mut self, parts: impl Iterator<Item = &'p [u8]>) {
        let start = self.bytes.len() + self.copied.len();
        parts.for_each(|part| self.copied.extend_from_slice(part));
        self.lend(start, self.bytes.len() + self.copied.len());
    }

    pub(crate) fn len(&self) -> usize {
        self.n
    }

    #[inline]
    fn span(&self, cell: usize) -> Option<(usize, usize)> {
        self.spans.get(cell).filter(|_| cell < self.n).copied()
    }

    #[inline]
    pub(crate) fn get(&self, cell: usize) -> Option<&[u8]> {
        let (start, end) = self.span(cell)?;
        match self.bytes.get(start..end) {
            None => self.copied.get(start - self.bytes.len()..end - self.bytes.len()),
            lent => lent,
        }
    }

    /// A cell that lies in the stretch known to be text; `None` of any other cell.
    #[inline]
    pub(crate) fn text(&self, cell: usize) -> Option<&'a str> {
        let (start, end) = self.span(cell)?;
        let (from, text) = self.text;
        text.get(start.checked_sub(from)?..end.checked_sub(from)?)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &[u8]> {
        (0..self.len()).map(|i| self.get(i).unwrap_or_default())
    }
}
