//! What is sold adds up, what is named exists, and nothing happens outside the period.

use crate::read::{Made, day, paise, seconds};
use std::collections::{BTreeMap, BTreeSet};

/// Holds any shop against the laws all of them obey.
pub(crate) fn check(made: &Made) {
    let customers = made.table("customers");
    let ids: BTreeSet<&str> = customers.columns(["id"]).into_iter().map(|[id]| id).collect();
    assert_eq!(ids.len(), customers.len(), "an id stands twice");
    orders(made, &ids);
    touches(made, &ids);
    references(made, &ids);
    period(made);
}

fn orders(made: &Made, ids: &BTreeSet<&str>) {
    let (purchases, lines) = (made.table("purchases"), made.table("lines"));
    let rows = purchases.columns(["order", "customer", "date", "amount", "discount", "tax", "currency"]);
    let mut left: BTreeMap<&str, (i64, i64)> = BTreeMap::new();
    let mut head: BTreeMap<&str, (&str, &str)> = BTreeMap::new();
    for [order, customer, date, amount, discount, tax, currency] in rows {
        let (amount, discount, tax) = (paise(amount), paise(discount), paise(tax));
        assert!(left.insert(order, (amount, discount)).is_none(), "order {order} stands twice");
        head.insert(order, (customer, date));
        assert!(customer.is_empty() || ids.contains(customer), "{customer}");
        assert_eq!((currency, amount < 0), ("INR", order.ends_with("-R")), "{order}");
        assert!(amount != 0 && discount >= 0 && tax.abs() < amount.abs() && tax * amount >= 0, "{order}");
        if let Some(sale) = order.strip_suffix("-R") {
            let (who, when) = head[sale];
            assert!(who == customer && when < date, "{order} comes before its sale");
        }
    }
    for [order, customer, date, amount, discount, cost, quantity] in
        lines.columns(["order", "customer", "date", "amount", "discount", "cost", "quantity"])
    {
        assert_eq!(head.get(order), Some(&(customer, date)), "{order}");
        let rest = left.get_mut(order).expect("an order");
        rest.0 -= paise(amount);
        rest.1 -= paise(discount);
        let sold: f64 = quantity.parse().expect("a number");
        assert!(
            sold != 0.0 && (sold < 0.0) == order.ends_with("-R") && paise(cost) * paise(amount) >= 0,
            "{order}"
        );
    }
    assert!(left.values().all(|rest| *rest == (0, 0)), "lines do not come to their orders");
    // A refund takes back what was sold, and no more of it.
    for (order, (who, _)) in head.iter().filter(|(order, _)| order.ends_with("-R")) {
        let sold: Vec<_> = lines
            .columns(["order", "item", "amount"])
            .into_iter()
            .filter(|[o, ..]| *o == *order || order.strip_suffix("-R") == Some(*o))
            .collect();
        let back = sold.iter().find(|[o, ..]| o == order).expect("a line");
        let bought = sold.iter().find(|[o, item, _]| o != order && *item == back[1]).expect("the line sold");
        assert_eq!(paise(back[2]), -paise(bought[2]), "{order} of {who}");
    }
}

fn touches(made: &Made, ids: &BTreeSet<&str>) {
    let mut seen: BTreeSet<(&str, i64)> = BTreeSet::new();
    let touches = made.table("touches");
    for [customer, at, activity, channel] in touches.columns(["customer", "at", "activity", "channel"]) {
        assert!(ids.contains(customer), "{customer}");
        assert!(seen.insert((customer, seconds(at))), "{customer} has two touches at {at}");
        assert!(!activity.is_empty() && !channel.is_empty());
    }
}

fn references(made: &Made, ids: &BTreeSet<&str>) {
    for name in ["surveys", "subscriptions", "tickets", "consents", "deals", "leads", "campaigns"] {
        let table = made.table(name);
        for [customer] in table.columns(["customer"]) {
            let nobody = customer.is_empty() && matches!(name, "surveys" | "leads");
            assert!(nobody || ids.contains(customer), "{name}: {customer}");
        }
    }
    for name in ["subscriptions", "tickets", "deals", "leads"] {
        let table = made.table(name);
        let own: BTreeSet<&str> = table.columns(["id"]).into_iter().map(|[id]| id).collect();
        assert_eq!(own.len(), table.len(), "{name}");
    }
}

fn period(made: &Made) {
    let (from, until) = (made.shop.from.0, made.shop.until.0);
    for (name, column) in [
        ("customers", "created"),
        ("purchases", "date"),
        ("lines", "date"),
        ("touches", "at"),
        ("surveys", "date"),
        ("subscriptions", "started"),
        ("subscriptions", "ended"),
        ("tickets", "opened"),
        ("tickets", "solved"),
        ("consents", "at"),
        ("deals", "opened"),
        ("deals", "closed"),
        ("leads", "created"),
        ("leads", "converted"),
        ("campaigns", "date"),
        ("costs", "date"),
    ] {
        let table = made.table(name);
        for [at] in table.columns([column]).into_iter().filter(|[at]| !at.is_empty()) {
            assert!((from..=until).contains(&day(at)), "{name}.{column}: {at}");
        }
    }
    for (name, first, second) in [
        ("subscriptions", "started", "ended"),
        ("tickets", "opened", "solved"),
        ("deals", "opened", "closed"),
        ("leads", "created", "converted"),
        ("customers", "birthday", "anniversary"),
    ] {
        let table = made.table(name);
        for [a, b] in
            table.columns([first, second]).into_iter().filter(|[a, b]| !a.is_empty() && !b.is_empty())
        {
            assert!(a <= b, "{name}: {a} is after {b}");
        }
    }
    // The customer was first recorded no later than anything else about them.
    let customers = made.table("customers");
    let created: BTreeMap<&str, i32> =
        customers.columns(["id", "created"]).into_iter().map(|[id, at]| (id, day(at))).collect();
    for (name, column) in
        [("purchases", "date"), ("touches", "at"), ("consents", "at"), ("campaigns", "date")]
    {
        let table = made.table(name);
        for [customer, at] in table.columns(["customer", column]).into_iter().filter(|[c, _]| !c.is_empty()) {
            assert!(created[customer] <= day(at), "{name}: {customer} at {at}");
        }
    }
}

#[test]
fn shops_of_all_sizes_add_up() {
    for customers in [1, 2, 10, 700] {
        check(&Made::new(customers, 42));
    }
}

#[test]
fn contact_data_reach_nobody() {
    let made = Made::new(500, 9);
    for [email, phone] in made.table("customers").columns(["email", "phone"]) {
        let domain = email.to_lowercase().rsplit('@').next().map(String::from).unwrap_or_default();
        assert!(["", "example.com", "example.org", "example.net"].contains(&domain.as_str()), "{email}");
        let digits: String = phone.chars().filter(char::is_ascii_digit).collect();
        let national = digits.strip_prefix("91").or(digits.strip_prefix('0')).unwrap_or(&digits);
        assert!(national.is_empty() || (national.len() == 10 && national.starts_with("500")), "{phone}");
    }
}

#[test]
fn leap_day_birthdays_are_there() {
    let made = Made::new(3_000, 42);
    let table = made.table("customers");
    let leap = table.columns(["birthday"]).into_iter().filter(|[b]| b.ends_with("-02-29")).count();
    assert!(leap >= 3, "{leap}");
}
