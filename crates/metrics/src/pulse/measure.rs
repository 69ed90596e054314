//! The figures of one period.
//!
//! # Formula
//! `revenue` = sales + refunds of the period; `basket` = sales / orders; a customer is *new* in the period that holds
//! their first day of purchase ever, so `revenue = new + returning + without a customer`; `repeat rate` = buyers who
//! had bought before the period / buyers; `time to second order` = median days from the first to the second day of
//! purchase, over customers whose second day lies in the period.
//!
//! # Source
//! Definitions; intervals: Wilson, 1927 (repeat rate), order statistics (median), Student, 1908 (mean basket).
//!
//! # Units
//! Amounts are exact; the basket is rounded to the nearest minor unit, halves to even.

use crate::Error;
use crate::estimate::{self, Estimate};
use naata_core::{Day, Histories, Minor, PurchaseRow, Takings};
use naata_math::StudentT;

/// Days from the first to the last, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    /// The first day.
    pub from: Day,
    /// The last day.
    pub to: Day,
}

impl Period {
    /// The `days` days up to and including `to`; `None` for no days and outside the calendar.
    pub fn ending(to: Day, days: u32) -> Option<Self> {
        let back = i32::try_from(days.checked_sub(1)?).ok()?;
        Some(Self { from: to.plus(-back)?, to })
    }

    /// The same number of days, `days` days earlier.
    pub fn earlier(self, days: u32) -> Option<Self> {
        let back = i32::try_from(days).ok()?;
        Some(Self { from: self.from.plus(-back)?, to: self.to.plus(-back)? })
    }

    /// Whether a day lies in the period.
    pub fn holds(self, day: Day) -> bool {
        self.from <= day && day <= self.to
    }
}

/// The figures of one period.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Measure {
    /// The period.
    pub period: Period,
    /// Sales and refunds together.
    pub revenue: Minor,
    /// Purchases.
    pub orders: u64,
    /// The mean paid for an order; `None` without orders.
    pub basket: Option<Minor>,
    /// The interval of the mean; `None` below 30 orders, where amounts are too skewed for one.
    pub basket_interval: Option<(Minor, Minor)>,
    /// Revenue of customers who first bought in the period.
    pub new_revenue: Minor,
    /// Revenue of all other known customers.
    pub returning_revenue: Minor,
    /// Revenue without a customer.
    pub anonymous_revenue: Minor,
    /// Known customers with a purchase.
    pub buyers: u64,
    /// Those among them who first bought in the period.
    pub new_buyers: u64,
    /// The share of buyers who had bought before.
    pub repeat_rate: Option<Estimate>,
    /// Median days from the first to the second day of purchase.
    pub second_order: Option<Estimate>,
    /// The share of sales without a customer; `None` without sales.
    pub anonymous_share: Option<f64>,
}

/// The first and the second distinct day of purchase, in rows that are in order of time.
pub(crate) fn first_days(rows: &[PurchaseRow]) -> (Option<Day>, Option<Day>) {
    let mut days = rows.iter().filter(|r| !r.is_refund()).map(|r| r.day);
    let first = days.next();
    (first, first.and_then(|f| days.find(|d| *d > f)))
}

/// The rows of a period, in rows that are in order of time.
pub(crate) fn within(rows: &[PurchaseRow], period: Period) -> &[PurchaseRow] {
    let from = rows.partition_point(|r| r.day < period.from);
    let to = rows.partition_point(|r| r.day <= period.to);
    rows.get(from..to).unwrap_or(&[])
}

