//! What real exports do: each case small enough to be checked by eye.

use crate::{contents, purchases, table, total};
use naata_core::{Currency, Day, Serial, TableKind, Zone};
use naata_ingest::{ColumnRef, Confidence, Options, Reading, Source, read, recognise};

fn amounts(text: &str) -> Vec<String> {
    contents(&purchases(text)).into_iter().map(|r| r.2).collect()
}

fn days(text: &str) -> Vec<String> {
    contents(&purchases(text)).into_iter().map(|r| r.1).collect()
}

#[test]
fn one_telling_date_decides_the_column_wherever_it_stands() {
    // All dates but the last fit both orders; the last one is far behind the head's first rows.
    let rows: String = (0..40_000).map(|i| format!("c{i},0{}/05/2026,10\n", 1 + i % 9)).collect();
    let american = format!("customer,date,amount\n{rows}x,05/31/2026,10\n");
    let outcome = purchases(&american);
    assert!(contents(&outcome).iter().all(|r| r.1.ends_with("-05") || r.1 == "2026-05-31"));
    assert_eq!(outcome.intake.tables[0].used, 40_001);
    assert_eq!(outcome.intake.findings.count("date.order_assumed"), 0);
    assert_eq!(days("customer,date,amount\na,01/02/2026,1\nb,31/01/2026,1\n"), ["2026-02-01", "2026-01-31"]);
}

#[test]
fn an_undecided_order_is_assumed_and_said() {
    let outcome = purchases("customer,date,amount\na,01/02/2026,1\n");
    assert_eq!(contents(&outcome)[0].1, "2026-02-01");
    assert_eq!(outcome.intake.findings.count("date.order_assumed"), 1);
    assert!(outcome.intake.tables[0].assumed.contains(&("date_order", "date: day-month-year".into())));
}

#[test]
fn rows_against_the_order_of_their_column_are_refused_with_the_day_they_would_be() {
    let outcome = purchases("customer,date,amount\na,31/01/2026,1\nb,30/01/2026,1\nc,01/25/2026,1\n");
    let findings = outcome.intake.findings.listed();
    let swapped = findings.iter().find(|f| f.code == "date.swapped").expect("a finding");
    assert_eq!((swapped.line, swapped.suggestion.as_deref()), (Some(4), Some("2026-01-25")));
    assert_eq!(outcome.intake.tables[0].refused["date.swapped"], 1);
}

#[test]
fn times_with_an_offset_fall_on_the_day_of_the_declared_zone() {
    let text = "customer,date,amount\na,2026-01-05T20:00:00Z,1\nb,2026-01-05 20:00,1\n";
    let source = Source::bytes(TableKind::Purchases, "t", text.into());
    let options = Options { zone: Zone::parse("Asia/Kolkata").unwrap(), ..Options::default() };
    let outcome = read(&[source], &options, &Serial).unwrap();
    let got: Vec<_> = contents(&outcome).into_iter().map(|r| (r.1, r.3)).collect();
    assert_eq!(got, [("2026-01-06".to_owned(), 5400), ("2026-01-05".to_owned(), 72_000)]);
}

#[test]
fn the_decimal_mark_is_evident_from_the_whole_column() {
    assert_eq!(
        amounts("customer;date;amount\na;2026-01-01;1.234\nb;2026-01-01;1.234,50\n"),
        ["1234.00", "1234.50"]
    );
    assert_eq!(
        amounts("customer,date,amount\na,2026-01-01,\"1,234\"\nb,2026-01-01,\"12,34,567.5\"\n"),
        ["1234.00", "1234567.50"]
    );
    let outcome = purchases("customer;date;amount\na;2026-01-01;0,5\n");
    assert!(outcome.intake.tables[0].assumed.contains(&("decimal_mark", ",".into())));
}

#[test]
fn more_decimals_widen_the_scale_and_nothing_is_rounded() {
    let rows: String = (0..30_000).map(|i| format!("c{i},2026-01-01,10.00\n")).collect();
    let outcome = purchases(&format!("customer,date,amount\n{rows}x,2026-01-01,1.255\n"));
    assert_eq!((outcome.part.unit.scale, total(&outcome).as_str()), (3, "300001.255"));
    let outcome = purchases("customer,date,amount\na,2026-01-01,1.2345678901\nb,2026-01-01,1\n");
    assert_eq!(outcome.intake.tables[0].refused["amount.range"], 1);
    assert_eq!(amounts("customer,date,amount\na,2026-01-01,1.50000000000\n"), ["1.50"]);
}

