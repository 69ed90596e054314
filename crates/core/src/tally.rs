//! Folds that can be cut in parts and put together again.

use crate::Error;

/// A mergeable fold.
///
/// Law: any split of the items over fresh tallies, merged in any order, finishes to the same bytes as one tally
/// that saw them all. Threads, and later a cluster, are just merges.
pub trait Tally: Sized + Send {
    /// What is added, one at a time.
    type Item<'a>;
    /// What comes out.
    type Output;
    /// An empty tally of the same configuration: what another part starts from.
    fn fresh(&self) -> Self;
    /// Takes in one item.
    fn add(&mut self, item: Self::Item<'_>) -> Result<(), Error>;
    /// Takes in another part.
    fn merge(&mut self, later: Self) -> Result<(), Error>;
    /// Ends the fold.
    fn finish(self) -> Result<Self::Output, Error>;
}
