//! Where stretches of a file come together, in the order of the file: ids are numbered, orders added up, findings get
//! their lines.

use crate::batch::{Batch, OPEN_QUOTES};
use crate::codes::{self, Code};
use crate::evidence::Evidence;
use crate::field::F;
use crate::formats::Totals;
use crate::keep::Kept;
use crate::orders::{Orders, Sum};
use crate::plan::{Grouped, Plan};
use crate::records::line_ends;
use crate::repeats::{OrderKey, Repeats};
use crate::row::Note;
use crate::running::{Due, Running};
use crate::sale::{SaleRow, Sales};
use crate::spill::Fact;
use crate::stretches::Stretches;
use crate::{Error, Options};
use naata_core::{CustomerIx, Findings, LineRow, Part, Symbol, TableIntake, TableKind};
use std::ops::Range;

/// What has come in of one file.
pub(crate) struct Sink<'a> {
    plan: &'a Plan,
    kept: Kept,
    intake: TableIntake,
    findings: Findings,
    evidence: Evidence,
    orders: Orders,
    repeats: Repeats,
    /// Keys of orders that [`Running`] has not seen yet.
    keys: Vec<OrderKey>,
    /// Which lines of this file wait for the customer and day of their order, which are known at the end only; until
    /// then each has the number of its order's sum in the place of its customer.
    waiting: Stretches,
    /// How many quotes are never closed, and the first line of one.
    open_quotes: (usize, u64),
    /// How many lines end before the next window.
    lines: u64,
}

/// What one pass over a file gave.
pub(crate) struct FileRead {
    pub(crate) kept: Kept,
    pub(crate) intake: TableIntake,
    pub(crate) findings: Findings,
    pub(crate) evidence: Evidence,
    pub(crate) repeats: Repeats,
}

/// So many rows are taken through all steps at once.
const NEAR: usize = 512;

/// Counts the lines of a window as rows are passed.
#[derive(Clone, Copy)]
struct Lines<'w> {
    window: &'w [u8],
    at: usize,
    line: u64,
}

impl Lines<'_> {
    fn line(&mut self, at: usize) -> u64 {
        if let Some(passed) = self.window.get(self.at..at) {
            self.line += line_ends(passed);
            self.at = at;
        }
        self.line
    }

    /// Passes a stretch of which the lines are counted.
    fn pass(&mut self, stretch: Range<usize>, lines: u64) {
        self.line(stretch.start);
        if self.at == stretch.start {
            (self.at, self.line) = (stretch.end, self.line + lines);
        }
    }
}

impl<'a> Sink<'a> {
    pub(crate) fn new(plan: &'a Plan, options: &Options, kept: Kept) -> Self {
        Self {
            plan,
            kept,
            intake: TableIntake::new(plan.kind, &plan.file, plan.format.key),
            findings: Findings::capped(options.findings_cap),
            evidence: Evidence::default(),
            orders: Orders::default(),
            repeats: Repeats::default(),
            keys: Vec::new(),
            waiting: Stretches::default(),
            open_quotes: (0, 0),
            lines: plan.body_lines,
        }
    }

    /// Hands out the running totals, so that somebody else can add to them what [`Sink::due`] gives.
    pub(crate) fn running(&mut self) -> Running {
        Running { sums: self.kept.sums.take(), repeats: std::mem::take(&mut self.repeats) }
    }

    /// What is due since the last time, in exchange for room.
    pub(crate) fn due(&mut self, room: Due) -> Due {
        Due {
            rows: self.kept.waiting(room.rows),
            keys: std::mem::replace(&mut self.keys, room.keys),
            customers: self.kept.part.index.len(),
        }
    }

    /// Takes the running totals back.
    pub(crate) fn take_back(&mut self, running: Running) {
        (self.kept.sums, self.repeats) = (running.sums, running.repeats);
    }

    /// Takes in the rows of the next bytes, of which those before `end` are read.
    pub(crate) fn window(&mut self, batch: &mut Batch, window: &[u8], end: usize) -> Result<(), Error> {
        let mut count = Lines { window, at: 0, line: self.lines + 1 };
        self.accept(batch, &mut count)?;
        // A return that ends the window may be half a line end, which the next window counts.
        let again = window.get(end..count.at).map_or(0, line_ends);
        self.lines = count.line(end) - again - 1;
        Ok(())
    }

