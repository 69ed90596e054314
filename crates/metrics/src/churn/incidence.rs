//! How many have left for which reason by when, while other reasons compete.
//!
//! One minus the Kaplan-Meier curve of a single reason answers another question: how many would leave for it if
//! nobody left for anything else. The shares here are those that happen, and they add up.
//!
//! # Formula
//! `F_k(t) = sum over t_j <= t of S(t_j-) d_kj / n_j` with the Kaplan-Meier curve `S` of all reasons together;
//! `Var F_k = sum (F_k(t) - F_k(t_j))^2 d_j / (n_j (n_j - d_j)) + sum S(t_j-)^2 (n_j - d_kj) d_kj / n_j^3
//! - 2 sum (F_k(t) - F_k(t_j)) S(t_j-) d_kj / n_j^2`; intervals on the scale of `ln(-ln F)`.
//!
//! # Source
//! Aalen and Johansen, 1978; Marubini and Valsecchi, 1995 (variance); Choudhury, 2002 (interval).

use crate::Error;
use crate::churn::spell::{Exposure, Spell, check, moments};
use crate::churn::survival::Band;
use naata_math::sqrt;

/// The share that has left for one reason.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Incidence {
    /// The share.
    pub share: f64,
    /// Its standard error.
    pub standard_error: f64,
    /// The 95 % interval; `None` while nobody has left for the reason.
    pub interval: Option<(f64, f64)>,
}

/// The shares at one time.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct IncidenceStep {
    /// The time.
    pub time: f64,
    /// Subjects at risk just before it.
    pub at_risk: u64,
    /// The share still there after it.
    pub survival: f64,
    /// For each reason the share that has left for it.
    pub of: Vec<Incidence>,
}

/// Shares that have left for each of several reasons.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Incidences {
    /// The subjects.
    pub n: u64,
    /// For each reason how many left for it.
    pub left: Vec<u64>,
    /// Every time somebody left or was last seen.
    pub steps: Vec<IncidenceStep>,
}

/// Running sums of the variance of one reason's share.
#[derive(Clone, Copy, Default)]
struct Sums {
    share: f64,
    greenwood_share: f64,
    greenwood_square: f64,
    own: f64,
    cross: f64,
    cross_share: f64,
}

/// Estimates the share that has left for each reason; `cause` numbers the reason of each row from 0 and is not read
/// for subjects that stay.
///
/// # Errors
/// As for the survival curve; a reason beyond `causes`; inputs of unequal length.
///
/// # Example
/// ```
/// use naata_metrics::churn::{Spell, cumulative_incidence};
/// // Price (0) drove one away after a month, a move (1) another after two; two stay.
/// let spells = [Spell::left(1.0), Spell::left(2.0), Spell::staying(3.0), Spell::staying(3.0)];
/// let shares = cumulative_incidence(&spells, &[0, 1, 0, 0], 2)?;
/// let end = shares.at(3.0).unwrap();
/// assert_eq!((end.of[0].share, end.of[1].share, end.survival), (0.25, 0.25, 0.5));
/// # Ok::<(), naata_metrics::Error>(())
/// ```
pub fn cumulative_incidence(spells: &[Spell], cause: &[usize], causes: usize) -> Result<Incidences, Error> {
    check(spells)?;
    if cause.len() != spells.len() {
        return Err(Error::Rows { what: "the reasons".into(), expected: spells.len(), found: cause.len() });
    }
    if let Some((row, (_, class))) =
        spells.iter().zip(cause).enumerate().find(|(_, (s, c))| s.left && **c >= causes)
    {
        return Err(Error::Class { row, class: *class, classes: causes });
    }
    let exposure = Exposure::of(spells.iter());
    let mut sums = vec![Sums::default(); causes];
    let (mut survival, mut greenwood) = (1.0, 0.0);
    let mut steps = Vec::new();
    let mut left = vec![0; causes];
    for m in moments(spells, &exposure, causes, |row| cause.get(row).copied().unwrap_or(0)) {
        let (n, d) = (m.at_risk as f64, m.all_left() as f64);
        // Once all at risk have left, no share changes any more, and the term is zero whatever its weight.
        let weight = if m.all_left() < m.at_risk { d / (n * (n - d)) } else { 0.0 };
        greenwood += weight;
        for ((sum, own), total) in sums.iter_mut().zip(&m.left).zip(&mut left) {
            *total += own;
            let own = *own as f64;
            if own > 0.0 {
                sum.share += survival * own / n;
                sum.own += survival * survival * (n - own) * own / (n * n * n);
                sum.cross += survival * own / (n * n);
                sum.cross_share += sum.share * survival * own / (n * n);
            }
            sum.greenwood_share += weight * sum.share;
            sum.greenwood_square += weight * sum.share * sum.share;
        }
        if m.at_risk > 0 {
            survival *= (n - d) / n;
        }
        let of = sums.iter().map(|s| s.incidence(greenwood)).collect();
        steps.push(IncidenceStep { time: m.time, at_risk: m.at_risk, survival, of });
    }
    Ok(Incidences { n: exposure.total, left, steps })
}

