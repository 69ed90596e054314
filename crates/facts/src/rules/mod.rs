//! Segments as rules in a text file: who belongs, told in conditions over facts and behaviour.
//!
//! ```
//! use naata_core::Day;
//! use naata_facts::rules::Rules;
//! use naata_facts::{Column, Facts, Kind};
//!
//! let text = r#"
//! [[segment]]
//! name = "young-kolkata"
//! when = { all = [
//!   { fact = "customers.city", in = ["Kolkata", "কলকাতা"] },
//!   { fact = "customers.age", below = 30 },
//! ] }
//! "#;
//! let known = [("customers.city", Kind::Class), ("customers.age", Kind::Count)];
//! let rules = Rules::parse(text, &known)?;
//!
//! let mut facts = Facts::new(3, Day(20_000));
//! let names = vec!["KOLKATA".into(), "Pune".into()];
//! facts.put_column("customers.city", Column::Class { names, of: vec![Some(0), Some(1), Some(0)] }, Day(20_000))?;
//! facts.put_column("customers.age", Column::Count(vec![Some(24), None, None]), Day(20_000))?;
//! rules.work_out(&mut facts, None)?;
//! // The second is not in, whatever their age; whether the third is in is not known.
//! let column = facts.column("segments.rules.young-kolkata")?;
//! assert_eq!(*column, Column::Flag(vec![Some(true), Some(false), None]));
//! # Ok::<(), naata_facts::Error>(())
//! ```
//!
//! # The language
//! A file holds `[[segment]]` tables, each with a `name`, optionally a `title`, an `action` (what to do with it), a
//! `priority` (the higher first), and a condition `when`. A condition is a table with exactly one of
//!
//! - `all = [..]`, `any = [..]`, `not = {..}`;
//! - `fact = "customers.city"` and a test;
//! - `segment = "name"`: members of another segment of the file;
//! - `count`, `days`, `sum`, `mean`, `first`, `last` of a [source](crate::Source) and a test; `some` and `none` need no
//!   test; `first-in = "180 days"` with `of = "purchases"`: the first in so long a time.
//!
//! A test is `is`, `is-not`, `above`, `at-least`, `below`, `at-most`, `between = [low, high]` (both included),
//! `in = [..]`, `not-in = [..]`, `missing = true`; for names also `contains`, `starts-with`, `equals`; for dates also
//! the ends of a [window](crate::Window). Several tests must all hold. A behaviour takes a window (`within`, `since`,
//! `after`, `until`, `before`, each a date or a length of time) and filters (`category = "sweets"` or a list).
//!
//! Numbers are exact: money is a whole number or a text such as `"1499.50"`. Names are equal as [`crate::fold`] has
//! them. A customer is a member only where the condition is true; where it is unknown they are counted apart.

mod check;
mod clause;
mod diagnostic;
mod explain;
mod parse;
mod read;
mod tested;
#[cfg(test)]
mod tests;
mod vocabulary;

pub use diagnostic::Diagnostic;
pub use explain::{Seen, Why};

use crate::{Column, Compare, Condition, Error, Facts, Kind, Literal, Measure, Tables, TextMatch, Window};
use naata_core::{Day, Exec, Serial, Zone};
use serde::Serialize;
use std::fmt;

/// What comes before the name of a segment in the name of its fact.
pub const PREFIX: &str = "segments.rules.";

/// The segments of a file.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Rules {
    /// What the set is called.
    pub name: Option<String>,
    /// The zone in which instants have their day; that of the base when the file states none.
    pub zone: Option<Zone>,
    /// The segments, in the order of the file.
    pub segments: Vec<Segment>,
    /// Positions of segments such that each comes after those it names.
    order: Vec<usize>,
}

/// A named segment.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Segment {
    /// Its name.
    pub name: String,
    /// Its title, as its owner would say it.
    pub title: Option<String>,
    /// What to do with it.
    pub action: Option<String>,
    /// Which segment is served first where a customer is in several: the higher.
    pub priority: i64,
    /// The line of the file it begins in.
    pub line: u64,
    /// Who belongs.
    pub when: Clause,
}

