//! Ctrl-C and its kin: what is half written is taken away, then the program ends as the signal would have ended it, so
//! that a shell sees 130 after Ctrl-C and stops a script.
//!
//! Only files beside their place need this, the ones of [`crate::output`]: temporary files of the reader have no name,
//! and the system takes them back by itself. A signal that was ignored when the program began stays ignored, as under
//! `nohup`.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard};

/// Files that are written and not in their place yet. Whoever holds the lock decides what becomes of them.
static UNFINISHED: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

/// The list, also where another thread stopped half-way: a list of names is never half changed.
fn unfinished() -> MutexGuard<'static, Vec<PathBuf>> {
    UNFINISHED.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// Notes a file that is going to be written.
pub fn begin(path: &Path) {
    unfinished().push(path.to_path_buf());
}

/// Brings a file to its place, or takes it away: no signal comes in between.
pub fn end<T>(path: &Path, finish: impl FnOnce() -> T) -> T {
    let mut all = unfinished();
    let done = finish();
    all.retain(|p| p != path);
    done
}

/// Waits for signals from now on.
#[cfg(unix)]
#[expect(clippy::disallowed_methods, reason = "the command line is where a thread may wait for signals")]
pub fn watch() {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    let ignored = ignored();
    let wanted = [SIGHUP, SIGINT, SIGTERM].into_iter().filter(|s| ignored & (1 << (s - 1)) == 0);
    // Without a watcher signals end the program as ever; only a half-written file could be left.
    let Ok(mut signals) = signal_hook::iterator::Signals::new(wanted) else { return };
    std::thread::spawn(move || {
        if let Some(signal) = signals.forever().next() {
            // Never given back: nothing may be begun or brought to its place any more.
            let all = unfinished();
            for path in all.iter() {
                let _ = std::fs::remove_file(path);
            }
            let _ = signal_hook::low_level::emulate_default_handler(signal);
            std::process::exit(128 + signal);
        }
    });
}

/// Elsewhere the system's own handling is all there is.
#[cfg(not(unix))]
pub fn watch() {}

/// The signals that are ignored, one bit each; where the system does not say, none but the end of a terminal's session.
#[cfg(unix)]
fn ignored() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|l| l.strip_prefix("SigIgn:"));
    mask.and_then(|m| u64::from_str_radix(m.trim(), 16).ok()).unwrap_or(1)
}
