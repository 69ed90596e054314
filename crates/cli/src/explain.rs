//! `naata explain KEY`: an analysis, or the code of a finding.

use crate::fail::Fail;
use crate::{args, output};
use clap::{Arg, ArgMatches, Command};
use naata::CATALOGUE;

pub fn command() -> Command {
    Command::new("explain")
        .about("Explain an analysis (formula, source, assumptions) or the code of a finding, or list the formats of exports; without KEY, list all analyses")
        .arg(
            Arg::new("key")
                .value_name("KEY")
                .num_args(0..)
                .help("clv, journey map, date.unreadable, formats ..."),
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
static BESIDE: [&naata_answer::Card; 5] = [
    &crate::audience::CARD,
    &crate::segments::EXPLAIN,
    &crate::segments::LINT,
    &crate::segments::VERIFY,
    &crate::segments::FACTS,
];

/// All exports that are known by name, as a markdown table: also a part of `docs/formats.md`.
pub fn formats() -> String {
    let mut t = String::from("| export | read as | told by | how well it is known |\n|---|---|---|---|\n");
    for f in naata_ingest::FORMATS {
        let kinds: Vec<&str> = f.kinds().map(naata_core::TableKind::name).collect();
        // Of a column's names in several languages or versions the first stands for all.
        let columns: Vec<String> = f
            .signature
            .iter()
            .filter_map(|c| c.split('|').next())
            .map(|c| format!("`{}`", c.replace('|', "\\|")))
            .collect();
        let told = match (columns.len(), f.enough) {
            (0, _) => "the shape of its rows or of its header".to_string(),
            (n, enough) if enough == 0 || enough == n => format!("all of {}", columns.join(", ")),
            (_, enough) => format!("{enough} of {}", columns.join(", ")),
        };
        let known = match f.provenance {
            naata_ingest::Provenance::RealFile => "a real file",
            naata_ingest::Provenance::Vendor => "its vendor's documentation or code",
            naata_ingest::Provenance::Importers => "programs that import it",
            naata_ingest::Provenance::Unverified => "hearsay: check what is assumed",
        };
        t += &format!("| `{}` | {} | {told} | {known} |\n", f.key, kinds.join(", "));
    }
    t
}

pub fn run(m: &ArgMatches) -> Result<u8, Fail> {
    let key = args::texts(m, "key").join(" ");
    if key.is_empty() {
        return output::write_stdout(|out| {
            out.write_all(table().as_bytes()).map_err(|e| output::rendered(e.into()))
        })
        .map(|()| 0);
    }
    if key == "formats" {
        return output::write_stdout(|out| {
            out.write_all(formats().as_bytes()).map_err(|e| output::rendered(e.into()))
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
    let codes = naata_report::finding_codes().chain(["formats"]);
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
