//! The one place where an error becomes a message, a hint and an exit code.

use naata_core::Class;

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
            Class::Usage => 2,
            Class::Data => 3,
            Class::Inconclusive => 4,
        }
    }
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
