//! A sheet of a workbook as lines of text, cell by cell: nothing but one row is in memory.
//!
//! Each row of the sheet is a line, blank rows too, so that the line of a finding is the row people see. A line end
//! inside a cell becomes a blank for the same reason.

use super::line::write;
use super::number::{Style, show};
use super::zip::Guard;
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use std::io::{self, BufReader, Read};
use std::sync::Arc;

/// The most columns a table may reach to: spreadsheets allow 16,384, most of which nobody fills.
const COLUMNS: usize = 4_096;
/// The most rows a sheet has.
const ROWS: u64 = 1_048_576;
/// Blank cells and rows that are written out before a sheet counts as blown up.
const PADDING: u64 = 64 << 20;

/// What the cells of a workbook refer to.
#[derive(Debug, Default)]
pub(super) struct Shared {
    pub(super) strings: Strings,
    pub(super) styles: Vec<Style>,
    pub(super) since_1904: bool,
}

/// Texts, one behind the other.
#[derive(Debug, Default)]
pub(super) struct Strings {
    text: String,
    ends: Vec<usize>,
}

impl Strings {
    pub(super) fn push(&mut self, text: &str) {
        self.text.push_str(text);
        self.ends.push(self.text.len());
    }

    pub(super) fn bytes(&self) -> usize {
        self.text.len() + self.ends.len() * size_of::<usize>()
    }

    fn get(&self, at: usize) -> Option<&str> {
        let start = at.checked_sub(1).map_or(Some(0), |i| self.ends.get(i).copied())?;
        self.text.get(start..*self.ends.get(at)?)
    }
}

/// A sheet on its way to text.
pub(super) struct Sheet {
    xml: Reader<BufReader<Guard>>,
    shared: Arc<Shared>,
    event: Vec<u8>,
    out: Vec<u8>,
    at: usize,
    /// Lines written so far.
    lines: u64,
    padding: u64,
    ended: bool,
}

/// An error of a workbook.
pub(super) fn bad(message: impl Into<String>) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, message.into())
}

pub(super) fn wrong(e: quick_xml::Error) -> io::Error {
    match e {
        quick_xml::Error::Io(e) => io::Error::new(e.kind(), e.to_string()),
        e => bad(e.to_string()),
    }
}

/// The value of an attribute.
pub(super) fn attribute(tag: &BytesStart<'_>, name: &str) -> io::Result<Option<String>> {
    let found = tag.try_get_attribute(name).map_err(|e| bad(e.to_string()))?;
    let Some(found) = found else { return Ok(None) };
    let value = found.normalized_value(quick_xml::XmlVersion::Implicit1_0).map_err(|e| bad(e.to_string()))?;
    Ok(Some(value.into_owned()))
}

/// Adds what an event says as text.
pub(super) fn text_of(event: &Event<'_>, into: &mut String) -> io::Result<()> {
    match event {
        Event::Text(t) => into.push_str(&t.xml10_content()),
        Event::CData(t) => into.push_str(&t.xml10_content()),
        Event::GeneralRef(r) => match r.resolve_char_ref().map_err(wrong)? {
            Some(c) => into.push(c),
            None => into.push_str(quick_xml::escape::resolve_predefined_entity(r).unwrap_or_default()),
        },
        _ => {}
    }
    Ok(())
}

impl Sheet {
    pub(super) fn new(file: Guard, shared: Arc<Shared>) -> Self {
        let xml = Reader::from_reader(BufReader::with_capacity(1 << 16, file));
        let (event, out) = (Vec::new(), Vec::new());
        Self { xml, shared, event, out, at: 0, lines: 0, padding: 0, ended: false }
    }

    /// Reads on until at least one line is ready, or the sheet ends.
    fn fill(&mut self) -> io::Result<()> {
        self.out.clear();
        self.at = 0;
        while self.out.is_empty() && !self.ended {
            self.event.clear();
            let event = self.xml.read_event_into(&mut self.event).map_err(wrong)?;
            match event {
                Event::Start(tag) if tag.local_name().as_ref() == "row" => {
                    let number = attribute(&tag, "r")?.and_then(|r| r.parse::<u64>().ok());
                    self.row(number)?;
                }
                Event::Eof => self.ended = true,
                _ => {}
            }
        }
        Ok(())
    }

