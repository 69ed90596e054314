//! Measurements of naata against named peers (unpublished).
//!
//! `bulk` writes the large files; `peers/reading.py` times the binary and the peers on them in turn, after comparing
//! their outputs customer by customer.
//!
//! `clv` times the lifetime-value models, `peers/lifetime_value.py` compares them with lifetimes (`docs/speed-clv.md`), and
//! `coverage` counts how often their intervals hold (`docs/coverage.md`).
//!
//! `segments` times scores, k-means, itemsets and windows of behaviour; `peers/segments.py` compares them with pandas,
//! polars, scikit-learn, mlxtend and rusket (`docs/speed-segments.md`).
