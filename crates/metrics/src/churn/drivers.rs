//! What goes with leaving: every level of every candidate against all others, with intervals and adjusted tests.
//!
//! A driver here is a difference that chance does not explain. It says who leaves more often, never that one thing
//! brings about the other: only an experiment can say that.
//!
//! # Formula
//! With `a` of `n1` leavers among those with the level and `b` of `n0` among the others: relative risk
//! `(a/n1) / (b/n0)` with Katz's interval; risk difference `a/n1 - b/n0` with Newcombe's square-and-add interval of
//! Wilson's ends; lift `(a/n1) / ((a+b)/n)` with `Var ln lift = b (b (1-p1) / a + 1-p0) / (a+b)^2` by the delta
//! method; Pearson's chi-square without continuity correction where all expected counts are at least 5, else
//! Fisher's exact test; Holm, Benjamini-Hochberg and Benjamini-Yekutieli over all tests made.
//!
//! # Source
//! Katz et al., 1978; Newcombe, 1998 (method 10); Pearson, 1900; Fisher, 1934; Cochran, 1954 (expected counts of 5);
//! Holm, 1979; Benjamini and Hochberg, 1995; Benjamini and Yekutieli, 2001.

use crate::Error;
use crate::estimate::{Estimate, LEVEL, Z, share};
use naata_math::interval::katz_log;
use naata_math::{Adjustment, exp, fisher_exact, pearson_chi_square, sqrt};
use std::collections::BTreeMap;

/// A candidate: a column of classes.
#[derive(Clone, Debug, PartialEq)]
pub struct Factor {
    /// Its name.
    pub name: String,
    /// Its levels.
    pub levels: Vec<String>,
    /// The level of each row, `None` where it is not known.
    pub of: Vec<Option<usize>>,
}

impl Factor {
    /// A candidate of the levels `no` and `yes`.
    pub fn flag(name: &str, of: &[Option<bool>]) -> Self {
        let of = of.iter().map(|f| f.map(usize::from)).collect();
        Self { name: name.into(), levels: vec!["no".into(), "yes".into()], of }
    }
}

naata_answer::choice! {
    /// Which test a p-value comes from.
    pub enum TestUsed {
        /// Pearson's chi-square.
        ChiSquare = "chi-square",
        /// Fisher's exact test: an expected count is below 5.
        Fisher = "fisher",
    }
}

/// Another level that divides the rows in the same way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SameSplit {
    /// The candidate.
    pub feature: String,
    /// The level.
    pub level: String,
    /// Whether it is the other side of the split.
    pub other_side: bool,
}

/// One level against all other rows whose level is known.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Driver {
    /// The candidate.
    pub feature: String,
    /// The level.
    pub level: String,
    /// Rows with the level, and leavers among them.
    pub with: (u64, u64),
    /// The other rows, and leavers among them.
    pub without: (u64, u64),
    /// Rows whose level is not known: in neither.
    pub unknown: u64,
    /// The share of leavers with the level.
    pub rate_with: f64,
    /// The share of leavers among the others.
    pub rate_without: f64,
    /// How many times as often those with the level leave; `None` where no other leaves.
    pub relative_risk: Option<Estimate>,
    /// By how much the shares differ.
    pub risk_difference: Estimate,
    /// How many times as often as all rows together.
    pub lift: Estimate,
    /// The ratio of the odds; `None` where it is infinite.
    pub odds_ratio: Option<f64>,
    /// Pearson's statistic.
    pub chi_square: f64,
    /// Its chance without any relation.
    pub p_chi_square: f64,
    /// The chance by Fisher's exact test.
    pub p_fisher: f64,
    /// The test whose chance is used below.
    pub test: TestUsed,
    /// The chance used.
    pub p: f64,
    /// After Holm: the chance of any false finding.
    pub p_holm: f64,
    /// After Benjamini and Hochberg: the share of false findings among those as clear as this.
    pub p_bh: f64,
    /// After Benjamini and Yekutieli: the same under any dependence of the tests.
    pub p_by: f64,
    /// Levels that divide the rows in the same way, when such were merged.
    pub same: Vec<SameSplit>,
}

impl Driver {
    /// Whether chance does not explain the difference, at a rate `q` of false findings.
    pub fn is_clear(&self, q: f64) -> bool {
        self.p_bh <= q
    }
}

