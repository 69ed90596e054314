//! Maximum likelihood with an honest account: how the search ended, and what each estimate is known to.
//!
//! # Formula
//! Damped Newton steps on the logarithms of the parameters, from a start that the data's own means give. Standard
//! errors come from the inverse of the observed information and are stated for the parameters themselves; intervals
//! are symmetric on the log scale, so they never reach below zero. `AIC = 2k - 2 ln L`, `BIC = k ln(n) - 2 ln L` with
//! n customers.
//!
//! # Source
//! Akaike, 1974; Schwarz, 1978; for the search see [`naata_math::optimise`].

use super::Collapsed;
use super::beta_geometric::{Kernel, NAMES};
use crate::estimate::Z;
use naata_math::optimise::{self, Derivatives, Settings};
use naata_math::{Matrix, exp, ln};

/// How an estimation ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FitOutcome {
    /// The likelihood has its maximum at finite parameters, and its curvature there says how well they are known.
    Interior,
    /// The likelihood rises for ever as parameters run to an edge: a simpler model explains the data as well.
    Boundary {
        /// The parameter that runs away.
        parameter: &'static str,
        /// What is left of the model at the edge.
        nested: Nested,
    },
    /// The data do not determine the parameters.
    NotIdentified {
        /// The parameter known least, where one can be named.
        parameter: Option<&'static str>,
        /// What is wrong.
        why: Unidentified,
    },
}

impl FitOutcome {
    /// The names used in results.
    pub const NAMES: &'static [&'static str] = &["interior", "boundary", "not_identified"];

    /// The position of the outcome in [`FitOutcome::NAMES`].
    pub fn position(&self) -> u16 {
        match self {
            Self::Interior => 0,
            Self::Boundary { .. } => 1,
            Self::NotIdentified { .. } => 2,
        }
    }

    /// The name used in results.
    pub fn name(&self) -> &'static str {
        Self::NAMES.get(usize::from(self.position())).copied().unwrap_or_default()
    }
}

/// What a model becomes at an edge of its parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nested {
    /// All customers buy at one rate, or spend the same on average.
    Equal,
    /// Nobody ever leaves.
    NobodyLeaves,
    /// Everybody leaves at the first chance.
    EverybodyLeaves,
    /// All leave with the same probability.
    EqualOdds,
    /// Each customer either leaves at the first chance or never.
    AllOrNothing,
    /// Differences between customers exceed every bound.
    Unbounded,
}

impl Nested {
    /// The name used in results.
    pub fn name(self) -> &'static str {
        match self {
            Self::Equal => "equal",
            Self::NobodyLeaves => "nobody_leaves",
            Self::EverybodyLeaves => "everybody_leaves",
            Self::EqualOdds => "equal_odds",
            Self::AllOrNothing => "all_or_nothing",
            Self::Unbounded => "unbounded",
        }
    }
}

/// Why data do not determine parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unidentified {
    /// The likelihood is flat: an interval spans more than eight orders of magnitude.
    Flat,
    /// The search could not go on.
    Stalled,
    /// The search used all its steps.
    Steps,
    /// The likelihood is not finite at the start.
    NotFinite,
}

impl Unidentified {
    /// The name used in results.
    pub fn name(self) -> &'static str {
        match self {
            Self::Flat => "flat",
            Self::Stalled => "stalled",
            Self::Steps => "steps",
            Self::NotFinite => "not_finite",
        }
    }
}

/// One estimated parameter.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Parameter {
    /// Its name in the literature.
    pub name: &'static str,
    /// The estimate.
    pub value: f64,
    /// Its standard error; `None` unless the outcome is interior.
    pub standard_error: Option<f64>,
    /// Its 95 % interval; `None` unless the outcome is interior.
    pub interval: Option<(f64, f64)>,
}

/// An estimated model.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Fit<M> {
    /// The model at the best point found; `None` where that point is no model.
    pub model: Option<M>,
    /// The parameters.
    pub parameters: Vec<Parameter>,
    /// The logarithm of the likelihood of all customers.
    pub log_likelihood: f64,
    /// Akaike's criterion.
    pub aic: f64,
    /// Schwarz' criterion.
    pub bic: f64,
    /// How the search ended.
    pub outcome: FitOutcome,
    /// Newton steps taken.
    pub iterations: usize,
    /// The largest derivative of the log-likelihood by the logarithm of a parameter.
    pub gradient_norm: f64,
    /// Customers used.
    pub n: u64,
    /// The covariance of the logarithms of the parameters; `None` unless the outcome is interior.
    pub ln_covariance: Option<Matrix>,
}

