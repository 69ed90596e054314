//! A bridge from one total to another: each amount begins where the one before it ended.

use super::scale::Scale;
use super::svg::Svg;
use super::{Source, empty};
use naata_answer::Cell;

const ROW: f64 = 42.0;

pub(super) fn draw(s: &Source<'_>, label: &str, value: &str, total: &str) -> Svg {
    let values = s.floats(value);
    if values.iter().all(Option::is_none) {
        return empty(s);
    }
    let flags = s.column(total);
    // Positions only: the amounts themselves are shown exactly as the table has them.
    let mut at = 0.0f64;
    let spans: Vec<Option<(f64, f64, bool)>> = values
        .iter()
        .enumerate()
        .map(|(row, v)| {
            let v = (*v)?;
            let on_ground = flags.cell(row) == Cell::Flag(true);
            let (from, to) = if on_ground { (0.0, v) } else { (at, at + v) };
            at = if to.is_finite() { to } else { at };
            Some((from, at, on_ground))
        })
        .collect();
    let scale = Scale::over(spans.iter().flatten().flat_map(|s| [s.0, s.1]), true);
    let mut svg = Svg::new(ROW * values.len() as f64);
    let column = s.column(value);
    for (row, (_, to, _)) in spans.iter().enumerate().filter_map(|(r, s)| s.map(|s| (r, s))) {
        if row + 1 < spans.len() {
            let (x, top) = (scale.position(to) * 100.0, ROW * row as f64);
            svg.line(x, top + 34.0, x, top + ROW + 24.0, "link");
        }
    }
    for (row, span) in spans.iter().enumerate() {
        let top = ROW * row as f64;
        svg.text(0.0, top + 16.0, "start", "label halo", &s.label(label, row));
        svg.text(100.0, top + 16.0, "end", "value halo", &s.value(column, row));
        svg.rect(0.0, top + 24.0, 100.0, 10.0, "track");
        let Some((from, to, on_ground)) = span else { continue };
        let (a, b) = (scale.position(*from) * 100.0, scale.position(*to) * 100.0);
        let class = match (on_ground, to < from) {
            (true, _) => "bar total",
            (false, true) => "bar neg",
            (false, false) => "bar",
        };
        svg.rect(a.min(b), top + 24.0, (b - a).abs().max(0.2), 10.0, class);
    }
    svg
}
