//! `customers occasions`: birthdays and anniversaries of the days to come.
//!
//! # Formula
//! An occasion falls on its day and month in the first year in which that lies in `as_of + 1 .. as_of + days`.
//! 29 February is kept on 28 February in a common year, or on 1 March when so asked. "Customer since" counts from
//! the earlier of the recorded creation and the first purchase; where only a first purchase is known and it lies in
//! the first weeks of the export, the customer may be older, and no date is told.
//!
//! Dates that stand for "unknown" (1900-01-01 and its kin) and dates in the future are no occasions; they are
//! counted. A birthday with an implausible year keeps its day and has no number of years.

use crate::Error;
use crate::profile::{MAX_AGE, merged};
use naata_answer::{
    Action, Analysis, Answer, Card, Cell, ChartKind, Column, Message, Present, Refusal, Table, choice, params,
};
use naata_core::{Context, CustomerIx, CustomerRow, Day, Finding, Histories, Severity, Summary};
use std::collections::BTreeMap;

choice! {
    /// When an occasion of 29 February is kept in a common year.
    pub enum Leap {
        /// On 28 February.
        Feb28 = "feb28",
        /// On 1 March.
        Mar1 = "mar1",
    }
}

params! {
    /// Parameters of `customers occasions`.
    pub struct OccasionsParams {
        /// Days to look ahead
        days: u32 = 14,
        /// When 29 February is kept in a common year
        leap: Leap = Leap::Feb28,
    }
}

/// The weeks after the beginning of an export in which a first purchase may not be the first.
const POSSIBLY_OLDER_DAYS: i64 = 28;

/// Dates that systems write when they know none: the first days of the usual calendars and epochs.
const PLACEHOLDERS: [(i32, u32, u32); 8] = [
    (1, 1, 1),
    (1753, 1, 1),
    (1899, 12, 30),
    (1899, 12, 31),
    (1900, 1, 1),
    (1904, 1, 1),
    (1970, 1, 1),
    (9999, 12, 31),
];

/// What is celebrated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Occasion {
    /// The customer's birthday.
    Birthday,
    /// The customer's own anniversary, such as a wedding day.
    Anniversary,
    /// The day the customer became one.
    CustomerSince,
}

impl Occasion {
    /// The names used in results, in the order of the variants.
    pub const NAMES: &'static [&'static str] = &["birthday", "anniversary", "customer_since"];
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Birthday, Self::Anniversary, Self::CustomerSince];
}

/// One occasion to come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct Due {
    /// The customer.
    pub who: CustomerIx,
    /// The day on which it is kept.
    pub day: Day,
    /// What is celebrated.
    pub occasion: Occasion,
    /// How many years; `None` where the year is not plausible.
    pub years: Option<u64>,
}

/// Birthdays and other dates that were not used, by reason.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct LeftOut {
    /// Customers without a birthday.
    pub missing_birthday: u64,
    /// Dates that stand for "unknown".
    pub placeholder: u64,
    /// Dates after the day one stands on.
    pub future: u64,
    /// Birthdays whose year cannot be right; the day is kept, the years are not told.
    pub implausible_year: u64,
    /// Customers who may be older than their first purchase in the export.
    pub possibly_older: u64,
}

/// The result.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Occasions {
    /// The occasions, by customer, then day.
    pub due: Vec<Due>,
    /// The first and the last day looked at.
    pub window: (Day, Day),
    /// Customers with recorded data.
    pub recorded: u64,
    /// Dates that were not used.
    pub left_out: LeftOut,
}

