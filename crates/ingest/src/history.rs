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

use crate::read::Firsts;
use crate::{Outcome, codes};
use naata_core::{CustomerIx, Day, Finding, Summed};

/// Days of a block.
const WEEKS: i64 = 28;
/// Customers with a creation date that are enough to go by.
const LEAST: u64 = 10;
/// Full blocks that are needed without creation dates.
const BLOCKS: usize = 7;
/// Customers that are needed without creation dates.
const CUSTOMERS: u64 = 100;

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

/// How many buyers there are by the day of the first purchase and that of creation where it is known; and the last day
/// of all purchases.
pub(crate) fn firsts(outcome: &Outcome, as_of: Day) -> (Firsts, Day) {
    if let Some(put_aside) = &outcome.firsts {
        return put_aside.clone();
    }
    let summed = || {
        let open =
            outcome.sums.iter().filter_map(|s| if let Summed::Open(sums) = s { Some(sums) } else { None });
        open.flat_map(|sums| sums.spans()).chain(outcome.first_days.spans())
    };
    let rows = outcome.part.customers.iter().filter_map(|c| Some((c.who, c.created?)));
    let mut created = rows.chain(outcome.created.iter().copied()).peekable();
    if outcome.part.purchases.is_empty() && created.peek().is_none() {
        return tally(summed);
    }
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
    summed().for_each(|(who, first, last)| saw(who, first, last));
    for (who, day) in created {
        if let Some((_, created)) = firsts.get_mut(who.at()) {
            *created = Some(created.map_or(day, |known| known.min(day)));
        }
    }
    let mut days: Vec<_> =
        firsts.into_iter().filter_map(|(first, created)| Some((first?, created))).collect();
    days.sort_unstable();
    let counted = days.chunk_by(|a, b| a == b).filter_map(|same| Some((*same.first()?, same.len() as u64)));
    (counted.collect(), last)
}

/// The same where nothing but summaries is known, of millions of customers: these are counted by day.
fn tally<I: Iterator<Item = (CustomerIx, Day, Day)>>(summed: impl Fn() -> I) -> (Firsts, Day) {
    let all = (Day::MAX, Day::MIN, Day::MIN);
    let (low, high, last) = summed()
        .fold(all, |(low, high, last), (_, first, to)| (low.min(first), high.max(first), last.max(to)));
    let mut counts = vec![0u64; usize::try_from(high.since(low) + 1).unwrap_or(0)];
    let at = |day: Day| usize::try_from(day.since(low)).unwrap_or(usize::MAX);
    summed().for_each(|(_, first, _)| counts.get_mut(at(first)).into_iter().for_each(|n| *n += 1));
    let counted = (low.0..=high.0).map(Day).zip(counts).filter(|(_, n)| *n > 0);
    (counted.map(|(day, n)| ((day, None), n)).collect(), last)
}

/// Applies the rule to the days of each customer's first purchase, with the day the customer was created where that
/// is known; `last` is the last day of the purchases.
fn judge(firsts: &Firsts, last: Day) -> Option<Finding> {
    let begin = begin(firsts)?;
    let early = |day: &Day| (0..WEEKS).contains(&day.since(begin));
    let (mut with, mut older) = (0u64, 0u64);
    for ((_, created), n) in firsts.iter().filter(|((day, _), _)| early(day)) {
        if let Some(created) = created {
            with += n;
            older += if begin.since(*created) > WEEKS { *n } else { 0 };
        }
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
fn begin(firsts: &Firsts) -> Option<Day> {
    let days = firsts.iter().map(|((day, _), n)| (*day, *n));
    let least = days.clone().map(|(_, n)| n).sum::<u64>().div_ceil(100);
    // The customers of the days from `from` on, as far as the block reaches.
    let (mut ahead, mut within) = (days.clone().peekable(), 0);
    for (from, n) in days {
        while let Some((_, more)) = ahead.next_if(|(day, _)| day.since(from) < WEEKS) {
            within += more;
        }
        if within >= least {
            return Some(from);
        }
        within -= n;
    }
    None
}

/// The customers of the first block and all of them, where the first block stands out.
fn by_shape(firsts: &Firsts, begin: Day, last: Day) -> Option<(u64, u64)> {
    let blocks = usize::try_from((last.since(begin) + 1) / WEEKS).ok()?;
    let customers = firsts.values().sum::<u64>();
    if blocks < BLOCKS || customers < CUSTOMERS {
        return None;
    }
    let mut new = vec![0u64; blocks];
    for ((day, _), more) in firsts.range((begin, None)..) {
        let block = usize::try_from(day.since(begin) / WEEKS).ok()?;
        if let Some(n) = new.get_mut(block) {
            *n += more;
        }
    }
    let first = *new.first()?;
    let mut later = new.get(blocks / 2..)?.to_vec();
    later.sort_unstable();
    let median = *later.get(later.len() / 2)?;
    let most = new.iter().skip(1).all(|n| *n < first);
    (most && median > 0 && first >= 4 * median).then_some((first, customers))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(firsts: impl IntoIterator<Item = (Day, Option<Day>)>) -> Firsts {
        let mut out = Firsts::new();
        firsts.into_iter().for_each(|days| *out.entry(days).or_default() += 1);
        out
    }

    fn shape(blocks: &[u64]) -> Option<Finding> {
        let firsts: Vec<(Day, Option<Day>)> = blocks
            .iter()
            .enumerate()
            .flat_map(|(b, n)| (0..*n).map(move |i| (Day(20_000 + 28 * b as i32 + (i % 28) as i32), None)))
            .collect();
        judge(&counted(firsts), Day(20_000 + 28 * blocks.len() as i32))
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
        let with = judge(&counted(firsts), Day(20_000 + 28 * 8)).expect("cut off as before");
        assert_eq!((with.value, with.details.first()), (found.value, found.details.first()));
        assert_eq!(begin(&Firsts::new()), None);
        assert_eq!(begin(&counted([(Day(5), None)])), Some(Day(5)));
    }

    #[test]
    fn creation_dates_settle_it() {
        let with = |created: &[i32]| {
            let firsts: Vec<_> =
                created.iter().enumerate().map(|(i, c)| (Day(20_000 + i as i32), Some(Day(*c)))).collect();
            judge(&counted(firsts), Day(20_400))
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
        assert_eq!(judge(&Firsts::new(), Day(0)), None);
    }
}
