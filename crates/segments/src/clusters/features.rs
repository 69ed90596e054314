//! The figures that customers are grouped by: named, transformed, brought to one scale.
//!
//! # Formula
//! Each feature is taken as it is or as ln(1 + x), then as (x - mean) / sd over all customers, with the population
//! sd. A feature with one single value tells nobody apart and is left out.

use crate::Error;
use crate::rfm::{Frequency, Refunds, measure};
use naata_core::{CustomerIx, Day, Minor, MoneyUnit, Summary};
use naata_facts::{FactValue, Facts};
use naata_math::{Neumaier, ln_1p, sqrt};

/// What is done to a feature before it is scaled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transform {
    /// Nothing.
    Plain,
    /// ln(1 + x): for what spreads over orders of magnitude; there is none for -1 and below.
    Log1p,
}

/// A feature: one of `recency`, `frequency`, `monetary` of the purchases, or the name of a fact, with its transform.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Feature {
    /// The name.
    pub name: Box<str>,
    /// What is done to it.
    pub transform: Transform,
}

/// The names that stand for days since the last purchase, number of purchases, and sum paid in major units.
pub const OWN: [&str; 3] = ["recency", "frequency", "monetary"];

/// Reads features such as `log1p(recency), log1p(monetary), metrics.clv.p_alive`.
pub fn read_features(text: &str) -> Result<Vec<Feature>, Error> {
    let bad = || Error::Features { text: text.into() };
    let mut out: Vec<Feature> = Vec::new();
    for part in text.split(',').map(str::trim) {
        let (name, transform) = match part.strip_suffix(')') {
            Some(inner) => (inner.strip_prefix("log1p(").ok_or_else(bad)?.trim(), Transform::Log1p),
            None => (part, Transform::Plain),
        };
        let plain = |c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '-');
        if name.is_empty() || !name.chars().all(plain) || out.iter().any(|f| *f.name == *name) {
            return Err(bad());
        }
        out.push(Feature { name: name.into(), transform });
    }
    Ok(out)
}

/// Points in several dimensions, one after the other.
#[derive(Clone, Copy, Debug)]
pub struct Points<'a> {
    dims: usize,
    values: &'a [f64],
}

impl<'a> Points<'a> {
    /// Points of so many dimensions each; `None` with no dimension, a part of a point, or a value that is no number.
    pub fn new(dims: usize, values: &'a [f64]) -> Option<Self> {
        let whole = dims > 0 && values.len().is_multiple_of(dims);
        (whole && values.iter().all(|v| v.is_finite())).then_some(Self { dims, values })
    }

    /// How many points there are.
    pub fn len(&self) -> usize {
        self.values.len() / self.dims
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// Dimensions of a point.
    pub fn dims(&self) -> usize {
        self.dims
    }

    /// A point by position; empty past the end.
    pub fn get(&self, at: usize) -> &'a [f64] {
        self.values.get(at * self.dims..(at + 1) * self.dims).unwrap_or(&[])
    }

    /// All points, in order.
    pub fn iter(&self) -> std::slice::ChunksExact<'a, f64> {
        self.values.chunks_exact(self.dims)
    }

    /// All values, point after point.
    pub(super) fn values(&self) -> &'a [f64] {
        self.values
    }
}

/// The features of all customers who have them all.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Features {
    /// The features in use.
    pub features: Vec<Feature>,
    /// The customers, in order.
    pub who: Vec<CustomerIx>,
    /// What was measured, customer after customer.
    pub raw: Vec<f64>,
    /// The same, transformed and scaled.
    pub scaled: Vec<f64>,
    /// The mean of each transformed feature.
    pub mean: Vec<f64>,
    /// Its population standard deviation.
    pub deviation: Vec<f64>,
    /// Features left out, because everybody has the same value.
    pub flat: Vec<Box<str>>,
    /// Customers left out, because a feature is missing.
    pub missing: u64,
    /// Customers left out, because a logarithm has no value or a number is not finite.
    pub out_of_range: u64,
}

