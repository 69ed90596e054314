//! Do groups of customers leave at the same pace? Log-rank, Wilcoxon and Tarone-Ware tests of two groups or more.
//!
//! # Formula
//! At each time with leavers: `e_g = d n_g / n`, `V_gh = d (n - d) / (n - 1) n_g / n (1{g = h} - n_h / n)`;
//! `Z_g = sum w (d_g - e_g)`, `V = sum w^2 V`, `X^2 = Z' V^- Z` with `w = 1`, `n` or `sqrt(n)`, against the chi-squared
//! distribution with as many degrees of freedom as `V` has independent rows.
//!
//! # Source
//! Mantel, 1966; Peto and Peto, 1972; Gehan, 1965, and Breslow, 1970 (Wilcoxon); Tarone and Ware, 1977.

use crate::Error;
use crate::churn::spell::{Exposure, Spell, check};
use naata_math::linalg::{dependent_columns, dot};
use naata_math::{ChiSquared, Cholesky, Matrix, sqrt};

naata_answer::choice! {
    /// How much a time counts.
    pub enum Weighting {
        /// All times alike: most powerful when one group leaves faster by a constant factor.
        LogRank = "log-rank",
        /// By the number at risk: early differences count most.
        Wilcoxon = "wilcoxon",
        /// By the square root of the number at risk: between the two.
        TaroneWare = "tarone-ware",
    }
}

/// One group of a comparison.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GroupTally {
    /// Its subjects.
    pub n: u64,
    /// Those who left.
    pub left: u64,
    /// Those who would have left if all groups left at one pace.
    pub expected: f64,
}

/// A comparison of groups.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Comparison {
    /// How times were weighted.
    pub weighting: Weighting,
    /// The test statistic.
    pub statistic: f64,
    /// Its degrees of freedom.
    pub degrees: usize,
    /// The chance of a statistic as large if all groups left at one pace.
    pub p: f64,
    /// The groups, in the order of their numbers.
    pub groups: Vec<GroupTally>,
}

/// Compares groups; `group` numbers each row's group from 0.
///
/// # Errors
/// As for the survival curve; a group beyond `groups`; fewer than two groups with anybody at risk when somebody leaves.
///
/// # Example
/// ```
/// use naata_metrics::churn::{Spell, Weighting, compare_groups};
/// let spells = [2.0, 3.0, 4.0, 9.0, 10.0, 11.0].map(Spell::left);
/// let test = compare_groups(&spells, &[0, 0, 0, 1, 1, 1], 2, Weighting::LogRank)?;
/// assert!(test.p < 0.05 && test.groups[0].expected < 3.0);
/// # Ok::<(), naata_metrics::Error>(())
/// ```
pub fn compare_groups(
    spells: &[Spell],
    group: &[usize],
    groups: usize,
    weighting: Weighting,
) -> Result<Comparison, Error> {
    check(spells)?;
    if group.len() != spells.len() {
        return Err(Error::Rows { what: "the groups".into(), expected: spells.len(), found: group.len() });
    }
    if let Some((row, class)) = group.iter().enumerate().find(|(_, g)| **g >= groups) {
        return Err(Error::Class { row, class: *class, classes: groups });
    }
    let of = |g: usize| spells.iter().zip(group).filter(move |(_, of)| **of == g).map(|(s, _)| s);
    let exposures: Vec<Exposure> = (0..groups).map(|g| Exposure::of(of(g))).collect();
    let leavers = leavers(spells, group, groups);
    let mut tally: Vec<GroupTally> =
        exposures.iter().map(|e| GroupTally { n: e.total, left: 0, expected: 0.0 }).collect();
    let mut gap = vec![0.0; groups];
    let mut variance = Matrix::zeros(groups, groups);
    for (time, left) in &leavers {
        let at_risk: Vec<f64> = exposures.iter().map(|e| e.at_risk(*time) as f64).collect();
        let n: f64 = at_risk.iter().sum();
        let d = left.iter().sum::<u64>() as f64;
        let weight = match weighting {
            Weighting::LogRank => 1.0,
            Weighting::Wilcoxon => n,
            Weighting::TaroneWare => sqrt(n),
        };
        let spread = if n > 1.0 { weight * weight * d * (n - d) / (n - 1.0) } else { 0.0 };
        for (g, ((own, share), (t, z))) in
            left.iter().zip(&at_risk).zip(tally.iter_mut().zip(&mut gap)).enumerate()
        {
            let expected = d * share / n;
            t.left += own;
            t.expected += expected;
            *z += weight * (*own as f64 - expected);
            for (h, other) in at_risk.iter().enumerate() {
                let same = if g == h { 1.0 } else { 0.0 };
                variance.add(g, h, spread * share / n * (same - other / n));
            }
        }
    }
    let (statistic, degrees) = quadratic(&variance, &gap)?;
    let p = ChiSquared::new(degrees as f64)?.sf(statistic);
    Ok(Comparison { weighting, statistic, degrees, p, groups: tally })
}

/// What is left of a row of the variance after the others explain it, when it is only rounding.
const RANK_TOLERANCE: f64 = 1e-9;

