//! Lifetime-value models against published fits and high-precision figures.

use naata_metrics::clv::{
    BgBb, BgNbd, Collapsed, Fit, FitOutcome, GammaGamma, History, MbgNbd, Nbd, OpportunityRow, ParetoNbd,
    PurchaseModel, Renewals, ShiftedBetaGeometric, Undefined, collapse,
};
use naata_testkit::{assert_close, reference, reference_json, relative};
use serde_json::Value;

/// The customers of a `*_customers.csv`, columns by name.
pub(crate) struct Table {
    names: Vec<String>,
    rows: Vec<Vec<f64>>,
}

impl Table {
    pub(crate) fn read(name: &str) -> Option<Self> {
        let text = reference(&format!("clv/{name}_customers.csv"))?;
        let mut lines = text.lines();
        let names = lines.next()?.split(',').map(str::to_string).collect();
        let rows = lines.map(|l| l.split(',').map(|c| c.parse().unwrap()).collect()).collect();
        Some(Self { names, rows })
    }

    pub(crate) fn column(&self, name: &str) -> Vec<f64> {
        let at = self.names.iter().position(|n| n == name).unwrap_or_else(|| panic!("no column {name}"));
        self.rows.iter().map(|r| r[at]).collect()
    }

    fn histories(&self) -> Vec<History> {
        let (x, t_x, age) = (self.column("x"), self.column("t_x"), self.column("T"));
        let row = |((x, t), age): ((f64, f64), f64)| History::new(x as u32, t, age).unwrap();
        x.into_iter().zip(t_x).zip(age).map(row).collect()
    }
}

const SETS: [&str; 3] = ["cdnow_sample_published", "cdnow_sample_log", "apparel"];

fn check_fit<M>(what: &str, fit: &Fit<M>, want: &Value) {
    assert_eq!(fit.outcome, FitOutcome::Interior, "{what}");
    for p in &fit.parameters {
        let name = format!("{what} {}", p.name);
        assert_close(&name, p.value, want["params"][p.name].as_f64().unwrap(), 1e-9);
        assert_close(&name, p.standard_error.unwrap(), want["se"][p.name].as_f64().unwrap(), 1e-9);
        let (low, high) = p.interval.unwrap();
        assert!(0.0 < low && low < p.value && p.value < high, "{name}: {low} {high}");
    }
    assert_close(what, fit.log_likelihood, want["loglik"].as_f64().unwrap(), 1e-12);
    assert!(fit.iterations <= 12, "{what}: {} Newton steps", fit.iterations);
    assert!(fit.gradient_norm < 1e-8, "{what}: gradient {:e}", fit.gradient_norm);
}

#[test]
fn fits_match_to_nine_digits() {
    for set in SETS {
        let (Some(json), Some(table)) = (reference_json(&format!("clv/{set}.json")), Table::read(set)) else {
            return;
        };
        let histories = Collapsed::new(&table.histories());
        assert_eq!(histories.rows().len() as u64, json["unique_rows"].as_u64().unwrap());
        let models = &json["models"];
        let bg = BgNbd::fit(&histories);
        check_fit(&format!("{set} BG/NBD"), &bg, &models["bg_nbd"]);
        assert_close("aic", bg.aic, models["bg_nbd"]["aic"].as_f64().unwrap(), 1e-12);
        assert_close("bic", bg.bic, models["bg_nbd"]["bic"].as_f64().unwrap(), 1e-12);
        check_fit(&format!("{set} MBG/NBD"), &MbgNbd::fit(&histories), &models["mbg_nbd"]);
        let pairs = table.column("x").into_iter().zip(table.column("m"));
        let (rows, left_out) = collapse(pairs.filter(|p| p.0 > 0.0).map(|(x, m)| (x as u32, m)));
        assert_eq!(left_out, 0);
        let gg = GammaGamma::fit(&rows);
        check_fit(&format!("{set} Gamma-Gamma"), &gg, &models["gamma_gamma"]);
        assert_eq!(gg.n, models["gamma_gamma"]["n_used"].as_u64().unwrap());
        let mean = gg.model.unwrap().population_mean().unwrap();
        assert_close("mean", mean, models["gamma_gamma"]["mean_spend_population"].as_f64().unwrap(), 1e-9);
    }
}

