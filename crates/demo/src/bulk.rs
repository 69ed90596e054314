//! Files too large for memory, written row by row for benchmarks.
//!
//! Every row is a function of its number alone, so the same rows can be written in order of time or shuffled by a
//! permutation of the numbers, without holding any of them.

use crate::Error;
use naata_core::Day;
use naata_math::keyed_hash;
use std::io::Write;

/// What large file to write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bulk {
    /// Rows below the header.
    pub rows: u64,
    /// Customers; each has a row at least.
    pub customers: u32,
    /// Another seed gives other rows of the same kind.
    pub seed: u64,
    /// The first day.
    pub from: Day,
    /// The last day.
    pub until: Day,
    /// Whether the same rows stand in random order instead of their own.
    pub shuffled: bool,
    /// Whether customers have ids of 36 characters instead of 8.
    pub uuids: bool,
}

impl Bulk {
    /// A gigabyte: 11.5 million purchases of a million customers.
    pub fn purchases() -> Self {
        Self {
            rows: 11_500_000,
            customers: 1_000_000,
            seed: 42,
            from: Day(19_358),
            until: Day(20_726),
            shuffled: false,
            uuids: false,
        }
    }

    /// A third of a gigabyte: 3.5 million touches of 400,000 customers.
    pub fn touches() -> Self {
        Self { rows: 3_500_000, customers: 400_000, uuids: true, ..Self::purchases() }
    }

    fn check(&self) -> Result<(), Error> {
        let refuse = |what, allowed| Err(Error::Bulk { what, allowed });
        if self.customers == 0 || u64::from(self.customers) > self.rows {
            return refuse("customers", "between 1 and the number of rows");
        }
        if self.rows > 1 << 32 {
            return refuse("rows", "4,294,967,296 at most");
        }
        if self.from > self.until || self.from < Day::MIN || self.until > Day::MAX {
            return refuse("until", "a day of the calendar, not before from");
        }
        Ok(())
    }

    fn hash(&self, label: &str, index: u64) -> u64 {
        keyed_hash(self.seed, label, index)
    }

    /// Days of the period, as text.
    fn days(&self) -> Vec<String> {
        (self.from.0..=self.until.0).map(|day| Day(day).to_string()).collect()
    }
}

/// Seconds a shop is open a day, from eight in the morning to ten in the evening.
const OPEN: u64 = 14 * 3_600;
/// When it opens.
const OPENS: u64 = 8 * 3_600;
/// The most touches a customer may have in the mean: with twice as many, a journey still ends on its day.
const MOST_TOUCHES: u64 = 200;
/// Bytes that are gathered before they are handed on.
const BLOCK: usize = 1 << 20;

/// Writes purchases in ten columns, a quarter of them with a product name in quotes.
///
/// Purchases per customer are heavy-tailed: most customers have one to three, the largest have thousands. In their own
/// order the rows rise in time.
pub fn bulk_purchases(bulk: &Bulk, out: &mut dyn Write) -> Result<u64, Error> {
    bulk.check()?;
    let days = bulk.days();
    let span = days.len() as u64 * OPEN;
    let people = Shuffle::new(bulk.seed, "people", bulk.customers.into());
    stream(bulk, out, "order,customer,date,time,product,quantity,amount,discount,tax,currency\n", |n, row| {
        let at = (u128::from(n) * u128::from(span) / u128::from(bulk.rows)) as u64;
        let random = bulk.hash("purchase", n);
        row.extend_from_slice(b"SO");
        digits(row, n + 1, 10);
        row.push(b',');
        customer(bulk, row, buyer(bulk, &people, n));
        row.push(b',');
        row.extend_from_slice(days.get((at / OPEN) as usize).map_or(&[][..], String::as_bytes));
        row.push(b',');
        clock(row, OPENS + at % OPEN);
        row.push(b',');
        let names: &[&str] = if random.is_multiple_of(4) { QUOTED } else { PLAIN };
        row.extend_from_slice(choose(names, random >> 8).as_bytes());
        row.push(b',');
        digits(row, 1 + (random >> 20) % 5, 1);
        row.push(b',');
        let amount = 4_900 + (random >> 24) % 10_000 * ((random >> 40) % 37 + 1);
        money(row, amount);
        row.push(b',');
        money(row, if (random >> 48).is_multiple_of(5) { amount / 10 } else { 0 });
        row.push(b',');
        money(row, amount * 5 / 105);
        row.extend_from_slice(b",INR\n");
    })
}

