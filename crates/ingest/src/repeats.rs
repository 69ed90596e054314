//! Which order ids stand on several rows, found exactly and without keeping the ids.
//!
//! Ids that are the same text before a number (`SO0000945455`), as nearly every shop writes them, are one bit each in
//! pages of a bitmap; of all others a hash of eight bytes is kept. Equal ids always have equal keys. Different ids can
//! have equal keys too, once in about `2^63 / rows^2` files: they are then read like repeated ones, by their text, and
//! nothing is mistaken. So a key that was seen once proves its id to stand on one row alone.

use crate::digits::{Digits, eight};
use crate::plain::plain_id;
use naata_core::IdHash;
use naata_machine::{Eights, fetch};

/// What stands for an order id: its number, or its hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct OrderKey(u64);

const HASHED: u64 = 1 << 63;
/// Numbers up to this far from the first one are kept as bits.
const REACH: u64 = 1 << 30;

impl OrderKey {
    /// Stands for a row that is an order of its own, whatever its id.
    pub(crate) const NONE: Self = Self(u64::MAX);

    /// The key that [`Alike::keys`] tells.
    pub(crate) fn numbered(distance: u64) -> Self {
        Self(distance)
    }
}

/// How the order ids of a file are written, by the first of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct OrderForm {
    before: Box<str>,
    digits: usize,
    first: u64,
    /// The same for ids as long as the first one, which nearly all are.
    alike: Option<Alike>,
}

/// How ids are written that are as long as the first one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Alike {
    digits: Digits,
    first: u64,
}

impl Alike {
    /// The keys of eight ids, of which these are the first and the last eight bytes and the lengths, as
    /// [`OrderKey::numbered`] takes them; and which of the ids are of this form.
    #[inline(always)]
    pub(crate) fn keys<L: Eights>(
        self,
        l: L,
        first: L::Eight,
        last: L::Eight,
        lengths: L::Eight,
    ) -> (L::Eight, u8) {
        let (numbers, good) = self.digits.read_eight(l, first, last, lengths);
        let distances = l.sub(l.add(numbers, l.all(REACH)), l.all(self.first));
        (distances, good & l.less(distances, l.all(2 * REACH)))
    }
}

impl OrderForm {
    /// The form of this id.
    pub(crate) fn of(id: &str) -> Self {
        let digits = id.bytes().rev().take_while(u8::is_ascii_digit).count().min(18);
        let (before, number) = id.split_at_checked(id.len() - digits).unwrap_or((id, ""));
        let first = number.parse().unwrap_or(0);
        let alike = Digits::behind(before, digits).map(|digits| Alike { digits, first });
        Self { before: before.into(), digits, first, alike }
    }

    /// The form of ids that are as long as the first one and need no second look.
    pub(crate) fn alike(&self) -> Option<Alike> {
        let some = format!("{}0", self.before);
        self.alike.filter(|_| !some.starts_with('"') && plain_id(&some).is_some())
    }

    /// The key of an id.
    #[inline]
    pub(crate) fn key(&self, id: &str) -> OrderKey {
        let number = self.alike.and_then(|alike| alike.digits.read(id.as_bytes()));
        match number.and_then(|n| self.distance(n)) {
            Some(distance) => OrderKey(distance),
            None => self.any_key(id),
        }
    }

    #[inline(never)]
    fn any_key(&self, id: &str) -> OrderKey {
        let hashed = || OrderKey(IdHash::of(id).number() | HASHED).min(OrderKey(u64::MAX - 1));
        let number = id.as_bytes().split_at_checked(self.before.len()).and_then(|(before, digits)| {
            // So short a text is compared sooner here than by a call.
            let same = before.iter().zip(self.before.as_bytes()).all(|(a, b)| a == b);
            self.number(digits).filter(|_| same)
        });
        number.map_or_else(hashed, OrderKey)
    }

    /// The distance of a number from the first one, shifted so that it is not negative.
    #[inline]
    fn distance(&self, number: u64) -> Option<u64> {
        (number + REACH).checked_sub(self.first).filter(|n| *n < 2 * REACH)
    }

    fn number(&self, digits: &[u8]) -> Option<u64> {
        if digits.is_empty() || digits.len() > 18 || self.digits == 0 {
            return None;
        }
        // 7 and 007 are two ids: unless all numbers are equally long, none begins with a zero.
        if digits.len() != self.digits && digits.first() == Some(&b'0') {
            return None;
        }
        let (few, eights) = digits.as_rchunks::<8>();
        let few =
            few.iter().try_fold(0u64, |n, b| b.is_ascii_digit().then(|| n * 10 + u64::from(b - b'0')))?;
        let number = eights.iter().try_fold(few, |n, e| Some(n * 100_000_000 + u64::from(eight(*e)?)))?;
        self.distance(number)
    }
}

