//! Value of customers under contract, who renew or leave at the end of each period.
//!
//! Each customer's first stay that the records show is a row of renewals: the t-th falls t periods after the first day.
//! Who left within the t-th period did not make the t-th renewal; who is there still has made all that came due.
//!
//! # Formula
//! See [`ShiftedBetaGeometric`]. A customer who has renewed r times and pays c a period is worth
//! `margin x c x sum over k = 1..horizon of S(r+k)/S(r) / (1+d)^(k-1)`, as of just before the next renewal, d being the
//! discount rate of a period; without a horizon this is `margin x c x DERL`.
//!
//! # Source
//! Fader and Hardie, 2007 and 2010.

use super::interval::Total;
use super::sbg::{Renewals, ShiftedBetaGeometric};
use super::value::{check_terms, rate_of_months};
use super::{Fit, FitOutcome, Nested, mixing};
use crate::Error;
use crate::churn::{Period, first_stays};
use naata_answer::{choice, params};
use naata_core::{Context, CustomerIx, Day, Histories, Minor, MoneyUnit, SubscriptionRow, Symbol, Texts};
use naata_math::{Matrix, Normal, exact_sum, exp, ln, ln_1p, logistic, pow, powi};
use std::collections::{BTreeMap, BTreeSet};

choice! {
    /// What makes a cohort.
    pub enum ContractCohort {
        /// All customers are one.
        All = "all",
        /// The plan they began with.
        Plan = "plan",
        /// The year in which they began.
        Year = "year",
        /// The quarter in which they began.
        Quarter = "quarter",
    }
}

params! {
    /// Parameters of value under contract.
    pub struct ContractParams {
        /// Length of the period after which a contract is renewed
        period: Period = Period::Month,
        /// What makes a cohort with retention of its own
        divide: ContractCohort = ContractCohort::All,
        /// Customers a cohort needs; those of smaller ones are valued by all customers' retention
        least: u32 = 30,
        /// Value looks so many renewals ahead
        horizon: u32 = 12,
        /// Discount rate of a year
        discount: f64 = 0.1,
        /// Share of revenue that is margin; without it value is revenue
        margin: Option<f64> = None,
        /// Name so many customers whose next renewal puts most value at risk
        top: u32 = 50,
        /// Level of the intervals
        level: f64 = 0.95,
    }
}

/// What is said about one customer who is there.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Member {
    /// The customer.
    pub who: CustomerIx,
    /// The first day.
    pub started: Day,
    /// Renewals made.
    pub renewals: u32,
    /// What is paid a period; `None` where a price is missing.
    pub price: Option<Minor>,
    /// The chance of making the next renewal.
    pub next: Option<f64>,
    /// Renewals expected within the horizon.
    pub expected: Option<f64>,
    /// Their prediction interval.
    pub range: Option<(u32, u32)>,
    /// The discounted expected residual lifetime in periods, without a horizon.
    pub residual: Option<f64>,
    /// Value within the horizon, in major units.
    pub value: Option<f64>,
    /// What the next renewal puts at risk: the chance of leaving times that value of who stays.
    pub at_risk: Option<f64>,
}

/// Renewals of one number: who came to it, who made it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Renewal {
    /// Its number.
    pub number: u32,
    /// Customers who came to it.
    pub due: u64,
    /// Customers who made it.
    pub made: u64,
    /// The share that stays so long, as observed.
    pub staying: Option<f64>,
    /// The same by the model, with its interval.
    pub model: Option<(f64, Option<(f64, f64)>)>,
    /// The share that makes it, by the model.
    pub retention: Option<f64>,
}

/// A model of renewals that may be used.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum RenewalModel {
    /// Customers leave with chances of their own.
    BetaGeometric(ShiftedBetaGeometric),
    /// All renew with the same chance, by `retention`: what is left of the other at an edge.
    Geometric {
        /// The share that renews, each time.
        retention: f64,
    },
}

