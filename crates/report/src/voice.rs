//! Turns typed values into text for people: words, numbers, ids, sentences.

use crate::document::slug;
use crate::numbers::{Numbers, Precision};
use crate::{Document, Style, Words};
use naata_answer::{Action, Cell, Column, Message, Stake};
use naata_core::{Currency, Finding, Ids, MoneyUnit};
use std::borrow::Cow;

/// The speaker of one document in one style.
#[derive(Clone, Copy)]
pub(crate) struct Voice<'a> {
    pub(crate) words: Words<'a>,
    pub(crate) numbers: Numbers<'a>,
    ids: &'a Ids,
    /// Whether ids and values of rows are hidden.
    masked: bool,
}

/// How the numbers of one column are shown, decided once for the whole column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ColumnForm {
    /// Each cell as it is.
    Own,
    /// Numbers with so many decimals.
    Decimals(usize),
    /// Amounts without decimals.
    WholeMoney,
    /// Amounts with all decimals, also those that are whole, so that they stand under each other.
    FullMoney,
    /// The chances that tests of significance give.
    Chances,
}

/// Text that is safe on a terminal and in a page: control characters and marks that hide or turn text around are
/// replaced; the joiners that Indic scripts need stay.
pub(crate) fn clean(text: &str) -> Cow<'_, str> {
    let bad = |c: char| {
        c.is_control()
            || matches!(c, '\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2028}' | '\u{2029}'
                | '\u{2060}'..='\u{2069}' | '\u{061C}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E007F}')
    };
    if text.contains(bad) {
        Cow::Owned(text.chars().map(|c| if bad(c) { '\u{FFFD}' } else { c }).collect())
    } else {
        Cow::Borrowed(text)
    }
}

impl<'a> Voice<'a> {
    /// The speaker of a document; `masked` hides ids and row values.
    pub(crate) fn new(doc: &Document<'a>, style: &Style, masked: bool, minus: &'static str) -> Self {
        let words = Words::new(style.lang, doc.extra_words);
        let lakh = style.lang != crate::Lang::En
            || currency_of(doc).is_some_and(|c| c == Currency::INR || c == Currency::BDT);
        let numbers = Numbers { words, digits: style.digits, lakh, minus };
        Self { words, numbers, ids: doc.ids, masked }
    }

