//! Single values and columns of values, each with its type to the last moment.

use crate::Derived;
use naata_core::{CustomerIx, Day, Instant, Minor, MoneyUnit};
use std::borrow::Cow;

/// One typed value. Exhaustive on purpose: a renderer must handle each kind, and the compiler says where.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// A missing value.
    Missing,
    /// A text from the data, the same in every language.
    Text(Box<str>),
    /// A term of the field, to be said in the reader's language: a key of the words, also its name in JSON and CSV.
    Word {
        /// Which family of words it belongs to, such as `segment`.
        family: &'static str,
        /// The word within the family, such as `Champions`.
        name: &'static str,
    },
    /// A customer, by number.
    Customer(CustomerIx),
    /// How many.
    Count(u64),
    /// A plain number.
    Number(f64),
    /// A share; 0.25 is 25 %.
    Share(f64),
    /// An exact amount.
    Money(Minor, MoneyUnit),
    /// A calendar day.
    Day(Day),
    /// An instant.
    Instant(Instant),
    /// A length of time in seconds.
    Seconds(f64),
    /// Yes or no.
    Flag(bool),
}

/// A column of a table: one value a row, missing where `None`.
#[derive(Clone, Debug, PartialEq)]
pub enum Column {
    /// Customers, by number.
    Customer(Vec<CustomerIx>),
    /// Texts from the data.
    Text(Vec<Option<Box<str>>>),
    /// Terms of the field: positions in `names`.
    Word {
        /// Which family of words they belong to.
        family: &'static str,
        /// The words.
        names: &'static [&'static str],
        /// For each row the position of its word.
        of: Vec<Option<u16>>,
    },
    /// Classes from the data: positions in `names`.
    Class {
        /// The names of the classes.
        names: Vec<Box<str>>,
        /// For each row the position of its class.
        of: Vec<Option<u16>>,
    },
    /// How many.
    Count(Vec<Option<u64>>),
    /// Plain numbers.
    Number(Vec<Option<f64>>),
    /// Shares; 0.25 is 25 %.
    Share(Vec<Option<f64>>),
    /// Exact amounts of one unit.
    Money(Vec<Option<Minor>>, MoneyUnit),
    /// Calendar days.
    Day(Vec<Option<Day>>),
    /// Instants.
    Instant(Vec<Option<Instant>>),
    /// Lengths of time in seconds.
    Seconds(Vec<Option<f64>>),
    /// Yes or no.
    Flag(Vec<Option<bool>>),
    /// Values of different types, for a page of figures; one cell a row.
    Mixed(Vec<Cell>),
    /// Numbers, amounts or days that are worked out when they are asked for.
    Derived(Derived),
}

impl Column {
    /// How many rows the column has.
    pub fn len(&self) -> usize {
        match self {
            Self::Customer(v) => v.len(),
            Self::Text(v) => v.len(),
            Self::Word { of, .. } | Self::Class { of, .. } => of.len(),
            Self::Count(v) => v.len(),
            Self::Number(v) | Self::Share(v) | Self::Seconds(v) => v.len(),
            Self::Money(v, _) => v.len(),
            Self::Day(v) => v.len(),
            Self::Instant(v) => v.len(),
            Self::Flag(v) => v.len(),
            Self::Mixed(v) => v.len(),
            Self::Derived(d) => d.rows(),
        }
    }

    /// Whether the column has no row.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The column itself, or one of the same type without rows where it is derived: for whoever asks only of what type
    /// it is.
    pub fn kind(&self) -> &Self {
        if let Self::Derived(d) = self { d.kind() } else { self }
    }

    /// The column with all its values there.
    pub fn whole(&self) -> Cow<'_, Self> {
        if let Self::Derived(d) = self { Cow::Owned(d.whole()) } else { Cow::Borrowed(self) }
    }

    /// The value of a row; [`Cell::Missing`] where there is none, also past the end.
    pub fn cell(&self, row: usize) -> Cell {
        fn get<T: Copy>(v: &[Option<T>], row: usize, cell: impl Fn(T) -> Cell) -> Cell {
            v.get(row).copied().flatten().map_or(Cell::Missing, cell)
        }
        match self {
            Self::Customer(v) => {
                v.get(row).filter(|c| c.is_some()).map_or(Cell::Missing, |c| Cell::Customer(*c))
            }
            Self::Text(v) => v.get(row).cloned().flatten().map_or(Cell::Missing, Cell::Text),
            Self::Word { family, names, of } => get(of, row, |i| {
                names.get(usize::from(i)).map_or(Cell::Missing, |name| Cell::Word { family, name })
            }),
            Self::Class { names, of } => {
                get(of, row, |i| names.get(usize::from(i)).map_or(Cell::Missing, |n| Cell::Text(n.clone())))
            }
            Self::Count(v) => get(v, row, Cell::Count),
            Self::Number(v) => get(v, row, Cell::Number),
            Self::Share(v) => get(v, row, Cell::Share),
            Self::Money(v, unit) => get(v, row, |m| Cell::Money(m, *unit)),
            Self::Day(v) => get(v, row, Cell::Day),
            Self::Instant(v) => get(v, row, Cell::Instant),
            Self::Seconds(v) => get(v, row, Cell::Seconds),
            Self::Flag(v) => get(v, row, Cell::Flag),
            Self::Mixed(v) => v.get(row).cloned().unwrap_or(Cell::Missing),
            Self::Derived(d) => d.cell(row),
        }
    }

    /// The value of a row as a number for a chart's axis; money in major units, days as day numbers.
    pub fn float(&self, row: usize) -> Option<f64> {
        match self.cell(row) {
            Cell::Count(n) => Some(n as f64),
            Cell::Number(x) | Cell::Share(x) | Cell::Seconds(x) => Some(x),
            Cell::Money(m, unit) => Some(unit.float(m)),
            Cell::Day(d) => Some(f64::from(d.0)),
            Cell::Instant(t) => Some(t.0 as f64),
            Cell::Flag(b) => Some(f64::from(u8::from(b))),
            Cell::Missing | Cell::Text(_) | Cell::Word { .. } | Cell::Customer(_) => None,
        }
        .filter(|x| x.is_finite())
    }
}
