//! How long customers stay: the Kaplan-Meier curve with its variance, intervals, quantiles and restricted mean.
//!
//! # Formula
//! `S(t) = prod over t_j <= t of (1 - d_j / n_j)`; Greenwood: `Var S = S^2 sum d_j / (n_j (n_j - d_j))`;
//! restricted mean: `mu = integral of S from 0 to h`, `Var mu = sum (integral of S from t_j to h)^2 d_j / (n_j (n_j - d_j))`;
//! cumulative hazard: `sum d_j / n_j`.
//!
//! # Source
//! Kaplan and Meier, 1958; Greenwood, 1926; Kalbfleisch and Prentice, 1980 (log-log interval); Brookmeyer and
//! Crowley, 1982 (intervals of quantiles); Irwin, 1949 (restricted mean); Nelson, 1972; Aalen, 1978.

use crate::Error;
use crate::churn::spell::{Exposure, Spell, check, moments};
use crate::estimate::{Estimate, Z};
use naata_math::{exp, ln, sqrt};

/// The scale on which an interval of the share still there is symmetric.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Band {
    /// The share itself; the ends may lie outside 0 and 1.
    Plain,
    /// The logarithm of the share; the upper end is cut at 1.
    Log,
    /// The logarithm of minus the logarithm: always within 0 and 1.
    LogLog,
}

impl Band {
    /// The interval of a share with its standard error; `None` where the scale has no value for the share.
    pub fn interval(self, survival: f64, standard_error: f64) -> Option<(f64, f64)> {
        let inside = survival > 0.0 && survival < 1.0 && standard_error.is_finite();
        inside.then(|| match self {
            Self::Plain => (survival - Z * standard_error, survival + Z * standard_error),
            Self::Log => {
                let factor = exp(Z * standard_error / survival);
                (survival / factor, (survival * factor).min(1.0))
            }
            Self::LogLog => {
                let hazard = -ln(survival);
                let factor = exp(Z * standard_error / (survival * hazard));
                (exp(-hazard * factor), exp(-hazard / factor))
            }
        })
    }
}

/// The curve at one time.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Step {
    /// The time.
    pub time: f64,
    /// Subjects at risk just before it.
    pub at_risk: u64,
    /// Subjects that left at it.
    pub left: u64,
    /// Subjects last seen at it.
    pub censored: u64,
    /// The share still there after it.
    pub survival: f64,
    /// Greenwood's standard error; `None` once nobody is left.
    pub standard_error: Option<f64>,
    /// The 95 % interval; `None` before anybody left and once nobody is left.
    pub interval: Option<(f64, f64)>,
    /// The cumulative hazard (Nelson-Aalen).
    pub cumulative_hazard: f64,
    /// Greenwood's sum.
    pub(crate) greenwood: f64,
}

/// A time by which a share has left; `None` stands for "not reached within the time watched".
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reached {
    /// The time.
    pub time: Option<f64>,
    /// The lower end of its interval.
    pub low: Option<f64>,
    /// The upper end.
    pub high: Option<f64>,
}

/// A Kaplan-Meier curve.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Survival {
    /// The subjects.
    pub n: u64,
    /// Those who left.
    pub left: u64,
    /// Every time somebody left or was last seen.
    pub steps: Vec<Step>,
    /// The scale of the intervals.
    pub band: Band,
    /// The time at which everybody then at risk had left although others came under observation later: from there
    /// on the curve is 0 and says nothing. Only late entries can bring this about.
    pub exhausted: Option<f64>,
    exposure: Exposure,
}

/// Estimates how long subjects stay.
///
/// # Errors
/// A time that is not finite or negative, an entry that is not before the exit, nobody under observation.
///
/// # Example
/// ```
/// use naata_metrics::churn::{Band, Spell, kaplan_meier};
/// // Three subscribers left after 1, 2 and 2 months; two are still there after 3.
/// let spells = [1.0, 2.0, 2.0].map(Spell::left).into_iter().chain([3.0, 3.0].map(Spell::staying));
/// let curve = kaplan_meier(&spells.collect::<Vec<_>>(), Band::LogLog)?;
/// assert!((curve.at(2.0).unwrap().survival - 0.4).abs() < 1e-15);
/// assert_eq!(curve.median().time, Some(2.0));
/// # Ok::<(), naata_metrics::Error>(())
/// ```
pub fn kaplan_meier(spells: &[Spell], band: Band) -> Result<Survival, Error> {
    check(spells)?;
    let exposure = Exposure::of(spells.iter());
    let (mut survival, mut greenwood, mut hazard) = (1.0, 0.0, 0.0);
    let mut steps = Vec::new();
    for m in moments(spells, &exposure, 1, |_| 0) {
        let (n, d) = (m.at_risk as f64, m.all_left() as f64);
        if m.at_risk > 0 {
            // A whole number of survivors over those at risk: exactly 0 when all leave.
            survival *= (n - d) / n;
            hazard += d / n;
            greenwood += if m.all_left() < m.at_risk { d / (n * (n - d)) } else { f64::INFINITY };
        }
        let standard_error = (survival > 0.0).then(|| survival * sqrt(greenwood));
        steps.push(Step {
            time: m.time,
            at_risk: m.at_risk,
            left: m.all_left(),
            censored: m.censored,
            survival,
            standard_error,
            interval: standard_error.and_then(|se| band.interval(survival, se)),
            cumulative_hazard: hazard,
            greenwood,
        });
    }
    let last = exposure.last();
    let exhausted = steps.iter().find(|s| s.survival <= 0.0).map(|s| s.time).filter(|t| *t < last);
    let left = steps.iter().map(|s| s.left).sum();
    Ok(Survival { n: exposure.total, left, steps, band, exhausted, exposure })
}

