//! What stops the reading of an export as a whole. What concerns single rows is a finding.

use naata_core::Class;

/// Why an export cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The file cannot be opened: absent, a directory, no permission.
    #[error("open {file}: {message}")]
    Open {
        /// The file, as the user named it.
        file: String,
        /// What the system says.
        message: String,
    },
    /// Reading stopped in the middle.
    #[error("read {file}: {message}")]
    Read {
        /// The file.
        file: String,
        /// What the system says.
        message: String,
    },
    /// Rows cannot be put aside.
    #[error("put rows aside in a temporary file: {message}")]
    Scratch {
        /// What the system says.
        message: String,
    },
    /// The answer itself takes more memory than is allowed.
    #[error("hold a summary of each customer in {limit} bytes of memory")]
    Memory {
        /// What is allowed.
        limit: u64,
    },
    /// The file has no content at all.
    #[error("read {file}: it is empty")]
    EmptyFile {
        /// The file.
        file: String,
    },
    /// The file is not text.
    #[error("read {file}: it is {what}, not a text table; export it as CSV")]
    NotText {
        /// The file.
        file: String,
        /// What it looks like, such as "an Excel workbook".
        what: String,
    },
    /// A workbook has no sheet of the name that was asked for.
    #[error("find the sheet '{sheet}' in {file}; its sheets are: {}", .sheets.join(", "))]
    UnknownSheet {
        /// The file.
        file: String,
        /// The sheet as given.
        sheet: String,
        /// The sheets there are.
        sheets: Vec<String>,
    },
    /// No column is found for fields a record cannot do without.
    #[error("find a column {} in {file}; its columns are: {}", wanted(.missing), .columns.join(", "))]
    MissingColumns {
        /// The file.
        file: String,
        /// The kind of table it is read as.
        table: String,
        /// Every field without a column, with the column that was probably meant.
        missing: Vec<(String, Option<String>)>,
        /// The columns there are.
        columns: Vec<String>,
    },
    /// A column map names a field the table does not have.
    #[error("map {field}: a table of {table} has no such field{}", did_you_mean(.suggestion))]
    UnknownField {
        /// The field as given.
        field: String,
        /// The kind of table.
        table: String,
        /// The field that was probably meant.
        suggestion: Option<String>,
    },
    /// A column map names a column the file does not have.
    #[error("find the column '{column}' in {file}{}; its columns are: {}", did_you_mean(.suggestion), .columns.join(", "))]
    UnknownColumn {
        /// The file.
        file: String,
        /// The column as given.
        column: String,
        /// The columns there are.
        columns: Vec<String>,
        /// The column that was probably meant.
        suggestion: Option<String>,
    },
    /// A column map gives a position the file does not have.
    #[error("find column #{position} in {file}: it has {columns}")]
    Position {
        /// The file.
        file: String,
        /// The position as given, counted from 1.
        position: usize,
        /// How many columns there are.
        columns: usize,
    },
    /// Amounts are in several currencies.
    #[error("add up amounts of several currencies: {}", .totals.iter().map(|(c, t)| format!("{t} {c}")).collect::<Vec<_>>().join(", "))]
    MixedCurrencies {
        /// For each currency the exact total of its amounts.
        totals: Vec<(String, String)>,
    },
    /// A way of reading that does not exist, such as an unknown encoding.
    #[error("read with {option} '{value}': expected {expected}")]
    Reading {
        /// The option.
        option: &'static str,
        /// The value given.
        value: String,
        /// What is expected.
        expected: &'static str,
    },
    /// So many quotes are never closed that rows cannot be told apart.
    #[error("tell the rows of {file} apart: quotes are opened and never closed, the first on line {line}")]
    Quotes {
        /// The file.
        file: String,
        /// The first such line.
        line: u64,
    },
    /// The host asked to stop.
    #[error("finish reading: stopped by request")]
    Stopped,
    /// A sum or a count went out of range.
    #[error(transparent)]
    Core(#[from] naata_core::Error),
}

fn did_you_mean(suggestion: &Option<String>) -> String {
    suggestion.as_ref().map_or_else(String::new, |s| format!(" (did you mean '{s}'?)"))
}

fn wanted(missing: &[(String, Option<String>)]) -> String {
    let field = |(field, near): &(String, Option<String>)| format!("for {field}{}", did_you_mean(near));
    missing.iter().map(field).collect::<Vec<_>>().join(", ")
}

impl Error {
    /// A stable name for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Open { .. } => "file.open",
            Self::Read { .. } => "file.read",
            Self::EmptyFile { .. } => "file.empty",
            Self::NotText { .. } => "file.not_text",
            Self::UnknownSheet { .. } => "file.sheet",
            Self::MissingColumns { .. } => "column.missing",
            Self::UnknownField { .. } => "map.field",
            Self::UnknownColumn { .. } => "map.column",
            Self::Position { .. } => "map.position",
            Self::MixedCurrencies { .. } => "currency.mixed",
            Self::Reading { .. } => "reading.option",
            Self::Scratch { .. } => "memory.scratch",
            Self::Memory { .. } => "memory.limit",
            Self::Quotes { .. } => "quote.many_unclosed",
            Self::Stopped => "read.stopped",
            Self::Core(e) => e.code(),
        }
    }

    /// The class that decides the exit code.
    pub fn class(&self) -> Class {
        match self {
            Self::UnknownField { .. }
            | Self::UnknownColumn { .. }
            | Self::UnknownSheet { .. }
            | Self::Position { .. }
            | Self::Reading { .. } => Class::Usage,
            Self::Core(e) => e.class(),
            _ => Class::Data,
        }
    }
}
