//! The stretch of days a behaviour is looked at, with both ends said.
//!
//! # Formula
//! `since` and `until` include their day, `after` and `before` do not; `within = S` is `after = S before the day one
//! stands on`. So `within = "90 days"` is exactly 90 days, the day one stands on being the last of them. No window
//! reaches past that day. Days are those of the zone of the rules.

use crate::Span;
use naata_core::Day;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Where a window begins or ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Edge {
    /// On a day of the calendar.
    On(Day),
    /// So long before the day one stands on.
    Ago(Span),
}

impl Edge {
    /// The day it is, seen from a day.
    pub fn day(self, as_of: Day) -> Day {
        match self {
            Self::On(day) => day,
            Self::Ago(span) => span.before(as_of),
        }
    }
}

impl fmt::Display for Edge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::On(day) => write!(f, "{day}"),
            Self::Ago(span) => write!(f, "{span} ago"),
        }
    }
}

/// One end of a window: the edge, and whether its day lies inside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bound {
    /// Where.
    pub edge: Edge,
    /// Whether that day lies inside.
    pub inside: bool,
}

/// A stretch of days; an end that is not stated is open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    /// The beginning.
    pub from: Option<Bound>,
    /// The end; the day one stands on when not stated, and never later.
    pub to: Option<Bound>,
}

impl Window {
    /// The days up to and with the one stood on.
    pub fn within(span: Span) -> Self {
        Self { from: Some(Bound { edge: Edge::Ago(span), inside: false }), to: None }
    }

    /// The first and the last day inside, seen from a day; the first is after the last when the window is empty.
    pub fn days(&self, as_of: Day) -> (Day, Day) {
        let step = |bound: Bound, by: i32| {
            let day = bound.edge.day(as_of);
            if bound.inside { day } else { day.plus(by).unwrap_or(day) }
        };
        let first = self.from.map_or(Day::MIN, |b| step(b, 1));
        let last = self.to.map_or(as_of, |b| step(b, -1));
        (first, last.min(as_of))
    }

    /// Whether it is open at both ends.
    pub fn is_open(&self) -> bool {
        self.from.is_none() && self.to.is_none()
    }
}

impl fmt::Display for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.from {
            Some(Bound { edge: Edge::Ago(span), inside: false }) => write!(f, ", within {span}")?,
            Some(Bound { edge, inside: true }) => write!(f, ", since {edge}")?,
            Some(Bound { edge, inside: false }) => write!(f, ", after {edge}")?,
            None => {}
        }
        match self.to {
            Some(Bound { edge, inside: true }) => write!(f, ", until {edge}"),
            Some(Bound { edge, inside: false }) => write!(f, ", before {edge}"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        Day::parse_iso(text).expect("a date")
    }

    #[test]
    fn ends_are_inside_or_not_as_said() {
        let at = |edge, inside| Some(Bound { edge, inside });
        let as_of = day("2026-09-30");
        let days = |w: Window| {
            let (a, b) = w.days(as_of);
            (a.to_string(), b.to_string())
        };
        let both = |a: &str, b: &str| (a.to_string(), b.to_string());
        let (a, b) = (Edge::On(day("2026-01-01")), Edge::On(day("2026-03-31")));
        assert_eq!(days(Window { from: at(a, true), to: at(b, true) }), both("2026-01-01", "2026-03-31"));
        assert_eq!(days(Window { from: at(a, false), to: at(b, false) }), both("2026-01-02", "2026-03-30"));
        let ninety = Window::within(Span::days(90));
        assert_eq!(days(ninety), both("2026-07-03", "2026-09-30"));
        let (first, last) = ninety.days(as_of);
        assert_eq!(last.since(first) + 1, 90);
        // Nothing later than the day one stands on is seen.
        let to = at(Edge::On(day("2027-01-01")), true);
        assert_eq!(days(Window { from: None, to }), both("0001-01-01", "2026-09-30"));
        let old = Window { from: None, to: at(Edge::Ago(Span::days(90)), true) };
        assert_eq!(days(old).1, "2026-07-02", "a window and the time before it share no day");
    }
}
