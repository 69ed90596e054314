//! A folder of exports as other programs pack them: a workbook by XlsxWriter, a gzip file by Python, a zstd file by
//! PyArrow. What is found and read is what the plain tables say.

use super::{naata, scratch};
use std::path::Path;

#[test]
fn a_folder_of_packed_exports_is_recognised_and_read() {
    let folder = scratch("packed");
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../ingest/tests/data");
    for name in ["orders.xlsx", "people.csv.gz", "tickets.csv.zst"] {
        std::fs::copy(data.join(name), folder.join(name)).expect(name);
    }
    std::fs::write(
        folder.join("orders.csv"),
        "Order ID,Customer,Date,Total\nS001,007,2026-01-05,1250.50\nS002,C2,2026-01-06,99.00\n\
         S003,,2026-02-28,10.00\nS004,007,2026-03-31,80.25\n",
    )
    .expect("written");
    let (code, plain, err) =
        naata(&folder, &["summary", "--purchases", "orders.csv", "--format", "csv", "-q"]);
    assert_eq!(code, 0, "{err}");
    std::fs::remove_file(folder.join("orders.csv")).expect("it was there");
    let (code, _, err) = naata(&folder, &["init", "."]);
    assert_eq!(code, 0, "{err}");
    let project = std::fs::read_to_string(folder.join("naata.toml")).expect("it was written");
    for line in
        ["customers = \"people.csv.gz\"", "purchases = \"orders.xlsx\"", "tickets = \"tickets.csv.zst\""]
    {
        assert!(project.lines().any(|l| l == line), "{line} is missing in {project}");
    }
    let (code, out, err) = naata(&folder, &["check", "-p", ".", "--format", "json", "-q"]);
    assert_eq!(code, 0, "{err}");
    let json: serde_json::Value = serde_json::from_slice(&out).expect("JSON");
    let counts: Vec<_> = json["inputs"]
        .as_array()
        .expect("inputs")
        .iter()
        .map(|t| (t["file"].as_str(), t["rows"].as_u64(), t["used"].as_u64()))
        .collect();
    let want = [("people.csv.gz", 2), ("orders.xlsx", 4), ("tickets.csv.zst", 1)];
    for (file, rows) in want {
        assert!(counts.contains(&(Some(file), Some(rows), Some(rows))), "{file}: {counts:?}");
    }
    // The id keeps its zeros, the styled number is a day, the amount is exact.
    let (code, packed, err) = naata(&folder, &["summary", "-p", ".", "--format", "csv", "-q"]);
    assert_eq!((code, String::from_utf8_lossy(&packed)), (0, String::from_utf8_lossy(&plain)), "{err}");
}
