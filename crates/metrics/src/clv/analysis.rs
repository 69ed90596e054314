//! Fits every model, chooses one, and says what each customer is worth.

use super::base::{Gather, RefundPolicy};
use super::choose::{self, Tried, alike, disagreeing};
use super::interval::{Total, Valuer};
use super::spend::SpendFit;
use super::value::{Compounding, check_terms};
use super::{
    Acquisition, AnyModel, Base, Bootstrap, Costs, Design, GroupWorth, History, Holdout, ModelChoice, Plan,
    PurchaseModel, TimeUnit, groups,
};
use crate::Error;
use crate::churn::LikelihoodRatio;
use naata_answer::{Analysis, Card, Names, Refusal, choice, params};
use naata_core::{Context, CustomerIx, Day, Histories, Minor, MoneyUnit, PurchaseRow};
use naata_facts::Facts;
use naata_math::Normal;
use std::collections::BTreeMap;
use std::sync::Arc;

choice! {
    /// What becomes of customers who may be older than the export.
    pub enum Older {
        /// They are kept, and counted.
        Keep = "keep",
        /// They are left out, and counted.
        LeaveOut = "leave-out",
    }
}

params! {
    /// Parameters of customer lifetime value.
    pub struct ClvParams {
        /// The model: auto tries all and keeps the one that forecasts best what is held back
        model: ModelChoice = ModelChoice::Auto,
        /// The unit of times and rates; it never changes a value
        unit: TimeUnit = TimeUnit::Week,
        /// Fit on purchases up to this day and check on the rest; all purchases when left out
        until: Option<Day> = None,
        /// Expected purchases look so many units ahead; 364 days when left out
        horizon: Option<u32> = None,
        /// Periods over which value is summed
        periods: u32 = 12,
        /// Days of one period; what comes in a period counts as paid at its end
        period_days: u32 = 30,
        /// Discount rate of a year
        discount: f64 = 0.1,
        /// How the discount rate of a year becomes that of a period
        compounding: Compounding = Compounding::Yearly,
        /// Share of revenue that is margin; without it value is revenue
        margin: Option<f64> = None,
        /// What refunds do to purchases
        refunds: RefundPolicy = RefundPolicy::Ignore,
        /// Customers first seen when the export begins: keep them, or leave them out
        older: Older = Older::Keep,
        /// Share of customers, by what they paid, who count as valuable
        valuable: f64 = 0.2,
        /// Level of the intervals of values and purchases
        level: f64 = 0.95,
        /// Draws of the parametric bootstrap; none when 0
        bootstrap: u32 = 0,
        /// Facts stated about customers that may go with how they buy and leave, such as customers.channel; others must have been known at the first purchase
        covariate: Names = Names::default(),
        /// Value by group: a fact that names, or says yes or no, such as customers.country or segments.rfm.segment
        by: Option<String> = None,
        /// What winning a customer cost: an amount for all, GROUP=AMOUNT for groups of --by, or a fact such as customers.cost
        acquisition_cost: Names = Names::default(),
    }
}

/// Fewer customers with a purchase than this are not fitted.
pub const LEAST: u64 = 10;

/// With fewer customers who came back than this no list is given out.
pub const LEAST_TO_ACT: u64 = 50;

/// What is said about one customer.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Worth {
    /// The customer.
    pub who: CustomerIx,
    /// The probability that the customer is one still.
    pub p_alive: Option<f64>,
    /// Its range over the models that the data support alike.
    pub p_alive_range: Option<(f64, f64)>,
    /// Purchases expected within the horizon.
    pub expected_purchases: Option<f64>,
    /// The prediction interval of the purchases within the horizon.
    pub purchases: Option<(u32, u32)>,
    /// The spend expected of a purchase, in major units.
    pub expected_spend: Option<f64>,
    /// The customer's value, in major units.
    pub clv: Option<f64>,
    /// Where that value lies, as far as the data tell.
    pub clv_estimate: Option<(f64, f64)>,
    /// Where lies what the customer will bring.
    pub clv_prediction: Option<(f64, f64)>,
}

