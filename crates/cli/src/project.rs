//! The project file `naata.toml`: which files hold which table, how they are read, and defaults.

use crate::fail::Fail;
use naata_core::TableKind;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The name of the project file.
pub const FILE: &str = "naata.toml";

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Project {
    pub project: Head,
    pub tables: BTreeMap<TableKind, Files>,
    pub maps: BTreeMap<TableKind, BTreeMap<String, String>>,
    pub reading: BTreeMap<TableKind, Reading>,
    pub files: Side,
    pub parameters: BTreeMap<String, BTreeMap<String, toml::Value>>,
    #[serde(skip)]
    pub folder: PathBuf,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct Head {
    pub name: Option<String>,
    pub currency: Option<String>,
    pub time_zone: Option<String>,
    pub as_of: Option<String>,
    pub history_from: Option<String>,
    pub lang: Option<String>,
}

/// One file or several.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub enum Files {
    One(String),
    Many(Vec<String>),
}

impl Files {
    pub fn all(&self) -> Vec<&str> {
        match self {
            Self::One(f) => vec![f],
            Self::Many(f) => f.iter().map(String::as_str).collect(),
        }
    }
}

#[derive(Debug, Default, Clone, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct Reading {
    pub delimiter: Option<String>,
    pub header: Option<bool>,
    pub date_format: Option<String>,
    pub decimal_comma: Option<bool>,
    pub encoding: Option<String>,
    pub missing: Option<Vec<String>>,
    pub sheet: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Side {
    pub programme: Option<String>,
    pub events: Option<String>,
    pub journey: Option<String>,
    pub objectives: Option<String>,
    pub segments: Option<String>,
    pub boxes: Option<String>,
}

/// The project of a folder, searched upward; of a folder that was named, only there.
pub fn find(named: Option<&Path>) -> Result<Option<Project>, Fail> {
    if let Some(dir) = named {
        let path = if dir.is_file() { dir.to_path_buf() } else { dir.join(FILE) };
        return read(&path).map(Some);
    }
    let Ok(mut folder) = std::env::current_dir() else { return Ok(None) };
    loop {
        let path = folder.join(FILE);
        if path.is_file() {
            return read(&path).map(Some);
        }
        if !folder.pop() {
            return Ok(None);
        }
    }
}

fn read(path: &Path) -> Result<Project, Fail> {
    let text = std::fs::read_to_string(path).map_err(|e| {
        Fail { class: naata_core::Class::Usage, ..Fail::file("read the project file", path, &e) }
            .hint("naata init writes one from the CSV files of a folder")
    })?;
    let mut project: Project =
        toml::from_str(&text).map_err(|e| toml_fail("project file", path, &text, &e))?;
    project.folder = path.parent().map(Path::to_path_buf).unwrap_or_default();
    Ok(project)
}

/// A mistake in a TOML file, with its line and column.
pub fn toml_fail(what: &str, path: &Path, text: &str, e: &toml::de::Error) -> Fail {
    let place = e.span().map_or(String::new(), |span| {
        let before = text.get(..span.start).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        format!(":{line}:{column}")
    });
    Fail::usage("cli.toml", format!("read the {what} {}{place}: {}", path.display(), e.message()))
}
