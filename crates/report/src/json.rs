//! One JSON object, streamed: the envelope of the command line's contract. Also one line a row of a table.
//!
//! An amount in the head is `{"amount": "1234.50", "currency": "INR"}`; in a table it is the decimal string, and
//! `units.<table>.<column>` beside `result` says the currency once.

use crate::digits::{amount, day, digits};
use crate::document::slug;
use crate::raw::{Currencies, Raw, row_currency};
use crate::voice::Voice;
use crate::{Document, Error, Section, Style};
use naata_answer::{Action, Answer, Cell, Column, Table};
use naata_core::{Finding, Ids};
use std::io::Write;

/// A head figure or a table, nested by the dots of its key.
enum Node<'a> {
    Cell(&'a Cell),
    Table(&'a Table),
    Map(Vec<(String, Node<'a>)>),
}

/// Puts a leaf where its key says. A key that is also the beginning of another gets `_` behind it, so that nothing
/// is lost.
fn insert<'a>(map: &mut Vec<(String, Node<'a>)>, key: &str, leaf: Node<'a>) {
    let (first, rest) = key.split_once('.').map_or((key, None), |(a, b)| (a, Some(b)));
    let mut name = first.to_string();
    while let Some((_, node)) = map.iter_mut().find(|(k, _)| *k == name) {
        match (node, rest) {
            (Node::Map(inner), Some(rest)) => return insert(inner, rest, leaf),
            _ => name.push('_'),
        }
    }
    match rest {
        None => map.push((name, leaf)),
        Some(rest) => {
            let mut inner = Vec::new();
            insert(&mut inner, rest, leaf);
            map.push((name, Node::Map(inner)));
        }
    }
}

/// Writes objects and arrays with commas where they belong.
struct Writer<'o> {
    to: &'o mut dyn Write,
    /// What is not yet handed on.
    out: Vec<u8>,
    /// Whether the next value is the first of its object or array.
    first: bool,
}

/// So many bytes are handed on at once.
const HANDED: usize = 1 << 16;

impl<'o> Writer<'o> {
    fn new(to: &'o mut dyn Write) -> Self {
        Self { to, out: Vec::with_capacity(2 * HANDED), first: true }
    }

    /// Hands on what has come together, where that is enough.
    fn hand_on(&mut self, least: usize) -> Result<(), Error> {
        if self.out.len() >= least {
            self.to.write_all(&self.out)?;
            self.out.clear();
        }
        Ok(())
    }

    fn open(&mut self, sign: u8) -> Result<(), Error> {
        self.first = true;
        Ok(self.out.write_all(&[sign])?)
    }

    fn close(&mut self, sign: u8) -> Result<(), Error> {
        self.first = false;
        Ok(self.out.write_all(&[sign])?)
    }

    /// Starts the next value of an array.
    fn next(&mut self) -> Result<(), Error> {
        if !self.first {
            self.out.write_all(b",")?;
        }
        self.first = false;
        Ok(())
    }

    /// Starts the next value of an object.
    fn key(&mut self, key: &str) -> Result<(), Error> {
        self.next()?;
        self.text(key)?;
        Ok(self.out.write_all(b":")?)
    }

    fn text(&mut self, text: &str) -> Result<(), Error> {
        quoted(text, &mut self.out)
    }

    fn field(&mut self, key: &str, text: &str) -> Result<(), Error> {
        self.key(key)?;
        self.text(text)
    }

    fn optional(&mut self, key: &str, text: Option<&str>) -> Result<(), Error> {
        self.key(key)?;
        match text {
            Some(t) => self.text(t),
            None => Ok(self.out.write_all(b"null")?),
        }
    }

    fn count(&mut self, key: &str, n: u64) -> Result<(), Error> {
        self.key(key)?;
        Ok(write!(self.out, "{n}")?)
    }

