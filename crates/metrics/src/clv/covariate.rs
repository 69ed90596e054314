//! Facts that divide customers once and for all, as covariates of a purchase model.
//!
//! A number is centred and scaled to spread 1; a class or a yes-or-no has one column for each level but the most common.
//! What is not known is a level of its own. Levels too rare for a coefficient count as the most common one, and columns
//! that are constant or that others determine are named and left out before anything is fitted.
//!
//! # Formula
//! With covariates z: `alpha_z = alpha exp(-g'z)`, so that purchases come exp(g'z) times as fast. Where leaving runs by
//! the clock `beta_z = beta exp(-d'z)`, so that customers leave exp(d'z) times as fast. Where it is a coin
//! `a_z = a exp(d'z)` and `b_z = b exp(e'z)`, so that the odds of leaving a/b are exp((d - e)'z)-fold, and the chances of
//! leaving may lie closer together or farther apart.
//!
//! # Source
//! Fader and Hardie, "Incorporating Time-Invariant Covariates into the Pareto/NBD and BG/NBD Models", 2007.

use super::{AnyModel, History, PurchaseModel, Undefined};
use crate::Error;
use naata_core::CustomerIx;
use naata_facts::Column;
use naata_math::linalg::dependent_columns;
use naata_math::{Matrix, Rng, exact_sum, exp};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A level of fewer customers has no coefficient.
pub const LEAST_LEVEL: usize = 20;

/// Less of a column than this that the columns before it leave unexplained makes it dependent.
const TOLERANCE: f64 = 1e-9;

/// What a coefficient acts on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Process {
    /// The rate of purchases.
    Purchases,
    /// Leaving: its rate, or a, which weighs for it among the odds.
    Leaving,
    /// Staying: b, which weighs against leaving among the odds.
    Staying,
}

impl Process {
    /// The names used in results.
    pub const NAMES: &'static [&'static str] = &["purchases", "leaving", "staying"];

    /// The position in [`Process::NAMES`].
    pub fn position(self) -> u16 {
        match self {
            Self::Purchases => 0,
            Self::Leaving => 1,
            Self::Staying => 2,
        }
    }

    /// The name used in results.
    pub fn name(self) -> &'static str {
        Self::NAMES.get(usize::from(self.position())).copied().unwrap_or_default()
    }
}

/// Why a column is left out before fitting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unusable {
    /// All customers have the same value.
    Constant,
    /// The columns before it determine it.
    Dependent,
    /// Too few customers have the level.
    Rare,
}

impl Unusable {
    /// The name used in results.
    pub fn name(self) -> &'static str {
        match self {
            Self::Constant => "constant",
            Self::Dependent => "dependent",
            Self::Rare => "rare",
        }
    }
}

/// One column of a design.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct DesignColumn {
    /// The fact.
    pub fact: String,
    /// The level; `None` for a number.
    pub level: Option<String>,
    /// The level others are compared with; `None` for a number.
    pub against: Option<String>,
    /// Mean and standard deviation of a number, of which one step is one deviation.
    pub scale: Option<(f64, f64)>,
}

impl DesignColumn {
    /// `fact: level`, or the fact.
    pub fn name(&self) -> String {
        self.level.as_ref().map_or_else(|| self.fact.clone(), |l| format!("{}: {l}", self.fact))
    }
}

/// The covariates of all customers, equal ones collapsed to patterns.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Design {
    /// The columns.
    pub columns: Vec<DesignColumn>,
    /// The distinct rows; the first is zero in every column: a customer of mean numbers and most common levels.
    pub patterns: Vec<Vec<f64>>,
    /// For each customer of the base the position of their row.
    pub of: Vec<u32>,
    /// What was left out, and why.
    pub left_out: Vec<(String, Unusable)>,
}

/// How a level that is not known is called.
const UNKNOWN: &str = "?";

