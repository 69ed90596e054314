//! One pass over a file: windows are read one after the other, parsed side by side, and taken in in their order.

use crate::Error;
use crate::batch::{Batch, parse_in};
use crate::join::{Join, Step};
use crate::plan::Plan;
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
    let mut join = Join::new(plan, sink, step, cut.longest);
    let come = |(buffer, batch): (Vec<u8>, Batch)| {
        windows.next(buffer).map(|window| window.map(|window| (window, batch))).transpose()
    };
    let work = |read: std::io::Result<(Window, Batch)>| {
        read.map(|(window, batch)| {
            let batch = parse_in(batch, plan, window.bytes(), window.until, window.last);
            (window, batch)
        })
    };
    let take = |parsed: std::io::Result<(Window, Batch)>| -> Result<(Vec<u8>, Batch), Error> {
        let (window, mut batch) = parsed.map_err(|e| unread(e.to_string()))?;
        join.take(&window, &mut batch)?;
        Ok((window.into_buffer(), batch))
    };
    match relay(exec, cut.parts, come, work, take)? {
        true => Ok(()),
        false => Err(unread("a part of the host's broke off".into())),
    }
}
