//! Which tables' rows a question needs, before any of them is read: what is not needed is not kept.

use crate::entry::Get;
use crate::{Entry, Need};
use naata_core::TableKind;
use naata_customers::Profiles;
use naata_facts::rules::PREFIX;
use naata_facts::{Provide, Seen};
use naata_segments::discount::Discounts;
use naata_segments::rules::SERVED;

/// The tables whose rows the analysis `key` borrows, itself and through the facts its parameters name, also those it
/// can do without; each once. A question that cannot be asked needs all: the session will say what is wrong with it.
///
/// `get` gives the parameters of the question, and `default` those the session has for an analysis by key and name.
///
/// ```
/// use naata::core::TableKind;
/// use naata::{CATALOGUE, rows_of};
///
/// let none = |_: &str, _: &str| None;
/// assert_eq!(rows_of(CATALOGUE, "summary", &|_| None, &none), []);
/// // Scores are worked out from summaries, unless those of a window of days are asked for.
/// let window = |name: &str| (name == "window").then(|| "365".to_string());
/// assert_eq!(rows_of(CATALOGUE, "rfm", &|_| None, &none), []);
/// assert_eq!(rows_of(CATALOGUE, "rfm", &window, &none), [TableKind::Purchases]);
/// assert_eq!(rows_of(CATALOGUE, "journey map", &|_| None, &none), [TableKind::Touches]);
///
/// // A fact of order lines beside one of purchases: both tables.
/// let by = |name: &str| (name == "second").then(|| "segments.discount.habit".to_string());
/// let both = [TableKind::Purchases, TableKind::Lines];
/// assert!(both.iter().all(|kind| rows_of(CATALOGUE, "overlap", &by, &none).contains(kind)));
/// ```
pub fn rows_of(
    catalogue: &[Entry],
    key: &str,
    get: Get<'_>,
    default: &dyn Fn(&str, &str) -> Option<String>,
) -> Vec<TableKind> {
    let Some(first) = catalogue.iter().find(|e| e.card.key == key) else { return TableKind::ALL.to_vec() };
    let mut rows = Vec::new();
    let mut entries = vec![first];
    let mut done = 0;
    while let Some(entry) = entries.get(done).copied() {
        rows.extend(entry.rows());
        let own = |name: &str| {
            let given = if done == 0 { get(name) } else { None };
            given.or_else(|| default(entry.card.key, name))
        };
        let (Ok(wants), Ok(asks)) = ((entry.wants)(&own), (entry.asks)(&own)) else {
            return TableKind::ALL.to_vec();
        };
        rows.extend(asks);
        for fact in wants {
            let fact = Seen::parse(&fact).map_or(fact.as_str(), |(of, _)| of);
            if Profiles::FACTS.contains(&fact) {
                rows.push(TableKind::Customers);
            }
            if Discounts::FACTS.contains(&fact) {
                rows.push(TableKind::Lines);
            }
            if fact.starts_with(PREFIX) || fact == SERVED {
                return TableKind::ALL.to_vec();
            }
            let providers = catalogue.iter().filter(|e| e.provides.contains(&fact));
            for provider in providers {
                if !entries.iter().any(|e| e.card.key == provider.card.key) {
                    entries.push(provider);
                }
            }
        }
        done += 1;
    }
    // A file of sales may hold the lines of orders too, so that with lines wanted no purchases are summed up on the way:
    // whoever needs the sums needs the rows then.
    if rows.contains(&TableKind::Lines) && entries.iter().any(|e| e.needs().contains(&Need::Summaries)) {
        rows.push(TableKind::Purchases);
    }
    rows.sort_unstable();
    rows.dedup();
    rows
}
