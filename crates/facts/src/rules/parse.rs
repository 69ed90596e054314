//! From the text of a file to segments: every mistake of the file in one pass.

use super::check::{self, Reference};
use super::read::{Entry, Reader, Value, entries, near_date, near_key};
use super::vocabulary::{EXPECTED_DATE, FILE_KEYS, SEGMENT_KEYS, list};
use super::{Clause, Diagnostic, Rules, Segment};
use crate::{Kind, fold, nearest};
use naata_core::Zone;
use std::ops::Range;
use toml::de::{DeTable, DeValue};

pub(super) fn parse(text: &str, known: &[(&str, Kind)]) -> (Rules, Vec<Diagnostic>) {
    let (document, errors) = DeTable::parse_recoverable(text);
    let mut parser = Parser { r: Reader { text, known, faults: Vec::new() }, references: Vec::new() };
    let rules = parser.file(document.get_ref());
    let Parser { r, references } = parser;
    let mut faults = r.faults;
    let order = check::references(text, &rules.segments, &references, &mut faults);
    // What cannot be read as TOML spoils its own line; what else is said there follows from it.
    let broken: Vec<Diagnostic> = errors.iter().map(|e| syntax(text, e)).collect();
    faults.retain(|f| !broken.iter().any(|b| b.line == f.line));
    for b in broken {
        if faults.iter().all(|f| f.line != b.line || !f.code.starts_with("rules.syntax")) {
            faults.push(b);
        }
    }
    faults.sort_by_key(|f| (f.span.start, f.span.end));
    (Rules { order, ..rules }, faults)
}

/// A mistake of TOML; an impossible date and a key given twice have codes of their own.
fn syntax(text: &str, e: &toml::de::Error) -> Diagnostic {
    let span = e.span().unwrap_or(0..0);
    let message = e.message().trim().replace('\n', ", ");
    if message.starts_with("invalid date") {
        let token = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | ':' | '.' | '+');
        let rest = text.get(span.start..).unwrap_or_default();
        let value = rest.get(..rest.find(|c| !token(c)).unwrap_or(rest.len())).unwrap_or_default();
        let mut d = Diagnostic::at(text, span.start..span.start + value.len(), "rules.date");
        d.value = value.into();
        d.expected = EXPECTED_DATE.into();
        d.suggestion = near_date(value).map(|s| s.trim_matches('"').to_string());
        return d;
    }
    let mut d = Diagnostic::at(text, span, "rules.syntax");
    d.value = message;
    d
}

/// A file on its way to segments; [`clause`](super::clause) and [`tested`](super::tested) read what stands in them.
pub(super) struct Parser<'i> {
    pub(super) r: Reader<'i>,
    pub(super) references: Vec<Reference>,
}

impl<'i> Parser<'i> {
    fn file(&mut self, table: &DeTable<'i>) -> Rules {
        let mut rules = Rules { name: None, zone: None, segments: Vec::new(), order: Vec::new() };
        let mut any = false;
        for e in entries(table) {
            match e.key {
                "name" => rules.name = self.r.text(e.value, "\"...\"").map(str::to_string),
                "zone" => rules.zone = self.zone(e.value),
                "segment" => {
                    any = true;
                    self.segments(e.value, &mut rules.segments);
                }
                _ => {
                    self.unknown(&e, &FILE_KEYS);
                    // What was meant as a segment is read as one, so that its own mistakes are told too.
                    if near_key(e.key, &FILE_KEYS).as_deref() == Some("'segment'") {
                        any = true;
                        self.segments(e.value, &mut rules.segments);
                    }
                }
            }
        }
        if !any {
            self.r.fault(
                0..0,
                "rules.missing",
                "[[segment]]",
                "[[segment]] name = \"..\" when = { .. }",
                None,
            );
        }
        rules
    }

