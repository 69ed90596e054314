//! Paths in few bytes, and the variants made of them.
//!
//! A path is a text of bytes: an activity numbered below 128 takes one byte, below 16,384 two, any other five.
//! The first byte tells the length, and longer forms begin with larger bytes; so the order of the bytes is the
//! order of the paths, activity by activity, and equal bytes are equal paths.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, DefaultHasher};

/// Adds one activity to a path.
fn push(path: &mut Vec<u8>, activity: u32) {
    let [a, b, c, d] = activity.to_be_bytes();
    match activity {
        0..0x80 => path.push(d),
        0x80..0x4000 => path.extend([0x80 | c, d]),
        _ => path.extend([0xC0, a, b, c, d]),
    }
}

/// The activities of a path.
fn activities(path: &[u8]) -> impl Iterator<Item = u32> {
    let mut bytes = path.iter().copied();
    std::iter::from_fn(move || {
        let first = bytes.next()?;
        let mut next = || bytes.next().unwrap_or(0);
        Some(match first {
            0..0x80 => u32::from(first),
            0x80..0xC0 => u32::from_be_bytes([0, 0, first & 0x3F, next()]),
            _ => u32::from_be_bytes([next(), next(), next(), next()]),
        })
    })
}

/// Counts how many cases took each path. Paths are many and come by the million, so they are looked up by hash; they are
/// sorted before anyone sees them.
#[derive(Clone, Debug, Default)]
pub(super) struct PathCounts {
    of: HashMap<Box<[u8]>, u64, BuildHasherDefault<DefaultHasher>>,
    scratch: Vec<u8>,
}

impl PathCounts {
    /// Takes in the path of one case.
    pub(super) fn add(&mut self, path: impl Iterator<Item = u32>) {
        self.scratch.clear();
        for activity in path {
            push(&mut self.scratch, activity);
        }
        match self.of.get_mut(self.scratch.as_slice()) {
            Some(n) => *n += 1,
            None => {
                self.of.insert(self.scratch.as_slice().into(), 1);
            }
        }
    }

    /// Takes in the counts of another part.
    pub(super) fn merge(&mut self, mut later: Self) {
        if later.of.len() > self.of.len() {
            std::mem::swap(&mut self.of, &mut later.of);
        }
        later.of.into_iter().for_each(|(path, n)| *self.of.entry(path).or_insert(0) += n);
    }

    /// The variants: the most frequent first, equally frequent ones in order of path.
    pub(super) fn finish(self) -> Variants {
        let mut order: Vec<(Box<[u8]>, u64)> = self.of.into_iter().collect();
        order.sort_unstable_by(|(a, n), (b, m)| m.cmp(n).then_with(|| a.cmp(b)));
        let mut out = Variants::default();
        for (path, n) in order {
            out.bytes.extend_from_slice(&path);
            out.ends.push(out.bytes.len());
            out.cases.push(n);
        }
        out
    }
}

/// The distinct paths of a log with the number of cases that took each, the most frequent first; equally frequent
/// ones in order of their activities' names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Variants {
    bytes: Vec<u8>,
    ends: Vec<usize>,
    cases: Vec<u64>,
}

impl Variants {
    /// How many variants there are.
    pub fn len(&self) -> usize {
        self.cases.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.cases.is_empty()
    }

    /// The activities of a variant, counted from 0, the most frequent; empty past the end.
    pub fn path(&self, variant: usize) -> impl Iterator<Item = u32> {
        let end = self.ends.get(variant).copied().unwrap_or(0);
        let start = variant.checked_sub(1).and_then(|v| self.ends.get(v)).copied().unwrap_or(0);
        activities(self.bytes.get(start..end).unwrap_or_default())
    }

    /// How many cases took each variant.
    pub fn cases(&self) -> &[u64] {
        &self.cases
    }

    /// The least number of variants that cover `percent` of all cases.
    pub fn covering(&self, percent: u8) -> usize {
        let all: u128 = self.cases.iter().map(|n| u128::from(*n)).sum();
        let mut covered = 0u128;
        let mut enough = |n: &u64| {
            let before = covered;
            covered += u128::from(*n);
            before * 100 < all * u128::from(percent)
        };
        self.cases.iter().take_while(|n| enough(n)).count()
    }

    /// How many variants were taken by one case alone.
    pub fn singletons(&self) -> usize {
        self.cases.iter().filter(|n| **n == 1).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn bytes(path: &[u32]) -> Vec<u8> {
        let mut out = Vec::new();
        path.iter().for_each(|a| push(&mut out, *a));
        out
    }

    fn activity() -> impl Strategy<Value = u32> {
        prop_oneof![0u32..4, 120u32..140, 16_380u32..16_390, any::<u32>()]
    }

    proptest! {
        #[test]
        fn bytes_keep_the_path_and_its_order(
            a in prop::collection::vec(activity(), 0..6), b in prop::collection::vec(activity(), 0..6),
        ) {
            prop_assert_eq!(&activities(&bytes(&a)).collect::<Vec<_>>(), &a);
            prop_assert_eq!(bytes(&a).cmp(&bytes(&b)), a.cmp(&b));
        }
    }

    #[test]
    fn covering_counts_the_fewest() {
        let mut counts = PathCounts::default();
        for (path, n) in [(vec![1, 2], 5), (vec![1], 3), (vec![0], 1), (vec![3], 1)] {
            for _ in 0..n {
                counts.add(path.iter().copied());
            }
        }
        let v = counts.finish();
        assert_eq!((v.len(), v.singletons(), v.cases()), (4, 2, [5, 3, 1, 1].as_slice()));
        assert_eq!([0, 50, 51, 80, 81, 100].map(|p| v.covering(p)), [0, 1, 2, 2, 3, 4]);
        assert_eq!(
            (0..5).map(|i| v.path(i).collect()).collect::<Vec<Vec<u32>>>(),
            [vec![1, 2], vec![1], vec![0], vec![3], vec![]]
        );
    }
}
