//! The Net Promoter Score of survey answers: with its interval, against the period before, and by month.
//!
//! # Formula
//! See [`Groups`]: `NPS = (promoters - detractors) / n`; the interval shown is the score interval.
//!
//! # Source
//! Reichheld, 2003; Rocks, 2016; Tango, 1998.
//!
//! # Units
//! Points from -100 to 100 in answers, fractions in [`Groups`].

use crate::Error;
use crate::voice::{Change, Group, Groups};
use naata_answer::{Analysis, Card, Refusal, params};
use naata_core::{AnswerRow, Context, CustomerIx, Day, Histories, Symbol, Texts};
use naata_facts::{Facts, Provide};
use std::collections::BTreeMap;

params! {
    /// Parameters of the Net Promoter Score.
    pub struct NpsParams {
        /// Days of the window up to the as-of day; all answers when left out
        days: Option<u32> = None,
        /// Count only the last answer of each customer in the window
        latest_per_customer: bool = false,
        /// Days back in which a detractor is worth a call
        call_back: u32 = 30,
    }
}

/// An answer with a score from 0 to 10.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scored {
    /// Who answered; [`CustomerIx::NONE`] for nobody known.
    pub who: CustomerIx,
    /// When.
    pub day: Day,
    /// The score.
    pub score: u8,
    /// Its group.
    pub group: Group,
}

/// The Net Promoter Score of a window.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Nps {
    /// The first and the last day of the window.
    pub window: (Day, Day),
    /// The answers that count.
    pub groups: Groups,
    /// How many gave each score from 0 to 10.
    pub distribution: [u64; 11],
    /// The window before, when a window was asked for and answers reach back to its first day.
    pub previous: Option<Groups>,
    /// The change since then.
    pub change: Option<Change>,
    /// The groups of each calendar month of the window, by the month's first day.
    pub months: Vec<(Day, Groups)>,
    /// Each customer's last answer up to the as-of day, in id order.
    pub latest: Vec<Scored>,
    /// Customers whose last answer is a detractor's and recent, the latest first.
    pub call_back: Vec<Scored>,
    /// Recent detractors nobody can call: their answers name no customer.
    pub anonymous_detractors: u64,
    /// Answers of the kind without a score.
    pub unscored: u64,
    /// Answers of the kind with a score outside 0 to 10.
    pub out_of_range: u64,
    /// The first such score.
    pub out_of_range_example: Option<i32>,
    /// Answers of the kind later than the as-of day.
    pub later: u64,
    /// Answers in the window left out because the customer gave a later one.
    pub superseded: u64,
    /// Customers with more than one answer among those that count.
    pub repeated: u64,
    /// Customers of the base.
    pub customers: usize,
}

/// The symbols that mean a kind of question, in any mix of capitals.
fn kinds(texts: &Texts, kind: &str) -> Vec<Symbol> {
    let letters: Vec<char> = kind.chars().collect();
    let spelling = |bits: u32| -> String {
        let cased = letters.iter().zip(0u32..);
        cased.map(|(c, i)| if bits >> i & 1 == 1 { c.to_ascii_uppercase() } else { *c }).collect()
    };
    // Three letters have eight spellings: cheaper than a walk through every text of the base.
    (0..1u32 << letters.len().min(8)).filter_map(|bits| texts.find(&spelling(bits))).collect()
}

