//! The product as a user meets it: one answer whatever the order of rows and threads, clear messages for bad input,
//! nothing written half-way, and a catalogue without gaps.

use super::{naata, scratch};
use naata::CATALOGUE;
use naata_answer::Role;
use naata_report::Lang;
use std::collections::BTreeSet;
use std::path::Path;

/// A small demo shop in a folder.
fn shop(folder: &Path, customers: &str) {
    let (code, _, err) = naata(folder, &["demo", "shop", "--customers", customers, "-q"]);
    assert_eq!(code, 0, "{err}");
}

/// Rewrites a CSV with its rows in reverse.
fn reverse(path: &Path) {
    let mut reader =
        csv::ReaderBuilder::new().has_headers(false).flexible(true).from_path(path).expect("a CSV");
    let mut rows: Vec<csv::StringRecord> = reader.records().map(|r| r.expect("a row")).collect();
    rows[1..].reverse();
    let mut writer = csv::WriterBuilder::new().flexible(true).from_path(path).expect("a CSV");
    for row in rows {
        writer.write_record(&row).expect("written");
    }
    writer.flush().expect("written");
}

#[test]
fn the_report_knows_neither_row_order_nor_threads() {
    let folder = scratch("order");
    shop(&folder, "250");
    let report = |name: &str, threads: &str| {
        let out = folder.join(name);
        std::fs::create_dir_all(&out).expect("a folder");
        let file = out.join("report.html");
        let args = ["report", "-p", "shop", "-o", &file.display().to_string(), "--threads", threads, "-q"];
        let (code, _, err) = naata(&folder, &args);
        assert_eq!(code, 0, "{err}");
        std::fs::read(file).expect("the report")
    };
    let one = report("one", "1");
    assert!(one.len() > 30_000, "the report has {} bytes", one.len());
    assert!(one == report("two", "2"), "two threads change the report");
    assert!(one == report("seven", "7"), "seven threads change the report");
    for entry in std::fs::read_dir(folder.join("shop")).expect("the shop").flatten() {
        if entry.path().extension().is_some_and(|x| x == "csv") {
            reverse(&entry.path());
        }
    }
    let reversed = report("reversed", "2");
    if one != reversed {
        let (a, b) = (String::from_utf8_lossy(&one), String::from_utf8_lossy(&reversed));
        let differing = a.lines().zip(b.lines()).find(|(x, y)| x != y);
        panic!("reversed rows change the report: {differing:?}");
    }
}

#[test]
fn a_second_report_says_what_changed() {
    let folder = scratch("changes");
    shop(&folder, "60");
    let run = || {
        let (code, _, err) = naata(&folder, &["report", "-p", "shop", "-o", "report.html", "-q"]);
        assert_eq!(code, 0, "{err}");
        std::fs::read_to_string(folder.join("report.html")).expect("the report")
    };
    let first = run();
    assert_eq!(first, run(), "an unchanged run is the same page");
    assert!(folder.join("history/0001.json").exists() && !folder.join("history/0002.json").exists());
    let path = folder.join("shop/purchases.csv");
    let mut text = std::fs::read_to_string(&path).expect("purchases");
    let line = text.lines().nth(3).expect("a row").to_string();
    text = text.replacen(&format!("{line}\n"), "", 1);
    text.push_str("NEW-1,,2026-09-30,10:00:00,100.00,0.00,0.00,INR\n");
    std::fs::write(&path, text).expect("changed purchases");
    let second = run();
    assert!(folder.join("history/0002.json").exists());
    assert_ne!(first, second);
    let (code, out, err) =
        naata(&folder, &["compare", "history/0001.json", "history/0002.json", "--format", "json"]);
    assert_eq!(code, 0, "{err}");
    let json: serde_json::Value = serde_json::from_slice(&out).expect("JSON");
    let text = json.to_string();
    assert!(text.contains("purchases"), "{text}");
}

