//! Models of opportunities and contracts, as their commands run them: from purchases and subscriptions to the published
//! figures.

use naata_core::{
    Context, Currency, CustomerIx, Day, Histories, Minor, MoneyUnit, PurchaseRow, SubscriptionRow, Symbol,
    Symbols,
};
use naata_metrics::churn::Period;
use naata_metrics::clv::{
    ContractCohort, ContractParams, DiscreteParams, FitOutcome, contract_value, discrete_value,
};
use naata_testkit::{assert_close, reference, reference_json};
use serde_json::Value;

const MONEY: MoneyUnit = MoneyUnit { currency: Currency::NONE, scale: 2 };

fn day(y: i32, m: u32, d: u32) -> Day {
    Day::from_ymd(y, m, d).unwrap()
}

fn figure(v: &Value) -> f64 {
    v.as_str().unwrap().parse().unwrap()
}

/// Gifts of a base: a first one in 1995 and as many as the row says in the years after, twice in some years.
fn gifts(file: &str) -> Vec<PurchaseRow> {
    let mut rows = Vec::new();
    let mut who = 0;
    for line in file.lines().skip(1) {
        let n: Vec<u32> = line.split(',').map(|c| c.trim().parse().unwrap()).collect();
        let (x, t_x, weight) = (n[0], n[1], n[3]);
        for _ in 0..weight {
            // Any years before the last will do; they differ from giver to giver.
            let mut years: Vec<u32> = (1..t_x).collect();
            years.sort_by_key(|y| (who * 7_919 + y * 10_473) % 1_009);
            years.truncate((x.max(1) - 1) as usize);
            years.extend((x > 0).then_some(t_x));
            years.insert(0, 0);
            for (i, y) in years.into_iter().enumerate() {
                for month in [1 + who % 12, 12].into_iter().take(1 + i % 2) {
                    let on = day(1995 + y as i32, month, 1 + who % 28);
                    let row = rows.len() as u32;
                    rows.push(PurchaseRow {
                        who: CustomerIx(who),
                        day: on,
                        amount: Minor(1_000 + i64::from((who * 37 + y * 11) % 900)),
                        seconds: 0,
                        row,
                    });
                }
            }
            who += 1;
        }
    }
    rows
}

#[test]
fn yearly_gifts_give_the_published_fit_and_every_figure() {
    let (Some(file), Some(json)) =
        (reference("clv/donations.csv"), reference_json("clv/discrete_models.json"))
    else {
        return;
    };
    let mut rows = gifts(&file);
    let customers = rows.iter().map(|r| r.who.at() + 1).max().unwrap();
    let want = &json["bgbb_donations"];
    assert_eq!(customers as u64, want["n"].as_u64().unwrap());
    let p = DiscreteParams { period: Period::Year, ..DiscreteParams::default() };
    let run = |rows: &[PurchaseRow]| {
        let purchases = Histories::group(customers, rows, |r| (r.day, r.seconds, r.amount, r.row)).unwrap();
        discrete_value(&purchases, MONEY, &p, &Context::at(day(2002, 6, 30))).unwrap()
    };
    let d = run(&rows);
    // The half of 2002 is no opportunity yet.
    assert_eq!((d.until, d.horizon, d.fit.outcome), (day(2001, 12, 31), 5, FitOutcome::Interior));
    for (i, parameter) in d.fit.parameters.iter().enumerate() {
        assert_close(parameter.name, parameter.value, figure(&want["params"][parameter.name]), 1e-9);
        assert_close(parameter.name, parameter.standard_error.unwrap(), figure(&want["se"][i]), 1e-8);
    }
    assert_close("log-likelihood", d.fit.log_likelihood, figure(&want["loglik"]), 1e-12);
    let mut found = 0;
    for one in want["predictions"].as_array().unwrap() {
        let at = |k: &str| one[k].as_u64().unwrap() as u32;
        for w in d.rows.iter().filter(|w| (w.row.x(), w.row.t_x()) == (at("x"), at("t_x"))) {
            found += 1;
            assert_close("p_alive", w.p_alive.unwrap(), figure(&one["palive_at_n"]), 1e-9);
            assert_close("expected", w.expected.unwrap(), figure(&one["cet_5"]), 1e-9);
            let (low, high) = w.range.unwrap();
            assert!(low <= high && high <= 5);
        }
    }
    assert_eq!(found, customers);
    let purchases = d.purchases.unwrap();
    let sum: f64 = d.rows.iter().map(|w| w.expected.unwrap()).sum();
    assert_close("sum", purchases.value, sum, 1e-11);
    let (estimate, prediction) = (purchases.estimate.unwrap(), purchases.prediction.unwrap());
    assert!(prediction.0 < estimate.0 && estimate.1 < prediction.1);
    // The order of rows changes not one bit.
    rows.reverse();
    assert_eq!(run(&rows), d);
}

