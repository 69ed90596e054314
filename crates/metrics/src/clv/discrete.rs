//! Value from purchases that can happen once a period: who gives each year, visits each season, renews each month.
//!
//! A period is a month, a quarter or a year of the calendar. The period of the first purchase begins a customer's row of
//! opportunities; the period that is not over on the day one stands on is no opportunity yet.
//!
//! # Formula
//! See [`BgBb`]; value = margin x expected spend x sum over j = 1..horizon of P(purchase at the j-th next period) /
//! (1 + d)^j, with d the discount rate of a period.
//!
//! # Source
//! Fader, Hardie and Shang, 2010; spend: Fader and Hardie, 2013.

use super::bg_bb::{BgBb, Row};
use super::interval::Total;
use super::opportunity::Opportunity;
use super::spend::SpendFit;
use super::value::{check_terms, rate_of_months};
use super::{GammaGamma, Nested, mixing};
use crate::Error;
use crate::churn::Period;
use naata_answer::params;
use naata_core::{Context, CustomerIx, Day, Histories, Minor, MoneyUnit, PurchaseRow};
use naata_math::{Matrix, Normal, exact_sum, powi};
use std::collections::BTreeMap;

params! {
    /// Parameters of value from one opportunity a period.
    pub struct DiscreteParams {
        /// Length of a period, in which a customer buys or does not
        period: Period = Period::Month,
        /// Fit on the full periods up to this day and check on the rest; all full periods when left out
        until: Option<Day> = None,
        /// Look so many periods ahead; a year of months or quarters, or five years, when left out
        horizon: Option<u32> = None,
        /// Discount rate of a year
        discount: f64 = 0.1,
        /// Share of revenue that is margin; without it value is revenue
        margin: Option<f64> = None,
        /// Level of the intervals
        level: f64 = 0.95,
    }
}

/// What is said about one customer.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Giver {
    /// The customer.
    pub who: CustomerIx,
    /// Periods with a purchase after the first, the last of them, and all opportunities.
    pub row: Row,
    /// What was paid in all full periods.
    pub paid: Minor,
    /// The mean spend of a period with a repeat purchase, in major units.
    pub mean: Option<f64>,
    /// The probability of having been a customer still at the last opportunity.
    pub p_alive: Option<f64>,
    /// Purchases expected within the horizon.
    pub expected: Option<f64>,
    /// Their prediction interval.
    pub range: Option<(u32, u32)>,
    /// The spend expected of a purchase, in major units.
    pub spend: Option<f64>,
    /// Value within the horizon, in major units.
    pub value: Option<f64>,
}

/// One period: what was bought again in it, and what the model says.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Round {
    /// Its first day.
    pub from: Day,
    /// Customers who could buy again.
    pub asked: Option<u64>,
    /// Customers who bought again; `None` for a period that is not over.
    pub actual: Option<u64>,
    /// What the model expects, with its intervals for periods to come.
    pub expected: Option<Total>,
}

/// Customers of one number of repeat purchases, and what they did after the split.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Class {
    /// Repeat purchases up to the split.
    pub x: u32,
    /// Customers.
    pub customers: u64,
    /// Purchases made after the split.
    pub actual: u64,
    /// Purchases the model expects.
    pub expected: Option<f64>,
}

