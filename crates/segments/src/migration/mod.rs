//! Who moved between two days: segments on both, the flows between them, and how sure the shares are.
//!
//! # Formula
//! Each customer gets a segment on the first and on the second day; see [`Mode`] for the purchases that count and
//! the edges of the scores. Of the n customers of a segment, k went to another of K places (the segments, and
//! "no longer here" where windows let customers leave). With a Dirichlet prior of weight a for each place the
//! share has the marginal posterior Beta(k + a, n - k + (K - 1) a), from which the 95 % interval is read.
//! Instead of RFM any fact that names segments may be compared with itself on the first day: segments of rules have edges
//! that are frozen by nature.
//! Net flow of a segment = entries - exits = customers on the second day - customers on the first.
//!
//! # Source
//! Anderson and Goodman, "Statistical Inference about Markov Chains", 1957; priors: Jeffreys, 1946; Perks, 1947.

mod present;

pub use present::{AFTER, BEFORE};

use crate::overlap::grouping;
use crate::rfm::{
    Frozen, Measure, Naming, Rfm, RfmParams, Scoring, fifth, measure, rfm_either, summaries_between,
    window_begin,
};
use crate::sets::{BuiltIn, SegmentSet};
use crate::{Error, estimate};
use naata_answer::{Analysis, Card, Refusal, choice, params};
use naata_core::{Context, CustomerIx, Day, Grouping, Histories, Minor, MoneyUnit, PurchaseRow, Summary};
use naata_facts::{Facts, Seen};
use naata_math::Beta;

choice! {
    /// Which purchases count on each day, and by which edges they are scored.
    pub enum Mode {
        /// Windows of equal length; the second day is scored by the edges of the first, so that who does the same stays.
        Frozen = "frozen",
        /// Windows of equal length, each day scored among its own customers.
        Rescored = "rescored",
        /// All purchases up to each day, each scored among its own customers: longer memory, and nobody leaves.
        AllHistory = "all-history",
    }
}

choice! {
    /// The weight each place has before anything is counted.
    pub enum Prior {
        /// One half (Jeffreys).
        Jeffreys = "jeffreys",
        /// One (uniform over all shares).
        Uniform = "uniform",
        /// One divided by the number of places (Perks).
        Perks = "perks",
    }
}

impl Mode {
    /// The words of the choices, in order of declaration.
    pub const NAMES: [&'static str; 3] = ["frozen", "rescored", "all-history"];
}

params! {
    /// Parameters of migration.
    pub struct MigrationParams {
        /// The first day; 90 days before the day of the question when not given
        from: Option<Day> = None,
        /// Days of purchases that count on each day, that day included
        window: u32 = 365,
        /// Which purchases count, and by which edges they are scored
        mode: Mode = Mode::Frozen,
        /// The weight each place has before anything is counted
        prior: Prior = Prior::Perks,
        /// How values become scores
        scoring: Scoring = Scoring::RankAverage,
        /// Scores of each measure, from 2 to 10
        bins: u8 = 5,
        /// Which names the scores get
        set: BuiltIn = BuiltIn::Grid,
        /// A fact that names segments, such as segments.rules, instead of RFM
        by: Option<String> = None,
    }
}

/// Days from the first day to the day of the question, unless the first is given.
const BETWEEN: u32 = 90;

impl MigrationParams {
    /// The first day.
    fn seen(&self) -> Seen {
        self.from.map_or(Seen::Ago(BETWEEN), Seen::On)
    }
}

/// Where a customer stood on one day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stand {
    /// The segment: a position in [`Migration::names`].
    pub segment: u16,
    /// Score of recency; 0 where segments do not come from scores.
    pub r: u8,
    /// Score of frequency; 0 where segments do not come from scores.
    pub f: u8,
    /// What was paid within the window.
    pub paid: Minor,
}

/// One customer on both days; at least one of them has a segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moved {
    /// The customer.
    pub customer: CustomerIx,
    /// On the first day; `None` without a purchase that counts.
    pub before: Option<Stand>,
    /// On the second day.
    pub after: Option<Stand>,
}

/// Customers who went from one place to another; the position after the last name stands for "not here".
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct MoveCount {
    /// Where from.
    pub from: u16,
    /// Where to.
    pub to: u16,
    /// How many.
    pub customers: u64,
    /// The share of those who started there.
    pub share: f64,
    /// The interval of the share, under the prior.
    pub interval: (f64, f64),
}

