//! Every `log_*.json` of the reference data: each names its CSV, its columns and its filter.

use crate::sha256;
use chrono::{DateTime, NaiveDateTime};
use naata_core::{Context, Day, Histories, Ids, Index, Instant, Symbol, Symbols, Texts, TouchRow};
use naata_journeys::map::{Activity, JourneyMap, MapParams, journey_map};
use naata_testkit::{assert_close, reference_bytes, reference_files, reference_json};
use serde_json::Value;
use std::collections::BTreeMap;

/// A date and time with an offset, or without one (then UTC).
fn instant(text: &str) -> Instant {
    if let Ok(at) = DateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S%.f%:z") {
        return Instant::from(at);
    }
    Instant::from(NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S%.f").expect("a time").and_utc())
}

/// The touches a log's `source` describes.
fn touches(source: &Value) -> (Ids, Histories<TouchRow>, Texts) {
    let text = |key: &str| source[key].as_str().expect("a text");
    let bytes = reference_bytes(&format!("journeys/{}", text("csv"))).expect("the file of a log");
    let mut reader = csv::Reader::from_reader(bytes.as_slice());
    let headers = reader.headers().expect("a header").clone();
    let at =
        |name: &str| headers.iter().position(|h| h == name).unwrap_or_else(|| panic!("no column {name}"));
    let [case, activity, time] = ["case", "activity", "time"].map(|key| at(text(key)));
    let filter = source["filter"].as_str().map(|f| f.split_once(" = ").expect("column = value"));
    let filter = filter.map(|(column, value)| (at(column), value));
    let (mut index, mut symbols, mut rows) = (Index::default(), Symbols::default(), Vec::new());
    for (record, row) in reader.records().zip(0u32..) {
        let record = record.expect("a record");
        if filter.is_some_and(|(column, value)| &record[column] != value) {
            continue;
        }
        rows.push(TouchRow {
            who: index.intern(&record[case]).expect("room"),
            activity: symbols.intern(&record[activity]).expect("room"),
            at: instant(&record[time]),
            channel: Symbol::NONE,
            row,
        });
    }
    let (ids, customers) = index.seal();
    let (texts, sealed) = symbols.seal();
    for r in &mut rows {
        naata_core::Row::renumber(r, &customers, &sealed);
    }
    let histories = Histories::group(ids.len(), &rows, |r| (r.at, r.row)).expect("room");
    (ids, histories, texts)
}

/// Counts by activity that are not 0, as the reference writes them.
fn by_name(map: &JourneyMap, of: fn(&Activity) -> Option<u64>) -> BTreeMap<String, u64> {
    let all = map.names.iter().zip(&map.activities);
    all.filter_map(|(name, a)| Some((name.to_string(), of(a).filter(|n| *n > 0)?))).collect()
}

fn counts(value: &Value) -> BTreeMap<String, u64> {
    let all = value.as_object().expect("counts").iter();
    all.map(|(k, v)| (k.clone(), v.as_u64().expect("a count"))).collect()
}

fn path(map: &JourneyMap, variant: usize) -> Vec<String> {
    map.variants.path(variant).map(|a| map.name(a).to_string()).collect()
}

