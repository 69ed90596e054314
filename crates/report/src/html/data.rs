//! The end of the page: what was read, what was refused and why, what was assumed, what was found.

use super::Page;
use crate::Error;
use crate::chart::escape;
use crate::voice::clean;
use naata_answer::Cell;
use naata_core::{Finding, TableIntake};
use std::collections::BTreeSet;

impl Page<'_, '_> {
    pub(super) fn data(&mut self) -> Result<(), Error> {
        let intake = self.doc.intake;
        if intake.tables.is_empty() && intake.findings.is_empty() {
            return Ok(());
        }
        let title = escape(&self.voice.ui("intake"));
        writeln!(
            self.out,
            "<section id=\"intake\" aria-labelledby=\"intake-h\">\n<h2 id=\"intake-h\">{title}</h2>"
        )?;
        if !intake.tables.is_empty() {
            writeln!(self.out, "<p class=\"lead\">{}</p>", escape(&self.voice.ui("intake.lead")))?;
            self.account()?;
        }
        if !intake.findings.is_empty() {
            self.found()?;
        }
        Ok(writeln!(self.out, "</section>")?)
    }

    fn account(&mut self) -> Result<(), Error> {
        let name = escape(&self.voice.words.get("table.tables"));
        write!(
            self.out,
            "<div class=\"block\"><div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"{name}\">\n\
             <table><caption>{name}</caption>\n<thead><tr>"
        )?;
        let heads = [
            ("file", ""),
            ("table", ""),
            ("rows", " class=\"num\""),
            ("used", " class=\"num\""),
            ("refused", " class=\"num\""),
            ("records", " class=\"num\""),
            ("first_date", " class=\"num\""),
            ("last_date", " class=\"num\""),
            ("format", ""),
        ];
        for (key, class) in heads {
            write!(self.out, "<th scope=\"col\"{class}>{}</th>", escape(&self.voice.ui(key)))?;
        }
        write!(self.out, "</tr></thead>\n<tbody>")?;
        for t in &self.doc.intake.tables {
            self.account_row(t)?;
        }
        writeln!(self.out, "\n</tbody></table>\n</div></div>")?;
        self.reasons()
    }

    fn account_row(&mut self, t: &TableIntake) -> Result<(), Error> {
        let n = &self.voice.numbers;
        let refused: u64 = t.refused.values().sum();
        let kind = self.voice.words.get(&format!("table_kind.{}", t.kind.name()));
        let day = |d: Option<naata_core::Day>| d.map_or("–".to_string(), |d| n.day(d));
        write!(
            self.out,
            "\n<tr><th scope=\"row\"><bdi>{}</bdi></th><td>{}</td>",
            escape(&t.file),
            escape(&kind)
        )?;
        for text in [n.count(t.rows), n.count(t.used), n.count(refused), n.count(t.records)] {
            write!(self.out, "<td class=\"num\">{text}</td>")?;
        }
        for text in [day(t.span.map(|s| s.0)), day(t.span.map(|s| s.1))] {
            write!(self.out, "<td class=\"num\">{}</td>", escape(&text))?;
        }
        Ok(write!(self.out, "<td>{}</td></tr>", escape(&t.format))?)
    }

    /// Why rows were refused, and what was assumed, file by file.
    fn reasons(&mut self) -> Result<(), Error> {
        let mut lines = Vec::new();
        for t in &self.doc.intake.tables {
            let file = escape(&t.file);
            for (code, n) in &t.refused {
                let n = self.voice.ui_with("list_rows", &[("n", Cell::Count(*n))]);
                let refused = escape(&self.voice.ui("refused"));
                lines.push(format!("{file} – {refused}: {} (<code>{}</code>)", escape(&n), escape(code)));
            }
            if !t.assumed.is_empty() {
                let all: Vec<String> = t.assumed.iter().map(|(k, v)| format!("{k} = {}", clean(v))).collect();
                let assumed = escape(&self.voice.ui("assumed"));
                lines.push(format!("{file} – {assumed}: {}", escape(&all.join(", "))));
            }
        }
        if !lines.is_empty() {
            write!(self.out, "<ul class=\"notes\">")?;
            for l in lines {
                write!(self.out, "<li>{l}</li>")?;
            }
            writeln!(self.out, "</ul>")?;
        }
        Ok(())
    }

    /// Findings about rows by kind and file, with their exact count; the others as they are. A page names no lines:
    /// the same rows in another order are the same report, and `check` lists every line.
    fn found(&mut self) -> Result<(), Error> {
        let title = escape(&self.voice.ui("findings"));
        writeln!(self.out, "<div class=\"block\"><h3>{title}</h3>")?;
        let findings = &self.doc.intake.findings;
        let of_rows: BTreeSet<(&str, Option<&str>)> = findings
            .listed()
            .iter()
            .filter(|f| f.line.is_some())
            .map(|f| (f.code, f.file.as_deref()))
            .collect();
        let whole: Vec<&Finding> = findings.listed().into_iter().filter(|f| f.line.is_none()).collect();
        self.findings(&whole)?;
        let mut counts: Vec<_> =
            findings.counts().filter(|(code, file, ..)| of_rows.contains(&(*code, *file))).collect();
        counts.sort_by_key(|(code, file, severity, _)| (std::cmp::Reverse(*severity), *code, *file));
        if !counts.is_empty() {
            write!(self.out, "<ul class=\"found\">")?;
            for (code, file, severity, n) in counts {
                let word = escape(&self.voice.ui(&format!("severity.{}", severity.name())));
                let file =
                    file.map(|f| format!("<span class=\"place\">{}:</span> ", escape(f))).unwrap_or_default();
                let times = escape(&self.voice.ui_with("finding.rows", &[("n", Cell::Count(n))]));
                let text = escape(&self.voice.finding_meaning(code));
                write!(
                    self.out,
                    "<li><span class=\"sev {}\">{word}</span> {file}{times}. {text} <code class=\"code\">{}</code></li>",
                    severity.name(),
                    escape(code)
                )?;
            }
            writeln!(self.out, "</ul>")?;
        }
        Ok(writeln!(self.out, "</div>")?)
    }
}