/// The rounding a product of many shares may carry when it is compared with a round share.
const ROUNDING: f64 = 1e-12;

impl Survival {
    /// The last time anybody was seen.
    pub fn last_seen(&self) -> f64 {
        self.exposure.last()
    }

    /// Subjects at risk at a time.
    pub fn at_risk(&self, time: f64) -> u64 {
        self.exposure.at_risk(time)
    }

    /// The curve at a time; `None` where nobody was watched so long. Before the first step all are there.
    pub fn at(&self, time: f64) -> Option<Step> {
        let i = self.steps.partition_point(|s| s.time <= time);
        let step = match i.checked_sub(1) {
            Some(i) => self.steps.get(i).copied()?,
            None => Step {
                time: 0.0,
                at_risk: self.at_risk(0.0),
                left: 0,
                censored: 0,
                survival: 1.0,
                standard_error: Some(0.0),
                interval: None,
                cumulative_hazard: 0.0,
                greenwood: 0.0,
            },
        };
        let known = time >= 0.0 && (time <= self.last_seen() || step.survival <= 0.0);
        known.then_some(step)
    }

    /// The time by which a share `p` has left: the first time with `S <= 1 - p`, and the same of both ends of the
    /// interval.
    pub fn quantile(&self, p: f64) -> Reached {
        let goal = 1.0 - p;
        let first = |value: &dyn Fn(&Step) -> Option<f64>| {
            let below = |s: &&Step| value(s).is_some_and(|v| v <= goal * (1.0 + ROUNDING));
            self.steps.iter().find(below).map(|s| s.time)
        };
        let end = |s: &Step, low: bool| match s.interval {
            Some((a, b)) => Some(if low { a } else { b }),
            None if s.survival <= 0.0 => Some(0.0),
            None => None,
        };
        Reached {
            time: first(&|s| Some(s.survival)),
            low: first(&|s| end(s, true)),
            high: first(&|s| end(s, false)),
        }
    }

    /// The time by which half have left.
    pub fn median(&self) -> Reached {
        self.quantile(0.5)
    }

    /// The mean time spent within `horizon`.
    ///
    /// # Errors
    /// A horizon beyond the last time anybody was seen, unless everybody has left: the area there is not known.
    pub fn restricted_mean(&self, horizon: f64) -> Result<RestrictedMean, Error> {
        let known = self.at(horizon).is_some();
        if !(horizon > 0.0 && horizon.is_finite() && known) {
            let last = self.last_seen().to_string();
            return Err(Error::Horizon { asked: horizon.to_string(), last });
        }
        let within: Vec<&Step> = self.steps.iter().take_while(|s| s.time < horizon).collect();
        // From the horizon back: the area to the right of each step.
        let (mut area, mut right, mut variance) = (0.0, horizon, 0.0);
        for (i, s) in within.iter().enumerate().rev() {
            area += s.survival * (right - s.time);
            right = s.time;
            let before = i.checked_sub(1).and_then(|i| within.get(i)).map_or(0.0, |s| s.greenwood);
            if area > 0.0 && s.greenwood.is_finite() {
                variance += area * area * (s.greenwood - before);
            }
        }
        area += right;
        let standard_error = sqrt(variance);
        let interval = (self.left > 0).then_some((area - Z * standard_error, area + Z * standard_error));
        Ok(RestrictedMean {
            estimate: Estimate { value: area, interval, n: self.n },
            standard_error,
            horizon,
        })
    }
}

