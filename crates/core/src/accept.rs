//! From records to rows: how an embedder without CSV fills a part.

use crate::records::{
    CampaignSend, Consent, Cost, Customer, Deal, Lead, OrderLine, Purchase, Subscription, SurveyAnswer,
    Ticket, Touch,
};
use crate::{
    AnswerRow, ConsentRow, CostRow, CustomerIx, CustomerRow, Day, DealRow, Error, Instant, LeadRow,
    LineMarks, LineRow, Minor, Money, OrderDigest, Part, PurchaseRow, Sale, SendRow, SubscriptionRow,
    TicketRow, TouchRow,
};
use chrono::Timelike;

impl Part {
    /// Takes in a customer.
    pub fn customer(&mut self, r: &Customer) -> Result<(), Error> {
        let row = CustomerRow {
            who: self.index.intern(&r.id)?,
            name: self.symbols.optional(r.name.as_deref())?,
            email: self.symbols.optional(r.email.as_deref())?,
            phone: self.symbols.optional(r.phone.as_deref())?,
            birthday: r.birthday.map(Day::from),
            anniversary: r.anniversary.map(Day::from),
            created: r.created.map(Day::from),
            country: self.symbols.optional(r.country.as_deref())?,
            region: self.symbols.optional(r.region.as_deref())?,
            city: self.symbols.optional(r.city.as_deref())?,
            postcode: self.symbols.optional(r.postcode.as_deref())?,
            language: self.symbols.optional(r.language.as_deref())?,
            company: self.symbols.optional(r.company.as_deref())?,
            industry: self.symbols.optional(r.industry.as_deref())?,
            employees: r.employees,
            channel: self.symbols.optional(r.channel.as_deref())?,
            cost: self.minor(r.cost)?,
        };
        self.customers.push(row);
        Ok(())
    }

    /// Takes in a purchase or refund, and counts it among the takings of its day.
    pub fn purchase(&mut self, r: &Purchase) -> Result<(), Error> {
        let who = self.who(r.customer.as_deref())?;
        let (day, amount) = (Day::from(r.day), r.amount.minor(self.unit)?);
        let discount = self.minor(r.discount)?.unwrap_or_default();
        let tax = self.minor(r.tax)?.unwrap_or_default();
        let seconds = r.time.map_or(PurchaseRow::NO_TIME, |t| t.num_seconds_from_midnight());
        let row = u32::try_from(self.purchases.len()).map_err(|_| Error::TooManyRows)?;
        self.takings.add(&Sale { who, day, amount, discount, tax })?;
        self.purchases.push(PurchaseRow { who, day, amount, seconds, row });
        Ok(())
    }

    /// Takes in a line of an order.
    pub fn line(&mut self, r: &OrderLine) -> Result<(), Error> {
        let row = LineRow {
            who: self.who(r.customer.as_deref())?,
            day: Day::from(r.day),
            order: OrderDigest::of(&r.order),
            item: self.symbols.intern(&r.item)?,
            category: self.symbols.optional(r.category.as_deref())?,
            amount: r.amount.minor(self.unit)?,
            marks: LineMarks::of(r.quantity, self.minor(r.discount)?.unwrap_or_default()),
        };
        self.lines.push(row);
        Ok(())
    }

    /// Takes in a touch.
    pub fn touch(&mut self, r: &Touch) -> Result<(), Error> {
        let row = TouchRow {
            who: self.index.intern(&r.customer)?,
            activity: self.symbols.intern(&r.activity)?,
            at: Instant::from(r.at),
            channel: self.symbols.optional(r.channel.as_deref())?,
            row: u32::try_from(self.touches.len()).map_err(|_| Error::TooManyRows)?,
        };
        self.touches.push(row);
        Ok(())
    }

    /// Takes in a survey answer.
    pub fn survey(&mut self, r: &SurveyAnswer) -> Result<(), Error> {
        let row = AnswerRow {
            who: self.who(r.customer.as_deref())?,
            day: Day::from(r.day),
            kind: self.symbols.intern(&r.kind)?,
            score: r.score,
            text: self.symbols.optional(r.text.as_deref())?,
            channel: self.symbols.optional(r.channel.as_deref())?,
        };
        self.surveys.push(row);
        Ok(())
    }

