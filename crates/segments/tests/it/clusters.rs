//! k-means, silhouette and gap on Online Retail and iris.

use crate::{ONLINE_RETAIL, summaries};
use naata_core::{Context, Currency, Day, Exec, MoneyUnit, Serial};
use naata_facts::Facts;
use naata_segments::clusters::{
    ClusterParams, Clustering, Features, Points, Search, clusters, features, gaps, k_means, read_features,
    silhouettes,
};
use naata_testkit::{assert_close, reference_json};

const SEARCH: Search = Search { starts: 6, swaps: 4 };

/// Runs parts last to first, as another number of threads might.
struct Backwards;

impl Exec for Backwards {
    fn each(&self, parts: usize, job: &(dyn Fn(usize) + Sync)) {
        (0..parts).rev().for_each(job);
    }
}

fn online_retail() -> Option<Features> {
    let as_of = Day::from_ymd(2011, 12, 10).expect("a date");
    let (_, all) = summaries(ONLINE_RETAIL.0, ONLINE_RETAIL.1, as_of)?;
    let wanted = read_features("log1p(recency),log1p(frequency),log1p(monetary)").expect("features");
    let facts = Facts::new(all.len(), as_of);
    Some(features(&all, MoneyUnit::of(Currency::NONE), &facts, wanted, as_of).expect("purchases"))
}

fn fit(points: Points<'_>, k: usize, seed: u64) -> Clustering {
    k_means(points, k, SEARCH, seed, &Serial).expect("enough points")
}

#[test]
fn inertia_is_never_above_the_reference_from_any_seed() {
    let Some(f) = online_retail() else { return };
    let Some(published) = reference_json("segments/kmeans_online_retail_rfm.json") else { return };
    let number = |v: &serde_json::Value| v.as_f64().expect("a number");
    for at in 0..3 {
        assert_close("mean", f.mean[at], number(&published["mean"][at]), 1e-12);
        assert_close("sd", f.deviation[at], number(&published["sd"][at]), 1e-12);
    }
    let points = f.points().expect("points");
    for k in 1..=8usize {
        let want = number(&published["k"][k.to_string()]["inertia"]);
        let best = fit(points, k, 0);
        assert!(best.inertia <= want * (1.0 + 1e-6), "{k}: {} above {want}", best.inertia);
        assert!(best.converged);
        // Twenty seeds for an easy and for the hardest number.
        let seeds = if matches!(k, 4 | 8) { 1..20 } else { 1..2 };
        for seed in seeds {
            let other = fit(points, k, seed);
            assert!(other.inertia <= want * 1.001, "{k}, seed {seed}: {}", other.inertia);
        }
    }
    assert_eq!(fit(points, 6, 5), k_means(points, 6, SEARCH, 5, &Backwards).expect("enough points"));
}

#[test]
fn silhouettes_equal_the_reference() {
    let Some(f) = online_retail() else { return };
    let Some(published) = reference_json("segments/kmeans_online_retail_rfm.json") else { return };
    let points = f.points().expect("points");
    let fits: Vec<Clustering> = (2..=5).map(|k| fit(points, k, 0)).collect();
    let labels: Vec<&[u32]> = fits.iter().map(|c| c.labels.as_slice()).collect();
    for (found, fit) in silhouettes(points, &labels, &Serial).iter().zip(&fits) {
        let want = &published["k"][fit.sizes.len().to_string()];
        let sizes: Vec<u64> =
            want["sizes"].as_array().expect("sizes").iter().filter_map(|s| s.as_u64()).collect();
        // The labels are the reference's own where the inertia and the sizes are.
        let inertia = want["inertia"].as_f64().expect("a number");
        if fit.sizes == sizes && (fit.inertia / inertia - 1.0).abs() < 1e-12 {
            let want = want["silhouette"].as_f64().expect("a number");
            assert_close("silhouette", found.expect("clusters"), want, 1e-9);
        } else {
            assert!(fit.inertia < inertia, "other clusters must at least be better ones");
        }
    }
    // From the recorded centres the labels are known for certain.
    for k in [3usize, 4] {
        let want = &published["k"][k.to_string()];
        let centers: Vec<Vec<f64>> = serde_json::from_value(want["centers"].clone()).expect("centres");
        let distance = |p: &[f64], c: &[f64]| p.iter().zip(c).map(|(x, y)| (x - y) * (x - y)).sum::<f64>();
        let nearest = |p: &[f64]| {
            let by = |a: &usize, b: &usize| distance(p, &centers[*a]).total_cmp(&distance(p, &centers[*b]));
            (0..k).min_by(by).expect("a centre") as u32
        };
        let labels: Vec<u32> = points.iter().map(nearest).collect();
        let found = silhouettes(points, &[&labels], &Backwards)[0].expect("clusters");
        assert_close("silhouette", found, want["silhouette"].as_f64().expect("a number"), 1e-9);
    }
}

#[test]
fn gaps_lie_near_the_reference() {
    let Some(f) = online_retail() else { return };
    let Some(published) = reference_json("segments/kmeans_online_retail_rfm.json") else { return };
    let points = f.points().expect("points");
    let inertias: Vec<Option<f64>> = (1..=3).map(|k| Some(fit(points, k, 0).inertia)).collect();
    let found = gaps(points, &inertias, 10, Search { starts: 2, swaps: 1 }, 0, &Serial);
    for (k, gap) in (1..=3).zip(found) {
        let want = published["k"][k.to_string()]["gap"].as_f64().expect("a number");
        let gap = gap.expect("a gap");
        // The reference says to hold it within 0.03: it hangs on a random generator.
        assert!((gap.gap - want).abs() < 0.03, "{k}: {} instead of {want}", gap.gap);
        assert!(gap.error > 0.0 && gap.error < 0.03);
    }
}

#[test]
fn a_whole_run_is_the_same_on_any_number_of_threads() {
    let Some(f) = online_retail() else { return };
    let params =
        ClusterParams { most: 3, references: 2, resamples: 3, starts: 2, ..ClusterParams::default() };
    let cx = Context { seed: 11, ..Context::at(Day::from_ymd(2011, 12, 10).expect("a date")) };
    let one = clusters(f.clone(), f.who.len(), &params, &cx).expect("clusters");
    let many =
        clusters(f.clone(), f.who.len(), &params, &Context { exec: &Backwards, ..cx }).expect("clusters");
    assert_eq!(one, many);
    assert_eq!(one.verdicts[0].k, Some(2));
}
