//! Subscriptions joined into relationships: from the first day of the first to the end of the last without a gap.
//!
//! A change of plan ends one subscription and begins another; the customer has not left.

use naata_core::{CustomerIx, Day, Histories, Minor, SubscriptionRow, Symbol};

use crate::churn::rates::standing;

/// An unbroken time as a subscriber.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Relationship {
    /// The customer.
    pub who: CustomerIx,
    /// The first day.
    pub started: Day,
    /// The first day without a subscription, when it is not later than the day one stands on.
    pub ended: Option<Day>,
    /// The plan it began with.
    pub plan: Symbol,
    /// Why the last subscription ended.
    pub reason: Symbol,
    /// The monthly price on its last day, or now; `None` where one is missing.
    pub monthly: Option<Minor>,
    /// How many relationships the customer had before.
    pub earlier: u32,
}

/// All relationships of a base, with what was left out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Relationships {
    /// By customer, then in order of time.
    pub all: Vec<Relationship>,
    /// Subscriptions that end before they start: not used.
    pub reversed: u64,
    /// Subscriptions that start after the day one stands on: not used.
    pub later: u64,
    /// Subscriptions without a customer: not used.
    pub loose: u64,
}

/// Joins the subscriptions of each customer, as known on a day.
pub fn relationships(subscriptions: &Histories<SubscriptionRow>, as_of: Day) -> Relationships {
    let mut out = Relationships { loose: subscriptions.loose().len() as u64, ..Relationships::default() };
    for (who, rows) in subscriptions.iter() {
        out.later += rows.iter().filter(|s| s.started > as_of).count() as u64;
        let reversed = |s: &SubscriptionRow| s.ended.is_some_and(|e| e < s.started);
        out.reversed += rows.iter().filter(|s| s.started <= as_of && reversed(s)).count() as u64;
        let mut used: Vec<SubscriptionRow> =
            rows.iter().filter(|s| s.started <= as_of && !reversed(s)).copied().collect();
        // Nobody knows yet that a subscription will end.
        used.iter_mut().for_each(|s| s.ended = s.ended.filter(|e| *e <= as_of));
        used.sort_by_key(|s| (s.started, s.ended.is_none(), s.ended, s.plan, s.reason, s.id, s.monthly));
        let mut earlier = 0;
        let mut rest = &used[..];
        while let Some(first) = rest.first() {
            let (mut ended, mut reason, mut taken) = (first.ended, first.reason, 0);
            for s in rest {
                if ended.is_some_and(|e| s.started > e) {
                    break;
                }
                taken += 1;
                if ended.is_some_and(|e| s.ended.is_none_or(|next| next >= e)) {
                    (ended, reason) = (s.ended, s.reason);
                }
            }
            let (of, later) = rest.split_at(taken);
            let last_day = ended.and_then(|e| e.plus(-1)).unwrap_or(as_of);
            let price = standing(of, last_day).monthly.and_then(|m| i64::try_from(m).ok());
            out.all.push(Relationship {
                who,
                started: first.started,
                ended,
                plan: first.plan,
                reason: if ended.is_some() { reason } else { Symbol::NONE },
                monthly: price.map(Minor),
                earlier,
            });
            earlier += 1;
            rest = later;
        }
    }
    out
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A subscription: customer, start, end, plan and reason, price.
    pub(crate) type Row = (u32, i32, Option<i32>, u32, Option<i64>);

    pub(crate) fn histories(rows: &[Row]) -> Histories<SubscriptionRow> {
        let row = |(who, started, ended, plan, monthly): &Row| SubscriptionRow {
            who: CustomerIx(*who),
            id: Symbol::NONE,
            plan: Symbol(*plan),
            started: Day(*started),
            ended: ended.map(Day),
            monthly: monthly.map(Minor),
            reason: Symbol(*plan),
        };
        let rows: Vec<SubscriptionRow> = rows.iter().map(row).collect();
        let customers = rows.iter().map(|r| r.who.at() + 1).max().unwrap_or(0).max(10);
        Histories::group(customers, &rows, |s| s.started).unwrap()
    }

    #[test]
    fn a_change_of_plan_is_no_leaving() {
        let h = histories(&[
            (1, 0, Some(30), 0, Some(5)),
            (1, 30, Some(50), 1, Some(9)),
            (1, 20, Some(25), 2, Some(1)),
            (1, 60, Some(150), 3, Some(7)),
            (2, 10, Some(5), 0, Some(5)),
            (2, 101, None, 0, Some(5)),
            (3, 40, None, 1, None),
        ]);
        let found = relationships(&h, Day(100));
        assert_eq!((found.reversed, found.later, found.all.len()), (1, 1, 3));
        let first = found.all[0];
        assert_eq!(
            (first.started, first.ended, first.plan, first.reason),
            (Day(0), Some(Day(50)), Symbol(0), Symbol(1))
        );
        assert_eq!(first.monthly, Some(Minor(9)));
        let second = found.all[1];
        assert_eq!(
            (second.ended, second.reason, second.earlier),
            (None, Symbol::NONE, 1),
            "its end is not known yet"
        );
        assert_eq!((found.all[2].who, found.all[2].monthly), (CustomerIx(3), None));
    }

    proptest! {
        #[test]
        fn relationships_do_not_touch_and_cover_every_day(
            rows in prop::collection::vec((0u32..3, 0i32..60, prop::option::of(0i32..60), 0u32..3, Just(Some(1i64))), 0..12),
        ) {
            let h = histories(&rows);
            let found = relationships(&h, Day(50));
            for pair in found.all.windows(2).filter(|p| p[0].who == p[1].who) {
                prop_assert!(pair[0].ended.is_some_and(|e| e < pair[1].started));
            }
            for day in (0..=50).map(Day) {
                for who in (0..3).map(CustomerIx) {
                    let covered = found.all.iter().any(|r| r.who == who && r.started <= day && r.ended.is_none_or(|e| day < e));
                    prop_assert_eq!(covered, standing(h.of(who), day).active);
                }
            }
        }
    }
}