/// One segment on both days.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Balance {
    /// Customers on the first day.
    pub before: u64,
    /// Customers on the second day.
    pub after: u64,
    /// Those who were there on both.
    pub stayed: u64,
}

impl Balance {
    /// Customers who came from elsewhere.
    pub fn entries(&self) -> u64 {
        self.after.saturating_sub(self.stayed)
    }

    /// Customers who went elsewhere.
    pub fn exits(&self) -> u64 {
        self.before.saturating_sub(self.stayed)
    }

    /// Entries less exits.
    pub fn net(&self) -> i64 {
        // Both are counts of customers, who are numbered by 32 bits.
        self.after as i64 - self.before as i64
    }
}

/// Migration between two days.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Migration {
    /// The first day.
    pub from: Day,
    /// The second day.
    pub to: Day,
    /// The parameters.
    pub params: MigrationParams,
    /// The unit of all amounts.
    pub unit: MoneyUnit,
    /// The names of the segments.
    pub names: Vec<Box<str>>,
    /// Customers of the base.
    pub base: usize,
    /// Every customer with a segment on at least one day, in order of customer.
    pub rows: Vec<Moved>,
    /// All flows that happened, by origin and goal; staying is one of them.
    pub moves: Vec<MoveCount>,
    /// Each segment's balance, in the order of the names.
    pub segments: Vec<Balance>,
    /// Customers who kept their segment.
    pub stayed: u64,
    /// Customers with a segment on the first day.
    pub before: u64,
    /// Customers with a segment on the second day.
    pub after: u64,
    /// The first day of the data, where the first window reaches before it and its customers had less time.
    pub cut_short: Option<Day>,
}

impl Migration {
    /// The position that stands for "not here".
    pub fn outside(&self) -> u16 {
        self.names.len() as u16
    }

    /// The share of customers of the first day who kept their segment, with its Wilson interval.
    pub fn kept(&self) -> Option<estimate::Share> {
        estimate::share(self.stayed, self.before)
    }

    /// Customers who came lately and repeatedly on the first day, and by the second have not come for long.
    pub fn slipped(&self) -> impl Iterator<Item = &Moved> {
        let bins = self.params.bins;
        self.rows.iter().filter(move |m| {
            m.before.is_some_and(|s| fifth(s.r, bins) >= 3 && fifth(s.f, bins) >= 3)
                && m.after.is_none_or(|s| fifth(s.r, bins) <= 2)
        })
    }

    /// Customers who were in a segment on the first day and are in none on the second.
    pub fn gone(&self) -> impl Iterator<Item = &Moved> {
        self.rows.iter().filter(|m| m.before.is_some() && m.after.is_none())
    }
}

/// Works out who moved between the first day of the parameters and the day of the question.
pub fn migration(
    purchases: &Histories<PurchaseRow>,
    unit: MoneyUnit,
    params: &MigrationParams,
    cx: &Context<'_>,
) -> Result<Migration, Error> {
    migration_in(None, purchases, unit, params, cx)
}

/// The first and the second day, and from which day on purchases count on each.
fn days(params: &MigrationParams, to: Day) -> Result<(Day, impl Fn(Day) -> Day), Error> {
    let from = params.seen().day(to).unwrap_or(Day::MIN);
    if from >= to {
        return Err(Error::Order { from, to });
    }
    let days = Some(params.window).filter(|_| params.mode != Mode::AllHistory);
    let window = move |end: Day| window_begin(days, end);
    Ok((from, window))
}

