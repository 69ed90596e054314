//! Itemsets, rules and similar items on the groceries baskets.

use naata_answer::Value as _;
use naata_core::{Serial, Symbol, Symbols, Texts};
use naata_segments::affinity::{Baskets, Fraction, Rule, alike, itemsets, rules};
use naata_testkit::{assert_close, reference, reference_json};

fn groceries() -> Option<(Baskets<'static>, Texts)> {
    let text = reference("segments/groceries.csv")?;
    let mut symbols = Symbols::default();
    let sets: Vec<Vec<Symbol>> = text
        .lines()
        .map(|line| line.split(',').map(|item| symbols.intern(item.trim()).expect("room")).collect())
        .collect();
    let (texts, to) = symbols.seal();
    let sets: Vec<Vec<Symbol>> = sets.iter().map(|s| s.iter().map(|i| to[i.0 as usize]).collect()).collect();
    Some((Baskets::of_sets(sets.iter().map(Vec::as_slice)).expect("room"), texts))
}

fn share(text: &str) -> Fraction {
    Fraction::parse(text).expect("a share")
}

#[test]
fn itemsets_equal_the_reference() {
    let Some((baskets, texts)) = groceries() else { return };
    let Some(published) = reference_json("segments/basket_groceries_mlxtend.json") else { return };
    assert_eq!((baskets.len(), baskets.items.len()), (9_835, 169));
    assert_eq!(baskets.counts.iter().sum::<u64>(), published["ones"].as_u64().expect("a count"));
    for (item, count) in published["top5"].as_object().expect("counts") {
        let symbol = texts.find(item).expect("a known item");
        let at = baskets.items.binary_search(&symbol).expect("a bought item");
        assert_eq!(count.as_u64(), Some(baskets.counts[at]), "{item}");
    }
    for (support, n) in [("0.05", 31), ("0.02", 122), ("0.01", 333), ("0.005", 1_001), ("0.001", 13_492)] {
        let found = itemsets(&baskets, share(support), 32, &Serial).expect("not too many");
        assert_eq!(found.len(), n, "{support}");
        let sizes = published[format!("fpgrowth_{support}")]["by_size"].as_object().expect("counts by size");
        for (size, want) in sizes {
            let size: usize = size.parse().expect("a size");
            let count = found.iter().filter(|(set, _)| set.len() == size).count();
            assert_eq!(want.as_u64(), Some(count as u64), "{support} {size}");
        }
    }
}

#[test]
fn rules_equal_the_reference() {
    let Some((baskets, texts)) = groceries() else { return };
    let Some(published) = reference_json("segments/basket_groceries_mlxtend.json") else { return };
    for (support, confidence, all, single) in
        [("0.01", "0.5", 15, 15), ("0.01", "0.25", 170, 170), ("0.001", "0.8", 413, 410)]
    {
        let frequent = itemsets(&baskets, share(support), 32, &Serial).expect("not too many");
        assert_eq!(rules(&frequent, share(confidence), 1).len(), single, "{support} {confidence}");
        let found = rules(&frequent, share(confidence), 32);
        assert_eq!(found.len(), all, "{support} {confidence}");
        let name = |item: &u32| texts.get(baskets.items[*item as usize]).expect("a name");
        let names = |side: &[u32]| side.iter().map(name).collect::<Vec<_>>();
        for want in published[format!("rules_{support}_{confidence}")]["top5_lift"].as_array().expect("rules")
        {
            let side = |key: &str| -> Vec<&str> {
                want[key].as_array().expect("items").iter().map(|i| i.as_str().expect("a name")).collect()
            };
            let fits =
                |r: &&Rule| names(&r.left) == side("antecedents") && names(&r.right) == side("consequents");
            let rule = found.iter().take(6).find(fits).expect("among the first by lift");
            let number = |key: &str| want[key].as_f64().expect("a number");
            assert_close("support", rule.support(), number("support"), 1e-12);
            let confidence = rule.confidence().expect("cases").value;
            assert_close("confidence", confidence, number("confidence"), 1e-12);
            assert_close("lift", rule.lift(), number("lift"), 1e-12);
            assert_close("leverage", rule.leverage(), number("leverage"), 1e-10);
            assert_close("conviction", rule.conviction().expect("failures"), number("conviction"), 1e-12);
        }
    }
}

#[test]
fn similar_items_equal_the_reference() {
    let Some((baskets, texts)) = groceries() else { return };
    let Some(published) = reference_json("segments/item_cf_cosine_groceries.json") else { return };
    let near = alike(&baskets, 5, &Serial);
    let name = |item: u32| texts.get(baskets.items[item as usize]).expect("a name");
    for (item, want) in published.as_object().expect("items") {
        let found: Vec<_> = near.iter().filter(|a| name(a.item) == item).collect();
        let want = want.as_array().expect("pairs");
        assert_eq!(found.len(), want.len());
        for (a, pair) in found.iter().zip(want) {
            assert_eq!(Some(name(a.other)), pair[0].as_str());
            // The reference is rounded to nine decimals.
            let cosine = pair[1].as_f64().expect("a number");
            assert!((a.cosine - cosine).abs() <= 1e-9, "{item} {}", name(a.other));
        }
    }
}
