//! Which columns go with leaving sooner: proportional hazards regression.
//!
//! # Formula
//! `h(t | x) = h0(t) exp(b'x)`; the log partial likelihood is the sum over leaving times of
//! `sum of b'x over leavers - sum over l < d of ln(R - l/d D)` with `R` the sum of `exp(b'x)` over all at risk, `D`
//! over the leavers (Efron; with `l/d` left out: Breslow). Baseline: `H0(t) = sum over leaving times up to t of
//! sum over l < d of 1 / (R - l/d D)`, at the means of the columns.
//!
//! # Source
//! Cox, 1972; Breslow, 1974; Efron, 1977 (ties); Harrell et al., 1982 (concordance).
//!
//! # Units
//! A coefficient is the change of the logarithm of the pace of leaving for one unit of its column.

use crate::Error;
use crate::churn::columns::{
    Coefficient, Covariate, Design, Fitted, LikelihoodRatio, Runs, furthest, order, runaway,
};
use crate::churn::concordance::{Concordance, concordance};
use crate::churn::spell::{Spell, check};
use naata_math::linalg::{dependent_columns, dot};
use naata_math::optimise::{Derivatives, Outcome, Settings, minimise};
use naata_math::{Cholesky, Matrix, exp, ln, sqrt};

naata_answer::choice! {
    /// What to make of several who leave at one time.
    pub enum Ties {
        /// Averages over the orders in which they may have left.
        Efron = "efron",
        /// Lets each face all who were at risk.
        Breslow = "breslow",
    }
}

/// A proportional hazards model.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Cox {
    /// The subjects.
    pub n: u64,
    /// Those who left.
    pub left: u64,
    /// How ties were treated.
    pub ties: Ties,
    /// One coefficient a column.
    pub coefficients: Vec<Coefficient>,
    /// The covariances of the coefficients.
    pub covariance: Matrix,
    /// The means of the columns over the rows: the baseline is that of a subject with these values.
    pub means: Vec<f64>,
    /// The log partial likelihood.
    pub log_likelihood: f64,
    /// That of a model without columns.
    pub null_log_likelihood: f64,
    /// The model against none.
    pub likelihood_ratio: LikelihoodRatio,
    /// How well the model puts subjects in the order in which they leave.
    pub concordance: Option<Concordance>,
    /// The cumulative baseline hazard after each time somebody left.
    pub baseline: Vec<(f64, f64)>,
    /// Steps of the search.
    pub iterations: usize,
    /// The largest entry of the gradient that remains, on the scale of columns of spread 1.
    pub gradient_norm: f64,
    last_seen: f64,
}

impl Cox {
    /// The logarithm of a subject's pace of leaving over that of the mean subject.
    pub fn score(&self, x: &[f64]) -> f64 {
        let terms = self.coefficients.iter().zip(x.iter().zip(&self.means));
        terms.map(|(c, (v, m))| c.value * (v - m)).sum()
    }

    /// The chance that a subject is still there at a time; `None` after the last time anybody was seen.
    pub fn survival(&self, x: &[f64], time: f64) -> Option<f64> {
        let i = self.baseline.partition_point(|(t, _)| *t <= time);
        let hazard = i.checked_sub(1).and_then(|i| self.baseline.get(i)).map_or(0.0, |(_, h)| *h);
        (0.0 <= time && time <= self.last_seen).then(|| exp(-hazard * exp(self.score(x))))
    }
}

/// A subject with its scaled columns.
pub(crate) struct Subject {
    pub(crate) spell: Spell,
    pub(crate) row: Vec<f64>,
}

/// The subjects, latest exit first, in an order that does not depend on that of the rows.
pub(crate) fn subjects(spells: &[Spell], design: &Design) -> Vec<Subject> {
    let present = spells.iter().zip(&design.rows).filter(|(s, _)| s.weight > 0);
    let mut all: Vec<Subject> = present
        .map(|(s, row)| Subject { spell: Spell { exit: s.exit + 0.0, ..*s }, row: row.clone() })
        .collect();
    all.sort_by(|a, b| {
        (b.spell.exit.total_cmp(&a.spell.exit))
            .then(a.spell.left.cmp(&b.spell.left))
            .then(a.spell.entry.unwrap_or(-1.0).total_cmp(&b.spell.entry.unwrap_or(-1.0)))
            .then_with(|| order(&a.row, &b.row))
            .then(a.spell.weight.cmp(&b.spell.weight))
    });
    all
}