    /// A value; amounts as decimal strings, or with their currency.
    fn raw(&mut self, raw: Raw<'_>, with_currency: bool) -> Result<(), Error> {
        match raw {
            Raw::Missing => self.out.write_all(b"null")?,
            Raw::Text(t) => self.text(t)?,
            Raw::Flag(b) => write!(self.out, "{b}")?,
            Raw::Count(n) => digits(n, 1, &mut self.out),
            // What is not finite becomes null.
            Raw::Number(x) => serde_json::to_writer(&mut self.out, &x).map_err(std::io::Error::from)?,
            Raw::Money(m, unit) if with_currency => {
                write!(
                    self.out,
                    "{{\"amount\":\"{}\",\"currency\":\"{}\"}}",
                    unit.decimal(m),
                    unit.currency
                )?;
            }
            Raw::Money(m, unit) => {
                self.out.push(b'"');
                amount(m, unit, &mut self.out);
                self.out.push(b'"');
            }
            Raw::Day(d) => {
                self.out.push(b'"');
                day(d, &mut self.out);
                self.out.push(b'"');
            }
            Raw::Instant(t) => write!(self.out, "\"{t}\"")?,
        }
        Ok(())
    }

    fn node(&mut self, node: &Node<'_>, ids: &Ids) -> Result<(), Error> {
        match node {
            Node::Cell(c) => self.raw(Raw::of(c, ids), true),
            Node::Table(t) => self.rows(t, ids),
            Node::Map(inner) => self.map(inner, ids),
        }
    }

