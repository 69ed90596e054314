//! From a purchase log to every figure of the analysis, as a user gets them.

use crate::clv_reference::Table;
use naata_answer::{Action, Analysis, Answer, Cell, Present};
use naata_core::{
    Context, Currency, CustomerIx, Day, Exec, Histories, Minor, MoneyUnit, PurchaseRow, Serial,
};
use naata_facts::{Facts, Provide};
use naata_metrics::clv::{
    Clv, ClvParams, GroupWorth, ModelChoice, RefundPolicy, TimeUnit, Total, lifetime_value,
    lifetime_value_with,
};
use naata_metrics::{ClvAnalysis, SummaryAnalysis};
use naata_testkit::{assert_close, reference, reference_json, relative};
use proptest::prelude::*;
use serde_json::Value;

pub(crate) const USD: MoneyUnit = MoneyUnit { currency: Currency::NONE, scale: 2 };

/// The rows of CDNOW_sample.txt, customers numbered by their sample id.
fn cdnow() -> Option<Vec<PurchaseRow>> {
    let text = reference("clv/CDNOW_sample.txt")?;
    let row = |(row, line): (u32, &str)| {
        let cells: Vec<&str> = line.split_whitespace().collect();
        let date = cells[2];
        let number = |part: &str| part.parse::<u32>().unwrap();
        let (year, rest) = date.split_at(4);
        let (month, day) = rest.split_at(2);
        let (major, minor) = cells[4].split_once('.').unwrap();
        PurchaseRow {
            who: CustomerIx(number(cells[1]) - 1),
            day: Day::from_ymd(number(year) as i32, number(month), number(day)).unwrap(),
            amount: Minor(i64::from(number(major)) * 100 + i64::from(number(minor))),
            seconds: PurchaseRow::NO_TIME,
            row,
        }
    };
    Some((0u32..).zip(text.lines()).map(row).collect())
}

pub(crate) fn group(rows: &[PurchaseRow], customers: usize) -> Histories<PurchaseRow> {
    Histories::group(customers, rows, |r| (r.day, r.seconds, r.amount, r.row)).unwrap()
}

fn number(a: &Answer, key: &str) -> f64 {
    match a.get(key) {
        Some(Cell::Number(x) | Cell::Share(x)) => *x,
        Some(Cell::Count(n)) => *n as f64,
        other => panic!("{key}: {other:?}"),
    }
}

pub(crate) fn split() -> Day {
    Day::from_ymd(1997, 9, 30).unwrap()
}

pub(crate) fn end() -> Day {
    Day::from_ymd(1998, 6, 30).unwrap()
}

/// Calls parts in reverse, as another host might.
struct Backwards;

impl Exec for Backwards {
    fn each(&self, parts: usize, job: &(dyn Fn(usize) + Sync)) {
        (0..parts).rev().for_each(job);
    }
}

