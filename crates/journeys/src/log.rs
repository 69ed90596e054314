//! Touches as an event log: one case a customer, activities numbered in the order of their names.
//!
//! The log copies nothing: it lends the rows of [`Histories`] case by case, with each activity's number instead of
//! its symbol, so that millions of touches need no more memory than they already take.

use crate::Error;
use naata_core::{Context, CustomerIx, Histories, Instant, Symbol, Texts, TouchRow};
use naata_facts::nearest;
use std::collections::BTreeSet;

/// One step of a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// What happened: a position in [`Log::names`].
    pub activity: u32,
    /// When.
    pub at: Instant,
}

/// Touches that are in the table and not in the log, with the reason.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct LeftOut {
    /// Later than the day of the question.
    pub later: u64,
    /// Of an activity that was not asked for.
    pub not_chosen: u64,
    /// Without a customer.
    pub without_customer: u64,
}

/// Which number stands for an activity, or for an activity on a channel.
#[derive(Clone, Debug)]
struct Codes {
    channels: bool,
    /// Sorted by symbols.
    of: Vec<((Symbol, Symbol), u32)>,
    /// Where channels are not told apart, the number of each symbol, or [`NO_CODE`].
    by_symbol: Vec<u32>,
}

/// Stands for a symbol that is not in the log.
const NO_CODE: u32 = u32::MAX;

impl Codes {
    fn new(channels: bool, mut of: Vec<((Symbol, Symbol), u32)>) -> Self {
        of.sort_unstable();
        let mut by_symbol = Vec::new();
        for ((activity, _), code) in of.iter().filter(|_| !channels) {
            by_symbol.resize(activity.0 as usize, NO_CODE);
            by_symbol.push(*code);
        }
        Self { channels, of, by_symbol }
    }

    fn key(channels: bool, row: &TouchRow) -> (Symbol, Symbol) {
        (row.activity, if channels { row.channel } else { Symbol::NONE })
    }

    fn get(&self, row: &TouchRow) -> Option<u32> {
        if !self.channels {
            return self.by_symbol.get(row.activity.0 as usize).copied().filter(|code| *code != NO_CODE);
        }
        let key = Self::key(self.channels, row);
        let at = self.of.binary_search_by_key(&key, |(k, _)| *k).ok()?;
        self.of.get(at).map(|(_, code)| *code)
    }
}

/// The journeys of all customers up to a day.
#[derive(Clone, Debug)]
pub struct Log<'a> {
    touches: &'a Histories<TouchRow>,
    names: Vec<Box<str>>,
    codes: Codes,
    /// The first instant after the day of the question; `None` at the end of the calendar.
    end: Option<Instant>,
    left_out: LeftOut,
}

impl<'a> Log<'a> {
    /// Reads the touches up to `cx.as_of`.
    ///
    /// With `channels` an activity on two channels is two activities, named `call (phone)`. With `only`, a list
    /// separated by commas, touches of other activities are left out, and their neighbours become neighbours.
    pub fn new(
        touches: &'a Histories<TouchRow>,
        texts: &Texts,
        channels: bool,
        only: Option<&str>,
        cx: &Context<'_>,
    ) -> Result<Self, Error> {
        let end = cx.as_of.plus(1).and_then(|next| cx.zone.start_of(next));
        let mut left_out = LeftOut { without_customer: touches.loose().len() as u64, ..LeftOut::default() };
        let mut keys: BTreeSet<(Symbol, Symbol)> = BTreeSet::new();
        // The channel each activity was seen with last: what comes again is not looked up again.
        let mut last: Vec<Option<Symbol>> = vec![None; texts.len()];
        for row in touches.rows() {
            if end.is_some_and(|end| row.at >= end) {
                left_out.later += 1;
                continue;
            }
            let key = Codes::key(channels, row);
            match last.get_mut(row.activity.0 as usize) {
                Some(last) if *last == Some(key.1) => {}
                Some(last) => {
                    keys.insert(key);
                    *last = Some(key.1);
                }
                None => {
                    keys.insert(key);
                }
            }
        }
        let text = |symbol: Symbol| texts.get(symbol).ok_or(Error::Symbol { symbol: symbol.0 });
        if let Some(only) = only {
            let chosen = chosen(only, &keys, texts)?;
            keys.retain(|(activity, _)| chosen.contains(activity));
        }
        let mut named = Vec::with_capacity(keys.len());
        for (activity, channel) in keys {
            let name: Box<str> = match channel.some() {
                Some(channel) => format!("{} ({})", text(activity)?, text(channel)?).into(),
                None => text(activity)?.into(),
            };
            named.push((name, (activity, channel)));
        }
        named.sort_unstable();
        let codes = Codes::new(channels, (0u32..).zip(&named).map(|(code, (_, key))| (*key, code)).collect());
        let names = named.into_iter().map(|(name, _)| name).collect();
        let mut log = Self { touches, names, codes, end, left_out };
        if only.is_some() {
            let inside = |r: &&TouchRow| log.end.is_none_or(|end| r.at < end);
            let all = touches.rows().iter().filter(inside);
            log.left_out.not_chosen = all.filter(|r| log.codes.get(r).is_none()).count() as u64;
        }
        Ok(log)
    }

