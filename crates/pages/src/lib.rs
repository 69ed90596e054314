//! An allocator for programs that look up millions of customers: the system's own, which under large tables is asked for
//! large pages. With pages of 4 kB nearly every look-up waits twice, for the place of its page and then for the page.
//!
//! ```
//! #[global_allocator]
//! static ALLOCATOR: naata_pages::LargePages = naata_pages::LargePages;
//!
//! let table = vec![0u64; 1 << 20];
//! assert_eq!(table.iter().sum::<u64>(), 0);
//! ```
//!
//! It is for Linux, where large pages are commonly given to whom asks for them (`madvise`); anywhere else, and where
//! they are switched off, it is the system's allocator and nothing more. No result depends on it.

#![allow(unsafe_code, reason = "the interface of an allocator is unsafe; nothing else is in this crate")]

use std::alloc::{GlobalAlloc, Layout, System};

/// The system's allocator, with large pages under what is at least [`LARGE`] bytes.
#[derive(Clone, Copy, Debug, Default)]
pub struct LargePages;

/// The bytes from which on large pages are asked for: two of the usual large pages, so that at least one fits wherever
/// the bytes begin.
pub const LARGE: usize = 4 << 20;

// SAFETY: every call is passed on to the system's allocator as it came, and its answer is returned as it is. The advice
// in between reads and writes no memory.
unsafe impl GlobalAlloc for LargePages {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller keeps the contract, which is that of the system's allocator.
        advised(unsafe { System.alloc(layout) }, layout.size())
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as above.
        advised(unsafe { System.alloc_zeroed(layout) }, layout.size())
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        // SAFETY: as above; all memory given out came from the system's allocator.
        unsafe { System.dealloc(at, layout) }
    }

    unsafe fn realloc(&self, at: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: as above.
        advised(unsafe { System.realloc(at, layout, size) }, size)
    }
}

/// Asks for large pages under a large allocation, and returns it.
#[inline]
fn advised(at: *mut u8, size: usize) -> *mut u8 {
    if size >= LARGE && !at.is_null() {
        advise(at, size);
    }
    at
}

#[cfg(target_os = "linux")]
#[cold]
fn advise(at: *mut u8, size: usize) {
    const PAGE: usize = 4 << 10;
    // Whole pages that are ours alone: advice is given by the page.
    let before = at.align_offset(PAGE);
    let length = size.saturating_sub(before) & !(PAGE - 1);
    // SAFETY: the bytes from `before` on are inside an allocation of `size` bytes, and this advice changes nothing that a
    // program can read. Where it is refused the pages stay small.
    unsafe {
        libc::madvise(at.wrapping_add(before).cast(), length, libc::MADV_HUGEPAGE);
    }
}

#[cfg(not(target_os = "linux"))]
fn advise(_: *mut u8, _: usize) {}

#[cfg(test)]
mod tests {
    use super::*;

    #[global_allocator]
    static ALLOCATOR: LargePages = LargePages;

    #[test]
    fn what_is_written_stays_while_memory_grows_and_shrinks_around_the_bound() {
        let mut numbers: Vec<u64> = Vec::new();
        for n in 0..(4 * LARGE / 8) as u64 {
            numbers.push(n);
        }
        numbers.truncate(LARGE / 16);
        numbers.shrink_to_fit();
        assert!((0..).zip(&numbers).all(|(want, got)| want == *got));
        assert!(vec![0u8; LARGE + 1].iter().all(|byte| *byte == 0));
    }
}
