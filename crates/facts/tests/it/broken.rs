//! Files of rules with mistakes: each is rejected at the right line and column, and slips of the pen are guessed.
//!
//! A file says itself what is to be told: lines `#! LINE:COLUMN CODE`, after which what was probably meant may stand.
//! They stand at the end, so that the lines they name are those one sees. `#! LINE:COLUMN CODE typo MEANT` marks a slip
//! of the pen; those are counted.

use naata_facts::Kind;
use naata_facts::rules::{Diagnostic, Rules};
use std::path::PathBuf;

const KNOWN: [(&str, Kind); 8] = [
    ("customers.age", Kind::Count),
    ("customers.city", Kind::Class),
    ("customers.country", Kind::Class),
    ("customers.created", Kind::Day),
    ("customers.employees", Kind::Count),
    ("metrics.clv.p_alive", Kind::Number),
    ("metrics.clv.value", Kind::Money),
    ("segments.rfm.segment", Kind::Class),
];

fn files() -> Vec<(String, String)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/broken");
    let mut all: Vec<(String, String)> = std::fs::read_dir(folder)
        .expect("the folder")
        .flatten()
        .map(|e| {
            (e.file_name().to_string_lossy().into_owned(), std::fs::read_to_string(e.path()).expect("text"))
        })
        .collect();
    all.sort();
    all
}

fn told(d: &Diagnostic) -> String {
    let place = format!("{}:{} {}", d.line, d.column, d.code);
    d.suggestion.as_ref().map_or(place.clone(), |s| format!("{place} {s}"))
}

#[test]
fn every_file_is_rejected_at_the_right_place() {
    let (mut wrong, mut seen) = (Vec::new(), 0);
    for (name, text) in files() {
        seen += 1;
        let (_, faults) = Rules::lint(&text, &KNOWN);
        let found: Vec<String> = faults.iter().map(told).collect();
        let stated: Vec<String> =
            text.lines().filter_map(|l| l.strip_prefix("#! ")).map(|l| l.replace(" typo ", " ")).collect();
        if found.is_empty() || found != stated {
            let lines: Vec<String> = faults.iter().map(|d| format!("#! {}   <- {d}", told(d))).collect();
            wrong.push(format!("{name}\nstated {stated:#?}\nfound\n{}", lines.join("\n")));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
    assert!(seen >= 40, "{seen} files");
}

#[test]
fn slips_of_the_pen_are_guessed_in_nine_of_ten() {
    let (mut slips, mut guessed) = (0, 0);
    for (_, text) in files() {
        let (_, faults) = Rules::lint(&text, &KNOWN);
        for line in text.lines().filter_map(|l| l.strip_prefix("#! ")) {
            let Some((place, meant)) = line.split_once(" typo ") else { continue };
            slips += 1;
            let right = |d: &&Diagnostic| {
                format!("{}:{} {}", d.line, d.column, d.code) == place
                    && d.suggestion.as_deref() == Some(meant)
            };
            guessed += usize::from(faults.iter().any(|d| right(&d)));
        }
    }
    assert!(slips >= 20, "{slips} slips");
    assert!(guessed * 10 >= slips * 9, "{guessed} of {slips} are guessed");
}