/// Value from one opportunity a period.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Discrete {
    /// The length of a period.
    pub period: Period,
    /// The last day of the last full period that the model sees.
    pub until: Day,
    /// The fit.
    pub fit: super::Fit<BgBb>,
    /// The model that gives the figures: at an edge, what is left of it there; `None` where there is none.
    pub model: Option<BgBb>,
    /// The nested model, where the figures are those of an edge.
    pub nested: Option<Nested>,
    /// At an edge the chances, of buying and of leaving, that all customers share.
    pub shared: (Option<f64>, Option<f64>),
    /// The spend.
    pub spend: SpendFit,
    /// One row for each customer, in id order.
    pub rows: Vec<Giver>,
    /// Customers without a purchase in a full period up to the split.
    pub left_out: u64,
    /// Refunds, which change nothing.
    pub refunds: u64,
    /// Periods seen and to come.
    pub rounds: Vec<Round>,
    /// The periods held back.
    pub held_back: u32,
    /// What was bought in them, and the forecast.
    pub holdout: Option<(u64, Option<Total>)>,
    /// The same by repeat purchases before.
    pub classes: Vec<Class>,
    /// Purchases of all customers within the horizon.
    pub purchases: Option<Total>,
    /// Their value, in major units.
    pub total: Option<Total>,
    /// What a new customer will buy within the horizon, and ever, discounted.
    pub new_customer: Option<(f64, Option<f64>)>,
    /// Periods ahead.
    pub horizon: u32,
    /// The discount rate of a period.
    pub rate: f64,
    /// The margin, where one was given.
    pub margin: Option<f64>,
    /// The level of intervals.
    pub level: f64,
    /// The unit of money.
    pub money: MoneyUnit,
}

/// Fewer customers are not fitted.
const LEAST: u64 = 10;

/// The most periods that can be looked ahead.
const MOST_AHEAD: u32 = 60;

/// The number of the period of a day, and the first day of a period.
fn number(day: Day, months: i32) -> Option<i32> {
    day.month_number().map(|m| m.div_euclid(months))
}

fn first_day(period: i32, months: i32) -> Option<Day> {
    let month = period.checked_mul(months)?;
    Day::from_ymd(month.div_euclid(12), u32::try_from(month.rem_euclid(12)).ok()? + 1, 1)
}

/// One customer's periods with a purchase.
struct Periods {
    who: CustomerIx,
    first: i32,
    row: Row,
    paid: Minor,
    mean: Option<f64>,
    /// Periods after the split with a purchase.
    later: Vec<i32>,
    /// All repeat periods up to the split.
    again: Vec<i32>,
}