#[test]
fn currencies_come_from_signs_columns_or_options_and_are_never_mixed() {
    assert_eq!(purchases("customer,date,amount\na,2026-01-01,₹5\n").part.unit.currency, Currency::INR);
    assert_eq!(
        purchases("customer,date,amount,currency\na,2026-01-01,5,BDT\n").part.unit.currency,
        Currency::BDT
    );
    let none = purchases("customer,date,amount\na,2026-01-01,5\n");
    assert_eq!(
        (none.part.unit.currency, none.intake.findings.count("currency.unstated")),
        (Currency::NONE, 1)
    );
    assert_eq!(purchases("customer,date,amount,currency\na,2026-01-01,1500,JPY\n").part.unit.scale, 0);
    let error = table(
        TableKind::Purchases,
        "customer,date,amount,currency\na,2026-01-01,5.50,INR\nb,2026-01-01,€2,\nc,2026-01-01,1,INR\n",
    );
    let text = error.expect_err("two currencies").to_string();
    assert_eq!(text, "add up amounts of several currencies: 2.00 EUR, 6.50 INR");
}

#[test]
fn an_order_is_one_purchase_however_far_apart_its_lines_stand() {
    let filler: String = (0..30_000).map(|i| format!("f{i},z,2026-02-01,tea,1\n")).collect();
    let text = format!(
        "order,customer,date,item,amount\n1,a,2026-01-01,rice,50\n{filler}1,a,2026-01-01,salt,20.50\n"
    );
    let outcome = purchases(&text);
    let table = &outcome.intake.tables[0];
    assert_eq!((table.rows, table.records), (30_002, 30_001));
    assert_eq!(contents(&outcome)[0].2, "70.50");
    assert_eq!(outcome.part.lines.len(), 30_002);
}

#[test]
fn conflicts_within_an_order_are_settled_and_said() {
    let outcome = purchases(
        "order,customer,date,item,amount\n1,a,2026-01-02,x,5\n1,a,2026-01-01,y,6\n2,a,2026-01-01,x,1\n2,b,2026-01-01,x,2\n\
         3,c,2026-01-01,x,9\n3,c,2026-01-05,x,-4\n4,d,2025-01-01,x,1\n4,d,2026-01-01,x,2\n5,e,2026-01-01,x,3\n5,,2026-01-01,y,4\n",
    );
    let got: Vec<_> = contents(&outcome).into_iter().map(|(w, d, a, _)| format!("{w} {d} {a}")).collect();
    assert_eq!(
        got,
        [
            "a 2026-01-01 1.00",
            "a 2026-01-01 11.00",
            "b 2026-01-01 2.00",
            "c 2026-01-01 9.00",
            "c 2026-01-05 -4.00",
            "d 2025-01-01 1.00",
            "d 2026-01-01 2.00",
            "e 2026-01-01 7.00",
        ]
    );
    let count = |code: &str| outcome.intake.findings.count(code);
    assert_eq!(
        (count("order.dates_differ"), count("order.customers_differ"), count("order.id_reused")),
        (1, 1, 1)
    );
}

#[test]
fn an_order_id_on_several_bills_is_added_up_and_said() {
    let outcome = purchases(
        "order,customer,date,amount\n1,a,2026-01-01,5\n2,b,2026-01-01,7\n1,a,2026-01-01,6\n2,b,2026-01-03,-7\n",
    );
    let got: Vec<_> = contents(&outcome).into_iter().map(|(w, d, a, _)| format!("{w} {d} {a}")).collect();
    assert_eq!(got, ["a 2026-01-01 11.00", "b 2026-01-01 7.00", "b 2026-01-03 -7.00"]);
    assert_eq!(outcome.intake.findings.count("order.repeated"), 1);
}

