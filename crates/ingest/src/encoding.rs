//! From the bytes of a file to UTF-8: byte order marks, UTF-16, Windows-1252, and what is no text at all.
//!
//! # Source
//! The Unicode Standard 15, section 3.10 (encoding schemes); WHATWG Encoding Standard, index windows-1252.

use crate::Error;
use std::io::{self, Read};

/// How the text of a file is encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Encoding {
    /// UTF-8, with or without a byte order mark.
    Utf8,
    /// UTF-16, low byte first.
    Utf16Le,
    /// UTF-16, high byte first.
    Utf16Be,
    /// Windows-1252, the "ANSI" of western spreadsheets.
    Windows1252,
}

impl Encoding {
    /// Reads `utf-8`, `utf-16le`, `utf-16be`, `windows-1252` and usual spellings.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let plain: String =
            text.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
        match plain.as_str() {
            "utf8" | "ascii" => Ok(Self::Utf8),
            "utf16" | "utf16le" => Ok(Self::Utf16Le),
            "utf16be" => Ok(Self::Utf16Be),
            "windows1252" | "cp1252" | "latin1" | "iso88591" | "ansi" => Ok(Self::Windows1252),
            _ => Err(Error::Reading {
                option: "encoding",
                value: text.into(),
                expected: "utf-8, utf-16le, utf-16be or windows-1252",
            }),
        }
    }

    /// The usual name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "utf-8",
            Self::Utf16Le => "utf-16le",
            Self::Utf16Be => "utf-16be",
            Self::Windows1252 => "windows-1252",
        }
    }
}

/// What the head of a file says about its encoding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Guess {
    /// Certain: a byte order mark, or text that could be nothing else.
    Sure(Encoding),
    /// Nothing but ASCII so far.
    Ascii,
    /// Not text.
    Not(&'static str),
}

/// File signatures of what people hand over instead of CSV.
const MAGIC: &[(&[u8], &str)] = &[
    (b"PK\x03\x04", "a zip archive or an Excel workbook (.xlsx)"),
    (b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", "an old Excel workbook (.xls)"),
    (b"\x1F\x8B", "a gzip archive"),
    (b"\x28\xB5\x2F\xFD", "a zstd archive"),
    (b"PAR1", "a Parquet file, which needs a build with the cargo feature `parquet`"),
    (b"%PDF", "a PDF document"),
    (b"\x89PNG", "a picture"),
    (b"\xFF\xD8\xFF", "a picture"),
    (b"SQLite format 3", "an SQLite database"),
];

pub(crate) fn guess(head: &[u8]) -> Guess {
    if let Some((_, what)) = MAGIC.iter().find(|(m, _)| head.starts_with(m)) {
        return Guess::Not(what);
    }
    match head {
        [0xEF, 0xBB, 0xBF, ..] => return Guess::Sure(Encoding::Utf8),
        [0xFF, 0xFE, ..] => return Guess::Sure(Encoding::Utf16Le),
        [0xFE, 0xFF, ..] => return Guess::Sure(Encoding::Utf16Be),
        _ => {}
    }
    let zeros = |odd: usize| head.iter().skip(odd).step_by(2).filter(|b| **b == 0).count();
    let (even, odd) = (zeros(0), zeros(1));
    // A stray zero in a cell makes no file binary: every tenth byte would.
    if (even + odd) * 10 >= head.len().max(1) {
        // Latin text in UTF-16 has a zero in nearly every second byte, always on the same side.
        let half = head.len() / 2;
        return match (even * 10, odd * 10) {
            (e, o) if o > half * 3 && e < half => Guess::Sure(Encoding::Utf16Le),
            (e, o) if e > half * 3 && o < half => Guess::Sure(Encoding::Utf16Be),
            _ => Guess::Not("binary data"),
        };
    }
    if head.is_ascii() {
        return Guess::Ascii;
    }
    let (good, bad) = utf8_evidence(head);
    Guess::Sure(if bad > good { Encoding::Windows1252 } else { Encoding::Utf8 })
}

/// How many characters beyond ASCII are whole UTF-8 sequences, and how many bytes cannot be.
fn utf8_evidence(mut bytes: &[u8]) -> (usize, usize) {
    let (mut good, mut bad) = (0, 0);
    loop {
        let beyond = |s: &[u8]| s.iter().filter(|b| **b >= 0xC0).count();
        match std::str::from_utf8(bytes) {
            Ok(s) => return (good + beyond(s.as_bytes()), bad),
            Err(e) => {
                let (valid, rest) = bytes.split_at(e.valid_up_to());
                good += beyond(valid);
                // A sequence cut off by the end of the head is neither good nor bad.
                let Some(len) = e.error_len() else { return (good, bad) };
                bad += 1;
                bytes = rest.get(len..).unwrap_or_default();
            }
        }
    }
}

/// Windows-1252 from 0x80 to 0x9F; the five holes are the C1 controls, as the WHATWG index has them.
const C1: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8D}', 'Ž', '\u{8F}', '\u{90}',
    '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9D}', 'ž', 'Ÿ',
];

