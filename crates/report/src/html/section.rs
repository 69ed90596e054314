//! One section: the question, the main sentences, figures, charts, tables, what to do, how it was worked out.

use super::{Page, anchor, tiles};
use crate::chart::{draw, escape};
use crate::numbers::Precision;
use crate::voice::is_right;
use crate::{Error, Section, list_file_name};
use naata_answer::{Action, Cell, Chart, ChartKind, Column, Role, Table};

/// Rows of a table before the rest is only counted.
const ROWS: usize = 60;

impl<'a> Page<'_, 'a> {
    pub(super) fn section(&mut self, i: usize, s: &Section<'a>) -> Result<(), Error> {
        let id = anchor(i, s);
        let question = escape(&self.voice.title(s.card));
        writeln!(
            self.out,
            "<section id=\"{id}\" aria-labelledby=\"{id}-h\">\n<h2 id=\"{id}-h\">{question}</h2>"
        )?;
        self.sentences(s)?;
        let chosen = tiles::choose(s, &self.voice);
        self.tiles(&chosen.tiles)?;
        self.tables(&id, s, chosen.table)?;
        for a in &s.answer.actions {
            self.action(s, a)?;
        }
        self.lists(s)?;
        self.findings(&crate::document::section_findings(self.doc.intake, s))?;
        self.how(s, &chosen.rest)?;
        Ok(writeln!(self.out, "</section>")?)
    }

    fn sentences(&mut self, s: &Section<'a>) -> Result<(), Error> {
        let mut all = s.answer.messages.iter();
        if let Some(m) = all.next() {
            writeln!(self.out, "<p class=\"lead\">{}</p>", escape(&self.voice.message(m)))?;
        }
        if all.len() > 0 {
            write!(self.out, "<ul class=\"notes\">")?;
            for m in all {
                write!(self.out, "<li>{}</li>", escape(&self.voice.message(m)))?;
            }
            writeln!(self.out, "</ul>")?;
        }
        Ok(())
    }

    fn tiles(&mut self, all: &[tiles::Tile]) -> Result<(), Error> {
        if all.is_empty() {
            return Ok(());
        }
        write!(self.out, "<dl class=\"tiles\">")?;
        for t in all {
            write!(
                self.out,
                "\n<div class=\"tile\"><dt>{}</dt><dd class=\"big\">{}</dd>",
                escape(&t.name),
                escape(&t.value)
            )?;
            for (name, value) in &t.notes {
                write!(self.out, "<dd class=\"sub\"><b>{}</b> {}</dd>", escape(value), escape(name))?;
            }
            write!(self.out, "</div>")?;
        }
        Ok(writeln!(self.out, "\n</dl>")?)
    }

    /// Charts with their tables folded beside them, tables to read open; lists are only named.
    fn tables(&mut self, id: &str, s: &Section<'a>, open: Option<&str>) -> Result<(), Error> {
        // Tables with charts that follow each other stand side by side where there is room.
        let mut in_charts = false;
        for (n, t) in s.answer.tables.iter().enumerate() {
            if t.charts.is_empty() && t.role == Role::List {
                continue;
            }
            if in_charts == t.charts.is_empty() {
                in_charts = !in_charts;
                write!(self.out, "{}", if in_charts { "<div class=\"charts\">\n" } else { "</div>\n" })?;
            }
            if t.charts.is_empty() {
                writeln!(self.out, "<div class=\"block\">")?;
                self.table(s, t, None)?;
                writeln!(self.out, "</div>")?;
                continue;
            }
            write!(self.out, "<div class=\"panel\">")?;
            for (c, chart) in t.charts.iter().enumerate() {
                self.figure(&format!("{id}-t{n}-c{c}"), s, t, chart)?;
            }
            let summary = escape(&self.voice.ui("chart.figures"));
            // What is to be done is read first, so a table that says so is never folded away.
            let is_open = open == Some(t.key) || t.column("what_to_do").is_some();
            let is_open = if is_open { " open=\"open\"" } else { "" };
            writeln!(self.out, "<details id=\"{id}-t{n}\"{is_open}><summary>{summary}</summary>")?;
            // Of a list only the columns that are drawn: never one row a customer with all there is to know.
            let drawn: Vec<&str> = t.charts.iter().flat_map(|c| drawn_columns(&c.kind)).collect();
            self.table(s, t, (t.role == Role::List).then_some(drawn.as_slice()))?;
            writeln!(self.out, "</details></div>")?;
        }
        if in_charts {
            writeln!(self.out, "</div>")?;
        }
        Ok(())
    }

    fn figure(&mut self, id: &str, s: &Section<'a>, t: &Table, chart: &Chart) -> Result<(), Error> {
        let title = self.voice.named("chart", s.card.key, chart.key).into_owned();
        let drawn = draw(t, chart, s.card.key, &title, id, &self.voice);
        write!(self.out, "\n<figure><figcaption><h3>{}</h3>", escape(&title))?;
        if !drawn.legend.is_empty() {
            write!(self.out, "<ul class=\"legend\">")?;
            for (class, name) in &drawn.legend {
                let mark = if *class == "band" {
                    "<rect y=\"1\" width=\"22\" height=\"8\" class=\"band\"/>".to_string()
                } else {
                    format!("<line x1=\"0\" y1=\"5\" x2=\"22\" y2=\"5\" class=\"line {class}\"/>")
                };
                write!(
                    self.out,
                    "<li><svg width=\"22\" height=\"10\" aria-hidden=\"true\">{mark}</svg>{}</li>",
                    escape(name)
                )?;
            }
            write!(self.out, "</ul>")?;
        }
        write!(self.out, "</figcaption>\n{}", drawn.svg)?;
        if drawn.left_out > 0 {
            let n = Cell::Count(drawn.left_out as u64);
            write!(
                self.out,
                "<p class=\"more\">{}</p>",
                escape(&self.voice.ui_with("chart.and_more", &[("n", n)]))
            )?;
        }
        Ok(write!(self.out, "</figure>")?)
    }

    /// A table, whole up to a cap; `only` names the columns that may be shown.
    fn table(&mut self, s: &Section<'a>, t: &Table, only: Option<&[&str]>) -> Result<(), Error> {
        let rows = t.rows();
        let shown = rows.min(ROWS);
        let name = escape(&self.voice.named("table", s.card.key, t.key));
        if rows == 0 {
            let none = escape(&self.voice.ui("no_rows"));
            return Ok(writeln!(self.out, "<p class=\"more\">{name}: {none}</p>")?);
        }
        let columns: Vec<&(&'static str, Column)> =
            t.columns.iter().filter(|(k, _)| only.is_none_or(|o| o.contains(k))).collect();
        // A box that scrolls can be reached and scrolled with the keyboard.
        write!(
            self.out,
            "<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"{name}\">\n<table><caption>{name}</caption>\n<thead><tr>"
        )?;
        for (key, column) in &columns {
            let class = if is_right(column) { " class=\"num\"" } else { "" };
            let head = escape(&self.voice.named("column", s.card.key, key));
            write!(self.out, "<th scope=\"col\"{class}>{head}</th>")?;
        }
        write!(self.out, "</tr></thead>\n<tbody>")?;
        let forms: Vec<_> = columns.iter().map(|(k, c)| self.voice.form(k, c)).collect();
        for row in 0..shown {
            write!(self.out, "\n<tr>")?;
            for (at, ((_, column), form)) in columns.iter().zip(&forms).enumerate() {
                let cell = column.cell(row);
                let text = escape(&self.voice.cell_in(&cell, *form, Precision::Exact));
                // A text from the data may run the other way; it must not turn its neighbours around.
                let text = if matches!(cell, Cell::Text(_)) { format!("<bdi>{text}</bdi>") } else { text };
                let right = is_right(column);
                match (at == 0 && !right, right) {
                    (true, _) => write!(self.out, "<th scope=\"row\">{text}</th>")?,
                    (_, true) => write!(self.out, "<td class=\"num\">{text}</td>")?,
                    _ => write!(self.out, "<td>{text}</td>")?,
                }
            }
            write!(self.out, "</tr>")?;
        }
        writeln!(self.out, "\n</tbody></table>\n</div>")?;
        if rows > shown {
            let more = self.voice.ui_with("more_rows", &[("n", Cell::Count((rows - shown) as u64))]);
            writeln!(self.out, "<p class=\"more\">{}</p>", escape(&more))?;
        }
        Ok(())
    }

    fn action(&mut self, s: &Section<'a>, a: &Action) -> Result<(), Error> {
        let (todo, facts) = self.voice.action(a);
        let (class, key) = match a {
            Action::Act { .. } => ("action", "action.act"),
            Action::Nothing { .. } => ("action nothing", "action.nothing"),
        };
        let mark = escape(&self.voice.ui(key));
        write!(self.out, "<div class=\"{class}\"><p class=\"do\"><b>{mark}</b> {}</p>", escape(&todo))?;
        if let Action::Act { list, .. } = a {
            write!(self.out, "<ul>")?;
            for f in &facts {
                write!(self.out, "<li>{}</li>", escape(bare(f)))?;
            }
            if let Some(stem) = self.doc.list_stem {
                let file = format!("<code>{}</code>", escape(&list_file_name(stem, s.card.key, list)));
                write!(
                    self.out,
                    "<li>{}</li>",
                    escape(&self.voice.ui("action.list")).replace("{file}", &file)
                )?;
            }
            write!(self.out, "</ul>")?;
        }
        Ok(writeln!(self.out, "</div>")?)
    }

    /// The lists of the section: name, file and rows, never their contents.
    fn lists(&mut self, s: &Section<'a>) -> Result<(), Error> {
        let named = |t: &&Table| {
            s.answer.actions.iter().any(|a| matches!(a, Action::Act { list, .. } if *list == t.key))
        };
        let lists = s.answer.tables.iter().filter(|t| t.role == Role::List && t.rows() > 0 && !named(t));
        let lists: Vec<&Table> = lists.collect();
        let Some(stem) = self.doc.list_stem.filter(|_| !lists.is_empty()) else { return Ok(()) };
        write!(self.out, "<p class=\"more\">{}: ", escape(&self.voice.ui("lists")))?;
        for (i, t) in lists.iter().enumerate() {
            let file = escape(&list_file_name(stem, s.card.key, t.key));
            let n = self.voice.ui_with("list_rows", &[("n", Cell::Count(t.rows() as u64))]);
            let comma = if i > 0 { ", " } else { "" };
            write!(self.out, "{comma}<code>{file}</code> ({})", escape(&n))?;
        }
        Ok(writeln!(self.out, "</p>")?)
    }

    fn how(&mut self, s: &Section<'a>, rest: &[(String, String)]) -> Result<(), Error> {
        let ui = |key: &str| escape(&self.voice.ui(key));
        let summary = ui("how");
        let mut rows: Vec<(String, String)> = vec![
            (ui("formula"), format!("<code>{}</code>", escape(s.card.formula))),
            (ui("source"), escape(s.card.source)),
        ];
        if !s.card.assumptions.is_empty() {
            let all = s.card.assumptions.iter().map(|a| format!("<p>{}</p>", escape(a))).collect();
            rows.push((ui("assumptions"), all));
        }
        let set: Vec<String> = s
            .parameters
            .iter()
            .filter(|(_, text)| !text.is_empty())
            .map(|(name, text)| format!("<p><code>{}</code> = {}</p>", escape(name), escape(text)))
            .collect();
        if !set.is_empty() {
            rows.push((ui("parameters"), set.concat()));
        }
        rows.extend(rest.iter().map(|(name, value)| (escape(name), escape(value))));
        if !s.card.example.is_empty() {
            rows.push((ui("example"), format!("<code>{}</code>", escape(s.card.example))));
        }
        write!(self.out, "<details class=\"how\"><summary>{summary}</summary><dl>")?;
        for (name, value) in rows {
            write!(self.out, "\n<dt>{name}</dt><dd>{value}</dd>")?;
        }
        Ok(writeln!(self.out, "\n</dl></details>")?)
    }
}

/// A sentence without its full stop, to stand by itself.
pub(super) fn bare(text: &str) -> &str {
    text.trim_end_matches(['.', '।'])
}

/// The columns a chart draws.
fn drawn_columns(kind: &ChartKind) -> Vec<&'static str> {
    match kind {
        ChartKind::Bars { label, value } => vec![label, value],
        ChartKind::Intervals { label, value, low, high } => vec![label, value, low, high],
        ChartKind::Lines { x, y, band } => {
            let ends = band.iter().flat_map(|(a, b)| [*a, *b]);
            std::iter::once(*x).chain(y.iter().copied()).chain(ends).collect()
        }
        ChartKind::Steps { x, y, band } => {
            [*x, *y].into_iter().chain(band.iter().flat_map(|(a, b)| [*a, *b])).collect()
        }
        ChartKind::Heat { row, column, value } => vec![row, column, value],
        ChartKind::Scatter { x, y } => vec![x, y],
        ChartKind::Waterfall { label, value, total } => vec![label, value, total],
        ChartKind::Flow { from, to, value } => vec![from, to, value],
    }
}
