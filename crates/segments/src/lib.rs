//! Segmentation: recency, frequency, monetary value.