/// The customer of a purchase: each customer is brought in once, the rest of the rows go mostly to a few.
fn buyer(bulk: &Bulk, people: &Shuffle, n: u64) -> u64 {
    let customers = u128::from(bulk.customers);
    let brought_in = |n: u64| (u128::from(n) * customers / u128::from(bulk.rows)) as u64;
    if brought_in(n + 1) > brought_in(n) {
        return people.at(brought_in(n));
    }
    let random = bulk.hash("buyer", n);
    // Thirty-two bits make the place, others decide how it is spread.
    let place = random >> 32;
    if random.is_multiple_of(10) {
        return (place * u64::from(bulk.customers)) >> 32;
    }
    // The square of an even draw thins out as one over the square root; two fifths of the customers share it.
    let square = (place * place) >> 32;
    ((square * u64::from(bulk.customers)) >> 32) * 2 / 5
}

/// Writes touches of journeys, between one and twice the mean a customer; in their own order customer by customer.
pub fn bulk_touches(bulk: &Bulk, out: &mut dyn Write) -> Result<u64, Error> {
    bulk.check()?;
    if bulk.rows / u64::from(bulk.customers) > MOST_TOUCHES {
        return Err(Error::Bulk { what: "rows", allowed: "at most 200 for each customer" });
    }
    let days = bulk.days();
    stream(bulk, out, "customer,at,activity,channel,device\n", |n, row| {
        let (who, step) = journey(bulk, n);
        let begin = bulk.hash("journey", who);
        let random = bulk.hash("touch", n);
        // A step every minute and a half or so, so that no two of a customer share an instant.
        let at = (OPENS + begin % (6 * 3_600)) * 1_000 + step * 90_000 + random % 89_000;
        let day = (begin >> 16) % days.len() as u64;
        customer(bulk, row, who);
        row.push(b',');
        row.extend_from_slice(days.get(day as usize).map_or(&[][..], String::as_bytes));
        row.push(b'T');
        clock(row, at / 1_000);
        row.push(b'.');
        digits(row, at % 1_000, 3);
        row.extend_from_slice(b"+05:30,");
        let choices = STEPS.get(step.min(STEPS.len() as u64 - 1) as usize).copied().unwrap_or(&["visit"]);
        row.extend_from_slice(choose(choices, random >> 40).as_bytes());
        row.push(b',');
        row.extend_from_slice(choose(&["app", "web", "whatsapp", "store"], begin >> 56).as_bytes());
        row.push(b',');
        row.extend_from_slice(choose(&["android", "iphone", "desktop", "counter"], begin >> 48).as_bytes());
        row.push(b'\n');
    })
}

/// The customer of a touch, and which of the customer's touches it is.
fn journey(bulk: &Bulk, n: u64) -> (u64, u64) {
    let (rows, customers) = (bulk.rows, u64::from(bulk.customers));
    let mean = rows / customers;
    // The first touch of a customer: an even grid, each point moved by less than the distance to the next.
    let first = |who: u64| match who {
        0 => 0,
        _ if who >= customers => rows,
        _ => {
            (u128::from(who) * u128::from(rows) / u128::from(customers)) as u64
                + bulk.hash("length", who) % mean
        }
    };
    let mut who = ((u128::from(n) * u128::from(customers) / u128::from(rows)) as u64).min(customers - 1);
    while first(who) > n {
        who -= 1;
    }
    while first(who + 1) <= n {
        who += 1;
    }
    (who, n - first(who))
}

