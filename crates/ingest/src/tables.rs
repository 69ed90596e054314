//! From a row of any other table to its record.

use crate::codes::{self, Code};
use crate::field::F;
use crate::formats::Says;
use crate::row::{Row, flag, lossy};
use chrono::{DateTime, FixedOffset};
use naata_core::records::{
    CampaignSend, Consent, Cost, Customer, Deal, Lead, Subscription, SurveyAnswer, Ticket,
};
use naata_core::{Day, Error, Instant, Minor, Money, Part, TableKind};

/// A record of a table other than sales.
#[derive(Debug)]
pub(crate) enum Record {
    Customer(Box<Customer>),
    Survey(SurveyAnswer),
    Subscription(Subscription),
    Ticket(Box<Ticket>),
    Consents(Vec<Consent>),
    Deal(Box<Deal>),
    Lead(Box<Lead>),
    Send(CampaignSend),
    Cost(Cost),
}

impl Record {
    /// Reads a row as a record of its table; the day it belongs to stands beside it.
    pub(crate) fn of(row: &mut Row<'_>) -> Result<(Option<Day>, Self), Code> {
        match row.plan.kind {
            TableKind::Customers => customer(row),
            TableKind::Surveys => survey(row),
            TableKind::Subscriptions => subscription(row),
            TableKind::Tickets => ticket(row),
            TableKind::Consents => consent(row),
            TableKind::Deals => deal(row),
            TableKind::Leads => lead(row),
            TableKind::Campaigns => send(row),
            TableKind::Costs | TableKind::Purchases | TableKind::Lines | TableKind::Touches => cost(row),
        }
    }

    /// How many records the row made.
    pub(crate) fn count(&self) -> u64 {
        match self {
            Self::Consents(all) => all.len() as u64,
            _ => 1,
        }
    }

    /// The customer it names.
    pub(crate) fn customer(&self) -> Option<&str> {
        let customer = match self {
            Self::Customer(r) => Some(r.id.as_str()),
            Self::Survey(r) => r.customer.as_deref(),
            Self::Subscription(r) => Some(r.customer.as_str()),
            Self::Ticket(r) => r.customer.as_deref(),
            Self::Consents(all) => all.first().map(|r| r.customer.as_str()),
            Self::Deal(r) => r.customer.as_deref(),
            Self::Lead(r) => r.customer.as_deref(),
            Self::Send(r) => Some(r.customer.as_str()),
            Self::Cost(_) => None,
        };
        customer.filter(|c| !c.is_empty())
    }

    /// When the customer it is about was created.
    pub(crate) fn created(&self) -> Option<Day> {
        match self {
            Self::Customer(r) => r.created.map(Day::from),
            _ => None,
        }
    }

    /// Puts the record into a part.
    pub(crate) fn enter(&self, part: &mut Part) -> Result<(), Error> {
        match self {
            Self::Customer(r) => part.customer(r),
            Self::Survey(r) => part.survey(r),
            Self::Subscription(r) => part.subscription(r),
            Self::Ticket(r) => part.ticket(r),
            Self::Consents(all) => all.iter().try_for_each(|r| part.consent(r)),
            Self::Deal(r) => part.deal(r),
            Self::Lead(r) => part.lead(r),
            Self::Send(r) => part.send(r),
            Self::Cost(r) => part.cost(r),
        }
    }
}

fn date(day: Option<Day>) -> Option<chrono::NaiveDate> {
    day.and_then(Day::date)
}

fn moment((at, _, offset): (Instant, Day, i32)) -> Option<DateTime<FixedOffset>> {
    Some(at.utc()?.with_timezone(&FixedOffset::east_opt(offset)?))
}

/// An amount the record needs, and one it does not, both evidence for the currency.
fn money(row: &mut Row<'_>, field: F) -> Result<Option<Money>, Code> {
    let Some(amount) = row.amount(field)? else { return Ok(None) };
    let currency = row.currency(amount.sign)?;
    let minor = row.minor(amount, field)?;
    row.desk.evidence.saw_amount(currency, minor);
    Ok(Some(as_money(row, minor)))
}

fn optional_money(row: &mut Row<'_>, field: F) -> Result<Option<Money>, Code> {
    let sign = row.quantity(field).and_then(|a| a.sign);
    let Some(minor) = row.optional_minor(field) else { return Ok(None) };
    let currency = row.currency(sign)?;
    row.desk.evidence.saw_amount(currency, minor);
    Ok(Some(as_money(row, minor)))
}

fn as_money(row: &Row<'_>, minor: Minor) -> Money {
    Money::new(row.plan.unit.decimal(minor), row.plan.unit.currency)
}

