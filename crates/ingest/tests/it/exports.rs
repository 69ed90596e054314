//! Known exports: every header row of the reference is recognised, whatever happened to the file on its way, and
//! nothing else is.

use crate::table;
use naata_core::{Serial, TableKind, Zone};
use naata_ingest::{Confidence, FORMATS, Format, Options, Outcome, Recognition, Source, read, recognise};
use naata_testkit::reference_json;

/// A header of the reference, the format it is, the kind of table, and some of its fields.
type Known = (&'static str, &'static str, TableKind, &'static [(&'static str, &'static str)]);

const KNOWN: &[Known] = &[
    (
        "shopify_orders",
        "shopify.orders",
        TableKind::Purchases,
        &[("order", "Name"), ("amount", "Total"), ("refund", "Refunded Amount")],
    ),
    (
        "shopify_customers_old",
        "shopify.customers",
        TableKind::Customers,
        &[("id", "Email"), ("postcode", "Zip")],
    ),
    (
        "shopify_customers_new",
        "shopify.customers",
        TableKind::Customers,
        &[("id", "Customer ID"), ("postcode", "Default Address Zip")],
    ),
    (
        "stripe_payments_unified",
        "stripe.payments",
        TableKind::Purchases,
        &[("date", "Created date (UTC)"), ("currency", "Currency"), ("refund", "Amount Refunded")],
    ),
    (
        "stripe_payments_old",
        "stripe.payments",
        TableKind::Purchases,
        &[("date", "Created (UTC)"), ("amount", "Amount"), ("customer", "Customer ID")],
    ),
    (
        "stripe_customers",
        "stripe.customers",
        TableKind::Customers,
        &[("id", "id"), ("created", "Created (UTC)")],
    ),
    (
        "woocommerce_customers",
        "woocommerce.customers",
        TableKind::Customers,
        &[("id", "Email"), ("country", "Country / Region")],
    ),
    (
        "woocommerce_orders_report",
        "woocommerce.orders",
        TableKind::Purchases,
        &[("order", "Order #"), ("amount", "N. Revenue")],
    ),
    ("mailchimp_audience", "mailchimp.audience", TableKind::Customers, &[("id", "Email Address")]),
    (
        "klaviyo_profiles",
        "klaviyo.profiles",
        TableKind::Customers,
        &[("id", "Email"), ("region", "State / Region")],
    ),
    (
        "hubspot_contacts",
        "hubspot.contacts",
        TableKind::Customers,
        &[("id", "Record ID"), ("created", "Create Date")],
    ),
    (
        "hubspot_deals",
        "hubspot.deals",
        TableKind::Deals,
        &[("id", "Record ID"), ("stage", "Deal Stage"), ("customer", "Associated Contact IDs")],
    ),
    (
        "salesforce_report_contacts",
        "salesforce.report",
        TableKind::Customers,
        &[("id", "Email"), ("company", "Account Name")],
    ),
    (
        "dynamics_contacts",
        "dynamics.contacts",
        TableKind::Customers,
        &[("id", "(Do Not Modify) Contact"), ("phone", "Business Phone")],
    ),
    (
        "pipedrive_people",
        "pipedrive.people",
        TableKind::Customers,
        &[("id", "Person - ID"), ("company", "Organization - Name")],
    ),
    (
        "activecampaign_contacts",
        "activecampaign.contacts",
        TableKind::Customers,
        &[("created", "Date Created")],
    ),
    ("brevo_contacts", "brevo.contacts", TableKind::Customers, &[("id", "EMAIL"), ("phone", "SMS")]),
    (
        "zendesk_tickets_legacy",
        "zendesk.tickets",
        TableKind::Tickets,
        &[("id", "Id"), ("solved", "Solved at"), ("reopened", "Reopens")],
    ),
    (
        "surveymonkey_responses",
        "surveymonkey.responses",
        TableKind::Surveys,
        &[("date", "End Date"), ("customer", "Email Address")],
    ),
    (
        "qualtrics_responses",
        "qualtrics.responses",
        TableKind::Surveys,
        &[("date", "RecordedDate"), ("customer", "ExternalReference")],
    ),
    ("typeform_responses", "typeform.responses", TableKind::Surveys, &[("date", "Submit Date (UTC)")]),
    ("google_contacts", "google.contacts", TableKind::Customers, &[("email", "E-mail 1 - Value")]),
    (
        "medallia_agent_connect",
        "medallia.agent_connect",
        TableKind::Surveys,
        &[("score", "star_rating"), ("text", "comments")],
    ),
    (
        "customergauge_external_responses",
        "customergauge.responses",
        TableKind::Surveys,
        &[("score", "NPS Score"), ("date", "Response Date")],
    ),
    (
        "delighted_api",
        "delighted.responses",
        TableKind::Surveys,
        &[("score", "score"), ("kind", "survey_type"), ("customer", "person")],
    ),
];

/// A file with this header and one row that says nothing.
fn file(columns: &[String], delimiter: &str) -> String {
    let quoted = |c: &String| {
        if c.contains(['"', ',', ';', '\n']) { format!("\"{}\"", c.replace('"', "\"\"")) } else { c.clone() }
    };
    let header: Vec<String> = columns.iter().map(quoted).collect();
    let row: Vec<String> = (1..=columns.len()).map(|i| format!("v{i}")).collect();
    format!("{}\n{}\n", header.join(delimiter), row.join(delimiter))
}

fn seen(bytes: &[u8]) -> Recognition {
    recognise("export.csv", bytes).expect("readable")
}

/// The header of a field's first column.
fn column(seen: &Recognition, field: &str) -> String {
    let slot = seen.mapping.iter().find(|(f, _)| *f == field).map(|(_, columns)| columns);
    slot.and_then(|c| c.first()).map(ToString::to_string).unwrap_or_default()
}

/// The headers of the reference that are known, split into columns.
fn headers() -> Vec<(&'static Known, Vec<String>)> {
    let Some(json) = reference_json("exports/headers.json") else { return Vec::new() };
    let all = json.as_object().expect("formats");
    let with = all.values().filter(|v| v["header"].is_string()).count();
    assert_eq!(with, KNOWN.len(), "every header of the reference is expected to be something");
    let split = |known: &'static Known| {
        let entry = &json[known.0];
        let delimiter = entry["delimiter"].as_str().expect("a delimiter");
        let header = entry["header"].as_str().expect("a header");
        (known, header.split(delimiter).map(str::to_owned).collect())
    };
    KNOWN.iter().map(split).collect()
}