/// Finds the occasions of the next days.
///
/// `summaries` are those of the same customers, where purchases are known.
pub fn occasions(
    customers: &Histories<CustomerRow>,
    summaries: Option<&[Summary]>,
    params: &OccasionsParams,
    as_of: Day,
    history_from: Option<Day>,
) -> Result<Occasions, Error> {
    let days = i32::try_from(params.days).ok().filter(|d| (1..=366).contains(d));
    let days = days.ok_or(Error::Window { days: params.days })?;
    let calendar = || Error::Calendar { from: as_of.to_string() };
    let window = as_of.plus(1).zip(as_of.plus(days)).ok_or_else(calendar)?;
    let mut found = Occasions { due: Vec::new(), window, recorded: 0, left_out: LeftOut::default() };
    let n = customers.customers().max(summaries.map_or(0, <[Summary]>::len));
    for who in (0..n as u32).map(CustomerIx) {
        let row = merged(customers.of(who));
        let first = summaries.and_then(|s| s.get(who.at())).filter(|s| s.is_buyer()).map(|s| s.first);
        let mut of_customer = Vec::new();
        if let Some(row) = row {
            found.recorded += 1;
            let birthday = found.birthday(row.birthday, as_of);
            of_customer.extend(birthday.map(|d| (Occasion::Birthday, d)));
            let anniversary = found.past(row.anniversary, as_of);
            of_customer.extend(anniversary.map(|d| (Occasion::Anniversary, d)));
        }
        let created = found.past(row.and_then(|r| r.created), as_of);
        let since = found.since(created, first, history_from);
        of_customer.extend(since.map(|d| (Occasion::CustomerSince, d)));
        for (occasion, base) in of_customer {
            found.due.extend(due(who, occasion, base, window, params.leap));
        }
    }
    found.due.sort_unstable();
    Ok(found)
}

impl Occasions {
    /// A birthday that can be kept; the others are counted.
    fn birthday(&mut self, birthday: Option<Day>, as_of: Day) -> Option<Day> {
        let Some(day) = birthday else {
            self.left_out.missing_birthday += 1;
            return None;
        };
        let day = self.past(Some(day), as_of)?;
        let years = day.ymd().zip(as_of.ymd()).map(|(d, now)| now.0 - d.0);
        if years.is_none_or(|y| i64::from(y) > MAX_AGE as i64) {
            self.left_out.implausible_year += 1;
        }
        Some(day)
    }

    /// A date that is known and not in the future; the others are counted.
    fn past(&mut self, day: Option<Day>, as_of: Day) -> Option<Day> {
        let day = day?;
        if day.ymd().is_none_or(|d| PLACEHOLDERS.contains(&d)) {
            self.left_out.placeholder += 1;
            return None;
        }
        if day > as_of {
            self.left_out.future += 1;
            return None;
        }
        Some(day)
    }

    /// The day from which a customer is one.
    fn since(&mut self, created: Option<Day>, first: Option<Day>, from: Option<Day>) -> Option<Day> {
        match (created, first) {
            (Some(c), Some(f)) => Some(c.min(f)),
            (Some(c), None) => Some(c),
            (None, Some(f)) if from.is_some_and(|h| f.since(h) < POSSIBLY_OLDER_DAYS) => {
                self.left_out.possibly_older += 1;
                None
            }
            (None, first) => first,
        }
    }

    /// How many occasions of a kind there are.
    pub fn count(&self, occasion: Occasion) -> u64 {
        self.due.iter().filter(|d| d.occasion == occasion).count() as u64
    }

    /// How many customers have at least one.
    pub fn customers(&self) -> u64 {
        let mut who: Vec<CustomerIx> = self.due.iter().map(|d| d.who).collect();
        who.dedup();
        who.len() as u64
    }
}

/// The occasion in the first year in which it falls in the window; a day that is its own base is no anniversary.
fn due(who: CustomerIx, occasion: Occasion, base: Day, window: (Day, Day), leap: Leap) -> Option<Due> {
    let (year, month, day) = base.ymd()?;
    let (from, to) = (window.0.ymd()?.0, window.1.ymd()?.0);
    let kept = |y: i32| {
        let shifted = match leap {
            Leap::Feb28 => Day::from_ymd(y, 2, 28),
            Leap::Mar1 => Day::from_ymd(y, 3, 1),
        };
        Day::from_ymd(y, month, day).or_else(|| shifted.filter(|_| (month, day) == (2, 29)))
    };
    let hit = (from..=to).filter_map(|y| Some((y, kept(y)?))).find(|(_, d)| window.0 <= *d && *d <= window.1);
    let (in_year, day) = hit?;
    let years = u64::try_from(in_year - year).ok();
    let years = years.filter(|y| occasion != Occasion::Birthday || *y <= MAX_AGE);
    (in_year > year).then_some(Due { who, day, occasion, years })
}

