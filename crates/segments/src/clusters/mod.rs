//! Groups of customers that are alike in named figures, how many there are, and whether they hold.
//!
//! # Formula
//! See [`features()`] for what customers are compared by, [`k_means()`] for the groups, [`silhouettes()`], [`gaps()`] and
//! [`stability()`] for the three criteria. When the number of clusters is not given, it is the one with the highest
//! mean silhouette; what each criterion would choose, and by which margin, is always told. With more than 5,000
//! customers the criteria look at a seeded sample, whose size is told; the clusters hold everybody.

mod features;
mod gap;
mod k_means;
mod lloyd;
mod present;
mod silhouette;
mod stability;

pub use features::{Feature, Features, OWN, Points, Transform, features, read_features};
pub use gap::{Gap, by_gap, gaps};
pub use k_means::{Clustering, Search, k_means};
pub use present::CLUSTER;
pub use silhouette::silhouettes;
pub use stability::{Stability, adjusted_rand, jaccard, stability};

use crate::Error;
use naata_answer::{Analysis, Card, Refusal, params};
use naata_core::{Context, MoneyUnit, Summary};
use naata_facts::Facts;
use naata_math::Neumaier;

params! {
    /// Parameters of clusters.
    pub struct ClusterParams {
        /// Features, each as it is or within log1p(): recency, frequency, monetary, or facts by name
        features: String = "log1p(recency),log1p(frequency),log1p(monetary)".to_string(),
        /// Number of clusters; chosen by the silhouette when not given
        k: Option<u8> = None,
        /// The most clusters that are tried
        most: u8 = 8,
        /// Starts of each search
        starts: u32 = 6,
        /// Reference sets of the gap statistic
        references: u32 = 10,
        /// Resamples of the stability
        resamples: u32 = 20,
    }
}

/// What the criteria say about one number of clusters.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Criteria {
    /// The number of clusters.
    pub k: u32,
    /// The inertia over the customers looked at; `None` where there are too few different ones.
    pub inertia: Option<f64>,
    /// The mean silhouette; `None` for one cluster.
    pub silhouette: Option<f64>,
    /// The gap.
    pub gap: Option<Gap>,
    /// How stable the clusters are; `None` for one cluster.
    pub stability: Option<Stability>,
}

/// What one criterion would choose, and by which margin.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Verdict {
    /// The criterion: a word of the family `criterion`.
    pub criterion: &'static str,
    /// The number it would choose; `None` when it does not speak.
    pub k: Option<u32>,
    /// How far it is ahead of the next best number, in its own unit; for the gap by how much its rule holds.
    pub margin: Option<f64>,
}

/// Groups of customers.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Clusters {
    /// The parameters.
    pub params: ClusterParams,
    /// Customers of the base.
    pub base: usize,
    /// The features.
    pub features: Features,
    /// The clusters.
    pub clustering: Clustering,
    /// For each cluster the mean of each feature as it was measured.
    pub means: Vec<Vec<f64>>,
    /// How stable the clusters are.
    pub stability: Option<Stability>,
    /// Customers the criteria looked at.
    pub looked_at: u64,
    /// The criteria, by number of clusters; one line when the number was given.
    pub criteria: Vec<Criteria>,
    /// What they choose; empty when the number was given.
    pub verdicts: Vec<Verdict>,
}

/// More customers than this are sampled for the criteria, whose work grows with the square.
const LOOKED_AT: usize = 2_000;
/// Clusters are for people to tell apart.
const MOST: u8 = 30;

/// Groups customers by their features.
pub fn clusters(
    features: Features,
    base: usize,
    params: &ClusterParams,
    cx: &Context<'_>,
) -> Result<Clusters, Error> {
    let asked = params.k.unwrap_or(params.most);
    if !(2..=MOST).contains(&asked) {
        return Err(Error::ClusterCount { asked, most: MOST });
    }
    let few = |k: u8| Error::TooFewPoints { clusters: k.into(), points: features.who.len() as u64 };
    let points = features.points().ok_or_else(|| few(asked))?;
    let full = Search { starts: params.starts, swaps: 4 };
    let brief = Search { starts: 3, swaps: 0 };
    let sample = k_means::sample(points, LOOKED_AT, cx.seed);
    let seen = Points::new(points.dims(), &sample).unwrap_or(points);
    let whole = seen.len() == points.len();
    let tried: Vec<u8> = params.k.map_or_else(|| (1..=params.most).collect(), |k| vec![k]);
    let fits: Vec<Option<Clustering>> =
        tried.iter().map(|k| k_means(seen, usize::from(*k), full, cx.seed, cx.exec).ok()).collect();
    let labels: Vec<&[u32]> = fits.iter().map(|f| f.as_ref().map_or(&[][..], |f| &f.labels)).collect();
    let silhouettes = silhouettes(seen, &labels, cx.exec);
    let inertias: Vec<Option<f64>> = fits.iter().map(|f| f.as_ref().map(|f| f.inertia)).collect();
    let gaps = match params.k {
        None => gaps(seen, &inertias, params.references, brief, cx.seed, cx.exec),
        Some(_) => vec![None],
    };
    let stable = |fit: &Option<Clustering>| {
        let fit = fit.as_ref().filter(|f| f.sizes.len() > 1)?;
        stability(seen, fit, params.resamples, brief, cx.seed, cx.exec)
    };
    let criteria: Vec<Criteria> = tried
        .iter()
        .zip(&fits)
        .zip(silhouettes.into_iter().zip(gaps))
        .map(|((k, fit), (silhouette, gap))| Criteria {
            k: u32::from(*k),
            inertia: fit.as_ref().map(|f| f.inertia),
            silhouette,
            gap,
            stability: stable(fit),
        })
        .collect();
    let verdicts = if params.k.is_some() { Vec::new() } else { verdicts(&criteria) };
    let chosen = match params.k {
        Some(k) => u32::from(k),
        None => verdicts.first().and_then(|v| v.k).ok_or_else(|| few(2))?,
    };
    let at = criteria.iter().position(|c| c.k == chosen);
    let own = at.and_then(|at| fits.into_iter().nth(at)).flatten().filter(|_| whole);
    let clustering = match own {
        Some(fit) => fit,
        None => k_means(points, chosen as usize, full, cx.seed, cx.exec)?,
    };
    let means = means(&features, &clustering);
    Ok(Clusters {
        params: params.clone(),
        base,
        looked_at: seen.len() as u64,
        stability: at.and_then(|at| criteria.get(at)).and_then(|c| c.stability.clone()),
        features,
        clustering,
        means,
        criteria,
        verdicts,
    })
}

