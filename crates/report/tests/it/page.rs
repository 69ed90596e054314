//! The page: self-contained, well-formed, escaped, without identities, the same bytes each time.

use crate::sample::Sample;
use crate::xml;
use naata_report::{Digits, Format, Lang, Style, render};

fn page(style: &Style) -> String {
    let sample = Sample::new();
    let mut out = Vec::new();
    render(Format::Html, &sample.document(), None, style, &mut out).expect("a vector takes everything");
    String::from_utf8(out).expect("UTF-8")
}

fn styles() -> Vec<Style> {
    let mut all = Vec::new();
    for lang in Lang::ALL {
        for with_identities in [false, true] {
            all.push(Style { lang, digits: Digits::Native, with_identities, ..Style::default() });
        }
    }
    all
}

#[test]
fn it_is_well_formed_in_every_language() {
    for style in styles() {
        let text = page(&style);
        if let Err(e) = xml::parse(&text) {
            panic!("{style:?}: {e}");
        }
        assert!(text.contains(&format!("<html lang=\"{}\">", style.lang.name())));
    }
}

#[test]
fn it_reaches_for_nothing_outside_itself() {
    for style in styles() {
        let text = page(&style);
        for outside in [
            "http:",
            "https:",
            "src=",
            "url(",
            "@import",
            "<script",
            "<link",
            "<iframe",
            "javascript:",
            " on",
            "style=\"",
        ] {
            // Attributes only: a sentence may have the word "on" in it.
            if outside == " on" {
                let tags = xml::parse(&text).expect("well-formed");
                assert!(tags.iter().all(|t| t.attributes.iter().all(|(k, _)| !k.starts_with("on"))));
            } else {
                assert!(!text.contains(outside), "{outside}");
            }
        }
        assert!(text.contains("content=\"default-src &#39;none&#39;; style-src &#39;unsafe-inline&#39;;"));
    }
}

#[test]
fn every_chart_has_a_title_a_description_and_a_table() {
    let text = page(&Style::default());
    let charts = text.matches("role=\"img\"").count();
    assert_eq!(charts, 9);
    assert_eq!((text.matches("<title id=").count(), text.matches("<desc id=").count()), (charts, charts));
    let panels: Vec<&str> = text.split("<div class=\"panel\">").skip(1).collect();
    for p in &panels {
        let p = p.split("</details>").next().unwrap_or_default();
        assert!(p.contains("role=\"img\"") && p.contains("<table>") && p.contains("<caption>"), "{p}");
    }
    assert_eq!(panels.len(), 9);
}

#[test]
fn headings_come_in_order_and_tables_have_scopes() {
    let tags = xml::parse(&page(&Style::default())).expect("well-formed");
    let mut before = 0;
    for t in &tags {
        if let Some(level) = t.name.strip_prefix('h').and_then(|n| n.parse::<u32>().ok()) {
            assert!(level <= before + 1, "h{level} after h{before}");
            before = level;
        }
        if t.name == "th" {
            assert!(t.get("scope").is_some());
        }
    }
    assert_eq!(tags.iter().filter(|t| t.name == "h1").count(), 1);
    let targets = tags.iter().filter_map(|t| t.get("href")).map(|h| h.trim_start_matches('#'));
    for target in targets {
        assert!(tags.iter().any(|t| t.get("id") == Some(target)), "#{target}");
    }
    let referred = tags.iter().filter_map(|t| t.get("aria-labelledby")).flat_map(|l| l.split(' '));
    for id in referred {
        assert!(tags.iter().any(|t| t.get("id") == Some(id)), "{id}");
    }
}

#[test]
fn ids_and_values_of_refused_rows_are_hidden_unless_asked_for() {
    let hidden = page(&Style::default());
    assert!(!hidden.contains("98765") && !hidden.contains("abc\u{FFFD}def") && !hidden.contains("C-0007"));
    assert!(hidden.contains(">customer "));
    assert!(hidden.contains("emial"), "the name of a column is no identity");
    let shown = page(&Style { with_identities: true, ..Style::default() });
    assert!(!shown.contains(">customer "), "ids are shown when asked for");
}

#[test]
fn hostile_texts_are_only_text() {
    let text = page(&Style { with_identities: true, ..Style::default() });
    assert!(
        text.contains("&lt;script&gt;alert(1)&lt;/script&gt;") && text.contains("&lt;b&gt;bold&lt;/b&gt;")
    );
    assert!(text.contains("Asha Stores &lt;&amp;&gt; &quot;Sons&quot;"));
    assert!(text.chars().all(|c| !('\u{202A}'..='\u{202E}').contains(&c) && c != '\u{200B}'));
    assert!(text.contains("আশা সেন"));
}

#[test]
fn lists_are_named_and_never_printed() {
    let text = page(&Style { with_identities: true, ..Style::default() });
    assert!(text.contains("<code>report-rfm-rows.csv</code> (46 rows)"));
    assert!(text.contains("<code>report-rfm-win_back.csv</code>"));
    assert!(!text.contains("C-0007"), "a customer of a list");
}

#[test]
fn it_opens_with_the_week_and_ends_with_what_was_read() {
    let text = page(&Style::default());
    let at = |needle: &str| text.find(needle).unwrap_or_else(|| panic!("{needle}"));
    assert!(at("How did the week go?") < at("In this report"));
    assert!(at("In this report") < at("What changed since the last report"));
    assert!(at("What changed since") < at("Call the customers who used to buy"));
    assert!(at("Whose special day") < at("What was read"));
    assert!(text.contains("19,090 customers</li>"));
    assert!(text.contains("At stake: ₹1,79,000 (range ₹1,32,000 to ₹2,30,000)"));
    assert!(text.contains("<b>Nothing to do:</b> no detractor has answered"));
}

#[test]
fn the_same_document_gives_the_same_bytes() {
    for style in styles() {
        assert_eq!(page(&style), page(&style));
    }
}
