//! One table as comma-separated values: keys as headers, numbers raw, dates ISO, amounts as plain decimals with a
//! `currency` column after them.

use crate::digits::{amount, day, digits};
use crate::raw::{Currencies, Raw};
use crate::{Error, Style};
use naata_answer::{Answer, Column, Figure, Table};
use naata_core::{Currency, Exec, Ids, relay};
use std::io::Write;

/// Rows that are put into text at once, by one thread.
const BLOCK: usize = 1 << 11;
/// Blocks that are on their way at once.
const BLOCKS: usize = 16;

/// Writes one table.
pub(crate) fn table(t: &Table, ids: &Ids, style: &Style, out: &mut dyn Write) -> Result<(), Error> {
    let rows = Rows::of(t, ids, style);
    begin(style, out)?;
    let mut text = rows.header();
    out.write_all(&text)?;
    for k in 0..rows.blocks() {
        text.clear();
        rows.block(k, &mut text);
        out.write_all(&text)?;
    }
    Ok(())
}

/// The same on all threads of a host: while blocks are worked out, those before are written.
pub(crate) fn table_on(
    exec: &dyn Exec,
    t: &Table,
    ids: &Ids,
    style: &Style,
    out: &mut (dyn Write + Send),
) -> Result<(), Error> {
    let rows = Rows::of(t, ids, style);
    begin(style, out)?;
    out.write_all(&rows.header())?;
    let mut blocks = 0..rows.blocks();
    let come = |room: Vec<u8>| blocks.next().map(|k| (k, room));
    let work = |(k, mut text): (usize, Vec<u8>)| {
        text.clear();
        rows.block(k, &mut text);
        text
    };
    let take = |text: Vec<u8>| out.write_all(&text).map(|()| text);
    match relay(exec, BLOCKS, come, work, take, Ok)? {
        true => Ok(()),
        false => Err(std::io::Error::other("a part of the host's broke off").into()),
    }
}

/// A table on its way into lines of text.
struct Rows<'t> {
    table: &'t Table,
    columns: Vec<Cells<'t>>,
    ids: &'t Ids,
    style: &'t Style,
    currencies: Currencies,
    /// The currency of all rows, that of the first column that has one; `None` where some cells bring their own.
    constant: Option<Currency>,
    end: &'static [u8],
}

/// A column, and what is known of all of its cells.
struct Cells<'t> {
    column: &'t Column,
    /// The currency of its amounts, where it is stated.
    currency: Option<Currency>,
    /// The same where it stands behind each of them.
    own: Option<Currency>,
}

impl<'t> Rows<'t> {
    fn of(table: &'t Table, ids: &'t Ids, style: &'t Style) -> Self {
        let currencies = Currencies::of(table);
        let cells = |(_, column): &'t (&'static str, Column)| {
            let unit = if let Column::Money(_, unit) = column.kind() { Some(*unit) } else { None };
            let currency = unit.map(|u| u.currency);
            let own = currency.filter(|_| currencies == Currencies::Each);
            Cells { column, currency: currency.filter(|c| c.is_stated()), own }
        };
        let columns: Vec<_> = table.columns.iter().map(cells).collect();
        let mixed = columns.iter().any(|c| matches!(c.column, Column::Mixed(_)));
        let constant = columns.iter().find_map(|c| c.currency).filter(|_| !mixed);
        let end: &[u8] = if style.excel { b"\r\n" } else { b"\n" };
        Self { table, columns, ids, style, currencies, constant, end }
    }

    fn header(&self) -> Vec<u8> {
        let mut text = Vec::new();
        for (i, ((key, _), cells)) in self.table.columns.iter().zip(&self.columns).enumerate() {
            separate(i, &mut text);
            words(key, self.style, &mut text);
            if cells.own.is_some() {
                text.extend_from_slice(format!(",{key}_currency").as_bytes());
            }
        }
        if self.currencies == Currencies::One {
            text.extend_from_slice(b",currency");
        }
        text.extend_from_slice(self.end);
        text
    }

    fn blocks(&self) -> usize {
        self.table.rows().div_ceil(BLOCK)
    }

    /// Adds the lines of a block.
    fn block(&self, k: usize, text: &mut Vec<u8>) {
        let rows = k * BLOCK..self.table.rows().min((k + 1) * BLOCK);
        text.reserve(rows.len() * 8 * self.columns.len());
        rows.for_each(|row| self.line(row, text));
    }

    fn line(&self, row: usize, text: &mut Vec<u8>) {
        let mut first = self.constant;
        for (i, cells) in self.columns.iter().enumerate() {
            separate(i, text);
            if let Column::Derived(derived) = cells.column {
                first = first.or(cells.currency);
                figure(derived.value(row), text);
            } else {
                let raw = Raw::at(cells.column, row, self.ids);
                if first.is_none() {
                    let brought = if let Raw::Money(_, unit) = raw { Some(unit.currency) } else { None };
                    first = brought.filter(|c| c.is_stated()).or(cells.currency);
                }
                value(raw, self.style, text);
            }
            if let Some(currency) = cells.own {
                text.push(b',');
                text.extend_from_slice(currency.code().as_bytes());
            }
        }
        if self.currencies == Currencies::One {
            text.push(b',');
            if let Some(c) = first {
                text.extend_from_slice(c.code().as_bytes());
            }
        }
        text.extend_from_slice(self.end);
    }
}

