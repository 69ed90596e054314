//! What only a host has: a clock, threads, a terminal.

use naata_core::{Day, Exec};
use std::io::{IsTerminal, Write};
use std::ops::ControlFlow;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// Today, by the machine's clock, in UTC: only used to tell dates of the future.
#[expect(clippy::disallowed_methods, reason = "the command line is the one owner of a clock")]
pub fn today() -> Option<Day> {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).ok()?;
    i32::try_from(since.as_secs() / 86_400).ok().map(Day)
}

/// Lends threads and shows progress.
#[derive(Debug)]
pub struct Host {
    threads: usize,
    progress: Option<Mutex<Progress>>,
}

#[derive(Debug)]
struct Progress {
    started: Instant,
    shown: Instant,
    written: bool,
    /// How much there is to do in this stretch of the work, and when it began.
    of: u64,
    began: Instant,
}

impl Host {
    /// `threads` of 0 asks the machine.
    #[expect(clippy::disallowed_methods, reason = "progress is timed, results are not")]
    pub fn new(threads: usize, quiet: bool) -> Self {
        let asked =
            if threads == 0 { std::thread::available_parallelism().map_or(1, usize::from) } else { threads };
        let now = Instant::now();
        let progress = (!quiet && std::io::stderr().is_terminal())
            .then(|| Mutex::new(Progress { started: now, shown: now, written: false, of: 0, began: now }));
        Self { threads: asked, progress }
    }

    /// Wipes the line of progress.
    pub fn clear(&self) {
        if let Some(Ok(mut p)) = self.progress.as_ref().map(Mutex::lock)
            && p.written
        {
            p.written = false;
            let _ = write!(std::io::stderr(), "\r\x1b[K");
        }
    }
}

impl Exec for Host {
    #[expect(clippy::disallowed_methods, reason = "the host is where threads come from")]
    fn each(&self, parts: usize, job: &(dyn Fn(usize) + Sync)) {
        let next = AtomicUsize::new(0);
        let work = || {
            loop {
                let part = next.fetch_add(1, Ordering::Relaxed);
                if part >= parts {
                    break;
                }
                job(part);
            }
        };
        let helpers = self.threads.min(parts).saturating_sub(1);
        std::thread::scope(|scope| {
            for _ in 0..helpers {
                scope.spawn(work);
            }
            work();
        });
    }

    fn tick(&self, done: u64, of: u64) -> ControlFlow<()> {
        self.show(done, of, "")
    }

    fn tick_rows(&self, done: u64, of: u64, rows: u64) -> ControlFlow<()> {
        let mega = |n: u64| n as f64 / 1e6;
        // How long a stream is, nobody knows.
        let of = if of > done { of } else { 0 };
        let all = if of > 0 { format!(" of {:.0}", mega(of)) } else { String::new() };
        self.show(done, of, &format!("{:.1} M rows, {:.0}{all} MB", mega(rows), mega(done)))
    }
}

impl Host {
    /// Says which of so many analyses is at work: how long each takes, nobody knows.
    pub fn step(&self, what: &str, number: u64, of: u64) {
        let _ = self.show(0, 0, &format!("{what}, {number} of {of}"));
    }

    /// Shows how far the work is, when it lasts over two seconds and someone watches.
    #[expect(clippy::disallowed_methods, reason = "progress is timed, results are not")]
    fn show(&self, done: u64, of: u64, what: &str) -> ControlFlow<()> {
        if let Some(Ok(mut p)) = self.progress.as_ref().map(Mutex::lock) {
            let now = Instant::now();
            let running = now.duration_since(p.started);
            if p.of != of {
                (p.of, p.began) = (of, now);
            }
            if running > Duration::from_secs(2) && now.duration_since(p.shown) > Duration::from_millis(200) {
                (p.shown, p.written) = (now, true);
                let share = if of == 0 { 0.0 } else { done as f64 / of as f64 };
                let mut line = what.to_string();
                if share > 0.0 {
                    // Reading says nothing about how long the analyses take.
                    let left = now.duration_since(p.began).as_secs_f64() * (1.0 - share) / share;
                    let between = if what.is_empty() { "" } else { ", " };
                    line = format!("{:3.0} %{between}{line}, about {left:.0} s left", share * 100.0);
                }
                let _ = write!(std::io::stderr(), "\r\x1b[K{line}");
                let _ = std::io::stderr().flush();
            }
        }
        ControlFlow::Continue(())
    }
}
