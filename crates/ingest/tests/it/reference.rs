//! Correctness on real exports: counts and totals against the published ones or against a naive second reading.

use crate::{contents, total};
use naata_core::{Currency, Day, Serial, TableKind};
use naata_ingest::{Confidence, Options, Outcome, Source, read, recognise};
use naata_testkit::{reference, reference_bytes, reference_files, reference_json};
use rust_decimal::Decimal;
use std::collections::{BTreeMap, BTreeSet};

fn load(kind: TableKind, relative: &str, options: &Options) -> Option<Outcome> {
    let bytes = reference_bytes(relative)?;
    let outcome = read(&[Source::bytes(kind, relative, bytes)], options, &Serial).expect(relative);
    assert!(outcome.intake.tables.iter().all(|t| t.reconciles()), "{relative}");
    Some(outcome)
}

fn gbp() -> Options {
    Options { currency: Currency::parse("GBP").ok(), ..Options::default() }
}

#[test]
fn cdnow_is_known_by_its_shape() {
    let path = "clv/CDNOW_sample.txt";
    let Some(outcome) = load(TableKind::Purchases, path, &Options::default()) else { return };
    let table = &outcome.intake.tables[0];
    assert_eq!((&*table.format, table.rows, table.used), ("cdnow.transactions", 6_919, 6_919));
    assert_eq!(outcome.part.index.len(), 2_357);
    let text = reference(path).expect("just read");
    let naive: Decimal = text
        .lines()
        .filter_map(|l| l.split_whitespace().last())
        .map(|d| d.parse::<Decimal>().expect("dollars"))
        .sum();
    assert_eq!(total(&outcome), naive.to_string());
    assert_eq!(outcome.intake.findings.count("amount.zero"), 8);
    let days = ((1997, 1, 1), (1998, 6, 30));
    let day = |(y, m, d)| Day::from_ymd(y, m, d).expect("a day");
    assert_eq!(table.span, Some((day(days.0), day(days.1))));
}

#[test]
fn a_basket_of_the_complete_journey_counts_once() {
    let path = "retail/completejourney_transactions_sample.csv";
    let Some(outcome) = load(TableKind::Purchases, path, &Options::default()) else { return };
    // A second, naive reading: no cell of this file holds a comma.
    let text = reference(path).expect("just read");
    let mut baskets: BTreeMap<String, (String, String, Decimal, Decimal)> = BTreeMap::new();
    let (mut rows, mut dust) = (0, 0);
    for line in text.lines().skip(1) {
        let cells: Vec<&str> = line.split(',').map(|c| c.trim_matches('"')).collect();
        rows += 1;
        // One price is the dust of a float, 4.440892e-16: no amount of money, and refused rather than rounded.
        if cells[5].contains('e') {
            dust += 1;
            continue;
        }
        let money = |i: usize| cells[i].parse::<Decimal>().expect("money");
        let date = cells[10][..10].to_owned();
        let basket = baskets.entry(cells[2].into()).or_insert((
            cells[0].into(),
            date.clone(),
            Decimal::ZERO,
            Decimal::ZERO,
        ));
        assert_eq!(basket.0, cells[0], "a basket has one household");
        basket.1 = basket.1.clone().min(date);
        basket.2 += money(5);
        basket.3 += money(6) + money(7) + money(8);
    }
    let table = &outcome.intake.tables[0];
    assert_eq!((table.rows, table.used, table.records), (rows, rows - dust, baskets.len() as u64));
    assert_eq!(table.refused["amount.unreadable"], dust);
    // One basket id went through a spreadsheet.
    assert_eq!(outcome.intake.findings.count("id.scientific"), text.matches("e+10\"").count() as u64);
    assert_eq!(outcome.part.lines.len() as u64, rows - dust);
    let mut want: Vec<(String, String, String)> =
        baskets.values().map(|b| (b.0.clone(), b.1.clone(), b.2.normalize().to_string())).collect();
    want.sort();
    let mut got: Vec<(String, String, String)> = contents(&outcome)
        .into_iter()
        .map(|(who, day, amount, _)| {
            (who, day, amount.parse::<Decimal>().expect("money").normalize().to_string())
        })
        .collect();
    got.sort();
    assert_eq!(got, want);
    let taken = outcome.part.takings.all().expect("sums");
    let discounts: Decimal = baskets.values().map(|b| b.3).sum();
    assert_eq!(
        outcome.part.unit.decimal(naata_core::Minor(taken.discounts)).normalize(),
        discounts.normalize()
    );
    let lines: i64 = outcome.part.lines.iter().map(|l| l.amount.0).sum();
    assert_eq!(outcome.part.takings.all().and_then(|t| t.total()).expect("a sum").0, lines);
}

