//! One row and its fields as typed values; what cannot be read is noted where it stands.

use crate::cells::Cells;
use crate::codes::{self, Code};
use crate::date::{DateTrouble, Stamp, stamp, time_of_day};
use crate::evidence::Evidence;
use crate::field::F;
use crate::money::{Amount, Misfit, amount};
use crate::plan::Plan;
use naata_core::{Currency, Day, Minor, MoneyUnit};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// A finding before its line is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Note {
    /// The byte the row begins at.
    pub(crate) at: usize,
    pub(crate) code: Code,
    pub(crate) column: Option<usize>,
    pub(crate) value: Option<Box<str>>,
    pub(crate) suggestion: Option<Box<str>>,
}

/// What is put down while rows are read.
#[derive(Debug, Default)]
pub(crate) struct Desk {
    pub(crate) notes: Vec<Note>,
    /// Notes beyond those listed, by code.
    pub(crate) more: BTreeMap<&'static str, (Code, u64)>,
    pub(crate) evidence: Evidence,
    /// For each code how many notes are listed, and the row of the last of them.
    listed: BTreeMap<&'static str, (usize, usize)>,
}

impl Desk {
    /// Looks through the notes of a row, those from `from` on: of each code `cap` are kept, and what else the row of
    /// the last of them says; the others are counted. So the first by line can always be listed.
    pub(crate) fn cap(&mut self, from: usize, cap: usize) {
        let mut kept = from;
        for i in from..self.notes.len() {
            let Some(note) = self.notes.get(i) else { break };
            let (n, last) = self.listed.entry(note.code.key).or_default();
            if *n >= cap && note.at != *last {
                self.more.entry(note.code.key).or_insert((note.code, 0)).1 += 1;
                continue;
            }
            (*n, *last) = (*n + 1, note.at);
            self.notes.swap(kept, i);
            kept += 1;
        }
        self.notes.truncate(kept);
    }
}

/// A row. Every reader gives `Err` with the code for which the row is refused, after noting it.
pub(crate) struct Row<'a> {
    pub(crate) plan: &'a Plan,
    pub(crate) cells: &'a Cells<'a>,
    pub(crate) at: usize,
    pub(crate) desk: &'a mut Desk,
}