/// Sums over a set of subjects: of `exp(b'x)`, that times `x`, and that times the products of `x` (lower triangle).
#[derive(Clone)]
pub(crate) struct Sums {
    pub(crate) zero: f64,
    pub(crate) one: Vec<f64>,
    two: Vec<f64>,
}

impl Sums {
    fn new(p: usize) -> Self {
        Self { zero: 0.0, one: vec![0.0; p], two: vec![0.0; p * (p + 1) / 2] }
    }

    fn add(&mut self, row: &[f64], weight: f64) {
        self.zero += weight;
        let mut two = self.two.iter_mut();
        for (i, x) in row.iter().enumerate() {
            let wx = weight * x;
            if let Some(cell) = self.one.get_mut(i) {
                *cell += wx;
            }
            for (y, cell) in row.iter().take(i + 1).zip(&mut two) {
                *cell += wx * y;
            }
        }
    }
}

/// All who leave at one time, and all who are at risk then.
pub(crate) struct Leaving<'a> {
    pub(crate) time: f64,
    /// How many leave.
    pub(crate) left: u64,
    /// Sums over all at risk.
    pub(crate) risk: &'a Sums,
    /// Sums over the leavers.
    pub(crate) own: &'a Sums,
    /// The leavers.
    pub(crate) leavers: &'a [Subject],
}

/// The share of a sum that must be left for the rest of it to be exact enough.
const CANCELLED: f64 = 1e-3;