impl RenewalModel {
    /// The share of customers who make the t-th renewal, of those who come to it.
    pub fn retention(&self, t: u32) -> f64 {
        match self {
            Self::BetaGeometric(m) => m.retention(t),
            Self::Geometric { retention } => *retention,
        }
    }

    /// The share of customers who stay for more than `t` periods.
    pub fn survival(&self, t: u32) -> f64 {
        match self {
            Self::BetaGeometric(m) => m.survival(t),
            Self::Geometric { retention } => pow(*retention, f64::from(t)),
        }
    }

    /// The discounted expected lifetime of a new customer in periods, the first payment included.
    pub fn lifetime(&self, rate: f64) -> Option<f64> {
        match self {
            Self::BetaGeometric(m) => m.lifetime(rate).ok(),
            Self::Geometric { retention } => geometric(*retention, rate),
        }
    }

    /// The discounted expected residual lifetime just before the `renewal`-th renewal.
    pub fn residual_lifetime(&self, renewal: u32, rate: f64) -> Option<f64> {
        match self {
            Self::BetaGeometric(m) => m.residual_lifetime(renewal, rate).ok(),
            Self::Geometric { retention } => geometric(*retention, rate).map(|all| retention * all),
        }
    }

    /// The model moved by steps on the scale on which its parameters are estimated: logarithms, or log odds.
    fn moved(&self, by: &[f64]) -> Option<Self> {
        match self {
            Self::BetaGeometric(m) => {
                let [alpha, beta] = mixing::moved(m.parameters().map(|p| p.1), by);
                ShiftedBetaGeometric::new(alpha, beta).map(Self::BetaGeometric)
            }
            Self::Geometric { retention } => {
                let by = by.first()?;
                Some(Self::Geometric { retention: logistic(ln(*retention) - ln_1p(-retention) + by) })
            }
        }
    }

    /// The model of a fit with the covariance of its parameters.
    fn of(fit: &Fit<ShiftedBetaGeometric>, data: &Renewals) -> Option<(Self, Matrix)> {
        if let Some((m, covariance)) = fit.model.zip(fit.ln_covariance.clone()) {
            return Some((Self::BetaGeometric(m), covariance));
        }
        let FitOutcome::Boundary { nested: Nested::Geometric, .. } = fit.outcome else { return None };
        let (made, refused) = data.chances();
        if made <= 0.0 || refused <= 0.0 {
            return None;
        }
        let mut covariance = Matrix::zeros(1, 1);
        covariance.set(0, 0, 1.0 / made + 1.0 / refused);
        Some((Self::Geometric { retention: made / (made + refused) }, covariance))
    }
}

/// The sum of `(retention / (1 + rate))^t` over t >= 0; `None` where it is infinite.
fn geometric(retention: f64, rate: f64) -> Option<f64> {
    let ratio = retention / (1.0 + rate);
    (0.0..1.0).contains(&ratio).then(|| 1.0 / (1.0 - ratio))
}

/// A cohort with its own fit.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ContractGroup {
    /// Its name; `None` for customers without one, and for all together.
    pub name: Option<Box<str>>,
    /// What became of its customers.
    pub renewals: Renewals,
    /// The fit; `None` for a cohort too small.
    pub fit: Option<Fit<ShiftedBetaGeometric>>,
    /// The model that is used: at the edge where all leave with the same chance, that one; `None` where there is none.
    pub model: Option<RenewalModel>,
    /// The value of those who are there, in major units.
    pub total: Option<Total>,
}