impl<M> Fit<M> {
    /// The same fit with its model in another form.
    pub fn map<N>(self, f: impl FnOnce(M) -> N) -> Fit<N> {
        Fit {
            model: self.model.map(f),
            parameters: self.parameters,
            log_likelihood: self.log_likelihood,
            aic: self.aic,
            bic: self.bic,
            outcome: self.outcome,
            iterations: self.iterations,
            gradient_norm: self.gradient_norm,
            n: self.n,
            ln_covariance: self.ln_covariance,
        }
    }

    /// Whether the estimates may be used as they are.
    pub fn is_interior(&self) -> bool {
        self.outcome == FitOutcome::Interior
    }
}

/// A log standard error beyond this means a flat likelihood.
const FLAT: f64 = 5.0;

/// Maximises a log-likelihood of log-parameters; `edge` names what the model has become at a point, if anything.
pub(super) fn maximise<M>(
    names: &'static [&'static str],
    start: &[f64],
    n: u64,
    mut derivatives: impl FnMut(&[f64]) -> Derivatives,
    edge: impl Fn(&[f64]) -> Option<(&'static str, Nested)>,
    model: impl Fn(&[f64]) -> Option<M>,
) -> Fit<M> {
    // Offsets from the start are searched: they know no unit of time or money.
    let at = |offset: &[f64]| -> Vec<f64> { start.iter().zip(offset).map(|(s, o)| s + o).collect() };
    let settings = Settings { parameter_limit: 40.0, ..Settings::default() };
    let search = optimise::minimise(&vec![0.0; start.len()], &settings, |o| derivatives(&at(o)).negated());
    let point = at(&search.point);
    let covariance = search.covariance().ok().filter(Matrix::is_finite);
    let errors: Option<Vec<f64>> =
        covariance.as_ref().map(|c| c.diagonal().into_iter().map(f64::sqrt).collect());
    let flattest = errors.iter().flatten().zip(names).max_by(|a, b| a.0.total_cmp(b.0));
    let named = |parameter: usize| names.get(parameter).copied();
    let unidentified = |parameter, why| FitOutcome::NotIdentified { parameter, why };
    let outcome = match search.outcome {
        optimise::Outcome::NotFinite { .. } => unidentified(None, Unidentified::NotFinite),
        _ if edge(&point).is_some() => {
            let (parameter, nested) = edge(&point).unwrap_or(("", Nested::Unbounded));
            FitOutcome::Boundary { parameter, nested }
        }
        optimise::Outcome::Converged { .. } => match flattest {
            Some((error, _)) if *error <= FLAT => FitOutcome::Interior,
            flattest => unidentified(flattest.map(|f| *f.1), Unidentified::Flat),
        },
        optimise::Outcome::Diverging { parameter, .. } => unidentified(named(parameter), Unidentified::Flat),
        optimise::Outcome::Stalled { .. } => unidentified(None, Unidentified::Stalled),
        optimise::Outcome::MaxIterations { .. } => unidentified(None, Unidentified::Steps),
    };
    let known = outcome == FitOutcome::Interior;
    let errors = errors.filter(|_| known);
    let parameters = names.iter().zip(&point).enumerate().map(|(i, (name, log))| {
        let value = exp(*log);
        let error = errors.as_ref().and_then(|e| e.get(i)).copied();
        Parameter {
            name,
            value,
            standard_error: error.map(|e| e * value),
            interval: error.map(|e| (exp(log - Z * e), exp(log + Z * e))),
        }
    });
    let (k, log_likelihood) = (start.len() as f64, -search.at.value);
    Fit {
        model: model(&point),
        parameters: parameters.collect(),
        log_likelihood,
        aic: 2.0 * k - 2.0 * log_likelihood,
        bic: k * ln(n as f64) - 2.0 * log_likelihood,
        outcome,
        iterations: search.outcome.iterations(),
        gradient_norm: search.at.gradient.iter().fold(0.0, |most: f64, g| most.max(g.abs())),
        n,
        ln_covariance: covariance.filter(|_| known),
    }
}

