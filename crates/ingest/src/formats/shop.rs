//! Exports of web shops.

use super::{Format, Pick, Provenance, Table, Totals};
use crate::field::F;
use naata_core::TableKind;

/// Shopify, orders: one row a line item. Totals, currency, status and date stand on an order's first row only; the
/// further rows repeat the order's name. Dates carry the store's offset. Ids and postal codes may begin with a
/// spreadsheet's apostrophe. What was refunded is a column without a date: it is read as a refund on the day of the
/// order.
pub(super) static SHOPIFY_ORDERS: Format = Format {
    key: "shopify.orders",
    provenance: Provenance::RealFile,
    signature: &[
        "Financial Status",
        "Lineitem name",
        "Lineitem quantity",
        "Lineitem price",
        "Fulfillment Status",
    ],
    enough: 2,
    tables: &[Table::new(
        TableKind::Purchases,
        &[
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
    )],
    totals: Totals::First,
    void: &["voided", "expired"],
    ..Format::PLAIN
};

/// Shopify, customers, in the older layout and in the one whose address columns begin with "Default". Consent flags
/// carry no date, so that no consents are read from it.
pub(super) static SHOPIFY_CUSTOMERS: Format = Format {
    key: "shopify.customers",
    provenance: Provenance::Importers,
    signature: &[
        "Accepts Email Marketing|Accepts Marketing",
        "Accepts SMS Marketing",
        "Total Spent",
        "Total Orders",
        "Tax Exempt",
    ],
    enough: 3,
    tables: &[Table::new(
        TableKind::Customers,
        &[
            (F::Id, Pick::Any(&["Customer ID", "Email", "Phone"])),
            (F::Name, Pick::Sum(&["First Name", "Last Name"])),
            (F::Email, Pick::Of(&["Email"])),
            (F::Phone, Pick::Any(&["Phone", "Default Address Phone"])),
            (F::Country, Pick::Of(&["Country Code", "Default Address Country Code", "Country"])),
            (F::Region, Pick::Of(&["Province", "Province Code", "Default Address Province Code"])),
            (F::City, Pick::Of(&["City", "Default Address City"])),
            (F::Postcode, Pick::Of(&["Zip", "Default Address Zip"])),
            (F::Company, Pick::Of(&["Company", "Default Address Company"])),
        ],
    )],
    ..Format::PLAIN
};

/// WooCommerce, report of orders: one row an order, its products in one cell. The formatted revenue holds signs and
/// entities of HTML; the plain one is read. Headers are in the site's language; the English ones are known.
pub(super) static WOOCOMMERCE_ORDERS: Format = Format {
    key: "woocommerce.orders",
    provenance: Provenance::Vendor,
    signature: &["Order #", "N. Revenue", "Customer type", "Items sold", "Product(s)", "Coupon(s)"],
    enough: 3,
    tables: &[Table::new(
        TableKind::Purchases,
        &[
            (F::Order, Pick::Of(&["Order #"])),
            (F::Customer, Pick::Of(&["Customer"])),
            (F::Date, Pick::Of(&["Date"])),
            (F::Amount, Pick::Of(&["N. Revenue"])),
            (F::Status, Pick::Of(&["Status"])),
        ],
    )],
    void: &["cancelled", "failed", "pending", "pending payment", "draft", "trash"],
    ..Format::PLAIN
};

/// WooCommerce, report of customers.
pub(super) static WOOCOMMERCE_CUSTOMERS: Format = Format {
    key: "woocommerce.customers",
    provenance: Provenance::Vendor,
    signature: &["Username", "AOV", "Sign Up", "Last Active", "Total Spend", "Country / Region"],
    enough: 3,
    tables: &[Table::new(
        TableKind::Customers,
        &[
            (F::Id, Pick::Any(&["Email", "Username", "Name"])),
            (F::Name, Pick::Of(&["Name"])),
            (F::Email, Pick::Of(&["Email"])),
            (F::Created, Pick::Of(&["Sign Up"])),
            (F::Country, Pick::Of(&["Country / Region"])),
            (F::Region, Pick::Of(&["Region"])),
            (F::City, Pick::Of(&["City"])),
            (F::Postcode, Pick::Of(&["Postal Code"])),
        ],
    )],
    ..Format::PLAIN
};
