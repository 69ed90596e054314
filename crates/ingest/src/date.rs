//! Dates and times as exports write them, read by hand: a format string costs twenty times as much.
//!
//! Read are `2026-03-31`, `2026/3/31`, `20260331`, `31.03.2026`, `31-Mar-26`, `March 31, 2026`, each with or without
//! a time (`23:59`, `11:59:58.25 PM`) and an offset (`Z`, `+05:30`, `+0530`), in Latin, Devanagari or Bengali digits.
//! Only whether `03/04/2026` is in March or in April cannot be read from a cell: [`DateOrder`] says it, and every
//! cell that fits one order alone is evidence for the whole column.
//!
//! # Source
//! Days from a civil date: Hinnant, "chrono-compatible low-level date algorithms" (2013).

use crate::Error;
use crate::digits::{latin, three_pairs};
use naata_core::{Day, Instant, Zone};

/// The order of day and month in dates that do not begin with the year.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum DateOrder {
    /// Day, month, year.
    Dmy,
    /// Month, day, year.
    Mdy,
    /// Year, month, day.
    Ymd,
}

impl DateOrder {
    /// The name it is stated by.
    pub fn name(self) -> &'static str {
        match self {
            Self::Dmy => "day-month-year",
            Self::Mdy => "month-day-year",
            Self::Ymd => "year-month-day",
        }
    }
}

/// The form of dates, where the user states it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum DateFormat {
    /// Dates in this order, in whatever writing.
    Order(DateOrder),
    /// Days since 1899-12-30, as spreadsheets keep them.
    Excel,
    /// Seconds since 1970-01-01T00:00:00Z.
    Unix,
}

impl DateFormat {
    /// Reads `DD/MM/YYYY`, `%m/%d/%y`, `dmy`, `iso`, `excel`, `unix` and the like: only the order of the letters counts.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let lower = text.to_ascii_lowercase();
        match lower.as_str() {
            "iso" => return Ok(Self::Order(DateOrder::Ymd)),
            "excel" => return Ok(Self::Excel),
            "unix" => return Ok(Self::Unix),
            _ => {}
        }
        let mut letters: Vec<char> = Vec::new();
        for c in lower.chars().filter(|c| matches!(c, 'd' | 'm' | 'y' | 'b')) {
            let c = if c == 'b' { 'm' } else { c };
            if !letters.contains(&c) {
                letters.push(c);
            }
        }
        match letters.as_slice() {
            ['d', 'm', 'y'] => Ok(Self::Order(DateOrder::Dmy)),
            ['m', 'd', 'y'] => Ok(Self::Order(DateOrder::Mdy)),
            ['y', 'm', 'd'] => Ok(Self::Order(DateOrder::Ymd)),
            _ => Err(Error::Reading {
                option: "date format",
                value: text.into(),
                expected: "an order such as DD/MM/YYYY, or 'iso', 'excel' or 'unix'",
            }),
        }
    }
}

/// What the cells of a column say about the order of day and month.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct DateEvidence {
    /// Cells that can only be day before month.
    pub(crate) dmy: u64,
    /// Cells that can only be month before day.
    pub(crate) mdy: u64,
    /// Cells that can be both and mean different days.
    pub(crate) open: u64,
}

impl DateEvidence {
    pub(crate) fn merge(&mut self, other: Self) {
        self.dmy += other.dmy;
        self.mdy += other.mdy;
        self.open += other.open;
    }

    /// The order most of the evidence is for; `None` without evidence.
    pub(crate) fn order(self) -> Option<DateOrder> {
        match self.dmy.cmp(&self.mdy) {
            _ if self.dmy + self.mdy == 0 => None,
            std::cmp::Ordering::Less => Some(DateOrder::Mdy),
            _ => Some(DateOrder::Dmy),
        }
    }
}

