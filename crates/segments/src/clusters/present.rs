//! What clusters say: who is in which, what marks each, what the criteria say.

use super::{Clusters, Criteria, Stability};
use crate::rfm::Measure;
use naata_answer::{Action, Answer, Cell, ChartKind, Column, Message, Present, Table};
use naata_core::{CustomerIx, Finding, Severity};
use naata_facts::{Column as FactColumn, Error, Facts, Provide};

/// The words besides those of tables, columns and the head.
pub(super) const WORDS: &[&str] = &[
    "message.clusters.chosen",
    "message.clusters.disagree",
    "message.clusters.no_structure",
    "message.clusters.sampled",
    "action.clusters.use",
    "action.clusters.unstable",
    "chart.clusters.profile",
    "chart.clusters.silhouette",
    "word.measure.recency",
    "word.measure.frequency",
    "word.measure.monetary",
    "finding.segments.flat_feature",
    "finding.segments.feature_missing",
    "finding.segments.feature_out_of_range",
    "finding.segments.not_converged",
    "word.criterion.silhouette",
    "word.criterion.gap",
    "word.criterion.stability",
];

/// The words of the criteria, in order.
const CRITERIA: [&str; 3] = ["silhouette", "gap", "stability"];

/// From this mean Jaccard index on a cluster counts as stable.
const STABLE: f64 = 0.75;

/// The cluster of a customer.
pub const CLUSTER: &str = "segments.clusters.cluster";

impl Provide for Clusters {
    const FACTS: &'static [&'static str] = &[CLUSTER];

    fn provide(&self, out: &mut Facts) -> Result<(), Error> {
        let mut of = vec![None; self.base];
        for (who, label) in self.features.who.iter().zip(&self.clustering.labels) {
            if let Some(slot) = of.get_mut(who.at()) {
                *slot = Some(*label);
            }
        }
        let names = (1..=self.clustering.sizes.len()).map(|c| c.to_string().into()).collect();
        out.put_column(CLUSTER, FactColumn::Class { names, of }, out.as_of())
    }
}

impl Clusters {
    fn jaccard(&self, cluster: usize) -> Option<f64> {
        self.stability.as_ref().and_then(|s| s.jaccard.get(cluster).copied())
    }

    fn list(&self, key: &'static str, wanted: impl Fn(u32) -> bool) -> Table {
        let rows: Vec<(CustomerIx, u32)> = self
            .features
            .who
            .iter()
            .copied()
            .zip(self.clustering.labels.iter().copied())
            .filter(|(_, label)| wanted(*label))
            .collect();
        Table::list(key)
            .with("customer", Column::Customer(rows.iter().map(|r| r.0).collect()))
            .with("cluster", Column::Count(rows.iter().map(|r| Some(u64::from(r.1) + 1)).collect()))
    }

    fn sizes(&self) -> Table {
        let n = self.features.who.len() as f64;
        let sizes = &self.clustering.sizes;
        Table::figures("clusters")
            .with("cluster", Column::Count((1..=sizes.len() as u64).map(Some).collect()))
            .with("customers", Column::Count(sizes.iter().map(|s| Some(*s)).collect()))
            .with("share", Column::Share(sizes.iter().map(|s| Some(*s as f64 / n)).collect()))
            .with("jaccard", Column::Number((0..sizes.len()).map(|c| self.jaccard(c)).collect()))
            .with(
                "stable",
                Column::Flag((0..sizes.len()).map(|c| self.jaccard(c).map(|j| j >= STABLE)).collect()),
            )
    }

    /// One row for each cluster and feature: its mean as measured, and the centre in standard deviations.
    fn profile(&self) -> Table {
        let dims = self.features.features.len();
        let rows = || (0..self.means.len()).flat_map(|c| (0..dims).map(move |f| (c, f)));
        let name = |f: usize| self.features.features.get(f).map(|f| f.name.clone());
        // The three measures have words; facts are named as rules name them.
        let measure = |f: usize| Measure::NAMES.iter().position(|m| name(f).is_some_and(|n| *n == **m));
        let known: Option<Vec<u16>> = rows().map(|(_, f)| measure(f).map(|at| at as u16)).collect();
        let feature = match known {
            Some(of) => Column::Word {
                family: "measure",
                names: &Measure::NAMES,
                of: of.into_iter().map(Some).collect(),
            },
            None => Column::Text(rows().map(|(_, f)| name(f)).collect()),
        };
        let mean = |(c, f): (usize, usize)| self.means.get(c).and_then(|m| m.get(f).copied());
        let center = |(c, f): (usize, usize)| self.clustering.centers.get(c * dims + f).copied();
        Table::figures("profile")
            .with("cluster", Column::Count(rows().map(|(c, _)| Some(c as u64 + 1)).collect()))
            .with("feature", feature)
            .with("mean", Column::Number(rows().map(mean).collect()))
            .with("center", Column::Number(rows().map(center).collect()))
            .chart("clusters.profile", ChartKind::Heat { row: "cluster", column: "feature", value: "center" })
    }

