//! Paths in few bytes, and the variants made of them.
//!
//! A path is a text of ASCII: an activity numbered below 96 takes one character, below 3,968 two, any other six. The first
//! character tells the length, and longer forms begin with larger ones; so the order of the texts is the order of the
//! paths, activity by activity, and equal texts are equal paths.

use naata_core::{Error, Symbol, Symbols};

/// Activities from here on take two characters, the first of them at least this one.
const TWO: u32 = 0x60;
/// Activities from here on take six characters, the first of them [`SIX`].
const MANY: u32 = (SIX - TWO) << 7;
const SIX: u32 = 0x7F;

/// Adds one activity to a path.
fn push(path: &mut String, activity: u32) {
    let mut put = |n: u32| path.push(char::from((n & 0x7F) as u8));
    match activity {
        0..TWO => put(activity),
        TWO..MANY => {
            put(TWO + (activity >> 7));
            put(activity);
        }
        _ => {
            put(SIX);
            [28, 21, 14, 7, 0].into_iter().for_each(|bits| put(activity >> bits));
        }
    }
}

/// The activities of a path.
fn activities(path: &str) -> impl Iterator<Item = u32> {
    let mut bytes = path.bytes().map(u32::from);
    std::iter::from_fn(move || {
        let first = bytes.next()?;
        let mut next = |n: u32| n << 7 | bytes.next().unwrap_or(0);
        Some(match first {
            0..TWO => first,
            SIX => (0..5).fold(0, |n, _| next(n)),
            _ => next(first - TWO),
        })
    })
}

/// Counts how many cases took each path.
#[derive(Clone, Debug, Default)]
pub(super) struct PathCounts {
    paths: Symbols,
    cases: Vec<u64>,
    scratch: String,
}

impl PathCounts {
    /// Takes in the path of one case.
    pub(super) fn add(&mut self, path: impl Iterator<Item = u32>) -> Result<(), Error> {
        self.scratch.clear();
        path.for_each(|activity| push(&mut self.scratch, activity));
        let path = self.paths.intern(&self.scratch)?;
        self.count(path, 1);
        Ok(())
    }

    fn count(&mut self, path: Symbol, n: u64) {
        let at = path.0 as usize;
        if at >= self.cases.len() {
            self.cases.resize(at + 1, 0);
        }
        if let Some(cases) = self.cases.get_mut(at) {
            *cases += n;
        }
    }

    /// Takes in the counts of another part.
    pub(super) fn merge(&mut self, mut later: Self) -> Result<(), Error> {
        if later.cases.len() > self.cases.len() {
            std::mem::swap(self, &mut later);
        }
        let to = self.paths.absorb(&later.paths)?;
        to.into_iter().zip(later.cases).for_each(|(path, n)| self.count(path, n));
        Ok(())
    }

    /// The variants: the most frequent first, equally frequent ones in order of path.
    pub(super) fn finish(self) -> Variants {
        let (texts, to) = self.paths.seal();
        let mut order: Vec<(u64, Symbol)> = self.cases.iter().zip(to).map(|(n, path)| (!n, path)).collect();
        order.sort_unstable();
        let mut out = Variants::default();
        for (n, path) in order {
            out.text.push_str(texts.get(path).unwrap_or_default());
            out.ends.push(out.text.len());
            out.cases.push(!n);
        }
        out
    }
}

/// The distinct paths of a log with the number of cases that took each, the most frequent first; equally frequent
/// ones in order of their activities' names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Variants {
    text: String,
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
        activities(self.text.get(start..end).unwrap_or_default())
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

    fn text(path: &[u32]) -> String {
        let mut out = String::new();
        path.iter().for_each(|a| push(&mut out, *a));
        out
    }

    fn activity() -> impl Strategy<Value = u32> {
        prop_oneof![0u32..4, 90u32..135, 3_960u32..3_975, any::<u32>()]
    }

    proptest! {
        #[test]
        fn texts_keep_the_path_and_its_order(
            a in prop::collection::vec(activity(), 0..6), b in prop::collection::vec(activity(), 0..6),
        ) {
            prop_assert_eq!(&activities(&text(&a)).collect::<Vec<_>>(), &a);
            prop_assert_eq!(text(&a).cmp(&text(&b)), a.cmp(&b));
        }
    }

    #[test]
    fn covering_counts_the_fewest() {
        let mut counts = PathCounts::default();
        for (path, n) in [(vec![1, 2], 5), (vec![1], 3), (vec![0], 1), (vec![3], 1)] {
            for _ in 0..n {
                counts.add(path.iter().copied()).unwrap();
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