/// Customers whose first purchase lies in one quarter of a year.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Cohort {
    /// The first day of the quarter.
    pub quarter: Day,
    /// How many customers.
    pub customers: u64,
    /// What they paid so far.
    pub paid: Minor,
    /// What is still expected of them, in major units.
    pub expected: Option<f64>,
    /// Their mean probability of being customers still.
    pub mean_p_alive: Option<f64>,
}

/// Customer lifetime value of a base.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Clv {
    /// The customers, and who was left out.
    pub base: Base,
    /// Every model that was tried.
    pub tried: Vec<Tried>,
    /// The position of the one that is used.
    pub chosen: usize,
    /// The days on which data were cut to choose it, the earliest first.
    pub origins: Vec<Day>,
    /// The spend model.
    pub spend: SpendFit,
    /// What was held back last.
    pub holdout: Option<Holdout>,
    /// The customers who were seen at that split.
    pub held_back: Option<u64>,
    /// The used model's forecast of it.
    pub forecast: Option<Total>,
    /// The used model's expectation at the points of the holdout's curve.
    pub expected_curve: Option<Vec<f64>>,
    /// One row for each customer of the models, in id order.
    pub rows: Vec<Worth>,
    /// The value of all of them: the equity of the base.
    pub total: Option<Total>,
    /// The purchases of all of them within the horizon.
    pub purchases: Option<Total>,
    /// Positions in `rows` of valuable customers who have probably left, the worthiest first.
    pub leaving: Vec<usize>,
    /// What is still expected of those.
    pub at_stake: Option<Total>,
    /// Value by quarter of the first purchase.
    pub cohorts: Vec<Cohort>,
    /// The fact that groups customers, where one was asked for.
    pub by: Option<String>,
    /// Value by that fact.
    pub groups: Vec<GroupWorth>,
    /// The covariates, where any were asked for.
    pub design: Option<Arc<Design>>,
    /// Whether they explain more than chance would.
    pub covariate_test: Option<LikelihoodRatio>,
    /// What winning customers cost, where it was given.
    pub acquisition: Option<Acquisition>,
    /// Whether customers have prediction intervals of their value: bases too large have none.
    pub single_ranges: bool,
    /// What a new customer's repeat purchases are worth, in major units.
    pub new_customer: Option<f64>,
    /// What it is worth if one more in a hundred of today's customers were one still, in major units.
    pub retention_point: Option<f64>,
    /// The bootstrap, where it was asked for.
    pub bootstrap: Option<Bootstrap>,
    /// The share of the days ahead whose season lies in what was held back; `None` without it.
    pub season_seen: Option<f64>,
    /// The grid of periods.
    pub plan: Plan,
    /// The horizon of expected purchases, in days.
    pub horizon_days: f64,
    /// The margin, where one was given.
    pub margin: Option<f64>,
    /// The level of intervals.
    pub level: f64,
    /// What refunds do.
    pub refunds: RefundPolicy,
    /// The unit of money.
    pub money: MoneyUnit,
}

/// The prediction interval of the value of each customer is worked out for bases of up to so many.
pub const MOST_SINGLE: usize = 20_000;

/// Works out lifetime values from purchases alone.
///
/// # Errors
/// A parameter out of range, or one that needs facts; too few customers; nobody who bought again.
pub fn lifetime_value(
    purchases: &Histories<PurchaseRow>,
    money: MoneyUnit,
    p: &ClvParams,
    cx: &Context<'_>,
) -> Result<Clv, Error> {
    lifetime_value_with(purchases, money, &Facts::new(purchases.customers(), cx.as_of), p, cx)
}

