//! Frequent itemsets by FP-growth: every set of items that is in enough baskets, with its exact count.
//!
//! # Formula
//! A set is frequent when its count is at least ceil(p n) for a share p of n baskets, in whole numbers.
//!
//! # Source
//! Han, Pei and Yin, "Mining Frequent Patterns without Candidate Generation", 2000.

use super::{Baskets, Fraction};
use crate::Error;
use naata_core::{Exec, map_parts};

/// Sets of items with their counts, in lexicographic order of the positions of their items.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Itemsets {
    /// How many baskets were looked at.
    pub baskets: u64,
    /// The least count of a frequent set.
    pub least: u64,
    ends: Vec<u32>,
    items: Vec<u32>,
    counts: Vec<u32>,
}

impl Itemsets {
    /// How many sets there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// A set and its count: positions of items, ascending; an empty set past the end.
    pub fn get(&self, at: usize) -> (&[u32], u64) {
        let end = self.ends.get(at).copied().unwrap_or(0) as usize;
        let start = if at == 0 { 0 } else { self.ends.get(at - 1).copied().unwrap_or(0) as usize };
        let count = self.counts.get(at).copied().unwrap_or(0);
        (self.items.get(start..end).unwrap_or(&[]), u64::from(count))
    }

    /// All sets with their counts.
    pub fn iter(&self) -> impl Iterator<Item = (&[u32], u64)> {
        (0..self.len()).map(|at| self.get(at))
    }

    /// The count of a set of ascending positions, when it is frequent.
    pub fn count(&self, set: &[u32]) -> Option<u64> {
        let (mut low, mut high) = (0, self.len());
        while low < high {
            let mid = low + (high - low) / 2;
            let (items, count) = self.get(mid);
            match items.cmp(set) {
                std::cmp::Ordering::Equal => return Some(count),
                std::cmp::Ordering::Less => low = mid + 1,
                std::cmp::Ordering::Greater => high = mid,
            }
        }
        None
    }

    fn push(&mut self, set: &[u32], count: u32) {
        self.items.extend_from_slice(set);
        // The cap on sets keeps this far below 32 bits.
        self.ends.push(self.items.len() as u32);
        self.counts.push(count);
    }
}

/// More sets than this say nothing any more and would fill the memory.
const MOST: usize = 5_000_000;
/// The largest set that is looked for, whatever was asked.
const LARGEST: u32 = 32;
/// Into how many parts the work is cut.
const PARTS: usize = 32;
const NONE: u32 = u32::MAX;

/// Finds all sets of at most `largest` items that are in at least the share `support` of the baskets.
pub fn itemsets(
    baskets: &Baskets<'_>,
    support: Fraction,
    largest: u32,
    exec: &dyn Exec,
) -> Result<Itemsets, Error> {
    let n = baskets.len() as u64;
    let least = support.least(n).max(1);
    let mut order: Vec<u32> =
        (0u32..).zip(&baskets.counts).filter(|(_, count)| **count >= least).map(|(item, _)| item).collect();
    let count_of = |item: u32| baskets.counts.get(item as usize).copied().unwrap_or(0);
    order.sort_unstable_by_key(|item| (std::cmp::Reverse(count_of(*item)), *item));
    // A sixteenth of all at a time, so that next to millions of lines they take little room.
    let most = (baskets.counts.iter().sum::<u64>() as usize / 16).max(1 << 18);
    let tree = Tree::of_baskets(baskets, &order, most);
    let largest = largest.min(LARGEST) as usize;
    let parts = map_parts(exec, PARTS.min(order.len().max(1)), |part| {
        let mut miner = Miner { least: least as u32, largest, found: Itemsets::default(), set: Vec::new() };
        // Every n-th item, because the rare ones have the most work.
        for item in (part..order.len()).step_by(PARTS) {
            miner.item(&tree, item);
        }
        miner.found
    });
    if parts.iter().map(Itemsets::len).sum::<usize>() > MOST || parts.iter().any(|p| p.len() > MOST) {
        return Err(Error::TooManyItemsets { most: MOST as u64 });
    }
    let mut all: Vec<(&[u32], u64)> = parts.iter().flat_map(Itemsets::iter).collect();
    all.sort_unstable();
    let mut out = Itemsets { baskets: n, least, ..Itemsets::default() };
    for (set, count) in all {
        out.push(set, count as u32);
    }
    Ok(out)
}

