//! Summaries of customers straight from files: everything is found that reading finds, and no row is kept.

use crate::keep::Wanted;
use crate::read::read_into;
use crate::window::{CUT, Cut};
use crate::{Error, Options, Source};
use naata_core::{Day, Exec, Ids, Intake, MoneyUnit, Summary, Summed, Summing};

/// What was summarised.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Summarised {
    /// The ids of all customers the files name, in id order.
    pub ids: Ids,
    /// For each customer the purchases up to the cutoff.
    pub summaries: Vec<Summary>,
    /// The unit of every amount.
    pub unit: MoneyUnit,
    /// The account of every file, and what was found: the same as of [`crate::read`].
    pub intake: Intake,
}

/// Reads all files and keeps a summary of each customer's purchases up to and including `cutoff`. Without a cutoff
/// the last day that is not after [`Options::today`] is taken: purchases that are dated in the future never count.
///
/// Memory goes with the number of customers, not of rows; only the rows of orders that stand on several rows are kept
/// until all of the file is read.
///
/// ```
/// use naata_core::{Day, Serial, TableKind};
/// use naata_ingest::{Options, Source, summarise};
///
/// let text = "customer,date,amount\nAsha,2026-01-05,100\nBina,2026-02-01,30\nAsha,2026-03-01,50\n";
/// let source = Source::bytes(TableKind::Purchases, "sales.csv", text.into());
/// let all = summarise(&[source], &Options::default(), Day::from_ymd(2026, 2, 28), &Serial)?;
///
/// let asha = all.ids.find("Asha").map(|ix| all.summaries[ix.at()]);
/// assert_eq!(asha.map(|s| (s.purchases, s.first)), Day::from_ymd(2026, 1, 5).map(|d| (1, d)));
/// assert_eq!(all.intake.tables[0].rows, 3);
/// # Ok::<(), naata_ingest::Error>(())
/// ```
pub fn summarise(
    sources: &[Source],
    options: &Options,
    cutoff: Option<Day>,
    exec: &dyn Exec,
) -> Result<Summarised, Error> {
    summarise_cut(sources, options, cutoff, exec, CUT)
}

