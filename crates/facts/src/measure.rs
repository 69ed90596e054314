//! What customers did within a window, as a fact: how many, how much, the first, the last, the first in a long time.
//!
//! # Formula
//! Over the rows of one customer that match the filter and whose day lies in the window: `count` their number, `days`
//! their distinct days, `sum` their exact amount, `mean` sum / count rounded to the nearest minor unit (half to
//! even), `first` and `last` their days; `again(G)` whether one of them has no earlier match within `G` before it.
//! Without a match count, days and sum are zero and the others missing. Without the table everything is missing.
//!
//! Opens and clicks of a send whose channel reports none are not known: a window with such a send has no count.

use crate::{Column, Error, Span, Window, fold};
use naata_core::{
    AnswerRow, CustomerIx, Day, Exec, Histories, LineRow, Minor, MoneyUnit, OrderDigest, PurchaseRow,
    SendRow, Serial, Symbol, TableKind, Texts, TicketRow, TouchRow, Zone, map_parts, part_range,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;

/// What happens to customers, as the rules name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// Purchases; refunds are none.
    Purchases,
    /// Refunds, with what was given back as a positive amount.
    Refunds,
    /// Orders with a matching line; lines without an order are one order a day.
    Orders,
    /// Lines of orders; returned ones are none.
    Lines,
    /// Touches.
    Touches,
    /// Survey answers; what adds up are scores.
    Surveys,
    /// Tickets, by the day they were opened.
    Tickets,
    /// Campaign sends; customers held out received none.
    Sends,
    /// Sends that were opened, by the day of the send.
    Opens,
    /// Sends that were clicked, by the day of the send.
    Clicks,
}

/// A column rows are filtered by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    /// The item of a line.
    Item,
    /// The category of a line.
    Category,
    /// The activity of a touch.
    Activity,
    /// The channel.
    Channel,
    /// The kind of question.
    Kind,
    /// The topic of a ticket.
    Topic,
    /// The campaign.
    Campaign,
}

impl Source {
    /// All, with their names in rules.
    pub const ALL: [(&'static str, Self); 10] = [
        ("purchases", Self::Purchases),
        ("refunds", Self::Refunds),
        ("orders", Self::Orders),
        ("lines", Self::Lines),
        ("touches", Self::Touches),
        ("surveys", Self::Surveys),
        ("tickets", Self::Tickets),
        ("sends", Self::Sends),
        ("opens", Self::Opens),
        ("clicks", Self::Clicks),
    ];

    /// The source of a name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(n, _)| *n == name).map(|(_, s)| *s)
    }

    /// Its name in rules.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, s)| *s == self).map_or("", |(n, _)| n)
    }

    /// The table it is read from.
    pub fn table(self) -> TableKind {
        match self {
            Self::Purchases | Self::Refunds => TableKind::Purchases,
            Self::Orders | Self::Lines => TableKind::Lines,
            Self::Touches => TableKind::Touches,
            Self::Surveys => TableKind::Surveys,
            Self::Tickets => TableKind::Tickets,
            Self::Sends | Self::Opens | Self::Clicks => TableKind::Campaigns,
        }
    }

    /// The columns it may be filtered by.
    pub fn fields(self) -> &'static [Field] {
        match self {
            Self::Purchases | Self::Refunds => &[],
            Self::Orders | Self::Lines => &[Field::Item, Field::Category],
            Self::Touches => &[Field::Activity, Field::Channel],
            Self::Surveys => &[Field::Kind, Field::Channel],
            Self::Tickets => &[Field::Topic, Field::Channel],
            Self::Sends | Self::Opens | Self::Clicks => &[Field::Campaign, Field::Channel],
        }
    }

    /// Whether its rows have an amount of money, or a score, that adds up.
    pub fn adds_up(self) -> bool {
        self.is_money() || self == Self::Surveys
    }

    /// Whether what adds up is money.
    pub fn is_money(self) -> bool {
        matches!(self, Self::Purchases | Self::Refunds | Self::Orders | Self::Lines)
    }
}

impl Field {
    /// All, with their names in rules.
    pub const ALL: [(&'static str, Self); 7] = [
        ("item", Self::Item),
        ("category", Self::Category),
        ("activity", Self::Activity),
        ("channel", Self::Channel),
        ("kind", Self::Kind),
        ("topic", Self::Topic),
        ("campaign", Self::Campaign),
    ];

    /// Its name in rules.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, f)| *f == self).map_or("", |(n, _)| n)
    }
}

