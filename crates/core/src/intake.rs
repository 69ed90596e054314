//! What was read: for each table an exact reconciliation, what was assumed, and a digest that knows no row order.

use crate::{Day, Findings, TableKind};
use std::collections::BTreeMap;

/// The account of one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableIntake {
    /// The kind of table.
    pub kind: TableKind,
    /// The file, as the user named it.
    pub file: Box<str>,
    /// The format it was recognised as.
    pub format: Box<str>,
    /// Rows in the file, without header rows and blank lines.
    pub rows: u64,
    /// Rows that are in a record.
    pub used: u64,
    /// Rows that are not, by the code of the finding that says why. `rows = used + the sum of these`, exactly.
    pub refused: BTreeMap<&'static str, u64>,
    /// Records made: an order of five lines is one.
    pub records: u64,
    /// The first and the last date.
    pub span: Option<(Day, Day)>,
    /// What was assumed, as key and value: `delimiter`, `date_order`, `currency`.
    pub assumed: Vec<(&'static str, Box<str>)>,
    /// Contents by calendar month.
    pub digest: Digest,
}

impl TableIntake {
    /// An account with nothing in it yet.
    pub fn new(kind: TableKind, file: &str, format: &str) -> Self {
        Self {
            kind,
            file: file.into(),
            format: format.into(),
            rows: 0,
            used: 0,
            refused: BTreeMap::new(),
            records: 0,
            span: None,
            assumed: Vec::new(),
            digest: Digest::default(),
        }
    }

    /// Whether every row is accounted for.
    pub fn reconciles(&self) -> bool {
        self.rows == self.used + self.refused.values().sum::<u64>()
    }

    /// Widens the span by a day.
    pub fn saw(&mut self, day: Day) {
        self.span = Some(self.span.map_or((day, day), |(a, b)| (a.min(day), b.max(day))));
    }

    /// Adds another part of the same file.
    pub fn merge(&mut self, other: &Self) {
        self.rows += other.rows;
        self.used += other.used;
        self.records += other.records;
        for (code, n) in &other.refused {
            *self.refused.entry(code).or_default() += n;
        }
        if let Some((a, b)) = other.span {
            self.saw(a);
            self.saw(b);
        }
        self.digest.merge(&other.digest);
    }
}

/// Everything that was read, with what was found on the way.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Intake {
    /// One account a file.
    pub tables: Vec<TableIntake>,
    /// What was found.
    pub findings: Findings,
}

/// A digest of contents by month that does not change with the order of rows: new rows and changed old rows can be
/// told apart later.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Digest {
    months: BTreeMap<i32, (u64, u128)>,
}

impl Digest {
    /// Takes in one row's bytes under the month of its day; rows without a date go under month `i32::MIN`.
    pub fn add(&mut self, day: Option<Day>, bytes: &[u8]) {
        let month = day.and_then(Day::month_number).unwrap_or(i32::MIN);
        let low = crate::intern::hash(bytes);
        let mut again = [0u8; 16];
        again[..8].copy_from_slice(&low.to_le_bytes());
        again[8..].copy_from_slice(&(bytes.len() as u64).to_le_bytes());
        let mut high = crate::intern::hash(&again);
        for chunk in bytes.chunks(7) {
            high = high.rotate_left(23) ^ crate::intern::hash(chunk);
        }
        let entry = self.months.entry(month).or_default();
        entry.0 += 1;
        entry.1 = entry.1.wrapping_add((u128::from(high) << 64) | u128::from(low));
    }

    /// Adds another part's digest.
    pub fn merge(&mut self, other: &Self) {
        for (month, (n, sum)) in &other.months {
            let entry = self.months.entry(*month).or_default();
            entry.0 += n;
            entry.1 = entry.1.wrapping_add(*sum);
        }
    }

    /// For each month (months since year 0) the rows and the digest of their contents.
    pub fn months(&self) -> impl Iterator<Item = (i32, u64, u128)> {
        self.months.iter().map(|(m, (n, d))| (*m, *n, *d))
    }
}
