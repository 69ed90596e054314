//! From the bytes of an export to typed rows and findings.
