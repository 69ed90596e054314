//! Events from purchases alone, for a business that keeps no record of its programme's events.
//!
//! A purchase row becomes a purchase event of an order of its own. A refund row names no order, so its amount is
//! returned against the member's latest earlier orders, newest first, each up to what is left of it; a refund that
//! finds no order is kept as a return without one, and the replay says so. Rows without a customer become events
//! without a member. The amount that earns is what was paid, tax included, since a purchase row carries no tax.
//!
//! A purchase without a time of day counts from the start of its day, a refund without one at its last second: a
//! refund can always meet the purchases of its own day. Event ids are `member/day/number`, counted in order of time
//! and amount, so that they do not depend on the order of rows.

use crate::{Error, Event, EventKind};
use chrono::NaiveTime;
use naata_core::{CustomerIx, Day, Histories, Ids, Instant, Minor, MoneyUnit, PurchaseRow, Zone};

/// The last second of a day.
const LAST_SECOND: u32 = 86_399;

/// An order with what is left of it to return.
struct Open {
    id: String,
    left: i64,
}

/// Makes events of all purchases and refunds, by member in order of id, each in order of time.
pub fn events_from_purchases(
    histories: &Histories<PurchaseRow>,
    ids: &Ids,
    unit: MoneyUnit,
    zone: Zone,
) -> Result<Vec<Event>, Error> {
    let mut events = Vec::with_capacity(histories.rows().len() + histories.loose().len());
    for (who, rows) in histories.iter() {
        member_events(ids.get(who), rows, unit, zone, &mut events)?;
    }
    member_events(ids.get(CustomerIx::NONE), histories.loose(), unit, zone, &mut events)?;
    Ok(events)
}

fn member_events(
    member: Option<&str>,
    rows: &[PurchaseRow],
    unit: MoneyUnit,
    zone: Zone,
    events: &mut Vec<Event>,
) -> Result<(), Error> {
    let mut timed = Vec::with_capacity(rows.len());
    for row in rows {
        timed.push((instant(row, zone)?, row.is_refund(), row));
    }
    timed.sort_by_key(|(at, refund, row)| (*at, *refund, row.amount));
    let name = member.unwrap_or("-");
    let mut open: Vec<Open> = Vec::new();
    let (mut day, mut number) = (Day::MIN, 0u32);
    for (at, refund, row) in timed {
        number = if row.day == day { number + 1 } else { 1 };
        day = row.day;
        let id = format!("{name}/{day}/{number}");
        let mut push = |id: String, kind: EventKind| {
            events.push(Event { id, at, recorded_at: None, member: member.map(str::to_string), kind });
        };
        if !refund {
            open.push(Open { id: id.clone(), left: row.amount.0 });
            let (order, net) = (Some(id.clone()), unit.decimal(row.amount));
            push(id, EventKind::Purchase { order, net, lines: Vec::new() });
            continue;
        }
        let mut rest =
            row.amount.0.checked_neg().ok_or_else(|| Error::Overflow { what: "a refund".into() })?;
        let mut part = 0u32;
        let mut give_back = |order: Option<String>, amount: i64| {
            part += 1;
            let id = if part == 1 { id.clone() } else { format!("{id}.{part}") };
            push(id, EventKind::Return { order, net: unit.decimal(Minor(amount)), lines: Vec::new() });
        };
        while rest > 0
            && let Some(latest) = open.last_mut()
        {
            let amount = rest.min(latest.left);
            latest.left -= amount;
            rest -= amount;
            let spent = latest.left == 0;
            if amount > 0 {
                give_back(Some(latest.id.clone()), amount);
            }
            if spent {
                open.pop();
            }
        }
        if rest > 0 {
            give_back(None, rest);
        }
    }
    Ok(())
}

