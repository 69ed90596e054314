//! Does a column's part in leaving stay the same over time? A test of proportional hazards.
//!
//! # Formula
//! With `r_i` the Schoenfeld residual of a leaver (its columns less their mean over those at risk, with the weights
//! of the fit), `V` the covariance of the coefficients, `d` the leavers and `g` a transform of time centred over the
//! leavers: `u = V sum g_i r_i`, `X_k^2 = d u_k^2 / (V_kk sum g_i^2)` on 1 degree of freedom, and for all columns
//! together `d u' V^-1 u / sum g_i^2`.
//!
//! # Source
//! Schoenfeld, 1982; Grambsch and Therneau, 1994 (with their approximation that the covariance is the same at all
//! times).

use crate::Error;
use crate::churn::columns::{Covariate, Design};
use crate::churn::cox::{Cox, shares, subjects, walk};
use crate::churn::spell::{Spell, check};
use crate::churn::survival::{Band, kaplan_meier};
use naata_math::linalg::dot;
use naata_math::{ChiSquared, Cholesky, exp, ln};

/// The scale of time on which a trend of the residuals is looked for. The answer depends on it: name it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum TimeTransform<'a> {
    /// The rank among the times of leaving, ties at their mean rank.
    Rank,
    /// One minus the Kaplan-Meier curve just before.
    KaplanMeier,
    /// Time itself.
    Identity,
    /// The logarithm of time; times must be above 0.
    Log,
    /// A value for each row.
    Given(&'a [f64]),
}

/// The test of one column, or of all.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Trend {
    /// The column; `None` for all together.
    pub column: Option<String>,
    /// The test statistic.
    pub statistic: f64,
    /// Its degrees of freedom.
    pub degrees: usize,
    /// The chance of a statistic as large if the column's part stayed the same.
    pub p: f64,
}

