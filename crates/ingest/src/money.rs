//! Amounts as exports write them, kept exactly.
//!
//! Read are `1234.50`, `1,234.50`, `12,34,567.89` (lakh), `1.234,50` and `1 234,50` where the decimal mark is a comma,
//! `(500.00)` and `500-` as negative, a currency sign or code before or after, and Devanagari or Bengali digits.
//! Whether `1,234` is a thousand or a little more than one cannot be read from the cell: [`Mark`] says it, and every
//! cell that fits one mark alone is evidence for the whole file. Nothing is ever rounded.

use crate::digits::latin_char;
use naata_core::{Currency, Minor};

/// The decimal mark.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Mark {
    #[default]
    Point,
    Comma,
}

/// What amounts say about the decimal mark.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct MarkEvidence {
    pub(crate) point: u64,
    pub(crate) comma: u64,
}

impl MarkEvidence {
    pub(crate) fn merge(&mut self, other: Self) {
        self.point += other.point;
        self.comma += other.comma;
    }

    pub(crate) fn mark(self) -> Option<Mark> {
        if self.point + self.comma == 0 {
            return None;
        }
        Some(if self.comma > self.point { Mark::Comma } else { Mark::Point })
    }
}

/// An exact amount: `mantissa / 10^scale`, without trailing zeros after the mark beyond what was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Amount {
    pub(crate) mantissa: i128,
    pub(crate) scale: u8,
    /// The currency its sign stands for, where the sign stands for one alone.
    pub(crate) sign: Option<Currency>,
}

/// Why an amount does not fit a unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Misfit {
    /// It has this many decimals.
    Scale(u8),
    /// It does not fit 64 bits.
    Range,
}

impl Amount {
    /// The amount in units of `10^-scale`.
    pub(crate) fn minor(self, scale: u8) -> Result<Minor, Misfit> {
        let (mut mantissa, mut own) = (self.mantissa, self.scale);
        while own > scale && mantissa % 10 == 0 {
            mantissa /= 10;
            own -= 1;
        }
        if own > scale {
            while mantissa % 10 == 0 {
                mantissa /= 10;
                own -= 1;
            }
            return Err(Misfit::Scale(own));
        }
        let wide = 10i128.checked_pow(u32::from(scale - own)).and_then(|p| mantissa.checked_mul(p));
        wide.and_then(|m| i64::try_from(m).ok()).map(Minor).ok_or(Misfit::Range)
    }

    /// The exact product of a price and a quantity.
    pub(crate) fn times(self, other: Self) -> Option<Self> {
        let mantissa = self.mantissa.checked_mul(other.mantissa)?;
        Some(Self { mantissa, scale: self.scale.checked_add(other.scale)?, sign: self.sign.or(other.sign) })
    }

    /// The exact sum.
    pub(crate) fn plus(self, other: Self) -> Option<Self> {
        let scale = self.scale.max(other.scale);
        let wide = |a: Self| a.mantissa.checked_mul(10i128.checked_pow(u32::from(scale - a.scale))?);
        Some(Self { mantissa: wide(self)?.checked_add(wide(other)?)?, scale, sign: self.sign.or(other.sign) })
    }
}

/// Reads a cell as an amount; `None` when it is not one.
pub(crate) fn amount(cell: &[u8], mark: Mark, evidence: &mut MarkEvidence) -> Option<Amount> {
    // Only under a point is the plain form the end of it; each cell is evidence once, and the same under both marks.
    if mark == Mark::Point
        && let Some(found) = plain(cell, evidence)
    {
        return Some(found);
    }
    general(std::str::from_utf8(cell).ok()?, mark, evidence)
}

/// The form nearly every export has: digits with at most one point.
fn plain(cell: &[u8], evidence: &mut MarkEvidence) -> Option<Amount> {
    let (negative, digits) = match cell {
        [b'-', rest @ ..] => (true, rest),
        all => (false, all),
    };
    let (n, scale, is_evidence) = plain_digits(digits)?;
    evidence.point += u64::from(is_evidence);
    let n = if negative { -n } else { n };
    Some(Amount { mantissa: n.into(), scale, sign: None })
}

