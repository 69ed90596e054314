//! The week's page as an answer.

use super::{Measure, Pulse};
use naata_answer::{Action, Answer, Cell, ChartKind, Column, Message, Present, Table};
use naata_core::{Finding, Minor, MoneyUnit, Severity};

/// Keys of the words the page uses besides those of tables and columns.
pub(super) const WORDS: &[&str] = &[
    "message.pulse.revenue",
    "message.pulse.before",
    "message.pulse.year",
    "message.pulse.before_not_covered",
    "message.pulse.year_not_covered",
    "message.pulse.reconciled",
    "message.pulse.stale",
    "message.pulse.not_whole",
    "message.pulse.later",
    "message.pulse.young",
    "action.pulse.welcome_back",
    "action.pulse.nobody_to_welcome",
    "chart.pulse.weeks",
    "chart.pulse.bridge",
    "word.pulse.revenue",
    "word.pulse.orders",
    "word.pulse.basket",
    "word.pulse.new_revenue",
    "word.pulse.returning_revenue",
    "word.pulse.buyers",
    "word.pulse.repeat_rate",
    "word.pulse.second_order_days",
    "word.pulse.anonymous_share",
    "word.bridge.gross",
    "word.bridge.discounts",
    "word.bridge.tax",
    "word.bridge.sales",
    "word.bridge.returned",
    "word.bridge.total",
    "word.bridge.anonymous",
    "word.bridge.net",
];

/// The figures of the page, in the order they are shown.
const METRICS: &[&str] = &[
    "revenue",
    "orders",
    "basket",
    "new_revenue",
    "returning_revenue",
    "buyers",
    "repeat_rate",
    "second_order_days",
    "anonymous_share",
];

/// The steps of the bridge, in order.
const STEPS: &[&str] = &["gross", "discounts", "tax", "sales", "returned", "total", "anonymous", "net"];

/// One figure of one period.
#[derive(Clone, Copy)]
enum Figure {
    Money(Minor),
    Count(u64),
    Share(f64),
    Number(f64),
}

impl Figure {
    fn cell(self, unit: MoneyUnit) -> Cell {
        match self {
            Self::Money(m) => Cell::Money(m, unit),
            Self::Count(n) => Cell::Count(n),
            Self::Share(x) => Cell::Share(x),
            Self::Number(x) => Cell::Number(x),
        }
    }

    /// The change from an earlier figure of the same kind: absolute, and relative where the earlier is not zero.
    fn change(self, earlier: Self) -> Option<(Self, Option<f64>)> {
        let of = |difference: f64, base: f64| (base != 0.0).then(|| difference / base.abs());
        match (self, earlier) {
            (Self::Money(a), Self::Money(b)) => {
                let d = a.minus(b, "a change").ok()?;
                Some((Self::Money(d), of(d.0 as f64, b.0 as f64)))
            }
            (Self::Count(a), Self::Count(b)) => {
                let d = a as f64 - b as f64;
                Some((Self::Number(d), of(d, b as f64)))
            }
            (Self::Share(a), Self::Share(b)) => Some((Self::Share(a - b), of(a - b, b))),
            (Self::Number(a), Self::Number(b)) => Some((Self::Number(a - b), of(a - b, b))),
            _ => None,
        }
    }
}

/// A figure with its interval and its number of cases.
struct Row {
    value: Option<Figure>,
    interval: Option<(Figure, Figure)>,
    n: Option<u64>,
}

/// The figures of a period, in the order of [`METRICS`].
fn rows(m: &Measure) -> Vec<Row> {
    let plain = |value: Figure| Row { value: Some(value), interval: None, n: None };
    let rate = m.repeat_rate.map(|e| (e.value, e.interval));
    let gap = m.second_order.map(|e| (e.value, e.interval));
    vec![
        plain(Figure::Money(m.revenue)),
        plain(Figure::Count(m.orders)),
        Row {
            value: m.basket.map(Figure::Money),
            interval: m.basket_interval.map(|(a, b)| (Figure::Money(a), Figure::Money(b))),
            n: Some(m.orders),
        },
        plain(Figure::Money(m.new_revenue)),
        plain(Figure::Money(m.returning_revenue)),
        plain(Figure::Count(m.buyers)),
        Row {
            value: rate.map(|r| Figure::Share(r.0)),
            interval: rate.and_then(|r| r.1).map(|(a, b)| (Figure::Share(a), Figure::Share(b))),
            n: Some(m.buyers),
        },
        Row {
            value: gap.map(|g| Figure::Number(g.0)),
            interval: gap.and_then(|g| g.1).map(|(a, b)| (Figure::Number(a), Figure::Number(b))),
            n: Some(m.second_order.map_or(0, |e| e.n)),
        },
        Row { value: m.anonymous_share.map(Figure::Share), interval: None, n: None },
    ]
}

