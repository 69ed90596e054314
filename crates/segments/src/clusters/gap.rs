//! Whether clusters are tighter than they would be without any structure.
//!
//! # Formula
//! gap(k) = mean over B reference sets of ln W*(k) - ln W(k), with W the inertia; a reference set has as many points,
//! uniform between the least and the greatest value of each feature. s(k) = sd of ln W*(k) x sqrt(1 + 1 / B) with the
//! population sd. The rule takes the least k with gap(k) >= gap(k + 1) - s(k + 1).
//!
//! # Source
//! Tibshirani, Walther and Hastie, "Estimating the Number of Clusters via the Gap Statistic", 2001.

use super::{Points, Search, k_means};
use naata_core::{Exec, Serial, map_parts};
use naata_math::{Rng, ln, sqrt};

/// The gap for one number of clusters.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gap {
    /// The gap.
    pub gap: f64,
    /// Its standard error, for the references.
    pub error: f64,
}

/// The gaps for 1 to `inertias.len()` clusters, given the inertia found for each; `None` where an inertia is 0 or
/// no clusters were found in a reference.
pub fn gaps(
    points: Points<'_>,
    inertias: &[Option<f64>],
    references: u32,
    search: Search,
    seed: u64,
    exec: &dyn Exec,
) -> Vec<Option<Gap>> {
    let dims = points.dims();
    let mut bounds = vec![(f64::INFINITY, f64::NEG_INFINITY); dims];
    for p in points.iter() {
        for (b, x) in bounds.iter_mut().zip(p) {
            *b = (b.0.min(*x), b.1.max(*x));
        }
    }
    let logs = map_parts(exec, references as usize, |reference| {
        let mut rng = Rng::stream(seed, "gap reference", reference as u64);
        let values: Vec<f64> = (0..points.len())
            .flat_map(|_| {
                bounds.iter().map(|(low, high)| low + (high - low) * rng.uniform()).collect::<Vec<_>>()
            })
            .collect();
        let set = Points::new(dims, &values);
        let one = |k: usize| {
            let fit = k_means(set?, k, search, seed ^ reference as u64, &Serial).ok()?;
            (fit.inertia > 0.0).then(|| ln(fit.inertia))
        };
        (1..=inertias.len()).map(one).collect::<Vec<_>>()
    });
    let b = f64::from(references);
    let one = |(at, inertia): (usize, &Option<f64>)| {
        let own = ln((*inertia).filter(|w| *w > 0.0)?);
        let all: Option<Vec<f64>> = logs.iter().map(|l| l.get(at).copied().flatten()).collect();
        let all = all.filter(|all| !all.is_empty())?;
        let mean = all.iter().sum::<f64>() / b;
        let variance = all.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / b;
        Some(Gap { gap: mean - own, error: sqrt(variance) * sqrt(1.0 + 1.0 / b) })
    };
    inertias.iter().enumerate().map(one).collect()
}

/// The number of clusters the rule takes, with the margin by which it does: gap(k) - gap(k + 1) + s(k + 1).
pub fn by_gap(gaps: &[Option<Gap>]) -> Option<(usize, f64)> {
    let pairs = gaps.windows(2).zip(1usize..);
    pairs
        .filter_map(|(w, k)| match w {
            [Some(a), Some(b)] => Some((k, a.gap - b.gap + b.error)),
            _ => None,
        })
        .find(|(_, margin)| *margin >= 0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_heaps_are_found_and_a_single_one_is_left_whole() {
        let search = Search { starts: 2, swaps: 1 };
        let mut rng = Rng::new(5);
        let mut found = |centers: &[f64]| {
            let values: Vec<f64> = (0..240).map(|i| centers[i % centers.len()] + rng.normal()).collect();
            let points = Points::new(1, &values).unwrap();
            let inertias: Vec<Option<f64>> =
                (1..=6).map(|k| k_means(points, k, search, 1, &Serial).ok().map(|c| c.inertia)).collect();
            by_gap(&gaps(points, &inertias, 10, search, 1, &Serial)).map(|g| g.0)
        };
        assert_eq!((found(&[0.0, 20.0]), found(&[0.0])), (Some(2), Some(1)));
    }

    #[test]
    fn the_rule_by_hand() {
        let g = |gap, error| Some(Gap { gap, error });
        let all = [g(0.2, 0.1), g(0.5, 0.1), g(0.55, 0.2)];
        let (k, margin) = by_gap(&all).unwrap();
        assert!(k == 2 && (margin - 0.15).abs() < 1e-15);
        assert_eq!(by_gap(&[g(0.0, 0.0), g(1.0, 0.0)]), None);
        assert_eq!(by_gap(&[None, g(1.0, 0.0)]), None);
    }
}