fn required_date(row: &mut Row<'_>, field: F) -> Result<(Day, chrono::NaiveDate), Code> {
    let day = row.required_day(field)?;
    day.date().map(|d| (day, d)).ok_or_else(|| row.refuse(codes::DATE_IMPOSSIBLE, field))
}

fn required_moment(row: &mut Row<'_>, field: F) -> Result<(Day, DateTime<FixedOffset>), Code> {
    let found = row.required_instant(field)?;
    moment(found).map(|at| (found.1, at)).ok_or_else(|| row.refuse(codes::DATE_IMPOSSIBLE, field))
}

/// A text that names somebody: of several columns the first that is not blank, of several values the first.
fn naming(row: &mut Row<'_>, field: F) -> Result<Option<String>, Code> {
    let Some(text) = row.optional(field)? else { return Ok(None) };
    let separator = row.plan.format.several;
    match text.split_once(separator).filter(|_| !separator.is_empty()) {
        Some((first, _)) => {
            row.note(codes::VALUE_SEVERAL, field);
            Ok(Some(first.trim().to_owned()).filter(|t| !t.is_empty()))
        }
        None => Ok(Some(text)),
    }
}

/// The same where the record needs it.
fn named(row: &mut Row<'_>, field: F) -> Result<String, Code> {
    match naming(row, field)? {
        Some(text) => Ok(text),
        None => row.required(field),
    }
}

/// The customer of a record that can be without one.
fn perhaps_customer(row: &mut Row<'_>) -> Result<Option<String>, Code> {
    let customer = naming(row, F::Customer)?;
    if customer.is_none() && row.plan.slot(F::Customer).is_mapped() {
        row.note(codes::CUSTOMER_MISSING, F::Customer);
    }
    Ok(customer)
}

fn customer(row: &mut Row<'_>) -> Result<(Option<Day>, Record), Code> {
    let created = row.optional_day(F::Created);
    let record = Customer {
        id: named(row, F::Id)?,
        name: row.optional(F::Name)?,
        email: naming(row, F::Email)?,
        phone: naming(row, F::Phone)?,
        birthday: date(row.optional_day(F::Birthday)),
        anniversary: date(row.optional_day(F::Anniversary)),
        created: date(created),
        country: row.optional(F::Country)?,
        region: row.optional(F::Region)?,
        city: row.optional(F::City)?,
        postcode: row.optional(F::Postcode)?,
        language: row.optional(F::Language)?,
        company: row.optional(F::Company)?,
        industry: row.optional(F::Industry)?,
        employees: row.optional_count(F::Employees),
        channel: row.optional(F::Channel)?,
        cost: optional_money(row, F::Cost)?,
    };
    Ok((created, Record::Customer(Box::new(record))))
}

fn survey(row: &mut Row<'_>) -> Result<(Option<Day>, Record), Code> {
    if [F::Date, F::Score, F::Text].into_iter().all(|f| row.cell(f).is_empty()) {
        // Tools that ask list each request, whether it was answered or not.
        return Err(row.refuse(codes::SURVEY_UNANSWERED, F::Date));
    }
    let (day, date) = required_date(row, F::Date)?;
    let (score, text) = (row.score(F::Score)?, row.optional(F::Text)?);
    if score.is_none() && text.is_none() {
        return Err(row.refuse(codes::VALUE_MISSING, F::Score));
    }
    let kind = row.optional(F::Kind)?.map_or_else(|| "nps".into(), |k| k.to_lowercase());
    let (customer, channel) = (perhaps_customer(row)?, row.optional(F::Channel)?);
    Ok((Some(day), Record::Survey(SurveyAnswer { customer, day: date, kind, score, text, channel })))
}

fn subscription(row: &mut Row<'_>) -> Result<(Option<Day>, Record), Code> {
    let (day, started) = required_date(row, F::Started)?;
    let record = Subscription {
        id: row.optional(F::Id)?,
        customer: row.required(F::Customer)?,
        plan: row.optional(F::Plan)?,
        started,
        ended: date(row.optional_day(F::Ended)),
        monthly: optional_money(row, F::Monthly)?,
        reason: row.optional(F::Reason)?,
    };
    Ok((Some(day), Record::Subscription(record)))
}

fn ticket(row: &mut Row<'_>) -> Result<(Option<Day>, Record), Code> {
    let (day, opened) = required_moment(row, F::Opened)?;
    let record = Ticket {
        id: row.required(F::Id)?,
        customer: perhaps_customer(row)?,
        opened,
        solved: row.optional_instant(F::Solved).and_then(moment),
        topic: row.optional(F::Topic)?,
        channel: row.optional(F::Channel)?,
        reopened: row.optional_count(F::Reopened),
    };
    Ok((Some(day), Record::Ticket(Box::new(record))))
}

