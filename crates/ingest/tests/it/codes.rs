//! Every code with the smallest file that has it: how often, on which line, in which column, with which value. A code
//! without an entry here fails the last test.

use crate::table;
use naata_core::{Day, Finding, Serial, Severity, TableKind};
use naata_ingest::{CODES, Options, Outcome, Source, read};
use std::collections::BTreeSet;

/// Code, table, file, and the line, column and value of the first finding of that code.
type Case = (&'static str, TableKind, &'static str, Option<u64>, Option<&'static str>, Option<&'static str>);

use TableKind as K;

const CASES: &[Case] = &[
    (
        "date.unreadable",
        K::Purchases,
        "customer,date,amount\na,2026-01-01,5\nb,soon,5\n",
        Some(3),
        Some("date"),
        Some("soon"),
    ),
    (
        "date.impossible",
        K::Purchases,
        "customer,date,amount\na,2024-02-30,5\n",
        Some(2),
        Some("date"),
        Some("2024-02-30"),
    ),
    ("date.missing", K::Purchases, "customer,date,amount\na,,5\n", Some(2), Some("date"), None),
    (
        "date.swapped",
        K::Purchases,
        "customer,date,amount\na,31/01/2026,1\nb,30/01/2026,1\nc,01/25/2026,1\n",
        Some(4),
        Some("date"),
        Some("01/25/2026"),
    ),
    (
        "date.order_assumed",
        K::Purchases,
        "customer,date,amount\na,01/02/2026,1\n",
        None,
        Some("date"),
        Some("day-month-year"),
    ),
    (
        "date.form_assumed",
        K::Purchases,
        "customer,date,amount\na,46112,5\n",
        None,
        Some("date"),
        Some("excel"),
    ),
    (
        "date.future",
        K::Purchases,
        "customer,date,amount\na,2999-01-01,5\n",
        Some(2),
        Some("date"),
        Some("2999-01-01"),
    ),
    (
        "amount.unreadable",
        K::Purchases,
        "customer,date,amount\na,2026-01-01,five\n",
        Some(2),
        Some("amount"),
        Some("five"),
    ),
    ("amount.missing", K::Purchases, "customer,date,amount\na,2026-01-01,\n", Some(2), Some("amount"), None),
    (
        "amount.range",
        K::Purchases,
        "customer,date,amount\na,2026-01-01,1.2345678901\n",
        Some(2),
        Some("amount"),
        Some("1.2345678901"),
    ),
    (
        "amount.zero",
        K::Purchases,
        "customer,date,amount\na,2026-01-01,0\n",
        Some(2),
        Some("amount"),
        Some("0.00"),
    ),
    (
        "amount.negative",
        K::Purchases,
        "customer,date,amount\na,2026-01-01,-5\n",
        Some(2),
        Some("amount"),
        Some("-5.00"),
    ),
    (
        "score.unreadable",
        K::Surveys,
        "customer,date,kind,score\na,2026-01-01,nps,nine\n",
        Some(2),
        Some("score"),
        Some("nine"),
    ),
    (
        "value.missing",
        K::Lines,
        "order,customer,date,item,amount\n1,a,2026-01-01,,5\n",
        Some(2),
        Some("item"),
        None,
    ),
    (
        "flag.unreadable",
        K::Consents,
        "customer,at,purpose,channel,granted\na,2026-01-01,news,email,perhaps\n",
        Some(2),
        Some("granted"),
        Some("perhaps"),
    ),
    (
        "value.unreadable",
        K::Customers,
        "id,name,birthday\na,Asha,soon\n",
        Some(2),
        Some("birthday"),
        Some("soon"),
    ),
    (
        "customer.missing",
        K::Purchases,
        "customer,date,amount\n,2026-01-01,5\n",
        Some(2),
        Some("customer"),
        None,
    ),
    (
        "customer.required",
        K::Touches,
        "customer,at,activity\n,2026-01-01T10:00:00Z,visit\n",
        Some(2),
        Some("customer"),
        None,
    ),
    (
        "id.scientific",
        K::Purchases,
        "customer,date,amount\n9.83001E+11,2026-01-01,5\n",
        Some(2),
        Some("customer"),
        Some("9.83001E+11"),
    ),
    ("row.short", K::Purchases, "customer,date,amount\na,2026-01-01\n", Some(2), None, Some("a,2026-01-01")),
    (
        "row.long",
        K::Purchases,
        "customer,date,amount\na,2026-01-01,5,6\n",
        Some(2),
        None,
        Some("a,2026-01-01,5,6"),
    ),
    ("row.blank", K::Purchases, "customer,date,amount\na,2026-01-01,5\n,,\n", Some(3), None, Some(",,")),
    (
        "row.header_again",
        K::Purchases,
        "customer,date,amount\na,2026-01-01,5\ncustomer,date,amount\nb,2026-01-01,5\n",
        Some(3),
        None,
        Some("customer,date,amount"),
    ),
    (
        "row.footer",
        K::Customers,
        "First Name,Last Name,Email,Phone,Account Name,Mailing City,Last Activity\nA,R,a@x.in,98,R,Kolkata,1/5/2026\nCopyright (c) 2000-2026 salesforce.com, inc. All rights reserved.\n",
        Some(3),
        None,
        Some("Copyright (c) 2000-2026 salesforce.com, inc. All rights reserved."),
    ),
    (
        "row.total",
        K::Purchases,
        "Date,Particulars,Voucher Type,Voucher No.,Value,Gross Total\n02-Apr-26,Rina,Sales,S/1,10,11.80\n,Grand Total,,,10,11.80\n",
        Some(3),
        None,
        Some(",Grand Total,,,10,11.80"),
    ),
    (
        "quote.unclosed",
        K::Purchases,
        "customer,date,amount\na,2026-01-01,5\n\"b,2026-01-01,5\nc,2026-01-01,5\n",
        Some(3),
        None,
        Some("\"b,2026-01-01,5"),
    ),
    (
        "order.repeated",
        K::Purchases,
        "order,customer,date,amount\n1,a,2026-01-01,5\n2,b,2026-01-01,7\n3,b,2026-01-01,7\n1,a,2026-01-01,6\n",
        Some(2),
        Some("order"),
        Some("1"),
    ),
    (
        "order.customers_differ",
        K::Purchases,
        "order,customer,date,item,amount\n1,a,2026-01-01,x,1\n1,b,2026-01-01,x,2\n",
        Some(2),
        Some("order"),
        Some("1"),
    ),
    (
        "order.dates_differ",
        K::Purchases,
        "order,customer,date,item,amount\n1,a,2026-01-02,x,5\n1,a,2026-01-01,y,6\n",
        Some(2),
        Some("order"),
        Some("1"),
    ),
    (
        "order.id_reused",
        K::Purchases,
        "order,customer,date,item,amount\n1,a,2025-01-01,x,5\n1,a,2026-01-01,y,6\n",
        Some(3),
        Some("order"),
        Some("1"),
    ),
    (
        "order.void",
        K::Purchases,
        "Name,Email,Financial Status,Currency,Total,Created at,Lineitem quantity,Lineitem name,Lineitem price\n#1,a@x.in,voided,INR,30.00,2026-01-05 10:00:00 +0530,1,Mug,10.00\n",
        Some(2),
        Some("Name"),
        Some("#1"),
    ),
    (
        "survey.unanswered",
        K::Surveys,
        "request_id,request_sent_at,request_delivery_status,response_received_at,star_rating,comments,channel,request_sent_to\n2,2026-01-05 10:00:00,delivered,,,,email,b@x.in\n",
        Some(2),
        Some("response_received_at"),
        None,
    ),
    (
        "consent.unstated",
        K::Consents,
        "Email,First Name,Last Name,Phone,Tags,Date Created,IP,Status\nc@x.in,A,B,,,2026-01-05,192.0.2.1,\n",
        Some(2),
        Some("Status"),
        None,
    ),
    (
        "value.several",
        K::Customers,
        "Person - ID,Person - Name,Person - Email,Person - Phone\n7,Asha Roy,\"a@x.in, b@x.in\",98\n",
        Some(2),
        Some("Person - Email"),
        Some("a@x.in, b@x.in"),
    ),
    ("currency.unstated", K::Purchases, "customer,date,amount\na,2026-01-01,5\n", None, None, None),
    (
        "currency.unknown",
        K::Purchases,
        "customer,date,amount,currency\na,2026-01-01,5,Rupee\n",
        Some(2),
        Some("currency"),
        Some("Rupee"),
    ),
    ("file.header_only", K::Purchases, "customer,date,amount\n", None, None, None),
];