/// Works out lifetime values from purchases and the facts that the parameters name.
///
/// # Errors
/// As [`lifetime_value`]; a fact that is not there; a covariate that was not known yet when customers first bought; no
/// covariate that can be used.
pub fn lifetime_value_with(
    purchases: &Histories<PurchaseRow>,
    money: MoneyUnit,
    facts: &Facts,
    p: &ClvParams,
    cx: &Context<'_>,
) -> Result<Clv, Error> {
    check(p, cx.as_of)?;
    let costs = Costs::read(&p.acquisition_cost.0, p.by.is_some())?;
    let until = p.until.unwrap_or(cx.as_of);
    let how = Gather {
        until,
        as_of: cx.as_of,
        unit: p.unit,
        refunds: p.refunds,
        history_from: cx.history_from,
        without_older: p.older == Older::LeaveOut,
    };
    let base = Base::of(purchases, money, &how)?;
    let customers = base.histories.customers();
    if customers < LEAST {
        return Err(Error::TooFew { customers, least: LEAST });
    }
    if base.histories.repeaters() == 0 {
        return Err(Error::NoRepeat { customers, until });
    }
    let design = design(&p.covariate.0, facts, &base)?;
    let base = base.with_design(design.as_deref());
    let first = base.buyers.iter().map(|b| b.first).min().unwrap_or(until);
    let mut trials = Vec::new();
    for origin in choose::origins(first, cx.as_of, p.until) {
        let how = Gather { until: origin, ..how };
        let named = origin == until;
        trials.extend(choose::trial(purchases, money, &how, LEAST, named, design.as_ref(), cx)?);
    }
    // With a split given the models that were judged are those that are used.
    let fits = match trials.last() {
        Some(t) if t.base.until == until => t.fits.clone(),
        _ => choose::fit_all(&base, design.as_ref()),
    };
    let tried = choose::tried(fits, &base, &trials);
    let chosen = choose::choose(&tried, p.model);
    let spend = SpendFit::of(&base);
    let rate = p.compounding.of_period(p.discount, p.period_days);
    let plan = Plan { periods: p.periods, period_days: p.period_days, discount: rate };
    let horizon = p.horizon.map_or_else(|| p.unit.from_days(364.0), f64::from);
    let used = tried.get(chosen);
    let model = used.and_then(|t| t.fit.model.as_ref());
    let z = Normal::STANDARD.quantile(0.5 + 0.5 * p.level);
    let margin = p.margin.unwrap_or(1.0);
    let valuer = Valuer { base: &base, plan: &plan, margin, z, level: p.level, cx };
    let mut rows = valuer.rows(model, spend.model(), horizon);
    let ranges = used.and_then(|t| valuer.purchases_ranges(&t.fit, horizon));
    for (w, at) in rows.iter_mut().zip(base.histories.of()) {
        w.purchases = ranges.as_ref().and_then(|r| r.get(*at as usize).copied().flatten());
    }
    for other in disagreeing(&tried, chosen).filter_map(|t| t.fit.model.as_ref()) {
        let of_rows: Vec<Option<f64>> =
            base.histories.rows().iter().map(|r| other.p_alive(&r.history).ok()).collect();
        for (w, at) in rows.iter_mut().zip(base.histories.of()) {
            let theirs = of_rows.get(*at as usize).copied().flatten();
            w.p_alive_range = w.p_alive_range.zip(theirs).map(|((a, b), p)| (a.min(p), b.max(p)));
        }
    }
    let leaving = leaving(&base, &rows, p.valuable);
    let everybody: Vec<usize> = (0..rows.len()).collect();
    let bent = used.and_then(|t| valuer.bent(&t.fit));
    let total = valuer.total(model, bent.as_ref(), &spend, &rows, &everybody);
    let mut at_stake =
        valuer.total(model, bent.as_ref(), &spend, &rows, &leaving).filter(|_| !leaving.is_empty());
    // The range of the stake covers every model that the data support alike.
    for other in alike(&tried, chosen) {
        let m = other.fit.model.as_ref();
        let theirs = valuer.rows(m, spend.model(), horizon);
        let theirs = valuer.total(m, valuer.bent(&other.fit).as_ref(), &spend, &theirs, &leaving);
        if let (Some(stake), Some(theirs)) = (at_stake.as_mut(), theirs) {
            let widest = |a: Option<(f64, f64)>, b: Option<(f64, f64)>| {
                a.zip(b).map(|(a, b)| (a.0.min(b.0), a.1.max(b.1)))
            };
            stake.estimate = widest(stake.estimate, theirs.estimate);
            stake.prediction = widest(stake.prediction, theirs.prediction);
        }
    }
    let single_ranges = rows.len() <= MOST_SINGLE;
    let predictions = used.zip(spend.model()).filter(|_| single_ranges);
    let predictions = predictions.and_then(|(t, g)| valuer.value_ranges(&t.fit, &g, &rows));
    let estimates = bent.as_ref().and_then(|b| valuer.value_estimates(b, &spend, &rows));
    for (i, w) in rows.iter_mut().enumerate() {
        w.clv_prediction = predictions.as_ref().and_then(|r| r.get(i).copied().flatten());
        w.clv_estimate = estimates.as_ref().and_then(|r| r.get(i).copied().flatten());
    }
    let groups = match &p.by {
        None => Vec::new(),
        Some(fact) => {
            let of = groups::divide(fact, facts.column(fact)?, &base)?;
            let fit = used.map(|t| &t.fit);
            groups::worth(&valuer, fit, bent.as_ref(), &spend, &rows, horizon, of)?
        }
    };
    let covariate_test = match (&design, used.filter(|t| t.is_model() && !t.fit.coefficients.is_empty())) {
        (Some(_), Some(t)) => {
            let plain = AnyModel::fit_plain(t.name, &base.histories).log_likelihood;
            LikelihoodRatio::new(t.fit.log_likelihood, plain, t.fit.coefficients.len()).ok()
        }
        _ => None,
    };
    let acquisition =
        costs.account(&valuer, &rows, &groups, money, facts, (model, spend.model().as_ref()))?;
    let purchases_ahead = used.and_then(|t| valuer.purchases(&t.fit, horizon));
    let last = trials.last();
    let judged = last.and_then(|t| t.fits.get(chosen).map(|f| (t, &f.1)));
    let forecast = judged.and_then(|(t, fit)| {
        Valuer { base: &t.base, ..valuer }.purchases(fit, t.base.unit.from_days(t.holdout.days as f64))
    });
    let expected_curve =
        judged.and_then(|(t, fit)| t.holdout.expected_curve(&t.base, fit.model.as_ref()?, cx));
    let wanted = model.filter(|m| p.bootstrap > 0 && !m.parameters().is_empty());
    let bootstrap = wanted.map(|m| {
        let value = |m: &AnyModel, g: &super::GammaGamma| {
            let values: Option<Vec<f64>> =
                valuer.rows(Some(m), Some(*g), horizon).iter().map(|w| w.clv).collect();
            values.map(naata_math::exact_sum)
        };
        Bootstrap::of(&base, m, spend.model().as_ref(), p.bootstrap, p.level, cx, value)
    });
    let new_customer = model.and_then(|m| {
        let expected = m.expected_purchases(&History::NEW, &plan.horizons(p.unit));
        Some(margin * plan.discounted(&expected)? * spend.model()?.population_mean()?)
    });
    Ok(Clv {
        cohorts: cohorts(&base, &rows),
        by: p.by.clone(),
        groups,
        design,
        covariate_test,
        acquisition,
        single_ranges,
        retention_point: retention_point(&rows),
        season_seen: last.map(|t| season_seen(t.base.until, cx.as_of, until, &plan)),
        origins: trials.iter().map(|t| t.base.until).collect(),
        held_back: last.map(|t| t.base.histories.customers()),
        holdout: trials.pop().map(|t| t.holdout),
        forecast,
        expected_curve,
        new_customer,
        bootstrap,
        horizon_days: horizon * p.unit.days(),
        margin: p.margin,
        level: p.level,
        refunds: p.refunds,
        base,
        tried,
        chosen,
        spend,
        rows,
        total,
        purchases: purchases_ahead,
        leaving,
        at_stake,
        plan,
        money,
    })
}

