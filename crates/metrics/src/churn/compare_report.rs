//! The analysis `churn compare`: do groups of customers leave at the same pace?
//!
//! # Formula
//! See [`crate::churn::compare_groups`] with three weightings, over first relationships, grouped by what was known on
//! the first day.

use crate::Error;
use crate::churn::logrank::{Comparison, GroupTally, Weighting, compare_groups};
use crate::churn::spell::Spell;
use crate::churn::survival::{Band, Reached, kaplan_meier};
use crate::churn::survival_report::{first_stays, stay};
use naata_answer::{
    Action, Analysis, Answer, Card, Cell, ChartKind, Column, Message, Present, Refusal, Table, choice, params,
};
use naata_core::{
    Context, CustomerIx, CustomerRow, Histories, Minor, MoneyUnit, SubscriptionRow, Symbol, Texts,
};
use std::collections::BTreeMap;

choice! {
    /// What divides customers; known on the first day.
    pub enum DivideBy {
        /// The plan they began with.
        Plan = "plan",
        /// The country.
        Country = "country",
        /// The region.
        Region = "region",
        /// The city.
        City = "city",
        /// The preferred language.
        Language = "language",
        /// The industry.
        Industry = "industry",
    }
}

params! {
    /// Parameters of the comparison.
    pub struct ChurnCompareParams {
        /// What divides customers
        divide: DivideBy = DivideBy::Plan,
        /// Customers a group needs
        least: u32 = 20,
    }
}

/// One group.
#[derive(Clone, Debug, PartialEq)]
pub struct GroupStay {
    /// Its name.
    pub name: Box<str>,
    /// Its customers, those who left, and those expected to.
    pub tally: GroupTally,
    /// The days by which half have left.
    pub median: Reached,
}

/// A comparison of groups.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Groups {
    /// What divides.
    pub divide: DivideBy,
    /// The groups, the fastest first.
    pub groups: Vec<GroupStay>,
    /// One test a weighting.
    pub tests: Vec<Comparison>,
    /// Customers in groups too small.
    pub small: u64,
    /// Customers whose group is not known.
    pub unknown: u64,
    /// Customers still there of the group that leaves fastest, those who pay most first; nobody where chance
    /// explains the difference.
    pub fastest: Vec<(CustomerIx, Option<Minor>)>,
    /// The unit of money.
    pub unit: MoneyUnit,
}

/// Compares groups.
///
/// # Errors
/// No subscription; fewer than two groups that are large enough and meet.
pub fn compare(
    subscriptions: &Histories<SubscriptionRow>,
    texts: &Texts,
    customers: Option<&Histories<CustomerRow>>,
    unit: MoneyUnit,
    p: &ChurnCompareParams,
    cx: &Context<'_>,
) -> Result<Groups, Error> {
    let first = first_stays(subscriptions, cx).first;
    let stated = |who: CustomerIx, f: &dyn Fn(&CustomerRow) -> Symbol| {
        customers.map_or(&[][..], |h| h.of(who)).iter().map(f).find_map(Symbol::some).unwrap_or(Symbol::NONE)
    };
    let mut of: BTreeMap<Symbol, Vec<usize>> = BTreeMap::new();
    let mut unknown = 0;
    for (row, r) in first.iter().enumerate() {
        let group = match p.divide {
            DivideBy::Plan => r.plan,
            DivideBy::Country => stated(r.who, &|c| c.country),
            DivideBy::Region => stated(r.who, &|c| c.region),
            DivideBy::City => stated(r.who, &|c| c.city),
            DivideBy::Language => stated(r.who, &|c| c.language),
            DivideBy::Industry => stated(r.who, &|c| c.industry),
        };
        match group.some() {
            Some(group) => of.entry(group).or_default().push(row),
            None => unknown += 1,
        }
    }
    let all = of.values().map(Vec::len).sum::<usize>();
    of.retain(|_, rows| rows.len() as u64 >= u64::from(p.least));
    let (mut spells, mut group): (Vec<Spell>, Vec<usize>) = (Vec::new(), Vec::new());
    for (number, rows) in of.values().enumerate() {
        for r in rows.iter().filter_map(|r| first.get(*r)) {
            spells.push(stay(r, cx));
            group.push(number);
        }
    }
    if of.len() < 2 {
        return Err(Error::Groups { found: of.len() });
    }
    let weightings = [Weighting::LogRank, Weighting::Wilcoxon, Weighting::TaroneWare];
    let tests: Vec<Comparison> = weightings
        .into_iter()
        .map(|w| compare_groups(&spells, &group, of.len(), w))
        .collect::<Result<_, _>>()?;
    let mut groups = Vec::new();
    let tallies = tests.first().map_or(&[][..], |t| &t.groups[..]);
    for ((name, rows), tally) in of.iter().zip(tallies) {
        let own: Vec<Spell> = rows.iter().filter_map(|r| first.get(*r)).map(|r| stay(r, cx)).collect();
        let median = kaplan_meier(&own, Band::LogLog)?.median();
        groups.push((
            GroupStay { name: texts.get(*name).unwrap_or_default().into(), tally: *tally, median },
            rows,
        ));
    }
    // Where chance explains the difference there is no group to name.
    let differ = tests.first().is_some_and(|t| t.p < DIFFER);
    let pace = |t: &GroupTally| if t.expected > 0.0 { t.left as f64 / t.expected } else { 0.0 };
    groups.sort_by(|(a, _), (b, _)| {
        pace(&b.tally).total_cmp(&pace(&a.tally)).then_with(|| a.name.cmp(&b.name))
    });
    let here = groups.first().map_or(&[][..], |(_, rows)| &rows[..]).iter().filter_map(|r| first.get(*r));
    let mut fastest: Vec<(CustomerIx, Option<Minor>)> =
        here.filter(|r| differ && r.ended.is_none()).map(|r| (r.who, r.monthly)).collect();
    fastest.sort_by_key(|(who, monthly)| (std::cmp::Reverse(*monthly), *who));
    Ok(Groups {
        divide: p.divide,
        small: (all - spells.len()) as u64,
        groups: groups.into_iter().map(|(g, _)| g).collect(),
        tests,
        unknown,
        fastest,
        unit,
    })
}

