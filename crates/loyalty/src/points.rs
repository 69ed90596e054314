//! Points as integers, and the exact fractions they are rounded from.
//!
//! # Formula
//! One unit is `10^-precision` points. What a rule gives is a fraction of integers until the programme rounds it,
//! once, in the direction the programme names; no float takes part.

use crate::Error;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// A number of points, in units of `10^-precision`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Points(pub i64);

impl Points {
    /// No points.
    pub const ZERO: Self = Self(0);
    /// The most a balance may hold: beyond 2^53 units a table could no longer show points exactly.
    pub const MAX: Self = Self(1 << 53);

    /// The checked sum; the error names `what` was being added up.
    pub fn plus(self, other: Self, what: &str) -> Result<Self, Error> {
        let sum = self.0.checked_add(other.0).filter(|s| s.unsigned_abs() <= Self::MAX.0.unsigned_abs());
        sum.map(Self).ok_or_else(|| Error::Overflow { what: what.into() })
    }

    /// The checked difference; the error names `what` was being worked out.
    pub fn minus(self, other: Self, what: &str) -> Result<Self, Error> {
        self.plus(Self(other.0.saturating_neg()), what)
    }

    /// The exact decimal number of points.
    pub fn decimal(self, precision: u8) -> Decimal {
        Decimal::new(self.0, u32::from(precision))
    }

    /// The exact points of a decimal; `None` when it has more decimals than the programme, or is too large.
    pub fn exact(value: Decimal, precision: u8) -> Option<Self> {
        let units = Exact::of(value).times(Exact::power_of_ten(precision)?)?;
        let units = (units.den == 1).then_some(units.num)?;
        i64::try_from(units).ok().map(Self).filter(|p| p.0.unsigned_abs() <= Self::MAX.0.unsigned_abs())
    }

    /// The number of points for a table's column; exact at precision 0, else the nearest double.
    pub fn number(self, precision: u8) -> f64 {
        self.0 as f64 / 10u64.pow(u32::from(precision.min(9))) as f64
    }
}

/// The direction in which fractions of the last unit are rounded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rounding {
    /// Down: a fraction earns nothing.
    #[default]
    Floor,
    /// Up: a fraction earns a whole unit.
    Ceil,
    /// To the nearest; exactly one half goes up.
    HalfUp,
}

/// A fraction in lowest terms with a positive denominator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Exact {
    num: i128,
    den: i128,
}

impl Exact {
    pub(crate) const ZERO: Self = Self { num: 0, den: 1 };

    pub(crate) fn of(value: Decimal) -> Self {
        // A decimal has at most 28 places, and 10^28 fits 128 bits.
        Self::reduced(value.mantissa(), 10i128.pow(value.scale()))
    }

    pub(crate) fn whole(value: i128) -> Self {
        Self { num: value, den: 1 }
    }

    pub(crate) fn power_of_ten(exponent: u8) -> Option<Self> {
        10i128.checked_pow(u32::from(exponent)).map(Self::whole)
    }

    fn reduced(num: i128, den: i128) -> Self {
        let g = gcd(num, den);
        Self { num: num / g, den: den / g }
    }

    /// The product; the factors are crossed out first, so that only a result that is itself too large is refused.
    pub(crate) fn times(self, other: Self) -> Option<Self> {
        let (g, h) = (gcd(self.num, other.den), gcd(other.num, self.den));
        let num = (self.num / g).checked_mul(other.num / h)?;
        let den = (self.den / h).checked_mul(other.den / g)?;
        Some(Self { num, den })
    }

    /// The quotient by a positive fraction.
    pub(crate) fn over(self, other: Self) -> Option<Self> {
        if other.num <= 0 {
            return None;
        }
        self.times(Self { num: other.den, den: other.num })
    }

