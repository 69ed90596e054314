//! What some processors can do better than a program that must run on all: bring memory near ahead of its use
//! ([`fetch`]), look at 64 bytes and work with eight numbers at once ([`best`]). Nothing here changes a result: what is
//! said of a place is the same on every machine, and only how long it takes differs.
//!
//! ```
//! // A look-up in a table larger than the caches waits as long as hundreds of instructions take. The places of later
//! // ones are known long before.
//! let table: Vec<u64> = (0..1_000).map(|i| i * i).collect();
//! let wanted = [17usize, 900, 3, 412, 999];
//! let mut sum = 0;
//! for (k, at) in wanted.iter().enumerate() {
//!     if let Some(later) = wanted.get(k + 2) {
//!         naata_machine::fetch(&table, *later);
//!     }
//!     sum += table[*at];
//! }
//! assert_eq!(sum, 17 * 17 + 900 * 900 + 3 * 3 + 412 * 412 + 999 * 999);
//! ```

#![allow(
    unsafe_code,
    reason = "instructions of one processor cannot be used without it; nothing else is in this crate"
)]

mod eights;
mod fetch;
mod lanes;

pub use eights::{Eights, Grid};
pub use fetch::fetch;
pub use lanes::{Lanes, Plain, Work, best, is_wide};
