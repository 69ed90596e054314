use std::path::PathBuf;

use super::*;
use crate::testing::assert_close;
use proptest::prelude::*;

/// Returns the folder of the reference data, or none where it is not installed.
fn reference() -> Option<PathBuf> {
    #[expect(clippy::disallowed_methods, reason = "a test may be told where the reference data lie")]
    let named = std::env::var_os("NAATA_REFERENCE").map(PathBuf::from);
    let folder =
        named.unwrap_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/reference"));
    folder.is_dir().then_some(folder)
}

#[test]
fn the_reference_grid() {
    let Some(folder) = reference() else {
        println!("skipped: no reference data");
        return;
    };
    let text = std::fs::read_to_string(folder.join("clv/hyp2f1_grid.json")).unwrap();
    let grid: serde_json::Value = serde_json::from_str(&text).unwrap();
    let rows = grid["rows"].as_array().unwrap();
    assert_eq!(rows.len(), 288);
    let mut worst = 0.0_f64;
    for row in rows {
        let [a, b, c, z] = [0, 1, 2, 3].map(|i| row[i].as_f64().unwrap());
        let expected: f64 = row[4].as_str().unwrap().parse().unwrap();
        let found = ln_hyp2f1(a, b, c, z).unwrap();
        assert_eq!(found.sign, 1.0);
        if expected != 0.0 {
            worst = worst.max((found.ln_abs / expected - 1.0).abs());
        }
        assert_close(found.ln_abs, expected, 1e-12, &format!("{a}, {b}, {c}, {z}"));
    }
    println!("largest relative difference of the logarithm: {worst:.1e}");
}

/// a, b, c, z, ln|F| and sign, from 40-digit sums: four of each region.
#[rustfmt::skip]
const POINTS: [(f64, f64, f64, f64, f64, f64); 32] = [
    (121.171, 17.2657, 114.56949999999999, 0.6, 17.19685276573482, 1.0),
    (281.115, 12.512, 13.90267, 0.9, 639.9284882130836, 1.0),
    (96.0103, 0.014038, 42.186938, 0.01, 0.00032312250502678576, 1.0),
    (0.301522, 1.46178, 780.7667799999999, 0.3, 0.00016944600575280325, 1.0),
    (0.0442383, 1.11228, 7.71314, 0.97, 0.007155713433099198, 1.0),
    (30.6536, 0.0569569, 14.4029569, 0.97, 33.689311579322386, 1.0),
    (0.292376, 10.9695, 13.33083, 0.99, 0.5556400579362601, 1.0),
    (0.261343, 750.784, 860.468, 0.999, 0.537844565696233, 1.0),
    (1987.66, 5.94203, 219.78203, 0.8, 2249.318040972798, 1.0),
    (6936.75, 7.64851, 3272.79851, 0.8, 1891.1227109968188, 1.0),
    (28266.8, 30060.2, 30067.209160000002, 0.5, 19588.407415996717, 1.0),
    (62961.2, 28910.1, 29390.031, 0.5, 43090.90401912031, 1.0),
    (7384.29, 44.5193, 4071.7392999999997, 0.1, 8.903043679929107, 1.0),
    (3147.94, 0.398444, 6.194634000000001, 0.3, 1085.3481306055885, 1.0),
    (3438.11, 432.059, 1039.364, 0.1, 161.5122045016052, 1.0),
    (1780.93, 1.61105, 15.71885, 0.1, 140.29906488064591, 1.0),
    (5.37969, 9.13715, 1.28354, 0.3, 7.867672576975899, 1.0),
    (2.61099, 3.87054, 1.13261, 0.999, 38.60462344709321, 1.0),
    (0.5318890000000001, 0.4131013, 0.348131, 0.9, 1.421870619911376, 1.0),
    (3.475342, 3.0175419999999997, 2.86909, 0.9, 8.373246858481982, 1.0),
    (0.7618, 0.131424, -0.10467499363572082, 0.9, 2.20593451662383, -1.0),
    (1.45824, 0.171053, -0.8858880126335946, 0.3, -1.63935222055956, 1.0),
    (24.6079, 1.04636, -0.8255208759500383, 0.6, 31.222676729241297, -1.0),
    (0.72464, 0.106067, -0.9179313843722758, 0.9, 3.8151363599651624, -1.0),
    (2.46545, 10.7258, 36.1781, -3.0, -1.5082089585838152, 1.0),
    (2.41454, 55.4291, 59.16726, -1.0, -1.595019767545433, 1.0),
    (6.66872, 4.08178, 4.406911, -3.0, -8.233810431380194, 1.0),
    (0.126052, 0.14925, 0.514466, -3.0, -0.05716020363755528, 1.0),
    (15.88288, 15.427234499999999, 15.4156, -0.01, -0.15815920413368956, 1.0),
    (0.2468458, 1.371783, 0.181903, -3.0, -2.7649877230389768, -1.0),
    (1.9686383, 2.0370571, 1.94887, -0.5, -0.8343888608358911, 1.0),
    (8.900933, 8.9128597, 8.84258, -20.0, -27.31914396528416, 1.0),
];

