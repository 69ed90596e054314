//! The usual row of a sales file, read quickly: plain ids, `2026-03-31`, `1234.50`, the one currency of the file. Any
//! other row is left to [`crate::sale`], which knows all of them; of the usual ones both say the same.

use crate::date::{DateFormat, iso_day, plain_time};
use crate::evidence::Evidence;
use crate::field::F;
use crate::money::Mark;
use crate::plain::PlainRow;
use crate::plan::Plan;
use crate::sale::{Line, UsualValues};
use naata_core::{Minor, TableKind};

/// Where the usual row has its values: columns, or [`Plan::NOWHERE`].
#[derive(Clone, Copy, Debug)]
pub(crate) struct Usual {
    pub(crate) order: usize,
    pub(crate) customer: usize,
    pub(crate) date: usize,
    pub(crate) time: usize,
    pub(crate) amount: usize,
    pub(crate) quantity: usize,
    pub(crate) discount: usize,
    pub(crate) tax: usize,
    pub(crate) currency: usize,
    pub(crate) item: usize,
    pub(crate) category: usize,
    /// The currency of the file, or [`NO_CODE`].
    pub(crate) code: [u8; 3],
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
        let known = plan.has_only(&wanted);
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

    /// Hands on what the row says, if it is a usual one.
    #[inline]
    pub(crate) fn read<'a, R>(
        &self,
        plan: &Plan,
        row: &PlainRow<'a, '_>,
        scratch: &'a mut String,
        then: impl FnOnce(&UsualValues<'a>, Seen) -> Option<R>,
    ) -> Option<R> {
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
        let amount = row.number(self.amount, scale, &mut points)??;
        if amount.0 <= 0 {
            return None;
        }
        let quantity = row.number(self.quantity, 3, &mut points)?;
        let discount = row.number(self.discount, scale, &mut points)?.unwrap_or_default();
        let tax = row.number(self.tax, scale, &mut points)?.unwrap_or_default();
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
            column if !plan.lines && !plan.digest => {
                row.item_between(column)?;
                row.optional(self.category)?.first().map_or(Some(""), |_| row.plain_id(self.category))?;
                None
            }
            column => {
                let item = row.item(column, scratch)?;
                let category = match row.optional(self.category)? {
                    [] => "",
                    _ => row.plain_id(self.category)?,
                };
                let quantity = quantity.map_or(1000, |q| q.0);
                Some(Line { item, category, quantity, amount, discount })
            }
        };
        let values = UsualValues { order, customer, day, month, seconds, amount, discount, tax, line };
        then(&values, Seen { points, amount, is_stated })
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Reading;
    use crate::head::Head;
    use crate::outline::Outline;
    use crate::plan::Wish;
    use naata_core::{Currency, MoneyUnit, Zone};

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
        let row = PlainRow { text, begins: outline.next(4).unwrap() };
        let mut scratch = String::new();
        let said = usual.read(&plan, &row, &mut scratch, |values, seen| {
            Some((values.customer, values.amount, seen.points))
        });
        assert_eq!(said, Some(("c1", Minor(123_450), 1)));
    }
}
