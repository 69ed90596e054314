//! Looking at 64 bytes at once.
//!
//! # Source
//! A bit for each byte, and places by compressing a vector of all places: Lemire and Langdale (2019); Intel (2019), the
//! second set of byte and word instructions of AVX-512.

use crate::Eights;
use wide::u8x16;

/// What a processor does with 64 bytes.
pub trait Lanes: Eights {
    /// For each byte of a block whether it is this one, the first byte in the lowest bit.
    fn find(self, block: &[u8; 64], byte: u8) -> u64;

    /// Writes the place of each bit that is set, counted from `first`, in order. What is written beyond them means
    /// nothing.
    fn list(self, bits: u64, first: u32, to: &mut [u32; 64]);
}

/// Work that is done with the lanes there are.
pub trait Work {
    /// What comes of it.
    type Done;

    /// Does it. It has to be `#[inline(always)]`, and so has everything that is handed the lanes, or the work is done
    /// by calls.
    fn on<L: Lanes>(self, lanes: L) -> Self::Done;
}

/// Does some work with the best lanes of this machine.
///
/// ```
/// use naata_machine::{Lanes, Work, best};
///
/// struct Commas<'t>(&'t [u8; 64]);
/// impl Work for Commas<'_> {
///     type Done = Vec<u32>;
///
///     #[inline(always)]
///     fn on<L: Lanes>(self, lanes: L) -> Vec<u32> {
///         let found = lanes.find(self.0, b',');
///         let mut places = [0; 64];
///         lanes.list(found, 0, &mut places);
///         places[..found.count_ones() as usize].to_vec()
///     }
/// }
///
/// let mut text = [b' '; 64];
/// (text[3], text[63]) = (b',', b',');
/// assert_eq!(best(Commas(&text)), [3, 63]);
/// ```
#[inline]
pub fn best<W: Work>(work: W) -> W::Done {
    #[cfg(target_arch = "x86_64")]
    if vectors::are_there() {
        // SAFETY: the machine has what it is compiled for.
        return unsafe { vectors::on(work) };
    }
    work.on(Plain)
}

/// Whether this machine works with eight numbers as quickly as with one. Where it does not, one by one is quicker than
/// [`Plain`].
#[inline]
pub fn is_wide() -> bool {
    #[cfg(target_arch = "x86_64")]
    return vectors::are_there();
    #[cfg(not(target_arch = "x86_64"))]
    false
}

/// Lanes every machine has: sixteen bytes at once, and bits one by one.
#[derive(Clone, Copy, Debug)]
pub struct Plain;

impl Lanes for Plain {
    #[inline(always)]
    fn find(self, block: &[u8; 64], byte: u8) -> u64 {
        let wanted = u8x16::splat(byte);
        let sixteens = block.as_chunks::<16>().0.iter().enumerate();
        sixteens.fold(0, |all, (k, bytes)| {
            all | u64::from(u8x16::new(*bytes).simd_eq(wanted).to_bitmask()) << (16 * k)
        })
    }

    #[inline(always)]
    fn list(self, mut bits: u64, first: u32, to: &mut [u32; 64]) {
        let mut next = || {
            let place = first.wrapping_add(bits.trailing_zeros());
            bits &= bits.wrapping_sub(1);
            (place, bits)
        };
        // Twelve, whether there are so many or not: a loop whose end cannot be foreseen costs more.
        let (twelve, more) = to.split_at_mut(12);
        let mut left = 0;
        twelve.iter_mut().for_each(|to| (*to, left) = next());
        for four in more.as_chunks_mut::<4>().0 {
            if left == 0 {
                return;
            }
            four.iter_mut().for_each(|to| (*to, left) = next());
        }
    }
}

#[cfg(target_arch = "x86_64")]
pub(crate) mod vectors {
    use super::{Lanes, Work};
    use std::arch::x86_64::{
        __m512i, _mm512_add_epi32, _mm512_castsi512_si128, _mm512_cmpeq_epi8_mask, _mm512_cvtepu8_epi32,
        _mm512_extracti32x4_epi32, _mm512_loadu_si512, _mm512_maskz_compress_epi8, _mm512_set1_epi8,
        _mm512_set1_epi32, _mm512_storeu_si512,
    };

    /// Lanes of a machine that has vectors of 64 bytes and compresses them. Only [`on`] makes one.
    #[derive(Clone, Copy, Debug)]
    pub(crate) struct Vectors(());

