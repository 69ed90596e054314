//! Exact money: amounts in integer minor units, the currency always beside them.
//!
//! At the edges an amount is a decimal ([`Money`]); inside it is a count of the smallest unit in use
//! ([`Minor`]) read with a [`MoneyUnit`]. Nothing is ever rounded on the way in: an amount with more decimals
//! than the unit holds is [`Error::Scale`], and the caller may start again with a finer unit.

use crate::Error;
use rust_decimal::Decimal;
use std::fmt;

/// An ISO 4217 currency.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Currency([u8; 3]);

/// Codes whose smallest unit is not a hundredth, with the number of decimals (ISO 4217, 2024 list).
const EXPONENTS: &[(&str, u8)] = &[
    ("BHD", 3),
    ("BIF", 0),
    ("CLF", 4),
    ("CLP", 0),
    ("DJF", 0),
    ("GNF", 0),
    ("IQD", 3),
    ("ISK", 0),
    ("JOD", 3),
    ("JPY", 0),
    ("KMF", 0),
    ("KRW", 0),
    ("KWD", 3),
    ("LYD", 3),
    ("OMR", 3),
    ("PYG", 0),
    ("RWF", 0),
    ("TND", 3),
    ("UGX", 0),
    ("UYI", 0),
    ("UYW", 4),
    ("VND", 0),
    ("VUV", 0),
    ("XAF", 0),
    ("XOF", 0),
    ("XPF", 0),
];

/// Codes with two decimals. `XXX` stands for "no currency stated".
const HUNDREDTHS: &str = "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BOV BRL BSD BTN BWP BYN \
BZD CAD CDF CHE CHF CHW CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD \
HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR \
MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP \
SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XCD XXX YER ZAR ZMW \
ZWG ZWL";

impl Currency {
    /// Stands for "no currency stated".
    pub const NONE: Self = Self(*b"XXX");
    /// The Indian rupee.
    pub const INR: Self = Self(*b"INR");
    /// The Bangladeshi taka.
    pub const BDT: Self = Self(*b"BDT");

    /// Reads an ISO 4217 code, in either case.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let upper = text.trim().to_ascii_uppercase();
        let known = upper.len() == 3
            && (EXPONENTS.iter().any(|(c, _)| *c == upper) || HUNDREDTHS.split(' ').any(|c| c == upper));
        match upper.as_bytes() {
            [a, b, c] if known => Ok(Self([*a, *b, *c])),
            _ => Err(Error::Currency { value: text.into() }),
        }
    }

    /// The three-letter code.
    pub fn code(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or("XXX")
    }

    /// Decimals of the smallest unit: 2 for the rupee, 0 for the yen, 3 for the Kuwaiti dinar.
    pub fn exponent(self) -> u8 {
        EXPONENTS.iter().find(|(c, _)| *c == self.code()).map_or(2, |(_, e)| *e)
    }

    /// Whether a currency was stated at all.
    pub fn is_stated(self) -> bool {
        self != Self::NONE
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl TryFrom<String> for Currency {
    type Error = Error;
    fn try_from(value: String) -> Result<Self, Error> {
        Self::parse(&value)
    }
}

impl From<Currency> for String {
    fn from(currency: Currency) -> Self {
        currency.code().into()
    }
}

/// A count of the smallest unit in use; only a [`MoneyUnit`] says what it is worth.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Minor(pub i64);

impl Minor {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// The checked sum; the error names `what` was being added up.
    pub fn plus(self, other: Self, what: &str) -> Result<Self, Error> {
        self.0.checked_add(other.0).map(Self).ok_or_else(|| Error::Overflow { what: what.into() })
    }

    /// The checked difference; the error names `what` was being worked out.
    pub fn minus(self, other: Self, what: &str) -> Result<Self, Error> {
        self.0.checked_sub(other.0).map(Self).ok_or_else(|| Error::Overflow { what: what.into() })
    }

    /// A sum kept in 128 bits, back in 64.
    pub fn from_wide(sum: i128, what: &str) -> Result<Self, Error> {
        i64::try_from(sum).map(Self).map_err(|_| Error::Overflow { what: what.into() })
    }
}

/// The currency of a base and how many decimals its minor unit has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MoneyUnit {
    /// The currency of every amount of the base.
    pub currency: Currency,
    /// Decimals of the minor unit; at least the currency's own, more when the data need it.
    pub scale: u8,
}

impl MoneyUnit {
    /// The most decimals a unit may have.
    pub const MAX_SCALE: u8 = 9;

    /// The currency's own smallest unit.
    pub fn of(currency: Currency) -> Self {
        Self { currency, scale: currency.exponent() }
    }

