//! The shop's customers: who they are, where they live, when they came.
//!
//! Nothing but the spelling of a name depends on the name; a name's script follows the declared language, never the
//! other way round.

use crate::Shop;
use crate::calendar::festival;
use crate::draw::{between, pick, weighted};
use crate::names::{FAMILY, GIVEN, Script};
use crate::places::{CITIES, City};
use crate::table::{File, Table};
use naata_core::Day;
use naata_math::Rng;

/// A company that buys for its office, shop or kitchen.
#[derive(Clone, Debug)]
pub(crate) struct Company {
    pub(crate) name: String,
    pub(crate) industry: &'static str,
    pub(crate) employees: u32,
}

/// A customer.
#[derive(Clone, Debug)]
pub(crate) struct Person {
    /// Names the customer's streams of random numbers; never written to a file.
    pub(crate) key: u64,
    pub(crate) id: String,
    /// Given and family name, as places in their lists.
    pub(crate) names: (usize, usize),
    pub(crate) script: Script,
    pub(crate) name: String,
    pub(crate) email: Option<String>,
    pub(crate) phone: Option<String>,
    pub(crate) birthday: Option<Day>,
    pub(crate) anniversary: Option<Day>,
    /// The day of the first purchase, or of registration where there is none.
    pub(crate) acquired: Day,
    /// The day of the first trace: the first visit that was recorded, at the latest `acquired`.
    pub(crate) created: Day,
    pub(crate) buys: bool,
    pub(crate) city: City,
    pub(crate) postcode: String,
    pub(crate) language: Option<&'static str>,
    pub(crate) company: Option<Company>,
}

impl Person {
    /// A stream of random numbers for one concern of this customer.
    pub(crate) fn rng(&self, seed: u64, concern: &str) -> Rng {
        Rng::stream(seed, concern, self.key)
    }

    /// The name in a script.
    pub(crate) fn name_in(&self, script: Script) -> String {
        let part = |list: &[crate::names::Name], at: usize| {
            list.get(at).map(|n| n.in_script(script)).unwrap_or_default()
        };
        format!("{} {}", part(GIVEN, self.names.0), part(FAMILY, self.names.1))
    }

    /// An e-mail address at a domain that is reserved for examples.
    pub(crate) fn mail(&self, domain: &str, tail: u64) -> String {
        let part = |list: &[crate::names::Name], at: usize| {
            list.get(at).map(crate::names::Name::mail_part).unwrap_or_default()
        };
        format!("{}.{}{tail}@{domain}", part(GIVEN, self.names.0), part(FAMILY, self.names.1))
    }
}

/// Domains reserved for examples (RFC 2606).
const DOMAINS: &[&str; 3] = &["example.com", "example.org", "example.net"];

/// A phone number that is plainly invented: no Indian area code or mobile series begins with 500.
pub(crate) fn phone(number: u64) -> String {
    let digits = number % 10_000_000;
    format!("+91 500{:02} {:05}", digits / 100_000, digits % 100_000)
}

/// Draws the customers of a shop, in order of their arrival.
pub(crate) fn draw(shop: &Shop) -> Vec<Person> {
    let mut people: Vec<Person> = (0..u64::from(shop.customers)).map(|key| person(shop, key)).collect();
    people.sort_by_key(|p| (p.acquired, p.key));
    let width = shop.customers.to_string().len().max(5);
    for (place, p) in people.iter_mut().enumerate() {
        p.id = format!("C{:0width$}", place + 1);
    }
    people
}

fn person(shop: &Shop, key: u64) -> Person {
    let rng = &mut Rng::stream(shop.seed, "person", key);
    let city = weighted(rng, CITIES);
    let names = (rng.below(GIVEN.len() as u64) as usize, rng.below(FAMILY.len() as u64) as usize);
    let language = city.language(rng);
    let script = match language {
        "hi" if rng.chance(0.55) => Script::Devanagari,
        "bn" if rng.chance(0.6) => Script::Bengali,
        _ => Script::Latin,
    };
    let acquired = arrival(rng, shop.from, shop.until);
    let mut p = Person {
        key,
        id: String::new(),
        names,
        script,
        name: String::new(),
        email: None,
        phone: rng.chance(0.9).then(|| phone(key.wrapping_mul(7_368_787).wrapping_add(1_234_567))),
        birthday: rng.chance(0.62).then(|| birthday(rng)),
        anniversary: None,
        acquired,
        created: acquired,
        // The first drawn always buys, so that the smallest shop has a sale.
        buys: rng.chance(0.97) || key == 0,
        city,
        postcode: city.postcode(rng),
        language: rng.chance(0.9).then_some(language),
        company: rng.chance(0.05).then(|| company(rng)),
    };
    if p.company.is_none() && rng.chance(0.4) {
        p.anniversary = anniversary(rng, p.birthday, shop.from);
    }
    p.name = p.name_in(script);
    let domain = pick(rng, DOMAINS);
    p.email = rng.chance(0.82).then(|| p.mail(domain, key + 1));
    p
}

