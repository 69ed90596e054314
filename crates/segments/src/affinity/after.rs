//! What follows: after X, within so many days, Y in a later basket - against how often Y follows anyway.
//!
//! # Formula
//! Every basket of a customer whose days after it are all known is one case. Of the N1 cases with X, A are
//! followed by Y on a later day within the days; of the N0 others, B. Ratio = (A / N1) / (B / N0).
//!
//! A customer's baskets are not independent. With a, n, t, T for a customer's A, N1, A + B and N1 + N0, the log of
//! the ratio has the variance sum over customers of
//! `((a - p1 n) / A - ((t - a) - p0 (T - n)) / B)^2`, and p1 = A / N1 that of `((a - p1 n) / N1)^2`. The test asks
//! whether Y follows more often than otherwise (one side). A normal logarithm promises too much where few cases are
//! followed, so that the exact chance counts too: A of A + B with probability N1 / (N1 + N0) each; the larger of the two
//! is told. False discovery rates are over all pairs looked at. Where no other case is followed, one half and one case
//! more are counted for them.
//!
//! Goods that are bought again and again follow everything: an item whose own buyers come back for it at least so
//! often is set apart, with the usual time between two purchases.
//!
//! # Source
//! Binder, 1983 (linearised variance with clusters); Przyborowski and Wilenski, 1940 (exact comparison of two counts);
//! Benjamini and Hochberg, 1995.

use super::{Baskets, CustomerBaskets, Fraction};
use crate::estimate::{self, Z};
use naata_core::{Context, CustomerIx, map_parts, part_range};
use naata_math::{Adjustment, Binomial, Normal, exp, ln, sqrt};
use std::collections::BTreeMap;

/// What is asked of later baskets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AfterParams {
    /// Days after a basket in which another may follow.
    pub days: u32,
    /// The fewest customers who bought an item for it to be looked at.
    pub least: u64,
    /// At most so many items are looked at, those of the most customers.
    pub items: usize,
    /// From which share of cases followed by the same item on it counts as bought again and again.
    pub again: Fraction,
}

/// A pair of items: how often the second follows the first.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Follows {
    /// The item that was bought.
    pub item: u32,
    /// The item that may follow.
    pub then: u32,
    /// Customers with a case of the item.
    pub customers: u64,
    /// Cases with the item.
    pub cases: u64,
    /// Those followed.
    pub followed: u64,
    /// Cases without the item.
    pub others: u64,
    /// Those followed.
    pub others_followed: u64,
    /// The share of cases that are followed.
    pub share: f64,
    /// Its interval, with customers as clusters.
    pub interval: (f64, f64),
    /// The ratio to other cases; `None` where no case is followed, or there are no other cases.
    pub ratio: Option<f64>,
    /// Its interval.
    pub ratio_interval: Option<(f64, f64)>,
    /// The probability of so high a ratio by chance: the larger of the one with clusters and the exact one.
    pub p: f64,
    /// The false discovery rate at which it would be told.
    pub q: f64,
    /// Whether the item that follows is bought again and again by anyone.
    pub again: bool,
}

/// An item and how often its buyers come back for it.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Again {
    /// The item.
    pub item: u32,
    /// Customers who bought it.
    pub customers: u64,
    /// Cases with it.
    pub cases: u64,
    /// The share of cases followed by the same item within the days.
    pub share: Option<estimate::Share>,
    /// The median of the days between a customer's purchases of it.
    pub days_between: Option<f64>,
    /// Whether it counts as bought again and again.
    pub often: bool,
}

/// What follows what.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct After {
    /// All pairs of different items that were looked at, by item and what follows.
    pub pairs: Vec<Follows>,
    /// All items that were looked at.
    pub again: Vec<Again>,
    /// All cases.
    pub cases: u64,
    /// Baskets of customers that are no case, because their days after are not over.
    pub unfinished: u64,
    /// Items that were not looked at: of too few customers, or beyond the number asked for.
    pub rare: u64,
}

