//! What is to be written: one section an answer, with what was read for it.

use naata_answer::{Answer, Card, Message};
use naata_core::{Day, Finding, Ids, Intake};

/// One answer with the analysis that gave it and the parameters it was given.
#[derive(Clone, Debug)]
pub struct Section<'a> {
    /// The card of the analysis.
    pub card: &'a Card,
    /// Its parameters, as name and text.
    pub parameters: Vec<(&'static str, String)>,
    /// What it said.
    pub answer: &'a Answer,
}

/// Everything one output is made of. It holds no clock: the only time is `as_of`.
#[derive(Clone, Debug)]
pub struct Document<'a> {
    /// The version of naata.
    pub version: &'a str,
    /// The title of the page, usually the name of the project.
    pub title: &'a str,
    /// The last day that is known; `None` where nothing hangs on a day, as for the mistakes of a file.
    pub as_of: Option<Day>,
    /// The ids behind customer numbers.
    pub ids: &'a Ids,
    /// What was read.
    pub intake: &'a Intake,
    /// The answers, in the order they are to be read.
    pub sections: Vec<Section<'a>>,
    /// What changed since the last report.
    pub changes: Vec<Message>,
    /// Words beyond the built-in ones, by key, in any language; they win over the built-in ones.
    pub extra_words: &'a [(&'a str, &'a str)],
    /// The stem of the list files written beside a page, see [`list_file_name`]; `None` when none are written.
    pub list_stem: Option<&'a str>,
}

impl Document<'_> {
    /// Every finding once, with the section that has it: those of the intake first, worst first.
    pub(crate) fn findings(&self) -> Vec<&Finding> {
        let mut all = self.intake.findings.listed();
        for section in &self.sections {
            for f in section_findings(self.intake, section) {
                if !all.contains(&f) {
                    all.push(f);
                }
            }
        }
        all.sort_by_key(|f| std::cmp::Reverse(f.severity));
        all
    }
}

/// The findings of a section that are not already among those of the intake.
pub(crate) fn section_findings<'a>(intake: &Intake, section: &Section<'a>) -> Vec<&'a Finding> {
    let known = intake.findings.listed();
    section.answer.findings.iter().filter(|f| !known.contains(f)).collect()
}

/// A key as part of a schema, a file name or an anchor: letters and digits, everything else a hyphen.
pub(crate) fn slug(key: &str) -> String {
    key.chars().map(|c| if c.is_alphanumeric() || c == '_' { c } else { '-' }).collect()
}

/// The name of the CSV that holds a list table of an answer: `report-rfm-rows.csv`.
///
/// ```
/// assert_eq!(naata_report::list_file_name("report", "journey map", "rows"), "report-journey-map-rows.csv");
/// ```
pub fn list_file_name(stem: &str, card: &str, table: &str) -> String {
    format!("{stem}-{}-{}.csv", slug(card), slug(table))
}
