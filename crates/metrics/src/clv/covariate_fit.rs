//! Fits a purchase model with covariates.
//!
//! # Formula
//! Customers of one pattern share the logarithms of their parameters, `theta_z = theta + J_z (theta, g, d)`, linear in what
//! is estimated: the gradient is the sum of `J_z' grad` and the Hessian that of `J_z' H J_z` over the patterns, with the
//! plain model's own derivatives at `theta_z`. No derivative is approximated.
//!
//! # Source
//! Fader and Hardie, 2007.

use super::covariate::{CovariateModel, Design, Process, moves, shift};
use super::fit::{self, CLOSE, Coefficient, FLAT, Fit, FitOutcome, Parameter, Unidentified};
use super::{AnyModel, Collapsed, Nbd, Nested, PurchaseModel};
use crate::estimate::Z;
use naata_math::optimise::{self, Derivatives, Outcome, Settings};
use naata_math::{Matrix, Neumaier, exp, ln};
use std::sync::Arc;

/// The log-likelihood and its derivatives by the logarithms of the plain parameters, then by the coefficients.
pub(super) fn derivatives(
    name: &'static str,
    point: &[f64],
    groups: &[(u32, Collapsed)],
    design: &Design,
) -> Option<Derivatives> {
    let acts = moves(name);
    let columns = design.columns.len();
    let size = point.len().checked_sub(columns * acts.len())?;
    let (base, coefficients) = point.split_at_checked(size)?;
    let mut value = Neumaier::new();
    let mut gradient = vec![0.0; point.len()];
    let mut hessian = Matrix::zeros(point.len(), point.len());
    for (pattern, group) in groups {
        let row = design.row(*pattern);
        let by = shift(name, size, coefficients, row);
        let logs: Vec<f64> = base.iter().zip(&by).map(|(b, s)| b + s).collect();
        let d = AnyModel::derivatives(name, &logs, group)?;
        if d.gradient.len() != size {
            return None;
        }
        value.add(d.value);
        // What moves parameter i: the parameter itself, and each column that acts on it.
        let mut moved_by: Vec<(usize, usize, f64)> = (0..size).map(|i| (i, i, 1.0)).collect();
        for (act, (at, sign, _)) in acts.iter().enumerate() {
            for (m, z) in row.iter().enumerate().filter(|(_, z)| **z != 0.0) {
                moved_by.push((size + act * columns + m, *at, sign * z));
            }
        }
        for (i, of, by) in &moved_by {
            if let (Some(slot), Some(slope)) = (gradient.get_mut(*i), d.gradient.get(*of)) {
                *slot += by * slope;
            }
            for (j, of_j, by_j) in &moved_by {
                hessian.add(*i, *j, by * by_j * d.hessian.at(*of, *of_j));
            }
        }
    }
    Some(Derivatives { value: value.total(), gradient, hessian })
}

