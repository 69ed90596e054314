//! The flags every command shares: inputs, reading, time, output.

use crate::fail::Fail;
use clap::{Arg, ArgAction, ArgMatches, Command};
use naata_core::TableKind;
use naata_report::{Digits, Format, Lang};
use std::path::PathBuf;

/// The flags of inputs and reading.
pub fn with_inputs(mut command: Command) -> Command {
    for kind in TableKind::ALL {
        command = command.arg(
            Arg::new(kind.name())
                .long(kind.name())
                .value_name("FILE")
                .action(ArgAction::Append)
                .help_heading("Tables")
                .help(format!("Table of {} ('-' is standard input)", kind.name())),
        );
    }
    let value = |name: &'static str, value_name: &'static str, heading: &'static str, help: &'static str| {
        Arg::new(name).long(name).value_name(value_name).help_heading(heading).help(help)
    };
    let flag = |name: &'static str, heading: &'static str, help: &'static str| {
        Arg::new(name).long(name).action(ArgAction::SetTrue).help_heading(heading).help(help)
    };
    command
        .arg(
            value("project", "DIR", "Inputs", "Folder with naata.toml [default: found upward from here]")
                .short('p'),
        )
        .arg(value("programme", "FILE", "Inputs", "Loyalty programme (TOML)"))
        .arg(value("rules", "FILE", "Inputs", "Rules of segments (TOML)"))
        .arg(value("events", "FILE", "Inputs", "Loyalty events (JSON or JSON lines)"))
        .arg(
            value("map", "FIELD=COLUMN", "Reading", "Column of a field: amount=Total, purchases.amount=#5")
                .action(ArgAction::Append),
        )
        .arg(value("delimiter", "CHAR", "Reading", "Delimiter: , ; | tab space [default: detected]"))
        .arg(flag("no-header", "Reading", "The files have no header row"))
        .arg(value(
            "date-format",
            "FORMAT",
            "Reading",
            "Order of dates: ymd, dmy, mdy [default: from the whole column]",
        ))
        .arg(flag("decimal-comma", "Reading", "Amounts are written 1.234,50"))
        .arg(value("encoding", "NAME", "Reading", "Encoding of the files [default: detected]"))
        .arg(
            value(
                "missing",
                "WORDS",
                "Reading",
                "Words that stand for nothing, such as NA,null [default: none]",
            )
            .action(ArgAction::Append)
            .value_delimiter(','),
        )
        .arg(value(
            "sheet",
            "NAME",
            "Reading",
            "Sheet of a workbook [default: the first one that is not empty]",
        ))
        .arg(value("currency", "CODE", "Reading", "Currency of amounts that state none, such as INR"))
        .arg(value(
            "time-zone",
            "ZONE",
            "Time",
            "Zone in which days are counted, such as Asia/Kolkata [default: UTC]",
        ))
        .arg(value(
            "as-of",
            "DATE",
            "Time",
            "The last day that is known [default: the last date of the data]",
        ))
        .arg(value("history-from", "DATE", "Time", "The day the export begins"))
        .arg(value("seed", "N", "Output", "Seed of everything random").default_value("1"))
        .arg(value("threads", "N", "Output", "Threads; 0 asks the machine").default_value("0"))
        .arg(flag("quiet", "Output", "Say nothing on standard error but errors").short('q'))
}

/// The flags of output.
pub fn with_output(command: Command) -> Command {
    let value = |name: &'static str, value_name: &'static str, help: &'static str| {
        Arg::new(name).long(name).value_name(value_name).help_heading("Output").help(help)
    };
    command
        .arg(
            value(
                "format",
                "FORMAT",
                "table, csv, json, jsonl, markdown, html, or junit (findings as XML for CI) [default: table, or by the suffix of -o]",
            )
            .value_parser(Format::ALL.map(Format::name)),
        )
        .arg(value("output", "FILE", "Write to a file; it appears whole or not at all").short('o'))
        .arg(value("table", "NAME", "Which table of the answer csv and jsonl show [default: the first]"))
        .arg(value("lang", "LANG", "Language of words: en, hi or bn").value_parser(Lang::ALL.map(Lang::name)))
        .arg(value("digits", "DIGITS", "latin or native").value_parser(["latin", "native"]))
        .arg(value("color", "WHEN", "auto, always or never").value_parser(["auto", "always", "never"]))
        .arg(
            Arg::new("excel")
                .long("excel")
                .action(ArgAction::SetTrue)
                .help_heading("Output")
                .help("CSV for spreadsheets: byte order mark, CRLF, formulas made harmless"),
        )
        .arg(
            Arg::new("with-identities")
                .long("with-identities")
                .action(ArgAction::SetTrue)
                .help_heading("Output")
                .help("Show customer ids in pages meant for reading"),
        )
        .arg(
            Arg::new("strict")
                .long("strict")
                .action(ArgAction::SetTrue)
                .help_heading("Output")
                .help("Exit with 4 when the data are too thin for an answer"),
        )
}

