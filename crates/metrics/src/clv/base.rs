//! Who enters the models, with what history, and who is left out and why.
//!
//! Purchases of one day are one occasion; refunds are no occasion and do not lower what was spent, their sum is
//! stated. Days stay days inside: the unit only says how times are written.

use super::{Collapsed, History, TimeUnit};
use crate::Error;
use naata_core::{CustomerIx, Day, Histories, Minor, MoneyUnit, PurchaseRow, Summary};

/// One customer of the models.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Buyer {
    /// The customer.
    pub who: CustomerIx,
    /// Their history, in the unit of the base.
    pub history: History,
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
    /// Refunds only.
    pub refund_only: u64,
    /// First purchase after the split.
    pub later: u64,
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
    /// Refunds up to the split, zero or negative.
    pub returned: Minor,
    /// The last day the models may see.
    pub until: Day,
    /// The unit of times.
    pub unit: TimeUnit,
    /// Customers of the whole base.
    pub customers: usize,
}

impl Base {
    /// Gathers everybody's purchases up to and including `until`.
    pub fn of(
        purchases: &Histories<PurchaseRow>,
        money: MoneyUnit,
        until: Day,
        as_of: Day,
        unit: TimeUnit,
    ) -> Result<Self, Error> {
        let mut buyers = Vec::new();
        let mut left_out = LeftOut::default();
        let mut returned = 0i128;
        for (who, rows) in purchases.iter() {
            let s = Summary::of(rows, until)?;
            returned += i128::from(s.returned.0);
            if !s.is_buyer() {
                let later = rows.iter().any(|r| !r.is_refund() && r.day > until && r.day <= as_of);
                let reason = match (later, s.refunds > 0) {
                    (true, _) => &mut left_out.later,
                    (false, true) => &mut left_out.refund_only,
                    (false, false) => &mut left_out.without_purchase,
                };
                *reason += 1;
                continue;
            }
            let time = |days: i64| unit.from_days(days as f64);
            let history = History::new(s.frequency(), time(s.recency_days()), time(s.age_days(until)));
            // A summary counts distinct days, so that its history is always one: this arm is never taken.
            let Some(history) = history else { continue };
            let paid_again = money.float(s.repeat_total()?);
            let mean = (s.frequency() > 0).then(|| paid_again / f64::from(s.frequency()));
            buyers.push(Buyer { who, history, last: s.last, paid: s.total, mean });
        }
        let histories = Collapsed::new(&buyers.iter().map(|b| b.history).collect::<Vec<_>>());
        Ok(Self {
            buyers,
            histories,
            left_out,
            returned: Minor::from_wide(returned, "all refunds")?,
            until,
            unit,
            customers: purchases.customers(),
        })
    }
}
