//! Lifetime value as an answer and as facts.

use super::analysis::{Clv, LEAST_TO_ACT};
use super::choose::{Tried, disagreeing};
use super::holdout::CLASSES;
use super::interval::Total;
use super::{AnyModel, BgNbd, Fit, FitOutcome, Naive, Parameter, PurchaseModel};
use naata_answer::{Action, Answer, Cell, ChartKind, Column, Message, Present, Stake, Table};
use naata_core::{Finding, Minor, Severity};
use naata_facts::{Facts, Provide};

/// Keys of the words used besides those of tables and columns.
pub(super) const WORDS: &[&str] = &[
    "message.clv.total",
    "message.clv.total_unranged",
    "message.clv.estimate",
    "message.clv.model",
    "message.clv.origins",
    "message.clv.no_repeat",
    "message.clv.no_repeat_certain",
    "message.clv.no_leaving",
    "message.clv.p_alive_range",
    "message.clv.revenue",
    "message.clv.left_out",
    "message.clv.possibly_older",
    "message.clv.older_left_out",
    "message.clv.refunds",
    "message.clv.refunds_net",
    "message.clv.holdout",
    "message.clv.holdout_ranged",
    "message.clv.holdout_missed",
    "message.clv.no_holdout",
    "message.clv.spend_missing",
    "message.clv.retention",
    "message.clv.bootstrap",
    "message.clv.purchases",
    "message.clv.covariates",
    "message.clv.covariates_nothing",
    "message.clv.payback",
    "message.clv.payback_at_once",
    "message.clv.no_payback",
    "message.clv.cost_unknown",
    "message.clv.small_groups",
    "message.clv.no_single_ranges",
    "action.clv.win_back",
    "action.clv.thin",
    "action.clv.not_interior",
    "action.clv.nobody_leaving",
    "action.clv.no_leaving",
    "chart.clv.pareto",
    "chart.clv.holdout",
    "chart.clv.groups",
    "chart.clv.covariates",
    "word.clv_model.bg-nbd",
    "word.clv_model.mbg-nbd",
    "word.clv_model.pareto-nbd",
    "word.clv_model.nbd",
    "word.clv_model.gamma-gamma",
    "word.clv_model.naive",
    "word.fit.interior",
    "word.fit.boundary",
    "word.fit.not_identified",
    "word.fit.separated",
    "word.clv_process.purchases",
    "word.clv_process.leaving",
    "word.clv_process.staying",
    "word.clv_value.revenue",
    "word.clv_value.margin",
    "word.clv_account.used",
    "word.clv_account.merged",
    "word.clv_account.refunded",
    "word.clv_account.without_customer",
    "word.clv_account.after_split",
    "word.clv_account.all",
    "word.time_unit.day",
    "word.time_unit.week",
    "word.time_unit.month",
];

/// The models of the table of what was tried.
const MODELS: &[&str] = &["bg-nbd", "mbg-nbd", "pareto-nbd", "nbd", "gamma-gamma", "naive"];

/// The parts of the account, and their sum.
const PARTS: &[&str] = &["used", "merged", "refunded", "without_customer", "after_split", "all"];

/// Less of the days ahead than this in a season that was held back is told.
const SEASON: f64 = 0.5;

/// The head keys of a parameter: estimate, standard error, lower and upper end.
fn keys(name: &str) -> Option<[&'static str; 4]> {
    Some(match name {
        "r" => ["model.parameters.r", "model.standard_errors.r", "model.low.r", "model.high.r"],
        "alpha" => {
            ["model.parameters.alpha", "model.standard_errors.alpha", "model.low.alpha", "model.high.alpha"]
        }
        "a" => ["model.parameters.a", "model.standard_errors.a", "model.low.a", "model.high.a"],
        "b" => ["model.parameters.b", "model.standard_errors.b", "model.low.b", "model.high.b"],
        "s" => ["model.parameters.s", "model.standard_errors.s", "model.low.s", "model.high.s"],
        "beta" => {
            ["model.parameters.beta", "model.standard_errors.beta", "model.low.beta", "model.high.beta"]
        }
        "p" => ["spend.parameters.p", "spend.standard_errors.p", "spend.low.p", "spend.high.p"],
        "q" => ["spend.parameters.q", "spend.standard_errors.q", "spend.low.q", "spend.high.q"],
        "v" => ["spend.parameters.v", "spend.standard_errors.v", "spend.low.v", "spend.high.v"],
        _ => return None,
    })
}