#[test]
fn the_published_figures_come_out_of_the_log() {
    let (Some(rows), Some(json), Some(table)) =
        (cdnow(), reference_json("clv/cdnow_sample_log.json"), Table::read("cdnow_sample_log"))
    else {
        return;
    };
    let purchases = group(&rows, 2_357);
    for (choice, key) in [
        (ModelChoice::BgNbd, "bg_nbd"),
        (ModelChoice::MbgNbd, "mbg_nbd"),
        (ModelChoice::ParetoNbd, "pareto_nbd"),
    ] {
        // The rate of a year that is one percent in thirty days.
        let discount = naata_math::pow(1.01, 365.0 / 30.0) - 1.0;
        let p = ClvParams {
            model: choice,
            until: Some(split()),
            horizon: Some(39),
            discount,
            ..ClvParams::default()
        };
        let clv = ClvAnalysis::run(
            (&purchases, USD, &Facts::new(purchases.customers(), Day(0))),
            &p,
            &Context::at(end()),
        )
        .unwrap();
        // The published Pareto/NBD parameters are converged to about 1e-7 only, and all figures with them.
        let pareto = choice == ModelChoice::ParetoNbd;
        let near = if pareto { 2e-6 } else { 1e-10 };
        let worst = |ours: &dyn Fn(&naata_metrics::clv::Worth) -> Option<f64>, column: &str| {
            let want = table.column(column);
            assert_eq!(want.len(), clv.rows.len());
            let off = clv.rows.iter().zip(want).map(|(w, want)| relative(ours(w).unwrap(), want));
            off.fold(0.0, f64::max)
        };
        assert!(worst(&|w| w.p_alive, &format!("{key}_palive")) < near);
        assert!(worst(&|w| w.expected_purchases, &format!("{key}_cet_H")) < near);
        assert!(worst(&|w| w.expected_spend, "gg_expected_spend") < 1e-10);
        assert!(worst(&|w| w.clv, &format!("{key}_clv12")) < near);

        let a = clv.answer();
        assert_eq!(a.flaws(), Vec::<String>::new());
        let want = &json["models"][key];
        let f = |v: &Value| v.as_f64().unwrap();
        for name in if pareto { ["r", "alpha", "s", "beta"] } else { ["r", "alpha", "a", "b"] } {
            let ours = number(&a, &format!("model.parameters.{name}"));
            assert_close(name, ours, f(&want["params"][name]), if pareto { 1e-6 } else { 1e-9 });
        }
        assert_close("log-likelihood", number(&a, "model.log_likelihood"), f(&want["loglik"]), 1e-12);
        assert_close("mean P(alive)", number(&a, "model.mean_p_alive"), f(&want["mean_palive"]), near);
        assert_close("actual", number(&a, "holdout.actual"), f(&want["holdout"]["actual_sum"]), 0.0);
        assert_close("predicted", number(&a, "holdout.predicted"), f(&want["holdout"]["pred_sum"]), near);
        assert_close("mae", number(&a, "holdout.mae"), f(&want["holdout"]["mae"]), near);
        assert_close("rmse", number(&a, "holdout.rmse"), f(&want["holdout"]["rmse"]), near);
        let spend = &json["models"]["gamma_gamma"];
        assert_close("correlation", number(&a, "spend.correlation.value"), f(&spend["corr_x_m"]), 1e-10);
        let total = clv.total.unwrap();
        assert_close("total", total.value, f(&want["clv_12x30d_monthly_1pct"]["sum"]), near);
        let ((low, high), (a0, b0)) = (total.prediction.unwrap(), total.estimate.unwrap());
        assert!(
            low < a0 && a0 < total.value && total.value < b0 && b0 < high && high < 1.5 * low,
            "{total:?}"
        );
        // What happened to the purchases lies where they were predicted, as far as the model goes.
        let forecast = clv.forecast.unwrap();
        assert_close("forecast", forecast.value, f(&want["holdout"]["pred_sum"]), near);
        let (low, high) = forecast.prediction.unwrap();
        assert!(low < forecast.value && forecast.value < high && low < 1_882.0);
        // The naive forecast is far off, and said to be so.
        let naive = clv.tried.iter().find(|t| t.name == "naive").unwrap();
        assert!(naive.loss.unwrap() > 2.0 * clv.tried[clv.chosen].loss.unwrap());
        let account = clv.base.account;
        assert_eq!((account.all.rows, account.without_customer.rows), (6_919, 0));
        assert_eq!(account.used.rows, 2_357 + json["sum_x"].as_u64().unwrap());
        let parts = account.parts();
        assert_eq!(account.all.rows, parts.iter().map(|p| p.1.rows).sum::<u64>());
        assert_eq!(account.all.amount.0, parts.iter().map(|p| p.1.amount.0).sum::<i64>());
        // Most customers of the sample buy nothing in the holdout, and the interval of each says so.
        let made = table.column("x_hold");
        let pairs = clv.rows.iter().zip(made).map(|(w, m)| (w.purchases.unwrap(), m));
        let inside = pairs.filter(|((a, b), m)| (f64::from(*a)..=f64::from(*b)).contains(m)).count();
        assert!(inside as f64 > 0.93 * 2_357.0, "{inside}");
        // BG/NBD and MBG/NBD describe the data alike and disagree about who is a customer still: that is told.
        assert_eq!(a.findings.iter().any(|f| f.code == "clv.p_alive_disagrees"), !pareto);
        let told = a.messages.iter().find(|m| m.key == "clv.no_repeat_certain");
        assert_eq!(told.is_some(), choice == ModelChoice::BgNbd);
        if let Some(told) = told {
            assert_eq!(told.values[0].1, Cell::Count(json["zero_repeat"].as_u64().unwrap()));
        }
        assert!(matches!(a.actions[0], Action::Act { stake: Some(s), .. } if s.low < Some(s.value)));
        assert_eq!(clv.rows[0].p_alive_range.is_some_and(|r| r.0 < r.1), !pareto);

        let mut facts = Facts::new(2_357, end());
        clv.provide(&mut facts).unwrap();
        let known = facts.column("metrics.clv.p_alive").unwrap().value(CustomerIx(0));
        assert!(matches!(known, Some(naata_facts::FactValue::Number(p)) if Some(p) == clv.rows[0].p_alive));
    }
}

