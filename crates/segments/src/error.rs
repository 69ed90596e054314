//! The error type of this crate.

use naata_answer::Refusal;
use naata_core::{Class, Day};

/// What can go wrong while customers are put in segments.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A sum of money left its range.
    #[error(transparent)]
    Core(#[from] naata_core::Error),
    /// A fact is missing, of another kind, or known too late.
    #[error(transparent)]
    Facts(#[from] naata_facts::Error),
    /// The number of scores is outside what the variants are defined for.
    #[error("score customers in {bins} bins: expected a number from 2 to 10")]
    Bins {
        /// The number asked for.
        bins: u8,
    },
    /// A set is written for another number of scores.
    #[error("use the segment set '{set}': it is written for {found} scores of each measure, not for {bins}")]
    SetBins {
        /// The set.
        set: String,
        /// The number it is written for.
        found: u8,
        /// The number asked for.
        bins: u8,
    },
    /// A set or a segment has no name.
    #[error("use the segment set '{set}': a name in it is blank")]
    Blank {
        /// The set.
        set: String,
    },
    /// A set has more boxes than positions.
    #[error("use the segment set '{set}': it has more than 65,535 boxes")]
    TooManyBoxes {
        /// The set.
        set: String,
    },
    /// A box lies outside the scores, or holds none.
    #[error(
        "use the segment '{name}': {measure} from {low} to {high} is no range of scores from 1 to {bins}"
    )]
    Box {
        /// The segment.
        name: String,
        /// The measure.
        measure: &'static str,
        /// The lowest score.
        low: u8,
        /// The highest score.
        high: u8,
        /// The number of scores.
        bins: u8,
    },
    /// Ranges of periods that cannot be read.
    #[error("read the brackets '{text}': expected ranges such as 1,2-3,4-6")]
    Brackets {
        /// The offending text.
        text: String,
    },
    /// Edges can be kept only where a value alone has a score.
    #[error(
        "keep the edges of the first day: with {scoring} a value alone has no score; use rescored or another scoring"
    )]
    CannotFreeze {
        /// The way of scoring.
        scoring: &'static str,
    },
    /// Two days are in the wrong order.
    #[error("compare {from} with {to}: the first day must come before the second")]
    Order {
        /// The first day.
        from: Day,
        /// The second day.
        to: Day,
    },
    /// A fact does not divide customers into classes.
    #[error("divide customers by {fact}: it holds {holds}, not names")]
    NoClasses {
        /// The fact.
        fact: String,
        /// What it holds.
        holds: &'static str,
    },
    /// An outcome begins before the segments are known.
    #[error("measure the outcome from {starts}: it must begin after {on}, the day of the segments")]
    OutcomeTooEarly {
        /// The day of the segments.
        on: Day,
        /// The first day of the outcome.
        starts: Day,
    },
    /// The days of the outcome are not over.
    #[error("measure the outcome of the {days} days after {on}: on {as_of} they are not over")]
    OutcomeUnfinished {
        /// The day of the segments.
        on: Day,
        /// The days of the outcome.
        days: u32,
        /// The day of the question.
        as_of: Day,
    },
    /// No line of an order is in a basket.
    #[error("look into baskets: there is none up to {as_of} with an item in it")]
    NoBaskets {
        /// The day of the question.
        as_of: Day,
    },
    /// Too many sets are frequent to hold or to read.
    #[error("find frequent itemsets: there are more than {most}; ask for a higher support or smaller sets")]
    TooManyItemsets {
        /// The most that are kept.
        most: u64,
    },
    /// A rate of false discoveries lies outside 0 to 1.
    #[error("tell pairs at a false discovery rate of {rate}: expected a number between 0 and 1")]
    Rate {
        /// The rate asked for.
        rate: String,
    },
    /// Features that cannot be read.
    #[error("read the features '{text}': expected names such as log1p(recency),monetary, each once")]
    Features {
        /// The offending text.
        text: String,
    },
    /// A fact is no number.
    #[error("group customers by {fact}: it holds {holds}, not numbers")]
    NoNumbers {
        /// The fact.
        fact: String,
        /// What it holds.
        holds: &'static str,
    },
    /// A number of clusters nobody can use.
    #[error("find {asked} clusters: expected a number from 2 to {most}")]
    ClusterCount {
        /// The number asked for.
        asked: u8,
        /// The most.
        most: u8,
    },
    /// Fewer different customers than clusters.
    #[error(
        "find {clusters} clusters of {points} customers: at least {clusters} of them must differ in the features"
    )]
    TooFewPoints {
        /// The number of clusters.
        clusters: u64,
        /// Customers with all features.
        points: u64,
    },
    /// Nobody has a purchase.
    #[error("find customers with a purchase up to {as_of}: there are none")]
    NoBuyers {
        /// The day of the question.
        as_of: Day,
    },
    /// A window without a day.
    #[error("take a window of {days} days: expected at least one")]
    Window {
        /// The days asked for.
        days: u32,
    },
    /// A window of purchases is asked for, but only their summaries are there.
    #[error("take a window of purchases: only what each customer bought in all was kept of them")]
    NotKept,
    /// Fewer customers than scores: ranks would only number them.
    #[error(
        "score customers in {bins} bins: only {customers} of them bought up to {as_of}, and a score must stand for at least one; ask for fewer bins"
    )]
    TooFewBuyers {
        /// The number of scores.
        bins: u8,
        /// Customers with a purchase.
        customers: u64,
        /// The day of the question.
        as_of: Day,
    },
    /// A summary reaches beyond the day of the question.
    #[error("score customers on {as_of}: a summary holds a purchase of {last}, which was not known yet")]
    Later {
        /// The day of the question.
        as_of: Day,
        /// The later day.
        last: Day,
    },
}

