//! `check`: the audit of what was read - every row accounted for, what was assumed, what is wrong.
//!
//! # Formula
//! For each table `rows = used + sum of refused`, exactly. The data are in order when every table reconciles and no
//! finding is an error.
//!
//! Tables are also held against each other: tables recorded day by day (purchases, lines, touches, surveys, tickets)
//! should end within `gap_days` of the latest of them; the files of one table should not leave a hole longer than
//! that between them; and tables of which one ends before the other begins cannot be read together.

use crate::Error;
use naata_answer::{
    Action, Analysis, Answer, Card, Cell, ChartKind, Column, Message, Present, Refusal, Table, params,
};
use naata_core::{Context, Day, Finding, Findings, Intake, Severity, TableIntake, TableKind};
use std::collections::BTreeMap;

params! {
    /// Parameters of `check`.
    pub struct CheckParams {
        /// Days by which tables may end apart, or files of one table may leave out, before it is a finding
        gap_days: u32 = 31,
    }
}

/// The account of one file beside what was found in it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TableCheck {
    /// What was read.
    pub intake: TableIntake,
    /// Rows that are in no record.
    pub refused: u64,
    /// Errors found in the file.
    pub errors: u64,
    /// Warnings found in the file.
    pub warnings: u64,
}

/// The result of the audit.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Check {
    /// One account a file, in order of table and file.
    pub tables: Vec<TableCheck>,
    /// Everything found: while reading, and between the tables.
    pub findings: Findings,
    /// Whether every row of every table is accounted for.
    pub reconciles: bool,
}

impl Check {
    /// Whether the data are in order: every row accounted for and no error.
    pub fn is_ok(&self) -> bool {
        self.reconciles && self.findings.count_of(Severity::Error) == 0
    }
}

/// Audits what was read.
///
/// ```
/// use naata_core::{Intake, TableIntake, TableKind};
/// use naata_customers::{check, CheckParams};
///
/// let mut orders = TableIntake::new(TableKind::Purchases, "orders.csv", "generic");
/// (orders.rows, orders.used, orders.records) = (10, 9, 9);
/// orders.refused.insert("date.unreadable", 1);
/// let audit = check(&Intake { tables: vec![orders], ..Intake::default() }, &CheckParams::default())?;
/// assert!(audit.reconciles && audit.is_ok());
/// # Ok::<(), naata_customers::Error>(())
/// ```
pub fn check(intake: &Intake, params: &CheckParams) -> Result<Check, Error> {
    if intake.tables.is_empty() {
        return Err(Error::NoTables);
    }
    let mut findings = intake.findings.clone();
    let mut sorted: Vec<&TableIntake> = intake.tables.iter().collect();
    sorted.sort_by(|a, b| (a.kind, &a.file).cmp(&(b.kind, &b.file)));
    for t in sorted.iter().filter(|t| !t.reconciles()) {
        let refused: u64 = t.refused.values().sum();
        let finding = Finding::new("check.unreconciled", Severity::Error)
            .file(&t.file)
            .detail("rows", &t.rows)
            .detail("used", &t.used)
            .detail("refused", &refused);
        findings.push(finding);
    }
    let spans = spans(&sorted, params.gap_days, &mut findings);
    between_tables(&spans, params.gap_days, &mut findings);
    let reconciles = sorted.iter().all(|t| t.reconciles());
    let count = |file: &str, severity: Severity| {
        findings.counts().filter(|c| c.1 == Some(file) && c.2 == severity).map(|c| c.3).sum()
    };
    let tables = sorted
        .into_iter()
        .map(|t| TableCheck {
            refused: t.refused.values().sum(),
            errors: count(&t.file, Severity::Error),
            warnings: count(&t.file, Severity::Warning),
            intake: t.clone(),
        })
        .collect();
    Ok(Check { tables, findings, reconciles })
}

