//! Random programmes and events in which everything that can go wrong does so often.

use naata_core::Instant;
use naata_loyalty::{
    Clawback, ClawbackMode, EarnAmount, EarnRule, Event, EventKind, Overdraft, Partial, PointsRule,
    Programme, RoundAt, Rounding, Shortfall, Trigger,
};
use proptest::prelude::*;
use rust_decimal::Decimal;

pub(crate) fn decimal(text: &str) -> Decimal {
    text.parse().unwrap()
}

fn rounding() -> impl Strategy<Value = Rounding> {
    prop::sample::select(vec![Rounding::Floor, Rounding::Ceil, Rounding::HalfUp])
}

fn rule(id: usize) -> impl Strategy<Value = EarnRule> {
    let points = prop::sample::select(vec!["1", "0.1", "3", "0.5", "10"]);
    let per = prop::sample::select(vec!["1.00", "100", "3", "0.07"]);
    let partial = prop::sample::select(vec![Partial::Proportional, Partial::WholeGroups]);
    (points, per, partial).prop_map(move |(points, per, partial)| EarnRule {
        id: format!("rule {id}"),
        trigger: Trigger::Purchase,
        amount: EarnAmount::PerAmount { points: decimal(points), per: decimal(per), partial },
    })
}

prop_compose! {
    pub(crate) fn programme()(
        precision in 0u8..3,
        earning in rounding(),
        round_at in prop::sample::select(vec![RoundAt::Order, RoundAt::Rule]),
        mode in prop::sample::select(vec![
            ClawbackMode::RecomputeRemaining, ClawbackMode::ProportionalToAmount, ClawbackMode::PerRefundFloor,
        ]),
        back in rounding(),
        on_shortfall in prop::sample::select(vec![Shortfall::Deficit, Shortfall::ClampToZero]),
        overdraft in any::<bool>(),
        first in rule(1),
        second in prop::option::of(rule(2)),
    ) -> Programme {
        let mut p: Programme =
            serde_json::from_value(serde_json::json!({ "currency": "INR", "timezone": "Asia/Kolkata" })).unwrap();
        p.points = PointsRule { precision, rounding: earning, round_at };
        p.clawback = Clawback { mode, rounding: back, on_shortfall };
        p.allow_overdraft = if overdraft { vec![Overdraft::AdjustDebit] } else { Vec::new() };
        p.earn = std::iter::once(first).chain(second).collect();
        p
    }
}

/// An event of one of three members and five orders; ids repeat now and then.
fn event(distinct: bool) -> impl Strategy<Value = Event> {
    let member = prop::option::weighted(0.95, prop::sample::select(vec!["m1", "m2", "m3"]));
    let order = prop::option::weighted(0.95, prop::sample::select(vec!["o1", "o2", "o3", "o4", "o5"]));
    let ids = if distinct { 0u32..1_000_000 } else { 0..12 };
    let times = if distinct { 0i64..1_000_000_000 } else { 0..8 };
    (ids, times, member, order, 0u8..12, -500i64..20_000).prop_map(
        |(id, day, member, order, kind, amount)| {
            let order = order.map(str::to_string);
            let net = Decimal::new(amount, 2);
            let points = Decimal::new(amount / 100, 0);
            let kind = match kind {
                0..=4 => EventKind::Purchase { order, net, lines: Vec::new() },
                5..=7 => EventKind::Return { order, net: Decimal::new(amount / 3, 2), lines: Vec::new() },
                8 | 9 => EventKind::Redeem { points, order },
                10 => EventKind::Adjust { points: points - Decimal::from(60), reason: None, actor: None },
                _ => EventKind::Credit { points, reason: None, actor: None },
            };
            let at = Instant(1_767_600_000_000_000 + day * 3_600_000_000);
            Event { id: format!("e{id}"), at, recorded_at: None, member: member.map(str::to_string), kind }
        },
    )
}

/// Events that collide in id, order and time.
pub(crate) fn colliding() -> impl Strategy<Value = Vec<Event>> {
    prop::collection::vec(event(false), 0..40)
}

/// Events of distinct ids and times.
pub(crate) fn distinct() -> impl Strategy<Value = Vec<Event>> {
    prop::collection::vec(event(true), 0..40).prop_map(|mut events| {
        events.sort_by_key(|e| e.at);
        events.dedup_by_key(|e| e.at);
        for (i, e) in events.iter_mut().enumerate() {
            e.id = format!("e{i}");
        }
        events
    })
}