/// Codes that need more than a text: where they are tested.
const ELSEWHERE: &[(&str, &str)] = &[
    ("text.not_utf8", "bad_input"),
    ("row.endless", "bad_input"),
    ("sheet.others", "containers"),
    ("column.nested", "parquet"),
    ("history.truncated", "quirks"),
];

fn first<'a>(outcome: &'a Outcome, code: &str) -> Option<&'a Finding> {
    outcome.intake.findings.listed().into_iter().find(|f| f.code == code)
}

#[test]
fn every_code_is_found_where_it_is() {
    let mut wrong = Vec::new();
    for (code, kind, text, line, column, value) in CASES {
        let options = Options { today: Day::from_ymd(2026, 11, 1), ..Options::default() };
        let source = Source::bytes(*kind, "t.csv", (*text).into());
        let outcome = read(&[source], &options, &Serial).expect(code);
        let found =
            first(&outcome, code).map(|f| (f.line, f.column.as_deref(), f.value.as_deref(), f.severity));
        let severity = naata_ingest::Code::parse(code).map(|c| c.severity).expect(code);
        if found != Some((*line, *column, *value, severity)) {
            wrong.push(format!("{code}: {found:?}, of {:?}", outcome.intake.findings.listed()));
        }
        // An error costs its row, and is among the reasons for it.
        let account = &outcome.intake.tables[0];
        if severity == Severity::Error && !account.refused.contains_key(code) {
            wrong.push(format!("{code}: an error that refuses no row, {:?}", account.refused));
        }
        if !account.reconciles() {
            wrong.push(format!("{code}: rows are unaccounted for"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_same_files_without_their_fault_have_no_such_finding() {
    for (code, kind, text, ..) in CASES.iter().filter(|c| c.0 != "currency.unstated") {
        let sound = match kind {
            K::Purchases => "order,customer,date,amount,currency\n1,a,2026-01-13,5.00,INR\n",
            K::Surveys => "customer,date,kind,score\na,2026-01-13,nps,9\n",
            K::Lines => "order,customer,date,item,amount\n1,a,2026-01-13,tea,5\n",
            K::Consents => "customer,at,purpose,channel,granted\na,2026-01-13,news,email,yes\n",
            K::Customers => "id,name,birthday\na,Asha,1990-01-13\n",
            _ => "customer,at,activity\na,2026-01-13T10:00:00Z,visit\n",
        };
        let outcome = table(*kind, sound).expect("readable");
        assert!(first(&outcome, code).is_none() && sound != *text, "{code}");
    }
}

#[test]
fn no_code_is_without_a_test() {
    let here: BTreeSet<&str> = CASES.iter().map(|c| c.0).chain(ELSEWHERE.iter().map(|c| c.0)).collect();
    let all: BTreeSet<&str> = CODES.iter().map(|c| c.key).collect();
    assert_eq!(here, all);
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it");
    for (code, file) in ELSEWHERE {
        let text = std::fs::read_to_string(folder.join(format!("{file}.rs"))).expect(file);
        let test = text.contains(&format!("\"{code}\""))
            || *code == "history.truncated" && text.contains("begins_midway");
        assert!(test, "{file}.rs says nothing of {code}");
    }
}