/// The span of each kind of table over all its files; a hole between two files is a finding.
fn spans(tables: &[&TableIntake], gap_days: u32, findings: &mut Findings) -> BTreeMap<TableKind, (Day, Day)> {
    let mut files: Vec<(TableKind, (Day, Day), &str)> =
        tables.iter().filter_map(|t| t.span.map(|span| (t.kind, span, &*t.file))).collect();
    files.sort_unstable();
    let mut spans: BTreeMap<TableKind, (Day, Day)> = BTreeMap::new();
    for (kind, (first, last), file) in files {
        match spans.get_mut(&kind) {
            None => {
                spans.insert(kind, (first, last));
            }
            Some(span) => {
                let missing = first.since(span.1) - 1;
                if is_daily(kind) && missing > i64::from(gap_days) {
                    let finding = Finding::new("check.hole", Severity::Warning)
                        .file(file)
                        .detail("table", &kind.name())
                        .detail("after", &span.1)
                        .detail("before", &first)
                        .detail("days", &missing);
                    findings.push(finding);
                }
                span.1 = span.1.max(last);
            }
        }
    }
    spans
}

/// Holds the spans of the tables against each other.
fn between_tables(spans: &BTreeMap<TableKind, (Day, Day)>, gap_days: u32, findings: &mut Findings) {
    // The days of customers are the days they were recorded: a register may well be older than every event.
    let events: Vec<(&TableKind, &(Day, Day))> =
        spans.iter().filter(|(kind, _)| **kind != TableKind::Customers).collect();
    for (i, (a, span_a)) in events.iter().enumerate() {
        for (b, span_b) in events.iter().skip(i + 1) {
            let (early, late, ends, begins) = if span_a.1 < span_b.0 {
                (a, b, span_a.1, span_b.0)
            } else if span_b.1 < span_a.0 {
                (b, a, span_b.1, span_a.0)
            } else {
                continue;
            };
            let finding = Finding::new("check.no_overlap", Severity::Warning)
                .detail("early", &early.name())
                .detail("late", &late.name())
                .detail("ends", &ends)
                .detail("begins", &begins);
            findings.push(finding);
        }
    }
    let daily = || events.iter().filter(|(kind, _)| is_daily(**kind));
    let Some((longest, latest)) = daily().map(|(kind, span)| (**kind, span.1)).max_by_key(|(_, last)| *last)
    else {
        return;
    };
    for (kind, span) in daily() {
        let short = latest.since(span.1);
        if short > i64::from(gap_days) {
            let finding = Finding::new("check.ends_early", Severity::Warning)
                .detail("table", &kind.name())
                .detail("last", &span.1)
                .detail("other", &longest.name())
                .detail("latest", &latest)
                .detail("days", &short);
            findings.push(finding);
        }
    }
}

/// Whether a table is recorded day by day, so that a silence says something about the export.
fn is_daily(kind: TableKind) -> bool {
    matches!(
        kind,
        TableKind::Purchases
            | TableKind::Lines
            | TableKind::Touches
            | TableKind::Surveys
            | TableKind::Tickets
    )
}

/// The names of tables, in the order of [`TableKind::ALL`].
const TABLES: [&str; 12] = {
    let mut names = [""; 12];
    let mut i = 0;
    while i < 12 {
        names[i] = match TableKind::ALL[i] {
            TableKind::Customers => "customers",
            TableKind::Purchases => "purchases",
            TableKind::Lines => "lines",
            TableKind::Touches => "touches",
            TableKind::Surveys => "surveys",
            TableKind::Subscriptions => "subscriptions",
            TableKind::Tickets => "tickets",
            TableKind::Consents => "consents",
            TableKind::Deals => "deals",
            TableKind::Leads => "leads",
            TableKind::Campaigns => "campaigns",
            TableKind::Costs => "costs",
        };
        i += 1;
    }
    names
};

/// The names of severities, in their order.
const SEVERITIES: &[&str] = &["note", "warning", "error"];

fn tables_column(kinds: impl Iterator<Item = TableKind>) -> Column {
    let of = kinds.map(|k| TableKind::ALL.iter().position(|x| *x == k).and_then(|p| u16::try_from(p).ok()));
    Column::Word { family: "table", names: &TABLES, of: of.collect() }
}