/// Keys in a table of their own, for quick look-ups.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct KeySet {
    sorted: Vec<OrderKey>,
    /// A bit for the lower bits of every key: most look-ups end here.
    bits: Vec<u64>,
}

impl KeySet {
    pub(crate) fn of(mut keys: Vec<OrderKey>) -> Self {
        keys.sort_unstable();
        keys.dedup();
        let mut bits = vec![0u64; (keys.len() / 4).next_power_of_two()];
        for key in &keys {
            let (word, bit) = place(*key, bits.len());
            if let Some(w) = bits.get_mut(word) {
                *w |= bit;
            }
        }
        Self { sorted: keys, bits }
    }

    #[inline]
    pub(crate) fn has(&self, key: OrderKey) -> bool {
        if self.sorted.is_empty() {
            return false;
        }
        let (word, bit) = place(key, self.bits.len());
        self.bits.get(word).is_some_and(|w| w & bit != 0) && self.sorted.binary_search(&key).is_ok()
    }

    /// The keys of both.
    pub(crate) fn join(&self, other: Vec<OrderKey>) -> Self {
        Self::of(self.sorted.iter().copied().chain(other).collect())
    }
}

fn place(key: OrderKey, words: usize) -> (usize, u64) {
    let mixed = key.0.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    ((mixed >> 32) as usize & words.wrapping_sub(1), 1 << (mixed >> 58))
}

/// The keys seen so far.
#[derive(Debug, Default)]
pub(crate) struct Repeats {
    /// Pages of the bitmap, where there was a number.
    pages: Vec<Option<Box<Page>>>,
    paged: usize,
    /// Whether numbers lie so far apart that no page is begun any more.
    sparse: bool,
    /// The other keys, in parts by their upper bits.
    hashed: Vec<Vec<u64>>,
    seen: usize,
    repeated: Vec<OrderKey>,
    many: bool,
}

type Page = [u64; 512];
/// Bits of a page, as a power of two.
const PAGE: u32 = 15;
/// So many pages, of 8 MB together, are begun wherever numbers lie: the 67 million they reach over may come in any order.
const PAGES: usize = 1 << 11;
const PARTS: u32 = 8;

/// So many rows are between asking for the memory of one and needing it: little is done for a row, and soon.
const AHEAD: usize = 64;

/// The word of its page that a key has its bit in.
#[inline]
fn word(key: OrderKey) -> usize {
    (key.0 as usize & ((1 << PAGE) - 1)) / 64
}

/// Sets the bit of a key; the answer is whether it was set before.
#[inline]
fn mark(page: &mut Page, key: OrderKey) -> bool {
    let Some(word) = page.get_mut(word(key)) else { return false };
    let bit = 1 << (key.0 % 64);
    let before = *word & bit != 0;
    *word |= bit;
    before
}

impl Repeats {
    /// Takes in the keys of many rows, the same as one by one: while one is taken in, the words of later ones are
    /// fetched.
    pub(crate) fn see_all<T>(&mut self, rows: &[T], key: impl Fn(&T) -> OrderKey) {
        for (k, row) in rows.iter().enumerate() {
            if let Some(later) = rows.get(k + AHEAD).map(&key)
                && let Some(Some(page)) = self.pages.get((later.0 >> PAGE) as usize)
            {
                fetch(page.as_slice(), word(later));
            }
            self.see(key(row));
        }
    }

    /// Takes in the key of one row.
    #[inline]
    pub(crate) fn see(&mut self, key: OrderKey) {
        // Nearly every key is a number of a page that is there; no other key lies within the pages.
        let page = self.pages.get_mut((key.0 >> PAGE) as usize);
        let Some(page) = page.and_then(Option::as_mut) else { return self.see_new(key) };
        self.seen += 1;
        if mark(page, key) {
            self.repeated(key);
        }
    }

    fn see_new(&mut self, key: OrderKey) {
        if key == OrderKey::NONE || self.many {
            return;
        }
        self.seen += 1;
        if key.0 & HASHED != 0 || !self.number(key) {
            if self.hashed.is_empty() {
                self.hashed = vec![Vec::new(); 1 << PARTS];
            }
            let mixed = key.0.wrapping_mul(0x9E37_79B9_7F4A_7C15);
            if let Some(part) = self.hashed.get_mut((mixed >> (64 - PARTS)) as usize) {
                // Growing by a quarter instead of doubling keeps the memory near eight bytes a row.
                if part.len() == part.capacity() {
                    part.reserve_exact(part.len() / 4 + 64);
                }
                part.push(key.0);
            }
        }
    }