/// A day, with the time and the offset where they are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stamp {
    pub(crate) day: Day,
    /// Second of the day, and microseconds.
    pub(crate) time: Option<(u32, u32)>,
    /// Seconds east of UTC.
    pub(crate) offset: Option<i32>,
}

/// Why a cell is no date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DateTrouble {
    /// No known form.
    Unreadable,
    /// A known form, and no such day.
    Impossible,
    /// No such day in the order of the column, and this one in the other.
    Swapped(Day),
}

impl Stamp {
    /// The day and second of the day in `zone`: a time without an offset is already there.
    pub(crate) fn local(self, zone: Zone) -> Option<(Day, Option<u32>)> {
        match (self.time, self.offset) {
            (Some(_), Some(_)) => zone.local(self.instant(zone)?).map(|(day, s)| (day, Some(s))),
            (time, _) => Some((self.day, time.map(|t| t.0))),
        }
    }

    /// The instant; a stamp without an offset is read in `zone`, a day without a time as its beginning.
    pub(crate) fn instant(self, zone: Zone) -> Option<Instant> {
        let (seconds, micros) = self.time.unwrap_or_default();
        let Some(offset) = self.offset else {
            let time = chrono::NaiveTime::from_num_seconds_from_midnight_opt(seconds, micros * 1_000)?;
            return zone.at(self.day.date()?, time);
        };
        let seconds = i64::from(self.day.0) * 86_400 + i64::from(seconds) - i64::from(offset);
        seconds.checked_mul(Instant::SECOND)?.checked_add(i64::from(micros)).map(Instant)
    }

    /// The instant and its day in `zone`. Where the zone has one offset, the day is the stated one or a neighbour of it,
    /// and need not be worked out of the instant.
    #[inline]
    pub(crate) fn instant_and_day(self, zone: Zone) -> Option<(Instant, Day)> {
        let at = self.instant(zone)?;
        match (zone, self.offset, self.time) {
            (Zone::Fixed(east), Some(offset), Some((seconds, _))) => {
                let here = seconds as i32 - offset + east;
                Some((at, self.day.plus(here.div_euclid(86_400))?))
            }
            _ => Some((at, zone.local(at)?.0)),
        }
    }
}

/// Reads a cell as a date, with or without a time.
pub(crate) fn stamp(
    cell: &[u8],
    format: DateFormat,
    evidence: &mut DateEvidence,
) -> Result<Stamp, DateTrouble> {
    // The form in which nearly every export writes instants comes first.
    if matches!(format, DateFormat::Order(_))
        && let Some((stamp, _)) = iso_stamp(cell)
    {
        return Ok(stamp);
    }
    any_stamp(cell, format, evidence)
}

/// The same for every form there is.
fn any_stamp(cell: &[u8], format: DateFormat, evidence: &mut DateEvidence) -> Result<Stamp, DateTrouble> {
    if let [y @ .., b'-', m1, m2, b'-', d1, d2] = cell
        && let ([_, _, _, _], Some(year)) = (y, number(y))
        && let (Some(month), Some(day)) = (number(&[*m1, *m2]), number(&[*d1, *d2]))
        && matches!(format, DateFormat::Order(_))
    {
        return Ok(Stamp { day: civil(year, month, day)?, time: None, offset: None });
    }
    if !cell.is_ascii() {
        return match latin(cell) {
            Some(text) => stamp(text.as_bytes(), format, evidence),
            None => Err(DateTrouble::Unreadable),
        };
    }
    let order = match format {
        DateFormat::Order(order) => order,
        DateFormat::Excel => return serial(cell).ok_or(DateTrouble::Unreadable),
        DateFormat::Unix => return unix(cell).ok_or(DateTrouble::Unreadable),
    };
    let mut rest = Cursor(cell.trim_ascii());
    let parts = date(&mut rest, order).ok_or(DateTrouble::Unreadable)?;
    let (time, offset) = clock(&mut rest).ok_or(DateTrouble::Unreadable)?;
    let day = match parts {
        Parts::Settled(y, m, d) => civil(y, m, d)?,
        Parts::Open(a, b, year) => {
            match (a > 12, b > 12) {
                (true, false) => evidence.dmy += 1,
                (false, true) => evidence.mdy += 1,
                (false, false) if a != b => evidence.open += 1,
                _ => {}
            }
            let ((day, month), other) =
                if order == DateOrder::Mdy { ((b, a), (a, b)) } else { ((a, b), (b, a)) };
            civil(year, month, day).map_err(|e| {
                let swapped = if month > 12 { civil(year, other.1, other.0).ok() } else { None };
                swapped.map_or(e, DateTrouble::Swapped)
            })?
        }
    };
    Ok(Stamp { day, time, offset })
}

