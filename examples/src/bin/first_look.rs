//! A first look: the demo shop in, a table on the terminal out.

use naata::Session;
use naata::core::{Context, Day, Intake};
use naata_report::{Document, Format, Section, Style};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let base = naata_examples::demo_base(300)?;
    let as_of = Day::from_ymd(2026, 9, 30).ok_or("no such day")?;
    let mut session = Session::new(&base, Context::at(as_of))?;
    let card = session.entry("rfm")?.card;
    let run = session.ask("rfm", &|_| None)?;
    let document = Document {
        version: env!("CARGO_PKG_VERSION"),
        title: "A first look",
        as_of: Some(as_of),
        ids: &base.ids,
        intake: &Intake::default(),
        sections: vec![Section { card, parameters: run.parameters.clone(), answer: &run.answer }],
        changes: Vec::new(),
        extra_words: &[],
        list_stem: None,
    };
    naata_report::render(Format::Table, &document, None, &Style::default(), &mut std::io::stdout().lock())?;
    Ok(())
}
