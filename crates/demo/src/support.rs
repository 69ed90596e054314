//! Support tickets: about late deliveries, failed payments, returns and small questions.

use crate::Shop;
use crate::calendar::Moment;
use crate::draw::{between, repeats, weighted};
use crate::life::{Life, Touch};
use crate::people::Person;
use crate::plans::Subscription;
use crate::table::{File, Table};
use naata_core::Day;
use naata_math::Rng;

/// A support ticket.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Ticket {
    opened: Moment,
    who: usize,
    solved: Option<Moment>,
    topic: &'static str,
    channel: &'static str,
    reopened: u32,
}

/// Draws the tickets of all customers and writes their file, numbered by when they were opened.
pub(crate) fn file(
    shop: &Shop,
    people: &[Person],
    lives: &mut [Life],
    subscriptions: &[Subscription],
) -> File {
    let mut late_first: Vec<Option<Moment>> = vec![None; people.len()];
    for s in subscriptions {
        if let Some(at) = late_first.get_mut(s.who) {
            *at = s.late_first;
        }
    }
    let mut tickets = Vec::new();
    for (who, ((person, life), late_first)) in people.iter().zip(lives).zip(late_first).enumerate() {
        let rng = &mut person.rng(shop.seed, "support");
        let mut causes: Vec<(Moment, &'static str)> = Vec::new();
        let mut about = |rng: &mut Rng, chance: f64, at: Moment, topic| {
            if rng.chance(chance) {
                causes.push((at, topic));
            }
        };
        for at in &life.late {
            about(rng, 0.45, *at, "late delivery");
        }
        for at in &life.payment_trouble {
            about(rng, 0.1, *at, "payment failed");
        }
        for (at, _) in life.orders.iter().filter_map(|o| o.returned) {
            about(rng, 0.35, at, "return");
        }
        for day in &life.served {
            about(rng, 0.008, Moment::new(*day, 0), "product question");
        }
        about(rng, 0.03, Moment::new(person.created, 0), "account");
        for (at, topic) in causes {
            let days = between(rng, 0, 1);
            if let Some(slot) = life.diary.after(rng, at.day, days, shop.until) {
                let opened = slot.start(rng).max(at.later(900));
                tickets.push(open(rng, shop, life, who, opened, topic));
            }
        }
        if let Some(opened) = late_first {
            tickets.push(open(rng, shop, life, who, opened, "late first delivery"));
        }
    }
    tickets.sort_unstable();
    let mut t = Table::new("id,customer,opened,solved,topic,channel,reopened");
    for (n, ticket) in tickets.iter().enumerate() {
        let Some(person) = people.get(ticket.who) else { continue };
        t.plain(Some(format!("T{:06}", n + 1))).text(&person.id).moment(ticket.opened).plain(ticket.solved);
        t.text(ticket.topic).text(ticket.channel).plain(Some(ticket.reopened)).end();
    }
    t.file("tickets.csv")
}

fn open(
    rng: &mut Rng,
    shop: &Shop,
    life: &mut Life,
    who: usize,
    opened: Moment,
    topic: &'static str,
) -> Ticket {
    let channel = weighted(rng, &[(50, "call"), (30, "whatsapp"), (20, "app")]);
    let activity = if channel == "call" { "support call" } else { "support chat" };
    life.touches.push(Touch { at: opened, activity, channel });
    let slow = matches!(topic, "late delivery" | "late first delivery" | "return");
    let hours = if slow { 52.0 } else { 9.0 };
    let seconds = (rng.exponential() * hours * 3_600.0).min(3e6) as u32;
    let end = Moment::new(Day(shop.until.0), 86_399);
    let solved = Some(opened.later(300 + seconds)).filter(|at| *at <= end);
    Ticket { opened, who, solved, topic, channel, reopened: repeats(rng, if slow { 0.14 } else { 0.05 }, 4) }
}
