//! Parquet files, written by the crate that reads them: every type of a flat column, several groups of rows, damage.

use crate::{contents, total};
use bytes::Bytes;
use naata_core::{Serial, TableKind, Zone};
use naata_ingest::{Confidence, Error, Options, Outcome, Source, read, recognise};
use parquet::basic::Compression;
use parquet::column::writer::ColumnWriter;
use parquet::data_type::{ByteArray, FixedLenByteArray, Int96};
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;
use proptest::prelude::*;
use std::sync::Arc;

/// A column of a file: what is there, with `None` for null.
#[derive(Clone, Debug)]
enum Column {
    Text(Vec<Option<Vec<u8>>>),
    Fixed(Vec<Option<Vec<u8>>>),
    Int(Vec<Option<i32>>),
    Long(Vec<Option<i64>>),
    Old(Vec<Option<[u32; 3]>>),
    Double(Vec<Option<f64>>),
    Float(Vec<Option<f32>>),
    Flag(Vec<Option<bool>>),
    /// So many lists that are not there.
    Lists(usize),
}

fn texts(cells: &[&str]) -> Column {
    Column::Text(cells.iter().map(|c| (!c.is_empty()).then(|| c.as_bytes().to_vec())).collect())
}

/// Writes groups of rows with columns that may be null.
fn file(schema: &str, packed: Compression, groups: &[Vec<Column>]) -> Vec<u8> {
    let schema = parse_message_type(&format!("message schema {{ {schema} }}")).expect("a schema");
    let properties = WriterProperties::builder().set_compression(packed).build();
    let mut writer =
        SerializedFileWriter::new(Vec::new(), Arc::new(schema), Arc::new(properties)).expect("a writer");
    for group in groups {
        let mut rows = writer.next_row_group().expect("a group");
        for column in group {
            let mut one = rows.next_column().expect("a column").expect("as many columns as the schema has");
            macro_rules! put {
                ($writer:expr, $cells:expr, $value:expr) => {{
                    let levels: Vec<i16> = $cells.iter().map(|c| i16::from(c.is_some())).collect();
                    let values: Vec<_> = $cells.iter().flatten().map($value).collect();
                    $writer.write_batch(&values, Some(&levels), None).expect("written");
                }};
            }
            match (one.untyped(), column) {
                (ColumnWriter::ByteArrayColumnWriter(w), Column::Text(c)) => {
                    put!(w, c, |v| ByteArray::from(v.clone()));
                }
                (ColumnWriter::ByteArrayColumnWriter(w), Column::Lists(n)) => {
                    let levels = vec![0; *n];
                    w.write_batch(&[], Some(&levels), Some(&levels)).expect("written");
                }
                (ColumnWriter::FixedLenByteArrayColumnWriter(w), Column::Fixed(c)) => {
                    put!(w, c, |v| FixedLenByteArray::from(v.clone()));
                }
                (ColumnWriter::Int32ColumnWriter(w), Column::Int(c)) => put!(w, c, |v| *v),
                (ColumnWriter::Int64ColumnWriter(w), Column::Long(c)) => put!(w, c, |v| *v),
                (ColumnWriter::Int96ColumnWriter(w), Column::Old(c)) => {
                    put!(w, c, |v| Int96::from(v.to_vec()));
                }
                (ColumnWriter::DoubleColumnWriter(w), Column::Double(c)) => put!(w, c, |v| *v),
                (ColumnWriter::FloatColumnWriter(w), Column::Float(c)) => put!(w, c, |v| *v),
                (ColumnWriter::BoolColumnWriter(w), Column::Flag(c)) => put!(w, c, |v| *v),
                _ => unreachable!("the column is of another type than the schema says"),
            }
            one.close().expect("closed");
        }
        rows.close().expect("closed");
    }
    writer.into_inner().expect("finished")
}

fn load_as(kind: TableKind, bytes: Vec<u8>) -> Result<Outcome, Error> {
    let options = Options { zone: Zone::parse("Asia/Kolkata").expect("a zone"), ..Options::default() };
    let outcome = read(&[Source::bytes(kind, "t.parquet", bytes)], &options, &Serial)?;
    assert!(outcome.intake.tables.iter().all(|t| t.reconciles()));
    Ok(outcome)
}

