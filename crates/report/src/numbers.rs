//! Numbers, money, shares and lengths of time for people: the reader's grouping, digits and sensible precision.
//!
//! Amounts in rupees and taka are grouped in lakh and crore (12,34,567) in every language, other amounts by thousands.
//! Counts follow the money of the document, and are in lakh in Hindi and Bengali.

use crate::{Digits, Lang, Words};
use naata_core::{Currency, Day, Instant, Minor, MoneyUnit};

/// How precisely an amount is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Precision {
    /// Every decimal of the currency.
    Exact,
    /// Without decimals; the caller knows that all amounts of the column are whole.
    Whole,
    /// Whole units from 1,000 on, for sentences and tiles.
    Rounded,
}

/// Writes numbers in one language.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Numbers<'a> {
    pub(crate) words: Words<'a>,
    pub(crate) digits: Digits,
    /// Whether counts are grouped in lakh and crore.
    pub(crate) lakh: bool,
    /// The sign of negative numbers.
    pub(crate) minus: &'static str,
}

/// Currencies whose readers count in lakh and crore.
fn in_lakh(currency: Currency) -> bool {
    currency == Currency::INR || currency == Currency::BDT
}

/// Puts commas between groups of digits.
fn group(digits: &str, lakh: bool) -> String {
    let n = digits.len();
    let mut out = String::with_capacity(n + n / 2);
    for (i, c) in digits.chars().enumerate() {
        let left = n - i;
        let edge = if lakh { left == 3 || (left > 3 && left % 2 == 1) } else { left.is_multiple_of(3) };
        if i > 0 && edge {
            out.push(',');
        }
        out.push(c);
    }
    out
}

