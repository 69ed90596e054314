//! The one comparison that the tests of this crate use.

/// Asserts that `found` lies within `relative` of `expected`; an expected 0 must be met exactly.
#[track_caller]
pub(crate) fn assert_close(found: f64, expected: f64, relative: f64, what: &str) {
    let off = (found - expected).abs() / expected.abs();
    assert!(
        found == expected || off <= relative,
        "{what}: {found:e} is not {expected:e}, off by {off:.1e} of it, allowed {relative:.0e}"
    );
}
