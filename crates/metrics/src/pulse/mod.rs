//! The week's page: what a business looks at every Monday, each figure against the period before and last year.
//!
//! # Formula
//! See [`Measure`] for the figures and [`Bridge`] for the way from gross sales to net. The period is the `days` days
//! up to and including the as-of day; the period before are the `days` days before that; last year's period lies 364
//! days back, so that the same weekdays are compared. A change is later minus earlier, and that over the earlier.
//!
//! # Source
//! Definitions; for the intervals see [`Measure`].
//!
//! # Units
//! Exact amounts, days, shares.

mod bridge;
mod measure;
mod present;
mod weeks;
mod welcome;

pub use bridge::Bridge;
pub use measure::{Measure, Period, measure};
pub use weeks::{Week, weeks};
pub use welcome::{FirstTimer, first_timers};

use crate::Error;
use naata_answer::{Analysis, Card, Refusal, params};
use naata_core::{Context, Day, Histories, MoneyUnit, PurchaseRow, Takings};

/// Days back to the same weekdays of last year.
pub const YEAR: u32 = 364;

params! {
    /// Parameters of the week's page.
    pub struct PulseParams {
        /// Days of the period up to and including the as-of day, at most 364
        days: u32 = 7,
        /// First-time buyers are welcomed back from so many days after their purchase
        welcome_after: u32 = 30,
        /// First-time buyers are welcomed back until so many days after their purchase
        welcome_until: u32 = 60,
    }
}

/// The week's page.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Pulse {
    /// The figures of the period.
    pub current: Measure,
    /// Those of the period before; `None` when the data do not cover it.
    pub previous: Option<Measure>,
    /// Those of the same period last year; `None` when the data do not cover it.
    pub last_year: Option<Measure>,
    /// The bridge of the whole file.
    pub bridge: Bridge,
    /// The last weeks, the earliest first.
    pub weeks: Vec<Week>,
    /// First-time buyers to welcome back.
    pub welcome: Vec<FirstTimer>,
    /// The day the data begin.
    pub start: Day,
    /// The last day with a sale or refund that is not after the as-of day.
    pub last: Day,
    /// The unit of all amounts.
    pub unit: MoneyUnit,
}

/// Works out the week's page. `history_from` says where the export begins, when that is known.
pub fn pulse(
    takings: &Takings,
    purchases: &Histories<PurchaseRow>,
    unit: MoneyUnit,
    p: &PulseParams,
    as_of: Day,
    history_from: Option<Day>,
) -> Result<Pulse, Error> {
    let period = Some(p.days).filter(|d| (1..=YEAR).contains(d)).and_then(|d| Period::ending(as_of, d));
    let period = period.ok_or(Error::Period { days: p.days })?;
    let known = || takings.days().map(|(day, _)| day).filter(|d| *d <= as_of);
    let (first, last) = known().next().zip(known().last()).ok_or(Error::NoPurchases { as_of })?;
    // An export may begin before its first sale; a stated beginning after it would deny what is there.
    let start = history_from.map_or(first, |h| h.min(first));
    if last < period.from {
        return Err(Error::Uncovered { from: period.from, to: period.to, last });
    }
    let covered = |p: Option<Period>| p.filter(|p| start <= p.from);
    let measured = |p: Option<Period>| covered(p).map(|p| measure(takings, purchases, p)).transpose();
    let age = |days: u32| i32::try_from(days).ok().and_then(|d| as_of.plus(-d)).unwrap_or(Day::MIN);
    let fresh = Period { from: age(p.welcome_until), to: age(p.welcome_after) };
    Ok(Pulse {
        current: measure(takings, purchases, period)?,
        previous: measured(period.earlier(p.days))?,
        last_year: measured(period.earlier(YEAR))?,
        bridge: Bridge::of(takings, purchases, as_of)?,
        weeks: weeks(takings, purchases, as_of, start)?,
        welcome: first_timers(purchases, fresh, as_of)?,
        start,
        last,
        unit,
    })
}

/// The analysis `pulse`.
#[derive(Clone, Copy, Debug)]
pub struct PulseAnalysis;

