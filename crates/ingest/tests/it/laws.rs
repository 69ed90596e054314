//! Consistency: what holds for any table.

use crate::{contents, purchases};
use naata_core::{Serial, TableKind};
use naata_ingest::{Options, Source, read, recognise};
use proptest::prelude::*;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn reversed_rows_give_the_same_contents(
        rows in prop::collection::vec((0u32..6, 0u32..4, 1u32..28, -50i64..500, 0u32..3), 1..40),
        by_line in any::<bool>(),
    ) {
        let lines: Vec<String> = rows.iter().map(|(order, who, day, amount, item)| {
            let who = if *who == 0 { String::new() } else { format!("c{who}") };
            let item = if by_line { format!(",i{item}") } else { String::new() };
            format!("o{order},{who},2026-01-{day:02},{amount}{item}\n")
        }).collect();
        let header = if by_line { "order,customer,date,amount,item\n" } else { "order,customer,date,amount\n" };
        let forward = purchases(&format!("{header}{}", lines.concat()));
        let reversed = purchases(&format!("{header}{}", lines.iter().rev().cloned().collect::<String>()));
        prop_assert_eq!(contents(&forward), contents(&reversed));
        prop_assert_eq!(&forward.part.takings, &reversed.part.takings);
        prop_assert_eq!(&forward.intake.tables[0].digest, &reversed.intake.tables[0].digest);
        let sum: i64 = rows.iter().map(|r| r.3 * 100).sum();
        prop_assert_eq!(forward.part.purchases.iter().map(|p| p.amount.0).sum::<i64>(), sum, "no row is lost or doubled");
        let counts = |o: &naata_ingest::Outcome| o.intake.findings.counts().map(|c| (c.0, c.3)).collect::<Vec<_>>();
        prop_assert_eq!(counts(&forward), counts(&reversed));
        if by_line {
            let sorted = |o: &naata_ingest::Outcome| {
                let mut lines: Vec<_> = o.part.lines.iter().map(|l| {
                    (o.part.index.get(l.who).map(str::to_owned), l.day, l.order, l.amount)
                }).collect();
                lines.sort();
                lines
            };
            prop_assert_eq!(sorted(&forward), sorted(&reversed));
        }
    }

    #[test]
    fn nothing_but_the_digest_changes_without_one(
        rows in prop::collection::vec((0u32..6, 0u32..4, 0u32..34, "[a-c]{0,2}|\"x\"\"[a,]\"| z|9E\\+9|'7", -50i64..500), 1..30),
        header in prop::sample::select(vec!["order,customer,date,item,amount\n", "order,customer,date,remarks,amount\n", "id,customer,at,activity,channel\n"]),
    ) {
        let line = |(order, who, day, text, amount): &(u32, u32, u32, String, i64)| format!("o{order},c{who},2026-01-{day:02},{text},{amount}\n");
        let text = format!("{header}{}", rows.iter().map(line).collect::<String>());
        let kind = if header.contains("activity") { TableKind::Touches } else { TableKind::Purchases };
        let source = || Source::bytes(kind, "t", text.clone().into_bytes());
        let with = read(&[source()], &Options::default(), &Serial).unwrap();
        let without = Options { digest: false, ..Options::default() };
        for mut other in [
            read(&[source()], &without, &Serial).unwrap(),
            naata_ingest::read_rows(&[source()], &[kind], &without, None, None, &Serial).unwrap(),
        ] {
            prop_assert_eq!(other.intake.tables[0].digest.months().count(), 0);
            prop_assert_eq!(with.intake.tables[0].digest.months().map(|m| m.1).sum::<u64>(), with.intake.tables[0].used);
            prop_assert_eq!(contents(&other), contents(&with));
            prop_assert_eq!(&other.part.touches, &with.part.touches);
            other.intake.tables[0].digest = with.intake.tables[0].digest.clone();
            prop_assert_eq!(&other.intake, &with.intake);
        }
        let lean = |options: &Options| naata_ingest::summarise(&[source()], options, None, &Serial).unwrap();
        let (a, mut b) = (lean(&Options::default()), lean(&without));
        b.intake.tables[0].digest = a.intake.tables[0].digest.clone();
        prop_assert_eq!((a.ids, a.summaries, a.intake), (b.ids, b.summaries, b.intake));
    }

    #[test]
    fn two_files_read_as_one(rows in prop::collection::vec((0u32..9, 1u32..28, 1i64..500), 1..30), cut in 0usize..30) {
        let lines: Vec<String> = rows.iter().map(|(who, day, amount)| format!("c{who},2026-01-{day:02},{amount}\n")).collect();
        let cut = cut.min(lines.len());
        let file = |lines: &[String]| Source::bytes(TableKind::Purchases, "t", format!("customer,date,amount\n{}", lines.concat()).into());
        let both = read(&[file(&lines[..cut]), file(&lines[cut..])], &Options::default(), &Serial).unwrap();
        prop_assert_eq!(contents(&both), contents(&purchases(&format!("customer,date,amount\n{}", lines.concat()))));
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..300), text in "[a-c0-9\",;\n\r ./-]{0,200}") {
        for kind in [TableKind::Purchases, TableKind::Touches] {
            for content in [bytes.clone(), text.clone().into_bytes(), format!("order,customer,date,amount,at,activity\n{text}").into_bytes()] {
                if let Ok(o) = read(&[Source::bytes(kind, "t", content.clone())], &Options::default(), &Serial) {
                    prop_assert!(o.intake.tables.iter().all(|t| t.reconciles()));
                }
                let _ = recognise("t", &content);
            }
        }
    }
}