impl Design {
    /// The design of some facts over the customers who buy; the others have the first row.
    ///
    /// # Errors
    /// No column is left to fit.
    pub fn of(facts: &[(&str, &Column)], buyers: &[CustomerIx], customers: usize) -> Result<Self, Error> {
        let mut out = Self::default();
        let mut values: Vec<Vec<f64>> = Vec::new();
        for (fact, column) in facts {
            match column {
                Column::Flag(_) | Column::Class { .. } => out.levels(&mut values, fact, column, buyers),
                _ => out.number(&mut values, fact, column, buyers),
            }
        }
        out.distinct(&mut values, buyers.len());
        if out.columns.is_empty() {
            let named: Vec<String> =
                out.left_out.iter().map(|(n, why)| format!("{n} ({})", why.name())).collect();
            return Err(Error::NotIdentified {
                why: format!("no covariate can be used: {}", named.join(", ")),
            });
        }
        let row = |i: usize| -> Vec<f64> { values.iter().filter_map(|v| v.get(i).copied()).collect() };
        let mut rows: Vec<Vec<f64>> = (0..buyers.len()).map(row).collect();
        let order = |a: &Vec<f64>, b: &Vec<f64>| {
            let by_value = a.iter().zip(b).map(|(x, y)| x.total_cmp(y));
            by_value.fold(std::cmp::Ordering::Equal, std::cmp::Ordering::then)
        };
        let zero = vec![0.0; out.columns.len()];
        let mut distinct = rows.clone();
        distinct.sort_by(order);
        distinct.dedup();
        distinct.retain(|r| *r != zero);
        let mut of = vec![0; customers];
        for (who, row) in buyers.iter().zip(&mut rows) {
            let at = distinct.binary_search_by(|r| order(r, row)).map_or(0, |i| i + 1);
            if let (Some(slot), Ok(at)) = (of.get_mut(who.at()), u32::try_from(at)) {
                *slot = at;
            }
        }
        out.patterns = std::iter::once(zero).chain(distinct).collect();
        out.of = of;
        Ok(out)
    }

    /// A number: one column, and one for those of whom it is not known.
    fn number(&mut self, values: &mut Vec<Vec<f64>>, fact: &str, column: &Column, buyers: &[CustomerIx]) {
        use naata_facts::FactValue;
        let of = |who: &CustomerIx| match column.value(*who)? {
            FactValue::Number(x) => Some(x).filter(|x| x.is_finite()),
            FactValue::Count(n) => Some(n as f64),
            FactValue::Money(m, unit) => Some(unit.float(m)),
            FactValue::Day(d) => Some(f64::from(d.0)),
            _ => None,
        };
        let all: Vec<Option<f64>> = buyers.iter().map(of).collect();
        let known: Vec<f64> = all.iter().flatten().copied().collect();
        let n = known.len() as f64;
        let mean = exact_sum(known.iter().copied()) / n;
        let deviation = (exact_sum(known.iter().map(|x| (x - mean) * (x - mean))) / n).sqrt();
        let usable = deviation > 1e-12 * (1.0 + mean.abs());
        if !usable {
            self.left_out.push((fact.into(), Unusable::Constant));
            return;
        }
        values.push(all.iter().map(|x| x.map_or(0.0, |x| (x - mean) / deviation)).collect());
        let scale = Some((mean, deviation));
        self.columns.push(DesignColumn { fact: fact.into(), level: None, against: None, scale });
        let missing = all.len() - known.len();
        if missing >= LEAST_LEVEL {
            values.push(all.iter().map(|x| f64::from(u8::from(x.is_none()))).collect());
            let level = Some(UNKNOWN.to_string());
            self.columns.push(DesignColumn { fact: fact.into(), level, against: None, scale: None });
        } else if missing > 0 {
            self.left_out.push((format!("{fact}: {UNKNOWN}"), Unusable::Rare));
        }
    }

    /// A class or a yes-or-no: one column for each level but the most common.
    fn levels(&mut self, values: &mut Vec<Vec<f64>>, fact: &str, column: &Column, buyers: &[CustomerIx]) {
        use naata_facts::FactValue;
        let of = |who: &CustomerIx| match column.value(*who) {
            Some(FactValue::Class(name)) => name,
            Some(FactValue::Flag(true)) => "yes",
            Some(FactValue::Flag(false)) => "no",
            _ => UNKNOWN,
        };
        let mut sizes: BTreeMap<&str, usize> = BTreeMap::new();
        for who in buyers {
            *sizes.entry(of(who)).or_default() += 1;
        }
        // The first of several that are equally common; what is not known is never what others are compared with.
        let known = sizes.iter().filter(|(name, _)| **name != UNKNOWN);
        let base = known.max_by_key(|(name, n)| (**n, std::cmp::Reverse(**name))).map(|(name, _)| *name);
        if sizes.len() < 2 {
            self.left_out.push((fact.into(), Unusable::Constant));
            return;
        }
        for (level, n) in sizes.iter().filter(|(level, _)| Some(**level) != base) {
            if *n < LEAST_LEVEL {
                self.left_out.push((format!("{fact}: {level}"), Unusable::Rare));
                continue;
            }
            values.push(buyers.iter().map(|who| f64::from(u8::from(of(who) == *level))).collect());
            self.columns.push(DesignColumn {
                fact: fact.into(),
                level: Some((*level).into()),
                against: base.map(str::to_string),
                scale: None,
            });
        }
    }

