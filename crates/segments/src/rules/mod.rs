//! Segments told in rules: how many are in each, what they are worth, who may belong for all one knows.
//!
//! # Formula
//! A customer is a member where the condition is true (see [`naata_facts::rules`]). Where it is unknown they are
//! counted apart, with every fact that is missing for them and stands in a clause that is unknown too. The value is
//! what members paid net of refunds up to the day one stands on; the mean has a 95 % interval by Student's t over
//! members, which takes them for a sample of such members; it is told for ten members at least.
//!
//! # Source
//! Kleene, 1938, for conditions over what is not known; Student, 1908, for the interval.

mod present;

use crate::Error;
use naata_answer::{Analysis, Card, Refusal};
use naata_core::{Context, CustomerIx, Day, Minor, MoneyUnit, Summary};
use naata_facts::rules::Rules;
use naata_facts::{Column, Facts};
use naata_math::{StudentT, sqrt};

/// The name of the fact that says in which segment of the rules a customer is served: of those they are in the one of
/// the highest priority, of equal ones the first of the file.
pub const SERVED: &str = "segments.rules";

/// The column of [`SERVED`], from facts that hold who is in each segment.
pub fn served(rules: &Rules, facts: &Facts) -> Result<Column, Error> {
    let mut order: Vec<usize> = (0..rules.segments.len()).collect();
    order.sort_by_key(|at| std::cmp::Reverse(rules.segments.get(*at).map_or(0, |s| s.priority)));
    let mut of: Vec<Option<u32>> = vec![None; facts.customers()];
    for (segment, at) in order.into_iter().filter_map(|at| Some((rules.segments.get(at)?, at))) {
        let Column::Flag(member) = facts.column(&segment.fact())? else { continue };
        for (mine, m) in of.iter_mut().zip(member) {
            if mine.is_none() && *m == Some(true) {
                *mine = Some(at as u32);
            }
        }
    }
    Ok(Column::Class { names: rules.segments.iter().map(|s| s.name.as_str().into()).collect(), of })
}

/// One segment with its members together.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct SegmentRow {
    /// Its name.
    pub name: Box<str>,
    /// Its title, as its owner would say it.
    pub title: Option<Box<str>>,
    /// What to do with it.
    pub action: Option<Box<str>>,
    /// How many members.
    pub customers: u64,
    /// How many may be members for all one knows.
    pub unknown: u64,
    /// What members paid, net of refunds; `None` without purchases.
    pub value: Option<Minor>,
    /// The mean of it, in major units, with its interval.
    pub mean: Option<(f64, Option<(f64, f64)>)>,
    /// For each fact that is missing where membership is unknown: for how many.
    pub missing: Vec<(Box<str>, u64)>,
}

/// What rules say about a base.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct RuleSegments {
    /// The day one stands on.
    pub as_of: Day,
    /// The unit of amounts.
    pub unit: MoneyUnit,
    /// The segments, in the order of the file.
    pub segments: Vec<SegmentRow>,
    /// For each customer the positions of their segments.
    pub of: Vec<Vec<u16>>,
    /// What each customer paid, net of refunds; `None` without purchases.
    pub paid: Option<Vec<Minor>>,
    /// What all customers paid.
    pub total: Option<Minor>,
}

impl RuleSegments {
    /// The customers who are in a segment at least, in id order.
    pub fn members(&self) -> impl Iterator<Item = CustomerIx> {
        (0..).map(CustomerIx).zip(&self.of).filter(|(_, of)| !of.is_empty()).map(|(who, _)| who)
    }
}