#[test]
fn every_region() {
    for (a, b, c, z, expected, sign) in POINTS {
        let found = ln_hyp2f1(a, b, c, z).unwrap();
        assert_eq!(found.sign, sign, "{a}, {b}, {c}, {z}");
        assert_close(found.ln_abs, expected, 1e-13, &format!("{a}, {b}, {c}, {z}"));
    }
}

#[test]
fn closed_forms() {
    // F(a, b; b; z) = (1-z)^-a, also where the power overflows.
    for (a, z) in [(2.5, 0.3), (5000.0, 0.999), (0.1, -50.0), (1e6, 0.9)] {
        let found = ln_hyp2f1(a, 3.7, 3.7, z).unwrap();
        assert_close(found.ln_abs, -a * ln_1p(-z), 1e-13, &format!("{a}, {z}"));
    }
    assert_eq!(ln_hyp2f1(3.0, 4.0, 5.0, 0.0).unwrap().ln_abs, 0.0);
}

#[test]
fn outside_the_domain() {
    assert!(ln_hyp2f1(1.0, 1.0, 0.0, 0.5).is_err());
    assert!(ln_hyp2f1(1.0, 1.0, -3.0, 0.5).is_err());
    assert!(ln_hyp2f1(1.0, 1.0, 2.0, 1.0).is_err());
    assert!(ln_hyp2f1(1.0, f64::NAN, 2.0, 0.5).is_err());
    assert!(ln_hyp2f1(1.0, 1.0, 2.0, f64::NEG_INFINITY).is_err());
    // Terms of both signs that leave no digit are an error, not a number.
    let lost = ln_hyp2f1(6.19501651218726, 27.920993568105416, 0.3, -2.247352464234271);
    assert!(matches!(lost, Err(Error::Cancellation { .. })), "{lost:?}");
}

#[test]
fn derivatives_at_zero() {
    // F = 1 + (a b / c) z + (a (a+1) b (b+1) / (c (c+1))) z^2 / 2 + ...
    let at = |z: f64| {
        let arguments: [Dual2<4>; 4] = Dual2::parameters([1.5, 2.5, 3.5, z]);
        ln_hyp2f1_dual(&arguments).unwrap().ln_abs
    };
    let (zero, near) = (at(0.0), at(1e-9));
    for i in 0..4 {
        assert!((zero.gradient[i] - near.gradient[i]).abs() < 1e-8, "gradient {i}");
        for j in 0..4 {
            assert!((zero.hessian[i][j] - near.hessian[i][j]).abs() < 1e-7, "hessian {i} {j}");
        }
    }
}

