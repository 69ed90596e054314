//! Counting a log case by case, in parts that merge in any order.
//!
//! # Formula
//! For a case with steps s_1 .. s_n:
//! - directly follows: each pair (s_i, s_i+1), with the time between them
//! - eventually follows: each pair (s_i, s_j) with i < j
//! - repeats of an activity: its steps less one for each case that has it; rework: cases with at least two
//! - least distance to itself: the fewest steps strictly between two consecutive occurrences
//!
//! # Source
//! van der Aalst, Process Mining: Data Science in Action, 2016 (directly-follows graph, variants).

use super::path::{PathCounts, Variants};
use crate::{Durations, Step};
use naata_core::{Error, Tally};
use naata_math::ExactQuantile;
use std::collections::BTreeMap;

/// What is counted of one activity.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Activity {
    /// Touches.
    pub count: u64,
    /// Cases that have it.
    pub cases: u64,
    /// Cases that begin with it.
    pub starts: u64,
    /// Cases that end with it.
    pub ends: u64,
    /// Cases that have it at least twice.
    pub rework_cases: u64,
    /// Touches directly followed by one of the same activity.
    pub self_loops: u64,
    /// The fewest touches strictly between two consecutive occurrences in a case; `None` without a repeat.
    pub min_self_distance: Option<u32>,
    /// The time nine in ten of those who went on took to the next touch, in microseconds.
    pub usual_wait: Option<ExactQuantile>,
}

impl Activity {
    /// Touches beyond the first of each case.
    pub fn repeats(&self) -> u64 {
        self.count.saturating_sub(self.cases)
    }

    /// The share of its touches that were followed by another touch of the same case.
    pub fn go_on(&self) -> Option<f64> {
        (self.count > 0).then(|| self.count.saturating_sub(self.ends) as f64 / self.count as f64)
    }
}

/// A step from one activity directly to the next.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Edge {
    /// The activity it leaves.
    pub from: u32,
    /// The activity it reaches.
    pub to: u32,
    /// How often it was taken.
    pub count: u64,
    /// In how many cases.
    pub cases: u64,
    /// How long it took.
    pub seconds: Option<Durations>,
}

/// All that is counted of a log.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Counts {
    /// Cases: customers with at least one touch.
    pub cases: u64,
    /// Touches.
    pub touches: u64,
    /// Touches at the very instant of the one before them: their order is that of the source.
    pub tied: u64,
    /// Cases with such touches.
    pub tied_cases: u64,
    /// Each activity, by number.
    pub activities: Vec<Activity>,
    /// The steps between activities, the most frequent first; equally frequent ones by number.
    pub edges: Vec<Edge>,
    /// Pairs that follow each other at any distance, by number, where asked for.
    pub eventually: Option<BTreeMap<(u32, u32), u64>>,
    /// The distinct paths.
    pub variants: Variants,
    /// How many cases have how many touches.
    pub lengths: BTreeMap<u64, u64>,
    /// From the first to the last touch of a case.
    pub spans: Option<Durations>,
}

/// Where an activity was last seen; good for one case at a time.
#[derive(Clone, Copy, Debug, Default)]
struct Seen {
    case: u64,
    position: u32,
    times: u32,
}

#[derive(Clone, Debug, Default)]
struct EdgeTally {
    cases: u64,
    last_case: u64,
    micros: Vec<i64>,
}

/// The edges seen, in order of their first sight.
#[derive(Clone, Debug)]
struct Edges {
    activities: usize,
    all: Vec<((u32, u32), EdgeTally)>,
    /// Where the edges between a few activities are, by both numbers, plus one.
    near: Vec<u32>,
    /// Where all others are.
    far: BTreeMap<(u32, u32), usize>,
}

/// Among so many activities the edges are looked up in a table.
const FEW: usize = 128;

impl Edges {
    fn new(activities: usize) -> Self {
        let near = if activities <= FEW { vec![0; activities * activities] } else { Vec::new() };
        Self { activities, all: Vec::new(), near, far: BTreeMap::new() }
    }

    fn at(&mut self, (from, to): (u32, u32)) -> &mut EdgeTally {
        let next = self.all.len();
        let inside = (from.max(to) as usize) < self.activities;
        let near = self.near.get_mut(from as usize * self.activities + to as usize);
        let known = match near.filter(|_| inside) {
            Some(place) => {
                if *place == 0 {
                    *place = next as u32 + 1;
                }
                *place as usize - 1
            }
            None => *self.far.entry((from, to)).or_insert(next),
        };
        if known == next {
            self.all.push(((from, to), EdgeTally::default()));
        }
        &mut self.all[known].1
    }

    /// All edges in order of their activities.
    fn sorted(mut self) -> Vec<((u32, u32), EdgeTally)> {
        self.all.sort_by_key(|(edge, _)| *edge);
        self.all
    }
}

/// Counts cases; [`Tally::Item`] is one case's steps in order of time.
#[derive(Clone, Debug)]
pub struct MapTally {
    eventually: bool,
    cases: u64,
    touches: u64,
    tied: u64,
    tied_cases: u64,
    activities: Vec<Activity>,
    seen: Vec<Seen>,
    here: Vec<u32>,
    edges: Edges,
    pairs: BTreeMap<(u32, u32), u64>,
    paths: PathCounts,
    lengths: BTreeMap<u64, u64>,
    spans: Vec<i64>,
}

impl MapTally {
    /// An empty tally for a number of activities; pairs at any distance are counted where `eventually` is set.
    pub fn new(activities: usize, eventually: bool) -> Self {
        Self {
            eventually,
            cases: 0,
            touches: 0,
            tied: 0,
            tied_cases: 0,
            activities: vec![Activity::default(); activities],
            seen: vec![Seen::default(); activities],
            here: Vec::new(),
            edges: Edges::new(activities),
            pairs: BTreeMap::new(),
            paths: PathCounts::default(),
            lengths: BTreeMap::new(),
            spans: Vec::new(),
        }
    }