/// Below this p groups differ.
const DIFFER: f64 = 0.05;

impl Present for Groups {
    fn answer(&self) -> Answer {
        let mut a = Answer::default();
        let p = self.tests.first().map_or(1.0, |t| t.p);
        a.set("groups", Cell::Count(self.groups.len() as u64));
        a.set("p", Cell::Number(p));
        a.set("unknown", Cell::Count(self.unknown));
        a.set("too_small", Cell::Count(self.small));
        let g = &self.groups;
        let count = |f: fn(&GroupStay) -> u64| Column::Count(g.iter().map(|g| Some(f(g))).collect());
        let number = |f: &dyn Fn(&GroupStay) -> Option<f64>| Column::Number(g.iter().map(f).collect());
        let pace = |g: &GroupStay| (g.tally.expected > 0.0).then(|| g.tally.left as f64 / g.tally.expected);
        a.tables.push(
            Table::figures("groups")
                .with("group", Column::Text(g.iter().map(|g| Some(g.name.clone())).collect()))
                .with("customers", count(|g| g.tally.n))
                .with("left", count(|g| g.tally.left))
                .with("expected_left", number(&|g| Some(g.tally.expected)))
                .with("pace", number(&pace))
                .with("median_days", number(&|g| g.median.time))
                .with("low", number(&|g| g.median.low))
                .with("high", number(&|g| g.median.high))
                .chart("churn.compare.groups", ChartKind::Bars { label: "group", value: "pace" }),
        );
        let names: &'static [&'static str] = <Weighting as naata_answer::Value>::CHOICES;
        let of = self
            .tests
            .iter()
            .map(|t| names.iter().position(|n| *n == t.weighting.word()))
            .collect::<Vec<_>>();
        a.tables.push(
            Table::figures("tests")
                .with(
                    "test",
                    Column::Word {
                        family: "group_test",
                        names,
                        of: of.into_iter().map(|i| i.and_then(|i| u16::try_from(i).ok())).collect(),
                    },
                )
                .with("statistic", Column::Number(self.tests.iter().map(|t| Some(t.statistic)).collect()))
                .with("degrees", Column::Count(self.tests.iter().map(|t| Some(t.degrees as u64)).collect()))
                .with("p", Column::Number(self.tests.iter().map(|t| Some(t.p)).collect())),
        );
        a.tables.push(
            Table::list("fastest")
                .with("customer", Column::Customer(self.fastest.iter().map(|f| f.0).collect()))
                .with("monthly", Column::Money(self.fastest.iter().map(|f| f.1).collect(), self.unit)),
        );
        let differ = p < DIFFER;
        let key = if differ { "churn.compare.differ" } else { "churn.compare.alike" };
        let mut said = Message::new(key).with("p", Cell::Number(p));
        if let Some(first) = g.first() {
            said = said.with("group", Cell::Text(first.name.clone()));
        }
        a.messages.push(said);
        for (key, n) in [("churn.compare.small", self.small), ("churn.compare.unknown", self.unknown)] {
            if n > 0 {
                a.messages.push(Message::new(key).with("n", Cell::Count(n)));
            }
        }
        a.actions.push(if !differ {
            Action::Nothing { key: "churn.compare.nothing", values: vec![("p", Cell::Number(p))] }
        } else if self.fastest.is_empty() {
            Action::Nothing { key: "churn.compare.nobody", values: Vec::new() }
        } else {
            let customers = self.fastest.len() as u64;
            Action::Act { key: "churn.compare.ask", customers, stake: None, list: "fastest" }
        });
        a
    }
}