/// How many signature columns of its format a header has.
fn signature(format: &str, columns: &[String]) -> (usize, usize) {
    let format = Format::parse(format).expect("a format");
    let fold =
        |s: &str| s.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect::<String>();
    let has = |names: &&&str| names.split('|').any(|n| columns.iter().any(|c| fold(c) == fold(n)));
    let enough = if format.enough == 0 { format.signature.len() } else { format.enough };
    (format.signature.iter().filter(has).count(), enough)
}

#[test]
fn every_header_of_the_reference_is_recognised_with_its_fields() {
    for ((name, format, kind, fields), columns) in headers() {
        let seen = seen(file(&columns, ",").as_bytes());
        assert_eq!(
            (seen.format, seen.kind, seen.confidence),
            (*format, Some(*kind), Confidence::Format),
            "{name}"
        );
        for (field, header) in *fields {
            assert_eq!(column(&seen, field), *header, "{name} {field}");
        }
        assert!(signature(format, &columns).0 >= 2, "{name}: one column tells nothing");
    }
}

#[test]
fn reordered_missing_and_extra_columns_and_encodings_do_no_harm() {
    for ((name, format, ..), columns) in headers() {
        let check = |what: &str, bytes: &[u8]| assert_eq!(seen(bytes).format, *format, "{name}: {what}");
        let text = file(&columns, ",");
        let reversed: Vec<String> = columns.iter().rev().cloned().collect();
        check("reversed", file(&reversed, ",").as_bytes());
        let mut rotated = columns.clone();
        rotated.rotate_left(columns.len() / 2);
        check("rotated", file(&rotated, ",").as_bytes());
        let extra: Vec<String> = columns
            .iter()
            .flat_map(|c| [c.clone(), format!("Custom {c} field")])
            .chain(["छूट कोड".into()])
            .collect();
        check("extra columns", file(&extra, ",").as_bytes());
        let shouted: Vec<String> = columns.iter().map(|c| c.to_uppercase()).collect();
        check("upper case", file(&shouted, ",").as_bytes());
        for gone in 0..columns.len() {
            let mut left = columns.clone();
            let was = left.remove(gone);
            let (found, enough) = signature(format, &left);
            if found >= enough {
                check(&format!("without {was}"), file(&left, ",").as_bytes());
            }
        }
        check("semicolons", file(&columns, ";").as_bytes());
        check("tabs", file(&columns, "\t").as_bytes());
        check("a byte order mark", &[b"\xEF\xBB\xBF", text.as_bytes()].concat());
        check("returns and feeds", text.replace('\n', "\r\n").as_bytes());
        check("a title above", format!("My shop\n\n{text}").as_bytes());
        let latin: Vec<u8> = text.replace("v1", "é").chars().map(|c| c as u8).collect();
        check("windows-1252", &latin);
        let units = || "\u{FEFF}".encode_utf16().chain(text.encode_utf16());
        check("utf-16le", &units().flat_map(u16::to_le_bytes).collect::<Vec<u8>>());
        check("utf-16be", &units().flat_map(u16::to_be_bytes).collect::<Vec<u8>>());
    }
}

