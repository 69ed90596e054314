//! The fields of every table: what a record needs, of what type it is, and how exports name it.
//!
//! Names are compared folded ([`crate::fold::fold`]): case, blanks and punctuation do not count. The first name that
//! a file has wins, so names stand in order of trust.

use naata_core::TableKind;

macro_rules! fields {
    ($($name:ident = $key:literal),* $(,)?) => {
        /// A field of a record, before it is one.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub(crate) enum F { $($name),* }
        impl F {
            pub(crate) const ALL: &[Self] = &[$(Self::$name),*];
            pub(crate) const N: usize = Self::ALL.len();
            pub(crate) fn key(self) -> &'static str {
                match self { $(Self::$name => $key),* }
            }
        }
    };
}

fields! {
    Id = "id", Customer = "customer", Order = "order", Date = "date", Time = "time", Amount = "amount",
    Discount = "discount", Tax = "tax", Refund = "refund", Currency = "currency", Status = "status", Item = "item",
    Category = "category", Quantity = "quantity", Price = "price", Cost = "cost", At = "at", Activity = "activity",
    Channel = "channel", Kind = "kind", Score = "score", Text = "text", Plan = "plan", Started = "started",
    Ended = "ended", Monthly = "monthly", Reason = "reason", Opened = "opened", Solved = "solved", Topic = "topic",
    Reopened = "reopened", Purpose = "purpose", Granted = "granted", Source = "source", Owner = "owner",
    Stage = "stage", Closed = "closed", Won = "won", Product = "product", Created = "created",
    Converted = "converted", Campaign = "campaign", Control = "control", Clicked = "clicked", Name = "name",
    Email = "email", Phone = "phone", Birthday = "birthday", Anniversary = "anniversary", Country = "country",
    Region = "region", City = "city", Postcode = "postcode", Language = "language", Company = "company",
    Industry = "industry", Employees = "employees",
}

/// How much a record needs a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Need {
    /// A value in every row.
    Value,
    /// A column, whose cells may be blank.
    Column,
    /// Nothing.
    Optional,
}

/// The type of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Type {
    /// Any text.
    Text,
    /// A text that names a thing and must not be changed.
    Id,
    /// A day, or a stamp of which the day counts.
    Day,
    /// An instant.
    Stamp,
    /// Anything else with digits: an amount, a count, a score, a time.
    Number,
    /// Yes or no.
    Flag,
}

/// A field of one table.
#[derive(Debug)]
pub(crate) struct Spec {
    pub(crate) field: F,
    pub(crate) need: Need,
    pub(crate) of: Type,
    pub(crate) names: &'static str,
}

impl Spec {
    /// How exports name the field, most telling first.
    pub(crate) fn names(&self) -> impl Iterator<Item = &'static str> {
        self.names.split('|').filter(|n| !n.is_empty())
    }
}

const fn spec(field: F, need: Need, of: Type, names: &'static str) -> Spec {
    Spec { field, need, of, names }
}

use Need::{Column, Optional, Value};
use Type::{Day, Flag, Id, Number, Stamp, Text};

/// How exports name a customer's id, most telling first; what identifies less well (a name) comes last.
const CUSTOMER: &str = "customer|customer id|customer no|customer number|customer code|customer key|cust id|\
        cust no|cust|client id|client|user id|user|member id|member no|membership no|member|\
        loyalty id|card no|household id|household key|account id|account no|account|contact id|\
        contact|buyer id|buyer|shopper id|guest id|patient id|subscriber id|party code|party|\
        requester id|customer email|email|email address|buyer email|customer phone|phone|\
        phone number|mobile|mobile no|mobile number|customer mobile|whatsapp|customer name|\
        client name|party name|buyer name|ग्राहक|ग्राहक आईडी|ग्राहक संख्या|ग्राहक कोड|\
        ग्राहक का नाम|मोबाइल|मोबाइल नंबर|গ্রাহক|গ্রাহক আইডি|গ্রাহক নম্বর|ক্রেতা|ক্রেতার নাম|\
        মোবাইল|মোবাইল নম্বর";