/// What is worked out over the matching rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// How many.
    Count,
    /// On how many distinct days.
    Days,
    /// What they add up to.
    Sum,
    /// Their mean.
    Mean,
    /// The day of the first.
    First,
    /// The day of the last.
    Last,
    /// Whether one is the first in so long a time.
    Again(Span),
}

/// A behaviour within a window: a fact that need not be stored, because it says itself how it is worked out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Measure {
    /// What is worked out.
    pub what: What,
    /// Of what.
    pub of: Source,
    /// Rows count whose field is one of the texts, compared as [`fold`] has them; every filter must match.
    pub filter: Vec<(Field, Vec<String>)>,
    /// When.
    pub window: Window,
}

/// The tables behaviours are read from; a table that was not given is `None`.
#[derive(Clone, Copy, Debug)]
pub struct Tables<'a> {
    /// Purchases and refunds.
    pub purchases: Option<&'a Histories<PurchaseRow>>,
    /// Lines of orders.
    pub lines: Option<&'a Histories<LineRow>>,
    /// Touches.
    pub touches: Option<&'a Histories<TouchRow>>,
    /// Survey answers.
    pub surveys: Option<&'a Histories<AnswerRow>>,
    /// Tickets.
    pub tickets: Option<&'a Histories<TicketRow>>,
    /// Campaign sends.
    pub sends: Option<&'a Histories<SendRow>>,
    /// All texts.
    pub texts: &'a Texts,
    /// The unit of amounts.
    pub unit: MoneyUnit,
    /// The zone in which instants have their day.
    pub zone: Zone,
}

/// One matching row.
#[derive(Clone, Copy)]
struct Hit {
    day: Day,
    /// Money in minor units, or a score.
    amount: Option<i64>,
    /// What makes two hits one: the order. None for rows that stand for themselves.
    order: Option<OrderDigest>,
    /// Whether it is known that it happened at all.
    certain: bool,
}

impl Hit {
    fn on(day: Day) -> Self {
        Self { day, amount: None, order: None, certain: true }
    }
}

impl Measure {
    /// The values of all customers as a column, seen from a day: no row of a later day is read.
    pub fn column(&self, tables: &Tables<'_>, customers: usize, as_of: Day) -> Result<Column, Error> {
        self.column_on(&Serial, tables, customers, as_of)
    }

    /// The same with the threads of a host.
    pub fn column_on(
        &self,
        exec: &dyn Exec,
        tables: &Tables<'_>,
        customers: usize,
        as_of: Day,
    ) -> Result<Column, Error> {
        let local = |at| tables.zone.local(at).map(|(day, _)| day);
        let money = |day, amount: Minor| Hit { amount: Some(amount.0), ..Hit::on(day) };
        let paid = |r: &PurchaseRow| (!r.is_refund()).then(|| money(r.day, r.amount));
        let back = |r: &PurchaseRow| r.is_refund().then(|| money(r.day, Minor(r.amount.0.saturating_neg())));
        let line = |r: &LineRow| (r.amount.0 >= 0).then(|| money(r.day, r.amount));
        let order =
            |r: &LineRow| (r.amount.0 >= 0).then(|| Hit { order: Some(r.order), ..money(r.day, r.amount) });
        let send = |r: &SendRow| (!r.control).then(|| Hit::on(r.day));
        let told = |r: &SendRow, done: Option<bool>| {
            (!r.control && done != Some(false)).then(|| Hit { certain: done.is_some(), ..Hit::on(r.day) })
        };
        let lines = |f: Field, r: &LineRow| if f == Field::Item { r.item } else { r.category };
        let touches = |f: Field, r: &TouchRow| if f == Field::Activity { r.activity } else { r.channel };
        let surveys = |f: Field, r: &AnswerRow| if f == Field::Kind { r.kind } else { r.channel };
        let tickets = |f: Field, r: &TicketRow| if f == Field::Topic { r.topic } else { r.channel };
        let sends = |f: Field, r: &SendRow| if f == Field::Campaign { r.campaign } else { r.channel };
        let by = Reading { measure: self, exec, tables, customers, as_of };
        match self.of {
            Source::Purchases => by.read(tables.purchases, |_, _| Symbol::NONE, paid),
            Source::Refunds => by.read(tables.purchases, |_, _| Symbol::NONE, back),
            Source::Orders => by.read(tables.lines, lines, order),
            Source::Lines => by.read(tables.lines, lines, line),
            Source::Touches => by.read(tables.touches, touches, |r| local(r.at).map(Hit::on)),
            Source::Surveys => by.read(tables.surveys, surveys, |r| {
                Some(Hit { amount: r.score.map(i64::from), ..Hit::on(r.day) })
            }),
            Source::Tickets => by.read(tables.tickets, tickets, |r| local(r.opened).map(Hit::on)),
            Source::Sends => by.read(tables.sends, sends, send),
            Source::Opens => by.read(tables.sends, sends, |r| told(r, r.opened)),
            Source::Clicks => by.read(tables.sends, sends, |r| told(r, r.clicked)),
        }
    }
}