/// Tests each column, then all together, of a model on the rows it was fitted to.
///
/// # Errors
/// As for the fit; another number of columns than the model has; a transform without a finite value for every leaver,
/// or with the same value for all.
pub fn proportional_hazards(
    model: &Cox,
    spells: &[Spell],
    covariates: &[Covariate<'_>],
    transform: TimeTransform<'_>,
) -> Result<Vec<Trend>, Error> {
    check(spells)?;
    if covariates.len() != model.coefficients.len() {
        let (expected, found) = (model.coefficients.len(), covariates.len());
        return Err(Error::Rows { what: "the columns of the model".into(), expected, found });
    }
    // The rows are carried in scaled form; a last column takes the transform along to where it is needed.
    let transformed = transformed(spells, transform)?;
    let mut design = Design::new(covariates, spells.len())?;
    for (row, g) in design.rows.iter_mut().zip(&transformed) {
        row.push(*g);
    }
    let p = model.coefficients.len();
    let scaled: Vec<f64> =
        model.coefficients.iter().zip(&design.scales).map(|(c, s)| c.value * s).chain([0.0]).collect();
    let subjects = subjects(spells, &design);
    // For each leaver the transform, the weight and the residual.
    let mut residuals: Vec<(f64, f64, Vec<f64>)> = Vec::new();
    walk(
        &subjects,
        |s| exp(dot(&s.row, &scaled)),
        |at| {
            let d = at.left as f64;
            let mut mean = vec![0.0; p];
            for f in shares(model.ties, at.left) {
                let phi = at.risk.zero - f * at.own.zero;
                for (m, (r, o)) in mean.iter_mut().zip(at.risk.one.iter().zip(&at.own.one)) {
                    *m += (r - f * o) / phi / d;
                }
            }
            for s in at.leavers {
                let residual = s.row.iter().zip(&mean).map(|(x, m)| x - m).collect();
                residuals.push((s.row.last().copied().unwrap_or(0.0), f64::from(s.spell.weight), residual));
            }
        },
    );
    let d: f64 = residuals.iter().map(|r| r.1).sum();
    let mean = residuals.iter().map(|r| r.0 * r.1).sum::<f64>() / d;
    let spread: f64 = residuals.iter().map(|r| r.1 * (r.0 - mean) * (r.0 - mean)).sum();
    if !(spread > 0.0 && spread.is_finite()) {
        let what = "the transform of time".to_string();
        return Err(Error::Covariate { column: what, row: 0, value: mean.to_string() });
    }
    let mut trend = vec![0.0; p];
    for (g, weight, residual) in &residuals {
        for ((t, r), scale) in trend.iter_mut().zip(residual).zip(&design.scales) {
            *t += weight * (g - mean) * r * scale;
        }
    }
    let moved = model.covariance.times(&trend)?;
    let one = ChiSquared::new(1.0)?;
    let mut out: Vec<Trend> = (moved.iter().zip(model.covariance.diagonal()).zip(&model.coefficients))
        .map(|((u, v), c)| {
            let statistic = d * u * u / (v * spread);
            Trend { column: Some(c.name.clone()), statistic, degrees: 1, p: one.sf(statistic) }
        })
        .collect();
    if p > 0 {
        let statistic = d * dot(&moved, &Cholesky::new(&model.covariance)?.solve(&moved)?) / spread;
        out.push(Trend { column: None, statistic, degrees: p, p: ChiSquared::new(p as f64)?.sf(statistic) });
    }
    Ok(out)
}

/// The transform of each row's exit; zero for rows that stay, which nothing reads.
fn transformed(spells: &[Spell], transform: TimeTransform<'_>) -> Result<Vec<f64>, Error> {
    let of = |f: &dyn Fn(f64) -> f64| spells.iter().map(|s| if s.left { f(s.exit) } else { 0.0 }).collect();
    let values: Vec<f64> = match transform {
        TimeTransform::Identity => of(&|t| t),
        TimeTransform::Log => of(&ln),
        TimeTransform::KaplanMeier => {
            let curve = kaplan_meier(spells, Band::Plain)?;
            let before = |t: f64| curve.steps.partition_point(|s| s.time < t).checked_sub(1);
            of(&|t| 1.0 - before(t).and_then(|i| curve.steps.get(i)).map_or(1.0, |s| s.survival))
        }
        TimeTransform::Rank => {
            let curve = kaplan_meier(spells, Band::Plain)?;
            let mut before = 0.0;
            let mut ranks: Vec<(f64, f64)> = Vec::new();
            for s in curve.steps.iter().filter(|s| s.left > 0) {
                ranks.push((s.time, before + (s.left as f64 + 1.0) / 2.0));
                before += s.left as f64;
            }
            of(&|t| ranks.get(ranks.partition_point(|r| r.0 < t)).map_or(0.0, |r| r.1))
        }
        TimeTransform::Given(values) if values.len() == spells.len() => {
            spells.iter().zip(values).map(|(s, v)| if s.left { *v } else { 0.0 }).collect()
        }
        TimeTransform::Given(values) => {
            let (expected, found) = (spells.len(), values.len());
            return Err(Error::Rows { what: "the transform of time".into(), expected, found });
        }
    };
    match values.iter().enumerate().find(|(_, v)| !v.is_finite()) {
        Some((row, v)) => {
            Err(Error::Covariate { column: "the transform of time".into(), row, value: v.to_string() })
        }
        None => Ok(values),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::churn::{Fitted, Ties, cox};

    fn rows() -> (Vec<Spell>, Vec<f64>, Vec<f64>) {
        let spells =
            (1..=30).map(|t| Spell { left: t % 4 != 0, ..Spell::left(f64::from(t / 2 + 1)) }).collect();
        let early = (1..=30).map(|t| f64::from(u8::from(t % 3 == 0 || t > 20))).collect();
        let other = (1..=30).map(|t| f64::from(t * 11 % 7)).collect();
        (spells, early, other)
    }

    #[test]
    fn the_scale_of_time_is_named_and_matters() {
        let (spells, a, b) = rows();
        let columns = [Covariate::new("a", &a), Covariate::new("b", &b)];
        let Fitted::Interior(model) = cox(&spells, &columns, Ties::Efron).unwrap() else {
            panic!("no model")
        };
        let test = |t| proportional_hazards(&model, &spells, &columns, t).unwrap();
        let identity = test(TimeTransform::Identity);
        assert_eq!(identity.len(), 3);
        assert_eq!((identity[2].column.clone(), identity[2].degrees), (None, 2));
        let times: Vec<f64> = spells.iter().map(|s| 3.0 + 2.0 * s.exit).collect();
        for (x, y) in identity.iter().zip(test(TimeTransform::Given(&times))) {
            assert!(
                (x.statistic - y.statistic).abs() < 1e-10 * (1.0 + x.statistic),
                "a straight line changes nothing"
            );
        }
        assert!((test(TimeTransform::Log)[0].statistic - identity[0].statistic).abs() > 1e-6);
        assert!(
            (test(TimeTransform::Rank)[0].statistic - test(TimeTransform::KaplanMeier)[0].statistic).abs()
                > 1e-9
        );
        let one = proportional_hazards(&model, &spells, &columns[..1], TimeTransform::Rank);
        assert_eq!(one.unwrap_err().code(), "metrics.rows");
        let flat = proportional_hazards(&model, &spells, &columns, TimeTransform::Given(&[1.0; 30]));
        assert_eq!(flat.unwrap_err().code(), "metrics.covariate");
    }
}
