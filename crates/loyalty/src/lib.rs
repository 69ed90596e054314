//! Loyalty programmes: rules, points ledger, balances.
