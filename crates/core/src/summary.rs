//! A customer's purchases in seven numbers: what lifetime-value models read.
//!
//! Purchases of one day are one occasion. Refunds (negative amounts) are no occasion; their sum is kept apart, so
//! that the caller may state its refund policy.

use crate::day_set::{DayList, DaySets};
use crate::intern::AHEAD;
use crate::{
    CustomerIx, Day, Error, Exec, Ids, Index, Minor, PurchaseRow, Serial, Tally, map_parts, part_range,
};
use naata_machine::fetch;

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
    sums: Summing,
}

/// Summaries on their way, for customers whose numbers somebody else gives.
#[derive(Clone, Debug, Default)]
pub struct Summing {
    state: Vec<State>,
    /// Refunds and their sum, for as many customers as that is needed for.
    returned: Vec<(u32, Minor)>,
    days: DaySets,
}

/// Summaries in place of purchases that were not kept.
#[derive(Clone, Debug)]
pub enum Summed {
    /// By number of arrival, as the index of the part has it.
    Open(Box<Summing>),
    /// By number of these ids.
    Sealed(Ids, Vec<Summary>),
}

/// What is known of a customer's purchases so far, in half a line of the processor's cache: where customers are many,
/// rows wait for this.
#[derive(Clone, Copy, Debug)]
#[repr(align(32))]
struct State {
    total: Minor,
    first_day_total: Minor,
    purchases: u32,
    /// Where the days strictly between the first and the last begin.
    at: u32,
    /// The first and the last day in 22 bits each, the length and the size of the list of days in 16 and 4.
    packed: u64,
}

const WHAT: &str = "a customer's purchases";
/// A day of the calendar takes so many bits.
const DAY_BITS: u32 = 22;

impl State {
    const EMPTY: Self =
        Self { total: Minor::ZERO, first_day_total: Minor::ZERO, purchases: 0, at: 0, packed: 0 };

    fn day(self, bits: u32) -> Day {
        Day((self.packed >> bits & ((1 << DAY_BITS) - 1)) as i32 + Day::MIN.0)
    }

    fn first(self) -> Day {
        self.day(0)
    }

    fn last(self) -> Day {
        self.day(DAY_BITS)
    }

    /// The days strictly between the first and the last.
    fn between(self) -> DayList {
        let bits = self.packed >> (2 * DAY_BITS);
        DayList::of_parts((self.at, bits as u16, (bits >> 16) as u8))
    }

    fn set(&mut self, first: Day, last: Day, between: DayList) {
        let bits = |day: Day| u64::from((day.0 - Day::MIN.0).cast_unsigned());
        let (at, len, size) = between.parts();
        self.at = at;
        let list = u64::from(len) | u64::from(size) << 16;
        self.packed = bits(first) | bits(last) << DAY_BITS | list << (2 * DAY_BITS);
    }

    /// Takes in a day of purchase within the calendar; `bought` says whether there was one before.
    fn see(&mut self, bought: bool, customer: u32, day: Day, days: &mut DaySets) {
        if !bought {
            self.set(day, day, DayList::NONE);
            return;
        }
        let (mut first, mut last, mut list) = (self.first(), self.last(), self.between());
        if day == first || day == last {
            return;
        }
        // What was first or last until now is between them from now on.
        let between = if day < first {
            std::mem::replace(&mut first, day)
        } else if day > last {
            std::mem::replace(&mut last, day)
        } else {
            day
        };
        if between != first && between != last {
            days.add(&mut list, customer, between.0);
        }
        self.set(first, last, list);
    }

    /// Takes in a purchase.
    fn row(&mut self, r: &PurchaseRow, days: &mut DaySets) -> Result<(), Error> {
        if !r.day.in_calendar() {
            return Err(Error::Date { value: r.day.0.to_string() });
        }
        let (bought, first) = (self.purchases > 0, self.first());
        if !bought || r.day < first {
            self.first_day_total = r.amount;
        } else if r.day == first {
            self.first_day_total = self.first_day_total.plus(r.amount, WHAT)?;
        }
        self.purchases += 1;
        self.total = self.total.plus(r.amount, WHAT)?;
        self.see(bought, r.who.0, r.day, days);
        Ok(())
    }
}

