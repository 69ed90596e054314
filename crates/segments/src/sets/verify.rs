//! What a segment set does with every cell of the scores, before any customer is put into it.

use super::SegmentSet;

/// What a set covers.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Coverage {
    /// How many cells there are: bins to the third.
    pub cells: u64,
    /// The cells (R, F, M) in no box, which get the name for all others.
    pub uncovered: Vec<(u8, u8, u8)>,
    /// How many cells lie in more than one box, so that the order of the boxes decides.
    pub doubly_covered: u64,
    /// For each box, in order, how many cells lie inside and how many of them it wins.
    pub boxes: Vec<(u64, u64)>,
    /// Names that no cell gets: every cell of their boxes is won by a box before.
    pub unreachable: Vec<Box<str>>,
    /// Pairs of boxes of different names that share cells, with how many: the first wins them.
    pub overlaps: Vec<(usize, usize, u64)>,
}

impl Coverage {
    /// Whether every cell lies in exactly one box and every name can be had.
    pub fn is_partition(&self) -> bool {
        self.uncovered.is_empty() && self.doubly_covered == 0 && self.unreachable.is_empty()
    }
}

impl SegmentSet {
    /// Goes through every cell and tells which boxes hold it.
    pub fn verify(&self) -> Coverage {
        let all = || 1..=self.bins.min(10);
        let mut out = Coverage {
            cells: u64::from(self.bins.min(10)).pow(3),
            uncovered: Vec::new(),
            doubly_covered: 0,
            boxes: vec![(0, 0); self.boxes.len()],
            unreachable: Vec::new(),
            overlaps: Vec::new(),
        };
        for (r, f, m) in all().flat_map(|r| all().flat_map(move |f| all().map(move |m| (r, f, m)))) {
            let holding = |(_, b): &(usize, &super::SegmentBox)| b.holds(r, f, m);
            let inside: Vec<usize> =
                self.boxes.iter().enumerate().filter(holding).map(|(at, _)| at).collect();
            if inside.is_empty() {
                out.uncovered.push((r, f, m));
            }
            out.doubly_covered += u64::from(inside.len() > 1);
            for (rank, at) in inside.iter().enumerate() {
                if let Some((held, won)) = out.boxes.get_mut(*at) {
                    *held += 1;
                    *won += u64::from(rank == 0);
                }
            }
        }
        for name in self.names() {
            let own = || self.boxes.iter().zip(&out.boxes).filter(|(b, _)| *b.name == *name);
            let won: u64 = own().map(|(_, (_, won))| won).sum();
            let rest = *self.otherwise == *name && !out.uncovered.is_empty();
            if won == 0 && !rest && own().next().is_some() {
                out.unreachable.push(name);
            }
        }
        out.overlaps = self.overlaps();
        out
    }

    fn overlaps(&self) -> Vec<(usize, usize, u64)> {
        let common = |a: super::Span, b: super::Span| {
            let (low, high) = (a.low.max(b.low), a.high.min(b.high).min(self.bins));
            u64::from((high + 1).saturating_sub(low))
        };
        let mut out = Vec::new();
        for (i, a) in self.boxes.iter().enumerate() {
            for (j, b) in self.boxes.iter().enumerate().skip(i + 1).filter(|(_, b)| b.name != a.name) {
                let cells = common(a.r, b.r) * common(a.f, b.f) * common(a.m, b.m);
                if cells > 0 {
                    out.push((i, j, cells));
                }
            }
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::super::{BuiltIn, SegmentBox, Span};
    use super::*;
    use naata_testkit::reference_json;
    use proptest::prelude::*;

    #[test]
    fn what_the_built_in_sets_cover() {
        let of = |set: BuiltIn| {
            let c = set.set().verify();
            (c.uncovered.len(), c.doubly_covered, c.unreachable.len())
        };
        assert_eq!(of(BuiltIn::RBoxes02), (36, 39, 3));
        assert_eq!(of(BuiltIn::RBoxes03), (10, 58, 0));
        assert_eq!(of(BuiltIn::Grid), (0, 0, 0));
        assert!(BuiltIn::Grid.set().verify().is_partition());
    }

    #[test]
    fn cells_won_agree_with_the_reference() {
        let Some(published) = reference_json("segments/segment_box_coverage.json") else { return };
        for (key, set) in [("r_rfm_0.2", BuiltIn::RBoxes02), ("r_rfm_0.3", BuiltIn::RBoxes03)] {
            let set = set.set();
            let coverage = set.verify();
            let won = published[key]["cells_won_first_match"].as_object().unwrap();
            assert_eq!(won.len(), set.boxes.len());
            for (b, (_, found)) in set.boxes.iter().zip(&coverage.boxes) {
                assert_eq!(won[&b.name].as_u64(), Some(*found), "{key} {}", b.name);
            }
            let covered = coverage.cells - coverage.uncovered.len() as u64;
            assert_eq!(published[key]["cells_covered_of_125"].as_u64(), Some(covered));
        }
    }

    fn spans() -> impl Strategy<Value = Span> {
        (1u8..=4, 0u8..=3).prop_map(|(low, more)| Span::new(low, (low + more).min(4)))
    }

    proptest! {
        #[test]
        fn what_is_covered_adds_up(boxes in prop::collection::vec((spans(), spans(), spans(), 0u8..3), 0..6)) {
            let boxes: Vec<SegmentBox> =
                boxes.into_iter().map(|(r, f, m, n)| SegmentBox { name: n.to_string(), r, f, m, action: None }).collect();
            let set = SegmentSet { name: "s".into(), bins: 4, otherwise: "o".into(), boxes };
            let c = set.verify();
            let won: u64 = c.boxes.iter().map(|b| b.1).sum();
            prop_assert_eq!(won + c.uncovered.len() as u64, c.cells);
            let held: u64 = c.boxes.iter().map(|b| b.0).sum();
            prop_assert!(held >= won + c.doubly_covered);
            for name in set.names() {
                let had = (1..=4).any(|r| (1..=4).any(|f| (1..=4).any(|m| *set.name_of(r, f, m) == *name)));
                prop_assert_eq!(had, !c.unreachable.contains(&name) && (*name != *"o" || !c.uncovered.is_empty()));
            }
        }
    }
}
