//! First-time buyers who have not come back, while their first purchase is still fresh.

use super::measure::{Period, first_days};
use crate::Error;
use naata_core::{CustomerIx, Day, Histories, Minor, PurchaseRow};

/// A customer with one day of purchase so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct FirstTimer {
    /// The customer.
    pub who: CustomerIx,
    /// The day of the first purchase.
    pub first: Day,
    /// What the customer paid, less refunds.
    pub paid: Minor,
}

/// Customers whose only day of purchase lies in `period`, those who paid most first.
pub fn first_timers(
    purchases: &Histories<PurchaseRow>,
    period: Period,
    as_of: Day,
) -> Result<Vec<FirstTimer>, Error> {
    let mut out = Vec::new();
    for (who, rows) in purchases.iter() {
        let known = rows.get(..rows.partition_point(|r| r.day <= as_of)).unwrap_or(&[]);
        let (Some(first), None) = first_days(known) else { continue };
        if !period.holds(first) {
            continue;
        }
        let paid: i128 = known.iter().map(|r| i128::from(r.amount.0)).sum();
        out.push(FirstTimer { who, first, paid: Minor::from_wide(paid, "a customer's purchases")? });
    }
    out.sort_by_key(|f| (std::cmp::Reverse(f.paid), f.who));
    Ok(out)
}