/// Exact sums over customers; the names are those of the module's formula.
#[derive(Clone, Default)]
struct Sums {
    pairs: Vec<Pair>,
    items: Vec<Item>,
    total: u64,
    total_squared: u64,
    unfinished: u64,
    /// How often so many days lie between two purchases of an item, by item and days.
    gaps: BTreeMap<(u32, u32), u64>,
}

#[derive(Clone, Copy, Default)]
struct Pair {
    a: u64,
    aa: u64,
    an: u64,
    at: u64,
    a_total: u64,
    nt: u64,
}

#[derive(Clone, Copy, Default)]
struct Item {
    customers: u64,
    n: u64,
    nn: u64,
    n_total: u64,
    t: u64,
    tt: u64,
    t_total: u64,
    self_followed: u64,
}

/// Works out what follows what.
pub fn after(baskets: &Baskets<'_>, params: &AfterParams, cx: &Context<'_>) -> After {
    let customers = baskets.customers();
    let chosen = chosen(baskets, params);
    let m = chosen.len();
    let mut local = vec![u32::MAX; baskets.items.len()];
    for (at, (item, _)) in (0u32..).zip(&chosen) {
        local[*item as usize] = at;
    }
    let parts = 16.min(customers.max(1));
    let sums = map_parts(cx.exec, parts, |part| {
        let mut count = Count::new(m, params.days, cx.as_of.0);
        let mut own = CustomerBaskets::default();
        for customer in part_range(customers, parts, part) {
            baskets.of_customer(CustomerIx(customer as u32), &mut own);
            count.customer(&own, &local);
        }
        count.sums
    });
    let mut all =
        Sums { pairs: vec![Pair::default(); m * m], items: vec![Item::default(); m], ..Sums::default() };
    for s in sums {
        all.merge(s);
    }
    let mut out = After {
        pairs: Vec::with_capacity(m * m),
        again: again(&chosen, &all, params),
        cases: all.total,
        unfinished: all.unfinished,
        rare: (baskets.items.len() - m) as u64,
    };
    for (x, (item, _)) in chosen.iter().enumerate() {
        for (y, (then, _)) in chosen.iter().enumerate().filter(|(y, _)| *y != x) {
            let mut f = follows(&all, x, y);
            (f.item, f.then, f.again) = (*item, *then, out.again[y].often);
            out.pairs.push(f);
        }
    }
    let q = Adjustment::BenjaminiHochberg.adjust(&out.pairs.iter().map(|f| f.p).collect::<Vec<_>>());
    for (f, q) in out.pairs.iter_mut().zip(q) {
        f.q = q;
    }
    out
}

/// The items of the most customers, in order of item, with the number of their customers.
fn chosen(baskets: &Baskets<'_>, params: &AfterParams) -> Vec<(u32, u64)> {
    let mut buyers = vec![0u64; baskets.items.len()];
    let mut last = vec![CustomerIx::NONE; baskets.items.len()];
    baskets.each(|basket| {
        for item in basket.items.iter().filter(|_| basket.who.is_some()) {
            if std::mem::replace(&mut last[*item as usize], basket.who) != basket.who {
                buyers[*item as usize] += 1;
            }
        }
    });
    let mut chosen: Vec<(u32, u64)> =
        (0u32..).zip(buyers).filter(|(_, n)| *n >= params.least.max(1)).collect();
    chosen.sort_unstable_by_key(|(item, n)| (std::cmp::Reverse(*n), *item));
    chosen.truncate(params.items);
    chosen.sort_unstable();
    chosen
}

/// One part's counting, with what one customer needs kept from one to the next.
struct Count {
    sums: Sums,
    m: usize,
    days: i64,
    as_of: i32,
    a: Vec<u64>,
    n: Vec<u64>,
    t: Vec<u64>,
    followed_by_itself: Vec<u64>,
    last_day: Vec<Option<i32>>,
    seen: Vec<bool>,
}

