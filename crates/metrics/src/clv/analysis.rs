//! Fits every model, chooses one, and says what each customer is worth.

use super::holdout::expected_of_rows;
use super::spend::SpendFit;
use super::{
    AnyModel, Base, Fit, GammaGamma, Holdout, ModelChoice, Plan, PurchaseModel, Score, TimeUnit, Undefined,
};
use crate::Error;
use crate::estimate::Z;
use naata_answer::{Analysis, Card, Refusal, params};
use naata_core::{Context, CustomerIx, Day, Histories, Minor, MoneyUnit, PurchaseRow};
use naata_math::{Matrix, exact_sum, exp};

params! {
    /// Parameters of customer lifetime value.
    pub struct ClvParams {
        /// The model: auto tries all and keeps the best
        model: ModelChoice = ModelChoice::Auto,
        /// The unit of times and rates; it never changes a value
        unit: TimeUnit = TimeUnit::Week,
        /// Fit on purchases up to this day and check on the rest; all purchases when left out
        until: Option<Day> = None,
        /// Expected purchases look so many units ahead; 364 days when left out
        horizon: Option<u32> = None,
        /// Periods over which value is summed
        periods: u32 = 12,
        /// Days of one period
        period_days: u32 = 30,
        /// Discount rate of one period
        discount: f64 = 0.01,
        /// Share of revenue that is margin; without it value is revenue
        margin: Option<f64> = None,
        /// Share of customers, by what they paid, who count as valuable
        valuable: f64 = 0.2,
    }
}

/// Fewer customers with a purchase than this are not fitted.
pub const LEAST: u64 = 10;

/// With fewer customers who came back than this no list is given out.
pub const LEAST_TO_ACT: u64 = 50;

/// Models whose criteria differ by less are alike in what the data say for them.
pub const ALIKE: f64 = 2.0;

/// Mean probabilities of being a customer still that differ by more are told.
pub const DISAGREE: f64 = 0.1;

/// A model that was tried.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Tried {
    /// Its name.
    pub name: &'static str,
    /// Its fit.
    pub fit: Fit<AnyModel>,
    /// The mean probability that a customer is one still; `None` where the fit gives no model.
    pub mean_p_alive: Option<f64>,
    /// How it did on the holdout.
    pub score: Option<Score>,
}

/// What is said about one customer.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Worth {
    /// The customer.
    pub who: CustomerIx,
    /// The probability that the customer is one still.
    pub p_alive: Option<f64>,
    /// Purchases expected within the horizon.
    pub expected_purchases: Option<f64>,
    /// The spend expected of a purchase, in major units.
    pub expected_spend: Option<f64>,
    /// The customer's value, in major units.
    pub clv: Option<f64>,
}

/// A sum of money that was estimated: its value and its range.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Total {
    /// The estimate, in major units.
    pub value: f64,
    /// The range of the estimate; `None` where it cannot be said.
    pub range: Option<(f64, f64)>,
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
    /// The spend model.
    pub spend: SpendFit,
    /// What was done after the split.
    pub holdout: Option<Holdout>,
    /// The chosen model's expectation at the points of the holdout's curve.
    pub expected_curve: Option<Vec<f64>>,
    /// How the naive forecast did.
    pub naive: Option<Score>,
    /// One row for each customer of the models, in id order.
    pub rows: Vec<Worth>,
    /// The value of all of them.
    pub total: Option<Total>,
    /// Positions in `rows` of valuable customers who have probably left, the worthiest first.
    pub leaving: Vec<usize>,
    /// What is still expected of those.
    pub at_stake: Option<Total>,
    /// The grid of periods.
    pub plan: Plan,
    /// The horizon of expected purchases, in days.
    pub horizon_days: f64,
    /// The margin, where one was given.
    pub margin: Option<f64>,
    /// The unit of money.
    pub money: MoneyUnit,
}

