//! Shares with their interval.
//!
//! All intervals are at 95 %.

/// The certainty of every interval.
pub const LEVEL: f64 = 0.95;
/// The quantile of the standard normal distribution that leaves 2.5 % above it.
pub const Z: f64 = 1.959_963_984_540_054;

/// A share with the interval it is known to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Share {
    /// The share.
    pub value: f64,
    /// The lower end of its interval.
    pub low: f64,
    /// The upper end.
    pub high: f64,
    /// How many cases it rests on.
    pub n: u64,
}

/// Estimates a share with Wilson's interval; `None` without cases, or with more hits than cases.
pub fn share(hits: u64, n: u64) -> Option<Share> {
    let interval = naata_math::interval::wilson(hits, n, LEVEL).ok()?;
    Some(Share { value: hits as f64 / n as f64, low: interval.low, high: interval.high, n })
}

#[cfg(test)]
mod tests {
    use super::*;
    use naata_testkit::assert_close;

    #[test]
    fn wilson_by_hand() {
        // 15 of 148, as in Newcombe (1998), table I.
        let s = share(15, 148).unwrap();
        assert_close("low", s.low, 0.0624, 1e-3);
        assert_close("high", s.high, 0.1605, 1e-3);
        let none = share(0, 20).unwrap();
        assert_eq!((none.low, share(20, 20).unwrap().high), (0.0, 1.0));
        assert_close("0 of 20", none.high, 0.1611, 1e-3);
        assert_eq!((share(0, 0), share(2, 1)), (None, None));
    }
}
