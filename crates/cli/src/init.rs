//! `naata init [DIR]`: recognises the exports of a folder and writes a commented `naata.toml`.

use crate::fail::Fail;
use crate::{args, demo, output, project};
use clap::{Arg, ArgAction, ArgMatches, Command};
use naata_core::TableKind;
use naata_ingest::Recognition;
use std::fmt::Write as _;
use std::io::{Read, Write as _};
use std::path::Path;

pub fn command() -> Command {
    Command::new("init")
        .about("Recognise the CSV files of a folder and write a commented naata.toml")
        .arg(Arg::new("dir").value_name("DIR").default_value(".").help("Folder of exports"))
        .arg(
            Arg::new("sample")
                .long("sample")
                .action(ArgAction::SetTrue)
                .help("Add sample data of a small shop first"),
        )
        .arg(
            Arg::new("force")
                .long("force")
                .action(ArgAction::SetTrue)
                .help("Replace a naata.toml that is there"),
        )
        .arg(
            Arg::new("dry-run")
                .long("dry-run")
                .action(ArgAction::SetTrue)
                .help("Print naata.toml instead of writing it"),
        )
        .after_help("Example:\n  naata init exports\n  naata init --dry-run exports")
}

/// How the names of files end that may hold a table.
const TABLES: &[&str] = &[".csv", ".tsv", ".txt", ".xlsx", ".gz", ".zst", ".zip", ".parquet"];

/// Side inputs, as comments, with a first segment to begin with.
const SIDE: &str = r#"
# Side inputs, each a file beside this one.
# [files]
# segments = "segments.toml"   # who belongs to what, as rules; naata segments lint tells every mistake. A first one:
#   [[segment]]
#   name = "quiet-regulars"
#   action = "Call before the next festival"
#   when = { all = [{ count = "purchases", at-least = 6 }, { none = "purchases", within = "60 days" }] }
# programme = "programme.toml" # the rules of a loyalty programme
"#;

pub fn run(m: &ArgMatches) -> Result<u8, Fail> {
    let dir = args::path(m, "dir").unwrap_or_default();
    let target = dir.join(project::FILE);
    let dry = args::flag(m, "dry-run");
    if args::flag(m, "sample") {
        demo::write(&dir, 500, 1, args::flag(m, "force"))?;
    }
    if !dry && !args::flag(m, "force") && target.exists() && !args::flag(m, "sample") {
        return Err(Fail::usage("cli.exists", format!("write {}: it is there already", target.display()))
            .hint("--force replaces it, --dry-run prints what would be written"));
    }
    let seen = look(&dir)?;
    let mut said = std::io::stderr().lock();
    for (name, r) in &seen {
        let line = match &r.kind {
            Some(kind) => {
                let assumed: Vec<String> = r.assumed.iter().map(|(k, v)| format!("{k} {v}")).collect();
                let tail = if assumed.is_empty() {
                    String::new()
                } else {
                    format!(" (assumed: {})", assumed.join(", "))
                };
                format!("{name}: {} as {}{tail}", r.format, kind.name())
            }
            None => format!("{name}: not recognised; name its columns by hand"),
        };
        let _ = writeln!(said, "{line}");
    }
    drop(said);
    if seen.iter().all(|(_, r)| r.kind.is_none()) {
        return Err(Fail::data("cli.init", format!("recognise a table in {}", dir.display())).hint(
            "a table is a .csv, .tsv, .txt or .xlsx file with a header, packed or not; naata init --sample DIR adds sample data",
        ));
    }
    let text = toml_of(&dir, &seen);
    if dry {
        output::write_stdout(|out| {
            out.write_all(text.as_bytes()).map_err(|e| Fail::file("write", &target, &e))
        })?;
    } else if !args::flag(m, "sample") {
        output::write_file(&target, |out| {
            out.write_all(text.as_bytes()).map_err(|e| Fail::file("write", &target, &e))
        })?;
        crate::run::say(&format!("wrote {}; next: naata check -p {}", target.display(), dir.display()));
    }
    Ok(0)
}

