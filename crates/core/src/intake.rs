//! What was read: for each table an exact reconciliation, what was assumed, and a digest that knows no row order.

use crate::intern::{ends, fold, hash};
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
    /// The last date that does not lie in the future, where today was known.
    pub known: Option<Day>,
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
            known: None,
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
        self.known = self.known.max(other.known);
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
    undated: (u64, u128),
    /// The month of the first entry of `months`; the first and the last entry are never empty.
    first: i32,
    months: Vec<(u64, u128)>,
}

/// The digest of one row, cell by cell.
///
/// Each cell is a product of two words, each with a key of the cell's place added, and the products are summed up: so no
/// cell waits for the one before it.
///
/// # Source
/// Sums of products as a hash: Black, Halevi, Krawczyk, Krovetz and Rogaway (1999).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RowDigest {
    products: u128,
    key: u64,
}

impl RowDigest {
    /// Takes in the next cell.
    #[inline]
    pub fn cell(&mut self, bytes: &[u8]) {
        // The length tells cells apart that share their words.
        let (a, b) = match bytes.len() {
            0..=16 => ends(bytes),
            _ => (hash(bytes), 0),
        };
        self.words(a, b, bytes.len() as u64);
    }

    /// Takes in the next two values, where a row is counted by what it says instead of how it is written.
    #[inline]
    pub fn numbers(&mut self, a: i64, b: i64) {
        self.words(a.cast_unsigned(), b.cast_unsigned(), 0xFF);
    }

    #[inline]
    fn words(&mut self, a: u64, b: u64, mark: u64) {
        const X: u64 = 0xE703_7ED1_A0B4_28DB;
        const Y: u64 = 0x8EBC_6AF0_9C88_C6E3;
        self.key = self.key.wrapping_add(X);
        let b = b.wrapping_add(mark << 56).wrapping_add(self.key.rotate_left(23) ^ Y);
        let product = u128::from(a.wrapping_add(self.key)) * u128::from(b);
        self.products = self.products.wrapping_add(product);
    }

    /// The sum that stands for the row: every bit of it depends on all cells.
    fn sum(self) -> u128 {
        const Z: u64 = 0x5899_65CC_7537_4CC3;
        let (low, high) = (self.products as u64 ^ self.key, (self.products >> 64) as u64);
        (u128::from(fold(high.wrapping_add(low.rotate_left(32)), Z)) << 64) | u128::from(fold(low, high ^ Z))
    }
}

impl Digest {
    /// Takes in a row of one cell.
    pub fn add(&mut self, day: Option<Day>, bytes: &[u8]) {
        let mut row = RowDigest::default();
        row.cell(bytes);
        self.add_row(day, row);
    }

    /// Takes in one row under the month of its day; rows without a date are kept apart.
    pub fn add_row(&mut self, day: Option<Day>, row: RowDigest) {
        self.add_month(day.and_then(Day::month_number), row);
    }

    /// Takes in one row under a month, counted from year 0 on as by [`Day::month_number`].
    pub fn add_month(&mut self, month: Option<i32>, row: RowDigest) {
        let at = month.map(|m| m.wrapping_sub(self.first) as usize);
        let entry = match at.and_then(|at| self.months.get_mut(at)) {
            Some(entry) => entry,
            None => match month.filter(|m| (0..120_000).contains(m)) {
                Some(month) => self.month(month),
                None => &mut self.undated,
            },
        };
        entry.0 += 1;
        entry.1 = entry.1.wrapping_add(row.sum());
    }

    /// Adds another part's digest.
    pub fn merge(&mut self, other: &Self) {
        for (month, n, sum) in other.months() {
            let entry = if month == i32::MIN { &mut self.undated } else { self.month(month) };
            entry.0 += n;
            entry.1 = entry.1.wrapping_add(sum);
        }
    }

    /// For each month (months since year 0) the rows and the digest of their contents; rows without a date come
    /// first, as month `i32::MIN`.
    pub fn months(&self) -> impl Iterator<Item = (i32, u64, u128)> {
        let dated = self.months.iter().zip(self.first..).map(|(entry, month)| (month, entry));
        let all = std::iter::once((i32::MIN, &self.undated)).chain(dated);
        all.filter(|(_, (n, _))| *n > 0).map(|(month, (n, sum))| (month, *n, *sum))
    }

    /// The entry of a month of the calendar, so that there are never more than 120,000.
    fn month(&mut self, month: i32) -> &mut (u64, u128) {
        if self.months.is_empty() {
            self.first = month;
        }
        if month < self.first {
            let more = (self.first - month) as usize;
            self.months.splice(..0, std::iter::repeat_n((0, 0), more));
            self.first = month;
        }
        let at = (month - self.first) as usize;
        if at >= self.months.len() {
            self.months.resize(at + 1, (0, 0));
        }
        &mut self.months[at]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn row(cells: &[&str]) -> RowDigest {
        let mut digest = RowDigest::default();
        cells.iter().for_each(|c| digest.cell(c.as_bytes()));
        digest
    }

    #[test]
    fn cells_count_by_content_and_place() {
        let digests = [
            row(&["a", "b"]),
            row(&["b", "a"]),
            row(&["ab", ""]),
            row(&["", "ab"]),
            row(&["ab"]),
            row(&["a", "b", ""]),
        ];
        for (i, a) in digests.iter().enumerate() {
            let halves = |d: &RowDigest| (d.sum() as u64, (d.sum() >> 64) as u64);
            let (low, high) = halves(a);
            assert!(digests.iter().skip(i + 1).map(halves).all(|b| low != b.0 && high != b.1), "{i}");
        }
    }

    proptest! {
        #[test]
        fn any_order_and_any_split_give_the_same_digest_and_a_changed_row_another(
            rows in prop::collection::vec((prop::option::of(-900_000i32..900_000), "[a-z]{0,20}"), 1..40), cut in 0usize..40,
        ) {
            let build = |rows: &[(Option<i32>, String)]| {
                let mut d = Digest::default();
                rows.iter().for_each(|(day, text)| d.add(day.map(Day), text.as_bytes()));
                d
            };
            let whole = build(&rows);
            let cut = cut.min(rows.len());
            let mut parts = build(&rows[cut..]);
            parts.merge(&build(&rows[..cut]));
            prop_assert_eq!(&parts, &whole);
            prop_assert_eq!(whole.months().map(|m| m.1).sum::<u64>(), rows.len() as u64);
            let mut changed = rows.clone();
            changed[0].1.push('x');
            prop_assert_ne!(build(&changed), whole);
        }
    }
}
