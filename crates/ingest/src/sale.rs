//! From a row of a sales table to compact values: the busiest path, so ids go to one shared text and nothing else is
//! allocated.

use crate::codes::{self, Code};
use crate::field::F;
use crate::formats::Totals;
use crate::money::Amount;
use crate::orders::remark;
use crate::plan::Plan;
use crate::repeats::OrderKey;
use crate::row::Row;
use naata_core::{
    CustomerIx, Day, Error, IdHash, LineMarks, Minor, OrderDigest, PurchaseRow, RowDigest, Sale, TableKind,
    Takings,
};
use std::borrow::Cow;

/// A stretch of [`Sales::text`].
pub(crate) type Span = (u32, u32);

/// Stands for what a row does not have.
pub(crate) const NONE: u32 = u32::MAX;

/// A row of a sales table: a purchase or a refund as it stands, unless its [`More`] has [`Details`].
#[derive(Clone, Copy, Debug)]
pub(crate) struct SaleRow {
    pub(crate) customer: Span,
    pub(crate) hash: IdHash,
    pub(crate) key: OrderKey,
    pub(crate) amount: Minor,
    pub(crate) day: Day,
    pub(crate) seconds: u32,
    /// The place of its [`More`], or [`NONE`].
    more: u32,
}

/// What a row has beyond that: where lines are kept, or where it is brought together with others.
#[derive(Clone, Copy, Debug)]
pub(crate) struct More {
    /// The byte the row begins at.
    pub(crate) at: usize,
    pub(crate) order: Span,
    /// The place of the [`Details`] of a row that is brought together with others, or [`NONE`].
    pub(crate) details: u32,
    /// The place of its [`LineCells`], or [`NONE`].
    pub(crate) line: u32,
}

impl SaleRow {
    /// Whether it says whose it is.
    pub(crate) fn is_named(&self) -> bool {
        self.customer.0 < self.customer.1
    }

    /// The purchase or refund of a row that is one as it stands. Purchases carry no row number: what happened at one time
    /// has no order that the file could tell.
    #[inline]
    pub(crate) fn purchase(&self, who: CustomerIx) -> PurchaseRow {
        PurchaseRow { who, day: self.day, amount: self.amount, seconds: self.seconds, row: 0 }
    }
}

/// What a row says as one of the rows of an order.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Details {
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
}

/// What a row says as a line of its order.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LineCells {
    pub(crate) order: OrderDigest,
    pub(crate) item: Span,
    pub(crate) category: Span,
    pub(crate) amount: Minor,
    pub(crate) marks: LineMarks,
}

/// Rows of a sales table, with their texts.
#[derive(Debug, Default)]
pub(crate) struct Sales {
    text: String,
    pub(crate) rows: Vec<SaleRow>,
    more: Vec<More>,
    pub(crate) details: Vec<Details>,
    pub(crate) lines: Vec<LineCells>,
    /// Whether there is a row without a customer.
    pub(crate) nameless: bool,
    /// What the rows without details add up to, where takings are kept.
    pub(crate) takings: Takings,
    /// How many records the rows without details are.
    pub(crate) whole: u64,
    pub(crate) failed: Option<Error>,
    /// The digest of the row that was taken in last.
    pub(crate) digest: RowDigest,
}

impl Sales {
    pub(crate) fn get(&self, span: Span) -> &str {
        self.text.get(span.0 as usize..span.1 as usize).unwrap_or_default()
    }

    /// What a row has beyond being a purchase or a refund.
    #[inline]
    pub(crate) fn more(&self, row: &SaleRow) -> Option<&More> {
        self.more.get(row.more as usize)
    }

    /// The order a row names, where it was kept.
    pub(crate) fn order(&self, row: &SaleRow) -> &str {
        self.more(row).map_or("", |more| self.get(more.order))
    }

    /// Nothing, in the same room.
    pub(crate) fn again(mut self) -> Self {
        self.text.clear();
        self.rows.clear();
        self.more.clear();
        self.details.clear();
        self.lines.clear();
        let Self { text, rows, more, details, lines, .. } = self;
        Self { text, rows, more, details, lines, ..Self::default() }
    }

    /// Makes room for the rows of so many bytes, as many as there usually are.
    pub(crate) fn reserve(&mut self, plan: &Plan, bytes: usize) {
        if matches!(plan.kind, TableKind::Purchases | TableKind::Lines) {
            self.rows.reserve(bytes / 80);
            self.text.reserve(bytes / 8);
        }
    }

    fn keep(&mut self, text: &str) -> Span {
        let start = self.text.len() as u32;
        self.text.push_str(text);
        (start, self.text.len() as u32)
    }

