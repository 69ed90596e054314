//! What is kept of the rows of a file: all of them, or what a summary of each customer needs.

use crate::tables::Record;
use naata_core::{Day, Error, Index, MoneyUnit, Part, PurchaseRow, SummaryBuilder, Takings, Tally};

/// Where rows go once their customers have numbers.
pub(crate) trait Keep: Send + Sized {
    /// Nothing kept yet.
    fn fresh(&self, unit: MoneyUnit) -> Self;
    /// The ids of customers.
    fn ids(&mut self) -> &mut Index;
    /// The part, where rows are kept as they are.
    fn part(&mut self) -> Option<&mut Part>;
    /// Takes in a purchase or refund.
    fn purchase(&mut self, row: PurchaseRow) -> Result<(), Error>;
    /// Takes in a record of another table.
    fn record(&mut self, record: &Record) -> Result<(), Error>;
    /// Takes in what another file gave.
    fn absorb(&mut self, later: Self) -> Result<(), Error>;

    /// What was taken each day, where that is kept.
    fn takings(&mut self) -> Option<&mut Takings> {
        self.part().map(|p| &mut p.takings)
    }
}

impl Keep for Part {
    fn fresh(&self, unit: MoneyUnit) -> Self {
        Self::new(unit, self.zone)
    }

    fn ids(&mut self) -> &mut Index {
        &mut self.index
    }

    fn part(&mut self) -> Option<&mut Part> {
        Some(self)
    }

    fn purchase(&mut self, row: PurchaseRow) -> Result<(), Error> {
        self.purchases.push(row);
        Ok(())
    }

    fn record(&mut self, record: &Record) -> Result<(), Error> {
        record.enter(self)
    }

    fn absorb(&mut self, mut later: Self) -> Result<(), Error> {
        // A table without money is read in whatever unit was known by then.
        later.unit = self.unit;
        let touches = u32::try_from(self.touches.len()).map_err(|_| Error::TooManyRows)?;
        for touch in &mut later.touches {
            touch.row = touch.row.checked_add(touches).ok_or(Error::TooManyRows)?;
        }
        if self.index.is_empty() && self.symbols.is_empty() {
            *self = later;
            return Ok(());
        }
        Self::absorb(self, later)
    }
}

/// Summaries of customers; no rows.
#[derive(Debug)]
pub(crate) struct Lean {
    pub(crate) builder: SummaryBuilder,
    /// The last day that counts.
    cutoff: Day,
    /// Rows on their way to the builder, which takes many at once.
    waiting: Vec<PurchaseRow>,
}

const BATCH: usize = 1 << 10;

impl Lean {
    pub(crate) fn until(cutoff: Day) -> Self {
        Self { builder: SummaryBuilder::default(), cutoff, waiting: Vec::with_capacity(BATCH) }
    }

    /// Hands all rows on.
    pub(crate) fn settle(&mut self) -> Result<(), Error> {
        let done = self.builder.add(&self.waiting);
        self.waiting.clear();
        done
    }
}

impl Keep for Lean {
    fn fresh(&self, _unit: MoneyUnit) -> Self {
        Self::until(self.cutoff)
    }

    fn ids(&mut self) -> &mut Index {
        self.builder.index()
    }

    fn part(&mut self) -> Option<&mut Part> {
        None
    }

    fn purchase(&mut self, row: PurchaseRow) -> Result<(), Error> {
        if row.day <= self.cutoff && row.who.is_some() {
            self.waiting.push(row);
            if self.waiting.len() >= BATCH {
                return self.settle();
            }
        }
        Ok(())
    }

    fn record(&mut self, record: &Record) -> Result<(), Error> {
        record.customer().map_or(Ok(()), |id| self.builder.index().intern(id).map(drop))
    }

    fn absorb(&mut self, mut later: Self) -> Result<(), Error> {
        self.settle()?;
        later.settle()?;
        if self.builder.ids().is_empty() {
            self.builder = later.builder;
            return Ok(());
        }
        self.builder.merge(later.builder)
    }
}
