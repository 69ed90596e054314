//! Workbooks, archives and packed files: the same rows come out, told by the first bytes, and bombs do no harm.

use crate::contents;
use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder};
use naata_core::{Serial, TableKind};
use naata_ingest::{Confidence, Error, Options, Outcome, Source, read, recognise, recognise_source};
use proptest::prelude::*;
use std::io::{Read, Write};

const CSV: &str = "customer,date,amount\nआशा,2026-01-01,5.00\n\"b, c\",2026-01-02,7.50\n";

fn deflate(bytes: &[u8]) -> Vec<u8> {
    let mut packer = DeflateEncoder::new(Vec::new(), Compression::default());
    packer.write_all(bytes).and_then(|()| packer.finish()).expect("memory")
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packer = GzEncoder::new(Vec::new(), Compression::default());
    packer.write_all(bytes).and_then(|()| packer.finish()).expect("memory")
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    ruzstd::encoding::compress_to_vec(bytes, ruzstd::encoding::CompressionLevel::Fastest)
}

/// A zip archive of these files; the second number of an entry is 8 where it is deflated.
fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
    let (mut out, mut directory) = (Vec::new(), Vec::new());
    for (i, (name, content)) in files.iter().enumerate() {
        let (method, packed) = if i % 2 == 0 { (8u16, deflate(content)) } else { (0, content.to_vec()) };
        let header = out.len() as u32;
        let name_length = name.len() as u16;
        let sizes = [0, packed.len() as u32, content.len() as u32].map(u32::to_le_bytes).concat();
        out.extend(b"PK\x03\x04\x14\0\0\0");
        out.extend(method.to_le_bytes());
        out.extend([0; 4]);
        out.extend(&sizes);
        out.extend(name_length.to_le_bytes());
        out.extend([0; 2]);
        out.extend(name.as_bytes());
        out.extend(&packed);
        directory.extend(b"PK\x01\x02\x14\0\x14\0\0\0");
        directory.extend(method.to_le_bytes());
        directory.extend([0; 4]);
        directory.extend(&sizes);
        directory.extend(name_length.to_le_bytes());
        directory.extend([0; 12]);
        directory.extend(header.to_le_bytes());
        directory.extend(name.as_bytes());
    }
    let at = out.len() as u32;
    let (count, length) = (files.len() as u16, directory.len() as u32);
    out.extend(&directory);
    out.extend(b"PK\x05\x06\0\0\0\0");
    out.extend(count.to_le_bytes());
    out.extend(count.to_le_bytes());
    out.extend(length.to_le_bytes());
    out.extend(at.to_le_bytes());
    out.extend([0; 2]);
    out
}

/// A workbook with these sheets (name, attributes, rows as XML), texts and workbook properties.
fn workbook(sheets: &[(&str, &str, &str)], texts: &str, properties: &str) -> Vec<u8> {
    let (mut list, mut relations) = (String::new(), String::new());
    let mut files: Vec<(String, String)> = Vec::new();
    for (i, (name, state, rows)) in sheets.iter().enumerate() {
        list += &format!("<sheet name=\"{name}\" sheetId=\"{}\" {state} r:id=\"rId{i}\"/>", i + 1);
        relations += &format!("<Relationship Id=\"rId{i}\" Target=\"worksheets/sheet{i}.xml\"/>");
        let sheet = format!("<?xml version=\"1.0\"?><worksheet><sheetData>{rows}</sheetData></worksheet>");
        files.push((format!("xl/worksheets/sheet{i}.xml"), sheet));
    }
    files.push((
        "xl/workbook.xml".into(),
        format!("<workbook xmlns:r=\"x\"><workbookPr {properties}/><sheets>{list}</sheets></workbook>"),
    ));
    files.push(("xl/_rels/workbook.xml.rels".into(), format!("<Relationships>{relations}</Relationships>")));
    files.push(("xl/sharedStrings.xml".into(), format!("<sst>{texts}</sst>")));
    files.push((
        "xl/styles.xml".into(),
        "<styleSheet><numFmts><numFmt numFmtId=\"164\" formatCode=\"000000\"/>\
         <numFmt numFmtId=\"165\" formatCode=\"dd\\/mm\\/yyyy\\ hh:mm\"/></numFmts>\
         <cellStyleXfs><xf numFmtId=\"14\"/></cellStyleXfs>\
         <cellXfs><xf numFmtId=\"0\"/><xf numFmtId=\"14\"/><xf numFmtId=\"164\"/><xf numFmtId=\"165\"/></cellXfs></styleSheet>"
            .into(),
    ));
    let files: Vec<(&str, &[u8])> = files.iter().map(|(n, c)| (n.as_str(), c.as_bytes())).collect();
    zip(&files)
}

