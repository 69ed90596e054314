//! What is kept of the rows of files: all of those tables that are asked for; of purchases that are not, what a
//! summary of each customer needs, or beside lines of orders each one's first day; of other tables that are not, who is
//! named in them.

use crate::first_days::FirstDays;
use crate::spill::{Fact, Spill};
use crate::tables::Record;
use crate::{Error, Limit};
use naata_core::{
    CustomerIx, Day, IdHash, MoneyUnit, Part, PurchaseRow, Sale, Summing, TableKind, Takings, Zone,
};

/// What is asked for.
#[derive(Clone, Debug)]
pub(crate) struct Wanted {
    /// The tables whose rows are kept.
    pub(crate) rows: Vec<TableKind>,
    /// The last day that counts for summaries.
    pub(crate) cutoff: Day,
    /// How much memory summaries may take, where that is limited.
    pub(crate) limit: Option<Limit>,
}

impl Wanted {
    /// Every row of every table.
    pub(crate) fn all() -> Self {
        Self { rows: TableKind::ALL.to_vec(), cutoff: Day::MAX, limit: None }
    }

    /// Whether the rows of a file are not kept. A sales file may hold lines of orders too.
    pub(crate) fn is_lean(&self, kind: TableKind) -> bool {
        let lines = kind == TableKind::Purchases && self.rows.contains(&TableKind::Lines);
        !self.rows.contains(&kind) && !lines
    }
}

/// Where rows go once their customers have numbers.
#[derive(Debug)]
pub(crate) struct Kept {
    pub(crate) part: Part,
    /// Whether purchases are summed up instead of kept.
    summed: bool,
    /// Summaries on their way, but while somebody else adds to them.
    pub(crate) sums: Option<Summing>,
    /// The first days of purchase, where purchases are neither kept nor summed up.
    pub(crate) first_days: FirstDays,
    /// Whether purchases are kept.
    purchases: bool,
    /// Whether a file was taken in.
    begun: bool,
    /// When customers were created, where their rows are not kept.
    pub(crate) created: Vec<(CustomerIx, Day)>,
    /// The last day that counts for summaries.
    cutoff: Day,
    /// Rows on their way to the summaries, which take many at once.
    waiting: Vec<PurchaseRow>,
    /// What is put aside in files, where memory is limited.
    pub(crate) spills: Vec<Spill>,
}

const BATCH: usize = 1 << 10;

impl Kept {
    pub(crate) fn new(wanted: &Wanted, unit: MoneyUnit, zone: Zone) -> Self {
        Self {
            part: Part::new(unit, zone),
            summed: wanted.is_lean(TableKind::Purchases),
            sums: wanted.is_lean(TableKind::Purchases).then(Summing::default),
            first_days: FirstDays::default(),
            purchases: wanted.rows.contains(&TableKind::Purchases),
            begun: false,
            created: Vec::new(),
            cutoff: wanted.cutoff,
            waiting: Vec::new(),
            spills: wanted.limit.iter().filter(|_| wanted.rows.is_empty()).cloned().map(Spill::new).collect(),
        }
    }

    /// Whether customers are put aside instead of numbered.
    pub(crate) fn is_spilling(&self) -> bool {
        !self.spills.is_empty()
    }

    /// Puts aside what is known of a customer; purchases after the last day that counts only name one.
    pub(crate) fn spill(&mut self, hash: IdHash, id: &str, fact: Fact) -> Result<(), Error> {
        let fact = match fact {
            Fact::Paid(day, _) if day > self.cutoff => Fact::Named,
            fact => fact,
        };
        self.spills.last_mut().map_or(Ok(()), |spill| spill.put(hash, id, fact))
    }

    /// Puts aside the customers that have numbers nevertheless.
    pub(crate) fn spill_index(&mut self) -> Result<(), Error> {
        if let Some(spill) = self.spills.last_mut() {
            for n in 0..self.part.index.len() as u32 {
                let id = self.part.index.get(CustomerIx(n)).unwrap_or_default();
                spill.put(IdHash::of(id), id, Fact::Named)?;
            }
        }
        Ok(())
    }

    /// Adds the rows that wait to the summaries, where nobody else does.
    pub(crate) fn settle(&mut self) -> Result<(), Error> {
        let Some(sums) = &mut self.sums else { return Ok(()) };
        let done = sums.add(&self.waiting, self.part.index.len());
        self.waiting.clear();
        Ok(done?)
    }

