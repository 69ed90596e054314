//! The analysis `churn score`: how likely each young subscriber is to leave, why, and where revenue is at risk.
//!
//! # Formula
//! Logistic regression of leaving within a horizon on what was known by the landmark
//! ([`crate::churn::candidates`]), fitted to earlier landmarks, judged on later ones, applied to customers whose
//! horizon is not over. Revenue at risk = chance of leaving x monthly price.
//!
//! # Source
//! Cox, 1958; judged as in [`crate::churn::evaluate`].

use crate::Error;
use crate::churn::candidates::{Tables, candidates};
use crate::churn::encode::{Encoding, encode, names, rows_needed};
use crate::churn::evaluate::{Evaluation, evaluate};
use crate::churn::logistic::{Logistic, logistic};
use naata_answer::{
    Action, Analysis, Answer, Card, Cell, ChartKind, Column, Message, Present, Refusal, Stake, Table, params,
};
use naata_core::{
    Context, CustomerIx, CustomerRow, Day, Histories, Minor, MoneyUnit, SubscriptionRow, Texts, TicketRow,
    TouchRow,
};
use naata_facts::{Fact, Facts, Provide};
use std::collections::BTreeMap;

params! {
    /// Parameters of the risk score.
    pub struct ChurnScoreParams {
        /// Days after the first whose facts may be used
        after: u32 = 30,
        /// Days after those in which leaving counts
        horizon: u32 = 90,
        /// Leavers and stayers to expect of a level for a coefficient of its own
        least: u32 = 10,
        /// Candidates to leave out, with commas between
        without: Option<String> = None,
        /// How many customers to list, those with most revenue at risk first
        top: u32 = 100,
        /// Monthly revenue at risk to cover at most, in major units; lists no more customers than needed
        budget: Option<f64> = None,
    }
}

/// A customer with a score.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Scored {
    /// The customer.
    pub who: CustomerIx,
    /// The first day.
    pub started: Day,
    /// The chance of leaving within the horizon after the landmark.
    pub chance: f64,
    /// How well the model knows it.
    pub interval: Option<(f64, f64)>,
    /// The monthly price.
    pub monthly: Option<Minor>,
    /// Chance times price.
    pub at_risk: Option<Minor>,
    /// What speaks most for leaving or against it: position of the column and what it adds to the logit.
    pub reasons: Vec<(usize, f64)>,
}

/// Scores with the model they come from and how good it was.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct RiskScores {
    /// Those whose horizon is not over, in id order.
    pub rows: Vec<Scored>,
    /// Positions in `rows` of whom to talk to: most revenue at risk first, within the capacity.
    pub list: Vec<usize>,
    /// The model.
    pub model: Logistic,
    /// Its columns, and what was pooled or left out.
    pub encoding: Encoding,
    /// How good it was on later customers.
    pub evaluation: Evaluation,
    /// The landmark from which on customers tested the model.
    pub tested_from: Day,
    /// The days of the outcome.
    pub horizon: u32,
    /// The unit of money.
    pub unit: MoneyUnit,
    /// Customers of the base.
    pub customers: usize,
    /// The day one stands on.
    pub as_of: Day,
}

