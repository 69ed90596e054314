//! Weighted arrows between named places: from the left to the right, as thick as their weight.

use super::svg::{Svg, number};
use super::{Source, empty};
use crate::width::fit;

/// The most arrows that are drawn.
pub(super) const LINKS: usize = 40;
const LEAST: f64 = 22.0;
const GAP: f64 = 10.0;

/// A place on one side.
struct Node {
    name: String,
    weight: f64,
    top: f64,
    height: f64,
    /// Where the next arrow begins or ends.
    next: f64,
}

/// The place of a name, new or known.
fn place(nodes: &mut Vec<Node>, name: String, weight: f64) -> usize {
    match nodes.iter().position(|n| n.name == name) {
        Some(at) => {
            if let Some(n) = nodes.get_mut(at) {
                n.weight += weight;
            }
            at
        }
        None => {
            nodes.push(Node { name, weight, top: 0.0, height: 0.0, next: 0.0 });
            nodes.len() - 1
        }
    }
}

/// Stacks the places of a side and returns the height they take.
fn stack(nodes: &mut [Node], scale: f64) -> f64 {
    let mut top = 0.0;
    for n in nodes {
        n.height = n.weight * scale;
        // A thin place still has room for its name; its arrows lie in the middle of that room.
        let room = n.height.max(LEAST);
        n.top = top + (room - n.height) / 2.0;
        n.next = n.top;
        top += room + GAP;
    }
    (top - GAP).max(0.0)
}

pub(super) fn draw(s: &Source<'_>, from: &str, to: &str, value: &str) -> Svg {
    let values = s.floats(value);
    let (mut left, mut right, mut links) = (Vec::new(), Vec::new(), Vec::new());
    let most = values.iter().flatten().fold(0.0f64, |m, x| m.max(*x));
    for (row, v) in values.iter().enumerate() {
        // Weights are brought to at most one, so that sums of the largest doubles stay finite.
        let Some(w) = v.filter(|v| *v > 0.0).map(|v| v / most) else { continue };
        let a = place(&mut left, s.text(from, row), w);
        let b = place(&mut right, s.text(to, row), w);
        links.push((a, b, w));
    }
    if links.is_empty() {
        return empty(s);
    }
    let total: f64 = links.iter().map(|l| l.2).sum();
    let scale = (26.0 * left.len().max(right.len()) as f64).max(140.0) / total;
    let height = stack(&mut left, scale).max(stack(&mut right, scale));
    let mut svg = Svg::new(height + 8.0);
    let mut paths = Vec::new();
    for (a, b, w) in links {
        let (Some(l), Some(r)) = (left.get_mut(a), right.get_mut(b)) else { continue };
        let thick = w * scale;
        let (y1, y2) = (number(l.next), number(r.next));
        let (z1, z2) = (number(l.next + thick), number(r.next + thick));
        l.next += thick;
        r.next += thick;
        let d = format!("M12 {y1}C400 {y1} 600 {y2} 988 {y2}L988 {z2}C600 {z2} 400 {z1} 12 {z1}Z");
        paths.push((format!("ribbon {}", super::lines::SERIES.get(a % 6).copied().unwrap_or("s1")), d));
    }
    svg.stretched(&paths);
    for (nodes, x, anchor, text_x) in [(&left, 0.0, "start", 2.5), (&right, 98.8, "end", 97.5)] {
        for n in nodes {
            svg.rect(x, n.top, 1.2, n.height.max(1.0), "node");
            let y = n.top + n.height / 2.0 + 4.5;
            svg.text(text_x, y, anchor, "label halo", &fit(&n.name, 20));
        }
    }
    svg
}
