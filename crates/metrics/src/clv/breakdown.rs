//! The parts of a lifetime-value answer that are there on request: groups, covariates, what winning customers cost.

use super::acquisition::Won;
use super::analysis::Clv;
use super::covariate::{Process, factor, moves};
use super::covariate_fit::effects;
use super::fit::{Coefficient, FitOutcome};
use super::groups::{GroupWorth, SMALL};
use super::interval::Total;
use naata_answer::{Answer, Cell, ChartKind, Column, Message, Table};
use naata_core::{Finding, Severity};

impl Clv {
    /// Value by the fact that was asked for.
    pub(super) fn groups_table(&self) -> Option<Table> {
        let fact = self.by.as_ref()?;
        let of = &self.groups;
        let money = |f: &dyn Fn(&GroupWorth) -> Option<f64>| {
            Column::Money(of.iter().map(|g| f(g).and_then(|x| self.money.nearest(x))).collect(), self.money)
        };
        let number =
            |f: &dyn Fn(&Total) -> Option<f64>| Column::Number(of.iter().map(|g| f(&g.purchases?)).collect());
        let unknown = |g: &GroupWorth| g.name.clone().unwrap_or_else(|| "?".into());
        let mut table = Table::figures("groups")
            .with("group", Column::Text(of.iter().map(|g| Some(unknown(g))).collect()))
            .with("fact", Column::Text(of.iter().map(|_| Some(fact.clone().into())).collect()))
            .with("customers", Column::Count(of.iter().map(|g| Some(g.customers)).collect()))
            .with("small", Column::Flag(of.iter().map(|g| Some(g.customers < SMALL)).collect()))
            .with("mean_p_alive", Column::Share(of.iter().map(|g| g.mean_p_alive).collect()))
            .with("paid", Column::Money(of.iter().map(|g| Some(g.paid)).collect(), self.money))
            .with("expected_purchases", number(&|t| Some(t.value)))
            .with("purchases_low", number(&|t| t.prediction.map(|r| r.0)))
            .with("purchases_high", number(&|t| t.prediction.map(|r| r.1)))
            .with("still_expected", money(&|g| g.total.map(|t| t.value)))
            .with("low", money(&|g| g.total.and_then(|t| t.prediction).map(|r| r.0)))
            .with("high", money(&|g| g.total.and_then(|t| t.prediction).map(|r| r.1)))
            .chart(
                "clv.groups",
                ChartKind::Intervals { label: "group", value: "still_expected", low: "low", high: "high" },
            );
        if let Some(a) = &self.acquisition {
            let won = |f: &dyn Fn(&Won) -> Option<f64>| {
                let one = |w: &Won| f(w).and_then(|x| self.money.nearest(x));
                Column::Money(a.of_groups.iter().map(one).collect(), self.money)
            };
            let net = |w: &Won, of: f64| (w.customers > 0).then(|| of - self.money.float(w.cost));
            let unknown = a.of_groups.iter().map(|w| Some(w.unknown)).collect();
            table = table
                .with("cost_unknown", Column::Count(unknown))
                .with("acquisition_cost", won(&|w| w.each(self.money)))
                .with("historic_value", won(&|w| net(w, self.money.float(w.brought))))
                .with("net_value", won(&|w| net(w, w.in_all?)));
        }
        Some(table)
    }

    /// What each covariate does.
    pub(super) fn covariates_table(&self) -> Option<Table> {
        let design = self.design.as_ref()?;
        let of: Vec<Coefficient> = self.used().map_or_else(Vec::new, |t| effects(&t.fit));
        let column = |f: &dyn Fn(&super::DesignColumn) -> Option<String>| {
            let cell = |c: &Coefficient| design.columns.get(c.column).and_then(f).map(String::into_boxed_str);
            Column::Text(of.iter().map(cell).collect())
        };
        let number =
            |f: &dyn Fn(&Coefficient) -> f64| Column::Number(of.iter().map(|c| Some(f(c))).collect());
        let process = |c: &Coefficient| Some(c.process.position());
        let processes = of.iter().map(process).collect();
        let against = |c: &super::DesignColumn| match c.scale {
            Some((mean, deviation)) => Some(format!("{mean:.4} ± {deviation:.4}")),
            None => c.against.clone(),
        };
        let table = Table::figures("covariates")
            .with("column", column(&|c| Some(c.name())))
            .with("against", column(&against))
            .with("process", Column::Word { family: "clv_process", names: Process::NAMES, of: processes })
            .with("factor", number(&|c| factor(c.value)))
            .with("low", number(&|c| factor(c.interval.0)))
            .with("high", number(&|c| factor(c.interval.1)))
            .with("coefficient", number(&|c| c.value))
            .with("standard_error", number(&|c| c.standard_error))
            .with("p", number(&|c| c.p));
        Some(table.chart(
            "clv.covariates",
            ChartKind::Intervals { label: "column", value: "factor", low: "low", high: "high" },
        ))
    }

    /// The coefficients as they are estimated, each with the parameter whose logarithm it moves; where what covariates do
    /// can be read from the other table as well, there is none.
    pub(super) fn coefficients_table(&self) -> Option<Table> {
        let design = self.design.as_ref()?;
        let used = self.used()?;
        let of = &used.fit.coefficients;
        if of.iter().all(|c| c.process != Process::Staying) {
            return None;
        }
        let name = |c: &Coefficient| Some(design.columns.get(c.column)?.name().into_boxed_str());
        let parameter = |c: &Coefficient| {
            let at = moves(used.name).iter().find(|m| m.2 == c.process)?.0;
            used.fit.parameters.get(at).map(|p| p.name.into())
        };
        let number =
            |f: &dyn Fn(&Coefficient) -> f64| Column::Number(of.iter().map(|c| Some(f(c))).collect());
        let table = Table::figures("coefficients")
            .with("column", Column::Text(of.iter().map(name).collect()))
            .with("parameter", Column::Text(of.iter().map(parameter).collect()))
            .with("coefficient", number(&|c| c.value))
            .with("standard_error", number(&|c| c.standard_error))
            .with("low", number(&|c| c.interval.0))
            .with("high", number(&|c| c.interval.1))
            .with("p", number(&|c| c.p));
        Some(table)
    }

