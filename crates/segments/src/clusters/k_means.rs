//! k-means: centres such that the squared distances of all points to their nearest centre add up to little.
//!
//! # Formula
//! inertia = sum over points of the squared Euclidean distance to the nearest centre. Each start draws centres far
//! apart (k-means++, the best of 2 + ln k candidates each), moves them to the means of their points until no point
//! changes its centre, then tries swaps: one centre is put on a random point and moved again; what lowers the
//! inertia is kept. At last single points go over to another cluster wherever that lowers the inertia with both
//! centres moving along, which frees points that are held by a centre they hold themselves. The best start wins. With
//! more than 10,000 points the starts search a seeded sample, and the best then moves over all points.
//!
//! # Source
//! Lloyd, 1982; Hartigan and Wong, 1979 (single points); Arthur and Vassilvitskii, "k-means++: The Advantages of
//! Careful Seeding", 2007; Fränti, "Efficiency of Random Swap Clustering", 2018.

use super::Points;
use super::lloyd::{Lloyd, squared};
use crate::Error;
use naata_core::{Exec, Serial, map_parts};
use naata_math::{Rng, ln};

/// How long to look for good centres.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Search {
    /// How many starts.
    pub starts: u32,
    /// Swaps tried after each start, times the number of clusters.
    pub swaps: u32,
}

/// Points in clusters: the largest cluster first, equal sizes in order of their centres.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Clustering {
    /// The centres, one after the other.
    pub centers: Vec<f64>,
    /// The cluster of each point.
    pub labels: Vec<u32>,
    /// How many points each cluster has.
    pub sizes: Vec<u64>,
    /// The sum of squared distances.
    pub inertia: f64,
    /// Passes over all points in the last movement.
    pub iterations: u32,
    /// Whether the last movement ended because no point changed its centre.
    pub converged: bool,
}

/// More points than this are sampled for the starts.
const SEARCHED: usize = 10_000;
/// More passes than this are not worth the wait.
const PASSES: u32 = 300;

/// Puts points in `k` clusters.
pub fn k_means(
    points: Points<'_>,
    k: usize,
    search: Search,
    seed: u64,
    exec: &dyn Exec,
) -> Result<Clustering, Error> {
    let few = || Error::TooFewPoints { clusters: k as u64, points: points.len() as u64 };
    if k == 0 || points.len() < k {
        return Err(few());
    }
    let sample = sample(points, SEARCHED, seed);
    let searched = Points::new(points.dims(), &sample).unwrap_or(points);
    let starts = search.starts.max(1) as usize;
    let found = map_parts(exec, starts, |start| {
        let mut rng = Rng::stream(seed, "k-means", ((k as u64) << 32) | start as u64);
        let first = Run::moved(searched, seeded(searched, k, &mut rng)?, PASSES, &Serial);
        Some(swapped(searched, first, search.swaps as usize * k, &mut rng))
    });
    // The first of equally good starts, whatever finished first.
    let best = found.into_iter().flatten().reduce(|a, b| if b.inertia < a.inertia { b } else { a });
    let best = best.ok_or_else(few)?;
    Ok(Run::moved(points, best.centers, PASSES, exec).ordered(points.dims()))
}

/// At most `most` points, drawn without putting back, in their own order.
pub(super) fn sample(points: Points<'_>, most: usize, seed: u64) -> Vec<f64> {
    let n = points.len();
    if n <= most {
        return points.values().to_vec();
    }
    let mut rng = Rng::stream(seed, "k-means sample", n as u64);
    let mut out = Vec::with_capacity(most * points.dims());
    let mut wanted = most as u64;
    for (at, point) in points.iter().enumerate() {
        // Selection sampling: every set of that size is equally likely.
        if rng.below((n - at) as u64) < wanted {
            out.extend_from_slice(point);
            wanted -= 1;
        }
    }
    out
}

/// Centres far apart; `None` when there are fewer different points than centres.
fn seeded(points: Points<'_>, k: usize, rng: &mut Rng) -> Option<Vec<f64>> {
    let mut centers = points.get(rng.below(points.len() as u64) as usize).to_vec();
    let mut nearest: Vec<f64> = points.iter().map(|p| squared(p, &centers)).collect();
    let tries = 2 + ln(k as f64) as usize;
    for _ in 1..k {
        let total: f64 = nearest.iter().sum();
        let mut best: Option<(f64, usize)> = None;
        for _ in 0..tries {
            let mut left = rng.uniform() * total;
            let mut drawn = None;
            for (at, d) in nearest.iter().enumerate().filter(|(_, d)| **d > 0.0) {
                // The last point away from all centres also takes what rounding leaves over.
                drawn = Some(at);
                if left < *d {
                    break;
                }
                left -= d;
            }
            let candidate = points.get(drawn?);
            let would: f64 =
                nearest.iter().zip(points.iter()).map(|(d, p)| d.min(squared(p, candidate))).sum();
            if best.is_none_or(|(inertia, _)| would < inertia) {
                best = Some((would, drawn?));
            }
        }
        let chosen = points.get(best?.1);
        for (d, p) in nearest.iter_mut().zip(points.iter()) {
            *d = d.min(squared(p, chosen));
        }
        centers.extend_from_slice(chosen);
    }
    Some(centers)
}

