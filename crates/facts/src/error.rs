//! The error type of this crate.

use crate::rules::Diagnostic;
use naata_core::{Class, Day};

/// What can go wrong with facts and conditions.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A column has another number of customers than the base.
    #[error("keep the fact {fact}: it has {found} values for {expected} customers")]
    Length {
        /// The fact.
        fact: String,
        /// Customers of the base.
        expected: usize,
        /// Values of the column.
        found: usize,
    },
    /// No such fact.
    #[error("find the fact '{fact}'{}", suggestion.as_ref().map(|s| format!("; did you mean '{s}'?")).unwrap_or_default())]
    Unknown {
        /// The name asked for.
        fact: String,
        /// The nearest name there is.
        suggestion: Option<String>,
    },
    /// A fact of one kind is compared with a value of another.
    #[error("compare the fact {fact}: it holds {holds}, not {asked}")]
    Kind {
        /// The fact.
        fact: String,
        /// What it holds.
        holds: &'static str,
        /// What was asked of it.
        asked: &'static str,
    },
    /// A fact was known only after the day one stands on.
    #[error("use the fact {fact} on {cutoff}: it was known only on {known}")]
    Later {
        /// The fact.
        fact: String,
        /// The day one stands on.
        cutoff: Day,
        /// The day it was known.
        known: Day,
    },
    /// Exact amounts add up to more than can be kept.
    #[error("add up the {what}: it is more than can be kept exactly")]
    Overflow {
        /// What was being added up.
        what: String,
    },
    /// Rules with mistakes; each is told with its place.
    #[error("use the rules: they have {} mistake{}; the first is at line {}, column {}: {}", faults.len(), if faults.len() == 1 { "" } else { "s" }, first(faults).0, first(faults).1, first(faults).2)]
    Rules {
        /// The mistakes, in order of place.
        faults: Vec<Diagnostic>,
    },
    /// No such segment.
    #[error("find the segment '{name}'{}", suggestion.as_ref().map(|s| format!("; did you mean '{s}'?")).unwrap_or_default())]
    Segment {
        /// The name asked for.
        name: String,
        /// The nearest name there is.
        suggestion: Option<String>,
    },
}

fn first(faults: &[Diagnostic]) -> (u64, u64, String) {
    faults.first().map_or((0, 0, String::new()), |d| (d.line, d.column, d.to_string()))
}

impl Error {
    /// A stable name for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Length { .. } => "facts.length",
            Self::Unknown { .. } => "facts.unknown",
            Self::Kind { .. } => "facts.kind",
            Self::Later { .. } => "facts.later",
            Self::Overflow { .. } => "facts.overflow",
            Self::Rules { .. } => "facts.rules",
            Self::Segment { .. } => "facts.segment",
        }
    }

    /// The class that decides the exit code.
    pub fn class(&self) -> Class {
        match self {
            Self::Length { .. } | Self::Overflow { .. } => Class::Data,
            _ => Class::Usage,
        }
    }
}
