use super::*;
use crate::testing::{purchases, words_are_declared};
use naata_answer::{Present, Value};
use naata_core::Currency;
use proptest::prelude::*;

fn run(rows: &[(u8, i32, i64)], params: &MigrationParams, as_of: i32) -> Result<Migration, Error> {
    migration(&purchases(rows), MoneyUnit::of(Currency::INR), params, &Context::at(Day(as_of)))
}

fn between(from: i32, window: u32, mode: Mode) -> MigrationParams {
    MigrationParams { from: Some(Day(from)), window, mode, bins: 3, ..MigrationParams::default() }
}

#[test]
fn the_names_are_the_words_of_the_choices() {
    assert_eq!(Mode::NAMES.as_slice(), Mode::CHOICES);
}

#[test]
fn days_in_the_wrong_order_are_refused() {
    let rows = [(0, 1, 5), (0, 20, 5)];
    assert_eq!(run(&rows, &between(30, 10, Mode::Frozen), 30).map_err(|e| e.code()), Err("segments.order"));
    let early = run(&rows, &between(0, 10, Mode::Frozen), 30);
    assert_eq!(early.map_err(|e| e.code()), Err("segments.no_buyers"));
}

#[test]
fn leaving_and_entering_by_hand() {
    // The first buys in both windows, the second only in the first, the third only in the second.
    let rows = [(0, 5, 50), (0, 25, 50), (1, 8, 50), (2, 28, 50)];
    let two = |mode: Mode| MigrationParams { bins: 2, ..between(10, 10, mode) };
    let m = run(&rows, &two(Mode::Rescored), 30).unwrap();
    assert_eq!((m.before, m.after, m.rows.len()), (2, 2, 3));
    assert!(m.rows[1].after.is_none() && m.rows[2].before.is_none());
    let all = run(&rows, &two(Mode::AllHistory), 30).unwrap();
    assert_eq!((all.before, all.after), (2, 3));
    let a = m.answer();
    assert_eq!(a.flaws(), Vec::<String>::new());
    words_are_declared(&a, present::WORDS);
}

#[test]
fn any_two_ways_to_divide_can_be_compared() {
    // In a on the first day: 0, 1, 2. On the second 0 has stayed, 1 is in b, 2 in neither, 3 has come to b.
    let rows = [(0, 5, 50), (1, 8, 70), (2, 9, 90), (2, 28, -10)];
    let of = |names: &[&str], of: &[Option<u16>]| Grouping {
        fact: "f".into(),
        names: names.iter().map(|n| (*n).into()).collect(),
        of: of.iter().map(|c| c.unwrap_or(Grouping::NONE)).collect(),
    };
    let before = of(&["a"], &[Some(0), Some(0), Some(0), None]);
    let after = of(&["b", "a"], &[Some(1), Some(0), None, Some(0)]);
    let params = MigrationParams { by: Some("f".into()), ..between(10, 10, Mode::Frozen) };
    let inr = MoneyUnit::of(Currency::INR);
    let m =
        migration_between(&before, &after, &purchases(&rows), inr, &params, &Context::at(Day(30))).unwrap();
    assert_eq!((m.before, m.after, m.stayed, m.rows.len()), (3, 3, 1, 4));
    assert_eq!(m.names, ["a".into(), "b".into()] as [Box<str>; 2]);
    assert_eq!(m.gone().map(|g| (g.customer.0, g.before.unwrap().paid.0)).collect::<Vec<_>>(), [(2, 90)]);
    let a = m.answer();
    assert_eq!(a.flaws(), Vec::<String>::new());
    words_are_declared(&a, present::WORDS);
}

#[test]
fn names_of_ones_own_keep_the_edges_of_the_first_day() {
    let rows: Vec<(u8, i32, i64)> =
        (0..9u8).flat_map(|w| [(w, i32::from(w) + 1, 10), (w, i32::from(w) + 41, 10)]).collect();
    let set: SegmentSet =
        toml::from_str("name = 's'\nbins = 3\nelse = 'rest'\n[[segment]]\nname = 'lately'\nr = [3, 3]")
            .unwrap();
    let cx = Context::at(Day(80));
    let inr = MoneyUnit::of(Currency::INR);
    let m = migration_in(Some(&set), &purchases(&rows), inr, &between(40, 40, Mode::Frozen), &cx).unwrap();
    assert_eq!((m.names.len(), m.before, m.stayed), (2, 9, 9));
    assert_eq!(m.segments[0], Balance { before: 3, after: 3, stayed: 3 });
}

#[test]
fn intervals_are_those_of_the_posterior() {
    // Uniform prior over two places: 1 of 2 has the posterior Beta(2, 2), whose cdf is 3 x^2 - 2 x^3.
    let (low, high) = interval(1, 2, 2, Prior::Uniform);
    let cdf = |x: f64| 3.0 * x * x - 2.0 * x * x * x;
    assert!((cdf(low) - 0.025).abs() < 1e-12 && (cdf(high) - 0.975).abs() < 1e-12);
    // Nothing counted and Jeffreys over two places: the arcsine law, sin^2(pi p / 2).
    let (low, _) = interval(0, 0, 2, Prior::Jeffreys);
    let want = naata_math::sin(std::f64::consts::PI * 0.0125);
    assert!((low - want * want).abs() < 1e-12);
    assert_eq!(interval(3, 3, 1, Prior::Perks), (1.0, 1.0));
}

proptest! {
    #[test]
    fn who_does_the_same_again_stays_when_edges_are_frozen(
        rows in prop::collection::vec((0u8..20, 1i32..=40, 1i64..90), 1..80),
    ) {
        // The same forty days once more, moved by forty.
        let twice: Vec<_> = rows.iter().flat_map(|(w, d, a)| [(*w, *d, *a), (*w, d + 40, *a)]).collect();
        let customers: std::collections::BTreeSet<u8> = rows.iter().map(|r| r.0).collect();
        prop_assume!(customers.len() >= 3);
        for mode in [Mode::Frozen, Mode::Rescored] {
            let m = run(&twice, &between(40, 40, mode), 80).unwrap();
            prop_assert_eq!((m.stayed, m.rows.len() as u64), (m.before, m.before));
        }
    }

    #[test]
    fn flows_add_up(
        rows in prop::collection::vec((0u8..25, 1i32..=80, -20i64..90), 1..100), window in 1u32..60,
    ) {
        for mode in [Mode::Frozen, Mode::Rescored, Mode::AllHistory] {
            let Ok(m) = run(&rows, &between(40, window, mode), 80) else { continue };
            prop_assert_eq!(m.moves.iter().map(|x| x.customers).sum::<u64>(), m.rows.len() as u64);
            prop_assert_eq!(m.segments.iter().map(|b| b.before).sum::<u64>(), m.before);
            prop_assert_eq!(m.segments.iter().map(|b| b.after).sum::<u64>(), m.after);
            prop_assert_eq!(m.segments.iter().map(|b| b.stayed).sum::<u64>(), m.stayed);
            let net: i64 = m.segments.iter().map(Balance::net).sum();
            prop_assert_eq!(net, m.after as i64 - m.before as i64);
            for b in &m.segments {
                prop_assert_eq!(b.net(), b.entries() as i64 - b.exits() as i64);
            }
            for x in &m.moves {
                prop_assert!(x.interval.0 <= x.interval.1 && (0.0..=1.0).contains(&x.interval.0));
            }
            prop_assert!(mode != Mode::AllHistory || m.rows.iter().all(|r| r.after.is_some()));
        }
    }
}
