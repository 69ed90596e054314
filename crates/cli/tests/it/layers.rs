//! The floors of the house, from one table: which crate stands where, and which outside crates it may use.
//! Dev-dependencies count too, so that no test smuggles in a sideways edge.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Crate, floor, outside crates.
const FLOORS: &[(&str, u8, &[&str])] = &[
    ("naata-machine", 0, &["wide"]),
    ("naata-core", 1, &["chrono", "chrono-tz", "rust_decimal", "serde", "thiserror"]),
    ("naata-math", 1, &["libm", "thiserror"]),
    ("naata-pages", 1, &["libc"]),
    ("naata-answer", 2, &["thiserror"]),
    ("naata-facts", 2, &["rust_decimal", "serde", "thiserror", "toml", "unicode-normalization"]),
    ("naata-customers", 3, &["thiserror"]),
    ("naata-segments", 3, &["serde", "thiserror"]),
    ("naata-loyalty", 3, &["chrono", "rust_decimal", "serde", "thiserror"]),
    ("naata-journeys", 3, &["thiserror"]),
    ("naata-metrics", 3, &["thiserror"]),
    ("naata", 4, &["serde", "thiserror"]),
    (
        "naata-ingest",
        5,
        &[
            "bytes",
            "chrono",
            "csv",
            "flate2",
            "memchr",
            "simdutf8",
            "wide",
            "parquet",
            "quick-xml",
            "ruzstd",
            "rust_decimal",
            "thiserror",
        ],
    ),
    ("naata-report", 5, &["serde_json", "thiserror", "unicode-width"]),
    ("naata-demo", 5, &["chrono", "csv", "serde", "serde_json", "thiserror"]),
    ("naata-cli", 6, &["clap", "serde", "serde_json", "signal-hook", "tempfile", "toml"]),
    ("naata-testkit", 1, &["serde_json"]),
    ("naata-examples", 7, &["chrono", "rust_decimal", "toml"]),
    ("naata-benches", 7, &["serde_json"]),
];

/// Adapters see rows and answers, never a domain or the facade.
const ADAPTERS_MAY_USE: &[&str] =
    &["naata-machine", "naata-core", "naata-math", "naata-answer", "naata-testkit"];

/// What any test may use.
const FOR_TESTS: &[&str] = &["proptest", "serde_json", "csv", "rust_decimal", "toml", "chrono"];

fn metadata() -> serde_json::Value {
    let out = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--format-version", "1", "--offline"])
        .current_dir(root())
        .output()
        .expect("cargo metadata runs");
    serde_json::from_slice(&out.stdout).expect("cargo metadata is JSON")
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

#[test]
fn every_crate_stands_on_lower_floors_only() {
    let floors: BTreeMap<&str, (u8, &[&str])> = FLOORS.iter().map(|(n, f, x)| (*n, (*f, *x))).collect();
    let metadata = metadata();
    let mut bad = Vec::new();
    let mut seen = 0;
    for p in metadata["packages"].as_array().expect("packages") {
        let name = p["name"].as_str().expect("a name");
        let Some((floor, outside)) = floors.get(name) else {
            bad.push(format!("{name} has no floor"));
            continue;
        };
        seen += 1;
        for d in p["dependencies"].as_array().expect("dependencies") {
            let used = d["name"].as_str().expect("a name");
            let for_tests = d["kind"].as_str() == Some("dev");
            match floors.get(used) {
                Some(_) if used == "naata-testkit" && for_tests => {}
                Some((lower, _)) if lower < floor => {
                    if *floor == 5 && !ADAPTERS_MAY_USE.contains(&used) {
                        bad.push(format!("{name}, an adapter, uses {used}"));
                    }
                }
                Some(_) => bad.push(format!("{name} uses {used}, which is not on a lower floor")),
                None if outside.contains(&used) || (for_tests && FOR_TESTS.contains(&used)) => {}
                None => bad.push(format!("{name} uses {used}, which its floor does not allow")),
            }
        }
    }
    assert!(bad.is_empty(), "{bad:#?}");
    assert_eq!(seen, FLOORS.len(), "a crate of the table is gone");
}

/// Every `.rs` file below a folder.
fn sources(folder: &Path, out: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for e in entries.flatten() {
        let path = e.path();
        if path.is_dir() {
            sources(&path, out);
        } else if path.extension().is_some_and(|x| x == "rs") {
            out.push(path);
        }
    }
}

#[test]
fn no_crate_names_a_dependency_it_does_not_use() {
    let metadata = metadata();
    let mut bad = Vec::new();
    for p in metadata["packages"].as_array().expect("packages") {
        let folder =
            Path::new(p["manifest_path"].as_str().expect("a path")).parent().expect("a folder").to_path_buf();
        let (mut shipped, mut tests) = (Vec::new(), Vec::new());
        sources(&folder.join("src"), &mut shipped);
        sources(&folder.join("tests"), &mut tests);
        sources(&folder.join("benches"), &mut tests);
        let read = |files: &[PathBuf]| -> String {
            files.iter().map(|f| std::fs::read_to_string(f).expect("a readable source")).collect()
        };
        let (shipped, all) = (read(&shipped), read(&tests) + &read(&shipped));
        for d in p["dependencies"].as_array().expect("dependencies") {
            let name = d["name"].as_str().expect("a name").replace('-', "_");
            let text = if d["kind"].as_str() == Some("dev") { &all } else { &shipped };
            let used = [format!("{name}::"), format!("use {name}"), format!("{name} as ")];
            if !used.iter().any(|u| text.contains(u.as_str())) {
                bad.push(format!("{} does not use {name}", p["name"].as_str().expect("a name")));
            }
        }
    }
    assert!(bad.is_empty(), "{bad:#?}");
}

#[test]
fn no_source_file_outgrows_a_reader() {
    let mut files = Vec::new();
    sources(&root().join("crates"), &mut files);
    let long: Vec<String> = files
        .iter()
        .filter_map(|f| {
            let lines = std::fs::read_to_string(f).ok()?.lines().count();
            (lines > 800).then(|| format!("{}: {lines} lines", f.display()))
        })
        .collect();
    assert!(long.is_empty(), "{long:#?}");
}
