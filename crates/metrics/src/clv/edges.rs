//! What is left of a model where its parameters run to an edge, and how well that explains the data.
//!
//! A likelihood that rises for ever as parameters run away has no maximum but a supremum: the maximum of a simpler
//! model, nested in the one that was fitted. Rates of purchase become equal, or chances of leaving become equal, or
//! nobody leaves, or everybody leaves at the first chance or never. Each of these models, and each pair of them, is
//! fitted in its own right; the best one is named, with its exact log-likelihood.
//!
//! # Formula
//! With `R(x, t) = (r)_x alpha^r (alpha+t)^-(r+x)`, or `lambda^x e^(-lambda t)` for equal rates, and for coins tossed
//! after purchases `S(n)` the chance to survive n tosses and `D(n)` that of leaving at the n-th:
//! `L = R(x, T) S(n) + R(x, t_x) D(n)`. For equal odds `S = (1-p)^n, D = p (1-p)^(n-1)`; for leaving at the first chance or
//! never `S = 1 - pi` from the first toss on and `D = pi` at the first; without leaving `S = 1, D = 0`. Where leaving runs by
//! the clock, the second term is the integral over the moment of leaving.
//!
//! # Source
//! Self and Liang, "Asymptotic Properties of Maximum Likelihood Estimators and Likelihood Ratio Tests Under Nonstandard
//! Conditions", 1987 (why an edge has to be named); the nested models are our own list.

use super::fit::{near, start_of_rates};
use super::gamma_gamma::Spend;
use super::{Collapsed, History};
use naata_math::optimise::{self, Derivatives, Settings};
use naata_math::{Dual2, Matrix, exp, exp_m1, gauss_16, ln, ln_1p};

/// What a model becomes at an edge of its parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nested {
    /// Rates differ, nobody leaves: NBD.
    Nbd,
    /// All customers buy at one rate and nobody leaves.
    Poisson,
    /// Rates differ, all leave with the same odds or at the same rate.
    EqualOdds,
    /// Rates differ, each customer leaves at the first chance or never.
    FirstOrNever,
    /// Rates differ, everybody leaves at the first chance.
    FirstOnly,
    /// All customers buy at one rate, odds of leaving differ.
    EqualRates,
    /// All customers buy at one rate and leave with the same odds or at the same rate.
    EqualRatesEqualOdds,
    /// All customers buy at one rate, each leaves at the first chance or never.
    EqualRatesFirstOrNever,
    /// All customers buy at one rate and leave at the first chance.
    EqualRatesFirstOnly,
    /// All customers spend the same on average.
    EqualMeans,
    /// Each customer always spends the same.
    SteadyAmounts,
    /// Chances to buy differ, nobody leaves.
    BetaBinomial,
    /// All customers buy with one chance and nobody leaves.
    Binomial,
    /// All customers leave with the same chance at each renewal.
    Geometric,
    /// Each customer leaves at the first renewal or never.
    AtOnceOrNever,
    /// Nobody leaves.
    NobodyLeaves,
}

impl Nested {
    /// The name used in results.
    pub fn name(self) -> &'static str {
        match self {
            Self::Nbd => "nbd",
            Self::Poisson => "poisson",
            Self::EqualOdds => "equal-odds",
            Self::FirstOrNever => "first-or-never",
            Self::FirstOnly => "first-only",
            Self::EqualRates => "equal-rates",
            Self::EqualRatesEqualOdds => "equal-rates-equal-odds",
            Self::EqualRatesFirstOrNever => "equal-rates-first-or-never",
            Self::EqualRatesFirstOnly => "equal-rates-first-only",
            Self::EqualMeans => "equal-means",
            Self::SteadyAmounts => "steady-amounts",
            Self::BetaBinomial => "beta-binomial",
            Self::Binomial => "binomial",
            Self::Geometric => "geometric",
            Self::AtOnceOrNever => "at-once-or-never",
            Self::NobodyLeaves => "nobody-leaves",
        }
    }

    /// How many parameters it has.
    pub fn parameters(self) -> usize {
        match self {
            Self::NobodyLeaves => 0,
            Self::Poisson | Self::EqualRatesFirstOnly => 1,
            Self::Binomial | Self::Geometric | Self::AtOnceOrNever => 1,
            Self::Nbd | Self::FirstOnly | Self::EqualRatesEqualOdds | Self::EqualRatesFirstOrNever => 2,
            Self::EqualMeans | Self::SteadyAmounts | Self::BetaBinomial => 2,
            Self::EqualOdds | Self::FirstOrNever | Self::EqualRates => 3,
        }
    }

    fn rates_differ(self) -> bool {
        matches!(self, Self::Nbd | Self::EqualOdds | Self::FirstOrNever | Self::FirstOnly)
    }
}