/// Works out value from purchases of which only one a period counts.
///
/// # Errors
/// A parameter out of range; no full period; too few customers; nobody who bought again.
pub fn discrete_value(
    purchases: &Histories<PurchaseRow>,
    money: MoneyUnit,
    p: &DiscreteParams,
    cx: &Context<'_>,
) -> Result<Discrete, Error> {
    let months = p.period.months();
    let horizon = p.horizon.unwrap_or(if months == 12 { 5 } else { p.period.in_a_year() });
    check(p, horizon, cx.as_of)?;
    let split = p.until.unwrap_or(cx.as_of);
    // The last period that is over on a day.
    let over = |day: Day| Some(number(day.plus(1)?, months)? - 1);
    let out_of_range = || Error::Parameter {
        parameter: "until",
        value: split.to_string(),
        allowed: "a day of the calendar",
    };
    let (last, known) = over(split).zip(over(cx.as_of)).ok_or_else(out_of_range)?;
    let until = first_day(last + 1, months).and_then(|d| d.plus(-1)).ok_or_else(out_of_range)?;
    let mut all = Vec::new();
    let (mut left_out, mut refunds) = (0, 0);
    for (who, rows) in purchases.iter() {
        refunds += rows.iter().filter(|r| r.is_refund() && r.day <= until).count() as u64;
        match periods(who, rows, months, last, known, money)? {
            Some(of) => all.push(of),
            None => left_out += 1,
        }
    }
    let customers = all.len() as u64;
    if customers < LEAST {
        return Err(Error::TooFew { customers, least: LEAST });
    }
    if all.iter().all(|c| c.row.x() == 0) {
        return Err(Error::NoRepeat { customers, until });
    }
    let mut patterns: BTreeMap<(u32, u32, u32), f64> = BTreeMap::new();
    for c in &all {
        *patterns.entry((c.row.x(), c.row.t_x(), c.row.n())).or_default() += 1.0;
    }
    let distinct: Vec<Row> = patterns.iter().filter_map(|((x, t, n), w)| Row::new(*x, *t, *n, *w)).collect();
    let fit = BgBb::fit(&distinct);
    let spend = SpendFit::of_pairs(all.iter().filter_map(|c| Some((c.row.x(), c.mean?))).collect());
    let rate = rate_of_months(p.discount, months);
    let z = Normal::STANDARD.quantile(0.5 + 0.5 * p.level);
    let of = Valuer {
        all: &all,
        distinct: &distinct,
        used: Opportunity::of(&fit, &distinct),
        spend: &spend,
        rate,
        z,
        margin: p.margin.unwrap_or(1.0),
    };
    let held_back = u32::try_from(known - last).unwrap_or(0);
    let ranges = of.ranges(horizon, 0.5 * (1.0 - p.level));
    let rows = all.iter().map(|c| of.giver(c, horizon, &ranges)).collect();
    let made: u64 = all.iter().map(|c| c.later.len() as u64).sum();
    let model = of.model();
    let used = of.used.as_ref().map(|u| &u.0);
    let (nested, shared) =
        (used.and_then(Opportunity::nested), used.map_or((None, None), Opportunity::shared));
    let new = Row::new(0, 0, 0, 1.0);
    Ok(Discrete {
        period: p.period,
        until,
        rows,
        left_out,
        refunds,
        rounds: of.rounds(last, months, horizon),
        held_back,
        holdout: (held_back > 0).then(|| (made, of.purchases(held_back))),
        classes: if held_back > 0 { of.classes(held_back) } else { Vec::new() },
        purchases: of.purchases(horizon),
        total: of.total(horizon),
        new_customer: model
            .zip(new)
            .map(|(m, new)| (m.expected_purchases(&new, horizon), m.discounted_residual(&new, rate).ok())),
        horizon,
        rate,
        margin: p.margin,
        level: p.level,
        money,
        model,
        nested,
        shared,
        fit,
        spend,
    })
}

fn check(p: &DiscreteParams, horizon: u32, as_of: Day) -> Result<(), Error> {
    let wrong = |parameter, value: String, allowed| Err(Error::Parameter { parameter, value, allowed });
    if let Some(until) = p.until.filter(|u| *u > as_of) {
        return wrong("until", until.to_string(), "no later than the as-of day");
    }
    if !(1..=MOST_AHEAD).contains(&horizon) {
        return wrong("horizon", horizon.to_string(), "between 1 and 60");
    }
    check_terms(p.discount, p.margin, p.level)
}

/// A customer's periods; `None` without a purchase in a period up to `last`.
fn periods(
    who: CustomerIx,
    rows: &[PurchaseRow],
    months: i32,
    last: i32,
    known: i32,
    money: MoneyUnit,
) -> Result<Option<Periods>, Error> {
    let mut spent: BTreeMap<i32, i128> = BTreeMap::new();
    let mut later = Vec::new();
    for r in rows.iter().filter(|r| !r.is_refund()) {
        match number(r.day, months) {
            Some(k) if k <= last => *spent.entry(k).or_default() += i128::from(r.amount.0),
            Some(k) if k <= known => later.push(k),
            _ => {}
        }
    }
    later.dedup();
    let Some(first) = spent.keys().next().copied() else { return Ok(None) };
    let again: Vec<i32> = spent.keys().skip(1).copied().collect();
    let paid_again: i128 = spent.iter().skip(1).map(|(_, a)| *a).sum();
    let mean = match again.len() {
        0 => None,
        n => Some(money.float(Minor::from_wide(paid_again, "repeat purchases")?) / n as f64),
    };
    let after = |k: i32| u32::try_from(k - first).unwrap_or(0);
    let t_x = again.last().map_or(0, |k| after(*k));
    let Some(row) = Row::new(again.len() as u32, t_x, after(last), 1.0) else { return Ok(None) };
    let paid = Minor::from_wide(spent.values().sum(), "purchases")?;
    Ok(Some(Periods { who, first, row, paid, mean, later, again }))
}