    fn accept(&mut self, batch: &mut Batch, count: &mut Lines<'_>) -> Result<(), Error> {
        let start = *count;
        for note in &batch.desk.notes {
            let line = count.line(note.at);
            if note.code == codes::QUOTE_UNCLOSED && self.open_quotes.0 == 0 {
                self.open_quotes = (1, line);
            }
            self.find(note, line);
        }
        for (code, n) in std::mem::take(&mut batch.desk.more).into_values() {
            self.findings.count_more(&code.finding().file(&self.plan.file), n);
        }
        self.open_quotes.0 += batch.open_quotes;
        if self.open_quotes.0 > OPEN_QUOTES {
            return Err(Error::Quotes { file: self.plan.file.to_string(), line: self.open_quotes.1 });
        }
        self.evidence.merge(std::mem::take(&mut batch.desk.evidence));
        self.intake.rows += batch.rows;
        self.intake.used += batch.used;
        for (code, n) in std::mem::take(&mut batch.refused) {
            *self.intake.refused.entry(code).or_default() += n;
        }
        if let Some((first, last)) = batch.span {
            self.intake.saw(first);
            self.intake.saw(last);
        }
        self.intake.known = self.intake.known.max(batch.known);
        self.intake.digest.merge(&batch.digest);
        *count = start;
        self.sales(&batch.sales, count)?;
        *count = start;
        count.pass(batch.start..batch.end, batch.lines);
        for record in &batch.records {
            self.kept.record(record, self.plan.lean)?;
            self.intake.records += record.count();
        }
        if let Some(e) = batch.touches.failed() {
            return Err(e.clone().into());
        }
        let mut whos = Vec::new();
        if self.kept.is_spilling() {
            batch.touches.customers().try_for_each(|(hash, id)| self.kept.spill(hash, id, Fact::Named))?;
        } else {
            self.kept.part.index.intern_all(batch.touches.customers(), &mut whos)?;
        }
        if !self.plan.lean {
            batch.touches.enter(&whos, &mut self.kept.part)?;
        }
        self.intake.records += batch.touches.len() as u64;
        Ok(())
    }

    fn find(&mut self, note: &Note, line: u64) {
        let mut finding = note.code.finding().file(&self.plan.file).line(line);
        if let Some(column) = note.column {
            finding = finding.column(&self.plan.column_name(column));
        }
        finding.value.clone_from(&note.value);
        finding.suggestion.clone_from(&note.suggestion);
        self.findings.push(finding);
    }

    fn find_order(&mut self, code: Code, line: u64, value: &str) {
        let field =
            if matches!(code, codes::AMOUNT_ZERO | codes::AMOUNT_NEGATIVE) { F::Amount } else { F::Order };
        let column = self.plan.slot(field).columns.first().copied();
        self.find(&Note { at: 0, code, column, value: Some(value.into()), suggestion: None }, line);
    }

    fn sales(&mut self, sales: &Sales, count: &mut Lines<'_>) -> Result<(), Error> {
        if let Some(e) = &sales.failed {
            return Err(e.clone().into());
        }
        self.kept.takings(&sales.takings)?;
        self.intake.records += sales.whole;
        // Most stretches are sales of named customers and nothing else, and every row goes one way.
        let plain = sales.details.is_empty() && sales.lines.is_empty() && !sales.nameless;
        if plain && self.plan.kind == TableKind::Purchases && !self.kept.is_spilling() {
            return self.purchases(sales);
        }
        let named = |row: &&SaleRow| row.is_named();
        // What is put aside needs no number; rows of orders do, until the order is known.
        let spilling = self.kept.is_spilling();
        let details =
            |row: &SaleRow| sales.more(row).and_then(|more| sales.details.get(more.details as usize));
        let aside = |row: &SaleRow| spilling && details(row).is_none();
        let numbered = |row: &&SaleRow| named(row) && !aside(row);
        let ids = sales.rows.iter().filter(numbered).map(|row| (row.hash, sales.get(row.customer)));
        let mut whos: Vec<CustomerIx> = Vec::with_capacity(sales.rows.len());
        self.kept.part.index.intern_all(ids, &mut whos)?;
        self.see_orders(&sales.rows);
        let mut whos = whos.into_iter();
        for row in &sales.rows {
            let who = if numbered(&row) { whos.next().unwrap_or(CustomerIx::NONE) } else { CustomerIx::NONE };
            let mut sum = None;
            if let (Some(cells), Some(more)) = (details(row), sales.more(row)) {
                let new = Sum {
                    seconds: cells.seconds,
                    amount: cells.amount,
                    discount: cells.discount,
                    tax: cells.tax,
                    refund: cells.refund,
                    again: self.plan.format.totals == Totals::Every,
                    void: cells.void,
                    ..Sum::new(who, cells.day, count.line(more.at))
                };
                sum = Some(self.orders.add(sales.get(more.order), new)?);
            } else if aside(row) {
                if named(&row) {
                    let paid = Fact::Paid(row.day, row.amount);
                    let fact = if self.plan.kind == TableKind::Purchases { paid } else { Fact::Named };
                    self.kept.spill(row.hash, sales.get(row.customer), fact)?;
                }
            } else if self.plan.kind == TableKind::Purchases {
                self.kept.purchase(row.purchase(who))?;
            }
            if let Some(line) = line(&mut self.kept.part, sales, row, sum.map_or(who, CustomerIx))? {
                if sum.is_some() {
                    self.waiting.push(self.kept.part.lines.len())?;
                }
                self.kept.part.lines.push(line);
            }
        }
        Ok(())
    }

