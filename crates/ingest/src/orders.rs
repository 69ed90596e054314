//! The rows of one order brought together, whatever their order in the file and however far apart.
//!
//! Rows of one order id and one customer are one purchase, on the earliest of their days. Rows that pay back on
//! another day are a refund of their own, on that day. An id that comes back long after ([`GAP`]) is another order:
//! bill numbers begin again each year. Rows without a customer belong to the order's customer, if it has just one.

use crate::Error;
use crate::codes::{self, Code};
use crate::keep::Kept;
use naata_core::{CustomerIx, Day, Minor, PurchaseRow, Sale, Symbols};

/// Days after which an order id that comes back stands for another order.
pub(crate) const GAP: i64 = 180;
const NONE: u32 = u32::MAX;

/// What rows of one order, one customer and one day add up to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sum {
    pub(crate) who: CustomerIx,
    pub(crate) day: Option<Day>,
    pub(crate) seconds: Option<u32>,
    pub(crate) amount: Option<Minor>,
    pub(crate) discount: Minor,
    pub(crate) tax: Minor,
    pub(crate) refund: Minor,
    pub(crate) void: bool,
    /// Whether the amount is the order's, again on each of its rows: equal ones count once.
    pub(crate) again: bool,
    pub(crate) rows: u64,
    /// The first line, for findings.
    pub(crate) line: u64,
    pub(crate) next: u32,
}

impl Sum {
    pub(crate) fn new(who: CustomerIx, day: Option<Day>, line: u64) -> Self {
        let zero = Minor::ZERO;
        let (seconds, amount, rows, next) = (None, None, 1, NONE);
        Self {
            who,
            day,
            seconds,
            amount,
            discount: zero,
            tax: zero,
            refund: zero,
            void: false,
            again: false,
            rows,
            line,
            next,
        }
    }

    fn add(&mut self, other: &Self) -> Result<(), Error> {
        const WHAT: &str = "the rows of an order";
        self.seconds = match (self.seconds, other.seconds) {
            (Some(a), Some(b)) if self.day == other.day => Some(a.min(b)),
            (None, b) if self.day == other.day => b,
            (a, _) => a,
        };
        self.amount = match (self.amount, other.amount) {
            (Some(a), Some(b)) if self.again && a == b => Some(a),
            (Some(a), Some(b)) => Some(a.plus(b, WHAT)?),
            (a, b) => a.or(b),
        };
        self.discount = self.discount.plus(other.discount, WHAT)?;
        self.tax = self.tax.plus(other.tax, WHAT)?;
        self.refund = self.refund.plus(other.refund, WHAT)?;
        self.void |= other.void;
        self.rows += other.rows;
        self.line = self.line.min(other.line);
        Ok(())
    }
}

/// An order-level finding.
#[derive(Clone, Debug)]
pub(crate) struct OrderNote {
    pub(crate) code: Code,
    pub(crate) line: u64,
    pub(crate) order: String,
    /// The amount, where the finding is about it.
    pub(crate) amount: Option<Minor>,
    /// Rows that are refused for it.
    pub(crate) refused: u64,
}

/// The orders of one file.
#[derive(Debug, Default)]
pub(crate) struct Orders {
    ids: Symbols,
    heads: Vec<u32>,
    sums: Vec<Sum>,
}

/// What became of the sums: for each the customer and day of its purchase, and what was found.
pub(crate) struct Resolved {
    pub(crate) fate: Vec<Option<(CustomerIx, Day)>>,
    pub(crate) notes: Vec<OrderNote>,
    pub(crate) records: u64,
}

impl Orders {
    /// Adds a row; the answer is the number of the sum it went to.
    pub(crate) fn add(&mut self, order: &str, row: Sum) -> Result<u32, Error> {
        let id = self.ids.intern(order)?.0 as usize;
        if id == self.heads.len() {
            self.heads.push(NONE);
        }
        let head = self.heads.get(id).copied().unwrap_or(NONE);
        let mut at = head;
        while let Some(sum) = self.sums.get_mut(at as usize) {
            if sum.who == row.who && sum.day == row.day {
                sum.add(&row)?;
                return Ok(at);
            }
            at = sum.next;
        }
        let number = u32::try_from(self.sums.len()).map_err(|_| naata_core::Error::TooManyRows)?;
        self.sums.push(Sum { next: head, ..row });
        if let Some(h) = self.heads.get_mut(id) {
            *h = number;
        }
        Ok(number)
    }

    /// Makes purchases of the sums and puts them into the part.
    pub(crate) fn resolve(self, kept: &mut Kept, by_line: bool) -> Result<Resolved, Error> {
        let mut out = Resolved { fate: vec![None; self.sums.len()], notes: Vec::new(), records: 0 };
        for (id, head) in self.heads.iter().enumerate() {
            let mut numbers = Vec::new();
            let mut at = *head;
            while let Some(sum) = self.sums.get(at as usize) {
                numbers.push(at);
                at = sum.next;
            }
            let order = self.ids.get(naata_core::Symbol(id as u32)).unwrap_or_default();
            self.order(order, &numbers, kept, by_line, &mut out)?;
        }
        Ok(out)
    }

