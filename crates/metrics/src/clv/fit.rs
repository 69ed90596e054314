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

use super::beta_geometric::{Kernel, NAMES};
use super::covariate::Process;
use super::edges::{self, Leaving, Nested};
use super::{Collapsed, Nbd, ParetoNbd};
use crate::estimate::Z;
use naata_math::optimise::{self, Derivatives, Settings};
use naata_math::{Matrix, exp, ln};

/// How an estimation ended.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum FitOutcome {
    /// The likelihood has its maximum at finite parameters, and its curvature there says how well they are known.
    Interior,
    /// The likelihood rises for ever as parameters run to an edge: a simpler model explains the data as well.
    Boundary {
        /// What is left of the model at the edge.
        nested: Nested,
        /// The supremum: the log-likelihood of that model at its maximum.
        log_likelihood: f64,
    },
    /// The data do not determine the parameters.
    NotIdentified {
        /// The parameter known least, where one can be named.
        parameter: Option<&'static str>,
        /// What is wrong.
        why: Unidentified,
    },
    /// A covariate tells those who buy again, or leave, from the others without error: its coefficient runs away.
    Separated {
        /// The position of its column among those of the design.
        column: usize,
        /// What it acts on.
        process: Process,
    },
}

impl FitOutcome {
    /// The names used in results.
    pub const NAMES: &'static [&'static str] = &["interior", "boundary", "not_identified", "separated"];

    /// The position of the outcome in [`FitOutcome::NAMES`].
    pub fn position(&self) -> u16 {
        match self {
            Self::Interior => 0,
            Self::Boundary { .. } => 1,
            Self::NotIdentified { .. } => 2,
            Self::Separated { .. } => 3,
        }
    }

    /// The name used in results.
    pub fn name(&self) -> &'static str {
        Self::NAMES.get(usize::from(self.position())).copied().unwrap_or_default()
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
    /// The likelihood exceeds every bound.
    Unbounded,
}

impl Unidentified {
    /// The name used in results.
    pub fn name(self) -> &'static str {
        match self {
            Self::Flat => "flat",
            Self::Stalled => "stalled",
            Self::Steps => "steps",
            Self::NotFinite => "not_finite",
            Self::Unbounded => "unbounded",
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
    /// Its standard error.
    pub standard_error: Option<f64>,
    /// Its 95 % interval.
    pub interval: Option<(f64, f64)>,
}

/// What a covariate does, per step of its column.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Coefficient {
    /// The position of its column among those of the design.
    pub column: usize,
    /// What it acts on.
    pub process: Process,
    /// The estimate: the logarithm of what one step multiplies a rate or odds by.
    pub value: f64,
    /// Its standard error.
    pub standard_error: f64,
    /// Its 95 % interval.
    pub interval: (f64, f64),
    /// The chance of an estimate as far from zero if the column did nothing (Wald, two-sided).
    pub p: f64,
}

impl Coefficient {
    /// A coefficient with its interval and test.
    pub(super) fn new(column: usize, process: Process, value: f64, standard_error: f64) -> Self {
        let interval = (value - Z * standard_error, value + Z * standard_error);
        let p = naata_math::erfc((value / standard_error).abs() / std::f64::consts::SQRT_2);
        Self { column, process, value, standard_error, interval, p }
    }
}

/// An estimated model.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Fit<M> {
    /// The model at its maximum; `None` unless the outcome is interior.
    pub model: Option<M>,
    /// The parameters; none unless the outcome is interior.
    pub parameters: Vec<Parameter>,
    /// What covariates do; none without them.
    pub coefficients: Vec<Coefficient>,
    /// The logarithm of the likelihood of all customers: at the maximum, at the edge the supremum, else the greatest
    /// value that was found.
    pub log_likelihood: f64,
    /// Akaike's criterion, at an edge with the number of parameters of the nested model.
    pub aic: f64,
    /// Schwarz' criterion, likewise.
    pub bic: f64,
    /// How the search ended.
    pub outcome: FitOutcome,
    /// Newton steps taken.
    pub iterations: usize,
    /// The largest derivative of the log-likelihood by the logarithm of a parameter.
    pub gradient_norm: f64,
    /// Customers used.
    pub n: u64,
    /// The covariance of the logarithms of the parameters, then of the coefficients; `None` unless the outcome is interior.
    pub ln_covariance: Option<Matrix>,
}