/// Fits, judges and applies the score.
///
/// # Errors
/// Nobody at a landmark with the horizon over; only one outcome among those who fit or who test; a column that
/// separates; a horizon of no days.
pub fn risk_scores(
    tables: &Tables<'_>,
    unit: MoneyUnit,
    p: &ChurnScoreParams,
    cx: &Context<'_>,
) -> Result<RiskScores, Error> {
    if p.horizon == 0 {
        return Err(Error::Window);
    }
    let c = candidates(tables, p.after, p.horizon, cx)?;
    let day = |r: usize| c.days.get(r).copied().unwrap_or(Day::MAX);
    let left = |r: usize| c.left.get(r).copied().flatten();
    let over: Vec<usize> = (0..c.left.len()).filter(|r| left(*r).is_some()).collect();
    let mut days: Vec<Day> = over.iter().map(|r| day(*r)).collect();
    days.sort_unstable();
    // The last three tenths test; all of one day stay together.
    let tested_from = days.get(days.len() * 7 / 10).copied().ok_or(Error::Nobody)?;
    let (train, test): (Vec<usize>, Vec<usize>) = over.iter().partition(|r| day(**r) < tested_from);
    let outcome = |rows: &[usize]| rows.iter().filter_map(|r| left(*r)).collect::<Vec<bool>>();
    let happened = outcome(&train);
    let leavers = happened.iter().filter(|l| **l).count() as u64;
    let least = rows_needed(p.least, leavers, happened.len() as u64);
    let mut encoding = encode(&c.factors, &train, least, &names(p.without.as_ref()));
    let model = encoding.fit(&train, |columns| logistic(&happened, columns))?;
    let predicted: Vec<f64> = test.iter().map(|r| model.probability(&encoding.row(*r))).collect();
    let evaluation = evaluate(&predicted, &outcome(&test))?;
    let open = c.subjects.iter().enumerate().filter(|(r, s)| left(*r).is_none() && s.ended.is_none());
    let rows: Vec<Scored> = open
        .map(|(r, s)| {
            let x = encoding.row(r);
            let chance = model.probability(&x);
            let reasons = model.contributions(&x, 3).into_iter().filter(|c| c.logit != 0.0);
            Scored {
                who: s.who,
                started: s.started,
                chance,
                interval: model.interval(&x),
                monthly: s.monthly,
                at_risk: s.monthly.and_then(|m| unit.nearest(unit.float(m) * chance)),
                reasons: reasons.map(|c| (c.column, c.logit)).collect(),
            }
        })
        .collect();
    Ok(RiskScores {
        list: if no_better_than_chance(&evaluation) { Vec::new() } else { capacity(&rows, p, unit) },
        rows,
        model,
        encoding,
        evaluation,
        tested_from,
        horizon: p.horizon,
        unit,
        customers: tables.subscriptions.customers(),
        as_of: cx.as_of,
    })
}

/// The customers with most revenue at risk, as many as the capacity allows.
fn capacity(rows: &[Scored], p: &ChurnScoreParams, unit: MoneyUnit) -> Vec<usize> {
    let mut order: Vec<(usize, &Scored)> = rows.iter().enumerate().collect();
    order.sort_by(|(_, a), (_, b)| {
        b.at_risk.cmp(&a.at_risk).then(b.chance.total_cmp(&a.chance)).then(a.who.cmp(&b.who))
    });
    let most = p.budget.and_then(|b| unit.nearest(b));
    let mut sum = 0i128;
    let within = |row: &&(usize, &Scored)| {
        let before = sum;
        sum += row.1.at_risk.map_or(0, |m| i128::from(m.0));
        most.is_none_or(|most| before < i128::from(most.0))
    };
    let top = usize::try_from(p.top).unwrap_or(usize::MAX);
    order.iter().take_while(within).take(top).map(|(i, _)| *i).collect()
}

/// The fact: the chance of leaving within the horizon.
const RISK: Fact<f64> = Fact::new("metrics.churn.risk");

impl Provide for RiskScores {
    const FACTS: &'static [&'static str] = &["metrics.churn.risk"];

    fn provide(&self, out: &mut Facts) -> Result<(), naata_facts::Error> {
        let mut risk = vec![None; self.customers];
        for row in &self.rows {
            if let Some(slot) = risk.get_mut(row.who.at()) {
                *slot = Some(row.chance);
            }
        }
        out.put(&RISK, risk)
    }
}

