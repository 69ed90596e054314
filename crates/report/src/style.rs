//! How an answer is to look: format, language, digits, width.

/// A language of the words shown to people.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Lang {
    /// English.
    #[default]
    En,
    /// Hindi.
    Hi,
    /// Bengali.
    Bn,
}

impl Lang {
    /// Every language, English first.
    pub const ALL: [Self; 3] = [Self::En, Self::Hi, Self::Bn];

    /// Reads the name of a language.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|l| l.name() == text.trim())
    }

    /// The name used in flags, also the language tag of a page.
    pub fn name(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Hi => "hi",
            Self::Bn => "bn",
        }
    }

    /// The digit zero of the language's own script.
    pub(crate) fn zero(self) -> char {
        match self {
            Self::En => '0',
            Self::Hi => '०',
            Self::Bn => '০',
        }
    }
}

/// The digits numbers are written in for people; CSV and JSON always use Latin digits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Digits {
    /// 0 to 9.
    #[default]
    Latin,
    /// The digits of the language's script.
    Native,
}

impl Digits {
    /// Reads `latin` or `native`.
    pub fn parse(text: &str) -> Option<Self> {
        match text.trim() {
            "latin" => Some(Self::Latin),
            "native" => Some(Self::Native),
            _ => None,
        }
    }

    /// The name used in flags.
    pub fn name(self) -> &'static str {
        match self {
            Self::Latin => "latin",
            Self::Native => "native",
        }
    }
}

/// What kind of text an answer becomes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// Aligned text for a terminal.
    #[default]
    Table,
    /// One table, comma-separated.
    Csv,
    /// One JSON object.
    Json,
    /// One JSON object a row of one table.
    Jsonl,
    /// Markdown with pipe tables.
    Markdown,
    /// One self-contained page.
    Html,
    /// What was found, as JUnit-style XML for continuous integration.
    Junit,
}

impl Format {
    /// Every format.
    pub const ALL: [Self; 7] =
        [Self::Table, Self::Csv, Self::Json, Self::Jsonl, Self::Markdown, Self::Html, Self::Junit];

    /// Reads the name of a format.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|f| f.name() == text.trim())
    }

    /// The name used in flags.
    pub fn name(self) -> &'static str {
        match self {
            Self::Table => "table",
            Self::Csv => "csv",
            Self::Json => "json",
            Self::Jsonl => "jsonl",
            Self::Markdown => "markdown",
            Self::Html => "html",
            Self::Junit => "junit",
        }
    }

    /// The format a file name asks for by its suffix.
    pub fn from_suffix(file: &str) -> Option<Self> {
        let (_, suffix) = file.rsplit_once('.')?;
        match suffix.to_ascii_lowercase().as_str() {
            "txt" => Some(Self::Table),
            "csv" => Some(Self::Csv),
            "json" => Some(Self::Json),
            "jsonl" | "ndjson" => Some(Self::Jsonl),
            "md" | "markdown" => Some(Self::Markdown),
            "html" | "htm" => Some(Self::Html),
            "xml" => Some(Self::Junit),
            _ => None,
        }
    }
}

/// How an answer is to look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Style {
    /// The language of the words.
    pub lang: Lang,
    /// The digits of numbers and dates meant for people.
    pub digits: Digits,
    /// Whether the terminal shows colour.
    pub colour: bool,
    /// Cells of the terminal's width; unlimited when `None`.
    pub width: Option<usize>,
    /// CSV for a spreadsheet: a byte order mark, CRLF, and a guard before texts that would run as formulas.
    pub excel: bool,
    /// Whether the page may show customer ids and the values of refused rows.
    pub with_identities: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_read_back() {
        for l in Lang::ALL {
            assert_eq!(Lang::parse(l.name()), Some(l));
        }
        for f in Format::ALL {
            assert_eq!(Format::parse(f.name()), Some(f));
        }
        for d in [Digits::Latin, Digits::Native] {
            assert_eq!(Digits::parse(d.name()), Some(d));
        }
        assert_eq!(Format::parse("xlsx"), None);
    }

    #[test]
    fn a_suffix_names_a_format() {
        assert_eq!(Format::from_suffix("out/report.HTML"), Some(Format::Html));
        assert_eq!(Format::from_suffix("a.b/list"), None);
        assert_eq!(Format::from_suffix("rows.ndjson"), Some(Format::Jsonl));
        assert_eq!(Format::from_suffix("check.junit.xml"), Some(Format::Junit));
    }
}