impl Count {
    fn new(m: usize, days: u32, as_of: i32) -> Self {
        Self {
            sums: Sums {
                pairs: vec![Pair::default(); m * m],
                items: vec![Item::default(); m],
                ..Sums::default()
            },
            m,
            days: i64::from(days),
            as_of,
            a: vec![0; m * m],
            n: vec![0; m],
            t: vec![0; m],
            followed_by_itself: vec![0; m],
            last_day: vec![None; m],
            seen: vec![false; m],
        }
    }

    fn customer(&mut self, baskets: &CustomerBaskets, local: &[u32]) {
        let known = |item: &u32| local[*item as usize];
        let items = |at: usize| baskets.get(at).items.iter().map(known).filter(|i| *i != u32::MAX);
        let m = self.m;
        let (mut bought, mut pairs, mut total) = (Vec::new(), Vec::new(), 0u64);
        for at in 0..baskets.len() {
            let day = baskets.get(at).day.0;
            for item in items(at).map(|i| i as usize) {
                if let Some(before) = self.last_day[item].replace(day) {
                    if before < day {
                        *self.sums.gaps.entry((item as u32, day.abs_diff(before))).or_default() += 1;
                    }
                } else {
                    bought.push(item);
                }
            }
            if i64::from(day) + self.days > i64::from(self.as_of) {
                self.sums.unfinished += 1;
                continue;
            }
            total += 1;
            let mut later = Vec::new();
            for next in at + 1..baskets.len() {
                let then = baskets.get(next).day.0;
                if i64::from(then) > i64::from(day) + self.days {
                    break;
                }
                for item in items(next).map(|i| i as usize).filter(|_| then > day) {
                    if !std::mem::replace(&mut self.seen[item], true) {
                        later.push(item);
                    }
                }
            }
            for y in &later {
                self.t[*y] += 1;
            }
            for x in items(at).map(|i| i as usize) {
                self.n[x] += 1;
                self.followed_by_itself[x] += u64::from(self.seen[x]);
                for y in &later {
                    if self.a[x * m + y] == 0 {
                        pairs.push(x * m + y);
                    }
                    self.a[x * m + y] += 1;
                }
            }
            for y in later {
                self.seen[y] = false;
            }
        }
        self.close(&bought, &pairs, total);
    }

    /// Adds what was counted for one customer to the sums, and clears it.
    fn close(&mut self, bought: &[usize], pairs: &[usize], total: u64) {
        let m = self.m;
        self.sums.total += total;
        self.sums.total_squared += total * total;
        for pair in pairs {
            let (x, y) = (pair / m, pair % m);
            let a = std::mem::take(&mut self.a[*pair]);
            let s = &mut self.sums.pairs[*pair];
            s.a += a;
            s.aa += a * a;
            s.an += a * self.n[x];
            s.at += a * self.t[y];
            s.a_total += a * total;
        }
        for x in bought.iter().filter(|x| self.n[**x] > 0) {
            for y in bought.iter().filter(|y| self.t[**y] > 0) {
                self.sums.pairs[x * m + y].nt += self.n[*x] * self.t[*y];
            }
        }
        for x in bought {
            let (n, t) = (std::mem::take(&mut self.n[*x]), std::mem::take(&mut self.t[*x]));
            let s = &mut self.sums.items[*x];
            s.customers += u64::from(n > 0);
            s.n += n;
            s.nn += n * n;
            s.n_total += n * total;
            s.t += t;
            s.tt += t * t;
            s.t_total += t * total;
            s.self_followed += std::mem::take(&mut self.followed_by_itself[*x]);
            self.last_day[*x] = None;
        }
    }
}

