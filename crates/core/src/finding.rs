//! Findings: partial trouble that travels with the result to the end.

use std::collections::BTreeMap;

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing; nothing was left out.
    Note,
    /// Something may not be as meant; the rows are used.
    Warning,
    /// The rows concerned are not used.
    Error,
}

impl Severity {
    /// The word used in results.
    pub fn name(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// One thing worth telling, in no language: a stable code and values. The words hang on the code.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// The file, as the user named it.
    pub file: Option<Box<str>>,
    /// The line of the file, counted from 1.
    pub line: Option<u64>,
    /// The column, by header or as `#3`.
    pub column: Option<Box<str>>,
    /// A stable code, such as `date.unreadable`.
    pub code: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// The offending value.
    pub value: Option<Box<str>>,
    /// An example of what was expected.
    pub expected: Option<Box<str>>,
    /// What the user probably meant.
    pub suggestion: Option<Box<str>>,
    /// Further values the words of this code mention, by name.
    pub details: Vec<(&'static str, Box<str>)>,
}

impl Finding {
    /// A finding with a code and nothing else.
    pub fn new(code: &'static str, severity: Severity) -> Self {
        Self {
            file: None,
            line: None,
            column: None,
            code,
            severity,
            value: None,
            expected: None,
            suggestion: None,
            details: Vec::new(),
        }
    }

    /// Names the file.
    #[must_use]
    pub fn file(mut self, file: &str) -> Self {
        self.file = Some(file.into());
        self
    }

    /// Names the line, counted from 1.
    #[must_use]
    pub fn line(mut self, line: u64) -> Self {
        self.line = Some(line);
        self
    }

    /// Names the column.
    #[must_use]
    pub fn column(mut self, column: &str) -> Self {
        self.column = Some(column.into());
        self
    }

    /// States the offending value.
    #[must_use]
    pub fn value(mut self, value: &str) -> Self {
        self.value = Some(value.into());
        self
    }

    /// Shows what was expected, by an example.
    #[must_use]
    pub fn expected(mut self, expected: &str) -> Self {
        self.expected = Some(expected.into());
        self
    }

    /// Says what was probably meant.
    #[must_use]
    pub fn suggestion(mut self, suggestion: &str) -> Self {
        self.suggestion = Some(suggestion.into());
        self
    }

    /// Adds a named value.
    #[must_use]
    pub fn detail(mut self, name: &'static str, value: &dyn std::fmt::Display) -> Self {
        self.details.push((name, value.to_string().into()));
        self
    }
}

/// A code and the file it was found in.
type Key = (&'static str, Option<Box<str>>);

/// Findings with a capped listing for each code and exact counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Findings {
    cap: usize,
    listed: BTreeMap<Key, Vec<Finding>>,
    counts: BTreeMap<Key, (Severity, u64)>,
}

impl Default for Findings {
    fn default() -> Self {
        Self::capped(20)
    }
}

impl Findings {
    /// A list that shows at most `cap` findings for each code and file, the first by line, and counts all.
    pub fn capped(cap: usize) -> Self {
        Self { cap, listed: BTreeMap::new(), counts: BTreeMap::new() }
    }

    /// Takes in one finding.
    pub fn push(&mut self, finding: Finding) {
        let key = (finding.code, finding.file.clone());
        self.counts.entry(key.clone()).or_insert((finding.severity, 0)).1 += 1;
        let list = self.listed.entry(key).or_default();
        if list.len() >= self.cap && list.last().is_some_and(|last| *last <= finding) {
            return;
        }
        let at = list.partition_point(|f| *f <= finding);
        list.insert(at, finding);
        list.truncate(self.cap);
    }

    /// Counts `n` further findings of this code and file that nobody will list.
    pub fn count_more(&mut self, like: &Finding, n: u64) {
        let key = (like.code, like.file.clone());
        self.counts.entry(key).or_insert((like.severity, 0)).1 += n;
    }

    /// Takes in another part's findings; the result does not depend on the order of parts.
    pub fn merge(&mut self, other: Self) {
        for (key, (severity, n)) in other.counts {
            self.counts.entry(key).or_insert((severity, 0)).1 += n;
        }
        for (key, list) in other.listed {
            let mine = self.listed.entry(key).or_default();
            mine.extend(list);
            mine.sort();
            mine.truncate(self.cap);
        }
    }

    /// The listed findings, worst first, then by file and line.
    pub fn listed(&self) -> Vec<&Finding> {
        let mut all: Vec<&Finding> = self.listed.values().flatten().collect();
        all.sort_by(|a, b| b.severity.cmp(&a.severity).then_with(|| a.cmp(b)));
        all
    }

    /// For each code and file the severity and the exact number of findings.
    pub fn counts(&self) -> impl Iterator<Item = (&'static str, Option<&str>, Severity, u64)> {
        self.counts.iter().map(|((code, file), (severity, n))| (*code, file.as_deref(), *severity, *n))
    }

    /// The exact number of findings of a severity.
    pub fn count_of(&self, severity: Severity) -> u64 {
        self.counts.values().filter(|(s, _)| *s == severity).map(|(_, n)| n).sum()
    }

    /// The exact number of findings with a code.
    pub fn count(&self, code: &str) -> u64 {
        self.counts.iter().filter(|((c, _), _)| *c == code).map(|(_, (_, n))| n).sum()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.counts.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_listing_is_the_first_by_line_whatever_the_split(lines in prop::collection::vec(1u64..50, 0..60), cut in 0usize..60) {
            let build = |lines: &[u64]| {
                let mut f = Findings::capped(5);
                for l in lines { f.push(Finding::new("x.y", Severity::Error).file("a.csv").line(*l)); }
                f
            };
            let cut = cut.min(lines.len());
            let mut parts = build(&lines[cut..]);
            parts.merge(build(&lines[..cut]));
            prop_assert_eq!(&parts, &build(&lines));
            let mut want = lines.clone();
            want.sort_unstable();
            want.truncate(5);
            let got: Vec<u64> = parts.listed().iter().filter_map(|f| f.line).collect();
            prop_assert_eq!(got, want);
            prop_assert_eq!(parts.count("x.y"), lines.len() as u64);
        }
    }
}
