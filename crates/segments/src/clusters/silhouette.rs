//! How much nearer points are to their own cluster than to the next one.
//!
//! # Formula
//! For a point, a = its mean distance to the others of its cluster, b = the least mean distance to the points of
//! another cluster; s = (b - a) / max(a, b), and 0 for a point alone in its cluster. The figure is the mean of s.
//!
//! # Source
//! Rousseeuw, "Silhouettes", 1987.

use super::Points;
use naata_core::{Exec, map_parts, part_range};
use naata_math::Neumaier;

/// The mean silhouette of each of several labellings of the same points; `None` for one that has fewer than two
/// clusters with points, or not one label for each point. Distances are worked out once for all of them.
pub fn silhouettes(points: Points<'_>, labellings: &[&[u32]], exec: &dyn Exec) -> Vec<Option<f64>> {
    let n = points.len();
    let sizes: Vec<Option<Vec<u64>>> = labellings
        .iter()
        .map(|labels| {
            let k = labels.iter().max().map_or(0, |l| *l as usize + 1);
            // A label far beyond the points would only make a long list of empty clusters.
            if labels.len() != n || k > n {
                return None;
            }
            let mut sizes = vec![0u64; k];
            labels.iter().for_each(|l| sizes[*l as usize] += 1);
            (sizes.iter().filter(|s| **s > 0).count() > 1).then_some(sizes)
        })
        .collect();
    let parts = n.div_ceil(256).max(1);
    let sums = map_parts(exec, parts, |part| {
        let mut totals = vec![Neumaier::new(); labellings.len()];
        let mut distances = vec![0.0f64; n];
        for i in part_range(n, parts, part) {
            let own = points.get(i);
            for (d, other) in distances.iter_mut().zip(points.iter()) {
                *d = own.iter().zip(other).map(|(x, y)| (x - y) * (x - y)).sum::<f64>().sqrt();
            }
            for ((total, labels), sizes) in totals.iter_mut().zip(labellings).zip(&sizes) {
                if let Some(sizes) = sizes {
                    total.add(one(&distances, labels, sizes, labels[i] as usize));
                }
            }
        }
        totals
    });
    let mean = |at: usize| {
        let total: Neumaier = sums.iter().filter_map(|s| s.get(at)).map(Neumaier::total).collect();
        total.total() / n as f64
    };
    sizes.iter().enumerate().map(|(at, sizes)| sizes.as_ref().map(|_| mean(at))).collect()
}

/// The silhouette of one point, from its distances to all.
fn one(distances: &[f64], labels: &[u32], sizes: &[u64], own: usize) -> f64 {
    if sizes[own] < 2 {
        return 0.0;
    }
    let mut sums = vec![0.0f64; sizes.len()];
    for (d, label) in distances.iter().zip(labels) {
        sums[*label as usize] += d;
    }
    let a = sums[own] / (sizes[own] - 1) as f64;
    let others = sums.iter().zip(sizes).enumerate().filter(|(at, (_, size))| *at != own && **size > 0);
    let b = others.map(|(_, (sum, size))| sum / *size as f64).fold(f64::INFINITY, f64::min);
    // Points that all lie in one place are as near to one cluster as to another.
    if a.max(b) > 0.0 { (b - a) / a.max(b) } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use naata_core::Serial;

    #[test]
    fn a_line_by_hand() {
        let values = [0.0, 1.0, 5.0];
        let p = Points::new(1, &values).unwrap();
        // 0: a 1, b 5; 1: a 1, b 4; 5 is alone.
        let found = silhouettes(p, &[&[0, 0, 1], &[0, 0, 0], &[0, 1], &[2, 2, 0]], &Serial);
        let want = (0.8 + 0.75) / 3.0;
        assert!((found[0].unwrap() - want).abs() < 1e-15);
        assert_eq!((found[1], found[2], found[3]), (None, None, found[0]));
        let same = Points::new(1, &[2.0, 2.0]).map(|p| silhouettes(p, &[&[0, 1]], &Serial));
        assert_eq!(same, Some(vec![Some(0.0)]));
    }
}
