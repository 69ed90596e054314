//! Named segment sets as data: boxes of R, F and M scores, the first box that fits gives the name.
//!
//! A set is read from TOML or taken from [`BuiltIn`]. Whether it covers every cell, covers some twice, or holds
//! names nobody can get is told by [`verify`](SegmentSet::verify) before it is used.
//!
//! ```
//! use naata_segments::sets::SegmentSet;
//!
//! let set: SegmentSet = toml::from_str(r#"
//!     name = "Two doors"
//!     bins = 5
//!     else = "Others"
//!     [[segment]]
//!     name = "Regulars"
//!     f = [4, 5]
//!     [[segment]]
//!     name = "Newcomers"
//!     r = [4, 5]
//!     f = [1, 2]
//! "#)?;
//! set.check()?;
//! assert_eq!(set.name_of(5, 1, 3), "Newcomers");
//! let coverage = set.verify();
//! assert_eq!((coverage.uncovered.len(), coverage.doubly_covered, coverage.unreachable.len()), (55, 0, 0));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod built_in;
mod verify;

pub use built_in::BuiltIn;
pub use verify::Coverage;

use crate::Error;
use naata_answer::Column;
use serde::{Deserialize, Serialize};

/// The lowest and the highest score of a box, both inside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "[u8; 2]", into = "[u8; 2]")]
pub struct Span {
    /// The lowest score.
    pub low: u8,
    /// The highest score.
    pub high: u8,
}

impl Span {
    /// Every score of any number of bins: what a box asks of a measure it does not mention.
    pub const ANY: Self = Self { low: 1, high: 10 };

    /// The scores from `low` to `high`.
    pub const fn new(low: u8, high: u8) -> Self {
        Self { low, high }
    }

    /// Whether a score lies inside.
    pub fn holds(self, score: u8) -> bool {
        self.low <= score && score <= self.high
    }

    fn any() -> Self {
        Self::ANY
    }

    fn is_any(&self) -> bool {
        *self == Self::ANY
    }
}

impl From<[u8; 2]> for Span {
    fn from([low, high]: [u8; 2]) -> Self {
        Self { low, high }
    }
}

impl From<Span> for [u8; 2] {
    fn from(span: Span) -> Self {
        [span.low, span.high]
    }
}

/// One box of scores and its name. A name may have several boxes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SegmentBox {
    /// The name.
    pub name: String,
    /// Scores of recency.
    #[serde(default = "Span::any", skip_serializing_if = "Span::is_any")]
    pub r: Span,
    /// Scores of frequency.
    #[serde(default = "Span::any", skip_serializing_if = "Span::is_any")]
    pub f: Span,
    /// Scores of monetary value.
    #[serde(default = "Span::any", skip_serializing_if = "Span::is_any")]
    pub m: Span,
    /// What to do with those who have the name; of several boxes of a name the first that says so counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action: Option<String>,
}

impl SegmentBox {
    /// Whether three scores lie inside.
    pub fn holds(&self, r: u8, f: u8, m: u8) -> bool {
        self.r.holds(r) && self.f.holds(f) && self.m.holds(m)
    }
}

/// Names for scores: the first box that holds a customer's scores gives the name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SegmentSet {
    /// What the set is called.
    pub name: String,
    /// The number of scores its boxes are written for.
    #[serde(default = "five")]
    pub bins: u8,
    /// The name of those whom no box holds.
    #[serde(rename = "else")]
    pub otherwise: String,
    /// The boxes, in the order in which they are tried.
    #[serde(rename = "segment")]
    pub boxes: Vec<SegmentBox>,
}

fn five() -> u8 {
    5
}

