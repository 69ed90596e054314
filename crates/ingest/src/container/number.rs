//! The numbers of a workbook as text: what a cell shows, not what a float holds.
//!
//! A spreadsheet calculates in binary and shows 15 significant digits: 2.55 is kept as 2.5499999999999998 and an id of
//! 12 digits as 9.83001234567E+11. Days are numbers that only a style makes dates; a style of zeros makes an id of them.

use naata_core::Day;

/// How a style shows a number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Style {
    /// As a number.
    #[default]
    Number,
    /// As a day, perhaps with a time.
    Date,
    /// As a time of day.
    Time,
    /// With leading zeros up to this many digits.
    Zeros(u8),
}

/// The style of a built-in number format.
pub(super) fn built_in(id: u32) -> Style {
    match id {
        14..=17 | 22 | 27..=31 | 34..=36 | 50..=54 | 57 | 58 => Style::Date,
        18..=21 | 32 | 33 | 45..=47 | 55 | 56 => Style::Time,
        _ => Style::Number,
    }
}

/// The style of a number format that the workbook defines.
pub(super) fn custom(code: &str) -> Style {
    if (2..=30).contains(&code.len()) && code.bytes().all(|b| b == b'0') {
        return Style::Zeros(code.len() as u8);
    }
    let mut letters = String::new();
    let mut chars = code.chars();
    while let Some(c) = chars.next() {
        match c {
            // Quoted text, an escaped character, a colour or a locale say nothing about the number.
            '"' => drop(chars.by_ref().find(|c| *c == '"')),
            '\\' | '_' | '*' => drop(chars.next()),
            '[' => {
                let inside: String = chars.by_ref().take_while(|c| *c != ']').collect();
                if inside.chars().all(|c| matches!(c, 'h' | 'H' | 'm' | 'M' | 's' | 'S')) {
                    letters.push_str(&inside.to_lowercase());
                }
            }
            // Only the first of the sections, that of positive numbers.
            ';' => break,
            c => letters.extend(c.to_lowercase()),
        }
    }
    if letters == "general" {
        return Style::Number;
    }
    let has = |c: char| letters.contains(c);
    match () {
        () if has('y') || has('d') || (has('m') && !has('h') && !has('s')) => Style::Date,
        () if has('h') || has('s') => Style::Time,
        () => Style::Number,
    }
}

/// A number as its cell shows it; `None` when the text is no number.
pub(super) fn show(text: &str, style: Style, since_1904: bool) -> Option<String> {
    let number: f64 = text.trim().parse().ok().filter(|n: &f64| n.is_finite())?;
    let shown = match style {
        Style::Date => date(number, since_1904),
        Style::Time if (0.0..1.0).contains(&number) => seconds(number).map(|s| clock(s.min(86_399))),
        Style::Time => date(number, since_1904),
        Style::Zeros(width) if number >= 0.0 => {
            let plain = plain(number);
            let whole = plain.bytes().all(|b| b.is_ascii_digit());
            whole.then(|| format!("{plain:0>width$}", width = usize::from(width)))
        }
        _ => None,
    };
    Some(shown.unwrap_or_else(|| plain(number)))
}

/// 15 significant digits, written out; from 16 digits before the mark on in the form that shows what is lost.
fn plain(number: f64) -> String {
    let short = format!("{number:.14e}");
    let number: f64 = short.parse().unwrap_or(number);
    if number.abs() < 1e15 {
        return format!("{number}");
    }
    let scientific = format!("{number:e}");
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    format!("{mantissa}E+{exponent}")
}

fn seconds(fraction: f64) -> Option<u32> {
    let seconds = (fraction * 86_400.0).round();
    (0.0..=86_400.0).contains(&seconds).then_some(seconds as u32)
}

fn clock(seconds: u32) -> String {
    format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

fn date(number: f64, since_1904: bool) -> Option<String> {
    // Day 60 is a 29 February 1900 that never was; the days before it count from one day later.
    if !(1.0..2_958_466.0).contains(&number) || (!since_1904 && (60.0..61.0).contains(&number)) {
        return None;
    }
    let (mut day, mut seconds) = (number.floor() as i32, seconds(number.fract())?);
    if seconds == 86_400 {
        (day, seconds) = (day + 1, 0);
    }
    let base = match () {
        () if since_1904 => 24_107,
        () if day < 60 => 25_568,
        () => 25_569,
    };
    let day = Day(day - base);
    Some(if seconds == 0 { day.to_string() } else { format!("{day} {}", clock(seconds)) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_show_as_their_cells_do() {
        for (text, style, want) in [
            ("2.5499999999999998", Style::Number, "2.55"),
            ("0.30000000000000004", Style::Number, "0.3"),
            ("9.83001234567E+11", Style::Number, "983001234567"),
            ("1.23456789012345E+15", Style::Number, "1.23456789012345E+15"),
            ("-5", Style::Number, "-5"),
            ("1499", Style::Number, "1499"),
            ("123", Style::Zeros(6), "000123"),
            ("1.5", Style::Zeros(6), "1.5"),
            ("46112", Style::Date, "2026-03-31"),
            ("46112.5", Style::Date, "2026-03-31 12:00:00"),
            ("46112.999999", Style::Date, "2026-04-01"),
            ("61", Style::Date, "1900-03-01"),
            ("59", Style::Date, "1900-02-28"),
            ("60", Style::Date, "60"),
            ("0.4375", Style::Time, "10:30:00"),
            ("-1", Style::Date, "-1"),
        ] {
            assert_eq!(show(text, style, false).as_deref(), Some(want), "{text} {style:?}");
        }
        assert_eq!(show("44650", Style::Date, true).as_deref(), Some("2026-03-31"));
        assert_eq!(show("x", Style::Number, false), None);
    }

    #[test]
    fn formats_of_dates_are_told_from_formats_of_numbers() {
        for (code, want) in [
            ("yyyy-mm-dd", Style::Date),
            ("dd/mm/yyyy hh:mm", Style::Date),
            ("[$-409]d-mmm-yy;@", Style::Date),
            ("mmm", Style::Date),
            ("hh:mm:ss", Style::Time),
            ("[h]:mm", Style::Time),
            ("General", Style::Number),
            ("#,##0.00", Style::Number),
            ("\"Rs. \"#,##0.00;[Red]-#,##0", Style::Number),
            ("[Red]0.00", Style::Number),
            ("0\" days\"", Style::Number),
            ("000000", Style::Zeros(6)),
            ("0", Style::Number),
        ] {
            assert_eq!(custom(code), want, "{code}");
        }
        assert_eq!((built_in(14), built_in(20), built_in(4)), (Style::Date, Style::Time, Style::Number));
    }
}