/// Works out lifetime values from purchases.
pub fn lifetime_value(
    purchases: &Histories<PurchaseRow>,
    money: MoneyUnit,
    p: &ClvParams,
    cx: &Context<'_>,
) -> Result<Clv, Error> {
    check(p, cx.as_of)?;
    let until = p.until.unwrap_or(cx.as_of);
    let base = Base::of(purchases, money, until, cx.as_of, p.unit)?;
    let customers = base.histories.customers();
    if customers < LEAST {
        return Err(Error::TooFew { customers, least: LEAST });
    }
    if base.histories.repeaters() == 0 {
        return Err(Error::NoRepeat { customers, until });
    }
    let holdout = Holdout::of(purchases, &base, cx.as_of)?;
    let tried: Vec<Tried> = AnyModel::fit_all(&base.histories)
        .into_iter()
        .map(|(name, fit)| tried(name, fit, &base, holdout.as_ref(), cx))
        .collect();
    let chosen = choose(&tried, p.model);
    let spend = SpendFit::of(&base);
    let plan = Plan { periods: p.periods, period_days: p.period_days, discount: p.discount };
    let horizon = p.horizon.map_or_else(|| p.unit.from_days(364.0), f64::from);
    let used = tried.get(chosen);
    let model = used.and_then(|t| t.fit.model.filter(|_| is_usable(&t.fit)));
    let valuer = Valuer { base: &base, plan: &plan, margin: p.margin.unwrap_or(1.0), cx };
    let rows = valuer.rows(model.as_ref(), spend.model(), horizon);
    let leaving = leaving(&base, &rows, p.valuable);
    let everybody: Vec<usize> = (0..rows.len()).collect();
    let bent = used.and_then(|t| valuer.bent(&t.fit));
    let total = valuer.total(bent.as_ref(), &spend, &rows, &everybody);
    let mut at_stake = valuer.total(bent.as_ref(), &spend, &rows, &leaving).filter(|_| !leaving.is_empty());
    // The range of the stake covers every model that the data support alike.
    for other in alike(&tried, chosen) {
        let theirs = valuer.rows(other.fit.model.as_ref(), spend.model(), horizon);
        let theirs = valuer.total(valuer.bent(&other.fit).as_ref(), &spend, &theirs, &leaving);
        if let (Some(stake), Some(theirs)) = (at_stake.as_mut(), theirs) {
            stake.range = stake.range.zip(theirs.range).map(|(a, b)| (a.0.min(b.0), a.1.max(b.1)));
        }
    }
    Ok(Clv {
        expected_curve: holdout.as_ref().zip(model).and_then(|(h, m)| h.expected_curve(&base, &m, cx)),
        naive: holdout.as_ref().map(|h| h.score(&base, &h.naive(&base))),
        horizon_days: horizon * p.unit.days(),
        margin: p.margin,
        base,
        tried,
        chosen,
        spend,
        holdout,
        rows,
        total,
        leaving,
        at_stake,
        plan,
        money,
    })
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
    if !(0.0..=10.0).contains(&p.discount) {
        return wrong("discount", p.discount.to_string(), "between 0 and 10");
    }
    for (parameter, share) in [("margin", p.margin.unwrap_or(1.0)), ("valuable", p.valuable)] {
        if !(share > 0.0 && share <= 1.0) {
            return wrong(parameter, share.to_string(), "above 0 and at most 1");
        }
    }
    Ok(())
}

/// At an edge a model still says what the simpler model inside it says; without identification it says nothing.
fn is_usable(fit: &Fit<AnyModel>) -> bool {
    !matches!(fit.outcome, super::FitOutcome::NotIdentified { .. })
}

fn tried(
    name: &'static str,
    fit: Fit<AnyModel>,
    base: &Base,
    holdout: Option<&Holdout>,
    cx: &Context<'_>,
) -> Tried {
    let model = fit.model.filter(|_| is_usable(&fit));
    let mean_p_alive = model.and_then(|m| {
        let rows = base.histories.rows().iter();
        let sum: Result<f64, Undefined> = rows.map(|r| Ok(r.weight * m.p_alive(&r.history)?)).sum();
        sum.ok().map(|sum| sum / base.histories.customers() as f64)
    });
    let score = holdout.zip(model).and_then(|(h, m)| Some(h.score(base, &h.forecast(base, &m, cx)?)));
    Tried { name, fit, mean_p_alive, score }
}

/// The position of the model to use: the one asked for; else among the interior ones, or among all when there is no
/// interior one, the least class error on the holdout, else the least AIC.
fn choose(tried: &[Tried], choice: ModelChoice) -> usize {
    if let Some(asked) = tried.iter().position(|t| t.name == choice.word()) {
        return asked;
    }
    let interior = tried.iter().any(|t| t.fit.is_interior());
    let scored = tried.iter().any(|t| t.score.as_ref().is_some_and(|s| s.class_error.is_some()));
    let merit = |t: &Tried| {
        let error = t.score.as_ref().and_then(|s| s.class_error);
        let value = if scored { error } else { Some(t.fit.aic) };
        value.filter(|v| v.is_finite()).unwrap_or(f64::INFINITY)
    };
    let eligible = tried.iter().enumerate().filter(|(_, t)| !interior || t.fit.is_interior());
    eligible.min_by(|a, b| merit(a.1).total_cmp(&merit(b.1))).map_or(0, |(i, _)| i)
}

