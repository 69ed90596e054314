//! What rows add up to once their customers have numbers. Whoever gives the numbers need not wait for it: the rows are
//! handed on, and others are numbered meanwhile.

use crate::Error;
use crate::repeats::{OrderKey, Repeats};
use naata_core::{PurchaseRow, Summing};

/// Totals on their way.
#[derive(Debug, Default)]
pub(crate) struct Running {
    /// Summaries of customers, where purchases are not kept.
    pub(crate) sums: Option<Summing>,
    pub(crate) repeats: Repeats,
}

/// What is due to be added.
#[derive(Debug, Default)]
pub(crate) struct Due {
    pub(crate) rows: Vec<PurchaseRow>,
    pub(crate) keys: Vec<OrderKey>,
    /// How many customers have numbers.
    pub(crate) customers: usize,
}

impl Running {
    /// Adds what is due; the answer is the room it took.
    pub(crate) fn add(&mut self, mut due: Due) -> Result<Due, Error> {
        self.repeats.see_all(&due.keys, |key| *key);
        if let Some(sums) = &mut self.sums {
            sums.add(&due.rows, due.customers)?;
        }
        due.rows.clear();
        due.keys.clear();
        Ok(due)
    }
}