/// Digits with at most one point: the number without the point, the digits after it, and whether the point can be
/// nothing but a decimal mark.
#[inline]
pub(crate) fn plain_digits(digits: &[u8]) -> Option<(i64, u8, bool)> {
    if digits.is_empty() || digits.len() > 18 {
        return None;
    }
    let (mut n, mut point) = (0i64, None);
    for (i, c) in digits.iter().enumerate() {
        match c {
            b'0'..=b'9' => n = n * 10 + i64::from(c - b'0'),
            b'.' if point.is_none() && i > 0 => point = Some(i),
            _ => return None,
        }
    }
    let scale = point.map_or(0, |p| digits.len() - p - 1);
    if scale == 0 && point.is_some() {
        return None;
    }
    // Three decimals may be thousands in disguise and are no evidence, unless nothing but a zero stands before.
    let is_evidence = scale > 0 && (scale != 3 || digits.starts_with(b"0."));
    Some((n, scale as u8, is_evidence))
}

fn general(text: &str, mark: Mark, evidence: &mut MarkEvidence) -> Option<Amount> {
    let text: String = text.chars().map(latin_char).collect();
    let mut rest = text.trim();
    let mut negative = false;
    if let Some(inner) = rest.strip_prefix('(').and_then(|t| t.strip_suffix(')')) {
        (negative, rest) = (true, inner.trim());
    }
    let mut sign = None;
    // A minus and a sign or code stand in any order before the digits, and after them.
    loop {
        if let Some(after) = rest.strip_prefix('-').filter(|_| !negative) {
            (negative, rest) = (true, after.trim_start());
        } else if let Some(after) =
            rest.strip_prefix('+').filter(|a| a.starts_with(|c: char| c.is_ascii_digit()))
        {
            rest = after;
        } else if let Some((found, after)) = money_sign(rest).filter(|_| sign.is_none()) {
            (sign, rest) = (Some(found), after.trim_start());
        } else {
            break;
        }
    }
    let end = rest.rfind(|c: char| c.is_ascii_digit())? + 1;
    let (digits, tail) = rest.split_at(end);
    let mut tail = tail.trim();
    if let Some((found, after)) = money_sign(tail).filter(|_| sign.is_none()) {
        (sign, tail) = (Some(found), after.trim());
    }
    match tail {
        // "499/-" is how a round amount is written in South Asia.
        "" | "/-" => {}
        "-" if !negative => negative = true,
        _ => return None,
    }
    let (mantissa, scale) = grouped(digits, mark, evidence)?;
    Some(Amount { mantissa: if negative { -mantissa } else { mantissa }, scale, sign: sign.flatten() })
}

/// The digits of a number with grouping, and how many stand after the mark. A number that can only be meant under one
/// mark is evidence for it.
fn grouped(text: &str, mark: Mark, evidence: &mut MarkEvidence) -> Option<(i128, u8)> {
    let found = under(text, mark);
    match telling(text) {
        // What cannot be read under the mark it would tell is no number and tells nothing.
        Some(told) if told == mark && found.is_none() => {}
        Some(told) if told != mark && under(text, told).is_none() => {}
        Some(Mark::Point) => evidence.point += 1,
        Some(Mark::Comma) => evidence.comma += 1,
        None => {}
    }
    found
}

/// The mark a number has to be written with, by the places of its points and commas.
fn telling(text: &str) -> Option<Mark> {
    let (points, commas) = (text.matches('.').count(), text.matches(',').count());
    let last = |c: char| text.len() - text.rfind(c).unwrap_or(0) - 1;
    let leading_zero = text.starts_with("0.") || text.starts_with("0,");
    match (points, commas) {
        (0, 0) => None,
        (0, 1) if last(',') != 3 || leading_zero => Some(Mark::Comma),
        (1, 0) if last('.') != 3 || leading_zero => Some(Mark::Point),
        (0, 1) | (1, 0) => None,
        (0, _) => Some(Mark::Point),
        (_, 0) => Some(Mark::Comma),
        _ if last('.') < last(',') => Some(Mark::Point),
        _ => Some(Mark::Comma),
    }
}

