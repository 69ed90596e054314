//! When and how much a customer buys: the BG/NBD and Gamma-Gamma models, simulated exactly.
//!
//! # Formula
//! A customer buys at rate `lambda` while active, `lambda ~ Gamma(r, rate alpha)` per week, and becomes inactive after
//! each repeat purchase with probability `p ~ Beta(a, b)`. The spend of a day is `Gamma(p, rate nu)` rupees with
//! `nu ~ Gamma(q, rate v)`, independent of the rate and of the drop-out.
//!
//! # Source
//! Fader, Hardie and Lee, "Counting Your Customers" the Easy Way, 2005; Fader and Hardie, "The Gamma-Gamma Model of
//! Monetary Value", 2013.

use crate::Error;
use naata_core::Day;
use naata_math::{Beta, Gamma, Rng};
use serde::Serialize;

/// The parameters purchases are drawn from; time in weeks, money in rupees.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Model {
    /// Shape of the purchase rates; the mean rate is `r / alpha` a week.
    pub r: f64,
    /// Rate (inverse scale) of the purchase rates, in weeks.
    pub alpha: f64,
    /// First shape of the drop-out chances; the mean chance is `a / (a + b)`.
    pub a: f64,
    /// Second shape of the drop-out chances.
    pub b: f64,
    /// Shape of the spend of one day around a customer's mean.
    pub p: f64,
    /// Shape of the spend rates across customers; the mean spend is `p v / (q - 1)`.
    pub q: f64,
    /// Rate of the spend rates across customers, in rupees.
    pub v: f64,
}

impl Default for Model {
    fn default() -> Self {
        Self { r: 0.9, alpha: 10.0, a: 0.8, b: 3.6, p: 5.0, q: 4.0, v: 880.0 }
    }
}

/// A day on which a customer bought, and what the day came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Occasion {
    pub(crate) day: Day,
    pub(crate) paise: i64,
}

/// The distributions of a model, checked once.
pub(crate) struct Buying {
    rate: Gamma,
    dropout: Beta,
    spend_rate: Gamma,
    p: f64,
}

impl Buying {
    pub(crate) fn new(model: &Model) -> Result<Self, Error> {
        // The spend of a day is drawn at rate 1 and divided by the customer's rate; this checks its shape.
        Gamma::new(model.p, 1.0)?;
        Ok(Self {
            rate: Gamma::new(model.r, model.alpha)?,
            dropout: Beta::new(model.a, model.b)?,
            spend_rate: Gamma::new(model.q, model.v)?,
            p: model.p,
        })
    }

    /// Draws one customer's days of purchase from the first to the end of the period, with the spend of each.
    pub(crate) fn occasions(&self, rng: &mut Rng, first: Day, until: Day) -> Result<Vec<Occasion>, Error> {
        let daily = self.rate.sample(rng) / 7.0;
        let dropout = self.dropout.sample(rng);
        let spend = Gamma::new(self.p, self.spend_rate.sample(rng).max(f64::MIN_POSITIVE))?;
        let age = i32::try_from(until.since(first)).unwrap_or(i32::MAX).max(0);
        let mut times = Vec::new();
        let mut elapsed = 0.0;
        // There cannot be more days of purchase than days.
        while times.len() < age.unsigned_abs() as usize {
            elapsed += rng.exponential() / daily;
            if elapsed >= f64::from(age) {
                break;
            }
            times.push(elapsed);
            if rng.chance(dropout) {
                break;
            }
        }
        let days =
            std::iter::once(first).chain(distinct_days(&times, age).into_iter().map(|d| Day(first.0 + d)));
        Ok(days.map(|day| Occasion { day, paise: paise(spend.sample(rng)) }).collect())
    }
}

/// Rounds rising times to whole days of their own, at least 1 and at most `age`.
///
/// Two purchases of one day would count as one occasion and bias the rate; the later one moves to the next free day
/// instead, so that the number of purchases stays exact and times move by a fraction of a day.
fn distinct_days(times: &[f64], age: i32) -> Vec<i32> {
    let mut days: Vec<i32> = Vec::with_capacity(times.len());
    let mut before = 0;
    for time in times {
        before = (time.round() as i32).max(before + 1);
        days.push(before);
    }
    let mut after = age + 1;
    for day in days.iter_mut().rev() {
        *day = (*day).min(after - 1);
        after = *day;
    }
    days
}

/// Rupees in whole paise: at least one rupee, at most ten million.
fn paise(rupees: f64) -> i64 {
    ((rupees * 100.0).round() as i64).clamp(100, 1_000_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;
    use naata_math::Rng;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn days_rise_and_stay_inside(gaps in proptest::collection::vec(0.0f64..4.0, 0..40), slack in 0.0f64..3.0) {
            let mut sum = 0.0;
            let times: Vec<f64> = gaps.iter().map(|g| { sum += g; sum }).collect();
            let age = ((sum + slack).ceil() as i32).max(gaps.len() as i32);
            let days = distinct_days(&times, age);
            prop_assert_eq!(days.len(), times.len());
            prop_assert!(days.windows(2).all(|w| w[0] < w[1]));
            prop_assert!(days.iter().all(|d| (1..=age).contains(d)));
        }
    }

    #[test]
    fn means_are_those_of_the_model() {
        let model = Model::default();
        let buying = Buying::new(&model).expect("a valid model");
        let (first, until) = (Day(0), Day(364));
        let n = 20_000;
        let (mut repeats, mut spend) = (Vec::new(), Vec::new());
        for customer in 0..n {
            let mut rng = Rng::stream(3, "test", customer);
            let days = buying.occasions(&mut rng, first, until).expect("draws");
            repeats.push((days.len() - 1) as f64);
            spend.push(days[0].paise as f64 / 100.0);
        }
        let mean = |xs: &[f64]| xs.iter().sum::<f64>() / xs.len() as f64;
        let error = |xs: &[f64]| {
            let m = mean(xs);
            naata_math::sqrt(xs.iter().map(|x| (x - m) * (x - m)).sum::<f64>()) / xs.len() as f64
        };
        // E[X(t)] of the BG/NBD after 52 weeks, equation 9 of its paper, worked out with SciPy's hyp2f1.
        let expected = 2.886_077_009_598_89;
        assert!((mean(&repeats) - expected).abs() < 4.0 * error(&repeats), "{}", mean(&repeats));
        let expected = model.p * model.v / (model.q - 1.0);
        assert!((mean(&spend) - expected).abs() < 4.0 * error(&spend), "{}", mean(&spend));
    }
}
