//! Facts about customers: one typed column a name, with the day it was known; conditions over them.
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
mod error;
mod facts;

pub use column::{Column, FactType, FactValue};
pub use condition::{Compare, Condition, Literal};
pub use error::Error;
pub use facts::{Fact, Facts, Provide, nearest};
