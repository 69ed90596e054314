//! Survey answers: NPS twice a year, satisfaction and effort after an order, with words in the customer's language.
//!
//! Who paid twice, waited for a delayed delivery or complained about a first basket in the ninety days before answers
//! differently: the shares of promoters and detractors of both groups are planted.

use crate::Shop;
use crate::draw::{between, weighted};
use crate::life::Life;
use crate::people::Person;
use crate::plans::Subscription;
use crate::sentences::{Tongue, Topic, sentence};
use crate::table::{File, Table};
use naata_core::Day;
use naata_math::Rng;
use serde::Serialize;

/// True shares of the NPS groups, in percent.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct Shares {
    pub(crate) promoters: u32,
    pub(crate) passives: u32,
    pub(crate) detractors: u32,
}

/// Answers of customers without recent trouble.
pub(crate) const CONTENT: Shares = Shares { promoters: 54, passives: 32, detractors: 14 };
/// Answers of customers with trouble in the last [`RECENT`] days.
pub(crate) const TROUBLED: Shares = Shares { promoters: 20, passives: 32, detractors: 48 };
/// Days for which trouble is remembered.
pub(crate) const RECENT: i64 = 90;

/// A bad experience, and what it was about.
type Trouble = (Day, Topic);

/// One answer to one question.
struct Answer {
    customer: String,
    day: Day,
    kind: &'static str,
    score: u32,
    text: Option<String>,
    channel: &'static str,
}

/// Draws the answers of all customers, and some at the store's exit from people who gave no name.
pub(crate) fn file(shop: &Shop, people: &[Person], lives: &[Life], subscriptions: &[Subscription]) -> File {
    let mut late_first: Vec<Option<Day>> = vec![None; people.len()];
    for s in subscriptions {
        if let Some(day) = late_first.get_mut(s.who) {
            *day = s.late_first.map(|at| at.day);
        }
    }
    let mut answers = Vec::new();
    for ((person, life), late_first) in people.iter().zip(lives).zip(late_first) {
        let rng = &mut person.rng(shop.seed, "voice");
        let mut troubles: Vec<Trouble> = Vec::new();
        troubles.extend(life.payment_trouble.iter().map(|at| (at.day, Topic::Payment)));
        troubles.extend(life.late.iter().map(|at| (at.day, Topic::Delivery)));
        troubles.extend(late_first.map(|day| (day, Topic::Delivery)));
        for day in asked(rng, shop, person) {
            answers.push(nps(rng, person, day, recent(&troubles, day)));
        }
        for served in &life.served {
            let day = Day(served.0 + between(rng, 1, 3));
            if rng.chance(0.09) && day <= shop.until {
                answers.push(after_order(rng, person, day, recent(&troubles, day)));
            }
        }
    }
    let anonymous = shop.customers / 25;
    for n in 0..anonymous {
        let rng = &mut Rng::stream(shop.seed, "exit", n.into());
        let day = Day(between(rng, shop.from.0, shop.until.0));
        let (score, _) = nps_score(rng, CONTENT);
        answers.push(Answer {
            customer: String::new(),
            day,
            kind: "nps",
            score,
            text: None,
            channel: "store",
        });
    }
    answers.sort_by(|a, b| (a.day, &a.customer, a.kind).cmp(&(b.day, &b.customer, b.kind)));
    let mut t = Table::new("customer,date,kind,score,text,channel");
    for a in answers {
        t.text(&a.customer).day(a.day).text(a.kind).plain(Some(a.score)).optional(a.text.as_deref());
        t.text(a.channel).end();
    }
    t.file("surveys.csv")
}

/// The days a customer answered the half-yearly question.
fn asked(rng: &mut Rng, shop: &Shop, person: &Person) -> Vec<Day> {
    let mut days = Vec::new();
    let mut day = person.acquired.0 + between(rng, 20, 60);
    while person.buys && day <= shop.until.0 {
        if rng.chance(0.24) {
            days.push(Day(day));
        }
        day += between(rng, 170, 200);
    }
    days
}

/// The last trouble that is still remembered on a day.
fn recent(troubles: &[Trouble], day: Day) -> Option<Topic> {
    let near = troubles.iter().filter(|(at, _)| (0..=RECENT).contains(&day.since(*at)));
    near.max_by_key(|(at, _)| *at).map(|(_, topic)| *topic)
}