    /// Counts one step at its position: its activity, repeats, and the pairs it closes.
    fn step(&mut self, step: &Step, position: u32) {
        let at = step.activity as usize;
        let (Some(a), Some(seen)) = (self.activities.get_mut(at), self.seen.get_mut(at)) else { return };
        a.count += 1;
        let before = (seen.case == self.cases).then_some(*seen);
        match before {
            None => {
                a.cases += 1;
                *seen = Seen { case: self.cases, position, times: 1 };
            }
            Some(s) => {
                a.rework_cases += u64::from(s.times == 1);
                let between = position.saturating_sub(s.position).saturating_sub(1);
                a.min_self_distance = Some(a.min_self_distance.map_or(between, |d| d.min(between)));
                *seen = Seen { position, times: s.times.saturating_add(1), ..s };
            }
        }
        if self.eventually {
            for earlier in &self.here {
                let times = match before {
                    Some(s) if *earlier == step.activity => u64::from(s.times),
                    _ => self.seen.get(*earlier as usize).map_or(0, |s| u64::from(s.times)),
                };
                *self.pairs.entry((*earlier, step.activity)).or_insert(0) += times;
            }
            if before.is_none() {
                self.here.push(step.activity);
            }
        }
    }
}

/// Microseconds between two instants in order of time.
fn micros(earlier: &Step, later: &Step) -> Result<i64, Error> {
    i64::try_from(later.at.since(earlier.at)).map_err(|_| Error::Date { value: earlier.at.to_string() })
}

impl Tally for MapTally {
    type Item<'a> = &'a [Step];
    type Output = Counts;

    fn fresh(&self) -> Self {
        Self::new(self.activities.len(), self.eventually)
    }

    fn add(&mut self, case: &[Step]) -> Result<(), Error> {
        let (Some(first), Some(last)) = (case.first(), case.last()) else { return Ok(()) };
        self.cases += 1;
        self.touches += case.len() as u64;
        *self.lengths.entry(case.len() as u64).or_insert(0) += 1;
        self.spans.push(micros(first, last)?);
        if let Some(a) = self.activities.get_mut(first.activity as usize) {
            a.starts += 1;
        }
        if let Some(a) = self.activities.get_mut(last.activity as usize) {
            a.ends += 1;
        }
        self.here.clear();
        for (position, step) in (0u32..).zip(case) {
            self.step(step, position);
        }
        let tied_before = self.tied;
        for (from, to) in case.iter().zip(case.iter().skip(1)) {
            let micros = micros(from, to)?;
            self.tied += u64::from(micros == 0);
            let edge = self.edges.at((from.activity, to.activity));
            edge.micros.push(micros);
            edge.cases += u64::from(edge.last_case != self.cases);
            edge.last_case = self.cases;
        }
        self.tied_cases += u64::from(self.tied > tied_before);
        self.paths.add(case.iter().map(|s| s.activity))
    }

    fn merge(&mut self, later: Self) -> Result<(), Error> {
        // Cases are numbered on from the sum, which is more than any number either part has used.
        self.cases += later.cases;
        self.touches += later.touches;
        self.tied += later.tied;
        self.tied_cases += later.tied_cases;
        for (a, b) in self.activities.iter_mut().zip(&later.activities) {
            a.count += b.count;
            a.cases += b.cases;
            a.starts += b.starts;
            a.ends += b.ends;
            a.rework_cases += b.rework_cases;
            let least = a.min_self_distance.into_iter().chain(b.min_self_distance).min();
            a.min_self_distance = least;
        }
        for (key, edge) in later.edges.all {
            let mine = self.edges.at(key);
            mine.cases += edge.cases;
            mine.last_case = 0;
            mine.micros.extend(edge.micros);
        }
        for (key, n) in later.pairs {
            *self.pairs.entry(key).or_insert(0) += n;
        }
        for (length, n) in later.lengths {
            *self.lengths.entry(length).or_insert(0) += n;
        }
        self.paths.merge(later.paths)?;
        self.spans.extend(later.spans);
        self.seen.fill(Seen::default());
        Ok(())
    }

    fn finish(mut self) -> Result<Counts, Error> {
        let mut waits: Vec<Vec<i64>> = vec![Vec::new(); self.activities.len()];
        let mut edges = Vec::with_capacity(self.edges.all.len());
        for ((from, to), mut edge) in self.edges.sorted() {
            let count = edge.micros.len() as u64;
            if from == to
                && let Some(a) = self.activities.get_mut(from as usize)
            {
                a.self_loops = count;
            }
            edges.push(Edge { from, to, count, cases: edge.cases, seconds: Durations::of(&mut edge.micros) });
            if let Some(wait) = waits.get_mut(from as usize) {
                wait.append(&mut edge.micros);
            }
        }
        edges.sort_by_key(|e| (std::cmp::Reverse(e.count), e.from, e.to));
        for (a, mut wait) in self.activities.iter_mut().zip(waits) {
            a.usual_wait = ExactQuantile::of(&mut wait, 9, 10);
        }
        Ok(Counts {
            cases: self.cases,
            touches: self.touches,
            tied: self.tied,
            tied_cases: self.tied_cases,
            activities: self.activities,
            edges,
            eventually: self.eventually.then_some(self.pairs),
            variants: self.paths.finish(),
            lengths: self.lengths,
            spans: Durations::of(&mut self.spans),
        })
    }
}