    /// Leaves out columns that those before them, and a constant, determine.
    fn distinct(&mut self, values: &mut Vec<Vec<f64>>, n: usize) {
        let mut design = Matrix::zeros(n, values.len() + 1);
        for i in 0..n {
            design.set(i, 0, 1.0);
            for (j, v) in values.iter().enumerate() {
                design.set(i, j + 1, v.get(i).copied().unwrap_or(0.0));
            }
        }
        for j in dependent_columns(&design, TOLERANCE).dependent.into_iter().rev().filter(|j| *j > 0) {
            values.remove(j - 1);
            let column = self.columns.remove(j - 1);
            self.left_out.push((column.name(), Unusable::Dependent));
        }
    }

    /// The row of a pattern.
    pub fn row(&self, pattern: u32) -> &[f64] {
        self.patterns.get(pattern as usize).map_or(&[], Vec::as_slice)
    }

    /// The pattern of a customer.
    pub fn pattern(&self, who: CustomerIx) -> u32 {
        self.of.get(who.at()).copied().unwrap_or(0)
    }
}

/// A purchase model whose parameters depend on covariates.
#[derive(Clone, Debug, PartialEq)]
pub struct CovariateModel {
    /// The model of a customer whose covariates are all zero.
    plain: AnyModel,
    /// The coefficients of the rate of purchases, then those of leaving and of staying.
    coefficients: Vec<f64>,
    /// The model of each pattern.
    patterns: Vec<AnyModel>,
    design: Arc<Design>,
}

/// The parameters that covariates move, by position, and the sign of it: first of purchases, then of leaving and staying.
pub(super) fn moves(name: &str) -> &'static [(usize, f64, Process)] {
    use super::{BgNbd, MbgNbd, ParetoNbd};
    const COIN: &[(usize, f64, Process)] =
        &[(1, -1.0, Process::Purchases), (2, 1.0, Process::Leaving), (3, 1.0, Process::Staying)];
    const CLOCK: &[(usize, f64, Process)] = &[(1, -1.0, Process::Purchases), (3, -1.0, Process::Leaving)];
    const NEVER: &[(usize, f64, Process)] = &[(1, -1.0, Process::Purchases)];
    match name {
        BgNbd::NAME | MbgNbd::NAME => COIN,
        ParetoNbd::NAME => CLOCK,
        _ => NEVER,
    }
}

/// How far a pattern moves the logarithms of the plain parameters.
pub(super) fn shift(name: &str, size: usize, coefficients: &[f64], row: &[f64]) -> Vec<f64> {
    let mut by = vec![0.0; size];
    for ((at, sign, _), part) in moves(name).iter().zip(coefficients.chunks(row.len().max(1))) {
        if let Some(slot) = by.get_mut(*at) {
            *slot = sign * part.iter().zip(row).map(|(c, z)| c * z).sum::<f64>();
        }
    }
    by
}

impl CovariateModel {
    /// The model at given coefficients: those of the rate of purchases, then those of leaving, then of staying where
    /// leaving is a coin; `None` where a pattern has no valid parameters.
    pub fn new(plain: AnyModel, coefficients: Vec<f64>, design: Arc<Design>) -> Option<Self> {
        let size = plain.parameters().len();
        let of = |row: &Vec<f64>| plain.moved(&shift(plain.name(), size, &coefficients, row));
        let patterns: Option<Vec<AnyModel>> = design.patterns.iter().map(of).collect();
        Some(Self { patterns: patterns?, plain, coefficients, design })
    }

    /// The model of a customer whose covariates are all zero.
    pub fn plain(&self) -> &AnyModel {
        &self.plain
    }

    /// The covariates.
    pub fn design(&self) -> &Arc<Design> {
        &self.design
    }

    /// The model of a history, by its pattern.
    pub fn at(&self, pattern: u32) -> &AnyModel {
        self.patterns.get(pattern as usize).unwrap_or(&self.plain)
    }

    /// The model moved by steps: logarithms of the plain parameters, then the coefficients themselves.
    pub(super) fn moved(&self, by: &[f64]) -> Option<Self> {
        let size = self.plain.parameters().len();
        let (plain, rest) = by.split_at_checked(size)?;
        let coefficients = self.coefficients.iter().zip(rest).map(|(c, by)| c + by).collect();
        Self::new(self.plain.moved(plain)?, coefficients, Arc::clone(&self.design))
    }
}

