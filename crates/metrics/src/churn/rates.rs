//! How many accounts and how much monthly revenue a period lost, won, and kept.
//!
//! # Formula
//! Over accounts active on the first day: logo churn = lost / active; revenue churn = monthly revenue of the lost /
//! theirs at the start; gross retention = sum of `min(start, end)` / start; net retention = sum of the same accounts'
//! revenue at the end / start; joiners count in neither. Annual: `1 - (1 - c)^k` for `k` periods a year. The bridge is
//! exact: start - churned - contraction + expansion + new + returned = end.
//!
//! # Source
//! Definitions; Skok, 2010 (net and gross retention per account).
//!
//! # Units
//! Monthly revenue in exact minor units. A subscription counts on the days `started <= day < ended`; one that ends on
//! the day it starts counts on none.

use crate::Error;
use crate::estimate::{Estimate, ratio, share};
use naata_core::{Day, Minor, SubscriptionRow};
use naata_math::pow;

/// What one account has on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Whether a subscription runs.
    pub active: bool,
    /// The monthly price of all that run; `None` when one of them has no price, or less than none.
    pub monthly: Option<i128>,
}

/// What an account has on a day.
pub fn standing(subscriptions: &[SubscriptionRow], day: Day) -> Standing {
    let running = subscriptions.iter().filter(|s| s.started <= day && s.ended.is_none_or(|e| day < e));
    let mut out = Standing { active: false, monthly: Some(0) };
    for s in running {
        out.active = true;
        let price = s.monthly.filter(|m| m.0 >= 0).map(|m| i128::from(m.0));
        out.monthly = out.monthly.zip(price).map(|(sum, m)| sum + m);
    }
    out
}

/// Accounts of a period.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Logos {
    /// Active on the first day.
    pub start: u64,
    /// Of those, not active on the first day after the period.
    pub lost: u64,
    /// Active after the period, and never before it.
    pub new: u64,
    /// Active after the period, not on its first day, but earlier.
    pub returned: u64,
    /// Not active on either day, but in between.
    pub passed_through: u64,
    /// Active on the first day after the period.
    pub end: u64,
}

/// Monthly revenue of a period, over accounts whose prices are known on both days.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Revenue {
    /// On the first day.
    pub start: Minor,
    /// Of the lost accounts, on the first day.
    pub churned: Minor,
    /// What accounts that stayed pay less.
    pub contraction: Minor,
    /// What accounts that stayed pay more.
    pub expansion: Minor,
    /// Of new accounts.
    pub new: Minor,
    /// Of those that returned.
    pub returned: Minor,
    /// On the first day after the period.
    pub end: Minor,
    /// Accounts left out: a price is missing or negative on one of the days.
    pub unpriced: u64,
}

/// One period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Turnover {
    /// The first day.
    pub from: Day,
    /// The first day after it.
    pub to: Day,
    /// Accounts.
    pub logos: Logos,
    /// Monthly revenue.
    pub revenue: Revenue,
}