    /// The exact decimal worth of a minor amount.
    pub fn decimal(self, amount: Minor) -> Decimal {
        Decimal::new(amount.0, u32::from(self.scale))
    }

    /// The exact minor amount of a decimal, or why there is none.
    pub fn minor(self, value: Decimal) -> Result<Minor, Error> {
        let value = value.normalize();
        let scale = u32::from(self.scale);
        if value.scale() > scale {
            return Err(Error::Scale { value: value.to_string(), scale: self.scale });
        }
        let shift = 10i128.pow(scale - value.scale());
        let wide = value.mantissa().checked_mul(shift).and_then(|m| i64::try_from(m).ok());
        wide.map(Minor).ok_or_else(|| Error::Amount { value: value.to_string() })
    }

    /// The amount as a float in major units: for models only, never for money that is shown as money.
    pub fn float(self, amount: Minor) -> f64 {
        // Both are exact in a double up to 2^53; the quotient of two exact values is correctly rounded.
        amount.0 as f64 / 10u64.pow(u32::from(self.scale)) as f64
    }

    /// The nearest minor amount to a model's estimate in major units; `None` when it is not finite or too large.
    pub fn nearest(self, estimate: f64) -> Option<Minor> {
        let scaled = (estimate * 10u64.pow(u32::from(self.scale)) as f64).round();
        (scaled.abs() < 9.0e18).then_some(Minor(scaled as i64))
    }
}

/// An exact amount with its currency, as a record states it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub struct Money {
    /// The exact amount in major units.
    pub amount: Decimal,
    /// Its currency.
    pub currency: Currency,
}

impl Money {
    /// An amount of a currency.
    pub fn new(amount: Decimal, currency: Currency) -> Self {
        Self { amount, currency }
    }

    /// The checked sum of two amounts of one currency.
    pub fn plus(self, other: Self) -> Result<Self, Error> {
        if self.currency != other.currency {
            return Err(Error::MixedCurrencies {
                expected: self.currency.code().into(),
                found: other.currency.code().into(),
            });
        }
        let sum = self.amount.checked_add(other.amount);
        sum.map(|amount| Self { amount, ..self })
            .ok_or_else(|| Error::Overflow { what: "two amounts".into() })
    }

    /// The amount in minor units of `unit`, which must be of the same currency.
    pub fn minor(self, unit: MoneyUnit) -> Result<Minor, Error> {
        if self.currency != unit.currency {
            return Err(Error::MixedCurrencies {
                expected: unit.currency.code().into(),
                found: self.currency.code().into(),
            });
        }
        unit.minor(self.amount)
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.amount, self.currency)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn unit(code: &str) -> MoneyUnit {
        MoneyUnit::of(Currency::parse(code).expect("a known code"))
    }

    #[test]
    fn exponents_follow_iso_4217() {
        assert_eq!(
            (unit("INR").scale, unit("JPY").scale, unit("KWD").scale, unit("CLF").scale),
            (2, 0, 3, 4)
        );
        assert_eq!(Currency::parse("inr"), Ok(Currency::INR));
        for bad in ["", "RS", "RUPEE", "XYZ", "₹"] {
            assert!(Currency::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn nothing_is_rounded_on_the_way_in() {
        let inr = unit("INR");
        assert_eq!(inr.minor(Decimal::new(1_255, 3)), Err(Error::Scale { value: "1.255".into(), scale: 2 }));
        assert_eq!(inr.minor(Decimal::new(12_500, 4)), Ok(Minor(125)));
        assert_eq!(MoneyUnit { scale: 3, ..inr }.minor(Decimal::new(1_255, 3)), Ok(Minor(1_255)));
        assert!(matches!(inr.minor(Decimal::MAX), Err(Error::Amount { .. })));
    }

    #[test]
    fn currencies_do_not_mix() {
        let a = Money::new(Decimal::ONE, Currency::INR);
        let b = Money::new(Decimal::ONE, Currency::BDT);
        assert!(matches!(a.plus(b), Err(Error::MixedCurrencies { .. })));
        assert!(matches!(a.minor(unit("BDT")), Err(Error::MixedCurrencies { .. })));
        assert_eq!(
            Money::new(Decimal::MAX, Currency::INR).plus(Money::new(Decimal::MAX, Currency::INR)).ok(),
            None
        );
    }

    proptest! {
        #[test]
        fn minor_and_decimal_are_inverse(n in any::<i64>(), scale in 0u8..=9) {
            let u = MoneyUnit { currency: Currency::INR, scale };
            prop_assert_eq!(u.minor(u.decimal(Minor(n))), Ok(Minor(n)));
        }
    }
}