impl Features {
    /// The scaled points; `None` where there is none.
    pub fn points(&self) -> Option<Points<'_>> {
        Points::new(self.features.len(), &self.scaled).filter(|p| !p.is_empty())
    }

    /// Transforms and scales columns of equal length, one for each feature; a customer without one of them is left out.
    pub fn of_columns(features: Vec<Feature>, columns: &[Vec<Option<f64>>]) -> Self {
        let customers = columns.iter().map(Vec::len).max().unwrap_or(0) as u32;
        let mut out = Self {
            who: Vec::new(),
            raw: Vec::new(),
            scaled: Vec::new(),
            mean: Vec::new(),
            deviation: Vec::new(),
            flat: Vec::new(),
            missing: 0,
            out_of_range: 0,
            features: Vec::new(),
        };
        let (mut raw, mut moved): (Vec<Vec<f64>>, Vec<Vec<f64>>) =
            (vec![Vec::new(); features.len()], vec![Vec::new(); features.len()]);
        for ix in (0..customers).map(CustomerIx) {
            let values: Option<Vec<f64>> =
                columns.iter().map(|c| c.get(ix.at()).copied().flatten()).collect();
            let Some(values) = values else {
                out.missing += 1;
                continue;
            };
            let turned = values.iter().zip(&features).map(|(x, f)| match f.transform {
                Transform::Plain => *x,
                Transform::Log1p => ln_1p(*x),
            });
            let turned: Vec<f64> = turned.collect();
            if !turned.iter().all(|x| x.is_finite()) {
                out.out_of_range += 1;
                continue;
            }
            out.who.push(ix);
            for (at, (x, y)) in values.iter().zip(turned).enumerate() {
                raw[at].push(*x);
                moved[at].push(y);
            }
        }
        let n = out.who.len() as f64;
        let mut kept = Vec::new();
        for ((feature, raw), moved) in features.into_iter().zip(raw).zip(moved) {
            let mean = moved.iter().copied().collect::<Neumaier>().total() / n;
            let squares: Neumaier = moved.iter().map(|x| (x - mean) * (x - mean)).collect();
            let deviation = sqrt(squares.total() / n);
            let first = moved.first().copied();
            if moved.iter().all(|x| Some(*x) == first) || !(deviation > 0.0 && deviation.is_finite()) {
                out.flat.push(feature.name);
                continue;
            }
            out.mean.push(mean);
            out.deviation.push(deviation);
            out.features.push(feature);
            kept.push((raw, moved.iter().map(|x| (x - mean) / deviation).collect::<Vec<f64>>()));
        }
        for at in 0..out.who.len() {
            out.raw.extend(kept.iter().filter_map(|(raw, _)| raw.get(at)));
            out.scaled.extend(kept.iter().filter_map(|(_, scaled)| scaled.get(at)));
        }
        out
    }
}

/// Gathers features from purchases and facts. Facts may be counts, numbers, amounts (in major units) or flags.
pub fn features(
    summaries: &[Summary],
    unit: MoneyUnit,
    facts: &Facts,
    wanted: Vec<Feature>,
    as_of: Day,
) -> Result<Features, Error> {
    let m = measure(summaries, Frequency::Purchases, Refunds::Net, as_of)?;
    let own = |values: &[i64], of: fn(i64, MoneyUnit) -> f64| {
        let mut column = vec![None; summaries.len()];
        for (who, v) in m.who.iter().zip(values) {
            if let Some(slot) = column.get_mut(who.at()) {
                *slot = Some(of(*v, unit));
            }
        }
        column
    };
    let mut columns = Vec::with_capacity(wanted.len());
    for f in &wanted {
        columns.push(match &*f.name {
            "recency" => own(&m.recency, |v, _| v as f64),
            "frequency" => own(&m.frequency, |v, _| v as f64),
            "monetary" => own(&m.monetary, |v, unit| unit.float(Minor(v))),
            name => {
                let column = facts.column(name)?;
                let number = |i: u32| match column.value(CustomerIx(i)) {
                    Some(FactValue::Number(x)) => Some(x),
                    Some(FactValue::Count(n)) => Some(n as f64),
                    Some(FactValue::Money(m, unit)) => Some(unit.float(m)),
                    Some(FactValue::Flag(b)) => Some(f64::from(u8::from(b))),
                    _ => None,
                };
                if matches!(column.kind(), "names" | "dates") {
                    return Err(Error::NoNumbers { fact: name.into(), holds: column.kind() });
                }
                (0..facts.customers() as u32).map(number).collect()
            }
        });
    }
    Ok(Features::of_columns(wanted, &columns))
}

#[cfg(test)]
mod tests {
    use super::*;
    use naata_testkit::assert_close;

    #[test]
    fn features_are_read() {
        let read = read_features(" log1p(recency), frequency ,log1p( metrics.clv.p_alive )").unwrap();
        assert_eq!(
            read.iter().map(|f| &*f.name).collect::<Vec<_>>(),
            ["recency", "frequency", "metrics.clv.p_alive"]
        );
        assert_eq!(read[1].transform, Transform::Plain);
        for bad in ["", "r,", "log(r)", "r,r", "log1p(r", "r f", "log1p()"] {
            assert!(read_features(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn columns_are_scaled_and_what_does_not_fit_is_counted() {
        let wanted = read_features("a,log1p(b),c").unwrap();
        let a = vec![Some(1.0), Some(3.0), None, Some(9.0)];
        let b = vec![Some(0.0), Some(3.0), Some(1.0), Some(-2.0)];
        let f = Features::of_columns(wanted, &[a, b, vec![Some(7.0); 4]]);
        assert_eq!((f.missing, f.out_of_range, f.flat.clone()), (1, 1, vec!["c".into()]));
        assert_eq!(f.who, [CustomerIx(0), CustomerIx(1)]);
        assert_eq!((f.raw.clone(), f.scaled.clone()), (vec![1.0, 0.0, 3.0, 3.0], vec![-1.0, -1.0, 1.0, 1.0]));
        assert_close("mean", f.mean[1], naata_math::ln(2.0), 1e-15);
    }

    #[test]
    fn points_are_whole_and_finite() {
        assert!(Points::new(2, &[1.0, 2.0, 3.0]).is_none() && Points::new(0, &[]).is_none());
        assert!(Points::new(1, &[f64::NAN]).is_none());
        assert_eq!(Points::new(2, &[1.0, 2.0, 3.0, 4.0]).unwrap().get(1), [3.0, 4.0]);
    }
}