impl RiskScores {
    fn customers<'a>(&'a self, key: &'static str, rows: &[&'a Scored]) -> Table {
        let reason = |k: usize| {
            let name = |s: &&Scored| {
                let (column, logit) = s.reasons.get(k)?;
                let c = self.encoding.columns.get(*column)?;
                // A level that is not there speaks, too: its sign says for which side.
                let has = self.has(s, *column);
                let sign = if *logit > 0.0 { '+' } else { '-' };
                let level = c.level.as_deref().unwrap_or("?");
                let is = if has { ": " } else { " ≠ " };
                Some(format!("{sign} {}{is}{level}", c.feature).into())
            };
            Column::Text(rows.iter().map(name).collect())
        };
        let end = |high: bool| {
            Column::Share(rows.iter().map(|s| s.interval.map(|(a, b)| if high { b } else { a })).collect())
        };
        let money =
            |f: fn(&Scored) -> Option<Minor>| Column::Money(rows.iter().map(|s| f(s)).collect(), self.unit);
        Table::list(key)
            .with("customer", Column::Customer(rows.iter().map(|s| s.who).collect()))
            .with("started", Column::Day(rows.iter().map(|s| Some(s.started)).collect()))
            .with("chance", Column::Share(rows.iter().map(|s| Some(s.chance)).collect()))
            .with("low", end(false))
            .with("high", end(true))
            .with("monthly", money(|s| s.monthly))
            .with("revenue_at_risk", money(|s| s.at_risk))
            .with("reason_1", reason(0))
            .with("reason_2", reason(1))
            .with("reason_3", reason(2))
    }

    /// Whether a row has the level of a column: its contribution lies on the side of the coefficient.
    fn has(&self, s: &Scored, column: usize) -> bool {
        let logit = s.reasons.iter().find(|r| r.0 == column).map_or(0.0, |r| r.1);
        self.model.coefficients.get(column).is_some_and(|c| (c.value > 0.0) == (logit > 0.0))
    }

    /// How many customers have which chance, in whole per cents, at which price: the list without its names.
    fn value(&self) -> Table {
        let mut counts: BTreeMap<(u32, Minor), u64> = BTreeMap::new();
        for row in &self.rows {
            if let Some(monthly) = row.monthly {
                *counts.entry(((100.0 * row.chance).round() as u32, monthly)).or_default() += 1;
            }
        }
        let chance = |(c, _): &(u32, Minor)| Some(f64::from(*c) / 100.0);
        Table::figures("value")
            .with("chance", Column::Share(counts.keys().map(chance).collect()))
            .with("monthly", Column::Money(counts.keys().map(|k| Some(k.1)).collect(), self.unit))
            .with("customers", Column::Count(counts.values().map(|n| Some(*n)).collect()))
            .chart("churn.score.value", ChartKind::Scatter { x: "chance", y: "monthly" })
    }

    fn figures(&self) -> [Table; 2] {
        let c = &self.model.coefficients;
        let number = |f: &dyn Fn(&crate::churn::Coefficient) -> f64| {
            Column::Number(c.iter().map(|c| Some(f(c))).collect())
        };
        let coefficients = Table::figures("coefficients")
            .with("column", Column::Text(c.iter().map(|c| Some(c.name.as_str().into())).collect()))
            .with("coefficient", number(&|c| c.value))
            .with("standard_error", number(&|c| c.standard_error))
            .with("low", number(&|c| c.interval.0))
            .with("high", number(&|c| c.interval.1))
            .with("p", number(&|c| c.p))
            .chart(
                "churn.score.coefficients",
                ChartKind::Intervals { label: "column", value: "coefficient", low: "low", high: "high" },
            );
        let d = &self.evaluation.deciles;
        let interval = |high: bool| {
            let end = |(a, b): (f64, f64)| if high { b } else { a };
            Column::Share(d.iter().map(|d| d.observed.interval.map(end)).collect())
        };
        let calibration = Table::figures("calibration")
            .with("tenth", Column::Count((1..=d.len() as u64).map(Some).collect()))
            .with("customers", Column::Count(d.iter().map(|d| Some(d.observed.n)).collect()))
            .with("predicted", Column::Share(d.iter().map(|d| Some(d.predicted)).collect()))
            .with("left", Column::Count(d.iter().map(|d| Some(d.left)).collect()))
            .with("observed", Column::Share(d.iter().map(|d| Some(d.observed.value)).collect()))
            .with("low", interval(false))
            .with("high", interval(true))
            .chart(
                "churn.score.calibration",
                ChartKind::Lines { x: "predicted", y: &["observed"], band: Some(("low", "high")) },
            );
        [coefficients, calibration]
    }
}

/// Below this lower end of the area under the curve a score does no better than chance.
const CHANCE: f64 = 0.5;

/// Whether chance explains the order of a score: then it names nobody.
fn no_better_than_chance(e: &Evaluation) -> bool {
    e.auc.value <= CHANCE || e.auc.interval.is_some_and(|i| i.0 <= CHANCE)
}

