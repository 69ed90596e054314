//! The one error type of this crate.

use naata_core::{Class, Day};

/// What can go wrong while a shop is made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The number of customers is 0 or more than memory should hold.
    #[error("make a shop of {customers} customers: between 1 and {most} are possible")]
    Customers {
        /// The number asked for.
        customers: u32,
        /// The most that are possible.
        most: u32,
    },
    /// The period is empty or lies outside the years the calendar knows.
    #[error(
        "make a shop from {from} to {until}: the period must begin in 2000 or later, end by 2099 and last a day or more"
    )]
    Period {
        /// The first day asked for.
        from: Day,
        /// The last day asked for.
        until: Day,
    },
    /// A parameter of the purchase model has no meaning.
    #[error("draw purchases: {0}")]
    Model(#[from] naata_math::Error),
    /// The plan of a large file has no meaning.
    #[error("write a large file: {what} must be {allowed}")]
    Bulk {
        /// The parameter.
        what: &'static str,
        /// What it may be.
        allowed: &'static str,
    },
    /// The machine-readable truth could not be written as JSON.
    #[error("write the truth: {0}")]
    Truth(#[from] serde_json::Error),
    /// The receiver of a streamed file refused it.
    #[error("write the file: {0}")]
    Write(#[from] std::io::Error),
}

impl Error {
    /// A stable name for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Customers { .. } => "demo.customers",
            Self::Period { .. } => "demo.period",
            Self::Model(_) => "demo.model",
            Self::Bulk { .. } => "demo.bulk",
            Self::Truth(_) => "demo.truth",
            Self::Write(_) => "demo.write",
        }
    }

    /// What kind of trouble it is.
    pub fn class(&self) -> Class {
        match self {
            Self::Customers { .. } | Self::Period { .. } | Self::Model(_) | Self::Bulk { .. } => Class::Usage,
            Self::Truth(_) | Self::Write(_) => Class::Data,
        }
    }
}