impl Sums {
    fn merge(&mut self, other: Self) {
        for (x, y) in self.pairs.iter_mut().zip(&other.pairs) {
            x.a += y.a;
            x.aa += y.aa;
            x.an += y.an;
            x.at += y.at;
            x.a_total += y.a_total;
            x.nt += y.nt;
        }
        for (x, y) in self.items.iter_mut().zip(&other.items) {
            x.customers += y.customers;
            x.n += y.n;
            x.nn += y.nn;
            x.n_total += y.n_total;
            x.t += y.t;
            x.tt += y.tt;
            x.t_total += y.t_total;
            x.self_followed += y.self_followed;
        }
        self.total += other.total;
        self.total_squared += other.total_squared;
        self.unfinished += other.unfinished;
        for (gap, n) in other.gaps {
            *self.gaps.entry(gap).or_default() += n;
        }
    }
}

fn again(chosen: &[(u32, u64)], all: &Sums, params: &AfterParams) -> Vec<Again> {
    let one = |(at, (item, customers)): (usize, &(u32, u64))| {
        let s = all.items[at];
        let gaps =
            || all.gaps.range((at as u32, 0)..=(at as u32, u32::MAX)).map(|((_, days), n)| (*days, *n));
        let n = gaps().map(|(_, n)| n).sum::<u64>();
        let gap = |nth: u64| {
            let mut passed = 0;
            let found = gaps().find(|(_, n)| {
                passed += n;
                nth < passed
            });
            found.map(|(days, _)| f64::from(days))
        };
        let middle = (n > 0).then(|| Some((gap((n - 1) / 2)? + gap(n / 2)?) / 2.0)).flatten();
        Again {
            item: *item,
            customers: *customers,
            cases: s.n,
            share: estimate::share(s.self_followed, s.n),
            days_between: middle,
            often: s.n > 0 && params.again.is_reached(s.self_followed, s.n),
        }
    };
    chosen.iter().enumerate().map(one).collect()
}

/// A pair's figures from the sums.
fn follows(all: &Sums, x: usize, y: usize) -> Follows {
    let (i, j, p) = (all.items[x], all.items[y], all.pairs[x * all.items.len() + y]);
    let (others, others_followed) = (all.total - i.n, j.t - p.a);
    let f = |n: u64| n as f64;
    let mut out = Follows {
        item: 0,
        then: 0,
        customers: i.customers,
        cases: i.n,
        followed: p.a,
        others,
        others_followed,
        share: 0.0,
        interval: (0.0, 1.0),
        ratio: None,
        ratio_interval: None,
        p: 1.0,
        q: 1.0,
        again: false,
    };
    if i.n == 0 {
        return out;
    }
    let p1 = f(p.a) / f(i.n);
    out.share = p1;
    let own = (f(p.aa) - 2.0 * p1 * f(p.an) + p1 * p1 * f(i.nn)).max(0.0);
    let half = Z * sqrt(own) / f(i.n);
    out.interval = ((p1 - half).max(0.0), (p1 + half).min(1.0));
    if p.a == 0 || p.a == i.n {
        // With nothing or everything followed that variance is 0; customers are the cases then.
        let hits = if p.a == 0 { 0 } else { i.customers };
        out.interval = estimate::share(hits, i.customers).map_or((0.0, 1.0), |s| (s.low, s.high));
    }
    if p.a == 0 || others == 0 {
        return out;
    }
    if others_followed == 0 {
        // One half and one case more stand for what was never seen.
        let rest = f(others) + 1.0;
        out.tell(p1 / (0.5 / rest), own / (f(p.a) * f(p.a)) + 1.0 / 0.5 - 1.0 / rest);
        return out;
    }
    let (a, b) = (f(p.a), f(others_followed));
    let p0 = b / f(others);
    // The term of a customer is c1 a - c2 n - c3 t + c4 T.
    let (c1, c2, c3, c4) = (1.0 / a + 1.0 / b, p1 / a + p0 / b, 1.0 / b, p0 / b);
    let squares = c1 * c1 * f(p.aa) + c2 * c2 * f(i.nn) + c3 * c3 * f(j.tt) + c4 * c4 * f(all.total_squared);
    let crossed = -c1 * c2 * f(p.an) - c1 * c3 * f(p.at) + c1 * c4 * f(p.a_total) + c2 * c3 * f(p.nt)
        - c2 * c4 * f(i.n_total)
        - c3 * c4 * f(j.t_total);
    out.tell(p1 / p0, squares + 2.0 * crossed);
    out
}

