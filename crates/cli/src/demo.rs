//! `naata demo DIR`: a seeded, believable shop.

use crate::fail::Fail;
use crate::{args, output};
use clap::{Arg, ArgAction, ArgMatches, Command};
use std::io::Write;
use std::path::Path;

pub fn command() -> Command {
    Command::new("demo")
        .about("Write the exports of a believable shop, the same bytes for the same seed")
        .arg(Arg::new("dir").value_name("DIR").required(true).help("Folder to write to; made when absent"))
        .arg(Arg::new("customers").long("customers").value_name("N").default_value("2000").help("Customers"))
        .arg(
            Arg::new("seed")
                .long("seed")
                .value_name("N")
                .default_value("1")
                .help("Seed of everything random"),
        )
        .arg(Arg::new("force").long("force").action(ArgAction::SetTrue).help("Replace files that are there"))
        .arg(Arg::new("quiet").long("quiet").short('q').action(ArgAction::SetTrue).help("Say nothing"))
        .after_help(
            "Example:\n  naata demo shop --customers 2000 --seed 1\n  naata report -p shop -o report.html",
        )
}

pub fn run(m: &ArgMatches) -> Result<u8, Fail> {
    let dir = args::path(m, "dir").unwrap_or_default();
    let customers = args::number(m, "customers")?.unwrap_or(2000);
    let seed = args::number(m, "seed")?.unwrap_or(1);
    let names = write(&dir, customers, seed, args::flag(m, "force"))?;
    if !args::flag(m, "quiet") {
        let _ = writeln!(
            std::io::stderr(),
            "wrote {} files; next: naata report -p {} -o report.html",
            names.len(),
            dir.display()
        );
    }
    Ok(0)
}

/// Writes the shop into a folder; refuses to replace a file unless forced, before anything is written.
pub fn write(dir: &Path, customers: u32, seed: u64, force: bool) -> Result<Vec<String>, Fail> {
    let shop = naata_demo::Shop { customers, seed, ..naata_demo::Shop::default() };
    let files = naata_demo::shop(&shop)?;
    output::folder(dir)?;
    if !force && let Some(taken) = files.iter().find(|f| dir.join(&f.name).exists()) {
        return Err(Fail::usage(
            "cli.exists",
            format!("write {}: it is there already", dir.join(&taken.name).display()),
        )
        .hint("--force replaces files"));
    }
    for file in &files {
        let path = dir.join(&file.name);
        output::write_file(&path, |out| {
            out.write_all(&file.bytes).map_err(|e| Fail::file("write", &path, &e))
        })?;
    }
    Ok(files.into_iter().map(|f| f.name).collect())
}
