//! The analysis `churn cox`: what goes with leaving sooner, all candidates at once, and who leaves at the fastest pace.
//!
//! # Formula
//! Proportional hazards ([`crate::churn::cox()`]) of the days from a landmark on ([`crate::churn::candidates`]): every
//! relationship enters the watch at its landmark with what was known by then.

use crate::Error;
use crate::churn::candidates::{Tables, candidates};
use crate::churn::columns::{Coefficient, Covariate};
use crate::churn::cox::{Cox, Ties, cox};
use crate::churn::encode::{Encoding, encode, names, rows_needed};
use crate::churn::proportional::{TimeTransform, Trend, proportional_hazards};
use crate::churn::spell::Spell;
use naata_answer::{
    Action, Analysis, Answer, Card, Cell, ChartKind, Column, Message, Present, Refusal, Table, choice, params,
};
use naata_core::{
    Context, CustomerIx, CustomerRow, Histories, Minor, MoneyUnit, SubscriptionRow, Texts, TicketRow,
    TouchRow,
};
use naata_math::exp;

choice! {
    /// The scale of time on which hazards are tested to be proportional.
    pub enum TimeScale {
        /// The rank among the times of leaving.
        Rank = "rank",
        /// One minus the Kaplan-Meier curve.
        KaplanMeier = "km",
        /// Days.
        Identity = "identity",
        /// The logarithm of days.
        Log = "log",
    }
}

impl TimeScale {
    fn transform(self) -> TimeTransform<'static> {
        match self {
            Self::Rank => TimeTransform::Rank,
            Self::KaplanMeier => TimeTransform::KaplanMeier,
            Self::Identity => TimeTransform::Identity,
            Self::Log => TimeTransform::Log,
        }
    }
}

params! {
    /// Parameters of the pace of leaving.
    pub struct ChurnCoxParams {
        /// Days after the first whose facts may explain the pace
        after: u32 = 30,
        /// What to make of several who leave on one day
        ties: Ties = Ties::Efron,
        /// Scale of time of the test of proportional hazards
        scale: TimeScale = TimeScale::Rank,
        /// Leavers and stayers to expect of a level for a coefficient of its own
        least: u32 = 10,
        /// Candidates to leave out, with commas between
        without: Option<String> = None,
        /// How many customers to list, the fastest first
        top: u32 = 100,
    }
}

/// A customer still there.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pace {
    /// The customer.
    pub who: CustomerIx,
    /// How many times as fast as the mean customer they leave.
    pub pace: f64,
    /// The monthly price.
    pub monthly: Option<Minor>,
}

/// What goes with leaving sooner.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct LeavingPace {
    /// The model, over days from the first.
    pub model: Cox,
    /// Its columns, and what was pooled or left out.
    pub encoding: Encoding,
    /// For each column, then for all, whether its part stays the same over time.
    pub trends: Vec<Trend>,
    /// The scale of time of that test.
    pub scale: TimeScale,
    /// The days of knowledge.
    pub after: u32,
    /// Customers still there who leave faster than the mean customer, the fastest first.
    pub fastest: Vec<Pace>,
    /// The unit of money.
    pub unit: MoneyUnit,
}

/// Fits the model.
///
/// # Errors
/// Nobody at a landmark; nobody left after it; a column that separates, or is known of nobody beside others.
pub fn leaving_pace(
    tables: &Tables<'_>,
    unit: MoneyUnit,
    p: &ChurnCoxParams,
    cx: &Context<'_>,
) -> Result<LeavingPace, Error> {
    // The outcome of the candidates is not used: whoever is still there is watched to the day one stands on.
    let c = candidates(tables, p.after, 1, cx)?;
    let after = f64::from(p.after);
    let days =
        |r: usize| c.subjects.get(r).map_or(0, |s| s.ended.unwrap_or(cx.as_of).since(s.started)) as f64;
    // Who reached the landmark today brings no time after it.
    let watched: Vec<usize> = (0..c.subjects.len()).filter(|r| days(*r) > after).collect();
    let spell = |r: &usize| {
        let entry = (p.after > 0).then_some(after);
        let left = c.subjects.get(*r).is_some_and(|s| s.ended.is_some());
        Spell { entry, exit: days(*r), left, weight: 1 }
    };
    let spells: Vec<Spell> = watched.iter().map(spell).collect();
    let leavers = spells.iter().filter(|s| s.left).count() as u64;
    let least = rows_needed(p.least, leavers, spells.len() as u64);
    let mut encoding = encode(&c.factors, &watched, least, &names(p.without.as_ref()));
    let model = encoding.fit(&watched, |columns| cox(&spells, columns, p.ties))?;
    let values = encoding.at(&watched);
    let columns: Vec<Covariate<'_>> =
        encoding.columns.iter().zip(&values).map(|(c, v)| Covariate::new(&c.name, v)).collect();
    let trends = if columns.is_empty() {
        Vec::new()
    } else {
        proportional_hazards(&model, &spells, &columns, p.scale.transform())?
    };
    let here = c.subjects.iter().enumerate().filter(|(_, s)| s.ended.is_none());
    let mut fastest: Vec<Pace> = here
        .map(|(r, s)| Pace { who: s.who, pace: exp(model.score(&encoding.row(r))), monthly: s.monthly })
        .filter(|s| s.pace > 1.0)
        .collect();
    fastest.sort_by(|a, b| b.pace.total_cmp(&a.pace).then(b.monthly.cmp(&a.monthly)).then(a.who.cmp(&b.who)));
    fastest.truncate(usize::try_from(p.top).unwrap_or(usize::MAX));
    Ok(LeavingPace { model, encoding, trends, scale: p.scale, after: p.after, fastest, unit })
}

