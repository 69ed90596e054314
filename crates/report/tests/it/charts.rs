//! Every kind of chart on arbitrary values: well-formed, finite, with title, description and table.

use crate::sample::INR;
use crate::xml;
use naata_answer::{Answer, Card, ChartKind, Column, Table};
use naata_core::{Day, Ids, Intake, Minor};
use naata_report::{Document, Format, Section, Style, render};
use proptest::prelude::*;

const KINDS: [ChartKind; 8] = [
    ChartKind::Bars { label: "label", value: "a" },
    ChartKind::Intervals { label: "label", value: "a", low: "b", high: "c" },
    ChartKind::Lines { x: "x", y: &["a", "b"], band: Some(("b", "c")) },
    ChartKind::Steps { x: "x", y: "a", band: Some(("b", "c")) },
    ChartKind::Heat { row: "label", column: "other", value: "a" },
    ChartKind::Scatter { x: "x", y: "a" },
    ChartKind::Waterfall { label: "label", value: "a", total: "flag" },
    ChartKind::Flow { from: "label", to: "other", value: "a" },
];

/// A page with one table and one chart of each kind.
fn page(columns: impl Fn(Table) -> Table) -> String {
    let card = Card {
        key: "all",
        version: 1,
        title: "All",
        unit: "",
        formula: "",
        source: "",
        assumptions: &[],
        words: &[],
        example: "",
    };
    let mut answer = Answer::default();
    for kind in KINDS {
        answer.tables.push(columns(Table::figures("t")).chart("c", kind));
    }
    let (ids, intake) = (Ids::default(), Intake::default());
    let doc = Document {
        version: "0",
        title: "t",
        as_of: Some(Day(0)),
        ids: &ids,
        intake: &intake,
        sections: vec![Section { card: &card, parameters: vec![], answer: &answer }],
        changes: vec![],
        extra_words: &[],
        list_stem: None,
    };
    let mut out = Vec::new();
    render(Format::Html, &doc, None, &Style::default(), &mut out).expect("a vector takes everything");
    String::from_utf8(out).expect("UTF-8")
}

/// Holds a page to what every drawing must be; gives the number of charts.
fn check(page: &str) -> Result<usize, String> {
    let tags = xml::parse(page)?;
    let mut charts = 0;
    for (i, t) in tags.iter().enumerate() {
        for (name, value) in &t.attributes {
            let drawn = matches!(
                name.as_str(),
                "x" | "y"
                    | "width"
                    | "height"
                    | "cx"
                    | "cy"
                    | "r"
                    | "x1"
                    | "x2"
                    | "y1"
                    | "y2"
                    | "fill-opacity"
            );
            if drawn {
                let percent = value.ends_with('%');
                let n: f64 = value.trim_end_matches('%').parse().map_err(|_| format!("{name}={value}"))?;
                let fits = if percent { (0.0..=100.5).contains(&n) } else { (0.0..=1e6).contains(&n) };
                if !fits {
                    return Err(format!("{}: {name}={value}", t.name));
                }
            }
            if name == "d" {
                for n in value.split(|c: char| "MLCZ ".contains(c)).filter(|n| !n.is_empty()) {
                    let n: f64 = n.parse().map_err(|_| format!("a path has {n}"))?;
                    if !(-1.0..=1e6).contains(&n) {
                        return Err(format!("a path goes to {n}"));
                    }
                }
            }
        }
        if t.get("role") == Some("img") {
            charts += 1;
            let named: Vec<&str> = t.get("aria-labelledby").unwrap_or_default().split(' ').collect();
            let next: Vec<&str> = tags[i + 1..].iter().take(2).map(|t| t.name.as_str()).collect();
            let ids: Vec<&str> = tags[i + 1..].iter().take(2).filter_map(|t| t.get("id")).collect();
            if next != ["title", "desc"] || ids != named {
                return Err("a chart without title and description".into());
            }
        }
    }
    Ok(charts)
}

fn floats(v: &[f64]) -> Column {
    Column::Number(v.iter().map(|x| Some(*x)).collect())
}

fn labels(n: usize) -> Column {
    Column::Text((0..n).map(|i| Some(format!("row {}", i % 7).into())).collect())
}

/// The table of a few numbers in every column.
fn table_of(t: Table, a: &[f64]) -> Table {
    let n = a.len();
    t.with("label", labels(n))
        .with("other", Column::Text((0..n).map(|i| Some(["p", "q", "<r>"][i % 3].into())).collect()))
        .with("x", floats(&(0..n).map(|i| i as f64).collect::<Vec<_>>()))
        .with("a", floats(a))
        .with("b", floats(&a.iter().map(|x| x - 1.0).collect::<Vec<_>>()))
        .with("c", floats(&a.iter().map(|x| x + 1.0).collect::<Vec<_>>()))
        .with("flag", Column::Flag((0..n).map(|i| Some(i == 0)).collect()))
}

#[test]
fn odd_tables_draw() {
    let odd: [&[f64]; 9] = [
        &[],
        &[0.0],
        &[5.0],
        &[-3.0, -3.0, -3.0],
        &[0.0, 0.0],
        &[f64::MAX, f64::MIN, 1.0],
        &[f64::MIN_POSITIVE, 5e-324],
        &[f64::NAN, f64::INFINITY, 2.0],
        &[1e15, 1e15 + 1.0],
    ];
    for a in odd {
        assert_eq!(check(&page(|t| table_of(t, a))), Ok(8), "{a:?}");
    }
}

#[test]
fn a_chart_of_columns_that_are_not_there_is_drawn_empty() {
    assert_eq!(check(&page(|t| t)), Ok(8));
}

#[test]
fn longer_values_give_longer_bars() {
    let widths = |v: &[f64]| -> Vec<f64> {
        let tags = xml::parse(&page(|t| table_of(t, v))).expect("well-formed");
        let first = tags.iter().filter(|t| t.get("class") == Some("bar"));
        first.take(v.len()).filter_map(|t| t.get("width")?.trim_end_matches('%').parse().ok()).collect()
    };
    assert_eq!(widths(&[1.0, 2.0, 4.0]), [25.0, 50.0, 100.0]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_values_draw(
        rows in prop::collection::vec(
            (any::<Option<f64>>(), any::<Option<f64>>(), any::<Option<i64>>(), any::<Option<bool>>(), any::<i32>(), ".{0,12}"),
            0..40,
        ),
    ) {
        let text = page(|t| {
            let all = rows.iter();
            t.with("label", Column::Text(all.clone().map(|r| Some(r.5.as_str().into())).collect()))
                .with("other", Column::Text(all.clone().map(|r| r.0.map(|_| r.5.as_str().into())).collect()))
                .with("x", Column::Day(all.clone().map(|r| r.3.map(|_| Day(r.4))).collect()))
                .with("a", Column::Number(all.clone().map(|r| r.0).collect()))
                .with("b", Column::Share(all.clone().map(|r| r.1).collect()))
                .with("c", Column::Money(all.clone().map(|r| r.2.map(Minor)).collect(), INR))
                .with("flag", Column::Flag(all.map(|r| r.3).collect()))
        });
        prop_assert_eq!(check(&text), Ok(8));
    }
}
