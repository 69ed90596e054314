//! What migration says: flows, balances, and who slipped.

use super::{Balance, Migration, Mode, MoveCount, Moved, Stand};
use crate::estimate;
use crate::sets::{ENTERED, LEFT, name_column};
use naata_answer::{Action, Answer, Cell, ChartKind, Column, Message, Present, Stake, Table};
use naata_core::{Finding, Minor, Severity};
use naata_facts::{Column as FactColumn, Error, Facts, Provide};

/// The words besides those of tables, columns and the head.
pub(super) const WORDS: &[&str] = &[
    "message.migration.kept",
    "message.migration.net",
    "action.migration.slipped",
    "action.migration.nobody_slipped",
    "action.migration.gone",
    "action.migration.nobody_gone",
    "chart.migration.flows",
    "chart.migration.net",
    "finding.segments.cut_short",
    "word.migration.frozen",
    "word.migration.rescored",
    "word.migration.all-history",
    "word.prior.jeffreys",
    "word.prior.uniform",
    "word.prior.perks",
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
    "word.segment.not yet here",
    "word.segment.no longer here",
];

/// The segment on the first day.
pub const BEFORE: &str = "segments.migration.before";
/// The segment on the second day.
pub const AFTER: &str = "segments.migration.after";

impl Provide for Migration {
    const FACTS: &'static [&'static str] = &[BEFORE, AFTER];

    fn provide(&self, out: &mut Facts) -> Result<(), Error> {
        for (key, known, of) in [
            (BEFORE, self.from, (|m: &Moved| m.before) as fn(&Moved) -> Option<Stand>),
            (AFTER, self.to, |m: &Moved| m.after),
        ] {
            let mut column = vec![None; self.base];
            for row in &self.rows {
                if let Some(slot) = column.get_mut(row.customer.at()) {
                    *slot = of(row).map(|s| u32::from(s.segment));
                }
            }
            out.put_column(key, FactColumn::Class { names: self.names.clone(), of: column }, known)?;
        }
        Ok(())
    }
}

/// Whether customers can leave and come.
fn by_windows(m: &Migration) -> bool {
    m.params.by.is_some() || m.params.mode != Mode::AllHistory
}

impl Migration {
    /// A column of places, with a name for those who are not here.
    fn places(&self, outside: &str, of: impl Iterator<Item = u16>) -> Column {
        let mut names = self.names.clone();
        names.push(outside.into());
        name_column(&names, of.map(Some).collect())
    }

    fn list(&self, key: &'static str, rows: &[&Moved]) -> Table {
        let place = |s: Option<Stand>| s.map_or(self.outside(), |s| s.segment);
        let paid = |of: fn(&Moved) -> Option<Stand>| {
            Column::Money(rows.iter().map(|m| of(m).map(|s| s.paid)).collect(), self.unit)
        };
        Table::list(key)
            .with("customer", Column::Customer(rows.iter().map(|m| m.customer).collect()))
            .with("from", self.places(ENTERED, rows.iter().map(|m| place(m.before))))
            .with("to", self.places(LEFT, rows.iter().map(|m| place(m.after))))
            .with("paid_before", paid(|m| m.before))
            .with("paid_after", paid(|m| m.after))
    }

    fn flows(&self) -> Table {
        // The widest flows first, so that a drawing of the first few shows the most customers.
        let mut moves: Vec<&MoveCount> = self.moves.iter().collect();
        moves.sort_by_key(|m| (std::cmp::Reverse(m.customers), m.from, m.to));
        let share = |of: fn(&MoveCount) -> f64| Column::Share(moves.iter().map(|m| Some(of(m))).collect());
        Table::figures("flows")
            .with("from", self.places(ENTERED, moves.iter().map(|m| m.from)))
            .with("to", self.places(LEFT, moves.iter().map(|m| m.to)))
            .with("customers", Column::Count(moves.iter().map(|m| Some(m.customers)).collect()))
            .with("share", share(|m| m.share))
            .with("low", share(|m| m.interval.0))
            .with("high", share(|m| m.interval.1))
            .chart_top("migration.flows", ChartKind::Flow { from: "from", to: "to", value: "customers" }, 40)
    }