#[test]
fn bad_input_is_refused_clearly_and_nothing_is_written() {
    let folder = scratch("bad");
    let write = |name: &str, bytes: &[u8]| std::fs::write(folder.join(name), bytes).expect("written");
    write("empty.csv", b"");
    write("header.csv", b"customer,date,amount\n");
    write("typo.csv", b"customer,date,amuont\nA,2026-01-01,5\n");
    write("mixed.csv", b"customer,date,amount,currency\nA,2026-01-01,5,INR\nB,2026-01-02,6,BDT\n");
    write("binary.csv", &[0, 1, 2, 3, 0, 255, 254, 0, 9, 0]);
    write(
        "rows.csv",
        b"customer,date,amount\nA,2026-02-30,5\nB,2026-01-02,abc\nC,2026-01-03,7.50\nD,2026-01-04,8\n",
    );
    write("ok.csv", b"customer,date,amount\nA,2026-01-01,5\nB,2026-01-02,6\n");
    std::fs::create_dir(folder.join("dir.csv")).expect("a folder");
    // File, exit code, words that must be there.
    let cases: [(&str, i32, &[&str]); 6] = [
        ("empty.csv", 3, &["empty.csv", "empty"]),
        ("typo.csv", 3, &["amount", "amuont"]),
        ("mixed.csv", 3, &["INR", "BDT"]),
        ("binary.csv", 3, &["binary.csv", "text"]),
        ("dir.csv", 3, &["dir.csv", "folder"]),
        ("absent.csv", 3, &["absent.csv", "no such file"]),
    ];
    for (file, exit, words) in cases {
        let (code, out, err) = naata(&folder, &["rfm", "--purchases", file, "-o", "out.json"]);
        assert_eq!(code, exit, "{file}: {err}");
        assert!(out.is_empty(), "{file}");
        for word in words {
            assert!(err.contains(word), "{file}: '{word}' is missing in: {err}");
        }
        assert!(!folder.join("out.json").exists(), "{file}: something was written");
    }
    // A header without rows is an export of nothing: a whole answer that says so, and a failure only under --strict.
    let (code, _, err) = naata(&folder, &["rfm", "--purchases", "header.csv", "--strict"]);
    assert_eq!(code, 4, "{err}");
    let (code, out, err) = naata(&folder, &["rfm", "--purchases", "header.csv", "--format", "json"]);
    assert_eq!(code, 0, "{err}");
    assert!(err.contains("file.header_only") && err.contains("inconclusive"), "{err}");
    let json: serde_json::Value = serde_json::from_slice(&out).expect("JSON");
    assert_eq!(json["result"]["refused"]["code"], "segments.no_buyers", "{json}");

    // Partial trouble: the good rows are used, each bad one is told with line, column and value.
    let (code, out, err) = naata(&folder, &["check", "--purchases", "rows.csv", "--format", "json"]);
    assert_eq!(code, 1, "{err}");
    let json: serde_json::Value = serde_json::from_slice(&out).expect("JSON");
    let table = &json["result"]["tables"][0];
    assert_eq!((table["rows"].as_u64(), table["used"].as_u64()), (Some(4), Some(2)), "{json}");
    let findings = json["findings"].as_array().expect("findings");
    let told = |line: u64, column: &str, value: &str| {
        findings.iter().any(|f| f["line"] == line && f["column"] == column && f["value"] == value)
    };
    assert!(told(2, "date", "2026-02-30") && told(3, "amount", "abc"), "{json:#}");
    // Usage.
    for args in [
        &["rfm", "--purchases", "ok.csv", "--bins", "many"][..],
        &["rfm", "--purchases", "ok.csv", "--map", "amuont=amount"][..],
        &["rfm", "--purchases", "ok.csv", "--as-of", "yesterday"][..],
        &["rfm", "--purchases", "ok.csv", "--time-zone", "Bengal"][..],
        &["rfm"][..],
        &["loyalty", "run", "--purchases", "ok.csv"][..],
        &["fly"][..],
    ] {
        let (code, out, err) = naata(&folder, args);
        assert_eq!(code, 2, "{args:?}: {err}");
        assert!(out.is_empty() && !err.is_empty(), "{args:?}");
    }
    // A result that cannot be placed leaves nothing behind.
    let (code, _, err) = naata(&folder, &["rfm", "--purchases", "ok.csv", "-o", "no/such/folder/out.json"]);
    assert_eq!(code, 3, "{err}");
    let left: Vec<_> =
        std::fs::read_dir(&folder).expect("the folder").flatten().map(|e| e.file_name()).collect();
    assert!(left.iter().all(|n| !n.to_string_lossy().contains("tmp")), "{left:?}");
}

#[cfg(unix)]
#[test]
fn a_file_without_permission_is_told() {
    use std::os::unix::fs::PermissionsExt;
    let folder = scratch("permission");
    let path = folder.join("locked.csv");
    std::fs::write(&path, "customer,date,amount\nA,2026-01-01,5\n").expect("written");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o000)).expect("locked");
    if std::fs::File::open(&path).is_ok() {
        eprintln!("skipped: this user may read everything");
        return;
    }
    let (code, _, err) = naata(&folder, &["summary", "--purchases", "locked.csv"]);
    assert_eq!(code, 3);
    assert!(err.contains("permission denied"), "{err}");
}

