//! The error type of this crate.

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
}

impl Error {
    /// A stable name for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Length { .. } => "facts.length",
            Self::Unknown { .. } => "facts.unknown",
            Self::Kind { .. } => "facts.kind",
            Self::Later { .. } => "facts.later",
        }
    }

    /// The class that decides the exit code.
    pub fn class(&self) -> Class {
        match self {
            Self::Length { .. } => Class::Data,
            _ => Class::Usage,
        }
    }
}
