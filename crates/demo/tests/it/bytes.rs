//! The same seed gives the same bytes; every size and period gives a shop.

use crate::read::{Made, Rows};
use naata_core::{Class, Day};
use naata_demo::{Error, Model, Shop, shop};
use proptest::prelude::*;

/// FNV-1a over names and contents of all files.
fn fingerprint(made: &Made) -> u64 {
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    for name in made.names() {
        for byte in name.bytes().chain(made.text(name).bytes()) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }
    hash
}

#[test]
fn bytes_are_pinned() {
    // Changed bytes change every figure that was ever published from the demo: it must be a decision.
    let hash = fingerprint(&Made::new(150, 42));
    assert_eq!(hash, 0xdbf4_4a2a_e3e4_c8f4, "the fingerprint is {hash:#018x}");
    assert_ne!(hash, fingerprint(&Made::new(150, 43)));
}

#[test]
fn all_files_are_there_with_the_columns_that_were_agreed() {
    let made = Made::new(60, 1);
    assert_eq!(made.names().len(), 19);
    for (name, columns) in [
        (
            "customers",
            "id,name,email,phone,birthday,anniversary,created,country,region,city,postcode,language,company,industry,employees",
        ),
        ("purchases", "order,customer,date,time,amount,discount,tax,currency"),
        ("lines", "order,customer,date,item,category,quantity,amount,discount,cost,currency"),
        ("touches", "customer,at,activity,channel"),
        ("surveys", "customer,date,kind,score,text,channel"),
        ("subscriptions", "id,customer,plan,started,ended,monthly,currency,reason"),
        ("tickets", "id,customer,opened,solved,topic,channel,reopened"),
        ("consents", "customer,at,purpose,channel,granted,source"),
        ("deals", "id,customer,owner,stage,opened,closed,won,amount,currency,product"),
        ("leads", "id,source,owner,created,converted,customer,status"),
        ("campaigns", "campaign,customer,date,channel,control,opened,clicked"),
        ("costs", "date,channel,campaign,amount,currency"),
    ] {
        assert_eq!(made.table(name).headers().join(","), columns, "{name}");
        assert!(made.text("naata.toml").contains(&format!("{name} = \"{name}.csv\"")), "{name}");
    }
    for side in ["programme.toml", "journey.toml", "objectives.toml", "segments.toml"] {
        assert!(!made.text(side).is_empty() && made.text("naata.toml").contains(side), "{side}");
    }
    assert!(made.text("README.txt").contains("60 customers"));
}

#[test]
fn letters_are_composed() {
    // In NFC no letter of these two scripts is followed by the second half of a vowel sign that has a code of its own,
    // and no letter with a dot has one: those codes are excluded from composition.
    let made = Made::new(400, 3);
    for name in made.names() {
        let text = made.text(name);
        for (first, second) in [('\u{9c7}', '\u{9be}'), ('\u{9c7}', '\u{9d7}'), ('\u{928}', '\u{93c}')] {
            assert!(!text.contains(&format!("{first}{second}")), "{name}");
        }
        let excluded = |c| matches!(c, '\u{958}'..='\u{95f}' | '\u{9dc}' | '\u{9dd}' | '\u{9df}');
        assert!(!text.contains(excluded), "{name}");
    }
    let names = made.table("customers");
    for block in ['\u{900}'..='\u{97f}', '\u{980}'..='\u{9ff}', 'A'..='Z'] {
        let written = names.columns(["name"]).into_iter().filter(|[n]| n.chars().any(|c| block.contains(&c)));
        assert!(written.count() > 20, "{block:?}");
    }
}

#[test]
fn what_cannot_be_made_is_refused() {
    let error = |what: Shop| shop(&what).expect_err("refused");
    for (what, code) in [
        (Shop { customers: 0, ..Shop::default() }, "demo.customers"),
        (Shop { customers: Shop::MOST_CUSTOMERS + 1, ..Shop::default() }, "demo.customers"),
        (Shop { from: Day(20_000), until: Day(19_999), ..Shop::default() }, "demo.period"),
        (Shop { from: Day::MIN, ..Shop::default() }, "demo.period"),
        (Shop { until: Day::MAX, ..Shop::default() }, "demo.period"),
        (Shop { model: Model { r: 0.0, ..Model::default() }, ..Shop::default() }, "demo.model"),
        (Shop { model: Model { q: f64::NAN, ..Model::default() }, ..Shop::default() }, "demo.model"),
        (Shop { model: Model { p: -1.0, ..Model::default() }, ..Shop::default() }, "demo.model"),
    ] {
        let error: Error = error(what);
        assert_eq!((error.code(), error.class()), (code, Class::Usage), "{error}");
    }
}

/// The number of rows of every table.
fn sizes(made: &Made) -> Vec<usize> {
    made.names().iter().filter_map(|n| n.strip_suffix(".csv")).map(|n| Rows::len(&made.table(n))).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn any_size_seed_and_period_gives_the_same_shop_twice(
        customers in 1u32..40, seed: u64, from in 10_957i32..40_000, length in 0i32..1_500, r in 0.05f64..4.0, a in 0.05f64..3.0,
    ) {
        let model = Model { r, a, ..Model::default() };
        let what = Shop { customers, seed, from: Day(from), until: Day(from + length), model };
        let (one, two) = (Made::of(what), Made::of(what));
        prop_assert_eq!(fingerprint(&one), fingerprint(&two));
        prop_assert_eq!(one.table("customers").len(), customers as usize);
        prop_assert_eq!(sizes(&one).len(), 12);
        crate::conservation::check(&one);
    }
}
