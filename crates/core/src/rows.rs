//! The compact rows analyses work on. A text is a [`Symbol`], a customer a [`CustomerIx`], money a [`Minor`].

use crate::{CustomerIx, Day, Instant, LineMarks, Minor, OrderDigest};

/// The number of a text within one [`crate::Symbols`] or one sealed [`crate::Texts`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Symbol(pub u32);

impl Symbol {
    /// Stands for a missing text.
    pub const NONE: Self = Self(u32::MAX);

    /// The symbol, unless the text is missing.
    pub fn some(self) -> Option<Self> {
        (self != Self::NONE).then_some(self)
    }
}

/// A row that belongs to a customer.
pub trait Row: Copy {
    /// The customer, [`CustomerIx::NONE`] when there is none.
    fn who(&self) -> CustomerIx;
    /// Moves the row to other numbers, when parts are joined or sealed.
    fn renumber(&mut self, customers: &[CustomerIx], symbols: &[Symbol]);
}

fn customer(ix: CustomerIx, to: &[CustomerIx]) -> CustomerIx {
    to.get(ix.at()).copied().unwrap_or(CustomerIx::NONE)
}

fn symbol(s: Symbol, to: &[Symbol]) -> Symbol {
    to.get(s.0 as usize).copied().unwrap_or(Symbol::NONE)
}

macro_rules! row {
    ($(#[$doc:meta])* $name:ident { $($(#[$fdoc:meta])* $field:ident : $type:ty),* $(,)? } symbols { $($sym:ident),* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub struct $name {
            /// The customer.
            pub who: CustomerIx,
            $($(#[$fdoc])* pub $field: $type),*
        }
        impl Row for $name {
            fn who(&self) -> CustomerIx {
                self.who
            }
            fn renumber(&mut self, customers: &[CustomerIx], symbols: &[Symbol]) {
                let _ = symbols;
                self.who = customer(self.who, customers);
                $(self.$sym = symbol(self.$sym, symbols);)*
            }
        }
    };
}

row! {
    /// A purchase, or a refund when the amount is negative. 24 bytes.
    PurchaseRow {
        /// The day of the purchase.
        day: Day,
        /// What was paid.
        amount: Minor,
        /// The second of the day; [`PurchaseRow::NO_TIME`] when unknown.
        seconds: u32,
        /// The number of the record in its file: the order of the source.
        row: u32,
    } symbols {}
}

impl PurchaseRow {
    /// Stands for an unknown time of day.
    pub const NO_TIME: u32 = u32::MAX;

    /// Whether the row is a refund.
    pub fn is_refund(&self) -> bool {
        self.amount.0 < 0
    }
}

row! {
    /// A line of an order. 32 bytes.
    LineRow {
        /// The day of the order.
        day: Day,
        /// What stands for the order's id.
        order: OrderDigest,
        /// The item.
        item: Symbol,
        /// The category.
        category: Symbol,
        /// What was paid for the line.
        amount: Minor,
        /// Whether goods came back, and whether a discount was taken off.
        marks: LineMarks,
    } symbols { item, category }
}

row! {
    /// A touch. 24 bytes.
    TouchRow {
        /// What happened.
        activity: Symbol,
        /// When.
        at: Instant,
        /// On which channel.
        channel: Symbol,
        /// The number of the record in its file: the order of the source.
        row: u32,
    } symbols { activity, channel }
}

row! {
    /// An answer to a survey question.
    AnswerRow {
        /// The day of the answer.
        day: Day,
        /// The kind of question.
        kind: Symbol,
        /// The number given.
        score: Option<i32>,
        /// The words given.
        text: Symbol,
        /// The channel.
        channel: Symbol,
    } symbols { kind, text, channel }
}

row! {
    /// A customer's own data.
    CustomerRow {
        /// Full name.
        name: Symbol,
        /// E-mail address.
        email: Symbol,
        /// Telephone number.
        phone: Symbol,
        /// Date of birth.
        birthday: Option<Day>,
        /// Personal anniversary.
        anniversary: Option<Day>,
        /// First recorded.
        created: Option<Day>,
        /// Country.
        country: Symbol,
        /// State or region.
        region: Symbol,
        /// City.
        city: Symbol,
        /// Postal code.
        postcode: Symbol,
        /// Preferred language.
        language: Symbol,
        /// Company.
        company: Symbol,
        /// Industry.
        industry: Symbol,
        /// Employees of the company.
        employees: Option<u32>,
        /// Channel by which the customer was won.
        channel: Symbol,
        /// What winning the customer cost.
        cost: Option<Minor>,
    } symbols { name, email, phone, country, region, city, postcode, language, company, industry, channel }
}

row! {
    /// A subscription.
    SubscriptionRow {
        /// Its id.
        id: Symbol,
        /// The plan.
        plan: Symbol,
        /// The first day.
        started: Day,
        /// The day it ended.
        ended: Option<Day>,
        /// The price of one month.
        monthly: Option<Minor>,
        /// Why it ended.
        reason: Symbol,
    } symbols { id, plan, reason }
}

row! {
    /// A support ticket.
    TicketRow {
        /// Its id.
        id: Symbol,
        /// When it was opened.
        opened: Instant,
        /// When it was solved.
        solved: Option<Instant>,
        /// What it is about.
        topic: Symbol,
        /// The channel it came by.
        channel: Symbol,
        /// How often it was reopened.
        reopened: Option<u32>,
    } symbols { id, topic, channel }
}

row! {
    /// A change of consent.
    ConsentRow {
        /// When it took effect.
        at: Instant,
        /// What for.
        purpose: Symbol,
        /// The channel it covers; none for all.
        channel: Symbol,
        /// Granted or withdrawn.
        granted: bool,
        /// Where it was recorded.
        source: Symbol,
    } symbols { purpose, channel, source }
}

row! {
    /// A deal.
    DealRow {
        /// Its id.
        id: Symbol,
        /// Who works on it.
        owner: Symbol,
        /// The stage.
        stage: Symbol,
        /// Opened on.
        opened: Option<Day>,
        /// Closed on.
        closed: Option<Day>,
        /// Won, lost or open.
        won: Option<bool>,
        /// Its worth.
        amount: Option<Minor>,
        /// The product.
        product: Symbol,
    } symbols { id, owner, stage, product }
}

row! {
    /// A lead.
    LeadRow {
        /// Its id.
        id: Symbol,
        /// Where it came from.
        source: Symbol,
        /// Who works on it.
        owner: Symbol,
        /// Came in on.
        created: Option<Day>,
        /// Became a customer on.
        converted: Option<Day>,
        /// Its status.
        status: Symbol,
    } symbols { id, source, owner, status }
}

row! {
    /// One send of a campaign, or one customer held out of it.
    SendRow {
        /// The campaign.
        campaign: Symbol,
        /// The day.
        day: Day,
        /// The channel.
        channel: Symbol,
        /// Whether the customer is of the control group.
        control: bool,
        /// Whether it was opened.
        opened: Option<bool>,
        /// Whether it was clicked.
        clicked: Option<bool>,
    } symbols { campaign, channel }
}

row! {
    /// A cost; `who` is always none.
    CostRow {
        /// The day.
        day: Day,
        /// The channel.
        channel: Symbol,
        /// The campaign.
        campaign: Symbol,
        /// The cost.
        amount: Minor,
    } symbols { channel, campaign }
}

const _: () = assert!(size_of::<PurchaseRow>() == 24 && size_of::<TouchRow>() == 24);
// Whoever holds millions of lines holds little else: a field more costs every one of them eight bytes.
const _: () = assert!(size_of::<LineRow>() == 32);
