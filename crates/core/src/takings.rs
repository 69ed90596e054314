//! What was taken each day, summed exactly as rows go by: the bridge from gross sales to net.
//!
//! # Formula
//! `gross - discounts + tax = sales`; `sales + returned = file total`; `file total - without customer = net`.

use crate::{CustomerIx, Day, Error, Minor};
use std::collections::BTreeMap;

/// One day's exact sums. Amounts are minor units; `returned` sums are zero or negative.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DayTakings {
    /// Purchases (rows with an amount of zero or more).
    pub orders: u64,
    /// What was paid for them.
    pub sales: i64,
    /// Discounts taken off before that.
    pub discounts: i64,
    /// Tax contained in the sales.
    pub tax: i64,
    /// Refunds (rows with a negative amount).
    pub refunds: u64,
    /// Their sum.
    pub returned: i64,
    /// Purchases without a customer.
    pub anonymous_orders: u64,
    /// What was paid for those.
    pub anonymous_sales: i64,
    /// Refunds without a customer.
    pub anonymous_refunds: u64,
    /// The sum of those.
    pub anonymous_returned: i64,
}

const WHAT: &str = "the takings of a day";

impl DayTakings {
    /// The worth of the goods before discounts and without tax.
    pub fn gross(&self) -> Result<Minor, Error> {
        Minor::from_wide(
            i128::from(self.sales) - i128::from(self.tax) + i128::from(self.discounts),
            "gross sales",
        )
    }

    /// All amounts of the file: sales and refunds.
    pub fn total(&self) -> Result<Minor, Error> {
        Minor(self.sales).plus(Minor(self.returned), "sales and refunds")
    }

    /// The part of the total that belongs to no customer.
    pub fn anonymous_total(&self) -> Result<Minor, Error> {
        Minor(self.anonymous_sales).plus(Minor(self.anonymous_returned), "sales without a customer")
    }

    /// Adds a sale to a customer.
    fn sold(&mut self, sale: &Sale) -> Result<(), Error> {
        let sum = |a: i64, b: Minor| Minor(a).plus(b, WHAT).map(|m| m.0);
        let sums =
            (sum(self.sales, sale.amount)?, sum(self.discounts, sale.discount)?, sum(self.tax, sale.tax)?);
        self.orders += 1;
        (self.sales, self.discounts, self.tax) = sums;
        Ok(())
    }

    /// Adds another day's sums.
    pub fn merge(&mut self, other: &Self) -> Result<(), Error> {
        let sum = |a: i64, b: i64| Minor(a).plus(Minor(b), WHAT).map(|m| m.0);
        *self = Self {
            orders: self.orders + other.orders,
            sales: sum(self.sales, other.sales)?,
            discounts: sum(self.discounts, other.discounts)?,
            tax: sum(self.tax, other.tax)?,
            refunds: self.refunds + other.refunds,
            returned: sum(self.returned, other.returned)?,
            anonymous_orders: self.anonymous_orders + other.anonymous_orders,
            anonymous_sales: sum(self.anonymous_sales, other.anonymous_sales)?,
            anonymous_refunds: self.anonymous_refunds + other.anonymous_refunds,
            anonymous_returned: sum(self.anonymous_returned, other.anonymous_returned)?,
        };
        Ok(())
    }
}

/// One sale or refund, as the takings see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sale {
    /// The customer, or none.
    pub who: CustomerIx,
    /// The day.
    pub day: Day,
    /// What was paid; negative for a refund.
    pub amount: Minor,
    /// The discount taken off before that.
    pub discount: Minor,
    /// The tax contained in it.
    pub tax: Minor,
}

/// The takings of all days, in blocks of 32 days so that a row costs one short look-up.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Takings {
    blocks: BTreeMap<i32, [DayTakings; 32]>,
}