/// What may happen at each step of a journey; the last goes for all that follow.
const STEPS: &[&[&str]] = &[
    &["visit", "campaign opened", "store visit"],
    &["search", "search", "product view"],
    &["product view", "product view", "search"],
    &["product view", "add to cart"],
    &["add to cart", "product view", "checkout"],
    &["checkout", "checkout", "support chat"],
    &["payment"],
    &["payment", "order", "order"],
    &["order", "delivery", "support call"],
    &["delivery", "visit", "review", "return", "search", "product view"],
];

const PLAIN: &[&str] = &[
    "Basmati rice 5 kg",
    "Mustard oil 1 l",
    "Darjeeling tea tin",
    "Cotton kurta",
    "Steel tiffin",
    "Coconut hair oil",
    "Incense sticks",
    "Pressure cooker 5 l",
    "Jute door mat",
    "School notebooks",
    "Toor dal 1 kg",
    "Bath towel",
];

/// Names that need quotes, as they stand in the file.
const QUOTED: &[&str] = &[
    "\"Pipe, steel, 5\"\" x 1 m\"",
    "\"Dinner set, \"\"Marigold\"\", 24 pieces\"",
    "\"बासमती चावल, पाँच किलो\"",
    "\"গোবিন্দভোগ চাল, এক কেজি\"",
    "\"Café blend, ground\"",
    "\"Saree, silk, red and gold\"",
    "\"Photo frame 8\"\" by 10\"\"\"",
    "\"Gift box, \"\"दीपावली\"\"\"",
];

/// Writes the header and every row, in order or shuffled, and returns the number of bytes.
fn stream(
    bulk: &Bulk,
    out: &mut dyn Write,
    header: &str,
    row: impl Fn(u64, &mut Vec<u8>),
) -> Result<u64, Error> {
    let order = bulk.shuffled.then(|| Shuffle::new(bulk.seed, "rows", bulk.rows));
    let mut block = Vec::with_capacity(BLOCK + 1_024);
    block.extend_from_slice(header.as_bytes());
    let mut bytes = 0;
    for n in 0..bulk.rows {
        row(order.as_ref().map_or(n, |o| o.at(n)), &mut block);
        if block.len() >= BLOCK {
            out.write_all(&block)?;
            bytes += block.len() as u64;
            block.clear();
        }
    }
    out.write_all(&block)?;
    out.flush()?;
    Ok(bytes + block.len() as u64)
}

/// One of some texts; the remainder is taken before a platform's word could cut the number short.
fn choose<'a>(of: &[&'a str], random: u64) -> &'a str {
    let place = random % (of.len() as u64).max(1);
    of.get(place as usize).copied().unwrap_or_default()
}

/// A number with at least so many digits.
fn digits(row: &mut Vec<u8>, number: u64, width: usize) {
    let mut text = [b'0'; 20];
    let (mut left, mut at) = (number, text.len());
    while left > 0 || text.len() - at < width.min(20) {
        at -= 1;
        text[at] = b'0' + (left % 10) as u8;
        left /= 10;
    }
    row.extend_from_slice(&text[at..]);
}

fn money(row: &mut Vec<u8>, paise: u64) {
    digits(row, paise / 100, 1);
    row.push(b'.');
    digits(row, paise % 100, 2);
}

fn clock(row: &mut Vec<u8>, seconds: u64) {
    digits(row, seconds / 3_600, 2);
    row.push(b':');
    digits(row, seconds / 60 % 60, 2);
    row.push(b':');
    digits(row, seconds % 60, 2);
}

