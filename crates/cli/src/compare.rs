//! `naata compare RUN RUN`: what changed between two records of runs.

use crate::fail::Fail;
use crate::{args, history};
use clap::{Arg, ArgMatches, Command};
use naata_answer::{Action, Answer, Card, Cell, Column, Table};
use naata_core::{Ids, Intake};
use naata_report::{Document, Section};

static CARD: Card = Card {
    key: "compare",
    version: 1,
    title: "What changed between two runs",
    unit: "-",
    formula: "tables by month: equal rows and digest; parameters and figures: equal texts",
    source: "definition",
    assumptions: &["a month whose rows changed before the earlier export ended was corrected, not continued"],
    words: &[
        "message.changes.table_new",
        "message.changes.table_gone",
        "message.changes.rows_new",
        "message.changes.rows_corrected",
        "message.changes.parameter",
        "message.changes.version",
        "message.changes.as_of",
        "message.changes.none",
        "action.changes.nothing_to_do",
    ],
    example: "naata compare history/0001.json history/0002.json",
};

/// Analysis, figure, the value before and after.
type Changed<'a> = (&'a str, &'a str, Option<&'a String>, Option<&'a String>);

pub fn command() -> Command {
    args::with_output(
        Command::new("compare")
            .about(CARD.title)
            .arg(Arg::new("earlier").value_name("RUN").required(true).help("Record of the earlier run"))
            .arg(Arg::new("later").value_name("RUN").required(true).help("Record of the later run"))
            .after_help(format!("Example:\n  {}", CARD.example)),
    )
}

pub fn run(m: &ArgMatches) -> Result<u8, Fail> {
    let out = args::output(m, None)?;
    let earlier = history::read(&args::path(m, "earlier").unwrap_or_default())?;
    let later = history::read(&args::path(m, "later").unwrap_or_default())?;
    let mut answer = Answer { messages: later.changes_since(&earlier), ..Answer::default() };
    answer.set("earlier", Cell::Day(earlier.as_of));
    answer.set("later", Cell::Day(later.as_of));
    let mut rows: Vec<Changed<'_>> = Vec::new();
    for (key, figures) in &later.figures {
        let old = earlier.figures.get(key);
        for (name, value) in figures {
            let before = old.and_then(|o| o.get(name));
            if before != Some(value) {
                rows.push((key, name, before, Some(value)));
            }
        }
    }
    let texts = |f: &dyn Fn(&Changed<'_>) -> Option<String>| {
        Column::Text(rows.iter().map(|r| f(r).map(String::into_boxed_str)).collect())
    };
    answer.tables.push(
        Table::figures("figures")
            .with("analysis", texts(&|r| Some(r.0.into())))
            .with("figure", texts(&|r| Some(r.1.into())))
            .with("before", texts(&|r| r.2.cloned()))
            .with("after", texts(&|r| r.3.cloned())),
    );
    answer.actions.push(Action::Nothing { key: "changes.nothing_to_do", values: Vec::new() });
    let document = Document {
        version: env!("CARGO_PKG_VERSION"),
        title: "naata",
        as_of: Some(later.as_of),
        ids: &Ids::default(),
        intake: &Intake::default(),
        sections: vec![Section { card: &CARD, parameters: Vec::new(), answer: &answer }],
        changes: Vec::new(),
        extra_words: &[],
        list_stem: None,
    };
    crate::run::write(&out, &document)?;
    Ok(0)
}