fn number(x: Option<f64>) -> Cell {
    x.filter(|x| x.is_finite()).map_or(Cell::Missing, Cell::Number)
}

/// A table without a chart: parameters have different units, so that one axis would say nothing.
pub(super) fn parameters_table<'a>(all: impl Iterator<Item = &'a Parameter>) -> Table {
    let all: Vec<&Parameter> = all.collect();
    let column = |f: &dyn Fn(&Parameter) -> Option<f64>| {
        Column::Number(all.iter().map(|p| f(p).filter(|x| x.is_finite())).collect())
    };
    Table::figures("parameters")
        .with("parameter", Column::Text(all.iter().map(|p| Some(p.name.into())).collect()))
        .with("estimate", column(&|p| Some(p.value)))
        .with("standard_error", column(&|p| p.standard_error))
        .with("low", column(&|p| p.interval.map(|i| i.0)))
        .with("high", column(&|p| p.interval.map(|i| i.1)))
}

/// How fits ended that have no maximum inside.
pub(super) fn fit_findings<'a>(fits: impl Iterator<Item = (&'static str, &'a FitOutcome)>) -> Vec<Finding> {
    let one = |(name, outcome): (&'static str, &FitOutcome)| match outcome {
        FitOutcome::Interior => None,
        FitOutcome::Boundary { nested, log_likelihood } => Some(
            Finding::new("clv.boundary", Severity::Warning)
                .value(name)
                .detail("nested", &nested.name())
                .detail("log_likelihood", &format!("{log_likelihood:.2}")),
        ),
        FitOutcome::NotIdentified { parameter, why } => Some(
            Finding::new("clv.not_identified", Severity::Warning)
                .value(name)
                .detail("parameter", &parameter.unwrap_or("-"))
                .detail("why", &why.name()),
        ),
        // Which column it is, only those know who know the design.
        FitOutcome::Separated { .. } => None,
    };
    fits.filter_map(one).collect()
}

impl Clv {
    /// The model that is used.
    pub fn used(&self) -> Option<&Tried> {
        self.tried.get(self.chosen)
    }

    fn money_cell(&self, estimate: Option<f64>) -> Cell {
        let minor = estimate.and_then(|x| self.money.nearest(x));
        minor.map_or(Cell::Missing, |m| Cell::Money(m, self.money))
    }

    fn stake(&self, total: &Total) -> Option<Stake> {
        let at = |x: f64| self.money.nearest(x);
        let range = total.prediction;
        let (low, high) = (range.and_then(|r| at(r.0)), range.and_then(|r| at(r.1)));
        Some(Stake { value: at(total.value)?, low, high, unit: self.money })
    }

    fn parameters<M>(a: &mut Answer, fit: &Fit<M>) {
        for part in 0..4 {
            for p in &fit.parameters {
                let value = match part {
                    0 => Some(p.value),
                    1 => p.standard_error,
                    2 => p.interval.map(|i| i.0),
                    _ => p.interval.map(|i| i.1),
                };
                if let Some(key) = keys(p.name).and_then(|k| k.get(part).copied()) {
                    a.set(key, number(value));
                }
            }
        }
    }