fn customer(bulk: &Bulk, row: &mut Vec<u8>, who: u64) {
    if !bulk.uuids {
        row.push(b'C');
        digits(row, who, 7);
        return;
    }
    // Version 4, variant 1, as random ids are marked.
    let high = bulk.hash("uuid", who) & !0xf000 | 0x4000;
    let low = bulk.hash("uuid", !who) & !(0xc << 60) | (0x8 << 60);
    let hex = |row: &mut Vec<u8>, number: u64, from: u32, count: u32| {
        for place in (from..from + count).rev() {
            let digit = (number >> (4 * place)) as u8 & 0xf;
            row.push(if digit < 10 { b'0' + digit } else { b'a' + digit - 10 });
        }
    };
    hex(row, high, 8, 8);
    row.push(b'-');
    hex(row, high, 4, 4);
    row.push(b'-');
    hex(row, high, 0, 4);
    row.push(b'-');
    hex(row, low, 12, 4);
    row.push(b'-');
    hex(row, low, 0, 12);
}

/// A permutation of the numbers below a bound, one number at a time.
///
/// # Source
/// Luby and Rackoff, "How to Construct Pseudorandom Permutations from Pseudorandom Functions", 1988; Black and Rogaway,
/// "Ciphers with Arbitrary Finite Domains", 2002 (cycle walking).
struct Shuffle {
    keys: [u64; 4],
    bound: u64,
    /// Bits of each half.
    half: u32,
}

impl Shuffle {
    fn new(seed: u64, label: &str, bound: u64) -> Self {
        let bits = 64 - bound.saturating_sub(1).leading_zeros();
        Self {
            keys: std::array::from_fn(|n| keyed_hash(seed, label, n as u64)),
            bound,
            half: bits.div_ceil(2).max(1),
        }
    }