const ORDER: &str = "order|order id|order no|order number|order name|invoice|invoice id|invoice no|\
        invoice number|bill|bill no|bill number|bill id|receipt|receipt no|receipt id|\
        transaction|transaction id|transaction no|txn id|txn no|basket|basket id|sale id|\
        voucher no|voucher number|document no|ticket no|ऑर्डर|ऑर्डर आईडी|बिल|बिल नंबर|\
        बिल संख्या|चालान|चालान संख्या|অর্ডার|অর্ডার আইডি|বিল|বিল নম্বর|চালান|চালান নম্বর|ইনভয়েস";

const DATE: &str = "date|order date|purchase date|invoice date|bill date|transaction date|txn date|\
        sale date|sales date|receipt date|voucher date|transaction timestamp|order timestamp|\
        created at|created on|created|timestamp|datetime|order created at|day|at|दिनांक|तारीख|\
        तिथि|बिल दिनांक|তারিখ|অর্ডারের তারিখ|বিলের তারিখ|দিন";

const AMOUNT: &str = "amount|total|total amount|order total|grand total|net amount|amount paid|paid|\
        paid amount|invoice amount|bill amount|invoice total|bill total|order amount|\
        order value|net total|net sales|net value|sales value|sales amount|sale amount|sales|\
        revenue|value|total price|transaction amount|txn amount|spend|price paid|line total|\
        राशि|कुल राशि|कुल|रकम|बिल राशि|পরিমাণ|মোট|মোট টাকা|টাকা|মূল্য|বিলের পরিমাণ";

const CURRENCY: &str = "currency|currency code|ccy|मुद्रा|মুদ্রা";
const CHANNEL: &str = "channel|medium|source channel|via|चैनल|माध्यम|চ্যানেল|মাধ্যম";
const DISCOUNT: &str = "discount|discount amount|total discount|discounts|छूट|ছাড়";
const ITEM: &str = "item|item id|item code|sku|product id|product code|stock code|product|item name|\
        product name|article|article no|description|वस्तु|उत्पाद|পণ্য|পণ্যের নাম";
const CATEGORY: &str = "category|product category|item category|department|product type|श्रेणी|বিভাগ";
const QUANTITY: &str = "quantity|qty|units|count|मात्रा|সংখ্যা|পরিমাণ সংখ্যা";
const PRICE: &str = "unit price|price|rate|item price|दर|दाम|দর|একক মূল্য";

