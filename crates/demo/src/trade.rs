//! The business side: leads, the deals with companies, and who works on them.

use crate::Shop;
use crate::draw::{between, pick, repeats, weighted};
use crate::people::Person;
use crate::table::{File, Table};
use naata_core::Day;
use naata_math::Rng;

/// The sales team.
const OWNERS: &[&str; 5] = &["Ritu", "Harish", "Nasreen", "Lobsang", "Priscilla"];
const SOURCES: &[&str; 6] =
    &["referral", "trade fair", "website form", "cold call", "store visit", "partner"];
const PRODUCTS: &[(u32, (&str, i32, i32)); 4] = &[
    (40, ("Office pantry plan", 18_000, 240_000)),
    (30, ("Festival gift hampers", 25_000, 600_000)),
    (18, ("Canteen supplies", 60_000, 900_000)),
    (12, ("Uniform fabric", 40_000, 450_000)),
];

/// The files of deals and leads.
pub(crate) fn files(shop: &Shop, people: &[Person]) -> [File; 2] {
    let mut deals: Vec<Deal> = Vec::new();
    let mut leads: Vec<Lead> = Vec::new();
    for person in people.iter().filter(|p| p.company.is_some()) {
        let rng = &mut person.rng(shop.seed, "trade");
        let owner = pick(rng, OWNERS);
        let created = Day((person.created.0 - between(rng, 3, 45)).max(shop.from.0));
        leads.push(Lead {
            created,
            source: pick(rng, SOURCES),
            owner,
            converted: Some(person.created),
            customer: person.id.clone(),
            status: "converted",
        });
        for _ in 0..1 + repeats(rng, 0.55, 5) {
            let opened = Day(between(rng, person.created.0, shop.until.0));
            let owner = if rng.chance(0.85) { owner } else { pick(rng, OWNERS) };
            deals.push(deal(rng, shop, person, owner, opened));
        }
        // For each lead that became a customer there are two that did not, or not yet.
        for _ in 0..2 {
            leads.push(open_lead(rng, shop));
        }
    }
    deals.sort_by(|a, b| (a.opened, &a.customer).cmp(&(b.opened, &b.customer)));
    leads.sort_by(|a, b| (a.created, &a.customer, a.source).cmp(&(b.created, &b.customer, b.source)));
    [deals_file(&deals), leads_file(&leads)]
}

struct Deal {
    customer: String,
    owner: &'static str,
    stage: &'static str,
    opened: Day,
    closed: Option<Day>,
    won: Option<bool>,
    amount: i64,
    product: &'static str,
}

struct Lead {
    created: Day,
    source: &'static str,
    owner: &'static str,
    converted: Option<Day>,
    customer: String,
    status: &'static str,
}

/// Draws a deal: it closes after some weeks, and stands at an earlier stage when that lies after the export.
fn deal(rng: &mut Rng, shop: &Shop, person: &Person, owner: &'static str, opened: Day) -> Deal {
    let (product, low, high) = weighted(rng, PRODUCTS);
    let size = person.company.as_ref().map_or(1, |c| c.employees);
    // A larger company buys more of the same.
    let scale = if size >= 100 { 3 } else { 1 };
    let amount = i64::from(between(rng, low / 500, high / 500)) * 50_000 * scale;
    let days = (rng.exponential() * 38.0).min(400.0) as i32 + 5;
    let closed = opened.plus(days).filter(|day| *day <= shop.until);
    let wins = rng.chance(0.42);
    let elapsed = f64::from(shop.until.0 - opened.0) / f64::from(days);
    let stage = match closed {
        Some(_) if wins => "won",
        Some(_) => "lost",
        None if elapsed > 0.66 => "negotiation",
        None if elapsed > 0.33 => "proposal",
        None => "qualified",
    };
    Deal {
        customer: person.id.clone(),
        owner,
        stage,
        opened,
        closed,
        won: closed.map(|_| wins),
        amount,
        product,
    }
}

fn open_lead(rng: &mut Rng, shop: &Shop) -> Lead {
    let created = Day(between(rng, shop.from.0, shop.until.0));
    let age = shop.until.since(created);
    let status = match age {
        0..=7 => "new",
        8..=45 => weighted(rng, &[(50, "contacted"), (30, "qualified"), (20, "lost")]),
        _ => weighted(rng, &[(12, "contacted"), (8, "qualified"), (80, "lost")]),
    };
    Lead {
        created,
        source: pick(rng, SOURCES),
        owner: pick(rng, OWNERS),
        converted: None,
        customer: String::new(),
        status,
    }
}

fn deals_file(deals: &[Deal]) -> File {
    let mut t = Table::new("id,customer,owner,stage,opened,closed,won,amount,currency,product");
    for (n, d) in deals.iter().enumerate() {
        t.plain(Some(format!("D{:05}", n + 1))).text(&d.customer).text(d.owner).text(d.stage).day(d.opened);
        t.plain(d.closed).plain(d.won).money(d.amount).text("INR").text(d.product).end();
    }
    t.file("deals.csv")
}

fn leads_file(leads: &[Lead]) -> File {
    let mut t = Table::new("id,source,owner,created,converted,customer,status");
    for (n, l) in leads.iter().enumerate() {
        t.plain(Some(format!("L{:05}", n + 1))).text(l.source).text(l.owner).day(l.created);
        t.plain(l.converted).text(&l.customer).text(l.status).end();
    }
    t.file("leads.csv")
}
