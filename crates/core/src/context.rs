//! The arguments every analysis shares.

use crate::{Day, Exec, Serial, Zone};

/// What an analysis may know besides its data: no clock, no environment, no thread of its own.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// The last day that is known; nothing later may be read.
    pub as_of: Day,
    /// Where the export begins, when that is known: customers first seen soon after may be older.
    pub history_from: Option<Day>,
    /// The zone in which days are counted.
    pub zone: Zone,
    /// The seed of everything random.
    pub seed: u64,
    /// How the host runs independent parts.
    pub exec: &'a dyn Exec,
}

impl Context<'static> {
    /// A context at a day: UTC, seed 0, everything on the calling thread.
    pub fn at(as_of: Day) -> Self {
        Self { as_of, history_from: None, zone: Zone::UTC, seed: 0, exec: &Serial }
    }
}

impl std::fmt::Debug for Context<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Context")
            .field("as_of", &self.as_of)
            .field("history_from", &self.history_from)
            .field("zone", &self.zone)
            .field("seed", &self.seed)
            .finish_non_exhaustive()
    }
}
