//! How often the intervals of lifetime value hold what they say they hold.
//!
//! Shops are drawn from known models, one after the other: purchases and amounts before a day, which the analysis
//! sees, and after it, which it does not. The *estimate* interval should hold the value expected at the true parameters,
//! the *prediction* interval what was really spent, each in 90 of 100 shops. `coverage SHOPS CUSTOMERS` prints the
//! table of `docs/coverage.md`.
#![expect(clippy::print_stdout, reason = "a program that prints its table")]

use naata_core::{Context, Currency, CustomerIx, Day, Histories, Minor, MoneyUnit, PurchaseRow};
use naata_math::{Beta, Gamma, Rng, powi};
use naata_metrics::clv::{
    AnyModel, BgNbd, ClvParams, GammaGamma, MbgNbd, ModelChoice, Nbd, ParetoNbd, PurchaseModel,
    lifetime_value,
};

const MONEY: MoneyUnit = MoneyUnit { currency: Currency::NONE, scale: 2 };
const SEEN: f64 = 52.0;
const AHEAD: f64 = 12.0 * 30.0 / 7.0;
const WEEKS: u32 = 51;
const LEVEL: f64 = 0.9;

/// How the customers of a shop leave.
#[derive(Clone, Copy)]
enum World {
    Coin { a: f64, b: f64, first: bool },
    Clock { s: f64, beta: f64 },
    Loyal,
}

/// The moments of all purchases of a customer within the time seen and ahead, in weeks after the first.
fn moments(r: f64, alpha: f64, world: World, end: f64, rng: &mut Rng) -> Option<Vec<f64>> {
    let rate = Gamma::new(r, alpha).ok()?.sample(rng);
    let (odds, stays) = match world {
        World::Coin { a, b, .. } => (Beta::new(a, b).ok()?.sample(rng), end),
        World::Clock { s, beta } => (0.0, rng.exponential() / Gamma::new(s, beta).ok()?.sample(rng)),
        World::Loyal => (0.0, end),
    };
    let mut out = vec![0.0];
    let mut gone = matches!(world, World::Coin { first: true, .. }) && rng.chance(odds);
    let mut t = 0.0;
    while !gone {
        t += rng.exponential() / rate;
        let within = t <= end.min(stays);
        if !within {
            break;
        }
        out.push(t);
        gone = rng.chance(odds);
    }
    Some(out)
}

/// Whether the intervals of one drawn shop held: estimate, prediction, and that of the purchases; `None` where the model
/// did not fit.
fn shop(truth: &AnyModel, world: World, choice: ModelChoice, customers: u32, shop: u64) -> Option<[bool; 3]> {
    let mut rng = Rng::stream(7, truth.name(), shop);
    let values: Vec<f64> = truth.parameters().iter().map(|p| p.1).collect();
    let (r, alpha) = (*values.first()?, *values.get(1)?);
    let (p, q, v) = (6.25, 3.74, 15.4);
    let as_of = Day(1_000);
    let rate_of_period = 0.008;
    let mut rows = Vec::new();
    let (mut spent, mut bought) = (0.0, 0.0);
    for who in 0..customers {
        let age = SEEN - f64::from(rng.below(85) as u32) / 7.0;
        let nu = Gamma::new(q, v).ok()?.sample(&mut rng);
        let amounts = Gamma::new(p, nu).ok()?;
        for t in moments(r, alpha, world, age + AHEAD, &mut rng)? {
            let after = (t - age) * 7.0;
            let amount = amounts.sample(&mut rng);
            if after <= 0.0 {
                // The day on which it lies; the day of the first purchase begins the clock.
                let day = as_of.plus(after.ceil().min(0.0) as i32)?;
                let amount = Minor((amount * 100.0).round() as i64);
                rows.push(PurchaseRow {
                    who: CustomerIx(who),
                    day,
                    amount,
                    seconds: 0,
                    row: rows.len() as u32,
                });
            } else {
                spent += amount / powi(1.0 + rate_of_period, (after / 30.0).ceil() as i32);
                bought += f64::from(u8::from(t - age <= f64::from(WEEKS)));
            }
        }
    }
    let purchases = Histories::group(customers as usize, &rows, |r| (r.day, r.row)).ok()?;
    let params = ClvParams {
        model: choice,
        until: Some(as_of),
        horizon: Some(WEEKS),
        discount: naata_math::pow(1.0 + rate_of_period, 365.0 / 30.0) - 1.0,
        level: LEVEL,
        ..ClvParams::default()
    };
    let clv = lifetime_value(&purchases, MONEY, &params, &Context::at(as_of)).ok()?;
    let total = clv.total?;
    // What is expected of these customers at the true parameters.
    let gamma = GammaGamma::new(p, q, v)?;
    let horizons = clv.plan.horizons(clv.base.unit);
    let mut mean = 0.0;
    for b in &clv.base.buyers {
        let expected = clv.plan.discounted(&truth.expected_purchases(&b.history, &horizons))?;
        mean += expected * gamma.expected_spend(b.history.x(), b.mean.unwrap_or(0.0))?;
    }
    let holds = |range: Option<(f64, f64)>, x: f64| range.map(|(a, b)| a <= x && x <= b);
    Some([
        holds(total.estimate, mean)?,
        holds(total.prediction, spent)?,
        holds(clv.purchases?.prediction, bought)?,
    ])
}

fn main() -> Result<(), String> {
    let args: Vec<u64> = std::env::args().skip(1).filter_map(|a| a.parse().ok()).collect();
    let (shops, customers) =
        (args.first().copied().unwrap_or(400), args.get(1).copied().unwrap_or(800) as u32);
    println!(
        "| model | shops | not fitted | estimate: the expected value | prediction: what was spent | prediction: purchases |"
    );
    println!("|---|---|---|---|---|---|");
    let of = |m: Option<AnyModel>| m.ok_or("no model");
    let worlds = [
        (of(BgNbd::new(0.6, 6.0, 0.8, 2.6).map(AnyModel::BgNbd))?, ModelChoice::BgNbd),
        (of(MbgNbd::new(0.8, 6.5, 0.9, 2.2).map(AnyModel::MbgNbd))?, ModelChoice::MbgNbd),
        (of(ParetoNbd::new(0.7, 8.0, 0.7, 14.0).map(AnyModel::ParetoNbd))?, ModelChoice::ParetoNbd),
        (of(Nbd::new(0.5, 9.0).map(AnyModel::Nbd))?, ModelChoice::Nbd),
    ];
    for (truth, choice) in worlds {
        let values: Vec<f64> = truth.parameters().iter().map(|p| p.1).collect();
        let world = match (&truth, values.as_slice()) {
            (AnyModel::BgNbd(_), [_, _, a, b]) => World::Coin { a: *a, b: *b, first: false },
            (AnyModel::MbgNbd(_), [_, _, a, b]) => World::Coin { a: *a, b: *b, first: true },
            (AnyModel::ParetoNbd(_), [_, _, s, beta]) => World::Clock { s: *s, beta: *beta },
            _ => World::Loyal,
        };
        let held: Vec<[bool; 3]> =
            (0..shops).filter_map(|k| shop(&truth, world, choice, customers, k)).collect();
        let share = |i: usize| {
            let n = held.iter().filter(|h| h.get(i) == Some(&true)).count();
            format!("{:.1} %", 100.0 * n as f64 / held.len().max(1) as f64)
        };
        let missing = shops - held.len() as u64;
        println!("| {} | {shops} | {missing} | {} | {} | {} |", truth.name(), share(0), share(1), share(2));
    }
    Ok(())
}
