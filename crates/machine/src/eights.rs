//! Eight numbers at once, such as the cells of one column in eight rows of a text.
//!
//! ```
//! use naata_machine::{Lanes, Work, best};
//!
//! /// Which of eight rows of two cells begin with this letter.
//! struct Begin<'t>(&'t [u8], &'t [u32], u8);
//! impl Work for Begin<'_> {
//!     type Done = Option<u8>;
//!
//!     #[inline(always)]
//!     fn on<L: Lanes>(self, l: L) -> Option<u8> {
//!         let grid = l.grid(self.0, self.1, 2, 2)?;
//!         let first = l.and(l.heads(&grid, 0)?, l.all(0xFF));
//!         Some(l.same(first, l.all(self.2.into())))
//!     }
//! }
//!
//! let text = b"some,head\na,1\nb,2\nc,3\na,4\nb,5\nc,6\na,7\nb,8\nand more";
//! let begins: Vec<u32> = (10..=42).step_by(2).collect();
//! assert_eq!(best(Begin(text, &begins, b'a')), Some(0b0100_1001));
//! ```
//!
//! # Source
//! Digits brought together by multiplication: Lemire and Mula (2022). Rows turned into columns by unpacking pairs, twice:
//! Intel (2019), the first instructions of AVX-512.

use super::Plain;

/// What a processor does with eight numbers of 64 bits. Where numbers are compared, the answer has a bit for each pair, the
/// first in the lowest.
pub trait Eights: Copy {
    /// Eight numbers.
    type Eight: Copy;

    /// The same number eight times.
    fn all(self, number: u64) -> Self::Eight;

    /// The numbers one by one.
    fn each(self, a: Self::Eight) -> [u64; 8];

    /// The sums, of which what is beyond 64 bits is lost.
    fn add(self, a: Self::Eight, b: Self::Eight) -> Self::Eight;

    /// The differences, of which what is beyond 64 bits is lost.
    fn sub(self, a: Self::Eight, b: Self::Eight) -> Self::Eight;

    /// The products of the lower 32 bits of each.
    fn mul(self, a: Self::Eight, b: Self::Eight) -> Self::Eight;

    /// Bits that are set in both.
    fn and(self, a: Self::Eight, b: Self::Eight) -> Self::Eight;

    /// Bits that are set in one or both.
    fn or(self, a: Self::Eight, b: Self::Eight) -> Self::Eight;

    /// Bits that are set in one alone.
    fn xor(self, a: Self::Eight, b: Self::Eight) -> Self::Eight;

    /// All bits so many places higher; beyond the 63rd they are lost.
    fn up(self, a: Self::Eight, places: Self::Eight) -> Self::Eight;

    /// All bits so many places lower; below the first they are lost.
    fn down(self, a: Self::Eight, places: Self::Eight) -> Self::Eight;

    /// Which of `a` are less than their neighbour in `b`.
    fn less(self, a: Self::Eight, b: Self::Eight) -> u8;

    /// Which are the same.
    fn same(self, a: Self::Eight, b: Self::Eight) -> u8;

    /// Which have a bit in common.
    fn meet(self, a: Self::Eight, b: Self::Eight) -> u8;

    /// Those of `a` whose bits are set, and the others of `b`.
    fn pick(self, bits: u8, a: Self::Eight, b: Self::Eight) -> Self::Eight;

    /// The numbers that eight digits each are: their values from 0 to 9, the first in the lowest byte.
    fn number(self, digits: Self::Eight) -> Self::Eight;

