//! What several tests of this crate need.

use naata_answer::{Action, Answer};
use naata_core::{CustomerIx, Day, Histories, Minor, PurchaseRow};

/// Purchases from plain rows: customer, day, amount.
pub(crate) fn purchases(rows: &[(u8, i32, i64)]) -> Histories<PurchaseRow> {
    let one = |((who, day, amount), row): (&(u8, i32, i64), u32)| PurchaseRow {
        who: CustomerIx(u32::from(*who)),
        day: Day(*day),
        amount: Minor(*amount),
        seconds: PurchaseRow::NO_TIME,
        row,
    };
    let flat: Vec<PurchaseRow> = rows.iter().zip(0..).map(one).collect();
    let customers = rows.iter().map(|r| usize::from(r.0) + 1).max().unwrap_or(0);
    Histories::group(customers, &flat, |p| (p.day, p.amount)).unwrap()
}

/// Fails unless every message, action, chart, finding and word of an answer is declared.
#[track_caller]
pub(crate) fn words_are_declared(a: &Answer, words: &[&str]) {
    let mut used: Vec<String> = a.messages.iter().map(|m| format!("message.{}", m.key)).collect();
    used.extend(a.findings.iter().map(|f| format!("finding.{}", f.code)));
    for action in &a.actions {
        let (Action::Act { key, .. } | Action::Nothing { key, .. }) = action;
        used.push(format!("action.{key}"));
    }
    for t in &a.tables {
        used.extend(t.charts.iter().map(|c| format!("chart.{}", c.key)));
        for row in 0..t.rows() {
            for (_, cell) in t.row(row) {
                if let naata_answer::Cell::Word { family, name } = cell {
                    used.push(format!("word.{family}.{name}"));
                }
            }
        }
    }
    used.retain(|key| !words.contains(&key.as_str()));
    assert_eq!(used, Vec::<String>::new());
}