impl<M> Fit<M> {
    /// The same fit with its model in another form.
    pub fn map<N>(self, f: impl FnOnce(M) -> N) -> Fit<N> {
        Fit {
            model: self.model.map(f),
            parameters: self.parameters,
            coefficients: self.coefficients,
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
pub(super) const FLAT: f64 = 5.0;

/// At an edge the search comes this close to the supremum, relative to it.
pub(super) const CLOSE: f64 = 1e-6;

/// Maximises a log-likelihood of log-parameters; `edge` says whether a point is as good as at an edge, and `nested` gives
/// the best model at the edges with its log-likelihood.
pub(super) fn maximise<M>(
    names: &'static [&'static str],
    start: &[f64],
    n: u64,
    mut derivatives: impl FnMut(&[f64]) -> Derivatives,
    edge: impl Fn(&[f64]) -> bool,
    nested: impl FnOnce() -> Option<(Nested, f64)>,
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
    let known = flattest.is_some_and(|(error, _)| *error <= FLAT);
    let interior = search.outcome.is_converged() && known && !edge(&point);
    let found = -search.at.value;
    let unidentified = |parameter, why| FitOutcome::NotIdentified { parameter, why };
    let supremum = if interior || !found.is_finite() { None } else { nested() };
    let outcome = match (supremum.filter(|s| s.1 >= found - CLOSE * (1.0 + found.abs())), search.outcome) {
        _ if interior => FitOutcome::Interior,
        (Some((nested, log_likelihood)), _) => FitOutcome::Boundary { nested, log_likelihood },
        (_, optimise::Outcome::NotFinite { .. }) => unidentified(None, Unidentified::NotFinite),
        (_, optimise::Outcome::Converged { .. }) => unidentified(flattest.map(|f| *f.1), Unidentified::Flat),
        (_, optimise::Outcome::Diverging { parameter, .. }) => {
            unidentified(names.get(parameter).copied(), Unidentified::Flat)
        }
        (_, optimise::Outcome::Stalled { .. }) => unidentified(None, Unidentified::Stalled),
        (_, optimise::Outcome::MaxIterations { .. }) => unidentified(None, Unidentified::Steps),
    };
    let (k, log_likelihood) = match outcome {
        FitOutcome::Boundary { nested, log_likelihood } => (nested.parameters(), log_likelihood),
        _ => (start.len(), found),
    };
    let parameters = names.iter().zip(&point).zip(errors.iter().flatten()).map(|((name, log), error)| {
        let value = exp(*log);
        let interval = Some((exp(log - Z * error), exp(log + Z * error)));
        Parameter { name, value, standard_error: Some(error * value), interval }
    });
    Fit {
        model: if interior { model(&point) } else { None },
        parameters: if interior { parameters.collect() } else { Vec::new() },
        coefficients: Vec::new(),
        log_likelihood,
        aic: 2.0 * k as f64 - 2.0 * log_likelihood,
        bic: k as f64 * ln(n as f64) - 2.0 * log_likelihood,
        outcome,
        iterations: search.outcome.iterations(),
        gradient_norm: search.at.gradient.iter().fold(0.0, |most: f64, g| most.max(g.abs())),
        n,
        ln_covariance: covariance.filter(|_| interior),
    }
}

/// As far from the usual start a search over all begins at most: what runs away among few may not do so among all.
const REACH: f64 = 6.0;

/// A start moved to what a search found, within reach.
pub(super) fn near(start: &[f64], offset: &[f64]) -> Vec<f64> {
    start.iter().zip(offset).map(|(s, o)| s + o.clamp(-REACH, REACH)).collect()
}

/// Where a search begins: at the usual start or, where histories are many, near what few of them say.
pub(super) fn begin<const N: usize>(
    histories: &Collapsed,
    start: impl Fn(&Collapsed) -> [f64; N],
    derivatives: impl Fn(&[f64], &Collapsed) -> Derivatives,
) -> Vec<f64> {
    let start = start(histories);
    let near = histories.few().map(|few| {
        let settings = Settings { parameter_limit: 40.0, ..Settings::default() };
        let at = |o: &[f64]| -> Vec<f64> { start.iter().zip(o).map(|(s, o)| s + o).collect() };
        let found = optimise::minimise(&[0.0; N], &settings, |o| derivatives(&at(o), &few).negated());
        near(&start, &found.point)
    });
    let usable = near.filter(|near| derivatives(near, histories).value.is_finite());
    usable.unwrap_or_else(|| start.to_vec())
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
    let derivatives = |point: &[f64], histories: &Collapsed| {
        kernel(point).map_or_else(unusable, |k| k.derivatives(histories))
    };
    maximise(
        &NAMES,
        &begin(histories, start, derivatives),
        histories.customers(),
        |point| derivatives(point, histories),
        |point| kernel(point).is_some_and(|k| is_edge(&k)),
        || edges::of_purchases(histories, Leaving::Coin(first_toss)),
        |point| kernel(point).filter(Kernel::is_valid).map(&model),
    )
}

/// The start: odds spread over all of 0 to 1 with a third leaving at each toss.
pub(super) fn start(histories: &Collapsed) -> [f64; 4] {
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

/// The names of the parameters of a model, by its name.
pub(super) fn parameter_names(model: &str) -> &'static [&'static str] {
    match model {
        ParetoNbd::NAME => &super::pareto_nbd::NAMES,
        Nbd::NAME => &super::nbd::NAMES,
        _ => &NAMES,
    }
}

/// Whether parameters are as good as at an edge.
pub(super) fn is_edge(k: &Kernel) -> bool {
    let small = |x: f64| x < NEGLIGIBLE;
    let extreme = |x: f64| small(x) || small(1.0 / x);
    let sum = k.a + k.b;
    extreme(k.r) || extreme(sum) || small(k.a / sum) || small(k.b / sum)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clv::{BgNbd, GammaGamma, History, MbgNbd, collapse};
    use naata_math::Rng;
    use proptest::prelude::*;

    /// Whether nothing in a fit is a number that is none.
    fn is_sound<M>(fit: &Fit<M>) -> bool {
        let number = |p: &Parameter| {
            let stated = p.standard_error.is_some_and(|e| e.is_finite() && e > 0.0);
            stated && p.interval.is_some_and(|(a, b)| 0.0 < a && a < p.value && p.value < b && b.is_finite())
        };
        let known = fit.is_interior();
        let given = [!fit.parameters.is_empty(), fit.model.is_some(), fit.ln_covariance.is_some()];
        let total = fit.log_likelihood.is_finite() && fit.gradient_norm.is_finite();
        let stated = match fit.outcome {
            FitOutcome::NotIdentified { .. } | FitOutcome::Separated { .. } => true,
            FitOutcome::Boundary { log_likelihood, .. } => total && log_likelihood == fit.log_likelihood,
            FitOutcome::Interior => total,
        };
        fit.parameters.iter().all(number) && given == [known; 3] && stated
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
    fn many_histories_are_searched_from_what_few_of_them_say_and_the_maximum_is_the_same() {
        let rates = naata_math::Gamma::new(0.8, 6.0).unwrap();
        let odds = naata_math::Beta::new(0.9, 2.5).unwrap();
        let many = world(30_000, 3, |g| rates.sample(g), |g| odds.sample(g));
        assert!(many.few().is_some_and(|few| few.rows().len() == many.rows().len().div_ceil(16)));
        let kernel = |point: &[f64]| Kernel::from_logs(point, 0).unwrap();
        let derivatives = |point: &[f64]| kernel(point).derivatives(&many);
        let usual = start(&many);
        let plain = maximise(&NAMES, &usual, 30_000, derivatives, |_| false, || None, |p| Some(kernel(p)));
        let warm = BgNbd::fit(&many);
        assert!(warm.is_interior() && warm.iterations < plain.iterations, "{} steps", warm.iterations);
        for (a, b) in warm.parameters.iter().zip(&plain.parameters) {
            assert!((a.value / b.value - 1.0).abs() < 1e-9, "{a:?} {b:?}");
        }
        // Nobody leaves: at the edge, too, the maximum is that of a search from the usual start.
        let nobody = world(30_000, 4, |g| rates.sample(g), |_| 0.0);
        let (nested, supremum) = edge_of(&BgNbd::fit(&nobody));
        // A model with one parameter more can only be better, and by no more than chance gives.
        let more = supremum - Nbd::fit(&nobody).log_likelihood;
        assert!((-1e-4..8.0).contains(&more), "{nested:?} {more}");
    }

    /// The nested model of a fit that ended at an edge, with its log-likelihood.
    fn edge_of<M: std::fmt::Debug>(fit: &Fit<M>) -> (Nested, f64) {
        assert!(is_sound(fit), "{fit:?}");
        match fit.outcome {
            FitOutcome::Boundary { nested, log_likelihood } => (nested, log_likelihood),
            _ => panic!("{fit:?}"),
        }
    }

    #[test]
    fn without_leaving_every_model_is_nbd() {
        let rates = naata_math::Gamma::new(1.5, 8.0).unwrap();
        let loyal = world(2_000, 3, |g| rates.sample(g), |_| 0.0);
        let nbd = Nbd::fit(&loyal);
        assert!(nbd.is_interior());
        for (nested, supremum) in
            [edge_of(&BgNbd::fit(&loyal)), edge_of(&MbgNbd::fit(&loyal)), edge_of(&ParetoNbd::fit(&loyal))]
        {
            match nested {
                Nested::Nbd => naata_testkit::assert_close("supremum", supremum, nbd.log_likelihood, 1e-12),
                // By chance a few customers too many bought nothing more: a gain that means nothing, yet the supremum.
                Nested::FirstOrNever => assert!((0.0..4.0).contains(&(supremum - nbd.log_likelihood))),
                _ => panic!("{nested:?}"),
            }
        }
    }

    #[test]
    fn without_differences_the_simpler_models_are_named() {
        // Everybody buys eight or nine times in forty weeks: less spread than one common rate would give, which has
        // its maximum in closed form.
        let alike: Vec<History> = (0..300).map(|i| History::new(8 + i % 2, 39.0, 40.0).unwrap()).collect();
        let alike = Collapsed::new(&alike);
        let rate = 8.5 / 40.0;
        let poisson = 2_550.0 * ln(rate) - 300.0 * rate * 40.0;
        let (nested, supremum) = edge_of(&Nbd::fit(&alike));
        assert_eq!(nested, Nested::Poisson);
        naata_testkit::assert_close("poisson", supremum, poisson, 1e-12);
        for (nested, supremum) in
            [edge_of(&BgNbd::fit(&alike)), edge_of(&MbgNbd::fit(&alike)), edge_of(&ParetoNbd::fit(&alike))]
        {
            // A common rate, and a small chance of having left in the last week.
            assert!(!format!("{nested:?}").starts_with("Nbd"), "{nested:?}");
            assert!(supremum >= poisson * (1.0 + 1e-12));
        }
        // One rate and one coin for all.
        let coin = world(3_000, 5, |_| 0.3, |_| 0.25);
        let (nested, supremum) = edge_of(&BgNbd::fit(&coin));
        assert!(matches!(nested, Nested::EqualRatesEqualOdds | Nested::EqualRates | Nested::EqualOdds));
        // No point of the model itself comes above its supremum.
        let near = BgNbd::new(1e4, 1e4 / 0.3, 2_500.0, 7_500.0).unwrap();
        use crate::clv::PurchaseModel;
        let there: f64 = coin.rows().iter().map(|r| r.weight * near.ln_likelihood(&r.history)).sum();
        assert!(supremum > there && supremum - there < 40.0, "{supremum} {there}");
        // A third leaves after the first repeat purchase, the others never.
        let mut chance = Rng::new(8);
        let rates = naata_math::Gamma::new(2.0, 8.0).unwrap();
        let mut odds = move || f64::from(u8::from(chance.chance(0.35)));
        let mut first = world(3_000, 6, |g| rates.sample(g), |_| 0.0);
        let leavers: Vec<History> = first
            .rows()
            .iter()
            .map(|r| {
                if r.history.x() > 0 && odds() > 0.5 {
                    History::new(1, 0.3 * r.history.age(), r.history.age()).unwrap()
                } else {
                    r.history
                }
            })
            .collect();
        first = Collapsed::new(&leavers);
        let (nested, _) = edge_of(&BgNbd::fit(&first));
        assert_eq!(nested, Nested::FirstOrNever);
    }

    #[test]
    fn edges_of_spend_are_named_too() {
        // Nobody's spend differs from anybody's but by chance: the shape among customers has no end.
        let means = |x: u32| [-0.5, -0.2, 0.1, 0.6].map(|off| (x, 50.0 * (1.0 + off / f64::from(x).sqrt())));
        let even: Vec<(u32, f64)> = [1, 4, 16, 64, 256].into_iter().flat_map(means).collect();
        let fit = GammaGamma::fit(&collapse(even).0);
        let (nested, supremum) = edge_of(&fit);
        assert_eq!(nested, Nested::EqualMeans);
        assert!(supremum.is_finite());
        // Customers differ and amounts of one do not: the mean says nothing more as occasions grow.
        let means = |x: u32| [10.0, 17.0, 30.0, 55.0].map(|m| (x, m));
        let steady: Vec<(u32, f64)> = [1, 4, 16, 64, 256].into_iter().flat_map(means).collect();
        assert_eq!(edge_of(&GammaGamma::fit(&collapse(steady).0)).0, Nested::SteadyAmounts);
        // Everybody spends the same, always: no density is high enough.
        let same = GammaGamma::fit(&collapse((1..40u32).map(|x| (x, 25.0))).0);
        let unbounded = FitOutcome::NotIdentified { parameter: None, why: Unidentified::Unbounded };
        assert_eq!(same.outcome, unbounded);
        assert!(is_sound(&same));
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
            let pareto = ParetoNbd::fit(&collapsed);
            prop_assert!(is_sound(&pareto), "{:?}", pareto);
            let nbd = Nbd::fit(&collapsed);
            prop_assert!(is_sound(&nbd), "{:?}", nbd);
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
