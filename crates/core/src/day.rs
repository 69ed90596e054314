//! Calendar days and instants as plain integers, with checked conversions to chrono.

use crate::Error;
use chrono::{DateTime, Datelike, NaiveDate, Utc};
use std::fmt;

/// A calendar day, counted from 1970-01-01 (day 0); earlier days are negative.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Day(pub i32);

/// The difference between chrono's day number of 1970-01-01 and zero.
const EPOCH_FROM_CE: i32 = 719_163;

impl Day {
    /// The earliest day naata accepts: 0001-01-01.
    pub const MIN: Self = Self(1 - EPOCH_FROM_CE);
    /// The latest day naata accepts: 9999-12-31.
    pub const MAX: Self = Self(2_932_896);

    /// The day of a calendar date, or `None` when there is no such date.
    pub fn from_ymd(year: i32, month: u32, day: u32) -> Option<Self> {
        NaiveDate::from_ymd_opt(year, month, day).map(Self::from).filter(|d| d.in_calendar())
    }

    /// Reads `YYYY-MM-DD` and nothing else.
    pub fn parse_iso(text: &str) -> Option<Self> {
        let b = text.as_bytes();
        let digits = |r: &[u8]| {
            r.iter().try_fold(0u32, |n, c| c.is_ascii_digit().then(|| n * 10 + u32::from(c - b'0')))
        };
        match b {
            [y @ .., b'-', m1, m2, b'-', d1, d2] if y.len() == 4 => {
                Self::from_ymd(i32::try_from(digits(y)?).ok()?, digits(&[*m1, *m2])?, digits(&[*d1, *d2])?)
            }
            _ => None,
        }
    }

    /// The chrono date; `None` only for a day outside 0001-01-01 to 9999-12-31.
    pub fn date(self) -> Option<NaiveDate> {
        NaiveDate::from_num_days_from_ce_opt(self.0.checked_add(EPOCH_FROM_CE)?)
            .filter(|_| self.in_calendar())
    }

    /// Year, month and day of the month. Worked out by hand, as it is asked for every day that is read or written
    /// (Neri and Schneider 2023, "Euclidean affine functions and their application to calendar algorithms").
    pub fn ymd(self) -> Option<(i32, u32, u32)> {
        // Years begin in March here, so that the leap day is the last of its year.
        let days = u32::try_from(self.0.checked_add(719_468)?).ok().filter(|_| self.in_calendar())?;
        let quarters = 4 * days + 3;
        let (century, quarters) = (quarters / 146_097, (quarters % 146_097) | 3);
        // Both halves of one product: the year, and how far into it.
        let product = u64::from(quarters) * 2_939_745;
        let (year, of_year) = ((product >> 32) as u32, product as u32 / 2_939_745 / 4);
        let parts = 2_141 * of_year + 197_913;
        let (month, day) = (parts >> 16, (parts & 0xFFFF) / 2_141 + 1);
        let is_next = of_year >= 306;
        let year = 100 * century + year + u32::from(is_next);
        Some((year as i32, if is_next { month - 12 } else { month }, day))
    }

    /// The day `days` later (earlier when negative); `None` outside the calendar.
    pub fn plus(self, days: i32) -> Option<Self> {
        self.0.checked_add(days).map(Self).filter(|d| d.in_calendar())
    }

    /// Days from `earlier` to `self`.
    pub fn since(self, earlier: Self) -> i64 {
        i64::from(self.0) - i64::from(earlier.0)
    }

    /// Months since year 0: the same for all days of one calendar month.
    pub fn month_number(self) -> Option<i32> {
        self.ymd().map(|(year, month, _)| year * 12 + month as i32 - 1)
    }

    /// Monday is 0, Sunday is 6.
    pub fn weekday(self) -> u8 {
        (self.0.wrapping_add(3)).rem_euclid(7) as u8
    }

    pub(crate) fn in_calendar(self) -> bool {
        Self::MIN <= self && self <= Self::MAX
    }
}

impl From<NaiveDate> for Day {
    fn from(date: NaiveDate) -> Self {
        Self(date.num_days_from_ce() - EPOCH_FROM_CE)
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.ymd() {
            Some((y, m, d)) => write!(f, "{y:04}-{m:02}-{d:02}"),
            None => write!(f, "day {}", self.0),
        }
    }
}

impl TryFrom<String> for Day {
    type Error = Error;
    fn try_from(value: String) -> Result<Self, Error> {
        Self::parse_iso(&value).ok_or(Error::Date { value })
    }
}

impl From<Day> for String {
    fn from(day: Day) -> Self {
        day.to_string()
    }
}

/// An instant, in microseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(pub i64);

impl Instant {
    /// Microseconds in one second.
    pub const SECOND: i64 = 1_000_000;
    /// Microseconds in one day of 24 hours.
    pub const DAY: i64 = 86_400 * Self::SECOND;

