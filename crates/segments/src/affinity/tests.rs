use super::*;
use crate::testing::words_are_declared;
use naata_answer::Present;
use naata_core::{CustomerIx, Day, LineMarks, Minor, OrderDigest, Symbol, Symbols};

/// Sixty customers buy a printer and most of them ink two weeks later; ten more have bought a printer lately. Sixty
/// others buy tea at every visit. Everybody who buys bread buys butter, but the last one has not yet.
fn shop() -> (Histories<LineRow>, Texts) {
    shop_and(&[])
}

/// The same shop, and these lines: a customer, a day, an order and an item.
fn shop_and(more: &[(u32, i32, &str, &str)]) -> (Histories<LineRow>, Texts) {
    let mut symbols = Symbols::default();
    let mut s = |text: &str| symbols.intern(text).unwrap();
    let [printer, ink, tea, bread, butter] = ["printer", "ink", "tea", "bread", "butter"].map(&mut s);
    let mut rows = Vec::new();
    let mut put = |who: u32, day: i32, order: &str, item: Symbol| {
        rows.push(LineRow {
            who: CustomerIx(who),
            day: Day(day),
            order: OrderDigest::of(order),
            item,
            category: Symbol::NONE,
            amount: Minor(100),
            marks: LineMarks::default(),
        });
    };
    for (who, day, order, item) in more {
        put(*who, *day, order, s(item));
    }
    let mut add = |who: u32, day: i32, item: Symbol| put(who, day, &day.to_string(), item);
    for who in 0..60u32 {
        add(who, 10 + who as i32 % 7, printer);
        if who % 4 > 0 {
            add(who, 24 + who as i32 % 7, ink);
        }
    }
    for who in 60..70 {
        add(who, 195, printer);
    }
    for who in 70..130 {
        for visit in 0..6 {
            add(who, 10 + 20 * visit, tea);
        }
        add(who, 50, bread);
        if who < 129 {
            add(who, 50, butter);
        }
    }
    // The latest basket of the last one holds bread again.
    add(129, 150, bread);
    let (texts, to) = symbols.seal();
    for r in &mut rows {
        r.item = to[r.item.0 as usize];
    }
    (Histories::group(130, &rows, |l| l.day).unwrap(), texts)
}

#[test]
fn offers_have_their_reason() {
    let (lines, texts) = shop();
    let result = affinity(&lines, &texts, &AffinityParams::default(), &Context::at(Day(200))).unwrap();
    let name = |item: u32| &*result.names[item as usize];
    let told: Vec<(&str, &str, Because)> =
        result.offers.iter().map(|o| (name(o.item), name(o.of[0]), o.because)).collect();
    // Ten have a printer and no ink; the last one has bread and no butter. Tea is bought again and again.
    assert_eq!(&told[..10], [("ink", "printer", Because::Follows); 10]);
    assert_eq!(told[10..], [("butter", "bread", Because::Together)]);
    let customers: Vec<u32> = result.offers.iter().map(|o| o.customer.0).collect();
    assert_eq!(customers, (60..70).chain([129]).collect::<Vec<_>>());
    assert_eq!(result.without_offer + result.offers.len() as u64, 130);
    let often: Vec<&str> = result.after.again.iter().filter(|a| a.often).map(|a| name(a.item)).collect();
    assert_eq!(often, ["tea"]);
    let a = result.answer();
    assert_eq!(a.flaws(), Vec::<String>::new());
    words_are_declared(&a, present::WORDS);
}

#[test]
fn of_several_orders_of_the_latest_day_none_is_the_later_one() {
    // Customer 129 comes back once more, for two things in two orders; whatever these are called, one holds bread.
    for (one, other) in [("A1", "A2"), ("A2", "A1"), ("", "A1"), ("A1", ""), ("9", "10"), ("10", "9")] {
        let (lines, texts) = shop_and(&[(129, 160, one, "bread"), (129, 160, other, "tea")]);
        let result = affinity(&lines, &texts, &AffinityParams::default(), &Context::at(Day(200))).unwrap();
        let last = result.offers.last().unwrap();
        assert_eq!(
            (last.customer, last.because, last.bought),
            (CustomerIx(129), Because::Together, Day(160))
        );
        assert_eq!(&*result.names[last.item as usize], "butter", "{one} {other}");
    }
}

#[test]
fn what_makes_no_sense_is_refused() {
    let (lines, texts) = shop();
    let at = |day: i32, params: &AffinityParams| {
        affinity(&lines, &texts, params, &Context::at(Day(day))).map_err(|e| e.code())
    };
    assert_eq!(at(0, &AffinityParams::default()).map(|a| a.baskets), Err("segments.no_baskets"));
    let rate = AffinityParams { rate: 1.5, ..AffinityParams::default() };
    assert_eq!(at(200, &rate).map(|a| a.baskets), Err("segments.rate"));
    // Lines without a category are in no basket of categories.
    let level = AffinityParams { level: Level::Category, ..AffinityParams::default() };
    assert_eq!(at(200, &level).map(|a| a.baskets), Err("segments.no_baskets"));
}
