//! Lines over numbers, dates or names, with a band around the first.

use super::scale::Scale;
use super::svg::{Svg, area, path};
use super::{Place, Source, anchor_of, empty};

/// Classes of the series; each differs by colour and by dash.
pub(super) const SERIES: &[&str] = &["s1", "s2", "s3", "s4", "s5", "s6"];
const HEIGHT: f64 = 250.0;

/// Lower and upper ends by row.
pub(super) type Band = (Vec<Option<f64>>, Vec<Option<f64>>);

/// The drawing, and class and name of each series when there are several.
pub(super) type WithLegend = (Svg, Vec<(&'static str, String)>);

pub(super) fn draw(s: &Source<'_>, x: &str, y: &[&'static str], band: Option<(&str, &str)>) -> WithLegend {
    let series: Vec<Vec<Option<f64>>> = y.iter().take(SERIES.len()).map(|key| s.floats(key)).collect();
    let main = y.first().copied().unwrap_or_default();
    let bands = band.map(|(a, b)| (s.floats(a), s.floats(b)));
    let svg = plot(s, x, main, &series, bands.as_ref(), false);
    let mut legend = Vec::new();
    if series.len() > 1 {
        legend = SERIES.iter().copied().zip(y.iter().map(|key| s.name(key))).collect();
    }
    if band.is_some() {
        legend.push(("band", s.voice.ui("chart.band").into_owned()));
    }
    (svg, legend)
}

/// Draws lines, or steps, with axes.
pub(super) fn plot(
    s: &Source<'_>,
    x: &str,
    main: &str,
    series: &[Vec<Option<f64>>],
    band: Option<&Band>,
    steps: bool,
) -> Svg {
    let (xs, _) = s.across(x);
    let ys = || {
        let band = band.iter().flat_map(|b| b.0.iter().chain(&b.1));
        series.iter().flatten().chain(band).flatten().copied()
    };
    if ys().next().is_none() || xs.iter().all(Option::is_none) {
        return empty(s);
    }
    let across = Scale::over(xs.iter().flatten().copied(), false);
    let most = ys().fold(f64::MIN, f64::max);
    let least = ys().fold(f64::MAX, f64::min);
    // Zero belongs to the picture unless the values are far from it compared with their spread.
    let zero = steps || least < 0.0 || least < (most - least) * 2.0;
    let up = Scale::over(ys(), zero).round(4);
    let place = Place { left: 3.0, right: 97.0, top: 22.0, bottom: HEIGHT - 30.0 };
    let mut svg = Svg::new(HEIGHT);
    let ticks = up.ticks(4);
    for t in &ticks {
        let y = place.up(up.position(*t));
        svg.line(0.0, y, 100.0, y, if *t == 0.0 { "axis" } else { "grid" });
    }
    let point = |row: usize, y: f64| {
        let x = xs.get(row).copied().flatten()?;
        Some((place.at(across.position(x)), place.up(up.position(y))))
    };
    let mut paths = Vec::new();
    if let Some((low, high)) = band {
        for run in runs(low.len(), |r| low.get(r).copied().flatten().zip(high.get(r).copied().flatten())) {
            let upper: Vec<_> = run.iter().filter_map(|(r, (_, b))| point(*r, *b)).collect();
            let lower: Vec<_> = run.iter().filter_map(|(r, (a, _))| point(*r, *a)).collect();
            let (upper, lower) = if steps { (stepped(&upper), stepped(&lower)) } else { (upper, lower) };
            paths.push(("band".to_string(), area(&upper, &lower)));
        }
    }
    let mut dots = Vec::new();
    for (values, class) in series.iter().zip(SERIES) {
        for run in runs(values.len(), |r| values.get(r).copied().flatten()) {
            let points: Vec<_> = run.iter().filter_map(|(r, v)| point(*r, *v)).collect();
            let points = if steps { stepped(&points) } else { points };
            dots.extend(points.last().map(|p| (*p, format!("dot {class}"))));
            if points.len() > 1 {
                paths.push((format!("line {class}"), path(&points)));
            }
        }
    }
    svg.stretched(&paths);
    for ((x, y), class) in dots {
        svg.circle(x, y, 4.0, &class);
    }
    for t in &ticks {
        svg.text(0.0, place.up(up.position(*t)) - 5.0, "start", "tick halo", &s.tick(s.column(main), *t));
    }
    labels_across(&mut svg, s, x, &xs, &across, &place);
    svg
}

/// Runs of rows that have a value; a missing value interrupts a line.
fn runs<T>(rows: usize, value: impl Fn(usize) -> Option<T>) -> Vec<Vec<(usize, T)>> {
    let mut all = vec![Vec::new()];
    for row in 0..rows {
        match (value(row), all.last_mut()) {
            (Some(v), Some(run)) => run.push((row, v)),
            _ => all.push(Vec::new()),
        }
    }
    all.retain(|run| !run.is_empty());
    all
}

/// A value holds until the next one.
fn stepped(points: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let mut out = Vec::with_capacity(points.len() * 2);
    for (x, y) in points {
        if let Some((_, before)) = out.last().copied() {
            out.push((*x, before));
        }
        out.push((*x, *y));
    }
    out
}

/// The labels below: round numbers for numbers; for dates and names some of the rows themselves.
pub(super) fn labels_across(
    svg: &mut Svg,
    s: &Source<'_>,
    key: &str,
    xs: &[Option<f64>],
    scale: &Scale,
    place: &Place,
) {
    use naata_answer::Column;
    let column = s.column(key);
    let numeric = matches!(
        column,
        Column::Count(_) | Column::Number(_) | Column::Share(_) | Column::Money(..) | Column::Seconds(_)
    );
    let y = place.bottom + 20.0;
    if numeric {
        let ticks = scale.ticks(5);
        let last = ticks.len().saturating_sub(1);
        for (i, t) in ticks.into_iter().enumerate() {
            let x = place.at(scale.position(t));
            svg.text(x, y, anchor_of(i, last, x), "tick", &s.tick(column, t));
        }
        return;
    }
    let known: Vec<(usize, f64)> = xs.iter().enumerate().filter_map(|(r, x)| x.map(|x| (r, x))).collect();
    let n = known.len().min(3);
    for i in 0..n {
        let at = if n == 1 { 0 } else { i * (known.len() - 1) / (n - 1) };
        if let Some((row, x)) = known.get(at) {
            let x = place.at(scale.position(*x));
            let text = crate::width::fit(&s.text(key, *row), 14);
            svg.text(x, y, anchor_of(i, n - 1, x), "tick", &text);
        }
    }
}