/// Year, month and day; or two numbers of which only the order of the column tells day from month.
enum Parts {
    Settled(u32, u32, u32),
    Open(u32, u32, u32),
}

fn date(rest: &mut Cursor<'_>, order: DateOrder) -> Option<Parts> {
    if let Some(month) = rest.month() {
        // March 31, 2026
        rest.separator();
        let day = rest.digits(1, 2)?.0;
        rest.eat(b',');
        rest.separator();
        let year = rest.year()?;
        return Some(Parts::Settled(year, month, day));
    }
    let (first, length) = rest.digits(1, 8)?;
    match length {
        8 => return Some(Parts::Settled(first / 10_000, first / 100 % 100, first % 100)),
        1 | 2 | 4 => {}
        _ => return None,
    }
    let separator = rest.separator()?;
    if let Some(month) = rest.month() {
        // 31-Mar-2026, 31 March 2026, 2026-Mar-31
        rest.eat(b',');
        rest.separator();
        if length == 4 {
            return Some(Parts::Settled(first, month, rest.digits(1, 2)?.0));
        }
        return Some(Parts::Settled(rest.year()?, month, first));
    }
    let second = rest.digits(1, 2)?.0;
    if rest.separator()? != separator || separator == b' ' {
        return None;
    }
    if length == 4 {
        return Some(Parts::Settled(first, second, rest.digits(1, 2)?.0));
    }
    if order == DateOrder::Ymd && length == 2 && rest.run() <= 2 {
        return Some(Parts::Settled(century(first), second, rest.digits(1, 2)?.0));
    }
    let year = rest.year()?;
    Some(Parts::Open(first, second, year))
}

/// A time of day and its offset, or nothing at all, up to the end of the cell.
#[expect(
    clippy::type_complexity,
    reason = "two optional values are clearer side by side than in a type of their own"
)]
fn clock(rest: &mut Cursor<'_>) -> Option<(Option<(u32, u32)>, Option<i32>)> {
    rest.eat(b',');
    if !rest.eat(b'T') && !rest.eat(b't') {
        rest.blanks();
    }
    if rest.0.is_empty() {
        return Some((None, None));
    }
    let mut hour = rest.digits(1, 2)?.0;
    if !rest.eat(b':') {
        return None;
    }
    let minute = rest.digits(2, 2)?.0;
    let (mut second, mut micros) = (0, 0);
    if rest.eat(b':') {
        second = rest.digits(2, 2)?.0;
        if rest.eat(b'.') || rest.eat(b',') {
            let run = rest.run().min(6);
            let (n, length) = rest.digits(1, 6)?;
            micros = n * 10u32.pow(6 - length as u32);
            // Beyond microseconds nothing is kept: no export means more by it.
            while run == 6 && rest.0.first().is_some_and(u8::is_ascii_digit) {
                rest.skip(1);
            }
        }
    }
    rest.blanks();
    if let [half @ (b'A' | b'a' | b'P' | b'p'), b'M' | b'm', ..] = rest.0 {
        if !(1..=12).contains(&hour) {
            return None;
        }
        hour = hour % 12 + if half.eq_ignore_ascii_case(&b'p') { 12 } else { 0 };
        rest.skip(2);
        rest.blanks();
    }
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let offset = offset(rest)?;
    rest.0.is_empty().then_some((Some((hour * 3600 + minute * 60 + second, micros)), offset))
}

