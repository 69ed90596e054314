//! Candidates as the columns of a model: one yes-or-no for each level but the most common.

use crate::Error;
use crate::churn::columns::{Covariate, Fitted};
use crate::churn::drivers::Factor;
use std::collections::BTreeSet;

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
    /// Columns that those before them determine: left out.
    pub dependent: Vec<String>,
}

/// Encodes candidates. A level needs `least` of the `rows` a model is fitted to; candidates named in `without` are
/// left out.
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
    out
}

impl Encoding {
    /// The columns over some of the rows.
    pub fn at(&self, rows: &[usize]) -> Vec<Vec<f64>> {
        let pick = |c: &Encoded| rows.iter().filter_map(|r| c.values.get(*r).copied()).collect();
        self.columns.iter().map(pick).collect()
    }

    /// One row across all columns.
    pub fn row(&self, row: usize) -> Vec<f64> {
        self.columns.iter().filter_map(|c| c.values.get(row).copied()).collect()
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
    fn a_column_recorded_twice_is_left_out_and_named() {
        let of: Vec<Option<usize>> = (0..40).map(|i| Some(usize::from(i % 3 == 0))).collect();
        let left: Vec<bool> = (0..40).map(|i| i % 2 == 0).collect();
        let rows: Vec<usize> = (0..40).collect();
        let mut e = encode(&[factor("x", &of), factor("y", &of)], &rows, 1, &BTreeSet::new());
        let model = e.fit(&rows, |c| logistic(&left, c)).unwrap();
        assert_eq!((model.coefficients.len(), &e.dependent[..]), (1, &["y: b".to_string()][..]));
        let split: Vec<bool> = of.iter().map(|o| *o == Some(1)).collect();
        let refused = e.fit(&rows, |c| logistic(&split, c)).unwrap_err();
        assert_eq!(refused, Error::Separated { column: "x: b".into() });
    }
}
