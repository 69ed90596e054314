//! Whether the purchases begin in the middle of history: then many customers who look new in the first weeks are not,
//! and whatever counts new customers or watches them from their first purchase on is wrong about them.
//!
//! # Rule
//! The export begins on the first day from which [`WEEKS`] days see a hundredth of all customers for the first time: a
//! mistyped year long before moves nothing. Where at least [`LEAST`] customers whose first purchase falls into the first [`WEEKS`] days have a creation date:
//! a quarter of these were created more than [`WEEKS`] days before the first purchase of the export.
//! Otherwise, over at least [`BLOCKS`] blocks of [`WEEKS`] days and [`CUSTOMERS`] customers: the first block has the
//! most first purchases of all, and at least four times the median of the later half of the blocks, where that is not
//! zero - files chosen by when customers came have no new ones later.

use crate::{Outcome, codes};
use naata_core::{CustomerIx, Day, Finding, Summed};

/// Days of a block.
const WEEKS: i64 = 28;
/// Customers with a creation date that are enough to go by.
const LEAST: u64 = 10;
/// Full blocks that are needed without creation dates.
const BLOCKS: usize = 7;
/// Customers that are needed without creation dates.
const CUSTOMERS: usize = 100;

/// Finds that the purchases up to `as_of` begin in the middle of history, where the rule says so; refunds are none.
///
/// ```
/// use naata_core::{Day, Serial, TableKind};
/// use naata_ingest::{Options, Source, begins_midway, read};
///
/// let customers: String = (0..20).map(|i| format!("c{i},2019-05-01\n")).collect();
/// let purchases: String = (0..20).map(|i| format!("c{i},2026-01-{:02},10\n", 1 + i)).collect();
/// let outcome = read(
///     &[
///         Source::bytes(TableKind::Customers, "customers.csv", format!("id,created\n{customers}").into()),
///         Source::bytes(TableKind::Purchases, "sales.csv", format!("customer,date,amount\n{purchases}").into()),
///     ],
///     &Options::default(),
///     &Serial,
/// )?;
/// assert_eq!(begins_midway(&outcome, Day::MAX).map(|f| f.code), Some("history.truncated"));
/// # Ok::<(), naata_ingest::Error>(())
/// ```
pub fn begins_midway(outcome: &Outcome, as_of: Day) -> Option<Finding> {
    let (firsts, last) = firsts(outcome, as_of);
    judge(&firsts, last)
}

/// For each buyer the day of the first purchase and the day of creation where that is known, by number of arrival;
/// and the last day of all purchases.
pub(crate) fn firsts(outcome: &Outcome, as_of: Day) -> (Vec<(Day, Option<Day>)>, Day) {
    let mut firsts: Vec<(Option<Day>, Option<Day>)> = vec![(None, None); outcome.part.index.len()];
    let mut last = Day::MIN;
    let mut saw = |who: CustomerIx, from: Day, to: Day| {
        last = last.max(to);
        if let Some((first, _)) = firsts.get_mut(who.at()) {
            *first = Some(first.map_or(from, |day| day.min(from)));
        }
    };
    for p in outcome.part.purchases.iter().filter(|p| p.who.is_some() && p.day <= as_of && !p.is_refund()) {
        saw(p.who, p.day, p.day);
    }
    if let Some((firsts, last)) = &outcome.firsts {
        let each = firsts.iter().flat_map(|(days, n)| std::iter::repeat_n(*days, *n as usize));
        return (each.collect(), *last);
    }
    let open = outcome.sums.iter().filter_map(|s| if let Summed::Open(sums) = s { Some(sums) } else { None });
    open.flat_map(|sums| sums.spans()).for_each(|(who, first, last)| saw(who, first, last));
    let rows = outcome.part.customers.iter().filter_map(|c| Some((c.who, c.created?)));
    for (who, day) in rows.chain(outcome.created.iter().copied()) {
        if let Some((_, created)) = firsts.get_mut(who.at()) {
            *created = Some(created.map_or(day, |known| known.min(day)));
        }
    }
    let firsts: Vec<_> = firsts.into_iter().filter_map(|(first, created)| Some((first?, created))).collect();
    (firsts, last)
}

/// Applies the rule to the days of each customer's first purchase, with the day the customer was created where that
/// is known; `last` is the last day of the purchases.
fn judge(firsts: &[(Day, Option<Day>)], last: Day) -> Option<Finding> {
    let begin = begin(firsts)?;
    let early = |day: &Day| (0..WEEKS).contains(&day.since(begin));
    let known = firsts.iter().filter(|(day, _)| early(day)).filter_map(|(_, created)| *created);
    let (mut with, mut older) = (0u64, 0u64);
    for created in known {
        with += 1;
        older += u64::from(begin.since(created) > WEEKS);
    }
    let found = if with >= LEAST {
        (older * 4 >= with).then_some((older, with))
    } else {
        by_shape(firsts, begin, last)
    };
    let (n, of) = found?;
    let finding = codes::HISTORY_TRUNCATED.finding().value(&begin.to_string());
    Some(finding.detail("n", &n).detail("of", &of).detail("days", &WEEKS))
}