fn instant(row: &PurchaseRow, zone: Zone) -> Result<Instant, Error> {
    let unknown = if row.is_refund() { LAST_SECOND } else { 0 };
    let seconds = if row.seconds == PurchaseRow::NO_TIME { unknown } else { row.seconds };
    let time = NaiveTime::from_num_seconds_from_midnight_opt(seconds, 0);
    let at = row.day.date().zip(time).and_then(|(date, time)| zone.at(date, time));
    at.ok_or_else(|| naata_core::Error::Date { value: row.day.to_string() }.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use naata_core::{Currency, Index};
    use proptest::prelude::*;

    fn derive(rows: &[(u32, i32, u32, i64)]) -> Vec<Event> {
        let mut index = Index::default();
        for m in ["m0", "m1", "m2"] {
            index.intern(m).unwrap();
        }
        let (ids, _) = index.seal();
        let row = |(n, &(who, day, seconds, amount)): (usize, &(u32, i32, u32, i64))| PurchaseRow {
            who: if who == 3 { CustomerIx::NONE } else { CustomerIx(who) },
            day: Day(day),
            amount: Minor(amount),
            seconds,
            row: n as u32,
        };
        let rows: Vec<PurchaseRow> = rows.iter().enumerate().map(row).collect();
        let h = Histories::group(ids.len(), &rows, |r| (r.day, r.seconds, r.amount, r.row)).unwrap();
        events_from_purchases(&h, &ids, MoneyUnit::of(Currency::INR), Zone::parse("Asia/Kolkata").unwrap())
            .unwrap()
    }

    fn told(e: &Event) -> String {
        match &e.kind {
            EventKind::Purchase { net, .. } => format!("{} buy {net}", e.id),
            EventKind::Return { order, net, .. } => {
                format!("{} back {net} of {}", e.id, order.as_deref().unwrap_or("?"))
            }
            other => format!("{other:?}"),
        }
    }

    const NO: u32 = PurchaseRow::NO_TIME;

    #[test]
    fn a_refund_goes_back_over_the_latest_orders() {
        let events = derive(&[(0, 1, NO, 10_000), (0, 5, NO, 5_000), (0, 6, NO, -7_000), (0, 7, NO, -9_000)]);
        let told: Vec<String> = events.iter().map(told).collect();
        assert_eq!(
            told,
            [
                "m0/1970-01-02/1 buy 100.00",
                "m0/1970-01-06/1 buy 50.00",
                "m0/1970-01-07/1 back 50.00 of m0/1970-01-06/1",
                "m0/1970-01-07/1.2 back 20.00 of m0/1970-01-02/1",
                "m0/1970-01-08/1 back 80.00 of m0/1970-01-02/1",
                "m0/1970-01-08/1.2 back 10.00 of ?",
            ]
        );
    }

    #[test]
    fn a_refund_without_a_time_meets_the_purchase_of_its_day() {
        let events = derive(&[(0, 1, NO, -500), (0, 1, 36_000, 500)]);
        assert_eq!(told(&events[1]), "m0/1970-01-02/2 back 5.00 of m0/1970-01-02/1");
        let early = derive(&[(0, 1, 3_600, -500), (0, 1, 36_000, 500)]);
        assert_eq!(told(&early[0]), "m0/1970-01-02/1 back 5.00 of ?");
        assert_eq!(derive(&[(3, 1, NO, 500)])[0].member, None);
    }

    proptest! {
        #[test]
        fn events_do_not_depend_on_the_order_of_rows_and_lose_no_money(
            rows in prop::collection::vec((0u32..4, 0i32..6, prop::sample::select(vec![NO, 0, 100]), -900i64..900), 0..40),
        ) {
            let events = derive(&rows);
            let mut back = rows.clone();
            back.reverse();
            prop_assert_eq!(&events, &derive(&back));
            let sum: rust_decimal::Decimal = events.iter().map(|e| match &e.kind {
                EventKind::Purchase { net, .. } => *net,
                EventKind::Return { net, .. } => -*net,
                _ => Default::default(),
            }).sum();
            prop_assert_eq!(sum, rust_decimal::Decimal::new(rows.iter().map(|r| r.3).sum(), 2));
            let mut ids: Vec<&str> = events.iter().map(|e| e.id.as_str()).collect();
            ids.sort_unstable();
            ids.dedup();
            prop_assert_eq!(ids.len(), events.len());
        }
    }
}
