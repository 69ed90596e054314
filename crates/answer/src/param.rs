//! Parameters, declared once: name, type, default and help serve the command line, project files, docs and echo.

use naata_core::Day;

/// A type a parameter may have. It shows and reads itself; no `Display` of a foreign type leaks into results.
pub trait Value: Sized {
    /// What to call it in help.
    const KIND: &'static str;
    /// The choices, where it is one of a few words.
    const CHOICES: &'static [&'static str] = &[];
    /// Whether it may be left without a value.
    const OPTIONAL: bool = false;
    /// The text that reads back as this value.
    fn show(&self) -> String;
    /// Reads a text; the error says what was expected.
    fn parse(text: &str) -> Result<Self, String>;
}

macro_rules! plain {
    ($($type:ty => $kind:literal),* $(,)?) => {$(
        impl Value for $type {
            const KIND: &'static str = $kind;
            fn show(&self) -> String { self.to_string() }
            fn parse(text: &str) -> Result<Self, String> {
                text.trim().parse().map_err(|_| format!("expected a {}, got '{text}'", $kind))
            }
        }
    )*};
}
plain!(u8 => "whole number", u32 => "whole number", u64 => "whole number", String => "text", bool => "true or false");

impl Value for f64 {
    const KIND: &'static str = "number";
    fn show(&self) -> String {
        self.to_string()
    }
    fn parse(text: &str) -> Result<Self, String> {
        let x: Self = text.trim().parse().map_err(|_| format!("expected a number, got '{text}'"))?;
        if x.is_finite() { Ok(x) } else { Err(format!("expected a finite number, got '{text}'")) }
    }
}

impl Value for Day {
    const KIND: &'static str = "date";
    fn show(&self) -> String {
        self.to_string()
    }
    fn parse(text: &str) -> Result<Self, String> {
        Self::parse_iso(text.trim())
            .ok_or_else(|| format!("expected a date such as 2026-03-31, got '{text}'"))
    }
}

impl<T: Value> Value for Option<T> {
    const KIND: &'static str = T::KIND;
    const CHOICES: &'static [&'static str] = T::CHOICES;
    const OPTIONAL: bool = true;
    fn show(&self) -> String {
        self.as_ref().map(T::show).unwrap_or_default()
    }
    fn parse(text: &str) -> Result<Self, String> {
        if text.trim().is_empty() { Ok(None) } else { T::parse(text).map(Some) }
    }
}

/// Several texts: a flag that may be given more than once, or one text with commas.
///
/// ```
/// use naata_answer::{Names, Value};
/// let names = Names::parse("a, b,,c")?;
/// assert_eq!((names.0.len(), names.show()), (3, "a,b,c".to_string()));
/// # Ok::<(), String>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Names(pub Vec<String>);

impl Value for Names {
    const KIND: &'static str = "list";
    const OPTIONAL: bool = true;
    fn show(&self) -> String {
        self.0.join(",")
    }
    fn parse(text: &str) -> Result<Self, String> {
        let parts = text.split(',').map(str::trim).filter(|p| !p.is_empty());
        Ok(Self(parts.map(str::to_string).collect()))
    }
}

/// One parameter, as help and docs show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParamSpec {
    /// The field's name; the flag has `-` for `_`.
    pub name: &'static str,
    /// One line of help.
    pub help: &'static str,
    /// What kind of value it takes.
    pub kind: &'static str,
    /// The choices, where it is one of a few words.
    pub choices: &'static [&'static str],
    /// The default, as text; empty when there is none.
    pub default: String,
}

impl ParamSpec {
    /// The flag on the command line, without dashes in front.
    pub fn flag(&self) -> String {
        self.name.replace('_', "-")
    }
}

