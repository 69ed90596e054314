//! One pass over a file: window by window, each window in stretches that are parsed side by side, while the window
//! before is taken in and the bytes of the next one are read.

use crate::Error;
use crate::batch::{Batch, parse};
use crate::plan::Plan;
use crate::records::skip_line_ends;
use crate::sink::Sink;
use naata_core::{Exec, map_parts, part_range};
use std::io::{ErrorKind, Read};
use std::sync::Mutex;

/// How files are cut. Neither number depends on threads, and no result depends on either.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cut {
    /// Bytes of a window.
    pub(crate) window: usize,
    /// Stretches of a window.
    pub(crate) parts: usize,
    /// The longest row: one that is longer has an open quote.
    pub(crate) longest: usize,
}

/// As usual: at the end of a window threads wait for each other, so that windows are large and stretches small.
pub(crate) const CUT: Cut = Cut { window: 8 << 20, parts: 32, longest: 16 << 20 };

/// The first window is so many times smaller, and each one after it twice as large as the one before: a short file needs
/// no large one.
const FIRST: usize = 8;

/// Room before the bytes of a window, for the row that the window before breaks off in.
const ROOM: usize = 1 << 16;

/// A stretch of the file in memory.
#[derive(Debug, Default)]
struct Window {
    /// What is in use of it lies from `start` to `end`.
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    /// Whether the file ends here.
    last: bool,
}

impl Window {
    fn bytes(&self) -> &[u8] {
        self.buffer.get(self.start..self.end).unwrap_or_default()
    }

    /// Reads the next `length` bytes into a buffer.
    fn read(mut buffer: Vec<u8>, length: usize, input: &mut dyn Read) -> std::io::Result<Self> {
        buffer.resize(ROOM + length, 0);
        let mut end = ROOM;
        while let Some(free) = buffer.get_mut(end..).filter(|f| !f.is_empty()) {
            match input.read(free) {
                Ok(0) => return Ok(Self { buffer, start: ROOM, end, last: true }),
                Ok(n) => end += n,
                Err(e) if e.kind() == ErrorKind::Interrupted => {}
                Err(e) => return Err(e),
            }
        }
        Ok(Self { buffer, start: ROOM, end, last: false })
    }

    /// Puts what is left of the window before in front.
    fn after(&mut self, left: &[u8]) {
        match self.start.checked_sub(left.len()) {
            Some(start) => {
                if let Some(room) = self.buffer.get_mut(start..self.start) {
                    room.copy_from_slice(left);
                }
                self.start = start;
            }
            None => {
                self.buffer.truncate(self.end);
                self.buffer.splice(..self.start, left.iter().copied());
                (self.start, self.end) = (0, self.buffer.len());
            }
        }
    }
}

/// What one of the jobs done side by side gave.
enum Done {
    /// The window before is taken in, and its buffer free.
    Taken(Result<Vec<u8>, Error>),
    Ahead(std::io::Result<Window>),
    Parsed(Box<Batch>),
    Nothing,
}