/// Below this a shape or the sum of two is an edge; beyond its inverse, too.
pub(super) const NEGLIGIBLE: f64 = 1e-5;

/// Fits either of the beta-geometric models.
pub(super) fn beta_geometric<M>(
    histories: &Collapsed,
    first_toss: u32,
    model: impl Fn(Kernel) -> M,
) -> Fit<M> {
    let kernel = |point: &[f64]| Kernel::from_logs(point, first_toss);
    let unusable = || Derivatives { value: f64::NAN, gradient: Vec::new(), hessian: Matrix::zeros(0, 0) };
    maximise(
        &NAMES,
        &start(histories),
        histories.customers(),
        |point| kernel(point).map_or_else(unusable, |k| k.derivatives(histories)),
        |point| kernel(point).and_then(|k| edge(&k)),
        |point| kernel(point).filter(Kernel::is_valid).map(&model),
    )
}

/// The start: odds spread over all of 0 to 1 with a third leaving at each toss.
fn start(histories: &Collapsed) -> [f64; 4] {
    let [r, alpha] = start_of_rates(histories, 2.0);
    [r, alpha, ln(0.5), 0.0]
}

/// The start of r and alpha: rates that differ widely, on average a multiple of the rate of all purchases, as some
/// customers may have left.
pub(super) fn start_of_rates(histories: &Collapsed, multiple: f64) -> [f64; 2] {
    let rate = multiple * histories.purchases() / histories.time();
    let rate = if rate.is_finite() && rate > 0.0 { rate } else { 1.0 };
    [ln(0.5), ln(0.5 / rate)]
}

