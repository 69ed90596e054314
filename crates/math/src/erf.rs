//! The error function and its complement.
//!
//! # Source
//! The portable implementation is Sun's `s_erf`, 1993.

/// Returns erf(x), 2 / sqrt(pi) times the integral of e^(-t^2) from 0 to `x`.
pub fn erf(x: f64) -> f64 {
    libm::erf(x)
}

/// Returns 1 - erf(x), accurate for a large `x`.
pub fn erfc(x: f64) -> f64 {
    libm::erfc(x)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_forty_digit_values() {
        for (x, value, complement) in [
            (1e-10, 1.1283791670955126e-10, 0.999999999887162),
            (0.5, 0.5204998778130465, 0.4795001221869535),
            (1.25, 0.9229001282564583, 0.07709987174354177),
            (3.0, 0.9999779095030014, 2.209049699858544e-05),
            (10.0, 1.0, 2.088487583762545e-45),
            (26.0, 1.0, 5.663192408856143e-296),
        ] {
            assert!((erf(x) - value).abs() <= 2e-16 * value, "erf {x}");
            assert!((erfc(x) - complement).abs() <= 1e-15 * complement, "erfc {x}: {}", erfc(x));
            assert_eq!(erf(-x), -erf(x));
        }
    }
}
