//! What tells whether history is whole, where purchases are neither kept nor summed up: the day on which each customer
//! bought first, and the last day on which anyone did.

use naata_core::{CustomerIx, Day, PurchaseRow};

/// The first day of purchase of each customer, in four bytes a customer.
#[derive(Clone, Debug)]
pub(crate) struct FirstDays {
    /// By number of the customer; [`NONE`] for those who bought nothing.
    firsts: Vec<Day>,
    last: Day,
}

/// Stands for no purchase.
const NONE: Day = Day(i32::MAX);

impl Default for FirstDays {
    fn default() -> Self {
        Self { firsts: Vec::new(), last: Day::MIN }
    }
}

impl FirstDays {
    /// Takes in a purchase; refunds and those without a customer are passed over.
    pub(crate) fn saw(&mut self, row: &PurchaseRow) {
        if row.who.is_some() && !row.is_refund() {
            self.first(row.who, row.day);
            self.last = self.last.max(row.day);
        }
    }

    fn first(&mut self, who: CustomerIx, day: Day) {
        if self.firsts.len() <= who.at() {
            self.firsts.resize(who.at() + 1, NONE);
        }
        if let Some(first) = self.firsts.get_mut(who.at()) {
            *first = (*first).min(day);
        }
    }

    /// Takes in those of another part, whose customers have the numbers `to` here.
    pub(crate) fn merge(&mut self, later: &Self, to: &[CustomerIx]) {
        self.last = self.last.max(later.last);
        for (day, who) in later.firsts.iter().zip(to).filter(|(day, _)| **day != NONE) {
            self.first(*who, *day);
        }
    }

    /// For each customer with a purchase the number and the first day, with the last day of all.
    pub(crate) fn spans(&self) -> impl Iterator<Item = (CustomerIx, Day, Day)> {
        let all = (0u32..).map(CustomerIx).zip(&self.firsts).filter(|(_, day)| **day != NONE);
        all.map(|(who, day)| (who, *day, self.last))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use naata_core::Minor;

    #[test]
    fn first_days_of_two_parts_are_those_of_the_whole() {
        let row = |who: u32, day: i32, amount: i64| PurchaseRow {
            who: if who == 9 { CustomerIx::NONE } else { CustomerIx(who) },
            day: Day(day),
            amount: Minor(amount),
            seconds: PurchaseRow::NO_TIME,
            row: 0,
        };
        let (mut one, mut other) = (FirstDays::default(), FirstDays::default());
        [row(0, 7, 1), row(2, 5, 1), row(1, 3, -1), row(9, 1, 1)].iter().for_each(|r| one.saw(r));
        // A refund is no purchase, nor the last one.
        [row(0, 6, 0), row(1, 8, 1), row(0, 9, -1)].iter().for_each(|r| other.saw(r));
        one.merge(&other, &[CustomerIx(2), CustomerIx(0)]);
        let spans: Vec<_> = one.spans().map(|(who, first, last)| (who.0, first.0, last.0)).collect();
        assert_eq!(spans, [(0, 7, 8), (2, 5, 8)]);
        assert_eq!(FirstDays::default().spans().count(), 0);
    }
}