impl Sums {
    fn incidence(&self, greenwood: f64) -> Incidence {
        let f = self.share;
        let others = f * f * greenwood - 2.0 * f * self.greenwood_share + self.greenwood_square;
        let variance = others + self.own - 2.0 * (f * self.cross - self.cross_share);
        let standard_error = sqrt(variance.max(0.0));
        Incidence { share: f, standard_error, interval: Band::LogLog.interval(f, standard_error) }
    }
}

impl Incidences {
    /// The shares at a time; `None` before the first and after the last time anybody was seen.
    pub fn at(&self, time: f64) -> Option<&IncidenceStep> {
        let i = self.steps.partition_point(|s| s.time <= time);
        self.steps.get(i.checked_sub(1)?).filter(|_| self.steps.last().is_some_and(|s| time <= s.time))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::churn::spell::tests::any_spell;
    use crate::churn::{Band, kaplan_meier};
    use proptest::prelude::*;

    #[test]
    fn a_reason_that_does_not_exist_is_refused() {
        let spells = [Spell::left(1.0), Spell::staying(2.0)];
        assert!(cumulative_incidence(&spells, &[0, 9], 1).is_ok(), "the reason of who stays is not read");
        assert_eq!(
            cumulative_incidence(&spells, &[1, 0], 1),
            Err(Error::Class { row: 0, class: 1, classes: 1 })
        );
        assert_eq!(cumulative_incidence(&spells, &[0], 1).unwrap_err().code(), "metrics.rows");
    }

    #[test]
    fn one_minus_kaplan_meier_says_too_much() {
        // Half leave for one reason at 1, the other half for another at 2: each took half of them.
        let spells = [Spell::left(1.0), Spell::left(1.0), Spell::left(2.0), Spell::left(2.0)];
        let shares = cumulative_incidence(&spells, &[0, 0, 1, 1], 2).unwrap();
        assert_eq!(shares.at(2.0).unwrap().of[1].share, 0.5);
        let alone = spells.map(|s| Spell { left: s.exit > 1.0, ..s });
        assert_eq!(kaplan_meier(&alone, Band::Log).unwrap().at(2.0).unwrap().survival, 0.0);
    }

    proptest! {
        #[test]
        fn reasons_and_stayers_add_up_to_all(
            rows in prop::collection::vec((any_spell(), 0usize..3), 1..40),
        ) {
            let (spells, cause): (Vec<Spell>, Vec<usize>) = rows.into_iter().unzip();
            for s in cumulative_incidence(&spells, &cause, 3).unwrap().steps {
                let sum: f64 = s.of.iter().map(|c| c.share).sum::<f64>() + s.survival;
                prop_assert!((sum - 1.0).abs() < 1e-13);
            }
        }

        #[test]
        fn a_single_reason_is_the_complement_of_the_curve(spells in prop::collection::vec(any_spell(), 1..40)) {
            let one = cumulative_incidence(&spells, &vec![0; spells.len()], 1).unwrap();
            let curve = kaplan_meier(&spells, Band::Plain).unwrap();
            for (a, b) in one.steps.iter().zip(&curve.steps) {
                prop_assert!((a.of[0].share + b.survival - 1.0).abs() < 1e-13);
                if let Some(se) = b.standard_error {
                    prop_assert!((a.of[0].standard_error * a.of[0].standard_error - se * se).abs() < 1e-13);
                }
            }
        }

        #[test]
        fn the_variance_is_the_sum_as_written(rows in prop::collection::vec((any_spell(), 0usize..2), 2..40)) {
            let (spells, cause): (Vec<Spell>, Vec<usize>) = rows.into_iter().unzip();
            let exposure = Exposure::of(spells.iter());
            let all = moments(&spells, &exposure, 2, |r| cause[r]);
            let found = cumulative_incidence(&spells, &cause, 2).unwrap();
            let now = found.steps.last().unwrap().of[1];
            let (mut variance, mut before) = (0.0, 1.0);
            for (m, step) in all.iter().zip(&found.steps) {
                let (n, d, own) = (m.at_risk as f64, m.all_left() as f64, m.left[1] as f64);
                if n > 0.0 {
                    let gap = now.share - step.of[1].share;
                    if d < n { variance += gap * gap * d / (n * (n - d)); }
                    variance += before * before * (n - own) / n * own / (n * n) - 2.0 * gap * before * own / (n * n);
                }
                before = step.survival;
            }
            prop_assert!((now.standard_error * now.standard_error - variance).abs() < 1e-13);
        }
    }
}