fn check(file: &str, want: &Value) {
    let (ids, histories, texts) = touches(&want["source"]);
    let params = MapParams { eventually: true, ..MapParams::default() };
    let map = journey_map(&histories, &texts, &params, &Context::at(Day::MAX)).expect("a map");
    let number = |n: &Value| n.as_u64().unwrap_or_else(|| panic!("{file}: not a count: {n}"));
    let float = |n: &Value| n.as_f64().unwrap_or_else(|| panic!("{file}: not a number: {n}"));

    assert_eq!(ids.len() as u64, map.cases, "{file}");
    assert_eq!(map.touches, number(&want["events"]), "{file} events");
    assert_eq!(map.cases, number(&want["cases"]), "{file} cases");
    assert_eq!(map.names.len() as u64, number(&want["activities"]), "{file} activities");
    assert_eq!(map.variants.len() as u64, number(&want["variants"]), "{file} variants");
    assert_eq!(map.variants.covering(80) as u64, number(&want["variants_to_cover_80pct"]), "{file}");
    assert_eq!(map.variants.singletons() as u64, number(&want["singleton_variants"]), "{file}");
    assert_eq!(map.edges.len() as u64, number(&want["dfg_edges"]), "{file} edges");
    assert_eq!(map.steps(), number(&want["dfg_total"]), "{file} steps");

    let length = &want["events_per_case"];
    assert_close(file, map.touches as f64 / map.cases as f64, float(&length["mean"]), 1e-15);
    assert_eq!(map.median_length(), length["median"].as_f64(), "{file} median length");
    assert_eq!(map.lengths.keys().last().copied(), length["max"].as_u64(), "{file} longest");

    for (variant, want) in want["top_variants"].as_array().expect("variants").iter().enumerate() {
        let names: Vec<&str> =
            want["variant"].as_array().expect("a path").iter().filter_map(Value::as_str).collect();
        assert_eq!(path(&map, variant), names, "{file} variant {variant}");
        assert_eq!(Some(map.variants.cases()[variant]), want["cases"].as_u64(), "{file} variant {variant}");
    }
    let line = |v: usize| format!("{}\t{}", map.variants.cases()[v], path(&map, v).join("\u{1f}"));
    let digest: Vec<String> = (0..map.variants.len()).map(line).collect();
    let digest = sha256::hex(digest.join("\n").as_bytes());
    assert_eq!(Some(digest.as_str()), want["variant_digest_sha256"].as_str(), "{file} all variants");

    assert_eq!(by_name(&map, |a| Some(a.starts)), counts(&want["start_activities"]), "{file} starts");
    assert_eq!(by_name(&map, |a| Some(a.ends)), counts(&want["end_activities"]), "{file} ends");
    assert_eq!(by_name(&map, |a| Some(a.count)), counts(&want["activity_events"]), "{file} touches");
    assert_eq!(by_name(&map, |a| Some(a.cases)), counts(&want["activity_cases"]), "{file} cases");
    assert_eq!(by_name(&map, |a| Some(a.rework_cases)), counts(&want["rework_cases"]), "{file} rework");
    assert_eq!(by_name(&map, |a| Some(a.repeats())), counts(&want["repeat_events"]), "{file} repeats");
    assert_eq!(by_name(&map, |a| Some(a.self_loops)), counts(&want["self_loops"]), "{file} self loops");

    let edges: BTreeMap<(&str, &str), _> =
        map.edges.iter().map(|e| ((map.name(e.from), map.name(e.to)), e)).collect();
    for w in want["dfg"].as_array().expect("edges") {
        let key = (w["from"].as_str().expect("a name"), w["to"].as_str().expect("a name"));
        let edge = edges.get(&key).unwrap_or_else(|| panic!("{file}: no edge {key:?}"));
        assert_eq!(Some(edge.count), w["count"].as_u64(), "{file} {key:?}");
        let seconds = edge.seconds.expect("times");
        assert_close(&format!("{file} {key:?} mean"), seconds.mean, float(&w["mean_s"]), 1e-13);
        assert_close(&format!("{file} {key:?} median"), seconds.median, float(&w["median_s"]), 1e-13);
        assert_eq!(seconds.n, edge.count);
    }
    let spans = map.spans.expect("times");
    for (key, found) in [
        ("mean", spans.mean),
        ("median", spans.median),
        ("min", spans.min),
        ("max", spans.max),
        ("p90_linear", spans.p90),
    ] {
        assert_close(&format!("{file} duration {key}"), found, float(&want["case_duration_s"][key]), 1e-13);
    }
    if let Some(pairs) = want["eventually_follows"].as_array() {
        let found = map.eventually.as_ref().expect("counted");
        let found: Vec<(&str, &str, u64)> =
            found.iter().map(|((a, b), n)| (map.name(*a), map.name(*b), *n)).collect();
        let name = |v: &Value| v.as_str().expect("a name").to_string();
        let mut want: Vec<(String, String, u64)> =
            pairs.iter().map(|p| (name(&p["from"]), name(&p["to"]), number(&p["count"]))).collect();
        want.sort();
        let want: Vec<(&str, &str, u64)> =
            want.iter().map(|(a, b, n)| (a.as_str(), b.as_str(), *n)).collect();
        assert_eq!(found, want, "{file} eventually follows");
    }
    if want.get("min_self_distances").is_some() {
        let all = map.names.iter().zip(&map.activities);
        let found: BTreeMap<String, u64> =
            all.filter_map(|(name, a)| Some((name.to_string(), a.min_self_distance?.into()))).collect();
        assert_eq!(found, counts(&want["min_self_distances"]), "{file} least distance to itself");
    }
}

#[test]
fn published_logs() {
    for file in reference_files("journeys", "log_", ".json") {
        let Some(want) = reference_json(&file) else { return };
        check(&file, &want);
    }
}
