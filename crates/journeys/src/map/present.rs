//! What the map says: steps, activities, variants, sentences, the list of those who are stuck.

use super::{Edge, JourneyMap, LEAST};
use naata_answer::{Action, Answer, Cell, ChartKind, Column, Message, Present, Table};
use naata_core::{Finding, Instant, Severity};

/// The words besides those of tables, columns and the head.
pub(super) const WORDS: &[&str] = &[
    "message.journey.main_step",
    "message.journey.main_path",
    "message.journey.variety",
    "message.journey.slowest_step",
    "message.journey.rework",
    "action.journey.stuck",
    "action.journey.nobody_stuck",
    "action.journey.too_thin",
    "chart.journey.steps",
    "chart.journey.variants",
    "finding.journeys.tied_times",
    "finding.journeys.later",
    "finding.journeys.without_customer",
];

/// What stands between the activities of a path.
const ARROW: &str = " → ";

impl Present for JourneyMap {
    fn answer(&self) -> Answer {
        let mut a = Answer::default();
        head(self, &mut a);
        a.tables = vec![edges(self), activities(self), variants(self)];
        a.tables.extend(eventually(self));
        messages(self, &mut a);
        findings(self, &mut a);
        action(self, &mut a);
        a
    }
}

fn seconds(of: Option<f64>) -> Cell {
    of.map_or(Cell::Missing, Cell::Seconds)
}