/// Measures a period.
pub fn measure(
    takings: &Takings,
    purchases: &Histories<PurchaseRow>,
    period: Period,
) -> Result<Measure, Error> {
    let sums = takings.between(period.from, period.to)?;
    let mut baskets = Baskets::default();
    let (mut new, mut returning) = (0i128, 0i128);
    let (mut buyers, mut new_buyers) = (0u64, 0u64);
    let mut gaps: Vec<i64> = Vec::new();
    for (_, rows) in purchases.iter() {
        let inside = within(rows, period);
        if inside.is_empty() {
            continue;
        }
        let (first, second) = first_days(rows);
        let is_new = first.is_some_and(|f| period.holds(f));
        let paid: i128 = inside.iter().map(|r| i128::from(r.amount.0)).sum();
        *if is_new { &mut new } else { &mut returning } += paid;
        if inside.iter().any(|r| !r.is_refund()) {
            buyers += 1;
            new_buyers += u64::from(is_new);
        }
        if let (Some(first), Some(second)) = (first, second.filter(|s| period.holds(*s))) {
            gaps.push(second.since(first));
        }
        inside.iter().for_each(|r| baskets.add(r));
    }
    // Rows without a customer are in order of time too.
    within(purchases.loose(), period).iter().for_each(|r| baskets.add(r));
    Ok(Measure {
        period,
        revenue: sums.total()?,
        orders: sums.orders,
        basket: estimate::mean_amount(i128::from(sums.sales), sums.orders),
        basket_interval: baskets.interval(),
        new_revenue: Minor::from_wide(new, "revenue of new customers")?,
        returning_revenue: Minor::from_wide(returning, "revenue of returning customers")?,
        anonymous_revenue: sums.anonymous_total()?,
        buyers,
        new_buyers,
        repeat_rate: estimate::share(buyers - new_buyers, buyers),
        second_order: estimate::median(&mut gaps),
        anonymous_share: estimate::ratio(sums.anonymous_sales, sums.sales),
    })
}

/// Exact sums of order amounts and of their squares.
#[derive(Default)]
struct Baskets {
    n: i128,
    sum: i128,
    /// `None` once it left 128 bits.
    squares: Option<i128>,
}

impl Baskets {
    const LEAST: i128 = 30;

    fn add(&mut self, row: &PurchaseRow) {
        if row.is_refund() {
            return;
        }
        let x = i128::from(row.amount.0);
        let before = if self.n == 0 { Some(0) } else { self.squares };
        self.n += 1;
        self.sum += x;
        self.squares = before.and_then(|s| s.checked_add(x * x));
    }

    fn interval(&self) -> Option<(Minor, Minor)> {
        if self.n < Self::LEAST {
            return None;
        }
        // n times the sum of squares less the square of the sum, exact before it becomes a float.
        let spread = self.n.checked_mul(self.squares?)?.checked_sub(self.sum.checked_mul(self.sum)?)?;
        let n = self.n as f64;
        let error = (spread as f64 / (n * n * (n - 1.0))).sqrt();
        let t = StudentT::new(n - 1.0).ok()?.quantile(0.5 + estimate::LEVEL / 2.0);
        let mean = self.sum as f64 / n;
        let minor = |x: f64| (x.is_finite() && x.abs() < 9.0e18).then(|| Minor(x.round() as i64));
        Some((minor(mean - t * error)?, minor(mean + t * error)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use naata_core::CustomerIx;

    #[test]
    fn periods_keep_weekdays_a_year_back() {
        let week = Period::ending(Day(20_000), 7).unwrap();
        assert_eq!((week.from, week.to), (Day(19_994), Day(20_000)));
        let year = week.earlier(364).unwrap();
        assert_eq!(year.from.weekday(), week.from.weekday());
        assert_eq!(Period::ending(Day(0), 0), None);
        assert_eq!(Period::ending(Day::MIN, 7), None);
    }

    #[test]
    fn the_basket_interval_matches_the_textbook_formula() {
        let amounts: Vec<i64> = (1..=40).map(|i| i * i).collect();
        let mut b = Baskets::default();
        for a in &amounts {
            let row = PurchaseRow { who: CustomerIx(0), day: Day(0), amount: Minor(*a), seconds: 0, row: 0 };
            b.add(&row);
        }
        let n = amounts.len() as f64;
        let mean = amounts.iter().sum::<i64>() as f64 / n;
        let var = amounts.iter().map(|a| (*a as f64 - mean) * (*a as f64 - mean)).sum::<f64>() / (n - 1.0);
        // The quantile of Student's t with 39 degrees of freedom, from tables: 2.0227.
        let half = 2.0227 * (var / n).sqrt();
        let (low, high) = b.interval().unwrap();
        assert!((low.0 as f64 - (mean - half)).abs() < 1.0 && (high.0 as f64 - (mean + half)).abs() < 1.0);
    }
}
