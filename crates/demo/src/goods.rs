//! What the shop sells, and how an amount becomes a basket whose lines sum to it exactly.

use crate::draw::{between, repeats};
use naata_math::Rng;
use serde::Serialize;

/// How an item is sold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sold {
    /// By the piece.
    Piece,
    /// Weighed or measured: any quantity to a thousandth of the kilogram, litre or metre.
    Loose,
}

/// An item of the catalogue.
#[derive(Debug)]
pub(crate) struct Item {
    pub(crate) name: &'static str,
    pub(crate) category: &'static str,
    sold: Sold,
    /// List price of a piece, kilogram, litre or metre, in paise.
    price: i64,
    /// What the shop pays for it, in hundredths of the list price.
    cost: i64,
    /// Tax contained in the price, in percent on top of the net price.
    tax: i64,
    /// How much the festival season adds to its weight of 10.
    festive: i64,
}

const fn piece(
    name: &'static str,
    category: &'static str,
    rupees: i64,
    cost: i64,
    tax: i64,
    festive: i64,
) -> Item {
    Item { name, category, sold: Sold::Piece, price: rupees * 100, cost, tax, festive }
}

const fn loose(
    name: &'static str,
    category: &'static str,
    rupees: i64,
    cost: i64,
    tax: i64,
    festive: i64,
) -> Item {
    Item { name, category, sold: Sold::Loose, price: rupees * 100, cost, tax, festive }
}

/// The catalogue.
static CATALOGUE: &[Item] = &[
    loose("Basmati rice, loose", "Grocery", 128, 80, 0, 2),
    loose("Gobindobhog rice, loose", "Grocery", 145, 78, 0, 4),
    loose("Toor dal, loose", "Grocery", 164, 84, 0, 0),
    loose("Masoor dal, loose", "Grocery", 112, 84, 0, 0),
    loose("Chickpeas, loose", "Grocery", 96, 82, 0, 0),
    loose("Jaggery, loose", "Grocery", 84, 76, 0, 6),
    piece("Whole wheat flour 5 kg", "Grocery", 245, 85, 0, 0),
    piece("Mustard oil 1 l", "Grocery", 178, 88, 5, 2),
    piece("Groundnut oil 1 l", "Grocery", 212, 88, 5, 2),
    piece("Iodised salt 1 kg", "Grocery", 28, 80, 0, 0),
    piece("Sugar 1 kg", "Grocery", 48, 90, 5, 8),
    piece("Glucose biscuits, family pack", "Grocery", 65, 78, 5, 0),
    piece("Rusk, 300 g", "Grocery", 55, 74, 5, 0),
    piece("Instant noodles, 12 pack", "Grocery", 168, 80, 5, 0),
    piece("Ghee 500 ml", "Grocery", 365, 84, 5, 14),
    loose("Tomatoes", "Fruit and vegetables", 42, 70, 0, 0),
    loose("Potatoes", "Fruit and vegetables", 28, 70, 0, 0),
    loose("Onions", "Fruit and vegetables", 38, 70, 0, 0),
    loose("Bananas", "Fruit and vegetables", 58, 68, 0, 4),
    loose("Pomegranates", "Fruit and vegetables", 186, 72, 0, 2),
    loose("Turmeric, ground", "Spices", 260, 62, 5, 0),
    loose("Cumin seed", "Spices", 420, 64, 5, 0),
    loose("Red chilli, ground", "Spices", 340, 62, 5, 0),
    piece("Garam masala 100 g", "Spices", 92, 58, 5, 2),
    piece("Cardamom 50 g", "Spices", 178, 66, 5, 6),
    loose("Assam tea, loose leaf", "Tea and coffee", 480, 58, 5, 0),
    piece("Darjeeling tea, tin", "Tea and coffee", 395, 52, 5, 8),
    piece("Filter coffee 500 g", "Tea and coffee", 325, 60, 5, 2),
    piece("Clay kulhad cups, set of 6", "Tea and coffee", 149, 45, 5, 4),
    loose("Kaju katli", "Sweets", 960, 56, 5, 30),
    loose("Besan laddu", "Sweets", 520, 54, 5, 26),
    loose("Sandesh", "Sweets", 580, 55, 5, 18),
    piece("Rasgulla, tin of 12", "Sweets", 215, 60, 5, 12),
    piece("Namkeen mix 400 g", "Sweets", 118, 62, 5, 8),
    loose("Almonds", "Dry fruit", 860, 74, 5, 22),
    loose("Cashews", "Dry fruit", 980, 74, 5, 24),
    loose("Raisins", "Dry fruit", 390, 70, 5, 14),
    piece("Dry fruit gift box", "Dry fruit", 899, 55, 5, 40),
    loose("Cotton shirting, by the metre", "Clothing", 240, 52, 5, 4),
    loose("Silk brocade, by the metre", "Clothing", 780, 50, 5, 14),
    piece("Cotton kurta", "Clothing", 749, 48, 5, 16),
    piece("Tant saree", "Clothing", 1_290, 52, 5, 22),
    piece("Banarasi saree", "Clothing", 4_450, 54, 5, 20),
    piece("Men's dhoti", "Clothing", 425, 50, 5, 8),
    piece("Children's lehenga", "Clothing", 990, 46, 5, 18),
    piece("Woollen shawl", "Clothing", 1_150, 50, 5, 2),
    piece("Kolhapuri sandals", "Clothing", 640, 48, 5, 6),
    piece("Pressure cooker 5 l", "Kitchen", 1_890, 66, 18, 10),
    piece("Steel tiffin, three-tier", "Kitchen", 545, 58, 18, 2),
    piece("Iron tawa", "Kitchen", 389, 55, 18, 2),
    piece("Mixer grinder", "Kitchen", 3_290, 70, 18, 14),
    piece("Copper bottle 1 l", "Kitchen", 699, 52, 18, 8),
    piece("Melamine dinner set, 24 pieces", "Kitchen", 2_150, 54, 18, 14),
    piece("Cotton bedsheet, double", "Home", 899, 48, 5, 14),
    piece("Bath towel", "Home", 349, 46, 5, 2),
    piece("Jute door mat", "Home", 229, 42, 5, 8),
    piece("LED string lights 10 m", "Home", 299, 44, 18, 40),
    piece("Ceiling fan 1200 mm", "Home", 2_390, 72, 18, 4),
    piece("Dish soap 750 ml", "Home", 145, 68, 18, 4),
    piece("Washing powder 2 kg", "Home", 265, 72, 18, 6),
    piece("Coconut hair oil 250 ml", "Beauty", 115, 62, 18, 2),
    piece("Sandalwood soap, pack of 4", "Beauty", 168, 60, 18, 4),
    piece("Kajal", "Beauty", 185, 40, 18, 8),
    piece("Neem face wash", "Beauty", 159, 48, 18, 0),
    piece("Rose attar 10 ml", "Beauty", 450, 38, 18, 10),
    piece("Brass diya, pair", "Festival and puja", 245, 45, 5, 40),
    piece("Incense sticks, 100", "Festival and puja", 65, 50, 5, 16),
    piece("Clay diyas, dozen", "Festival and puja", 72, 40, 0, 60),
    piece("Rangoli colours, \"nine shades\"", "Festival and puja", 99, 42, 5, 50),
    piece("Camphor 50 g", "Festival and puja", 88, 55, 18, 14),
    piece("School notebook, pack of 6", "Stationery", 210, 66, 0, 0),
    piece("Ball pens, pack of 10", "Stationery", 80, 60, 18, 0),
    piece("Geometry box", "Stationery", 130, 58, 18, 0),
    piece("USB charger 20 W", "Electronics", 799, 62, 18, 6),
    piece("Earphones", "Electronics", 599, 58, 18, 8),
    piece("Rechargeable torch", "Electronics", 449, 56, 18, 2),
];