impl PurchaseModel for CovariateModel {
    fn name(&self) -> &'static str {
        self.plain.name()
    }

    fn parameters(&self) -> Vec<(&'static str, f64)> {
        self.plain.parameters()
    }

    fn ln_likelihood(&self, h: &History) -> f64 {
        self.at(h.pattern()).ln_likelihood(h)
    }

    fn ln_p_alive(&self, h: &History) -> Result<f64, Undefined> {
        self.at(h.pattern()).ln_p_alive(h)
    }

    fn expected_purchases(&self, h: &History, horizons: &[f64]) -> Vec<Option<f64>> {
        self.at(h.pattern()).expected_purchases(h, horizons)
    }

    fn survival(&self, h: &History, ahead: f64) -> Result<f64, Undefined> {
        self.at(h.pattern()).survival(h, ahead)
    }

    fn purchase_probabilities(&self, h: &History, ahead: f64, most: usize) -> Vec<f64> {
        self.at(h.pattern()).purchase_probabilities(h, ahead, most)
    }

    fn purchase_moments(&self, h: &History, ahead: f64) -> Option<(f64, f64)> {
        self.at(h.pattern()).purchase_moments(h, ahead)
    }

    fn draw(&self, age: f64, rng: &mut Rng) -> Option<History> {
        self.plain.draw(age, rng)
    }

    fn discounted_residual(&self, h: &History, rate: f64) -> Result<f64, Undefined> {
        self.at(h.pattern()).discounted_residual(h, rate)
    }
}

/// By how much one step of a column multiplies a rate or odds.
pub(super) fn factor(coefficient: f64) -> f64 {
    exp(coefficient)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn class(names: &[&str], of: impl Iterator<Item = Option<u32>>) -> Column {
        Column::Class { names: names.iter().map(|n| (*n).into()).collect(), of: of.collect() }
    }

    fn buyers(n: u32) -> Vec<CustomerIx> {
        (0..n).map(CustomerIx).collect()
    }

    #[test]
    fn numbers_are_scaled_and_classes_compared_with_the_most_common_level() {
        let n = 120;
        let staff = Column::Count((0..n).map(|i| (i % 6 > 0).then_some(u64::from(i % 3) * 10)).collect());
        let trade = class(
            &["Bank", "Mill", "Shop"],
            (0..n).map(|i| [Some(1), Some(0), None, Some(1)][i as usize % 4]),
        );
        let d = Design::of(&[("staff", &staff), ("trade", &trade)], &buyers(n), n as usize).unwrap();
        let names: Vec<String> = d.columns.iter().map(DesignColumn::name).collect();
        assert_eq!(names, ["staff", "staff: ?", "trade: ?", "trade: Bank"]);
        assert_eq!(d.columns[3].against.as_deref(), Some("Mill"));
        let (mean, deviation) = d.columns[0].scale.unwrap();
        assert!((mean - 12.0).abs() < 1e-12 && deviation > 0.0);
        assert!(d.patterns[0].iter().all(|z| *z == 0.0) && d.left_out.is_empty());
        // Customers with the same facts have the same row.
        assert_eq!(
            (d.pattern(CustomerIx(0)), d.row(d.pattern(CustomerIx(0)))),
            (d.pattern(CustomerIx(12)), &[0.0, 1.0, 0.0, 0.0][..])
        );
        assert_eq!(d.row(d.pattern(CustomerIx(2)))[2..], [1.0, 0.0]);
    }

    #[test]
    fn what_cannot_be_fitted_is_named_before_fitting() {
        let n = 100;
        let flag = Column::Flag((0..n).map(|i| Some(i % 2 == 0)).collect());
        let same = Column::Number(vec![Some(3.0); n as usize]);
        let twice = class(&["a", "b"], (0..n).map(|i| Some(i % 2)));
        let rare = class(&["a", "b"], (0..n).map(|i| Some(u32::from(i < 5))));
        let facts = [("flag", &flag), ("same", &same), ("twice", &twice), ("rare", &rare)];
        let d = Design::of(&facts, &buyers(n), n as usize).unwrap();
        assert_eq!(d.columns.len(), 1);
        let want =
            [("same", Unusable::Constant), ("rare: b", Unusable::Rare), ("twice: b", Unusable::Dependent)];
        assert_eq!(d.left_out, want.map(|(n, why)| (n.to_string(), why)));
        let refused = Design::of(&[("same", &same)], &buyers(n), n as usize).unwrap_err();
        assert_eq!(refused.to_string(), "fit a model: no covariate can be used: same (constant)");
    }
}