    fn head(&self) -> Answer {
        let mut a = Answer::default();
        let outcome = |o: &FitOutcome| Cell::Word { family: "fit", name: o.name() };
        a.set("currency", Cell::Text(self.money.currency.code().into()));
        let kind = if self.margin.is_some() { "margin" } else { "revenue" };
        a.set("value", Cell::Word { family: "clv_value", name: kind });
        a.set("unit", Cell::Word { family: "time_unit", name: self.base.unit.word() });
        a.set("until", Cell::Day(self.base.until));
        a.set("customers", Cell::Count(self.base.histories.customers()));
        a.set("repeat_customers", Cell::Count(self.base.histories.repeaters()));
        a.set("left_out.without_purchase", Cell::Count(self.base.left_out.without_purchase));
        a.set("left_out.refund_only", Cell::Count(self.base.left_out.refund_only));
        a.set("left_out.later", Cell::Count(self.base.left_out.later));
        a.set("left_out.possibly_older", Cell::Count(self.base.left_out.possibly_older));
        a.set("possibly_older", Cell::Count(self.base.possibly_older));
        if let Some(t) = self.used() {
            a.set("model.name", Cell::Word { family: "clv_model", name: t.name });
            Self::parameters(&mut a, &t.fit);
            a.set("model.log_likelihood", number(Some(t.fit.log_likelihood)));
            a.set("model.aic", number(Some(t.fit.aic)));
            a.set("model.bic", number(Some(t.fit.bic)));
            a.set("model.n", Cell::Count(t.fit.n));
            let outcome = if t.name == Naive::NAME { Cell::Missing } else { outcome(&t.fit.outcome) };
            a.set("model.fit.outcome", outcome);
            a.set("model.fit.iterations", Cell::Count(t.fit.iterations as u64));
            a.set("model.fit.gradient_norm", number(Some(t.fit.gradient_norm)));
            a.set("model.mean_p_alive", number(t.mean_p_alive));
        }
        if let Some(fit) = &self.spend.fit {
            a.set("spend.name", Cell::Word { family: "clv_model", name: "gamma-gamma" });
            Self::parameters(&mut a, fit);
            a.set("spend.log_likelihood", number(Some(fit.log_likelihood)));
            a.set("spend.aic", number(Some(fit.aic)));
            a.set("spend.bic", number(Some(fit.bic)));
            a.set("spend.n", Cell::Count(fit.n));
            a.set("spend.fit.outcome", outcome(&fit.outcome));
            a.set("spend.fit.iterations", Cell::Count(fit.iterations as u64));
            a.set("spend.fit.gradient_norm", number(Some(fit.gradient_norm)));
        }
        a.set("spend.excluded", Cell::Count(self.spend.excluded));
        a.set("spend.mean", number(self.spend.model().and_then(|m| m.population_mean())));
        let c = self.spend.correlation;
        a.set("spend.correlation.value", number(c.map(|c| c.value)));
        a.set("spend.correlation.low", number(c.and_then(|c| c.interval).map(|i| i.0)));
        a.set("spend.correlation.high", number(c.and_then(|c| c.interval).map(|i| i.1)));
        if let Some(h) = &self.holdout {
            let score = self.used().and_then(|t| t.score.as_ref());
            let ratio = score.filter(|s| s.expected > 0.0).map(|s| h.total as f64 / s.expected);
            a.set("holdout.days", Cell::Count(h.days.unsigned_abs()));
            a.set("holdout.actual", Cell::Count(h.total));
            a.set("holdout.predicted", number(score.map(|s| s.expected)));
            let range = self.forecast.and_then(|f| f.prediction);
            a.set("holdout.low", number(range.map(|r| r.0)));
            a.set("holdout.high", number(range.map(|r| r.1)));
            a.set("holdout.ratio", number(ratio));
            a.set("holdout.mae", number(score.map(|s| s.mae)));
            a.set("holdout.rmse", number(score.map(|s| s.rmse)));
            a.set("holdout.class_error", number(score.and_then(|s| s.class_error)));
            a.set("holdout.loss", number(self.used().and_then(|t| t.loss)));
            a.set("holdout.origins", Cell::Count(self.origins.len() as u64));
            a.set("holdout.season_seen", self.season_seen.map_or(Cell::Missing, Cell::Share));
            a.set("holdout.paid", Cell::Money(h.paid, self.money));
        }
        a.set("plan.periods", Cell::Count(u64::from(self.plan.periods)));
        a.set("plan.period_days", Cell::Count(u64::from(self.plan.period_days)));
        a.set("plan.discount", Cell::Share(self.plan.discount));
        a.set("plan.annual_rate", Cell::Share(self.plan.annual_rate()));
        a.set("plan.margin", self.margin.map_or(Cell::Missing, Cell::Share));
        a.set("plan.horizon_days", Cell::Number(self.horizon_days));
        a.set("level", Cell::Share(self.level));
        let range = |a: &mut Answer, keys: [&'static str; 2], range: Option<(f64, f64)>| {
            a.set(keys[0], self.money_cell(range.map(|r| r.0)));
            a.set(keys[1], self.money_cell(range.map(|r| r.1)));
        };
        a.set("total.clv", self.money_cell(self.total.map(|t| t.value)));
        range(&mut a, ["total.low", "total.high"], self.total.and_then(|t| t.prediction));
        range(&mut a, ["total.estimate_low", "total.estimate_high"], self.total.and_then(|t| t.estimate));
        if let Some(b) = &self.bootstrap {
            a.set("bootstrap.draws", Cell::Count(u64::from(b.draws)));
            a.set("bootstrap.fitted", Cell::Count(u64::from(b.fitted)));
            range(&mut a, ["bootstrap.low", "bootstrap.high"], b.total);
        }
        a.set("new_customer", self.money_cell(self.new_customer));
        a.set("retention_point", self.money_cell(self.retention_point));
        self.breakdown_head(&mut a);
        a
    }

