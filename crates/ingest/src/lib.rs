//! From the bytes of an export to typed rows and findings.
//!
//! ```
//! use naata_core::{Currency, Serial, TableKind};
//! use naata_ingest::{read, Options, Source};
//!
//! let bills = "Bill No;Customer Name;Date;Total
//! 17;Asha;31/03/2026;₹1,250.00
//! 18;;31/03/2026;₹80.00
//! 19;Bina;30/02/2026;₹99.00
//! ";
//! let source = Source::bytes(TableKind::Purchases, "bills.csv", bills.into());
//! let outcome = read(&[source], &Options::default(), &Serial)?;
//!
//! // Everything is accounted for: two bills are used, one is refused with the reason and its line.
//! let table = &outcome.intake.tables[0];
//! assert_eq!((table.rows, table.used, table.refused["date.impossible"]), (3, 2, 1));
//! assert!(table.reconciles());
//! let worst = outcome.intake.findings.listed()[0];
//! assert_eq!((worst.line, worst.value.as_deref()), (Some(4), Some("30/02/2026")));
//!
//! // Amounts are exact, in the currency their signs state.
//! let total = outcome.part.takings.all()?.total()?;
//! assert_eq!(outcome.part.unit.decimal(total).to_string(), "1330.00");
//! assert_eq!(outcome.part.unit.currency, Currency::INR);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! A file is read in windows, never held as a whole. From its head a plan is made (encoding, delimiter, header, known
//! format or usual column names, order of day and month, decimal mark, decimals); the whole file then is evidence for
//! or against the plan, and where it contradicts, the file is read once more. What stays undecided is said.
//! Nothing is rounded, and no row is lost without a finding: `rows = used + each reason`.

mod batch;
mod cells;
pub mod codes;
mod container;
mod date;
mod digits;
mod eights;
mod encoding;
mod error;
mod evidence;
mod field;
mod first_days;
mod fold;
mod footer;
mod formats;
#[doc(hidden)]
pub mod fuzz;
mod head;
mod header;
mod history;
mod join;
mod keep;
mod money;
mod octet;
mod orders;
mod outline;
mod pass;
mod plain;
mod plan;
mod read;
mod recognise;
mod records;
mod repeats;
mod row;
mod running;
mod sale;
mod sink;
mod sniff;
mod source;
mod spill;
mod stretches;
mod summarise;
mod tables;
mod touch;
mod usual;
mod window;

pub use codes::{CODES, Code};
pub use date::{DateFormat, DateOrder};
pub use encoding::Encoding;
pub use error::Error;
pub use field::fields;
pub use formats::{FORMATS, Format, GENERIC, Provenance};
pub use history::begins_midway;
pub use read::{Options, Outcome, read, read_rows};
pub use recognise::{Confidence, Recognition, recognise, recognise_source};
pub use source::{ColumnRef, Delimiter, Opener, Reading, Source};
pub use spill::{Limit, Scratch};
pub use summarise::{Summarised, summarise};