/// Writes the head of an answer that has no table, one figure a row.
pub(crate) fn head(answer: &Answer, ids: &Ids, style: &Style, out: &mut dyn Write) -> Result<(), Error> {
    let end: &[u8] = if style.excel { b"\r\n" } else { b"\n" };
    begin(style, out)?;
    let mut text = b"key,value,currency".to_vec();
    text.extend_from_slice(end);
    for (key, cell) in &answer.head {
        words(key, style, &mut text);
        text.push(b',');
        let raw = Raw::of(cell, ids);
        value(raw, style, &mut text);
        text.push(b',');
        if let Raw::Money(_, unit) = raw {
            text.extend_from_slice(unit.currency.code().as_bytes());
        }
        text.extend_from_slice(end);
    }
    out.write_all(&text)?;
    Ok(())
}

fn begin(style: &Style, out: &mut dyn Write) -> Result<(), Error> {
    if style.excel {
        out.write_all("\u{feff}".as_bytes())?;
    }
    Ok(())
}

fn separate(i: usize, out: &mut Vec<u8>) {
    if i > 0 {
        out.push(b',');
    }
}

/// A number in the shortest form that reads back as the same; nothing where it is not finite.
fn number(x: f64, out: &mut Vec<u8>) {
    let size = x.abs();
    if size == 0.0 {
        out.push(b'0');
    } else if (1e-5..1e15).contains(&size) {
        // As in JSON, where a whole number ends in `.0`.
        let written = serde_json::to_writer(&mut *out, &x).is_ok();
        if written && out.ends_with(b".0") {
            out.truncate(out.len() - 2);
        }
    } else if size.is_finite() {
        // A vector takes everything.
        let _ = write!(out, "{x:e}");
    }
}

/// A value that was worked out on the way, of which lists have millions.
fn figure(figure: Option<Figure>, out: &mut Vec<u8>) {
    match figure {
        None => {}
        Some(Figure::Count(n)) => digits(n, 1, out),
        Some(Figure::Number(x)) => number(x, out),
        Some(Figure::Money(m, unit)) => amount(m, unit, out),
        Some(Figure::Day(d)) => day(d, out),
    }
}

fn value(raw: Raw<'_>, style: &Style, out: &mut Vec<u8>) {
    let mut put = |shown: std::fmt::Arguments<'_>| {
        // A vector takes everything.
        let _ = out.write_fmt(shown);
    };
    match raw {
        Raw::Missing => {}
        Raw::Text(t) => words(t, style, out),
        Raw::Flag(b) => put(format_args!("{b}")),
        Raw::Count(n) => digits(n, 1, out),
        Raw::Number(x) => number(x, out),
        Raw::Money(m, unit) => amount(m, unit, out),
        Raw::Day(d) => day(d, out),
        Raw::Instant(t) => put(format_args!("{t}")),
    }
}