impl Pulse {
    fn metrics(&self) -> Table {
        let cell = |f: Option<Figure>| f.map_or(Cell::Missing, |f| f.cell(self.unit));
        let current = rows(&self.current);
        let values = |of: &[Row]| Column::Mixed(of.iter().map(|r| cell(r.value)).collect());
        let column =
            |f: &dyn Fn(&Row) -> Option<Figure>| Column::Mixed(current.iter().map(|r| cell(f(r))).collect());
        let other = |m: Option<&Measure>| m.map(rows).unwrap_or_default();
        let (before, year) = (other(self.previous.as_ref()), other(self.last_year.as_ref()));
        let changes = |then: &[Row]| {
            let change = |(i, now): (usize, &Row)| now.value?.change(then.get(i)?.value?);
            current.iter().enumerate().map(change).collect::<Vec<_>>()
        };
        let padded = |then: &[Row]| {
            if then.is_empty() { Column::Mixed(vec![Cell::Missing; current.len()]) } else { values(then) }
        };
        let absolute = |c: &[Option<(Figure, Option<f64>)>]| {
            Column::Mixed(c.iter().map(|c| cell(c.map(|c| c.0))).collect())
        };
        let relative = |c: &[Option<(Figure, Option<f64>)>]| {
            Column::Share(c.iter().map(|c| c.and_then(|c| c.1)).collect())
        };
        let (since_before, since_year) = (changes(&before), changes(&year));
        let names = (0..METRICS.len() as u16).map(Some).collect();
        Table::figures("metrics")
            .with("metric", Column::Word { family: "pulse", names: METRICS, of: names })
            .with("value", values(&current))
            .with("low", column(&|r| r.interval.map(|i| i.0)))
            .with("high", column(&|r| r.interval.map(|i| i.1)))
            .with("n", Column::Count(current.iter().map(|r| r.n).collect()))
            .with("previous", padded(&before))
            .with("change", absolute(&since_before))
            .with("change_share", relative(&since_before))
            .with("last_year", padded(&year))
            .with("change_last_year", absolute(&since_year))
            .with("change_share_last_year", relative(&since_year))
    }

    fn weeks_table(&self) -> Table {
        let money = |f: &dyn Fn(&super::Week) -> Minor| {
            Column::Money(self.weeks.iter().map(|w| Some(f(w))).collect(), self.unit)
        };
        let share = |w: &super::Week| {
            let (new, all) = (w.new_revenue.0, w.revenue.0);
            crate::estimate::ratio(new, all).filter(|_| all > 0)
        };
        Table::figures("weeks")
            .with("week", Column::Day(self.weeks.iter().map(|w| Some(w.period.from)).collect()))
            .with("revenue", money(&|w| w.revenue))
            .with("new_revenue", money(&|w| w.new_revenue))
            .with("new_share", Column::Share(self.weeks.iter().map(share).collect()))
            .with("orders", Column::Count(self.weeks.iter().map(|w| Some(w.orders)).collect()))
            .chart("pulse.weeks", ChartKind::Lines { x: "week", y: &["revenue", "new_revenue"], band: None })
    }

    fn bridge_table(&self) -> Table {
        let steps = self.bridge.steps();
        let names = (0..STEPS.len() as u16).map(Some).collect();
        Table::figures("bridge")
            .with("step", Column::Word { family: "bridge", names: STEPS, of: names })
            .with("amount", Column::Money(steps.iter().map(|s| Some(s.1)).collect(), self.unit))
            .with("total", Column::Flag(steps.iter().map(|s| Some(s.2)).collect()))
            .chart("pulse.bridge", ChartKind::Waterfall { label: "step", value: "amount", total: "total" })
    }

    fn welcome_table(&self) -> Table {
        let w = &self.welcome;
        let since = |day| u64::try_from(self.current.period.to.since(day)).ok();
        Table::list("welcome_back")
            .with("customer", Column::Customer(w.iter().map(|f| f.who).collect()))
            .with("first", Column::Day(w.iter().map(|f| Some(f.first)).collect()))
            .with("days_since", Column::Count(w.iter().map(|f| since(f.first)).collect()))
            .with("paid", Column::Money(w.iter().map(|f| Some(f.paid)).collect(), self.unit))
    }

