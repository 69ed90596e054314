//! Input checks: what is refused as a whole, what as a row, and where it is said to be.

use crate::{contents, purchases, table};
use naata_core::{Class, Day, Serial, TableKind};
use naata_ingest::{ColumnRef, Error, Options, Source, read};

/// Code and line of every finding, sorted.
fn found(text: &str) -> Vec<(String, Option<u64>)> {
    let outcome = purchases(text);
    let mut all: Vec<_> =
        outcome.intake.findings.listed().iter().map(|f| (f.code.to_owned(), f.line)).collect();
    all.retain(|(code, _)| code != "currency.unstated");
    all.sort();
    all
}

fn error(text: &str) -> Error {
    table(TableKind::Purchases, text).expect_err("an error")
}

#[test]
fn files_that_are_no_tables_are_refused_as_a_whole() {
    for (bytes, code) in [
        (&b""[..], "file.empty"),
        (b"\r\n\r\n", "file.empty"),
        (b"PK\x03\x04rest", "file.not_text"),
        (b"\x1F\x8Brest", "file.read"),
        (b"\x28\xB5\x2F\xFDrest", "file.read"),
        (b"a\0b\0\x01\x02\0\0\0\0\0", "file.not_text"),
        (b"\x89PNG\r\n", "file.not_text"),
    ] {
        let source = Source::bytes(TableKind::Purchases, "t", bytes.to_vec());
        let e = read(&[source], &Options::default(), &Serial).expect_err("an error");
        assert_eq!((e.code(), e.class()), (code, Class::Data), "{bytes:?}");
    }
    let opener = || Err(std::io::Error::new(std::io::ErrorKind::PermissionDenied, "permission denied"));
    let source = Source::open(TableKind::Purchases, "secret.csv", Box::new(opener));
    let e = read(&[source], &Options::default(), &Serial).expect_err("an error");
    assert_eq!(e.to_string(), "open secret.csv: permission denied");
}

#[cfg(not(feature = "parquet"))]
#[test]
fn a_parquet_file_names_the_feature_it_needs() {
    let source = Source::bytes(TableKind::Purchases, "t.parquet", b"PAR1....".to_vec());
    let e = read(&[source], &Options::default(), &Serial).expect_err("an error");
    assert_eq!(e.code(), "file.not_text");
    assert!(e.to_string().contains("cargo feature `parquet`"), "{e}");
}

#[test]
fn a_header_without_rows_is_a_table_without_rows() {
    for text in ["customer,date,amount\n", "customer,date,amount"] {
        assert_eq!(found(text), [("file.header_only".to_owned(), None)]);
    }
}

#[test]
fn a_missing_column_is_named_with_what_was_probably_meant() {
    let e = error("customer,date,Amnt\na,2026-01-01,5\n");
    assert_eq!(
        e.to_string(),
        "find a column for amount (did you mean 'Amnt'?) in t.csv; its columns are: customer, date, Amnt"
    );
    let e = error("who,dtae,Amnt\na,2026-01-01,5\n");
    assert_eq!(
        e.to_string(),
        "find a column for customer, for date (did you mean 'dtae'?), for amount (did you mean 'Amnt'?) in t.csv; \
         its columns are: who, dtae, Amnt"
    );
    let map = |field: &str, column: &str| {
        let source =
            Source::bytes(TableKind::Purchases, "t.csv", b"customer,date,amount\na,2026-01-01,5\n".to_vec());
        let source = source.map(field, ColumnRef::parse(column));
        read(&[source], &Options::default(), &Serial).expect_err("an error")
    };
    assert!(map("amuont", "amount").to_string().ends_with("(did you mean 'amount'?)"));
    assert!(map("amount", "amuont").to_string().contains("(did you mean 'amount'?)"));
    assert_eq!((map("amount", "#4").code(), map("amount", "#4").class()), ("map.position", Class::Usage));
}

#[test]
fn bad_rows_are_refused_one_by_one_with_their_lines() {
    let text = "customer,date,amount\n\
        a,2026-01-01,5\n\
        b,soon,5\n\
        c,2024-02-30,5\n\
        d,,5\n\
        e,2026-01-01,five\n\
        f,2026-01-01,\n\
        g,2026-01-01\n\
        h,2026-01-01,5,6\n\
        ,,\n\
        \n\
        customer,date,amount\n\
        ,2026-01-01,5\n\
        9.83001E+11,2026-01-01,5\n\
        i,2026-01-01,-5\n\
        j,2026-01-01,0\n\
        k,2026-01-01,5,\n";
    let want = [
        ("amount.missing", 7),
        ("amount.negative", 15),
        ("amount.unreadable", 6),
        ("amount.zero", 16),
        ("customer.missing", 13),
        ("date.impossible", 4),
        ("date.missing", 5),
        ("date.unreadable", 3),
        ("id.scientific", 14),
        ("row.blank", 10),
        ("row.header_again", 12),
        ("row.long", 9),
        ("row.short", 8),
    ];
    assert_eq!(found(text), want.map(|(code, line)| (code.to_owned(), Some(line))));
    let table = purchases(text).intake.tables.remove(0);
    assert_eq!((table.rows, table.used, table.records), (15, 6, 6));
    let unreadable = purchases(text);
    let f = unreadable
        .intake
        .findings
        .listed()
        .into_iter()
        .find(|f| f.code == "amount.unreadable")
        .cloned()
        .expect("listed");
    assert_eq!(
        (f.column.as_deref(), f.value.as_deref(), f.expected.as_deref()),
        (Some("amount"), Some("five"), Some("1234.50"))
    );
}