/// The digits of a number under a mark, and how many stand after it.
fn under(text: &str, mark: Mark) -> Option<(i128, u8)> {
    let (decimal, group) = if mark == Mark::Point { ('.', ',') } else { (',', '.') };
    let (whole, fraction) = text.split_once(decimal).unwrap_or((text, ""));
    if text.ends_with(decimal) || fraction.len() > 30 || !fraction.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let mut mantissa = 0i128;
    let mut push = |part: &str| {
        part.bytes().try_for_each(|b| {
            let digit = b.is_ascii_digit().then(|| i128::from(b - b'0'))?;
            mantissa = mantissa.checked_mul(10)?.checked_add(digit)?;
            Some(())
        })
    };
    let breaks = |c: char| c == group || matches!(c, ' ' | '\'' | '’' | '_');
    let groups: Vec<&str> = whole.split(breaks).collect();
    // Thousands are groups of three; lakhs are groups of two before a last one of three.
    let n = groups.len();
    let inner = groups.get(1).map_or(3, |g| if n > 2 { g.len() } else { 3 });
    for (i, part) in groups.iter().enumerate() {
        let fits = match i {
            _ if n == 1 => !part.is_empty() || !fraction.is_empty(),
            0 => (1..=inner).contains(&part.len()),
            i if i + 1 == n => part.len() == 3,
            _ => part.len() == inner && (inner == 2 || inner == 3),
        };
        if !fits {
            return None;
        }
        push(part)?;
    }
    push(fraction)?;
    Some((mantissa, u8::try_from(fraction.len()).ok()?))
}

