//! Any analysis of the catalogue as a command.

use crate::fail::{CHECK_FAILED, Fail};
use crate::host::Host;
use crate::work::Work;
use crate::{args, output};
use clap::{Arg, ArgAction, ArgMatches, Command};
use naata::{CATALOGUE, Entry, Run};
use naata_answer::{Action, Answer, Cell, Message, Names, Value};
use naata_core::{Class, Severity};
use naata_report::{Document, Lang, Section};
use std::io::Write;
use std::sync::Arc;

/// The command of an analysis: its own parameters, then the shared flags.
pub fn command(entry: &Entry, name: &'static str) -> Command {
    let mut command = Command::new(name).about(entry.card.title);
    for spec in (entry.specs)() {
        let flag: &'static str = Box::leak(spec.flag().into_boxed_str());
        let default =
            if spec.default.is_empty() { String::new() } else { format!(" [default: {}]", spec.default) };
        let mut arg = Arg::new(spec.name).long(flag).help(format!("{}{default}", spec.help));
        arg = arg.value_name(spec.kind.to_uppercase());
        if spec.kind == <Names as Value>::KIND {
            arg = arg.action(ArgAction::Append);
        }
        if spec.name == "set" {
            // Besides the built-in sets a file of one's own.
            arg = arg.value_name("CHOICE|FILE").help(format!(
                "{}: {}, or a file of boxes (TOML){default}",
                spec.help,
                spec.choices.join(", ")
            ));
        } else if !spec.choices.is_empty() {
            arg =
                arg.value_parser(clap::builder::PossibleValuesParser::new(spec.choices)).value_name("CHOICE");
        }
        command = command.arg(arg);
    }
    let needs: Vec<&str> = entry.needs().iter().map(|n| n.name()).collect();
    let needs = if needs.is_empty() { "any table".into() } else { needs.join(", ") };
    command = command.after_help(format!(
        "Reads: {needs}\nExample:\n  {}\nMore: naata explain {}",
        entry.card.example, entry.card.key
    ));
    // Summaries are all these two need, and summaries can be put aside.
    if matches!(entry.card.key, "summary" | "rfm") {
        command = command.arg(
            Arg::new("memory")
                .long("memory")
                .value_name("LIMIT")
                .help("Put customers aside in temporary files: summaries take no more than, say, 512MB"),
        );
    }
    args::with_output(args::with_inputs(command))
}

/// Runs an analysis and prints its answer.
pub fn run(key: &str, m: &ArgMatches) -> Result<u8, Fail> {
    let work = Work::open(m, Some(key))?;
    let out = args::output(m, work.lang())?;
    let mut session = work.session()?;
    let given = |name: &str| crate::work::parameter(m, key, name);
    let (run, mut code) = match session.ask(key, &given) {
        Ok(run) => (run, 0),
        Err(e) if e.class() == Class::Inconclusive => {
            say(&format!("inconclusive: {e}"));
            (Arc::new(refused(&e)), if out.strict { 4 } else { 0 })
        }
        Err(e) => return Err(e.into()),
    };
    work.host.clear();
    let parameters = work.named(run.parameters.clone());
    let Some(entry) = CATALOGUE.iter().find(|e| e.card.key == key) else {
        return Err(Fail::usage("cli.key", format!("find the analysis {key}")));
    };
    let document = Document {
        sections: vec![Section { card: entry.card, parameters, answer: &run.answer }],
        ..work.document()
    };
    write(&out, &document)?;
    tell(&out, &document);
    // `check` is the one analysis whose answer is itself a verdict.
    if key == "check" && work.base.intake.findings.count_of(Severity::Error) > 0 {
        code = CHECK_FAILED;
    }
    Ok(code)
}

/// The answer of an analysis that said no: the reason, and nothing to do.
pub fn refused(e: &naata::Error) -> Run {
    let reason = Cell::Text(e.to_string().into());
    let mut answer = Answer::default();
    answer.set("refused.code", Cell::Text(e.code().into()));
    answer.set("refused.reason", reason.clone());
    // In the reader's language where there are words for the code; the head has the figures of this case.
    let words = naata_report::words(Lang::En, &format!("word.refused.{}", e.code()));
    let said = match words {
        Some(_) => Cell::Word { family: "refused", name: e.code() },
        None => Cell::Text(format!("failed to {e}").into()),
    };
    answer.messages.push(Message::new("refused").with("reason", said));
    answer.actions.push(Action::Nothing { key: "refused", values: vec![("reason", reason)] });
    Run::refused(answer)
}

/// Writes a document where the flags say.
pub fn write(out: &args::Output, document: &Document<'_>) -> Result<(), Fail> {
    let host = Host::new(out.threads, true);
    let fill = |w: &mut (dyn Write + Send)| {
        naata_report::render_on(&host, out.format, document, out.table.as_deref(), &out.style, w)
            .map_err(output::rendered)
    };
    match &out.file {
        Some(file) => output::write_file(file, fill),
        None => output::write_stdout(fill),
    }
}

/// What was found, on standard error; when nobody listens there, it is in the result all the same.
pub fn tell(out: &args::Output, document: &Document<'_>) {
    if !out.quiet {
        let _ = naata_report::findings(document, &out.style, &mut std::io::stderr().lock());
    }
}

/// A line on standard error; when nobody listens there, nothing is lost.
pub fn say(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}
