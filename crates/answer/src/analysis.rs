//! The one form every analysis has: a card, parameters, what it borrows, what it returns.

use crate::{Params, Present};
use naata_core::{Class, Context, TableKind};

/// What an analysis is, for help, report, `explain` and the docs.
#[derive(Clone, Copy, Debug)]
pub struct Card {
    /// The name of its command, such as `clv` or `journey map`.
    pub key: &'static str,
    /// The version of the keys it answers with; a change of meaning raises it.
    pub version: u32,
    /// One line for `--help`, in English.
    pub title: &'static str,
    /// The unit of the main figure.
    pub unit: &'static str,
    /// The formula, in plain text.
    pub formula: &'static str,
    /// Where the formula comes from: author, year.
    pub source: &'static str,
    /// What must hold for the figures to mean what they say.
    pub assumptions: &'static [&'static str],
    /// Keys of words its answers may use besides those of tables and columns: messages, charts, actions, families.
    pub words: &'static [&'static str],
    /// A command line that works.
    pub example: &'static str,
}

/// A typed "no": the analysis was asked something it must not answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text}")]
pub struct Refusal {
    /// A stable name for programs.
    pub code: &'static str,
    /// The class that decides the exit code.
    pub class: Class,
    /// What to tell the user; "failed to" could stand before it.
    pub text: String,
}

impl Refusal {
    /// The parameters ask for something that is not possible.
    pub fn usage(code: &'static str, text: impl Into<String>) -> Self {
        Self { code, class: Class::Usage, text: text.into() }
    }

    /// The data do not allow it.
    pub fn data(code: &'static str, text: impl Into<String>) -> Self {
        Self { code, class: Class::Data, text: text.into() }
    }

    /// The data are too thin or too odd for an honest answer.
    pub fn inconclusive(code: &'static str, text: impl Into<String>) -> Self {
        Self { code, class: Class::Inconclusive, text: text.into() }
    }
}

impl From<naata_core::Error> for Refusal {
    fn from(e: naata_core::Error) -> Self {
        Self { code: e.code(), class: e.class(), text: e.to_string() }
    }
}

/// Something an analysis borrows only where its parameters ask for it, see [`Analysis::asks`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AsAsked<T>(pub Option<T>);

/// An analysis, implemented beside its formula in a domain crate: a thin description of a plain public function
/// that an embedder can call without it. One line in the facade's catalogue makes it a command.
pub trait Analysis: 'static {
    /// Its parameters, declared once.
    type Params: Params;
    /// What it borrows; the facade lends it by type, and derives from it which tables are needed.
    type Input<'a>;
    /// What it returns.
    type Output: Present;
    /// What it is.
    const CARD: Card;

    /// Names of the facts these parameters mention; the facade has them ready before `run`.
    fn wants(_params: &Self::Params) -> Vec<String> {
        Vec::new()
    }

    /// The tables whose rows these parameters need, where others would do without: what it borrows [`AsAsked`].
    fn asks(_params: &Self::Params) -> &'static [TableKind] {
        &[]
    }

    /// Works it out.
    fn run(input: Self::Input<'_>, params: &Self::Params, cx: &Context<'_>) -> Result<Self::Output, Refusal>;
}