    /// Takes in a subscription.
    pub fn subscription(&mut self, r: &Subscription) -> Result<(), Error> {
        let row = SubscriptionRow {
            who: self.index.intern(&r.customer)?,
            id: self.symbols.optional(r.id.as_deref())?,
            plan: self.symbols.optional(r.plan.as_deref())?,
            started: Day::from(r.started),
            ended: r.ended.map(Day::from),
            monthly: self.minor(r.monthly)?,
            reason: self.symbols.optional(r.reason.as_deref())?,
        };
        self.subscriptions.push(row);
        Ok(())
    }

    /// Takes in a ticket.
    pub fn ticket(&mut self, r: &Ticket) -> Result<(), Error> {
        let row = TicketRow {
            who: self.who(r.customer.as_deref())?,
            id: self.symbols.intern(&r.id)?,
            opened: Instant::from(r.opened),
            solved: r.solved.map(Instant::from),
            topic: self.symbols.optional(r.topic.as_deref())?,
            channel: self.symbols.optional(r.channel.as_deref())?,
            reopened: r.reopened,
        };
        self.tickets.push(row);
        Ok(())
    }

    /// Takes in a change of consent.
    pub fn consent(&mut self, r: &Consent) -> Result<(), Error> {
        let row = ConsentRow {
            who: self.index.intern(&r.customer)?,
            at: Instant::from(r.at),
            purpose: self.symbols.intern(&r.purpose)?,
            channel: self.symbols.optional(r.channel.as_deref())?,
            granted: r.granted,
            source: self.symbols.optional(r.source.as_deref())?,
        };
        self.consents.push(row);
        Ok(())
    }

    /// Takes in a deal.
    pub fn deal(&mut self, r: &Deal) -> Result<(), Error> {
        let row = DealRow {
            who: self.who(r.customer.as_deref())?,
            id: self.symbols.intern(&r.id)?,
            owner: self.symbols.optional(r.owner.as_deref())?,
            stage: self.symbols.intern(&r.stage)?,
            opened: r.opened.map(Day::from),
            closed: r.closed.map(Day::from),
            won: r.won,
            amount: self.minor(r.amount)?,
            product: self.symbols.optional(r.product.as_deref())?,
        };
        self.deals.push(row);
        Ok(())
    }

    /// Takes in a lead.
    pub fn lead(&mut self, r: &Lead) -> Result<(), Error> {
        let row = LeadRow {
            who: self.who(r.customer.as_deref())?,
            id: self.symbols.intern(&r.id)?,
            source: self.symbols.optional(r.source.as_deref())?,
            owner: self.symbols.optional(r.owner.as_deref())?,
            created: r.created.map(Day::from),
            converted: r.converted.map(Day::from),
            status: self.symbols.optional(r.status.as_deref())?,
        };
        self.leads.push(row);
        Ok(())
    }

    /// Takes in a campaign send.
    pub fn send(&mut self, r: &CampaignSend) -> Result<(), Error> {
        let row = SendRow {
            who: self.index.intern(&r.customer)?,
            campaign: self.symbols.intern(&r.campaign)?,
            day: Day::from(r.day),
            channel: self.symbols.optional(r.channel.as_deref())?,
            control: r.control,
            opened: r.opened,
            clicked: r.clicked,
        };
        self.campaigns.push(row);
        Ok(())
    }

    /// Takes in a cost.
    pub fn cost(&mut self, r: &Cost) -> Result<(), Error> {
        let row = CostRow {
            who: CustomerIx::NONE,
            day: Day::from(r.day),
            channel: self.symbols.optional(r.channel.as_deref())?,
            campaign: self.symbols.optional(r.campaign.as_deref())?,
            amount: r.amount.minor(self.unit)?,
        };
        self.costs.push(row);
        Ok(())
    }

    fn who(&mut self, customer: Option<&str>) -> Result<CustomerIx, Error> {
        customer.filter(|c| !c.is_empty()).map_or(Ok(CustomerIx::NONE), |c| self.index.intern(c))
    }

    fn minor(&self, money: Option<Money>) -> Result<Option<Minor>, Error> {
        money.map(|m| m.minor(self.unit)).transpose()
    }
}