#[test]
fn a_line_of_twenty_megabytes_costs_one_row() {
    let long = "x".repeat(20 << 20);
    let text = format!("customer,date,amount\na,2026-01-01,5\n{long}\nc,2026-01-01,7\nd,never,7\n");
    let want = [("date.unreadable", Some(5)), ("row.endless", Some(3))];
    assert_eq!(found(&text), want.map(|(code, line)| (code.to_owned(), line)));
    assert_eq!(contents(&purchases(&text)).iter().map(|r| r.0.as_str()).collect::<Vec<_>>(), ["a", "c"]);
}

#[test]
fn an_open_quote_costs_its_own_line_only() {
    let text = "customer,date,amount\na,2026-01-01,5\n\"b,2026-01-01,6\nc,2026-01-01,7\nd,2026-01-01,8\n";
    assert_eq!(found(text), [("quote.unclosed".to_owned(), Some(3))]);
    assert_eq!(contents(&purchases(text)).iter().map(|r| r.0.as_str()).collect::<Vec<_>>(), ["a", "c", "d"]);
    // Quotes inside a cell are what they are.
    let text = "customer,date,amount,item\na,2026-01-01,5,5\" pipe\nb,2026-01-01,6,\"3\"\" pipe\"\n";
    assert_eq!(found(text), []);
    let many: String = (0..200).map(|i| format!("\"\"\"{i},2026-01-01,5\n")).collect();
    assert!(
        table(TableKind::Purchases, &format!("customer,date,amount\n{many}"))
            .is_ok_and(|o| o.intake.tables[0].reconciles())
            || table(TableKind::Purchases, &format!("customer,date,amount\n{many}"))
                .is_err_and(|e| e.code() == "quote.many_unclosed")
    );
}

#[test]
fn lines_are_true_behind_quoted_line_ends() {
    let text = "customer,date,amount,item\r\n\"a\r\nb\",2026-01-01,5,\"x\ny\"\r\nc,soon,5,z\r\n";
    assert_eq!(found(text), [("date.unreadable".to_owned(), Some(5))]);
}

#[test]
fn future_dates_are_used_and_said() {
    let source = Source::bytes(TableKind::Purchases, "t", b"customer,date,amount\na,2026-01-02,5\n".to_vec());
    let options = Options { today: Day::from_ymd(2026, 1, 1), ..Options::default() };
    let outcome = read(&[source], &options, &Serial).unwrap();
    assert_eq!((outcome.intake.findings.count("date.future"), outcome.part.purchases.len()), (1, 1));
}

#[test]
fn listings_are_capped_and_counts_exact() {
    let rows: String = (0..5_000).map(|_| "a,never,5\n").collect();
    let outcome = purchases(&format!("customer,date,amount\n{rows}"));
    let findings = &outcome.intake.findings;
    assert_eq!(findings.count("date.unreadable"), 5_000);
    let lines: Vec<u64> = findings.listed().iter().filter_map(|f| f.line).collect();
    assert_eq!(lines, (2..=21).collect::<Vec<u64>>());
}

#[test]
fn amounts_beyond_64_bits_are_refused_not_wrapped() {
    let outcome = purchases("customer,date,amount\na,2026-01-01,99999999999999999999\nb,2026-01-01,1\n");
    assert_eq!(outcome.intake.tables[0].refused["amount.range"], 1);
    let e = error("customer,date,amount\na,2026-01-01,90000000000000000\nb,2026-01-01,90000000000000000\n");
    assert_eq!(e.code(), "core.overflow");
}

#[test]
fn bytes_that_are_no_text_refuse_their_row_where_the_encoding_is_certain() {
    let text = [
        "customer,date,amount\nজয়া,2026-01-01,5\nरवि,2026-01-01,5\nअनु,2026-01-01,5\n".as_bytes(),
        b"\xFFx,2026-01-01,5\n",
    ]
    .concat();
    let outcome =
        read(&[Source::bytes(TableKind::Purchases, "t", text)], &Options::default(), &Serial).unwrap();
    let table = &outcome.intake.tables[0];
    assert_eq!((table.used, table.refused["text.not_utf8"]), (3, 1));
}

#[test]
fn a_host_can_stop_the_reading() {
    struct Stop;
    impl naata_core::Exec for Stop {
        fn each(&self, parts: usize, job: &(dyn Fn(usize) + Sync)) {
            (0..parts).for_each(job);
        }
        fn tick(&self, _: u64, _: u64) -> std::ops::ControlFlow<()> {
            std::ops::ControlFlow::Break(())
        }
    }
    let source = Source::bytes(TableKind::Purchases, "t", b"customer,date,amount\na,2026-01-02,5\n".to_vec());
    assert_eq!(read(&[source], &Options::default(), &Stop).err(), Some(Error::Stopped));
}