fn offset(rest: &mut Cursor<'_>) -> Option<Option<i32>> {
    match rest.0 {
        [] => return Some(None),
        [b'Z' | b'z'] => {
            rest.skip(1);
            return Some(Some(0));
        }
        [a, b, c]
            if [*a, *b, *c].eq_ignore_ascii_case(b"UTC") || [*a, *b, *c].eq_ignore_ascii_case(b"GMT") =>
        {
            rest.skip(3);
            return Some(Some(0));
        }
        _ => {}
    }
    // "GMT+5:30" is how forms write an offset, with one digit where one is enough.
    let least = match rest.0 {
        [a, b, c, _, ..]
            if [*a, *b, *c].eq_ignore_ascii_case(b"UTC") || [*a, *b, *c].eq_ignore_ascii_case(b"GMT") =>
        {
            rest.skip(3);
            1
        }
        _ => 2,
    };
    let sign = if rest.eat(b'+') {
        1
    } else if rest.eat(b'-') {
        -1
    } else {
        return None;
    };
    let hours = rest.digits(least, 2)?.0;
    rest.eat(b':');
    let minutes = if rest.0.is_empty() { 0 } else { rest.digits(2, 2)?.0 };
    (hours <= 15 && minutes <= 59).then(|| Some(sign * (hours * 3600 + minutes * 60) as i32))
}

/// Two digits stand for 1969 to 2068, as POSIX has it.
fn century(year: u32) -> u32 {
    if year < 69 { 2000 + year } else { 1900 + year }
}

/// A spreadsheet's day number, whose fraction is the time.
fn serial(cell: &[u8]) -> Option<Stamp> {
    let text = std::str::from_utf8(cell.trim_ascii()).ok()?;
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let days: i32 = number(whole.as_bytes())?.try_into().ok()?;
    let time = match fraction {
        "" => None,
        digits => {
            let n: u64 = number(digits.get(..digits.len().min(9))?.as_bytes())?.into();
            let scale = 10u64.pow(digits.len().min(9) as u32);
            // Spreadsheets keep a time as a rounded fraction: the nearest second is the one that was meant.
            let seconds = (n * 86_400 * 2 + scale) / (scale * 2);
            Some((u32::try_from(seconds.min(86_399)).ok()?, 0))
        }
    };
    // Day 60 is a 29 February 1900 that never was; no export begins before it.
    let day = Day(0).plus(days.checked_sub(25_569)?)?;
    (days > 60).then_some(Stamp { day, time, offset: None })
}

fn unix(cell: &[u8]) -> Option<Stamp> {
    let seconds: i64 = std::str::from_utf8(cell.trim_ascii()).ok()?.parse().ok()?;
    let day = Day(0).plus(i32::try_from(seconds.div_euclid(86_400)).ok()?)?;
    Some(Stamp { day, time: Some((seconds.rem_euclid(86_400) as u32, 0)), offset: Some(0) })
}

/// A time of day on its own, in seconds.
pub(crate) fn time_of_day(cell: &[u8]) -> Option<u32> {
    if !cell.is_ascii() {
        return time_of_day(latin(cell)?.as_bytes());
    }
    match clock(&mut Cursor(cell.trim_ascii()))? {
        (Some((seconds, _)), None) => Some(seconds),
        _ => None,
    }
}