/// The other interior models whose criterion is close to that of the chosen one.
pub(super) fn alike(tried: &[Tried], chosen: usize) -> impl Iterator<Item = &Tried> {
    let aic = tried.get(chosen).map_or(f64::NAN, |t| t.fit.aic);
    let others = tried.iter().enumerate().filter(move |(i, _)| *i != chosen);
    others.map(|(_, t)| t).filter(move |t| t.fit.is_interior() && (t.fit.aic - aic).abs() <= ALIKE)
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

/// Turns models into money.
struct Valuer<'a> {
    base: &'a Base,
    plan: &'a Plan,
    margin: f64,
    cx: &'a Context<'a>,
}

impl Valuer<'_> {
    /// One row for each buyer.
    fn rows(&self, model: Option<&AnyModel>, spend: Option<GammaGamma>, horizon: f64) -> Vec<Worth> {
        let mut horizons = vec![horizon];
        horizons.extend(self.plan.horizons(self.base.unit));
        let expected = model.and_then(|m| expected_of_rows(self.base, m, &horizons, self.cx));
        let p_alive: Option<Vec<Option<f64>>> =
            model.map(|m| self.base.histories.rows().iter().map(|r| m.p_alive(&r.history).ok()).collect());
        let row = |(b, at): (&super::Buyer, &u32)| {
            let ahead = expected.as_ref().and_then(|e| e.get(*at as usize));
            let periods: Option<Vec<Option<f64>>> =
                ahead.and_then(|e| e.get(1..)).map(|e| e.iter().copied().map(Some).collect());
            let discounted = periods.and_then(|e| self.plan.discounted(&e));
            let spend = spend.and_then(|s| s.expected_spend(b.history.x(), b.mean.unwrap_or(0.0)));
            let clv = discounted.zip(spend).map(|(n, each)| self.margin * n * each);
            Worth {
                who: b.who,
                p_alive: p_alive.as_ref().and_then(|p| p.get(*at as usize)).copied().flatten(),
                expected_purchases: ahead.and_then(|e| e.first()).copied(),
                expected_spend: spend,
                clv: clv.filter(|v| v.is_finite()),
            }
        };
        self.base.buyers.iter().zip(self.base.histories.of()).map(row).collect()
    }

    /// The discounted purchases of every distinct history.
    fn purchases(&self, model: &AnyModel) -> Option<Vec<f64>> {
        let expected = expected_of_rows(self.base, model, &self.plan.horizons(self.base.unit), self.cx)?;
        let some = |e: Vec<f64>| e.into_iter().map(Some).collect::<Vec<_>>();
        expected.into_iter().map(|e| self.plan.discounted(&some(e))).collect()
    }

    /// How the discounted purchases of every distinct history move with the parameters of an interior fit.
    fn bent(&self, fit: &Fit<AnyModel>) -> Option<Bent> {
        let (model, covariance) = (fit.model?, fit.ln_covariance.clone()?);
        let at: Vec<f64> = model.parameters().iter().map(|p| p.1).collect();
        let moved = |i: usize, by: f64| {
            let mut p = at.clone();
            if let Some(x) = p.get_mut(i) {
                *x *= exp(by);
            }
            self.purchases(&model.at(&p)?)
        };
        let slope = |i: usize| {
            let (up, down) = (moved(i, STEP)?, moved(i, -STEP)?);
            Some(up.iter().zip(&down).map(|(u, d)| (u - d) / (2.0 * STEP)).collect())
        };
        let slopes: Option<Vec<Vec<f64>>> = (0..at.len()).map(slope).collect();
        Some(Bent { made: self.purchases(&model)?, slopes: slopes?, covariance })
    }

    /// What one expected purchase of each distinct history is worth, over the listed buyers who have it.
    fn worth(&self, gamma: &GammaGamma, of: &[usize]) -> Option<Vec<f64>> {
        let mut sums = vec![0.0; self.base.histories.rows().len()];
        for i in of {
            let (b, at) = self.base.buyers.get(*i).zip(self.base.histories.of().get(*i))?;
            let spend = gamma.expected_spend(b.history.x(), b.mean.unwrap_or(0.0))?;
            if let Some(sum) = sums.get_mut(*at as usize) {
                *sum += self.margin * spend;
            }
        }
        Some(sums)
    }

    /// The value of some buyers with the range that the uncertainty of the parameters leaves.
    ///
    /// By the delta method: the slopes of the sum by the logarithms of all parameters, by central differences, and
    /// the covariance of those. The two models are fitted to different data, so that their parts add up. The range is
    /// symmetric on the log scale and never reaches below zero.
    fn total(&self, bent: Option<&Bent>, spend: &SpendFit, rows: &[Worth], of: &[usize]) -> Option<Total> {
        let values: Option<Vec<f64>> = of.iter().map(|i| rows.get(*i)?.clv).collect();
        let value = exact_sum(values?);
        let range = bent.and_then(|b| self.variance(b, spend, of)).filter(|_| value > 0.0).map(|v| {
            let factor = exp(Z * v.sqrt() / value);
            (value / factor, value * factor)
        });
        Some(Total { value, range: range.filter(|r| r.1.is_finite()) })
    }

    fn variance(&self, bent: &Bent, spend: &SpendFit, of: &[usize]) -> Option<f64> {
        let product = |n: &[f64], each: &[f64]| n.iter().zip(each).map(|(n, e)| n * e).sum::<f64>();
        let gamma = spend.model()?;
        let worth = self.worth(&gamma, of)?;
        let slopes: Vec<f64> = bent.slopes.iter().map(|s| product(s, &worth)).collect();
        let [p, q, v] = gamma.parameters().map(|p| p.1);
        let moved = |i: usize, by: f64| {
            let factor = |k: usize| if i == k { exp(by) } else { 1.0 };
            let gamma = GammaGamma::new(p * factor(0), q * factor(1), v * factor(2))?;
            Some(product(&bent.made, &self.worth(&gamma, of)?))
        };
        let slope = |i: usize| Some((moved(i, STEP)? - moved(i, -STEP)?) / (2.0 * STEP));
        let of_spend: Option<Vec<f64>> = (0..3).map(slope).collect();
        let covariance = spend.fit.as_ref()?.ln_covariance.as_ref()?;
        Some(quadratic(&slopes, &bent.covariance)? + quadratic(&of_spend?, covariance)?)
    }
}

