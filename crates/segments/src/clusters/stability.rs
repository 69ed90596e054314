//! Whether the same clusters would be found with other customers of the same kind.
//!
//! # Formula
//! Each of B resamples draws as many points as there are, with putting back, and is clustered anew; all points then
//! go to its nearest centres. The two labellings of all points are compared:
//! - adjusted Rand index = (pairs together in both - expected) / (mean of pairs together in each - expected)
//! - for each cluster the greatest Jaccard index with a cluster of the resample
//!
//! A mean Jaccard index of 0.75 and more is usually called stable, below 0.6 it should not be trusted.
//!
//! # Source
//! Hubert and Arabie, "Comparing Partitions", 1985; Hennig, "Cluster-wise Assessment of Cluster Stability", 2007.

use super::k_means::nearest;
use super::{Clustering, Points, Search, k_means};
use naata_core::{Exec, Serial, map_parts};
use naata_math::Rng;

/// How stable a clustering is.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Stability {
    /// Resamples that could be clustered.
    pub resamples: u64,
    /// The mean adjusted Rand index.
    pub mean_ari: f64,
    /// The least adjusted Rand index.
    pub least_ari: f64,
    /// For each cluster the mean of its greatest Jaccard index.
    pub jaccard: Vec<f64>,
}

/// How many points lie in cluster i of one labelling and j of another.
fn crossed(a: &[u32], b: &[u32], rows: usize, columns: usize) -> Vec<u64> {
    let mut out = vec![0u64; rows * columns];
    for (x, y) in a.iter().zip(b) {
        if let Some(n) = out.get_mut(*x as usize * columns + *y as usize) {
            *n += 1;
        }
    }
    out
}

fn clusters(labels: &[u32]) -> usize {
    labels.iter().max().map_or(0, |l| *l as usize + 1)
}

/// The adjusted Rand index of two labellings of the same points: 1 when they divide them alike, 0 on average for
/// labels given at random; `None` for labellings of different length or without points.
pub fn adjusted_rand(a: &[u32], b: &[u32]) -> Option<f64> {
    if a.len() != b.len() || a.is_empty() || clusters(a) > a.len() || clusters(b) > b.len() {
        return None;
    }
    let (rows, columns) = (clusters(a), clusters(b));
    let counts = crossed(a, b, rows, columns);
    let pairs = |n: u64| u128::from(n) * u128::from(n.saturating_sub(1)) / 2;
    let row = |i: usize| counts[i * columns..(i + 1) * columns].iter().sum::<u64>();
    let column = |j: usize| counts.iter().skip(j).step_by(columns).sum::<u64>();
    let both: u128 = counts.iter().map(|n| pairs(*n)).sum();
    let first: u128 = (0..rows).map(row).map(pairs).sum();
    let second: u128 = (0..columns).map(column).map(pairs).sum();
    let all = pairs(a.len() as u64);
    if all == 0 || (first == second && both == first) {
        return Some(1.0);
    }
    let expected = first as f64 * second as f64 / all as f64;
    let mean = (first as f64 + second as f64) / 2.0;
    // Only equal labellings leave nothing between the mean and what chance gives, and those have gone before.
    Some((both as f64 - expected) / (mean - expected))
}

/// For each cluster of one labelling its greatest Jaccard index with a cluster of another.
pub fn jaccard(a: &[u32], b: &[u32]) -> Vec<f64> {
    let n = a.len().min(b.len());
    let (rows, columns) = (clusters(a).min(n), clusters(b).min(n));
    let counts = crossed(a, b, rows, columns);
    let column = |j: usize| counts.iter().skip(j).step_by(columns.max(1)).sum::<u64>();
    let columns_total: Vec<u64> = (0..columns).map(column).collect();
    (0..rows)
        .map(|i| {
            let row = counts.get(i * columns..(i + 1) * columns).unwrap_or(&[]);
            let size: u64 = row.iter().sum();
            let one = |(both, other): (&u64, &u64)| match size + other - both {
                0 => 0.0,
                either => *both as f64 / either as f64,
            };
            row.iter().zip(&columns_total).map(one).fold(0.0, f64::max)
        })
        .collect()
}