    fn order(
        &self,
        order: &str,
        numbers: &[u32],
        kept: &mut Kept,
        by_line: bool,
        out: &mut Resolved,
    ) -> Result<(), Error> {
        let mut sums: Vec<(u32, Sum)> =
            numbers.iter().filter_map(|n| self.sums.get(*n as usize).map(|s| (*n, *s))).collect();
        let first_line = sums.iter().map(|(_, s)| s.line).min().unwrap_or(0);
        let note = |code, line, refused| OrderNote { code, line, order: order.into(), amount: None, refused };
        let mut customers: Vec<CustomerIx> = sums.iter().map(|s| s.1.who).filter(|w| w.is_some()).collect();
        // In id order, so that nothing depends on which row came first.
        let ids = &kept.part.index;
        customers.sort_by(|a, b| ids.get(*a).cmp(&ids.get(*b)));
        customers.dedup();
        if customers.len() > 1 {
            out.notes.push(note(codes::ORDER_CUSTOMERS, first_line, 0));
        }
        if let Some(owner) = customers.first() {
            // A row without a day or a customer continues the order; one with a day and no customer may be another
            // sale, unless the order has one customer alone.
            let alone = customers.len() == 1;
            let loose = sums.iter_mut().filter(|(_, s)| !s.who.is_some() && (alone || s.day.is_none()));
            loose.for_each(|(_, s)| s.who = *owner);
        }
        let key = |s: &Sum| (ids.get(s.who).map(str::to_owned), s.day.is_none(), s.day, s.line);
        sums.sort_by_cached_key(|(_, s)| key(s));
        for group in sums.chunk_by(|a, b| a.1.who == b.1.who) {
            self.purchases(group, kept, by_line, out, &note)?;
        }
        Ok(())
    }

    /// The sums of one order and customer, earliest day first and those without a day last.
    fn purchases(
        &self,
        group: &[(u32, Sum)],
        kept: &mut Kept,
        by_line: bool,
        out: &mut Resolved,
        note: &dyn Fn(Code, u64, u64) -> OrderNote,
    ) -> Result<(), Error> {
        // One sum a day first, so that it does not matter which row of a day came with which customer.
        let mut days: Vec<(Sum, Vec<u32>)> = Vec::new();
        for (number, sum) in group {
            match days.last_mut().filter(|(d, _)| d.day == sum.day) {
                Some((day, numbers)) => {
                    day.add(sum)?;
                    numbers.push(*number);
                }
                None => days.push((*sum, vec![*number])),
            }
        }
        let mut made: Vec<(Sum, Vec<u32>)> = Vec::new();
        // The sale that rows of later days can still belong to.
        let mut open: Option<usize> = None;
        for (sum, numbers) in days {
            let reach = if by_line && sum.who.is_some() { GAP } else { 0 };
            let pays_back = sum.amount.is_some_and(|a| a.0 < 0);
            let begun = open.and_then(|at| made.get(at)).and_then(|(s, _)| s.day);
            let target = match (sum.day, begun) {
                (None, _) => Some(open.unwrap_or(0)),
                (Some(day), Some(first)) if !pays_back => {
                    let near = day.since(first) < reach;
                    let code = if near { codes::ORDER_DATES } else { codes::ORDER_REUSED };
                    out.notes.push(note(code, sum.line, 0));
                    open.filter(|_| near)
                }
                _ => None,
            };
            match target.and_then(|t| made.get_mut(t)) {
                Some((into, all)) => {
                    into.add(&sum)?;
                    all.extend(numbers);
                }
                None => {
                    if !pays_back {
                        open = Some(made.len());
                    }
                    made.push((sum, numbers));
                }
            }
        }
        for (sum, numbers) in made {
            let refusal = match (sum.day, sum.amount) {
                _ if sum.void => Some(codes::ORDER_VOID),
                (None, _) => Some(codes::DATE_MISSING),
                (_, None) => Some(codes::AMOUNT_MISSING),
                _ => None,
            };
            if let Some(code) = refusal {
                out.notes.push(note(code, sum.line, sum.rows));
                continue;
            }
            let (Some(day), Some(amount)) = (sum.day, sum.amount) else { continue };
            for number in numbers {
                if let Some(fate) = out.fate.get_mut(number as usize) {
                    *fate = Some((sum.who, day));
                }
            }
            if !by_line && sum.rows > 1 {
                out.notes.push(note(codes::ORDER_REPEATED, sum.line, 0));
            }
            let sale = Sale { who: sum.who, day, amount, discount: sum.discount, tax: sum.tax };
            out.notes
                .extend(remark(amount).map(|c| OrderNote { amount: Some(amount), ..note(c, sum.line, 0) }));
            enter(kept, &sale, sum.seconds)?;
            out.records += 1;
            if sum.refund.0 > 0 {
                let back = Minor::ZERO.minus(sum.refund, "a refund")?;
                let zero = Minor::ZERO;
                enter(kept, &Sale { amount: back, discount: zero, tax: zero, ..sale }, sum.seconds)?;
                out.records += 1;
            }
        }
        Ok(())
    }
}

/// What is worth a note about an amount.
pub(crate) fn remark(amount: Minor) -> Option<Code> {
    match amount.0 {
        0 => Some(codes::AMOUNT_ZERO),
        n if n < 0 => Some(codes::AMOUNT_NEGATIVE),
        _ => None,
    }
}

/// Puts a purchase among the rows and the takings of its day.
fn enter(kept: &mut Kept, sale: &Sale, seconds: Option<u32>) -> Result<(), Error> {
    kept.sale(sale)?;
    // Purchases carry no row number: what happened at one time has no order that the file could tell.
    let seconds = seconds.unwrap_or(PurchaseRow::NO_TIME);
    kept.purchase(PurchaseRow { who: sale.who, day: sale.day, amount: sale.amount, seconds, row: 0 })
}
