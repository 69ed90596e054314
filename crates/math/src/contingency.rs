//! Tests of independence in a table of counts.

use crate::chi_squared::ChiSquared;
use crate::elementary::exp;
use crate::error::Error;
use crate::gamma::ln_choose;

/// The outcome of a chi-square test.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct ChiSquareTest {
    /// The test statistic.
    pub statistic: f64,
    /// The degrees of freedom.
    pub degrees: u64,
    /// The probability of a statistic at least as large without any dependence.
    pub p: f64,
    /// The smallest expected count: below 5 the p-value is rough.
    pub smallest_expected: f64,
}

/// Tests whether rows and columns of a table are independent, or none where there is nothing to test.
///
/// Rows and columns without any count are left out; fewer than two of either leave nothing to test. No
/// correction for continuity is made.
///
/// # Formula
/// Sum over cells of (observed - expected)^2 / expected, with (rows - 1)(columns - 1) degrees of freedom.
///
/// # Source
/// Pearson, "On the Criterion ...", 1900.
///
/// # Errors
/// Rows of different lengths.
pub fn pearson_chi_square<R: AsRef<[u64]>>(table: &[R]) -> Result<Option<ChiSquareTest>, Error> {
    let columns = table.first().map_or(0, |row| row.as_ref().len());
    let mut row_sums = Vec::with_capacity(table.len());
    let mut column_sums = vec![0.0; columns];
    for row in table {
        let row = row.as_ref();
        if row.len() != columns {
            return Err(Error::Length { what: "row", found: row.len(), expected: columns });
        }
        let mut sum = 0.0;
        for (&count, column_sum) in row.iter().zip(&mut column_sums) {
            sum += count as f64;
            *column_sum += count as f64;
        }
        row_sums.push(sum);
    }
    let used = |sums: &[f64]| sums.iter().filter(|&&sum| sum > 0.0).count() as u64;
    let (rows_used, columns_used) = (used(&row_sums), used(&column_sums));
    if rows_used < 2 || columns_used < 2 {
        return Ok(None);
    }
    let total: f64 = row_sums.iter().sum();
    let mut statistic = 0.0;
    let mut smallest_expected = f64::INFINITY;
    for (row, row_sum) in table.iter().zip(&row_sums) {
        for (&count, column_sum) in row.as_ref().iter().zip(&column_sums) {
            let expected = row_sum * column_sum / total;
            if expected > 0.0 {
                let off = count as f64 - expected;
                statistic += off * off / expected;
                smallest_expected = smallest_expected.min(expected);
            }
        }
    }
    let degrees = (rows_used - 1) * (columns_used - 1);
    let p = ChiSquared::new(degrees as f64)?.sf(statistic);
    Ok(Some(ChiSquareTest { statistic, degrees, p, smallest_expected }))
}

/// Two probabilities this close, relatively, count as tied in Fisher's test.
const TIE: f64 = 1e-7;