impl<'a> Row<'a> {
    /// The bytes of a field's first column, without blanks around.
    pub(crate) fn cell(&self, field: F) -> &'a [u8] {
        let first = self.plan.first(field);
        if first == Plan::SEVERAL {
            let cells = self
                .plan
                .slot(field)
                .columns
                .iter()
                .filter_map(|c| self.cells.get(*c))
                .map(<[u8]>::trim_ascii);
            return cells.clone().find(|c| !c.is_empty()).unwrap_or_default();
        }
        self.cells.get(first).unwrap_or_default().trim_ascii()
    }

    /// Notes a finding on a field.
    pub(crate) fn note(&mut self, code: Code, field: F) {
        let value = (!self.cell(field).is_empty()).then(|| lossy(self.cell(field)));
        self.note_with(code, field, value, None);
    }

    /// Notes why the row is refused and gives the code back.
    pub(crate) fn refuse(&mut self, code: Code, field: F) -> Code {
        self.note(code, field);
        code
    }

    pub(crate) fn note_with(
        &mut self,
        code: Code,
        field: F,
        value: Option<Box<str>>,
        suggestion: Option<Box<str>>,
    ) {
        let column = self.plan.slot(field).columns.first().copied();
        self.desk.notes.push(Note { at: self.at, code, column, value, suggestion });
    }

    /// A plain id or text: neither blank nor with blanks around, nor anything else that needs a second look.
    pub(crate) fn plain_id(&self, column: usize) -> Option<&'a str> {
        let text = self.cells.text(column)?;
        let (first, last) = (text.as_bytes().first()?, text.as_bytes().last()?);
        let plain = first.is_ascii_graphic() && *first != b'\'' && last.is_ascii_graphic();
        (plain && !(first.is_ascii_digit() && is_scientific(text.as_bytes()))).then_some(text)
    }

    /// An id: text without blanks around and without a spreadsheet's leading apostrophe; empty when blank.
    pub(crate) fn id(&mut self, field: F) -> Result<&'a str, Code> {
        if let Some(text) = self.plain_id(self.plan.first(field)) {
            return Ok(text);
        }
        let cell = match self.cell(field) {
            [b'\'', rest @ ..] if rest.first().is_some_and(|b| b.is_ascii_digit() || b"+=-@".contains(b)) => {
                rest
            }
            cell => cell,
        };
        let Ok(text) = std::str::from_utf8(cell) else { return Err(self.not_utf8(field)) };
        if cell.first().is_some_and(u8::is_ascii_digit) && is_scientific(cell) {
            self.note(codes::ID_SCIENTIFIC, field);
        }
        Ok(text.trim())
    }

    /// A text; empty when blank. Several columns are joined by a blank.
    pub(crate) fn text(&mut self, field: F) -> Result<Cow<'a, str>, Code> {
        let plan = self.plan;
        let slot = plan.slot(field);
        if slot.columns.len() < 2 || slot.first {
            let text = self.id(field)?;
            return Ok(Cow::Borrowed(if text.is_empty() { slot.constant.unwrap_or_default() } else { text }));
        }
        let mut joined = String::new();
        for column in &slot.columns {
            let cell = self.cells.get(*column).unwrap_or_default();
            let Ok(text) = std::str::from_utf8(cell) else { return Err(self.not_utf8(field)) };
            if !joined.is_empty() && !text.trim().is_empty() {
                joined.push(' ');
            }
            joined.push_str(text.trim());
        }
        Ok(Cow::Owned(joined))
    }

    /// A text that may be missing.
    pub(crate) fn optional(&mut self, field: F) -> Result<Option<String>, Code> {
        Ok(Some(self.text(field)?).filter(|t| !t.is_empty()).map(Cow::into_owned))
    }

    /// A text that must be there.
    pub(crate) fn required(&mut self, field: F) -> Result<String, Code> {
        match self.optional(field)? {
            Some(text) => Ok(text),
            None if field == F::Customer => Err(self.refuse(codes::CUSTOMER_REQUIRED, field)),
            None => Err(self.refuse(codes::VALUE_MISSING, field)),
        }
    }

    fn not_utf8(&mut self, field: F) -> Code {
        self.desk.evidence.not_utf8 += 1;
        self.refuse(codes::TEXT_NOT_UTF8, field)
    }

    /// A stamp; `None` when blank.
    pub(crate) fn stamp(&mut self, field: F) -> Result<Option<Stamp>, Code> {
        let cell = self.cell(field);
        if cell.is_empty() {
            return Ok(None);
        }
        let evidence = self.desk.evidence.date_mut(field);
        match stamp(cell, self.plan.date_format(field), evidence) {
            Ok(mut found) => {
                if found.offset.is_none() && found.time.is_some() && self.plan.is_utc(field) {
                    found.offset = Some(0);
                }
                Ok(Some(found))
            }
            Err(DateTrouble::Impossible) => Err(self.refuse(codes::DATE_IMPOSSIBLE, field)),
            Err(DateTrouble::Swapped(day)) => {
                let (value, suggestion) = (Some(lossy(cell)), Some(day.to_string().into()));
                self.note_with(codes::DATE_SWAPPED, field, value, suggestion);
                Err(codes::DATE_SWAPPED)
            }
            Err(DateTrouble::Unreadable) => Err(self.refuse(codes::DATE_UNREADABLE, field)),
        }
    }

    /// A day with the second of the day where it is known; `None` when blank.
    pub(crate) fn day(&mut self, field: F) -> Result<Option<(Day, Option<u32>)>, Code> {
        let Some(stamp) = self.stamp(field)? else { return Ok(None) };
        match stamp.local(self.plan.zone) {
            Some(local) => Ok(Some(self.not_future(field, local))),
            None => Err(self.refuse(codes::DATE_IMPOSSIBLE, field)),
        }
    }

    fn not_future(&mut self, field: F, local: (Day, Option<u32>)) -> (Day, Option<u32>) {
        if self.plan.today.is_some_and(|today| local.0 > today) {
            self.note(codes::DATE_FUTURE, field);
        }
        local
    }

    /// A day that must be there.
    pub(crate) fn required_day(&mut self, field: F) -> Result<Day, Code> {
        let day = self.day(field)?;
        day.map(|d| d.0).ok_or_else(|| self.refuse(codes::DATE_MISSING, field))
    }

    /// An instant that must be there, with the day it falls on and its offset.
    pub(crate) fn required_instant(&mut self, field: F) -> Result<(naata_core::Instant, Day, i32), Code> {
        let Some(stamp) = self.stamp(field)? else { return Err(self.refuse(codes::DATE_MISSING, field)) };
        let found = self.instant_of(stamp);
        let Some((at, day, offset)) = found else { return Err(self.refuse(codes::DATE_IMPOSSIBLE, field)) };
        self.not_future(field, (day, None));
        Ok((at, day, offset))
    }

    fn instant_of(&self, stamp: Stamp) -> Option<(naata_core::Instant, Day, i32)> {
        let zone = self.plan.zone;
        let at = stamp.instant(zone)?;
        Some((at, zone.local(at)?.0, stamp.offset.or_else(|| zone.offset_seconds(at))?))
    }

    /// An instant that may be missing; one that cannot be read is noted and left out.
    pub(crate) fn optional_instant(&mut self, field: F) -> Option<(naata_core::Instant, Day, i32)> {
        let stamp = self.lenient(field, Self::stamp)?;
        self.instant_of(stamp)
    }

    /// A day that may be missing; one that cannot be read is noted and left out.
    pub(crate) fn optional_day(&mut self, field: F) -> Option<Day> {
        self.lenient(field, Self::day).map(|d| d.0)
    }

    /// A time of day that may be missing, in seconds.
    pub(crate) fn optional_time(&mut self, field: F) -> Option<u32> {
        let cell = self.cell(field);
        if cell.is_empty() {
            return None;
        }
        let time = time_of_day(cell);
        if time.is_none() {
            self.note(codes::VALUE_UNREADABLE, field);
        }
        time
    }

    /// Turns the refusal of a field the record can do without into a warning.
    fn lenient<T>(&mut self, field: F, read: impl Fn(&mut Self, F) -> Result<Option<T>, Code>) -> Option<T> {
        let before = self.desk.notes.len();
        read(self, field).unwrap_or_else(|_| {
            self.desk.notes.truncate(before);
            self.note(codes::VALUE_UNREADABLE, field);
            None
        })
    }

    /// An amount, the sum where several columns hold it; `None` when blank.
    pub(crate) fn amount(&mut self, field: F) -> Result<Option<Amount>, Code> {
        let plan = self.plan;
        let mut sum: Option<Amount> = None;
        for column in &plan.slot(field).columns {
            let cell = self.cells.get(*column).unwrap_or_default().trim_ascii();
            if cell.is_empty() {
                continue;
            }
            let Some(found) = amount(cell, plan.mark, &mut self.desk.evidence.mark) else {
                let code = codes::AMOUNT_UNREADABLE;
                let value = Some(lossy(cell));
                self.desk.notes.push(Note {
                    at: self.at,
                    code,
                    column: Some(*column),
                    value,
                    suggestion: None,
                });
                return Err(code);
            };
            sum = match sum {
                None => Some(found),
                Some(s) => Some(s.plus(found).ok_or_else(|| self.refuse(codes::AMOUNT_RANGE, field))?),
            };
        }
        Ok(sum)
    }

    /// An amount in minor units. One that needs a finer unit is evidence for it: the file is then read again.
    pub(crate) fn minor(&mut self, amount: Amount, field: F) -> Result<Minor, Code> {
        match amount.minor(self.plan.unit.scale) {
            Ok(minor) => Ok(minor),
            Err(Misfit::Scale(scale)) if scale <= MoneyUnit::MAX_SCALE => {
                self.desk.evidence.scale = self.desk.evidence.scale.max(scale);
                Err(codes::AMOUNT_RANGE)
            }
            Err(_) => Err(self.refuse(codes::AMOUNT_RANGE, field)),
        }
    }

    /// An amount the record can do without, in minor units.
    pub(crate) fn optional_minor(&mut self, field: F) -> Option<Minor> {
        let amount = self.lenient(field, Self::amount)?;
        self.minor(amount, field).ok()
    }

    /// The currency the row states, in its column or by the sign of its amount.
    pub(crate) fn currency(&mut self, sign: Option<Currency>) -> Result<Option<Currency>, Code> {
        let cell = self.cell(F::Currency);
        if cell.is_empty() {
            return Ok(sign);
        }
        let unit = self.plan.unit.currency;
        if cell == unit.code().as_bytes() && unit.is_stated() {
            return Ok(Some(unit));
        }
        // A file names few of the many there are.
        if let Some(known) = self.desk.evidence.currencies.keys().find(|c| c.code().as_bytes() == cell) {
            return Ok(Some(*known));
        }
        let text = std::str::from_utf8(cell).unwrap_or_default();
        match Currency::parse(text) {
            Ok(currency) => Ok(Some(currency).filter(|c| c.is_stated())),
            Err(_) => match text {
                "₹" => Ok(Some(Currency::INR)),
                "৳" => Ok(Some(Currency::BDT)),
                "Rs" | "Rs." | "$" => Ok(sign),
                _ => Err(self.refuse(codes::CURRENCY_UNKNOWN, F::Currency)),
            },
        }
    }

    /// A whole number out of a text such as `9`, `10 - Extremely likely` or `Not at all likely - 0`.
    pub(crate) fn score(&mut self, field: F) -> Result<Option<i32>, Code> {
        let cell = self.cell(field);
        if cell.is_empty() {
            return Ok(None);
        }
        let text = crate::digits::latin(cell).unwrap_or_else(|| lossy(cell).into());
        let score = whole(&text);
        if score.is_none() {
            let code = codes::SCORE_UNREADABLE;
            return Err(self.refuse(code, field));
        }
        Ok(score)
    }

    /// A count the record can do without.
    pub(crate) fn optional_count(&mut self, field: F) -> Option<u32> {
        let cell = self.cell(field);
        let text = crate::digits::latin(cell)?;
        let count = text.replace(',', "").trim().parse().ok();
        if count.is_none() && !cell.is_empty() {
            self.note(codes::VALUE_UNREADABLE, field);
        }
        count
    }

    /// A quantity in thousandths; `None` when blank or unreadable.
    pub(crate) fn quantity(&mut self, field: F) -> Option<Amount> {
        self.lenient(field, Self::amount)
    }

    /// Yes or no.
    pub(crate) fn flag(&mut self, field: F) -> Result<Option<bool>, Code> {
        let cell = match self.cell(field) {
            b"" => self.plan.slot(field).constant.unwrap_or_default().as_bytes(),
            cell => cell,
        };
        if cell.is_empty() {
            return Ok(None);
        }
        match flag(&lossy(cell)) {
            None => Err(self.refuse(codes::FLAG_UNREADABLE, field)),
            some => Ok(some),
        }
    }

    /// A flag the record can do without.
    pub(crate) fn optional_flag(&mut self, field: F) -> Option<bool> {
        self.lenient(field, Self::flag)
    }
}

