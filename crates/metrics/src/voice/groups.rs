//! Detractors, passives and promoters, and how well their balance is known.
//!
//! # Formula
//! On answers from 0 to 10: detractors 0-6, passives 7-8, promoters 9-10; `NPS = (promoters - detractors) / n`, with
//! the variance of one answer `(promoters + detractors) / n - NPS^2`. All figures here are fractions; 100 times that
//! are the points usually quoted.
//!
//! # Source
//! Reichheld, 2003 (score); Rocks, 2016 (Wald and adjusted Wald intervals for it); Tango, 1998 (score interval of a
//! difference of two shares of the same n).

use crate::estimate::Z;
use naata_math::erfc;

/// The group an answer belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    /// 0 to 6.
    Detractor,
    /// 7 and 8.
    Passive,
    /// 9 and 10.
    Promoter,
}

impl Group {
    /// All groups, in rising order.
    pub const ALL: [Self; 3] = [Self::Detractor, Self::Passive, Self::Promoter];
    /// Their names in results.
    pub const NAMES: &'static [&'static str] = &["detractor", "passive", "promoter"];

    /// The group of an answer; `None` outside 0 to 10.
    pub fn of(score: i32) -> Option<Self> {
        match score {
            0..=6 => Some(Self::Detractor),
            7..=8 => Some(Self::Passive),
            9..=10 => Some(Self::Promoter),
            _ => None,
        }
    }
}

/// How many answers fall in each group.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Groups {
    /// Answers of 0 to 6.
    pub detractors: u64,
    /// Answers of 7 and 8.
    pub passives: u64,
    /// Answers of 9 and 10.
    pub promoters: u64,
}

impl Groups {
    /// Counts one answer.
    pub fn add(&mut self, group: Group) {
        match group {
            Group::Detractor => self.detractors += 1,
            Group::Passive => self.passives += 1,
            Group::Promoter => self.promoters += 1,
        }
    }

    /// The answers of a group.
    pub fn count(&self, group: Group) -> u64 {
        match group {
            Group::Detractor => self.detractors,
            Group::Passive => self.passives,
            Group::Promoter => self.promoters,
        }
    }

    /// How many answers there are.
    pub fn n(&self) -> u64 {
        self.detractors + self.passives + self.promoters
    }

    /// The score as a fraction; `None` without answers.
    pub fn nps(&self) -> Option<f64> {
        (self.n() > 0).then(|| self.weighted().nps())
    }

    /// The variance of one answer; `None` without answers.
    pub fn variance(&self) -> Option<f64> {
        (self.n() > 0).then(|| self.weighted().variance())
    }

    /// The standard error of the score; `None` without answers.
    pub fn standard_error(&self) -> Option<f64> {
        (self.n() > 0).then(|| self.weighted().error())
    }

    /// The Wald interval: too narrow with few answers, and of no width when all agree.
    pub fn wald(&self) -> Option<(f64, f64)> {
        (self.n() > 0).then(|| self.weighted().interval())
    }

    /// The adjusted Wald interval: three answers are added, three quarters at each end and one and a half between.
    /// It may reach beyond -1 and 1.
    pub fn adjusted_wald(&self) -> Option<(f64, f64)> {
        (self.n() > 0).then(|| self.adjusted().interval())
    }

    /// The score interval: all balances `d` that the answers do not contradict, within -1 and 1.
    ///
    /// # Formula
    /// The ends solve `n (NPS - d)^2 = z^2 (2 q + d (1 - d))`, where `q` is the likeliest share of detractors if
    /// the balance were `d`: `q = (sqrt(B^2 - 8 n C) - B) / 4n`, `B = (2n - promoters + detractors) d - promoters -
    /// detractors`, `C = -detractors d (1 - d)`.
    pub fn score_interval(&self) -> Option<(f64, f64)> {
        let nps = self.nps()?;
        let inside = |d: f64| self.score_excess(nps, d) <= 0.0;
        Some((last_inside(nps, -1.0, inside), last_inside(nps, 1.0, inside)))
    }

    /// How far the balance `d` is beyond the edge of the score interval; negative inside.
    fn score_excess(&self, nps: f64, d: f64) -> f64 {
        let (n, lows, highs) = (self.n() as f64, self.detractors as f64, self.promoters as f64);
        let b = (2.0 * n - highs + lows) * d - highs - lows;
        let c = -lows * d * (1.0 - d);
        let root = (b * b - 8.0 * n * c).max(0.0).sqrt();
        // The form without cancellation for each sign of B.
        let q = if b > 0.0 { -2.0 * c / (root + b) } else { (root - b) / (4.0 * n) };
        let off = nps - d;
        n * off * off - Z * Z * (2.0 * q + d * (1.0 - d)).max(0.0)
    }

