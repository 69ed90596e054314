//! How alike two items are by the baskets they are in.
//!
//! # Formula
//! cosine = n(a b) / sqrt(n(a) n(b)), with n the number of baskets that hold an item, or both.
//!
//! # Source
//! Linden, Smith and York, "Amazon.com Recommendations: Item-to-Item Collaborative Filtering", 2003.

use super::Baskets;
use naata_core::{Exec, map_parts, part_range};
use naata_math::sqrt;

/// Two items and how alike they are.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Alike {
    /// The item.
    pub item: u32,
    /// The other item.
    pub other: u32,
    /// Baskets with both.
    pub both: u64,
    /// The cosine.
    pub cosine: f64,
}

/// For each item its nearest others, at most `most` and only those it shares a basket with: the nearest first,
/// equal ones in order of item.
pub fn alike(baskets: &Baskets<'_>, most: usize, exec: &dyn Exec) -> Vec<Alike> {
    let n = baskets.items.len();
    // The baskets of each item, of those with more than one: no others make two items alike.
    let mut starts = vec![0usize; n + 1];
    baskets.each(|basket| {
        for item in basket.items.iter().filter(|_| basket.items.len() > 1) {
            starts[*item as usize + 1] += 1;
        }
    });
    for item in 0..n {
        starts[item + 1] += starts[item];
    }
    let mut next = starts.clone();
    let mut holding = vec![0u32; starts.last().copied().unwrap_or(0)];
    baskets.each_at(|at, basket| {
        for item in basket.items.iter().filter(|_| basket.items.len() > 1) {
            holding[next[*item as usize]] = at;
            next[*item as usize] += 1;
        }
    });
    let parts = 64.min(n.max(1));
    let found = map_parts(exec, parts, |part| {
        let (mut both, mut touched, mut out) = (vec![0u64; n], Vec::new(), Vec::new());
        let mut room = Vec::new();
        for item in part_range(n, parts, part) {
            for basket in &holding[starts[item]..starts[item + 1]] {
                for other in baskets.at(*basket, &mut room).items {
                    if both[*other as usize] == 0 {
                        touched.push(*other);
                    }
                    both[*other as usize] += 1;
                }
            }
            let mut near: Vec<Alike> = Vec::with_capacity(touched.len());
            for other in touched.drain(..) {
                let both = std::mem::take(&mut both[other as usize]);
                if other as usize != item {
                    let product = baskets.counts[item] as f64 * baskets.counts[other as usize] as f64;
                    near.push(Alike { item: item as u32, other, both, cosine: both as f64 / sqrt(product) });
                }
            }
            near.sort_by(|a, b| b.cosine.total_cmp(&a.cosine).then_with(|| a.other.cmp(&b.other)));
            near.truncate(most);
            out.append(&mut near);
        }
        out
    });
    found.concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use naata_core::{Serial, Symbol};

    #[test]
    fn cosines_by_hand() {
        let sets: [&[Symbol]; 4] =
            [&[Symbol(1), Symbol(2)], &[Symbol(1)], &[Symbol(2), Symbol(3)], &[Symbol(1), Symbol(2)]];
        let b = Baskets::of_sets(sets).unwrap();
        let near = alike(&b, 5, &Serial);
        let line = |a: &Alike| (a.item, a.other, a.both, a.cosine);
        let third = 1.0 / sqrt(3.0);
        assert_eq!(
            near.iter().map(line).collect::<Vec<_>>(),
            [(0, 1, 2, 2.0 / 3.0), (1, 0, 2, 2.0 / 3.0), (1, 2, 1, third), (2, 1, 1, third),]
        );
        assert_eq!(alike(&b, 1, &Serial).len(), 3);
        assert!(alike(&Baskets::of_sets([]).unwrap(), 5, &Serial).is_empty());
    }
}
