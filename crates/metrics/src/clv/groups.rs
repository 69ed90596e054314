//! Value by group of customers: by any fact that names, or says yes or no.

use super::interval::{Bent, Total, Valuer};
use super::spend::SpendFit;
use super::{AnyModel, Base, Fit, Worth};
use crate::Error;
use naata_core::{CustomerIx, Minor};
use naata_facts::{Column, FactValue};
use std::collections::BTreeMap;

/// Groups of fewer customers are marked: their figures say little of the group.
pub const SMALL: u64 = 30;

/// Groups by name, each with the positions of its buyers.
pub(super) type Divided = Vec<(Option<Box<str>>, Vec<usize>)>;

/// A group and what it is worth.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct GroupWorth {
    /// Its name; `None` for those of whom the fact is not known.
    pub name: Option<Box<str>>,
    /// The positions of its customers among the buyers.
    pub(super) of: Vec<usize>,
    /// Customers.
    pub customers: u64,
    /// What they paid so far.
    pub paid: Minor,
    /// Their mean probability of being customers still.
    pub mean_p_alive: Option<f64>,
    /// Their purchases within the horizon.
    pub purchases: Option<Total>,
    /// Their value, in major units.
    pub total: Option<Total>,
}

/// The positions of buyers by group: names in order, those not known last.
///
/// # Errors
/// A fact of numbers, amounts or days.
pub(super) fn divide(fact: &str, column: &Column, base: &Base) -> Result<Divided, Error> {
    if !matches!(column, Column::Flag(_) | Column::Class { .. }) {
        return Err(Error::NoClasses { fact: fact.into(), holds: column.kind() });
    }
    let name = |who: CustomerIx| match column.value(who) {
        Some(FactValue::Class(name)) => Some(name),
        Some(FactValue::Flag(true)) => Some("yes"),
        Some(FactValue::Flag(false)) => Some("no"),
        _ => None,
    };
    let mut of: BTreeMap<Option<&str>, Vec<usize>> = BTreeMap::new();
    for (i, b) in base.buyers.iter().enumerate() {
        of.entry(name(b.who)).or_default().push(i);
    }
    let mut out: Divided = of.into_iter().map(|(n, of)| (n.map(Box::from), of)).collect();
    out.sort_by_key(|(name, _)| name.is_none());
    Ok(out)
}

/// Values the groups.
pub(super) fn worth(
    valuer: &Valuer<'_>,
    fit: Option<&Fit<AnyModel>>,
    bent: Option<&Bent>,
    spend: &SpendFit,
    rows: &[Worth],
    horizon: f64,
    groups: Divided,
) -> Result<Vec<GroupWorth>, Error> {
    let model = fit.and_then(|f| f.model.as_ref());
    let ahead = fit.and_then(|f| valuer.bent_purchases(f, horizon));
    let one = |(name, of): (Option<Box<str>>, Vec<usize>)| {
        let buyers = || of.iter().filter_map(|i| valuer.base.buyers.get(*i));
        let paid: i128 = buyers().map(|b| i128::from(b.paid.0)).sum();
        let alive: Option<Vec<f64>> = of.iter().map(|i| rows.get(*i)?.p_alive).collect();
        Ok(GroupWorth {
            name,
            of: of.clone(),
            customers: of.len() as u64,
            paid: Minor::from_wide(paid, "purchases of a group")?,
            mean_p_alive: alive.map(|a| naata_math::exact_sum(a) / of.len().max(1) as f64),
            purchases: model.and_then(|m| valuer.purchases_of(m, ahead.as_ref(), horizon, &of)),
            total: valuer.total(model, bent, spend, rows, &of),
        })
    };
    groups.into_iter().map(one).collect()
}