const CUSTOMERS: &[Spec] = &[
    spec(
        F::Id,
        Value,
        Id,
        "id|customer id|customer|customer no|customer number|customer code|cust id|client id|\
        user id|member id|membership no|contact id|record id|account id|party code|card no|\
        household id|email|email address|phone|mobile|mobile no|phone number|name|ग्राहक आईडी|\
        ग्राहक संख्या|ग्राहक|গ্রাহক আইডি|গ্রাহক নম্বর|গ্রাহক",
    ),
    spec(
        F::Name,
        Optional,
        Text,
        "name|full name|customer name|client name|party name|display name|नाम|ग्राहक का नाम|নাম|\
        গ্রাহকের নাম",
    ),
    spec(F::Email, Optional, Text, "email|email address|mail|ईमेल|ইমেইল"),
    spec(
        F::Phone,
        Optional,
        Text,
        "phone|phone number|mobile|mobile no|mobile number|telephone|contact no|whatsapp|फ़ोन|\
        मोबाइल|मोबाइल नंबर|ফোন|মোবাইল|মোবাইল নম্বর",
    ),
    spec(F::Birthday, Optional, Day, "birthday|birth date|date of birth|dob|जन्मदिन|जन्म तिथि|জন্মদিন|জন্ম তারিখ"),
    spec(
        F::Anniversary,
        Optional,
        Day,
        "anniversary|anniversary date|wedding anniversary|wedding date|सालगिरह|বিবাহবার্ষিকী",
    ),
    spec(
        F::Created,
        Optional,
        Day,
        "created|created at|created on|create date|created date|date created|sign up|signup date|\
        joined|join date|date joined|registered|registration date|customer since|since|\
        date added",
    ),
    spec(F::Country, Optional, Text, "country|country code|देश|দেশ"),
    spec(F::Region, Optional, Text, "region|state|province|county|राज्य|রাজ্য|বিভাগ"),
    spec(F::City, Optional, Text, "city|town|शहर|শহর"),
    spec(
        F::Postcode,
        Optional,
        Text,
        "postcode|postal code|zip|zip code|pin|pin code|पिन कोड|পিন কোড|পোস্ট কোড",
    ),
    spec(F::Language, Optional, Text, "language|preferred language|locale|lang|भाषा|ভাষা"),
    spec(
        F::Company,
        Optional,
        Text,
        "company|company name|organisation|organization|account name|कंपनी|কোম্পানি",
    ),
    spec(F::Industry, Optional, Text, "industry|sector"),
    spec(F::Employees, Optional, Number, "employees|number of employees|employee count|company size"),
    spec(
        F::Channel,
        Optional,
        Text,
        "channel|acquisition channel|first channel|acquired by|acquired through|won by|how found|चैनल|माध्यम|চ্যানেল|মাধ্যম",
    ),
    spec(
        F::Cost,
        Optional,
        Number,
        "cost|acquisition cost|customer acquisition cost|cost of acquisition|cac",
    ),
    spec(F::Currency, Optional, Text, CURRENCY),
];

const PURCHASES: &[Spec] = &[
    spec(F::Order, Optional, Id, ORDER),
    spec(F::Customer, Column, Id, CUSTOMER),
    spec(F::Date, Value, Day, DATE),
    spec(F::Time, Optional, Number, "time|order time|bill time|transaction time|समय|সময়"),
    spec(F::Amount, Value, Number, AMOUNT),
    spec(F::Discount, Optional, Number, DISCOUNT),
    spec(F::Tax, Optional, Number, "tax|taxes|tax amount|total tax|gst|vat|gst amount|कर|কর"),
    spec(F::Currency, Optional, Text, CURRENCY),
    spec(F::Refund, Optional, Number, "refunded amount|amount refunded|refund amount"),
    spec(F::Item, Optional, Text, ITEM),
    spec(F::Category, Optional, Text, CATEGORY),
    spec(F::Quantity, Optional, Number, QUANTITY),
    spec(F::Price, Optional, Number, PRICE),
    spec(F::Status, Optional, Text, ""),
];

const LINES: &[Spec] = &[
    spec(F::Order, Value, Id, ORDER),
    spec(F::Customer, Column, Id, CUSTOMER),
    spec(F::Date, Value, Day, DATE),
    spec(F::Item, Value, Text, ITEM),
    spec(F::Category, Optional, Text, CATEGORY),
    spec(F::Quantity, Optional, Number, QUANTITY),
    spec(F::Amount, Value, Number, AMOUNT),
    spec(F::Price, Optional, Number, PRICE),
    spec(F::Discount, Optional, Number, DISCOUNT),
    spec(F::Cost, Optional, Number, "cost|unit cost|cost price|cogs|लागत|খরচ"),
    spec(F::Currency, Optional, Text, CURRENCY),
];

const TOUCHES: &[Spec] = &[
    spec(F::Customer, Value, Id, CUSTOMER),
    spec(
        F::At,
        Value,
        Stamp,
        "at|timestamp|time|datetime|event time|event timestamp|created at|occurred at|date|समय|\
        সময়",
    ),
    spec(
        F::Activity,
        Value,
        Text,
        "activity|event|event name|event type|action|touch|step|type|गतिविधि|কার্যকলাপ",
    ),
    spec(F::Channel, Optional, Text, CHANNEL),
];

