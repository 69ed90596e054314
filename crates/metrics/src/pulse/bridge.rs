//! The bridge from gross sales to the net of all customers, over the whole file up to the as-of day.
//!
//! # Formula
//! `gross - discounts + tax = sales`; `sales + returned = file total`; `file total - without customer = net`; and
//! `net` equals the sum of all customers' purchases and refunds, which is added up a second way.
//!
//! # Units
//! Exact amounts.

use crate::Error;
use naata_core::{Day, Histories, Minor, PurchaseRow, Takings};

/// The bridge of the whole file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Bridge {
    /// The worth of the goods before discounts and without tax.
    pub gross: Minor,
    /// Discounts taken off.
    pub discounts: Minor,
    /// Tax contained in the sales.
    pub tax: Minor,
    /// What was paid.
    pub sales: Minor,
    /// Refunds, zero or negative.
    pub returned: Minor,
    /// Sales and refunds.
    pub total: Minor,
    /// The part of the total that belongs to no customer.
    pub anonymous: Minor,
    /// The part that belongs to customers.
    pub net: Minor,
    /// The sum of all customers' purchases and refunds, from their histories.
    pub customers_net: Minor,
    /// Rows later than the as-of day, which nothing here counts.
    pub later_rows: u64,
    /// Their sum.
    pub later_total: Minor,
}

impl Bridge {
    /// Builds the bridge up to a day.
    pub fn of(takings: &Takings, purchases: &Histories<PurchaseRow>, as_of: Day) -> Result<Self, Error> {
        let all = takings.between(Day::MIN, as_of)?;
        let later = match as_of.plus(1) {
            Some(next) => takings.between(next, Day::MAX)?,
            None => naata_core::DayTakings::default(),
        };
        let total = all.total()?;
        let anonymous = all.anonymous_total()?;
        let of_customers: i128 =
            purchases.rows().iter().filter(|r| r.day <= as_of).map(|r| i128::from(r.amount.0)).sum();
        Ok(Self {
            gross: all.gross()?,
            discounts: Minor(all.discounts),
            tax: Minor(all.tax),
            sales: Minor(all.sales),
            returned: Minor(all.returned),
            total,
            anonymous,
            net: total.minus(anonymous, "sales of customers")?,
            customers_net: Minor::from_wide(of_customers, "purchases of all customers")?,
            later_rows: later.orders + later.refunds,
            later_total: later.total()?,
        })
    }

    /// Whether the customers' own sums give the same net.
    pub fn reconciles(&self) -> bool {
        self.net == self.customers_net
    }

    /// The steps of the bridge by name, with the sign they have in it, and whether they stand on the ground.
    pub fn steps(&self) -> [(&'static str, Minor, bool); 8] {
        let negative = |m: Minor| Minor(m.0.saturating_neg());
        [
            ("gross", self.gross, true),
            ("discounts", negative(self.discounts), false),
            ("tax", self.tax, false),
            ("sales", self.sales, true),
            ("returned", self.returned, false),
            ("total", self.total, true),
            ("anonymous", negative(self.anonymous), false),
            ("net", self.net, true),
        ]
    }
}