/// Value under contract.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Contract {
    /// The length of a period.
    pub period: Period,
    /// What makes a cohort.
    pub divide: ContractCohort,
    /// All customers.
    pub all: ContractGroup,
    /// The cohorts, when customers are divided.
    pub cohorts: Vec<ContractGroup>,
    /// Renewals by their number: those seen, then those within the horizon.
    pub curve: Vec<Renewal>,
    /// One row for each customer who is there, in id order.
    pub rows: Vec<Member>,
    /// The value of all of them, in major units.
    pub total: Option<Total>,
    /// Positions in `rows` of those whose next renewal puts most at risk.
    pub due: Vec<usize>,
    /// What their next renewals put at risk.
    pub at_stake: Option<Total>,
    /// Customers who began before the records do: left out.
    pub older: u64,
    /// Customers who came back after leaving: their later stays are not counted.
    pub returned: u64,
    /// Subscriptions that end before they start: not used.
    pub reversed: u64,
    /// Customers who are there and have no price.
    pub unpriced: u64,
    /// The discount rate of a period.
    pub rate: f64,
    /// Renewals ahead.
    pub horizon: u32,
    /// The margin, where one was given.
    pub margin: Option<f64>,
    /// The level of intervals.
    pub level: f64,
    /// The unit of money.
    pub money: MoneyUnit,
}

/// Fewer customers are not fitted: a share of ten is known to some thirty points only, and two parameters to less.
const LEAST: u64 = 10;

/// The most renewals that can be looked ahead.
const MOST_AHEAD: u32 = 600;

/// The day a number of months later, the last of its month where that month is shorter.
fn later(day: Day, months: i32) -> Option<Day> {
    let (year, month, of_month) = day.ymd()?;
    let at = year.checked_mul(12)?.checked_add(i32::try_from(month).ok()? - 1)?.checked_add(months)?;
    let (year, month) = (at.div_euclid(12), u32::try_from(at.rem_euclid(12)).ok()? + 1);
    (of_month.min(28)..=of_month).rev().find_map(|d| Day::from_ymd(year, month, d))
}

/// The full periods from a day to another.
fn full_periods(from: Day, to: Day, months: i32) -> Option<u32> {
    let between = to.month_number()?.checked_sub(from.month_number()?)?;
    let k = between.div_euclid(months);
    let reached = later(from, k.checked_mul(months)?)? <= to;
    u32::try_from(if reached { k } else { k - 1 }).ok()
}

/// A first stay as renewals.
#[derive(Clone, Copy)]
struct Stay {
    who: CustomerIx,
    started: Day,
    cohort: (i32, Symbol),
    /// Renewals made, and whether the next was refused.
    made: u32,
    left: bool,
    monthly: Option<Minor>,
}

