//! What every model of repeat purchases answers.

use super::History;

/// A model of repeat purchases at given parameters.
///
/// Times are in the unit its parameters were estimated in.
pub trait PurchaseModel: Send + Sync {
    /// The name of the model, as on the command line.
    fn name(&self) -> &'static str;
    /// Names and values of its parameters.
    fn parameters(&self) -> Vec<(&'static str, f64)>;
    /// The logarithm of the likelihood of one history.
    fn ln_likelihood(&self, history: &History) -> f64;
    /// The logarithm of the probability that the customer is still one at the end of their history.
    fn ln_p_alive(&self, history: &History) -> f64;
    /// The expected purchases in the time up to each of `horizons` after the end of the history; `None` where a
    /// figure is out of numerical reach.
    fn expected_purchases(&self, history: &History, horizons: &[f64]) -> Vec<Option<f64>>;

    /// The probability that the customer is still one at the end of their history.
    fn p_alive(&self, history: &History) -> f64 {
        naata_math::exp(self.ln_p_alive(history))
    }
}
