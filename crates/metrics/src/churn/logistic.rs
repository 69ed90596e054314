//! The chance that each customer leaves: logistic regression that explains every score.
//!
//! # Formula
//! `ln(p / (1 - p)) = b0 + b'x`, maximum likelihood by Newton's method (iteratively reweighted least squares);
//! standard errors from the inverse information; the contribution of a column to a score is `b (x - mean)`.
//!
//! # Source
//! Cox, 1958; Albert and Anderson, 1984 (when there is no maximum).

use crate::Error;
use crate::churn::columns::{
    Coefficient, Covariate, Design, Fitted, LikelihoodRatio, Runs, furthest, order, runaway,
};
use crate::estimate::Z;
use naata_math::linalg::dot;
use naata_math::optimise::{Derivatives, Outcome, Settings, minimise};
use naata_math::{Cholesky, Matrix, exp, ln, ln_1p, logistic as inverse_logit, logit, sqrt};

/// A logistic regression.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Logistic {
    /// The rows.
    pub n: u64,
    /// Those that left.
    pub left: u64,
    /// The constant.
    pub intercept: Coefficient,
    /// One coefficient a column.
    pub coefficients: Vec<Coefficient>,
    /// The means of the columns over the rows.
    pub means: Vec<f64>,
    /// The log-likelihood.
    pub log_likelihood: f64,
    /// That of a model without columns.
    pub null_log_likelihood: f64,
    /// The model against none.
    pub likelihood_ratio: LikelihoodRatio,
    /// Steps of the search.
    pub iterations: usize,
    /// The largest entry of the gradient that remains, on the scale of columns of spread 1.
    pub gradient_norm: f64,
    /// The covariances of the constant and the coefficients of centred and scaled columns.
    covariance: Matrix,
    scales: Vec<f64>,
}

/// What one column adds to one score.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Contribution {
    /// The column, counted from 0.
    pub column: usize,
    /// What it adds to the logit, against a row with the mean of the column.
    pub logit: f64,
}

impl Logistic {
    /// The chance of leaving of a row.
    pub fn probability(&self, x: &[f64]) -> f64 {
        let sum: f64 = self.coefficients.iter().zip(x).map(|(c, v)| c.value * v).sum();
        inverse_logit(self.intercept.value + sum)
    }

    /// The 95 % interval of the chance of a row: how well the model knows it, not what the row will do.
    pub fn interval(&self, x: &[f64]) -> Option<(f64, f64)> {
        let scaled = x.iter().zip(self.means.iter().zip(&self.scales)).map(|(v, (m, s))| (v - m) / s);
        let row: Vec<f64> = std::iter::once(1.0).chain(scaled).collect();
        let half = Z * sqrt(dot(&self.covariance.times(&row).ok()?, &row));
        let middle = logit(self.probability(x));
        middle.is_finite().then(|| (inverse_logit(middle - half), inverse_logit(middle + half)))
    }

    /// What speaks for and against leaving of a row: the `top` largest contributions, either way.
    pub fn contributions(&self, x: &[f64], top: usize) -> Vec<Contribution> {
        let terms = self.coefficients.iter().zip(x.iter().zip(&self.means)).enumerate();
        let mut all: Vec<Contribution> =
            terms.map(|(column, (c, (v, m)))| Contribution { column, logit: c.value * (v - m) }).collect();
        all.sort_by(|a, b| b.logit.abs().total_cmp(&a.logit.abs()).then(a.column.cmp(&b.column)));
        all.truncate(top);
        all
    }
}

/// Equal rows, with how many there are and how many of them left. A leading 1 stands for the constant.
struct Cell {
    row: Vec<f64>,
    n: f64,
    left: f64,
}

fn cells(left: &[bool], design: &Design) -> Vec<Cell> {
    let mut rows: Vec<(&Vec<f64>, bool)> = design.rows.iter().zip(left.iter().copied()).collect();
    rows.sort_by(|a, b| order(a.0, b.0));
    rows.chunk_by(|a, b| a.0 == b.0)
        .filter_map(|same| {
            let row = std::iter::once(1.0).chain(same.first()?.0.iter().copied()).collect();
            Some(Cell { row, n: same.len() as f64, left: same.iter().filter(|r| r.1).count() as f64 })
        })
        .collect()
}

