//! The records of a business as an embedder hands them over: owned, explicit, with chrono dates and decimal money.
//!
//! Ids are text and stay text. What is unknown is `None`, never an empty text or a zero.

use crate::Money;
use chrono::{DateTime, FixedOffset, NaiveDate, NaiveTime};
use serde::{Deserialize, Serialize};

/// The kinds of table a business exports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TableKind {
    /// One row a customer.
    Customers,
    /// One row a purchase (an order, a bill, a basket) or a refund.
    Purchases,
    /// One row a line of an order.
    Lines,
    /// One row a contact between customer and business.
    Touches,
    /// One row an answer to a question.
    Surveys,
    /// One row a subscription or contract.
    Subscriptions,
    /// One row a support ticket.
    Tickets,
    /// One row a change of consent.
    Consents,
    /// One row a deal of the sales team.
    Deals,
    /// One row a lead.
    Leads,
    /// One row a send of a campaign to a customer.
    Campaigns,
    /// One row a cost of a channel or campaign on a day.
    Costs,
}

impl TableKind {
    /// Every kind, in the order tables are listed.
    pub const ALL: [Self; 12] = [
        Self::Customers,
        Self::Purchases,
        Self::Lines,
        Self::Touches,
        Self::Surveys,
        Self::Subscriptions,
        Self::Tickets,
        Self::Consents,
        Self::Deals,
        Self::Leads,
        Self::Campaigns,
        Self::Costs,
    ];

    /// The name used in flags, project files and results.
    pub fn name(self) -> &'static str {
        match self {
            Self::Customers => "customers",
            Self::Purchases => "purchases",
            Self::Lines => "lines",
            Self::Touches => "touches",
            Self::Surveys => "surveys",
            Self::Subscriptions => "subscriptions",
            Self::Tickets => "tickets",
            Self::Consents => "consents",
            Self::Deals => "deals",
            Self::Leads => "leads",
            Self::Campaigns => "campaigns",
            Self::Costs => "costs",
        }
    }

    /// The kind of a name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|k| k.name() == name)
    }
}

/// A customer, as the business knows them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Customer {
    /// The customer's id.
    pub id: String,
    /// Full name, in any script.
    pub name: Option<String>,
    /// E-mail address.
    pub email: Option<String>,
    /// Telephone number, as text.
    pub phone: Option<String>,
    /// Date of birth.
    pub birthday: Option<NaiveDate>,
    /// A personal anniversary, such as a wedding day.
    pub anniversary: Option<NaiveDate>,
    /// The day the customer was first recorded.
    pub created: Option<NaiveDate>,
    /// Country, as recorded.
    pub country: Option<String>,
    /// State or region.
    pub region: Option<String>,
    /// City.
    pub city: Option<String>,
    /// Postal code, as text.
    pub postcode: Option<String>,
    /// Preferred language, declared by the customer.
    pub language: Option<String>,
    /// The company a business customer belongs to.
    pub company: Option<String>,
    /// Industry of that company.
    pub industry: Option<String>,
    /// Number of people that company employs.
    pub employees: Option<u32>,
    /// The channel by which the customer was won.
    pub channel: Option<String>,
    /// What winning the customer cost.
    pub cost: Option<Money>,
}

/// A purchase, or a refund when the amount is negative.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Purchase {
    /// The customer's id; `None` for a sale without a customer.
    pub customer: Option<String>,
    /// The day of the purchase where the business is.
    pub day: NaiveDate,
    /// The time of that day, where known.
    pub time: Option<NaiveTime>,
    /// The order's id, where known.
    pub order: Option<String>,
    /// What the customer paid, after discounts and with the tax charged; negative for a refund.
    pub amount: Money,
    /// The discount already taken off `amount`, as a positive number.
    pub discount: Option<Money>,
    /// The tax contained in `amount`.
    pub tax: Option<Money>,
}

/// A line of an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderLine {
    /// The customer's id; `None` for a sale without a customer.
    pub customer: Option<String>,
    /// The day of the order.
    pub day: NaiveDate,
    /// The order's id.
    pub order: String,
    /// The item's id or name.
    pub item: String,
    /// The item's category.
    pub category: Option<String>,
    /// How many, in thousandths of a unit (1.5 kg is 1,500).
    pub quantity: i64,
    /// What the customer paid for the line; negative for a return.
    pub amount: Money,
    /// The discount already taken off `amount`.
    pub discount: Option<Money>,
    /// What the goods cost the business.
    pub cost: Option<Money>,
}

