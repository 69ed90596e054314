//! Who enters the models, with what history, and what became of every row.
//!
//! Purchases of one day are one occasion. Days stay days inside: the unit only says how times are written. Refunds are
//! treated by a named policy, and every row of purchases is in exactly one part of the account.

use super::{Collapsed, Design, History, TimeUnit};
use crate::Error;
use naata_answer::choice;
use naata_core::{CustomerIx, Day, Histories, Minor, MoneyUnit, PurchaseRow};

choice! {
    /// What refunds do to purchases.
    pub enum RefundPolicy {
        /// Nothing: they are counted and their sum is stated.
        Ignore = "ignore",
        /// They lower the purchases of their own day; a day that ends at nothing or less is no occasion.
        NetPerDay = "net-per-day",
        /// Each lowers the latest purchase before it that is not smaller; a purchase given back whole is no occasion.
        NetPerOrder = "net-per-order",
    }
}

/// Customers first seen within so many days of the beginning of the export may be older.
pub const OLDER_WITHIN: i64 = 28;

/// One customer of the models.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Buyer {
    /// The customer.
    pub who: CustomerIx,
    /// Their history, in the unit of the base.
    pub history: History,
    /// The first day of purchase.
    pub first: Day,
    /// The last day of purchase.
    pub last: Day,
    /// What was paid up to the split.
    pub paid: Minor,
    /// The mean spend of a repeat day, in major units; `None` without one.
    pub mean: Option<f64>,
}

/// Customers who do not enter, by reason.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct LeftOut {
    /// No purchase at all.
    pub without_purchase: u64,
    /// Refunds only, or nothing left after refunds.
    pub refund_only: u64,
    /// First purchase after the split.
    pub later: u64,
    /// Possibly customers since before the export begins, left out on request.
    pub possibly_older: u64,
}

/// Some rows and their sum.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Portion {
    /// How many rows.
    pub rows: u64,
    /// Their sum.
    pub amount: Minor,
}

/// What became of every row of purchases: the parts add up to the whole, in rows and in money.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Account {
    /// All rows.
    pub all: Portion,
    /// The first row of each occasion.
    pub used: Portion,
    /// Further rows of the same day: part of the occasion.
    pub merged: Portion,
    /// Refunds, and purchases that refunds undid.
    pub refunded: Portion,
    /// Rows without a customer.
    pub without_customer: Portion,
    /// Rows later than the split.
    pub after_split: Portion,
}

impl Account {
    /// The parts by name.
    pub fn parts(&self) -> [(&'static str, Portion); 5] {
        [
            ("used", self.used),
            ("merged", self.merged),
            ("refunded", self.refunded),
            ("without_customer", self.without_customer),
            ("after_split", self.after_split),
        ]
    }
}

/// A part of the account while it is added up.
#[derive(Clone, Copy, Default)]
struct Tally {
    rows: u64,
    amount: i128,
}

impl Tally {
    fn add(&mut self, amount: Minor) {
        self.rows += 1;
        self.amount += i128::from(amount.0);
    }

    fn portion(self) -> Result<Portion, Error> {
        Ok(Portion { rows: self.rows, amount: Minor::from_wide(self.amount, "all purchases")? })
    }
}

/// The customers of the models.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Base {
    /// In id order.
    pub buyers: Vec<Buyer>,
    /// Their histories, collapsed.
    pub histories: Collapsed,
    /// Who is left out.
    pub left_out: LeftOut,
    /// Customers in the models who may be older than the export.
    pub possibly_older: u64,
    /// What became of every row.
    pub account: Account,
    /// Refunds up to the split, zero or negative.
    pub returned: Minor,
    /// The last day the models may see.
    pub until: Day,
    /// The unit of times.
    pub unit: TimeUnit,
    /// Customers of the whole base.
    pub customers: usize,
}

/// How a base is gathered.
#[derive(Clone, Copy, Debug)]
pub struct Gather {
    /// The last day the models may see.
    pub until: Day,
    /// The last day that is known.
    pub as_of: Day,
    /// The unit of times.
    pub unit: TimeUnit,
    /// What refunds do.
    pub refunds: RefundPolicy,
    /// Where the export begins, when that is known.
    pub history_from: Option<Day>,
    /// Whether customers who may be older are left out.
    pub without_older: bool,
}

