//! From files to one part: what is known of each file, and how often it is read until all of it is certain.

use crate::batch::parse;
use crate::codes::{self, Code};
use crate::encoding::Decoder;
use crate::evidence::Evidence;
use crate::first_days::FirstDays;
use crate::head::{HEAD, Head};
use crate::keep::{Kept, Wanted};
use crate::pass::pass;
use crate::plan::{Grouped, Plan, Wish};
use crate::repeats::{OrderForm, Repeats};
use crate::sink::{FileRead, Sink};
use crate::source::of_sheet;
use crate::window::{CUT, Cut};
use crate::{Error, Limit, Source};
use naata_core::{
    Currency, CustomerIx, Day, Exec, Findings, Intake, MoneyUnit, Part, Summed, TableKind, Zone,
};
use std::collections::BTreeMap;
use std::io::Read;

/// What reading needs to know beside the files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// The currency of amounts that state none.
    pub currency: Option<Currency>,
    /// The zone in which days are counted, and in which times without an offset are read.
    pub zone: Zone,
    /// Dates after this day are a finding.
    pub today: Option<Day>,
    /// How many findings of each code and file are listed.
    pub findings_cap: usize,
    /// Whether the contents of each file are digested by month ([`naata_core::TableIntake::digest`]), so that a later
    /// export can be compared with this one. Without it the digests are empty, and nothing else changes.
    pub digest: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { currency: None, zone: Zone::UTC, today: None, findings_cap: 20, digest: true }
    }
}

/// What was read.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Outcome {
    /// The rows of the tables that were asked for, and the ids of all customers the files name.
    pub part: Part,
    /// Summaries, where the rows of purchases were not asked for.
    pub sums: Option<Summed>,
    /// The account of every file, and what was found.
    pub intake: Intake,
    /// The first days of purchase, where purchases were neither kept nor summed up.
    pub(crate) first_days: FirstDays,
    /// When customers were created, where their rows were not asked for.
    pub(crate) created: Vec<(CustomerIx, Day)>,
    /// The days of first purchases and of creation, where all were put aside in files; and the last day.
    pub(crate) firsts: Option<(Firsts, Day)>,
}

/// How many buyers there are by the days of their first purchase and of their creation.
pub(crate) type Firsts = BTreeMap<(Day, Option<Day>), u64>;

/// How often a file is read again at most; each time something is known that was a guess before.
const PASSES: usize = 8;

/// Reads all files into one part.
pub fn read(sources: &[Source], options: &Options, exec: &dyn Exec) -> Result<Outcome, Error> {
    read_cut(sources, options, exec, CUT)
}

/// Reads all files and keeps the rows of these tables alone. Of purchases that are not among them it keeps
/// [`Outcome::sums`]: memory goes with the number of customers then, not of rows. What is found does not change.
///
/// The sums hold purchases up to and including `cutoff`. Without one the last day that is not after
/// [`Options::today`] is taken: purchases that are dated in the future never count.
///
/// Where no rows are asked for at all, memory can be limited: customers are then put aside in temporary files and
/// summed up part by part.
pub fn read_rows(
    sources: &[Source],
    rows: &[TableKind],
    options: &Options,
    cutoff: Option<Day>,
    limit: Option<Limit>,
    exec: &dyn Exec,
) -> Result<Outcome, Error> {
    let cutoff = cutoff.or(options.today).unwrap_or(Day::MAX);
    read_into(&Wanted { rows: rows.to_vec(), cutoff, limit }, sources, options, exec, CUT)
}

pub(crate) fn read_cut(
    sources: &[Source],
    options: &Options,
    exec: &dyn Exec,
    cut: Cut,
) -> Result<Outcome, Error> {
    read_into(&Wanted::all(), sources, options, exec, cut)
}

