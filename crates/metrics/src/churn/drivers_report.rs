//! The analysis `churn drivers`: what goes with leaving, at the same age of every subscription, and who shows it now.
//!
//! # Formula
//! See [`crate::churn::drivers`]; candidates are what was known a number of days after the first, the outcome is
//! leaving within the days after that ([`crate::churn::Landmark`]).

use crate::Error;
use crate::churn::candidates::{Candidates, Tables, candidates};
use crate::churn::drivers::{Driver, Drivers, Factor, TestUsed, drivers};
use crate::churn::survival_report::at_risk;
use crate::estimate::{Estimate, share};
use naata_answer::{
    Action, Analysis, Answer, Card, Cell, ChartKind, Column, Message, Present, Refusal, Table, Value, params,
};
use naata_core::{
    Context, CustomerIx, CustomerRow, Day, Histories, Minor, MoneyUnit, SubscriptionRow, Texts, TicketRow,
    TouchRow,
};

params! {
    /// Parameters of drivers.
    pub struct ChurnDriversParams {
        /// Days after the first whose facts may explain leaving
        after: u32 = 30,
        /// Days after those in which leaving counts
        horizon: u32 = 90,
        /// Share of false findings to put up with
        q: f64 = 0.05,
        /// Customers a level needs, and its others, to be tested
        least: u32 = 10,
        /// Test two sides of one split, or one fact under several names, once
        merge: bool = true,
    }
}

/// A customer who shows what goes with leaving, within the days in which leaving is more frequent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exposed {
    /// The customer.
    pub who: CustomerIx,
    /// The first day of the relationship.
    pub started: Day,
    /// The last day of the horizon.
    pub until: Day,
    /// The monthly price; `None` where it is missing.
    pub monthly: Option<Minor>,
}

/// What goes with leaving.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct LeavingDrivers {
    /// The comparison, the clearest first.
    pub drivers: Drivers,
    /// The share of false findings put up with.
    pub q: f64,
    /// Days of knowledge.
    pub after: u32,
    /// Days of the outcome.
    pub horizon: u32,
    /// Customers who now show the clearest driver with more leaving, by price.
    pub exposed: Vec<Exposed>,
    /// The position of that driver.
    pub top: Option<usize>,
    /// The unit of money.
    pub unit: MoneyUnit,
    /// Subscribers left out, and why: ended by the landmark, still too young, begun before the records.
    pub left_out: [u64; 3],
    /// Subscribers at their landmark whose horizon is not over.
    pub open: u64,
    /// Tickets whose reopenings cannot be dated to before the landmark.
    pub undated: u64,
}

/// Fewer leavers than this carry no comparison.
const LEAST_LEAVERS: u64 = 10;

/// The rows of a candidate.
fn picked(f: &Factor, rows: &[usize]) -> Factor {
    Factor { of: rows.iter().map(|r| f.of.get(*r).copied().flatten()).collect(), ..f.clone() }
}

/// Works out what goes with leaving.
///
/// # Errors
/// No subscriber reaches the landmark with a horizon that is over; a day count of zero; nobody left, or everybody;
/// fewer than ten leavers or stayers.
pub fn leaving_drivers(
    tables: &Tables<'_>,
    unit: MoneyUnit,
    p: &ChurnDriversParams,
    cx: &Context<'_>,
) -> Result<LeavingDrivers, Error> {
    if p.horizon == 0 {
        return Err(Error::Window);
    }
    let c = candidates(tables, p.after, p.horizon, cx)?;
    let over: Vec<usize> =
        (0..c.left.len()).filter(|r| c.left.get(*r).is_some_and(Option::is_some)).collect();
    let left: Vec<bool> = over.iter().filter_map(|r| c.left.get(*r).copied().flatten()).collect();
    let leavers = left.iter().filter(|l| **l).count() as u64;
    let n = left.len() as u64;
    if n == 0 {
        return Err(Error::Nobody);
    }
    if leavers.min(n - leavers) < LEAST_LEAVERS {
        return Err(Error::TooFewLeavers { left: leavers, n, least: LEAST_LEAVERS });
    }
    let factors: Vec<Factor> = c.factors.iter().map(|f| picked(f, &over)).collect();
    let mut found = drivers(&left, &factors, p.merge, u64::from(p.least))?;
    found.rows.sort_by(|a, b| {
        let size = |d: &Driver| d.risk_difference.value.abs();
        (a.p_bh.total_cmp(&b.p_bh))
            .then(size(b).total_cmp(&size(a)))
            .then_with(|| (&a.feature, &a.level).cmp(&(&b.feature, &b.level)))
    });
    let top = found.rows.iter().position(|d| d.is_clear(p.q) && d.risk_difference.value > 0.0);
    let exposed = top.and_then(|i| found.rows.get(i)).map_or_else(Vec::new, |d| exposed(&c, d));
    Ok(LeavingDrivers {
        exposed,
        q: p.q,
        after: p.after,
        horizon: p.horizon,
        top,
        unit,
        left_out: [c.ended_before, c.too_young, c.before_records],
        open: (c.left.len() - over.len()) as u64,
        undated: c.undated,
        drivers: found,
    })
}

