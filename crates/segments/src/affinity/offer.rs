//! The next best offer of each customer, with its reason.
//!
//! First choice: an item that follows something they bought in the last days, more often than otherwise (told at
//! the rate asked for), that they never bought, and that is not bought again and again by anyone anyway. Second
//! choice: an item that goes with a basket of their latest day by an association rule. Among several, the one whose
//! share is highest at the lower end of its interval: a high share of few cases does not win.

use super::{After, Baskets, CustomerBaskets, Rule};
use naata_core::{CustomerIx, Day};
use std::collections::{BTreeMap, BTreeSet};

/// Why an item is offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Because {
    /// It follows something bought lately.
    Follows,
    /// It goes with a basket of the latest day.
    Together,
}

impl Because {
    /// The names, in order: words of the family `offer`.
    pub const NAMES: [&'static str; 2] = ["follows", "together"];
}

/// An offer to one customer.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Offer {
    /// The customer.
    pub customer: CustomerIx,
    /// The item: a position in [`Baskets::items`].
    pub item: u32,
    /// Why.
    pub because: Because,
    /// The items it follows or goes with.
    pub of: Box<[u32]>,
    /// The day they were bought.
    pub bought: Day,
    /// The share of cases, or of baskets, in which it did.
    pub share: f64,
    /// The lower end of that share's interval.
    pub low: f64,
}

/// One offer for every customer for whom there is a reason, in order of customer.
pub fn offers(baskets: &Baskets<'_>, after: &After, rules: &[Rule], rate: f64, since: Day) -> Vec<Offer> {
    let mut following: BTreeMap<u32, Vec<&super::Follows>> = BTreeMap::new();
    let told = |f: &&super::Follows| f.q <= rate && f.ratio.is_some_and(|r| r > 1.0) && !f.again;
    for f in after.pairs.iter().filter(told) {
        following.entry(f.item).or_default().push(f);
    }
    let mut going: BTreeMap<u32, Vec<&Rule>> = BTreeMap::new();
    let often: BTreeSet<u32> = after.again.iter().filter(|a| a.often).map(|a| a.item).collect();
    for r in rules.iter().filter(|r| r.right.len() == 1 && r.lift() > 1.0 && !often.contains(&r.right[0])) {
        if let Some(first) = r.left.first() {
            going.entry(*first).or_default().push(r);
        }
    }
    let mut out = Vec::new();
    if following.is_empty() && going.is_empty() {
        return out;
    }
    let (mut own, mut items) = (CustomerBaskets::default(), Vec::new());
    for customer in (0..baskets.customers() as u32).map(CustomerIx) {
        baskets.of_customer(customer, &mut own);
        items.clear();
        items.extend_from_slice(own.items());
        items.sort_unstable();
        let has = |item: u32| items.binary_search(&item).is_ok();
        let mut best: Option<Offer> = None;
        let mut consider = |o: Offer| {
            // Equal lower ends go to the item that comes first, so that nothing hangs on the order of rules.
            let better = best.as_ref().is_none_or(|b| {
                o.low
                    .total_cmp(&b.low)
                    .then_with(|| b.item.cmp(&o.item))
                    .then_with(|| b.of.cmp(&o.of))
                    .is_gt()
            });
            if better && !has(o.item) {
                best = Some(o);
            }
        };
        let recent = own.iter().filter(|b| b.day > since);
        for (basket, item) in recent.flat_map(|b| b.items.iter().map(move |i| (b, i))) {
            for f in following.get(item).into_iter().flatten() {
                consider(Offer {
                    customer,
                    item: f.then,
                    because: Because::Follows,
                    of: [f.item].into(),
                    bought: basket.day,
                    share: f.share,
                    low: f.interval.0,
                });
            }
        }
        if best.is_none() {
            let mut together: Option<Offer> = None;
            // Of several baskets of one day none is the later one.
            let day = own.iter().next_back().map(|b| b.day);
            let latest = own.iter().rev().take_while(|b| Some(b.day) == day);
            for (basket, item) in latest.flat_map(|b| b.items.iter().map(move |i| (b, i))) {
                for r in going.get(item).into_iter().flatten() {
                    let fits = r.left.iter().all(|i| basket.items.binary_search(i).is_ok());
                    let Some(c) = r.confidence().filter(|_| fits && !has(r.right[0])) else {
                        continue;
                    };
                    let better = together.as_ref().is_none_or(|b| {
                        let by_low = c.low.total_cmp(&b.low).then_with(|| b.item.cmp(&r.right[0]));
                        by_low.then_with(|| b.of.cmp(&r.left)).is_gt()
                    });
                    if better {
                        together = Some(Offer {
                            customer,
                            item: r.right[0],
                            because: Because::Together,
                            of: r.left.clone(),
                            bought: basket.day,
                            share: c.value,
                            low: c.low,
                        });
                    }
                }
            }
            best = together;
        }
        out.extend(best);
    }
    out
}
