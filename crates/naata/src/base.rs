//! The sealed base: every table of a business, numbered in id order, grouped by customer.

use naata_core::{
    AnswerRow, ConsentRow, Context, CostRow, CustomerRow, DealRow, Error, Exec, Histories, Ids, Intake,
    LeadRow, LineRow, MoneyUnit, Part, PurchaseRow, Row, SendRow, Serial, SubscriptionRow, Summary, Summed,
    Symbols, TableKind, Takings, Texts, TicketRow, TouchRow, Zone, map_parts, part_range,
};
use naata_facts::Tables;
use naata_facts::rules::Rules;
use naata_loyalty::{Event, Programme};
use naata_segments::sets::SegmentSet;
use std::sync::Arc;

/// All tables of a business. A table that was not given is `None`, which is not the same as an empty one.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Base {
    /// Customer ids, in id order.
    pub ids: Ids,
    /// All other texts, in text order.
    pub texts: Texts,
    /// The unit of every amount.
    pub unit: MoneyUnit,
    /// The zone in which days are counted.
    pub zone: Zone,
    /// What was read.
    pub intake: Intake,
    /// What was taken each day.
    pub takings: Option<Takings>,
    /// Customers' own data.
    pub customers: Option<Histories<CustomerRow>>,
    /// Purchases and refunds.
    pub purchases: Option<Histories<PurchaseRow>>,
    /// Lines of orders.
    pub lines: Option<Histories<LineRow>>,
    /// Touches.
    pub touches: Option<Histories<TouchRow>>,
    /// Survey answers.
    pub surveys: Option<Histories<AnswerRow>>,
    /// Subscriptions.
    pub subscriptions: Option<Histories<SubscriptionRow>>,
    /// Tickets.
    pub tickets: Option<Histories<TicketRow>>,
    /// Consent changes.
    pub consents: Option<Histories<ConsentRow>>,
    /// Deals.
    pub deals: Option<Histories<DealRow>>,
    /// Leads.
    pub leads: Option<Histories<LeadRow>>,
    /// Campaign sends.
    pub campaigns: Option<Histories<SendRow>>,
    /// Costs.
    pub costs: Option<Histories<CostRow>>,
    /// The loyalty programme.
    pub programme: Option<Programme>,
    /// What happened in it.
    pub events: Option<Vec<Event>>,
    /// The segments told in rules.
    pub rules: Option<Rules>,
    /// Names for RFM scores of one's own.
    pub boxes: Option<SegmentSet>,
    /// A summary of each customer, where purchases themselves were not kept. They hold what the reader was told to
    /// sum up, so a session stands on a day from the last of these purchases on.
    pub summaries: Option<Arc<Vec<Summary>>>,
}

impl Base {
    /// Seals a part: numbers customers and texts in their own order and groups every table by customer. From here
    /// on no result can depend on the order of rows, files or threads.
    pub fn seal(part: Part, intake: Intake) -> Result<Self, Error> {
        Self::seal_rows(part, None, &TableKind::ALL, intake, &Serial)
    }