#[test]
fn nothing_depends_on_row_order_threads_or_the_unit_of_time() {
    let Some(mut rows) = cdnow() else { return };
    let p = ClvParams { until: Some(split()), ..ClvParams::default() };
    let run = |rows: &[PurchaseRow], p: &ClvParams, exec: &dyn Exec| -> Clv {
        let cx = Context { exec, ..Context::at(end()) };
        lifetime_value(&group(rows, 2_357), USD, p, &cx).unwrap()
    };
    let whole = run(&rows, &p, &Serial);
    rows.reverse();
    assert_eq!(run(&rows, &p, &Backwards), whole);
    for unit in [TimeUnit::Day, TimeUnit::Month] {
        let other = run(&rows, &ClvParams { unit, ..p.clone() }, &Serial);
        assert_eq!(other.chosen, whole.chosen);
        for (a, b) in other.rows.iter().zip(&whole.rows) {
            // The fits end at estimates that agree to about 1e-13; at equal estimates the values agree to 1e-12.
            assert!(relative(a.clv.unwrap(), b.clv.unwrap()) < 1e-10);
            assert!(relative(a.expected_purchases.unwrap(), b.expected_purchases.unwrap()) < 1e-10);
        }
    }
}

#[test]
fn the_bootstrap_is_seeded_and_agrees_with_the_estimate() {
    let Some(rows) = cdnow() else { return };
    let purchases = group(&rows, 2_357);
    let p = ClvParams {
        model: ModelChoice::BgNbd,
        until: Some(split()),
        bootstrap: 60,
        level: 0.9,
        ..ClvParams::default()
    };
    let run = |seed| lifetime_value(&purchases, USD, &p, &Context { seed, ..Context::at(end()) }).unwrap();
    let clv = run(1);
    let drawn = clv.bootstrap.clone().unwrap();
    assert_eq!((drawn.draws, drawn.parameters.len()), (60, 4));
    assert!(drawn.fitted >= 58);
    let ((low, high), (a, b)) = (drawn.total.unwrap(), clv.total.unwrap().estimate.unwrap());
    // Two ways to one interval: sixty draws place its ends to within a fifth of its width or so.
    assert!((low - a).abs() < 0.4 * (b - a) && (high - b).abs() < 0.4 * (b - a), "{low} {high} {a} {b}");
    assert_eq!(run(1).bootstrap, Some(drawn.clone()));
    assert_ne!(run(2).bootstrap, Some(drawn));
}

#[test]
fn summaries_match_the_published_table() {
    let (Some(rows), Some(table)) = (cdnow(), Table::read("cdnow_sample_log")) else { return };
    let purchases = group(&rows, 2_357);
    let summaries: Vec<_> =
        purchases.iter().map(|(_, r)| naata_core::Summary::of(r, split()).unwrap()).collect();
    let out =
        SummaryAnalysis::run((std::sync::Arc::new(summaries), USD), &(), &Context::at(split())).unwrap();
    let (x, t_x, age, m) = (table.column("x"), table.column("t_x"), table.column("T"), table.column("m"));
    assert_eq!(out.rows.len(), out.summaries.len());
    for (i, s) in out.summaries.iter().enumerate() {
        assert_eq!(f64::from(s.frequency()), x[i]);
        assert_eq!(s.recency_days() as f64 / 7.0, t_x[i]);
        assert_eq!(s.age_days(split()) as f64 / 7.0, age[i]);
        let mean = naata_metrics::summary::mean_repeat(s, USD);
        assert_eq!(mean.is_none(), x[i] == 0.0);
        assert!(relative(mean.unwrap_or(0.0), m[i]) < 1e-15);
    }
}

