//! From flags and project file to a sealed base: what every command that reads tables does first.

use crate::args;
use crate::fail::Fail;
use crate::host::{Host, today};
use crate::project::{self, Project};
use crate::stdin;
use clap::ArgMatches;
use naata::{Base, Session};
use naata_core::{Context, Currency, Day, TableKind, Zone};
use naata_ingest::{ColumnRef, Limit, Options, Reading, Scratch, Source};
use naata_loyalty::{Event, Programme};
use naata_report::Document;
use std::io::Read;
use std::path::{Path, PathBuf};

/// The base, the day one stands on, and the host.
#[derive(Debug)]
pub struct Work {
    pub base: Base,
    pub as_of: Day,
    pub host: Host,
    /// The file of names for scores, as it was named.
    boxes: Option<String>,
    history_from: Option<Day>,
    seed: u64,
    project: Option<Project>,
}

impl Work {
    /// Reads everything the flags and the project name; the rows of those tables are kept that the analysis `key`
    /// needs, of all tables without one.
    pub fn open(m: &ArgMatches, key: Option<&str>) -> Result<Self, Fail> {
        let quiet = args::flag(m, "quiet");
        let host = Host::new(args::number(m, "threads")?.unwrap_or(0), quiet);
        let files = table_flags(m);
        // Flags stand for themselves: a project found upward must not mix its tables in.
        let project = if files.is_empty() || args::path(m, "project").is_some() {
            project::find(args::path(m, "project").as_deref())?
        } else {
            None
        };
        let sources = sources(m, files, project.as_ref())?;
        if sources.is_empty() {
            return Err(Fail::usage("cli.no_tables", "find a table to read")
                .hint("name files (--purchases orders.csv), or a project (-p DIR); naata init writes one from a folder of CSVs"));
        }
        let head = project.as_ref().map(|p| &p.project);
        let stated = |flag: &str, from: fn(&project::Head) -> Option<String>| {
            args::text(m, flag).or_else(|| head.and_then(from))
        };
        let currency = stated("currency", |h| h.currency.clone()).map(|c| Currency::parse(&c)).transpose()?;
        let zone = stated("time-zone", |h| h.time_zone.clone()).map_or(Ok(Zone::UTC), |z| Zone::parse(&z))?;
        // A report, which reads all tables, compares what files held by month; no single analysis does.
        let options = Options { currency, zone, today: today(), digest: key.is_none(), ..Options::default() };
        let stated_as_of = date(stated("as-of", |h| h.as_of.clone()), "as-of")?;
        let history_from = date(stated("history-from", |h| h.history_from.clone()), "history-from")?;
        let rows = match key {
            Some(key) => rows_of(m, key, project.as_ref()),
            None => TableKind::ALL.to_vec(),
        };
        let memory = memory(m)?;
        if let (Some(_), Some(kind)) = (&memory, rows.first()) {
            let text =
                format!("limit memory: this question holds the rows of {}, not sums of them", kind.name());
            return Err(Fail::usage("cli.memory", text));
        }
        let mut outcome = naata_ingest::read_rows(&sources, &rows, &options, stated_as_of, memory, &host)?;
        let as_of = match stated_as_of {
            Some(day) => day,
            None => last_day(&outcome.intake, options.today)?,
        };
        // Whoever says where history begins knows it; anyone else is told that it seems to begin later.
        if history_from.is_none()
            && let Some(finding) = naata_ingest::begins_midway(&outcome, as_of)
        {
            outcome.intake.findings.push(finding);
        }
        let mut base = Base::seal_rows(outcome.part, outcome.sums, &rows, outcome.intake, &host)?;
        if let Some((programme, events)) = programme(m, project.as_ref())? {
            base = base.with_programme(programme, events)?;
        }
        let own = boxes(m, project.as_ref());
        if let Some((_, path)) = &own {
            base = base.with_boxes(crate::segments::read_boxes(path)?);
        }
        if let Some(path) = side(m, "rules", project.as_ref(), |f| &f.segments) {
            base = base.with_rules(crate::segments::read(&path)?);
        }
        let seed = args::number(m, "seed")?.unwrap_or(1);
        Ok(Self { base, as_of, host, boxes: own.map(|o| o.0), history_from, seed, project })
    }

