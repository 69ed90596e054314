//! Reference data and comparison helpers for the tests of naata (unpublished).
//!
//! Reference data are not part of the repository: their licences differ. Tests ask for them here and report
//! "skipped" when they are absent.
//!
//! ```
//! if let Some(text) = naata_testkit::reference("clv/CDNOW_sample.txt") {
//!     assert_eq!(text.lines().count(), 6_919);
//! }
//! ```
#![expect(
    clippy::print_stderr,
    clippy::panic,
    reason = "a test helper speaks to the person who runs the tests"
)]

use std::path::{Path, PathBuf};

/// The folder of reference data: `NAATA_REFERENCE`, else `../shared/reference` beside the repository.
pub fn reference_folder() -> Option<PathBuf> {
    #[expect(clippy::disallowed_methods, reason = "the one place where tests read the environment")]
    let stated = std::env::var_os("NAATA_REFERENCE").map(PathBuf::from);
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/reference");
    Some(stated.unwrap_or_else(beside)).filter(|p| p.is_dir())
}

/// A file of the reference data, or `None` with the word "skipped" on stderr.
pub fn reference_path(relative: &str) -> Option<PathBuf> {
    let path = reference_folder().map(|f| f.join(relative)).filter(|p| p.exists());
    if path.is_none() {
        eprintln!("skipped: the reference file {relative} is absent");
    }
    path
}

/// The text of a reference file, or `None` with the word "skipped" on stderr.
pub fn reference(relative: &str) -> Option<String> {
    reference_bytes(relative).map(|b| String::from_utf8_lossy(&b).into_owned())
}

/// The bytes of a reference file, or `None` with the word "skipped" on stderr.
pub fn reference_bytes(relative: &str) -> Option<Vec<u8>> {
    let path = reference_path(relative)?;
    match std::fs::read(&path) {
        Ok(bytes) => Some(bytes),
        Err(e) => panic!("the reference file {relative} is there but cannot be read: {e}"),
    }
}

/// The JSON of a reference file, or `None` with the word "skipped" on stderr.
pub fn reference_json(relative: &str) -> Option<serde_json::Value> {
    let text = reference(relative)?;
    match serde_json::from_str(&text) {
        Ok(value) => Some(value),
        Err(e) => panic!("the reference file {relative} is not JSON: {e}"),
    }
}

/// All reference files in a folder whose names start and end as said, sorted; empty when the data are absent.
pub fn reference_files(folder: &str, starts: &str, ends: &str) -> Vec<String> {
    let Some(path) = reference_path(folder) else { return Vec::new() };
    let Ok(entries) = std::fs::read_dir(path) else { return Vec::new() };
    let names = entries.flatten().filter_map(|e| e.file_name().into_string().ok());
    let mut names: Vec<String> = names
        .filter(|n| n.starts_with(starts) && n.ends_with(ends))
        .map(|n| format!("{folder}/{n}"))
        .collect();
    names.sort();
    names
}

/// The relative difference of two numbers; the absolute one where the expected is zero.
pub fn relative(actual: f64, expected: f64) -> f64 {
    let scale = if expected == 0.0 { 1.0 } else { expected.abs() };
    ((actual - expected) / scale).abs()
}

/// Asserts that two numbers agree to a relative tolerance; says by how much they do not.
#[track_caller]
pub fn assert_close(what: &str, actual: f64, expected: f64, tolerance: f64) {
    let off = relative(actual, expected);
    assert!(
        off <= tolerance,
        "{what}: {actual:e} instead of {expected:e}, off by {off:e} (allowed {tolerance:e})"
    );
}
