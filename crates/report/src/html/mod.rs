//! One self-contained page: no script, no outside reference, everything escaped, the same bytes for the same input.

mod data;
mod section;
mod tiles;

use crate::chart::escape;
use crate::voice::Voice;
use crate::{Document, Error, Section, Style};
use naata_answer::Action;
use naata_core::Finding;
use std::io::Write;

const CSS: &str = include_str!("page.css");
/// What a browser may do with the page: show it, with the styles it holds, and nothing else.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/// What every part of the page is written with.
struct Page<'p, 'a> {
    doc: &'p Document<'a>,
    voice: Voice<'a>,
    out: &'p mut dyn Write,
}

/// Writes the page.
pub(crate) fn document(doc: &Document<'_>, style: &Style, out: &mut dyn Write) -> Result<(), Error> {
    let voice = Voice::new(doc, style, !style.with_identities, "−");
    Page { doc, voice, out }.write(style)
}

impl<'a> Page<'_, 'a> {
    fn write(&mut self, style: &Style) -> Result<(), Error> {
        self.head(style)?;
        let doc = self.doc;
        // The week's page comes first, then what the page holds, what changed, and the other sections.
        let (first, rest): (Vec<_>, Vec<_>) =
            doc.sections.iter().enumerate().partition(|(_, s)| s.card.key == "pulse");
        for (i, s) in &first {
            self.section(*i, s)?;
        }
        if doc.sections.len() > 1 {
            let order: Vec<_> = first.iter().chain(&rest).copied().collect();
            self.contents(&order)?;
        }
        if !doc.changes.is_empty() {
            let title = escape(&self.voice.ui("changes"));
            write!(
                self.out,
                "<section id=\"changes\" class=\"small\">\n<h2>{title}</h2>\n<ul class=\"notes\">"
            )?;
            for m in &doc.changes {
                write!(self.out, "<li>{}</li>", escape(&self.voice.message(m)))?;
            }
            writeln!(self.out, "</ul>\n</section>")?;
        }
        for (i, s) in &rest {
            self.section(*i, s)?;
        }
        self.data()?;
        let footer = self.voice.ui("footer").replace("{version}", doc.version);
        writeln!(self.out, "</main>\n<footer><p>{}</p></footer>\n</div>\n</body>\n</html>", escape(&footer))?;
        Ok(())
    }

    fn head(&mut self, style: &Style) -> Result<(), Error> {
        let title = escape(self.doc.title);
        let day = self.doc.as_of.map(|day| self.voice.numbers.day(day));
        let as_of = day.map(|day| escape(&self.voice.ui("as_of").replace("{day}", &day))).unwrap_or_default();
        let dash = if as_of.is_empty() { "" } else { " – " };
        let kind = escape(&self.voice.ui("report_of"));
        let skip = escape(&self.voice.ui("skip"));
        write!(
            self.out,
            "<!DOCTYPE html>\n<html lang=\"{lang}\">\n<head>\n<meta charset=\"utf-8\"/>\n\
             <meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\"/>\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n\
             <meta name=\"color-scheme\" content=\"light dark\"/>\n<meta name=\"referrer\" content=\"no-referrer\"/>\n\
             <title>{title}{dash}{as_of}</title>\n<style>\n{CSS}</style>\n</head>\n<body>\n\
             <a class=\"skip\" href=\"#report\">{skip}</a>\n<div class=\"wrap\">\n\
             <header class=\"mast\"><p class=\"eyebrow\">{kind}</p><h1>{title}</h1><p class=\"asof\">{as_of}</p></header>\n\
             <main id=\"report\">\n",
            lang = style.lang.name(),
            policy = escape(POLICY),
        )?;
        Ok(())
    }

    fn contents(&mut self, order: &[(usize, &Section<'a>)]) -> Result<(), Error> {
        let title = escape(&self.voice.ui("contents"));
        write!(
            self.out,
            "<nav class=\"contents\" aria-labelledby=\"contents\">\n<h2 id=\"contents\">{title}</h2>\n<ol>"
        )?;
        for (i, s) in order {
            let question = escape(&self.voice.title(s.card));
            write!(self.out, "\n<li><a href=\"#{}\">{question}</a>", anchor(*i, s))?;
            let fact = s.answer.actions.iter().find_map(|a| match a {
                Action::Act { .. } => {
                    let facts = self.voice.action(a).1;
                    Some(facts.iter().map(|f| section::bare(f)).collect::<Vec<_>>().join(" · "))
                }
                Action::Nothing { .. } => None,
            });
            if let Some(fact) = fact {
                write!(self.out, "<span>{}</span>", escape(&fact))?;
            }
            write!(self.out, "</li>")?;
        }
        writeln!(self.out, "\n</ol>\n</nav>")?;
        Ok(())
    }

    /// A list of findings.
    fn findings(&mut self, all: &[&Finding]) -> Result<(), Error> {
        if all.is_empty() {
            return Ok(());
        }
        write!(self.out, "<ul class=\"found\">")?;
        for f in all {
            let severity = f.severity.name();
            let word = escape(&self.voice.ui(&format!("severity.{severity}")));
            let place = self.voice.place(f);
            let place = if place.is_empty() {
                String::new()
            } else {
                format!("<span class=\"place\">{}:</span> ", escape(&place))
            };
            let text = escape(&self.voice.finding(f));
            write!(
                self.out,
                "<li><span class=\"sev {severity}\">{word}</span> {place}{text} <code class=\"code\">{}</code></li>",
                escape(f.code)
            )?;
        }
        writeln!(self.out, "</ul>")?;
        Ok(())
    }
}

/// The id of a section.
fn anchor(i: usize, s: &Section<'_>) -> String {
    format!("s{i}-{}", crate::document::slug(s.card.key))
}