    /// Seals a part of which the rows of these tables alone were kept; the others are absent from the base. `sums`
    /// stands for purchases that were not kept.
    pub fn seal_rows(
        mut part: Part,
        sums: Option<Summed>,
        kept: &[TableKind],
        intake: Intake,
        exec: &dyn Exec,
    ) -> Result<Self, Error> {
        let index = std::mem::take(&mut part.index);
        let summed = sums.filter(|_| intake.tables.iter().any(|t| t.kind == TableKind::Purchases));
        let (ids, customers, summaries) = match summed {
            Some(Summed::Open(sums)) => {
                let (ids, customers, summaries) = sums.seal(index, exec);
                (ids, customers, Some(Arc::new(summaries)))
            }
            Some(Summed::Sealed(ids, summaries)) => {
                let (_, customers) = index.into_sealed(exec);
                (ids, customers, Some(Arc::new(summaries)))
            }
            None => {
                let (ids, customers) = index.into_sealed(exec);
                (ids, customers, None)
            }
        };
        let (texts, symbols) = part.symbols.seal();
        part.symbols = Symbols::default();
        part.renumber(&customers, &symbols);
        let given = |kind: TableKind, rows: usize| {
            kept.contains(&kind) && (rows > 0 || intake.tables.iter().any(|t| t.kind == kind))
        };
        let n = ids.len();
        fn group<T: Row + Ord, K: Ord>(
            given: bool,
            n: usize,
            rows: Vec<T>,
            key: impl Fn(&T) -> K,
        ) -> Result<Option<Histories<T>>, Error> {
            given.then(|| Histories::of_rows(n, rows, key)).transpose()
        }
        use TableKind as K;
        Ok(Self {
            unit: part.unit,
            zone: part.zone,
            takings: given(K::Purchases, part.purchases.len()).then_some(part.takings),
            customers: group(given(K::Customers, part.customers.len()), n, part.customers, |r| r.created)?,
            purchases: group(given(K::Purchases, part.purchases.len()), n, part.purchases, |r| {
                (r.day, r.seconds, r.amount, r.row)
            })?,
            lines: group(given(K::Lines, part.lines.len()), n, part.lines, |r| (r.day, r.order))?,
            touches: group(given(K::Touches, part.touches.len()), n, part.touches, |r| (r.at, r.row))?,
            surveys: group(given(K::Surveys, part.surveys.len()), n, part.surveys, |r| r.day)?,
            subscriptions: group(
                given(K::Subscriptions, part.subscriptions.len()),
                n,
                part.subscriptions,
                |r| r.started,
            )?,
            tickets: group(given(K::Tickets, part.tickets.len()), n, part.tickets, |r| r.opened)?,
            consents: group(given(K::Consents, part.consents.len()), n, part.consents, |r| r.at)?,
            deals: group(given(K::Deals, part.deals.len()), n, part.deals, |r| r.opened)?,
            leads: group(given(K::Leads, part.leads.len()), n, part.leads, |r| r.created)?,
            campaigns: group(given(K::Campaigns, part.campaigns.len()), n, part.campaigns, |r| r.day)?,
            costs: group(given(K::Costs, part.costs.len()), n, part.costs, |r| r.day)?,
            programme: None,
            events: None,
            rules: None,
            boxes: None,
            summaries,
            ids,
            texts,
            intake,
        })
    }

    /// What rules read behaviour from.
    pub fn tables(&self) -> Tables<'_> {
        Tables {
            purchases: self.purchases.as_ref(),
            lines: self.lines.as_ref(),
            touches: self.touches.as_ref(),
            surveys: self.surveys.as_ref(),
            tickets: self.tickets.as_ref(),
            sends: self.campaigns.as_ref(),
            texts: &self.texts,
            unit: self.unit,
            zone: self.zone,
        }
    }

    /// Adds names for RFM scores of one's own, which stand in for the built-in ones.
    #[must_use]
    pub fn with_boxes(mut self, boxes: SegmentSet) -> Self {
        self.boxes = Some(boxes);
        self
    }

    /// Adds segments told in rules.
    #[must_use]
    pub fn with_rules(mut self, rules: Rules) -> Self {
        self.rules = Some(rules);
        self
    }

    /// Adds a loyalty programme and what happened in it; without events they are derived from the purchases.
    pub fn with_programme(
        mut self,
        programme: Programme,
        events: Option<Vec<Event>>,
    ) -> Result<Self, naata_loyalty::Error> {
        self.events = match (events, &self.purchases) {
            (Some(events), _) => Some(events),
            (None, Some(purchases)) => {
                Some(naata_loyalty::events_from_purchases(purchases, &self.ids, self.unit, self.zone)?)
            }
            (None, None) => None,
        };
        self.programme = Some(programme);
        Ok(self)
    }

    /// Every customer's purchases up to the context's day, one summary each.
    pub(crate) fn summaries(&self, cx: &Context<'_>) -> Result<Option<Arc<Vec<Summary>>>, Error> {
        let Some(histories) = &self.purchases else {
            return Ok(self.summaries.clone());
        };
        let n = self.ids.len();
        // The number of parts depends on the customers alone, never on the threads.
        let parts = n.div_ceil(4096).max(1);
        let done = map_parts(cx.exec, parts, |k| {
            part_range(n, parts, k)
                .map(|i| Summary::of(histories.of(naata_core::CustomerIx(i as u32)), cx.as_of))
                .collect::<Result<Vec<_>, _>>()
        });
        let mut all = Vec::with_capacity(n);
        for part in done {
            all.extend(part?);
        }
        Ok(Some(Arc::new(all)))
    }
}
