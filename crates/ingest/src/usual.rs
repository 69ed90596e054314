//! The usual row of a sales file, read quickly: plain ids, `2026-03-31`, `1234.50`, the one currency of the file. Any
//! other row is left to [`crate::sale`], which knows all of them; of the usual ones both say the same.

use crate::cells::Cells;
use crate::date::{DateFormat, iso_day, plain_time};
use crate::digits::pointed;
use crate::field::F;
use crate::money::{Mark, plain_digits};
use crate::plan::Plan;
use crate::row::Row;
use crate::sale::{Line, Values};
use naata_core::{Minor, TableKind};
use std::borrow::Cow;

/// Where the usual row has its values: columns, or [`Plan::NOWHERE`].
#[derive(Clone, Copy, Debug)]
pub(crate) struct Usual {
    order: usize,
    customer: usize,
    date: usize,
    time: usize,
    amount: usize,
    quantity: usize,
    discount: usize,
    tax: usize,
    currency: usize,
    item: usize,
    category: usize,
    /// The currency of the file, or [`NO_CODE`].
    code: [u8; 3],
    /// How many columns a row has.
    columns: usize,
}

/// Stands for a currency that nobody stated.
const NO_CODE: [u8; 3] = [0; 3];

/// What a row adds to the evidence for the decimal mark.
#[derive(Default)]
struct Points(u64);

impl Usual {
    /// The usual row of a file, where it has one.
    pub(crate) fn of(plan: &Plan) -> Option<Self> {
        if plan.kind != TableKind::Purchases {
            return None;
        }
        let wanted = [
            F::Order,
            F::Customer,
            F::Date,
            F::Time,
            F::Amount,
            F::Quantity,
            F::Discount,
            F::Tax,
            F::Currency,
            F::Item,
            F::Category,
        ];
        let plain = |f: &F| {
            let slot = plan.slot(*f);
            slot.columns.len() <= 1 && !slot.first && slot.constant.is_none()
        };
        let known = plan.mapped().all(|(f, _)| wanted.contains(&f) && plain(&f));
        let needed = [F::Customer, F::Date, F::Amount].iter().all(|f| plan.slot(*f).is_mapped());
        let dated = matches!(plan.date_format(F::Date), DateFormat::Order(_));
        if !known || !needed || !dated || plan.mark != Mark::Point || plan.format.order_totals() {
            return None;
        }
        Some(Self {
            order: plan.first(F::Order),
            customer: plan.first(F::Customer),
            date: plan.first(F::Date),
            time: plan.first(F::Time),
            amount: plan.first(F::Amount),
            quantity: plan.first(F::Quantity),
            discount: plan.first(F::Discount),
            tax: plan.first(F::Tax),
            currency: plan.first(F::Currency),
            item: plan.first(F::Item),
            category: plan.first(F::Category),
            code: Some(plan.unit.currency)
                .filter(|c| c.is_stated())
                .and_then(|c| c.code().as_bytes().try_into().ok())
                .unwrap_or(NO_CODE),
            columns: plan.columns.len(),
        })
    }

    /// Whether nothing can be wrong with the row as a whole: it is not blank, short or long, nor the header again.
    pub(crate) fn fits(&self, row: &Row<'_>) -> bool {
        // A blank row has no customer, and a header no date.
        row.cells.len() == self.columns && row.plan.least == self.columns
    }

    /// What the row says, if it is a usual one.
    pub(crate) fn read<'a>(&self, row: &mut Row<'a>) -> Option<Values<'a>> {
        let plan = row.plan;
        let (day, month) =
            iso_day(row.cells.get(self.date)?).filter(|(d, _)| plan.today.is_none_or(|today| *d <= today))?;
        let customer = row.plain_id(self.customer)?;
        let order = if self.order == Plan::NOWHERE { "" } else { row.plain_id(self.order)? };
        let seconds = match row.cells.get(self.time) {
            None | Some([]) => None,
            Some(cell) => Some(plain_time(cell)?),
        };
        let mut points = Points::default();
        let scale = plan.unit.scale;
        let cells = row.cells;
        let amount = points.read(cells, self.amount, scale).filter(|m| m.0 > 0)?;
        let mut optional = |column: usize, scale: u8| match cells.tail(column) {
            None if column == Plan::NOWHERE => Some(None),
            Some((_, 0)) => Some(None),
            _ => points.read(cells, column, scale).map(Some),
        };
        let quantity = optional(self.quantity, 3)?;
        let discount = optional(self.discount, scale)?.unwrap_or_default();
        let tax = optional(self.tax, scale)?.unwrap_or_default();
        let is_stated = match cells.get(self.currency) {
            None | Some([]) => false,
            Some(code) => {
                let same = code == self.code;
                if !same || self.code == NO_CODE {
                    return None;
                }
                true
            }
        };
        let line = match self.item {
            Plan::NOWHERE => None,
            column => {
                let item = row.plain_id(column).map(Cow::Borrowed).or_else(|| item(row, column))?;
                let category =
                    if self.category == Plan::NOWHERE { "" } else { blank_or_id(row, self.category)? };
                let quantity = quantity.map_or(1000, |q| q.0);
                let category = Cow::Borrowed(category);
                Some(Line { item, category, quantity, amount, discount })
            }
        };
        let evidence = &mut row.desk.evidence;
        evidence.mark.point += points.0;
        if is_stated {
            evidence.saw_usual(amount);
        } else {
            evidence.saw_amount(None, amount);
        }
        Some(Values {
            order,
            customer,
            day: Some(day),
            seconds,
            amount: Some(amount),
            discount,
            tax,
            refund: Minor::ZERO,
            void: false,
            line,
            month: Some(month),
        })
    }
}