    fn criteria(&self) -> Table {
        let all = &self.criteria;
        let number = |of: fn(&Criteria) -> Option<f64>| Column::Number(all.iter().map(of).collect());
        let ari = |c: &Criteria, of: fn(&Stability) -> f64| c.stability.as_ref().map(of);
        Table::figures("criteria")
            .with("k", Column::Count(all.iter().map(|c| Some(c.k.into())).collect()))
            .with("inertia", number(|c| c.inertia))
            .with("silhouette", number(|c| c.silhouette))
            .with("gap", number(|c| c.gap.map(|g| g.gap)))
            .with("gap_error", number(|c| c.gap.map(|g| g.error)))
            .with("mean_ari", Column::Number(all.iter().map(|c| ari(c, |s| s.mean_ari)).collect()))
            .with("least_ari", Column::Number(all.iter().map(|c| ari(c, |s| s.least_ari)).collect()))
            .chart(
                "clusters.silhouette",
                ChartKind::Lines { x: "k", y: &["silhouette", "mean_ari"], band: None },
            )
    }

    fn verdict_table(&self) -> Table {
        let place = |name: &str| CRITERIA.iter().position(|c| *c == name).map(|p| p as u16);
        let all = &self.verdicts;
        Table::figures("verdicts")
            .with(
                "criterion",
                Column::Word {
                    family: "criterion",
                    names: &CRITERIA,
                    of: all.iter().map(|v| place(v.criterion)).collect(),
                },
            )
            .with("k", Column::Count(all.iter().map(|v| v.k.map(u64::from)).collect()))
            .with("margin", Column::Number(all.iter().map(|v| v.margin).collect()))
    }

    fn findings(&self, a: &mut Answer) {
        for name in &self.features.flat {
            a.findings.push(Finding::new("segments.flat_feature", Severity::Warning).column(name));
        }
        for (code, customers) in [
            ("segments.feature_missing", self.features.missing),
            ("segments.feature_out_of_range", self.features.out_of_range),
        ] {
            if customers > 0 {
                a.findings.push(Finding::new(code, Severity::Note).detail("customers", &customers));
            }
        }
        if !self.clustering.converged {
            let f = Finding::new("segments.not_converged", Severity::Warning);
            a.findings.push(f.detail("iterations", &self.clustering.iterations));
        }
    }
}

impl Present for Clusters {
    fn answer(&self) -> Answer {
        let mut a = Answer::default();
        let k = self.clustering.sizes.len() as u64;
        a.set("customers", Cell::Count(self.features.who.len() as u64));
        a.set("k", Cell::Count(k));
        a.set("inertia", Cell::Number(self.clustering.inertia));
        a.set("fit.iterations", Cell::Count(self.clustering.iterations.into()));
        a.set("fit.converged", Cell::Flag(self.clustering.converged));
        a.set("looked_at", Cell::Count(self.looked_at));
        if let Some(s) = &self.stability {
            a.set("stability.resamples", Cell::Count(s.resamples));
            a.set("stability.mean_ari", Cell::Number(s.mean_ari));
            a.set("stability.least_ari", Cell::Number(s.least_ari));
        }
        a.tables = vec![self.list("rows", |_| true), self.sizes(), self.profile(), self.criteria()];
        if !self.verdicts.is_empty() {
            a.tables.push(self.verdict_table());
        }
        if let Some(v) = self.verdicts.first() {
            a.messages.push(
                Message::new("clusters.chosen")
                    .with("k", Cell::Count(k))
                    .with("margin", v.margin.map_or(Cell::Missing, Cell::Number)),
            );
        }
        for v in self.verdicts.iter().skip(1) {
            let Some(other) = v.k.filter(|other| u64::from(*other) != k) else { continue };
            let criterion = Cell::Word { family: "criterion", name: v.criterion };
            let key = if other == 1 { "clusters.no_structure" } else { "clusters.disagree" };
            a.messages.push(
                Message::new(key)
                    .with("criterion", criterion)
                    .with("k", Cell::Count(other.into()))
                    .with("margin", v.margin.map_or(Cell::Missing, Cell::Number)),
            );
        }
        if self.looked_at < self.features.who.len() as u64 {
            a.messages.push(Message::new("clusters.sampled").with("customers", Cell::Count(self.looked_at)));
        }
        self.findings(&mut a);
        let holds = |label: u32| self.jaccard(label as usize).is_some_and(|j| j >= STABLE);
        let stable = self.list("stable", holds);
        let customers = stable.rows() as u64;
        a.actions.push(if customers > 0 {
            a.tables.push(stable);
            Action::Act { key: "clusters.use", customers, stake: None, list: "stable" }
        } else {
            let values = vec![("clusters", Cell::Count(k)), ("least", Cell::Number(STABLE))];
            Action::Nothing { key: "clusters.unstable", values }
        });
        a
    }
}
