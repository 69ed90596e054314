//! Eight usual rows of a sales file at once, column by column: where a processor has the lanes for it, what is worked out
//! of one cell is worked out of eight by the same instructions. A row that is not all plain is left to
//! [`crate::usual`]; of all others both say the same.

use crate::eights::{day_and_known, hundredths, is_graphic, may_begin, seconds};
use crate::plain::plain_id;
use crate::plan::Plan;
use crate::repeats::{Alike, OrderKey};
use crate::sale::{Paid, Sales};
use crate::usual::Usual;
use naata_core::{Day, Minor, PurchaseRow};
use naata_machine::{Grid, Lanes, Work, best};

/// How many rows are read at once.
pub(crate) const ROWS: usize = 8;

/// A value of each row.
type Eight = [u64; ROWS];

/// Days from the first of March of year 0 to the first of January of 1970.
const EPOCH: i64 = 719_468;

/// How eight rows of a file are read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Form {
    usual: Usual,
    columns: usize,
    /// What an amount in hundredths is multiplied by.
    times: i64,
    /// The last day that does not lie in the future, counted as days are here.
    latest: u64,
    code: u64,
    order: Option<Alike>,
}

impl Form {
    /// The form of a file that has one, where nobody asks for more texts than ids.
    pub(crate) fn of(usual: &Usual, plan: &Plan) -> Option<Self> {
        if plan.lines || plan.digest || usual.category != Plan::NOWHERE {
            return None;
        }
        let latest = plan.today.map_or(Ok(u64::MAX), |today| u64::try_from(i64::from(today.0) + EPOCH));
        let [a, b, c] = usual.code.map(u64::from);
        Some(Self {
            usual: *usual,
            columns: plan.columns.len(),
            times: 10i64.checked_pow(plan.unit.scale.checked_sub(2)?.into()).filter(|t| *t <= 1_000_000)?,
            latest: latest.ok()?,
            code: a | b << 8 | c << 16,
            order: plan.order_form.alike().filter(|_| usual.order != Plan::NOWHERE),
        })
    }

    /// Whether every row states its currency, where it is plain.
    pub(crate) fn is_stated(&self) -> bool {
        self.usual.currency != Plan::NOWHERE
    }
}

/// What eight rows say, where they are plain.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Octet {
    /// Which rows are plain, a bit for each; and of which the key of the order is told.
    plain: u8,
    keyed: u8,
    /// In which rows the points of the amount, the quantity, the discount and the tax tell of decimals.
    points: [u8; 4],
    day: Eight,
    seconds: Eight,
    amount: Eight,
    discount: Eight,
    tax: Eight,
    key: Eight,
    /// Where the ids of the customers and the orders begin, and what follows the byte behind them.
    customer: ([u32; ROWS], [u32; ROWS]),
    order: ([u32; ROWS], [u32; ROWS]),
}

impl Octet {
    /// Reads eight rows, whose cells begin at these places, so many to a row; `None` where they lie too near to an end.
    #[inline]
    pub(crate) fn read(form: &Form, bytes: &[u8], begins: &[u32], stride: usize) -> Option<Self> {
        best(Read { form, bytes, begins, stride })
    }

