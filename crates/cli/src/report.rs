//! `naata report -o report.html`: everything the project's tables allow, one file, and a record beside it.

use crate::fail::Fail;
use crate::host::Host;
use crate::work::Work;
use crate::{args, history, output, run};
use clap::{ArgMatches, Command};
use naata_core::Class;
use naata_report::{Document, Format, Section};
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub fn command() -> Command {
    args::with_output(args::with_inputs(
        Command::new("report")
            .about("Everything the tables allow, in one self-contained file")
            .after_help("Example:\n  naata report -p shop -o report.html\n  naata report --purchases orders.csv --format markdown"),
    ))
}

pub fn run(m: &ArgMatches) -> Result<u8, Fail> {
    let work = Work::open(m, None)?;
    let out = args::output(m, work.lang())?;
    let mut session = work.session()?;
    let catalogue = naata::CATALOGUE;
    let mut runs = Vec::new();
    let total = catalogue.len() as u64;
    for (entry, done) in catalogue.iter().zip(1u64..) {
        if !session.can_run(entry) {
            continue;
        }
        work.host.step(entry.card.key, done, total);
        match session.ask(entry.card.key, &|_| None) {
            Ok(run) => runs.push((entry.card, run)),
            // A section that cannot be answered says so; it does not take the others with it.
            Err(e) if e.class() != Class::Usage => runs.push((entry.card, Arc::new(run::refused(&e)))),
            Err(e) => return Err(e.into()),
        }
    }
    work.host.clear();

    let mut record = history::Record::new(work.as_of, &work.base.intake);
    for (card, run) in &runs {
        record.note(card.key, &work.named(run.parameters.clone()), &run.answer.head);
    }
    let folder = out.file.as_deref().map(history_folder);
    let (known, foreign) = folder.as_deref().map(history::read_all).unwrap_or_default();
    // A repeated run compares with the last one that differs, so that it gives the same bytes.
    let changes = match known.iter().rev().find(|(_, r)| *r != record) {
        Some((_, earlier)) => record.changes_since(earlier),
        None => Vec::new(),
    };
    let stem = out.file.as_deref().map(stem_of);
    let document = Document {
        sections: runs
            .iter()
            .map(|(card, run)| Section {
                card,
                parameters: work.named(run.parameters.clone()),
                answer: &run.answer,
            })
            .collect(),
        changes,
        list_stem: stem.as_deref().filter(|_| out.format == Format::Html),
        ..work.document()
    };
    run::write(&out, &document)?;
    if let (Some(file), Some(stem)) = (&out.file, &stem) {
        if out.format == Format::Html {
            write_lists(file, stem, &document, &out)?;
        }
        if let Some(folder) = &folder {
            history::write(folder, &known, &record)?;
        }
        if !out.quiet {
            for path in &foreign {
                run::say(&format!("{} is no record of a run; it is passed over", path.display()));
            }
            run::say(&format!("wrote {}", file.display()));
        }
    }
    Ok(0)
}

/// Where the records of a report's runs are kept: beside it.
fn history_folder(file: &Path) -> PathBuf {
    file.parent().unwrap_or(Path::new("")).join("history")
}

fn stem_of(file: &Path) -> String {
    file.file_stem().map_or_else(|| "report".into(), |s| s.to_string_lossy().into_owned())
}

/// Writes each list an action names into a file of its own.
fn write_lists(file: &Path, stem: &str, document: &Document<'_>, out: &args::Output) -> Result<(), Fail> {
    let host = Host::new(out.threads, true);
    for section in &document.sections {
        let lists =
            section.answer.tables.iter().filter(|t| t.role == naata_answer::Role::List && t.rows() > 0);
        for table in lists {
            let path = file.with_file_name(naata_report::list_file_name(stem, section.card.key, table.key));
            let one = Document { sections: vec![section.clone()], ..document.clone() };
            output::write_file(&path, |w| {
                naata_report::render_on(&host, Format::Csv, &one, Some(table.key), &out.style, w)
                    .map_err(output::rendered)
            })?;
        }
    }
    Ok(())
}