/// A purchase of one customer while refunds are set against it.
#[derive(Clone, Copy)]
struct Open {
    day: Day,
    paid: Minor,
    left: i64,
}

impl Base {
    /// Gathers everybody's purchases up to and including `until`.
    pub fn of(purchases: &Histories<PurchaseRow>, money: MoneyUnit, how: &Gather) -> Result<Self, Error> {
        let Gather { until, unit, .. } = *how;
        let mut buyers = Vec::new();
        let mut left_out = LeftOut::default();
        let mut possibly_older = 0;
        let mut returned = 0i128;
        let [mut all, mut used, mut merged, mut refunded, mut without, mut after] = [Tally::default(); 6];
        for row in purchases.rows() {
            all.add(row.amount);
        }
        for row in purchases.loose() {
            all.add(row.amount);
            without.add(row.amount);
        }
        let mut open: Vec<Open> = Vec::new();
        for (who, rows) in purchases.iter() {
            open.clear();
            let mut refunds = 0u64;
            for row in rows {
                if row.day > until {
                    after.add(row.amount);
                } else if row.is_refund() {
                    refunds += 1;
                    refunded.add(row.amount);
                    returned += i128::from(row.amount.0);
                    set_against(&mut open, row, how.refunds);
                } else {
                    open.push(Open { day: row.day, paid: row.amount, left: row.amount.0 });
                }
            }
            let mut days = 0u32;
            let (mut first, mut last) = (Day::MAX, Day::MIN);
            let (mut paid, mut paid_again) = (0i128, 0i128);
            for day in open.chunk_by(|a, b| a.day == b.day) {
                let Some(on) = day.first().map(|o| o.day) else { continue };
                let left: i128 = day.iter().map(|o| i128::from(o.left)).sum();
                let kept =
                    |o: &&Open| !(how.refunds == RefundPolicy::NetPerOrder && o.left == 0 && o.paid.0 > 0);
                let undone = match how.refunds {
                    RefundPolicy::Ignore => false,
                    RefundPolicy::NetPerDay => left <= 0 && day.iter().any(|o| o.left != o.paid.0),
                    RefundPolicy::NetPerOrder => !day.iter().any(|o| kept(&o)),
                };
                let mut part = &mut used;
                for o in day {
                    if undone || !kept(&o) {
                        refunded.add(o.paid);
                    } else {
                        part.add(o.paid);
                        part = &mut merged;
                    }
                }
                if undone {
                    continue;
                }
                paid += left;
                if days > 0 {
                    paid_again += left;
                }
                days += 1;
                first = first.min(on);
                last = last.max(on);
            }
            if days == 0 {
                let later = rows.iter().any(|r| !r.is_refund() && r.day > until && r.day <= how.as_of);
                let reason = match (later, refunds > 0) {
                    (true, _) => &mut left_out.later,
                    (false, true) => &mut left_out.refund_only,
                    (false, false) => &mut left_out.without_purchase,
                };
                *reason += 1;
                continue;
            }
            if how.history_from.is_some_and(|from| first.since(from) < OLDER_WITHIN) {
                if how.without_older {
                    left_out.possibly_older += 1;
                    continue;
                }
                possibly_older += 1;
            }
            let time = |days: i64| unit.from_days(days as f64);
            let history = History::new(days - 1, time(last.since(first)), time(until.since(first)));
            // Days are distinct, so that this is always a history: this arm is never taken.
            let Some(history) = history else { continue };
            let again = money.float(Minor::from_wide(paid_again, "repeat purchases")?);
            let mean = (days > 1).then(|| again / f64::from(days - 1));
            let paid = Minor::from_wide(paid, "purchases")?;
            buyers.push(Buyer { who, history, first, last, paid, mean });
        }
        let histories = Collapsed::new(&buyers.iter().map(|b| b.history).collect::<Vec<_>>());
        let account = Account {
            all: all.portion()?,
            used: used.portion()?,
            merged: merged.portion()?,
            refunded: refunded.portion()?,
            without_customer: without.portion()?,
            after_split: after.portion()?,
        };
        Ok(Self {
            buyers,
            histories,
            left_out,
            possibly_older,
            account,
            returned: Minor::from_wide(returned, "all refunds")?,
            until,
            unit,
            customers: purchases.customers(),
        })
    }
}

