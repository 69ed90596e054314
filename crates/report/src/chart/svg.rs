//! Writes SVG elements; every number in it is finite and has at most two decimals.

use std::fmt::Write;

/// The body of a drawing and its height.
pub(crate) struct Svg {
    body: String,
    height: f64,
}

/// Text as it may stand between tags and in attributes.
pub(crate) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in crate::voice::clean(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            _ => out.push(c),
        }
    }
    out
}

/// A coordinate: finite, two decimals at most, never `-0`.
pub(super) fn number(x: f64) -> f64 {
    let x = if x.is_finite() { x.clamp(-1e6, 1e6) } else { 0.0 };
    (x * 100.0).round() / 100.0 + 0.0
}

impl Svg {
    pub(super) fn new(height: f64) -> Self {
        Self { body: String::new(), height }
    }

    pub(super) fn height(&self) -> f64 {
        number(self.height)
    }

    pub(super) fn into_body(self) -> String {
        self.body
    }

    fn push(&mut self, args: std::fmt::Arguments<'_>) {
        // Writing to a String cannot fail.
        let _ = self.body.write_fmt(args);
    }

    /// A rectangle: x and width in percent, y and height in pixels.
    pub(super) fn rect(&mut self, x: f64, y: f64, width: f64, height: f64, class: &str) {
        let (x, y, w, h) = (number(x), number(y), number(width.max(0.0)), number(height.max(0.0)));
        self.push(format_args!(
            "<rect x=\"{x}%\" y=\"{y}\" width=\"{w}%\" height=\"{h}\" rx=\"2\" class=\"{class}\"/>"
        ));
    }

    /// A rectangle of a shade between 0 and 1.
    pub(super) fn shade(&mut self, x: f64, y: f64, width: f64, height: f64, class: &str, shade: f64) {
        let (x, y, w, h) = (number(x), number(y), number(width.max(0.0)), number(height.max(0.0)));
        let shade = number(shade);
        self.push(format_args!(
            "<rect x=\"{x}%\" y=\"{y}\" width=\"{w}%\" height=\"{h}\" class=\"{class}\" fill-opacity=\"{shade}\"/>"
        ));
    }

    pub(super) fn line(&mut self, x1: f64, y1: f64, x2: f64, y2: f64, class: &str) {
        let (x1, y1, x2, y2) = (number(x1), number(y1), number(x2), number(y2));
        self.push(format_args!(
            "<line x1=\"{x1}%\" y1=\"{y1}\" x2=\"{x2}%\" y2=\"{y2}\" class=\"{class}\"/>"
        ));
    }

    pub(super) fn circle(&mut self, x: f64, y: f64, r: f64, class: &str) {
        let (x, y, r) = (number(x), number(y), number(r));
        self.push(format_args!("<circle cx=\"{x}%\" cy=\"{y}\" r=\"{r}\" class=\"{class}\"/>"));
    }

    pub(super) fn text(&mut self, x: f64, y: f64, anchor: &str, class: &str, text: &str) {
        let (x, y, text) = (number(x), number(y), escape(text));
        self.push(format_args!(
            "<text x=\"{x}%\" y=\"{y}\" text-anchor=\"{anchor}\" class=\"{class}\">{text}</text>"
        ));
    }

    /// Begins an inner drawing that is stretched over the whole width; its x runs from 0 to 1000.
    pub(super) fn stretched(&mut self, paths: &[(String, String)]) {
        let h = self.height();
        self.push(format_args!(
            "<svg x=\"0\" y=\"0\" width=\"100%\" height=\"{h}\" viewBox=\"0 0 1000 {h}\" preserveAspectRatio=\"none\">"
        ));
        for (class, d) in paths {
            self.push(format_args!("<path class=\"{class}\" d=\"{d}\"/>"));
        }
        self.push(format_args!("</svg>"));
    }
}

/// A path through points of an inner drawing: x in percent, y in pixels.
pub(super) fn path(points: &[(f64, f64)]) -> String {
    let mut d = String::new();
    for (i, (x, y)) in points.iter().enumerate() {
        let _ = write!(d, "{}{} {}", if i == 0 { "M" } else { "L" }, number(x * 10.0), number(*y));
    }
    d
}

/// A closed path around the area between an upper and a lower run of points.
pub(super) fn area(upper: &[(f64, f64)], lower: &[(f64, f64)]) -> String {
    let mut all = upper.to_vec();
    all.extend(lower.iter().rev());
    if all.is_empty() { String::new() } else { path(&all) + "Z" }
}
