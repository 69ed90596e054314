//! The usual row of a sales file, read quickly: plain ids, `2026-03-31`, `1234.50`, the one currency of the file. Any
//! other row is left to [`crate::sale`], which knows all of them; of the usual ones both say the same.

use crate::date::{DateFormat, iso_day, plain_time};
use crate::digits::pointed;
use crate::evidence::Evidence;
use crate::field::F;
use crate::money::{Mark, plain_digits};
use crate::plan::Plan;
use crate::row::is_scientific;
use crate::sale::{Line, UsualValues};
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

    /// What the row says, if it is a usual one.
    #[inline]
    pub(crate) fn read<'a>(&self, plan: &Plan, row: &Cut<'a, '_>) -> Option<(UsualValues<'a>, Seen)> {
        // Nothing is wrong with the row as a whole: it is not short or long; a blank one has no customer, and a header
        // no date.
        if row.begins.len() != self.columns + 1 {
            return None;
        }
        let (day, month) =
            iso_day(row.bytes(self.date)?).filter(|(d, _)| plan.today.is_none_or(|today| *d <= today))?;
        let customer = row.plain_id(self.customer)?;
        let order = if self.order == Plan::NOWHERE { "" } else { row.plain_id(self.order)? };
        let seconds = match row.optional(self.time)? {
            [] => None,
            cell => Some(plain_time(cell)?),
        };
        let mut points = 0;
        let scale = plan.unit.scale;
        let amount = row.number(self.amount, scale, &mut points)?;
        if amount.0 <= 0 {
            return None;
        }
        let mut optional = |column: usize, scale: u8| match row.optional(column)? {
            [] => Some(None),
            _ => row.number(column, scale, &mut points).map(Some),
        };
        let quantity = optional(self.quantity, 3)?;
        let discount = optional(self.discount, scale)?.unwrap_or_default();
        let tax = optional(self.tax, scale)?.unwrap_or_default();
        let is_stated = match row.optional(self.currency)? {
            [] => false,
            code => {
                if code != self.code {
                    return None;
                }
                true
            }
        };
        let line = match self.item {
            Plan::NOWHERE => None,
            column => {
                let item = row.item(column)?;
                let category = match row.optional(self.category)? {
                    [] => "",
                    _ => row.plain_id(self.category)?,
                };
                let quantity = quantity.map_or(1000, |q| q.0);
                Some(Line { item, category: Cow::Borrowed(category), quantity, amount, discount })
            }
        };
        let values = UsualValues { order, customer, day, month, seconds, amount, discount, tax, line };
        Some((values, Seen { points, amount, is_stated }))
    }
}

/// What a usual row adds to the evidence.
pub(crate) struct Seen {
    /// Points that can be nothing but decimal marks.
    points: u64,
    amount: Minor,
    /// Whether the row states its currency.
    is_stated: bool,
}

impl Seen {
    #[inline]
    pub(crate) fn tell(&self, evidence: &mut Evidence) {
        evidence.mark.point += self.points;
        if self.is_stated {
            evidence.saw_usual(self.amount);
        } else {
            evidence.saw_amount(None, self.amount);
        }
    }
}

/// A row as it lies in the text of its stretch, cut into cells by an outline.
#[derive(Clone, Copy)]
pub(crate) struct Cut<'a, 'o> {
    pub(crate) text: &'a str,
    /// Where each cell begins, and where the next row does.
    pub(crate) begins: &'o [u32],
}

