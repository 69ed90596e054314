//! What must hold for every programme and every list of events.

use crate::generate::{colliding, distinct, programme};
use naata_core::Instant;
use naata_loyalty::{
    Account, Entry, Event, EventKind, Line, Outcome, Points, Shortfall, replay, trial_balance,
};
use proptest::prelude::*;
use std::collections::BTreeMap;

fn shuffled(events: &[Event], seed: u64) -> Vec<Event> {
    let mut keyed: Vec<(u64, Event)> = events
        .iter()
        .zip(1u64..)
        .map(|(e, i)| (seed.wrapping_mul(i).wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(29), e.clone()))
        .collect();
    keyed.sort_by_key(|k| k.0);
    keyed.into_iter().map(|k| k.1).collect()
}

proptest! {
    #[test]
    fn postings_conserve_points(p in programme(), events in colliding()) {
        let done = replay(&p, &events, None).unwrap();
        // Each line moves its amount from one account to another: the books close at zero, and the account of all
        // members together is the sum of what each holds, reached by another way.
        let books = trial_balance(&done.lines).unwrap();
        let balances: BTreeMap<Account, i64> = books.iter().map(|(a, t)| (*a, t.balance().unwrap().0)).collect();
        prop_assert_eq!(balances.values().sum::<i64>(), 0);
        let held: i64 = done.members.iter().map(|m| m.balance.0).sum();
        prop_assert_eq!(balances.get(&Account::Member).copied().unwrap_or(0), held);
        for m in &done.members {
            let mine = || done.lines.iter().filter(|l| l.member == m.id);
            let of = |entry| mine().filter(|l: &&Line| l.entry == entry).map(|l| l.amount.0).sum::<i64>();
            prop_assert_eq!(mine().map(|l| l.points().0).sum::<i64>(), m.balance.0);
            prop_assert_eq!(m.earned.0 - m.redeemed.0 - m.reversed.0 + m.adjusted.0, m.balance.0);
            prop_assert_eq!((of(Entry::Earn), of(Entry::Redeem)), (m.earned.0, m.redeemed.0));
            prop_assert_eq!((of(Entry::Clawback), of(Entry::Unrecovered)), (m.reversed.0, m.unrecovered.0));
            let lots: i64 = m.lots.iter().map(|l| l.remaining.0).sum();
            prop_assert_eq!(lots, m.balance.0.max(0));
        }
        // The balance told beside a line is the running sum.
        let mut running: BTreeMap<&str, i64> = BTreeMap::new();
        for l in &done.lines {
            prop_assert!(l.amount > Points::ZERO);
            let b = running.entry(&l.member).or_default();
            *b += l.points().0;
            prop_assert_eq!(*b, l.balance.0);
            let overdrawn = *b < 0 && l.points() < Points::ZERO;
            prop_assert!(!overdrawn || matches!(l.entry, Entry::Clawback | Entry::AdjustDebit));
            prop_assert!(!overdrawn || l.entry != Entry::Clawback || p.clawback.on_shortfall == Shortfall::Deficit);
        }
    }

    #[test]
    fn arrival_order_does_not_matter(p in programme(), events in distinct(), seed in any::<u64>()) {
        let (one, other) = (replay(&p, &events, None).unwrap(), replay(&p, &shuffled(&events, seed), None).unwrap());
        prop_assert_eq!(&one.lines, &other.lines);
        prop_assert_eq!(&one.members, &other.members);
    }

    #[test]
    fn nor_does_it_where_events_collide(p in programme(), events in colliding(), seed in any::<u64>()) {
        let (one, other) = (replay(&p, &events, None).unwrap(), replay(&p, &shuffled(&events, seed), None).unwrap());
        prop_assert_eq!(one.lines, other.lines);
        prop_assert_eq!(one.members, other.members);
    }

    #[test]
    fn a_prefix_and_then_the_rest_is_the_whole(p in programme(), events in colliding(), cut in 0i64..9) {
        let until = Instant(1_767_600_000_000_000 + cut * 3_600_000_000);
        let whole = replay(&p, &events, None).unwrap();
        let prefix = replay(&p, &events, Some(until)).unwrap();
        let rest = whole.lines.iter().filter(|l| l.at >= until).cloned();
        prop_assert_eq!(&prefix.lines.iter().cloned().chain(rest).collect::<Vec<_>>(), &whole.lines);
        for ((a, b), e) in prefix.outcomes.iter().zip(&whole.outcomes).zip(&events) {
            prop_assert_eq!(a, if e.at < until { b } else { &Outcome::Later });
        }
    }

    #[test]
    fn a_second_delivery_of_everything_changes_nothing(p in programme(), events in distinct()) {
        let once = replay(&p, &events, None).unwrap();
        let mut twice = events.clone();
        twice.extend(events.iter().cloned().map(|e| Event { at: Instant(e.at.0 + 1), ..e }));
        let again = replay(&p, &twice, None).unwrap();
        prop_assert_eq!(&once.lines, &again.lines);
        let repeated = again.outcomes.iter().skip(events.len());
        let all = repeated.zip(&events).all(|(o, e)| *o == Outcome::Duplicate { of: e.id.as_str().into() });
        prop_assert!(all);
    }

    #[test]
    fn buying_and_returning_mints_nothing(p in programme(), nets in prop::collection::vec(0i64..100_000, 1..8), parts in 1i64..5) {
        let mut events = Vec::new();
        for (i, cents) in nets.iter().enumerate() {
            let event = |n: usize, kind| Event {
                id: format!("{i}.{n}"), at: Instant((i * 10 + n) as i64), recorded_at: None,
                member: Some("m".into()), kind,
            };
            let order = Some(format!("o{i}"));
            let money = |cents: i64| rust_decimal::Decimal::new(cents, 2);
            events.push(event(0, EventKind::Purchase { order: order.clone(), net: money(*cents), lines: vec![] }));
            let mut left = *cents;
            for n in 1..=parts {
                let part = if n == parts { left } else { left / 2 };
                left -= part;
                events.push(event(n as usize, EventKind::Return { order: order.clone(), net: money(part), lines: vec![] }));
            }
        }
        let done = replay(&p, &events, None).unwrap();
        prop_assert_eq!((done.members[0].balance, done.members[0].unrecovered), (Points::ZERO, Points::ZERO));
    }
}