    /// The parameters of a run as a reader knows them: a file of names stands for the set it replaces.
    pub fn named(&self, mut parameters: Vec<(&'static str, String)>) -> Vec<(&'static str, String)> {
        for (_, text) in parameters.iter_mut().filter(|(name, _)| *name == "set") {
            if let Some(file) = &self.boxes {
                text.clone_from(file);
            }
        }
        parameters
    }

    /// The language of the project.
    pub fn lang(&self) -> Option<&str> {
        self.project.as_ref()?.project.lang.as_deref()
    }

    /// A session over the base, with the project's parameters as defaults.
    pub fn session(&self) -> Result<Session<'_>, Fail> {
        let cx = Context {
            as_of: self.as_of,
            history_from: self.history_from,
            zone: self.base.zone,
            seed: self.seed,
            exec: &self.host,
        };
        let mut session = Session::new(&self.base, cx)?;
        if let Some(set) = &self.base.boxes {
            // A set is written for a number of scores; whoever names it need not repeat that.
            for key in ["rfm", "migration", "lift"] {
                session.set_default(key, "bins", &set.bins.to_string());
            }
        }
        for (key, parameters) in self.project.iter().flat_map(|p| &p.parameters) {
            let key = key.replace('-', " ");
            let entry = session.entry(&key)?;
            for (name, value) in parameters {
                let specs = (entry.specs)();
                if !specs.iter().any(|s| s.flag() == *name || s.name == name) {
                    let flags: Vec<String> = specs.iter().map(naata_answer::ParamSpec::flag).collect();
                    let near = naata::facts::nearest(name, flags.iter().map(String::as_str));
                    let fail = Fail::usage(
                        "cli.parameter",
                        format!("set [parameters.{key}] {name}: there is no such parameter"),
                    );
                    return Err(match near {
                        Some(near) => fail.hint(format!("did you mean '{near}'?")),
                        None => fail.hint(format!("there are: {}", flags.join(", "))),
                    });
                }
                session.set_default(&key, name, &plain(value));
            }
        }
        Ok(session)
    }

    /// A document without sections yet.
    pub fn document(&self) -> Document<'_> {
        Document {
            version: env!("CARGO_PKG_VERSION"),
            title: self.project.as_ref().and_then(|p| p.project.name.as_deref()).unwrap_or("naata"),
            as_of: Some(self.as_of),
            ids: &self.base.ids,
            intake: &self.base.intake,
            sections: Vec::new(),
            changes: Vec::new(),
            extra_words: &[],
            list_stem: None,
        }
    }
}

/// The tables whose rows an analysis needs, by the parameters of the flags and of the project.
fn rows_of(m: &ArgMatches, key: &str, project: Option<&Project>) -> Vec<TableKind> {
    let default = |of: &str, name: &str| {
        let mut set =
            project.iter().flat_map(|p| &p.parameters).filter(|(key, _)| key.replace('-', " ") == of);
        set.find_map(|(_, all)| all.iter().find(|(n, _)| n.replace('-', "_") == name)).map(|(_, v)| plain(v))
    };
    naata::rows_of(naata::CATALOGUE, key, &|name| parameter(m, key, name), &default)
}

/// The files named by flags.
fn table_flags(m: &ArgMatches) -> Vec<(TableKind, String)> {
    TableKind::ALL
        .into_iter()
        .flat_map(|kind| args::texts(m, kind.name()).into_iter().map(move |f| (kind, f)))
        .collect()
}

fn sources(
    m: &ArgMatches,
    flags: Vec<(TableKind, String)>,
    project: Option<&Project>,
) -> Result<Vec<Source>, Fail> {
    let mut named: Vec<(TableKind, String, PathBuf)> =
        flags.into_iter().map(|(kind, f)| (kind, f.clone(), PathBuf::from(f))).collect();
    if named.is_empty()
        && let Some(p) = project
    {
        for (kind, files) in &p.tables {
            named.extend(files.all().into_iter().map(|f| (*kind, f.to_string(), p.folder.join(f))));
        }
    }
    let kinds: Vec<TableKind> = named.iter().map(|n| n.0).collect();
    let maps = maps(m, &kinds)?;
    let mut out = Vec::new();
    let mut stdin_taken = false;
    for (kind, name, path) in named {
        let mut source = if name == "-" {
            if std::mem::replace(&mut stdin_taken, true) {
                return Err(Fail::usage(
                    "cli.stdin",
                    "read two tables from standard input: '-' may stand once",
                ));
            }
            let spool = stdin::Spool::new(std::io::stdin())
                .map_err(|e| Fail::file("keep", Path::new("standard input"), &e))?;
            let again = move || Ok(Box::new(stdin::Again::of(&spool)) as Box<dyn Read + Send>);
            Source::open(kind, "standard input", Box::new(again))
        } else {
            if path.is_dir() {
                return Err(Fail::data("cli.file", format!("read {}: it is a folder", path.display()))
                    .hint(format!("naata init {} finds the tables in it", path.display())));
            }
            // Opened once here, so that a missing file is told before any work.
            let file = std::fs::File::open(&path).map_err(|e| Fail::file("read", &path, &e))?;
            let again = path.clone();
            let mut source = Source::open(
                kind,
                &name,
                Box::new(move || std::fs::File::open(&again).map(|f| Box::new(f) as Box<dyn Read + Send>)),
            );
            source.size = file.metadata().ok().map(|m| m.len());
            source
        };
        let stated = project.and_then(|p| p.reading.get(&kind));
        source.reading = reading(m, stated)?;
        source.missing = args::texts(m, "missing");
        if let Some(words) = stated.and_then(|r| r.missing.clone()).filter(|_| source.missing.is_empty()) {
            source.missing = words;
        }
        if let Some(sheet) = args::text(m, "sheet").or_else(|| stated.and_then(|r| r.sheet.clone())) {
            source = source.sheet(sheet);
        }
        if let Some(map) = project.and_then(|p| p.maps.get(&kind)) {
            source.map.extend(map.iter().map(|(field, column)| (field.clone(), ColumnRef::parse(column))));
        }
        for (of, field, column) in &maps {
            if *of == kind {
                source.map.retain(|(f, _)| f != field);
                source.map.push((field.clone(), ColumnRef::parse(column)));
            }
        }
        out.push(source);
    }
    Ok(out)
}