#[test]
fn most_formats_survive_the_loss_of_any_column() {
    let all = headers();
    let robust = all.iter().filter(|((_, format, ..), columns)| {
        (0..columns.len()).all(|gone| {
            let mut left = columns.clone();
            left.remove(gone);
            seen(file(&left, ",").as_bytes()).format == *format
        })
    });
    // The others have too few columns of their own: losing one of two leaves one, and one tells nothing.
    assert!(all.is_empty() || robust.count() >= 20);
}

#[test]
fn twenty_decoys_are_not_recognised() {
    let decoys = [
        "Email,Notes",
        "Email,First Name,Last Name,Phone",
        "Name,Email,Total,Created at",
        "id,Amount,Currency,Description,Status",
        "Order #,Date,Status,Total",
        "Email,Consent,Consent Timestamp",
        "Record ID,Name,Email",
        "First Name,Last Name,Email,City,Country",
        "Account Name,Phone,Website",
        "Email,Date Created,Status",
        "EMAIL;NAME;ADDED_ON",
        "Ticket ID,Subject,Status,Priority",
        "Id,Requester,Status,Created at",
        "Respondent,Date,Score",
        "StartDate,EndDate,Status,Progress",
        "#,Question,Date (UTC)",
        "Given Name,Family Name,Birthday",
        "request,rating,comment,channel",
        "Score,Comment,Response Date",
        "id,person,score,comment,created_at",
        "Date,Particulars,Amount",
        "Invoice Number,Invoice Date,Customer Name,Total",
        "Timestamp,Name,Email Address",
        "amount,currency,fee,tax,settled",
        "Person,Organization,Deal",
        "case,event,time",
    ];
    for header in decoys {
        let delimiter = if header.contains(';') { ";" } else { "," };
        let columns: Vec<String> = header.split(delimiter).map(str::to_owned).collect();
        let seen = seen(file(&columns, delimiter).as_bytes());
        assert!(seen.confidence < Confidence::Format, "{header}: {}", seen.format);
        assert_eq!(seen.format, "generic", "{header}");
    }
    assert!(decoys.len() >= 20);
}