/// Goes through the times at which somebody leaves, the latest first.
pub(crate) fn walk(subjects: &[Subject], pace: impl Fn(&Subject) -> f64, mut visit: impl FnMut(Leaving<'_>)) {
    let p = subjects.first().map_or(0, |s| s.row.len());
    let weight = |s: &Subject| pace(s) * f64::from(s.spell.weight);
    let mut entries: Vec<&Subject> = subjects.iter().filter(|s| s.spell.entry.is_some()).collect();
    entries.sort_by(|a, b| b.spell.entry.unwrap_or(0.0).total_cmp(&a.spell.entry.unwrap_or(0.0)));
    let mut late = entries.into_iter().peekable();
    let mut risk = Sums::new(p);
    let (mut seen, mut largest) = (0, 0.0);
    for at_once in subjects.chunk_by(|a, b| a.spell.exit == b.spell.exit) {
        at_once.iter().for_each(|s| risk.add(&s.row, weight(s)));
        seen += at_once.len();
        largest = risk.zero.max(largest);
        // Stayers stand before leavers among those of one exit.
        let stayers = at_once.partition_point(|s| !s.spell.left);
        let (Some(leavers), Some(first)) = (at_once.get(stayers..), at_once.first()) else { continue };
        if leavers.is_empty() {
            continue;
        }
        let time = first.spell.exit;
        while let Some(s) = late.next_if(|s| s.spell.entry.is_some_and(|e| e >= time)) {
            risk.add(&s.row, -weight(s));
        }
        if risk.zero < CANCELLED * largest {
            // What is left of large sums after taking large terms off is their rounding: add up anew.
            risk = Sums::new(p);
            let there = subjects.iter().take(seen).filter(|s| s.spell.entry.is_none_or(|e| e < time));
            there.for_each(|s| risk.add(&s.row, weight(s)));
            largest = risk.zero;
        }
        let mut own = Sums::new(p);
        leavers.iter().for_each(|s| own.add(&s.row, weight(s)));
        let left = leavers.iter().map(|s| u64::from(s.spell.weight)).sum();
        visit(Leaving { time, left, risk: &risk, own: &own, leavers });
    }
}

/// The shares of the leavers' sums to take off, one for each of `d` leavers.
pub(crate) fn shares(ties: Ties, d: u64) -> impl Iterator<Item = f64> {
    (0..d).map(move |l| match ties {
        Ties::Efron => l as f64 / d as f64,
        Ties::Breslow => 0.0,
    })
}

/// Minus the log partial likelihood with its derivatives.
fn objective(subjects: &[Subject], beta: &[f64], ties: Ties) -> Derivatives {
    let p = beta.len();
    let etas: f64 = subjects.iter().map(|s| dot(&s.row, beta)).fold(f64::NEG_INFINITY, f64::max);
    let mut value = 0.0;
    let mut gradient = vec![0.0; p];
    let mut hessian = vec![0.0; p * (p + 1) / 2];
    // The likelihood does not change when all scores move together; the largest at zero keeps exp in range.
    walk(
        subjects,
        |s| exp(dot(&s.row, beta) - etas),
        |at| {
            for s in at.leavers {
                let w = f64::from(s.spell.weight);
                value -= w * (dot(&s.row, beta) - etas);
                for (g, x) in gradient.iter_mut().zip(&s.row) {
                    *g -= w * x;
                }
            }
            // Powers of 1 / phi and of the share f gather what the tied leavers add, without a matrix for each.
            let (mut a1, mut b1, mut a2, mut b2, mut c2) = (0.0, 0.0, 0.0, 0.0, 0.0);
            for f in shares(ties, at.left) {
                let phi = at.risk.zero - f * at.own.zero;
                value += ln(phi);
                let inverse = 1.0 / phi;
                a1 += inverse;
                b1 += f * inverse;
                a2 += inverse * inverse;
                b2 += f * inverse * inverse;
                c2 += f * f * inverse * inverse;
            }
            let sums = || at.risk.one.iter().zip(&at.own.one);
            for (g, (r, d)) in gradient.iter_mut().zip(sums()) {
                *g += r * a1 - d * b1;
            }
            let mut cells = hessian.iter_mut().zip(at.risk.two.iter().zip(&at.own.two));
            for (i, (ri, di)) in sums().enumerate() {
                for ((rj, dj), (h, (r2, d2))) in sums().take(i + 1).zip(&mut cells) {
                    *h += r2 * a1 - d2 * b1 - (ri * rj * a2 - (ri * dj + di * rj) * b2 + di * dj * c2);
                }
            }
        },
    );
    Derivatives { value, gradient, hessian: unpacked(&hessian, p) }
}

/// A symmetric matrix from its lower triangle.
pub(crate) fn unpacked(lower: &[f64], p: usize) -> Matrix {
    let mut out = Matrix::zeros(p, p);
    let mut cells = lower.iter();
    for i in 0..p {
        for (j, cell) in (0..=i).zip(&mut cells) {
            out.set(i, j, *cell);
            out.set(j, i, *cell);
        }
    }
    out
}

/// A column whose largest (or smallest) value at risk leaves each time: its coefficient has no finite best value.
fn monotone(subjects: &[Subject], p: usize) -> Option<(usize, Runs)> {
    if subjects.iter().any(|s| s.spell.entry.is_some()) {
        return None;
    }
    let mut possible = vec![(true, true); p];
    let mut range = vec![(f64::INFINITY, f64::NEG_INFINITY); p];
    for at_once in subjects.chunk_by(|a, b| a.spell.exit == b.spell.exit) {
        for s in at_once {
            for ((low, high), x) in range.iter_mut().zip(&s.row) {
                (*low, *high) = (low.min(*x), high.max(*x));
            }
        }
        for s in at_once.iter().filter(|s| s.spell.left) {
            for ((up, down), ((low, high), x)) in possible.iter_mut().zip(range.iter().zip(&s.row)) {
                (*up, *down) = (*up && x >= high, *down && x <= low);
            }
        }
    }
    let column = possible.iter().position(|(up, down)| *up || *down)?;
    let up = possible.get(column).is_some_and(|(up, _)| *up);
    Some((column, if up { Runs::Up } else { Runs::Down }))
}

/// The information a column must have for each leaver, and besides the others relative to its own: less is rounding.
const NO_INFORMATION: f64 = 1e-11;

/// The columns without information of their own.
fn uninformed(information: &Matrix, left: f64) -> Result<Vec<usize>, Error> {
    let own = information.diagonal();
    let some: Vec<(usize, f64)> =
        own.iter().copied().enumerate().filter(|(_, v)| *v > NO_INFORMATION * left).collect();
    let scaled: Vec<Vec<f64>> = some
        .iter()
        .map(|(i, a)| some.iter().map(|(j, b)| information.at(*i, *j) / sqrt(a * b)).collect())
        .collect();
    if scaled.is_empty() {
        return Ok((0..own.len()).collect());
    }
    let kept = dependent_columns(&Matrix::from_rows(&scaled)?, NO_INFORMATION).kept;
    let informed = |column: usize| kept.iter().any(|k| some.get(*k).is_some_and(|(i, _)| *i == column));
    Ok((0..own.len()).filter(|column| !informed(*column)).collect())
}

/// Fits a proportional hazards model by Newton's method.
///
/// # Errors
/// As for the survival curve; a column of another length, or with a value that is no finite number; nobody left.
///
/// # Example
/// ```
/// use naata_metrics::churn::{Covariate, Spell, Ties, cox};
/// let spells = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0].map(Spell::left);
/// let late_first_delivery = [1.0, 1.0, 0.0, 1.0, 0.0, 1.0, 0.0, 0.0];
/// let fit = cox(&spells, &[Covariate::new("late", &late_first_delivery)], Ties::Efron)?;
/// assert!(fit.model().unwrap().coefficients[0].value > 0.0);
/// # Ok::<(), naata_metrics::Error>(())
/// ```
pub fn cox(spells: &[Spell], covariates: &[Covariate<'_>], ties: Ties) -> Result<Fitted<Cox>, Error> {
    check(spells)?;
    let design = Design::new(covariates, spells.len())?;
    let columns = design.dependent()?;
    if !columns.is_empty() {
        return Ok(Fitted::Dependent { columns });
    }
    let subjects = subjects(spells, &design);
    let weight = |s: &Subject| u64::from(s.spell.weight);
    let n = subjects.iter().map(weight).sum();
    let left = subjects.iter().filter(|s| s.spell.left).map(weight).sum();
    if left == 0 {
        return Err(Error::OneOutcome { left, n });
    }
    let p = design.columns();
    let named = |column: usize, runs: Runs| Fitted::Separated {
        column: design.names.get(column).cloned().unwrap_or_default(),
        runs,
    };
    let start = vec![0.0; p];
    let null = objective(&subjects, &start, ties);
    // What does not vary among those at risk together has no information, whatever its coefficient.
    let idle = uninformed(&null.hessian, left as f64)?;
    if !idle.is_empty() {
        let names: Vec<&str> = idle.iter().filter_map(|j| design.names.get(*j)).map(String::as_str).collect();
        let why = format!("nothing of its own among those at risk together: {}", names.join(", "));
        return Ok(Fitted::NotIdentified { why });
    }
    if let Some((column, runs)) = monotone(&subjects, p) {
        return Ok(named(column, runs));
    }
    let fit = minimise(&start, &Settings::default(), |b| objective(&subjects, b, ties));
    let gone = runaway(&null.hessian, &fit.at.hessian, &fit.point);
    let (iterations, gradient_norm) = match (fit.outcome, gone) {
        (_, Some((column, runs))) => return Ok(named(column, runs)),
        (Outcome::Converged { iterations, gradient_norm }, None) => (iterations, gradient_norm),
        (Outcome::Diverging { .. }, None) => {
            let (column, runs) = furthest(&fit.point);
            return Ok(named(column, runs));
        }
        (other, None) => return Ok(Fitted::NotIdentified { why: format!("{other:?}") }),
    };
    let factor = Cholesky::new(&fit.at.hessian)?;
    let mut covariance = factor.inverse();
    for (i, si) in design.scales.iter().enumerate() {
        for (j, sj) in design.scales.iter().enumerate() {
            covariance.set(i, j, covariance.at(i, j) / (si * sj));
        }
    }
    let estimates = design.unscaled(&fit.point).into_iter().zip(covariance.diagonal());
    let coefficients = estimates
        .zip(&design.names)
        .map(|((b, v), name)| Coefficient::new(name.clone(), b, sqrt(v)))
        .collect::<Result<_, _>>()?;
    let (log_likelihood, null_log_likelihood) = (-fit.at.value, -null.value);
    let scores: Vec<f64> = subjects.iter().map(|s| dot(&s.row, &fit.point)).collect();
    let ordered: Vec<Spell> = subjects.iter().map(|s| s.spell).collect();
    Ok(Fitted::Interior(Cox {
        n,
        left,
        ties,
        coefficients,
        covariance,
        log_likelihood,
        null_log_likelihood,
        likelihood_ratio: LikelihoodRatio::new(log_likelihood, null_log_likelihood, p)?,
        concordance: concordance(&ordered, &scores)?,
        baseline: baseline(&subjects, &fit.point, ties),
        iterations,
        gradient_norm,
        last_seen: subjects.first().map_or(0.0, |s| s.spell.exit),
        means: design.means,
    }))
}

/// The cumulative baseline hazard, earliest time first.
fn baseline(subjects: &[Subject], beta: &[f64], ties: Ties) -> Vec<(f64, f64)> {
    let mut steps = Vec::new();
    walk(
        subjects,
        |s| exp(dot(&s.row, beta)),
        |at| {
            let step: f64 = shares(ties, at.left).map(|f| 1.0 / (at.risk.zero - f * at.own.zero)).sum();
            steps.push((at.time, step));
        },
    );
    steps.reverse();
    let mut sum = 0.0;
    for (_, h) in &mut steps {
        sum += *h;
        *h = sum;
    }
    steps
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::churn::spell::tests::any_spell;
    use crate::churn::{Band, Weighting, compare_groups, kaplan_meier};
    use naata_testkit::assert_close;
    use proptest::prelude::*;

    fn fit(spells: &[Spell], columns: &[(&str, Vec<f64>)], ties: Ties) -> Result<Fitted<Cox>, Error> {
        let covariates: Vec<Covariate<'_>> = columns.iter().map(|(n, v)| Covariate::new(n, v)).collect();
        cox(spells, &covariates, ties)
    }

    #[test]
    fn the_two_arms_of_freireich() {
        // Freireich et al., 1963: the coefficient of placebo is 1.509 with Breslow's ties (Kalbfleisch and Prentice,
        // 1980) and 1.572 with standard error .412 with Efron's (Therneau and Grambsch, 2000).
        let treated = [6, 6, 6, 7, 10, 13, 16, 22, 23].map(|t| Spell::left(f64::from(t)));
        let staying = [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35].map(|t| Spell::staying(f64::from(t)));
        let placebo = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23]
            .map(|t| Spell::left(f64::from(t)));
        let spells: Vec<Spell> = treated.into_iter().chain(staying).chain(placebo).collect();
        let arm: Vec<f64> = (0..42).map(|i| f64::from(u8::from(i >= 21))).collect();
        let of = |ties| fit(&spells, &[("placebo", arm.clone())], ties).unwrap().model().unwrap().clone();
        assert!((of(Ties::Breslow).coefficients[0].value - 1.509).abs() < 5e-4);
        let efron = of(Ties::Efron);
        assert!((efron.coefficients[0].value - 1.572).abs() < 5e-4);
        assert!((efron.coefficients[0].standard_error - 0.412).abs() < 5e-4);
        assert!(efron.iterations <= 8, "{}", efron.iterations);
    }

    #[test]
    fn a_fit_without_a_maximum_says_which_column() {
        let spells: Vec<Spell> = (1..=12)
            .map(|t| if t <= 6 { Spell::left(f64::from(t)) } else { Spell::staying(f64::from(t)) })
            .collect();
        let early: Vec<f64> = (1..=12).map(|t| f64::from(u8::from(t <= 6))).collect();
        let noise: Vec<f64> = (1..=12).map(|t| f64::from(t * 7 % 5)).collect();
        let columns = [("noise", noise.clone()), ("early", early)];
        let found = fit(&spells, &columns, Ties::Efron).unwrap();
        assert_eq!(found, Fitted::Separated { column: "early".into(), runs: Runs::Up });
        let twice: Vec<f64> = noise.iter().map(|x| 2.0 * x + 1.0).collect();
        let found = fit(&spells, &[("noise", noise), ("again", twice)], Ties::Efron).unwrap();
        assert_eq!(found, Fitted::Dependent { columns: vec!["again".into()] });
        let stay = [Spell::staying(1.0), Spell::staying(2.0)];
        assert_eq!(fit(&stay, &[], Ties::Efron), Err(Error::OneOutcome { left: 0, n: 2 }));
    }

    #[test]
    fn two_columns_that_separate_together_are_found() {
        // Neither column alone orders the leavers, the sum of both does.
        let spells: Vec<Spell> = (1..=8).map(|t| Spell::left(f64::from(t))).collect();
        let a = vec![9.0, 1.0, 7.0, 0.0, 5.0, 1.0, 2.0, 0.0];
        let b: Vec<f64> = a.iter().zip((1..=8).rev()).map(|(x, s)| f64::from(s) * 2.0 - x).collect();
        let found = fit(&spells, &[("a", a), ("b", b)], Ties::Efron).unwrap();
        assert!(matches!(found, Fitted::Separated { runs: Runs::Up, .. }), "{found:?}");
    }

    #[test]
    fn without_columns_the_baseline_is_the_hazard_of_all() {
        let spells = [1.0, 2.0, 4.0, 9.0].map(Spell::left);
        let found = fit(&spells, &[], Ties::Breslow).unwrap();
        let curve = kaplan_meier(&spells, Band::Log).unwrap();
        for ((t, h), s) in found.model().unwrap().baseline.iter().zip(&curve.steps) {
            assert_eq!((*t, *h), (s.time, s.cumulative_hazard));
        }
    }

    fn any_rows() -> impl Strategy<Value = Vec<(Spell, f64, f64)>> {
        let row = (any_spell(), 0u8..2, -3i8..4).prop_map(|(s, a, b)| (s, f64::from(a), f64::from(b)));
        prop::collection::vec(row, 4..40)
    }

    fn of_rows(rows: &[(Spell, f64, f64)], ties: Ties) -> Result<Fitted<Cox>, Error> {
        let spells: Vec<Spell> = rows.iter().map(|r| r.0).collect();
        let columns = [("a", rows.iter().map(|r| r.1).collect()), ("b", rows.iter().map(|r| r.2).collect())];
        fit(&spells, &columns, ties)
    }

    proptest! {
        #[test]
        fn order_and_collapsing_do_not_matter(
            (rows, shuffled) in any_rows().prop_flat_map(|r| (Just(r.clone()), Just(r).prop_shuffle())),
        ) {
            prop_assert_eq!(of_rows(&rows, Ties::Efron), of_rows(&shuffled, Ties::Efron));
        }

        #[test]
        fn any_rows_give_a_model_with_finite_figures_or_a_reason(rows in any_rows(), breslow in any::<bool>()) {
            let ties = if breslow { Ties::Breslow } else { Ties::Efron };
            match of_rows(&rows, ties) {
                Ok(Fitted::Interior(m)) => {
                    for c in &m.coefficients {
                        prop_assert!(c.value.is_finite() && c.standard_error.is_finite() && c.standard_error > 0.0);
                    }
                    prop_assert!(m.log_likelihood >= m.null_log_likelihood - 1e-9);
                    prop_assert!(m.gradient_norm < 1e-6, "{}", m.gradient_norm);
                    prop_assert!(m.baseline.is_sorted_by(|a, b| a.0 < b.0 && a.1 < b.1));
                }
                Ok(Fitted::NotIdentified { why }) => prop_assert!(why.starts_with("nothing of its own"), "{why}"),
                Ok(_) => {}
                Err(e) => prop_assert_eq!(e.code(), "metrics.one_outcome"),
            }
        }

        #[test]
        fn a_change_of_scale_changes_the_coefficient_only(rows in any_rows()) {
            let moved: Vec<(Spell, f64, f64)> = rows.iter().map(|(s, a, b)| (*s, *a, b * 8.0 + 3.0)).collect();
            if let (Ok(Fitted::Interior(x)), Ok(Fitted::Interior(y))) = (of_rows(&rows, Ties::Efron), of_rows(&moved, Ties::Efron)) {
                let se = x.coefficients[1].standard_error;
                prop_assert!((x.coefficients[1].value - 8.0 * y.coefficients[1].value).abs() < 1e-8 * (1.0 + se));
                prop_assert!((x.log_likelihood - y.log_likelihood).abs() < 1e-9);
            }
        }

        #[test]
        fn the_score_test_of_two_groups_is_the_log_rank_test(
            times in prop::collection::btree_set(1u32..200, 6..30), seed in any::<u32>(),
        ) {
            // Without ties the gradient at zero over its information is the log-rank statistic (Cox, 1972).
            let spells: Vec<Spell> = times.iter().map(|t| Spell::left(f64::from(*t))).collect();
            let group: Vec<usize> = (0..spells.len()).map(|i| (seed >> (i % 31)) as usize & 1).collect();
            let x: Vec<f64> = group.iter().map(|g| *g as f64).collect();
            if let Ok(test) = compare_groups(&spells, &group, 2, Weighting::LogRank) {
                let design = Design::new(&[Covariate::new("group", &x)], x.len()).unwrap();
                let at = objective(&subjects(&spells, &design), &[0.0], Ties::Breslow);
                assert_close("score", at.gradient[0] * at.gradient[0] / at.hessian.at(0, 0), test.statistic, 1e-9);
            }
        }

        #[test]
        fn as_many_are_expected_to_leave_as_left(rows in any_rows()) {
            // The sum of martingale residuals is zero with Breslow's ties (Barlow and Prentice, 1988).
            if let Ok(Fitted::Interior(m)) = of_rows(&rows, Ties::Breslow) {
                let hazard = |t: f64| m.baseline.iter().rev().find(|(s, _)| *s <= t).map_or(0.0, |(_, h)| *h);
                let expected: f64 = rows.iter().map(|(s, a, b)| {
                    let since = hazard(s.exit) - s.entry.map_or(0.0, hazard);
                    f64::from(s.weight) * since * exp(m.score(&[*a, *b]))
                }).sum();
                assert_close("expected", expected, m.left as f64, 1e-8);
            }
        }
    }
}