    /// The rows that wait, for somebody else to add; the room is for those to come.
    pub(crate) fn waiting(&mut self, room: Vec<PurchaseRow>) -> Vec<PurchaseRow> {
        std::mem::replace(&mut self.waiting, room)
    }

    /// Takes in a purchase or refund.
    pub(crate) fn purchase(&mut self, row: PurchaseRow) -> Result<(), Error> {
        if self.is_spilling() {
            let id = self.part.index.get(row.who).unwrap_or_default();
            if let Some(spill) =
                self.spills.last_mut().filter(|_| row.who.is_some() && row.day <= self.cutoff)
            {
                return spill.put(IdHash::of(id), id, Fact::Paid(row.day, row.amount));
            }
        } else if !self.summed {
            self.enter(row);
        } else if row.day <= self.cutoff && row.who.is_some() {
            self.waiting.push(row);
            if self.waiting.len() >= BATCH {
                return self.settle();
            }
        }
        Ok(())
    }

    /// Keeps a purchase or refund, or of one that is not asked for what is needed of it.
    fn enter(&mut self, row: PurchaseRow) {
        if self.purchases {
            self.part.purchases.push(row);
        } else if row.day <= self.cutoff {
            self.first_days.saw(&row);
        }
    }

    /// Takes in purchases and refunds of named customers, where none are put aside: the same as one by one.
    pub(crate) fn purchases(&mut self, rows: impl Iterator<Item = PurchaseRow>) -> Result<(), Error> {
        if !self.summed {
            if self.purchases {
                self.part.purchases.extend(rows);
            } else {
                rows.for_each(|row| self.enter(row));
            }
            return Ok(());
        }
        let cutoff = self.cutoff;
        self.waiting.extend(rows.filter(|row| row.day <= cutoff));
        if self.waiting.len() >= BATCH { self.settle() } else { Ok(()) }
    }

    /// Takes in what was taken in a stretch, where that is kept.
    pub(crate) fn takings(&mut self, takings: &Takings) -> Result<(), Error> {
        if !self.summed { Ok(self.part.takings.merge(takings)?) } else { Ok(()) }
    }

    /// Counts one sale or refund among the takings of its day, where they are kept.
    pub(crate) fn sale(&mut self, sale: &Sale) -> Result<(), Error> {
        if !self.summed { Ok(self.part.takings.add(sale)?) } else { Ok(()) }
    }

    /// Takes in a record of another table; of a lean one only who it is about.
    pub(crate) fn record(&mut self, record: &Record, lean: bool) -> Result<(), Error> {
        if !lean {
            return Ok(record.enter(&mut self.part)?);
        }
        if let Some(id) = record.customer() {
            if self.is_spilling() {
                return self.spill(IdHash::of(id), id, record.created().map_or(Fact::Named, Fact::Created));
            }
            let who = self.part.index.intern(id)?;
            self.created.extend(record.created().map(|day| (who, day)));
        }
        Ok(())
    }

    /// Takes in what another file gave.
    pub(crate) fn absorb(&mut self, mut later: Self) -> Result<(), Error> {
        self.settle()?;
        later.settle()?;
        // A table without money is read in whatever unit was known by then.
        later.part.unit = self.part.unit;
        let touches = u32::try_from(self.part.touches.len()).map_err(|_| naata_core::Error::TooManyRows)?;
        for touch in &mut later.part.touches {
            touch.row = touch.row.checked_add(touches).ok_or(naata_core::Error::TooManyRows)?;
        }
        let mut spills = std::mem::take(&mut self.spills);
        spills.append(&mut later.spills);
        if !self.begun {
            // The first file's numbers are the first numbers.
            *self = Self { spills, begun: true, ..later };
            return Ok(());
        }
        self.spills = spills;
        let to = self.part.absorb(later.part)?;
        if let (Some(mine), Some(sums)) = (&mut self.sums, later.sums) {
            mine.merge(sums, &to, self.part.index.len())?;
        }
        self.first_days.merge(&later.first_days, &to);
        let created = later.created.into_iter();
        self.created.extend(created.filter_map(|(who, day)| Some((*to.get(who.at())?, day))));
        Ok(())
    }
}
