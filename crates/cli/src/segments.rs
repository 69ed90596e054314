//! `naata segments explain CUSTOMER`, `lint FILE`, `verify FILE`, `facts`: what goes with segments told in rules.

use crate::fail::{CHECK_FAILED, Fail};
use crate::work::Work;
use crate::{args, output, run};
use clap::{Arg, ArgMatches, Command};
use naata::facts::FactValue;
use naata::facts::rules::{Diagnostic, PREFIX, Rules, Seen};
use naata_answer::{Action, Answer, Card, Cell, Column, Message, Table};
use naata_report::{Document, Lang, Section, Words};
use std::fmt::Write as _;
use std::path::Path;

pub static EXPLAIN: Card = Card {
    key: "segments explain",
    version: 1,
    title: "Why a customer is in each segment, or not",
    unit: "-",
    formula: "the smallest set of clauses that settle it, whatever the others would say",
    source: "definition",
    assumptions: &[
        "unknown is not in: a clause that is not known keeps a customer out as one that is false does",
    ],
    words: &["message.segments.why", "action.segments.explained"],
    example: "naata segments explain C000001 --rules segments.toml -p shop",
};

/// Adds the commands to the one of the catalogue.
pub fn with_commands(command: Command) -> Command {
    let file = |help: &'static str| Arg::new("file").value_name("FILE").required(true).help(help);
    let lang = || {
        Arg::new("lang")
            .long("lang")
            .value_name("LANG")
            .value_parser(Lang::ALL.map(Lang::name))
            .help("Language of words: en, hi or bn")
    };
    let format = || {
        Arg::new("format")
            .long("format")
            .value_name("FORMAT")
            .value_parser(["table", "json"])
            .help("table or json")
    };
    command
        .subcommand(args::with_output(args::with_inputs(
            Command::new("explain")
                .about(EXPLAIN.title)
                .arg(Arg::new("customer").value_name("CUSTOMER").required(true).help("Id of the customer"))
                .after_help(format!("Example:\n  {}", EXPLAIN.example)),
        )))
        .subcommand(
            Command::new("lint")
                .about("Every mistake of a file of rules, with its place; exit 1 when there is one")
                .arg(file("Rules (TOML)"))
                .arg(lang())
                .arg(format())
                .after_help("Example:\n  naata segments lint segments.toml"),
        )
        .subcommand(
            Command::new("verify")
                .about("What a set of boxes for RFM scores leaves open, covers twice, or can never give; exit 1 unless it is a partition")
                .arg(file("Boxes (TOML)"))
                .arg(lang())
                .arg(format())
                .after_help("Example:\n  naata segments verify boxes.toml"),
        )
        .subcommand(
            Command::new("facts")
                .about("Every fact that rules may name, with what it holds")
                .after_help("Example:\n  naata segments facts"),
        )
}

/// Runs a subcommand, or the analysis itself.
pub fn run(m: &ArgMatches) -> Result<u8, Fail> {
    match m.subcommand() {
        Some(("explain", m)) => explain(m),
        Some(("lint", m)) => lint(m),
        Some(("verify", m)) => verify(m),
        Some(("facts", _)) => facts(),
        _ => run::run("segments", m),
    }
}

/// Reads a file of rules; its mistakes are told all at once.
pub fn read(path: &Path) -> Result<Rules, Fail> {
    let text = text_of(path)?;
    Rules::parse(&text, &naata::known_facts()).map_err(|e| match e {
        naata::facts::Error::Rules { faults } => {
            let shown: Vec<String> = faults.iter().map(|d| shown(d, path, &text, Lang::En)).collect();
            let n = faults.len();
            let mistakes = if n == 1 { "a mistake".to_string() } else { format!("{n} mistakes") };
            Fail::usage(
                "facts.rules",
                format!(
                    "use the rules {}: there {} {mistakes}",
                    path.display(),
                    if n == 1 { "is" } else { "are" }
                ),
            )
            .hint(shown.join("\n").trim_end().replace('\n', "\n  "))
        }
        other => Fail::usage(other.code(), other.to_string()),
    })
}

fn text_of(path: &Path) -> Result<String, Fail> {
    let bytes = std::fs::read(path)
        .map_err(|e| Fail { class: naata_core::Class::Usage, ..Fail::file("read", path, &e) })?;
    let text = String::from_utf8(bytes)
        .map_err(|_| Fail::usage("cli.toml", format!("read {}: it is not UTF-8 text", path.display())))?;
    Ok(text.strip_prefix('\u{FEFF}').map(str::to_string).unwrap_or(text))
}

/// A mistake in a language, with its line underlined.
fn shown(d: &Diagnostic, path: &Path, text: &str, lang: Lang) -> String {
    let (line, width) = d.underlined(text);
    let number = d.line.to_string();
    let blank = " ".repeat(number.len());
    // Tabs keep their width under themselves; everything else is taken as one cell a character.
    let column = usize::try_from(d.column).unwrap_or(1).saturating_sub(1);
    let before: String = line.chars().take(column).map(|c| if c == '\t' { '\t' } else { ' ' }).collect();
    format!(
        "{}:{}:{}: {} [{}]\n{blank} |\n{number} | {line}\n{blank} | {before}{}\n",
        path.display(),
        d.line,
        d.column,
        said(d, lang),
        d.code,
        "^".repeat(width),
    )
}

