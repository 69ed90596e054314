//! The columns of a regression, and how a fit can end.
//!
//! Before a fit each column is centred and scaled to spread 1, so that a step of the search means the same for all,
//! and a column that the others determine is named instead of being fitted.

use crate::Error;
use naata_math::linalg::dependent_columns;
use naata_math::{Cholesky, Matrix, exact_sum, sqrt};

/// A column of a regression: its name and one number a row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Covariate<'a> {
    /// The name, for results and refusals.
    pub name: &'a str,
    /// The values.
    pub values: &'a [f64],
}

impl<'a> Covariate<'a> {
    /// A column.
    pub fn new(name: &'a str, values: &'a [f64]) -> Self {
        Self { name, values }
    }
}

/// Which way a coefficient would run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Runs {
    /// To ever larger values: with more of the column, leaving is certain in these data.
    Up,
    /// To ever smaller values: with more of the column, staying is certain in these data.
    Down,
}

/// How a fit ended. Only an interior maximum has figures.
#[derive(Clone, Debug, PartialEq)]
pub enum Fitted<M> {
    /// The likelihood has its maximum inside: the model.
    Interior(M),
    /// A column tells leavers from stayers without error, alone or together with others: its coefficient has no
    /// finite best value.
    Separated {
        /// The column.
        column: String,
        /// Which way its coefficient runs.
        runs: Runs,
    },
    /// Columns are constant, or determined by those before them: found before fitting.
    Dependent {
        /// The columns.
        columns: Vec<String>,
    },
    /// The search ended without a maximum.
    NotIdentified {
        /// Why.
        why: String,
    },
}

impl<M> Fitted<M> {
    /// The model, when there is one.
    pub fn model(&self) -> Option<&M> {
        match self {
            Self::Interior(m) => Some(m),
            _ => None,
        }
    }
}

/// One coefficient of a regression.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Coefficient {
    /// The column.
    pub name: String,
    /// The estimate, on the scale of the column.
    pub value: f64,
    /// Its standard error: inverse observed information.
    pub standard_error: f64,
    /// The 95 % interval.
    pub interval: (f64, f64),
    /// Estimate over standard error.
    pub z: f64,
    /// The chance of a `z` as far from zero if the column had no part in it (two-sided).
    pub p: f64,
}

impl Coefficient {
    pub(crate) fn new(name: String, value: f64, standard_error: f64) -> Result<Self, Error> {
        use crate::estimate::Z;
        let z = value / standard_error;
        let p = naata_math::erfc(z.abs() / std::f64::consts::SQRT_2);
        let interval = (value - Z * standard_error, value + Z * standard_error);
        Ok(Self { name, value, standard_error, interval, z, p })
    }
}

/// A fit's likelihood against that of a model without columns.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct LikelihoodRatio {
    /// Twice the difference of the log-likelihoods.
    pub statistic: f64,
    /// The number of columns.
    pub degrees: usize,
    /// The chance of as large a statistic if no column had a part in it; 1 without columns.
    pub p: f64,
}

impl LikelihoodRatio {
    pub(crate) fn new(fitted: f64, null: f64, degrees: usize) -> Result<Self, Error> {
        let statistic = (2.0 * (fitted - null)).max(0.0);
        let p = if degrees == 0 { 1.0 } else { naata_math::ChiSquared::new(degrees as f64)?.sf(statistic) };
        Ok(Self { statistic, degrees, p })
    }
}

/// What must remain of a column after the others explain it, relative to its length.
const INDEPENDENT: f64 = 1e-9;

/// The columns, centred and scaled, row by row.
#[derive(Clone, Debug)]
pub(crate) struct Design {
    pub(crate) names: Vec<String>,
    pub(crate) means: Vec<f64>,
    pub(crate) scales: Vec<f64>,
    pub(crate) rows: Vec<Vec<f64>>,
}

