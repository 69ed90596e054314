//! Numbers that carry their exact gradient and Hessian along: forward second-order differentiation.
//!
//! A log-likelihood written once over [`Dual2`] yields value, gradient and Hessian in one pass, without
//! finite differences and without formulas derived by hand.
//!
//! # Formula
//! For f of u: gradient f'(u) g, Hessian f'(u) H + f''(u) g g', where g and H are those of u.
//!
//! # Source
//! Griewank and Walther, Evaluating Derivatives, 2008, chapter 13.

use std::iter::Sum;
use std::ops::{Add, AddAssign, Div, Mul, Neg, Sub, SubAssign};

use crate::elementary::{exp, ln, ln_1p, logistic, pow, sqrt};
use crate::gamma::{digamma, digamma_rising, ln_gamma, ln_rising, trigamma, trigamma_rising};

/// A value with its first and second derivatives by `N` parameters.
///
/// # Example
/// ```
/// use naata_math::Dual2;
/// let [a, b] = Dual2::parameters([2.0, 3.0]);
/// let f = a * a * b + b.ln();
/// assert_eq!(f.gradient, [12.0, 4.0 + 1.0 / 3.0]);
/// assert_eq!(f.hessian[0], [6.0, 4.0]);
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Dual2<const N: usize> {
    /// The value itself.
    pub value: f64,
    /// The derivative by each parameter.
    pub gradient: [f64; N],
    /// The second derivative by each pair of parameters; symmetric.
    pub hessian: [[f64; N]; N],
}

impl<const N: usize> Dual2<N> {
    /// Returns a number that depends on no parameter.
    pub fn constant(value: f64) -> Self {
        Self { value, gradient: [0.0; N], hessian: [[0.0; N]; N] }
    }

    /// Returns parameter number `index`, counted from 0, at a value; a constant when there is no such parameter.
    pub fn parameter(value: f64, index: usize) -> Self {
        let mut parameter = Self::constant(value);
        if let Some(slot) = parameter.gradient.get_mut(index) {
            *slot = 1.0;
        }
        parameter
    }

    /// Returns all parameters at their values.
    pub fn parameters(values: [f64; N]) -> [Self; N] {
        std::array::from_fn(|index| Self::parameter(values[index], index))
    }

    /// Returns f of this number, given f, f' and f'' at its value.
    pub fn chain(&self, value: f64, first: f64, second: f64) -> Self {
        let mut result = Self::constant(value);
        for i in 0..N {
            result.gradient[i] = first * self.gradient[i];
            let bend = second * self.gradient[i];
            for j in 0..=i {
                let cell = first * self.hessian[i][j] + bend * self.gradient[j];
                result.hessian[i][j] = cell;
                result.hessian[j][i] = cell;
            }
        }
        result
    }

    /// Returns f of several numbers, given f, its gradient and its Hessian at their values.
    ///
    /// It brings in any function of `M` arguments whose derivatives are known, such as a special function.
    pub fn compose<const M: usize>(
        arguments: &[Self; M],
        value: f64,
        gradient: &[f64; M],
        hessian: &[[f64; M]; M],
    ) -> Self {
        let mut result = Self::constant(value);
        for a in 0..M {
            // The bend in direction a: the Hessian's row times the gradients of all arguments.
            let mut bend = [0.0; N];
            for b in 0..M {
                for (cell, slope) in bend.iter_mut().zip(&arguments[b].gradient) {
                    *cell += hessian[a][b] * slope;
                }
            }
            for i in 0..N {
                result.gradient[i] += gradient[a] * arguments[a].gradient[i];
                for j in 0..=i {
                    result.hessian[i][j] +=
                        gradient[a] * arguments[a].hessian[i][j] + arguments[a].gradient[i] * bend[j];
                }
            }
        }
        // Mirrored, not computed twice, so that rounding cannot break the symmetry.
        for i in 0..N {
            for j in 0..i {
                result.hessian[j][i] = result.hessian[i][j];
            }
        }
        result
    }

    /// Returns the natural logarithm.
    pub fn ln(&self) -> Self {
        let inverse = 1.0 / self.value;
        self.chain(ln(self.value), inverse, -inverse * inverse)
    }

    /// Returns ln(1 + x).
    pub fn ln_1p(&self) -> Self {
        let inverse = 1.0 / (1.0 + self.value);
        self.chain(ln_1p(self.value), inverse, -inverse * inverse)
    }

    /// Returns e to this power.
    pub fn exp(&self) -> Self {
        let value = exp(self.value);
        self.chain(value, value, value)
    }

    /// Returns the square root.
    pub fn sqrt(&self) -> Self {
        let value = sqrt(self.value);
        let first = 0.5 / value;
        self.chain(value, first, -0.5 * first / self.value)
    }

