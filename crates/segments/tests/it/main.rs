//! RFM against published scores: Online Retail in seven variants, and the output of the R package rfm.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a helper that cannot go on ends the test that called it"
)]

mod clusters;
mod groceries;
mod online;

use naata_answer::Value as _;
use naata_core::{
    Context, Currency, Day, Histories, Ids, Minor, MoneyUnit, Part, PurchaseRow, Summary, Zone,
};
use naata_segments::rfm::{Rfm, RfmParams, RfmRow, Scoring, Segment, rfm};
use naata_segments::sets::BuiltIn;
use naata_testkit::{reference_bytes, reference_json};
use proptest::prelude::*;
use std::collections::BTreeMap;

/// The rows of a CSV of the reference data, by header.
fn rows(file: &str) -> Option<Vec<BTreeMap<String, String>>> {
    let bytes = reference_bytes(&format!("segments/{file}"))?;
    let mut reader = csv::Reader::from_reader(bytes.as_slice());
    Some(reader.deserialize().map(|r| r.expect("a row of the header's form")).collect())
}

fn minor(unit: MoneyUnit, text: &str) -> Minor {
    let (whole, cents) = text.split_once('.').unwrap_or((text, ""));
    let scale = usize::from(unit.scale);
    assert!(cents.len() <= scale, "{text}");
    Minor(format!("{whole}{cents:0<scale$}").parse().expect("an amount"))
}

/// Summaries of an order file, from its columns of customer, day and amount.
fn summaries(file: &str, columns: [&str; 3], as_of: Day) -> Option<(Ids, Vec<Summary>)> {
    let unit = MoneyUnit::of(Currency::NONE);
    let [who, day, amount] = columns;
    let mut part = Part::new(unit, Zone::UTC);
    for (r, row) in rows(file)?.iter().zip(0u32..) {
        let row = PurchaseRow {
            who: part.index.intern(&r[who]).expect("room"),
            day: Day::parse_iso(&r[day]).expect("a date"),
            amount: minor(unit, &r[amount]),
            seconds: PurchaseRow::NO_TIME,
            row,
        };
        part.purchases.push(row);
    }
    let (ids, to) = part.index.seal();
    part.renumber(&to, &[]);
    let histories = Histories::group(ids.len(), &part.purchases, |r| (r.day, r.row)).expect("room");
    let all = ids.all().map(|ix| Summary::of(histories.of(ix), as_of).expect("in range")).collect();
    Some((ids, all))
}

fn run(all: &[Summary], scoring: Scoring, as_of: Day) -> Rfm {
    let params = RfmParams { scoring, ..RfmParams::default() };
    rfm(all, MoneyUnit::of(Currency::NONE), &params, &Context::at(as_of)).expect("buyers")
}

/// Takes one score out of a row.
type Pick = fn(&RfmRow) -> u8;

const ONLINE_RETAIL: (&str, [&str; 3]) = ("online_retail_orders.csv", ["CustomerID", "date", "amount"]);

#[test]
fn online_retail_measures_and_total() {
    let as_of = Day::from_ymd(2011, 12, 10).expect("a date");
    let Some((ids, all)) = summaries(ONLINE_RETAIL.0, ONLINE_RETAIL.1, as_of) else { return };
    let Some(table) = rows("rfm_table_2011-12-10.csv") else { return };
    let result = run(&all, Scoring::RankAverage, as_of);
    assert_eq!((result.rows.len(), result.total.value), (4_338, Minor(891_140_790)));
    assert_eq!(table.len(), result.rows.len());
    for want in table {
        let who = ids.find(&want["CustomerID"]).expect("a known customer");
        let row = &result.rows[who.at()];
        let m = minor(result.unit, &format!("{:.2}", want["m"].parse::<f64>().expect("a number")));
        assert_eq!(
            (row.recency.to_string(), row.frequency.to_string()),
            (want["r"].clone(), want["f"].clone())
        );
        assert_eq!(row.monetary, m, "{}", want["CustomerID"]);
    }
}

