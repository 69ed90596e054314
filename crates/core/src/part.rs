//! One part of the input: rows of every table with their own numbering, absorbed in part order, then sealed.

use crate::{
    AnswerRow, ConsentRow, CostRow, CustomerIx, CustomerRow, DealRow, Error, Index, LeadRow, LineRow,
    MoneyUnit, PurchaseRow, Row, SendRow, SubscriptionRow, Symbol, Symbols, Takings, TicketRow, TouchRow,
    Zone,
};

/// Declares the part with its tables once, so that no table can be forgotten where parts are joined or renumbered.
macro_rules! part {
    ($($(#[$doc:meta])* $table:ident: $row:ty),* $(,)?) => {
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
            $($(#[$doc])* pub $table: Vec<$row>,)*
        }

        impl Part {
            /// An empty part.
            pub fn new(unit: MoneyUnit, zone: Zone) -> Self {
                let (index, symbols, takings) = (Index::default(), Symbols::default(), Takings::default());
                Self { unit, zone, index, symbols, takings, $($table: Vec::new(),)* }
            }

            /// Takes in a later part of the same unit; the answer maps its customers' numbers to ours.
            pub fn absorb(&mut self, mut later: Self) -> Result<Vec<CustomerIx>, Error> {
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
                $(self.$table.append(&mut later.$table);)*
                Ok(customers)
            }

            /// Gives every row other numbers.
            pub fn renumber(&mut self, customers: &[CustomerIx], symbols: &[Symbol]) {
                $(self.$table.iter_mut().for_each(|r| r.renumber(customers, symbols));)*
            }
        }
    };
}

part! {
    /// Customers' own data.
    customers: CustomerRow,
    /// Purchases and refunds.
    purchases: PurchaseRow,
    /// Lines of orders.
    lines: LineRow,
    /// Touches.
    touches: TouchRow,
    /// Survey answers.
    surveys: AnswerRow,
    /// Subscriptions.
    subscriptions: SubscriptionRow,
    /// Tickets.
    tickets: TicketRow,
    /// Consent changes.
    consents: ConsentRow,
    /// Deals.
    deals: DealRow,
    /// Leads.
    leads: LeadRow,
    /// Campaign sends.
    campaigns: SendRow,
    /// Costs.
    costs: CostRow,
}

impl Part {
    /// An empty part of the same unit and zone.
    pub fn fresh(&self) -> Self {
        Self::new(self.unit, self.zone)
    }
}
