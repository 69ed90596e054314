//! On which days each customer bought, beside the first and the last: real sets, so that no order of rows and no split
//! can count a day twice.
//!
//! A day takes two bytes in a list of the customer's own. A full list loses its repeats and, where that frees too
//! little, moves to a place twice as large. Sorting blocks of (customer, day) pairs instead, and merging
//! them, took 8 bytes a row and three times as long.

use crate::intern::AHEAD;
use naata_machine::fetch;

/// The days of all customers.
#[derive(Clone, Debug, Default)]
pub(crate) struct DaySets {
    cells: Vec<u16>,
    /// Places given up, by size.
    free: [Vec<u32>; SIZES],
    /// The rare days outside [`NEAR`], as (customer, day).
    far: Vec<(u32, i32)>,
    /// A bit for each day of [`NEAR`], all clear between two calls.
    seen: Vec<u64>,
}

/// The list of one customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct DayList {
    /// Where it begins, in units of [`UNIT`] cells.
    at: u32,
    len: u16,
    /// 0 without a place, else the place has `UNIT << (size - 1)` cells.
    size: u8,
}

const UNIT: usize = 4;
const SIZES: usize = 15;
/// The days lists hold, 1965 to 2052: so few that the largest place is never full of different ones.
const NEAR: std::ops::Range<i32> = -1_826..30_174;

impl DayList {
    /// The list of a customer with no such day.
    pub(crate) const NONE: Self = Self { at: 0, len: 0, size: 0 };

    /// Where it begins, its length and its size, in 32, 16 and 4 bits.
    pub(crate) fn parts(self) -> (u32, u16, u8) {
        (self.at, self.len, self.size)
    }

    pub(crate) fn of_parts((at, len, size): (u32, u16, u8)) -> Self {
        Self { at, len, size }
    }

    fn room(self) -> usize {
        if self.size == 0 { 0 } else { UNIT << (self.size - 1) }
    }

    fn start(self) -> usize {
        self.at as usize * UNIT
    }

    /// The cell behind its last one.
    pub(crate) fn end(self) -> usize {
        self.start() + usize::from(self.len)
    }
}

impl DaySets {
    /// Adds a day to a customer's list.
    pub(crate) fn add(&mut self, list: &mut DayList, customer: u32, day: i32) {
        if !NEAR.contains(&day) {
            self.far.push((customer, day));
            return;
        }
        if usize::from(list.len) >= list.room().min(usize::from(u16::MAX)) {
            self.settle(list);
            if usize::from(list.len) * 4 > list.room() * 3 || list.size == 0 {
                self.widen(list);
            }
        }
        if let Some(cell) = self.cells.get_mut(list.end()) {
            *cell = (day - NEAR.start) as u16;
            list.len += 1;
        }
    }

    /// Brings near where the next day of a list goes.
    #[inline]
    pub(crate) fn fetch(&self, list: DayList) {
        fetch(&self.cells, list.end());
    }

    /// The days of a list.
    pub(crate) fn days(&self, list: DayList) -> impl Iterator<Item = i32> + '_ {
        let cells = self.cells.get(list.start()..list.end()).unwrap_or_default();
        cells.iter().map(|c| i32::from(*c) + NEAR.start)
    }

    /// The days outside [`NEAR`], as (customer, day), each pair once.
    pub(crate) fn far(&mut self) -> &[(u32, i32)] {
        self.far.sort_unstable();
        self.far.dedup();
        &self.far
    }

    /// How many distinct days each list has, those of [`DaySets::far`] aside.
    pub(crate) fn counts(&self, lists: impl ExactSizeIterator<Item = DayList> + Clone) -> Vec<u32> {
        let mut seen = vec![0u64; NEAR.len().div_ceil(64)];
        let mut of = |list: DayList| {
            let cells = self.cells.get(list.start()..list.end()).unwrap_or_default();
            let mut n = 0;
            for day in cells {
                if let Some(word) = seen.get_mut(usize::from(*day) / 64) {
                    let bit = 1 << (day % 64);
                    n += u32::from(*word & bit == 0);
                    *word |= bit;
                }
            }
            for day in cells {
                if let Some(word) = seen.get_mut(usize::from(*day) / 64) {
                    *word = 0;
                }
            }
            n
        };
        let mut counts = Vec::with_capacity(lists.len());
        let mut later = lists.clone().skip(AHEAD);
        for list in lists {
            if let Some(later) = later.next() {
                fetch(&self.cells, later.start());
            }
            counts.push(of(list));
        }
        counts
    }

    /// Takes repeats out of a list. A bit for each day that was seen is several times cheaper than sorting.
    fn settle(&mut self, list: &mut DayList) {
        let start = list.start();
        let Some(cells) = self.cells.get_mut(start..start + usize::from(list.len)) else { return };
        if self.seen.is_empty() {
            self.seen = vec![0; NEAR.len().div_ceil(64)];
        }
        let mut kept = 0;
        for i in 0..cells.len() {
            let day = cells[i];
            let Some(word) = self.seen.get_mut(usize::from(day) / 64) else { continue };
            let bit = 1 << (day % 64);
            cells[kept] = day;
            kept += usize::from(*word & bit == 0);
            *word |= bit;
        }
        for day in cells.iter().take(kept) {
            if let Some(word) = self.seen.get_mut(usize::from(*day) / 64) {
                *word = 0;
            }
        }
        list.len = kept as u16;
    }

    /// Moves a list to a place twice as large.
    fn widen(&mut self, list: &mut DayList) {
        let size = usize::from(list.size);
        let room = UNIT << size;
        let at = self.free.get_mut(size).and_then(Vec::pop).unwrap_or_else(|| {
            let at = self.cells.len() / UNIT;
            self.cells.resize(self.cells.len() + room, 0);
            at as u32
        });
        let (from, to) = (list.start(), at as usize * UNIT);
        self.cells.copy_within(from..from + usize::from(list.len), to);
        if let Some(free) = size.checked_sub(1).and_then(|s| self.free.get_mut(s)) {
            free.push(list.at);
        }
        (list.at, list.size) = (at, list.size + 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn counts_equal_those_of_a_plain_set_for_few_and_for_all_days() {
        let mut sets = DaySets::default();
        let mut lists = [DayList::NONE; 50];
        let mut plain = BTreeSet::new();
        let mut x = 1u64;
        for i in 0..400_000u64 {
            x = x.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(i);
            // Customer 0 gets nearly every near day; the others up to a thousand, a few of them far.
            let (c, spread) = if i % 2 == 0 { (0, 32_000) } else { ((x >> 40) as u32 % 50, 1_000) };
            let day = (x >> 20) as i32 % spread;
            let day = if spread == 1_000 { 30_000 + day } else { NEAR.start + day.abs() };
            sets.add(&mut lists[c as usize], c, day);
            plain.insert((c, day));
        }
        let far = sets.far().to_vec();
        for c in 0..50u32 {
            let near = sets.counts(std::iter::once(lists[c as usize]))[0] as usize;
            let far = far.iter().filter(|f| f.0 == c).count();
            assert_eq!(near + far, plain.range((c, i32::MIN)..=(c, i32::MAX)).count(), "customer {c}");
        }
        assert!(plain.iter().filter(|p| p.0 == 0).count() > 30_000 && !far.is_empty());
    }
}