/// How customers leave.
#[derive(Clone, Copy, Debug)]
pub(super) enum Leaving {
    /// Not at all.
    Never,
    /// By a coin after purchases, the first toss after the first (1) or the second purchase (0).
    Coin(u32),
    /// By the clock.
    Clock,
}

impl Leaving {
    /// The nested models, the simplest first.
    fn nested(self) -> &'static [Nested] {
        match self {
            Self::Never => &[Nested::Poisson],
            Self::Coin(_) => &[
                Nested::Poisson,
                Nested::EqualRatesFirstOnly,
                Nested::Nbd,
                Nested::FirstOnly,
                Nested::EqualRatesEqualOdds,
                Nested::EqualRatesFirstOrNever,
                Nested::EqualOdds,
                Nested::FirstOrNever,
                Nested::EqualRates,
            ],
            Self::Clock => &[
                Nested::Poisson,
                Nested::Nbd,
                Nested::EqualRatesEqualOdds,
                Nested::EqualRatesFirstOrNever,
                Nested::EqualOdds,
                Nested::FirstOrNever,
                Nested::EqualRates,
            ],
        }
    }
}

/// Numbers that differentiate themselves by up to three parameters.
type D = Dual2<3>;

/// A richer model counts as better only beyond this, relative to the log-likelihood.
const GAIN: f64 = 1e-10;

/// The best of the models at the edges of a purchase model, with its log-likelihood.
pub(super) fn of_purchases(histories: &Collapsed, leaving: Leaving) -> Option<(Nested, f64)> {
    if !histories.names_edges() {
        return None;
    }
    let few = histories.few();
    best(leaving.nested().iter().map(|nested| {
        let total = |point, histories: &Collapsed| {
            let mut sum = D::constant(0.0);
            for row in histories.rows() {
                sum += one(*nested, point, &row.history, leaving)? * row.weight;
            }
            Some(sum)
        };
        let start = start(*nested, histories, leaving);
        let near = few.as_ref().map(|few| near(&start, &search(&start, |point| total(point, few)).point));
        let value = near.and_then(|near| maximum(&near, |point| total(point, histories)));
        (*nested, value.or_else(|| maximum(&start, |point| total(point, histories))))
    }))
}

/// The best of the models at the edges of Gamma-Gamma, with its log-likelihood.
pub(super) fn of_spend(rows: &[Spend]) -> Option<(Nested, f64)> {
    let weight: f64 = rows.iter().map(|r| r.weight).sum();
    let mean = rows.iter().map(|r| r.weight * r.mean).sum::<f64>() / weight;
    let equal = maximum(&[ln(2.0), ln(2.0 / mean)], |[p, rate, _]| {
        let (p, rate) = (p.exp(), rate.exp());
        let each = |r: &Spend| {
            let x = f64::from(r.x);
            let shape = p * x;
            let one =
                shape * (rate * x).ln() + (shape - 1.0) * ln(r.mean) - rate * (x * r.mean) - shape.ln_gamma();
            one * r.weight
        };
        Some(rows.iter().map(each).sum())
    });
    let steady = maximum(&[ln(3.0), ln(2.0 * mean)], |[q, scale, _]| {
        let (q, w) = (q.exp(), scale.exp());
        let each = |r: &Spend| (q * scale - q.ln_gamma() - (q + 1.0) * ln(r.mean) - w / r.mean) * r.weight;
        Some(rows.iter().map(each).sum())
    });
    best([(Nested::EqualMeans, equal), (Nested::SteadyAmounts, steady)].into_iter())
}

/// Purchases, the last of them, opportunities and weights.
pub(super) type Opportunities = (u32, u32, u32, f64);

