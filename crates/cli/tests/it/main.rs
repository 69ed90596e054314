//! Tests of the whole product: the house itself, the command line, the report.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test stops where its ground is missing, and says what it skips"
)]

mod browser;
// Signals and terminals are those of Unix.
#[cfg(unix)]
mod ends;
mod kept;
mod layers;
mod packed;
mod product;
// The cases see their data through a link, which only Unix lets everyone make.
#[cfg(unix)]
mod suite;

use std::path::PathBuf;

/// An empty folder of its own for a test.
fn scratch(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    if folder.exists() {
        std::fs::remove_dir_all(&folder).expect("an old scratch folder can go");
    }
    std::fs::create_dir_all(&folder).expect("a scratch folder");
    folder
}

/// Runs naata in a folder; the exit code, standard output and standard error.
fn naata(folder: &std::path::Path, args: &[&str]) -> (i32, Vec<u8>, String) {
    let out = std::process::Command::new(env!("CARGO_BIN_EXE_naata"))
        .args(args)
        .current_dir(folder)
        .stdin(std::process::Stdio::null())
        .output()
        .expect("naata runs");
    (out.status.code().unwrap_or(-1), out.stdout, String::from_utf8_lossy(&out.stderr).into_owned())
}
