//! The analysis `clv discrete`: value from one opportunity a period as an answer.

use super::Nested;
use super::discrete::{Discrete, DiscreteParams, Giver, Round, discrete_value};
use super::interval::Total;
use super::present::{fit_findings, parameters_table};
use naata_answer::{
    Action, Analysis, Answer, Card, Cell, ChartKind, Column, Message, Present, Refusal, Stake, Table,
};
use naata_core::{Context, Finding, Histories, Minor, MoneyUnit, PurchaseRow, Severity};

/// With fewer customers who came back than this no list is given out.
const LEAST_TO_ACT: usize = 50;

impl Discrete {
    fn money_cell(&self, estimate: Option<f64>) -> Cell {
        let minor = estimate.and_then(|x| self.money.nearest(x));
        minor.map_or(Cell::Missing, |m| Cell::Money(m, self.money))
    }

    /// Positions of customers who missed the last opportunity and are more likely still customers than not, the
    /// worthiest first.
    fn missed(&self) -> Vec<usize> {
        let asks = |w: &Giver| w.row.t_x() < w.row.n() && w.row.x() > 0 && w.p_alive.is_some_and(|p| p > 0.5);
        let mut of: Vec<(usize, f64)> = self
            .rows
            .iter()
            .enumerate()
            .filter(|(_, w)| asks(w))
            .map(|(i, w)| (i, w.value.or(w.expected).unwrap_or(0.0)))
            .collect();
        of.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        of.into_iter().map(|(i, _)| i).collect()
    }

    fn head(&self) -> Answer {
        let mut a = Answer::default();
        let number = |x: Option<f64>| x.filter(|x| x.is_finite()).map_or(Cell::Missing, Cell::Number);
        a.set("currency", Cell::Text(self.money.currency.code().into()));
        let kind = if self.margin.is_some() { "margin" } else { "revenue" };
        a.set("value", Cell::Word { family: "clv_value", name: kind });
        a.set("period", Cell::Word { family: "clv_period", name: self.period.word() });
        a.set("until", Cell::Day(self.until));
        a.set("customers", Cell::Count(self.rows.len() as u64));
        a.set("repeat_customers", Cell::Count(self.rows.iter().filter(|w| w.row.x() > 0).count() as u64));
        a.set("left_out", Cell::Count(self.left_out));
        a.set("model.name", Cell::Word { family: "clv_model", name: "bg-bb" });
        a.set("model.log_likelihood", number(Some(self.fit.log_likelihood)));
        a.set("model.aic", number(Some(self.fit.aic)));
        a.set("model.bic", number(Some(self.fit.bic)));
        a.set("model.n", Cell::Count(self.fit.n));
        a.set("model.fit.outcome", Cell::Word { family: "fit", name: self.fit.outcome.name() });
        a.set("model.fit.iterations", Cell::Count(self.fit.iterations as u64));
        a.set("model.fit.gradient_norm", number(Some(self.fit.gradient_norm)));
        let alive: Option<Vec<f64>> = self.rows.iter().map(|w| w.p_alive).collect();
        let mean = alive.map(|a| naata_math::exact_sum(a) / self.rows.len().max(1) as f64);
        a.set("model.mean_p_alive", number(mean));
        if let Some((made, forecast)) = self.holdout {
            a.set("holdout.periods", Cell::Count(u64::from(self.held_back)));
            a.set("holdout.actual", Cell::Count(made));
            a.set("holdout.predicted", number(forecast.map(|f| f.value)));
            a.set("holdout.low", number(forecast.and_then(|f| f.prediction).map(|r| r.0)));
            a.set("holdout.high", number(forecast.and_then(|f| f.prediction).map(|r| r.1)));
        }
        a.set("plan.horizon", Cell::Count(u64::from(self.horizon)));
        a.set("plan.discount", Cell::Share(self.rate));
        a.set("plan.margin", self.margin.map_or(Cell::Missing, Cell::Share));
        a.set("level", Cell::Share(self.level));
        let range = |f: fn(&Total) -> Option<(f64, f64)>, t: Option<Total>| t.and_then(|t| f(&t));
        let (purchases, total) = (self.purchases, self.total);
        a.set("purchases.expected", number(purchases.map(|t| t.value)));
        a.set("purchases.low", number(range(|t| t.prediction, purchases).map(|r| r.0)));
        a.set("purchases.high", number(range(|t| t.prediction, purchases).map(|r| r.1)));
        a.set("total.clv", self.money_cell(total.map(|t| t.value)));
        a.set("total.low", self.money_cell(range(|t| t.prediction, total).map(|r| r.0)));
        a.set("total.high", self.money_cell(range(|t| t.prediction, total).map(|r| r.1)));
        a.set("total.estimate_low", self.money_cell(range(|t| t.estimate, total).map(|r| r.0)));
        a.set("total.estimate_high", self.money_cell(range(|t| t.estimate, total).map(|r| r.1)));
        a.set("new_customer.purchases", number(self.new_customer.map(|n| n.0)));
        a.set("new_customer.residual", number(self.new_customer.and_then(|n| n.1)));
        a
    }