/// Works out the score of the answers of kind `nps`.
pub fn net_promoter(
    answers: &Histories<AnswerRow>,
    texts: &Texts,
    p: &NpsParams,
    as_of: Day,
) -> Result<Nps, Error> {
    let nps = kinds(texts, "nps");
    let (mut unscored, mut out_of_range, mut later) = (0u64, 0u64, 0u64);
    let mut example = None::<(Day, i32)>;
    let mut scored: Vec<Scored> = Vec::new();
    for row in answers.rows().iter().chain(answers.loose()).filter(|r| nps.contains(&r.kind)) {
        if row.day > as_of {
            later += 1;
            continue;
        }
        let Some(score) = row.score else {
            unscored += 1;
            continue;
        };
        match (Group::of(score), u8::try_from(score)) {
            (Some(group), Ok(score)) => scored.push(Scored { who: row.who, day: row.day, score, group }),
            _ => {
                out_of_range += 1;
                example = Some(example.map_or((row.day, score), |e| e.min((row.day, score))));
            }
        }
    }
    let first = scored.iter().map(|s| s.day).min().ok_or(Error::NoAnswers { kind: "nps" })?;
    let from = match p.days {
        None => first,
        Some(0) => return Err(Error::Window),
        Some(days) => back(as_of, days - 1),
    };
    let window = Windowed::new(&scored, from, as_of, p.latest_per_customer);
    if window.used.is_empty() {
        return Err(Error::NoAnswers { kind: "nps" });
    }
    let groups = window.groups();
    let previous = p.days.map(|days| (back(from, days), back(from, 1))).filter(|(start, _)| *start >= first);
    let previous = previous.map(|(a, b)| Windowed::new(&scored, a, b, p.latest_per_customer).groups());
    let previous = previous.filter(|g| g.n() > 0);

    let mut distribution = [0u64; 11];
    let mut months: BTreeMap<i32, (Day, Groups)> = BTreeMap::new();
    let mut of_customer: BTreeMap<CustomerIx, u64> = BTreeMap::new();
    for s in &window.used {
        if let Some(n) = distribution.get_mut(usize::from(s.score)) {
            *n += 1;
        }
        if let Some((month, (y, m, _))) = s.day.month_number().zip(s.day.ymd()) {
            let start = Day::from_ymd(y, m, 1).unwrap_or(s.day);
            months.entry(month).or_insert((start, Groups::default())).1.add(s.group);
        }
        if s.who.is_some() {
            *of_customer.entry(s.who).or_default() += 1;
        }
    }
    let latest = Windowed::new(&scored, first, as_of, true).used;
    let since = back(as_of, p.call_back);
    let recent = |s: &&Scored| s.day > since && s.group == Group::Detractor;
    let mut call_back: Vec<Scored> =
        latest.iter().filter(|s| s.who.is_some()).filter(recent).copied().collect();
    call_back.sort_by_key(|s| (std::cmp::Reverse(s.day), s.score, s.who));
    Ok(Nps {
        window: (from, as_of),
        groups,
        distribution,
        previous,
        change: previous.and_then(|before| Change::adjusted(&before, &groups)),
        months: months.into_values().collect(),
        anonymous_detractors: latest.iter().filter(|s| !s.who.is_some()).filter(recent).count() as u64,
        latest: latest.into_iter().filter(|s| s.who.is_some()).collect(),
        call_back,
        unscored,
        out_of_range,
        out_of_range_example: example.map(|e| e.1),
        later,
        superseded: window.superseded,
        repeated: of_customer.values().filter(|n| **n > 1).count() as u64,
        customers: answers.customers(),
    })
}

fn back(day: Day, days: u32) -> Day {
    i32::try_from(days).ok().and_then(|d| day.plus(-d)).unwrap_or(Day::MIN)
}

/// The answers of a window that count.
struct Windowed {
    used: Vec<Scored>,
    superseded: u64,
}

impl Windowed {
    /// `scored` holds each customer's answers side by side, in order of time.
    fn new(scored: &[Scored], from: Day, to: Day, latest: bool) -> Self {
        let inside: Vec<Scored> = scored.iter().filter(|s| from <= s.day && s.day <= to).copied().collect();
        if !latest {
            return Self { used: inside, superseded: 0 };
        }
        let last =
            |i: usize, s: &Scored| !s.who.is_some() || inside.get(i + 1).is_none_or(|next| next.who != s.who);
        let used: Vec<Scored> =
            inside.iter().enumerate().filter(|(i, s)| last(*i, s)).map(|(_, s)| *s).collect();
        Self { superseded: (inside.len() - used.len()) as u64, used }
    }