const SURVEYS: &[Spec] = &[
    spec(F::Customer, Optional, Id, CUSTOMER),
    spec(
        F::Date,
        Value,
        Day,
        "date|response date|responded at|submitted at|submit date|submit date utc|recorded date|\
        end date|completed at|created at|survey date|timestamp|at|दिनांक|तारीख|তারিখ",
    ),
    spec(F::Kind, Optional, Text, "kind|survey type|survey|question|metric|type"),
    spec(F::Score, Column, Number, "score|nps score|nps|rating|answer|star rating|csat|ces|rec|अंक|স্কোর"),
    spec(F::Text, Optional, Text, "text|comment|comments|feedback|verbatim|remarks|reason|टिप्पणी|মন্তব্য"),
    spec(F::Channel, Optional, Text, CHANNEL),
];

const SUBSCRIPTIONS: &[Spec] = &[
    spec(F::Id, Optional, Id, "id|subscription id|subscription|contract|contract id"),
    spec(F::Customer, Value, Id, CUSTOMER),
    spec(F::Plan, Optional, Text, "plan|plan name|product|price id|tier|package"),
    spec(F::Started, Value, Day, "started|start|start date|started at|created|created at|begin|from"),
    spec(
        F::Ended,
        Optional,
        Day,
        "ended|end|end date|ended at|cancelled|canceled|cancelled at|canceled at|\
        cancellation date|churn date|to",
    ),
    spec(
        F::Monthly,
        Optional,
        Number,
        "monthly|mrr|monthly price|monthly amount|monthly charges|price|amount",
    ),
    spec(F::Currency, Optional, Text, CURRENCY),
    spec(F::Reason, Optional, Text, "reason|cancel reason|cancellation reason|churn reason"),
];

const TICKETS: &[Spec] = &[
    spec(F::Id, Value, Id, "id|ticket id|ticket|ticket no|ticket number|case id|case number"),
    spec(F::Customer, Optional, Id, CUSTOMER),
    spec(
        F::Opened,
        Value,
        Stamp,
        "opened|opened at|created at|created|created time|created on|date opened|date",
    ),
    spec(
        F::Solved,
        Optional,
        Stamp,
        "solved|solved at|resolved|resolved at|resolved time|closed|closed at|closed time|\
        date closed",
    ),
    spec(F::Topic, Optional, Text, "topic|category|subject|issue|issue type|type|ticket type"),
    spec(F::Channel, Optional, Text, "channel|via|via channel|source|चैनल|চ্যানেল"),
    spec(F::Reopened, Optional, Number, "reopened|reopens|reopen count|times reopened"),
];

const CONSENTS: &[Spec] = &[
    spec(F::Customer, Value, Id, CUSTOMER),
    spec(F::At, Value, Stamp, "at|date|timestamp|changed at|updated at|consent date|since"),
    spec(F::Purpose, Value, Text, "purpose|consent|type|उद्देश्य|উদ্দেশ্য"),
    spec(F::Channel, Optional, Text, CHANNEL),
    spec(F::Granted, Value, Flag, "granted|given|opt in|opted in|allowed|status|value"),
    spec(F::Source, Optional, Text, "source|origin|form|recorded in"),
];

const DEALS: &[Spec] = &[
    spec(F::Id, Value, Id, "id|deal id|deal|opportunity id|opportunity|record id|deal name"),
    spec(F::Customer, Optional, Id, CUSTOMER),
    spec(F::Owner, Optional, Text, "owner|deal owner|sales agent|sales rep|salesperson|agent|assigned to"),
    spec(F::Stage, Value, Text, "stage|deal stage|status|phase"),
    spec(F::Opened, Optional, Day, "opened|created|create date|created at|engage date|open date|start date"),
    spec(F::Closed, Optional, Day, "closed|close date|closed at|closed date|won date"),
    spec(F::Won, Optional, Flag, "won|is won|outcome|result"),
    spec(F::Amount, Optional, Number, "amount|value|deal value|deal amount|close value|revenue"),
    spec(F::Currency, Optional, Text, CURRENCY),
    spec(F::Product, Optional, Text, "product|product name|line of business"),
];

