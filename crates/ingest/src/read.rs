//! From files to one part: each file in windows, each window in stretches that are parsed side by side, accepted in
//! order, and parsed again from the true byte where a stretch began inside a quoted cell.

use crate::batch::{Batch, parse};
use crate::codes;
use crate::encoding::Decoder;
use crate::evidence::Evidence;
use crate::head::{HEAD, Head};
use crate::plan::{Plan, Wish};
use crate::records::{line_ends, skip_line_ends};
use crate::sink::Sink;
use crate::{Error, Source};
use naata_core::{
    Currency, Day, Exec, Findings, Intake, MoneyUnit, Part, TableIntake, Zone, map_parts, part_range,
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
}

impl Default for Options {
    fn default() -> Self {
        Self { currency: None, zone: Zone::UTC, today: None, findings_cap: 20 }
    }
}

/// What was read.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Outcome {
    /// The rows of all tables.
    pub part: Part,
    /// The account of every file, and what was found.
    pub intake: Intake,
}

/// How files are cut. Neither number depends on threads, and no result depends on either.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cut {
    /// Bytes of a window.
    pub(crate) window: usize,
    /// Stretches of a window.
    pub(crate) parts: usize,
    /// The longest row: one that is longer has an open quote.
    pub(crate) longest: usize,
}

const CUT: Cut = Cut { window: 8 << 20, parts: 8, longest: 16 << 20 };
/// How often a file is read again at most; each time something is known that was a guess before.
const PASSES: usize = 8;

/// Reads all files into one part.
pub fn read(sources: &[Source], options: &Options, exec: &dyn Exec) -> Result<Outcome, Error> {
    read_cut(sources, options, exec, CUT)
}

pub(crate) fn read_cut(
    sources: &[Source],
    options: &Options,
    exec: &dyn Exec,
    cut: Cut,
) -> Result<Outcome, Error> {
    let mut unit = MoneyUnit::of(options.currency.unwrap_or(Currency::NONE));
    let mut files: Vec<File<'_>> = Vec::new();
    for source in sources {
        files.push(File::new(source, options, unit)?);
    }
    // The heads already tell the currency and the decimals of nearly every file.
    unit = settle_unit(&files, options, unit).unwrap_or(unit);
    let mut progress = Progress { exec, done: 0, of: sources.iter().filter_map(|s| s.size).sum() };
    for _ in 0..PASSES {
        for file in &mut files {
            if file.read.as_ref().is_none_or(|r| r.part.unit != unit && file.plan.has_money()) {
                file.read(unit, options, &mut progress, cut)?;
            }
        }
        match settle_unit(&files, options, unit) {
            Ok(next) if next != unit => unit = next,
            Ok(_) => break,
            Err(error) => return Err(error),
        }
    }
    let mut part = Part::new(unit, options.zone);
    let mut intake = Intake { tables: Vec::new(), findings: Findings::capped(options.findings_cap) };
    let money = files.iter().any(|f| f.plan.has_money());
    for file in files {
        let Some(mut read) = file.read else { continue };
        read.part.unit = unit;
        let touches = u32::try_from(part.touches.len()).map_err(|_| naata_core::Error::TooManyRows)?;
        for touch in &mut read.part.touches {
            touch.row = touch.row.checked_add(touches).ok_or(naata_core::Error::TooManyRows)?;
        }
        if part.index.is_empty() && part.symbols.is_empty() && intake.tables.is_empty() {
            part = read.part;
        } else {
            part.absorb(read.part)?;
        }
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
    Ok(Outcome { part, intake })
}

/// The unit all amounts fit: one currency, and the decimals the finest amount needs.
fn settle_unit(files: &[File<'_>], options: &Options, unit: MoneyUnit) -> Result<MoneyUnit, Error> {
    let mut totals: BTreeMap<Currency, i128> = BTreeMap::new();
    let mut scale = 0;
    for file in files {
        let evidence = file.read.as_ref().map_or(&file.head_evidence, |r| &r.evidence);
        scale = scale.max(evidence.scale);
        for (currency, (_, sum)) in &evidence.currencies {
            *totals.entry(*currency).or_default() += sum;
        }
        if let Some(stated) = options.currency.filter(|_| evidence.unstated.0 > 0) {
            *totals.entry(stated).or_default() += evidence.unstated.1;
        }
    }
    if totals.len() > 1 {
        let decimal = |sum: &i128| rust_decimal::Decimal::try_from_i128_with_scale(*sum, unit.scale.into());
        let total = |(c, sum): (&Currency, &i128)| {
            (c.code().to_owned(), decimal(sum).map_or_else(|_| sum.to_string(), |d| d.to_string()))
        };
        return Err(Error::MixedCurrencies { totals: totals.iter().map(total).collect() });
    }
    let currency = totals.keys().next().copied().or(options.currency).unwrap_or(Currency::NONE);
    Ok(MoneyUnit { currency, scale: scale.max(unit.scale).max(currency.exponent()) })
}

struct Progress<'a> {
    exec: &'a dyn Exec,
    done: u64,
    of: u64,
}

impl Progress<'_> {
    fn add(&mut self, bytes: usize) -> Result<(), Error> {
        self.done += bytes as u64;
        match self.exec.tick(self.done, self.of.max(self.done)) {
            std::ops::ControlFlow::Continue(()) => Ok(()),
            std::ops::ControlFlow::Break(()) => Err(Error::Stopped),
        }
    }
}

