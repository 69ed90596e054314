//! Exports of service desks.

use super::{Format, Pick, Provenance, Table};
use crate::field::F;
use naata_core::TableKind;

/// Zendesk, tickets of the legacy report. The satisfaction score is a word and not read as a number.
pub(super) static ZENDESK_TICKETS: Format = Format {
    key: "zendesk.tickets",
    provenance: Provenance::Importers,
    signature: &[
        "Summation column",
        "Requester id",
        "Requester external id",
        "Requester domain",
        "Initially assigned at",
        "Group stations",
        "Assignee stations",
    ],
    enough: 2,
    tables: &[Table::new(
        TableKind::Tickets,
        &[
            (F::Id, Pick::Of(&["Id"])),
            (F::Customer, Pick::Of(&["Requester email", "Requester id", "Requester"])),
            (F::Opened, Pick::Of(&["Created at"])),
            (F::Solved, Pick::Of(&["Solved at"])),
            (F::Topic, Pick::Of(&["Ticket type", "Subject"])),
            (F::Channel, Pick::Of(&["Via"])),
            (F::Reopened, Pick::Of(&["Reopens"])),
        ],
    )],
    ..Format::PLAIN
};

/// Freshdesk, tickets.
pub(super) static FRESHDESK_TICKETS: Format = Format {
    key: "freshdesk.tickets",
    provenance: Provenance::Importers,
    signature: &[
        "Ticket ID",
        "Due by Time",
        "Initial response time",
        "Resolution time (in hrs)",
        "First response time (in hrs)",
        "Agent interactions",
        "Customer interactions",
        "Resolution status",
    ],
    enough: 3,
    tables: &[Table::new(
        TableKind::Tickets,
        &[
            (F::Id, Pick::Of(&["Ticket ID"])),
            (F::Customer, Pick::Of(&["Email", "Contact ID", "Full name"])),
            (F::Opened, Pick::Of(&["Created time"])),
            (F::Solved, Pick::Any(&["Resolved time", "Closed time"])),
            (F::Topic, Pick::Of(&["Type", "Subject"])),
            (F::Channel, Pick::Of(&["Source"])),
        ],
    )],
    ..Format::PLAIN
};
