//! Drivers, rates and the risk score on Telco.

use crate::churn_data::{Rows, telco};
use naata_core::{CustomerIx, Day, Minor, SubscriptionRow, Symbol};
use naata_metrics::churn::{
    Covariate, Factor, Fitted, Logistic, Split, drivers, evaluate, logistic, turnover,
};
use naata_testkit::{assert_close, reference_json};
use serde_json::Value;
use std::collections::BTreeSet;

fn number(v: &Value) -> f64 {
    v.as_f64().expect("a number")
}

fn left(rows: &Rows) -> Vec<bool> {
    (0..rows.len()).map(|r| rows.text(r, "Churn") == "Yes").collect()
}

fn factors(rows: &Rows, names: &BTreeSet<&str>) -> Vec<Factor> {
    let factor = |name: &&str| {
        let (levels, of) = rows.classes(name);
        Factor { name: name.to_string(), levels, of: of.into_iter().map(Some).collect() }
    };
    names.iter().map(factor).collect()
}

#[test]
fn drivers_of_telco() {
    let (Some(expected), Some(rows)) = (reference_json("churn/churn.json"), telco()) else { return };
    let want = expected["drivers_telco"].as_array().expect("rows");
    let names: BTreeSet<&str> = want.iter().map(|w| w["feature"].as_str().expect("a name")).collect();
    let factors = factors(&rows, &names);
    let found = drivers(&left(&rows), &factors, false, 0).expect("drivers");
    assert_eq!((found.rows.len(), want.len(), found.untested.len()), (43, 43, 0));
    for w in want {
        let (feature, level) =
            (w["feature"].as_str().expect("a name"), w["level"].as_str().expect("a level"));
        let d = found.rows.iter().find(|d| d.feature == feature && d.level == level).expect("the row");
        let counts = ["n1", "churn1", "n0", "churn0"].map(|k| w[k].as_u64().expect("a count"));
        assert_eq!([d.with.0, d.with.1, d.without.0, d.without.1], counts);
        let rr = d.relative_risk.expect("others leave, too");
        let (low, high) = rr.interval.expect("an interval");
        for (key, value) in [
            ("rate1", d.rate_with),
            ("rate0", d.rate_without),
            ("lift_vs_base", d.lift.value),
            ("rr", rr.value),
            ("rr_lo", low),
            ("rr_hi", high),
            ("rd", d.risk_difference.value),
            ("chi2", d.chi_square),
            ("p_chi2", d.p_chi_square),
            ("p_fisher", d.p_fisher),
            ("odds_ratio", d.odds_ratio.expect("finite")),
            ("p_bh", d.p_bh),
            ("p_holm", d.p_holm),
            ("p_by", d.p_by),
        ] {
            assert_close(&format!("{key} of {feature} {level}"), value, number(&w[key]), 1e-10);
        }
    }
    let unclear: BTreeSet<&str> =
        found.rows.iter().filter(|d| !d.is_clear(0.05)).map(|d| d.feature.as_str()).collect();
    assert_eq!(unclear.into_iter().collect::<Vec<_>>(), ["MultipleLines", "PhoneService", "gender"]);

    // Six pairs of complements and the seven names of "no internet service" are one hypothesis each.
    let merged = drivers(&left(&rows), &factors, true, 0).expect("drivers");
    assert_eq!(merged.rows.len(), 43 - 6 - 6 - 1);
    let clear = |name: &str| merged.rows.iter().any(|d| d.feature == name && d.is_clear(0.05));
    assert!(!clear("gender") && !clear("PhoneService") && clear("Contract"));
}

#[test]
fn rates_of_telco() {
    let (Some(expected), Some(rows)) = (reference_json("churn/churn.json"), telco()) else { return };
    let want = &expected["telco_basic"];
    let accounts: Vec<[SubscriptionRow; 1]> = (0..rows.len())
        .map(|r| {
            let price = rows.text(r, "MonthlyCharges");
            let (whole, cents) = price.split_once('.').unwrap_or((price, ""));
            [SubscriptionRow {
                who: CustomerIx(u32::try_from(r).expect("few")),
                id: Symbol::NONE,
                plan: Symbol::NONE,
                started: Day(0),
                ended: (rows.text(r, "Churn") == "Yes").then_some(Day(10)),
                monthly: Some(Minor(format!("{whole}{cents:0<2}").parse().expect("an amount"))),
                reason: Symbol::NONE,
            }]
        })
        .collect();
    let t = turnover(accounts.iter().map(|a| &a[..]), Day(5), Day(35)).expect("a period");
    assert_eq!((t.logos.start, t.logos.lost), (7_043, 1_869));
    assert_eq!((t.revenue.start, t.revenue.churned), (Minor(45_611_660), Minor(13_913_085)));
    let churn = t.logo_churn().expect("accounts").value;
    assert_close("logo churn", churn, number(&want["logo_churn_rate"]), 1e-15);
    let churn = t.revenue_churn().expect("revenue");
    assert_close("revenue churn", churn, number(&want["revenue_churn_rate"]), 1e-12);
}

