//! What uncertain parameters do to a figure: the delta method, and mixing over points that stand for the estimates.
//!
//! # Formula
//! Delta method: `Var f = g' C g`, with g the slopes of f by the logarithms of the parameters, by central differences. The
//! points: `theta +- sqrt(k) L_j`, with L_j the columns of the Cholesky factor of C, each with weight 1/2k, have the mean
//! and the covariance of the estimates.
//!
//! # Source
//! Cox, 1998 (delta method); Julier and Uhlmann, "Unscented filtering and nonlinear estimation", 2004 (the points).

use super::GammaGamma;
use naata_math::{Cholesky, Matrix, exp};

/// The step of central differences.
pub(super) const STEP: f64 = 1e-4;

/// The variance of a figure of parameters that are moved on the scale of the covariance, from zero.
pub(super) fn delta(covariance: &Matrix, f: impl Fn(&[f64]) -> Option<f64>) -> Option<f64> {
    let k = covariance.rows();
    let slope = |i: usize| {
        let at = |by: f64| f(&(0..k).map(|j| if i == j { by } else { 0.0 }).collect::<Vec<_>>());
        Some((at(STEP)? - at(-STEP)?) / (2.0 * STEP))
    };
    let slopes: Option<Vec<f64>> = (0..k).map(slope).collect();
    quadratic(&slopes?, covariance)
}

/// `g' C g`.
pub(super) fn quadratic(g: &[f64], covariance: &Matrix) -> Option<f64> {
    let image = covariance.times(g).ok()?;
    let v: f64 = g.iter().zip(&image).map(|(a, b)| a * b).sum();
    (v.is_finite() && v >= 0.0).then_some(v)
}

/// Steps from the estimates, two along each axis, that together have their spread.
pub(super) fn points(covariance: &Matrix) -> Vec<Vec<f64>> {
    let Ok(cholesky) = Cholesky::new(covariance) else { return Vec::new() };
    let k = covariance.rows();
    let scale = (k as f64).sqrt();
    let step = |j: usize, sign: f64| (0..k).map(|i| sign * scale * cholesky.lower().at(i, j)).collect();
    (0..k).flat_map(|j| [step(j, 1.0), step(j, -1.0)]).collect()
}

/// Parameters moved by steps on the scale of their logarithms.
pub(super) fn moved<const N: usize>(at: [f64; N], by: &[f64]) -> [f64; N] {
    let mut out = at;
    out.iter_mut().zip(by).for_each(|(p, by)| *p *= exp(*by));
    out
}

/// The interval that leaves `tail` out at either end of the mean of some distributions over 0, 1, 2, ...
pub(super) fn range(distributions: impl ExactSizeIterator<Item = Vec<f64>>, tail: f64) -> Option<(u32, u32)> {
    let n = distributions.len() as f64;
    let mut sums: Vec<f64> = Vec::new();
    for p in distributions {
        sums.resize(sums.len().max(p.len()), 0.0);
        sums.iter_mut().zip(p).for_each(|(s, p)| *s += p / n);
    }
    let reaches = |level: f64| {
        let mut sum = 0.0;
        let at = sums.iter().position(|p| {
            sum += p;
            sum >= level
        });
        at.map(|n| n as u32)
    };
    reaches(tail).zip(reaches(1.0 - tail))
}

/// The variance of what a customer with `x` occasions of mean `m` spends on purchases of the given mean and variance;
/// `None` where amounts have none.
pub(super) fn spent_variance(gamma: &GammaGamma, x: u32, m: f64, n: f64, variance: f64) -> Option<f64> {
    let [p, q, v] = gamma.parameters().map(|p| p.1);
    let (shape, rate) = (p * f64::from(x) + q, v + f64::from(x) * m);
    if shape <= 2.0 {
        return None;
    }
    let once = rate / (shape - 1.0);
    let square = rate * rate / ((shape - 1.0) * (shape - 2.0));
    Some(n * p * square + p * p * ((variance + n * n) * square - n * n * once * once))
}

#[cfg(test)]
mod tests {
    use super::*;
    use naata_testkit::assert_close;

    fn covariance() -> Matrix {
        let mut c = Matrix::zeros(2, 2);
        for (i, j, v) in [(0, 0, 0.04), (0, 1, 0.01), (1, 0, 0.01), (1, 1, 0.09)] {
            c.set(i, j, v);
        }
        c
    }

    #[test]
    fn the_delta_method_is_exact_for_straight_lines() {
        // Var(2 x - 3 y) = 4 * .04 + 9 * .09 - 12 * .01.
        let v = delta(&covariance(), |by| Some(2.0 * by[0] - 3.0 * by[1])).unwrap();
        assert_close("variance", v, 0.16 + 0.81 - 0.12, 1e-9);
        assert_eq!(delta(&covariance(), |_| None), None);
    }

    #[test]
    fn the_points_have_mean_zero_and_the_covariance() {
        let all = points(&covariance());
        assert_eq!(all.len(), 4);
        for i in 0..2 {
            assert!(all.iter().map(|p| p[i]).sum::<f64>().abs() < 1e-15);
            for j in 0..2 {
                let c = all.iter().map(|p| p[i] * p[j]).sum::<f64>() / 4.0;
                assert_close("covariance", c, covariance().at(i, j), 1e-12);
            }
        }
        assert_eq!(moved([2.0, 3.0], &[0.0, 0.0]), [2.0, 3.0]);
    }

    #[test]
    fn ranges_leave_out_no_more_than_the_tails() {
        let fair = vec![0.25; 4];
        assert_eq!(range([fair.clone()].into_iter(), 0.25), Some((0, 2)));
        assert_eq!(range([fair, vec![0.0, 0.0, 0.0, 0.0, 0.0, 1.0]].into_iter(), 0.05), Some((0, 5)));
        assert_eq!(range([vec![0.5]].into_iter(), 0.05), None);
    }

    #[test]
    fn a_sum_of_drawn_amounts_has_the_variance() {
        // Rates of spend given x = 3 occasions of mean 20, a Poisson number of purchases of mean 2.
        let (p, q, v) = (6.25, 3.74, 15.4);
        let gamma = GammaGamma::new(p, q, v).unwrap();
        let rate = naata_math::Gamma::new(3.0 * p + q, v + 60.0).unwrap();
        let mut rng = naata_math::Rng::new(5);
        let (mut sum, mut square, n) = (0.0, 0.0, 200_000);
        for _ in 0..n {
            let nu = rate.sample(&mut rng);
            let k = naata_math::Poisson::new(2.0).unwrap().sample(&mut rng);
            let spent =
                if k == 0 { 0.0 } else { naata_math::Gamma::new(p * k as f64, nu).unwrap().sample(&mut rng) };
            sum += spent;
            square += spent * spent;
        }
        let mean = sum / f64::from(n);
        let drawn = square / f64::from(n) - mean * mean;
        let ours = spent_variance(&gamma, 3, 20.0, 2.0, 2.0).unwrap();
        assert!((ours / drawn - 1.0).abs() < 0.02, "{ours} {drawn}");
        assert_eq!(spent_variance(&GammaGamma::new(1.0, 1.5, 2.0).unwrap(), 0, 0.0, 1.0, 1.0), None);
    }
}
