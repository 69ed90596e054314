//! The parts of a lifetime-value answer that are there on request: groups, covariates, what winning customers cost.

use super::analysis::Clv;
use super::covariate::{Process, factor};
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
            let cost = |i: usize| a.of_groups.get(i).copied().flatten();
            let margin = self.margin.unwrap_or(1.0);
            let net = |(i, g): (usize, &GroupWorth)| {
                let brought = margin * self.money.float(g.paid);
                self.money.nearest(brought - cost(i)? * g.customers as f64)
            };
            let costs = (0..of.len()).map(|i| cost(i).and_then(|c| self.money.nearest(c))).collect();
            table = table
                .with("acquisition_cost", Column::Money(costs, self.money))
                .with("historic_value", Column::Money(of.iter().enumerate().map(net).collect(), self.money));
        }
        Some(table)
    }

    /// What each covariate does.
    pub(super) fn covariates_table(&self) -> Option<Table> {
        let design = self.design.as_ref()?;
        let of: &[Coefficient] = self.used().map_or(&[], |t| &t.fit.coefficients);
        let column = |f: &dyn Fn(&super::DesignColumn) -> Option<String>| {
            let cell = |c: &Coefficient| design.columns.get(c.column).and_then(f).map(String::into_boxed_str);
            Column::Text(of.iter().map(cell).collect())
        };
        let number =
            |f: &dyn Fn(&Coefficient) -> f64| Column::Number(of.iter().map(|c| Some(f(c))).collect());
        let process = |c: &Coefficient| Some(u16::from(c.process == Process::Leaving));
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
            a.set("acquisition.customers", Cell::Count(q.customers));
            a.set("acquisition.cost", Cell::Money(q.cost, self.money));
            a.set("acquisition.brought", Cell::Money(q.brought, self.money));
            let net = q.brought.minus(q.cost, "historic value").ok();
            a.set("acquisition.historic", net.map_or(Cell::Missing, |m| Cell::Money(m, self.money)));
            a.set("acquisition.each", money(q.each));
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
        if let Some((q, value)) = self.acquisition.as_ref().and_then(|q| Some((q, q.new_customer?))) {
            let money = |x: f64| self.money.nearest(x).map_or(Cell::Missing, |m| Cell::Money(m, self.money));
            let days = u64::from(self.plan.period_days);
            let message = match q.payback {
                Some(0) => Message::new("clv.payback_at_once"),
                Some(k) => Message::new("clv.payback").with("days", Cell::Count(u64::from(k) * days)),
                None => Message::new("clv.no_payback")
                    .with("days", Cell::Count(u64::from(self.plan.periods) * days)),
            };
            out.push(message.with("cost", money(q.each)).with("value", money(value)));
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