    fn weighted(&self) -> Weighted {
        Weighted { lows: self.detractors as f64, highs: self.promoters as f64, n: self.n() as f64 }
    }

    fn adjusted(&self) -> Weighted {
        let w = self.weighted();
        Weighted { lows: w.lows + 0.75, highs: w.highs + 0.75, n: w.n + 3.0 }
    }
}

/// The last point on the way from `from` (inside) to `to` that is inside, by halving down to neighbouring floats.
fn last_inside(from: f64, to: f64, inside: impl Fn(f64) -> bool) -> f64 {
    if inside(to) {
        return to;
    }
    let (mut a, mut b) = (from, to);
    // Ends within 1 of zero are neighbours, or closer than any figure shows, long before 200 halvings.
    for _ in 0..200 {
        let middle = a + (b - a) / 2.0;
        if middle == a || middle == b {
            break;
        }
        if inside(middle) {
            a = middle;
        } else {
            b = middle;
        }
    }
    a
}

/// Counts that need not be whole.
#[derive(Clone, Copy)]
struct Weighted {
    lows: f64,
    highs: f64,
    n: f64,
}

impl Weighted {
    fn nps(self) -> f64 {
        (self.highs - self.lows) / self.n
    }

    fn variance(self) -> f64 {
        let s = self.nps();
        ((self.highs + self.lows) / self.n - s * s).max(0.0)
    }

    fn error(self) -> f64 {
        (self.variance() / self.n).sqrt()
    }

    fn interval(self) -> (f64, f64) {
        let (s, e) = (self.nps(), self.error());
        (s - Z * e, s + Z * e)
    }
}

/// How the score changed between two sets of answers of different customers.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Change {
    /// Later minus earlier score.
    pub difference: f64,
    /// Its standard error.
    pub standard_error: f64,
    /// The two-sided p-value of no change.
    pub p: f64,
    /// The interval of the difference.
    pub interval: (f64, f64),
}

impl Change {
    /// The change by the plain Wald method; `None` when a side has no answers.
    pub fn wald(earlier: &Groups, later: &Groups) -> Option<Self> {
        (earlier.n() > 0 && later.n() > 0).then(|| Self::between(earlier.weighted(), later.weighted()))
    }

    /// The change with three answers added to each side, as in [`Groups::adjusted_wald`]; it holds its level with
    /// few answers too.
    pub fn adjusted(earlier: &Groups, later: &Groups) -> Option<Self> {
        (earlier.n() > 0 && later.n() > 0).then(|| Self::between(earlier.adjusted(), later.adjusted()))
    }

