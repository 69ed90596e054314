//! Customer data: audit, normalisation, occasions.
