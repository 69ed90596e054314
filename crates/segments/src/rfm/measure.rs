//! The three measures of a customer: how recent, how often, how much.
//!
//! # Formula
//! - recency = as-of - day of the last purchase, in days; the day itself is 0
//! - frequency = purchases (or days of purchase) up to as-of
//! - monetary = sum of the purchases, less refunds unless these are ignored, in minor units
//!
//! Refunds are no purchase: they touch neither recency nor frequency. Customers without a purchase have no
//! recency, and are counted apart instead of being given a made-up one.
//!
//! # Source
//! Hughes, Strategic Database Marketing, 1994.

use crate::Error;
use naata_answer::choice;
use naata_core::{CustomerIx, Day, Summary};

choice! {
    /// What frequency counts.
    pub enum Frequency {
        /// Every purchase: two receipts of one day are two.
        Purchases = "purchases",
        /// Every day with a purchase: two receipts of one day are one.
        Days = "days",
    }
}

choice! {
    /// What refunds do to the monetary value.
    pub enum Refunds {
        /// They are taken off: what the business kept.
        Net = "net",
        /// They are left out: what was paid at the time of purchase.
        Ignore = "ignore",
    }
}

/// The measures of all buyers, in order of customer; other customers have none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Measures {
    /// The customers.
    pub who: Vec<CustomerIx>,
    /// Days since the last purchase.
    pub recency: Vec<i64>,
    /// Purchases, or days of purchase.
    pub frequency: Vec<i64>,
    /// What was paid, in minor units.
    pub monetary: Vec<i64>,
}

/// Measures every customer with a purchase.
pub fn measure(
    summaries: &[Summary],
    frequency: Frequency,
    refunds: Refunds,
    as_of: Day,
) -> Result<Measures, Error> {
    let mut out = Measures::default();
    for (who, s) in (0u32..).map(CustomerIx).zip(summaries).filter(|(_, s)| s.is_buyer()) {
        if s.last > as_of {
            return Err(Error::Later { as_of, last: s.last });
        }
        out.who.push(who);
        out.recency.push(as_of.since(s.last));
        out.frequency.push(i64::from(match frequency {
            Frequency::Purchases => s.purchases,
            Frequency::Days => s.days,
        }));
        out.monetary.push(match refunds {
            Refunds::Net => s.net()?.0,
            Refunds::Ignore => s.total.0,
        });
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use naata_core::{Histories, Minor, PurchaseRow};

    fn summary(rows: &[(i32, i64)]) -> Summary {
        let row = |((d, a), row): (&(i32, i64), u32)| PurchaseRow {
            who: CustomerIx(0),
            day: Day(*d),
            amount: Minor(*a),
            seconds: PurchaseRow::NO_TIME,
            row,
        };
        let rows: Vec<PurchaseRow> = rows.iter().zip(0..).map(row).collect();
        let histories = Histories::group(1, &rows, |r| (r.day, r.row)).unwrap();
        Summary::of(histories.of(CustomerIx(0)), Day(100)).unwrap()
    }

    #[test]
    fn two_receipts_of_a_day_and_a_refund() {
        let all = [summary(&[(10, 500), (10, 300), (40, 200), (90, -300)]), summary(&[(95, -300)])];
        let of = |f, r| measure(&all, f, r, Day(100)).unwrap();
        let net = of(Frequency::Purchases, Refunds::Net);
        assert_eq!((net.who, net.recency), (vec![CustomerIx(0)], vec![60]));
        assert_eq!((net.frequency, net.monetary), (vec![3], vec![700]));
        let other = of(Frequency::Days, Refunds::Ignore);
        assert_eq!((other.frequency, other.monetary), (vec![2], vec![1_000]));
    }

    #[test]
    fn what_was_not_known_yet_is_refused() {
        let early = measure(&[summary(&[(10, 500)])], Frequency::Days, Refunds::Net, Day(9));
        assert_eq!(early, Err(Error::Later { as_of: Day(9), last: Day(10) }));
    }
}