/// A habit of buyers: who takes one item takes another with it, so often.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct Habit {
    /// What is taken.
    pub(crate) item: &'static str,
    /// What is taken with it.
    pub(crate) with: &'static str,
    /// In what share of baskets that have room for it.
    pub(crate) chance: f64,
}

/// The habits of the shop's buyers.
pub(crate) const HABITS: [Habit; 6] = [
    Habit { item: "Clay diyas, dozen", with: "Rangoli colours, \"nine shades\"", chance: 0.5 },
    Habit { item: "School notebook, pack of 6", with: "Ball pens, pack of 10", chance: 0.65 },
    Habit { item: "Incense sticks, 100", with: "Camphor 50 g", chance: 0.45 },
    Habit { item: "Darjeeling tea, tin", with: "Rusk, 300 g", chance: 0.6 },
    Habit { item: "Kajal", with: "Coconut hair oil 250 ml", chance: 0.5 },
    Habit { item: "Instant noodles, 12 pack", with: "Namkeen mix 400 g", chance: 0.5 },
];

/// What a habit adds to an item, if the buyer has the habit today.
fn companion(rng: &mut Rng, item: &Item) -> Option<&'static Item> {
    let habit = HABITS.iter().find(|h| h.item == item.name)?;
    let with = CATALOGUE.iter().find(|i| i.name == habit.with)?;
    rng.chance(habit.chance).then_some(with)
}

/// A line of a basket; money in paise, quantity in thousandths.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Line {
    pub(crate) item: &'static Item,
    pub(crate) quantity: i64,
    pub(crate) amount: i64,
    pub(crate) discount: i64,
    pub(crate) cost: i64,
}

impl Line {
    /// The tax contained in the line, rounded half away from zero, so that a return undoes a sale exactly.
    pub(crate) fn tax(&self) -> i64 {
        let share = 100 + self.item.tax;
        let size = (self.amount.abs() * self.item.tax * 2 + share) / (share * 2);
        size * self.amount.signum()
    }

