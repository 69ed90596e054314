//! The naata facade: base, catalogue and every domain under one roof.
