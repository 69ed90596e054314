//! Exports of survey tools.

use super::{Format, Pick, Provenance, Table};
use crate::date::DateOrder;
use crate::field::F;
use naata_core::TableKind;

/// SurveyMonkey: two header rows (question, then answer option), dates in the order of the United States. The question
/// about recommending is the score.
pub(super) static SURVEY_MONKEY: Format = Format {
    key: "surveymonkey.responses",
    provenance: Provenance::Importers,
    signature: &["Respondent ID", "Collector ID"],
    tables: &[Table {
        kind: TableKind::Surveys,
        columns: &[
            (F::Customer, Pick::Of(&["Email Address", "Respondent ID"])),
            (F::Date, Pick::Of(&["End Date", "Start Date"])),
            (F::Score, Pick::Like(&["recommend", "how likely"])),
            (
                F::Text,
                Pick::Like(&["comment", "why", "reason", "feedback", "tell us", "open-ended response"]),
            ),
            (F::Kind, Pick::Is("nps")),
        ],
    }],
    header_rows: 2,
    dates: Some(DateOrder::Mdy),
    ..Format::PLAIN
};

/// The data set the R package NPS brings along.
pub(super) static NPS_TEST: Format = Format {
    key: "nps.testdata",
    provenance: Provenance::RealFile,
    signature: &["REC", "Product.Tastiness", "Account"],
    tables: &[Table {
        kind: TableKind::Surveys,
        columns: &[
            (F::Customer, Pick::Of(&["Account"])),
            (F::Date, Pick::Of(&["date"])),
            (F::Score, Pick::Of(&["REC"])),
            (F::Kind, Pick::Is("nps")),
        ],
    }],
    ..Format::PLAIN
};
