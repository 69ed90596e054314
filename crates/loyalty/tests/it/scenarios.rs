//! The published scenarios: every file of the folder is read; those that need more than this crate offers are
//! counted and named, those below must be covered.

use naata_loyalty::{Event, Line, Outcome, Points, Programme, Replay, replay};
use rust_decimal::Decimal;
use serde_json::{Map, Value, json};

/// Scenarios this crate must run whole.
const COVERED: [&str; 9] = [
    "S01-spend-groups-floor",
    "S02-fractional-spend-full-refund-symmetry",
    "S03-negative-balance-after-spent-points-return",
    "S04-pre-tax-basis-and-prorated-floor-refunds",
    "S05-partial-return-recompute-remaining",
    "S17-deficit-carried-into-next-credit",
    "S19-clawback-clamp-versus-negative",
    "S20-duplicate-delivery-credits-once",
    "S33-coupon-order-return",
];

#[test]
fn the_published_scenarios_come_out_as_stated() {
    let files = naata_testkit::reference_files("loyalty", "S", ".json");
    let (mut ran, mut skipped) = (Vec::new(), Vec::new());
    for file in &files {
        let Some(scenario) = naata_testkit::reference_json(file) else { return };
        let id = text(&scenario, "id");
        match run(&scenario) {
            Ok(checks) => ran.push(format!("{id} ({checks} figures)")),
            Err(needs) => skipped.push(format!("{id}: {needs}")),
        }
    }
    if files.is_empty() {
        return;
    }
    println!("{} scenarios hold:\n  {}", ran.len(), ran.join("\n  "));
    println!("{} scenarios need more:\n  {}", skipped.len(), skipped.join("\n  "));
    for id in COVERED {
        assert!(ran.iter().any(|r| r.starts_with(id)), "{id} must run; {skipped:?}");
    }
}

/// Runs a scenario and its cases; how many figures were compared, or what it needs that is not there.
fn run(scenario: &Value) -> Result<usize, String> {
    for key in scenario.as_object().into_iter().flat_map(Map::keys) {
        let known =
            ["id", "title", "source", "numbers", "semantics", "programme", "events", "checks", "cases"];
        let told_elsewhere = ["outcomes", "alternative", "anchor_behaviour", "note", "permutations"];
        if !known.contains(&key.as_str()) && !told_elsewhere.contains(&key.as_str()) {
            return Err(format!("compares '{key}'"));
        }
    }
    let programme = read_programme(&scenario["programme"])?;
    let events = read_events(&scenario["events"])?;
    let mut n = 0;
    let name = text(scenario, "id");
    n += checks(&name, &programme, &events, &scenario["checks"])?;
    n += outcomes(&name, &programme, &events, &scenario["outcomes"])?;
    for case in array(&scenario["cases"]) {
        n += run_case(&name, scenario, case)?;
    }
    Ok(n)
}

fn run_case(name: &str, scenario: &Value, case: &Value) -> Result<usize, String> {
    let name = format!("{name}, case {}", text(case, "name"));
    let mut programme = scenario["programme"].clone();
    let mut events = array(&scenario["events"]).to_vec();
    for (key, value) in case.as_object().into_iter().flatten() {
        match key.as_str() {
            "name" | "balance" | "clawback" | "outcomes" | "checks" => {}
            // S04 goes on from the state of its events; everywhere else a case brings its own.
            "events" if text(scenario, "id").starts_with("S04") => {
                events.extend(array(value).iter().cloned());
            }
            "events" => events = array(value).to_vec(),
            "programme_patch" => merge(&mut programme, value),
            other => return Err(format!("case field '{other}'")),
        }
    }
    let programme = read_programme(&programme)?;
    let events = read_events(&Value::Array(events))?;
    let done = replay(&programme, &events, None).unwrap();
    let mut n = checks(&name, &programme, &events, &case["checks"])?;
    n += outcomes(&name, &programme, &events, &case["outcomes"])?;
    let p = programme.points.precision;
    if let Some(want) = case["balance"].as_str() {
        assert_eq!(decimal(balance(&done, "m1"), p), number(want), "{name}: balance");
        n += 1;
    }
    if let Some(want) = case["clawback"].as_str() {
        let taken: i64 =
            done.lines.iter().filter(|l| l.entry.name() == "clawback").map(|l| l.points().0).sum();
        assert_eq!(decimal(Points(taken), p), number(want), "{name}: clawback");
        n += 1;
    }
    Ok(n)
}

fn checks(name: &str, programme: &Programme, events: &[Event], checks: &Value) -> Result<usize, String> {
    let p = programme.points.precision;
    let mut n = 0;
    for check in array(checks) {
        let at: chrono::DateTime<chrono::FixedOffset> = text(check, "at").parse().unwrap();
        let until = naata_core::Instant(naata_core::Instant::from(at).0 + 1);
        let done = replay(programme, events, Some(until)).unwrap();
        let who = text(check, "member");
        let member = done.members.iter().find(|m| &*m.id == who.as_str());
        let at = format!("{name} at {at}");
        for (key, want) in check.as_object().into_iter().flatten() {
            let got = match key.as_str() {
                "at" | "member" => continue,
                "balance" => balance(&done, &who),
                "deficit" => Points((-balance(&done, &who).0).max(0)),
                "unrecovered" => member.map_or(Points::ZERO, |m| m.unrecovered),
                "ledger" => {
                    n += ledger(&at, &done, &who, want, p)?;
                    continue;
                }
                "lots" => {
                    n += lots(&at, &done, &who, want, p);
                    continue;
                }
                other => return Err(format!("checks '{other}'")),
            };
            assert_eq!(decimal(got, p), number(want.as_str().unwrap()), "{at}: {key}");
            n += 1;
        }
    }
    Ok(n)
}

