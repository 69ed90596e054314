//! The analysis `churn silence`: how [`Silences`] are told.

use crate::churn::silence::{ChurnSilenceParams, Silence, Silences, silences};
use naata_answer::{
    Action, Analysis, Answer, Card, Cell, ChartKind, Column, Message, Present, Refusal, Stake, Table,
};
use naata_core::{Context, Histories, Minor, MoneyUnit, PurchaseRow};
use naata_facts::{Fact, Facts, Provide};

/// The fact: the silence in usual gaps.
const TIMES: Fact<f64> = Fact::new("metrics.churn.silence");
/// The fact: whether the silence is longer than usual.
const SILENT: Fact<bool> = Fact::new("metrics.churn.silent");
/// The curve is shown at so many steps to a usual gap, up to so many usual gaps.
const GRID: (u32, u32) = (4, 6);

impl Provide for Silences {
    const FACTS: &'static [&'static str] = &["metrics.churn.silence", "metrics.churn.silent"];

    fn provide(&self, out: &mut Facts) -> Result<(), naata_facts::Error> {
        let (mut times, mut silent) = (vec![None; self.customers], vec![None; self.customers]);
        for row in &self.rows {
            if let (Some(t), Some(s)) = (times.get_mut(row.who.at()), silent.get_mut(row.who.at())) {
                *t = Some(row.times);
                *s = row.unusual.map(|u| u <= self.params.share);
            }
        }
        out.put(&TIMES, times)?;
        out.put(&SILENT, silent)
    }
}

impl Silences {
    fn table(&self, key: &'static str, rows: &[&Silence]) -> Table {
        let share =
            |of: &dyn Fn(&Silence) -> Option<f64>| Column::Share(rows.iter().map(|r| of(r)).collect());
        Table::list(key)
            .with("customer", Column::Customer(rows.iter().map(|r| r.who).collect()))
            .with("last", Column::Day(rows.iter().map(|r| Some(r.last)).collect()))
            .with("silent", Column::Count(rows.iter().map(|r| Some(r.silent)).collect()))
            .with("usual", Column::Number(rows.iter().map(|r| Some(r.usual)).collect()))
            .with("times", Column::Number(rows.iter().map(|r| Some(r.times)).collect()))
            .with("unusual", share(&|r| r.unusual))
            .with("returns", share(&|r| r.returns.map(|c| c.0)))
            .with("low", share(&|r| r.returns.and_then(|c| c.1).map(|i| i.0)))
            .with("high", share(&|r| r.returns.and_then(|c| c.1).map(|i| i.1)))
            .with("expected", Column::Day(rows.iter().map(|r| r.expected).collect()))
            .with("year", Column::Money(rows.iter().map(|r| Some(r.year)).collect(), self.unit))
    }

    fn curve(&self) -> Option<Table> {
        let curve = &self.classes.first()?.curve;
        let grid = (0..=GRID.0 * GRID.1).map(|i| f64::from(i) / f64::from(GRID.0));
        let steps: Vec<_> = grid.filter_map(|t| Some((t, curve.at(t)?))).collect();
        let end = |high: bool| {
            let one = |i: (f64, f64)| if high { i.1 } else { i.0 };
            Column::Share(steps.iter().map(|(_, s)| s.interval.map(one)).collect())
        };
        Some(
            Table::figures("curve")
                .with("times", Column::Number(steps.iter().map(|(t, _)| Some(*t)).collect()))
                .with("silent", Column::Share(steps.iter().map(|(_, s)| Some(s.survival)).collect()))
                .with("low", end(false))
                .with("high", end(true))
                .chart(
                    "churn.silence.curve",
                    ChartKind::Lines { x: "times", y: &["silent"], band: Some(("low", "high")) },
                ),
        )
    }

