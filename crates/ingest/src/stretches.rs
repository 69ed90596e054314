//! Some of many rows in order of position, by the stretches they form: where all or none are meant, they take no room.

use naata_core::Error;
use std::ops::Range;

/// Positions, each greater than the one before it.
#[derive(Debug, Default)]
pub(crate) struct Stretches(Vec<Range<u32>>);

impl Stretches {
    /// Adds a position behind all others.
    pub(crate) fn push(&mut self, at: usize) -> Result<(), Error> {
        let at = u32::try_from(at).map_err(|_| Error::TooManyRows)?;
        let end = at.checked_add(1).ok_or(Error::TooManyRows)?;
        match self.0.last_mut() {
            Some(last) if last.end == at => last.end = end,
            _ => self.0.push(at..end),
        }
        Ok(())
    }

    /// Whether there is none.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// For each position from 0 on whether it was added, as far as that is the case for any further one.
    pub(crate) fn all(&self) -> impl Iterator<Item = bool> {
        let mut begun = 0;
        self.0.iter().flat_map(move |stretch| {
            let before = std::mem::replace(&mut begun, stretch.end);
            (before..stretch.end).map(|at| at >= stretch.start)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_was_added_comes_back(added in prop::collection::vec(any::<bool>(), 0..60)) {
            let mut stretches = Stretches::default();
            for at in (0..added.len()).filter(|at| added[*at]) {
                stretches.push(at).unwrap();
            }
            let mut all: Vec<bool> = stretches.all().collect();
            prop_assert!(all.is_empty() || all.last() == Some(&true));
            all.resize(added.len(), false);
            prop_assert_eq!(&all, &added);
            prop_assert!(stretches.0.len() <= added.len().div_ceil(2));
        }
    }
}
