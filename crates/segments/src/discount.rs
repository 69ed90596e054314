//! Whether customers buy at full price: the share of what they bought at a discount, and a name for it.
//!
//! # Formula
//! `share` = amount of lines with a discount / amount of all lines sold, up to the day one stands on; returned lines
//! and lines for nothing are left out. `full price` at 0, `discount only` at 1, else `mixed`. Nothing is known of
//! customers without a line.

use naata_core::{CustomerIx, Histories, LineRow};
use naata_facts::{Column, Error, Fact, Facts, Provide};

/// The share of what was bought at a discount.
pub const SHARE: Fact<f64> = Fact::new("segments.discount.share");
/// Its name: `full price`, `mixed` or `discount only`.
pub const HABIT: &str = "segments.discount.habit";

/// The names of habits.
const NAMES: [&str; 3] = ["full price", "mixed", "discount only"];

/// The lines of all customers; gives the facts `segments.discount.*`.
#[derive(Clone, Copy, Debug)]
pub struct Discounts<'a> {
    /// The lines of orders.
    pub lines: &'a Histories<LineRow>,
}

impl Provide for Discounts<'_> {
    const FACTS: &'static [&'static str] = &[SHARE.key, HABIT];

    fn provide(&self, out: &mut Facts) -> Result<(), Error> {
        let as_of = out.as_of();
        let sums: Vec<Option<(i128, i128)>> = (0..out.customers() as u32)
            .map(|i| {
                let sold = self.lines.of(CustomerIx(i)).iter().filter(|l| l.day <= as_of && l.amount.0 > 0);
                let (mut cut, mut all) = (0i128, 0i128);
                for line in sold {
                    all += i128::from(line.amount.0);
                    cut += if line.marks.is_discounted() { i128::from(line.amount.0) } else { 0 };
                }
                (all > 0).then_some((cut, all))
            })
            .collect();
        out.put(&SHARE, sums.iter().map(|s| s.map(|(cut, all)| cut as f64 / all as f64)).collect())?;
        let habit = |(cut, all): (i128, i128)| match cut {
            0 => 0,
            _ if cut == all => 2,
            _ => 1,
        };
        let names = NAMES.map(Box::from).to_vec();
        let of = sums.into_iter().map(|s| s.map(habit)).collect();
        out.put_column(HABIT, Column::Class { names, of }, as_of)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use naata_core::{Day, LineMarks, Minor, OrderDigest, Symbol};
    use naata_facts::FactValue;

    #[test]
    fn habits_by_amount_with_returns_left_out() {
        let line = |who: u32, amount: i64, discount: i64, day: i32| LineRow {
            who: CustomerIx(who),
            day: Day(day),
            order: OrderDigest::NONE,
            item: Symbol::NONE,
            category: Symbol::NONE,
            amount: Minor(amount),
            marks: LineMarks::of(1_000, Minor(discount)),
        };
        let rows = [
            line(0, 100, 0, 1),
            line(0, -100, 20, 2),
            line(1, 300, 10, 1),
            line(1, 100, 0, 1),
            line(2, 50, 5, 1),
            line(2, 70, 0, 9),
        ];
        let lines = Histories::group(4, &rows, |r| r.day).unwrap();
        let mut facts = Facts::new(4, Day(5));
        Discounts { lines: &lines }.provide(&mut facts).unwrap();
        let habit = |who| facts.value(HABIT, CustomerIx(who)).unwrap();
        assert_eq!(habit(0), Some(FactValue::Class("full price")));
        assert_eq!(habit(1), Some(FactValue::Class("mixed")));
        // The line of a later day is not known yet.
        assert_eq!(habit(2), Some(FactValue::Class("discount only")));
        assert_eq!(habit(3), None);
        assert_eq!(facts.get(&SHARE, CustomerIx(1)), Ok(Some(0.75)));
    }
}
