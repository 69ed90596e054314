//! How many cells of a terminal a text takes, and cutting it to fit.
//!
//! The Unicode tables count a dozen Indic vowel signs, U+09BE first of all, as extending the letter before them and so
//! as 0 cells; terminals give each a cell of its own. Everything else follows `unicode-width`.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Spacing marks that terminals give a cell although they extend the letter before (Unicode 16, general category Mc
/// with Other_Grapheme_Extend).
const SPACING: &[char] = &[
    '\u{9BE}', '\u{9D7}', '\u{B3E}', '\u{B57}', '\u{BBE}', '\u{BD7}', '\u{CC0}', '\u{CC2}', '\u{CC7}',
    '\u{CC8}', '\u{CCA}', '\u{CCB}', '\u{CD5}', '\u{CD6}', '\u{D3E}', '\u{D57}', '\u{DCF}', '\u{DDF}',
];

/// Cells of a character on its own.
fn char_cells(c: char) -> usize {
    if SPACING.contains(&c) { 1 } else { c.width().unwrap_or(0) }
}

/// Cells of a text.
pub(crate) fn cells(text: &str) -> usize {
    if text.is_ascii() {
        return text.len();
    }
    text.width() + text.chars().filter(|c| SPACING.contains(c) && c.width() == Some(0)).count()
}

/// Whether a character belongs to the one before it, so that a cut between the two would change what is read.
fn continues(before: char, c: char) -> bool {
    let spacing = matches!(c, '\u{903}' | '\u{93B}' | '\u{93E}'..='\u{940}' | '\u{949}'..='\u{94C}' | '\u{94E}' | '\u{94F}'
        | '\u{982}' | '\u{983}' | '\u{9BE}'..='\u{9C0}' | '\u{9C7}' | '\u{9C8}' | '\u{9CB}' | '\u{9CC}');
    let joins = matches!(before, '\u{94D}' | '\u{9CD}' | '\u{200D}');
    spacing || joins || SPACING.contains(&c) || c.width().unwrap_or(0) == 0
}

/// The text itself when it fits, else its beginning and `…`, together at most `limit` cells; letters and their signs
/// stay together.
pub(crate) fn fit(text: &str, limit: usize) -> String {
    if cells(text) <= limit {
        return text.to_string();
    }
    let (mut used, mut end, mut safe, mut before) = (0, 0, 0, None);
    for (at, c) in text.char_indices() {
        if !before.is_some_and(|b| continues(b, c)) {
            safe = end;
        }
        used += char_cells(c);
        if used + 1 > limit {
            break;
        }
        end = at + c.len_utf8();
        before = Some(c);
    }
    let head = text.get(..safe).unwrap_or_default();
    if limit == 0 { String::new() } else { format!("{}…", head.trim_end()) }
}

/// The text and blanks up to `width` cells; right-aligned on request.
pub(crate) fn pad(text: &str, width: usize, right: bool) -> String {
    let blanks = " ".repeat(width.saturating_sub(cells(text)));
    if right { blanks + text } else { format!("{text}{blanks}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn bengali_and_devanagari_names_take_the_cells_a_terminal_gives_them() {
        // Letters and spacing vowel signs count one each, marks above and below none.
        for (text, want) in
            [("আশা", 3), ("রাহুল", 4), ("সুমিতা", 5), ("आशा", 3), ("राहुल", 4), ("李", 2), ("Zoë", 3), ("", 0)]
        {
            assert_eq!(cells(text), want, "{text}");
        }
    }

    #[test]
    fn every_mark_of_the_list_needs_its_correction() {
        for c in SPACING {
            let text = format!("ক{c}");
            assert_eq!(cells(&text), 2, "{:x}", *c as u32);
        }
    }

    #[test]
    fn a_cut_keeps_letter_and_sign_together() {
        assert_eq!(fit("আশা", 3), "আশা");
        assert_eq!(fit("আশাবরী", 3), "আ…");
        assert_eq!(fit("Champions", 5), "Cham…");
        assert_eq!(fit("Champions", 9), "Champions");
        assert_eq!(fit("Champions", 0), "");
    }

    proptest! {
        #[test]
        fn a_fitted_text_fits(text in "[a-z\u{915}-\u{94D}\u{995}-\u{9CD} 李]{0,20}", limit in 0usize..24) {
            prop_assert!(cells(&fit(&text, limit)) <= limit);
        }
    }
}