/// All candidates against leaving.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Drivers {
    /// One row a level, in the order of the candidates and their levels.
    pub rows: Vec<Driver>,
    /// Levels that all rows have, or none, or that leave too few rows on one side: nothing to compare.
    pub untested: Vec<(String, String)>,
    /// All rows.
    pub n: u64,
    /// All leavers.
    pub left: u64,
    /// Whether levels that divide the rows in the same way count as one hypothesis.
    pub merged: bool,
}

/// Compares each level of each candidate with all other rows.
///
/// With `merge`, levels that divide the rows in the same way - the two sides of a yes-or-no, or one fact recorded
/// under several names - are one hypothesis: it is tested once, and shown from the side that leaves more often.
///
/// A level with fewer than `least` rows, or with fewer others, is not tested: each test made costs all others power.
///
/// # Errors
/// A candidate of another length than `left`, or with a level that does not exist; nobody left, or everybody.
///
/// # Example
/// ```
/// use naata_metrics::churn::{Factor, drivers};
/// let late: Vec<Option<bool>> = (0..200).map(|i| Some(i % 4 == 0)).collect();
/// let left: Vec<bool> = (0..200).map(|i| i % 8 == 0 || i % 20 == 1).collect();
/// let found = drivers(&left, &[Factor::flag("first delivery late", &late)], true, 0)?;
/// assert_eq!((found.rows.len(), found.rows[0].level.as_str()), (1, "yes"));
/// assert!(found.rows[0].is_clear(0.05) && found.rows[0].relative_risk.unwrap().value > 4.0);
/// # Ok::<(), naata_metrics::Error>(())
/// ```
pub fn drivers(left: &[bool], factors: &[Factor], merge: bool, least: u64) -> Result<Drivers, Error> {
    let n = left.len() as u64;
    let leavers = left.iter().filter(|l| **l).count() as u64;
    if n == 0 {
        return Err(Error::Nobody);
    }
    if leavers == 0 || leavers == n {
        return Err(Error::OneOutcome { left: leavers, n });
    }
    let mut out = Drivers { rows: Vec::new(), untested: Vec::new(), n, left: leavers, merged: merge };
    // For each way to divide the rows the row that shows it, and which side that row is.
    let mut seen: BTreeMap<Vec<Option<bool>>, (usize, bool)> = BTreeMap::new();
    for factor in factors {
        check(factor, left.len())?;
        for (level, name) in factor.levels.iter().enumerate() {
            let has: Vec<Option<bool>> = factor.of.iter().map(|of| of.map(|of| of == level)).collect();
            let Some(row) = compare(factor, name, &has, left, least)? else {
                out.untested.push((factor.name.clone(), name.clone()));
                continue;
            };
            if !merge {
                out.rows.push(row);
                continue;
            }
            let side = has.iter().copied().flatten().next().unwrap_or(true);
            let split: Vec<Option<bool>> = has.iter().map(|h| h.map(|h| h == side)).collect();
            let (at, shown) = *seen.entry(split).or_insert((out.rows.len(), side));
            match out.rows.get_mut(at) {
                None => out.rows.push(row),
                Some(kept) => {
                    let turned = kept.merge(row, shown != side);
                    if turned && let Some(entry) = seen.values_mut().find(|(i, _)| *i == at) {
                        entry.1 = side;
                    }
                }
            }
        }
    }
    let p: Vec<f64> = out.rows.iter().map(|r| r.p).collect();
    let adjusted = [Adjustment::Holm, Adjustment::BenjaminiHochberg, Adjustment::BenjaminiYekutieli]
        .map(|a| a.adjust(&p));
    let [holm, bh, by] = adjusted;
    for (row, (holm, (bh, by))) in out.rows.iter_mut().zip(holm.into_iter().zip(bh.into_iter().zip(by))) {
        (row.p_holm, row.p_bh, row.p_by) = (holm, bh, by);
    }
    Ok(out)
}

fn check(factor: &Factor, rows: usize) -> Result<(), Error> {
    if factor.of.len() != rows {
        let what = format!("the candidate '{}'", factor.name);
        return Err(Error::Rows { what, expected: rows, found: factor.of.len() });
    }
    let classes = factor.levels.len();
    match factor.of.iter().enumerate().find_map(|(row, of)| Some((row, of.filter(|c| *c >= classes)?))) {
        Some((row, class)) => Err(Error::Class { row, class, classes }),
        None => Ok(()),
    }
}

