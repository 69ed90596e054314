//! Contacts of mailing services: who they are, and whether they may be written to.

use super::{Format, Grant, Pick, Provenance, Says, Table};
use crate::date::DateOrder;
use crate::field::F;
use naata_core::TableKind;

/// Mailchimp, an audience. Whether its members may be written to stands in the name of the file alone:
/// `subscribed_`, `unsubscribed_`, `nonsubscribed_` or `cleaned_`. Custom fields stand in the middle, two of them
/// perhaps under one header. Times are in UTC.
pub(super) static MAILCHIMP: Format = Format {
    key: "mailchimp.audience",
    provenance: Provenance::Importers,
    signature: &["MEMBER_RATING", "LEID", "EUID", "OPTIN_TIME", "CONFIRM_TIME", "LAST_CHANGED"],
    enough: 2,
    tables: &[
        Table::new(
            TableKind::Customers,
            &[
                (F::Id, Pick::Of(&["Email Address", "EUID"])),
                (F::Name, Pick::Sum(&["First Name", "Last Name"])),
                (F::Email, Pick::Of(&["Email Address"])),
                (F::Phone, Pick::Of(&["Phone Number", "Phone"])),
                (F::Created, Pick::Any(&["OPTIN_TIME", "CONFIRM_TIME"])),
                (F::Country, Pick::Of(&["CC"])),
                (F::Region, Pick::Of(&["REGION"])),
            ],
        ),
        Table::new(
            TableKind::Consents,
            &[
                (F::Customer, Pick::Of(&["Email Address", "EUID"])),
                (
                    F::At,
                    Pick::Any(&["UNSUB_TIME", "CLEAN_TIME", "OPTIN_TIME", "CONFIRM_TIME", "LAST_CHANGED"]),
                ),
                (F::Purpose, Pick::Is("marketing")),
                (F::Channel, Pick::Is("email")),
                (
                    F::Granted,
                    Pick::FileName(&[
                        ("unsubscribed", "no"),
                        ("nonsubscribed", "no"),
                        ("cleaned", "no"),
                        ("subscribed", "yes"),
                    ]),
                ),
                (F::Source, Pick::Is("Mailchimp")),
            ],
        ),
    ],
    utc: true,
    ..Format::PLAIN
};

/// Klaviyo, profiles. Consent and suppression are different facts: each becomes an entry of its own, and whoever is
/// suppressed may not be written to, whatever was consented to.
pub(super) static KLAVIYO: Format = Format {
    key: "klaviyo.profiles",
    provenance: Provenance::Importers,
    signature: &[
        "Klaviyo ID",
        "Email Suppressions",
        "Email Marketing Consent",
        "Email Marketing Consent Timestamp",
        "Profile Created On",
    ],
    enough: 2,
    tables: &[
        Table::new(
            TableKind::Customers,
            &[
                (F::Id, Pick::Any(&["Email", "Phone Number", "Klaviyo ID"])),
                (F::Name, Pick::Sum(&["First Name", "Last Name"])),
                (F::Email, Pick::Of(&["Email"])),
                (F::Phone, Pick::Of(&["Phone Number"])),
                (F::Created, Pick::Any(&["Profile Created On", "Date Added"])),
                (F::Country, Pick::Of(&["Country"])),
                (F::Region, Pick::Of(&["State / Region"])),
                (F::City, Pick::Of(&["City"])),
                (F::Postcode, Pick::Of(&["Zip Code"])),
                (F::Company, Pick::Of(&["Organization"])),
            ],
        ),
        Table::consents(
            &[
                (F::Customer, Pick::Any(&["Email", "Phone Number", "Klaviyo ID"])),
                (
                    F::At,
                    Pick::Any(&["Email Marketing Consent Timestamp", "Profile Created On", "Date Added"]),
                ),
                (F::Purpose, Pick::Is("marketing")),
            ],
            &[
                Grant {
                    column: "Email Marketing Consent",
                    channel: "email",
                    says: Says::Words(&["subscribed"]),
                },
                Grant { column: "SMS Marketing Consent", channel: "sms", says: Says::Words(&["subscribed"]) },
                Grant { column: "Email Suppressions", channel: "email", says: Says::Suppressed },
            ],
        ),
    ],
    ..Format::PLAIN
};

/// Brevo, contacts. The flags say who is blocked, so that yes means no; dates are day before month.
pub(super) static BREVO: Format = Format {
    key: "brevo.contacts",
    provenance: Provenance::Importers,
    signature: &["EMAIL_BLACKLISTED", "SMS_BLACKLISTED", "ADDED_TIME", "MODIFIED_TIME"],
    enough: 2,
    tables: &[
        Table::new(
            TableKind::Customers,
            &[
                (F::Id, Pick::Any(&["EMAIL", "SMS"])),
                (F::Name, Pick::Sum(&["FIRSTNAME", "LASTNAME"])),
                (F::Email, Pick::Of(&["EMAIL"])),
                (F::Phone, Pick::Of(&["SMS"])),
                (F::Created, Pick::Of(&["ADDED_TIME"])),
            ],
        ),
        Table::consents(
            &[
                (F::Customer, Pick::Any(&["EMAIL", "SMS"])),
                (F::At, Pick::Any(&["MODIFIED_TIME", "ADDED_TIME"])),
                (F::Purpose, Pick::Is("marketing")),
            ],
            &[
                Grant { column: "EMAIL_BLACKLISTED", channel: "email", says: Says::Blocked },
                Grant { column: "SMS_BLACKLISTED", channel: "sms", says: Says::Blocked },
            ],
        ),
    ],
    dates: Some(DateOrder::Dmy),
    ..Format::PLAIN
};

/// ActiveCampaign, contacts: only an active contact may be written to; unsubscribed, unconfirmed and bounced ones not.
pub(super) static ACTIVECAMPAIGN: Format = Format {
    key: "activecampaign.contacts",
    provenance: Provenance::Importers,
    signature: &["Date Created", "IP|IP Address", "Email", "Status", "Tags"],
    enough: 4,
    tables: &[
        Table::new(
            TableKind::Customers,
            &[
                (F::Id, Pick::Any(&["Email", "Phone"])),
                (F::Name, Pick::Sum(&["First Name", "Last Name"])),
                (F::Email, Pick::Of(&["Email"])),
                (F::Phone, Pick::Of(&["Phone"])),
                (F::Created, Pick::Of(&["Date Created"])),
            ],
        ),
        Table::consents(
            &[
                (F::Customer, Pick::Any(&["Email", "Phone"])),
                (F::At, Pick::Of(&["Date Created"])),
                (F::Purpose, Pick::Is("marketing")),
            ],
            &[Grant { column: "Status", channel: "email", says: Says::Words(&["active"]) }],
        ),
    ],
    ..Format::PLAIN
};