    fn list(&self, key: &'static str, of: &[usize]) -> Table {
        let rows: Vec<&Giver> = of.iter().filter_map(|i| self.rows.get(*i)).collect();
        let count = |f: &dyn Fn(&Giver) -> Option<u64>| Column::Count(rows.iter().map(|w| f(w)).collect());
        let number = |f: &dyn Fn(&Giver) -> Option<f64>| Column::Number(rows.iter().map(|w| f(w)).collect());
        Table::list(key)
            .with("customer", Column::Customer(rows.iter().map(|w| w.who).collect()))
            .with("opportunities", count(&|w| Some(w.row.n().into())))
            .with("repeat_purchases", count(&|w| Some(w.row.x().into())))
            .with("last_opportunity", count(&|w| Some(w.row.t_x().into())))
            .with("p_alive", Column::Share(rows.iter().map(|w| w.p_alive).collect()))
            .with("expected_purchases", number(&|w| w.expected))
            .with("purchases_low", count(&|w| w.range.map(|r| r.0.into())))
            .with("purchases_high", count(&|w| w.range.map(|r| r.1.into())))
            .with("expected_spend", number(&|w| w.spend))
            .with("clv", number(&|w| w.value))
            .with("paid", Column::Money(rows.iter().map(|w| Some(w.paid)).collect(), self.money))
    }

    fn rounds_table(&self) -> Table {
        let of = |f: &dyn Fn(&Round) -> Option<f64>| Column::Number(self.rounds.iter().map(f).collect());
        let end = |r: &Round| r.expected.and_then(|t| t.prediction);
        Table::figures("rounds")
            .with("period", Column::Day(self.rounds.iter().map(|r| Some(r.from)).collect()))
            .with("asked", Column::Count(self.rounds.iter().map(|r| r.asked).collect()))
            .with("expected", of(&|r| r.expected.map(|t| t.value)))
            .with("low", of(&|r| end(r).map(|e| e.0)))
            .with("high", of(&|r| end(r).map(|e| e.1)))
            .with("actual", Column::Count(self.rounds.iter().map(|r| r.actual).collect()))
            .chart(
                "clv.discrete.rounds",
                ChartKind::Lines { x: "period", y: &["expected", "actual"], band: Some(("low", "high")) },
            )
    }

    fn classes_table(&self) -> Table {
        let of = &self.classes;
        Table::figures("holdout_classes")
            .with("repeat_purchases", Column::Count(of.iter().map(|c| Some(c.x.into())).collect()))
            .with("customers", Column::Count(of.iter().map(|c| Some(c.customers)).collect()))
            .with("actual", Column::Count(of.iter().map(|c| Some(c.actual)).collect()))
            .with("predicted", Column::Number(of.iter().map(|c| c.expected).collect()))
    }