/// Compares two ways to divide the customers, on the first day of the parameters and on the day of the question. What
/// was paid is counted within the windows.
pub fn migration_between(
    before: &Grouping,
    after: &Grouping,
    purchases: &Histories<PurchaseRow>,
    unit: MoneyUnit,
    params: &MigrationParams,
    cx: &Context<'_>,
) -> Result<Migration, Error> {
    let to = cx.as_of;
    let (from, window) = days(params, to)?;
    // A name of one day alone is a segment like any other.
    let mut names = before.names.clone();
    for name in &after.names {
        if !names.contains(name) {
            names.push(name.clone());
        }
    }
    let stands = |g: &Grouping, end: Day| -> Result<Vec<Option<Stand>>, Error> {
        let paid = summaries_between(purchases, window(end), end)?;
        let place = |name: &str| names.iter().position(|n| **n == *name).unwrap_or(names.len()) as u16;
        let places: Vec<u16> = g.names.iter().map(|n| place(n)).collect();
        let one = |at: u32| -> Result<Option<Stand>, Error> {
            let Some(class) = g.class(CustomerIx(at)) else { return Ok(None) };
            let segment = places.get(usize::from(class)).copied().unwrap_or(class);
            let paid = paid.get(at as usize).map_or(Ok(Minor::ZERO), Summary::net)?;
            Ok(Some(Stand { segment, r: 0, f: 0, paid }))
        };
        (0..g.of.len() as u32).map(one).collect()
    };
    let both = stands(before, from)?.into_iter().zip(stands(after, to)?);
    let rows = (0u32..).map(CustomerIx).zip(both);
    let rows = rows.filter(|(_, (before, after))| before.is_some() || after.is_some());
    Ok(counted(Migration {
        from,
        to,
        params: params.clone(),
        unit,
        segments: vec![Balance::default(); names.len()],
        names,
        base: purchases.customers(),
        rows: rows.map(|(customer, (before, after))| Moved { customer, before, after }).collect(),
        moves: Vec::new(),
        stayed: 0,
        before: 0,
        after: 0,
        cut_short: None,
    }))
}

/// The same as [`migration`] with names of one's own for the scores, where they are given.
pub fn migration_in(
    own: Option<&SegmentSet>,
    purchases: &Histories<PurchaseRow>,
    unit: MoneyUnit,
    params: &MigrationParams,
    cx: &Context<'_>,
) -> Result<Migration, Error> {
    let to = cx.as_of;
    let (from, window) = days(params, to)?;
    let scoring =
        RfmParams { scoring: params.scoring, bins: params.bins, set: params.set, ..RfmParams::default() };
    let first = summaries_between(purchases, window(from), from)?;
    let last = summaries_between(purchases, window(to), to)?;
    let before = rfm_either(own, &first, unit, &scoring, &Context { as_of: from, ..*cx })?;
    let stand = |paid, segment, r, f| Stand { segment, r, f, paid };
    let mut rows = vec![(None, None); purchases.customers()];
    for row in &before.rows {
        if let Some(slot) = rows.get_mut(row.customer.at()) {
            slot.0 = Some(stand(row.monetary, row.segment, row.r, row.f));
        }
    }
    for (who, s) in stands_after(own, &last, &before, unit, params, &scoring, cx)? {
        if let Some(slot) = rows.get_mut(who.at()) {
            slot.1 = Some(s);
        }
    }
    let rows: Vec<Moved> = (0u32..)
        .map(CustomerIx)
        .zip(rows)
        .filter(|(_, (before, after))| before.is_some() || after.is_some())
        .map(|(customer, (before, after))| Moved { customer, before, after })
        .collect();
    let begins = purchases.rows().iter().filter(|p| !p.is_refund()).map(|p| p.day).min();
    let begins = cx.history_from.or(begins);
    let cut_short = begins.filter(|day| params.mode != Mode::AllHistory && *day > window(from));
    Ok(counted(Migration {
        from,
        to,
        params: params.clone(),
        unit,
        segments: vec![Balance::default(); before.names.len()],
        names: before.names,
        base: purchases.customers(),
        rows,
        moves: Vec::new(),
        stayed: 0,
        before: 0,
        after: 0,
        cut_short,
    }))
}

/// Everyone's stand on the second day; nobody's, where nobody bought.
fn stands_after(
    own: Option<&SegmentSet>,
    last: &[Summary],
    before: &Rfm,
    unit: MoneyUnit,
    params: &MigrationParams,
    scoring: &RfmParams,
    cx: &Context<'_>,
) -> Result<Vec<(CustomerIx, Stand)>, Error> {
    if params.mode != Mode::Frozen {
        let after = match rfm_either(own, last, unit, scoring, cx) {
            Ok(after) => after.rows,
            Err(Error::NoBuyers { .. }) => Vec::new(),
            Err(other) => return Err(other),
        };
        let one = |r: &crate::rfm::RfmRow| {
            (r.customer, Stand { segment: r.segment, r: r.r, f: r.f, paid: r.monetary })
        };
        return Ok(after.iter().map(one).collect());
    }
    let frozen = Frozen::of(before)?;
    let naming = Naming::either(own, params.set, params.bins)?;
    let m = measure(last, scoring.frequency, scoring.refunds, cx.as_of)?;
    let values = m.recency.iter().zip(&m.frequency).zip(&m.monetary);
    let one = |(who, ((recency, frequency), paid)): (&CustomerIx, ((&i64, &i64), &i64))| {
        let r = frozen.score(Measure::Recency, *recency);
        let f = frozen.score(Measure::Frequency, *frequency);
        let segment = naming.of_scores(r, f, frozen.score(Measure::Monetary, *paid));
        (*who, Stand { segment, r, f, paid: Minor(*paid) })
    };
    Ok(m.who.iter().zip(values).map(one).collect())
}

