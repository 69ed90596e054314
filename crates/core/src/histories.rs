//! Every customer's rows side by side in one allocation.

use crate::{CustomerIx, Error, Row};

/// Rows grouped by customer: those of customer `i` lie at `offsets[i]..offsets[i + 1]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Histories<T> {
    offsets: Vec<u32>,
    rows: Vec<T>,
    loose: Vec<T>,
}

impl<T: Row + Ord> Histories<T> {
    /// Groups a copy of rows as [`Histories::of_rows`] does.
    pub fn group<K: Ord>(customers: usize, rows: &[T], key: impl Fn(&T) -> K) -> Result<Self, Error> {
        Self::of_rows(customers, rows.to_vec(), key)
    }

    /// Groups rows of `customers` customers where they lie, each customer's by `key` and, where keys are equal, by
    /// content. Rows without a customer are kept apart, in the same order. Beside the rows it takes eight bytes a
    /// customer and a sixteenth of the rows, so that holding millions of rows costs their own size once.
    pub fn of_rows<K: Ord>(customers: usize, mut rows: Vec<T>, key: impl Fn(&T) -> K) -> Result<Self, Error> {
        u32::try_from(rows.len()).map_err(|_| Error::TooManyRows)?;
        // Rows without a customer form a last group.
        let bucket = |r: &T| r.who().at().min(customers);
        let mut offsets = vec![0u32; customers + 1];
        for r in &rows {
            if let Some(n) = offsets.get_mut(bucket(r)) {
                *n += 1;
            }
        }
        let mut sum = 0u32;
        for o in &mut offsets {
            sum += std::mem::replace(o, sum);
        }
        gather(&mut rows, &offsets, bucket);
        let order = |a: &T, b: &T| key(a).cmp(&key(b)).then_with(|| a.cmp(b));
        let mut loose = rows.split_off(offsets.last().map_or(0, |o| *o as usize));
        for w in offsets.windows(2) {
            if let [a, b] = *w
                && let Some(slice) = rows.get_mut(a as usize..b as usize)
                && !slice.is_sorted_by(|x, y| order(x, y).is_le())
            {
                slice.sort_unstable_by(order);
            }
        }
        loose.sort_unstable_by(order);
        // What the rows grew by while they came in is given back.
        rows.shrink_to_fit();
        Ok(Self { offsets, rows, loose })
    }
}

/// How many ranges of customers rows are first parted by: as many places as a processor keeps at hand.
const RANGES: usize = 256;

/// Brings every row into the group that `home` says, which begins at its offset.
///
/// Straight to its group each row would be a jump to memory far away, and wait for the one before it. So rows are first
/// swapped into a few ranges of groups, and then brought into order within each, which is near enough.
fn gather<T: Copy>(rows: &mut [T], offsets: &[u32], home: impl Fn(&T) -> usize) {
    let width = offsets.len().div_ceil(RANGES).max(1);
    let start = |group: usize| offsets.get(group).map_or(rows.len(), |o| *o as usize);
    let starts: Vec<usize> = (0..=offsets.len().div_ceil(width)).map(|range| start(range * width)).collect();
    swap_into(rows, &starts, 0, |row| home(row) / width);
    let mut next: Vec<u32> = offsets.to_vec();
    let mut aside: Vec<T> = Vec::new();
    for (range, bounds) in starts.windows(2).enumerate() {
        let [begin, end] = *bounds else { continue };
        let groups = range * width..((range + 1) * width).min(offsets.len());
        if end - begin > rows.len() / 16 + (1 << 16) {
            // A range that a few large groups make wide would take too much room aside.
            let starts: Vec<usize> =
                groups.clone().map(|g| offsets.get(g).map_or(end, |o| *o as usize)).chain([end]).collect();
            swap_into(rows, &starts, groups.start, &home);
            continue;
        }
        aside.clear();
        aside.extend_from_slice(rows.get(begin..end).unwrap_or_default());
        for row in &aside {
            if let Some(at) = next.get_mut(home(row)) {
                if let Some(place) = rows.get_mut(*at as usize) {
                    *place = *row;
                }
                *at += 1;
            }
        }
    }
}

/// So many rows before a group grows into a place, that place is fetched.
const AHEAD: usize = 4;

