//! How good a score is on rows it was not fitted to: order, chances, and whether the chances are right.
//!
//! # Formula
//! AUC: the share of pairs of a leaver and a stayer with the leaver's score higher, ties half, its interval by
//! DeLong's variance on the scale of the logit; log-loss `-mean(y ln p + (1 - y) ln(1 - p))`; Brier
//! `mean (p - y)^2`; average precision: the sum over scores, falling, of the gain in recall times the precision; top
//! decile: the first `floor(n / 10)` rows by score, their share of leavers over that of all.
//!
//! # Source
//! Hanley and McNeil, 1982; DeLong, DeLong and Clarke-Pearson, 1988; Brier, 1950; Good, 1952 (log-loss).

use crate::Error;
use crate::estimate::{Estimate, Z, share};
use naata_math::{exact_sum, ln, ln_1p, logistic, logit, sqrt};

/// Which rows are kept apart to test a model on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Split {
    /// Each row whose number, counted from 0, leaves this rest on division.
    Modulo {
        /// The divisor.
        of: usize,
        /// The rest.
        rest: usize,
    },
    /// The rows from this one on: what came last, when rows are in order of time.
    From(usize),
}

impl Split {
    /// Whether a row is for testing.
    pub fn tests(self, row: usize) -> bool {
        match self {
            Self::Modulo { of, rest } => row.checked_rem(of) == Some(rest),
            Self::From(first) => row >= first,
        }
    }
}

/// A tenth of the rows, by score.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Decile {
    /// The mean chance predicted.
    pub predicted: f64,
    /// The share that left, with its interval.
    pub observed: Estimate,
    /// Those who left.
    pub left: u64,
}

/// How good a score is.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Evaluation {
    /// The rows.
    pub n: u64,
    /// Those who left.
    pub left: u64,
    /// The area under the curve.
    pub auc: Estimate,
    /// The mean logarithmic loss; a chance of 0 or 1 counts as the nearest the number format can tell from it.
    pub log_loss: f64,
    /// The mean squared error.
    pub brier: f64,
    /// The average precision.
    pub average_precision: f64,
    /// The tenths, highest scores first; none below ten rows.
    pub deciles: Vec<Decile>,
    /// The share of leavers in the first tenth over that of all.
    pub top_decile_lift: Option<f64>,
}

/// Judges predicted chances by what happened. Rows of equal chance keep their order.
///
/// # Errors
/// Inputs of unequal length; a chance outside 0 to 1; nobody left, or everybody.
///
/// # Example
/// ```
/// let e = naata_metrics::churn::evaluate(&[0.9, 0.6, 0.6, 0.1], &[true, true, false, false])?;
/// assert_eq!(e.auc.value, 0.875);
/// # Ok::<(), naata_metrics::Error>(())
/// ```
pub fn evaluate(predicted: &[f64], left: &[bool]) -> Result<Evaluation, Error> {
    if predicted.len() != left.len() {
        let (expected, found) = (left.len(), predicted.len());
        return Err(Error::Rows { what: "the predicted chances".into(), expected, found });
    }
    if let Some((row, p)) = predicted.iter().enumerate().find(|(_, p)| !(0.0..=1.0).contains(*p)) {
        return Err(Error::Covariate { column: "chance".into(), row, value: p.to_string() });
    }
    let (n, leavers) = (left.len(), left.iter().filter(|l| **l).count());
    if leavers == 0 || leavers == n {
        return Err(Error::OneOutcome { left: leavers as u64, n: n as u64 });
    }
    let mut rows: Vec<(f64, bool)> = predicted.iter().copied().zip(left.iter().copied()).collect();
    rows.sort_by(|a, b| b.0.total_cmp(&a.0));
    let count = n as f64;
    let least = f64::EPSILON;
    let loss = |(p, y): &(f64, bool)| {
        let p = p.clamp(least, 1.0 - least);
        if *y { -ln(p) } else { -ln_1p(-p) }
    };
    let square = |(p, y): &(f64, bool)| {
        let off = p - f64::from(u8::from(*y));
        off * off
    };
    let deciles = deciles(&rows);
    let base = leavers as f64 / count;
    Ok(Evaluation {
        n: n as u64,
        left: leavers as u64,
        auc: auc(&rows, leavers),
        log_loss: exact_sum(rows.iter().map(loss)) / count,
        brier: exact_sum(rows.iter().map(square)) / count,
        average_precision: average_precision(&rows, leavers),
        top_decile_lift: deciles.first().map(|d| d.observed.value / base),
        deciles,
    })
}