    /// Eight rows of a text, so many cells to each: where they begin stands in a list, `stride` entries to a row, of which
    /// the last one used is what follows the byte behind the row's last cell. `None` where the list is too short, where
    /// there are more than 31 cells, and where a place lies near to an end of the text or beyond it.
    fn grid<'t>(self, text: &'t [u8], list: &[u32], stride: usize, cells: usize) -> Option<Grid<'t>>;

    /// Where the cells of a column begin; of the column after the last one, what follows the byte behind the last cells.
    fn begins(self, grid: &Grid<'_>, column: usize) -> Option<Self::Eight>;

    /// The eight bytes from the beginning of each cell of a column on, the first of them the lowest.
    fn heads(self, grid: &Grid<'_>, column: usize) -> Option<Self::Eight>;

    /// The eight bytes before the end of each cell of a column, the first of them the lowest. A cell ends a byte before the
    /// next one begins.
    fn tails(self, grid: &Grid<'_>, column: usize) -> Option<Self::Eight>;
}

/// Where the cells of eight rows of a text lie.
#[derive(Clone, Debug)]
pub struct Grid<'t> {
    text: &'t [u8],
    /// By column, in an order of its own, where the cells of the rows begin: from [`NEAR`] to `last`.
    places: [[u32; 8]; MOST],
    last: u32,
    cells: usize,
}

/// So many bytes before a place there is text.
const NEAR: u32 = 9;
/// How many places a row has at most: those of its cells and what follows.
const MOST: usize = 32;

impl<'t> Grid<'t> {
    /// Room for places; `None` where there are too many, or too few in the list, or hardly a text.
    #[inline(always)]
    fn room(text: &'t [u8], list: &[u32], stride: usize, cells: usize) -> Option<Self> {
        let last = text.len().checked_sub(8)?.min(u32::MAX as usize) as u32;
        let end = stride.checked_mul(7)?.checked_add(cells)?;
        (cells < MOST && end < list.len()).then_some(Self { text, places: [[0; 8]; MOST], last, cells })
    }

    /// Where the places of a column are kept: the sixteen columns of a block in the order in which they are turned.
    #[inline(always)]
    fn turned(column: usize) -> usize {
        column / 16 * 16 + column % 4 * 4 + column / 4 % 4
    }

    /// Where cells begin in each row.
    #[inline(always)]
    pub fn column(&self, column: usize) -> Option<&[u32; 8]> {
        self.places.get(Self::turned(column)).filter(|_| column <= self.cells)
    }
}

impl Eights for Plain {
    type Eight = [u64; 8];

    #[inline(always)]
    fn all(self, number: u64) -> [u64; 8] {
        [number; 8]
    }

    #[inline(always)]
    fn each(self, a: [u64; 8]) -> [u64; 8] {
        a
    }

    #[inline(always)]
    fn add(self, a: [u64; 8], b: [u64; 8]) -> [u64; 8] {
        both(a, b, u64::wrapping_add)
    }

    #[inline(always)]
    fn sub(self, a: [u64; 8], b: [u64; 8]) -> [u64; 8] {
        both(a, b, u64::wrapping_sub)
    }

    #[inline(always)]
    fn mul(self, a: [u64; 8], b: [u64; 8]) -> [u64; 8] {
        both(a, b, |a, b| u64::from(a as u32) * u64::from(b as u32))
    }

    #[inline(always)]
    fn and(self, a: [u64; 8], b: [u64; 8]) -> [u64; 8] {
        both(a, b, |a, b| a & b)
    }

    #[inline(always)]
    fn or(self, a: [u64; 8], b: [u64; 8]) -> [u64; 8] {
        both(a, b, |a, b| a | b)
    }

    #[inline(always)]
    fn xor(self, a: [u64; 8], b: [u64; 8]) -> [u64; 8] {
        both(a, b, |a, b| a ^ b)
    }

    #[inline(always)]
    fn up(self, a: [u64; 8], places: [u64; 8]) -> [u64; 8] {
        both(a, places, |a, places| if places < 64 { a << places } else { 0 })
    }

    #[inline(always)]
    fn down(self, a: [u64; 8], places: [u64; 8]) -> [u64; 8] {
        both(a, places, |a, places| if places < 64 { a >> places } else { 0 })
    }

    #[inline(always)]
    fn less(self, a: [u64; 8], b: [u64; 8]) -> u8 {
        bits(a, b, |a, b| a < b)
    }

    #[inline(always)]
    fn same(self, a: [u64; 8], b: [u64; 8]) -> u8 {
        bits(a, b, |a, b| a == b)
    }

    #[inline(always)]
    fn meet(self, a: [u64; 8], b: [u64; 8]) -> u8 {
        bits(a, b, |a, b| a & b != 0)
    }

    #[inline(always)]
    fn pick(self, bits: u8, a: [u64; 8], b: [u64; 8]) -> [u64; 8] {
        std::array::from_fn(|k| if bits >> k & 1 == 1 { a[k] } else { b[k] })
    }

    #[inline(always)]
    fn number(self, digits: [u64; 8]) -> [u64; 8] {
        digits.map(|d| {
            // Neighbours are brought together: to tens, to thousands, to the whole.
            let tens = d.wrapping_mul(10).wrapping_add(d >> 8);
            let low = (tens & 0x0000_00FF_0000_00FF).wrapping_mul(0x000F_4240_0000_0064);
            let high = (tens >> 16 & 0x0000_00FF_0000_00FF).wrapping_mul(0x0000_2710_0000_0001);
            low.wrapping_add(high) >> 32
        })
    }

    #[inline(always)]
    fn grid<'t>(self, text: &'t [u8], list: &[u32], stride: usize, cells: usize) -> Option<Grid<'t>> {
        let mut grid = Grid::room(text, list, stride, cells)?;
        for column in 0..=cells {
            for row in 0..8 {
                let place = *list.get(row * stride + column)?;
                if place < NEAR || place > grid.last {
                    return None;
                }
                grid.places[Grid::turned(column)][row] = place;
            }
        }
        Some(grid)
    }

    #[inline(always)]
    fn begins(self, grid: &Grid<'_>, column: usize) -> Option<[u64; 8]> {
        grid.column(column).map(|places| places.map(u64::from))
    }

    #[inline(always)]
    fn heads(self, grid: &Grid<'_>, column: usize) -> Option<[u64; 8]> {
        grid.column(column).map(|places| places.map(|place| word(grid.text, place)))
    }

    #[inline(always)]
    fn tails(self, grid: &Grid<'_>, column: usize) -> Option<[u64; 8]> {
        grid.column(column + 1).map(|places| places.map(|place| word(grid.text, place - NEAR)))
    }
}

