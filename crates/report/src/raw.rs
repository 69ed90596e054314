//! Values for programs: what CSV and JSON write, borrowed from the answer, nothing rounded.

use naata_answer::{Cell, Column, Figure, Table};
use naata_core::{Day, Ids, Instant, Minor, MoneyUnit};

/// One value without any presentation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Raw<'a> {
    Missing,
    Text(&'a str),
    Flag(bool),
    Count(u64),
    Number(f64),
    Money(Minor, MoneyUnit),
    Day(Day),
    Instant(Instant),
}

impl<'a> Raw<'a> {
    /// The value of a cell.
    pub(crate) fn of(cell: &'a Cell, ids: &'a Ids) -> Self {
        match cell {
            Cell::Missing => Self::Missing,
            Cell::Text(t) => Self::Text(t),
            Cell::Word { name, .. } => Self::Text(name),
            Cell::Customer(ix) => ids.get(*ix).map_or(Self::Missing, Self::Text),
            Cell::Count(n) => Self::Count(*n),
            Cell::Number(x) | Cell::Share(x) | Cell::Seconds(x) => Self::Number(*x),
            Cell::Money(m, unit) => Self::Money(*m, *unit),
            Cell::Day(d) => Self::Day(*d),
            Cell::Instant(t) => Self::Instant(*t),
            Cell::Flag(b) => Self::Flag(*b),
        }
    }

    /// The value of a row of a column, without copying texts.
    pub(crate) fn at(column: &'a Column, row: usize, ids: &'a Ids) -> Self {
        let class = |of: &[Option<u16>]| of.get(row).copied().flatten().map(usize::from);
        match column {
            Column::Text(v) => v.get(row).and_then(Option::as_deref).map_or(Self::Missing, Self::Text),
            Column::Word { names, of, .. } => {
                class(of).and_then(|i| names.get(i)).map_or(Self::Missing, |t| Self::Text(t))
            }
            Column::Class { names, of } => {
                class(of).and_then(|i| names.get(i)).map_or(Self::Missing, |t| Self::Text(t))
            }
            Column::Mixed(v) => v.get(row).map_or(Self::Missing, |c| Self::of(c, ids)),
            Column::Derived(d) => match d.value(row) {
                None => Self::Missing,
                Some(Figure::Count(n)) => Self::Count(n),
                Some(Figure::Number(x)) => Self::Number(x),
                Some(Figure::Money(m, unit)) => Self::Money(m, unit),
                Some(Figure::Day(d)) => Self::Day(d),
            },
            Column::Customer(v) => v.get(row).and_then(|ix| ids.get(*ix)).map_or(Self::Missing, Self::Text),
            Column::Count(v) => v.get(row).copied().flatten().map_or(Self::Missing, Self::Count),
            Column::Number(v) | Column::Share(v) | Column::Seconds(v) => {
                v.get(row).copied().flatten().map_or(Self::Missing, Self::Number)
            }
            Column::Money(v, unit) => {
                v.get(row).copied().flatten().map_or(Self::Missing, |m| Self::Money(m, *unit))
            }
            Column::Day(v) => v.get(row).copied().flatten().map_or(Self::Missing, Self::Day),
            Column::Instant(v) => v.get(row).copied().flatten().map_or(Self::Missing, Self::Instant),
            Column::Flag(v) => v.get(row).copied().flatten().map_or(Self::Missing, Self::Flag),
        }
    }
}

/// How the currencies of a table are told in a row of it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Currencies {
    /// The table has no money, or says the currency itself.
    None,
    /// One `currency` for the whole row.
    One,
    /// Money columns of different currencies: each gets a column of its own, `<key>_currency`.
    Each,
}

impl Currencies {
    pub(crate) fn of(table: &Table) -> Self {
        let units: Vec<MoneyUnit> = table
            .columns
            .iter()
            .filter_map(|(_, c)| if let Column::Money(_, unit) = c.kind() { Some(*unit) } else { None })
            .filter(|u| u.currency.is_stated())
            .collect();
        let mixed = table.columns.iter().any(|(_, c)| {
            matches!(c, Column::Mixed(v) if v.iter().any(|c| matches!(c, Cell::Money(_, u) if u.currency.is_stated())))
        });
        let same = units.windows(2).all(|w| matches!(w, [a, b] if a.currency == b.currency));
        if table.column("currency").is_some() || (units.is_empty() && !mixed) {
            Self::None
        } else if same {
            Self::One
        } else {
            Self::Each
        }
    }
}

/// The currency of a row: that of its first amount, else that of its money columns.
pub(crate) fn row_currency(table: &Table, row: usize, ids: &Ids) -> Option<naata_core::Currency> {
    let amounts = table.columns.iter().filter_map(|(_, c)| match (Raw::at(c, row, ids), c.kind()) {
        (Raw::Money(_, unit), _) => Some(unit.currency),
        (Raw::Missing, Column::Money(_, unit)) => Some(unit.currency),
        _ => None,
    });
    amounts.into_iter().find(|c| c.is_stated())
}
