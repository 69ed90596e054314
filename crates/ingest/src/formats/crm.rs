//! Exports of systems that keep contacts and deals: Salesforce, Dynamics, Pipedrive.

use super::{Format, Pick, Provenance, Table};
use crate::field::F;
use naata_core::TableKind;

/// Salesforce, a report of contacts: labels as headers, and below the rows a few lines of text (the report's name,
/// copyright, who made it).
pub(super) static SALESFORCE_REPORT: Format = Format {
    key: "salesforce.report",
    provenance: Provenance::Unverified,
    signature: &[
        "Account Name",
        "Mailing City",
        "Mailing State/Province",
        "Mailing Zip/Postal Code",
        "Mailing Country",
        "Last Activity",
    ],
    enough: 2,
    tables: &[Table::new(
        TableKind::Customers,
        &[
            (F::Id, Pick::Any(&["Contact ID", "Email", "Phone"])),
            (F::Name, Pick::Sum(&["First Name", "Last Name"])),
            (F::Email, Pick::Of(&["Email"])),
            (F::Phone, Pick::Of(&["Phone", "Mobile"])),
            (F::Created, Pick::Of(&["Created Date"])),
            (F::Birthday, Pick::Of(&["Birthdate"])),
            (F::Country, Pick::Of(&["Mailing Country"])),
            (F::Region, Pick::Of(&["Mailing State/Province"])),
            (F::City, Pick::Of(&["Mailing City"])),
            (F::Postcode, Pick::Of(&["Mailing Zip/Postal Code"])),
            (F::Company, Pick::Of(&["Account Name"])),
        ],
    )],
    footer: true,
    ..Format::PLAIN
};

/// Salesforce, contacts of the weekly backup: names of the interface as headers, ids of 18 characters.
pub(super) static SALESFORCE_BACKUP: Format = Format {
    key: "salesforce.backup",
    provenance: Provenance::Unverified,
    signature: &["IsDeleted", "MasterRecordId", "AccountId", "LastName", "SystemModstamp"],
    enough: 3,
    tables: &[Table::new(
        TableKind::Customers,
        &[
            (F::Id, Pick::Of(&["Id"])),
            (F::Name, Pick::Sum(&["FirstName", "LastName"])),
            (F::Email, Pick::Of(&["Email"])),
            (F::Phone, Pick::Of(&["Phone", "MobilePhone"])),
            (F::Birthday, Pick::Of(&["Birthdate"])),
            (F::Created, Pick::Of(&["CreatedDate"])),
            (F::Country, Pick::Of(&["MailingCountry"])),
            (F::Region, Pick::Of(&["MailingState"])),
            (F::City, Pick::Of(&["MailingCity"])),
            (F::Postcode, Pick::Of(&["MailingPostalCode"])),
        ],
    )],
    utc: true,
    ..Format::PLAIN
};

/// The second of the three technical columns a Dynamics export begins with.
const CHECKSUM: &str = "(Do Not Modify) Row Checksum|(Nicht ändern) Zeilenprüfsumme|\
    (Ne pas modifier) Somme de contrôle de la ligne|(No modificar) Suma de comprobación de fila";
/// The third.
const MODIFIED: &str = "(Do Not Modify) Modified On|(Nicht ändern) Geändert am|(Ne pas modifier) Modifié le|\
    (No modificar) Fecha de modificación";
const CONTACT: &str = "(Do Not Modify) Contact|(Nicht ändern) Kontakt|(No modificar) Contacto";
const LEAD: &str = "(Do Not Modify) Lead|(Nicht ändern) Lead|(Ne pas modifier) Prospect";
const ACCOUNT: &str =
    "(Do Not Modify) Account|(Nicht ändern) Firma|(Ne pas modifier) Compte|(No modificar) Cuenta";

/// Dynamics, contacts: the first column is the record's id.
pub(super) static DYNAMICS_CONTACTS: Format = Format {
    key: "dynamics.contacts",
    provenance: Provenance::Importers,
    signature: &[CHECKSUM, MODIFIED, CONTACT],
    enough: 2,
    tables: &[Table::new(
        TableKind::Customers,
        &[
            (F::Id, Pick::Of(&[CONTACT])),
            (F::Name, Pick::Sum(&["Full Name", "First Name|Vorname", "Last Name|Nachname"])),
            (F::Email, Pick::Of(&["Email", "E-Mail"])),
            (F::Phone, Pick::Any(&["Mobile Phone", "Business Phone"])),
            (F::Birthday, Pick::Of(&["Birthday"])),
            (F::Created, Pick::Of(&["Created On"])),
            (F::Country, Pick::Of(&["Address 1: Country/Region"])),
            (F::Region, Pick::Of(&["Address 1: State/Province"])),
            (F::City, Pick::Of(&["Address 1: City"])),
            (F::Postcode, Pick::Of(&["Address 1: ZIP/Postal Code"])),
            (F::Company, Pick::Of(&["Company Name", "Account Name (Account)"])),
        ],
    )],
    ..Format::PLAIN
};