#[test]
fn every_analysis_has_words_source_case_and_every_format() {
    let suite = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../suite");
    let cases: String = std::fs::read_dir(suite)
        .expect("the suite")
        .flatten()
        .map(|e| std::fs::read_to_string(e.path()).unwrap_or_default())
        .collect();
    let folder = scratch("catalogue");
    shop(&folder, "120");
    let mut wrong = Vec::new();
    let mut keys = BTreeSet::new();
    for entry in CATALOGUE {
        let card = entry.card;
        if !keys.insert(card.key) {
            wrong.push(format!("{} is in the catalogue twice", card.key));
        }
        if card.source.is_empty() || card.formula.is_empty() {
            wrong.push(format!("{} lacks a source or a formula", card.key));
        }
        if !card.example.starts_with(&format!("naata {}", card.key)) {
            wrong.push(format!("the example of {} does not show the command", card.key));
        }
        if !cases.contains(&format!("=== run naata {} ", card.key)) {
            wrong.push(format!("{} has no case in suite/", card.key));
        }
        for format in ["table", "csv", "json", "jsonl", "markdown", "html"] {
            let mut args: Vec<&str> = card.key.split(' ').collect();
            args.extend(["-p", "shop", "-q", "--format", format]);
            let (code, out, err) = naata(&folder, &args);
            // A table without rows is no lines at all.
            let silent = out.is_empty() && format != "jsonl";
            if (code != 0 && card.key != "check") || silent {
                wrong.push(format!("naata {} --format {format}: exit {code}: {err}", card.key));
            }
            if format == "json" {
                let json: Result<serde_json::Value, _> = serde_json::from_slice(&out);
                match json {
                    Ok(json) => {
                        let schema = format!("{}/{}", card.key.replace(' ', "-"), card.version);
                        if json["schema"] != schema.as_str() {
                            wrong.push(format!("{}: schema {}", card.key, json["schema"]));
                        }
                    }
                    Err(e) => wrong.push(format!("{}: no JSON: {e}", card.key)),
                }
            }
        }
        wrong.extend(missing_words(card.key));
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// The words an answer of the demo shop needs and a language lacks.
fn missing_words(key: &str) -> Vec<String> {
    let mut base = demo_base();
    let programme = "currency = 'INR'\ntimezone = 'Asia/Kolkata'\n[[earn]]\nid = 'base'\ntrigger = 'purchase'\n\
                     amount = { type = 'per_amount', points = '1', per = '100', partial = 'whole_groups' }";
    base = base.with_programme(toml::from_str(programme).expect("a programme"), None).expect("events");
    let rules = "[[segment]]\nname = 'kolkata'\nwhen = { fact = 'customers.city', is = 'Kolkata' }";
    base = base.with_rules(naata::facts::rules::Rules::parse(rules, &naata::known_facts()).expect("rules"));
    let as_of = naata_core::Day::from_ymd(2026, 9, 30).expect("a day");
    let mut session = naata::Session::new(&base, naata_core::Context::at(as_of)).expect("a session");
    let run = match session.ask(key, &|_| None) {
        Ok(run) => run,
        Err(naata::Error::Missing { .. }) => return Vec::new(),
        // A small shop is too little for some models: the words they state are there all the same.
        Err(e) if e.class() == naata_core::Class::Inconclusive => {
            let card = session.entry(key).expect("it was asked").card;
            let lacks =
                |lang: Lang| naata_report::missing_words(lang, card, &naata_answer::Answer::default());
            return Lang::ALL.into_iter().flat_map(lacks).collect();
        }
        Err(e) => panic!("{key}: {e}"),
    };
    assert_eq!(run.answer.flaws(), Vec::<String>::new(), "{key}");
    assert!(!run.answer.actions.is_empty(), "{key} ends without an action");
    let lists_with_charts = run.answer.tables.iter().any(|t| t.role == Role::List && !t.charts.is_empty());
    assert!(!lists_with_charts, "{key}: a list has a chart");
    let card = session.entry(key).expect("it ran").card;
    let lacks = |lang: Lang| {
        let missing = naata_report::missing_words(lang, card, &run.answer).into_iter();
        missing.map(move |word| format!("{}.txt lacks: {word} =", lang.name()))
    };
    Lang::ALL.into_iter().flat_map(lacks).collect()
}

#[test]
fn every_mistake_of_rules_has_words() {
    let mut missing = Vec::new();
    for lang in Lang::ALL {
        for code in naata::facts::rules::Diagnostic::codes() {
            for key in [format!("finding.{code}"), format!("finding.{code}.more")] {
                if naata_report::words(lang, &key).is_none() {
                    missing.push(format!("{}.txt lacks: {key} =", lang.name()));
                }
            }
        }
    }
    assert!(missing.is_empty(), "{missing:#?}");
}

#[test]
fn every_fact_is_of_the_kind_rules_are_told() {
    let programme = "currency = 'INR'\ntimezone = 'Asia/Kolkata'\n[[earn]]\nid = 'base'\ntrigger = 'purchase'\n\
                     amount = { type = 'per_amount', points = '1', per = '100', partial = 'whole_groups' }";
    let programme = toml::from_str(programme).expect("a programme");
    let base = demo_base().with_programme(programme, None).expect("events");
    let as_of = naata_core::Day::from_ymd(2026, 9, 30).expect("a day");
    let mut session = naata::Session::new(&base, naata_core::Context::at(as_of)).expect("a session");
    let (mut wrong, mut judged) = (Vec::new(), 0);
    for (fact, kind) in naata::known_facts() {
        match session.facts(&[fact]).map(|facts| facts.column(fact).map(naata::facts::Column::holds)) {
            Ok(found) if found == Ok(kind) => judged += 1,
            // A small shop is too little for some models; what they would give is not known here.
            Err(e) if e.class() == naata_core::Class::Inconclusive => {}
            other => wrong.push(format!("{fact}: {kind:?} is told, {other:?} comes out")),
        }
    }
    assert!(wrong.is_empty(), "crates/naata/src/known.rs is to be mended: {wrong:#?}");
    assert!(judged >= 25, "{judged} facts came out");
}

/// A shop large enough that every analysis has an answer, worked out once.
fn demo_base() -> naata::Base {
    static BASE: std::sync::LazyLock<naata::Base> = std::sync::LazyLock::new(|| {
        let shop = naata_demo::Shop { customers: 800, ..naata_demo::Shop::default() };
        let mut sources = Vec::new();
        for file in naata_demo::shop(&shop).expect("a shop") {
            if let Some(kind) = file.name.strip_suffix(".csv").and_then(naata_core::TableKind::parse) {
                sources.push(naata_ingest::Source::bytes(kind, &file.name, file.bytes));
            }
        }
        let options = naata_ingest::Options {
            currency: Some(naata_core::Currency::INR),
            zone: naata_core::Zone::parse("Asia/Kolkata").expect("a zone"),
            ..naata_ingest::Options::default()
        };
        let outcome = naata_ingest::read(&sources, &options, &naata_core::Serial).expect("readable");
        naata::Base::seal(outcome.part, outcome.intake).expect("sealed")
    });
    BASE.clone()
}

/// Every code of a finding that the source of a crate writes down.
fn codes_in(folder: &Path, codes: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            codes_in(&path, codes);
        } else if path.extension().is_some_and(|x| x == "rs") {
            let text = std::fs::read_to_string(&path).expect("source");
            // Tests write findings of their own.
            let text = text.split("#[cfg(test)]").next().unwrap_or_default();
            let literal =
                |part: &str| Some(part.trim_start().strip_prefix('"')?.split('"').next()?.to_string());
            codes.extend(text.split("Finding::new(").skip(1).filter_map(literal));
        }
    }
}