#[test]
fn the_online_retailer_adds_up_to_the_penny() {
    let path = "segments/online_retail_orders.csv";
    let Some(outcome) = load(TableKind::Purchases, path, &gbp()) else { return };
    let table = &outcome.intake.tables[0];
    assert_eq!((table.rows, table.used, table.records), (18_532, 18_532, 18_532));
    assert_eq!(outcome.part.index.len(), 4_338);
    assert_eq!(total(&outcome), "8911407.90");
}

#[test]
fn other_layouts_of_purchases_need_no_map() {
    for (path, rows, customers) in
        [("segments/rfm_data_orders.csv", 4_906, 995), ("clv/apparelTrans.csv", 3_187, 600)]
    {
        let Some(outcome) = load(TableKind::Purchases, path, &Options::default()) else { return };
        let text = reference(path).expect("just read");
        let table = &outcome.intake.tables[0];
        assert_eq!(table.rows, text.lines().count() as u64 - 1, "{path}");
        assert_eq!((table.used, outcome.part.index.len()), (rows, customers), "{path}");
        let naive: Decimal = text
            .lines()
            .skip(1)
            .map(|l| l.split(',').nth(2).expect("a cell").parse::<Decimal>().expect("money"))
            .sum();
        assert_eq!(
            total(&outcome).parse::<Decimal>().expect("money").normalize(),
            naive.normalize(),
            "{path}"
        );
    }
}

#[test]
fn event_logs_have_the_events_and_cases_of_their_reference() {
    for path in reference_files("journeys", "log_", ".json") {
        let Some(json) = reference_json(&path) else { return };
        let source = &json["source"];
        if !source["filter"].is_null() {
            continue;
        }
        let csv = format!("journeys/{}", source["csv"].as_str().expect("a file"));
        let Some(bytes) = reference_bytes(&csv) else { return };
        let column = |key: &str| naata_ingest::ColumnRef::parse(source[key].as_str().expect("a column"));
        let source = Source::bytes(TableKind::Touches, &csv, bytes)
            .map("customer", column("case"))
            .map("activity", column("activity"))
            .map("at", column("time"));
        let outcome = read(&[source], &Options::default(), &Serial).expect(&csv);
        let part = &outcome.part;
        assert!(outcome.intake.tables[0].reconciles());
        assert_eq!(Some(part.touches.len() as u64), json["events"].as_u64(), "{path}");
        assert_eq!(Some(part.index.len() as u64), json["cases"].as_u64(), "{path}");
        let kinds: BTreeSet<_> = part.touches.iter().map(|t| t.activity).collect();
        assert_eq!(Some(kinds.len() as u64), json["activities"].as_u64(), "{path}");
        assert!(part.touches.iter().zip(0u32..).all(|(t, i)| t.row == i), "the order of the file is kept");
    }
}

#[test]
fn event_logs_are_recognised_without_a_map() {
    for (file, format) in [
        ("running_example", "xes.events"),
        ("receipt", "xes.events"),
        ("helpdesk", "xes.events"),
        ("teleclaims", "xes.events"),
        ("retentioneering_ecom", "retentioneering.clickstream"),
    ] {
        let path = format!("journeys/{file}.csv");
        let Some(outcome) = load(TableKind::Touches, &path, &Options::default()) else { return };
        assert_eq!(&*outcome.intake.tables[0].format, format);
        let Some(bytes) = reference_bytes(&path) else { return };
        let seen = recognise(&path, &bytes[..bytes.len().min(60_000)]).expect("readable");
        assert_eq!((seen.kind, seen.confidence), (Some(TableKind::Touches), Confidence::Format), "{path}");
    }
}

