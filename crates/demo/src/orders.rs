//! All sales and refunds of the shop, numbered in order of time, and their lines.

use crate::calendar::{Moment, festival};
use crate::goods::{Line, basket};
use crate::life::Life;
use crate::people::Person;
use crate::table::{File, Table};
use crate::{Error, Shop};
use naata_core::Day;
use naata_math::{Gamma, Poisson, Rng};

/// Sales over the counter a day, for each customer of the shop.
const COUNTER_SALES: f64 = 0.0012;

/// A row of purchases with its lines.
#[derive(Debug)]
struct Row {
    at: Moment,
    /// The customer's id; empty for a sale over the counter.
    customer: String,
    order: String,
    lines: Vec<Line>,
    returned: Option<(Moment, usize)>,
}

/// The file of purchases, the file of order lines, and the number of refunds.
pub(crate) struct Books {
    pub(crate) purchases: File,
    pub(crate) lines: File,
    pub(crate) refunds: usize,
    pub(crate) counter: usize,
}

/// Draws what is sold over the counter to people who give no name; the festival season doubles it.
fn counter_sales(shop: &Shop) -> Result<Vec<Row>, Error> {
    let mut rows = Vec::new();
    let spend = Gamma::new(1.7, 1.7 / 540.0)?;
    for day in shop.from.0..=shop.until.0 {
        let day = Day(day);
        let rng = &mut Rng::stream(shop.seed, "counter", day.0.unsigned_abs().into());
        let season = festival(day);
        let weekend = if day.weekday() >= 5 { 1.3 } else { 1.0 };
        let mean = COUNTER_SALES * f64::from(shop.customers) * weekend * (1.0 + season);
        for _ in 0..Poisson::new(mean)?.sample(rng) {
            let at = Moment::new(day, 36_000 + rng.below(39_600) as u32);
            let paise = ((spend.sample(rng) * 100.0) as i64).max(1_000);
            let lines = basket(rng, paise, season, 0.08 + 0.25 * season);
            rows.push(Row { at, customer: String::new(), order: String::new(), lines, returned: None });
        }
    }
    Ok(rows)
}

/// Puts the orders of all customers and the counter into one book.
pub(crate) fn books(shop: &Shop, people: &[Person], lives: &[Life]) -> Result<Books, Error> {
    let mut rows = counter_sales(shop)?;
    let counter = rows.len();
    for (person, life) in people.iter().zip(lives) {
        rows.extend(life.orders.iter().map(|o| Row {
            at: o.at,
            customer: person.id.clone(),
            order: String::new(),
            lines: o.lines.clone(),
            returned: o.returned,
        }));
    }
    rows.sort_by(|a, b| (a.at, &a.customer).cmp(&(b.at, &b.customer)));
    let width = rows.len().to_string().len().max(6);
    for (n, row) in rows.iter_mut().enumerate() {
        row.order = format!("AS{:0width$}", n + 1);
    }
    // A refund is a row of its own, with an id of its own that shows the order it belongs to.
    let back = |line: &Line| Line {
        quantity: -line.quantity,
        amount: -line.amount,
        discount: 0,
        cost: -line.cost,
        ..*line
    };
    let refunds: Vec<Row> = rows
        .iter()
        .filter_map(|row| {
            let (at, line) = row.returned?;
            let lines = vec![back(row.lines.get(line)?)];
            Some(Row {
                at,
                customer: row.customer.clone(),
                order: format!("{}-R", row.order),
                lines,
                returned: None,
            })
        })
        .collect();
    let count = refunds.len();
    rows.extend(refunds);
    rows.sort_by(|a, b| (a.at, &a.order).cmp(&(b.at, &b.order)));
    Ok(Books { purchases: purchases(&rows), lines: lines(&rows), refunds: count, counter })
}

fn purchases(rows: &[Row]) -> File {
    let mut t = Table::new("order,customer,date,time,amount,discount,tax,currency");
    for row in rows {
        let sum = |of: fn(&Line) -> i64| row.lines.iter().map(of).sum::<i64>();
        t.text(&row.order).text(&row.customer).day(row.at.day).text(&row.at.clock());
        t.money(sum(|l| l.amount)).money(sum(|l| l.discount)).money(sum(Line::tax)).text("INR").end();
    }
    t.file("purchases.csv")
}

fn lines(rows: &[Row]) -> File {
    let mut t = Table::new("order,customer,date,item,category,quantity,amount,discount,cost,currency");
    for row in rows {
        for l in &row.lines {
            t.text(&row.order).text(&row.customer).day(row.at.day).text(l.item.name).text(l.item.category);
            t.quantity(l.quantity).money(l.amount).money(l.discount).money(l.cost).text("INR").end();
        }
    }
    t.file("lines.csv")
}

/// The file of touches.
pub(crate) fn touches(people: &[Person], lives: &[Life]) -> File {
    let mut t = Table::new("customer,at,activity,channel");
    for (person, life) in people.iter().zip(lives) {
        for touch in &life.touches {
            t.text(&person.id).moment(touch.at).text(touch.activity).text(touch.channel).end();
        }
    }
    t.file("touches.csv")
}