/// Customers that one thread takes at a time.
const PART: usize = 4_096;

/// What reading one measure takes.
struct Reading<'a> {
    measure: &'a Measure,
    exec: &'a dyn Exec,
    tables: &'a Tables<'a>,
    customers: usize,
    as_of: Day,
}

impl Reading<'_> {
    fn read<T: Sync>(
        &self,
        rows: Option<&Histories<T>>,
        field: impl Fn(Field, &T) -> Symbol + Sync,
        hit: impl Fn(&T) -> Option<Hit> + Sync,
    ) -> Result<Column, Error> {
        // The number of parts hangs on the customers alone.
        let parts = self.customers.div_ceil(PART);
        let done = map_parts(self.exec, parts, |part| {
            let range = part_range(self.customers, parts, part);
            match rows {
                Some(rows) => self.part(rows, &field, &hit, range),
                None => Ok(vec![None; range.len()]),
            }
        });
        let mut per_customer = Vec::with_capacity(self.customers);
        for part in done {
            per_customer.extend(part?);
        }
        let flat = |f: fn(Value) -> Option<i128>| -> Vec<Option<i128>> {
            per_customer.iter().map(|v| f((*v)?)).collect()
        };
        let whole = |v: Value| if let Value::Whole(n) = v { Some(n) } else { None };
        let counts = || flat(whole).into_iter().map(|n| u64::try_from(n?).ok()).collect();
        Ok(match self.measure.what {
            What::Count | What::Days => Column::Count(counts()),
            What::Sum | What::Mean if self.measure.of.is_money() => {
                let minor = |n: i128| Minor::from_wide(n, "amounts of a window").map_err(|_| self.overflow());
                let amounts = flat(whole).into_iter().map(|n| n.map(minor).transpose());
                Column::Money(amounts.collect::<Result<_, _>>()?, self.tables.unit)
            }
            What::Sum | What::Mean => Column::Number(
                per_customer
                    .iter()
                    .map(|v| match v {
                        Some(Value::Ratio(sum, n)) => Some(*sum as f64 / *n as f64),
                        _ => None,
                    })
                    .collect(),
            ),
            What::First | What::Last => {
                let day = |n: i128| i32::try_from(n).ok().map(Day);
                Column::Day(flat(whole).into_iter().map(|n| n.and_then(day)).collect())
            }
            What::Again(_) => Column::Flag(flat(whole).into_iter().map(|n| n.map(|n| n != 0)).collect()),
        })
    }

    /// The values of some customers.
    fn part<T>(
        &self,
        rows: &Histories<T>,
        field: &impl Fn(Field, &T) -> Symbol,
        hit: &impl Fn(&T) -> Option<Hit>,
        range: Range<usize>,
    ) -> Result<Vec<Option<Value>>, Error> {
        let (first, last) = self.measure.window.days(self.as_of);
        // A row is the first in a long time by what came before it, also before the window.
        let from = if let What::Again(_) = self.measure.what { Day::MIN } else { first };
        let mut wanted: Vec<(Field, Vec<&str>, BTreeMap<Symbol, bool>)> = Vec::new();
        for (field, texts) in &self.measure.filter {
            wanted.push((*field, texts.iter().map(String::as_str).collect(), BTreeMap::new()));
        }
        let mut per_customer = Vec::with_capacity(range.len());
        let mut hits = Vec::new();
        for i in range {
            hits.clear();
            for row in rows.of(CustomerIx(i as u32)) {
                let Some(hit) = hit(row).filter(|h| from <= h.day && h.day <= last) else { continue };
                let matches = wanted.iter_mut().all(|(f, texts, seen)| {
                    let symbol = field(*f, row);
                    *seen.entry(symbol).or_insert_with(|| {
                        let text = self.tables.texts.get(symbol).map(fold);
                        text.is_some_and(|t| texts.contains(&t.as_str()))
                    })
                });
                if matches {
                    hits.push(hit);
                }
            }
            hits.sort_unstable_by_key(|h: &Hit| (h.day, h.order, h.amount));
            per_customer.push(Some(self.one(&hits, first)?));
        }
        Ok(per_customer)
    }

    fn overflow(&self) -> Error {
        Error::Overflow { what: self.measure.to_string() }
    }

    /// The value of one customer from their matching rows in order of time.
    fn one(&self, hits: &[Hit], first: Day) -> Result<Value, Error> {
        if hits.iter().any(|h| !h.certain) {
            return Ok(Value::Missing);
        }
        let orders = |hits: &[Hit]| {
            let mut keys: Vec<(Option<OrderDigest>, Option<Day>)> = hits
                .iter()
                .filter_map(|h| h.order.map(|o| (o.some(), o.some().is_none().then_some(h.day))))
                .collect();
            keys.sort_unstable();
            keys.dedup();
            keys.len() + hits.iter().filter(|h| h.order.is_none()).count()
        };
        let amounts = || hits.iter().filter_map(|h| h.amount);
        let sum = || amounts().map(i128::from).sum::<i128>();
        let count = || if self.measure.of == Source::Orders { orders(hits) } else { amounts().count() };
        let day = |h: Option<&Hit>| h.map_or(Value::Missing, |h| Value::Whole(i128::from(h.day.0)));
        Ok(match self.measure.what {
            What::Count => Value::Whole(orders(hits) as i128),
            What::Days => {
                let mut days: Vec<Day> = hits.iter().map(|h| h.day).collect();
                days.dedup();
                Value::Whole(days.len() as i128)
            }
            What::Sum if self.measure.of.is_money() => Value::Whole(sum()),
            What::Sum => Value::Ratio(sum(), 1),
            What::Mean => match count() {
                0 => Value::Missing,
                n if self.measure.of.is_money() => Value::Whole(nearest(sum(), n as i128)),
                n => Value::Ratio(sum(), n as i128),
            },
            What::First => day(hits.first()),
            What::Last => day(hits.last()),
            What::Again(gap) => {
                let mut before: Option<Day> = None;
                let mut found = false;
                for h in hits {
                    // Two on one day are one occasion; the earlier one decides.
                    let far = before.is_none_or(|b| b < h.day && b <= gap.before(h.day));
                    found |= h.day >= first && far;
                    before = Some(h.day);
                }
                Value::Whole(i128::from(found))
            }
        })
    }
}

/// A value on its way to a column.
#[derive(Clone, Copy)]
enum Value {
    Missing,
    Whole(i128),
    Ratio(i128, i128),
}

/// The nearest whole number to a quotient, the even one of two that are equally near.
fn nearest(sum: i128, n: i128) -> i128 {
    let (down, rest) = (sum.div_euclid(n), sum.rem_euclid(n));
    match (2 * rest).cmp(&n) {
        std::cmp::Ordering::Less => down,
        std::cmp::Ordering::Greater => down + 1,
        std::cmp::Ordering::Equal => down + (down & 1),
    }
}

impl fmt::Display for Measure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.what {
            What::Count => f.write_str("count")?,
            What::Days => f.write_str("days")?,
            What::Sum => f.write_str("sum")?,
            What::Mean => f.write_str("mean")?,
            What::First => f.write_str("first")?,
            What::Last => f.write_str("last")?,
            What::Again(gap) => write!(f, "first in {gap}")?,
        }
        write!(f, " of {}", self.of.name())?;
        for (field, texts) in &self.filter {
            write!(f, ", {} {}", field.name(), texts.join(" or "))?;
        }
        write!(f, "{}", self.window)
    }
}
