//! Times scores, k-means, itemsets and windows of behaviour: draws data, works them out, writes what came out.
//!
//! `segments draw points|customers|baskets|lines N SEED FILE` writes data: points, customers and lines as little-endian
//! words of eight bytes (three floats; last day, purchases and paid; customer, day, category and amount), baskets as
//! lines of items. The others work a file out so often and print what it came to; with OUT they write the result, so that
//! it can be compared before times are read: `segments rfm FILE THREADS TIMES [OUT]`,
//! `segments k-means FILE K THREADS TIMES [OUT]`, `segments itemsets FILE SUPPORT THREADS TIMES [OUT]`,
//! `segments windows FILE THREADS TIMES [OUT]`, which writes a byte a customer for each segment of its rules: 1 for a
//! member.
#![expect(clippy::print_stdout, reason = "a program that prints its measurements")]

use naata_answer::Value as _;
use naata_core::{
    Currency, CustomerIx, Day, Exec, Histories, LineMarks, LineRow, Minor, MoneyUnit, OrderDigest, Symbol,
    Symbols, Zone,
};
use naata_facts::rules::Rules;
use naata_facts::{Column, Facts, Tables};
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
        ["windows", file, threads, times, out @ ..] => {
            windows(file, Threads(number(threads)?), number(times)?, out.first())
        }
        _ => Err("use draw, rfm, k-means, itemsets or windows".into()),
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
        "lines" => {
            let mut bytes = Vec::with_capacity(160 * n as usize);
            for who in 0..n {
                // Most bought a few times in two years; a few did very often.
                let lines = 1 + (rng.exponential() * rng.exponential() * 4.0) as u64;
                for _ in 0..lines.min(400) {
                    let day = 20_000 - rng.below(730);
                    let paid = 1_000 + (rng.exponential() * 40_000.0) as u64;
                    for word in [who, day, rng.below(CATEGORIES.len() as u64), paid] {
                        bytes.extend(word.to_le_bytes());
                    }
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

/// The categories of drawn lines, in the order of their texts.
const CATEGORIES: [&str; 8] = ["books", "clothing", "dairy", "fruit", "grocery", "home", "spices", "sweets"];

/// One behaviour of each kind, over rows that are filtered or not.
const RULES: &str = r#"
[[segment]]
name = "thrice-sweets-in-ninety-days"
when = { count = "lines", category = "sweets", at-least = 3, within = "90 days" }
[[segment]]
name = "spent-much-in-a-year"
when = { sum = "lines", at-least = "2000.00", within = "365 days" }
[[segment]]
name = "mean-of-half-a-year"
when = { mean = "lines", above = "500.00", within = "180 days" }
[[segment]]
name = "on-five-days-of-a-year"
when = { days = "lines", at-least = 5, within = "365 days" }
[[segment]]
name = "newcomers"
when = { first = "lines", within = "60 days" }
[[segment]]
name = "back-after-half-a-year"
when = { first-in = "180 days", of = "lines", within = "30 days" }
"#;

fn windows(file: &str, threads: Threads, times: usize, out: Option<&&str>) -> Result<(), String> {
    let mut symbols = Symbols::default();
    for name in CATEGORIES {
        symbols.intern(name).map_err(|e| e.to_string())?;
    }
    // The texts stand in order already, so that a category is the symbol of its number.
    let (texts, _) = symbols.seal();
    let mut rows = Vec::new();
    for row in words(file)?.chunks_exact(4) {
        let word = |at: usize| row.get(at).map_or(0, |w| i64::from_le_bytes(*w));
        rows.push(LineRow {
            who: CustomerIx(word(0) as u32),
            day: Day(word(1) as i32),
            order: OrderDigest::NONE,
            item: Symbol::NONE,
            category: Symbol(word(2) as u32),
            amount: Minor(word(3)),
            marks: LineMarks::default(),
        });
    }
    let customers = rows.last().map_or(0, |r| r.who.at() + 1);
    let lines = Histories::group(customers, &rows, |r| r.day).map_err(|e| e.to_string())?;
    let count = rows.len();
    drop(rows);
    let tables = Tables {
        purchases: None,
        lines: Some(&lines),
        touches: None,
        surveys: None,
        tickets: None,
        sends: None,
        texts: &texts,
        unit: MoneyUnit::of(Currency::INR),
        zone: Zone::UTC,
    };
    let rules = Rules::parse(RULES, &[]).map_err(|e| e.to_string())?;
    let mut last = None;
    for _ in 0..times {
        let mut facts = Facts::new(customers, Day(20_000));
        rules.work_out_on(&threads, &mut facts, Some(&tables)).map_err(|e| e.to_string())?;
        last = Some(facts);
    }
    if let (Some(facts), Some(out)) = (&last, out) {
        let mut bytes = Vec::with_capacity(customers * rules.segments.len());
        for segment in &rules.segments {
            let Column::Flag(members) = facts.column(&segment.fact()).map_err(|e| e.to_string())? else {
                return Err(format!("'{}' holds no members", segment.name));
            };
            bytes.extend(members.iter().map(|m| u8::from(*m == Some(true))));
        }
        write(out, bytes)?;
    }
    println!("{customers} {count}");
    Ok(())
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
