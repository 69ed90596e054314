use super::*;
use crate::testing::purchases;
use naata_answer::Present;
use naata_core::Currency;
use proptest::prelude::*;

fn run(
    rows: &[(u8, i32, i64)],
    params: &RetentionParams,
    as_of: i32,
    from: Option<i32>,
) -> Result<Retention, Error> {
    let cx = Context { history_from: from.map(Day), ..Context::at(Day(as_of)) };
    retention(&purchases(rows), None, MoneyUnit::of(Currency::INR), params, &cx)
}

fn daily(kind: Kind) -> RetentionParams {
    RetentionParams { period: Period::Day, kind, periods: 4, tail: 1, ..RetentionParams::default() }
}

fn actives(r: &Retention, cohort: usize) -> Vec<u64> {
    r.cohorts[cohort].cells.iter().map(|c| c.active).collect()
}

#[test]
fn the_four_kinds_by_hand() {
    // The first comes on days 0, 1, 3; the second on 0, 2; a refund on day 4 is no purchase.
    let rows = [(0, 0, 5), (0, 1, 5), (0, 3, 5), (1, 0, 5), (1, 2, 5), (1, 4, -5)];
    let of = |kind| run(&rows, &daily(kind), 6, None).unwrap();
    assert_eq!(actives(&of(Kind::Classic), 0), [2, 1, 1, 1, 0]);
    assert_eq!(actives(&of(Kind::Unbounded), 0), [2, 2, 2, 1, 0]);
    assert_eq!(actives(&of(Kind::Full), 0), [2, 1, 0, 0, 0]);
    let params = RetentionParams { brackets: "1-2,3-9".into(), ..daily(Kind::Bracket) };
    let bracket = run(&rows, &params, 6, None).unwrap();
    assert_eq!(actives(&bracket, 0), [2, 1]);
    use CellState::{Complete, Unfinished};
    assert_eq!(bracket.cohorts[0].cells.iter().map(|c| c.state).collect::<Vec<_>>(), [Complete, Unfinished]);
    for text in ["", "a", "3-1", "1,,2"] {
        let params = RetentionParams { brackets: text.into(), ..daily(Kind::Bracket) };
        assert!(matches!(run(&rows, &params, 6, None), Err(Error::Brackets { .. })), "{text}");
    }
}

#[test]
fn what_is_not_over_stays_out_of_the_curve() {
    use CellState::{Complete, NotObserved, Truncated};
    let rows = [(0, 0, 5), (0, 1, 5), (1, 2, 5), (2, 3, 5)];
    let r = run(&rows, &daily(Kind::Unbounded), 3, None).unwrap();
    let states = |c: usize| r.cohorts[c].cells.iter().map(|c| c.state).collect::<Vec<_>>();
    assert_eq!(states(0), [Complete, Complete, Complete, Truncated, NotObserved]);
    assert_eq!(states(1), [Complete, Truncated, NotObserved, NotObserved, NotObserved]);
    assert_eq!((r.curve[1].customers, r.curve[1].active), (1, 1));
    assert_eq!(r.curve[4].share, None);
    // With a month as period nothing is over on its fourth day.
    let month = run(&rows, &RetentionParams::default(), 3, None).unwrap();
    assert!(month.curve.iter().all(|p| p.customers == 0));
    assert!(matches!(
        month.answer().actions[..],
        [naata_answer::Action::Nothing { key: "retention.too_short", .. }]
    ));
}

