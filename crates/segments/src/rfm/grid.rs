//! The ten names: an exact partition of the R x F grid, as data.
//!
//! Each name is a rectangle of the 5 x 5 grid; the compiler checks that every cell lies in exactly one. Monetary
//! value does not name a segment: it stands beside the name, so that a segment's worth can be read off.
//!
//! ```text
//!      F 1         F 2         F 3         F 4       F 5
//! R 5  New         Potential Loyalist      Champions
//! R 4  Promising   Potential Loyalist      Loyal
//! R 3  About To Sleep          Need Att.   Loyal
//! R 2  Hibernating             At Risk               Can't Lose Them
//! R 1  Hibernating             At Risk               Can't Lose Them
//! ```
//!
//! # Source
//! The names are in common use in the trade; the rectangles are ours.

/// One of ten names for a customer's recency and frequency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Segment {
    /// Came lately and often.
    Champions,
    /// Come often, not all of them lately.
    Loyal,
    /// Came lately, and more than once.
    PotentialLoyalist,
    /// Came lately, and hardly before.
    New,
    /// Came not long ago, and hardly before.
    Promising,
    /// Middling in both.
    NeedAttention,
    /// Came seldom, and not lately.
    AboutToSleep,
    /// Came often, long ago.
    AtRisk,
    /// Came most often, long ago.
    CantLoseThem,
    /// Came seldom, long ago.
    Hibernating,
}

impl Segment {
    /// All segments, best first.
    pub const ALL: [Self; 10] = [
        Self::Champions,
        Self::Loyal,
        Self::PotentialLoyalist,
        Self::New,
        Self::Promising,
        Self::NeedAttention,
        Self::AboutToSleep,
        Self::AtRisk,
        Self::CantLoseThem,
        Self::Hibernating,
    ];

    /// Their names, in the same order: words of the family `segment`.
    pub const NAMES: [&'static str; 10] = [
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
    ];

    /// The position in [`Segment::ALL`] and [`Segment::NAMES`].
    pub fn position(self) -> usize {
        self as usize
    }

    /// The name.
    pub fn name(self) -> &'static str {
        Self::NAMES[self as usize]
    }

    /// The segment of two scores out of `bins`; scores outside 1 to `bins` count as the nearest inside.
    pub fn of(r: u8, f: u8, bins: u8) -> Self {
        GRID[usize::from(fifth(r, bins)) - 1][usize::from(fifth(f, bins)) - 1]
    }
}

/// A rectangle of the 5 x 5 grid, bounds included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Area {
    /// The segment it names.
    pub segment: Segment,
    /// Lowest and highest R.
    pub r: (u8, u8),
    /// Lowest and highest F.
    pub f: (u8, u8),
}

const fn area(segment: Segment, r: (u8, u8), f: (u8, u8)) -> Area {
    Area { segment, r, f }
}

/// The rectangles of the ten names.
pub const AREAS: [Area; 10] = [
    area(Segment::Champions, (5, 5), (4, 5)),
    area(Segment::Loyal, (3, 4), (4, 5)),
    area(Segment::PotentialLoyalist, (4, 5), (2, 3)),
    area(Segment::New, (5, 5), (1, 1)),
    area(Segment::Promising, (4, 4), (1, 1)),
    area(Segment::NeedAttention, (3, 3), (3, 3)),
    area(Segment::AboutToSleep, (3, 3), (1, 2)),
    area(Segment::AtRisk, (1, 2), (3, 4)),
    area(Segment::CantLoseThem, (1, 2), (5, 5)),
    area(Segment::Hibernating, (1, 2), (1, 2)),
];

/// The segment of each cell, by R - 1 and F - 1.
const GRID: [[Segment; 5]; 5] = spread(&AREAS);

/// Spreads areas over the grid; does not compile unless they cover every cell exactly once.
const fn spread(areas: &[Area]) -> [[Segment; 5]; 5] {
    let mut grid = [[Segment::Hibernating; 5]; 5];
    let mut r = 1;
    while r <= 5 {
        let mut f = 1;
        while f <= 5 {
            let (mut found, mut i) = (0, 0);
            while i < areas.len() {
                let a = areas[i];
                if a.r.0 <= r && r <= a.r.1 && a.f.0 <= f && f <= a.f.1 {
                    grid[r as usize - 1][f as usize - 1] = a.segment;
                    found += 1;
                }
                i += 1;
            }
            assert!(found == 1, "a cell of the grid lies in no area or in several");
            f += 1;
        }
        r += 1;
    }
    grid
}

/// The fifth, from 1 to 5, in which the middle of a score lies: floor(5 (2 score - 1) / (2 bins)) + 1.
///
/// With five bins it is the score itself. With fewer, some names have no cell and stay empty; with more,
/// neighbouring scores share a name.
pub fn fifth(score: u8, bins: u8) -> u8 {
    let bins = u32::from(bins.max(1));
    let score = u32::from(score).clamp(1, bins);
    (5 * (2 * score - 1) / (2 * bins) + 1).min(5) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_cell_has_exactly_one_name_and_every_name_a_cell() {
        let mut cells = [0; 10];
        for r in 1..=5 {
            for f in 1..=5 {
                let inside = |a: &&Area| (a.r.0..=a.r.1).contains(&r) && (a.f.0..=a.f.1).contains(&f);
                let names: Vec<Segment> = AREAS.iter().filter(inside).map(|a| a.segment).collect();
                assert_eq!(names, [Segment::of(r, f, 5)], "R {r}, F {f}");
                cells[names[0].position()] += 1;
            }
        }
        assert_eq!(cells, [2, 4, 4, 1, 1, 1, 2, 4, 2, 4]);
        assert_eq!(cells.iter().sum::<i32>(), 25);
    }

    #[test]
    fn positions_names_and_areas_are_in_one_order() {
        for (i, segment) in Segment::ALL.into_iter().enumerate() {
            assert_eq!((segment.position(), AREAS[i].segment), (i, segment));
            let letters: String = segment.name().chars().filter(|c| c.is_alphabetic()).collect();
            assert_eq!(letters, format!("{segment:?}"));
        }
    }

    #[test]
    fn other_numbers_of_bins_map_to_fifths() {
        let all = |bins: u8| (1..=bins).map(|s| fifth(s, bins)).collect::<Vec<u8>>();
        assert_eq!(all(2), [2, 4]);
        assert_eq!(all(3), [1, 3, 5]);
        assert_eq!(all(4), [1, 2, 4, 5]);
        assert_eq!(all(5), [1, 2, 3, 4, 5]);
        assert_eq!(all(10), [1, 1, 2, 2, 3, 3, 4, 4, 5, 5]);
        assert_eq!((fifth(0, 5), fifth(9, 5), fifth(3, 0)), (1, 5, 3));
        // The best and the worst turn into each other when the scale is turned around.
        for bins in 2..=10 {
            assert!((1..=bins).all(|s| fifth(s, bins) + fifth(bins + 1 - s, bins) == 6), "{bins}");
        }
    }
}
