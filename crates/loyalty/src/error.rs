//! The one error type of this crate.

use naata_core::Class;

/// What can go wrong before the first event is replayed. Trouble with a single event is no error: it is a finding.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A rule of the programme cannot be worked with.
    #[error("use the rule '{rule}': {why}")]
    Rule {
        /// The rule's id.
        rule: String,
        /// What is wrong with it.
        why: String,
    },
    /// A part of the programme other than a rule cannot be worked with.
    #[error("use the programme: {why}")]
    Programme {
        /// What is wrong with it.
        why: String,
    },
    /// A record does not make an event.
    #[error("read the event '{event}': {why}")]
    Event {
        /// The event's id.
        event: String,
        /// What is wrong with it.
        why: String,
    },
    /// The programme counts in another currency than the purchases.
    #[error("run the programme: its rules are in {programme}, the purchases in {base}")]
    Currency {
        /// The programme's currency.
        programme: String,
        /// The currency of the purchases.
        base: String,
    },
    /// Points left the range in which they are exact.
    #[error("add up points: {what} leaves the range of exact points")]
    Overflow {
        /// What was being added up.
        what: String,
    },
    /// Days, zones or amounts of the core.
    #[error(transparent)]
    Core(#[from] naata_core::Error),
}

impl Error {
    /// A stable name for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Rule { .. } => "loyalty.rule",
            Self::Programme { .. } => "loyalty.programme",
            Self::Event { .. } => "loyalty.event",
            Self::Currency { .. } => "loyalty.currency",
            Self::Overflow { .. } => "loyalty.overflow",
            Self::Core(e) => e.code(),
        }
    }

    /// The class that decides the exit code.
    pub fn class(&self) -> Class {
        match self {
            Self::Rule { .. } | Self::Programme { .. } | Self::Currency { .. } => Class::Usage,
            Self::Event { .. } | Self::Overflow { .. } => Class::Data,
            Self::Core(e) => e.class(),
        }
    }
}

impl From<Error> for naata_answer::Refusal {
    fn from(e: Error) -> Self {
        Self { code: e.code(), class: e.class(), text: e.to_string() }
    }
}