/// Dynamics, leads.
pub(super) static DYNAMICS_LEADS: Format = Format {
    key: "dynamics.leads",
    provenance: Provenance::Importers,
    signature: &[LEAD, CHECKSUM, MODIFIED],
    tables: &[Table::new(
        TableKind::Leads,
        &[
            (F::Id, Pick::Of(&[LEAD])),
            (F::Source, Pick::Of(&["Lead Source"])),
            (F::Owner, Pick::Of(&["Owner"])),
            (F::Created, Pick::Of(&["Created On"])),
            (F::Status, Pick::Of(&["Status Reason", "Status"])),
        ],
    )],
    ..Format::PLAIN
};

/// Dynamics, accounts.
pub(super) static DYNAMICS_ACCOUNTS: Format = Format {
    key: "dynamics.accounts",
    provenance: Provenance::Importers,
    signature: &[ACCOUNT, CHECKSUM, MODIFIED],
    tables: &[Table::new(
        TableKind::Customers,
        &[
            (F::Id, Pick::Of(&[ACCOUNT])),
            (F::Name, Pick::Of(&["Account Name"])),
            (F::Email, Pick::Of(&["Email"])),
            (F::Phone, Pick::Of(&["Main Phone"])),
            (F::Created, Pick::Of(&["Created On"])),
            (F::City, Pick::Of(&["Address 1: City"])),
            (F::Industry, Pick::Of(&["Industry"])),
        ],
    )],
    ..Format::PLAIN
};

/// Pipedrive, people: headers are "entity - field"; several e-mails or phones share a cell, of which the first counts.
pub(super) static PIPEDRIVE_PEOPLE: Format = Format {
    key: "pipedrive.people",
    provenance: Provenance::Unverified,
    signature: &["Person - Name", "Person - ID", "Person - Email", "Person - Phone", "Organization - Name"],
    enough: 2,
    tables: &[Table::new(
        TableKind::Customers,
        &[
            (F::Id, Pick::Any(&["Person - ID", "Person - Email", "Person - Name"])),
            (F::Name, Pick::Of(&["Person - Name"])),
            (F::Email, Pick::Of(&["Person - Email", "Person - Email - Work"])),
            (F::Phone, Pick::Of(&["Person - Phone", "Person - Phone - Work"])),
            (F::Created, Pick::Of(&["Person - Person created"])),
            (F::Company, Pick::Of(&["Organization - Name", "Person - Organization"])),
        ],
    )],
    several: ",",
    ..Format::PLAIN
};

/// Pipedrive, deals: contacts and organisations are named, not numbered.
pub(super) static PIPEDRIVE_DEALS: Format = Format {
    key: "pipedrive.deals",
    provenance: Provenance::Unverified,
    signature: &[
        "Deal - ID",
        "Deal - Title",
        "Deal - Stage",
        "Deal - Status",
        "Deal - Value",
        "Deal - Owner",
    ],
    enough: 2,
    tables: &[Table::new(
        TableKind::Deals,
        &[
            (F::Id, Pick::Of(&["Deal - ID", "Deal - Title"])),
            (F::Customer, Pick::Any(&["Deal - Contact person", "Deal - Organization"])),
            (F::Owner, Pick::Of(&["Deal - Owner"])),
            (F::Stage, Pick::Of(&["Deal - Stage", "Deal - Status"])),
            (F::Opened, Pick::Of(&["Deal - Deal created"])),
            (F::Closed, Pick::Any(&["Deal - Deal closed on", "Deal - Won time", "Deal - Lost time"])),
            (F::Won, Pick::Of(&["Deal - Status"])),
            (F::Amount, Pick::Of(&["Deal - Value"])),
            (F::Currency, Pick::Of(&["Deal - Currency of Value", "Deal - Currency"])),
        ],
    )],
    ..Format::PLAIN
};
