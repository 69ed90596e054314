//! Minimising a smooth function of a few parameters, with an account of how it ended.
//!
//! Damped Newton steps need the exact gradient and Hessian, which [`crate::Dual2`] supplies. The result never
//! hides a failure: a search that drifts along a ridge says which parameter runs away and where to.
//!
//! # Formula
//! Steps solve (H + lambda D) s = -g with D the size of the diagonal of H; lambda grows while steps disappoint
//! and shrinks to 0 while they deliver.
//!
//! # Source
//! Levenberg, 1944; Marquardt, 1963; Fletcher, Practical Methods of Optimization, 1987, chapter 5.

use crate::dual::Dual2;
use crate::elementary::sqrt;
use crate::error::Error;
use crate::linalg::{Cholesky, Matrix, dot};

/// A function's value with its first and second derivatives at one point.
#[derive(Debug, Clone, PartialEq)]
pub struct Derivatives {
    /// The value.
    pub value: f64,
    /// The derivative by each parameter.
    pub gradient: Vec<f64>,
    /// The second derivatives.
    pub hessian: Matrix,
}

impl Derivatives {
    /// Returns the derivatives of minus the function: the minimum of minus a log-likelihood is its maximum.
    pub fn negated(mut self) -> Self {
        self.value = -self.value;
        for cell in &mut self.gradient {
            *cell = -*cell;
        }
        for i in 0..self.hessian.rows() {
            for j in 0..self.hessian.columns() {
                self.hessian.set(i, j, -self.hessian.at(i, j));
            }
        }
        self
    }

    /// Returns whether there is one finite entry for each of `size` parameters.
    fn is_usable(&self, size: usize) -> bool {
        self.value.is_finite()
            && self.gradient.len() == size
            && self.gradient.iter().all(|cell| cell.is_finite())
            && (self.hessian.rows(), self.hessian.columns()) == (size, size)
            && self.hessian.is_finite()
    }

    /// Returns the largest entry of the gradient, without its sign.
    fn gradient_norm(&self) -> f64 {
        self.gradient.iter().fold(0.0, |most, cell| cell.abs().max(most))
    }
}

impl<const N: usize> From<Dual2<N>> for Derivatives {
    fn from(dual: Dual2<N>) -> Self {
        let mut hessian = Matrix::zeros(N, N);
        for (i, row) in dual.hessian.iter().enumerate() {
            for (j, &cell) in row.iter().enumerate() {
                hessian.set(i, j, cell);
            }
        }
        Self { value: dual.value, gradient: dual.gradient.to_vec(), hessian }
    }
}

/// When a search ends.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Settings {
    /// The most points to visit.
    pub max_iterations: usize,
    /// A Newton step this small, relative to 1 + |parameter|, ends the search: the step after it is exact.
    pub step_tolerance: f64,
    /// The longest step of one parameter.
    pub max_step: f64,
    /// A parameter beyond this, up or down, counts as running away.
    pub parameter_limit: f64,
}

impl Default for Settings {
    /// Suits parameters near 1 or on a logarithmic scale.
    fn default() -> Self {
        Self { max_iterations: 200, step_tolerance: 1e-7, max_step: 3.0, parameter_limit: 1e6 }
    }
}

/// The way a parameter runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// To ever larger values.
    Up,
    /// To ever smaller values.
    Down,
}

/// How a search ended.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Outcome {
    /// The gradient is 0 to within rounding and the Hessian positive definite: a minimum.
    Converged {
        /// Points visited after the start.
        iterations: usize,
        /// The largest entry of the gradient that remains.
        gradient_norm: f64,
    },
    /// No step makes the function smaller, though the gradient is not 0 or the point no minimum.
    Stalled {
        /// Points visited after the start.
        iterations: usize,
        /// The largest entry of the gradient that remains.
        gradient_norm: f64,
    },
    /// The function keeps falling, ever less, while a parameter runs away: the data do not determine it.
    Diverging {
        /// Points visited after the start.
        iterations: usize,
        /// The parameter, counted from 0.
        parameter: usize,
        /// Where it runs.
        direction: Direction,
    },
    /// The function or a derivative is not finite at the start.
    NotFinite {
        /// Points visited after the start.
        iterations: usize,
    },
    /// The allowed iterations are used up.
    MaxIterations {
        /// Points visited after the start.
        iterations: usize,
        /// The largest entry of the gradient that remains.
        gradient_norm: f64,
    },
}

impl Outcome {
    /// Returns whether a minimum was reached.
    pub fn is_converged(&self) -> bool {
        matches!(self, Outcome::Converged { .. })
    }