    fn groups(&self) -> Groups {
        let mut groups = Groups::default();
        self.used.iter().for_each(|s| groups.add(s.group));
        groups
    }
}

impl Provide for Nps {
    const FACTS: &'static [&'static str] = &["metrics.nps.group", "metrics.nps.score"];

    fn provide(&self, out: &mut Facts) -> Result<(), naata_facts::Error> {
        let mut group = vec![None; self.customers];
        let mut score = vec![None; self.customers];
        for s in &self.latest {
            if let (Some(g), Some(n)) = (group.get_mut(s.who.at()), score.get_mut(s.who.at())) {
                *g = Some(s.group as u32);
                *n = Some(u64::from(s.score));
            }
        }
        let names = Group::NAMES.iter().map(|n| Box::from(*n)).collect();
        let known = self.window.1;
        out.put_column("metrics.nps.group", naata_facts::Column::Class { names, of: group }, known)?;
        out.put_column("metrics.nps.score", naata_facts::Column::Count(score), known)
    }
}

/// The analysis `nps`.
#[derive(Clone, Copy, Debug)]
pub struct NpsAnalysis;

impl Analysis for NpsAnalysis {
    type Params = NpsParams;
    type Input<'a> = (&'a Histories<AnswerRow>, &'a Texts);
    type Output = Nps;
    const CARD: Card = Card {
        key: "nps",
        version: 1,
        title: "Net Promoter Score with its interval",
        unit: "points, -100 to 100",
        formula: "(promoters 9-10 - detractors 0-6) / answers; score interval of the difference of two shares",
        source: "Reichheld, 2003; Tango, 1998; Rocks, 2016",
        assumptions: &[
            "Answers are given independently of each other.",
            "Those who answer are like those who do not: a low response rate can bias any score.",
        ],
        words: &[
            "message.nps.score",
            "message.nps.changed",
            "message.nps.not_changed",
            "message.nps.repeated",
            "message.nps.superseded",
            "message.nps.unscored",
            "message.nps.later",
            "message.nps.anonymous_detractors",
            "action.nps.call_back",
            "action.nps.nobody_to_call",
            "chart.nps.groups",
            "chart.nps.scores",
            "chart.nps.methods",
            "chart.nps.months",
            "word.nps_group.detractor",
            "word.nps_group.passive",
            "word.nps_group.promoter",
            "word.nps_method.score",
            "word.nps_method.adjusted_wald",
            "word.nps_method.wald",
        ],
        example: "naata nps --surveys answers.csv --days 90",
    };