    /// Returns one over this number.
    pub fn recip(&self) -> Self {
        let inverse = 1.0 / self.value;
        self.chain(inverse, -inverse * inverse, 2.0 * inverse * inverse * inverse)
    }

    /// Returns this number to a power that does not depend on the parameters.
    pub fn pow(&self, exponent: f64) -> Self {
        let first = exponent * pow(self.value, exponent - 1.0);
        let second = exponent * (exponent - 1.0) * pow(self.value, exponent - 2.0);
        // A power of 0 or 1 has no bend, and 0 times the infinite power of 0 must not spoil it.
        let first = if exponent == 0.0 { 0.0 } else { first };
        let second = if exponent == 0.0 || exponent == 1.0 { 0.0 } else { second };
        self.chain(pow(self.value, exponent), first, second)
    }

    /// Returns 1 / (1 + e^-x).
    pub fn logistic(&self) -> Self {
        let (p, q) = (logistic(self.value), logistic(-self.value));
        self.chain(p, p * q, p * q * (q - p))
    }

    /// Returns ln(e^x + e^y).
    pub fn ln_add_exp(&self, other: &Self) -> Self {
        if other.value > self.value {
            return other.ln_add_exp(self);
        }
        if other.value == f64::NEG_INFINITY {
            return *self;
        }
        let ratio = exp(other.value - self.value);
        let (p, q) = (1.0 / (1.0 + ratio), ratio / (1.0 + ratio));
        let bend = p * q;
        Self::compose(&[*self, *other], self.value + ln_1p(ratio), &[p, q], &[[bend, -bend], [-bend, bend]])
    }

    /// Returns ln Gamma.
    pub fn ln_gamma(&self) -> Self {
        self.chain(ln_gamma(self.value), digamma(self.value), trigamma(self.value))
    }

    /// Returns ln Gamma(r + x) - ln Gamma(r) of this r and a given x, accurate for a huge r.
    pub fn ln_rising(&self, x: f64) -> Self {
        self.chain(ln_rising(self.value, x), digamma_rising(self.value, x), trigamma_rising(self.value, x))
    }

    /// Returns ln Beta(a, b).
    pub fn ln_beta(&self, other: &Self) -> Self {
        let (a, b) = (self.value, other.value);
        let joint = trigamma(a + b);
        // digamma(a) - digamma(a + b), without the cancellation of a huge a.
        Self::compose(
            &[*self, *other],
            crate::gamma::ln_beta(a, b),
            &[-digamma_rising(a, b), -digamma_rising(b, a)],
            &[[-trigamma_rising(a, b), -joint], [-joint, -trigamma_rising(b, a)]],
        )
    }

    /// Returns whether the value and every derivative are finite.
    pub fn is_finite(&self) -> bool {
        self.value.is_finite()
            && self.gradient.iter().all(|cell| cell.is_finite())
            && self.hessian.iter().flatten().all(|cell| cell.is_finite())
    }
}

impl<const N: usize> Neg for Dual2<N> {
    type Output = Self;

    fn neg(self) -> Self {
        self * -1.0
    }
}

impl<const N: usize> Add for Dual2<N> {
    type Output = Self;

    fn add(mut self, other: Self) -> Self {
        self += other;
        self
    }
}

impl<const N: usize> AddAssign for Dual2<N> {
    fn add_assign(&mut self, other: Self) {
        self.value += other.value;
        for i in 0..N {
            self.gradient[i] += other.gradient[i];
            for j in 0..N {
                self.hessian[i][j] += other.hessian[i][j];
            }
        }
    }
}

impl<const N: usize> Sub for Dual2<N> {
    type Output = Self;

    fn sub(mut self, other: Self) -> Self {
        self -= other;
        self
    }
}

impl<const N: usize> SubAssign for Dual2<N> {
    fn sub_assign(&mut self, other: Self) {
        self.value -= other.value;
        for i in 0..N {
            self.gradient[i] -= other.gradient[i];
            for j in 0..N {
                self.hessian[i][j] -= other.hessian[i][j];
            }
        }
    }
}

impl<const N: usize> Mul for Dual2<N> {
    type Output = Self;

    fn mul(self, other: Self) -> Self {
        let mut result = Self::constant(self.value * other.value);
        for i in 0..N {
            result.gradient[i] = self.value * other.gradient[i] + other.value * self.gradient[i];
            for j in 0..=i {
                let cell = self.value * other.hessian[i][j]
                    + other.value * self.hessian[i][j]
                    + (self.gradient[i] * other.gradient[j] + self.gradient[j] * other.gradient[i]);
                result.hessian[i][j] = cell;
                result.hessian[j][i] = cell;
            }
        }
        result
    }
}

impl<const N: usize> Div for Dual2<N> {
    type Output = Self;

    fn div(self, other: Self) -> Self {
        let mut result = Mul::mul(self, other.recip());
        // Division rounds once, multiplication by the inverse twice.
        result.value = self.value / other.value;
        result
    }
}