fn share_of(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

fn head(map: &JourneyMap, a: &mut Answer) {
    let count = |n: usize| Cell::Count(n as u64);
    a.set("counts.cases", Cell::Count(map.cases));
    a.set("counts.touches", Cell::Count(map.touches));
    a.set("counts.steps", Cell::Count(map.steps()));
    a.set("counts.activities", count(map.names.len()));
    a.set("counts.variants", count(map.variants.len()));
    a.set("counts.variants_for_80_percent", count(map.variants.covering(80)));
    a.set("counts.single_variants", count(map.variants.singletons()));
    a.set("length.mean", share_of(map.touches, map.cases).map_or(Cell::Missing, Cell::Number));
    a.set("length.median", map.median_length().map_or(Cell::Missing, Cell::Number));
    a.set("length.max", map.lengths.keys().next_back().map_or(Cell::Missing, |n| Cell::Count(*n)));
    a.set("duration.mean", seconds(map.spans.map(|s| s.mean)));
    a.set("duration.median", seconds(map.spans.map(|s| s.median)));
    a.set("duration.p90", seconds(map.spans.map(|s| s.p90)));
    a.set("duration.min", seconds(map.spans.map(|s| s.min)));
    a.set("duration.max", seconds(map.spans.map(|s| s.max)));
    a.set("left_out.later", Cell::Count(map.left_out.later));
    a.set("left_out.not_chosen", Cell::Count(map.left_out.not_chosen));
    a.set("left_out.without_customer", Cell::Count(map.left_out.without_customer));
}

/// Names of activities as a column: by position where positions fit, else as texts.
fn names(map: &JourneyMap, activities: impl Iterator<Item = u32>) -> Column {
    if u16::try_from(map.names.len()).is_ok() {
        // Every activity is below the number of names, which fits.
        let of = activities.map(|a| u16::try_from(a).ok()).collect();
        return Column::Class { names: map.names.clone(), of };
    }
    Column::Text(activities.map(|a| Some(map.name(a).into())).collect())
}

fn edges(map: &JourneyMap) -> Table {
    let all = map.edges.iter();
    let count = |of: fn(&Edge) -> u64| Column::Count(map.edges.iter().map(|e| Some(of(e))).collect());
    let time = |of: fn(&crate::Durations) -> f64| {
        Column::Seconds(map.edges.iter().map(|e| e.seconds.as_ref().map(of)).collect())
    };
    let table = Table::figures("edges")
        .with("from", names(map, all.clone().map(|e| e.from)))
        .with("to", names(map, all.clone().map(|e| e.to)))
        .with("count", count(|e| e.count))
        .with("share", Column::Share(all.map(|e| share_of(e.count, map.steps())).collect()))
        .with("cases", count(|e| e.cases))
        .with("mean_seconds", time(|s| s.mean))
        .with("median_seconds", time(|s| s.median))
        .with("p90_seconds", time(|s| s.p90))
        .with("min_seconds", time(|s| s.min))
        .with("max_seconds", time(|s| s.max));
    match main_edges(map).count() {
        0 => table,
        top => {
            table.chart_top("journey.steps", ChartKind::Flow { from: "from", to: "to", value: "count" }, top)
        }
    }
}

/// The steps that are frequent enough to be drawn; edges are in order of frequency, so they are the first.
fn main_edges(map: &JourneyMap) -> impl Iterator<Item = &Edge> {
    let enough = |e: &&Edge| share_of(e.count, map.steps()).is_some_and(|s| s >= map.params.min_share);
    map.edges.iter().take_while(enough)
}

fn activities(map: &JourneyMap) -> Table {
    let all = map.activities.iter();
    let count =
        |of: fn(&super::Activity) -> u64| Column::Count(map.activities.iter().map(|a| Some(of(a))).collect());
    let wait = |a: &super::Activity| a.usual_wait.map(|q| q.to_f64() / Instant::SECOND as f64);
    Table::figures("activities")
        .with("activity", names(map, (0..map.names.len()).filter_map(|a| u32::try_from(a).ok())))
        .with("count", count(|a| a.count))
        .with("cases", count(|a| a.cases))
        .with("starts", count(|a| a.starts))
        .with("ends", count(|a| a.ends))
        .with("repeats", count(super::Activity::repeats))
        .with("rework_cases", count(|a| a.rework_cases))
        .with("self_loops", count(|a| a.self_loops))
        .with(
            "min_self_distance",
            Column::Count(all.clone().map(|a| a.min_self_distance.map(u64::from)).collect()),
        )
        .with("go_on", Column::Share(all.clone().map(super::Activity::go_on).collect()))
        .with("usual_wait", Column::Seconds(all.map(wait).collect()))
}

fn path(map: &JourneyMap, variant: usize) -> Box<str> {
    let steps: Vec<&str> = map.variants.path(variant).map(|a| map.name(a)).collect();
    steps.join(ARROW).into()
}

fn variants(map: &JourneyMap) -> Table {
    let listed = match map.params.top {
        0 => map.variants.len(),
        top => map.variants.len().min(top as usize),
    };
    let cases = map.variants.cases().get(..listed).unwrap_or_default();
    let mut sum = 0u64;
    let cumulative = cases.iter().map(|n| {
        sum += n;
        share_of(sum, map.cases)
    });
    Table::figures("variants")
        .with("rank", Column::Count((1..=listed as u64).map(Some).collect()))
        .with("path", Column::Text((0..listed).map(|v| Some(path(map, v))).collect()))
        .with(
            "steps",
            Column::Count((0..listed).map(|v| Some(map.variants.path(v).count() as u64)).collect()),
        )
        .with("cases", Column::Count(cases.iter().copied().map(Some).collect()))
        .with("share", Column::Share(cases.iter().map(|n| share_of(*n, map.cases)).collect()))
        .with("cumulative", Column::Share(cumulative.collect()))
        .chart_top("journey.variants", ChartKind::Bars { label: "path", value: "cases" }, 10)
}

fn eventually(map: &JourneyMap) -> Option<Table> {
    let pairs = map.eventually.as_ref()?;
    let table = Table::figures("eventually")
        .with("from", names(map, pairs.keys().map(|(from, _)| *from)))
        .with("to", names(map, pairs.keys().map(|(_, to)| *to)))
        .with("count", Column::Count(pairs.values().copied().map(Some).collect()));
    Some(table)
}

fn messages(map: &JourneyMap, a: &mut Answer) {
    let text = |activity: u32| Cell::Text(map.name(activity).into());
    let share = |part, whole| share_of(part, whole).map_or(Cell::Missing, Cell::Share);
    if let Some(e) = map.edges.first() {
        let m = Message::new("journey.main_step")
            .with("from", text(e.from))
            .with("to", text(e.to))
            .with("count", Cell::Count(e.count))
            .with("share", share(e.count, map.steps()));
        a.messages.push(m);
    }
    if let Some(cases) = map.variants.cases().first().filter(|n| **n > 1) {
        let m = Message::new("journey.main_path")
            .with("path", Cell::Text(path(map, 0)))
            .with("cases", Cell::Count(*cases))
            .with("share", share(*cases, map.cases));
        a.messages.push(m);
    }
    let m = Message::new("journey.variety")
        .with("variants", Cell::Count(map.variants.len() as u64))
        .with("cases", Cell::Count(map.cases))
        .with("covering", Cell::Count(map.variants.covering(80) as u64));
    a.messages.push(m);
    let median = |e: &Edge| e.seconds.map_or(0.0, |s| s.median);
    // Of equally slow steps the more frequent is named: a later one must be slower to take its place.
    let slowest = main_edges(map).fold(None, |best: Option<&Edge>, e| match best {
        Some(b) if median(e).total_cmp(&median(b)).is_le() => Some(b),
        _ => Some(e),
    });
    if let Some(e) = slowest.filter(|e| median(e) > 0.0) {
        let m = Message::new("journey.slowest_step")
            .with("from", text(e.from))
            .with("to", text(e.to))
            .with("median", Cell::Seconds(median(e)))
            .with("count", Cell::Count(e.count));
        a.messages.push(m);
    }
    let most =
        (0u32..).zip(&map.activities).max_by_key(|(number, x)| (x.rework_cases, std::cmp::Reverse(*number)));
    if let Some((number, x)) = most.filter(|(_, x)| x.rework_cases > 0) {
        let m = Message::new("journey.rework")
            .with("activity", text(number))
            .with("cases", Cell::Count(x.rework_cases))
            .with("share", share(x.rework_cases, x.cases));
        a.messages.push(m);
    }
}

fn findings(map: &JourneyMap, a: &mut Answer) {
    if map.tied > 0 {
        let f = Finding::new("journeys.tied_times", Severity::Note);
        a.findings.push(f.detail("touches", &map.tied).detail("cases", &map.tied_cases));
    }
    if map.left_out.later > 0 {
        let f = Finding::new("journeys.later", Severity::Note);
        a.findings.push(f.detail("touches", &map.left_out.later).detail("as_of", &map.as_of));
    }
    if map.left_out.without_customer > 0 {
        let f = Finding::new("journeys.without_customer", Severity::Error);
        a.findings.push(f.detail("touches", &map.left_out.without_customer));
    }
}

fn action(map: &JourneyMap, a: &mut Answer) {
    if map.cases < LEAST {
        let values = vec![("cases", Cell::Count(map.cases)), ("least", Cell::Count(LEAST))];
        a.actions.push(Action::Nothing { key: "journey.too_thin", values });
        return;
    }
    if map.stuck.is_empty() {
        let values = vec![("cases", Cell::Count(map.cases)), ("share", Cell::Share(map.params.go_on))];
        a.actions.push(Action::Nothing { key: "journey.nobody_stuck", values });
        return;
    }
    let second = Instant::SECOND as f64;
    let all = map.stuck.iter();
    let table = Table::list("stuck")
        .with("customer", Column::Customer(all.clone().map(|s| s.customer).collect()))
        .with("activity", names(map, all.clone().map(|s| s.activity)))
        .with("last", Column::Instant(all.clone().map(|s| Some(s.last)).collect()))
        .with("silent", Column::Seconds(all.clone().map(|s| Some(s.silent as f64 / second)).collect()))
        .with("usual_wait", Column::Seconds(all.map(|s| Some(s.usual.to_f64() / second)).collect()));
    a.tables.push(table);
    let customers = map.stuck.len() as u64;
    a.actions.push(Action::Act { key: "journey.stuck", customers, stake: None, list: "stuck" });
}

#[cfg(test)]
mod tests {
    use super::super::{MapParams, journey_map};
    use super::*;
    use crate::log::tests::touches;
    use naata_core::{Context, Day};

    fn answer(rows: &[(u32, i64, &str, &str)], params: &MapParams) -> Answer {
        let (histories, texts) = touches(60, rows);
        journey_map(&histories, &texts, params, &Context::at(Day(0))).unwrap().answer()
    }

    fn many() -> Vec<(u32, i64, &'static str, &'static str)> {
        let go = |who: u32| [(who, 10, "visit", "web"), (who, 20, "visit", "web"), (who, 70, "buy", "store")];
        let mut rows: Vec<_> = (0..40).flat_map(go).collect();
        rows.extend([(40, 50, "visit", "web"), (40, 50, "call", "phone"), (41, 90_000, "call", "")]);
        rows.push((50, 7, "visit", "web"));
        rows
    }

    #[test]
    fn the_answer_is_sound_and_declares_its_words() {
        let params = MapParams { eventually: true, top: 2, min_share: 0.1, ..MapParams::default() };
        let thin = answer(&[(0, 1, "a", ""), (0, 2, "b", "")], &params);
        let quiet = answer(&many(), &MapParams { go_on: 1.0, ..params.clone() });
        let full = answer(&many(), &MapParams { go_on: 0.5, ..params });
        let declared = |family: &str, key: &str| WORDS.contains(&format!("{family}.{key}").as_str());
        for a in [&thin, &quiet, &full] {
            assert_eq!(a.flaws(), Vec::<String>::new());
            assert!(a.messages.iter().all(|m| declared("message", m.key)));
            assert!(a.findings.iter().all(|f| declared("finding", f.code)));
            assert!(a.tables.iter().flat_map(|t| &t.charts).all(|c| declared("chart", c.key)));
            for action in &a.actions {
                let (Action::Act { key, .. } | Action::Nothing { key, .. }) = action;
                assert!(declared("action", key));
            }
        }
        assert!(matches!(thin.actions[..], [Action::Nothing { key: "journey.too_thin", .. }]));
        assert!(matches!(quiet.actions[..], [Action::Nothing { key: "journey.nobody_stuck", .. }]));
        assert!(matches!(full.actions[..], [Action::Act { key: "journey.stuck", customers: 1, .. }]));
        assert_eq!(full.messages.len(), 5);
        assert_eq!(full.findings.len(), 2);
    }

    #[test]
    fn tables_read_as_told() {
        let a = answer(&many(), &MapParams { top: 2, min_share: 0.1, ..MapParams::default() });
        let cell = |table: &str, column: &str, row| a.table(table).unwrap().column(column).unwrap().cell(row);
        assert_eq!(cell("variants", "path", 0), Cell::Text("visit → visit → buy".into()));
        assert_eq!((cell("variants", "cases", 0), a.table("variants").unwrap().rows()), (Cell::Count(40), 2));
        // Two steps were taken 40 times each: visit-buy comes first, for buy has the lower number.
        assert_eq!(
            (cell("edges", "from", 0), cell("edges", "to", 0)),
            (Cell::Text("visit".into()), Cell::Text("buy".into()))
        );
        assert_eq!(cell("edges", "mean_seconds", 0), Cell::Seconds(50.0));
        assert_eq!(a.table("edges").unwrap().charts[0].top, Some(2));
        assert_eq!(
            (cell("activities", "self_loops", 2), cell("activities", "starts", 2)),
            (Cell::Count(40), Cell::Count(42))
        );
        assert_eq!(cell("activities", "min_self_distance", 2), Cell::Count(0));
        assert_eq!(a.get("left_out.later"), Some(&Cell::Count(1)));
    }
}