impl SummaryBuilder {
    /// The index that numbers the customers of this part.
    pub fn index(&mut self) -> &mut Index {
        &mut self.index
    }

    /// The ids numbered so far.
    pub fn ids(&self) -> &Index {
        &self.index
    }

    /// Takes in one row, whose `who` is a number of [`SummaryBuilder::index`]; rows without a customer are passed over.
    pub fn row(&mut self, r: &PurchaseRow) -> Result<(), Error> {
        self.sums.row(r, self.index.len())
    }
}

impl Tally for SummaryBuilder {
    type Item<'a> = &'a [PurchaseRow];
    type Output = (Ids, Vec<Summary>);

    fn fresh(&self) -> Self {
        Self::default()
    }

    /// The same as row by row; the waits for memory of a batch of rows pass side by side.
    fn add(&mut self, rows: &[PurchaseRow]) -> Result<(), Error> {
        self.sums.add(rows, self.index.len())
    }

    fn merge(&mut self, later: Self) -> Result<(), Error> {
        let to = self.index.absorb(&later.index)?;
        drop(later.index);
        self.sums.merge(later.sums, &to, self.index.len())
    }

    fn finish(self) -> Result<Self::Output, Error> {
        let (ids, _, summaries) = self.sums.seal(self.index, &Serial);
        Ok((ids, summaries))
    }
}

/// Half of the work at the end, which is done side by side.
enum Half {
    Ids((Ids, Vec<CustomerIx>)),
    Summaries(Vec<Summary>),
}

/// Customers whose days are counted in one part at most.
const PART: usize = 1 << 16;

impl Summing {
    /// Takes in one row of a customer whose number is below `customers`; rows without a customer are passed over.
    fn row(&mut self, r: &PurchaseRow, customers: usize) -> Result<(), Error> {
        if !r.who.is_some() {
            return Ok(());
        }
        if self.state.len() <= r.who.at() {
            self.state.resize(customers.max(r.who.at() + 1), State::EMPTY);
        }
        match self.state.get_mut(r.who.at()) {
            Some(_) if r.is_refund() => self.give_back(r.who, 1, r.amount),
            Some(state) => state.row(r, &mut self.days),
            None => Ok(()),
        }
    }

    /// Counts refunds of a customer.
    fn give_back(&mut self, who: CustomerIx, refunds: u32, sum: Minor) -> Result<(), Error> {
        if self.returned.len() <= who.at() {
            self.returned.resize(self.state.len().max(who.at() + 1), (0, Minor::ZERO));
        }
        if let Some((n, returned)) = self.returned.get_mut(who.at()) {
            *n += refunds;
            *returned = returned.plus(sum, WHAT)?;
        }
        Ok(())
    }

    /// Takes in rows of customers whose numbers are below `customers`: the same as one by one, but while some are taken
    /// in, the memory that the next ones need is fetched.
    pub fn add(&mut self, rows: &[PurchaseRow], customers: usize) -> Result<(), Error> {
        for (k, r) in rows.iter().enumerate() {
            if let Some(later) = rows.get(k + 2 * AHEAD) {
                fetch(&self.state, later.who.at());
            }
            if let Some(state) = rows.get(k + AHEAD).and_then(|later| self.state.get(later.who.at())) {
                self.days.fetch(state.between());
            }
            self.row(r, customers)?;
        }
        Ok(())
    }

