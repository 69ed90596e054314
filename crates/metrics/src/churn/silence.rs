//! Who has been silent for longer than is usual for them, and who is likely to come back: no model, only the gaps that
//! customers of the same kind have had.
//!
//! # Formula
//! The usual gap of a customer is the mean number of days between their days of purchase. Customers are put in classes
//! by their completed gaps: from 3, from 6, from 11. The cases of a class are all customers who ever had so many; each
//! gives one ratio: the gap after the first 3 (6, 11) over the mean of these, censored where it is not over. With `S`
//! the Kaplan-Meier curve of a class and `r` the silence of one of its customers over their usual gap:
//! - still silent = `S(r)`, the share of such gaps that last longer, over or not;
//! - unusual = `(S(r) - S(end)) / (1 - S(end))`, the share among those that ended within the time watched;
//! - chance to return within `h` days = `1 - S(r + h / usual) / S(r)`, with Greenwood's variance between the two times;
//! - next purchase expected: the first ratio at which `S` is half of `S(r)`.
//!
//! A customer is one case of a class, so cases are independent. What follows a third purchase stands for what follows
//! any from the third to the fifth.
//!
//! # Source
//! Allenby, Leone and Jen, "A Dynamic Model of Purchase Timing with Application to Direct Marketing", 1999 (a gap longer
//! than usual as the sign); Kaplan and Meier, 1958; Greenwood, 1926.

use crate::Error;
use crate::churn::spell::Spell;
use crate::churn::survival::{Band, Step, Survival, kaplan_meier};
use naata_answer::params;
use naata_core::{Context, CustomerIx, Day, Histories, Minor, MoneyUnit, PurchaseRow};
use naata_math::sqrt;

params! {
    /// Parameters of silence.
    pub struct ChurnSilenceParams {
        /// A silence is longer than usual where at most this share of the gaps that ended lasted so long
        share: f64 = 0.1,
        /// Days within which a return is looked for
        horizon: u32 = 90,
        /// How many customers to list, those who paid most first
        top: u32 = 100,
    }
}

/// The least completed gaps of each class.
pub const CLASSES: [usize; 3] = [3, 6, 11];
/// Fewer cases than this make no curve: the class before it stands in.
const LEAST: u64 = 20;
/// The days that count as a customer's last year.
const YEAR: i32 = 364;

/// One class of customers.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct SilenceClass {
    /// The least completed gaps.
    pub from: usize,
    /// How long gaps last, in usual gaps.
    pub curve: Survival,
    /// The share of gaps not over within the time watched.
    pub open: f64,
}

/// One customer's silence.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Silence {
    /// The customer.
    pub who: CustomerIx,
    /// The last day of purchase.
    pub last: Day,
    /// The mean days between days of purchase.
    pub usual: f64,
    /// Days since the last purchase.
    pub silent: u64,
    /// The silence in usual gaps.
    pub times: f64,
    /// The share of gaps that ended which lasted longer; `None` where nobody was watched so long.
    pub unusual: Option<f64>,
    /// The chance to return within the horizon, and its interval where one can be given.
    pub returns: Option<(f64, Option<(f64, f64)>)>,
    /// The day by which half of such customers have come back; `None` where fewer than half do.
    pub expected: Option<Day>,
    /// Paid in the year up to the last purchase, less refunds.
    pub year: Minor,
    /// The class, by position.
    pub class: usize,
}

/// The silence of every customer with enough purchases.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Silences {
    /// The parameters.
    pub params: ChurnSilenceParams,
    /// The classes with enough cases.
    pub classes: Vec<SilenceClass>,
    /// Every customer who can be judged.
    pub rows: Vec<Silence>,
    /// Positions in `rows` of those silent for longer than usual, those who paid most first.
    pub listed: Vec<usize>,
    /// How many are silent for longer than usual, listed or not.
    pub silent: u64,
    /// Customers with too few days of purchase.
    pub too_few: u64,
    /// Customers of the base.
    pub customers: usize,
    /// The unit of money.
    pub unit: MoneyUnit,
    /// The day of the question.
    pub as_of: Day,
}

/// The days on which a customer bought; refunds are no occasion.
fn days(rows: &[PurchaseRow], as_of: Day) -> Vec<Day> {
    let mut out: Vec<Day> =
        rows.iter().take_while(|r| r.day <= as_of).filter(|r| !r.is_refund()).map(|r| r.day).collect();
    out.dedup();
    out
}

/// The gap after the first `from` gaps over the mean of these.
fn case(days: &[Day], from: usize, as_of: Day) -> Option<Spell> {
    let (first, at) = (*days.first()?, *days.get(from)?);
    let usual = at.since(first) as f64 / from as f64;
    Some(match days.get(from + 1) {
        Some(next) => Spell::left(next.since(at) as f64 / usual),
        None => Spell::staying(as_of.since(at) as f64 / usual),
    })
}

