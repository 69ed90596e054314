//! One more metric is one file and one line: here, which share of their purchases customers make on weekends.
//!
//! Inside naata this file would lie in a domain crate and the line in `CATALOGUE`; a host adds both without touching
//! naata.

use naata::answer::{Action, Analysis, Answer, Card, Cell, Column, Message, Present, Refusal, Table, params};
use naata::core::{Context, CustomerIx, Day, Histories, PurchaseRow};
use naata::facts::{Fact, Facts, Provide};
use naata::{CATALOGUE, Entry, Session};
use std::io::Write;

/// Share of a customer's purchases made on Saturday or Sunday.
pub const WEEKEND: Fact<f64> = Fact::new("shop.weekend.share");

params! {
    /// Parameters of the weekend share.
    pub struct WeekendParams {
        /// Purchases a customer needs to be counted
        least: u32 = 3,
    }
}

/// Who shops on weekends.
pub struct Weekend {
    shares: Vec<Option<f64>>,
    left_out: u64,
}

/// For each customer, weekend purchases / purchases; none for customers with fewer than `least`.
pub fn weekend(purchases: &Histories<PurchaseRow>, p: &WeekendParams, as_of: Day) -> Weekend {
    let share = |rows: &[PurchaseRow]| {
        let bought: Vec<&PurchaseRow> = rows.iter().filter(|r| !r.is_refund() && r.day <= as_of).collect();
        let weekend = bought.iter().filter(|r| r.day.weekday() >= 5).count();
        (bought.len() >= p.least.max(1) as usize).then(|| weekend as f64 / bought.len() as f64)
    };
    let shares: Vec<Option<f64>> = purchases.iter().map(|(_, rows)| share(rows)).collect();
    let left_out = shares.iter().filter(|s| s.is_none()).count() as u64;
    Weekend { shares, left_out }
}

impl Present for Weekend {
    fn answer(&self) -> Answer {
        let mut answer = Answer::default();
        let known: Vec<f64> = self.shares.iter().flatten().copied().collect();
        answer.set("n", Cell::Count(known.len() as u64));
        answer.set("left_out", Cell::Count(self.left_out));
        let customers = (0..self.shares.len() as u32).map(CustomerIx).collect();
        answer.tables.push(
            Table::list("rows")
                .with("customer", Column::Customer(customers))
                .with("weekend_share", Column::Share(self.shares.clone())),
        );
        let lovers = known.iter().filter(|s| **s > 0.5).count() as u64;
        answer.messages.push(Message::new("weekend.lovers").with("customers", Cell::Count(lovers)));
        answer.actions.push(Action::Act {
            key: "weekend.invite",
            customers: lovers,
            stake: None,
            list: "rows",
        });
        answer
    }
}

impl Provide for Weekend {
    const FACTS: &'static [&'static str] = &["shop.weekend.share"];
    fn provide(&self, out: &mut Facts) -> Result<(), naata::facts::Error> {
        out.put(&WEEKEND, self.shares.clone())
    }
}

/// The description the catalogue needs.
pub struct WeekendAnalysis;

impl Analysis for WeekendAnalysis {
    type Params = WeekendParams;
    type Input<'a> = &'a Histories<PurchaseRow>;
    type Output = Weekend;
    const CARD: Card = Card {
        key: "weekend",
        version: 1,
        title: "Who shops on weekends",
        unit: "share",
        formula: "purchases on Saturday and Sunday / purchases",
        source: "definition",
        assumptions: &["the day of a purchase is the day in the project's zone"],
        words: &["message.weekend.lovers", "action.weekend.invite"],
        example: "shop weekend --purchases orders.csv",
    };
    fn run(input: &Histories<PurchaseRow>, p: &WeekendParams, cx: &Context<'_>) -> Result<Weekend, Refusal> {
        Ok(weekend(input, p, cx.as_of))
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let base = naata_examples::demo_base(200)?;
    let as_of = Day::from_ymd(2026, 9, 30).ok_or("no such day")?;
    // The one line:
    let catalogue = [CATALOGUE, &[Entry::with_facts::<WeekendAnalysis>()]].concat();
    let mut session = Session::with_catalogue(&base, Context::at(as_of), &catalogue)?;
    let run = session.ask("weekend", &|name| (name == "least").then(|| "5".to_string()))?;
    let mut out = std::io::stdout().lock();
    for (key, value) in &run.answer.head {
        writeln!(out, "{key} {value:?}")?;
    }
    let share = session.facts(&["shop.weekend.share"])?.get(&WEEKEND, CustomerIx(0))?;
    writeln!(out, "first customer {share:?}")?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_metric_of_a_host_is_a_full_member_of_the_catalogue() {
        let base = naata_examples::demo_base(60).unwrap();
        let catalogue = [CATALOGUE, &[Entry::with_facts::<WeekendAnalysis>()]].concat();
        let as_of = Day::from_ymd(2026, 9, 30).unwrap();
        let mut session = Session::with_catalogue(&base, Context::at(as_of), &catalogue).unwrap();
        let run = session.ask("weekend", &|_| None).unwrap();
        assert_eq!(run.answer.flaws(), Vec::<String>::new());
        assert_eq!(run.parameters, [("least", "3".to_string())]);
        let (n, left_out) = (run.answer.get("n"), run.answer.get("left_out"));
        let count = |c: Option<&Cell>| if let Some(Cell::Count(n)) = c { *n } else { panic!("a count") };
        assert_eq!(count(n) + count(left_out), base.ids.len() as u64);
        // Its fact is there for conditions and groupings, under the session's parameters.
        assert!(session.facts(&["shop.weekend.share"]).unwrap().has("shop.weekend.share"));
        let wrong = session.ask("weekend", &|_| Some("many".into())).unwrap_err();
        assert_eq!(wrong.code(), "naata.parameter");
        assert_eq!(
            session.ask("weekedn", &|_| None).unwrap_err().to_string(),
            "find the analysis 'weekedn'; did you mean 'weekend'?"
        );
    }
}
