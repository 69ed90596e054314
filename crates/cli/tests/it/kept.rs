//! What is not needed is not kept, and nobody can tell: every analysis gives the same bytes from the rows it needs as
//! from all rows.

use naata::{Base, CATALOGUE, Session, rows_of};
use naata_core::{Context, Day, Serial, TableKind};
use naata_ingest::{Options, Source, begins_midway, read_rows};
use naata_report::{Document, Format, Section, Style, render};

/// A shop with every table.
fn sources() -> Vec<Source> {
    let shop = naata_demo::Shop { customers: 400, ..naata_demo::Shop::default() };
    let files = naata_demo::shop(&shop).expect("a shop");
    let mut sources = Vec::new();
    for kind in TableKind::ALL {
        let file = files.iter().find(|f| f.name == format!("{}.csv", kind.name())).expect("every table");
        sources.push(Source::bytes(kind, &file.name, file.bytes.clone()));
    }
    sources
}

/// What an analysis says, as JSON, with what was found on the way; and the base it said it of.
fn answer(sources: &[Source], key: &str, rows: &[TableKind], as_of: Day) -> (String, Base) {
    let options = Options { today: Some(Day(20_800)), ..Options::default() };
    let mut outcome =
        read_rows(sources, rows, &options, Some(as_of), None, &Serial).expect("a shop can be read");
    let midway = begins_midway(&outcome, as_of);
    midway.into_iter().for_each(|f| outcome.intake.findings.push(f));
    let base = Base::seal_rows(outcome.part, outcome.sums, rows, outcome.intake, &Serial).expect("a base");
    let mut session = Session::new(&base, Context::at(as_of)).expect("a session");
    let entry = session.entry(key).expect("an entry");
    let mut out = match session.ask(key, &|_| None) {
        Ok(run) => {
            let section =
                Section { card: entry.card, parameters: run.parameters.clone(), answer: &run.answer };
            let document = Document {
                version: "",
                title: "",
                as_of: Some(as_of),
                ids: &base.ids,
                intake: &base.intake,
                sections: vec![section],
                changes: Vec::new(),
                extra_words: &[],
                list_stem: None,
            };
            let mut out = Vec::new();
            render(Format::Json, &document, None, &Style::default(), &mut out).expect("JSON");
            String::from_utf8(out).expect("UTF-8")
        }
        Err(e) => e.to_string(),
    };
    out += &format!("{:?}", base.intake);
    (out, base)
}

#[test]
fn every_analysis_says_the_same_of_the_rows_it_needs_as_of_all_rows() {
    let sources = sources();
    let mut lean = 0;
    for as_of in [Day(20_726), Day(20_200)] {
        for entry in CATALOGUE {
            let key = entry.card.key;
            let rows = rows_of(CATALOGUE, key, &|_| None, &|_, _| None);
            let (whole, _) = answer(&sources, key, &TableKind::ALL, as_of);
            let (kept, base) = answer(&sources, key, &rows, as_of);
            assert!(kept == whole, "{key} on {as_of} needs more than {rows:?}");
            assert_eq!(base.purchases.is_some(), rows.contains(&TableKind::Purchases), "{key}");
            lean += usize::from(base.purchases.is_none());
        }
    }
    // Were everything kept, the comparison would be one of a thing with itself.
    assert!(lean >= 6, "only {lean} analyses go without purchases");
}