fn word(text: &[u8], place: u32) -> u64 {
    let eight = text.get(place as usize..).and_then(<[u8]>::first_chunk);
    eight.map_or(0, |eight| u64::from_le_bytes(*eight))
}

#[inline(always)]
fn both(a: [u64; 8], b: [u64; 8], of: impl Fn(u64, u64) -> u64) -> [u64; 8] {
    std::array::from_fn(|k| of(a[k], b[k]))
}

#[inline(always)]
fn bits(a: [u64; 8], b: [u64; 8], of: impl Fn(u64, u64) -> bool) -> u8 {
    a.iter().zip(b).enumerate().fold(0, |all, (k, (a, b))| all | u8::from(of(*a, b)) << k)
}

#[cfg(target_arch = "x86_64")]
mod vectors {
    use super::{Eights, Grid, NEAR};
    use crate::lanes::vectors::Vectors;
    use std::arch::x86_64::{
        __m512i, _mm256_loadu_si256, _mm512_add_epi64, _mm512_and_si512, _mm512_cmpeq_epu64_mask,
        _mm512_cmpgt_epu32_mask, _mm512_cmplt_epu32_mask, _mm512_cmplt_epu64_mask, _mm512_cvtepu32_epi64,
        _mm512_madd_epi16, _mm512_maddubs_epi16, _mm512_mask_blend_epi64, _mm512_mask_loadu_epi32,
        _mm512_max_epu32, _mm512_min_epu32, _mm512_mul_epu32, _mm512_or_si512, _mm512_permutex2var_epi64,
        _mm512_set1_epi16, _mm512_set1_epi32, _mm512_set1_epi64, _mm512_setr_epi64, _mm512_sllv_epi64,
        _mm512_srli_epi64, _mm512_srlv_epi64, _mm512_storeu_si512, _mm512_sub_epi64, _mm512_test_epi64_mask,
        _mm512_unpackhi_epi32, _mm512_unpackhi_epi64, _mm512_unpacklo_epi32, _mm512_unpacklo_epi64,
        _mm512_xor_si512,
    };

    /// Has an instruction done.
    macro_rules! done {
        ($what:expr) => {
            // SAFETY: there are such lanes only where the machine has what they are compiled for.
            unsafe { $what }
        };
    }

    impl Eights for Vectors {
        type Eight = __m512i;

        #[inline(always)]
        fn all(self, number: u64) -> __m512i {
            done!(_mm512_set1_epi64(number.cast_signed()))
        }

        #[inline(always)]
        fn each(self, a: __m512i) -> [u64; 8] {
            let mut each = [0; 8];
            // SAFETY: as above, and these are the 64 bytes that are written, which may lie anywhere.
            unsafe { _mm512_storeu_si512(each.as_mut_ptr().cast(), a) };
            each
        }

        #[inline(always)]
        fn add(self, a: __m512i, b: __m512i) -> __m512i {
            done!(_mm512_add_epi64(a, b))
        }

