//! Writes the large files that reading is measured on: `bulk DIR [ROWS CUSTOMERS]`.
//!
//! In DIR appear `purchases.csv`, the same shuffled, the same with uuid ids, and `touches.csv`. Same numbers, same bytes.

use naata_demo::Bulk;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut args = std::env::args().skip(1);
    let dir = args.next().ok_or("name a folder: bulk DIR [ROWS CUSTOMERS]")?;
    let rows = args.next().map(|n| n.parse::<u64>()).transpose()?;
    let customers = args.next().map(|n| n.parse::<u32>()).transpose()?;
    let mut purchases = Bulk::purchases();
    let mut touches = Bulk::touches();
    if let Some(rows) = rows {
        purchases.rows = rows;
        touches.rows = rows / 3;
    }
    if let Some(customers) = customers {
        purchases.customers = customers;
        touches.customers = (customers * 2 / 5).max(1);
    }
    let dir = Path::new(&dir);
    std::fs::create_dir_all(dir)?;
    let files: [(&str, Bulk); 3] = [
        ("purchases.csv", purchases),
        ("purchases-shuffled.csv", Bulk { shuffled: true, ..purchases }),
        ("purchases-uuid.csv", Bulk { shuffled: true, uuids: true, ..purchases }),
    ];
    for (name, bulk) in files {
        let mut out = BufWriter::with_capacity(1 << 20, File::create(dir.join(name))?);
        naata_demo::bulk_purchases(&bulk, &mut out)?;
        out.flush()?;
    }
    let mut out = BufWriter::with_capacity(1 << 20, File::create(dir.join("touches.csv"))?);
    naata_demo::bulk_touches(&touches, &mut out)?;
    out.flush()?;
    Ok(())
}