/// The chance below which a column's part counts as changing over time, or the model as better than none.
const SIGNIFICANT: f64 = 0.05;

impl LeavingPace {
    fn coefficients(&self) -> Table {
        let c = &self.model.coefficients;
        let number = |f: &dyn Fn(&Coefficient) -> f64| Column::Number(c.iter().map(|c| Some(f(c))).collect());
        let trend =
            |f: fn(&Trend) -> f64| Column::Number((0..c.len()).map(|i| self.trends.get(i).map(f)).collect());
        let with = |c: &crate::churn::Encoded| Some(c.values.iter().filter(|v| **v > 0.0).count() as u64);
        Table::figures("coefficients")
            .with("column", Column::Text(c.iter().map(|c| Some(c.name.as_str().into())).collect()))
            .with("customers", Column::Count(self.encoding.columns.iter().map(with).collect()))
            .with("coefficient", number(&|c| c.value))
            .with("standard_error", number(&|c| c.standard_error))
            .with("hazard_ratio", number(&|c| exp(c.value)))
            .with("low", number(&|c| exp(c.interval.0)))
            .with("high", number(&|c| exp(c.interval.1)))
            .with("p", number(&|c| c.p))
            .with("trend_statistic", trend(|t| t.statistic))
            .with("trend_p", trend(|t| t.p))
            .chart(
                "churn.cox.ratios",
                ChartKind::Intervals { label: "column", value: "hazard_ratio", low: "low", high: "high" },
            )
    }
}

impl Present for LeavingPace {
    fn answer(&self) -> Answer {
        let m = &self.model;
        let mut a = Answer::default();
        a.set("n", Cell::Count(m.n));
        a.set("left", Cell::Count(m.left));
        a.set("after", Cell::Count(u64::from(self.after)));
        a.set("log_likelihood", Cell::Number(m.log_likelihood));
        a.set("likelihood_ratio.statistic", Cell::Number(m.likelihood_ratio.statistic));
        a.set("likelihood_ratio.degrees", Cell::Count(m.likelihood_ratio.degrees as u64));
        a.set("likelihood_ratio.p", Cell::Number(m.likelihood_ratio.p));
        let concordance = m.concordance.map(|c| c.value);
        a.set("concordance", concordance.map_or(Cell::Missing, Cell::Number));
        a.set("fit.iterations", Cell::Count(m.iterations as u64));
        a.set("fit.gradient_norm", Cell::Number(m.gradient_norm));
        a.set("trend.scale", Cell::Word { family: "time_scale", name: self.scale.word() });
        let all = self.trends.last();
        a.set("trend.p", all.map_or(Cell::Missing, |t| Cell::Number(t.p)));
        a.tables.push(self.coefficients());
        a.tables.push(
            Table::list("fastest")
                .with("customer", Column::Customer(self.fastest.iter().map(|p| p.who).collect()))
                .with("pace", Column::Number(self.fastest.iter().map(|p| Some(p.pace)).collect()))
                .with("monthly", Column::Money(self.fastest.iter().map(|p| p.monthly).collect(), self.unit)),
        );
        let better = m.likelihood_ratio.p < SIGNIFICANT;
        if let (true, Some(c)) = (better, concordance) {
            a.messages.push(Message::new("churn.cox.order").with("concordance", Cell::Number(c)));
        }
        for t in self.trends.iter().filter(|t| t.p < SIGNIFICANT) {
            if let Some(column) = &t.column {
                let said =
                    Message::new("churn.cox.changes").with("column", Cell::Text(column.as_str().into()));
                a.messages.push(said.with("p", Cell::Number(t.p)));
            }
        }
        a.messages.push(Message::new("churn.drivers.not_causes"));
        a.findings.extend(self.encoding.findings());
        a.actions.push(if !better {
            let values = vec![("p", Cell::Number(m.likelihood_ratio.p))];
            Action::Nothing { key: "churn.cox.nothing", values }
        } else if self.fastest.is_empty() {
            Action::Nothing { key: "churn.cox.nobody", values: Vec::new() }
        } else {
            let customers = self.fastest.len() as u64;
            Action::Act { key: "churn.cox.look_after", customers, stake: None, list: "fastest" }
        });
        a
    }
}