/// Works out the value of customers under contract.
///
/// # Errors
/// A parameter out of range; nobody, or too few, whose start the records show.
pub fn contract_value(
    subscriptions: &Histories<SubscriptionRow>,
    texts: &Texts,
    money: MoneyUnit,
    p: &ContractParams,
    cx: &Context<'_>,
) -> Result<Contract, Error> {
    check(p)?;
    let months = p.period.months();
    let found = first_stays(subscriptions, cx);
    let mut older = 0;
    let mut stays = Vec::new();
    for r in &found.first {
        if cx.history_from.is_some_and(|h| r.started < h) {
            older += 1;
            continue;
        }
        let Some(full) = full_periods(r.started, r.ended.unwrap_or(cx.as_of), months) else { continue };
        // Whoever ends on the very day of a renewal does not make it.
        let on_the_day = full > 0 && later(r.started, months * full as i32) == r.ended;
        let made = if r.ended.is_some() && on_the_day { full - 1 } else { full };
        let cohort = match p.divide {
            ContractCohort::All => (0, Symbol::NONE),
            ContractCohort::Plan => (0, r.plan),
            ContractCohort::Year => (r.started.month_number().unwrap_or(0).div_euclid(12), Symbol::NONE),
            ContractCohort::Quarter => (r.started.month_number().unwrap_or(0).div_euclid(3), Symbol::NONE),
        };
        let left = r.ended.is_some();
        stays.push(Stay { who: r.who, started: r.started, cohort, made, left, monthly: r.monthly });
    }
    if stays.is_empty() {
        return Err(Error::Nobody);
    }
    let customers = stays.len() as u64;
    if customers < LEAST {
        return Err(Error::TooFewContracts { customers, least: LEAST });
    }
    let rate = rate_of_months(p.discount, months);
    let of = Valuer {
        months,
        rate,
        horizon: p.horizon,
        margin: p.margin.unwrap_or(1.0),
        z: Normal::STANDARD.quantile(0.5 + 0.5 * p.level),
        tail: 0.5 * (1.0 - p.level),
        money,
    };
    let everybody: Vec<&Stay> = stays.iter().collect();
    let mut all = of.group(None, &everybody, 0);
    let pooled = all.fit.as_ref().and_then(|f| RenewalModel::of(f, &all.renewals));
    let mut divided: BTreeMap<(i32, Symbol), Vec<&Stay>> = BTreeMap::new();
    for s in &stays {
        divided.entry(s.cohort).or_default().push(s);
    }
    let mut cohorts = Vec::new();
    let mut buckets: Vec<((RenewalModel, Matrix), Vec<&Stay>)> = Vec::new();
    let mut others: Vec<&Stay> = Vec::new();
    for (key, members) in &divided {
        let name = match p.divide {
            ContractCohort::All => None,
            ContractCohort::Plan => texts.get(key.1).map(Box::from),
            ContractCohort::Year => Some(format!("{}", key.0).into()),
            ContractCohort::Quarter => {
                Some(format!("{}-Q{}", key.0.div_euclid(4), key.0.rem_euclid(4) + 1).into())
            }
        };
        let there: Vec<&Stay> = members.iter().filter(|s| !s.left).copied().collect();
        if p.divide == ContractCohort::All {
            others.extend(there);
            continue;
        }
        let mut group = of.group(name, members, p.least);
        let own = group.fit.as_ref().and_then(|f| RenewalModel::of(f, &group.renewals));
        let used = own.as_ref().or(pooled.as_ref());
        group.total = used.map(|f| of.sums(f, &there, |m, s| of.worth(m, s)).total(of.z));
        cohorts.push(group);
        match own {
            Some(fit) => buckets.push((fit, there)),
            None => others.extend(there),
        }
    }
    let mut rows: Vec<Member> = Vec::new();
    match &pooled {
        Some(fit) => buckets.push((fit.clone(), others)),
        None => rows.extend(others.iter().map(|s| of.unknown(s))),
    }
    rows.extend(buckets.iter().flat_map(|(fit, of_fit)| of.members(of_fit, fit)));
    rows.sort_by_key(|m| m.who);
    let mut due: Vec<(usize, f64)> =
        rows.iter().enumerate().filter_map(|(i, m)| Some((i, m.at_risk.filter(|r| *r > 0.0)?))).collect();
    due.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    due.truncate(p.top as usize);
    let due: Vec<usize> = due.into_iter().map(|d| d.0).collect();
    let listed: BTreeSet<CustomerIx> = due.iter().filter_map(|i| Some(rows.get(*i)?.who)).collect();
    let modelled = rows.iter().all(|m| m.expected.is_some());
    let over = |listed: &dyn Fn(&Stay) -> bool, f: &Figure<'_>| {
        // Without a model for everybody there is no sum over everybody.
        let parts = buckets.iter().map(|(fit, members)| {
            let chosen: Vec<&Stay> = members.iter().filter(|s| listed(s)).copied().collect();
            of.sums(fit, &chosen, f)
        });
        let parts: Vec<Sums> = parts.collect();
        (modelled && !parts.is_empty()).then(|| Sums::added(&parts).total(of.z))
    };
    let total = over(&|_| true, &|m, s| of.worth(m, s));
    let at_stake = over(&|s| listed.contains(&s.who), &|m, s| of.risk(m, s)).filter(|_| !due.is_empty());
    all.total = total;
    Ok(Contract {
        period: p.period,
        divide: p.divide,
        curve: of.curve(&all),
        unpriced: rows.iter().filter(|m| m.price.is_none()).count() as u64,
        all,
        cohorts,
        rows,
        total,
        due,
        at_stake,
        older,
        returned: found.returned,
        reversed: found.reversed,
        rate,
        horizon: p.horizon,
        margin: p.margin,
        level: p.level,
        money,
    })
}

