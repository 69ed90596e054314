//! What a business has recorded about each customer, as facts that segments and rules can name.
//!
//! Where a customer has several rows, each field is that of the last row that states it. Texts stay as recorded; a
//! declared language or place is a fact, and nothing is guessed from a name.

use naata_core::{CustomerIx, CustomerRow, Day, Histories, MoneyUnit, Symbol, Texts};
use naata_facts::{Column, Fact, Facts, Provide};
use std::collections::BTreeMap;

/// The age in whole years on the day one stands on, where the year of birth is plausible.
const AGE: Fact<u64> = Fact::new("customers.age");
/// The people a business customer employs.
const EMPLOYEES: Fact<u64> = Fact::new("customers.employees");
/// The day the customer was first recorded.
const CREATED: Fact<Day> = Fact::new("customers.created");

/// What winning the customer cost.
const COST: &str = "customers.cost";

/// The oldest age taken for real.
pub(crate) const MAX_AGE: u64 = 110;

/// A customer's own data over all rows: each field is that of the last row that states it.
pub(crate) fn merged(rows: &[CustomerRow]) -> Option<CustomerRow> {
    let mut rows = rows.iter();
    let mut all = *rows.next()?;
    for r in rows {
        for (into, from) in [
            (&mut all.name, r.name),
            (&mut all.email, r.email),
            (&mut all.phone, r.phone),
            (&mut all.country, r.country),
            (&mut all.region, r.region),
            (&mut all.city, r.city),
            (&mut all.postcode, r.postcode),
            (&mut all.language, r.language),
            (&mut all.company, r.company),
            (&mut all.industry, r.industry),
            (&mut all.channel, r.channel),
        ] {
            if from.some().is_some() {
                *into = from;
            }
        }
        all.birthday = r.birthday.or(all.birthday);
        all.anniversary = r.anniversary.or(all.anniversary);
        all.created = r.created.or(all.created);
        all.employees = r.employees.or(all.employees);
        all.cost = r.cost.or(all.cost);
    }
    Some(all)
}

/// Whole years from a birthday to a day; `None` when that is no plausible age of a customer.
pub(crate) fn age(birthday: Day, on: Day) -> Option<u64> {
    let ((y, m, d), (year, month, day)) = (birthday.ymd()?, on.ymd()?);
    let years = year - y - i32::from((month, day) < (m, d));
    u64::try_from(years).ok().filter(|a| (1..=MAX_AGE).contains(a))
}

/// The recorded data of all customers; gives the facts `customers.*`.
///
/// ```
/// use naata_core::{records::Customer, Currency, CustomerIx, Day, Histories, MoneyUnit, Part, Zone};
/// use naata_customers::Profiles;
/// use naata_facts::{FactValue, Facts, Provide};
///
/// let mut part = Part::new(MoneyUnit::of(Currency::INR), Zone::UTC);
/// part.customer(&Customer { id: "c1".into(), city: Some("Kolkata".into()), ..Customer::default() })?;
/// let (texts, symbols) = part.symbols.seal();
/// let (ids, customers) = part.index.seal();
/// part.renumber(&customers, &symbols);
/// let rows = Histories::group(ids.len(), &part.customers, |r| r.created).unwrap();
/// let mut facts = Facts::new(ids.len(), Day(20_000));
/// let unit = MoneyUnit::of(Currency::INR);
/// Profiles { rows: &rows, texts: &texts, unit }.provide(&mut facts).unwrap();
/// assert_eq!(facts.value("customers.city", CustomerIx(0)), Ok(Some(FactValue::Class("Kolkata"))));
/// # Ok::<(), naata_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Profiles<'a> {
    /// The customers' own data.
    pub rows: &'a Histories<CustomerRow>,
    /// Its texts.
    pub texts: &'a Texts,
    /// The unit of its amounts.
    pub unit: MoneyUnit,
}

