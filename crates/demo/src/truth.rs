//! What was planted, where, and how large it truly is: the shop's own answer sheet.

use crate::campaigns::{Campaign, DOES_NOT, UNKNOWABLE, WORKS};
use crate::goods::{HABITS, Habit};
use crate::orders::Books;
use crate::plans::{CHANGES_BASKET, HAZARD, HAZARD_RATIO, LANDMARK, LATE_FIRST, ends_within};
use crate::table::File;
use crate::twins::{Household, Planted, Twin};
use crate::visits::{APP, Chances, WEB};
use crate::voice::{CONTENT, RECENT, Shares, TROUBLED};
use crate::{Error, Model, Shop};
use naata_core::Day;
use serde::Serialize;

#[derive(Serialize)]
struct Truth<'a> {
    shop: Period,
    purchases: Purchases,
    stories: Stories<'a>,
}

#[derive(Serialize)]
struct Period {
    customers: u32,
    seed: u64,
    from: Day,
    until: Day,
}

#[derive(Serialize)]
struct Purchases {
    what: &'static str,
    table: &'static str,
    rule: &'static str,
    unit: &'static str,
    currency: &'static str,
    parameters: Model,
    counter_rows: usize,
    refund_rows: usize,
    season: &'static str,
}

/// One planted story.
#[derive(Serialize)]
struct Story<T: Serialize> {
    what: &'static str,
    tables: &'static [&'static str],
    rule: &'static str,
    truth: T,
}

#[derive(Serialize)]
struct Stories<'a> {
    duplicates: Story<&'a [Twin]>,
    households: Story<&'a [Household]>,
    friction: Story<Friction>,
    look_alike: Story<LookAlike>,
    churn_driver: Story<Driver>,
    churn_decoy: Story<Decoy>,
    campaign_works: Story<Lift>,
    campaign_does_not: Story<Lift>,
    campaign_unknowable: Story<Lift>,
    voice: Story<Voice>,
    together: Story<[Habit; 6]>,
}

#[derive(Serialize)]
struct Friction {
    channel: &'static str,
    activity: &'static str,
    chances: Chances,
    /// Of the sessions that reach payment.
    repeated: f64,
    completes: f64,
    completes_single: f64,
    completes_repeated: f64,
    /// The same step on the web, for comparison.
    completes_on_the_web: f64,
}

#[derive(Serialize)]
struct LookAlike {
    channel: &'static str,
    activity: &'static str,
    chances: Chances,
    repeated: f64,
    difference_in_completion: f64,
}

#[derive(Serialize)]
struct Driver {
    exposed: f64,
    landmark_days: i32,
    hazard_per_day: f64,
    hazard_ratio: f64,
    horizon_days: f64,
    ends_exposed: f64,
    ends_others: f64,
    relative_risk: f64,
}

#[derive(Serialize)]
struct Decoy {
    exposed: f64,
    hazard_ratio: f64,
}

#[derive(Serialize)]
struct Lift {
    #[serde(flatten)]
    campaign: Campaign,
    lift: Option<f64>,
}

#[derive(Serialize)]
struct Voice {
    remembered_days: i64,
    content: Shares,
    troubled: Shares,
}

/// Writes `truth.json`.
pub(crate) fn file(shop: &Shop, books: &Books, planted: &Planted) -> Result<File, Error> {
    let truth = Truth {
        shop: Period { customers: shop.customers, seed: shop.seed, from: shop.from, until: shop.until },
        purchases: Purchases {
            what: "Every customer's days of purchase and the spend of each day are drawn from BG/NBD and Gamma-Gamma.",
            table: "purchases",
            rule: "Rows with a customer and a positive amount; the rows of one day are one occasion; observed to the last \
                   day of the shop, before duplicates are joined and refunds taken off.",
            unit: "week",
            currency: "INR",
            parameters: shop.model,
            counter_rows: books.counter,
            refund_rows: books.refunds,
            season: "The festival season brings new customers, counter sales, discounts and other goods; it touches neither \
                     the time between purchases nor the spend of a customer.",
        },
        stories: stories(planted),
    };
    let mut text = serde_json::to_string_pretty(&truth)?;
    text.push('\n');
    Ok(File::text("truth.json", text))
}

