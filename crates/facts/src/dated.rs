//! A fact as it was on an earlier day, by name: `FACT@2026-03-31`, or `FACT@-90` for so many days before the day one
//! stands on.

use naata_core::Day;

/// The day a fact is seen from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen {
    /// A day of the calendar.
    On(Day),
    /// So many days before the day one stands on.
    Ago(u32),
}

impl Seen {
    /// The day, for someone who stands on another; `None` outside the calendar.
    pub fn day(self, as_of: Day) -> Option<Day> {
        match self {
            Self::On(day) => Some(day),
            Self::Ago(days) => as_of.plus(i32::try_from(days).ok()?.checked_neg()?),
        }
    }

    /// The name of a fact seen from there.
    pub fn name(self, fact: &str) -> String {
        match self {
            Self::On(day) => format!("{fact}@{day}"),
            Self::Ago(days) => format!("{fact}@-{days}"),
        }
    }

    /// The fact and the day of such a name; `None` for any other name.
    pub fn parse(name: &str) -> Option<(&str, Self)> {
        let (fact, day) = name.rsplit_once('@')?;
        let seen = match day.strip_prefix('-') {
            Some(days) => Self::Ago(days.parse().ok()?),
            None => Self::On(Day::parse_iso(day)?),
        };
        Some((fact, seen))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_come_back_with_their_day() {
        for seen in [Seen::On(Day(20_000)), Seen::Ago(90)] {
            let name = seen.name("segments.rules");
            assert_eq!(Seen::parse(&name), Some(("segments.rules", seen)));
        }
        assert_eq!(Seen::Ago(90).day(Day(100)), Some(Day(10)));
        assert_eq!(Seen::Ago(u32::MAX).day(Day(100)), None);
        for other in ["customers.city", "a@b", "a@-", "a@2026-02-30"] {
            assert_eq!(Seen::parse(other), None, "{other}");
        }
    }
}
