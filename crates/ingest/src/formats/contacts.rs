//! Address books.

use super::{Format, Pick, Provenance, Table};
use crate::field::F;
use naata_core::TableKind;

/// Google contacts, with the names of fields before and after 2024; several values of a cell stand between " ::: ".
pub(super) static GOOGLE: Format = Format {
    key: "google.contacts",
    provenance: Provenance::Unverified,
    signature: &[
        "E-mail 1 - Value",
        "Phone 1 - Value",
        "Given Name|First Name",
        "Family Name|Last Name",
        "Organization 1 - Name|Organization Name",
    ],
    enough: 3,
    tables: &[Table::new(
        TableKind::Customers,
        &[
            (F::Id, Pick::Any(&["E-mail 1 - Value", "Phone 1 - Value"])),
            (F::Name, Pick::Sum(&["Given Name|First Name", "Family Name|Last Name"])),
            (F::Email, Pick::Of(&["E-mail 1 - Value"])),
            (F::Phone, Pick::Of(&["Phone 1 - Value"])),
            (F::Birthday, Pick::Of(&["Birthday"])),
            (F::Country, Pick::Of(&["Address 1 - Country"])),
            (F::Region, Pick::Of(&["Address 1 - Region"])),
            (F::City, Pick::Of(&["Address 1 - City"])),
            (F::Postcode, Pick::Of(&["Address 1 - Postal Code"])),
            (F::Company, Pick::Of(&["Organization 1 - Name", "Organization Name"])),
        ],
    )],
    several: ":::",
    ..Format::PLAIN
};