/// Puts customers in the segments of rules. The facts must hold who is in each, as
/// [`Rules::work_out`] leaves them.
pub fn rule_segments(
    rules: &Rules,
    facts: &Facts,
    summaries: Option<&[Summary]>,
    unit: MoneyUnit,
) -> Result<RuleSegments, Error> {
    let n = facts.customers();
    let paid = summaries.map(|s| s.iter().map(Summary::net).collect::<Result<Vec<_>, _>>()).transpose()?;
    let sum = |amounts: &mut dyn Iterator<Item = Minor>| {
        Minor::from_wide(amounts.map(|m| i128::from(m.0)).sum(), "what members paid")
    };
    let total = paid.as_ref().map(|p| sum(&mut p.iter().copied())).transpose()?;
    let mut of = vec![Vec::new(); n];
    let mut segments = Vec::with_capacity(rules.segments.len());
    for (segment, at) in rules.segments.iter().zip(0u16..) {
        let Column::Flag(member) = facts.column(&segment.fact())? else { continue };
        for (mine, m) in of.iter_mut().zip(member) {
            if *m == Some(true) {
                mine.push(at);
            }
        }
        let unknown: Vec<usize> =
            member.iter().enumerate().filter(|(_, m)| m.is_none()).map(|(i, _)| i).collect();
        let mut missing: Vec<(Box<str>, u64)> = Vec::new();
        for test in segment.when.tests() {
            if unknown.is_empty() {
                break;
            }
            let holds = test.condition(facts.as_of()).eval(facts)?;
            let gaps = unknown.iter().filter(|i| holds.get(**i) == Some(&None)).count() as u64;
            let fact: Box<str> = test.fact().into();
            if gaps > 0 && !missing.iter().any(|(f, _)| *f == fact) {
                missing.push((fact, gaps));
            }
        }
        let mine = paid.as_ref().map(|paid| {
            let members = paid.iter().zip(member).filter(|(_, m)| **m == Some(true));
            members.map(|(p, _)| *p).collect::<Vec<Minor>>()
        });
        segments.push(SegmentRow {
            name: segment.name.as_str().into(),
            title: segment.title.as_deref().map(Into::into),
            action: segment.action.as_deref().map(Into::into),
            customers: member.iter().filter(|m| **m == Some(true)).count() as u64,
            unknown: unknown.len() as u64,
            value: mine.as_ref().map(|m| sum(&mut m.iter().copied())).transpose()?,
            mean: mine.as_ref().and_then(|m| mean(m, unit)),
            missing,
        });
    }
    Ok(RuleSegments { as_of: facts.as_of(), unit, segments, of, paid, total })
}

/// The fewest members for whom an interval is told: what people spend is so skewed that with fewer it misleads.
const ENOUGH: i128 = 10;

/// The mean of amounts in major units with its 95 % interval.
fn mean(amounts: &[Minor], unit: MoneyUnit) -> Option<(f64, Option<(f64, f64)>)> {
    let n = amounts.len() as i128;
    if n == 0 {
        return None;
    }
    // Sums in whole numbers: the mean does not hang on the order of members.
    let sum: i128 = amounts.iter().map(|a| i128::from(a.0)).sum();
    let squares = amounts.iter().try_fold(0i128, |s, a| s.checked_add(i128::from(a.0).checked_pow(2)?))?;
    let scale = unit.float(Minor(1));
    let middle = sum as f64 / n as f64;
    let spread = n.checked_mul(squares).and_then(|ns| ns.checked_sub(sum.checked_mul(sum)?));
    let half = (n >= ENOUGH).then_some(spread).flatten().and_then(|spread| {
        let variance = spread as f64 / (n as f64 * (n - 1) as f64);
        let t = StudentT::new((n - 1) as f64).ok()?.quantile(0.975);
        Some(t * sqrt(variance / n as f64))
    });
    Some((middle * scale, half.map(|h| ((middle - h) * scale, (middle + h) * scale))))
}

/// The command `segments`.
pub struct RulesAnalysis;