    fn zone(&mut self, value: &Value<'i>) -> Option<Zone> {
        let text = self.r.text(value, "\"Asia/Kolkata\"")?;
        let found = Zone::parse(text).ok();
        if found.is_none() {
            let zones =
                ["Asia/Kolkata", "Asia/Dhaka", "Asia/Kathmandu", "Asia/Dubai", "Europe/London", "UTC"];
            let near = nearest(text, zones.into_iter()).map(|z| format!("\"{z}\""));
            self.r.fault(value.span(), "rules.zone", text, "\"Asia/Kolkata\", \"+05:30\"", near);
        }
        found
    }

    fn segments(&mut self, value: &Value<'i>, out: &mut Vec<Segment>) {
        let DeValue::Array(items) = value.get_ref() else {
            return self.r.wrong(value, "[[segment]]", Some("[[segment]]".into()));
        };
        let mut names: Vec<(String, u64)> = Vec::new();
        for item in items {
            let DeValue::Table(table) = item.get_ref() else {
                self.r.wrong(item, "[[segment]]", None);
                continue;
            };
            self.segment(table, item.span(), &mut names, out);
        }
    }

    fn segment(
        &mut self,
        table: &DeTable<'i>,
        at: Range<usize>,
        names: &mut Vec<(String, u64)>,
        out: &mut Vec<Segment>,
    ) {
        let line = Diagnostic::at(self.r.text, at.clone(), "").line;
        let (mut name, mut title, mut action, mut priority, mut when) = (None, None, None, 0, None);
        let all = entries(table);
        let has = |key: &str| all.iter().any(|e| e.key == key);
        for e in &all {
            match e.key {
                "name" => name = self.name(e.value, names),
                "title" => title = self.r.text(e.value, "\"...\"").map(str::to_string),
                "action" => action = self.r.text(e.value, "\"...\"").map(str::to_string),
                "priority" => priority = self.r.integer(e.value, "10").unwrap_or(0),
                "when" => {
                    let of = self.references.len();
                    when = self.clause(e.value);
                    for r in self.references.iter_mut().skip(of) {
                        r.segment = out.len();
                    }
                }
                _ => self.unknown(e, &SEGMENT_KEYS),
            }
        }
        // A key that was mistyped is told as such, not also as missing.
        let mistyped =
            all.iter().any(|e| !SEGMENT_KEYS.contains(&e.key) && near_key(e.key, &SEGMENT_KEYS).is_some());
        let head = at.start..(at.start + "[[segment]]".len()).min(at.end.max(at.start));
        for (key, why) in [("name", "name = \"..\""), ("when", "when = { .. }")] {
            if !has(key) && !mistyped {
                self.r.fault(head.clone(), "rules.missing", key, why, None);
            }
        }
        out.push(Segment {
            // A segment without a usable name keeps its place, so that references keep theirs.
            name: name.unwrap_or_default(),
            title,
            action,
            priority,
            line,
            when: when.unwrap_or(Clause::Any(Vec::new())),
        });
    }

    fn name(&mut self, value: &Value<'i>, names: &mut Vec<(String, u64)>) -> Option<String> {
        let name = self.r.text(value, "\"...\"")?;
        let letter = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_') || is_mark(c);
        if !name.chars().all(letter) {
            let better: String = name.trim().chars().map(|c| if letter(c) { c } else { '-' }).collect();
            self.r.fault(value.span(), "rules.name", name, "", Some(format!("\"{better}\"")));
            return Some(name.into());
        }
        let line = Diagnostic::at(self.r.text, value.span(), "").line;
        if let Some((_, first)) = names.iter().find(|(n, _)| fold(n) == fold(name)) {
            let first = first.to_string();
            self.r.fault(value.span(), "rules.duplicate", name, first, None);
        }
        names.push((name.into(), line));
        Some(name.into())
    }

    fn unknown(&mut self, e: &Entry<'_, 'i>, allowed: &[&str]) {
        let near = near_key(e.key, allowed);
        self.r.fault(e.at.clone(), "rules.unknown_key", e.key, list(allowed), near);
    }
}

/// Signs that stand on a letter, as the vowel signs of Devanagari and Bengali: a part of a name like a letter.
fn is_mark(c: char) -> bool {
    matches!(c, '\u{0300}'..='\u{036F}' | '\u{0900}'..='\u{0DFF}')
}