/// A figure printed to thirty digits, or a plain number.
fn digits(v: &Value) -> f64 {
    v.as_str().map_or_else(|| v.as_f64().unwrap(), |s| s.parse().unwrap())
}

#[test]
fn pareto_nbd_matches_the_thirty_digit_solution() {
    for set in SETS {
        let (Some(json), Some(table)) = (reference_json(&format!("clv/{set}.json")), Table::read(set)) else {
            return;
        };
        let fit = ParetoNbd::fit(&Collapsed::new(&table.histories()));
        let want = &json["models"]["pareto_nbd"];
        assert_eq!(fit.outcome, FitOutcome::Interior);
        for p in &fit.parameters {
            // The reference itself is converged to about 1e-7 here, along the flattest direction less.
            assert_close(p.name, p.value, want["params"][p.name].as_f64().unwrap(), 1e-6);
            assert_close(p.name, p.standard_error.unwrap(), want["se"][p.name].as_f64().unwrap(), 1e-4);
        }
        assert_close(set, fit.log_likelihood, want["loglik"].as_f64().unwrap(), 1e-12);
        assert_close(set, fit.aic, want["aic"].as_f64().unwrap(), 1e-12);
        assert!(fit.iterations <= 12, "{set}: {} Newton steps", fit.iterations);
        assert!(fit.gradient_norm < 1e-8, "{set}: gradient {:e}", fit.gradient_norm);
    }
    let Some(json) = reference_json("clv/pareto_nbd_cdnow_sample_highprec.json") else { return };
    let fit = ParetoNbd::fit(&Collapsed::new(&Table::read(SETS[0]).unwrap().histories()));
    for (i, p) in fit.parameters.iter().enumerate() {
        assert_close(p.name, p.value, digits(&json["params"][p.name]), 1e-9);
        assert_close(p.name, p.standard_error.unwrap(), digits(&json["se"][i]), 1e-9);
    }
    assert_close("log-likelihood", fit.log_likelihood, digits(&json["loglik"]), 1e-14);
}

#[test]
fn nbd_matches_a_solution_in_thirty_digits() {
    // Solved again with Newton steps in 30-digit arithmetic from the same histories.
    let figures = [
        ("cdnow_sample_published", 0.38476767405184115, 12.072084990970888, -9763.660222232773),
        ("cdnow_sample_log", 0.3847661357687849, 12.072022844836905, -9763.657614672615),
        ("apparel", 0.8337461064791736, 41.094594821722296, -5910.745925750702),
    ];
    for (set, r, alpha, log_likelihood) in figures {
        let Some(table) = Table::read(set) else { return };
        let fit = Nbd::fit(&Collapsed::new(&table.histories()));
        assert_eq!(fit.outcome, FitOutcome::Interior);
        assert_close("r", fit.parameters[0].value, r, 1e-12);
        assert_close("alpha", fit.parameters[1].value, alpha, 1e-12);
        assert_close(set, fit.log_likelihood, log_likelihood, 1e-13);
        assert!(fit.iterations <= 12, "{set}: {} Newton steps", fit.iterations);
        let model = fit.model.unwrap();
        assert_eq!(model.p_alive(&table.histories()[0]), Err(Undefined::NobodyLeaves));
    }
}

fn parameter(json: &Value, model: &str, name: &str) -> f64 {
    json["models"][model]["params"][name].as_f64().unwrap()
}