#[test]
fn online_retail_in_seven_variants() {
    let as_of = Day::from_ymd(2011, 12, 10).expect("a date");
    let Some((_, all)) = summaries(ONLINE_RETAIL.0, ONLINE_RETAIL.1, as_of) else { return };
    let Some(published) = reference_json("segments/rfm_scoring_variants_online_retail.json") else { return };
    for (key, scoring) in [
        ("rank_first", Scoring::RankFirst),
        ("rank_avg", Scoring::RankAverage),
        ("rank_min_ties_down", Scoring::RankMin),
        ("rank_max_ties_up", Scoring::RankMax),
        ("quantile7_edges", Scoring::Quantile7),
        ("r_rfm_quantile_plus1", Scoring::RCompatible),
        ("nested_rank_avg", Scoring::Nested),
    ] {
        let result = run(&all, scoring, as_of);
        let measures: [(&str, Pick); 3] = [("R", |r| r.r), ("F", |r| r.f), ("M", |r| r.m)];
        for (measure, of) in measures {
            let mut found = BTreeMap::new();
            for row in &result.rows {
                *found.entry(of(row)).or_insert(0u64) += 1;
            }
            // Scores are keys such as "1" or "1.0".
            let want: BTreeMap<u8, u64> = published[key][measure]
                .as_object()
                .expect("counts by score")
                .iter()
                .map(|(k, v)| {
                    (k.trim_end_matches(".0").parse().expect("a score"), v.as_u64().expect("a count"))
                })
                .collect();
            assert_eq!(found, want, "{key} {measure}");
        }
        let want = published[key]["segments_RF_grid"].as_object().expect("counts by segment");
        assert_eq!(result.names, Segment::NAMES.map(Box::from));
        for (name, share) in Segment::NAMES.iter().zip(&result.segments) {
            let want = want.get(*name).map_or(0, |v| v.as_u64().expect("a count"));
            assert_eq!(share.customers, want, "{key} {name}");
        }
    }
}

/// The unit dependence of the R form, which naata's own forms do not have.
#[test]
fn the_r_form_changes_with_the_unit_of_money() {
    let as_of = Day::from_ymd(2011, 12, 10).expect("a date");
    let Some((_, all)) = summaries(ONLINE_RETAIL.0, ONLINE_RETAIL.1, as_of) else { return };
    let Some(published) = reference_json("segments/rfm_scoring_variants_online_retail.json") else { return };
    // Amounts divided by 1,000: the same minor units, read with three more decimals.
    let thousandths = MoneyUnit { currency: Currency::NONE, scale: 5 };
    for (scoring, changes) in [(Scoring::RCompatible, true), (Scoring::Quantile7, false)] {
        let params = RfmParams { scoring, ..RfmParams::default() };
        let divided = rfm(&all, thousandths, &params, &Context::at(as_of)).expect("buyers");
        let plain = run(&all, scoring, as_of);
        let same = divided.rows.iter().zip(&plain.rows).filter(|(a, b)| a.m == b.m).count();
        assert_eq!(same != plain.rows.len(), changes);
        if changes {
            let unit = &published["r_rfm_unit_dependence"];
            let agreement = unit["agreement"].as_f64().expect("a share");
            assert!((same as f64 / plain.rows.len() as f64 - agreement).abs() < 1e-12);
            for (score, n) in unit["M_counts_when_amount_div_1000"].as_object().expect("counts") {
                let score: u8 = score.trim_end_matches(".0").parse().expect("a score");
                let found = divided.rows.iter().filter(|r| r.m == score).count() as u64;
                assert_eq!(Some(found), n.as_u64(), "{score}");
            }
        }
    }
}

