//! A Parquet file with flat columns as lines of text, a few thousand rows at a time.
//!
//! The first line is the header, each row of the file one line: the line of a finding is the number of the row and one.
//! What is null is a blank cell. Whole numbers and decimals are written digit by digit, floats as the shortest decimal
//! that reads back as the same float, days and stamps as ISO 8601; a stamp that is adjusted to UTC ends in `Z`, another
//! is in the declared zone. Columns that no cell can hold (lists, groups, raw bytes) are left out and said.

use super::Opened;
use super::line::write;
use crate::{Error, codes};
use bytes::Bytes;
use naata_core::Day;
use parquet::basic::{Compression, ConvertedType, Encoding, LogicalType, TimeUnit, Type};
use parquet::column::page::{Page, PageMetadata, PageReader};
use parquet::column::reader::{ColumnReader, ColumnReaderImpl, get_column_reader};
use parquet::data_type::DataType;
use parquet::errors::ParquetError;
use parquet::file::metadata::ColumnChunkMetaData;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::file::serialized_reader::SerializedPageReader;
use parquet::schema::types::ColumnDescriptor;
use std::io::{self, Cursor, Read};
use std::sync::Arc;

/// The most bytes a file may have: its end says where everything is, so that it has to be there as a whole.
const MOST: u64 = 1 << 30;
/// Rows that are turned into text at once.
const ROWS: usize = 2_048;
/// The most bytes a page may unpack to: programs write pages of about a megabyte.
const PAGE: u64 = 256 << 20;
/// Text that any file may become, and how many times its size a larger one may.
const TEXT: u64 = 256 << 20;
const RATIO: u64 = 2_000;

/// How the values of a column are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Show {
    Plain,
    Unsigned,
    Decimal(u32),
    Day,
    /// Units a second; whether they are adjusted to UTC.
    Stamp(i64, bool),
    /// Units a second.
    Time(i64),
}

/// A column that is read.
#[derive(Debug)]
struct Column {
    at: usize,
    name: String,
    show: Show,
    /// The level of a value that is there.
    there: i16,
}

/// Opens a file.
pub(super) fn open<'a>(file: &str, raw: Box<dyn Read + Send + 'a>) -> Result<Opened<'a>, Error> {
    let failed = |message: String| Error::Read { file: file.into(), message };
    let mut data = Vec::new();
    raw.take(MOST + 1).read_to_end(&mut data).map_err(|e| failed(e.to_string()))?;
    if data.len() as u64 > MOST {
        return Err(Error::NotText {
            file: file.into(),
            what: "a Parquet file of more than a gigabyte".into(),
        });
    }
    let size = data.len() as u64;
    let data = Bytes::from(data);
    let open = caught(|| SerializedFileReader::new(data.clone()).map_err(wrong));
    let open = open.map_err(|e| failed(e.to_string()))?;
    if !is_sound(&open, size) {
        return Err(failed("its index does not fit the file".into()));
    }
    let mut columns = Vec::new();
    let mut nested: Vec<String> = Vec::new();
    let schema = open.metadata().file_metadata().schema_descr();
    for (at, column) in schema.columns().iter().enumerate() {
        let parts = column.path().parts();
        match show(column).filter(|_| parts.len() == 1 && column.max_rep_level() == 0) {
            Some(show) => {
                let there = column.max_def_level();
                columns.push(Column { at, name: column.name().to_owned(), show, there });
            }
            // A group of several columns is said once.
            None => nested.extend(parts.first().cloned()),
        }
    }
    nested.dedup();
    let notes = if nested.is_empty() { Vec::new() } else { vec![(codes::COLUMN_NESTED, nested.join(", "))] };
    let limit = TEXT.max(size.saturating_mul(RATIO));
    let cells = columns.iter().map(|_| Cells::default()).collect();
    let reader = Table {
        data: Arc::new(data),
        open,
        columns,
        cells,
        group: 0,
        now: Vec::new(),
        left: 0,
        out: Vec::new(),
        at: 0,
        limit,
    };
    if reader.columns.is_empty() {
        return Err(Error::EmptyFile { file: file.into() });
    }
    Ok(Opened { reader: Box::new(reader.begun()), sheet: true, packed: true, notes })
}