    /// Whether models that the data support alike disagree on who is a customer still.
    fn disagrees(&self) -> bool {
        disagreeing(&self.tried, self.chosen).next().is_some()
    }

    /// Whether the used model knows leaving.
    fn knows_leaving(&self) -> bool {
        self.used().and_then(|t| t.fit.model.as_ref()).is_none_or(|m| m.p_alive(&super::History::NEW).is_ok())
    }

    fn rows_table(&self) -> Table {
        let column =
            |f: &dyn Fn(&super::Worth) -> Option<f64>| Column::Number(self.rows.iter().map(f).collect());
        let share =
            |f: &dyn Fn(&super::Worth) -> Option<f64>| Column::Share(self.rows.iter().map(f).collect());
        let count = |f: &dyn Fn(&super::Worth) -> Option<u32>| {
            Column::Count(self.rows.iter().map(|w| f(w).map(u64::from)).collect())
        };
        let mut table = Table::list("rows")
            .with("customer", Column::Customer(self.rows.iter().map(|w| w.who).collect()))
            .with("p_alive", share(&|w| w.p_alive));
        if self.disagrees() {
            table = table
                .with("p_alive_low", share(&|w| w.p_alive_range.map(|r| r.0)))
                .with("p_alive_high", share(&|w| w.p_alive_range.map(|r| r.1)));
        }
        let paid = self.base.buyers.iter().map(|b| Some(b.paid)).collect();
        table
            .with("expected_purchases", column(&|w| w.expected_purchases))
            .with("purchases_low", count(&|w| w.purchases.map(|r| r.0)))
            .with("purchases_high", count(&|w| w.purchases.map(|r| r.1)))
            .with("expected_spend", column(&|w| w.expected_spend))
            .with("clv", column(&|w| w.clv))
            .with("clv_low", column(&|w| w.clv_prediction.map(|r| r.0)))
            .with("clv_high", column(&|w| w.clv_prediction.map(|r| r.1)))
            .with("clv_estimate_low", column(&|w| w.clv_estimate.map(|r| r.0)))
            .with("clv_estimate_high", column(&|w| w.clv_estimate.map(|r| r.1)))
            .with("paid", Column::Money(paid, self.money))
    }