    fn between(a: Weighted, b: Weighted) -> Self {
        let difference = b.nps() - a.nps();
        let standard_error = (a.variance() / a.n + b.variance() / b.n).sqrt();
        // Two unanimous sides have no variance: equal ones did not change, others did beyond doubt.
        let p = if difference == 0.0 {
            1.0
        } else {
            erfc(difference.abs() / standard_error / std::f64::consts::SQRT_2)
        };
        let half = Z * standard_error;
        Self { difference, standard_error, p, interval: (difference - half, difference + half) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use naata_testkit::{assert_close, reference, reference_json};
    use proptest::prelude::*;

    fn groups(text: &str) -> Groups {
        let n: Vec<u64> = text.trim().split(',').map(|t| t.trim().parse().unwrap()).collect();
        Groups { detractors: n[0], passives: n[1], promoters: n[2] }
    }

    fn numbers(text: &str) -> Vec<f64> {
        text.split([',', ' ']).filter(|t| !t.is_empty()).map(|t| t.parse().unwrap()).collect()
    }

    /// Absolute agreement to half a unit of the digits that are printed.
    #[track_caller]
    fn agrees(what: &str, ours: f64, printed: f64, within: f64) {
        assert!((ours - printed).abs() <= within, "{what}: {ours} instead of {printed}");
    }

    #[test]
    fn one_sample_matches_the_reference() {
        let Some(text) = reference("voice/nps_r_reference.txt") else { return };
        let (one, two) = text.split_once("TWO").unwrap();
        for line in one.lines().filter(|l| !l.trim().is_empty()) {
            let parts: Vec<&str> = line.split('|').collect();
            let g = groups(parts[0]);
            agrees(line, g.nps().unwrap(), numbers(parts[1])[0], 1e-12);
            agrees(line, g.variance().unwrap(), numbers(parts[2])[0], 1e-12);
            agrees(line, g.standard_error().unwrap(), numbers(parts[3])[0], 1e-12);
            // The reference searches the ends of its score interval to about 3e-7: for symmetric answers its two
            // ends differ by that much. The exact ends are held by the laws below.
            let kinds = [(g.wald(), 1e-12), (g.adjusted_wald(), 1e-12), (g.score_interval(), 3e-7)];
            for ((ours, within), printed) in kinds.into_iter().zip(&parts[4..]) {
                let ((low, high), printed) = (ours.unwrap(), numbers(printed));
                agrees(line, low, printed[0], within);
                agrees(line, high, printed[1], within);
            }
        }
        let mut seen = 0;
        for line in two.lines().filter(|l| l.contains('|')) {
            let parts: Vec<&str> = line.split('|').collect();
            let (a, b) = parts[0].split_once(';').unwrap();
            let (a, b) = (groups(a), groups(b));
            let (wald, adjusted) = (Change::wald(&a, &b).unwrap(), Change::adjusted(&a, &b).unwrap());
            let w = numbers(parts[2]);
            let ours = [wald.difference, wald.standard_error, wald.p, wald.interval.0, wald.interval.1];
            ours.iter().zip(&w).for_each(|(x, y)| agrees(line, *x, *y, 1e-12));
            let v = numbers(parts[3]);
            let ours = [adjusted.difference, adjusted.p, adjusted.interval.0, adjusted.interval.1];
            ours.iter().zip(&v).for_each(|(x, y)| agrees(line, *x, *y, 1e-12));
            seen += 1;
        }
        assert_eq!(seen, 4);
    }

    #[test]
    fn worked_examples_in_points() {
        let Some(json) = reference_json("voice/worked_examples.json") else { return };
        let mut seen = 0;
        for case in json.as_array().unwrap() {
            let (input, want) = (&case["input"], &case["expected"]);
            let Some(d) = input["det"].as_u64() else { continue };
            let g = Groups {
                detractors: d,
                passives: input["pas"].as_u64().unwrap(),
                promoters: input["pro"].as_u64().unwrap(),
            };
            let what = case["id"].as_str().unwrap();
            assert_close(what, 100.0 * g.nps().unwrap(), want["nps"].as_f64().unwrap(), 1e-12);
            let (low, high) = g.adjusted_wald().unwrap();
            assert_close(what, 100.0 * low.max(-1.0), want["adj_wald95_clamped"][0].as_f64().unwrap(), 1e-12);
            assert_close(what, 100.0 * high.min(1.0), want["adj_wald95_clamped"][1].as_f64().unwrap(), 1e-12);
            seen += 1;
        }
        assert!(seen >= 8, "{seen} examples");
    }

    #[test]
    fn unanimous_answers_have_closed_ends() {
        // With all promoters the lower end is (n - z^2) / (n + z^2); with all passives the ends are z^2 / (n + z^2).
        let n = 10.0;
        let all = Groups { promoters: 10, ..Groups::default() }.score_interval().unwrap();
        assert_close("lower", all.0, (n - Z * Z) / (n + Z * Z), 1e-14);
        assert_eq!(all.1, 1.0);
        let none = Groups { passives: 10, ..Groups::default() }.score_interval().unwrap();
        assert_close("upper", none.1, Z * Z / (n + Z * Z), 1e-14);
        assert_eq!(Groups::default().score_interval(), None);
    }

    proptest! {
        #[test]
        fn the_score_interval_mirrors_and_its_ends_are_likelihood_ends(
            d in 0u64..400, s in 0u64..400, p in 0u64..400,
        ) {
            let g = Groups { detractors: d, passives: s, promoters: p };
            prop_assume!(g.n() > 0);
            let (low, high) = g.score_interval().unwrap();
            let nps = g.nps().unwrap();
            prop_assert!(-1.0 <= low && low <= nps && nps <= high && high <= 1.0);
            let mirrored = Groups { detractors: p, passives: s, promoters: d }.score_interval().unwrap();
            prop_assert!((mirrored.0 + high).abs() < 1e-12 && (mirrored.1 + low).abs() < 1e-12);
            // A naive second way: the likeliest shares under a balance by searching them, not by the formula.
            for end in [low, high] {
                if end.abs() >= 1.0 { continue; }
                let ln = |k: u64, x: f64| if k == 0 { 0.0 } else { k as f64 * naata_math::ln(x) };
                let fit = |q: f64| ln(d, q) + ln(p, q + end) + ln(s, 1.0 - 2.0 * q - end);
                let (mut a, mut b) = ((-end).max(0.0), (1.0 - end) / 2.0);
                for _ in 0..300 {
                    let (x, y) = (a + (b - a) / 3.0, b - (b - a) / 3.0);
                    if fit(x) < fit(y) { a = x } else { b = y }
                }
                let q = a + (b - a) / 2.0;
                let var = 2.0 * q + end - end * end;
                let z = (nps - end).abs() / (var / g.n() as f64).sqrt();
                prop_assert!((z - Z).abs() < 1e-5, "z {} at {}", z, end);
            }
        }
    }
}
