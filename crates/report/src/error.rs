//! The one error type of this crate.

use naata_core::Class;

/// What can go wrong while an answer is written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The place the result goes to does not take it.
    #[error("write the result: {0}")]
    Write(#[from] std::io::Error),
    /// A table was asked for that the answer does not have.
    #[error("find the table '{name}': {}", if known.is_empty() { "the answer has no table".to_string() } else { format!("the answer has {}", known.join(", ")) })]
    Table {
        /// The table that was asked for.
        name: String,
        /// The tables that are there.
        known: Vec<String>,
    },
    /// A format of one table was asked for, and there is no section to take it from.
    #[error("print a table: the document has no section")]
    Empty,
}

impl Error {
    /// A stable name for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Write(_) => "report.write",
            Self::Table { .. } => "report.table",
            Self::Empty => "report.empty",
        }
    }

    /// The class that decides the exit code.
    pub fn class(&self) -> Class {
        match self {
            Self::Write(_) => Class::Data,
            Self::Table { .. } | Self::Empty => Class::Usage,
        }
    }
}
