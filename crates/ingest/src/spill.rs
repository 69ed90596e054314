//! Summaries of more customers than memory holds at work: rows go to temporary files by the hash of their customer, one
//! file's customers at a time are summed up, and the sorted results of all files are merged. The bytes that come out
//! are those that would come out without.

use crate::Error;
use naata_core::{CustomerIx, Day, IdHash, Ids, Index, Minor, PurchaseRow, Serial, Summary, Summing};
use std::collections::BTreeMap;
use std::io::{self, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::sync::Arc;

/// A temporary file of the host, of which nothing is left once it is dropped or the program ends.
pub trait Scratch: Read + Write + Seek + Send {}
impl<T: Read + Write + Seek + Send> Scratch for T {}

/// How much memory summaries may take, and where the host puts what does not fit.
#[derive(Clone)]
pub struct Limit {
    /// Bytes.
    pub bytes: u64,
    /// Makes an empty temporary file.
    pub scratch: Arc<dyn Fn() -> io::Result<Box<dyn Scratch>> + Send + Sync>,
}

impl std::fmt::Debug for Limit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Limit").field("bytes", &self.bytes).finish_non_exhaustive()
    }
}

/// Files the customers are parted among, as a power of two.
const PARTS: u32 = 6;
/// Bytes of the state of a customer beside the id: a summary, its place in the ids, a row of the answer.
const CUSTOMER: u64 = 64;

type File = BufWriter<Box<dyn Scratch>>;

/// What has been put aside of one input file.
pub(crate) struct Spill {
    limit: Limit,
    files: Vec<Option<File>>,
}

impl std::fmt::Debug for Spill {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Spill").field("limit", &self.limit).finish_non_exhaustive()
    }
}

/// What is known of a customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fact {
    /// The customer is named.
    Named,
    /// A purchase or refund.
    Paid(Day, Minor),
    /// When the customer was created.
    Created(Day),
}

/// The summaries of all customers, and what tells whether history is whole.
#[derive(Debug)]
pub(crate) struct Merged {
    pub(crate) ids: Ids,
    pub(crate) summaries: Vec<Summary>,
    /// Buyers by the days of their first purchase and of their creation.
    pub(crate) firsts: BTreeMap<(Day, Option<Day>), u64>,
    pub(crate) last: Day,
}

#[expect(clippy::needless_pass_by_value, reason = "it is handed on as the reason of a failure")]
fn failed(e: io::Error) -> Error {
    Error::Scratch { message: e.to_string() }
}

impl Spill {
    pub(crate) fn new(limit: Limit) -> Self {
        Self { limit, files: (0..1 << PARTS).map(|_| None).collect() }
    }

    /// Puts a fact aside.
    pub(crate) fn put(&mut self, hash: IdHash, id: &str, fact: Fact) -> Result<(), Error> {
        let part = (hash.number() >> (64 - PARTS)) as usize;
        let Some(slot) = self.files.get_mut(part) else { return Ok(()) };
        let file = match slot {
            Some(file) => file,
            None => {
                let scratch = (self.limit.scratch)().map_err(failed)?;
                slot.insert(BufWriter::with_capacity(1 << 15, scratch))
            }
        };
        let (kind, day, amount) = match fact {
            Fact::Named => (0u8, 0, 0),
            Fact::Paid(day, amount) => (1, day.0, amount.0),
            Fact::Created(day) => (2, day.0, 0),
        };
        let length =
            u32::try_from(id.len()).map_err(|_| naata_core::Error::TextTooLong { bytes: id.len() })?;
        let mut head = [0u8; 17];
        head[0] = kind;
        head[1..5].copy_from_slice(&length.to_le_bytes());
        head[5..9].copy_from_slice(&day.to_le_bytes());
        head[9..].copy_from_slice(&amount.to_le_bytes());
        file.write_all(&head).and_then(|()| file.write_all(id.as_bytes())).map_err(failed)
    }
}

/// Sums up what was put aside of all input files.
pub(crate) fn merge(spills: Vec<Spill>) -> Result<Option<Merged>, Error> {
    let Some(limit) = spills.first().map(|s| s.limit.clone()) else { return Ok(None) };
    let mut out =
        Merged { ids: Ids::default(), summaries: Vec::new(), firsts: BTreeMap::new(), last: Day::MIN };
    let mut by_part: Vec<Vec<File>> = (0..1 << PARTS).map(|_| Vec::new()).collect();
    for spill in spills {
        for (part, file) in by_part.iter_mut().zip(spill.files) {
            part.extend(file);
        }
    }
    let mut runs = Vec::new();
    let mut bytes = 0;
    for files in by_part {
        if files.is_empty() {
            continue;
        }
        let (run, size) = sum(files, &limit, &mut out)?;
        runs.push(run);
        bytes += size;
        if bytes > limit.bytes {
            return Err(Error::Memory { limit: limit.bytes });
        }
    }
    // The files part the customers, so that no id is in two runs.
    let mut heads: BTreeMap<String, (usize, Summary)> = BTreeMap::new();
    for (at, run) in runs.iter_mut().enumerate() {
        heads.extend(next(run)?.map(|(id, summary)| (id, (at, summary))));
    }
    while let Some((id, (at, summary))) = heads.pop_first() {
        out.ids.push(&id);
        out.summaries.push(summary);
        if let Some(run) = runs.get_mut(at) {
            heads.extend(next(run)?.map(|(id, summary)| (id, (at, summary))));
        }
    }
    Ok(Some(out))
}

