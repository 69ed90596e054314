//! Charts as inline SVG, one file a kind.
//!
//! A drawing has no fixed width: positions across are percentages, heights are pixels, so text keeps its size from a
//! phone to a page of paper. Curves lie in an inner drawing that is stretched across. Colours are classes of the page's
//! style sheet. Every chart has a title and a description, and is told apart by more than colour.

mod bars;
mod flow;
mod heat;
mod intervals;
mod lines;
mod scale;
mod scatter;
mod steps;
mod svg;
mod waterfall;

use crate::numbers::Precision;
use crate::voice::{ColumnForm, Voice, clean};
use crate::width::fit;
use naata_answer::{Cell, Chart, ChartKind, Column, Table};
use scale::Scale;
use svg::Svg;
pub(crate) use svg::escape;

/// The most rows a chart of bars, intervals or steps of a bridge draws.
const ROWS: usize = 30;
/// Cells of a label before it is cut; the table beside the chart has it whole.
const LABEL: usize = 34;

/// A finished chart.
pub(crate) struct Drawn {
    /// The `svg` element.
    pub(crate) svg: String,
    /// Class and name of each series, where there are several.
    pub(crate) legend: Vec<(&'static str, String)>,
    /// Rows of the table that are not drawn.
    pub(crate) left_out: usize,
}

/// What a kind of chart is drawn from.
struct Source<'a> {
    table: &'a Table,
    voice: &'a Voice<'a>,
    card: &'a str,
    /// How many rows of the table there are to draw.
    rows: usize,
}

static NO_COLUMN: Column = Column::Text(Vec::new());

impl<'a> Source<'a> {
    fn column(&self, key: &str) -> &'a Column {
        // A chart may name a column that is not there only in an unsound answer; it is then drawn empty.
        self.table.column(key).unwrap_or(&NO_COLUMN)
    }

    /// The text of a row, cut to fit.
    fn label(&self, key: &str, row: usize) -> String {
        fit(&self.text(key, row), LABEL)
    }

    fn text(&self, key: &str, row: usize) -> String {
        self.value(self.column(key), row)
    }

    /// A value as it stands beside its mark.
    fn value(&self, column: &Column, row: usize) -> String {
        let form = match self.voice.form("", column) {
            // Beside a mark one decimal is enough once the numbers have two digits.
            ColumnForm::Decimals(d) => {
                let wide = matches!(column, Column::Number(v) if v.iter().flatten().any(|x| x.abs() >= 10.0));
                ColumnForm::Decimals(d.min(if wide { 1 } else { 3 }))
            }
            ColumnForm::FullMoney => ColumnForm::Own,
            other => other,
        };
        self.voice.cell_in(&column.cell(row), form, Precision::Rounded)
    }

    fn name(&self, key: &str) -> String {
        self.voice.named("column", self.card, key).into_owned()
    }

    /// The numbers of a column by row.
    fn floats(&self, key: &str) -> Vec<Option<f64>> {
        let column = self.column(key);
        (0..self.rows).map(|r| column.float(r)).collect()
    }

    /// The text of a place on the axis of a column.
    fn tick(&self, column: &Column, x: f64) -> String {
        let n = &self.voice.numbers;
        match column {
            Column::Money(_, unit) => n.compact(x, Some(unit.currency)),
            Column::Share(_) => format!("{}%", n.significant(x * 100.0, 3)),
            Column::Seconds(_) => n.seconds(x),
            Column::Day(_) => n.day(naata_core::Day(x as i32)),
            Column::Instant(_) => n.instant(naata_core::Instant(x as i64)),
            _ => n.compact(x, None),
        }
    }

    /// Where a column puts each row across: its numbers, or the position of the row where it holds texts.
    fn across(&self, key: &str) -> (Vec<Option<f64>>, bool) {
        let column = self.column(key);
        let texts = matches!(
            column,
            Column::Text(_) | Column::Word { .. } | Column::Class { .. } | Column::Customer(_)
        );
        if texts {
            ((0..self.rows).map(|r| Some(r as f64)).collect(), true)
        } else {
            (self.floats(key), false)
        }
    }
}

