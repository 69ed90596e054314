//! A zip archive in memory: its directory, and its files as streams that refuse to unpack to anything absurd.

use flate2::read::DeflateDecoder;
use std::io::{self, Read};
use std::sync::Arc;

/// The most bytes of an archive that are read into memory.
pub(super) const MOST: u64 = 1 << 30;
/// Unpacked bytes that are always allowed, whatever they were packed in.
const FREE: u64 = 16 << 20;
/// Beyond that, how many bytes one packed byte may become. Real sheets stay below 50; a bomb comes near 1,000.
const RATIO: u64 = 200;
/// The most bytes between two tags: a cell holds 32,767 characters.
const RUN: u64 = 8 << 20;

/// An archive.
pub(super) struct Archive {
    data: Arc<Vec<u8>>,
    pub(super) entries: Vec<Entry>,
}

/// A file of an archive.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) name: String,
    method: u16,
    encrypted: bool,
    packed: u64,
    header: u64,
}

fn u16_at(data: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(data.get(at..at.checked_add(2)?)?.try_into().ok()?))
}

fn u32_at(data: &[u8], at: usize) -> Option<u64> {
    Some(u64::from(u32::from_le_bytes(data.get(at..at.checked_add(4)?)?.try_into().ok()?)))
}

impl Archive {
    /// Reads the directory, which stands at the end; `None` when it is damaged or beyond what 32 bits can tell.
    pub(super) fn new(data: Vec<u8>) -> Option<Self> {
        let tail = data.len().saturating_sub(22 + 0xFFFF);
        let end = (tail..=data.len().checked_sub(22)?)
            .rev()
            .find(|i| data.get(*i..*i + 4) == Some(b"PK\x05\x06"))?;
        let (count, start) = (u16_at(&data, end + 10)?, u32_at(&data, end + 16)?);
        let mut at = usize::try_from(start).ok()?;
        let mut entries = Vec::new();
        for _ in 0..count {
            if data.get(at..at + 4)? != b"PK\x01\x02" {
                return None;
            }
            let lengths = [28, 30, 32].map(|i| u16_at(&data, at + i).map(usize::from));
            let [Some(name), Some(extra), Some(comment)] = lengths else { return None };
            entries.push(Entry {
                name: String::from_utf8_lossy(data.get(at + 46..at + 46 + name)?).into_owned(),
                method: u16_at(&data, at + 10)?,
                encrypted: u16_at(&data, at + 8)? & 1 == 1,
                packed: u32_at(&data, at + 20)?,
                header: u32_at(&data, at + 42)?,
            });
            at = at + 46 + name + extra + comment;
        }
        Some(Self { data: Arc::new(data), entries })
    }

    pub(super) fn find(&self, name: &str) -> Option<&Entry> {
        self.entries.iter().find(|e| e.name == name)
    }

    /// A file as a stream. `xml` says that it is made of tags, of which none may be endless.
    pub(super) fn open(&self, entry: &Entry, xml: bool) -> io::Result<Guard> {
        let bad = |what: &str| io::Error::new(io::ErrorKind::InvalidData, format!("{}: {what}", entry.name));
        if entry.encrypted {
            return Err(bad("it is encrypted"));
        }
        let start = || {
            let at = usize::try_from(entry.header).ok()?;
            (self.data.get(at..at + 4)? == b"PK\x03\x04").then_some(())?;
            let from = at
                + 30
                + usize::from(u16_at(&self.data, at + 26)?)
                + usize::from(u16_at(&self.data, at + 28)?);
            let to = from.checked_add(usize::try_from(entry.packed).ok()?)?;
            (to <= self.data.len()).then_some((from, to))
        };
        let (at, end) = start().ok_or_else(|| bad("the archive is damaged"))?;
        let slice = Slice { data: Arc::clone(&self.data), at, end };
        let inner: Box<dyn Read + Send> = match entry.method {
            0 => Box::new(slice),
            8 => Box::new(DeflateDecoder::new(slice)),
            _ => return Err(bad("it is packed in a way that is not known")),
        };
        let limit = FREE.saturating_add(entry.packed.saturating_mul(RATIO));
        Ok(Guard { inner, name: entry.name.clone(), left: limit, run: 0, xml })
    }
}

/// A stretch of the archive.
struct Slice {
    data: Arc<Vec<u8>>,
    at: usize,
    end: usize,
}

impl Read for Slice {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.data.get(self.at..self.end).unwrap_or_default().read(buffer)?;
        self.at += n;
        Ok(n)
    }
}

/// A file that is unpacked, and stopped where it grows beyond belief.
pub(super) struct Guard {
    inner: Box<dyn Read + Send>,
    name: String,
    left: u64,
    run: u64,
    xml: bool,
}

impl Read for Guard {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buffer)?;
        self.left = self.left.checked_sub(n as u64).ok_or_else(|| {
            io::Error::new(
                io::ErrorKind::InvalidData,
                format!("{}: it unpacks to far more than a table", self.name),
            )
        })?;
        if self.xml {
            let bytes = buffer.get(..n).unwrap_or_default();
            self.run = match memchr::memrchr(b'<', bytes) {
                Some(i) => (n - i) as u64,
                None => self.run + n as u64,
            };
            if self.run > RUN {
                let message = format!("{}: a cell or tag is larger than any table has", self.name);
                return Err(io::Error::new(io::ErrorKind::InvalidData, message));
            }
        }
        Ok(n)
    }
}