/// Does what rests on the crate, which trusts the insides of pages: what it cannot go on with becomes an error.
/// A program built to abort on panics ends there; naata's own binaries unwind.
fn caught<T>(job: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
    // What was half done is never looked at again: reading the file ends with the error.
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(job))
        .unwrap_or_else(|_| Err(bad("the file is damaged")))
}

/// Whether everything the index names lies inside the file: the crate relies on it.
fn is_sound(open: &SerializedFileReader<Bytes>, size: u64) -> bool {
    let number = |n: i64| u64::try_from(n).ok();
    open.metadata().row_groups().iter().all(|group| {
        let rows = number(group.num_rows());
        group.columns().iter().all(|c| {
            let data = number(c.data_page_offset());
            // A dictionary stands before the data, or nowhere.
            let start = c.dictionary_page_offset().map_or(data, number);
            let end = start.zip(number(c.compressed_size())).and_then(|(start, n)| start.checked_add(n));
            let whole =
                data.is_some() && number(c.uncompressed_size()).is_some() && number(c.num_values()).is_some();
            rows.is_some() && whole && end.is_some_and(|end| end <= size)
        })
    })
}

/// How a column is shown; `None` for one that no cell can hold.
fn show(column: &ColumnDescriptor) -> Option<Show> {
    let scale = || u32::try_from(column.type_scale()).ok().map(Show::Decimal);
    let per_second = |unit: &TimeUnit| match unit {
        TimeUnit::MILLIS => 1_000,
        TimeUnit::MICROS => 1_000_000,
        TimeUnit::NANOS => 1_000_000_000,
    };
    match (column.logical_type_ref(), column.converted_type(), column.physical_type()) {
        (Some(LogicalType::Decimal(_)), ..) | (None, ConvertedType::DECIMAL, _) => scale(),
        (Some(LogicalType::Date), ..) | (None, ConvertedType::DATE, _) => Some(Show::Day),
        (Some(LogicalType::Timestamp(t)), ..) => {
            Some(Show::Stamp(per_second(&t.unit), t.is_adjusted_to_u_t_c))
        }
        // The older mark always meant UTC.
        (None, ConvertedType::TIMESTAMP_MILLIS, _) => Some(Show::Stamp(1_000, true)),
        (None, ConvertedType::TIMESTAMP_MICROS, _) => Some(Show::Stamp(1_000_000, true)),
        (Some(LogicalType::Time(t)), ..) => Some(Show::Time(per_second(&t.unit))),
        (None, ConvertedType::TIME_MILLIS, _) => Some(Show::Time(1_000)),
        (None, ConvertedType::TIME_MICROS, _) => Some(Show::Time(1_000_000)),
        (Some(LogicalType::Integer(i)), ..) if !i.is_signed => Some(Show::Unsigned),
        (
            None,
            ConvertedType::UINT_8 | ConvertedType::UINT_16 | ConvertedType::UINT_32 | ConvertedType::UINT_64,
            _,
        ) => Some(Show::Unsigned),
        (Some(LogicalType::String | LogicalType::Enum | LogicalType::Json), ..) => Some(Show::Plain),
        // Older programs wrote text as bytes without a mark; what is no text refuses its row.
        (
            None,
            ConvertedType::NONE | ConvertedType::UTF8 | ConvertedType::ENUM | ConvertedType::JSON,
            Type::BYTE_ARRAY,
        ) => Some(Show::Plain),
        (_, _, Type::BYTE_ARRAY | Type::FIXED_LEN_BYTE_ARRAY) => None,
        _ => Some(Show::Plain),
    }
}