/// What it is worth if one more in a hundred customers were one still: a hundredth of everybody's value given that they
/// are.
fn retention_point(rows: &[Worth]) -> Option<f64> {
    let one = |w: &Worth| Some(0.01 * w.clv? / w.p_alive.filter(|p| *p > 0.0)?);
    // Who has certainly not left cannot be kept more, and who has certainly left has no value to compare with.
    let may_leave = rows.iter().filter(|w| w.p_alive.is_some_and(|p| p > 1e-12 && p < 0.99));
    let all: Option<Vec<f64>> = may_leave.map(one).collect();
    all.filter(|a| !a.is_empty()).map(naata_math::exact_sum)
}

/// The design of the covariates that are asked for; `None` without any.
fn design(names: &[String], facts: &Facts, base: &Base) -> Result<Option<Arc<Design>>, Error> {
    if names.is_empty() {
        return Ok(None);
    }
    let mut columns = Vec::new();
    for name in names {
        columns.push((name.as_str(), facts.column(name)?));
        // What is stated about customers holds for all time; anything else may follow from the very purchases that the
        // model is to explain, unless it was known before the first of them.
        let known = facts.known(name).filter(|_| !name.starts_with("customers."));
        let earlier = base.buyers.iter().filter(|b| known.is_some_and(|k| b.first < k)).count() as u64;
        if let Some(known) = known.filter(|_| earlier > 0) {
            let customers = base.buyers.len() as u64;
            return Err(Error::KnownLater { fact: name.clone(), known, earlier, customers });
        }
    }
    let buyers: Vec<CustomerIx> = base.buyers.iter().map(|b| b.who).collect();
    Design::of(&columns, &buyers, base.customers).map(Arc::new).map(Some)
}