    fn account_table(&self) -> Table {
        let account = &self.base.account;
        let mut parts = account.parts().to_vec();
        parts.push(("all", account.all));
        let of = parts.iter().map(|p| PARTS.iter().position(|n| *n == p.0).map(|i| i as u16)).collect();
        Table::figures("account")
            .with("part", Column::Word { family: "clv_account", names: PARTS, of })
            .with("rows", Column::Count(parts.iter().map(|p| Some(p.1.rows)).collect()))
            .with("amount", Column::Money(parts.iter().map(|p| Some(p.1.amount)).collect(), self.money))
    }

    fn cohorts_table(&self) -> Table {
        let of = &self.cohorts;
        let money = |x: Option<f64>| x.and_then(|x| self.money.nearest(x));
        Table::figures("cohorts")
            .with("quarter", Column::Day(of.iter().map(|c| Some(c.quarter)).collect()))
            .with("customers", Column::Count(of.iter().map(|c| Some(c.customers)).collect()))
            .with("mean_p_alive", Column::Share(of.iter().map(|c| c.mean_p_alive).collect()))
            .with("paid", Column::Money(of.iter().map(|c| Some(c.paid)).collect(), self.money))
            .with("still_expected", Column::Money(of.iter().map(|c| money(c.expected)).collect(), self.money))
    }

    fn models_table(&self) -> Table {
        let position = |name: &str| MODELS.iter().position(|m| *m == name).map(|p| p as u16);
        let of: Vec<Option<u16>> = self.tried.iter().map(|t| position(t.name)).collect();
        let fits = |f: &dyn Fn(&Tried) -> Option<f64>| {
            let fits = self.tried.iter().map(|t| f(t).filter(|x| x.is_finite() && t.name != Naive::NAME));
            Column::Number(fits.collect())
        };
        let scores = |f: &dyn Fn(&super::Score) -> Option<f64>| {
            Column::Number(self.tried.iter().map(|t| t.score.as_ref().and_then(f)).collect())
        };
        let outcome = |t: &Tried| (t.name != Naive::NAME).then(|| t.fit.outcome.position());
        let outcomes = self.tried.iter().map(outcome).collect();
        let used = (0..of.len()).map(|i| Some(i == self.chosen)).collect();
        let losses = self.tried.iter().map(|t| t.loss.filter(|l| l.is_finite())).collect();
        Table::figures("models")
            .with("model", Column::Word { family: "clv_model", names: MODELS, of })
            .with("used", Column::Flag(used))
            .with("outcome", Column::Word { family: "fit", names: FitOutcome::NAMES, of: outcomes })
            .with("log_likelihood", fits(&|t| Some(t.fit.log_likelihood)))
            .with("aic", fits(&|t| Some(t.fit.aic)))
            .with("bic", fits(&|t| Some(t.fit.bic)))
            .with("mean_p_alive", fits(&|t| t.mean_p_alive))
            .with("loss", Column::Number(losses))
            .with("predicted", scores(&|s| Some(s.expected)))
            .with("class_error", scores(&|s| s.class_error))
            .with("mae", scores(&|s| Some(s.mae)))
            .with("rmse", scores(&|s| Some(s.rmse)))
    }

    /// The share of all value that the worthiest customers hold, in steps of a twentieth.
    fn pareto_table(&self) -> Table {
        const STEPS: usize = 20;
        let mut values: Vec<f64> = self.rows.iter().filter_map(|w| w.clv).collect();
        values.sort_by(|a, b| b.total_cmp(a));
        let total: f64 = values.iter().sum();
        let mut customers = Vec::new();
        let mut shares = Vec::new();
        if total > 0.0 {
            let (mut sum, mut taken) = (0.0, 0);
            for step in 0..=STEPS {
                let upto = values.len() * step / STEPS;
                sum += values.get(taken..upto).unwrap_or(&[]).iter().sum::<f64>();
                taken = upto;
                customers.push(Some(upto as f64 / values.len() as f64));
                shares.push(Some((sum / total).min(1.0)));
            }
        }
        Table::figures("pareto")
            .with("customers", Column::Share(customers))
            .with("value", Column::Share(shares))
            .chart("clv.pareto", ChartKind::Lines { x: "customers", y: &["value"], band: None })
    }