impl SegmentSet {
    /// Whether it can be used: bins from 2 to 10, names that are not blank, boxes inside the bins and not empty.
    pub fn check(&self) -> Result<(), Error> {
        if !(2..=10).contains(&self.bins) {
            return Err(Error::Bins { bins: self.bins });
        }
        let names = self.boxes.iter().map(|b| &b.name).chain([&self.otherwise, &self.name]);
        if names.into_iter().any(|name| name.trim().is_empty()) {
            return Err(Error::Blank { set: self.name.clone() });
        }
        if u16::try_from(self.boxes.len()).is_err() {
            return Err(Error::TooManyBoxes { set: self.name.clone() });
        }
        for b in &self.boxes {
            for (measure, span) in [("r", b.r), ("f", b.f), ("m", b.m)] {
                let inside = span.is_any() || (1 <= span.low && span.high <= self.bins);
                if !inside || span.low > span.high {
                    return Err(Error::Box {
                        name: b.name.clone(),
                        measure,
                        low: span.low,
                        high: span.high,
                        bins: self.bins,
                    });
                }
            }
        }
        Ok(())
    }

    /// All names, each once, in the order of the boxes; the name of those whom no box holds comes last.
    pub fn names(&self) -> Vec<Box<str>> {
        let mut names: Vec<Box<str>> = Vec::new();
        for name in self.boxes.iter().map(|b| b.name.as_str()).chain([self.otherwise.as_str()]) {
            if !names.iter().any(|n| **n == *name) {
                names.push(name.into());
            }
        }
        names
    }

    /// What to do with those of each name, in the order of [`SegmentSet::names`].
    pub fn actions(&self) -> Vec<Option<Box<str>>> {
        let told =
            |name: &str| self.boxes.iter().filter(|b| b.name == *name).find_map(|b| b.action.as_deref());
        self.names().iter().map(|name| told(name).map(Into::into)).collect()
    }

    /// The name of three scores.
    pub fn name_of(&self, r: u8, f: u8, m: u8) -> &str {
        self.boxes.iter().find(|b| b.holds(r, f, m)).map_or(&self.otherwise, |b| &b.name)
    }

    /// A table of the set: the position in [`SegmentSet::names`] for every cell.
    pub(crate) fn spread(&self) -> Cells {
        let names = self.names();
        let position = |name: &str| names.iter().position(|n| **n == *name).unwrap_or(names.len()) as u16;
        let all = || 1..=self.bins;
        let cells = all()
            .flat_map(|r| all().flat_map(move |f| all().map(move |m| (r, f, m))))
            .map(|(r, f, m)| position(self.name_of(r, f, m)));
        Cells { bins: usize::from(self.bins), of: cells.collect() }
    }
}

/// The position of the name of every cell, so that a customer costs one look-up.
#[derive(Clone, Debug)]
pub(crate) struct Cells {
    bins: usize,
    of: Vec<u16>,
}

impl Cells {
    /// The position of the name of three scores; scores beyond the bins count as the nearest inside.
    pub(crate) fn of(&self, r: u8, f: u8, m: u8) -> u16 {
        let at = |score: u8| usize::from(score).clamp(1, self.bins) - 1;
        let cell = (at(r) * self.bins + at(f)) * self.bins + at(m);
        self.of.get(cell).copied().unwrap_or(0)
    }
}

/// Every name of the built-in sets, the two places outside of all segments, and the two sides of what holds or not: words
/// of the family `segment`.
pub const KNOWN: [&str; 18] = [
    "Champions",
    "Loyal",
    "Potential Loyalist",
    "New",
    "Promising",
    "Need Attention",
    "About To Sleep",
    "At Risk",
    "Can't Lose Them",
    "Hibernating",
    "Loyal Customers",
    "New Customers",
    "Lost",
    "Others",
    ENTERED,
    LEFT,
    "yes",
    "no",
];

/// Where customers come from who had no purchase before.
pub const ENTERED: &str = "not yet here";

/// Where customers are who have no purchase any more.
pub const LEFT: &str = "no longer here";

/// A column of names: words where all are known, else classes in the words of whoever wrote the set.
pub(crate) fn name_column(names: &[Box<str>], of: Vec<Option<u16>>) -> Column {
    let known: Option<Vec<u16>> =
        names.iter().map(|n| KNOWN.iter().position(|k| **k == **n).map(|p| p as u16)).collect();
    match known {
        Some(to) => {
            let of = of.into_iter().map(|p| p.and_then(|p| to.get(usize::from(p)).copied())).collect();
            Column::Word { family: "segment", names: &KNOWN, of }
        }
        None => Column::Class { names: names.to_vec(), of },
    }
}