    /// Returns the number of points visited after the start.
    pub fn iterations(&self) -> usize {
        match *self {
            Outcome::Converged { iterations, .. }
            | Outcome::Stalled { iterations, .. }
            | Outcome::Diverging { iterations, .. }
            | Outcome::NotFinite { iterations }
            | Outcome::MaxIterations { iterations, .. } => iterations,
        }
    }
}

/// One accepted step of a search.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Step {
    /// The value after the step.
    pub value: f64,
    /// The largest entry of the gradient after the step.
    pub gradient_norm: f64,
    /// The longest move of one parameter.
    pub length: f64,
    /// The damping that was needed; 0 for a pure Newton step.
    pub damping: f64,
}

/// The result of a search: the best point and how it was reached.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Fit {
    /// The best point.
    pub point: Vec<f64>,
    /// Value, gradient and Hessian there.
    pub at: Derivatives,
    /// How the search ended.
    pub outcome: Outcome,
    /// The accepted steps in order.
    pub steps: Vec<Step>,
}

impl Fit {
    /// Returns the inverse of the Hessian: for minus a log-likelihood, the covariance of the estimates.
    ///
    /// # Errors
    /// A Hessian that is not positive definite, as after a search that did not converge.
    pub fn covariance(&self) -> Result<Matrix, Error> {
        Ok(Cholesky::new(&self.at.hessian)?.inverse())
    }

    /// Returns the standard error of each parameter, for minus a log-likelihood.
    ///
    /// # Errors
    /// As [`Fit::covariance`].
    pub fn standard_errors(&self) -> Result<Vec<f64>, Error> {
        Ok(self.covariance()?.diagonal().into_iter().map(sqrt).collect())
    }
}

/// After this many steps in a row that gain nothing beyond rounding the search is judged by the steps' length.
const IDLE_STEPS: usize = 3;

/// A step this long, relative to 1 + |parameter|, that gains nothing means a flat valley and not a minimum.
const FLAT_STEP: f64 = 1e-3;

/// Minimises a function from a starting point.
///
/// # Example
/// ```
/// use naata_math::optimise::{Derivatives, Settings, minimise};
/// use naata_math::Dual2;
/// // Rosenbrock's valley.
/// let fit = minimise(&[-1.2, 1.0], &Settings::default(), |point| {
///     let [x, y] = [Dual2::<2>::parameter(point[0], 0), Dual2::parameter(point[1], 1)];
///     let (off, bend) = (1.0 - x, y - x * x);
///     Derivatives::from(off * off + 100.0 * bend * bend)
/// });
/// assert!(fit.outcome.is_converged());
/// assert!((fit.point[0] - 1.0).abs() < 1e-12);
/// ```
pub fn minimise(start: &[f64], settings: &Settings, mut f: impl FnMut(&[f64]) -> Derivatives) -> Fit {
    let size = start.len();
    let mut point = start.to_vec();
    let mut here = f(&point);
    let mut steps = Vec::new();
    if !here.is_usable(size) {
        return Fit { point, at: here, outcome: Outcome::NotFinite { iterations: 0 }, steps };
    }
    let mut damping = 0.0;
    let mut idle = 0;
    let outcome = loop {
        let iterations = steps.len();
        let gradient_norm = here.gradient_norm();
        if let Some((parameter, direction)) = beyond(&point, settings.parameter_limit) {
            break Outcome::Diverging { iterations, parameter, direction };
        }
        if iterations >= settings.max_iterations {
            break Outcome::MaxIterations { iterations, gradient_norm };
        }
        let newton = newton_step(&here);
        if let Some(newton) = &newton {
            let (longest, relative) = longest_relative(&point, newton);
            if relative <= settings.step_tolerance {
                let polished = polish(&mut point, &mut here, newton, &mut f);
                steps.extend(polished);
                break Outcome::Converged { iterations: steps.len(), gradient_norm: here.gradient_norm() };
            }
            if idle >= IDLE_STEPS {
                if relative < FLAT_STEP {
                    break Outcome::Converged { iterations, gradient_norm };
                }
                let up = newton.get(longest).is_some_and(|step| *step > 0.0);
                let direction = if up { Direction::Up } else { Direction::Down };
                break Outcome::Diverging { iterations, parameter: longest, direction };
            }
        } else if idle >= 4 * IDLE_STEPS {
            break flat_end(&point, &here, iterations);
        }
        let Some(taken) = damped_step(&mut point, &mut here, &mut damping, settings, &mut f) else {
            break match newton {
                Some(step) if longest_relative(&point, &step).1 < FLAT_STEP && is_noise(&here, &step) => {
                    Outcome::Converged { iterations, gradient_norm }
                }
                _ => Outcome::Stalled { iterations, gradient_norm },
            };
        };
        idle = if taken.gain <= noise(here.value) { idle + 1 } else { 0 };
        steps.push(taken.step);
    };
    Fit { point, at: here, outcome, steps }
}

