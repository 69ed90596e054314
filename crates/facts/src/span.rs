//! Lengths of time as people state them: `90 days`, `6 months`.
//!
//! Days and weeks are counted; months and years go by the calendar, and a day the earlier month does not have is its
//! last day: one month before 31 March is 28 or 29 February.

use naata_core::Day;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A unit of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SpanUnit {
    /// A day.
    Day,
    /// Seven days.
    Week,
    /// A calendar month.
    Month,
    /// A calendar year.
    Year,
}

/// A length of time before a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Span {
    /// How many units; at least one.
    pub n: u32,
    /// The unit.
    pub unit: SpanUnit,
}

impl Span {
    /// The longest span that is read, in units.
    const MOST: u32 = 36_500;

    /// So many days.
    pub const fn days(n: u32) -> Self {
        Self { n, unit: SpanUnit::Day }
    }

    /// Reads `90 days`, `90d`, `6 months`, `1 year`, `2w`; `None` for anything else, and for nothing at all.
    ///
    /// ```
    /// use naata_facts::Span;
    /// assert_eq!(Span::parse("90d"), Some(Span::days(90)));
    /// assert_eq!(Span::parse("6 months").map(|s| s.to_string()), Some("6 months".into()));
    /// assert_eq!(Span::parse("6 moons"), None);
    /// ```
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let n: u32 = text.get(..digits)?.parse().ok().filter(|n| (1..=Self::MOST).contains(n))?;
        let unit = match text.get(digits..)?.trim_start().to_lowercase().as_str() {
            "d" | "day" | "days" => SpanUnit::Day,
            "w" | "week" | "weeks" => SpanUnit::Week,
            "month" | "months" => SpanUnit::Month,
            "y" | "year" | "years" => SpanUnit::Year,
            _ => return None,
        };
        Some(Self { n, unit })
    }

    /// The day so long before another; the first day of the calendar when there is none.
    pub fn before(self, day: Day) -> Day {
        let n = i64::from(self.n);
        let back = |days: i64| i32::try_from(-days).ok().and_then(|d| day.plus(d));
        let months = |months: i64| {
            let (_, _, d) = day.ymd()?;
            let of_year_0 = i64::from(day.month_number()?) - months;
            let year = i32::try_from(of_year_0.div_euclid(12)).ok()?;
            let month = u32::try_from(of_year_0.rem_euclid(12) + 1).ok()?;
            // At most three days are tried: no month is shorter than 28.
            (0..=3).find_map(|less| Day::from_ymd(year, month, d.saturating_sub(less)))
        };
        let found = match self.unit {
            SpanUnit::Day => back(n),
            SpanUnit::Week => back(7 * n),
            SpanUnit::Month => months(n),
            SpanUnit::Year => months(12 * n),
        };
        found.unwrap_or(Day::MIN)
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = match self.unit {
            SpanUnit::Day => "day",
            SpanUnit::Week => "week",
            SpanUnit::Month => "month",
            SpanUnit::Year => "year",
        };
        write!(f, "{} {unit}{}", self.n, if self.n == 1 { "" } else { "s" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn day(text: &str) -> Day {
        Day::parse_iso(text).expect("a date")
    }

    #[test]
    fn months_end_where_the_earlier_month_ends() {
        let back = |span: &str, from: &str| Span::parse(span).expect("a span").before(day(from)).to_string();
        assert_eq!(back("1 month", "2026-03-31"), "2026-02-28");
        assert_eq!(back("1 month", "2024-03-30"), "2024-02-29");
        assert_eq!(back("13 months", "2026-01-15"), "2024-12-15");
        assert_eq!(back("1 year", "2024-02-29"), "2023-02-28");
        assert_eq!(back("90 days", "2026-09-30"), "2026-07-02");
        assert_eq!(back("2w", "2026-01-10"), "2025-12-27");
        assert_eq!(back("30000 years", "2026-01-10"), "0001-01-01");
    }

    #[test]
    fn what_is_no_span_is_refused() {
        for bad in ["", "days", "0 days", "-3 days", "1.5 years", "90", "5 m", "99999 days", "३ days"] {
            assert_eq!(Span::parse(bad), None, "{bad}");
        }
    }

    proptest! {
        #[test]
        fn a_longer_span_never_begins_later(n in 1u32..2_000, more in 0u32..500, unit in 0usize..4, d in 0i32..60_000) {
            let unit = [SpanUnit::Day, SpanUnit::Week, SpanUnit::Month, SpanUnit::Year][unit];
            let (short, long) = (Span { n, unit }, Span { n: n + more, unit });
            prop_assert!(long.before(Day(d)) <= short.before(Day(d)));
            prop_assert!(short.before(Day(d)) < Day(d));
            prop_assert_eq!(Span::parse(&short.to_string()), Some(short));
        }
    }
}
