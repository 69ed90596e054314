//! Values as a file of rules writes them, each with its place; every mistake is noted and reading goes on.

use super::Diagnostic;
use crate::{Edge, Kind, Literal, Span, nearest};
use naata_core::Day;
use rust_decimal::Decimal;
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// A key or value with its place.
pub(super) type Value<'i> = Spanned<DeValue<'i>>;

/// What was read so far, and every mistake.
pub(super) struct Reader<'i> {
    pub(super) text: &'i str,
    pub(super) known: &'i [(&'i str, Kind)],
    pub(super) faults: Vec<Diagnostic>,
}

/// A key of a table with its value, in the order of the file.
pub(super) struct Entry<'t, 'i> {
    pub(super) key: &'t str,
    pub(super) at: Range<usize>,
    pub(super) value: &'t Value<'i>,
}

/// The entries of a table in the order of the file.
pub(super) fn entries<'t, 'i>(table: &'t DeTable<'i>) -> Vec<Entry<'t, 'i>> {
    let mut all: Vec<Entry<'t, 'i>> = table
        .iter()
        .map(|(key, value)| Entry { key: key.get_ref().as_ref(), at: key.span(), value })
        .collect();
    all.sort_by_key(|e| e.at.start);
    all
}

/// Words that other languages of conditions use for ours.
const ELSEWHERE: [(&str, &str); 22] = [
    ("and", "all"),
    ("or", "any"),
    ("gt", "above"),
    ("gte", "at-least"),
    ("ge", "at-least"),
    ("lt", "below"),
    ("lte", "at-most"),
    ("le", "at-most"),
    ("eq", "is"),
    ("ne", "is-not"),
    ("neq", "is-not"),
    ("greater-than", "above"),
    ("less-than", "below"),
    ("min", "at-least"),
    ("max", "at-most"),
    ("more-than", "above"),
    ("average", "mean"),
    ("avg", "mean"),
    ("total", "sum"),
    ("range", "between"),
    ("from", "since"),
    ("null", "missing"),
];

/// The key that was probably meant.
pub(super) fn near_key(asked: &str, allowed: &[&str]) -> Option<String> {
    let lower = asked.to_lowercase().replace('_', "-");
    let same = allowed.iter().find(|a| **a == lower).copied();
    let elsewhere =
        || ELSEWHERE.iter().find(|(w, to)| *w == lower && allowed.contains(to)).map(|(_, to)| *to);
    same.or_else(elsewhere).or_else(|| nearest(&lower, allowed.iter().copied())).map(|k| format!("'{k}'"))
}

impl<'i> Reader<'i> {
    /// Notes a mistake.
    pub(super) fn fault(
        &mut self,
        at: Range<usize>,
        code: &'static str,
        value: impl Into<String>,
        expected: impl Into<String>,
        suggestion: Option<String>,
    ) {
        let mut d = Diagnostic::at(self.text, at, code);
        d.value = value.into();
        d.expected = expected.into();
        d.suggestion = suggestion;
        self.faults.push(d);
    }

    /// The text of a value as the file has it, on one line, shortened when long.
    pub(super) fn source(&self, at: Range<usize>) -> String {
        let text = self.text.get(at).unwrap_or_default();
        // Comments inside a condition are no part of it.
        let lines: Vec<&str> = text.lines().filter(|l| !l.trim_start().starts_with('#')).collect();
        lines.join(" ").split_whitespace().collect::<Vec<_>>().join(" ")
    }

    fn short(&self, at: Range<usize>) -> String {
        let text = self.source(at);
        if text.chars().count() > 40 { text.chars().take(39).chain(['…']).collect() } else { text }
    }

    /// Notes that a value is of the wrong kind.
    pub(super) fn wrong(&mut self, value: &Value<'_>, expected: &str, suggestion: Option<String>) {
        let text = self.short(value.span());
        self.fault(value.span(), "rules.type", text, expected, suggestion);
    }

    pub(super) fn text<'v>(&mut self, value: &'v Value<'_>, expected: &str) -> Option<&'v str> {
        match value.get_ref() {
            DeValue::String(s) if s.trim().is_empty() => {
                self.fault(value.span(), "rules.empty", "\"\"", expected, None);
                None
            }
            DeValue::String(s) => Some(s.as_ref()),
            _ => {
                let quoted = format!("\"{}\"", self.short(value.span()).trim_matches(['"', '\'']));
                self.wrong(value, expected, matches!(value.get_ref(), DeValue::Integer(_)).then_some(quoted));
                None
            }
        }
    }

