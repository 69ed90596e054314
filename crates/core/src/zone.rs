//! Time zones: an IANA name or a fixed offset, always an argument, never the machine's own.

use crate::{Day, Error, Instant};
use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, Offset, TimeZone, Timelike};
use std::fmt;

/// The zone in which a business counts its days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Zone {
    /// A fixed offset from UTC, in seconds east.
    Fixed(i32),
    /// A zone of the IANA database, with its daylight-saving rules.
    Named(chrono_tz::Tz),
}

impl Zone {
    /// Coordinated universal time.
    pub const UTC: Self = Self::Fixed(0);

    /// Reads `Asia/Kolkata`, `UTC`, `Z`, `+05:30`, `-0800`.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let bad = || Error::Zone { value: text.into() };
        if matches!(text, "UTC" | "Z" | "utc") {
            return Ok(Self::UTC);
        }
        let Some(sign) = text.chars().next().filter(|c| matches!(c, '+' | '-')) else {
            return text.parse().map(Self::Named).map_err(|_| bad());
        };
        let digits: String = text.chars().skip(1).filter(|c| *c != ':').collect();
        if digits.len() != 4 || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(bad());
        }
        let n: i32 = digits.parse().map_err(|_| bad())?;
        let (hours, minutes) = (n / 100, n % 100);
        if hours > 14 || minutes > 59 {
            return Err(bad());
        }
        let seconds = hours * 3600 + minutes * 60;
        Ok(Self::Fixed(if sign == '-' { -seconds } else { seconds }))
    }

    /// The calendar day and the second of that day on which an instant falls here.
    pub fn local(self, at: Instant) -> Option<(Day, u32)> {
        if let Self::Fixed(offset) = self {
            // Plain arithmetic where no rule has to be looked up; what lies outside the calendar goes the long way.
            let seconds = at.0.div_euclid(Instant::SECOND).checked_add(i64::from(offset))?;
            let day = i32::try_from(seconds.div_euclid(86_400)).ok().map(Day);
            if let Some(day) = day.filter(|d| (Day::MIN..=Day::MAX).contains(d)) {
                return Some((day, seconds.rem_euclid(86_400) as u32));
            }
        }
        let local = self.naive(at)?;
        Some((Day::from(local.date()), local.time().num_seconds_from_midnight()))
    }

    /// The instant of a local wall-clock time. A time that happens twice is the earlier one; a time that a
    /// jump forward skips is read with the offset that held before the jump.
    pub fn instant(self, local: NaiveDateTime) -> Option<Instant> {
        match self {
            Self::Fixed(seconds) => {
                let offset = FixedOffset::east_opt(seconds)?;
                offset.from_local_datetime(&local).earliest().map(Instant::from)
            }
            Self::Named(tz) => tz.from_local_datetime(&local).earliest().map(Instant::from).or_else(|| {
                let before = local.checked_sub_signed(chrono::TimeDelta::hours(3))?;
                let offset = tz.from_local_datetime(&before).earliest()?.offset().fix();
                offset.from_local_datetime(&local).earliest().map(Instant::from)
            }),
        }
    }

    /// The instant at which a day begins here.
    pub fn start_of(self, day: Day) -> Option<Instant> {
        self.instant(day.date()?.and_time(NaiveTime::MIN))
    }

    /// The wall-clock reading of an instant here.
    pub fn naive(self, at: Instant) -> Option<NaiveDateTime> {
        let utc = at.utc()?;
        match self {
            Self::Fixed(seconds) => Some(utc.with_timezone(&FixedOffset::east_opt(seconds)?).naive_local()),
            Self::Named(tz) => Some(utc.with_timezone(&tz).naive_local()),
        }
    }

    /// The instant of a date and time here, from their chrono parts.
    pub fn at(self, date: NaiveDate, time: NaiveTime) -> Option<Instant> {
        self.instant(date.and_time(time))
    }

    /// The offset from UTC that holds at an instant, in seconds east.
    pub fn offset_seconds(self, at: Instant) -> Option<i32> {
        match self {
            Self::Fixed(seconds) => Some(seconds),
            Self::Named(tz) => {
                let utc: DateTime<chrono::Utc> = at.utc()?;
                Some(utc.with_timezone(&tz).offset().fix().local_minus_utc())
            }
        }
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fixed(0) => f.write_str("UTC"),
            Self::Fixed(s) => {
                let (sign, a) = if *s < 0 { ('-', -s) } else { ('+', *s) };
                write!(f, "{sign}{:02}:{:02}", a / 3600, a / 60 % 60)
            }
            Self::Named(tz) => f.write_str(tz.name()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_late_evening_in_utc_is_the_next_day_in_kolkata() {
        let at = Instant::from_seconds(1_767_638_398).expect("in range"); // 2026-01-05T18:39:58Z
        let kolkata = Zone::parse("Asia/Kolkata").expect("known zone");
        assert_eq!(kolkata.local(at), Day::from_ymd(2026, 1, 6).map(|d| (d, 9 * 60 + 58)));
        assert_eq!(Zone::UTC.local(at).map(|x| x.0), Day::from_ymd(2026, 1, 5));
        assert_eq!(kolkata.offset_seconds(at), Some(19_800));
    }

    #[test]
    fn names_and_offsets_are_read_and_printed_back() {
        for text in ["Asia/Kolkata", "UTC", "+05:30", "-08:00", "Asia/Dhaka"] {
            assert_eq!(Zone::parse(text).map(|z| z.to_string()), Ok(text.into()));
        }
        for bad in ["", "Calcutta!", "+5:30", "+15:00", "+05:60", "05:30", "+05:3x"] {
            assert!(Zone::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_skipped_hour_is_read_with_the_offset_before_the_jump() {
        let berlin = Zone::parse("Europe/Berlin").expect("known zone");
        let gap = NaiveDate::from_ymd_opt(2026, 3, 29).and_then(|d| d.and_hms_opt(2, 30, 0)).expect("a date");
        let at = berlin.instant(gap).expect("defined");
        assert_eq!(at.to_string(), "2026-03-29T01:30:00Z");
    }
}
