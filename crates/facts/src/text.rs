//! When two texts are the same to a reader.
//!
//! # Formula
//! Compatibility composition (NFKC), then lower case, then NFKC again; joiners without a sign of their own are left
//! out, and any run of blanks is one. So `KOLKATA` is `Kolkata`, `ড়` of one sign is `ড়` of two, and `é` typed on two
//! keyboards is one letter; `Pune` is never `Puné`.
//!
//! # Source
//! Unicode Standard Annex 15 (2025), normalisation forms.

use unicode_normalization::UnicodeNormalization;

/// Signs that shape a word and say nothing: zero-width joiner, non-joiner and space, byte order mark.
const SILENT: [char; 4] = ['\u{200B}', '\u{200C}', '\u{200D}', '\u{FEFF}'];

/// The form of a text in which equal texts are equal bytes.
///
/// ```
/// use naata_facts::fold;
/// assert_eq!(fold("  New   DELHI "), "new delhi");
/// assert_eq!(fold("\u{09DC}"), fold("\u{09A1}\u{09BC}"));
/// assert_ne!(fold("Pune"), fold("Puné"));
/// ```
pub fn fold(text: &str) -> String {
    let plain = || text.bytes().all(|b| b.is_ascii_graphic() && !b.is_ascii_uppercase());
    if plain() {
        return text.into();
    }
    let lower: String = text.nfkc().collect::<String>().to_lowercase();
    let composed: String = lower.nfkc().filter(|c| !SILENT.contains(c)).collect();
    composed.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn folding_twice_changes_nothing_more(text in "\\PC{0,12}") {
            prop_assert_eq!(fold(&fold(&text)), fold(&text));
        }
    }

    #[test]
    fn scripts_without_case_keep_their_letters() {
        assert_eq!(fold("कोलकाता"), "कोलकाता");
        assert_eq!(fold("জ\u{200D}য়"), fold("জ\u{09AF}\u{09BC}"));
    }
}