impl Analysis for RulesAnalysis {
    type Params = ();
    type Input<'a> = (&'a Rules, &'a Facts, Option<&'a [Summary]>, MoneyUnit);
    type Output = RuleSegments;
    const CARD: Card = Card {
        key: "segments",
        version: 1,
        title: "Segments told in rules: who belongs, what they are worth, what is not known",
        unit: "customers",
        formula: "a customer is a member where the condition of the segment is true; where it is unknown they are \
                  counted apart",
        source: "Kleene, On notation for ordinal numbers, 1938; interval of the mean: Student, 1908",
        assumptions: &[
            "a window of N days ends with the day one stands on and has exactly N days, counted in the zone of the rules",
            "names are compared without regard to case, runs of blanks, or how a letter with a mark is composed",
            "value is what members paid so far, net of refunds, not what they will pay",
        ],
        words: present::WORDS,
        example: "naata segments --rules segments.toml -p shop",
    };

    fn run(
        (rules, facts, summaries, unit): Self::Input<'_>,
        (): &(),
        _: &Context<'_>,
    ) -> Result<RuleSegments, Refusal> {
        Ok(rule_segments(rules, facts, summaries, unit)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use naata_answer::Present;
    use naata_core::Currency;
    use naata_facts::Kind;

    fn result() -> RuleSegments {
        let text = "
[[segment]]
name = 'young'
title = 'Under thirty'
action = 'Invite to the app'
when = { fact = 'age', below = 30 }
[[segment]]
name = 'young-pune'
when = { all = [{ segment = 'young' }, { fact = 'city', is = 'Pune' }] }
";
        let rules = Rules::parse(text, &[("age", Kind::Count), ("city", Kind::Class)]).unwrap();
        let mut facts = Facts::new(4, Day(10));
        facts.put_column("age", Column::Count(vec![Some(20), Some(25), None, Some(60)]), Day(10)).unwrap();
        let city = Column::Class { names: vec!["PUNE".into()], of: vec![Some(0), None, Some(0), None] };
        facts.put_column("city", city, Day(10)).unwrap();
        rules.work_out(&mut facts, None).unwrap();
        let bought = |rupees: i64| Summary::stated(Day(0), Day(5), 1, Minor(rupees * 100), Minor(0));
        let summaries = [bought(10), bought(30), bought(50), bought(70)];
        rule_segments(&rules, &facts, Some(&summaries), MoneyUnit::of(Currency::INR)).unwrap()
    }

    #[test]
    fn members_unknown_and_what_is_missing_are_counted_apart() {
        let r = result();
        assert_eq!(r.of, [vec![0, 1], vec![0], vec![], vec![]]);
        let young = &r.segments[0];
        assert_eq!((young.customers, young.unknown, young.value), (2, 1, Some(Minor(4_000))));
        assert_eq!(young.missing, [("age".into(), 1)]);
        let pune = &r.segments[1];
        // The second lacks a city, the third an age; the fourth is out whatever their city.
        assert_eq!((pune.customers, pune.unknown), (1, 2));
        assert_eq!(pune.missing, [("segments.rules.young".into(), 1), ("city".into(), 1)]);
        assert_eq!(r.answer().flaws(), Vec::<String>::new());
    }

    #[test]
    fn a_customer_is_served_in_the_most_urgent_of_their_segments() {
        let text = "[[segment]]\nname = 'a'\nwhen = { fact = 'age', above = 1 }\n\
                    [[segment]]\nname = 'b'\npriority = 2\nwhen = { fact = 'age', above = 30 }\n\
                    [[segment]]\nname = 'c'\npriority = 2\nwhen = { fact = 'age', above = 40 }";
        let rules = Rules::parse(text, &[("age", Kind::Count)]).unwrap();
        let mut facts = Facts::new(4, Day(10));
        facts.put_column("age", Column::Count(vec![Some(20), Some(50), None, Some(1)]), Day(10)).unwrap();
        rules.work_out(&mut facts, None).unwrap();
        let Column::Class { of, names } = served(&rules, &facts).unwrap() else { panic!("no classes") };
        assert_eq!((of, names.len()), (vec![Some(0), Some(1), None, None], 3));
    }

    #[test]
    fn the_interval_of_the_mean_is_that_of_student() {
        let inr = MoneyUnit::of(Currency::INR);
        let amounts: Vec<Minor> = (1..=10).map(|i| Minor(i * 1_000)).collect();
        let (middle, interval) = mean(&amounts, inr).unwrap();
        // 10, 20 .. 100: s^2 = 916.667, t(9) = 2.26216, half = 2.26216 x sqrt(91.6667) = 21.6586.
        let (low, high) = interval.unwrap();
        assert_eq!(middle, 55.0);
        assert!((low - 33.3414).abs() < 1e-3 && (high - 76.6586).abs() < 1e-3, "{low} {high}");
        assert_eq!(mean(&amounts[..9], inr), Some((50.0, None)));
        assert_eq!(mean(&[], inr), None);
    }
}
