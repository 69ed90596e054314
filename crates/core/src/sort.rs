//! Bringing interned texts into byte order, in parts that are worked on side by side: what comes out depends on the
//! texts alone.

use crate::intern::{BATCH, Interner, Record, STEP};
use crate::shelf::Sealed;
use crate::{Exec, map_parts, part_range};

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
struct Run {
    /// Their numbers of arrival.
    numbers: Vec<u32>,
    lengths: Vec<u32>,
    bytes: Vec<u8>,
}

/// All texts in order.
pub(crate) struct Order {
    runs: Vec<Run>,
    texts: usize,
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
        // A stretch without texts, of which there is none unless there are no texts at all, says nothing.
        let heads = map_parts(exec, parts, |k| stretch(k).map(|(_, record)| record.text).reduce(common));
        let common = heads.into_iter().flatten().reduce(common).map_or(0, <[u8]>::len);
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
        let mut done = Vec::with_capacity(others);
        let mut runs = Vec::with_capacity(parts);
        let jobs = map_parts(exec, parts + others, |k| match k.checked_sub(parts) {
            Some(k) => (None, Some(other(k))),
            None => (Some(self.run(dealt.iter().filter_map(|dealt| dealt.get(k).map(Vec::as_slice)))), None),
        });
        for (run, other) in jobs {
            runs.extend(run);
            done.extend(other);
        }
        (Order { runs, texts: self.len() }, done)
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

    /// Sorts the texts of a part.
    fn run<'e>(&self, dealt: impl Iterator<Item = &'e [Entry]>) -> Run {
        let mut order: Vec<Entry> = dealt.collect::<Vec<_>>().concat();
        let text = |step: u32| self.record(step).map(|record| record.text);
        order.sort_unstable_by(|a, b| a.0.cmp(&b.0).then_with(|| text(a.1).cmp(&text(b.1))));
        let mut run = Run {
            numbers: Vec::with_capacity(order.len()),
            lengths: Vec::with_capacity(order.len()),
            bytes: Vec::with_capacity(self.mean() * order.len()),
        };
        for batch in order.chunks(BATCH) {
            // Records lie in order of arrival, far apart in this one: they are fetched many at a time.
            let mut heads = [[0; STEP]; BATCH];
            for (head, (_, step)) in heads.iter_mut().zip(batch) {
                *head = self.head(*step);
            }
            std::hint::black_box(&heads);
            for record in batch.iter().filter_map(|(_, step)| self.record(*step)) {
                run.numbers.push(record.number);
                run.lengths.push(record.text.len() as u32);
                run.bytes.extend_from_slice(record.text);
            }
        }
        run
    }
}

impl Order {
    /// The numbers of arrival, in the order of the texts.
    pub(crate) fn numbers(&self) -> impl Iterator<Item = u32> + '_ {
        self.runs.iter().flat_map(|run| run.numbers.iter().copied())
    }

    /// The texts in byte order, and for each number of arrival its new one.
    pub(crate) fn seal(&self) -> (Sealed, Vec<u32>) {
        let mut to = vec![0u32; self.texts];
        for (new, number) in (0..).zip(self.numbers()) {
            if let Some(to) = to.get_mut(number as usize) {
                *to = new;
            }
        }
        let runs = self.runs.iter().map(|run| (run.bytes.as_slice(), run.lengths.as_slice()));
        (Sealed::of(self.texts, runs), to)
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
