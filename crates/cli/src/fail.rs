//! The one place where an error becomes a message, a hint and an exit code.

use naata_core::Class;
use std::sync::Mutex;

/// Exit code of a command whose check failed.
pub const CHECK_FAILED: u8 = 1;

/// Why a command stops.
#[derive(Debug)]
pub struct Fail {
    pub code: &'static str,
    pub class: Class,
    pub message: String,
    pub hint: Option<String>,
}

impl Fail {
    pub fn usage(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, class: Class::Usage, message: message.into(), hint: None }
    }

    pub fn data(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, class: Class::Data, message: message.into(), hint: None }
    }

    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// A file that cannot be read or written.
    pub fn file(verb: &str, path: &std::path::Path, e: &std::io::Error) -> Self {
        let what = match e.kind() {
            std::io::ErrorKind::NotFound => "there is no such file".to_string(),
            std::io::ErrorKind::PermissionDenied => "permission denied".to_string(),
            std::io::ErrorKind::IsADirectory => "it is a folder".to_string(),
            _ => e.to_string(),
        };
        Self::data("cli.file", format!("{verb} {}: {what}", path.display()))
    }

    pub fn exit_code(&self) -> u8 {
        match self.class {
            // As for any program of this kind that stops by its own mistake.
            _ if self.code == DEFECT => 101,
            Class::Usage => 2,
            Class::Data => 3,
            Class::Inconclusive => 4,
        }
    }
}

/// The code of a mistake of the program itself.
const DEFECT: &str = "cli.defect";

/// The last panic in words, with its place in the code.
static LAST: Mutex<String> = Mutex::new(String::new());

/// Notes panics instead of printing them: on a damaged file a reader stops by one, and whoever catches it says so.
pub fn note_panics() {
    std::panic::set_hook(Box::new(|info| {
        // That a helper's panic came through says nothing beyond it.
        if info.payload_as_str() != Some("a scoped thread panicked")
            && let Ok(mut last) = LAST.lock()
        {
            *last = info.to_string().replace('\n', " ");
        }
    }));
}

/// What a panic becomes that nobody caught: a message like any other, and an exit code that is no other's.
pub fn defect() -> Fail {
    let why = LAST.lock().map(|last| last.clone()).unwrap_or_default();
    Fail::data(DEFECT, format!("go on: {why}")).hint(
        "this is a defect of naata, not of your data; a report of it needs the command and the lines above",
    )
}

macro_rules! from_error {
    ($($type:ty),*) => {$(
        impl From<$type> for Fail {
            fn from(e: $type) -> Self {
                Self { code: e.code(), class: e.class(), message: e.to_string(), hint: None }
            }
        }
    )*};
}
from_error!(
    naata_core::Error,
    naata_ingest::Error,
    naata_report::Error,
    naata_demo::Error,
    naata_loyalty::Error
);

impl From<naata::Error> for Fail {
    fn from(e: naata::Error) -> Self {
        let hint = match &e {
            naata::Error::Missing { needs, .. } => {
                let flags: Vec<String> = needs
                    .iter()
                    .map(|n| match n {
                        naata::Need::Table(kind) => format!("--{} FILE", kind.name()),
                        naata::Need::Summaries => "--purchases FILE".into(),
                        naata::Need::Rules => "--rules FILE".into(),
                        naata::Need::Boxes => "--set FILE".into(),
                        naata::Need::Programme => "--programme FILE".into(),
                        naata::Need::Events => "--events FILE or --purchases FILE".into(),
                    })
                    .collect();
                Some(format!(
                    "give {}, or name them in naata.toml (naata init writes one)",
                    flags.join(" and ")
                ))
            }
            naata::Error::UnknownAnalysis { .. } => Some("naata --help lists the commands".into()),
            _ => None,
        };
        Self { code: e.code(), class: e.class(), message: e.to_string(), hint }
    }
}
