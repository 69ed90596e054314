//! A share as an exact fraction, so that "at least 1 %" means the same for every count.

use naata_answer::Value;

/// A share from 0 to 1 as a fraction of whole numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fraction {
    numerator: u64,
    denominator: u64,
}

impl Fraction {
    /// A fraction; `None` with a denominator of 0, or above 1.
    pub const fn new(numerator: u64, denominator: u64) -> Option<Self> {
        if denominator == 0 || numerator > denominator { None } else { Some(Self { numerator, denominator }) }
    }

    /// So many hundredths, at most 100.
    pub const fn percent(n: u64) -> Self {
        Self { numerator: if n > 100 { 100 } else { n }, denominator: 100 }
    }

    /// The least whole number that is at least this share of `n`.
    pub fn least(self, n: u64) -> u64 {
        let product = u128::from(self.numerator) * u128::from(n);
        // At most n, because the fraction is at most 1.
        u64::try_from(product.div_ceil(u128::from(self.denominator))).unwrap_or(n)
    }

    /// The share as a number to show.
    pub fn float(self) -> f64 {
        self.numerator as f64 / self.denominator as f64
    }

    /// Whether `part` is at least this share of `whole`.
    pub fn is_reached(self, part: u64, whole: u64) -> bool {
        u128::from(part) * u128::from(self.denominator) >= u128::from(self.numerator) * u128::from(whole)
    }
}

impl Value for Fraction {
    const KIND: &'static str = "share";

    fn show(&self) -> String {
        let mut power = 1u64;
        for digits in 0..=18u32 {
            if power.is_multiple_of(self.denominator) {
                let scaled = u128::from(self.numerator) * u128::from(power / self.denominator);
                let (whole, rest) = (scaled / u128::from(power), scaled % u128::from(power));
                let rest = format!("{rest:0>width$}", width = digits as usize);
                let rest = rest.trim_end_matches('0');
                return if rest.is_empty() { whole.to_string() } else { format!("{whole}.{rest}") };
            }
            power = power.saturating_mul(10);
        }
        format!("{}/{}", self.numerator, self.denominator)
    }

    fn parse(text: &str) -> Result<Self, String> {
        let bad = || format!("expected a share from 0 to 1 such as 0.01 or 1/3, got '{text}'");
        let digits = |t: &str| {
            (!t.is_empty() && t.len() <= 18 && t.bytes().all(|b| b.is_ascii_digit()))
                .then(|| t.parse::<u64>().ok())
                .flatten()
        };
        let trimmed = text.trim();
        let parts = if let Some((top, bottom)) = trimmed.split_once('/') {
            digits(top.trim()).zip(digits(bottom.trim()))
        } else {
            let (whole, rest) = trimmed.split_once('.').unwrap_or((trimmed, "0"));
            digits(whole).filter(|w| *w <= 1).zip(digits(rest)).and_then(|(w, r)| {
                let power = 10u64.checked_pow(rest.len() as u32)?;
                Some((w.checked_mul(power)?.checked_add(r)?, power))
            })
        };
        parts.and_then(|(top, bottom)| Self::new(top, bottom)).ok_or_else(bad)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn shares_are_read_and_shown_exactly() {
        for (text, shown) in
            [("0.01", "0.01"), ("1", "1"), ("0.250", "0.25"), ("1/3", "1/3"), ("1/8", "0.125"), ("0", "0")]
        {
            assert_eq!(Fraction::parse(text).map(|f| f.show()).as_deref(), Ok(shown));
        }
        for bad in ["", "1.01", "2", "-0.1", "1/0", "3/2", ".5", "0.1e3", "0,5", "0.1234567890123456789"] {
            assert!(Fraction::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_bound_met_exactly_is_met() {
        // 16 / 20 as a float lies below 0.8 in some of the ways to work it out.
        let f = Fraction::parse("0.8").unwrap();
        assert!(f.is_reached(16, 20) && !f.is_reached(159, 200));
        assert_eq!((Fraction::percent(1).least(9_835), Fraction::percent(1).least(9_800)), (99, 98));
    }

    proptest! {
        #[test]
        fn the_least_count_reaches_the_share_and_one_less_does_not(p in 0u64..=1000, n in 0u64..100_000) {
            let f = Fraction::new(p, 1000).unwrap();
            let least = f.least(n);
            prop_assert!(f.is_reached(least, n) && (least == 0 || !f.is_reached(least - 1, n)));
            prop_assert_eq!(Fraction::parse(&f.show()).unwrap().least(n), least);
        }
    }
}