#[test]
fn surveys_are_read() {
    let path = "voice/nps_r_testdata.csv";
    if let Some(outcome) = load(TableKind::Surveys, path, &Options::default()) {
        let text = reference(path).expect("just read");
        let table = &outcome.intake.tables[0];
        assert_eq!((&*table.format, table.rows), ("nps.testdata", text.lines().count() as u64 - 1));
        let naive: i64 = text.lines().skip(1).filter_map(|l| l.split(',').next()?.parse::<i64>().ok()).sum();
        assert_eq!(outcome.part.surveys.iter().filter_map(|a| a.score).map(i64::from).sum::<i64>(), naive);
    }
    if let Some(outcome) = load(TableKind::Surveys, "exports/synthetic_surveymonkey.csv", &Options::default())
    {
        let scores: Vec<_> = outcome.part.surveys.iter().map(|a| (a.score, a.day.to_string())).collect();
        assert_eq!(scores, [(Some(9), "2026-02-01".into()), (Some(0), "2026-02-01".into())]);
        let texts = &outcome.part.symbols;
        let text = |i: usize| texts.get(outcome.part.surveys[i].text).map(str::to_owned);
        assert_eq!(
            (text(0).as_deref(), text(1).as_deref()),
            (Some("Great, thanks"), Some("line one\nline two"))
        );
    }
}

#[test]
fn shopify_states_an_orders_total_once() {
    let path = "exports/synthetic_shopify_orders.csv";
    let options =
        Options { zone: naata_core::Zone::parse("Asia/Kolkata").expect("a zone"), ..Options::default() };
    let Some(outcome) = load(TableKind::Purchases, path, &options) else { return };
    let table = &outcome.intake.tables[0];
    assert_eq!((&*table.format, table.rows, table.used, table.records), ("shopify.orders", 3, 3, 3));
    assert_eq!(outcome.part.unit.currency, Currency::INR);
    let got: Vec<_> = contents(&outcome).into_iter().map(|(_, day, amount, _)| (day, amount)).collect();
    let row = |day: &str, amount: &str| (day.to_owned(), amount.to_owned());
    let want = [row("2026-01-06", "-500.00"), row("2026-01-06", "500.00"), row("2026-01-05", "1499.00")];
    assert_eq!(got, want);
    // Lines carry the day and the customer of their order, and their own worth.
    let lines: Vec<_> =
        outcome.part.lines.iter().map(|l| (l.day.to_string(), l.marks.is_back(), l.amount.0)).collect();
    let line = |day: &str, amount| (day.to_owned(), false, amount);
    assert_eq!(lines, [line("2026-01-05", 99_900), line("2026-01-05", 50_000), line("2026-01-06", 50_000)]);
    assert!(outcome.part.lines.iter().all(|l| l.who.is_some()));
}

#[test]
fn dirty_files_are_recognised_for_what_they_are() {
    for (path, kind, confidence) in [
        ("clv/CDNOW_sample.txt", Some(TableKind::Purchases), Confidence::Format),
        ("retail/completejourney_transactions_sample.csv", Some(TableKind::Purchases), Confidence::Format),
        ("segments/online_retail_orders.csv", Some(TableKind::Purchases), Confidence::Names),
        ("segments/rfm_data_orders.csv", Some(TableKind::Purchases), Confidence::Names),
        ("exports/synthetic_shopify_orders.csv", Some(TableKind::Purchases), Confidence::Format),
        ("exports/synthetic_surveymonkey.csv", Some(TableKind::Surveys), Confidence::Format),
        ("sales/crm_sales_pipeline.csv", Some(TableKind::Deals), Confidence::Names),
        ("sales/leads_tutorial.csv", Some(TableKind::Leads), Confidence::Names),
    ] {
        let Some(bytes) = reference_bytes(path) else { return };
        let seen = recognise(path, &bytes[..bytes.len().min(100_000)]).expect(path);
        assert_eq!((seen.kind, seen.confidence), (kind, confidence), "{path}: {:?}", seen.mapping);
    }
}
