//! Headers compared: folded for equality, by distance for "did you mean".
//!
//! # Source
//! Optimal string alignment distance: Damerau (1964), Levenshtein (1966).

/// A header in lower case, with letters, digits and marks only: "Customer ID", "customer_id" and "CustomerID" agree.
pub(crate) fn fold(header: &str) -> String {
    header.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// The candidate nearest to `wanted`, when it is near enough to be what was meant.
pub(crate) fn nearest<'a>(wanted: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wanted: Vec<char> = fold(wanted).chars().collect();
    let measured = candidates.into_iter().filter_map(|c| {
        let folded: Vec<char> = fold(c).chars().collect();
        let longest = wanted.len().max(folded.len());
        // A third of the letters may differ; a whole name inside another counts as one slip.
        let within = |a: &[char], b: &[char]| a.len() >= 4 && b.windows(a.len()).any(|w| w == a);
        let inside = within(&wanted, &folded) || within(&folded, &wanted);
        let distance = if inside { 1 } else { distance(&wanted, &folded) };
        (distance * 3 <= longest && longest > 0).then_some((distance, c))
    });
    measured.min_by_key(|(d, _)| *d).map(|(_, c)| c)
}

/// How many insertions, deletions, changes and swaps of neighbours turn one text into the other.
fn distance(a: &[char], b: &[char]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, y) in b.iter().enumerate() {
            let at = |row: &[usize], j: usize| row.get(j).copied().unwrap_or(usize::MAX / 2);
            let mut best =
                (at(&last, j) + usize::from(x != y)).min(at(&last, j + 1) + 1).min(at(&row, j) + 1);
            if i > 0 && j > 0 && a.get(i - 1) == Some(y) && b.get(j - 1) == Some(x) {
                best = best.min(at(&before, j - 1) + 1);
            }
            row.push(best);
        }
        before = std::mem::replace(&mut last, row);
    }
    last.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_fold_in_every_script() {
        assert_eq!(fold(" Customer_ID "), "customerid");
        assert_eq!(fold("ग्राहक आईडी"), fold("ग्राहक-आईडी"));
        assert_eq!(fold("case:concept:name"), "caseconceptname");
    }

    #[test]
    fn the_nearest_header_is_suggested_only_when_near() {
        let headers = ["Totl", "Customer Reference", "Notes"];
        assert_eq!(nearest("total", headers), Some("Totl"));
        assert_eq!(nearest("customer", headers), Some("Customer Reference"));
        assert_eq!(nearest("tota", ["atot", "toat"]), Some("toat"));
        assert_eq!(nearest("birthday", headers), None);
        assert_eq!(nearest("", headers), None);
    }
}