#[test]
fn every_finding_code_can_be_explained() {
    let mut codes: BTreeSet<String> = naata_ingest::CODES.iter().map(|c| c.key.to_string()).collect();
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    for name in ["customers", "segments", "loyalty", "journeys", "metrics", "naata", "ingest", "cli"] {
        codes_in(&crates.join(name).join("src"), &mut codes);
    }
    assert!(codes.contains("check.hole") && codes.contains("date.unreadable"), "{codes:?}");
    let mut wrong = Vec::new();
    for code in &codes {
        for lang in Lang::ALL {
            for key in [format!("finding.{code}"), format!("finding.{code}.more")] {
                if naata_report::words(lang, &key).is_none() {
                    wrong.push(format!("{}.txt lacks: {key} =", lang.name()));
                }
            }
        }
        let (exit, out, err) = naata(Path::new("."), &["explain", code]);
        if exit != 0 || !out.starts_with(format!("{code}: ").as_bytes()) {
            wrong.push(format!("naata explain {code}: {exit} {err}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Sets or compares what stands between two marks of a page.
fn page_has(page: &str, begin: &str, end: &str, want: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs").join(page);
    let text = std::fs::read_to_string(&path).expect("the page");
    let (before, rest) = text.split_once(begin).expect("where the part begins");
    let (is, after) = rest.split_once(end).expect("where the part ends");
    #[expect(clippy::disallowed_methods, reason = "the one flag of the suite")]
    if std::env::var_os("NAATA_BLESS").is_some() {
        std::fs::write(&path, format!("{before}{begin}{want}{end}{after}")).expect("written");
        return;
    }
    assert_eq!(is, want, "just bless writes docs/{page}");
}

#[test]
fn the_page_of_formats_is_what_the_list_says() {
    let (code, table, err) = naata(Path::new("."), &["explain", "formats"]);
    assert_eq!(code, 0, "{err}");
    let table = String::from_utf8_lossy(&table).into_owned();
    assert!(naata_ingest::FORMATS.iter().all(|f| table.contains(&format!("| `{}` |", f.key))));
    page_has("formats.md", "<!-- written by `naata explain formats` -->\n\n", "\n<!-- end -->", &table);
}

#[test]
fn standard_input_and_output_work_like_files() {
    use std::io::Write;
    let folder = scratch("pipes");
    std::fs::write(folder.join("p.csv"), "customer,date,amount\nB,2026-01-02,6\nA,2026-01-01,5\n")
        .expect("written");
    let (_, from_file, _) = naata(&folder, &["summary", "--purchases", "p.csv", "--format", "csv", "-q"]);
    let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_naata"))
        .args(["summary", "--purchases", "-", "--format", "csv", "-q"])
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .expect("naata runs");
    let mut input = child.stdin.take().expect("a pipe");
    input.write_all(&std::fs::read(folder.join("p.csv")).expect("the file")).expect("written");
    drop(input);
    let out = child.wait_with_output().expect("it ends");
    assert_eq!(String::from_utf8_lossy(&out.stdout), String::from_utf8_lossy(&from_file));
    assert!(!from_file.is_empty());
}

#[test]
fn the_page_of_analyses_is_what_the_catalogue_says() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/analyses.md");
    let (code, table, err) = naata(Path::new("."), &["explain"]);
    assert_eq!(code, 0, "{err}");
    let head =
        "# Analyses\n\nWritten by `naata explain`; a test keeps it so (`just bless` writes it again).\n\n";
    let want = format!("{head}{}", String::from_utf8_lossy(&table));
    #[expect(clippy::disallowed_methods, reason = "the one flag of the suite")]
    if std::env::var_os("NAATA_BLESS").is_some() {
        std::fs::write(&path, &want).expect("written");
    }
    assert_eq!(
        std::fs::read_to_string(&path).unwrap_or_default(),
        want,
        "just bless writes docs/analyses.md"
    );
}

#[test]
fn the_parameters_the_demo_was_drawn_from_lie_in_the_intervals_of_the_fit() {
    let folder = scratch("recovery");
    let (code, _, err) = naata(&folder, &["demo", "shop", "-q"]);
    assert_eq!(code, 0, "{err}");
    let truth: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(folder.join("shop/truth.json")).expect("the truth"))
            .expect("JSON");
    let truth = &truth["purchases"]["parameters"];
    let args = ["clv", "-p", "shop", "--model", "bg-nbd", "--unit", "week", "--format", "json", "-q"];
    let (code, out, err) = naata(&folder, &args);
    assert_eq!(code, 0, "{err}");
    let json: serde_json::Value = serde_json::from_slice(&out).expect("JSON");
    for (part, names) in [("model", &["r", "alpha", "a", "b"][..]), ("spend", &["p", "q", "v"][..])] {
        for name in names {
            let fitted = &json["result"][part];
            let value = |of: &str| {
                fitted[of][name].as_f64().unwrap_or_else(|| panic!("{part}.{of}.{name}: {fitted}"))
            };
            let drawn = truth[name].as_f64().unwrap_or_else(|| panic!("{name} in {truth}"));
            let (low, high) = (value("low"), value("high"));
            assert!(low < drawn && drawn < high, "{name}: {drawn} is not in {low} to {high}");
            assert!(low < value("parameters") && value("parameters") < high);
        }
    }
}