impl Design {
    /// Checks and scales columns of `n` rows.
    pub(crate) fn new(covariates: &[Covariate<'_>], n: usize) -> Result<Self, Error> {
        let mut design = Self {
            names: covariates.iter().map(|c| c.name.to_string()).collect(),
            means: Vec::new(),
            scales: Vec::new(),
            rows: vec![Vec::with_capacity(covariates.len()); n],
        };
        for c in covariates {
            if c.values.len() != n {
                let what = format!("the column '{}'", c.name);
                return Err(Error::Rows { what, expected: n, found: c.values.len() });
            }
            if let Some((row, value)) = c.values.iter().enumerate().find(|(_, v)| !v.is_finite()) {
                return Err(Error::Covariate { column: c.name.into(), row, value: value.to_string() });
            }
            // Exact sums: neither the order of rows nor their split can move the scale by a bit.
            let count = n as f64;
            let mean = exact_sum(c.values.iter().copied()) / count;
            let spread = sqrt(exact_sum(c.values.iter().map(|v| (v - mean) * (v - mean))) / count);
            let scale = if spread > 0.0 && spread.is_finite() { spread } else { 1.0 };
            design.means.push(mean);
            design.scales.push(scale);
            for (row, v) in design.rows.iter_mut().zip(c.values) {
                row.push((v - mean) / scale);
            }
        }
        Ok(design)
    }

    /// The columns that are constant or determined by those before them.
    pub(crate) fn dependent(&self) -> Result<Vec<String>, Error> {
        if self.names.is_empty() {
            return Ok(Vec::new());
        }
        // Equal rows say nothing twice; in a fixed order, so that the answer cannot depend on that of the rows.
        let mut rows: Vec<&Vec<f64>> = self.rows.iter().collect();
        rows.sort_by(|a, b| order(a, b));
        rows.dedup();
        let with_one: Vec<Vec<f64>> =
            rows.iter().map(|r| std::iter::once(1.0).chain(r.iter().copied()).collect()).collect();
        let found = dependent_columns(&Matrix::from_rows(&with_one)?, INDEPENDENT).dependent;
        let name = |j: &usize| self.names.get(j.checked_sub(1)?).cloned();
        Ok(found.iter().filter_map(name).collect())
    }

    pub(crate) fn columns(&self) -> usize {
        self.names.len()
    }

    /// Coefficients of scaled columns on the scale of the data.
    pub(crate) fn unscaled(&self, scaled: &[f64]) -> Vec<f64> {
        scaled.iter().zip(&self.scales).map(|(b, s)| b / s).collect()
    }
}

/// A fixed order of rows of numbers.
pub(crate) fn order(a: &[f64], b: &[f64]) -> std::cmp::Ordering {
    a.iter().zip(b).map(|(x, y)| x.total_cmp(y)).find(|o| o.is_ne()).unwrap_or(std::cmp::Ordering::Equal)
}

/// The share of a column's information that must be left at the end of a search.
///
/// Along a coefficient that runs away it falls without end; at a maximum in real data it keeps far more than this.
const INFORMATION_LEFT: f64 = 1e-9;

/// The column whose coefficient runs away, of a search that ended at `point` with the information `end`, having
/// started at zero with `start`; `None` where every column kept information of its own.
pub(crate) fn runaway(start: &Matrix, end: &Matrix, point: &[f64]) -> Option<(usize, Runs)> {
    // The information on one coefficient when the others are not known.
    let own = |m: &Matrix| Cholesky::new(m).ok().map(|c| c.inverse().diagonal());
    let lost: Vec<bool> = match (own(start), own(end)) {
        (Some(a), Some(b)) => a.iter().zip(&b).map(|(a, b)| *a <= INFORMATION_LEFT * b).collect(),
        _ => vec![true; point.len()],
    };
    let mut found = None::<(usize, f64)>;
    for (j, (b, lost)) in point.iter().zip(lost).enumerate() {
        if lost && found.is_none_or(|(_, most)| b.abs() > most.abs()) {
            found = Some((j, *b));
        }
    }
    found.map(|(j, b)| (j, if b > 0.0 { Runs::Up } else { Runs::Down }))
}

/// The column that moved furthest: the one to name when a search runs away.
pub(crate) fn furthest(point: &[f64]) -> (usize, Runs) {
    let nothing = Matrix::zeros(point.len(), point.len());
    runaway(&nothing, &nothing, point).unwrap_or((0, Runs::Up))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_that_the_others_determine_is_named() {
        let a = [1.0, 2.0, 3.0, 5.0];
        let b = [0.0, 1.0, 0.0, 1.0];
        let sum: Vec<f64> = a.iter().zip(&b).map(|(x, y)| 2.0 * x - y).collect();
        let constant = [7.0; 4];
        let columns = [
            Covariate::new("a", &a),
            Covariate::new("constant", &constant),
            Covariate::new("b", &b),
            Covariate::new("sum", &sum),
        ];
        let design = Design::new(&columns, 4).unwrap();
        assert_eq!(design.dependent().unwrap(), ["constant", "sum"]);
        assert_eq!(Design::new(&columns, 3).unwrap_err().code(), "metrics.rows");
        let bad = [1.0, f64::NAN];
        let refused = Design::new(&[Covariate::new("x", &bad)], 2).unwrap_err();
        assert_eq!(refused, Error::Covariate { column: "x".into(), row: 1, value: "NaN".into() });
    }
}
