//! Laws of the map, and a naive second way to count it.

use naata_core::{
    Context, CustomerIx, Day, Exec, Histories, Instant, Symbol, Symbols, Tally, Texts, TouchRow,
};
use naata_journeys::map::{JourneyMap, MapParams, MapTally, journey_map};
use naata_journeys::{Log, Step};
use proptest::prelude::*;
use std::collections::BTreeMap;

const CUSTOMERS: u32 = 7;
/// Names whose byte order is not the order of arrival.
const NAMES: [&str; 5] = ["visit", "cart", "pay", "call", "Äpfel"];

/// Customer, time and activity.
type Plain = (u32, i64, usize);

fn lend(rows: &[Plain]) -> (Histories<TouchRow>, Texts) {
    let mut symbols = Symbols::default();
    for name in NAMES {
        symbols.intern(name).unwrap();
    }
    let (texts, to) = symbols.seal();
    let touch = |((who, at, activity), row): (&Plain, u32)| TouchRow {
        who: CustomerIx(*who),
        activity: to[*activity],
        at: Instant(*at),
        channel: Symbol::NONE,
        row,
    };
    let flat: Vec<TouchRow> = rows.iter().zip(0..).map(touch).collect();
    (Histories::group(CUSTOMERS as usize, &flat, |r| (r.at, r.row)).unwrap(), texts)
}

fn draw(rows: &[Plain]) -> Option<JourneyMap> {
    let (histories, texts) = lend(rows);
    let params = MapParams { eventually: true, ..MapParams::default() };
    journey_map(&histories, &texts, &params, &Context::at(Day(0))).ok()
}

/// Touches at distinct times within a day, in any order.
fn rows() -> impl Strategy<Value = Vec<Plain>> {
    let row = (0..CUSTOMERS, 0i64..86_400_000_000, 0..NAMES.len());
    prop::collection::vec(row, 1..80).prop_map(|mut rows| {
        rows.sort_by_key(|r| r.1);
        rows.dedup_by_key(|r| r.1);
        rows
    })
}

/// The path of each customer as names with times, from the plain rows.
fn paths(rows: &[Plain]) -> Vec<Vec<(i64, &'static str)>> {
    let mut all = vec![Vec::new(); CUSTOMERS as usize];
    for (who, at, activity) in rows {
        all[*who as usize].push((*at, NAMES[*activity]));
    }
    all.iter_mut().for_each(|p| p.sort());
    all
}

