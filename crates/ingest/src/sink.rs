//! Where stretches of a file come together, in the order of the file: ids are numbered, orders added up, findings get
//! their lines.

use crate::batch::{Batch, OPEN_QUOTES};
use crate::codes::{self, Code};
use crate::evidence::Evidence;
use crate::field::F;
use crate::formats::Totals;
use crate::orders::{Orders, Sum, enter, remark};
use crate::plan::Plan;
use crate::records::line_ends;
use crate::row::Note;
use crate::sale::{LineCells, SaleRow, Sales};
use crate::{Error, Options};
use naata_core::{CustomerIx, Day, Findings, LineRow, Minor, Part, Sale, Symbol, TableIntake, TableKind};

/// What has come in of one file.
pub(crate) struct Sink<'a> {
    plan: &'a Plan,
    part: Part,
    intake: TableIntake,
    findings: Findings,
    evidence: Evidence,
    orders: Orders,
    /// For every line of this file the sum of its order; its customer and day are known at the end only.
    sums: Vec<u32>,
    /// How many quotes are never closed, and the first line of one.
    open_quotes: (usize, u64),
}

/// Stands for a line that has its customer and day already.
const SETTLED: u32 = u32::MAX;

/// Counts the lines of a window as rows are passed.
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
}

impl<'a> Sink<'a> {
    pub(crate) fn new(plan: &'a Plan, options: &Options) -> Self {
        Self {
            plan,
            part: Part::new(plan.unit, plan.zone),
            intake: TableIntake::new(plan.kind, &plan.file, plan.format.key),
            findings: Findings::capped(options.findings_cap),
            evidence: Evidence::default(),
            orders: Orders::default(),
            sums: Vec::new(),
            open_quotes: (0, 0),
        }
    }

    /// Takes in the next stretch. `lines` end before the window.
    pub(crate) fn accept(&mut self, batch: Batch, window: &[u8], lines: u64) -> Result<(), Error> {
        let before = line_ends(window.get(..batch.start).unwrap_or_default());
        let at_start = || Lines { window, at: batch.start, line: lines + before + 1 };
        let mut count = at_start();
        for note in &batch.desk.notes {
            let line = count.line(note.at);
            if note.code == codes::QUOTE_UNCLOSED && self.open_quotes.0 == 0 {
                self.open_quotes = (1, line);
            }
            self.find(note, line);
        }
        self.open_quotes.0 += batch.open_quotes;
        if self.open_quotes.0 > OPEN_QUOTES {
            return Err(Error::Quotes { file: self.plan.file.to_string(), line: self.open_quotes.1 });
        }
        self.evidence.merge(batch.desk.evidence);
        self.intake.rows += batch.rows;
        self.intake.used += batch.used;
        for (code, n) in batch.refused {
            *self.intake.refused.entry(code).or_default() += n;
        }
        if let Some((first, last)) = batch.span {
            self.intake.saw(first);
            self.intake.saw(last);
        }
        self.intake.digest.merge(&batch.digest);
        let mut count = at_start();
        for row in &batch.sales.rows {
            self.sale(&batch.sales, row, &mut count)?;
        }
        for record in &batch.records {
            record.enter(&mut self.part)?;
            self.intake.records += record.count();
        }
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

    fn sale(&mut self, sales: &Sales, row: &SaleRow, count: &mut Lines<'_>) -> Result<(), Error> {
        let who = match sales.get(row.customer) {
            "" => CustomerIx::NONE,
            id => self.part.index.intern(id)?,
        };
        let order = sales.get(row.order);
        if self.plan.kind == TableKind::Lines {
            if let (Some(line), Some(day)) = (&row.line, row.day) {
                self.line(sales, order, line, who, day)?;
                self.intake.records += 1;
            }
            return Ok(());
        }
        // Where a row is an order, one that pays back is a refund of its own, whatever order it names.
        let own = !self.plan.by_line && row.amount.is_some_and(|a| a.0 < 0);
        if self.plan.grouped && !order.is_empty() && !own {
            let sum = Sum {
                seconds: row.seconds,
                amount: row.amount,
                discount: row.discount,
                tax: row.tax,
                refund: row.refund,
                again: self.plan.format.totals == Totals::Every,
                void: row.void,
                ..Sum::new(who, row.day, count.line(row.at))
            };
            let number = self.orders.add(order, sum)?;
            if let Some(line) = &row.line {
                self.line(sales, order, line, who, row.day.unwrap_or(Day::MIN))?;
                self.sums.push(number);
            }
            return Ok(());
        }
        let (Some(day), Some(amount)) = (row.day, row.amount) else { return Ok(()) };
        if let Some(code) = remark(amount) {
            let line = count.line(row.at);
            let value = self.plan.unit.decimal(amount).to_string();
            self.find_order(code, line, &value);
        }
        let sale = Sale { who, day, amount, discount: row.discount, tax: row.tax };
        enter(&mut self.part, &sale, row.seconds)?;
        self.intake.records += 1;
        if let Some(line) = &row.line {
            self.line(sales, order, line, who, day)?;
            self.sums.push(SETTLED);
        }
        if row.refund.0 > 0 {
            let back = Minor::ZERO.minus(row.refund, "a refund")?;
            let sale = Sale { amount: back, discount: Minor::ZERO, tax: Minor::ZERO, ..sale };
            enter(&mut self.part, &sale, row.seconds)?;
            self.intake.records += 1;
        }
        Ok(())
    }

    fn line(
        &mut self,
        sales: &Sales,
        order: &str,
        line: &LineCells,
        who: CustomerIx,
        day: Day,
    ) -> Result<(), Error> {
        let category = match sales.get(line.category) {
            "" => Symbol::NONE,
            text => self.part.symbols.intern(text)?,
        };
        let row = LineRow {
            who,
            day,
            order: self.part.symbols.optional(Some(order))?,
            item: self.part.symbols.intern(sales.get(line.item))?,
            category,
            quantity: line.quantity,
            amount: line.amount,
            discount: line.discount,
        };
        self.part.lines.push(row);
        Ok(())
    }

    /// Makes purchases of orders, gives lines their customer and day, and closes the account.
    pub(crate) fn finish(mut self, plan: &Plan) -> Result<(Part, TableIntake, Findings, Evidence), Error> {
        let orders = std::mem::take(&mut self.orders);
        let resolved = orders.resolve(&mut self.part, plan.by_line)?;
        self.intake.records += resolved.records;
        for note in &resolved.notes {
            self.find_order(note.code, note.line, &note.order);
            if note.refused > 0 {
                self.intake.used = self.intake.used.saturating_sub(note.refused);
                *self.intake.refused.entry(note.code.key).or_default() += note.refused;
            }
        }
        // The lines of orders that were refused go with them; in this file every line has its sum.
        if !self.sums.is_empty() {
            let sums = std::mem::take(&mut self.sums);
            let lines = std::mem::take(&mut self.part.lines);
            let settled = lines.into_iter().zip(sums).filter_map(|(line, sum)| {
                if sum == SETTLED {
                    return Some(line);
                }
                let (who, day) = (*resolved.fate.get(sum as usize)?)?;
                Some(LineRow { who, day, ..line })
            });
            self.part.lines = settled.collect();
        }
        Ok((self.part, self.intake, self.findings, self.evidence))
    }
}
