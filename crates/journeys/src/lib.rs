//! Customer journeys: directly-follows map and variants.
//!
//! ```
//! use naata_core::{Context, Day, Histories, MoneyUnit, Currency, Part, Zone, records::Touch};
//! use naata_journeys::map::{MapParams, journey_map};
//!
//! let mut part = Part::new(MoneyUnit::of(Currency::INR), Zone::UTC);
//! for (customer, minute, activity) in [
//!     ("Asha", 0, "visit"), ("Asha", 5, "cart"), ("Asha", 9, "pay"), ("Ravi", 2, "visit"), ("Ravi", 4, "cart"),
//! ] {
//!     let at = chrono::DateTime::from_timestamp(minute * 60, 0).unwrap().fixed_offset();
//!     part.touch(&Touch { customer: customer.into(), at, activity: activity.into(), channel: None })?;
//! }
//! let (ids, customers) = part.index.seal();
//! let (texts, symbols) = part.symbols.seal();
//! part.renumber(&customers, &symbols);
//! let touches = Histories::group(ids.len(), &part.touches, |t| (t.at, t.row))?;
//!
//! let map = journey_map(&touches, &texts, &MapParams::default(), &Context::at(Day(0)))?;
//! let main = &map.edges[0];
//! let name = |activity: u32| &*map.names[activity as usize];
//! assert_eq!((name(main.from), name(main.to), main.count), ("visit", "cart", 2));
//! assert_eq!(main.seconds.map(|s| s.mean), Some(210.0));
//! assert_eq!((map.cases, map.variants.len()), (2, 2));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! A map depends on the touches alone: parts of the base may be counted anywhere and merged in any order.

mod error;
mod exact;
mod log;
pub mod map;

pub use error::Error;
pub use exact::Durations;
pub use log::{LeftOut, Log, Step};
pub use map::JourneyMapAnalysis;
