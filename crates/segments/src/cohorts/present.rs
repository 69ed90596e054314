//! What retention says: a curve, a triangle of cohorts, whom to invite.

use super::{CellState, Cohort, Kind, Point, Retention};
use crate::period::Period;
use naata_answer::{Action, Answer, Cell, ChartKind, Column, Message, Present, Stake, Table};
use naata_core::{Finding, Minor, Severity};
use naata_facts::{Column as FactColumn, Error, Facts, Provide};

/// The words besides those of tables, columns and the head.
pub(super) const WORDS: &[&str] = &[
    "message.retention.next",
    "message.retention.older",
    "message.retention.unknown_beginning",
    "message.retention.marked",
    "action.retention.invite",
    "action.retention.all_back",
    "action.retention.too_short",
    "chart.retention.curve",
    "chart.retention.cohorts",
    "finding.segments.without_customer",
    "finding.segments.later_rows",
    "word.period.day",
    "word.period.week",
    "word.period.month",
    "word.period.quarter",
    "word.retention.classic",
    "word.retention.unbounded",
    "word.retention.bracket",
    "word.retention.full",
    "word.cell.complete",
    "word.cell.truncated",
    "word.cell.unfinished",
    "word.cell.not-observed",
];

/// The period of a customer's first purchase, by name.
pub const COHORT: &str = "segments.retention.cohort";

impl Provide for Retention {
    const FACTS: &'static [&'static str] = &[COHORT];

    fn provide(&self, out: &mut Facts) -> Result<(), Error> {
        let names = self.cohorts.iter().map(|c| label(self.params.period, c)).collect();
        out.put_column(COHORT, FactColumn::Class { names, of: self.of.clone() }, out.as_of())
    }
}

fn label(period: Period, cohort: &Cohort) -> Box<str> {
    period.label(cohort.number).unwrap_or_default().into()
}

impl Present for Retention {
    fn answer(&self) -> Answer {
        let mut a = Answer::default();
        a.set("customers", Cell::Count(self.customers));
        a.set("older", Cell::Count(self.older));
        a.set("cohorts", Cell::Count(self.cohorts.len() as u64));
        a.set("period", Cell::Word { family: "period", name: self.params.period.word() });
        a.set("kind", Cell::Word { family: "retention", name: self.params.kind.word() });
        a.tables = vec![cohorts(self), curve(self)];
        messages(self, &mut a);
        left_out(&mut a, self.without_customer, self.later);
        action(self, &mut a);
        a
    }
}

fn curve(r: &Retention) -> Table {
    let of = |f: fn(&Point) -> Option<f64>| Column::Share(r.curve.iter().map(f).collect());
    let count = |f: fn(&Point) -> u64| Column::Count(r.curve.iter().map(|p| Some(f(p))).collect());
    let table = Table::figures("curve").with("k", count(|p| p.step.0.into()));
    let table =
        if r.params.kind == Kind::Bracket { table.with("until", count(|p| p.step.1.into())) } else { table };
    table
        .with("share", of(|p| p.share.map(|s| s.value)))
        .with("low", of(|p| p.share.map(|s| s.low)))
        .with("high", of(|p| p.share.map(|s| s.high)))
        .with("active", count(|p| p.active))
        .with("customers", count(|p| p.customers))
        .with("cohorts", count(|p| p.cohorts))
        .chart("retention.curve", ChartKind::Lines { x: "k", y: &["share"], band: Some(("low", "high")) })
}