    fn kinds(&self) -> Table {
        let count =
            |of: &dyn Fn(usize) -> u64| Column::Count((0..self.classes.len()).map(|i| Some(of(i))).collect());
        let case = |i: usize| self.classes.get(i).map_or((0, 0), |c| (c.curve.n, c.curve.left));
        let quantile = |p: f64| {
            Column::Number(self.classes.iter().map(|c| c.curve.quantile(p * (1.0 - c.open)).time).collect())
        };
        Table::figures("kinds")
            .with("from", count(&|i| self.classes.get(i).map_or(0, |c| c.from as u64)))
            .with("customers", count(&|i| self.rows.iter().filter(|r| r.class == i).count() as u64))
            .with("cases", count(&|i| case(i).0))
            .with("ended", count(&|i| case(i).1))
            .with("open", Column::Share(self.classes.iter().map(|c| Some(c.open)).collect()))
            .with("half", quantile(0.5))
            .with("nine_tenths", quantile(0.9))
    }
}

impl Present for Silences {
    fn answer(&self) -> Answer {
        let mut a = Answer::default();
        let n = self.rows.len() as u64;
        a.set("customers", Cell::Count(n));
        a.set("too_few", Cell::Count(self.too_few));
        a.set("silent", Cell::Count(self.silent));
        a.set("share", Cell::Share(self.params.share));
        a.set("horizon", Cell::Count(u64::from(self.params.horizon)));
        let all: Vec<&Silence> = self.rows.iter().collect();
        let listed: Vec<&Silence> = self.listed.iter().filter_map(|i| self.rows.get(*i)).collect();
        a.tables.push(self.table("rows", &all));
        a.tables.extend(self.curve());
        a.tables.push(self.kinds());
        a.tables.push(self.table("silent", &listed));
        let said = Message::new("churn.silence.found").with("silent", Cell::Count(self.silent));
        a.messages.push(said.with("n", Cell::Count(n)).with("share", Cell::Share(self.params.share)));
        if let Some(first) = self.classes.first() {
            let said = Message::new("churn.silence.open").with("open", Cell::Share(first.open));
            a.messages.push(said.with("n", Cell::Count(first.curve.n)));
        }
        if self.too_few > 0 {
            a.messages.push(Message::new("churn.silence.too_few").with("n", Cell::Count(self.too_few)));
        }
        a.actions.push(if listed.is_empty() {
            Action::Nothing { key: "churn.silence.nobody", values: vec![("n", Cell::Count(n))] }
        } else {
            let sum = listed.iter().map(|r| i128::from(r.year.0)).sum();
            let stake = Minor::from_wide(sum, "what silent customers paid").ok().filter(|m| m.0 > 0);
            let stake = stake.map(|value| Stake { value, low: None, high: None, unit: self.unit });
            Action::Act { key: "churn.silence.ask", customers: listed.len() as u64, stake, list: "silent" }
        });
        a
    }
}

/// The analysis `churn silence`.
#[derive(Clone, Copy, Debug)]
pub struct ChurnSilenceAnalysis;

impl Analysis for ChurnSilenceAnalysis {
    type Params = ChurnSilenceParams;
    type Input<'a> = (&'a Histories<PurchaseRow>, MoneyUnit);
    type Output = Silences;
    const CARD: Card = Card {
        key: "churn silence",
        version: 1,
        title: "Customers silent for longer than is usual for them",
        unit: "days, usual gaps, share of comparable gaps",
        formula: "r = days since the last purchase / mean gap; unusual = (S(r) - S(end)) / (1 - S(end)); \
                  return within h = 1 - S(r + h / mean gap) / S(r), S by Kaplan-Meier over the gap after the first 3, 6 or 11",
        source: "Allenby, Leone and Jen, 1999; Kaplan and Meier, 1958; Greenwood, 1926",
        assumptions: &[
            "Purchases of one day are one; refunds are none.",
            "What followed the third, sixth or eleventh gap of a customer stands for later gaps of customers with as many.",
            "Gaps that are not over by the end of the data count as longer than all that were.",
        ],
        words: &[
            "message.churn.silence.found",
            "message.churn.silence.open",
            "message.churn.silence.too_few",
            "action.churn.silence.ask",
            "action.churn.silence.nobody",
            "chart.churn.silence.curve",
        ],
        example: "naata churn silence --purchases orders.csv --horizon 60",
    };

    fn run(
        (purchases, unit): Self::Input<'_>,
        p: &ChurnSilenceParams,
        cx: &Context<'_>,
    ) -> Result<Silences, Refusal> {
        Ok(silences(purchases, unit, p, cx)?)
    }
}
