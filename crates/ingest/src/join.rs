//! Where windows come together, in the order of the file. Rows that were parsed from a guess count only where the rows
//! before ended at just that byte; else they are parsed again from the true one.

use crate::Error;
use crate::batch::{Batch, parse};
use crate::plan::Plan;
use crate::records::unclosed;
use crate::running::Due;
use crate::sink::Sink;
use crate::window::Window;

/// What is told after each step: bytes and rows done. It may stop the reading.
pub(crate) type Step<'a> = dyn FnMut(usize, u64) -> Result<(), Error> + Send + 'a;

/// The rows of a file on their way to the sink.
pub(crate) struct Join<'a, 's> {
    plan: &'a Plan,
    sink: &'a mut Sink<'s>,
    step: &'a mut Step<'a>,
    /// The longest row: one that is longer has an open quote, or no end at all.
    longest: usize,
    /// Bytes before the next window that belong to a row nobody has seen the end of.
    held: Vec<u8>,
    /// How many bytes were looked at in vain for that end.
    vain: usize,
    /// How many bytes of the next window belong to rows of the one before.
    over: usize,
    /// Whether a row was given up as endless whose line goes on in the next window.
    endless: bool,
}

impl<'a, 's> Join<'a, 's> {
    pub(crate) fn new(
        plan: &'a Plan,
        sink: &'a mut Sink<'s>,
        step: &'a mut Step<'a>,
        longest: usize,
    ) -> Self {
        Self { plan, sink, step, longest, held: Vec::new(), vain: 0, over: 0, endless: false }
    }

    /// Takes in the next window and the rows that were parsed of it; the answer is what is due then.
    pub(crate) fn take(&mut self, window: &Window, batch: &mut Batch, room: Due) -> Result<Due, Error> {
        self.enter(window, batch)?;
        Ok(self.sink.due(room))
    }

    fn enter(&mut self, window: &Window, batch: &mut Batch) -> Result<(), Error> {
        let (bytes, until, last) = (window.bytes(), window.until, window.last);
        if self.endless {
            return self.pass_line(bytes, until, last);
        }
        if self.held.is_empty() {
            let over = self.over;
            if over == 0 {
                return self.rows(bytes, until, last, Some(batch));
            }
            if over >= until {
                self.over = over - until;
                return Ok(());
            }
            return self.rows(bytes.get(over..).unwrap_or_default(), until - over, last, None);
        }
        let length = self.held.len() + bytes.len();
        // Looking for the end again after each window would take forever: twice as many bytes are worth a look.
        if !last && length < self.longest.min(self.vain.saturating_mul(2)) {
            self.held.extend_from_slice(bytes.get(..until).unwrap_or_default());
            return Ok(());
        }
        let mut all = std::mem::take(&mut self.held);
        let until = all.len() + until;
        all.extend_from_slice(bytes);
        self.rows(&all, until, last, None)
    }

    /// Passes over the rest of the line of a row that was given up.
    fn pass_line(&mut self, bytes: &[u8], until: usize, last: bool) -> Result<(), Error> {
        let rest = bytes.get(self.over..).unwrap_or_default();
        let line = memchr::memchr2(b'\n', b'\r', rest);
        let end = self.over + line.unwrap_or(rest.len());
        (self.step)(end - self.over, 0)?;
        self.endless = line.is_none();
        self.over = end.saturating_sub(until);
        if self.endless || end >= until {
            return Ok(());
        }
        self.rows(bytes.get(end..).unwrap_or_default(), until - end, last, None)
    }

    /// Hands on the rows that begin before `until`, of which the first begins here, as they are parsed already or not.
    fn rows(
        &mut self,
        bytes: &[u8],
        until: usize,
        last: bool,
        mut parsed: Option<&mut Batch>,
    ) -> Result<(), Error> {
        let mut at = 0;
        let mut open = false;
        loop {
            let rest = bytes.get(at..).unwrap_or_default();
            let (batch, mut again);
            match parsed.take() {
                Some(one) => batch = one,
                None => {
                    // A quote that is open for longer than any row is never closed, and gives up its line.
                    let (until, last) = if open { (1, true) } else { (until - at, last) };
                    again = parse(self.plan, rest, 0, until, last);
                    batch = &mut again;
                }
            }
            // A return at the very end may be half a line end: the next window counts it.
            let halved = !last && batch.end == rest.len() && rest.last() == Some(&b'\r');
            let end = batch.end - usize::from(halved);
            self.sink.window(batch, rest, end)?;
            (self.step)(end, batch.rows)?;
            at += end;
            if at >= until || last {
                self.over = at.saturating_sub(until);
                return Ok(());
            }
            let rest = bytes.get(at..).unwrap_or_default();
            if std::mem::take(&mut open) {
                continue;
            }
            if rest.len() >= self.longest {
                open = unclosed(rest, 0, self.plan.delimiter);
                if open {
                    continue;
                }
                // Only a row that does not just end here goes on.
                if !matches!(rest.last(), Some(b'\n' | b'\r')) {
                    self.sink.window(&mut Batch::endless(rest), rest, rest.len())?;
                    (self.step)(rest.len(), 1)?;
                    (self.over, self.endless) = (bytes.len() - until, true);
                    return Ok(());
                }
            }
            // The row that begins here goes on behind the window.
            self.held.extend_from_slice(bytes.get(at..until).unwrap_or_default());
            self.vain = rest.len();
            self.over = 0;
            return Ok(());
        }
    }
}
