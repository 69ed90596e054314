//! Loyalty programmes: rules as data, a double-entry points ledger, balances.
//!
//! ```
//! use naata_loyalty::{Event, Points, Programme, replay, trial_balance};
//!
//! let programme: Programme = serde_json::from_str(r#"{
//!     "name": "Asha Circle", "currency": "INR", "timezone": "Asia/Kolkata",
//!     "earn": [{ "id": "base", "trigger": "purchase",
//!                "amount": { "type": "per_amount", "points": "1", "per": "100.00", "partial": "whole_groups" } }]
//! }"#).unwrap();
//! let events: Vec<Event> = serde_json::from_str(r#"[
//!     { "id": "e1", "at": "2026-01-05T10:00:00+05:30", "type": "purchase", "member": "Asha", "order": "o1", "net": "1250.00" },
//!     { "id": "e2", "at": "2026-01-09T10:00:00+05:30", "type": "return", "member": "Asha", "order": "o1", "net": "400.00" }
//! ]"#).unwrap();
//! let done = replay(&programme, &events, None)?;
//! assert_eq!(done.members[0].balance, Points(8)); // 12 earned; the remaining 850.00 are worth 8
//! let sum: i64 = trial_balance(&done.lines)?.values().map(|a| a.balance().map(|p| p.0)).sum::<Result<_, _>>()?;
//! assert_eq!(sum, 0); // double entry: every line debits one account and credits another
//! # Ok::<(), naata_loyalty::Error>(())
//! ```

mod error;
mod event;
mod from_purchases;
mod ledger;
mod lots;
mod noted;
mod points;
mod programme;
mod replay;
mod run;

pub use error::Error;
pub use event::{Event, EventKind, EventLine, EventRecord};
pub use from_purchases::events_from_purchases;
pub use ledger::{Account, Entry, Line, Turnover, trial_balance};
pub use lots::Lot;
pub use noted::Noted;
pub use points::{Points, Rounding};
pub use programme::{
    BurnOrder, Clawback, ClawbackMode, EarnAmount, EarnRule, Earned, Expiry, Overdraft, Partial, PointsRule,
    Programme, RoundAt, Shortfall, Trigger,
};
pub use replay::{Member, Outcome, Replay, replay};
pub use run::{LoyaltyRun, LoyaltyRunAnalysis, LoyaltyRunParams, run_programme};
