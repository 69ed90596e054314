//! What affinity says: offers, rules, what follows, staples, nearest items.

use super::{Affinity, Again, Alike, Because, Follows, Offer, Rule};
use naata_answer::{Action, Answer, Cell, ChartKind, Column, Message, Present, Table};
use naata_core::{Finding, Severity};
use naata_facts::{Column as FactColumn, Error, Facts, Provide};

/// The words besides those of tables, columns and the head.
pub(super) const WORDS: &[&str] = &[
    "message.affinity.follows",
    "message.affinity.together",
    "message.affinity.no_rule",
    "message.affinity.again",
    "message.affinity.without_offer",
    "action.affinity.offer",
    "action.affinity.no_pattern",
    "chart.affinity.rules",
    "chart.affinity.after",
    "finding.segments.lines_left_out",
    "word.offer.follows",
    "word.offer.together",
];

/// The item to offer a customer next.
pub const OFFER: &str = "segments.affinity.offer";

impl Provide for Affinity {
    const FACTS: &'static [&'static str] = &[OFFER];

    fn provide(&self, out: &mut Facts) -> Result<(), Error> {
        let mut of = vec![None; self.base];
        for o in &self.offers {
            if let Some(slot) = of.get_mut(o.customer.at()) {
                *slot = Some(o.item);
            }
        }
        out.put_column(OFFER, FactColumn::Class { names: self.names.clone(), of }, out.as_of())
    }
}

impl Affinity {
    fn name(&self, item: u32) -> Box<str> {
        self.names.get(item as usize).cloned().unwrap_or_default()
    }

    fn text(&self, items: impl Iterator<Item = u32>) -> Column {
        Column::Text(items.map(|i| Some(self.name(i))).collect())
    }

    fn joined(&self, items: &[u32]) -> Box<str> {
        let names: Vec<&str> = items.iter().map(|i| self.names.get(*i as usize).map_or("", |n| n)).collect();
        names.join(" + ").into()
    }

    /// The pairs told at the rate asked for, staples apart; the surest first.
    fn told(&self) -> Vec<&Follows> {
        let told = |f: &&Follows| f.q <= self.params.rate && f.ratio.is_some_and(|r| r > 1.0);
        let mut rows: Vec<&Follows> = self.after.pairs.iter().filter(told).collect();
        rows.sort_by(|a, b| {
            a.again
                .cmp(&b.again)
                .then_with(|| a.q.total_cmp(&b.q))
                .then((a.item, a.then).cmp(&(b.item, b.then)))
        });
        rows
    }

    fn offers(&self) -> Table {
        let rows = &self.offers;
        Table::list("rows")
            .with("customer", Column::Customer(rows.iter().map(|o| o.customer).collect()))
            .with("offer", self.text(rows.iter().map(|o| o.item)))
            .with(
                "reason",
                Column::Word {
                    family: "offer",
                    names: &Because::NAMES,
                    of: rows.iter().map(|o| Some(o.because as u16)).collect(),
                },
            )
            .with("because", Column::Text(rows.iter().map(|o| Some(self.joined(&o.of))).collect()))
            .with("bought", Column::Day(rows.iter().map(|o| Some(o.bought)).collect()))
            .with("share", Column::Share(rows.iter().map(|o: &Offer| Some(o.share)).collect()))
            .with("low", Column::Share(rows.iter().map(|o| Some(o.low)).collect()))
    }

    fn rule_table(&self) -> Table {
        let share = |of: fn(&Rule) -> Option<f64>| Column::Share(self.rules.iter().map(of).collect());
        let number = |of: fn(&Rule) -> Option<f64>| Column::Number(self.rules.iter().map(of).collect());
        Table::figures("rules")
            .with("left", Column::Text(self.rules.iter().map(|r| Some(self.joined(&r.left))).collect()))
            .with("right", Column::Text(self.rules.iter().map(|r| Some(self.joined(&r.right))).collect()))
            .with("both", Column::Count(self.rules.iter().map(|r| Some(r.both)).collect()))
            .with("support", share(|r| Some(r.support())))
            .with("confidence", share(|r| r.confidence().map(|c| c.value)))
            .with("low", share(|r| r.confidence().map(|c| c.low)))
            .with("high", share(|r| r.confidence().map(|c| c.high)))
            .with("lift", number(|r| Some(r.lift())))
            .with("leverage", number(|r| Some(r.leverage())))
            .with("conviction", number(Rule::conviction))
            .chart("affinity.rules", ChartKind::Scatter { x: "support", y: "confidence" })
    }

    fn after_table(&self) -> Table {
        let rows = self.told();
        let share = |of: fn(&Follows) -> f64| Column::Share(rows.iter().map(|f| Some(of(f))).collect());
        let number = |of: fn(&Follows) -> Option<f64>| Column::Number(rows.iter().map(|f| of(f)).collect());
        let count = |of: fn(&Follows) -> u64| Column::Count(rows.iter().map(|f| Some(of(f))).collect());
        Table::figures("after")
            .with("item", self.text(rows.iter().map(|f| f.item)))
            .with("then", self.text(rows.iter().map(|f| f.then)))
            .with("customers", count(|f| f.customers))
            .with("cases", count(|f| f.cases))
            .with("followed", count(|f| f.followed))
            .with("share", share(|f| f.share))
            .with("low", share(|f| f.interval.0))
            .with("high", share(|f| f.interval.1))
            .with("otherwise", share(|f| f.others_followed as f64 / f.others.max(1) as f64))
            .with("ratio", number(|f| f.ratio))
            .with("ratio_low", number(|f| f.ratio_interval.map(|i| i.0)))
            .with("ratio_high", number(|f| f.ratio_interval.map(|i| i.1)))
            .with("q", number(|f| Some(f.q)))
            .with("again", Column::Flag(rows.iter().map(|f| Some(f.again)).collect()))
            .chart_top("affinity.after", ChartKind::Flow { from: "item", to: "then", value: "followed" }, 20)
    }