fn load(bytes: Vec<u8>) -> Result<Outcome, Error> {
    load_as(TableKind::Purchases, bytes)
}

/// Customer, day, amount and second of every purchase of a file with one column of days and one of amounts.
fn purchases(types: [&str; 2], columns: [Column; 2]) -> Vec<String> {
    let n = 2;
    let who: Vec<&str> = ["007", "Asha & \"Co\", Kolkata"][..n].to_vec();
    let schema = format!("optional binary customer (UTF8); optional {}; optional {};", types[0], types[1]);
    let [day, amount] = columns;
    let outcome =
        load(file(&schema, Compression::UNCOMPRESSED, &[vec![texts(&who), day, amount]])).expect("readable");
    assert_eq!(outcome.intake.tables[0].used, n as u64, "{:?}", outcome.intake.findings.listed());
    let second = |s: u32| if s == u32::MAX { String::new() } else { format!(" {s}") };
    contents(&outcome).into_iter().map(|(w, d, a, s)| format!("{w}|{d}{}|{a}", second(s))).collect()
}

#[test]
fn every_type_of_a_flat_column_is_read_exactly() {
    const DAY: i32 = 20_543; // 2026-03-31
    const NOON: i64 = DAY as i64 * 86_400 + 43_200;
    let days = || Column::Int(vec![Some(DAY), Some(DAY - 1)]);
    let longs = |unit: i64| Column::Long(vec![Some(NOON * unit + unit / 4), Some((NOON - 43_200) * unit)]);
    let want =
        |first: &str, second: &str| vec![format!("007|{first}"), format!("Asha & \"Co\", Kolkata|{second}")];
    // Amounts.
    for (of, column, shown) in [
        ("int32 amount", Column::Int(vec![Some(1_499), Some(-3)]), ["1499.00", "-3.00"]),
        ("int32 amount (UINT_32)", Column::Int(vec![Some(-1), Some(3)]), ["4294967295.00", "3.00"]),
        ("int32 amount (DECIMAL(9,2))", Column::Int(vec![Some(123_450), Some(-5)]), ["1234.50", "-0.05"]),
        ("int64 amount (DECIMAL(18,3))", Column::Long(vec![Some(1_255), Some(10)]), ["1.255", "0.010"]),
        (
            "fixed_len_byte_array(5) amount (DECIMAL(10,2))",
            Column::Fixed(vec![Some(vec![0, 0, 1, 0xE2, 0x3A]), Some(vec![0xFF; 5])]),
            ["1234.50", "-0.01"],
        ),
        (
            "binary amount (DECIMAL(10,2))",
            Column::Text(vec![Some(vec![1, 0xE2, 0x3A]), Some(vec![0xFF])]),
            ["1234.50", "-0.01"],
        ),
        // The shortest decimal that is the same float: what was meant, not 2.54999999999999982236431605997495353221893310546875.
        ("double amount", Column::Double(vec![Some(2.55), Some(1e-3)]), ["2.550", "0.001"]),
        ("float amount", Column::Float(vec![Some(2.55), Some(100.0)]), ["2.55", "100.00"]),
        ("binary amount (UTF8)", texts(&["₹1,250.00", "80"]), ["1250.00", "80.00"]),
    ] {
        let got = purchases(["int32 date (DATE)", of], [days(), column]);
        assert_eq!(
            got,
            want(&format!("2026-03-31|{}", shown[0]), &format!("2026-03-30|{}", shown[1])),
            "{of}"
        );
    }
    // Days and times. Without a zone they are in the declared one; in UTC, noon is 17:30 in India.
    let plain = want("2026-03-31 43200|1.00", "2026-03-31|1.00");
    let utc = want("2026-03-31 63000|1.00", "2026-03-31 19800|1.00");
    let old = |second: i64| {
        let nanos = second * 1_000_000_000;
        [nanos as u32, (nanos >> 32) as u32, (DAY + 2_440_588) as u32]
    };
    for (of, column, shown) in [
        ("int64 date (TIMESTAMP(MILLIS,false))", longs(1_000), &plain),
        ("int64 date (TIMESTAMP(MICROS,false))", longs(1_000_000), &plain),
        ("int64 date (TIMESTAMP(NANOS,false))", longs(1_000_000_000), &plain),
        ("int64 date (TIMESTAMP(MILLIS,true))", longs(1_000), &utc),
        ("int64 date (TIMESTAMP(NANOS,true))", longs(1_000_000_000), &utc),
        ("int64 date (TIMESTAMP_MICROS)", longs(1_000_000), &utc),
        ("int96 date", Column::Old(vec![Some(old(43_200)), Some(old(0))]), &plain),
        ("binary date (UTF8)", texts(&["31/03/2026 12:00", "31/03/2026"]), &plain),
    ] {
        let ones = Column::Long(vec![Some(1), Some(1)]);
        assert_eq!(purchases([of, "int64 amount"], [column, ones]), *shown, "{of}");
    }
}