#[test]
fn layouts_of_indian_retail_are_recognised() {
    for (header, format) in [
        (
            "entity_id,type,debit,credit,amount,currency,fee,tax,on_hold,settled,created_at,settled_at,settlement_id,description,notes,payment_id,settlement_utr,order_id,order_receipt,method",
            "razorpay.settlements",
        ),
        (
            "id,amount,currency,status,order_id,invoice_id,international,method,amount_refunded,refund_status,captured,description,card_id,bank,wallet,vpa,email,contact,notes,fee,tax,error_code,created_at",
            "razorpay.payments",
        ),
        (
            "Date,Particulars,Voucher Type,Voucher No.,Value,Gross Total,Output CGST 9%",
            "tally.sales_register",
        ),
        ("Date,Particulars,Vch Type,Vch No.,Debit,Credit", "tally.sales_register"),
        (
            "Invoice Date,Invoice ID,Invoice Number,Invoice Status,Customer Name,Currency Code,Item Name,Quantity,Item Price,Item Total,SubTotal,Total,Balance",
            "zoho_books.invoices",
        ),
        ("Timestamp,Email Address,How likely are you to recommend us? (0-10),Why?", "google.forms"),
        (
            "Ticket ID,Subject,Status,Priority,Source,Type,Agent,Group,Created time,Due by Time,Resolved time,Closed time,Last update time,Initial response time,Agent interactions,Customer interactions,Full name,Contact ID",
            "freshdesk.tickets",
        ),
    ] {
        let columns: Vec<String> = header.split(',').map(str::to_owned).collect();
        let seen = seen(file(&columns, ",").as_bytes());
        assert_eq!((seen.format, seen.missing.len()), (format, 0), "{header} {:?}", seen.missing);
    }
}

#[test]
fn hubspot_is_known_in_the_languages_its_header_can_have() {
    for header in [
        "Datensatz-ID,Vorname,Nachname,E-Mail,Für Kontakt zuständiger Mitarbeiter,Leadstatus,Erstellungsdatum",
        "ID de registro,Nombre,Apellidos,Correo,Propietario del contacto,Estado del lead,Fecha de creación",
        "Tietueen tunnus,Etunimi,Sukunimi,Sähköposti,Yhteyshenkilön omistaja,Elinkaarivaihe",
        "ID de fiche d'informations,Prénom,Nom,E-mail,Propriétaire du contact,Statut du lead",
        "ID record,Nome,Cognome,E-mail,Proprietario del contatto,Stato del lead",
        "レコードID,名,姓,Eメール,コンタクト担当者,リードステータス",
        "Record-ID,Voornaam,Achternaam,E-mail,Contacteigenaar,Leadstatus",
        "Identyfikator rekordu,Imię,Nazwisko,Adres e-mail,Właściciel kontaktu,Status leada",
        "ID do registro,Nome,Sobrenome,E-mail,Proprietário do contato,Status do lead",
        "Post-ID,Förnamn,Efternamn,E-post,Kontaktägare,Livscykelstadium",
    ] {
        let columns: Vec<String> = header.split(',').map(str::to_owned).collect();
        let seen = seen(file(&columns, ",").as_bytes());
        assert_eq!(seen.format, "hubspot.contacts", "{header}");
        assert_eq!(column(&seen, "id"), columns[0]);
        assert_eq!(column(&seen, "name"), columns[1], "{header}");
        assert_eq!(column(&seen, "email"), columns[3], "{header}");
    }
    assert!(FORMATS.len() >= 40);
}

/// Reads a file of this name as this kind of table.
fn load(kind: TableKind, name: &str, text: &str) -> Outcome {
    let options = Options { zone: Zone::parse("Asia/Kolkata").expect("a zone"), ..Options::default() };
    let outcome = read(&[Source::bytes(kind, name, text.into())], &options, &Serial).expect("readable");
    assert!(outcome.intake.tables.iter().all(|t| t.reconciles()));
    outcome
}

/// Customer, channel and whether writing is allowed, in the order of the file.
fn consents(outcome: &Outcome) -> Vec<(String, String, bool)> {
    let part = &outcome.part;
    let row = |c: &naata_core::ConsentRow| {
        let text = |s| part.symbols.get(s).unwrap_or_default().to_owned();
        (part.index.get(c.who).unwrap_or_default().to_owned(), text(c.channel), c.granted)
    };
    part.consents.iter().map(row).collect()
}

fn consent(who: &str, channel: &str, granted: bool) -> (String, String, bool) {
    (who.into(), channel.into(), granted)
}

