//! Sums of floats whose bits do not depend on luck.
//!
//! [`ExactSum`] holds the sum of any number of floats without any rounding, so every order and every merge
//! gives the same bits: what a split over threads needs. [`Neumaier`] is lighter and fits one fixed order.

/// Sums floats in a fixed order, carrying what each addition rounds off.
///
/// # Source
/// Neumaier, "Rundungsfehleranalyse einiger Verfahren zur Summation endlicher Summen", 1974.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Neumaier {
    sum: f64,
    rest: f64,
}

impl Neumaier {
    /// Returns the empty sum.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds one value.
    pub fn add(&mut self, value: f64) {
        let next = self.sum + value;
        if self.sum.abs() >= value.abs() {
            self.rest += (self.sum - next) + value;
        } else {
            self.rest += (value - next) + self.sum;
        }
        self.sum = next;
    }

    /// Returns the sum so far.
    pub fn total(&self) -> f64 {
        // An infinite sum leaves a meaningless rest behind.
        if self.sum.is_finite() { self.sum + self.rest } else { self.sum }
    }
}

impl Extend<f64> for Neumaier {
    fn extend<T: IntoIterator<Item = f64>>(&mut self, values: T) {
        for value in values {
            self.add(value);
        }
    }
}

impl FromIterator<f64> for Neumaier {
    fn from_iter<T: IntoIterator<Item = f64>>(values: T) -> Self {
        let mut sum = Self::new();
        sum.extend(values);
        sum
    }
}

/// The number of 32-bit limbs: bit 0 is 2^-1074, the top ones leave room for 2^60 additions of the largest float.
const LIMBS: usize = 68;

/// After this many additions the limbs are carried, long before an `i64` could overflow.
const MOST_PENDING: u32 = 1 << 29;

/// Sums floats exactly: the same bits in any order and after any merge.
///
/// # Formula
/// A fixed-point number wide enough for every `f64`, in 32-bit limbs held in 64 bits; the total is the exact
/// sum rounded once, to the nearest float, ties to even. An exact sum of 0 is +0. Infinities and not-a-number
/// give what adding them gives.
///
/// # Source
/// Kulisch, Computer Arithmetic and Validity, 2008 (long accumulator).
#[derive(Debug, Clone)]
pub struct ExactSum {
    limbs: [i64; LIMBS],
    pending: u32,
    positive_infinity: bool,
    negative_infinity: bool,
    not_a_number: bool,
}

impl Default for ExactSum {
    fn default() -> Self {
        Self {
            limbs: [0; LIMBS],
            pending: 0,
            positive_infinity: false,
            negative_infinity: false,
            not_a_number: false,
        }
    }
}

impl ExactSum {
    /// Returns the empty sum.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds one value.
    pub fn add(&mut self, value: f64) {
        let bits = value.to_bits();
        let exponent = ((bits >> 52) & 0x7ff) as usize;
        let fraction = bits & ((1 << 52) - 1);
        if exponent == 0x7ff {
            if fraction != 0 {
                self.not_a_number = true;
            } else if value > 0.0 {
                self.positive_infinity = true;
            } else {
                self.negative_infinity = true;
            }
            return;
        }
        // A subnormal has no hidden bit and the exponent of the smallest normal number.
        let (significand, shift) =
            if exponent == 0 { (fraction, 0) } else { (fraction | (1 << 52), exponent - 1) };
        let wide = u128::from(significand) << (shift % 32);
        let first = shift / 32;
        let sign = if bits >> 63 == 0 { 1 } else { -1 };
        for (limb, step) in self.limbs.iter_mut().skip(first).zip([0, 32, 64]) {
            *limb += sign * (((wide >> step) & 0xffff_ffff) as i64);
        }
        self.pending += 1;
        if self.pending >= MOST_PENDING {
            self.carry();
        }
    }

