//! The parametric bootstrap: what the estimates would have been, had chance fallen otherwise.
//!
//! # Formula
//! From the fitted models as many customers are drawn as there are, each seen as long as a real one, and the models are
//! fitted to them again. Over many such draws the share (1 - level)/2 is cut off at either end of each estimate.
//!
//! # Source
//! Efron and Tibshirani, "An Introduction to the Bootstrap", 1993.

use super::{AnyModel, Base, Collapsed, GammaGamma, History, PurchaseModel, collapse};
use naata_core::{Context, map_parts};
use naata_math::{Gamma, Rng, quantile};

/// Estimates from drawn customers.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Bootstrap {
    /// How many draws were made.
    pub draws: u32,
    /// Those whose models could be fitted again.
    pub fitted: u32,
    /// The interval of each parameter of the purchase model.
    pub parameters: Vec<(&'static str, f64, f64)>,
    /// The interval of the value of all customers.
    pub total: Option<(f64, f64)>,
}

/// With fewer fits no interval is given.
const LEAST: usize = 20;

impl Bootstrap {
    /// Draws and fits `draws` times; `value` is the value of all customers at other models.
    pub(super) fn of(
        base: &Base,
        model: &AnyModel,
        spend: Option<&GammaGamma>,
        draws: u32,
        level: f64,
        cx: &Context<'_>,
        value: impl Fn(&AnyModel, &GammaGamma) -> Option<f64> + Sync,
    ) -> Self {
        let one = |k: usize| -> Option<(Vec<f64>, Option<f64>)> {
            let mut rng = Rng::stream(cx.seed, "clv.bootstrap", k as u64);
            let (histories, pairs) = draw(base, model, spend, &mut rng)?;
            let again = model.refit(&Collapsed::new(&histories)).model?;
            let money = spend.and_then(|_| GammaGamma::fit(&collapse(pairs).0).model);
            let parameters = again.parameters().iter().map(|p| p.1).collect();
            Some((parameters, money.and_then(|m| value(&again, &m))))
        };
        let fits: Vec<_> = map_parts(cx.exec, draws as usize, one).into_iter().flatten().collect();
        let cut = |mut values: Vec<f64>| {
            let tail = 0.5 * (1.0 - level);
            let enough = values.len() >= LEAST;
            quantile(&mut values, tail).zip(quantile(&mut values, 1.0 - tail)).filter(|_| enough)
        };
        let names = model.parameters();
        let of = |i: usize| cut(fits.iter().filter_map(|f| f.0.get(i)).copied().collect());
        let parameters = names.iter().enumerate().filter_map(|(i, p)| of(i).map(|(a, b)| (p.0, a, b)));
        Self {
            draws,
            fitted: fits.len() as u32,
            parameters: parameters.collect(),
            total: cut(fits.iter().filter_map(|f| f.1).collect()),
        }
    }
}

/// Histories, and purchases with their mean amount of each who comes back.
type Drawn = (Vec<History>, Vec<(u32, f64)>);

/// Draws a history for each buyer, and a mean spend for each who comes back.
fn draw(base: &Base, model: &AnyModel, spend: Option<&GammaGamma>, rng: &mut Rng) -> Option<Drawn> {
    let mut histories = Vec::with_capacity(base.buyers.len());
    let mut pairs = Vec::new();
    for b in &base.buyers {
        let pattern = b.history.pattern();
        let h = model.of_pattern(pattern).draw(b.history.age(), rng)?.with_pattern(pattern);
        if let Some(gamma) = spend.filter(|_| h.x() > 0) {
            let [p, q, v] = gamma.parameters().map(|p| p.1);
            let rate = Gamma::new(q, v).ok()?.sample(rng);
            let x = f64::from(h.x());
            pairs.push((h.x(), Gamma::new(p * x, x * rate).map_or(0.0, |g| g.sample(rng))));
        }
        histories.push(h);
    }
    Some((histories, pairs))
}
