//! A customer's purchases in seven numbers: what lifetime-value models read.
//!
//! Purchases of one day are one occasion. Refunds (negative amounts) are no occasion; their sum is kept apart, so
//! that the caller may state its refund policy.

use crate::day_set::DaySets;
use crate::{Day, Error, Ids, Index, Minor, PurchaseRow, Tally};

/// The purchases of one customer up to a cutoff.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Summary {
    /// The first day of purchase; means nothing while `days` is 0.
    pub first: Day,
    /// The last day of purchase; means nothing while `days` is 0.
    pub last: Day,
    /// Distinct days of purchase.
    pub days: u32,
    /// Purchases (rows of zero or more).
    pub purchases: u32,
    /// Refunds (rows below zero).
    pub refunds: u32,
    /// What was paid for all purchases.
    pub total: Minor,
    /// What was paid on the first day.
    pub first_day_total: Minor,
    /// The sum of the refunds, zero or negative.
    pub returned: Minor,
}

impl Summary {
    /// The summary of a customer without any row.
    pub const EMPTY: Self = Self {
        first: Day(0),
        last: Day(0),
        days: 0,
        purchases: 0,
        refunds: 0,
        total: Minor::ZERO,
        first_day_total: Minor::ZERO,
        returned: Minor::ZERO,
    };

    /// Summarises purchases stated as numbers, for callers who have no rows: the CDNOW summary, a warehouse's table.
    pub fn stated(first: Day, last: Day, days: u32, total: Minor, first_day_total: Minor) -> Self {
        Self { first, last, days, purchases: days, total, first_day_total, ..Self::EMPTY }
    }

    /// Whether there is at least one purchase.
    pub fn is_buyer(&self) -> bool {
        self.days > 0
    }

    /// Repeat occasions, `x`: distinct days after the first.
    pub fn frequency(&self) -> u32 {
        self.days.saturating_sub(1)
    }

    /// Days from the first to the last purchase, `t_x`.
    pub fn recency_days(&self) -> i64 {
        self.last.since(self.first)
    }

    /// Days from the first purchase to the end of observation, `T`.
    pub fn age_days(&self, as_of: Day) -> i64 {
        as_of.since(self.first)
    }

    /// What was paid after the first day.
    pub fn repeat_total(&self) -> Result<Minor, Error> {
        self.total.minus(self.first_day_total, "a customer's repeat purchases")
    }

    /// Purchases less refunds.
    pub fn net(&self) -> Result<Minor, Error> {
        self.total.plus(self.returned, "a customer's purchases and refunds")
    }

    /// The summary of one customer's rows up to and including `cutoff`; the rows are in order of time.
    pub fn of(rows: &[PurchaseRow], cutoff: Day) -> Result<Self, Error> {
        let mut s = Self::EMPTY;
        for r in rows.iter().take_while(|r| r.day <= cutoff) {
            s.add_totals(r)?;
            if r.is_refund() {
                continue;
            }
            if s.days == 0 || r.day > s.last {
                s.days += 1;
            }
            s.last = r.day;
        }
        Ok(s)
    }

    /// Everything but `days` and `last`, for a row in any order.
    fn add_totals(&mut self, r: &PurchaseRow) -> Result<(), Error> {
        const WHAT: &str = "a customer's purchases";
        if r.is_refund() {
            self.refunds += 1;
            self.returned = self.returned.plus(r.amount, WHAT)?;
            return Ok(());
        }
        if self.purchases == 0 || r.day < self.first {
            self.first = r.day;
            self.first_day_total = Minor::ZERO;
        }
        if r.day == self.first {
            self.first_day_total = self.first_day_total.plus(r.amount, WHAT)?;
        }
        self.purchases += 1;
        self.total = self.total.plus(r.amount, WHAT)?;
        Ok(())
    }
}

/// Builds summaries from rows in any order, in parts that merge; keeps no rows.
#[derive(Clone, Debug, Default)]
pub struct SummaryBuilder {
    index: Index,
    state: Vec<Summary>,
    days: DaySets,
}

impl SummaryBuilder {
    /// The index that numbers the customers of this part.
    pub fn index(&mut self) -> &mut Index {
        &mut self.index
    }

    /// Takes in one row, whose `who` is a number of [`SummaryBuilder::index`]; rows without a customer are passed over.
    pub fn row(&mut self, r: &PurchaseRow) -> Result<(), Error> {
        if !r.who.is_some() {
            return Ok(());
        }
        if self.state.len() <= r.who.at() {
            self.state.resize(self.index.len().max(r.who.at() + 1), Summary::EMPTY);
        }
        let Some(s) = self.state.get_mut(r.who.at()) else { return Ok(()) };
        let before = s.purchases;
        s.add_totals(r)?;
        if s.purchases > before {
            s.last = if before == 0 { r.day } else { s.last.max(r.day) };
            self.days.add(r.who.0, r.day.0);
        }
        Ok(())
    }
}