/// Returns the rounding to expect in a value that is itself a long sum.
fn noise(value: f64) -> f64 {
    1e-14 * (1.0 + value.abs())
}

/// Returns whether a Newton step promises no more than rounding.
fn is_noise(here: &Derivatives, step: &[f64]) -> bool {
    -0.5 * dot(&here.gradient, step) <= noise(here.value)
}

/// Returns the Newton step where the Hessian is positive definite.
fn newton_step(here: &Derivatives) -> Option<Vec<f64>> {
    let mut step = Cholesky::new(&here.hessian).ok()?.solve(&here.gradient).ok()?;
    for cell in &mut step {
        *cell = -*cell;
    }
    step.iter().all(|cell| cell.is_finite()).then_some(step)
}

/// Returns the parameter that moves furthest relative to 1 + its size, and how far that is.
fn longest_relative(point: &[f64], step: &[f64]) -> (usize, f64) {
    let mut longest = (0, 0.0);
    for (index, (x, s)) in point.iter().zip(step).enumerate() {
        let relative = s.abs() / (1.0 + x.abs());
        if relative > longest.1 {
            longest = (index, relative);
        }
    }
    longest
}

/// Returns the first parameter beyond a limit, and on which side.
fn beyond(point: &[f64], limit: f64) -> Option<(usize, Direction)> {
    let index = point.iter().position(|x| x.abs() > limit)?;
    let up = point.get(index).is_some_and(|x| *x > 0.0);
    Some((index, if up { Direction::Up } else { Direction::Down }))
}

/// Judges a place where the Hessian is not positive definite and nothing is gained any more.
fn flat_end(point: &[f64], here: &Derivatives, iterations: usize) -> Outcome {
    let downhill: Vec<f64> = here.gradient.iter().map(|slope| -slope).collect();
    let gradient_norm = here.gradient_norm();
    if gradient_norm == 0.0 {
        return Outcome::Stalled { iterations, gradient_norm };
    }
    let (parameter, _) = longest_relative(point, &downhill);
    let up = downhill.get(parameter).is_some_and(|slope| *slope > 0.0);
    Outcome::Diverging { iterations, parameter, direction: if up { Direction::Up } else { Direction::Down } }
}

/// Takes one last Newton step, unless it makes the gradient larger.
fn polish(
    point: &mut Vec<f64>,
    here: &mut Derivatives,
    step: &[f64],
    f: &mut impl FnMut(&[f64]) -> Derivatives,
) -> Option<Step> {
    let trial: Vec<f64> = point.iter().zip(step).map(|(x, s)| x + s).collect();
    if trial == *point {
        return None;
    }
    let there = f(&trial);
    let better = there.is_usable(point.len())
        && there.gradient_norm() <= here.gradient_norm()
        && there.value <= here.value + noise(here.value);
    if !better {
        return None;
    }
    let length = step.iter().fold(0.0_f64, |most, cell| most.max(cell.abs()));
    *point = trial;
    *here = there;
    Some(Step { value: here.value, gradient_norm: here.gradient_norm(), length, damping: 0.0 })
}

/// An accepted step and what it gained.
struct Taken {
    step: Step,
    gain: f64,
}

