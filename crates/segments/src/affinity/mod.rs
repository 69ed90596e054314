//! What is bought together, what follows, and what to offer next.
//!
//! # Formula
//! See [`itemsets()`] and [`rules()`] for what is bought together, [`alike()`] for the nearest items, [`after()`] for
//! what follows within some days, [`offers()`] for the next best offer of each customer.
//!
//! ```
//! use naata_answer::Value;
//! use naata_core::{Serial, Symbol};
//! use naata_segments::affinity::{Baskets, Fraction, itemsets, rules};
//!
//! let (bread, butter, milk) = (Symbol(0), Symbol(1), Symbol(2));
//! let sets: [&[Symbol]; 4] = [&[bread, butter], &[bread, butter, milk], &[milk], &[bread]];
//! let baskets = Baskets::of_sets(sets)?;
//! let frequent = itemsets(&baskets, Fraction::percent(50), 5, &Serial)?;
//! assert_eq!(frequent.count(&[0, 1]), Some(2));
//! let found = rules(&frequent, Fraction::parse("0.8").unwrap(), 1);
//! assert_eq!((&*found[0].left, &*found[0].right, found[0].both), (&[1][..], &[0][..], 2));
//! # Ok::<(), naata_segments::Error>(())
//! ```

mod after;
mod baskets;
mod cosine;
mod fraction;
mod itemsets;
mod offer;
mod places;
mod present;
mod rules;
mod stretch;

pub use after::{After, AfterParams, Again, Follows, after};
pub use baskets::{Basket, Baskets, CustomerBaskets, LeftOut, Level};
pub use cosine::{Alike, alike};
pub use fraction::Fraction;
pub use itemsets::{Itemsets, itemsets};
pub use offer::{Because, Offer, offers};
pub use present::OFFER;
pub use rules::{Rule, rules};

use crate::Error;
use naata_answer::{Analysis, Card, Refusal, params};
use naata_core::{Context, Histories, LineRow, Texts};

params! {
    /// Parameters of affinity.
    pub struct AffinityParams {
        /// What counts as an item
        level: Level = Level::Item,
        /// The least share of baskets that hold a set
        support: Fraction = Fraction::percent(1),
        /// The least share of baskets with the left side of a rule that hold the right side
        confidence: Fraction = Fraction::percent(25),
        /// The most items of a set
        largest: u32 = 8,
        /// The most items on the right side of a rule
        right: u32 = 1,
        /// Similar items shown for each item
        neighbours: u32 = 5,
        /// Days after a purchase in which another may follow
        days: u32 = 30,
        /// The fewest customers who bought an item for it to be looked at in what follows
        least: u32 = 20,
        /// The most items looked at in what follows
        items: u32 = 200,
        /// The share of false ones among the pairs told
        rate: f64 = 0.05,
        /// From which share of purchases followed by the same item on it counts as bought again and again
        again: Fraction = Fraction::percent(30),
    }
}

/// What is bought together, what follows, what to offer.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Affinity {
    /// The parameters.
    pub params: AffinityParams,
    /// Customers of the base.
    pub base: usize,
    /// The names of the items, in the order of the baskets' items.
    pub names: Vec<Box<str>>,
    /// How many baskets there are.
    pub baskets: u64,
    /// Lines that are in none.
    pub left_out: LeftOut,
    /// How many sets are frequent.
    pub itemsets: u64,
    /// The rules, highest lift first.
    pub rules: Vec<Rule>,
    /// The nearest items of each item.
    pub alike: Vec<Alike>,
    /// What follows what.
    pub after: After,
    /// One offer for each customer for whom there is a reason.
    pub offers: Vec<Offer>,
    /// Customers with a basket and without an offer.
    pub without_offer: u64,
}

/// Works out what is bought together, what follows and what to offer next.
pub fn affinity(
    lines: &Histories<LineRow>,
    texts: &Texts,
    params: &AffinityParams,
    cx: &Context<'_>,
) -> Result<Affinity, Error> {
    let baskets = Baskets::of_lines(lines, params.level, cx.as_of)?;
    if baskets.is_empty() {
        return Err(Error::NoBaskets { as_of: cx.as_of });
    }
    if !(params.rate > 0.0 && params.rate < 1.0) {
        return Err(Error::Rate { rate: params.rate.to_string() });
    }
    let frequent = itemsets(&baskets, params.support, params.largest, cx.exec)?;
    let rules = rules(&frequent, params.confidence, params.right);
    let asked = AfterParams {
        days: params.days.max(1),
        least: params.least.into(),
        items: params.items as usize,
        again: params.again,
    };
    let after = after(&baskets, &asked, cx);
    let days = i32::try_from(asked.days).unwrap_or(i32::MAX);
    let since = cx.as_of.plus(-days).unwrap_or(naata_core::Day::MIN);
    let offers = offers(&baskets, &after, &rules, params.rate, since);
    let name = |s: &naata_core::Symbol| texts.get(*s).unwrap_or("").into();
    Ok(Affinity {
        params: params.clone(),
        base: lines.customers(),
        names: baskets.items.iter().map(name).collect(),
        baskets: baskets.len() as u64,
        left_out: baskets.left_out,
        itemsets: frequent.len() as u64,
        alike: alike(&baskets, params.neighbours as usize, cx.exec),
        without_offer: baskets.buyers.saturating_sub(offers.len() as u64),
        rules,
        after,
        offers,
    })
}

/// The command `affinity`.
pub struct AffinityAnalysis;

impl Analysis for AffinityAnalysis {
    type Params = AffinityParams;
    type Input<'a> = (&'a Histories<LineRow>, &'a Texts);
    type Output = Affinity;
    const CARD: Card = Card {
        key: "affinity",
        version: 1,
        title: "Affinity: what is bought together, what follows, and what to offer each customer next",
        unit: "share of baskets",
        formula: "support = n(A B) / n; confidence = n(A B) / n(A); lift = n n(A B) / (n(A) n(B)); \
                  after X: share of cases followed by Y / share of other cases followed by Y",
        source: "Han, Pei and Yin, 2000; Agrawal, Imielinski and Swami, 1993; Brin and others, 1997; \
                 Linden, Smith and York, 2003; Benjamini and Hochberg, 1995",
        assumptions: &[
            "bounds on support and confidence are met in whole numbers, not in floats",
            "what follows is counted in later baskets whose days are over, with a customer's baskets as one cluster",
            "goods bought again and again follow everything and are set apart",
            "a rule or a sequence describes what was bought; it does not say what an offer would change",
        ],
        words: present::WORDS,
        example: "naata affinity --lines lines.csv --support 0.01 --confidence 0.25 --days 30",
    };

    fn run(
        (lines, texts): Self::Input<'_>,
        params: &AffinityParams,
        cx: &Context<'_>,
    ) -> Result<Affinity, Refusal> {
        Ok(affinity(lines, texts, params, cx)?)
    }
}

#[cfg(test)]
mod tests;
