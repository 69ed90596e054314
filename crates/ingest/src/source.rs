//! One file to be read: where its bytes come from, and what the user says about how to read it.

use crate::container::{Opened, open};
use crate::{DateFormat, Encoding, Error};
use naata_core::TableKind;
use std::io::{self, Read};

/// Opens a file anew each time it is called: reading starts again when a guess from the head turns out wrong.
pub type Opener = Box<dyn Fn() -> io::Result<Box<dyn Read + Send>> + Send + Sync>;

/// One file of one kind of table.
pub struct Source {
    /// What its rows are.
    pub kind: TableKind,
    /// The file, as the user named it.
    pub name: String,
    /// How to read it, where the user says so.
    pub reading: Reading,
    /// Which column a field is in, where the user says so.
    pub map: Vec<(String, ColumnRef)>,
    /// Its size in bytes, where known: for progress only.
    pub size: Option<u64>,
    /// Words that stand for nothing, such as "NA"; without a declaration they are text like any other.
    pub missing: Vec<String>,
    sheet: Option<String>,
    content: Content,
}

enum Content {
    Bytes(Vec<u8>),
    Opener(Opener),
}

impl Source {
    /// A file whose bytes are already here.
    pub fn bytes(kind: TableKind, name: impl Into<String>, bytes: Vec<u8>) -> Self {
        let size = Some(bytes.len() as u64);
        let (reading, map) = (Reading::default(), Vec::new());
        Self {
            kind,
            name: name.into(),
            reading,
            map,
            size,
            missing: Vec::new(),
            sheet: None,
            content: Content::Bytes(bytes),
        }
    }

    /// A file that is read as a stream, more than once where needed, and never held as a whole.
    pub fn open(kind: TableKind, name: impl Into<String>, opener: Opener) -> Self {
        let (reading, map) = (Reading::default(), Vec::new());
        Self {
            kind,
            name: name.into(),
            reading,
            map,
            size: None,
            missing: Vec::new(),
            sheet: None,
            content: Content::Opener(opener),
        }
    }

    /// Says how to read it.
    #[must_use]
    pub fn reading(mut self, reading: Reading) -> Self {
        self.reading = reading;
        self
    }

    /// Says which column a field is in.
    #[must_use]
    pub fn map(mut self, field: &str, column: ColumnRef) -> Self {
        self.map.push((field.into(), column));
        self
    }

    /// Declares words that stand for nothing.
    #[must_use]
    pub fn missing<T: Into<String>>(mut self, words: impl IntoIterator<Item = T>) -> Self {
        self.missing = words.into_iter().map(Into::into).collect();
        self
    }

    /// Says which sheet of a workbook to read; else it is the first visible one that is not empty.
    #[must_use]
    pub fn sheet(mut self, name: impl Into<String>) -> Self {
        self.sheet = Some(name.into());
        self
    }

    /// The file as it is, perhaps packed.
    fn raw(&self) -> Result<Box<dyn Read + Send + '_>, Error> {
        match &self.content {
            Content::Bytes(bytes) => Ok(Box::new(bytes.as_slice())),
            Content::Opener(open) => {
                open().map_err(|e| Error::Open { file: self.name.clone(), message: e.to_string() })
            }
        }
    }

    /// The file, unpacked where it is packed.
    pub(crate) fn open_it(&self) -> Result<Opened<'_>, Error> {
        open(&self.name, self.sheet.as_deref(), self.raw()?)
    }

    /// The bytes of the table.
    pub(crate) fn reader(&self) -> Result<Box<dyn Read + Send + '_>, Error> {
        Ok(self.open_it()?.reader)
    }
}

/// How the text of a sheet is to be read, whatever was said of the tables beside it.
pub(crate) fn of_sheet(reading: &Reading) -> Reading {
    Reading {
        delimiter: Some(Delimiter::Byte(b',')),
        encoding: Some(Encoding::Utf8),
        decimal_comma: None,
        ..reading.clone()
    }
}

impl std::fmt::Debug for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Source").field("kind", &self.kind).field("name", &self.name).finish_non_exhaustive()
    }
}

/// How to read a file; what is `None` is found out from the file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reading {
    /// What stands between cells.
    pub delimiter: Option<Delimiter>,
    /// Whether the first row names the columns.
    pub header: Option<bool>,
    /// The form of dates.
    pub date_format: Option<DateFormat>,
    /// Whether the decimal mark is a comma.
    pub decimal_comma: Option<bool>,
    /// How text is encoded.
    pub encoding: Option<Encoding>,
}

/// What stands between the cells of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Delimiter {
    /// One character.
    Byte(u8),
    /// Any run of blanks; blanks at the ends of a line do not count.
    Space,
}

impl Delimiter {
    /// Reads `,`, `;`, `|`, `tab` or `space`, or any other single ASCII character.
    pub fn parse(text: &str) -> Result<Self, Error> {
        match text {
            "tab" | "\\t" | "\t" => Ok(Self::Byte(b'\t')),
            "space" | "spaces" | "whitespace" | " " => Ok(Self::Space),
            _ => match text.as_bytes() {
                [b] if b.is_ascii_graphic() && *b != b'"' && !b.is_ascii_alphanumeric() => Ok(Self::Byte(*b)),
                _ => Err(Error::Reading {
                    option: "delimiter",
                    value: text.into(),
                    expected: "one character, or 'tab' or 'space'",
                }),
            },
        }
    }

    /// The name it is stated by.
    pub fn name(self) -> String {
        match self {
            Self::Byte(b'\t') => "tab".into(),
            Self::Byte(b) => char::from(b).to_string(),
            Self::Space => "space".into(),
        }
    }
}

/// A column, by its header or by its position.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ColumnRef {
    /// The column with this header.
    Header(String),
    /// The column at this position, counted from 1.
    Position(usize),
}

impl ColumnRef {
    /// Reads `#3` as a position and anything else as a header.
    pub fn parse(text: &str) -> Self {
        let position = text.strip_prefix('#').and_then(|n| n.parse().ok()).filter(|n| *n > 0);
        position.map_or_else(|| Self::Header(text.into()), Self::Position)
    }
}

impl std::fmt::Display for ColumnRef {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Header(h) => f.write_str(h),
            Self::Position(p) => write!(f, "#{p}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_and_delimiters_are_read() {
        assert_eq!(ColumnRef::parse("#5"), ColumnRef::Position(5));
        for header in ["#", "#0", "#1x", "Total"] {
            assert_eq!(ColumnRef::parse(header), ColumnRef::Header(header.into()));
        }
        for (text, name) in [(";", ";"), ("tab", "tab"), ("space", "space"), ("|", "|")] {
            assert_eq!(Delimiter::parse(text).map(Delimiter::name), Ok(name.into()));
        }
        for bad in ["", ",,", "a", "\"", "é"] {
            assert!(Delimiter::parse(bad).is_err(), "{bad}");
        }
    }
}
