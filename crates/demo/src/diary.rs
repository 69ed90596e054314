//! One customer's diary: at most one session in any two hours, so that sessions never run into each other.

use crate::calendar::Moment;
use crate::draw::between;
use naata_core::Day;
use naata_math::Rng;
use std::collections::BTreeSet;

/// Sessions that fit a day: one every two hours from eight in the morning to ten in the evening.
const A_DAY: i64 = 7;

/// A stretch of two hours; later ones are greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Slot(i64);

impl Slot {
    fn first_of(day: Day) -> Self {
        Self(i64::from(day.0) * A_DAY)
    }

    /// The day the slot lies on.
    pub(crate) fn day(self) -> Day {
        Day(i32::try_from(self.0.div_euclid(A_DAY)).unwrap_or(i32::MAX))
    }

    /// Draws the moment a session of the slot begins: in its first half hour.
    pub(crate) fn start(self, rng: &mut Rng) -> Moment {
        let hours = 8 + 2 * self.0.rem_euclid(A_DAY) as u32;
        Moment::new(self.day(), hours * 3_600 + rng.below(1_800) as u32)
    }
}

/// The slots of one customer that are taken.
#[derive(Clone, Debug, Default)]
pub(crate) struct Diary {
    taken: BTreeSet<Slot>,
}

impl Diary {
    fn take(&mut self, slot: Slot) -> Option<Slot> {
        self.taken.insert(slot).then_some(slot)
    }

    /// Takes a free slot of a day, or none when the day is full.
    pub(crate) fn on(&mut self, rng: &mut Rng, day: Day) -> Option<Slot> {
        let start = rng.below(A_DAY as u64) as i64;
        (0..A_DAY).find_map(|n| self.take(Slot(Slot::first_of(day).0 + (start + n) % A_DAY)))
    }

    /// Takes a free slot up to a week before another, not before `earliest`.
    pub(crate) fn before(&mut self, rng: &mut Rng, slot: Slot, earliest: Day) -> Option<Slot> {
        let back = 1 + i64::from(between(rng, 0, 5 * A_DAY as i32));
        let floor = Slot::first_of(earliest).0;
        (floor..=(slot.0 - back).max(floor))
            .rev()
            .take(60)
            .map(Slot)
            .filter(|s| *s < slot)
            .find_map(|s| self.take(s))
    }

    /// Takes a free slot some days after a day, or none when that is past `latest` or the day is full.
    pub(crate) fn after(&mut self, rng: &mut Rng, day: Day, days: i32, latest: Day) -> Option<Slot> {
        let then = day.plus(days).filter(|d| *d <= latest)?;
        self.on(rng, then)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_holds_seven_sessions_and_none_twice() {
        let (mut diary, mut rng, day) = (Diary::default(), Rng::new(1), Day(19_723));
        let taken: BTreeSet<Slot> = (0..7).filter_map(|_| diary.on(&mut rng, day)).collect();
        assert_eq!(taken.len(), 7);
        assert!(taken.iter().all(|s| s.day() == day && s.start(&mut rng).day == day));
        assert_eq!(diary.on(&mut rng, day), None);
        // Nothing is left before the first slot of the earliest day.
        assert_eq!(taken.first().and_then(|s| diary.before(&mut rng, *s, day)), None);
        let earlier = taken.first().and_then(|s| diary.before(&mut rng, *s, Day(day.0 - 9)));
        assert!(earlier.is_some_and(|s| s.day() < day));
        assert_eq!(diary.after(&mut rng, day, 2, Day(day.0 + 1)), None);
    }
}