    fn repeated(&mut self, key: OrderKey) {
        self.repeated.push(key);
        // Where every fourth row continues an order, all rows are better read as rows of orders.
        if self.repeated.len() > self.seen / 4 + 1_000 {
            *self = Self { many: true, ..Self::default() };
        }
    }

    /// Marks a number; `false` when there is no page for it.
    fn number(&mut self, key: OrderKey) -> bool {
        let page = (key.0 >> PAGE) as usize;
        if self.pages.get(page).is_none_or(Option::is_none) {
            // A page costs as much as 512 hashes. Once no page is begun, a number stays with the hashes.
            self.sparse |= self.paged >= PAGES + self.seen / 256;
            if self.sparse {
                return false;
            }
            if page >= self.pages.len() {
                self.pages.resize(page + 1, None);
            }
            self.pages[page] = Some(Box::new([0; 512]));
            self.paged += 1;
        }
        if let Some(page) = self.pages.get_mut(page).and_then(Option::as_mut) {
            mark(page, key);
        }
        true
    }

    /// Whether there are so many that listing them is no use.
    pub(crate) fn many(&self) -> bool {
        self.many
    }

    /// The keys seen more than once.
    pub(crate) fn finish(self) -> Vec<OrderKey> {
        let mut repeated = self.repeated;
        for mut part in self.hashed {
            part.sort_unstable();
            repeated
                .extend(part.windows(2).filter(|w| matches!(w, [a, b] if a == b)).map(|w| OrderKey(w[0])));
        }
        repeated
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    proptest! {
        #[test]
        fn an_id_that_repeats_is_always_seen_and_one_that_does_not_is_not(
            ids in prop::collection::vec(prop_oneof!["SO00[0-3][0-9]{2}", "[1-9]?[0-9]?[0-9]", "INV-0?[0-9]{2}", "[0-9]{17,19}", "[a-zé]{0,2}", "[0-9a-f]{12}"], 1..300),
        ) {
            let form = OrderForm::of(&ids[0]);
            let mut repeats = Repeats::default();
            let mut counts: BTreeMap<&str, u32> = BTreeMap::new();
            let mut keys: BTreeMap<OrderKey, Vec<&str>> = BTreeMap::new();
            for id in &ids {
                *counts.entry(id).or_default() += 1;
                keys.entry(form.key(id)).or_default().push(id);
                repeats.see(form.key(id));
            }
            prop_assert!(!repeats.many());
            let set = KeySet::of(repeats.finish());
            for (id, n) in &counts {
                prop_assert!(set.has(form.key(id)) || *n == 1);
            }
            for (key, ids) in &keys {
                prop_assert_eq!(set.has(*key), ids.len() > 1);
                // Of ids that differ only those have one key that are one number with and without leading zeros.
                let bare = |id: &str| id.trim_start_matches(|c: char| !c.is_ascii_digit()).trim_start_matches('0').to_owned();
                prop_assert!(ids.iter().all(|i| bare(i) == bare(ids[0])), "{:?}", ids);
            }
        }
    }

    #[test]
    fn numbers_far_apart_do_not_cost_a_page_each() {
        let form = OrderForm::of("500000000");
        let mut repeats = Repeats::default();
        let id = |i: u64| (i * 7_919 % 1_000_003 * 1_000).to_string();
        (1..100_000).for_each(|i| repeats.see(form.key(&id(i))));
        (1..100).for_each(|i| repeats.see(form.key(&id(i * 1_000))));
        assert!(repeats.paged < PAGES + 400, "{} pages", repeats.paged);
        assert_eq!(KeySet::of(repeats.finish()).sorted.len(), 99);
    }

    #[test]
    fn numbers_of_millions_of_orders_in_any_order_are_bits_alone() {
        let form = OrderForm::of("5000000");
        let mut repeats = Repeats::default();
        let id = |i: u64| (i * 7_919_003 % 20_000_003).to_string();
        (1..200_000).for_each(|i| repeats.see(form.key(&id(i))));
        assert!(repeats.hashed.is_empty() && repeats.paged > 600, "{} pages", repeats.paged);
    }

    #[test]
    fn orders_of_many_rows_are_told_from_a_few_repeats() {
        let form = OrderForm::of("A1");
        let mut repeats = Repeats::default();
        (0..30_000).for_each(|i| repeats.see(form.key(&format!("A{}", i / 3))));
        assert!(repeats.many() && repeats.finish().is_empty());
    }
}
