//! Event logs: what happened to whom and when, in the order of the file where times are equal.

use super::{Format, Pick, Provenance, Table};
use crate::field::F;
use naata_core::TableKind;

/// A process log with the attribute names of IEEE 1849 (XES): the case takes the customer's place.
pub(super) static XES: Format = Format {
    key: "xes.events",
    provenance: Provenance::RealFile,
    signature: &["case:concept:name", "concept:name", "time:timestamp"],
    tables: &[Table::new(
        TableKind::Touches,
        &[
            (F::Customer, Pick::Of(&["case:concept:name"])),
            (F::Activity, Pick::Of(&["concept:name"])),
            (F::At, Pick::Of(&["time:timestamp"])),
        ],
    )],
    ..Format::PLAIN
};

/// A web shop's clicks, with session and the channel the user was won by.
pub(super) static CLICKSTREAM: Format = Format {
    key: "retentioneering.clickstream",
    provenance: Provenance::RealFile,
    signature: &["user_id", "session_id", "event", "timestamp", "acquisition_channel"],
    tables: &[Table::new(
        TableKind::Touches,
        &[
            (F::Customer, Pick::Of(&["user_id"])),
            (F::Activity, Pick::Of(&["event"])),
            (F::At, Pick::Of(&["timestamp"])),
            (F::Channel, Pick::Of(&["acquisition_channel"])),
        ],
    )],
    ..Format::PLAIN
};
