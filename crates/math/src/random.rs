//! Seeded random numbers with the same bits on every platform and any number of threads.
//!
//! A simulation gives each unit of work a stream of its own, named by what the work is and not by which
//! thread does it: `Rng::stream(seed, "bootstrap", 17)`. Distributions draw from it with their `sample`.
//!
//! # Source
//! Blackman and Vigna, "Scrambled Linear Pseudorandom Number Generators", 2021 (xoshiro256++);
//! Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators", 2014 (SplitMix64).

use crate::elementary::{ln, sqrt};
use crate::error::Error;

/// Steps a SplitMix64 state and returns its next number.
fn split_mix(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    mix(*state)
}

/// Spreads every bit of `z` over the whole word, the finaliser of SplitMix64.
fn mix(z: u64) -> u64 {
    let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// Returns a number that depends on nothing but a seed, a label and an index.
///
/// Equal arguments give equal numbers, different ones give unrelated numbers. It assigns, say, a control
/// group by customer id without any state. It is no cryptographic hash.
pub fn keyed_hash(seed: u64, label: &str, index: u64) -> u64 {
    let mut state = mix(seed ^ 0x6e61_6174_6100_0000);
    for chunk in label.as_bytes().chunks(8) {
        let word = chunk.iter().rev().fold(0_u64, |word, &byte| word << 8 | u64::from(byte));
        state = mix(state.wrapping_add(0x9e37_79b9_7f4a_7c15) ^ word);
    }
    // The length keeps labels apart that differ only by trailing zero bytes.
    state = mix(state.wrapping_add(0x9e37_79b9_7f4a_7c15) ^ label.len() as u64);
    mix(state.wrapping_add(0x9e37_79b9_7f4a_7c15) ^ index)
}

/// A stream of random numbers (xoshiro256++).
///
/// # Example
/// ```
/// use naata_math::Rng;
/// let mut first = Rng::stream(42, "holdout", 0);
/// let mut again = Rng::stream(42, "holdout", 0);
/// assert_eq!(first.uniform(), again.uniform());
/// assert!(first.below(6) < 6);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rng {
    state: [u64; 4],
}

impl Rng {
    /// Returns the stream of a seed.
    pub fn new(seed: u64) -> Self {
        let mut splitter = seed;
        Self { state: std::array::from_fn(|_| split_mix(&mut splitter)) }
    }

    /// Returns the stream of one piece of work under a seed, independent of all other pieces.
    pub fn stream(seed: u64, label: &str, index: u64) -> Self {
        Self::new(keyed_hash(seed, label, index))
    }

    /// Returns the next 64 random bits.
    pub fn next_u64(&mut self) -> u64 {
        let s = &mut self.state;
        let result = s[0].wrapping_add(s[3]).rotate_left(23).wrapping_add(s[0]);
        let kept = s[1] << 17;
        s[2] ^= s[0];
        s[3] ^= s[1];
        s[1] ^= s[2];
        s[0] ^= s[3];
        s[2] ^= kept;
        s[3] = s[3].rotate_left(45);
        result
    }

    /// Returns a number from [0, 1), a multiple of 2^-53.
    pub fn uniform(&mut self) -> f64 {
        (self.next_u64() >> 11) as f64 * (1.0 / 9_007_199_254_740_992.0)
    }

    /// Returns a number from the open interval (0, 1), whose logarithm is finite.
    pub fn uniform_open(&mut self) -> f64 {
        ((self.next_u64() >> 12) as f64 + 0.5) * (1.0 / 4_503_599_627_370_496.0)
    }

    /// Returns true with probability `p`.
    pub fn chance(&mut self, p: f64) -> bool {
        self.uniform() < p
    }

    /// Returns a whole number from 0 to `n` - 1, each equally likely; 0 when `n` is 0.
    ///
    /// # Source
    /// Lemire, "Fast Random Integer Generation in an Interval", 2019.
    pub fn below(&mut self, n: u64) -> u64 {
        let mut product = u128::from(self.next_u64()) * u128::from(n);
        let mut low = product as u64;
        if low < n {
            let threshold = n.wrapping_neg() % n;
            while low < threshold {
                product = u128::from(self.next_u64()) * u128::from(n);
                low = product as u64;
            }
        }
        (product >> 64) as u64
    }

    /// Returns one item, each equally likely, or none from an empty slice.
    pub fn pick<'a, T>(&mut self, items: &'a [T]) -> Option<&'a T> {
        items.get(self.below(items.len() as u64) as usize)
    }

    /// Puts items into a random order, each order equally likely.
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last as u64 + 1) as usize);
        }
    }

    /// Returns a draw from the standard normal distribution.
    ///
    /// # Source
    /// Marsaglia and Bray, "A Convenient Method for Generating Normal Variables", 1964.
    pub fn normal(&mut self) -> f64 {
        // The second number of each pair is dropped: a stream's state is then its four words and nothing else.
        loop {
            let u = 2.0 * self.uniform() - 1.0;
            let v = 2.0 * self.uniform() - 1.0;
            let square = u * u + v * v;
            if square > 0.0 && square < 1.0 {
                return u * sqrt(-2.0 * ln(square) / square);
            }
        }
    }

    /// Returns a draw from the exponential distribution of mean 1.
    pub fn exponential(&mut self) -> f64 {
        -ln(self.uniform_open())
    }

    /// Returns an index drawn in proportion to its weight.
    ///
    /// # Errors
    /// A weight that is negative or not finite, or weights that are all 0.
    pub fn categorical(&mut self, weights: &[f64]) -> Result<usize, Error> {
        let mut total = 0.0;
        for &weight in weights {
            if !(weight >= 0.0 && weight.is_finite()) {
                return Err(Error::OutOfDomain {
                    parameter: "weight",
                    value: weight,
                    allowed: "finite and at least 0",
                });
            }
            total += weight;
        }
        crate::error::positive("total weight", total)?;
        let mut left = self.uniform() * total;
        let mut drawn = 0;
        for (index, &weight) in weights.iter().enumerate() {
            if weight > 0.0 {
                // The last index of a weight above 0 also takes what rounding leaves over.
                drawn = index;
                if left < weight {
                    break;
                }
                left -= weight;
            }
        }
        Ok(drawn)
    }
}