impl<'a> Cut<'a, '_> {
    /// Where a cell begins and ends.
    #[inline]
    fn span(&self, column: usize) -> Option<(usize, usize)> {
        let (begin, end) = self.written(column)?;
        if self.text.as_bytes().get(begin) == Some(&b'"') {
            self.quoted(begin, end)
        } else {
            Some((begin, end))
        }
    }

    /// The same with the quotes around it.
    #[inline]
    fn written(&self, column: usize) -> Option<(usize, usize)> {
        let (begin, next) = (*self.begins.get(column)?, *self.begins.get(column + 1)?);
        Some((begin as usize, (next as usize).wrapping_sub(1)))
    }

    /// What stands between the quotes of a cell, unless that has quotes of its own.
    #[inline(never)]
    fn quoted(&self, begin: usize, end: usize) -> Option<(usize, usize)> {
        let (begin, end) = (begin + 1, end.checked_sub(1)?);
        let inner = self.text.as_bytes().get(begin..end)?;
        memchr::memchr(b'"', inner).is_none().then_some((begin, end))
    }

    #[inline]
    fn bytes(&self, column: usize) -> Option<&'a [u8]> {
        let (begin, end) = self.span(column)?;
        self.text.as_bytes().get(begin..end)
    }

    /// A cell that may be empty or of a column that is not there.
    #[inline]
    fn optional(&self, column: usize) -> Option<&'a [u8]> {
        if column == Plan::NOWHERE { Some(&[]) } else { self.bytes(column) }
    }

    /// A text that is neither blank nor with blanks around, nor anything else that needs a second look.
    #[inline]
    fn plain_id(&self, column: usize) -> Option<&'a str> {
        let (begin, end) = self.span(column)?;
        let cell = self.text.get(begin..end)?;
        let (first, last) = (*cell.as_bytes().first()?, *cell.as_bytes().last()?);
        let plain = first.is_ascii_graphic() && first != b'\'' && last.is_ascii_graphic();
        (plain && !(first.is_ascii_digit() && is_scientific(cell.as_bytes()))).then_some(cell)
    }

    /// A plain number in units of `10^-scale`.
    #[inline]
    fn number(&self, column: usize, scale: u8, points: &mut u64) -> Option<Minor> {
        const TENS: [i64; 9] = [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000];
        let (begin, end) = self.span(column)?;
        let length = end.wrapping_sub(begin);
        let tail = self.text.as_bytes().get(..end)?.last_chunk();
        let (n, own, is_evidence) = match tail.filter(|_| length <= 8) {
            Some(tail) => {
                let (n, own) = pointed(*tail, length)?;
                // Three decimals may be thousands in disguise, unless nothing but a zero stands before.
                let is_evidence = match own {
                    0 => false,
                    3 => length == 5 && tail[3] == b'0',
                    _ => true,
                };
                (n.into(), own, is_evidence)
            }
            None => plain_digits(self.text.as_bytes().get(begin..end)?)?,
        };
        *points += u64::from(is_evidence);
        if own == scale {
            return Some(Minor(n));
        }
        let tens = TENS.get(usize::from(scale.checked_sub(own)?))?;
        n.checked_mul(*tens).map(Minor)
    }

    /// The text of an item, which may be quoted or begin or end beyond ASCII; not one that needs a second look.
    #[inline]
    fn item(&self, column: usize) -> Option<Cow<'a, str>> {
        let (begin, end) = self.written(column)?;
        let mut text = self.text.get(begin..end)?;
        let mut doubled = false;
        if text.starts_with('"') {
            text = text.get(1..text.len().checked_sub(1)?)?;
            doubled = memchr::memchr(b'"', text.as_bytes()).is_some();
        }
        let ends = [text.as_bytes().first()?, text.as_bytes().last()?];
        let plain = ends.iter().all(|b| b.is_ascii_graphic()) || text.trim().len() == text.len();
        let odd = *ends[0] == b'\'' || ends[0].is_ascii_digit() && is_scientific(text.as_bytes());
        if !plain || odd {
            return None;
        }
        Some(if doubled { Cow::Owned(text.replace("\"\"", "\"")) } else { Cow::Borrowed(text) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Reading;
    use crate::batch::parse_by;
    use crate::head::Head;
    use crate::outline::Outline;
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
        let mut outline = Outline::default();
        outline.make(text.as_bytes(), plan.body, text.len(), b',');
        let row = Cut { text, begins: outline.row(0).unwrap() };
        let (values, seen) = usual.read(&plan, &row).expect("usual");
        assert_eq!((values.customer, values.amount, seen.points), ("c1", Minor(123_450), 1));
    }
}