    fn balances(&self) -> Table {
        let count =
            |of: fn(&Balance) -> u64| Column::Count(self.segments.iter().map(|b| Some(of(b))).collect());
        let kept: Vec<_> = self.segments.iter().map(|b| estimate::share(b.stayed, b.before)).collect();
        let share = |of: fn(estimate::Share) -> f64| Column::Share(kept.iter().map(|s| s.map(of)).collect());
        Table::figures("segments")
            .with("segment", name_column(&self.names, (0..self.outside()).map(Some).collect()))
            .with("before", count(|b| b.before))
            .with("after", count(|b| b.after))
            .with("net", Column::Number(self.segments.iter().map(|b| Some(b.net() as f64)).collect()))
            .with("entries", count(Balance::entries))
            .with("exits", count(Balance::exits))
            .with("stayed", count(|b| b.stayed))
            .with("kept", share(|s| s.value))
            .with("low", share(|s| s.low))
            .with("high", share(|s| s.high))
            .chart("migration.net", ChartKind::Bars { label: "segment", value: "net" })
    }
}

impl Present for Migration {
    fn answer(&self) -> Answer {
        let mut a = Answer::default();
        a.set("from", Cell::Day(self.from));
        a.set("to", Cell::Day(self.to));
        match &self.params.by {
            Some(by) => a.set("by", Cell::Text(by.as_str().into())),
            None => a.set("mode", Cell::Word { family: "migration", name: self.params.mode.word() }),
        }
        a.set("prior", Cell::Word { family: "prior", name: self.params.prior.word() });
        a.set("before", Cell::Count(self.before));
        a.set("after", Cell::Count(self.after));
        a.set("stayed", Cell::Count(self.stayed));
        a.tables =
            vec![self.list("rows", &self.rows.iter().collect::<Vec<_>>()), self.flows(), self.balances()];
        if let Some(kept) = self.kept() {
            a.set("kept.share", Cell::Share(kept.value));
            a.set("kept.low", Cell::Share(kept.low));
            a.set("kept.high", Cell::Share(kept.high));
            a.messages.push(
                Message::new("migration.kept")
                    .with("customers", Cell::Count(self.before))
                    .with("stayed", Cell::Count(self.stayed))
                    .with("share", Cell::Share(kept.value))
                    .with("low", Cell::Share(kept.low))
                    .with("high", Cell::Share(kept.high)),
            );
        }
        let entries = self.rows.iter().filter(|m| m.before.is_none()).count() as u64;
        let exits = self.rows.iter().filter(|m| m.after.is_none()).count() as u64;
        a.set("entries", Cell::Count(entries));
        a.set("exits", Cell::Count(exits));
        if by_windows(self) {
            a.messages.push(
                Message::new("migration.net")
                    .with("entries", Cell::Count(entries))
                    .with("exits", Cell::Count(exits)),
            );
        }
        if let Some(day) = self.cut_short {
            let f = Finding::new("segments.cut_short", Severity::Warning);
            a.findings.push(f.detail("from", &day).detail("day", &self.from));
        }
        // Whoever makes the segments knows which is better; what can be told of any is who is in none any more.
        let by = self.params.by.is_some();
        let mut slipped: Vec<&Moved> = if by { self.gone().collect() } else { self.slipped().collect() };
        if slipped.is_empty() {
            let values = vec![("customers", Cell::Count(self.before))];
            let key = if by { "migration.nobody_gone" } else { "migration.nobody_slipped" };
            a.actions.push(Action::Nothing { key, values });
            return a;
        }
        let paid = |m: &Moved| m.before.map_or(Minor::ZERO, |s| s.paid);
        slipped.sort_by_key(|m| (std::cmp::Reverse(paid(m)), m.customer));
        let sum = slipped.iter().map(|m| i128::from(paid(m).0)).sum();
        let sum = Minor::from_wide(sum, "a list's purchases").ok();
        let stake = sum.map(|value| Stake { value, low: None, high: None, unit: self.unit });
        let (key, list) = if by { ("migration.gone", "gone") } else { ("migration.slipped", "slipped") };
        a.tables.push(self.list(list, &slipped));
        a.actions.push(Action::Act { key, customers: slipped.len() as u64, stake, list });
        a
    }
}
