//! A step curve, such as a survival function, with a band.

use super::Source;
use super::lines::plot;
use super::svg::Svg;

pub(super) fn draw(s: &Source<'_>, x: &str, y: &str, band: Option<(&str, &str)>) -> Svg {
    let bands = band.map(|(a, b)| (s.floats(a), s.floats(b)));
    plot(s, x, y, &[s.floats(y)], bands.as_ref(), true)
}
