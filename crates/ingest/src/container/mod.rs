//! What a table is packed in: gzip, zstd, a zip archive with one file, an Excel workbook, a Parquet file. Told by the
//! first bytes, never by the name of the file; what is inside is handed on as a stream of text.
//!
//! # Source
//! RFC 1952 (gzip), RFC 8878 (zstd), APPNOTE.TXT 6.3 (zip), ECMA-376 part 1 (workbooks), Apache Parquet format 2.11.

#[cfg(any(feature = "xlsx", feature = "parquet"))]
mod line;
#[cfg(feature = "xlsx")]
mod number;
#[cfg(feature = "parquet")]
mod parquet;
#[cfg(feature = "xlsx")]
mod sheet;
#[cfg(feature = "xlsx")]
mod workbook;
#[cfg(feature = "xlsx")]
mod zip;

use crate::Error;
use crate::codes::Code;
use std::io::{Cursor, Read};

/// A file that is open, unpacked where it was packed.
pub(crate) struct Opened<'a> {
    pub(crate) reader: Box<dyn Read + Send + 'a>,
    /// Whether it is made from cells, those of a workbook or a Parquet file: then the text is ours, UTF-8 with commas and points.
    pub(crate) sheet: bool,
    /// Whether more or fewer bytes come out than the file has.
    pub(crate) packed: bool,
    /// What is to be said about the container, with the values it is about.
    pub(crate) notes: Vec<(Code, String)>,
}

/// Opens a file by its first bytes. `sheet` names the sheet of a workbook, where the user does.
pub(crate) fn open<'a>(
    file: &str,
    sheet: Option<&str>,
    mut raw: Box<dyn Read + Send + 'a>,
) -> Result<Opened<'a>, Error> {
    let mut magic = Vec::new();
    let read = raw.by_ref().take(4).read_to_end(&mut magic);
    read.map_err(|e| Error::Read { file: file.into(), message: e.to_string() })?;
    let kind: [u8; 4] = [0, 1, 2, 3].map(|i| magic.get(i).copied().unwrap_or_default());
    let raw: Box<dyn Read + Send + 'a> = Box::new(Cursor::new(magic).chain(raw));
    let text = |packed, reader| Opened { reader, sheet: false, packed, notes: Vec::new() };
    match kind {
        #[cfg(feature = "gzip")]
        [0x1F, 0x8B, ..] => Ok(text(true, Box::new(flate2::read::MultiGzDecoder::new(raw)))),
        #[cfg(feature = "zstd")]
        [0x28, 0xB5, 0x2F, 0xFD] => Ok(text(true, Box::new(zstd(file, raw)?))),
        #[cfg(feature = "xlsx")]
        [b'P', b'K', 3, 4] => workbook::open(file, sheet, raw),
        #[cfg(feature = "parquet")]
        [b'P', b'A', b'R', b'1'] => parquet::open(file, raw),
        _ => {
            let _ = sheet;
            Ok(text(false, raw))
        }
    }
}

/// A decoder of zstd, frame after frame.
#[cfg(feature = "zstd")]
fn zstd<'a>(file: &str, raw: Box<dyn Read + Send + 'a>) -> Result<impl Read + Send + 'a, Error> {
    let first = ruzstd::decoding::StreamingDecoder::new(raw);
    let first = first.map_err(|e| Error::Read { file: file.into(), message: format!("zstd: {e}") })?;
    Ok(Frames { now: Some(first) })
}

/// The frames of a file, one behind the other.
#[cfg(feature = "zstd")]
struct Frames<R: Read> {
    now: Option<ruzstd::decoding::StreamingDecoder<R, ruzstd::decoding::FrameDecoder>>,
}

#[cfg(feature = "zstd")]
impl<'a> Read for Frames<Box<dyn Read + Send + 'a>> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        while let Some(now) = &mut self.now {
            let n = now.read(buffer)?;
            if n > 0 || buffer.is_empty() {
                return Ok(n);
            }
            // The next frame begins where this one ended, if anything is left.
            let Some(ended) = self.now.take() else { break };
            let mut rest = ended.into_inner();
            let mut byte = [0; 1];
            if rest.read(&mut byte)? == 0 {
                break;
            }
            let rest: Box<dyn Read + Send + 'a> = Box::new(Cursor::new(byte).chain(rest));
            let next = ruzstd::decoding::StreamingDecoder::new(rest);
            self.now = Some(next.map_err(|e| std::io::Error::other(format!("zstd: {e}")))?);
        }
        Ok(0)
    }
}
