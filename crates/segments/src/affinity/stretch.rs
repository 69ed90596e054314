//! The lines of each basket, where they lie.

use super::{LeftOut, Level};
use naata_core::{Day, Error, Histories, LineRow, Symbol};
use std::borrow::Cow;

/// Lines in which those of one basket lie side by side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Lines<'a> {
    pub(super) rows: Cow<'a, Histories<LineRow>>,
    level: Level,
    as_of: Day,
}

/// Whether two lines are of one order and day; without an order, of one customer and day.
fn together(a: &LineRow, b: &LineRow) -> bool {
    (a.who, a.day, a.order) == (b.who, b.day, b.order)
}

impl<'a> Lines<'a> {
    /// Lines are borrowed as they are where they are in order of day and order, as in a sealed base; others are copied.
    pub(super) fn new(lines: &'a Histories<LineRow>, level: Level, as_of: Day) -> Result<Self, Error> {
        let in_order = lines.rows().is_sorted_by_key(|l| (l.who, l.day, l.order))
            && lines.loose().is_sorted_by_key(|l| (l.day, l.order, l.who));
        let rows = if in_order {
            Cow::Borrowed(lines)
        } else {
            let all = lines.rows().iter().chain(lines.loose()).copied().collect();
            Cow::Owned(Histories::of_rows(lines.customers(), all, |l| (l.day, l.order))?)
        };
        Ok(Self { rows, level, as_of })
    }

    /// How many lines there are.
    pub(super) fn len(&self) -> usize {
        self.rows.rows().len() + self.rows.loose().len()
    }

    /// The stretches of lines of one basket, each with the position of its first line.
    pub(super) fn stretches(&self) -> impl Iterator<Item = (u32, &[LineRow])> {
        let all = self.rows.rows().chunk_by(together).chain(self.rows.loose().chunk_by(together));
        all.scan(0, |at, lines| {
            let first = *at;
            // So many lines fit 32 bits: histories take no more.
            *at += lines.len() as u32;
            Some((first, lines))
        })
    }

    /// The stretch that begins at a position.
    pub(super) fn stretch(&self, at: u32) -> &[LineRow] {
        let (rows, at) = (self.rows.rows(), at as usize);
        let from = if at < rows.len() { rows.get(at..) } else { self.rows.loose().get(at - rows.len()..) };
        from.and_then(|lines| lines.chunk_by(together).next()).unwrap_or(&[])
    }

    /// The item of a line, or why it is in no basket.
    #[inline]
    pub(super) fn item(&self, l: &LineRow) -> Result<Symbol, Reason> {
        let item = match self.level {
            Level::Item => l.item,
            Level::Category => l.category,
        };
        if l.day > self.as_of {
            Err(Reason::Later)
        } else if item.some().is_none() {
            Err(Reason::WithoutItem)
        } else if l.marks.is_back() || l.amount.0 < 0 {
            Err(Reason::Returned)
        } else if l.order.some().is_none() && !l.who.is_some() {
            Err(Reason::WithoutBasket)
        } else {
            Ok(item)
        }
    }
}

/// The stretches of one customer's lines.
pub(super) fn of_customer(lines: &[LineRow]) -> impl Iterator<Item = &[LineRow]> {
    lines.chunk_by(together)
}

/// Why a line is in no basket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reason {
    WithoutItem,
    Returned,
    Later,
    WithoutBasket,
}

impl LeftOut {
    pub(super) fn count(&mut self, reason: Reason) {
        *match reason {
            Reason::WithoutItem => &mut self.without_item,
            Reason::Returned => &mut self.returned,
            Reason::Later => &mut self.later,
            Reason::WithoutBasket => &mut self.without_basket,
        } += 1;
    }
}
