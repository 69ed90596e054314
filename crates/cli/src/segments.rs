//! `naata segments explain CUSTOMER`, `lint FILE`, `verify FILE`, `facts`: what goes with segments told in rules.

use crate::fail::{CHECK_FAILED, Fail};
use crate::work::Work;
use crate::{args, output, run};
use clap::{Arg, ArgMatches, Command};
use naata::facts::rules::{Diagnostic, PREFIX, Rules, Seen};
use naata::facts::{FactValue, Kind};
use naata::segments::sets::{Coverage, SegmentSet};
use naata_answer::{Action, Answer, Card, Cell, Column, Message, Table};
use naata_core::{Finding, Ids, Intake, Severity};
use naata_report::{Document, Format, Lang, Section, Words};
use std::fmt::Write as _;
use std::io::Write;
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

pub static LINT: Card = Card {
    key: "segments lint",
    version: 1,
    title: "Every mistake of a file of rules, with its place; exit 1 when there is one",
    unit: "mistakes",
    formula: "the file is read to its end; each mistake has its line, column and what was probably meant",
    source: "definition",
    assumptions: &["a fact that rules name must be one naata segments facts lists"],
    words: &["action.segments.linted"],
    example: "naata segments lint segments.toml",
};

pub static VERIFY: Card = Card {
    key: "segments verify",
    version: 1,
    title: "What a set of boxes for RFM scores leaves open, covers twice, or can never give; exit 1 unless it is a partition",
    unit: "cells",
    formula: "every cell of R, F and M is looked for in every box; of several boxes the first wins",
    source: "definition",
    assumptions: &["a name is unreachable when no cell gets it, whatever the customers"],
    words: &["action.segments.verified", "finding.segments.no_partition"],
    example: "naata segments verify boxes.toml",
};

pub static FACTS: Card = Card {
    key: "segments facts",
    version: 1,
    title: "Every fact that rules may name, with what it holds",
    unit: "-",
    formula: "what the analyses of the catalogue and the tables say about each customer",
    source: "definition",
    assumptions: &["a fact whose tables are absent is known for nobody"],
    words: &["action.segments.facts"],
    example: "naata segments facts --format markdown",
};

/// Adds the commands to the one of the catalogue.
pub fn with_commands(command: Command) -> Command {
    let file = |help: &'static str| Arg::new("file").value_name("FILE").required(true).help(help);
    command
        .subcommand(args::with_output(args::with_inputs(
            Command::new("explain")
                .about(EXPLAIN.title)
                .arg(Arg::new("customer").value_name("CUSTOMER").required(true).help("Id of the customer"))
                .after_help(format!("Example:\n  {}", EXPLAIN.example)),
        )))
        .subcommand(args::with_output(plainly(
            Command::new("lint").about(LINT.title).arg(file("Rules (TOML)")),
            &LINT,
        )))
        .subcommand(args::with_output(plainly(
            Command::new("verify").about(VERIFY.title).arg(file("Boxes (TOML)")),
            &VERIFY,
        )))
        .subcommand(args::with_output(plainly(Command::new("facts").about(FACTS.title), &FACTS)))
}

/// A command that reads no tables.
fn plainly(command: Command, card: &Card) -> Command {
    command
        .arg(
            Arg::new("quiet")
                .long("quiet")
                .short('q')
                .action(clap::ArgAction::SetTrue)
                .help("Say nothing on standard error but errors"),
        )
        .after_help(format!("Example:\n  {}", card.example))
}

