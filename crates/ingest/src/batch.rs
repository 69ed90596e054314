//! A stretch of a file turned into typed rows. It knows nothing of what came before, so that stretches can be parsed
//! side by side; where it ends tells whether the next one began at the right byte.

use crate::Delimiter;
use crate::cells::Cells;
use crate::codes::{self, Code};
use crate::footer::{below_the_rows, is_footer};
use crate::octet::{Form, Octet, ROWS};
use crate::outline::Outline;
use crate::plain::PlainRow;
use crate::plan::Plan;
use crate::records::{Records, line_ends, skip_line_ends, unclosed};
use crate::row::{Desk, Note, Row, lossy};
use crate::sale::Sales;
use crate::tables::Record;
use crate::touch::{Touches, UsualTouch};
use crate::usual::Usual;
use naata_core::{Day, Digest, RowDigest, TableKind};
use naata_machine::is_wide;
use std::collections::BTreeMap;

/// How many lines may open a quote that is never closed before rows cannot be told apart.
pub(crate) const OPEN_QUOTES: usize = 64;

/// What a stretch holds.
#[derive(Debug, Default)]
pub(crate) struct Batch {
    /// The first byte of the stretch and the byte at which the next row begins.
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) rows: u64,
    pub(crate) used: u64,
    pub(crate) refused: BTreeMap<&'static str, u64>,
    pub(crate) span: Option<(Day, Day)>,
    /// The last day that does not lie in the future.
    pub(crate) known: Option<Day>,
    pub(crate) digest: Digest,
    pub(crate) desk: Desk,
    pub(crate) sales: Sales,
    pub(crate) touches: Touches,
    pub(crate) records: Vec<Record>,
    /// Rows that open a quote and never close it.
    pub(crate) open_quotes: usize,
    /// How many lines end from its start to its end.
    pub(crate) lines: u64,
}

impl Batch {
    fn refuse(&mut self, code: Code) {
        *self.refused.entry(code.key).or_default() += 1;
    }

    /// A row that does not end, as far as one looks.
    pub(crate) fn endless(row: &[u8]) -> Self {
        let mut batch = Self { rows: 1, ..Self::default() };
        let (code, value) = (codes::ROW_ENDLESS, Some(lossy(row)));
        batch.desk.notes.push(Note { at: 0, code, column: None, value, suggestion: None });
        batch.refuse(code);
        batch
    }

    /// Parses the rows of a window that begin from the batch's start up to `until`.
    fn fill(mut self, quick: Option<Quick>, plan: &Plan, window: &[u8], until: usize, last: bool) -> Self {
        let start = self.start;
        self.sales.reserve(plan, until.saturating_sub(start));
        self.touches.reserve(plan, until.saturating_sub(start));
        let until = until.min(window.len());
        let text = text_of(window.get(start..until).unwrap_or_default());
        let mut all = Stretch {
            plan,
            window,
            until,
            last,
            text,
            cells: Cells::of_text(window, start, text),
            records: Records::new(window, start, plan.delimiter),
            desk: Desk::default(),
            days: (Day::MAX, Day::MIN),
            counted: start,
            scratch: String::new(),
            batch: self,
        };
        match (plan.delimiter, quick) {
            (Delimiter::Byte(delimiter), Some(quick)) => {
                all.quickly(&quick, delimiter);
            }
            _ => while all.row() {},
        }
        all.finish()
    }
}

/// Parses the rows that begin from `start` up to `until`. Unless the window is the `last`, a row that reaches the
/// window's end may be cut off and is left for the next one.
pub(crate) fn parse(plan: &Plan, window: &[u8], start: usize, until: usize, last: bool) -> Batch {
    parse_by(Quick::of(plan), plan, window, start, until, last)
}

/// The same from the first byte of the window on, in the room of an older batch.
pub(crate) fn parse_in(room: Batch, plan: &Plan, window: &[u8], until: usize, last: bool) -> Batch {
    let Batch { sales, touches, .. } = room;
    let batch = Batch { sales: sales.again(), touches: touches.again(), ..Batch::default() };
    batch.fill(Quick::of(plan), plan, window, until, last)
}