impl Numbers<'_> {
    /// Latin digits to those of the reader.
    pub(crate) fn in_digits(&self, text: &str) -> String {
        if self.digits == Digits::Latin || self.words.lang() == Lang::En {
            return text.to_string();
        }
        let zero = self.words.lang().zero() as u32;
        let native = |c: char| c.to_digit(10).and_then(|d| char::from_u32(zero + d)).unwrap_or(c);
        text.chars().map(native).collect()
    }

    /// A plain decimal text with its whole part grouped, in the reader's digits.
    fn grouped(&self, plain: &str, lakh: bool) -> String {
        let (sign, plain) = plain.strip_prefix('-').map_or(("", plain), |rest| (self.minus, rest));
        let (whole, rest) = plain.find(['.', 'e']).map_or((plain, ""), |at| plain.split_at(at));
        let text = format!("{}{rest}", group(whole, lakh));
        let zero = text.chars().all(|c| matches!(c, '0' | '.' | ','));
        self.in_digits(&format!("{}{text}", if zero { "" } else { sign }))
    }

    pub(crate) fn count(&self, n: u64) -> String {
        self.grouped(&n.to_string(), self.lakh)
    }

    /// A number with a fixed count of decimals.
    pub(crate) fn fixed(&self, x: f64, decimals: usize) -> String {
        if !x.is_finite() {
            return "–".into();
        }
        if x.abs() >= 1e15 {
            return self.in_digits(&format!("{x:.4e}"));
        }
        self.grouped(&format!("{x:.decimals$}"), self.lakh)
    }

    /// A number with at most `digits` significant digits, without zeros at the end.
    pub(crate) fn significant(&self, x: f64, digits: usize) -> String {
        if !x.is_finite() {
            return "–".into();
        }
        let exponent = exponent(x, digits);
        if !(-5..15).contains(&exponent) {
            return self.in_digits(&format!("{x:.*e}", digits.saturating_sub(1)));
        }
        let decimals = usize::try_from(digits as i32 - 1 - exponent).unwrap_or(0);
        let mut text = format!("{x:.decimals$}");
        if text.contains('.') {
            text.truncate(text.trim_end_matches('0').trim_end_matches('.').len());
        }
        self.grouped(&text, self.lakh)
    }

    /// What a test of significance gives.
    pub(crate) fn chance(&self, x: f64) -> String {
        match x < crate::voice::SMALL_P {
            true => format!("< {}", self.significant(crate::voice::SMALL_P, 1)),
            false => self.significant(x, if x < 0.001 { 1 } else { 3 }),
        }
    }

    /// A number on its own.
    pub(crate) fn number(&self, x: f64) -> String {
        self.significant(x, if x.abs() >= 1e5 { 8 } else { 6 })
    }

    /// A share in percent with one decimal; what is not zero is not shown as zero.
    pub(crate) fn share(&self, x: f64) -> String {
        if !x.is_finite() {
            return "–".into();
        }
        let percent = x * 100.0;
        if percent != 0.0 && percent.abs() < 0.05 {
            let sign = if percent < 0.0 { self.minus } else { "" };
            return self.in_digits(&format!("{}{sign}0.1%", if percent < 0.0 { ">" } else { "<" }));
        }
        format!("{}%", self.fixed(percent, 1))
    }

    /// An amount with its currency.
    pub(crate) fn money(&self, amount: Minor, unit: MoneyUnit, precision: Precision) -> String {
        let ten = 10u64.pow(u32::from(unit.scale.min(18)));
        let size = amount.0.unsigned_abs();
        let (mut whole, mut part) = (size / ten, size % ten);
        let drop = match precision {
            Precision::Exact => false,
            Precision::Whole => true,
            Precision::Rounded => whole >= 1000 || part == 0,
        };
        let scale = usize::from(unit.scale);
        let mut decimals = if scale > 0 { format!("{part:0scale$}") } else { String::new() };
        if drop {
            // Half a unit or more rounds away from zero.
            whole = whole.saturating_add(u64::from(part >= ten.div_ceil(2) && part > 0));
            part = 0;
            decimals.clear();
        }
        let least = usize::from(unit.currency.exponent());
        while decimals.len() > least && decimals.ends_with('0') {
            decimals.pop();
        }
        let point = if decimals.is_empty() { "" } else { "." };
        let digits = format!("{}{point}{decimals}", group(&whole.to_string(), in_lakh(unit.currency)));
        let sign = if amount.0 < 0 && (whole > 0 || part > 0) { self.minus } else { "" };
        format!("{sign}{}{}", symbol(unit.currency), self.in_digits(&digits))
    }

    /// A short form for an axis: `₹1.2 L`, `12k`.
    pub(crate) fn compact(&self, x: f64, currency: Option<Currency>) -> String {
        if !x.is_finite() {
            return "–".into();
        }
        let lakh = currency.map_or(self.lakh, in_lakh);
        let steps: &[(f64, &str)] = if lakh {
            &[(1e7, "ui.compact.crore"), (1e5, "ui.compact.lakh"), (1e3, "ui.compact.thousand")]
        } else {
            &[(1e9, "ui.compact.billion"), (1e6, "ui.compact.million"), (1e3, "ui.compact.thousand")]
        };
        let size = x.abs();
        let step = steps.iter().find(|(least, _)| size >= *least && (*least > 1e3 || size >= 1e4));
        let sign = if x < 0.0 { self.minus } else { "" };
        let symbol = currency.map(symbol).unwrap_or_default();
        match step {
            Some((by, key)) => {
                let word = self.words.get(key);
                // A single letter stands close (12k); lakh, crore and whole words stand apart.
                let apart = word.chars().count() > 1 || (lakh && *by > 1e3);
                let space = if apart { "\u{a0}" } else { "" };
                format!("{sign}{symbol}{}{space}{word}", self.significant(size / by, 3))
            }
            None => format!("{sign}{symbol}{}", self.significant(size, 3.max(digits_before(size)))),
        }
    }

    /// A length of time in the largest unit that leaves a number of one or more.
    pub(crate) fn seconds(&self, seconds: f64) -> String {
        if !seconds.is_finite() {
            return "–".into();
        }
        let (by, key) = match seconds.abs() {
            s if s < 60.0 => (1.0, "ui.seconds"),
            s if s < 3_600.0 => (60.0, "ui.minutes"),
            s if s < 86_400.0 => (3_600.0, "ui.hours"),
            _ => (86_400.0, "ui.days"),
        };
        let n = seconds / by;
        let shown = if n.abs() >= 100.0 { self.fixed(n, 0) } else { self.significant(n, 3) };
        self.words.fill(&self.words.get(key), &|_| Some((shown.clone(), Some(n))))
    }

    pub(crate) fn day(&self, day: Day) -> String {
        let Some((y, m, d)) = day.ymd() else { return day.to_string() };
        let month = self.words.get(&format!("ui.month.{m:02}"));
        self.in_digits(&format!("{d} {month} {y}"))
    }

    /// An instant in UTC, to the minute.
    pub(crate) fn instant(&self, at: Instant) -> String {
        let day = i32::try_from(at.0.div_euclid(Instant::DAY)).ok().map(Day);
        let Some(day) = day.filter(|d| d.ymd().is_some()) else { return at.to_string() };
        let minutes = at.0.rem_euclid(Instant::DAY) / Instant::SECOND / 60;
        let clock = self.in_digits(&format!("{:02}:{:02}", minutes / 60, minutes % 60));
        format!("{}, {clock} UTC", self.day(day))
    }
}

