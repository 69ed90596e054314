//! Small helpers to draw from lists that are known not to be empty.

use naata_math::Rng;

/// Draws one item, each equally likely.
pub(crate) fn pick<T: Copy, const N: usize>(rng: &mut Rng, of: &[T; N]) -> T {
    const { assert!(N > 0, "a list to draw from is never empty") };
    of[rng.below(N as u64) as usize % N]
}

/// Draws one item in proportion to its weight.
pub(crate) fn weighted<T: Copy, const N: usize>(rng: &mut Rng, of: &[(u32, T); N]) -> T {
    const { assert!(N > 0, "a list to draw from is never empty") };
    let total: u64 = of.iter().map(|(weight, _)| u64::from(*weight)).sum();
    let mut left = rng.below(total);
    for (weight, item) in of {
        let weight = u64::from(*weight);
        if left < weight {
            return *item;
        }
        left -= weight;
    }
    of[N - 1].1
}

/// Draws a whole number from `low` to `high`, both included.
pub(crate) fn between(rng: &mut Rng, low: i32, high: i32) -> i32 {
    let span = u64::from(high.saturating_sub(low).max(0).unsigned_abs()) + 1;
    low.saturating_add(i32::try_from(rng.below(span)).unwrap_or(0))
}

/// Draws how often something happens again: 0 with probability 1 - `again`, and so on, at most `most`.
pub(crate) fn repeats(rng: &mut Rng, again: f64, most: u32) -> u32 {
    let mut times = 0;
    while times < most && rng.chance(again) {
        times += 1;
    }
    times
}

#[cfg(test)]
mod tests {
    use super::*;
    use naata_math::Rng;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn draws_stay_in_their_range(seed: u64, low in -50i32..50, span in 0i32..50) {
            let mut rng = Rng::new(seed);
            prop_assert!((low..=low + span).contains(&between(&mut rng, low, low + span)));
            prop_assert!(repeats(&mut rng, 0.9, 4) <= 4);
            prop_assert_ne!(weighted(&mut rng, &[(3, 'a'), (0, 'b'), (2, 'c')]), 'b');
        }
    }
}