#[test]
fn a_blocking_list_says_who_may_not_be_written_to() {
    let text = "EMAIL;LASTNAME;FIRSTNAME;SMS;EMAIL_BLACKLISTED;SMS_BLACKLISTED;ADDED_TIME;MODIFIED_TIME\n\
                a@x.in;Roy;Asha;+919800000001;Yes;No;05-01-2026 10:00;13-01-2026 10:00\n\
                ;Sen;Bina;+919800000002;;No;05-01-2026 10:00;\n";
    let outcome = load(TableKind::Consents, "contacts.csv", text);
    let want = [
        consent("a@x.in", "email", false),
        consent("a@x.in", "sms", true),
        consent("+919800000002", "sms", true),
    ];
    assert_eq!(consents(&outcome), want);
    assert_eq!((outcome.intake.tables[0].used, outcome.intake.tables[0].records), (2, 3));
    assert_eq!(outcome.intake.tables[0].span.map(|s| s.1.to_string()), Some("2026-01-13".into()));
}

#[test]
fn the_name_of_the_file_says_who_may_be_written_to_and_nothing_else_does() {
    let text = "Email Address,First Name,Last Name,MEMBER_RATING,OPTIN_TIME,LAST_CHANGED,LEID,EUID\n\
                a@x.in,Asha,Roy,2,,2026-01-05 20:00:00,1,e1\n";
    for (name, granted) in [
        ("subscribed_members_export_ab12.csv", true),
        ("dir/unsubscribed_members_export_ab12.csv", false),
        ("nonsubscribed_members_export.csv", false),
        ("cleaned_members_export.csv", false),
    ] {
        let outcome = load(TableKind::Consents, name, text);
        assert_eq!(consents(&outcome), [consent("a@x.in", "email", granted)], "{name}");
        // Times are in UTC: in India the evening is the next day.
        assert_eq!(outcome.intake.tables[0].span.map(|s| s.0.to_string()), Some("2026-01-06".into()));
    }
    let source = Source::bytes(TableKind::Consents, "members.csv", text.into());
    let error = read(&[source], &Options::default(), &Serial).expect_err("no status");
    assert_eq!(error.code(), "column.missing");
}

#[test]
fn suppression_is_another_fact_than_consent() {
    let Some(bytes) = naata_testkit::reference_bytes("exports/synthetic_klaviyo_bom_crlf.csv") else {
        return;
    };
    let source = Source::bytes(TableKind::Consents, "k.csv", bytes);
    let outcome = read(&[source], &Options::default(), &Serial).expect("readable");
    let got = consents(&outcome);
    let want = [
        consent("A@Example.com", "email", true),
        consent("a@example.com", "email", false),
        consent("a@example.com", "email", false),
    ];
    assert_eq!(got, want);
    // Who never subscribed has no time of consent: the row is refused, and said to be.
    assert_eq!(outcome.intake.tables[0].refused["date.missing"], 1);
}

#[test]
fn only_active_contacts_may_be_written_to() {
    let text = "Email,First Name,Last Name,Phone,Tags,Date Created,IP,Status\n\
                a@x.in,A,B,,,2026-01-05,192.0.2.1,Active\nb@x.in,A,B,,,2026-01-05,192.0.2.1,Unconfirmed\n\
                c@x.in,A,B,,,2026-01-05,192.0.2.1,\n";
    let outcome = load(TableKind::Consents, "c.csv", text);
    assert_eq!(consents(&outcome), [consent("a@x.in", "email", true), consent("b@x.in", "email", false)]);
    assert_eq!(outcome.intake.findings.count("consent.unstated"), 1);
}

fn amounts(outcome: &Outcome) -> Vec<(String, String)> {
    crate::contents(outcome).into_iter().map(|(_, day, amount, _)| (day, amount)).collect()
}

fn sale(day: &str, amount: &str) -> (String, String) {
    (day.into(), amount.into())
}