/// The risk difference with Newcombe's interval.
fn difference(with: &Estimate, without: &Estimate, n: u64) -> Estimate {
    let value = with.value - without.value;
    let interval = with.interval.zip(without.interval).map(|((l1, u1), (l0, u0))| {
        let add = |a: f64, b: f64| sqrt(a * a + b * b);
        (value - add(with.value - l1, u0 - without.value), value + add(u1 - with.value, without.value - l0))
    });
    Estimate { value, interval, n }
}

/// One level against the others; `None` where there are none, or all or none of these rows left.
fn compare(
    factor: &Factor,
    level: &str,
    has: &[Option<bool>],
    left: &[bool],
    least: u64,
) -> Result<Option<Driver>, Error> {
    let (mut with, mut without) = ((0u64, 0u64), (0u64, 0u64));
    for (has, left) in has.iter().zip(left) {
        match has {
            Some(true) => with = (with.0 + 1, with.1 + u64::from(*left)),
            Some(false) => without = (without.0 + 1, without.1 + u64::from(*left)),
            None => {}
        }
    }
    if with.0.min(without.0) < least {
        return Ok(None);
    }
    let table = [[with.1, with.0 - with.1], [without.1, without.0 - without.1]];
    let (Some(p1), Some(p0), Some(test)) =
        (share(with.1, with.0), share(without.1, without.0), pearson_chi_square(&table)?)
    else {
        return Ok(None);
    };
    let n = with.0 + without.0;
    let p_fisher = fisher_exact(table);
    let (used, p) = if test.smallest_expected >= 5.0 {
        (TestUsed::ChiSquare, test.p)
    } else {
        (TestUsed::Fisher, p_fisher)
    };
    let [a, b] = [with.1 as f64, without.1 as f64];
    let base = (a + b) / n as f64;
    let lift = p1.value / base;
    let lift_interval = (with.1 > 0).then(|| {
        let variance = b * (b * (1.0 - p1.value) / a + (1.0 - p0.value)) / ((a + b) * (a + b));
        let factor = exp(Z * sqrt(variance));
        (lift / factor, lift * factor)
    });
    let katz = katz_log(with.1, with.0, without.1, without.0, LEVEL)?;
    let stays = |(n, left): (u64, u64)| (n - left) as f64;
    let odds = stays(with) * b;
    Ok(Some(Driver {
        feature: factor.name.clone(),
        level: level.into(),
        with,
        without,
        unknown: has.iter().filter(|h| h.is_none()).count() as u64,
        rate_with: p1.value,
        rate_without: p0.value,
        relative_risk: (without.1 > 0).then(|| Estimate {
            value: p1.value / p0.value,
            interval: katz.map(|i| (i.low, i.high)),
            n,
        }),
        risk_difference: difference(&p1, &p0, n),
        lift: Estimate { value: lift, interval: lift_interval, n },
        odds_ratio: (odds > 0.0).then(|| a * stays(without) / odds),
        chi_square: test.statistic,
        p_chi_square: test.p,
        p_fisher,
        test: used,
        p,
        p_holm: p,
        p_bh: p,
        p_by: p,
        same: Vec::new(),
    }))
}

