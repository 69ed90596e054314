//! JUnit-style XML for continuous integration: one suite a file, one case a check of it.
//!
//! Each file has a case `reconciles` (every row is used or refused for a reason) and one for each code that was found
//! in it. A code of an error fails, with every listed finding as `file:line:column: text` and the exact number of those
//! beyond; what only warns or is worth knowing passes and says so. Findings of no file stand in a suite of their own.
//! There is no time in it: the same input gives the same bytes.

use crate::voice::{Voice, clean};
use crate::{Document, Error, Style};
use naata_answer::Cell;
use naata_core::{Finding, Severity};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write;

/// The findings of one code in one file.
struct Found<'a> {
    severity: Severity,
    /// The exact number, of which some may not be listed.
    n: u64,
    listed: Vec<&'a Finding>,
}

/// The codes found in one file.
type Codes<'a> = BTreeMap<&'a str, Found<'a>>;

/// Text between tags and in attributes. Characters XML does not have are replaced; line ends are spelled out, for a
/// reader would turn them into blanks.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in clean(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            '\u{FFFE}' | '\u{FFFF}' => out.push('\u{FFFD}'),
            c => out.push(c),
        }
    }
    out
}

/// Every finding under its file and code; those of no file under "".
fn by_file<'a>(doc: &'a Document<'_>) -> BTreeMap<&'a str, Codes<'a>> {
    let mut files: BTreeMap<&str, Codes<'a>> = BTreeMap::new();
    for table in &doc.intake.tables {
        files.entry(&table.file).or_default();
    }
    for (code, file, severity, n) in doc.intake.findings.counts() {
        let found = Found { severity, n, listed: Vec::new() };
        files.entry(file.unwrap_or_default()).or_default().insert(code, found);
    }
    let counted = doc.intake.findings.listed();
    for f in doc.findings() {
        let codes = files.entry(f.file.as_deref().unwrap_or_default()).or_default();
        let new = Found { severity: f.severity, n: 0, listed: Vec::new() };
        let found = codes.entry(f.code).or_insert(new);
        found.listed.push(f);
        found.n += u64::from(!counted.contains(&f));
    }
    files
}

/// The lines of one case: where, what, and what may have been meant.
fn lines(found: &Found<'_>, voice: &Voice<'_>) -> String {
    let mut out = String::new();
    for f in &found.listed {
        let place = [f.file.as_deref(), f.line.map(|n| n.to_string()).as_deref(), f.column.as_deref()]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join(":");
        let apart = if place.is_empty() { "" } else { ": " };
        let sentence = voice.finding(f);
        let _ = write!(out, "{}{apart}{}", escape(&place), escape(&sentence));
        // The sentence of a code need not mention the value; whoever corrects the file needs it.
        if let Some(value) = f.value.as_deref().filter(|v| !sentence.contains(*v)) {
            let _ = write!(out, " [{}]", escape(value));
        }
        out.push('\n');
    }
    let more = found.n.saturating_sub(found.listed.len() as u64);
    if more > 0 {
        let text = voice.ui_with("more_findings", &[("n", Cell::Count(more))]);
        let _ = writeln!(out, "{}", escape(&text));
    }
    out
}

