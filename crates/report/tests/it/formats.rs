//! Table, markdown, CSV, JSON and JSON lines on the made-up document.

use crate::sample::{Sample, clv, rfm};
use naata_answer::{Answer, Cell, Column, Table};
use naata_report::{Digits, Error, Format, Lang, Style, explain, explain_finding, findings, render};
use proptest::prelude::*;
use serde_json::Value;

fn text(format: Format, table: Option<&str>, style: &Style, keep: Option<&str>) -> Result<String, Error> {
    let sample = Sample::new();
    let mut doc = sample.document();
    doc.sections.retain(|s| keep.is_none_or(|k| s.card.key == k));
    let mut out = Vec::new();
    render(format, &doc, table, style, &mut out)?;
    Ok(String::from_utf8(out).expect("UTF-8"))
}

fn json(keep: Option<&str>) -> Value {
    let text = text(Format::Json, None, &Style::default(), keep).expect("written");
    serde_json::from_str(&text).expect("JSON")
}

#[test]
fn one_section_is_the_envelope_of_the_contract() {
    let v = json(Some("clv"));
    assert_eq!(v["schema"], "clv/1");
    assert_eq!(v["as_of"], "2026-09-30");
    assert_eq!(v["inputs"][0]["refused"]["date.unreadable"], 56);
    assert_eq!(v["parameters"]["horizon"], "52");
    assert_eq!(v["parameters"]["until"], Value::Null);
    assert_eq!(v["result"]["model"]["parameters"]["r"].as_f64(), Some(0.242_594_5));
    assert_eq!(v["result"]["value"], serde_json::json!({"amount": "4560123.00", "currency": "INR"}));
    assert_eq!(v["result"]["nothing"], Value::Null);
    assert_eq!(v["result"]["converged"], true);
    assert_eq!(v["result"]["rows"].as_array().map(Vec::len), Some(40));
    assert_eq!(v["result"]["rows"][3]["clv"], "197.44");
    assert_eq!(v["result"]["rows"][3]["class"], "web, phone");
    assert_eq!(v["result"]["rows"][3]["at"], "1970-01-01T00:50:00Z");
    assert_eq!(v["units"]["rows"]["clv"], "INR");
    assert_eq!(v["actions"][0]["stake"]["value"], "12300.00");
    assert_eq!(v["finding_counts"][1]["count"], 56);
    let codes: Vec<&str> =
        v["findings"].as_array().into_iter().flatten().filter_map(|f| f["code"].as_str()).collect();
    assert!(codes.contains(&"clv.few_repeats") && codes.contains(&"date.unreadable"), "{codes:?}");
}

#[test]
fn several_sections_share_one_object() {
    let v = json(None);
    let schemas: Vec<&str> =
        v["sections"].as_array().into_iter().flatten().filter_map(|s| s["schema"].as_str()).collect();
    assert_eq!(schemas, ["pulse/1", "rfm/1", "clv/1", "nps/1", "journey-map/1", "customers-occasions/1"]);
    assert_eq!(v["sections"][0]["result"]["figures"][0]["period"]["amount"], "1234567.00");
    assert_eq!(v["sections"][1]["result"]["segments"][8]["segment"], "Can't Lose Them");
    assert!(v["changes"][0]["text"].as_str().is_some_and(|t| t.starts_with("1,284 new rows")));
}

#[test]
fn data_for_programs_know_no_language() {
    let plain = Style::default();
    let bengali = Style { lang: Lang::Bn, digits: Digits::Native, ..plain };
    for format in [Format::Csv, Format::Jsonl] {
        for table in ["rfm/rows", "segments", "figures", "clv/rows"] {
            let a = text(format, Some(table), &plain, None).expect("written");
            assert_eq!(a, text(format, Some(table), &bengali, None).expect("written"), "{table}");
        }
    }
}

#[test]
fn csv_is_the_first_table_or_the_one_named() {
    let style = Style::default();
    let rows = text(Format::Csv, None, &style, Some("rfm")).expect("written");
    assert!(rows.starts_with("customer,recency,frequency,monetary,segment,currency\n<script>alert(1)</script>,0,,0.00,Champions,INR\n"));
    assert!(rows.contains("\n\"राहुल, शर्मा\",44,"));
    let week = text(Format::Csv, Some("figures"), &style, None).expect("written");
    assert!(week.starts_with("figure,period,before,change,change_year,currency\nrevenue,1234567.00,1158020.00,0.066,0.142,INR\norders,1284,1240,"));
    let missing = text(Format::Csv, Some("row"), &style, Some("rfm")).expect_err("there is none");
    assert_eq!(missing.code(), "report.table");
    assert!(missing.to_string().ends_with("the answer has rows, segments, grid, win_back"));
    let head = text(Format::Csv, Some("head"), &style, Some("nps")).expect("written");
    assert_eq!(head, "key,value,currency\nscore,42.307692,\nlow,31.2,\nhigh,52.9,\nn,312,\n");
}

#[test]
fn ids_that_run_as_formulas_are_guarded_for_spreadsheets() {
    let style = Style { excel: true, ..Style::default() };
    let rows = text(Format::Csv, None, &style, Some("rfm")).expect("written");
    assert!(rows.starts_with("\u{feff}customer,") && rows.contains("\r\n'=cmd|'/c calc'!A0,1,"));
    assert_eq!(rows.matches('\n').count(), rows.matches("\r\n").count());
}

