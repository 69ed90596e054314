//! The naata command line.
fn main() {}