    pub(super) fn flag(&mut self, value: &Value<'_>) -> Option<bool> {
        match value.get_ref() {
            DeValue::Boolean(b) => Some(*b),
            DeValue::String(s) => {
                let meant = match s.trim().to_lowercase().as_str() {
                    "yes" | "true" => Some("true".to_string()),
                    "no" | "false" => Some("false".to_string()),
                    _ => None,
                };
                self.wrong(value, "true, false", meant);
                None
            }
            _ => {
                self.wrong(value, "true, false", None);
                None
            }
        }
    }

    /// A whole number of the file.
    pub(super) fn integer(&mut self, value: &Value<'_>, expected: &str) -> Option<i64> {
        let found = match value.get_ref() {
            DeValue::Integer(n) => i64::from_str_radix(&n.as_str().replace('_', ""), n.radix()).ok(),
            _ => None,
        };
        if found.is_none() {
            self.wrong(value, expected, None);
        }
        found
    }

    /// An exact number: a whole number, a decimal as it stands in the file, or (for money) a text.
    fn number(&mut self, value: &Value<'_>, kind: Kind) -> Option<Decimal> {
        let exact = |text: &str| {
            let plain = text.trim().replace('_', "");
            Decimal::from_str_exact(plain.strip_prefix('+').unwrap_or(&plain))
                .ok()
                .or_else(|| Decimal::from_scientific(&plain).ok())
        };
        let expected = match kind {
            Kind::Money => "\"1499.50\", 1500",
            Kind::Count => "3",
            _ => "0.5",
        };
        let found = match value.get_ref() {
            DeValue::Integer(n) => {
                i64::from_str_radix(&n.as_str().replace('_', ""), n.radix()).ok().map(Decimal::from)
            }
            // The digits of the file are taken, not those of the nearest float.
            DeValue::Float(x) => match exact(x.as_str()) {
                Some(d) => Some(d),
                None => {
                    self.fault(value.span(), "rules.number", x.as_str(), expected, None);
                    return None;
                }
            },
            DeValue::String(s) if kind == Kind::Money => match exact(s) {
                Some(d) => Some(d),
                None => {
                    let meant = exact(&digits_meant(s)).map(|d| format!("\"{d}\""));
                    self.fault(value.span(), "rules.number", s.as_ref(), expected, meant);
                    return None;
                }
            },
            DeValue::String(s) => {
                let meant = exact(s).map(|d| d.to_string());
                self.wrong(value, expected, meant);
                return None;
            }
            _ => None,
        };
        if found.is_none() {
            self.wrong(value, expected, None);
        }
        found
    }

    /// A day, as a date of TOML or a text.
    pub(super) fn day(&mut self, value: &Value<'_>) -> Option<Day> {
        let text = match value.get_ref() {
            DeValue::String(s) => s.trim().to_string(),
            DeValue::Datetime(d) if d.time.is_none() => d.to_string(),
            _ => {
                self.wrong(value, "\"2026-03-31\"", None);
                return None;
            }
        };
        let found = Day::parse_iso(&text);
        if found.is_none() {
            self.fault(value.span(), "rules.date", &text, "2026-03-31", near_date(&text));
        }
        found
    }

    /// A length of time, as a text or a number of days.
    pub(super) fn span(&mut self, value: &Value<'_>) -> Option<Span> {
        let expected = "\"90 days\", \"6 months\", 90";
        let (text, found) = match value.get_ref() {
            DeValue::String(s) => (s.to_string(), Span::parse(s)),
            DeValue::Integer(n) => {
                let text = n.as_str().to_string();
                let found = Span::parse(&format!("{text} days"));
                (text, found)
            }
            _ => {
                self.wrong(value, expected, None);
                return None;
            }
        };
        if found.is_none() {
            let suggestion = near_span(&text);
            self.fault(value.span(), "rules.span", text, expected, suggestion);
        }
        found
    }

