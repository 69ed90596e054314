//! A point a row.

use super::lines::labels_across;
use super::scale::Scale;
use super::svg::Svg;
use super::{Place, Source, empty};

/// The most points that are drawn.
pub(super) const POINTS: usize = 1500;
const HEIGHT: f64 = 300.0;

pub(super) fn draw(s: &Source<'_>, x: &str, y: &str) -> Svg {
    let ((xs, _), (ys, named)) = (s.across(x), s.across(y));
    let points: Vec<(f64, f64)> = xs.iter().zip(&ys).filter_map(|(x, y)| x.zip(*y)).collect();
    if points.is_empty() {
        return empty(s);
    }
    let across = Scale::over(points.iter().map(|p| p.0), false);
    let up = Scale::over(points.iter().map(|p| p.1), false).round(4);
    let place = Place { left: 3.0, right: 97.0, top: 42.0, bottom: HEIGHT - 48.0 };
    let mut svg = Svg::new(HEIGHT);
    svg.text(0.0, 12.0, "start", "tick", &format!("↑ {}", s.name(y)));
    svg.text(100.0, HEIGHT - 6.0, "end", "tick", &format!("{} →", s.name(x)));
    let ticks = up.ticks(4);
    for t in &ticks {
        let y = place.up(up.position(*t));
        svg.line(0.0, y, 100.0, y, "grid");
    }
    for (a, b) in &points {
        svg.circle(place.at(across.position(*a)), place.up(up.position(*b)), 4.0, "point");
    }
    if !named {
        for t in &ticks {
            let text = s.tick(s.column(y), *t);
            svg.text(0.0, place.up(up.position(*t)) - 5.0, "start", "tick halo", &text);
        }
    }
    labels_across(&mut svg, s, x, &xs, &across, &place);
    svg
}
