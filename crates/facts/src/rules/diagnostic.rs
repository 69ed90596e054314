//! Mistakes in a file of rules: what is wrong, where, and what was probably meant.

use naata_core::{Finding, Severity};
use std::fmt;
use std::ops::Range;

/// One mistake, with its place in the file.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Diagnostic {
    /// A stable code, such as `rules.unknown_fact`.
    pub code: &'static str,
    /// The bytes of the file it is about.
    pub span: Range<usize>,
    /// The line, counted from 1.
    pub line: u64,
    /// The character of the line, counted from 1.
    pub column: u64,
    /// What was found.
    pub value: String,
    /// What was expected, or what it clashes with.
    pub expected: String,
    /// What was probably meant.
    pub suggestion: Option<String>,
}

/// Every code with the sentence it stands for; `{v}` is the value, `{e}` what was expected.
const SENTENCES: [(&str, &str); 19] = [
    ("rules.syntax", "this is no TOML: {v}"),
    ("rules.unknown_key", "there is no key '{v}' here; there are {e}"),
    ("rules.misplaced", "'{v}' has no meaning beside '{e}'"),
    ("rules.unknown_fact", "there is no fact '{v}'"),
    ("rules.unknown_segment", "there is no segment '{v}' in this file"),
    ("rules.unknown_source", "there is nothing called '{v}' to count; there are {e}"),
    ("rules.type", "'{v}' is of the wrong kind; expected one such as {e}"),
    ("rules.empty", "'{v}' is empty, so that nobody or everybody would meet it"),
    ("rules.reversed", "{v} comes after {e}, so that nobody can meet it"),
    ("rules.date", "there is no date '{v}'; expected one such as {e}"),
    ("rules.span", "'{v}' is no length of time; expected one such as {e}"),
    ("rules.number", "'{v}' is no number; expected one such as {e}"),
    ("rules.duplicate", "the name '{v}' is taken by the segment in line {e}"),
    ("rules.missing", "{v} is missing; expected one such as {e}"),
    (
        "rules.two_heads",
        "'{v}' and '{e}' cannot stand in one condition; put each into a condition of its own",
    ),
    ("rules.no_test", "'{v}' says what to look at and not what must hold; add one of {e}"),
    ("rules.cycle", "segments need each other in a circle: {v}"),
    ("rules.name", "'{v}' is no name of a segment; expected letters, digits, - and _"),
    ("rules.zone", "there is no time zone '{v}'; expected one such as {e}"),
];

impl Diagnostic {
    /// All codes.
    pub fn codes() -> impl Iterator<Item = &'static str> {
        SENTENCES.iter().map(|(code, _)| *code)
    }

    /// A mistake at a place of a text.
    pub(super) fn at(text: &str, span: Range<usize>, code: &'static str) -> Self {
        let start = floor(text, span.start);
        let before = text.get(..start).unwrap_or_default();
        let line = before.matches('\n').count() as u64 + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() as u64 + 1;
        let span = start..floor(text, span.end).max(start);
        Self { code, span, line, column, value: String::new(), expected: String::new(), suggestion: None }
    }

    /// The line it is on, and how many characters of it are meant, beginning with its column.
    pub fn underlined<'t>(&self, text: &'t str) -> (&'t str, usize) {
        let line_at = usize::try_from(self.line).unwrap_or(usize::MAX).saturating_sub(1);
        let line = text.split('\n').nth(line_at).unwrap_or_default().trim_end_matches('\r');
        let meant = text.get(self.span.clone()).unwrap_or_default().split('\n').next().unwrap_or_default();
        (line, meant.trim_end().chars().count().max(1))
    }

    /// The mistake as a finding about a file; its words hang on the code.
    pub fn finding(&self, file: &str) -> Finding {
        let mut finding = Finding::new(self.code, Severity::Error).file(file).line(self.line);
        finding = finding.detail("character", &self.column).value(&self.value).expected(&self.expected);
        match &self.suggestion {
            Some(s) => finding.suggestion(s),
            None => finding,
        }
    }
}

/// The nearest place at or before a byte at which a character begins.
fn floor(text: &str, at: usize) -> usize {
    (0..=at.min(text.len())).rev().find(|i| text.is_char_boundary(*i)).unwrap_or(0)
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sentence = SENTENCES.iter().find(|(code, _)| *code == self.code).map_or("", |(_, s)| s);
        let mut rest = sentence;
        while let Some((before, after)) = rest.split_once('{') {
            f.write_str(before)?;
            f.write_str(if after.starts_with('v') { &self.value } else { &self.expected })?;
            rest = after.get(2..).unwrap_or_default();
        }
        f.write_str(rest)?;
        match &self.suggestion {
            Some(s) => write!(f, "; did you mean {s}?"),
            None => Ok(()),
        }
    }
}