const LEADS: &[Spec] = &[
    spec(F::Id, Value, Id, "id|lead id|lead|prospect id|lead no|lead number|record id|email"),
    spec(F::Source, Optional, Text, "source|lead source|origin|lead origin|utm source|channel"),
    spec(F::Owner, Optional, Text, "owner|lead owner|contact owner|assigned to|agent"),
    spec(F::Created, Optional, Day, "created|created at|create date|date|lead date|received"),
    spec(F::Converted, Optional, Day, "converted|converted at|converted date|conversion date"),
    spec(F::Customer, Optional, Id, "customer|customer id|account id|converted customer|client id"),
    spec(F::Status, Optional, Text, "status|lead status|stage"),
];

const CAMPAIGNS: &[Spec] = &[
    spec(F::Campaign, Value, Text, "campaign|campaign name|campaign id|mailing|अभियान|প্রচারণা"),
    spec(F::Customer, Value, Id, CUSTOMER),
    spec(F::Date, Value, Day, "date|sent|sent at|send date|sent on|day|दिनांक|তারিখ"),
    spec(F::Channel, Optional, Text, CHANNEL),
    spec(F::Control, Optional, Flag, "control|control group|held out|holdout|is control"),
    spec(F::Opened, Optional, Flag, "opened|open|is opened|read"),
    spec(F::Clicked, Optional, Flag, "clicked|click|is clicked"),
];

const COSTS: &[Spec] = &[
    spec(F::Date, Value, Day, "date|day|month|दिनांक|তারিখ"),
    spec(F::Channel, Optional, Text, CHANNEL),
    spec(F::Campaign, Optional, Text, "campaign|campaign name|campaign id"),
    spec(F::Amount, Value, Number, "amount|cost|spend|amount spent|total cost|खर्च|राशि|খরচ"),
    spec(F::Currency, Optional, Text, CURRENCY),
];

/// The fields of a table.
pub(crate) fn specs(kind: TableKind) -> &'static [Spec] {
    match kind {
        TableKind::Customers => CUSTOMERS,
        TableKind::Purchases => PURCHASES,
        TableKind::Lines => LINES,
        TableKind::Touches => TOUCHES,
        TableKind::Surveys => SURVEYS,
        TableKind::Subscriptions => SUBSCRIPTIONS,
        TableKind::Tickets => TICKETS,
        TableKind::Consents => CONSENTS,
        TableKind::Deals => DEALS,
        TableKind::Leads => LEADS,
        TableKind::Campaigns => CAMPAIGNS,
        TableKind::Costs => COSTS,
    }
}

/// The names of a table's fields, as column maps use them.
pub fn fields(kind: TableKind) -> impl Iterator<Item = &'static str> {
    specs(kind).iter().map(|s| s.field.key())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fold::fold;

    #[test]
    fn every_table_has_each_field_and_each_name_once() {
        for kind in TableKind::ALL {
            let mut keys: Vec<&str> = fields(kind).collect();
            keys.sort_unstable();
            let n = keys.len();
            keys.dedup();
            assert_eq!(keys.len(), n, "{kind:?}");
            for s in specs(kind) {
                let names: Vec<String> = s.names().map(fold).collect();
                let mut unique = names.clone();
                unique.sort();
                unique.dedup();
                assert_eq!(unique.len(), names.len(), "{kind:?} {}", s.field.key());
                assert!(names.iter().all(|n| !n.is_empty()));
            }
        }
        assert!(F::ALL.iter().enumerate().all(|(i, f)| *f as usize == i));
    }
}