/// `z' V^- z` and the rank of `V`.
fn quadratic(variance: &Matrix, z: &[f64]) -> Result<(f64, usize), Error> {
    // Rows that the rest determine add nothing: one group of two, or a group never at risk beside another.
    let kept = dependent_columns(variance, RANK_TOLERANCE).kept;
    if kept.is_empty() {
        let found = variance.diagonal().iter().filter(|v| **v > 0.0).count();
        return Err(Error::Groups { found });
    }
    let rows: Vec<Vec<f64>> =
        kept.iter().map(|i| kept.iter().map(|j| variance.at(*i, *j)).collect()).collect();
    let gap: Vec<f64> = kept.iter().filter_map(|i| z.get(*i).copied()).collect();
    let solved = Cholesky::new(&Matrix::from_rows(&rows)?)?.solve(&gap)?;
    Ok((dot(&gap, &solved).max(0.0), kept.len()))
}

/// The times at which somebody leaves, with the leavers of each group.
fn leavers(spells: &[Spell], group: &[usize], groups: usize) -> Vec<(f64, Vec<u64>)> {
    let mut left: Vec<(f64, usize, u64)> = spells
        .iter()
        .zip(group)
        .filter(|(s, _)| s.left && s.weight > 0)
        .map(|(s, g)| (s.exit + 0.0, *g, u64::from(s.weight)))
        .collect();
    left.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut out: Vec<(f64, Vec<u64>)> = Vec::new();
    for (time, g, weight) in left {
        if out.last().is_none_or(|last| last.0 != time) {
            out.push((time, vec![0; groups]));
        }
        if let Some(n) = out.last_mut().and_then(|last| last.1.get_mut(g)) {
            *n += weight;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::churn::spell::tests::any_spell;
    use naata_testkit::assert_close;
    use proptest::prelude::*;

    #[test]
    fn the_two_arms_of_freireich() {
        // Freireich et al., 1963; Cox and Oakes, 1984: log-rank 16.79; observed 9 and 21, expected 19.25 and 10.75.
        let treated = [6, 6, 6, 7, 10, 13, 16, 22, 23].map(|t| Spell::left(f64::from(t)));
        let staying = [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35].map(|t| Spell::staying(f64::from(t)));
        let placebo = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23]
            .map(|t| Spell::left(f64::from(t)));
        let spells: Vec<Spell> = treated.into_iter().chain(staying).chain(placebo).collect();
        let group: Vec<usize> = (0..42).map(|i| usize::from(i >= 21)).collect();
        let test = compare_groups(&spells, &group, 2, Weighting::LogRank).unwrap();
        assert!((test.statistic - 16.79).abs() < 5e-3, "{}", test.statistic);
        assert_eq!(test.groups.iter().map(|g| g.left).collect::<Vec<_>>(), [9, 21]);
        assert!((test.groups[0].expected - 19.25).abs() < 5e-3 && test.degrees == 1);
    }

    #[test]
    fn groups_that_never_meet_cannot_be_compared() {
        let spells = [Spell::left(1.0), Spell::left(9.0).seen_from(5.0)];
        let found = compare_groups(&spells, &[0, 1], 2, Weighting::LogRank);
        assert_eq!(found, Err(Error::Groups { found: 0 }));
        assert_eq!(
            compare_groups(&spells, &[0, 2], 2, Weighting::LogRank),
            Err(Error::Class { row: 1, class: 2, classes: 2 })
        );
    }

    fn any_rows() -> impl Strategy<Value = Vec<(Spell, usize)>> {
        prop::collection::vec((any_spell(), 0usize..3), 2..50)
    }

    fn test(rows: &[(Spell, usize)], weighting: Weighting) -> Result<Comparison, Error> {
        let (spells, group): (Vec<Spell>, Vec<usize>) = rows.iter().copied().unzip();
        compare_groups(&spells, &group, 3, weighting)
    }

    proptest! {
        #[test]
        fn as_many_leave_as_are_expected(rows in any_rows()) {
            if let Ok(c) = test(&rows, Weighting::Wilcoxon) {
                let (seen, expected) = c.groups.iter().fold((0.0, 0.0), |(a, b), g| (a + g.left as f64, b + g.expected));
                prop_assert!((seen - expected).abs() < 1e-10);
                prop_assert!((0.0..=1.0).contains(&c.p) && c.degrees <= 2);
            }
        }

        #[test]
        fn order_and_names_of_groups_do_not_matter(
            (rows, shuffled) in any_rows().prop_flat_map(|r| (Just(r.clone()), Just(r).prop_shuffle())),
        ) {
            for weighting in [Weighting::LogRank, Weighting::Wilcoxon, Weighting::TaroneWare] {
                let found = test(&rows, weighting);
                prop_assert_eq!(&found, &test(&shuffled, weighting));
                let renamed: Vec<(Spell, usize)> = rows.iter().map(|(s, g)| (*s, (g + 1) % 3)).collect();
                match (found, test(&renamed, weighting)) {
                    (Ok(a), Ok(b)) => {
                        prop_assert_eq!(a.degrees, b.degrees);
                        prop_assert!((a.statistic - b.statistic).abs() < 1e-8 * (1.0 + a.statistic));
                    }
                    (a, b) => prop_assert_eq!(a.is_err(), b.is_err()),
                }
            }
        }

        #[test]
        fn equal_groups_do_not_differ(spells in prop::collection::vec(any_spell(), 2..30)) {
            let rows: Vec<(Spell, usize)> = spells.iter().flat_map(|s| [(*s, 0), (*s, 1)]).collect();
            if let Ok(c) = test(&rows, Weighting::TaroneWare) {
                prop_assert!(c.statistic < 1e-18, "{}", c.statistic);
                assert_close("p", c.p, 1.0, 1e-8);
            }
        }
    }
}
