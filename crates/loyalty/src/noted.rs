//! Events that did not simply apply: a list with everything said about each, and one finding a kind.
//!
//! The findings carry counts and no ids: ids of events and members are for the list, which is a file of its own,
//! while findings stand in reports that other people read.

use crate::{Event, EventKind, Outcome, Points};
use naata_answer::{Column, Table};
use naata_core::{Finding, Findings, Instant, MoneyUnit, Severity};

/// An event that was turned away, cut, or known already.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Noted {
    /// The event.
    pub event: Box<str>,
    /// When it takes effect.
    pub at: Instant,
    /// The member it names.
    pub member: Option<Box<str>>,
    /// The order it names.
    pub order: Option<Box<str>>,
    /// What became of it.
    pub outcome: Outcome,
}

/// The outcomes worth noting: code, severity, and the word used in results.
const KINDS: [(&str, Severity, &str); 7] = [
    ("loyalty.duplicate", Severity::Warning, "duplicate"),
    ("loyalty.conflict", Severity::Error, "conflict"),
    ("loyalty.insufficient_points", Severity::Error, "insufficient_points"),
    ("loyalty.return_without_order", Severity::Error, "return_without_order"),
    ("loyalty.return_of_other_member", Severity::Error, "return_of_other_member"),
    ("loyalty.return_cut", Severity::Warning, "return_cut"),
    ("loyalty.unusable", Severity::Error, "unusable"),
];

/// The words of outcomes, in the order of `KINDS`.
const WORDS: [&str; 7] = {
    let mut words = [""; 7];
    let mut i = 0;
    while i < 7 {
        words[i] = KINDS[i].2;
        i += 1;
    }
    words
};

/// The position in `KINDS`; `None` for what is only counted.
fn kind(outcome: &Outcome) -> Option<u16> {
    match outcome {
        Outcome::Applied | Outcome::Later | Outcome::NoMember => None,
        Outcome::Duplicate { .. } => Some(0),
        Outcome::Conflict { .. } => Some(1),
        Outcome::InsufficientPoints { .. } => Some(2),
        Outcome::ReturnWithoutOrder => Some(3),
        Outcome::ReturnOfOtherMember { .. } => Some(4),
        Outcome::ReturnCut { .. } => Some(5),
        Outcome::Unusable => Some(6),
    }
}

/// The events worth noting, in order of effect.
pub(crate) fn noted(events: &[Event], outcomes: &[Outcome]) -> Vec<Noted> {
    let worth = events.iter().zip(outcomes).filter(|(_, o)| kind(o).is_some());
    let mut all: Vec<Noted> = worth
        .map(|(event, outcome)| {
            let order = match &event.kind {
                EventKind::Purchase { order, .. }
                | EventKind::Return { order, .. }
                | EventKind::Redeem { order, .. } => order.as_deref(),
                EventKind::Adjust { .. } | EventKind::Credit { .. } | EventKind::Tick => None,
            };
            Noted {
                event: event.id.as_str().into(),
                at: event.at,
                member: event.member.as_deref().map(Into::into),
                order: order.map(Into::into),
                outcome: outcome.clone(),
            }
        })
        .collect();
    all.sort_by(|a, b| {
        let key = |n: &Noted| (n.at, kind(&n.outcome));
        let text =
            |n: &Noted| (n.event.clone(), n.member.clone(), n.order.clone(), format!("{:?}", n.outcome));
        key(a).cmp(&key(b)).then_with(|| text(a).cmp(&text(b)))
    });
    all
}

/// One finding a kind of outcome, with its number of events.
pub(crate) fn findings(outcomes: &[Outcome]) -> Findings {
    let mut found = Findings::default();
    let count = |of: &dyn Fn(&Outcome) -> bool| outcomes.iter().filter(|o| of(o)).count();
    let counted = KINDS
        .iter()
        .zip(0u16..)
        .map(|((code, severity, _), position)| (*code, *severity, count(&|o| kind(o) == Some(position))));
    let only_counted = [
        ("loyalty.no_member", Severity::Note, count(&|o| *o == Outcome::NoMember)),
        ("loyalty.later", Severity::Note, count(&|o| *o == Outcome::Later)),
    ];
    for (code, severity, n) in counted.chain(only_counted) {
        if n > 0 {
            found.push(Finding::new(code, severity).detail("n", &n));
        }
    }
    found
}

/// The list of noted events.
pub(crate) fn table(noted: &[Noted], precision: u8, unit: MoneyUnit) -> Table {
    let text =
        |f: fn(&Noted) -> Option<&str>| Column::Text(noted.iter().map(|n| f(n).map(Into::into)).collect());
    let points = |f: fn(&Outcome) -> Option<Points>| {
        Column::Number(noted.iter().map(|n| f(&n.outcome).map(|p| p.number(precision))).collect())
    };
    let left = noted.iter().map(|n| match &n.outcome {
        Outcome::ReturnCut { left } => unit.minor(*left).ok(),
        _ => None,
    });
    Table::list("noted")
        .with("event", text(|n| Some(&n.event)))
        .with("at", Column::Instant(noted.iter().map(|n| Some(n.at)).collect()))
        .with("member", text(|n| n.member.as_deref()))
        .with("order", text(|n| n.order.as_deref()))
        .with(
            "outcome",
            Column::Word {
                family: "outcome",
                names: &WORDS,
                of: noted.iter().map(|n| kind(&n.outcome)).collect(),
            },
        )
        .with(
            "first",
            text(|n| match &n.outcome {
                Outcome::Duplicate { of } | Outcome::Conflict { of } => Some(of),
                _ => None,
            }),
        )
        .with(
            "owner",
            text(|n| match &n.outcome {
                Outcome::ReturnOfOtherMember { member } => Some(member),
                _ => None,
            }),
        )
        .with(
            "available",
            points(|o| match o {
                Outcome::InsufficientPoints { available, .. } => Some(*available),
                _ => None,
            }),
        )
        .with(
            "requested",
            points(|o| match o {
                Outcome::InsufficientPoints { requested, .. } => Some(*requested),
                _ => None,
            }),
        )
        .with("left", Column::Money(left.collect(), unit))
}
