//! Asking for memory ahead of its use.

/// Begins to bring `all[at]` near, in the first 64 bytes it takes; beyond the end nothing happens.
///
/// It is a hint: nothing is read or written that a program could tell. Where there is no such instruction, or none that
/// stable Rust knows of, nothing happens either.
#[inline(always)]
pub fn fetch<T>(all: &[T], at: usize) {
    #[cfg(target_arch = "x86_64")]
    if let Some(one) = all.get(at) {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        // SAFETY: every processor of this family has the instruction, and it may be given any address; this one is that
        // of a value.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(std::ptr::from_ref(one).cast()) }
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = (all, at);
}

#[cfg(test)]
mod tests {
    use super::fetch;

    #[test]
    fn any_place_may_be_asked_for_and_nothing_changes() {
        let all: Vec<u32> = (0..100).collect();
        for at in [0, 99, 100, usize::MAX] {
            fetch(&all, at);
            fetch::<u64>(&[], at);
            fetch(&[(); 3], at);
        }
        assert!(all.iter().copied().eq(0..100));
    }
}