/// A currency sign or code at the beginning of a text; the inner `None` is a sign several currencies share.
fn money_sign(text: &str) -> Option<(Option<Currency>, &str)> {
    const SIGNS: &[(&str, &str)] = &[
        ("₹", "INR"),
        ("৳", "BDT"),
        ("€", "EUR"),
        ("£", "GBP"),
        ("US$", "USD"),
        ("$", ""),
        ("¥", ""),
        ("Rs.", ""),
        ("Rs", ""),
        ("rs.", ""),
        ("rs", ""),
        ("RS.", ""),
        ("RS", ""),
        ("Tk.", "BDT"),
        ("Tk", "BDT"),
        ("रु.", ""),
        ("रु", ""),
        ("টাকা", "BDT"),
    ];
    for (sign, code) in SIGNS {
        if let Some(after) = text.strip_prefix(sign).filter(|a| !a.starts_with(char::is_alphabetic)) {
            return Some((Currency::parse(code).ok(), after));
        }
    }
    let (code, after) = (text.get(..3)?, text.get(3..)?);
    let upper = code.bytes().all(|b| b.is_ascii_uppercase()) && !after.starts_with(char::is_alphabetic);
    upper.then(|| Currency::parse(code).ok()).flatten().map(|c| (Some(c), after))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rust_decimal::Decimal;

    fn read(text: &str, mark: Mark) -> Option<String> {
        let a = amount(text.as_bytes(), mark, &mut MarkEvidence::default())?;
        Some(Decimal::try_from_i128_with_scale(a.mantissa, a.scale.into()).unwrap().to_string())
    }

    #[test]
    fn amounts_are_read_as_written() {
        for (text, want) in [
            ("1234.50", "1234.50"),
            ("-3", "-3"),
            ("1,234.50", "1234.50"),
            ("12,34,567.89", "1234567.89"),
            ("₹ 1,200", "1200"),
            ("Rs. 499/-", "499"),
            ("Rs.499.00", "499.00"),
            ("৳৫০০", "500"),
            ("(500.00)", "-500.00"),
            ("500.00-", "-500.00"),
            ("-₹12.5", "-12.5"),
            ("₹-12.5", "-12.5"),
            ("1234.50 INR", "1234.50"),
            ("$1'234", "1234"),
            ("१२,३४५.६७", "12345.67"),
            ("1 234.50", "1234.50"),
            ("+5", "5"),
            (".5", "0.5"),
            ("1.255", "1.255"),
            ("0", "0"),
            ("99999999999999999999.99", "99999999999999999999.99"),
        ] {
            assert_eq!(read(text, Mark::Point).as_deref(), Some(want), "{text}");
        }
        for (text, want) in [
            ("1.234,50", "1234.50"),
            ("1234,5", "1234.5"),
            ("1 234,50 €", "1234.50"),
            ("1.234", "1234"),
            ("-0,5", "-0.5"),
        ] {
            assert_eq!(read(text, Mark::Comma).as_deref(), Some(want), "{text}");
        }
        for text in [
            "", "-", "NA", "1.2.3", "1,2", "12,3,456", "1E+05", "5 apples", "--5", "Rs", "()", "1,,234",
            "5.", "1,234,56", "٣",
        ] {
            assert_eq!(read(text, Mark::Point), None, "{text}");
        }
    }

    #[test]
    fn cells_are_evidence_only_when_they_fit_one_mark() {
        let seen = |text: &str| {
            let mut e = MarkEvidence::default();
            amount(text.as_bytes(), Mark::Point, &mut e);
            (e.point, e.comma)
        };
        for (text, want) in [
            ("12", (0, 0)),
            ("1.234", (0, 0)),
            ("1,234", (0, 0)),
            ("12.50", (1, 0)),
            ("12,50", (0, 1)),
            ("1.234,5", (0, 1)),
            ("1,234.5", (1, 0)),
            ("1,234,567", (1, 0)),
            ("1.234.567", (0, 1)),
            ("0.500", (1, 0)),
            ("0,500", (0, 1)),
            ("12,3,4", (0, 0)),
            ("1.2,3.4", (0, 0)),
            ("1.234.56", (0, 0)),
        ] {
            assert_eq!(seen(text), want, "{text}");
        }
    }

    #[test]
    fn a_unit_takes_what_fits_and_says_what_it_lacks() {
        let a = |m, scale| Amount { mantissa: m, scale, sign: None };
        assert_eq!(a(12_500, 4).minor(2), Ok(Minor(125)));
        assert_eq!(a(1_255, 3).minor(2), Err(Misfit::Scale(3)));
        assert_eq!(a(12_550_000, 7).minor(2), Err(Misfit::Scale(3)));
        assert_eq!(a(i128::from(i64::MAX), 0).minor(2), Err(Misfit::Range));
        assert_eq!(a(333, 2).times(a(375, 3)), Some(a(124_875, 5)));
        assert_eq!(a(5, 0).plus(a(25, 2)), Some(a(525, 2)));
    }

    proptest! {
        #[test]
        fn decimals_come_back_exactly(n in any::<i64>(), scale in 0u32..=9) {
            let decimal = Decimal::new(n, scale);
            let got = amount(decimal.to_string().as_bytes(), Mark::Point, &mut MarkEvidence::default()).unwrap();
            prop_assert_eq!(got.minor(9).ok().map(|m| Decimal::new(m.0, 9).normalize()),
                i64::try_from(i128::from(n) * 10i128.pow(9 - scale)).ok().map(|_| decimal.normalize()));
            prop_assert_eq!((got.mantissa, got.scale), (i128::from(n), scale as u8));
            let comma = decimal.to_string().replace('.', ",");
            let got = amount(comma.as_bytes(), Mark::Comma, &mut MarkEvidence::default()).unwrap();
            prop_assert_eq!((got.mantissa, got.scale), (i128::from(n), scale as u8));
        }

        #[test]
        fn a_cell_is_the_same_evidence_under_both_marks(text in "[0-9.,]{0,12}") {
            let [mut point, mut comma] = [MarkEvidence::default(); 2];
            let read = [
                amount(text.as_bytes(), Mark::Point, &mut point),
                amount(text.as_bytes(), Mark::Comma, &mut comma),
            ];
            prop_assert_eq!(point, comma);
            prop_assert!(point.point + point.comma <= 1);
            // Evidence for a mark is a number that can be read under it.
            prop_assert!(point.point == 0 || read[0].is_some());
            prop_assert!(point.comma == 0 || read[1].is_some());
        }

        #[test]
        fn no_cell_panics(cell in prop::collection::vec(any::<u8>(), 0..24), text in "[0-9.,() ₹Rs-]{0,24}") {
            for mark in [Mark::Point, Mark::Comma] {
                let _ = amount(&cell, mark, &mut MarkEvidence::default());
                let _ = amount(text.as_bytes(), mark, &mut MarkEvidence::default());
            }
        }
    }
}
