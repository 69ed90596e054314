//! Columns whose values are worked out when they are asked for: a list of millions of rows then costs what it is worked
//! out from, not a copy of each value.

use crate::{Cell, Column};
use naata_core::{Day, Minor, MoneyUnit};
use std::fmt;
use std::sync::Arc;

/// A column of numbers, amounts or days that is worked out row by row. It holds no texts.
///
/// ```
/// use naata_answer::{Cell, Column, Derived};
///
/// let squares = Column::Derived(Derived::count(1_000_000, |row| Some((row * row) as u64)));
/// assert_eq!((squares.len(), squares.cell(3)), (1_000_000, Cell::Count(9)));
/// ```
#[derive(Clone)]
pub struct Derived {
    /// A column of the same type without rows.
    kind: Box<Column>,
    rows: usize,
    get: Arc<dyn Fn(usize) -> Option<Figure> + Send + Sync>,
}

/// A value of a derived column: a cell without the texts, cheap to hand on by the million.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Figure {
    /// A number of things.
    Count(u64),
    /// A plain number.
    Number(f64),
    /// An exact amount.
    Money(Minor, MoneyUnit),
    /// A calendar day.
    Day(Day),
}

impl Derived {
    fn new<T>(
        kind: Column,
        rows: usize,
        get: impl Fn(usize) -> Option<T> + Send + Sync + 'static,
        value: impl Fn(T) -> Figure + Send + Sync + 'static,
    ) -> Self {
        Self { kind: Box::new(kind), rows, get: Arc::new(move |row| get(row).map(&value)) }
    }

    /// Counts.
    pub fn count(rows: usize, get: impl Fn(usize) -> Option<u64> + Send + Sync + 'static) -> Self {
        Self::new(Column::Count(Vec::new()), rows, get, Figure::Count)
    }

    /// Plain numbers.
    pub fn number(rows: usize, get: impl Fn(usize) -> Option<f64> + Send + Sync + 'static) -> Self {
        Self::new(Column::Number(Vec::new()), rows, get, Figure::Number)
    }

    /// Days.
    pub fn day(rows: usize, get: impl Fn(usize) -> Option<Day> + Send + Sync + 'static) -> Self {
        Self::new(Column::Day(Vec::new()), rows, get, Figure::Day)
    }

    /// Exact amounts of one unit.
    pub fn money(
        rows: usize,
        unit: MoneyUnit,
        get: impl Fn(usize) -> Option<Minor> + Send + Sync + 'static,
    ) -> Self {
        Self::new(Column::Money(Vec::new(), unit), rows, get, move |m| Figure::Money(m, unit))
    }

    /// How many rows there are.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// A column of the same type without rows.
    pub fn kind(&self) -> &Column {
        &self.kind
    }

    /// The value of a row, where it has one.
    #[inline]
    pub fn value(&self, row: usize) -> Option<Figure> {
        if row < self.rows { (self.get)(row) } else { None }
    }

    /// The same as a cell; never a text.
    pub fn cell(&self, row: usize) -> Cell {
        match self.value(row) {
            None => Cell::Missing,
            Some(Figure::Count(n)) => Cell::Count(n),
            Some(Figure::Number(x)) => Cell::Number(x),
            Some(Figure::Money(m, unit)) => Cell::Money(m, unit),
            Some(Figure::Day(d)) => Cell::Day(d),
        }
    }

    /// The same column with every value worked out.
    pub fn whole(&self) -> Column {
        let values = || (0..self.rows).map(|row| self.value(row));
        match &*self.kind {
            Column::Count(_) => Column::Count(
                values().map(|v| if let Some(Figure::Count(n)) = v { Some(n) } else { None }).collect(),
            ),
            Column::Day(_) => Column::Day(
                values().map(|v| if let Some(Figure::Day(d)) = v { Some(d) } else { None }).collect(),
            ),
            Column::Money(_, unit) => {
                let amount = |v| if let Some(Figure::Money(m, _)) = v { Some(m) } else { None };
                Column::Money(values().map(amount).collect(), *unit)
            }
            _ => Column::Number(
                values().map(|v| if let Some(Figure::Number(x)) = v { Some(x) } else { None }).collect(),
            ),
        }
    }
}

impl fmt::Debug for Derived {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Derived").field("kind", &self.kind).field("rows", &self.rows).finish_non_exhaustive()
    }
}

impl PartialEq for Derived {
    fn eq(&self, other: &Self) -> bool {
        self.whole() == other.whole()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use naata_core::Currency;

    #[test]
    fn a_derived_column_is_the_column_it_stands_for() {
        let some = |row: usize| (row != 1).then_some(row);
        let inr = MoneyUnit::of(Currency::INR);
        let pairs = [
            (
                Derived::count(3, move |r| some(r).map(|r| r as u64)),
                Column::Count(vec![Some(0), None, Some(2)]),
            ),
            (
                Derived::number(3, move |r| some(r).map(|r| r as f64)),
                Column::Number(vec![Some(0.0), None, Some(2.0)]),
            ),
            (
                Derived::day(3, move |r| some(r).map(|r| Day(r as i32))),
                Column::Day(vec![Some(Day(0)), None, Some(Day(2))]),
            ),
            (
                Derived::money(3, inr, move |r| some(r).map(|r| Minor(r as i64))),
                Column::Money(vec![Some(Minor(0)), None, Some(Minor(2))], inr),
            ),
        ];
        for (derived, plain) in pairs {
            assert_eq!(derived.whole(), plain);
            let column = Column::Derived(derived);
            assert_eq!(column.len(), 3);
            for row in 0..5 {
                assert_eq!(column.cell(row), plain.cell(row), "row {row} of {plain:?}");
            }
        }
    }
}
