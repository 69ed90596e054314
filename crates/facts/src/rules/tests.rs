//! Rules over small tables, and the laws of windows and explanations.

use super::*;
use crate::{FactValue, Span};
use naata_core::{
    Currency, CustomerIx, Histories, LineMarks, LineRow, Minor, MoneyUnit, OrderDigest, PurchaseRow, SendRow,
    Symbol, Symbols, Texts,
};
use proptest::prelude::*;

const KNOWN: [(&str, Kind); 4] = [
    ("customers.city", Kind::Class),
    ("customers.age", Kind::Count),
    ("customers.created", Kind::Day),
    ("clv", Kind::Money),
];

const AS_OF: Day = Day(20_000);

fn texts() -> (Texts, Vec<Symbol>) {
    let mut symbols = Symbols::default();
    for text in ["email", "grocery", "o1", "o2", "sms", "Sweets", "sweets"] {
        symbols.intern(text).unwrap();
    }
    symbols.seal()
}

fn bought(who: u32, ago: i32, rupees: i64) -> PurchaseRow {
    PurchaseRow {
        who: CustomerIx(who),
        day: Day(AS_OF.0 - ago),
        amount: Minor(rupees * 100),
        seconds: PurchaseRow::NO_TIME,
        row: 0,
    }
}

fn group(customers: usize, rows: &[PurchaseRow]) -> Histories<PurchaseRow> {
    Histories::group(customers, rows, |r| r.day).unwrap()
}

fn tables<'a>(purchases: Option<&'a Histories<PurchaseRow>>, texts: &'a Texts) -> Tables<'a> {
    Tables {
        purchases,
        lines: None,
        touches: None,
        surveys: None,
        tickets: None,
        sends: None,
        texts,
        unit: MoneyUnit::of(Currency::INR),
        zone: Zone::UTC,
    }
}

