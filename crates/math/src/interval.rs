//! Confidence intervals for shares, counts, means and ratios, each with the name of its method.

use crate::beta_dist::Beta;
use crate::elementary::{exp, ln, sqrt};
use crate::error::{Error, finite};
use crate::gamma_dist::Gamma;
use crate::normal::Normal;

/// How an interval was calculated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Method {
    /// Wilson's score interval of a share.
    Wilson,
    /// Clopper and Pearson's exact interval of a share.
    ClopperPearson,
    /// Garwood's exact interval of a Poisson count.
    PoissonExact,
    /// Estimate plus and minus a multiple of its standard error.
    Normal,
    /// Katz's interval of a ratio of two shares, on the logarithmic scale.
    KatzLog,
}

impl Method {
    /// Returns the stable name of the method.
    pub fn name(&self) -> &'static str {
        match self {
            Method::Wilson => "wilson",
            Method::ClopperPearson => "clopper-pearson",
            Method::PoissonExact => "poisson-exact",
            Method::Normal => "normal",
            Method::KatzLog => "katz-log",
        }
    }
}

/// A confidence interval.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Interval {
    /// The lower end.
    pub low: f64,
    /// The upper end.
    pub high: f64,
    /// The confidence, such as 0.95.
    pub level: f64,
    /// How the ends were found.
    pub method: Method,
}

impl Interval {
    /// Returns whether a value lies inside, ends included.
    pub fn contains(&self, value: f64) -> bool {
        self.low <= value && value <= self.high
    }

    /// Returns the distance between the ends.
    pub fn width(&self) -> f64 {
        self.high - self.low
    }
}

/// Returns the probability beyond each end of a two-sided interval.
fn tail(level: f64) -> Result<f64, Error> {
    if level > 0.0 && level < 1.0 {
        return Ok(0.5 * (1.0 - level));
    }
    Err(Error::OutOfDomain {
        parameter: "confidence",
        value: level,
        allowed: "between 0 and 1, both excluded",
    })
}

/// Returns the number of standard errors that a two-sided interval reaches to either side.
///
/// # Errors
/// A confidence outside (0, 1).
pub fn critical_z(level: f64) -> Result<f64, Error> {
    Ok(Normal::STANDARD.quantile_upper(tail(level)?))
}

/// Checks a share of `hits` among `n`.
fn share(hits: u64, n: u64) -> Result<(f64, f64), Error> {
    if n == 0 {
        return Err(Error::Empty { what: "a share" });
    }
    if hits > n {
        let allowed = "at most the number of trials";
        return Err(Error::OutOfDomain { parameter: "hits", value: hits as f64, allowed });
    }
    Ok((hits as f64, n as f64))
}

/// Returns Wilson's interval for the share of `hits` among `n`.
///
/// Serves every sample size and never leaves [0, 1]: the default for a share.
///
/// # Formula
/// (p + z^2/2n +- z sqrt(p (1-p)/n + z^2/4n^2)) / (1 + z^2/n).
///
/// # Source
/// Wilson, "Probable Inference, the Law of Succession, and Statistical Inference", 1927.
///
/// # Errors
/// No trials, more hits than trials, or a confidence outside (0, 1).
pub fn wilson(hits: u64, n: u64, level: f64) -> Result<Interval, Error> {
    let z = critical_z(level)?;
    let (x, n_real) = share(hits, n)?;
    let square = z * z;
    let scale = n_real + square;
    let centre = (x + 0.5 * square) / scale;
    let reach = z / scale * sqrt(x * ((n_real - x) / n_real) + 0.25 * square);
    let low = if hits == 0 { 0.0 } else { centre - reach };
    let high = if hits == n { 1.0 } else { centre + reach };
    Ok(Interval { low, high, level, method: Method::Wilson })
}