#[test]
fn held_back_gifts_are_forecast() {
    let Some(file) = reference("clv/donations.csv") else { return };
    let rows = gifts(&file);
    let customers = rows.iter().map(|r| r.who.at() + 1).max().unwrap();
    let purchases = Histories::group(customers, &rows, |r| (r.day, r.row)).unwrap();
    let p =
        DiscreteParams { period: Period::Year, until: Some(day(1999, 12, 31)), ..DiscreteParams::default() };
    let d = discrete_value(&purchases, MONEY, &p, &Context::at(day(2001, 12, 31))).unwrap();
    let (made, forecast) = d.holdout.unwrap();
    let later = rows.iter().filter(|r| r.day > day(1999, 12, 31));
    let mut years: Vec<(CustomerIx, i32)> = later.map(|r| (r.who, r.day.ymd().unwrap().0)).collect();
    years.sort_unstable();
    years.dedup();
    assert_eq!((made, d.held_back), (years.len() as u64, 2));
    assert_close(
        "classes",
        d.classes.iter().map(|c| c.expected.unwrap()).sum(),
        forecast.unwrap().value,
        1e-11,
    );
    assert_eq!(d.classes.iter().map(|c| c.actual).sum::<u64>(), made);
}

/// Subscriptions that began on one day and were refused at the renewals of the file.
fn contracts(file: &str) -> (Vec<SubscriptionRow>, Symbols) {
    let mut symbols = Symbols::default();
    let mut row = |(i, line): (u32, &str)| {
        let cells: Vec<&str> = line.split(',').map(str::trim).collect();
        let (recency, seen): (i32, i32) = (cells[1].parse().unwrap(), cells[2].parse().unwrap());
        SubscriptionRow {
            who: CustomerIx(i),
            id: Symbol::NONE,
            plan: symbols.intern(cells[3]).unwrap(),
            started: day(2010, 1, 1),
            // Who leaves after so many years does so on the day of the renewal, or somewhat before.
            ended: (recency < seen).then(|| day(2010 + recency, 1, 1).plus(-((i % 300) as i32)).unwrap()),
            monthly: Some(Minor(1_000)),
            reason: Symbol::NONE,
        }
    };
    let rows = (0..).zip(file.lines().skip(1)).map(&mut row).collect();
    (rows, symbols)
}

#[test]
fn contracts_give_the_published_retention() {
    let (Some(file), Some(json)) =
        (reference("clv/sbg_cohorts.csv"), reference_json("clv/discrete_models.json"))
    else {
        return;
    };
    let (rows, symbols) = contracts(&file);
    let subscriptions = Histories::group(rows.len(), &rows, |s| s.started).unwrap();
    let p = ContractParams {
        period: Period::Year,
        divide: ContractCohort::Plan,
        discount: 0.1,
        ..ContractParams::default()
    };
    let cx = Context::at(day(2017, 6, 30));
    let c = contract_value(&subscriptions, &symbols.seal().0, MONEY, &p, &cx).unwrap();
    assert_eq!(c.cohorts.len(), 2);
    for group in &c.cohorts {
        let name = group.name.as_deref().unwrap();
        let want = &json[format!("sbg_{name}").as_str()];
        let lost: Vec<u64> = want["lost"].as_array().unwrap().iter().map(|n| n.as_u64().unwrap()).collect();
        assert_eq!(&group.renewals.lost[..7], &lost[..], "{name}");
        assert_eq!(group.renewals.still.iter().sum::<u64>(), want["survivors"].as_u64().unwrap());
        let fit = group.fit.as_ref().unwrap();
        for (i, parameter) in fit.parameters.iter().enumerate() {
            assert_close(parameter.name, parameter.value, figure(&want["params"][parameter.name]), 1e-9);
            assert_close(parameter.name, parameter.standard_error.unwrap(), figure(&want["se"][i]), 1e-8);
        }
        let model = group.model.unwrap();
        assert_close("DEL", model.lifetime(c.rate).unwrap(), figure(&want["DEL_new_d10pct"]), 1e-9);
        let derl = model.residual_lifetime(4, c.rate).unwrap();
        assert_close("DERL", derl, figure(&want["DERL_renewed_4_d10pct"]), 1e-9);
        for (t, r) in want["retention_t1_12"].as_array().unwrap().iter().enumerate() {
            assert_close("retention", model.retention(t as u32 + 1), figure(r), 1e-9);
        }
        // Everybody who is there has renewed seven times and is valued by the cohort's own retention.
        let plan = rows.iter().filter(|r| r.ended.is_none());
        let members = plan.filter(|r| c.rows.iter().any(|m| m.who == r.who && m.renewals == 7)).count();
        assert_eq!(members, c.rows.len());
    }
    let sum: f64 = c.rows.iter().map(|m| m.value.unwrap()).sum();
    assert_close("total", c.total.unwrap().value, sum, 1e-11);
    let parts: f64 = c.cohorts.iter().map(|g| g.total.unwrap().value).sum();
    assert_close("parts", parts, sum, 1e-11);
}
