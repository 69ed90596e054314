//! Logs of shops published for study.

use super::{Format, Pick, Provenance, Table};
use crate::field::F;
use naata_core::TableKind;

const PURCHASE: &[(F, Pick)] = &[
    (F::Order, Pick::Of(&["basket_id"])),
    (F::Customer, Pick::Of(&["household_id"])),
    (F::Date, Pick::Of(&["transaction_timestamp"])),
    (F::Amount, Pick::Of(&["sales_value"])),
    (F::Discount, Pick::Sum(&["retail_disc", "coupon_disc", "coupon_match_disc"])),
    (F::Item, Pick::Of(&["product_id"])),
    (F::Quantity, Pick::Of(&["quantity"])),
];

/// "The Complete Journey" of dunnhumby: one row a line of a basket; `sales_value` is after discounts.
pub(super) static COMPLETE_JOURNEY: Format = Format {
    key: "completejourney.transactions",
    provenance: Provenance::RealFile,
    signature: &["household_id", "basket_id", "sales_value", "retail_disc"],
    tables: &[Table::new(TableKind::Purchases, PURCHASE), Table::new(TableKind::Lines, PURCHASE)],
    ..Format::PLAIN
};
