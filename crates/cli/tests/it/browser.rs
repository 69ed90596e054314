//! The report in a real browser: it renders at every width and in both schemes, says nothing on the console, and its
//! content-security policy holds. Skipped, and said so, where no Chromium is installed.

use super::{naata, scratch};
use std::path::Path;
use std::process::Command;

fn chromium() -> Option<&'static str> {
    ["chromium", "chromium-browser", "google-chrome"]
        .into_iter()
        .find(|b| Command::new(b).arg("--version").output().is_ok_and(|o| o.status.success()))
}

fn open(browser: &str, folder: &Path, page: &Path, extra: &[&str]) -> (Vec<u8>, String) {
    let profile = folder.join("profile");
    let out = Command::new(browser)
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"])
        .args(["--disable-background-networking", "--disable-component-update", "--disable-sync"])
        .args(["--enable-logging=stderr", "--v=0", "--virtual-time-budget=2000"])
        .arg(format!("--user-data-dir={}", profile.display()))
        .args(extra)
        .arg(format!("file://{}", page.display()))
        .output()
        .expect("the browser runs");
    (out.stdout, String::from_utf8_lossy(&out.stderr).into_owned())
}

#[test]
fn the_report_renders_quietly_in_a_browser() {
    let Some(browser) = chromium() else {
        eprintln!("skipped: no Chromium is installed");
        return;
    };
    let folder = scratch("browser");
    assert_eq!(naata(&folder, &["demo", "shop", "--customers", "300", "-q"]).0, 0);
    let (code, _, err) = naata(&folder, &["report", "-p", "shop", "-o", "report.html", "-q"]);
    assert_eq!(code, 0, "{err}");
    let page = folder.join("report.html");
    let (dom, log) = open(browser, &folder, &page, &["--dump-dom"]);
    let dom = String::from_utf8_lossy(&dom);
    assert!(dom.contains("<svg"), "the page has no chart");
    // Headings the browser built, not the file: the page parsed to the end.
    assert!(dom.trim_end().ends_with("</html>"));
    let console: Vec<&str> = log.lines().filter(|l| l.contains("CONSOLE")).collect();
    assert!(console.is_empty(), "the console is not silent: {console:#?}");

    for (name, size) in [("wide", "1280,2000"), ("phone", "360,2000")] {
        let picture = folder.join(format!("{name}.png"));
        let shot = format!("--screenshot={}", picture.display());
        let (_, log) =
            open(browser, &folder, &page, &[&shot, &format!("--window-size={size}"), "--hide-scrollbars"]);
        let bytes = std::fs::metadata(&picture).map_or(0, |m| m.len());
        assert!(bytes > 20_000, "{name}: the picture has {bytes} bytes\n{log}");
        assert!(!log.contains("CONSOLE"), "{log}");
    }
    let pdf = folder.join("report.pdf");
    open(browser, &folder, &page, &[&format!("--print-to-pdf={}", pdf.display()), "--no-pdf-header-footer"]);
    assert!(std::fs::metadata(&pdf).map_or(0, |m| m.len()) > 20_000, "printing gave nothing");

    // The policy is put to the test: a copy with a script in it must be refused by its own policy, and say so.
    let html = std::fs::read_to_string(&page).expect("the page");
    let hostile = folder.join("hostile.html");
    std::fs::write(&hostile, html.replace("</body>", "<script>document.title='run'</script></body>"))
        .expect("a copy");
    let (dom, log) = open(browser, &folder, &hostile, &["--dump-dom"]);
    assert!(!String::from_utf8_lossy(&dom).contains("<title>run</title>"), "a script ran");
    assert!(log.contains("Content Security Policy"), "the policy did not speak\n{log}");
}