    fn messages(&self) -> Vec<Message> {
        let mut out = Vec::new();
        let money = |x| self.money_cell(Some(x));
        let periods = || Cell::Count(u64::from(self.horizon));
        if let Some((total, (low, high))) = self.purchases.and_then(|t| Some((t, t.prediction?))) {
            out.push(
                Message::new("clv.discrete.purchases")
                    .with("purchases", Cell::Number(total.value))
                    .with("low", Cell::Number(low))
                    .with("high", Cell::Number(high))
                    .with("level", Cell::Share(self.level))
                    .with("periods", periods()),
            );
        }
        if let Some((total, (low, high))) = self.total.and_then(|t| Some((t, t.prediction?))) {
            let total = Message::new("clv.total").with("total", money(total.value));
            let level = Cell::Share(self.level);
            out.push(total.with("low", money(low)).with("high", money(high)).with("level", level));
            if self.margin.is_none() {
                out.push(Message::new("clv.revenue"));
            }
        }
        out.push(
            Message::new("clv.model")
                .with("model", Cell::Word { family: "clv_model", name: "bg-bb" })
                .with("customers", Cell::Count(self.rows.len() as u64)),
        );
        if let (_, Some(leave)) = self.shared {
            out.push(Message::new("clv.discrete.same_leaving").with("share", Cell::Share(leave)));
        }
        if let (Some(buy), _) = self.shared {
            out.push(Message::new("clv.discrete.same_buying").with("share", Cell::Share(buy)));
        }
        if matches!(self.nested, Some(Nested::Binomial | Nested::BetaBinomial)) {
            out.push(Message::new("clv.discrete.nobody_leaves"));
        }
        if let Some((made, Some(forecast))) = self.holdout
            && let Some((low, high)) = forecast.prediction
        {
            let within = (low..=high).contains(&(made as f64));
            let key = if within { "clv.discrete.holdout" } else { "clv.discrete.holdout_missed" };
            out.push(
                Message::new(key)
                    .with("periods", Cell::Count(u64::from(self.held_back)))
                    .with("predicted", Cell::Number(forecast.value))
                    .with("low", Cell::Number(low))
                    .with("high", Cell::Number(high))
                    .with("actual", Cell::Count(made)),
            );
        } else if self.held_back == 0 {
            out.push(Message::new("clv.discrete.no_holdout"));
        }
        if self.left_out > 0 {
            out.push(Message::new("clv.discrete.left_out").with("customers", Cell::Count(self.left_out)));
        }
        if self.refunds > 0 {
            out.push(Message::new("clv.discrete.refunds").with("refunds", Cell::Count(self.refunds)));
        }
        if self.spend.model().is_none() {
            out.push(Message::new("clv.spend_missing"));
        }
        out
    }

    fn action(&self, missed: &[usize]) -> Action {
        let repeaters = self.rows.iter().filter(|w| w.row.x() > 0).count();
        if self.model.is_none() {
            return Action::Nothing { key: "clv.not_interior", values: Vec::new() };
        }
        if repeaters < LEAST_TO_ACT {
            let values = vec![
                ("customers", Cell::Count(repeaters as u64)),
                ("least", Cell::Count(LEAST_TO_ACT as u64)),
            ];
            return Action::Nothing { key: "clv.thin", values };
        }
        if missed.is_empty() {
            return Action::Nothing { key: "clv.discrete.nobody_missed", values: Vec::new() };
        }
        let values: Option<Vec<f64>> = missed.iter().map(|i| self.rows.get(*i)?.value).collect();
        let sum: Option<Minor> = values.and_then(|v| self.money.nearest(naata_math::exact_sum(v)));
        let stake = sum.map(|value| Stake { value, low: None, high: None, unit: self.money });
        let customers = missed.len() as u64;
        Action::Act { key: "clv.discrete.ask_again", customers, stake, list: "missed" }
    }
}

