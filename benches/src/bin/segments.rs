//! Times scores, k-means and itemsets: draws data, works them out, writes what came out.
//!
//! `segments draw points|customers|baskets N SEED FILE` writes data: points and customers as little-endian words of
//! eight bytes (three floats; last day, purchases and paid), baskets as lines of items. The others work a file out so
//! often and print what it came to; with OUT they write the result, so that it can be compared before times are read:
//! `segments rfm FILE THREADS TIMES [OUT]`, `segments k-means FILE K THREADS TIMES [OUT]`,
//! `segments itemsets FILE SUPPORT THREADS TIMES [OUT]`.
#![expect(clippy::print_stdout, reason = "a program that prints its measurements")]

use naata_answer::Value as _;
use naata_core::{Currency, CustomerIx, Exec, MoneyUnit, Symbol, Symbols};
use naata_math::Rng;
use naata_segments::affinity::{Baskets, Fraction, itemsets};
use naata_segments::clusters::{Points, Search, k_means};
use naata_segments::rfm::{Measures, Scoring, score};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::atomic::{AtomicUsize, Ordering};

fn main() -> Result<(), String> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    match args.as_slice() {
        ["draw", what, n, seed, file] => draw(what, number(n)?, number(seed)?, file),
        ["rfm", file, threads, times, out @ ..] => {
            rfm(file, Threads(number(threads)?), number(times)?, out.first())
        }
        ["k-means", file, k, threads, times, out @ ..] => {
            means(file, number(k)?, Threads(number(threads)?), number(times)?, out.first())
        }
        ["itemsets", file, support, threads, times, out @ ..] => {
            sets(file, support, Threads(number(threads)?), number(times)?, out.first())
        }
        _ => Err("use draw, rfm, k-means or itemsets".into()),
    }
}

fn number<T: std::str::FromStr>(text: &str) -> Result<T, String> {
    text.parse().map_err(|_| format!("'{text}' is no whole number"))
}

/// So many threads.
#[derive(Clone, Copy)]
struct Threads(usize);

impl Exec for Threads {
    #[expect(clippy::disallowed_methods, reason = "a host lends threads")]
    fn each(&self, parts: usize, job: &(dyn Fn(usize) + Sync)) {
        let next = AtomicUsize::new(0);
        let work = || {
            loop {
                let part = next.fetch_add(1, Ordering::Relaxed);
                if part >= parts {
                    break;
                }
                job(part);
            }
        };
        std::thread::scope(|scope| {
            for _ in 1..self.0.min(parts) {
                scope.spawn(work);
            }
            work();
        });
    }
}

fn write(file: &str, bytes: impl AsRef<[u8]>) -> Result<(), String> {
    std::fs::write(file, bytes).map_err(|e| format!("{file}: {e}"))
}

/// The words of a file, eight bytes each.
fn words(file: &str) -> Result<Vec<[u8; 8]>, String> {
    let bytes = std::fs::read(file).map_err(|e| format!("{file}: {e}"))?;
    Ok(bytes.chunks_exact(8).filter_map(|c| c.try_into().ok()).collect())
}

fn draw(what: &str, n: u64, seed: u64, file: &str) -> Result<(), String> {
    let mut rng = Rng::stream(seed, what, n);
    match what {
        "points" => {
            // Six overlapping heaps of different width, as customers have them in scaled logarithms.
            let heaps: Vec<([f64; 3], f64)> =
                (0..6).map(|_| ([0; 3].map(|_| 1.5 * rng.normal()), 0.3 + 0.7 * rng.uniform())).collect();
            let mut bytes = Vec::with_capacity(24 * n as usize);
            for _ in 0..n {
                let (middle, width) = heaps.get(rng.below(6) as usize).copied().unwrap_or_default();
                for m in middle {
                    bytes.extend((m + width * rng.normal()).to_le_bytes());
                }
            }
            write(file, bytes)
        }
        "customers" => {
            let mut bytes = Vec::with_capacity(24 * n as usize);
            for _ in 0..n {
                // Most came once or twice; what they paid grows with it.
                let purchases = 1 + (rng.exponential() * rng.exponential() * 3.0) as i64;
                let paid = (purchases as f64 * 50_000.0 * rng.exponential()) as i64;
                let last = 20_000 - (rng.exponential() * 180.0) as i64;
                for word in [last, purchases, paid] {
                    bytes.extend(word.to_le_bytes());
                }
            }
            write(file, bytes)
        }
        "baskets" => {
            // A thousand items, few of them in most baskets, and fifty habits of three to six items that go together.
            let items = 1_000.0;
            let popular = |rng: &mut Rng| (naata_math::pow(items, rng.uniform()) - 1.0) as u64;
            let habits: Vec<Vec<u64>> =
                (0..50).map(|_| (0..3 + rng.below(4)).map(|_| popular(&mut rng)).collect()).collect();
            let mut out = String::new();
            for _ in 0..n {
                let mut basket: Vec<u64> = (0..1 + rng.below(8)).map(|_| popular(&mut rng)).collect();
                if rng.chance(0.5) {
                    let habit = habits.get(rng.below(50) as usize).cloned().unwrap_or_default();
                    basket.extend(habit.into_iter().filter(|_| rng.chance(0.8)));
                }
                basket.sort_unstable();
                basket.dedup();
                let names: Vec<String> = basket.iter().map(|i| format!("i{i}")).collect();
                writeln!(out, "{}", names.join(",")).map_err(|e| e.to_string())?;
            }
            write(file, out)
        }
        _ => Err(format!("'{what}' cannot be drawn")),
    }
}

