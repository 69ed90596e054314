//! Which rows of a file name its columns, and which known export that makes it.

use crate::Delimiter;
use crate::fold::fold;
use crate::formats::{FORMATS, Format, GENERIC, Header};
use crate::head::{Head, HeadRow, ROWS, usual};
use crate::records::skip_line_ends;

/// Which rows name the columns, and what export it is.
pub(crate) struct Layout {
    pub(crate) format: &'static Format,
    /// Rows before the header: a title, a filter, a blank.
    pub(crate) preamble: usize,
    /// Rows that name the columns.
    pub(crate) header_rows: usize,
    pub(crate) columns: Vec<String>,
    /// Stable ids of the columns, which win over their names; empty where the export has none.
    pub(crate) ids: Vec<String>,
    /// What further header rows say: question texts, short names.
    pub(crate) texts: Vec<Vec<String>>,
    /// The byte at which the rows begin.
    pub(crate) body: usize,
}

/// How many of a format's signature columns are among the folded names; `None` when they do not make it that format.
pub(crate) fn signed(format: &Format, folded: &[String]) -> Option<usize> {
    let is = |names: &str| names.split('|').any(|n| folded.contains(&fold(n)));
    let found = format.signature.iter().filter(|names| is(names)).count();
    let enough = if format.enough == 0 { format.signature.len() } else { format.enough };
    let exact = !format.exact || folded.len() == format.signature.len();
    (found > 0 && found >= enough && exact).then_some(found)
}

/// The format a row of names belongs to.
fn format_of(names: &[String]) -> Option<&'static Format> {
    let folded: Vec<String> = names.iter().map(|c| fold(c)).collect();
    let signed = FORMATS.iter().rev().filter_map(|f| Some((signed(f, &folded)?, *f)));
    let best = signed.max_by_key(|(found, _)| *found).map(|(_, f)| f);
    best.or_else(|| FORMATS.iter().copied().find(|f| f.titles.is_some_and(|fits| fits(names))))
}

/// Finds the header and the format. `known` are usual names of columns, folded.
pub(crate) fn layout(head: &Head, delimiter: Delimiter, header: Option<bool>, known: &[&str]) -> Layout {
    let rows = head.rows(delimiter, ROWS);
    let width = usual(&rows).map_or(1, |u| u.0);
    let end = |n: usize| {
        let end = n.checked_sub(1).and_then(|i| rows.get(i)).map_or(0, |r| r.end);
        skip_line_ends(&head.text, end)
    };
    let bare = |format: &'static Format, width: usize, preamble: usize| Layout {
        format,
        preamble,
        header_rows: 0,
        columns: (1..=width).map(|i| format!("#{i}")).collect(),
        ids: Vec::new(),
        texts: Vec::new(),
        body: end(preamble),
    };
    if header != Some(true) {
        let sample: Vec<Vec<String>> = rows.iter().take(20).map(|r| r.cells.clone()).collect();
        if let Some(format) = FORMATS.iter().find(|f| f.shape.is_some_and(|fits| fits(delimiter, &sample))) {
            return bare(format, width, 0);
        }
    }
    // Stable ids settle it, in whatever language the rows above them are.
    if header != Some(false)
        && let Some((at, ids)) = rows.iter().take(25).enumerate().find_map(|(i, r)| Some((i, import_ids(r)?)))
        && let Some(format) = FORMATS.iter().copied().find(|f| f.header == Header::Qualtrics)
    {
        let from = at.saturating_sub(2);
        let above: Vec<Vec<String>> = rows.iter().take(at).skip(from).map(|r| r.cells.clone()).collect();
        let columns = above.first().cloned().unwrap_or_else(|| ids.clone());
        let (preamble, header_rows) = (from, at + 1 - from);
        let body = end(at + 1);
        return Layout { format, preamble, header_rows, columns, ids, texts: above, body };
    }
    // A title above the table has fewer cells than the table, and none of the names columns have.
    let full =
        |r: &HeadRow| r.cells.len() >= width && r.cells.iter().filter(|c| !c.is_empty()).count() * 2 >= width;
    let telling = |r: &HeadRow| {
        let usual = |c: &&String| known.contains(&fold(c).as_str());
        r.cells.iter().filter(usual).count() > 1 || format_of(&r.cells).is_some()
    };
    let mut candidates = rows.iter().take(25);
    let told = if header == Some(false) { None } else { candidates.clone().position(telling) };
    let preamble = told.or_else(|| candidates.position(full)).unwrap_or(0);
    let first: &[String] = rows.get(preamble).map_or(&[], |r| &r.cells);
    let format = if header == Some(false) { None } else { format_of(first) };
    let named = header.unwrap_or_else(|| {
        let names = first.iter().filter(|c| known.contains(&fold(c).as_str())).count();
        format.is_some() || names > 0 || !first.iter().any(|c| is_value(c))
    });
    let format: &'static Format = format.unwrap_or(&GENERIC);
    if !named {
        return bare(format, first.len(), preamble);
    }
    let mut columns = first.to_vec();
    let second = rows.get(preamble + 1).map(|r| r.cells.as_slice());
    let two = second.is_some_and(|cells| match format.header {
        // A respondent has an id, a line of answer options has none.
        Header::Options => cells.first().is_some_and(String::is_empty),
        // Without the row of ids, a line of texts still shows by having no date where every answer has one.
        Header::Qualtrics => {
            let dated = |(name, cell): (&String, &String)| fold(name).ends_with("date") && is_value(cell);
            !columns.iter().zip(cells).any(dated)
        }
        _ => false,
    });
    let mut texts = Vec::new();
    if let Some(options) = second.filter(|_| two) {
        // Where a question takes several columns, only its first carries the text: the option below names the others.
        for (name, option) in columns.iter_mut().zip(options) {
            if name.is_empty() {
                name.clone_from(option);
            }
        }
        texts.push(options.to_vec());
    }
    if let Some(row) =
        preamble.checked_sub(1).and_then(|i| rows.get(i)).filter(|_| format.header == Header::Above)
    {
        texts.push(row.cells.clone());
    }
    let header_rows = 1 + usize::from(two);
    Layout {
        format,
        preamble,
        header_rows,
        columns,
        ids: Vec::new(),
        texts,
        body: end(preamble + header_rows),
    }
}

