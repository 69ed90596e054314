//! `loyalty run` as the catalogue runs it: figures, refusals, findings, facts.

use naata_answer::{Action, Analysis, Cell, Present};
use naata_core::{Class, Context, Currency, CustomerIx, Day, Ids, Index, Minor, MoneyUnit};
use naata_facts::{FactValue, Facts, Provide};
use naata_loyalty::{Event, LoyaltyRun, LoyaltyRunAnalysis, LoyaltyRunParams, Programme};
use serde_json::json;

fn programme() -> Programme {
    serde_json::from_value(json!({
        "name": "Asha Circle", "currency": "INR", "timezone": "Asia/Kolkata", "point_value": "0.25",
        "points": { "precision": 0, "rounding": "floor", "round_at": "order" },
        "earn": [{ "id": "base", "trigger": "purchase", "amount": { "type": "per_amount", "points": "1",
                   "per": "100.00", "partial": "whole_groups" } }]
    }))
    .unwrap()
}

fn events() -> Vec<Event> {
    serde_json::from_value(json!([
        { "id": "e1", "at": "2026-01-05T10:00:00+05:30", "type": "purchase", "member": "a", "order": "o1", "net": "1250.00" },
        { "id": "e2", "at": "2026-02-05T10:00:00+05:30", "type": "purchase", "member": "b", "order": "o2", "net": "990.00" },
        { "id": "e3", "at": "2026-02-06T10:00:00+05:30", "type": "redeem", "member": "b", "points": "9" },
        { "id": "e4", "at": "2026-02-07T10:00:00+05:30", "type": "return", "member": "b", "order": "o2", "net": "990.00" },
        { "id": "e5", "at": "2026-02-08T10:00:00+05:30", "type": "redeem", "member": "a", "points": "13" },
        { "id": "e6", "at": "2026-02-09T10:00:00+05:30", "type": "purchase", "net": "500.00" },
        { "id": "e1", "at": "2026-02-10T10:00:00+05:30", "type": "purchase", "member": "a", "order": "o1", "net": "1250.00" },
        // 23:30 in Kolkata is still the last day; half past midnight is not.
        { "id": "e7", "at": "2026-09-30T18:00:00Z", "type": "purchase", "member": "c", "order": "o7", "net": "300.00" },
        { "id": "e8", "at": "2026-09-30T19:00:00Z", "type": "purchase", "member": "c", "order": "o8", "net": "300.00" },
    ]))
    .unwrap()
}

fn ids() -> Ids {
    let mut index = Index::default();
    for id in ["c", "a", "x"] {
        index.intern(id).unwrap();
    }
    index.seal().0
}

fn run(unit: MoneyUnit) -> Result<LoyaltyRun, naata_answer::Refusal> {
    let (p, e, ids) = (programme(), events(), ids());
    let cx = Context::at(Day::parse_iso("2026-09-30").unwrap());
    LoyaltyRunAnalysis::run((&p, &e, &ids, unit), &LoyaltyRunParams::default(), &cx)
}