/// The chance that a gap ends between two ratios, given that it lasts to the first.
fn between(curve: &Survival, from: f64, to: f64) -> Option<(f64, Option<(f64, f64)>)> {
    let (a, b) = (curve.at(from)?, curve.at(to)?);
    if a.survival <= 0.0 {
        return None;
    }
    let stays = b.survival / a.survival;
    let variance = b.greenwood - a.greenwood;
    let interval = (variance.is_finite() && stays > 0.0).then(|| stays * sqrt(variance.max(0.0)));
    let interval = interval.and_then(|se| Band::LogLog.interval(stays, se)).map(|(l, h)| (1.0 - h, 1.0 - l));
    Some((1.0 - stays, interval))
}

/// Judges every customer's silence.
///
/// # Errors
/// A share outside 0 and 1, a horizon of no days; fewer than 20 customers with four days of purchase; a sum out of range.
pub fn silences(
    purchases: &Histories<PurchaseRow>,
    unit: MoneyUnit,
    p: &ChurnSilenceParams,
    cx: &Context<'_>,
) -> Result<Silences, Error> {
    if !(p.share > 0.0 && p.share < 1.0) {
        let value = p.share.to_string();
        return Err(Error::Parameter { parameter: "share", value, allowed: "between 0 and 1" });
    }
    if p.horizon == 0 {
        return Err(Error::Window);
    }
    let all: Vec<(CustomerIx, Vec<Day>)> =
        purchases.iter().map(|(who, rows)| (who, days(rows, cx.as_of))).filter(|d| !d.1.is_empty()).collect();
    let mut classes: Vec<SilenceClass> = Vec::new();
    for from in CLASSES {
        let spells: Vec<Spell> = all.iter().filter_map(|(_, d)| case(d, from, cx.as_of)).collect();
        if (spells.len() as u64) < LEAST {
            break;
        }
        let curve = kaplan_meier(&spells, Band::LogLog)?;
        let open = curve.steps.last().map_or(1.0, |s| s.survival);
        classes.push(SilenceClass { from, curve, open });
    }
    if classes.is_empty() {
        let customers = all.iter().filter(|(_, d)| d.len() > CLASSES[0]).count() as u64;
        return Err(Error::TooFewRegulars { customers, days: CLASSES[0] + 1, least: LEAST });
    }
    let mut rows = Vec::new();
    let mut too_few = 0;
    for (who, days) in &all {
        match one(*who, days, &classes, p, cx) {
            Some(row) => rows.push(Silence { year: year(purchases.of(*who), row.last)?, ..row }),
            None => too_few += 1,
        }
    }
    let mut listed: Vec<usize> = (0..rows.len())
        .filter(|i| rows.get(*i).and_then(|r| r.unusual).is_some_and(|u| u <= p.share))
        .collect();
    let silent = listed.len() as u64;
    listed.sort_by_key(|i| rows.get(*i).map(|r| (std::cmp::Reverse(r.year), r.who)));
    listed.truncate(usize::try_from(p.top).unwrap_or(usize::MAX));
    Ok(Silences {
        params: p.clone(),
        classes,
        rows,
        listed,
        silent,
        too_few,
        customers: purchases.customers(),
        unit,
        as_of: cx.as_of,
    })
}

/// Judges one customer; `None` with too few days of purchase.
fn one(
    who: CustomerIx,
    days: &[Day],
    classes: &[SilenceClass],
    p: &ChurnSilenceParams,
    cx: &Context<'_>,
) -> Option<Silence> {
    let gaps = days.len().checked_sub(1)?;
    let class = classes.iter().rposition(|c| c.from <= gaps)?;
    let (first, last, of) = (*days.first()?, *days.last()?, classes.get(class)?);
    let usual = last.since(first) as f64 / gaps as f64;
    let silent = u64::try_from(cx.as_of.since(last)).ok()?;
    let times = silent as f64 / usual;
    let now = of.curve.at(times);
    let ended = |s: Step| (of.open < 1.0).then(|| ((s.survival - of.open) / (1.0 - of.open)).max(0.0));
    let half = now.and_then(|now| {
        let half = now.survival / 2.0;
        of.curve.steps.iter().find(|s| s.time > times && s.survival <= half).map(|s| s.time)
    });
    let expected = half.and_then(|ratio| last.plus((ratio * usual).ceil() as i32));
    Some(Silence {
        who,
        last,
        usual,
        silent,
        times,
        unusual: now.and_then(ended),
        returns: between(&of.curve, times, times + f64::from(p.horizon) / usual),
        expected,
        year: Minor(0),
        class,
    })
}