proptest! {
    #[test]
    fn the_order_of_rows_changes_nothing((rows, shuffled) in rows().prop_flat_map(|r| (Just(r.clone()), Just(r).prop_shuffle()))) {
        let strip = |m: JourneyMap| (m.activities, m.edges, m.variants, m.eventually, m.latest, m.spans);
        prop_assert_eq!(draw(&rows).map(strip), draw(&shuffled).map(strip));
    }

    #[test]
    fn parts_merge_in_any_order(rows in rows(), cut in 0..CUSTOMERS, between in 0..CUSTOMERS) {
        let (histories, texts) = lend(&rows);
        let log = Log::new(&histories, &texts, false, None, &Context::at(Day(0))).unwrap();
        let mut cases: Vec<Vec<Step>> = Vec::new();
        for who in 0..CUSTOMERS {
            let mut case = Vec::new();
            log.case(CustomerIx(who), &mut case);
            cases.push(case);
        }
        let empty = MapTally::new(log.names().len(), true);
        let count = |cases: &[Vec<Step>]| {
            let mut t = empty.fresh();
            cases.iter().for_each(|c| t.add(c).unwrap());
            t
        };
        let whole = count(&cases).finish().unwrap();
        let (cut, between) = (cut.min(between) as usize, cut.max(between) as usize);
        // The middle part takes in the last, goes on counting the first, and is merged into an empty one.
        let mut parts = count(&cases[cut..between]);
        parts.merge(count(&cases[between..])).unwrap();
        cases[..cut].iter().for_each(|c| parts.add(c).unwrap());
        let mut all = empty.fresh();
        all.merge(parts).unwrap();
        prop_assert_eq!(all.finish().unwrap(), whole);
    }

    #[test]
    fn a_naive_way_counts_the_same(rows in rows()) {
        let map = draw(&rows).unwrap();
        let paths = paths(&rows);
        let name = |a: u32| map.name(a);

        let mut edges: BTreeMap<(&str, &str), (u64, Vec<f64>)> = BTreeMap::new();
        let mut pairs: BTreeMap<(&str, &str), u64> = BTreeMap::new();
        let mut variants: BTreeMap<Vec<&str>, u64> = BTreeMap::new();
        for p in paths.iter().filter(|p| !p.is_empty()) {
            for i in 0..p.len() {
                for j in i + 1..p.len() {
                    *pairs.entry((p[i].1, p[j].1)).or_insert(0) += 1;
                }
            }
            let mut steps: Vec<(&str, &str)> = Vec::new();
            for w in p.windows(2) {
                let seconds = (w[1].0 - w[0].0) as f64 / 1e6;
                edges.entry((w[0].1, w[1].1)).or_default().1.push(seconds);
                steps.push((w[0].1, w[1].1));
            }
            steps.sort();
            steps.dedup();
            for s in steps {
                edges.entry(s).or_default().0 += 1;
            }
            *variants.entry(p.iter().map(|s| s.1).collect()).or_insert(0) += 1;
        }
        prop_assert_eq!(map.edges.len(), edges.len());
        for e in &map.edges {
            let (cases, times) = &edges[&(name(e.from), name(e.to))];
            prop_assert_eq!((e.count, e.cases), (times.len() as u64, *cases));
            let mean = times.iter().sum::<f64>() / times.len() as f64;
            let seconds = e.seconds.unwrap();
            prop_assert!((seconds.mean - mean).abs() <= 1e-9 * (1.0 + mean));
            let mut sorted = times.clone();
            sorted.sort_by(f64::total_cmp);
            let median = (sorted[(sorted.len() - 1) / 2] + sorted[sorted.len() / 2]) / 2.0;
            prop_assert!((seconds.median - median).abs() <= 1e-9 * (1.0 + median));
            prop_assert_eq!((seconds.min, seconds.max), (sorted[0], sorted[sorted.len() - 1]));
        }
        let found: BTreeMap<(&str, &str), u64> =
            map.eventually.iter().flatten().map(|((a, b), n)| ((name(*a), name(*b)), *n)).collect();
        prop_assert_eq!(found, pairs);

        let mut order: Vec<(u64, Vec<&str>)> = variants.into_iter().map(|(p, n)| (n, p)).collect();
        order.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
        let found: Vec<(u64, Vec<&str>)> = (0..map.variants.len())
            .map(|v| (map.variants.cases()[v], map.variants.path(v).map(name).collect()))
            .collect();
        prop_assert_eq!(found, order);

        for (number, a) in (0u32..).zip(&map.activities) {
            let here = |p: &[(i64, &str)]| p.iter().filter(|s| s.1 == name(number)).count() as u64;
            let all: Vec<u64> = paths.iter().map(|p| here(p)).collect();
            prop_assert_eq!(a.count, all.iter().sum::<u64>());
            prop_assert_eq!(a.cases, all.iter().filter(|n| **n > 0).count() as u64);
            prop_assert_eq!(a.rework_cases, all.iter().filter(|n| **n > 1).count() as u64);
            prop_assert_eq!(a.starts, paths.iter().filter(|p| p.first().is_some_and(|s| s.1 == name(number))).count() as u64);
            prop_assert_eq!(a.ends, paths.iter().filter(|p| p.last().is_some_and(|s| s.1 == name(number))).count() as u64);
            let mut nearest = None;
            for p in &paths {
                let at: Vec<usize> = (0..p.len()).filter(|i| p[*i].1 == name(number)).collect();
                nearest = nearest.into_iter().chain(at.windows(2).map(|w| (w[1] - w[0] - 1) as u32)).min();
            }
            prop_assert_eq!(a.min_self_distance, nearest);
        }
    }

    #[test]
    fn nothing_is_lost(rows in rows()) {
        let map = draw(&rows).unwrap();
        prop_assert_eq!(map.touches, rows.len() as u64);
        prop_assert_eq!(map.activities.iter().map(|a| a.starts).sum::<u64>(), map.cases);
        prop_assert_eq!(map.activities.iter().map(|a| a.ends).sum::<u64>(), map.cases);
        prop_assert_eq!(map.edges.iter().map(|e| e.count).sum::<u64>(), map.steps());
        prop_assert_eq!(map.variants.cases().iter().sum::<u64>(), map.cases);
        prop_assert_eq!(map.lengths.iter().map(|(l, n)| l * n).sum::<u64>(), map.touches);
        // Into and out of each activity flow as many steps as it has touches that do not begin or end a case.
        for (number, a) in (0u32..).zip(&map.activities) {
            let into: u64 = map.edges.iter().filter(|e| e.to == number).map(|e| e.count).sum();
            let out: u64 = map.edges.iter().filter(|e| e.from == number).map(|e| e.count).sum();
            prop_assert_eq!((into, out), (a.count - a.starts, a.count - a.ends));
        }
    }
}

/// Runs the parts from the last to the first.
struct Backwards;
impl Exec for Backwards {
    fn each(&self, parts: usize, job: &(dyn Fn(usize) + Sync)) {
        assert!(parts > 1, "the base is too small to be cut up");
        (0..parts).rev().for_each(job);
    }
}

#[test]
fn the_order_of_parts_changes_nothing() {
    let mut symbols = Symbols::default();
    NAMES.iter().for_each(|n| assert!(symbols.intern(n).is_ok()));
    let (texts, _) = symbols.seal();
    let touch = |row: u32| TouchRow {
        who: CustomerIx(row.wrapping_mul(2_654_435_761) % 9_000),
        activity: Symbol(row.wrapping_mul(40_503) >> 7 & 3),
        at: Instant(i64::from(row) * 1_000),
        channel: Symbol::NONE,
        row,
    };
    let rows: Vec<TouchRow> = (0..40_000).map(touch).collect();
    let histories = Histories::group(9_000, &rows, |r| (r.at, r.row)).unwrap();
    let serial = Context::at(Day(0));
    let backwards = Context { exec: &Backwards, ..serial };
    let draw = |cx: &Context<'_>| journey_map(&histories, &texts, &MapParams::default(), cx).unwrap();
    let map = draw(&serial);
    assert!(
        map.latest
            .iter()
            .enumerate()
            .all(|(who, l)| l.touches == histories.of(CustomerIx(who as u32)).len() as u64)
    );
    assert_eq!(draw(&backwards), map);
}
