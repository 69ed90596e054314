//! Bringing interned texts into byte order, in parts that are worked on side by side: what comes out depends on the
//! texts alone.

use crate::intern::{AHEAD, Interner, Record};
use crate::shelf::Sealed;
use crate::{Exec, map_parts, part_range};
use naata_machine::fetch;
use std::sync::Mutex;

/// Texts that are sorted in one part at most, about.
const PART: usize = 1 << 16;
/// Parts at most.
const PARTS: usize = 32;
/// Texts looked at for each part to tell where it begins.
const SAMPLES: usize = 64;

/// A text by its first bytes that differ, and the step of its record. That settles nearly every comparison without
/// touching the texts.
type Entry = (u64, u32);

/// The texts of one part, in order.
pub(crate) struct Run {
    pub(crate) lengths: Vec<u32>,
    pub(crate) bytes: Vec<u8>,
}

/// All texts in order.
pub(crate) struct Order {
    /// Their numbers of arrival, part by part.
    numbers: Vec<Vec<u32>>,
    /// The texts themselves, until somebody takes them.
    runs: Mutex<Vec<Run>>,
}

impl Interner {
    /// Sorts the texts, and does `others` other jobs at the same time.
    pub(crate) fn sort<T: Send>(
        &self,
        exec: &dyn Exec,
        others: usize,
        other: impl Fn(usize) -> T + Sync,
    ) -> (Order, Vec<T>) {
        self.sort_in(self.len().div_ceil(PART).clamp(1, PARTS), exec, others, other)
    }

    /// The same in so many parts.
    fn sort_in<T: Send>(
        &self,
        parts: usize,
        exec: &dyn Exec,
        others: usize,
        other: impl Fn(usize) -> T + Sync,
    ) -> (Order, Vec<T>) {
        let stretch = |k: usize| self.records_of(part_range(self.marked(), parts, k));
        // A stretch without texts says nothing about what all begin with.
        let heads = map_parts(exec, parts, |k| {
            let mut bytes = 0;
            (
                stretch(k).map(|(_, record)| record.text).inspect(|text| bytes += text.len()).reduce(common),
                bytes,
            )
        });
        let bytes: usize = heads.iter().map(|(_, bytes)| bytes).sum();
        let common = heads.into_iter().filter_map(|(head, _)| head).reduce(common).map_or(0, <[u8]>::len);
        let entry = |(step, record): (u32, Record<'_>)| -> Entry {
            (prefix(record.text.get(common..).unwrap_or_default()), step)
        };
        let bounds = self.bounds(parts, entry);
        let dealt = map_parts(exec, parts, |k| {
            // A quarter more than there are on average.
            let room = self.len() / parts * 5 / (4 * parts);
            let mut dealt: Vec<Vec<Entry>> = (0..parts).map(|_| Vec::with_capacity(room)).collect();
            for entry in stretch(k).map(entry) {
                if let Some(to) = dealt.get_mut(bounds.partition_point(|bound| *bound <= entry.0)) {
                    to.push(entry);
                }
            }
            dealt
        });
        // Each part goes as soon as it is sorted: together they take as much room as all ids.
        let mut parted: Vec<Vec<Vec<Entry>>> = (0..parts).map(|_| Vec::with_capacity(parts)).collect();
        for entries in dealt {
            parted.iter_mut().zip(entries).for_each(|(part, entries)| part.push(entries));
        }
        let parted: Vec<Mutex<Vec<Vec<Entry>>>> = parted.into_iter().map(Mutex::new).collect();
        let mut done = Vec::with_capacity(others);
        let (mut numbers, mut runs) = (Vec::with_capacity(parts), Vec::with_capacity(parts));
        let jobs = map_parts(exec, parts + others, |k| match parted.get(k).map(Mutex::lock) {
            Some(part) => {
                let entries = part.map(|mut part| std::mem::take(&mut *part).concat()).unwrap_or_default();
                (Some(self.run(entries, bytes.div_ceil(self.len().max(1)))), None)
            }
            None => (None, Some(other(k - parts))),
        });
        for (sorted, other) in jobs {
            if let Some((of_run, run)) = sorted {
                numbers.push(of_run);
                runs.push(run);
            }
            done.extend(other);
        }
        (Order { numbers, runs: Mutex::new(runs) }, done)
    }