fn severities_column(severities: impl Iterator<Item = Severity>) -> Column {
    Column::Word { family: "severity", names: SEVERITIES, of: severities.map(|s| Some(s as u16)).collect() }
}

fn text(value: Option<&str>) -> Option<Box<str>> {
    value.map(Into::into)
}

impl Check {
    fn tables_table(&self) -> Table {
        let all = || self.tables.iter();
        let count = |f: fn(&TableCheck) -> u64| Column::Count(all().map(|t| Some(f(t))).collect());
        Table::figures("tables")
            .with("name", tables_column(all().map(|t| t.intake.kind)))
            .with("file", Column::Text(all().map(|t| text(Some(&t.intake.file))).collect()))
            .with("format", Column::Text(all().map(|t| text(Some(&t.intake.format))).collect()))
            .with("rows", count(|t| t.intake.rows))
            .with("used", count(|t| t.intake.used))
            .with("refused", count(|t| t.refused))
            .with("records", count(|t| t.intake.records))
            .with("errors", count(|t| t.errors))
            .with("warnings", count(|t| t.warnings))
            .with("first", Column::Day(all().map(|t| t.intake.span.map(|s| s.0)).collect()))
            .with("last", Column::Day(all().map(|t| t.intake.span.map(|s| s.1)).collect()))
            .with("reconciles", Column::Flag(all().map(|t| Some(t.intake.reconciles())).collect()))
            .chart("check.rows", ChartKind::Bars { label: "file", value: "used" })
    }

    fn refused_table(&self) -> Table {
        let rows: Vec<(&TableIntake, &str, u64)> = self
            .tables
            .iter()
            .flat_map(|t| t.intake.refused.iter().map(|(code, n)| (&t.intake, *code, *n)))
            .collect();
        let table = Table::figures("refused")
            .with("table", tables_column(rows.iter().map(|r| r.0.kind)))
            .with("file", Column::Text(rows.iter().map(|r| text(Some(&r.0.file))).collect()))
            .with("code", Column::Text(rows.iter().map(|r| text(Some(r.1))).collect()))
            .with("rows", Column::Count(rows.iter().map(|r| Some(r.2)).collect()));
        if rows.is_empty() {
            return table;
        }
        table.chart("check.refused", ChartKind::Bars { label: "code", value: "rows" })
    }

    fn assumed_table(&self) -> Table {
        let rows: Vec<(&TableIntake, &str, &str)> = self
            .tables
            .iter()
            .flat_map(|t| t.intake.assumed.iter().map(|(what, value)| (&t.intake, *what, &**value)))
            .collect();
        Table::figures("assumed")
            .with("table", tables_column(rows.iter().map(|r| r.0.kind)))
            .with("file", Column::Text(rows.iter().map(|r| text(Some(&r.0.file))).collect()))
            .with("what", Column::Text(rows.iter().map(|r| text(Some(r.1))).collect()))
            .with("value", Column::Text(rows.iter().map(|r| text(Some(r.2))).collect()))
    }

    fn counts_table(&self) -> Table {
        let mut rows: Vec<_> = self.findings.counts().collect();
        rows.sort_by(|a, b| b.2.cmp(&a.2).then_with(|| (a.0, a.1).cmp(&(b.0, b.1))));
        Table::figures("counts")
            .with("code", Column::Text(rows.iter().map(|r| text(Some(r.0))).collect()))
            .with("severity", severities_column(rows.iter().map(|r| r.2)))
            .with("file", Column::Text(rows.iter().map(|r| text(r.1)).collect()))
            .with("n", Column::Count(rows.iter().map(|r| Some(r.3)).collect()))
    }

    /// The listed findings as a file to work through.
    fn problems_table(&self) -> Table {
        let rows: Vec<&Finding> =
            self.findings.listed().into_iter().filter(|f| f.severity > Severity::Note).collect();
        let column =
            |f: fn(&Finding) -> Option<&str>| Column::Text(rows.iter().map(|r| text(f(r))).collect());
        Table::list("problems")
            .with("file", column(|f| f.file.as_deref()))
            .with("line", Column::Count(rows.iter().map(|f| f.line).collect()))
            .with("column", column(|f| f.column.as_deref()))
            .with("code", column(|f| Some(f.code)))
            .with("severity", severities_column(rows.iter().map(|f| f.severity)))
            .with("value", column(|f| f.value.as_deref()))
            .with("expected", column(|f| f.expected.as_deref()))
            .with("suggestion", column(|f| f.suggestion.as_deref()))
    }
}