#[test]
fn figures_come_out_as_worked_out_by_hand() {
    let a = run(MoneyUnit::of(Currency::INR)).unwrap().answer();
    assert_eq!(a.flaws(), Vec::<String>::new());
    let head = |key: &str| a.get(key).cloned().unwrap();
    let unit = MoneyUnit::of(Currency::INR);
    // a 12, b 9 - 9 - 9, c 3.
    for (key, want) in [
        ("points.earned", Cell::Number(24.0)),
        ("points.redeemed", Cell::Number(9.0)),
        ("points.reversed", Cell::Number(9.0)),
        ("points.balance", Cell::Number(6.0)),
        ("liability.points", Cell::Number(15.0)),
        ("liability.members", Cell::Count(2)),
        ("liability.value", Cell::Money(Minor(375), unit)),
        ("liability.deficit", Cell::Number(9.0)),
        ("liability.members_in_deficit", Cell::Count(1)),
        ("events.total", Cell::Count(9)),
        ("events.applied", Cell::Count(5)),
        ("events.duplicate", Cell::Count(1)),
        ("events.without_member", Cell::Count(1)),
        ("events.later", Cell::Count(1)),
        ("events.refused", Cell::Count(1)),
    ] {
        assert_eq!(head(key), want, "{key}");
    }
    let cell = |table: &str, column: &str, row| a.table(table).unwrap().column(column).unwrap().cell(row);
    assert_eq!(cell("balances", "member", 1), Cell::Text("b".into()));
    assert_eq!(cell("balances", "balance", 1), Cell::Number(-9.0));
    assert_eq!(cell("balances", "value", 0), Cell::Money(Minor(300), unit));
    assert_eq!(cell("ledger", "rule", 0), Cell::Text("base".into()));
    assert_eq!(cell("ledger", "rule", 3), Cell::Text("recompute_remaining".into()));
    assert_eq!(cell("ledger", "reverses", 3), Cell::Text("e2".into()));
    assert_eq!(cell("ledger", "credit", 3), Cell::Word { family: "account", name: "reversed" });
    assert_eq!(cell("ledger", "balance_after", 3), Cell::Number(-9.0));
    assert_eq!(a.table("ledger").unwrap().rows(), 5);
    assert_eq!(cell("months", "closing", 2), head("points.balance"));
    let books = a.table("accounts").unwrap();
    let sum: f64 = (0..books.rows()).filter_map(|r| books.column("balance")?.float(r)).sum();
    assert_eq!((books.rows(), sum), (4, 0.0));
    // a has been silent since 5 January; c bought on the last day.
    assert!(matches!(a.actions[..], [Action::Act { customers: 1, list: "idle", .. }]));
    assert_eq!(cell("idle", "member", 0), Cell::Text("a".into()));
    let codes: Vec<&str> = a.findings.iter().map(|f| f.code).collect();
    assert_eq!(
        codes,
        ["loyalty.insufficient_points", "loyalty.duplicate", "loyalty.later", "loyalty.no_member"]
    );
    assert!(a.findings.iter().all(|f| f.details == [("n", "1".into())] && f.value.is_none()));
    assert_eq!(a.table("noted").unwrap().rows(), 2);
    assert_eq!(cell("noted", "outcome", 0), Cell::Word { family: "outcome", name: "insufficient_points" });
    assert_eq!(
        (cell("noted", "available", 0), cell("noted", "requested", 0)),
        (Cell::Number(12.0), Cell::Number(13.0))
    );
    assert_eq!(
        (cell("noted", "event", 1), cell("noted", "first", 1)),
        (Cell::Text("e1".into()), Cell::Text("e1".into()))
    );
}

#[test]
fn another_currency_is_refused_and_none_is_taken_as_the_programmes() {
    let refused = run(MoneyUnit::of(Currency::BDT)).unwrap_err();
    assert_eq!((refused.code, refused.class), ("loyalty.currency", Class::Usage));
    let a = run(MoneyUnit::of(Currency::NONE)).unwrap().answer();
    assert_eq!(a.get("liability.value"), Some(&Cell::Money(Minor(375), MoneyUnit::of(Currency::INR))));
}

#[test]
fn balances_become_facts_of_the_customers_that_are_members() {
    let run = run(MoneyUnit::of(Currency::INR)).unwrap();
    let mut facts = Facts::new(3, Day::parse_iso("2026-09-30").unwrap());
    run.provide(&mut facts).unwrap();
    let get = |key: &str, who| facts.value(key, CustomerIx(who)).unwrap();
    assert_eq!(get("loyalty.balance", 0), Some(FactValue::Number(12.0)));
    assert_eq!(get("loyalty.balance", 1), Some(FactValue::Number(3.0)));
    assert_eq!(get("loyalty.balance", 2), None);
    assert_eq!(get("loyalty.last_activity", 1), Some(FactValue::Day(Day::parse_iso("2026-09-30").unwrap())));
    assert!(LoyaltyRun::FACTS.iter().all(|f| facts.has(f)));
}

#[test]
fn no_event_at_all_is_an_answer_too() {
    let (p, ids) = (programme(), ids());
    let cx = Context::at(Day(20_000));
    let a = LoyaltyRunAnalysis::run(
        (&p, &[], &ids, MoneyUnit::of(Currency::INR)),
        &LoyaltyRunParams::default(),
        &cx,
    );
    let a = a.unwrap().answer();
    assert_eq!(a.flaws(), Vec::<String>::new());
    assert!(matches!(a.actions[..], [Action::Nothing { .. }]));
}