/// The quick way to read the usual rows of a file.
#[allow(clippy::large_enum_variant, reason = "there is one to a window, and it is never moved")]
#[derive(Clone, Copy, Debug)]
pub(crate) enum Quick {
    Sales(Usual, Option<Form>),
    Touches(UsualTouch),
}

impl Quick {
    /// The quick way of a file, where it has one.
    pub(crate) fn of(plan: &Plan) -> Option<Self> {
        Self::by(plan, is_wide())
    }

    /// The same, with rows eight at a time or one by one.
    pub(crate) fn by(plan: &Plan, eight: bool) -> Option<Self> {
        let form = |usual: &Usual| Form::of(usual, plan).filter(|_| eight);
        let sales = || Usual::of(plan).map(|usual| Self::Sales(usual, form(&usual)));
        // Which words stand for nothing is asked cell by cell, the long way.
        plan.missing.is_empty().then(|| sales().or_else(|| UsualTouch::of(plan).map(Self::Touches))).flatten()
    }
}

/// The same, with the quick way for usual rows or without it.
pub(crate) fn parse_by(
    quick: Option<Quick>,
    plan: &Plan,
    window: &[u8],
    start: usize,
    until: usize,
    last: bool,
) -> Batch {
    let batch = Batch { start, end: start, ..Batch::default() };
    batch.fill(quick, plan, window, until, last)
}

/// What of these bytes is text, up to the first that is not.
fn text_of(bytes: &[u8]) -> &str {
    let text = simdutf8::basic::from_utf8(bytes).or_else(|_| {
        let valid = std::str::from_utf8(bytes).map_or_else(|e| e.valid_up_to(), str::len);
        std::str::from_utf8(bytes.get(..valid).unwrap_or_default())
    });
    text.unwrap_or_default()
}

/// Bytes that are outlined at once: what is outlined stays near until it is read.
const OUTLINED: usize = 1 << 14;

/// So many rows go one by one where of eight hardly any was plain.
const ALONE: u32 = 64;

/// A stretch on its way to a batch, whose `end` is where the next row begins.
struct Stretch<'a> {
    plan: &'a Plan,
    window: &'a [u8],
    until: usize,
    last: bool,
    /// What of the stretch is text, from its start on.
    text: &'a str,
    cells: Cells<'a>,
    records: Records<'a>,
    desk: Desk,
    /// The first and the last day of the usual rows.
    days: (Day, Day),
    /// The byte before which lines are counted.
    counted: usize,
    /// Where a text is put together.
    scratch: String,
    batch: Batch,
}