    /// Sees which orders stand on several rows, where that is asked.
    fn see_orders(&mut self, rows: &[SaleRow]) {
        if self.plan.has_orders() && self.plan.grouped != Grouped::All {
            let grouped = &self.plan.grouped;
            self.keys.extend(rows.iter().map(|row| row.key).filter(|key| !grouped.has(*key)));
        }
    }

    /// Takes in rows of which each is a purchase or a refund of a named customer: the same as above, but so few at a time
    /// that they stay near through all steps.
    fn purchases(&mut self, sales: &Sales) -> Result<(), Error> {
        let mut whos: Vec<CustomerIx> = Vec::with_capacity(NEAR);
        for rows in sales.rows.chunks(NEAR) {
            whos.clear();
            self.kept.part.index.intern_rows(
                rows,
                |row| row.hash,
                |row| sales.get(row.customer),
                &mut whos,
            )?;
            self.see_orders(rows);
            self.kept.purchases(rows.iter().zip(&whos).map(|(row, who)| row.purchase(*who)))?;
        }
        Ok(())
    }

    /// Makes purchases of orders, gives lines their customer and day, and closes the account.
    pub(crate) fn finish(mut self) -> Result<FileRead, Error> {
        let orders = std::mem::take(&mut self.orders);
        let resolved = orders.resolve(&mut self.kept, self.plan.by_line)?;
        self.intake.records += resolved.records;
        for note in &resolved.notes {
            match note.amount {
                Some(amount) => {
                    self.find_order(note.code, note.line, &self.plan.unit.decimal(amount).to_string());
                }
                None => self.find_order(note.code, note.line, &note.order),
            }
            if note.refused > 0 {
                self.intake.used = self.intake.used.saturating_sub(note.refused);
                *self.intake.refused.entry(note.code.key).or_default() += note.refused;
            }
        }
        // The lines of orders that were refused go with them.
        if !self.waiting.is_empty() {
            let mut waits = self.waiting.all();
            self.kept.part.lines.retain_mut(|line| {
                if waits.next() != Some(true) {
                    return true;
                }
                let fate = resolved.fate.get(line.who.at()).copied().flatten();
                if let Some((who, day)) = fate {
                    (line.who, line.day) = (who, day);
                }
                fate.is_some()
            });
        }
        let Self { kept, intake, findings, evidence, repeats, .. } = self;
        Ok(FileRead { kept, intake, findings, evidence, repeats })
    }
}

/// The line of a row, if it has one, with the numbers of a part.
fn line(part: &mut Part, sales: &Sales, row: &SaleRow, who: CustomerIx) -> Result<Option<LineRow>, Error> {
    let cells = sales.more(row).and_then(|more| sales.lines.get(more.line as usize));
    let Some(cells) = cells else { return Ok(None) };
    let category = match sales.get(cells.category) {
        "" => Symbol::NONE,
        text => part.symbols.intern(text)?,
    };
    Ok(Some(LineRow {
        who,
        day: row.day,
        order: cells.order,
        item: part.symbols.intern(sales.get(cells.item))?,
        category,
        amount: cells.amount,
        marks: cells.marks,
    }))
}