/// The decimal exponent of a number rounded to so many digits; 0 for zero.
pub(crate) fn exponent(x: f64, digits: usize) -> i32 {
    let text = format!("{x:.*e}", digits.saturating_sub(1));
    text.rsplit_once('e').and_then(|(_, e)| e.parse().ok()).unwrap_or(0)
}

fn digits_before(x: f64) -> usize {
    usize::try_from(exponent(x, 3) + 1).unwrap_or(1).min(15)
}

/// The sign of a currency, or its code and a space that does not break.
pub(crate) fn symbol(currency: Currency) -> String {
    match currency.code() {
        "INR" => "₹".into(),
        "BDT" => "৳".into(),
        "USD" => "$".into(),
        "EUR" => "€".into(),
        "GBP" => "£".into(),
        "JPY" => "¥".into(),
        "XXX" => String::new(),
        code => format!("{code}\u{a0}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn n(lang: Lang, digits: Digits, lakh: bool) -> Numbers<'static> {
        Numbers { words: Words::new(lang, &[]), digits, lakh, minus: "-" }
    }

    fn unit(code: &str) -> MoneyUnit {
        MoneyUnit::of(Currency::parse(code).expect("a known code"))
    }

    #[test]
    fn rupees_and_taka_are_grouped_in_lakh_and_crore() {
        let en = n(Lang::En, Digits::Latin, false);
        assert_eq!(en.money(Minor(123_456_789), unit("INR"), Precision::Exact), "₹12,34,567.89");
        assert_eq!(en.money(Minor(123_456_789), unit("USD"), Precision::Exact), "$1,234,567.89");
        assert_eq!(en.money(Minor(-99_950), unit("BDT"), Precision::Rounded), "-৳999.50");
        assert_eq!(en.money(Minor(99_999_950), unit("INR"), Precision::Rounded), "₹10,00,000");
        assert_eq!(en.money(Minor(1_234), unit("JPY"), Precision::Exact), "¥1,234");
        assert_eq!(
            en.money(Minor(i64::MIN), unit("CHF"), Precision::Exact),
            "-CHF\u{a0}92,233,720,368,547,758.08"
        );
        let fine = MoneyUnit { currency: Currency::INR, scale: 4 };
        assert_eq!(en.money(Minor(12_345_000), fine, Precision::Exact), "₹1,234.50");
        assert_eq!(en.money(Minor(12_345_600), fine, Precision::Exact), "₹1,234.56");
    }

    #[test]
    fn digits_and_dates_are_those_of_the_reader() {
        let day = Day::from_ymd(2026, 1, 5).expect("a day");
        assert_eq!(n(Lang::En, Digits::Native, false).day(day), "5 Jan 2026");
        assert_eq!(n(Lang::Hi, Digits::Latin, false).day(day), "5 जनवरी 2026");
        assert_eq!(n(Lang::Bn, Digits::Native, true).day(day), "৫ জানু ২০২৬");
        assert_eq!(n(Lang::Hi, Digits::Native, true).count(1_234_567), "१२,३४,५६७");
    }

    #[test]
    fn precision_follows_the_size() {
        let en = n(Lang::En, Digits::Latin, false);
        assert_eq!(en.number(0.242_594_51), "0.242595");
        assert_eq!(en.number(-9_582.429_206_67), "-9,582.43");
        assert_eq!(en.number(0.000_000_012), "1.20000e-8");
        assert_eq!(en.number(-0.0), "0");
        assert_eq!(en.share(0.256), "25.6%");
        assert_eq!(en.share(0.000_1), "<0.1%");
        assert_eq!(en.seconds(34.2 * 86_400.0), "34.2 days");
        assert_eq!(en.seconds(86_400.0), "1 day");
        assert_eq!(en.compact(1_234_567.0, Some(Currency::INR)), "₹12.3\u{a0}L");
        assert_eq!(en.compact(1_234_567.0, None), "1.23M");
        assert_eq!(en.compact(2_500.0, None), "2,500");
    }

    proptest! {
        #[test]
        fn grouping_only_adds_commas(n in any::<u64>(), lakh in any::<bool>()) {
            prop_assert_eq!(group(&n.to_string(), lakh).replace(',', ""), n.to_string());
        }

        #[test]
        fn a_shown_number_is_the_number_to_six_digits(x in -1e14f64..1e14) {
            let en = Numbers { words: Words::new(Lang::En, &[]), digits: Digits::Latin, lakh: false, minus: "-" };
            let back: f64 = en.significant(x, 6).replace(',', "").parse().expect("a number");
            prop_assert!((back - x).abs() <= x.abs() * 5.1e-6);
        }
    }
}
