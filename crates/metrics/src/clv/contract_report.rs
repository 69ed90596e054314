//! The analysis `clv contract`: value under contract as an answer.

use super::contract::{
    Contract, ContractCohort, ContractGroup, ContractParams, Member, Renewal, RenewalModel, contract_value,
};
use super::interval::Total;
use super::present::{fit_findings, parameters_table};
use super::{Fit, FitOutcome, ShiftedBetaGeometric};
use naata_answer::{
    Action, Analysis, Answer, Card, Cell, ChartKind, Column, Message, Present, Refusal, Stake, Table,
};
use naata_core::{Context, Histories, Minor, MoneyUnit, SubscriptionRow, Texts};

/// With fewer customers in the model than this nobody is named.
const LEAST_TO_ACT: u64 = 50;

impl Contract {
    fn money_of(&self, estimate: Option<f64>) -> Option<Minor> {
        estimate.and_then(|x| self.money.nearest(x))
    }

    fn money_cell(&self, estimate: Option<f64>) -> Cell {
        self.money_of(estimate).map_or(Cell::Missing, |m| Cell::Money(m, self.money))
    }

    fn fit(&self) -> Option<&Fit<ShiftedBetaGeometric>> {
        self.all.fit.as_ref()
    }

    fn model(&self) -> Option<RenewalModel> {
        self.all.model
    }

    fn head(&self) -> Answer {
        let mut a = Answer::default();
        let number = |x: Option<f64>| x.filter(|x| x.is_finite()).map_or(Cell::Missing, Cell::Number);
        let share = |x: Option<f64>| x.map_or(Cell::Missing, Cell::Share);
        a.set("currency", Cell::Text(self.money.currency.code().into()));
        let kind = if self.margin.is_some() { "margin" } else { "revenue" };
        a.set("value", Cell::Word { family: "clv_value", name: kind });
        a.set("period", Cell::Word { family: "clv_period", name: self.period.word() });
        a.set("customers", Cell::Count(self.all.renewals.customers()));
        a.set("there", Cell::Count(self.all.renewals.still.iter().sum()));
        a.set("left", Cell::Count(self.all.renewals.lost.iter().sum()));
        a.set("older", Cell::Count(self.older));
        a.set("returned", Cell::Count(self.returned));
        a.set("unpriced", Cell::Count(self.unpriced));
        a.set("model.name", Cell::Word { family: "clv_model", name: "sbg" });
        if let Some(fit) = self.fit() {
            a.set("model.log_likelihood", number(Some(fit.log_likelihood)));
            a.set("model.aic", number(Some(fit.aic)));
            a.set("model.bic", number(Some(fit.bic)));
            a.set("model.n", Cell::Count(fit.n));
            a.set("model.fit.outcome", Cell::Word { family: "fit", name: fit.outcome.name() });
            a.set("model.fit.iterations", Cell::Count(fit.iterations as u64));
            a.set("model.fit.gradient_norm", number(Some(fit.gradient_norm)));
        }
        let model = self.model();
        a.set("first_retention", share(model.map(|m| m.retention(1))));
        a.set("del", number(model.and_then(|m| m.lifetime(self.rate))));
        a.set("plan.horizon", Cell::Count(u64::from(self.horizon)));
        a.set("plan.discount", Cell::Share(self.rate));
        a.set("plan.margin", share(self.margin));
        a.set("level", Cell::Share(self.level));
        let range = |f: fn(&Total) -> Option<(f64, f64)>| self.total.and_then(|t| f(&t));
        a.set("total.clv", self.money_cell(self.total.map(|t| t.value)));
        a.set("total.low", self.money_cell(range(|t| t.prediction).map(|r| r.0)));
        a.set("total.high", self.money_cell(range(|t| t.prediction).map(|r| r.1)));
        a.set("total.estimate_low", self.money_cell(range(|t| t.estimate).map(|r| r.0)));
        a.set("total.estimate_high", self.money_cell(range(|t| t.estimate).map(|r| r.1)));
        a
    }

    fn list(&self, key: &'static str, of: &[usize]) -> Table {
        let rows: Vec<&Member> = of.iter().filter_map(|i| self.rows.get(*i)).collect();
        let money = |f: &dyn Fn(&Member) -> Option<Minor>| {
            Column::Money(rows.iter().map(|w| f(w)).collect(), self.money)
        };
        let number = |f: &dyn Fn(&Member) -> Option<f64>| Column::Number(rows.iter().map(|w| f(w)).collect());
        let count = |f: &dyn Fn(&Member) -> Option<u32>| {
            Column::Count(rows.iter().map(|w| f(w).map(u64::from)).collect())
        };
        Table::list(key)
            .with("customer", Column::Customer(rows.iter().map(|w| w.who).collect()))
            .with("started", Column::Day(rows.iter().map(|w| Some(w.started)).collect()))
            .with("renewals", count(&|w| Some(w.renewals)))
            .with("next_renewal", Column::Share(rows.iter().map(|w| w.next).collect()))
            .with("expected_renewals", number(&|w| w.expected))
            .with("renewals_low", count(&|w| w.range.map(|r| r.0)))
            .with("renewals_high", count(&|w| w.range.map(|r| r.1)))
            .with("residual_lifetime", number(&|w| w.residual))
            .with("price", money(&|w| w.price))
            .with("clv", number(&|w| w.value))
            .with("at_risk", money(&|w| self.money_of(w.at_risk)))
    }