    /// The text of an interface key.
    pub(crate) fn ui(&self, key: &str) -> Cow<'a, str> {
        self.words.get(&format!("ui.{key}"))
    }

    /// The text of an interface key with values in it.
    pub(crate) fn ui_with(&self, key: &str, values: &[(&str, Cell)]) -> String {
        self.filled(&self.ui(key), values, &[])
    }

    /// The text of a key that an analysis may have words of its own for.
    pub(crate) fn named(&self, family: &str, card: &str, key: &str) -> Cow<'a, str> {
        self.words.first(&[&format!("{family}.{}.{key}", slug(card)), &format!("{family}.{key}")])
    }

    /// The name of a head figure: its own words, or those of the column of that name.
    pub(crate) fn head(&self, card: &str, key: &str) -> Cow<'a, str> {
        let own = [format!("head.{}.{key}", slug(card)), format!("head.{key}")];
        let last = key.rsplit('.').next().unwrap_or(key);
        let found = own.iter().find_map(|k| self.words.find(k)).map(Cow::Borrowed);
        found.unwrap_or_else(|| self.named("column", card, last))
    }

    /// The question a section answers.
    pub(crate) fn title(&self, card: &naata_answer::Card) -> Cow<'a, str> {
        match self.words.find(&format!("title.{}", card.key)) {
            Some(text) => Cow::Borrowed(text),
            None => Cow::Borrowed(card.title),
        }
    }

    /// A customer: the id, or a short stable code where ids are hidden.
    pub(crate) fn customer(&self, ix: naata_core::CustomerIx) -> Cow<'a, str> {
        match self.ids.get(ix) {
            Some(id) if self.masked => {
                let text = self.ui("customer_code").replace("{code}", &code_of(id));
                Cow::Owned(text)
            }
            Some(id) => clean(id),
            None => Cow::Borrowed("–"),
        }
    }

    /// A value on its own.
    pub(crate) fn cell(&self, cell: &Cell) -> String {
        self.cell_in(cell, ColumnForm::Own, Precision::Exact)
    }

    /// A value of the head, by its key.
    pub(crate) fn head_cell(&self, key: &str, cell: &Cell) -> String {
        // A parameter of a model may have the same name.
        let figure = ["parameters.", "standard_errors.", "low.", "high."].iter().any(|of| key.contains(of));
        let chance = is_chance(key.rsplit('.').next().unwrap_or(key)) && !figure;
        self.cell_in(cell, if chance { ColumnForm::Chances } else { ColumnForm::Own }, Precision::Exact)
    }

    /// A value in a sentence or a tile, where large amounts need no decimals.
    pub(crate) fn rounded(&self, cell: &Cell) -> String {
        self.cell_in(cell, ColumnForm::Own, Precision::Rounded)
    }

    /// A value in a column.
    pub(crate) fn cell_in(&self, cell: &Cell, form: ColumnForm, precision: Precision) -> String {
        match cell {
            Cell::Missing => "–".into(),
            Cell::Text(t) => clean(t).into_owned(),
            Cell::Word { family, name } => {
                self.numbers.in_digits(&self.words.get(&format!("word.{family}.{name}")))
            }
            Cell::Customer(ix) => self.customer(*ix).into_owned(),
            Cell::Count(n) => self.numbers.count(*n),
            Cell::Number(x) => match form {
                ColumnForm::Chances => self.numbers.chance(*x),
                ColumnForm::Decimals(d) => self.numbers.fixed(*x, d),
                _ if precision == Precision::Rounded && x.abs() >= 1000.0 => self.numbers.fixed(*x, 0),
                _ if precision == Precision::Rounded => self.numbers.significant(*x, 3),
                _ => self.numbers.number(*x),
            },
            Cell::Share(x) => self.numbers.share(*x),
            Cell::Money(m, unit) => {
                let whole = m.0 % 10i64.pow(u32::from(unit.scale.min(18))) == 0;
                let p = match form {
                    ColumnForm::WholeMoney => Precision::Whole,
                    ColumnForm::Own if whole => Precision::Whole,
                    _ => precision,
                };
                self.numbers.money(*m, *unit, p)
            }
            Cell::Day(d) => self.numbers.day(*d),
            Cell::Instant(t) => self.numbers.instant(*t),
            Cell::Seconds(s) => self.numbers.seconds(*s),
            Cell::Flag(b) => self.ui(if *b { "yes" } else { "no" }).into_owned(),
        }
    }

    /// A sentence with its values.
    pub(crate) fn message(&self, m: &Message) -> String {
        let text = self.words.first(&[m.key, &format!("message.{}", m.key)]);
        self.filled(&text, &m.values, &[])
    }

    /// Puts typed values, then plain ones, into a text.
    fn filled(&self, text: &str, values: &[(&str, Cell)], plain: &[(&str, String)]) -> String {
        let small = |(k, c): &(&str, Cell)| *k == P && matches!(c, Cell::Number(x) if *x < SMALL_P);
        // A chance too small to be told is less than a number, not equal to it.
        let text = match values.iter().any(small) {
            true => Cow::Owned(text.replace("= {p}", "{p}")),
            false => Cow::Borrowed(text),
        };
        self.words.fill(&self.own_digits(&text), &|name| {
            if let Some((_, cell @ Cell::Number(_))) = values.iter().find(|(k, _)| *k == name && name == P) {
                return Some((self.cell_in(cell, ColumnForm::Chances, Precision::Rounded), None));
            }
            if let Some((_, cell)) = values.iter().find(|(k, _)| *k == name) {
                let n = match cell {
                    Cell::Count(n) => Some(*n as f64),
                    Cell::Number(x) | Cell::Share(x) => Some(*x),
                    _ => None,
                };
                return Some((self.rounded(cell), n));
            }
            plain.iter().find(|(k, _)| *k == name).map(|(_, t)| (clean(t).into_owned(), t.parse().ok()))
        })
    }

    /// A text in the reader's digits, but for what stands in braces.
    fn own_digits(&self, text: &str) -> String {
        let part = |(i, p): (usize, &str)| match (i, p.split_once('}')) {
            (0, _) | (_, None) => self.numbers.in_digits(p),
            (_, Some((inside, after))) => format!("{inside}}}{}", self.numbers.in_digits(after)),
        };
        text.split('{').enumerate().map(part).collect::<Vec<_>>().join("{")
    }

    /// The sentences of an action: what to do, or why there is nothing to do; then who, and what is at stake.
    pub(crate) fn action(&self, action: &Action) -> (String, Vec<String>) {
        match action {
            Action::Nothing { key, values } => {
                let text = self.words.first(&[key, &format!("action.{key}")]);
                (self.filled(&text, values, &[]), Vec::new())
            }
            Action::Act { key, customers, stake, .. } => {
                let text = self.words.first(&[key, &format!("action.{key}")]);
                let n = ("customers", Cell::Count(*customers));
                let todo = self.filled(&text, std::slice::from_ref(&n), &[]);
                // An action about rows, such as correcting a file, concerns no customer yet.
                let mut facts = Vec::new();
                if *customers > 0 {
                    facts.push(self.ui_with("action.customers", &[n]));
                }
                facts.extend(stake.as_ref().map(|s| self.stake(s)));
                (todo, facts)
            }
        }
    }

    fn stake(&self, s: &Stake) -> String {
        let value = ("value", Cell::Money(s.value, s.unit));
        match (s.low, s.high) {
            (Some(low), Some(high)) => self.ui_with(
                "action.stake_range",
                &[value, ("low", Cell::Money(low, s.unit)), ("high", Cell::Money(high, s.unit))],
            ),
            _ => self.ui_with("action.stake", &[value]),
        }
    }

    /// Where a finding is: `purchases.csv:17, column date`.
    pub(crate) fn place(&self, f: &Finding) -> String {
        let mut place = f.file.as_deref().map(clean).unwrap_or_default().into_owned();
        if let Some(line) = f.line {
            place.push_str(&format!(":{line}"));
        }
        if let Some(column) = &f.column {
            let column = self.ui("finding.column").replace("{column}", &clean(column));
            place = if place.is_empty() { column } else { format!("{place}, {column}") };
        }
        place
    }

    /// What a kind of finding means, without the values of one.
    pub(crate) fn finding_meaning(&self, code: &str) -> String {
        let more = self.words.find(&format!("finding.{code}.more"));
        more.map_or_else(|| crate::words::humanise(code) + ".", str::to_string)
    }

    /// What a finding says. Where values of rows are hidden, those of a finding with a line are.
    pub(crate) fn finding(&self, f: &Finding) -> String {
        let hide = self.masked && f.line.is_some();
        let show = |text: &Option<Box<str>>| {
            text.as_deref().map(|t| if hide { "•••".to_string() } else { clean(t).into_owned() })
        };
        let (value, suggestion) = (show(&f.value), show(&f.suggestion));
        let expected = f.expected.as_deref().map(|t| clean(t).into_owned());
        let mut values: Vec<(&str, String)> = Vec::new();
        let fixed = [
            ("file", f.file.as_deref().map(|t| clean(t).into_owned())),
            ("line", f.line.map(|n| n.to_string())),
            ("column", f.column.as_deref().map(|t| clean(t).into_owned())),
            ("value", value.clone()),
            ("expected", expected.clone()),
            ("suggestion", suggestion.clone()),
        ];
        values.extend(fixed.into_iter().filter_map(|(k, v)| v.map(|v| (k, v))));
        for (k, v) in &f.details {
            let number = v.len() < 7 && v.parse::<f64>().is_ok();
            let shown = match self.words_of(k, v) {
                Some(words) => words,
                None if hide && !number => "•••".into(),
                None => clean(v).into_owned(),
            };
            values.push((k, shown));
        }
        let known = self.words.find(&format!("finding.{}", f.code));
        let template = known.map_or_else(|| Cow::Owned(crate::words::humanise(f.code) + "."), Cow::Borrowed);
        let mut text = self.filled(&template, &[], &values);
        let mut add = |name: &str, value: Option<String>| {
            if let Some(v) = value.filter(|_| !template.contains(&format!("{{{name}}}"))) {
                let part = self.ui(&format!("finding.{name}")).replace(&format!("{{{name}}}"), &v);
                text = format!("{} {part}", text.trim_end());
            }
        };
        if known.is_none() {
            add("value", value);
        }
        add("expected", expected);
        add("suggestion", suggestion);
        if known.is_none() {
            for (k, v) in values.iter().filter(|(k, _)| f.details.iter().any(|(d, _)| d == k)) {
                text.push_str(&format!(" {k}: {v}."));
            }
        }
        text
    }

    /// The words of a named value that is itself a key, or several with commas between: `word.needs.purchases`.
    fn words_of(&self, name: &str, value: &str) -> Option<String> {
        let parts = value.split(',').map(|part| self.words.find(&format!("word.{name}.{part}")));
        parts.collect::<Option<Vec<&str>>>().map(|parts| parts.join(", "))
    }

    /// How the numbers of a column are shown.
    pub(crate) fn form(&self, key: &str, column: &Column) -> ColumnForm {
        match &*column.whole() {
            Column::Number(_) if is_chance(key) => ColumnForm::Chances,
            Column::Number(v) => {
                let finite = || v.iter().flatten().filter(|x| x.is_finite());
                let most = finite().fold(0.0f64, |m, x| m.max(x.abs()));
                let decimals = match crate::numbers::exponent(most, 3) {
                    4.. => 0,
                    3 => 1,
                    0..=2 => 2,
                    e => usize::try_from(2 - e).unwrap_or(2).min(12),
                };
                ColumnForm::Decimals(fewest(v, decimals))
            }
            Column::Money(v, unit) => {
                let ten = 10i64.pow(u32::from(unit.scale.min(18)));
                let whole = v.iter().flatten().all(|m| m.0 % ten == 0);
                if whole { ColumnForm::WholeMoney } else { ColumnForm::FullMoney }
            }
            _ => ColumnForm::Own,
        }
    }
}