/// Turns the fit into figures.
struct Valuer<'a> {
    all: &'a [Periods],
    distinct: &'a [Row],
    used: Option<(Opportunity, Matrix)>,
    spend: &'a SpendFit,
    rate: f64,
    z: f64,
    margin: f64,
}

impl Valuer<'_> {
    fn model(&self) -> Option<BgBb> {
        self.used.as_ref().map(|u| u.0.model)
    }

    fn parts(&self) -> Option<(&Opportunity, &Matrix)> {
        self.used.as_ref().map(|u| (&u.0, &u.1))
    }

    fn worth(&self, j: u32) -> f64 {
        powi(1.0 + self.rate, -i32::try_from(j).unwrap_or(i32::MAX))
    }

    /// The prediction interval of each distinct row, mixed over the uncertain parameters.
    fn ranges(&self, ahead: u32, tail: f64) -> BTreeMap<(u32, u32, u32), (u32, u32)> {
        let Some((used, covariance)) = self.parts() else { return BTreeMap::new() };
        let mut models: Vec<BgBb> =
            mixing::points(covariance).iter().filter_map(|by| used.moved(by)).collect();
        if models.is_empty() {
            models.push(used.model);
        }
        let one = |r: &Row| {
            let range = mixing::range(models.iter().map(|m| m.purchase_probabilities(r, ahead)), tail)?;
            Some(((r.x(), r.t_x(), r.n()), range))
        };
        self.distinct.iter().filter_map(one).collect()
    }

    fn giver(&self, c: &Periods, ahead: u32, ranges: &BTreeMap<(u32, u32, u32), (u32, u32)>) -> Giver {
        let model = self.model();
        let spend = self.spend.model().and_then(|g| g.expected_spend(c.row.x(), c.mean.unwrap_or(0.0)));
        let discounted = model.map(|m| m.moments(&c.row, ahead, |j| self.worth(j)).0);
        Giver {
            who: c.who,
            row: c.row,
            paid: c.paid,
            mean: c.mean,
            p_alive: model.map(|m| m.p_alive(&c.row, 0)),
            expected: model.map(|m| m.expected_purchases(&c.row, ahead)),
            range: ranges.get(&(c.row.x(), c.row.t_x(), c.row.n())).copied(),
            spend,
            value: discounted.zip(spend).map(|(n, each)| self.margin * n * each),
        }
    }

    /// A sum over all distinct rows with both intervals, from each row's mean and variance.
    fn sum(&self, of: impl Fn(&BgBb, &Row) -> (f64, f64)) -> Option<Total> {
        let (used, covariance) = self.parts()?;
        let model = used.model;
        let means = |m: &BgBb| exact_sum(self.distinct.iter().map(|r| r.weight() * of(m, r).0));
        let chance = exact_sum(self.distinct.iter().map(|r| r.weight() * of(&model, r).1));
        let estimate = mixing::delta(covariance, |by| Some(means(&used.moved(by)?)));
        Some(Total::of(means(&model), estimate, Some(chance), self.z))
    }

    fn purchases(&self, ahead: u32) -> Option<Total> {
        self.sum(|m, r| m.moments(r, ahead, |_| 1.0))
    }

    /// The value of everybody.
    fn total(&self, ahead: u32) -> Option<Total> {
        let (used, covariance) = self.parts()?;
        let model = used.model;
        let gamma = self.spend.model()?;
        let spend_covariance = self.spend.fit.as_ref()?.ln_covariance.as_ref()?;
        let value = |m: &BgBb, g: &GammaGamma| {
            let made: BTreeMap<(u32, u32, u32), f64> = self
                .distinct
                .iter()
                .map(|r| ((r.x(), r.t_x(), r.n()), m.moments(r, ahead, |j| self.worth(j)).0))
                .collect();
            let each = |c: &Periods| {
                let made = made.get(&(c.row.x(), c.row.t_x(), c.row.n()))?;
                Some(self.margin * made * g.expected_spend(c.row.x(), c.mean.unwrap_or(0.0))?)
            };
            let all: Option<Vec<f64>> = self.all.iter().map(each).collect();
            all.map(exact_sum)
        };
        let of_purchases = mixing::delta(covariance, |by| value(&used.moved(by)?, &gamma));
        let of_spend = mixing::delta(spend_covariance, |by| {
            let [p, q, v] = mixing::moved(gamma.parameters().map(|p| p.1), by);
            value(&model, &GammaGamma::new(p, q, v)?)
        });
        let chance = |c: &Periods| {
            let (n, variance) = model.moments(&c.row, ahead, |_| 1.0);
            let made = model.moments(&c.row, ahead, |j| self.worth(j)).0;
            let spent = mixing::spent_variance(&gamma, c.row.x(), c.mean.unwrap_or(0.0), n, variance)?;
            // A purchase counts by how much it is discounted on average.
            let each = if n > 0.0 { self.margin * made / n } else { 0.0 };
            Some(each * each * spent)
        };
        let chance: Option<Vec<f64>> = self.all.iter().map(chance).collect();
        let estimate = of_purchases.zip(of_spend).map(|(a, b)| a + b);
        Some(Total::of(value(&model, &gamma)?, estimate, chance.map(exact_sum), self.z))
    }

    /// Periods up to the split with what was made and what the model expects of customers of that age, then those
    /// ahead with what it expects of today's customers.
    fn rounds(&self, last: i32, months: i32, ahead: u32) -> Vec<Round> {
        let mut out = Vec::new();
        let first = self.all.iter().map(|c| c.first).min().unwrap_or(last);
        let new = Row::new(0, 0, 0, 1.0);
        for k in first.saturating_add(1)..=last {
            let who = || self.all.iter().filter(|c| c.first < k);
            let actual = who().filter(|c| c.again.binary_search(&k).is_ok()).count() as u64;
            let mut ages: BTreeMap<u32, f64> = BTreeMap::new();
            for c in who() {
                *ages.entry(u32::try_from(k - c.first).unwrap_or(0)).or_default() += 1.0;
            }
            let expected = self.model().zip(new).map(|(m, new)| {
                let at = |j: u32| m.expected_purchases(&new, j) - m.expected_purchases(&new, j - 1);
                ages.iter().map(|(j, n)| n * at((*j).max(1))).sum::<f64>()
            });
            let expected = expected.map(|value| Total { value, estimate: None, prediction: None });
            let Some(from) = first_day(k, months) else { continue };
            out.push(Round { from, asked: Some(who().count() as u64), actual: Some(actual), expected });
        }
        for j in 1..=ahead {
            let at = last.saturating_add(i32::try_from(j).unwrap_or(i32::MAX));
            let Some(from) = first_day(at, months) else { continue };
            let one = |k: u32| if k == j { 1.0 } else { 0.0 };
            let expected = self.sum(|m, r| m.moments(r, j, one));
            out.push(Round { from, asked: None, actual: None, expected });
        }
        out
    }

    fn classes(&self, held_back: u32) -> Vec<Class> {
        let mut of: BTreeMap<u32, Vec<&Periods>> = BTreeMap::new();
        for c in self.all {
            of.entry(c.row.x()).or_default().push(c);
        }
        let one = |(x, members): (u32, Vec<&Periods>)| Class {
            x,
            customers: members.len() as u64,
            actual: members.iter().map(|c| c.later.len() as u64).sum(),
            expected: self
                .model()
                .map(|m| exact_sum(members.iter().map(|c| m.expected_purchases(&c.row, held_back)))),
        };
        of.into_iter().map(one).collect()
    }
}