/// A condition as written.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Clause {
    /// Every part holds.
    All(Vec<Self>),
    /// At least one part holds.
    Any(Vec<Self>),
    /// The part does not hold.
    Not(Box<Self>),
    /// A fact, a behaviour or another segment is tested.
    Test(Test),
}

/// A test of one subject.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Test {
    /// What is tested.
    pub subject: Subject,
    /// What must hold of it, all of it.
    pub relations: Vec<Relation>,
    /// The text of the file, on one line.
    #[serde(skip)]
    pub text: String,
    /// Its line.
    #[serde(skip)]
    pub line: u64,
}

/// What is tested.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    /// A fact, by name.
    Fact(String),
    /// Whether someone is in another segment, by name.
    Segment(String),
    /// What someone did.
    Measure(Measure),
}

/// What must hold of a subject.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Relation {
    /// It stands so to a value.
    Compare(Compare, Literal),
    /// It is one of these, or (`false`) none of these.
    OneOf(Vec<Literal>, bool),
    /// It lies between, both included.
    Between(Literal, Literal),
    /// It matches a text.
    Text(TextMatch, String),
    /// Its day lies in a window.
    In(Window),
    /// Nothing is known of it, or (`false`) something is.
    Missing(bool),
}

impl Test {
    /// The name of the fact it reads.
    pub fn fact(&self) -> String {
        match &self.subject {
            Subject::Fact(name) => name.clone(),
            Subject::Segment(name) => format!("{PREFIX}{name}"),
            Subject::Measure(measure) => measure.to_string(),
        }
    }

    /// The test as a condition over facts, seen from a day.
    pub fn condition(&self, as_of: Day) -> Condition {
        let fact = || self.fact();
        let one = |relation: &Relation| match relation {
            Relation::Compare(compare, value) => {
                Condition::Is { fact: fact(), compare: *compare, value: value.clone() }
            }
            Relation::OneOf(values, inside) => {
                let one_of = Condition::OneOf { fact: fact(), values: values.clone() };
                if *inside { one_of } else { Condition::Not(Box::new(one_of)) }
            }
            Relation::Between(low, high) => {
                Condition::Between { fact: fact(), low: low.clone(), high: high.clone() }
            }
            Relation::Text(how, text) => Condition::Text { fact: fact(), how: *how, text: text.clone() },
            Relation::In(window) => {
                let (first, last) = window.days(as_of);
                Condition::Between { fact: fact(), low: Literal::Day(first), high: Literal::Day(last) }
            }
            Relation::Missing(missing) => {
                let condition = Condition::Missing { fact: fact() };
                if *missing { condition } else { Condition::Not(Box::new(condition)) }
            }
        };
        match self.relations.as_slice() {
            [relation] => one(relation),
            many => Condition::All(many.iter().map(one).collect()),
        }
    }
}

impl Clause {
    /// The condition over facts, seen from a day.
    pub fn condition(&self, as_of: Day) -> Condition {
        match self {
            Self::All(parts) => Condition::All(parts.iter().map(|p| p.condition(as_of)).collect()),
            Self::Any(parts) => Condition::Any(parts.iter().map(|p| p.condition(as_of)).collect()),
            Self::Not(part) => Condition::Not(Box::new(part.condition(as_of))),
            Self::Test(test) => test.condition(as_of),
        }
    }

    /// Its tests, in the order of the file.
    pub fn tests(&self) -> Vec<&Test> {
        match self {
            Self::All(parts) | Self::Any(parts) => parts.iter().flat_map(Self::tests).collect(),
            Self::Not(part) => part.tests(),
            Self::Test(test) => vec![test],
        }
    }
}

impl fmt::Display for Clause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let many = |f: &mut fmt::Formatter<'_>, name: &str, parts: &[Self]| {
            write!(f, "{name}(")?;
            for (part, i) in parts.iter().zip(0..) {
                write!(f, "{}{part}", if i == 0 { "" } else { ", " })?;
            }
            f.write_str(")")
        };
        match self {
            Self::All(parts) => many(f, "all", parts),
            Self::Any(parts) => many(f, "any", parts),
            Self::Not(part) => write!(f, "not({part})"),
            Self::Test(test) => f.write_str(&test.text),
        }
    }
}

impl Segment {
    /// The name of the fact that says who is a member.
    pub fn fact(&self) -> String {
        format!("{PREFIX}{}", self.name)
    }
}