/// What is left of the model where parameters are at an edge.
fn edge(k: &Kernel) -> Option<(&'static str, Nested)> {
    let sum = k.a + k.b;
    Some(match () {
        () if k.r > 1.0 / NEGLIGIBLE => ("r", Nested::Equal),
        () if k.r < NEGLIGIBLE => ("r", Nested::Unbounded),
        () if k.a / sum < NEGLIGIBLE => ("a", Nested::NobodyLeaves),
        () if k.b / sum < NEGLIGIBLE => ("b", Nested::EverybodyLeaves),
        () if sum > 1.0 / NEGLIGIBLE => ("a", Nested::EqualOdds),
        () if sum < NEGLIGIBLE => ("a", Nested::AllOrNothing),
        () => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clv::{BgNbd, GammaGamma, History, MbgNbd, collapse};
    use naata_math::Rng;
    use proptest::prelude::*;

    /// Whether nothing in a fit is a number that is none.
    fn is_sound<M>(fit: &Fit<M>) -> bool {
        let known = fit.outcome == FitOutcome::Interior;
        let number = |p: &Parameter| {
            let stated = p.standard_error.is_some_and(|e| e.is_finite() && e > 0.0) && p.interval.is_some();
            let in_order =
                p.interval.is_none_or(|(a, b)| 0.0 < a && a < p.value && p.value < b && b.is_finite());
            in_order && stated == known && (!known || p.value.is_finite())
        };
        let total = fit.log_likelihood.is_finite() && fit.gradient_norm.is_finite();
        fit.parameters.iter().all(number)
            && fit.ln_covariance.is_some() == known
            && (!known || (total && fit.model.is_some()))
    }

    /// Customers of a BG/NBD world, drawn purchase by purchase.
    fn world(n: u64, seed: u64, rate: impl Fn(&mut Rng) -> f64, odds: impl Fn(&mut Rng) -> f64) -> Collapsed {
        let mut rng = Rng::new(seed);
        let draw = |_| {
            let (rate, odds, age) = (rate(&mut rng), odds(&mut rng), 40.0 + rng.uniform() * 20.0);
            let (mut x, mut t_x, mut t) = (0u32, 0.0, 0.0);
            loop {
                t += rng.exponential() / rate;
                if t > age {
                    break;
                }
                (x, t_x) = (x + 1, t);
                if rng.chance(odds) {
                    break;
                }
            }
            History::new(x, t_x, age).unwrap()
        };
        Collapsed::new(&(0..n).map(draw).collect::<Vec<_>>())
    }

    #[test]
    fn the_parameters_of_a_drawn_world_are_recovered() {
        let (r, alpha, a, b) = (0.8, 6.0, 0.9, 2.5);
        let rates = naata_math::Gamma::new(r, alpha).unwrap();
        let odds = naata_math::Beta::new(a, b).unwrap();
        let mut inside = 0;
        for seed in 0..10 {
            let fit = BgNbd::fit(&world(4_000, seed, |g| rates.sample(g), |g| odds.sample(g)));
            assert_eq!(fit.outcome, FitOutcome::Interior);
            for (p, truth) in fit.parameters.iter().zip([r, alpha, a, b]) {
                let (low, high) = p.interval.unwrap();
                inside += i32::from(low <= truth && truth <= high);
            }
        }
        // 40 intervals at 95 %: 38 expected, fewer than 33 with a probability below 0.5 %.
        assert!(inside >= 33, "{inside} of 40 intervals hold the truth");
    }

    #[test]
    fn an_edge_is_named_and_never_passes_for_an_estimate() {
        let rates = naata_math::Gamma::new(1.5, 8.0).unwrap();
        let loyal = BgNbd::fit(&world(2_000, 3, |g| rates.sample(g), |_| 0.0));
        let boundary =
            |nested| move |o: FitOutcome| matches!(o, FitOutcome::Boundary { nested: n, .. } if n == nested);
        assert!(boundary(Nested::NobodyLeaves)(loyal.outcome), "{loyal:?}");
        assert!(is_sound(&loyal));
        // Everybody buys eight or nine times in forty weeks: less spread than one common rate would give.
        let alike: Vec<History> = (0..300).map(|i| History::new(8 + i % 2, 39.0, 40.0).unwrap()).collect();
        for outcome in
            [BgNbd::fit(&Collapsed::new(&alike)).outcome, MbgNbd::fit(&Collapsed::new(&alike)).outcome]
        {
            assert!(matches!(outcome, FitOutcome::Boundary { .. }), "{outcome:?}");
        }
        // Nobody's spend differs from anybody's but by chance: the shape among customers has no end.
        let means = |x: u32| [-0.5, -0.2, 0.1, 0.6].map(|off| (x, 50.0 * (1.0 + off / f64::from(x).sqrt())));
        let even: Vec<(u32, f64)> = [1, 4, 16, 64, 256].into_iter().flat_map(means).collect();
        assert!(boundary(Nested::Equal)(GammaGamma::fit(&collapse(even).0).outcome));
        // At the edge without leaving, the likelihood is that of a plain NBD with the same r and alpha.
        let nbd: f64 = world(2_000, 3, |g| rates.sample(g), |_| 0.0)
            .rows()
            .iter()
            .map(|row| {
                let (r, alpha) = (loyal.parameters[0].value, loyal.parameters[1].value);
                let (x, age) = (f64::from(row.history.x()), row.history.age());
                let one = naata_math::ln_rising(r, x) + r * ln(alpha) - (r + x) * ln(alpha + age);
                row.weight * one
            })
            .sum();
        naata_testkit::assert_close("edge", loyal.log_likelihood, nbd, 1e-6);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(60))]
        #[test]
        fn any_customers_give_a_result_or_a_reason(
            raw in prop::collection::vec((0u32..8, 1u32..400, 0u32..400, 1u32..100_000), 1..40),
            huge in 1u32..100_000,
        ) {
            let histories: Vec<History> = raw.iter().enumerate().map(|(i, (x, t, more, _))| {
                let x = if i == 0 { huge } else { *x };
                let t = if x == 0 { 0.0 } else { f64::from(*t) };
                History::new(x, t, t + f64::from(*more)).unwrap()
            }).collect();
            let collapsed = Collapsed::new(&histories);
            let bg = BgNbd::fit(&collapsed);
            prop_assert!(is_sound(&bg), "{:?}", bg);
            let mbg = MbgNbd::fit(&collapsed);
            prop_assert!(is_sound(&mbg), "{:?}", mbg);
            let (spend, _) = collapse(raw.iter().map(|(x, _, _, m)| (*x, f64::from(*m) / 100.0)));
            if !spend.is_empty() {
                let gg = GammaGamma::fit(&spend);
                prop_assert!(is_sound(&gg), "{:?}", gg);
            }
            let mut reversed = histories;
            reversed.reverse();
            prop_assert_eq!(BgNbd::fit(&Collapsed::new(&reversed)), bg);
        }
    }
}