/// For each cluster the mean of each feature as it was measured.
fn means(features: &Features, clustering: &Clustering) -> Vec<Vec<f64>> {
    let dims = features.features.len();
    let mut sums = vec![vec![Neumaier::new(); dims]; clustering.sizes.len()];
    for (label, raw) in clustering.labels.iter().zip(features.raw.chunks_exact(dims.max(1))) {
        if let Some(sums) = sums.get_mut(*label as usize) {
            sums.iter_mut().zip(raw).for_each(|(s, x)| s.add(*x));
        }
    }
    let mean = |(sums, n): (Vec<Neumaier>, &u64)| sums.iter().map(|s| s.total() / *n as f64).collect();
    sums.into_iter().zip(&clustering.sizes).map(mean).collect()
}

/// The verdicts of silhouette, gap and stability.
fn verdicts(criteria: &[Criteria]) -> Vec<Verdict> {
    let highest = |criterion: &'static str, of: fn(&Criteria) -> Option<f64>| {
        let mut all: Vec<(f64, u32)> = criteria.iter().filter_map(|c| Some((of(c)?, c.k))).collect();
        // Equal values go to fewer clusters.
        all.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
        let margin = all.first().zip(all.get(1)).map(|(a, b)| a.0 - b.0);
        Verdict { criterion, k: all.first().map(|a| a.1), margin }
    };
    let gaps: Vec<Option<Gap>> = criteria.iter().map(|c| c.gap).collect();
    let gap = by_gap(&gaps);
    vec![
        highest("silhouette", |c| c.silhouette),
        Verdict { criterion: "gap", k: gap.map(|g| g.0 as u32), margin: gap.map(|g| g.1) },
        highest("stability", |c| c.stability.as_ref().map(|s| s.mean_ari)),
    ]
}

/// The command `clusters`.
pub struct ClustersAnalysis;

impl Analysis for ClustersAnalysis {
    type Params = ClusterParams;
    type Input<'a> = (&'a [Summary], MoneyUnit, &'a Facts);
    type Output = Clusters;
    const CARD: Card = Card {
        key: "clusters",
        version: 1,
        title: "Clusters: groups of customers that are alike, how many there are, and whether they hold",
        unit: "groups",
        formula: "k-means++ on scaled features; silhouette (b - a) / max(a, b); gap = mean ln W* - ln W; \
                  stability by resamples: adjusted Rand index, Jaccard index of each cluster",
        source: "Arthur and Vassilvitskii, 2007; Fränti, 2018; Rousseeuw, 1987; Tibshirani, Walther and Hastie, 2001; \
                 Hubert and Arabie, 1985; Hennig, 2007",
        assumptions: &[
            "k-means looks for round groups of similar width on the scaled features",
            "there are always k groups when k are asked for: silhouette, gap and stability say whether they mean anything",
            "customers without one of the features are in no group",
        ],
        words: present::WORDS,
        example: "naata clusters --purchases purchases.csv --features \"log1p(recency),log1p(frequency),log1p(monetary)\" --most 8",
    };

    fn wants(params: &ClusterParams) -> Vec<String> {
        let read = read_features(&params.features).unwrap_or_default();
        read.into_iter().map(|f| f.name.into()).filter(|n: &String| !OWN.contains(&n.as_str())).collect()
    }

    fn run(
        (summaries, unit, facts): Self::Input<'_>,
        params: &ClusterParams,
        cx: &Context<'_>,
    ) -> Result<Clusters, Refusal> {
        let wanted = read_features(&params.features)?;
        let features = features(summaries, unit, facts, wanted, cx.as_of)?;
        Ok(clusters(features, summaries.len(), params, cx)?)
    }
}

#[cfg(test)]
mod tests;
