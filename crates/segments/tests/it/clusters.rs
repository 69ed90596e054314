//! k-means, silhouette and gap on Online Retail and iris.

use crate::{ONLINE_RETAIL, summaries};
use naata_core::{Context, Currency, Day, Exec, MoneyUnit, Serial};
use naata_facts::Facts;
use naata_segments::clusters::{
    ClusterParams, Clustering, Features, Points, Search, clusters, features, gaps, k_means, read_features,
    silhouettes,
};
use naata_testkit::{assert_close, reference_json};

/// Sepal length, sepal width, petal length and petal width of 150 irises in millimetres, two digits each (Fisher, 1936).
const IRIS: &str = "\
51351402 49301402 47321302 46311502 50361402 54391704 46341403 50341502 44291402 49311501 \
54371502 48341602 48301401 43301101 58401202 57441504 54391304 51351403 57381703 51381503 \
54341702 51371504 46361002 51331705 48341902 50301602 50341604 52351502 52341402 47321602 \
48311602 54341504 52411501 55421402 49311502 50321202 55351302 49361401 44301302 51341502 \
50351303 45231303 44321302 50351606 51381904 48301403 51381602 46321402 53371502 50331402 \
70324714 64324515 69314915 55234013 65284615 57284513 63334716 49243310 66294613 52273914 \
50203510 59304215 60224010 61294714 56293613 67314414 56304515 58274110 62224515 56253911 \
59324818 61284013 63254915 61284712 64294313 66304414 68284814 67305017 60294515 57263510 \
55243811 55243710 58273912 60275116 54304515 60344516 67314715 63234413 56304113 55254013 \
55264412 61304614 58264012 50233310 56274213 57304212 57294213 62294313 51253011 57284113 \
63336025 58275119 71305921 63295618 65305822 76306621 49254517 73296318 67255818 72366125 \
65325120 64275319 68305521 57255020 58285124 64325323 65305518 77386722 77266923 60225015 \
69325723 56284920 77286720 63274918 67335721 72326018 62284818 61304918 64285621 72305816 \
74286119 79386420 64285622 63285115 61265614 77306123 63345624 64315518 60304818 69315421 \
67315624 69315123 58275119 68325923 67335725 67305223 63255019 65305220 62345423 59305118";

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
        for seed in 1..20 {
            let other = fit(points, k, seed);
            assert!(other.inertia <= want * 1.001, "{k}, seed {seed}: {}", other.inertia);
        }
    }
    assert_eq!(fit(points, 6, 5), k_means(points, 6, SEARCH, 5, &Backwards).expect("enough points"));
}

#[test]
fn irises_are_never_grouped_worse_than_the_reference() {
    let Some(published) = reference_json("segments/kmeans_iris.json") else { return };
    let digits: Vec<f64> = IRIS.bytes().filter(u8::is_ascii_digit).map(|b| f64::from(b - b'0')).collect();
    // Millimetres are tenths of the centimetres of the reference.
    let values: Vec<f64> = digits.chunks_exact(2).map(|d| (10.0 * d[0] + d[1]) / 10.0).collect();
    let points = Points::new(4, &values).expect("points");
    assert_eq!(points.len(), 150);
    for (k, want) in published.as_object().expect("numbers of clusters") {
        let (k, want) = (k.parse().expect("a number"), want["inertia"].as_f64().expect("a number"));
        for seed in 0..20 {
            let found = fit(points, k, seed);
            let slack = if seed == 0 { 1.0 + 1e-6 } else { 1.001 };
            assert!(found.inertia <= want * slack, "{k}, seed {seed}: {} above {want}", found.inertia);
            // Nobody has found better clusters of so small a set: a lower figure would be a mistake in ours.
            assert!(found.inertia >= want * (1.0 - 1e-6), "{k}, seed {seed}: {} below {want}", found.inertia);
        }
    }
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