/// The name of what a test of significance gives: the chance of as much if there were nothing to find.
const P: &str = "p";

/// Whether a number of this name is such a chance: `p`, `trend_p`, or `p_holm`, which allows for many tests.
fn is_chance(key: &str) -> bool {
    key == P || key.ends_with("_p") || key.starts_with("p_")
}

/// Chances below this are told as less than it: their further digits say nothing.
pub(crate) const SMALL_P: f64 = 0.0001;

/// The fewest decimals, up to a limit, that show every number as the limit would.
fn fewest(v: &[Option<f64>], limit: usize) -> usize {
    let shown = |x: f64, d: usize| format!("{x:.d$}").parse::<f64>().unwrap_or(x);
    let same = |d: usize| v.iter().flatten().all(|x| !x.is_finite() || shown(*x, d) == shown(*x, limit));
    (0..limit).find(|d| same(*d)).unwrap_or(limit)
}

/// Whether a column is read from its right edge.
pub(crate) fn is_right(column: &Column) -> bool {
    !matches!(
        column.kind(),
        Column::Customer(_) | Column::Text(_) | Column::Word { .. } | Column::Class { .. } | Column::Flag(_)
    )
}

/// The currency of the first amount of a document.
fn currency_of(doc: &Document<'_>) -> Option<Currency> {
    let mut units = doc.sections.iter().flat_map(|s| {
        let head = s.answer.head.iter().filter_map(|(_, c)| money_unit(c));
        let columns = s.answer.tables.iter().flat_map(|t| &t.columns);
        head.chain(columns.filter_map(|(_, c)| match c.kind() {
            Column::Money(_, unit) => Some(*unit),
            Column::Mixed(cells) => cells.iter().find_map(money_unit),
            _ => None,
        }))
    });
    units.find(|u| u.currency.is_stated()).map(|u| u.currency)
}