#[test]
fn nulls_are_blank_and_findings_stand_on_their_rows() {
    let schema = "optional binary customer (UTF8); optional int32 date (DATE); optional double amount; \
                  optional group items (LIST) { repeated group list { optional binary element (UTF8); } } \
                  optional boolean gift;";
    let columns = vec![
        texts(&["a", "", "c", "d"]),
        Column::Int(vec![Some(20_543), Some(20_543), None, Some(20_543)]),
        Column::Double(vec![Some(5.0), Some(6.5), Some(7.0), Some(f64::NAN)]),
        Column::Lists(4),
        Column::Flag(vec![Some(true), None, Some(false), None]),
    ];
    let bytes = file(schema, Compression::SNAPPY, &[columns]);
    let outcome = load(bytes.clone()).expect("readable");
    assert_eq!((total(&outcome).as_str(), outcome.intake.tables[0].rows), ("11.50", 4));
    let found: Vec<_> = outcome
        .intake
        .findings
        .listed()
        .iter()
        .map(|f| (f.code, f.line, f.value.as_deref().map(str::to_owned)))
        .collect();
    for (code, line, value) in [
        ("amount.unreadable", Some(5), Some("NaN")),
        ("date.missing", Some(4), None),
        ("customer.missing", Some(3), None),
        ("column.nested", None, Some("items")),
    ] {
        assert!(found.contains(&(code, line, value.map(str::to_owned))), "{code}: {found:?}");
    }
    let seen = recognise("export.parquet", &bytes).expect("readable");
    assert_eq!((seen.kind, seen.confidence), (Some(TableKind::Purchases), Confidence::Names));
    assert_eq!(seen.unused, ["gift"]);
}

#[test]
fn many_groups_however_packed_are_one_table() {
    let group = |from: usize, n: usize| {
        let who: Vec<String> = (from..from + n).map(|i| format!("c{i:05}")).collect();
        let who: Vec<&str> = who.iter().map(String::as_str).collect();
        vec![
            texts(&who),
            Column::Int(vec![Some(20_543); n]),
            Column::Long((0..n).map(|i| Some((from + i) as i64)).collect()),
        ]
    };
    let schema =
        "optional binary customer (UTF8); optional int32 date (DATE); optional int64 amount (DECIMAL(18,2));";
    let groups = [group(0, 5_000), group(5_000, 0), group(5_000, 2_048), group(7_048, 1)];
    let mut first = None;
    for packed in [
        Compression::UNCOMPRESSED,
        Compression::SNAPPY,
        Compression::GZIP(parquet::basic::GzipLevel::default()),
        Compression::LZ4_RAW,
    ] {
        let outcome = load(file(schema, packed, &groups)).expect("readable");
        let n = 7_049u64;
        assert_eq!(outcome.intake.tables[0].used, n, "{packed:?}");
        assert_eq!(outcome.part.purchases.iter().map(|p| p.amount.0 as u64).sum::<u64>(), n * (n - 1) / 2);
        let rows = contents(&outcome);
        assert_eq!(*first.get_or_insert_with(|| rows.clone()), rows, "{packed:?}");
    }
}

#[test]
fn a_file_of_nothing_but_lists_or_cut_off_is_refused() {
    let only = file(
        "optional group items (LIST) { repeated group list { optional binary element (UTF8); } }",
        Compression::UNCOMPRESSED,
        &[],
    );
    assert_eq!(load(only).expect_err("no column").code(), "file.empty");
    let whole = small();
    for cut in [4, 5, whole.len() / 2, whole.len() - 1] {
        assert_eq!(load(whole[..cut].to_vec()).expect_err("cut off").code(), "file.read", "{cut}");
    }
    assert!(!Bytes::from(whole).is_empty());
}

