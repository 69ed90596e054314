//! One customer's purchases as lifetime models see them, equal ones collapsed to weights.

use naata_answer::choice;

choice! {
    /// The unit in which times and rates are stated; an occasion is a day in each of them.
    pub enum TimeUnit {
        /// Days.
        Day = "day",
        /// Weeks of 7 days.
        Week = "week",
        /// Months of 30.4375 days, a twelfth of 365.25.
        Month = "month",
    }
}

impl TimeUnit {
    /// Days in one unit.
    pub fn days(self) -> f64 {
        match self {
            Self::Day => 1.0,
            Self::Week => 7.0,
            Self::Month => 30.4375,
        }
    }

    /// A number of days in this unit.
    pub fn from_days(self, days: f64) -> f64 {
        days / self.days()
    }
}

/// Repeat purchases `x`, the last of them at `t_x`, seen until `age`, all counted from the first purchase.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct History {
    x: u32,
    pattern: u32,
    t_x: f64,
    age: f64,
}

impl History {
    /// The history of a new customer: the first purchase, seen at that moment.
    pub const NEW: Self = Self { x: 0, pattern: 0, t_x: 0.0, age: 0.0 };

    /// A history; `None` unless 0 <= t_x <= age, both finite, and t_x is 0 exactly when x is 0.
    pub fn new(x: u32, t_x: f64, age: f64) -> Option<Self> {
        let in_order = 0.0 <= t_x && t_x <= age && age.is_finite();
        (in_order && (x == 0) == (t_x == 0.0)).then_some(Self { x, pattern: 0, t_x, age })
    }

    /// Repeat purchases.
    pub fn x(&self) -> u32 {
        self.x
    }

    /// The time of the last repeat purchase; 0 without one.
    pub fn t_x(&self) -> f64 {
        self.t_x
    }

    /// The time until which the customer was seen.
    pub fn age(&self) -> f64 {
        self.age
    }

    /// The row of covariates that the customer has; 0 without any.
    pub fn pattern(&self) -> u32 {
        self.pattern
    }

    /// The same history with a row of covariates.
    #[must_use]
    pub fn with_pattern(self, pattern: u32) -> Self {
        Self { pattern, ..self }
    }

    fn order(&self, other: &Self) -> std::cmp::Ordering {
        let by_time = self.t_x.total_cmp(&other.t_x).then(self.age.total_cmp(&other.age));
        self.x.cmp(&other.x).then(by_time).then(self.pattern.cmp(&other.pattern))
    }
}

/// A history and how many customers have it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Weighted {
    /// The history.
    pub history: History,
    /// How many customers have it.
    pub weight: f64,
}

/// From so many distinct histories on a search begins with few of them, every so manieth.
const MANY: usize = 1 << 14;
const FEW: usize = 16;

/// Histories collapsed to their distinct ones, in an order that knows nothing of the customers' order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Collapsed {
    rows: Vec<Weighted>,
    of: Vec<u32>,
    customers: u64,
    edges_unnamed: bool,
}

impl Collapsed {
    /// Collapses one history for each customer.
    pub fn new(histories: &[History]) -> Self {
        let mut order: Vec<u32> = (0u32..).zip(histories).map(|(i, _)| i).collect();
        let at = |i: u32| histories.get(i as usize);
        order.sort_by(|a, b| match (at(*a), at(*b)) {
            (Some(a), Some(b)) => a.order(b),
            _ => std::cmp::Ordering::Equal,
        });
        let (of, customers) = (vec![0; order.len()], order.len() as u64);
        let mut out = Self { rows: Vec::new(), of, customers, edges_unnamed: false };
        for i in order {
            let Some(history) = at(i) else { continue };
            match out.rows.last_mut().filter(|row| row.history == *history) {
                Some(row) => row.weight += 1.0,
                None => out.rows.push(Weighted { history: *history, weight: 1.0 }),
            }
            if let Some(row) = out.of.get_mut(i as usize) {
                *row = (out.rows.len() - 1) as u32;
            }
        }
        out
    }

    /// The distinct histories of each pattern of covariates, in order of patterns.
    pub(super) fn by_pattern(&self) -> Vec<(u32, Self)> {
        let mut of: std::collections::BTreeMap<u32, Self> = std::collections::BTreeMap::new();
        for row in &self.rows {
            let group = of.entry(row.history.pattern).or_default();
            group.rows.push(*row);
            group.customers += row.weight as u64;
        }
        of.into_iter().collect()
    }

    /// The distinct histories with their weights, by x, t_x, age and pattern.
    pub fn rows(&self) -> &[Weighted] {
        &self.rows
    }

    /// For each customer the position of their history among [`Collapsed::rows`].
    pub fn of(&self) -> &[u32] {
        &self.of
    }

    /// How many customers there are.
    pub fn customers(&self) -> u64 {
        self.customers
    }

    /// Every sixteenth of many distinct histories, through all sizes and times: where a search over all may begin.
    pub(super) fn few(&self) -> Option<Self> {
        let rows: Vec<Weighted> = self.rows.iter().step_by(FEW).copied().collect();
        let customers = rows.iter().map(|r| r.weight as u64).sum();
        (self.rows.len() >= MANY).then_some(Self { rows, of: Vec::new(), customers, edges_unnamed: true })
    }

    /// Says that a fit at an edge need not name what is left of its model there, as where a forecast is all that is
    /// asked of it: finding the name takes longer than the fit.
    pub(super) fn leave_edges_unnamed(&mut self) {
        self.edges_unnamed = true;
    }

    /// Whether a fit at an edge names what is left of its model.
    pub(super) fn names_edges(&self) -> bool {
        !self.edges_unnamed
    }

    /// All repeat purchases.
    pub fn purchases(&self) -> f64 {
        self.rows.iter().map(|r| r.weight * f64::from(r.history.x)).sum()
    }

    /// All time under observation.
    pub fn time(&self) -> f64 {
        self.rows.iter().map(|r| r.weight * r.history.age).sum()
    }

    /// Customers with at least one repeat purchase.
    pub fn repeaters(&self) -> u64 {
        self.rows.iter().filter(|r| r.history.x > 0).map(|r| r.weight as u64).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn impossible_histories_are_refused() {
        assert!(History::new(0, 0.0, 0.0).is_some() && History::new(2, 3.0, 3.0).is_some());
        for (x, t_x, age) in [(0, 1.0, 2.0), (1, 0.0, 2.0), (1, 3.0, 2.0), (1, 1.0, f64::NAN), (1, -1.0, 2.0)]
        {
            assert_eq!(History::new(x, t_x, age), None, "{x} {t_x} {age}");
        }
    }

    proptest! {
        #[test]
        fn collapsing_keeps_every_customer(
            raw in prop::collection::vec((0u32..4, 1u32..5, 0u32..3), 0..60),
        ) {
            let histories: Vec<History> = raw.iter().map(|(x, t, more)| {
                let t = if *x == 0 { 0.0 } else { f64::from(*t) };
                History::new(*x, t, t + f64::from(*more)).unwrap()
            }).collect();
            let c = Collapsed::new(&histories);
            for (h, row) in histories.iter().zip(c.of()) {
                prop_assert_eq!(c.rows()[*row as usize].history, *h);
            }
            prop_assert_eq!(c.rows().iter().map(|r| r.weight).sum::<f64>(), histories.len() as f64);
            prop_assert!(c.rows().is_sorted_by(|a, b| a.history.order(&b.history).is_lt()));
        }
    }
}
