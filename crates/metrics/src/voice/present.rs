//! The Net Promoter Score as an answer.

use super::nps::{Nps, Scored};
use super::{Group, Groups};
use naata_answer::{Action, Answer, Cell, ChartKind, Column, Message, Present, Table};
use naata_core::{Finding, Severity};

impl Nps {
    /// The customers and groups as columns of a list.
    fn list(key: &'static str, answers: &[Scored]) -> Table {
        Table::list(key)
            .with("customer", Column::Customer(answers.iter().map(|s| s.who).collect()))
            .with("day", Column::Day(answers.iter().map(|s| Some(s.day)).collect()))
            .with("score", Column::Count(answers.iter().map(|s| Some(u64::from(s.score))).collect()))
            .with(
                "group",
                Column::Word {
                    family: "nps_group",
                    names: Group::NAMES,
                    of: answers.iter().map(|s| Some(s.group as u16)).collect(),
                },
            )
    }

    fn figures(&self) -> [Table; 4] {
        let n = self.groups.n();
        let groups = Table::figures("groups")
            .with(
                "group",
                Column::Word { family: "nps_group", names: Group::NAMES, of: (0..3).map(Some).collect() },
            )
            .with("answers", Column::Count(Group::ALL.map(|g| Some(self.groups.count(g))).into()))
            .with(
                "share",
                Column::Share(Group::ALL.map(|g| Some(self.groups.count(g) as f64 / n as f64)).into()),
            )
            .chart("nps.groups", ChartKind::Bars { label: "group", value: "share" });
        let scores = Table::figures("scores")
            .with("score", Column::Text((0..=10).map(|s: u32| Some(s.to_string().into())).collect()))
            .with("answers", Column::Count(self.distribution.map(Some).into()))
            .chart("nps.scores", ChartKind::Bars { label: "score", value: "answers" });
        let methods = [self.groups.score_interval(), self.groups.adjusted_wald(), self.groups.wald()];
        let end = |f: fn((f64, f64)) -> f64| methods.iter().map(|m| m.map(|m| 100.0 * f(m))).collect();
        let value = self.groups.nps().map(|s| 100.0 * s);
        let methods = Table::figures("methods")
            .with(
                "method",
                Column::Word { family: "nps_method", names: METHODS, of: (0..3).map(Some).collect() },
            )
            .with("nps", Column::Number(vec![value; 3]))
            .with("low", Column::Number(end(|m| m.0)))
            .with("high", Column::Number(end(|m| m.1)))
            .chart(
                "nps.methods",
                ChartKind::Intervals { label: "method", value: "nps", low: "low", high: "high" },
            );
        let months = |f: &dyn Fn(&Groups) -> Option<f64>| {
            Column::Number(self.months.iter().map(|(_, g)| f(g).map(|x| 100.0 * x)).collect())
        };
        let months = Table::figures("months")
            .with("month", Column::Day(self.months.iter().map(|m| Some(m.0)).collect()))
            .with("answers", Column::Count(self.months.iter().map(|m| Some(m.1.n())).collect()))
            .with("nps", months(&|g| g.nps()))
            .with("low", months(&|g| g.score_interval().map(|i| i.0)))
            .with("high", months(&|g| g.score_interval().map(|i| i.1)))
            .chart("nps.months", ChartKind::Lines { x: "month", y: &["nps"], band: Some(("low", "high")) });
        [groups, months, scores, methods]
    }

    fn messages(&self) -> Vec<Message> {
        let points = |x: f64| Cell::Number(100.0 * x);
        let mut out = Vec::new();
        if let (Some(score), Some((low, high))) = (self.groups.nps(), self.groups.score_interval()) {
            out.push(
                Message::new("nps.score")
                    .with("score", points(score))
                    .with("low", points(low))
                    .with("high", points(high))
                    .with("answers", Cell::Count(self.groups.n())),
            );
        }
        if let Some(c) = self.change {
            let clear = c.interval.0 > 0.0 || c.interval.1 < 0.0;
            out.push(
                Message::new(if clear { "nps.changed" } else { "nps.not_changed" })
                    .with("difference", points(c.difference))
                    .with("low", points(c.interval.0))
                    .with("high", points(c.interval.1)),
            );
        }
        for (key, n) in [
            ("nps.repeated", self.repeated),
            ("nps.superseded", self.superseded),
            ("nps.unscored", self.unscored),
            ("nps.later", self.later),
            ("nps.anonymous_detractors", self.anonymous_detractors),
        ] {
            if n > 0 {
                out.push(Message::new(key).with("n", Cell::Count(n)));
            }
        }
        out
    }
}

/// How an interval was worked out; the first is the one shown.
const METHODS: &[&str] = &["score", "adjusted_wald", "wald"];

impl Present for Nps {
    fn answer(&self) -> Answer {
        let points = |x: Option<f64>| x.map_or(Cell::Missing, |x| Cell::Number(100.0 * x));
        let interval = self.groups.score_interval();
        let change = self.change;
        let mut a = Answer::default();
        a.set("score", points(self.groups.nps()));
        a.set("low", points(interval.map(|i| i.0)));
        a.set("high", points(interval.map(|i| i.1)));
        a.set("method", Cell::Word { family: "nps_method", name: "score" });
        a.set("n", Cell::Count(self.groups.n()));
        a.set("standard_error", points(self.groups.standard_error()));
        a.set("window.from", Cell::Day(self.window.0));
        a.set("window.to", Cell::Day(self.window.1));
        a.set("unscored", Cell::Count(self.unscored));
        a.set("out_of_range", Cell::Count(self.out_of_range));
        a.set("later", Cell::Count(self.later));
        a.set("superseded", Cell::Count(self.superseded));
        a.set("previous.score", points(self.previous.and_then(|g| g.nps())));
        a.set("previous.n", self.previous.map_or(Cell::Missing, |g| Cell::Count(g.n())));
        a.set("change.difference", points(change.map(|c| c.difference)));
        a.set("change.low", points(change.map(|c| c.interval.0)));
        a.set("change.high", points(change.map(|c| c.interval.1)));
        a.set("change.p", change.map_or(Cell::Missing, |c| Cell::Number(c.p)));
        a.tables.extend(self.figures());
        a.tables.push(Self::list("call_back", &self.call_back));
        a.messages = self.messages();
        if let Some(example) = self.out_of_range_example {
            let finding = Finding::new("nps.out_of_range", Severity::Warning);
            let finding = finding.value(&example.to_string()).expected("0 to 10");
            a.findings.push(finding.detail("answers", &self.out_of_range));
        }
        a.actions.push(if self.call_back.is_empty() {
            Action::Nothing { key: "nps.nobody_to_call", values: Vec::new() }
        } else {
            let customers = self.call_back.len() as u64;
            Action::Act { key: "nps.call_back", customers, stake: None, list: "call_back" }
        });
        a
    }
}