    fn again_table(&self) -> Table {
        let mut rows: Vec<&Again> = self.after.again.iter().filter(|a| a.often).collect();
        rows.sort_by_key(|a| (std::cmp::Reverse(a.customers), a.item));
        let share = |of: fn(crate::estimate::Share) -> f64| {
            Column::Share(rows.iter().map(|a| a.share.map(of)).collect())
        };
        Table::figures("again")
            .with("item", self.text(rows.iter().map(|a| a.item)))
            .with("customers", Column::Count(rows.iter().map(|a| Some(a.customers)).collect()))
            .with("cases", Column::Count(rows.iter().map(|a| Some(a.cases)).collect()))
            .with("share", share(|s| s.value))
            .with("days_between", Column::Number(rows.iter().map(|a| a.days_between).collect()))
    }

    fn alike_table(&self) -> Table {
        let rows = &self.alike;
        // One row for every neighbour of every item: whole in JSON and CSV, a file beside a report.
        Table::list("alike")
            .with("item", self.text(rows.iter().map(|a| a.item)))
            .with("other", self.text(rows.iter().map(|a| a.other)))
            .with("both", Column::Count(rows.iter().map(|a| Some(a.both)).collect()))
            .with("cosine", Column::Number(rows.iter().map(|a: &Alike| Some(a.cosine)).collect()))
    }
}

impl Present for Affinity {
    fn answer(&self) -> Answer {
        let mut a = Answer::default();
        a.set("baskets", Cell::Count(self.baskets));
        a.set("items", Cell::Count(self.names.len() as u64));
        a.set("itemsets", Cell::Count(self.itemsets));
        a.set("rules", Cell::Count(self.rules.len() as u64));
        a.set("after.cases", Cell::Count(self.after.cases));
        a.set("after.unfinished", Cell::Count(self.after.unfinished));
        a.set("after.tested", Cell::Count(self.after.pairs.len() as u64));
        a.set("after.told", Cell::Count(self.told().len() as u64));
        a.set("after.rare", Cell::Count(self.after.rare));
        a.set("offers", Cell::Count(self.offers.len() as u64));
        a.set("without_offer", Cell::Count(self.without_offer));
        a.tables = vec![
            self.offers(),
            self.rule_table(),
            self.after_table(),
            self.again_table(),
            self.alike_table(),
        ];
        self.say(&mut a);
        for (reason, rows) in [
            ("without_item", self.left_out.without_item),
            ("returned", self.left_out.returned),
            ("later", self.left_out.later),
            ("without_basket", self.left_out.without_basket),
        ] {
            if rows > 0 {
                let f = Finding::new("segments.lines_left_out", Severity::Note);
                a.findings.push(f.detail("rows", &rows).detail("left_out", &reason));
            }
        }
        a
    }
}

impl Affinity {
    fn say(&self, a: &mut Answer) {
        if let Some(f) = self.told().first().filter(|f| !f.again) {
            a.messages.push(
                Message::new("affinity.follows")
                    .with("item", Cell::Text(self.name(f.item)))
                    .with("then", Cell::Text(self.name(f.then)))
                    .with("days", Cell::Count(self.params.days.into()))
                    .with("share", Cell::Share(f.share))
                    .with("otherwise", Cell::Share(f.others_followed as f64 / f.others.max(1) as f64))
                    .with("customers", Cell::Count(f.customers)),
            );
        }
        if let Some(r) = self.rules.first().filter(|r| r.lift() > 1.0) {
            a.messages.push(
                Message::new("affinity.together")
                    .with("left", Cell::Text(self.joined(&r.left)))
                    .with("right", Cell::Text(self.joined(&r.right)))
                    .with("share", r.confidence().map_or(Cell::Missing, |c| Cell::Share(c.value)))
                    .with("lift", Cell::Number(r.lift()))
                    .with("baskets", Cell::Count(r.both)),
            );
        }
        if self.rules.is_empty() {
            let least = self.params.support.least(self.baskets);
            a.messages.push(
                Message::new("affinity.no_rule")
                    .with("baskets", Cell::Count(least))
                    .with("confidence", Cell::Share(self.params.confidence.float())),
            );
        }
        let often = self.after.again.iter().filter(|i| i.often).count() as u64;
        if often > 0 {
            a.messages.push(Message::new("affinity.again").with("items", Cell::Count(often)));
        }
        if self.without_offer > 0 && !self.offers.is_empty() {
            let m = Message::new("affinity.without_offer");
            a.messages.push(m.with("customers", Cell::Count(self.without_offer)));
        }
        let customers = self.offers.len() as u64;
        a.actions.push(if customers > 0 {
            Action::Act { key: "affinity.offer", customers, stake: None, list: "rows" }
        } else {
            Action::Nothing {
                key: "affinity.no_pattern",
                values: vec![("baskets", Cell::Count(self.baskets))],
            }
        });
    }
}
