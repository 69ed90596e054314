//! The reference tables of churn: small CSVs without quoted fields.

use naata_testkit::reference;
use std::collections::BTreeMap;

/// The rows of a table, by header.
#[derive(Clone)]
pub(crate) struct Rows {
    header: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Rows {
    pub(crate) fn read(file: &str) -> Option<Self> {
        let text = reference(file)?;
        let mut lines = text.lines().map(|l| l.split(',').map(str::to_string).collect::<Vec<_>>());
        let header = lines.next().expect("a header");
        let rows: Vec<Vec<String>> = lines.collect();
        assert!(rows.iter().all(|r| r.len() == header.len()), "a comma within a field of {file}");
        Some(Self { header, rows })
    }

    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }

    pub(crate) fn text(&self, row: usize, column: &str) -> &str {
        let at = self.header.iter().position(|h| h == column).expect("a column of the header");
        &self.rows[row][at]
    }

    /// The number of a cell; a blank is 0.
    pub(crate) fn number(&self, row: usize, column: &str) -> f64 {
        match self.text(row, column).trim() {
            "" => 0.0,
            text => text.parse().expect("a number"),
        }
    }

    pub(crate) fn numbers(&self, column: &str) -> Vec<f64> {
        (0..self.len()).map(|r| self.number(r, column)).collect()
    }

    /// One where the cell is this level, zero elsewhere.
    pub(crate) fn flags(&self, column: &str, level: &str) -> Vec<f64> {
        (0..self.len()).map(|r| f64::from(u8::from(self.text(r, column) == level))).collect()
    }

    /// The levels of a column in order, and the level of each row.
    pub(crate) fn classes(&self, column: &str) -> (Vec<String>, Vec<usize>) {
        let mut levels: BTreeMap<&str, usize> = BTreeMap::new();
        for r in 0..self.len() {
            levels.insert(self.text(r, column), 0);
        }
        for (i, slot) in levels.values_mut().enumerate() {
            *slot = i;
        }
        let of = (0..self.len()).map(|r| levels[self.text(r, column)]).collect();
        (levels.keys().map(|l| l.to_string()).collect(), of)
    }

    pub(crate) fn without(&self, drop: impl Fn(usize) -> bool) -> Self {
        let kept = self.rows.iter().enumerate().filter(|(r, _)| !drop(*r)).map(|(_, row)| row.clone());
        Self { header: self.header.clone(), rows: kept.collect() }
    }
}

pub(crate) fn telco() -> Option<Rows> {
    Rows::read("churn/Telco-Customer-Churn.csv")
}