#[test]
fn the_risk_score_of_telco() {
    let (Some(expected), Some(rows)) = (reference_json("churn/churn.json"), telco()) else { return };
    let want = &expected["supervised_telco"];
    let split = Split::Modulo { of: 5, rest: 0 };
    let (test, train): (Vec<usize>, Vec<usize>) = (0..rows.len()).partition(|r| split.tests(*r));
    assert_eq!(train.len() as u64, want["n_train"].as_u64().expect("n"));
    assert_eq!(test.len() as u64, want["n_test"].as_u64().expect("n"));
    let names: Vec<&str> =
        want["features"].as_array().expect("names").iter().map(|f| f.as_str().expect("a name")).collect();
    let columns: Vec<Vec<f64>> = names.iter().map(|name| column(&rows, name, &train)).collect();
    let all = left(&rows);
    let pick = |of: &[f64], rows: &[usize]| rows.iter().map(|r| of[*r]).collect::<Vec<f64>>();
    let train_columns: Vec<Vec<f64>> = columns.iter().map(|c| pick(c, &train)).collect();
    let covariates: Vec<Covariate<'_>> =
        names.iter().zip(&train_columns).map(|(n, v)| Covariate::new(n, v)).collect();
    let train_left: Vec<bool> = train.iter().map(|r| all[*r]).collect();
    let Fitted::Interior(model) = logistic(&train_left, &covariates).expect("a fit") else {
        panic!("no maximum inside")
    };
    let expected = &want["logit_unpenalised"];
    for c in model.coefficients.iter().chain([&model.intercept]) {
        assert_close(&c.name, c.value, number(&expected["coef"][&c.name]), 1e-8);
        assert_close(&c.name, c.standard_error, number(&expected["se"][&c.name]), 1e-8);
    }
    assert_close("log-likelihood", model.log_likelihood, number(&expected["loglik_train"]), 1e-10);
    assert!(model.iterations <= 12, "{} steps", model.iterations);
    judged(&model, &columns, &test, &all, expected);
}

fn judged(model: &Logistic, columns: &[Vec<f64>], test: &[usize], left: &[bool], expected: &Value) {
    let row = |r: usize| columns.iter().map(|c| c[r]).collect::<Vec<f64>>();
    let chances: Vec<f64> = test.iter().map(|r| model.probability(&row(*r))).collect();
    let happened: Vec<bool> = test.iter().map(|r| left[*r]).collect();
    let e = evaluate(&chances, &happened).expect("two outcomes");
    for (key, value) in [
        ("auc", e.auc.value),
        ("logloss", e.log_loss),
        ("brier", e.brier),
        ("avg_precision", e.average_precision),
        ("top_decile_lift", e.top_decile_lift.expect("ten rows")),
    ] {
        assert_close(key, value, number(&expected[key]), 1e-8);
    }
    assert!((e.auc.value - 0.835_682).abs() < 5e-7);
    assert_eq!(e.deciles[0].observed.n, 140);
}

/// A feature `column_level`, or a number less its training mean over its training deviation.
fn column(rows: &Rows, name: &str, train: &[usize]) -> Vec<f64> {
    if let Some((column, level)) = name.split_once('_') {
        return rows.flags(column, level);
    }
    let values = rows.numbers(name);
    let n = train.len() as f64;
    let mean = train.iter().map(|r| values[*r]).sum::<f64>() / n;
    let spread = (train.iter().map(|r| (values[*r] - mean) * (values[*r] - mean)).sum::<f64>() / n).sqrt();
    values.iter().map(|v| (v - mean) / spread).collect()
}