/// Hands on the text of a file as UTF-8, without a byte order mark.
pub(crate) struct Decoder<R> {
    inner: R,
    encoding: Encoding,
    raw: Vec<u8>,
    /// Bytes of `raw` that wait for the rest of their character.
    kept: usize,
    out: Vec<u8>,
    at: usize,
    high: Option<u16>,
    begun: bool,
    ended: bool,
}

impl<R: Read> Decoder<R> {
    pub(crate) fn new(inner: R, encoding: Encoding) -> Self {
        let raw = vec![0; 1 << 16];
        let (kept, at) = (0, 0);
        Self { inner, encoding, raw, kept, out: Vec::new(), at, high: None, begun: false, ended: false }
    }

    fn fill(&mut self) -> io::Result<()> {
        self.out.clear();
        self.at = 0;
        while self.out.is_empty() && !self.ended {
            let n = self.inner.read(self.raw.get_mut(self.kept..).unwrap_or_default())?;
            self.ended = n == 0;
            let have = self.kept + n;
            self.kept = 0;
            match self.encoding {
                Encoding::Utf8 => self.out.extend(self.raw.get(..have).unwrap_or_default()),
                Encoding::Windows1252 => {
                    for b in self.raw.get(..have).unwrap_or_default() {
                        let c = match b {
                            0x80..=0x9F => C1.get(usize::from(b - 0x80)).copied().unwrap_or('\u{FFFD}'),
                            b => char::from(*b),
                        };
                        self.out.extend(c.encode_utf8(&mut [0; 4]).as_bytes());
                    }
                }
                Encoding::Utf16Le | Encoding::Utf16Be => self.utf16(have),
            }
            if self.ended && self.high.take().is_some() {
                self.out.extend("\u{FFFD}".as_bytes());
            }
            if !self.begun && self.out.len() >= 3 {
                self.begun = true;
                if self.out.starts_with(b"\xEF\xBB\xBF") {
                    self.out.drain(..3);
                }
            }
        }
        Ok(())
    }

    fn utf16(&mut self, have: usize) {
        let bytes = self.raw.get(..have).unwrap_or_default();
        for pair in bytes.chunks_exact(2) {
            let [a, b] = *pair else { continue };
            let le = self.encoding == Encoding::Utf16Le;
            let unit = if le { u16::from_le_bytes([a, b]) } else { u16::from_be_bytes([a, b]) };
            let units = [self.high.take().unwrap_or(0), unit];
            if let [0, u @ 0xD800..=0xDBFF] = units {
                self.high = Some(u);
                continue;
            }
            let from = usize::from(units[0] == 0);
            for c in char::decode_utf16(units.into_iter().skip(from)) {
                let c = c.unwrap_or('\u{FFFD}');
                self.out.extend(c.encode_utf8(&mut [0; 4]).as_bytes());
            }
        }
        if have % 2 == 1 {
            let last = bytes.last().copied().unwrap_or_default();
            if self.ended {
                self.out.extend("\u{FFFD}".as_bytes());
            } else if let Some(first) = self.raw.first_mut() {
                *first = last;
                self.kept = 1;
            }
        }
    }
}

impl<R: Read> Read for Decoder<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.at >= self.out.len() {
            // Behind its beginning a file that is UTF-8 already needs no second copy.
            if self.encoding == Encoding::Utf8 && self.begun && !self.ended {
                return self.inner.read(buffer);
            }
            self.fill()?;
        }
        let ready = self.out.get(self.at..).unwrap_or_default();
        let n = ready.len().min(buffer.len());
        if let (Some(to), Some(from)) = (buffer.get_mut(..n), ready.get(..n)) {
            to.copy_from_slice(from);
        }
        self.at += n;
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn decode(bytes: &[u8], encoding: Encoding) -> String {
        let mut text = String::new();
        Decoder::new(bytes, encoding).read_to_string(&mut text).unwrap();
        text
    }

    #[test]
    fn the_head_tells_text_from_the_rest() {
        assert_eq!(guess(b"a,b\n"), Guess::Ascii);
        assert_eq!(guess("नाम,₹".as_bytes()), Guess::Sure(Encoding::Utf8));
        assert_eq!(guess(b"caf\xE9,Z\xFCrich"), Guess::Sure(Encoding::Windows1252));
        assert_eq!(guess(b"a\0,\0b\0\n\0"), Guess::Sure(Encoding::Utf16Le));
        assert!(matches!(guess(b"PK\x03\x04rest"), Guess::Not(_)));
        assert!(matches!(guess(&[0, 1, 2, 0, 0, 9, 200, 0]), Guess::Not(_)));
        assert_eq!(guess(b"customer,date,amount\na\0b,2026-01-01,5\n"), Guess::Ascii);
        assert_eq!(decode(b"\xEF\xBB\xBFa,b", Encoding::Utf8), "a,b");
        assert_eq!(decode(b"\x80 5 \x96 Z\xFCrich", Encoding::Windows1252), "€ 5 – Zürich");
    }

    proptest! {
        #[test]
        fn utf_16_comes_back(text in "[ -~अ-ह😀-😂]{0,40}") {
            let le: Vec<u8> = "\u{FEFF}".encode_utf16().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
            let be: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
            prop_assert_eq!(decode(&le, Encoding::Utf16Le), text.clone());
            prop_assert_eq!(decode(&be, Encoding::Utf16Be), text);
        }
    }
}