    /// Whether the machine has what [`on`] is compiled for.
    #[inline]
    pub(super) fn are_there() -> bool {
        is_x86_feature_detected!("avx512f")
            && is_x86_feature_detected!("avx512bw")
            && is_x86_feature_detected!("avx512dq")
            && is_x86_feature_detected!("avx512vl")
            && is_x86_feature_detected!("avx512vbmi2")
            && is_x86_feature_detected!("bmi1")
            && is_x86_feature_detected!("bmi2")
            && is_x86_feature_detected!("popcnt")
    }

    /// Does work that is compiled for such a machine.
    #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vbmi2,bmi1,bmi2,popcnt")]
    pub(super) fn on<W: Work>(work: W) -> W::Done {
        work.on(Vectors(()))
    }

    impl Lanes for Vectors {
        #[inline(always)]
        fn find(self, block: &[u8; 64], byte: u8) -> u64 {
            // SAFETY: there are such lanes only where the machine has what this is compiled for.
            unsafe { find(block, byte) }
        }

        #[inline(always)]
        fn list(self, bits: u64, first: u32, to: &mut [u32; 64]) {
            // SAFETY: as above.
            unsafe { list(bits, first, to) }
        }
    }

    #[inline]
    #[target_feature(enable = "avx512f")]
    fn load(block: &[u8; 64]) -> __m512i {
        // SAFETY: these are the 64 bytes that are read, and they may lie anywhere.
        unsafe { _mm512_loadu_si512(block.as_ptr().cast()) }
    }

    #[inline]
    #[target_feature(enable = "avx512f,avx512bw")]
    fn find(block: &[u8; 64], byte: u8) -> u64 {
        _mm512_cmpeq_epi8_mask(load(block), _mm512_set1_epi8(byte.cast_signed()))
    }

    /// 0 to 63.
    const PLACES: [u8; 64] = {
        let mut places = [0; 64];
        let mut k = 0;
        while k < 64 {
            places[k] = k as u8;
            k += 1;
        }
        places
    };

    #[inline]
    #[target_feature(enable = "avx512f,avx512bw,avx512vbmi2")]
    fn list(bits: u64, first: u32, to: &mut [u32; 64]) {
        let places = _mm512_maskz_compress_epi8(bits, load(&PLACES));
        let first = _mm512_set1_epi32(first.cast_signed());
        let put = |to: &mut [u32; 16], places| {
            let places = _mm512_add_epi32(first, _mm512_cvtepu8_epi32(places));
            // SAFETY: these are the 64 bytes that are written, and they may lie anywhere.
            unsafe { _mm512_storeu_si512(to.as_mut_ptr().cast(), places) }
        };
        let [a, b, c, d] = to.as_chunks_mut().0 else { return };
        put(a, _mm512_castsi512_si128(places));
        // Sixteen are enough in most files.
        if bits.count_ones() > 16 {
            put(b, _mm512_extracti32x4_epi32::<1>(places));
            put(c, _mm512_extracti32x4_epi32::<2>(places));
            put(d, _mm512_extracti32x4_epi32::<3>(places));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    struct Look<'b>(&'b [u8; 64], u64, u32);

    impl Work for Look<'_> {
        type Done = (u64, Vec<u32>);

        #[inline(always)]
        fn on<L: Lanes>(self, lanes: L) -> Self::Done {
            let mut to = [7; 64];
            lanes.list(self.1, self.2, &mut to);
            (lanes.find(self.0, b','), to[..self.1.count_ones() as usize].to_vec())
        }
    }

    proptest! {
        #[test]
        fn all_lanes_say_what_bytes_and_bits_one_by_one_say(
            bytes in prop::collection::vec(prop_oneof![Just(b','), any::<u8>()], 64),
            bits in prop_oneof![any::<u64>(), any::<[u64; 3]>().prop_map(|[a, b, c]| a & b & c), Just(u64::MAX), Just(0)],
            first in any::<u32>(),
        ) {
            let block: [u8; 64] = bytes.try_into().unwrap();
            let found = (0..64).filter(|k| block[*k] == b',').fold(0, |all, k| all | 1u64 << k);
            let places: Vec<u32> = (0..64).filter(|k| bits >> k & 1 == 1).map(|k| first.wrapping_add(k)).collect();
            prop_assert_eq!(Look(&block, bits, first).on(Plain), (found, places.clone()));
            prop_assert_eq!(best(Look(&block, bits, first)), (found, places));
        }
    }
}