fn small() -> Vec<u8> {
    let schema =
        "optional binary customer (UTF8); optional int32 date (DATE); optional int64 amount (DECIMAL(18,2));";
    let columns = vec![
        texts(&["a", "b", "b"]),
        Column::Int(vec![Some(20_543), None, Some(20_544)]),
        Column::Long(vec![Some(500), Some(1), Some(2)]),
    ];
    file(schema, Compression::SNAPPY, &[columns.clone(), columns])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn no_damage_makes_it_panic(hits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4)) {
        let mut bytes = small();
        for (at, byte) in hits {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        let _ = load(bytes);
    }

    #[test]
    fn any_cells_come_back(cells in prop::collection::vec(("[a-z\"',;₹अ-ह]{1,9}", any::<i32>()), 1..40)) {
        let who: Vec<&str> = cells.iter().map(|c| c.0.as_str()).collect();
        let amounts = Column::Long(cells.iter().map(|c| Some(i64::from(c.1))).collect());
        let schema = "optional binary customer (UTF8); optional int32 date (DATE); optional int64 amount (DECIMAL(18,2));";
        let outcome = load(file(schema, Compression::UNCOMPRESSED, &[vec![texts(&who), Column::Int(vec![Some(1); who.len()]), amounts]])).unwrap();
        let mut got: Vec<_> = outcome.part.purchases.iter().map(|p| (outcome.part.index.get(p.who).unwrap().to_owned(), p.amount.0)).collect();
        // An apostrophe before a digit or sign is a spreadsheet's; here none of these follows.
        let mut want: Vec<_> = cells.iter().map(|c| (c.0.clone(), i64::from(c.1))).collect();
        got.sort();
        want.sort();
        prop_assert_eq!(got, want);
    }
}

/// The same 300 sales as other programs write them: DuckDB 2.0, Polars 2.1 and PyArrow, each packed as it packs.
const WRITTEN: [(&str, &[u8]); 7] = [
    ("duckdb, snappy", include_bytes!("../data/duckdb-snappy.parquet")),
    ("duckdb, zstd", include_bytes!("../data/duckdb-zstd.parquet")),
    ("duckdb, gzip", include_bytes!("../data/duckdb-gzip.parquet")),
    ("polars, snappy", include_bytes!("../data/polars-snappy.parquet")),
    ("polars, zstd", include_bytes!("../data/polars-zstd.parquet")),
    ("pyarrow, snappy", include_bytes!("../data/pyarrow-snappy.parquet")),
    // Pages of the second version, whose levels are not packed.
    ("pyarrow, zstd", include_bytes!("../data/pyarrow-zstd.parquet")),
];

#[test]
fn files_of_other_programs_are_read_however_they_are_packed() {
    let mut first = None;
    for (program, bytes) in WRITTEN {
        let outcome = load(bytes.to_vec()).expect(program);
        // What DuckDB itself counts in them.
        assert_eq!((total(&outcome).as_str(), outcome.intake.tables[0].used), ("6955.50", 300), "{program}");
        assert_eq!(outcome.intake.findings.count("customer.missing"), 17, "{program}");
        assert_eq!(outcome.part.lines.len(), 300, "{program}");
        let items = ["चाय", "Tea, green", "Steel tiffin"];
        let item =
            |l: &naata_core::LineRow| outcome.part.symbols.get(l.item).is_some_and(|i| items.contains(&i));
        assert!(outcome.part.lines.iter().all(item), "{program}");
        let rows = contents(&outcome);
        assert_eq!(*first.get_or_insert_with(|| rows.clone()), rows, "{program}");
    }
    let error = load(include_bytes!("../data/duckdb-brotli.parquet").to_vec()).expect_err("brotli");
    assert_eq!(error.code(), "file.read");
    assert!(error.to_string().contains("packed by brotli; write it with snappy, zstd"), "{error}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn damage_to_files_of_other_programs_is_an_error_or_other_rows(
        file in 0usize..7, at in any::<prop::sample::Index>(), byte in any::<u8>(),
    ) {
        let mut bytes = WRITTEN[file].1.to_vec();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        let _ = load(bytes);
    }
}