impl Rules {
    /// Reads a file of rules. `known` are the facts there are, each with its kind; every mistake is told, in the order
    /// of the file, as [`Error::Rules`].
    pub fn parse(text: &str, known: &[(&str, Kind)]) -> Result<Self, Error> {
        let (rules, faults) = Self::lint(text, known);
        if faults.is_empty() { Ok(rules) } else { Err(Error::Rules { faults }) }
    }

    /// Reads as much of a file as can be read, with all its mistakes.
    pub fn lint(text: &str, known: &[(&str, Kind)]) -> (Self, Vec<Diagnostic>) {
        parse::parse(text, known)
    }

    /// A segment by name.
    pub fn segment(&self, name: &str) -> Result<&Segment, Error> {
        self.segments.iter().find(|s| s.name == name).ok_or_else(|| Error::Segment {
            name: name.into(),
            suggestion: crate::nearest(name, self.segments.iter().map(|s| s.name.as_str()))
                .map(str::to_string),
        })
    }

    /// The names of recorded facts the segments mention, each once, in order.
    pub fn facts(&self) -> Vec<&str> {
        let mut names: Vec<&str> = self.tests().filter_map(|t| t.plain_fact()).collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    /// The behaviours the segments mention.
    pub fn measures(&self) -> Vec<&Measure> {
        let mut all: Vec<&Measure> = Vec::new();
        for test in self.tests() {
            if let Subject::Measure(m) = &test.subject
                && !all.contains(&m)
            {
                all.push(m);
            }
        }
        all
    }

    /// The segments a segment is defined by: itself and those it names, directly or not, in an order in which each
    /// comes after those it names. Empty for a name that is not there.
    pub fn closure(&self, name: &str) -> Vec<&Segment> {
        let mut wanted = vec![name];
        let mut found = Vec::new();
        for segment in self.order.iter().rev().filter_map(|i| self.segments.get(*i)) {
            if wanted.contains(&segment.name.as_str()) {
                found.push(segment);
                wanted.extend(segment.when.tests().into_iter().filter_map(|t| match &t.subject {
                    Subject::Segment(name) => Some(name.as_str()),
                    _ => None,
                }));
            }
        }
        found.reverse();
        found
    }

    /// A segment's definition as text, with those it names, one a line: equal for files that differ in blanks and
    /// comments alone. Empty for a name that is not there.
    pub fn definition(&self, name: &str) -> String {
        let lines = self.closure(name).into_iter().map(|s| format!("{} = {}", s.name, s.when));
        lines.collect::<Vec<_>>().join("\n")
    }

    /// Works out who is in each segment and puts it into the facts as `segments.rules.NAME`. The recorded facts must be
    /// there already; behaviours are read from the tables.
    pub fn work_out(&self, facts: &mut Facts, tables: Option<&Tables<'_>>) -> Result<(), Error> {
        self.work_out_on(&Serial, facts, tables)
    }

    /// The same with the threads of a host; the facts are the same to the last byte.
    pub fn work_out_on(
        &self,
        exec: &dyn Exec,
        facts: &mut Facts,
        tables: Option<&Tables<'_>>,
    ) -> Result<(), Error> {
        let as_of = facts.as_of();
        for measure in self.measures() {
            let key = measure.to_string();
            if facts.has(&key) {
                continue;
            }
            let Some(tables) = tables else { return Err(Error::Unknown { fact: key, suggestion: None }) };
            let tables = Tables { zone: self.zone.unwrap_or(tables.zone), ..*tables };
            let column = measure.column_on(exec, &tables, facts.customers(), as_of)?;
            facts.put_column(&key, column, as_of)?;
        }
        for segment in self.order.iter().filter_map(|i| self.segments.get(*i)) {
            let members = segment.when.condition(as_of).eval(facts)?;
            facts.put_column(&segment.fact(), Column::Flag(members), as_of)?;
        }
        Ok(())
    }

    fn tests(&self) -> impl Iterator<Item = &Test> {
        self.segments.iter().flat_map(|s| s.when.tests())
    }
}

impl Test {
    fn plain_fact(&self) -> Option<&str> {
        match &self.subject {
            Subject::Fact(name) => Some(name),
            _ => None,
        }
    }
}
