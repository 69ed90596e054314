//! The triangle of cohorts, and the curve of those for which a period is over.

use super::{Clock, Kind, Members, RetentionParams, estimate};
use naata_core::Day;

/// How far a cell can be believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum CellState {
    /// The period is over.
    Complete,
    /// The period is over, yet those who are counted as lost still have too little time behind them to come back.
    Truncated,
    /// The period has begun and is not over.
    Unfinished,
    /// The period has not begun.
    NotObserved,
}

impl CellState {
    /// The names, in order: words of the family `cell`.
    pub const NAMES: [&'static str; 4] = ["complete", "truncated", "unfinished", "not-observed"];
}

/// A cohort in one column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CohortCell {
    /// Customers counted as having stayed.
    pub active: u64,
    /// How far that can be believed.
    pub state: CellState,
}

/// The customers who came first in one period.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Cohort {
    /// The number of the period.
    pub number: i32,
    /// Its first day; `None` where the calendar does not have it.
    pub start: Option<Day>,
    /// How many customers.
    pub size: u64,
    /// One cell for each column.
    pub cells: Vec<CohortCell>,
}

/// All cohorts together in one column.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Point {
    /// The first and the last period of the column.
    pub step: (u32, u32),
    /// Cohorts for which it is over.
    pub cohorts: u64,
    /// Their customers.
    pub customers: u64,
    /// Those who stayed.
    pub active: u64,
    /// The share with its interval; `None` where it is over for no cohort.
    pub share: Option<estimate::Share>,
}

pub(super) fn cohort(
    number: i32,
    members: &Members,
    steps: &[(u32, u32)],
    params: &RetentionParams,
    as_of: Day,
) -> Cohort {
    let mut cells: Vec<CohortCell> = steps
        .iter()
        .map(|step| CohortCell { active: 0, state: state(number, members, *step, params, as_of) })
        .collect();
    for (_, active) in members.iter() {
        for (cell, (low, high)) in cells.iter_mut().zip(steps) {
            let held = match params.kind {
                Kind::Classic | Kind::Bracket => {
                    let at = active.partition_point(|k| k < low);
                    active.get(at).is_some_and(|k| k <= high)
                }
                Kind::Unbounded => active.last().is_some_and(|k| k >= low),
                // Offsets are distinct and ascend from 0, so that the k-th equals k only in an unbroken run.
                Kind::Full => active.get(*low as usize) == Some(low),
            };
            cell.active += u64::from(held);
        }
    }
    Cohort { number, start: params.period.start(number), size: members.lives.len() as u64, cells }
}

fn state(
    number: i32,
    members: &Members,
    (low, high): (u32, u32),
    params: &RetentionParams,
    as_of: Day,
) -> CellState {
    let begins = |k: u32| match params.clock {
        Clock::Calendar => params.period.start(number.checked_add_unsigned(k)?),
        Clock::Rolling => {
            let first = members.lives.iter().map(|l| l.first).min()?;
            first.plus(i32::try_from(k).ok()?.checked_mul(params.period.days())?)
        }
    };
    let is_over = |k: u32| {
        let end = match params.clock {
            Clock::Calendar => number.checked_add_unsigned(k).and_then(|n| params.period.end(n)),
            // The last of them began some time on that day, so that the window may reach into the day it ends on.
            Clock::Rolling => members.lives.iter().map(|l| l.first).max().and_then(|last| {
                let periods = i32::try_from(k).ok()?.checked_add(1)?;
                last.plus(periods.checked_mul(params.period.days())?)
            }),
        };
        end.is_some_and(|end| end <= as_of)
    };
    if begins(low).is_none_or(|day| day > as_of) {
        CellState::NotObserved
    } else if !is_over(high) {
        CellState::Unfinished
    } else if params.kind == Kind::Unbounded && low > 0 && !is_over(high.saturating_add(params.tail)) {
        CellState::Truncated
    } else {
        CellState::Complete
    }
}

pub(super) fn curve(cohorts: &[Cohort], steps: &[(u32, u32)]) -> Vec<Point> {
    let point = |(at, step): (usize, &(u32, u32))| {
        let mut p = Point { step: *step, cohorts: 0, customers: 0, active: 0, share: None };
        for cohort in cohorts {
            if let Some(cell) = cohort.cells.get(at).filter(|c| c.state == CellState::Complete) {
                p.cohorts += 1;
                p.customers += cohort.size;
                p.active += cell.active;
            }
        }
        p.share = estimate::share(p.active, p.customers);
        p
    };
    steps.iter().enumerate().map(point).collect()
}
