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
    /// Too few customers for a model.
    #[error("fit a model to {customers} customers with a purchase: at least {least} are needed")]
    TooFew {
        /// Customers with a purchase.
        customers: u64,
        /// How many are needed.
        least: u64,
    },
    /// Too few customers with enough days of purchase to learn what is usual.
    #[error(
        "learn how long silences last: {customers} customers have {days} days of purchase or more, at least {least} are needed"
    )]
    TooFewRegulars {
        /// Customers with so many days of purchase.
        customers: u64,
        /// The days of purchase that are needed.
        days: usize,
        /// How many customers are needed.
        least: u64,
    },
    /// A fact about customers is not there, or cannot be used.
    #[error(transparent)]
    Facts(#[from] naata_facts::Error),
    /// A fact of numbers, amounts or days cannot divide customers.
    #[error("divide customers by {fact}: it holds {holds}, and names or yes-or-no are needed")]
    NoClasses {
        /// The fact.
        fact: String,
        /// What it holds.
        holds: &'static str,
    },
    /// A fact that was not known yet when customers first bought cannot explain what they did from then on.
    #[error(
        "use {fact} as covariate: it is of {known}, and {earlier} of {customers} customers first bought before; \
         use a fact stated about customers, such as customers.channel, or {fact} as of an earlier day (FACT@DATE)"
    )]
    KnownLater {
        /// The fact.
        fact: String,
        /// When it was known.
        known: Day,
        /// Customers whose first purchase came before.
        earlier: u64,
        /// All customers.
        customers: u64,
    },
    /// Too few customers under contract for a model.
    #[error("fit a model to {customers} customers under contract: at least {least} are needed")]
    TooFewContracts {
        /// Customers whose first day the records show.
        customers: u64,
        /// How many are needed.
        least: u64,
    },
    /// Nobody ever bought again.
    #[error("fit a model to {customers} customers: none of them bought on a second day up to {until}")]
    NoRepeat {
        /// Customers with a purchase.
        customers: u64,
        /// The last day the model may see.
        until: Day,
    },
    /// A parameter is outside what makes sense.
    #[error("use {value} as {parameter}: it must be {allowed}")]
    Parameter {
        /// The parameter.
        parameter: &'static str,
        /// Its value.
        value: String,
        /// What is allowed.
        allowed: &'static str,
    },
    /// No answer with a score is there.
    #[error("work out a score: no answer of the kind '{kind}' with a valid score lies in the period")]
    NoAnswers {
        /// The kind of question.
        kind: &'static str,
    },
    /// Inputs that belong together have different numbers of rows.
    #[error("read {what}: it has {found} rows where {expected} are needed")]
    Rows {
        /// The input.
        what: String,
        /// The rows needed.
        expected: usize,
        /// The rows there are.
        found: usize,
    },
    /// A time under observation that is none.
    #[error(
        "use the time {value} of row {row}: times are finite, not negative, and an entry comes before the exit"
    )]
    Time {
        /// The row, counted from 0.
        row: usize,
        /// The time.
        value: String,
    },
    /// Nobody is under observation.
    #[error("measure who leaves: nobody is under observation")]
    Nobody,
    /// Nobody left, or everybody did: there is nothing to tell apart.
    #[error("tell leavers from those who stay: {left} of {n} left")]
    OneOutcome {
        /// How many left.
        left: u64,
        /// Of how many.
        n: u64,
    },
    /// Too few left, or too few stayed, to compare them.
    #[error(
        "compare leavers with those who stay: {left} of {n} left, and at least {least} of either are needed"
    )]
    TooFewLeavers {
        /// How many left.
        left: u64,
        /// Of how many.
        n: u64,
        /// How many of either are needed.
        least: u64,
    },
    /// A row of a class that does not exist.
    #[error("use class {class} in row {row}: there are {classes} classes")]
    Class {
        /// The row, counted from 0.
        row: usize,
        /// Its class, counted from 0.
        class: usize,
        /// How many classes there are.
        classes: usize,
    },
    /// A column tells leavers from stayers without error: a model has no finite coefficient for it.
    #[error(
        "fit a model: '{column}' alone, or with others, tells leavers from stayers; leave it out, or pool it"
    )]
    Separated {
        /// The column.
        column: String,
    },
    /// A search for the best model ended without one.
    #[error("fit a model: {why}")]
    NotIdentified {
        /// Why.
        why: String,
    },
    /// A horizon that was not watched.
    #[error("look {asked} ahead: it must be above 0, and nobody was watched beyond {last}")]
    Horizon {
        /// The horizon asked for.
        asked: String,
        /// The last time anybody was seen.
        last: String,
    },
    /// Too few groups have anybody to compare.
    #[error("compare groups: {found} of them have anybody at risk when somebody leaves, 2 are needed")]
    Groups {
        /// Groups that can be compared.
        found: usize,
    },
    /// A value of a model's column that is no number.
    #[error("use the value {value} in row {row} of the column '{column}': it must be a finite number")]
    Covariate {
        /// The column.
        column: String,
        /// The row, counted from 0.
        row: usize,
        /// The value.
        value: String,
    },
    /// Something was known only after the day from which one looks ahead.
    #[error("use {what} of {known}: only what is known by {landmark} may explain what happens later")]
    AfterLandmark {
        /// What was offered.
        what: String,
        /// When it was known.
        known: Day,
        /// The last day that may be looked at.
        landmark: Day,
    },
    /// The records do not reach far enough back or ahead.
    #[error("look from {landmark} to {end}: the records cover {from} to {to}")]
    Landmark {
        /// The day from which one looks ahead.
        landmark: Day,
        /// The last day of the outcome.
        end: Day,
        /// The first day of the records.
        from: Day,
        /// The last day that is known.
        to: Day,
    },
    /// A calculation has no answer.
    #[error("{text}")]
    Numerics {
        /// The stable name of the reason.
        code: &'static str,
        /// The reason.
        text: String,
    },
}

