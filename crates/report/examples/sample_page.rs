//! Writes a made-up page to the standard output: `cargo run -p naata-report --example sample_page -- hi native`.

#[path = "../tests/it/sample.rs"]
#[allow(dead_code, clippy::expect_used, reason = "the tests use more of it, and it is known to be sound")]
mod sample;

use naata_report::{Digits, Format, Lang, Style, render};

fn main() -> Result<(), naata_report::Error> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let style = Style {
        lang: args.iter().find_map(|a| Lang::parse(a)).unwrap_or_default(),
        digits: args.iter().find_map(|a| Digits::parse(a)).unwrap_or_default(),
        width: Some(110),
        ..Style::default()
    };
    let format = args.iter().find_map(|a| Format::parse(a)).unwrap_or(Format::Html);
    render(format, &sample::Sample::new().document(), None, &style, &mut std::io::stdout().lock())
}