/// Value by quarter of the first purchase.
fn cohorts(base: &Base, rows: &[Worth]) -> Vec<Cohort> {
    let mut of: BTreeMap<(i32, u32), Vec<usize>> = BTreeMap::new();
    for (i, b) in base.buyers.iter().enumerate() {
        if let Some((year, month, _)) = b.first.ymd() {
            of.entry((year, (month - 1) / 3)).or_default().push(i);
        }
    }
    let one = |((year, quarter), members): ((i32, u32), Vec<usize>)| {
        let who = || members.iter().filter_map(|i| base.buyers.get(*i).zip(rows.get(*i)));
        let paid: i128 = who().map(|(b, _)| i128::from(b.paid.0)).sum();
        let values: Option<Vec<f64>> = who().map(|(_, w)| w.clv).collect();
        let alive: Option<Vec<f64>> = who().map(|(_, w)| w.p_alive).collect();
        Some(Cohort {
            quarter: Day::from_ymd(year, 3 * quarter + 1, 1)?,
            customers: members.len() as u64,
            paid: Minor::from_wide(paid, "purchases of a cohort").ok()?,
            expected: values.map(naata_math::exact_sum),
            mean_p_alive: alive.map(|a| naata_math::exact_sum(a) / members.len() as f64),
        })
    };
    of.into_iter().filter_map(one).collect()
}

/// The share of the days ahead that have the day of the year of a day held back.
fn season_seen(from: Day, as_of: Day, until: Day, plan: &Plan) -> f64 {
    let ahead = i64::from(plan.periods) * i64::from(plan.period_days);
    let held = as_of.since(from);
    let ahead = ahead.clamp(1, 365);
    // Days are compared over a year of 365.25 days; a whole year holds every season.
    let seen = |offset: i64| {
        let after = until.since(from) + offset;
        let on = after as f64 - (after as f64 / 365.25).floor() * 365.25;
        on <= held as f64
    };
    (1..=ahead).filter(|d| seen(*d)).count() as f64 / ahead as f64
}

