//! What analyses ask of a line's quantity and discount: not how much, but whether.

use crate::Minor;

/// Whether a line takes goods back, and whether it was sold at a discount.
///
/// ```
/// use naata_core::{LineMarks, Minor};
///
/// let one_at_a_discount = LineMarks::of(1_000, Minor(50));
/// assert!(one_at_a_discount.is_discounted() && !one_at_a_discount.is_back());
/// // Two kilograms come back.
/// assert!(LineMarks::of(-2_000, Minor(0)).is_back());
/// assert_eq!(LineMarks::of(1_500, Minor(0)), LineMarks::default());
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LineMarks(u8);

const BACK: u8 = 1;
const DISCOUNTED: u8 = 2;

impl LineMarks {
    /// The marks of a line of this quantity, in thousandths of a unit, and of this discount.
    pub fn of(quantity: i64, discount: Minor) -> Self {
        let back = if quantity < 0 { BACK } else { 0 };
        let discounted = if discount.0 > 0 { DISCOUNTED } else { 0 };
        Self(back | discounted)
    }

    /// Whether the quantity is below zero: goods came back.
    pub fn is_back(self) -> bool {
        self.0 & BACK != 0
    }

    /// Whether a discount was taken off.
    pub fn is_discounted(self) -> bool {
        self.0 & DISCOUNTED != 0
    }
}