impl Tally for SummaryBuilder {
    type Item<'a> = &'a [PurchaseRow];
    type Output = (Ids, Vec<Summary>);

    fn fresh(&self) -> Self {
        Self::default()
    }

    fn add(&mut self, rows: &[PurchaseRow]) -> Result<(), Error> {
        rows.iter().try_for_each(|r| self.row(r))
    }

    fn merge(&mut self, later: Self) -> Result<(), Error> {
        const WHAT: &str = "a customer's purchases";
        let to = self.index.absorb(&later.index)?;
        self.state.resize(self.index.len(), Summary::EMPTY);
        for (s, ix) in later.state.iter().zip(&to) {
            let Some(t) = self.state.get_mut(ix.at()) else { continue };
            if s.purchases > 0 {
                if t.purchases == 0 || s.first < t.first {
                    (t.first, t.first_day_total) = (s.first, s.first_day_total);
                } else if s.first == t.first {
                    t.first_day_total = t.first_day_total.plus(s.first_day_total, WHAT)?;
                }
                t.last = if t.purchases == 0 { s.last } else { t.last.max(s.last) };
            }
            t.purchases += s.purchases;
            t.refunds += s.refunds;
            t.total = t.total.plus(s.total, WHAT)?;
            t.returned = t.returned.plus(s.returned, WHAT)?;
        }
        self.days.absorb(later.days, |c| to.get(c as usize).map_or(u32::MAX, |ix| ix.0));
        Ok(())
    }

    fn finish(mut self) -> Result<Self::Output, Error> {
        self.state.resize(self.index.len(), Summary::EMPTY);
        let counts = self.days.counts(self.state.len());
        let (ids, to) = self.index.seal();
        let mut out = vec![Summary::EMPTY; ids.len()];
        for ((mut s, days), ix) in self.state.into_iter().zip(counts).zip(to) {
            s.days = days;
            if let Some(o) = out.get_mut(ix.at()) {
                *o = s;
            }
        }
        Ok((ids, out))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Histories;
    use proptest::prelude::*;

    fn build(rows: &[(u8, i32, i64)]) -> SummaryBuilder {
        let mut b = SummaryBuilder::default();
        for (i, (c, d, a)) in rows.iter().enumerate() {
            let who = b.index().intern(&format!("c{c}")).unwrap();
            let row = PurchaseRow {
                who,
                day: Day(*d),
                amount: Minor(*a),
                seconds: PurchaseRow::NO_TIME,
                row: i as u32,
            };
            b.row(&row).unwrap();
        }
        b
    }

    proptest! {
        #[test]
        fn any_split_in_any_order_equals_the_whole_and_the_histories(
            rows in prop::collection::vec((0u8..6, -40i32..40, -50i64..300), 0..150), cut in 0usize..150,
        ) {
            let cut = cut.min(rows.len());
            let whole = build(&rows).finish().unwrap();
            let mut parts = build(&rows[cut..]);
            parts.merge(build(&rows[..cut])).unwrap();
            prop_assert_eq!(&parts.finish().unwrap(), &whole);
            let mut reversed = rows.clone();
            reversed.reverse();
            prop_assert_eq!(&build(&reversed).finish().unwrap(), &whole);

            // A naive second way: group the rows, then summarise each customer.
            let (ids, summaries) = whole;
            let flat: Vec<PurchaseRow> = rows.iter().zip(0u32..).map(|((c, d, a), row)| PurchaseRow {
                who: ids.find(&format!("c{c}")).unwrap(), day: Day(*d), amount: Minor(*a), seconds: 0, row,
            }).collect();
            let histories = Histories::group(ids.len(), &flat, |r| (r.day, r.row)).unwrap();
            for ix in ids.all() {
                prop_assert_eq!(Summary::of(histories.of(ix), Day::MAX).unwrap(), summaries[ix.at()]);
            }
        }
    }

    #[test]
    fn refunds_are_no_occasion() {
        let (_, s) = build(&[(0, 1, 100), (0, 5, -40), (0, 3, 0)]).finish().unwrap();
        assert_eq!((s[0].days, s[0].last, s[0].total, s[0].returned), (2, Day(3), Minor(100), Minor(-40)));
        assert_eq!(s[0].net(), Ok(Minor(60)));
        let (_, only) = build(&[(0, 1, -5)]).finish().unwrap();
        assert!(!only[0].is_buyer());
    }
}
