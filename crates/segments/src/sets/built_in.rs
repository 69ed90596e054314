//! The sets that come with naata: the ten names of the R x F grid, and the boxes of the R package rfm.
//!
//! # Source
//! Boxes: the R package rfm, versions 0.2 and 0.3. They neither cover all cells nor keep apart; they are here to
//! reproduce its results, and [`SegmentSet::verify`] tells what is wrong with them.

use super::{SegmentBox, SegmentSet, Span};
use crate::rfm::{AREAS, Segment};
use naata_answer::choice;

choice! {
    /// A set that comes with naata.
    pub enum BuiltIn {
        /// Ten names that partition the R x F grid.
        Grid = "grid",
        /// The boxes of R rfm 0.2.
        RBoxes02 = "r-0.2",
        /// The boxes of R rfm 0.3.
        RBoxes03 = "r-0.3",
    }
}

type Row = (&'static str, [u8; 6]);

const R_02: [Row; 10] = [
    ("Champions", [4, 5, 4, 5, 4, 5]),
    ("Loyal Customers", [2, 5, 3, 5, 3, 5]),
    ("Potential Loyalist", [3, 5, 1, 3, 1, 3]),
    ("New Customers", [4, 5, 1, 1, 1, 1]),
    ("Promising", [3, 4, 1, 1, 1, 1]),
    ("Need Attention", [2, 3, 2, 3, 2, 3]),
    ("About To Sleep", [2, 3, 1, 2, 1, 2]),
    ("At Risk", [1, 2, 2, 5, 2, 5]),
    ("Can't Lose Them", [1, 1, 4, 5, 4, 5]),
    ("Lost", [1, 2, 1, 2, 1, 2]),
];

const R_03: [Row; 10] = [
    ("Champions", [5, 5, 5, 5, 5, 5]),
    ("Potential Loyalist", [3, 5, 3, 5, 2, 5]),
    ("Loyal Customers", [2, 4, 2, 4, 2, 4]),
    ("Promising", [3, 4, 1, 3, 3, 5]),
    ("New Customers", [4, 5, 1, 3, 1, 5]),
    ("Can't Lose Them", [1, 2, 3, 4, 4, 5]),
    ("At Risk", [1, 2, 2, 5, 4, 5]),
    ("Need Attention", [1, 3, 3, 5, 3, 5]),
    ("About To Sleep", [2, 3, 1, 3, 1, 4]),
    ("Lost", [1, 1, 1, 5, 1, 5]),
];

impl BuiltIn {
    /// The set as data, for five scores of each measure.
    pub fn set(self) -> SegmentSet {
        let set = |name: &str, otherwise: &str, boxes: Vec<SegmentBox>| SegmentSet {
            name: name.into(),
            bins: 5,
            otherwise: otherwise.into(),
            boxes,
        };
        let rows = |rows: &[Row]| {
            let one = |(name, [a, b, c, d, e, f]): &Row| SegmentBox {
                name: (*name).into(),
                r: Span::new(*a, *b),
                f: Span::new(*c, *d),
                m: Span::new(*e, *f),
                action: None,
            };
            rows.iter().map(one).collect()
        };
        match self {
            Self::Grid => {
                let one = |a: &crate::rfm::Area| SegmentBox {
                    name: a.segment.name().into(),
                    r: Span::new(a.r.0, a.r.1),
                    f: Span::new(a.f.0, a.f.1),
                    m: Span::ANY,
                    action: None,
                };
                // The areas cover every cell, so that nobody is left to the last name.
                set("R x F grid", Segment::Hibernating.name(), AREAS.iter().map(one).collect())
            }
            Self::RBoxes02 => set("R rfm 0.2", "Others", rows(&R_02)),
            Self::RBoxes03 => set("R rfm 0.3", "Others", rows(&R_03)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sets::KNOWN;

    #[test]
    fn every_name_is_a_word_and_every_set_is_sound() {
        for one in [BuiltIn::Grid, BuiltIn::RBoxes02, BuiltIn::RBoxes03] {
            assert_eq!(one.set().check(), Ok(()));
            assert!(one.set().names().iter().all(|n| KNOWN.contains(&&**n)));
        }
        assert_eq!(BuiltIn::Grid.set().names(), Segment::NAMES.map(Box::from));
    }
}
