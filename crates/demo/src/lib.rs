//! A seeded, believable shop with planted truths.