/// The analysis `churn cox`.
#[derive(Clone, Copy, Debug)]
pub struct ChurnCoxAnalysis;

impl Analysis for ChurnCoxAnalysis {
    type Params = ChurnCoxParams;
    type Input<'a> = (
        &'a Histories<SubscriptionRow>,
        &'a Texts,
        MoneyUnit,
        Option<&'a Histories<TicketRow>>,
        Option<&'a Histories<TouchRow>>,
        Option<&'a Histories<CustomerRow>>,
    );
    type Output = LeavingPace;
    const CARD: Card = Card {
        key: "churn cox",
        version: 1,
        title: "What goes with leaving sooner, all candidates at once",
        unit: "hazard ratio: pace of leaving against the most common level",
        formula: "h(t | x) = h0(t) exp(b'x) from the landmark on; partial likelihood with Efron's or Breslow's ties; \
                  test of proportional hazards on a named scale of time",
        source: "Cox, 1972; Efron, 1977; Grambsch and Therneau, 1994; Harrell et al., 1982",
        assumptions: &[
            "A level multiplies the pace of leaving by the same factor at all times; the test says where it does not.",
            "A ratio is no cause: whoever has a level may differ in other ways, too.",
        ],
        words: &[
            "message.churn.cox.order",
            "message.churn.cox.changes",
            "message.churn.drivers.not_causes",
            "action.churn.cox.look_after",
            "action.churn.cox.nobody",
            "action.churn.cox.nothing",
            "chart.churn.cox.ratios",
            "word.time_scale.rank",
            "word.time_scale.km",
            "word.time_scale.identity",
            "word.time_scale.log",
        ],
        example: "naata churn cox --subscriptions subscriptions.csv --tickets tickets.csv --scale log",
    };

    fn run(
        (subscriptions, texts, unit, tickets, touches, customers): Self::Input<'_>,
        p: &ChurnCoxParams,
        cx: &Context<'_>,
    ) -> Result<LeavingPace, Refusal> {
        let tables = Tables { subscriptions, texts, tickets, touches, customers };
        Ok(leaving_pace(&tables, unit, p, cx)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::churn::candidates::tests::{subscription, texts, ticket};
    use naata_core::{Currency, Day};

    #[test]
    fn who_complains_early_leaves_at_a_faster_pace() {
        // Pace .01 a day after a complaint, .005 without, from day 30 on, by equal steps of the cumulative hazard.
        let (mut s, mut t) = (Vec::new(), Vec::new());
        let n = 600u32;
        for i in 0..n {
            let late = i % 3 == 0;
            let hazard = if late { 0.01 } else { 0.005 };
            let rank = f64::from(i / 3) + 0.5;
            let days = 30.0 - naata_math::ln(1.0 - rank / 200.0) / hazard;
            let ended = Some(days.ceil() as i32).filter(|e| *e <= 300);
            s.push(subscription(i, 0, ended));
            if late {
                t.push(ticket(i, 5, Some(8), Some(0)));
            }
        }
        let s = Histories::group(n as usize, &s, |s| s.started).unwrap();
        let t = Histories::group(n as usize, &t, |t| t.opened).unwrap();
        let unit = MoneyUnit::of(Currency::INR);
        let run = |p: &ChurnCoxParams| {
            ChurnCoxAnalysis::run((&s, &texts(), unit, Some(&t), None, None), p, &Context::at(Day(300)))
        };
        let found = run(&ChurnCoxParams::default()).unwrap();
        let ratio = exp(found.model.coefficients[0].value);
        assert!((ratio - 2.0).abs() < 0.05, "{ratio}");
        assert_eq!((found.model.n, found.trends.len()), (600, 2));
        assert!(found.trends[0].p > 0.5, "hazards are proportional here: {:?}", found.trends);
        assert!(found.fastest.iter().all(|p| p.who.0 % 3 == 0 && p.pace > 1.0) && !found.fastest.is_empty());
        let answer = found.answer();
        assert_eq!(answer.flaws(), Vec::<String>::new());
        assert!(matches!(answer.actions[0], Action::Act { key: "churn.cox.look_after", .. }));
        let bare =
            ChurnCoxParams { without: Some("tickets, ticket_topic".into()), ..ChurnCoxParams::default() };
        let none = run(&bare).unwrap();
        assert_eq!(none.model.coefficients.len(), 0);
        assert!(matches!(none.answer().actions[0], Action::Nothing { key: "churn.cox.nothing", .. }));
    }
}
