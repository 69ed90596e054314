//! What must hold of a subject: comparisons, sets, ranges, and the windows of time.

use super::Relation;
use super::parse::Parser;
use super::read::Entry;
use super::vocabulary::{COMPARES, MATCHES, WINDOW_KEYS, tests_of};
use crate::{Bound, Compare, Edge, Kind, Literal, Window};
use std::cmp::Ordering;
use toml::de::DeValue;

/// A bound, and whether it lies inside.
type Bounded = Option<(Literal, bool)>;

impl<'i> Parser<'i> {
    /// The window the keys state; `None` when there is none.
    pub(super) fn window(&mut self, rest: &[&Entry<'_, 'i>]) -> Option<Window> {
        let mut window = Window::default();
        let (mut start, mut end): (Option<&Entry<'_, 'i>>, Option<&Entry<'_, 'i>>) = (None, None);
        for e in rest.iter().filter(|e| WINDOW_KEYS.contains(&e.key)) {
            let begins = matches!(e.key, "within" | "since" | "after");
            let mine = if begins { &mut start } else { &mut end };
            if let Some(other) = mine {
                let other = other.key.to_string();
                self.r.fault(e.at.clone(), "rules.two_heads", e.key, other, None);
                continue;
            }
            *mine = Some(e);
            let edge =
                if e.key == "within" { self.r.span(e.value).map(Edge::Ago) } else { self.r.edge(e.value) };
            let inside = matches!(e.key, "since" | "until");
            let bound = edge.map(|edge| Bound { edge, inside });
            if begins {
                window.from = bound;
            } else {
                window.to = bound;
            }
        }
        // Two dates, or two lengths of time, can be told to be reversed without knowing the day one stands on.
        if let (Some(a), Some(b), Some(e)) = (window.from, window.to, end) {
            let same = matches!((a.edge, b.edge), (Edge::On(_), Edge::On(_)) | (Edge::Ago(_), Edge::Ago(_)));
            let far = naata_core::Day(0);
            let (first, last) = (a.edge.day(far), b.edge.day(far));
            let least = i64::from(!a.inside) + i64::from(!b.inside);
            if same && last.since(first) < least {
                self.r.fault(e.value.span(), "rules.reversed", a.edge.to_string(), b.edge.to_string(), None);
            }
        }
        (!window.is_open()).then_some(window)
    }

    /// The tests the keys state, of a subject of a kind.
    pub(super) fn relations(&mut self, rest: &[&Entry<'_, 'i>], kind: Kind) -> Vec<Relation> {
        let allowed = tests_of(kind);
        let mut out = Vec::new();
        let (mut low, mut high): (Bounded, Bounded) = (None, None);
        for e in rest.iter().filter(|e| allowed.contains(&e.key)) {
            if let Some((_, compare)) = COMPARES.iter().find(|(k, _)| *k == e.key) {
                let Some(value) = self.r.literal(e.value, kind) else { continue };
                match compare {
                    Compare::Above | Compare::AtLeast => {
                        low = Some((value.clone(), *compare == Compare::AtLeast));
                    }
                    Compare::Below | Compare::AtMost => {
                        high = Some((value.clone(), *compare == Compare::AtMost));
                    }
                    _ => {}
                }
                self.reversed(&low, &high, e);
                out.push(Relation::Compare(*compare, value));
            } else if let Some((_, how)) = MATCHES.iter().find(|(k, _)| *k == e.key) {
                let text = self.r.text(e.value, "\"...\"");
                out.extend(text.map(|t| Relation::Text(*how, t.into())));
            } else if e.key == "between" {
                out.extend(self.between(e, kind));
            } else if matches!(e.key, "in" | "not-in") {
                if !matches!(e.value.get_ref(), DeValue::Array(_)) {
                    let text = self.r.source(e.value.span());
                    self.r.wrong(e.value, "[..]", Some(format!("[{text}]")));
                    continue;
                }
                let values = self.r.list(e.key, e.value);
                let literals: Vec<Literal> =
                    values.into_iter().filter_map(|v| self.r.literal(v, kind)).collect();
                if !literals.is_empty() {
                    out.push(Relation::OneOf(literals, e.key == "in"));
                }
            } else if e.key == "missing" {
                out.extend(self.r.flag(e.value).map(Relation::Missing));
            }
        }
        out
    }

    fn between(&mut self, e: &Entry<'_, 'i>, kind: Kind) -> Option<Relation> {
        let pair = match e.value.get_ref() {
            DeValue::Array(items) => items.iter().collect::<Vec<_>>(),
            _ => Vec::new(),
        };
        let [low, high] = pair.as_slice() else {
            self.r.wrong(e.value, "[1, 2]", None);
            return None;
        };
        let (a, b) = (self.r.literal(low, kind), self.r.literal(high, kind));
        let (a, b) = (a?, b?);
        if order(&a, &b) == Some(Ordering::Greater) {
            let (x, y) = (self.r.source(low.span()), self.r.source(high.span()));
            let swapped = format!("[{y}, {x}]");
            self.r.fault(e.value.span(), "rules.reversed", x, y, Some(swapped));
        }
        Some(Relation::Between(a, b))
    }

    /// Notes bounds of one condition that leave nothing between them.
    fn reversed(&mut self, low: &Bounded, high: &Bounded, e: &Entry<'_, 'i>) {
        let (Some((a, a_in)), Some((b, b_in))) = (low, high) else { return };
        let nothing = match order(a, b) {
            Some(Ordering::Greater) => true,
            Some(Ordering::Equal) => !(*a_in && *b_in),
            _ => false,
        };
        if nothing {
            self.r.fault(e.value.span(), "rules.reversed", said(a), said(b), None);
        }
    }
}

fn order(a: &Literal, b: &Literal) -> Option<Ordering> {
    match (a, b) {
        (Literal::Number(a), Literal::Number(b)) => Some(a.cmp(b)),
        (Literal::Day(a), Literal::Day(b)) => Some(a.cmp(b)),
        _ => None,
    }
}

fn said(value: &Literal) -> String {
    match value {
        Literal::Number(n) => n.to_string(),
        Literal::Day(d) => d.to_string(),
        Literal::Flag(b) => b.to_string(),
        Literal::Text(t) => t.clone(),
    }
}
