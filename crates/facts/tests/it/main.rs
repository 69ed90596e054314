//! The rule language as a whole: files with mistakes, and a file without.

mod broken;