    fn row(&mut self, number: Option<u64>) -> io::Result<()> {
        let number = number.unwrap_or(self.lines + 1);
        if number <= self.lines || number > ROWS {
            return Err(bad(format!("row {number} stands where it cannot")));
        }
        let blank = number - self.lines - 1;
        self.pad(blank)?;
        self.out.extend((0..blank).map(|_| b'\n'));
        self.lines = number;
        let mut cells: Vec<(usize, String)> = Vec::new();
        let mut next = 0;
        loop {
            self.event.clear();
            match self.xml.read_event_into(&mut self.event).map_err(wrong)? {
                Event::Start(tag) if tag.local_name().as_ref() == "c" => {
                    let column = attribute(&tag, "r")?.and_then(|r| column(&r)).unwrap_or(next);
                    let style = attribute(&tag, "s")?.and_then(|s| s.parse::<usize>().ok());
                    let kind = attribute(&tag, "t")?;
                    if column >= COLUMNS || column < next {
                        return Err(bad(format!("row {number} has a cell in column {}", column + 1)));
                    }
                    next = column + 1;
                    let text = self.cell(style, kind.as_deref().unwrap_or("n"))?;
                    if !text.is_empty() {
                        cells.push((column, text));
                    }
                }
                // A cell without content, and one without a place of its own, still takes its column.
                Event::Empty(tag) if tag.local_name().as_ref() == "c" => {
                    next = attribute(&tag, "r")?.and_then(|r| column(&r)).unwrap_or(next) + 1;
                }
                Event::End(tag) if tag.local_name().as_ref() == "row" => break,
                Event::Eof => return Err(bad("the sheet is cut off")),
                _ => {}
            }
        }
        let mut at = 0;
        for (column, text) in cells {
            self.pad((column - at) as u64)?;
            self.out.extend((at..column).map(|_| b','));
            at = column;
            write(&text, &mut self.out);
        }
        self.out.push(b'\n');
        Ok(())
    }

    fn pad(&mut self, n: u64) -> io::Result<()> {
        self.padding += n;
        if self.padding > PADDING { Err(bad("the sheet is made of blanks")) } else { Ok(()) }
    }

    /// The text of a cell up to its end.
    fn cell(&mut self, style: Option<usize>, kind: &str) -> io::Result<String> {
        let mut value = String::new();
        // Formulas and readings of characters stand in the cell beside its value.
        let (mut inside, mut aside) = (false, 0u32);
        loop {
            self.event.clear();
            let event = self.xml.read_event_into(&mut self.event).map_err(wrong)?;
            match &event {
                Event::Start(tag) => match tag.local_name().as_ref() {
                    "v" | "t" => inside = true,
                    "f" | "rPh" => aside += 1,
                    _ => {}
                },
                Event::End(tag) => match tag.local_name().as_ref() {
                    "v" | "t" => inside = false,
                    "f" | "rPh" => aside = aside.saturating_sub(1),
                    "c" => break,
                    _ => {}
                },
                Event::Eof => return Err(bad("the sheet is cut off")),
                _ if inside && aside == 0 => text_of(&event, &mut value)?,
                _ => {}
            }
        }
        Ok(match kind {
            "s" => {
                let at = value.trim().parse().map_err(|_| bad("a cell refers to no text"))?;
                self.shared.strings.get(at).ok_or_else(|| bad("a cell refers to no text"))?.to_owned()
            }
            "b" => if value.trim() == "1" { "true" } else { "false" }.to_owned(),
            "n" => {
                let style = style.and_then(|s| self.shared.styles.get(s)).copied().unwrap_or_default();
                show(&value, style, self.shared.since_1904).unwrap_or(value)
            }
            _ => value,
        })
    }
}

/// The column of a place such as `AB12`, counted from 0.
fn column(place: &str) -> Option<usize> {
    let letters = place.bytes().take_while(u8::is_ascii_alphabetic);
    let number = letters.take(4).fold(0usize, |n, b| n * 26 + usize::from(b.to_ascii_uppercase() - b'A' + 1));
    number.checked_sub(1)
}

impl Read for Sheet {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.at >= self.out.len() {
            self.fill()?;
        }
        let n = self.out.get(self.at..).unwrap_or_default().read(buffer)?;
        self.at += n;
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_columns() {
        for (place, want) in
            [("A1", Some(0)), ("Z9", Some(25)), ("AA10", Some(26)), ("XFD1", Some(16_383)), ("1", None)]
        {
            assert_eq!(column(place), want, "{place}");
        }
    }
}