/// The step of central differences by the logarithm of a parameter.
const STEP: f64 = 1e-4;

/// How the discounted purchases of every distinct history move with the parameters.
struct Bent {
    made: Vec<f64>,
    slopes: Vec<Vec<f64>>,
    covariance: Matrix,
}

/// `g' C g`.
fn quadratic(g: &[f64], covariance: &Matrix) -> Option<f64> {
    let image = covariance.times(g).ok()?;
    let v: f64 = g.iter().zip(&image).map(|(a, b)| a * b).sum();
    (v.is_finite() && v >= 0.0).then_some(v)
}

/// The analysis `clv`.
#[derive(Clone, Copy, Debug)]
pub struct ClvAnalysis;

impl Analysis for ClvAnalysis {
    type Params = ClvParams;
    type Input<'a> = (&'a Histories<PurchaseRow>, MoneyUnit);
    type Output = Clv;
    const CARD: Card = Card {
        key: "clv",
        version: 1,
        title: "What each customer is worth, and who has probably left",
        unit: "money, purchases and probabilities",
        formula: "CLV = margin x expected spend x sum over periods of expected purchases / (1 + discount)^k; \
                  purchases by BG/NBD, MBG/NBD, Pareto/NBD or NBD, spend by Gamma-Gamma, all by maximum likelihood",
        source: "Schmittlein, Morrison and Colombo, 1987; Fader, Hardie and Lee, 2005; Batislam, Denizel and \
                 Filiztekin, 2007; Hoppe and Wagner, 2007; Ehrenberg, 1959; Fader and Hardie, 2013",
        assumptions: &[
            "Customers can leave without saying so; there is no contract.",
            "Purchases of one day are one occasion; while a customer, each buys at a steady rate: no season, no trend.",
            "What a customer spends does not depend on how often they buy.",
            "BG/NBD lets nobody leave before a repeat purchase; NBD lets nobody leave at all.",
        ],
        words: super::present::WORDS,
        example: "naata clv --purchases orders.csv --unit week --until 2026-03-31",
    };

    fn run((purchases, money): Self::Input<'_>, p: &ClvParams, cx: &Context<'_>) -> Result<Clv, Refusal> {
        Ok(lifetime_value(purchases, money, p, cx)?)
    }
}
