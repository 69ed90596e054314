//! One customer's life with the shop: orders on the days the model drew, and the visits, deliveries and returns
//! around them.

use crate::buying::Buying;
use crate::calendar::{Moment, festival};
use crate::diary::{Diary, Slot};
use crate::draw::{between, repeats, weighted};
use crate::goods::{Line, basket};
use crate::people::Person;
use crate::visits::{Channel, Visit};
use crate::{Error, Shop};
use naata_core::Day;
use naata_math::Rng;

/// A contact between a customer and the shop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Touch {
    pub(crate) at: Moment,
    pub(crate) activity: &'static str,
    pub(crate) channel: &'static str,
}

/// An order, before it has a number.
#[derive(Clone, Debug)]
pub(crate) struct Order {
    pub(crate) at: Moment,
    pub(crate) lines: Vec<Line>,
    /// When something came back, and which line.
    pub(crate) returned: Option<(Moment, usize)>,
}

/// All that happened between one customer and the shop.
#[derive(Clone, Debug, Default)]
pub(crate) struct Life {
    pub(crate) diary: Diary,
    pub(crate) orders: Vec<Order>,
    pub(crate) touches: Vec<Touch>,
    /// Visits with more than one payment.
    pub(crate) payment_trouble: Vec<Moment>,
    /// When the customer was told that a delivery is delayed.
    pub(crate) late: Vec<Moment>,
    /// The day something was handed over, by delivery or over the counter.
    pub(crate) served: Vec<Day>,
}

/// Seconds between two steps of a visit: the longest visit takes less than an hour.
fn pause(rng: &mut Rng) -> u32 {
    10 + rng.below(100) as u32
}

impl Life {
    /// Draws the life of a customer.
    pub(crate) fn draw(shop: &Shop, buying: &Buying, person: &Person) -> Result<Self, Error> {
        let mut life = Self::default();
        let rng = &mut person.rng(shop.seed, "visits");
        let home = weighted(
            rng,
            &[(42, Channel::Store), (30, Channel::App), (21, Channel::Web), (7, Channel::Whatsapp)],
        );
        if !person.buys {
            life.look_around(rng, shop, person.acquired);
            return Ok(life);
        }
        let drawn = buying.occasions(&mut person.rng(shop.seed, "buying"), person.acquired, shop.until)?;
        // All orders take their slots first: everything else arranges itself around them.
        let mut planned: Vec<(Slot, i64, Channel)> = Vec::new();
        for occasion in drawn {
            let parts = if occasion.paise > 60_000 && rng.chance(0.03) {
                let first = occasion.paise * i64::from(between(rng, 30, 70)) / 100;
                vec![first, occasion.paise - first]
            } else {
                vec![occasion.paise]
            };
            for paise in parts {
                let channel = if rng.chance(0.8) { home } else { weighted(rng, ELSEWHERE) };
                if let Some(slot) = life.diary.on(rng, occasion.day) {
                    planned.push((slot, paise, channel));
                }
            }
        }
        let taste = weighted(rng, &[(50, 0.03), (35, 0.14), (15, 0.5)]);
        // What is in the baskets moves nothing else of the life.
        let goods = &mut person.rng(shop.seed, "baskets");
        for (slot, paise, channel) in planned {
            let at = life.visit(rng, shop, slot, channel);
            let season = festival(at.day);
            let lines = basket(goods, paise, season, taste + 0.25 * season);
            life.serve(rng, shop, at, channel);
            let returned = life.give_back(rng, shop, at, &lines);
            life.orders.push(Order { at, lines, returned });
        }
        Ok(life)
    }

    /// The visits of someone who registered and never bought.
    fn look_around(&mut self, rng: &mut Rng, shop: &Shop, from: Day) {
        for _ in 0..1 + repeats(rng, 0.5, 5) {
            let channel = if rng.chance(0.6) { Channel::App } else { Channel::Web };
            let days = between(rng, 0, 40);
            if let Some(slot) = self.diary.after(rng, from, days, shop.until) {
                let steps = Visit::looking(rng, channel).steps;
                let start = slot.start(rng);
                self.walk(rng, start, &steps, channel);
            }
        }
    }

