//! Covariates and costs of winning customers, on real purchases, as users get them.

use crate::clv_log::{USD, end, facts, group, log, split};
use naata_answer::{Names, Present};
use naata_core::{Context, CustomerIx, Day, Histories, Minor, PurchaseRow};
use naata_facts::{Column, Facts};
use naata_metrics::clv::{
    Clv, ClvParams, Coefficient, FitOutcome, ModelChoice, Process, lifetime_value_with,
};
use naata_testkit::{assert_close, reference};
use std::collections::BTreeMap;

fn names(of: &[&str]) -> Names {
    Names(of.iter().map(|n| (*n).to_string()).collect())
}

/// The coefficient of a column on a process.
fn of(clv: &Clv, name: &str, process: Process) -> Coefficient {
    let design = clv.design.as_ref().unwrap();
    let at = |c: &&Coefficient| design.columns[c.column].name() == name && c.process == process;
    *clv.tried[clv.chosen].fit.coefficients.iter().find(at).unwrap()
}

#[test]
fn a_planted_fact_is_found_and_one_of_no_meaning_is_not() {
    let Some(purchases) = log() else { return };
    let facts = facts(&purchases);
    for model in [ModelChoice::BgNbd, ModelChoice::MbgNbd, ModelChoice::ParetoNbd, ModelChoice::Nbd] {
        let p = ClvParams {
            until: Some(split()),
            model,
            covariate: names(&["customers.industry", "customers.employees"]),
            ..ClvParams::default()
        };
        let clv = lifetime_value_with(&purchases, USD, &facts, &p, &Context::at(end())).unwrap();
        let fit = &clv.tried[clv.chosen].fit;
        assert_eq!(fit.outcome, FitOutcome::Interior, "{model:?}");
        // The planted one follows from purchases: it explains a great deal.
        assert!(clv.covariate_test.unwrap().p < 1e-6, "{model:?}");
        let planted = of(&clv, "customers.employees", Process::Purchases);
        assert!(planted.value > 0.1 && planted.p < 1e-6, "{model:?} {planted:?}");
        // Whether an id is odd says nothing about anything.
        for c in
            fit.coefficients.iter().filter(|c| clv.design.as_ref().unwrap().columns[c.column].level.is_some())
        {
            assert!(c.interval.0 < 0.0 && 0.0 < c.interval.1, "{model:?} {c:?}");
        }
        assert!(clv.total.unwrap().prediction.is_some() && clv.rows.iter().all(|w| w.clv.is_some()));
        assert_eq!(clv.answer().flaws(), Vec::<String>::new());
    }
}

#[test]
fn what_was_not_known_at_the_first_purchase_is_refused_by_type() {
    let Some(purchases) = log() else { return };
    let mut facts = facts(&purchases);
    let n = purchases.customers();
    let halves = |known| (Column::Flag((0..n).map(|i| Some(i % 3 == 0)).collect()), known);
    for (name, (column, known)) in [
        ("segments.rfm.segment", halves(end())),
        ("journeys.map.touches@1997-01-15", halves(Day::from_ymd(1997, 1, 15).unwrap())),
        ("journeys.map.touches@1996-12-31", halves(Day::from_ymd(1996, 12, 31).unwrap())),
    ] {
        facts.put_column(name, column, known).unwrap();
    }
    let run = |name: &str| {
        let p = ClvParams { covariate: names(&[name]), model: ModelChoice::Nbd, ..ClvParams::default() };
        lifetime_value_with(&purchases, USD, &facts, &p, &Context::at(end()))
    };
    for (name, earlier) in [("segments.rfm.segment", 2_357), ("journeys.map.touches@1997-01-15", 321)] {
        let refused = run(name).unwrap_err();
        assert_eq!(refused.code(), "clv.known_later");
        assert!(refused.to_string().contains(&format!("{earlier} of 2357 customers")), "{refused}");
    }
    // What was known before anybody bought may be asked.
    let known = run("journeys.map.touches@1996-12-31").unwrap();
    assert!(known.covariate_test.unwrap().p > 0.01);
    assert_eq!(run("customers.city").unwrap_err().code(), "facts.unknown");
}