/// Every text file of the folder, in name order, with what it was recognised as.
fn look(dir: &Path) -> Result<Vec<(String, Recognition)>, Fail> {
    let entries = std::fs::read_dir(dir).map_err(|e| Fail::file("read the folder", dir, &e))?;
    let mut names: Vec<String> = entries
        .flatten()
        .filter(|e| e.path().is_file())
        .filter_map(|e| e.file_name().into_string().ok())
        .filter(|n| {
            let lower = n.to_lowercase();
            TABLES.iter().any(|s| lower.ends_with(s)) && lower != "readme.txt"
        })
        .collect();
    names.sort();
    let mut out = Vec::new();
    for name in names {
        let path = dir.join(&name);
        let again = path.clone();
        // What a file is packed in may have to be there as a whole; of anything else the head is read.
        let opener = move || std::fs::File::open(&again).map(|f| Box::new(f) as Box<dyn Read + Send>);
        let source = naata_ingest::Source::open(TableKind::Purchases, &name, Box::new(opener));
        // A file that is no table is told and left out; it must not keep the others from being found.
        match naata_ingest::recognise_source(&source) {
            Ok(seen) => out.push((name, seen)),
            Err(e) => crate::run::say(&format!("{name}: left out, failed to {e}")),
        }
    }
    Ok(out)
}

/// The project file, with a comment for everything that was assumed.
fn toml_of(dir: &Path, seen: &[(String, Recognition)]) -> String {
    let name = dir.canonicalize().ok().and_then(|d| d.file_name().map(|n| n.to_string_lossy().into_owned()));
    let quote = |s: &str| toml::Value::String(s.into()).to_string();
    let mut t = String::new();
    let _ = writeln!(
        t,
        "# What naata reads in this folder. Every line may be changed; naata check shows what comes of it.\n"
    );
    let _ = writeln!(t, "[project]\nname = {}", quote(name.as_deref().unwrap_or("my shop")));
    let currencies: Vec<&str> = seen
        .iter()
        .flat_map(|(_, r)| r.assumed.iter().filter(|(what, _)| *what == "currency").map(|(_, c)| &**c))
        .collect();
    match currencies.first() {
        Some(c) if currencies.iter().all(|d| d == c) => {
            let _ = writeln!(t, "currency = {}          # as the files state it", quote(c));
        }
        _ => {
            let _ = writeln!(t, "# currency = \"INR\"      # no file states one: amounts are shown without");
        }
    }
    let _ = writeln!(
        t,
        "# time-zone = \"Asia/Kolkata\"   # the zone in which days are counted; UTC when left out"
    );
    let _ = writeln!(
        t,
        "# as-of = \"2026-03-31\"   # the last day that is known; the last date of the data when left out"
    );
    let _ = writeln!(t, "# history-from = \"2023-01-01\"   # where the export begins\n\n[tables]");
    for kind in TableKind::ALL {
        let files: Vec<&str> =
            seen.iter().filter(|(_, r)| r.kind == Some(kind)).map(|(n, _)| n.as_str()).collect();
        match files.as_slice() {
            [] => {}
            [one] => {
                let _ = writeln!(t, "{} = {}", kind.name(), quote(one));
            }
            many => {
                let list: Vec<String> = many.iter().map(|f| quote(f)).collect();
                let _ = writeln!(t, "{} = [{}]", kind.name(), list.join(", "));
            }
        }
    }
    for (name, r) in seen.iter().filter(|(_, r)| r.kind.is_none()) {
        let _ = writeln!(t, "# {name}: not recognised; its columns are {}", r.unused.join(", "));
    }
    for (name, r) in seen {
        let Some(kind) = r.kind else { continue };
        let _ = writeln!(t, "\n# {name}: recognised as {}", r.format);
        for (what, value) in &r.assumed {
            let _ = writeln!(t, "#   assumed {what}: {value}");
        }
        if !r.unused.is_empty() {
            let _ = writeln!(t, "#   columns not used: {}", r.unused.join(", "));
        }
        let _ = writeln!(t, "# [maps.{}]", kind.name());
        for (field, columns) in &r.mapping {
            for column in columns {
                let _ = writeln!(t, "# {field} = {}", quote(&column.to_string()));
            }
        }
    }
    t.push_str(SIDE);
    t
}
