//! The naata command line: flags, files, a clock, threads and exit codes. Everything else is in the libraries.

#![expect(
    unreachable_pub,
    reason = "in a binary every module is private; pub says what a module offers the others"
)]

mod args;
mod audience;
mod compare;
mod demo;
mod explain;
mod fail;
mod history;
mod host;
mod init;
mod interrupt;
mod output;
mod project;
mod report;
mod run;
mod segments;
mod stdin;
mod work;

use clap::{ArgMatches, Command};
use fail::Fail;
use naata::CATALOGUE;
use std::io::Write;
use std::panic::AssertUnwindSafe;
use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: naata_pages::LargePages = naata_pages::LargePages;

/// The whole command line: the catalogue, then the commands with side inputs.
fn app() -> Command {
    let mut app = Command::new("naata")
        .version(env!("CARGO_PKG_VERSION"))
        .about("Who your customers are, how the relationship runs, what it is worth, and what to do next - from CSV exports")
        .after_help(format!(
            "Start:\n  naata demo shop && naata report -p shop -o report.html\n  naata init FOLDER-OF-CSVS && naata check -p FOLDER-OF-CSVS\n\n\
             Reads:\n  CSV and its kin, Excel workbooks (.xlsx), each also packed by gzip, zstd or zip; Parquet: {}\n  \
             naata explain formats lists the exports that are known by name",
            if cfg!(feature = "parquet") { "yes" } else { "in builds with --features parquet" }
        ))
        .subcommand_required(true)
        .arg_required_else_help(true);
    let mut groups: Vec<(&'static str, Vec<Command>)> = Vec::new();
    for entry in CATALOGUE {
        match entry.card.key.split_once(' ') {
            None if entry.card.key == "segments" => {
                app = app.subcommand(segments::with_commands(run::command(entry, entry.card.key)));
            }
            None => app = app.subcommand(run::command(entry, entry.card.key)),
            Some((group, name)) => {
                let command = run::command(entry, name);
                match groups.iter_mut().find(|(g, _)| *g == group) {
                    Some((_, commands)) => commands.push(command),
                    None => groups.push((group, vec![command])),
                }
            }
        }
    }
    for (group, commands) in groups {
        let about: Vec<String> = commands.iter().map(|c| c.get_name().to_string()).collect();
        // A group may be a command as well: `clv` and `clv contract`.
        if CATALOGUE.iter().any(|e| e.card.key == group) {
            app = app.mut_subcommand(group, |c| c.subcommands(commands));
            continue;
        }
        let head = Command::new(group).about(format!("Commands: {}", about.join(", ")));
        app =
            app.subcommand(head.subcommand_required(true).arg_required_else_help(true).subcommands(commands));
    }
    app.subcommand(report::command())
        .subcommand(audience::command())
        .subcommand(init::command())
        .subcommand(demo::command())
        .subcommand(compare::command())
        .subcommand(explain::command())
}

fn dispatch(m: &ArgMatches) -> Result<u8, Fail> {
    match m.subcommand() {
        Some(("report", m)) => report::run(m),
        Some(("audience", m)) => audience::run(m),
        Some(("init", m)) => init::run(m),
        Some(("demo", m)) => demo::run(m),
        Some(("compare", m)) => compare::run(m),
        Some(("explain", m)) => explain::run(m),
        Some(("segments", m)) => segments::run(m),
        Some((group, m)) => match m.subcommand() {
            Some((name, inner)) => run::run(&format!("{group} {name}"), inner),
            None => run::run(group, m),
        },
        None => Err(Fail::usage("cli.command", "find a command; naata --help lists them")),
    }
}

fn main() -> ExitCode {
    let matches = match app().try_get_matches() {
        Ok(m) => m,
        Err(e) => {
            // Help and version are results and go to standard output; mistakes go to standard error.
            let _ = e.print();
            return ExitCode::from(if e.use_stderr() { 2 } else { 0 });
        }
    };
    interrupt::watch();
    fail::note_panics();
    // What was half done is never looked at again.
    let ended = std::panic::catch_unwind(AssertUnwindSafe(|| dispatch(&matches)));
    let ended = ended.unwrap_or_else(|_| Err(fail::defect()));
    match ended {
        Ok(code) => ExitCode::from(code),
        Err(fail) => {
            let mut err = std::io::stderr().lock();
            let _ = writeln!(err, "naata: failed to {} [{}]", fail.message, fail.code);
            if let Some(hint) = &fail.hint {
                let _ = writeln!(err, "  {hint}");
            }
            ExitCode::from(fail.exit_code())
        }
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_command_line_is_sound() {
        super::app().debug_assert();
    }
}