impl<const N: usize> Add<f64> for Dual2<N> {
    type Output = Self;

    fn add(mut self, other: f64) -> Self {
        self.value += other;
        self
    }
}

impl<const N: usize> Add<Dual2<N>> for f64 {
    type Output = Dual2<N>;

    fn add(self, other: Dual2<N>) -> Dual2<N> {
        other + self
    }
}

impl<const N: usize> Sub<f64> for Dual2<N> {
    type Output = Self;

    fn sub(mut self, other: f64) -> Self {
        self.value -= other;
        self
    }
}

impl<const N: usize> Sub<Dual2<N>> for f64 {
    type Output = Dual2<N>;

    fn sub(self, other: Dual2<N>) -> Dual2<N> {
        -other + self
    }
}

impl<const N: usize> Mul<f64> for Dual2<N> {
    type Output = Self;

    fn mul(self, factor: f64) -> Self {
        self.chain(self.value * factor, factor, 0.0)
    }
}

impl<const N: usize> Mul<Dual2<N>> for f64 {
    type Output = Dual2<N>;

    fn mul(self, other: Dual2<N>) -> Dual2<N> {
        other * self
    }
}

impl<const N: usize> Div<f64> for Dual2<N> {
    type Output = Self;

    fn div(self, divisor: f64) -> Self {
        self.chain(self.value / divisor, 1.0 / divisor, 0.0)
    }
}

impl<const N: usize> Div<Dual2<N>> for f64 {
    type Output = Dual2<N>;

    fn div(self, other: Dual2<N>) -> Dual2<N> {
        // One division for the value, so that it is rounded once.
        let inverse = 1.0 / other.value;
        let first = -self * inverse * inverse;
        other.chain(self / other.value, first, -2.0 * first * inverse)
    }
}

impl<const N: usize> Sum for Dual2<N> {
    fn sum<I: Iterator<Item = Self>>(items: I) -> Self {
        items.fold(Self::constant(0.0), Add::add)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A function that uses every operation.
    fn everything([a, b]: [Dual2<2>; 2]) -> Dual2<2> {
        let mixed = (a * b + 1.5) / (b - 0.25 * a + 4.0) - 2.0 / a;
        mixed.exp().ln_1p()
            + (a + b).sqrt()
            + b.pow(1.7)
            + a.ln_gamma()
            + b.ln_rising(7.0)
            + b.ln_rising(20.5)
            + a.ln_beta(&b)
            + (3.0 - b).logistic()
            + a.ln().ln_add_exp(&b.ln())
            - (a / 3.0).recip()
    }

    proptest! {
        #[test]
        fn derivatives_match_differences(a in 0.3f64..6.0, b in 0.3f64..6.0) {
            let at = |a: f64, b: f64| everything(Dual2::parameters([a, b]));
            let exact = at(a, b);
            let h = 1e-5;
            let sides = [(at(a + h, b), at(a - h, b)), (at(a, b + h), at(a, b - h))];
            for (i, (up, down)) in sides.iter().enumerate() {
                let slope = (up.value - down.value) / (2.0 * h);
                prop_assert!((slope - exact.gradient[i]).abs() < 1e-6 * (1.0 + slope.abs()), "gradient {i}");
                for j in 0..2 {
                    let bend = (up.gradient[j] - down.gradient[j]) / (2.0 * h);
                    prop_assert!((bend - exact.hessian[i][j]).abs() < 1e-5 * (1.0 + bend.abs()), "hessian {i} {j}");
                    prop_assert_eq!(exact.hessian[i][j], exact.hessian[j][i]);
                }
            }
        }

        #[test]
        fn a_log_sum_is_symmetric(a in -800.0f64..800.0, b in -800.0f64..800.0) {
            let [x, y] = Dual2::parameters([a, b]);
            prop_assert_eq!(x.ln_add_exp(&y), y.ln_add_exp(&x));
            prop_assert!(x.ln_add_exp(&y).is_finite());
        }
    }

    #[test]
    fn powers_at_zero() {
        let [x] = Dual2::parameters([0.0]);
        let square = x.pow(2.0);
        assert_eq!((square.value, square.gradient, square.hessian), (0.0, [0.0], [[2.0]]));
        assert_eq!(x.pow(1.0).hessian, [[0.0]]);
        assert_eq!(x.pow(0.0), Dual2::constant(1.0));
    }

    #[test]
    fn a_parameter_beyond_the_last_is_a_constant() {
        assert_eq!(Dual2::<2>::parameter(4.0, 2), Dual2::constant(4.0));
    }

    #[test]
    fn a_sum_of_many() {
        let [x] = Dual2::parameters([3.0]);
        let sum: Dual2<1> = (1..=4).map(|k| x * f64::from(k)).sum();
        assert_eq!((sum.value, sum.gradient), (30.0, [10.0]));
    }
}
