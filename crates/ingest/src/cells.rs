//! The cells of one row, lent from the bytes they stand in.

/// The cells of a row. Only a cell whose bytes are not side by side, such as one with doubled quotes, is copied.
#[derive(Debug, Default)]
pub(crate) struct Cells<'a> {
    bytes: &'a [u8],
    /// Where each cell begins and ends: in `bytes`, or beyond its length in `copied`.
    spans: Vec<(usize, usize)>,
    copied: Vec<u8>,
    /// A stretch of the bytes known to be text, and where it begins.
    text: (usize, &'a str),
}

impl<'a> Cells<'a> {
    /// No cells yet, to be lent from these bytes.
    pub(crate) fn of(bytes: &'a [u8]) -> Self {
        Self { bytes, ..Self::default() }
    }

    /// The same; what of the bytes from `start` to `end` is text is found out at once instead of cell by cell.
    pub(crate) fn of_text(bytes: &'a [u8], start: usize, end: usize) -> Self {
        let stretch = bytes.get(start..end).unwrap_or_default();
        let text = std::str::from_utf8(stretch)
            .or_else(|e| std::str::from_utf8(stretch.get(..e.valid_up_to()).unwrap_or_default()));
        Self { bytes, text: (start, text.unwrap_or_default()), ..Self::default() }
    }

    pub(crate) fn clear(&mut self) {
        self.spans.clear();
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

    /// Adds the bytes from `start` to `end`.
    pub(crate) fn lend(&mut self, start: usize, end: usize) {
        self.spans.push((start, end));
    }

    /// Adds a copy.
    pub(crate) fn copy(&mut self, parts: impl Iterator<Item = u8>) {
        let start = self.bytes.len() + self.copied.len();
        self.copied.extend(parts);
        self.spans.push((start, self.bytes.len() + self.copied.len()));
    }

    pub(crate) fn len(&self) -> usize {
        self.spans.len()
    }

    pub(crate) fn get(&self, cell: usize) -> Option<&[u8]> {
        let (start, end) = *self.spans.get(cell)?;
        match self.bytes.get(start..end) {
            None => self.copied.get(start - self.bytes.len()..end - self.bytes.len()),
            lent => lent,
        }
    }

    /// A cell that lies in the stretch known to be text; `None` of any other cell.
    pub(crate) fn text(&self, cell: usize) -> Option<&'a str> {
        let (start, end) = *self.spans.get(cell)?;
        let (from, text) = self.text;
        text.get(start.checked_sub(from)?..end.checked_sub(from)?)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &[u8]> {
        (0..self.len()).map(|i| self.get(i).unwrap_or_default())
    }
}