/// `--map amount=Total` and `--map purchases.amount=#5`.
fn maps(m: &ArgMatches, kinds: &[TableKind]) -> Result<Vec<(TableKind, String, String)>, Fail> {
    let mut out = Vec::new();
    for text in args::texts(m, "map") {
        let Some((left, column)) = text.split_once('=') else {
            return Err(Fail::usage(
                "cli.map",
                format!("read --map '{text}': expected FIELD=COLUMN, such as amount=Total or amount=#5"),
            ));
        };
        let (kind, field) = match left.split_once('.') {
            Some((kind, field)) => {
                let known = TableKind::parse(kind).filter(|k| kinds.contains(k)).ok_or_else(|| {
                    Fail::usage(
                        "cli.map",
                        format!("read --map '{text}': '{kind}' is not one of the tables that were given"),
                    )
                })?;
                (known, field)
            }
            None => match kinds {
                [kind] => (*kind, left),
                [first, rest @ ..] if rest.iter().all(|k| k == first) => (*first, left),
                _ => {
                    return Err(Fail::usage(
                        "cli.map",
                        format!("read --map '{text}': several tables are given"),
                    )
                    .hint(format!(
                        "say which: --map {}.{text}",
                        kinds.first().map_or("purchases", |k| k.name())
                    )));
                }
            },
        };
        out.push((kind, field.to_string(), column.to_string()));
    }
    Ok(out)
}

fn reading(m: &ArgMatches, project: Option<&project::Reading>) -> Result<Reading, Fail> {
    let p = project.cloned().unwrap_or_default();
    let text = |flag: &str, from: &Option<String>| args::text(m, flag).or_else(|| from.clone());
    Ok(Reading {
        delimiter: text("delimiter", &p.delimiter).map(|d| naata_ingest::Delimiter::parse(&d)).transpose()?,
        header: if args::flag(m, "no-header") { Some(false) } else { p.header },
        date_format: text("date-format", &p.date_format)
            .map(|d| naata_ingest::DateFormat::parse(&d))
            .transpose()?,
        decimal_comma: if args::flag(m, "decimal-comma") { Some(true) } else { p.decimal_comma },
        encoding: text("encoding", &p.encoding).map(|e| naata_ingest::Encoding::parse(&e)).transpose()?,
    })
}

fn date(text: Option<String>, flag: &str) -> Result<Option<Day>, Fail> {
    text.map(|t| {
        Day::parse_iso(&t).ok_or_else(|| {
            Fail::usage("cli.date", format!("read --{flag}: expected a date such as 2026-03-31, got '{t}'"))
        })
    })
    .transpose()
}

/// The last date of the data that is not in the future.
fn last_day(intake: &naata_core::Intake, today: Option<Day>) -> Result<Day, Fail> {
    let last = intake.tables.iter().filter_map(|t| t.known).max();
    match (last, today) {
        (Some(day), _) => Ok(day),
        // Tables without any date: the day matters to nothing that can be worked out from them.
        (None, Some(today)) if intake.tables.iter().all(|t| t.span.is_none()) => Ok(today),
        _ => Err(Fail::data("cli.as_of", "find the last day of the data: every date lies in the future")
            .hint("state it: --as-of 2026-03-31")),
    }
}

/// A parameter of an analysis by flags. A file of names is none, as it stands in for the built-in sets; rules that are
/// named for the ways segments move and buy are what they are to be told by; a flag that is repeated is one text with commas.
pub fn parameter(m: &ArgMatches, key: &str, name: &str) -> Option<String> {
    let several = args::texts(m, name);
    let given = (!several.is_empty()).then(|| several.join(","));
    let given = given.filter(|text| name != "set" || !is_file(text));
    let by_rules = name == "by" && matches!(key, "migration" | "lift") && args::path(m, "rules").is_some();
    given.or_else(|| by_rules.then(|| naata::segments::rules::SERVED.to_string()))
}