/// The day of a cell that is `2026-03-31` and nothing else, and its month as by [`Day::month_number`].
#[inline]
pub(crate) fn iso_day(cell: &[u8]) -> Option<(Day, i32)> {
    let (century, rest) = <&[u8; 10]>::try_from(cell).ok()?.split_first_chunk::<2>()?;
    let [a, b] = century.map(|c| u32::from(c.wrapping_sub(b'0')));
    let [year, month, day] = three_pairs(*rest.first_chunk()?, *b"--")?.map(u32::from);
    if a > 9 || b > 9 {
        return None;
    }
    let year = a * 1000 + b * 100 + year;
    let number = (year * 12 + month) as i32 - 1;
    if let Some([first, next]) = months(year, month) {
        // A day of the month before the next one begins.
        let at = first + day as i32 - 1;
        return (day > 0 && at < next).then_some((Day(at), number));
    }
    Some((civil(year, month, day).ok()?, number))
}

/// A cell that is `2026-03-31T23:59:58.125+05:30`, with a blank for the T, with fewer decimals or none, with `Z` or
/// `+0530` or nothing at the end, and the month of its day as by [`Day::month_number`]; `None` of any other cell, whatever
/// it says.
#[inline]
pub(crate) fn iso_stamp(cell: &[u8]) -> Option<(Stamp, i32)> {
    let (date, rest) = cell.split_first_chunk::<10>()?;
    let (day, month) = iso_day(date)?;
    let (b'T' | b' ', rest) = rest.split_first()? else { return None };
    let (clock, rest) = rest.split_first_chunk::<8>()?;
    let seconds = plain_time(clock)?;
    let (micros, rest) = match rest {
        [b'.', after @ ..] => fraction(after)?,
        _ => (0, rest),
    };
    let two = |a: &u8, b: &u8| number(&[*a, *b]);
    let offset = match rest {
        [] => None,
        [b'Z'] => Some(0),
        // Two digits stand before the sign, unless the decimals are one: then it is read below.
        [sign @ (b'+' | b'-'), _, _, b':', _, _]
            if let Some([_, hours, minutes]) = three_pairs(*cell.last_chunk()?, [*sign, b':']) =>
        {
            Some(east(*sign, hours.into(), minutes.into())?)
        }
        [sign @ (b'+' | b'-'), a, b, b':', c, d] | [sign @ (b'+' | b'-'), a, b, c, d] => {
            Some(east(*sign, two(a, b)?, two(c, d)?)?)
        }
        _ => return None,
    };
    Some((Stamp { day, time: Some((seconds, micros)), offset }, month))
}

/// What decimals of a second begin with, in microseconds, and what follows them.
#[inline]
fn fraction(cell: &[u8]) -> Option<(u32, &[u8])> {
    if let Some(([a, b, c], after)) = cell.split_first_chunk()
        && [a, b, c].iter().all(|d| d.is_ascii_digit())
        && !after.first().is_some_and(u8::is_ascii_digit)
    {
        let [a, b, c] = [a, b, c].map(|d| u32::from(d - b'0'));
        return Some((a * 100_000 + b * 10_000 + c * 1_000, after));
    }
    let length = cell.iter().take_while(|b| b.is_ascii_digit()).count();
    let (digits, after) = cell.split_at_checked(length).filter(|_| (1..=6).contains(&length))?;
    Some((number(digits)? * 10u32.pow(6 - length as u32), after))
}

/// Seconds east of UTC.
fn east(sign: u8, hours: u32, minutes: u32) -> Option<i32> {
    let seconds = (hours * 3600 + minutes * 60) as i32;
    (hours <= 14 && minutes <= 59).then_some(if sign == b'-' { -seconds } else { seconds })
}

const FIRST_YEAR: u32 = 1900;
const MONTHS: usize = 200 * 12;
/// On which day each month begins, for two hundred years: a look-up is cheaper than the rule.
static MONTH_STARTS: [i32; MONTHS + 1] = month_starts();

const fn month_starts() -> [i32; MONTHS + 1] {
    let mut starts = [0; MONTHS + 1];
    let mut k = 0;
    while k <= MONTHS {
        starts[k] = days_before(FIRST_YEAR + k as u32 / 12, k as u32 % 12 + 1);
        k += 1;
    }
    starts
}