/// Customers still there whose horizon is not over and who show a driver.
fn exposed(c: &Candidates, d: &Driver) -> Vec<Exposed> {
    let factor = c.factors.iter().find(|f| f.name == d.feature && f.levels.contains(&d.level));
    let Some(factor) = factor else { return Vec::new() };
    let level = factor.levels.iter().position(|l| *l == d.level);
    let rows = c.subjects.iter().zip(&c.left).zip(c.days.iter().zip(&factor.of));
    let mut out: Vec<Exposed> = rows
        .filter(|((r, left), (_, of))| r.ended.is_none() && left.is_none() && of.is_some() && **of == level)
        .map(|((r, _), (day, _))| Exposed { who: r.who, started: r.started, until: *day, monthly: r.monthly })
        .collect();
    out.sort_by_key(|e| (std::cmp::Reverse(e.monthly), e.who));
    out
}

/// The candidates the tables give; other names are shown as they are.
const FEATURES: &[&str] = &[
    "plan",
    "came_back",
    "country",
    "region",
    "city",
    "language",
    "industry",
    "touch",
    "tickets",
    "ticket_topic",
    "ticket_channel",
    "ticket_open",
    "ticket_reopened",
];

impl LeavingDrivers {
    fn table(&self) -> Table {
        let rows = &self.drivers.rows;
        let texts =
            |f: &dyn Fn(&Driver) -> String| Column::Text(rows.iter().map(|d| Some(f(d).into())).collect());
        let counts = |f: &dyn Fn(&Driver) -> u64| Column::Count(rows.iter().map(|d| Some(f(d))).collect());
        let shares = |f: &dyn Fn(&Driver) -> Option<f64>| Column::Share(rows.iter().map(f).collect());
        let numbers = |f: &dyn Fn(&Driver) -> Option<f64>| Column::Number(rows.iter().map(f).collect());
        let low = |e: &Estimate| e.interval.map(|i| i.0);
        let high = |e: &Estimate| e.interval.map(|i| i.1);
        let ratio = |d: &Driver, f: &dyn Fn(&Estimate) -> Option<f64>| d.relative_risk.as_ref().and_then(f);
        let feature = |d: &Driver| FEATURES.iter().position(|f| *f == d.feature);
        let of = rows.iter().map(|d| feature(d).and_then(|i| u16::try_from(i).ok())).collect();
        let test = |d: &Driver| TestUsed::CHOICES.iter().position(|n| *n == d.test.word());
        let tests = rows.iter().map(|d| test(d).and_then(|i| u16::try_from(i).ok())).collect();
        let same = |d: &Driver| {
            let name = |s: &crate::churn::SameSplit| format!("{}: {}", s.feature, s.level);
            d.same.iter().filter(|s| !s.other_side).map(name).collect::<Vec<_>>().join("; ")
        };
        Table::figures("drivers")
            .with("feature", Column::Word { family: "churn_feature", names: FEATURES, of })
            .with("level", texts(&|d| d.level.clone()))
            .with("with", counts(&|d| d.with.0))
            .with("rate_with", shares(&|d| Some(d.rate_with)))
            .with("without", counts(&|d| d.without.0))
            .with("rate_without", shares(&|d| Some(d.rate_without)))
            .with("unknown", counts(&|d| d.unknown))
            .with("relative_risk", numbers(&|d| ratio(d, &|e| Some(e.value))))
            .with("relative_risk_low", numbers(&|d| ratio(d, &low)))
            .with("relative_risk_high", numbers(&|d| ratio(d, &high)))
            .with("risk_difference", shares(&|d| Some(d.risk_difference.value)))
            .with("low", shares(&|d| low(&d.risk_difference)))
            .with("high", shares(&|d| high(&d.risk_difference)))
            .with("lift", numbers(&|d| Some(d.lift.value)))
            .with("lift_low", numbers(&|d| low(&d.lift)))
            .with("lift_high", numbers(&|d| high(&d.lift)))
            .with("test", Column::Word { family: "churn_test", names: TestUsed::CHOICES, of: tests })
            .with("p", numbers(&|d| Some(d.p)))
            .with("p_fisher", numbers(&|d| Some(d.p_fisher)))
            .with("p_bh", numbers(&|d| Some(d.p_bh)))
            .with("p_holm", numbers(&|d| Some(d.p_holm)))
            .with("clear", Column::Flag(rows.iter().map(|d| Some(d.is_clear(self.q))).collect()))
            .with("same_as", texts(&same))
            .chart_top(
                "churn.drivers.risk",
                ChartKind::Intervals { label: "level", value: "risk_difference", low: "low", high: "high" },
                12,
            )
    }

