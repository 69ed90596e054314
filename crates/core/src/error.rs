//! The one error type of this crate, and the three classes every error of naata falls into.

/// What kind of trouble an error is; the command line turns it into an exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// A parameter, a configuration or a programme file is wrong (exit code 2).
    Usage,
    /// Input data cannot be read or is refused (exit code 3).
    Data,
    /// The data are fine, yet too thin or too odd for an honest answer (exit code 4 under `--strict`).
    Inconclusive,
}

/// What can go wrong while records become rows, summaries and histories.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A sum of money left the range of 64-bit minor units.
    #[error("add up amounts: the sum of {what} does not fit 64 bits of minor units")]
    Overflow {
        /// What was being added up.
        what: String,
    },
    /// More distinct ids than a 32-bit number can name.
    #[error("number ids: more than 4,294,967,294 distinct ids")]
    TooManyIds,
    /// A text longer than any id or name can be.
    #[error("keep a text of {bytes} bytes: an id or a name is at most 33,554,432 bytes long")]
    TextTooLong {
        /// Its length.
        bytes: usize,
    },
    /// More rows in one table than a 32-bit offset can address.
    #[error("group rows: more than 4,294,967,295 rows in one table")]
    TooManyRows,
    /// A date outside the proleptic Gregorian calendar naata works in.
    #[error("use the date {value}: it lies outside the calendar")]
    Date {
        /// The offending value.
        value: String,
    },
    /// A text that is not an ISO 4217 currency code.
    #[error("use the currency '{value}': it is not an ISO 4217 code")]
    Currency {
        /// The offending value.
        value: String,
    },
    /// Two currencies met where one was needed.
    #[error("mix {found} with {expected}: amounts of different currencies do not add up")]
    MixedCurrencies {
        /// The currency that was there first.
        expected: String,
        /// The one that came later.
        found: String,
    },
    /// An amount carries more decimals than the unit in use.
    #[error("use the amount {value}: it has more than {scale} decimals, and amounts are never rounded")]
    Scale {
        /// The offending amount.
        value: String,
        /// Decimals of the unit in use.
        scale: u8,
    },
    /// An amount too large for 64 bits of minor units.
    #[error("use the amount {value}: it does not fit 64 bits of minor units")]
    Amount {
        /// The offending amount.
        value: String,
    },
    /// A time zone that is neither an IANA name nor an offset.
    #[error(
        "use the time zone '{value}': expected an IANA name such as Asia/Kolkata, or an offset such as +05:30"
    )]
    Zone {
        /// The offending value.
        value: String,
    },
}

impl Error {
    /// A stable name for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Overflow { .. } => "core.overflow",
            Self::TooManyIds => "core.too_many_ids",
            Self::TextTooLong { .. } => "core.text_too_long",
            Self::TooManyRows => "core.too_many_rows",
            Self::Date { .. } => "core.date",
            Self::Currency { .. } => "core.currency",
            Self::MixedCurrencies { .. } => "core.mixed_currencies",
            Self::Scale { .. } => "core.scale",
            Self::Amount { .. } => "core.amount",
            Self::Zone { .. } => "core.zone",
        }
    }

    /// The class that decides the exit code.
    pub fn class(&self) -> Class {
        match self {
            Self::Zone { .. } | Self::Currency { .. } => Class::Usage,
            _ => Class::Data,
        }
    }
}
