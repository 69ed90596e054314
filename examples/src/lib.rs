//! What the example programs share: the demo shop, read as any export would be.
//!
//! ```
//! let base = naata_examples::demo_base(50)?;
//! assert!(base.ids.len() >= 50);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use naata::Base;
use naata::core::{Currency, Serial, TableKind, Zone};
use naata_ingest::{Options, Source};

/// The demo shop of so many customers, generated, read and sealed in memory.
pub fn demo_base(customers: u32) -> Result<Base, Box<dyn std::error::Error>> {
    let shop = naata_demo::Shop { customers, ..naata_demo::Shop::default() };
    let mut sources = Vec::new();
    for file in naata_demo::shop(&shop)? {
        let kind = file.name.strip_suffix(".csv").and_then(TableKind::parse);
        if let Some(kind) = kind {
            sources.push(Source::bytes(kind, &file.name, file.bytes));
        }
    }
    let zone = Zone::parse("Asia/Kolkata")?;
    let options = Options { currency: Some(Currency::INR), zone, ..Options::default() };
    let outcome = naata_ingest::read(&sources, &options, &Serial)?;
    Ok(Base::seal(outcome.part, outcome.intake)?)
}
