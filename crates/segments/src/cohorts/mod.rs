//! Cohorts by first purchase, and how many of each come again.
//!
//! # Formula
//! A cohort holds the customers whose first purchase lies in one period; k counts periods from there. With the
//! customers of a cohort as whole:
//! - classic: share with a purchase in period k
//! - unbounded: share with a purchase in period k or any later one
//! - full: share with a purchase in every period from 0 to k
//! - bracket: share with a purchase in at least one period of a range, such as 4 to 6
//!
//! The curve adds up the cohorts for which period k is over: sum of active / sum of sizes, with a Wilson interval.
//! A period that is not over, and for unbounded retention the last few periods (who has not come back yet still
//! may), are marked and stay out of it.
//!
//! With the rolling clock, k is the time since a customer's own first purchase in lengths of 24 hours, 7, 30 or
//! 91 days; where a time of day is missing, whole days are counted.
//!
//! # Source
//! Fader and Hardie, "How to Project Customer Retention", 2007, for cohorts; the four kinds are trade terms.

mod present;
mod table;

pub use present::COHORT;
pub(crate) use present::left_out;
pub use table::{CellState, Cohort, CohortCell, Point};

use crate::period::{Beginning, Period};
use crate::{Error, estimate};
use naata_answer::{Analysis, Card, Refusal, choice, params};
use naata_core::{Context, CustomerIx, CustomerRow, Day, Histories, Minor, MoneyUnit, PurchaseRow};
use std::collections::BTreeMap;

choice! {
    /// What counts as having stayed.
    pub enum Kind {
        /// A purchase in the period.
        Classic = "classic",
        /// A purchase in the period or later.
        Unbounded = "unbounded",
        /// A purchase in at least one period of a range.
        Bracket = "bracket",
        /// A purchase in every period up to it.
        Full = "full",
    }
}

choice! {
    /// How periods are counted.
    pub enum Clock {
        /// By the calendar.
        Calendar = "calendar",
        /// From each customer's own first purchase.
        Rolling = "rolling",
    }
}

params! {
    /// Parameters of retention by cohort.
    pub struct RetentionParams {
        /// The period of cohorts and of the columns
        period: Period = Period::Month,
        /// What counts as having stayed
        kind: Kind = Kind::Classic,
        /// How periods are counted: by the calendar, or from each first purchase
        clock: Clock = Clock::Calendar,
        /// Periods after the first that are shown
        periods: u32 = 12,
        /// Ranges of periods of bracket retention
        brackets: String = "1,2-3,4-6,7-12".to_string(),
        /// Days from the start of the export in which a first purchase may not be the first
        older_within: u32 = 28,
        /// Periods that must follow before unbounded retention counts
        tail: u32 = 3,
    }
}

/// A customer of the newest finished cohort who has not come again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Awaited {
    /// The customer.
    pub customer: CustomerIx,
    /// The day of the first purchase.
    pub first: Day,
    /// What was paid so far.
    pub paid: Minor,
}

/// Retention by cohort.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Retention {
    /// The parameters.
    pub params: RetentionParams,
    /// The unit of all amounts.
    pub unit: MoneyUnit,
    /// The ranges of periods of the columns, both ends inside.
    pub steps: Vec<(u32, u32)>,
    /// The cohorts, oldest first; periods without a first purchase have none.
    pub cohorts: Vec<Cohort>,
    /// The curve of all cohorts together, by column.
    pub curve: Vec<Point>,
    /// Customers in cohorts.
    pub customers: u64,
    /// Customers left out because they may be older than the export.
    pub older: u64,
    /// Purchases left out because they have no customer.
    pub without_customer: u64,
    /// Purchases left out because they are later than the day of the question.
    pub later: u64,
    /// Whether it is known where the export begins.
    pub beginning_known: bool,
    /// Customers of the newest finished cohort without a purchase since their first day; none where no cohort is over.
    pub awaited: Vec<Awaited>,
    /// The cohort of each customer of the base: a position in `cohorts`.
    pub of: Vec<Option<u32>>,
}

