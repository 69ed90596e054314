//! One table as comma-separated values: keys as headers, numbers raw, dates ISO, amounts as plain decimals with a
//! `currency` column after them.

use crate::raw::{Currencies, Raw, row_currency};
use crate::{Error, Style};
use naata_answer::{Answer, Column, Table};
use naata_core::Ids;
use std::io::Write;

/// Writes one table.
pub(crate) fn table(t: &Table, ids: &Ids, style: &Style, out: &mut dyn Write) -> Result<(), Error> {
    let end: &[u8] = if style.excel { b"\r\n" } else { b"\n" };
    begin(style, out)?;
    let currencies = Currencies::of(t);
    let own = |c: &Column| matches!((&currencies, c), (Currencies::Each, Column::Money(..)));
    for (i, (key, column)) in t.columns.iter().enumerate() {
        separate(i, out)?;
        text(key, style, out)?;
        if own(column) {
            write!(out, ",{key}_currency")?;
        }
    }
    if currencies == Currencies::One {
        out.write_all(b",currency")?;
    }
    out.write_all(end)?;
    for row in 0..t.rows() {
        for (i, (_, column)) in t.columns.iter().enumerate() {
            separate(i, out)?;
            let raw = Raw::at(column, row, ids);
            value(raw, style, out)?;
            if own(column) {
                out.write_all(b",")?;
                if let Column::Money(_, unit) = column {
                    out.write_all(unit.currency.code().as_bytes())?;
                }
            }
        }
        if currencies == Currencies::One {
            out.write_all(b",")?;
            if let Some(c) = row_currency(t, row, ids) {
                out.write_all(c.code().as_bytes())?;
            }
        }
        out.write_all(end)?;
    }
    Ok(())
}

/// Writes the head of an answer that has no table, one figure a row.
pub(crate) fn head(answer: &Answer, ids: &Ids, style: &Style, out: &mut dyn Write) -> Result<(), Error> {
    let end: &[u8] = if style.excel { b"\r\n" } else { b"\n" };
    begin(style, out)?;
    out.write_all(b"key,value,currency")?;
    out.write_all(end)?;
    for (key, cell) in &answer.head {
        text(key, style, out)?;
        out.write_all(b",")?;
        let raw = Raw::of(cell, ids);
        value(raw, style, out)?;
        out.write_all(b",")?;
        if let Raw::Money(_, unit) = raw {
            out.write_all(unit.currency.code().as_bytes())?;
        }
        out.write_all(end)?;
    }
    Ok(())
}

fn begin(style: &Style, out: &mut dyn Write) -> Result<(), Error> {
    if style.excel {
        out.write_all("\u{feff}".as_bytes())?;
    }
    Ok(())
}

fn separate(i: usize, out: &mut dyn Write) -> Result<(), Error> {
    if i > 0 {
        out.write_all(b",")?;
    }
    Ok(())
}

fn value(raw: Raw<'_>, style: &Style, out: &mut dyn Write) -> Result<(), Error> {
    match raw {
        Raw::Missing => {}
        Raw::Text(t) => text(t, style, out)?,
        Raw::Flag(b) => write!(out, "{b}")?,
        Raw::Count(n) => write!(out, "{n}")?,
        Raw::Number(x) if !x.is_finite() => {}
        // Both forms are the shortest that reads back as the same number.
        Raw::Number(0.0) => out.write_all(b"0")?,
        Raw::Number(x) if (1e-5..1e15).contains(&x.abs()) => write!(out, "{x}")?,
        Raw::Number(x) => write!(out, "{x:e}")?,
        Raw::Money(m, unit) => write!(out, "{}", unit.decimal(m))?,
        Raw::Day(d) => write!(out, "{d}")?,
        Raw::Instant(t) => write!(out, "{t}")?,
    }
    Ok(())
}

/// A text, quoted where needed. A spreadsheet runs what begins with one of these signs as a formula.
fn text(t: &str, style: &Style, out: &mut dyn Write) -> Result<(), Error> {
    let formula = t.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']);
    let guard = if style.excel && formula { "'" } else { "" };
    let quote = t.contains([',', '"', '\n', '\r']) || t.starts_with(' ') || t.ends_with(' ');
    if quote {
        write!(out, "\"{guard}{}\"", t.replace('"', "\"\""))?;
    } else {
        write!(out, "{guard}{t}")?;
    }
    Ok(())
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
    fn commas_quotes_and_line_ends_are_quoted() {
        let t = Table::list("rows").with("x", texts(&["a,b", "say \"hi\"", "two\nlines", " x"]));
        assert_eq!(csv(&t, &Style::default()), "x\n\"a,b\"\n\"say \"\"hi\"\"\"\n\"two\nlines\"\n\" x\"\n");
    }
}