#[test]
fn every_customer_matches_at_the_given_parameters() {
    for set in SETS {
        let (Some(json), Some(table)) = (reference_json(&format!("clv/{set}.json")), Table::read(set)) else {
            return;
        };
        let at = |model: &str, name: &str| parameter(&json, model, name);
        let bg = |m| (at(m, "r"), at(m, "alpha"), at(m, "a"), at(m, "b"));
        let (r, alpha, a, b) = bg("bg_nbd");
        let (r2, alpha2, a2, b2) = bg("mbg_nbd");
        let pareto = |name| at("pareto_nbd", name);
        let pareto = ParetoNbd::new(pareto("r"), pareto("alpha"), pareto("s"), pareto("beta")).unwrap();
        let models: [(&str, Box<dyn PurchaseModel>); 3] = [
            ("bg_nbd", Box::new(BgNbd::new(r, alpha, a, b).unwrap())),
            ("mbg_nbd", Box::new(MbgNbd::new(r2, alpha2, a2, b2).unwrap())),
            ("pareto_nbd", Box::new(pareto)),
        ];
        let spend =
            GammaGamma::new(at("gamma_gamma", "p"), at("gamma_gamma", "q"), at("gamma_gamma", "v")).unwrap();
        let (xs, means) = (table.column("x"), table.column("m"));
        let spends: Vec<f64> =
            xs.iter().zip(&means).map(|(x, m)| spend.expected_spend(*x as u32, *m).unwrap()).collect();
        let mut worst = 0.0f64;
        for (ours, want) in spends.iter().zip(table.column("gg_expected_spend")) {
            worst = worst.max(relative(*ours, want));
        }
        assert!(worst < 1e-12, "{set} expected spend: {worst:e}");
        let holdout = json["holdout_weeks"].as_f64().unwrap();
        let horizons: Vec<f64> =
            [holdout, 52.0].into_iter().chain((1..=12).map(|k| 30.0 * f64::from(k) / 7.0)).collect();
        for (name, model) in models {
            let mut worst = [0.0f64; 4];
            let wanted = ["palive", "cet_H", "cet_52", "clv12"].map(|c| table.column(&format!("{name}_{c}")));
            for (i, h) in table.histories().iter().enumerate() {
                let e: Vec<f64> =
                    model.expected_purchases(h, &horizons).into_iter().map(Option::unwrap).collect();
                let mut value = 0.0;
                for k in 1..=12usize {
                    let before = if k == 1 { 0.0 } else { e[k] };
                    value += (e[k + 1] - before) / naata_math::powi(1.01, k as i32);
                }
                let ours = [model.p_alive(h).unwrap(), e[0], e[1], value * spends[i]];
                for (w, (o, want)) in worst.iter_mut().zip(ours.iter().zip(&wanted)) {
                    *w = w.max(relative(*o, want[i]));
                }
            }
            assert!(worst.iter().all(|w| *w < 1e-10), "{set} {name}: {worst:?}");
        }
    }
}

#[test]
fn extreme_histories_stay_exact() {
    let Some(json) = reference_json("clv/stress_highprec.json") else { return };
    let p = |set: &str, name: &str| digits(&json[set][name]);
    let bg = |name| p("params_bg", name);
    let pn = |name| p("params_pn", name);
    let models: [(&str, Box<dyn PurchaseModel>); 2] = [
        ("bg", Box::new(BgNbd::new(bg("r"), bg("al"), bg("a"), bg("b")).unwrap())),
        ("pn", Box::new(ParetoNbd::new(pn("r"), pn("al"), pn("s"), pn("be")).unwrap())),
    ];
    for row in json["rows"].as_array().unwrap() {
        let x = row["x"].as_u64().unwrap() as u32;
        let h = History::new(x, digits(&row["t_x"]), digits(&row["T"])).unwrap();
        for (name, model) in &models {
            let what = format!("{name}: x {x}, T {}", h.age());
            let want = |figure: &str| &row[format!("{name}_{figure}")];
            assert_close(&what, model.ln_likelihood(&h), digits(want("loglik")), 1e-12);
            // The reference may be below the smallest float: its logarithm is read from its digits.
            let printed = want("palive").as_str().unwrap();
            let (mantissa, power) = printed.split_once('e').unwrap_or((printed, "0"));
            let power: f64 = power.parse().unwrap();
            let ln_p = naata_math::ln(mantissa.parse().unwrap()) + power * naata_math::ln(10.0);
            let ours = model.ln_p_alive(&h).unwrap();
            assert!(ours.is_finite());
            assert_close(&what, ours, ln_p, 1e-10);
            let e = model.expected_purchases(&h, &[digits(&row["t"])])[0].unwrap();
            assert_close(&what, e, digits(want("cet")), 1e-10);
        }
    }
}

