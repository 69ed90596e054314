//! How far two sets of customers are the same customers.
//!
//! # Formula
//! - Jaccard = |A and B| / |A or B|
//! - containment of A in B = |A and B| / |A|
//!
//! Both are shares of exact counts, not estimates: the sets are known whole.
//!
//! # Source
//! Jaccard, "Étude comparative de la distribution florale", 1901; Broder, 1997 (containment).

use crate::Error;
use crate::sets::name_column;
use naata_answer::{
    Action, Analysis, Answer, Card, Cell, ChartKind, Column, Message, Present, Refusal, Table, params,
};
use naata_core::{Context, CustomerIx, Grouping};
use naata_facts::{Column as FactColumn, FactValue, Facts};
use std::collections::BTreeSet;

/// What two sets have in common.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Overlap {
    /// Customers of the first set.
    pub first: u64,
    /// Customers of the second set.
    pub second: u64,
    /// Customers of both.
    pub both: u64,
}

impl Overlap {
    fn share(part: u64, whole: u64) -> Option<f64> {
        (whole > 0).then(|| part as f64 / whole as f64)
    }

    /// Customers of both / customers of either; `None` when both sets are empty.
    pub fn jaccard(&self) -> Option<f64> {
        Self::share(self.both, self.first + self.second - self.both)
    }

    /// The part of the first set that is in the second; `None` when it is empty.
    pub fn first_in_second(&self) -> Option<f64> {
        Self::share(self.both, self.first)
    }

    /// The part of the second set that is in the first; `None` when it is empty.
    pub fn second_in_first(&self) -> Option<f64> {
        Self::share(self.both, self.second)
    }
}

/// Compares two sets, given in any order; a customer named twice counts once.
pub fn overlap(first: &[CustomerIx], second: &[CustomerIx]) -> Overlap {
    let a: BTreeSet<CustomerIx> = first.iter().copied().filter(|c| c.is_some()).collect();
    let b: BTreeSet<CustomerIx> = second.iter().copied().filter(|c| c.is_some()).collect();
    Overlap { first: a.len() as u64, second: b.len() as u64, both: a.intersection(&b).count() as u64 }
}

/// Two ways to divide the same customers, and every pair of their classes.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Overlaps {
    /// The first way.
    pub first: Grouping,
    /// The second way.
    pub second: Grouping,
    /// Every pair of a class of the first and one of the second, in order.
    pub pairs: Vec<(u16, u16, Overlap)>,
    /// Customers with a class in both.
    pub customers: u64,
    /// Customers with a class in one way alone.
    pub one_alone: u64,
}

/// Compares every class of one grouping with every class of another.
pub fn overlaps(first: &Grouping, second: &Grouping) -> Overlaps {
    let (rows, columns) = (first.names.len(), second.names.len());
    let mut both = vec![0u64; rows * columns];
    let (mut a, mut b) = (vec![0u64; rows], vec![0u64; columns]);
    let (mut customers, mut one_alone) = (0, 0);
    let longest = first.of.len().max(second.of.len()) as u32;
    let add = |v: &mut Vec<u64>, at: usize| v.get_mut(at).into_iter().for_each(|n| *n += 1);
    for ix in (0..longest).map(CustomerIx) {
        let (x, y) = (first.class(ix).map(usize::from), second.class(ix).map(usize::from));
        x.into_iter().for_each(|x| add(&mut a, x));
        y.into_iter().for_each(|y| add(&mut b, y));
        match (x, y) {
            (Some(x), Some(y)) => {
                customers += 1;
                add(&mut both, x * columns + y);
            }
            (None, None) => {}
            _ => one_alone += 1,
        }
    }
    let mut pairs = Vec::with_capacity(rows * columns);
    for (x, first) in a.iter().enumerate() {
        for (y, second) in b.iter().enumerate() {
            let both = both.get(x * columns + y).copied().unwrap_or(0);
            pairs.push((x as u16, y as u16, Overlap { first: *first, second: *second, both }));
        }
    }
    Overlaps { first: first.clone(), second: second.clone(), pairs, customers, one_alone }
}

