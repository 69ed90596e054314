//! A value with its interval, one row each.

use super::scale::Scale;
use super::svg::Svg;
use super::{Place, Source, axis_across, empty};
use crate::width::fit;

const ROW: f64 = 46.0;

pub(super) fn draw(s: &Source<'_>, label: &str, value: &str, low: &str, high: &str) -> Svg {
    let (values, lows, highs) = (s.floats(value), s.floats(low), s.floats(high));
    let all = || values.iter().chain(&lows).chain(&highs).flatten().copied();
    if all().next().is_none() {
        return empty(s);
    }
    let scale = Scale::over(all(), false).round(4);
    let bottom = ROW * values.len() as f64;
    let place = Place { left: 2.0, right: 98.0, top: 0.0, bottom };
    let mut svg = Svg::new(bottom + 24.0);
    axis_across(&mut svg, s, s.column(value), &scale, &place);
    if scale.crosses_zero() {
        let zero = place.at(scale.position(0.0));
        svg.line(zero, 0.0, zero, bottom, "axis");
    }
    for (row, v) in values.iter().enumerate() {
        let top = ROW * row as f64;
        let y = top + 30.0;
        svg.text(0.0, top + 16.0, "start", "label halo", &fit(&s.text(label, row), 20));
        let range = match (lows.get(row).copied().flatten(), highs.get(row).copied().flatten()) {
            (Some(a), Some(b)) => {
                let (a, b) = (place.at(scale.position(a.min(b))), place.at(scale.position(a.max(b))));
                svg.rect(a, y - 3.0, (b - a).max(0.3), 6.0, "span");
                format!(" ({} – {})", s.text(low, row), s.text(high, row))
            }
            _ => String::new(),
        };
        if let Some(v) = v {
            svg.circle(place.at(scale.position(*v)), y, 5.0, "dot");
        }
        let text = format!("{}{range}", s.text(value, row));
        svg.text(100.0, top + 16.0, "end", "value halo", &text);
    }
    svg
}
