//! From the symbols of items to their positions among the items that were bought.

use naata_core::Symbol;

/// Stands for a symbol that is no item.
const NONE: u32 = u32::MAX;

/// The positions of items in order of their symbols.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Places {
    /// The position by symbol, of symbols within reach: all there are, where they are numbered from zero on.
    near: Vec<u32>,
    /// The other symbols, which come after those.
    far: Vec<Symbol>,
    /// The position of the first of them.
    first_far: u32,
}

impl Places {
    /// The positions of these symbols, and the symbols by position. Those below `reach` are looked up in one step.
    pub(super) fn of(symbols: impl Iterator<Item = Symbol>, reach: usize) -> (Self, Vec<Symbol>) {
        let (mut near, mut far) = (Vec::new(), Vec::new());
        for symbol in symbols {
            let at = symbol.0 as usize;
            if at < reach {
                if near.len() <= at {
                    near.resize(at + 1, NONE);
                }
                near[at] = 0;
            } else {
                far.push(symbol);
            }
        }
        far.sort_unstable();
        far.dedup();
        let mut items = Vec::new();
        for (symbol, place) in (0u32..).zip(&mut near).filter(|(_, place)| **place != NONE) {
            *place = items.len() as u32;
            items.push(Symbol(symbol));
        }
        let first_far = items.len() as u32;
        items.extend(&far);
        (Self { near, far, first_far }, items)
    }

    /// The position of a symbol.
    #[inline]
    pub(super) fn get(&self, symbol: Symbol) -> Option<u32> {
        match self.near.get(symbol.0 as usize) {
            Some(place) => (*place != NONE).then_some(*place),
            None => self.far.binary_search(&symbol).ok().map(|at| self.first_far + at as u32),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn positions_follow_the_order_of_symbols_within_reach_and_beyond(
            symbols in prop::collection::vec(prop_oneof![0u32..30, Just(u32::MAX - 1)], 0..40), reach in 0usize..40,
        ) {
            let (places, items) = Places::of(symbols.iter().copied().map(Symbol), reach);
            let mut want: Vec<Symbol> = symbols.iter().copied().map(Symbol).collect();
            want.sort_unstable();
            want.dedup();
            prop_assert_eq!(&items, &want);
            for symbol in (0..40).chain([u32::MAX - 1]).map(Symbol) {
                prop_assert_eq!(places.get(symbol), want.binary_search(&symbol).ok().map(|at| at as u32));
            }
        }
    }
}