/// Draws the day of arrival: more as the shop grows, and nearly twice as many in the festival season.
fn arrival(rng: &mut Rng, from: Day, until: Day) -> Day {
    let span = i32::try_from(until.since(from)).unwrap_or(i32::MAX).max(0);
    loop {
        let day = Day(from.0.saturating_add(between(rng, 0, span)));
        let grown = f64::from(day.0 - from.0) / f64::from(span.max(1));
        let weight = (0.75 + 0.25 * grown) * (1.0 + 0.9 * festival(day));
        if rng.chance(weight / 1.9) {
            return day;
        }
    }
}

/// Draws a date of birth; a few more than by nature fall on a leap day, because that is where programs trip.
fn birthday(rng: &mut Rng) -> Day {
    if rng.chance(0.004) {
        let leap = 1952 + 4 * between(rng, 0, 13);
        return Day::from_ymd(leap, 2, 29).unwrap_or(Day(0));
    }
    let (first, last) = (Day::from_ymd(1948, 1, 1), Day::from_ymd(2007, 12, 31));
    Day(between(rng, first.map_or(0, |d| d.0), last.map_or(0, |d| d.0)))
}

/// Draws a wedding day before the shop opened; none for who was not yet twenty-one.
fn anniversary(rng: &mut Rng, birthday: Option<Day>, opened: Day) -> Option<Day> {
    let earliest = birthday.map_or(opened.0 - 14_000, |b| b.0 + 7_671);
    (earliest < opened.0).then(|| Day(between(rng, earliest, opened.0 - 1)))
}

/// What a company does, and what its name ends in.
const TRADES: &[(&str, [&str; 3]); 7] = &[
    ("hospitality", ["Guest House", "Caterers", "Restaurant"]),
    ("retail", ["General Stores", "Traders", "Mart"]),
    ("software", ["Software Works", "Labs", "Systems"]),
    ("education", ["Public School", "Coaching Centre", "Academy"]),
    ("health", ["Clinic", "Diagnostics", "Nursing Home"]),
    ("manufacturing", ["Industries", "Textile Mills", "Polymers"]),
    ("logistics", ["Transport", "Couriers", "Warehousing"]),
];

const COMPANY_NAMES: &[&str; 24] = &[
    "Sunrise",
    "Banyan",
    "Blue Lotus",
    "Monsoon",
    "Chinar",
    "Peepal Tree",
    "Silver Line",
    "New Horizon",
    "Lakeview",
    "Green Field",
    "Marigold",
    "Northgate",
    "Sarovar",
    "Udaan",
    "Pragati",
    "Nirman",
    "Sandalwood",
    "Riverside",
    "Hill Station",
    "Golden Paddy",
    "Coral",
    "Saffron",
    "White Heron",
    "Kalpavriksha",
];

fn company(rng: &mut Rng) -> Company {
    let (industry, endings) = pick(rng, TRADES);
    let size = weighted(rng, &[(50, (3, 19)), (30, (20, 99)), (15, (100, 499)), (5, (500, 3_000))]);
    let name = format!("{} {}", pick(rng, COMPANY_NAMES), pick(rng, &endings));
    Company { name, industry, employees: between(rng, size.0, size.1).unsigned_abs() }
}

/// The file of customers.
pub(crate) fn file(people: &[Person]) -> File {
    let mut t = Table::new(
        "id,name,email,phone,birthday,anniversary,created,country,region,city,postcode,language,company,industry,employees",
    );
    for p in people {
        let c = p.company.as_ref();
        t.text(&p.id).text(&p.name).optional(p.email.as_deref()).optional(p.phone.as_deref());
        t.plain(p.birthday)
            .plain(p.anniversary)
            .day(p.created)
            .text("IN")
            .text(p.city.region)
            .text(p.city.name);
        t.text(&p.postcode).optional(p.language).optional(c.map(|c| c.name.as_str()));
        t.optional(c.map(|c| c.industry)).plain(c.map(|c| c.employees)).end();
    }
    t.file("customers.csv")
}