impl Stretch<'_> {
    /// Reads the usual rows by an outline, and row by row what it leaves out.
    fn quickly(&mut self, quick: &Quick, delimiter: u8) {
        let mut outline = Outline::default();
        let (mut usual, mut others) = (0u32, 0u32);
        // How many rows go one by one before eight at once are worth a try again.
        let mut alone = 0u32;
        let columns = self.plan.columns.len();
        loop {
            let (from, before) = (self.batch.end - self.batch.start, usual);
            outline.make(self.text.as_bytes(), from, OUTLINED, delimiter);
            loop {
                if let Quick::Sales(_, Some(form)) = quick
                    && alone == 0
                    && let Some((begins, stride)) = outline.ahead(columns, ROWS)
                    && let Some(octet) = self.octet(form, begins, stride)
                {
                    let (passed, quickly) = self.eight(quick, form, &octet, begins, stride);
                    outline.pass(columns, stride, passed);
                    usual += passed as u32;
                    if quickly < 3 {
                        alone = ALONE;
                    }
                    if passed == ROWS {
                        continue;
                    }
                }
                alone = alone.saturating_sub(1);
                let Some(begins) = outline.next(columns) else { break };
                let [Some(first), Some(next)] = [begins.first(), begins.last()] else { break };
                let (at, end) = (self.batch.start + *first as usize, self.batch.start + *next as usize);
                // Blank lines, and what the long way has read already, are passed over.
                if at < self.batch.end {
                    continue;
                }
                // A row that ends with the window may go on in the next one; and where the long way ended within a row,
                // the outline says nothing any more.
                if end >= self.window.len() || at > self.batch.end {
                    break;
                }
                if self.usual(quick, at, begins) {
                    self.batch.end = skip_line_ends(self.window, end);
                    usual += 1;
                    continue;
                }
                self.records.seek(at);
                if !self.row() {
                    return;
                }
                others += 1;
            }
            self.count_lines(self.batch.start + from);
            let start = self.batch.start;
            if let Some((lines, until)) = outline.lines(self.batch.end - start) {
                self.batch.lines += lines;
                self.counted = start + until;
            }
            self.count_lines(self.batch.end);
            // Where hardly a row is usual, as with signs of currencies in every amount, trying costs more than it spares.
            if others > 100 && others / 4 > usual {
                self.records.seek(self.batch.end);
                while self.row() {}
                return;
            }
            // The next outline begins where this one ends; only where nothing comes of it, the long way goes on.
            if usual > before {
                continue;
            }
            self.records.seek(self.batch.end);
            if !self.row() {
                return;
            }
            others += 1;
        }
    }

    /// Eight rows that follow each other and the rows before, where no window ends near.
    #[inline]
    fn octet(&self, form: &Form, begins: &[u32], stride: usize) -> Option<Octet> {
        let columns = self.plan.columns.len();
        let [first, end] = [0, (ROWS - 1) * stride + columns]
            .map(|k| begins.get(k).map(|at| self.batch.start + *at as usize));
        if first? != self.batch.end || end? >= self.window.len() {
            return None;
        }
        Octet::read(form, self.text.as_bytes(), begins, stride)
    }

    /// Takes in eight rows up to the first that is not a usual one: how many, and how many of them as they were read.
    #[inline]
    fn eight(
        &mut self,
        quick: &Quick,
        form: &Form,
        octet: &Octet,
        begins: &[u32],
        stride: usize,
    ) -> (usize, usize) {
        let columns = self.plan.columns.len();
        let (mut k, mut quickly) = (0, 0);
        loop {
            let (next, taken) = octet.take(form, self.plan, self.text, &mut self.batch.sales, k);
            if next > k {
                let n = (next - k) as u64;
                self.desk.evidence.saw_many(n, taken.amounts, taken.points, form.is_stated());
                self.batch.rows += n;
                self.batch.used += n;
                self.days = (self.days.0.min(taken.days.0), self.days.1.max(taken.days.1));
                quickly += next - k;
                k = next;
            }
            let done = k.checked_sub(1).and_then(|before| begins.get(before * stride + columns));
            if let Some(next) = done {
                self.batch.end = skip_line_ends(self.window, self.batch.start + *next as usize);
            }
            if k == ROWS {
                return (ROWS, quickly);
            }
            let row = begins.get(k * stride..=k * stride + columns).unwrap_or_default();
            let at = self.batch.end;
            if !self.usual(quick, at, row) {
                return (k, quickly);
            }
            k += 1;
        }
    }

    /// Reads a usual row; `false` where it is none.
    #[inline]
    fn usual(&mut self, quick: &Quick, at: usize, begins: &[u32]) -> bool {
        let row = PlainRow { text: self.text, begins };
        let batch = &mut self.batch;
        let (day, month, digest) = match quick {
            Quick::Sales(usual, _) => {
                let evidence = &mut self.desk.evidence;
                let taken = usual.read(self.plan, &row, &mut self.scratch, |values, seen| {
                    let digest = batch.sales.take_usual(self.plan, at, values)?;
                    seen.tell(evidence);
                    Some((values.day, values.month, digest))
                });
                let Some(taken) = taken else { return false };
                taken
            }
            Quick::Touches(usual) => {
                let Some(taken) = batch.touches.take_usual(usual, self.plan, &row) else { return false };
                taken
            }
        };
        batch.rows += 1;
        batch.used += 1;
        // The day of a usual row does not lie in the future.
        self.days = (self.days.0.min(day), self.days.1.max(day));
        if self.plan.digest {
            batch.digest.add_month(Some(month), digest);
        }
        true
    }

    /// Reads the next row the long way; `false` where the stretch ends.
    fn row(&mut self) -> bool {
        let Self { plan, window, until, last, .. } = *self;
        if self.batch.end >= until {
            return false;
        }
        let Some(place) = self.records.next(&mut self.cells) else {
            self.batch.end = skip_line_ends(window, self.batch.end);
            return false;
        };
        if place.start >= until {
            self.batch.end = place.start;
            return false;
        }
        if place.end >= window.len() {
            if !last {
                self.batch.end = place.start;
                return false;
            }
            if unclosed(window, place.start, plan.delimiter) {
                return self.give_up_line(place.start);
            }
        }
        self.batch.end = skip_line_ends(window, place.end);
        self.batch.rows += 1;
        if !plan.missing.is_empty() {
            self.cells.blank(|cell| plan.missing.iter().any(|word| word.as_bytes() == cell.trim_ascii()));
        }
        let mut row = Row { plan, cells: &self.cells, at: place.start, desk: &mut self.desk };
        let before = row.desk.notes.len();
        let outcome = take(&mut row, &mut self.batch);
        if self.desk.notes.len() > before {
            self.desk.cap(before, plan.cap);
        }
        match outcome {
            Err(code) => self.batch.refuse(code),
            Ok(day) => self.count(day),
        }
        true
    }

    /// Counts a row that was taken in.
    fn count(&mut self, day: Option<Day>) {
        let (plan, batch) = (self.plan, &mut self.batch);
        batch.used += 1;
        if let Some(day) = day {
            batch.span = Some(batch.span.map_or((day, day), |(a, b)| (a.min(day), b.max(day))));
            if plan.today.is_none_or(|today| day <= today) {
                batch.known = batch.known.max(Some(day));
            }
        }
        if !plan.digest {
            return;
        }
        // A sale or a touch is counted by what it says, any other row as it is written.
        let digest = match plan.kind {
            TableKind::Purchases | TableKind::Lines => batch.sales.digest,
            TableKind::Touches => batch.touches.digest,
            _ => {
                let mut digest = RowDigest::default();
                for column in &plan.read {
                    digest.cell(self.cells.get(*column).unwrap_or_default().trim_ascii());
                }
                digest
            }
        };
        batch.digest.add_row(day, digest);
    }

    /// Gives up the last row, which opens a quote and never closes it: only its line is lost, and what the quote would
    /// swallow is read on its own.
    fn give_up_line(&mut self, start: usize) -> bool {
        let rest = self.window.get(start..).unwrap_or_default();
        let line = memchr::memchr2(b'\n', b'\r', rest).unwrap_or(rest.len());
        let value = Some(lossy(rest.get(..line).unwrap_or_default()));
        let code = codes::QUOTE_UNCLOSED;
        self.desk.notes.push(Note { at: start, code, column: None, value, suggestion: None });
        self.batch.rows += 1;
        self.batch.refuse(code);
        self.batch.open_quotes += 1;
        self.batch.end = skip_line_ends(self.window, start + line);
        self.records.seek(self.batch.end);
        self.batch.open_quotes <= OPEN_QUOTES
    }

    /// Counts the lines that end before a byte, while the bytes are near. The byte is not within a line end.
    fn count_lines(&mut self, until: usize) {
        self.batch.lines += line_ends(self.window.get(self.counted..until).unwrap_or_default());
        self.counted = until;
    }

    fn finish(mut self) -> Batch {
        let (days, batch) = (self.days, &mut self.batch);
        if days.0 <= days.1 {
            batch.span = Some(batch.span.map_or(days, |(a, b)| (a.min(days.0), b.max(days.1))));
            batch.known = batch.known.max(Some(days.1));
        }
        self.desk.evidence.settle(self.plan.unit.currency);
        self.batch.sales.digest = RowDigest::default();
        self.batch.touches.forget();
        self.count_lines(self.batch.end);
        self.batch.desk = self.desk;
        self.batch
    }
}