fn check(p: &ClvParams, as_of: Day) -> Result<(), Error> {
    let wrong = |parameter, value: String, allowed| Err(Error::Parameter { parameter, value, allowed });
    if let Some(until) = p.until.filter(|u| *u > as_of) {
        return wrong("until", until.to_string(), "no later than the as-of day");
    }
    for (parameter, n) in
        [("horizon", p.horizon.unwrap_or(1)), ("periods", p.periods), ("period-days", p.period_days)]
    {
        if !(1..=3_660).contains(&n) {
            return wrong(parameter, n.to_string(), "between 1 and 3660");
        }
    }
    check_terms(p.discount, p.margin, p.level)?;
    if p.bootstrap > 10_000 {
        return wrong("bootstrap", p.bootstrap.to_string(), "at most 10000");
    }
    if !(p.valuable > 0.0 && p.valuable <= 1.0) {
        return wrong("valuable", p.valuable.to_string(), "above 0 and at most 1");
    }
    Ok(())
}

/// Valuable customers who have probably left: those in the upper share by what they paid, who came back at least
/// once, whose probability is below one half; the worthiest first.
fn leaving(base: &Base, rows: &[Worth], valuable: f64) -> Vec<usize> {
    let mut paid: Vec<Minor> = base.buyers.iter().map(|b| b.paid).collect();
    paid.sort_unstable_by(|a, b| b.cmp(a));
    let last = ((paid.len() as f64 * valuable).ceil() as usize).clamp(1, paid.len().max(1)) - 1;
    let Some(edge) = paid.get(last) else { return Vec::new() };
    let at_risk = |(_, (b, w)): &(usize, (&super::Buyer, &Worth))| {
        b.paid >= *edge && b.history.x() > 0 && w.p_alive.is_some_and(|p| p < 0.5) && w.clv.is_some()
    };
    let both = base.buyers.iter().zip(rows).enumerate();
    let mut out: Vec<(usize, f64)> =
        both.filter(at_risk).map(|(i, (_, w))| (i, w.clv.unwrap_or(0.0))).collect();
    out.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    out.into_iter().map(|(i, _)| i).collect()
}

/// The analysis `clv`.
#[derive(Clone, Copy, Debug)]
pub struct ClvAnalysis;

impl Analysis for ClvAnalysis {
    type Params = ClvParams;
    type Input<'a> = (&'a Histories<PurchaseRow>, MoneyUnit, &'a Facts);
    type Output = Clv;
    const CARD: Card = Card {
        key: "clv",
        version: 1,
        title: "What each customer is worth, and who has probably left",
        unit: "money, purchases and probabilities",
        formula: "CLV = margin x expected spend x sum over periods of expected purchases / (1 + discount)^k; \
                  purchases by BG/NBD, MBG/NBD, Pareto/NBD or NBD, spend by Gamma-Gamma, all by maximum likelihood; \
                  with covariates z purchases come exp(g'z) times as fast, odds or rates of leaving are exp(d'z)-fold",
        source: "Schmittlein, Morrison and Colombo, 1987; Fader, Hardie and Lee, 2005; Batislam, Denizel and \
                 Filiztekin, 2007; Hoppe and Wagner, 2007; Ehrenberg, 1959; Fader and Hardie, 2013; covariates: Fader and Hardie, 2007",
        assumptions: &[
            "Customers can leave without saying so; there is no contract.",
            "Purchases of one day are one occasion; while a customer, each buys at a steady rate: no season, no trend.",
            "What a customer spends does not depend on how often they buy.",
            "BG/NBD lets nobody leave before a repeat purchase; NBD lets nobody leave at all.",
        ],
        words: super::present::WORDS,
        example: "naata clv --purchases orders.csv --unit week --until 2026-03-31",
    };

    fn wants(p: &ClvParams) -> Vec<String> {
        let costs = p.acquisition_cost.0.iter().filter(|item| Costs::is_fact(item));
        p.covariate.0.iter().chain(&p.by).chain(costs).cloned().collect()
    }

    fn run(
        (purchases, money, facts): Self::Input<'_>,
        p: &ClvParams,
        cx: &Context<'_>,
    ) -> Result<Clv, Refusal> {
        Ok(lifetime_value_with(purchases, money, facts, p, cx)?)
    }
}
