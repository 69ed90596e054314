//! From a row of touches to compact values: there are as many of them as of sales, and no text is allocated for one.

use crate::codes::{self, Code};
use crate::date::{DateFormat, iso_stamp};
use crate::field::F;
use crate::plain::PlainRow;
use crate::plan::Plan;
use crate::row::Row;
use crate::sale::Span;
use naata_core::{
    CustomerIx, Day, Error, IdHash, Instant, Part, RowDigest, Symbol, Symbols, TableKind, TouchRow,
};

/// One touch.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TouchCells {
    customer: Span,
    hash: IdHash,
    at: Instant,
    activity: Symbol,
    channel: Symbol,
}

/// The touches of a stretch, with their texts; symbols are numbered by the stretch.
#[derive(Debug, Default)]
pub(crate) struct Touches {
    text: String,
    symbols: Symbols,
    rows: Vec<TouchCells>,
    failed: Option<Error>,
}

/// The usual row of a file of touches, read quickly: plain texts and `2026-03-31T23:59:58+05:30`. Any other row goes the
/// long way; of the usual ones both say the same.
#[derive(Clone, Copy, Debug)]
pub(crate) struct UsualTouch {
    customer: usize,
    at: usize,
    activity: usize,
    channel: usize,
    /// Whether a time without an offset is UTC, whatever the zone.
    is_utc: bool,
    /// How many columns a row has.
    columns: usize,
}

impl UsualTouch {
    /// The usual row of a file, where it has one.
    pub(crate) fn of(plan: &Plan) -> Option<Self> {
        let wanted = [F::Customer, F::At, F::Activity, F::Channel];
        let known = plan.has_only(&wanted);
        let needed = [F::Customer, F::At, F::Activity].iter().all(|f| plan.slot(*f).is_mapped());
        let dated = matches!(plan.date_format(F::At), DateFormat::Order(_));
        (plan.kind == TableKind::Touches && known && needed && dated).then(|| Self {
            customer: plan.first(F::Customer),
            at: plan.first(F::At),
            activity: plan.first(F::Activity),
            channel: plan.first(F::Channel),
            is_utc: plan.is_utc(F::At),
            columns: plan.columns.len(),
        })
    }
}

impl Touches {
    /// Makes room for the rows of so many bytes, as many as there usually are.
    pub(crate) fn reserve(&mut self, plan: &Plan, bytes: usize) {
        if plan.kind == TableKind::Touches {
            self.rows.reserve(bytes / 64);
            self.text.reserve(bytes / 8);
        }
    }

    /// Takes in a row; the answer is its day.
    pub(crate) fn take(&mut self, row: &mut Row<'_>) -> Result<Option<Day>, Code> {
        let (at, day, _) = row.required_instant(F::At)?;
        let customer = row.text(F::Customer)?;
        if customer.is_empty() {
            return Err(row.refuse(codes::CUSTOMER_REQUIRED, F::Customer));
        }
        let activity = row.text(F::Activity)?;
        if activity.is_empty() {
            return Err(row.refuse(codes::VALUE_MISSING, F::Activity));
        }
        let channel = row.text(F::Channel)?;
        self.put(&customer, at, &activity, &channel);
        Ok(Some(day))
    }

    /// Takes in what a row says.
    fn put(&mut self, customer: &str, at: Instant, activity: &str, channel: &str) {
        let symbols = (self.symbols.intern(activity), self.symbols.optional(Some(channel)));
        let (activity, channel) = match symbols {
            (Ok(activity), Ok(channel)) => (activity, channel),
            (Err(e), _) | (_, Err(e)) => {
                self.failed.get_or_insert(e);
                return;
            }
        };
        // Touches come by customer in most exports: who is the same as before takes no room.
        let same = self.rows.last().filter(|last| self.get(last.customer) == customer);
        let (span, hash) = match same {
            Some(last) => (last.customer, last.hash),
            None => {
                let start = self.text.len() as u32;
                self.text.push_str(customer);
                ((start, self.text.len() as u32), IdHash::of(customer))
            }
        };
        self.rows.push(TouchCells { customer: span, hash, at, activity, channel });
    }

    /// Takes in a usual touch; the answer is its day and its digest.
    pub(crate) fn take_usual(
        &mut self,
        usual: &UsualTouch,
        plan: &Plan,
        row: &PlainRow<'_, '_>,
    ) -> Option<(Day, RowDigest)> {
        if row.begins.len() != usual.columns + 1 {
            return None;
        }
        let mut stamp = iso_stamp(row.bytes(usual.at)?)?;
        if usual.is_utc {
            stamp.offset = stamp.offset.or(Some(0));
        }
        let at = stamp.instant(plan.zone)?;
        let (day, _) = plan.zone.local(at)?;
        if plan.today.is_some_and(|today| day > today) {
            return None;
        }
        let mut digest = RowDigest::default();
        for column in &plan.read {
            digest.cell(row.bytes(*column)?.trim_ascii());
        }
        let (customer, activity) = (row.plain_id(usual.customer)?, row.plain_id(usual.activity)?);
        let channel = match row.optional(usual.channel)? {
            [] => "",
            _ => row.plain_id(usual.channel)?,
        };
        self.put(customer, at, activity, channel);
        Some((day, digest))
    }

    fn get(&self, span: Span) -> &str {
        self.text.get(span.0 as usize..span.1 as usize).unwrap_or_default()
    }

    /// The customers of the rows; neighbours with the same one are one.
    pub(crate) fn customers(&self) -> impl Iterator<Item = (IdHash, &str)> {
        self.rows.chunk_by(|a, b| a.customer == b.customer).filter_map(|same| {
            let first = same.first()?;
            Some((first.hash, self.get(first.customer)))
        })
    }

    /// Puts the touches into a part; `whos` are the numbers of [`Touches::customers`].
    pub(crate) fn enter(&self, whos: &[CustomerIx], part: &mut Part) -> Result<(), Error> {
        let symbols = part.symbols.absorb(&self.symbols)?;
        let symbol = |s: Symbol| symbols.get(s.0 as usize).copied().unwrap_or(Symbol::NONE);
        part.touches.reserve(self.rows.len());
        for (same, who) in self.rows.chunk_by(|a, b| a.customer == b.customer).zip(whos) {
            for cells in same {
                let row = u32::try_from(part.touches.len()).map_err(|_| Error::TooManyRows)?;
                let (activity, channel) = (symbol(cells.activity), symbol(cells.channel));
                part.touches.push(TouchRow { who: *who, activity, at: cells.at, channel, row });
            }
        }
        Ok(())
    }

    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }

    /// Why a row could not be taken in, if so.
    pub(crate) fn failed(&self) -> Option<&Error> {
        self.failed.as_ref()
    }
}
