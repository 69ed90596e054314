//! What each customer bought, in a few numbers: the table that lifetime-value models read.
//!
//! # Formula
//! `frequency` = distinct days of purchase after the first; `recency` = last day - first day; `age` = as-of day -
//! first day, both in days; `mean_repeat` = (total - total of the first day) / frequency.
//!
//! # Source
//! Fader, Hardie and Lee, 2005 (x, t_x, T); Fader and Hardie, 2013 (mean spend per repeat day).
//!
//! # Units
//! Days; amounts are exact. `mean_repeat` is a ratio and no amount anyone paid: a plain number in major units, the
//! exact `repeat_total` beside it. It is missing where there is no repeat day. Refunds are no occasion and lower no
//! amount here; they stand in columns of their own.

use crate::Error;
use naata_answer::{Action, Analysis, Answer, Card, Cell, Column, Derived, Message, Present, Refusal, Table};
use naata_core::{Context, CustomerIx, Day, Minor, MoneyUnit, Summary};
use std::sync::Arc;

/// The summaries of a base, with what was left out.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Summaries {
    /// The summaries of all customers, in id order.
    pub summaries: Arc<Vec<Summary>>,
    /// Customers with a purchase or a refund, in id order.
    pub rows: Arc<Vec<CustomerIx>>,
    /// The day one stands on.
    pub as_of: Day,
    /// The unit of all amounts.
    pub unit: MoneyUnit,
    /// All customers of the base.
    pub customers: u64,
    /// Those with at least one purchase.
    pub buyers: u64,
    /// Those with purchases on at least two days.
    pub repeat_buyers: u64,
    /// Those with refunds and no purchase.
    pub refund_only: u64,
    /// Those with neither.
    pub without_purchase: u64,
    /// Purchases.
    pub purchases: u64,
    /// What was paid for all of them.
    pub total: Minor,
    /// The sum of all refunds, zero or negative.
    pub returned: Minor,
    /// Purchases less refunds.
    pub net: Minor,
    /// The first and the last day of purchase.
    pub span: Option<(Day, Day)>,
}

/// Gathers the summaries of a base; `summaries` holds one for each customer, in id order.
pub fn summarise(summaries: &Arc<Vec<Summary>>, unit: MoneyUnit, as_of: Day) -> Result<Summaries, Error> {
    let (mut total, mut returned) = (0i128, 0i128);
    let (mut first, mut last) = (Day::MAX, Day::MIN);
    let mut rows = Vec::with_capacity(summaries.len());
    let mut out = Summaries {
        summaries: Arc::clone(summaries),
        rows: Arc::default(),
        as_of,
        unit,
        customers: summaries.len() as u64,
        buyers: 0,
        repeat_buyers: 0,
        refund_only: 0,
        without_purchase: 0,
        purchases: 0,
        total: Minor::ZERO,
        returned: Minor::ZERO,
        net: Minor::ZERO,
        span: None,
    };
    for (who, s) in (0u32..).map(CustomerIx).zip(summaries.iter()) {
        if s.is_buyer() {
            out.buyers += 1;
            out.repeat_buyers += u64::from(s.frequency() > 0);
            (first, last) = (first.min(s.first), last.max(s.last));
        } else if s.refunds > 0 {
            out.refund_only += 1;
        } else {
            out.without_purchase += 1;
            continue;
        }
        out.purchases += u64::from(s.purchases);
        total += i128::from(s.total.0);
        returned += i128::from(s.returned.0);
        rows.push(who);
    }
    if rows.is_empty() {
        return Err(Error::NoPurchases { as_of });
    }
    out.span = (out.buyers > 0).then_some((first, last));
    out.rows = Arc::new(rows);
    out.total = Minor::from_wide(total, "all purchases")?;
    out.returned = Minor::from_wide(returned, "all refunds")?;
    out.net = Minor::from_wide(total + returned, "purchases and refunds")?;
    Ok(out)
}

/// The mean paid on a repeat day, in major units; `None` without a repeat day.
pub fn mean_repeat(s: &Summary, unit: MoneyUnit) -> Option<f64> {
    let repeat = s.repeat_total().ok().filter(|_| s.frequency() > 0)?;
    // One division of two exact numbers, so that the ratio is rounded once where both fit a double.
    let scale = 10u64.pow(u32::from(unit.scale)) as f64;
    Some(repeat.0 as f64 / (scale * f64::from(s.frequency())))
}