/// A set of parameters.
pub trait Params: Sized + Default {
    /// All parameters, in order of declaration.
    fn specs() -> Vec<ParamSpec>;
    /// Reads them from texts by name; a name without a text keeps its default.
    fn read(get: &dyn Fn(&str) -> Option<String>) -> Result<Self, String>;
    /// Name and text of each, for the record of a run.
    fn echo(&self) -> Vec<(&'static str, String)>;
}

impl Params for () {
    fn specs() -> Vec<ParamSpec> {
        Vec::new()
    }
    fn read(_: &dyn Fn(&str) -> Option<String>) -> Result<Self, String> {
        Ok(())
    }
    fn echo(&self) -> Vec<(&'static str, String)> {
        Vec::new()
    }
}

/// Declares a struct of parameters with help and defaults.
///
/// ```
/// use naata_answer::{params, Params};
/// params! {
///     /// Parameters of the silence score.
///     pub struct Silence {
///         /// Half-life of the silence, in days
///         half_life: f64 = 30.0,
///     }
/// }
/// let p = Silence::read(&|name| (name == "half_life").then(|| "45".to_string()))?;
/// assert_eq!(p.half_life, 45.0);
/// assert_eq!(Silence::specs()[0].flag(), "half-life");
/// # Ok::<(), String>(())
/// ```
#[macro_export]
macro_rules! params {
    ($(#[$meta:meta])* pub struct $name:ident {
        $( #[doc = $help:literal] $field:ident : $type:ty = $default:expr ),* $(,)?
    }) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq)]
        pub struct $name { $( #[doc = $help] pub $field: $type ),* }
        impl Default for $name {
            fn default() -> Self { Self { $( $field: $default ),* } }
        }
        impl $crate::Params for $name {
            fn specs() -> Vec<$crate::ParamSpec> {
                let default = Self::default();
                vec![$( $crate::ParamSpec {
                    name: stringify!($field),
                    help: $help.trim_ascii(),
                    kind: <$type as $crate::Value>::KIND,
                    choices: <$type as $crate::Value>::CHOICES,
                    default: $crate::Value::show(&default.$field),
                } ),*]
            }
            fn read(get: &dyn Fn(&str) -> Option<String>) -> Result<Self, String> {
                let default = Self::default();
                Ok(Self { $( $field: match get(stringify!($field)) {
                    Some(text) => <$type as $crate::Value>::parse(&text)
                        .map_err(|e| format!("--{}: {e}", stringify!($field).replace('_', "-")))?,
                    None => default.$field,
                } ),* })
            }
            fn echo(&self) -> Vec<(&'static str, String)> {
                vec![$( (stringify!($field), $crate::Value::show(&self.$field)) ),*]
            }
        }
    };
}

/// Declares an enum whose variants are words on the command line.
///
/// ```
/// use naata_answer::{choice, Value};
/// choice! {
///     /// A unit of time.
///     pub enum Unit {
///         /// Days.
///         Day = "day",
///         /// Weeks of seven days.
///         Week = "week",
///     }
/// }
/// assert_eq!(Unit::parse("week"), Ok(Unit::Week));
/// assert!(Unit::parse("fortnight").is_err());
/// ```
#[macro_export]
macro_rules! choice {
    ($(#[$meta:meta])* pub enum $name:ident { $( $(#[$vmeta:meta])* $variant:ident = $word:literal ),* $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $( $(#[$vmeta])* $variant ),* }
        impl $name {
            /// The word of the choice.
            pub fn word(self) -> &'static str {
                match self { $( Self::$variant => $word ),* }
            }
        }
        impl $crate::Value for $name {
            const KIND: &'static str = "choice";
            const CHOICES: &'static [&'static str] = &[$($word),*];
            fn show(&self) -> String { self.word().to_string() }
            fn parse(text: &str) -> Result<Self, String> {
                match text.trim() {
                    $( $word => Ok(Self::$variant), )*
                    _ => Err(format!(
                        "expected one of {}, got '{text}'",
                        <Self as $crate::Value>::CHOICES.join(", ")
                    )),
                }
            }
        }
    };
}
