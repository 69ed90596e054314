//! A second way to the same balances: no state, no lots, no fractions - every figure is worked out afresh from the
//! events so far, in whole hundred-millionths with integer division.

use crate::generate::{colliding, programme};
use naata_loyalty::{
    ClawbackMode, EarnAmount, Event, EventKind, Overdraft, Partial, Programme, RoundAt, Rounding, Shortfall,
    replay,
};
use proptest::prelude::*;
use rust_decimal::Decimal;
use std::collections::BTreeMap;

fn divide(n: i128, d: i128, rounding: Rounding) -> i128 {
    match rounding {
        Rounding::Floor => n.div_euclid(d),
        Rounding::Ceil => -((-n).div_euclid(d)),
        Rounding::HalfUp => (2 * n + d).div_euclid(2 * d),
    }
}

fn hundredths(d: Decimal) -> i128 {
    let mut d = d;
    d.rescale(2);
    d.mantissa()
}

/// The points of an amount in hundredths, in units of the programme's precision.
fn points(p: &Programme, net: i128, rounding: Rounding) -> i128 {
    let scale = 10i128.pow(u32::from(p.points.precision));
    // One denominator for all rules: 100 (of points) times the product of their `per`.
    let per: Vec<i128> = p
        .earn
        .iter()
        .map(|r| {
            let EarnAmount::PerAmount { per, .. } = &r.amount;
            hundredths(*per)
        })
        .collect();
    let common: i128 = 100 * per.iter().product::<i128>();
    let each: Vec<i128> = p
        .earn
        .iter()
        .zip(&per)
        .map(|(r, per)| {
            let EarnAmount::PerAmount { points, partial, .. } = &r.amount;
            let groups = if *partial == Partial::WholeGroups { net / per * per } else { net };
            hundredths(*points) * groups * scale * (common / 100 / per)
        })
        .collect();
    match p.points.round_at {
        RoundAt::Order => divide(each.iter().sum(), common, rounding),
        RoundAt::Rule => each.iter().map(|e| divide(*e, common, rounding)).sum(),
    }
}

#[derive(Default)]
struct Order {
    member: String,
    net: i128,
    refunds: Vec<i128>,
}

/// What an order has claimed back after its refunds so far.
fn claimed(p: &Programme, order: &Order) -> i128 {
    let earned = points(p, order.net, p.points.rounding);
    let mut back = 0;
    for n in 1..=order.refunds.len() {
        let returned: i128 = order.refunds[..n].iter().sum();
        back = if returned >= order.net {
            earned
        } else {
            match p.clawback.mode {
                ClawbackMode::RecomputeRemaining => {
                    back.max(earned - points(p, order.net - returned, p.points.rounding))
                }
                ClawbackMode::ProportionalToAmount => {
                    back.max(divide(earned * returned, order.net, p.clawback.rounding))
                }
                ClawbackMode::PerRefundFloor => {
                    earned.min(back + points(p, order.refunds[n - 1], Rounding::Floor))
                }
            }
        };
    }
    back
}

/// Every member's balance, worked out by hand.
fn balances(p: &Programme, events: &[Event]) -> BTreeMap<String, i128> {
    let scale = 10i128.pow(u32::from(p.points.precision));
    let rank = |e: &Event| match e.kind {
        EventKind::Tick => 0,
        EventKind::Purchase { .. } => 1,
        EventKind::Credit { .. } => 2,
        EventKind::Adjust { .. } => 3,
        EventKind::Return { .. } => 4,
        EventKind::Redeem { .. } => 5,
    };
    let amount = |e: &Event| match &e.kind {
        EventKind::Purchase { order, net, .. } | EventKind::Return { order, net, .. } => {
            (order.clone(), *net)
        }
        EventKind::Redeem { order, points } => (order.clone(), *points),
        EventKind::Adjust { points, .. } | EventKind::Credit { points, .. } => (None, *points),
        EventKind::Tick => (None, Decimal::ZERO),
    };
    let mut sorted: Vec<&Event> = events.iter().collect();
    sorted.sort_by_key(|e| (e.at, rank(e), e.id.clone(), e.member.clone(), amount(e)));
    let mut held: BTreeMap<String, i128> = BTreeMap::new();
    let mut orders: BTreeMap<String, Order> = BTreeMap::new();
    let mut seen: Vec<&str> = Vec::new();
    for e in sorted {
        if seen.contains(&e.id.as_str()) {
            continue;
        }
        seen.push(&e.id);
        let Some(member) = e.member.clone() else { continue };
        let has = held.get(&member).copied().unwrap_or(0);
        match &e.kind {
            EventKind::Purchase { order, net, .. } if hundredths(*net) >= 0 => {
                if order.as_ref().is_some_and(|o| orders.contains_key(o)) {
                    continue;
                }
                held.insert(member.clone(), has + points(p, hundredths(*net), p.points.rounding));
                if let Some(order) = order {
                    orders
                        .insert(order.clone(), Order { member, net: hundredths(*net), refunds: Vec::new() });
                }
            }
            EventKind::Return { order: Some(order), net, .. } if hundredths(*net) > 0 => {
                let Some(o) = orders.get_mut(order).filter(|o| o.member == member) else { continue };
                let before = claimed(p, o);
                let left = o.net - o.refunds.iter().sum::<i128>();
                o.refunds.push(hundredths(*net).min(left));
                let due = claimed(p, o) - before;
                let taken =
                    if p.clawback.on_shortfall == Shortfall::Deficit { due } else { due.min(has.max(0)) };
                held.insert(member, has - taken);
            }
            EventKind::Redeem { points, .. } => {
                let n = hundredths(*points) * scale / 100;
                if n > 0 && n <= has {
                    held.insert(member, has - n);
                }
            }
            EventKind::Credit { points, .. } => {
                let n = hundredths(*points) * scale / 100;
                if n > 0 {
                    held.insert(member, has + n);
                }
            }
            EventKind::Adjust { points, .. } => {
                let n = hundredths(*points) * scale / 100;
                if n > 0 || n < 0 && (-n <= has || p.allow_overdraft.contains(&Overdraft::AdjustDebit)) {
                    held.insert(member, has + n);
                }
            }
            _ => {}
        }
    }
    held
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]
    #[test]
    fn the_naive_way_finds_the_same_balances(p in programme(), events in colliding()) {
        let done = replay(&p, &events, None).unwrap();
        let got: BTreeMap<String, i128> =
            done.members.iter().map(|m| (m.id.to_string(), i128::from(m.balance.0))).collect();
        prop_assert_eq!(got, balances(&p, &events));
    }
}
