//! A day to stand on: only what was known by then may explain what happens later.
//!
//! Who stays long has more time to open tickets, to try features, to be called. Counting those against leaving makes
//! them look like reasons to stay. So the day is fixed first: subjects are those still there on it, candidates are
//! what was known by it, the outcome is what happens after it, and the compiler holds the three apart: a
//! [`Sightings`] takes nothing without the [`Known`] that only [`Landmark::known`] gives out.
//!
//! # Source
//! Anderson, Cain and Gelber, 1983.

use crate::Error;
use crate::churn::drivers::Factor;
use naata_core::Day;
use std::collections::{BTreeMap, BTreeSet};

/// A subject's window of knowledge, the day that ends it, and the window of the outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Landmark {
    from: Day,
    day: Day,
    end: Day,
}

/// Proof that something was known by the landmark.
#[derive(Clone, Copy, Debug)]
pub struct Known(());

impl Landmark {
    /// A landmark `day`, what was known since `from`, and the outcome of the `horizon` days after it.
    ///
    /// # Errors
    /// An outcome that ends after the `records` do, knowledge from before they begin, or a horizon of no days.
    pub fn new(from: Day, day: Day, horizon: u32, records: (Day, Day)) -> Result<Self, Error> {
        let end = i32::try_from(horizon).ok().and_then(|h| day.plus(h)).unwrap_or(Day::MAX);
        if from < records.0 || end > records.1 || from > day || end <= day {
            return Err(Error::Landmark { landmark: day, end, from: records.0, to: records.1 });
        }
        Ok(Self { from, day, end })
    }

    /// The day itself.
    pub fn day(&self) -> Day {
        self.day
    }

    /// The last day of the outcome.
    pub fn end(&self) -> Day {
        self.end
    }

    /// Admits something known on a day, or refuses it.
    ///
    /// # Errors
    /// It was known only after the landmark.
    pub fn known(&self, what: &str, on: Day) -> Result<Known, Error> {
        if on > self.day {
            return Err(Error::AfterLandmark { what: what.into(), known: on, landmark: self.day });
        }
        Ok(Known(()))
    }

    /// Whether a day lies in the window of knowledge.
    pub fn covers(&self, on: Day) -> bool {
        self.from <= on && on <= self.day
    }

    /// Whether a subject that ends on a day, as far as is known, leaves in the outcome's window; `None` for one that
    /// is not there on the landmark.
    pub fn outcome(&self, ended: Option<Day>) -> Option<bool> {
        match ended {
            Some(e) if e <= self.day => None,
            ended => Some(ended.is_some_and(|e| e <= self.end)),
        }
    }
}

/// What was seen of each subject by its landmark, gathered into candidates.
#[derive(Clone, Debug, Default)]
pub struct Sightings {
    rows: usize,
    levels: BTreeMap<String, BTreeMap<usize, Option<String>>>,
    flags: BTreeMap<(String, String), BTreeSet<usize>>,
}

impl Sightings {
    /// Nothing seen yet of so many subjects.
    pub fn new(rows: usize) -> Self {
        Self { rows, ..Self::default() }
    }

    /// A subject has a level of a candidate that gives each subject one; `None` where it cannot be known.
    pub fn is(&mut self, row: usize, feature: &str, level: Option<&str>, _: Known) {
        let of = self.levels.entry(feature.to_string()).or_default();
        of.insert(row, level.map(str::to_string));
    }

    /// A subject showed something that others may not have: whoever is not seen with it is without it.
    pub fn saw(&mut self, row: usize, feature: &str, what: &str, _: Known) {
        self.flags.entry((feature.to_string(), what.to_string())).or_default().insert(row);
    }

    /// The candidates: one for each feature with levels, and one yes-or-no for each thing seen of at least `least`
    /// subjects. A subject of whom a level was never stated is unknown there.
    pub fn factors(&self, least: usize) -> Vec<Factor> {
        let mut out: Vec<Factor> = Vec::new();
        for (name, seen) in &self.levels {
            let names: BTreeSet<&String> = seen.values().flatten().collect();
            let levels: Vec<String> = names.into_iter().cloned().collect();
            let position = |level: &String| levels.binary_search(level).ok();
            let of = (0..self.rows).map(|r| position(seen.get(&r)?.as_ref()?)).collect();
            out.push(Factor { name: name.clone(), levels, of });
        }
        for ((name, what), rows) in self.flags.iter().filter(|(_, rows)| rows.len() >= least) {
            let of = (0..self.rows).map(|r| Some(usize::from(rows.contains(&r)))).collect();
            out.push(Factor { name: name.clone(), levels: vec![format!("≠ {what}"), what.clone()], of });
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RECORDS: (Day, Day) = (Day(0), Day(200));

    #[test]
    fn what_is_known_later_is_refused() {
        let l = Landmark::new(Day(10), Day(40), 90, RECORDS).unwrap();
        assert_eq!(
            (l.day(), l.end(), l.covers(Day(10)), l.covers(Day(41))),
            (Day(40), Day(130), true, false)
        );
        assert!(l.known("a ticket", Day(40)).is_ok());
        let refused = l.known("a ticket", Day(41)).unwrap_err();
        assert_eq!(refused.code(), "metrics.after_landmark");
        assert!(refused.to_string().contains("1970-02-11"), "{refused}");
        for bad in [
            Landmark::new(Day(10), Day(120), 90, RECORDS),
            Landmark::new(Day(-1), Day(40), 90, RECORDS),
            Landmark::new(Day(10), Day(40), 0, RECORDS),
            Landmark::new(Day(41), Day(40), 9, RECORDS),
        ] {
            assert_eq!(bad.unwrap_err().code(), "metrics.landmark");
        }
    }

    #[test]
    fn the_outcome_begins_after_the_landmark() {
        let l = Landmark::new(Day(10), Day(40), 90, RECORDS).unwrap();
        let cases =
            [(Some(40), None), (Some(41), Some(true)), (Some(130), Some(true)), (Some(131), Some(false))];
        for (ended, expected) in cases {
            assert_eq!(l.outcome(ended.map(Day)), expected, "{ended:?}");
        }
        assert_eq!(l.outcome(None), Some(false));
    }

    #[test]
    fn candidates_keep_the_unknown_apart() {
        let l = Landmark::new(Day(0), Day(40), 90, RECORDS).unwrap();
        let k = l.known("the plan", Day(0)).unwrap();
        let mut s = Sightings::new(3);
        s.is(0, "plan", Some("b"), k);
        s.is(1, "plan", Some("a"), k);
        s.saw(2, "ticket", "late", k);
        s.saw(2, "ticket", "late", k);
        let found = s.factors(1);
        assert_eq!(found[0].of, [Some(1), Some(0), None]);
        assert_eq!(
            (found[1].levels[1].as_str(), &found[1].of[..]),
            ("late", &[Some(0), Some(0), Some(1)][..])
        );
        assert_eq!(s.factors(2).len(), 1);
    }
}