    fn map(&mut self, map: &[(String, Node<'_>)], ids: &Ids) -> Result<(), Error> {
        self.open(b'{')?;
        for (key, node) in map {
            self.key(key)?;
            self.node(node, ids)?;
        }
        self.close(b'}')
    }

    fn rows(&mut self, t: &Table, ids: &Ids) -> Result<(), Error> {
        let keys = keys(t)?;
        self.open(b'[')?;
        for row in 0..t.rows() {
            self.next()?;
            self.row(t, &keys, row, ids, false)?;
            self.hand_on(HANDED)?;
        }
        self.close(b']')
    }

    /// One row; with its currencies where the row stands alone.
    fn row(&mut self, t: &Table, keys: &[Vec<u8>], row: usize, ids: &Ids, alone: bool) -> Result<(), Error> {
        let currencies = if alone { Currencies::of(t) } else { Currencies::None };
        self.open(b'{')?;
        for ((key, column), quoted) in t.columns.iter().zip(keys) {
            self.next()?;
            self.out.extend_from_slice(quoted);
            // A mixed column has no unit of its own.
            self.raw(Raw::at(column, row, ids), matches!(column, Column::Mixed(_)) && !alone)?;
            if let (Currencies::Each, Column::Money(_, unit)) = (&currencies, column.kind()) {
                self.field(&format!("{key}_currency"), unit.currency.code())?;
            }
        }
        if currencies == Currencies::One {
            self.optional("currency", row_currency(t, row, ids).as_ref().map(|c| c.code()))?;
        }
        self.close(b'}')
    }

    fn inputs(&mut self, doc: &Document<'_>) -> Result<(), Error> {
        self.key("inputs")?;
        self.open(b'[')?;
        for t in &doc.intake.tables {
            self.next()?;
            self.open(b'{')?;
            self.field("table", t.kind.name())?;
            self.field("file", &t.file)?;
            self.field("format", &t.format)?;
            self.count("rows", t.rows)?;
            self.count("used", t.used)?;
            self.count("records", t.records)?;
            self.key("refused")?;
            self.open(b'{')?;
            for (code, n) in &t.refused {
                self.count(code, *n)?;
            }
            self.close(b'}')?;
            self.optional("first", t.span.map(|s| s.0.to_string()).as_deref())?;
            self.optional("last", t.span.map(|s| s.1.to_string()).as_deref())?;
            self.key("assumed")?;
            self.open(b'{')?;
            for (key, value) in &t.assumed {
                self.field(key, value)?;
            }
            self.close(b'}')?;
            self.close(b'}')?;
        }
        self.close(b']')
    }

    /// What one section says: schema, parameters, result, units, messages, actions.
    fn section(&mut self, s: &Section<'_>, ids: &Ids, voice: &Voice<'_>) -> Result<(), Error> {
        self.key("parameters")?;
        self.open(b'{')?;
        for (name, text) in &s.parameters {
            self.optional(name, Some(text.as_str()).filter(|t| !t.is_empty()))?;
        }
        self.close(b'}')?;
        self.key("result")?;
        self.map(&tree(s.answer), ids)?;
        self.key("units")?;
        self.open(b'{')?;
        for t in &s.answer.tables {
            let money = || {
                t.columns
                    .iter()
                    .filter_map(|(k, c)| if let Column::Money(_, u) = c.kind() { Some((k, u)) } else { None })
            };
            if money().next().is_some() {
                self.key(t.key)?;
                self.open(b'{')?;
                for (key, unit) in money() {
                    self.field(key, unit.currency.code())?;
                }
                self.close(b'}')?;
            }
        }
        self.close(b'}')?;
        self.key("messages")?;
        self.open(b'[')?;
        for m in &s.answer.messages {
            self.next()?;
            self.open(b'{')?;
            self.field("key", m.key)?;
            self.field("text", &voice.message(m))?;
            self.values(&m.values, ids)?;
            self.close(b'}')?;
        }
        self.close(b']')?;
        self.key("actions")?;
        self.open(b'[')?;
        for a in &s.answer.actions {
            self.next()?;
            self.action(a, ids, voice)?;
        }
        self.close(b']')
    }

    fn values(&mut self, values: &[(&'static str, Cell)], ids: &Ids) -> Result<(), Error> {
        self.key("values")?;
        self.open(b'{')?;
        for (name, cell) in values {
            self.key(name)?;
            self.raw(Raw::of(cell, ids), true)?;
        }
        self.close(b'}')
    }

    fn action(&mut self, a: &Action, ids: &Ids, voice: &Voice<'_>) -> Result<(), Error> {
        let (text, _) = voice.action(a);
        self.open(b'{')?;
        match a {
            Action::Nothing { key, values } => {
                self.field("key", key)?;
                self.field("text", &text)?;
                self.values(values, ids)?;
            }
            Action::Act { key, customers, stake, list } => {
                self.field("key", key)?;
                self.field("text", &text)?;
                self.count("customers", *customers)?;
                self.key("stake")?;
                match stake {
                    None => self.out.write_all(b"null")?,
                    Some(s) => {
                        self.open(b'{')?;
                        self.field("value", &s.unit.decimal(s.value).to_string())?;
                        self.optional("low", s.low.map(|m| s.unit.decimal(m).to_string()).as_deref())?;
                        self.optional("high", s.high.map(|m| s.unit.decimal(m).to_string()).as_deref())?;
                        self.field("currency", s.unit.currency.code())?;
                        self.close(b'}')?;
                    }
                }
                self.field("list", list)?;
            }
        }
        self.close(b'}')
    }

    fn finding(&mut self, f: &Finding, voice: &Voice<'_>) -> Result<(), Error> {
        self.open(b'{')?;
        self.field("code", f.code)?;
        self.field("severity", f.severity.name())?;
        self.optional("file", f.file.as_deref())?;
        self.key("line")?;
        match f.line {
            Some(n) => write!(self.out, "{n}")?,
            None => self.out.write_all(b"null")?,
        }
        self.optional("column", f.column.as_deref())?;
        self.optional("value", f.value.as_deref())?;
        self.optional("expected", f.expected.as_deref())?;
        self.optional("suggestion", f.suggestion.as_deref())?;
        self.key("details")?;
        self.open(b'{')?;
        for (name, value) in &f.details {
            self.field(name, value)?;
        }
        self.close(b'}')?;
        self.field("message", &voice.finding(f))?;
        self.close(b'}')
    }

    fn findings<'f>(
        &mut self,
        all: impl IntoIterator<Item = &'f Finding>,
        voice: &Voice<'_>,
    ) -> Result<(), Error> {
        self.key("findings")?;
        self.open(b'[')?;
        for f in all {
            self.next()?;
            self.finding(f, voice)?;
        }
        self.close(b']')
    }

    /// The exact number of findings of the intake by code and file; the listing above it is capped.
    fn finding_counts(&mut self, doc: &Document<'_>) -> Result<(), Error> {
        self.key("finding_counts")?;
        self.open(b'[')?;
        for (code, file, severity, n) in doc.intake.findings.counts() {
            self.next()?;
            self.open(b'{')?;
            self.field("code", code)?;
            self.optional("file", file)?;
            self.field("severity", severity.name())?;
            self.count("count", n)?;
            self.close(b'}')?;
        }
        self.close(b']')
    }
}

/// A text in quotes.
fn quoted(text: &str, out: &mut Vec<u8>) -> Result<(), Error> {
    // Every byte is asked, without a way out in between: so many are asked at once.
    if !text.bytes().fold(false, |odd, b| odd | (b < b' ') | (b == b'"') | (b == b'\\')) {
        out.push(b'"');
        out.extend_from_slice(text.as_bytes());
        out.push(b'"');
        return Ok(());
    }
    serde_json::to_writer(out, text).map_err(std::io::Error::from)?;
    Ok(())
}

/// The keys of a table as they stand before each value.
fn keys(t: &Table) -> Result<Vec<Vec<u8>>, Error> {
    let key = |(key, _): &(&str, Column)| {
        let mut out = Vec::new();
        quoted(key, &mut out)?;
        out.push(b':');
        Ok(out)
    };
    t.columns.iter().map(key).collect()
}

fn tree(answer: &Answer) -> Vec<(String, Node<'_>)> {
    let mut map = Vec::new();
    for (key, cell) in &answer.head {
        insert(&mut map, key, Node::Cell(cell));
    }
    for t in &answer.tables {
        insert(&mut map, t.key, Node::Table(t));
    }
    map
}

fn schema(s: &Section<'_>) -> String {
    format!("{}/{}", slug(s.card.key), s.card.version)
}

/// Writes the whole document as one object.
pub(crate) fn document(doc: &Document<'_>, style: &Style, out: &mut dyn Write) -> Result<(), Error> {
    let voice = Voice::new(doc, style, false, "-");
    let mut w = Writer::new(out);
    w.open(b'{')?;
    w.field("naata", doc.version)?;
    if let [one] = doc.sections.as_slice() {
        w.field("schema", &schema(one))?;
        if let Some(day) = doc.as_of {
            w.field("as_of", &day.to_string())?;
        }
        w.inputs(doc)?;
        w.section(one, doc.ids, &voice)?;
        w.findings(doc.findings(), &voice)?;
    } else {
        w.field("schema", "report/1")?;
        if let Some(day) = doc.as_of {
            w.field("as_of", &day.to_string())?;
        }
        w.inputs(doc)?;
        w.key("changes")?;
        w.open(b'[')?;
        for m in &doc.changes {
            w.next()?;
            w.open(b'{')?;
            w.field("key", m.key)?;
            w.field("text", &voice.message(m))?;
            w.values(&m.values, doc.ids)?;
            w.close(b'}')?;
        }
        w.close(b']')?;
        w.key("sections")?;
        w.open(b'[')?;
        for s in &doc.sections {
            w.next()?;
            w.open(b'{')?;
            w.field("schema", &schema(s))?;
            w.section(s, doc.ids, &voice)?;
            w.findings(crate::document::section_findings(doc.intake, s), &voice)?;
            w.close(b'}')?;
        }
        w.close(b']')?;
        w.findings(doc.intake.findings.listed(), &voice)?;
    }
    w.finding_counts(doc)?;
    w.close(b'}')?;
    w.out.push(b'\n');
    w.hand_on(0)
}

/// Writes one table, a JSON object a line.
pub(crate) fn lines(t: &Table, ids: &Ids, out: &mut dyn Write) -> Result<(), Error> {
    let (mut w, keys) = (Writer::new(out), keys(t)?);
    for row in 0..t.rows() {
        w.row(t, &keys, row, ids, true)?;
        w.out.push(b'\n');
        w.hand_on(HANDED)?;
    }
    w.hand_on(0)
}

/// Writes the head of an answer that has no table as one line.
pub(crate) fn head_line(answer: &Answer, ids: &Ids, out: &mut dyn Write) -> Result<(), Error> {
    let mut w = Writer::new(out);
    w.map(&tree(answer), ids)?;
    w.out.push(b'\n');
    w.hand_on(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dotted_keys_nest_and_a_clash_loses_nothing() {
        let mut a = Answer::default();
        for (key, n) in [("model.r", 1), ("model", 2), ("model.alpha", 3), ("x", 4), ("x.y", 5)] {
            a.set(key, Cell::Count(n));
        }
        let mut out = Vec::new();
        head_line(&a, &Ids::default(), &mut out).expect("a vector takes everything");
        assert_eq!(
            String::from_utf8_lossy(&out).trim(),
            r#"{"model":{"r":1,"alpha":3},"model_":2,"x":4,"x_":{"y":5}}"#
        );
    }
}