#[derive(Clone, Copy, Debug)]
struct Node {
    item: u32,
    parent: u32,
    count: u32,
    child: u32,
    sibling: u32,
    /// The next node of the same item.
    next: u32,
}

/// A prefix tree of baskets over the items 0 .. m, the most frequent first; node 0 is the root.
struct Tree {
    nodes: Vec<Node>,
    /// For each item its first node.
    heads: Vec<u32>,
    /// For each item how many baskets of the tree hold it.
    counts: Vec<u32>,
    /// For each item its position among all items.
    names: Vec<u32>,
}

impl Tree {
    fn empty(names: Vec<u32>) -> Self {
        let root = Node { item: NONE, parent: NONE, count: 0, child: NONE, sibling: NONE, next: NONE };
        Self { nodes: vec![root], heads: vec![NONE; names.len()], counts: vec![0; names.len()], names }
    }

    /// Adds a child that is known not to be there yet, behind a sibling or before all.
    fn grow(&mut self, parent: u32, behind: Option<u32>, item: u32) -> u32 {
        let new = self.nodes.len() as u32;
        let next = std::mem::replace(&mut self.heads[item as usize], new);
        let link = match behind {
            Some(sibling) => &mut self.nodes[sibling as usize].sibling,
            None => &mut self.nodes[parent as usize].child,
        };
        let sibling = std::mem::replace(link, new);
        self.nodes.push(Node { item, parent, count: 0, child: NONE, sibling, next });
        new
    }

    /// The tree of all baskets, which are put in by about so many items at a time.
    fn of_baskets(baskets: &Baskets<'_>, order: &[u32], most: usize) -> Self {
        let mut rank = vec![NONE; baskets.items.len()];
        for (r, item) in (0u32..).zip(order) {
            rank[*item as usize] = r;
        }
        let mut tree = Self::empty(order.to_vec());
        let (mut flat, mut sets) = (Vec::new(), Vec::new());
        // Of baskets of one item it is enough to know how many there are.
        let mut alone = vec![0u32; order.len()];
        baskets.each(|basket| {
            let start = flat.len();
            flat.extend(basket.items.iter().map(|i| rank[*i as usize]).filter(|r| *r != NONE));
            if let [item] = flat[start..] {
                alone[item as usize] += 1;
                flat.truncate(start);
            } else if flat.len() > start {
                flat[start..].sort_unstable();
                sets.push((start, flat.len(), 1));
            }
            if flat.len() >= most {
                tree.add_all(&flat, &mut sets);
                flat.clear();
                sets.clear();
            }
        });
        tree.add_all(&flat, &mut sets);
        let flat: Vec<u32> = (0..order.len() as u32).collect();
        let counted = alone.iter().enumerate().filter(|(_, n)| **n > 0);
        tree.add_all(&flat, &mut counted.map(|(at, n)| (at, at + 1, *n)).collect::<Vec<_>>());
        tree
    }

    /// Adds sets: the stretches of `flat` that hold their items, and how many baskets each is. They are sorted first, so
    /// that each shares a beginning with the one before it; children are in order of item too, so that where two sets
    /// part, the child of the later one stands behind that of the earlier.
    fn add_all(&mut self, flat: &[u32], sets: &mut [(usize, usize, u32)]) {
        let items = |s: &(usize, usize, u32)| flat.get(s.0..s.1).unwrap_or(&[]);
        sets.sort_unstable_by(|a, b| items(a).cmp(items(b)));
        let mut path: Vec<u32> = Vec::new();
        let mut before: &[u32] = &[];
        for set in sets.iter() {
            let (items, count) = (items(set), set.2);
            let common = before.iter().zip(items).take_while(|(x, y)| x == y).count();
            let mut behind = path.get(common).copied();
            path.truncate(common);
            for item in items.iter().skip(common) {
                let parent = path.last().copied().unwrap_or(0);
                path.push(self.child(parent, behind.take(), *item));
            }
            for node in &path {
                self.nodes[*node as usize].count += count;
            }
            for item in items {
                self.counts[*item as usize] += count;
            }
            before = items;
        }
    }