/// One file on its way.
struct File<'a> {
    source: &'a Source,
    plan: Plan,
    head_evidence: Evidence,
    read: Option<FileRead>,
}

/// What one pass over a file gave.
struct FileRead {
    part: Part,
    intake: TableIntake,
    findings: Findings,
    evidence: Evidence,
}

impl<'a> File<'a> {
    fn new(source: &'a Source, options: &Options, unit: MoneyUnit) -> Result<Self, Error> {
        let (raw, whole) = peek(source)?;
        let head = Head::decode(&source.name, &raw, whole, &source.reading)?;
        let wish = Wish { kind: source.kind, file: &source.name, reading: &source.reading, map: &source.map };
        let mut plan = Plan::of(&head, &wish, unit, options.zone, true)?;
        plan.today = options.today;
        // The head is read like a file of its own: what contradicts the first guesses there costs nothing.
        let mut evidence = Evidence::default();
        for _ in 0..PASSES {
            evidence = parse(&plan, &head.text, plan.body, head.text.len(), whole).desk.evidence;
            if !plan.settle(&mut evidence) {
                break;
            }
        }
        Ok(Self { source, plan, head_evidence: evidence, read: None })
    }

    fn read(
        &mut self,
        unit: MoneyUnit,
        options: &Options,
        progress: &mut Progress<'_>,
        cut: Cut,
    ) -> Result<(), Error> {
        self.plan.unit = unit;
        let before = progress.done;
        for _ in 0..PASSES {
            progress.done = before;
            let mut read = self.pass(options, progress, cut)?;
            let again = self.plan.settle(&mut read.evidence);
            read.evidence.orders = Vec::new();
            self.read = Some(read);
            if !again {
                break;
            }
        }
        self.close(options);
        Ok(())
    }

