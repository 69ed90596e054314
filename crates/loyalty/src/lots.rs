//! Lots: which points a member still holds, by the event that gave them.
//!
//! # Formula
//! `balance = sum of what remains in the lots - deficit`. A debit takes from the lots in burn order (earned first,
//! then by event id); what no lot covers becomes the deficit, and the next credit pays the deficit before it opens a
//! lot. No lot is ever negative.

use crate::{Error, Points};
use naata_core::Instant;

/// Points given by one event, and what is left of them.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Lot {
    /// When they were earned.
    pub earned_at: Instant,
    /// The event that gave them.
    pub source: Box<str>,
    /// How many there were.
    pub earned: Points,
    /// How many are left.
    pub remaining: Points,
}

/// A member's lots in burn order, and what the member owes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Lots {
    lots: Vec<Lot>,
    /// Lots before this position are empty.
    open: usize,
    pub(crate) deficit: Points,
}

impl Lots {
    /// Opens a lot; a deficit is paid first.
    pub(crate) fn credit(&mut self, at: Instant, source: &str, points: Points) -> Result<(), Error> {
        let paid = points.min(self.deficit);
        self.deficit = self.deficit.minus(paid, "a deficit")?;
        let remaining = points.minus(paid, "a lot")?;
        let key = (at, source);
        let place = self.lots.partition_point(|l| (l.earned_at, &*l.source) <= key);
        self.open = self.open.min(place);
        self.lots.insert(place, Lot { earned_at: at, source: source.into(), earned: points, remaining });
        Ok(())
    }

    /// Takes points, from the lot of `first` before all others; what no lot covers is owed.
    pub(crate) fn debit(&mut self, points: Points, first: Option<(Instant, &str)>) -> Result<(), Error> {
        let mut left = points;
        if let Some(key) = first
            && let Ok(i) = self.lots.binary_search_by(|l| (l.earned_at, &*l.source).cmp(&key))
            && let Some(own) = self.lots.get_mut(i)
        {
            left = take(own, left)?;
        }
        while left > Points::ZERO
            && let Some(lot) = self.lots.get_mut(self.open)
        {
            left = take(lot, left)?;
            if lot.remaining == Points::ZERO {
                self.open += 1;
            }
        }
        self.deficit = self.deficit.plus(left, "a deficit")?;
        Ok(())
    }

    /// The lots, empty ones included.
    pub(crate) fn into_lots(self) -> Vec<Lot> {
        self.lots
    }
}

/// Takes what the lot has, at most `points`; the rest.
fn take(lot: &mut Lot, points: Points) -> Result<Points, Error> {
    let taken = points.min(lot.remaining);
    lot.remaining = lot.remaining.minus(taken, "a lot")?;
    points.minus(taken, "a debit")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn lots_less_deficit_are_the_balance_and_no_lot_is_negative(
            moves in prop::collection::vec((0i64..6, -40i64..60, 0usize..8), 0..40),
        ) {
            let mut lots = Lots::default();
            let mut balance = 0;
            let mut sources: Vec<(Instant, String)> = Vec::new();
            for (i, (at, points, first)) in moves.into_iter().enumerate() {
                balance += points;
                if points >= 0 {
                    let source = (Instant(at), format!("e{i}"));
                    lots.credit(source.0, &source.1, Points(points)).unwrap();
                    sources.push(source);
                } else {
                    let first = sources.get(first).map(|(at, s)| (*at, s.as_str()));
                    lots.debit(Points(-points), first).unwrap();
                }
                let held: i64 = lots.lots.iter().map(|l| l.remaining.0).sum();
                prop_assert_eq!(held - lots.deficit.0, balance);
                prop_assert!(held == 0 || lots.deficit == Points::ZERO);
                prop_assert!(lots.lots.iter().all(|l| Points::ZERO <= l.remaining && l.remaining <= l.earned));
                prop_assert!(lots.lots.is_sorted_by_key(|l| (l.earned_at, l.source.clone())));
                prop_assert!(lots.lots.iter().take(lots.open).all(|l| l.remaining == Points::ZERO));
            }
        }
    }

    #[test]
    fn the_own_lot_is_taken_before_the_oldest() {
        let mut lots = Lots::default();
        lots.credit(Instant(1), "a", Points(10)).unwrap();
        lots.credit(Instant(2), "b", Points(10)).unwrap();
        lots.debit(Points(14), Some((Instant(2), "b"))).unwrap();
        let left: Vec<i64> = lots.lots.iter().map(|l| l.remaining.0).collect();
        assert_eq!(left, [6, 0]);
    }
}