impl Present for Discrete {
    fn answer(&self) -> Answer {
        let mut a = self.head();
        let missed = self.missed();
        a.tables.push(self.list("rows", &(0..self.rows.len()).collect::<Vec<_>>()));
        let spend = self.spend.fit.as_ref().map(|f| &f.parameters);
        a.tables.push(parameters_table(self.fit.parameters.iter().chain(spend.into_iter().flatten())));
        a.tables.push(self.rounds_table());
        if self.held_back > 0 {
            a.tables.push(self.classes_table());
        }
        a.tables.push(self.list("missed", &missed));
        a.messages = self.messages();
        match self.nested {
            Some(nested) => a.findings.push(
                Finding::new("clv.nested_used", Severity::Note)
                    .value("bg-bb")
                    .detail("nested", &nested.name())
                    .detail("log_likelihood", &format!("{:.2}", self.fit.log_likelihood)),
            ),
            None => a.findings = fit_findings([("bg-bb", &self.fit.outcome)].into_iter()),
        }
        let spend = self.spend.fit.iter().map(|f| ("gamma-gamma", &f.outcome));
        a.findings.extend(fit_findings(spend));
        a.findings.extend(self.spend.findings());
        a.actions.push(self.action(&missed));
        a
    }
}

/// The analysis `clv discrete`.
#[derive(Clone, Copy, Debug)]
pub struct ClvDiscreteAnalysis;

impl Analysis for ClvDiscreteAnalysis {
    type Params = DiscreteParams;
    type Input<'a> = (&'a Histories<PurchaseRow>, MoneyUnit);
    type Output = Discrete;
    const CARD: Card = Card {
        key: "clv discrete",
        version: 1,
        title: "What customers are worth who can buy once a period at most, such as yearly donors",
        unit: "purchases, money and probabilities",
        formula: "BG/BB by maximum likelihood: chances of buying beta (alpha, beta), of leaving before an opportunity \
                  beta (gamma, delta); value = margin x expected spend x sum of P(purchase at the j-th next) / (1 + d)^j",
        source: "Fader, Hardie and Shang, 2010; spend: Fader and Hardie, 2013",
        assumptions: &[
            "Each full period of the calendar after the first purchase is one opportunity, and more purchases in it count as one.",
            "While a customer, each buys with one chance of their own: no season, no trend.",
            "Customers can leave without saying so; there is no contract.",
            "What a customer spends does not depend on how often they buy; refunds change nothing.",
        ],
        words: &[
            "message.clv.discrete.purchases",
            "message.clv.discrete.holdout",
            "message.clv.discrete.holdout_missed",
            "message.clv.discrete.no_holdout",
            "message.clv.discrete.left_out",
            "message.clv.discrete.refunds",
            "message.clv.discrete.same_leaving",
            "message.clv.discrete.same_buying",
            "message.clv.discrete.nobody_leaves",
            "message.clv.total",
            "message.clv.revenue",
            "message.clv.model",
            "message.clv.spend_missing",
            "action.clv.discrete.ask_again",
            "action.clv.discrete.nobody_missed",
            "action.clv.not_interior",
            "action.clv.thin",
            "chart.clv.discrete.rounds",
            "word.clv_model.bg-bb",
            "word.clv_value.revenue",
            "word.clv_value.margin",
            "word.clv_period.month",
            "word.clv_period.quarter",
            "word.clv_period.year",
            "word.fit.interior",
            "word.fit.boundary",
            "word.fit.not_identified",
            "word.fit.separated",
        ],
        example: "naata clv discrete --purchases gifts.csv --period year --horizon 5",
    };

    fn run(
        (purchases, money): Self::Input<'_>,
        p: &DiscreteParams,
        cx: &Context<'_>,
    ) -> Result<Discrete, Refusal> {
        Ok(discrete_value(purchases, money, p, cx)?)
    }
}