/// The cells of one column, one behind the other.
#[derive(Debug, Default)]
struct Cells {
    text: Vec<u8>,
    ends: Vec<usize>,
}

impl Cells {
    fn clear(&mut self) {
        self.text.clear();
        self.ends.clear();
    }

    fn end(&mut self) {
        self.ends.push(self.text.len());
    }

    fn get(&self, row: usize) -> &[u8] {
        let end = |row: usize| self.ends.get(row).copied();
        let start = row.checked_sub(1).and_then(end).unwrap_or(0);
        self.text.get(start..end(row).unwrap_or(start)).unwrap_or_default()
    }
}

/// A file on its way to text.
struct Table {
    data: Arc<Bytes>,
    open: SerializedFileReader<Bytes>,
    columns: Vec<Column>,
    cells: Vec<Cells>,
    /// The next group of rows, the readers of the columns of the one before, and how many of its rows are left.
    group: usize,
    now: Vec<ColumnReader>,
    left: usize,
    out: Vec<u8>,
    at: usize,
    /// Text that may still come.
    limit: u64,
}

/// The pages of a column, of which one that refers to a dictionary must follow one: the crate relies on it.
struct Checked {
    inner: Box<dyn PageReader>,
    dictionary: bool,
    /// Whether what comes is packed by zstd, which the crate knows by a C library alone.
    zstd: bool,
}

/// What stands before the last bytes of a page as it is, and those bytes unpacked.
fn unpacked(page: &Bytes, plain: usize) -> parquet::errors::Result<Bytes> {
    let failed = |e: &dyn std::fmt::Display| ParquetError::General(format!("zstd: {e}"));
    let (levels, packed) = page.split_at_checked(plain).ok_or_else(|| failed(&"the page is cut off"))?;
    let mut out = levels.to_vec();
    if !packed.is_empty() {
        let packed = Box::new(Cursor::new(page.slice(plain..)));
        let values = super::zstd("a page", packed).map_err(|e| failed(&e))?;
        let n = values.take(PAGE + 1).read_to_end(&mut out).map_err(|e| failed(&e))?;
        if n as u64 > PAGE {
            return Err(failed(&"the page is blown up"));
        }
    }
    Ok(out.into())
}

impl Checked {
    fn checked(&mut self, mut page: Page) -> parquet::errors::Result<Page> {
        match &mut page {
            _ if !self.zstd => {}
            Page::DataPage { buf, .. } | Page::DictionaryPage { buf, .. } => *buf = unpacked(buf, 0)?,
            Page::DataPageV2 { buf, def_levels_byte_len, rep_levels_byte_len, is_compressed, .. } => {
                // Levels are never packed.
                let levels = u64::from(*def_levels_byte_len) + u64::from(*rep_levels_byte_len);
                if std::mem::take(is_compressed) {
                    *buf = unpacked(buf, usize::try_from(levels).unwrap_or(usize::MAX))?;
                }
            }
        }
        let refers = matches!(page.encoding(), Encoding::RLE_DICTIONARY | Encoding::PLAIN_DICTIONARY);
        match page {
            Page::DictionaryPage { .. } => self.dictionary = true,
            _ if refers && !self.dictionary => {
                return Err(ParquetError::General("a page refers to a dictionary that is not there".into()));
            }
            _ => {}
        }
        Ok(page)
    }
}

impl Iterator for Checked {
    type Item = parquet::errors::Result<Page>;

    fn next(&mut self) -> Option<Self::Item> {
        self.get_next_page().transpose()
    }
}

impl PageReader for Checked {
    fn get_next_page(&mut self) -> parquet::errors::Result<Option<Page>> {
        let page = self.inner.get_next_page()?;
        page.map(|page| self.checked(page)).transpose()
    }

    fn peek_next_page(&mut self) -> parquet::errors::Result<Option<PageMetadata>> {
        self.inner.peek_next_page()
    }

