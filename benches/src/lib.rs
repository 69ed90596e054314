//! Measurements of naata against named peers (unpublished).
//!
//! `bulk` writes the large files; `peers/reading.py` times the binary and the peers on them in turn, after comparing
//! their outputs customer by customer.
