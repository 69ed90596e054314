//! Which customer bought on which days: real sets, so that no order of rows and no split can count a day twice.

/// A set of (customer, day) pairs, kept as sorted runs that are merged when they grow alike.
#[derive(Clone, Debug, Default)]
pub(crate) struct DaySets {
    /// Sorted runs without repeats, longest first.
    runs: Vec<Vec<u64>>,
    fresh: Vec<u64>,
}

const BLOCK: usize = 1 << 20;

fn pair(customer: u32, day: i32) -> u64 {
    // Flipping the sign bit makes the unsigned order of days the calendar's.
    (u64::from(customer) << 32) | u64::from(day as u32 ^ 0x8000_0000)
}

impl DaySets {
    pub(crate) fn add(&mut self, customer: u32, day: i32) {
        let new = pair(customer, day);
        // Exports are mostly in some order: the commonest repeat is the row before.
        if self.fresh.last() != Some(&new) {
            self.fresh.push(new);
            if self.fresh.len() >= BLOCK {
                self.settle();
            }
        }
    }

    /// Takes in another part, whose customers get the numbers in `to`.
    pub(crate) fn absorb(&mut self, mut other: Self, to: impl Fn(u32) -> u32) {
        other.settle();
        for run in other.runs {
            for p in run {
                self.add(to((p >> 32) as u32), (p as u32 ^ 0x8000_0000) as i32);
            }
        }
    }

    /// For each of `customers` customers the number of distinct days.
    pub(crate) fn counts(mut self, customers: usize) -> Vec<u32> {
        self.settle();
        let mut all = self.runs.pop().unwrap_or_default();
        while let Some(run) = self.runs.pop() {
            all = merge(&run, &all);
        }
        let mut counts = vec![0u32; customers];
        for p in all {
            if let Some(c) = counts.get_mut((p >> 32) as usize) {
                *c += 1;
            }
        }
        counts
    }

    fn settle(&mut self) {
        let mut run = std::mem::take(&mut self.fresh);
        if run.is_empty() {
            return;
        }
        run.sort_unstable();
        run.dedup();
        while self.runs.last().is_some_and(|last| last.len() <= run.len() * 2) {
            if let Some(last) = self.runs.pop() {
                run = merge(&last, &run);
            }
        }
        self.runs.push(run);
    }
}

fn merge(a: &[u64], b: &[u64]) -> Vec<u64> {
    let mut out = Vec::with_capacity(a.len() + b.len());
    let (mut a, mut b) = (a, b);
    while let ([x, rest_a @ ..], [y, rest_b @ ..]) = (a, b) {
        out.push(*x.min(y));
        if x <= y {
            a = rest_a;
        }
        if y <= x {
            b = rest_b;
        }
    }
    out.extend_from_slice(a);
    out.extend_from_slice(b);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn counts_equal_those_of_a_plain_set_over_many_blocks() {
        let mut sets = DaySets::default();
        let mut plain = BTreeSet::new();
        let mut x = 1u64;
        for i in 0..(BLOCK * 2 + 500) as u64 {
            x = x.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(i);
            let (c, d) = ((x >> 40) as u32 % 50, (x >> 20) as i32 % 1000 - 500);
            sets.add(c, d);
            plain.insert((c, d));
        }
        let mut want = vec![0u32; 50];
        for (c, _) in plain {
            want[c as usize] += 1;
        }
        assert_eq!(sets.counts(50), want);
    }
}