/// The days on which a month and the next one begin, where they are looked up.
fn months(year: u32, month: u32) -> Option<[i32; 2]> {
    let at = year.checked_sub(FIRST_YEAR)? * 12 + month.checked_sub(1).filter(|m| *m < 12)?;
    let starts = MONTH_STARTS.get(at as usize..)?;
    starts.first_chunk().copied()
}

/// The second of the day of a cell that is `23:59:58` or `23:59` and nothing else.
#[inline]
pub(crate) fn plain_time(cell: &[u8]) -> Option<u32> {
    let whole = match cell {
        [h1, h2, b':', m1, m2] => [*h1, *h2, b':', *m1, *m2, b':', b'0', b'0'],
        _ => *<&[u8; 8]>::try_from(cell).ok()?,
    };
    let [h, m, s] = three_pairs(whole, *b"::")?.map(u32::from);
    (h < 24 && m < 60 && s < 60).then_some(h * 3600 + m * 60 + s)
}

/// The day of a civil date, or that there is none.
fn civil(year: u32, month: u32, day: u32) -> Result<Day, DateTrouble> {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let length = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 => 28 + u32::from(leap),
        _ => 0,
    };
    if !(1..=9999).contains(&year) || !(1..=length).contains(&day) {
        return Err(DateTrouble::Impossible);
    }
    Ok(Day(days_before(year, month) + day as i32 - 1))
}

/// The day on which a month begins.
const fn days_before(year: u32, month: u32) -> i32 {
    // Years begin in March here, so that the leap day is the last of its year.
    let y = if month <= 2 { year - 1 } else { year };
    let (era, of_era) = (y / 400, y % 400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5;
    let days = era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year;
    days as i32 - 719_468
}

fn number(digits: &[u8]) -> Option<u32> {
    if digits.is_empty() || digits.len() > 9 {
        return None;
    }
    digits.iter().try_fold(0u32, |n, c| c.is_ascii_digit().then(|| n * 10 + u32::from(c - b'0')))
}

struct Cursor<'a>(&'a [u8]);

