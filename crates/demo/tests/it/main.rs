//! Tests of whole shops, each read back from its files.

#[cfg(test)]
mod bytes;
#[cfg(test)]
mod conservation;
#[cfg(test)]
mod read;
#[cfg(test)]
mod stories;