/// The nested models of BG/BB, each with its start: log odds of equal chances, else the logarithms of two shapes; the
/// chance to buy first.
const OF_OPPORTUNITIES: [(Nested, &[f64]); 5] = [
    (Nested::Binomial, &[0.0]),
    (Nested::BetaBinomial, &[0.0, 0.0]),
    (Nested::EqualRatesEqualOdds, &[0.0, -2.0]),
    (Nested::EqualOdds, &[0.0, 0.0, -2.0]),
    (Nested::EqualRates, &[0.0, -0.7, 0.5]),
];

/// The best of the models at the edges of BG/BB.
pub(super) fn of_opportunities(rows: &[Opportunities]) -> Option<(Nested, f64)> {
    best(
        OF_OPPORTUNITIES
            .into_iter()
            .map(|(nested, start)| (nested, maximum(start, |point| opportunities(nested, &point, rows)))),
    )
}

/// The estimates of one of them on the scale on which it is searched, with their covariance; `None` without a maximum.
pub(super) fn at_edge(nested: Nested, rows: &[Opportunities]) -> Option<(Vec<f64>, Matrix)> {
    let (_, start) = OF_OPPORTUNITIES.into_iter().find(|(n, _)| *n == nested)?;
    let found = search(start, |point| opportunities(nested, &point, rows));
    let covariance = found.covariance().ok().filter(|c| found.outcome.is_converged() && c.is_finite())?;
    Some((start.iter().zip(&found.point).map(|(s, o)| s + o).collect(), covariance))
}

/// The log-likelihood of a nested model of BG/BB.
fn opportunities(nested: Nested, point: &[D; 3], rows: &[Opportunities]) -> Option<D> {
    let differ = matches!(nested, Nested::BetaBinomial | Nested::EqualOdds);
    let (c, d) = if differ { (point[2], point[2]) } else { (point[1], point[2]) };
    let buys = |x: f64, of: f64| {
        if differ {
            let (a, b) = (point[0].exp(), point[1].exp());
            (a + x).ln_beta(&(b + (of - x))) - a.ln_beta(&b)
        } else {
            -(ln_1p_exp(-point[0]) * x) - ln_1p_exp(point[0]) * (of - x)
        }
    };
    // The logarithms of the chances to come past so many opportunities, and to leave after so many.
    let stays = |n: f64| match nested {
        Nested::EqualRates => c.exp().ln_beta(&(d.exp() + n)) - c.exp().ln_beta(&d.exp()),
        Nested::EqualOdds | Nested::EqualRatesEqualOdds => -(ln_1p_exp(c) * n),
        _ => D::constant(0.0),
    };
    let leaves = |n: f64| match nested {
        Nested::EqualRates => Some((c.exp() + 1.0).ln_beta(&(d.exp() + n)) - c.exp().ln_beta(&d.exp())),
        Nested::EqualOdds | Nested::EqualRatesEqualOdds => Some(-ln_1p_exp(-c) - ln_1p_exp(c) * n),
        _ => None,
    };
    let mut sum = D::constant(0.0);
    for (x, t_x, n, weight) in rows {
        let (x, n_all) = (f64::from(*x), f64::from(*n));
        let alive = buys(x, n_all) + stays(n_all);
        let one = (*t_x..*n).fold(alive, |sum, last| {
            let last = f64::from(last);
            leaves(last).map_or(sum, |l| sum.ln_add_exp(&(l + buys(x, last))))
        });
        sum += one * *weight;
    }
    Some(sum)
}

/// The best of the models at the edges of the shifted-beta-geometric one, in closed form: from the renewals made and
/// refused, and the customers lost and still there by how often they renewed.
pub(super) fn of_renewals(chances: (f64, f64), lost: &[u64], still: &[u64]) -> Option<(Nested, f64)> {
    let (made, refused) = chances;
    if refused == 0.0 {
        return Some((Nested::NobodyLeaves, 0.0));
    }
    let binomial = |a: f64, b: f64| {
        let part = |k: f64| if k > 0.0 { k * ln(k / (a + b)) } else { 0.0 };
        part(a) + part(b)
    };
    // Customers who met the first renewal and made it.
    let later = lost.iter().chain(still.get(1..).unwrap_or(&[]));
    let first = lost.first().copied().unwrap_or(0);
    let past = later.map(|n| *n as f64).sum::<f64>() - first as f64;
    let at_once = (refused == first as f64).then(|| binomial(first as f64, past));
    best([(Nested::Geometric, Some(binomial(made, refused))), (Nested::AtOnceOrNever, at_once)].into_iter())
}