/// Counts flows and balances of the rows.
fn counted(mut m: Migration) -> Migration {
    let side = m.names.len() + 1;
    let mut matrix = vec![0u64; side * side];
    for row in &m.rows {
        let place = |s: Option<Stand>| s.map_or(side - 1, |s| usize::from(s.segment));
        let (from, to) = (place(row.before), place(row.after));
        if let Some(n) = matrix.get_mut(from * side + to) {
            *n += 1;
        }
        m.stayed += u64::from(from == to);
        m.before += u64::from(row.before.is_some());
        m.after += u64::from(row.after.is_some());
        if let Some(b) = m.segments.get_mut(from) {
            b.before += 1;
            b.stayed += u64::from(from == to);
        }
        if let Some(b) = m.segments.get_mut(to) {
            b.after += 1;
        }
    }
    for (from, counts) in matrix.chunks(side).enumerate() {
        let n: u64 = counts.iter().sum();
        // Who was not here cannot have stayed away: such customers are in no row. With all history nobody leaves.
        let nobody_leaves = from + 1 == side || (m.params.mode == Mode::AllHistory && m.params.by.is_none());
        let places = if nobody_leaves { side - 1 } else { side };
        for (to, k) in counts.iter().enumerate().filter(|(_, k)| **k > 0) {
            m.moves.push(MoveCount {
                from: from as u16,
                to: to as u16,
                customers: *k,
                share: *k as f64 / n as f64,
                interval: interval(*k, n, places, m.params.prior),
            });
        }
    }
    m
}

/// The 95 % interval of a share of n customers over so many places.
fn interval(k: u64, n: u64, places: usize, prior: Prior) -> (f64, f64) {
    let places = places.max(1) as f64;
    let a = match prior {
        Prior::Jeffreys => 0.5,
        Prior::Uniform => 1.0,
        Prior::Perks => 1.0 / places,
    };
    let rest = n.saturating_sub(k) as f64 + (places - 1.0) * a;
    // With a single place there is nothing else to go to.
    Beta::new(k as f64 + a, rest).map_or((1.0, 1.0), |b| (b.quantile(0.025), b.quantile_upper(0.025)))
}

/// The command `migration`.
pub struct MigrationAnalysis;

impl Analysis for MigrationAnalysis {
    type Params = MigrationParams;
    type Input<'a> = (&'a Histories<PurchaseRow>, MoneyUnit, Option<&'a SegmentSet>, &'a Facts);
    type Output = Migration;
    const CARD: Card = Card {
        key: "migration",
        version: 1,
        title: "Migration: which customers changed their segment between two days",
        unit: "customers",
        formula: "segments on both days by windows of equal length and the edges of the first; \
                  share k / n with the interval of Beta(k + a, n - k + (K - 1) a)",
        source: "Anderson and Goodman, 1957; Jeffreys, 1946; Perks, 1947",
        assumptions: &[
            "with frozen edges a customer who does the same keeps the segment; rescored, the others' doings move it too",
            "with all history the second day looks back further than the first",
            "segments of rules are worked out on both days from what was known then; what a table states without a day counts on both",
            "customers move independently of each other",
        ],
        words: present::WORDS,
        example: "naata migration --purchases purchases.csv --from 2026-06-30 --mode frozen",
    };

    fn wants(params: &MigrationParams) -> Vec<String> {
        params.by.iter().flat_map(|by| [params.seen().name(by), by.clone()]).collect()
    }

    fn run(
        (purchases, unit, own, facts): Self::Input<'_>,
        params: &MigrationParams,
        cx: &Context<'_>,
    ) -> Result<Migration, Refusal> {
        let Some(by) = &params.by else { return Ok(migration_in(own, purchases, unit, params, cx)?) };
        let (before, after) = (grouping(facts, &params.seen().name(by))?, grouping(facts, by)?);
        Ok(migration_between(&before, &after, purchases, unit, params, cx)?)
    }
}

#[cfg(test)]
mod tests;
