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

/// What kind of values a fact has, where no column is at hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Numbers.
    Number,
    /// Counts.
    Count,
    /// Exact amounts.
    Money,
    /// Days.
    Day,
    /// Yes or no.
    Flag,
    /// One of a set of names.
    Class,
}

impl Kind {
    /// How it is called in errors and help.
    pub fn name(self) -> &'static str {
        match self {
            Self::Number => "numbers",
            Self::Count => "counts",
            Self::Money => "amounts",
            Self::Day => "dates",
            Self::Flag => "yes or no",
            Self::Class => "names",
        }
    }

    /// A column of this kind in which nothing is known.
    pub fn nothing(self, customers: usize, unit: MoneyUnit) -> Column {
        match self {
            Self::Number => Column::Number(vec![None; customers]),
            Self::Count => Column::Count(vec![None; customers]),
            Self::Money => Column::Money(vec![None; customers], unit),
            Self::Day => Column::Day(vec![None; customers]),
            Self::Flag => Column::Flag(vec![None; customers]),
            Self::Class => Column::Class { names: Vec::new(), of: vec![None; customers] },
        }
    }
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
        self.holds().name()
    }

    /// What it holds.
    pub fn holds(&self) -> Kind {
        match self {
            Self::Number(_) => Kind::Number,
            Self::Count(_) => Kind::Count,
            Self::Money(..) => Kind::Money,
            Self::Day(_) => Kind::Day,
            Self::Flag(_) => Kind::Flag,
            Self::Class { .. } => Kind::Class,
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

    /// The column of one customer alone.
    pub fn only(&self, who: CustomerIx) -> Self {
        fn one<T: Copy>(v: &[Option<T>], who: CustomerIx) -> Vec<Option<T>> {
            vec![v.get(who.at()).copied().flatten()]
        }
        match self {
            Self::Number(v) => Self::Number(one(v, who)),
            Self::Count(v) => Self::Count(one(v, who)),
            Self::Money(v, unit) => Self::Money(one(v, who), *unit),
            Self::Day(v) => Self::Day(one(v, who)),
            Self::Flag(v) => Self::Flag(one(v, who)),
            Self::Class { names, of } => Self::Class { names: names.clone(), of: one(of, who) },
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
