//! The model that values opportunities: BG/BB, or what is left of it at an edge.
//!
//! Where customers do not differ in how they buy or leave, or nobody leaves, the data support a simpler model, and that one
//! gives every figure. It is worked out as BG/BB whose chances lie so close together that no figure can tell.
//!
//! # Formula
//! A chance p that all share is beta-distributed (p K, (1 - p) K) with K = 10^12, which moves no figure of n opportunities
//! by more than n^2/K; where nobody leaves, gamma = 1/K and delta = 1.
//!
//! # Source
//! Our own; the models are named in [`super::Nested`].

use super::bg_bb::{BgBb, Row};
use super::edges::at_edge;
use super::{Fit, FitOutcome, Nested, mixing};
use naata_math::{Matrix, exp, logistic};

/// How close together chances lie that are meant to be one.
const CLOSE: f64 = 1e12;

/// A model of opportunities that can be moved on the scale on which it was estimated.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Opportunity {
    /// The model.
    pub(super) model: BgBb,
    /// The nested model at an edge, with its estimates: log odds of shared chances, logarithms of shapes.
    edge: Option<(Nested, Vec<f64>)>,
}

impl Opportunity {
    /// The model of a fit, with the covariance of its estimates; `None` where there is neither a maximum nor an edge with
    /// one.
    pub(super) fn of(fit: &Fit<BgBb>, rows: &[Row]) -> Option<(Self, Matrix)> {
        if let Some((model, covariance)) = fit.model.zip(fit.ln_covariance.clone()) {
            return Some((Self { model, edge: None }, covariance));
        }
        let FitOutcome::Boundary { nested, .. } = fit.outcome else { return None };
        let rows: Vec<_> = rows.iter().map(|r| (r.x(), r.t_x(), r.n(), r.weight())).collect();
        let (at, covariance) = at_edge(nested, &rows)?;
        let model = limit(nested, &at)?;
        Some((Self { model, edge: Some((nested, at)) }, covariance))
    }

    /// The model at moved estimates.
    pub(super) fn moved(&self, by: &[f64]) -> Option<BgBb> {
        match &self.edge {
            None => {
                let [a, b, c, d] = mixing::moved(self.model.parameters().map(|p| p.1), by);
                BgBb::new(a, b, c, d)
            }
            Some((nested, at)) => {
                limit(*nested, &at.iter().zip(by).map(|(at, by)| at + by).collect::<Vec<_>>())
            }
        }
    }

    /// The chance to buy, and the chance to leave, that all customers share: at an edge.
    pub(super) fn shared(&self) -> (Option<f64>, Option<f64>) {
        match &self.edge {
            Some((Nested::Binomial | Nested::EqualRates, at)) => (at.first().map(|x| logistic(*x)), None),
            Some((Nested::EqualRatesEqualOdds, at)) => {
                (at.first().map(|x| logistic(*x)), at.get(1).map(|x| logistic(*x)))
            }
            Some((Nested::EqualOdds, at)) => (None, at.get(2).map(|x| logistic(*x))),
            _ => (None, None),
        }
    }

    /// The nested model, at an edge.
    pub(super) fn nested(&self) -> Option<Nested> {
        self.edge.as_ref().map(|e| e.0)
    }
}

/// BG/BB as close to a nested model as matters.
fn limit(nested: Nested, at: &[f64]) -> Option<BgBb> {
    let one = |x: f64| (CLOSE * logistic(x), CLOSE * logistic(-x));
    let never = (1.0 / CLOSE, 1.0);
    let (buys, leaves) = match (nested, at) {
        (Nested::Binomial, [p]) => (one(*p), never),
        (Nested::BetaBinomial, [a, b]) => ((exp(*a), exp(*b)), never),
        (Nested::EqualRatesEqualOdds, [p, q]) => (one(*p), one(*q)),
        (Nested::EqualOdds, [a, b, q]) => ((exp(*a), exp(*b)), one(*q)),
        (Nested::EqualRates, [p, c, d]) => (one(*p), (exp(*c), exp(*d))),
        _ => return None,
    };
    BgBb::new(buys.0, buys.1, leaves.0, leaves.1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use naata_math::{Beta, Rng, powi};
    use naata_testkit::assert_close;

    /// Customers who each buy with a chance of their own, and all leave with one chance before each opportunity.
    fn world(n: u32, seed: u64, leave: f64) -> Vec<Row> {
        let mut rng = Rng::new(seed);
        let chances = Beta::new(1.0, 2.0).unwrap();
        (0..n)
            .map(|i| {
                let (p, seen) = (chances.sample(&mut rng), 6 + i % 6);
                let (mut x, mut last) = (0, 0);
                for k in 1..=seen {
                    if rng.chance(leave) {
                        break;
                    }
                    if rng.chance(p) {
                        (x, last) = (x + 1, k);
                    }
                }
                Row::new(x, last, seen, 1.0).unwrap()
            })
            .collect()
    }

    #[test]
    fn at_an_edge_the_nested_model_gives_every_figure() {
        let mut edges = 0;
        for (seed, leave) in [(1, 0.1), (2, 0.1), (3, 0.0), (4, 0.0), (5, 0.1), (6, 0.1)] {
            let rows = world(1_200, seed, leave);
            let fit = BgBb::fit(&rows);
            let Some((used, covariance)) = Opportunity::of(&fit, &rows) else {
                // Where the nested model has no maximum inside either, there is no figure.
                assert!(!fit.is_interior(), "{fit:?}");
                continue;
            };
            let Some(nested) = used.nested() else {
                assert!(fit.is_interior());
                continue;
            };
            edges += 1;
            assert_eq!(covariance.rows(), nested.parameters());
            // The limit has the likelihood of the nested model itself.
            let sum: f64 = rows.iter().map(|r| used.model.ln_likelihood(r)).sum();
            assert_close("likelihood", sum, fit.log_likelihood, 1e-9);
            for r in rows.iter().take(40) {
                let p = used.model.purchase_probabilities(r, 8);
                assert_close("probabilities", p.iter().sum(), 1.0, 1e-9);
                let mean: f64 = (0u32..).zip(&p).map(|(k, p)| f64::from(k) * p).sum();
                assert_close("mean", mean, used.model.expected_purchases(r, 8), 1e-9);
                let alive = used.model.p_alive(r, 0);
                match nested {
                    Nested::BetaBinomial => assert!((alive - 1.0).abs() < 1e-9),
                    Nested::EqualOdds => {
                        // Who is a customer is one k opportunities later with the k-th power of staying.
                        let stays = 1.0 - used.shared().1.unwrap();
                        assert_close("stays", used.model.p_alive(r, 5) / alive, powi(stays, 5), 1e-9);
                    }
                    _ => {}
                }
            }
        }
        assert!(edges >= 3, "{edges} of 6 worlds at an edge");
    }
}