fn check(p: &ContractParams) -> Result<(), Error> {
    let wrong = |parameter, value: String, allowed| Err(Error::Parameter { parameter, value, allowed });
    if !(1..=MOST_AHEAD).contains(&p.horizon) {
        return wrong("horizon", p.horizon.to_string(), "between 1 and 600");
    }
    check_terms(p.discount, p.margin, p.level)
}

/// A sum of figures, the variance of its estimate and that of chance.
#[derive(Clone, Copy)]
struct Sums {
    value: f64,
    estimate: Option<f64>,
    chance: f64,
}

impl Sums {
    /// The sum of independent ones.
    fn added(all: &[Self]) -> Self {
        let estimates: Option<Vec<f64>> = all.iter().map(|s| s.estimate).collect();
        Self {
            value: exact_sum(all.iter().map(|s| s.value)),
            estimate: estimates.map(exact_sum),
            chance: exact_sum(all.iter().map(|s| s.chance)),
        }
    }

    fn total(self, z: f64) -> Total {
        Total::of(self.value, self.estimate, Some(self.chance), z)
    }
}

/// A mean and a variance of one customer by a model.
type Figure<'a> = dyn Fn(&RenewalModel, &Stay) -> Option<(f64, f64)> + 'a;

/// Expected renewals, their interval and the residual lifetime of customers with equally many renewals.
type OfRenewals = (f64, Option<(u32, u32)>, Option<f64>);

/// Turns fits into figures.
struct Valuer {
    months: i32,
    rate: f64,
    horizon: u32,
    margin: f64,
    z: f64,
    tail: f64,
    money: MoneyUnit,
}

impl Valuer {
    fn group(&self, name: Option<Box<str>>, members: &[&Stay], least: u32) -> ContractGroup {
        let longest = members.iter().map(|s| s.made as usize).max().unwrap_or(0);
        let mut renewals = Renewals { lost: vec![0; longest + 1], still: vec![0; longest + 1] };
        for s in members {
            let of = if s.left { &mut renewals.lost } else { &mut renewals.still };
            if let Some(n) = of.get_mut(s.made as usize) {
                *n += 1;
            }
        }
        let enough = members.len() >= least as usize;
        let fit = enough.then(|| ShiftedBetaGeometric::fit(&renewals));
        let model = fit.as_ref().and_then(|f| RenewalModel::of(f, &renewals)).map(|m| m.0);
        ContractGroup { name, renewals, fit, model, total: None }
    }

    fn discount(&self, k: u32) -> f64 {
        powi(1.0 + self.rate, -i32::try_from(k).unwrap_or(i32::MAX))
    }

    /// The mean and the variance of the renewals after `made` of them, the k-th counted `worth(k)`.
    fn moments(&self, m: &RenewalModel, made: u32, horizon: u32, worth: impl Fn(u32) -> f64) -> (f64, f64) {
        let (mut stays, mut before, mut first, mut second) = (1.0, 0.0, 0.0, 0.0);
        for k in 1..=horizon {
            stays *= m.retention(made + k);
            let each = worth(k);
            first += stays * each;
            second += stays * each * (each + 2.0 * before);
            before += each;
        }
        (first, (second - first * first).max(0.0))
    }

    /// What a period pays: the monthly price times its months.
    fn price(&self, s: &Stay) -> Option<Minor> {
        s.monthly.and_then(|m| m.0.checked_mul(i64::from(self.months))).map(Minor)
    }

    /// The mean and the variance of a customer's value.
    fn worth(&self, m: &RenewalModel, s: &Stay) -> Option<(f64, f64)> {
        let each = self.margin * self.money.float(self.price(s)?);
        let (mean, variance) = self.moments(m, s.made, self.horizon, |k| self.discount(k - 1));
        Some((each * mean, each * each * variance))
    }