    /// The child of an item, found or made among siblings in order of item, of which those up to `behind` are smaller.
    fn child(&mut self, parent: u32, mut behind: Option<u32>, item: u32) -> u32 {
        loop {
            let next = match behind {
                Some(sibling) => self.nodes[sibling as usize].sibling,
                None => self.nodes[parent as usize].child,
            };
            match self.nodes.get(next as usize).map(|node| node.item.cmp(&item)) {
                Some(std::cmp::Ordering::Less) => behind = Some(next),
                Some(std::cmp::Ordering::Equal) => return next,
                _ => return self.grow(parent, behind, item),
            }
        }
    }

    /// Adds a path of ascending items, given from its end.
    fn add(&mut self, path_from_end: &[u32], count: u32) {
        let mut at = 0u32;
        for item in path_from_end.iter().rev() {
            let mut child = self.nodes[at as usize].child;
            while child != NONE && self.nodes[child as usize].item != *item {
                child = self.nodes[child as usize].sibling;
            }
            at = if child == NONE { self.grow(at, None, *item) } else { child };
            self.nodes[at as usize].count += count;
            self.counts[*item as usize] += count;
        }
    }

    /// The tree of the baskets that hold an item, over the items before it that are frequent among them.
    fn conditional(&self, item: usize, least: u32) -> Option<Self> {
        let mut counts = vec![0u32; item];
        self.paths(item, |above, count| counts[above as usize] += count, |_| {});
        let mut to = vec![NONE; item];
        let mut names = Vec::new();
        for (at, count) in counts.iter().enumerate().filter(|(_, count)| **count >= least) {
            let _ = count;
            to[at] = names.len() as u32;
            names.push(self.names[at]);
        }
        if names.is_empty() {
            return None;
        }
        let mut tree = Self::empty(names);
        let path = std::cell::RefCell::new(Vec::with_capacity(item));
        self.paths(
            item,
            |above, _| {
                if to[above as usize] != NONE {
                    path.borrow_mut().push(to[above as usize]);
                }
            },
            |count| {
                let mut path = path.borrow_mut();
                tree.add(&path, count);
                path.clear();
            },
        );
        Some(tree)
    }

    /// Goes up from every node of an item: each item above with the node's count, then the end of the path.
    fn paths(&self, item: usize, mut above: impl FnMut(u32, u32), mut end: impl FnMut(u32)) {
        let mut node = self.heads[item];
        while node != NONE {
            let Node { count, next, mut parent, .. } = self.nodes[node as usize];
            while parent != 0 && parent != NONE {
                let Node { item, parent: up, .. } = self.nodes[parent as usize];
                above(item, count);
                parent = up;
            }
            end(count);
            node = next;
        }
    }
}

struct Miner {
    least: u32,
    largest: usize,
    found: Itemsets,
    set: Vec<u32>,
}

impl Miner {
    /// All frequent sets of a tree in which an item is the rarest, joined to the set so far.
    fn item(&mut self, tree: &Tree, item: usize) {
        if self.found.len() > MOST || self.set.len() >= self.largest {
            return;
        }
        self.set.push(tree.names[item]);
        let mut sorted = self.set.clone();
        sorted.sort_unstable();
        self.found.push(&sorted, tree.counts[item]);
        if self.set.len() < self.largest
            && let Some(conditional) = tree.conditional(item, self.least)
        {
            for at in 0..conditional.names.len() {
                self.item(&conditional, at);
            }
        }
        self.set.pop();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use naata_core::{Serial, Symbol};
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    fn sets() -> impl Strategy<Value = Vec<Vec<u32>>> {
        prop::collection::vec(prop::collection::vec(0u32..8, 0..7), 0..40)
    }

    fn baskets(sets: &[Vec<u32>]) -> Baskets<'static> {
        let symbols: Vec<Vec<Symbol>> =
            sets.iter().map(|s| s.iter().copied().map(Symbol).collect()).collect();
        Baskets::of_sets(symbols.iter().map(Vec::as_slice)).unwrap()
    }

