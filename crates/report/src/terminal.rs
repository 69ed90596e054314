//! Aligned text for a terminal.

use crate::numbers::Precision;
use crate::voice::{Voice, is_right};
use crate::width::{cells, fit, pad};
use crate::{Document, Error, Section, Style};
use naata_answer::{Action, ChartKind, Column, Role, Table};
use naata_core::{Finding, Severity};
use std::io::Write;

/// Rows of a table to read, and of a list, that are shown before the rest is only counted.
const FIGURES: usize = 60;
const LIST: usize = 20;
/// Cells of the little bars beside a table.
const BAR: usize = 16;
/// The least width a text column is cut to before columns are left out.
const NARROWEST: usize = 10;

/// Wraps text in the escape codes of a colour, when colour is wanted.
struct Paint(bool);

impl Paint {
    fn with(&self, code: &str, text: &str) -> String {
        if self.0 && !text.is_empty() { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_string() }
    }
    fn bold(&self, text: &str) -> String {
        self.with("1", text)
    }
    fn dim(&self, text: &str) -> String {
        self.with("2", text)
    }
}

/// Writes every section.
pub(crate) fn document(doc: &Document<'_>, style: &Style, out: &mut dyn Write) -> Result<(), Error> {
    let voice = Voice::new(doc, style, false, "-");
    let paint = Paint(style.colour);
    if !doc.changes.is_empty() {
        writeln!(out, "{}", paint.bold(&voice.ui("changes")))?;
        for m in &doc.changes {
            wrapped(&voice.message(m), "- ", style, out)?;
        }
        writeln!(out)?;
    }
    for (i, s) in doc.sections.iter().enumerate() {
        if i > 0 {
            writeln!(out)?;
        }
        section(doc, s, &voice, style, out)?;
    }
    Ok(())
}

fn section(
    doc: &Document<'_>,
    s: &Section<'_>,
    voice: &Voice<'_>,
    style: &Style,
    out: &mut dyn Write,
) -> Result<(), Error> {
    let paint = Paint(style.colour);
    let title = paint.bold(&voice.title(s.card));
    match doc.as_of {
        Some(day) => {
            let as_of = voice.ui("as_of").replace("{day}", &voice.numbers.day(day));
            writeln!(out, "{title}  {}", paint.dim(&as_of))?;
        }
        None => writeln!(out, "{title}")?,
    }
    for m in &s.answer.messages {
        wrapped(&voice.message(m), "", style, out)?;
    }
    if !s.answer.head.is_empty() {
        writeln!(out)?;
        let named: Vec<(String, String)> = s
            .answer
            .head
            .iter()
            .map(|(key, cell)| (voice.head(s.card.key, key).into_owned(), voice.head_cell(key, cell)))
            .collect();
        let width = named.iter().map(|(k, _)| cells(k)).max().unwrap_or(0);
        for (name, value) in &named {
            writeln!(out, "  {}  {value}", paint.dim(&pad(name, width, false)))?;
        }
    }
    for t in &s.answer.tables {
        writeln!(out)?;
        table(s, t, voice, style, out)?;
    }
    for a in &s.answer.actions {
        let (todo, facts) = voice.action(a);
        let key = if matches!(a, Action::Act { .. }) { "action.act" } else { "action.nothing" };
        let mut text = format!("{} {todo}", voice.ui(key));
        for f in facts {
            text.push_str(&format!(" {f}"));
        }
        if let (Action::Act { list, .. }, Some(stem)) = (a, doc.list_stem) {
            let file = crate::list_file_name(stem, s.card.key, list);
            text.push_str(&format!(" {}", voice.ui("action.list").replace("{file}", &file)));
        }
        writeln!(out)?;
        wrapped(&text, "→ ", style, out)?;
    }
    Ok(())
}

/// Writes a paragraph in lines no wider than the terminal.
fn wrapped(text: &str, mark: &str, style: &Style, out: &mut dyn Write) -> Result<(), Error> {
    let limit = style.width.unwrap_or(usize::MAX).max(20);
    let mut line = mark.to_string();
    let mut empty = true;
    for word in text.split(' ') {
        if !empty && cells(&line) + 1 + cells(word) > limit {
            writeln!(out, "{line}")?;
            line = " ".repeat(cells(mark));
            empty = true;
        }
        if !empty {
            line.push(' ');
        }
        line.push_str(word);
        empty = false;
    }
    Ok(writeln!(out, "{line}")?)
}