/// A value of a flag, when the command has the flag and it was given or has a default.
pub fn text(m: &ArgMatches, name: &str) -> Option<String> {
    m.try_get_one::<String>(name).ok().flatten().cloned()
}

/// All values of a repeated flag.
pub fn texts(m: &ArgMatches, name: &str) -> Vec<String> {
    m.try_get_many::<String>(name).ok().flatten().map(|v| v.cloned().collect()).unwrap_or_default()
}

/// Whether a flag was given.
pub fn flag(m: &ArgMatches, name: &str) -> bool {
    m.try_get_one::<bool>(name).ok().flatten().copied().unwrap_or(false)
}

/// A path given by a flag.
pub fn path(m: &ArgMatches, name: &str) -> Option<PathBuf> {
    text(m, name).map(PathBuf::from)
}

/// A number given by a flag.
pub fn number<T: std::str::FromStr>(m: &ArgMatches, name: &str) -> Result<Option<T>, Fail> {
    text(m, name)
        .map(|t| {
            t.parse().map_err(|_| {
                Fail::usage("cli.number", format!("read --{name}: expected a whole number, got '{t}'"))
            })
        })
        .transpose()
}

/// The output the flags ask for.
#[derive(Debug)]
pub struct Output {
    pub format: Format,
    pub file: Option<PathBuf>,
    pub table: Option<String>,
    pub style: naata_report::Style,
    pub strict: bool,
    pub quiet: bool,
    /// How many threads put the result into text; 0 asks the machine.
    pub threads: usize,
}

/// Reads the flags of output; `lang` is the project's language.
pub fn output(m: &ArgMatches, lang: Option<&str>) -> Result<Output, Fail> {
    use std::io::IsTerminal;
    let file = path(m, "output").filter(|p| p.as_os_str() != "-");
    let named = text(m, "format").and_then(|f| Format::parse(&f));
    let by_suffix = file.as_ref().and_then(|f| Format::from_suffix(&f.to_string_lossy()));
    let lang = text(m, "lang").or_else(|| lang.map(str::to_string)).unwrap_or_else(|| "en".into());
    let lang = Lang::parse(&lang)
        .ok_or_else(|| Fail::usage("cli.lang", format!("speak '{lang}': the languages are en, hi and bn")))?;
    let terminal = file.is_none() && std::io::stdout().is_terminal();
    let colour = match text(m, "color").as_deref() {
        Some("always") => true,
        Some("never") => false,
        _ => terminal && !environment_says_no_colour(),
    };
    Ok(Output {
        format: named.or(by_suffix).unwrap_or_default(),
        table: text(m, "table"),
        style: naata_report::Style {
            lang,
            digits: text(m, "digits").and_then(|d| Digits::parse(&d)).unwrap_or_default(),
            colour,
            width: if terminal { terminal_width() } else { None },
            excel: flag(m, "excel"),
            with_identities: flag(m, "with-identities"),
        },
        strict: flag(m, "strict"),
        quiet: flag(m, "quiet"),
        threads: number(m, "threads")?.unwrap_or(0),
        file,
    })
}

/// `NO_COLOR` is a common convention that any value switches colour off.
#[expect(clippy::disallowed_methods, reason = "the command line is the one reader of the environment")]
fn environment_says_no_colour() -> bool {
    std::env::var_os("NO_COLOR").is_some_and(|v| !v.is_empty())
}

/// Shells that export `COLUMNS` say how wide the terminal is; else the common 100 is taken.
#[expect(clippy::disallowed_methods, reason = "the command line is the one reader of the environment")]
fn terminal_width() -> Option<usize> {
    let columns = std::env::var("COLUMNS").ok().and_then(|c| c.parse().ok());
    Some(columns.unwrap_or(100))
}