/// A field of the recorded data that divides customers in classes.
type Field = (&'static str, fn(&CustomerRow) -> Symbol);

const CLASSES: [Field; 6] = [
    ("customers.country", |r| r.country),
    ("customers.region", |r| r.region),
    ("customers.city", |r| r.city),
    ("customers.language", |r| r.language),
    ("customers.industry", |r| r.industry),
    ("customers.channel", |r| r.channel),
];

impl Provide for Profiles<'_> {
    const FACTS: &'static [&'static str] = &[
        "customers.country",
        "customers.region",
        "customers.city",
        "customers.language",
        "customers.industry",
        "customers.channel",
        COST,
        EMPLOYEES.key,
        AGE.key,
        CREATED.key,
    ];

    fn provide(&self, out: &mut Facts) -> Result<(), naata_facts::Error> {
        let rows: Vec<Option<CustomerRow>> =
            (0..out.customers() as u32).map(|i| merged(self.rows.of(CustomerIx(i)))).collect();
        let as_of = out.as_of();
        for (key, field) in CLASSES {
            out.put_column(key, self.classes(&rows, field), as_of)?;
        }
        let each = |f: &dyn Fn(&CustomerRow) -> Option<u64>| rows.iter().map(|r| f(r.as_ref()?)).collect();
        let costs = rows.iter().map(|r| r.as_ref()?.cost).collect();
        out.put_column(COST, Column::Money(costs, self.unit), as_of)?;
        out.put(&EMPLOYEES, each(&|r| r.employees.map(u64::from)))?;
        out.put(&AGE, each(&|r| age(r.birthday?, as_of)))?;
        // What was recorded later than the day one stands on is not known yet.
        let created = rows.iter().map(|r| r.as_ref()?.created.filter(|d| *d <= as_of)).collect();
        out.put(&CREATED, created)
    }
}

impl Profiles<'_> {
    /// A customer's own data over all rows; `None` when nothing is recorded.
    pub fn one(&self, who: CustomerIx) -> Option<CustomerRow> {
        merged(self.rows.of(who))
    }

    fn classes(&self, rows: &[Option<CustomerRow>], field: fn(&CustomerRow) -> Symbol) -> Column {
        let symbol = |r: &Option<CustomerRow>| r.as_ref().and_then(|r| field(r).some());
        let mut position: BTreeMap<Symbol, u32> = rows.iter().filter_map(symbol).map(|s| (s, 0)).collect();
        for (place, n) in position.values_mut().zip(0..) {
            *place = n;
        }
        let names = position.keys().map(|s| self.texts.get(*s).unwrap_or_default().into()).collect();
        let of = rows.iter().map(|r| symbol(r).and_then(|s| position.get(&s).copied())).collect();
        Column::Class { names, of }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use naata_core::{Currency, Minor, Money, Part, Zone, records::Customer};
    use naata_facts::FactValue;

    fn date(text: &str) -> Option<chrono::NaiveDate> {
        Day::parse_iso(text).and_then(Day::date)
    }

    #[test]
    fn the_last_row_that_states_a_field_wins() {
        let mut part = Part::new(MoneyUnit::of(Currency::INR), Zone::UTC);
        let one = Customer {
            id: "b".into(),
            city: Some("Pune".into()),
            country: Some("IN".into()),
            birthday: date("2000-02-29"),
            created: date("2024-01-01"),
            employees: Some(40),
            cost: Some(Money::new(MoneyUnit::of(Currency::INR).decimal(Minor(12_050)), Currency::INR)),
            ..Customer::default()
        };
        let two = Customer {
            id: "b".into(),
            city: Some("Agra".into()),
            channel: Some("fair".into()),
            created: date("2025-01-01"),
            ..Customer::default()
        };
        let other = Customer {
            id: "a".into(),
            birthday: date("1850-01-01"),
            created: date("2030-01-01"),
            ..Customer::default()
        };
        for c in [&other, &one, &two] {
            part.customer(c).unwrap();
        }
        let (texts, symbols) = part.symbols.seal();
        let (ids, customers) = part.index.seal();
        part.renumber(&customers, &symbols);
        let rows = Histories::group(ids.len(), &part.customers, |r| r.created).unwrap();
        let as_of = Day::parse_iso("2026-02-28").unwrap();
        let mut facts = Facts::new(2, as_of);
        let unit = MoneyUnit::of(Currency::INR);
        Profiles { rows: &rows, texts: &texts, unit }.provide(&mut facts).unwrap();
        let get = |key, who| facts.value(key, CustomerIx(who)).unwrap();
        assert_eq!(get("customers.city", 1), Some(FactValue::Class("Agra")));
        assert_eq!(get("customers.country", 1), Some(FactValue::Class("IN")));
        assert_eq!(get("customers.employees", 1), Some(FactValue::Count(40)));
        assert_eq!(get("customers.channel", 1), Some(FactValue::Class("fair")));
        assert_eq!(get("customers.cost", 1), Some(FactValue::Money(Minor(12_050), unit)));
        assert_eq!((get("customers.channel", 0), get("customers.cost", 0)), (None, None));
        // 29 February has not come yet on the 28th.
        assert_eq!(get("customers.age", 1), Some(FactValue::Count(25)));
        assert_eq!(get("customers.city", 0), None);
        assert_eq!((get("customers.age", 0), get("customers.created", 0)), (None, None));
        let known: Vec<&str> = facts.names().collect();
        let mut stated = Profiles::FACTS.to_vec();
        stated.sort_unstable();
        assert_eq!(known, stated);
    }
}
