//! The error type of this crate.

use naata_answer::Refusal;
use naata_core::{Class, Day};

/// Why a metric has no honest answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A sum or a date left its range.
    #[error(transparent)]
    Core(#[from] naata_core::Error),
    /// No purchase is known on the day one stands on.
    #[error("measure purchases: there is none up to {as_of}")]
    NoPurchases {
        /// The day one stands on.
        as_of: Day,
    },
    /// A period has no days, or more than the comparison with last year can bear.
    #[error("compare periods of {days} days: between 1 and 364 days are possible")]
    Period {
        /// The days asked for.
        days: u32,
    },
    /// The data end before the period begins.
    #[error("measure {from} to {to}: the last sale is of {last}")]
    Uncovered {
        /// The first day of the period.
        from: Day,
        /// The last day of the period.
        to: Day,
        /// The last day with a sale.
        last: Day,
    },
    /// A window of no days.
    #[error("look at a window of 0 days: at least 1 is needed")]
    Window,
    /// No answer with a score is there.
    #[error("work out a score: no answer of the kind '{kind}' with a valid score lies in the period")]
    NoAnswers {
        /// The kind of question.
        kind: &'static str,
    },
}

impl Error {
    /// A stable name for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Core(e) => e.code(),
            Self::NoPurchases { .. } => "metrics.no_purchases",
            Self::Period { .. } => "metrics.period",
            Self::Uncovered { .. } => "metrics.uncovered",
            Self::Window => "metrics.window",
            Self::NoAnswers { .. } => "metrics.no_answers",
        }
    }

    /// The class that decides the exit code.
    pub fn class(&self) -> Class {
        match self {
            Self::Core(e) => e.class(),
            Self::Period { .. } | Self::Window => Class::Usage,
            Self::NoPurchases { .. } | Self::Uncovered { .. } | Self::NoAnswers { .. } => Class::Inconclusive,
        }
    }
}

impl From<Error> for Refusal {
    fn from(e: Error) -> Self {
        Self { code: e.code(), class: e.class(), text: e.to_string() }
    }
}