    fn run((answers, texts): Self::Input<'_>, p: &NpsParams, cx: &Context<'_>) -> Result<Nps, Refusal> {
        Ok(net_promoter(answers, texts, p, cx.as_of)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use naata_answer::{Cell, Present};
    use naata_core::Symbols;
    use proptest::prelude::*;

    /// Answers as (customer, day, score); customer 0 is nobody.
    fn base(rows: &[(u32, i32, Option<i32>)]) -> (Histories<AnswerRow>, Texts) {
        let mut symbols = Symbols::default();
        let kind = symbols.intern("NPS").unwrap();
        symbols.intern("csat").unwrap();
        let (texts, to) = symbols.seal();
        let rows: Vec<AnswerRow> = rows
            .iter()
            .map(|(who, day, score)| AnswerRow {
                who: if *who == 0 { CustomerIx::NONE } else { CustomerIx(*who) },
                day: Day(*day),
                kind: to[kind.0 as usize],
                score: *score,
                text: Symbol::NONE,
                channel: Symbol::NONE,
            })
            .collect();
        (Histories::group(10, &rows, |r| r.day).unwrap(), texts)
    }

    fn run(rows: &[(u32, i32, Option<i32>)], p: &NpsParams) -> Result<Nps, Refusal> {
        let (answers, texts) = base(rows);
        NpsAnalysis::run((&answers, &texts), p, &Context::at(Day(100)))
    }

    #[test]
    fn every_answer_is_used_or_counted() {
        let rows = [
            (1, 60, Some(10)),
            (1, 95, Some(3)),
            (2, 96, Some(8)),
            (0, 97, Some(0)),
            (3, 98, Some(11)),
            (4, 98, None),
            (5, 101, Some(1)),
        ];
        let nps = run(&rows, &NpsParams::default()).unwrap();
        assert_eq!(nps.groups, Groups { detractors: 2, passives: 1, promoters: 1 });
        assert_eq!((nps.unscored, nps.out_of_range, nps.later, nps.repeated), (1, 1, 1, 1));
        assert_eq!(nps.call_back.iter().map(|s| s.who).collect::<Vec<_>>(), [CustomerIx(1)]);
        assert_eq!(nps.anonymous_detractors, 1);
        let answer = nps.answer();
        assert_eq!(answer.flaws(), Vec::<String>::new());
        assert_eq!(answer.get("score"), Some(&Cell::Number(-25.0)));
        assert_eq!(answer.findings.len(), 1);

        let once = run(&rows, &NpsParams { latest_per_customer: true, ..NpsParams::default() }).unwrap();
        assert_eq!(once.groups, Groups { detractors: 2, passives: 1, promoters: 0 });
        assert_eq!((once.superseded, once.repeated), (1, 0));

        let mut facts = Facts::new(10, Day(100));
        nps.provide(&mut facts).unwrap();
        let group = facts.value("metrics.nps.group", CustomerIx(1)).unwrap();
        assert_eq!(group, Some(naata_facts::FactValue::Class("detractor")));
    }

    #[test]
    fn a_window_is_compared_only_with_one_that_is_covered() {
        let rows = [(1, 91, Some(9)), (2, 82, Some(9)), (3, 85, Some(0)), (4, 93, Some(10))];
        let p = NpsParams { days: Some(10), ..NpsParams::default() };
        // The window before runs from day 81 to 90, the first answer is of day 82: not covered.
        assert_eq!(run(&rows, &p).unwrap().previous, None);
        let mut more = rows.to_vec();
        more.push((5, 81, Some(7)));
        let nps = run(&more, &p).unwrap();
        assert_eq!(nps.previous, Some(Groups { detractors: 1, passives: 1, promoters: 1 }));
        assert_eq!(nps.window, (Day(91), Day(100)));
        assert!(nps.change.unwrap().difference > 0.0);
        let none = NpsParams { days: Some(0), ..NpsParams::default() };
        assert_eq!(run(&rows, &none).unwrap_err().code, "metrics.window");
        assert_eq!(run(&[(1, 5, Some(12))], &NpsParams::default()).unwrap_err().code, "metrics.no_answers");
    }

    proptest! {
        #[test]
        fn the_order_of_answers_does_not_matter_and_all_are_counted(
            (rows, shuffled) in prop::collection::vec((0u32..8, 0i32..130, prop::option::of(-2i32..13)), 1..60)
                .prop_flat_map(|r| (Just(r.clone()), Just(r).prop_shuffle())),
            days in prop::option::of(1u32..60), latest in any::<bool>(),
        ) {
            let p = NpsParams { days, latest_per_customer: latest, call_back: 20 };
            let (a, b) = (run(&rows, &p), run(&shuffled, &p));
            prop_assert_eq!(&a, &b);
            if let Ok(nps) = a {
                prop_assert_eq!(nps.answer().flaws(), Vec::<String>::new());
                let months: u64 = nps.months.iter().map(|m| m.1.n()).sum();
                prop_assert_eq!(months, nps.groups.n());
                prop_assert_eq!(nps.distribution.iter().sum::<u64>(), nps.groups.n());
                if days.is_none() {
                    let counted = nps.groups.n() + nps.superseded + nps.unscored + nps.out_of_range + nps.later;
                    prop_assert_eq!(counted, rows.len() as u64);
                }
            }
        }
    }
}