/// Passes over a file once. `step` is told how many bytes and rows are done, and may stop.
pub(crate) fn pass(
    plan: &Plan,
    mut input: Box<dyn Read + Send + '_>,
    sink: &mut Sink<'_>,
    cut: Cut,
    exec: &dyn Exec,
    step: &mut dyn FnMut(usize, u64) -> Result<(), Error>,
) -> Result<(), Error> {
    let unread = |e: std::io::Error| Error::Read { file: plan.file.to_string(), message: e.to_string() };
    let mut size = (cut.window / FIRST).max(1);
    let mut now = Window::read(Vec::new(), plan.body + size, &mut input).map_err(unread)?;
    now.start = (now.start + plan.body).min(now.end);
    let mut before: Option<(Window, Vec<Batch>, usize)> = None;
    // A buffer that is free is used again: fresh memory of that size costs as much as reading it.
    let mut spare = Vec::new();
    loop {
        size = cut.window.min(size * 2);
        // A row that is longer than any row opens a quote that is never closed, and gives up its line.
        let endless = !now.last && now.bytes().len() >= cut.longest;
        let parts = if endless { 0 } else { cut.parts };
        let cuts = cuts(now.bytes(), parts);
        let taking = Mutex::new(before.take().map(|b| (b, &mut *sink)));
        let reading = Mutex::new((!now.last).then(|| (&mut input, std::mem::take(&mut spare))));
        let done = map_parts(exec, parts + 2, |k| match k {
            0 => match taking.lock().ok().and_then(|mut t| t.take()) {
                Some(((window, batches, end), sink)) => {
                    Done::Taken(sink.window(batches, window.bytes(), end).map(|()| window.buffer))
                }
                None => Done::Nothing,
            },
            1 => match reading.lock().ok().and_then(|mut r| r.take()) {
                Some((input, buffer)) => Done::Ahead(Window::read(buffer, size, input)),
                None => Done::Nothing,
            },
            k => {
                let (start, until) = bounds(&cuts, k - 2);
                Done::Parsed(Box::new(parse(plan, now.bytes(), start, until, now.last)))
            }
        });
        let mut ahead = None;
        let mut batches = Vec::with_capacity(parts);
        for one in done {
            match one {
                Done::Taken(result) => spare = result?,
                Done::Ahead(result) => ahead = Some(result.map_err(unread)?),
                Done::Parsed(batch) => batches.push(*batch),
                Done::Nothing => {}
            }
        }
        let (batches, end) = if endless {
            let batch = parse(plan, now.bytes(), 0, 1, true);
            let end = batch.end;
            (vec![batch], end)
        } else {
            join(plan, now.bytes(), now.last, &cuts, batches)
        };
        step(end, batches.iter().map(|b| b.rows).sum())?;
        let Some(mut next) = ahead else {
            return sink.window(batches, now.bytes(), end);
        };
        next.after(now.bytes().get(end..).unwrap_or_default());
        before = Some((now, batches, end));
        now = next;
    }
}

/// Where stretches begin: behind a line end. Inside a quoted cell that is a wrong place; then the stretch is parsed again.
fn cuts(bytes: &[u8], parts: usize) -> Vec<usize> {
    let cut = |k: usize| {
        let at = part_range(bytes.len(), parts, k).start;
        let rest = bytes.get(at..).unwrap_or_default();
        match memchr::memchr2(b'\n', b'\r', rest) {
            _ if k == 0 => 0,
            Some(i) => skip_line_ends(bytes, at + i),
            None => bytes.len(),
        }
    };
    (0..parts).map(cut).chain([bytes.len()]).collect()
}

fn bounds(cuts: &[usize], k: usize) -> (usize, usize) {
    let at = |k: usize| cuts.get(k).or(cuts.last()).copied().unwrap_or(0);
    (at(k), at(k + 1))
}

/// Keeps the stretches that begin where the one before ended, and parses the others again; the answer is the byte the
/// next window begins at.
fn join(plan: &Plan, bytes: &[u8], last: bool, cuts: &[usize], batches: Vec<Batch>) -> (Vec<Batch>, usize) {
    let mut next = 0;
    let mut joined = Vec::with_capacity(batches.len());
    for (k, mut batch) in batches.into_iter().enumerate() {
        let (_, until) = bounds(cuts, k);
        if next >= until && next > 0 {
            continue;
        }
        if batch.start != skip_line_ends(bytes, next) && batch.start != next {
            batch = parse(plan, bytes, next, until, last);
        }
        next = batch.end;
        joined.push(batch);
        // Rows are left when the window is cut off inside one: the rest of the window is part of it.
        if !last && next < until {
            break;
        }
    }
    // A return at the very end may be half a line end: the next window counts it.
    let halved = !last && next == bytes.len() && bytes.last() == Some(&b'\r');
    (joined, next - usize::from(halved))
}