fn take(row: &mut Row<'_>, batch: &mut Batch) -> Result<Option<Day>, Code> {
    let (plan, cells) = (row.plan, row.cells);
    let whole = |row: &mut Row<'_>, code: Code| {
        let text: Vec<&[u8]> = row.cells.iter().collect();
        let value = Some(lossy(&text.join(&b","[..])));
        row.desk.notes.push(Note { at: row.at, code, column: None, value, suggestion: None });
        code
    };
    if cells.iter().all(|c| c.trim_ascii().is_empty()) {
        return Err(whole(row, codes::ROW_BLANK));
    }
    if plan.header_rows > 0
        && cells.get(0).zip(plan.columns.first()).is_some_and(|(c, h)| c.trim_ascii() == h.as_bytes())
        && cells.iter().zip(&plan.columns).all(|(c, h)| c.trim_ascii() == h.as_bytes())
    {
        return Err(whole(row, codes::ROW_HEADER_AGAIN));
    }
    if cells.len() < plan.least {
        let footer = is_footer(cells, plan.format.footer);
        return Err(whole(row, if footer { codes::ROW_FOOTER } else { codes::ROW_SHORT }));
    }
    if cells.iter().skip(plan.columns.len()).any(|c| !c.trim_ascii().is_empty()) {
        return Err(whole(row, codes::ROW_LONG));
    }
    let before = row.desk.notes.len();
    let taken = match plan.kind {
        TableKind::Purchases | TableKind::Lines => batch.sales.take(row),
        TableKind::Touches => batch.touches.take(row),
        _ => Record::of(row).map(|(day, record)| {
            batch.records.push(record);
            day
        }),
    };
    // Asked only of rows that cannot be read, so that a row that can is never taken for a total.
    if taken.is_err()
        && let Some(code) = below_the_rows(cells, plan.format.footer)
    {
        row.desk.notes.truncate(before);
        return Err(whole(row, code));
    }
    taken
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Reading;
    use crate::head::Head;
    use crate::plan::{Grouped, Wish};
    use crate::repeats::{KeySet, OrderForm};
    use naata_core::{Currency, MoneyUnit, Zone};
    use proptest::prelude::*;

    fn cell(plain: &'static str) -> impl Strategy<Value = String> {
        prop_oneof![
            8 => plain,
            1 => prop::sample::select(vec![
                "", "\"\"", " ", " x", "x ", "'12", "9.8E+11", "é", "\"a,b\"", "\"a\nb\"", "\"5\"\"\"", "0", "-1.00", "1,234.50", "1.234", "0.500",
                "12345678901234567.89", "2026-02-30", "31/01/2026", "2199-01-01", "24:00", "9:5", "INR", "USD", "NA", "\u{a0}x", "\"x\"",
                "2026-03-01T23:59:59.5+05:30", "2026-03-01 10:00:00", "2026-03-01T10:00:00Z",
            ])
            .prop_map(Into::into),
        ]
    }

    fn sale() -> impl Strategy<Value = String> {
        let number = || cell("[0-9]{1,4}(\\.[0-9]{1,2})?");
        let first = (
            cell("SO[0-9]{8}|SO[0-9]{4}"),
            cell("C[0-9]{3}|[0-9]{4}"),
            cell("202[0-6]-[01][0-9]-[0-3][0-9]"),
        );
        let second =
            (cell("[0-2][0-9]:[0-5][0-9](:[0-5][0-9])?"), cell("[A-Za-z][a-zক-ঙ ]{0,20}[a-z]"), number());
        let third = (number(), number(), number(), cell("INR"));
        let end = prop_oneof![9 => Just("\n"), 1 => Just(",\n"), 1 => Just(",y\n"), 1 => Just("\r\n")];
        (first, second, third, end).prop_map(|((a, b, c), (d, e, f), (g, h, i, j), end)| {
            [&*a, &b, &c, &d, &e, &f, &g, &h, &i, &j].join(",") + end
        })
    }

    fn touch() -> impl Strategy<Value = String> {
        let at = cell(
            "202[0-6]-[01][0-9]-[0-3][0-9][T ][0-2][0-9]:[0-5][0-9]:[0-5][0-9](\\.[0-9]{1,3})?(Z|[+-]0[0-9]:[03]0)?",
        );
        let cells = (
            cell("c[0-3]|[0-9]{3}"),
            at,
            cell("[a-c]{1,5}|[ab]{14,18}|\"[ab]{1,3}\""),
            cell("app|web|"),
            cell("[a-z]{0,9}"),
        );
        (cells, prop_oneof![9 => Just("\n"), 1 => Just(",\n"), 1 => Just("\r\n"), 1 => Just("\n\n")])
            .prop_map(|((a, b, c, d, e), end)| [&*a, &b, &c, &d, &e].join(",") + end)
    }

    /// Both ways give the same batch, whatever is to be kept.
    fn agree(
        kind: TableKind,
        text: &str,
        (lean, lines, digest, zone): (bool, bool, bool, &str),
    ) -> Result<(), TestCaseError> {
        let reading = Reading::default();
        let head = Head::decode("t", text.as_bytes(), true, &reading).unwrap();
        let wish = Wish { kind, file: "t", reading: &reading, map: &[] };
        let zone = Zone::parse(zone).unwrap();
        let mut plan = Plan::of(&head, &wish, MoneyUnit::of(Currency::INR), zone, true).unwrap();
        (plan.today, plan.lean, plan.lines, plan.digest) = (Some(Day(20_500)), lean, lines, digest);
        plan.order_form = OrderForm::of("SO00000007");
        let some = OrderForm::of("SO00000007").key("SO00000123");
        plan.grouped = Grouped::These(KeySet::of(vec![some, plan.order_form.key("SO0123")]));
        for last in [true, false] {
            let parsed =
                |quick| format!("{:?}", parse_by(quick, &plan, text.as_bytes(), plan.body, text.len(), last));
            for eight in [true, false] {
                let quick = Quick::by(&plan, eight);
                prop_assert!(quick.is_some());
                prop_assert_eq!(parsed(quick), parsed(None));
            }
        }
        Ok(())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(512))]

        #[test]
        fn what_the_quick_way_reads_is_what_the_long_way_reads(
            sales in prop::collection::vec(sale(), 1..30),
            touches in prop::collection::vec(touch(), 1..30),
            product in any::<bool>(),
            keep in (any::<bool>(), any::<bool>(), any::<bool>(), prop::sample::select(vec!["UTC", "Asia/Kolkata", "Europe/Berlin"])),
        ) {
            let item = if product { "product" } else { "remarks" };
            let header = format!("order,customer,date,time,{item},quantity,amount,discount,tax,currency\n");
            agree(TableKind::Purchases, &(header + &sales.concat()), keep)?;
            agree(TableKind::Touches, &format!("customer,at,activity,channel,device\n{}", touches.concat()), keep)?;
        }
    }

    #[test]
    fn a_channel_that_says_nothing_is_no_activity_later() {
        let row = |activity: &str, channel: &str| format!("c1,2026-01-01T10:00:00Z,{activity},{channel}\n");
        let rows = [row("visit", "\"\""), row("\"\"", ""), row("visit", "")].concat();
        let text = format!("customer,at,activity,channel\n{rows}");
        agree(TableKind::Touches, &text, (false, false, true, "UTC")).unwrap();
    }

    #[test]
    fn where_hardly_a_row_is_usual_the_long_way_is_taken_to_the_end() {
        let odd = |n: usize| format!("SO{n},c{n},2026-03-31,\"₹ 1,{:03}\"\n", n % 1000);
        let plain = |n: usize| format!("SO{n},c{n},2026-03-31,1{n}.50\n");
        let quotes = |n: usize| format!("SO{n},c{n},2026-03-31,5\" {n}\n");
        for (first, then) in [
            (&odd as &dyn Fn(usize) -> String, &plain as &dyn Fn(usize) -> String),
            (&quotes, &plain),
            (&plain, &odd),
        ] {
            let rows: String = (0..900).map(|n| if n < 600 { first(n) } else { then(n) }).collect();
            let text = format!("order,customer,date,amount\n{rows}");
            agree(TableKind::Purchases, &text, (true, false, true, "UTC")).unwrap();
        }
    }
}