    /// Takes in another sum: the result is that of all values together.
    pub fn merge(&mut self, other: &Self) {
        let mut other = other.clone();
        other.carry();
        self.carry();
        for (limb, more) in self.limbs.iter_mut().zip(other.limbs) {
            *limb += more;
        }
        self.pending = 2;
        self.positive_infinity |= other.positive_infinity;
        self.negative_infinity |= other.negative_infinity;
        self.not_a_number |= other.not_a_number;
    }

    /// Brings every limb but the last into 0 .. 2^32; the last carries the sign.
    fn carry(&mut self) {
        let mut carried = 0_i64;
        for limb in self.limbs.iter_mut().take(LIMBS - 1) {
            let value = *limb + carried;
            *limb = value & 0xffff_ffff;
            carried = value >> 32;
        }
        self.limbs[LIMBS - 1] += carried;
        self.pending = 1;
    }

    /// Returns the exact sum, rounded once to the nearest float.
    pub fn total(&self) -> f64 {
        if self.not_a_number || (self.positive_infinity && self.negative_infinity) {
            return f64::NAN;
        }
        if self.positive_infinity {
            return f64::INFINITY;
        }
        if self.negative_infinity {
            return f64::NEG_INFINITY;
        }
        let mut plain = self.clone();
        plain.carry();
        let negative = plain.limbs[LIMBS - 1] < 0;
        if negative {
            for limb in &mut plain.limbs {
                *limb = -*limb;
            }
            plain.carry();
        }
        let Some(top) = plain.limbs.iter().rposition(|&limb| limb != 0) else {
            return 0.0;
        };
        let length = 64 - plain.limbs[top].leading_zeros() as usize;
        let magnitude = round_limbs(&plain.limbs, top * 32 + length);
        if negative { -magnitude } else { magnitude }
    }
}

/// Returns the value of normalised limbs whose highest set bit is `length` - 1, rounded to even.
fn round_limbs(limbs: &[i64; LIMBS], length: usize) -> f64 {
    if length <= 53 {
        // Subnormal or of the smallest exponents: every bit is representable.
        let low = (limbs[1] as u64) << 32 | limbs[0] as u64;
        return f64::from_bits(low);
    }
    let drop = length - 53;
    let mut significand = 0_u64;
    for bit in (drop..length).rev() {
        significand = significand << 1 | bit_of(limbs, bit);
    }
    let half = bit_of(limbs, drop - 1) == 1;
    let beyond = (0..drop - 1).any(|bit| bit_of(limbs, bit) == 1);
    if half && (beyond || significand & 1 == 1) {
        significand += 1;
    }
    // A significand that rounded up to 2^53 carries into the exponent by this very addition.
    let exponent = drop as u64;
    if exponent + 1 >= 0x7ff {
        return f64::INFINITY;
    }
    f64::from_bits((exponent << 52) + significand)
}

/// Returns one bit of the fixed-point number.
fn bit_of(limbs: &[i64; LIMBS], bit: usize) -> u64 {
    (limbs[bit / 32] as u64) >> (bit % 32) & 1
}

impl Extend<f64> for ExactSum {
    fn extend<T: IntoIterator<Item = f64>>(&mut self, values: T) {
        for value in values {
            self.add(value);
        }
    }
}

impl FromIterator<f64> for ExactSum {
    fn from_iter<T: IntoIterator<Item = f64>>(values: T) -> Self {
        let mut sum = Self::new();
        sum.extend(values);
        sum
    }
}