impl Present for Check {
    fn answer(&self) -> Answer {
        let mut a = Answer::default();
        let n = |severity| Cell::Count(self.findings.count_of(severity));
        let rows = self.tables.iter().map(|t| t.intake.rows).sum();
        let refused = self.tables.iter().map(|t| t.refused).sum();
        a.set("ok", Cell::Flag(self.is_ok()));
        a.set("reconciles", Cell::Flag(self.reconciles));
        a.set("errors", n(Severity::Error));
        a.set("warnings", n(Severity::Warning));
        a.set("notes", n(Severity::Note));
        a.set("rows", Cell::Count(rows));
        a.set("refused_rows", Cell::Count(refused));
        a.tables = vec![
            self.tables_table(),
            self.refused_table(),
            self.assumed_table(),
            self.counts_table(),
            self.problems_table(),
        ];
        let read = Message::new("check.read")
            .with("tables", Cell::Count(self.tables.len() as u64))
            .with("rows", Cell::Count(rows))
            .with("refused", Cell::Count(refused));
        a.messages.push(read);
        if self.is_ok() {
            a.messages.push(Message::new("check.in_order").with("warnings", n(Severity::Warning)));
            let values = vec![("warnings", n(Severity::Warning))];
            a.actions.push(Action::Nothing { key: "check.nothing", values });
        } else {
            let errors = Message::new("check.errors").with("errors", n(Severity::Error));
            a.messages.push(errors.with("warnings", n(Severity::Warning)));
            // An audit concerns rows, not customers: rows that could not be read belong to nobody yet.
            a.actions.push(Action::Act { key: "check.fix", customers: 0, stake: None, list: "problems" });
        }
        a.findings = self.findings.listed().into_iter().cloned().collect();
        a
    }
}

/// `check` in the catalogue.
pub struct CheckAnalysis;

impl Analysis for CheckAnalysis {
    type Params = CheckParams;
    type Input<'a> = &'a Intake;
    type Output = Check;
    const CARD: Card = Card {
        key: "check",
        version: 1,
        title: "What was read, what was left out and why",
        unit: "rows",
        formula: "rows = used + refused, for every table and exactly",
        source: "definition",
        assumptions: &[
            "purchases, lines, touches, surveys and tickets are recorded day by day",
            "findings of one code in one file are listed up to a cap and counted without one",
        ],
        words: &[
            "message.check.read",
            "message.check.in_order",
            "message.check.errors",
            "action.check.nothing",
            "action.check.fix",
            "chart.check.rows",
            "chart.check.refused",
            "word.severity.note",
            "word.severity.warning",
            "word.severity.error",
            "word.table.customers",
            "word.table.purchases",
            "word.table.lines",
            "word.table.touches",
            "word.table.surveys",
            "word.table.subscriptions",
            "word.table.tickets",
            "word.table.consents",
            "word.table.deals",
            "word.table.leads",
            "word.table.campaigns",
            "word.table.costs",
        ],
        example: "naata check --purchases orders.csv",
    };

