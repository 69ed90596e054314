//! What an analysis asks for and what it says. Knows no metric and no language.
//!
//! ```
//! use naata_answer::{params, Analysis, Answer, Card, Cell, Params, Present, Refusal};
//! use naata_core::{Context, Day, Summary};
//!
//! params! {
//!     /// Parameters of the share of repeat buyers.
//!     pub struct RepeatParams {
//!         /// Purchases that make a repeat buyer
//!         least: u32 = 2,
//!     }
//! }
//! pub struct Repeat { buyers: u64, repeat: u64 }
//! impl Present for Repeat {
//!     fn answer(&self) -> Answer {
//!         let mut a = Answer::default();
//!         a.set("n", Cell::Count(self.buyers));
//!         a.set("share", Cell::Share(self.repeat as f64 / self.buyers as f64));
//!         a
//!     }
//! }
//! pub struct RepeatAnalysis;
//! impl Analysis for RepeatAnalysis {
//!     type Params = RepeatParams;
//!     type Input<'a> = &'a [Summary];
//!     type Output = Repeat;
//!     const CARD: Card = Card {
//!         key: "repeat", version: 1, title: "Share of buyers who came again", unit: "share",
//!         formula: "buyers with at least k days of purchase / buyers", source: "definition",
//!         assumptions: &[], words: &[], example: "naata repeat --purchases orders.csv",
//!     };
//!     fn run(input: &[Summary], p: &RepeatParams, _: &Context<'_>) -> Result<Repeat, Refusal> {
//!         let buyers = input.iter().filter(|s| s.is_buyer()).count() as u64;
//!         if buyers == 0 {
//!             return Err(Refusal::inconclusive("repeat.empty", "work out a share: no customer has a purchase"));
//!         }
//!         Ok(Repeat { buyers, repeat: input.iter().filter(|s| s.days >= p.least).count() as u64 })
//!     }
//! }
//! let one = Summary::stated(Day(0), Day(0), 1, Default::default(), Default::default());
//! let two = Summary::stated(Day(0), Day(9), 2, Default::default(), Default::default());
//! let result = RepeatAnalysis::run(&[one, two], &RepeatParams::default(), &Context::at(Day(30)))?;
//! assert_eq!(result.answer().get("share"), Some(&Cell::Share(0.5)));
//! # Ok::<(), Refusal>(())
//! ```

mod analysis;
mod answer;
mod cell;
mod derived;
mod param;
mod table;

pub use analysis::{Analysis, AsAsked, Card, Refusal};
pub use answer::{Action, Answer, Message, Present, Stake};
pub use cell::{Cell, Column};
pub use derived::{Derived, Figure};
pub use param::{Names, ParamSpec, Params, Value};
pub use table::{Chart, ChartKind, Role, Table};