        #[inline(always)]
        fn sub(self, a: __m512i, b: __m512i) -> __m512i {
            done!(_mm512_sub_epi64(a, b))
        }

        #[inline(always)]
        fn mul(self, a: __m512i, b: __m512i) -> __m512i {
            done!(_mm512_mul_epu32(a, b))
        }

        #[inline(always)]
        fn and(self, a: __m512i, b: __m512i) -> __m512i {
            done!(_mm512_and_si512(a, b))
        }

        #[inline(always)]
        fn or(self, a: __m512i, b: __m512i) -> __m512i {
            done!(_mm512_or_si512(a, b))
        }

        #[inline(always)]
        fn xor(self, a: __m512i, b: __m512i) -> __m512i {
            done!(_mm512_xor_si512(a, b))
        }

        #[inline(always)]
        fn up(self, a: __m512i, places: __m512i) -> __m512i {
            done!(_mm512_sllv_epi64(a, places))
        }

        #[inline(always)]
        fn down(self, a: __m512i, places: __m512i) -> __m512i {
            done!(_mm512_srlv_epi64(a, places))
        }

        #[inline(always)]
        fn less(self, a: __m512i, b: __m512i) -> u8 {
            done!(_mm512_cmplt_epu64_mask(a, b))
        }

        #[inline(always)]
        fn same(self, a: __m512i, b: __m512i) -> u8 {
            done!(_mm512_cmpeq_epu64_mask(a, b))
        }

        #[inline(always)]
        fn meet(self, a: __m512i, b: __m512i) -> u8 {
            done!(_mm512_test_epi64_mask(a, b))
        }

        #[inline(always)]
        fn pick(self, bits: u8, a: __m512i, b: __m512i) -> __m512i {
            done!(_mm512_mask_blend_epi64(bits, b, a))
        }

        #[inline(always)]
        fn number(self, digits: __m512i) -> __m512i {
            // Neighbours are brought together: ten times the first and once the second, and so on.
            let tens = done!(_mm512_maddubs_epi16(digits, _mm512_set1_epi16(0x010A)));
            let hundreds = done!(_mm512_madd_epi16(tens, _mm512_set1_epi32(0x0001_0064)));
            let upper = done!(_mm512_mul_epu32(hundreds, _mm512_set1_epi64(10_000)));
            done!(_mm512_add_epi64(upper, _mm512_srli_epi64::<32>(hundreds)))
        }

