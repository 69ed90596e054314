//! How long a subject was watched, and whether it left: the input of every survival figure.
//!
//! # Units
//! Times are plain numbers from the subject's own origin (its first day): days, weeks or months, as the caller
//! chooses; results are in the same unit.

use crate::Error;

/// One subject's time under observation, or that of several equal subjects.
///
/// A subject is at risk at time `t` when `entry < t <= exit`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spell {
    /// When the watch began, for a subject that was there before the records begin; `None` from the origin.
    pub entry: Option<f64>,
    /// When the subject left, or was last seen staying.
    pub exit: f64,
    /// Whether the subject left at `exit`.
    pub left: bool,
    /// How many equal subjects the spell stands for.
    pub weight: u32,
}

impl Spell {
    /// A subject that left after some time.
    pub fn left(exit: f64) -> Self {
        Self { entry: None, exit, left: true, weight: 1 }
    }

    /// A subject that is still there after some time.
    pub fn staying(exit: f64) -> Self {
        Self { left: false, ..Self::left(exit) }
    }

    /// The same subject, watched only after `entry`.
    #[must_use]
    pub fn seen_from(self, entry: f64) -> Self {
        Self { entry: Some(entry), ..self }
    }

    /// So many equal subjects.
    #[must_use]
    pub fn times(self, weight: u32) -> Self {
        Self { weight, ..self }
    }
}

/// Refuses times that are none, and a base without anybody.
pub(crate) fn check(spells: &[Spell]) -> Result<(), Error> {
    for (row, s) in spells.iter().enumerate() {
        let bad = |value: f64| Error::Time { row, value: value.to_string() };
        if !(s.exit.is_finite() && s.exit >= 0.0) {
            return Err(bad(s.exit));
        }
        if let Some(entry) = s.entry.filter(|e| !(*e >= 0.0 && *e < s.exit)) {
            return Err(bad(entry));
        }
    }
    if spells.iter().all(|s| s.weight == 0) { Err(Error::Nobody) } else { Ok(()) }
}

/// Who is at risk when: exits and late entries in order of time, with the number up to and including each.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Exposure {
    exits: Vec<(f64, u64)>,
    entries: Vec<(f64, u64)>,
    pub(crate) total: u64,
}

impl Exposure {
    pub(crate) fn of<'a>(spells: impl Iterator<Item = &'a Spell> + Clone) -> Self {
        let weight = |s: &Spell| u64::from(s.weight);
        let exits = counted(spells.clone().map(|s| (s.exit, weight(s))));
        let entries = counted(spells.clone().filter_map(|s| Some((s.entry?, weight(s)))));
        Self { exits, entries, total: spells.map(weight).sum() }
    }

    /// Subjects with `entry < t <= exit`.
    pub(crate) fn at_risk(&self, t: f64) -> u64 {
        let before = |sorted: &[(f64, u64)]| {
            let at = sorted.partition_point(|(time, _)| *time < t);
            at.checked_sub(1).and_then(|i| sorted.get(i)).map_or(0, |(_, n)| *n)
        };
        let late = self.entries.last().map_or(0, |(_, n)| *n);
        (self.total - before(&self.exits)) - (late - before(&self.entries))
    }

    /// The last time anybody was seen.
    pub(crate) fn last(&self) -> f64 {
        self.exits.last().map_or(0.0, |(t, _)| *t)
    }
}

/// Times in order, each once, with the number up to and including it.
fn counted(times: impl Iterator<Item = (f64, u64)>) -> Vec<(f64, u64)> {
    // Adding zero turns -0 into 0, so that equal times are equal to the last bit.
    let mut sorted: Vec<(f64, u64)> = times.filter(|(_, w)| *w > 0).map(|(t, w)| (t + 0.0, w)).collect();
    sorted.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut out: Vec<(f64, u64)> = Vec::new();
    let mut sum = 0;
    for (t, w) in sorted {
        sum += w;
        match out.last_mut().filter(|last| last.0 == t) {
            Some(last) => last.1 = sum,
            None => out.push((t, sum)),
        }
    }
    out
}

/// What happened at one time.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Moment {
    pub(crate) time: f64,
    pub(crate) at_risk: u64,
    /// Leavers by cause.
    pub(crate) left: Vec<u64>,
    /// Last seen staying.
    pub(crate) censored: u64,
}

impl Moment {
    pub(crate) fn all_left(&self) -> u64 {
        self.left.iter().sum()
    }
}

/// Every time somebody leaves or is last seen, in order; `cause` numbers the cause of a leaver by row.
pub(crate) fn moments(
    spells: &[Spell],
    exposure: &Exposure,
    causes: usize,
    cause: impl Fn(usize) -> usize,
) -> Vec<Moment> {
    let mut out: Vec<Moment> = exposure
        .exits
        .iter()
        .map(|(time, _)| Moment {
            time: *time,
            at_risk: exposure.at_risk(*time),
            left: vec![0; causes],
            censored: 0,
        })
        .collect();
    for (row, s) in spells.iter().enumerate() {
        let at = out.partition_point(|m| m.time < s.exit);
        let Some(m) = out.get_mut(at) else { continue };
        let slot = if s.left { m.left.get_mut(cause(row)) } else { Some(&mut m.censored) };
        if let Some(n) = slot {
            *n += u64::from(s.weight);
        }
    }
    out
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A spell of any kind, on a coarse grid so that ties are common.
    pub(crate) fn any_spell() -> impl Strategy<Value = Spell> {
        (1u32..20, any::<bool>(), prop::option::weighted(0.2, 0u32..20), 1u32..3).prop_map(
            |(exit, left, entry, weight)| {
                let entry = entry.filter(|e| *e < exit).map(f64::from);
                Spell { entry, exit: f64::from(exit), left, weight }
            },
        )
    }

    proptest! {
        #[test]
        fn at_risk_is_counted_as_defined(spells in prop::collection::vec(any_spell(), 1..40), t in 0u32..21) {
            let t = f64::from(t);
            let at_risk = |s: &&Spell| s.entry.is_none_or(|e| e < t) && t <= s.exit;
            let naive: u64 = spells.iter().filter(at_risk).map(|s| u64::from(s.weight)).sum();
            prop_assert_eq!(Exposure::of(spells.iter()).at_risk(t), naive);
        }

        #[test]
        fn everybody_leaves_or_is_last_seen_once(spells in prop::collection::vec(any_spell(), 1..40)) {
            let exposure = Exposure::of(spells.iter());
            let all = moments(&spells, &exposure, 2, |row| row % 2);
            let seen: u64 = all.iter().map(|m| m.all_left() + m.censored).sum();
            prop_assert_eq!(seen, exposure.total);
            prop_assert!(all.is_sorted_by(|a, b| a.time < b.time));
        }
    }

    #[test]
    fn a_time_that_is_none_is_refused() {
        for bad in [
            Spell::left(f64::NAN),
            Spell::left(-1.0),
            Spell::staying(f64::INFINITY),
            Spell::left(3.0).seen_from(3.0),
            Spell::left(3.0).seen_from(f64::NAN),
        ] {
            assert!(matches!(check(&[Spell::left(1.0), bad]), Err(Error::Time { row: 1, .. })), "{bad:?}");
        }
        assert_eq!(check(&[]), Err(Error::Nobody));
        assert_eq!(check(&[Spell::left(1.0).times(0)]), Err(Error::Nobody));
    }
}