pub(crate) fn summarise_cut(
    sources: &[Source],
    options: &Options,
    cutoff: Option<Day>,
    exec: &dyn Exec,
    cut: Cut,
) -> Result<Summarised, Error> {
    let cutoff = cutoff.or(options.today).unwrap_or(Day::MAX);
    let outcome = read_into(&Wanted { rows: Vec::new(), cutoff, limit: None }, sources, options, exec, cut)?;
    let (ids, summaries) = match outcome.sums {
        Some(Summed::Sealed(ids, summaries)) => (ids, summaries),
        sums => {
            let open = if let Some(Summed::Open(sums)) = sums { *sums } else { Summing::default() };
            let (ids, _, summaries) = open.seal(outcome.part.index, exec);
            (ids, summaries)
        }
    };
    Ok(Summarised { ids, summaries, unit: outcome.part.unit, intake: outcome.intake })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::tests::Threads;
    use crate::{Outcome, read};
    use naata_core::{Histories, Serial, TableKind};
    use proptest::prelude::*;

    /// Summaries the long way: all rows, grouped by customer.
    fn from_rows(outcome: Outcome, cutoff: Day) -> (Ids, Vec<Summary>) {
        let mut part = outcome.part;
        let (ids, customers) = part.index.seal();
        let (_, symbols) = part.symbols.seal();
        part.renumber(&customers, &symbols);
        let histories =
            Histories::group(ids.len(), &part.purchases, |r| (r.day, r.seconds, r.amount)).unwrap();
        let summaries = ids.all().map(|ix| Summary::of(histories.of(ix), cutoff).unwrap()).collect();
        (ids, summaries)
    }

    fn row() -> impl Strategy<Value = String> {
        let customer = prop_oneof![Just(String::new()), "c[0-3]", "\"c,1\"", Just("9.8E+11".into())];
        let order = prop_oneof![Just(String::new()), "SO0[0-2][0-9]", "SO[0-9]", "x[a-c]"];
        let date = prop_oneof![
            "2026-0[1-3]-[0-2][1-8]",
            "1[0-9]/0[1-9]/2026",
            Just("2031-01-01".into()),
            Just("1907-02-03".into()),
            Just("never".into()),
            Just(String::new())
        ];
        let amount = prop_oneof![
            "-?[0-9]{1,3}\\.[0-9]{2}",
            Just("0".into()),
            Just("₹ 1,200".into()),
            Just("x".into()),
            Just(String::new())
        ];
        let item =
            prop_oneof![Just(String::new()), Just("Tea".into()), Just("\"5\"\" pipe\n, grey\"".into())];
        (order, customer, date, amount, item).prop_map(|(o, c, d, a, i)| format!("{o},{c},{d},{a},{i}\n"))
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(128))]

        #[test]
        fn summaries_and_findings_are_those_of_the_rows_under_any_cut(
            rows in prop::collection::vec(row(), 1..60),
            by_line in any::<bool>(),
            two in 0usize..60,
            today in prop::option::of(20_000i32..22_000),
            cutoff in prop::option::of(20_450i32..20_550),
            window in 1usize..500,
            parts in 1usize..8,
        ) {
            let header = format!("order,customer,date,amount,{}\n", if by_line { "item" } else { "remarks" });
            let file = |rows: &[String]| {
                Source::bytes(TableKind::Purchases, "t", format!("{header}{}", rows.concat()).into())
            };
            let two = two.min(rows.len());
            let touches = "customer,at,activity\nc9,2026-01-01,visit\nc1,2026-01-02,visit\n";
            let touches = Source::bytes(TableKind::Touches, "touches", touches.into());
            let consents = Source::bytes(TableKind::Consents, "consents", "customer,at,purpose,granted\nc8,2026-01-01,news,yes\n".into());
            let people = Source::bytes(TableKind::Customers, "people", "id,created\nc2,2025-01-01\nc1,2026-01-01\nc2,2024-01-01\nc7,\n".into());
            let sources = [file(&rows[..two]), touches, file(&rows[two..]), consents, people];
            let options = Options { today: today.map(Day), findings_cap: 3, ..Options::default() };
            let outcome = read(&sources, &options, &Serial).unwrap();
            let shape = |o: &Outcome| crate::history::firsts(o, Day::MAX);
            let lean = crate::read_rows(&sources, &[], &options, Some(Day::MAX), None, &Serial).unwrap();
            prop_assert_eq!(shape(&lean), shape(&outcome), "what tells whether history is whole");
            let sales = [file(&rows[..two]), file(&rows[two..])];
            let lean = crate::read_rows(&sales, &[], &options, Some(Day::MAX), None, &Serial).unwrap();
            prop_assert_eq!(shape(&lean), shape(&read(&sales, &options, &Serial).unwrap()), "without creation dates");
            let intake = outcome.intake.clone();
            prop_assert!(intake.tables.iter().all(naata_core::TableIntake::reconciles));
            let until = cutoff.or(today).map_or(Day::MAX, Day);
            let (unit, want) = (outcome.part.unit, from_rows(outcome, until));
            let cut = Cut { window, parts, longest: 1 << 20 };
            let limit = crate::Limit {
                bytes: 1 << 20,
                scratch: std::sync::Arc::new(|| Ok(Box::new(std::io::Cursor::new(Vec::new())))),
            };
            let spilled = crate::read_rows(&sources, &[], &options, cutoff.map(Day), Some(limit), &Serial).unwrap();
            let history = |cutoff| {
                let all = crate::read_rows(&sources, &[], &options, cutoff, None, &Serial).unwrap();
                crate::history::firsts(&all, Day::MAX)
            };
            prop_assert_eq!(crate::history::firsts(&spilled, Day::MAX), history(cutoff.map(Day)));
            prop_assert_eq!(&spilled.intake, &intake);
            let Some(Summed::Sealed(ids, summaries)) = spilled.sums else { panic!("sealed") };
            prop_assert_eq!((&ids, &summaries), (&want.0, &want.1), "with memory for a part of the customers");
            for (exec, cut) in [(&Serial as &dyn Exec, CUT), (&Serial, cut), (&Threads, cut)] {
                let got = summarise_cut(&sources, &options, cutoff.map(Day), exec, cut).unwrap();
                prop_assert_eq!((&got.ids, &got.summaries), (&want.0, &want.1));
                prop_assert_eq!((got.unit, &got.intake), (unit, &intake));
            }
        }
    }
}