/// Draws a score of 0 to 10, and whether its giver is glad.
fn nps_score(rng: &mut Rng, shares: Shares) -> (u32, bool) {
    match weighted(rng, &[(shares.promoters, 2), (shares.passives, 1), (shares.detractors, 0)]) {
        2 => (weighted(rng, &[(45, 9), (55, 10)]), true),
        1 => (weighted(rng, &[(40, 7), (60, 8)]), rng.chance(0.5)),
        _ => (weighted(rng, &[(8, 0), (5, 1), (6, 2), (10, 3), (14, 4), (27, 5), (30, 6)]), false),
    }
}

fn nps(rng: &mut Rng, person: &Person, day: Day, trouble: Option<Topic>) -> Answer {
    let (score, glad) = nps_score(rng, if trouble.is_some() { TROUBLED } else { CONTENT });
    answer(rng, person, day, ("nps", score, glad), trouble)
}

fn after_order(rng: &mut Rng, person: &Person, day: Day, trouble: Option<Topic>) -> Answer {
    let bad = trouble.is_some();
    // Effort is answered from 1 (very hard) to 7 (very easy), satisfaction from 1 to 5.
    let (kind, score, good_from) = if rng.chance(0.4) {
        let easy = weighted(rng, &[(3, 1), (4, 2), (5, 3), (10, 4), (24, 5), (32, 6), (22, 7)]);
        let hard = weighted(rng, &[(18, 1), (22, 2), (20, 3), (16, 4), (12, 5), (8, 6), (4, 7)]);
        ("ces", if bad { hard } else { easy }, 5)
    } else {
        let glad = weighted(rng, &[(4, 1), (5, 2), (13, 3), (38, 4), (40, 5)]);
        let cross = weighted(rng, &[(24, 1), (26, 2), (22, 3), (18, 4), (10, 5)]);
        ("csat", if bad { cross } else { glad }, 4)
    };
    answer(rng, person, day, (kind, score, score >= good_from), trouble)
}

fn answer(
    rng: &mut Rng,
    person: &Person,
    day: Day,
    (kind, score, glad): (&'static str, u32, bool),
    trouble: Option<Topic>,
) -> Answer {
    let channel = weighted(rng, &[(40, "email"), (35, "whatsapp"), (25, "app")]);
    let text = rng.chance(0.45).then(|| words(rng, person, glad, trouble));
    Answer { customer: person.id.clone(), day, kind, score, text, channel }
}

/// One sentence or two, in the language the customer declared.
fn words(rng: &mut Rng, person: &Person, glad: bool, trouble: Option<Topic>) -> String {
    let tongue = match person.language {
        Some("hi") => weighted(rng, &[(58, Tongue::Hindi), (42, Tongue::RomanHindi)]),
        Some("bn") => weighted(rng, &[(85, Tongue::Bengali), (15, Tongue::English)]),
        _ => weighted(rng, &[(88, Tongue::English), (12, Tongue::RomanHindi)]),
    };
    let topic = match trouble {
        Some(topic) if !glad && rng.chance(0.85) => topic,
        _ => weighted(rng, if glad { PRAISE } else { BLAME }),
    };
    let first = sentence(rng, topic, glad, tongue);
    let other = weighted(rng, if glad { PRAISE } else { BLAME });
    if other != topic && rng.chance(0.2) {
        format!("{first} {}", sentence(rng, other, glad, tongue))
    } else {
        first.into()
    }
}

const PRAISE: &[(u32, Topic); 8] = &[
    (18, Topic::Delivery),
    (5, Topic::Payment),
    (28, Topic::Quality),
    (16, Topic::Price),
    (14, Topic::Staff),
    (11, Topic::Range),
    (3, Topic::Returns),
    (5, Topic::App),
];
const BLAME: &[(u32, Topic); 8] = &[
    (8, Topic::Delivery),
    (4, Topic::Payment),
    (24, Topic::Quality),
    (26, Topic::Price),
    (14, Topic::Staff),
    (14, Topic::Range),
    (4, Topic::Returns),
    (6, Topic::App),
];
