//! Memory mapped for one allocation: its start is aligned to large pages, and it is moved by mapping it elsewhere.

use std::ptr::null_mut;

/// Every mapping is a whole number of these: the largest pages that systems run on, and so whole pages on all of them.
pub(crate) const PAGE: usize = 64 << 10;
/// Bytes of a large page.
const WIDE: usize = 2 << 20;

/// Maps at least so many zeros; null where there is no room.
pub(crate) fn map(size: usize) -> *mut u8 {
    let at = reserve(size, libc::PROT_READ | libc::PROT_WRITE);
    if !at.is_null() {
        advise(at, size);
    }
    at
}

/// Gives a mapping back.
///
/// # Safety
///
/// `at` came from [`map`] or [`remap`] with this size and is used no more.
pub(crate) unsafe fn unmap(at: *mut u8, size: usize) {
    // SAFETY: these pages are the allocation's alone, as the caller vouches.
    unsafe { libc::munmap(at.cast(), pages(size)) };
}

/// Gives a mapping another size, elsewhere if need be; null where there is no room, and then it stays as it is.
///
/// # Safety
///
/// `at` came from [`map`] or [`remap`] with this size, and is used no more unless null is returned.
pub(crate) unsafe fn remap(at: *mut u8, size: usize, wanted: usize) -> *mut u8 {
    let (old, new) = (pages(size), pages(wanted));
    // SAFETY: the pages are the allocation's alone; without leave to move they stay where they are.
    let stayed = unsafe { libc::mremap(at.cast(), old, new, 0) };
    if stayed != libc::MAP_FAILED {
        advise(at, wanted);
        return at;
    }
    // The system would put it anywhere, and where it is not aligned as before, its large pages become small ones.
    let to = reserve(wanted, libc::PROT_NONE);
    if to.is_null() {
        return to;
    }
    let flags = libc::MREMAP_MAYMOVE | libc::MREMAP_FIXED;
    // SAFETY: as above, and the place it goes to was reserved for it just now.
    let moved = unsafe { libc::mremap(at.cast(), old, new, flags, to) };
    if moved == libc::MAP_FAILED {
        // SAFETY: nothing was put into the place that was reserved.
        unsafe { unmap(to, wanted) };
        return null_mut();
    }
    advise(to, wanted);
    to
}

fn pages(size: usize) -> usize {
    // The size of an allocation is at most half of what can be addressed.
    size.next_multiple_of(PAGE)
}

/// Maps whole pages from an aligned start: more is asked for, and what lies around is given back.
fn reserve(size: usize, protection: i32) -> *mut u8 {
    let length = pages(size);
    let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS;
    // SAFETY: a new mapping at a place of the system's choice touches no other.
    let all = unsafe { libc::mmap(null_mut(), length + WIDE, protection, flags, -1, 0) };
    if all == libc::MAP_FAILED {
        return null_mut();
    }
    let before = (all as usize).next_multiple_of(WIDE) - all as usize;
    let start = all.cast::<u8>().wrapping_add(before);
    // SAFETY: both ends lie in the mapping, in whole pages, and nobody knows of them.
    unsafe {
        if before > 0 {
            libc::munmap(all, before);
        }
        libc::munmap(start.wrapping_add(length).cast(), WIDE - before);
    }
    start
}

/// Asks for large pages. Where they are refused the pages stay small.
fn advise(at: *mut u8, size: usize) {
    // SAFETY: the advice changes nothing that a program can read, and these pages are the allocation's alone.
    unsafe { libc::madvise(at.cast(), pages(size), libc::MADV_HUGEPAGE) };
}