const TEXTS: &str = "<si><t>customer</t></si><si><t>date</t></si><si><t>amount</t></si>\
    <si><r><t>Asha </t></r><r><rPr><b/></rPr><t xml:space=\"preserve\">&amp; Co, </t></r><r><t>Kolkata</t></r>\
    <rPh sb=\"0\" eb=\"1\"><t>reading</t></rPh></si><si><t>line one&#10;line two</t></si>";

/// A sheet that has what sheets have: shared and inline texts, numbers as floats, days as styled numbers, ids with
/// leading zeros, formulas, gaps.
const ROWS: &str = "<row r=\"1\"><c r=\"A1\" t=\"s\"><v>0</v></c><c r=\"B1\" t=\"s\"><v>1</v></c><c r=\"C1\" t=\"s\"><v>2</v></c></row>\
    <row r=\"2\"><c r=\"A2\" t=\"s\"><v>3</v></c><c r=\"B2\" s=\"1\"><v>46112</v></c><c r=\"C2\"><v>2.5499999999999998</v></c></row>\
    <row r=\"5\"><c r=\"A5\" s=\"2\"><v>7001</v></c><c r=\"B5\" s=\"3\"><v>46112.9375</v></c><c r=\"C5\"><f>SUM(1,2)</f><v>3</v></c></row>\
    <row r=\"6\"><c r=\"A6\" t=\"inlineStr\"><is><t>x &lt;y&gt;</t></is></c><c r=\"B6\" t=\"str\"><v>2026-04-01</v></c><c r=\"C6\"><v>1499</v></c></row>\
    <row r=\"7\"><c r=\"A7\"><v>9.83001234567E+11</v></c><c r=\"B7\" s=\"1\"><v>46113</v></c><c r=\"C7\" t=\"s\"><v>4</v></c></row>\
    <row><c><v>12</v></c><c s=\"1\"><v>46113</v></c><c><v>4</v></c></row>";

fn load(bytes: Vec<u8>) -> Result<Outcome, Error> {
    let outcome = read(&[Source::bytes(TableKind::Purchases, "t", bytes)], &Options::default(), &Serial)?;
    assert!(outcome.intake.tables.iter().all(|t| t.reconciles()));
    Ok(outcome)
}

fn rows(outcome: &Outcome) -> Vec<String> {
    contents(outcome).into_iter().map(|(who, day, amount, _)| format!("{who} | {day} | {amount}")).collect()
}

#[test]
fn a_workbook_is_read_as_its_cells_show_it() {
    let book = workbook(&[("Sales", "", ROWS)], TEXTS, "");
    let outcome = load(book.clone()).expect("readable");
    let want = [
        "007001 | 2026-03-31 | 3.00",
        "12 | 2026-04-01 | 4.00",
        "Asha & Co, Kolkata | 2026-03-31 | 2.55",
        "x <y> | 2026-04-01 | 1499.00",
    ];
    assert_eq!(rows(&outcome), want);
    // The line of a finding is the row of the sheet, though two rows above it are blank.
    let bad = outcome.intake.findings.listed().into_iter().find(|f| f.code == "amount.unreadable").cloned();
    let bad = bad.expect("a finding");
    assert_eq!((bad.line, bad.value.as_deref()), (Some(7), Some("line one line two")));
    assert_eq!(contents(&outcome)[0].3, 81_000, "the time of day is kept");
    let seen = recognise("sales.xlsx", &book).expect("readable");
    assert_eq!((seen.kind, seen.confidence), (Some(TableKind::Purchases), Confidence::Names));
    // Days of another epoch.
    let day = "<row r=\"1\"><c r=\"A1\" t=\"s\"><v>0</v></c><c r=\"B1\" t=\"s\"><v>1</v></c><c r=\"C1\" t=\"s\"><v>2</v></c></row>\
        <row r=\"2\"><c r=\"A2\"><v>1</v></c><c r=\"B2\" s=\"1\"><v>44650</v></c><c r=\"C2\"><v>1</v></c></row>";
    let outcome = load(workbook(&[("S", "", day)], TEXTS, "date1904=\"1\"")).expect("readable");
    assert_eq!(rows(&outcome), ["1 | 2026-03-31 | 1.00"]);
}