/// Returns Clopper and Pearson's interval for the share of `hits` among `n`.
///
/// It covers at least the stated confidence, whatever the true share; the price is width.
///
/// # Formula
/// Beta quantiles: (1-level)/2 of Beta(x, n-x+1) and (1+level)/2 of Beta(x+1, n-x).
///
/// # Source
/// Clopper and Pearson, "The Use of Confidence or Fiducial Limits", 1934.
///
/// # Errors
/// As [`wilson`].
pub fn clopper_pearson(hits: u64, n: u64, level: f64) -> Result<Interval, Error> {
    let beyond = tail(level)?;
    let (x, n_real) = share(hits, n)?;
    let low = if hits == 0 { 0.0 } else { Beta::new(x, n_real - x + 1.0)?.quantile(beyond) };
    let high = if hits == n { 1.0 } else { Beta::new(x + 1.0, n_real - x)?.quantile_upper(beyond) };
    Ok(Interval { low, high, level, method: Method::ClopperPearson })
}

/// Returns the exact interval for the mean of a Poisson distribution of which one count was seen.
///
/// # Formula
/// Gamma quantiles: (1-level)/2 of Gamma(count) and (1+level)/2 of Gamma(count + 1).
///
/// # Source
/// Garwood, "Fiducial Limits for the Poisson Distribution", 1936.
///
/// # Errors
/// A confidence outside (0, 1).
pub fn poisson_exact(count: u64, level: f64) -> Result<Interval, Error> {
    let beyond = tail(level)?;
    let x = count as f64;
    let low = if count == 0 { 0.0 } else { Gamma::new(x, 1.0)?.quantile(beyond) };
    let high = Gamma::new(x + 1.0, 1.0)?.quantile_upper(beyond);
    Ok(Interval { low, high, level, method: Method::PoissonExact })
}

/// Returns the interval of an estimate that is normal around the truth with a known standard error.
///
/// # Errors
/// An estimate that is not finite, a standard error that is negative or not finite, or a confidence outside
/// (0, 1).
pub fn normal(estimate: f64, standard_error: f64, level: f64) -> Result<Interval, Error> {
    let z = critical_z(level)?;
    let centre = finite("estimate", estimate)?;
    if !(standard_error >= 0.0 && standard_error.is_finite()) {
        let allowed = "finite and at least 0";
        return Err(Error::OutOfDomain { parameter: "standard error", value: standard_error, allowed });
    }
    let reach = z * standard_error;
    Ok(Interval { low: centre - reach, high: centre + reach, level, method: Method::Normal })
}