/// Reads all files and keeps of them what is wanted.
pub(crate) fn read_into(
    wanted: &Wanted,
    sources: &[Source],
    options: &Options,
    exec: &dyn Exec,
    cut: Cut,
) -> Result<Outcome, Error> {
    let mut units = Units::new(options.currency);
    let mut files: Vec<File<'_>> = Vec::new();
    for source in sources {
        files.push(File::new(source, options, units.unit, wanted)?);
    }
    // The heads already tell the currency and the decimals of nearly every file. Several currencies are refused with
    // the totals of the whole files, so that what the heads say about them does not end the reading.
    let _ = units.settle(&files);
    // How many bytes come out of a packed file is known at its end only.
    let sizes: Option<Vec<u64>> = files.iter().map(|f| f.source.size.filter(|_| !f.packed)).collect();
    let of = sizes.map_or(0, |sizes| sizes.into_iter().sum());
    let mut progress = Progress { exec, rows: 0, done: 0, of };
    for _ in 0..PASSES {
        for file in &mut files {
            if file.read.is_none() || file.plan.unit != units.unit && file.plan.has_money() {
                file.read(wanted, units.unit, options, &mut progress, cut)?;
            }
        }
        if !units.settle(&files)? {
            break;
        }
    }
    let unit = units.unit;
    let mut kept = Kept::new(wanted, unit, options.zone);
    let mut intake = Intake { tables: Vec::new(), findings: Findings::capped(options.findings_cap) };
    let money = files.iter().any(|f| f.plan.has_money());
    for file in files {
        let Some(read) = file.read else { continue };
        kept.absorb(read.kept)?;
        intake.findings.merge(read.findings);
        intake.tables.push(read.intake);
    }
    if money && !unit.currency.is_stated() {
        intake.findings.push(codes::CURRENCY_UNSTATED.finding());
    }
    for table in &mut intake.tables {
        if options.currency.is_none() && money {
            table.assumed.push(("currency", unit.currency.code().into()));
        }
    }
    kept.settle()?;
    kept.spill_index()?;
    let Kept { part, sums, first_days, created, spills, .. } = kept;
    let sums = sums.map(|s| Summed::Open(Box::new(s)));
    Ok(match crate::spill::merge(spills)? {
        None => Outcome { part, sums, intake, first_days, created, firsts: None },
        Some(all) => {
            let sums = Some(Summed::Sealed(all.ids, all.summaries));
            Outcome { part, sums, intake, first_days, created, firsts: Some((all.firsts, all.last)) }
        }
    })
}

/// The unit all amounts fit: one currency, and the decimals the finest amount needs.
struct Units {
    stated: Option<Currency>,
    /// The most decimals any amount was seen to need beyond its unit.
    decimals: u8,
    unit: MoneyUnit,
}

impl Units {
    fn new(stated: Option<Currency>) -> Self {
        Self { stated, decimals: 0, unit: MoneyUnit::of(stated.unwrap_or(Currency::NONE)) }
    }

    /// Takes in what the files say; the answer is whether the unit changed.
    fn settle(&mut self, files: &[File<'_>]) -> Result<bool, Error> {
        let before = self.unit;
        let mut totals: BTreeMap<Currency, i128> = BTreeMap::new();
        for file in files {
            let evidence = file.read.as_ref().map_or(&file.head_evidence, |r| &r.evidence);
            self.decimals = self.decimals.max(evidence.scale);
            for (currency, (_, sum)) in &evidence.currencies {
                *totals.entry(*currency).or_default() += sum;
            }
            if let Some(stated) = self.stated.filter(|_| file.plan.has_money()) {
                *totals.entry(stated).or_default() += evidence.unstated.1;
            }
        }
        // Totals are exact only once every amount fits the unit.
        if totals.len() > 1 && self.decimals <= self.unit.scale {
            let total = |(c, sum): (&Currency, &i128)| {
                let exact = rust_decimal::Decimal::try_from_i128_with_scale(*sum, self.unit.scale.into());
                (c.code().to_owned(), exact.map_or_else(|_| sum.to_string(), |d| d.to_string()))
            };
            return Err(Error::MixedCurrencies { totals: totals.iter().map(total).collect() });
        }
        let currency = totals.keys().next().copied().or(self.stated).unwrap_or(Currency::NONE);
        self.unit = MoneyUnit { currency, scale: self.decimals.max(currency.exponent()) };
        Ok(self.unit != before)
    }
}

struct Progress<'a> {
    exec: &'a dyn Exec,
    rows: u64,
    done: u64,
    of: u64,
}

impl Progress<'_> {
    fn add(&mut self, bytes: usize, rows: u64) -> Result<(), Error> {
        self.done += bytes as u64;
        self.rows += rows;
        match self.exec.tick_rows(self.done, self.of.max(self.done), self.rows) {
            std::ops::ControlFlow::Continue(()) => Ok(()),
            std::ops::ControlFlow::Break(()) => Err(Error::Stopped),
        }
    }
}

