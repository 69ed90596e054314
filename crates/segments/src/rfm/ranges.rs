//! The range of values behind each score.

use super::{Measures, Scores};

/// One of the three measures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Measure {
    /// Days since the last purchase.
    Recency,
    /// Purchases, or days of purchase.
    Frequency,
    /// What was paid.
    Monetary,
}

impl Measure {
    /// The names of the measures, in order: words of the family `measure`.
    pub const NAMES: [&'static str; 3] = ["recency", "frequency", "monetary"];

    /// The name.
    pub fn name(self) -> &'static str {
        Self::NAMES[self as usize]
    }
}

/// The values that got one score of one measure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    /// The measure.
    pub measure: Measure,
    /// The score.
    pub score: u8,
    /// How many customers got it.
    pub customers: u64,
    /// The lowest and the highest of their values; `None` where nobody got the score.
    ///
    /// Days, purchases, or minor units of money. Ranges of neighbouring scores touch or overlap only where the
    /// scoring lets equal values score differently.
    pub values: Option<(i64, i64)>,
}

/// The ranges of all scores, best score first.
pub(super) fn ranges(measures: &Measures, scores: &Scores, bins: u8) -> Vec<Range> {
    let three = [
        (Measure::Recency, &measures.recency, &scores.r),
        (Measure::Frequency, &measures.frequency, &scores.f),
        (Measure::Monetary, &measures.monetary, &scores.m),
    ];
    let mut out = Vec::new();
    for (measure, values, scores) in three {
        let start = out.len();
        out.extend((1..=bins).rev().map(|score| Range { measure, score, customers: 0, values: None }));
        for (v, score) in values.iter().zip(scores) {
            if let Some(range) = out.get_mut(start + usize::from(bins - (*score).min(bins))) {
                range.customers += 1;
                range.values = Some(range.values.map_or((*v, *v), |(low, high)| (low.min(*v), high.max(*v))));
            }
        }
    }
    out
}