/// Measures a period over accounts, each given by its subscriptions.
///
/// # Errors
/// A period without days; a sum of money that leaves 64 bits.
///
/// # Example
/// ```
/// use naata_core::{CustomerIx, Day, Minor, SubscriptionRow, Symbol};
/// let runs = |started, ended, monthly| [SubscriptionRow {
///     who: CustomerIx(0), id: Symbol::NONE, plan: Symbol::NONE, reason: Symbol::NONE,
///     started: Day(started), ended: ended, monthly: Some(Minor(monthly)),
/// }];
/// let accounts = [runs(0, None, 500), runs(0, Some(Day(40)), 300), runs(45, None, 900)];
/// let t = naata_metrics::churn::turnover(accounts.iter().map(|a| &a[..]), Day(30), Day(60))?;
/// assert_eq!((t.logos.start, t.logos.lost, t.logos.new), (2, 1, 1));
/// assert_eq!(t.logo_churn().unwrap().value, 0.5);
/// assert_eq!(t.gross_retention(), Some(0.625));
/// # Ok::<(), naata_metrics::Error>(())
/// ```
pub fn turnover<'a>(
    accounts: impl Iterator<Item = &'a [SubscriptionRow]>,
    from: Day,
    to: Day,
) -> Result<Turnover, Error> {
    if from >= to {
        return Err(Error::Window);
    }
    let mut logos = Logos::default();
    let mut unpriced = 0;
    let [mut start, mut churned, mut contraction, mut expansion, mut new, mut returned, mut end] = [0i128; 7];
    for account in accounts {
        let (before, after) = (standing(account, from), standing(account, to));
        let ran = |s: &SubscriptionRow| s.ended.is_none_or(|e| s.started < e);
        let earlier = account.iter().any(|s| s.started < from && ran(s));
        match (before.active, after.active) {
            (true, true) => (logos.start, logos.end) = (logos.start + 1, logos.end + 1),
            (true, false) => (logos.start, logos.lost) = (logos.start + 1, logos.lost + 1),
            (false, true) if earlier => (logos.returned, logos.end) = (logos.returned + 1, logos.end + 1),
            (false, true) => (logos.new, logos.end) = (logos.new + 1, logos.end + 1),
            (false, false) => {
                let inside = |s: &&SubscriptionRow| from <= s.started && s.started < to && ran(s);
                logos.passed_through += u64::from(account.iter().any(|s| inside(&s)));
                continue;
            }
        }
        let Some((a, b)) = before.monthly.zip(after.monthly) else {
            unpriced += 1;
            continue;
        };
        start += a;
        end += b;
        match (before.active, after.active) {
            (true, false) => churned += a,
            (true, true) if b < a => contraction += a - b,
            (true, _) => expansion += b - a,
            (false, _) if earlier => returned += b,
            (false, _) => new += b,
        }
    }
    let amount = |sum: i128| Minor::from_wide(sum, "monthly revenue");
    let revenue = Revenue {
        start: amount(start)?,
        churned: amount(churned)?,
        contraction: amount(contraction)?,
        expansion: amount(expansion)?,
        new: amount(new)?,
        returned: amount(returned)?,
        end: amount(end)?,
        unpriced,
    };
    Ok(Turnover { from, to, logos, revenue })
}

impl Turnover {
    /// The share of accounts lost, with Wilson's interval; `None` where none was active.
    pub fn logo_churn(&self) -> Option<Estimate> {
        share(self.logos.lost, self.logos.start)
    }

    /// The share of monthly revenue lost with accounts; `None` where there was none.
    pub fn revenue_churn(&self) -> Option<f64> {
        ratio(self.revenue.churned.0, self.revenue.start.0)
    }

    /// The share of monthly revenue kept, without what was added.
    pub fn gross_retention(&self) -> Option<f64> {
        let r = &self.revenue;
        ratio(r.start.0 - r.churned.0 - r.contraction.0, r.start.0)
    }

    /// The share of monthly revenue the same accounts pay afterwards.
    pub fn net_retention(&self) -> Option<f64> {
        let r = &self.revenue;
        // The sum stays within the end of the bridge, which fits.
        let kept = i128::from(r.start.0) - i128::from(r.churned.0) - i128::from(r.contraction.0);
        let kept = kept + i128::from(r.expansion.0);
        (r.start.0 != 0).then(|| kept as f64 / r.start.0 as f64)
    }
}

/// The share lost in a year when each of `periods` periods loses the same share.
pub fn annualised(churn: f64, periods: u32) -> f64 {
    1.0 - pow(1.0 - churn, f64::from(periods))
}

#[cfg(test)]
mod tests {
    use super::*;
    use naata_core::{CustomerIx, Symbol};
    use naata_testkit::assert_close;
    use proptest::prelude::*;

    fn row(started: i32, ended: Option<i32>, monthly: Option<i64>) -> SubscriptionRow {
        SubscriptionRow {
            who: CustomerIx(0),
            id: Symbol::NONE,
            plan: Symbol::NONE,
            reason: Symbol::NONE,
            started: Day(started),
            ended: ended.map(Day),
            monthly: monthly.map(Minor),
        }
    }

