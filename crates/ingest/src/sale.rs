//! From a row of a sales table to compact values: the busiest path, so ids go to one shared text and nothing else is
//! allocated.

use crate::codes::{self, Code};
use crate::evidence::hash;
use crate::field::F;
use crate::formats::Totals;
use crate::money::Amount;
use crate::row::Row;
use naata_core::{Day, Minor, TableKind};

/// A stretch of [`Sales::text`].
pub(crate) type Span = (u32, u32);

/// A row of a sales table.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SaleRow {
    /// The byte the row begins at.
    pub(crate) at: usize,
    pub(crate) customer: Span,
    pub(crate) order: Span,
    /// `None` on the further rows of an order that states it once.
    pub(crate) day: Option<Day>,
    pub(crate) seconds: Option<u32>,
    /// `None` likewise.
    pub(crate) amount: Option<Minor>,
    pub(crate) discount: Minor,
    pub(crate) tax: Minor,
    /// What was paid back, zero or positive.
    pub(crate) refund: Minor,
    pub(crate) void: bool,
    pub(crate) line: Option<LineCells>,
}

/// What a row says as a line of its order.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LineCells {
    pub(crate) item: Span,
    pub(crate) category: Span,
    pub(crate) quantity: i64,
    pub(crate) amount: Minor,
    pub(crate) discount: Minor,
}

/// Rows of a sales table, with their texts.
#[derive(Debug, Default)]
pub(crate) struct Sales {
    text: String,
    pub(crate) rows: Vec<SaleRow>,
}

impl Sales {
    pub(crate) fn get(&self, span: Span) -> &str {
        self.text.get(span.0 as usize..span.1 as usize).unwrap_or_default()
    }

    fn keep(&mut self, text: &str) -> Span {
        let start = self.text.len() as u32;
        self.text.push_str(text);
        (start, self.text.len() as u32)
    }

    /// Takes in a row; the answer is its day.
    pub(crate) fn take(&mut self, row: &mut Row<'_>) -> Result<Option<Day>, Code> {
        let plan = row.plan;
        let lines_only = plan.kind == TableKind::Lines;
        let order = row.id(F::Order)?;
        if lines_only && order.is_empty() {
            return Err(row.refuse(codes::VALUE_MISSING, F::Order));
        }
        let continued = plan.format.totals == Totals::First && !order.is_empty();
        let ordered = plan.format.order_totals() && !order.is_empty();
        let customer = row.id(F::Customer)?;
        let (day, mut seconds) = match row.day(F::Date)? {
            Some((day, seconds)) => (Some(day), seconds),
            None if continued => (None, None),
            None => return Err(row.refuse(codes::DATE_MISSING, F::Date)),
        };
        if seconds.is_none() && plan.slot(F::Time).is_mapped() {
            seconds = row.optional_time(F::Time);
        }
        let quantity = row.quantity(F::Quantity);
        let price = row.amount(F::Price)?;
        let worth = price.zip(quantity).and_then(|(p, q)| p.times(q));
        let stated = row.amount(F::Amount)?;
        let amount = match stated.or(worth.filter(|_| !ordered)) {
            Some(amount) => Some(amount),
            None if continued => None,
            None => return Err(row.refuse(codes::AMOUNT_MISSING, F::Amount)),
        };
        let currency = row.currency(amount.and_then(|a| a.sign))?;
        let status = row.cell(F::Status);
        let is = |words: &[&str]| words.iter().any(|w| w.as_bytes().eq_ignore_ascii_case(status));
        let paid_back = is(plan.format.negative);
        let signed = |a: Amount| if paid_back { Amount { mantissa: -a.mantissa.abs(), ..a } } else { a };
        let amount = amount.map(|a| row.minor(signed(a), F::Amount)).transpose()?;
        if let Some(amount) = amount {
            row.desk.evidence.saw_amount(currency, amount);
        }
        let discount = row.optional_minor(F::Discount).unwrap_or_default();
        let tax = row.optional_minor(F::Tax).unwrap_or_default();
        let refund = row.optional_minor(F::Refund).unwrap_or_default();
        let void = is(plan.format.void);
        let line = if lines_only || plan.slot(F::Item).is_mapped() {
            self.line(row, quantity, worth, amount, if ordered { Minor::ZERO } else { discount })?
        } else {
            None
        };
        if customer.is_empty() && amount.is_some() {
            row.note(codes::CUSTOMER_MISSING, F::Customer);
        }
        if !plan.grouped && !order.is_empty() && amount.is_some_and(|a| a.0 >= 0) && !lines_only {
            row.desk.evidence.orders.push(hash(order.as_bytes()));
        }
        let (customer, order) = (self.keep(customer), self.keep(order));
        self.rows.push(SaleRow {
            at: row.at,
            customer,
            order,
            day,
            seconds,
            amount,
            discount,
            tax,
            refund,
            void,
            line,
        });
        Ok(day)
    }

    fn line(
        &mut self,
        row: &mut Row<'_>,
        quantity: Option<Amount>,
        worth: Option<Amount>,
        amount: Option<Minor>,
        discount: Minor,
    ) -> Result<Option<LineCells>, Code> {
        let item = row.text(F::Item)?;
        if item.is_empty() {
            return match row.plan.kind {
                TableKind::Lines => Err(row.refuse(codes::VALUE_MISSING, F::Item)),
                // A sale without an item, such as a fee, is still a sale.
                _ => Ok(None),
            };
        }
        let category = row.text(F::Category)?;
        // What stands in an order's amount is the order's; the line's own worth is its price times its quantity.
        let amount = match (row.plan.format.order_totals(), worth, amount) {
            (true, Some(worth), _) => row.minor(worth, F::Price)?,
            (false, _, Some(amount)) => amount,
            _ => return Ok(None),
        };
        let quantity = match quantity.map(|q| q.minor(3)) {
            Some(Ok(thousandths)) => thousandths.0,
            Some(Err(_)) => {
                row.note(codes::VALUE_UNREADABLE, F::Quantity);
                1000
            }
            None => 1000,
        };
        let (item, category) = (self.keep(&item), self.keep(&category));
        Ok(Some(LineCells { item, category, quantity, amount, discount }))
    }
}
