//! One pass over a file: windows are read one after the other, parsed side by side, and taken in in their order.

use crate::Error;
use crate::batch::{Batch, parse_in};
use crate::join::{Join, Step};
use crate::plan::Plan;
use crate::running::Due;
use crate::sink::Sink;
use crate::window::{Cut, Window, Windows};
use naata_core::{Exec, relay};
use std::io::Read;

/// Passes over a file once. `step` is told how many bytes and rows are done, and may stop.
pub(crate) fn pass<'a>(
    plan: &'a Plan,
    input: Box<dyn Read + Send + 'a>,
    sink: &'a mut Sink<'_>,
    cut: Cut,
    exec: &dyn Exec,
    step: &'a mut Step<'a>,
) -> Result<(), Error> {
    let unread = |message: String| Error::Read { file: plan.file.to_string(), message };
    let mut windows = Windows::new(input, cut.window, plan.body);
    let mut running = sink.running();
    let mut join = Join::new(plan, sink, step, cut.longest);
    let come = |(buffer, batch, due): (Vec<u8>, Batch, Due)| {
        windows.next(buffer).map(|window| window.map(|window| (window, batch, due))).transpose()
    };
    let work = |read: std::io::Result<(Window, Batch, Due)>| {
        read.map(|(window, batch, due)| {
            let batch = parse_in(batch, plan, window.bytes(), window.until, window.last);
            (window, batch, due)
        })
    };
    let take = |parsed: std::io::Result<(Window, Batch, Due)>| -> Result<_, Error> {
        let (window, mut batch, room) = parsed.map_err(|e| unread(e.to_string()))?;
        let due = join.take(&window, &mut batch, room)?;
        Ok((window.into_buffer(), batch, due))
    };
    let finish = |(buffer, batch, due): (Vec<u8>, Batch, Due)| Ok((buffer, batch, running.add(due)?));
    let whole = relay(exec, cut.parts, come, work, take, finish)?;
    sink.take_back(running);
    if whole { Ok(()) } else { Err(unread("a part of the host's broke off".into())) }
}