/// Draws a chart; `id` makes the ids of its parts unique in the page.
pub(crate) fn draw(
    table: &Table,
    chart: &Chart,
    card: &str,
    title: &str,
    id: &str,
    voice: &Voice<'_>,
) -> Drawn {
    let cap = match chart.kind {
        ChartKind::Bars { .. } | ChartKind::Intervals { .. } | ChartKind::Waterfall { .. } => ROWS,
        ChartKind::Scatter { .. } => scatter::POINTS,
        ChartKind::Flow { .. } => flow::LINKS,
        ChartKind::Lines { .. } | ChartKind::Steps { .. } | ChartKind::Heat { .. } => usize::MAX,
    };
    let rows = table.rows().min(chart.top.unwrap_or(usize::MAX)).min(cap);
    let source = Source { table, voice, card, rows };
    let (body, main, legend) = match &chart.kind {
        ChartKind::Bars { label, value } => (bars::draw(&source, label, value), *value, Vec::new()),
        ChartKind::Intervals { label, value, low, high } => {
            (intervals::draw(&source, label, value, low, high), *value, Vec::new())
        }
        ChartKind::Lines { x, y, band } => {
            let (body, legend) = lines::draw(&source, x, y, *band);
            (body, y.first().copied().unwrap_or(x), legend)
        }
        ChartKind::Steps { x, y, band } => (steps::draw(&source, x, y, *band), *y, Vec::new()),
        ChartKind::Heat { row, column, value } => {
            (heat::draw(&source, row, column, value), *value, Vec::new())
        }
        ChartKind::Scatter { x, y } => (scatter::draw(&source, x, y), *y, Vec::new()),
        ChartKind::Waterfall { label, value, total } => {
            (waterfall::draw(&source, label, value, total), *value, Vec::new())
        }
        ChartKind::Flow { from, to, value } => (flow::draw(&source, from, to, value), *value, Vec::new()),
    };
    let svg = format!(
        "<svg class=\"chart\" role=\"img\" aria-labelledby=\"{id}-t {id}-d\" width=\"100%\" height=\"{}\">\
         <title id=\"{id}-t\">{}</title><desc id=\"{id}-d\">{}</desc>{}</svg>",
        body.height(),
        escape(title),
        escape(&description(&source, main)),
        body.into_body(),
    );
    Drawn { svg, legend, left_out: table.rows() - rows }
}

/// The description: what is drawn, how many values, from where to where.
fn description(s: &Source<'_>, key: &str) -> String {
    let column = s.column(key);
    let rows = (0..s.rows).filter_map(|r| column.float(r).map(|x| (x, r)));
    let low = rows.clone().min_by(|a, b| a.0.total_cmp(&b.0));
    let high = rows.clone().max_by(|a, b| a.0.total_cmp(&b.0));
    let (Some(low), Some(high)) = (low, high) else { return s.voice.ui("chart.empty").into_owned() };
    let n = rows.count() as u64;
    let values = [
        ("n", Cell::Count(n)),
        ("low", Cell::Text(s.value(column, low.1).into())),
        ("high", Cell::Text(s.value(column, high.1).into())),
    ];
    format!("{}: {}", clean(&s.name(key)), s.voice.ui_with("chart.desc", &values))
}

/// An empty drawing that says so.
fn empty(s: &Source<'_>) -> Svg {
    let mut svg = Svg::new(40.0);
    svg.text(0.0, 24.0, "start", "soft", &s.voice.ui("chart.empty"));
    svg
}

/// Draws the ticks of an axis across, below the drawing.
fn axis_across(svg: &mut Svg, s: &Source<'_>, column: &Column, scale: &Scale, place: &Place) {
    let ticks = scale.ticks(4);
    let last = ticks.len().saturating_sub(1);
    for (i, t) in ticks.into_iter().enumerate() {
        let x = place.at(scale.position(t));
        svg.line(x, place.top, x, place.bottom, "grid");
        let anchor = anchor_of(i, last, x);
        svg.text(x, place.bottom + 16.0, anchor, "tick", &s.tick(column, t));
    }
}

/// Labels at the edges are set inwards, so that none is cut off.
fn anchor_of(i: usize, last: usize, x: f64) -> &'static str {
    if i == 0 && x < 10.0 {
        "start"
    } else if i == last && x > 90.0 {
        "end"
    } else {
        "middle"
    }
}

/// Where a plot lies: percentages across, pixels down.
struct Place {
    left: f64,
    right: f64,
    top: f64,
    bottom: f64,
}

impl Place {
    /// The percentage of a position between 0 and 1.
    fn at(&self, t: f64) -> f64 {
        self.left + t * (self.right - self.left)
    }

    /// The pixel of a height between 0 (bottom) and 1 (top).
    fn up(&self, t: f64) -> f64 {
        self.bottom - t * (self.bottom - self.top)
    }
}
