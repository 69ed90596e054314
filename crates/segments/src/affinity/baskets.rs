//! What was bought together: the lines of orders as sets of items.

use super::places::Places;
use super::stretch::{Lines, of_customer};
use crate::Error;
use naata_answer::choice;
use naata_core::{CustomerIx, Day, Histories, LineRow, Symbol};

choice! {
    /// What counts as an item.
    pub enum Level {
        /// The item of a line.
        Item = "item",
        /// The category of a line.
        Category = "category",
    }
}

/// Lines that are in no basket, by reason.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LeftOut {
    /// Lines without an item (or category).
    pub without_item: u64,
    /// Returns: lines of a negative quantity or amount.
    pub returned: u64,
    /// Lines later than the day of the question.
    pub later: u64,
    /// Lines with neither an order nor a customer.
    pub without_basket: u64,
}

/// One basket: who, when, and its items, ascending.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Basket<'a> {
    /// The customer, or none.
    pub who: CustomerIx,
    /// The day.
    pub day: Day,
    /// Its items: positions in [`Baskets::items`], ascending, each once.
    pub items: &'a [u32],
}

/// Baskets in order of customer and day; those without a customer come last.
///
/// Of lines nothing is copied: a basket is put together when it is looked at, so that beside millions of lines next to
/// nothing is held.
///
/// ```
/// use naata_core::{CustomerIx, Day, Histories, LineMarks, LineRow, Minor, OrderDigest, Symbol};
/// use naata_segments::affinity::{Baskets, CustomerBaskets, Level};
///
/// let line = |order: &str, item: u32| LineRow {
///     who: CustomerIx(0), day: Day(20_000), order: OrderDigest::of(order), item: Symbol(item),
///     category: Symbol::NONE, amount: Minor(100), marks: LineMarks::default(),
/// };
/// let lines = [line("A1", 7), line("A1", 5), line("A2", 7)];
/// let lines = Histories::group(1, &lines, |l| (l.day, l.order))?;
/// let baskets = Baskets::of_lines(&lines, Level::Item, Day(20_000))?;
/// assert_eq!((baskets.len(), &*baskets.items), (2, &[Symbol(5), Symbol(7)][..]));
///
/// let mut own = CustomerBaskets::default();
/// baskets.of_customer(CustomerIx(0), &mut own);
/// let mut sizes: Vec<usize> = own.iter().map(|basket| basket.items.len()).collect();
/// sizes.sort();
/// assert_eq!(sizes, [1, 2]);
/// # Ok::<(), naata_segments::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Baskets<'a> {
    /// The items, in order of their symbols.
    pub items: Vec<Symbol>,
    /// In how many baskets each item is.
    pub counts: Vec<u64>,
    /// Lines that are in none.
    pub left_out: LeftOut,
    /// Customers who have a basket.
    pub buyers: u64,
    len: usize,
    places: Places,
    source: Source<'a>,
}

/// Where baskets come from.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Source<'a> {
    Lines(Lines<'a>),
    /// Items of all sets as positions, and the end of each set.
    Sets {
        content: Vec<u32>,
        ends: Vec<u32>,
    },
}

/// Symbols this far beyond the number of lines are still looked up in one step.
const REACH: usize = 1 << 16;

impl<'a> Baskets<'a> {
    /// The baskets of orders. Lines of one order and day are one basket; without an order, those of one customer
    /// and day.
    pub fn of_lines(lines: &'a Histories<LineRow>, level: Level, as_of: Day) -> Result<Self, Error> {
        let lines = Lines::new(lines, level, as_of)?;
        let mut left_out = LeftOut::default();
        let all = lines.rows.rows().iter().chain(lines.rows.loose());
        let symbols = all.filter_map(|l| lines.item(l).map_err(|reason| left_out.count(reason)).ok());
        let (places, items) = Places::of(symbols, lines.len() + REACH);
        Ok(Self::count(left_out, places, items, Source::Lines(lines)))
    }

