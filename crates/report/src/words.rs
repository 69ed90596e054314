//! The words shown to people, in English, Hindi and Bengali.
//!
//! A word file is one `key = text` a line. A text may hold placeholders: `{name}` is replaced by a value, and
//! `{name|one|other}` by one of two texts, by the count `name`. English has its singular for 1; Hindi and Bengali
//! have it for 0 and 1, and for what lies between (Unicode CLDR plural rules).

use crate::Lang;
use std::borrow::Cow;
use std::sync::LazyLock;

type Texts = Vec<(&'static str, &'static str)>;

static EN: LazyLock<Texts> = LazyLock::new(|| read(include_str!("words/en.txt")));
static HI: LazyLock<Texts> = LazyLock::new(|| read(include_str!("words/hi.txt")));
static BN: LazyLock<Texts> = LazyLock::new(|| read(include_str!("words/bn.txt")));

/// The lines of a word file, by key.
fn read(file: &'static str) -> Texts {
    let mut texts: Texts = file
        .lines()
        .filter(|l| !l.trim_start().starts_with('#'))
        .filter_map(|l| l.split_once('='))
        .map(|(k, v)| (k.trim(), v.trim()))
        .collect();
    texts.sort_by_key(|(k, _)| *k);
    texts
}

fn texts(lang: Lang) -> &'static Texts {
    match lang {
        Lang::En => &EN,
        Lang::Hi => &HI,
        Lang::Bn => &BN,
    }
}

/// The text of a key in a language, when that language has it.
///
/// ```
/// use naata_report::{words, Lang};
/// assert_eq!(words(Lang::En, "word.segment.Champions"), Some("Champions"));
/// assert_eq!(words(Lang::En, "no.such.key"), None);
/// ```
pub fn words(lang: Lang, key: &str) -> Option<&'static str> {
    let all = texts(lang);
    all.binary_search_by_key(&key, |(k, _)| *k).ok().and_then(|at| all.get(at)).map(|(_, text)| *text)
}

/// Every key of the English words, in order.
pub fn keys() -> impl Iterator<Item = &'static str> {
    EN.iter().map(|(k, _)| *k)
}

/// Gives the text of a placeholder's value and, where it counts something, the number.
pub type Lookup<'v> = dyn Fn(&str) -> Option<(String, Option<f64>)> + 'v;

/// Words in one language, with those a host adds.
#[derive(Clone, Copy, Debug)]
pub struct Words<'a> {
    lang: Lang,
    extra: &'a [(&'a str, &'a str)],
}

impl<'a> Words<'a> {
    /// Words in a language; `extra` wins over the built-in ones.
    pub fn new(lang: Lang, extra: &'a [(&'a str, &'a str)]) -> Self {
        Self { lang, extra }
    }

    /// The language.
    pub fn lang(&self) -> Lang {
        self.lang
    }

    /// The text of a key: added words, then this language, then English.
    pub fn find(&self, key: &str) -> Option<&'a str> {
        let extra = self.extra.iter().find(|(k, _)| *k == key).map(|(_, text)| *text);
        extra.or_else(|| words(self.lang, key)).or_else(|| words(Lang::En, key))
    }

    /// The text of a key, or the last part of the key made readable.
    pub fn get(&self, key: &str) -> Cow<'a, str> {
        match self.find(key) {
            Some(text) => Cow::Borrowed(text),
            None => Cow::Owned(humanise(key.rsplit('.').next().unwrap_or(key))),
        }
    }

    /// The text of the first of several keys that has one; else the last part of the last key, made readable.
    pub fn first(&self, keys: &[&str]) -> Cow<'a, str> {
        let found = keys.iter().find_map(|k| self.find(k)).map(Cow::Borrowed);
        found.unwrap_or_else(|| self.get(keys.last().copied().unwrap_or_default()))
    }

    /// Puts values into the placeholders of a text. `value` gives a value's text and, where it counts something, the
    /// number that chooses between singular and plural.
    pub fn fill(&self, text: &str, value: &Lookup<'_>) -> String {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            out.push_str(before);
            let Some((inside, tail)) = after.split_once('}') else {
                out.push('{');
                rest = after;
                continue;
            };
            let mut parts = inside.split('|');
            let name = parts.next().unwrap_or_default();
            match (value(name), parts.next(), parts.next()) {
                (Some((_, n)), Some(one), Some(other)) => {
                    out.push_str(if n.is_some_and(|n| self.is_one(n)) { one } else { other });
                }
                (None, Some(_), Some(other)) => out.push_str(other),
                (Some((shown, _)), ..) => out.push_str(&shown),
                (None, ..) => out.push('–'),
            }
            rest = tail;
        }
        out.push_str(rest);
        out
    }

    /// Whether a count takes the singular.
    fn is_one(&self, n: f64) -> bool {
        match self.lang {
            Lang::En => n == 1.0,
            Lang::Hi | Lang::Bn => (0.0..=1.0).contains(&n),
        }
    }
}

