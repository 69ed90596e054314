//! Customers who stopped where most go on.
//!
//! # Formula
//! A customer is stuck at the activity of the last touch when all of this holds:
//! - the activity has at least [`LEAST`] touches;
//! - at least the stated share of these were followed by another touch of the same customer;
//! - more time has passed since the last touch than nine in ten of those who went on took (type-7 quantile).
//!
//! It says that the pause is unusual at this place, not why, and not that the customer is lost.
//!
//! # Source
//! Own definition.

use super::tally::Activity;
use naata_core::{CustomerIx, Instant};
use naata_math::ExactQuantile;
use std::cmp::Ordering;

/// The fewest touches of an activity from which to say what is usual after it.
pub const LEAST: u64 = 30;

/// A customer who stopped where most go on.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Stuck {
    /// The customer.
    pub customer: CustomerIx,
    /// The activity of the last touch.
    pub activity: u32,
    /// When it was.
    pub last: Instant,
    /// Microseconds from then to the end of the day of the question.
    pub silent: i64,
    /// Microseconds that nine in ten of those who went on did not exceed.
    pub usual: ExactQuantile,
}

/// What is usual after an activity, where most go on; `None` where there is nothing to say.
pub(super) fn usual_wait(a: &Activity, go_on: f64) -> Option<ExactQuantile> {
    let most = a.count >= LEAST && a.go_on().is_some_and(|share| share >= go_on);
    a.usual_wait.filter(|_| most)
}

/// Whether a customer with this last touch is stuck.
pub(super) fn stuck(
    customer: CustomerIx,
    (activity, last): (u32, Instant),
    usual: Option<ExactQuantile>,
    end: Instant,
) -> Option<Stuck> {
    let usual = usual?;
    let silent = i64::try_from(end.since(last)).ok()?;
    (usual.cmp_value(silent) == Ordering::Less).then_some(Stuck { customer, activity, last, silent, usual })
}
