//! Standard input as a file that can be read again: what came in is kept in a temporary file without a name, so that a
//! guess from the head can be corrected and memory stays flat however long the stream is.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::sync::{Arc, Mutex};

/// What has come in so far.
pub struct Spool<R> {
    input: R,
    kept: File,
    length: u64,
}

/// A reading of the stream from its beginning on.
pub struct Again<R> {
    spool: Arc<Mutex<Spool<R>>>,
    at: u64,
}

impl<R: Read> Spool<R> {
    /// A stream that has not been read from yet.
    pub fn new(input: R) -> io::Result<Arc<Mutex<Self>>> {
        Ok(Arc::new(Mutex::new(Self { input, kept: tempfile::tempfile()?, length: 0 })))
    }
}

impl<R> Again<R> {
    /// Begins again.
    pub fn of(spool: &Arc<Mutex<Spool<R>>>) -> Self {
        Self { spool: Arc::clone(spool), at: 0 }
    }
}

impl<R: Read> Read for Again<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut spool =
            self.spool.lock().map_err(|_| io::Error::other("a reader before stopped half-way"))?;
        let Spool { input, kept, length } = &mut *spool;
        let n = if self.at < *length {
            kept.seek(SeekFrom::Start(self.at))?;
            kept.read(buffer)?
        } else {
            let n = input.read(buffer)?;
            kept.seek(SeekFrom::Start(*length))?;
            kept.write_all(buffer.get(..n).unwrap_or_default())?;
            *length += n as u64;
            n
        };
        self.at += n as u64;
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_is_read_again_from_wherever_the_reading_before_stopped() {
        let text: Vec<u8> = (0..50_000u32).flat_map(u32::to_le_bytes).collect();
        let spool = Spool::new(io::Cursor::new(text.clone())).expect("a temporary file");
        for part in [0, 10, 70_000, 1_000_000] {
            let mut some = Vec::new();
            Again::of(&spool).take(part).read_to_end(&mut some).expect("read");
            assert_eq!(some, text[..text.len().min(part as usize)]);
        }
        let (mut one, mut two) = (Again::of(&spool), Again::of(&spool));
        let (mut a, mut b) = (Vec::new(), Vec::new());
        one.by_ref().take(999).read_to_end(&mut a).expect("read");
        two.read_to_end(&mut b).expect("read");
        one.read_to_end(&mut a).expect("read");
        assert!(a == text && b == text);
    }
}