fn consent(row: &mut Row<'_>) -> Result<(Option<Day>, Record), Code> {
    let (day, at) = required_moment(row, F::At)?;
    let (customer, purpose) = (named(row, F::Customer)?, row.required(F::Purpose)?);
    let (channel, source) = (row.optional(F::Channel)?, row.optional(F::Source)?);
    let plan = row.plan;
    if plan.grants.is_empty() {
        let Some(granted) = row.flag(F::Granted)? else {
            return Err(row.refuse(codes::VALUE_MISSING, F::Granted));
        };
        let one = Consent { customer, at, purpose, channel, granted, source };
        return Ok((Some(day), Record::Consents(vec![one])));
    }
    let mut all = Vec::new();
    for (column, grant) in &plan.grants {
        let cell = lossy(row.cells.get(*column).unwrap_or_default().trim_ascii());
        let granted = match (grant.says, &*cell) {
            (_, "") | (Says::Suppressed, "[]") => continue,
            (Says::Suppressed, _) => false,
            (Says::Words(yes), word) => yes.iter().any(|y| y.eq_ignore_ascii_case(word)),
            (Says::Blocked, word) => match flag(word) {
                Some(blocked) => !blocked,
                None => return Err(row.refuse(codes::FLAG_UNREADABLE, F::Granted)),
            },
        };
        let (customer, purpose) = (customer.clone(), purpose.clone());
        let (channel, source) = (Some(grant.channel.to_owned()), Some(plan.column_name(*column)));
        all.push(Consent { customer, at, purpose, channel, granted, source });
    }
    if all.is_empty() {
        row.note(codes::CONSENT_UNSTATED, F::Granted);
    }
    Ok((Some(day), Record::Consents(all)))
}

fn deal(row: &mut Row<'_>) -> Result<(Option<Day>, Record), Code> {
    let (opened, closed) = (row.optional_day(F::Opened), row.optional_day(F::Closed));
    let stage = row.required(F::Stage)?;
    // Without a column of its own, the outcome is what the stage says.
    let won = match row.plan.slot(F::Won).is_mapped() {
        true if row.cell(F::Won).eq_ignore_ascii_case(b"open") => None,
        true => row.optional_flag(F::Won),
        false => match stage.to_lowercase() {
            s if s.contains("lost") => Some(false),
            s if s.contains("won") => Some(true),
            _ => None,
        },
    };
    let record = Deal {
        id: row.required(F::Id)?,
        customer: naming(row, F::Customer)?,
        owner: row.optional(F::Owner)?,
        stage,
        opened: date(opened),
        closed: date(closed),
        won,
        amount: optional_money(row, F::Amount)?,
        product: row.optional(F::Product)?,
    };
    Ok((opened.or(closed), Record::Deal(Box::new(record))))
}

fn lead(row: &mut Row<'_>) -> Result<(Option<Day>, Record), Code> {
    let created = row.optional_day(F::Created);
    let record = Lead {
        id: row.required(F::Id)?,
        source: row.optional(F::Source)?,
        owner: row.optional(F::Owner)?,
        created: date(created),
        converted: date(row.optional_day(F::Converted)),
        customer: row.optional(F::Customer)?,
        status: row.optional(F::Status)?,
    };
    Ok((created, Record::Lead(Box::new(record))))
}

fn send(row: &mut Row<'_>) -> Result<(Option<Day>, Record), Code> {
    let (day, date) = required_date(row, F::Date)?;
    let record = CampaignSend {
        campaign: row.required(F::Campaign)?,
        customer: row.required(F::Customer)?,
        day: date,
        channel: row.optional(F::Channel)?,
        control: row.flag(F::Control)?.unwrap_or(false),
        opened: row.optional_flag(F::Opened),
        clicked: row.optional_flag(F::Clicked),
    };
    Ok((Some(day), Record::Send(record)))
}

fn cost(row: &mut Row<'_>) -> Result<(Option<Day>, Record), Code> {
    let (day, date) = required_date(row, F::Date)?;
    let Some(amount) = money(row, F::Amount)? else {
        return Err(row.refuse(codes::AMOUNT_MISSING, F::Amount));
    };
    let (channel, campaign) = (row.optional(F::Channel)?, row.optional(F::Campaign)?);
    Ok((Some(day), Record::Cost(Cost { day: date, channel, campaign, amount })))
}
