//! Exports of payment services and of bookkeeping.

use super::{Format, Pick, Provenance, Table, Totals};
use crate::date::DateOrder;
use crate::field::F;
use naata_core::TableKind;

/// Stripe, payments, in the unified and in the older layout. A refund is a column of the payment, read as a refund on
/// its day. Of the two currencies of a row, "Currency" is the one the customer paid in; the converted amount is what
/// the account received, and can be had by a column map.
pub(super) static STRIPE_PAYMENTS: Format = Format {
    key: "stripe.payments",
    provenance: Provenance::RealFile,
    signature: &[
        "PaymentIntent ID",
        "Converted Amount",
        "Converted Currency",
        "Amount Refunded",
        "Seller Message",
        "Statement Descriptor",
    ],
    enough: 3,
    tables: &[Table::new(
        TableKind::Purchases,
        &[
            (F::Order, Pick::Of(&["id"])),
            (F::Customer, Pick::Of(&["Customer ID", "Customer Email"])),
            (F::Date, Pick::Of(&["Created date (UTC)", "Created (UTC)"])),
            (F::Amount, Pick::Of(&["Amount"])),
            (F::Refund, Pick::Of(&["Amount Refunded"])),
            (F::Currency, Pick::Of(&["Currency"])),
            (F::Status, Pick::Of(&["Status"])),
        ],
    )],
    utc: true,
    void: &[
        "failed",
        "canceled",
        "cancelled",
        "blocked",
        "incomplete",
        "expired",
        "requires payment method",
        "requires_payment_method",
        "uncaptured",
    ],
    ..Format::PLAIN
};

/// Stripe, customers.
pub(super) static STRIPE_CUSTOMERS: Format = Format {
    key: "stripe.customers",
    provenance: Provenance::Importers,
    signature: &["Delinquent", "Total Spend", "Payment Count", "Refunded Volume", "Dispute Losses"],
    enough: 2,
    tables: &[Table::new(
        TableKind::Customers,
        &[
            (F::Id, Pick::Of(&["id"])),
            (F::Name, Pick::Of(&["Name"])),
            (F::Email, Pick::Of(&["Email"])),
            (F::Created, Pick::Of(&["Created (UTC)"])),
        ],
    )],
    utc: true,
    ..Format::PLAIN
};

/// Razorpay, the report of settlements: payments, refunds, transfers and adjustments, each a row. What the customer
/// paid is "amount"; credit is net of fees. No column says who paid.
pub(super) static RAZORPAY_SETTLEMENTS: Format = Format {
    key: "razorpay.settlements",
    provenance: Provenance::Importers,
    signature: &["entity_id", "settlement_id", "settlement_utr", "settled_at", "order_receipt", "on_hold"],
    enough: 3,
    tables: &[Table::new(
        TableKind::Purchases,
        &[
            (F::Order, Pick::Of(&["entity_id"])),
            (F::Customer, Pick::Is("")),
            (F::Date, Pick::Of(&["created_at", "settled_at"])),
            (F::Amount, Pick::Of(&["amount"])),
            (F::Currency, Pick::Of(&["currency"])),
            (F::Status, Pick::Of(&["type"])),
        ],
    )],
    dates: Some(DateOrder::Dmy),
    void: &["transfer", "adjustment", "settlement", "settlement.ondemand", "reserve", "dispute"],
    negative: &["refund"],
    ..Format::PLAIN
};

/// Razorpay, payments: e-mail and phone of who paid, what was refunded in a column.
pub(super) static RAZORPAY_PAYMENTS: Format = Format {
    key: "razorpay.payments",
    provenance: Provenance::Importers,
    signature: &["amount_refunded", "refund_status", "captured", "vpa", "contact", "error_code"],
    enough: 3,
    tables: &[Table::new(
        TableKind::Purchases,
        &[
            (F::Order, Pick::Of(&["id"])),
            (F::Customer, Pick::Of(&["contact", "email"])),
            (F::Date, Pick::Of(&["created_at"])),
            (F::Amount, Pick::Of(&["amount"])),
            (F::Refund, Pick::Of(&["amount_refunded"])),
            (F::Currency, Pick::Of(&["currency"])),
            (F::Status, Pick::Of(&["status"])),
        ],
    )],
    dates: Some(DateOrder::Dmy),
    void: &["failed", "created", "authorized"],
    ..Format::PLAIN
};

/// Zoho Books, invoices: one row an item, with the invoice's total again on every row.
pub(super) static ZOHO_INVOICES: Format = Format {
    key: "zoho_books.invoices",
    provenance: Provenance::Importers,
    signature: &["Invoice ID", "Invoice Number", "Invoice Status", "Item Price", "Item Total", "SubTotal"],
    enough: 4,
    tables: &[Table::new(
        TableKind::Purchases,
        &[
            (F::Order, Pick::Of(&["Invoice Number", "Invoice ID"])),
            (F::Customer, Pick::Of(&["Customer ID", "Customer Name"])),
            (F::Date, Pick::Of(&["Invoice Date"])),
            (F::Amount, Pick::Of(&["Total"])),
            (F::Currency, Pick::Of(&["Currency Code"])),
            (F::Status, Pick::Of(&["Invoice Status"])),
            (F::Item, Pick::Of(&["Item Name", "SKU", "Item Desc"])),
            (F::Quantity, Pick::Of(&["Quantity"])),
            (F::Price, Pick::Of(&["Item Price"])),
        ],
    )],
    totals: Totals::Every,
    void: &["draft", "void", "voided"],
    ..Format::PLAIN
};

/// Tally, the register of sales: the name of the business and the period above the header, the party under
/// "Particulars", a grand total at the end. Vouchers of other kinds, as a day book has them, are no sales.
pub(super) static TALLY_REGISTER: Format = Format {
    key: "tally.sales_register",
    provenance: Provenance::Importers,
    signature: &["Particulars", "Voucher Type|Vch Type", "Voucher No.|Vch No.|Voucher Number", "Date"],
    enough: 3,
    tables: &[Table::new(
        TableKind::Purchases,
        &[
            (F::Order, Pick::Of(&["Voucher No.", "Vch No.", "Voucher Number"])),
            (F::Customer, Pick::Of(&["Particulars"])),
            (F::Date, Pick::Of(&["Date"])),
            (F::Amount, Pick::Of(&["Gross Total", "Debit", "Debit Amount", "Amount", "Value"])),
            (F::Status, Pick::Of(&["Voucher Type", "Vch Type"])),
        ],
    )],
    dates: Some(DateOrder::Dmy),
    void: &[
        "purchase",
        "receipt",
        "payment",
        "journal",
        "contra",
        "debit note",
        "purchase order",
        "sales order",
    ],
    negative: &["credit note"],
    footer: true,
    ..Format::PLAIN
};
