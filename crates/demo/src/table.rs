//! Writes CSV: UTF-8, a header, `\n` after every row, quotes only where a value needs them.

use crate::calendar::Moment;
use naata_core::Day;
use std::fmt::{Display, Write};

/// A file of the shop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// The file's name, without a folder.
    pub name: String,
    /// What stands in it.
    pub bytes: Vec<u8>,
}

impl File {
    pub(crate) fn text(name: &str, text: String) -> Self {
        Self { name: name.into(), bytes: text.into_bytes() }
    }
}

/// A CSV table that grows row by row, cell by cell.
pub(crate) struct Table {
    text: String,
    /// Whether the next cell is the first of its row.
    fresh: bool,
}

impl Table {
    /// A table with its header.
    pub(crate) fn new(header: &str) -> Self {
        let mut text = String::from(header);
        text.push('\n');
        Self { text, fresh: true }
    }

    fn comma(&mut self) {
        if !self.fresh {
            self.text.push(',');
        }
        self.fresh = false;
    }

    /// A cell that may need quotes.
    pub(crate) fn text(&mut self, value: &str) -> &mut Self {
        self.comma();
        if value.contains([',', '"', '\n', '\r']) {
            self.text.push('"');
            for (n, piece) in value.split('"').enumerate() {
                if n > 0 {
                    self.text.push_str("\"\"");
                }
                self.text.push_str(piece);
            }
            self.text.push('"');
        } else {
            self.text.push_str(value);
        }
        self
    }

    /// A cell of digits, dates and other characters that never need quotes; empty when there is no value.
    pub(crate) fn plain<T: Display>(&mut self, value: Option<T>) -> &mut Self {
        self.comma();
        if let Some(value) = value {
            // Writing to a string cannot fail.
            let _ = write!(self.text, "{value}");
        }
        self
    }

    pub(crate) fn optional(&mut self, value: Option<&str>) -> &mut Self {
        self.text(value.unwrap_or_default())
    }

    pub(crate) fn day(&mut self, day: Day) -> &mut Self {
        self.plain(Some(day))
    }

    pub(crate) fn moment(&mut self, at: Moment) -> &mut Self {
        self.plain(Some(at))
    }

    /// An amount in paise, written in rupees.
    pub(crate) fn money(&mut self, paise: i64) -> &mut Self {
        self.plain(Some(rupees(paise)))
    }

    /// A quantity in thousandths, without needless zeros.
    pub(crate) fn quantity(&mut self, thousandths: i64) -> &mut Self {
        let sign = if thousandths < 0 { "-" } else { "" };
        let whole = thousandths.unsigned_abs();
        let mut text = format!("{sign}{}.{:03}", whole / 1000, whole % 1000);
        text.truncate(text.trim_end_matches('0').trim_end_matches('.').len());
        self.plain(Some(text))
    }

    /// Ends the row.
    pub(crate) fn end(&mut self) {
        self.text.push('\n');
        self.fresh = true;
    }

    /// The finished file.
    pub(crate) fn file(self, name: &str) -> File {
        File::text(name, self.text)
    }
}

/// An amount in paise as a decimal number of rupees.
pub(crate) fn rupees(paise: i64) -> String {
    let sign = if paise < 0 { "-" } else { "" };
    let whole = paise.unsigned_abs();
    format!("{sign}{}.{:02}", whole / 100, whole % 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_quoted_only_where_they_must_be() {
        let mut t = Table::new("a,b,c");
        t.text("plain").text("one, two").text("5\" pipe").end();
        t.optional(None).money(-5).quantity(1_250).end();
        t.money(123_456).quantity(2_000).quantity(-100).end();
        let file = t.file("x.csv");
        let text = String::from_utf8(file.bytes).expect("text");
        assert_eq!(text, "a,b,c\nplain,\"one, two\",\"5\"\" pipe\"\n,-0.05,1.25\n1234.56,2,-0.1\n");
    }
}
