//! What the customers did after the split, against what a model expected of them.
//!
//! # Formula
//! Over all customers of the fit: total of purchases made against expected; mean absolute and root mean squared error
//! of one customer; and the class error, the sum over classes of equal frequency of |expected - made|, over all made.
//!
//! # Units
//! Purchases are distinct days with a purchase.

use super::{AnyModel, Base, PurchaseModel};
use crate::Error;
use naata_core::{Context, Day, Histories, Minor, PurchaseRow, map_parts, part_range};

/// Frequencies that form a class, by name and largest frequency.
pub(super) const CLASSES: [(&str, u32); 6] =
    [("0", 0), ("1", 1), ("2", 2), ("3", 3), ("4-6", 6), ("7+", u32::MAX)];

/// At most so many points of the curve.
const POINTS: i64 = 26;

/// What was done after the split.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Holdout {
    /// Days from the split to the as-of day.
    pub days: i64,
    /// For each buyer the distinct days of purchase.
    pub made: Vec<u32>,
    /// All of them.
    pub total: u64,
    /// What was paid on them.
    pub paid: Minor,
    /// Points of the curve: days after the split and the purchases made until then.
    pub curve: Vec<(i64, u64)>,
}

/// How well a forecast did.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Score {
    /// Purchases expected of all customers.
    pub expected: f64,
    /// Mean absolute error of one customer.
    pub mae: f64,
    /// Root mean squared error of one customer.
    pub rmse: f64,
    /// The error by class of frequency, as a share of all purchases made; `None` when none was made.
    pub class_error: Option<f64>,
    /// Customers, purchases made and purchases expected of each class.
    pub classes: Vec<(u64, u64, f64)>,
}

impl Score {
    /// The loss by which models are compared: the error of the total and of the classes, as shares of what was made.
    pub fn loss(&self, made: u64) -> Option<f64> {
        Some((self.expected - made as f64).abs() / made as f64 + self.class_error?)
    }
}

impl Holdout {
    /// Gathers what the buyers did after the split; `None` when there is no day between split and as-of day.
    pub fn of(purchases: &Histories<PurchaseRow>, base: &Base, as_of: Day) -> Result<Option<Self>, Error> {
        let days = as_of.since(base.until);
        if days <= 0 {
            return Ok(None);
        }
        let weeks = days / 7;
        let step = 7 * (weeks + POINTS - 1).div_euclid(POINTS).max(1);
        let mut curve: Vec<(i64, u64)> =
            (1..).map(|k| k * step).take_while(|d| *d < days).map(|d| (d, 0)).collect();
        curve.push((days, 0));
        let mut made = Vec::with_capacity(base.buyers.len());
        let mut paid = 0i128;
        for b in &base.buyers {
            let rows = purchases.of(b.who).iter();
            let mut n = 0u32;
            let mut last = base.until;
            for r in rows.filter(|r| !r.is_refund() && r.day > base.until && r.day <= as_of) {
                paid += i128::from(r.amount.0);
                if r.day > last {
                    last = r.day;
                    n += 1;
                    let after = r.day.since(base.until);
                    let at = curve.partition_point(|point| point.0 < after);
                    if let Some(point) = curve.get_mut(at) {
                        point.1 += 1;
                    }
                }
            }
            made.push(n);
        }
        let mut sum = 0;
        for point in &mut curve {
            sum += point.1;
            point.1 = sum;
        }
        let paid = Minor::from_wide(paid, "purchases after the split")?;
        Ok(Some(Self { days, made, total: sum, paid, curve }))
    }

    /// Scores a forecast: the purchases expected of each buyer.
    pub fn score(&self, base: &Base, expected: &[f64]) -> Score {
        let n = expected.len() as f64;
        let (mut sum, mut absolute, mut squared) = (0.0, 0.0, 0.0);
        let mut classes = vec![(0u64, 0u64, 0.0f64); CLASSES.len()];
        for ((b, made), e) in base.buyers.iter().zip(&self.made).zip(expected) {
            let off = e - f64::from(*made);
            sum += e;
            absolute += off.abs();
            squared += off * off;
            let class = CLASSES.partition_point(|c| c.1 < b.history.x());
            if let Some(c) = classes.get_mut(class) {
                *c = (c.0 + 1, c.1 + u64::from(*made), c.2 + e);
            }
        }
        let off: f64 = classes.iter().map(|c| (c.2 - c.1 as f64).abs()).sum();
        Score {
            expected: sum,
            mae: absolute / n,
            rmse: (squared / n).sqrt(),
            class_error: (self.total > 0).then(|| off / self.total as f64),
            classes,
        }
    }

    /// The expected purchases of each buyer over the whole holdout; `None` where a model cannot say.
    pub fn forecast(&self, base: &Base, model: &AnyModel, cx: &Context<'_>) -> Option<Vec<f64>> {
        let ahead = [base.unit.from_days(self.days as f64)];
        let of_rows = expected_of_rows(base, model, &ahead, cx)?;
        let of = base.histories.of().iter();
        of.map(|row| of_rows.get(*row as usize).and_then(|e| e.first()).copied()).collect()
    }

    /// The purchases expected of all buyers at each point of the curve.
    pub fn expected_curve(&self, base: &Base, model: &AnyModel, cx: &Context<'_>) -> Option<Vec<f64>> {
        let ahead: Vec<f64> = self.curve.iter().map(|p| base.unit.from_days(p.0 as f64)).collect();
        let of_rows = expected_of_rows(base, model, &ahead, cx)?;
        let mut sums = vec![0.0; ahead.len()];
        for (row, expected) in base.histories.rows().iter().zip(&of_rows) {
            sums.iter_mut().zip(expected).for_each(|(s, e)| *s += row.weight * e);
        }
        Some(sums)
    }
}

/// The expected purchases of every distinct history up to each horizon, on the host's threads.
pub(super) fn expected_of_rows(
    base: &Base,
    model: &AnyModel,
    horizons: &[f64],
    cx: &Context<'_>,
) -> Option<Vec<Vec<f64>>> {
    let rows = base.histories.rows();
    let parts = rows.len().div_ceil(8_192);
    let job = |k: usize| -> Option<Vec<Vec<f64>>> {
        let part = rows.get(part_range(rows.len(), parts, k)).unwrap_or(&[]);
        let all = model.expected_of_rows(part, horizons);
        all.into_iter().map(|e| e.into_iter().collect()).collect()
    };
    let parts: Option<Vec<_>> = map_parts(cx.exec, parts, job).into_iter().collect();
    parts.map(|p| p.into_iter().flatten().collect())
}