    /// The names of the activities, in byte order; the position is the number.
    pub fn names(&self) -> &[Box<str>] {
        &self.names
    }

    /// How many customers the base has, with or without touches.
    pub fn customers(&self) -> usize {
        self.touches.customers()
    }

    /// What is not in the log.
    pub fn left_out(&self) -> LeftOut {
        self.left_out
    }

    /// The first instant after the day of the question; `None` at the end of the calendar.
    pub fn end(&self) -> Option<Instant> {
        self.end
    }

    /// Puts the steps of one customer, in order of time, in the place of what `into` held.
    pub fn case(&self, who: CustomerIx, into: &mut Vec<Step>) {
        into.clear();
        let known = self.touches.of(who).iter().filter(|r| self.end.is_none_or(|end| r.at < end));
        into.extend(known.filter_map(|r| self.codes.get(r).map(|activity| Step { activity, at: r.at })));
    }
}

/// The symbols of a list of names; each must occur.
fn chosen(only: &str, keys: &BTreeSet<(Symbol, Symbol)>, texts: &Texts) -> Result<BTreeSet<Symbol>, Error> {
    let used: BTreeSet<Symbol> = keys.iter().map(|(activity, _)| *activity).collect();
    let find = |name: &str| texts.find(name).filter(|s| used.contains(s));
    // A name that has a comma in itself can still be asked for alone.
    if let Some(symbol) = find(only.trim()) {
        return Ok([symbol].into());
    }
    let names = only.split(',').map(str::trim).filter(|n| !n.is_empty());
    let known = || used.iter().filter_map(|s| texts.get(*s));
    names
        .map(|name| {
            find(name).ok_or_else(|| Error::Activity {
                name: name.into(),
                suggestion: nearest(name, known()).map(str::to_string),
            })
        })
        .collect()
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use naata_core::{Day, Symbols};

    /// Histories of stated touches: customer, seconds, activity, channel.
    pub(crate) fn touches(customers: usize, rows: &[(u32, i64, &str, &str)]) -> (Histories<TouchRow>, Texts) {
        let mut symbols = Symbols::default();
        let read = |((who, seconds, activity, channel), row): (&(u32, i64, &str, &str), u32)| TouchRow {
            who: CustomerIx(*who),
            activity: symbols.intern(activity).unwrap(),
            at: Instant(*seconds * Instant::SECOND),
            channel: symbols.optional(Some(channel)).unwrap(),
            row,
        };
        let mut rows: Vec<TouchRow> = rows.iter().zip(0..).map(read).collect();
        let (texts, to) = symbols.seal();
        for r in &mut rows {
            r.activity = to[r.activity.0 as usize];
            r.channel = r.channel.some().map_or(Symbol::NONE, |c| to[c.0 as usize]);
        }
        (Histories::group(customers, &rows, |r| (r.at, r.row)).unwrap(), texts)
    }

    const DAY: i64 = 86_400;

    fn names(log: &Log<'_>, who: u32) -> Vec<String> {
        let mut case = Vec::new();
        log.case(CustomerIx(who), &mut case);
        case.iter().map(|s| log.names()[s.activity as usize].to_string()).collect()
    }

    #[test]
    fn later_loose_and_unwanted_touches_are_counted() {
        let rows = [
            (0, 5, "visit", "web"),
            (0, 1, "call", "phone"),
            (0, 9 * DAY, "visit", "app"),
            (u32::MAX, 3, "visit", ""),
            (1, 2, "visit", ""),
        ];
        let (histories, texts) = touches(3, &rows);
        let cx = Context::at(Day(8));
        let log = Log::new(&histories, &texts, true, None, &cx).unwrap();
        assert_eq!(names(&log, 0), ["call (phone)", "visit (web)"]);
        assert_eq!(names(&log, 1), ["visit"]);
        assert_eq!(names(&log, 2), Vec::<String>::new());
        assert_eq!(log.left_out(), LeftOut { later: 1, not_chosen: 0, without_customer: 1 });
        let only = Log::new(&histories, &texts, false, Some("visit"), &Context::at(Day(9))).unwrap();
        assert_eq!(names(&only, 0), ["visit", "visit"]);
        assert_eq!(only.left_out(), LeftOut { later: 0, not_chosen: 1, without_customer: 1 });
        let typo = Log::new(&histories, &texts, false, Some("call, vist"), &cx).map(|_| ());
        let suggestion = Some("visit".to_string());
        assert_eq!(typo, Err(Error::Activity { name: "vist".into(), suggestion }));
    }

    #[test]
    fn the_last_day_of_the_calendar_has_no_end() {
        let (histories, texts) = touches(1, &[(0, 5, "visit", "web")]);
        let log = Log::new(&histories, &texts, false, None, &Context::at(Day::MAX)).unwrap();
        assert_eq!(names(&log, 0), ["visit"]);
    }
}
