//! What RFM says: tables, heat map, sentences, lists to act on.

use super::{Measure, Range, Rfm, RfmRow, Scoring, Segment, Share, fifth};
use crate::sets::{action_column, name_column};
use naata_answer::{Action, Answer, Cell, ChartKind, Column, Message, Present, Stake, Table};
use naata_core::{Finding, Minor, Severity};

/// The words besides those of tables, columns and the head.
pub(super) const WORDS: &[&str] = &[
    "message.rfm.champions",
    "message.rfm.bought_once",
    "message.rfm.unscored",
    "message.rfm.window",
    "message.rfm.window_unscored",
    "message.rfm.no_lowest",
    "message.rfm.splits_ties",
    "message.rfm.changes_with_unit",
    "action.rfm.win_back",
    "action.rfm.welcome",
    "action.rfm.nobody_slipping",
    "action.rfm.too_thin",
    "action.rfm.flat",
    "chart.rfm.grid",
    "chart.rfm.grid_value",
    "chart.rfm.segments",
    "finding.segments.no_spread",
    "word.segment.Champions",
    "word.segment.Loyal",
    "word.segment.Potential Loyalist",
    "word.segment.New",
    "word.segment.Promising",
    "word.segment.Need Attention",
    "word.segment.About To Sleep",
    "word.segment.At Risk",
    "word.segment.Can't Lose Them",
    "word.segment.Hibernating",
    "word.segment.Loyal Customers",
    "word.segment.New Customers",
    "word.segment.Lost",
    "word.segment.Others",
    "word.segment_action.reward",
    "word.segment_action.keep",
    "word.segment_action.build",
    "word.segment_action.welcome",
    "word.segment_action.remind",
    "word.segment_action.attend",
    "word.segment_action.wake",
    "word.segment_action.win back",
    "word.segment_action.call",
    "word.segment_action.let rest",
    "word.segment_action.look",
    "word.measure.recency",
    "word.measure.frequency",
    "word.measure.monetary",
    "word.scoring.rank-average",
    "word.scoring.rank-first",
    "word.scoring.rank-min",
    "word.scoring.rank-max",
    "word.scoring.quantile-7",
    "word.scoring.r-compatible",
    "word.scoring.nested",
];

impl Present for Rfm {
    fn answer(&self) -> Answer {
        let mut a = Answer::default();
        a.set("customers", Cell::Count(self.total.customers));
        a.set("unscored", Cell::Count(self.unscored()));
        a.set("total", Cell::Money(self.total.value, self.unit));
        a.set("scoring", Cell::Word { family: "scoring", name: self.scoring.word() });
        a.set("bins", Cell::Count(self.bins.into()));
        if let Some(days) = self.window {
            a.set("window", Cell::Count(days.into()));
        }
        a.tables = vec![list("rows", &all(self), self), segments(self), grid(self), edges(self)];
        messages(self, &mut a);
        findings(self, &mut a);
        actions(self, &mut a);
        a
    }
}

fn all(rfm: &Rfm) -> Vec<&RfmRow> {
    rfm.rows.iter().collect()
}

/// One row a customer.
fn list(key: &'static str, rows: &[&RfmRow], rfm: &Rfm) -> Table {
    let count = |of: fn(&RfmRow) -> u64| Column::Count(rows.iter().map(|r| Some(of(r))).collect());
    Table::list(key)
        .with("customer", Column::Customer(rows.iter().map(|r| r.customer).collect()))
        .with("recency", count(|r| r.recency.into()))
        .with("frequency", count(|r| r.frequency.into()))
        .with("monetary", Column::Money(rows.iter().map(|r| Some(r.monetary)).collect(), rfm.unit))
        .with("r", count(|r| r.r.into()))
        .with("f", count(|r| r.f.into()))
        .with("m", count(|r| r.m.into()))
        .with("segment", name_column(&rfm.names, rows.iter().map(|r| Some(r.segment)).collect()))
}