type Run = BufReader<Box<dyn Scratch>>;

/// Sums up the customers of one part and writes them, in id order, to a file; how many bytes they take in memory.
fn sum(files: Vec<File>, limit: &Limit, out: &mut Merged) -> Result<(Run, u64), Error> {
    let mut index = Index::default();
    let mut sums = Summing::default();
    let mut created: BTreeMap<CustomerIx, Day> = BTreeMap::new();
    let mut rows = Vec::with_capacity(1 << 10);
    for file in files {
        let mut scratch = file.into_inner().map_err(|e| failed(e.into_error()))?;
        scratch.seek(SeekFrom::Start(0)).map_err(failed)?;
        let mut input = BufReader::with_capacity(1 << 16, scratch);
        while let Some((id, fact)) = fact(&mut input)? {
            let who = index.intern(&id)?;
            match fact {
                Fact::Named => {}
                Fact::Paid(day, amount) => {
                    rows.push(PurchaseRow { who, day, amount, seconds: PurchaseRow::NO_TIME, row: 0 });
                }
                Fact::Created(day) => {
                    created.entry(who).and_modify(|d| *d = day.min(*d)).or_insert(day);
                }
            }
            if rows.len() == rows.capacity() {
                sums.add(&rows, index.len())?;
                rows.clear();
            }
        }
    }
    sums.add(&rows, index.len())?;
    for (who, first, last) in sums.spans() {
        *out.firsts.entry((first, created.get(&who).copied())).or_default() += 1;
        out.last = out.last.max(last);
    }
    let (ids, _, summaries) = sums.seal(index, &Serial);
    let mut run = BufWriter::with_capacity(1 << 16, (limit.scratch)().map_err(failed)?);
    let mut bytes = 0;
    for (ix, summary) in ids.all().zip(&summaries) {
        let id = ids.get(ix).unwrap_or_default();
        bytes += id.len() as u64 + CUSTOMER;
        write(&mut run, id, summary).map_err(failed)?;
    }
    let mut scratch = run.into_inner().map_err(|e| failed(e.into_error()))?;
    scratch.seek(SeekFrom::Start(0)).map_err(failed)?;
    Ok((BufReader::with_capacity(1 << 14, scratch), bytes))
}

fn write(out: &mut dyn Write, id: &str, s: &Summary) -> io::Result<()> {
    out.write_all(&(id.len() as u32).to_le_bytes())?;
    for n in [s.first.0, s.last.0] {
        out.write_all(&n.to_le_bytes())?;
    }
    for n in [s.days, s.purchases, s.refunds] {
        out.write_all(&n.to_le_bytes())?;
    }
    for m in [s.total, s.first_day_total, s.returned] {
        out.write_all(&m.0.to_le_bytes())?;
    }
    out.write_all(id.as_bytes())
}

/// The next bytes of a file; `None` at its end.
fn take<const N: usize>(input: &mut dyn Read) -> Result<Option<[u8; N]>, Error> {
    let mut bytes = [0u8; N];
    match input.read_exact(&mut bytes) {
        Ok(()) => Ok(Some(bytes)),
        Err(e) if e.kind() == io::ErrorKind::UnexpectedEof => Ok(None),
        Err(e) => Err(failed(e)),
    }
}

fn text(input: &mut dyn Read, length: [u8; 4]) -> Result<String, Error> {
    let mut id = vec![0u8; u32::from_le_bytes(length) as usize];
    input.read_exact(&mut id).map_err(failed)?;
    String::from_utf8(id).map_err(|e| Error::Scratch { message: e.to_string() })
}

fn fact(input: &mut dyn Read) -> Result<Option<(String, Fact)>, Error> {
    let Some([kind, a, b, c, d, e, f, g, h, amount @ ..]) = take::<17>(input)? else { return Ok(None) };
    let id = text(input, [a, b, c, d])?;
    let day = Day(i32::from_le_bytes([e, f, g, h]));
    let fact = match kind {
        1 => Fact::Paid(day, Minor(i64::from_le_bytes(amount))),
        2 => Fact::Created(day),
        _ => Fact::Named,
    };
    Ok(Some((id, fact)))
}

fn next(input: &mut Run) -> Result<Option<(String, Summary)>, Error> {
    let Some(length) = take::<4>(input)? else { return Ok(None) };
    let mut four = || take::<4>(input).map(Option::unwrap_or_default);
    let mut s = Summary::EMPTY;
    s.first = Day(i32::from_le_bytes(four()?));
    s.last = Day(i32::from_le_bytes(four()?));
    s.days = u32::from_le_bytes(four()?);
    s.purchases = u32::from_le_bytes(four()?);
    s.refunds = u32::from_le_bytes(four()?);
    let mut eight = || take::<8>(input).map(|b| Minor(i64::from_le_bytes(b.unwrap_or_default())));
    s.total = eight()?;
    s.first_day_total = eight()?;
    s.returned = eight()?;
    Ok(Some((text(input, length)?, s)))
}