    fn skip_next_page(&mut self) -> parquet::errors::Result<()> {
        self.inner.skip_next_page()
    }
}

#[expect(clippy::needless_pass_by_value, reason = "made to be handed to map_err")]
fn wrong(e: ParquetError) -> io::Error {
    let text = e.to_string();
    match text.split_once("Disabled feature at compile time: ") {
        Some((_, codec)) => {
            bad(format!("its pages are packed by {codec}; write it with snappy, zstd, gzip, lz4 or unpacked"))
        }
        None => bad(text),
    }
}

fn bad(message: impl Into<String>) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, message.into())
}

impl Table {
    /// With the header ready to be read.
    fn begun(mut self) -> Self {
        for (i, column) in self.columns.iter().enumerate() {
            if i > 0 {
                self.out.push(b',');
            }
            write(&column.name, &mut self.out);
        }
        self.out.push(b'\n');
        self
    }

    /// The pages of a column as they are in the file, still packed.
    fn packed(
        &self,
        chunk: &ColumnChunkMetaData,
        rows: usize,
    ) -> parquet::errors::Result<SerializedPageReader<Bytes>> {
        let as_is = chunk.clone().into_builder().set_compression(Compression::UNCOMPRESSED).build()?;
        SerializedPageReader::new(Arc::clone(&self.data), &as_is, rows, None)
    }

    /// Turns the next rows into text; nothing is ready after the last of them.
    fn fill(&mut self) -> io::Result<()> {
        self.out.clear();
        self.at = 0;
        while self.left == 0 {
            if self.group >= self.open.num_row_groups() {
                return Ok(());
            }
            let group = self.open.get_row_group(self.group).map_err(wrong)?;
            self.group += 1;
            self.left = usize::try_from(group.metadata().num_rows())
                .map_err(|_| bad("a group has less than no rows"))?;
            let schema = self.open.metadata().file_metadata().schema_descr();
            let reader = |column: &Column| {
                let chunk = group.metadata().column(column.at);
                let zstd = matches!(chunk.compression(), Compression::ZSTD(_));
                let inner = if zstd {
                    Box::new(self.packed(chunk, self.left).map_err(wrong)?)
                } else {
                    group.get_column_page_reader(column.at).map_err(wrong)?
                };
                let checked = Checked { inner, dictionary: false, zstd };
                Ok(get_column_reader(schema.column(column.at), Box::new(checked)))
            };
            self.now = self.columns.iter().map(reader).collect::<io::Result<_>>()?;
        }
        let rows = self.left.min(ROWS);
        for ((column, reader), cells) in self.columns.iter().zip(&mut self.now).zip(&mut self.cells) {
            cells.clear();
            column.take(reader, rows, cells)?;
        }
        for row in 0..rows {
            for (i, cells) in self.cells.iter().enumerate() {
                if i > 0 {
                    self.out.push(b',');
                }
                let cell = cells.get(row);
                match std::str::from_utf8(cell) {
                    Ok(text) => write(text, &mut self.out),
                    // Bytes that are no text are the reader's to refuse; what would end the cell must not.
                    Err(_) => {
                        self.out.extend(cell.iter().map(|b| if b"\",\r\n".contains(b) { b'?' } else { *b }));
                    }
                }
            }
            self.out.push(b'\n');
        }
        self.left -= rows;
        self.limit =
            self.limit.checked_sub(self.out.len() as u64).ok_or_else(|| bad("the file is blown up"))?;
        Ok(())
    }
}

impl Read for Table {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.at >= self.out.len() {
            caught(|| self.fill())?;
        }
        let n = self.out.get(self.at..).unwrap_or_default().read(buffer)?;
        self.at += n;
        Ok(n)
    }
}