/// Swaps rows until each lies in its group, the first of which is `first`; group `k` after it lies from `starts[k]` to
/// `starts[k + 1]`.
fn swap_into<T>(rows: &mut [T], starts: &[usize], first: usize, home: impl Fn(&T) -> usize) {
    // The first place of each group that is not filled yet.
    let mut next: Vec<usize> = starts.to_vec();
    for group in 0..starts.len().saturating_sub(1) {
        let end = starts.get(group + 1).copied().unwrap_or(0);
        while let Some(at) = next.get(group).copied().filter(|at| *at < end) {
            let to = rows.get(at).map_or(group, |row| home(row).wrapping_sub(first));
            let Some(free) = next.get_mut(to) else { break };
            if to != group {
                rows.swap(at, *free);
            }
            *free += 1;
            // The row that comes from there next waits for nothing then.
            std::hint::black_box(rows.get(*free + AHEAD).map(&home));
        }
    }
}

impl<T> Histories<T> {
    /// The rows of a customer, in order of time.
    pub fn of(&self, ix: CustomerIx) -> &[T] {
        let bounds = self.offsets.get(ix.at()).zip(self.offsets.get(ix.at().wrapping_add(1)));
        bounds.and_then(|(a, b)| self.rows.get(*a as usize..*b as usize)).unwrap_or(&[])
    }

    /// Every customer with their rows, also those without any.
    pub fn iter(&self) -> impl Iterator<Item = (CustomerIx, &[T])> {
        (0..self.customers() as u32).map(|i| (CustomerIx(i), self.of(CustomerIx(i))))
    }

    /// All rows that belong to a customer, grouped.
    pub fn rows(&self) -> &[T] {
        &self.rows
    }

    /// Rows without a customer.
    pub fn loose(&self) -> &[T] {
        &self.loose
    }

    /// How many customers there are.
    pub fn customers(&self) -> usize {
        self.offsets.len().saturating_sub(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Day, Minor, PurchaseRow};
    use proptest::prelude::*;

    #[test]
    fn many_customers_and_one_with_most_of_the_rows_are_gathered() {
        let row = |i: u32| {
            let mixed = i.wrapping_mul(2_654_435_761) >> 12;
            let who = if mixed % 8 > 1 { CustomerIx(777) } else { CustomerIx(mixed % 5_000) };
            let who = if i.is_multiple_of(101) { CustomerIx::NONE } else { who };
            PurchaseRow { who, day: Day((mixed % 997) as i32), amount: Minor(i.into()), seconds: 0, row: 0 }
        };
        let rows: Vec<PurchaseRow> = (0..200_000).map(row).collect();
        let got = Histories::group(5_000, &rows, |r| r.day).unwrap();
        let mut want = rows;
        want.sort_by_key(|r| (r.who, r.day, *r));
        let flat: Vec<PurchaseRow> = got.rows().iter().chain(got.loose()).copied().collect();
        assert!(flat == want, "the same rows in the same order");
        assert!(got.iter().all(|(ix, rows)| rows.iter().all(|r| r.who == ix)));
    }

    proptest! {
        #[test]
        fn every_row_is_kept_once_in_any_order(rows in prop::collection::vec((0u32..5, 0i32..9, 0i64..9), 0..80), seed in any::<u64>()) {
            let make = |(w, d, a): &(u32, i32, i64)| PurchaseRow {
                who: if *w == 4 { CustomerIx::NONE } else { CustomerIx(*w) },
                day: Day(*d), amount: Minor(*a), seconds: 0, row: 0,
            };
            let flat: Vec<PurchaseRow> = rows.iter().map(make).collect();
            let mut shuffled = flat.clone();
            let n = shuffled.len().max(1);
            for i in 0..shuffled.len() {
                shuffled.swap(i, (seed as usize).wrapping_mul(i + 7) % n);
            }
            let a = Histories::group(4, &flat, |r| r.day).unwrap();
            let b = Histories::group(4, &shuffled, |r| r.day).unwrap();
            prop_assert_eq!(&a, &b);
            let mut back: Vec<PurchaseRow> = a.rows().iter().chain(a.loose()).copied().collect();
            back.sort_unstable();
            let mut want = flat;
            want.sort_unstable();
            prop_assert_eq!(back, want);
            prop_assert!(a.iter().all(|(ix, r)| r.iter().all(|r| r.who == ix) && r.is_sorted_by_key(|r| r.day)));
        }
    }
}