#[test]
fn the_rolling_clock_counts_from_the_first_purchase() {
    // Thirty days after the 20th of January lies in the second calendar month, and in the second rolling one.
    let rows = [(0, 19, 5), (0, 40, 5), (0, 49, 5)];
    let of = |clock| {
        let params = RetentionParams { clock, periods: 2, ..RetentionParams::default() };
        run(&rows, &params, 400, None).unwrap()
    };
    assert_eq!(actives(&of(Clock::Calendar), 0), [1, 1, 0]);
    assert_eq!(actives(&of(Clock::Rolling), 0), [1, 1, 0]);
    let near = [(0, 30, 5), (0, 32, 5)];
    let of = |clock| {
        let params = RetentionParams { clock, periods: 1, ..RetentionParams::default() };
        actives(&run(&near, &params, 400, None).unwrap(), 0)
    };
    assert_eq!((of(Clock::Calendar), of(Clock::Rolling)), (vec![1, 1], vec![1, 0]));
    // With times of day, 23 hours are no day and 24 hours are one.
    assert_eq!(elapsed((Day(0), 3_600), (Day(1), 0)) / 86_400, 0);
    assert_eq!(elapsed((Day(0), 3_600), (Day(1), 3_600)) / 86_400, 1);
    assert_eq!(elapsed((Day(0), PurchaseRow::NO_TIME), (Day(1), 0)) / 86_400, 1);
}

#[test]
fn those_who_may_be_older_are_apart() {
    let rows = [(0, 10, 5), (0, 60, 5), (1, 45, 5), (2, 45, 7), (2, 70, 5)];
    let r = run(&rows, &RetentionParams::default(), 100, Some(0)).unwrap();
    assert_eq!((r.customers, r.older, r.of[0]), (2, 1, None));
    assert_eq!(r.awaited.iter().map(|w| w.customer).collect::<Vec<_>>(), [CustomerIx(1)]);
    let a = r.answer();
    assert_eq!(a.flaws(), Vec::<String>::new());
    crate::testing::words_are_declared(&a, present::WORDS);
}

proptest! {
    #[test]
    fn kinds_stand_in_order_and_cohorts_add_up(
        rows in prop::collection::vec((0u8..12, 0i32..40, -20i64..90), 1..80), as_of in 0i32..50,
        rolling in any::<bool>(), from in prop::option::of(0i32..10),
    ) {
        let clock = if rolling { Clock::Rolling } else { Clock::Calendar };
        let of = |kind| {
            let params = RetentionParams { clock, older_within: 5, periods: 8, period: Period::Week, ..daily(kind) };
            run(&rows, &params, as_of, from)
        };
        let Ok(classic) = of(Kind::Classic) else { return Ok(()) };
        let (unbounded, full) = (of(Kind::Unbounded).unwrap(), of(Kind::Full).unwrap());
        let sizes: u64 = classic.cohorts.iter().map(|c| c.size).sum();
        prop_assert_eq!(sizes, classic.customers);
        prop_assert_eq!(classic.of.iter().flatten().count() as u64, classic.customers);
        let buyers: std::collections::BTreeSet<u8> =
            rows.iter().filter(|r| r.2 >= 0 && r.1 <= as_of).map(|r| r.0).collect();
        prop_assert_eq!(classic.customers + classic.older, buyers.len() as u64);
        for ((c, u), f) in classic.cohorts.iter().zip(&unbounded.cohorts).zip(&full.cohorts) {
            for (k, ((c1, u1), f1)) in c.cells.iter().zip(&u.cells).zip(&f.cells).enumerate() {
                prop_assert!(u1.active >= c1.active && c1.active >= f1.active);
                prop_assert!(k == 0 || u.cells[k - 1].active >= u1.active);
                prop_assert!(k == 0 || f.cells[k - 1].active >= f1.active);
                prop_assert!(u1.active <= u.size);
                prop_assert!(c1.state != CellState::NotObserved || c1.active == 0);
            }
            prop_assert_eq!(c.cells[0].active, c.size);
        }
    }

    #[test]
    fn shuffled_rows_change_nothing((rows, shuffled) in prop::collection::vec((0u8..9, 0i32..90, -20i64..90), 1..60)
        .prop_flat_map(|rows| (Just(rows.clone()), Just(rows).prop_shuffle())))
    {
        let params = RetentionParams::default();
        prop_assert_eq!(run(&rows, &params, 80, Some(0)), run(&shuffled, &params, 80, Some(0)));
    }
}
