//! Whole-product cases: a folder of files found by glob, each a command with its input and what comes out.
//!
//! A case is a text file `suite/NAME.case`:
//!
//! ```text
//! # What the case shows.
//! === file orders.csv
//! customer,date,amount
//! === run naata summary --purchases orders.csv --format csv
//! === exit 0
//! === stdout
//! ...
//! === stderr
//! ```
//!
//! `{reference}` in a command stands for the folder of reference data, which each case sees as `ref` whatever its real
//! place; without it the case is skipped. A line `[...]` in an expected text stands for any lines. `NAATA_BLESS=1 cargo test -p naata-cli` writes what came out.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

#[derive(Debug, Default, Clone)]
struct Step {
    command: String,
    stdin: Option<String>,
    exit: i32,
    stdout: String,
    stderr: String,
}

#[derive(Debug, Default)]
struct Case {
    comment: String,
    files: Vec<(String, String)>,
    steps: Vec<Step>,
}

fn parse(text: &str) -> Case {
    let mut case = Case::default();
    let mut section = String::new();
    for line in text.lines() {
        if let Some(head) = line.strip_prefix("=== ") {
            section = head.to_string();
            if let Some(name) = head.strip_prefix("file ") {
                case.files.push((name.into(), String::new()));
            } else if let Some(command) = head.strip_prefix("run ") {
                case.steps.push(Step { command: command.into(), ..Step::default() });
            } else if let Some(code) = head.strip_prefix("exit ") {
                case.steps.last_mut().expect("exit follows run").exit = code.parse().expect("an exit code");
            } else if head == "stdin" {
                case.steps.last_mut().expect("stdin follows run").stdin = Some(String::new());
            }
            continue;
        }
        let target = match section.split(' ').next().unwrap_or_default() {
            "file" => &mut case.files.last_mut().expect("a file").1,
            "stdin" => case.steps.last_mut().and_then(|s| s.stdin.as_mut()).expect("a stdin"),
            "stdout" => &mut case.steps.last_mut().expect("a run").stdout,
            "stderr" => &mut case.steps.last_mut().expect("a run").stderr,
            _ => &mut case.comment,
        };
        target.push_str(line);
        target.push('\n');
    }
    case
}

fn print(case: &Case) -> String {
    let mut t = case.comment.clone();
    for (name, text) in &case.files {
        t += &format!("=== file {name}\n{text}");
    }
    for s in &case.steps {
        t += &format!("=== run {}\n", s.command);
        if let Some(input) = &s.stdin {
            t += &format!("=== stdin\n{input}");
        }
        t += &format!("=== exit {}\n", s.exit);
        for (name, text) in [("stdout", &s.stdout), ("stderr", &s.stderr)] {
            if !text.is_empty() {
                t += &format!("=== {name}\n{text}");
                if !t.ends_with('\n') {
                    t.push('\n');
                }
            }
        }
    }
    t
}

/// Words of a command line; quotes keep blanks together.
fn words(command: &str) -> Vec<String> {
    let (mut out, mut word, mut quote, mut any) = (Vec::new(), String::new(), None, false);
    for c in command.chars() {
        match (quote, c) {
            (None, '\'' | '"') => (quote, any) = (Some(c), true),
            (Some(q), c) if q == c => quote = None,
            (None, ' ') => {
                if any || !word.is_empty() {
                    out.push(std::mem::take(&mut word));
                }
                any = false;
            }
            _ => word.push(c),
        }
    }
    if any || !word.is_empty() {
        out.push(word);
    }
    out
}

/// Whether a text is what was expected; a line `[...]` stands for any lines.
fn matches(expected: &str, actual: &str) -> bool {
    fn go(e: &[&str], a: &[&str]) -> bool {
        match e {
            [] => a.is_empty(),
            ["[...]", rest @ ..] => (0..=a.len()).any(|k| go(rest, &a[k..])),
            [line, rest @ ..] => a.first() == Some(line) && go(rest, &a[1..]),
        }
    }
    go(&expected.lines().collect::<Vec<_>>(), &actual.lines().collect::<Vec<_>>())
}

