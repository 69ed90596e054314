//! What an analysis says: a small head, tables, sentences, the action to take, and findings.

use crate::{Cell, Table};
use naata_core::{Finding, Minor, MoneyUnit};

/// A sentence in no language: a stable key of the words and typed values it mentions.
#[derive(Clone, Debug, PartialEq)]
pub struct Message {
    /// The key of the sentence.
    pub key: &'static str,
    /// The values it mentions, by name.
    pub values: Vec<(&'static str, Cell)>,
}

impl Message {
    /// A sentence without values yet.
    pub fn new(key: &'static str) -> Self {
        Self { key, values: Vec::new() }
    }

    /// Adds a value.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: Cell) -> Self {
        self.values.push((name, value));
        self
    }
}

/// Money at stake, with the range it is known to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stake {
    /// The best estimate.
    pub value: Minor,
    /// The lower end of its range; `None` where the amount is a plain count of money, not an estimate.
    pub low: Option<Minor>,
    /// The upper end.
    pub high: Option<Minor>,
    /// The unit of all three.
    pub unit: MoneyUnit,
}

/// What to do next, as data.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// Do something about these customers.
    Act {
        /// The key of the sentence that says what to do.
        key: &'static str,
        /// How many customers it concerns.
        customers: u64,
        /// The money at stake, where it can be said.
        stake: Option<Stake>,
        /// The list table of the same answer that holds them.
        list: &'static str,
    },
    /// Nothing to do, and why: the evidence is too thin, or all is well.
    Nothing {
        /// The key of the sentence that says why.
        key: &'static str,
        /// The values it mentions.
        values: Vec<(&'static str, Cell)>,
    },
}

/// What an analysis says. The head is small and its dotted keys nest in JSON; the bulk is in tables and is streamed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Answer {
    /// Single figures by dotted key.
    pub head: Vec<(&'static str, Cell)>,
    /// Tables; the first is the main one.
    pub tables: Vec<Table>,
    /// Sentences, the most important first.
    pub messages: Vec<Message>,
    /// What to do next; every section of a report ends with one.
    pub actions: Vec<Action>,
    /// What was found on the way.
    pub findings: Vec<Finding>,
}

impl Answer {
    /// Adds a figure to the head.
    pub fn set(&mut self, key: &'static str, value: Cell) {
        self.head.push((key, value));
    }

    /// A figure of the head.
    pub fn get(&self, key: &str) -> Option<&Cell> {
        self.head.iter().find(|(k, _)| *k == key).map(|(_, v)| v)
    }

    /// A table by key.
    pub fn table(&self, key: &str) -> Option<&Table> {
        self.tables.iter().find(|t| t.key == key)
    }

    /// What is unsound about the answer: columns of unequal length, charts of columns that are not there, actions
    /// that name no list. Empty for a sound answer; tests hold every analysis to it.
    pub fn flaws(&self) -> Vec<String> {
        let mut flaws = Vec::new();
        for t in &self.tables {
            for (key, column) in &t.columns {
                if column.len() != t.rows() {
                    flaws.push(format!(
                        "column {key} of table {} has {} of {} rows",
                        t.key,
                        column.len(),
                        t.rows()
                    ));
                }
            }
            for c in &t.charts {
                for key in t.missing_columns(c) {
                    flaws.push(format!("chart {} of table {} names the missing column {key}", c.key, t.key));
                }
            }
        }
        for a in &self.actions {
            if let Action::Act { key, list, .. } = a
                && self.table(list).is_none()
            {
                flaws.push(format!("action {key} names the missing table {list}"));
            }
        }
        flaws
    }
}

/// A result that can be told.
pub trait Present {
    /// The result as an answer.
    fn answer(&self) -> Answer;
}
