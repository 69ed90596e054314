//! Conditions: a table with one head, and what may stand beside it.

use super::check::Reference;
use super::parse::Parser;
use super::read::{Entry, Value, entries, near_key};
use super::vocabulary::{COMPARES, HEADS, MATCHES, WINDOW_KEYS, every_key, list, tests_of};
use super::{Clause, Diagnostic, Relation, Subject, Test};
use crate::{Compare, Field, Kind, Literal, Measure, Source, What, Window, fold, nearest};
use rust_decimal::Decimal;
use toml::de::DeValue;

impl<'i> Parser<'i> {
    /// One condition: a table with one head.
    pub(super) fn clause(&mut self, value: &Value<'i>) -> Option<Clause> {
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