/// Asserts that two kernels agree in value, gradient and Hessian.
fn agree(first: &Kernel, second: &Kernel) -> Result<(), TestCaseError> {
    let near = |x: f64, y: f64, scale: f64| (x - y).abs() <= 1e-10 * (scale + x.abs());
    prop_assert!(near(first.ln_abs, second.ln_abs, 1e-2), "{} {}", first.ln_abs, second.ln_abs);
    for i in 0..4 {
        prop_assert!(near(first.gradient[i], second.gradient[i], 1.0), "{first:?} {second:?}");
        for j in 0..4 {
            // The Hessian is a difference of larger numbers: the product of the slopes is its scale.
            let scale = 1.0 + (first.gradient[i] * first.gradient[j]).abs();
            prop_assert!(
                near(first.hessian[i][j], second.hessian[i][j], scale),
                "{i} {j} {first:?} {second:?}"
            );
        }
    }
    Ok(())
}

proptest! {
    #[test]
    fn the_integral_agrees_with_the_series(
        ln_a in -2.0f64..7.0, ln_b in -2.0f64..7.0, ln_rest in -2.0f64..7.0, z in 0.02f64..0.97,
    ) {
        let (a, b) = (exp(ln_a), exp(ln_b));
        let c = b + exp(ln_rest);
        let series = series::sum(a, b, c, z, true, MOST_TERMS).unwrap();
        agree(&series, &integral::integrate(a, b, c, z, 1.0 - z, true))?;
    }

    #[test]
    fn derivatives_match_differences(
        a in 0.2f64..30.0, b in 0.2f64..30.0, any_c in 0.3f64..30.0, z in -3.0f64..0.98,
    ) {
        // Wherever the transformations lead, the gradient is the slope and the Hessian that of the gradient.
        // Where z and c - min(a, b) are both negative F has zeros, and a difference across one means nothing.
        let c = if z < 0.0 { any_c + a.min(b) } else { any_c };
        let at = |v: [f64; 4]| ln_hyp2f1_dual(&Dual2::<4>::parameters(v)).unwrap().ln_abs;
        let exact = at([a, b, c, z]);
        for i in 0..4 {
            let h = 1e-5 * if i == 3 { 1.0 - z } else { 1.0 };
            let shifted = |by: f64| {
                let mut v = [a, b, c, z];
                v[i] += by;
                at(v)
            };
            let (up, down) = (shifted(h), shifted(-h));
            let slope = (up.value - down.value) / (2.0 * h);
            prop_assert!((slope - exact.gradient[i]).abs() < 1e-5 * (1.0 + slope.abs()), "gradient {i}: {slope} {exact:?}");
            for j in 0..4 {
                let bend = (up.gradient[j] - down.gradient[j]) / (2.0 * h);
                prop_assert!((bend - exact.hessian[i][j]).abs() < 1e-4 * (1.0 + bend.abs()), "hessian {i} {j}: {bend} {exact:?}");
            }
        }
    }

    #[test]
    fn raising_c_holds(a in 0.2f64..2000.0, b in 0.2f64..2000.0, gap in 0.05f64..50.0, z in 0.0f64..0.9999) {
        // F(c) = F(c + 1) + z a b / (c (c + 1)) F(a + 1, b + 1; c + 2), with c above neither, one or both.
        let c = 0.5 * (a + b) + gap - 10.0_f64.min(0.4 * (a + b));
        let ln_f = |a: f64, b: f64, c: f64| ln_hyp2f1(a, b, c, z).unwrap().ln_abs;
        let left = ln_f(a, b, c);
        let right = crate::elementary::ln_add_exp(
            ln_f(a, b, c + 1.0),
            ln(z * a / c * (b / (c + 1.0))) + ln_f(a + 1.0, b + 1.0, c + 2.0),
        );
        prop_assert!((left - right).abs() <= 1e-12 * (1.0 + left.abs()), "{left} {right}");
    }
}