    /// The first entries of all parts but the first, so that all have about as many texts.
    fn bounds(&self, parts: usize, entry: impl Fn((u32, Record<'_>)) -> Entry) -> Vec<u64> {
        let samples = (parts * SAMPLES).min(self.marked());
        let sample = |k: usize| {
            let at = part_range(self.marked(), samples, k).start;
            self.records_of(at..at + 1).next().map_or(0, |found| entry(found).0)
        };
        let mut keys: Vec<u64> = (0..samples).map(sample).collect();
        keys.sort_unstable();
        (1..parts).filter_map(|k| keys.get(part_range(samples, parts, k).start).copied()).collect()
    }

    /// Sorts the texts of a part, which have about `length` bytes each; the numbers of arrival beside them.
    fn run(&self, mut order: Vec<Entry>, length: usize) -> (Vec<u32>, Run) {
        let text = |step: u32| self.record(step).map(|record| record.text);
        order.sort_unstable_by(|a, b| a.0.cmp(&b.0).then_with(|| text(a.1).cmp(&text(b.1))));
        let mut numbers = Vec::with_capacity(order.len());
        let lengths = Vec::with_capacity(order.len());
        let mut run = Run { lengths, bytes: Vec::with_capacity(length * order.len()) };
        for (k, (_, step)) in order.iter().enumerate() {
            // Records lie in order of arrival, far apart in this one.
            if let Some((_, later)) = order.get(k + AHEAD) {
                self.fetch(*later);
            }
            let Some(record) = self.record(*step) else { continue };
            numbers.push(record.number);
            run.lengths.push(record.text.len() as u32);
            run.bytes.extend_from_slice(record.text);
        }
        (numbers, run)
    }
}

impl Order {
    /// The numbers of arrival, in the order of the texts.
    pub(crate) fn numbers(&self) -> impl Iterator<Item = u32> + Clone + '_ {
        self.numbers.iter().flatten().copied()
    }

    /// The texts in byte order, and for each number of arrival its new one. It takes the texts, so that they are not
    /// there twice, and is asked once.
    pub(crate) fn seal(&self) -> (Sealed, Vec<u32>) {
        let texts = self.numbers.iter().map(Vec::len).sum();
        let mut to = vec![0u32; texts];
        let mut later = self.numbers().skip(AHEAD);
        for (new, number) in (0..).zip(self.numbers()) {
            if let Some(later) = later.next() {
                fetch(&to, later as usize);
            }
            if let Some(to) = to.get_mut(number as usize) {
                *to = new;
            }
        }
        let runs = self.runs.lock().map(|mut runs| std::mem::take(&mut *runs)).unwrap_or_default();
        (Sealed::of(texts, runs), to)
    }
}

/// What both texts begin with.
fn common<'t>(a: &'t [u8], b: &'t [u8]) -> &'t [u8] {
    if b.starts_with(a) {
        return a;
    }
    let n = a.iter().zip(b).take_while(|(a, b)| a == b).count();
    a.get(..n).unwrap_or_default()
}

fn prefix(text: &[u8]) -> u64 {
    let mut key = [0u8; 8];
    for (k, b) in key.iter_mut().zip(text) {
        *k = *b;
    }
    u64::from_be_bytes(key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Serial;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn any_number_of_parts_gives_the_texts_in_order_and_every_job_is_done(
            texts in prop::collection::vec(prop_oneof!["(x-common-head)?[a-cঅ-ঈ]{0,12}", "x-common-head[0-9]{1,4}"], 0..400),
            parts in 1usize..9,
            others in 0usize..4,
        ) {
            let mut interner = Interner::default();
            texts.iter().for_each(|t| assert!(interner.intern(t).is_ok()));
            let (order, done) = interner.sort_in(parts, &Serial, others, |k| k * 10);
            prop_assert_eq!(done, (0..others).map(|k| k * 10).collect::<Vec<_>>());
            let mut want = texts.clone();
            want.sort();
            want.dedup();
            let got: Vec<&str> = order.numbers().filter_map(|n| interner.get(n)).collect();
            prop_assert_eq!(&got, &want);
            let (sealed, to) = order.seal();
            prop_assert_eq!((0..).map_while(|n| sealed.get(n)).collect::<Vec<_>>(), got);
            for text in &texts {
                prop_assert_eq!(sealed.find(text), to.get(interner.intern(text).unwrap() as usize).copied());
            }
        }
    }
}