    /// Takes in the plain rows from this one on up to the first that is not; the answer is which that is, and what
    /// those before it add up to.
    #[inline(never)]
    pub(crate) fn take(
        &self,
        form: &Form,
        plan: &Plan,
        text: &str,
        sales: &mut Sales,
        from: usize,
    ) -> (usize, Taken) {
        let mut taken = Taken { amounts: 0, points: 0, days: (Day::MAX, Day::MIN) };
        let mut k = from;
        while k < ROWS && self.plain >> k & 1 == 1 {
            let [begin, next] = [&self.customer.0, &self.customer.1].map(|places| places[k] as usize);
            let Some(customer) = text.get(begin..next.wrapping_sub(1)) else { break };
            let key = if self.keyed >> k & 1 == 1 {
                OrderKey::numbered(self.key[k])
            } else if form.usual.order == Plan::NOWHERE {
                OrderKey::NONE
            } else {
                let [begin, next] = [&self.order.0, &self.order.1].map(|places| places[k] as usize);
                let id = text.get(begin..next.wrapping_sub(1)).filter(|id| !id.starts_with('"'));
                let Some(id) = id.and_then(plain_id) else { break };
                plan.order_form.key(id)
            };
            if plan.grouped.has(key) {
                break;
            }
            let day = Day((self.day[k].cast_signed() - EPOCH) as i32);
            let [amount, discount, tax] = [&self.amount, &self.discount, &self.tax]
                .map(|values| Minor(values[k].cast_signed() * form.times));
            let seconds =
                if form.usual.time == Plan::NOWHERE { PurchaseRow::NO_TIME } else { self.seconds[k] as u32 };
            sales.take_plain(plan, customer, key, &Paid { day, seconds, amount, discount, tax });
            taken.amounts += amount.0;
            taken.days = (taken.days.0.min(day), taken.days.1.max(day));
            k += 1;
        }
        // Each row has a bit, and these are those from the first that was taken in to the last.
        let rows = (1u32 << k) - (1u32 << from);
        taken.points =
            self.points.iter().map(|points| u64::from((u32::from(*points) & rows).count_ones())).sum();
        (k, taken)
    }
}

/// What rows add up to.
pub(crate) struct Taken {
    pub(crate) amounts: i64,
    /// How many points tell of decimals.
    pub(crate) points: u64,
    pub(crate) days: (Day, Day),
}

/// Eight rows to be read.
struct Read<'a> {
    form: &'a Form,
    bytes: &'a [u8],
    /// Where each cell begins, so many to a row, and what follows the last one.
    begins: &'a [u32],
    stride: usize,
}

/// The cells of a column: the eight bytes before the end of each, and how long it is.
#[inline(always)]
fn cells<L: Lanes>(l: L, grid: &Grid<'_>, column: usize) -> Option<(L::Eight, L::Eight)> {
    // Behind the cell stands what ends it.
    let lengths = l.sub(l.sub(l.begins(grid, column + 1)?, l.begins(grid, column)?), l.all(1));
    Some((l.tails(grid, column)?, lengths))
}

/// The numbers of a column in hundredths, and which of them have a point; those that are none are not plain.
#[inline(always)]
fn numbers<L: Lanes>(
    l: L,
    grid: &Grid<'_>,
    column: usize,
    points: &mut u8,
    plain: &mut u8,
) -> Option<L::Eight> {
    let (tails, lengths) = cells(l, grid, column)?;
    let (numbers, pointed, known) = hundredths(l, tails, lengths);
    *points = pointed;
    *plain &= known;
    Some(numbers)
}

/// Where the ids of a column begin, and what follows the byte behind them.
#[inline(always)]
fn ids(grid: &Grid<'_>, column: usize) -> Option<([u32; ROWS], [u32; ROWS])> {
    Some((*grid.column(column)?, *grid.column(column + 1)?))
}