        #[inline(always)]
        fn grid<'t>(self, text: &'t [u8], list: &[u32], stride: usize, cells: usize) -> Option<Grid<'t>> {
            let mut grid = Grid::room(text, list, stride, cells)?;
            let near = done!(_mm512_set1_epi32(NEAR.cast_signed()));
            let (mut least, mut most) = (done!(_mm512_set1_epi32(-1)), near);
            for (block, places) in grid.places.as_chunks_mut::<16>().0.iter_mut().enumerate() {
                let first = 16 * block;
                if first > cells {
                    break;
                }
                // As many of sixteen as there are; in the place of the others is one that lies within every text.
                let there = u16::MAX >> (16 - (cells + 1 - first).min(16));
                let mut rows = [near; 8];
                for (k, row) in rows.iter_mut().enumerate() {
                    // SAFETY: as above, and there is room in the list for all of a row, which is what is read of it.
                    *row = unsafe {
                        let from = list.as_ptr().add(k * stride + first);
                        _mm512_mask_loadu_epi32(near, there, from.cast())
                    };
                    least = done!(_mm512_min_epu32(least, *row));
                    most = done!(_mm512_max_epu32(most, *row));
                }
                let [a, b, c, d, e, f, g, h] = rows;
                // Of neighbouring rows the first two and the last two of every four, then four rows of every fourth.
                let (ab, cd) = done!((_mm512_unpacklo_epi32(a, b), _mm512_unpacklo_epi32(c, d)));
                let (ef, gh) = done!((_mm512_unpacklo_epi32(e, f), _mm512_unpacklo_epi32(g, h)));
                let (ab_, cd_) = done!((_mm512_unpackhi_epi32(a, b), _mm512_unpackhi_epi32(c, d)));
                let (ef_, gh_) = done!((_mm512_unpackhi_epi32(e, f), _mm512_unpackhi_epi32(g, h)));
                let fours = done!([
                    (_mm512_unpacklo_epi64(ab, cd), _mm512_unpacklo_epi64(ef, gh)),
                    (_mm512_unpackhi_epi64(ab, cd), _mm512_unpackhi_epi64(ef, gh)),
                    (_mm512_unpacklo_epi64(ab_, cd_), _mm512_unpacklo_epi64(ef_, gh_)),
                    (_mm512_unpackhi_epi64(ab_, cd_), _mm512_unpackhi_epi64(ef_, gh_)),
                ]);
                let lower = done!(_mm512_setr_epi64(0, 1, 8, 9, 2, 3, 10, 11));
                let upper = done!(_mm512_setr_epi64(4, 5, 12, 13, 6, 7, 14, 15));
                for (four, to) in fours.into_iter().zip(places.as_chunks_mut::<4>().0) {
                    let to: *mut __m512i = to.as_mut_ptr().cast();
                    // SAFETY: as above, and twice 64 bytes are what four times eight places take; they may lie anywhere.
                    unsafe {
                        _mm512_storeu_si512(to, _mm512_permutex2var_epi64(four.0, lower, four.1));
                        _mm512_storeu_si512(to.add(1), _mm512_permutex2var_epi64(four.0, upper, four.1));
                    }
                }
            }
            let last = done!(_mm512_set1_epi32(grid.last.cast_signed()));
            let beyond = done!(_mm512_cmpgt_epu32_mask(most, last) | _mm512_cmplt_epu32_mask(least, near));
            (beyond == 0).then_some(grid)
        }

        #[inline(always)]
        fn begins(self, grid: &Grid<'_>, column: usize) -> Option<__m512i> {
            let places = grid.column(column)?;
            // SAFETY: as above, and these are the 32 bytes that are read, which may lie anywhere.
            let places = unsafe { _mm256_loadu_si256(places.as_ptr().cast()) };
            Some(done!(_mm512_cvtepu32_epi64(places)))
        }

        #[inline(always)]
        fn heads(self, grid: &Grid<'_>, column: usize) -> Option<__m512i> {
            let places = grid.column(column)?;
            // SAFETY: no place of a grid lies nearer to the end than eight bytes.
            Some(unsafe { words(grid.text.as_ptr(), places) })
        }

        #[inline(always)]
        fn tails(self, grid: &Grid<'_>, column: usize) -> Option<__m512i> {
            let places = grid.column(column.checked_add(1)?)?;
            // SAFETY: no place of a grid lies nearer to the first byte than this or to the end than eight bytes.
            Some(unsafe { words(grid.text.as_ptr().wrapping_sub(NEAR as usize), places) })
        }
    }

    /// The eight bytes that lie so far behind a place in memory. One by one they were sooner there than by the instruction
    /// for it, where that was measured.
    ///
    /// # Safety
    /// There is a machine that has what [`Vectors`] are compiled for, and all of these bytes are in one and the same list.
    #[inline(always)]
    unsafe fn words(from: *const u8, places: &[u32; 8]) -> __m512i {
        let [a, b, c, d, e, f, g, h] = places.map(|place| from.wrapping_add(place as usize).cast::<i64>());
        // SAFETY: whoever calls says so.
        unsafe {
            _mm512_setr_epi64(
                a.read_unaligned(),
                b.read_unaligned(),
                c.read_unaligned(),
                d.read_unaligned(),
                e.read_unaligned(),
                f.read_unaligned(),
                g.read_unaligned(),
                h.read_unaligned(),
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::{Lanes, Plain, Work, best};
    use proptest::prelude::*;

    /// Everything that is done with eight numbers.
    struct All<'a> {
        text: &'a [u8],
        list: &'a [u32],
        stride: usize,
        cells: usize,
        bits: u8,
    }

    /// Places with the words there and before; what comes of numbers; bits.
    type Said = (Option<Vec<Option<[u64; 8]>>>, Vec<[u64; 8]>, [u8; 3]);

    impl Work for All<'_> {
        type Done = Option<Said>;

        #[inline(always)]
        fn on<L: Lanes>(self, l: L) -> Option<Said> {
            let numbers: Vec<u32> = (0..8).flat_map(|k| [9 + 8 * k, 73 + 8 * k]).collect();
            let grid = l.grid(self.text, &numbers, 2, 1)?;
            let (a, b) = (l.heads(&grid, 0)?, l.heads(&grid, 1)?);
            let counts = l.and(b, l.all(0x7F));
            let all = [
                l.add(a, b),
                l.sub(a, b),
                l.mul(a, b),
                l.and(a, b),
                l.or(a, b),
                l.xor(a, b),
                l.up(a, counts),
                l.down(a, counts),
                l.pick(self.bits, a, b),
                l.number(l.and(a, l.all(0x0707_0707_0707_0707))),
            ];
            let same = l.same(a, l.pick(self.bits, a, b));
            let mut places = None;
            if let Some(grid) = l.grid(self.text, self.list, self.stride, self.cells) {
                let mut told = Vec::new();
                for column in 0..self.cells + 2 {
                    for eight in [l.begins(&grid, column), l.heads(&grid, column), l.tails(&grid, column)] {
                        told.push(eight.map(|eight| l.each(eight)));
                    }
                }
                places = Some(told);
            }
            let bits = [l.less(a, b), same, l.meet(a, b)];
            Some((places, all.map(|eight| l.each(eight)).to_vec(), bits))
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_048))]

        #[test]
        fn all_lanes_say_what_numbers_one_by_one_say(
            text in prop::collection::vec(prop_oneof![any::<u8>(), Just(0)], 145),
            mut list in prop_oneof![1 => prop::collection::vec(9u32..=137, 0..300), 3 => prop::collection::vec(9u32..=137, 90)],
            far in prop_oneof![3 => Just(None), 1 => (0usize..90, prop_oneof![0u32..=9, 137u32..=140, any::<u32>()]).prop_map(Some)],
            stride in prop_oneof![6 => 0usize..12, 3 => 0usize..36, 1 => any::<usize>()],
            cells in prop_oneof![3 => 0usize..12, 1 => 0usize..36],
            bits in any::<u8>(),
        ) {
            if let Some((at, place)) = far && let Some(to) = list.get_mut(at) {
                *to = place;
            }
            let all = || All { text: &text, list: &list, stride, cells, bits };
            let plain = all().on(Plain);
            prop_assert_eq!(best(all()), plain.clone());
            let (places, all, [less, same, meet]) = plain.unwrap();

            let word = |at: usize| u64::from_le_bytes(*text[at..].first_chunk().unwrap());
            let place = |row: usize, column: usize| {
                let at = stride.checked_mul(row)?.checked_add(column)?;
                list.get(at).copied().filter(|place| (9..=137).contains(place) && cells < 32)
            };
            let column = |column: usize| (0..8).map(|row| place(row, column)).collect::<Option<Vec<u32>>>();
            let columns: Option<Vec<Vec<u32>>> = (0..=cells).map(column).collect();
            let want = columns.map(|columns| {
                let of = |k: usize, tell: &dyn Fn(u32) -> u64| {
                    columns.get(k).map(|places| places.iter().map(|place| tell(*place)).collect::<Vec<_>>())
                };
                (0..cells + 2)
                    .flat_map(|k| {
                        let tails = of(k + 1, &|place| word(place as usize - 9));
                        [of(k, &|place| place.into()), of(k, &|place| word(place as usize)), tails]
                    })
                    .collect::<Vec<_>>()
            });
            let told = |told: Vec<Option<[u64; 8]>>| told.iter().map(|t| t.map(|t| t.to_vec())).collect::<Vec<_>>();
            prop_assert_eq!(places.map(told), want);

            for k in 0..8 {
                let (a, b) = (word(9 + 8 * k), word(73 + 8 * k));
                let count = (b & 0x7F) as u32;
                let picked = if bits >> k & 1 == 1 { a } else { b };
                let digits = (a & 0x0707_0707_0707_0707).to_le_bytes();
                let want = [
                    a.wrapping_add(b),
                    a.wrapping_sub(b),
                    (a & 0xFFFF_FFFF) * (b & 0xFFFF_FFFF),
                    a & b,
                    a | b,
                    a ^ b,
                    a.checked_shl(count).unwrap_or(0),
                    a.checked_shr(count).unwrap_or(0),
                    picked,
                    digits.iter().fold(0, |n, digit| n * 10 + u64::from(*digit)),
                ];
                prop_assert_eq!(all.iter().map(|eight| eight[k]).collect::<Vec<_>>(), want);
                prop_assert_eq!([less, same, meet].map(|bits| bits >> k & 1 == 1), [a < b, a == picked, a & b != 0]);
            }
        }
    }
}