pub(crate) fn lossy(cell: &[u8]) -> Box<str> {
    // A cell that swallowed a page must not become a finding of a page.
    let end = cell.len().min(200);
    String::from_utf8_lossy(cell.get(..end).unwrap_or_default()).into_owned().into()
}

/// Whether an id has the form 9.83001E+11, in which a spreadsheet has lost its last digits.
pub(crate) fn is_scientific(cell: &[u8]) -> bool {
    // Of 9.83E+11 the second letter is a point or an e: few ids need a second look.
    if !cell.get(1).is_some_and(|b| matches!(b, b'.' | b'e' | b'E')) {
        return false;
    }
    let Some(e) = cell.iter().position(|b| b.eq_ignore_ascii_case(&b'e')) else { return false };
    let (mantissa, exponent) = cell.split_at(e);
    let digits = |b: &[u8]| !b.is_empty() && b.iter().all(u8::is_ascii_digit);
    let whole = match mantissa {
        [d, b'.', rest @ ..] => d.is_ascii_digit() && digits(rest),
        [d] => d.is_ascii_digit(),
        _ => false,
    };
    whole && matches!(exponent, [_, b'+', n @ ..] if digits(n))
}

/// The whole number a text is, begins or ends with.
fn whole(text: &str) -> Option<i32> {
    let text = text.trim();
    let plain = text.strip_suffix(".0").unwrap_or(text);
    if let Ok(n) = plain.parse() {
        return Some(n);
    }
    let apart = |w: &&str| !w.is_empty();
    let mut words = text.split(|c: char| c.is_whitespace() || matches!(c, '-' | '–' | '=' | ':' | '(' | ')'));
    let first = words.clone().find(apart)?;
    first.parse().ok().or_else(|| words.rfind(apart)?.parse().ok())
}