/// What to do with those of each known name: words of the family `segment_action`, in the order of [`KNOWN`].
const ACTIONS: [&str; 14] = [
    "reward", "keep", "build", "welcome", "remind", "attend", "wake", "win back", "call", "let rest", "keep",
    "welcome", "let rest", "look",
];

/// A column of what to do with those of each name: as the owner of the set wrote it, else in words of naata where all
/// names are known.
pub(crate) fn action_column(names: &[Box<str>], own: &[Option<Box<str>>]) -> Column {
    let of = names.iter().map(|n| KNOWN.iter().position(|k| **k == **n).filter(|p| *p < ACTIONS.len()));
    let known: Option<Vec<u16>> = of.map(|p| p.map(|p| p as u16)).collect();
    match known {
        Some(of) if own.iter().all(Option::is_none) => {
            Column::Word { family: "segment_action", names: &ACTIONS, of: of.into_iter().map(Some).collect() }
        }
        _ => Column::Text(own.to_vec()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(boxes: Vec<SegmentBox>) -> SegmentSet {
        SegmentSet { name: "s".into(), bins: 5, otherwise: "Others".into(), boxes }
    }

    fn named(name: &str, r: (u8, u8)) -> SegmentBox {
        SegmentBox { name: name.into(), r: Span::new(r.0, r.1), f: Span::ANY, m: Span::ANY, action: None }
    }

    #[test]
    fn the_first_box_wins_and_a_name_may_have_several() {
        let s = set(vec![named("A", (4, 5)), named("B", (3, 5)), named("A", (1, 1))]);
        assert_eq!([5, 3, 1, 2].map(|r| s.name_of(r, 1, 1)), ["A", "B", "A", "Others"]);
        assert_eq!(s.names(), ["A".into(), "B".into(), "Others".into()] as [Box<str>; 3]);
        let cells = s.spread();
        for r in 1..=5 {
            assert_eq!(&*s.names()[usize::from(cells.of(r, 2, 3))], s.name_of(r, 2, 3));
        }
        // A score out of range counts as the nearest.
        assert_eq!((cells.of(9, 1, 1), cells.of(0, 1, 1)), (0, 0));
    }

    #[test]
    fn sets_that_make_no_sense_are_refused() {
        let code = |s: &SegmentSet| s.check().map_err(|e| e.code());
        assert_eq!(code(&set(vec![named("A", (4, 5))])), Ok(()));
        assert_eq!(code(&set(vec![named(" ", (4, 5))])), Err("segments.blank"));
        assert_eq!(code(&set(vec![named("A", (5, 4))])), Err("segments.box"));
        assert_eq!(code(&set(vec![named("A", (0, 4))])), Err("segments.box"));
        assert_eq!(code(&set(vec![named("A", (4, 6))])), Err("segments.box"));
        assert_eq!(code(&SegmentSet { bins: 11, ..set(vec![]) }), Err("segments.bins"));
    }

    #[test]
    fn a_set_survives_being_written_down() {
        for one in [BuiltIn::Grid, BuiltIn::RBoxes02, BuiltIn::RBoxes03] {
            let text = toml::to_string(&one.set()).unwrap();
            assert_eq!(toml::from_str::<SegmentSet>(&text).unwrap(), one.set());
        }
        let typo = "name = 's'\nelse = 'o'\n[[segment]]\nname = 'A'\nq = [1, 2]\n";
        assert!(toml::from_str::<SegmentSet>(typo).is_err());
    }

    #[test]
    fn own_names_stay_in_their_own_words() {
        let own = name_column(&["Champions".into(), "Stammkunden".into()], vec![Some(1), None]);
        assert_eq!(own.cell(0), naata_answer::Cell::Text("Stammkunden".into()));
        let known = name_column(&["Lost".into(), "Others".into()], vec![Some(0)]);
        assert_eq!(known.cell(0), naata_answer::Cell::Word { family: "segment", name: "Lost" });
    }
}
