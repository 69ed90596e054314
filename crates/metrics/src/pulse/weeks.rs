//! Revenue week by week, with the part of new customers.
//!
//! # Formula
//! Weeks of seven days counted back from the as-of day; a customer is new in the week of their first purchase ever.
//!
//! # Units
//! Exact amounts.

use super::measure::{Period, first_days, within};
use crate::Error;
use naata_core::{Day, Histories, Minor, PurchaseRow, Takings};

/// The most weeks shown: one more than a year, so that this week and the same week last year both stand there.
pub(super) const MOST: u32 = 53;

/// One week.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Week {
    /// Its days.
    pub period: Period,
    /// Sales and refunds together.
    pub revenue: Minor,
    /// The part of customers who first bought in this week.
    pub new_revenue: Minor,
    /// Purchases.
    pub orders: u64,
}

/// The last weeks that lie wholly at or after `start`, the earliest first.
pub fn weeks(
    takings: &Takings,
    purchases: &Histories<PurchaseRow>,
    as_of: Day,
    start: Day,
) -> Result<Vec<Week>, Error> {
    let mut out: Vec<Week> = Vec::new();
    for k in 0..MOST {
        let Some(period) = Period::ending(as_of, 7).and_then(|p| p.earlier(7 * k)) else { break };
        if period.from < start {
            break;
        }
        let sums = takings.between(period.from, period.to)?;
        out.push(Week { period, revenue: sums.total()?, new_revenue: Minor::ZERO, orders: sums.orders });
    }
    for (_, rows) in purchases.iter() {
        let Some(first) = first_days(rows).0 else { continue };
        let Ok(k) = usize::try_from(as_of.since(first).div_euclid(7)) else { continue };
        let Some(week) = out.get_mut(k) else { continue };
        for r in within(rows, week.period) {
            week.new_revenue = week.new_revenue.plus(r.amount, "revenue of new customers")?;
        }
    }
    out.reverse();
    Ok(out)
}