/// The ids of a row in which every cell is `{"ImportId":"..."}`.
fn import_ids(row: &HeadRow) -> Option<Vec<String>> {
    let id = |cell: &String| {
        let rest = cell.strip_prefix('{')?.trim_start().strip_prefix("\"ImportId\"")?.trim_start();
        let rest = rest.strip_prefix(':')?.trim_start().strip_prefix('"')?;
        Some(rest.split('"').next().unwrap_or_default().to_owned())
    };
    let cells: Vec<&String> = row.cells.iter().filter(|c| !c.is_empty()).collect();
    (cells.len() > 1 && cells.iter().all(|c| id(c).is_some()))
        .then(|| row.cells.iter().map(|c| id(c).unwrap_or_default()).collect())
}

/// Whether a cell is a number or a date, as no header is.
fn is_value(cell: &str) -> bool {
    let digits = cell.chars().filter(|c| c.is_numeric()).count();
    digits > 0 && digits * 2 >= cell.chars().count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Reading;

    fn head(text: &str) -> Head {
        Head::decode("t.csv", text.as_bytes(), true, &Reading::default()).unwrap()
    }

    #[test]
    fn headers_are_found_below_titles_and_missed_where_there_is_none() {
        let at = |text: &str| {
            let l = layout(&head(text), Delimiter::Byte(b','), None, &["date", "amount"]);
            (l.preamble, l.header_rows, l.columns.join("|"), l.body)
        };
        assert_eq!(at("date,amount\n2026-01-01,5\n"), (0, 1, "date|amount".into(), 12));
        assert_eq!(at("Sales 2026,\ndate,amount\n2026-01-01,5\n2026-01-02,6\n").0, 1);
        assert_eq!(
            at("Sales 2026\n\ndate,amount\n2026-01-01,5\n2026-01-02,6\n"),
            (1, 1, "date|amount".into(), 24)
        );
        assert_eq!(at("7,2026-01-01,5\n8,2026-01-02,6\n"), (0, 0, "#1|#2|#3".into(), 0));
    }

    #[test]
    fn the_second_row_belongs_to_the_header_only_where_it_names_columns() {
        let rows = |text: &str| {
            let l = layout(&head(text), Delimiter::Byte(b','), None, &[]);
            (l.format.key, l.preamble, l.header_rows, l.columns.join("|"))
        };
        let options = "Respondent ID,Collector ID,End Date,Q,\n,,,Web,Store\n1,2,01/02/2026,x,\n";
        let want = "Respondent ID|Collector ID|End Date|Q|Store".to_owned();
        assert_eq!(rows(options), ("surveymonkey.responses", 0, 2, want));
        let plain = "Respondent ID,Collector ID,End Date\n1,2,01/02/2026\n";
        assert_eq!(rows(plain).2, 1);
        let stripped = "ResponseId,RecordedDate,UserLanguage\nR_1,2026-01-01 10:00:00,EN\n";
        assert_eq!(rows(stripped).2, 1);
        let texts =
            "ResponseId,RecordedDate,UserLanguage\nAntwort-ID,Datum,Sprache\nR_1,2026-01-01 10:00:00,EN\n";
        assert_eq!(rows(texts).2, 2);
        // Names in the user's language: the ids below them tell the format, and what each column is.
        let ids = "Antwort,Datum\nText,Text\n\"{\"\"ImportId\"\":\"\"_recordId\"\"}\",\"{\"\"ImportId\"\":\"\"recordedDate\"\"}\"\nR_1,x\n";
        assert_eq!(rows(ids), ("qualtrics.responses", 0, 3, "Antwort|Datum".into()));
    }
}