    /// Reads the file once, window by window.
    fn pass(&self, options: &Options, progress: &mut Progress<'_>, cut: Cut) -> Result<FileRead, Error> {
        let plan = &self.plan;
        let mut input = Decoder::new(self.source.reader()?, plan.encoding);
        let mut window: Vec<u8> = Vec::new();
        let mut whole = self.fill(&mut input, &mut window, cut.window.max(plan.body + 1))?;
        let mut lines = plan.body_lines;
        window.drain(..plan.body.min(window.len()));
        let mut sink = Sink::new(plan, options);
        loop {
            progress.add(window.len())?;
            let force = !whole && window.len() >= cut.longest;
            let end = self.stretches(&window, whole || force, cut.parts, progress.exec, &mut sink, lines)?;
            if whole {
                break;
            }
            lines += line_ends(window.get(..end).unwrap_or_default());
            window.drain(..end);
            // A row longer than a window asks for a longer window.
            let more = if end == 0 { window.len() + cut.window } else { cut.window.max(window.len() + 1) };
            whole = self.fill(&mut input, &mut window, more)?;
        }
        let (part, intake, findings, evidence) = sink.finish(plan)?;
        Ok(FileRead { part, intake, findings, evidence })
    }

    /// Reads on until the window is as long as wanted; the answer is whether the file ends with it.
    fn fill(&self, input: &mut dyn Read, window: &mut Vec<u8>, length: usize) -> Result<bool, Error> {
        let missing = length.saturating_sub(window.len()) as u64;
        let read = input.take(missing).read_to_end(window);
        let n = read.map_err(|e| Error::Read { file: self.source.name.clone(), message: e.to_string() })?;
        Ok((n as u64) < missing)
    }

    /// Parses a window in stretches and hands them on in order; the answer is the byte the next window begins at.
    fn stretches(
        &self,
        window: &[u8],
        last: bool,
        parts: usize,
        exec: &dyn Exec,
        sink: &mut Sink<'_>,
        lines: u64,
    ) -> Result<usize, Error> {
        // A cut goes behind a line end. Inside a quoted cell that is a wrong place; then the stretch is parsed again.
        let cut = |k: usize| {
            let at = part_range(window.len(), parts, k).start;
            let rest = window.get(at..).unwrap_or_default();
            match memchr::memchr2(b'\n', b'\r', rest) {
                _ if k == 0 => 0,
                Some(i) => skip_line_ends(window, at + i),
                None => window.len(),
            }
        };
        let cuts: Vec<usize> = (0..parts).map(cut).chain([window.len()]).collect();
        let bounds =
            |k: usize| (cuts.get(k).copied().unwrap_or(0), cuts.get(k + 1).copied().unwrap_or(window.len()));
        let batches: Vec<Batch> = map_parts(exec, parts, |k| {
            let (start, until) = bounds(k);
            parse(&self.plan, window, start, until, last)
        });
        let mut next = 0;
        for (k, mut batch) in batches.into_iter().enumerate() {
            let (_, until) = bounds(k);
            if next >= until && next > 0 {
                continue;
            }
            if batch.start != skip_line_ends(window, next) && batch.start != next {
                batch = parse(&self.plan, window, next, until, last);
            }
            next = batch.end;
            sink.accept(batch, window, lines)?;
            // Rows are left when the window is cut off inside one: the rest of the window is part of it.
            if !last && next < until {
                break;
            }
        }
        Ok(next)
    }

    /// States what was assumed, and what the whole column could not decide.
    fn close(&mut self, options: &Options) {
        let Some(read) = &mut self.read else { return };
        read.intake.assumed = self.plan.assumed(&read.evidence);
        for (column, order) in self.plan.undecided(&read.evidence) {
            let finding = codes::DATE_ORDER_ASSUMED.finding().file(&self.plan.file);
            let finding = finding.column(&self.plan.column_name(column)).value(order.name());
            read.findings.push(finding);
        }
        if read.intake.rows == 0 {
            read.findings.push(codes::FILE_HEADER_ONLY.finding().file(&self.plan.file));
        }
        let _ = options;
    }
}

/// The first bytes of a file, and whether that is all.
fn peek(source: &Source) -> Result<(Vec<u8>, bool), Error> {
    let mut raw = Vec::new();
    let read = source.reader()?.take(HEAD as u64).read_to_end(&mut raw);
    let n = read.map_err(|e| Error::Read { file: source.name.clone(), message: e.to_string() })?;
    Ok((raw, n < HEAD))
}