impl Present for RiskScores {
    fn answer(&self) -> Answer {
        let mut a = Answer::default();
        let e = &self.evaluation;
        let cell = |x: Option<f64>| x.map_or(Cell::Missing, Cell::Number);
        a.set("customers", Cell::Count(self.rows.len() as u64));
        a.set("horizon", Cell::Count(u64::from(self.horizon)));
        a.set("fitted.n", Cell::Count(self.model.n));
        a.set("fitted.left", Cell::Count(self.model.left));
        a.set("fitted.log_likelihood", Cell::Number(self.model.log_likelihood));
        a.set("fitted.iterations", Cell::Count(self.model.iterations as u64));
        a.set("fitted.gradient_norm", Cell::Number(self.model.gradient_norm));
        a.set("tested.from", Cell::Day(self.tested_from));
        a.set("tested.n", Cell::Count(e.n));
        a.set("tested.left", Cell::Count(e.left));
        a.set("tested.auc", Cell::Number(e.auc.value));
        a.set("tested.auc_low", cell(e.auc.interval.map(|i| i.0)));
        a.set("tested.auc_high", cell(e.auc.interval.map(|i| i.1)));
        a.set("tested.log_loss", Cell::Number(e.log_loss));
        a.set("tested.brier", Cell::Number(e.brier));
        a.set("tested.average_precision", Cell::Number(e.average_precision));
        a.set("tested.top_decile_lift", cell(e.top_decile_lift));
        let all: Vec<&Scored> = self.rows.iter().collect();
        let listed: Vec<&Scored> = self.list.iter().filter_map(|i| self.rows.get(*i)).collect();
        a.tables.push(self.customers("rows", &all));
        a.tables.push(self.value());
        a.tables.extend(self.figures());
        a.tables.push(self.customers("retain", &listed));
        let better = !no_better_than_chance(e);
        let (low, high) = e.auc.interval.unwrap_or((e.auc.value, e.auc.value));
        let key = if better { "churn.score.tested" } else { "churn.score.no_better_than_chance" };
        if self.model.coefficients.is_empty() {
            // Without a column that may have a weight there is no order to test.
            let said = Message::new("churn.score.no_columns").with("n", Cell::Count(self.model.n));
            a.messages.push(said.with("left", Cell::Count(self.model.left)));
        } else {
            let said =
                Message::new(key).with("auc", Cell::Number(e.auc.value)).with("low", Cell::Number(low));
            a.messages.push(said.with("high", Cell::Number(high)).with("n", Cell::Count(e.n)));
        }
        a.messages.push(Message::new("churn.score.not_persuadable"));
        a.findings.extend(self.encoding.findings());
        a.actions.push(if !better {
            let values = vec![("auc", Cell::Number(e.auc.value))];
            Action::Nothing { key: "churn.score.no_order", values }
        } else if listed.is_empty() {
            Action::Nothing { key: "churn.score.nobody", values: Vec::new() }
        } else {
            let sum = listed.iter().filter_map(|s| s.at_risk).map(|m| i128::from(m.0)).sum();
            let stake = Minor::from_wide(sum, "revenue at risk").ok().filter(|m| m.0 > 0);
            let stake = stake.map(|value| Stake { value, low: None, high: None, unit: self.unit });
            let customers = listed.len() as u64;
            Action::Act { key: "churn.score.talk", customers, stake, list: "retain" }
        });
        a
    }
}

/// The analysis `churn score`.
#[derive(Clone, Copy, Debug)]
pub struct ChurnScoreAnalysis;