impl Takings {
    /// Takes in one sale or refund.
    pub fn add(&mut self, sale: &Sale) -> Result<(), Error> {
        let amount = sale.amount.0;
        let refund = amount < 0;
        let anonymous = !sale.who.is_some();
        if !refund && !anonymous {
            // Nearly every row is this one, and changes four sums.
            return self.day_mut(sale.day).sold(sale);
        }
        let one = DayTakings {
            orders: u64::from(!refund),
            sales: if refund { 0 } else { amount },
            discounts: sale.discount.0,
            tax: if refund { 0 } else { sale.tax.0 },
            refunds: u64::from(refund),
            returned: if refund { amount } else { 0 },
            anonymous_orders: u64::from(anonymous && !refund),
            anonymous_sales: if anonymous && !refund { amount } else { 0 },
            anonymous_refunds: u64::from(anonymous && refund),
            anonymous_returned: if anonymous && refund { amount } else { 0 },
        };
        self.day_mut(sale.day).merge(&one)
    }

    /// Takes in another part.
    pub fn merge(&mut self, other: &Self) -> Result<(), Error> {
        for (block, days) in &other.blocks {
            let mine = self.blocks.entry(*block).or_insert_with(empty);
            for (a, b) in mine.iter_mut().zip(days) {
                a.merge(b)?;
            }
        }
        Ok(())
    }

    /// The sums of all days from `from` to `to`, both included.
    pub fn between(&self, from: Day, to: Day) -> Result<DayTakings, Error> {
        let mut sum = DayTakings::default();
        for (day, takings) in self.days() {
            if from <= day && day <= to {
                sum.merge(takings)?;
            }
        }
        Ok(sum)
    }

    /// The sums of all days.
    pub fn all(&self) -> Result<DayTakings, Error> {
        self.between(Day::MIN, Day::MAX)
    }

    /// Every day with at least one row, in order.
    pub fn days(&self) -> impl Iterator<Item = (Day, &DayTakings)> {
        self.blocks
            .iter()
            .flat_map(|(block, days)| days.iter().zip(0i32..).map(move |(t, i)| (Day((block << 5) + i), t)))
            .filter(|(_, t)| t.orders + t.refunds > 0)
    }

    /// The first and the last day with a row.
    pub fn span(&self) -> Option<(Day, Day)> {
        let mut days = self.days().map(|d| d.0);
        let first = days.next()?;
        Some((first, days.last().unwrap_or(first)))
    }

    fn day_mut(&mut self, day: Day) -> &mut DayTakings {
        let block = self.blocks.entry(day.0 >> 5).or_insert_with(empty);
        &mut block[(day.0 & 31) as usize]
    }
}

/// A block without a sale.
fn empty() -> [DayTakings; 32] {
    [DayTakings::default(); 32]
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn sale(who: u32, day: i32, amount: i64) -> Sale {
        let who = if who == 0 { CustomerIx::NONE } else { CustomerIx(who) };
        Sale {
            who,
            day: Day(day),
            amount: Minor(amount),
            discount: Minor(amount.abs() / 10),
            tax: Minor(amount.max(0) / 20),
        }
    }

    proptest! {
        #[test]
        fn any_split_gives_the_same_days_and_the_bridge_closes(
            rows in prop::collection::vec((0u32..4, -70i32..70, -500i64..2000), 0..120), cut in 0usize..120,
        ) {
            let build = |rows: &[(u32, i32, i64)]| {
                let mut t = Takings::default();
                for (w, d, a) in rows { t.add(&sale(*w, *d, *a)).unwrap(); }
                t
            };
            let whole = build(&rows);
            let cut = cut.min(rows.len());
            let mut parts = build(&rows[cut..]);
            parts.merge(&build(&rows[..cut])).unwrap();
            prop_assert_eq!(&whole, &parts);
            let all = whole.all().unwrap();
            prop_assert_eq!(all.total().unwrap().0, rows.iter().map(|r| r.2).sum::<i64>());
            prop_assert_eq!(all.gross().unwrap().0 - all.discounts + all.tax, all.sales);
            prop_assert_eq!(whole.span(), rows.iter().map(|r| Day(r.1)).min().zip(rows.iter().map(|r| Day(r.1)).max()));
        }
    }
}