/// The best of several, a later one only where it is better beyond rounding.
fn best(all: impl Iterator<Item = (Nested, Option<f64>)>) -> Option<(Nested, f64)> {
    let found = all.filter_map(|(nested, value)| Some((nested, value?)));
    found.reduce(|best, next| if next.1 > best.1 + GAIN * (1.0 + best.1.abs()) { next } else { best })
}

/// The greatest value found from a start.
fn maximum(start: &[f64], f: impl Fn([D; 3]) -> Option<D>) -> Option<f64> {
    Some(-search(start, f).at.value).filter(|v| v.is_finite())
}

/// Searches from a start; the point that is found is counted from there.
fn search(start: &[f64], f: impl Fn([D; 3]) -> Option<D>) -> optimise::Fit {
    let k = start.len();
    let settings = Settings { parameter_limit: 40.0, ..Settings::default() };
    optimise::minimise(&vec![0.0; k], &settings, |offset| {
        let mut point = [D::constant(0.0); 3];
        for (i, (slot, (s, o))) in point.iter_mut().zip(start.iter().zip(offset)).enumerate() {
            *slot = D::parameter(s + o, i);
        }
        let at = f(point).unwrap_or_else(|| D::constant(f64::NAN));
        let mut hessian = Matrix::zeros(k, k);
        for (i, row) in at.hessian.iter().enumerate().take(k) {
            for (j, cell) in row.iter().enumerate().take(k) {
                hessian.set(i, j, *cell);
            }
        }
        let gradient = at.gradient.iter().take(k).copied().collect();
        Derivatives { value: at.value, gradient, hessian }.negated()
    })
}

/// Where the search of a nested model starts.
fn start(nested: Nested, histories: &Collapsed, leaving: Leaving) -> Vec<f64> {
    let [r, alpha] = start_of_rates(histories, 1.0);
    let mut out = if nested.rates_differ() { vec![r, alpha] } else { vec![r - alpha] };
    let seen = histories.time() / histories.customers().max(1) as f64;
    let seen = if seen > 0.0 && seen.is_finite() { seen } else { 1.0 };
    match (nested, leaving) {
        (Nested::EqualOdds | Nested::EqualRatesEqualOdds, Leaving::Clock) => out.push(-ln(seen)),
        (Nested::EqualOdds | Nested::EqualRatesEqualOdds, _) => out.push(-1.0),
        (Nested::FirstOrNever | Nested::EqualRatesFirstOrNever, _) => out.push(-1.0),
        (Nested::EqualRates, Leaving::Clock) => out.extend([ln(0.5), ln(0.5 * seen)]),
        (Nested::EqualRates, _) => out.extend([ln(0.5), 0.0]),
        _ => {}
    }
    out
}

/// ln R(x, t).
fn ln_rate(nested: Nested, point: &[D; 3], x: f64, t: f64) -> D {
    if nested.rates_differ() {
        let (r, alpha) = (point[0].exp(), point[1].exp());
        r.ln_rising(x) - r * (D::constant(t) / alpha).ln_1p() - x * (alpha + t).ln()
    } else {
        point[0] * x - point[0].exp() * t
    }
}

/// The log-likelihood of one history; `None` where the model rules it out.
fn one(nested: Nested, point: [D; 3], h: &History, leaving: Leaving) -> Option<D> {
    let x = f64::from(h.x());
    let first = if nested.rates_differ() { 2 } else { 1 };
    let (c, d) = (point[first], point[(first + 1) % 3]);
    let alive = ln_rate(nested, &point, x, h.age());
    let (stays, leaves) = match leaving {
        Leaving::Never => (Some(D::constant(0.0)), None),
        Leaving::Coin(first_toss) => coin(nested, c, d, h.x() + first_toss),
        Leaving::Clock => return clock(nested, &point, c, d, h, alive),
    };
    let alive = stays.map(|s| s + alive);
    let gone = leaves.map(|l| l + ln_rate(nested, &point, x, h.t_x()));
    match (alive, gone) {
        (Some(a), Some(g)) => Some(a.ln_add_exp(&g)),
        (a, g) => a.or(g),
    }
}