/// Returns the exact sum of the values, rounded once.
pub fn exact_sum(values: impl IntoIterator<Item = f64>) -> f64 {
    values.into_iter().collect::<ExactSum>().total()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn compensation_keeps_what_plain_addition_loses() {
        let values = [1.0, 1e100, 1.0, -1e100];
        assert_eq!(values.iter().sum::<f64>(), 0.0);
        assert_eq!(values.into_iter().collect::<Neumaier>().total(), 2.0);
        assert_eq!(exact_sum(values), 2.0);
    }

    #[test]
    fn rounds_once_and_to_even() {
        let unit = f64::EPSILON / 2.0;
        assert_eq!(exact_sum([1.0, unit]), 1.0);
        assert_eq!(exact_sum([1.0, unit, 1e-300]), 1.0 + f64::EPSILON);
        assert_eq!(exact_sum([1.0 + f64::EPSILON, unit]), 1.0 + 2.0 * f64::EPSILON);
        assert_eq!(exact_sum([2.0 - f64::EPSILON, unit]), 2.0);
        assert_eq!(exact_sum([-1.0, -unit, -1e-300]), -1.0 - f64::EPSILON);
    }

    #[test]
    fn the_smallest_and_the_largest() {
        let small = f64::from_bits(1);
        assert_eq!(exact_sum([small, small]), f64::from_bits(2));
        assert_eq!(exact_sum([f64::MIN_POSITIVE, -small]), f64::MIN_POSITIVE - small);
        assert_eq!(exact_sum([f64::MAX, f64::MAX, -f64::MAX]), f64::MAX);
        assert_eq!(exact_sum([f64::MAX, f64::MAX]), f64::INFINITY);
        assert_eq!(exact_sum([f64::MAX, small]), f64::MAX);
        assert_eq!(exact_sum([]).to_bits(), 0);
        assert_eq!(exact_sum([-0.0]).to_bits(), 0);
    }

    #[test]
    fn infinities_and_not_a_number_pass_through() {
        assert_eq!(exact_sum([1.0, f64::INFINITY]), f64::INFINITY);
        assert_eq!(exact_sum([1.0, f64::NEG_INFINITY]), f64::NEG_INFINITY);
        assert!(exact_sum([f64::INFINITY, f64::NEG_INFINITY]).is_nan());
        assert!(exact_sum([f64::NAN, f64::INFINITY]).is_nan());
    }

    /// Any finite float, of any exponent.
    fn any_finite() -> impl Strategy<Value = f64> {
        any::<u64>().prop_map(f64::from_bits).prop_filter("finite", |value| value.is_finite())
    }

    proptest! {
        #[test]
        fn one_value_comes_back(value in any_finite()) {
            prop_assert_eq!(exact_sum([value]), value);
        }

        #[test]
        fn two_values_add_like_the_processor(a in any_finite(), b in any_finite()) {
            prop_assert_eq!(exact_sum([a, b]), a + b);
        }

        #[test]
        fn values_of_near_size_add_like_integers(values in prop::collection::vec(-1_000_000_i64..1_000_000, 0..50)) {
            let exact: i64 = values.iter().sum();
            let found = exact_sum(values.iter().map(|&value| value as f64 / 1024.0));
            prop_assert_eq!(found, exact as f64 / 1024.0);
        }

        #[test]
        fn order_and_merges_do_not_matter(
            (values, shuffled) in prop::collection::vec(any_finite(), 0..40)
                .prop_flat_map(|values| (Just(values.clone()), Just(values).prop_shuffle())),
            cut in 0_usize..40,
        ) {
            let whole = exact_sum(values.iter().copied());
            prop_assert_eq!(whole.to_bits(), exact_sum(shuffled.iter().copied()).to_bits());
            let (left, right) = shuffled.split_at(cut.min(shuffled.len()));
            let mut merged: ExactSum = right.iter().copied().collect();
            merged.merge(&left.iter().copied().collect());
            merged.merge(&ExactSum::new());
            prop_assert_eq!(whole.to_bits(), merged.total().to_bits());
        }

        #[test]
        fn a_value_and_its_opposite_cancel(values in prop::collection::vec(any_finite(), 0..20)) {
            let back = values.iter().rev().map(|value| -value);
            prop_assert_eq!(exact_sum(values.iter().copied().chain(back)).to_bits(), 0);
        }
    }
}
