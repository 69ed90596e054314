//! Sealed texts: in byte order, side by side in one allocation, the number of a text its position.

use crate::sort::Run;

/// Texts side by side in one allocation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Shelf {
    text: String,
    /// Where each text begins, counted from the base of its block: half the memory of full positions.
    starts: Vec<u32>,
    bases: Vec<usize>,
}

/// Texts of one block; as a power of two.
const BLOCK: usize = 7;
/// The longest text.
pub(crate) const LONGEST: usize = 1 << (32 - BLOCK);

impl Shelf {
    fn with_capacity(texts: usize, bytes: usize) -> Self {
        let (text, starts) = (String::with_capacity(bytes), Vec::with_capacity(texts));
        Self { text, starts, bases: Vec::with_capacity((texts >> BLOCK) + 1) }
    }

    fn len(&self) -> usize {
        self.starts.len()
    }

    fn start(&self, i: usize) -> Option<usize> {
        Some(self.bases.get(i >> BLOCK)? + *self.starts.get(i)? as usize)
    }

    fn bounds(&self, number: u32) -> Option<(usize, usize)> {
        let i = number as usize;
        Some((self.start(i)?, self.start(i + 1).unwrap_or(self.text.len())))
    }

    fn get(&self, number: u32) -> Option<&str> {
        let (start, end) = self.bounds(number)?;
        self.text.get(start..end)
    }

    /// Adds a text of at most [`LONGEST`] bytes: a block of such texts is shorter than 32 bits can count.
    fn push(&mut self, text: &str) {
        self.begin(self.text.len());
        self.text.push_str(text);
    }

    /// Notes that the next text begins at this byte.
    #[inline]
    fn begin(&mut self, at: usize) {
        if self.starts.len() >> BLOCK == self.bases.len() {
            self.bases.push(at);
        }
        self.starts.push((at - self.bases.last().copied().unwrap_or(at)) as u32);
    }
}

/// Texts in byte order; the number is the position.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sealed(Shelf);

impl Sealed {
    /// So many texts, which come in byte order, run by run.
    pub(crate) fn of(texts: usize, runs: Vec<Run>) -> Self {
        let mut shelf = Shelf::with_capacity(texts, 0);
        // All bytes are known to be text at once, instead of text by text.
        let mut all = Vec::with_capacity(runs.iter().map(|run| run.bytes.len()).sum());
        for Run { lengths, bytes } in runs {
            let mut at = all.len();
            for length in lengths {
                shelf.begin(at);
                at += length as usize;
            }
            all.extend_from_slice(&bytes);
        }
        shelf.text = String::from_utf8(all).unwrap_or_default();
        Self(shelf)
    }

    /// Adds a text that comes after all others; `false` where there is no room for it.
    pub(crate) fn push(&mut self, text: &str) -> bool {
        let room = text.len() <= LONGEST && self.len() < (u32::MAX - 1) as usize;
        if room {
            self.0.push(text);
        }
        room
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn get(&self, number: u32) -> Option<&str> {
        self.0.get(number)
    }

    pub(crate) fn find(&self, text: &str) -> Option<u32> {
        let (mut low, mut high) = (0u32, self.len() as u32);
        while low < high {
            let mid = low + (high - low) / 2;
            match self.get(mid)?.cmp(text) {
                std::cmp::Ordering::Equal => return Some(mid),
                std::cmp::Ordering::Less => low = mid + 1,
                std::cmp::Ordering::Greater => high = mid,
            }
        }
        None
    }
}
