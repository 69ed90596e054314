//! The one error type of this crate.

use naata_core::Class;

/// What can go wrong with customer data as a whole. Trouble with a single row is no error: it is a finding.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// There is no table to audit.
    #[error("check the data: no table was read")]
    NoTables,
    /// A window of occasions longer than a year.
    #[error("look {days} days ahead: an occasion comes once a year, so at most 366 days make sense")]
    Window {
        /// The days asked for.
        days: u32,
    },
    /// A day beyond the calendar.
    #[error("look ahead from {from}: the calendar ends there")]
    Calendar {
        /// The day one stands on.
        from: String,
    },
}

impl Error {
    /// A stable name for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoTables => "check.no_tables",
            Self::Window { .. } => "customers.occasions.window",
            Self::Calendar { .. } => "customers.occasions.calendar",
        }
    }

    /// The class that decides the exit code.
    pub fn class(&self) -> Class {
        match self {
            Self::NoTables => Class::Data,
            Self::Window { .. } | Self::Calendar { .. } => Class::Usage,
        }
    }
}

impl From<Error> for naata_answer::Refusal {
    fn from(e: Error) -> Self {
        Self { code: e.code(), class: e.class(), text: e.to_string() }
    }
}
