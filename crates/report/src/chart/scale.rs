//! From values to positions between 0 and 1, with round ticks.

/// A linear scale over a range that is never empty.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Scale {
    low: f64,
    high: f64,
}

/// The power of ten with this exponent, the same on every platform.
fn ten(exponent: i32) -> f64 {
    format!("1e{exponent}").parse().unwrap_or(1.0)
}

/// The smallest of 1, 2, 5 times a power of ten that is at least `x`.
fn round_up(x: f64) -> f64 {
    let power = ten(crate::numbers::exponent(x, 17));
    let found = [1.0, 2.0, 5.0, 10.0].into_iter().map(|m| m * power).find(|step| *step >= x * 0.999_999);
    found.unwrap_or(power)
}

impl Scale {
    /// A scale over all finite values; with zero on request.
    pub(super) fn over(values: impl IntoIterator<Item = f64>, zero: bool) -> Self {
        let start = if zero { Some((0.0, 0.0)) } else { None };
        let range = values
            .into_iter()
            .filter(|x| x.is_finite())
            .fold(start, |r: Option<(f64, f64)>, x| Some(r.map_or((x, x), |(a, b)| (a.min(x), b.max(x)))));
        let (low, high) = range.unwrap_or((0.0, 1.0));
        // Halves keep the range of the two largest doubles finite.
        let (low, high) = (low.max(f64::MIN / 4.0), high.min(f64::MAX / 4.0));
        if low < high {
            Self { low, high }
        } else {
            let room = (low.abs() / 2.0).max(0.5);
            Self { low: low - room, high: high + room }
        }
    }

    /// A scale widened to round ends.
    pub(super) fn round(self, n: usize) -> Self {
        let step = self.step(n);
        let (low, high) = ((self.low / step).floor() * step, (self.high / step).ceil() * step);
        if low.is_finite() && high.is_finite() && low < high { Self { low, high } } else { self }
    }

    fn step(&self, n: usize) -> f64 {
        round_up((self.high - self.low) / n.max(1) as f64)
    }

    /// The position of a value: 0 at the low end, 1 at the high end, never outside.
    pub(super) fn position(&self, x: f64) -> f64 {
        // What lies outside is brought to the edge first: its distance alone may be too large for a double.
        let t = (x.clamp(self.low, self.high) - self.low) / (self.high - self.low);
        if t.is_finite() { t.clamp(0.0, 1.0) } else { 0.0 }
    }

    /// About `n` round values within the scale.
    pub(super) fn ticks(&self, n: usize) -> Vec<f64> {
        let step = self.step(n);
        let first = (self.low / step).ceil();
        (0..=n + 2)
            .map(|i| (first + i as f64) * step)
            .filter(|t| t.is_finite() && *t >= self.low && *t <= self.high + step * 1e-9)
            .map(|t| if t == 0.0 { 0.0 } else { t })
            .collect()
    }

    /// Whether zero lies inside.
    pub(super) fn crosses_zero(&self) -> bool {
        self.low < 0.0 && self.high > 0.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn ticks_are_round() {
        assert_eq!(Scale::over([0.0, 97.0], true).round(4).ticks(4), [0.0, 50.0, 100.0]);
        assert_eq!(Scale::over([-1.0, 3.2], true).round(4).ticks(4), [-2.0, 0.0, 2.0, 4.0]);
        assert_eq!(Scale::over([], true).ticks(2), [-0.5, 0.0, 0.5]);
    }

    proptest! {
        #[test]
        fn positions_are_finite_and_in_order(values in prop::collection::vec(any::<f64>(), 0..20), zero in any::<bool>(), a in any::<f64>(), b in any::<f64>()) {
            let s = Scale::over(values, zero).round(4);
            let (pa, pb) = (s.position(a), s.position(b));
            prop_assert!((0.0..=1.0).contains(&pa) && (0.0..=1.0).contains(&pb));
            if a <= b && a.is_finite() && b.is_finite() { prop_assert!(pa <= pb); }
            let ticks = s.ticks(4);
            prop_assert!(ticks.len() <= 7);
            prop_assert!(ticks.windows(2).all(|w| w[0] < w[1]));
        }
    }
}