    /// Every subset of every basket, counted.
    fn naive(b: &Baskets<'_>, largest: usize) -> BTreeMap<Vec<u32>, u64> {
        let mut out = BTreeMap::new();
        b.each(|basket| {
            for mask in 1u32..1 << basket.items.len() {
                let chosen: Vec<u32> = basket
                    .items
                    .iter()
                    .enumerate()
                    .filter(|(i, _)| mask >> i & 1 == 1)
                    .map(|(_, x)| *x)
                    .collect();
                if chosen.len() <= largest {
                    *out.entry(chosen).or_insert(0) += 1;
                }
            }
        });
        out
    }

    #[test]
    fn nothing_to_find() {
        let none = itemsets(&baskets(&[]), Fraction::percent(1), 5, &Serial).unwrap();
        assert!(none.is_empty() && none.count(&[0]).is_none());
        let blank = itemsets(&baskets(&[vec![], vec![]]), Fraction::percent(0), 5, &Serial).unwrap();
        assert_eq!((blank.len(), blank.baskets, blank.least), (0, 2, 1));
    }

    /// Every set that begins a basket, with its count.
    fn beginnings(tree: &Tree) -> BTreeMap<Vec<u32>, u32> {
        let mut out = BTreeMap::new();
        for node in tree.nodes.iter().skip(1) {
            let (mut set, mut at) = (vec![node.item], node.parent);
            while at != 0 {
                set.insert(0, tree.nodes[at as usize].item);
                at = tree.nodes[at as usize].parent;
            }
            assert!(out.insert(set, node.count).is_none(), "two nodes for one beginning");
        }
        out
    }

    proptest! {
        #[test]
        fn the_tree_is_the_same_however_many_baskets_come_at_a_time(sets in sets(), most in 1usize..30) {
            let b = baskets(&sets);
            let order: Vec<u32> = (0..b.items.len() as u32).rev().collect();
            let (whole, parts) = (Tree::of_baskets(&b, &order, usize::MAX), Tree::of_baskets(&b, &order, most));
            prop_assert_eq!(beginnings(&whole), beginnings(&parts));
            prop_assert_eq!(&whole.counts, &parts.counts);
            let mut want: BTreeMap<Vec<u32>, u32> = BTreeMap::new();
            b.each(|basket| {
                let mut ranks: Vec<u32> = basket.items.iter().map(|i| order.len() as u32 - 1 - i).collect();
                ranks.sort_unstable();
                for n in 1..=ranks.len() {
                    *want.entry(ranks[..n].to_vec()).or_default() += 1;
                }
            });
            prop_assert_eq!(beginnings(&parts), want);
            let nodes = |tree: &Tree| {
                let known = |node: u32| Some(node).filter(|n| *n != NONE);
                let of = |head: &u32| {
                    std::iter::successors(known(*head), |n| known(tree.nodes[*n as usize].next)).count()
                };
                tree.heads.iter().map(of).collect::<Vec<_>>()
            };
            prop_assert_eq!(nodes(&whole), nodes(&parts));
        }

        #[test]
        fn the_tree_finds_what_counting_all_subsets_finds(sets in sets(), p in 0u64..=60, largest in 1u32..6) {
            let b = baskets(&sets);
            let share = Fraction::new(p, 100).unwrap();
            let found = itemsets(&b, share, largest, &Serial).unwrap();
            let mut want = naive(&b, largest as usize);
            want.retain(|_, n| *n >= share.least(b.len() as u64).max(1));
            let got: BTreeMap<Vec<u32>, u64> = found.iter().map(|(s, n)| (s.to_vec(), n)).collect();
            prop_assert_eq!(&got, &want);
            prop_assert_eq!(got.len(), found.len());
            prop_assert!(want.iter().all(|(s, n)| found.count(s) == Some(*n)));
        }

        #[test]
        fn the_order_of_baskets_changes_nothing((a, b) in sets().prop_flat_map(|s| (Just(s.clone()), Just(s).prop_shuffle()))) {
            let of = |s: &[Vec<u32>]| itemsets(&baskets(s), Fraction::percent(10), 9, &Serial).unwrap();
            prop_assert_eq!(of(&a), of(&b));
        }
    }
}