#[test]
fn one_sheet_is_read_and_the_others_are_said() {
    let one = ROWS.replace("1499", "1500");
    let sheets = [
        ("Hidden", "state=\"hidden\"", ROWS),
        ("Cover", "", ""),
        ("Sales", "", ROWS),
        ("Old &amp; gone", "", &*one),
    ];
    let book = workbook(&sheets, TEXTS, "");
    let outcome = load(book.clone()).expect("readable");
    assert!(rows(&outcome).contains(&"x <y> | 2026-04-01 | 1499.00".into()));
    let said = outcome.intake.findings.listed().into_iter().find(|f| f.code == "sheet.others").cloned();
    assert_eq!(said.and_then(|f| f.value).as_deref(), Some("Old & gone"));
    let named = |name: &str| {
        let source = Source::bytes(TableKind::Purchases, "b.xlsx", book.clone()).sheet(name);
        read(&[source], &Options::default(), &Serial)
    };
    let outcome = named("Old & gone").expect("readable");
    assert!(rows(&outcome).contains(&"x <y> | 2026-04-01 | 1500.00".into()));
    assert!(named("Hidden").is_ok());
    let error = named("Nothing").expect_err("no such sheet");
    assert_eq!(
        (error.code(), error.to_string().as_str()),
        (
            "file.sheet",
            "find the sheet 'Nothing' in b.xlsx; its sheets are: Hidden, Cover, Sales, Old & gone"
        )
    );
    assert_eq!(named("Cover").expect_err("empty").code(), "file.empty");
}

#[test]
fn sheets_that_blow_up_are_refused() {
    let head = "<row r=\"1\"><c r=\"A1\" t=\"s\"><v>0</v></c><c r=\"B1\" t=\"s\"><v>1</v></c><c r=\"C1\" t=\"s\"><v>2</v></c></row>";
    let spaces = " ".repeat(40 << 20);
    let wide: String =
        (2..40_000).map(|r| format!("<row r=\"{r}\"><c r=\"EZZ{r}\"><v>1</v></c></row>")).collect();
    for (what, rows) in [
        ("a far column", "<row r=\"2\"><c r=\"XFD2\"><v>1</v></c></row>".to_owned()),
        ("a far row", "<row r=\"99999999\"><c r=\"A1\"><v>1</v></c></row>".into()),
        ("a row twice", "<row r=\"1\"><c r=\"A1\"><v>1</v></c></row>".into()),
        ("a cell without end", format!("<row r=\"2\"><c r=\"A2\" t=\"str\"><v>{spaces}</v></c></row>")),
        ("a cell that is cut off", "<row r=\"2\"><c r=\"A2\"><v>1".into()),
        ("a text that is not there", "<row r=\"2\"><c r=\"A2\" t=\"s\"><v>99</v></c></row>".into()),
        ("blanks without end", wide),
    ] {
        let error = load(workbook(&[("S", "", &format!("{head}{rows}"))], TEXTS, "")).expect_err(what);
        assert_eq!(error.code(), "file.read", "{what}: {error}");
    }
    // A thousand to one: whatever is inside, it is no table.
    let mut bomb = workbook(&[("S", "", ROWS)], TEXTS, "");
    let error =
        load(zip(&[("a.csv", "customer,date,amount\n".as_bytes()), ("b", b"x")])).expect_err("two files");
    assert_eq!(error.code(), "file.not_text");
    let zeros = ["customer,date,amount\na,2026-01-01,1\n".as_bytes(), &vec![b'\n'; 64 << 20]].concat();
    assert_eq!(load(zip(&[("a.csv", &zeros)])).expect_err("a bomb").code(), "file.read");
    bomb.truncate(bomb.len() - 30);
    assert_eq!(load(bomb).expect_err("cut off").code(), "file.not_text");
    for (name, what) in [("xl/workbook.bin", ".xlsb"), ("content.xml", ".ods")] {
        let error = load(zip(&[(name, b"x"), ("y", b"z")])).expect_err("another sheet");
        assert!(error.to_string().contains(what), "{error}");
    }
}

