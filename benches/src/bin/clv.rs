//! Times the lifetime-value models: draws histories, fits them, values them.
//!
//! `clv draw N SEED FILE` writes summaries of N drawn customers; `clv fit MODEL FILE TIMES` fits a model to a file of
//! summaries (columns x, t_x, T; the first line names them) so often and prints the median milliseconds and the
//! log-likelihood; `clv value FILE` values every customer of a file and prints the seconds.
#![expect(clippy::print_stdout, reason = "a program that prints its measurements")]
#![expect(clippy::disallowed_methods, reason = "a measurement reads the clock")]

use naata_metrics::clv::{
    AnyModel, BgNbd, Collapsed, GammaGamma, History, MbgNbd, ParetoNbd, Plan, PurchaseModel, TimeUnit,
};
use std::fmt::Write as _;
use std::time::Instant;

fn main() -> Result<(), String> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    match args.as_slice() {
        ["draw", n, seed, file] => draw(number(n)?, number(seed)?, file),
        ["fit", model, file, times] => fit(model, file, number(times)? as usize),
        ["value", file] => value(file),
        _ => Err("use draw N SEED FILE, fit MODEL FILE TIMES or value FILE".into()),
    }
}

fn number(text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| format!("'{text}' is no whole number"))
}

/// Customers of 78 weekly cohorts, seen for one to two and a half years, purchases on whole days.
fn draw(n: u64, seed: u64, file: &str) -> Result<(), String> {
    let model = BgNbd::new(0.4, 6.0, 0.8, 2.6).ok_or("no model")?;
    let mut out = String::from("x,t_x,T\n");
    for i in 0..n {
        let mut rng = naata_math::Rng::stream(seed, "bench.clv", i);
        let age = 52.0 + f64::from(rng.below(78) as u32);
        let h = model.draw(age, &mut rng).ok_or("no draw")?;
        let t_x = if h.x() == 0 { 0.0 } else { ((h.t_x() * 7.0).ceil() / 7.0).min(age) };
        writeln!(out, "{},{},{}", h.x(), t_x, age).map_err(|e| e.to_string())?;
    }
    std::fs::write(file, out).map_err(|e| e.to_string())
}

fn read(file: &str) -> Result<Vec<History>, String> {
    let text = std::fs::read_to_string(file).map_err(|e| e.to_string())?;
    let line = |l: &str| {
        let mut cells = l.split(',').map(|c| c.parse::<f64>().ok());
        let mut next = || cells.next().flatten();
        let (x, t_x, age) = (next()?, next()?, next()?);
        History::new(x as u32, t_x, age)
    };
    text.lines().skip(1).map(|l| line(l).ok_or_else(|| format!("'{l}' is no summary"))).collect()
}

fn fit(model: &str, file: &str, times: usize) -> Result<(), String> {
    let histories = read(file)?;
    let mut spans = Vec::new();
    let mut last = None;
    for _ in 0..times.max(1) {
        let start = Instant::now();
        let collapsed = Collapsed::new(&histories);
        let fit = match model {
            "bg-nbd" => BgNbd::fit(&collapsed).map(AnyModel::BgNbd),
            "mbg-nbd" => MbgNbd::fit(&collapsed).map(AnyModel::MbgNbd),
            "pareto-nbd" => ParetoNbd::fit(&collapsed).map(AnyModel::ParetoNbd),
            _ => return Err(format!("'{model}' is no model")),
        };
        spans.push(start.elapsed().as_secs_f64() * 1e3);
        last = Some((fit.log_likelihood, fit.iterations, collapsed.rows().len()));
    }
    spans.sort_by(f64::total_cmp);
    let median = spans.get(spans.len() / 2).copied().unwrap_or_default();
    if let Some((log_likelihood, iterations, rows)) = last {
        println!("{median} {log_likelihood} {iterations} {rows}");
    }
    Ok(())
}

/// P(alive), expected purchases and twelve periods of value for everybody.
fn value(file: &str) -> Result<(), String> {
    let histories = read(file)?;
    let collapsed = Collapsed::new(&histories);
    let model = BgNbd::new(0.4, 6.0, 0.8, 2.6).ok_or("no model")?;
    let spend = GammaGamma::new(6.25, 3.74, 15.4).ok_or("no model")?;
    let plan = Plan { periods: 12, period_days: 30, discount: 0.008 };
    let horizons = plan.horizons(TimeUnit::Week);
    let start = Instant::now();
    let all = model.expected_of_rows(collapsed.rows(), &horizons);
    let figures: Vec<(f64, f64, f64)> = collapsed
        .rows()
        .iter()
        .zip(&all)
        .map(|(r, expected)| {
            let alive = model.p_alive(&r.history).unwrap_or(f64::NAN);
            let ahead = expected.last().copied().flatten().unwrap_or(f64::NAN);
            (alive, ahead, plan.discounted(expected).unwrap_or(f64::NAN))
        })
        .collect();
    let mut total = 0.0;
    for (i, (h, at)) in histories.iter().zip(collapsed.of()).enumerate() {
        let each = spend.expected_spend(h.x(), 20.0 + (i % 40) as f64).unwrap_or(f64::NAN);
        total += figures.get(*at as usize).map_or(f64::NAN, |f| f.2) * each;
    }
    println!("{} {total}", start.elapsed().as_secs_f64());
    Ok(())
}
