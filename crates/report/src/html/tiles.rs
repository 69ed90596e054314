//! Which figures of a section stand out as tiles, and which are told with how it was worked out.

use crate::voice::Voice;
use crate::{Section, voice::is_right};
use naata_answer::{Cell, Column, Role, Table};

/// The most tiles made of the head of an answer.
const HEAD: usize = 6;

/// One figure that stands out.
pub(super) struct Tile {
    pub(super) name: String,
    pub(super) value: String,
    /// What is told beside it, as name and value.
    pub(super) notes: Vec<(String, String)>,
}

/// The tiles of a section.
pub(super) struct Chosen<'a> {
    pub(super) tiles: Vec<Tile>,
    /// The table the tiles were taken from; it stands open.
    pub(super) table: Option<&'a str>,
    /// The other figures of the head.
    pub(super) rest: Vec<(String, String)>,
}

/// The week's page shows each row of its table of mixed figures; another section the plain figures of its head. A
/// range `low` to `high` belongs to the first figure, and a count of nothing is not worth a tile.
pub(super) fn choose<'a>(s: &Section<'a>, voice: &Voice<'_>) -> Chosen<'a> {
    let page =
        s.answer.tables.iter().find(|t| {
            t.role == Role::Figures && t.columns.iter().any(|(_, c)| matches!(c, Column::Mixed(_)))
        });
    let page = page.filter(|_| s.card.key == "pulse");
    let mut tiles = page.map(|t| of_rows(s, t, voice)).unwrap_or_default();
    let mut rest = Vec::new();
    let mut ranged: Vec<&str> = Vec::new();
    for (key, cell) in &s.answer.head {
        let name = voice.head(s.card.key, key).into_owned();
        // Keys of one group, such as `total.clv`, `total.low` and `total.high`, are one figure with its range.
        let (group, last) = key.rsplit_once('.').map_or(("", *key), |(g, l)| (g, l));
        let range = range_of(s, group).filter(|_| page.is_none() && !group.contains('.'));
        let first = range.is_some() && !ranged.contains(&group) && is_figure(cell);
        if range.is_some() && ranged.contains(&group) && matches!(last, "low" | "high") {
            continue;
        }
        let plain = group.is_empty() || first;
        let worth = tiles.is_empty() || *cell != Cell::Count(0);
        if page.is_some() || !plain || !worth || !is_figure(cell) || tiles.len() >= HEAD {
            rest.push((name, voice.head_cell(key, cell)));
            continue;
        }
        let mut notes = Vec::new();
        if let Some((low, high)) = range.filter(|_| first) {
            ranged.push(group);
            notes.push((String::new(), format!("{} – {}", voice.rounded(low), voice.rounded(high))));
        }
        tiles.push(Tile { name, value: voice.rounded(cell), notes });
    }
    Chosen { tiles, table: page.map(|t| t.key), rest }
}

/// The range of the first figure of a group of the head.
fn range_of<'a>(s: &Section<'a>, group: &str) -> Option<(&'a Cell, &'a Cell)> {
    let end = |name: &str| {
        let key = if group.is_empty() { name.to_string() } else { format!("{group}.{name}") };
        s.answer.get(&key).filter(|c| is_figure(c))
    };
    end("low").zip(end("high"))
}

fn is_figure(cell: &Cell) -> bool {
    matches!(cell, Cell::Count(_) | Cell::Number(_) | Cell::Share(_) | Cell::Money(..) | Cell::Seconds(_))
}

/// A tile for each row: the first column names it, the first mixed column is its value, shares are changes.
fn of_rows(s: &Section<'_>, t: &Table, voice: &Voice<'_>) -> Vec<Tile> {
    let label = t.columns.iter().find(|(_, c)| !is_right(c)).map(|(_, c)| c);
    let value = t.columns.iter().find(|(_, c)| matches!(c, Column::Mixed(_))).map(|(_, c)| c);
    let (Some(label), Some(value)) = (label, value) else { return Vec::new() };
    let range = t.column("low").zip(t.column("high"));
    let changes: Vec<_> = t.columns.iter().filter(|(_, c)| matches!(c, Column::Share(_))).collect();
    (0..t.rows())
        .map(|row| {
            let notes = changes.iter().filter_map(|(key, c)| match c.cell(row) {
                Cell::Share(x) => {
                    let sign = if x > 0.0 { "+" } else { "" };
                    let name = voice.named("column", s.card.key, key).into_owned();
                    Some((name, format!("{sign}{}", voice.numbers.share(x))))
                }
                _ => None,
            });
            let range =
                range.map(|(a, b)| (a.cell(row), b.cell(row))).filter(|(a, b)| is_figure(a) && is_figure(b));
            let range =
                range.map(|(a, b)| (format!("{} – {}", voice.rounded(&a), voice.rounded(&b)), String::new()));
            let notes = range.into_iter().chain(notes);
            Tile {
                name: voice.cell(&label.cell(row)),
                value: voice.rounded(&value.cell(row)),
                notes: notes.collect(),
            }
        })
        .collect()
}