    /// The end of a window: a date, or a length of time before the day one stands on.
    pub(super) fn edge(&mut self, value: &Value<'_>) -> Option<Edge> {
        let looks_like_span = match value.get_ref() {
            DeValue::Integer(_) => true,
            DeValue::String(s) => {
                s.contains(|c: char| c.is_ascii_alphabetic()) || !s.contains(['-', '/', '.'])
            }
            _ => false,
        };
        if looks_like_span { self.span(value).map(Edge::Ago) } else { self.day(value).map(Edge::On) }
    }

    /// A value to compare facts of a kind with.
    pub(super) fn literal(&mut self, value: &Value<'_>, kind: Kind) -> Option<Literal> {
        match kind {
            Kind::Number | Kind::Count | Kind::Money => self.number(value, kind).map(Literal::Number),
            Kind::Day => self.day(value).map(Literal::Day),
            Kind::Flag => self.flag(value).map(Literal::Flag),
            Kind::Class => self.text(value, "\"...\"").map(|t| Literal::Text(t.into())),
        }
    }

    /// The values of a list that must not be empty; a single value stands for a list of one.
    pub(super) fn list<'v>(&mut self, key: &str, value: &'v Value<'i>) -> Vec<&'v Value<'i>> {
        match value.get_ref() {
            DeValue::Array(items) if items.is_empty() => {
                self.fault(value.span(), "rules.empty", key, "[..]", None);
                Vec::new()
            }
            DeValue::Array(items) => items.iter().collect(),
            _ => vec![value],
        }
    }
}

/// The digits of a text with a sign of currency, separators, or letters that look like digits between digits.
fn digits_meant(text: &str) -> String {
    let all: Vec<char> = text.chars().collect();
    let digit = |i: Option<usize>| i.and_then(|i| all.get(i)).is_some_and(char::is_ascii_digit);
    let mut out = String::new();
    for (i, c) in all.iter().enumerate() {
        let inside = digit(i.checked_sub(1)) && digit(Some(i + 1));
        match c {
            'O' | 'o' if inside => out.push('0'),
            'l' | 'I' if inside => out.push('1'),
            '.' if inside => out.push('.'),
            c if c.is_ascii_digit() => out.push(*c),
            _ => {}
        }
    }
    out
}

/// The last day of the month, where a date names a day the month does not have; the parts in our order, where they are
/// in another.
pub(super) fn near_date(text: &str) -> Option<String> {
    let parts: Vec<u32> = text.split(['-', '/', '.']).map(|p| p.parse().ok()).collect::<Option<_>>()?;
    let [a, b, c] = parts.try_into().ok()?;
    let (year, month, day) = if a > 31 { (a, b, c) } else { (c, b, a) };
    let year = i32::try_from(year).ok().filter(|y| (1900..2200).contains(y))?;
    let (month, day) = if month > 12 && day <= 12 { (day, month) } else { (month, day) };
    let day = (1..=31).contains(&day).then_some(day)?;
    let found = (0..=3).find_map(|less| Day::from_ymd(year, month, day.saturating_sub(less)))?;
    Some(format!("\"{found}\""))
}

/// The length of time that was probably meant: the number is kept, the unit is the nearest.
fn near_span(text: &str) -> Option<String> {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let unit: String = text.chars().filter(|c| c.is_alphabetic()).collect::<String>().to_lowercase();
    let unit = match unit.as_str() {
        "" => "days",
        "m" | "mo" | "mon" | "mths" => "months",
        "wk" | "wks" => "weeks",
        "yr" | "yrs" => "years",
        other => nearest(other, ["days", "weeks", "months", "years"].into_iter())?,
    };
    Some(format!("\"{}\"", Span::parse(&format!("{digits} {unit}"))?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_dates_and_spans() {
        assert_eq!(near_date("2026-02-30"), Some("\"2026-02-28\"".into()));
        assert_eq!(near_date("31.04.2026"), Some("\"2026-04-30\"".into()));
        assert_eq!(near_date("2026-13-01"), Some("\"2026-01-13\"".into()));
        assert_eq!(near_date("soon"), None);
        assert_eq!(near_span("90 dyas"), Some("\"90 days\"".into()));
        assert_eq!(near_span("6m"), Some("\"6 months\"".into()));
        assert_eq!(near_span("0 days"), None);
        assert_eq!(digits_meant("Rs. 1,5O0.50 only"), "1500.50");
    }
}
