//! Markdown with pipe tables.

use crate::numbers::Precision;
use crate::voice::{Voice, is_right};
use crate::{Document, Error, Section, Style};
use naata_answer::{Action, Cell, Role, Table};
use std::io::Write;

/// Rows of a table to read, and of a list, that are shown before the rest is only counted.
const FIGURES: usize = 200;
const LIST: usize = 20;

/// Text that markdown takes as it stands.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '#' | '~' => out.extend(['\\', c]),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            _ => out.push(c),
        }
    }
    out
}

/// Writes every section.
pub(crate) fn document(doc: &Document<'_>, style: &Style, out: &mut dyn Write) -> Result<(), Error> {
    let voice = Voice::new(doc, style, false, "-");
    writeln!(out, "# {}", escape(&crate::voice::clean(doc.title)))?;
    if let Some(day) = doc.as_of {
        writeln!(out, "\n{}", voice.ui("as_of").replace("{day}", &voice.numbers.day(day)))?;
    }
    if !doc.changes.is_empty() {
        writeln!(out, "\n## {}\n", voice.ui("changes"))?;
        for m in &doc.changes {
            writeln!(out, "- {}", escape(&voice.message(m)))?;
        }
    }
    for s in &doc.sections {
        section(doc, s, &voice, out)?;
    }
    let all = doc.findings();
    if !all.is_empty() {
        writeln!(out, "\n## {}\n", voice.ui("findings"))?;
        for f in all {
            let severity = voice.ui(&format!("severity.{}", f.severity.name()));
            let place = voice.place(f);
            let place = if place.is_empty() { place } else { format!(" {}:", escape(&place)) };
            writeln!(out, "- **{severity}**{place} {} `{}`", escape(&voice.finding(f)), f.code)?;
        }
    }
    Ok(())
}

fn section(doc: &Document<'_>, s: &Section<'_>, voice: &Voice<'_>, out: &mut dyn Write) -> Result<(), Error> {
    writeln!(out, "\n## {}", escape(&voice.title(s.card)))?;
    for m in &s.answer.messages {
        writeln!(out, "\n{}", escape(&voice.message(m)))?;
    }
    if !s.answer.head.is_empty() {
        writeln!(out, "\n| {} | {} |\n|---|---:|", voice.ui("figure"), voice.ui("value"))?;
        for (key, cell) in &s.answer.head {
            writeln!(
                out,
                "| {} | {} |",
                escape(&voice.head(s.card.key, key)),
                escape(&voice.head_cell(key, cell))
            )?;
        }
    }
    for t in &s.answer.tables {
        table(s, t, voice, out)?;
    }
    for a in &s.answer.actions {
        let (todo, facts) = voice.action(a);
        let key = if matches!(a, Action::Act { .. }) { "action.act" } else { "action.nothing" };
        write!(out, "\n> **{}** {}", voice.ui(key), escape(&todo))?;
        for f in facts {
            write!(out, " {}", escape(&f))?;
        }
        if let (Action::Act { list, .. }, Some(stem)) = (a, doc.list_stem) {
            let file = crate::list_file_name(stem, s.card.key, list);
            write!(out, " {}", voice.ui("action.list").replace("{file}", &format!("`{file}`")))?;
        }
        writeln!(out)?;
    }
    Ok(())
}

fn table(s: &Section<'_>, t: &Table, voice: &Voice<'_>, out: &mut dyn Write) -> Result<(), Error> {
    let rows = t.rows();
    let shown = rows.min(if t.role == Role::List { LIST } else { FIGURES });
    writeln!(out, "\n### {}\n", escape(&voice.named("table", s.card.key, t.key)))?;
    if rows == 0 {
        return Ok(writeln!(out, "{}", voice.ui("no_rows"))?);
    }
    for (key, _) in &t.columns {
        write!(out, "| {} ", escape(&voice.named("column", s.card.key, key)))?;
    }
    writeln!(out, "|")?;
    for (_, column) in &t.columns {
        write!(out, "|{}", if is_right(column) { "---:" } else { "---" })?;
    }
    writeln!(out, "|")?;
    let forms: Vec<_> = t.columns.iter().map(|(k, c)| voice.form(k, c)).collect();
    for row in 0..shown {
        for ((_, column), form) in t.columns.iter().zip(&forms) {
            write!(out, "| {} ", escape(&voice.cell_in(&column.cell(row), *form, Precision::Exact)))?;
        }
        writeln!(out, "|")?;
    }
    if rows > shown {
        let more = Cell::Count((rows - shown) as u64);
        writeln!(out, "\n{}", escape(&voice.ui_with("more_rows", &[("n", more)])))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #[test]
    fn signs_of_markdown_stay_text() {
        assert_eq!(super::escape("a|b <c> *d* [e](f)"), "a\\|b &lt;c&gt; \\*d\\* \\[e\\](f)");
    }
}