impl Error {
    /// A stable name for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Core(e) => e.code(),
            Self::Facts(e) => e.code(),
            Self::NoClasses { .. } => "metrics.no_classes",
            Self::NoPurchases { .. } => "metrics.no_purchases",
            Self::Period { .. } => "metrics.period",
            Self::Uncovered { .. } => "metrics.uncovered",
            Self::TooFew { .. } => "clv.too_few",
            Self::NoRepeat { .. } => "clv.no_repeat",
            Self::KnownLater { .. } => "clv.known_later",
            Self::TooFewContracts { .. } => "clv.too_few_contracts",
            Self::Parameter { .. } => "metrics.parameter",
            Self::Window => "metrics.window",
            Self::NoAnswers { .. } => "metrics.no_answers",
            Self::Rows { .. } => "metrics.rows",
            Self::Time { .. } => "metrics.time",
            Self::Nobody => "metrics.nobody",
            Self::OneOutcome { .. } => "metrics.one_outcome",
            Self::TooFewLeavers { .. } => "metrics.too_few_leavers",
            Self::Class { .. } => "metrics.class",
            Self::Separated { .. } => "metrics.separated",
            Self::NotIdentified { .. } => "metrics.not_identified",
            Self::Horizon { .. } => "metrics.horizon",
            Self::TooFewRegulars { .. } => "metrics.too_few_regulars",
            Self::Groups { .. } => "metrics.groups",
            Self::Covariate { .. } => "metrics.covariate",
            Self::AfterLandmark { .. } => "metrics.after_landmark",
            Self::Landmark { .. } => "metrics.landmark",
            Self::Numerics { code, .. } => code,
        }
    }

    /// The class that decides the exit code.
    pub fn class(&self) -> Class {
        match self {
            Self::Core(e) => e.class(),
            Self::Facts(e) => e.class(),
            Self::NoClasses { .. } => Class::Usage,
            Self::Period { .. } | Self::Window | Self::Parameter { .. } => Class::Usage,
            Self::NoPurchases { .. }
            | Self::Uncovered { .. }
            | Self::TooFew { .. }
            | Self::TooFewRegulars { .. }
            | Self::TooFewContracts { .. }
            | Self::NoRepeat { .. }
            | Self::NoAnswers { .. } => Class::Inconclusive,
            Self::Horizon { .. } | Self::KnownLater { .. } => Class::Usage,
            Self::Rows { .. }
            | Self::Time { .. }
            | Self::Class { .. }
            | Self::Covariate { .. }
            | Self::AfterLandmark { .. } => Class::Data,
            Self::Nobody
            | Self::OneOutcome { .. }
            | Self::TooFewLeavers { .. }
            | Self::Groups { .. }
            | Self::Separated { .. }
            | Self::NotIdentified { .. }
            | Self::Landmark { .. }
            | Self::Numerics { .. } => Class::Inconclusive,
        }
    }
}

impl From<naata_math::Error> for Error {
    fn from(e: naata_math::Error) -> Self {
        Self::Numerics { code: e.code(), text: e.to_string() }
    }
}

impl From<Error> for Refusal {
    fn from(e: Error) -> Self {
        Self { code: e.code(), class: e.class(), text: e.to_string() }
    }
}
