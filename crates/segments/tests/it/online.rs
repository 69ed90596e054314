//! Cohorts, growth, migration and lift on the orders of Online Retail.

use crate::{minor, rows};
use naata_answer::Present as _;
use naata_core::{Context, Currency, Day, Histories, Ids, MoneyUnit, Part, PurchaseRow, Zone};
use naata_segments::cohorts::{Kind, RetentionParams, retention};
use naata_segments::growth::{GrowthParams, growth};
use naata_segments::migration::{MigrationParams, Mode, migration};
use naata_testkit::{assert_close, reference_json};

/// The purchases of Online Retail, with the unit of their amounts.
pub(crate) fn orders() -> Option<(Ids, Histories<PurchaseRow>, MoneyUnit)> {
    let unit = MoneyUnit::of(Currency::NONE);
    let mut part = Part::new(unit, Zone::UTC);
    for (r, row) in rows("online_retail_orders.csv")?.iter().zip(0u32..) {
        part.purchases.push(PurchaseRow {
            who: part.index.intern(&r["CustomerID"]).expect("room"),
            day: Day::parse_iso(&r["date"]).expect("a date"),
            amount: minor(unit, &r["amount"]),
            seconds: PurchaseRow::NO_TIME,
            row,
        });
    }
    let (ids, to) = part.index.seal();
    part.renumber(&to, &[]);
    let histories = Histories::group(ids.len(), &part.purchases, |r| (r.day, r.row)).expect("room");
    Some((ids, histories, unit))
}

fn day(y: i32, m: u32, d: u32) -> Day {
    Day::from_ymd(y, m, d).expect("a date")
}

#[test]
fn cohorts_equal_the_reference() {
    let Some((_, purchases, unit)) = orders() else { return };
    let Some(published) = reference_json("voice/cohort_retention_online_retail.json") else { return };
    for (key, kind) in [("classic_counts", Kind::Classic), ("unbounded_counts", Kind::Unbounded)] {
        let params = RetentionParams { kind, ..RetentionParams::default() };
        let cx = Context::at(day(2011, 12, 9));
        let result = retention(&purchases, None, unit, &params, &cx).expect("buyers");
        let want = published[key].as_object().expect("cohorts");
        assert_eq!(want.len(), result.cohorts.len());
        for (cohort, (label, counts)) in result.cohorts.iter().zip(want) {
            assert_eq!(params.period.label(cohort.number).as_ref(), Some(label));
            let counts: Vec<u64> =
                counts.as_array().expect("counts").iter().filter_map(|c| c.as_u64()).collect();
            let found: Vec<u64> = cohort.cells.iter().map(|c| c.active).collect();
            assert_eq!(found, counts, "{key} {label}");
        }
        // December is not over on the 9th, so that no cell of it enters the curve.
        let over: u64 = result.cohorts[..12].iter().map(|c| c.size).sum();
        assert_eq!((result.curve[0].customers, result.curve[12].customers), (over, 0));
        assert_eq!(result.answer().flaws(), Vec::<String>::new());
    }
}

#[test]
fn engagement_equals_the_reference() {
    let Some((_, purchases, unit)) = orders() else { return };
    let Some(published) = reference_json("voice/engagement_online_retail.json") else { return };
    let cx = Context::at(day(2011, 11, 30));
    let g = growth(&purchases, None, unit, &GrowthParams::default(), &cx).expect("buyers");
    let count = |v: &serde_json::Value| v.as_u64().expect("a count");
    assert_eq!(g.activity.day, count(&published["dau"]));
    assert_eq!(g.activity.week, count(&published["wau"]));
    assert_eq!(g.activity.month, count(&published["mau30"]));
    let number = |v: &serde_json::Value| v.as_f64().expect("a number");
    assert_close("mean day", g.activity.mean_day(), number(&published["avg_dau_30"]), 1e-15);
    let stickiness = g.activity.stickiness().expect("active customers");
    assert_close("stickiness", stickiness, number(&published["stickiness_avgdau_mau"]), 1e-15);
    let want = &published["lifecycle_2011_11"];
    let november = g.finished.last().expect("a finished month");
    assert_eq!(november.new, count(&want["new"]));
    assert_eq!(november.resurrected, count(&want["resurrected"]));
    assert_eq!(november.returning, count(&want["returning"]));
    assert_eq!(november.churned, count(&want["churned"]));
    assert_close("quick ratio", november.quick_ratio().expect("churn"), number(&want["quick_ratio"]), 1e-15);
    assert!(g.running.is_none());
}

#[test]
fn migration_over_all_history_equals_the_reference() {
    let Some((_, purchases, unit)) = orders() else { return };
    let Some(published) = reference_json("segments/segment_migration_online_retail.json") else { return };
    // The reference sees the orders dated before its two days.
    let params =
        MigrationParams { from: Some(day(2011, 6, 9)), mode: Mode::AllHistory, ..MigrationParams::default() };
    let m = migration(&purchases, unit, &params, &Context::at(day(2011, 12, 9))).expect("buyers");
    assert_eq!((m.before, m.after, m.stayed), (2_800, 4_338, 947));
    let count = |v: &serde_json::Value| v.as_u64().expect("a count");
    assert_eq!(count(&published["retained_same"]), m.stayed);
    let name = |place: u16| m.names.get(usize::from(place)).map_or("(new customer)", |n| n);
    let mut seen = 0;
    for (from, row) in published["matrix"].as_object().expect("rows") {
        for (to, want) in row.as_object().expect("columns") {
            let found = m.moves.iter().find(|x| name(x.from) == from && name(x.to) == to);
            assert_eq!(found.map_or(0, |x| x.customers), count(want), "{from} to {to}");
            seen += count(want);
        }
    }
    assert_eq!(seen, m.rows.len() as u64);
    assert_eq!(m.answer().flaws(), Vec::<String>::new());
}