/// Minus the log-likelihood with its derivatives.
fn objective(cells: &[Cell], beta: &[f64]) -> Derivatives {
    let p = beta.len();
    let mut value = 0.0;
    let mut gradient = vec![0.0; p];
    let mut hessian = vec![0.0; p * (p + 1) / 2];
    for c in cells {
        let eta = dot(&c.row, beta);
        // ln(1 + e^eta) without overflow.
        let softplus = if eta > 0.0 { eta + ln_1p(exp(-eta)) } else { ln_1p(exp(eta)) };
        value += c.n * softplus - c.left * eta;
        let (share, rest) = (inverse_logit(eta), inverse_logit(-eta));
        // Leavers short of the expected: n p - k, without cancellation for a chance near 1.
        let off = (c.n - c.left) * share - c.left * rest;
        let weight = c.n * share * rest;
        let mut cell = hessian.iter_mut();
        for (i, x) in c.row.iter().enumerate() {
            if let Some(g) = gradient.get_mut(i) {
                *g += off * x;
            }
            let wx = weight * x;
            for (y, h) in c.row.iter().take(i + 1).zip(&mut cell) {
                *h += wx * y;
            }
        }
    }
    Derivatives { value, gradient, hessian: crate::churn::cox::unpacked(&hessian, p) }
}

/// A column on which leavers lie on one side of stayers, or meet them in one value: also a level that all leave, or
/// nobody does. The likelihood then has no maximum.
fn separating(left: &[bool], design: &Design) -> Option<(usize, Runs)> {
    (0..design.columns()).find_map(|j| {
        let none = (f64::INFINITY, f64::NEG_INFINITY);
        let (mut leavers, mut stayers) = (none, none);
        for (row, left) in design.rows.iter().zip(left) {
            let (low, high) = if *left { &mut leavers } else { &mut stayers };
            let x = row.get(j).copied().unwrap_or(0.0);
            (*low, *high) = (low.min(x), high.max(x));
        }
        if leavers.0 >= stayers.1 {
            Some((j, Runs::Up))
        } else if leavers.1 <= stayers.0 {
            Some((j, Runs::Down))
        } else {
            None
        }
    })
}