/// Tries to put one centre elsewhere, again and again.
fn swapped(points: Points<'_>, mut best: Run, tries: usize, rng: &mut Rng) -> Run {
    /// After so many passes a swap must have come so near to the best inertia, or it leads nowhere.
    const GLANCES: [(u32, f64); 3] = [(3, 1.02), (5, 1.005), (10, 1.001)];
    let (dims, k) = (points.dims(), best.sizes.len());
    if k < 2 {
        return best;
    }
    for _ in 0..tries {
        let mut centers = best.centers.clone();
        let from = rng.below(k as u64) as usize * dims;
        let to = points.get(rng.below(points.len() as u64) as usize);
        if let Some(slot) = centers.get_mut(from..from + dims) {
            slot.copy_from_slice(to);
        }
        let mut lloyd = Lloyd::new(points, centers);
        let hopeful = GLANCES.iter().all(|(passes, near)| {
            lloyd.go(passes - 1, &Serial);
            lloyd.converged || lloyd.inertia(&Serial) < best.inertia * near
        });
        if hopeful {
            lloyd.go(PASSES, &Serial);
        }
        let run = Run::of(&lloyd, &Serial);
        if run.inertia < best.inertia {
            best = run;
        }
    }
    exchanged(points, best)
}

/// Lets single points go over to another cluster until none gains by it.
///
/// Moving a point at squared distance d from the centre of its n others saves n d / (n - 1), and costs m e / (m + 1)
/// where it joins m points at squared distance e.
fn exchanged(points: Points<'_>, run: Run) -> Run {
    /// A gain below this part of the distance is rounding.
    const REAL: f64 = 1.0 - 1e-12;
    let dims = points.dims();
    let (mut centers, mut labels, mut sizes) = (run.centers.clone(), run.labels.clone(), run.sizes.clone());
    for _ in 0..PASSES {
        let mut moved = false;
        for (point, label) in points.iter().zip(&mut labels) {
            let own = *label as usize;
            let n = sizes[own] as f64;
            if sizes[own] < 2 {
                continue;
            }
            let saved = n / (n - 1.0) * squared(point, &centers[own * dims..(own + 1) * dims]);
            let mut best = (saved * REAL, own);
            for (at, center) in centers.chunks_exact(dims).enumerate().filter(|(at, _)| *at != own) {
                let m = sizes[at] as f64;
                let cost = m / (m + 1.0) * squared(point, center);
                if cost < best.0 {
                    best = (cost, at);
                }
            }
            let to = best.1;
            if to == own {
                continue;
            }
            moved = true;
            let m = sizes[to] as f64;
            for (d, x) in point.iter().enumerate() {
                let (from, goal) = (own * dims + d, to * dims + d);
                centers[from] = (centers[from] * n - x) / (n - 1.0);
                centers[goal] = (centers[goal] * m + x) / (m + 1.0);
            }
            sizes[own] -= 1;
            sizes[to] += 1;
            *label = to as u32;
        }
        if !moved {
            break;
        }
    }
    // The means are worked out anew, because the running ones have gathered rounding.
    let after = Run::moved(points, centers, PASSES, &Serial);
    let before = if run.converged { run } else { Run::moved(points, run.centers, PASSES, &Serial) };
    if after.inertia < before.inertia { after } else { before }
}

/// The nearest of some centres and the squared distance to it; the first of equally near ones.
pub(super) fn nearest(point: &[f64], centers: &[f64]) -> (u32, f64) {
    let mut best = (0u32, f64::INFINITY);
    let mut rest = centers;
    let mut at = 0;
    while let Some((center, others)) = rest.split_at_checked(point.len()).filter(|(c, _)| !c.is_empty()) {
        let d = squared(point, center);
        if d < best.1 {
            best = (at, d);
        }
        (rest, at) = (others, at + 1);
    }
    best
}

/// Centres after some passes.
struct Run {
    centers: Vec<f64>,
    labels: Vec<u32>,
    sizes: Vec<u64>,
    inertia: f64,
    iterations: u32,
    converged: bool,
}

impl Run {
    /// Moves centres to the means of their points until no point changes its centre, or the passes are used up.
    fn moved(points: Points<'_>, centers: Vec<f64>, passes: u32, exec: &dyn Exec) -> Self {
        let mut lloyd = Lloyd::new(points, centers);
        lloyd.go(passes, exec);
        Self::of(&lloyd, exec)
    }