/// One printed column.
struct Printed {
    name: String,
    cells: Vec<String>,
    right: bool,
    /// Whether it may be cut: text may, a number never.
    elastic: bool,
    width: usize,
}

fn table(
    s: &Section<'_>,
    t: &Table,
    voice: &Voice<'_>,
    style: &Style,
    out: &mut dyn Write,
) -> Result<(), Error> {
    let paint = Paint(style.colour);
    let rows = t.rows();
    let shown = rows.min(if t.role == Role::List { LIST } else { FIGURES });
    writeln!(out, "{}", paint.bold(&voice.named("table", s.card.key, t.key)))?;
    if rows == 0 {
        writeln!(out, "  {}", paint.dim(&voice.ui("no_rows")))?;
        return Ok(());
    }
    let mut columns: Vec<Printed> =
        t.columns.iter().map(|(key, c)| printed(s, key, c, shown, voice)).collect();
    columns.extend(bars(t, shown));
    let left_out = shrink(&mut columns, style.width);
    let header: Vec<String> = columns.iter().map(|c| pad(&fit(&c.name, c.width), c.width, c.right)).collect();
    writeln!(out, "  {}", paint.dim(header.join("  ").trim_end()))?;
    for row in 0..shown {
        let line: Vec<String> = columns
            .iter()
            .map(|c| pad(&fit(c.cells.get(row).map_or("", String::as_str), c.width), c.width, c.right))
            .collect();
        writeln!(out, "  {}", line.join("  ").trim_end())?;
    }
    if rows > shown {
        let more = naata_answer::Cell::Count((rows - shown) as u64);
        writeln!(out, "  {}", paint.dim(&voice.ui_with("more_rows", &[("n", more)])))?;
    }
    if !left_out.is_empty() {
        let n = naata_answer::Cell::Count(left_out.len() as u64);
        let names = naata_answer::Cell::Text(left_out.join(", ").into());
        let text = voice.ui_with("more_columns", &[("n", n), ("names", names)]);
        writeln!(out, "  {}", paint.dim(&text))?;
    }
    Ok(())
}

fn printed(s: &Section<'_>, key: &str, column: &Column, rows: usize, voice: &Voice<'_>) -> Printed {
    let form = voice.form(key, column);
    let name = voice.named("column", s.card.key, key).into_owned();
    let texts: Vec<String> =
        (0..rows).map(|r| voice.cell_in(&column.cell(r), form, Precision::Exact)).collect();
    let width = texts.iter().map(|t| cells(t)).max().unwrap_or(0).max(cells(&name));
    let right = is_right(column);
    Printed { name, cells: texts, right, elastic: !right && !matches!(column, Column::Customer(_)), width }
}

/// Little bars for the first chart of bars of a table, when it has no negative value.
fn bars(t: &Table, rows: usize) -> Option<Printed> {
    let value = t.charts.iter().find_map(|c| match &c.kind {
        ChartKind::Bars { value, .. } => t.column(value),
        _ => None,
    })?;
    let floats: Vec<Option<f64>> = (0..rows).map(|r| value.float(r)).collect();
    let most = floats.iter().flatten().fold(0.0f64, |m, x| m.max(*x));
    if most <= 0.0 || floats.iter().flatten().any(|x| *x < 0.0) {
        return None;
    }
    let eighths = ['▏', '▎', '▍', '▌', '▋', '▊', '▉', '█'];
    let draw = |x: &Option<f64>| {
        let n = x.map_or(0.0, |x| (x / most * (BAR * 8) as f64).round()) as usize;
        let mut text = "█".repeat(n / 8);
        text.extend((n % 8).checked_sub(1).and_then(|i| eighths.get(i)));
        text
    };
    let cells = floats.iter().map(draw).collect();
    Some(Printed { name: String::new(), cells, right: false, elastic: false, width: BAR })
}

/// Makes the columns fit: the widest texts are cut first, then columns are left out from the right. Returns the names
/// of those left out.
fn shrink(columns: &mut Vec<Printed>, width: Option<usize>) -> Vec<String> {
    let Some(limit) = width else { return Vec::new() };
    let total = |columns: &[Printed]| columns.iter().map(|c| c.width + 2).sum::<usize>();
    while total(columns) > limit {
        let widest = columns.iter_mut().filter(|c| c.elastic && c.width > NARROWEST).max_by_key(|c| c.width);
        match widest {
            Some(c) => c.width -= 1,
            None => break,
        }
    }
    let mut left_out = Vec::new();
    while total(columns) > limit && columns.len() > 1 {
        left_out.extend(columns.pop().map(|c| c.name).filter(|n| !n.is_empty()));
    }
    left_out.reverse();
    left_out
}

