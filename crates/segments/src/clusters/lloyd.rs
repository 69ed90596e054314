//! Moving centres to the means of their points, until no point changes its centre.
//!
//! # Formula
//! One pass gives each point the nearest centre (of equally near ones the first) and then moves each centre to the mean
//! of its points. What comes out is what comparing every point with every centre gives, to the last bit, but most
//! comparisons are left out: a point keeps its centre for certain as long as an upper bound on the distance to it lies
//! below a lower bound on the distance to all others, or below half the distance from that centre to the next one. When
//! centres move, the bounds move along. The bounds are kept apart by more than all rounding can add up to. A block of
//! points is passed over as a whole until the centres have moved as far as the least gap between its bounds.
//!
//! Sums are kept for blocks of points and worked out anew where a label of the block has changed, so that they never
//! gather rounding and do not hang on the number of threads.
//!
//! # Source
//! Lloyd, "Least Squares Quantization in PCM", 1982; Elkan, "Using the Triangle Inequality to Accelerate k-Means", 2003;
//! Hamerly, "Making k-means Even Faster", 2010.

use super::Points;
use naata_core::{Exec, map_parts};
use naata_math::Neumaier;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Points whose sums are kept together.
const BLOCK: usize = 1_024;
/// Points that one thread takes at a time.
const PART: usize = 16 * BLOCK;

/// Centres and what belongs to them, between two passes.
pub(super) struct Lloyd<'a> {
    points: Points<'a>,
    step: Step,
    parts: Vec<Mutex<Part>>,
    /// Passes so far.
    pub(super) iterations: u32,
    /// Whether the last pass changed nothing.
    pub(super) converged: bool,
}

/// What a pass compares with: the same for all points.
struct Step {
    dims: usize,
    /// The centres, one after the other.
    centers: Vec<f64>,
    /// The same, dimension after dimension.
    columns: Vec<f64>,
    /// How far each centre has moved since the first pass, step by step.
    moved: Vec<f64>,
    /// For each centre the farthest that another one has moved, step by step.
    others: Vec<f64>,
    /// By how much the gap between two bounds may have shrunk at most, step by step.
    shrunk: f64,
    /// For each centre half the distance to the next one.
    half: Vec<f64>,
    /// More than rounding can make of a bound.
    slip: f64,
}

/// Some blocks of points, with what is known of them.
struct Part {
    labels: Vec<u32>,
    /// With what its centre has moved, each point is at most so far from it.
    upper: Vec<f64>,
    /// Less what the others have moved, each point is at least so far from all of them.
    lower: Vec<f64>,
    /// How far gaps must have shrunk before a label of each block can change.
    due: Vec<f64>,
    /// For each block and centre the sum of its points.
    sums: Vec<f64>,
    /// For each block and centre the number of its points.
    sizes: Vec<u64>,
    passes: u32,
    changed: bool,
}

#[inline]
pub(super) fn squared(a: &[f64], b: &[f64]) -> f64 {
    let mut sum = 0.0;
    for (x, y) in a.iter().zip(b) {
        sum += (x - y) * (x - y);
    }
    sum
}