    fn messages(&self) -> Vec<Message> {
        let mut out = Vec::new();
        let clear = self.drivers.rows.iter().filter(|d| d.is_clear(self.q)).count() as u64;
        let tests = Cell::Count(self.drivers.rows.len() as u64);
        match self.top.and_then(|i| self.drivers.rows.get(i)) {
            Some(d) => {
                let said = Message::new("churn.drivers.top")
                    .with("level", Cell::Text(d.level.clone().into()))
                    .with("with", Cell::Share(d.rate_with))
                    .with("without", Cell::Share(d.rate_without))
                    .with("horizon", Cell::Count(u64::from(self.horizon)))
                    .with("after", Cell::Count(u64::from(self.after)));
                let feature = FEATURES.iter().find(|f| **f == d.feature);
                let word = |name: &&'static str| Cell::Word { family: "churn_feature", name };
                out.push(said.with("feature", feature.map_or(Cell::Missing, word)));
                let said = Message::new("churn.drivers.clear").with("clear", Cell::Count(clear));
                out.push(said.with("tests", tests).with("q", Cell::Share(self.q)));
            }
            None => out.push(Message::new("churn.drivers.none_clear").with("tests", tests)),
        }
        out.push(Message::new("churn.drivers.not_causes"));
        let said = Message::new("churn.drivers.sample")
            .with("n", Cell::Count(self.drivers.n))
            .with("left", Cell::Count(self.drivers.left));
        let [ended, young, before] = self.left_out.map(Cell::Count);
        let said = said.with("ended", ended).with("young", young).with("before", before);
        out.push(said.with("open", Cell::Count(self.open)));
        if self.undated > 0 {
            out.push(Message::new("churn.drivers.undated").with("n", Cell::Count(self.undated)));
        }
        out
    }
}

