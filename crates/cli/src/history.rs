//! The record of a report: what went in, with which parameters, and what came out - so that the next report can say
//! what changed since.

use crate::fail::Fail;
use crate::output;
use naata_answer::{Cell, Message};
use naata_core::{Day, Intake, MoneyUnit};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// One run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    pub naata: String,
    pub as_of: Day,
    pub tables: BTreeMap<String, Table>,
    pub parameters: BTreeMap<String, BTreeMap<String, String>>,
    pub figures: BTreeMap<String, BTreeMap<String, String>>,
}

/// What one table held, by month: the number of rows and a digest that knows no row order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
    pub rows: u64,
    pub last: Option<Day>,
    pub months: BTreeMap<String, Month>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Month {
    pub rows: u64,
    pub digest: String,
}

impl Record {
    pub fn new(as_of: Day, intake: &Intake) -> Self {
        let mut tables: BTreeMap<String, Table> = BTreeMap::new();
        let mut digests: BTreeMap<&str, naata_core::Digest> = BTreeMap::new();
        for t in &intake.tables {
            let table = tables.entry(t.kind.name().into()).or_default();
            table.rows += t.rows;
            table.last = table.last.max(t.span.map(|s| s.1));
            digests.entry(t.kind.name()).or_default().merge(&t.digest);
        }
        for (kind, digest) in digests {
            let months = digest
                .months()
                .map(|(month, rows, sum)| (month_name(month), Month { rows, digest: format!("{sum:032x}") }));
            if let Some(t) = tables.get_mut(kind) {
                t.months = months.collect();
            }
        }
        Self {
            naata: env!("CARGO_PKG_VERSION").into(),
            as_of,
            tables,
            parameters: BTreeMap::new(),
            figures: BTreeMap::new(),
        }
    }

    /// Notes an analysis that ran.
    pub fn note(&mut self, key: &str, parameters: &[(&'static str, String)], head: &[(&'static str, Cell)]) {
        self.parameters
            .insert(key.into(), parameters.iter().map(|(k, v)| ((*k).into(), v.clone())).collect());
        let figures = head.iter().filter_map(|(k, v)| plain(v).map(|v| ((*k).to_string(), v)));
        self.figures.insert(key.into(), figures.collect());
    }

    /// What changed since an earlier run, the most basic first.
    pub fn changes_since(&self, earlier: &Self) -> Vec<Message> {
        let mut out = Vec::new();
        let text = |s: &str| Cell::Text(s.into());
        for (kind, now) in &self.tables {
            let Some(before) = earlier.tables.get(kind) else {
                out.push(
                    Message::new("changes.table_new")
                        .with("table", word(kind))
                        .with("rows", Cell::Count(now.rows)),
                );
                continue;
            };
            let cutoff = before.last.map_or_else(String::new, |d| d.to_string()[..7].to_string());
            let (mut new_rows, mut corrected) = (0u64, Vec::new());
            let months: std::collections::BTreeSet<&String> =
                now.months.keys().chain(before.months.keys()).collect();
            for month in months {
                let (a, b) = (before.months.get(month), now.months.get(month));
                if a == b {
                    continue;
                }
                let (rows_a, rows_b) = (a.map_or(0, |m| m.rows), b.map_or(0, |m| m.rows));
                // The month the earlier export ended in may simply have gone on; any older month was corrected.
                if *month >= cutoff && rows_b >= rows_a {
                    new_rows += rows_b - rows_a;
                } else {
                    corrected.push(month.clone());
                }
            }
            if new_rows > 0 {
                out.push(
                    Message::new("changes.rows_new")
                        .with("table", word(kind))
                        .with("rows", Cell::Count(new_rows)),
                );
            }
            if !corrected.is_empty() {
                out.push(
                    Message::new("changes.rows_corrected")
                        .with("table", word(kind))
                        .with("months", text(&corrected.join(", "))),
                );
            }
        }
        for kind in earlier.tables.keys().filter(|k| !self.tables.contains_key(*k)) {
            out.push(Message::new("changes.table_gone").with("table", word(kind)));
        }
        for (key, now) in &self.parameters {
            let Some(before) = earlier.parameters.get(key) else { continue };
            for (name, value) in now {
                let old = before.get(name);
                if old.is_some_and(|o| o != value) {
                    out.push(
                        Message::new("changes.parameter")
                            .with("analysis", text(key))
                            .with("name", text(name))
                            .with("before", text(old.map_or("", String::as_str)))
                            .with("after", text(value)),
                    );
                }
            }
        }
        if earlier.naata != self.naata {
            out.push(
                Message::new("changes.version")
                    .with("before", text(&earlier.naata))
                    .with("after", text(&self.naata)),
            );
        }
        if self.as_of != earlier.as_of {
            out.insert(
                0,
                Message::new("changes.as_of")
                    .with("before", Cell::Day(earlier.as_of))
                    .with("after", Cell::Day(self.as_of)),
            );
        }
        if out.is_empty() {
            out.push(Message::new("changes.none"));
        }
        out
    }
}