/// Writes everything found as one XML document.
pub(crate) fn document(doc: &Document<'_>, style: &Style, out: &mut dyn Write) -> Result<(), Error> {
    let voice = Voice::new(doc, style, false, "-");
    let files = by_file(doc);
    let mut suites = String::new();
    let (mut tests, mut failures) = (0, 0);
    for (file, codes) in &files {
        let tables: Vec<_> =
            doc.intake.tables.iter().filter(|t| *t.file == **file && !file.is_empty()).collect();
        let broken = tables.iter().filter(|t| !t.reconciles()).count();
        let failed = broken + codes.values().filter(|f| f.severity == Severity::Error).count();
        let cases = tables.len() + codes.len();
        (tests, failures) = (tests + cases, failures + failed);
        let name = if file.is_empty() { "naata" } else { file };
        let name = escape(name);
        let _ = writeln!(
            suites,
            "  <testsuite name=\"{name}\" tests=\"{cases}\" failures=\"{failed}\" errors=\"0\" skipped=\"0\">"
        );
        for t in tables {
            let refused: u64 = t.refused.values().sum();
            let kind = t.kind.name();
            let _ = write!(suites, "    <testcase classname=\"{name}\" name=\"{kind} reconciles\"");
            let account = format!("rows {}, used {}, refused {refused}", t.rows, t.used);
            let _ = match t.reconciles() {
                true => writeln!(suites, "><system-out>{account}</system-out></testcase>"),
                false => writeln!(
                    suites,
                    ">\n      <failure type=\"reconciles\" message=\"{account}\"></failure>\n    </testcase>"
                ),
            };
        }
        for (code, found) in codes {
            let text = lines(found, &voice);
            let first = text.lines().next().unwrap_or_default();
            let _ = write!(suites, "    <testcase classname=\"{name}\" name=\"{}\">\n      ", escape(code));
            let _ = match found.severity {
                Severity::Error => write!(
                    suites,
                    "<failure type=\"{}\" message=\"{} x {first}\">{text}</failure>",
                    escape(code),
                    found.n
                ),
                severity => {
                    write!(suites, "<system-out>{} x {}\n{text}</system-out>", found.n, severity.name())
                }
            };
            suites.push_str("\n    </testcase>\n");
        }
        suites.push_str("  </testsuite>\n");
    }
    let name = doc.sections.first().map_or("naata", |s| s.card.key);
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
    writeln!(
        out,
        "<testsuites name=\"naata {}\" tests=\"{tests}\" failures=\"{failures}\" errors=\"0\">",
        escape(name)
    )?;
    out.write_all(suites.as_bytes())?;
    Ok(writeln!(out, "</testsuites>")?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use naata_core::{Day, Findings, Ids, Intake, TableIntake, TableKind};
    use proptest::prelude::*;

    fn xml(intake: &Intake) -> String {
        let doc = Document {
            version: "0.1.0",
            title: "t",
            as_of: Some(Day(20_000)),
            ids: &Ids::default(),
            intake,
            sections: vec![],
            changes: vec![],
            extra_words: &[],
            list_stem: None,
        };
        let mut out = Vec::new();
        document(&doc, &Style::default(), &mut out).expect("a vector takes everything");
        String::from_utf8(out).expect("text")
    }

    proptest! {
        #[test]
        fn no_value_breaks_the_tags(file in ".{1,12}", column in ".{0,12}", value in ".{0,40}") {
            let shape = |text: &str| text.matches('<').count() + 1000 * text.matches('>').count() + text.matches('"').count();
            let with = |file: &str, column: &str, value: &str| {
                let mut findings = Findings::capped(2);
                findings.push(Finding::new("row.blank", Severity::Note).file(file).line(1).column(column).value(value));
                xml(&Intake { tables: vec![TableIntake::new(TableKind::Purchases, file, "generic")], findings })
            };
            let text = with(&file, &column, &value);
            prop_assert_eq!(shape(&text), shape(&with("f", "c", "v")), "{}", text);
            prop_assert!(!text.contains(|c: char| c.is_control() && c != '\n'));
        }
    }

    #[test]
    fn text_is_escaped_and_what_xml_has_not_is_replaced() {
        assert_eq!(
            escape("a<b>&\"'\n\u{0}\u{FFFE}ক"),
            "a&lt;b&gt;&amp;&quot;&apos;\u{FFFD}\u{FFFD}\u{FFFD}ক"
        );
    }

    #[test]
    fn errors_fail_with_their_place_and_exact_number_and_the_rest_passes() {
        let mut table = TableIntake::new(TableKind::Purchases, "a&b.csv", "generic");
        (table.rows, table.used) = (9, 5);
        table.refused.insert("date.unreadable", 3);
        let mut findings = Findings::capped(2);
        for line in [4, 5, 9] {
            let f =
                Finding::new("date.unreadable", Severity::Error).file("a&b.csv").line(line).column("Da\"te");
            findings.push(f.value("<soon>").expected("2026-03-31"));
        }
        findings.push(Finding::new("currency.unstated", Severity::Note));
        let text = xml(&Intake { tables: vec![table], findings });
        assert!(
            text.contains("<testsuites name=\"naata naata\" tests=\"3\" failures=\"2\" errors=\"0\">"),
            "{text}"
        );
        // A row that is in no account fails the file.
        assert!(text.contains("message=\"rows 9, used 5, refused 3\""), "{text}");
        assert!(text.contains("a&amp;b.csv:4:Da&quot;te: &apos;&lt;soon&gt;&apos; cannot"), "{text}");
        assert!(!text.contains("[&lt;soon&gt;]"), "the sentence has the value already: {text}");
        assert!(text.contains("message=\"3 x a&amp;b.csv:4:"), "{text}");
        assert!(text.contains("1 x note"), "{text}");
        assert!(text.contains("1 more of this kind"), "{text}");
        assert!(!text.contains("a&amp;b.csv:9:"), "{text}");
    }
}