fn lock(part: &Mutex<Part>) -> MutexGuard<'_, Part> {
    part.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<'a> Lloyd<'a> {
    /// Begins with some centres.
    pub(super) fn new(points: Points<'a>, centers: Vec<f64>) -> Self {
        let (dims, n) = (points.dims(), points.len());
        let k = centers.len() / dims;
        let part = |at: usize| {
            let len = PART.min(n - at);
            let blocks = len.div_ceil(BLOCK);
            Mutex::new(Part {
                labels: vec![0; len],
                upper: vec![f64::INFINITY; len],
                lower: vec![f64::NEG_INFINITY; len],
                due: vec![f64::NEG_INFINITY; blocks],
                sums: vec![0.0; blocks * k * dims],
                sizes: vec![0; blocks * k],
                passes: 0,
                changed: false,
            })
        };
        let step = Step::new(points, centers);
        let parts = (0..n).step_by(PART).map(part).collect();
        Self { points, step, parts, iterations: 0, converged: false }
    }

    /// The centres.
    pub(super) fn centers(&self) -> &[f64] {
        &self.step.centers
    }

    /// At most so many passes and one more, from where the last one ended.
    pub(super) fn go(&mut self, passes: u32, exec: &dyn Exec) {
        for _ in 0..=passes {
            if self.converged {
                return;
            }
            if self.iterations > 0 {
                self.step.move_to_means(self.points, &self.parts, exec);
            }
            self.iterations += 1;
            let turn = self.iterations;
            let one = |at: usize| {
                if let Some(part) = self.parts.get(at) {
                    lock(part).pass(self.points, at * PART, &self.step, turn);
                }
            };
            exec.each(self.parts.len(), &one);
            // A part that the host forgot has not had its turn yet.
            (0..self.parts.len()).for_each(one);
            self.converged = turn > 1 && !self.parts.iter().any(|p| lock(p).changed);
        }
    }

    /// The sum of squared distances of all points to their centres.
    pub(super) fn inertia(&self, exec: &dyn Exec) -> f64 {
        let blocks = self.each_block(exec, |points, labels, step| {
            let mut sum = Neumaier::new();
            for (point, label) in points.zip(labels) {
                sum.add(squared(point, step.center(*label as usize)));
            }
            sum.total()
        });
        blocks.into_iter().collect::<Neumaier>().total()
    }

    /// The label of each point.
    pub(super) fn labels(&self) -> Vec<u32> {
        self.parts.iter().flat_map(|p| lock(p).labels.clone()).collect()
    }

    /// How many points each centre has.
    pub(super) fn sizes(&self) -> Vec<u64> {
        totals(&self.parts, self.step.moved.len(), |p| &p.sizes)
    }

    /// Something for every block, in order.
    fn each_block<T: Send>(
        &self,
        exec: &dyn Exec,
        of: impl Fn(std::slice::ChunksExact<'_, f64>, &[u32], &Step) -> T + Sync,
    ) -> Vec<T> {
        each_block(self.points, &self.parts, &self.step, exec, of)
    }
}

fn each_block<T: Send>(
    points: Points<'_>,
    parts: &[Mutex<Part>],
    step: &Step,
    exec: &dyn Exec,
    of: impl Fn(std::slice::ChunksExact<'_, f64>, &[u32], &Step) -> T + Sync,
) -> Vec<T> {
    let dims = points.dims();
    let done = map_parts(exec, parts.len(), |at| {
        let part = parts.get(at).map(lock);
        let labels = part.as_ref().map_or(&[][..], |p| &p.labels);
        let values = points.values().get(at * PART * dims..).unwrap_or(&[]);
        let blocks = labels.chunks(BLOCK).zip(values.chunks(BLOCK * dims));
        blocks.map(|(labels, values)| of(values.chunks_exact(dims), labels, step)).collect::<Vec<T>>()
    });
    done.into_iter().flatten().collect()
}

/// Adds up what blocks hold, in their order.
fn totals<T: Copy + Default + std::ops::AddAssign>(
    parts: &[Mutex<Part>],
    width: usize,
    of: fn(&Part) -> &Vec<T>,
) -> Vec<T> {
    let mut out = vec![T::default(); width];
    for part in parts {
        for block in of(&lock(part)).chunks_exact(width.max(1)) {
            out.iter_mut().zip(block).for_each(|(a, b)| *a += *b);
        }
    }
    out
}

impl Step {
    fn new(points: Points<'_>, centers: Vec<f64>) -> Self {
        let dims = points.dims();
        let k = centers.len() / dims;
        let mut bounds = vec![(f64::INFINITY, f64::NEG_INFINITY); dims];
        for p in points.iter().chain(centers.chunks_exact(dims)) {
            for (b, x) in bounds.iter_mut().zip(p) {
                *b = (b.0.min(*x), b.1.max(*x));
            }
        }
        let reach = bounds.iter().map(|(low, high)| (high - low) * (high - low)).sum::<f64>().sqrt();
        let mut out = Self {
            dims,
            columns: Vec::new(),
            moved: vec![0.0; k],
            others: vec![0.0; k],
            shrunk: 0.0,
            half: Vec::new(),
            // No distance is greater than the reach. A bound is the sum of some hundred of them, each rounded by one
            // part in 10^16, so that this is a thousand times what can go wrong.
            slip: 1e-11 * reach,
            centers,
        };
        out.arrange();
        out
    }

    fn center(&self, at: usize) -> &[f64] {
        self.centers.get(at * self.dims..(at + 1) * self.dims).unwrap_or(&[])
    }

    /// What follows from the centres alone.
    fn arrange(&mut self) {
        let (dims, k) = (self.dims, self.moved.len());
        self.columns = (0..dims).flat_map(|d| self.centers.iter().skip(d).step_by(dims)).copied().collect();
        let nearest = |a: usize| {
            let others = (0..k).filter(|b| *b != a);
            others.map(|b| squared(self.center(a), self.center(b))).fold(f64::INFINITY, f64::min)
        };
        self.half = (0..k).map(|a| nearest(a).sqrt() / 2.0).collect();
    }

    /// Moves the centres to the means of their points.
    fn move_to_means(&mut self, points: Points<'_>, parts: &[Mutex<Part>], exec: &dyn Exec) {
        let (dims, k) = (self.dims, self.moved.len());
        let sums = totals(parts, k * dims, |p| &p.sums);
        let sizes = totals(parts, k, |p| &p.sizes);
        // A centre without points starts again where the fit is worst.
        let worst = sizes.contains(&0).then(|| {
            let blocks = each_block(points, parts, self, exec, |points, labels, step| {
                let mut farthest = (-1.0, 0);
                for ((point, label), at) in points.zip(labels).zip(0usize..) {
                    let distance = squared(point, step.center(*label as usize));
                    if distance > farthest.0 {
                        farthest = (distance, at);
                    }
                }
                farthest
            });
            let all = blocks.into_iter().zip((0usize..).step_by(BLOCK));
            let first = |a: (f64, usize), b: (f64, usize)| if b.0 > a.0 { b } else { a };
            all.map(|((d, at), start)| (d, start + at)).reduce(first).map_or(0, |farthest| farthest.1)
        });
        let before = self.centers.clone();
        let rows = self.centers.chunks_exact_mut(dims).zip(sums.chunks_exact(dims)).zip(&sizes);
        for ((center, sum), size) in rows {
            if *size > 0 {
                center.iter_mut().zip(sum).for_each(|(c, s)| *c = s / *size as f64);
            } else if let Some(worst) = worst {
                center.copy_from_slice(points.get(worst));
            }
        }
        let pairs = before.chunks_exact(dims).zip(self.centers.chunks_exact(dims));
        let steps: Vec<f64> = pairs.map(|(a, b)| squared(a, b).sqrt()).collect();
        for a in 0..k {
            let others = steps.iter().enumerate().filter(|(b, _)| *b != a);
            self.others[a] += others.map(|(_, s)| *s).fold(0.0, f64::max);
            self.moved[a] += steps[a];
        }
        // Its own centre may have gone away from a point by the farthest step, and the next one come as near.
        self.shrunk += 2.0 * steps.into_iter().fold(0.0, f64::max);
        self.arrange();
    }

    /// The nearest centre and the squared distances to it and to the next one.
    #[inline]
    fn nearest(&self, point: &[f64], distances: &mut [f64]) -> (usize, f64, f64) {
        distances.fill(0.0);
        for (x, column) in point.iter().zip(self.columns.chunks_exact(distances.len())) {
            for (d, c) in distances.iter_mut().zip(column) {
                *d += (x - c) * (x - c);
            }
        }
        let (mut best, mut next) = ((0, f64::INFINITY), f64::INFINITY);
        for (at, d) in distances.iter().enumerate() {
            if *d < best.1 {
                next = best.1;
                best = (at, *d);
            } else if *d < next {
                next = *d;
            }
        }
        (best.0, best.1, next)
    }
}

impl Part {
    /// Gives every point its nearest centre.
    fn pass(&mut self, points: Points<'_>, start: usize, step: &Step, turn: u32) {
        if self.passes == turn {
            return;
        }
        self.passes = turn;
        let values = points.values().get(start * step.dims..).unwrap_or(&[]);
        // The number of dimensions is known to the compiler where it is small.
        match step.dims {
            1 => self.pass_in(1, values, step),
            2 => self.pass_in(2, values, step),
            3 => self.pass_in(3, values, step),
            4 => self.pass_in(4, values, step),
            dims => self.pass_in(dims, values, step),
        }
    }

    #[inline(always)]
    fn pass_in(&mut self, dims: usize, values: &[f64], step: &Step) {
        let first = self.passes == 1;
        let k = step.moved.len();
        let mut distances = vec![0.0; k];
        self.changed = false;
        let known = self.labels.chunks_mut(BLOCK).zip(self.upper.chunks_mut(BLOCK));
        let known = known.zip(self.lower.chunks_mut(BLOCK)).zip(values.chunks(BLOCK * dims));
        let kept = self.sums.chunks_exact_mut(k * dims).zip(self.sizes.chunks_exact_mut(k));
        let blocks = known.zip(kept).zip(&mut self.due);
        for (((((labels, upper), lower), values), (sums, sizes)), due) in blocks {
            if step.shrunk < *due {
                continue;
            }
            let (mut changed, mut least) = (first, f64::INFINITY);
            let of = labels.iter_mut().zip(upper).zip(lower).zip(values.chunks_exact(dims));
            for (((label, upper), lower), point) in of {
                let own = *label as usize;
                let mut near = *upper + step.moved[own];
                let mut bound = (*lower - step.others[own]).max(step.half[own]) - step.slip;
                if near >= bound {
                    near = squared(point, &step.centers[own * dims..(own + 1) * dims]).sqrt();
                    *upper = near - step.moved[own];
                }
                if near >= bound {
                    let (at, nearest, next) = step.nearest(point, &mut distances);
                    near = nearest.sqrt();
                    bound = next.sqrt().max(step.half[at]) - step.slip;
                    (*upper, *lower) = (near - step.moved[at], next.sqrt() + step.others[at]);
                    changed |= at != own;
                    *label = at as u32;
                }
                least = least.min(bound - near);
            }
            *due = step.shrunk + least;
            if changed {
                self.changed = true;
                sums.fill(0.0);
                sizes.fill(0);
                for (label, point) in labels.iter().zip(values.chunks_exact(dims)) {
                    let own = *label as usize;
                    sizes[own] += 1;
                    sums[own * dims..(own + 1) * dims].iter_mut().zip(point).for_each(|(s, x)| *s += x);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use naata_core::Serial;
    use naata_math::Rng;
    use proptest::prelude::*;

    /// The same without bounds: every point against every centre in every pass.
    fn plain(points: Points<'_>, mut centers: Vec<f64>, passes: u32) -> (Vec<f64>, Vec<u32>, u32) {
        let (dims, k) = (points.dims(), centers.len() / points.dims());
        let mut before: Option<Vec<u32>> = None;
        for pass in 1.. {
            let far = |p: &[f64], c: usize| squared(p, &centers[c * dims..(c + 1) * dims]);
            let nearest = |p: &[f64]| {
                (0..k).fold((0, f64::INFINITY), |b, c| if far(p, c) < b.1 { (c, far(p, c)) } else { b }).0
            };
            let labels: Vec<u32> = points.iter().map(|p| nearest(p) as u32).collect();
            if before.as_ref() == Some(&labels) || pass > passes {
                return (centers, labels, pass);
            }
            let mut worst = (-1.0, 0);
            for (at, (p, l)) in points.iter().zip(&labels).enumerate() {
                let d = far(p, *l as usize);
                if d > worst.0 {
                    worst = (d, at);
                }
            }
            for c in 0..k {
                let mut sum = vec![0.0; dims];
                // By blocks, as the sums are kept.
                for (block, labels) in points.values().chunks(BLOCK * dims).zip(labels.chunks(BLOCK)) {
                    let mut own = vec![0.0; dims];
                    for (p, _) in block.chunks(dims).zip(labels).filter(|(_, l)| **l as usize == c) {
                        own.iter_mut().zip(p).for_each(|(s, x)| *s += x);
                    }
                    sum.iter_mut().zip(own).for_each(|(s, x)| *s += x);
                }
                let n = labels.iter().filter(|l| **l as usize == c).count();
                for d in 0..dims {
                    centers[c * dims + d] = if n > 0 { sum[d] / n as f64 } else { points.get(worst.1)[d] };
                }
            }
            before = Some(labels);
        }
        unreachable!("a pass ends it")
    }

    proptest! {
        #[test]
        fn bounds_leave_out_nothing_that_matters(
            seed: u64, n in 5usize..2_500, dims in 1usize..6, k in 1usize..6, passes in 0u32..40, coarse: bool,
        ) {
            let mut rng = Rng::new(seed);
            // On a coarse grid many points lie between two centres exactly, and some centres on one another.
            let mut draw = || if coarse { rng.below(4) as f64 } else { rng.normal() };
            let values: Vec<f64> = (0..n * dims).map(|_| draw()).collect();
            let centers: Vec<f64> = (0..k * dims).map(|_| draw()).collect();
            let points = Points::new(dims, &values).unwrap();
            let mut lloyd = Lloyd::new(points, centers.clone());
            lloyd.go(passes, &Serial);
            let (want, labels, pass) = plain(points, centers, passes);
            prop_assert_eq!(lloyd.labels(), labels);
            prop_assert_eq!(lloyd.centers(), want.as_slice());
            prop_assert_eq!(lloyd.iterations, pass);
        }

        #[test]
        fn a_run_in_two_parts_is_one_run(seed: u64, first in 0u32..5) {
            let mut rng = Rng::new(seed);
            let values: Vec<f64> = (0..600).map(|_| rng.normal()).collect();
            let points = Points::new(2, &values).unwrap();
            let mut whole = Lloyd::new(points, values[..8].to_vec());
            whole.go(100, &Serial);
            let mut parts = Lloyd::new(points, values[..8].to_vec());
            parts.go(first, &Serial);
            parts.go(100, &Serial);
            prop_assert_eq!(whole.labels(), parts.labels());
            prop_assert_eq!(whole.inertia(&Serial).to_bits(), parts.inertia(&Serial).to_bits());
            prop_assert_eq!(whole.sizes().iter().sum::<u64>(), 300);
        }
    }
}
