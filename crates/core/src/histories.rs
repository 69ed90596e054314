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
    /// customer, so that holding millions of rows costs their own size once.
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
        // Each swap brings one row to its place: `next` is the first place of each group that is not filled yet.
        let mut next = offsets.clone();
        for b in 0..customers {
            let end = offsets.get(b + 1).copied().unwrap_or(sum);
            while let Some(at) = next.get(b).copied().filter(|at| *at < end) {
                let home = rows.get(at as usize).map_or(b, bucket);
                let Some(free) = next.get_mut(home) else { break };
                if home != b {
                    rows.swap(at as usize, *free as usize);
                }
                *free += 1;
            }
        }
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