#[test]
fn json_lines_stand_alone() {
    let lines = text(Format::Jsonl, Some("clv/rows"), &Style::default(), None).expect("written");
    let all: Vec<Value> = lines.lines().map(|l| serde_json::from_str(l).expect("JSON")).collect();
    assert_eq!(all.len(), 40);
    assert_eq!((all[3]["clv"].as_str(), all[3]["currency"].as_str()), (Some("197.44"), Some("INR")));
}

#[test]
fn a_long_list_is_cut_and_says_so() {
    let table = text(Format::Table, None, &Style::default(), Some("rfm")).expect("written");
    assert!(table.contains("… 26 more rows; --format csv for all"));
    let hindi = Style { lang: Lang::Hi, digits: Digits::Native, ..Style::default() };
    let table = text(Format::Table, None, &hindi, Some("rfm")).expect("written");
    assert!(table.contains("… २६ और पंक्तियाँ") && table.contains("सर्वश्रेष्ठ"), "{table}");
}

#[test]
fn a_terminal_gets_no_control_character_of_the_data() {
    let out = text(Format::Table, None, &Style::default(), None).expect("written");
    assert!(out.chars().all(|c| c == '\n' || !c.is_control()));
    assert!(!out.contains('\u{202E}'));
    let colour = Style { colour: true, ..Style::default() };
    assert!(text(Format::Table, None, &colour, None).expect("written").contains("\u{1b}[1m"));
}

#[test]
fn markdown_tables_have_as_many_cells_as_columns() {
    let out = text(Format::Markdown, None, &Style::default(), None).expect("written");
    assert!(out.contains("# Asha Stores &lt;&amp;&gt;"));
    let mut expected = 0;
    for l in out.lines() {
        if !l.starts_with('|') {
            expected = 0;
            continue;
        }
        let cells = l.replace("\\|", "").matches('|').count();
        if expected == 0 {
            expected = cells;
        }
        assert_eq!(cells, expected, "{l}");
    }
}

#[test]
fn findings_are_listed_once_worst_first_with_their_count() {
    let sample = Sample::new();
    let mut out = Vec::new();
    findings(&sample.document(), &Style::default(), &mut out).expect("written");
    let out = String::from_utf8(out).expect("UTF-8");
    assert_eq!(out.matches("[date.unreadable]").count(), 6, "5 listed and one line for the others");
    assert!(out.contains("purchases.csv: 51 more of this kind [date.unreadable]"), "{out}");
    let last = out.lines().position(|l| l.starts_with("error"));
    let note = out.lines().position(|l| l.starts_with("note"));
    assert!(last < note);
}

#[test]
fn an_analysis_is_explained_in_every_language() {
    for lang in Lang::ALL {
        let mut out = Vec::new();
        explain(&crate::sample::CLV, lang, &mut out).expect("written");
        let out = String::from_utf8(out).expect("UTF-8");
        assert!(out.contains("Fader") && out.contains("naata clv"), "{out}");
    }
    let known = explain_finding("no.such.code", Lang::En, &mut Vec::new()).expect("written");
    assert!(!known);
}

#[test]
fn the_samples_are_sound() {
    for answer in [rfm(), clv()] {
        assert_eq!(answer.flaws(), Vec::<String>::new());
    }
}

proptest! {
    #[test]
    fn numbers_survive_json_and_csv(v in prop::collection::vec(any::<Option<f64>>(), 1..30)) {
        let mut answer = Answer::default();
        answer.set("x", Cell::Number(v[0].unwrap_or(0.5)));
        answer.tables.push(Table::list("rows").with("x", Column::Number(v.clone())));
        let sample = Sample::new();
        let mut doc = sample.document();
        doc.sections.truncate(1);
        doc.sections[0].answer = &answer;
        let (mut json, mut csv) = (Vec::new(), Vec::new());
        render(Format::Jsonl, &doc, None, &Style::default(), &mut json).expect("written");
        render(Format::Csv, &doc, None, &Style::default(), &mut csv).expect("written");
        // The JSON parser at hand rounds in its last digit; the standard library's does not.
        let json = String::from_utf8(json).expect("UTF-8");
        let csv = String::from_utf8(csv).expect("UTF-8");
        prop_assert_eq!((json.lines().count(), csv.lines().count()), (v.len(), v.len() + 1));
        for ((x, line), object) in v.iter().zip(csv.lines().skip(1)).zip(json.lines()) {
            prop_assert!(serde_json::from_str::<Value>(object).is_ok());
            let want = x.filter(|x| x.is_finite());
            let number = object.trim_start_matches("{\"x\":").trim_end_matches('}');
            prop_assert_eq!(number.parse::<f64>().ok(), want);
            prop_assert_eq!(line.parse::<f64>().ok(), want);
        }
    }

    #[test]
    fn texts_survive_json(t in "\\PC{0,20}|[\\x00-\\x1f\"\\\\]{0,5}") {
        let mut answer = Answer::default();
        answer.set("t", Cell::Text(t.as_str().into()));
        let sample = Sample::new();
        let mut doc = sample.document();
        doc.sections.truncate(1);
        doc.sections[0].answer = &answer;
        let mut json = Vec::new();
        render(Format::Json, &doc, None, &Style::default(), &mut json).expect("written");
        let json: Value = serde_json::from_slice(&json).expect("JSON");
        prop_assert_eq!(json["result"]["t"].as_str(), Some(t.as_str()));
    }
}