/// What is known of one customer.
#[derive(Clone, Copy)]
struct Life {
    who: CustomerIx,
    first: Day,
    days: u32,
    /// Where the customer's offsets end among those of the cohort.
    end: u32,
    paid: i128,
}

/// The customers of a cohort, with their purchases as offsets of periods: side by side, for there are millions.
#[derive(Default)]
struct Members {
    lives: Vec<Life>,
    active: Vec<u32>,
}

impl Members {
    fn push(&mut self, life: Life, active: &[u32]) {
        self.active.extend_from_slice(active);
        // There are at most as many offsets as rows, whose number fits.
        self.lives.push(Life { end: self.active.len() as u32, ..life });
    }

    /// Every customer with the distinct offsets, ascending; the first is 0.
    fn iter(&self) -> impl Iterator<Item = (&Life, &[u32])> {
        let mut start = 0;
        self.lives.iter().map(move |life| {
            let from = std::mem::replace(&mut start, life.end as usize);
            (life, self.active.get(from..start).unwrap_or_default())
        })
    }
}

/// Works out retention by cohort. `customers` tells when the business recorded a customer, where it knows.
pub fn retention(
    purchases: &Histories<PurchaseRow>,
    customers: Option<&Histories<CustomerRow>>,
    unit: MoneyUnit,
    params: &RetentionParams,
    cx: &Context<'_>,
) -> Result<Retention, Error> {
    let steps = steps(params)?;
    let begin = Beginning { from: cx.history_from, within: params.older_within, customers };
    let mut lives: BTreeMap<i32, Members> = BTreeMap::new();
    let mut active = Vec::new();
    let mut older = 0;
    let mut later = purchases.loose().iter().filter(|p| p.day > cx.as_of).count() as u64;
    for (who, rows) in purchases.iter() {
        later += rows.iter().filter(|p| p.day > cx.as_of).count() as u64;
        let bought = rows.iter().filter(|p| !p.is_refund() && p.day <= cx.as_of);
        let Some((cohort, life)) = life(who, bought, params, &mut active) else { continue };
        if begin.may_be_older(who, life.first) {
            older += 1;
        } else {
            lives.entry(cohort).or_default().push(life, &active);
        }
    }
    if lives.is_empty() {
        return Err(Error::NoBuyers { as_of: cx.as_of });
    }
    let mut of = vec![None; purchases.customers()];
    let mut cohorts = Vec::with_capacity(lives.len());
    let mut awaited = Vec::new();
    for ((number, members), position) in lives.iter().zip(0u32..) {
        for life in &members.lives {
            if let Some(slot) = of.get_mut(life.who.at()) {
                *slot = Some(position);
            }
        }
        cohorts.push(table::cohort(*number, members, &steps, params, cx.as_of));
        if params.period.end(*number).is_some_and(|end| end <= cx.as_of) {
            let waiting = members.lives.iter().filter(|l| l.days == 1);
            awaited = waiting
                .map(|l| {
                    let paid = Minor::from_wide(l.paid, "a customer's purchases")?;
                    Ok(Awaited { customer: l.who, first: l.first, paid })
                })
                .collect::<Result<Vec<_>, Error>>()?;
        }
    }
    let curve = table::curve(&cohorts, &steps);
    Ok(Retention {
        params: params.clone(),
        unit,
        steps,
        curve,
        customers: lives.values().map(|m| m.lives.len() as u64).sum(),
        older,
        without_customer: purchases.loose().iter().filter(|p| p.day <= cx.as_of).count() as u64,
        later,
        beginning_known: cx.history_from.is_some(),
        awaited,
        of,
        cohorts,
    })
}