    /// Lets steps happen one after another; returns the moment of the last.
    pub(crate) fn walk(
        &mut self,
        rng: &mut Rng,
        start: Moment,
        steps: &[&'static str],
        channel: Channel,
    ) -> Moment {
        let mut at = start;
        for (n, activity) in steps.iter().enumerate() {
            if n > 0 {
                at = at.later(pause(rng));
            }
            self.touches.push(Touch { at, activity, channel: channel.name() });
        }
        at
    }

    /// Visits until one ends in the order of `slot`; the ones that break off come before it.
    ///
    /// The number of failures before a success is what the chances say, so the share of visits that succeed is too.
    fn visit(&mut self, rng: &mut Rng, shop: &Shop, slot: Slot, channel: Channel) -> Moment {
        loop {
            let visit = Visit::draw(rng, channel);
            let when = if visit.ordered { Some(slot) } else { self.diary.before(rng, slot, shop.from) };
            let Some(when) = when else { continue };
            let start = when.start(rng);
            let last = self.walk(rng, start, &visit.steps, channel);
            if visit.payments > 1 {
                self.payment_trouble.push(last);
            }
            if visit.ordered {
                return last;
            }
        }
    }

    /// Hands the goods over: at once in the store, else by delivery, sometimes late, sometimes reviewed.
    fn serve(&mut self, rng: &mut Rng, shop: &Shop, ordered: Moment, channel: Channel) {
        if channel == Channel::Store {
            self.served.push(ordered.day);
            return;
        }
        let late = rng.chance(0.07);
        if late && let Some(slot) = self.diary.after(rng, ordered.day, DELAYED, shop.until) {
            let at = slot.start(rng);
            self.touches.push(Touch { at, activity: "delivery delayed", channel: channel.name() });
            self.late.push(at);
        }
        let days = if late { between(rng, DELAYED + 1, 11) } else { between(rng, 1, DELAYED - 1) };
        let Some(slot) = self.diary.after(rng, ordered.day, days, shop.until) else { return };
        let at = slot.start(rng);
        self.touches.push(Touch { at, activity: "delivery", channel: channel.name() });
        self.served.push(at.day);
        let wait = between(rng, 1, 6);
        if rng.chance(0.12)
            && let Some(slot) = self.diary.after(rng, at.day, wait, shop.until)
        {
            let at = slot.start(rng);
            self.touches.push(Touch { at, activity: "review", channel: channel.name() });
        }
    }

    /// Gives one line back now and then, some days later, at the store.
    fn give_back(
        &mut self,
        rng: &mut Rng,
        shop: &Shop,
        ordered: Moment,
        lines: &[Line],
    ) -> Option<(Moment, usize)> {
        if !rng.chance(0.035) {
            return None;
        }
        let days = between(rng, 12, 20);
        let candidates: Vec<usize> =
            lines.iter().enumerate().filter(|(_, l)| l.returnable()).map(|(n, _)| n).collect();
        let line = rng.pick(&candidates).copied()?;
        let at = self.diary.after(rng, ordered.day, days, shop.until)?.start(rng);
        self.touches.push(Touch { at, activity: "return", channel: "store" });
        Some((at, line))
    }

    /// Puts the touches into order and moves any that share a second apart.
    pub(crate) fn settle(&mut self) {
        self.touches.sort_unstable();
        for n in 1..self.touches.len() {
            let before = self.touches[n - 1].at;
            if self.touches[n].at <= before {
                self.touches[n].at = before.later(1);
            }
        }
    }
}

/// Days after the order on which a delivery that has not come is called delayed.
const DELAYED: i32 = 5;

/// Where a customer buys who does not buy in the usual place.
const ELSEWHERE: &[(u32, Channel); 4] =
    &[(40, Channel::Store), (30, Channel::App), (24, Channel::Web), (6, Channel::Whatsapp)];
