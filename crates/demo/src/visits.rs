//! How a visit runs from the first step to the order, and where it breaks off.
//!
//! Two steps are planted. On the app, payment often fails; who tries again mostly fails again, so repeats go with
//! orders lost. On the web, people search again and again before they look at a product; that does no harm.

use crate::draw::repeats;
use naata_math::Rng;
use serde::Serialize;

/// Where a customer meets the shop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Channel {
    App,
    Web,
    Whatsapp,
    Store,
}

impl Channel {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::App => "app",
            Self::Web => "web",
            Self::Whatsapp => "whatsapp",
            Self::Store => "store",
        }
    }
}

/// Chances along a visit on one channel.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct Chances {
    /// That a search is followed by another.
    pub(crate) search_again: f64,
    /// That a product goes into the cart.
    pub(crate) cart: f64,
    /// That a cart goes to the checkout and on to payment.
    pub(crate) checkout: f64,
    /// That the first payment fails.
    pub(crate) payment_fails: f64,
    /// That a first failed payment is tried again.
    pub(crate) payment_retried: f64,
    /// That a repeated payment fails.
    pub(crate) repeat_fails: f64,
    /// That a repeated payment that failed is tried again.
    pub(crate) repeat_retried: f64,
}

impl Chances {
    /// That a visit which reached payment has more than one payment.
    pub(crate) fn repeated(&self) -> f64 {
        self.payment_fails * self.payment_retried
    }

    /// That a visit with more than one payment ends in an order.
    pub(crate) fn completes_repeated(&self) -> f64 {
        (1.0 - self.repeat_fails) / (1.0 - self.repeat_fails * self.repeat_retried)
    }

    /// That a visit with one payment ends in an order.
    pub(crate) fn completes_single(&self) -> f64 {
        (1.0 - self.payment_fails) / (1.0 - self.repeated())
    }

    /// That a visit which reached payment ends in an order.
    pub(crate) fn completes(&self) -> f64 {
        1.0 - self.payment_fails + self.repeated() * self.completes_repeated()
    }
}

/// The app: payment is the friction point.
pub(crate) const APP: Chances = Chances {
    search_again: 0.15,
    cart: 0.55,
    checkout: 0.85,
    payment_fails: 0.35,
    payment_retried: 0.85,
    repeat_fails: 0.75,
    repeat_retried: 0.6,
};

/// The web: search is the harmless look-alike.
pub(crate) const WEB: Chances = Chances {
    search_again: 0.55,
    cart: 0.55,
    checkout: 0.85,
    payment_fails: 0.03,
    payment_retried: 0.9,
    repeat_fails: 0.1,
    repeat_retried: 0.9,
};

/// Ordering in a chat, where the shop sends a payment link.
const WHATSAPP: Chances = Chances { search_again: 0.0, cart: 0.7, checkout: 0.95, ..WEB };

/// The most payments of one visit; the chances above make more of them rarer than one in ten thousand.
const MOST_PAYMENTS: u32 = 16;

/// The steps of one visit.
#[derive(Debug)]
pub(crate) struct Visit {
    pub(crate) steps: Vec<&'static str>,
    pub(crate) payments: u32,
    pub(crate) ordered: bool,
}

impl Visit {
    /// Draws a visit by its chances.
    pub(crate) fn draw(rng: &mut Rng, channel: Channel) -> Self {
        let chances = match channel {
            Channel::App => &APP,
            Channel::Web => &WEB,
            Channel::Whatsapp => &WHATSAPP,
            Channel::Store => {
                return Self { steps: vec!["store visit", "order"], payments: 0, ordered: true };
            }
        };
        let mut visit = Self::looking(rng, channel);
        if rng.chance(chances.cart) {
            visit.steps.push("add to cart");
            if rng.chance(chances.checkout) {
                visit.steps.push("checkout");
                visit.pay(rng, chances);
            }
        }
        visit
    }

    /// Draws a visit that looks at products and leaves.
    pub(crate) fn looking(rng: &mut Rng, channel: Channel) -> Self {
        let mut steps = vec![if channel == Channel::Whatsapp { "chat" } else { "visit" }];
        let again = match channel {
            Channel::App => Some(APP.search_again),
            Channel::Web => Some(WEB.search_again),
            Channel::Whatsapp | Channel::Store => None,
        };
        if let Some(again) = again {
            steps.extend(std::iter::repeat_n("search", 1 + repeats(rng, again, 6) as usize));
        }
        steps.extend(std::iter::repeat_n("product view", 1 + repeats(rng, 0.35, 5) as usize));
        Self { steps, payments: 0, ordered: false }
    }

    fn pay(&mut self, rng: &mut Rng, chances: &Chances) {
        let (mut fails, mut retried) = (chances.payment_fails, chances.payment_retried);
        while self.payments < MOST_PAYMENTS {
            self.payments += 1;
            self.steps.push("payment");
            if !rng.chance(fails) {
                self.ordered = true;
                self.steps.push("order");
                return;
            }
            if !rng.chance(retried) {
                return;
            }
            (fails, retried) = (chances.repeat_fails, chances.repeat_retried);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chances_of_completion_follow_from_the_steps() {
        let n = 100_000;
        let mut rng = Rng::new(5);
        let visits: Vec<Visit> = (0..n).map(|_| Visit::draw(&mut rng, Channel::App)).collect();
        // Four standard errors of each share.
        let check = |among: &dyn Fn(&Visit) -> bool, what: &dyn Fn(&Visit) -> bool, expected: f64| {
            let all = visits.iter().filter(|v| among(v)).count() as f64;
            let share = visits.iter().filter(|v| among(v) && what(v)).count() as f64 / all;
            let error = naata_math::sqrt(expected * (1.0 - expected) / all);
            assert!((share - expected).abs() < 4.0 * error, "{share} is not {expected}");
        };
        check(&|v| v.payments > 0, &|v| v.ordered, APP.completes());
        check(&|v| v.payments > 0, &|v| v.payments > 1, APP.repeated());
        check(&|v| v.payments > 1, &|v| v.ordered, APP.completes_repeated());
        check(&|v| v.payments == 1, &|v| v.ordered, APP.completes_single());
    }
}