/// The mean time spent within a horizon.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct RestrictedMean {
    /// The mean with its interval.
    pub estimate: Estimate,
    /// Its standard error.
    pub standard_error: f64,
    /// The horizon.
    pub horizon: f64,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::churn::spell::tests::any_spell;
    use naata_testkit::assert_close;
    use proptest::prelude::*;

    #[test]
    fn the_treated_arm_of_freireich() {
        // Freireich et al., 1963: remission of 21 patients on 6-mercaptopurine; figures of Cox and Oakes, 1984:
        // S(6) = .857, S(10) = .753, S(23) = .448 with standard error .135, median 23 weeks.
        let left = [6.0, 6.0, 6.0, 7.0, 10.0, 13.0, 16.0, 22.0, 23.0];
        let staying = [6.0, 9.0, 10.0, 11.0, 17.0, 19.0, 20.0, 25.0, 32.0, 32.0, 34.0, 35.0];
        let spells: Vec<Spell> =
            left.map(Spell::left).into_iter().chain(staying.map(Spell::staying)).collect();
        let curve = kaplan_meier(&spells, Band::LogLog).unwrap();
        for (t, s) in [(6.0, 0.857), (10.0, 0.753), (23.0, 0.448)] {
            assert!((curve.at(t).unwrap().survival - s).abs() < 5e-4, "{t}");
        }
        assert!((curve.at(23.0).unwrap().standard_error.unwrap() - 0.135).abs() < 5e-4);
        let median = curve.median();
        assert_eq!((median.time, median.low, median.high), (Some(23.0), Some(13.0), None));
        assert_eq!((curve.at_risk(10.0), curve.at_risk(35.0), curve.at_risk(36.0)), (15, 1, 0));
        assert_eq!(curve.at(36.0), None);
        assert_eq!(curve.restricted_mean(36.0).unwrap_err().code(), "metrics.horizon");
    }

    #[test]
    fn late_entries_can_exhaust_the_curve_and_it_is_said() {
        let spells = [Spell::left(2.0), Spell::left(9.0).seen_from(4.0)];
        let curve = kaplan_meier(&spells, Band::LogLog).unwrap();
        assert_eq!((curve.exhausted, curve.at_risk(2.0), curve.at_risk(3.0)), (Some(2.0), 1, 0));
        assert_eq!(kaplan_meier(&[Spell::left(2.0)], Band::Log).unwrap().exhausted, None);
    }

    proptest! {
        #[test]
        fn without_censoring_it_is_the_plain_share_and_mean(times in prop::collection::vec(1u32..30, 2..40), h in 1u32..31) {
            let spells: Vec<Spell> = times.iter().map(|t| Spell::left(f64::from(*t))).collect();
            let curve = kaplan_meier(&spells, Band::LogLog).unwrap();
            let (n, h) = (times.len() as f64, f64::from(h));
            let share = times.iter().filter(|t| f64::from(**t) > h).count() as f64 / n;
            let at = curve.at(h).unwrap();
            prop_assert!((at.survival - share).abs() < 1e-14);
            if let Some(se) = at.standard_error {
                prop_assert!((se * se - share * (1.0 - share) / n).abs() < 1e-14);
            }
            let cut: Vec<f64> = times.iter().map(|t| f64::from(*t).min(h)).collect();
            let mean = cut.iter().sum::<f64>() / n;
            let variance = cut.iter().map(|t| (t - mean) * (t - mean)).sum::<f64>() / (n * n);
            let found = curve.restricted_mean(h).unwrap();
            prop_assert!((found.estimate.value - mean).abs() < 1e-12 * mean);
            prop_assert!((found.standard_error * found.standard_error - variance).abs() < 1e-11);
            let mut sorted = times.clone();
            sorted.sort_unstable();
            let middle = sorted[(sorted.len() - 1) / 2];
            prop_assert_eq!(curve.median().time, Some(f64::from(middle)));
        }

        #[test]
        fn order_and_collapsing_do_not_matter(
            (spells, shuffled) in prop::collection::vec(any_spell(), 1..40)
                .prop_flat_map(|s| (Just(s.clone()), Just(s).prop_shuffle())),
        ) {
            let single: Vec<Spell> =
                shuffled.iter().flat_map(|s| vec![s.times(1); s.weight as usize]).collect();
            let (a, b) = (kaplan_meier(&spells, Band::Log), kaplan_meier(&single, Band::Log));
            prop_assert_eq!(a, b);
        }

        #[test]
        fn intervals_hold_the_share_and_log_log_stays_inside(spells in prop::collection::vec(any_spell(), 1..40)) {
            for band in [Band::Plain, Band::Log, Band::LogLog] {
                for s in kaplan_meier(&spells, band).unwrap().steps {
                    if let Some((low, high)) = s.interval {
                        prop_assert!(low <= s.survival && s.survival <= high);
                        prop_assert!(band != Band::LogLog || (0.0 <= low && high <= 1.0));
                    }
                }
            }
        }

        #[test]
        fn a_change_of_unit_changes_times_only(spells in prop::collection::vec(any_spell(), 1..40)) {
            let scaled: Vec<Spell> =
                spells.iter().map(|s| Spell { entry: s.entry.map(|e| e * 4.0), exit: s.exit * 4.0, ..*s }).collect();
            let (a, b) = (kaplan_meier(&spells, Band::Log).unwrap(), kaplan_meier(&scaled, Band::Log).unwrap());
            let shares = |c: &Survival| c.steps.iter().map(|s| (s.at_risk, s.survival.to_bits())).collect::<Vec<_>>();
            prop_assert_eq!(shares(&a), shares(&b));
            prop_assert_eq!(a.median().time.map(|t| t * 4.0), b.median().time);
            let h = a.last_seen();
            let (x, y) = (a.restricted_mean(h).unwrap(), b.restricted_mean(4.0 * h).unwrap());
            assert_close("mean", x.estimate.value * 4.0, y.estimate.value, 1e-15);
        }
    }
}
