//! One fact for every customer: a typed column with gaps where nothing is known.

use naata_core::{CustomerIx, Day, Grouping, Minor, MoneyUnit};

/// The values of a fact, one slot for each customer.
#[derive(Clone, Debug, PartialEq)]
pub enum Column {
    /// Numbers.
    Number(Vec<Option<f64>>),
    /// Counts.
    Count(Vec<Option<u64>>),
    /// Exact amounts.
    Money(Vec<Option<Minor>>, MoneyUnit),
    /// Days.
    Day(Vec<Option<Day>>),
    /// Yes or no.
    Flag(Vec<Option<bool>>),
    /// One of a set of names.
    Class {
        /// The names.
        names: Vec<Box<str>>,
        /// For each customer the position of the name.
        of: Vec<Option<u32>>,
    },
}

/// One customer's value of a fact.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum FactValue<'a> {
    /// A number.
    Number(f64),
    /// A count.
    Count(u64),
    /// An exact amount.
    Money(Minor, MoneyUnit),
    /// A day.
    Day(Day),
    /// Yes or no.
    Flag(bool),
    /// A name.
    Class(&'a str),
}

impl Column {
    /// How many customers it covers.
    pub fn len(&self) -> usize {
        match self {
            Self::Number(v) => v.len(),
            Self::Count(v) => v.len(),
            Self::Money(v, _) => v.len(),
            Self::Day(v) => v.len(),
            Self::Flag(v) => v.len(),
            Self::Class { of, .. } => of.len(),
        }
    }

    /// Whether it covers nobody.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What it holds, as a word for errors and help.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Number(_) => "numbers",
            Self::Count(_) => "counts",
            Self::Money(..) => "amounts",
            Self::Day(_) => "dates",
            Self::Flag(_) => "yes or no",
            Self::Class { .. } => "names",
        }
    }

    /// A customer's value; `None` where nothing is known.
    pub fn value(&self, who: CustomerIx) -> Option<FactValue<'_>> {
        let i = who.at();
        match self {
            Self::Number(v) => v.get(i).copied().flatten().map(FactValue::Number),
            Self::Count(v) => v.get(i).copied().flatten().map(FactValue::Count),
            Self::Money(v, unit) => v.get(i).copied().flatten().map(|m| FactValue::Money(m, *unit)),
            Self::Day(v) => v.get(i).copied().flatten().map(FactValue::Day),
            Self::Flag(v) => v.get(i).copied().flatten().map(FactValue::Flag),
            Self::Class { names, of } => {
                let class = of.get(i).copied().flatten()?;
                names.get(class as usize).map(|n| FactValue::Class(n))
            }
        }
    }

    /// The classes as a grouping; `None` for a fact that is no class, or has more than 65,535 names.
    pub fn grouping(&self, fact: &str) -> Option<Grouping> {
        let Self::Class { names, of } = self else { return None };
        u16::try_from(names.len()).ok()?;
        let of = of.iter().map(|c| c.and_then(|c| u16::try_from(c).ok()).unwrap_or(Grouping::NONE)).collect();
        Some(Grouping { fact: fact.into(), of, names: names.clone() })
    }
}

/// A type a fact may have.
pub trait FactType: Sized {
    /// The column of these values.
    fn column(values: Vec<Option<Self>>) -> Column;
    /// The value, when a column holds this type.
    fn take(value: FactValue<'_>) -> Option<Self>;
}

macro_rules! fact_type {
    ($($type:ty => $variant:ident),*) => {$(
        impl FactType for $type {
            fn column(values: Vec<Option<Self>>) -> Column {
                Column::$variant(values)
            }
            fn take(value: FactValue<'_>) -> Option<Self> {
                match value {
                    FactValue::$variant(v) => Some(v),
                    _ => None,
                }
            }
        }
    )*};
}
fact_type!(f64 => Number, u64 => Count, Day => Day, bool => Flag);
