//! A file window by window, each cut behind a line end so that its rows can be parsed before those of the window before:
//! within a quoted cell that is a wrong place, and [`crate::join`] has them parsed again.

use crate::records::skip_line_ends;
use std::io::{ErrorKind, Read};

/// How files are cut. No number depends on threads, and no result depends on any.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cut {
    /// Bytes that are read at once.
    pub(crate) window: usize,
    /// How many windows are on their way at once at most: so far the others go on while one thread is held up.
    pub(crate) parts: usize,
    /// The longest row: one that is longer has an open quote, or no end at all.
    pub(crate) longest: usize,
}

/// As usual: a window, its rows and what is found of them stay near the core that reads it.
pub(crate) const CUT: Cut = Cut { window: 128 << 10, parts: 32, longest: 16 << 20 };

/// A piece of a file in memory.
#[derive(Debug, Default)]
pub(crate) struct Window {
    /// Room that is used again: fresh memory costs as much as reading into it.
    buffer: Vec<u8>,
    end: usize,
    /// Rows that begin before this byte are the window's own. What follows is the next window's too: it tells where the
    /// last row ends.
    pub(crate) until: usize,
    /// Whether the file ends here.
    pub(crate) last: bool,
}

impl Window {
    pub(crate) fn bytes(&self) -> &[u8] {
        self.buffer.get(..self.end).unwrap_or_default()
    }

    /// Its room, to be used again.
    pub(crate) fn into_buffer(self) -> Vec<u8> {
        self.buffer
    }
}

/// A file on its way into windows.
pub(crate) struct Windows<'a> {
    input: Box<dyn Read + Send + 'a>,
    size: usize,
    /// Bytes to pass over first.
    skip: usize,
    /// What the window before has read of this one.
    left: Vec<u8>,
    /// Whether nothing comes any more.
    ended: bool,
}

impl<'a> Windows<'a> {
    /// The windows of what follows the first `skip` bytes.
    pub(crate) fn new(input: Box<dyn Read + Send + 'a>, size: usize, skip: usize) -> Self {
        Self { input, size: size.max(1), skip, left: Vec::new(), ended: false }
    }

    /// The next window; `None` after the last one, and after one that could not be read.
    pub(crate) fn next(&mut self, mut buffer: Vec<u8>) -> std::io::Result<Option<Window>> {
        if std::mem::replace(&mut self.ended, true) {
            return Ok(None);
        }
        if self.skip > 0 {
            fill(&mut self.input, &mut buffer, 0, std::mem::take(&mut self.skip))?;
        }
        let start = self.left.len();
        if buffer.len() < start {
            buffer.resize(start, 0);
        }
        if let Some(room) = buffer.get_mut(..start) {
            room.copy_from_slice(&self.left);
        }
        let (end, last) = fill(&mut self.input, &mut buffer, start, self.size)?;
        let bytes = buffer.get(..end).unwrap_or_default();
        let until = if last { end } else { cut(bytes) };
        self.left.clear();
        self.left.extend_from_slice(bytes.get(until..).unwrap_or_default());
        self.ended = last;
        Ok(Some(Window { buffer, end, until, last }))
    }
}

/// Reads so many bytes to a place in a buffer; the answer is where they end, and whether the file does.
fn fill(
    input: &mut dyn Read,
    buffer: &mut Vec<u8>,
    start: usize,
    length: usize,
) -> std::io::Result<(usize, bool)> {
    let whole = start + length;
    if buffer.len() < whole {
        buffer.resize(whole, 0);
    }
    let mut end = start;
    while let Some(free) = buffer.get_mut(end..whole).filter(|free| !free.is_empty()) {
        match input.read(free) {
            Ok(0) => return Ok((end, true)),
            Ok(n) => end += n,
            Err(e) if e.kind() == ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
    Ok((end, false))
}

/// Where the last line begins that is begun here; the end, where there is but one.
fn cut(bytes: &[u8]) -> usize {
    let ends = bytes.iter().rev().take_while(|b| matches!(b, b'\n' | b'\r')).count();
    let begun = bytes.get(..bytes.len() - ends).unwrap_or_default();
    memchr::memrchr2(b'\n', b'\r', begun).map_or(bytes.len(), |at| skip_line_ends(bytes, at))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn windows_are_the_file(text in "[a\n\r\"]{0,60}", size in 1usize..20, skip in 0usize..70) {
            let mut windows = Windows::new(Box::new(text.as_bytes()), size, skip);
            let rest = text.as_bytes().get(skip..).unwrap_or_default();
            let mut whole = Vec::new();
            let mut last = false;
            while let Some(window) = windows.next(vec![b'x'; 7]).unwrap() {
                prop_assert!(!last && (window.last || !window.bytes().is_empty()));
                last = window.last;
                let (own, more) = window.bytes().split_at(window.until);
                prop_assert_eq!(&rest[whole.len()..][..own.len() + more.len()], window.bytes());
                // Whoever begins behind a line end is followed by a line that is begun.
                prop_assert!(more.is_empty() || matches!(own.last(), Some(b'\n' | b'\r')));
                prop_assert!(more.first().is_none_or(|b| !matches!(b, b'\n' | b'\r')));
                whole.extend_from_slice(own);
            }
            prop_assert!(last);
            prop_assert_eq!(whole, rest);
        }
    }
}