#[test]
fn stripe_has_refunds_in_a_column_and_counts_in_the_currency_paid() {
    let text = "id,Created date (UTC),Amount,Amount Refunded,Currency,Converted Amount,Converted Amount Refunded,Converted Currency,PaymentIntent ID,Seller Message,Status,Customer ID\n\
                ch_1,2026-01-05 20:00:00,1500.00,0.00,inr,17.50,0.00,usd,pi_1,,Paid,cus_1\n\
                ch_2,2026-01-05 10:00:00,900.00,400.00,inr,10.00,4.50,usd,pi_2,,Refunded,cus_1\n\
                ch_3,2026-01-05 10:00:00,700.00,0.00,inr,8.00,0.00,usd,pi_3,declined,Failed,cus_2\n";
    let outcome = load(TableKind::Purchases, "unified_payments.csv", text);
    let want = [sale("2026-01-05", "-400.00"), sale("2026-01-05", "900.00"), sale("2026-01-06", "1500.00")];
    assert_eq!(amounts(&outcome), want);
    assert_eq!(
        (outcome.part.unit.currency.code(), outcome.intake.tables[0].refused["order.void"]),
        ("INR", 1)
    );
    assert!(outcome.intake.tables[0].assumed.contains(&("time_zone", "Created date (UTC): UTC".into())));
}

#[test]
fn settlements_count_payments_up_and_refunds_down() {
    let text = "entity_id,type,debit,credit,amount,currency,fee,tax,on_hold,settled,created_at,settled_at,settlement_id,settlement_utr,order_receipt\n\
                pay_1,payment,0,976.40,1000.00,INR,23.60,3.60,0,1,05/01/2026 10:00:00,07/01/2026 10:00:00,setl_1,utr1,R1\n\
                rfnd_1,refund,250.00,0,250.00,INR,0,0,0,1,06/01/2026 10:00:00,07/01/2026 10:00:00,setl_1,utr1,R1\n\
                adj_1,adjustment,0,10.00,10.00,INR,0,0,0,1,06/01/2026 10:00:00,07/01/2026 10:00:00,setl_1,utr1,\n";
    let outcome = load(TableKind::Purchases, "settlements.csv", text);
    assert_eq!(amounts(&outcome), [sale("2026-01-05", "1000.00"), sale("2026-01-06", "-250.00")]);
    assert_eq!(outcome.intake.tables[0].refused["order.void"], 1);
}

#[test]
fn a_register_of_sales_has_a_title_above_and_a_total_below() {
    let text = "Asha Stores,,,,,\n12 Park Street,,,,,\nSales Register,,,,,\n1-Apr-26 to 30-Apr-26,,,,,\n\
                Date,Particulars,Voucher Type,Voucher No.,Value,Gross Total\n\
                02-Apr-26,Rina Sen,Sales,S/1,\"10,000.00\",\"11,800.00\"\n\
                03-Apr-26,Rina Sen,Credit Note,C/1,500.00,590.00\n\
                04-Apr-26,Bank,Receipt,R/1,,5000.00\n\
                ,Grand Total,,,\"10,000.00\",\"11,800.00\"\n";
    let outcome = load(TableKind::Purchases, "register.csv", text);
    assert_eq!(amounts(&outcome), [sale("2026-04-02", "11800.00"), sale("2026-04-03", "-590.00")]);
    let refused = &outcome.intake.tables[0].refused;
    assert_eq!((refused["order.void"], refused["row.total"], refused.len()), (1, 1, 2));
    let total = outcome.intake.findings.listed().into_iter().find(|f| f.code == "row.total").cloned();
    assert_eq!(total.and_then(|f| f.line), Some(9));
}

#[test]
fn an_invoices_total_on_every_line_counts_once() {
    let text = "Invoice Date,Invoice ID,Invoice Number,Invoice Status,Customer Name,Currency Code,Item Name,Quantity,Item Price,Item Total,SubTotal,Total,Balance\n\
                2026-06-02,9001,INV-1,Sent,Rina,INR,Bracket,2,250,500,660,819.2,819.2\n\
                2026-06-02,9001,INV-1,Sent,Rina,INR,Hinge,4,40,160,660,819.2,819.2\n\
                2026-06-03,9002,INV-2,Draft,Rina,INR,Hinge,4,40,160,160,160,160\n";
    let outcome = load(TableKind::Purchases, "Invoice.csv", text);
    assert_eq!(amounts(&outcome), [sale("2026-06-02", "819.20")]);
    let lines: Vec<i64> = outcome.part.lines.iter().map(|l| l.amount.0).collect();
    assert_eq!(lines, [50_000, 16_000]);
    assert_eq!(outcome.intake.tables[0].refused["order.void"], 1);
}

