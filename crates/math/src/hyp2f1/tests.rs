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
