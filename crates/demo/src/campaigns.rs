//! Campaigns: one that works, one that does not, and one that cannot be judged because nobody was held out.
//!
//! What a campaign may bring about is a subscription within thirty days of the send. Purchases stay exactly what the
//! purchase model drew, so that they can be held against it.

use crate::Shop;
use crate::calendar::{diwali, festival};
use crate::consent::Consents;
use crate::draw::between;
use crate::life::{Life, Touch};
use crate::people::Person;
use crate::plans::{Subscription, begin};
use crate::table::{File, Table};
use naata_core::Day;
use serde::Serialize;

/// What a campaign is and truly does.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct Campaign {
    pub(crate) campaign: &'static str,
    pub(crate) channel: &'static str,
    /// The share of the audience that is held out.
    pub(crate) control_share: f64,
    /// The true chance of a subscription within thirty days, when the message was sent.
    pub(crate) starts_when_sent: f64,
    /// The same for who was held out.
    pub(crate) starts_when_held_out: f64,
    opened: f64,
    clicked: f64,
    /// Cost of one message, in paise.
    #[serde(skip)]
    pub(crate) cost: i64,
}

/// Brings subscriptions.
pub(crate) const WORKS: Campaign = Campaign {
    campaign: "basket-launch",
    channel: "whatsapp",
    control_share: 0.3,
    starts_when_sent: 0.14,
    starts_when_held_out: 0.04,
    opened: 0.6,
    clicked: 0.16,
    cost: 80,
};

/// Is opened and clicked, and brings nothing.
pub(crate) const DOES_NOT: Campaign = Campaign {
    campaign: "greeting-card",
    channel: "email",
    control_share: 0.3,
    starts_when_sent: 0.04,
    starts_when_held_out: 0.04,
    opened: 0.42,
    clicked: 0.11,
    cost: 15,
};

/// Goes to everybody just before people buy anyway, so that nothing can be said about it.
pub(crate) const UNKNOWABLE: Campaign = Campaign {
    campaign: "festive-offer",
    channel: "email",
    control_share: 0.0,
    starts_when_sent: 0.0,
    starts_when_held_out: 0.0,
    opened: 0.48,
    clicked: 0.15,
    cost: 15,
};

/// A send, or a customer held out.
#[derive(Clone, Debug)]
struct Send {
    campaign: &'static str,
    who: usize,
    day: Day,
    channel: &'static str,
    control: bool,
    opened: bool,
    clicked: bool,
}

/// All sends, and the days the campaigns went out.
pub(crate) struct Sends {
    rows: Vec<Send>,
    pub(crate) went_out: Vec<(Day, Campaign)>,
}