fn said(d: &Diagnostic, lang: Lang) -> String {
    let w = Words::new(lang, &[]);
    let fill = |key: &str| {
        w.fill(&w.get(key), &|name| {
            let value = match name {
                "value" => &d.value,
                "expected" => &d.expected,
                "suggestion" => d.suggestion.as_ref()?,
                _ => return None,
            };
            Some((value.clone(), None))
        })
    };
    let text = fill(&format!("finding.{}", d.code));
    if d.suggestion.is_some() { format!("{text} {}", fill("ui.finding.suggestion")) } else { text }
}

fn lang_of(m: &ArgMatches) -> Lang {
    args::text(m, "lang").and_then(|l| Lang::parse(&l)).unwrap_or_default()
}

/// Writes JSON with the head every result has.
fn json(schema: &str, result: &serde_json::Value) -> Result<(), Fail> {
    let whole = serde_json::json!({"naata": env!("CARGO_PKG_VERSION"), "schema": schema, "result": result});
    output::write_stdout(|out| writeln!(out, "{whole}").map_err(|e| output::rendered(e.into())))
}

fn plain(text: &str) -> Result<(), Fail> {
    output::write_stdout(|out| out.write_all(text.as_bytes()).map_err(|e| output::rendered(e.into())))
}

fn lint(m: &ArgMatches) -> Result<u8, Fail> {
    let path = args::path(m, "file").unwrap_or_default();
    let text = text_of(&path)?;
    let lang = lang_of(m);
    let (rules, faults) = Rules::lint(&text, &naata::known_facts());
    if args::text(m, "format").as_deref() == Some("json") {
        let one = |d: &Diagnostic| {
            serde_json::json!({
                "line": d.line, "column": d.column, "code": d.code, "message": said(d, lang),
                "value": d.value, "expected": d.expected, "suggestion": d.suggestion,
            })
        };
        let mistakes: Vec<serde_json::Value> = faults.iter().map(one).collect();
        json(
            "segments-lint/1",
            &serde_json::json!({"segments": rules.segments.len(), "mistakes": mistakes}),
        )?;
    } else {
        let w = Words::new(lang, &[]);
        let count = |name: &str| match name {
            "segments" => Some((rules.segments.len().to_string(), Some(rules.segments.len() as f64))),
            "mistakes" => Some((faults.len().to_string(), Some(faults.len() as f64))),
            _ => None,
        };
        let mut out: String = faults.iter().map(|d| shown(d, &path, &text, lang) + "\n").collect();
        let key = if faults.is_empty() { "ui.rules.sound" } else { "ui.rules.mistakes" };
        let _ = writeln!(out, "{}", w.fill(&w.get(key), &count));
        plain(&out)?;
    }
    Ok(if faults.is_empty() { 0 } else { CHECK_FAILED })
}

/// Reads a set of boxes.
pub fn read_boxes(path: &Path) -> Result<naata::segments::sets::SegmentSet, Fail> {
    let text = text_of(path)?;
    let set: naata::segments::sets::SegmentSet =
        toml::from_str(&text).map_err(|e| crate::project::toml_fail("set of boxes", path, &text, &e))?;
    set.check().map_err(|e| Fail::usage(e.code(), e.to_string()))?;
    Ok(set)
}

fn verify(m: &ArgMatches) -> Result<u8, Fail> {
    let path = args::path(m, "file").unwrap_or_default();
    let set = read_boxes(&path)?;
    let found = set.verify();
    let name = |at: usize| set.boxes.get(at).map_or("", |b| b.name.as_str());
    if args::text(m, "format").as_deref() == Some("json") {
        let boxes: Vec<serde_json::Value> = (set.boxes.iter().zip(&found.boxes))
            .map(|(b, (held, won))| serde_json::json!({"name": b.name, "cells": held, "won": won}))
            .collect();
        let overlaps: Vec<serde_json::Value> = (found.overlaps.iter())
            .map(|(a, b, n)| serde_json::json!({"first": name(*a), "second": name(*b), "cells": n}))
            .collect();
        json(
            "segments-verify/1",
            &serde_json::json!({
                "set": set.name, "bins": set.bins, "cells": found.cells, "uncovered": found.uncovered,
                "doubly_covered": found.doubly_covered, "unreachable": found.unreachable,
                "boxes": boxes, "overlaps": overlaps,
            }),
        )?;
    } else {
        let w = Words::new(lang_of(m), &[]);
        let line = |key: &str, n: u64| {
            let fill = |name: &str| match name {
                "n" => Some((n.to_string(), Some(n as f64))),
                "cells" => Some((found.cells.to_string(), None)),
                "set" => Some((set.name.clone(), None)),
                "else" => Some((set.otherwise.clone(), None)),
                _ => None,
            };
            w.fill(&w.get(&format!("ui.boxes.{key}")), &fill)
        };
        let mut out = format!("{}\n", line("head", found.cells));
        let _ = writeln!(out, "{}", line("uncovered", found.uncovered.len() as u64));
        // A row a pair of R and F, with the M scores that are open: five hundred triples are not for reading.
        let mut open: Vec<(u8, u8, Vec<String>)> = Vec::new();
        for (r, f, score) in &found.uncovered {
            match open.last_mut().filter(|(a, b, _)| (a, b) == (r, f)) {
                Some((_, _, scores)) => scores.push(score.to_string()),
                None => open.push((*r, *f, vec![score.to_string()])),
            }
        }
        for (r, f, scores) in open {
            let _ = writeln!(out, "  R {r}  F {f}  M {}", scores.join(" "));
        }
        let _ = writeln!(out, "{}", line("double", found.doubly_covered));
        for (a, b, n) in &found.overlaps {
            let _ = writeln!(out, "  {} > {}: {n}", name(*a), name(*b));
        }
        let _ = writeln!(out, "{}", line("unreachable", found.unreachable.len() as u64));
        for name in &found.unreachable {
            let _ = writeln!(out, "  {name}");
        }
        plain(&out)?;
    }
    Ok(if found.is_partition() { 0 } else { CHECK_FAILED })
}

