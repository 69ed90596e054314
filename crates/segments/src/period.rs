//! Calendar periods: days, ISO weeks, months and quarters, numbered so that neighbours differ by one.

use naata_answer::choice;
use naata_core::{CustomerIx, CustomerRow, Day, Histories};

choice! {
    /// A calendar period.
    pub enum Period {
        /// A day.
        Day = "day",
        /// A week from Monday to Sunday.
        Week = "week",
        /// A calendar month.
        Month = "month",
        /// Three calendar months from January, April, July or October.
        Quarter = "quarter",
    }
}

impl Period {
    /// The words of the choices, in order of declaration: words of the family `period`.
    pub const NAMES: [&'static str; 4] = ["day", "week", "month", "quarter"];

    /// The number of the period a day lies in; `None` outside the calendar.
    pub fn number(self, day: Day) -> Option<i32> {
        day.date()?;
        match self {
            Self::Day => Some(day.0),
            Self::Week => Some((day.0 + 3).div_euclid(7)),
            Self::Month => day.month_number(),
            Self::Quarter => day.month_number().map(|m| m.div_euclid(3)),
        }
    }

    /// The first day of a period; `None` outside the calendar.
    pub fn start(self, number: i32) -> Option<Day> {
        let month = |m: i32| Day::from_ymd(m.div_euclid(12), m.rem_euclid(12) as u32 + 1, 1);
        match self {
            Self::Day => Day(0).plus(number),
            Self::Week => Day(0).plus(number.checked_mul(7)?.checked_sub(3)?),
            Self::Month => month(number),
            Self::Quarter => month(number.checked_mul(3)?),
        }
    }

    /// The last day of a period; the last period of the calendar ends with the calendar.
    pub fn end(self, number: i32) -> Option<Day> {
        self.start(number)?;
        Some(self.start(number.checked_add(1)?).map_or(Day::MAX, |next| Day(next.0 - 1)))
    }

    /// A name that sorts by time: `2011-12-09`, `2011-W49`, `2011-12`, `2011-Q4`.
    pub fn label(self, number: i32) -> Option<String> {
        let start = self.start(number)?;
        let (year, month, _) = start.ymd()?;
        match self {
            Self::Day => Some(start.to_string()),
            Self::Week => {
                // A week belongs to the year of its Thursday.
                let thursday = start.plus(3)?;
                let (year, _, _) = thursday.ymd()?;
                let week = thursday.since(Day::from_ymd(year, 1, 1)?) / 7 + 1;
                Some(format!("{year:04}-W{week:02}"))
            }
            Self::Month => Some(format!("{year:04}-{month:02}")),
            Self::Quarter => Some(format!("{year:04}-Q{}", (month - 1) / 3 + 1)),
        }
    }

    /// Its length where it is counted from an event instead of by the calendar: a month has 30 days, a quarter 91.
    pub fn days(self) -> i32 {
        match self {
            Self::Day => 1,
            Self::Week => 7,
            Self::Month => 30,
            Self::Quarter => 91,
        }
    }
}

/// Tells who may have been a customer before the export begins.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Beginning<'a> {
    /// Where the export begins.
    pub(crate) from: Option<Day>,
    /// For how many days from there on a first purchase may not be the first.
    pub(crate) within: u32,
    /// The day each customer was recorded, where the business kept it.
    pub(crate) customers: Option<&'a Histories<CustomerRow>>,
}

impl Beginning<'_> {
    /// Whether a customer first seen on a day may be older: recorded before the export begins, or first seen soon
    /// after it begins and not known to have been recorded since.
    pub(crate) fn may_be_older(&self, who: CustomerIx, first: Day) -> bool {
        let Some(from) = self.from else { return false };
        let created = self.customers.and_then(|h| h.of(who).iter().filter_map(|c| c.created).min());
        match created {
            Some(created) => created < from,
            None => first.since(from) < i64::from(self.within),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_names_are_the_words_of_the_choices() {
        use naata_answer::Value;
        assert_eq!(Period::NAMES.as_slice(), Period::CHOICES);
    }

    #[test]
    fn weeks_belong_to_the_year_of_their_thursday() {
        // ISO 8601: 2010-01-03 is the Sunday of 2009-W53, 2008-12-29 the Monday of 2009-W01.
        let label = |y, m, d| {
            let day = Day::from_ymd(y, m, d)?;
            Period::Week.label(Period::Week.number(day)?)
        };
        assert_eq!(label(2010, 1, 3).as_deref(), Some("2009-W53"));
        assert_eq!(label(2008, 12, 29).as_deref(), Some("2009-W01"));
        assert_eq!(label(2026, 11, 16).as_deref(), Some("2026-W47"));
    }

    #[test]
    fn older_customers_are_told_by_the_export_and_by_their_record() {
        let b = Beginning { from: Some(Day(100)), within: 28, customers: None };
        assert!(b.may_be_older(CustomerIx(0), Day(127)) && !b.may_be_older(CustomerIx(0), Day(128)));
        assert!(!Beginning { from: None, ..b }.may_be_older(CustomerIx(0), Day(100)));
    }

    proptest! {
        #[test]
        fn every_day_lies_in_its_period(day in Day::MIN.0..=Day::MAX.0) {
            let day = Day(day);
            for period in [Period::Day, Period::Week, Period::Month, Period::Quarter] {
                let n = period.number(day).unwrap();
                // The first week of the calendar began before it.
                if let Some(start) = period.start(n) {
                    prop_assert!(start <= day && day <= period.end(n).unwrap());
                    prop_assert_eq!(period.number(start), Some(n));
                    prop_assert_eq!(period.number(period.end(n).unwrap()), Some(n));
                }
            }
        }
    }
}