impl Occasions {
    fn findings(&self) -> Vec<Finding> {
        let l = &self.left_out;
        let mut out = Vec::new();
        for (code, severity, n) in [
            ("customers.occasions.placeholder", Severity::Warning, l.placeholder),
            ("customers.occasions.future", Severity::Warning, l.future),
            ("customers.occasions.implausible_year", Severity::Warning, l.implausible_year),
            ("customers.occasions.missing_birthday", Severity::Note, l.missing_birthday),
            ("customers.occasions.possibly_older", Severity::Note, l.possibly_older),
        ] {
            if n > 0 {
                out.push(Finding::new(code, severity).detail("n", &n).detail("of", &self.recorded));
            }
        }
        out
    }

    fn days_table(&self) -> Table {
        let mut days: BTreeMap<Day, [u64; 3]> = BTreeMap::new();
        for d in &self.due {
            if let Some(n) = days.entry(d.day).or_default().get_mut(d.occasion as usize) {
                *n += 1;
            }
        }
        let count = |i: usize| Column::Count(days.values().map(|n| n.get(i).copied()).collect());
        Table::figures("days")
            .with("day", Column::Day(days.keys().map(|d| Some(*d)).collect()))
            .with("birthdays", count(0))
            .with("anniversaries", count(1))
            .with("customer_since", count(2))
            .with("total", Column::Count(days.values().map(|n| Some(n.iter().sum())).collect()))
            .chart("customers.occasions.days", ChartKind::Bars { label: "day", value: "total" })
    }
}

impl Present for Occasions {
    fn answer(&self) -> Answer {
        let mut a = Answer::default();
        let l = &self.left_out;
        a.set("from", Cell::Day(self.window.0));
        a.set("until", Cell::Day(self.window.1));
        a.set("customers", Cell::Count(self.customers()));
        a.set("recorded", Cell::Count(self.recorded));
        a.set("birthdays", Cell::Count(self.count(Occasion::Birthday)));
        a.set("anniversaries", Cell::Count(self.count(Occasion::Anniversary)));
        a.set("customer_since", Cell::Count(self.count(Occasion::CustomerSince)));
        a.set("left_out.missing_birthday", Cell::Count(l.missing_birthday));
        a.set("left_out.placeholder", Cell::Count(l.placeholder));
        a.set("left_out.future", Cell::Count(l.future));
        a.set("left_out.implausible_year", Cell::Count(l.implausible_year));
        a.set("left_out.possibly_older", Cell::Count(l.possibly_older));
        let all = || self.due.iter();
        let rows = Table::list("rows")
            .with("customer", Column::Customer(all().map(|d| d.who).collect()))
            .with(
                "occasion",
                Column::Word {
                    family: "occasion",
                    names: Occasion::NAMES,
                    of: all().map(|d| Some(d.occasion as u16)).collect(),
                },
            )
            .with("day", Column::Day(all().map(|d| Some(d.day)).collect()))
            .with("years", Column::Count(all().map(|d| d.years).collect()));
        a.tables = vec![rows, self.days_table()];
        let (from, until) = (Cell::Day(self.window.0), Cell::Day(self.window.1));
        if self.due.is_empty() {
            let values = vec![("from", from), ("until", until)];
            a.actions.push(Action::Nothing { key: "customers.occasions.nothing", values });
        } else {
            let told = Message::new("customers.occasions.due")
                .with("customers", Cell::Count(self.customers()))
                .with("birthdays", Cell::Count(self.count(Occasion::Birthday)))
                .with("from", from)
                .with("until", until);
            a.messages.push(told);
            let customers = self.customers();
            a.actions.push(Action::Act {
                key: "customers.occasions.greet",
                customers,
                stake: None,
                list: "rows",
            });
        }
        a.findings = self.findings();
        a
    }
}

