//! One part of the input: rows of every table with their own numbering, absorbed in part order, then sealed.

use crate::{
    AnswerRow, ConsentRow, CostRow, CustomerIx, CustomerRow, DealRow, Error, Index, LeadRow, LineRow,
    MoneyUnit, PurchaseRow, Row, SendRow, SubscriptionRow, Symbol, Symbols, Takings, TicketRow, TouchRow,
    Zone,
};

/// The rows of one part. Everything an adapter hands on, and what the facade seals into a base.
#[derive(Clone, Debug)]
pub struct Part {
    /// The unit of every amount.
    pub unit: MoneyUnit,
    /// The zone in which days are counted.
    pub zone: Zone,
    /// Customer ids.
    pub index: Index,
    /// All other texts.
    pub symbols: Symbols,
    /// What was taken each day.
    pub takings: Takings,
    /// Customers' own data.
    pub customers: Vec<CustomerRow>,
    /// Purchases and refunds.
    pub purchases: Vec<PurchaseRow>,
    /// Lines of orders.
    pub lines: Vec<LineRow>,
    /// Touches.
    pub touches: Vec<TouchRow>,
    /// Survey answers.
    pub surveys: Vec<AnswerRow>,
    /// Subscriptions.
    pub subscriptions: Vec<SubscriptionRow>,
    /// Tickets.
    pub tickets: Vec<TicketRow>,
    /// Consent changes.
    pub consents: Vec<ConsentRow>,
    /// Deals.
    pub deals: Vec<DealRow>,
    /// Leads.
    pub leads: Vec<LeadRow>,
    /// Campaign sends.
    pub campaigns: Vec<SendRow>,
    /// Costs.
    pub costs: Vec<CostRow>,
}

/// Applies one expression to every table of rows.
macro_rules! each_table {
    ($part:expr, $rows:ident => $body:expr) => {{
        {
            let $rows = &mut $part.customers;
            $body
        }
        {
            let $rows = &mut $part.purchases;
            $body
        }
        {
            let $rows = &mut $part.lines;
            $body
        }
        {
            let $rows = &mut $part.touches;
            $body
        }
        {
            let $rows = &mut $part.surveys;
            $body
        }
        {
            let $rows = &mut $part.subscriptions;
            $body
        }
        {
            let $rows = &mut $part.tickets;
            $body
        }
        {
            let $rows = &mut $part.consents;
            $body
        }
        {
            let $rows = &mut $part.deals;
            $body
        }
        {
            let $rows = &mut $part.leads;
            $body
        }
        {
            let $rows = &mut $part.campaigns;
            $body
        }
        {
            let $rows = &mut $part.costs;
            $body
        }
    }};
}

impl Part {
    /// An empty part.
    pub fn new(unit: MoneyUnit, zone: Zone) -> Self {
        Self {
            unit,
            zone,
            index: Index::default(),
            symbols: Symbols::default(),
            takings: Takings::default(),
            customers: Vec::new(),
            purchases: Vec::new(),
            lines: Vec::new(),
            touches: Vec::new(),
            surveys: Vec::new(),
            subscriptions: Vec::new(),
            tickets: Vec::new(),
            consents: Vec::new(),
            deals: Vec::new(),
            leads: Vec::new(),
            campaigns: Vec::new(),
            costs: Vec::new(),
        }
    }

    /// An empty part of the same unit and zone.
    pub fn fresh(&self) -> Self {
        Self::new(self.unit, self.zone)
    }

    /// Takes in a later part of the same unit; its numbers become ours.
    pub fn absorb(&mut self, mut later: Self) -> Result<(), Error> {
        if later.unit != self.unit {
            return Err(Error::MixedCurrencies {
                expected: self.unit.currency.code().into(),
                found: later.unit.currency.code().into(),
            });
        }
        let customers = self.index.absorb(&later.index)?;
        let symbols = self.symbols.absorb(&later.symbols)?;
        later.renumber(&customers, &symbols);
        self.takings.merge(&later.takings)?;
        macro_rules! append {
            ($($table:ident)*) => { $(self.$table.append(&mut later.$table);)* };
        }
        append!(customers purchases lines touches surveys subscriptions tickets consents deals leads campaigns costs);
        Ok(())
    }

    /// Gives every row other numbers.
    pub fn renumber(&mut self, customers: &[CustomerIx], symbols: &[Symbol]) {
        fn all<T: Row>(rows: &mut [T], customers: &[CustomerIx], symbols: &[Symbol]) {
            rows.iter_mut().for_each(|r| r.renumber(customers, symbols));
        }
        each_table!(self, rows => all(rows, customers, symbols));
    }
}