    /// Whether the line can come back: weighed goods cannot.
    pub(crate) fn returnable(&self) -> bool {
        self.item.sold == Sold::Piece
    }
}

/// The least a weighed line may come to, in paise.
const LOOSE_AT_LEAST: i64 = 1_500;

/// Makes a basket that comes to `amount` paise exactly.
///
/// Pieces are sold at their list price, some at a discount, and what is left is weighed goods: the one kind whose
/// quantity can follow the amount. Some pieces bring a companion, as [`HABITS`] says.
pub(crate) fn basket(rng: &mut Rng, amount: i64, festival: f64, discounts: f64) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    let mut left = amount;
    let wanted = 1 + repeats(rng, 0.66, 7);
    for place in 0..wanted {
        let room = left - LOOSE_AT_LEAST;
        // A large amount is not spent on salt: the price aims at a share of what is left.
        let least = room / (i64::from(wanted - place) * 6);
        let Some(item) =
            choose(rng, festival, |i| i.sold == Sold::Piece && i.price <= room && i.price >= least)
        else {
            break;
        };
        if lines.iter().any(|l| std::ptr::eq(l.item, item)) {
            continue;
        }
        let percent = if rng.chance(discounts) { 5 * i64::from(between(rng, 1, 6)) } else { 0 };
        let off = item.price * percent / 100;
        let most = (room / (item.price - off)).max(1);
        let pieces = (1 + i64::from(repeats(rng, 0.25, 3))).min(most);
        let line = Line {
            item,
            quantity: pieces * 1_000,
            amount: (item.price - off) * pieces,
            discount: off * pieces,
            cost: item.price * item.cost / 100 * pieces,
        };
        left -= line.amount;
        lines.push(line);
        let room = left - LOOSE_AT_LEAST;
        let with = companion(rng, item).filter(|i| i.price <= room);
        if let Some(item) = with.filter(|i| lines.iter().all(|l| !std::ptr::eq(l.item, *i))) {
            let cost = item.price * item.cost / 100;
            lines.push(Line { item, quantity: 1_000, amount: item.price, discount: 0, cost });
            left -= item.price;
        }
    }
    // Weighed goods take the rest, at most about four kilograms of them where there is something dearer.
    let dear = left / 4;
    let item = choose(rng, festival, |i| i.sold == Sold::Loose && i.price >= dear)
        .or_else(|| choose(rng, festival, |i| i.sold == Sold::Loose && i.price > 70_000));
    if let Some(item) = item {
        let quantity = ((left * 1_000 + item.price / 2) / item.price).max(1);
        let cost = item.price * item.cost / 100 * quantity / 1_000;
        lines.push(Line { item, quantity, amount: left, discount: 0, cost });
    }
    lines
}

/// Draws an item among those that fit, festive ones more often in the season.
fn choose(rng: &mut Rng, festival: f64, fits: impl Fn(&Item) -> bool) -> Option<&'static Item> {
    let season = (festival * 100.0) as i64;
    let weight = |i: &Item| u64::try_from(1_000 + i.festive * season).unwrap_or(0);
    let total = CATALOGUE.iter().filter(|i| fits(i)).map(weight).sum();
    let mut left = rng.below(total);
    for item in CATALOGUE.iter().filter(|i| fits(i)) {
        if left < weight(item) {
            return Some(item);
        }
        left -= weight(item);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use naata_math::Rng;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_basket_comes_to_its_amount(seed: u64, amount in 100i64..1_000_000_000, festival in 0.0f64..=1.0) {
            let lines = basket(&mut Rng::new(seed), amount, festival, 0.3);
            prop_assert_eq!(lines.iter().map(|l| l.amount).sum::<i64>(), amount);
            for l in &lines {
                prop_assert!(l.amount > 0 && l.quantity > 0 && l.discount >= 0 && l.cost >= 0, "{:?}", l);
                prop_assert!(l.tax() >= 0 && l.tax() < l.amount);
                // Quantity times list price is what was paid and what was taken off, to the weight's rounding.
                let list = l.quantity * l.item.price / 1_000;
                prop_assert!((list - l.amount - l.discount).abs() <= l.item.price / 1_000 + 1, "{:?}", l);
            }
        }
    }

    #[test]
    fn habits_name_pieces_of_the_catalogue() {
        for habit in HABITS {
            for name in [habit.item, habit.with] {
                let item = CATALOGUE.iter().find(|i| i.name == name);
                assert!(item.is_some_and(|i| i.sold == Sold::Piece), "{name}");
            }
        }
    }

    #[test]
    fn items_are_listed_once() {
        for (n, item) in CATALOGUE.iter().enumerate() {
            assert!(CATALOGUE.iter().take(n).all(|i| i.name != item.name), "{}", item.name);
        }
    }
}
