//! The error type of the facade.

use crate::Need;
use naata_answer::Refusal;
use naata_core::Class;

/// What can go wrong when an analysis is asked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// No such analysis.
    #[error("find the analysis '{key}'{}", suggestion.as_ref().map(|s| format!("; did you mean '{s}'?")).unwrap_or_default())]
    UnknownAnalysis {
        /// The key asked for.
        key: String,
        /// The nearest key there is.
        suggestion: Option<String>,
    },
    /// A parameter cannot be read.
    #[error("read the parameters of {key}: {text}")]
    Parameter {
        /// The analysis.
        key: &'static str,
        /// What was expected.
        text: String,
    },
    /// An input the analysis needs is absent.
    #[error("run {key}: it needs {}", list(needs))]
    Missing {
        /// The analysis.
        key: &'static str,
        /// What is absent.
        needs: Vec<Need>,
    },
    /// No analysis provides a fact.
    #[error("find the fact '{fact}'{}", suggestion.as_ref().map(|s| format!("; did you mean '{s}'?")).unwrap_or_default())]
    UnknownFact {
        /// The name asked for.
        fact: String,
        /// The nearest name there is.
        suggestion: Option<String>,
    },
    /// No consent names a purpose, but one that is named looks much like it.
    #[error("find the purpose '{purpose}' in the consents; did you mean '{suggestion}'?")]
    UnknownPurpose {
        /// The purpose asked for.
        purpose: String,
        /// The nearest purpose there is.
        suggestion: String,
    },
    /// Facts need each other in a circle.
    #[error("work out facts that need each other: {}", path.join(" needs "))]
    Circle {
        /// The names, from the first to its repetition.
        path: Vec<String>,
    },
    /// The analysis said no.
    #[error("{0}")]
    Refused(#[from] Refusal),
    /// Facts do not fit the base.
    #[error("{0}")]
    Facts(#[from] naata_facts::Error),
    /// Rows do not fit together.
    #[error("{0}")]
    Core(#[from] naata_core::Error),
}

fn list(needs: &[Need]) -> String {
    needs.iter().map(|n| n.name()).collect::<Vec<_>>().join(" and ")
}

impl Error {
    /// A stable name for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::UnknownAnalysis { .. } => "naata.unknown_analysis",
            Self::Parameter { .. } => "naata.parameter",
            Self::Missing { .. } => "naata.missing_input",
            Self::UnknownFact { .. } => "naata.unknown_fact",
            Self::UnknownPurpose { .. } => "naata.unknown_purpose",
            Self::Circle { .. } => "naata.circle",
            Self::Refused(r) => r.code,
            Self::Facts(e) => e.code(),
            Self::Core(e) => e.code(),
        }
    }

    /// The class that decides the exit code.
    pub fn class(&self) -> Class {
        match self {
            Self::Refused(r) => r.class,
            Self::Facts(e) => e.class(),
            Self::Core(e) => e.class(),
            _ => Class::Usage,
        }
    }
}