/// The listed lines must appear in the member's ledger, in their order.
fn ledger(at: &str, done: &Replay, who: &str, want: &Value, p: u8) -> Result<usize, String> {
    let mine: Vec<&Line> = done.lines.iter().filter(|l| &*l.member == who).collect();
    let mut rest = mine.iter();
    for line in array(want) {
        let mut fields = Map::new();
        let found = rest.any(|l| {
            fields = Map::new();
            for key in line.as_object().into_iter().flat_map(Map::keys) {
                let value = match key.as_str() {
                    "type" => json!(l.entry.name()),
                    "points" => json!(l.points().decimal(p).to_string()),
                    "cause" => json!(l.cause),
                    "rule" => json!(&*l.rule),
                    "reverses" => json!(l.reverses),
                    _ => Value::Null,
                };
                fields.insert(key.clone(), value);
            }
            Value::Object(fields.clone()) == *line
        });
        if let Some(key) = line
            .as_object()
            .into_iter()
            .flat_map(Map::keys)
            .find(|k| !["type", "points", "cause", "rule", "reverses"].contains(&k.as_str()))
        {
            return Err(format!("checks the ledger's '{key}'"));
        }
        assert!(found, "{at}: no line {line} among {mine:#?}");
    }
    Ok(array(want).len())
}

fn lots(at: &str, done: &Replay, who: &str, want: &Value, p: u8) -> usize {
    let lots = done.members.iter().find(|m| &*m.id == who).map(|m| m.lots.as_slice()).unwrap_or_default();
    let open: Vec<(String, Decimal)> = lots
        .iter()
        .filter(|l| l.remaining != Points::ZERO)
        .map(|l| (l.source.to_string(), decimal(l.remaining, p)))
        .collect();
    let want: Vec<(String, Decimal)> = array(want)
        .iter()
        .map(|l| (text(l, "source"), number(&text(l, "remaining"))))
        .filter(|(_, n)| !n.is_zero())
        .collect();
    assert_eq!(open, want, "{at}: lots");
    want.len() + 1
}

fn outcomes(name: &str, programme: &Programme, events: &[Event], want: &Value) -> Result<usize, String> {
    let done = replay(programme, events, None).unwrap();
    for outcome in array(want) {
        let Some(i) = outcome["event_index"].as_u64() else { return Err("outcomes by event id".into()) };
        let told = match &done.outcomes[i as usize] {
            Outcome::Duplicate { of } => format!("duplicate_of:{of}"),
            Outcome::Conflict { .. } => "error:conflicting_duplicate".into(),
            other => format!("{other:?}"),
        };
        assert_eq!(told, text(outcome, "result"), "{name}: event {i}");
    }
    Ok(array(want).len())
}

/// The scenario's programme in this crate's form: what is stated as absent is left out, and the two forms of
/// `redemption` that only say what points are worth become `point_value`.
fn read_programme(stated: &Value) -> Result<Programme, String> {
    let mut p = stated.clone();
    drop_nulls(&mut p);
    let value = p.get("redemption").filter(|r| r.as_object().is_some_and(|r| r.len() == 2)).and_then(|r| {
        let points = Decimal::from(r.get("points")?.as_u64()?);
        Some((number(r.get("value")?.as_str()?) / points).to_string())
    });
    if let (Some(value), Some(object)) = (value, p.as_object_mut()) {
        object.remove("redemption");
        object.insert("point_value".into(), json!(value));
    }
    serde_json::from_value(p).map_err(|e| e.to_string())
}

fn read_events(stated: &Value) -> Result<Vec<Event>, String> {
    let mut events = stated.clone();
    drop_nulls(&mut events);
    serde_json::from_value(events).map_err(|e| e.to_string())
}

fn drop_nulls(v: &mut Value) {
    match v {
        Value::Object(o) => {
            o.retain(|_, v| !v.is_null());
            o.values_mut().for_each(drop_nulls);
        }
        Value::Array(a) => a.iter_mut().for_each(drop_nulls),
        _ => {}
    }
}

fn merge(into: &mut Value, patch: &Value) {
    for (key, value) in patch.as_object().into_iter().flatten() {
        into[key] = value.clone();
    }
}

fn balance(done: &Replay, who: &str) -> Points {
    done.members.iter().find(|m| &*m.id == who).map_or(Points::ZERO, |m| m.balance)
}

fn decimal(points: Points, precision: u8) -> Decimal {
    points.decimal(precision).normalize()
}

fn number(text: &str) -> Decimal {
    text.parse::<Decimal>().unwrap().normalize()
}

fn array(v: &Value) -> &[Value] {
    v.as_array().map(Vec::as_slice).unwrap_or_default()
}

fn text(v: &Value, key: &str) -> String {
    v[key].as_str().unwrap_or_default().into()
}