    fn measure(accounts: &[Vec<SubscriptionRow>]) -> Turnover {
        turnover(accounts.iter().map(Vec::as_slice), Day(30), Day(60)).unwrap()
    }

    #[test]
    fn every_kind_of_account_is_counted_apart() {
        let t = measure(&[
            vec![row(0, None, Some(100))],
            vec![row(0, Some(60), Some(200))],
            vec![row(0, Some(40), Some(70)), row(50, None, Some(90))],
            vec![row(0, Some(10), Some(5)), row(59, None, Some(40))],
            vec![row(30, Some(50), Some(9)), row(45, None, Some(4))],
            vec![row(31, Some(50), Some(9))],
            vec![row(31, Some(31), Some(9))],
            vec![row(60, None, Some(30))],
            vec![row(61, None, Some(30))],
            vec![row(0, None, None)],
            vec![row(0, None, Some(-5))],
        ]);
        let logos = Logos { start: 6, lost: 1, new: 1, returned: 1, passed_through: 1, end: 7 };
        assert_eq!(t.logos, logos);
        let revenue = Revenue {
            start: Minor(379),
            churned: Minor(200),
            contraction: Minor(5),
            expansion: Minor(20),
            new: Minor(30),
            returned: Minor(40),
            end: Minor(264),
            unpriced: 2,
        };
        assert_eq!(t.revenue, revenue);
        assert_eq!(t.gross_retention(), Some(174.0 / 379.0));
        assert_eq!(t.net_retention(), Some(194.0 / 379.0));
        assert_eq!(turnover([].into_iter(), Day(3), Day(3)), Err(Error::Window));
    }

    #[test]
    fn a_year_of_equal_months() {
        assert_close("5 % a month", annualised(0.05, 12), 0.459_639_912_337_363_3, 1e-15);
        assert_eq!((annualised(0.0, 12), annualised(1.0, 12), annualised(0.25, 1)), (0.0, 1.0, 0.25));
    }

    fn any_account() -> impl Strategy<Value = Vec<SubscriptionRow>> {
        let one = (0i32..90, prop::option::of(0i32..90), prop::option::weighted(0.9, -3i64..50));
        prop::collection::vec(one.prop_map(|(s, e, m)| row(s, e, m)), 0..4)
    }

    proptest! {
        #[test]
        fn both_bridges_add_up(accounts in prop::collection::vec(any_account(), 0..20)) {
            let t = measure(&accounts);
            let (l, r) = (t.logos, t.revenue);
            prop_assert_eq!(l.start - l.lost + l.new + l.returned, l.end);
            let parts = [-r.churned.0, -r.contraction.0, r.expansion.0, r.new.0, r.returned.0];
            prop_assert_eq!(r.start.0 + parts.iter().sum::<i64>(), r.end.0);
            if let (Some(gross), Some(net), Some(lost)) = (t.gross_retention(), t.net_retention(), t.revenue_churn()) {
                prop_assert!((0.0..=1.0).contains(&gross) && gross <= net && gross <= 1.0 - lost + 1e-15);
            }
        }

        #[test]
        fn periods_in_a_row_meet(accounts in prop::collection::vec(any_account(), 0..20)) {
            let of = |a, b| turnover(accounts.iter().map(Vec::as_slice), Day(a), Day(b)).unwrap();
            prop_assert_eq!(of(0, 30).logos.end, of(30, 60).logos.start);
        }

        #[test]
        fn the_order_of_accounts_and_rows_does_not_matter(
            (accounts, shuffled) in prop::collection::vec(any_account(), 0..12).prop_flat_map(|a| (Just(a.clone()), Just(a).prop_shuffle())),
        ) {
            let turned: Vec<Vec<SubscriptionRow>> = shuffled.iter().map(|a| a.iter().rev().copied().collect()).collect();
            prop_assert_eq!(measure(&accounts), measure(&turned));
        }
    }
}