/// One file on its way.
struct File<'a> {
    source: &'a Source,
    plan: Plan,
    /// Whether its size says nothing about how many bytes will come.
    packed: bool,
    /// What is to be said about the container.
    notes: Vec<(Code, String)>,
    head_evidence: Evidence,
    read: Option<FileRead>,
}

impl<'a> File<'a> {
    fn new(source: &'a Source, options: &Options, unit: MoneyUnit, wanted: &Wanted) -> Result<Self, Error> {
        let Peek { raw, whole, sheet, packed, notes } = peek(source)?;
        let reading = if sheet { of_sheet(&source.reading) } else { source.reading.clone() };
        let head = Head::decode(&source.name, &raw, whole, &reading)?;
        let wish = Wish { kind: source.kind, file: &source.name, reading: &reading, map: &source.map };
        let mut plan = Plan::of(&head, &wish, unit, options.zone, true)?;
        plan.today = options.today;
        plan.missing.clone_from(&source.missing);
        // The head is read like a file of its own: what contradicts the first guesses there costs nothing.
        let mut rows = parse(&plan, &head.text, plan.body, head.text.len(), whole);
        for _ in 1..PASSES {
            if !plan.settle(&rows.desk.evidence) {
                break;
            }
            rows = parse(&plan, &head.text, plan.body, head.text.len(), whole);
        }
        if plan.has_orders() {
            let mut orders = rows.sales.rows.iter().map(|r| rows.sales.order(r)).filter(|o| !o.is_empty());
            plan.order_form = orders.clone().next().map(OrderForm::of).unwrap_or_default();
            let mut repeats = Repeats::default();
            orders.clone().for_each(|order| repeats.see(plan.order_form.key(order)));
            // Where rows are lines and the first orders have several, so have the others.
            if plan.by_line && orders.next().is_some() && (repeats.many() || !repeats.finish().is_empty()) {
                plan.grouped = Grouped::All;
            }
        }
        plan.lean = wanted.is_lean(source.kind);
        plan.lines = wanted.rows.contains(&TableKind::Lines);
        plan.digest = options.digest;
        plan.cap = options.findings_cap;
        Ok(Self { source, plan, packed, notes, head_evidence: rows.desk.evidence, read: None })
    }

    fn read(
        &mut self,
        wanted: &Wanted,
        unit: MoneyUnit,
        options: &Options,
        progress: &mut Progress<'_>,
        cut: Cut,
    ) -> Result<(), Error> {
        self.plan.unit = unit;
        let before = (progress.done, progress.rows);
        for _ in 0..PASSES {
            (progress.done, progress.rows) = before;
            // What the pass before gave is no use any more: its memory goes first.
            self.read = None;
            let input = Box::new(Decoder::new(self.source.reader()?, self.plan.encoding));
            let mut sink = Sink::new(&self.plan, options, Kept::new(wanted, unit, options.zone));
            let exec = progress.exec;
            pass(&self.plan, input, &mut sink, cut, exec, &mut |bytes, rows| progress.add(bytes, rows))?;
            let mut read = sink.finish()?;
            let again = self.plan.settle(&read.evidence);
            let again = self.plan.group(std::mem::take(&mut read.repeats)) || again;
            self.read = Some(read);
            if !again {
                break;
            }
        }
        self.close();
        Ok(())
    }

    /// States what was assumed, and what the whole column could not decide.
    fn close(&mut self) {
        let Some(read) = &mut self.read else { return };
        read.intake.assumed = self.plan.assumed(&read.evidence);
        for (code, column, assumed) in self.plan.undecided(&read.evidence) {
            let finding = code.finding().file(&self.plan.file);
            let finding = finding.column(&self.plan.column_name(column)).value(assumed);
            read.findings.push(finding);
        }
        for (code, value) in &self.notes {
            read.findings.push(code.finding().file(&self.plan.file).value(value));
        }
        if read.intake.rows == 0 {
            read.findings.push(codes::FILE_HEADER_ONLY.finding().file(&self.plan.file));
        }
    }
}