/// Fits a logistic regression.
///
/// # Errors
/// A column of another length, or with a value that is no finite number; no rows; nobody left, or everybody.
///
/// # Example
/// ```
/// use naata_metrics::churn::{Covariate, logistic};
/// // Of 10 with a reopened ticket 5 left, of 30 without 6: the odds are 1 to 1 against 1 to 4.
/// let reopened: Vec<f64> = (0..40).map(|i| f64::from(u8::from(i < 10))).collect();
/// let left: Vec<bool> = (0..40).map(|i| i < 5 || (10..16).contains(&i)).collect();
/// let fit = logistic(&left, &[Covariate::new("reopened", &reopened)])?;
/// let odds = fit.model().unwrap().coefficients[0].value;
/// assert!((odds - 4f64.ln()).abs() < 1e-12);
/// # Ok::<(), naata_metrics::Error>(())
/// ```
pub fn logistic(left: &[bool], covariates: &[Covariate<'_>]) -> Result<Fitted<Logistic>, Error> {
    let n = left.len();
    let leavers = left.iter().filter(|l| **l).count();
    if n == 0 {
        return Err(Error::Nobody);
    }
    if leavers == 0 || leavers == n {
        return Err(Error::OneOutcome { left: leavers as u64, n: n as u64 });
    }
    let design = Design::new(covariates, n)?;
    let columns = design.dependent()?;
    if !columns.is_empty() {
        return Ok(Fitted::Dependent { columns });
    }
    let named = |column: usize, runs: Runs| Fitted::Separated {
        column: design.names.get(column).cloned().unwrap_or_default(),
        runs,
    };
    if let Some((column, runs)) = separating(left, &design) {
        return Ok(named(column, runs));
    }
    let cells = cells(left, &design);
    let (k, all) = (leavers as f64, n as f64);
    let mut start = vec![0.0; design.columns() + 1];
    if let Some(b0) = start.first_mut() {
        *b0 = ln(k / (all - k));
    }
    let null = objective(&cells, &start);
    let fit = minimise(&start, &Settings::default(), |b| objective(&cells, b));
    // The constant may well be far from zero; it is a column that is named.
    let of_column = |found: (usize, Runs)| match found.0.checked_sub(1) {
        Some(column) => (column, found.1),
        None => furthest(fit.point.get(1..).unwrap_or(&[])),
    };
    let (iterations, gradient_norm) =
        match (fit.outcome, runaway(&null.hessian, &fit.at.hessian, &fit.point).map(of_column)) {
            (_, Some((column, runs))) => return Ok(named(column, runs)),
            (Outcome::Converged { iterations, gradient_norm }, None) => (iterations, gradient_norm),
            (Outcome::Diverging { .. }, None) => {
                let (column, runs) = furthest(fit.point.get(1..).unwrap_or(&[]));
                return Ok(named(column, runs));
            }
            (other, None) => return Ok(Fitted::NotIdentified { why: format!("{other:?}") }),
        };
    let covariance = Cholesky::new(&fit.at.hessian)?.inverse();
    let slopes = fit.point.get(1..).unwrap_or(&[]);
    let values = design.unscaled(slopes);
    let coefficients = values
        .iter()
        .zip(design.names.iter().zip(&design.scales).enumerate())
        .map(|(b, (j, (name, scale)))| {
            Coefficient::new(name.clone(), *b, sqrt(covariance.at(j + 1, j + 1)) / scale)
        })
        .collect::<Result<Vec<_>, _>>()?;
    let (log_likelihood, null_log_likelihood) = (-fit.at.value, -null.value);
    let degrees = design.columns();
    Ok(Fitted::Interior(Logistic {
        n: n as u64,
        left: leavers as u64,
        intercept: intercept(&fit.point, &values, &design, &covariance)?,
        coefficients,
        log_likelihood,
        null_log_likelihood,
        likelihood_ratio: LikelihoodRatio::new(log_likelihood, null_log_likelihood, degrees)?,
        iterations,
        gradient_norm,
        covariance,
        means: design.means,
        scales: design.scales,
    }))
}

/// The constant on the scale of the data: that of centred columns less what the means add.
fn intercept(
    point: &[f64],
    values: &[f64],
    design: &Design,
    covariance: &Matrix,
) -> Result<Coefficient, Error> {
    let scaled = point.first().copied().unwrap_or(0.0);
    let value = scaled - dot(values, &design.means);
    let weights: Vec<f64> =
        std::iter::once(1.0).chain(design.means.iter().zip(&design.scales).map(|(m, s)| -m / s)).collect();
    let variance = dot(&covariance.times(&weights)?, &weights);
    Coefficient::new("const".into(), value, sqrt(variance))
}

#[cfg(test)]
mod tests {
    use super::*;
    use naata_testkit::assert_close;
    use proptest::prelude::*;

    #[test]
    fn the_o_rings_of_the_space_shuttle() {
        // Challenger O-rings, 23 flights before the accident (Dalal, Fowlkes and Hoadley, 1989): intercept 15.043,
        // slope -0.232 with standard errors 7.379 and 0.108.
        let t = [
            66., 70., 69., 68., 67., 72., 73., 70., 57., 63., 70., 78., 67., 53., 67., 75., 70., 81., 76.,
            79., 75., 76., 58.,
        ];
        let damaged = [0, 1, 0, 0, 0, 0, 0, 0, 1, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 0, 1].map(|d| d == 1);
        let fit = logistic(&damaged, &[Covariate::new("temperature", &t)]).unwrap();
        let Fitted::Interior(m) = fit else { panic!("{fit:?}") };
        for (found, expected) in [
            (m.intercept.value, 15.043),
            (m.intercept.standard_error, 7.379),
            (m.coefficients[0].value, -0.232),
            (m.coefficients[0].standard_error, 0.108),
        ] {
            assert!((found - expected).abs() < 6e-4, "{found} is not {expected}");
        }
        assert_close("at 31", m.probability(&[31.0]), 0.9996, 1e-4);
        // At the mean the interval is that of the constant of the centred column.
        let (low, high) = m.interval(&[31.0]).unwrap();
        assert!(
            low < 0.6 && 0.9999 < high,
            "far below all that was seen nothing is known well: {low} {high}"
        );
        let (low, high) = m.interval(&m.means).unwrap();
        assert!(0.08 < low && high < 0.55, "{low} {high}");
    }

    fn ending(left: &[bool], columns: &[(&str, &[f64])]) -> Fitted<Logistic> {
        let covariates: Vec<Covariate<'_>> = columns.iter().map(|(n, v)| Covariate::new(n, v)).collect();
        logistic(left, &covariates).unwrap()
    }

    #[test]
    fn separation_names_the_column() {
        let left = [true, true, true, false, false, false, false, true];
        let noise = [1.0, 0.0, 2.0, 1.0, 0.0, 2.0, 1.0, 1.0];
        let whole = [5.0, 6.0, 7.0, 1.0, 2.0, 3.0, 4.0, 9.0];
        let touching = [5.0, 6.0, 4.0, 1.0, 2.0, 3.0, 4.0, 9.0];
        let never = [0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0];
        for (name, column, runs) in
            [("whole", &whole, Runs::Up), ("touching", &touching, Runs::Up), ("never", &never, Runs::Down)]
        {
            let found = ending(&left, &[("noise", &noise), (name, column)]);
            assert_eq!(found, Fitted::Separated { column: name.into(), runs });
        }
    }

    #[test]
    fn columns_that_separate_only_together_are_found() {
        // Leavers have a + b = 5, stayers 4; each column alone takes the same values in both groups.
        let a: Vec<f64> = (0..16).map(|i| f64::from(i / 2 % 4)).collect();
        let left: Vec<bool> = (0..16).map(|i| i % 2 == 0).collect();
        let b: Vec<f64> = a.iter().zip(&left).map(|(a, l)| if *l { 5.0 - a } else { 4.0 - a }).collect();
        let found = ending(&left, &[("a", &a), ("b", &b)]);
        assert!(matches!(found, Fitted::Separated { runs: Runs::Up, .. }), "{found:?}");
    }

    #[test]
    fn a_rare_level_that_always_leaves_is_separation_not_a_large_coefficient() {
        let left: Vec<bool> = (0..5_000).map(|i| i == 0 || i % 3 == 1).collect();
        let rare: Vec<f64> = (0..5_000).map(|i| f64::from(u8::from(i == 0))).collect();
        assert_eq!(
            ending(&left, &[("rare", &rare)]),
            Fitted::Separated { column: "rare".into(), runs: Runs::Up }
        );
    }

    #[test]
    fn a_score_is_the_sum_of_its_contributions() {
        let x: Vec<f64> = (0..60).map(|i| f64::from(i * 7 % 13)).collect();
        let y: Vec<f64> = (0..60).map(|i| f64::from(i * 5 % 11)).collect();
        let left: Vec<bool> = (0..60).map(|i| (i * 7 % 13) + (i * 3 % 7) > 9).collect();
        let Fitted::Interior(m) = ending(&left, &[("x", &x), ("y", &y)]) else { panic!("no model") };
        let row = [x[3], y[3]];
        let parts = m.contributions(&row, 5);
        assert!(parts.len() == 2 && parts[0].logit.abs() >= parts[1].logit.abs());
        let base = logit(m.probability(&m.means));
        let sum: f64 = base + parts.iter().map(|c| c.logit).sum::<f64>();
        assert_close("sum", inverse_logit(sum), m.probability(&row), 1e-13);
    }

    fn any_rows() -> impl Strategy<Value = Vec<(bool, f64, f64)>> {
        prop::collection::vec((any::<bool>(), 0u8..2, -3i8..4), 2..60)
            .prop_map(|v| v.into_iter().map(|(l, a, b)| (l, f64::from(a), f64::from(b))).collect())
    }

    fn of_rows(rows: &[(bool, f64, f64)]) -> Result<Fitted<Logistic>, Error> {
        let left: Vec<bool> = rows.iter().map(|r| r.0).collect();
        let a: Vec<f64> = rows.iter().map(|r| r.1).collect();
        let b: Vec<f64> = rows.iter().map(|r| r.2).collect();
        logistic(&left, &[Covariate::new("a", &a), Covariate::new("b", &b)])
    }

    proptest! {
        #[test]
        fn order_does_not_matter(
            (rows, shuffled) in any_rows().prop_flat_map(|r| (Just(r.clone()), Just(r).prop_shuffle())),
        ) {
            prop_assert_eq!(of_rows(&rows), of_rows(&shuffled));
        }

        #[test]
        fn a_model_meets_the_data_on_average_or_gives_a_reason(rows in any_rows()) {
            match of_rows(&rows) {
                Ok(Fitted::Interior(m)) => {
                    // The equations of the maximum: expected and actual leavers agree, in all and weighted by a column.
                    let expected = |f: &dyn Fn(&(bool, f64, f64)) -> f64| rows.iter().map(|r| f(r) * m.probability(&[r.1, r.2])).sum::<f64>();
                    let actual = |f: &dyn Fn(&(bool, f64, f64)) -> f64| rows.iter().filter(|r| r.0).map(f).sum::<f64>();
                    prop_assert!((expected(&|_| 1.0) - actual(&|_| 1.0)).abs() < 1e-8);
                    prop_assert!((expected(&|r| r.2) - actual(&|r| r.2)).abs() < 1e-7);
                    prop_assert!(m.coefficients.iter().all(|c| c.standard_error > 0.0 && c.standard_error.is_finite()));
                }
                Ok(Fitted::NotIdentified { why }) => prop_assert!(false, "{why}"),
                Ok(_) => {}
                Err(e) => prop_assert_eq!(e.code(), "metrics.one_outcome"),
            }
        }
    }
}