impl Column {
    /// Reads the next rows of the column.
    fn take(&self, reader: &mut ColumnReader, rows: usize, into: &mut Cells) -> io::Result<()> {
        match reader {
            ColumnReader::BoolColumnReader(r) => {
                self.each(r, rows, into, |v, t| t.extend(if *v { &b"true"[..] } else { b"false" }))
            }
            ColumnReader::Int32ColumnReader(r) => self.each(r, rows, into, |v, t| match self.show {
                Show::Unsigned => text(t, &v.cast_unsigned()),
                _ => self.whole(i64::from(*v), t),
            }),
            ColumnReader::Int64ColumnReader(r) => self.each(r, rows, into, |v, t| match self.show {
                Show::Unsigned => text(t, &v.cast_unsigned()),
                _ => self.whole(*v, t),
            }),
            ColumnReader::Int96ColumnReader(r) => self.each(r, rows, into, |v, t| {
                if let [low, high, day] = v.data() {
                    let nanos = i64::from(*low) | (i64::from(*high) << 32);
                    // The Julian day at whose noon, UTC, the days of this type begin to count from 1970.
                    let day = i64::from(*day) - 2_440_588;
                    stamp(
                        day.saturating_mul(86_400).saturating_add(nanos / 1_000_000_000),
                        nanos % 1_000_000_000,
                        1_000_000_000,
                        false,
                        t,
                    );
                }
            }),
            ColumnReader::FloatColumnReader(r) => self.each(r, rows, into, |v, t| text(t, v)),
            ColumnReader::DoubleColumnReader(r) => self.each(r, rows, into, |v, t| text(t, v)),
            ColumnReader::ByteArrayColumnReader(r) => {
                self.each(r, rows, into, |v, t| self.bytes(v.data(), t))
            }
            ColumnReader::FixedLenByteArrayColumnReader(r) => {
                self.each(r, rows, into, |v, t| self.bytes(v.data(), t))
            }
        }
    }

    fn each<T: DataType>(
        &self,
        reader: &mut ColumnReaderImpl<T>,
        rows: usize,
        into: &mut Cells,
        show: impl Fn(&T::T, &mut Vec<u8>),
    ) -> io::Result<()> {
        let (mut values, mut levels): (Vec<T::T>, Vec<i16>) = (Vec::new(), Vec::new());
        let mut read = 0;
        while read < rows {
            let (records, _, _) =
                reader.read_records(rows - read, Some(&mut levels), None, &mut values).map_err(wrong)?;
            if records == 0 {
                return Err(bad(format!("column {} is cut off", self.name)));
            }
            read += records;
        }
        let mut values = values.iter();
        for row in 0..rows {
            // A column without nulls states no levels.
            if self.there == 0 || levels.get(row) == Some(&self.there) {
                show(
                    values.next().ok_or_else(|| bad(format!("column {} is cut off", self.name)))?,
                    &mut into.text,
                );
            }
            into.end();
        }
        Ok(())
    }

    fn whole(&self, v: i64, t: &mut Vec<u8>) {
        match self.show {
            Show::Decimal(scale) => decimal(i128::from(v), scale, t),
            Show::Day => match i32::try_from(v) {
                Ok(day) => text(t, &Day(day)),
                Err(_) => text(t, &v),
            },
            Show::Stamp(unit, utc) => stamp(v.div_euclid(unit), v.rem_euclid(unit), unit, utc, t),
            Show::Time(unit) => {
                clock(v.div_euclid(unit), t);
                fraction(v.rem_euclid(unit), unit, t);
            }
            Show::Plain | Show::Unsigned => text(t, &v),
        }
    }

    fn bytes(&self, v: &[u8], t: &mut Vec<u8>) {
        let Show::Decimal(scale) = self.show else { return t.extend(v) };
        // Two's complement, the highest byte first; what is left of 16 bytes must repeat the sign.
        let negative = v.first().is_some_and(|b| *b >= 0x80);
        let sign = if negative { 0xFF } else { 0 };
        let (rest, low) = v.split_at(v.len().saturating_sub(16));
        let fits = rest.iter().all(|b| *b == sign)
            && low.first().is_some_and(|b| rest.is_empty() || (*b >= 0x80) == negative);
        let start = if negative { -1i128 } else { 0 };
        match fits {
            true => decimal(low.iter().fold(start, |n, b| (n << 8) | i128::from(*b)), scale, t),
            false => t.extend(b"a decimal of more than 38 digits"),
        }
    }
}