#[test]
fn price_times_quantity_stands_in_for_a_missing_amount() {
    let text = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n\
                536365,85123A,HOLDER,6,12/1/2010 8:26,2.55,17850,United Kingdom\n\
                536365,71053,LANTERN,6,12/1/2010 8:26,3.39,17850,United Kingdom\n\
                536366,22633,WARMER,0.375,12/13/2010 8:28,1.85,,United Kingdom\n";
    let outcome = purchases(text);
    assert_eq!(contents(&outcome)[1].2, "35.64000");
    assert_eq!(total(&outcome), "36.33375");
    assert_eq!(outcome.intake.findings.count("customer.missing"), 1);
}

#[test]
fn headers_in_hindi_and_bengali_are_known() {
    assert_eq!(amounts("ग्राहक,दिनांक,राशि\nआशा,३१/०३/२०२६,\"₹१२,३४५.५०\"\n"), ["12345.50"]);
    assert_eq!(amounts("গ্রাহক,তারিখ,মোট\nরিনা,৩১/০৩/২০২৬,৳৫০০\n"), ["500.00"]);
}

#[test]
fn maps_reach_any_column_by_name_or_position() {
    let text = "when,who,what\n2026-01-01,a,5\n";
    let source = Source::bytes(TableKind::Purchases, "t", text.into())
        .map("date", ColumnRef::parse("When"))
        .map("customer", ColumnRef::parse("who"))
        .map("amount", ColumnRef::parse("#3"));
    assert_eq!(contents(&read(&[source], &Options::default(), &Serial).unwrap()).len(), 1);
    let source = Source::bytes(TableKind::Purchases, "t", "a|01-02-2026|5,5\n".into())
        .reading(Reading {
            header: Some(false),
            decimal_comma: Some(true),
            date_format: naata_ingest::DateFormat::parse("MM-DD-YYYY").ok(),
            ..Reading::default()
        })
        .map("customer", ColumnRef::parse("#1"))
        .map("date", ColumnRef::parse("#2"))
        .map("amount", ColumnRef::parse("#3"));
    let outcome = read(&[source], &Options::default(), &Serial).unwrap();
    assert_eq!(contents(&outcome), [("a".into(), "2026-01-02".into(), "5.50".into(), u32::MAX)]);
}