/// What a customer paid in the year up to their last purchase.
fn year(rows: &[PurchaseRow], last: Day) -> Result<Minor, Error> {
    let from = last.plus(-YEAR).unwrap_or(Day::MIN);
    let within = rows.iter().filter(|r| r.day >= from && r.day <= last).map(|r| i128::from(r.amount.0));
    Ok(Minor::from_wide(within.sum(), "a customer's last year")?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use naata_core::{Currency, Minor};
    use naata_testkit::assert_close;
    use proptest::prelude::*;

    const AS_OF: Day = Day(1_000);

    fn silent(rows: &[(u32, i32)], p: &ChurnSilenceParams) -> Result<Silences, Error> {
        let row = |(at, (who, day)): (usize, &(u32, i32))| PurchaseRow {
            who: CustomerIx(*who),
            day: Day(*day),
            amount: Minor(100),
            seconds: 0,
            row: at as u32,
        };
        let rows: Vec<PurchaseRow> = rows.iter().enumerate().map(row).collect();
        let h = Histories::group(60, &rows, |r| r.day).unwrap();
        silences(&h, MoneyUnit::of(Currency::INR), p, &Context::at(AS_OF))
    }

    /// Forty customers with three gaps of ten days; the fourth gap of customer `i` is `10 + i` days for `i < 30`, and
    /// has not ended for the others.
    fn shop() -> Vec<(u32, i32)> {
        let four = |i: u32| [0, 10, 20, 30].map(|d| (i, 900 + d));
        let mut rows: Vec<(u32, i32)> = (0..40).flat_map(four).collect();
        rows.extend((0..30).map(|i| (i, 940 + i as i32)));
        rows
    }

    #[test]
    fn silence_is_compared_with_gaps_of_the_same_kind() {
        let found = silent(&shop(), &ChurnSilenceParams::default()).unwrap();
        let class = &found.classes[0];
        assert_eq!((found.classes.len(), class.curve.n, class.curve.left), (1, 40, 30));
        assert_close("never ended", class.open, 0.25, 1e-12);
        // Thirty-five has been silent for 70 days of usually 10, longer than any gap that ended.
        let last = found.rows.iter().find(|r| r.who.0 == 35).unwrap();
        assert_eq!((last.silent, last.times, last.unusual), (70, 7.0, Some(0.0)));
        // Twenty bought on day 960: four gaps in 60 days. Of the gaps that ended, those of 27 days and more lasted longer
        // than 40 / 15 times the usual: ratios 1.0 to 3.9 in steps of a tenth, 13 of them above 2.67.
        let early = found.rows.iter().find(|r| r.who.0 == 20).unwrap();
        assert_close("usual", early.usual, 15.0, 1e-15);
        assert_close("unusual", early.unusual.unwrap(), 13.0 / 30.0, 1e-12);
        // Half of S = 23 / 40 is 11.5 / 40: 11 of 40 are left after the ratio 3.8.
        assert_eq!(early.expected, Some(Day(960 + 57)));
        assert_eq!(
            found.silent,
            found.rows.iter().filter(|r| r.unusual.is_some_and(|u| u <= 0.1)).count() as u64
        );
        assert_eq!(early.year, Minor(500));
    }

    #[test]
    fn a_chance_to_return_counts_gaps_that_never_end() {
        let found =
            silent(&shop(), &ChurnSilenceParams { horizon: 30, ..ChurnSilenceParams::default() }).unwrap();
        let early = found.rows.iter().find(|r| r.who.0 == 20).unwrap();
        // From 2.67 to 4.67 usual gaps: 13 of the 23 that last so long end.
        let (chance, interval) = early.returns.unwrap();
        assert_close("chance", chance, 13.0 / 23.0, 1e-12);
        let (low, high) = interval.unwrap();
        assert!(low > 0.3 && low < chance && chance < high && high < 0.8, "{low} {high}");
    }

    #[test]
    fn too_few_purchases_are_counted_or_refused() {
        let mut rows = shop();
        rows.extend([(50, 100), (50, 200), (51, 300)]);
        assert_eq!(silent(&rows, &ChurnSilenceParams::default()).unwrap().too_few, 2);
        let few = silent(&[(0, 1), (1, 2)], &ChurnSilenceParams::default()).unwrap_err();
        assert!(matches!(few, Error::TooFewRegulars { customers: 0, days: 4, least: 20 }));
        let none = ChurnSilenceParams { share: 0.0, ..ChurnSilenceParams::default() };
        assert!(matches!(silent(&shop(), &none), Err(Error::Parameter { parameter: "share", .. })));
    }

    proptest! {
        #[test]
        fn shares_are_shares_and_rows_know_no_order(
            rows in prop::collection::vec((0u32..40, 0i32..1_100), 100..400),
            seed in any::<u64>(),
        ) {
            let p = ChurnSilenceParams::default();
            let Ok(found) = silent(&rows, &p) else { return Ok(()) };
            for r in &found.rows {
                prop_assert!(r.usual > 0.0 && r.times.is_finite());
                prop_assert!(r.unusual.is_none_or(|u| (0.0..=1.0).contains(&u)));
                if let Some((chance, interval)) = r.returns {
                    prop_assert!((0.0..=1.0).contains(&chance));
                    prop_assert!(interval.is_none_or(|(l, h)| (0.0..=1.0).contains(&l) && l <= h && h <= 1.0));
                }
                prop_assert!(r.expected.is_none_or(|d| d > r.last));
            }
            let mut shuffled = rows;
            let n = shuffled.len();
            (0..n).for_each(|i| shuffled.swap(i, (seed as usize).wrapping_mul(i + 7) % n));
            prop_assert_eq!(silent(&shuffled, &p).unwrap(), found);
        }
    }
}