#[test]
fn the_r_package_scores_every_customer_alike() {
    let as_of = Day::from_ymd(2006, 12, 31).expect("a date");
    let columns = ["customer_id", "order_date", "revenue"];
    let Some((ids, all)) = summaries("rfm_data_orders.csv", columns, as_of) else { return };
    let result = run(&all, Scoring::RCompatible, as_of);
    for file in ["r_rfm_orders.csv", "r_rfm_orders_seg_v02.csv", "r_rfm_orders_seg_v03.csv"] {
        let Some(table) = rows(file) else { return };
        assert_eq!(table.len(), 995);
        for want in table {
            let who = ids.find(&want["customer_id"]).expect("a known customer");
            let row = &result.rows[who.at()];
            let found = [u32::from(row.r), row.f.into(), row.m.into(), row.recency, row.frequency];
            let named =
                ["recency_score", "frequency_score", "monetary_score", "recency_days", "transaction_count"];
            assert_eq!(
                found.map(|x| x.to_string()),
                named.map(|n| want[n].clone()),
                "{file} {}",
                want["customer_id"]
            );
            assert_eq!(row.monetary, minor(result.unit, &want["amount"]));
        }
    }
}

#[test]
fn the_r_package_names_every_customer_alike() {
    let as_of = Day::from_ymd(2006, 12, 31).expect("a date");
    let columns = ["customer_id", "order_date", "revenue"];
    let Some((ids, all)) = summaries("rfm_data_orders.csv", columns, as_of) else { return };
    for (file, set) in
        [("r_rfm_orders_seg_v02.csv", BuiltIn::RBoxes02), ("r_rfm_orders_seg_v03.csv", BuiltIn::RBoxes03)]
    {
        let params = RfmParams { scoring: Scoring::RCompatible, set, ..RfmParams::default() };
        let result = rfm(&all, MoneyUnit::of(Currency::NONE), &params, &Context::at(as_of)).expect("buyers");
        let Some(table) = rows(file) else { return };
        let differing = table.iter().filter(|want| {
            let who = ids.find(&want["customer_id"]).expect("a known customer");
            result.name(&result.rows[who.at()]) != want["segment"]
        });
        assert_eq!((differing.count(), table.len()), (0, 995), "{file}");
    }
}

/// The scores and the segment of each customer by id, from plain rows: customer, day, amount.
fn scored(rows: &[(u8, i32, i64)], scoring: Scoring, bins: u8) -> BTreeMap<String, (u8, u8, u8, u16)> {
    let mut part = Part::new(MoneyUnit::of(Currency::INR), Zone::UTC);
    for ((who, day, amount), row) in rows.iter().zip(0u32..) {
        let who = part.index.intern(&format!("c{who}")).unwrap();
        let (day, amount) = (Day(*day), Minor(*amount));
        part.purchases.push(PurchaseRow { who, day, amount, seconds: PurchaseRow::NO_TIME, row });
    }
    let (ids, to) = part.index.seal();
    part.renumber(&to, &[]);
    let histories = Histories::group(ids.len(), &part.purchases, |r| (r.day, r.row)).unwrap();
    let all: Vec<Summary> = ids.all().map(|ix| Summary::of(histories.of(ix), Day(60)).unwrap()).collect();
    let params = RfmParams { scoring, bins, ..RfmParams::default() };
    let result = rfm(&all, part.unit, &params, &Context::at(Day(60)));
    let rows = result.map(|r| r.rows).unwrap_or_default();
    rows.iter().map(|r| (ids.get(r.customer).unwrap().to_string(), (r.r, r.f, r.m, r.segment))).collect()
}

proptest! {
    #[test]
    fn shuffled_rows_and_other_units_change_no_score(
        (rows, shuffled) in prop::collection::vec((0u8..20, 0i32..=60, -30i64..60), 1..120)
            .prop_flat_map(|rows| (Just(rows.clone()), Just(rows).prop_shuffle())),
        times in 1i64..1_000_000, bins in 2u8..=10,
    ) {
        let dearer: Vec<_> = rows.iter().map(|(who, day, amount)| (*who, *day, amount * times)).collect();
        for scoring in Scoring::NAMES.map(|name| Scoring::parse(name).unwrap()) {
            let plain = scored(&rows, scoring, bins);
            prop_assert_eq!(&scored(&shuffled, scoring, bins), &plain, "{} shuffled", scoring.word());
            prop_assert!(!scoring.keeps_scale() || scored(&dearer, scoring, bins) == plain, "{} scaled", scoring.word());
        }
    }
}