/// A key made readable: `time_to_second_order` is "Time to second order".
pub(crate) fn humanise(key: &str) -> String {
    let spaced = key.replace(['_', '-', '.'], " ");
    let mut chars = spaced.trim().chars();
    match chars.next() {
        Some(first) => first.to_uppercase().chain(chars).collect(),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn keys_of(lang: Lang) -> BTreeSet<&'static str> {
        texts(lang).iter().map(|(k, _)| *k).collect()
    }

    fn placeholders(text: &str) -> BTreeSet<&str> {
        let names = text.split('{').skip(1).filter_map(|p| p.split('}').next());
        names.filter_map(|p| p.split('|').next()).collect()
    }

    #[test]
    fn every_language_has_every_key() {
        for lang in Lang::ALL {
            let (en, here) = (keys_of(Lang::En), keys_of(lang));
            assert_eq!(en.difference(&here).collect::<Vec<_>>(), Vec::<&&str>::new(), "missing in {lang:?}");
            assert_eq!(here.difference(&en).collect::<Vec<_>>(), Vec::<&&str>::new(), "only in {lang:?}");
        }
    }

    #[test]
    fn every_line_of_a_word_file_is_a_key_with_a_text_and_no_key_comes_twice() {
        for (lang, file) in [
            (Lang::En, include_str!("words/en.txt")),
            (Lang::Hi, include_str!("words/hi.txt")),
            (Lang::Bn, include_str!("words/bn.txt")),
        ] {
            for l in file.lines().filter(|l| !l.trim().is_empty() && !l.starts_with('#')) {
                let (key, text) = l.split_once('=').unwrap_or_else(|| panic!("{lang:?}: {l}"));
                assert!(!key.trim().is_empty() && !text.trim().is_empty(), "{lang:?}: {l}");
                assert_eq!(l.matches('{').count(), l.matches('}').count(), "{lang:?}: {l}");
            }
            assert_eq!(texts(lang).len(), keys_of(lang).len(), "a key comes twice in {lang:?}");
        }
    }

    #[test]
    fn every_language_mentions_the_same_values() {
        for (key, en) in EN.iter() {
            for lang in [Lang::Hi, Lang::Bn] {
                let here = words(lang, key).unwrap_or_default();
                assert_eq!(placeholders(en), placeholders(here), "{key} in {lang:?}");
            }
        }
    }

    #[test]
    fn hindi_and_bengali_words_are_in_their_scripts() {
        for (lang, range) in [(Lang::Hi, '\u{900}'..='\u{97F}'), (Lang::Bn, '\u{980}'..='\u{9FF}')] {
            for (key, text) in texts(lang) {
                let own = text.chars().any(|c| range.contains(&c));
                let bare = text.len() == 1 || !text.chars().any(|c| c.is_ascii_lowercase());
                assert!(own || bare || text.contains('{'), "{key} = {text}");
            }
        }
    }

    #[test]
    fn placeholders_take_values_and_counts_choose_the_form() {
        let text = "{n} {n|customer|customers} of {place}";
        let fill = |lang, n: f64| {
            Words::new(lang, &[]).fill(text, &|name| match name {
                "n" => Some((format!("{n}"), Some(n))),
                _ => None,
            })
        };
        assert_eq!(fill(Lang::En, 1.0), "1 customer of –");
        assert_eq!(fill(Lang::En, 0.0), "0 customers of –");
        assert_eq!(fill(Lang::Hi, 0.0), "0 customer of –");
        assert_eq!(Words::new(Lang::En, &[]).fill("a { b", &|_| None), "a { b");
    }

    #[test]
    fn a_key_without_words_is_made_readable() {
        let w = Words::new(Lang::Bn, &[("title.mine", "আমার")]);
        assert_eq!(w.get("head.time_to_second_order"), "Time to second order");
        assert_eq!(w.get("title.mine"), "আমার");
    }
}