    /// The mean and the variance of what the next renewal loses.
    fn risk(&self, m: &RenewalModel, s: &Stay) -> Option<(f64, f64)> {
        let leaves = 1.0 - m.retention(s.made + 1);
        let value = self.if_renewed(m, s)?;
        Some((leaves * value, leaves * (1.0 - leaves) * value * value))
    }

    /// The value of a customer who makes the next renewal.
    fn if_renewed(&self, m: &RenewalModel, s: &Stay) -> Option<f64> {
        Some(self.worth(m, s)?.0 / m.retention(s.made + 1))
    }

    fn sums(
        &self,
        (model, covariance): &(RenewalModel, Matrix),
        of: &[&Stay],
        f: impl Fn(&RenewalModel, &Stay) -> Option<(f64, f64)>,
    ) -> Sums {
        // Customers without a price have no value, and are counted.
        let sum = |m: &RenewalModel, part: fn((f64, f64)) -> f64| {
            exact_sum(of.iter().filter_map(|s| f(m, s)).map(part))
        };
        let estimate = mixing::delta(covariance, |by| Some(sum(&model.moved(by)?, |p| p.0)));
        Sums { value: sum(model, |p| p.0), estimate, chance: sum(model, |p| p.1) }
    }

    fn members(&self, there: &[&Stay], (model, covariance): &(RenewalModel, Matrix)) -> Vec<Member> {
        let around: Vec<RenewalModel> =
            mixing::points(covariance).iter().filter_map(|by| model.moved(by)).collect();
        let mut known: BTreeMap<u32, OfRenewals> = BTreeMap::new();
        let one = |s: &&Stay| {
            let (expected, range, residual) = *known.entry(s.made).or_insert_with(|| {
                let expected = self.moments(model, s.made, self.horizon, |_| 1.0).0;
                let all = around.iter().map(|m| further(m, s.made, self.horizon));
                (expected, mixing::range(all, self.tail), model.residual_lifetime(s.made + 1, self.rate))
            });
            Member {
                next: Some(model.retention(s.made + 1)),
                expected: Some(expected),
                range,
                residual,
                value: self.worth(model, s).map(|v| v.0),
                at_risk: self.risk(model, s).map(|v| v.0),
                ..self.unknown(s)
            }
        };
        there.iter().map(one).collect()
    }

    /// A customer of whom no model says anything.
    fn unknown(&self, s: &Stay) -> Member {
        Member {
            who: s.who,
            started: s.started,
            renewals: s.made,
            price: self.price(s),
            next: None,
            expected: None,
            range: None,
            residual: None,
            value: None,
            at_risk: None,
        }
    }

    /// Renewals by number: those seen, then those within the horizon.
    fn curve(&self, all: &ContractGroup) -> Vec<Renewal> {
        let (lost, still) = (&all.renewals.lost, &all.renewals.still);
        let mut left: u64 = lost.iter().chain(still).sum();
        let model = all.fit.as_ref().and_then(|f| RenewalModel::of(f, &all.renewals));
        let mut staying = Some(1.0);
        let mut out = Vec::new();
        let seen = lost.len() as u32;
        for t in 1..=seen.saturating_add(self.horizon) {
            let at = |v: &Vec<u64>| v.get(t as usize - 1).copied().unwrap_or(0);
            // Who is still there after t - 1 renewals has not come to the t-th.
            let due = left.saturating_sub(at(still));
            let made = due.saturating_sub(at(lost));
            left = made;
            staying = staying.filter(|_| due > 0).map(|s: f64| s * made as f64 / due as f64);
            let curve = model.as_ref().map(|(m, covariance)| {
                let s = m.survival(t);
                let logit = |s: f64| ln(s) - ln(1.0 - s);
                let variance = mixing::delta(covariance, |by| Some(logit(m.moved(by)?.survival(t))));
                let range = variance.map(|v| {
                    let back = |x: f64| 1.0 / (1.0 + exp(-x));
                    let half = self.z * v.sqrt();
                    (back(logit(s) - half), back(logit(s) + half))
                });
                (s, range)
            });
            let retention = model.as_ref().map(|(m, _)| m.retention(t));
            out.push(Renewal { number: t, due, made, staying, model: curve, retention });
        }
        out
    }
}