fn rfm(file: &str, threads: Threads, times: usize, out: Option<&&str>) -> Result<(), String> {
    let mut m = Measures::default();
    for (who, row) in (0..).map(CustomerIx).zip(words(file)?.chunks_exact(3)) {
        let word = |at: usize| row.get(at).map_or(0, |w| i64::from_le_bytes(*w));
        m.who.push(who);
        m.recency.push(20_000 - word(0));
        m.frequency.push(word(1));
        m.monetary.push(word(2));
    }
    let unit = MoneyUnit::of(Currency::INR);
    let mut scores = None;
    for _ in 0..times {
        scores = Some(score(&m, Scoring::RankAverage, 5, unit, &threads));
    }
    if let (Some(scores), Some(out)) = (&scores, out) {
        write(out, [scores.r.as_slice(), &scores.f, &scores.m].concat())?;
    }
    println!("{}", m.who.len());
    Ok(())
}

fn means(file: &str, k: usize, threads: Threads, times: usize, out: Option<&&str>) -> Result<(), String> {
    let values: Vec<f64> = words(file)?.into_iter().map(f64::from_le_bytes).collect();
    let points = Points::new(3, &values).ok_or("no points")?;
    let mut last = None;
    for _ in 0..times {
        let search = Search { starts: 6, swaps: 4 };
        last = Some(k_means(points, k, search, 1, &threads).map_err(|e| e.to_string())?);
    }
    let Some(found) = last else {
        println!("0 0");
        return Ok(());
    };
    if let Some(out) = out {
        write(out, found.labels.iter().flat_map(|l| l.to_le_bytes()).collect::<Vec<u8>>())?;
    }
    println!("{} {}", found.inertia, found.iterations);
    Ok(())
}

fn sets(file: &str, support: &str, threads: Threads, times: usize, out: Option<&&str>) -> Result<(), String> {
    let text = std::fs::read_to_string(file).map_err(|e| format!("{file}: {e}"))?;
    let mut symbols = Symbols::default();
    let mut lines: Vec<Vec<Symbol>> = Vec::new();
    for line in text.lines() {
        let items = line.split(',').map(|item| symbols.intern(item.trim()));
        lines.push(items.collect::<Result<_, _>>().map_err(|e| e.to_string())?);
    }
    let (texts, to) = symbols.seal();
    for item in lines.iter_mut().flatten() {
        *item = to.get(item.0 as usize).copied().ok_or("a symbol without a number")?;
    }
    let baskets = Baskets::of_sets(lines.iter().map(Vec::as_slice)).map_err(|e| e.to_string())?;
    let support = Fraction::parse(support)?;
    let mut found = None;
    for _ in 0..times {
        found = Some(itemsets(&baskets, support, 32, &threads).map_err(|e| e.to_string())?);
    }
    let Some(found) = found else {
        println!("{}", baskets.len());
        return Ok(());
    };
    if let Some(out) = out {
        let name = |at: &u32| {
            let symbol = baskets.items.get(*at as usize);
            symbol.and_then(|s| texts.get(*s)).unwrap_or_default()
        };
        let mut all: BTreeMap<Vec<&str>, u64> = BTreeMap::new();
        for (set, count) in found.iter() {
            let mut names: Vec<&str> = set.iter().map(name).collect();
            names.sort_unstable();
            all.insert(names, count);
        }
        let lines: Vec<String> = all.iter().map(|(set, n)| format!("{},{n}\n", set.join(","))).collect();
        write(out, lines.concat())?;
    }
    println!("{}", found.len());
    Ok(())
}