    /// Takes in what a usual row says, a purchase of a customer; the answer is its digest. `None` where it is to be
    /// brought together with other rows of its order.
    #[inline]
    pub(crate) fn take_usual(&mut self, plan: &Plan, at: usize, says: &UsualValues<'_>) -> Option<RowDigest> {
        let key = if says.order.is_empty() { OrderKey::NONE } else { plan.order_form.key(says.order) };
        if plan.grouped.has(key) {
            return None;
        }
        let UsualValues { customer, day, amount, discount, tax, .. } = *says;
        let seconds = says.seconds.unwrap_or(PurchaseRow::NO_TIME);
        let hash = self.take_plain(plan, customer, key, &Paid { day, seconds, amount, discount, tax });
        if plan.lines {
            let order = self.keep(says.order);
            let line = says.line.map_or(NONE, |line| self.keep_line(says.order, line));
            let more = self.keep_more(More { at, order, details: NONE, line });
            if let Some(row) = self.rows.last_mut() {
                row.more = more;
            }
        }
        Some(if plan.digest { says.digest(hash) } else { RowDigest::default() })
    }

    /// Takes in a purchase of a customer that stands on one row; the answer is the hash of the customer's id.
    #[inline(always)]
    pub(crate) fn take_plain(&mut self, plan: &Plan, customer: &str, key: OrderKey, paid: &Paid) -> IdHash {
        let Paid { day, seconds, amount, discount, tax } = *paid;
        let hash = IdHash::of(customer);
        let customer = self.keep(customer);
        self.rows.push(SaleRow { customer, hash, key, amount, day, seconds, more: NONE });
        self.whole += 1;
        if !plan.lean {
            self.takings(&Sale { who: CustomerIx(0), day, amount, discount, tax });
        }
        hash
    }

    /// Takes in a row; the answer is its day.
    pub(crate) fn take(&mut self, row: &mut Row<'_>) -> Result<Option<Day>, Code> {
        let values = Values::read(row)?;
        let plan = row.plan;
        let lines_only = plan.kind == TableKind::Lines;
        let hash = IdHash::of(values.customer);
        if row.plan.digest {
            self.digest = values.digest(hash);
        }
        let Values { order, customer, day, seconds, amount, discount, tax, refund, void, ref line } = values;
        // Where a row is an order, one that pays back is a refund of its own, whatever order it names.
        let own = !plan.by_line && amount.is_some_and(|a| a.0 < 0);
        let alone = own || order.is_empty();
        if void && alone && !lines_only {
            return Err(row.refuse(codes::ORDER_VOID, F::Status));
        }
        if customer.is_empty() && amount.is_some() {
            row.note(codes::CUSTOMER_MISSING, F::Customer);
        }
        let key = if alone || lines_only { OrderKey::NONE } else { plan.order_form.key(order) };
        self.nameless |= customer.is_empty();
        let customer = self.keep(customer);
        let mut new = SaleRow {
            customer,
            hash,
            key,
            amount: amount.unwrap_or_default(),
            day: day.unwrap_or(Day::MIN),
            seconds: seconds.unwrap_or(PurchaseRow::NO_TIME),
            more: NONE,
        };
        let together = !lines_only && (void || day.is_none() || amount.is_none() || plan.grouped.has(key));
        let has_line = line.is_some();
        if plan.lines || together {
            let (id, order) = (order, self.keep(order));
            let line = line.as_ref().filter(|_| plan.lines);
            let line = line.map_or(NONE, |line| self.keep_line(id, line.line()));
            let details = if together { self.details.len() as u32 } else { NONE };
            new.more = self.keep_more(More { at: row.at, order, details, line });
        }
        self.rows.push(new);
        if together {
            self.details.push(Details { day, seconds, amount, discount, tax, refund, void });
            return Ok(day);
        }
        if lines_only {
            self.whole += u64::from(has_line);
            return Ok(day);
        }
        if let Some(code) = remark(new.amount) {
            let value = plan.unit.decimal(new.amount).to_string();
            row.note_with(code, F::Amount, Some(value.into()), None);
        }
        self.whole(row, &new, discount, tax);
        if refund.0 > 0 {
            // What was paid back is a refund of the same day.
            let amount = Minor(-refund.0);
            let back = SaleRow { amount, key: OrderKey::NONE, more: NONE, ..new };
            self.rows.push(back);
            self.whole(row, &back, Minor::ZERO, Minor::ZERO);
        }
        Ok(day)
    }

    fn keep_more(&mut self, more: More) -> u32 {
        self.more.push(more);
        self.more.len() as u32 - 1
    }

    fn keep_line(&mut self, order: &str, line: Line<'_>) -> u32 {
        let Line { item, category, quantity, amount, discount } = line;
        let (item, category) = (self.keep(item), self.keep(category));
        let (order, marks) = (OrderDigest::of(order), LineMarks::of(quantity, discount));
        self.lines.push(LineCells { order, item, category, amount, marks });
        self.lines.len() as u32 - 1
    }

    /// Counts a row that is a purchase or a refund as it stands.
    fn whole(&mut self, row: &Row<'_>, new: &SaleRow, discount: Minor, tax: Minor) {
        self.whole += 1;
        if !row.plan.lean {
            let who = if new.is_named() { CustomerIx(0) } else { CustomerIx::NONE };
            self.takings(&Sale { who, day: new.day, amount: new.amount, discount, tax });
        }
    }