    /// Baskets without customers or days, from any sets of symbols; a symbol named twice counts once.
    pub fn of_sets<'s>(sets: impl IntoIterator<Item = &'s [Symbol]>) -> Result<Self, Error> {
        let (mut content, mut ends) = (Vec::new(), Vec::new());
        for set in sets {
            content.extend(set.iter().filter(|s| s.some().is_some()).map(|s| s.0));
            let start = ends.last().map_or(0, |end| *end as usize);
            sort_from(&mut content, start);
            ends.push(u32::try_from(content.len()).map_err(|_| naata_core::Error::TooManyRows)?);
        }
        // Symbols become positions, so that every array over items is as short as can be.
        let reach = content.len() + REACH;
        let (places, items) = Places::of(content.iter().copied().map(Symbol), reach);
        for item in &mut content {
            *item = places.get(Symbol(*item)).unwrap_or(0);
        }
        Ok(Self::count(LeftOut::default(), places, items, Source::Sets { content, ends }))
    }

    fn count(left_out: LeftOut, places: Places, items: Vec<Symbol>, source: Source<'a>) -> Self {
        let mut out =
            Self { counts: vec![0; items.len()], items, left_out, buyers: 0, len: 0, places, source };
        let mut counts = std::mem::take(&mut out.counts);
        let (mut len, mut buyers, mut before) = (0, 0, CustomerIx::NONE);
        out.each(|basket| {
            len += 1;
            buyers += u64::from(basket.who.is_some() && basket.who != before);
            before = basket.who;
            for item in basket.items {
                counts[*item as usize] += 1;
            }
        });
        Self { counts, len, buyers, ..out }
    }

    /// How many baskets there are.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// How many customers there are, also those without a basket.
    pub fn customers(&self) -> usize {
        if let Source::Lines(lines) = &self.source { lines.rows.customers() } else { 0 }
    }

    /// Looks at all baskets, in order.
    pub fn each(&self, mut look: impl FnMut(Basket<'_>)) {
        self.each_at(|_, basket| look(basket));
    }

    /// Looks at all baskets, in order, each with what [`Baskets::at`] finds it by.
    pub(super) fn each_at(&self, mut look: impl FnMut(u32, Basket<'_>)) {
        match &self.source {
            Source::Lines(lines) => {
                let mut items = Vec::new();
                for (at, stretch) in lines.stretches() {
                    items.clear();
                    if let Some((who, day)) = self.put(lines, stretch, &mut items) {
                        look(at, Basket { who, day, items: &items });
                    }
                }
            }
            Source::Sets { ends, .. } => {
                for at in 0..ends.len() as u32 {
                    look(at, self.at(at, &mut Vec::new()));
                }
            }
        }
    }

    /// The basket that [`Baskets::each_at`] told this number of; `room` is where its items may be put.
    pub(super) fn at<'r>(&'r self, at: u32, room: &'r mut Vec<u32>) -> Basket<'r> {
        let none = (CustomerIx::NONE, Day(0));
        let ((who, day), items) = match &self.source {
            Source::Lines(lines) => {
                room.clear();
                (self.put(lines, lines.stretch(at), room).unwrap_or(none), room.as_slice())
            }
            Source::Sets { content, ends } => {
                let end = |at: u32| ends.get(at as usize).map_or(0, |end| *end as usize);
                let start = at.checked_sub(1).map_or(0, end);
                (none, content.get(start..end(at)).unwrap_or(&[]))
            }
        };
        Basket { who, day, items }
    }

    /// Puts all baskets of a customer into `own`, in order of day.
    pub fn of_customer(&self, customer: CustomerIx, own: &mut CustomerBaskets) {
        own.clear(customer);
        if let Source::Lines(lines) = &self.source {
            for stretch in of_customer(lines.rows.of(customer)) {
                if let Some((_, day)) = self.put(lines, stretch, &mut own.items) {
                    own.days.push(day);
                    own.ends.push(own.items.len());
                }
            }
        }
    }

    /// Adds the items of a stretch of lines to `items`; the answer is whose basket it is and of which day, if any
    /// line of it is in a basket at all.
    fn put(&self, lines: &Lines<'_>, stretch: &[LineRow], items: &mut Vec<u32>) -> Option<(CustomerIx, Day)> {
        let start = items.len();
        items.extend(stretch.iter().filter_map(|l| self.places.get(lines.item(l).ok()?)));
        let first = stretch.first().filter(|_| items.len() > start)?;
        sort_from(items, start);
        Some((first.who, first.day))
    }
}

/// Sorts what lies from `start` on and leaves each once.
fn sort_from(items: &mut Vec<u32>, start: usize) {
    if items.len() > start + 1 {
        items[start..].sort_unstable();
        let mut write = start + 1;
        for read in start + 1..items.len() {
            if items[read] != items[write - 1] {
                items[write] = items[read];
                write += 1;
            }
        }
        items.truncate(write);
    }
}

/// The baskets of one customer, in order of day. Filled for one customer after the other it needs no more room than the
/// largest of them.
#[derive(Clone, Debug)]
pub struct CustomerBaskets {
    who: CustomerIx,
    days: Vec<Day>,
    ends: Vec<usize>,
    items: Vec<u32>,
}

impl Default for CustomerBaskets {
    fn default() -> Self {
        Self { who: CustomerIx::NONE, days: Vec::new(), ends: Vec::new(), items: Vec::new() }
    }
}

impl CustomerBaskets {
    fn clear(&mut self, who: CustomerIx) {
        self.who = who;
        self.days.clear();
        self.ends.clear();
        self.items.clear();
    }

    /// How many baskets the customer has.
    pub fn len(&self) -> usize {
        self.days.len()
    }

    /// Whether the customer has none.
    pub fn is_empty(&self) -> bool {
        self.days.is_empty()
    }

    /// A basket by position; an empty one past the end.
    pub fn get(&self, at: usize) -> Basket<'_> {
        let end = |at: usize| self.ends.get(at).copied().unwrap_or(0);
        let start = at.checked_sub(1).map_or(0, end);
        let day = self.days.get(at).copied().unwrap_or(Day(0));
        Basket { who: self.who, day, items: self.items.get(start..end(at)).unwrap_or(&[]) }
    }

    /// All of them.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = Basket<'_>> {
        (0..self.len()).map(|at| self.get(at))
    }

    /// The items of all of them, each as often as it is in a basket.
    pub fn items(&self) -> &[u32] {
        &self.items
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use naata_core::{LineMarks, Minor, OrderDigest};
    use proptest::prelude::*;
    use std::collections::{BTreeMap, BTreeSet};

    /// Customer 9 is none, as are order 0 and item 0.
    fn line(who: u32, day: i32, order: u32, item: u32, amount: i64) -> LineRow {
        LineRow {
            who: if who == 9 { CustomerIx::NONE } else { CustomerIx(who) },
            day: Day(day),
            order: if order == 0 { OrderDigest::NONE } else { OrderDigest::of(&order.to_string()) },
            item: if item == 0 { Symbol::NONE } else { Symbol(item) },
            category: Symbol::NONE,
            amount: Minor(amount),
            marks: LineMarks::default(),
        }
    }

    type Seen = (CustomerIx, Day, Vec<u32>);

    fn seen(b: &Basket<'_>) -> Seen {
        (b.who, b.day, b.items.to_vec())
    }

    fn all(baskets: &Baskets<'_>) -> Vec<Seen> {
        let mut out = Vec::new();
        baskets.each(|b| out.push(seen(&b)));
        out
    }

    #[test]
    fn lines_of_one_order_are_one_basket_and_the_rest_is_counted() {
        let rows = [
            line(0, 3, 7, 5, 1),
            line(0, 3, 7, 4, 1),
            line(0, 3, 7, 5, 2),
            line(0, 1, 0, 4, 1),
            line(0, 1, 0, 6, 1),
            line(9, 2, 8, 4, 1),
            line(9, 2, 0, 4, 1),
            line(0, 3, 7, 0, 1),
            line(0, 3, 7, 4, -1),
            line(0, 11, 7, 4, 1),
        ];
        let h = Histories::group(1, &rows, |l| l.day).unwrap();
        let b = Baskets::of_lines(&h, Level::Item, Day(10)).unwrap();
        assert_eq!(
            all(&b),
            [
                (CustomerIx(0), Day(1), vec![0, 2]),
                (CustomerIx(0), Day(3), vec![0, 1]),
                (CustomerIx::NONE, Day(2), vec![0])
            ]
        );
        assert_eq!((b.items, b.counts), (vec![Symbol(4), Symbol(5), Symbol(6)], vec![3, 1, 1]));
        assert_eq!((b.len, b.buyers), (3, 1));
        assert_eq!(b.left_out, LeftOut { without_item: 1, returned: 1, later: 1, without_basket: 1 });
    }

    /// Baskets the long way: a map from whose they are, of which day and order, to their symbols; in no order within a
    /// customer and day.
    fn naive(rows: &[LineRow], level: Level, as_of: Day) -> (Vec<(CustomerIx, Day, Vec<Symbol>)>, LeftOut) {
        let mut left_out = LeftOut::default();
        let mut baskets: BTreeMap<_, BTreeSet<Symbol>> = BTreeMap::new();
        for l in rows {
            let symbol = if level == Level::Item { l.item } else { l.category };
            if l.day > as_of {
                left_out.later += 1;
            } else if symbol == Symbol::NONE {
                left_out.without_item += 1;
            } else if l.marks.is_back() || l.amount.0 < 0 {
                left_out.returned += 1;
            } else if l.order == OrderDigest::NONE && l.who == CustomerIx::NONE {
                left_out.without_basket += 1;
            } else {
                baskets.entry((l.who, l.day, l.order)).or_default().insert(symbol);
            }
        }
        let mut out: Vec<_> =
            baskets.into_iter().map(|((who, day, _), set)| (who, day, set.into_iter().collect())).collect();
        out.sort();
        (out, left_out)
    }

    fn rows() -> impl Strategy<Value = Vec<LineRow>> {
        let who = prop_oneof![3 => 0u32..4, 1 => Just(9)];
        let row = (who, 0i32..5, 0u32..4, 0u32..6, (-1i64..4, any::<bool>(), 0u32..3, 0i64..2));
        let make = |(who, day, order, item, (amount, far, category, discount))| LineRow {
            // A number as large as that is of no sealed base; it must be taken all the same.
            item: if far && item == 5 { Symbol(u32::MAX - 1) } else { line(0, 0, 0, item, 0).item },
            category: line(0, 0, 0, category, 0).item,
            marks: LineMarks::of(if amount == 3 { -1_000 } else { 1_000 }, Minor(discount)),
            ..line(who, day, order, item, amount)
        };
        prop::collection::vec(row.prop_map(make), 0..60)
    }

    proptest! {
        #[test]
        fn baskets_are_those_of_a_map_whatever_the_order_of_lines(
            (rows, mixed) in rows().prop_flat_map(|r| (Just(r.clone()), Just(r).prop_shuffle())),
            by_item in any::<bool>(), as_of in 0i32..6,
        ) {
            let (level, as_of) = (if by_item { Level::Item } else { Level::Category }, Day(as_of));
            let sealed = Histories::group(5, &rows, |l| (l.day, l.order)).unwrap();
            let b = Baskets::of_lines(&sealed, level, as_of).unwrap();
            let symbols = |(who, day, items): &Seen| {
                (*who, *day, items.iter().map(|i| b.items[*i as usize]).collect::<Vec<_>>())
            };
            let (want, left_out) = naive(&rows, level, as_of);
            let seen_all = all(&b);
            prop_assert!(seen_all.is_sorted_by_key(|s| (s.0, s.1)));
            let mut got: Vec<_> = seen_all.iter().map(symbols).collect();
            got.sort();
            prop_assert_eq!(&got, &want);
            prop_assert_eq!((b.left_out, b.len()), (left_out, want.len()));
            let of: BTreeSet<CustomerIx> = want.iter().map(|w| w.0).filter(|w| w.is_some()).collect();
            prop_assert_eq!(b.buyers, of.len() as u64);
            for (item, count) in b.items.iter().zip(&b.counts) {
                prop_assert_eq!(*count, want.iter().filter(|w| w.2.contains(item)).count() as u64);
            }
            prop_assert!(b.counts.iter().all(|n| *n > 0) && b.items.is_sorted());

            // A customer's are the same ones, and each is found again by its number.
            let (mut own, mut own_all) = (CustomerBaskets::default(), Vec::new());
            for customer in (0..b.customers() as u32).map(CustomerIx) {
                b.of_customer(customer, &mut own);
                prop_assert_eq!(own.items().len(), own.iter().map(|x| x.items.len()).sum::<usize>());
                own_all.extend(own.iter().map(|x| seen(&x)));
            }
            prop_assert!(seen_all.iter().filter(|s| s.0.is_some()).eq(&own_all));
            let (mut numbers, mut room) = (Vec::new(), Vec::new());
            b.each_at(|at, x| numbers.push((at, seen(&x))));
            prop_assert!(numbers.iter().all(|(at, x)| seen(&b.at(*at, &mut room)) == *x));

            // Neither the order of rows changes anything, nor by what a caller has sorted them.
            let shuffled = Histories::group(5, &mixed, |l| (l.day, l.order)).unwrap();
            prop_assert_eq!(&Baskets::of_lines(&shuffled, level, as_of).unwrap(), &b);
            let by_amount = Histories::group(5, &mixed, |l| l.amount).unwrap();
            let other = Baskets::of_lines(&by_amount, level, as_of).unwrap();
            prop_assert_eq!((all(&other), &other.counts, other.left_out), (seen_all, &b.counts, b.left_out));
        }

        #[test]
        fn sets_are_baskets_as_they_stand(
            sets in prop::collection::vec(prop::collection::vec(prop_oneof![0u32..9, Just(u32::MAX), Just(u32::MAX - 1)], 0..6), 0..12),
        ) {
            let symbols: Vec<Vec<Symbol>> = sets.iter().map(|s| s.iter().copied().map(Symbol).collect()).collect();
            let b = Baskets::of_sets(symbols.iter().map(Vec::as_slice)).unwrap();
            let got: Vec<Vec<Symbol>> =
                all(&b).iter().map(|s| s.2.iter().map(|i| b.items[*i as usize]).collect()).collect();
            let want: Vec<Vec<Symbol>> = symbols
                .iter()
                .map(|s| s.iter().copied().filter(|s| *s != Symbol::NONE).collect::<BTreeSet<_>>().into_iter().collect())
                .collect();
            prop_assert_eq!(&got, &want);
            prop_assert_eq!((b.len(), b.customers(), b.buyers), (sets.len(), 0, 0));
            for (item, count) in b.items.iter().zip(&b.counts) {
                prop_assert_eq!(*count, want.iter().filter(|w| w.contains(item)).count() as u64);
            }
        }
    }
}