/// The cohort of a customer, and what the purchases, in order of time, say; their offsets are put into `active`. `None`
/// without any.
fn life<'a>(
    who: CustomerIx,
    rows: impl Iterator<Item = &'a PurchaseRow>,
    params: &RetentionParams,
    active: &mut Vec<u32>,
) -> Option<(i32, Life)> {
    active.clear();
    let mut out: Option<(i32, Life)> = None;
    let mut start = (Day(0), 0u32);
    let mut last = Day(0);
    for p in rows {
        let (cohort, life) = match &mut out {
            Some(out) => out,
            None => {
                (start, last) = ((p.day, p.seconds), p.day);
                let cohort = params.period.number(p.day)?;
                active.push(0);
                out.insert((cohort, Life { who, first: p.day, days: 1, end: 0, paid: 0 }))
            }
        };
        life.paid += i128::from(p.amount.0);
        life.days += u32::from(p.day > last);
        last = p.day;
        let k = match params.clock {
            Clock::Calendar => i64::from(params.period.number(p.day)?) - i64::from(*cohort),
            Clock::Rolling => elapsed(start, (p.day, p.seconds)) / (86_400 * i64::from(params.period.days())),
        };
        let k = u32::try_from(k.max(0)).unwrap_or(u32::MAX);
        if active.last().is_none_or(|last| *last < k) {
            active.push(k);
        }
    }
    out
}

/// Seconds between two purchases; whole days where a time of day is missing.
fn elapsed(from: (Day, u32), to: (Day, u32)) -> i64 {
    let days = to.0.since(from.0) * 86_400;
    let timed = from.1 != PurchaseRow::NO_TIME && to.1 != PurchaseRow::NO_TIME;
    if timed { days + i64::from(to.1) - i64::from(from.1) } else { days }
}

/// The columns: single periods, or the ranges of bracket retention.
fn steps(params: &RetentionParams) -> Result<Vec<(u32, u32)>, Error> {
    /// More columns than this are no table any more.
    const MOST: u32 = 1_000;
    if params.kind != Kind::Bracket {
        return Ok((0..=params.periods.min(MOST)).map(|k| (k, k)).collect());
    }
    let bad = || Error::Brackets { text: params.brackets.clone() };
    let number = |text: &str| text.trim().parse::<u32>().ok().filter(|n| *n <= MOST).ok_or_else(bad);
    let one = |text: &str| {
        let (low, high) = text.split_once('-').unwrap_or((text, text));
        let range = (number(low)?, number(high)?);
        if range.0 <= range.1 { Ok(range) } else { Err(bad()) }
    };
    params.brackets.split(',').map(one).collect()
}

/// The command `retention`.
pub struct RetentionAnalysis;

impl Analysis for RetentionAnalysis {
    type Params = RetentionParams;
    type Input<'a> = (&'a Histories<PurchaseRow>, Option<&'a Histories<CustomerRow>>, MoneyUnit);
    type Output = Retention;
    const CARD: Card = Card {
        key: "retention",
        version: 1,
        title: "Retention by cohort: of the customers who came first in one period, how many come again",
        unit: "share of a cohort",
        formula: "customers of a cohort with a purchase in period k / customers of the cohort; \
                  the curve adds up the cohorts for which period k is over",
        source: "Fader and Hardie, 2007 (cohorts); Wilson, 1927 (interval)",
        assumptions: &[
            "the first purchase in the export is the first at all; those who may be older are left out",
            "a period that is not over, and the last periods of unbounded retention, stay out of the curve",
            "later points of the curve rest on the older cohorts alone",
        ],
        words: present::WORDS,
        example: "naata retention --purchases purchases.csv --period month --kind unbounded",
    };

    fn run(
        (purchases, customers, unit): Self::Input<'_>,
        params: &RetentionParams,
        cx: &Context<'_>,
    ) -> Result<Retention, Refusal> {
        Ok(retention(purchases, customers, unit, params, cx)?)
    }
}

#[cfg(test)]
mod tests;