/// Runs the campaigns in order of time; new subscriptions are added to those there are.
pub(crate) fn run(
    shop: &Shop,
    people: &[Person],
    lives: &mut [Life],
    consents: &Consents,
    subscriptions: &mut Vec<Subscription>,
) -> Sends {
    let before = |days: i32| Day(shop.until.0 - days);
    let mut plan = vec![(before(300), DOES_NOT), (before(130), WORKS)];
    // The last festival season that lies in the period.
    let year = shop.until.ymd().map_or(0, |(year, _, _)| year);
    let seasons = [year, year - 1].map(|y| diwali(y).and_then(|d| d.plus(-15)));
    plan.extend(seasons.into_iter().flatten().find(|d| *d <= shop.until).map(|d| (d, UNKNOWABLE)));
    plan.retain(|(day, _)| *day >= shop.from);
    plan.sort_by_key(|(day, campaign)| (*day, campaign.campaign));
    let mut subscribed = vec![false; people.len()];
    for s in subscriptions.iter() {
        if let Some(flag) = subscribed.get_mut(s.who) {
            *flag = true;
        }
    }
    let mut sends = Sends { rows: Vec::new(), went_out: plan };
    for (day, campaign) in &sends.went_out {
        for (who, ((person, life), subscribed)) in
            people.iter().zip(lives.iter_mut()).zip(&mut subscribed).enumerate()
        {
            let rng = &mut person.rng(shop.seed, campaign.campaign);
            let known = person.created.0 + 30 <= day.0;
            if person.company.is_some()
                || *subscribed
                || !known
                || !consents.marketing(who, campaign.channel, *day)
            {
                continue;
            }
            let control = rng.chance(campaign.control_share);
            let chance = if control { campaign.starts_when_held_out } else { campaign.starts_when_sent };
            let starts = rng.chance(chance);
            let opened = !control && (rng.chance(campaign.opened) || (starts && rng.chance(0.8)));
            let clicked = opened && rng.chance(campaign.clicked / campaign.opened);
            let mut send = Send {
                campaign: campaign.campaign,
                who,
                day: *day,
                channel: campaign.channel,
                control,
                opened,
                clicked,
            };
            if starts {
                let started = Day(day.0 + between(rng, 1, 29));
                if started <= shop.until {
                    *subscribed = true;
                    subscriptions.push(begin(rng, shop, who, life, started));
                }
                send.clicked |= send.opened && rng.chance(0.7);
            }
            if send.opened
                && let Some(slot) = life.diary.after(rng, *day, 0, shop.until)
            {
                let at = slot.start(rng);
                life.touches.push(Touch { at, activity: "campaign opened", channel: campaign.channel });
                if send.clicked {
                    let at = at.later(20 + rng.below(200) as u32);
                    life.touches.push(Touch { at, activity: "campaign clicked", channel: campaign.channel });
                }
            }
            sends.rows.push(send);
        }
    }
    sends
}

impl Sends {
    /// How many messages a campaign sent.
    fn sent(&self, campaign: &str) -> i64 {
        self.rows.iter().filter(|s| s.campaign == campaign && !s.control).count() as i64
    }

    /// The file of sends; whether a message was opened is unknown for who got none.
    pub(crate) fn file(&self, people: &[Person]) -> File {
        let mut t = Table::new("campaign,customer,date,channel,control,opened,clicked");
        for s in &self.rows {
            let Some(person) = people.get(s.who) else { continue };
            t.text(s.campaign).text(&person.id).day(s.day).text(s.channel).plain(Some(s.control));
            t.plain((!s.control).then_some(s.opened)).plain((!s.control).then_some(s.clicked)).end();
        }
        t.file("campaigns.csv")
    }
}

/// Weekly costs of a channel for each customer of the shop, in paise.
const WEEKLY: &[(&str, i64); 6] =
    &[("web", 95), ("app", 115), ("email", 12), ("whatsapp", 34), ("store", 210), ("call", 62)];

/// The file of costs: each channel's every Monday, each campaign's on its day.
pub(crate) fn costs(shop: &Shop, sends: &Sends) -> File {
    let mut rows: Vec<(Day, &str, Option<&str>, i64)> = Vec::new();
    for day in (shop.from.0..=shop.until.0).map(Day).filter(|d| d.weekday() == 0) {
        let rng = &mut naata_math::Rng::stream(shop.seed, "costs", day.0.unsigned_abs().into());
        // Advertising on the web and the app follows the season; wages and messages do not.
        let season = 100 + (60.0 * festival(day)) as i64;
        for (channel, each) in WEEKLY {
            let percent = if matches!(*channel, "web" | "app") { season } else { 100 };
            let noise = i64::from(between(rng, 90, 110));
            let amount = i64::from(shop.customers) * each * percent / 100 * noise / 100;
            rows.push((day, channel, None, amount));
        }
    }
    for (day, campaign) in &sends.went_out {
        let amount = 25_000 + campaign.cost * sends.sent(campaign.campaign);
        rows.push((*day, campaign.channel, Some(campaign.campaign), amount));
    }
    rows.sort_unstable();
    let mut t = Table::new("date,channel,campaign,amount,currency");
    for (day, channel, campaign, amount) in rows {
        t.day(day).text(channel).optional(campaign).money(amount).text("INR").end();
    }
    t.file("costs.csv")
}