/// Yes or no, in the words of exports.
pub(crate) fn flag(text: &str) -> Option<bool> {
    match text.trim().to_lowercase().as_str() {
        "yes" | "y" | "true" | "t" | "1" | "won" | "granted" | "opted in" | "opt-in" | "subscribed"
        | "हाँ" | "हां" | "হ্যাঁ" => Some(true),
        "no" | "n" | "false" | "f" | "0" | "lost" | "withdrawn" | "opted out" | "opt-out"
        | "unsubscribed" | "नहीं" | "না" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_stand_alone_or_at_an_end() {
        for (text, want) in [
            ("9", Some(9)),
            ("9.0", Some(9)),
            ("10 - Extremely likely", Some(10)),
            ("Not at all likely - 0", Some(0)),
            ("-1", Some(-1)),
            ("good", None),
            ("9.5", None),
            ("", None),
        ] {
            assert_eq!(whole(text), want, "{text}");
        }
    }

    #[test]
    fn ruined_ids_are_told_from_ids_with_an_e() {
        for (id, want) in [
            ("9.83001E+11", true),
            ("1e+5", true),
            ("E1", false),
            ("12E4", false),
            ("4E2A", false),
            ("1.E+5", false),
        ] {
            assert_eq!(is_scientific(id.as_bytes()), want, "{id}");
        }
    }

    #[test]
    fn yes_and_no_in_three_languages() {
        assert_eq!(
            (flag("Yes"), flag("नहीं"), flag("হ্যাঁ"), flag("maybe")),
            (Some(true), Some(false), Some(true), None)
        );
    }
}