/// The first bytes of a file, unpacked.
pub(crate) struct Peek {
    pub(crate) raw: Vec<u8>,
    /// Whether that is all.
    pub(crate) whole: bool,
    /// Whether it is a sheet of a workbook.
    pub(crate) sheet: bool,
    /// Whether it is packed.
    pub(crate) packed: bool,
    /// What is to be said about the container.
    pub(crate) notes: Vec<(Code, String)>,
}

pub(crate) fn peek(source: &Source) -> Result<Peek, Error> {
    let opened = source.open_it()?;
    let mut raw = Vec::new();
    let read = opened.reader.take(HEAD as u64).read_to_end(&mut raw);
    let n = read.map_err(|e| Error::Read { file: source.name.clone(), message: e.to_string() })?;
    Ok(Peek { raw, whole: n < HEAD, sheet: opened.sheet, packed: opened.packed, notes: opened.notes })
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::records::line_ends;
    use crate::{Delimiter, Reading};
    use naata_core::{OrderDigest, Serial, TableKind};
    use proptest::prelude::*;
    use std::ops::ControlFlow;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    /// Runs parts on real threads, last part first.
    pub(crate) struct Threads;
    impl Exec for Threads {
        #[expect(clippy::disallowed_methods, reason = "the test plays the host that lends threads")]
        fn each(&self, parts: usize, job: &(dyn Fn(usize) + Sync)) {
            std::thread::scope(|s| (0..parts).rev().for_each(|k| drop(s.spawn(move || job(k)))));
        }
    }

    type Sale = (OrderDigest, String, i64, String);

    fn sales(outcome: &Outcome) -> Vec<Sale> {
        let part = &outcome.part;
        let text = |s| part.symbols.get(s).unwrap_or_default().to_owned();
        let line = |l: &naata_core::LineRow| (l.order, text(l.item), l.amount.0, l.day.to_string());
        part.lines.iter().map(line).collect()
    }

    fn cell() -> impl Strategy<Value = String> {
        // No blanks at the ends, which are taken off; everything a writer has to quote.
        prop_oneof!["[a-c\"]{1,3}", "[a-z][a-z\", ;\n\r\t|अ-ह]{0,12}[a-z]", "\"[\n\"]{0,6}x"]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        #[test]
        fn what_the_csv_writer_writes_is_read_back_under_any_cut(
            rows in prop::collection::vec((cell(), -1_000i64..1_000, 1u32..29, any::<bool>()), 1..60),
            delimiter in prop::sample::select(vec![b',', b';', b'\t', b'|']),
            end in prop::sample::select(vec![csv::Terminator::CRLF, csv::Terminator::Any(b'\n'), csv::Terminator::Any(b'\r')]),
            quotes in prop::sample::select(vec![csv::QuoteStyle::Necessary, csv::QuoteStyle::Always, csv::QuoteStyle::NonNumeric]),
            mark in any::<bool>(),
            window in 1usize..400,
        ) {
            let mut writer = csv::WriterBuilder::new()
                .delimiter(delimiter).terminator(end).quote_style(quotes).from_writer(Vec::new());
            writer.write_record(["order", "item", "amount", "date", "customer"]).unwrap();
            let mut want: Vec<Sale> = Vec::new();
            let mut bad: Vec<u64> = Vec::new();
            let mut line = 2;
            for (i, (item, amount, day, good)) in rows.iter().enumerate() {
                let (order, date) = (format!("o{i}"), format!("2026-01-{day:02}"));
                let shown = format!("{}{}.{:02}", if *amount < 0 { "-" } else { "" }, amount.abs() / 100, amount.abs() % 100);
                writer.write_record([order.as_str(), item, &shown, if *good { date.as_str() } else { "never" }, "c"]).unwrap();
                if *good { want.push((OrderDigest::of(&order), item.clone(), *amount, date)) } else { bad.push(line) }
                line += 1 + line_ends(item.as_bytes());
            }
            let mut bytes = writer.into_inner().unwrap();
            if mark {
                bytes.splice(0..0, *b"\xEF\xBB\xBF");
            }
            let source = || {
                let bytes = bytes.clone();
                let opener = move || Ok(Box::new(std::io::Cursor::new(bytes.clone())) as Box<dyn Read + Send>);
                Source::open(TableKind::Purchases, "t", Box::new(opener))
                    .reading(Reading { delimiter: Some(Delimiter::Byte(delimiter)), ..Reading::default() })
            };
            let options = Options { findings_cap: 100, ..Options::default() };
            let whole = read(&[source()], &options, &Serial).unwrap();
            prop_assert_eq!(sales(&whole), want);
            let lines: Vec<u64> = whole.intake.findings.listed().iter()
                .filter(|f| f.code == "date.unreadable").filter_map(|f| f.line).collect();
            prop_assert_eq!(lines, bad, "findings stand on their true lines");
            for (parts, exec) in [(1, &Serial as &dyn Exec), (2, &Threads), (7, &Serial), (7, &Threads)] {
                let cut = read_cut(&[source()], &options, exec, Cut { window, parts, longest: 1 << 20 }).unwrap();
                prop_assert_eq!(sales(&cut), sales(&whole));
                prop_assert_eq!(&cut.part.purchases, &whole.part.purchases);
                prop_assert_eq!(&cut.part.takings, &whole.part.takings);
                prop_assert_eq!(&cut.intake, &whole.intake);
            }
        }

        #[test]
        fn stray_quotes_give_the_same_findings_under_any_cut(
            text in "[ab\"\n,]{0,120}", window in 1usize..60, parts in 1usize..5,
        ) {
            let text = format!("customer,date,amount\nz,2026-01-01,1\n{text}\ny,2026-01-01,2\n");
            let source = || Source::bytes(TableKind::Purchases, "t", text.clone().into_bytes());
            let whole = read(&[source()], &Options::default(), &Serial).unwrap();
            prop_assert!(whole.intake.tables[0].reconciles());
            let cut = read_cut(&[source()], &Options::default(), &Serial, Cut { window, parts, longest: 1 << 20 }).unwrap();
            prop_assert_eq!(&cut.intake, &whole.intake);
            prop_assert_eq!(&cut.part.purchases, &whole.part.purchases);
        }
    }

    #[test]
    fn a_window_that_ends_within_the_end_of_a_blank_line_counts_it_once() {
        let rows = "a,2026-01-01,1\n\r\n\r\nb,never,1\r\n\r\n";
        let text = format!("customer,date,amount\r\n{}", rows.repeat(9));
        let lines = |window, parts| {
            let source = Source::bytes(TableKind::Purchases, "t", text.clone().into_bytes());
            let cut = Cut { window, parts, longest: 1 << 20 };
            let outcome = read_cut(&[source], &Options::default(), &Serial, cut).unwrap();
            let all = outcome.intake.findings.listed();
            all.iter().filter(|f| f.code == "date.unreadable").filter_map(|f| f.line).collect::<Vec<_>>()
        };
        let want: Vec<u64> = (0..9).map(|k| 5 + 5 * k).collect();
        for window in (1..=text.len()).chain([text.len() * 8]) {
            assert_eq!((lines(window, 1), lines(window, 3)), (want.clone(), want.clone()), "{window}");
        }
    }

    /// Tells how far the reading is ahead of the rows at most.
    struct Ahead {
        given: Arc<AtomicUsize>,
        most: AtomicUsize,
    }

    impl Exec for Ahead {
        fn each(&self, parts: usize, job: &(dyn Fn(usize) + Sync)) {
            Threads.each(parts, job);
        }

        fn tick(&self, done: u64, _of: u64) -> ControlFlow<()> {
            let ahead = self.given.load(Ordering::Relaxed).saturating_sub(done as usize);
            self.most.fetch_max(ahead, Ordering::Relaxed);
            ControlFlow::Continue(())
        }
    }

    /// Counts the bytes it gives.
    struct Counted(std::io::Cursor<Vec<u8>>, Arc<AtomicUsize>);

    impl Read for Counted {
        fn read(&mut self, to: &mut [u8]) -> std::io::Result<usize> {
            let n = self.0.read(to)?;
            self.1.fetch_add(n, Ordering::Relaxed);
            Ok(n)
        }
    }

    #[test]
    fn reading_is_never_further_ahead_than_the_longest_row() {
        let rows = "a,2026-01-01,1\n".repeat(20_000);
        let given = Arc::new(AtomicUsize::new(0));
        for text in [rows.clone(), format!("\"b,2026-01-01,1\n{rows}"), "a".repeat(300_000)] {
            let text = format!("customer,date,amount\n{text}").into_bytes();
            let counter = Arc::clone(&given);
            let open = move || {
                counter.store(0, Ordering::Relaxed);
                let counted = Counted(std::io::Cursor::new(text.clone()), Arc::clone(&counter));
                Ok(Box::new(counted) as Box<dyn Read + Send>)
            };
            let source = Source::open(TableKind::Purchases, "t", Box::new(open));
            let cut = Cut { window: 500, parts: 3, longest: 20_000 };
            let exec = Ahead { given: Arc::clone(&given), most: AtomicUsize::new(0) };
            read_cut(&[source], &Options::default(), &exec, cut).unwrap();
            let most = exec.most.into_inner();
            // A reader of text takes some more at once.
            assert!(most > 0 && most < 20_000 + 5 * 500 + (1 << 16), "{most}");
        }
    }

    #[test]
    fn an_open_quote_does_not_swallow_the_file_into_memory() {
        let rows = "a,2026-01-01,1\n".repeat(1_000);
        let text = format!("customer,date,amount\n{rows}\"b,2026-01-01,1\n{rows}");
        let source = Source::bytes(TableKind::Purchases, "t", text.into_bytes());
        let cut = Cut { window: 500, parts: 3, longest: 2_000 };
        let outcome = read_cut(&[source], &Options::default(), &Serial, cut).unwrap();
        let table = &outcome.intake.tables[0];
        assert_eq!((table.rows, table.used, table.refused.get("quote.unclosed")), (2_001, 2_000, Some(&1)));
        assert_eq!(outcome.intake.findings.listed()[0].line, Some(1_002));
    }

    #[test]
    fn a_row_without_end_is_one_row_and_ends_with_its_line() {
        for (before, end) in [("", "\n"), ("", "\r\n"), ("\"x\ny\",", "\n"), ("a,2026-01-01,1,", "\r")] {
            for length in [2_000, 2_499, 2_500, 2_501, 7_000] {
                let rows = format!("a,2026-01-01,1{end}").repeat(100);
                let long = format!("{before}{}", "x".repeat(length));
                let text = format!("customer,date,amount{end}{rows}{long}{end}b,never,1{end}{rows}");
                for (window, parts) in [(500, 3), (123, 1), (1, 2), (100_000, 2)] {
                    let source = Source::bytes(TableKind::Purchases, "t", text.clone().into_bytes());
                    let cut = Cut { window, parts, longest: 1_000 };
                    let outcome = read_cut(&[source], &Options::default(), &Threads, cut).unwrap();
                    let table = &outcome.intake.tables[0];
                    assert_eq!((table.rows, table.used), (202, 200), "{before}, {length}, {window}");
                    // Where one window holds all of the row, its end is found.
                    let (code, line) = match (window, before) {
                        (100_000, "a,2026-01-01,1,") => ("row.long", 102),
                        (100_000, _) => ("row.short", 102),
                        _ => ("row.endless", 102),
                    };
                    let found = outcome.intake.findings.listed();
                    let told: Vec<_> = found.iter().map(|f| (f.code, f.line)).collect();
                    let never = if before.contains('\n') { 104 } else { 103 };
                    assert_eq!(told[..2], [(code, Some(line)), ("date.unreadable", Some(never))]);
                }
            }
        }
    }

    #[test]
    fn a_long_row_that_ends_with_its_window_takes_no_other_row_with_it() {
        let rows = "a,2026-01-01,1\n".repeat(3);
        for length in 990..1_150 {
            let text = format!("customer,date,amount\n{rows}{}\nb,never,1\n{rows}", "x".repeat(length));
            for window in [100, 123, 500, 999] {
                let source = Source::bytes(TableKind::Purchases, "t", text.clone().into_bytes());
                let cut = Cut { window, parts: 2, longest: 1_000 };
                let outcome = read_cut(&[source], &Options::default(), &Serial, cut).unwrap();
                let table = &outcome.intake.tables[0];
                assert_eq!((table.rows, table.used), (8, 6), "{length}, {window}");
                let lines =
                    outcome.intake.findings.listed().iter().filter_map(|f| f.line).collect::<Vec<_>>();
                assert!(lines.contains(&5) && lines.contains(&6) && lines.len() == 2, "{length}, {window}");
            }
        }
    }
}