/// The area under the curve of rows sorted by falling score.
fn auc(rows: &[(f64, bool)], leavers: usize) -> Estimate {
    let (pos, neg) = (leavers as f64, (rows.len() - leavers) as f64);
    // For each leaver the share of stayers below, for each stayer the share of leavers above (ties half).
    let (mut above, mut stayers_above) = (0.0, 0.0);
    let (mut of_leavers, mut of_stayers): (Vec<f64>, Vec<f64>) = (Vec::new(), Vec::new());
    for same in rows.chunk_by(|a, b| a.0 == b.0) {
        let k = same.iter().filter(|r| r.1).count();
        let m = same.len() - k;
        of_leavers.extend(std::iter::repeat_n((neg - stayers_above - 0.5 * m as f64) / neg, k));
        of_stayers.extend(std::iter::repeat_n((above + 0.5 * k as f64) / pos, m));
        above += k as f64;
        stayers_above += m as f64;
    }
    let value = exact_sum(of_leavers.iter().copied()) / pos;
    let spread =
        |of: &[f64], n: f64| exact_sum(of.iter().map(|v| (v - value) * (v - value))) / (n * (n - 1.0));
    let variance = spread(&of_leavers, pos) + spread(&of_stayers, neg);
    let known = variance.is_finite() && value > 0.0 && value < 1.0;
    let interval = known.then(|| {
        let half = Z * sqrt(variance) / (value * (1.0 - value));
        (logistic(logit(value) - half), logistic(logit(value) + half))
    });
    Estimate { value, interval, n: rows.len() as u64 }
}

fn average_precision(rows: &[(f64, bool)], leavers: usize) -> f64 {
    let (mut seen, mut hits, mut sum) = (0.0, 0.0, 0.0);
    for same in rows.chunk_by(|a, b| a.0 == b.0) {
        let k = same.iter().filter(|r| r.1).count() as f64;
        seen += same.len() as f64;
        hits += k;
        sum += k * hits / seen;
    }
    sum / leavers as f64
}

fn deciles(rows: &[(f64, bool)]) -> Vec<Decile> {
    if rows.len() < 10 {
        return Vec::new();
    }
    let bound = |i: usize| i * rows.len() / 10;
    let tenths = (0..10).filter_map(|i| rows.get(bound(i)..bound(i + 1)));
    tenths
        .filter_map(|rows| {
            let left = rows.iter().filter(|r| r.1).count() as u64;
            let predicted = exact_sum(rows.iter().map(|r| r.0)) / rows.len() as f64;
            Some(Decile { predicted, observed: share(left, rows.len() as u64)?, left })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use naata_testkit::assert_close;
    use proptest::prelude::*;

    #[test]
    fn a_split_by_rule_takes_each_row_once() {
        let test: Vec<usize> = (0..12).filter(|r| Split::Modulo { of: 5, rest: 0 }.tests(*r)).collect();
        assert_eq!(test, [0, 5, 10]);
        assert!(
            !Split::Modulo { of: 0, rest: 0 }.tests(3) && Split::From(3).tests(3) && !Split::From(3).tests(2)
        );
    }

    #[test]
    fn what_cannot_be_judged_is_refused() {
        assert_eq!(evaluate(&[0.5], &[true]).unwrap_err(), Error::OneOutcome { left: 1, n: 1 });
        assert_eq!(evaluate(&[0.5, 1.5], &[true, false]).unwrap_err().code(), "metrics.covariate");
        assert_eq!(evaluate(&[0.5], &[true, false]).unwrap_err().code(), "metrics.rows");
        let sure = evaluate(&[0.0, 1.0], &[true, false]).unwrap();
        assert!(sure.log_loss.is_finite() && sure.log_loss > 30.0);
    }

    proptest! {
        #[test]
        fn the_area_is_the_share_of_pairs_in_order(rows in prop::collection::vec((0u8..8, any::<bool>()), 2..60)) {
            let p: Vec<f64> = rows.iter().map(|r| f64::from(r.0) / 8.0).collect();
            let left: Vec<bool> = rows.iter().map(|r| r.1).collect();
            if let Ok(e) = evaluate(&p, &left) {
                let (mut sum, mut pairs) = (0.0, 0.0);
                for (a, y) in p.iter().zip(&left).filter(|r| *r.1) {
                    for (b, _) in p.iter().zip(&left).filter(|r| !*r.1) {
                        pairs += 1.0;
                        sum += if a > b { 1.0 } else if a == b { 0.5 } else { 0.0 };
                    }
                    prop_assert!(*y);
                }
                assert_close("auc", e.auc.value, sum / pairs, 1e-14);
                let counted: u64 = e.deciles.iter().map(|d| d.observed.n).sum();
                prop_assert!(e.deciles.is_empty() && p.len() < 10 || counted == e.n);
                prop_assert!(e.deciles.is_sorted_by(|a, b| a.predicted >= b.predicted));
                let flipped: Vec<bool> = left.iter().map(|l| !l).collect();
                let mirrored: Vec<f64> = p.iter().map(|p| 1.0 - p).collect();
                let m = evaluate(&mirrored, &flipped).unwrap();
                assert_close("auc of the mirror", m.auc.value, e.auc.value, 1e-13);
                assert_close("brier of the mirror", m.brier, e.brier, 1e-13);
            }
        }
    }
}