/// Writes what was found, worst first, and the exact counts of what is not listed: the command line sends it to the
/// error stream.
pub fn findings(doc: &Document<'_>, style: &Style, out: &mut dyn Write) -> Result<(), Error> {
    let voice = Voice::new(doc, style, false, "-");
    let paint = Paint(style.colour);
    // A person reads the first few of a kind; `check` and JSON list more, and the counts below are exact.
    let mut all = doc.findings();
    let mut shown: std::collections::BTreeMap<(&str, Option<&str>), usize> =
        std::collections::BTreeMap::new();
    all.retain(|f| {
        let n = shown.entry((f.code, f.file.as_deref())).or_default();
        *n += 1;
        *n <= match f.severity {
            Severity::Error => 5,
            Severity::Warning => 3,
            Severity::Note => 1,
        }
    });
    for f in &all {
        let code = match f.severity {
            Severity::Error => "31",
            Severity::Warning => "33",
            Severity::Note => "2",
        };
        let word = paint.with(code, &voice.ui(&format!("severity.{}", f.severity.name())));
        let place = voice.place(f);
        let place = if place.is_empty() { place } else { format!("{place}: ") };
        wrapped(
            &format!("{word}: {place}{} {}", voice.finding(f), paint.dim(&format!("[{}]", f.code))),
            "",
            style,
            out,
        )?;
    }
    for (code, file, _, n) in doc.intake.findings.counts() {
        let listed = |f: &&&Finding| f.code == code && f.file.as_deref() == file;
        let listed = all.iter().filter(listed).count() as u64;
        if n > listed {
            let more = naata_answer::Cell::Count(n - listed);
            let text = voice.ui_with("more_findings", &[("n", more)]);
            let place = file.map(|f| format!("{}: ", crate::voice::clean(f))).unwrap_or_default();
            writeln!(out, "{}", paint.dim(&format!("{place}{text} [{code}]")))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use naata_answer::{Answer, Card};
    use naata_core::{Day, Ids, Intake};
    use proptest::prelude::*;

    const CARD: Card = Card {
        key: "k",
        version: 1,
        title: "T",
        unit: "",
        formula: "",
        source: "",
        assumptions: &[],
        words: &[],
        example: "",
    };

    fn printed_at(width: usize, texts: &[String]) -> String {
        let column = || Column::Text(texts.iter().map(|t| Some(t.as_str().into())).collect());
        let counts = Column::Count(texts.iter().map(|_| Some(1)).collect());
        let mut answer = Answer::default();
        answer.tables.push(Table::list("rows").with("a", column()).with("n", counts).with("b", column()));
        let (ids, intake) = (Ids::default(), Intake::default());
        let doc = Document {
            version: "0",
            title: "",
            as_of: Some(Day(0)),
            ids: &ids,
            intake: &intake,
            sections: vec![Section { card: &CARD, parameters: vec![], answer: &answer }],
            changes: vec![],
            extra_words: &[],
            list_stem: None,
        };
        let style = Style { width: Some(width), ..Style::default() };
        let mut out = Vec::new();
        document(&doc, &style, &mut out).expect("a vector takes everything");
        String::from_utf8(out).expect("UTF-8")
    }

    proptest! {
        #[test]
        fn no_row_is_wider_than_the_terminal(texts in prop::collection::vec("[a-z\u{985}-\u{9CC} 李]{0,40}", 1..5), width in 30usize..90) {
            let out = printed_at(width, &texts);
            // Rows begin with the indent; the title above and the note below wrap by themselves.
            for l in out.lines().filter(|l| l.starts_with("  ") && !l.contains("--format csv")) {
                prop_assert!(cells(l) <= width, "{} cells: {l}", cells(l));
            }
        }
    }

    #[test]
    fn columns_without_room_are_named() {
        let out = printed_at(14, &["a rather long text".into()]);
        assert!(
            out.contains("a rather…") && out.contains("2 more columns (n, B); --format csv for all"),
            "{out}"
        );
    }
}
