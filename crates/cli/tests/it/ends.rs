//! How the program ends where it is not let finish: a signal, a reader that goes away, damaged input. And what it says
//! meanwhile, to whom.

use super::{naata, scratch};
use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

const HEADER: &str = "order,customer,date,amount\n";

/// Sales of so many customers.
fn sales(customers: usize) -> String {
    let mut text = String::new();
    for i in 0..customers {
        let _ = writeln!(text, "O{i},C{i:07},2026-0{}-1{},{}.50", 1 + i % 9, i % 9, 10 + i % 90);
    }
    text
}

fn start(folder: &Path, args: &[&str], input: Stdio) -> Child {
    Command::new(env!("CARGO_BIN_EXE_naata"))
        .args(args)
        .current_dir(folder)
        .env("TMPDIR", folder.join("temporary"))
        .stdin(input)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("naata runs")
}

/// Sends what Ctrl-C sends; the answer is its number. Tests that a script runs in its background ignore that signal, and
/// so does whatever they start: it is asked to end then.
fn interrupt(child: &Child) -> i32 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|l| l.strip_prefix("SigIgn:")?.trim().get(8..).map(String::from));
    let is_ignored = mask.and_then(|m| u32::from_str_radix(&m, 16).ok()).is_some_and(|m| m & 2 != 0);
    let (name, number) = if is_ignored { ("-TERM", 15) } else { ("-INT", 2) };
    let sent = Command::new("kill").args([name, &child.id().to_string()]).status().expect("kill runs");
    // Whoever ended by then cannot be told any more.
    let _ = sent;
    number
}

fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).expect("the folder").flatten();
    entries.map(|e| e.file_name().to_string_lossy().into_owned()).collect()
}

#[test]
fn control_c_while_reading_leaves_nothing_behind() {
    let folder = scratch("interrupted");
    std::fs::create_dir(folder.join("temporary")).expect("a folder");
    let args = ["summary", "--purchases", "-", "--memory", "64MB", "--format", "csv", "-o", "out.csv"];
    let mut child = start(&folder, &args, Stdio::piped());
    let mut input = child.stdin.take().expect("a pipe");
    // More than the head and a window, so that customers have been put aside by now.
    input.write_all(format!("{HEADER}{}", sales(300_000)).as_bytes()).expect("written");
    let signal = interrupt(&child);
    let mut said = String::new();
    child.stderr.take().expect("a pipe").read_to_string(&mut said).expect("text");
    let status = child.wait().expect("it ends");
    drop(input);
    assert_eq!((status.signal(), said.as_str()), (Some(signal), ""), "after Ctrl-C a shell shows 130");
    assert_eq!(names(&folder), ["temporary"]);
    assert_eq!(names(&folder.join("temporary")), Vec::<String>::new());
}

#[test]
fn control_c_while_writing_leaves_the_old_file_or_the_whole_new_one() {
    let folder = scratch("half-written");
    std::fs::create_dir(folder.join("temporary")).expect("a folder");
    std::fs::write(folder.join("sales.csv"), format!("{HEADER}{}", sales(100_000))).expect("written");
    let args = ["summary", "--purchases", "sales.csv", "--format", "json", "-q", "-o", "out.json"];
    std::fs::write(folder.join("out.json"), "old").expect("written");
    let mut child = start(&folder, &args, Stdio::null());
    let begun = |name: &String| name.starts_with(".out.json.");
    while child.try_wait().expect("it can be asked").is_none() && !names(&folder).iter().any(begun) {
        std::thread::sleep(Duration::from_millis(1));
    }
    let signal = interrupt(&child);
    let status = child.wait().expect("it ends");
    let now = std::fs::read_to_string(folder.join("out.json")).expect("it is there");
    match status.signal() {
        Some(ended) => assert_eq!((ended, now.as_str()), (signal, "old")),
        None => assert!(status.success() && now.ends_with("}\n")),
    }
    let mut left = names(&folder);
    left.sort();
    assert_eq!(left, ["out.json", "sales.csv", "temporary"]);
}

#[test]
fn a_reader_that_goes_away_is_a_quiet_end() {
    let folder = scratch("closed-pipe");
    std::fs::write(folder.join("sales.csv"), format!("{HEADER}{}", sales(50_000))).expect("written");
    for format in ["csv", "json", "table", "html"] {
        let args = ["summary", "--purchases", "sales.csv", "--format", format, "-q"];
        let mut child = start(&folder, &args, Stdio::null());
        let mut line = String::new();
        let mut out = BufReader::new(child.stdout.take().expect("a pipe"));
        out.read_line(&mut line).expect("a line");
        drop(out);
        let ended = child.wait_with_output().expect("it ends");
        assert_eq!(
            (ended.status.code(), String::from_utf8_lossy(&ended.stderr).as_ref()),
            (Some(0), ""),
            "{format}"
        );
        assert!(!line.is_empty(), "{format}");
    }
}

#[test]
fn what_is_no_file_is_written_to_and_a_link_stays_one() {
    let folder = scratch("no-file");
    std::fs::write(folder.join("sales.csv"), format!("{HEADER}{}", sales(3))).expect("written");
    let run = |to: &str| {
        naata(&folder, &["summary", "--purchases", "sales.csv", "--format", "csv", "-q", "-o", to])
    };
    assert_eq!(run("/dev/null").0, 0);
    assert!(!Path::new("/dev/null").is_file(), "still no file");
    let (_, plain, _) = run("-");
    let (code, through, err) = run("/dev/stdout");
    assert_eq!((code, through == plain, err.as_str()), (0, true, ""));
    std::fs::write(folder.join("real.csv"), "old").expect("written");
    std::os::unix::fs::symlink("real.csv", folder.join("link.csv")).expect("a link");
    assert_eq!(run("link.csv").0, 0);
    assert!(folder.join("link.csv").is_symlink());
    assert_eq!(std::fs::read(folder.join("real.csv")).expect("it is there"), plain);
}

#[test]
fn progress_is_shown_on_a_terminal_after_two_seconds_and_nowhere_else() {
    let folder = scratch("progress");
    std::fs::write(folder.join("a.csv"), format!("{HEADER}{}", sales(250_000))).expect("written");
    std::fs::write(folder.join("b.csv"), sales(400_000)).expect("written");
    let naata = env!("CARGO_BIN_EXE_naata");
    let pipe = |more: &str| {
        let summary = format!("{naata} summary --purchases - --format csv -o out.csv {more}");
        format!("(cat a.csv; sleep 2.2; cat b.csv) | {summary}")
    };
    let run = |program: &str, args: &[&str]| {
        let out = Command::new(program).args(args).current_dir(&folder).stdin(Stdio::null()).output();
        out.map(|o| format!("{}{}", String::from_utf8_lossy(&o.stdout), String::from_utf8_lossy(&o.stderr)))
    };
    let no_terminal = run("sh", &["-c", &pipe("")]).expect("a shell");
    assert!(!no_terminal.contains("M rows") && !no_terminal.contains('\r'), "{no_terminal}");
    // The one program at hand that runs another on a terminal.
    let Ok(shown) = run("script", &["-qec", &pipe(""), "/dev/null"]) else {
        eprintln!("skipped: no program named script");
        return;
    };
    assert!(shown.contains("M rows, ") && shown.contains(" MB"), "{shown}");
    let quiet = run("script", &["-qec", &pipe("-q"), "/dev/null"]).expect("script");
    assert_eq!(quiet.trim(), "", "nothing is said");
}