/// A contact between a customer and the business: a visit, a click, a call, a delivery.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Touch {
    /// The customer's id, or the case's where a process is followed instead of a person.
    pub customer: String,
    /// When it happened, with the source's offset.
    pub at: DateTime<FixedOffset>,
    /// What happened, as a word: `visit`, `add to cart`, `call`.
    pub activity: String,
    /// The channel: `web`, `store`, `whatsapp`.
    pub channel: Option<String>,
}

/// An answer to one survey question.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SurveyAnswer {
    /// The customer's id; `None` for an anonymous answer.
    pub customer: Option<String>,
    /// The day of the answer.
    pub day: NaiveDate,
    /// The kind of question: `nps` (0 to 10), `csat`, `ces`, or a name of its own.
    pub kind: String,
    /// The number given.
    pub score: Option<i32>,
    /// The words given.
    pub text: Option<String>,
    /// The channel the question was asked on.
    pub channel: Option<String>,
}

/// A subscription or contract.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subscription {
    /// The customer's id.
    pub customer: String,
    /// The subscription's id.
    pub id: Option<String>,
    /// The plan.
    pub plan: Option<String>,
    /// The first day.
    pub started: NaiveDate,
    /// The day it ended; `None` while it runs.
    pub ended: Option<NaiveDate>,
    /// The price of one month.
    pub monthly: Option<Money>,
    /// Why it ended.
    pub reason: Option<String>,
}

/// A support ticket.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ticket {
    /// The customer's id, where known.
    pub customer: Option<String>,
    /// The ticket's id.
    pub id: String,
    /// When it was opened.
    pub opened: DateTime<FixedOffset>,
    /// When it was solved; `None` while it is open.
    pub solved: Option<DateTime<FixedOffset>>,
    /// What it is about.
    pub topic: Option<String>,
    /// The channel it came by.
    pub channel: Option<String>,
    /// How often it was reopened.
    pub reopened: Option<u32>,
}

/// A change of consent: granted or withdrawn, for a purpose on a channel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Consent {
    /// The customer's id.
    pub customer: String,
    /// When it took effect.
    pub at: DateTime<FixedOffset>,
    /// What for: `marketing`, `profiling`, `service`.
    pub purpose: String,
    /// The channel it covers; `None` for all.
    pub channel: Option<String>,
    /// `true` when granted, `false` when withdrawn.
    pub granted: bool,
    /// Where it was recorded.
    pub source: Option<String>,
}

/// A deal of the sales team.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deal {
    /// The deal's id.
    pub id: String,
    /// The customer's or account's id.
    pub customer: Option<String>,
    /// Who works on it.
    pub owner: Option<String>,
    /// The stage it is in.
    pub stage: String,
    /// The day it was opened.
    pub opened: Option<NaiveDate>,
    /// The day it was won or lost.
    pub closed: Option<NaiveDate>,
    /// `true` when won, `false` when lost, `None` while open.
    pub won: Option<bool>,
    /// Its worth.
    pub amount: Option<Money>,
    /// The product.
    pub product: Option<String>,
}

/// A lead.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lead {
    /// The lead's id.
    pub id: String,
    /// Where it came from.
    pub source: Option<String>,
    /// Who works on it.
    pub owner: Option<String>,
    /// The day it came in.
    pub created: Option<NaiveDate>,
    /// The day it became a customer.
    pub converted: Option<NaiveDate>,
    /// The customer it became.
    pub customer: Option<String>,
    /// Its status.
    pub status: Option<String>,
}

/// One send of a campaign to one customer, or one customer held out of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CampaignSend {
    /// The campaign's name.
    pub campaign: String,
    /// The customer's id.
    pub customer: String,
    /// The day of the send, or the day it would have been.
    pub day: NaiveDate,
    /// The channel.
    pub channel: Option<String>,
    /// `true` for a customer of the control group, who got nothing.
    pub control: bool,
    /// Whether it was opened, where known.
    pub opened: Option<bool>,
    /// Whether it was clicked, where known.
    pub clicked: Option<bool>,
}

/// What a channel or a campaign cost on a day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cost {
    /// The day.
    pub day: NaiveDate,
    /// The channel.
    pub channel: Option<String>,
    /// The campaign.
    pub campaign: Option<String>,
    /// The cost.
    pub amount: Money,
}
