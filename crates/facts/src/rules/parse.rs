//! From the text of a file to segments: every mistake of the file in one pass.

use super::check::{self, Reference};
use super::read::{Entry, Reader, Value, entries, near_date, near_key};
use super::{Clause, Diagnostic, Relation, Rules, Segment, Subject, Test};
use crate::{
    Bound, Compare, Edge, Field, Kind, Literal, Measure, Source, TextMatch, What, Window, fold, nearest,
};
use naata_core::Zone;
use rust_decimal::Decimal;
use std::cmp::Ordering;
use std::ops::Range;
use toml::de::{DeTable, DeValue};

const FILE_KEYS: [&str; 3] = ["name", "zone", "segment"];
const SEGMENT_KEYS: [&str; 5] = ["name", "title", "action", "priority", "when"];
const HEADS: [&str; 14] = [
    "all", "any", "not", "fact", "segment", "count", "days", "sum", "mean", "first", "last", "some", "none",
    "first-in",
];
const COMPARES: [(&str, Compare); 6] = [
    ("is", Compare::Equal),
    ("is-not", Compare::NotEqual),
    ("above", Compare::Above),
    ("at-least", Compare::AtLeast),
    ("below", Compare::Below),
    ("at-most", Compare::AtMost),
];
const MATCHES: [(&str, TextMatch); 3] = [
    ("contains", TextMatch::Contains),
    ("starts-with", TextMatch::StartsWith),
    ("equals", TextMatch::Equals),
];
const WINDOW_KEYS: [&str; 5] = ["within", "since", "after", "until", "before"];
const EXPECTED_DATE: &str = "2026-03-31";
const ORDERED: [&str; 5] = ["above", "at-least", "below", "at-most", "between"];

/// The tests a fact of a kind may be put to.
fn tests_of(kind: Kind) -> Vec<&'static str> {
    let mut all = vec!["is", "is-not", "in", "not-in", "missing"];
    match kind {
        Kind::Flag => all = vec!["is", "is-not", "missing"],
        Kind::Class => all.extend(MATCHES.iter().map(|m| m.0)),
        Kind::Day => {
            all.extend(ORDERED);
            all.extend(WINDOW_KEYS);
        }
        Kind::Number | Kind::Count | Kind::Money => all.extend(ORDERED),
    }
    all
}

/// Everything that may stand in a condition.
fn every_key() -> Vec<&'static str> {
    let mut all = HEADS.to_vec();
    all.extend(COMPARES.iter().map(|c| c.0));
    all.extend(["between", "in", "not-in", "missing", "of"]);
    all.extend(MATCHES.iter().map(|m| m.0));
    all.extend(WINDOW_KEYS);
    all.extend(Field::ALL.iter().map(|f| f.0));
    all
}

fn list(keys: &[&str]) -> String {
    keys.join(", ")
}

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

/// A bound, and whether it lies inside.
type Bounded = Option<(Literal, bool)>;

