//! Every analysis naata knows. One line here is a subcommand, its help, a report section, an `explain` page, a row of
//! the docs, and the tests that a golden case, a source and all words exist.

use crate::Entry;

/// The analyses, in the order of the report.
pub static CATALOGUE: &[Entry] = &[
    Entry::of::<naata_metrics::PulseAnalysis>(),
    Entry::with_facts::<naata_metrics::ClvAnalysis>(),
    Entry::of::<naata_metrics::ClvDiscreteAnalysis>(),
    Entry::of::<naata_metrics::ClvContractAnalysis>(),
    Entry::with_facts::<naata_metrics::ChurnSilenceAnalysis>(),
    Entry::of::<naata_metrics::ChurnRateAnalysis>(),
    Entry::of::<naata_metrics::ChurnSurvivalAnalysis>(),
    Entry::of::<naata_metrics::ChurnCompareAnalysis>(),
    Entry::of::<naata_metrics::ChurnDriversAnalysis>(),
    Entry::of::<naata_metrics::ChurnCoxAnalysis>(),
    Entry::with_facts::<naata_metrics::ChurnScoreAnalysis>(),
    Entry::with_facts::<naata_segments::RfmAnalysis>(),
    Entry::of::<naata_segments::RulesAnalysis>(),
    Entry::with_facts::<naata_segments::MigrationAnalysis>(),
    Entry::of::<naata_segments::LiftAnalysis>(),
    Entry::with_facts::<naata_segments::ClustersAnalysis>(),
    Entry::with_facts::<naata_segments::RetentionAnalysis>(),
    Entry::of::<naata_segments::OverlapAnalysis>(),
    Entry::of::<naata_segments::GrowthAnalysis>(),
    Entry::with_facts::<naata_segments::AffinityAnalysis>(),
    Entry::with_facts::<naata_metrics::NpsAnalysis>(),
    Entry::with_facts::<naata_journeys::JourneyMapAnalysis>(),
    Entry::with_facts::<naata_loyalty::LoyaltyRunAnalysis>(),
    Entry::of::<naata_customers::OccasionsAnalysis>(),
    Entry::of::<naata_metrics::SummaryAnalysis>(),
    Entry::of::<naata_customers::CheckAnalysis>(),
];
