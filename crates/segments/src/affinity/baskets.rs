//! What was bought together: the lines of orders as sets of items.

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
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Baskets {
    /// The items, in order of their symbols.
    pub items: Vec<Symbol>,
    /// In how many baskets each item is.
    pub counts: Vec<u64>,
    /// Lines that are in none.
    pub left_out: LeftOut,
    heads: Vec<(CustomerIx, Day)>,
    ends: Vec<u32>,
    content: Vec<u32>,
}

impl Baskets {
    /// The baskets of orders. Lines of one order and day are one basket; without an order, those of one customer
    /// and day.
    pub fn of_lines(lines: &Histories<LineRow>, level: Level, as_of: Day) -> Result<Self, Error> {
        let mut left_out = LeftOut::default();
        let mut keep: Vec<(CustomerIx, Day, Symbol, Symbol)> = Vec::with_capacity(lines.rows().len());
        for l in lines.rows().iter().chain(lines.loose()) {
            let item = match level {
                Level::Item => l.item,
                Level::Category => l.category,
            };
            let reason = if l.day > as_of {
                &mut left_out.later
            } else if item.some().is_none() {
                &mut left_out.without_item
            } else if l.quantity < 0 || l.amount.0 < 0 {
                &mut left_out.returned
            } else if l.order.some().is_none() && !l.who.is_some() {
                &mut left_out.without_basket
            } else {
                keep.push((l.who, l.day, l.order, item));
                continue;
            };
            *reason += 1;
        }
        keep.sort_unstable();
        keep.dedup();
        let baskets = keep.chunk_by(|a, b| (a.0, a.1, a.2) == (b.0, b.1, b.2)).map(|lines| {
            let head = lines.first().map_or((CustomerIx::NONE, Day(0)), |l| (l.0, l.1));
            (head, lines.iter().map(|l| l.3))
        });
        Self::collect(baskets, left_out)
    }

    /// Baskets without customers or days, from any sets of symbols; a symbol named twice counts once.
    pub fn of_sets<'a>(sets: impl IntoIterator<Item = &'a [Symbol]>) -> Result<Self, Error> {
        let head = (CustomerIx::NONE, Day(0));
        let sets = sets.into_iter().map(|s| (head, s.iter().copied().filter(|s| s.some().is_some())));
        Self::collect(sets, LeftOut::default())
    }

    fn collect<I: Iterator<Item = Symbol>>(
        baskets: impl Iterator<Item = ((CustomerIx, Day), I)>,
        left_out: LeftOut,
    ) -> Result<Self, Error> {
        let mut out = Self {
            items: Vec::new(),
            counts: Vec::new(),
            left_out,
            heads: Vec::new(),
            ends: Vec::new(),
            content: Vec::new(),
        };
        for (head, items) in baskets {
            let start = out.content.len();
            out.content.extend(items.map(|s| s.0));
            if let Some(own) = out.content.get_mut(start..) {
                own.sort_unstable();
            }
            // Only the part just added is looked at: the one before it ends in another basket.
            let mut write = start;
            for read in start..out.content.len() {
                if read == start || out.content[read] != out.content[write - 1] {
                    out.content[write] = out.content[read];
                    write += 1;
                }
            }
            out.content.truncate(write);
            out.heads.push(head);
            out.ends.push(u32::try_from(write).map_err(|_| naata_core::Error::TooManyRows)?);
        }
        // Symbols become positions, so that every array over items is as short as can be.
        let mut symbols = out.content.clone();
        symbols.sort_unstable();
        symbols.dedup();
        out.counts = vec![0; symbols.len()];
        for item in &mut out.content {
            let at = symbols.partition_point(|s| s < item);
            *item = at as u32;
            if let Some(n) = out.counts.get_mut(at) {
                *n += 1;
            }
        }
        out.items = symbols.into_iter().map(Symbol).collect();
        Ok(out)
    }

    /// How many baskets there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// A basket by position; an empty one past the end.
    pub fn get(&self, at: usize) -> Basket<'_> {
        let end = self.ends.get(at).copied().unwrap_or(0) as usize;
        let start = if at == 0 { 0 } else { self.ends.get(at - 1).copied().unwrap_or(0) as usize };
        let (who, day) = self.heads.get(at).copied().unwrap_or((CustomerIx::NONE, Day(0)));
        Basket { who, day, items: self.content.get(start..end).unwrap_or(&[]) }
    }

    /// All baskets, in order.
    pub fn iter(&self) -> impl Iterator<Item = Basket<'_>> {
        (0..self.len()).map(|at| self.get(at))
    }

    /// The positions of the baskets of each customer who has any, in order of customer.
    pub fn customers(&self) -> Vec<(CustomerIx, std::ops::Range<usize>)> {
        let mut out: Vec<(CustomerIx, std::ops::Range<usize>)> = Vec::new();
        for (at, (who, _)) in self.heads.iter().enumerate().filter(|(_, (who, _))| who.is_some()) {
            match out.last_mut() {
                Some((last, range)) if last == who => range.end = at + 1,
                _ => out.push((*who, at..at + 1)),
            }
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use naata_core::Minor;

    fn line(who: u32, day: i32, order: u32, item: u32, amount: i64) -> LineRow {
        LineRow {
            who: if who == 9 { CustomerIx::NONE } else { CustomerIx(who) },
            day: Day(day),
            order: if order == 0 { Symbol::NONE } else { Symbol(order) },
            item: if item == 0 { Symbol::NONE } else { Symbol(item) },
            category: Symbol::NONE,
            quantity: 1_000,
            amount: Minor(amount),
            discount: Minor(0),
        }
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
        let all: Vec<_> = b.iter().map(|x| (x.who, x.day.0, x.items.to_vec())).collect();
        assert_eq!(
            all,
            [(CustomerIx(0), 1, vec![0, 2]), (CustomerIx(0), 3, vec![0, 1]), (CustomerIx::NONE, 2, vec![0])]
        );
        assert_eq!((b.items, b.counts), (vec![Symbol(4), Symbol(5), Symbol(6)], vec![3, 1, 1]));
        assert_eq!(b.left_out, LeftOut { without_item: 1, returned: 1, later: 1, without_basket: 1 });
    }
}