    fn holdout_tables(&self) -> Option<[Table; 2]> {
        let h = self.holdout.as_ref()?;
        let from = self.origins.last().copied().unwrap_or(self.base.until);
        let day = |d: &(i64, u64)| i32::try_from(d.0).ok().and_then(|d| from.plus(d));
        let predicted = match &self.expected_curve {
            Some(e) => e.iter().map(|x| Some(*x)).collect(),
            None => vec![None; h.curve.len()],
        };
        let curve = Table::figures("holdout_curve")
            .with("day", Column::Day(h.curve.iter().map(day).collect()))
            .with("actual", Column::Count(h.curve.iter().map(|p| Some(p.1)).collect()))
            .with("predicted", Column::Number(predicted))
            .chart("clv.holdout", ChartKind::Lines { x: "day", y: &["actual", "predicted"], band: None });
        let classes = self.used().and_then(|t| t.score.as_ref()).map_or(&[][..], |s| &s.classes);
        let names = CLASSES.iter().zip(classes).map(|(c, _)| Some(c.0.into())).collect();
        let classes = Table::figures("holdout_classes")
            .with("frequency", Column::Text(names))
            .with("customers", Column::Count(classes.iter().map(|c| Some(c.0)).collect()))
            .with("actual", Column::Count(classes.iter().map(|c| Some(c.1)).collect()))
            .with("predicted", Column::Number(classes.iter().map(|c| Some(c.2)).collect()));
        Some([curve, classes])
    }

    fn leaving_table(&self) -> Table {
        let of: Vec<_> =
            self.leaving.iter().filter_map(|i| self.base.buyers.get(*i).zip(self.rows.get(*i))).collect();
        let value = |w: &super::Worth| w.clv.and_then(|v| self.money.nearest(v));
        Table::list("leaving")
            .with("customer", Column::Customer(of.iter().map(|(b, _)| b.who).collect()))
            .with("p_alive", Column::Share(of.iter().map(|(_, w)| w.p_alive).collect()))
            .with("last", Column::Day(of.iter().map(|(b, _)| Some(b.last)).collect()))
            .with("paid", Column::Money(of.iter().map(|(b, _)| Some(b.paid)).collect(), self.money))
            .with("still_expected", Column::Money(of.iter().map(|(_, w)| value(w)).collect(), self.money))
    }

