//! Candidates as the columns of a model: one yes-or-no for each level but the most common.
//!
//! A level is too rare for a coefficient where, at the overall share of leavers, fewer than a handful would leave or
//! stay: its coefficient would be noise, and often infinite. The rule looks at sizes and never at what happened, so
//! that a large level that all leave is refused by the fit and not quietly pooled.
//!
//! # Source
//! Peduzzi et al., 1996 (ten events per coefficient).

use crate::Error;
use crate::churn::columns::{Covariate, Fitted};
use crate::churn::drivers::Factor;
use naata_core::{Finding, Severity};
use naata_math::linalg::dot;
use naata_math::sqrt;
use std::collections::BTreeSet;

/// So many names stand in a note; the rest are counted.
const SHOWN: usize = 6;

/// One column of a model.
#[derive(Clone, Debug, PartialEq)]
pub struct Encoded {
    /// The candidate.
    pub feature: String,
    /// The level; `None` for "not known".
    pub level: Option<String>,
    /// `feature: level`.
    pub name: String,
    /// One where the row has the level, zero elsewhere.
    pub values: Vec<f64>,
}

/// The columns of candidates, and what has none.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Encoding {
    /// The columns.
    pub columns: Vec<Encoded>,
    /// Levels too rare for a column of their own: they count as the most common level.
    pub pooled: Vec<String>,
    /// Columns that those before them determine, but for too few rows: left out.
    pub dependent: Vec<String>,
}

/// How many rows a level needs so that, when `left` of `n` rows leave, `least` of them are expected to leave and as
/// many to stay.
pub fn rows_needed(least: u32, left: u64, n: u64) -> usize {
    let rarer = left.min(n.saturating_sub(left));
    let needed = u64::from(least.max(1)).saturating_mul(n).div_ceil(rarer.max(1));
    usize::try_from(needed).unwrap_or(usize::MAX)
}

/// Encodes candidates. A level needs `least` of the `rows` a model is fitted to, and half as many that the columns
/// before it do not explain; candidates named in `without` are left out.
pub fn encode(factors: &[Factor], rows: &[usize], least: usize, without: &BTreeSet<String>) -> Encoding {
    let mut out = Encoding::default();
    for f in factors.iter().filter(|f| !without.contains(&f.name)) {
        let of = |row: &usize| f.of.get(*row).copied().flatten();
        let count = |level: Option<usize>| rows.iter().filter(|r| of(r) == level).count();
        let sizes: Vec<usize> = (0..f.levels.len()).map(|l| count(Some(l))).collect();
        // The most common level is what the others are compared with; the first of several.
        let base = (0..sizes.len()).max_by_key(|l| (sizes.get(*l), std::cmp::Reverse(*l)));
        let levels = (0..f.levels.len()).filter(|l| Some(*l) != base).map(Some).chain([None]);
        for level in levels {
            let text = level.and_then(|l| f.levels.get(l));
            let name = format!("{}: {}", f.name, text.map_or("?", String::as_str));
            match count(level) {
                0 => {}
                n if n < least => out.pooled.push(name),
                _ => out.columns.push(Encoded {
                    feature: f.name.clone(),
                    level: text.cloned(),
                    name,
                    values: f.of.iter().map(|of| f64::from(u8::from(*of == level))).collect(),
                }),
            }
        }
    }
    // What is not known comes last: where it says what a known level says, the known one stays.
    out.columns.sort_by_key(|c| c.level.is_none());
    out.distinct(rows, least);
    out
}

impl Encoding {
    /// Leaves out columns of which the columns before them leave too little unexplained.
    fn distinct(&mut self, rows: &[usize], least: usize) {
        let mut basis: Vec<Vec<f64>> = Vec::new();
        let needed = 0.5 * least as f64;
        for column in std::mem::take(&mut self.columns) {
            let mut rest: Vec<f64> = rows.iter().filter_map(|r| column.values.get(*r).copied()).collect();
            let mean = rest.iter().sum::<f64>() / rest.len().max(1) as f64;
            rest.iter_mut().for_each(|v| *v -= mean);
            for direction in &basis {
                let along = dot(direction, &rest);
                rest.iter_mut().zip(direction).for_each(|(v, d)| *v -= along * d);
            }
            let unexplained = dot(&rest, &rest);
            // A level of the needed size keeps nearly all its rows; one that most rows have keeps those without it.
            if unexplained < needed {
                self.dependent.push(column.name);
                continue;
            }
            let length = sqrt(unexplained);
            rest.iter_mut().for_each(|v| *v /= length);
            basis.push(rest);
            self.columns.push(column);
        }
    }

    /// The columns over some of the rows.
    pub fn at(&self, rows: &[usize]) -> Vec<Vec<f64>> {
        let pick = |c: &Encoded| rows.iter().filter_map(|r| c.values.get(*r).copied()).collect();
        self.columns.iter().map(pick).collect()
    }

