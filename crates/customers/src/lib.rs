//! Customer data: the audit of what was read, normal forms for comparison, occasions, recorded facts.
//!
//! ```
//! use naata_core::{records::Customer, Currency, Day, Histories, MoneyUnit, Part, Zone};
//! use naata_customers::{normalise, occasions, OccasionsParams};
//!
//! let mut part = Part::new(MoneyUnit::of(Currency::INR), Zone::UTC);
//! let birthday = chrono::NaiveDate::from_ymd_opt(1990, 10, 5);
//! part.customer(&Customer { id: "c1".into(), birthday, ..Customer::default() })?;
//! let rows = Histories::group(part.index.len(), &part.customers, |r| r.created)?;
//! let as_of = Day::from_ymd(2026, 9, 30).unwrap();
//! let found = occasions(&rows, None, &OccasionsParams::default(), as_of, None).unwrap();
//! assert_eq!((found.due[0].day.to_string().as_str(), found.due[0].years), ("2026-10-05", Some(36)));
//!
//! assert_eq!(normalise::phone("०९८७६५ ४३२१०", "91").as_deref(), Some("+919876543210"));
//! # Ok::<(), naata_core::Error>(())
//! ```

mod check;
mod error;
pub mod normalise;
mod occasions;
mod profile;

pub use check::{Check, CheckAnalysis, CheckParams, TableCheck, check};
pub use error::Error;
pub use occasions::{Due, Leap, LeftOut, Occasion, Occasions, OccasionsAnalysis, OccasionsParams, occasions};
pub use profile::Profiles;