/// The day on which the export begins.
fn begin(firsts: &[(Day, Option<Day>)]) -> Option<Day> {
    let mut days: Vec<Day> = firsts.iter().map(|f| f.0).collect();
    days.sort_unstable();
    // So many customers later the day must be within the block.
    let ahead = days.len().div_ceil(100).saturating_sub(1);
    let block = days.iter().zip(days.iter().skip(ahead)).find(|(from, to)| to.since(**from) < WEEKS);
    block.map(|(from, _)| *from)
}

/// The customers of the first block and all of them, where the first block stands out.
fn by_shape(firsts: &[(Day, Option<Day>)], begin: Day, last: Day) -> Option<(u64, u64)> {
    let blocks = usize::try_from((last.since(begin) + 1) / WEEKS).ok()?;
    if blocks < BLOCKS || firsts.len() < CUSTOMERS {
        return None;
    }
    let mut new = vec![0u64; blocks];
    for (day, _) in firsts.iter().filter(|f| f.0 >= begin) {
        let block = usize::try_from(day.since(begin) / WEEKS).ok()?;
        if let Some(n) = new.get_mut(block) {
            *n += 1;
        }
    }
    let first = *new.first()?;
    let mut later = new.get(blocks / 2..)?.to_vec();
    later.sort_unstable();
    let median = *later.get(later.len() / 2)?;
    let most = new.iter().skip(1).all(|n| *n < first);
    (most && median > 0 && first >= 4 * median).then_some((first, firsts.len() as u64))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(blocks: &[u64]) -> Option<Finding> {
        let firsts: Vec<(Day, Option<Day>)> = blocks
            .iter()
            .enumerate()
            .flat_map(|(b, n)| (0..*n).map(move |i| (Day(20_000 + 28 * b as i32 + (i % 28) as i32), None)))
            .collect();
        judge(&firsts, Day(20_000 + 28 * blocks.len() as i32))
    }

    #[test]
    fn an_export_that_begins_with_old_customers_is_told_from_a_young_shop() {
        // Old customers show up at once, new ones come steadily.
        let found = shape(&[400, 150, 80, 60, 50, 50, 50, 50]).expect("cut off");
        assert_eq!(found.code, "history.truncated");
        assert_eq!(found.details, [("n", "400".into()), ("of", "890".into()), ("days", "28".into())]);
        // A shop that grows, one that is steady, a cohort of one quarter, too few blocks, too few customers.
        for blocks in [
            &[10, 20, 30, 40, 50, 60, 70, 80][..],
            &[60, 50, 50, 50, 50, 50, 50, 50],
            &[700, 850, 800, 0, 0, 0, 0, 0],
            &[900, 700, 800, 0, 0, 0, 0, 0],
            &[400, 50, 50, 50, 50, 50],
            &[40, 5, 5, 5, 5, 5, 5, 5],
        ] {
            assert_eq!(shape(blocks), None, "{blocks:?}");
        }
    }

    #[test]
    fn a_mistyped_year_moves_nothing() {
        let found = shape(&[400, 150, 80, 60, 50, 50, 50, 50]).expect("cut off");
        let days = |blocks: &[u64]| -> Vec<(Day, Option<Day>)> {
            let each = blocks.iter().zip(0..);
            let days = each.flat_map(|(n, b)| (0..*n).map(move |i| Day(20_000 + 28 * b + (i % 28) as i32)));
            days.map(|day| (day, None)).collect()
        };
        let mut firsts = days(&[400, 150, 80, 60, 50, 50, 50, 50]);
        firsts.extend([(Day(0), None), (Day(19_000), None)]);
        let with = judge(&firsts, Day(20_000 + 28 * 8)).expect("cut off as before");
        assert_eq!((with.value, with.details.first()), (found.value, found.details.first()));
        assert_eq!(begin(&[]), None);
        assert_eq!(begin(&[(Day(5), None)]), Some(Day(5)));
    }

    #[test]
    fn creation_dates_settle_it() {
        let with = |created: &[i32]| {
            let firsts: Vec<_> =
                created.iter().enumerate().map(|(i, c)| (Day(20_000 + i as i32), Some(Day(*c)))).collect();
            judge(&firsts, Day(20_400))
        };
        let (old, new) = ([19_000; 12], [20_000; 12]);
        assert!(with(&old).is_some());
        assert_eq!(with(&new), None);
        // Two of twelve are fewer than a quarter; a month before is no history.
        assert_eq!(with(&[&old[..2], &new[..10]].concat()), None);
        assert!(with(&[&old[..3], &new[..9]].concat()).is_some());
        assert_eq!(with(&[19_972; 12]), None);
        // Nine with a date are too few to go by.
        assert_eq!(with(&old[..9]), None);
        assert_eq!(judge(&[], Day(0)), None);
    }
}
