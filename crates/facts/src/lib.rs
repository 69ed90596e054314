//! Facts about customers: one typed column a name, with the day it was known; conditions over them; segments as
//! [rules] in a text file.
//!
//! ```
//! use naata_core::{CustomerIx, Day};
//! use naata_facts::{Compare, Condition, Fact, Facts, Literal};
//! use rust_decimal::Decimal;
//!
//! const P_ALIVE: Fact<f64> = Fact::new("metrics.clv.p_alive");
//! let mut facts = Facts::new(3, Day(20_000));
//! facts.put(&P_ALIVE, vec![Some(0.92), Some(0.31), None])?;
//! let leaving = Condition::Is {
//!     fact: P_ALIVE.key.into(),
//!     compare: Compare::Below,
//!     value: Literal::Number(Decimal::new(5, 1)),
//! };
//! // The third customer may or may not be leaving: nothing is known, and nothing is guessed.
//! assert_eq!(leaving.eval(&facts)?, [Some(false), Some(true), None]);
//! # Ok::<(), naata_facts::Error>(())
//! ```

mod column;
mod condition;
mod dated;
mod error;
mod facts;
mod measure;
pub mod rules;
mod span;
mod text;
mod window;

pub use column::{Column, FactType, FactValue, Kind};
pub use condition::{Compare, Condition, Literal, TextMatch};
pub use dated::Seen;
pub use error::Error;
pub use facts::{Fact, Facts, Provide, nearest};
pub use measure::{Field, Measure, Source, Tables, What};
pub use span::{Span, SpanUnit};
pub use text::fold;
pub use window::{Bound, Edge, Window};