/// Returns Katz's interval for the ratio of two shares, `hits` / `n` to `other_hits` / `other_n`.
///
/// None when a share without hits makes the logarithm of the ratio infinite.
///
/// # Formula
/// exp(ln ratio +- z sqrt(1/x - 1/n + 1/y - 1/m)).
///
/// # Source
/// Katz, Baptista, Azen and Pike, "Obtaining Confidence Intervals for the Risk Ratio", 1978.
///
/// # Errors
/// As [`wilson`].
pub fn katz_log(
    hits: u64,
    n: u64,
    other_hits: u64,
    other_n: u64,
    level: f64,
) -> Result<Option<Interval>, Error> {
    let z = critical_z(level)?;
    let (x, n) = share(hits, n)?;
    let (y, m) = share(other_hits, other_n)?;
    if hits == 0 || other_hits == 0 {
        return Ok(None);
    }
    let ln_ratio = ln(x / n / (y / m));
    // 1/x - 1/n without cancellation for a share near 1.
    let error = sqrt((n - x) / x / n + (m - y) / y / m);
    let (low, high) = (exp(ln_ratio - z * error), exp(ln_ratio + z * error));
    Ok(Some(Interval { low, high, level, method: Method::KatzLog }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::binomial::Binomial;
    use crate::poisson::Poisson;
    use crate::testing::assert_close;
    use proptest::prelude::*;

    #[test]
    fn published_intervals() {
        // Newcombe, "Two-sided Confidence Intervals for the Single Proportion", 1998, table I, to four places.
        for (hits, n, low, high) in [
            (81, 263, 0.2553, 0.3662),
            (15, 148, 0.0624, 0.1605),
            (0, 20, 0.0, 0.1611),
            (1, 29, 0.0061, 0.1718),
        ] {
            let found = wilson(hits, n, 0.95).unwrap();
            assert!((found.low - low).abs() < 5.1e-5 && (found.high - high).abs() < 5.1e-5, "{found:?}");
        }
        for (hits, n, low, high) in [
            (81, 263, 0.2527, 0.3676),
            (15, 148, 0.0578, 0.1617),
            (0, 20, 0.0, 0.1684),
            (1, 29, 0.0009, 0.1776),
        ] {
            let found = clopper_pearson(hits, n, 0.95).unwrap();
            assert!((found.low - low).abs() < 5.1e-5 && (found.high - high).abs() < 5.1e-5, "{found:?}");
        }
        // Garwood, 1936: ten events, 95 %.
        let found = poisson_exact(10, 0.95).unwrap();
        assert!((found.low - 4.7954).abs() < 5.1e-5 && (found.high - 18.3904).abs() < 5.1e-5, "{found:?}");
        // No event in n: the upper end is -ln(0.025).
        assert_close(poisson_exact(0, 0.95).unwrap().high, 3.688879454113936, 1e-14, "no event");
    }

    #[test]
    fn ratio_of_two_shares() {
        let found = katz_log(15, 100, 10, 100, 0.95).unwrap().unwrap();
        let error = (85.0_f64 / 1500.0 + 90.0 / 1000.0).sqrt();
        assert_close(found.low, exp(ln(1.5) - 1.959963984540054 * error), 1e-14, "low");
        assert_close(found.low * found.high, 2.25, 1e-14, "the ends lie evenly around the ratio in logs");
        assert_eq!(katz_log(0, 10, 1, 10, 0.95), Ok(None));
        assert_eq!(katz_log(1, 10, 0, 10, 0.95), Ok(None));
    }

    #[test]
    fn inputs_are_checked() {
        assert!(wilson(0, 0, 0.95).is_err() && wilson(3, 2, 0.95).is_err());
        assert!(wilson(1, 2, 0.0).is_err() && wilson(1, 2, 1.0).is_err() && wilson(1, 2, f64::NAN).is_err());
        assert!(normal(0.0, -1.0, 0.95).is_err() && normal(f64::NAN, 1.0, 0.95).is_err());
        assert!(katz_log(1, 0, 1, 2, 0.95).is_err());
    }

    #[test]
    fn the_normal_interval() {
        let found = normal(10.0, 2.0, 0.95).unwrap();
        assert_close(found.high, 13.919927969080108, 1e-15, "high");
        assert_eq!((found.width(), found.method.name()), (found.high - found.low, "normal"));
    }

    proptest! {
        #[test]
        fn shares_stay_inside_and_around_the_estimate(n in 1u64..2000, part in 0.0f64..=1.0, level in 0.5f64..0.999) {
            let hits = (part * n as f64) as u64;
            let estimate = hits as f64 / n as f64;
            for found in [wilson(hits, n, level).unwrap(), clopper_pearson(hits, n, level).unwrap()] {
                prop_assert!(0.0 <= found.low && found.high <= 1.0 && found.contains(estimate), "{found:?}");
                let mirrored = match found.method {
                    Method::Wilson => wilson(n - hits, n, level).unwrap(),
                    _ => clopper_pearson(n - hits, n, level).unwrap(),
                };
                prop_assert!((found.low + mirrored.high - 1.0).abs() < 1e-12, "{found:?} {mirrored:?}");
            }
        }

        #[test]
        fn exact_ends_leave_the_stated_tails(n in 2u64..500, part in 0.01f64..0.99) {
            let hits = ((part * n as f64) as u64).clamp(1, n - 1);
            let found = clopper_pearson(hits, n, 0.9).unwrap();
            prop_assert!((Binomial::new(n, found.low).unwrap().sf(hits - 1) - 0.05).abs() < 1e-11);
            prop_assert!((Binomial::new(n, found.high).unwrap().cdf(hits) - 0.05).abs() < 1e-11);
            let found = poisson_exact(hits, 0.9).unwrap();
            prop_assert!((Poisson::new(found.low).unwrap().sf(hits - 1) - 0.05).abs() < 1e-11);
            prop_assert!((Poisson::new(found.high).unwrap().cdf(hits) - 0.05).abs() < 1e-11);
        }
    }
}