impl Error {
    /// A stable name for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Core(e) => e.code(),
            Self::Facts(e) => e.code(),
            Self::CannotFreeze { .. } => "segments.cannot_freeze",
            Self::Order { .. } => "segments.order",
            Self::NoClasses { .. } => "segments.no_classes",
            Self::OutcomeTooEarly { .. } => "segments.outcome_too_early",
            Self::OutcomeUnfinished { .. } => "segments.outcome_unfinished",
            Self::Bins { .. } => "segments.bins",
            Self::Window { .. } => "segments.window",
            Self::NotKept => "segments.not_kept",
            Self::SetBins { .. } => "segments.set_bins",
            Self::Blank { .. } => "segments.blank",
            Self::TooManyBoxes { .. } => "segments.too_many_boxes",
            Self::Box { .. } => "segments.box",
            Self::Brackets { .. } => "segments.brackets",
            Self::NoBaskets { .. } => "segments.no_baskets",
            Self::TooManyItemsets { .. } => "segments.too_many_itemsets",
            Self::Rate { .. } => "segments.rate",
            Self::Features { .. } => "segments.features",
            Self::NoNumbers { .. } => "segments.no_numbers",
            Self::ClusterCount { .. } => "segments.cluster_count",
            Self::TooFewPoints { .. } => "segments.too_few_points",
            Self::NoBuyers { .. } => "segments.no_buyers",
            Self::TooFewBuyers { .. } => "segments.too_few_buyers",
            Self::Later { .. } => "segments.later",
        }
    }

    /// The class that decides the exit code.
    pub fn class(&self) -> Class {
        match self {
            Self::Core(e) => e.class(),
            Self::Facts(e) => e.class(),
            Self::Bins { .. }
            | Self::Window { .. }
            | Self::SetBins { .. }
            | Self::Blank { .. }
            | Self::TooManyBoxes { .. }
            | Self::Box { .. }
            | Self::Brackets { .. }
            | Self::TooManyItemsets { .. }
            | Self::Features { .. }
            | Self::NoNumbers { .. }
            | Self::ClusterCount { .. }
            | Self::Rate { .. }
            | Self::CannotFreeze { .. }
            | Self::Order { .. }
            | Self::NoClasses { .. }
            | Self::OutcomeTooEarly { .. }
            | Self::OutcomeUnfinished { .. } => Class::Usage,
            Self::NoBuyers { .. }
            | Self::TooFewBuyers { .. }
            | Self::NoBaskets { .. }
            | Self::TooFewPoints { .. } => Class::Inconclusive,
            Self::Later { .. } | Self::NotKept => Class::Data,
        }
    }
}

impl From<Error> for Refusal {
    fn from(e: Error) -> Self {
        Self { code: e.code(), class: e.class(), text: e.to_string() }
    }
}