/// Clusters resamples and compares them with a clustering; `None` when none of them could be clustered.
pub fn stability(
    points: Points<'_>,
    clustering: &Clustering,
    resamples: u32,
    search: Search,
    seed: u64,
    exec: &dyn Exec,
) -> Option<Stability> {
    let k = clustering.sizes.len();
    let found = map_parts(exec, resamples as usize, |resample| {
        let mut rng = Rng::stream(seed, "bootstrap", ((k as u64) << 32) | resample as u64);
        let n = points.len() as u64;
        let values: Vec<f64> = (0..n).flat_map(|_| points.get(rng.below(n) as usize)).copied().collect();
        let fit =
            k_means(Points::new(points.dims(), &values)?, k, search, seed ^ resample as u64, &Serial).ok()?;
        let labels: Vec<u32> = points.iter().map(|p| nearest(p, &fit.centers).0).collect();
        Some((adjusted_rand(&clustering.labels, &labels)?, jaccard(&clustering.labels, &labels)))
    });
    let found: Vec<(f64, Vec<f64>)> = found.into_iter().flatten().collect();
    if found.is_empty() {
        return None;
    }
    let n = found.len() as f64;
    Some(Stability {
        resamples: found.len() as u64,
        mean_ari: found.iter().map(|f| f.0).sum::<f64>() / n,
        least_ari: found.iter().map(|f| f.0).fold(f64::INFINITY, f64::min),
        jaccard: (0..k).map(|c| found.iter().filter_map(|f| f.1.get(c)).sum::<f64>() / n).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn indices_by_hand() {
        // Hubert and Arabie's form with the table 2 1 / 0 3: pairs 1 + 3, 3 + 3 and 1 + 6 of 15.
        let ari = adjusted_rand(&[0, 0, 0, 1, 1, 1], &[0, 0, 1, 1, 1, 1]).unwrap();
        let expected = 6.0 * 7.0 / 15.0;
        assert!((ari - (4.0 - expected) / (6.5 - expected)).abs() < 1e-15);
        assert_eq!(adjusted_rand(&[0, 1, 1], &[1, 0, 0]), Some(1.0));
        assert_eq!((adjusted_rand(&[0], &[0, 1]), adjusted_rand(&[], &[])), (None, None));
        assert_eq!(jaccard(&[0, 0, 0, 1, 1, 1], &[0, 0, 1, 1, 1, 1]), [2.0 / 3.0, 0.75]);
    }

    proptest! {
        #[test]
        fn indices_are_those_of_all_pairs(a in prop::collection::vec((0u32..3, 0u32..4), 2..25)) {
            let (x, y): (Vec<u32>, Vec<u32>) = a.iter().copied().unzip();
            let (mut both, mut first, mut second, mut all) = (0.0, 0.0, 0.0, 0.0);
            for i in 0..x.len() {
                for j in 0..i {
                    let (s, t) = (x[i] == x[j], y[i] == y[j]);
                    all += 1.0;
                    first += f64::from(u8::from(s));
                    second += f64::from(u8::from(t));
                    both += f64::from(u8::from(s && t));
                }
            }
            let (expected, mean) = (first * second / all, (first + second) / 2.0);
            let found = adjusted_rand(&x, &y);
            if clusters(&x) <= x.len() && clusters(&y) <= y.len() {
                let want = if both == first && both == second { 1.0 } else { (both - expected) / (mean - expected) };
                prop_assert!((found.unwrap() - want).abs() < 1e-12);
                prop_assert_eq!(found, adjusted_rand(&y, &x));
            }
            prop_assert!(jaccard(&x, &x).iter().zip(0u32..).all(|(j, c)| *j == f64::from(u8::from(x.contains(&c)))));
        }
    }
}