/// `customers occasions` in the catalogue.
pub struct OccasionsAnalysis;

impl Analysis for OccasionsAnalysis {
    type Params = OccasionsParams;
    type Input<'a> = (&'a Histories<CustomerRow>, Option<&'a [Summary]>);
    type Output = Occasions;
    const CARD: Card = Card {
        key: "customers occasions",
        version: 1,
        title: "Birthdays and anniversaries of the days to come",
        unit: "customers",
        formula: "the day and month of each date, in the first year in which it lies in as_of + 1 .. as_of + days",
        source: "definition",
        assumptions: &[
            "29 February is kept on 28 February in common years unless --leap mar1",
            "a customer is one since the earlier of creation and first purchase",
            "whether someone may be greeted is a matter of consent and decided where lists are made",
        ],
        words: &[
            "message.customers.occasions.due",
            "action.customers.occasions.greet",
            "action.customers.occasions.nothing",
            "chart.customers.occasions.days",
            "word.occasion.birthday",
            "word.occasion.anniversary",
            "word.occasion.customer_since",
        ],
        example: "naata customers occasions --customers customers.csv",
    };

    fn run(
        (customers, summaries): Self::Input<'_>,
        params: &OccasionsParams,
        cx: &Context<'_>,
    ) -> Result<Occasions, Refusal> {
        Ok(occasions(customers, summaries, params, cx.as_of, cx.history_from)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use naata_core::{Minor, Symbol};
    use proptest::prelude::*;

    fn day(text: &str) -> Day {
        Day::parse_iso(text).unwrap()
    }

    fn row(who: u32, birthday: Option<Day>, anniversary: Option<Day>, created: Option<Day>) -> CustomerRow {
        let none = Symbol::NONE;
        CustomerRow {
            who: CustomerIx(who),
            name: none,
            email: none,
            phone: none,
            birthday,
            anniversary,
            created,
            country: none,
            region: none,
            city: none,
            postcode: none,
            language: none,
            company: none,
            industry: none,
            employees: None,
            channel: none,
            cost: None,
        }
    }

    fn birthdays(dates: &[&str], as_of: &str, leap: Leap, days: u32) -> Occasions {
        let rows: Vec<CustomerRow> =
            dates.iter().zip(0..).map(|(d, i)| row(i, Some(day(d)), None, None)).collect();
        let h = Histories::group(rows.len(), &rows, |r| r.birthday).unwrap();
        occasions(&h, None, &OccasionsParams { days, leap }, day(as_of), None).unwrap()
    }

    fn kept(o: &Occasions) -> Vec<String> {
        o.due.iter().map(|d| format!("{} {} {:?}", d.who.0, d.day, d.years)).collect()
    }

    #[test]
    fn the_window_begins_tomorrow_and_ends_after_its_days() {
        let o = birthdays(
            &["1990-12-20", "1990-12-21", "1990-01-03", "1990-01-04"],
            "2025-12-20",
            Leap::Feb28,
            14,
        );
        assert_eq!(kept(&o), ["1 2025-12-21 Some(35)", "2 2026-01-03 Some(36)"]);
    }

    #[test]
    fn leap_days_are_kept_in_common_years() {
        let born = ["2000-02-29"];
        assert_eq!(kept(&birthdays(&born, "2026-02-20", Leap::Feb28, 14)), ["0 2026-02-28 Some(26)"]);
        assert_eq!(kept(&birthdays(&born, "2026-02-20", Leap::Mar1, 14)), ["0 2026-03-01 Some(26)"]);
        assert_eq!(kept(&birthdays(&born, "2028-02-20", Leap::Mar1, 14)), ["0 2028-02-29 Some(28)"]);
    }

    #[test]
    fn what_stands_for_unknown_is_counted_and_not_kept() {
        let o = birthdays(
            &["1900-01-01", "1970-01-01", "2030-01-01", "1890-01-05", "1970-01-05"],
            "2026-01-01",
            Leap::Feb28,
            14,
        );
        assert_eq!(kept(&o), ["3 2026-01-05 None", "4 2026-01-05 Some(56)"]);
        let l = o.left_out;
        assert_eq!((l.placeholder, l.future, l.implausible_year, l.missing_birthday), (2, 1, 1, 0));
        assert_eq!(o.answer().flaws(), Vec::<String>::new());
        assert_eq!(o.answer().findings.len(), 3);
    }

    #[test]
    fn a_customer_is_one_since_the_earlier_of_creation_and_first_purchase() {
        let rows = [row(0, None, None, Some(day("2024-05-10"))), row(1, None, None, None)];
        let h = Histories::group(3, &rows, |r| r.created).unwrap();
        let bought = |first: &str| Summary::stated(day(first), day(first), 1, Minor(1), Minor(1));
        let s = [bought("2024-05-05"), bought("2023-05-05"), bought("2024-05-06")];
        let p = OccasionsParams::default();
        let ask = |from| occasions(&h, Some(&s), &p, day("2026-05-01"), from).unwrap();
        let all = ["0 2026-05-05 Some(2)", "1 2026-05-05 Some(3)", "2 2026-05-06 Some(2)"];
        assert_eq!(kept(&ask(None)), all);
        // The export begins in the week of customer 1's first purchase there, so that one may be older.
        let o = ask(Some(day("2023-05-01")));
        assert_eq!(kept(&o), [all[0], all[2]]);
        assert_eq!((o.left_out.possibly_older, o.left_out.missing_birthday), (1, 2));
    }

    #[test]
    fn a_day_is_not_its_own_anniversary_and_windows_have_bounds() {
        let rows = [row(0, None, Some(day("2026-04-30")), None)];
        let h = Histories::group(1, &rows, |r| r.created).unwrap();
        let ask = |days, as_of| {
            occasions(&h, None, &OccasionsParams { days, ..OccasionsParams::default() }, as_of, None)
        };
        assert!(ask(14, day("2026-04-30")).unwrap().due.is_empty());
        assert_eq!(kept(&ask(365, day("2026-04-30")).unwrap()), ["0 2027-04-30 Some(1)"]);
        assert_eq!(ask(0, day("2026-04-30")), Err(Error::Window { days: 0 }));
        assert_eq!(ask(367, day("2026-04-30")), Err(Error::Window { days: 367 }));
        assert!(matches!(ask(14, Day::MAX), Err(Error::Calendar { .. })));
    }

    proptest! {
        /// A slow and obvious second way: walk the days and ask each whether it is the birthday.
        #[test]
        fn walking_the_days_finds_the_same(born in -20_000i32..10_000, as_of in 15_000i32..40_000, days in 1u32..=365) {
            let rows = [row(0, Some(Day(born)), None, None)];
            let h = Histories::group(1, &rows, |r| r.birthday).unwrap();
            let o = occasions(&h, None, &OccasionsParams { days, leap: Leap::Mar1 }, Day(as_of), None).unwrap();
            let (_, m, d) = Day(born).ymd().unwrap();
            let placeholder = PLACEHOLDERS.contains(&Day(born).ymd().unwrap());
            let walked = (as_of + 1..=as_of + days as i32).map(Day).find(|x| {
                let (y, month, date) = x.ymd().unwrap();
                let common = Day::from_ymd(y, 2, 29).is_none();
                (month, date) == (m, d) || (m, d) == (2, 29) && common && (month, date) == (3, 1)
            });
            prop_assert_eq!(o.due.first().map(|d| d.day), walked.filter(|_| !placeholder));
        }
    }
}
