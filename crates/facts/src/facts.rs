//! Facts by name: what is known about every customer, and since when.

use crate::{Column, Error, FactType, FactValue};
use naata_core::{CustomerIx, Day};
use std::collections::BTreeMap;
use std::marker::PhantomData;

/// The name of a fact with its type, declared as a constant beside the formula.
///
/// A name has the domain first and the analysis second: `metrics.clv.p_alive`, `segments.rfm.segment`.
#[derive(Debug)]
pub struct Fact<T> {
    /// The name.
    pub key: &'static str,
    of: PhantomData<fn() -> T>,
}

impl<T> Fact<T> {
    /// Declares a fact.
    pub const fn new(key: &'static str) -> Self {
        Self { key, of: PhantomData }
    }
}

/// One column and the day on which its values were known.
#[derive(Clone, Debug, PartialEq)]
struct Known {
    known: Day,
    column: Column,
}

/// Facts about the customers of one base. A column enters with the day it was known, so that a look back refuses
/// what was learnt later.
#[derive(Clone, Debug, PartialEq)]
pub struct Facts {
    customers: usize,
    as_of: Day,
    columns: BTreeMap<Box<str>, Known>,
}

impl Facts {
    /// No facts yet, about `customers` customers, on the day `as_of`.
    pub fn new(customers: usize, as_of: Day) -> Self {
        Self { customers, as_of, columns: BTreeMap::new() }
    }

    /// The day one stands on.
    pub fn as_of(&self) -> Day {
        self.as_of
    }

    /// How many customers there are.
    pub fn customers(&self) -> usize {
        self.customers
    }

    /// Adds a typed fact, known on the day one stands on.
    pub fn put<T: FactType>(&mut self, fact: &Fact<T>, values: Vec<Option<T>>) -> Result<(), Error> {
        self.put_column(fact.key, T::column(values), self.as_of)
    }

    /// Adds a column under a name, known on a day.
    pub fn put_column(&mut self, key: &str, column: Column, known: Day) -> Result<(), Error> {
        if column.len() != self.customers {
            return Err(Error::Length { fact: key.into(), expected: self.customers, found: column.len() });
        }
        self.columns.insert(key.into(), Known { known, column });
        Ok(())
    }

    /// The column of a name; refuses an unknown name, and a fact known only after the day one stands on.
    pub fn column(&self, key: &str) -> Result<&Column, Error> {
        let known = self.columns.get(key).ok_or_else(|| Error::Unknown {
            fact: key.into(),
            suggestion: nearest(key, self.names()).map(str::to_string),
        })?;
        if known.known > self.as_of {
            return Err(Error::Later { fact: key.into(), cutoff: self.as_of, known: known.known });
        }
        Ok(&known.column)
    }

    /// The day on which the values of a name were known; `None` for an unknown name.
    pub fn known(&self, key: &str) -> Option<Day> {
        self.columns.get(key).map(|k| k.known)
    }

    /// A customer's value of a typed fact.
    pub fn get<T: FactType>(&self, fact: &Fact<T>, who: CustomerIx) -> Result<Option<T>, Error> {
        Ok(self.column(fact.key)?.value(who).and_then(T::take))
    }

    /// A customer's value of a fact by name.
    pub fn value(&self, key: &str, who: CustomerIx) -> Result<Option<FactValue<'_>>, Error> {
        Ok(self.column(key)?.value(who))
    }

    /// The name of a fact that is there, as these facts keep it.
    pub(crate) fn key(&self, key: &str) -> Result<&str, Error> {
        self.column(key)?;
        Ok(self.columns.get_key_value(key).map_or("", |(k, _)| k))
    }

    /// All names, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.columns.keys().map(|k| &**k)
    }

    /// Whether a name is there.
    pub fn has(&self, key: &str) -> bool {
        self.columns.contains_key(key)
    }

    /// Takes in the columns of other facts about the same customers; a name in both keeps the newcomer.
    pub fn absorb(&mut self, other: Self) -> Result<(), Error> {
        other.columns.into_iter().try_for_each(|(k, v)| self.put_column(&k, v.column, v.known))
    }
}

/// A result that says something about each customer, implemented beside the formula.
pub trait Provide {
    /// The names of the facts it gives.
    const FACTS: &'static [&'static str];
    /// Gives them.
    fn provide(&self, out: &mut Facts) -> Result<(), Error>;
}

/// The name nearest to a mistyped one, when it is near enough to be what was meant.
pub fn nearest<'a>(asked: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let asked: Vec<char> = asked.to_lowercase().chars().collect();
    let near = |name: &'a str| {
        let name_chars: Vec<char> = name.to_lowercase().chars().collect();
        // A name may be given without its domain: "p_alive" means "metrics.clv.p_alive".
        let tail: Vec<char> = name_chars.rsplit(|c| *c == '.').next().unwrap_or_default().to_vec();
        let d = edits(&asked, &name_chars).min(edits(&asked, &tail));
        (d * 3 <= asked.len().max(3)).then_some((d, name))
    };
    names.filter_map(near).min().map(|(_, name)| name)
}

/// Insertions, deletions, substitutions and swaps of neighbours that turn `a` into `b` (optimal string alignment).
fn edits(a: &[char], b: &[char]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, y) in b.iter().enumerate() {
            let substitute = last.get(j).map_or(usize::MAX, |d| d + usize::from(x != y));
            let delete = last.get(j + 1).map_or(usize::MAX, |d| d + 1);
            let insert = row.get(j).map_or(usize::MAX, |d| d + 1);
            let mut best = substitute.min(delete).min(insert);
            let swapped = i > 0 && j > 0 && a.get(i - 1) == Some(y) && b.get(j - 1) == Some(x);
            if swapped && let Some(d) = before.get(j - 1) {
                best = best.min(d + 1);
            }
            row.push(best);
        }
        before = std::mem::replace(&mut last, row);
    }
    last.last().copied().unwrap_or(a.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    const RISK: Fact<f64> = Fact::new("metrics.churn.risk");

    #[test]
    fn a_fact_known_later_is_refused() {
        let mut f = Facts::new(2, Day(100));
        f.put(&RISK, vec![Some(0.5), None]).unwrap();
        assert_eq!(f.get(&RISK, CustomerIx(0)), Ok(Some(0.5)));
        assert_eq!(f.get(&RISK, CustomerIx(1)), Ok(None));
        f.put_column("segments.tier", Column::Flag(vec![None, None]), Day(101)).unwrap();
        assert!(matches!(f.column("segments.tier"), Err(Error::Later { .. })));
        assert!(matches!(f.put(&RISK, vec![None]), Err(Error::Length { .. })));
    }

    #[test]
    fn a_mistyped_name_gets_the_nearest() {
        let names = ["metrics.clv.p_alive", "metrics.churn.risk", "segments.rfm.segment"];
        let ask = |s| nearest(s, names.into_iter());
        assert_eq!(ask("metrics.clv.p_alvie"), Some("metrics.clv.p_alive"));
        assert_eq!(ask("risk"), Some("metrics.churn.risk"));
        assert_eq!(ask("segmnt"), Some("segments.rfm.segment"));
        assert_eq!(ask("weather"), None);
    }
}