/// A fact as classes; yes and no are two classes.
pub(crate) fn grouping(facts: &Facts, fact: &str) -> Result<Grouping, Error> {
    let column = facts.column(fact)?;
    if let FactColumn::Flag(_) = column {
        let class = |i: u32| match column.value(CustomerIx(i)) {
            Some(FactValue::Flag(true)) => 0,
            Some(FactValue::Flag(false)) => 1,
            _ => Grouping::NONE,
        };
        let of = (0..facts.customers() as u32).map(class).collect();
        return Ok(Grouping { fact: fact.into(), of, names: vec!["yes".into(), "no".into()] });
    }
    column.grouping(fact).ok_or_else(|| Error::NoClasses { fact: fact.into(), holds: column.kind() })
}

params! {
    /// Parameters of overlap.
    pub struct OverlapParams {
        /// The fact that divides customers one way
        first: String = "segments.rfm.segment".to_string(),
        /// The fact that divides them another way
        second: String = "segments.retention.cohort".to_string(),
    }
}

/// The command `overlap`.
pub struct OverlapAnalysis;

impl Analysis for OverlapAnalysis {
    type Params = OverlapParams;
    type Input<'a> = &'a Facts;
    type Output = Overlaps;
    const CARD: Card = Card {
        key: "overlap",
        version: 1,
        title: "Overlap: how far two ways to divide customers find the same customers",
        unit: "share",
        formula: "Jaccard = both / either; containment = both / one of them",
        source: "Jaccard, 1901; Broder, 1997",
        assumptions: &["customers without a class in one of the two ways are in none of its sets"],
        words: &[
            "message.overlap.nearest",
            "message.overlap.one_alone",
            "action.overlap.nothing_by_itself",
            "chart.overlap.jaccard",
            "word.segment.Champions",
            "word.segment.Loyal",
            "word.segment.Potential Loyalist",
            "word.segment.New",
            "word.segment.Promising",
            "word.segment.Need Attention",
            "word.segment.About To Sleep",
            "word.segment.At Risk",
            "word.segment.Can't Lose Them",
            "word.segment.Hibernating",
            "word.segment.Loyal Customers",
            "word.segment.New Customers",
            "word.segment.Lost",
            "word.segment.Others",
            "word.segment.yes",
            "word.segment.no",
        ],
        example: "naata overlap --purchases purchases.csv --first segments.rfm.segment --second segments.retention.cohort",
    };

    fn wants(params: &OverlapParams) -> Vec<String> {
        vec![params.first.clone(), params.second.clone()]
    }

    fn run(facts: &Facts, params: &OverlapParams, _: &Context<'_>) -> Result<Overlaps, Refusal> {
        Ok(overlaps(&grouping(facts, &params.first)?, &grouping(facts, &params.second)?))
    }
}