fn run_case(path: &Path, folder: &Path, bless: bool) -> Result<bool, String> {
    let text = std::fs::read_to_string(path).map_err(|e| e.to_string())?;
    let mut case = parse(&text);
    let reference = naata_testkit::reference_folder();
    if reference.is_none() && text.contains("{reference}") {
        eprintln!("skipped: {} needs the reference data", path.display());
        return Ok(false);
    }
    std::fs::create_dir_all(folder).map_err(|e| e.to_string())?;
    // A name of fixed length: tables are as wide on every machine.
    if let Some(reference) = reference.filter(|_| text.contains("{reference}")) {
        let real = reference.canonicalize().map_err(|e| e.to_string())?;
        std::os::unix::fs::symlink(real, folder.join("ref")).map_err(|e| e.to_string())?;
    }
    for (name, content) in &case.files {
        let file = folder.join(name);
        std::fs::create_dir_all(file.parent().expect("a parent")).map_err(|e| e.to_string())?;
        std::fs::write(file, unescape(content)).map_err(|e| e.to_string())?;
    }
    let mut wrong = Vec::new();
    for step in &mut case.steps {
        let mut argv = words(&step.command.replace("{reference}", "ref")).into_iter();
        let program = match argv.next().as_deref() {
            Some("naata") => env!("CARGO_BIN_EXE_naata").to_string(),
            other => other.unwrap_or_default().to_string(),
        };
        let mut child = Command::new(program)
            .args(argv)
            .current_dir(folder)
            .stdin(if step.stdin.is_some() { Stdio::piped() } else { Stdio::null() })
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|e| e.to_string())?;
        if let (Some(input), Some(mut pipe)) = (&step.stdin, child.stdin.take()) {
            use std::io::Write;
            pipe.write_all(input.as_bytes()).map_err(|e| e.to_string())?;
        }
        let out = child.wait_with_output().map_err(|e| e.to_string())?;
        let tidy = |b: &[u8]| {
            let t = String::from_utf8_lossy(b);
            t.lines().map(|l| format!("{}\n", l.trim_end())).collect::<String>()
        };
        let (stdout, stderr) = (tidy(&out.stdout), tidy(&out.stderr));
        let code = out.status.code().unwrap_or(-1);
        let same = code == step.exit && matches(&step.stdout, &stdout) && matches(&step.stderr, &stderr);
        if !same {
            wrong.push(format!(
                "{}: {}\nexit {code} instead of {}\n--- stdout\n{stdout}--- instead of\n{}--- stderr\n{stderr}--- instead of\n{}",
                path.display(), step.command, step.exit, step.stdout, step.stderr
            ));
            if bless {
                (step.exit, step.stdout, step.stderr) = (code, stdout, stderr);
            }
        }
    }
    if bless && !wrong.is_empty() {
        std::fs::write(path, print(&case)).map_err(|e| e.to_string())?;
        return Ok(true);
    }
    if wrong.is_empty() { Ok(true) } else { Err(wrong.join("\n")) }
}

/// `\r`, `\0` and `\xNN` in a file of a case stand for those bytes; the last `\` before a line end joins lines.
fn unescape(text: &str) -> Vec<u8> {
    let mut out = Vec::new();
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if c != '\\' {
            out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
            continue;
        }
        match chars.next() {
            Some('r') => out.push(b'\r'),
            Some('n') => out.push(b'\n'),
            Some('t') => out.push(b'\t'),
            Some('\\') => out.push(b'\\'),
            Some('\n') | None => {}
            Some('x') => {
                let hex: String = chars.by_ref().take(2).collect();
                out.push(u8::from_str_radix(&hex, 16).expect("two hex digits"));
            }
            Some(other) => panic!("unknown escape \\{other}"),
        }
    }
    out
}

#[test]
fn every_case_comes_out_as_written() {
    #[expect(clippy::disallowed_methods, reason = "the one flag of the suite")]
    let bless = std::env::var_os("NAATA_BLESS").is_some();
    let suite = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../suite");
    let mut cases: Vec<PathBuf> = std::fs::read_dir(&suite)
        .expect("the suite")
        .flatten()
        .map(|e| e.path())
        .filter(|p| p.extension().is_some_and(|x| x == "case"))
        .collect();
    cases.sort();
    assert!(!cases.is_empty(), "the suite has no case");
    let scratch = super::scratch("suite");
    let mut failures = Vec::new();
    for path in &cases {
        let folder = scratch.join(path.file_stem().expect("a name"));
        if let Err(e) = run_case(path, &folder, bless) {
            failures.push(e);
        }
    }
    assert!(
        failures.is_empty(),
        "{} of {} cases differ\n{}",
        failures.len(),
        cases.len(),
        failures.join("\n\n")
    );
}