impl Follows {
    /// Takes in a ratio and the variance of its logarithm; without any variance there is no test.
    fn tell(&mut self, ratio: f64, variance: f64) {
        self.ratio = Some(ratio);
        if variance > 0.0
            && let Ok(normal) = Normal::new(0.0, 1.0)
        {
            let (log, spread) = (ln(ratio), sqrt(variance));
            self.ratio_interval = Some((exp(log - Z * spread), exp(log + Z * spread)));
            self.p = normal.sf(log / spread).max(self.exact());
        }
    }

    /// The chance of so many of all that follow behind the cases with the item, were they no different.
    fn exact(&self) -> f64 {
        let share = self.cases as f64 / (self.cases + self.others) as f64;
        let all = Binomial::new(self.followed + self.others_followed, share);
        all.map_or(1.0, |all| all.sf(self.followed.saturating_sub(1)))
    }
}

#[cfg(test)]
mod tests {
    use super::super::Level;
    use super::*;
    use naata_core::{Day, Histories, LineMarks, LineRow, Minor, OrderDigest, Symbol};
    use naata_testkit::assert_close;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    fn histories(rows: &[(u32, i32, u32)]) -> Histories<LineRow> {
        let line = |(who, day, item): &(u32, i32, u32)| LineRow {
            who: CustomerIx(*who),
            day: Day(*day),
            order: OrderDigest::of("1"),
            item: Symbol(*item),
            category: Symbol::NONE,
            amount: Minor(1),
            marks: LineMarks::default(),
        };
        let lines: Vec<LineRow> = rows.iter().map(line).collect();
        let customers = rows.iter().map(|r| r.0 as usize + 1).max().unwrap_or(0);
        Histories::group(customers, &lines, |l| l.day).unwrap()
    }

