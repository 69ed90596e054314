//! Shopify: the export of orders.
//!
//! One row a line item. Totals, currency, status and date stand on an order's first row only; the further rows repeat
//! the order's name. Dates carry the store's offset. Ids and postal codes may begin with a spreadsheet's apostrophe.
//! What was refunded is a column without a date: it is read as a refund on the day of the order.

use super::{Format, Pick, Provenance, Table};
use crate::field::F;
use naata_core::TableKind;

pub(super) static ORDERS: Format = Format {
    key: "shopify.orders",
    provenance: Provenance::RealFile,
    signature: &["Financial Status", "Lineitem name"],
    tables: &[Table {
        kind: TableKind::Purchases,
        columns: &[
            (F::Order, Pick::Of(&["Name"])),
            (F::Customer, Pick::Of(&["Customer ID", "Email", "Phone", "Billing Name"])),
            (F::Date, Pick::Of(&["Created at", "Paid at"])),
            (F::Amount, Pick::Of(&["Total"])),
            (F::Discount, Pick::Of(&["Discount Amount"])),
            (F::Tax, Pick::Of(&["Taxes"])),
            (F::Refund, Pick::Of(&["Refunded Amount"])),
            (F::Currency, Pick::Of(&["Currency"])),
            (F::Status, Pick::Of(&["Financial Status"])),
            (F::Item, Pick::Of(&["Lineitem name", "Lineitem sku"])),
            (F::Quantity, Pick::Of(&["Lineitem quantity"])),
            (F::Price, Pick::Of(&["Lineitem price"])),
        ],
    }],
    continued: true,
    void: &["voided", "expired"],
    ..Format::PLAIN
};
