//! From scores to names: a segment set spread over all cells.

use super::Segment;
use crate::Error;
use crate::sets::{BuiltIn, Cells, SegmentSet};

/// The names of a set and the name of every cell.
#[derive(Clone, Debug)]
pub(crate) struct Naming {
    /// The names.
    pub(crate) names: Vec<Box<str>>,
    /// What to do with those of each name, where the owner of the set says so.
    pub(crate) actions: Vec<Option<Box<str>>>,
    bins: u8,
    /// The cells of a set; the ten names need none, as they are worked out for any number of bins.
    cells: Option<Cells>,
}

impl Naming {
    /// The naming of a built-in set. The ten names fit any number of bins, the boxes of R five alone.
    pub(crate) fn built_in(set: BuiltIn, bins: u8) -> Result<Self, Error> {
        match set {
            BuiltIn::Grid if !(2..=10).contains(&bins) => Err(Error::Bins { bins }),
            BuiltIn::Grid => {
                let names = Segment::NAMES.map(Box::from).to_vec();
                Ok(Self { actions: vec![None; names.len()], names, bins, cells: None })
            }
            BuiltIn::RBoxes02 | BuiltIn::RBoxes03 => Self::of(&set.set(), bins),
        }
    }

    /// The naming of a set, which must be sound and written for that number of bins.
    pub(crate) fn of(set: &SegmentSet, bins: u8) -> Result<Self, Error> {
        if !(2..=10).contains(&bins) {
            return Err(Error::Bins { bins });
        }
        set.check()?;
        if set.bins != bins {
            return Err(Error::SetBins { set: set.name.clone(), found: set.bins, bins });
        }
        Ok(Self { names: set.names(), actions: set.actions(), bins, cells: Some(set.spread()) })
    }

    /// The naming of a set of one's own where there is one, else of a built-in set.
    pub(crate) fn either(own: Option<&SegmentSet>, set: BuiltIn, bins: u8) -> Result<Self, Error> {
        own.map_or_else(|| Self::built_in(set, bins), |own| Self::of(own, bins))
    }

    /// The position of the name of three scores.
    pub(crate) fn of_scores(&self, r: u8, f: u8, m: u8) -> u16 {
        match &self.cells {
            Some(cells) => cells.of(r, f, m),
            None => Segment::of(r, f, self.bins).position() as u16,
        }
    }

    /// The position of the name of two scores, when it is the same for every score of monetary value.
    pub(crate) fn of_cell(&self, r: u8, f: u8) -> Option<u16> {
        let first = self.of_scores(r, f, 1);
        (2..=self.bins).all(|m| self.of_scores(r, f, m) == first).then_some(first)
    }
}