/// The analysis `churn compare`.
#[derive(Clone, Copy, Debug)]
pub struct ChurnCompareAnalysis;

impl Analysis for ChurnCompareAnalysis {
    type Params = ChurnCompareParams;
    type Input<'a> =
        (&'a Histories<SubscriptionRow>, &'a Texts, Option<&'a Histories<CustomerRow>>, MoneyUnit);
    type Output = Groups;
    const CARD: Card = Card {
        key: "churn compare",
        version: 1,
        title: "Whether groups of customers leave at the same pace",
        unit: "leavers over those expected at the pace of all",
        formula: "log-rank, Wilcoxon and Tarone-Ware tests: Z' V^- Z against the chi-squared distribution",
        source: "Mantel, 1966; Gehan, 1965; Tarone and Ware, 1977",
        assumptions: &[
            "A customer's first stay counts; a change of plan without a gap is no leaving.",
            "What customers state about themselves held on their first day.",
        ],
        words: &[
            "message.churn.compare.differ",
            "message.churn.compare.alike",
            "message.churn.compare.small",
            "message.churn.compare.unknown",
            "action.churn.compare.ask",
            "action.churn.compare.nobody",
            "action.churn.compare.nothing",
            "chart.churn.compare.groups",
            "word.group_test.log-rank",
            "word.group_test.wilcoxon",
            "word.group_test.tarone-ware",
        ],
        example: "naata churn compare --subscriptions subscriptions.csv --divide plan",
    };

    fn run(
        (subscriptions, texts, customers, unit): Self::Input<'_>,
        p: &ChurnCompareParams,
        cx: &Context<'_>,
    ) -> Result<Groups, Refusal> {
        Ok(compare(subscriptions, texts, customers, unit, p, cx)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::churn::candidates::tests::texts;
    use crate::churn::relationship::tests::{Row, histories};
    use naata_core::{Currency, Day};

    #[test]
    fn the_faster_group_is_named_with_who_is_still_in_it() {
        let row =
            |i: u32| (i, 0, Some(10 + i as i32 + 40 * (i as i32 % 2)).filter(|_| i < 28), i % 2, Some(100));
        let rows: Vec<Row> = (0..30).map(row).collect();
        let h = histories(&rows);
        let run = |least| {
            let p = ChurnCompareParams { divide: DivideBy::Plan, least };
            let unit = MoneyUnit::of(Currency::INR);
            ChurnCompareAnalysis::run((&h, &texts(), None, unit), &p, &Context::at(Day(100)))
        };
        let found = run(15).unwrap();
        assert_eq!((&*found.groups[0].name, found.groups[0].tally.left), ("basket", 14));
        assert_eq!(found.fastest, [(CustomerIx(28), Some(Minor(100)))]);
        assert_eq!(found.answer().flaws(), Vec::<String>::new());
        assert_eq!(found.tests.len(), 3);
        assert_eq!(run(16).unwrap_err().code, "metrics.groups");
        let p = ChurnCompareParams { divide: DivideBy::City, least: 1 };
        let unit = MoneyUnit::of(Currency::INR);
        let none = ChurnCompareAnalysis::run((&h, &texts(), None, unit), &p, &Context::at(Day(100)));
        assert_eq!(none.unwrap_err().code, "metrics.groups", "nobody's city is known");
    }
}