struct Parser<'i> {
    r: Reader<'i>,
    references: Vec<Reference>,
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

    /// One condition: a table with one head.
    fn clause(&mut self, value: &Value<'i>) -> Option<Clause> {
        let DeValue::Table(table) = value.get_ref() else {
            // A list where a table is meant: the usual slip is to leave out the "all".
            let near = matches!(value.get_ref(), DeValue::Array(_)).then(|| "{ all = [..] }".to_string());
            self.r.wrong(value, "{ .. }", near);
            return None;
        };
        self.headed(&entries(table), value)
    }

    fn headed(&mut self, all: &[Entry<'_, 'i>], value: &Value<'i>) -> Option<Clause> {
        let heads: Vec<&Entry<'_, 'i>> = all.iter().filter(|e| HEADS.contains(&e.key)).collect();
        let Some(head) = heads.first() else {
            return self.headless(all, value);
        };
        if let Some(second) = heads.get(1) {
            self.r.fault(second.at.clone(), "rules.two_heads", second.key, head.key, None);
            return None;
        }
        let rest: Vec<&Entry<'_, 'i>> = all.iter().filter(|e| e.key != head.key).collect();
        match head.key {
            "all" | "any" => {
                self.refuse(&rest, head.key, &[]);
                let parts = match head.value.get_ref() {
                    DeValue::Array(_) => self.r.list(head.key, head.value),
                    _ => {
                        self.r.wrong(head.value, "[{ .. }, { .. }]", None);
                        return None;
                    }
                };
                let parts: Vec<Clause> = parts.into_iter().filter_map(|p| self.clause(p)).collect();
                Some(if head.key == "all" { Clause::All(parts) } else { Clause::Any(parts) })
            }
            "not" => {
                self.refuse(&rest, head.key, &[]);
                self.clause(head.value).map(|c| Clause::Not(Box::new(c)))
            }
            "fact" => self.fact(head, &rest, value),
            "segment" => self.in_segment(head, &rest, value),
            _ => self.behaviour(head, &rest, value),
        }
    }

    /// A condition without a head: a mistyped one is told as such.
    fn headless(&mut self, all: &[Entry<'_, 'i>], value: &Value<'i>) -> Option<Clause> {
        let keys = every_key();
        let unknown = || all.iter().filter(|e| !keys.contains(&e.key));
        let meant = |key: &str| {
            let near = near_key(key, &HEADS)?;
            HEADS.into_iter().find(|h| near == format!("'{h}'"))
        };
        if let Some((slip, head)) = unknown().find_map(|e| Some((e, meant(e.key)?))) {
            let near = Some(format!("'{head}'"));
            self.r.fault(slip.at.clone(), "rules.unknown_key", slip.key, list(&HEADS), near);
            // Read as it was meant, so that what else is wrong with it is told too.
            let mended: Vec<Entry<'_, 'i>> = all
                .iter()
                .map(|e| Entry {
                    key: if e.at == slip.at { head } else { e.key },
                    at: e.at.clone(),
                    value: e.value,
                })
                .collect();
            return self.headed(&mended, value);
        }
        let mut told = false;
        for e in unknown() {
            told = true;
            self.r.fault(e.at.clone(), "rules.unknown_key", e.key, list(&HEADS), near_key(e.key, &keys));
        }
        if !told {
            let at = all.first().map_or(value.span(), |e| e.at.clone());
            self.r.fault(at, "rules.missing", "fact", list(&HEADS), None);
        }
        None
    }

    /// Notes every key that has no place beside a head.
    fn refuse(&mut self, rest: &[&Entry<'_, 'i>], head: &str, allowed: &[&str]) {
        let keys = every_key();
        for e in rest.iter().filter(|e| !allowed.contains(&e.key)) {
            if keys.contains(&e.key) {
                let near = misplaced(e.key, head, allowed);
                self.r.fault(e.at.clone(), "rules.misplaced", e.key, head, near);
            } else {
                let near = near_key(e.key, allowed);
                self.r.fault(e.at.clone(), "rules.unknown_key", e.key, list(allowed), near);
            }
        }
    }

    fn test(&self, subject: Subject, relations: Vec<Relation>, value: &Value<'i>) -> Clause {
        let line = Diagnostic::at(self.r.text, value.span(), "").line;
        Clause::Test(Test { subject, relations, text: self.r.source(value.span()), line })
    }

    fn fact(&mut self, head: &Entry<'_, 'i>, rest: &[&Entry<'_, 'i>], value: &Value<'i>) -> Option<Clause> {
        let name = self.r.text(head.value, "\"customers.city\"")?;
        let Some((name, kind)) = self.r.known.iter().find(|(n, _)| *n == name).copied() else {
            let near = nearest(name, self.r.known.iter().map(|k| k.0)).map(|n| format!("\"{n}\""));
            self.r.fault(head.value.span(), "rules.unknown_fact", name, "", near);
            // The keys beside it can be judged whatever its kind.
            let every = [tests_of(Kind::Day), tests_of(Kind::Class)].concat();
            self.refuse(rest, head.key, &every);
            return None;
        };
        let allowed = tests_of(kind);
        self.refuse(rest, head.key, &allowed);
        let mut relations = self.relations(rest, kind);
        if kind == Kind::Day
            && let Some(window) = self.window(rest)
        {
            relations.push(Relation::In(window));
        }
        if relations.is_empty() && kind == Kind::Flag && rest.is_empty() {
            relations.push(Relation::Compare(Compare::Equal, Literal::Flag(true)));
        }
        if relations.is_empty() {
            self.untested(head, rest, &allowed);
            return None;
        }
        Some(self.test(Subject::Fact(name.into()), relations, value))
    }

    /// Notes that nothing is asked of a subject, unless something was asked and could not be read.
    fn untested(&mut self, head: &Entry<'_, 'i>, rest: &[&Entry<'_, 'i>], allowed: &[&str]) {
        let judged =
            [&COMPARES.map(|c| c.0)[..], &MATCHES.map(|m| m.0), &["between", "in", "not-in", "missing"]];
        let tried = rest.iter().any(|e| judged.concat().contains(&e.key) || !every_key().contains(&e.key));
        let windowed = allowed.contains(&"within") && rest.iter().any(|e| WINDOW_KEYS.contains(&e.key));
        if !tried && !windowed {
            self.r.fault(head.at.clone(), "rules.no_test", head.key, list(allowed), None);
        }
    }

    fn in_segment(
        &mut self,
        head: &Entry<'_, 'i>,
        rest: &[&Entry<'_, 'i>],
        value: &Value<'i>,
    ) -> Option<Clause> {
        self.refuse(rest, head.key, &["is"]);
        let name = self.r.text(head.value, "\"...\"")?;
        self.references.push(Reference { segment: 0, name: name.into(), at: head.value.span() });
        let mut relations = self.relations(rest, Kind::Flag);
        if relations.is_empty() {
            relations.push(Relation::Compare(Compare::Equal, Literal::Flag(true)));
        }
        Some(self.test(Subject::Segment(name.into()), relations, value))
    }

    fn behaviour(
        &mut self,
        head: &Entry<'_, 'i>,
        rest: &[&Entry<'_, 'i>],
        value: &Value<'i>,
    ) -> Option<Clause> {
        let names: Vec<&str> = Source::ALL.iter().map(|(n, _)| *n).collect();
        let (what, named) = if head.key == "first-in" {
            let span = self.r.span(head.value);
            let Some(of) = rest.iter().find(|e| e.key == "of") else {
                let expected = format!("of = {}", list(&names));
                self.r.fault(head.at.clone(), "rules.missing", "of", expected, None);
                return None;
            };
            (span.map(What::Again), of.value)
        } else {
            let what = match head.key {
                "days" => What::Days,
                "sum" => What::Sum,
                "mean" => What::Mean,
                "first" => What::First,
                "last" => What::Last,
                _ => What::Count,
            };
            (Some(what), head.value)
        };
        let text = self.r.text(named, "\"purchases\"");
        let of = text.and_then(|name| {
            let found = Source::parse(name);
            if found.is_none() {
                let near = near_source(name, &names);
                self.r.fault(named.span(), "rules.unknown_source", name, list(&names), near);
            }
            found
        });
        let mut allowed: Vec<&str> = Field::ALL.iter().map(|f| f.0).collect();
        if let Some(of) = of {
            allowed = of.fields().iter().map(|f| f.name()).collect();
        }
        let kind = match what {
            Some(What::First | What::Last) => Kind::Day,
            Some(What::Sum | What::Mean) if of == Some(Source::Surveys) => Kind::Number,
            Some(What::Sum | What::Mean) => Kind::Money,
            Some(What::Again(_)) => Kind::Flag,
            _ => Kind::Count,
        };
        let tested = !matches!(head.key, "some" | "none" | "first-in");
        let tests = if tested { tests_of(kind) } else { Vec::new() };
        allowed.extend(&tests);
        allowed.extend(WINDOW_KEYS);
        if head.key == "first-in" {
            allowed.push("of");
        }
        self.refuse(rest, head.key, &allowed);
        if let (Some(What::Sum | What::Mean), Some(of)) = (what, of)
            && !of.adds_up()
        {
            let sums = Source::ALL.iter().filter(|s| s.1.adds_up()).map(|s| s.0).collect::<Vec<_>>();
            let (text, expected) = (self.r.source(named.span()), list(&sums));
            self.r.fault(named.span(), "rules.type", text, expected, Some("'count'".into()));
        }
        let filter = self.filter(rest);
        let window = self.window(rest);
        let mut relations = if tested { self.relations(rest, kind) } else { Vec::new() };
        let zero = || Literal::Number(Decimal::ZERO);
        match (head.key, kind) {
            ("some", _) => relations.push(Relation::Compare(Compare::Above, zero())),
            ("none", _) => relations.push(Relation::Compare(Compare::Equal, zero())),
            ("first-in", _) => relations.push(Relation::Compare(Compare::Equal, Literal::Flag(true))),
            // The days of the first and the last are tested by a window; it does not choose the rows.
            (_, Kind::Day) => relations.extend(window.map(Relation::In)),
            _ => {}
        }
        if relations.is_empty() {
            self.untested(head, rest, &tests);
            return None;
        }
        let window = if kind == Kind::Day { Window::default() } else { window.unwrap_or_default() };
        let measure = Measure { what: what?, of: of?, filter, window };
        Some(self.test(Subject::Measure(measure), relations, value))
    }

    fn filter(&mut self, rest: &[&Entry<'_, 'i>]) -> Vec<(Field, Vec<String>)> {
        let mut out = Vec::new();
        for e in rest {
            let Some((_, field)) = Field::ALL.iter().find(|(n, _)| *n == e.key) else { continue };
            let values = self.r.list(e.key, e.value);
            let mut texts: Vec<String> =
                values.into_iter().filter_map(|v| self.r.text(v, "\"...\"").map(fold)).collect();
            texts.sort();
            texts.dedup();
            out.push((*field, texts));
        }
        out.sort();
        out
    }

    /// The window the keys state; `None` when there is none.
    fn window(&mut self, rest: &[&Entry<'_, 'i>]) -> Option<Window> {
        let mut window = Window::default();
        let (mut start, mut end): (Option<&Entry<'_, 'i>>, Option<&Entry<'_, 'i>>) = (None, None);
        for e in rest.iter().filter(|e| WINDOW_KEYS.contains(&e.key)) {
            let begins = matches!(e.key, "within" | "since" | "after");
            let mine = if begins { &mut start } else { &mut end };
            if let Some(other) = mine {
                let other = other.key.to_string();
                self.r.fault(e.at.clone(), "rules.two_heads", e.key, other, None);
                continue;
            }
            *mine = Some(e);
            let edge =
                if e.key == "within" { self.r.span(e.value).map(Edge::Ago) } else { self.r.edge(e.value) };
            let inside = matches!(e.key, "since" | "until");
            let bound = edge.map(|edge| Bound { edge, inside });
            if begins {
                window.from = bound;
            } else {
                window.to = bound;
            }
        }
        // Two dates, or two lengths of time, can be told to be reversed without knowing the day one stands on.
        if let (Some(a), Some(b), Some(e)) = (window.from, window.to, end) {
            let same = matches!((a.edge, b.edge), (Edge::On(_), Edge::On(_)) | (Edge::Ago(_), Edge::Ago(_)));
            let far = naata_core::Day(0);
            let (first, last) = (a.edge.day(far), b.edge.day(far));
            let least = i64::from(!a.inside) + i64::from(!b.inside);
            if same && last.since(first) < least {
                self.r.fault(e.value.span(), "rules.reversed", a.edge.to_string(), b.edge.to_string(), None);
            }
        }
        (!window.is_open()).then_some(window)
    }

    /// The tests the keys state, of a subject of a kind.
    fn relations(&mut self, rest: &[&Entry<'_, 'i>], kind: Kind) -> Vec<Relation> {
        let allowed = tests_of(kind);
        let mut out = Vec::new();
        let (mut low, mut high): (Bounded, Bounded) = (None, None);
        for e in rest.iter().filter(|e| allowed.contains(&e.key)) {
            if let Some((_, compare)) = COMPARES.iter().find(|(k, _)| *k == e.key) {
                let Some(value) = self.r.literal(e.value, kind) else { continue };
                match compare {
                    Compare::Above | Compare::AtLeast => {
                        low = Some((value.clone(), *compare == Compare::AtLeast));
                    }
                    Compare::Below | Compare::AtMost => {
                        high = Some((value.clone(), *compare == Compare::AtMost));
                    }
                    _ => {}
                }
                self.reversed(&low, &high, e);
                out.push(Relation::Compare(*compare, value));
            } else if let Some((_, how)) = MATCHES.iter().find(|(k, _)| *k == e.key) {
                let text = self.r.text(e.value, "\"...\"");
                out.extend(text.map(|t| Relation::Text(*how, t.into())));
            } else if e.key == "between" {
                out.extend(self.between(e, kind));
            } else if matches!(e.key, "in" | "not-in") {
                if !matches!(e.value.get_ref(), DeValue::Array(_)) {
                    let text = self.r.source(e.value.span());
                    self.r.wrong(e.value, "[..]", Some(format!("[{text}]")));
                    continue;
                }
                let values = self.r.list(e.key, e.value);
                let literals: Vec<Literal> =
                    values.into_iter().filter_map(|v| self.r.literal(v, kind)).collect();
                if !literals.is_empty() {
                    out.push(Relation::OneOf(literals, e.key == "in"));
                }
            } else if e.key == "missing" {
                out.extend(self.r.flag(e.value).map(Relation::Missing));
            }
        }
        out
    }

    fn between(&mut self, e: &Entry<'_, 'i>, kind: Kind) -> Option<Relation> {
        let pair = match e.value.get_ref() {
            DeValue::Array(items) => items.iter().collect::<Vec<_>>(),
            _ => Vec::new(),
        };
        let [low, high] = pair.as_slice() else {
            self.r.wrong(e.value, "[1, 2]", None);
            return None;
        };
        let (a, b) = (self.r.literal(low, kind), self.r.literal(high, kind));
        let (a, b) = (a?, b?);
        if order(&a, &b) == Some(Ordering::Greater) {
            let (x, y) = (self.r.source(low.span()), self.r.source(high.span()));
            let swapped = format!("[{y}, {x}]");
            self.r.fault(e.value.span(), "rules.reversed", x, y, Some(swapped));
        }
        Some(Relation::Between(a, b))
    }

    /// Notes bounds of one condition that leave nothing between them.
    fn reversed(&mut self, low: &Bounded, high: &Bounded, e: &Entry<'_, 'i>) {
        let (Some((a, a_in)), Some((b, b_in))) = (low, high) else { return };
        let nothing = match order(a, b) {
            Some(Ordering::Greater) => true,
            Some(Ordering::Equal) => !(*a_in && *b_in),
            _ => false,
        };
        if nothing {
            self.r.fault(e.value.span(), "rules.reversed", said(a), said(b), None);
        }
    }
}