    fn run(intake: &Intake, params: &CheckParams, _: &Context<'_>) -> Result<Check, Refusal> {
        Ok(check(intake, params)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        Day::parse_iso(text).unwrap()
    }

    fn table(kind: TableKind, file: &str, first: &str, last: &str) -> TableIntake {
        let mut t = TableIntake::new(kind, file, "generic");
        (t.rows, t.used, t.records) = (10, 8, 8);
        t.refused.insert("date.unreadable", 2);
        t.span = Some((day(first), day(last)));
        t
    }

    fn audit(tables: Vec<TableIntake>) -> Check {
        check(&Intake { tables, findings: Findings::default() }, &CheckParams::default()).unwrap()
    }

    #[test]
    fn names_of_tables_and_severities_are_those_of_the_core() {
        for (kind, name) in TableKind::ALL.into_iter().zip(TABLES) {
            assert_eq!(kind.name(), name);
        }
        for s in [Severity::Note, Severity::Warning, Severity::Error] {
            assert_eq!(SEVERITIES[s as usize], s.name());
        }
    }

    #[test]
    fn errors_are_counted_by_file_and_decide() {
        let mut intake = Intake::default();
        intake.tables.push(table(TableKind::Purchases, "p.csv", "2026-01-01", "2026-03-31"));
        for line in 0..50 {
            let finding = Finding::new("date.unreadable", Severity::Error).file("p.csv").line(line);
            intake.findings.push(finding);
        }
        let c = check(&intake, &CheckParams::default()).unwrap();
        assert!(!c.is_ok() && c.reconciles);
        assert_eq!((c.tables[0].errors, c.tables[0].warnings, c.tables[0].refused), (50, 0, 2));
        let a = c.answer();
        assert_eq!(a.flaws(), Vec::<String>::new());
        assert_eq!(a.get("ok"), Some(&Cell::Flag(false)));
        assert_eq!(a.get("errors"), Some(&Cell::Count(50)));
        assert_eq!(a.table("tables").unwrap().column("errors"), Some(&Column::Count(vec![Some(50)])));
        assert!(matches!(a.actions[..], [Action::Act { list: "problems", .. }]));
        // Listed up to the cap, counted without one.
        assert_eq!(a.findings.len(), 20);
    }

    #[test]
    fn a_lost_row_is_an_error() {
        let mut t = table(TableKind::Purchases, "p.csv", "2026-01-01", "2026-03-31");
        t.rows = 11;
        let c = audit(vec![t]);
        assert!(!c.reconciles && !c.is_ok());
        assert_eq!(c.findings.count("check.unreconciled"), 1);
        assert_eq!(c.tables[0].errors, 1);
    }

    #[test]
    fn gaps_between_tables_and_files_are_found_at_their_border() {
        use TableKind::{Costs, Customers, Purchases, Touches};
        let codes = |tables| {
            let c: Check = audit(tables);
            c.findings.counts().map(|c| c.0).collect::<Vec<_>>()
        };
        let p = || table(Purchases, "p.csv", "2026-01-01", "2026-03-31");
        assert!(codes(vec![p(), table(Touches, "t.csv", "2026-01-01", "2026-02-28")]).is_empty());
        assert_eq!(
            codes(vec![p(), table(Touches, "t.csv", "2026-01-01", "2026-02-27")]),
            ["check.ends_early"]
        );
        // Costs may end early, and a register of customers may lie wholly before.
        assert!(codes(vec![p(), table(Costs, "c.csv", "2025-01-01", "2026-01-01")]).is_empty());
        assert!(codes(vec![p(), table(Customers, "c.csv", "2020-01-01", "2021-01-01")]).is_empty());
        assert_eq!(codes(vec![p(), table(Costs, "c.csv", "2025-01-01", "2025-12-31")]), ["check.no_overlap"]);
        // Two files of one table may follow each other, with a hole of up to 31 days.
        let later = |first| table(Purchases, "q.csv", first, "2026-12-31");
        assert!(codes(vec![later("2026-05-02"), p()]).is_empty());
        assert_eq!(codes(vec![later("2026-05-03"), p()]), ["check.hole"]);
    }

    #[test]
    fn the_order_of_files_does_not_matter() {
        let mut tables = vec![
            table(TableKind::Touches, "t.csv", "2026-01-01", "2026-01-05"),
            table(TableKind::Purchases, "b.csv", "2026-01-01", "2026-03-31"),
            table(TableKind::Purchases, "a.csv", "2025-01-01", "2025-03-31"),
        ];
        let one = audit(tables.clone());
        tables.reverse();
        assert_eq!(one, audit(tables));
        assert_eq!(check(&Intake::default(), &CheckParams::default()), Err(Error::NoTables));
    }
}