impl Analysis for PulseAnalysis {
    type Params = PulseParams;
    type Input<'a> = (&'a Takings, &'a Histories<PurchaseRow>, MoneyUnit);
    type Output = Pulse;
    const CARD: Card = Card {
        key: "pulse",
        version: 1,
        title: "The week's page: revenue, orders, new and returning customers",
        unit: "amounts, counts and shares",
        formula: "revenue = sales + refunds; basket = sales / orders; new = first purchase ever in the period; \
                  repeat rate = buyers who bought before / buyers; gross - discounts + tax = sales; \
                  sales + returned = file total; - without customer = net",
        source: "definitions; Wilson, 1927 (repeat rate); Conover, 1971 (median); Student, 1908 (basket)",
        assumptions: &[
            "Last year's period lies 364 days back, so that weekdays match; feasts that move do not.",
            "A customer who bought before the data begin looks new.",
        ],
        words: present::WORDS,
        example: "naata pulse --purchases orders.csv --days 7",
    };

    fn run(
        (takings, purchases, unit): Self::Input<'_>,
        p: &PulseParams,
        cx: &Context<'_>,
    ) -> Result<Pulse, Refusal> {
        Ok(pulse(takings, purchases, unit, p, cx.as_of, cx.history_from)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use naata_answer::{Action, Cell, Present};
    use naata_core::{Currency, CustomerIx, Minor, Sale, Summary};
    use proptest::prelude::*;

    const INR: MoneyUnit = MoneyUnit { currency: Currency::INR, scale: 2 };

    /// Purchases as (customer, day, amount); customer 0 is nobody.
    fn base(rows: &[(u32, i32, i64)]) -> (Takings, Histories<PurchaseRow>) {
        let mut takings = Takings::default();
        let who = |c: u32| if c == 0 { CustomerIx::NONE } else { CustomerIx(c) };
        let rows: Vec<PurchaseRow> = rows
            .iter()
            .zip(0u32..)
            .map(|((c, day, amount), row)| {
                let (day, amount) = (Day(*day), Minor(*amount));
                let (discount, tax) = (Minor(amount.0.abs() / 10), Minor(amount.0.max(0) / 20));
                takings.add(&Sale { who: who(*c), day, amount, discount, tax }).unwrap();
                PurchaseRow { who: who(*c), day, amount, seconds: 0, row }
            })
            .collect();
        (takings, Histories::group(12, &rows, |r| (r.day, r.seconds, r.amount, r.row)).unwrap())
    }

    fn run(rows: &[(u32, i32, i64)], as_of: i32) -> Result<Pulse, Refusal> {
        let (takings, purchases) = base(rows);
        PulseAnalysis::run((&takings, &purchases, INR), &PulseParams::default(), &Context::at(Day(as_of)))
    }

    #[test]
    fn each_figure_of_a_small_shop() {
        // As of day 800: the week is 794-800, the one before 787-793, last year's 430-436.
        let rows = [
            (1, 430, 10_000),
            (2, 436, 5_000),
            (1, 788, 8_000),
            (3, 795, 4_000),
            (3, 796, 2_000),
            (1, 800, 6_000),
            (1, 800, -1_000),
            (0, 799, 3_000),
            (4, 760, 7_000),
            (5, 801, 99_900),
        ];
        let page = run(&rows, 800).unwrap();
        let c = &page.current;
        assert_eq!((c.revenue, c.orders, c.basket), (Minor(14_000), 4, Some(Minor(3_750))));
        assert_eq!(
            (c.new_revenue, c.returning_revenue, c.anonymous_revenue),
            (Minor(6_000), Minor(5_000), Minor(3_000))
        );
        assert_eq!((c.buyers, c.new_buyers, c.repeat_rate.unwrap().value), (2, 1, 0.5));
        let gap = c.second_order.unwrap();
        assert_eq!((gap.value, gap.n, gap.interval), (1.0, 1, None));
        assert_eq!(c.anonymous_share, Some(0.2));
        assert_eq!(page.previous.as_ref().unwrap().revenue, Minor(8_000));
        assert_eq!(page.last_year.as_ref().unwrap().revenue, Minor(15_000));
        assert_eq!((page.bridge.later_rows, page.bridge.later_total), (1, Minor(99_900)));
        assert!(page.bridge.reconciles());
        assert_eq!(page.welcome.iter().map(|f| f.who).collect::<Vec<_>>(), [CustomerIx(4)]);
        let answer = page.answer();
        assert_eq!(answer.flaws(), Vec::<String>::new());
        assert_eq!(answer.get("current.revenue"), Some(&Cell::Money(Minor(14_000), INR)));
        let metrics = answer.table("metrics").unwrap();
        let cell = |row: usize, key: &str| metrics.column(key).unwrap().cell(row);
        assert_eq!(cell(0, "change"), Cell::Money(Minor(6_000), INR));
        assert_eq!(cell(0, "change_share"), Cell::Share(0.75));
        assert!(matches!(answer.actions[0], Action::Act { customers: 1, list: "welcome_back", .. }));
    }

    #[test]
    fn what_is_not_covered_is_missing_and_said() {
        let page = run(&[(1, 790, 8_000), (2, 798, 4_000)], 800).unwrap();
        assert_eq!((&page.previous, &page.last_year), (&None, &None));
        let answer = page.answer();
        let metrics = answer.table("metrics").unwrap();
        assert_eq!(metrics.column("previous").unwrap().cell(0), Cell::Missing);
        assert_eq!(metrics.column("change_last_year").unwrap().cell(0), Cell::Missing);
        let said: Vec<&str> = answer.messages.iter().map(|m| m.key).collect();
        assert!(said.contains(&"pulse.before_not_covered") && said.contains(&"pulse.year_not_covered"));
        // Covered, and without a sale: zero is what was measured.
        let quiet = run(&[(1, 700, 8_000), (2, 798, 4_000)], 800).unwrap();
        assert_eq!(quiet.previous.unwrap().revenue, Minor::ZERO);
        assert_eq!(run(&[(1, 700, 8_000)], 800).unwrap_err().code, "metrics.uncovered");
        assert_eq!(run(&[], 800).unwrap_err().code, "metrics.no_purchases");
        let (takings, purchases) = base(&[(1, 800, 1)]);
        for days in [0, 365] {
            let p = PulseParams { days, ..PulseParams::default() };
            let e = pulse(&takings, &purchases, INR, &p, Day(800), None).unwrap_err();
            assert_eq!(e, Error::Period { days });
        }
    }

    proptest! {
        #[test]
        fn the_page_closes_and_no_row_order_changes_it(
            (rows, shuffled) in prop::collection::vec((0u32..12, 380i32..805, -300i64..2_000), 1..80)
                .prop_flat_map(|r| (Just(r.clone()), Just(r).prop_shuffle())),
        ) {
            let (a, b) = (run(&rows, 800), run(&shuffled, 800));
            prop_assert_eq!(&a, &b);
            let Ok(page) = a else { return Ok(()) };
            for m in [Some(&page.current), page.previous.as_ref(), page.last_year.as_ref()].into_iter().flatten() {
                prop_assert_eq!(m.new_revenue.0 + m.returning_revenue.0 + m.anonymous_revenue.0, m.revenue.0);
                prop_assert!(m.new_buyers <= m.buyers && m.buyers <= m.orders);
            }
            let b = page.bridge;
            prop_assert_eq!(b.gross.0 - b.discounts.0 + b.tax.0 + b.returned.0 - b.anonymous.0, b.net.0);
            // The summaries of all customers give the same net, a third way.
            let (_, purchases) = base(&rows);
            let nets: i64 = purchases
                .iter()
                .map(|(_, rows)| Summary::of(rows, Day(800)).unwrap().net().unwrap().0)
                .sum();
            prop_assert_eq!(nets, b.net.0);
            prop_assert!(b.reconciles());
            let week = page.weeks.last().unwrap_or(&Week {
                period: page.current.period, revenue: page.current.revenue,
                new_revenue: page.current.new_revenue, orders: page.current.orders,
            }).to_owned();
            prop_assert_eq!((week.revenue, week.new_revenue), (page.current.revenue, page.current.new_revenue));
            prop_assert_eq!(page.answer().flaws(), Vec::<String>::new());
        }
    }
}
