//! What an analysis or a finding code means, as text.

use crate::words::humanise;
use crate::{Error, Lang, Words, words};
use naata_answer::Card;
use std::io::Write;

/// Writes what an analysis is: its question, formula, source, assumptions and a command line that works.
pub fn explain(card: &Card, lang: Lang, out: &mut dyn Write) -> Result<(), Error> {
    let w = Words::new(lang, &[]);
    let title = w.find(&format!("title.{}", card.key)).unwrap_or(card.title);
    writeln!(out, "{}: {title}", card.key)?;
    if title != card.title {
        writeln!(out, "{}", card.title)?;
    }
    let mut part = |key: &str, text: &str| -> Result<(), Error> {
        if text.is_empty() {
            return Ok(());
        }
        Ok(writeln!(out, "\n{}\n  {}", w.get(&format!("ui.{key}")), text.replace('\n', "\n  "))?)
    };
    part("formula", card.formula)?;
    part("unit", card.unit)?;
    part("source", card.source)?;
    part("assumptions", &card.assumptions.join("\n"))?;
    part("example", card.example)
}

/// Writes what a finding code means and what to do about it; `false` when there is no such code.
pub fn explain_finding(code: &str, lang: Lang, out: &mut dyn Write) -> Result<bool, Error> {
    let key = format!("finding.{code}");
    if words(Lang::En, &key).is_none() {
        return Ok(false);
    }
    let w = Words::new(lang, &[]);
    // Without a finding at hand, the values a sentence mentions are shown by their names.
    let text = w.fill(&w.get(&key), &|name| Some((format!("<{name}>"), None)));
    writeln!(out, "{code}: {text}")?;
    if let Some(more) = w.find(&format!("{key}.more")) {
        writeln!(out, "\n{more}")?;
    }
    Ok(true)
}

/// A finding code that has words and looks most like an unknown one is not guessed here: the host lists these.
///
/// ```
/// assert!(naata_report::finding_codes().all(|code| !code.ends_with(".more")));
/// ```
pub fn finding_codes() -> impl Iterator<Item = &'static str> {
    crate::keys().filter_map(|k| k.strip_prefix("finding.")).filter(|code| !code.ends_with(".more"))
}

/// The question an analysis answers, in a language.
pub fn title(card: &Card, lang: Lang) -> String {
    let found = words(lang, &format!("title.{}", card.key));
    found.map_or_else(
        || if card.title.is_empty() { humanise(card.key) } else { card.title.into() },
        Into::into,
    )
}