impl Present for LeavingDrivers {
    fn answer(&self) -> Answer {
        let mut a = Answer::default();
        a.set("n", Cell::Count(self.drivers.n));
        a.set("left", Cell::Count(self.drivers.left));
        let base = share(self.drivers.left, self.drivers.n);
        a.set("share_left", base.map_or(Cell::Missing, |b| Cell::Share(b.value)));
        a.set("after", Cell::Count(u64::from(self.after)));
        a.set("horizon", Cell::Count(u64::from(self.horizon)));
        a.set("tests", Cell::Count(self.drivers.rows.len() as u64));
        a.set("untested", Cell::Count(self.drivers.untested.len() as u64));
        a.set("q", Cell::Share(self.q));
        let clear = self.drivers.rows.iter().filter(|d| d.is_clear(self.q)).count() as u64;
        a.set("clear", Cell::Count(clear));
        let [ended, young, before] = self.left_out;
        a.set("left_out.ended_before", Cell::Count(ended));
        a.set("left_out.too_young", Cell::Count(young));
        a.set("left_out.before_records", Cell::Count(before));
        a.set("left_out.horizon_open", Cell::Count(self.open));
        a.tables.push(self.table());
        a.tables.push(
            Table::list("exposed")
                .with("customer", Column::Customer(self.exposed.iter().map(|e| e.who).collect()))
                .with("started", Column::Day(self.exposed.iter().map(|e| Some(e.started)).collect()))
                .with("known_on", Column::Day(self.exposed.iter().map(|e| Some(e.until)).collect()))
                .with("monthly", Column::Money(self.exposed.iter().map(|e| e.monthly).collect(), self.unit)),
        );
        a.messages = self.messages();
        a.actions.push(match self.top.and_then(|i| self.drivers.rows.get(i)) {
            None => Action::Nothing {
                key: "churn.drivers.nothing_clear",
                values: vec![("n", Cell::Count(self.drivers.n)), ("left", Cell::Count(self.drivers.left))],
            },
            Some(_) if self.exposed.is_empty() => {
                Action::Nothing { key: "churn.drivers.nobody_exposed", values: Vec::new() }
            }
            Some(d) => {
                let customers = self.exposed.len() as u64;
                let prices = self.exposed.iter().filter_map(|e| e.monthly);
                let stake = share(d.with.1, d.with.0).and_then(|e| at_risk(prices, &e, self.unit));
                Action::Act { key: "churn.drivers.look_after", customers, stake, list: "exposed" }
            }
        });
        a
    }
}

/// The analysis `churn drivers`.
#[derive(Clone, Copy, Debug)]
pub struct ChurnDriversAnalysis;