/// Who meets one condition.
fn members(when: &str, customers: usize, tables: &Tables<'_>) -> Vec<Option<bool>> {
    let text = format!("[[segment]]\nname = 'x'\nwhen = {when}");
    let rules = Rules::parse(&text, &KNOWN).unwrap_or_else(|e| panic!("{when}: {e}"));
    let mut facts = Facts::new(customers, AS_OF);
    rules.work_out(&mut facts, Some(tables)).unwrap();
    match facts.column("segments.rules.x").unwrap() {
        Column::Flag(members) => members.clone(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn windows_count_what_lies_inside() {
    let (texts, _) = texts();
    let rows =
        [bought(0, 0, 100), bought(0, 89, 50), bought(1, 90, 70), bought(1, 10, -30), bought(0, -1, 9)];
    let rows = group(3, &rows);
    let t = tables(Some(&rows), &texts);
    let yes = |x: [u8; 3]| x.map(|x| Some(x == 1)).to_vec();
    assert_eq!(members("{ some = 'purchases', within = '90 days' }", 3, &t), yes([1, 0, 0]));
    assert_eq!(members("{ none = 'purchases', within = '90 days' }", 3, &t), yes([0, 1, 1]));
    // The day after the one stood on is not seen, and a refund is no purchase.
    assert_eq!(members("{ count = 'purchases', is = 2 }", 3, &t), yes([1, 0, 0]));
    assert_eq!(members("{ count = 'purchases', is = 1 }", 3, &t), yes([0, 1, 0]));
    assert_eq!(members("{ sum = 'refunds', at-least = '30.00' }", 3, &t), yes([0, 1, 0]));
    assert_eq!(members("{ sum = 'purchases', between = [70, '70.00'] }", 3, &t), yes([0, 1, 0]));
    assert_eq!(members("{ mean = 'purchases', is = 75 }", 3, &t), [Some(true), Some(false), None]);
    assert_eq!(members("{ last = 'purchases', before = '89 days' }", 3, &t), [Some(false), Some(true), None]);
    assert_eq!(
        members("{ first = 'purchases', within = '90 days' }", 3, &t),
        [Some(true), Some(false), None]
    );
    assert_eq!(members("{ last = 'purchases', missing = true }", 3, &t), yes([0, 0, 1]));
}

#[test]
fn the_first_in_a_long_time_looks_back_before_the_window() {
    let (texts, _) = texts();
    let rows = [
        bought(0, 5, 1),
        bought(0, 185, 1),
        bought(1, 5, 1),
        bought(1, 184, 1),
        bought(2, 5, 1),
        bought(2, 5, 2),
    ];
    let rows = group(4, &rows);
    let t = tables(Some(&rows), &texts);
    let again = members("{ first-in = '180 days', of = 'purchases', within = '30 days' }", 4, &t);
    assert_eq!(again, [Some(true), Some(false), Some(true), Some(false)]);
}

#[test]
fn without_the_table_nothing_is_known() {
    let (texts, _) = texts();
    let t = tables(None, &texts);
    assert_eq!(members("{ none = 'purchases', within = '90 days' }", 2, &t), [None, None]);
    assert_eq!(members("{ sum = 'lines', above = 5 }", 2, &t), [None, None]);
}

#[test]
fn orders_are_counted_once_and_categories_in_any_case() {
    let (texts, symbols) = texts();
    let line = |order: usize, category: usize, ago: i32| LineRow {
        who: CustomerIx(0),
        day: Day(AS_OF.0 - ago),
        order: OrderDigest::of(texts.get(symbols[order]).unwrap()),
        item: Symbol::NONE,
        category: symbols[category],
        amount: Minor(100),
        marks: LineMarks::default(),
    };
    let rows = [line(2, 5, 3), line(2, 6, 3), line(2, 1, 3), line(3, 6, 2)];
    let rows = Histories::group(1, &rows, |r| r.day).unwrap();
    let t = Tables { lines: Some(&rows), ..tables(None, &texts) };
    for (when, expected) in [
        ("{ count = 'orders', category = 'SWEETS', is = 2 }", true),
        ("{ count = 'lines', category = ['sweets', 'grocery'], is = 4 }", true),
        ("{ count = 'orders', category = 'toys', is = 0 }", true),
        ("{ mean = 'orders', category = 'sweets', is = '1.50' }", true),
        ("{ days = 'orders', is = 2 }", true),
        ("{ count = 'lines', is = 3 }", false),
    ] {
        assert_eq!(members(when, 1, &t), [Some(expected)], "{when}");
    }
}

#[test]
fn a_channel_that_tells_no_opens_leaves_them_unknown() {
    let (texts, symbols) = texts();
    let send = |who: u32, channel: usize, opened: Option<bool>, control: bool| SendRow {
        who: CustomerIx(who),
        campaign: Symbol::NONE,
        day: Day(AS_OF.0 - 1),
        channel: symbols[channel],
        control,
        opened,
        clicked: None,
    };
    let rows = [
        send(0, 0, Some(false), false),
        send(0, 4, None, false),
        send(1, 0, Some(true), false),
        send(2, 0, None, true),
    ];
    let rows = Histories::group(3, &rows, |r| r.day).unwrap();
    let t = Tables { sends: Some(&rows), ..tables(None, &texts) };
    assert_eq!(members("{ none = 'opens', since = '2024-01-01' }", 3, &t), [None, Some(false), Some(true)]);
    assert_eq!(
        members("{ none = 'opens', channel = 'email', since = '2024-01-01' }", 3, &t),
        [Some(true), Some(false), Some(true)]
    );
    assert_eq!(members("{ some = 'sends' }", 3, &t), [Some(true), Some(true), Some(false)]);
}

#[test]
fn segments_of_segments_come_in_the_right_order() {
    let text = "
[[segment]]
name = 'b'
when = { not = { segment = 'a' } }
[[segment]]
name = 'a'
when = { fact = 'customers.age', at-least = 18 }
";
    let rules = Rules::parse(text, &KNOWN).unwrap();
    let mut facts = Facts::new(3, AS_OF);
    facts.put_column("customers.age", Column::Count(vec![Some(20), Some(10), None]), AS_OF).unwrap();
    rules.work_out(&mut facts, None).unwrap();
    assert_eq!(facts.column("segments.rules.b"), Ok(&Column::Flag(vec![Some(false), Some(true), None])));
    assert_eq!(rules.closure("b").iter().map(|s| s.name.as_str()).collect::<Vec<_>>(), ["a", "b"]);
    assert_eq!(rules.closure("a").len(), 1);
    let definition = "a = { fact = 'customers.age', at-least = 18 }\nb = not({ segment = 'a' })";
    assert_eq!(rules.definition("b"), definition);
    assert!(matches!(rules.segment("c"), Err(Error::Segment { .. })));
}

#[test]
fn dates_of_facts_take_windows_and_the_file_its_zone() {
    let text = "zone = 'Asia/Kolkata'\n[[segment]]\nname = 'new'\nwhen = { fact = 'customers.created', within = '30 days' }";
    let rules = Rules::parse(text, &KNOWN).unwrap();
    assert_eq!(rules.zone, Zone::parse("Asia/Kolkata").ok());
    let mut facts = Facts::new(3, AS_OF);
    let days = [Some(Day(AS_OF.0 - 29)), Some(Day(AS_OF.0 - 30)), None];
    facts.put_column("customers.created", Column::Day(days.to_vec()), AS_OF).unwrap();
    rules.work_out(&mut facts, None).unwrap();
    assert_eq!(facts.column("segments.rules.new"), Ok(&Column::Flag(vec![Some(true), Some(false), None])));
}

#[test]
fn why_names_the_fewest_clauses_with_what_they_saw() {
    let text = "
[[segment]]
name = 'x'
when = { all = [
  { fact = 'customers.city', is = 'Pune' },
  { any = [{ fact = 'customers.age', below = 30 }, { all = [{ fact = 'clv', above = 5 }, { fact = 'clv', below = 9 }] }] },
] }";
    let rules = Rules::parse(text, &KNOWN).unwrap();
    let mut facts = Facts::new(4, AS_OF);
    let city = Column::Class {
        names: vec!["PUNE".into(), "Agra".into()],
        of: vec![Some(0), Some(1), Some(0), None],
    };
    facts.put_column("customers.city", city, AS_OF).unwrap();
    facts
        .put_column("customers.age", Column::Count(vec![Some(20), Some(20), None, Some(20)]), AS_OF)
        .unwrap();
    let inr = MoneyUnit::of(Currency::INR);
    facts.put_column("clv", Column::Money(vec![Some(Minor(700)); 4], inr), AS_OF).unwrap();
    rules.work_out(&mut facts, None).unwrap();
    let why = |who: u32| {
        let why = rules.explain("x", CustomerIx(who), &facts).unwrap();
        (why.member, why.clauses.iter().map(|s| s.test.text.clone()).collect::<Vec<_>>())
    };
    let city = "{ fact = 'customers.city', is = 'Pune' }".to_string();
    let age = "{ fact = 'customers.age', below = 30 }".to_string();
    assert_eq!(why(0), (Some(true), vec![city.clone(), age]));
    assert_eq!(why(1), (Some(false), vec![city.clone()]));
    // Without an age the dearer way in is taken.
    assert_eq!(why(2).1.len(), 3);
    assert_eq!(why(3), (None, vec![city]));
    let seen = rules.explain("x", CustomerIx(1), &facts).unwrap().clauses;
    assert_eq!((seen[0].value, seen[0].holds), (Some(FactValue::Class("Agra")), Some(false)));
}

/// A condition over flags `f0` to `f5`, each used once at most, as a tree.
fn tree() -> impl Strategy<Value = Clause> {
    let leaf = (0u8..6).prop_map(|i| {
        Clause::Test(Test {
            subject: Subject::Fact(format!("f{i}")),
            relations: vec![Relation::Compare(Compare::Equal, Literal::Flag(true))],
            text: String::new(),
            line: u64::from(i),
        })
    });
    leaf.prop_recursive(3, 6, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 1..4).prop_map(Clause::All),
            prop::collection::vec(inner.clone(), 1..4).prop_map(Clause::Any),
            inner.prop_map(|c| Clause::Not(Box::new(c))),
        ]
    })
}

