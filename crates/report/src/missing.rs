//! Which words an answer would need and a language lacks: what a test asks for every analysis.

use crate::document::slug;
use crate::{Lang, words};
use naata_answer::{Action, Answer, Card, Cell, Column};
use std::collections::BTreeSet;

/// The keys a language lacks for an answer, in order; each may be given in any of the places it is looked for, the
/// most special of which is named here.
pub fn missing_words(lang: Lang, card: &Card, answer: &Answer) -> Vec<String> {
    let own = slug(card.key);
    let has = |key: &str| words(lang, key).is_some();
    let mut missing = BTreeSet::new();
    let mut need = |places: &[String]| {
        if !places.iter().any(|p| has(p))
            && let Some(first) = places.first()
        {
            missing.insert(first.clone());
        }
    };
    let named = |family: &str, key: &str| vec![format!("{family}.{own}.{key}"), format!("{family}.{key}")];
    need(&[format!("title.{}", card.key)]);
    for key in card.words {
        need(&[(*key).to_string()]);
    }
    for (key, cell) in &answer.head {
        let last = key.rsplit('.').next().unwrap_or(key);
        need(&[named("head", key), named("column", last)].concat());
        if let Cell::Word { family, name } = cell {
            need(&[format!("word.{family}.{name}")]);
        }
    }
    for table in &answer.tables {
        need(&named("table", table.key));
        for chart in &table.charts {
            need(&[format!("chart.{}", chart.key)]);
        }
        for (key, column) in &table.columns {
            need(&named("column", key));
            match column {
                Column::Word { family, names, .. } => {
                    names.iter().for_each(|name| need(&[format!("word.{family}.{name}")]));
                }
                Column::Mixed(cells) => cells.iter().for_each(|cell| {
                    if let Cell::Word { family, name } = cell {
                        need(&[format!("word.{family}.{name}")]);
                    }
                }),
                _ => {}
            }
        }
    }
    for message in &answer.messages {
        need(&[format!("message.{}", message.key)]);
    }
    for action in &answer.actions {
        let (Action::Act { key, .. } | Action::Nothing { key, .. }) = action;
        need(&[format!("action.{key}")]);
    }
    for finding in &answer.findings {
        need(&[format!("finding.{}", finding.code)]);
    }
    missing.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use naata_answer::{Message, Table};

    #[test]
    fn a_missing_word_is_named_and_a_known_one_is_not() {
        let card = Card {
            key: "rfm",
            version: 1,
            title: "T",
            unit: "",
            formula: "",
            source: "",
            assumptions: &[],
            words: &["chart.no_such_chart"],
            example: "",
        };
        let mut answer = Answer::default();
        answer.tables.push(Table::figures("segments").with("customer", Column::Count(Vec::new())));
        answer.messages.push(Message::new("no.such.sentence"));
        assert_eq!(
            missing_words(Lang::Bn, &card, &answer),
            ["chart.no_such_chart", "message.no.such.sentence"]
        );
    }
}