impl Analysis for ChurnDriversAnalysis {
    type Params = ChurnDriversParams;
    type Input<'a> = (
        &'a Histories<SubscriptionRow>,
        &'a Texts,
        MoneyUnit,
        Option<&'a Histories<TicketRow>>,
        Option<&'a Histories<TouchRow>>,
        Option<&'a Histories<CustomerRow>>,
    );
    type Output = LeavingDrivers;
    const CARD: Card = Card {
        key: "churn drivers",
        version: 1,
        title: "What goes with leaving, at the same age of every subscription",
        unit: "share that leaves within the horizon",
        formula: "each level against all others: relative risk (Katz), risk difference (Newcombe), lift; chi-square, \
                  or Fisher where a count below 5 is expected; Benjamini-Hochberg and Holm over all tests",
        source: "Katz et al., 1978; Newcombe, 1998; Benjamini and Hochberg, 1995; landmark: Anderson et al., 1983",
        assumptions: &[
            "A difference is no cause: whoever shows a driver may differ in other ways, too.",
            "What customers state about themselves held on their first day.",
            "Only facts known by the landmark are used, and only leaving after it counts.",
        ],
        words: &[
            "message.churn.drivers.top",
            "message.churn.drivers.clear",
            "message.churn.drivers.none_clear",
            "message.churn.drivers.not_causes",
            "message.churn.drivers.sample",
            "message.churn.drivers.undated",
            "action.churn.drivers.look_after",
            "action.churn.drivers.nobody_exposed",
            "action.churn.drivers.nothing_clear",
            "chart.churn.drivers.risk",
            "word.churn_feature.plan",
            "word.churn_feature.came_back",
            "word.churn_feature.country",
            "word.churn_feature.region",
            "word.churn_feature.city",
            "word.churn_feature.language",
            "word.churn_feature.industry",
            "word.churn_feature.touch",
            "word.churn_feature.tickets",
            "word.churn_feature.ticket_topic",
            "word.churn_feature.ticket_channel",
            "word.churn_feature.ticket_open",
            "word.churn_feature.ticket_reopened",
            "word.churn_test.chi-square",
            "word.churn_test.fisher",
        ],
        example: "naata churn drivers --subscriptions subscriptions.csv --tickets tickets.csv --after 30 --horizon 90",
    };

    fn run(
        (subscriptions, texts, unit, tickets, touches, customers): Self::Input<'_>,
        p: &ChurnDriversParams,
        cx: &Context<'_>,
    ) -> Result<LeavingDrivers, Refusal> {
        let tables = Tables { subscriptions, texts, tickets, touches, customers };
        Ok(leaving_drivers(&tables, unit, p, cx)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::churn::candidates::tests::{subscription, texts, ticket};
    use naata_core::{Currency, Instant, Symbol};

    type Lists = (Vec<SubscriptionRow>, Vec<TicketRow>, Vec<TouchRow>);

    /// 400 customers: every fourth complains in the first days and a third of these leave; of the others a tenth
    /// leaves. A touch that changes nothing comes from every other customer.
    fn planted(n: u32) -> Lists {
        let touch = |who: u32, day: i32| TouchRow {
            who: CustomerIx(who),
            activity: Symbol(0),
            at: Instant(i64::from(day) * Instant::DAY),
            channel: Symbol::NONE,
            row: who,
        };
        let (mut s, mut t, mut u) = (Vec::new(), Vec::new(), Vec::new());
        for i in 0..n {
            let late = i % 4 == 0;
            let leaves = if late { i / 4 % 3 == 0 } else { i / 4 % 10 == 1 };
            let started = (i % 17) as i32;
            s.push(subscription(i, started, leaves.then_some(started + 60)));
            if late {
                t.push(ticket(i, started + 5, Some(started + 8), Some(0)));
            }
            if i / 4 % 7 < 3 {
                u.push(touch(i, started + 3));
            }
            // A complaint about the leaving itself, long after the landmark.
            if leaves {
                t.push(ticket(i, started + 59, None, Some(3)));
            }
        }
        for i in n..n + 8 {
            s.push(subscription(i, 150, None));
            t.push(ticket(i, 155, Some(156), Some(0)));
        }
        (s, t, u)
    }

    fn run((s, t, u): &Lists, p: &ChurnDriversParams) -> Result<LeavingDrivers, Refusal> {
        let n = s.len();
        let s = Histories::group(n, s, |s| s.started).unwrap();
        let t = Histories::group(n, t, |t| t.opened).unwrap();
        let u = Histories::group(n, u, |u| u.at).unwrap();
        let unit = MoneyUnit::of(Currency::INR);
        let input = (&s, &texts(), unit, Some(&t), Some(&u), None);
        ChurnDriversAnalysis::run(input, p, &Context::at(Day(200)))
    }

    #[test]
    fn the_planted_driver_is_found_and_the_decoy_is_not() {
        let found = run(&planted(400), &ChurnDriversParams::default()).unwrap();
        assert_eq!((found.drivers.n, found.drivers.left, found.open), (400, 64, 8));
        let top = &found.drivers.rows[found.top.unwrap()];
        assert!(top.is_clear(0.05) && top.with == (100, 34) && top.without == (300, 30), "{top:?}");
        assert!(found.drivers.rows.iter().filter(|d| d.feature == "touch").all(|d| !d.is_clear(0.05)));
        assert!(
            found.drivers.rows.iter().all(|d| d.feature != "ticket_reopened"),
            "nothing to compare by then"
        );
        assert_eq!(found.exposed.len(), 8);
        let answer = found.answer();
        assert_eq!(answer.flaws(), Vec::<String>::new());
        let Action::Act { customers: 8, stake: Some(stake), .. } = answer.actions[0] else {
            panic!("no action")
        };
        assert_eq!(stake.value, Minor(27_200));
        for m in &answer.messages {
            assert!(!m.key.contains("causes") || m.key == "churn.drivers.not_causes");
        }
    }

    #[test]
    fn too_few_leavers_and_no_horizon_are_refused() {
        let refused = run(&planted(40), &ChurnDriversParams::default()).unwrap_err();
        assert_eq!(refused.code, "metrics.too_few_leavers");
        let none = ChurnDriversParams { horizon: 0, ..ChurnDriversParams::default() };
        assert_eq!(run(&planted(40), &none).unwrap_err().code, "metrics.window");
        let far = ChurnDriversParams { after: 500, ..ChurnDriversParams::default() };
        assert_eq!(run(&planted(40), &far).unwrap_err().code, "metrics.nobody");
    }
}
