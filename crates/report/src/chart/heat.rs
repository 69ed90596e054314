//! A grid of shaded cells: the darker, the more.

use super::svg::Svg;
use super::{Source, empty};
use crate::width::{cells, fit};
use naata_answer::Column;
use std::collections::BTreeMap;

/// The most rows and columns of the grid.
const SIDE: usize = 26;
const ROW: f64 = 34.0;

/// The distinct texts of a column, in order of appearance, with the place of each row among them.
fn classes(s: &Source<'_>, key: &str) -> (Vec<String>, Vec<usize>) {
    let (mut names, mut of): (Vec<String>, Vec<usize>) = (Vec::new(), Vec::with_capacity(s.rows));
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    for row in 0..s.rows {
        let text = s.text(key, row);
        let next = names.len();
        let at = *places.entry(text.clone()).or_insert(next);
        if at == next {
            names.push(text);
        }
        of.push(at);
    }
    (names, of)
}

pub(super) fn draw(s: &Source<'_>, row: &str, column: &str, value: &str) -> Svg {
    let values = s.floats(value);
    let (rows, row_of) = classes(s, row);
    let (columns, column_of) = classes(s, column);
    let most = values.iter().flatten().fold(0.0f64, |m, x| m.max(x.abs()));
    if rows.is_empty() || columns.is_empty() || values.iter().all(Option::is_none) {
        return empty(s);
    }
    let (down, across) = (rows.len().min(SIDE), columns.len().min(SIDE));
    // The cells begin, in percent, where the longest name of a row ends.
    let longest =
        rows.iter().map(|r| cells(&fit(r, 11))).chain([cells(&fit(&s.name(row), 9)) + 2]).max().unwrap_or(0);
    let left = 3.0 + 1.9 * longest as f64;
    let width = (100.0 - left) / across as f64;
    let mut svg = Svg::new(44.0 + ROW * down as f64);
    svg.text(0.0, 34.0, "start", "tick", &format!("{} ↓", fit(&s.name(row), 9)));
    svg.text(left, 12.0, "start", "tick", &format!("{} →", s.name(column)));
    for (i, name) in columns.iter().take(across).enumerate() {
        let middle = left + width * (i as f64 + 0.5);
        let cut = fit(name, (64 / across).max(3));
        let class = if across > 8 && i % 2 == 1 { "tick wide" } else { "tick" };
        svg.text(middle, 34.0, "middle", class, &cut);
    }
    for (i, name) in rows.iter().take(down).enumerate() {
        svg.text(0.0, 44.0 + ROW * (i as f64 + 0.62), "start", "label", &fit(name, 11));
    }
    let source = s.column(value);
    for (r, v) in values.iter().enumerate() {
        let (Some(v), Some(i), Some(j)) = (v, row_of.get(r), column_of.get(r)) else { continue };
        if *i >= down || *j >= across {
            continue;
        }
        let t = if most > 0.0 { v.abs() / most } else { 0.0 };
        let (x, y) = (left + width * *j as f64, 44.0 + ROW * *i as f64);
        let class = if *v < 0.0 { "cell neg" } else { "cell" };
        svg.shade(x, y, width * 0.97, ROW - 2.0, class, 0.06 + 0.94 * t);
        let text = short(s, source, *v);
        // A value that is wider than its cell stays in the table.
        if cells(&text) * across <= 56 {
            let ink = if t > 0.7 { "in dark" } else { "in" };
            let class = if cells(&text) * across > 30 { format!("{ink} wide") } else { ink.to_string() };
            svg.text(x + width * 0.485, y + ROW * 0.58, "middle", &class, &text);
        }
    }
    svg
}

/// The value as briefly as it can stand in a cell.
fn short(s: &Source<'_>, column: &Column, v: f64) -> String {
    match column {
        Column::Share(_) => format!("{}%", s.voice.numbers.fixed(v * 100.0, 0)),
        _ => s.voice.numbers.compact(v, None),
    }
}