    /// One row across all columns.
    pub fn row(&self, row: usize) -> Vec<f64> {
        self.columns.iter().filter_map(|c| c.values.get(row).copied()).collect()
    }

    /// What was pooled and left out, as notes.
    pub(crate) fn findings(&self) -> Vec<Finding> {
        let of = [("churn.pooled", &self.pooled), ("churn.dependent", &self.dependent)];
        let note = |(code, names): &(&'static str, &Vec<String>)| {
            let mut shown: Vec<&str> = names.iter().take(SHOWN).map(String::as_str).collect();
            if names.len() > SHOWN {
                shown.push("…");
            }
            let finding = Finding::new(code, Severity::Note).value(&shown.join("; "));
            finding.detail("levels", &names.len())
        };
        of.iter().filter(|(_, names)| !names.is_empty()).map(note).collect()
    }

    /// Fits a model to some of the rows, without columns that others determine.
    ///
    /// # Errors
    /// What the fit refuses; a column that separates; a search without a maximum.
    pub(crate) fn fit<M>(
        &mut self,
        rows: &[usize],
        fit: impl Fn(&[Covariate<'_>]) -> Result<Fitted<M>, Error>,
    ) -> Result<M, Error> {
        loop {
            let values = self.at(rows);
            let covariates: Vec<Covariate<'_>> =
                self.columns.iter().zip(&values).map(|(c, v)| Covariate::new(&c.name, v)).collect();
            match fit(&covariates)? {
                Fitted::Interior(model) => return Ok(model),
                Fitted::Separated { column, .. } => return Err(Error::Separated { column }),
                Fitted::NotIdentified { why } => return Err(Error::NotIdentified { why }),
                Fitted::Dependent { columns } => {
                    let before = self.columns.len();
                    self.columns.retain(|c| !columns.contains(&c.name));
                    if self.columns.len() == before {
                        return Err(Error::NotIdentified { why: columns.join(", ") });
                    }
                    self.dependent.extend(columns);
                }
            }
        }
    }
}

/// The names of candidates to leave out, from a list with commas.
pub(crate) fn names(list: Option<&String>) -> BTreeSet<String> {
    let parts = list.map_or("", String::as_str).split(',').map(str::trim);
    parts.filter(|p| !p.is_empty()).map(str::to_string).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::churn::logistic;

    fn factor(name: &str, of: &[Option<usize>]) -> Factor {
        Factor { name: name.into(), levels: ["a", "b", "c"].map(String::from).into(), of: of.to_vec() }
    }

    #[test]
    fn each_level_but_the_most_common_has_a_column() {
        let f = factor("x", &[Some(1), Some(1), Some(0), None, None, Some(2), Some(1), Some(0)]);
        let rows: Vec<usize> = (0..8).collect();
        let e = encode(std::slice::from_ref(&f), &rows, 2, &BTreeSet::new());
        let names: Vec<&str> = e.columns.iter().map(|c| c.name.as_str()).collect();
        assert_eq!((names, &e.pooled[..]), (vec!["x: a", "x: ?"], &["x: c".to_string()][..]));
        assert_eq!(e.row(2), [1.0, 0.0]);
        assert_eq!(e.at(&[2, 3]), [[1.0, 0.0], [0.0, 1.0]]);
        assert!(encode(&[f], &rows, 2, &names_of("y, x")).columns.is_empty());
    }

    fn names_of(list: &str) -> BTreeSet<String> {
        names(Some(&list.to_string()))
    }

    #[test]
    fn the_rows_a_level_needs_follow_from_the_rarer_outcome() {
        assert_eq!((rows_needed(10, 100, 1_000), rows_needed(10, 900, 1_000)), (100, 100));
        assert_eq!((rows_needed(10, 500, 1_000), rows_needed(0, 0, 10)), (20, 10));
    }

    #[test]
    fn a_column_recorded_twice_is_left_out_and_named() {
        let of: Vec<Option<usize>> = (0..40).map(|i| Some(usize::from(i % 3 == 0))).collect();
        let left: Vec<bool> = (0..40).map(|i| i % 2 == 0).collect();
        let rows: Vec<usize> = (0..40).collect();
        // The second differs in one row of forty.
        let mut near = of.clone();
        near[1] = Some(1);
        let mut e = encode(&[factor("x", &of), factor("y", &near)], &rows, 4, &BTreeSet::new());
        let model = e.fit(&rows, |c| logistic(&left, c)).unwrap();
        assert_eq!((model.coefficients.len(), &e.dependent[..]), (1, &["y: b".to_string()][..]));
        let split: Vec<bool> = of.iter().map(|o| *o == Some(1)).collect();
        let refused = e.fit(&rows, |c| logistic(&split, c)).unwrap_err();
        assert_eq!(refused, Error::Separated { column: "x: b".into() });
    }
}