/// Fits a model with covariates by maximum likelihood.
pub(super) fn fit(name: &'static str, histories: &Collapsed, design: &Arc<Design>) -> Fit<AnyModel> {
    let groups = histories.by_pattern();
    let acts = moves(name);
    let columns = design.columns.len();
    let plain = AnyModel::fit_plain(name, histories);
    let mut start: Vec<f64> = match plain.model.as_ref().filter(|_| plain.is_interior()) {
        Some(m) => m.parameters().iter().map(|p| ln(p.1)).collect(),
        None => AnyModel::start(name, histories),
    };
    let size = start.len();
    start.extend(std::iter::repeat_n(0.0, columns * acts.len()));
    let at = |offset: &[f64]| -> Vec<f64> { start.iter().zip(offset).map(|(s, o)| s + o).collect() };
    let unusable = || Derivatives { value: f64::NAN, gradient: Vec::new(), hessian: Matrix::zeros(0, 0) };
    let settings = Settings { parameter_limit: 40.0, ..Settings::default() };
    let search = optimise::minimise(&vec![0.0; start.len()], &settings, |o| {
        derivatives(name, &at(o), &groups, design).unwrap_or_else(unusable).negated()
    });
    let point = at(&search.point);
    let (base, coefficients) = point.split_at_checked(size).unwrap_or((&[], &[]));
    let covariance = search.covariance().ok().filter(Matrix::is_finite);
    let errors: Vec<f64> =
        covariance.as_ref().map_or_else(Vec::new, |c| c.diagonal().into_iter().map(f64::sqrt).collect());
    let flattest = (0..errors.len())
        .max_by(|a, b| errors.get(*a).partial_cmp(&errors.get(*b)).unwrap_or(std::cmp::Ordering::Equal));
    let flat = flattest.filter(|i| errors.get(*i).is_none_or(|e| *e > FLAT));
    let model = AnyModel::at_logs(name, base);
    let edge = model.as_ref().is_none_or(|m| m.is_edge(histories));
    let interior = search.outcome.is_converged() && !errors.is_empty() && flat.is_none() && !edge;
    let found = -search.at.value;
    let outcome = if interior {
        FitOutcome::Interior
    } else {
        let runs = match search.outcome {
            Outcome::Diverging { parameter, .. } => Some(parameter),
            _ => flat,
        };
        ended(name, histories, design, found, runs, coefficients, size)
    };
    let (k, log_likelihood) = match outcome {
        FitOutcome::Boundary { log_likelihood, .. } => (2 + columns, log_likelihood),
        _ => (start.len(), found),
    };
    let names = model.as_ref().map(PurchaseModel::parameters).unwrap_or_default();
    let parameters = names.iter().zip(base).zip(&errors).map(|(((name, _), log), error)| Parameter {
        name,
        value: exp(*log),
        standard_error: Some(error * exp(*log)),
        interval: Some((exp(log - Z * error), exp(log + Z * error))),
    });
    let of_columns = coefficients.iter().zip(errors.iter().skip(size)).enumerate();
    let of_columns = of_columns.map(|(i, (value, error))| {
        let process = acts.get(i / columns).map_or(Process::Purchases, |a| a.2);
        Coefficient::new(i % columns, process, *value, *error)
    });
    let whole = model.and_then(|m| CovariateModel::new(m, coefficients.to_vec(), Arc::clone(design)));
    let n = histories.customers();
    Fit {
        model: whole.filter(|_| interior).map(|m| AnyModel::Covariates(Arc::new(m))),
        parameters: if interior { parameters.collect() } else { Vec::new() },
        coefficients: if interior { of_columns.collect() } else { Vec::new() },
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

/// Odds of leaving within this many powers of e of the others' are no separation, however a and b run.
const APART: f64 = 8.0;

/// How a search ended that has no maximum inside; `runs` is what runs away or is known least.
fn ended(
    name: &'static str,
    histories: &Collapsed,
    design: &Arc<Design>,
    found: f64,
    runs: Option<usize>,
    coefficients: &[f64],
    size: usize,
) -> FitOutcome {
    let unidentified = |parameter, why| FitOutcome::NotIdentified { parameter, why };
    if !found.is_finite() {
        return unidentified(None, Unidentified::NotFinite);
    }
    if name != Nbd::NAME {
        // Where nobody leaves, what acts on leaving acts on nothing.
        let loyal = fit(Nbd::NAME, histories, design);
        if loyal.is_interior() && loyal.log_likelihood >= found - CLOSE * (1.0 + found.abs()) {
            return FitOutcome::Boundary { nested: Nested::Nbd, log_likelihood: loyal.log_likelihood };
        }
    }
    let columns = design.columns.len();
    let acts = moves(name);
    match runs {
        Some(i) if i >= size => {
            let column = (i - size) % columns;
            let process = acts.get((i - size) / columns).map_or(Process::Purchases, |a| a.2);
            let of = |k: usize| coefficients.get(k * columns + column).copied().unwrap_or(0.0);
            if process == Process::Purchases || acts.len() < 3 || (of(1) - of(2)).abs() > APART {
                // What tells leavers from stayers is what weighs for leaving against what weighs against it.
                let process = if process == Process::Purchases { process } else { Process::Leaving };
                return FitOutcome::Separated { column, process };
            }
            // Both run the same way: customers of the level hardly differ in their odds, which is no separation.
            unidentified(
                fit::parameter_names(name).get(2 + (i - size) / columns - 1).copied(),
                Unidentified::Flat,
            )
        }
        Some(i) => unidentified(fit::parameter_names(name).get(i).copied(), Unidentified::Flat),
        None => unidentified(None, Unidentified::Stalled),
    }
}

/// What covariates do, as it can be read: to the rate of purchases, and to the rate or the odds of leaving. Where leaving
/// is a coin its odds are a/b, so that the coefficients of b are taken from those of a.
pub(super) fn effects<M>(fit: &Fit<M>) -> Vec<Coefficient> {
    let columns = fit.coefficients.iter().filter(|c| c.process == Process::Purchases).count();
    let one = |(i, c): (usize, &Coefficient)| match c.process {
        Process::Purchases => Some(*c),
        Process::Staying => None,
        Process::Leaving => {
            let Some(stays) = fit.coefficients.get(i + columns) else { return Some(*c) };
            let covariance = fit.ln_covariance.as_ref()?;
            let at = fit.parameters.len() + i;
            let joint = covariance.at(at, at + columns);
            let variance = covariance.at(at, at) + covariance.at(at + columns, at + columns) - 2.0 * joint;
            Some(Coefficient::new(c.column, c.process, c.value - stays.value, variance.max(0.0).sqrt()))
        }
    };
    fit.coefficients.iter().enumerate().filter_map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clv::{BgNbd, DesignColumn, History, MbgNbd, ParetoNbd};
    use naata_math::{Dual2, Gamma, Rng};
    use naata_testkit::{assert_close, relative};

    /// A design of plain columns.
    fn design(rows: &[Vec<f64>]) -> Arc<Design> {
        let columns = rows.first().map_or(0, Vec::len);
        let column =
            |i: usize| DesignColumn { fact: format!("z{i}"), level: None, against: None, scale: None };
        let mut out = Design { columns: (0..columns).map(column).collect(), ..Design::default() };
        out.patterns.push(vec![0.0; columns]);
        out.patterns.extend(rows.iter().cloned());
        Arc::new(out)
    }

    /// A few hundred customers of some patterns.
    fn customers(patterns: u32, n: u32) -> Vec<History> {
        let one = |i: u32| {
            let x = i * 7 % 11 % 6;
            let age = 30.0 + f64::from(i * 13 % 40);
            let t_x = if x == 0 { 0.0 } else { age * (0.2 + f64::from(i * 5 % 17) / 22.0) };
            History::new(x, t_x, age).unwrap().with_pattern(i % patterns)
        };
        (0..n).map(one).collect()
    }

    const MODELS: [&str; 4] = [BgNbd::NAME, MbgNbd::NAME, ParetoNbd::NAME, Nbd::NAME];

    #[test]
    fn coefficients_of_zero_are_the_plain_model() {
        let d = design(&[vec![1.0, -0.5], vec![0.0, 2.0]]);
        let histories = Collapsed::new(&customers(3, 300));
        let without: Vec<History> = customers(3, 300).iter().map(|h| h.with_pattern(0)).collect();
        let plain = Collapsed::new(&without);
        for name in MODELS {
            let mut point = AnyModel::start(name, &plain);
            let theirs = AnyModel::derivatives(name, &point, &plain).unwrap();
            point.extend(vec![0.0; 2 * moves(name).len()]);
            let ours = derivatives(name, &point, &histories.by_pattern(), &d).unwrap();
            assert_close(name, ours.value, theirs.value, 1e-13);
            for (a, b) in ours.gradient.iter().zip(&theirs.gradient) {
                assert!((a - b).abs() < 1e-10 * (1.0 + b.abs()), "{name}: {a} {b}");
            }
        }
    }

    #[test]
    fn a_second_likelihood_written_out_has_the_same_derivatives() {
        let zs = [0.0, 1.0, -0.7];
        let d = design(&[vec![zs[1]], vec![zs[2]]]);
        let all = customers(3, 200);
        for (name, first_toss) in [(BgNbd::NAME, 0), (MbgNbd::NAME, 1)] {
            let point = [-0.4, 1.9, -0.2, 0.8, 0.3, -0.45, 0.25];
            let theirs: Dual2<7> = all
                .iter()
                .map(|h| {
                    let [r, alpha, a, b, g, e, f] = Dual2::<7>::parameters(point);
                    let z = zs[h.pattern() as usize];
                    let (r, b) = (r.exp(), (b + f * z).exp());
                    let (alpha, a) = ((alpha - g * z).exp(), (a + e * z).exp());
                    let (x, n) = (f64::from(h.x()), f64::from(h.x() + first_toss));
                    let common = r.ln_rising(x) + r * alpha.ln() - a.ln_beta(&b);
                    let alive = a.ln_beta(&(b + n)) - (r + x) * (alpha + h.age()).ln();
                    if n == 0.0 {
                        return common + alive;
                    }
                    let gone = (a + 1.0).ln_beta(&(b + (n - 1.0))) - (r + x) * (alpha + h.t_x()).ln();
                    common + alive.ln_add_exp(&gone)
                })
                .sum();
            let ours = derivatives(name, &point, &Collapsed::new(&all).by_pattern(), &d).unwrap();
            assert_close(name, ours.value, theirs.value, 1e-12);
            for i in 0..7 {
                assert!(
                    (ours.gradient[i] - theirs.gradient[i]).abs() < 1e-9 * (1.0 + theirs.gradient[i].abs())
                );
                for j in 0..7 {
                    let (x, y) = (ours.hessian.at(i, j), theirs.hessian[i][j]);
                    assert!((x - y).abs() < 1e-9 * (1.0 + y.abs()), "{name} {i} {j}: {x} {y}");
                }
            }
        }
    }

    #[test]
    fn derivatives_match_differences() {
        let d = design(&[vec![1.0], vec![-0.7]]);
        let groups = Collapsed::new(&customers(3, 120)).by_pattern();
        for (name, point) in [
            (BgNbd::NAME, &[0.2, 2.0, -0.5, 0.9, 0.25, -0.4, 0.3][..]),
            (MbgNbd::NAME, &[0.2, 2.0, -0.5, 0.9, 0.25, -0.4, 0.3]),
            (ParetoNbd::NAME, &[0.2, 2.0, -0.5, 2.4, 0.25, -0.4]),
            (Nbd::NAME, &[0.2, 2.0, 0.25]),
        ] {
            let at = |p: &[f64]| derivatives(name, p, &groups, &d).unwrap();
            let here = at(point);
            for i in 0..point.len() {
                let moved = |by: f64| {
                    let mut p = point.to_vec();
                    p[i] += by;
                    at(&p)
                };
                let (up, down) = (moved(1e-4), moved(-1e-4));
                let slope = (up.value - down.value) / 2e-4;
                assert!((slope - here.gradient[i]).abs() < 1e-5 * (1.0 + slope.abs()), "{name} {i}");
                for j in 0..point.len() {
                    let bend = (up.gradient[j] - down.gradient[j]) / 2e-4;
                    assert!(
                        (bend - here.hessian.at(i, j)).abs() < 1e-5 * (1.0 + bend.abs()),
                        "{name} {i} {j}"
                    );
                }
            }
        }
    }

    /// Customers of a world in which a yes-or-no makes purchases exp(g) times as frequent, and moves the logarithms of a,
    /// or of the rate of leaving, by d and that of b by e.
    fn world(n: u32, seed: u64, name: &str, [g, d, e]: [f64; 3]) -> Vec<History> {
        let mut rng = Rng::new(seed);
        let draw = |i: u32| {
            let z = f64::from(i % 2);
            let (alpha, a, b) = (6.0 * exp(-g * z), 0.9 * exp(d * z), 2.5 * exp(e * z));
            let model = match name {
                BgNbd::NAME => BgNbd::new(0.8, alpha, a, b).map(AnyModel::BgNbd),
                MbgNbd::NAME => MbgNbd::new(0.8, alpha, a, b).map(AnyModel::MbgNbd),
                _ => ParetoNbd::new(0.9, alpha, 0.7, 12.0 * exp(-d * z)).map(AnyModel::ParetoNbd),
            };
            let age = 40.0 + rng.uniform() * 20.0;
            model.unwrap().draw(age, &mut rng).unwrap().with_pattern(i % 2)
        };
        (0..n).map(draw).collect()
    }

    #[test]
    fn what_drives_a_drawn_world_is_recovered() {
        let d = design(&[vec![1.0]]);
        let mut inside = [0; 2];
        for seed in 0..6 {
            for name in [BgNbd::NAME, MbgNbd::NAME, ParetoNbd::NAME] {
                let truth = [0.5, -0.6, 0.4];
                let fit = fit(name, &Collapsed::new(&world(6_000, seed, name, truth)), &d);
                assert_eq!(fit.outcome, FitOutcome::Interior, "{name} {seed}");
                for (c, truth) in fit.coefficients.iter().zip(truth) {
                    inside[0] += i32::from(c.interval.0 <= truth && truth <= c.interval.1);
                }
                let both = effects(&fit);
                let odds = if name == ParetoNbd::NAME { -0.6 } else { -1.0 };
                assert_eq!(both.len(), 2);
                for (c, truth) in both.iter().zip([0.5, odds]) {
                    inside[1] += i32::from(c.interval.0 <= truth && truth <= c.interval.1);
                    // What was planted is found: no interval reaches 0 on the rate of purchases.
                    assert!(c.process != Process::Purchases || c.p < 1e-3, "{name} {seed}: {c:?}");
                }
            }
        }
        // 48 and 36 intervals at 95 %: fewer than 41 and 30 with probabilities below 0.7 % and 0.9 %.
        assert!(inside[0] >= 41 && inside[1] >= 30, "{inside:?} of 48 and 36 intervals hold the truth");
    }

    #[test]
    fn what_does_nothing_is_not_found() {
        let d = design(&[vec![1.0]]);
        let mut found = 0;
        for seed in 20..30 {
            for name in [BgNbd::NAME, ParetoNbd::NAME] {
                let fit = fit(name, &Collapsed::new(&world(2_000, seed, name, [0.0; 3])), &d);
                assert_eq!(fit.outcome, FitOutcome::Interior, "{name} {seed}");
                found += effects(&fit).iter().filter(|c| c.p < 0.05).count();
            }
        }
        // 40 tests at 5 %: more than 6 with a probability of 1.4 %.
        assert!(found <= 6, "{found} of 40");
    }

    #[test]
    fn neither_the_scale_of_a_column_nor_the_order_of_customers_matters() {
        let mut all = world(4_000, 3, BgNbd::NAME, [0.4, 0.3, 0.0]);
        let one = fit(BgNbd::NAME, &Collapsed::new(&all), &design(&[vec![1.0]]));
        let ten = fit(BgNbd::NAME, &Collapsed::new(&all), &design(&[vec![10.0]]));
        assert_close("log-likelihood", ten.log_likelihood, one.log_likelihood, 1e-12);
        for (a, b) in one.coefficients.iter().zip(&ten.coefficients) {
            assert!(relative(10.0 * b.value, a.value) < 1e-8, "{a:?} {b:?}");
            assert!(relative(10.0 * b.standard_error, a.standard_error) < 1e-6);
        }
        all.reverse();
        let again = fit(BgNbd::NAME, &Collapsed::new(&all), &design(&[vec![1.0]]));
        assert_eq!(again, one);
        assert!(one.iterations <= 20 && one.gradient_norm < 1e-6, "{} {}", one.iterations, one.gradient_norm);
        let plain = BgNbd::fit(&Collapsed::new(&all.iter().map(|h| h.with_pattern(0)).collect::<Vec<_>>()));
        assert!(one.log_likelihood > plain.log_likelihood);
    }

    #[test]
    fn a_column_whose_customers_never_come_back_separates() {
        let mut all = world(1_000, 5, BgNbd::NAME, [0.0; 3]);
        for h in all.iter_mut().filter(|h| h.pattern() == 1) {
            *h = History::new(0, 0.0, h.age()).unwrap().with_pattern(1);
        }
        for name in MODELS {
            let found = fit(name, &Collapsed::new(&all), &design(&[vec![1.0]]));
            let FitOutcome::Separated { column: 0, process: _ } = found.outcome else {
                panic!("{name}: {:?}", found.outcome)
            };
            assert!(found.model.is_none() && found.coefficients.is_empty() && found.parameters.is_empty());
        }
    }

    #[test]
    fn without_leaving_the_simpler_model_is_named() {
        let mut rng = Rng::new(9);
        let rates = Gamma::new(1.5, 8.0).unwrap();
        let loyal: Vec<History> = (0..1_200u32)
            .map(|i| {
                let rate = rates.sample(&mut rng) * if i % 2 == 1 { 1.6 } else { 1.0 };
                let (mut x, mut t_x, mut t) = (0, 0.0, 0.0);
                loop {
                    t += rng.exponential() / rate;
                    if t > 40.0 {
                        break;
                    }
                    (x, t_x) = (x + 1, t);
                }
                History::new(x, t_x, 40.0).unwrap().with_pattern(i % 2)
            })
            .collect();
        let histories = Collapsed::new(&loyal);
        let d = design(&[vec![1.0]]);
        let nbd = fit(Nbd::NAME, &histories, &d);
        assert_eq!(nbd.outcome, FitOutcome::Interior);
        let (low, high) = nbd.coefficients[0].interval;
        assert!(low < ln(1.6) && ln(1.6) < high);
        for name in [BgNbd::NAME, MbgNbd::NAME, ParetoNbd::NAME] {
            let found = fit(name, &histories, &d);
            // By chance a model with leaving may fit a trifle better; it then says what it cannot tell.
            match found.outcome {
                FitOutcome::Boundary { nested, log_likelihood } => {
                    assert_eq!((nested, log_likelihood), (Nested::Nbd, nbd.log_likelihood), "{name}");
                }
                FitOutcome::NotIdentified { .. } | FitOutcome::Separated { .. } => {
                    assert!(found.log_likelihood < nbd.log_likelihood + 4.0, "{name}");
                }
                FitOutcome::Interior => panic!("{name}: {:?}", found.parameters),
            }
            assert!(found.model.is_none());
        }
    }
}