#[cfg(test)]
mod tests {
    use super::{Rng, keyed_hash, split_mix, sqrt};
    use proptest::prelude::*;

    #[test]
    fn published_sequences() {
        let mut state = 1_234_567;
        let split: [u64; 5] = std::array::from_fn(|_| split_mix(&mut state));
        assert_eq!(
            split,
            [
                6457827717110365317,
                3203168211198807973,
                9817491932198370423,
                4593380528125082431,
                16408922859458223821
            ]
        );
        let mut rng = Rng { state: [1, 2, 3, 4] };
        let drawn: [u64; 10] = std::array::from_fn(|_| rng.next_u64());
        assert_eq!(
            drawn,
            [
                41943041,
                58720359,
                3588806011781223,
                3591011842654386,
                9228616714210784205,
                9973669472204895162,
                14011001112246962877,
                12406186145184390807,
                15849039046786891736,
                10450023813501588000
            ]
        );
    }

    #[test]
    fn draws_are_pinned() {
        // A changed draw changes every simulated figure ever published with a seed.
        let mut rng = Rng::stream(7, "pinned", 3);
        let mut deck = [0, 1, 2, 3, 4, 5, 6, 7];
        rng.shuffle(&mut deck);
        let drawn = (rng.next_u64(), rng.uniform(), rng.below(1000), rng.normal(), rng.exponential());
        assert_eq!(
            drawn,
            (11994886729449530983, 0.9660420184236042, 316, 0.06533614689140801, 0.17569295647710842)
        );
        assert_eq!((deck, rng.categorical(&[0.2, 0.5, 0.3])), ([5, 2, 0, 1, 7, 3, 6, 4], Ok(1)));
    }

    #[test]
    fn streams_differ_by_each_part_of_their_name() {
        let base = keyed_hash(1, "a", 0);
        for other in
            [keyed_hash(2, "a", 0), keyed_hash(1, "b", 0), keyed_hash(1, "a", 1), keyed_hash(1, "a\0", 0)]
        {
            assert_ne!(base, other);
        }
    }

    #[test]
    fn below_is_even() {
        let mut rng = Rng::new(1);
        let mut counts = [0_u32; 6];
        for _ in 0..60_000 {
            counts[rng.below(6) as usize] += 1;
        }
        // Chi-square with 5 degrees of freedom: 20.5 is passed by chance once in a thousand.
        let statistic: f64 =
            counts.iter().map(|&n| (f64::from(n) - 10_000.0) * (f64::from(n) - 10_000.0) / 10_000.0).sum();
        assert!(statistic < 20.5, "{counts:?}");
        assert_eq!(rng.below(0), 0);
        assert_eq!(rng.pick::<u8>(&[]), None);
    }

    #[test]
    fn moments_of_normal_and_exponential() {
        let mut rng = Rng::new(2);
        let n = 200_000;
        let normals: Vec<f64> = (0..n).map(|_| rng.normal()).collect();
        let mean = normals.iter().sum::<f64>() / f64::from(n);
        let fourth = normals.iter().map(|x| x * x * x * x).sum::<f64>() / f64::from(n);
        // Four standard errors: 1/sqrt(n), and sqrt(96/n) for the fourth moment.
        assert!(mean.abs() < 4.0 / sqrt(f64::from(n)), "{mean}");
        assert!((fourth - 3.0).abs() < 4.0 * sqrt(96.0 / f64::from(n)), "{fourth}");
        let mean = (0..n).map(|_| rng.exponential()).sum::<f64>() / f64::from(n);
        assert!((mean - 1.0).abs() < 4.0 / sqrt(f64::from(n)), "{mean}");
    }

    #[test]
    fn weights_that_cannot_be_drawn_from() {
        let mut rng = Rng::new(3);
        assert!(rng.categorical(&[]).is_err());
        assert!(rng.categorical(&[0.0, 0.0]).is_err());
        assert!(rng.categorical(&[1.0, -1.0]).is_err());
        assert!(rng.categorical(&[1.0, f64::NAN]).is_err());
    }

    proptest! {
        #[test]
        fn a_weight_of_zero_is_never_drawn(seed: u64, at in 0usize..4) {
            let mut weights = [0.0; 4];
            weights[at] = 0.1;
            prop_assert_eq!(Rng::new(seed).categorical(&weights), Ok(at));
        }

        #[test]
        fn a_shuffle_keeps_every_item(seed: u64, n in 0usize..40) {
            let mut items: Vec<usize> = (0..n).collect();
            Rng::new(seed).shuffle(&mut items);
            items.sort_unstable();
            prop_assert_eq!(items, (0..n).collect::<Vec<_>>());
        }

        #[test]
        fn uniform_stays_inside(seed: u64) {
            let mut rng = Rng::new(seed);
            let (x, y) = (rng.uniform(), rng.uniform_open());
            prop_assert!((0.0..1.0).contains(&x) && y > 0.0 && y < 1.0);
        }
    }
}
