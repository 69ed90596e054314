//! The shop's time: moments of a day in Indian Standard Time, and the festival season.

use naata_core::Day;
use std::fmt;

/// A second of a day in the shop's own zone, five and a half hours ahead of UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Moment {
    pub(crate) day: Day,
    pub(crate) seconds: u32,
}

const DAY: u32 = 86_400;

impl Moment {
    pub(crate) fn new(day: Day, seconds: u32) -> Self {
        Self { day, seconds: seconds.min(DAY - 1) }
    }

    /// The moment some seconds later, on a following day if need be.
    pub(crate) fn later(self, seconds: u32) -> Self {
        let sum = u64::from(self.seconds) + u64::from(seconds);
        let days = i32::try_from(sum / u64::from(DAY)).unwrap_or(i32::MAX);
        Self { day: Day(self.day.0.saturating_add(days)), seconds: (sum % u64::from(DAY)) as u32 }
    }

    /// The time of day as `14:05:09`.
    pub(crate) fn clock(self) -> String {
        let s = self.seconds;
        format!("{:02}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60)
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}T{}+05:30", self.day, self.clock())
    }
}

/// Month and day of Diwali, year by year from 2020; it follows the moon.
const DIWALI: [(u32, u32); 11] = [
    (11, 14),
    (11, 4),
    (10, 24),
    (11, 12),
    (10, 31),
    (10, 20),
    (11, 8),
    (10, 29),
    (10, 17),
    (11, 5),
    (10, 26),
];

/// The day of Diwali in a year; the middle of its range in years the list does not hold.
pub(crate) fn diwali(year: i32) -> Option<Day> {
    let listed = usize::try_from(year - 2020).ok().and_then(|at| DIWALI.get(at));
    let (month, day) = listed.copied().unwrap_or((10, 30));
    Day::from_ymd(year, month, day)
}

/// How much of the festival season lies on a day: 0 outside, rising over the 50 days before Diwali to 1.
pub(crate) fn festival(day: Day) -> f64 {
    let Some(diwali) = day.ymd().and_then(|(year, _, _)| diwali(year)) else { return 0.0 };
    match diwali.since(day) {
        left @ 0..=50 => 1.0 - left as f64 / 60.0,
        -6..0 => 0.4,
        _ => 0.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(y: i32, m: u32, d: u32) -> Day {
        Day::from_ymd(y, m, d).expect("a date")
    }

    #[test]
    fn the_season_peaks_at_diwali() {
        assert_eq!(festival(day(2025, 10, 20)), 1.0);
        assert_eq!(festival(day(2025, 10, 28)), 0.0);
        assert_eq!(festival(day(2025, 7, 1)), 0.0);
        assert!(festival(day(2025, 9, 10)) < festival(day(2025, 10, 1)));
        // A year outside the list has a season too.
        assert!(festival(day(2060, 10, 29)) > 0.9);
    }

    #[test]
    fn moments_roll_over_midnight_and_carry_their_offset() {
        let late = Moment::new(day(2024, 2, 28), 86_000).later(1_000);
        assert_eq!(late.to_string(), "2024-02-29T00:10:00+05:30");
    }
}
