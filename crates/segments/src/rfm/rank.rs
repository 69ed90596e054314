//! Scores by rank: each score holds about the same number of customers.
//!
//! # Formula
//! With the n values of a group in ascending order and ranks counted from 1:
//! score = ceil(bins x rank / n), in whole numbers throughout. Ranks of equal values are set by [`Ties`].
//!
//! For the lowest rank the cut is made from below: score = 1 + floor(bins x (rank - 1) / n), where rank - 1 is
//! how many values are smaller. That is the mirror image of the highest rank: turning all values around turns one
//! into the other.

/// Which rank equal values get.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ties {
    /// One after the other, by position: equal values may score differently.
    First,
    /// All the mean of their ranks.
    Average,
    /// All the lowest of their ranks.
    Least,
    /// All the highest of their ranks.
    Most,
}

impl Ties {
    /// The score of a rank of n, where the ranks of equal values run from `first` to `last`.
    fn score(self, rank: u64, first: u64, last: u64, n: u64, bins: u8) -> u8 {
        // Ranks are doubled, so that the mean of two neighbours stays a whole number.
        let up_to = |doubled: u64| (u64::from(bins) * doubled).div_ceil(2 * n);
        let score = match self {
            Self::First => up_to(2 * rank),
            Self::Average => up_to(first + last),
            Self::Least => 1 + u64::from(bins) * (first - 1) / n,
            Self::Most => up_to(2 * last),
        };
        // At most `bins`, because a rank is at most n.
        score as u8
    }
}

/// The score of each value within all values.
pub(super) fn rank_scores(values: &[i64], bins: u8, ties: Ties) -> Vec<u8> {
    if ties == Ties::First {
        return score_order(values.iter().enumerate().map(|(at, v)| (0, *v, at)).collect(), bins, ties);
    }
    // Equal values score alike and greater ones no worse, so that the highest value of each score tells all of them.
    let mut sorted = values.to_vec();
    sorted.sort_unstable();
    let n = sorted.len() as u64;
    let mut highest: Vec<(i64, u8)> = Vec::with_capacity(usize::from(bins));
    let mut before = 0;
    for equal in sorted.chunk_by(|a, b| a == b) {
        let (first, last) = (before + 1, before + equal.len() as u64);
        before = last;
        let Some(value) = equal.first() else { continue };
        let score = ties.score(first, first, last, n, bins);
        match highest.last_mut() {
            Some((high, s)) if *s == score => *high = *value,
            _ => highest.push((*value, score)),
        }
    }
    values.iter().map(|v| highest.iter().find(|(high, _)| v <= high).map_or(bins, |(_, s)| *s)).collect()
}

/// The score of each value within the values of its group.
pub(super) fn rank_scores_within(groups: &[u16], values: &[i64], bins: u8, ties: Ties) -> Vec<u8> {
    let order = groups.iter().zip(values).enumerate().map(|(at, (g, v))| (*g, *v, at)).collect();
    score_order(order, bins, ties)
}

/// Scores triples of group, value and position.
fn score_order(mut order: Vec<(u16, i64, usize)>, bins: u8, ties: Ties) -> Vec<u8> {
    order.sort_unstable();
    let mut out = vec![0; order.len()];
    for group in order.chunk_by(|a, b| a.0 == b.0) {
        let n = group.len() as u64;
        let mut before = 0;
        for equal in group.chunk_by(|a, b| a.1 == b.1) {
            let (first, last) = (before + 1, before + equal.len() as u64);
            before = last;
            for (rank, (_, _, at)) in (first..).zip(equal) {
                if let Some(slot) = out.get_mut(*at) {
                    *slot = ties.score(rank, first, last, n, bins);
                }
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ties_by_hand() {
        // Ranks of the four 7s are 3 to 6 of 8; their mean is 4.5, and 4 x 4.5 / 8 is above 2.
        let values = [1, 2, 7, 7, 7, 7, 8, 9];
        assert_eq!(rank_scores(&values, 4, Ties::First), [1, 1, 2, 2, 3, 3, 4, 4]);
        assert_eq!(rank_scores(&values, 4, Ties::Average), [1, 1, 3, 3, 3, 3, 4, 4]);
        assert_eq!(rank_scores(&values, 4, Ties::Least), [1, 1, 2, 2, 2, 2, 4, 4]);
        assert_eq!(rank_scores(&values, 4, Ties::Most), [1, 1, 3, 3, 3, 3, 4, 4]);
    }

    #[test]
    fn lowest_and_highest_rank_mirror_each_other() {
        let values = [5, 1, 1, 3, 3, 3, 9, 4, 4, 8, 1];
        let turned = values.map(|v: i64| -v);
        for bins in 2..=10 {
            let least = rank_scores(&values, bins, Ties::Least);
            let most = rank_scores(&turned, bins, Ties::Most);
            assert!(least.iter().zip(most).all(|(a, b)| a + b == bins + 1), "{bins}");
        }
    }

    #[test]
    fn a_group_is_ranked_by_itself() {
        let scores = rank_scores_within(&[1, 0, 1, 0, 0], &[5, 50, 4, 60, 40], 5, Ties::Average);
        assert_eq!(scores, [5, 4, 3, 5, 2]);
    }

    #[test]
    fn nothing_and_the_ends_of_the_range() {
        assert!(rank_scores(&[], 5, Ties::Average).is_empty());
        assert_eq!(rank_scores(&[i64::MAX, i64::MIN], 10, Ties::Average), [10, 5]);
    }
}