#[test]
fn the_lines_below_a_report_are_no_rows() {
    let text = "First Name,Last Name,Email,Phone,Account Name,Mailing City,Last Activity\n\
                Asha,Roy,a@x.in,98,Roy Traders,Kolkata,1/5/2026\n\n\nContacts by city\n\
                Copyright (c) 2000-2026 salesforce.com, inc. All rights reserved.\n\
                Confidential Information - Do Not Distribute\nGenerated By:  Asha Roy  5/1/2026 10:00 am\n";
    let outcome = load(TableKind::Customers, "report.csv", text);
    let account = &outcome.intake.tables[0];
    assert_eq!((account.used, account.refused["row.footer"], account.refused.len()), (1, 4, 1));
}

#[test]
fn of_several_values_in_a_cell_the_first_counts_and_is_said_to() {
    let text = "Person - ID,Person - Name,Person - Email,Person - Phone\n7,Asha Roy,\"a@x.in, b@x.in\",98\n";
    let outcome = load(TableKind::Customers, "people.csv", text);
    let email = outcome.part.customers[0].email;
    assert_eq!(outcome.part.symbols.get(email), Some("a@x.in"));
    assert_eq!(outcome.intake.findings.count("value.several"), 1);
    let text = "Given Name,Family Name,E-mail 1 - Value,Phone 1 - Value\nAsha,Roy,a@x.in ::: b@x.in,98\n";
    let outcome = load(TableKind::Customers, "contacts.csv", text);
    assert_eq!(outcome.part.index.get(outcome.part.customers[0].who), Some("a@x.in"));
}

fn scores(outcome: &Outcome) -> Vec<(String, Option<i32>)> {
    outcome.part.surveys.iter().map(|a| (a.day.to_string(), a.score)).collect()
}

#[test]
fn stable_ids_win_over_names_in_the_users_language() {
    let Some(bytes) = naata_testkit::reference_bytes("exports/qualtrics_sample_3header_de.csv") else {
        return;
    };
    let seen = recognise("q.csv", &bytes).expect("readable");
    assert_eq!(
        (seen.format, seen.header, column(&seen, "date")),
        ("qualtrics.responses", true, "RecordedDate".into())
    );
    // No question asks about recommending, and none is guessed.
    assert_eq!(seen.missing, ["score"]);
    let read_as = |bytes: Vec<u8>| {
        let source = Source::bytes(TableKind::Surveys, "q.csv", bytes);
        let source = source.map("score", naata_ingest::ColumnRef::parse("Q1"));
        read(&[source], &Options::default(), &Serial).expect("readable")
    };
    let outcome = read_as(bytes);
    assert_eq!(scores(&outcome), [("2017-07-18".to_owned(), Some(2))]);
    assert_eq!(outcome.part.symbols.get(outcome.part.surveys[0].text), Some("Hello World!"));
    let Some(bytes) = naata_testkit::reference_bytes("exports/qualtrics_sample_legacy_bom.csv") else {
        return;
    };
    assert_eq!(recognise("q.csv", &bytes).expect("readable").format, "qualtrics.legacy");
    assert_eq!(scores(&read_as(bytes)), [("2017-07-18".to_owned(), Some(2))]);
    // The question a group of recommendation stands beside is the score, whatever it is called.
    let text = "Antwort,Datum,Frage 1,Frage 1 - Gruppe\nAntwort-ID,Erfasst,Wie sehr?,Gruppe\n\
        \"{\"\"ImportId\"\":\"\"_recordId\"\"}\",\"{\"\"ImportId\"\":\"\"recordedDate\"\"}\",\"{\"\"ImportId\"\":\"\"QID7\"\"}\",\"{\"\"ImportId\"\":\"\"QID7_NPS_GROUP\"\"}\"\n\
        R_1,2026-01-05 10:00:00,9,Promoter\n";
    assert_eq!(scores(&load(TableKind::Surveys, "q.csv", text)), [("2026-01-05".to_owned(), Some(9))]);
}