    fn curve_table(&self) -> Table {
        let share = |f: &dyn Fn(&Renewal) -> Option<f64>| Column::Share(self.curve.iter().map(f).collect());
        let end = |r: &Renewal| r.model.and_then(|m| m.1);
        let seen = |r: &Renewal, n: u64| (r.due > 0).then_some(n);
        Table::figures("renewals")
            .with("renewal", Column::Count(self.curve.iter().map(|r| Some(r.number.into())).collect()))
            .with("due", Column::Count(self.curve.iter().map(|r| seen(r, r.due)).collect()))
            .with("made", Column::Count(self.curve.iter().map(|r| seen(r, r.made)).collect()))
            .with("retention", share(&|r| (r.due > 0).then(|| r.made as f64 / r.due as f64)))
            .with("model_retention", share(&|r| r.retention))
            .with("model_staying", share(&|r| r.model.map(|m| m.0)))
            .with("low", share(&|r| end(r).map(|e| e.0)))
            .with("high", share(&|r| end(r).map(|e| e.1)))
            .with("staying", share(&|r| r.staying))
            .chart(
                "clv.contract.curve",
                ChartKind::Lines {
                    x: "renewal",
                    y: &["model_staying", "staying"],
                    band: Some(("low", "high")),
                },
            )
    }

    fn cohorts_table(&self) -> Table {
        let of: Vec<&ContractGroup> = self.cohorts.iter().collect();
        let model = |g: &ContractGroup| g.model;
        let parameter = |i: usize| {
            let one = |g: &&ContractGroup| g.fit.as_ref()?.parameters.get(i).map(|p| p.value);
            Column::Number(of.iter().map(one).collect())
        };
        let retention = |t: u32| Column::Share(of.iter().map(|g| model(g).map(|m| m.retention(t))).collect());
        let money = |f: &dyn Fn(&Total) -> Option<f64>| {
            let cell = |g: &&ContractGroup| g.total.and_then(|t| self.money_of(f(&t)));
            Column::Money(of.iter().map(cell).collect(), self.money)
        };
        let outcomes = of.iter().map(|g| g.fit.as_ref().map(|f| f.outcome.position())).collect();
        let sum = |v: &[u64]| Some(v.iter().sum());
        Table::figures("cohorts")
            .with("cohort", Column::Text(of.iter().map(|g| g.name.clone()).collect()))
            .with("customers", Column::Count(of.iter().map(|g| Some(g.renewals.customers())).collect()))
            .with("there", Column::Count(of.iter().map(|g| sum(&g.renewals.still)).collect()))
            .with("outcome", Column::Word { family: "fit", names: FitOutcome::NAMES, of: outcomes })
            .with("alpha", parameter(0))
            .with("beta", parameter(1))
            .with("first_retention", retention(1))
            .with("sixth_retention", retention(6))
            .with("del", {
                let del = |g: &&ContractGroup| model(g).and_then(|m| m.lifetime(self.rate));
                Column::Number(of.iter().map(del).collect())
            })
            .with("clv", money(&|t| Some(t.value)))
            .with("low", money(&|t| t.prediction.map(|r| r.0)))
            .with("high", money(&|t| t.prediction.map(|r| r.1)))
            .chart("clv.contract.cohorts", ChartKind::Bars { label: "cohort", value: "first_retention" })
    }

    fn messages(&self) -> Vec<Message> {
        let mut out = Vec::new();
        let money = |x| self.money_cell(Some(x));
        if let Some((total, (low, high))) = self.total.and_then(|t| Some((t, t.prediction?))) {
            out.push(
                Message::new("clv.contract.total")
                    .with("total", money(total.value))
                    .with("low", money(low))
                    .with("high", money(high))
                    .with("level", Cell::Share(self.level))
                    .with("periods", Cell::Count(u64::from(self.horizon))),
            );
            if self.margin.is_none() {
                out.push(Message::new("clv.revenue"));
            }
        }
        if let Some(m) = self.model() {
            out.push(match m {
                RenewalModel::BetaGeometric(m) => Message::new("clv.contract.retention")
                    .with("first", Cell::Share(m.retention(1)))
                    .with("sixth", Cell::Share(m.retention(6))),
                RenewalModel::Geometric { retention } => {
                    Message::new("clv.contract.geometric").with("share", Cell::Share(retention))
                }
            });
        }
        out.push(
            Message::new("clv.model")
                .with("model", Cell::Word { family: "clv_model", name: "sbg" })
                .with("customers", Cell::Count(self.all.renewals.customers())),
        );
        for (key, n) in [
            ("clv.contract.older", self.older),
            ("clv.contract.returned", self.returned),
            ("clv.contract.reversed", self.reversed),
            ("clv.contract.unpriced", self.unpriced),
        ] {
            if n > 0 {
                out.push(Message::new(key).with("customers", Cell::Count(n)));
            }
        }
        out
    }