/// A text, quoted where needed. A spreadsheet runs what begins with one of these signs as a formula.
fn words(t: &str, style: &Style, out: &mut Vec<u8>) {
    let formula = || t.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']);
    let quote =
        t.bytes().any(|b| matches!(b, b',' | b'"' | b'\n' | b'\r')) || t.starts_with(' ') || t.ends_with(' ');
    if quote {
        out.push(b'"');
    }
    if style.excel && formula() {
        out.push(b'\'');
    }
    if quote {
        out.extend_from_slice(t.replace('"', "\"\"").as_bytes());
        out.push(b'"');
    } else {
        out.extend_from_slice(t.as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use naata_core::{Currency, Minor, MoneyUnit};

    fn csv(t: &Table, style: &Style) -> String {
        let mut out = Vec::new();
        table(t, &Ids::default(), style, &mut out).expect("a vector takes everything");
        String::from_utf8(out).expect("UTF-8")
    }

    fn texts(all: &[&str]) -> Column {
        Column::Text(all.iter().map(|t| Some((*t).into())).collect())
    }

    #[test]
    fn texts_that_would_run_as_formulas_are_guarded_for_spreadsheets_only() {
        let t = Table::list("rows").with("x", texts(&["=1+1", "+91", "-a", "@SUM(A1)", "\tx", "a=b"]));
        let excel = Style { excel: true, ..Style::default() };
        assert_eq!(csv(&t, &excel), "\u{feff}x\r\n'=1+1\r\n'+91\r\n'-a\r\n'@SUM(A1)\r\n'\tx\r\na=b\r\n");
        assert_eq!(csv(&t, &Style::default()), "x\n=1+1\n+91\n-a\n@SUM(A1)\n\tx\na=b\n");
    }

    #[test]
    fn numbers_are_raw_and_guarded_never() {
        let excel = Style { excel: true, ..Style::default() };
        let t = Table::list("rows")
            .with("x", Column::Number(vec![Some(-1.5), Some(0.1 + 0.2), Some(1e300), None]));
        assert_eq!(csv(&t, &excel), "\u{feff}x\r\n-1.5\r\n0.30000000000000004\r\n1e300\r\n\r\n");
    }

    #[test]
    fn one_currency_is_one_column_and_several_are_one_each() {
        let inr = MoneyUnit::of(Currency::INR);
        let usd = MoneyUnit::of(Currency::parse("USD").expect("known"));
        let t = Table::list("rows").with("a", Column::Money(vec![Some(Minor(123_450)), None], inr));
        assert_eq!(csv(&t, &Style::default()), "a,currency\n1234.50,INR\n,INR\n");
        let t = t.with("b", Column::Money(vec![Some(Minor(-5)), None], usd));
        assert_eq!(
            csv(&t, &Style::default()),
            "a,a_currency,b,b_currency\n1234.50,INR,-0.05,USD\n,INR,,USD\n"
        );
    }

    #[test]
    fn numbers_are_the_shortest_that_read_back_the_same() {
        let mut out = Vec::new();
        let mut state = 7u64;
        let mut check = |x: f64| {
            out.clear();
            number(x, &mut out);
            let want = if (1e-5..1e15).contains(&x.abs()) { format!("{x}") } else { format!("{x:e}") };
            let got = String::from_utf8_lossy(&out);
            // Where two of the shortest are equally near, the formatter may take the other.
            assert_eq!(
                (got.parse(), got.len(), got.contains('e')),
                (Ok(x), want.len(), want.contains('e')),
                "{want}"
            );
        };
        for k in -5..15 {
            let ten: f64 = format!("1e{k}").parse().expect("a power of ten");
            [ten, -ten, ten.next_up(), 10.0 * ten.next_down(), 3.0 * ten, 0.1 * ten]
                .into_iter()
                .for_each(&mut check);
        }
        [f64::MAX, f64::MIN_POSITIVE, 1e15, 0.1 + 0.2, 1142.0012457912458, 1e15f64.next_down(), 9.99e-6]
            .into_iter()
            .for_each(&mut check);
        for _ in 0..200_000 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let x = f64::from_bits(state);
            check(if x.is_finite() && x != 0.0 { x } else { 0.5 });
            check((state >> 20) as f64 / 97.0 / [1.0, 1e2, 1e5, 1e9, 1e13, 1e17][(state % 6) as usize]);
        }
    }

    #[test]
    fn commas_quotes_and_line_ends_are_quoted() {
        let t = Table::list("rows").with("x", texts(&["a,b", "say \"hi\"", "two\nlines", " x"]));
        assert_eq!(csv(&t, &Style::default()), "x\n\"a,b\"\n\"say \"\"hi\"\"\"\n\"two\nlines\"\n\" x\"\n");
    }

    #[test]
    fn blocks_worked_out_side_by_side_come_in_order() {
        // Whatever the host does, the last block first and each twice, the order stays.
        struct Backwards;
        impl Exec for Backwards {
            fn each(&self, parts: usize, job: &(dyn Fn(usize) + Sync)) {
                (0..parts).rev().chain(0..parts).for_each(job);
            }
        }
        for rows in [0, 1, BLOCK, BLOCK + 1, BLOCK * BLOCKS, BLOCK * BLOCKS * 2 + 5] {
            let t = Table::list("rows").with("n", Column::Count((0..rows as u64).map(Some).collect()));
            let mut out = Vec::new();
            table_on(&Backwards, &t, &Ids::default(), &Style::default(), &mut out)
                .expect("a vector takes everything");
            let want: String = (0..rows).map(|n| format!("{n}\n")).collect();
            assert!(out == format!("n\n{want}").into_bytes(), "{rows} rows");
            assert!(csv(&t, &Style::default()).into_bytes() == out, "{rows} rows");
        }
    }
}
