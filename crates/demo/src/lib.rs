//! A seeded, believable Indian shop with planted truths.
//!
//! ```
//! use naata_demo::{Shop, shop};
//!
//! let files = shop(&Shop { customers: 20, seed: 7, ..Shop::default() })?;
//! let purchases = files.iter().find(|f| f.name == "purchases.csv").unwrap();
//! assert!(purchases.bytes.starts_with(b"order,customer,date,time,amount"));
//! // The same seed gives the same bytes, on any machine.
//! assert_eq!(files, shop(&Shop { customers: 20, seed: 7, ..Shop::default() })?);
//! # Ok::<(), naata_demo::Error>(())
//! ```
//!
//! Purchases follow a stated [`Model`], so that a fit can be held against the truth. Everything else that was planted -
//! duplicates, a friction point and its harmless look-alike, a churn driver, a campaign that works and one that does
//! not - stands in `truth.json` with its true size. Nothing here reads a clock or writes a file: the period is a
//! parameter, and the files are returned.

mod bulk;
mod buying;
mod calendar;
mod campaigns;
mod consent;
mod diary;
mod draw;
mod error;
mod goods;
mod life;
mod names;
mod orders;
mod people;
mod places;
mod plans;
mod project;
mod sentences;
mod support;
mod table;
mod trade;
mod truth;
mod twins;
mod visits;
mod voice;

pub use bulk::{Bulk, bulk_purchases, bulk_touches};
pub use buying::Model;
pub use error::Error;
pub use table::File;

use buying::Buying;
use consent::Consents;
use life::Life;
use naata_core::Day;

/// What shop to make.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Shop {
    /// Rows of the customer file: people and companies, second ids of one person included.
    pub customers: u32,
    /// Another seed gives another shop of the same kind.
    pub seed: u64,
    /// The day the shop opened: the first day of the data.
    pub from: Day,
    /// The day of the export: the last day of the data.
    pub until: Day,
    /// What purchases are drawn from.
    pub model: Model,
}

impl Shop {
    /// The most customers of a shop, whose files are made in memory; [`Bulk`] streams larger ones.
    pub const MOST_CUSTOMERS: u32 = 250_000;
}

impl Default for Shop {
    /// Two thousand customers from 2023-01-01 to 2026-09-30.
    fn default() -> Self {
        Self { customers: 2_000, seed: 1, from: Day(19_358), until: Day(20_726), model: Model::default() }
    }
}

fn check(shop: &Shop) -> Result<(), Error> {
    if shop.customers == 0 || shop.customers > Shop::MOST_CUSTOMERS {
        return Err(Error::Customers { customers: shop.customers, most: Shop::MOST_CUSTOMERS });
    }
    // 2000-01-01 and 2099-12-31.
    if shop.from > shop.until || shop.from < Day(10_957) || shop.until > Day(47_481) {
        return Err(Error::Period { from: shop.from, until: shop.until });
    }
    Ok(())
}

/// Makes all files of a shop.
pub fn shop(shop: &Shop) -> Result<Vec<File>, Error> {
    check(shop)?;
    let buying = Buying::new(&shop.model)?;
    let mut people = people::draw(shop);
    let planted = twins::plant(shop, &mut people);
    let mut lives =
        people.iter().map(|p| Life::draw(shop, &buying, p)).collect::<Result<Vec<Life>, Error>>()?;
    for (person, life) in people.iter_mut().zip(&lives) {
        let first = life.touches.iter().map(|t| t.at.day).min();
        person.created = first.map_or(person.acquired, |day| day.min(person.acquired));
    }
    let consents = Consents::draw(shop, &people);
    let mut subscriptions = plans::organic(shop, &people, &mut lives);
    let sends = campaigns::run(shop, &people, &mut lives, &consents, &mut subscriptions);
    let tickets = support::file(shop, &people, &mut lives, &subscriptions);
    let surveys = voice::file(shop, &people, &lives, &subscriptions);
    lives.iter_mut().for_each(Life::settle);
    let books = orders::books(shop, &people, &lives)?;
    let truth = truth::file(shop, &books, &planted)?;
    let [deals, leads] = trade::files(shop, &people);
    Ok(vec![
        people::file(&people),
        books.purchases,
        books.lines,
        orders::touches(&people, &lives),
        surveys,
        plans::file(&people, &mut subscriptions),
        tickets,
        consents.file(&people),
        deals,
        leads,
        sends.file(&people),
        campaigns::costs(shop, &sends),
        project::naata_toml(shop),
        project::programme(),
        project::journey(),
        project::objectives(shop),
        project::segments(),
        truth,
        project::readme(shop),
    ])
}
