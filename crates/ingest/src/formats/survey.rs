//! Exports of survey tools. The question about recommending is the score; where none is found, nothing is guessed and
//! the column has to be named.

use super::{Format, Header, Pick, Provenance, Table};
use crate::date::DateOrder;
use crate::field::F;
use naata_core::TableKind;

/// What the question about recommending says.
const RECOMMEND: &[&str] =
    &["recommend", "how likely", "सिफारिश", "सिफ़ारिश", "সুপারিশ", "weiterempf", "recomend"];
/// What the question for words says.
const WORDS: &[&str] =
    &["comment", "why", "reason", "feedback", "tell us", "open-ended response", "free text", "suggestion"];

/// SurveyMonkey: two header rows (question, then answer option), dates in the order of the United States.
pub(super) static SURVEY_MONKEY: Format = Format {
    key: "surveymonkey.responses",
    provenance: Provenance::Importers,
    signature: &["Respondent ID", "Collector ID"],
    tables: &[Table::new(
        TableKind::Surveys,
        &[
            (F::Customer, Pick::Of(&["Email Address", "Respondent ID"])),
            (F::Date, Pick::Of(&["End Date", "Start Date"])),
            (F::Score, Pick::Like(RECOMMEND)),
            (F::Text, Pick::Like(WORDS)),
            (F::Kind, Pick::Is("nps")),
        ],
    )],
    header: Header::Options,
    dates: Some(DateOrder::Mdy),
    ..Format::PLAIN
};

/// Qualtrics: names, question texts in the respondent's language, and stable ids, which win over both.
pub(super) static QUALTRICS: Format = Format {
    key: "qualtrics.responses",
    provenance: Provenance::RealFile,
    signature: &[
        "ResponseId|_recordId",
        "RecordedDate",
        "DistributionChannel",
        "UserLanguage",
        "RecipientEmail",
    ],
    enough: 2,
    tables: &[Table::new(
        TableKind::Surveys,
        &[
            (F::Customer, Pick::Any(&["ExternalReference|externalDataReference", "RecipientEmail"])),
            (F::Date, Pick::Of(&["RecordedDate", "EndDate"])),
            (F::Score, Pick::Beside("NPS_GROUP", RECOMMEND)),
            (F::Text, Pick::Like(WORDS)),
            (F::Kind, Pick::Is("nps")),
            (F::Channel, Pick::Of(&["DistributionChannel"])),
        ],
    )],
    header: Header::Qualtrics,
    ..Format::PLAIN
};

/// Qualtrics before 2017: two header rows, the lower one naming the columns, and a comma at the end of each row.
pub(super) static QUALTRICS_LEGACY: Format = Format {
    key: "qualtrics.legacy",
    provenance: Provenance::RealFile,
    signature: &["ResponseID", "ResponseSet", "ExternalDataReference", "EmailAddress", "LocationAccuracy"],
    enough: 3,
    tables: &[Table::new(
        TableKind::Surveys,
        &[
            (F::Customer, Pick::Any(&["ExternalDataReference", "EmailAddress"])),
            (F::Date, Pick::Of(&["EndDate", "StartDate"])),
            (F::Score, Pick::Beside("NPS_GROUP", RECOMMEND)),
            (F::Text, Pick::Like(WORDS)),
            (F::Kind, Pick::Is("nps")),
        ],
    )],
    header: Header::Above,
    ..Format::PLAIN
};

/// Typeform: question texts as headers, times in UTC.
pub(super) static TYPEFORM: Format = Format {
    key: "typeform.responses",
    provenance: Provenance::Importers,
    signature: &["Network ID", "Submit Date (UTC)", "Start Date (UTC)"],
    enough: 2,
    tables: &[Table::new(
        TableKind::Surveys,
        &[
            (F::Customer, Pick::Like(&["customer id", "email", "e-mail", "phone"])),
            (F::Date, Pick::Of(&["Submit Date (UTC)", "Start Date (UTC)"])),
            (F::Score, Pick::Like(RECOMMEND)),
            (F::Text, Pick::Like(WORDS)),
            (F::Kind, Pick::Is("nps")),
        ],
    )],
    utc: true,
    ..Format::PLAIN
};