    /// Whole seconds since 1970-01-01T00:00:00Z.
    pub fn from_seconds(seconds: i64) -> Option<Self> {
        seconds.checked_mul(Self::SECOND).map(Self)
    }

    /// Microseconds from `earlier` to `self`.
    pub fn since(self, earlier: Self) -> i128 {
        i128::from(self.0) - i128::from(earlier.0)
    }

    /// The chrono instant; `None` outside chrono's range.
    pub fn utc(self) -> Option<DateTime<Utc>> {
        DateTime::from_timestamp_micros(self.0)
    }
}

impl<Z: chrono::TimeZone> From<DateTime<Z>> for Instant {
    fn from(at: DateTime<Z>) -> Self {
        Self(at.timestamp_micros())
    }
}

impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let day = i32::try_from(self.0.div_euclid(Self::DAY)).ok().map(Day);
        let Some((year, month, day)) = day.and_then(Day::ymd) else {
            return match self.utc() {
                Some(at) => write!(f, "{}", at.format("%Y-%m-%dT%H:%M:%S%.fZ")),
                None => write!(f, "instant {}", self.0),
            };
        };
        let (seconds, micros) =
            (self.0.rem_euclid(Self::DAY) / Self::SECOND, self.0.rem_euclid(Self::SECOND));
        let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
        // One text instead of seven numbers in turn: lists of touches have millions of them.
        let mut text = *b"0000-00-00T00:00:00.000000Z";
        let digit = |n: i64| b'0' + (n % 10) as u8;
        for (at, n) in
            [(2, i64::from(year)), (5, month.into()), (8, day.into()), (11, hour), (14, minute), (17, second)]
        {
            (text[at], text[at + 1]) = (digit(n / 10), digit(n));
        }
        (text[0], text[1]) = (digit(i64::from(year) / 1000), digit(i64::from(year) / 100));
        for (at, ten) in [100_000, 10_000, 1_000, 100, 10, 1].into_iter().enumerate() {
            text[20 + at] = digit(micros / ten);
        }
        let end = match (micros, micros % 1_000) {
            (0, _) => 19,
            (_, 0) => 23,
            _ => 26,
        };
        text[end] = b'Z';
        f.write_str(std::str::from_utf8(text.get(..=end).unwrap_or_default()).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_are_shown_as_chrono_shows_them() {
        let step = 86_400_000_000 * 7_919 + 3_600_123_000 + 7;
        let odd = [0, -1, 1_000, 999_999, Instant::SECOND, -62_135_596_800_000_000, 253_402_300_799_999_999];
        for at in (-30..30).map(|k| k * step).chain(odd).map(Instant) {
            let want = at.utc().unwrap().format("%Y-%m-%dT%H:%M:%S%.fZ").to_string();
            assert_eq!(at.to_string(), want);
        }
    }

    #[test]
    fn days_count_from_1970_and_keep_leap_days() {
        assert_eq!(Day::from_ymd(1970, 1, 1), Some(Day(0)));
        assert_eq!(Day::from_ymd(2024, 2, 29).map(|d| d.to_string()), Some("2024-02-29".into()));
        assert_eq!(Day::from_ymd(2023, 2, 29), None);
        assert_eq!(Day::MIN.to_string(), "0001-01-01");
        assert_eq!(Day::MAX.to_string(), "9999-12-31");
        assert_eq!(Day::MAX.plus(1), None);
        assert_eq!(Day::from_ymd(2026, 11, 16).map(Day::weekday), Some(0));
    }

    #[test]
    fn days_by_hand_are_those_of_the_calendar() {
        for day in ((Day::MIN.0 - 2)..=(Day::MAX.0 + 2)).chain([i32::MIN, i32::MAX]).map(Day) {
            let want = day.date().map(|d| (d.year(), d.month(), d.day()));
            assert_eq!(day.ymd(), want, "day {}", day.0);
            assert_eq!(day.month_number(), want.map(|(y, m, _)| y * 12 + m as i32 - 1));
        }
    }

    #[test]
    fn only_the_iso_form_is_read() {
        assert_eq!(Day::parse_iso("2024-02-29"), Day::from_ymd(2024, 2, 29));
        for bad in ["2024-2-29", "24-02-29", "2024-02-30", "2024/02/29", "", "-024-02-01", "२०२४-०२-२९"]
        {
            assert_eq!(Day::parse_iso(bad), None, "{bad}");
        }
    }

    #[test]
    fn instants_print_their_fraction() {
        assert_eq!(Instant(1_500_000).to_string(), "1970-01-01T00:00:01.500Z");
        assert_eq!(Instant(-1_000_000).to_string(), "1969-12-31T23:59:59Z");
    }
}