#[test]
fn byte_order_marks_line_ends_and_encodings_do_no_harm() {
    let plain = "customer,date,amount\nZoë,2026-01-01,5\nb,2026-01-02,6\n";
    let want = contents(&purchases(plain));
    let utf16: Vec<u8> =
        "\u{FEFF}".encode_utf16().chain(plain.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    let latin: Vec<u8> = plain.chars().map(|c| c as u8).collect();
    // Bytes beyond ASCII that come after the head: the encoding is corrected by the whole file.
    let filler = "y,2026-01-01,5\n".repeat(30_000);
    let late =
        [b"customer,date,amount\n".to_vec(), filler.into_bytes(), b"Zo\xEB,2026-01-01,5\n".to_vec()].concat();
    for (name, bytes) in [
        ("bom", [b"\xEF\xBB\xBF", plain.as_bytes()].concat()),
        ("crlf", plain.replace('\n', "\r\n").into_bytes()),
        ("old mac", plain.replace('\n', "\r").into_bytes()),
        ("utf-16", utf16),
        ("windows-1252", latin),
    ] {
        let outcome =
            read(&[Source::bytes(TableKind::Purchases, name, bytes)], &Options::default(), &Serial).unwrap();
        assert_eq!(contents(&outcome), want, "{name}");
    }
    let outcome =
        read(&[Source::bytes(TableKind::Purchases, "late", late)], &Options::default(), &Serial).unwrap();
    assert_eq!((outcome.intake.tables[0].used, contents(&outcome)[0].0.as_str()), (30_001, "Zoë"));
}

#[test]
fn canonical_tables_are_recognised_and_read() {
    let cases = [
        (
            TableKind::Customers,
            "id,name,email,phone,birthday,anniversary,created,country,region,city,postcode,language,company,industry,employees,channel,cost,currency\n007,आशा,a@x.in,+919800000001,1990-05-01,,2024-01-01,IN,WB,Kolkata,700001,bn,,,12,fair,120.50,INR\n",
        ),
        (
            TableKind::Purchases,
            "order,customer,date,time,amount,discount,tax,currency\no1,007,2026-01-01,10:30,105.00,10,5,INR\n",
        ),
        (
            TableKind::Lines,
            "order,customer,date,item,category,quantity,amount,discount,cost,currency\no1,007,2026-01-01,tea,food,1.5,105.00,10,60,INR\n",
        ),
        (TableKind::Touches, "customer,at,activity,channel\n007,2026-01-01T10:00:00+05:30,visit,web\n"),
        (TableKind::Surveys, "customer,date,kind,score,text,channel\n007,2026-01-01,csat,4,अच्छा,web\n"),
        (
            TableKind::Subscriptions,
            "id,customer,plan,started,ended,monthly,currency,reason\ns1,007,gold,2026-01-01,,99.00,INR,\n",
        ),
        (
            TableKind::Tickets,
            "id,customer,opened,solved,topic,channel,reopened\nt1,007,2026-01-01T10:00:00Z,2026-01-02T10:00:00Z,late,mail,1\n",
        ),
        (
            TableKind::Consents,
            "customer,at,purpose,channel,granted,source\n007,2026-01-01T10:00:00Z,marketing,sms,true,form\n",
        ),
        (
            TableKind::Deals,
            "id,customer,owner,stage,opened,closed,won,amount,currency,product\nd1,007,R,Proposal,2026-01-01,,,5000,INR,p\n",
        ),
        (
            TableKind::Leads,
            "id,source,owner,created,converted,customer,status\nl1,web,R,2026-01-01,2026-02-01,007,won\n",
        ),
        (
            TableKind::Campaigns,
            "campaign,customer,date,channel,control,opened,clicked\nDiwali,007,2026-01-01,sms,false,true,false\n",
        ),
        (TableKind::Costs, "date,channel,campaign,amount,currency\n2026-01-01,sms,Diwali,250.00,INR\n"),
    ];
    let mut sources = Vec::new();
    for (kind, text) in cases {
        let seen = recognise(&format!("{}.csv", kind.name()), text.as_bytes()).unwrap();
        assert_eq!((seen.kind, seen.confidence), (Some(kind), Confidence::Names), "{}", kind.name());
        assert!(seen.missing.is_empty(), "{}", kind.name());
        // The bare columns are enough, whatever the file is called.
        let seen = recognise("export.csv", text.as_bytes()).unwrap();
        assert_eq!(seen.kind, Some(kind), "{}: {:?}", kind.name(), seen.mapping);
        sources.push(Source::bytes(kind, kind.name(), text.into()));
    }
    let outcome = read(&sources, &Options::default(), &Serial).unwrap();
    let part = &outcome.part;
    assert_eq!(outcome.intake.findings.listed(), Vec::<&naata_core::Finding>::new());
    assert!(outcome.intake.tables.iter().all(|t| (t.rows, t.used, t.records) == (1, 1, 1)));
    assert_eq!(part.index.len(), 1, "one customer throughout, its leading zeros kept");
    assert_eq!(part.unit.currency, Currency::INR);
    assert_eq!(part.customers[0].birthday, Day::from_ymd(1990, 5, 1));
    assert_eq!(
        (part.lines[0].marks.is_back(), part.surveys[0].score, part.consents[0].granted),
        (false, Some(4), true)
    );
    assert_eq!(
        (part.deals[0].won, part.campaigns[0].opened, part.campaigns[0].clicked),
        (None, Some(true), Some(false))
    );
    assert_eq!(
        (part.tickets[0].reopened, part.subscriptions[0].ended, part.costs[0].amount.0),
        (Some(1), None, 25_000)
    );
    let taken = part.takings.all().unwrap();
    assert_eq!((taken.sales, taken.discounts, taken.tax), (10_500, 1_000, 500));
}

#[test]
fn decoys_are_not_recognised_as_known_exports() {
    for text in [
        "Email,Notes\na@x.in,hi\n",
        "Name,Total\nx,1\n",
        "case,event\n1,a\n",
        "Id,Date,Price,Extra\n1,2026-01-01,5,x\n",
        "1 2 3 4 5\n6 7 8 9 10\n",
        "session_id,event\n1,a\n",
        "Respondent ID,x\n1,2\n",
    ] {
        let seen = recognise("t.csv", text.as_bytes()).unwrap();
        assert!(seen.confidence < Confidence::Format, "{text}: {}", seen.format);
    }
}

#[test]
fn orders_that_never_became_sales_are_counted_apart() {
    let text = "Name,Email,Financial Status,Currency,Total,Created at,Lineitem quantity,Lineitem name,Lineitem price\n\
                #1,a@x.in,paid,INR,30.00,2026-01-05 10:00:00 +0530,1,Mug,10.00\n\
                #1,a@x.in,,,,,2,Cup,10.00\n\
                #2,b@x.in,voided,INR,50.00,2026-01-05 10:00:00 +0530,1,Mug,50.00\n\
                #2,b@x.in,,,,,1,Cup,0.00\n\
                #3,c@x.in,,,,,1,Cup,10.00\n";
    let outcome = purchases(text);
    let table = &outcome.intake.tables[0];
    assert_eq!((table.rows, table.used, table.records), (5, 2, 1));
    assert_eq!((table.refused["order.void"], table.refused["date.missing"]), (2, 1));
    assert_eq!((total(&outcome).as_str(), outcome.part.lines.len()), ("30.00", 2));
}

#[test]
fn a_stated_currency_is_not_overruled_in_silence() {
    let text = "customer,date,amount,currency\na,2026-01-01,5,INR\n";
    let source = Source::bytes(TableKind::Purchases, "t", text.into());
    let options = Options { currency: Currency::parse("USD").ok(), ..Options::default() };
    let error = read(&[source], &options, &Serial).expect_err("two currencies");
    assert_eq!(error.to_string(), "add up amounts of several currencies: 5.00 INR, 0.00 USD");
}

#[test]
fn words_for_nothing_are_text_unless_declared() {
    let text = "customer,date,amount\nNA,2026-01-01,5\nnull,2026-01-02,NA\nc,null,7\n";
    let plain = purchases(text);
    assert_eq!(contents(&plain).iter().map(|r| r.0.as_str()).collect::<Vec<_>>(), ["NA"]);
    let refused = &plain.intake.tables[0].refused;
    assert_eq!((refused["amount.unreadable"], refused["date.unreadable"]), (1, 1));
    let source = Source::bytes(TableKind::Purchases, "t", text.into()).missing(["NA", "null"]);
    let declared = read(&[source], &Options::default(), &Serial).unwrap();
    assert_eq!(contents(&declared).iter().map(|r| r.0.as_str()).collect::<Vec<_>>(), [""]);
    let refused = &declared.intake.tables[0].refused;
    assert_eq!((refused["amount.missing"], refused["date.missing"]), (1, 1));
    assert_eq!(declared.intake.findings.count("customer.missing"), 1);
}

#[test]
fn a_purchase_far_in_the_future_does_not_hide_where_history_begins() {
    use std::fmt::Write as _;
    let mut text = String::from("customer,date,amount\n");
    let begin = Day::from_ymd(2025, 1, 1).expect("a day");
    for (block, new) in [400, 150, 80, 60, 50, 50, 50, 50].into_iter().enumerate() {
        for i in 0..new {
            let day = begin.plus(28 * block as i32 + i % 28).expect("a day");
            let _ = writeln!(text, "c{block}-{i},{day},10");
        }
    }
    text += "x,2099-01-01,5\nc0-1,2089-01-01,5\n";
    let today = Day::from_ymd(2025, 8, 31);
    let options = Options { today, ..Options::default() };
    let source = Source::bytes(TableKind::Purchases, "t", text.into());
    let sources = [source];
    let whole = read(&sources, &options, &Serial).expect("readable");
    let as_of = today.expect("a day");
    let found = naata_ingest::begins_midway(&whole, as_of).expect("cut off");
    assert_eq!((found.value.as_deref(), whole.intake.findings.count("date.future")), (Some("2025-01-01"), 2));
    // Summed up while it is read, it is the same.
    let sums = naata_ingest::read_rows(&sources, &[], &options, None, None, &Serial).expect("readable");
    assert_eq!(naata_ingest::begins_midway(&sums, as_of), Some(found.clone()));
    // Beside lines of orders purchases are neither kept nor summed up, and it is the same.
    let lines = [TableKind::Lines];
    let lines = naata_ingest::read_rows(&sources, &lines, &options, None, None, &Serial).expect("readable");
    assert!(lines.part.purchases.is_empty() && lines.sums.is_none());
    assert_eq!((&lines.part.takings, &lines.intake), (&whole.part.takings, &whole.intake));
    assert_eq!(naata_ingest::begins_midway(&lines, as_of), Some(found));
}

#[test]
fn sales_of_a_first_file_that_names_nobody_are_kept_beside_those_of_others() {
    let file = |name: &str, text: &str| Source::bytes(TableKind::Purchases, name, text.into());
    let nobody = || file("a", "customer,date,amount\n,2026-01-01,1\n,2026-01-02,2\n");
    let named = || file("b", "customer,date,amount\nx,2026-01-03,4\n,2026-01-03,5\n");
    for sources in [[nobody(), named()], [named(), nobody()]] {
        let outcome = read(&sources, &Options::default(), &Serial).unwrap();
        let sum: i64 = outcome.part.purchases.iter().map(|p| p.amount.0).sum();
        assert_eq!((outcome.part.purchases.len(), sum), (4, 1_200));
        assert_eq!(outcome.part.takings.days().count(), 3);
    }
}

#[test]
fn lines_are_the_same_rows_from_a_file_as_from_records() {
    use naata_core::records::OrderLine;
    use naata_core::{Currency, Money, MoneyUnit, Part, Zone};
    let text = "customer,date,order,item,category,quantity,amount,discount,currency\n\
        007,2026-01-05,A-1,Tea,Drinks,2,100.00,5.00,INR\n\
        007,2026-01-05,A-1,Cup,,1,40.00,,INR\n\
        ,2026-01-06,00017,Tea,Drinks,-1.5,-75.00,0.00,INR\n\
        008,2026-01-07,A-2,Cup,,-1,-40.00,3.00,INR\n";
    let source = Source::bytes(TableKind::Lines, "lines", text.into());
    let read = read(&[source], &Options::default(), &Serial).unwrap();
    let mut part = Part::new(MoneyUnit::of(Currency::INR), Zone::UTC);
    let inr = |paise| Money::new(rust_decimal::Decimal::new(paise, 2), Currency::INR);
    let line =
        |customer: &str, day, order: &str, item: &str, quantity, amount, discount: Option<i64>| OrderLine {
            customer: Some(customer.to_owned()).filter(|c| !c.is_empty()),
            day: chrono::NaiveDate::from_ymd_opt(2026, 1, day).unwrap(),
            order: order.into(),
            item: item.into(),
            category: (item == "Tea").then(|| "Drinks".into()),
            quantity,
            amount: inr(amount),
            discount: discount.map(inr),
            cost: None,
        };
    for record in [
        line("007", 5, "A-1", "Tea", 2_000, 10_000, Some(500)),
        line("007", 5, "A-1", "Cup", 1_000, 4_000, None),
        line("", 6, "00017", "Tea", -1_500, -7_500, Some(0)),
        line("008", 7, "A-2", "Cup", -1_000, -4_000, Some(300)),
    ] {
        part.line(&record).unwrap();
    }
    let rows = |part: &Part| {
        let name = |l: &naata_core::LineRow| {
            let text = |s| part.symbols.get(s).map(str::to_owned);
            (part.index.get(l.who).map(str::to_owned), text(l.item), text(l.category))
        };
        part.lines.iter().map(|l| (name(l), l.day, l.order, l.amount, l.marks)).collect::<Vec<_>>()
    };
    assert_eq!(rows(&read.part), rows(&part));
    let marks: Vec<_> = part.lines.iter().map(|l| (l.marks.is_back(), l.marks.is_discounted())).collect();
    assert_eq!(marks, [(false, true), (false, false), (true, false), (true, true)]);
    let orders: Vec<_> = part.lines.iter().map(|l| l.order).collect();
    assert!(orders[0] == orders[1] && orders[1] != orders[2] && orders[1] != orders[3]);
}