    /// Counts a sale or refund, where it only matters whether it has a customer.
    fn takings(&mut self, sale: &Sale) {
        if let Err(e) = self.takings.add(sale) {
            self.failed.get_or_insert(e);
        }
    }
}

/// What was paid and when.
pub(crate) struct Paid {
    pub(crate) day: Day,
    /// The second of the day, or [`PurchaseRow::NO_TIME`].
    pub(crate) seconds: u32,
    pub(crate) amount: Minor,
    pub(crate) discount: Minor,
    pub(crate) tax: Minor,
}

/// What a row of a sales table says.
pub(crate) struct Values<'a> {
    pub(crate) order: &'a str,
    pub(crate) customer: &'a str,
    pub(crate) day: Option<Day>,
    pub(crate) seconds: Option<u32>,
    pub(crate) amount: Option<Minor>,
    pub(crate) discount: Minor,
    pub(crate) tax: Minor,
    pub(crate) refund: Minor,
    pub(crate) void: bool,
    pub(crate) line: Option<AnyLine<'a>>,
}

/// What a usual row of a sales table says.
pub(crate) struct UsualValues<'a> {
    pub(crate) order: &'a str,
    pub(crate) customer: &'a str,
    pub(crate) day: Day,
    /// The month of the day, as by [`Day::month_number`].
    pub(crate) month: i32,
    pub(crate) seconds: Option<u32>,
    pub(crate) amount: Minor,
    pub(crate) discount: Minor,
    pub(crate) tax: Minor,
    /// `None` also where nobody asks for it.
    pub(crate) line: Option<Line<'a>>,
}

/// What a row says as a line of its order.
#[derive(Clone, Copy)]
pub(crate) struct Line<'a> {
    pub(crate) item: &'a str,
    pub(crate) category: &'a str,
    pub(crate) quantity: i64,
    pub(crate) amount: Minor,
    pub(crate) discount: Minor,
}

/// The same of any row, whose texts may stand in several columns.
pub(crate) struct AnyLine<'a> {
    item: Cow<'a, str>,
    category: Cow<'a, str>,
    quantity: i64,
    amount: Minor,
    discount: Minor,
}

impl UsualValues<'_> {
    #[inline]
    fn digest(&self, customer: IdHash) -> RowDigest {
        let day = i64::from(self.day.0) << 20;
        let when = day | self.seconds.map_or(0, |s| i64::from(s) + 1) << 1;
        let sums = [self.amount.0, 0, self.discount.0, self.tax.0];
        digest(self.order, customer, when, sums, self.line)
    }
}

/// Stands for all that a row says: when one month is exported twice, equal rows give equal digests.
#[inline]
fn digest(order: &str, customer: IdHash, when: i64, sums: [i64; 4], line: Option<Line<'_>>) -> RowDigest {
    let mut digest = RowDigest::default();
    digest.cell(order.as_bytes());
    digest.numbers(customer.number().cast_signed(), when);
    digest.numbers(sums[0], sums[1]);
    digest.numbers(sums[2], sums[3]);
    if let Some(line) = line {
        digest.cell(line.item.as_bytes());
        digest.cell(line.category.as_bytes());
        digest.numbers(line.quantity, line.amount.0);
    }
    digest
}

impl<'a> Values<'a> {
    fn digest(&self, customer: IdHash) -> RowDigest {
        let day = self.day.map_or(i64::MIN, |d| i64::from(d.0) << 20);
        let when = day | self.seconds.map_or(0, |s| i64::from(s) + 1) << 1 | i64::from(self.void);
        let amount = self.amount.map_or(i64::MIN, |a| a.0);
        digest(
            self.order,
            customer,
            when,
            [amount, self.refund.0, self.discount.0, self.tax.0],
            self.line.as_ref().map(AnyLine::line),
        )
    }

    /// Reads any row.
    fn read(row: &mut Row<'a>) -> Result<Self, Code> {
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
        // What never became a sale says nothing about the currency of those that did.
        let void = is(plan.format.void);
        if let Some(amount) = amount.filter(|_| !void) {
            row.desk.evidence.saw_amount(currency, amount);
        }
        let discount = row.optional_minor(F::Discount).unwrap_or_default();
        let tax = row.optional_minor(F::Tax).unwrap_or_default();
        let refund = row.optional_minor(F::Refund).unwrap_or_default();
        let line = if lines_only || plan.slot(F::Item).is_mapped() {
            AnyLine::read(row, quantity, worth, amount, if ordered { Minor::ZERO } else { discount })?
        } else {
            None
        };
        Ok(Self { order, customer, day, seconds, amount, discount, tax, refund, void, line })
    }
}

impl<'a> AnyLine<'a> {
    fn line(&self) -> Line<'_> {
        let Self { item, category, quantity, amount, discount } = self;
        Line { item, category, quantity: *quantity, amount: *amount, discount: *discount }
    }

    fn read(
        row: &mut Row<'a>,
        quantity: Option<Amount>,
        worth: Option<Amount>,
        amount: Option<Minor>,
        discount: Minor,
    ) -> Result<Option<Self>, Code> {
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
        Ok(Some(Self { item, category, quantity, amount, discount }))
    }
}
