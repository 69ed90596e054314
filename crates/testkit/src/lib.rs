//! Reference data and generators for the tests of naata (unpublished).