/// One row for each cohort and column; what cannot be believed yet has its share in a column of its own.
fn cohorts(r: &Retention) -> Table {
    let seen = r.cohorts.iter().flat_map(|c| {
        let cells = c.cells.iter().zip(&r.steps).filter(|(cell, _)| cell.state != CellState::NotObserved);
        cells.map(move |(cell, step)| (c, cell, step))
    });
    let rows: Vec<_> = seen.collect();
    let share = |wanted: fn(CellState) -> bool| {
        let one = |(c, cell, _): &(&Cohort, &super::CohortCell, &(u32, u32))| {
            (wanted(cell.state) && c.size > 0).then(|| cell.active as f64 / c.size as f64)
        };
        Column::Share(rows.iter().map(one).collect())
    };
    let table = Table::figures("cohorts")
        .with("cohort", Column::Text(rows.iter().map(|(c, ..)| Some(label(r.params.period, c))).collect()))
        .with("start", Column::Day(rows.iter().map(|(c, ..)| c.start).collect()))
        .with("customers", Column::Count(rows.iter().map(|(c, ..)| Some(c.size)).collect()))
        .with("k", Column::Count(rows.iter().map(|(.., s)| Some(s.0.into())).collect()));
    let table = if r.params.kind == Kind::Bracket {
        table.with("until", Column::Count(rows.iter().map(|(.., s)| Some(s.1.into())).collect()))
    } else {
        table
    };
    table
        .with("active", Column::Count(rows.iter().map(|(_, c, _)| Some(c.active)).collect()))
        .with("share", share(|s| s == CellState::Complete))
        .with("so_far", share(|s| s != CellState::Complete))
        .with(
            "state",
            Column::Word {
                family: "cell",
                names: &CellState::NAMES,
                of: rows.iter().map(|(_, c, _)| Some(c.state as u16)).collect(),
            },
        )
        .chart("retention.cohorts", ChartKind::Heat { row: "cohort", column: "k", value: "share" })
}

fn messages(r: &Retention, a: &mut Answer) {
    let next = r.curve.iter().find(|p| p.step.0 > 0);
    if let Some((p, s)) = next.and_then(|p| p.share.map(|s| (p, s))) {
        a.messages.push(
            Message::new("retention.next")
                .with("share", Cell::Share(s.value))
                .with("low", Cell::Share(s.low))
                .with("high", Cell::Share(s.high))
                .with("customers", Cell::Count(p.customers))
                .with("k", Cell::Count(p.step.0.into()))
                .with("period", Cell::Word { family: "period", name: r.params.period.word() }),
        );
    }
    if r.older > 0 {
        a.messages.push(Message::new("retention.older").with("customers", Cell::Count(r.older)));
    }
    if !r.beginning_known {
        a.messages.push(Message::new("retention.unknown_beginning"));
    }
    let marked = r.cohorts.iter().flat_map(|c| &c.cells);
    let marked = marked.filter(|c| matches!(c.state, CellState::Unfinished | CellState::Truncated)).count();
    if marked > 0 {
        a.messages.push(Message::new("retention.marked").with("cells", Cell::Count(marked as u64)));
    }
}

fn action(r: &Retention, a: &mut Answer) {
    let over = r.cohorts.iter().any(|c| c.cells.iter().any(|c| c.state == CellState::Complete));
    if r.awaited.is_empty() {
        let key = if over { "retention.all_back" } else { "retention.too_short" };
        a.actions.push(Action::Nothing { key, values: vec![("customers", Cell::Count(r.customers))] });
        return;
    }
    let mut rows: Vec<_> = r.awaited.iter().collect();
    rows.sort_by_key(|w| (std::cmp::Reverse(w.paid), w.customer));
    let table = Table::list("invite")
        .with("customer", Column::Customer(rows.iter().map(|w| w.customer).collect()))
        .with("first", Column::Day(rows.iter().map(|w| Some(w.first)).collect()))
        .with("paid", Column::Money(rows.iter().map(|w| Some(w.paid)).collect(), r.unit));
    a.tables.push(table);
    let sum = Minor::from_wide(rows.iter().map(|w| i128::from(w.paid.0)).sum(), "a list's purchases");
    let stake = sum.ok().map(|value| Stake { value, low: None, high: None, unit: r.unit });
    a.actions.push(Action::Act {
        key: "retention.invite",
        customers: rows.len() as u64,
        stake,
        list: "invite",
    });
}

/// Findings about purchases that were not used.
pub(crate) fn left_out(a: &mut Answer, without_customer: u64, later: u64) {
    if without_customer > 0 {
        let f = Finding::new("segments.without_customer", Severity::Note);
        a.findings.push(f.detail("rows", &without_customer));
    }
    if later > 0 {
        let f = Finding::new("segments.later_rows", Severity::Note);
        a.findings.push(f.detail("rows", &later));
    }
}
