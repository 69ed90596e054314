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
    /// Whether the customer of the last row is written as plainly as it is kept.
    is_plain: bool,
    /// What short cells of usual rows said of late: there are few activities and channels, and each comes again and again.
    recent: Vec<Recent>,
    failed: Option<Error>,
    /// The digest of the row that was taken in last.
    pub(crate) digest: RowDigest,
}

/// An activity or a channel: its symbol within the stretch, and what stands for its text in the digest.
#[derive(Clone, Copy, Debug)]
struct Said {
    symbol: Symbol,
    hash: IdHash,
}

/// What a short cell said, by its bytes and its length.
#[derive(Clone, Copy, Debug)]
struct Recent {
    cell: (u128, usize),
    said: Said,
}

/// How many short cells are remembered, as a power of two.
const RECENT: u32 = 7;

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

/// Where a short cell is remembered.
fn place((bytes, length): (u128, usize)) -> usize {
    let folded = bytes as u64 ^ ((bytes >> 64) as u64).rotate_left(29) ^ length as u64;
    (folded.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> (64 - RECENT)) as usize
}

impl Touches {
    /// Nothing, in the same room.
    pub(crate) fn again(mut self) -> Self {
        self.text.clear();
        self.rows.clear();
        let Self { text, rows, .. } = self;
        Self { text, rows, ..Self::default() }
    }

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
        match (self.say(&activity), self.say(&channel)) {
            (Ok(activity), Ok(channel)) => {
                let customer = self.customer(&customer);
                self.is_plain = false;
                self.digest = self.put(customer, at, activity, channel);
            }
            (Err(e), _) | (_, Err(e)) => {
                self.failed.get_or_insert(e);
            }
        }
        Ok(Some(day))
    }

    /// Where the text of a customer is kept, and its hash. Touches come by customer in most exports: who is the same as
    /// before takes no room.
    fn customer(&mut self, customer: &str) -> (Span, IdHash) {
        if let Some(last) = self.rows.last().filter(|last| self.get(last.customer) == customer) {
            return (last.customer, last.hash);
        }
        let start = self.text.len() as u32;
        self.text.push_str(customer);
        ((start, self.text.len() as u32), IdHash::of(customer))
    }

    /// What an activity or a channel says; an empty one is none.
    fn say(&mut self, text: &str) -> Result<Said, Error> {
        Ok(Said { symbol: self.symbols.optional(Some(text))?, hash: IdHash::of(text) })
    }

    /// What a short cell of a usual row said before.
    #[inline]
    fn remembered(&self, row: &PlainRow<'_, '_>, column: usize) -> Option<Said> {
        let cell = row.short(column)?;
        let recent = self.recent.get(place(cell))?;
        (recent.cell == cell).then_some(recent.said)
    }

    /// What the activity and the channel of a usual row say, where one of them is not remembered.
    #[inline(never)]
    fn say_new(&mut self, row: &PlainRow<'_, '_>, columns: [usize; 2]) -> Option<[Said; 2]> {
        let activity = row.plain_id(columns[0])?;
        let channel = match row.optional(columns[1])? {
            [] => "",
            _ => row.plain_id(columns[1])?,
        };
        // Where this fails, the long way says so.
        let said = [self.say(activity).ok()?, self.say(channel).ok()?];
        for (said, column) in said.into_iter().zip(columns) {
            // What says nothing may stand for a channel, and never for an activity.
            if let Some(cell) = row.short(column).filter(|_| said.symbol.some().is_some()) {
                // No cell is as long as what stands for none.
                self.recent.resize(1 << RECENT, Recent { cell: (0, usize::MAX), said });
                if let Some(recent) = self.recent.get_mut(place(cell)) {
                    *recent = Recent { cell, said };
                }
            }
        }
        Some(said)
    }

    /// Takes in what a row says; the answer is its digest, by what it says and not by how it is written.
    #[inline]
    fn put(
        &mut self,
        (customer, hash): (Span, IdHash),
        at: Instant,
        activity: Said,
        channel: Said,
    ) -> RowDigest {
        self.rows.push(TouchCells { customer, hash, at, activity: activity.symbol, channel: channel.symbol });
        let number = |hash: IdHash| hash.number().cast_signed();
        let mut digest = RowDigest::default();
        digest.numbers(number(hash), at.0);
        digest.numbers(number(activity.hash), number(channel.hash));
        digest
    }

    /// Takes in a usual touch; the answer is its day, the month of it as by [`Day::month_number`], and its digest.
    pub(crate) fn take_usual(
        &mut self,
        usual: &UsualTouch,
        plan: &Plan,
        row: &PlainRow<'_, '_>,
    ) -> Option<(Day, i32, RowDigest)> {
        if row.begins.len() != usual.columns + 1 {
            return None;
        }
        let (mut stamp, month) = iso_stamp(row.bytes(usual.at)?)?;
        if usual.is_utc {
            stamp.offset = stamp.offset.or(Some(0));
        }
        let (at, day) = stamp.instant_and_day(plan.zone)?;
        let month = if day == stamp.day { month } else { day.month_number()? };
        if plan.today.is_some_and(|today| day > today) {
            return None;
        }
        let last = self.rows.last().filter(|_| self.is_plain);
        let cell = row.bytes(usual.customer)?;
        let same =
            last.filter(|last| self.bytes(last.customer) == cell).map(|last| (last.customer, last.hash));
        let new = if same.is_none() { row.plain_id(usual.customer)? } else { "" };
        let channel = match row.optional(usual.channel)? {
            [] => Some(Said { symbol: Symbol::NONE, hash: IdHash::of("") }),
            _ => self.remembered(row, usual.channel),
        };
        // Nothing is kept of a row before it is known to be a usual one.
        let [activity, channel] = match (self.remembered(row, usual.activity), channel) {
            (Some(activity), Some(channel)) => [activity, channel],
            _ => self.say_new(row, [usual.activity, usual.channel])?,
        };
        let customer = same.unwrap_or_else(|| self.customer(new));
        self.is_plain = true;
        Some((day, month, self.put(customer, at, activity, channel)))
    }

    fn bytes(&self, span: Span) -> &[u8] {
        self.text.as_bytes().get(span.0 as usize..span.1 as usize).unwrap_or_default()
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

    /// Forgets what was kept for the rows to come, of which there are no more.
    pub(crate) fn forget(&mut self) {
        (self.is_plain, self.recent, self.digest) = (false, Vec::new(), RowDigest::default());
    }

    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }

    /// Why a row could not be taken in, if so.
    pub(crate) fn failed(&self) -> Option<&Error> {
        self.failed.as_ref()
    }
}