fn word(kind: &str) -> Cell {
    naata_core::TableKind::parse(kind)
        .map_or(Cell::Text(kind.into()), |k| Cell::Word { family: "table_kind", name: k.name() })
}

fn month_name(month: i32) -> String {
    if month == i32::MIN {
        "undated".into()
    } else {
        format!("{:04}-{:02}", month.div_euclid(12), month.rem_euclid(12) + 1)
    }
}

/// A figure as a text that reads back; per-customer values do not belong into a record.
fn plain(cell: &Cell) -> Option<String> {
    Some(match cell {
        Cell::Missing | Cell::Customer(_) => return None,
        Cell::Text(t) => t.to_string(),
        Cell::Word { name, .. } => (*name).into(),
        Cell::Count(n) => n.to_string(),
        Cell::Number(x) | Cell::Share(x) | Cell::Seconds(x) => x.to_string(),
        Cell::Money(m, unit) => money(*m, *unit),
        Cell::Day(d) => d.to_string(),
        Cell::Instant(t) => t.to_string(),
        Cell::Flag(b) => b.to_string(),
    })
}

fn money(m: naata_core::Minor, unit: MoneyUnit) -> String {
    format!("{} {}", unit.decimal(m), unit.currency)
}

/// The records of a folder, oldest first. A file that is no record is passed over with its name.
pub fn read_all(folder: &Path) -> (Vec<(PathBuf, Record)>, Vec<PathBuf>) {
    let mut names: Vec<PathBuf> = std::fs::read_dir(folder)
        .map(|d| {
            d.flatten().map(|e| e.path()).filter(|p| p.extension().is_some_and(|x| x == "json")).collect()
        })
        .unwrap_or_default();
    names.sort();
    let (mut records, mut foreign) = (Vec::new(), Vec::new());
    for path in names {
        match read(&path) {
            Ok(record) => records.push((path, record)),
            Err(_) => foreign.push(path),
        }
    }
    (records, foreign)
}

/// One record.
pub fn read(path: &Path) -> Result<Record, Fail> {
    let text = std::fs::read_to_string(path).map_err(|e| Fail::file("read", path, &e))?;
    serde_json::from_str(&text).map_err(|e| {
        Fail::data("cli.record", format!("read {}: it is no record of a run ({e})", path.display()))
    })
}

/// Writes a record beside the others; an unchanged run is written once.
pub fn write(folder: &Path, known: &[(PathBuf, Record)], record: &Record) -> Result<Option<PathBuf>, Fail> {
    if known.last().is_some_and(|(_, last)| last == record) {
        return Ok(None);
    }
    output::folder(folder)?;
    let next = known.iter().filter_map(|(p, _)| number_of(p)).max().unwrap_or(0) + 1;
    let path = folder.join(format!("{next:04}.json"));
    let text = serde_json::to_string_pretty(record)
        .map_err(|e| Fail::data("cli.record", format!("write the record of the run: {e}")))?;
    output::write_file(&path, |out| writeln!(out, "{text}").map_err(|e| Fail::file("write", &path, &e)))?;
    Ok(Some(path))
}

fn number_of(path: &Path) -> Option<u32> {
    path.file_stem()?.to_str()?.parse().ok()
}
