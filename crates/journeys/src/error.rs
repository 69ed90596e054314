//! The error type of this crate.

use naata_answer::Refusal;
use naata_core::{Class, Day};

/// What can go wrong while touches become journeys.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// An instant outside the calendar, or more rows than can be counted.
    #[error(transparent)]
    Core(#[from] naata_core::Error),
    /// A touch names an activity or channel that the texts do not hold.
    #[error("name an activity: the texts of this base do not hold symbol {symbol}")]
    Symbol {
        /// The number of the symbol.
        symbol: u32,
    },
    /// An activity was asked for that no touch has.
    #[error("keep the activity '{name}': no touch has it{}", suggestion.as_ref().map(|s| format!("; did you mean '{s}'?")).unwrap_or_default())]
    Activity {
        /// The name asked for.
        name: String,
        /// The nearest name there is.
        suggestion: Option<String>,
    },
    /// A share is not between 0 and 1.
    #[error("use {value} as --{flag}: expected a share from 0 to 1")]
    Share {
        /// The flag.
        flag: &'static str,
        /// What was asked for.
        value: String,
    },
    /// There is no journey to draw.
    #[error("draw a map: no customer has a touch up to {as_of}")]
    NoTouches {
        /// The day of the question.
        as_of: Day,
    },
}

impl Error {
    /// A stable name for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Core(e) => e.code(),
            Self::Symbol { .. } => "journeys.symbol",
            Self::Activity { .. } => "journeys.activity",
            Self::Share { .. } => "journeys.share",
            Self::NoTouches { .. } => "journeys.no_touches",
        }
    }

    /// The class that decides the exit code.
    pub fn class(&self) -> Class {
        match self {
            Self::Core(e) => e.class(),
            Self::Symbol { .. } => Class::Data,
            Self::Activity { .. } | Self::Share { .. } => Class::Usage,
            Self::NoTouches { .. } => Class::Inconclusive,
        }
    }
}

impl From<Error> for Refusal {
    fn from(e: Error) -> Self {
        Self { code: e.code(), class: e.class(), text: e.to_string() }
    }
}