impl Analysis for ChurnScoreAnalysis {
    type Params = ChurnScoreParams;
    type Input<'a> = (
        &'a Histories<SubscriptionRow>,
        &'a Texts,
        MoneyUnit,
        Option<&'a Histories<TicketRow>>,
        Option<&'a Histories<TouchRow>>,
        Option<&'a Histories<CustomerRow>>,
    );
    type Output = RiskScores;
    const CARD: Card = Card {
        key: "churn score",
        version: 1,
        title: "How likely each young subscriber is to leave, and why",
        unit: "chance of leaving within the horizon",
        formula: "ln(p / (1 - p)) = b0 + b'x by maximum likelihood; fitted to earlier, judged on later subscribers; \
                  revenue at risk = p x monthly price",
        source: "Cox, 1958; DeLong et al., 1988 (interval of the area under the curve)",
        assumptions: &[
            "Who starts now behaves as those who started before.",
            "A high risk does not say that talking helps: risk is not persuadability.",
            "Revenue is not margin.",
        ],
        words: &[
            "message.churn.score.tested",
            "message.churn.score.no_better_than_chance",
            "message.churn.score.no_columns",
            "message.churn.score.not_persuadable",
            "action.churn.score.talk",
            "action.churn.score.nobody",
            "action.churn.score.no_order",
            "chart.churn.score.value",
            "chart.churn.score.coefficients",
            "chart.churn.score.calibration",
        ],
        example: "naata churn score --subscriptions subscriptions.csv --tickets tickets.csv --top 50",
    };

    fn run(
        (subscriptions, texts, unit, tickets, touches, customers): Self::Input<'_>,
        p: &ChurnScoreParams,
        cx: &Context<'_>,
    ) -> Result<RiskScores, Refusal> {
        let tables = Tables { subscriptions, texts, tickets, touches, customers };
        Ok(risk_scores(&tables, unit, p, cx)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::churn::candidates::tests::{subscription, texts, ticket};
    use naata_core::Currency;

    /// Every fourth complains and half of these leave; of the others a tenth does.
    fn run(n: u32, p: &ChurnScoreParams) -> Result<RiskScores, Refusal> {
        let (mut s, mut t) = (Vec::new(), Vec::new());
        for i in 0..n {
            let (late, started) = (i % 4 == 0, (i % 61) as i32);
            let leaves = if late { i / 4 % 2 == 0 } else { i / 4 % 10 == 1 };
            s.push(subscription(i, started, leaves.then_some(started + 60)));
            if late {
                t.push(ticket(i, started + 5, Some(started + 8), Some(0)));
            }
        }
        for i in n..n + 9 {
            s.push(subscription(i, 150, None));
            if i % 3 == 0 {
                t.push(ticket(i, 155, Some(156), Some(0)));
            }
        }
        let n = s.len();
        let s = Histories::group(n, &s, |s| s.started).unwrap();
        let t = Histories::group(n, &t, |t| t.opened).unwrap();
        let input = (&s, &texts(), MoneyUnit::of(Currency::INR), Some(&t), None, None);
        ChurnScoreAnalysis::run(input, p, &Context::at(Day(200)))
    }

    #[test]
    fn later_customers_test_and_the_young_are_scored() {
        let found = run(800, &ChurnScoreParams::default()).unwrap();
        assert_eq!(found.model.n + found.evaluation.n, 800);
        assert!(found.evaluation.auc.value > 0.65 && found.tested_from > Day(60));
        assert_eq!((found.rows.len(), found.list.len(), found.model.coefficients.len()), (9, 9, 1));
        assert!(!found.encoding.dependent.is_empty(), "one complaint shows in the count and in the topic");
        let top = &found.rows[found.list[0]];
        assert!((top.chance - 0.5).abs() < 0.08, "{}", top.chance);
        let (low, high) = top.interval.unwrap();
        assert!(low < top.chance && top.chance < high);
        let answer = found.answer();
        assert_eq!(answer.flaws(), Vec::<String>::new());
        assert!(matches!(answer.actions[0], Action::Act { customers: 9, stake: Some(_), .. }));
        let mut facts = Facts::new(809, Day(200));
        found.provide(&mut facts).unwrap();
        assert_eq!(facts.get(&RISK, top.who), Ok(Some(top.chance)));
    }

    #[test]
    fn the_list_keeps_within_its_capacity() {
        let three = run(800, &ChurnScoreParams { top: 3, ..ChurnScoreParams::default() }).unwrap();
        assert_eq!(three.list.len(), 3);
        let money =
            run(800, &ChurnScoreParams { budget: Some(60.0), ..ChurnScoreParams::default() }).unwrap();
        let sum: i64 = money.list.iter().filter_map(|i| money.rows[*i].at_risk).map(|m| m.0).sum();
        let last = money.rows[*money.list.last().unwrap()].at_risk.unwrap().0;
        assert!(sum >= 6_000 && sum - last < 6_000, "{sum} {last}");
    }

    #[test]
    fn without_anything_that_tells_customers_apart_nobody_is_named() {
        let p =
            ChurnScoreParams { without: Some("tickets,ticket_topic".into()), ..ChurnScoreParams::default() };
        let found = run(800, &p).unwrap();
        assert_eq!((found.model.coefficients.len(), found.evaluation.auc.value), (0, 0.5));
        assert!(matches!(found.answer().actions[0], Action::Nothing { key: "churn.score.no_order", .. }));
    }
}