    fn baskets(lines: &Histories<LineRow>) -> Baskets<'_> {
        Baskets::of_lines(lines, Level::Item, Day(1_000)).unwrap()
    }

    fn run(rows: &[(u32, i32, u32)], days: u32, as_of: i32) -> After {
        let params = AfterParams { days, least: 1, items: 50, again: Fraction::percent(50) };
        after(&baskets(&histories(rows)), &params, &Context::at(Day(as_of)))
    }

    #[test]
    fn a_planted_sequence_is_told_and_a_staple_is_set_apart() {
        // Item 0 is bought at every visit. Forty customers buy 1, and thirty of them 2 a week later; of forty
        // others four buy 2 a week after buying 3.
        let mut rows = Vec::new();
        for who in 0..80u32 {
            let first = if who < 40 { 1 } else { 3 };
            rows.extend([(who, 10, 0), (who, 10, first), (who, 17, 0)]);
            if !(30..76).contains(&who) {
                rows.push((who, 17, 2));
            }
        }
        let result = run(&rows, 10, 60);
        assert_eq!((result.cases, result.unfinished), (160, 0));
        let told: Vec<(u32, u32)> =
            result.pairs.iter().filter(|f| f.q < 0.01 && !f.again).map(|f| (f.item, f.then)).collect();
        assert_eq!(told, [(1, 2)]);
        let pair = result.pairs.iter().find(|f| (f.item, f.then) == (1, 2)).unwrap();
        assert_eq!((pair.cases, pair.followed, pair.others, pair.others_followed), (40, 30, 120, 4));
        assert_eq!(pair.ratio, Some(0.75 / (4.0 / 120.0)));
        let staple = &result.again[0];
        assert!(staple.often && result.again[1..].iter().all(|a| !a.often));
        assert_eq!((staple.cases, staple.share.unwrap().value, staple.days_between), (160, 0.5, Some(7.0)));
    }

    #[test]
    fn two_cases_that_happen_to_be_followed_are_no_pattern() {
        // Twelve customers buy 0 and two of them 1 the week after; of 400 others two buy 1 after 2.
        let mut rows = Vec::new();
        for who in 0..412u32 {
            rows.push((who, 10, if who < 12 { 0 } else { 2 }));
            if matches!(who, 0 | 1 | 12 | 13) {
                rows.push((who, 17, 1));
            }
        }
        let result = run(&rows, 10, 60);
        let pair = result.pairs.iter().find(|f| (f.item, f.then) == (0, 1)).unwrap();
        assert_eq!((pair.cases, pair.followed, pair.others, pair.others_followed), (12, 2, 404, 2));
        // Two or more of the four that follow, each behind a case with 0 with probability 12 / 416.
        let p = 12.0 / 416.0;
        let none = (1.0f64 - p) * (1.0 - p) * (1.0 - p) * (1.0 - p);
        let one = 4.0 * p * (1.0 - p) * (1.0 - p) * (1.0 - p);
        assert_close("exact", pair.p, 1.0 - none - one, 1e-9);
    }

    #[test]
    fn days_that_are_not_over_make_no_case() {
        let result = run(&[(0, 10, 0), (0, 12, 1), (0, 12, 0)], 5, 16);
        assert_eq!((result.cases, result.unfinished), (1, 1));
        // The same day is not later, and the sixth day is not within five.
        let result = run(&[(0, 10, 0), (0, 10, 1), (0, 16, 1)], 5, 100);
        assert!(result.pairs.iter().all(|f| f.followed == 0));
    }

    proptest! {
        #[test]
        fn sums_agree_with_counting_case_by_case(
            rows in prop::collection::vec((0u32..8, 0i32..60, 0u32..4), 1..120), days in 1u32..20, as_of in 30i32..80,
        ) {
            let result = run(&rows, days, as_of);
            struct Bought {
                who: CustomerIx,
                day: Day,
                items: Vec<u32>,
            }
            let mut all: Vec<Bought> = Vec::new();
            baskets(&histories(&rows)).each(|b| all.push(Bought { who: b.who, day: b.day, items: b.items.to_vec() }));
            for f in &result.pairs {
                // For each customer: cases with the item, followed; cases without, followed.
                let mut per = vec![[0.0f64; 4]; 8];
                let mut who = BTreeSet::new();
                for case in all.iter().filter(|c| c.day.0 + days as i32 <= as_of) {
                    let followed = all.iter().any(|l| l.who == case.who && l.day > case.day
                        && l.day.0 <= case.day.0 + days as i32 && l.items.contains(&f.then));
                    let with = case.items.contains(&f.item);
                    let slot = &mut per[case.who.at()];
                    slot[usize::from(!with) * 2] += 1.0;
                    slot[usize::from(!with) * 2 + 1] += f64::from(u8::from(followed));
                    if with { who.insert(case.who); }
                }
                let sum = |k: usize| per.iter().map(|p| p[k]).sum::<f64>();
                prop_assert_eq!([f.cases, f.followed, f.others, f.others_followed].map(|n| n as f64), [sum(0), sum(1), sum(2), sum(3)]);
                prop_assert_eq!(f.customers, who.len() as u64);
                if let (Some(ratio), Some((low, high)), true) = (f.ratio, f.ratio_interval, sum(3) > 0.0) {
                    let (p1, p0) = (sum(1) / sum(0), sum(3) / sum(2));
                    let variance: f64 = per.iter()
                        .map(|p| (p[1] - p1 * p[0]) / sum(1) - (p[3] - p0 * p[2]) / sum(3)).map(|u| u * u).sum();
                    assert_close("ratio", ratio, p1 / p0, 1e-12);
                    prop_assert!(low <= ratio && ratio <= high);
                    if variance > 1e-6 {
                        assert_close("width", ln(high / low), 2.0 * Z * sqrt(variance), 1e-6);
                    }
                }
                prop_assert!(f.q >= f.p);
            }
        }
    }
}