    fn action(&self) -> Action {
        let n = self.all.renewals.customers();
        if self.model().is_none() {
            return Action::Nothing { key: "clv.not_interior", values: Vec::new() };
        }
        if n < LEAST_TO_ACT {
            let values = vec![("customers", Cell::Count(n)), ("least", Cell::Count(LEAST_TO_ACT))];
            return Action::Nothing { key: "clv.contract.thin", values };
        }
        let Some(stake) = self.at_stake else {
            return Action::Nothing { key: "clv.contract.nothing_at_risk", values: Vec::new() };
        };
        let at = |x: Option<f64>| self.money_of(x);
        let range = stake.prediction;
        let stake = at(Some(stake.value)).map(|value| Stake {
            value,
            low: at(range.map(|r| r.0)),
            high: at(range.map(|r| r.1)),
            unit: self.money,
        });
        let customers = self.due.len() as u64;
        Action::Act { key: "clv.contract.renewals", customers, stake, list: "due" }
    }
}

impl Present for Contract {
    fn answer(&self) -> Answer {
        let mut a = self.head();
        a.tables.push(self.list("rows", &(0..self.rows.len()).collect::<Vec<_>>()));
        a.tables.push(parameters_table(self.fit().iter().flat_map(|f| &f.parameters)));
        a.tables.push(self.curve_table());
        if self.divide != ContractCohort::All {
            a.tables.push(self.cohorts_table());
        }
        a.tables.push(self.list("due", &self.due));
        a.messages = self.messages();
        // Where all leave with the same chance, the simpler model is used, and said.
        if !matches!(self.all.model, Some(RenewalModel::Geometric { .. })) {
            let fits = self.fit().into_iter().map(|f| (ShiftedBetaGeometric::NAME, &f.outcome));
            a.findings = fit_findings(fits);
        }
        a.actions.push(self.action());
        a
    }
}

/// The analysis `clv contract`.
#[derive(Clone, Copy, Debug)]
pub struct ClvContractAnalysis;

impl Analysis for ClvContractAnalysis {
    type Params = ContractParams;
    type Input<'a> = (&'a Histories<SubscriptionRow>, &'a Texts, MoneyUnit);
    type Output = Contract;
    const CARD: Card = Card {
        key: "clv contract",
        version: 1,
        title: "What subscribers are worth, from who renews and who does not",
        unit: "money, periods and shares",
        formula: "shifted beta-geometric by maximum likelihood: S(t) = B(alpha, beta+t)/B(alpha, beta), retention \
                  (beta+t-1)/(alpha+beta+t-1); value = margin x price x sum of S(r+k)/S(r) / (1+d)^(k-1) over the next \
                  renewals k; DEL and DERL without a horizon",
        source: "Fader and Hardie, 2007 and 2010",
        assumptions: &[
            "Each customer leaves at each renewal with a chance of their own that never changes; who leaves easily leaves first.",
            "The price now is the price then; value is as of just before the next renewal.",
            "First stays only: who came back after leaving counts once. Customers who began before the records do are left out.",
            "Retention beyond the longest stay seen is the model's word alone.",
        ],
        words: &[
            "message.clv.contract.total",
            "message.clv.contract.retention",
            "message.clv.contract.geometric",
            "message.clv.contract.older",
            "message.clv.contract.returned",
            "message.clv.contract.reversed",
            "message.clv.contract.unpriced",
            "message.clv.revenue",
            "message.clv.model",
            "action.clv.contract.renewals",
            "action.clv.contract.thin",
            "action.clv.contract.nothing_at_risk",
            "action.clv.not_interior",
            "chart.clv.contract.curve",
            "chart.clv.contract.cohorts",
            "word.clv_model.sbg",
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
        example: "naata clv contract --subscriptions subscriptions.csv --period month --divide plan",
    };

    fn run(
        (subscriptions, texts, money): Self::Input<'_>,
        p: &ContractParams,
        cx: &Context<'_>,
    ) -> Result<Contract, Refusal> {
        Ok(contract_value(subscriptions, texts, money, p, cx)?)
    }
}