    /// Takes in another part, whose customers have the numbers `to` here, all below `customers`.
    pub fn merge(&mut self, later: Self, to: &[CustomerIx], customers: usize) -> Result<(), Error> {
        let Self { state, returned, mut days } = later;
        self.state.resize(customers.max(self.state.len()), State::EMPTY);
        for (customer, day) in days.far() {
            if let Some(ix) = to.get(*customer as usize)
                && let Some(t) = self.state.get_mut(ix.at())
            {
                let mut between = t.between();
                self.days.add(&mut between, ix.0, *day);
                t.set(t.first(), t.last(), between);
            }
        }
        for ((refunds, sum), ix) in returned.iter().zip(to).filter(|((n, _), _)| *n > 0) {
            self.give_back(*ix, *refunds, *sum)?;
        }
        for (s, ix) in state.iter().zip(to).filter(|(s, _)| s.purchases > 0) {
            let Some(mine) = self.state.get_mut(ix.at()) else { continue };
            let bought = mine.purchases > 0;
            if !bought || s.first() < mine.first() {
                mine.first_day_total = s.first_day_total;
            } else if s.first() == mine.first() {
                mine.first_day_total = mine.first_day_total.plus(s.first_day_total, WHAT)?;
            }
            mine.purchases += s.purchases;
            mine.total = mine.total.plus(s.total, WHAT)?;
            mine.see(bought, ix.0, s.first(), &mut self.days);
            mine.see(true, ix.0, s.last(), &mut self.days);
            for day in days.days(s.between()) {
                mine.see(true, ix.0, Day(day), &mut self.days);
            }
        }
        Ok(())
    }

    /// For each customer with a purchase the number, the first and the last day so far.
    pub fn spans(&self) -> impl Iterator<Item = (CustomerIx, Day, Day)> {
        let all = (0u32..).map(CustomerIx).zip(&self.state);
        all.filter(|(_, s)| s.purchases > 0).map(|(ix, s)| (ix, s.first(), s.last()))
    }

    /// Numbers the customers in id order and gives each one's summary; the numbers of `index` are mapped to the new
    /// ones.
    pub fn seal(mut self, index: Index, exec: &dyn Exec) -> (Ids, Vec<CustomerIx>, Vec<Summary>) {
        let parts = self.state.len().div_ceil(PART);
        let (order, days) = index.sort(exec, parts, |k| {
            let states = self.state.get(part_range(self.state.len(), parts, k)).unwrap_or_default();
            self.days.counts(states.iter().map(|s| s.between()))
        });
        let far = self.days.far().to_vec();
        // The lists take about as much room as the result, and go before it comes.
        self.days = DaySets::default();
        let days = days.concat();
        let halves = map_parts(exec, 2, |k| match k {
            0 => Half::Summaries(self.summaries(order.numbers(), &days)),
            _ => Half::Ids(Ids::of(&order)),
        });
        let (mut ids, mut to, mut out) = (Ids::default(), Vec::new(), Vec::new());
        for half in halves {
            match half {
                Half::Ids(i) => (ids, to) = i,
                Half::Summaries(s) => out = s,
            }
        }
        for (customer, _) in far {
            if let Some(o) = to.get(customer as usize).and_then(|ix| out.get_mut(ix.at())) {
                o.days += 1;
            }
        }
        (ids, to, out)
    }

    /// The summaries of customers, of whom `days` says how many days lie between the first and the last.
    fn summaries(&self, customers: impl Iterator<Item = u32> + Clone, days: &[u32]) -> Vec<Summary> {
        let mut out = Vec::with_capacity(self.state.len());
        let mut later = customers.clone().skip(AHEAD);
        for customer in customers {
            // They lie in order of arrival, far apart in this one.
            if let Some(later) = later.next() {
                fetch(&self.state, later as usize);
                fetch(days, later as usize);
            }
            let at = customer as usize;
            let mut o = Summary::EMPTY;
            if let Some(s) = self.state.get(at).filter(|s| s.purchases > 0) {
                let (first, last) = (s.first(), s.last());
                let State { total, first_day_total, purchases, .. } = *s;
                let days = 1 + u32::from(last != first) + days.get(at).copied().unwrap_or(0);
                o = Summary { first, last, days, purchases, total, first_day_total, ..o };
            }
            (o.refunds, o.returned) = self.returned.get(at).copied().unwrap_or_default();
            out.push(o);
        }
        out
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
            rows in prop::collection::vec((0u8..6, prop_oneof![-40i32..40, 29_990i32..30_190], -50i64..300), 0..150), cut in 0usize..150,
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