    pub(super) fn breakdown_head(&self, a: &mut Answer) {
        let number = |x: Option<f64>| x.filter(|x| x.is_finite()).map_or(Cell::Missing, Cell::Number);
        a.set("purchases.expected", number(self.purchases.map(|t| t.value)));
        a.set("purchases.low", number(self.purchases.and_then(|t| t.prediction).map(|r| r.0)));
        a.set("purchases.high", number(self.purchases.and_then(|t| t.prediction).map(|r| r.1)));
        a.set("purchases.estimate_low", number(self.purchases.and_then(|t| t.estimate).map(|r| r.0)));
        a.set("purchases.estimate_high", number(self.purchases.and_then(|t| t.estimate).map(|r| r.1)));
        if let Some(test) = self.covariate_test {
            a.set("covariates.statistic", number(Some(test.statistic)));
            a.set("covariates.degrees", Cell::Count(test.degrees as u64));
            a.set("covariates.p", number(Some(test.p)));
        }
        if let Some(q) = &self.acquisition {
            let money = |x: f64| self.money.nearest(x).map_or(Cell::Missing, |m| Cell::Money(m, self.money));
            a.set("acquisition.customers", Cell::Count(q.all.customers));
            a.set("acquisition.unknown", Cell::Count(q.all.unknown));
            a.set("acquisition.cost", Cell::Money(q.all.cost, self.money));
            a.set("acquisition.brought", Cell::Money(q.all.brought, self.money));
            let net = q.all.brought.minus(q.all.cost, "historic value").ok();
            a.set("acquisition.historic", net.map_or(Cell::Missing, |m| Cell::Money(m, self.money)));
            let in_all = q.all.in_all.map(|v| v - self.money.float(q.all.cost));
            a.set("acquisition.net", in_all.map_or(Cell::Missing, money));
            a.set("acquisition.each", q.all.each(self.money).map_or(Cell::Missing, money));
            a.set("acquisition.new_customer", q.new_customer.map_or(Cell::Missing, money));
            a.set("acquisition.payback", q.payback.map_or(Cell::Missing, |k| Cell::Count(u64::from(k))));
        }
    }

    pub(super) fn breakdown_messages(&self, out: &mut Vec<Message>) {
        if let Some((total, (low, high))) = self.purchases.and_then(|t| Some((t, t.prediction?))) {
            out.push(
                Message::new("clv.purchases")
                    .with("purchases", Cell::Number(total.value))
                    .with("low", Cell::Number(low))
                    .with("high", Cell::Number(high))
                    .with("days", Cell::Count(self.horizon_days as u64)),
            );
        }
        if let Some(test) = self.covariate_test {
            let key = if test.p < 0.05 { "clv.covariates" } else { "clv.covariates_nothing" };
            out.push(
                Message::new(key)
                    .with("p", Cell::Number(test.p))
                    .with("columns", Cell::Count(self.design.as_ref().map_or(0, |d| d.columns.len() as u64))),
            );
        }
        let money = |x: f64| self.money.nearest(x).map_or(Cell::Missing, |m| Cell::Money(m, self.money));
        if let Some(q) = &self.acquisition {
            let days = u64::from(self.plan.period_days);
            if let Some((value, each)) = q.new_customer.zip(q.all.each(self.money)) {
                let message = match q.payback {
                    Some(0) => Message::new("clv.payback_at_once"),
                    Some(k) => Message::new("clv.payback").with("days", Cell::Count(u64::from(k) * days)),
                    None => Message::new("clv.no_payback")
                        .with("days", Cell::Count(u64::from(self.plan.periods) * days)),
                };
                out.push(message.with("cost", money(each)).with("value", money(value)));
            }
            if q.all.unknown > 0 {
                let said = Message::new("clv.cost_unknown").with("customers", Cell::Count(q.all.unknown));
                out.push(said.with("known", Cell::Count(q.all.customers)));
            }
        }
        let small = self.groups.iter().filter(|g| g.customers < SMALL).count() as u64;
        if small > 0 {
            out.push(
                Message::new("clv.small_groups")
                    .with("groups", Cell::Count(small))
                    .with("least", Cell::Count(SMALL)),
            );
        }
        if !self.single_ranges {
            out.push(Message::new("clv.no_single_ranges"));
        }
    }

    pub(super) fn covariate_findings(&self) -> Vec<Finding> {
        let Some(design) = &self.design else { return Vec::new() };
        let mut out = Vec::new();
        for (name, why) in &design.left_out {
            let finding = Finding::new("clv.covariate_left_out", Severity::Note);
            out.push(finding.value(name).detail("why", &why.name()));
        }
        for t in &self.tried {
            if let FitOutcome::Separated { column, process } = t.fit.outcome {
                let name = design.columns.get(column).map(super::DesignColumn::name).unwrap_or_default();
                let finding = Finding::new("clv.separated", Severity::Warning).value(&name);
                out.push(finding.detail("model", &t.name).detail("process", &process.name()));
            }
        }
        out
    }
}
