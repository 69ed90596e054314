//! Unpublished package.