    fn at(&self, number: u64) -> u64 {
        let mask = (1_u64 << self.half) - 1;
        let mut now = number;
        loop {
            let (mut left, mut right) = (now >> self.half, now & mask);
            for key in self.keys {
                (left, right) = (right, left ^ (keyed_hash(key, "", right) & mask));
            }
            now = left << self.half | right;
            // A number outside is sent on: the walk comes back inside, and no two walks meet.
            if now < self.bound {
                return now;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::{BTreeMap, BTreeSet};

    fn written(bulk: &Bulk, write: fn(&Bulk, &mut dyn Write) -> Result<u64, Error>) -> String {
        let mut bytes = Vec::new();
        let count = write(bulk, &mut bytes).expect("written");
        assert_eq!(count, bytes.len() as u64);
        String::from_utf8(bytes).expect("UTF-8")
    }

    fn small() -> Bulk {
        Bulk { rows: 20_000, customers: 2_000, ..Bulk::purchases() }
    }

    fn sorted(text: &str) -> Vec<&str> {
        let mut lines: Vec<&str> = text.lines().skip(1).collect();
        lines.sort_unstable();
        lines
    }

    #[test]
    fn shuffled_rows_are_the_same_rows() {
        for write in [bulk_purchases, bulk_touches] {
            let plain = written(&small(), write);
            let shuffled = written(&Bulk { shuffled: true, ..small() }, write);
            assert_eq!(sorted(&plain), sorted(&shuffled));
            let moved = plain.lines().zip(shuffled.lines()).filter(|(a, b)| a != b).count();
            assert!(moved > 19_900, "{moved}");
        }
    }

    #[test]
    fn purchases_have_ten_columns_and_a_heavy_tail() {
        let text = written(&small(), bulk_purchases);
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let (mut quoted, mut of) = (0, BTreeMap::<String, u32>::new());
        let mut before = String::new();
        for record in reader.records() {
            let record = record.expect("ten cells");
            assert_eq!(record.len(), 10);
            quoted += u32::from(record[4].contains([',', '"']));
            *of.entry(record[1].into()).or_default() += 1;
            let at = format!("{} {}", &record[2], &record[3]);
            assert!(at >= before, "time goes back to {at}");
            before = at;
        }
        assert_eq!(of.len(), 2_000);
        // Four standard errors of a quarter of 20,000 rows are 245.
        assert!((4_755..5_245).contains(&quoted), "{quoted}");
        let mut counts: Vec<u32> = of.into_values().collect();
        counts.sort_unstable();
        assert!(counts[1_000] <= 4 && counts[1_999] > 300, "{} {}", counts[1_000], counts[1_999]);
    }

    #[test]
    fn touches_of_a_customer_never_share_an_instant() {
        let text = written(&small(), bulk_touches);
        let keys: BTreeSet<&str> = text.lines().skip(1).filter_map(|l| l.get(..38)).collect();
        assert_eq!(keys.len(), 20_000);
        let customers: BTreeSet<&str> = text.lines().skip(1).filter_map(|l| l.split(',').next()).collect();
        assert_eq!(customers.len(), 2_000);
    }

    #[test]
    fn ids_look_like_random_uuids() {
        let text = written(&Bulk { uuids: true, ..small() }, bulk_purchases);
        let ids: BTreeSet<&str> = text.lines().skip(1).filter_map(|l| l.split(',').nth(1)).collect();
        assert_eq!(ids.len(), 2_000);
        for id in ids {
            let parts: Vec<usize> = id.split('-').map(str::len).collect();
            assert_eq!(parts, [8, 4, 4, 4, 12], "{id}");
            assert!(id.as_bytes()[14] == b'4' && b"89ab".contains(&id.as_bytes()[19]), "{id}");
        }
    }

    #[test]
    fn bytes_are_pinned() {
        let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
        for text in [
            written(&Bulk { shuffled: true, uuids: true, ..small() }, bulk_purchases),
            written(&small(), bulk_touches),
        ] {
            hash = text.bytes().fold(hash, |h, b| (h ^ u64::from(b)).wrapping_mul(0x0000_0100_0000_01b3));
        }
        assert_eq!(hash, 0xbe3b_770f_b54b_8e9e, "{hash:#018x}");
    }

    #[test]
    fn plans_without_meaning_are_refused() {
        for bad in [
            Bulk { customers: 0, ..small() },
            Bulk { rows: 5, ..small() },
            Bulk { rows: u64::MAX, ..small() },
            Bulk { until: Day(0), ..small() },
            Bulk { until: Day(i32::MAX), ..small() },
        ] {
            for write in [bulk_purchases, bulk_touches] {
                let error = write(&bad, &mut std::io::sink()).expect_err("refused");
                assert_eq!(error.code(), "demo.bulk", "{bad:?}");
            }
        }
        let crowded = Bulk { rows: 402, customers: 2, ..small() };
        assert!(bulk_touches(&crowded, &mut std::io::sink()).is_err());
        assert!(bulk_touches(&Bulk { rows: 401, ..crowded }, &mut std::io::sink()).is_ok());
    }

    proptest! {
        #[test]
        fn a_shuffle_hits_every_number_once(seed: u64, bound in 1u64..600) {
            let shuffle = Shuffle::new(seed, "test", bound);
            let hit: BTreeSet<u64> = (0..bound).map(|n| shuffle.at(n)).collect();
            prop_assert_eq!(hit.into_iter().collect::<Vec<_>>(), (0..bound).collect::<Vec<_>>());
        }

        #[test]
        fn any_small_plan_has_its_rows_and_customers(seed: u64, customers in 1u32..60, more in 0u64..200, days in 0i32..30) {
            let bulk = Bulk { rows: u64::from(customers) + more, customers, seed, until: Day(19_358 + days), ..small() };
            for (write, place) in [(bulk_purchases as fn(&Bulk, &mut dyn Write) -> Result<u64, Error>, 1), (bulk_touches, 0)] {
                let text = written(&bulk, write);
                let who: BTreeSet<&str> = text.lines().skip(1).filter_map(|l| l.split(',').nth(place)).collect();
                prop_assert_eq!((text.lines().count() as u64, who.len()), (bulk.rows + 1, customers as usize));
            }
        }
    }
}