    fn messages(&self) -> Vec<Message> {
        let mut out = Vec::new();
        let n = self.base.histories.customers();
        let money = |x| self.money_cell(Some(x));
        if let Some(total) = self.total {
            out.push(match total.prediction {
                Some((low, high)) => Message::new("clv.total")
                    .with("total", money(total.value))
                    .with("low", money(low))
                    .with("high", money(high))
                    .with("level", Cell::Share(self.level)),
                None => Message::new("clv.total_unranged").with("total", money(total.value)),
            });
            if let Some((low, high)) = total.estimate {
                out.push(Message::new("clv.estimate").with("low", money(low)).with("high", money(high)));
            }
        }
        if let Some((b, (low, high))) = self.bootstrap.as_ref().and_then(|b| Some((b, b.total?))) {
            out.push(
                Message::new("clv.bootstrap")
                    .with("draws", Cell::Count(u64::from(b.fitted)))
                    .with("low", money(low))
                    .with("high", money(high)),
            );
        }
        if self.margin.is_none() {
            out.push(Message::new("clv.revenue"));
        }
        self.breakdown_messages(&mut out);
        if let Some(t) = self.used() {
            let model = || Cell::Word { family: "clv_model", name: t.name };
            out.push(Message::new("clv.model").with("model", model()).with("customers", Cell::Count(n)));
            if self.origins.len() > 1 {
                out.push(Message::new("clv.origins").with("origins", Cell::Count(self.origins.len() as u64)));
            }
            let once = n - self.base.histories.repeaters();
            if once > 0 {
                let certain = t.name == BgNbd::NAME && t.fit.is_interior();
                let key = if certain { "clv.no_repeat_certain" } else { "clv.no_repeat" };
                let share = Cell::Share(once as f64 / n as f64);
                out.push(Message::new(key).with("customers", Cell::Count(once)).with("share", share));
            }
            if !self.knows_leaving() {
                out.push(Message::new("clv.no_leaving").with("model", model()));
            }
            if self.disagrees() {
                out.push(Message::new("clv.p_alive_range"));
            }
        }
        match (&self.holdout, self.used().and_then(|t| t.score.as_ref())) {
            (Some(h), Some(s)) => {
                let range = self.forecast.and_then(|f| f.prediction);
                let within = |(low, high): (f64, f64)| (low..=high).contains(&(h.total as f64));
                let key = match range {
                    Some(r) if within(r) => "clv.holdout_ranged",
                    Some(_) => "clv.holdout_missed",
                    None => "clv.holdout",
                };
                let message = Message::new(key)
                    .with("actual", Cell::Count(h.total))
                    .with("predicted", Cell::Number(s.expected))
                    .with("days", Cell::Count(h.days.unsigned_abs()));
                out.push(match range {
                    Some((low, high)) => {
                        message.with("low", Cell::Number(low)).with("high", Cell::Number(high))
                    }
                    None => message,
                });
            }
            _ => out.push(Message::new("clv.no_holdout")),
        }
        if let Some(worth) = self.retention_point {
            out.push(Message::new("clv.retention").with("amount", money(worth)));
        }
        let left = self.base.left_out;
        let all = left.without_purchase + left.refund_only + left.later;
        if all > 0 {
            out.push(
                Message::new("clv.left_out")
                    .with("customers", Cell::Count(all))
                    .with("without_purchase", Cell::Count(left.without_purchase))
                    .with("refund_only", Cell::Count(left.refund_only))
                    .with("later", Cell::Count(left.later)),
            );
        }
        for (key, n) in
            [("clv.possibly_older", self.base.possibly_older), ("clv.older_left_out", left.possibly_older)]
        {
            if n > 0 {
                out.push(Message::new(key).with("customers", Cell::Count(n)));
            }
        }
        if self.base.returned != Minor::ZERO {
            let ignored = self.refunds == super::RefundPolicy::Ignore;
            let key = if ignored { "clv.refunds" } else { "clv.refunds_net" };
            // Told as an amount that was paid back: refunds are negative in the records.
            let back = Minor(self.base.returned.0.saturating_neg());
            out.push(Message::new(key).with("amount", Cell::Money(back, self.money)));
        }
        if self.spend.model().is_none() {
            out.push(Message::new("clv.spend_missing"));
        }
        out
    }

    fn findings(&self) -> Vec<Finding> {
        let mut out = Vec::new();
        let spend = self.spend.fit.iter().map(|f| ("gamma-gamma", &f.outcome));
        let used = self.used().map(|t| (t.name, &t.fit.outcome));
        out.extend(fit_findings(used.into_iter().chain(spend)));
        out.extend(self.covariate_findings());
        if let Some(used) = self.used() {
            for other in disagreeing(&self.tried, self.chosen) {
                if let Some((a, b)) = used.mean_p_alive.zip(other.mean_p_alive) {
                    out.push(
                        Finding::new("clv.p_alive_disagrees", Severity::Warning)
                            .detail("model", &used.name)
                            .detail("p_alive", &format!("{a:.3}"))
                            .detail("other", &other.name)
                            .detail("other_p_alive", &format!("{b:.3}")),
                    );
                }
            }
        }
        if self.used().is_some_and(|t| t.name == Naive::NAME) {
            let finding = Finding::new("clv.naive", Severity::Note);
            out.push(finding.detail("origins", &self.origins.len()));
        }
        if let Some(seen) = self.season_seen.filter(|s| *s < SEASON) {
            let finding = Finding::new("clv.other_season", Severity::Note);
            out.push(finding.detail("share", &format!("{:.0}", 100.0 * seen)));
        }
        out.extend(self.spend.findings());
        out
    }