    fn messages(&self) -> Vec<Message> {
        let money = |m| Cell::Money(m, self.unit);
        let now = &self.current;
        let mut out = vec![
            Message::new("pulse.revenue")
                .with("revenue", money(now.revenue))
                .with("from", Cell::Day(now.period.from))
                .with("to", Cell::Day(now.period.to))
                .with("orders", Cell::Count(now.orders)),
        ];
        for (then, said, not_covered) in [
            (&self.previous, "pulse.before", "pulse.before_not_covered"),
            (&self.last_year, "pulse.year", "pulse.year_not_covered"),
        ] {
            let Some(then) = then else {
                out.push(Message::new(not_covered).with("start", Cell::Day(self.start)));
                continue;
            };
            if let Some((d, share)) = Figure::Money(now.revenue).change(Figure::Money(then.revenue)) {
                out.push(
                    Message::new(said)
                        .with("change", d.cell(self.unit))
                        .with("share", share.map_or(Cell::Missing, Cell::Share))
                        .with("from", Cell::Day(then.period.from))
                        .with("to", Cell::Day(then.period.to)),
                );
            }
        }
        if self.bridge.reconciles() {
            out.push(
                Message::new("pulse.reconciled")
                    .with("total", money(self.bridge.total))
                    .with("net", money(self.bridge.net)),
            );
        }
        if self.last < now.period.to {
            let stale = Message::new("pulse.stale").with("last", Cell::Day(self.last));
            out.push(stale.with("to", Cell::Day(now.period.to)));
        }
        if self.start > now.period.from {
            out.push(Message::new("pulse.not_whole").with("start", Cell::Day(self.start)));
        } else if now.period.from.since(self.start) < 365 {
            out.push(Message::new("pulse.young").with("start", Cell::Day(self.start)));
        }
        if self.bridge.later_rows > 0 {
            out.push(
                Message::new("pulse.later")
                    .with("rows", Cell::Count(self.bridge.later_rows))
                    .with("amount", money(self.bridge.later_total)),
            );
        }
        out
    }
}

impl Present for Pulse {
    fn answer(&self) -> Answer {
        let money = |m| Cell::Money(m, self.unit);
        let (now, b) = (&self.current, &self.bridge);
        let mut a = Answer::default();
        a.set("period.from", Cell::Day(now.period.from));
        a.set("period.to", Cell::Day(now.period.to));
        a.set("current.revenue", money(now.revenue));
        a.set("current.orders", Cell::Count(now.orders));
        a.set("current.basket", now.basket.map_or(Cell::Missing, money));
        a.set("current.new_revenue", money(now.new_revenue));
        a.set("current.returning_revenue", money(now.returning_revenue));
        a.set("current.anonymous_revenue", money(now.anonymous_revenue));
        a.set("current.buyers", Cell::Count(now.buyers));
        a.set("current.new_buyers", Cell::Count(now.new_buyers));
        a.set("current.repeat_rate", now.repeat_rate.map_or(Cell::Missing, |e| Cell::Share(e.value)));
        let gap = now.second_order.map_or(Cell::Missing, |e| Cell::Number(e.value));
        a.set("current.second_order_days", gap);
        a.set("current.anonymous_share", now.anonymous_share.map_or(Cell::Missing, Cell::Share));
        a.set("reconciliation.total", money(b.total));
        a.set("reconciliation.anonymous", money(b.anonymous));
        a.set("reconciliation.net", money(b.net));
        a.set("reconciliation.customers_net", money(b.customers_net));
        a.set("reconciliation.reconciled", Cell::Flag(b.reconciles()));
        a.set("reconciliation.later_rows", Cell::Count(b.later_rows));
        a.tables = vec![self.metrics(), self.weeks_table(), self.bridge_table(), self.welcome_table()];
        a.messages = self.messages();
        if !b.reconciles() {
            let finding = Finding::new("pulse.not_reconciled", Severity::Error);
            let finding = finding.detail("net", &self.unit.decimal(b.net));
            a.findings.push(finding.detail("customers_net", &self.unit.decimal(b.customers_net)));
        }
        a.actions.push(if self.welcome.is_empty() {
            Action::Nothing { key: "pulse.nobody_to_welcome", values: Vec::new() }
        } else {
            let customers = self.welcome.len() as u64;
            Action::Act { key: "pulse.welcome_back", customers, stake: None, list: "welcome_back" }
        });
        a
    }
}