    pub(crate) fn plus(self, other: Self) -> Option<Self> {
        let g = gcd(self.den, other.den);
        let left = self.num.checked_mul(other.den / g)?;
        let right = other.num.checked_mul(self.den / g)?;
        Some(Self::reduced(left.checked_add(right)?, self.den.checked_mul(other.den / g)?))
    }

    pub(crate) fn floor(self) -> i128 {
        self.num.div_euclid(self.den)
    }

    pub(crate) fn round(self, rounding: Rounding) -> i128 {
        let (whole, rest) = (self.floor(), self.num.rem_euclid(self.den));
        let up = match rounding {
            Rounding::Floor => false,
            Rounding::Ceil => rest > 0,
            Rounding::HalfUp => rest >= self.den - rest,
        };
        whole + i128::from(up)
    }

    /// The rounded units, when they fit.
    pub(crate) fn points(self, rounding: Rounding, what: &str) -> Result<Points, Error> {
        let units = i64::try_from(self.round(rounding)).ok().map(Points);
        units.ok_or_else(|| Error::Overflow { what: what.into() })?.plus(Points::ZERO, what)
    }
}

fn gcd(a: i128, b: i128) -> i128 {
    let (mut a, mut b) = (a.unsigned_abs(), b.unsigned_abs());
    // Nearly all figures fit 64 bits, where division costs a tenth.
    while b != 0 {
        (a, b) = match (u64::try_from(a), u64::try_from(b)) {
            (Ok(x), Ok(y)) => (b, u128::from(x % y)),
            _ => (b, a % b),
        };
    }
    // The greatest common divisor of two numbers below 2^127 fits again; 1 stands in for gcd(0, 0).
    i128::try_from(a).unwrap_or(1).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn dec(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    #[test]
    fn fractions_stay_exact_where_doubles_do_not() {
        // 0.1 * 3 is not 0.3 in doubles; 4.35 * 100 is 434.99999999999994.
        let x = Exact::of(dec("4.35")).times(Exact::whole(100)).unwrap();
        assert_eq!(x.round(Rounding::Floor), 435);
        let tenth = Exact::of(dec("0.1"));
        assert_eq!(tenth.plus(tenth).and_then(|x| x.plus(tenth)), Some(Exact::of(dec("0.3"))));
        assert_eq!(Exact::of(dec("26.45")).round(Rounding::HalfUp), 26);
        assert_eq!(Exact::of(dec("26.5")).round(Rounding::HalfUp), 27);
        assert_eq!(Exact::of(dec("26.01")).round(Rounding::Ceil), 27);
        assert_eq!(Exact::of(dec("-0.5")).round(Rounding::HalfUp), 0);
    }

    #[test]
    fn points_keep_their_precision() {
        assert_eq!(Points::exact(dec("26.5"), 1), Some(Points(265)));
        assert_eq!(Points::exact(dec("26.50"), 1), Some(Points(265)));
        assert_eq!(Points::exact(dec("26.55"), 1), None);
        assert_eq!(Points::exact(Decimal::MAX, 0), None);
        assert_eq!(Points(1265).decimal(1).to_string(), "126.5");
        assert!(Points::MAX.plus(Points(1), "a test").is_err());
        assert!(Points(-Points::MAX.0).minus(Points(1), "a test").is_err());
    }

    proptest! {
        #[test]
        fn rounding_brackets_the_fraction(num in -1_000_000i64..1_000_000, den in 1i64..1000) {
            let x = Exact::reduced(i128::from(num), i128::from(den));
            let (low, high, near) = (x.round(Rounding::Floor), x.round(Rounding::Ceil), x.round(Rounding::HalfUp));
            prop_assert!(low * i128::from(den) <= i128::from(num) && i128::from(num) <= high * i128::from(den));
            prop_assert!(high - low == i128::from(num % den != 0));
            // Nearest: twice the distance is at most one, and a tie went up.
            let off = 2 * (near * i128::from(den) - i128::from(num));
            prop_assert!(-i128::from(den) < off && off <= i128::from(den));
        }
    }
}