/// Gives every leaf a fact of its own.
fn spread(clause: &mut Clause, next: &mut usize) {
    match clause {
        Clause::All(parts) | Clause::Any(parts) => parts.iter_mut().for_each(|p| spread(p, next)),
        Clause::Not(part) => spread(part, next),
        Clause::Test(test) => {
            test.subject = Subject::Fact(format!("f{next}"));
            *next += 1;
        }
    }
}

fn flags(values: &[Option<bool>]) -> Facts {
    let mut facts = Facts::new(1, AS_OF);
    for (i, v) in values.iter().enumerate() {
        facts.put_column(&format!("f{i}"), Column::Flag(vec![*v]), AS_OF).unwrap();
    }
    facts
}

fn rules_of(when: Clause) -> Rules {
    let segment = Segment { name: "x".into(), title: None, action: None, priority: 0, line: 1, when };
    Rules { name: None, zone: None, segments: vec![segment], order: vec![0] }
}

proptest! {
    #[test]
    fn a_longer_window_never_holds_less(
        rows in prop::collection::vec((0u32..3, 0i32..400, -50i64..200), 0..60),
        n in 1u32..300, more in 0u32..200,
    ) {
        let (texts, _) = texts();
        let rows: Vec<PurchaseRow> = rows.iter().map(|(w, d, a)| bought(*w, *d, *a)).collect();
        let grouped = group(3, &rows);
        let t = tables(Some(&grouped), &texts);
        let column = |what, n| {
            let measure = Measure { what, of: crate::Source::Purchases, filter: Vec::new(), window: Window::within(Span::days(n)) };
            match measure.column(&t, 3, AS_OF).unwrap() {
                Column::Count(v) => v.into_iter().map(|x| x.unwrap() as i64).collect::<Vec<_>>(),
                Column::Money(v, _) => v.into_iter().map(|x| x.unwrap().0).collect(),
                other => panic!("{other:?}"),
            }
        };
        for what in [crate::What::Count, crate::What::Days, crate::What::Sum] {
            let (short, long) = (column(what, n), column(what, n + more));
            prop_assert!(short.iter().zip(&long).all(|(a, b)| a <= b), "{what:?}");
        }
        // A second way to count, row by row.
        let naive = |who: u32| rows.iter().filter(|r| r.who.0 == who && r.amount.0 >= 0 && AS_OF.since(r.day) < i64::from(n)).count();
        prop_assert_eq!(column(crate::What::Count, n), (0..3).map(|w| naive(w) as i64).collect::<Vec<_>>());
    }

    #[test]
    fn the_order_of_rows_changes_nothing(
        (rows, shuffled) in prop::collection::vec((0u32..3, 0i32..300, -50i64..200), 0..40)
            .prop_flat_map(|rows| (Just(rows.clone()), Just(rows).prop_shuffle())),
        gap in 1u32..200,
    ) {
        let (texts, _) = texts();
        let make = |rows: &[(u32, i32, i64)]| group(3, &rows.iter().map(|(w, d, a)| bought(*w, *d, *a)).collect::<Vec<_>>());
        let (a, b) = (make(&rows), make(&shuffled));
        for what in [crate::What::Mean, crate::What::First, crate::What::Last, crate::What::Again(Span::days(gap))] {
            let measure = Measure { what, of: crate::Source::Purchases, filter: Vec::new(), window: Window::within(Span::days(150)) };
            prop_assert_eq!(
                measure.column(&tables(Some(&a), &texts), 3, AS_OF).unwrap(),
                measure.column(&tables(Some(&b), &texts), 3, AS_OF).unwrap()
            );
        }
    }

    #[test]
    fn the_clauses_named_settle_it_and_no_fewer_would(mut when in tree(), bits in prop::collection::vec(0u8..3, 12)) {
        let mut n = 0;
        spread(&mut when, &mut n);
        prop_assume!(n <= 7);
        let value = |b: u8| match b { 0 => None, 1 => Some(true), _ => Some(false) };
        let values: Vec<Option<bool>> = bits.iter().take(n).map(|b| value(*b)).collect();
        let rules = rules_of(when.clone());
        let condition = when.condition(AS_OF);
        let facts = flags(&values);
        let why = rules.explain("x", CustomerIx(0), &facts).unwrap();
        let verdict = condition.eval(&facts).unwrap()[0];
        prop_assert_eq!(why.member, verdict);
        let named: Vec<usize> = why.clauses.iter().map(|s| s.test.fact()[1..].parse().unwrap()).collect();
        // Whether fixing these leaves settles membership, whatever the others say.
        let settles = |fixed: &[usize]| {
            (0..3usize.pow(n as u32)).all(|mut code| {
                let all: Vec<Option<bool>> = (0..n).map(|i| {
                    let other = value((code % 3) as u8);
                    code /= 3;
                    if fixed.contains(&i) { values[i] } else { other }
                }).collect();
                (condition.eval(&flags(&all)).unwrap()[0] == Some(true)) == (verdict == Some(true))
            })
        };
        if n <= 4 {
            prop_assert!(settles(&named), "{named:?}");
            for set in 0..1u32 << n {
                let fixed: Vec<usize> = (0..n).filter(|i| set >> i & 1 == 1).collect();
                prop_assert!(fixed.len() >= named.len() || !settles(&fixed), "{fixed:?} is fewer than {named:?}");
            }
        }
    }
}