/// A share of a whole; missing where there is no positive whole to share.
fn share(part: i64, whole: i64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

fn mean(sum: u64, n: u64) -> Option<f64> {
    (n > 0).then(|| sum as f64 / n as f64)
}

fn segments(rfm: &Rfm) -> Table {
    let all = rfm.segments.iter();
    let (customers, value) = (rfm.total.customers, rfm.total.value.0);
    Table::figures("segments")
        .with("segment", name_column(&rfm.names, (0u16..).take(rfm.names.len()).map(Some).collect()))
        .with("customers", Column::Count(all.clone().map(|s| Some(s.customers)).collect()))
        .with("share", Column::Share(all.clone().map(|s| mean(s.customers, customers)).collect()))
        .with("value", Column::Money(all.clone().map(|s| Some(s.value)).collect(), rfm.unit))
        .with("value_share", Column::Share(all.clone().map(|s| share(s.value.0, value)).collect()))
        .with("mean_value", Column::Money(all.clone().map(Share::mean_value).collect(), rfm.unit))
        .with("mean_recency", Column::Number(all.clone().map(|s| mean(s.recency, s.customers)).collect()))
        .with("mean_frequency", Column::Number(all.map(|s| mean(s.frequency, s.customers)).collect()))
        .with("what_to_do", action_column(&rfm.names, &rfm.actions))
        .chart("rfm.segments", ChartKind::Bars { label: "segment", value: "value" })
}

fn grid(rfm: &Rfm) -> Table {
    let cells = rfm.grid.iter();
    Table::figures("grid")
        .with("r", Column::Count(cells.clone().map(|c| Some(c.0.into())).collect()))
        .with("f", Column::Count(cells.clone().map(|c| Some(c.1.into())).collect()))
        .with("segment", name_column(&rfm.names, rfm.cells.clone()))
        .with("customers", Column::Count(cells.clone().map(|c| Some(c.2.customers)).collect()))
        .with("value", Column::Money(cells.map(|c| Some(c.2.value)).collect(), rfm.unit))
        .chart("rfm.grid", ChartKind::Heat { row: "r", column: "f", value: "customers" })
        .chart("rfm.grid_value", ChartKind::Heat { row: "r", column: "f", value: "value" })
}

fn edges(rfm: &Rfm) -> Table {
    let cell = |e: &Range, value: Option<i64>| match (value, e.measure) {
        (None, _) => Cell::Missing,
        (Some(v), Measure::Monetary) => Cell::Money(Minor(v), rfm.unit),
        (Some(v), Measure::Recency | Measure::Frequency) => {
            u64::try_from(v).map_or(Cell::Missing, Cell::Count)
        }
    };
    let all = rfm.edges.iter();
    Table::figures("edges")
        .with(
            "measure",
            Column::Word {
                family: "measure",
                names: &Measure::NAMES,
                of: all.clone().map(|e| Some(e.measure as u16)).collect(),
            },
        )
        .with("score", Column::Count(all.clone().map(|e| Some(e.score.into())).collect()))
        .with("low", Column::Mixed(all.clone().map(|e| cell(e, e.values.map(|v| v.0))).collect()))
        .with("high", Column::Mixed(all.clone().map(|e| cell(e, e.values.map(|v| v.1))).collect()))
        .with("customers", Column::Count(all.map(|e| Some(e.customers)).collect()))
}

fn messages(rfm: &Rfm, a: &mut Answer) {
    let champions = rfm.share(Segment::Champions.name()).copied().unwrap_or_default();
    let (n, value) = (rfm.total.customers, rfm.total.value.0);
    let part = |of: Option<f64>| of.map_or(Cell::Missing, Cell::Share);
    if champions.customers > 0 && value > 0 {
        let m = Message::new("rfm.champions")
            .with("customers", Cell::Count(champions.customers))
            .with("share", part(mean(champions.customers, n)))
            .with("value", Cell::Money(champions.value, rfm.unit))
            .with("value_share", part(share(champions.value.0, value)));
        a.messages.push(m);
    }
    let once = rfm.rows.iter().filter(|r| r.frequency == 1).count() as u64;
    if once > 0 && rfm.window.is_none() {
        let m = Message::new("rfm.bought_once")
            .with("customers", Cell::Count(once))
            .with("share", part(mean(once, n)));
        a.messages.push(m);
    }
    if let Some(lowest) = rfm.rows.iter().map(|r| r.f).min().filter(|f| *f > 1) {
        let customers = rfm.rows.iter().filter(|r| r.f == lowest).count() as u64;
        a.messages.push(
            Message::new("rfm.no_lowest")
                .with("customers", Cell::Count(customers))
                .with("score", Cell::Count(lowest.into())),
        );
    }
    if let Some(days) = rfm.window {
        let from = super::window_begin(Some(days), rfm.as_of);
        let m = Message::new("rfm.window").with("days", Cell::Count(days.into()));
        a.messages.push(m.with("from", Cell::Day(from)).with("to", Cell::Day(rfm.as_of)));
    }
    if rfm.unscored() > 0 {
        let key = if rfm.window.is_some() { "rfm.window_unscored" } else { "rfm.unscored" };
        a.messages.push(Message::new(key).with("customers", Cell::Count(rfm.unscored())));
    }
    let scoring = || Cell::Word { family: "scoring", name: rfm.scoring.word() };
    if rfm.scoring == Scoring::RankFirst {
        a.messages.push(Message::new("rfm.splits_ties").with("scoring", scoring()));
    }
    if !rfm.scoring.keeps_scale() {
        a.messages.push(Message::new("rfm.changes_with_unit").with("scoring", scoring()));
    }
}

/// A measure with one single value tells nobody apart.
fn findings(rfm: &Rfm, a: &mut Answer) {
    for measure in [Measure::Recency, Measure::Frequency, Measure::Monetary] {
        let mut values = rfm.edges.iter().filter(|e| e.measure == measure).filter_map(|e| e.values);
        let Some((low, high)) = values.next() else { continue };
        if low == high && values.all(|v| v == (low, high)) {
            a.findings.push(Finding::new("segments.no_spread", Severity::Warning).column(measure.name()));
        }
    }
}

/// Two lists to act on. With fewer customers than cells of the grid a name says too little to act on it.
fn actions(rfm: &Rfm, a: &mut Answer) {
    let least = u64::from(rfm.bins) * u64::from(rfm.bins);
    if rfm.total.customers < least {
        let values = vec![("customers", Cell::Count(rfm.total.customers)), ("least", Cell::Count(least))];
        a.actions.push(Action::Nothing { key: "rfm.too_thin", values });
        return;
    }
    // Where everybody has bought equally often, or came last on one day, nobody used to come more often than others.
    let flat =
        |of: fn(&RfmRow) -> u8| rfm.rows.windows(2).all(|pair| matches!(pair, [a, b] if of(a) == of(b)));
    if flat(|r| r.r) || flat(|r| r.f) {
        let values = vec![("customers", Cell::Count(rfm.total.customers))];
        a.actions.push(Action::Nothing { key: "rfm.flat", values });
        return;
    }
    // Whatever the names: often and long ago, or lately and hardly before.
    let place = |r: &RfmRow| (fifth(r.r, rfm.bins), fifth(r.f, rfm.bins));
    act(rfm, a, "rfm.win_back", "win_back", |row| matches!(place(row), (..=2, 3..)));
    act(rfm, a, "rfm.welcome", "welcome", |row| matches!(place(row), (4.., 1)));
    if a.actions.is_empty() {
        let values = vec![("customers", Cell::Count(rfm.total.customers))];
        a.actions.push(Action::Nothing { key: "rfm.nobody_slipping", values });
    }
}

/// Some customers as a list, those who paid most first; what they paid so far is at stake.
fn act(rfm: &Rfm, a: &mut Answer, key: &'static str, table: &'static str, of: impl Fn(&RfmRow) -> bool) {
    let mut rows: Vec<&RfmRow> = rfm.rows.iter().filter(|r| of(r)).collect();
    if rows.is_empty() {
        return;
    }
    rows.sort_unstable_by_key(|r| (std::cmp::Reverse(r.monetary), r.customer));
    // The sum of a part of the rows may leave the range even where the sum of all does not.
    let sum = Minor::from_wide(rows.iter().map(|r| i128::from(r.monetary.0)).sum(), "a list's values");
    let stake = sum.ok().map(|value| Stake { value, low: None, high: None, unit: rfm.unit });
    a.tables.push(list(table, &rows, rfm));
    a.actions.push(Action::Act { key, customers: rows.len() as u64, stake, list: table });
}

#[cfg(test)]
pub(super) mod tests {
    use super::super::{RfmParams, rfm};
    use super::*;
    use naata_core::{Context, Currency, Day, MoneyUnit, Summary};

    /// A base in which every pair of recency and frequency occurs once, and one customer without a purchase.
    pub(in crate::rfm) fn square() -> Rfm {
        let mut all: Vec<Summary> = Vec::new();
        for last in 0..5 {
            for days in 1..=5 {
                all.push(Summary::stated(Day(0), Day(last), days, Minor(i64::from(days) * 100), Minor(0)));
            }
        }
        all.push(Summary::EMPTY);
        rfm(&all, MoneyUnit::of(Currency::INR), &RfmParams::default(), &Context::at(Day(4))).unwrap()
    }

    #[test]
    fn the_answer_is_sound_and_holds_the_lists_it_names() {
        let a = square().answer();
        assert_eq!(a.flaws(), Vec::<String>::new());
        let segments = a.table("segments").unwrap();
        let customers: Vec<Cell> = (0..10).map(|i| segments.column("customers").unwrap().cell(i)).collect();
        assert_eq!(customers, [2, 4, 4, 1, 1, 1, 2, 4, 2, 4].map(Cell::Count));
        let Action::Act { key, customers, stake, list } = a.actions[0].clone() else { panic!("no action") };
        assert_eq!((key, customers, a.table(list).unwrap().rows()), ("rfm.win_back", 6, 6));
        // R 1 and 2, F 3, 4 and 5.
        assert_eq!(stake.unwrap().value, Minor(2 * (300 + 400 + 500)));
        assert_eq!(a.get("unscored"), Some(&Cell::Count(1)));
        assert_eq!(a.table("edges").unwrap().column("low").unwrap().cell(0), Cell::Count(0));
    }

    #[test]
    fn every_word_used_is_declared() {
        let a = square().answer();
        let declared = |family: &str, key: &str| WORDS.contains(&format!("{family}.{key}").as_str());
        assert!(a.messages.iter().all(|m| declared("message", m.key)));
        assert!(a.tables.iter().flat_map(|t| &t.charts).all(|c| declared("chart", c.key)));
        for action in &a.actions {
            let (Action::Act { key, .. } | Action::Nothing { key, .. }) = action;
            assert!(declared("action", key));
        }
        for (family, names) in [
            ("segment", &crate::sets::KNOWN[..14]),
            ("measure", &Measure::NAMES),
            ("scoring", &Scoring::NAMES),
        ] {
            assert!(names.iter().all(|n| declared(&format!("word.{family}"), n)));
        }
    }

    #[test]
    fn nobody_slips_away_where_all_bought_equally_often() {
        let once = |i: i32| Summary::stated(Day(0), Day(i % 5), 1, Minor(100), Minor(0));
        let all: Vec<Summary> = (0..40).map(once).collect();
        let r = rfm(&all, MoneyUnit::of(Currency::INR), &RfmParams::default(), &Context::at(Day(4))).unwrap();
        // The names still follow from the scores: those who came first stand at "At Risk" with a middling F.
        assert!(r.share("At Risk").unwrap().customers > 0);
        let a = r.answer();
        assert!(matches!(a.actions[..], [Action::Nothing { key: "rfm.flat", .. }]), "{:?}", a.actions);
        assert_eq!(a.tables.iter().filter(|t| t.key == "win_back").count(), 0);
        assert_eq!(a.flaws(), Vec::<String>::new());
    }

    #[test]
    fn too_few_customers_and_no_spread_are_said() {
        let one = Summary::stated(Day(0), Day(0), 1, Minor(5), Minor(0));
        let unit = MoneyUnit::of(Currency::INR);
        let a = rfm(&[one; 6], unit, &RfmParams::default(), &Context::at(Day(4))).unwrap().answer();
        assert!(matches!(a.actions[..], [Action::Nothing { key: "rfm.too_thin", .. }]));
        assert_eq!(a.findings.len(), 3);
    }
}