#[test]
fn answers_of_forms_are_read_with_their_offset() {
    let text = "Timestamp,Email Address,How likely are you to recommend us?,Why?\n\
                2026/01/05 11:30:00 PM GMT+5:30,a@x.in,9,\"Good, quick\"\n2026/01/06 9:00:00 am GMT+5:30,,3,\n";
    let outcome = load(TableKind::Surveys, "Feedback.csv", text);
    assert_eq!(scores(&outcome), [("2026-01-05".to_owned(), Some(9)), ("2026-01-06".to_owned(), Some(3))]);
    assert_eq!(outcome.intake.findings.count("date.unreadable"), 0);
}

#[test]
fn requests_without_an_answer_are_no_answers_and_no_errors() {
    let text = "request_id,request_sent_at,request_delivery_status,response_received_at,star_rating,comments,channel,request_sent_to\n\
                1,2026-01-05 10:00:00,delivered,2026-01-05 20:00:00,5,Good,email,a@x.in\n\
                2,2026-01-05 10:00:00,delivered,,,,email,b@x.in\n";
    let outcome = load(TableKind::Surveys, "m.csv", text);
    assert_eq!(scores(&outcome), [("2026-01-06".to_owned(), Some(5))]);
    let kind = outcome.part.symbols.get(outcome.part.surveys[0].kind);
    assert_eq!((kind, outcome.intake.tables[0].refused["survey.unanswered"]), (Some("csat"), 1));
}

#[test]
fn seconds_since_1970_and_days_of_a_spreadsheet_are_told_and_said() {
    let text = "id,person,survey_type,score,comment,permalink,created_at\n1,p1,nps,9,ok,x,1767630600\n";
    let outcome = load(TableKind::Surveys, "d.csv", text);
    assert_eq!(scores(&outcome), [("2026-01-05".to_owned(), Some(9))]);
    assert_eq!(outcome.intake.findings.count("date.form_assumed"), 1);
    let outcome =
        table(TableKind::Purchases, "customer,date,amount\na,46112,5\nb,46112.5,6\n").expect("readable");
    assert_eq!(amounts(&outcome), [sale("2026-03-31", "5.00"), sale("2026-03-31", "6.00")]);
    let said = outcome.intake.findings.listed().into_iter().find(|f| f.code == "date.form_assumed").cloned();
    assert_eq!(said.and_then(|f| f.value).as_deref(), Some("excel"));
}

#[test]
fn tickets_of_service_desks_are_read() {
    let zendesk = "Summation column,Id,Requester,Requester id,Requester email,Subject,Status,Via,Ticket type,Created at,Solved at,Reopens,Satisfaction Score\n\
                   1,77,Asha,5,a@x.in,Late,Solved,Mail,Problem,2026-01-05 10:00,2026-01-06 10:00,2,Good\n";
    let outcome = load(TableKind::Tickets, "tickets.csv", zendesk);
    let ticket = &outcome.part.tickets[0];
    assert_eq!((outcome.part.index.get(ticket.who), ticket.reopened), (Some("a@x.in"), Some(2)));
    let freshdesk = "Ticket ID,Subject,Status,Source,Type,Created time,Due by Time,Resolved time,Closed time,Initial response time,Agent interactions,Customer interactions,Full name,Contact ID\n\
                     9,Late,Closed,Phone,Delivery,2026-01-05 10:00:00,,,2026-01-06 10:00:00,,1,2,Asha,43\n";
    let outcome = load(TableKind::Tickets, "tickets.csv", freshdesk);
    let ticket = &outcome.part.tickets[0];
    assert_eq!((outcome.part.index.get(ticket.who), ticket.solved.is_some()), (Some("43"), true));
}
