//! Tests of whole shops, each read back from its files.

mod bytes;
mod conservation;
mod read;
mod stories;
