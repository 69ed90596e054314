//! An allocator for programs that look up millions of customers: the system's own, but large tables lie in large pages.
//! With pages of 4 kB nearly every look-up waits twice, for the place of its page and then for the page; and a table
//! that grows is moved by the system's tables instead of being copied.
//!
//! ```
//! #[global_allocator]
//! static ALLOCATOR: naata_pages::LargePages = naata_pages::LargePages;
//!
//! let table = vec![0u64; 1 << 20];
//! assert_eq!(table.iter().sum::<u64>(), 0);
//! ```
//!
//! It is for Linux, where large pages are commonly given to whom asks for them (`madvise`); anywhere else it is the
//! system's allocator and nothing more. No result depends on it.

#![allow(unsafe_code, reason = "the interface of an allocator is unsafe; nothing else is in this crate")]

#[cfg(target_os = "linux")]
mod map;

use std::alloc::{GlobalAlloc, Layout, System};

/// The system's allocator, with large pages under what is at least [`LARGE`] bytes.
#[derive(Clone, Copy, Debug, Default)]
pub struct LargePages;

/// The bytes from which on an allocation has large pages and a mapping of its own.
pub const LARGE: usize = 4 << 20;

/// Whether an allocation is one of those with a mapping of its own. It is asked by size alone, which a program states
/// again whenever it hands memory back, so that nothing has to be remembered.
#[cfg(target_os = "linux")]
fn is_mapped(layout: Layout, size: usize) -> bool {
    size >= LARGE && layout.align() <= map::PAGE
}

// SAFETY: what `is_mapped` says of a layout is the same whenever that layout is stated, so that memory goes back to where
// it came from: to `map`, whose memory is as large as asked for, aligned to its pages and nobody else's; or to the
// system's allocator, to which calls are passed on as they came.
#[cfg(target_os = "linux")]
unsafe impl GlobalAlloc for LargePages {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if is_mapped(layout, layout.size()) {
            return map::map(layout.size());
        }
        // SAFETY: the caller keeps the contract, which is that of the system's allocator.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        if is_mapped(layout, layout.size()) {
            // New pages are zero.
            return map::map(layout.size());
        }
        // SAFETY: as above.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        if is_mapped(layout, layout.size()) {
            // SAFETY: the caller states the layout it was allocated with, so it came from `map` and has this size.
            return unsafe { map::unmap(at, layout.size()) };
        }
        // SAFETY: likewise it came from the system's allocator.
        unsafe { System.dealloc(at, layout) }
    }

    unsafe fn realloc(&self, at: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        match (is_mapped(layout, layout.size()), is_mapped(layout, size)) {
            // SAFETY: as in `dealloc`; the new size is not zero, for it is at least `LARGE`.
            (true, true) => unsafe { map::remap(at, layout.size(), size) },
            // SAFETY: as in `alloc`.
            (false, false) => unsafe { System.realloc(at, layout, size) },
            _ => {
                // SAFETY: the caller vouches that the new size fits the alignment and is not zero. Both pieces of memory
                // are alive, apart from each other and at least as large as what is copied.
                unsafe {
                    let new = Layout::from_size_align_unchecked(size, layout.align());
                    let to = self.alloc(new);
                    if !to.is_null() {
                        std::ptr::copy_nonoverlapping(at, to, layout.size().min(size));
                        self.dealloc(at, layout);
                    }
                    to
                }
            }
        }
    }
}

// SAFETY: every call is passed on to the system's allocator as it came.
#[cfg(not(target_os = "linux"))]
unsafe impl GlobalAlloc for LargePages {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller keeps the contract, which is that of the system's allocator.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as above.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        // SAFETY: as above.
        unsafe { System.dealloc(at, layout) }
    }

    unsafe fn realloc(&self, at: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: as above.
        unsafe { System.realloc(at, layout, size) }
    }
}

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

    #[test]
    fn tables_that_stand_in_each_others_way_move_with_what_they_hold() {
        let mut tables: Vec<Vec<u64>> = vec![Vec::new(); 4];
        for n in 0..(LARGE / 2) as u64 {
            for (table, k) in tables.iter_mut().zip(0..) {
                table.push(n ^ k);
            }
        }
        for (table, k) in tables.iter().zip(0..) {
            assert!((0..).zip(table).all(|(n, got)| n ^ k == *got));
        }
    }
}