/// Google Forms, answers: a time stamp, and questions as headers. Known where one of them asks about recommending.
pub(super) static GOOGLE_FORMS: Format = Format {
    key: "google.forms",
    provenance: Provenance::Importers,
    tables: &[Table::new(
        TableKind::Surveys,
        &[
            (
                F::Customer,
                Pick::Like(&[
                    "customer id",
                    "email address",
                    "username",
                    "email",
                    "mobile",
                    "phone",
                    "ईमेल",
                    "ইমেইল",
                ]),
            ),
            (F::Date, Pick::Of(STAMP)),
            (F::Score, Pick::Like(RECOMMEND)),
            (F::Text, Pick::Like(WORDS)),
            (F::Kind, Pick::Is("nps")),
        ],
    )],
    titles: Some(google_forms),
    ..Format::PLAIN
};

const STAMP: &[&str] = &["Timestamp|टाइमस्टैम्प|টাইমস্ট্যাম্প"];

fn google_forms(columns: &[String]) -> bool {
    let stamp = columns.first().is_some_and(|c| STAMP.iter().any(|s| s.split('|').any(|s| c == s)));
    stamp && columns.iter().any(|c| c.contains(' ') && RECOMMEND.iter().any(|r| c.to_lowercase().contains(r)))
}

/// Medallia Agent Connect: one row a request, answered or not; stars from 1 to 5, times in UTC.
pub(super) static MEDALLIA: Format = Format {
    key: "medallia.agent_connect",
    provenance: Provenance::Vendor,
    signature: &[
        "request_id",
        "star_rating",
        "request_sent_at",
        "response_received_at",
        "request_delivery_status",
    ],
    enough: 2,
    tables: &[Table::new(
        TableKind::Surveys,
        &[
            (F::Customer, Pick::Any(&["request_sent_to", "customer_name"])),
            (F::Date, Pick::Of(&["response_received_at"])),
            (F::Score, Pick::Of(&["star_rating"])),
            (F::Text, Pick::Of(&["comments"])),
            (F::Kind, Pick::Is("csat")),
            (F::Channel, Pick::Of(&["channel"])),
        ],
    )],
    utc: true,
    ..Format::PLAIN
};

/// CustomerGauge: the layout for responses from elsewhere; it names no customer.
pub(super) static CUSTOMERGAUGE: Format = Format {
    key: "customergauge.responses",
    provenance: Provenance::Vendor,
    signature: &["NPS Score", "Follow Up Request", "Follow Up Details", "Response Date", "Sent Date"],
    enough: 3,
    tables: &[Table::new(
        TableKind::Surveys,
        &[
            (F::Customer, Pick::Of(&["Customer ID", "Email"])),
            (F::Date, Pick::Of(&["Response Date", "Sent Date"])),
            (F::Score, Pick::Of(&["NPS Score"])),
            (F::Text, Pick::Of(&["Comment"])),
            (F::Kind, Pick::Is("nps")),
        ],
    )],
    ..Format::PLAIN
};

/// Delighted: the fields of its interface; times are seconds since 1970.
pub(super) static DELIGHTED: Format = Format {
    key: "delighted.responses",
    provenance: Provenance::Vendor,
    signature: &["survey_type", "permalink", "person_properties", "additional_answers"],
    enough: 2,
    tables: &[Table::new(
        TableKind::Surveys,
        &[
            (F::Customer, Pick::Of(&["person"])),
            (F::Date, Pick::Of(&["created_at", "updated_at"])),
            (F::Score, Pick::Of(&["score"])),
            (F::Text, Pick::Of(&["comment"])),
            (F::Kind, Pick::Of(&["survey_type"])),
        ],
    )],
    utc: true,
    ..Format::PLAIN
};

/// The data set the R package NPS brings along.
pub(super) static NPS_TEST: Format = Format {
    key: "nps.testdata",
    provenance: Provenance::RealFile,
    signature: &["REC", "Product.Tastiness", "Account"],
    tables: &[Table::new(
        TableKind::Surveys,
        &[
            (F::Customer, Pick::Of(&["Account"])),
            (F::Date, Pick::Of(&["date"])),
            (F::Score, Pick::Of(&["REC"])),
            (F::Kind, Pick::Is("nps")),
        ],
    )],
    ..Format::PLAIN
};