fn text(into: &mut Vec<u8>, value: &dyn std::fmt::Display) {
    // Writing into memory has no way to fail.
    let _ = io::Write::write_fmt(into, format_args!("{value}"));
}

/// A decimal, digit by digit.
fn decimal(mantissa: i128, scale: u32, t: &mut Vec<u8>) {
    let digits = mantissa.unsigned_abs().to_string();
    if mantissa < 0 {
        t.push(b'-');
    }
    let scale = scale as usize;
    let padded = format!("{digits:0>width$}", width = (scale + 1).min(100));
    let (whole, rest) = padded.split_at(padded.len().saturating_sub(scale));
    t.extend(whole.as_bytes());
    if scale > 0 {
        t.push(b'.');
        t.extend(rest.as_bytes());
    }
}

/// Seconds since 1970 and the part of one beyond them. A stamp at midnight of no zone is a day.
fn stamp(seconds: i64, part: i64, unit: i64, utc: bool, t: &mut Vec<u8>) {
    match i32::try_from(seconds.div_euclid(86_400)) {
        Ok(day) => text(t, &Day(day)),
        Err(_) => return text(t, &seconds),
    }
    let second = seconds.rem_euclid(86_400);
    if utc || second != 0 || part != 0 {
        t.push(b' ');
        clock(second, t);
        fraction(part, unit, t);
    }
    if utc {
        t.push(b'Z');
    }
}

fn clock(second: i64, t: &mut Vec<u8>) {
    text(t, &format_args!("{:02}:{:02}:{:02}", second / 3600, second / 60 % 60, second % 60));
}

fn fraction(part: i64, unit: i64, t: &mut Vec<u8>) {
    if part != 0 {
        let places = unit.ilog10() as usize;
        let digits = format!("{part:0places$}");
        t.push(b'.');
        t.extend(digits.trim_end_matches('0').as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(f: impl Fn(&mut Vec<u8>)) -> String {
        let mut t = Vec::new();
        f(&mut t);
        String::from_utf8(t).unwrap()
    }

    #[test]
    fn decimals_are_written_digit_by_digit() {
        for (mantissa, scale, want) in [
            (123_450, 2, "1234.50"),
            (-5, 3, "-0.005"),
            (7, 0, "7"),
            (0, 2, "0.00"),
            (i128::MIN, 38, "-1.70141183460469231731687303715884105728"),
        ] {
            assert_eq!(shown(|t| decimal(mantissa, scale, t)), want);
        }
        let column = Column { at: 0, name: String::new(), show: Show::Decimal(2), there: 0 };
        for (bytes, want) in [
            (&[0x01, 0xE2, 0x3A][..], "1234.50"),
            (&[0xFF], "-0.01"),
            (&[0xFF; 20], "-0.01"),
            (&[0], "0.00"),
            (&[1; 20], "a decimal of more than 38 digits"),
        ] {
            assert_eq!(shown(|t| column.bytes(bytes, t)), want);
        }
    }

    #[test]
    fn stamps_are_iso_8601() {
        assert_eq!(shown(|t| stamp(0, 0, 1_000, false, t)), "1970-01-01");
        assert_eq!(shown(|t| stamp(0, 0, 1_000, true, t)), "1970-01-01 00:00:00Z");
        assert_eq!(shown(|t| stamp(-1, 250, 1_000, false, t)), "1969-12-31 23:59:59.25");
        assert_eq!(
            shown(|t| stamp(1_774_915_200, 7, 1_000_000_000, true, t)),
            "2026-03-31 00:00:00.000000007Z"
        );
    }
}