#[test]
fn packed_files_are_the_files_they_hold() {
    let plain = load(CSV.into()).expect("readable");
    let (first, second) = CSV.as_bytes().split_at(30);
    for (what, bytes) in [
        ("gzip", gzip(CSV.as_bytes())),
        ("gzip in two", [gzip(first), gzip(second)].concat()),
        ("zstd", zstd(CSV.as_bytes())),
        ("zstd in two", [zstd(first), zstd(second)].concat()),
        ("zip", zip(&[("export/orders.csv", CSV.as_bytes())])),
        ("zip of a Mac", zip(&[("orders.csv", CSV.as_bytes()), ("__MACOSX/._orders.csv", b"x")])),
    ] {
        let outcome = load(bytes.clone()).expect(what);
        assert_eq!(rows(&outcome), rows(&plain), "{what}");
        assert_eq!(outcome.intake.tables[0].rows, 2);
        assert_eq!(recognise("x", &bytes).expect(what).kind, Some(TableKind::Purchases), "{what}");
        // As a stream that can be opened again.
        let opener = move || Ok(Box::new(std::io::Cursor::new(bytes.clone())) as Box<dyn Read + Send>);
        let source = Source::open(TableKind::Purchases, "x", Box::new(opener));
        assert_eq!(recognise_source(&source).expect(what).kind, Some(TableKind::Purchases));
        let outcome = read(&[source], &Options::default(), &Serial).expect(what);
        assert_eq!(rows(&outcome), rows(&plain), "{what}");
    }
    // The head of a packed file is enough to recognise it; the whole of it is needed to read it.
    let long = format!(
        "customer,date,amount\n{}",
        (0..90_000).map(|i| format!("c{i},2026-01-01,{i}\n")).collect::<String>()
    );
    let packed = gzip(long.as_bytes());
    let head = &packed[..packed.len() / 2];
    assert_eq!(recognise("x", head).expect("a head").kind, Some(TableKind::Purchases));
    assert_eq!(load(head.to_vec()).expect_err("cut off").code(), "file.read");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn no_damage_makes_it_panic(at in any::<prop::sample::Index>(), byte in any::<u8>(), cut in any::<prop::sample::Index>()) {
        let book = workbook(&[("Sales", "", ROWS), ("More", "", ROWS)], TEXTS, "");
        for mut bytes in [book, gzip(CSV.as_bytes()), zstd(CSV.as_bytes())] {
            let at = at.index(bytes.len());
            bytes[at] = byte;
            let _ = load(bytes.clone());
            bytes.truncate(cut.index(bytes.len()).max(4));
            let _ = load(bytes.clone());
            let _ = recognise("x", &bytes);
        }
    }

    #[test]
    fn cells_come_back_as_they_were_written(cells in prop::collection::vec("[a-z\"',;&<>₹अ-ह ]{0,12}x", 1..20)) {
        let escape = |t: &str| t.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        let head = "<row><c t=\"str\"><v>customer</v></c><c t=\"str\"><v>date</v></c><c t=\"str\"><v>amount</v></c></row>";
        let body: String = cells.iter().map(|c| format!(
            "<row><c t=\"inlineStr\"><is><t>{}</t></is></c><c s=\"1\"><v>46112</v></c><c><v>1</v></c></row>", escape(c)
        )).collect();
        let outcome = load(workbook(&[("S", "", &format!("{head}{body}"))], "", "")).unwrap();
        let mut want: Vec<String> = cells.iter().map(|c| c.trim().to_owned()).collect();
        want.sort();
        prop_assert_eq!(contents(&outcome).into_iter().map(|r| r.0).collect::<Vec<_>>(), want);
    }
}
