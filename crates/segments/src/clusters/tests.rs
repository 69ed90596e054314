use super::*;
use crate::testing::words_are_declared;
use naata_answer::Present;
use naata_core::{Currency, Day, Minor};

/// Two kinds of customers: forty who come often and pay much, forty who came once.
fn two_kinds() -> Vec<Summary> {
    (0..80i32)
        .map(|i| {
            let spread = i % 10;
            let (last, days, paid) = if i % 2 == 0 {
                (95 - spread, 20 + spread as u32, 90_000 + i64::from(spread) * 500)
            } else {
                (10 + spread, 1, 900 + i64::from(spread) * 10)
            };
            Summary::stated(Day(0), Day(last), days, Minor(paid), Minor(0))
        })
        .chain([Summary::EMPTY])
        .collect()
}

fn run(params: &ClusterParams) -> Result<Clusters, Refusal> {
    let facts = Facts::new(81, Day(100));
    let input = (&two_kinds()[..], MoneyUnit::of(Currency::INR), &facts);
    ClustersAnalysis::run(input, params, &Context { seed: 3, ..Context::at(Day(100)) })
}

#[test]
fn two_kinds_are_two_clusters() {
    let c = run(&ClusterParams { most: 4, ..ClusterParams::default() }).unwrap();
    assert_eq!((c.clustering.sizes.clone(), c.features.missing), (vec![40, 40], 1));
    let first = c.clustering.labels[0];
    assert!(c.clustering.labels.iter().enumerate().all(|(i, l)| (*l == first) == (i % 2 == 0)));
    assert_eq!(c.verdicts[0].k, Some(2));
    assert!(c.verdicts[0].margin.unwrap() > 0.0);
    let stable = c.stability.as_ref().unwrap();
    assert_eq!((stable.mean_ari, stable.jaccard.clone()), (1.0, vec![1.0, 1.0]));
    let a = c.answer();
    assert_eq!(a.flaws(), Vec::<String>::new());
    words_are_declared(&a, present::WORDS);
    let mut facts = Facts::new(81, Day(100));
    naata_facts::Provide::provide(&c, &mut facts).unwrap();
    assert_eq!(facts.value(CLUSTER, naata_core::CustomerIx(80)), Ok(None));
}

#[test]
fn a_given_number_is_kept_and_nonsense_refused() {
    let given = run(&ClusterParams { k: Some(3), ..ClusterParams::default() }).unwrap();
    assert_eq!((given.clustering.sizes.len(), given.verdicts.len(), given.criteria.len()), (3, 0, 1));
    words_are_declared(&given.answer(), present::WORDS);
    let code = |p: ClusterParams| run(&p).map(|c| c.base).map_err(|e| e.code);
    assert_eq!(code(ClusterParams { k: Some(1), ..ClusterParams::default() }), Err("segments.cluster_count"));
    assert_eq!(
        code(ClusterParams { features: "recency,,frequency".into(), ..ClusterParams::default() }),
        Err("segments.features")
    );
    let unknown =
        ClusterParams { features: "recency,metrics.clv.p_alive".into(), ..ClusterParams::default() };
    assert_eq!(ClustersAnalysis::wants(&unknown), ["metrics.clv.p_alive"]);
    assert_eq!(code(unknown), Err("facts.unknown"));
}
