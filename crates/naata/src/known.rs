//! What kind each fact is of: what rules are checked against before anything is read.

use crate::CATALOGUE;
use naata_customers::Profiles;
use naata_facts::{Kind, Provide};
use naata_segments::discount::Discounts;

/// Facts that are no plain numbers, each with its kind.
const KINDS: &[(&str, Kind)] = &[
    ("customers.age", Kind::Count),
    ("customers.channel", Kind::Class),
    ("customers.city", Kind::Class),
    ("customers.cost", Kind::Money),
    ("customers.country", Kind::Class),
    ("customers.created", Kind::Day),
    ("customers.employees", Kind::Count),
    ("customers.industry", Kind::Class),
    ("customers.language", Kind::Class),
    ("customers.region", Kind::Class),
    ("journeys.map.last_activity", Kind::Class),
    ("journeys.map.stuck", Kind::Flag),
    ("journeys.map.touches", Kind::Count),
    ("loyalty.last_activity", Kind::Day),
    ("metrics.churn.silent", Kind::Flag),
    ("metrics.clv.clv", Kind::Money),
    ("metrics.nps.group", Kind::Class),
    ("metrics.nps.score", Kind::Count),
    ("segments.affinity.offer", Kind::Class),
    ("segments.clusters.cluster", Kind::Class),
    ("segments.discount.habit", Kind::Class),
    ("segments.migration.after", Kind::Class),
    ("segments.migration.before", Kind::Class),
    ("segments.retention.cohort", Kind::Class),
    ("segments.rfm.f", Kind::Count),
    ("segments.rfm.m", Kind::Count),
    ("segments.rfm.r", Kind::Count),
    ("segments.rfm.segment", Kind::Class),
];

/// The kind of a fact; a test holds this to the columns that come out.
pub(crate) fn kind(fact: &str) -> Kind {
    KINDS.iter().find(|(name, _)| *name == fact).map_or(Kind::Number, |(_, kind)| *kind)
}

/// Every fact rules may name, with its kind, in order of names.
///
/// ```
/// use naata::facts::Kind;
/// assert!(naata::known_facts().contains(&("customers.city", Kind::Class)));
/// ```
pub fn known_facts() -> Vec<(&'static str, Kind)> {
    let provided = CATALOGUE.iter().flat_map(|e| e.provides);
    let mut all: Vec<(&str, Kind)> =
        provided.chain(Profiles::FACTS).chain(Discounts::FACTS).map(|name| (*name, kind(name))).collect();
    all.sort_unstable();
    all.dedup();
    all
}
