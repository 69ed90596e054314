//! What only the whole file tells: segments that are not there, and segments that need each other in a circle.

use super::{Diagnostic, Segment};
use crate::nearest;
use std::ops::Range;

/// One segment named by another.
pub(super) struct Reference {
    /// The position of the segment that names.
    pub(super) segment: usize,
    /// The name.
    pub(super) name: String,
    /// Its place.
    pub(super) at: Range<usize>,
}

/// Checks all references; gives positions of segments in an order in which each comes after those it names.
pub(super) fn references(
    text: &str,
    segments: &[Segment],
    references: &[Reference],
    faults: &mut Vec<Diagnostic>,
) -> Vec<usize> {
    let position = |name: &str| segments.iter().position(|s| s.name == name && !name.is_empty());
    let mut edges: Vec<Vec<(usize, &Reference)>> = segments.iter().map(|_| Vec::new()).collect();
    for r in references {
        match position(&r.name) {
            Some(to) => {
                if let Some(out) = edges.get_mut(r.segment) {
                    out.push((to, r));
                }
            }
            None => {
                let mut d = Diagnostic::at(text, r.at.clone(), "rules.unknown_segment");
                d.value.clone_from(&r.name);
                let names = segments.iter().map(|s| s.name.as_str()).filter(|n| !n.is_empty());
                d.suggestion = nearest(&r.name, names).map(|n| format!("\"{n}\""));
                faults.push(d);
            }
        }
    }
    let mut walk = Walk {
        text,
        segments,
        edges: &edges,
        state: vec![State::New; segments.len()],
        order: Vec::new(),
        faults,
    };
    for i in 0..segments.len() {
        walk.visit(i, &mut Vec::new());
    }
    walk.order
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    New,
    Open,
    Done,
}

struct Walk<'a> {
    text: &'a str,
    segments: &'a [Segment],
    edges: &'a [Vec<(usize, &'a Reference)>],
    state: Vec<State>,
    order: Vec<usize>,
    faults: &'a mut Vec<Diagnostic>,
}

impl Walk<'_> {
    /// Depth first; a file of rules is small, and a chain longer than the stack holds would take a file of megabytes.
    fn visit(&mut self, i: usize, path: &mut Vec<usize>) {
        if self.state.get(i) != Some(&State::New) || path.len() > 2_000 {
            return;
        }
        self.set(i, State::Open);
        path.push(i);
        for (to, reference) in self.edges.get(i).map(Vec::as_slice).unwrap_or_default() {
            if self.state.get(*to) == Some(&State::Open) {
                let from = path.iter().position(|p| p == to).unwrap_or(0);
                let names = path.iter().skip(from).chain([to]);
                let names: Vec<&str> =
                    names.filter_map(|p| self.segments.get(*p)).map(|s| s.name.as_str()).collect();
                let mut d = Diagnostic::at(self.text, reference.at.clone(), "rules.cycle");
                d.value = names.join(" -> ");
                self.faults.push(d);
            } else {
                self.visit(*to, path);
            }
        }
        path.pop();
        self.set(i, State::Done);
        self.order.push(i);
    }

    fn set(&mut self, i: usize, state: State) {
        if let Some(s) = self.state.get_mut(i) {
            *s = state;
        }
    }
}