impl Present for Overlaps {
    fn answer(&self) -> Answer {
        let mut a = Answer::default();
        a.set("first", Cell::Text(self.first.fact.clone()));
        a.set("second", Cell::Text(self.second.fact.clone()));
        a.set("customers", Cell::Count(self.customers));
        let share =
            |of: fn(&Overlap) -> Option<f64>| Column::Share(self.pairs.iter().map(|(.., o)| of(o)).collect());
        let count =
            |of: fn(&Overlap) -> u64| Column::Count(self.pairs.iter().map(|(.., o)| Some(of(o))).collect());
        let table = Table::figures("pairs")
            .with("first", name_column(&self.first.names, self.pairs.iter().map(|p| Some(p.0)).collect()))
            .with("second", name_column(&self.second.names, self.pairs.iter().map(|p| Some(p.1)).collect()))
            .with("both", count(|o| o.both))
            .with("first_customers", count(|o| o.first))
            .with("second_customers", count(|o| o.second))
            .with("jaccard", share(Overlap::jaccard))
            .with("first_in_second", share(Overlap::first_in_second))
            .with("second_in_first", share(Overlap::second_in_first))
            .chart("overlap.jaccard", ChartKind::Heat { row: "first", column: "second", value: "jaccard" });
        a.tables.push(table);
        let nearest = self.pairs.iter().filter_map(|p| Some((p.2.jaccard()?, p)));
        let name = |g: &Grouping, class: u16| name_column(&g.names, vec![Some(class)]).cell(0);
        if let Some((jaccard, (x, y, o))) = nearest.max_by(|a, b| a.0.total_cmp(&b.0)) {
            a.messages.push(
                Message::new("overlap.nearest")
                    .with("first", name(&self.first, *x))
                    .with("second", name(&self.second, *y))
                    .with("both", Cell::Count(o.both))
                    .with("share", Cell::Share(jaccard)),
            );
        }
        if self.one_alone > 0 {
            a.messages.push(Message::new("overlap.one_alone").with("customers", Cell::Count(self.one_alone)));
        }
        let values = vec![("customers", Cell::Count(self.customers))];
        a.actions.push(Action::Nothing { key: "overlap.nothing_by_itself", values });
        a
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::words_are_declared;
    use naata_core::Day;
    use proptest::prelude::*;

    #[test]
    fn shares_by_hand() {
        let of = |v: &[u32]| v.iter().copied().map(CustomerIx).collect::<Vec<_>>();
        let o = overlap(&of(&[1, 2, 2, 3]), &of(&[3, 4]));
        assert_eq!((o.first, o.second, o.both), (3, 2, 1));
        assert_eq!(
            (o.jaccard(), o.first_in_second(), o.second_in_first()),
            (Some(0.25), Some(1.0 / 3.0), Some(0.5))
        );
        assert_eq!(overlap(&[], &[]).jaccard(), None);
    }

    #[test]
    fn facts_become_classes_and_numbers_are_refused() {
        let mut facts = Facts::new(3, Day(0));
        facts.put_column("flag", FactColumn::Flag(vec![Some(true), Some(false), None]), Day(0)).unwrap();
        facts.put_column("number", FactColumn::Number(vec![None; 3]), Day(0)).unwrap();
        assert_eq!(grouping(&facts, "flag").unwrap().of, [0, 1, Grouping::NONE]);
        assert_eq!(grouping(&facts, "number").map_err(|e| e.code()), Err("segments.no_classes"));
        let params = OverlapParams { first: "flag".into(), second: "flag".into() };
        assert_eq!(OverlapAnalysis::wants(&params), ["flag", "flag"]);
        let a = OverlapAnalysis::run(&facts, &params, &Context::at(Day(0))).unwrap().answer();
        assert_eq!(a.flaws(), Vec::<String>::new());
        words_are_declared(&a, OverlapAnalysis::CARD.words);
    }

    proptest! {
        #[test]
        fn pairs_agree_with_sets_and_add_up(classes in prop::collection::vec((0u16..4, 0u16..5), 0..60)) {
            let names = |n: usize| (0..n).map(|i| i.to_string().into()).collect::<Vec<Box<str>>>();
            // The last class of each stands for none.
            let first = Grouping { fact: "a".into(), of: classes.iter().map(|c| c.0).collect(), names: names(3) };
            let second = Grouping { fact: "b".into(), of: classes.iter().map(|c| c.1).collect(), names: names(4) };
            let all = overlaps(&first, &second);
            prop_assert_eq!(all.pairs.iter().map(|p| p.2.both).sum::<u64>(), all.customers);
            for (x, y, o) in &all.pairs {
                let (a, b) = (&first.members()[usize::from(*x)], &second.members()[usize::from(*y)]);
                prop_assert_eq!(*o, overlap(a, b));
                if let (Some(j), Some(c)) = (o.jaccard(), o.first_in_second()) {
                    prop_assert!(j <= c && c <= 1.0);
                }
            }
        }
    }
}
