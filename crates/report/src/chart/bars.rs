//! One horizontal bar a row, its label and value above it.

use super::scale::Scale;
use super::svg::Svg;
use super::{Source, empty};

const ROW: f64 = 42.0;

pub(super) fn draw(s: &Source<'_>, label: &str, value: &str) -> Svg {
    let values = s.floats(value);
    if values.iter().all(Option::is_none) {
        return empty(s);
    }
    let scale = Scale::over(values.iter().flatten().copied(), true);
    let ground = scale.position(0.0) * 100.0;
    let mut svg = Svg::new(ROW * values.len() as f64);
    let column = s.column(value);
    for (row, v) in values.iter().enumerate() {
        let top = ROW * row as f64;
        svg.text(0.0, top + 16.0, "start", "label", &s.label(label, row));
        svg.text(100.0, top + 16.0, "end", "value", &s.value(column, row));
        svg.rect(0.0, top + 24.0, 100.0, 8.0, "track");
        if let Some(v) = v {
            let end = scale.position(*v) * 100.0;
            let class = if *v < 0.0 { "bar neg" } else { "bar" };
            svg.rect(ground.min(end), top + 24.0, (end - ground).abs(), 8.0, class);
        }
    }
    if scale.crosses_zero() {
        svg.line(ground, 0.0, ground, ROW * values.len() as f64, "axis");
    }
    svg
}
