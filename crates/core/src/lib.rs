//! What a business records: ids, money, days, records, and the compact forms analyses work on.
//!
//! ```
//! use naata_core::{records::Purchase, Currency, Day, Histories, Money, MoneyUnit, Part, Summary, Zone};
//! use rust_decimal::Decimal;
//!
//! let inr = |paise| Money::new(Decimal::new(paise, 2), Currency::INR);
//! let day = |y, m, d| chrono::NaiveDate::from_ymd_opt(y, m, d).unwrap();
//! let mut part = Part::new(MoneyUnit::of(Currency::INR), Zone::parse("Asia/Kolkata")?);
//! for (who, when, paid) in [("Asha", day(2026, 1, 5), 49_900), ("Asha", day(2026, 2, 9), 125_000)] {
//!     part.purchase(&Purchase {
//!         customer: Some(who.into()), day: when, time: None, order: None,
//!         amount: inr(paid), discount: None, tax: None,
//!     })?;
//! }
//! // Sealing numbers customers in id order: from here on nothing depends on the order of rows.
//! let (ids, customers) = part.index.seal();
//! part.renumber(&customers, &[]);
//! let histories = Histories::group(ids.len(), &part.purchases, |p| (p.day, p.seconds, p.row))?;
//! let asha = ids.find("Asha").unwrap();
//! let summary = Summary::of(histories.of(asha), Day::from(day(2026, 12, 31)))?;
//! assert_eq!((summary.frequency(), summary.recency_days()), (1, 35));
//! assert_eq!(part.unit.decimal(summary.total).to_string(), "1749.00");
//! # Ok::<(), naata_core::Error>(())
//! ```
//!
//! Nothing here reads a file, a clock or the environment, prints, or starts a thread: `as_of`, zone and seed are
//! arguments ([`Context`]), and a host lends its threads ([`Exec`]).

mod accept;
mod context;
mod day;
mod day_set;
mod error;
mod exec;
mod finding;
mod grouping;
mod histories;
mod index;
mod intake;
mod intern;
mod marks;
mod money;
mod order;
mod part;
pub mod records;
mod relay;
mod rows;
mod shelf;
mod sort;
mod summary;
mod takings;
mod tally;
mod zone;

pub use context::Context;
pub use day::{Day, Instant};
pub use error::{Class, Error};
pub use exec::{Exec, Serial, map_parts, part_range};
pub use finding::{Finding, Findings, Severity};
pub use grouping::Grouping;
pub use histories::Histories;
pub use index::{CustomerIx, IdHash, Ids, Index, Symbols, Texts};
pub use intake::{Digest, Intake, RowDigest, TableIntake};
pub use marks::LineMarks;
pub use money::{Currency, Minor, Money, MoneyUnit};
pub use order::OrderDigest;
pub use part::Part;
pub use records::TableKind;
pub use relay::relay;
pub use rows::{
    AnswerRow, ConsentRow, CostRow, CustomerRow, DealRow, LeadRow, LineRow, PurchaseRow, Row, SendRow,
    SubscriptionRow, Symbol, TicketRow, TouchRow,
};
pub use summary::{Summary, SummaryBuilder, Summed, Summing};
pub use takings::{DayTakings, Sale, Takings};
pub use tally::Tally;
pub use zone::Zone;
