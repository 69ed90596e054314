//! One pass over a file: whoever has nothing to do takes in the next window if its rows are parsed, else reads one and
//! parses it. Nobody waits for the others as long as there is something to do.

use crate::Error;
use crate::batch::{Batch, parse_in};
use crate::join::{Join, Step};
use crate::plan::Plan;
use crate::sink::Sink;
use crate::window::{Cut, Window, Windows};
use naata_core::Exec;
use std::collections::BTreeMap;
use std::io::Read;
use std::sync::{Condvar, Mutex, MutexGuard};

/// Passes over a file once. `step` is told how many bytes and rows are done, and may stop.
pub(crate) fn pass<'a>(
    plan: &'a Plan,
    input: Box<dyn Read + Send + 'a>,
    sink: &'a mut Sink<'_>,
    cut: Cut,
    exec: &dyn Exec,
    step: &'a mut Step<'a>,
) -> Result<(), Error> {
    let desk = Desk {
        windows: Some(Windows::new(input, cut.window, plan.body)),
        join: Some(Join::new(plan, sink, step, cut.longest)),
        read: 0,
        taken: 0,
        parsed: BTreeMap::new(),
        spare: Vec::new(),
        idle: 0,
        end: None,
    };
    let work = Work { plan, parts: cut.parts.max(1), desk: Mutex::new(desk), news: Condvar::new() };
    exec.each(work.parts, &|_| work.on());
    // A host that forgets its parts must not lose the file.
    work.on();
    let end = work.desk().and_then(|mut desk| desk.end.take());
    end.unwrap_or_else(|| Err(work.broken_off()))
}

/// What those who work on a file share.
struct Work<'a, 's> {
    plan: &'a Plan,
    parts: usize,
    desk: Mutex<Desk<'a, 's>>,
    /// Something is to do again, or everything is done.
    news: Condvar,
}

/// How far the work is. What somebody works with is not here meanwhile.
struct Desk<'a, 's> {
    windows: Option<Windows<'a>>,
    join: Option<Join<'a, 's>>,
    /// How many windows are read, and how many of them taken in.
    read: usize,
    taken: usize,
    /// Windows with their rows, by number; the last one may be what kept it from being read.
    parsed: BTreeMap<usize, Result<Parsed, Error>>,
    /// Room that is used again.
    spare: Vec<(Vec<u8>, Batch)>,
    /// How many wait for something to do.
    idle: usize,
    /// How it ended.
    end: Option<Result<(), Error>>,
}

/// A window with its rows.
type Parsed = (Window, Batch);

/// What is to do next.
enum Job<'a, 's> {
    Take(Join<'a, 's>, Result<Parsed, Error>),
    Read(Windows<'a>, usize, (Vec<u8>, Batch)),
}

impl<'a, 's> Desk<'a, 's> {
    /// The next job, as long as there is one; rows are taken in first.
    fn job(&mut self, parts: usize) -> Option<Job<'a, 's>> {
        if self.end.is_some() {
            return None;
        }
        if self.join.is_some()
            && let Some(parsed) = self.parsed.remove(&self.taken)
        {
            self.taken += 1;
            return self.join.take().map(|join| Job::Take(join, parsed));
        }
        let windows = self.windows.take_if(|_| self.read < self.taken + parts)?;
        self.read += 1;
        Some(Job::Read(windows, self.read - 1, self.spare.pop().unwrap_or_default()))
    }
}

impl<'a, 's> Work<'a, 's> {
    /// Works until the file is done.
    fn on(&self) {
        let _alarm = Alarm(self);
        while let Some(job) = self.job() {
            match job {
                Job::Take(mut join, parsed) => {
                    let (spare, end) = match parsed {
                        Ok((window, mut batch)) => {
                            let taken = join.take(&window, &mut batch);
                            let end = (taken.is_err() || window.last).then_some(taken);
                            (Some((window.into_buffer(), batch)), end)
                        }
                        Err(e) => (None, Some(Err(e))),
                    };
                    self.tell(|desk| {
                        desk.join = Some(join);
                        desk.spare.extend(spare);
                        desk.end = desk.end.take().or(end);
                    });
                }
                Job::Read(mut windows, number, (buffer, batch)) => {
                    let window = windows.next(buffer);
                    if window.as_ref().is_ok_and(|window| !window.last) {
                        self.tell(|desk| desk.windows = Some(windows));
                    }
                    let unread = |e: std::io::Error| Error::Read {
                        file: self.plan.file.to_string(),
                        message: e.to_string(),
                    };
                    let parsed = window.map_err(unread).map(|window| {
                        let (until, last) = (window.until, window.last);
                        let batch = parse_in(batch, self.plan, window.bytes(), until, last);
                        (window, batch)
                    });
                    self.tell(|desk| {
                        desk.parsed.insert(number, parsed);
                    });
                }
            }
        }
    }

    fn broken_off(&self) -> Error {
        Error::Read { file: self.plan.file.to_string(), message: "the reading was broken off".into() }
    }

    fn desk(&self) -> Option<MutexGuard<'_, Desk<'a, 's>>> {
        self.desk.lock().ok()
    }

    /// The next job, as soon as there is one; `None` when all is done.
    fn job(&self) -> Option<Job<'a, 's>> {
        let mut desk = self.desk()?;
        loop {
            match desk.job(self.parts) {
                Some(job) => return Some(job),
                None if desk.end.is_some() => return None,
                None => {
                    desk.idle += 1;
                    desk = self.news.wait(desk).ok()?;
                    desk.idle -= 1;
                }
            }
        }
    }

    /// Puts something on the desk, and tells those who wait.
    fn tell(&self, put: impl FnOnce(&mut Desk<'a, 's>)) {
        if let Some(mut desk) = self.desk() {
            put(&mut desk);
            if desk.idle > 0 {
                self.news.notify_all();
            }
        }
    }
}

/// Ends the work of all where one of them panics: they would wait for what it took with it.
struct Alarm<'w, 'a, 's>(&'w Work<'a, 's>);

impl Drop for Alarm<'_, '_, '_> {
    fn drop(&mut self) {
        self.0.tell(|desk| {
            desk.end.get_or_insert_with(|| Err(self.0.broken_off()));
        });
    }
}