/// The chances of 0, 1 up to `horizon` further renewals after `made` of them.
fn further(m: &RenewalModel, made: u32, horizon: u32) -> Vec<f64> {
    let mut out = Vec::new();
    let mut stays = 1.0;
    for k in 1..=horizon {
        let next = m.retention(made + k);
        out.push(stays * (1.0 - next));
        stays *= next;
    }
    out.push(stays);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use naata_core::Currency;
    use naata_testkit::assert_close;
    use proptest::prelude::*;

    fn day(y: i32, m: u32, d: u32) -> Day {
        Day::from_ymd(y, m, d).unwrap()
    }

    #[test]
    fn periods_end_on_the_day_they_began_or_on_the_last_of_the_month() {
        assert_eq!(later(day(2024, 1, 31), 1), Some(day(2024, 2, 29)));
        assert_eq!(later(day(2023, 1, 31), 1), Some(day(2023, 2, 28)));
        assert_eq!(later(day(2023, 11, 30), 15), Some(day(2025, 2, 28)));
        for (from, to, n) in [
            (day(2024, 1, 31), day(2024, 2, 28), 0),
            (day(2024, 1, 31), day(2024, 2, 29), 1),
            (day(2024, 1, 31), day(2024, 3, 30), 1),
            (day(2024, 1, 31), day(2024, 3, 31), 2),
            (day(2024, 5, 10), day(2024, 5, 10), 0),
        ] {
            assert_eq!(full_periods(from, to, 1), Some(n), "{from} {to}");
        }
        assert_eq!(full_periods(day(2020, 3, 1), day(2023, 2, 28), 12), Some(2));
    }

    /// Customers who began on one day, by the period in which they left (0 for still there), under one contract.
    fn value(of: &[(u32, Option<Day>)], as_of: Day, p: &ContractParams) -> Result<Contract, Error> {
        let mut texts = naata_core::Symbols::default();
        let plan = texts.intern("Basic").unwrap();
        let row = |(who, ended): &(u32, Option<Day>)| SubscriptionRow {
            who: CustomerIx(*who),
            id: Symbol::NONE,
            plan,
            started: day(2020, 1, 15),
            ended: *ended,
            monthly: Some(Minor(10_000)),
            reason: Symbol::NONE,
        };
        let rows: Vec<SubscriptionRow> = of.iter().map(row).collect();
        let subscriptions = Histories::group(rows.len(), &rows, |s| s.started).unwrap();
        let money = MoneyUnit::of(Currency::INR);
        contract_value(&subscriptions, &texts.seal().0, money, p, &Context::at(as_of))
    }

    #[test]
    fn renewals_are_counted_by_the_period_in_which_customers_left() {
        let ends = [
            None,
            // On the day of the first renewal, within the second period, on the day of the second renewal.
            Some(day(2020, 2, 15)),
            Some(day(2020, 2, 16)),
            Some(day(2020, 3, 15)),
            // At once.
            Some(day(2020, 1, 15)),
        ];
        let p = ContractParams { least: 1, ..ContractParams::default() };
        let few: Vec<(u32, Option<Day>)> = (0..).zip(ends).collect();
        let refused = value(&few, day(2020, 4, 14), &p).unwrap_err();
        assert_eq!(refused, Error::TooFewContracts { customers: 5, least: 10 });
        // Each twice, which is enough.
        let of: Vec<(u32, Option<Day>)> = (0..).zip(ends.into_iter().chain(ends)).collect();
        let c = value(&of, day(2020, 4, 14), &p).unwrap();
        assert_eq!((&c.all.renewals.lost[..], &c.all.renewals.still[..]), (&[4, 4, 0][..], &[0, 0, 2][..]));
        assert_eq!(c.rows.len(), 2);
        let seen: Vec<(u64, u64)> = c.curve.iter().map(|r| (r.due, r.made)).take(3).collect();
        assert_eq!(seen, [(10, 6), (6, 2), (0, 0)]);
    }

    proptest! {
        #[test]
        fn further_renewals_are_a_distribution_with_the_expected_mean(
            alpha in 0.1f64..5.0, beta in 0.1f64..9.0, made in 0u32..30, horizon in 1u32..60,
        ) {
            let m = RenewalModel::BetaGeometric(ShiftedBetaGeometric::new(alpha, beta).unwrap());
            let of = Valuer {
                months: 1, rate: 0.01, horizon, margin: 1.0, z: 1.96, tail: 0.025,
                money: MoneyUnit::of(Currency::INR),
            };
            let p = further(&m, made, horizon);
            let mean: f64 = (0u32..).zip(&p).map(|(k, p)| f64::from(k) * p).sum();
            let square: f64 = (0u32..).zip(&p).map(|(k, p)| f64::from(k) * f64::from(k) * p).sum();
            let (first, variance) = of.moments(&m, made, horizon, |_| 1.0);
            prop_assert!((p.iter().sum::<f64>() - 1.0).abs() < 1e-12);
            prop_assert!((mean - first).abs() < 1e-10 * (1.0 + mean));
            prop_assert!((square - mean * mean - variance).abs() < 1e-8 * (1.0 + square));
        }
    }

    #[test]
    fn a_long_horizon_is_the_residual_lifetime() {
        let m = RenewalModel::BetaGeometric(ShiftedBetaGeometric::new(0.668, 3.806).unwrap());
        let of = Valuer {
            months: 12,
            rate: 0.1,
            horizon: 600,
            margin: 1.0,
            z: 1.96,
            tail: 0.025,
            money: MoneyUnit::of(Currency::INR),
        };
        let sum = of.moments(&m, 3, 600, |k| of.discount(k - 1)).0;
        assert_close("residual", sum, m.residual_lifetime(4, 0.1).unwrap(), 1e-12);
        // Where all leave with the same chance, a geometric row.
        let same = RenewalModel::Geometric { retention: 0.8 };
        assert_close("residual", same.residual_lifetime(9, 0.1).unwrap(), 0.8 / (1.0 - 0.8 / 1.1), 1e-15);
        let sum = of.moments(&same, 3, 600, |k| of.discount(k - 1)).0;
        assert_close("sum", sum, same.residual_lifetime(4, 0.1).unwrap(), 1e-12);
        assert_eq!(RenewalModel::Geometric { retention: 1.0 }.lifetime(0.0), None);
    }

    #[test]
    fn equal_chances_are_used_where_nobody_differs() {
        // A fifth leaves at each of three renewals.
        let ends = |who: u32| match who {
            0..100 => Some(day(2020, 2, 15)),
            100..180 => Some(day(2020, 3, 15)),
            180..244 => Some(day(2020, 4, 15)),
            _ => None,
        };
        let of: Vec<(u32, Option<Day>)> = (0..500).map(|who| (who, ends(who))).collect();
        let c = value(&of, day(2020, 4, 20), &ContractParams { discount: 0.0, ..ContractParams::default() });
        let c = c.unwrap();
        assert!(c.all.fit.as_ref().unwrap().model.is_none());
        let Some(RenewalModel::Geometric { retention }) = c.all.model else { panic!("{:?}", c.all.model) };
        assert_close("retention", retention, 0.8, 1e-12);
        // 256 customers, 100 a period, for 12 renewals without discount.
        let each = 100.0 * (0.8 - powi(0.8, 13)) / 0.2;
        let total = c.total.unwrap();
        assert_close("value", total.value, 256.0 * each, 1e-9);
        assert!(total.prediction.unwrap().0 < total.estimate.unwrap().0);
    }
}