impl Points {
    /// A plain number in units of `10^-scale`.
    #[inline]
    fn read(&mut self, cells: &Cells<'_>, column: usize, scale: u8) -> Option<Minor> {
        const TENS: [i64; 9] = [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000];
        let (n, own, is_evidence) = match cells.tail(column) {
            Some((tail, length)) if length <= 8 => {
                let (n, own) = pointed(tail, length)?;
                // Three decimals may be thousands in disguise, unless nothing but a zero stands before.
                let is_evidence = match own {
                    0 => false,
                    3 => length == 5 && cells.get(column)?.first() == Some(&b'0'),
                    _ => true,
                };
                (n.into(), own, is_evidence)
            }
            _ => plain_digits(cells.get(column)?)?,
        };
        let tens = TENS.get(usize::from(scale.checked_sub(own)?))?;
        self.0 += u64::from(is_evidence);
        n.checked_mul(*tens).map(Minor)
    }
}

/// The text of an item whose cell was quoted or begins or ends beyond ASCII; not one that needs a second look.
fn item<'a>(row: &Row<'a>, column: usize) -> Option<Cow<'a, str>> {
    let text = match row.cells.text(column) {
        Some(text) => text,
        None => std::str::from_utf8(row.cells.get(column)?).ok()?,
    };
    let ends = [text.as_bytes().first()?, text.as_bytes().last()?];
    let plain = ends.iter().all(|b| b.is_ascii_graphic()) || text.trim().len() == text.len();
    (plain && !text.starts_with(|c: char| c == '\'' || c.is_ascii_digit())).then_some(Cow::Borrowed(text))
}

fn blank_or_id<'a>(row: &Row<'a>, column: usize) -> Option<&'a str> {
    match row.cells.get(column)? {
        [] => Some(""),
        _ => row.plain_id(column),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Reading;
    use crate::batch::parse_by;
    use crate::head::Head;
    use crate::plan::Wish;
    use naata_core::{Currency, Day, MoneyUnit, Zone};
    use proptest::prelude::*;

    fn cell(plain: &'static str) -> impl Strategy<Value = String> {
        prop_oneof![
            8 => plain,
            1 => prop::sample::select(vec![
                "", " ", " x", "x ", "'12", "9.8E+11", "é", "\"a,b\"", "\"5\"\"\"", "0", "-1.00", "1,234.50", "1.234", "0.500",
                "12345678901234567.89", "2026-02-30", "31/01/2026", "2199-01-01", "24:00", "9:5", "INR", "USD", "NA", "\u{a0}x",
            ])
            .prop_map(Into::into),
        ]
    }

    fn row() -> impl Strategy<Value = String> {
        let number = || cell("[0-9]{1,4}(\\.[0-9]{1,2})?");
        let first = (cell("SO[0-9]{4}"), cell("C[0-9]{3}|[0-9]{4}"), cell("202[0-6]-[01][0-9]-[0-3][0-9]"));
        let second =
            (cell("[0-2][0-9]:[0-5][0-9](:[0-5][0-9])?"), cell("[A-Za-z][a-zক-ঙ ]{0,20}[a-z]"), number());
        let third = (number(), number(), number(), cell("INR"));
        let end = prop_oneof![9 => Just("\n"), 1 => Just(",\n"), 1 => Just(",y\n"), 1 => Just("\r\n")];
        (first, second, third, end).prop_map(|((a, b, c), (d, e, f), (g, h, i, j), end)| {
            [&*a, &b, &c, &d, &e, &f, &g, &h, &i, &j].join(",") + end
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(512))]

        #[test]
        fn what_the_quick_way_reads_is_what_the_long_way_reads(
            rows in prop::collection::vec(row(), 1..30), product in any::<bool>(), lean in any::<bool>(), missing in any::<bool>(),
        ) {
            let item = if product { "product" } else { "remarks" };
            let text = format!("order,customer,date,time,{item},quantity,amount,discount,tax,currency\n{}", rows.concat());
            let reading = Reading::default();
            let head = Head::decode("t", text.as_bytes(), true, &reading).unwrap();
            let wish = Wish { kind: TableKind::Purchases, file: "t", reading: &reading, map: &[] };
            let mut plan = Plan::of(&head, &wish, MoneyUnit::of(Currency::INR), Zone::UTC, true).unwrap();
            (plan.today, plan.lean) = (Some(Day(20_500)), lean);
            if missing {
                plan.missing = vec!["NA".into()];
            }
            let usual = Usual::of(&plan);
            prop_assert!(usual.is_some());
            let parsed = |usual| parse_by(usual, &plan, text.as_bytes(), plan.body, text.len(), true);
            prop_assert_eq!(format!("{:?}", parsed(usual)), format!("{:?}", parsed(None)));
        }
    }

    #[test]
    fn a_usual_row_takes_the_quick_way() {
        let text = "order,customer,date,amount\nSO1,c1,2026-03-31,1234.50\n";
        let reading = Reading::default();
        let head = Head::decode("t", text.as_bytes(), true, &reading).unwrap();
        let wish = Wish { kind: TableKind::Purchases, file: "t", reading: &reading, map: &[] };
        let plan = Plan::of(&head, &wish, MoneyUnit::of(Currency::INR), Zone::UTC, true).unwrap();
        let usual = Usual::of(&plan).unwrap();
        let mut cells = Cells::of_text(text.as_bytes(), 0, text.len());
        crate::records::Records::new(text.as_bytes(), plan.body, plan.delimiter).next(&mut cells).unwrap();
        let mut row = Row { plan: &plan, cells: &cells, at: 0, desk: &mut crate::row::Desk::default() };
        assert!(usual.fits(&row));
        let values = usual.read(&mut row).expect("usual");
        assert_eq!((values.customer, values.amount), ("c1", Some(Minor(123_450))));
    }
}