impl Work for Read<'_> {
    type Done = Option<Octet>;

    #[inline(always)]
    fn on<L: Lanes>(self, l: L) -> Option<Octet> {
        let Form { usual, columns, latest, code, order, .. } = *self.form;
        let grid = &l.grid(self.bytes, self.begins, self.stride, columns)?;
        let mut octet = Octet::default();

        let (heads, (tails, lengths)) = (l.heads(grid, usual.date)?, cells(l, grid, usual.date)?);
        let (day, known) = day_and_known(l, heads, tails);
        let mut plain = known & l.same(lengths, l.all(10)) & !l.less(l.all(latest), day);
        octet.day = l.each(day);

        let (heads, (tails, lengths)) = (l.heads(grid, usual.customer)?, cells(l, grid, usual.customer)?);
        octet.customer = ids(grid, usual.customer)?;
        let ends = is_graphic(l, l.down(tails, l.all(56)));
        plain &= may_begin(l, heads) & ends & !l.same(lengths, l.all(0));

        if usual.time != Plan::NOWHERE {
            let (tails, lengths) = cells(l, grid, usual.time)?;
            let (time, known) = seconds(l, tails);
            plain &= known & l.same(lengths, l.all(8));
            octet.seconds = l.each(time);
        }

        let [of_amount, of_quantity, of_discount, of_tax] = &mut octet.points;
        let amount = numbers(l, grid, usual.amount, of_amount, &mut plain)?;
        if usual.quantity != Plan::NOWHERE {
            numbers(l, grid, usual.quantity, of_quantity, &mut plain)?;
        }
        if usual.discount != Plan::NOWHERE {
            octet.discount = l.each(numbers(l, grid, usual.discount, of_discount, &mut plain)?);
        }
        if usual.tax != Plan::NOWHERE {
            octet.tax = l.each(numbers(l, grid, usual.tax, of_tax, &mut plain)?);
        }
        plain &= !l.same(amount, l.all(0));
        octet.amount = l.each(amount);

        if usual.currency != Plan::NOWHERE {
            let (tails, lengths) = cells(l, grid, usual.currency)?;
            plain &= l.same(l.down(tails, l.all(40)), l.all(code)) & l.same(lengths, l.all(3));
        }

        if usual.item != Plan::NOWHERE {
            let (heads, (tails, lengths)) = (l.heads(grid, usual.item)?, cells(l, grid, usual.item)?);
            let byte = l.all(0xFF);
            // Within quotes the text is a byte further on both sides.
            let quoted = l.same(l.and(heads, byte), l.all(b'"'.into()));
            let head = l.pick(quoted, l.down(heads, l.all(8)), heads);
            let tail = l.pick(quoted, l.up(tails, l.all(8)), tails);
            // No character that takes three bytes of which this is the first is a blank: all of India's scripts are there.
            let three = l.all(0xE0);
            let begins = may_begin(l, head) | l.same(l.and(head, byte), three);
            let ends =
                is_graphic(l, l.down(tail, l.all(56))) | l.same(l.and(l.down(tail, l.all(40)), byte), three);
            plain &= begins & ends & !l.less(lengths, l.pick(quoted, l.all(5), l.all(3)));
        }

        if usual.order != Plan::NOWHERE {
            octet.order = ids(grid, usual.order)?;
            if let Some(order) = order {
                let (heads, (tails, lengths)) = (l.heads(grid, usual.order)?, cells(l, grid, usual.order)?);
                let (key, keyed) = order.keys(l, heads, tails, lengths);
                octet.keyed = keyed;
                octet.key = l.each(key);
            }
        }
        octet.plain = plain;
        Some(octet)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Reading;
    use crate::batch::{Quick, parse_by};
    use crate::head::Head;
    use crate::outline::Outline;
    use crate::plan::{Grouped, Wish};
    use crate::repeats::{KeySet, OrderForm};
    use naata_core::{Currency, MoneyUnit, TableKind, Zone};
    use proptest::prelude::*;

    const COLUMNS: [&str; 10] =
        ["order", "customer", "date", "time", "product", "quantity", "amount", "discount", "tax", "currency"];

    fn plan_of(text: &str, today: Option<Day>, order: &str) -> Plan {
        let reading = Reading::default();
        let head = Head::decode("t", text.as_bytes(), true, &reading).unwrap();
        let wish = Wish { kind: TableKind::Purchases, file: "t", reading: &reading, map: &[] };
        let mut plan = Plan::of(&head, &wish, MoneyUnit::of(Currency::INR), Zone::UTC, true).unwrap();
        (plan.today, plan.lines, plan.digest) = (today, false, false);
        plan.order_form = OrderForm::of(order);
        plan
    }

    /// The first eight rows of a file, which are usual ones.
    fn first_eight(plan: &Plan, text: &str) -> (Form, Octet) {
        let Some(Quick::Sales(_, Some(form))) = Quick::by(plan, true) else { panic!("there is a quick way") };
        let mut outline = Outline::default();
        outline.make(text.as_bytes(), plan.body, text.len(), b',');
        let (begins, stride) = outline.ahead(plan.columns.len(), ROWS).unwrap();
        (form, Octet::read(&form, text.as_bytes(), begins, stride).unwrap())
    }

    /// Rows of which most are plain in every column.
    fn row() -> impl Strategy<Value = Vec<String>> {
        let one = |usual: BoxedStrategy<String>, odd: Vec<&'static str>| prop_oneof![40 => usual, 1 => prop::sample::select(odd).prop_map(Into::into)];
        let day = (-30_000i32..50_000).prop_map(|n| Day(n).date().unwrap().to_string()).boxed();
        let number = || prop_oneof!["[0-9]{1,6}\\.[0-9]{2}", "[1-9][0-9]{0,7}"].boxed();
        let odd = || {
            vec![
                "",
                "0",
                "0.00",
                "-1.00",
                ".50",
                "1.5",
                "12.",
                "1.234",
                "123456.78",
                "123456789",
                "1e5",
                "\"7.00\"",
                "x",
                "7 ",
                "1,5",
            ]
        };
        let item = prop_oneof![
            "[A-Za-z][a-z ]{1,20}[a-z]",
            "[ক-ঙ]{1,3} [क-ङ]{1,3}",
            "\"[a-z]{1,3}(, |\"\"|\n)[a-zক-ঙ]{1,9}\"",
            "[0-9][.eEx0-9 ][0-9 ]{0,3}[a-z0-9]",
        ];
        (
            one(
                "SO[0-9]{8}|'[0-9]{8}".boxed(),
                vec!["", "SO1", "so00000001", "SO0000000x", "\"SO00000009\"", "uuid-77"],
            ),
            one(
                "C[0-9]{4}|[0-9]{5}|[a-z]{1,3}".boxed(),
                vec!["", "1.5E+4", "'7", "x y", "\"c\"", " c", "c ", "é", "ক"],
            ),
            one(
                day,
                vec![
                    "",
                    "2026-02-29",
                    "2100-02-29",
                    "1900-02-29",
                    "0001-01-01",
                    "2026-00-01",
                    "2026/01/01",
                    "26-01-01",
                    "2026-1-01",
                ],
            ),
            one(
                "([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]".boxed(),
                vec!["", "9:30", "23:59", "24:00:00", "00:60:00", "00:00:60", "00-00-00"],
            ),
            one(item.boxed(), vec!["", "x", "ab", " ab", "ab ", "'ab", "é", "कख\u{A0}", "\"\"", "\"a\""]),
            one("[1-9]|[1-9][0-9]".boxed(), odd()),
            one(number(), odd()),
            one(number(), odd()),
            one(number(), odd()),
            one("INR".boxed(), vec!["", "USD", "inr", "INRX", "XINR", " INR", "\"INR\""]),
        )
            .prop_map(|(a, b, c, d, e, f, g, h, i, j)| vec![a, b, c, d, e, f, g, h, i, j])
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(512))]

        #[test]
        fn eight_rows_at_once_say_what_the_long_way_says(
            rows in prop::collection::vec(row(), 8..60),
            without in prop::collection::btree_set(prop::sample::select(vec![0usize, 3, 4, 5, 7, 8, 9]), 0..4),
            end in prop::sample::select(vec!["\n", "\r\n", "\n\n", "\r"]),
            today in prop::option::of(-20_000i32..40_000),
            lean in any::<bool>(),
            order in prop::sample::select(vec!["SO00000001", "SO0000001", "", "'00000001", "12345678"]),
            grouped in prop::sample::select(vec![0usize, 1, 2]),
        ) {
            let line = |cells: &[String]| {
                let kept = cells.iter().enumerate().filter(|(k, _)| !without.contains(k)).map(|(_, c)| &**c);
                kept.collect::<Vec<_>>().join(",") + end
            };
            let text = line(&COLUMNS.map(String::from)) + &rows.iter().map(|row| line(row)).collect::<String>();
            let mut plan = plan_of(&text, today.map(Day), order);
            plan.lean = lean;
            // Some orders stand on several rows.
            let some = rows.iter().filter(|row| !row[0].is_empty()).map(|row| plan.order_form.key(&row[0]));
            plan.grouped = Grouped::These(KeySet::of(some.step_by(7).take(grouped).collect()));
            let parsed = |quick| {
                format!("{:?}", parse_by(quick, &plan, text.as_bytes(), plan.body, text.len(), true))
            };
            prop_assert_eq!(parsed(Quick::by(&plan, true)), parsed(None));
        }
    }

    #[test]
    fn eight_plain_rows_are_read_at_once() {
        let row = |n: u64| {
            format!("SO0000{n:04},C{n},2026-03-{n:02},09:0{n}:30,\"Rice, {n}\",{n},1{n}.50,0.00,7,INR\n")
        };
        for end in ["\n", "\r\n"] {
            let rows: String = (1..10).map(row).collect();
            let text = format!("{}\n{rows}", COLUMNS.join(",")).replace('\n', end);
            let plan = plan_of(&text, Some(Day(20_600)), "SO00000001");
            let (form, octet) = first_eight(&plan, &text);
            assert_eq!((octet.plain, octet.keyed, octet.points), (0xFF, 0xFF, [0xFF, 0, 0xFF, 0]));
            let mut sales = Sales::default();
            let (next, taken) = octet.take(&form, &plan, &text, &mut sales, 2);
            assert_eq!((next, taken.points), (8, 12));
            assert_eq!(taken.amounts, (3..9).map(|n| 1050 + n * 100).sum::<i64>());
            assert_eq!(taken.days.0.to_string(), "2026-03-03");
            assert_eq!(taken.days.1.to_string(), "2026-03-08");
            assert_eq!((sales.rows.len(), sales.whole), (6, 6));
        }
    }

    #[test]
    fn every_day_is_read_as_the_long_way_reads_it() {
        // All days of the two hundred years, and as many that there are not.
        let (first, last) = (Day::from_ymd(1900, 1, 1).unwrap(), Day::from_ymd(2099, 12, 31).unwrap());
        let mut days: Vec<String> = (first.0..=last.0).map(|n| Day(n).date().unwrap().to_string()).collect();
        let read = days.len();
        for year in 1900..2100 {
            for month in [0, 2, 4, 6, 9, 11, 13] {
                days.extend(
                    [0, 31, 32]
                        .iter()
                        .filter(|d| **d != 31 || month != 0 && month != 13)
                        .map(|d| format!("{year}-{month:02}-{d:02}")),
                );
            }
        }
        days.extend(
            (1900..2100).filter(|y| Day::from_ymd(*y, 2, 29).is_none()).map(|y| format!("{y}-02-29")),
        );
        days.extend(["1899-12-31", "2100-01-01", "0000-01-01", "20a0-01-01", "2020-0b-01"].map(String::from));
        let header = "order,customer,date,amount\n";
        let mut seen = 0;
        for eight in days.chunks(ROWS).filter(|eight| eight.len() == ROWS) {
            let rows: String = eight.iter().map(|day| format!("x,c,{day},1.00\n")).collect();
            let text = format!("{header}{rows}{rows}");
            let plan = plan_of(&text, None, "x");
            let (_, octet) = first_eight(&plan, &text);
            for (k, day) in eight.iter().enumerate() {
                let said =
                    (octet.plain >> k & 1 == 1).then(|| Day((octet.day[k].cast_signed() - EPOCH) as i32));
                let want = Day::parse_iso(day).filter(|d| (first..=last).contains(d));
                assert_eq!(said, want, "{day}");
                seen += usize::from(said.is_some());
            }
        }
        assert_eq!(seen, read);
    }
}