impl Cursor<'_> {
    fn skip(&mut self, n: usize) {
        self.0 = self.0.get(n..).unwrap_or_default();
    }

    fn eat(&mut self, byte: u8) -> bool {
        let found = self.0.first() == Some(&byte);
        if found {
            self.skip(1);
        }
        found
    }

    fn blanks(&mut self) {
        while self.eat(b' ') {}
    }

    fn run(&self) -> usize {
        self.0.iter().take_while(|b| b.is_ascii_digit()).count()
    }

    /// The next `least` to `most` digits, and how many there were.
    fn digits(&mut self, least: usize, most: usize) -> Option<(u32, usize)> {
        let length = self.run().min(most);
        let n = (length >= least).then(|| self.0.get(..length).and_then(number)).flatten()?;
        self.skip(length);
        Some((n, length))
    }

    fn separator(&mut self) -> Option<u8> {
        let before = self.0.len();
        self.blanks();
        let byte = match self.0.first() {
            Some(b @ (b'-' | b'/' | b'.')) => *b,
            _ => return (self.0.len() < before).then_some(b' '),
        };
        self.skip(1);
        self.blanks();
        Some(byte)
    }

    fn year(&mut self) -> Option<u32> {
        match self.run() {
            4 => self.digits(4, 4).map(|y| y.0),
            2 => self.digits(2, 2).map(|y| century(y.0)),
            _ => None,
        }
    }

    /// An English month name, whole or from three letters on.
    fn month(&mut self) -> Option<u32> {
        const NAMES: [&str; 12] = [
            "january",
            "february",
            "march",
            "april",
            "may",
            "june",
            "july",
            "august",
            "september",
            "october",
            "november",
            "december",
        ];
        let length = self.0.iter().take_while(|b| b.is_ascii_alphabetic()).count();
        let word = self.0.get(..length).filter(|w| w.len() >= 3)?.to_ascii_lowercase();
        let month = NAMES.iter().position(|n| n.as_bytes().starts_with(&word))?;
        self.skip(length);
        Some(month as u32 + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::{DateTime, Datelike, NaiveDate};
    use proptest::prelude::*;

    fn read(text: &str, order: DateOrder) -> Result<Stamp, DateTrouble> {
        stamp(text.as_bytes(), DateFormat::Order(order), &mut DateEvidence::default())
    }

    fn day(text: &str, order: DateOrder) -> Option<String> {
        read(text, order).ok().map(|s| s.day.to_string())
    }

    #[test]
    fn every_way_of_writing_is_the_same_day() {
        for text in [
            "2026-03-31",
            "2026/3/31",
            "20260331",
            "31.03.2026",
            "31/3/26",
            "31-Mar-26",
            "31 March 2026",
            "March 31, 2026",
            "Mar 31 2026",
            "2026-Mar-31",
            " 2026-03-31 ",
            "३१/०३/२०२६",
            "৩১-০৩-২০২৬",
            "31 - 03 - 2026",
            "2026-03-31 00:00",
        ] {
            assert_eq!(day(text, DateOrder::Dmy).as_deref(), Some("2026-03-31"), "{text}");
        }
        assert_eq!(day("03/04/2026", DateOrder::Mdy).as_deref(), Some("2026-03-04"));
        assert_eq!(day("26-03-04", DateOrder::Ymd).as_deref(), Some("2026-03-04"));
    }

    #[test]
    fn what_is_no_date_says_how() {
        for text in [
            "",
            "soon",
            "12",
            "2026-13",
            "2026-03-31x",
            "31/03-2026",
            "1.5",
            "2026-03-31 25:00",
            "99999999999",
        ] {
            assert_eq!(read(text, DateOrder::Dmy), Err(DateTrouble::Unreadable), "{text}");
        }
        for text in
            ["2024-02-30", "2023-02-29", "31/04/2026", "2026-13-01", "20261301", "0000-01-01", "13/13/2026"]
        {
            assert_eq!(read(text, DateOrder::Dmy), Err(DateTrouble::Impossible), "{text}");
        }
        let swapped = read("03/25/2026", DateOrder::Dmy);
        assert_eq!(swapped, Err(DateTrouble::Swapped(Day::from_ymd(2026, 3, 25).unwrap())));
    }

    #[test]
    fn times_and_offsets_are_read() {
        let at = |text: &str| read(text, DateOrder::Mdy).unwrap().instant(Zone::UTC).unwrap().to_string();
        assert_eq!(at("2026-01-05 23:39:58 +0530"), "2026-01-05T18:09:58Z");
        assert_eq!(at("2011-10-11 11:45:40.276+00:00"), "2011-10-11T11:45:40.276Z");
        assert_eq!(at("01/31/2026 11:59:58 PM"), "2026-01-31T23:59:58Z");
        assert_eq!(at("2026-01-05T12:00Z"), "2026-01-05T12:00:00Z");
        assert_eq!(time_of_day(b"9:05 am"), Some(9 * 3600 + 300));
        assert_eq!(time_of_day("१२:००".as_bytes()), Some(43_200));
        assert_eq!(time_of_day(b"24:00"), None);
        let kolkata = Zone::parse("Asia/Kolkata").unwrap();
        let local = read("2026-01-05T18:39:58Z", DateOrder::Ymd).unwrap().local(kolkata);
        assert_eq!(local, Some((Day::from_ymd(2026, 1, 6).unwrap(), Some(9 * 60 + 58))));
    }

    #[test]
    fn declared_forms_are_read() {
        let read = |text: &str, f| stamp(text.as_bytes(), f, &mut DateEvidence::default()).ok();
        let excel = read("46112.75", DateFormat::Excel).unwrap();
        assert_eq!((excel.day.to_string().as_str(), excel.time), ("2026-03-31", Some((64_800, 0))));
        assert_eq!(read("1774915200", DateFormat::Unix).unwrap().day.to_string(), "2026-03-31");
        for (text, order) in [
            ("DD/MM/YYYY", DateOrder::Dmy),
            ("%m/%d/%y %H:%M", DateOrder::Mdy),
            ("yyyy-mm-dd", DateOrder::Ymd),
        ] {
            assert_eq!(DateFormat::parse(text), Ok(DateFormat::Order(order)));
        }
        assert!(DateFormat::parse("YYYY").is_err());
    }

    proptest! {
        #[test]
        fn what_the_quick_way_reads_is_what_the_long_way_reads(
            cell in "(20|19)[0-9]{2}-[01][0-9]-[0-3][0-9][T ][0-2][0-9]:[0-6][0-9]:[0-6][0-9](\\.[0-9]{1,7})?(Z|[+-][01][0-9]:?[0-6][0-9]|x)?",
        ) {
            if let Some((stamp, month)) = iso_stamp(cell.as_bytes()) {
                prop_assert_eq!(stamp.day.month_number(), Some(month));
                for zone in ["UTC", "+05:30", "-11:00", "Asia/Kolkata"].map(|zone| Zone::parse(zone).unwrap()) {
                    let at = stamp.instant(zone).unwrap();
                    let day = zone.local(at).unwrap().0;
                    prop_assert_eq!(stamp.instant_and_day(zone), Some((at, day)));
                }
                let format = DateFormat::Order(DateOrder::Dmy);
                prop_assert_eq!(any_stamp(cell.as_bytes(), format, &mut DateEvidence::default()), Ok(stamp));
            }
        }

        #[test]
        fn days_agree_with_chrono(n in Day::MIN.0..=Day::MAX.0) {
            let date = Day(n).date().unwrap();
            let text = date.format("%Y-%m-%d").to_string();
            prop_assert_eq!(read(&text, DateOrder::Dmy).map(|s| s.day), Ok(Day(n)));
            let text = format!("{}/{}/{:04}", date.day(), date.month(), date.year());
            prop_assert_eq!(read(&text, DateOrder::Dmy).map(|s| s.day), Ok(Day(n)));
        }

        #[test]
        fn a_date_is_read_exactly_when_chrono_has_it(y in 1u32..=9999, m in 0u32..=13, d in 0u32..=32) {
            let want = NaiveDate::from_ymd_opt(y as i32, m, d).map(Day::from);
            prop_assert_eq!(read(&format!("{y:04}-{m:02}-{d:02}"), DateOrder::Dmy).ok().map(|s| s.day), want);
            prop_assert_eq!(read(&format!("{y:04}{m:02}{d:02}"), DateOrder::Dmy).ok().map(|s| s.day), want);
        }

        #[test]
        fn stamps_agree_with_chrono(seconds in -60_000_000_000i64..200_000_000_000, micros in 0u32..1_000_000, east in -14i32 * 4..=14 * 4) {
            let offset = chrono::FixedOffset::east_opt(east * 900).unwrap();
            let at = DateTime::from_timestamp(seconds, micros * 1000).unwrap().with_timezone(&offset);
            let got = read(&at.to_rfc3339(), DateOrder::Dmy).unwrap();
            prop_assert_eq!(got.instant(Zone::UTC), Some(Instant::from(at)));
        }

        #[test]
        fn no_cell_panics(cell in prop::collection::vec(any::<u8>(), 0..24), text in "[0-9/:. TZ+-]{0,24}") {
            for format in [DateFormat::Order(DateOrder::Dmy), DateFormat::Excel, DateFormat::Unix] {
                let _ = stamp(&cell, format, &mut DateEvidence::default());
                let _ = stamp(text.as_bytes(), format, &mut DateEvidence::default());
            }
        }
    }
}