/// Whether `--set` names a file of boxes, not a built-in set.
fn is_file(text: &str) -> bool {
    Path::new(text).extension().is_some_and(|x| x == "toml")
}

/// The file of boxes that `--set` names, or else the project; as it was named, and where it is.
fn boxes(m: &ArgMatches, project: Option<&Project>) -> Option<(String, PathBuf)> {
    match args::text(m, "set") {
        Some(file) => is_file(&file).then(|| (file.clone(), PathBuf::from(file))),
        None => {
            let (project, file) = project.and_then(|p| Some((p, p.files.boxes.clone()?)))?;
            let path = project.folder.join(&file);
            Some((file, path))
        }
    }
}

/// A side input: the file of a flag, or of the project.
fn side(
    m: &ArgMatches,
    flag: &str,
    project: Option<&Project>,
    of: fn(&project::Side) -> &Option<String>,
) -> Option<PathBuf> {
    args::path(m, flag).or_else(|| project.and_then(|p| of(&p.files).as_ref().map(|f| p.folder.join(f))))
}

/// A programme, and its events where a file states them.
type Loyalty = (Programme, Option<Vec<Event>>);

fn programme(m: &ArgMatches, project: Option<&Project>) -> Result<Option<Loyalty>, Fail> {
    let from = |flag: &str, of: fn(&project::Side) -> &Option<String>| side(m, flag, project, of);
    let Some(path) = from("programme", |f| &f.programme) else { return Ok(None) };
    let read = |path: &Path| std::fs::read_to_string(path).map_err(|e| Fail::file("read", path, &e));
    let text = read(&path)?;
    let programme: Programme =
        toml::from_str(&text).map_err(|e| project::toml_fail("loyalty programme", &path, &text, &e))?;
    let events = from("events", |f| &f.events).map(|path| events(&path, &read(&path)?)).transpose()?;
    Ok(Some((programme, events)))
}

/// A JSON array of events, or one event a line.
fn events(path: &Path, text: &str) -> Result<Vec<Event>, Fail> {
    let bad = |line: usize, e: &serde_json::Error| {
        Fail::data("cli.events", format!("read the events {}:{line}: {e}", path.display()))
    };
    if text.trim_start().starts_with('[') {
        return serde_json::from_str(text).map_err(|e| bad(e.line(), &e));
    }
    let lines = text.lines().enumerate().filter(|(_, l)| !l.trim().is_empty());
    lines.map(|(i, l)| serde_json::from_str(l).map_err(|e| bad(i + 1, &e))).collect()
}

/// How much memory the flags allow, with the temporary files of the system: they have no name, so that none is left
/// however the program ends.
fn memory(m: &ArgMatches) -> Result<Option<Limit>, Fail> {
    let Some(text) = args::text(m, "memory") else { return Ok(None) };
    let bytes = size(&text).ok_or_else(|| {
        Fail::usage("cli.memory", format!("read --memory '{text}': expected a size such as 512MB or 2GB"))
    })?;
    let scratch = || tempfile::tempfile().map(|f| Box::new(f) as Box<dyn Scratch>);
    Ok(Some(Limit { bytes, scratch: std::sync::Arc::new(scratch) }))
}

/// A number of bytes, perhaps with a unit: `512MB`, `2 GB`, `1GiB`.
fn size(text: &str) -> Option<u64> {
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (number, unit) = text.split_at_checked(digits)?;
    let scale = match unit.trim().to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "k" | "kb" => 1_000,
        "m" | "mb" => 1_000_000,
        "g" | "gb" => 1_000_000_000,
        "kib" => 1 << 10,
        "mib" => 1 << 20,
        "gib" => 1 << 30,
        _ => return None,
    };
    number.parse::<u64>().ok()?.checked_mul(scale).filter(|n| *n > 0)
}

/// A value of a project file as a flag would state it.
fn plain(value: &toml::Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_string)
}

#[cfg(test)]
mod tests {
    use super::size;

    #[test]
    fn sizes_are_read_with_their_units() {
        for (text, want) in [
            ("512MB", Some(512_000_000)),
            ("2 GB", Some(2_000_000_000)),
            ("1GiB", Some(1 << 30)),
            ("64", Some(64)),
            ("0MB", None),
            ("MB", None),
            ("-1MB", None),
            ("5 apples", None),
            ("99999999999GB", None),
        ] {
            assert_eq!(size(text), want, "{text}");
        }
    }
}
