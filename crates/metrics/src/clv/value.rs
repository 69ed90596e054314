//! Customer lifetime value over a grid of equal periods.
//!
//! # Formula
//! `CLV = margin * E(spend) * sum over k = 1..n of (E(t_k) - E(t_(k-1))) / (1 + d)^k`, with `E(t)` the expected
//! purchases up to the end of period k and `d` the discount rate of one period, paid at its end. Periods are days, so
//! the unit of time of a model never changes the value.
//!
//! # Source
//! Fader, Hardie and Lee, "RFM and CLV: Using Iso-Value Curves for Customer Base Analysis", 2005.

use super::TimeUnit;
use crate::Error;
use naata_answer::choice;
use naata_math::{exp_m1, ln_1p, pow};

choice! {
    /// How the discount rate of a year becomes that of a period.
    pub enum Compounding {
        /// The rate is what a year adds in the end: (1 + rate)^(days/365) - 1 a period.
        Yearly = "yearly",
        /// The rate is nominal, and added to every period in proportion: rate x days / 365.
        Period = "period",
    }
}

impl Compounding {
    /// The rate of a period.
    pub fn of_period(self, annual: f64, days: u32) -> f64 {
        let years = f64::from(days) / 365.0;
        match self {
            Self::Yearly => exp_m1(years * ln_1p(annual)),
            Self::Period => annual * years,
        }
    }
}

/// The yearly rate for a period of so many calendar months, compounded by the year.
pub(super) fn rate_of_months(annual: f64, months: i32) -> f64 {
    exp_m1(f64::from(months) / 12.0 * ln_1p(annual))
}

/// Checks what every analysis of value is told: the discount of a year, the margin, the level of intervals.
pub(super) fn check_terms(discount: f64, margin: Option<f64>, level: f64) -> Result<(), Error> {
    let wrong = |parameter, value: f64, allowed| {
        Err(Error::Parameter { parameter, value: value.to_string(), allowed })
    };
    if !(0.0..=10.0).contains(&discount) {
        return wrong("discount", discount, "between 0 and 10");
    }
    if !(0.5..=0.999).contains(&level) {
        return wrong("level", level, "between 0.5 and 0.999");
    }
    match margin {
        Some(m) if !(m > 0.0 && m <= 1.0) => wrong("margin", m, "above 0 and at most 1"),
        _ => Ok(()),
    }
}

/// Equal periods and what a later one is worth less.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Plan {
    /// How many periods.
    pub periods: u32,
    /// Days of each.
    pub period_days: u32,
    /// The discount rate of one period.
    pub discount: f64,
}

impl Plan {
    /// The ends of the periods in a unit of time.
    pub fn horizons(&self, unit: TimeUnit) -> Vec<f64> {
        let days = |k: u32| f64::from(k) * f64::from(self.period_days);
        (1..=self.periods).map(|k| unit.from_days(days(k))).collect()
    }

    /// The discounted number of purchases, from the expected ones up to the end of each period.
    pub fn discounted(&self, expected: &[Option<f64>]) -> Option<f64> {
        let (mut sum, mut before, mut worth) = (0.0, 0.0, 1.0);
        for e in expected {
            let e = (*e)?;
            worth *= 1.0 + self.discount;
            sum += (e - before) / worth;
            before = e;
        }
        Some(sum)
    }

    /// The discounted number of purchases, where every expectation is known.
    pub fn discounted_sum(&self, expected: &[f64]) -> Option<f64> {
        self.discounted(&expected.iter().copied().map(Some).collect::<Vec<_>>())
    }

    /// The rate of a year of 365 days that gives the same discount.
    pub fn annual_rate(&self) -> f64 {
        pow(1.0 + self.discount, 365.0 / f64::from(self.period_days)) - 1.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clv::{BgNbd, GammaGamma, History, MbgNbd, PurchaseModel};
    use naata_testkit::relative;
    use proptest::prelude::*;

    #[test]
    fn a_steady_customer_is_worth_an_annuity() {
        let plan = Plan { periods: 3, period_days: 30, discount: 0.1 };
        let expected = [Some(2.0), Some(4.0), Some(6.0)];
        assert!(relative(plan.discounted(&expected).unwrap(), 2.0 / 1.1 + 2.0 / 1.21 + 2.0 / 1.331) < 1e-15);
        assert_eq!(plan.discounted(&[Some(1.0), None]), None);
        assert_eq!(Plan { discount: 0.0, ..plan }.discounted(&expected), Some(6.0));
    }

    #[test]
    fn a_rate_of_a_year_is_that_of_its_periods() {
        for days in [1, 7, 30, 91, 365] {
            let rate = Compounding::Yearly.of_period(0.12, days);
            let plan = Plan { periods: 1, period_days: days, discount: rate };
            assert!(relative(plan.annual_rate(), 0.12) < 1e-12);
            assert!(
                relative(Compounding::Period.of_period(0.12, days), 0.12 * f64::from(days) / 365.0) < 1e-15
            );
        }
    }

    proptest! {
        #[test]
        fn value_does_not_change_with_the_unit_of_time(
            x in 0u32..40, first in 1u32..400, more in 0u32..400, m in 1.0f64..500.0,
            r in 0.1f64..4.0, alpha_days in 5.0f64..400.0, a in 0.1f64..3.0, b in 0.1f64..6.0,
        ) {
            let plan = Plan { periods: 12, period_days: 30, discount: 0.01 };
            let spend = GammaGamma::new(6.2, 3.7, 15.4).unwrap().expected_spend(x, m).unwrap();
            let t_x = if x == 0 { 0.0 } else { f64::from(first) };
            let age = f64::from(first + more);
            let value = |unit: TimeUnit, modified: bool| {
                let at = |days: f64| unit.from_days(days);
                let h = History::new(x, at(t_x), at(age)).unwrap();
                let model: Box<dyn PurchaseModel> = if modified {
                    Box::new(MbgNbd::new(r, at(alpha_days), a, b).unwrap())
                } else {
                    Box::new(BgNbd::new(r, at(alpha_days), a, b).unwrap())
                };
                let e = model.expected_purchases(&h, &plan.horizons(unit));
                (model.p_alive(&h).unwrap(), spend * plan.discounted(&e).unwrap())
            };
            for modified in [false, true] {
                let (p, days) = value(TimeUnit::Day, modified);
                for unit in [TimeUnit::Week, TimeUnit::Month] {
                    let (q, other) = value(unit, modified);
                    prop_assert!(relative(other, days) < 1e-12 && relative(q, p) < 1e-12);
                }
            }
        }
    }
}
