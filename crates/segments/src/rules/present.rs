//! What segments told in rules say: one row a segment, what is missing, the list to act on.

use super::RuleSegments;
use naata_answer::{Action, Answer, Cell, ChartKind, Column, Message, Present, Stake, Table};
use naata_core::{CustomerIx, Minor};

/// The words besides those of tables, columns and the head.
pub(super) const WORDS: &[&str] = &[
    "message.segments.covered",
    "finding.facts.absent",
    "finding.facts.refused",
    "message.segments.unknown",
    "message.segments.nobody",
    "action.segments.serve",
    "action.segments.nobody",
    "chart.segments.sizes",
];

impl Present for RuleSegments {
    fn answer(&self) -> Answer {
        let mut a = Answer::default();
        let members: Vec<CustomerIx> = self.members().collect();
        let several = self.of.iter().filter(|of| of.len() > 1).count() as u64;
        let n = self.of.len() as u64;
        a.set("customers", Cell::Count(n));
        a.set("in_a_segment", Cell::Count(members.len() as u64));
        a.set("in_several", Cell::Count(several));
        a.set("in_none", Cell::Count(n.saturating_sub(members.len() as u64)));
        a.tables = vec![self.list(&members), self.table(), self.missing()];
        a.messages.push(
            Message::new("segments.covered")
                .with("customers", Cell::Count(members.len() as u64))
                .with("all", Cell::Count(n))
                .with("segments", Cell::Count(self.segments.len() as u64)),
        );
        for s in &self.segments {
            let name = Cell::Text(s.title.clone().unwrap_or_else(|| s.name.clone()));
            if s.customers == 0 {
                a.messages.push(Message::new("segments.nobody").with("segment", name.clone()));
            }
            if s.unknown > 0
                && let Some((fact, gaps)) = s.missing.iter().max_by_key(|(_, gaps)| *gaps)
            {
                let message = Message::new("segments.unknown").with("segment", name);
                let message =
                    message.with("customers", Cell::Count(s.unknown)).with("gaps", Cell::Count(*gaps));
                a.messages.push(message.with("fact", Cell::Text(fact.clone())));
            }
        }
        a.actions.push(if members.is_empty() {
            Action::Nothing { key: "segments.nobody", values: Vec::new() }
        } else {
            let paid = self.paid.as_ref().and_then(|paid| {
                let of = members.iter().filter_map(|who| paid.get(who.at()));
                Minor::from_wide(of.map(|m| i128::from(m.0)).sum(), "what members paid").ok()
            });
            let stake = paid.map(|value| Stake { value, low: None, high: None, unit: self.unit });
            Action::Act { key: "segments.serve", customers: members.len() as u64, stake, list: "rows" }
        });
        a
    }
}

impl RuleSegments {
    /// One row a customer who is in a segment at least, with all their segments.
    fn list(&self, members: &[CustomerIx]) -> Table {
        let names = |who: &CustomerIx| {
            let of = self.of.get(who.at()).map(Vec::as_slice).unwrap_or_default();
            let names: Vec<&str> =
                of.iter().filter_map(|at| self.segments.get(usize::from(*at))).map(|s| &*s.name).collect();
            Some(names.join(", ").into())
        };
        let table = Table::list("rows")
            .with("customer", Column::Customer(members.to_vec()))
            .with("segments", Column::Text(members.iter().map(names).collect()));
        match &self.paid {
            Some(paid) => {
                let of = members.iter().map(|who| paid.get(who.at()).copied()).collect();
                table.with("value", Column::Money(of, self.unit))
            }
            None => table,
        }
    }

    fn table(&self) -> Table {
        let rows = &self.segments;
        let n = self.of.len() as f64;
        let text =
            |f: &dyn Fn(&super::SegmentRow) -> Option<Box<str>>| Column::Text(rows.iter().map(f).collect());
        let count =
            |f: fn(&super::SegmentRow) -> u64| Column::Count(rows.iter().map(|r| Some(f(r))).collect());
        let money = |f: &dyn Fn(&super::SegmentRow) -> Option<f64>| {
            Column::Money(rows.iter().map(|r| f(r).and_then(|x| self.unit.nearest(x))).collect(), self.unit)
        };
        let part = |value: Option<Minor>| {
            let (value, total) = (value?, self.total?);
            (total.0 > 0).then(|| value.0 as f64 / total.0 as f64)
        };
        let mut table = Table::figures("segments")
            .with("segment", text(&|r| Some(r.name.clone())))
            .with("meaning", text(&|r| r.title.clone()))
            .with("customers", count(|r| r.customers))
            .with(
                "share",
                Column::Share(rows.iter().map(|r| (n > 0.0).then(|| r.customers as f64 / n)).collect()),
            )
            .with("unknown", count(|r| r.unknown));
        if self.paid.is_some() {
            table = table
                .with("value", Column::Money(rows.iter().map(|r| r.value).collect(), self.unit))
                .with("value_share", Column::Share(rows.iter().map(|r| part(r.value)).collect()))
                .with("mean_value", money(&|r| r.mean.map(|m| m.0)))
                .with("low", money(&|r| r.mean?.1.map(|i| i.0)))
                .with("high", money(&|r| r.mean?.1.map(|i| i.1)));
        }
        table
            .with("what_to_do", text(&|r| r.action.clone()))
            .chart("segments.sizes", ChartKind::Bars { label: "segment", value: "customers" })
    }

    /// Which fact is missing for how many of those who may belong.
    fn missing(&self) -> Table {
        let rows: Vec<(&Box<str>, &Box<str>, u64)> = self
            .segments
            .iter()
            .flat_map(|s| s.missing.iter().map(|(fact, n)| (&s.name, fact, *n)))
            .collect();
        Table::figures("missing")
            .with("segment", Column::Text(rows.iter().map(|r| Some(r.0.clone())).collect()))
            .with("fact", Column::Text(rows.iter().map(|r| Some(r.1.clone())).collect()))
            .with("customers", Column::Count(rows.iter().map(|r| Some(r.2)).collect()))
    }
}
