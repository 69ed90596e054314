//! Definite integrals of smooth functions by Gauss' rule with sixteen nodes.
//!
//! # Formula
//! The integral over (a, b) is about (b - a) / 2 times the sum of w_i f((a + b) / 2 + x_i (b - a) / 2), with x_i the
//! zeros of the Legendre polynomial of degree 16: exact for polynomials up to degree 31, and to the last digit for a
//! function that falls by no more than twelve powers of e over the interval and has no singularity within half its
//! length.
//!
//! # Source
//! Gauss, 1814; Abramowitz and Stegun, 1964, 25.4.29.

/// Half of the nodes on (-1, 1) with their weights; the other half has the opposite sign.
const NODES: [(f64, f64); 8] = [
    (0.095_012_509_837_637_44, 0.189_450_610_455_068_5),
    (0.281_603_550_779_258_9, 0.182_603_415_044_923_6),
    (0.458_016_777_657_227_4, 0.169_156_519_395_002_54),
    (0.617_876_244_402_643_7, 0.149_595_988_816_576_74),
    (0.755_404_408_355_003, 0.124_628_971_255_533_87),
    (0.865_631_202_387_831_7, 0.095_158_511_682_492_79),
    (0.944_575_023_073_232_6, 0.062_253_523_938_647_89),
    (0.989_400_934_991_649_9, 0.027_152_459_411_754_096),
];

/// Calls `visit` with each of the sixteen nodes between `from` and `to` and its weight, from the middle outwards.
///
/// # Example
/// ```
/// let mut sum = 0.0;
/// naata_math::gauss_16(0.0, 2.0, |x, weight| sum += weight * naata_math::exp(x));
/// assert!((sum - (naata_math::exp(2.0) - 1.0)).abs() < 1e-14);
/// ```
pub fn gauss_16(from: f64, to: f64, mut visit: impl FnMut(f64, f64)) {
    let (middle, half) = (0.5 * (from + to), 0.5 * (to - from));
    for (node, weight) in NODES {
        visit(middle - half * node, half * weight);
        visit(middle + half * node, half * weight);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::powi;

    #[test]
    fn polynomials_up_to_degree_31_are_exact() {
        for degree in 0..32 {
            let mut sum = 0.0;
            gauss_16(-0.5, 2.0, |x, w| sum += w * powi(x, degree));
            let n = degree + 1;
            let exact = (powi(2.0, n) - powi(-0.5, n)) / f64::from(n);
            assert!((sum - exact).abs() <= 4e-15 * exact.abs(), "degree {degree}: {sum} {exact}");
        }
    }
}
