//! Bodies of the fuzz targets, kept here so that the tests run them too. Each takes any bytes and must not panic; what
//! can be checked without knowing the answer is checked.

use crate::date::{DateEvidence, DateFormat, DateOrder, stamp, time_of_day};
use crate::money::{Mark, MarkEvidence, amount};
use crate::read::read_cut;
use crate::window::{CUT, Cut};
use crate::{Code, Options, Source, read, recognise};
use naata_core::{Serial, Severity, TableKind};

/// Rows that are left out though they were understood: nothing is lost with them, so that they are no errors.
const UNDERSTOOD: &[&str] =
    &["row.blank", "row.header_again", "row.footer", "row.total", "order.void", "survey.unanswered"];

/// Reads the bytes as a file of any kind, packed or not: every row is accounted for, or the file is refused; the quick
/// way says what the long way says, and so do small windows.
///
/// The first byte chooses the kind and whether a usual header stands before the rest.
pub fn reader(bytes: &[u8]) -> bool {
    let Some((choice, rest)) = bytes.split_first() else { return true };
    let kinds = TableKind::ALL;
    let kind = kinds.get(usize::from(choice / 2) % kinds.len()).copied().unwrap_or(TableKind::Purchases);
    let header: &[u8] =
        if choice % 2 == 0 { b"id,order,customer,date,at,activity,amount,item,score,stage\n" } else { b"" };
    let source = || Source::bytes(kind, "fuzz", [header, rest].concat());
    // Where a word stands for a missing value every row is read the long way, which must say the same.
    let read = |source| read(&[source], &Options::default(), &Serial);
    let (quick, long) = (read(source()), read(source().missing(["nobody writes this"])));
    let cut = Cut { window: 1 + usize::from(*choice), parts: 3, ..CUT };
    let small = read_cut(&[source()], &Options::default(), &Serial, cut);
    let kept = |o: &crate::Outcome| (o.part.purchases.clone(), o.part.touches.clone());
    let said = |e: &crate::Error| e.to_string();
    let same = [long, small].iter().all(|other| match (&quick, other) {
        (Ok(a), Ok(b)) => a.intake == b.intake && kept(a) == kept(b),
        (a, b) => a.as_ref().err().map(said) == b.as_ref().err().map(said),
    });
    same && quick.map_or(true, |o| {
        let is_error = |code: &&str| Code::parse(code).is_some_and(|c| c.severity == Severity::Error);
        o.intake.tables.iter().all(|t| {
            t.reconciles() && t.refused.keys().all(|code| is_error(code) || UNDERSTOOD.contains(code))
        })
    })
}

/// Reads the bytes as a date in every form; the answer is whether a date that was read comes back from its ISO form.
pub fn dates(bytes: &[u8]) -> bool {
    let orders = [DateOrder::Dmy, DateOrder::Mdy, DateOrder::Ymd].map(DateFormat::Order);
    let _ = time_of_day(bytes);
    orders.into_iter().chain([DateFormat::Excel, DateFormat::Unix]).all(|format| {
        let Ok(found) = stamp(bytes, format, &mut DateEvidence::default()) else { return true };
        let iso = found.day.to_string();
        let again = stamp(iso.as_bytes(), DateFormat::Order(DateOrder::Ymd), &mut DateEvidence::default());
        again.is_ok_and(|again| again.day == found.day)
    })
}

/// Reads the bytes as an amount under both marks; the answer is whether a plain number means the same under both
/// where it has no mark.
pub fn amounts(bytes: &[u8]) -> bool {
    let under = |mark| amount(bytes, mark, &mut MarkEvidence::default());
    let (point, comma) = (under(Mark::Point), under(Mark::Comma));
    let bare = !bytes.iter().any(|b| matches!(b, b'.' | b','));
    !bare || point == comma
}

/// Recognises the bytes; the answer is whether each field has its columns among those of the file.
pub fn header(bytes: &[u8]) -> bool {
    recognise("fuzz.csv", bytes).map_or(true, |seen| {
        let there = |c: &crate::ColumnRef| match c {
            crate::ColumnRef::Header(h) => seen.columns.contains(h),
            crate::ColumnRef::Position(p) => *p >= 1 && *p <= seen.columns.len().max(1),
        };
        seen.mapping.iter().flat_map(|(_, columns)| columns).all(there)
    })
}
