//! Subscriptions to the monthly basket, and why they end.
//!
//! The planted driver: a first delivery that comes late and is complained about within thirty days multiplies the
//! daily hazard of ending by three, from day thirty on. The planted decoy: changing the contents of the first basket
//! on the app, which changes nothing.

use crate::Shop;
use crate::calendar::Moment;
use crate::draw::{between, weighted};
use crate::life::{Life, Touch};
use crate::people::Person;
use crate::table::{File, Table};
use naata_core::Day;
use naata_math::{Rng, exp};

/// A subscription.
#[derive(Clone, Debug)]
pub(crate) struct Subscription {
    pub(crate) who: usize,
    plan: &'static str,
    monthly: i64,
    pub(crate) started: Day,
    ended: Option<Day>,
    reason: Option<&'static str>,
    /// When the customer complained about a late first delivery.
    pub(crate) late_first: Option<Moment>,
}

/// The share of consumers who subscribe without a campaign.
const SUBSCRIBERS: f64 = 0.2;
/// The share of subscriptions whose first delivery comes late.
pub(crate) const LATE_FIRST: f64 = 0.25;
/// The share of subscribers who change their first basket.
pub(crate) const CHANGES_BASKET: f64 = 0.4;
/// The chance of ending on a day, from day thirty on, when the first delivery came in time.
pub(crate) const HAZARD: f64 = 0.0011;
/// How many times that is after a late first delivery.
pub(crate) const HAZARD_RATIO: f64 = 3.0;
/// Days before which nobody ends: the first month is paid in advance.
pub(crate) const LANDMARK: i32 = 30;

/// The chance that a subscription that reached the landmark has ended some days later.
pub(crate) fn ends_within(days: f64, late_first: bool) -> f64 {
    let hazard = if late_first { HAZARD * HAZARD_RATIO } else { HAZARD };
    1.0 - exp(-hazard * days)
}

/// Draws the subscriptions that start without a campaign.
pub(crate) fn organic(shop: &Shop, people: &[Person], lives: &mut [Life]) -> Vec<Subscription> {
    let mut all = Vec::new();
    for (who, (person, life)) in people.iter().zip(lives).enumerate() {
        let rng = &mut person.rng(shop.seed, "plan");
        let earliest = person.acquired.0 + 10;
        if person.company.is_none() && person.buys && rng.chance(SUBSCRIBERS) && earliest <= shop.until.0 {
            let started = Day(between(rng, earliest, shop.until.0));
            all.push(begin(rng, shop, who, life, started));
        }
    }
    all
}

/// Begins a subscription and draws how it goes on.
pub(crate) fn begin(rng: &mut Rng, shop: &Shop, who: usize, life: &mut Life, started: Day) -> Subscription {
    let mut touch = |rng: &mut Rng, day: Day, activity: &'static str| {
        let slot = life.diary.after(rng, day, 0, shop.until)?;
        let at = slot.start(rng);
        life.touches.push(Touch { at, activity, channel: "app" });
        Some(at)
    };
    touch(rng, started, "subscribe");
    if rng.chance(CHANGES_BASKET) {
        let day = started.0 + between(rng, 1, 29);
        touch(rng, Day(day), "basket change");
    }
    let complains = Day(started.0 + between(rng, 2, 20));
    // A complaint that would come after the export is none, and such a subscription has not reached the landmark.
    let late_first = (rng.chance(LATE_FIRST) && complains <= shop.until)
        .then(|| Moment::new(complains, 34_000 + rng.below(30_000) as u32));
    let hazard = if late_first.is_some() { HAZARD * HAZARD_RATIO } else { HAZARD };
    let days = f64::from(LANDMARK) + (rng.exponential() / hazard).min(1e5);
    let ended = started.plus(days.ceil() as i32).filter(|day| *day <= shop.until);
    let reason = ended.and_then(|_| weighted(rng, if late_first.is_some() { AFTER_LATE } else { OTHERWISE }));
    if let Some(day) = ended {
        touch(rng, day, "cancel");
    }
    let (plan, monthly) = weighted(rng, PLANS);
    Subscription { who, plan, monthly, started, ended, reason, late_first }
}

const PLANS: &[(u32, (&str, i64)); 3] = &[
    (45, ("Monthly basket, small", 99_900)),
    (38, ("Monthly basket, family", 179_900)),
    (17, ("Monthly basket, large", 299_900)),
];

/// Reasons given at the end; `None` for who gave none.
const AFTER_LATE: &[(u32, Option<&str>); 6] = &[
    (55, Some("late delivery")),
    (15, Some("price")),
    (11, Some("quality")),
    (2, Some("moved away")),
    (7, Some("no longer needed")),
    (10, None),
];
const OTHERWISE: &[(u32, Option<&str>); 6] = &[
    (6, Some("late delivery")),
    (36, Some("price")),
    (14, Some("quality")),
    (14, Some("moved away")),
    (20, Some("no longer needed")),
    (10, None),
];

/// The file of subscriptions, numbered by their first day.
pub(crate) fn file(people: &[Person], subscriptions: &mut [Subscription]) -> File {
    subscriptions.sort_by_key(|s| (s.started, s.who));
    let mut t = Table::new("id,customer,plan,started,ended,monthly,currency,reason");
    for (n, s) in subscriptions.iter().enumerate() {
        let Some(person) = people.get(s.who) else { continue };
        t.plain(Some(format!("MB{:05}", n + 1))).text(&person.id).text(s.plan).day(s.started).plain(s.ended);
        t.money(s.monthly).text("INR").optional(s.reason).end();
    }
    t.file("subscriptions.csv")
}
