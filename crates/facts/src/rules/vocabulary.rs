//! The words of the language of rules.

use crate::{Compare, Field, Kind, TextMatch};

pub(super) const FILE_KEYS: [&str; 3] = ["name", "zone", "segment"];
pub(super) const SEGMENT_KEYS: [&str; 5] = ["name", "title", "action", "priority", "when"];
pub(super) const HEADS: [&str; 14] = [
    "all", "any", "not", "fact", "segment", "count", "days", "sum", "mean", "first", "last", "some", "none",
    "first-in",
];
pub(super) const COMPARES: [(&str, Compare); 6] = [
    ("is", Compare::Equal),
    ("is-not", Compare::NotEqual),
    ("above", Compare::Above),
    ("at-least", Compare::AtLeast),
    ("below", Compare::Below),
    ("at-most", Compare::AtMost),
];
pub(super) const MATCHES: [(&str, TextMatch); 3] = [
    ("contains", TextMatch::Contains),
    ("starts-with", TextMatch::StartsWith),
    ("equals", TextMatch::Equals),
];
pub(super) const WINDOW_KEYS: [&str; 5] = ["within", "since", "after", "until", "before"];
pub(super) const EXPECTED_DATE: &str = "2026-03-31";
pub(super) const ORDERED: [&str; 5] = ["above", "at-least", "below", "at-most", "between"];

/// The tests a fact of a kind may be put to.
pub(super) fn tests_of(kind: Kind) -> Vec<&'static str> {
    let mut all = vec!["is", "is-not", "in", "not-in", "missing"];
    match kind {
        Kind::Flag => all = vec!["is", "is-not", "missing"],
        Kind::Class => all.extend(MATCHES.iter().map(|m| m.0)),
        Kind::Day => {
            all.extend(ORDERED);
            all.extend(WINDOW_KEYS);
        }
        Kind::Number | Kind::Count | Kind::Money => all.extend(ORDERED),
    }
    all
}

/// Everything that may stand in a condition.
pub(super) fn every_key() -> Vec<&'static str> {
    let mut all = HEADS.to_vec();
    all.extend(COMPARES.iter().map(|c| c.0));
    all.extend(["between", "in", "not-in", "missing", "of"]);
    all.extend(MATCHES.iter().map(|m| m.0));
    all.extend(WINDOW_KEYS);
    all.extend(Field::ALL.iter().map(|f| f.0));
    all
}

pub(super) fn list(keys: &[&str]) -> String {
    keys.join(", ")
}