fn order(a: &Literal, b: &Literal) -> Option<Ordering> {
    match (a, b) {
        (Literal::Number(a), Literal::Number(b)) => Some(a.cmp(b)),
        (Literal::Day(a), Literal::Day(b)) => Some(a.cmp(b)),
        _ => None,
    }
}

fn said(value: &Literal) -> String {
    match value {
        Literal::Number(n) => n.to_string(),
        Literal::Day(d) => d.to_string(),
        Literal::Flag(b) => b.to_string(),
        Literal::Text(t) => t.clone(),
    }
}

/// Signs that stand on a letter, as the vowel signs of Devanagari and Bengali: a part of a name like a letter.
fn is_mark(c: char) -> bool {
    matches!(c, '\u{0300}'..='\u{036F}' | '\u{0900}'..='\u{0DFF}')
}

/// What was probably meant to be counted.
fn near_source(name: &str, names: &[&str]) -> Option<String> {
    let said = match name {
        "events" | "visits" | "activities" => Some("touches"),
        "items" | "products" => Some("lines"),
        "campaigns" | "emails" | "messages" => Some("sends"),
        "answers" | "scores" => Some("surveys"),
        "returns" => Some("refunds"),
        "transactions" | "sales" => Some("purchases"),
        _ => nearest(name, names.iter().copied()),
    };
    said.map(|s| format!("\"{s}\""))
}

/// What was probably meant by a key that has no place here.
fn misplaced(key: &str, head: &str, allowed: &[&str]) -> Option<String> {
    match key {
        "category" | "item" if allowed.contains(&"within") => Some(format!("{head} = \"orders\"")),
        "contains" | "starts-with" | "equals" if allowed.contains(&"is") => Some("'is'".into()),
        "within" if allowed.contains(&"at-most") => Some("'at-most'".into()),
        _ => None,
    }
}
