//! The naata facade: the sealed base, who lends what, the catalogue. The one place where the domains meet.
//!
//! ```
//! use naata::core::{records::Purchase, Context, Currency, Day, Intake, Money, MoneyUnit, Part, Zone};
//! use naata::{Base, Session};
//! use rust_decimal::Decimal;
//!
//! let mut part = Part::new(MoneyUnit::of(Currency::INR), Zone::UTC);
//! for (who, day, paid) in [("a", 5, 1_000), ("b", 7, 2_500), ("a", 40, 1_500), ("c", 41, 900)] {
//!     part.purchase(&Purchase {
//!         customer: Some(who.into()), day: Day(20_000 + day).date().unwrap(), time: None, order: None,
//!         amount: Money::new(Decimal::from(paid), Currency::INR), discount: None, tax: None,
//!     })?;
//! }
//! let base = Base::seal(part, Intake::default())?;
//! let mut session = Session::new(&base, Context::at(Day(20_060)))?;
//! let run = session.ask("summary", &|_| None)?;
//! assert_eq!(run.answer.table("rows").map(|t| t.rows()), Some(3));
//! # Ok::<(), naata::Error>(())
//! ```

pub mod audience;
mod base;
mod catalogue;
mod entry;
mod error;
mod known;
mod lend;
mod session;
mod wanted;

pub use base::Base;
pub use catalogue::CATALOGUE;
pub use entry::{Entry, Get, Run};
pub use error::Error;
pub use known::known_facts;
pub use lend::{Lend, Need, View};
pub use session::{Absent, Session, Why};
pub use wanted::rows_of;

pub use naata_answer as answer;
pub use naata_core as core;
pub use naata_customers as customers;
pub use naata_facts as facts;
pub use naata_journeys as journeys;
pub use naata_loyalty as loyalty;
pub use naata_math as math;
pub use naata_metrics as metrics;
pub use naata_segments as segments;