#[test]
fn each_customers_own_cost_is_set_against_what_they_bring() {
    let Some(purchases) = log() else { return };
    let mut facts = facts(&purchases);
    let n = purchases.customers();
    // Every eleventh cost is not known, and one that is negative is no cost.
    let costs: Vec<Option<Minor>> = (0..n)
        .map(|i| (i % 11 != 3).then_some(Minor(if i == 7 { -5 } else { 400 + 100 * (i as i64 % 5) })))
        .collect();
    facts.put_column("customers.cost", Column::Money(costs.clone(), USD), end()).unwrap();
    let p = ClvParams {
        until: Some(split()),
        model: ModelChoice::MbgNbd,
        margin: Some(0.4),
        by: Some("customers.industry".into()),
        acquisition_cost: names(&["customers.cost"]),
        ..ClvParams::default()
    };
    let run = |p: &ClvParams| lifetime_value_with(&purchases, USD, &facts, p, &Context::at(end()));
    let clv = run(&p).unwrap();
    let a = clv.acquisition.as_ref().unwrap();
    let known = |i: usize| costs[i].filter(|c| c.0 >= 0);
    let buyers: Vec<usize> = clv.base.buyers.iter().map(|b| b.who.at()).collect();
    let sum: i64 = buyers.iter().filter_map(|i| known(*i)).map(|c| c.0).sum();
    let missing = buyers.iter().filter(|i| known(**i).is_none()).count() as u64;
    assert_eq!((a.all.cost.0, a.all.unknown), (sum, missing));
    assert_eq!(a.all.customers + a.all.unknown, buyers.len() as u64);
    for (g, won) in clv.groups.iter().zip(&a.of_groups) {
        assert_eq!(g.customers, won.customers + won.unknown);
    }
    let whole: f64 = a.of_groups.iter().map(|w| w.in_all.unwrap()).sum();
    assert_close("groups and all", a.all.in_all.unwrap(), whole, 1e-12);
    let known_value: f64 =
        clv.rows.iter().filter(|w| known(w.who.at()).is_some()).map(|w| w.clv.unwrap()).sum();
    assert_close("in all", a.all.in_all.unwrap(), USD.float(a.all.brought) + known_value, 1e-12);
    assert_eq!(clv.answer().flaws(), Vec::<String>::new());
    // An amount stands in where none is stated; what is no amount is refused.
    let filled = run(&ClvParams { acquisition_cost: names(&["customers.cost", "6"]), ..p.clone() }).unwrap();
    let filled = filled.acquisition.unwrap().all;
    assert_eq!((filled.unknown, filled.cost.0), (0, sum + 600 * missing as i64));
    let wrong = ClvParams { acquisition_cost: names(&["customers.employees"]), ..p };
    assert_eq!(run(&wrong).unwrap_err().code(), "metrics.parameter");
}

/// The clothes shop's purchases, and what is known of its customers: two flags.
fn apparel() -> Option<(Histories<PurchaseRow>, Facts)> {
    let (log, stated) = (reference("clv/apparelTrans.csv")?, reference("clv/apparelStaticCov.csv")?);
    let id = |cell: &str| cell.trim_matches('"').parse::<u32>().unwrap() - 1;
    let rows: Vec<PurchaseRow> = (0u32..)
        .zip(log.lines().skip(1))
        .map(|(row, line)| {
            let cells: Vec<&str> = line.split(',').collect();
            let amount: f64 = cells[2].parse().unwrap();
            PurchaseRow {
                who: CustomerIx(id(cells[0])),
                day: Day::parse_iso(cells[1]).unwrap(),
                amount: Minor((amount * 100.0).round() as i64),
                seconds: PurchaseRow::NO_TIME,
                row,
            }
        })
        .collect();
    let customers = rows.iter().map(|r| r.who.at() + 1).max()?;
    let mut flags: BTreeMap<u32, (bool, bool)> = BTreeMap::new();
    for line in stated.lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        flags.insert(id(cells[0]), (cells[1] == "1", cells[2] == "1"));
    }
    let last = rows.iter().map(|r| r.day).max()?;
    let mut facts = Facts::new(customers, last);
    let column = |f: fn(&(bool, bool)) -> bool| {
        Column::Flag((0..customers as u32).map(|i| flags.get(&i).map(f)).collect())
    };
    facts.put_column("customers.gender", column(|f| f.0), last).unwrap();
    facts.put_column("customers.channel", column(|f| f.1), last).unwrap();
    Some((group(&rows, customers), facts))
}

#[test]
fn what_goes_with_buying_clothes_matches_a_second_implementation() {
    let Some((purchases, facts)) = apparel() else { return };
    for (model, log_likelihood, wanted) in APPAREL {
        let p = ClvParams {
            until: Some(Day::from_ymd(2006, 12, 31).unwrap()),
            model,
            covariate: names(&["customers.gender", "customers.channel"]),
            ..ClvParams::default()
        };
        let clv = lifetime_value_with(&purchases, USD, &facts, &p, &Context::at(facts.as_of())).unwrap();
        let fit = &clv.tried[clv.chosen].fit;
        assert_eq!(fit.outcome, FitOutcome::Interior, "{model:?}");
        assert_close("log-likelihood", fit.log_likelihood, log_likelihood, 1e-9);
        for (c, want) in fit.coefficients.iter().zip(wanted) {
            assert!((c.value - want).abs() < 2e-5, "{model:?}: {c:?} {want}");
        }
    }
}

/// Maxima found outside, by a quasi-Newton search of SciPy over the published likelihoods with differences for slopes: the
/// log-likelihood, then the coefficients of the rate of purchases, of leaving, and of staying, each of gender and channel.
const APPAREL: [(ModelChoice, f64, &[f64]); 2] = [
    (
        ModelChoice::MbgNbd,
        -5819.7125062590285,
        &[0.126346514902, 0.657716352214, -0.627045543330, 0.080999464438, 0.011958539160, -0.076443638940],
    ),
    (
        ModelChoice::ParetoNbd,
        -5821.062685868865,
        &[0.286135438053, 0.623930003704, -0.641867908195, 0.789757775932],
    ),
];