fn money_unit(cell: &Cell) -> Option<MoneyUnit> {
    if let Cell::Money(_, unit) = cell { Some(*unit) } else { None }
}

/// A short code for an id that is the same in every report: a pseudonym, not an encryption. Whoever has the list of
/// ids can find the customer again, and that is its purpose.
fn code_of(id: &str) -> String {
    let mut h: u64 = 0xcbf2_9ce4_8422_2325;
    for b in id.bytes() {
        h = (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3);
    }
    // The finaliser of splitmix64 spreads the last bytes over all bits.
    h = (h ^ (h >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    h = (h ^ (h >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    h ^= h >> 31;
    let letters = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
    (0..6).filter_map(|i| letters.get(((h >> (5 * i)) & 31) as usize)).map(|b| char::from(*b)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hiding_marks_are_replaced_and_joiners_stay() {
        assert_eq!(clean("a\u{202E}b\u{200B}c\u{1b}[31m"), "a\u{FFFD}b\u{FFFD}c\u{FFFD}[31m");
        assert_eq!(clean("ক্\u{200D}ষ"), "ক্\u{200D}ষ");
    }

    #[test]
    fn a_code_is_short_stable_and_its_own() {
        assert_eq!(code_of("C-0001"), code_of("C-0001"));
        assert_ne!(code_of("C-0001"), code_of("C-0002"));
        assert_eq!(code_of("").len(), 6);
    }
}