/// ln S(n) and ln D(n) of a coin; `None` for a chance of 0.
fn coin(nested: Nested, c: D, d: D, n: u32) -> (Option<D>, Option<D>) {
    let certain = Some(D::constant(0.0));
    if n == 0 {
        return (certain, None);
    }
    let tosses = f64::from(n);
    // ln p and ln(1 - p) of log odds.
    let (ln_p, ln_q) = (-ln_1p_exp(-c), -ln_1p_exp(c));
    match nested {
        Nested::EqualOdds | Nested::EqualRatesEqualOdds => {
            (Some(ln_q * tosses), Some(ln_p + ln_q * (tosses - 1.0)))
        }
        Nested::FirstOrNever | Nested::EqualRatesFirstOrNever => (Some(ln_q), (n == 1).then_some(ln_p)),
        Nested::FirstOnly | Nested::EqualRatesFirstOnly => (None, if n == 1 { certain } else { None }),
        Nested::EqualRates => {
            let (a, b) = (c.exp(), d.exp());
            let survives = b.ln_rising(tosses) - (a + b).ln_rising(tosses);
            (Some(survives), Some(survives + c - (b + (tosses - 1.0)).ln()))
        }
        _ => (certain, None),
    }
}

/// The log-likelihood of one history where leaving runs by the clock.
fn clock(nested: Nested, point: &[D; 3], c: D, d: D, h: &History, alive: D) -> Option<D> {
    let (x, age, t_x) = (f64::from(h.x()), h.age(), h.t_x());
    let none = D::constant(0.0);
    Some(match nested {
        Nested::FirstOrNever | Nested::EqualRatesFirstOrNever => {
            let stays = alive - ln_1p_exp(c);
            if h.x() == 0 { stays.ln_add_exp(&-ln_1p_exp(-c)) } else { stays }
        }
        Nested::EqualOdds | Nested::EqualRatesEqualOdds => {
            let leaving = c.exp();
            let stays = alive - leaving * age;
            let gone = if nested.rates_differ() {
                let (r, alpha) = (point[0].exp(), point[1].exp());
                let ln_integral = ln_integral(r + x, alpha, leaving, t_x, age);
                ln_integral.map(|i| c + r.ln_rising(x) + r * point[1] + i)
            } else {
                let all = point[0].exp() + leaving;
                ln_integral(none, none + 1.0, all, t_x, age).map(|i| c + point[0] * x + i)
            };
            gone.map_or(stays, |g| stays.ln_add_exp(&g))
        }
        Nested::EqualRates => {
            let (s, beta) = (c.exp(), d.exp());
            let stays = alive - s * (D::constant(age) / beta).ln_1p();
            let gone = ln_integral(s + 1.0, beta, point[0].exp(), t_x, age);
            gone.map_or(stays, |g| stays.ln_add_exp(&(g + point[0] * x + c + s * d)))
        }
        _ => alive,
    })
}

/// The logarithm of the integral of `(scale+t)^-power e^(-rate t)` from one time to another; `None` for no time.
fn ln_integral(power: D, scale: D, rate: D, from: f64, to: f64) -> Option<D> {
    let begin = scale.value + from;
    let length = ln_1p((to - from) / begin);
    if length <= 0.0 {
        return None;
    }
    let height = |t: f64| -(power * (scale + t).ln()) - rate * t;
    let top = height(from);
    let steep = |v: f64| (power.value - 1.0).abs() + rate.value * begin * exp(v);
    let mut sum = D::constant(0.0);
    let mut v = 0.0;
    for _ in 0..4_000 {
        let widest = (length - v).min(2.5);
        let next = v + widest.min(12.0 / steep(v + widest).min(steep(v) + 24.0));
        gauss_16(v, next, |v, weight| {
            let t = from + begin * exp_m1(v);
            sum += (height(t) - top).exp() * (weight * (begin * exp(v)));
        });
        v = next;
        let last = exp(height(from + begin * exp_m1(v)).value - top.value) * begin * exp(v);
        if v >= length || last < 1e-17 * sum.value {
            break;
        }
    }
    Some(sum.ln() + top)
}

/// `ln(1 + e^u)`.
fn ln_1p_exp(u: D) -> D {
    D::constant(0.0).ln_add_exp(&u)
}