/// Returns the two-sided p-value of Fisher's exact test of a 2 x 2 table.
///
/// # Formula
/// The sum of the probabilities of all tables with the same margins that are no more probable than the one
/// seen; a relative 1e-7 above it counts as equal, so that rounding cannot break a tie.
///
/// # Source
/// Fisher, Statistical Methods for Research Workers, 1934; the two-sided sum as in Freeman and Halton, 1951.
pub fn fisher_exact(table: [[u64; 2]; 2]) -> f64 {
    let [[a, b], [c, d]] = table.map(|row| row.map(|count| count as f64));
    let (row, other_row, column) = (a + b, c + d, a + c);
    let total = row + other_row;
    let low = (column - other_row).max(0.0);
    let high = column.min(row);
    let ln_all = ln_choose(total, column);
    let ln_p = |k: f64| ln_choose(row, k) + ln_choose(other_row, column - k) - ln_all;
    let seen = ln_p(a);
    // Outward from the mode the probabilities fall, so each side is summed from the first table that counts.
    let mode = (((row + 1.0) * (column + 1.0) / (total + 2.0)).floor()).clamp(low, high);
    let counts = |k: f64| ln_p(k) <= seen + TIE;
    let mut p = 0.0;
    for (end, step) in [(low, 1.0), (high, -1.0)] {
        // The last table that counts, seen from the end, by bisection; none on this side leaves the end itself.
        let steps = ((mode - end) * step).max(0.0);
        let (mut inside, mut outside) = (-1.0, steps + 1.0);
        while outside - inside > 1.0 {
            let middle = ((inside + outside) * 0.5_f64).floor();
            if counts(end + step * middle) {
                inside = middle;
            } else {
                outside = middle;
            }
        }
        let mut k = inside;
        let mut side = 0.0;
        while k >= 0.0 {
            let term = exp(ln_p(end + step * k));
            side += term;
            if term <= 1e-18 * side {
                break;
            }
            k -= 1.0;
        }
        // The mode belongs to both sides; when it counts, every table does.
        if inside >= steps {
            return 1.0;
        }
        p += side;
    }
    p.min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::assert_close;
    use proptest::prelude::*;

    #[test]
    fn the_lady_tasting_tea() {
        // Fisher, 1935: three of four cups right, two-sided 34/70; all right, 2/70.
        assert_close(fisher_exact([[3, 1], [1, 3]]), 34.0 / 70.0, 1e-14, "three right");
        assert_close(fisher_exact([[4, 0], [0, 4]]), 2.0 / 70.0, 1e-14, "all right");
        // Exact fraction of binomial coefficients; R prints 0.0005367.
        assert_close(fisher_exact([[3, 15], [10, 2]]), 0.0005367241191434358, 1e-13, "fraction");
        assert_eq!(fisher_exact([[0, 0], [0, 0]]), 1.0);
        assert_eq!(fisher_exact([[5, 0], [3, 0]]), 1.0);
    }

    #[test]
    fn a_table_worked_by_hand() {
        // Expected 20, 30, 20, 30, so the statistic is 25/20 + 25/30 + 25/20 + 25/30; p from 40 digits.
        let found = pearson_chi_square(&[[25, 25], [15, 35]]).unwrap().unwrap();
        assert_close(found.statistic, 25.0 / 6.0, 1e-15, "statistic");
        assert_eq!((found.degrees, found.smallest_expected), (1, 20.0));
        assert_close(found.p, 0.041226833337163815, 1e-13, "p");
    }

    #[test]
    fn nothing_to_test() {
        assert_eq!(pearson_chi_square::<[u64; 2]>(&[]), Ok(None));
        assert_eq!(pearson_chi_square(&[[1, 0], [3, 0]]), Ok(None));
        assert_eq!(pearson_chi_square(&[[1, 2], [0, 0]]), Ok(None));
        assert!(pearson_chi_square(&[vec![1], vec![1, 2]]).is_err());
        let with_gap = pearson_chi_square(&[[25, 0, 25], [15, 0, 35]]).unwrap().unwrap();
        assert_eq!(with_gap, pearson_chi_square(&[[25, 25], [15, 35]]).unwrap().unwrap());
    }

    /// Sums every table with the same margins, the definition taken literally.
    fn naive_fisher(table: [[u64; 2]; 2]) -> f64 {
        let [[a, b], [c, d]] = table;
        let choose =
            |n: u64, k: u64| (0..k).fold(1.0, |product, j| product * (n - j) as f64 / (j + 1) as f64);
        let weight = |k: u64| choose(a + b, k) * choose(c + d, a + c - k);
        let all: Vec<u64> = (0..=(a + b).min(a + c)).filter(|&k| a + c - k <= c + d).collect();
        let total: f64 = all.iter().map(|&k| weight(k)).sum();
        let seen = weight(a);
        all.iter().map(|&k| weight(k)).filter(|&w| w <= seen * (1.0 + TIE)).sum::<f64>() / total
    }

    proptest! {
        #[test]
        fn fisher_agrees_with_its_definition(a in 0u64..40, b in 0u64..40, c in 0u64..40, d in 0u64..40) {
            let table = [[a, b], [c, d]];
            let (found, expected) = (fisher_exact(table), naive_fisher(table));
            prop_assert!((found - expected).abs() <= 1e-11 * expected, "{found} {expected}");
        }

        #[test]
        fn turning_the_table_changes_nothing(a in 0u64..5000, b in 0u64..5000, c in 0u64..5000, d in 0u64..5000) {
            let p = fisher_exact([[a, b], [c, d]]);
            prop_assert!((p - fisher_exact([[a, c], [b, d]])).abs() <= 1e-9 * p);
            prop_assert!((p - fisher_exact([[d, c], [b, a]])).abs() <= 1e-9 * p);
            prop_assert!((0.0..=1.0).contains(&p));
        }
    }
}