impl Summaries {
    /// Works a value out of the summary of the customer in a row of the list.
    fn each<T>(
        &self,
        value: impl Fn(&Summary) -> Option<T> + Send + Sync + 'static,
    ) -> impl Fn(usize) -> Option<T> + Send + Sync + 'static {
        let (summaries, rows) = (Arc::clone(&self.summaries), Arc::clone(&self.rows));
        move |row| value(summaries.get(rows.get(row)?.at())?)
    }
}

fn of_buyer(s: &Summary, n: i64) -> Option<u64> {
    u64::try_from(n).ok().filter(|_| s.is_buyer())
}

impl Present for Summaries {
    fn answer(&self) -> Answer {
        let money = |m| Cell::Money(m, self.unit);
        let mut a = Answer::default();
        a.set("customers", Cell::Count(self.customers));
        a.set("buyers", Cell::Count(self.buyers));
        a.set("repeat_buyers", Cell::Count(self.repeat_buyers));
        a.set("refund_only", Cell::Count(self.refund_only));
        a.set("without_purchase", Cell::Count(self.without_purchase));
        a.set("purchases", Cell::Count(self.purchases));
        a.set("total", money(self.total));
        a.set("returned", money(self.returned));
        a.set("net", money(self.net));
        a.set("first_day", self.span.map_or(Cell::Missing, |s| Cell::Day(s.0)));
        a.set("last_day", self.span.map_or(Cell::Missing, |s| Cell::Day(s.1)));

        // The list is worked out from the summaries while it is written: a copy of it would be four times as large.
        let (n, unit, as_of) = (self.rows.len(), self.unit, self.as_of);
        let refunds = Derived::count(n, self.each(|s| Some(u64::from(s.refunds))));
        let purchases = Derived::count(n, self.each(|s| Some(u64::from(s.purchases))));
        let frequency = |s: &Summary| s.is_buyer().then(|| u64::from(s.frequency()));
        let age = move |s: &Summary| of_buyer(s, s.age_days(as_of));
        let repeat_total = |s: &Summary| s.repeat_total().ok().filter(|_| s.frequency() > 0);
        let first = Derived::day(n, self.each(|s| s.is_buyer().then_some(s.first)));
        let last = Derived::day(n, self.each(|s| s.is_buyer().then_some(s.last)));
        let recency = Derived::count(n, self.each(|s| of_buyer(s, s.recency_days())));
        let mean_repeat = Derived::number(n, self.each(move |s| mean_repeat(s, unit)));
        a.tables.push(
            Table::list("rows")
                .with("customer", Column::Customer(self.rows.to_vec()))
                .with("first", Column::Derived(first))
                .with("last", Column::Derived(last))
                .with("frequency", Column::Derived(Derived::count(n, self.each(frequency))))
                .with("recency", Column::Derived(recency))
                .with("age", Column::Derived(Derived::count(n, self.each(age))))
                .with("purchases", Column::Derived(purchases))
                .with("total", Column::Derived(Derived::money(n, unit, self.each(|s| Some(s.total)))))
                .with("mean_repeat", Column::Derived(mean_repeat))
                .with("repeat_total", Column::Derived(Derived::money(n, unit, self.each(repeat_total))))
                .with("refunds", Column::Derived(refunds))
                .with("returned", Column::Derived(Derived::money(n, unit, self.each(|s| Some(s.returned)))))
                .with("net", Column::Derived(Derived::money(n, unit, self.each(|s| s.net().ok())))),
        );
        if self.without_purchase > 0 {
            let n = Cell::Count(self.without_purchase);
            a.messages.push(Message::new("summary.without_purchase").with("customers", n));
        }
        if self.refund_only > 0 {
            let n = Cell::Count(self.refund_only);
            a.messages.push(Message::new("summary.refund_only").with("customers", n));
        }
        a.actions.push(Action::Nothing { key: "summary.nothing", values: Vec::new() });
        a
    }
}

/// The analysis `summary`.
#[derive(Clone, Copy, Debug)]
pub struct SummaryAnalysis;