    fn action(&self) -> Action {
        let interior = self.used().is_some_and(|t| t.fit.is_interior()) && self.spend.model().is_some();
        let nothing = |key, values| Action::Nothing { key, values };
        let repeaters = self.base.histories.repeaters();
        if !interior {
            return nothing("clv.not_interior", Vec::new());
        }
        if repeaters < LEAST_TO_ACT {
            let values = vec![("customers", Cell::Count(repeaters)), ("least", Cell::Count(LEAST_TO_ACT))];
            return nothing("clv.thin", values);
        }
        if !self.knows_leaving() {
            return nothing("clv.no_leaving", Vec::new());
        }
        match &self.at_stake {
            Some(total) if !self.leaving.is_empty() => Action::Act {
                key: "clv.win_back",
                customers: self.leaving.len() as u64,
                stake: self.stake(total),
                list: "leaving",
            },
            _ => nothing("clv.nobody_leaving", Vec::new()),
        }
    }
}

impl Present for Clv {
    fn answer(&self) -> Answer {
        let mut a = self.head();
        a.tables.push(self.rows_table());
        let model = self.used().map(|t| &t.fit.parameters);
        let spend = self.spend.fit.as_ref().map(|f| &f.parameters);
        let parameters = parameters_table(model.into_iter().chain(spend).flatten());
        a.tables.extend([self.pareto_table(), self.models_table(), parameters]);
        a.tables.extend(self.holdout_tables().into_iter().flatten());
        a.tables.extend(self.groups_table());
        a.tables.extend(self.covariates_table());
        a.tables.extend(self.coefficients_table());
        a.tables.extend([self.cohorts_table(), self.account_table(), self.leaving_table()]);
        a.messages = self.messages();
        a.findings = self.findings();
        a.actions.push(self.action());
        a
    }
}

impl Provide for Clv {
    const FACTS: &'static [&'static str] =
        &["metrics.clv.p_alive", "metrics.clv.expected_purchases", "metrics.clv.clv"];

    fn provide(&self, out: &mut Facts) -> Result<(), naata_facts::Error> {
        use naata_facts::Column;
        let n = self.base.customers;
        let spread = |f: &dyn Fn(&super::Worth) -> Option<f64>| {
            let mut column = vec![None; n];
            for w in &self.rows {
                if let Some(slot) = column.get_mut(w.who.at()) {
                    *slot = f(w);
                }
            }
            column
        };
        let known = self.base.until;
        let clv: Vec<Option<Minor>> =
            spread(&|w| w.clv).into_iter().map(|v| v.and_then(|v| self.money.nearest(v))).collect();
        out.put_column("metrics.clv.p_alive", Column::Number(spread(&|w| w.p_alive)), known)?;
        let purchases = Column::Number(spread(&|w| w.expected_purchases));
        out.put_column("metrics.clv.expected_purchases", purchases, known)?;
        out.put_column("metrics.clv.clv", Column::Money(clv, self.money), known)
    }
}

const _: () = assert!(AnyModel::NAMES.len() == 5, "a new model needs its name among MODELS and WORDS");

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clv::ParetoNbd;

    #[test]
    fn every_parameter_of_every_model_has_its_keys() {
        let bg = AnyModel::BgNbd(BgNbd::new(1.0, 1.0, 1.0, 1.0).unwrap());
        let spend = super::super::GammaGamma::new(1.0, 2.0, 1.0).unwrap();
        let pareto = ParetoNbd::new(1.0, 1.0, 1.0, 1.0).unwrap();
        let names =
            bg.parameters().into_iter().chain(pareto.parameters()).chain(spend.parameters()).map(|p| p.0);
        for name in names {
            assert!(keys(name).is_some_and(|k| k.iter().all(|k| k.ends_with(name))), "{name}");
        }
    }
}
