//! What one customer will spend: the range that holds it.
//!
//! # Formula
//! Given k purchases and a customer's own rate of spend, gamma with shape `A = p x + q` and rate `B = v + x m`, the sum T of
//! the k amounts has `P(T <= t) = I_u(p k, A)`, `u = t / (B + t)`, I the regularised incomplete beta function. Over the
//! chances of k, which are mixed over the uncertain parameters of the purchase model, the quantiles of T are found in u by
//! bracketing. The parameters of spend are taken as estimated: one customer's own rate is far less known than they are.
//!
//! # Source
//! Fader and Hardie, "The Gamma-Gamma Model of Monetary Value", 2013 (the sum of k amounts); our own arrangement.

use super::GammaGamma;
use naata_math::{beta_lower, bracket};

/// Chances below this are not worth adding.
const NEGLIGIBLE: f64 = 1e-9;

/// The interval of the spend of a customer with `x` occasions of mean `m`, from the chances of 0, 1, 2, ... purchases; what
/// lies below and above it has a chance of `tail` each.
pub(super) fn spend_range(
    gamma: &GammaGamma,
    x: u32,
    m: f64,
    chances: &[f64],
    tail: f64,
) -> Option<(f64, f64)> {
    let [p, q, v] = gamma.parameters().map(|p| p.1);
    let (shape, rate) = (p * f64::from(x) + q, v + f64::from(x) * m);
    let none = chances.first().copied()?;
    let counted: Vec<(f64, f64)> = (0u32..)
        .zip(chances)
        .skip(1)
        .filter(|(_, c)| **c > NEGLIGIBLE)
        .map(|(k, c)| (f64::from(k), *c))
        .collect();
    let at = |level: f64| -> Option<f64> {
        if none >= level {
            return Some(0.0);
        }
        let below = |u: f64| none + counted.iter().map(|(k, c)| c * beta_lower(p * k, shape, u)).sum::<f64>();
        let u = bracket::root(0.0, 1.0, 1e-12, |u| below(u) - level).ok()?;
        Some(rate * u / (1.0 - u)).filter(|t| t.is_finite())
    };
    at(tail).zip(at(1.0 - tail))
}

#[cfg(test)]
mod tests {
    use super::*;
    use naata_math::{Gamma, Poisson, Rng};

    #[test]
    fn drawn_sums_fall_within_as_often_as_said() {
        let (p, q, v) = (6.25, 3.74, 15.4);
        let gamma = GammaGamma::new(p, q, v).unwrap();
        let (x, m, mean) = (3, 30.0, 2.5);
        let purchases = Poisson::new(mean).unwrap();
        let chances: Vec<f64> = (0..60).map(|k| purchases.pmf(k)).collect();
        let (low, high) = spend_range(&gamma, x, m, &chances, 0.1).unwrap();
        let rate = Gamma::new(p * 3.0 + q, v + 90.0).unwrap();
        let mut rng = Rng::new(11);
        let (mut under, mut over, n) = (0, 0, 40_000);
        for _ in 0..n {
            let nu = rate.sample(&mut rng);
            let k = purchases.sample(&mut rng);
            let t = if k == 0 { 0.0 } else { Gamma::new(p * k as f64, nu).unwrap().sample(&mut rng) };
            under += u32::from(t < low);
            over += u32::from(t > high);
        }
        let share = |n: u32| f64::from(n) / 40_000.0;
        // Three standard errors of a share of a tenth are 0.0045.
        assert!((share(under) - 0.1).abs() < 0.0045 && (share(over) - 0.1).abs() < 0.0045, "{under} {over}");
    }

    #[test]
    fn who_probably_buys_nothing_has_a_range_that_begins_at_nothing() {
        let gamma = GammaGamma::new(6.25, 3.74, 15.4).unwrap();
        assert_eq!(spend_range(&gamma, 0, 0.0, &[1.0], 0.05), Some((0.0, 0.0)));
        let (low, high) = spend_range(&gamma, 0, 0.0, &[0.5, 0.3, 0.2], 0.05).unwrap();
        assert!(low == 0.0 && high > 0.0);
        assert_eq!(spend_range(&gamma, 0, 0.0, &[], 0.05), None);
    }
}