#[test]
fn donations_match_in_every_figure() {
    let (Some(json), Some(text)) =
        (reference_json("clv/discrete_models.json"), reference("clv/donations.csv"))
    else {
        return;
    };
    let row = |line: &str| {
        let c: Vec<u32> = line.split(',').map(|c| c.trim().parse().unwrap()).collect();
        OpportunityRow::new(c[0], c[1], c[2], f64::from(c[3])).unwrap()
    };
    let rows: Vec<OpportunityRow> = text.lines().skip(1).map(row).collect();
    let want = &json["bgbb_donations"];
    let fit = BgBb::fit(&rows);
    assert_eq!((fit.outcome, fit.n), (FitOutcome::Interior, want["n"].as_u64().unwrap()));
    for (i, p) in fit.parameters.iter().enumerate() {
        assert_close(p.name, p.value, digits(&want["params"][p.name]), 1e-9);
        assert_close(p.name, p.standard_error.unwrap(), digits(&want["se"][i]), 1e-9);
    }
    assert_close("log-likelihood", fit.log_likelihood, digits(&want["loglik"]), 1e-12);
    assert!(fit.iterations <= 12, "{} Newton steps", fit.iterations);
    let at = |name: &str| digits(&want["params"][name]);
    let model = BgBb::new(at("alpha"), at("beta"), at("gamma"), at("delta")).unwrap();
    for p in want["predictions"].as_array().unwrap() {
        let n = |key: &str| p[key].as_u64().unwrap() as u32;
        let row = OpportunityRow::new(n("x"), n("t_x"), 6, 1.0).unwrap();
        assert_close("alive at the last", model.p_alive(&row, 0), digits(&p["palive_at_n"]), 1e-10);
        assert_close("alive at the next", model.p_alive(&row, 1), digits(&p["palive_at_n_plus_1"]), 1e-10);
        assert_close("the next five", model.expected_purchases(&row, 5), digits(&p["cet_5"]), 1e-10);
    }
}

#[test]
fn both_contract_cohorts_match_in_every_figure() {
    let Some(json) = reference_json("clv/discrete_models.json") else { return };
    for cohort in ["sbg_highend", "sbg_regular"] {
        let want = &json[cohort];
        let lost: Vec<u64> = want["lost"].as_array().unwrap().iter().map(|n| n.as_u64().unwrap()).collect();
        let fit = ShiftedBetaGeometric::fit(&Renewals::cohort(&lost, want["survivors"].as_u64().unwrap()));
        assert_eq!((fit.outcome, fit.n), (FitOutcome::Interior, 1_000));
        for (i, p) in fit.parameters.iter().enumerate() {
            assert_close(p.name, p.value, digits(&want["params"][p.name]), 1e-9);
            assert_close(p.name, p.standard_error.unwrap(), digits(&want["se"][i]), 1e-9);
        }
        assert_close(cohort, fit.log_likelihood, digits(&want["loglik"]), 1e-12);
        assert!(fit.iterations <= 12, "{} Newton steps", fit.iterations);
        let at = |name: &str| digits(&want["params"][name]);
        let model = ShiftedBetaGeometric::new(at("alpha"), at("beta")).unwrap();
        for t in 1..=12u32 {
            let of = |key: &str| digits(&want[key][t as usize - 1]);
            assert_close("retention", model.retention(t), of("retention_t1_12"), 1e-10);
            assert_close("survival", model.survival(t), of("survival_t1_12"), 1e-10);
        }
        assert_close("DEL", model.lifetime(0.1).unwrap(), digits(&want["DEL_new_d10pct"]), 1e-10);
        let residual = model.residual_lifetime(4, 0.1).unwrap();
        assert_close("DERL", residual, digits(&want["DERL_renewed_4_d10pct"]), 1e-10);
    }
}