impl Driver {
    /// Takes in a level that divides the rows in the same way; says whether it is the one shown from now on.
    fn merge(&mut self, mut other: Self, other_side: bool) -> bool {
        let mut same = std::mem::take(&mut self.same);
        let turn = other_side && other.rate_with > self.rate_with;
        if turn {
            std::mem::swap(self, &mut other);
            same.iter_mut().for_each(|s| s.other_side = !s.other_side);
        }
        same.push(SameSplit { feature: other.feature, level: other.level, other_side });
        self.same = same;
        turn
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use naata_testkit::assert_close;
    use proptest::prelude::*;

    #[test]
    fn the_interval_of_a_difference_is_newcombes() {
        // Newcombe, 1998, table II: 56/70 - 48/80, method 10: .0524 to .3339; 10/10 - 0/10: .6075 to 1.0.
        for (a, n, b, m, low, high) in [(56, 70, 48, 80, 0.0524, 0.3339), (10, 10, 0, 10, 0.6075, 1.0)] {
            let d = difference(&share(a, n).unwrap(), &share(b, m).unwrap(), n + m);
            let (l, u) = d.interval.unwrap();
            assert!((l - low).abs() < 5e-5 && (u - high).abs() < 5e-5, "{a}/{n} - {b}/{m}: {l} {u}");
        }
    }

    #[test]
    fn one_fact_under_several_names_is_one_hypothesis() {
        let left: Vec<bool> = (0..40).map(|i| i % 3 == 0).collect();
        let x: Vec<Option<bool>> = (0..40).map(|i| Some(i % 6 == 0)).collect();
        let plan = Factor {
            name: "plan".into(),
            levels: ["a", "b", "c", "empty"].map(String::from).into(),
            of: (0..40).map(|i| Some(if i % 6 == 0 { 2 } else { i % 2 })).collect(),
        };
        let factors = [Factor::flag("x", &x), plan];
        let all = drivers(&left, &factors, false, 0).unwrap();
        assert_eq!((all.rows.len(), all.untested.len()), (5, 1));
        assert_eq!(all.rows[0].p, all.rows[1].p);
        let merged = drivers(&left, &factors, true, 0).unwrap();
        assert_eq!(merged.rows.len(), 3, "x, and the levels a and b of the plan");
        let kept = &merged.rows[0];
        assert_eq!((kept.feature.as_str(), kept.level.as_str()), ("x", "yes"));
        let same: Vec<(&str, &str, bool)> =
            kept.same.iter().map(|s| (s.feature.as_str(), s.level.as_str(), s.other_side)).collect();
        assert_eq!(same, [("x", "no", true), ("plan", "c", false)]);
        assert!(kept.p_holm < all.rows[0].p_holm, "fewer hypotheses are adjusted for");
    }

    #[test]
    fn rows_of_unknown_level_are_in_neither_group() {
        let x = [Some(true), None, Some(false), Some(true), Some(false), None];
        let left = [true, true, false, false, true, false];
        let found = drivers(&left, &[Factor::flag("x", &x)], true, 0).unwrap();
        let row = &found.rows[0];
        assert_eq!((row.with.0, row.without.0, row.unknown), (2, 2, 2));
        assert_eq!(row.test, TestUsed::Fisher, "expected counts of 1 are too few for the chi-square");
        let refused = drivers(&[true; 6], &[Factor::flag("x", &x)], true, 0).unwrap_err();
        assert_eq!(refused, Error::OneOutcome { left: 6, n: 6 });
        let short = drivers(&left, &[Factor::flag("x", &x[1..])], true, 0).unwrap_err();
        assert_eq!(short.code(), "metrics.rows");
    }

    proptest! {
        #[test]
        fn figures_are_finite_and_inside_their_intervals(
            rows in prop::collection::vec((any::<bool>(), prop::option::weighted(0.9, any::<bool>())), 2..80),
        ) {
            let (left, x): (Vec<bool>, Vec<Option<bool>>) = rows.into_iter().unzip();
            if let Ok(found) = drivers(&left, &[Factor::flag("x", &x)], false, 0) {
                for r in &found.rows {
                    for e in [Some(r.risk_difference), Some(r.lift), r.relative_risk].into_iter().flatten() {
                        prop_assert!(e.value.is_finite());
                        if let Some((low, high)) = e.interval {
                            prop_assert!(low <= e.value && e.value <= high);
                        }
                    }
                    prop_assert!(r.p <= r.p_bh && r.p_bh <= r.p_holm && r.p_bh <= r.p_by && r.p_holm <= 1.0);
                    prop_assert_eq!(r.with.0 + r.without.0 + r.unknown, found.n);
                }
                if let [no, yes] = &found.rows[..] {
                    assert_close("difference", no.risk_difference.value, -yes.risk_difference.value, 1e-15);
                    assert_close("fisher", no.p_fisher, yes.p_fisher, 1e-9);
                }
            }
        }

        #[test]
        fn the_order_of_rows_does_not_matter(
            (rows, shuffled) in prop::collection::vec((any::<bool>(), prop::option::of(0usize..3), any::<bool>()), 2..60)
                .prop_flat_map(|r| (Just(r.clone()), Just(r).prop_shuffle())),
            merge in any::<bool>(),
        ) {
            let run = |rows: &[(bool, Option<usize>, bool)]| {
                let left: Vec<bool> = rows.iter().map(|r| r.0).collect();
                let class = Factor { name: "c".into(), levels: ["a", "b", "c"].map(String::from).into(), of: rows.iter().map(|r| r.1).collect() };
                let flags: Vec<Option<bool>> = rows.iter().map(|r| Some(r.2)).collect();
                drivers(&left, &[class, Factor::flag("f", &flags)], merge, 0)
            };
            prop_assert_eq!(run(&rows), run(&shuffled));
        }
    }
}
