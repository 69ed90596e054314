//! What customers allowed, for which purpose, on which channel, and when they took it back.

use crate::Shop;
use crate::calendar::Moment;
use crate::draw::{between, pick};
use crate::people::Person;
use crate::table::{File, Table};
use naata_core::Day;
use naata_math::Rng;

/// One change of consent.
#[derive(Clone, Debug)]
struct Consent {
    at: Moment,
    purpose: &'static str,
    /// `None` stands for every channel.
    channel: Option<&'static str>,
    granted: bool,
    source: &'static str,
}

/// The consents of all customers, in the order of the customers.
pub(crate) struct Consents {
    of: Vec<Vec<Consent>>,
}

/// Channels messages go out on, and how many customers allow marketing there.
const CHANNELS: &[(&str, f64); 4] = &[("email", 0.7), ("whatsapp", 0.62), ("sms", 0.5), ("call", 0.2)];

impl Consents {
    /// Draws the consents of all customers.
    pub(crate) fn draw(shop: &Shop, people: &[Person]) -> Self {
        Self { of: people.iter().map(|p| of_person(shop, p)).collect() }
    }

    /// Whether a customer allows marketing on a channel at the end of a day.
    pub(crate) fn marketing(&self, who: usize, channel: &str, day: Day) -> bool {
        let changes = self.of.get(who).into_iter().flatten();
        let last = changes
            .filter(|c| c.purpose == "marketing" && c.channel == Some(channel) && c.at.day <= day)
            .max_by_key(|c| c.at);
        last.is_some_and(|c| c.granted)
    }

    /// The file of consents.
    pub(crate) fn file(&self, people: &[Person]) -> File {
        let mut t = Table::new("customer,at,purpose,channel,granted,source");
        for (person, changes) in people.iter().zip(&self.of) {
            for c in changes {
                t.text(&person.id).moment(c.at).text(c.purpose).optional(c.channel);
                t.plain(Some(c.granted)).text(c.source).end();
            }
        }
        t.file("consents.csv")
    }
}

fn of_person(shop: &Shop, person: &Person) -> Vec<Consent> {
    let rng = &mut person.rng(shop.seed, "consent");
    let at = Moment::new(person.created, 30_000 + rng.below(40_000) as u32);
    let source = pick(rng, &["app", "website", "store form"]);
    let mut changes = Vec::new();
    let mut add = |at, purpose, channel, granted, source| {
        changes.push(Consent { at, purpose, channel, granted, source });
    };
    add(at, "service", None, true, source);
    for (channel, share) in CHANNELS {
        let reachable = if *channel == "email" { person.email.is_some() } else { person.phone.is_some() };
        if !reachable {
            continue;
        }
        let granted = rng.chance(*share);
        // A refusal is written down only now and then; mostly there is just no consent.
        if granted || rng.chance(0.3) {
            add(at, "marketing", Some(*channel), granted, source);
        }
        if granted && rng.chance(0.08) {
            let Some(back) = some_day_after(rng, person.created, shop.until) else { continue };
            let how = if *channel == "call" { "call centre" } else { "unsubscribe link" };
            add(back, "marketing", Some(*channel), false, how);
            if rng.chance(0.1)
                && let Some(again) = some_day_after(rng, back.day, shop.until)
            {
                add(again, "marketing", Some(*channel), true, "app");
            }
        }
    }
    let profiling = rng.chance(0.62);
    if profiling || rng.chance(0.4) {
        add(at, "profiling", None, profiling, source);
    }
    if profiling
        && rng.chance(0.04)
        && let Some(objected) = some_day_after(rng, person.created, shop.until)
    {
        add(objected, "profiling", None, false, "call centre");
    }
    changes
}

/// Draws a moment at least a week after a day.
fn some_day_after(rng: &mut Rng, day: Day, until: Day) -> Option<Moment> {
    let first = day.0 + 7;
    (first <= until.0)
        .then(|| Moment::new(Day(between(rng, first, until.0)), 30_000 + rng.below(40_000) as u32))
}