fn facts() -> Result<u8, Fail> {
    let known = naata::known_facts();
    let width = known.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    let mut out = String::new();
    for (name, kind) in known {
        let _ = writeln!(out, "{name:width$}  {}", kind.name());
    }
    plain(&out).map(|()| 0)
}

/// A segment, whether the customer is in it, and one clause that settles it.
type Row<'a> = (&'a str, Option<bool>, Seen<'a>);

fn explain(m: &ArgMatches) -> Result<u8, Fail> {
    let work = Work::open(m, None)?;
    let out = args::output(m, work.lang())?;
    let id = args::text(m, "customer").unwrap_or_default();
    let who = work.base.ids.find(&id).ok_or_else(|| {
        Fail::usage("cli.customer", format!("find the customer '{id}'"))
            .hint("ids are compared as the files have them, with their zeros")
    })?;
    let mut session = work.session()?;
    let Some(rules) = &work.base.rules else {
        return Err(naata::Error::Missing { key: "segments", needs: vec![naata::Need::Rules] }.into());
    };
    let names: Vec<String> = rules.segments.iter().map(|s| format!("{PREFIX}{}", s.name)).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let facts = session.facts(&names)?;
    let mut rows: Vec<Row<'_>> = Vec::new();
    let mut inside = Vec::new();
    for s in &rules.segments {
        let why = rules.explain(&s.name, who, facts).map_err(naata::Error::from)?;
        if why.member == Some(true) {
            inside.push(s.name.as_str());
        }
        rows.extend(why.clauses.into_iter().map(|seen| (s.name.as_str(), why.member, seen)));
    }
    let text = |f: fn(&Row<'_>) -> String| Column::Text(rows.iter().map(|r| Some(f(r).into())).collect());
    let mut answer = Answer::default();
    answer.set("segments", Cell::Count(rules.segments.len() as u64));
    answer.set("inside", Cell::Count(inside.len() as u64));
    answer.messages.push(
        Message::new("segments.why")
            .with("inside", Cell::Count(inside.len() as u64))
            .with("all", Cell::Count(rules.segments.len() as u64))
            .with(
                "segments",
                Cell::Text(if inside.is_empty() { "–".into() } else { inside.join(", ").into() }),
            ),
    );
    answer.tables.push(
        Table::figures("clauses")
            .with("segment", text(|r| r.0.into()))
            .with("member", Column::Flag(rows.iter().map(|r| r.1).collect()))
            .with("line", Column::Count(rows.iter().map(|r| Some(r.2.test.line)).collect()))
            .with("clause", text(|r| r.2.test.text.clone()))
            .with("holds", Column::Flag(rows.iter().map(|r| r.2.holds).collect()))
            .with("seen", Column::Mixed(rows.iter().map(|r| cell(r.2.value)).collect())),
    );
    answer.actions.push(Action::Nothing { key: "segments.explained", values: Vec::new() });
    let parameters = vec![("customer", id)];
    let document = Document {
        sections: vec![Section { card: &EXPLAIN, parameters, answer: &answer }],
        ..work.document()
    };
    work.host.clear();
    run::write(&out, &document)?;
    Ok(0)
}

fn cell(value: Option<FactValue<'_>>) -> Cell {
    match value {
        None => Cell::Missing,
        Some(FactValue::Number(x)) => Cell::Number(x),
        Some(FactValue::Count(n)) => Cell::Count(n),
        Some(FactValue::Money(m, unit)) => Cell::Money(m, unit),
        Some(FactValue::Day(d)) => Cell::Day(d),
        Some(FactValue::Flag(b)) => Cell::Flag(b),
        Some(FactValue::Class(name)) => Cell::Text(name.into()),
    }
}