/// Runs a subcommand, or the analysis itself.
pub fn run(m: &ArgMatches) -> Result<u8, Fail> {
    match m.subcommand() {
        Some(("explain", m)) => explain(m),
        Some(("lint", m)) => lint(m),
        Some(("verify", m)) => verify(m),
        Some(("facts", m)) => facts(m),
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

/// Writes an answer that rests on no tables and no day.
fn write(out: &args::Output, card: &Card, answer: &Answer) -> Result<(), Fail> {
    let document = Document {
        version: env!("CARGO_PKG_VERSION"),
        title: "naata",
        as_of: None,
        ids: &Ids::default(),
        intake: &Intake::default(),
        sections: vec![Section { card, parameters: Vec::new(), answer }],
        changes: Vec::new(),
        extra_words: &[],
        list_stem: None,
    };
    run::write(out, &document)
}

/// Writes text for people where the flags say.
fn plain(out: &args::Output, text: &str) -> Result<(), Fail> {
    let fill =
        |w: &mut (dyn Write + Send)| w.write_all(text.as_bytes()).map_err(|e| output::rendered(e.into()));
    match &out.file {
        Some(file) => output::write_file(file, fill),
        None => output::write_stdout(fill),
    }
}

fn lint(m: &ArgMatches) -> Result<u8, Fail> {
    let path = args::path(m, "file").unwrap_or_default();
    let text = text_of(&path)?;
    let out = args::output(m, None)?;
    let lang = out.style.lang;
    let (rules, faults) = Rules::lint(&text, &naata::known_facts());
    if out.format == Format::Table {
        let w = Words::new(lang, &[]);
        let count = |name: &str| match name {
            "segments" => Some((rules.segments.len().to_string(), Some(rules.segments.len() as f64))),
            "mistakes" => Some((faults.len().to_string(), Some(faults.len() as f64))),
            _ => None,
        };
        let mut told: String = faults.iter().map(|d| shown(d, &path, &text, lang) + "\n").collect();
        let key = if faults.is_empty() { "ui.rules.sound" } else { "ui.rules.mistakes" };
        let _ = writeln!(told, "{}", w.fill(&w.get(key), &count));
        plain(&out, &told)?;
    } else {
        let column = |f: &dyn Fn(&Diagnostic) -> Option<String>| {
            Column::Text(faults.iter().map(|d| f(d).filter(|t| !t.is_empty()).map(Into::into)).collect())
        };
        let count = |f: fn(&Diagnostic) -> u64| Column::Count(faults.iter().map(|d| Some(f(d))).collect());
        let mut answer = Answer::default();
        answer.set("segments", Cell::Count(rules.segments.len() as u64));
        answer.set("sound", Cell::Flag(faults.is_empty()));
        answer.tables.push(
            Table::figures("mistakes")
                .with("line", count(|d| d.line))
                .with("column", count(|d| d.column))
                .with("code", column(&|d| Some(d.code.into())))
                .with("message", column(&|d| Some(said(d, lang))))
                .with("value", column(&|d| Some(d.value.clone())))
                .with("expected", column(&|d| Some(d.expected.clone())))
                .with("suggestion", column(&|d| d.suggestion.clone())),
        );
        let file = path.display().to_string();
        answer.findings = faults.iter().map(|d| d.finding(&file)).collect();
        answer.actions.push(Action::Nothing { key: "segments.linted", values: Vec::new() });
        write(&out, &LINT, &answer)?;
    }
    Ok(if faults.is_empty() { 0 } else { CHECK_FAILED })
}

/// Reads a set of boxes.
pub fn read_boxes(path: &Path) -> Result<SegmentSet, Fail> {
    let text = text_of(path)?;
    let set: SegmentSet =
        toml::from_str(&text).map_err(|e| crate::project::toml_fail("set of boxes", path, &text, &e))?;
    set.check().map_err(|e| Fail::usage(e.code(), e.to_string()))?;
    Ok(set)
}

fn verify(m: &ArgMatches) -> Result<u8, Fail> {
    let path = args::path(m, "file").unwrap_or_default();
    let set = read_boxes(&path)?;
    let out = args::output(m, None)?;
    let found = set.verify();
    if out.format == Format::Table {
        plain(&out, &covered(&set, &found, out.style.lang))?;
    } else {
        write(&out, &VERIFY, &coverage(&set, &found, &path))?;
    }
    Ok(if found.is_partition() { 0 } else { CHECK_FAILED })
}

/// What a set covers, as text for people.
fn covered(set: &SegmentSet, found: &Coverage, lang: Lang) -> String {
    let name = |at: usize| set.boxes.get(at).map_or("", |b| b.name.as_str());
    let w = Words::new(lang, &[]);
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
    out
}

/// The same as an answer.
fn coverage(set: &SegmentSet, found: &Coverage, path: &Path) -> Answer {
    let name = |at: usize| set.boxes.get(at).map_or("", |b| b.name.as_str());
    let mut a = Answer::default();
    a.set("set", Cell::Text(set.name.as_str().into()));
    a.set("bins", Cell::Count(set.bins.into()));
    a.set("cells", Cell::Count(found.cells));
    a.set("open", Cell::Count(found.uncovered.len() as u64));
    a.set("doubly_covered", Cell::Count(found.doubly_covered));
    a.set("never", Cell::Count(found.unreachable.len() as u64));
    let count = |all: Vec<u64>| Column::Count(all.into_iter().map(Some).collect());
    let text = |all: Vec<&str>| Column::Text(all.into_iter().map(|t| Some(t.into())).collect());
    let score = |of: fn(&(u8, u8, u8)) -> u8| count(found.uncovered.iter().map(|c| of(c).into()).collect());
    a.tables = vec![
        Table::figures("boxes")
            .with("name", text(set.boxes.iter().map(|b| b.name.as_str()).collect()))
            .with("cells", count(found.boxes.iter().map(|b| b.0).collect()))
            .with("won", count(found.boxes.iter().map(|b| b.1).collect())),
        Table::figures("uncovered")
            .with("r", score(|c| c.0))
            .with("f", score(|c| c.1))
            .with("m", score(|c| c.2)),
        Table::figures("overlaps")
            .with("wins", text(found.overlaps.iter().map(|o| name(o.0)).collect()))
            .with("loses", text(found.overlaps.iter().map(|o| name(o.1)).collect()))
            .with("cells", count(found.overlaps.iter().map(|o| o.2).collect())),
        Table::figures("unreachable").with("name", text(found.unreachable.iter().map(|n| &**n).collect())),
    ];
    if !found.is_partition() {
        let finding =
            Finding::new("segments.no_partition", Severity::Error).file(&path.display().to_string());
        a.findings.push(
            finding
                .value(&set.name)
                .detail("open", &found.uncovered.len())
                .detail("double", &found.doubly_covered)
                .detail("never", &found.unreachable.len()),
        );
    }
    a.actions.push(Action::Nothing { key: "segments.verified", values: Vec::new() });
    a
}

/// What facts may hold, as words of the family `fact_kind`.
const KINDS: [&str; 6] = ["numbers", "counts", "amounts", "dates", "yes or no", "names"];

fn facts(m: &ArgMatches) -> Result<u8, Fail> {
    let out = args::output(m, None)?;
    let known = naata::known_facts();
    let from = |fact: &str| match naata::CATALOGUE.iter().find(|e| e.provides.contains(&fact)) {
        Some(entry) => format!("naata {}", entry.card.key),
        // What no analysis works out is read off a table.
        None if fact.starts_with("customers.") => "--customers".to_string(),
        None => "--lines".to_string(),
    };
    if out.format == Format::Table {
        let w = Words::new(out.style.lang, &[]);
        let width = known.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
        let holds = |kind: Kind| w.get(&format!("word.fact_kind.{}", kind.name()));
        let wide = known.iter().map(|(name, _)| from(name).len()).max().unwrap_or(0);
        let lines: String = known
            .iter()
            .map(|(name, kind)| format!("{name:width$}  {:wide$}  {}\n", from(name), holds(*kind)))
            .collect();
        return plain(&out, &lines).map(|()| 0);
    }
    let mut answer = Answer::default();
    answer.set("facts", Cell::Count(known.len() as u64));
    let kind = |kind: Kind| KINDS.iter().position(|k| *k == kind.name()).map(|at| at as u16);
    answer.tables.push(
        Table::figures("known")
            .with("fact", Column::Text(known.iter().map(|(name, _)| Some((*name).into())).collect()))
            .with(
                "holds",
                Column::Word {
                    family: "fact_kind",
                    names: &KINDS,
                    of: known.iter().map(|(_, k)| kind(*k)).collect(),
                },
            )
            .with("from", Column::Text(known.iter().map(|(name, _)| Some(from(name).into())).collect())),
    );
    answer.actions.push(Action::Nothing { key: "segments.facts", values: Vec::new() });
    write(&out, &FACTS, &answer).map(|()| 0)
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
    answer.findings = session.absent_findings();
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
