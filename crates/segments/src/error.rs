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
    /// Nobody has a purchase.
    #[error("score customers: none of them has a purchase up to {as_of}")]
    NoBuyers {
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
            Self::Bins { .. } => "segments.bins",
            Self::SetBins { .. } => "segments.set_bins",
            Self::Blank { .. } => "segments.blank",
            Self::TooManyBoxes { .. } => "segments.too_many_boxes",
            Self::Box { .. } => "segments.box",
            Self::Brackets { .. } => "segments.brackets",
            Self::NoBuyers { .. } => "segments.no_buyers",
            Self::Later { .. } => "segments.later",
        }
    }

    /// The class that decides the exit code.
    pub fn class(&self) -> Class {
        match self {
            Self::Core(e) => e.class(),
            Self::Bins { .. }
            | Self::SetBins { .. }
            | Self::Blank { .. }
            | Self::TooManyBoxes { .. }
            | Self::Box { .. }
            | Self::Brackets { .. } => Class::Usage,
            Self::NoBuyers { .. } => Class::Inconclusive,
            Self::Later { .. } => Class::Data,
        }
    }
}

impl From<Error> for Refusal {
    fn from(e: Error) -> Self {
        Self { code: e.code(), class: e.class(), text: e.to_string() }
    }
}