impl Analysis for SummaryAnalysis {
    type Params = ();
    type Input<'a> = (Arc<Vec<Summary>>, MoneyUnit);
    type Output = Summaries;
    const CARD: Card = Card {
        key: "summary",
        version: 1,
        title: "Each customer's purchases in a few numbers",
        unit: "days and amounts",
        formula: "frequency = days of purchase after the first; recency = last - first; age = as-of - first; \
                  mean_repeat = amount after the first day / frequency",
        source: "Fader, Hardie and Lee, 2005; Fader and Hardie, 2013",
        assumptions: &[
            "Purchases of one day are one occasion.",
            "Refunds are no occasion; their sum stands apart.",
        ],
        words: &["message.summary.without_purchase", "message.summary.refund_only", "action.summary.nothing"],
        example: "naata summary --purchases orders.csv",
    };

    fn run((summaries, unit): Self::Input<'_>, _: &(), cx: &Context<'_>) -> Result<Summaries, Refusal> {
        Ok(summarise(&summaries, unit, cx.as_of)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use naata_core::Currency;
    use proptest::prelude::*;

    const INR: MoneyUnit = MoneyUnit { currency: Currency::INR, scale: 2 };

    #[test]
    fn repeat_days_alone_make_the_mean() {
        let asha = Summary::stated(Day(10), Day(40), 3, Minor(7_402), Minor(2_933));
        let once = Summary::stated(Day(5), Day(5), 1, Minor(1_000), Minor(1_000));
        let answer = SummaryAnalysis::run(
            (Arc::new(vec![asha, Summary::EMPTY, once]), INR),
            &(),
            &Context::at(Day(50)),
        );
        let answer = answer.unwrap().answer();
        assert_eq!(answer.flaws(), Vec::<String>::new());
        let rows = answer.table("rows").unwrap();
        let row: Vec<Cell> = rows.row(0).map(|(_, c)| c).collect();
        assert_eq!(
            row[..10],
            [
                Cell::Customer(CustomerIx(0)),
                Cell::Day(Day(10)),
                Cell::Day(Day(40)),
                Cell::Count(2),
                Cell::Count(30),
                Cell::Count(40),
                Cell::Count(3),
                Cell::Money(Minor(7_402), INR),
                Cell::Number(22.345),
                Cell::Money(Minor(4_469), INR),
            ]
        );
        // A customer without a repeat day has no mean: it is missing, not zero.
        assert_eq!(rows.column("mean_repeat").unwrap().cell(1), Cell::Missing);
        assert_eq!(answer.get("without_purchase"), Some(&Cell::Count(1)));
        assert_eq!(answer.get("last_day"), Some(&Cell::Day(Day(40))));
    }

    #[test]
    fn a_base_without_purchases_is_refused() {
        let refused = summarise(&Arc::new(vec![Summary::EMPTY]), INR, Day(3)).unwrap_err();
        assert_eq!(refused, Error::NoPurchases { as_of: Day(3) });
        assert_eq!(refused.to_string(), "measure purchases: there is none up to 1970-01-04");
    }

    proptest! {
        #[test]
        fn every_customer_is_counted_once_and_amounts_add_up(
            stated in prop::collection::vec((0i32..500, 0u32..4, 0i64..90_000, 0i64..500), 1..40),
        ) {
            let base: Vec<Summary> = stated.iter().map(|(first, days, total, returned)| {
                let mut s = Summary::stated(Day(*first), Day(first + 9), *days, Minor(*total), Minor(total / 3));
                s.returned = Minor(-returned);
                s.refunds = u32::from(*returned > 0);
                if *days == 0 { s.total = Minor::ZERO; }
                s
            }).collect();
            if let Ok(out) = summarise(&Arc::new(base.clone()), INR, Day(1_000)) {
                prop_assert_eq!(out.customers, out.buyers + out.refund_only + out.without_purchase);
                prop_assert_eq!(out.rows.len() as u64, out.buyers + out.refund_only);
                let net: i64 = base.iter().map(|s| s.net().unwrap().0).sum();
                prop_assert_eq!(out.net.0, net);
                prop_assert_eq!(out.answer().flaws(), Vec::<String>::new());
            }
        }
    }
}