    fn of(lloyd: &Lloyd<'_>, exec: &dyn Exec) -> Self {
        Self {
            centers: lloyd.centers().to_vec(),
            labels: lloyd.labels(),
            sizes: lloyd.sizes(),
            inertia: lloyd.inertia(exec),
            iterations: lloyd.iterations,
            converged: lloyd.converged,
        }
    }

    /// The clusters in their own order, whatever order the starts gave them.
    fn ordered(self, dims: usize) -> Clustering {
        let k = self.sizes.len();
        let center = |at: usize| self.centers.get(at * dims..(at + 1) * dims).unwrap_or(&[]);
        let by_center = |a: usize, b: usize| {
            let pairs = center(a).iter().zip(center(b));
            pairs.map(|(x, y)| x.total_cmp(y)).find(|o| o.is_ne()).unwrap_or(std::cmp::Ordering::Equal)
        };
        let mut order: Vec<usize> = (0..k).collect();
        order.sort_by(|a, b| self.sizes[*b].cmp(&self.sizes[*a]).then_with(|| by_center(*a, *b)));
        let mut to = vec![0u32; k];
        for (new, old) in (0u32..).zip(&order) {
            to[*old] = new;
        }
        Clustering {
            centers: order.iter().flat_map(|at| center(*at)).copied().collect(),
            labels: self.labels.iter().map(|l| to[*l as usize]).collect(),
            sizes: order.iter().map(|at| self.sizes[*at]).collect(),
            inertia: self.inertia,
            iterations: self.iterations,
            converged: self.converged,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use naata_math::Rng;
    use proptest::prelude::*;

    const SEARCH: Search = Search { starts: 10, swaps: 10 };

    fn run(values: &[f64], k: usize) -> Result<Clustering, Error> {
        k_means(Points::new(1, values).unwrap(), k, SEARCH, 1, &Serial)
    }

    #[test]
    fn three_heaps_on_a_line() {
        let c = run(&[0.0, 1.0, 10.0, 11.0, 12.0, 30.0], 3).unwrap();
        assert_eq!(
            (c.centers, c.sizes, c.labels),
            (vec![11.0, 0.5, 30.0], vec![3, 2, 1], vec![1, 1, 0, 0, 0, 2])
        );
        assert_eq!((c.inertia, c.converged), (2.5, true));
    }

    #[test]
    fn fewer_different_points_than_clusters_are_refused() {
        assert_eq!(run(&[1.0, 1.0, 2.0], 3).map_err(|e| e.code()), Err("segments.too_few_points"));
        assert_eq!(run(&[1.0], 2).map_err(|e| e.code()), Err("segments.too_few_points"));
        assert_eq!(run(&[1.0, 1.0], 1).unwrap().inertia, 0.0);
    }

    #[test]
    fn a_sample_keeps_its_size_and_order() {
        let values: Vec<f64> = (0..500).map(f64::from).collect();
        let some = sample(Points::new(1, &values).unwrap(), 60, 9);
        assert!(some.len() == 60 && some.is_sorted());
    }

    struct Backwards;
    impl Exec for Backwards {
        fn each(&self, parts: usize, job: &(dyn Fn(usize) + Sync)) {
            (0..parts).rev().for_each(job);
        }
    }

    proptest! {
        #[test]
        fn small_cases_are_solved(values in prop::collection::vec(-20i32..20, 4..9), k in 2usize..4) {
            let values: Vec<f64> = values.into_iter().map(f64::from).collect();
            let Ok(c) = run(&values, k) else { return Ok(()) };
            // The best split of points on a line is one of their sorted order into runs: try them all.
            let mut sorted = values.clone();
            sorted.sort_by(f64::total_cmp);
            let cost = |v: &[f64]| {
                let mean = v.iter().sum::<f64>() / v.len() as f64;
                v.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>()
            };
            let mut best = f64::INFINITY;
            for a in 1..sorted.len() {
                for b in a..=sorted.len() {
                    if k == 2 && b == sorted.len() {
                        best = best.min(cost(&sorted[..a]) + cost(&sorted[a..]));
                    } else if k == 3 && a < b && b < sorted.len() {
                        best = best.min(cost(&sorted[..a]) + cost(&sorted[a..b]) + cost(&sorted[b..]));
                    }
                }
            }
            prop_assert!(c.inertia <= best * (1.0 + 1e-9) + 1e-9, "{} above {}", c.inertia, best);
            prop_assert_eq!(c.sizes.iter().sum::<u64>(), values.len() as u64);
        }

        #[test]
        fn the_order_of_parts_changes_no_byte(seed: u64, n in 20usize..60) {
            let mut rng = Rng::new(seed);
            let values: Vec<f64> = (0..2 * n).map(|_| rng.normal()).collect();
            let points = Points::new(2, &values).unwrap();
            let a = k_means(points, 4, SEARCH, seed, &Serial).unwrap();
            let b = k_means(points, 4, SEARCH, seed, &Backwards).unwrap();
            prop_assert_eq!(a, b);
        }
    }
}