#[test]
fn what_cannot_be_fitted_is_refused_by_type() {
    let row = |who: u32, day: i32, amount: i64| PurchaseRow {
        who: CustomerIx(who),
        day: Day(day),
        amount: Minor(amount),
        seconds: 0,
        row: who,
    };
    let code = |rows: &[PurchaseRow], p: &ClvParams| {
        let purchases = group(rows, 40);
        ClvAnalysis::run(
            (&purchases, USD, &Facts::new(purchases.customers(), Day(0))),
            p,
            &Context::at(Day(500)),
        )
        .map_err(|e| e.code)
        .unwrap_err()
    };
    let p = ClvParams::default();
    assert_eq!(code(&[], &p), "clv.too_few");
    let once: Vec<PurchaseRow> = (0..30).map(|i| row(i, 100 + i as i32, 500)).collect();
    assert_eq!(code(&once, &p), "clv.no_repeat");
    let later = ClvParams { until: Some(Day(501)), ..ClvParams::default() };
    assert_eq!(code(&once, &later), "metrics.parameter");
    for bad in [
        ClvParams { margin: Some(0.0), ..ClvParams::default() },
        ClvParams { discount: -0.1, ..ClvParams::default() },
        ClvParams { periods: 0, ..ClvParams::default() },
        ClvParams { valuable: 1.5, ..ClvParams::default() },
    ] {
        assert_eq!(code(&once, &bad), "metrics.parameter");
    }
    // Free goods are purchases, and no spend: the purchases are fitted, the spend is missing.
    let mut free = once;
    free.extend((0..30).map(|i| row(i, 200 + 3 * i as i32, 0)));
    let purchases = group(&free, 40);
    let clv = ClvAnalysis::run(
        (&purchases, USD, &Facts::new(purchases.customers(), Day(0))),
        &p,
        &Context::at(Day(500)),
    )
    .unwrap();
    assert_eq!(
        (clv.spend.excluded, clv.spend.fit.is_none(), clv.base.left_out.without_purchase),
        (30, true, 10)
    );
    assert!(clv.rows.iter().all(|w| w.clv.is_none()));
    let a = clv.answer();
    assert!(matches!(a.actions[0], Action::Nothing { key: "clv.not_interior", .. }));
    assert!(a.messages.iter().any(|m| m.key == "clv.spend_missing"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]
    #[test]
    fn any_purchases_give_numbers_or_gaps(
        raw in prop::collection::vec((0u32..25, 0i32..300, -200i64..5_000), 10..200),
        until in prop::option::of(100i32..300), model in 0usize..6, refunds in 0usize..3,
    ) {
        let rows: Vec<PurchaseRow> = raw.iter().zip(0u32..).map(|((who, day, amount), row)| PurchaseRow {
            who: CustomerIx(*who), day: Day(*day), amount: Minor(*amount), seconds: 0, row,
        }).collect();
        let p = ClvParams {
            until: until.map(Day),
            model: [
                ModelChoice::Auto,
                ModelChoice::BgNbd,
                ModelChoice::MbgNbd,
                ModelChoice::ParetoNbd,
                ModelChoice::Nbd,
                ModelChoice::Naive,
            ][model],
            refunds: [RefundPolicy::Ignore, RefundPolicy::NetPerDay, RefundPolicy::NetPerOrder][refunds],
            ..ClvParams::default()
        };
        let Ok(clv) = lifetime_value(&group(&rows, 25), USD, &p, &Context::at(Day(300))) else { return Ok(()) };
        let finite = |x: Option<f64>| x.is_none_or(|x| x.is_finite() && x >= 0.0);
        for w in &clv.rows {
            prop_assert!(finite(w.expected_purchases) && finite(w.expected_spend) && finite(w.clv));
            prop_assert!(w.p_alive.is_none_or(|p| (0.0..=1.0).contains(&p)));
        }
        let account = clv.base.account;
        prop_assert_eq!(account.all.rows, rows.len() as u64);
        prop_assert_eq!(account.all.rows, account.parts().iter().map(|p| p.1.rows).sum::<u64>());
        prop_assert_eq!(account.all.amount.0, account.parts().iter().map(|p| p.1.amount.0).sum::<i64>());
        let left = clv.base.left_out;
        let all = clv.rows.len() as u64 + left.without_purchase + left.refund_only + left.later;
        prop_assert_eq!(all, 25);
        let a = clv.answer();
        prop_assert_eq!(a.flaws(), Vec::<String>::new());
        for (key, cell) in &a.head {
            prop_assert!(!matches!(cell, Cell::Number(x) | Cell::Share(x) if !x.is_finite()), "{}", key);
        }
        for t in &a.tables {
            for i in 0..t.rows() {
                for (key, cell) in t.row(i) {
                    prop_assert!(!matches!(cell, Cell::Number(x) | Cell::Share(x) if !x.is_finite()), "{} {}", t.key, key);
                }
            }
        }
    }
}

/// CDNOW's purchases by customer.
pub(crate) fn log() -> Option<Histories<PurchaseRow>> {
    let rows = cdnow()?;
    let customers = rows.iter().map(|r| r.who.at() + 1).max()?;
    Some(group(&rows, customers))
}

/// Facts of CDNOW's customers that say nothing, one that says something planted, and one that is a number.
pub(crate) fn facts(purchases: &Histories<PurchaseRow>) -> Facts {
    use naata_facts::Column;
    let n = purchases.customers();
    let mut facts = Facts::new(n, end());
    let halves = (0..n).map(|i| Some((i % 2) as u32)).collect();
    let class = Column::Class { names: vec!["even".into(), "odd".into()], of: halves };
    facts.put_column("customers.industry", class, end()).unwrap();
    let big = (0..n as u32)
        .map(|i| Some(purchases.of(CustomerIx(i)).len().min(6) as u64 + u64::from(i % 7)))
        .collect();
    facts.put_column("customers.employees", Column::Count(big), end()).unwrap();
    facts
}

#[test]
fn groups_and_costs_add_up_to_the_whole() {
    let Some(purchases) = log() else { return };
    let facts = facts(&purchases);
    let p = ClvParams {
        until: Some(split()),
        model: ModelChoice::MbgNbd,
        by: Some("customers.industry".into()),
        acquisition_cost: naata_answer::Names(vec!["5".into(), "odd=7.5".into()]),
        ..ClvParams::default()
    };
    let clv = lifetime_value_with(&purchases, USD, &facts, &p, &Context::at(end())).unwrap();
    assert_eq!(clv.groups.len(), 2);
    let sum = |f: &dyn Fn(&GroupWorth) -> f64| clv.groups.iter().map(f).sum::<f64>();
    assert_close("value", sum(&|g| g.total.unwrap().value), clv.total.unwrap().value, 1e-12);
    assert_close("purchases", sum(&|g| g.purchases.unwrap().value), clv.purchases.unwrap().value, 1e-12);
    let paid: i64 = clv.base.buyers.iter().map(|b| b.paid.0).sum();
    assert_eq!(clv.groups.iter().map(|g| g.paid.0).sum::<i64>(), paid);
    // A group is known less well than the whole, relative to its value.
    let width = |t: Total| t.prediction.map(|(a, b)| b / a).unwrap();
    assert!(clv.groups.iter().all(|g| width(g.total.unwrap()) > width(clv.total.unwrap())));
    let a = clv.acquisition.unwrap();
    let of = |name: &str| clv.groups.iter().find(|g| g.name.as_deref() == Some(name)).unwrap().customers;
    assert_eq!(a.all.cost.0, (of("even") * 500 + of("odd") * 750) as i64);
    assert_eq!((a.all.customers, a.all.unknown, a.all.brought.0), (of("even") + of("odd"), 0, paid));
    let in_all = USD.float(a.all.brought) + clv.total.unwrap().value;
    assert_close("brought and still expected", a.all.in_all.unwrap(), in_all, 1e-12);
    // Each customer's value lies in its own two intervals, and the prediction holds the chance of nothing.
    for w in &clv.rows {
        let ((a, b), (c, d)) = (w.clv_estimate.unwrap(), w.clv_prediction.unwrap());
        let value = w.clv.unwrap();
        assert!(a <= value && value <= b && 0.0 <= c && c <= d, "{w:?}");
        assert!(w.purchases.unwrap().0 > 0 || c == 0.0 || w.expected_purchases.unwrap() > 1.0, "{w:?}");
    }
    let numbers = ClvParams { by: Some("customers.employees".into()), ..p.clone() };
    let refused = lifetime_value_with(&purchases, USD, &facts, &numbers, &Context::at(end())).unwrap_err();
    assert_eq!(refused.code(), "metrics.no_classes");
}
