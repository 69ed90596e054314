//! Tables of typed columns, and the charts that point into them.

use crate::{Cell, Column};

/// What a chart shows, by the keys of columns of the table it hangs on. Exhaustive on purpose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChartKind {
    /// One horizontal bar a row.
    Bars {
        /// Column of labels.
        label: &'static str,
        /// Column of lengths.
        value: &'static str,
    },
    /// A value with its interval, one row each.
    Intervals {
        /// Column of labels.
        label: &'static str,
        /// Column of values.
        value: &'static str,
        /// Column of lower bounds.
        low: &'static str,
        /// Column of upper bounds.
        high: &'static str,
    },
    /// Lines over a numeric or date axis.
    Lines {
        /// Column of the axis.
        x: &'static str,
        /// Columns of values, one line each.
        y: &'static [&'static str],
        /// Columns of a band around the first line.
        band: Option<(&'static str, &'static str)>,
    },
    /// A falling or rising step curve (survival).
    Steps {
        /// Column of the axis.
        x: &'static str,
        /// Column of values.
        y: &'static str,
        /// Columns of a band.
        band: Option<(&'static str, &'static str)>,
    },
    /// A grid of shaded cells.
    Heat {
        /// Column of the rows.
        row: &'static str,
        /// Column of the columns.
        column: &'static str,
        /// Column of values.
        value: &'static str,
    },
    /// A point a row.
    Scatter {
        /// Column of the horizontal axis.
        x: &'static str,
        /// Column of the vertical axis.
        y: &'static str,
    },
    /// A bridge: amounts that add up from one total to another; rows whose `total` flag is set stand on the ground.
    Waterfall {
        /// Column of labels.
        label: &'static str,
        /// Column of amounts.
        value: &'static str,
        /// Column of flags.
        total: &'static str,
    },
    /// Weighted arrows between named places.
    Flow {
        /// Column of origins.
        from: &'static str,
        /// Column of goals.
        to: &'static str,
        /// Column of weights.
        value: &'static str,
    },
}

/// A chart, hung on the table it draws: a chart without its table cannot be written down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chart {
    /// The key of its title in the words: a question it answers.
    pub key: &'static str,
    /// What it shows.
    pub kind: ChartKind,
    /// At most so many rows of the table, from the top; all when `None`.
    pub top: Option<usize>,
}

/// What a table is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// A few rows to read; part of every report.
    Figures,
    /// One row a customer (or line of a ledger): in JSON and CSV whole; in a report only as a file of its own.
    List,
}

/// A table of columns of equal length.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// The key of its name in JSON and of its title in the words.
    pub key: &'static str,
    /// What it is for.
    pub role: Role,
    /// Its columns, by key.
    pub columns: Vec<(&'static str, Column)>,
    /// The charts that draw it.
    pub charts: Vec<Chart>,
}

impl Table {
    /// A table to read.
    pub fn figures(key: &'static str) -> Self {
        Self { key, role: Role::Figures, columns: Vec::new(), charts: Vec::new() }
    }

    /// A table of one row a customer or line.
    pub fn list(key: &'static str) -> Self {
        Self { role: Role::List, ..Self::figures(key) }
    }

    /// Adds a column. A column of another length than the first would break every renderer, so the shorter is
    /// filled with missing values by [`Column::cell`] and [`Table::rows`] is the longest.
    #[must_use]
    pub fn with(mut self, key: &'static str, column: Column) -> Self {
        self.columns.push((key, column));
        self
    }

    /// Hangs a chart on the table.
    #[must_use]
    pub fn chart(mut self, key: &'static str, kind: ChartKind) -> Self {
        self.charts.push(Chart { key, kind, top: None });
        self
    }

    /// Hangs a chart of the first `top` rows on the table.
    #[must_use]
    pub fn chart_top(mut self, key: &'static str, kind: ChartKind, top: usize) -> Self {
        self.charts.push(Chart { key, kind, top: Some(top) });
        self
    }

    /// A column by key.
    pub fn column(&self, key: &str) -> Option<&Column> {
        self.columns.iter().find(|(k, _)| *k == key).map(|(_, c)| c)
    }

    /// How many rows there are.
    pub fn rows(&self) -> usize {
        self.columns.iter().map(|(_, c)| c.len()).max().unwrap_or(0)
    }

    /// The cells of one row.
    pub fn row(&self, row: usize) -> impl Iterator<Item = (&'static str, Cell)> {
        self.columns.iter().map(move |(k, c)| (*k, c.cell(row)))
    }

    /// The columns a chart names that the table does not have; empty in a sound answer.
    pub fn missing_columns(&self, chart: &Chart) -> Vec<&'static str> {
        let named: Vec<&'static str> = match &chart.kind {
            ChartKind::Bars { label, value } => vec![label, value],
            ChartKind::Intervals { label, value, low, high } => vec![label, value, low, high],
            ChartKind::Lines { x, y, band } => {
                let mut all = vec![*x];
                all.extend(y.iter());
                all.extend(band.iter().flat_map(|(a, b)| [*a, *b]));
                all
            }
            ChartKind::Steps { x, y, band } => {
                let mut all = vec![*x, *y];
                all.extend(band.iter().flat_map(|(a, b)| [*a, *b]));
                all
            }
            ChartKind::Heat { row, column, value } => vec![row, column, value],
            ChartKind::Scatter { x, y } => vec![x, y],
            ChartKind::Waterfall { label, value, total } => vec![label, value, total],
            ChartKind::Flow { from, to, value } => vec![from, to, value],
        };
        named.into_iter().filter(|k| self.column(k).is_none()).collect()
    }
}