fn stories(planted: &Planted) -> Stories<'_> {
    let horizon = 180.0;
    let (exposed, others) = (ends_within(horizon, true), ends_within(horizon, false));
    Stories {
        duplicates: Story {
            what: "One person has two ids.",
            tables: &["customers"],
            rule: "The second id repeats the first's person with a typo in the name, a second e-mail, a typo in the phone, \
                   or the name in another script. Each id bought by itself, as the model drew it.",
            truth: &planted.twins,
        },
        households: Story {
            what: "Two people of one family share a phone and an address: not duplicates.",
            tables: &["customers"],
            rule: "Same family name, phone, city and postcode; another given name.",
            truth: &planted.households,
        },
        friction: Story {
            what: "Payment on the app fails often; sessions with more than one payment mostly end without an order.",
            tables: &["touches"],
            rule: "Sessions of channel app with an activity payment; a session ends after thirty minutes without a touch.",
            truth: Friction {
                channel: "app",
                activity: "payment",
                chances: APP,
                repeated: APP.repeated(),
                completes: APP.completes(),
                completes_single: APP.completes_single(),
                completes_repeated: APP.completes_repeated(),
                completes_on_the_web: WEB.completes(),
            },
        },
        look_alike: Story {
            what: "On the web people search again and again; that does no harm.",
            tables: &["touches"],
            rule: "Sessions of customers who bought, of channel web, with an activity search; completion does not depend on \
                   the number of searches.",
            truth: LookAlike {
                channel: "web",
                activity: "search",
                chances: WEB,
                repeated: WEB.search_again,
                difference_in_completion: 0.0,
            },
        },
        churn_driver: Story {
            what: "A late first delivery, complained about within thirty days, raises the chance that a subscription ends.",
            tables: &["subscriptions", "tickets"],
            rule: "Subscriptions whose customer has a ticket of topic late first delivery; compare those that reached the \
                   landmark, from the landmark on.",
            truth: Driver {
                exposed: LATE_FIRST,
                landmark_days: LANDMARK,
                hazard_per_day: HAZARD,
                hazard_ratio: HAZARD_RATIO,
                horizon_days: horizon,
                ends_exposed: exposed,
                ends_others: others,
                relative_risk: exposed / others,
            },
        },
        churn_decoy: Story {
            what: "Changing the first basket on the app has nothing to do with whether a subscription ends.",
            tables: &["subscriptions", "touches"],
            rule: "Subscriptions whose customer has a touch basket change in the first thirty days.",
            truth: Decoy { exposed: CHANGES_BASKET, hazard_ratio: 1.0 },
        },
        campaign_works: lift("A campaign that brings subscriptions.", WORKS),
        campaign_does_not: lift("A campaign that is opened and clicked, and brings nothing.", DOES_NOT),
        campaign_unknowable: Story {
            what: "A campaign nobody was held out of, just before the festival: its effect cannot be known.",
            tables: &["campaigns"],
            rule: "No row with control true.",
            truth: Lift { campaign: UNKNOWABLE, lift: None },
        },
        voice: Story {
            what: "Who paid more than once in a session, was told that a delivery is delayed, or complained about a late \
                   first basket, answers NPS lower for a while.",
            tables: &["surveys", "touches", "tickets"],
            rule: "Shares in percent among answers of kind nps with a customer: troubled within the remembered days after such a \
                   session, a touch delivery delayed or a ticket late first delivery, content otherwise.",
            truth: Voice { remembered_days: RECENT, content: CONTENT, troubled: TROUBLED },
        },
        together: Story {
            what: "Who takes one of these items often takes another with it; all other goods are chosen one by one.",
            tables: &["lines"],
            rule: "Lines with a positive amount, joined by order: in the told share of baskets with the item, as far as the \
                   amount leaves room, its companion was added. Nothing follows anything in later baskets.",
            truth: HABITS,
        },
    }
}

fn lift(what: &'static str, campaign: Campaign) -> Story<Lift> {
    Story {
        what,
        tables: &["campaigns", "subscriptions"],
        rule: "A subscription of the customer that starts within thirty days after the send; control rows are the customers \
               held out. Purchases are not changed by any campaign.",
        truth: Lift { lift: Some(campaign.starts_when_sent - campaign.starts_when_held_out), campaign },
    }
}
