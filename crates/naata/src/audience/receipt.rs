//! The receipt of an audience: what later measurement reads. It holds ids and no contact point.

use super::Channel;
use naata_core::Day;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One segment an audience was made from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Definition {
    /// Its name, or the fact and value that stand for it.
    pub name: String,
    /// The rules, with those of the segments it names.
    pub definition: String,
    /// A digest of the rules, so that two receipts can be told to be of one definition.
    pub digest: String,
    /// Its weight in millionths, where segments were weighed against each other.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weight_millionths: Option<u64>,
}

/// One customer of the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Treated {
    /// The id.
    pub customer: String,
    /// The segment for which they are on the list.
    pub segment: String,
    /// The channel they are to be reached on.
    pub channel: Channel,
}

/// What was asked, who came out, who was held out, and why everyone else was left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Receipt {
    /// The form of this receipt: `audience/1`.
    pub schema: String,
    /// The campaign; with the seed the key of the draw.
    pub campaign: String,
    /// The seed of the draw.
    pub seed: u64,
    /// The day one stood on.
    pub as_of: Day,
    /// The purpose that was asked for.
    pub purpose: String,
    /// The segments, in order of precedence.
    pub segments: Vec<Definition>,
    /// By what the list is ranked: `clv`, `spend` or `none`.
    pub ranked_by: String,
    /// The share held out, in millionths.
    pub holdout_millionths: u32,
    /// How many customers there are.
    pub customers: u64,
    /// How many came to each end; they add up to all customers.
    pub counts: BTreeMap<String, u64>,
    /// Those to be contacted, in id order.
    pub treated: Vec<Treated>,
    /// Those held out, in id order.
    pub control: Vec<String>,
}

impl Receipt {
    /// The form this crate writes.
    pub const SCHEMA: &'static str = "audience/1";

    /// Whether it is of this form, its counts add up, and nobody is both treated and held out.
    pub fn is_sound(&self) -> bool {
        let count = |key: &str| self.counts.get(key).copied().unwrap_or(0);
        self.schema == Self::SCHEMA
            && self.counts.values().try_fold(0u64, |s, n| s.checked_add(*n)) == Some(self.customers)
            && count("listed") == self.treated.len() as u64
            && count("control") == self.control.len() as u64
            && !self.treated.iter().any(|t| self.control.binary_search(&t.customer).is_ok())
    }
}