impl Base {
    /// The same customers with their rows of covariates, where there are any.
    pub(super) fn with_design(mut self, design: Option<&Design>) -> Self {
        if let Some(design) = design {
            for b in &mut self.buyers {
                b.history = b.history.with_pattern(design.pattern(b.who));
            }
            self.histories = Collapsed::new(&self.buyers.iter().map(|b| b.history).collect::<Vec<_>>());
        }
        self
    }
}

/// Sets a refund against the purchases before it.
fn set_against(open: &mut [Open], refund: &PurchaseRow, policy: RefundPolicy) {
    let back = refund.amount.0;
    let found = match policy {
        RefundPolicy::Ignore => None,
        RefundPolicy::NetPerDay => open.iter_mut().rev().find(|o| o.day == refund.day),
        RefundPolicy::NetPerOrder => open.iter_mut().rev().find(|o| o.left >= back.saturating_neg()),
    };
    if let Some(o) = found {
        o.left = o.left.saturating_add(back);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use naata_core::Currency;

    const USD: MoneyUnit = MoneyUnit { currency: Currency::NONE, scale: 2 };

    fn rows(of: &[(u32, i32, i64)]) -> Histories<PurchaseRow> {
        let row = |(row, (who, day, amount)): (u32, &(u32, i32, i64))| PurchaseRow {
            who: CustomerIx(*who),
            day: Day(*day),
            amount: Minor(*amount),
            seconds: 0,
            row,
        };
        let rows: Vec<PurchaseRow> = (0u32..).zip(of).map(row).collect();
        Histories::group(4, &rows, |r| (r.day, r.seconds, r.row)).unwrap()
    }

    fn gather(refunds: RefundPolicy) -> Gather {
        Gather {
            until: Day(100),
            as_of: Day(120),
            unit: TimeUnit::Day,
            refunds,
            history_from: None,
            without_older: false,
        }
    }

    #[test]
    fn each_refund_policy_does_what_its_name_says() {
        // Two rows of one day; a day given back whole; a day given back in part, a day late; one after the split.
        let all = rows(&[
            (0, 10, 500),
            (0, 10, 300),
            (0, 20, 400),
            (0, 20, -400),
            (0, 30, 900),
            (0, 31, -200),
            (1, 40, 700),
            (1, 41, -700),
            (2, 110, 100),
        ]);
        let figures = |policy| {
            let base = Base::of(&all, USD, &gather(policy)).unwrap();
            let of = |b: &Buyer| (b.history.x(), b.paid.0);
            let account = base.account;
            let sum: i64 = account.parts().iter().map(|p| p.1.amount.0).sum();
            let n: u64 = account.parts().iter().map(|p| p.1.rows).sum();
            assert_eq!((account.all.rows, account.all.amount.0), (n, sum));
            assert_eq!(
                (base.left_out.later, base.left_out.without_purchase, base.returned.0),
                (1, 1, -1_300)
            );
            (base.buyers.iter().map(of).collect::<Vec<_>>(), account.refunded.rows, base.left_out.refund_only)
        };
        assert_eq!(figures(RefundPolicy::Ignore), (vec![(2, 2_100), (0, 700)], 3, 0));
        assert_eq!(figures(RefundPolicy::NetPerDay), (vec![(1, 1_700), (0, 700)], 4, 0));
        assert_eq!(figures(RefundPolicy::NetPerOrder), (vec![(1, 1_500)], 5, 1));
    }

    #[test]
    fn customers_who_may_be_older_are_counted_and_left_out_on_request() {
        let all = rows(&[(0, 12, 500), (0, 50, 300), (1, 60, 400)]);
        let how = Gather { history_from: Some(Day(10)), ..gather(RefundPolicy::Ignore) };
        let base = Base::of(&all, USD, &how).unwrap();
        assert_eq!((base.buyers.len(), base.possibly_older), (2, 1));
        let base = Base::of(&all, USD, &Gather { without_older: true, ..how }).unwrap();
        assert_eq!((base.buyers.len(), base.possibly_older, base.left_out.possibly_older), (1, 0, 1));
    }
}
