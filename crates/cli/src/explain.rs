//! `naata explain KEY`: an analysis, or the code of a finding.

use crate::fail::Fail;
use crate::{args, output};
use clap::{Arg, ArgMatches, Command};
use naata::CATALOGUE;

pub fn command() -> Command {
    Command::new("explain")
        .about("Explain an analysis (formula, source, assumptions) or the code of a finding; without KEY, list all analyses")
        .arg(
            Arg::new("key")
                .value_name("KEY")
                .num_args(0..)
                .help("clv, journey map, date.unreadable ..."),
        )
        .arg(
            Arg::new("lang")
                .long("lang")
                .value_name("LANG")
                .value_parser(naata_report::Lang::ALL.map(naata_report::Lang::name))
                .help("Language of words: en, hi or bn"),
        )
        .after_help("Example:\n  naata explain clv\n  naata explain date.unreadable")
}

/// All analyses as a markdown table: also the page `docs/analyses.md`.
pub fn table() -> String {
    let mut t =
        String::from("| command | what it says | reads | formula | source |\n|---|---|---|---|---|\n");
    for e in CATALOGUE {
        let needs: Vec<&str> = e.needs().iter().map(|n| n.name()).collect();
        let needs = if needs.is_empty() { "any table".to_string() } else { needs.join(", ") };
        let cell = |text: &str| text.replace('|', "\\|").split_whitespace().collect::<Vec<_>>().join(" ");
        t += &format!(
            "| `{}` | {} | {needs} | {} | {} |\n",
            e.card.key,
            cell(e.card.title),
            cell(e.card.formula),
            cell(e.card.source)
        );
    }
    t
}

/// Commands with a card that are in no catalogue, because they have side outputs or a customer as argument.
static BESIDE: [&naata_answer::Card; 2] = [&crate::audience::CARD, &crate::segments::EXPLAIN];

pub fn run(m: &ArgMatches) -> Result<u8, Fail> {
    let key = args::texts(m, "key").join(" ");
    if key.is_empty() {
        return output::write_stdout(|out| {
            out.write_all(table().as_bytes()).map_err(|e| output::rendered(e.into()))
        })
        .map(|()| 0);
    }
    let lang = args::text(m, "lang").and_then(|l| naata_report::Lang::parse(&l)).unwrap_or_default();
    let mut found = false;
    output::write_stdout(|out| {
        let mut cards = CATALOGUE.iter().map(|e| e.card).chain(BESIDE);
        if let Some(card) = cards.find(|card| card.key == key) {
            found = true;
            return naata_report::explain(card, lang, out).map_err(output::rendered);
        }
        found = naata_report::explain_finding(&key, lang, out).map_err(output::rendered)?;
        Ok(())
    })?;
    if found {
        return Ok(0);
    }
    let codes = naata_ingest::CODES.iter().map(|c| c.key);
    let known = CATALOGUE.iter().map(|e| e.card).chain(BESIDE).map(|c| c.key).chain(codes);
    let near = naata::facts::nearest(&key, known);
    let fail = Fail::usage(
        "cli.explain",
        format!("explain '{key}': it is neither an analysis nor the code of a finding"),
    );
    Err(match near {
        Some(near) => fail.hint(format!("did you mean '{near}'?")),
        None => fail.hint("naata --help lists the analyses; findings show their code in brackets"),
    })
}