/// Finds and takes a step that makes the function smaller, or returns none.
fn damped_step(
    point: &mut Vec<f64>,
    here: &mut Derivatives,
    damping: &mut f64,
    settings: &Settings,
    f: &mut impl FnMut(&[f64]) -> Derivatives,
) -> Option<Taken> {
    let size = point.len();
    // Each parameter is damped by its own curvature. The floor keeps one that happens to be flat here, where its
    // curvature says nothing about its scale, from being thrown far away.
    let curvature: Vec<f64> = here.hessian.diagonal().into_iter().map(f64::abs).collect();
    let largest = curvature.iter().copied().fold(0.0, f64::max);
    let floor = if largest > 0.0 { 1e-3 * largest } else { here.gradient_norm().max(f64::MIN_POSITIVE) };
    // From here to 1e-12 of the parameters' size there are far fewer than this many tenfold dampings.
    for _ in 0..60 {
        let stronger = (*damping * 10.0).max(1e-4);
        let mut lifted = here.hessian.clone();
        for (i, own) in curvature.iter().enumerate() {
            lifted.add(i, i, *damping * own.max(floor));
        }
        let Some(solved) = Cholesky::new(&lifted).ok().and_then(|factor| factor.solve(&here.gradient).ok())
        else {
            *damping = stronger;
            continue;
        };
        let longest = solved.iter().fold(0.0_f64, |most, cell| most.max(cell.abs()));
        if !longest.is_finite() || longest == 0.0 {
            return None;
        }
        let shrink = (settings.max_step / longest).min(1.0);
        let step: Vec<f64> = solved.iter().map(|cell| -cell * shrink).collect();
        let trial: Vec<f64> = point.iter().zip(&step).map(|(x, s)| x + s).collect();
        if trial == *point {
            return None;
        }
        let bend = here.hessian.times(&step).map_or(0.0, |image| dot(&image, &step));
        let promised = -(dot(&here.gradient, &step) + 0.5 * bend);
        let there = f(&trial);
        if !there.is_usable(size) {
            *damping = stronger;
            continue;
        }
        let gain = here.value - there.value;
        let within_noise = promised <= noise(here.value)
            && gain.abs() <= noise(here.value)
            && there.gradient_norm() < here.gradient_norm();
        if !(gain > 1e-4 * promised && promised > 0.0 || within_noise) {
            *damping = stronger;
            continue;
        }
        let used = *damping;
        if within_noise || gain > 0.75 * promised {
            *damping = if used < 1e-8 { 0.0 } else { used * 0.1 };
        } else if gain < 0.25 * promised {
            *damping = (used * 4.0).max(1e-4);
        }
        *point = trial;
        *here = there;
        let step = Step {
            value: here.value,
            gradient_norm: here.gradient_norm(),
            length: longest * shrink,
            damping: used,
        };
        return Some(Taken { step, gain });
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::elementary::{exp, ln};
    use crate::testing::assert_close;
    use proptest::prelude::*;

    /// Wraps a function of duals.
    fn of<const N: usize>(f: impl Fn([Dual2<N>; N]) -> Dual2<N>) -> impl Fn(&[f64]) -> Derivatives {
        move |point| {
            let parameters = std::array::from_fn(|i| Dual2::parameter(point[i], i));
            Derivatives::from(f(parameters))
        }
    }

    #[test]
    fn published_test_functions() {
        // More, Garbow and Hillstrom, "Testing Unconstrained Optimization Software", 1981.
        let wood = of(|[x1, x2, x3, x4]: [Dual2<4>; 4]| {
            let (first, second) = (x2 - x1 * x1, x4 - x3 * x3);
            let (third, fourth) = (x2 + x4 - 2.0, x2 - x4);
            100.0 * first * first
                + (1.0 - x1).pow(2.0)
                + 90.0 * second * second
                + (1.0 - x3).pow(2.0)
                + 10.0 * third * third
                + 0.1 * fourth * fourth
        });
        let fit = minimise(&[-3.0, -1.0, -3.0, -1.0], &Settings::default(), wood);
        assert!(fit.outcome.is_converged(), "{:?}", fit.outcome);
        for x in &fit.point {
            assert_close(*x, 1.0, 1e-13, "Wood");
        }
        let beale = of(|[x, y]: [Dual2<2>; 2]| {
            let terms = [1.5 - x * (1.0 - y), 2.25 - x * (1.0 - y * y), 2.625 - x * (1.0 - y * y * y)];
            terms.into_iter().map(|term| term * term).sum()
        });
        let fit = minimise(&[1.0, 1.0], &Settings::default(), beale);
        assert!(fit.outcome.is_converged(), "{:?}", fit.outcome);
        assert_close(fit.point[0], 3.0, 1e-13, "Beale x");
        assert_close(fit.point[1], 0.5, 1e-13, "Beale y");
    }

    #[test]
    fn a_singular_minimum_is_reached() {
        let quartic = of(|[x]: [Dual2<1>; 1]| x.pow(4.0));
        let fit = minimise(&[1.0], &Settings::default(), quartic);
        assert!(fit.point[0].abs() < 1e-3, "{fit:?}");
    }

    #[test]
    fn a_parameter_that_runs_away_is_named() {
        // Perfectly separated answers: the slope of a logistic regression grows for ever.
        let separated = of(|[a, b]: [Dual2<2>; 2]| {
            let data = [(-2.0, false), (-1.0, false), (1.0, true), (2.0, true)];
            let mut loss = Dual2::constant(0.0);
            for (x, yes) in data {
                let odds = a + b * x;
                let other = if yes { -odds } else { odds };
                loss += Dual2::constant(0.0).ln_add_exp(&other);
            }
            loss
        });
        let fit = minimise(&[0.0, 0.0], &Settings::default(), separated);
        assert!(
            matches!(fit.outcome, Outcome::Diverging { parameter: 1, direction: Direction::Up, .. }),
            "{:?}",
            fit.outcome
        );
        // A function without a lower bound leaves by the limit.
        let falling = of(|[x, y]: [Dual2<2>; 2]| x * x + y);
        let fit = minimise(&[1.0, 0.0], &Settings { parameter_limit: 100.0, ..Settings::default() }, falling);
        assert!(
            matches!(fit.outcome, Outcome::Diverging { parameter: 1, direction: Direction::Down, .. }),
            "{:?}",
            fit.outcome
        );
    }

    #[test]
    fn a_saddle_is_no_minimum() {
        let saddle = of(|[x, y]: [Dual2<2>; 2]| x * x - y * y);
        let fit = minimise(&[0.0, 0.0], &Settings::default(), saddle);
        assert_eq!(fit.outcome, Outcome::Stalled { iterations: 0, gradient_norm: 0.0 });
        assert!(fit.standard_errors().is_err());
    }

    #[test]
    fn what_is_not_finite_is_said() {
        let broken = of(|[x]: [Dual2<1>; 1]| x.ln());
        assert_eq!(
            minimise(&[-1.0], &Settings::default(), broken).outcome,
            Outcome::NotFinite { iterations: 0 }
        );
        // A pit beside a wall: the search must step back from the wall.
        let wall = of(|[x]: [Dual2<1>; 1]| x - x.ln());
        let fit = minimise(&[30.0], &Settings { max_step: 1e9, ..Settings::default() }, wall);
        assert!(fit.outcome.is_converged());
        assert_close(fit.point[0], 1.0, 1e-15, "minimum of x - ln x");
    }

    #[test]
    fn iterations_are_limited() {
        let far = of(|[x]: [Dual2<1>; 1]| (x - 1000.0) * (x - 1000.0));
        let fit = minimise(&[0.0], &Settings { max_iterations: 5, ..Settings::default() }, far);
        assert!(matches!(fit.outcome, Outcome::MaxIterations { iterations: 5, .. }));
    }

    #[test]
    fn a_maximum_likelihood_with_its_errors() {
        // Counts of a Poisson regression with one group effect have a closed form: means 4 and 10.
        let counts = [(0.0, 3.0), (0.0, 5.0), (1.0, 9.0), (1.0, 11.0)];
        let fit = minimise(&[0.0, 0.0], &Settings::default(), |point: &[f64]| {
            let [a, b] = [Dual2::<2>::parameter(point[0], 0), Dual2::parameter(point[1], 1)];
            let mut likelihood = Dual2::constant(0.0);
            for (x, y) in counts {
                let linear = a + b * x;
                likelihood += linear * y - linear.exp();
            }
            Derivatives::from(likelihood).negated()
        });
        assert!(fit.outcome.is_converged());
        assert_close(fit.point[0], ln(4.0), 1e-15, "intercept");
        assert_close(fit.point[1], ln(2.5), 1e-14, "slope");
        let errors = fit.standard_errors().unwrap();
        assert_close(errors[0], sqrt(1.0 / 8.0), 1e-14, "error of the intercept");
        assert_close(errors[1], sqrt(1.0 / 8.0 + 1.0 / 20.0), 1e-14, "error of the slope");
    }

    proptest! {
        #[test]
        fn a_convex_bowl_from_anywhere(
            target in prop::array::uniform3(-5.0f64..5.0),
            start in prop::array::uniform3(-10.0f64..10.0),
        ) {
            // A sum of cosh is convex with one minimum, far from quadratic away from it.
            let bowl = of(|p: [Dual2<3>; 3]| {
                (0..3).map(|i| (p[i] - target[i]).exp() + (target[i] - p[i]).exp()).sum::<Dual2<3>>()
                    + (p[0] - p[1] - target[0] + target[1]).pow(2.0)
            });
            let fit = minimise(&start, &Settings::default(), bowl);
            prop_assert!(fit.outcome.is_converged(), "{:?}", fit.outcome);
            for i in 0..3 {
                prop_assert!((fit.point[i] - target[i]).abs() < 1e-10);
            }
            prop_assert!(fit.steps.is_sorted_by(|a, b| b.value <= a.value + 1e-13 * exp(1.0)));
        }
    }
}
