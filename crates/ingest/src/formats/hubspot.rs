//! HubSpot: contacts and deals. An export holds the columns of a view, and the language of its header is chosen when
//! exporting, so that each telling column is known under its names in the offered languages. The English ones come
//! from importers; the others are general knowledge.

use super::{Format, Pick, Provenance, Table};
use crate::field::F;
use naata_core::TableKind;

const RECORD: &str = "Record ID|Datensatz-ID|ID de registro|Tietueen tunnus|ID de fiche d'informations|\
    ID d'enregistrement|ID record|ID del record|レコードID|Record-ID|Identyfikator rekordu|ID rekordu|ID do registro|\
    Post-ID|Objekt-ID";
const OWNER: &str = "Contact owner|Für Kontakt zuständiger Mitarbeiter|Kontaktinhaber|Propietario del contacto|\
    Yhteyshenkilön omistaja|Propriétaire du contact|Proprietario del contatto|コンタクト担当者|Contacteigenaar|\
    Właściciel kontaktu|Proprietário do contato|Kontaktägare";
const LIFECYCLE: &str = "Lifecycle Stage|Lifecycle-Phase|Etapa del ciclo de vida|Elinkaarivaihe|Phase du cycle de vie|\
    Fase del ciclo di vita|ライフサイクルステージ|Lifecyclefase|Etap cyklu życia|Estágio do ciclo de vida|\
    Fase do ciclo de vida|Livscykelstadium";
const STATUS: &str = "Lead Status|Leadstatus|Lead-Status|Estado del lead|Liidin tila|Statut du lead|Stato del lead|\
    リードステータス|Status leada|Status do lead|Leadsstatus";
const CREATED: &str = "Create Date|Erstellungsdatum|Fecha de creación|Luontipäivä|Date de création|Data di creazione|\
    作成日|Aanmaakdatum|Data utworzenia|Data de criação|Skapad datum|Datum skapat";

/// Contacts, as customers or as leads.
pub(super) static CONTACTS: Format = Format {
    key: "hubspot.contacts",
    provenance: Provenance::Importers,
    signature: &[RECORD, OWNER, LIFECYCLE, STATUS],
    enough: 2,
    tables: &[
        Table::new(
            TableKind::Customers,
            &[
                (F::Id, Pick::Of(&[RECORD])),
                (
                    F::Name,
                    Pick::Sum(&[
                        "First Name|Vorname|Nombre|Etunimi|Prénom|Nome|名|Voornaam|Imię|Förnamn",
                        "Last Name|Nachname|Apellidos|Sukunimi|Nom|Nom de famille|Cognome|姓|Achternaam|Nazwisko|\
                         Sobrenome|Efternamn",
                    ]),
                ),
                (
                    F::Email,
                    Pick::Of(&[
                        "Email|E-Mail|E-Mail-Adresse|Correo|Correo electrónico|Sähköposti|E-mail|Adresse e-mail|\
                         Eメール|Adres e-mail|E-post",
                    ]),
                ),
                (
                    F::Phone,
                    Pick::Of(&[
                        "Phone Number|Telefonnummer|Número de teléfono|Puhelinnumero|Numéro de téléphone|\
                         Numero di telefono|電話番号|Telefoonnummer|Numer telefonu|Número de telefone",
                    ]),
                ),
                (F::Created, Pick::Of(&[CREATED])),
                (
                    F::Country,
                    Pick::Of(&["Country/Region|Land/Region|País/región|Pays/région|Paese/Area geografica"]),
                ),
                (
                    F::City,
                    Pick::Of(&["City|Stadt|Ciudad|Kaupunki|Ville|Città|市区町村|Plaats|Miasto|Cidade|Stad"]),
                ),
                (F::Company, Pick::Of(&["Company Name|Associated Company"])),
            ],
        ),
        Table::new(
            TableKind::Leads,
            &[
                (F::Id, Pick::Of(&[RECORD])),
                (F::Source, Pick::Of(&["Lead Source|Original Source"])),
                (F::Owner, Pick::Of(&[OWNER])),
                (F::Created, Pick::Of(&[CREATED])),
                (F::Status, Pick::Of(&[STATUS, LIFECYCLE])),
            ],
        ),
    ],
    several: ";",
    ..Format::PLAIN
};

/// Deals. Associated contacts and companies are lists of ids, of which the first counts.
pub(super) static DEALS: Format = Format {
    key: "hubspot.deals",
    provenance: Provenance::Importers,
    signature: &[
        RECORD,
        "Deal Stage|Deal-Phase|Etapa del negocio|Diilin vaihe|Phase de la transaction|Fase dell'offerta|\
         取引ステージ|Dealfase|Etap transakcji|Estágio do negócio|Affärsstadium",
        "Deal Name|Deal-Name|Nombre del negocio|Diilin nimi|Nom de la transaction|Nome dell'offerta|取引名|\
         Dealnaam|Nazwa transakcji|Nome do negócio|Affärsnamn",
        "Deal owner|Für Deal zuständiger Mitarbeiter|Propietario del negocio|Diilin omistaja|\
         Propriétaire de la transaction|Proprietario dell'offerta|取引担当者|Dealeigenaar|Właściciel transakcji|\
         Proprietário do negócio|Affärsägare",
    ],
    enough: 2,
    tables: &[Table::new(
        TableKind::Deals,
        &[
            (F::Id, Pick::Of(&[RECORD])),
            (
                F::Customer,
                Pick::Any(&["Associated Contact IDs", "Associated Company IDs", "Associated Contact"]),
            ),
            (
                F::Owner,
                Pick::Of(&["Deal owner|Für Deal zuständiger Mitarbeiter|Propietario del negocio|\
                     Propriétaire de la transaction|Proprietário do negócio"]),
            ),
            (
                F::Stage,
                Pick::Of(&["Deal Stage|Deal-Phase|Etapa del negocio|Diilin vaihe|Phase de la transaction|\
                     Fase dell'offerta|取引ステージ|Dealfase|Etap transakcji|Estágio do negócio|Affärsstadium"]),
            ),
            (F::Opened, Pick::Of(&[CREATED])),
            (F::Closed, Pick::Of(&["Close Date|Abschlussdatum|Fecha de cierre|Date de fermeture"])),
            (
                F::Amount,
                Pick::Of(&["Amount|Betrag|Importe|Cantidad|Montant|Importo|金額|Bedrag|Kwota|Valor|Belopp"]),
            ),
            (F::Currency, Pick::Of(&["Currency"])),
        ],
    )],
    several: ";",
    ..Format::PLAIN
};
