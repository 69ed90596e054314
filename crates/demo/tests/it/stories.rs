//! The planted stories are in the data as `truth.json` tells them, recomputed from the files alone.

use crate::read::{Made, day, paise, seconds};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

/// One shop large enough for every share to show.
static MADE: LazyLock<Made> = LazyLock::new(|| Made::new(8_000, 42));

/// A number of `truth.json` by its path under `stories`.
fn told(path: &str) -> f64 {
    let truth = MADE.truth();
    let value = truth.pointer(&format!("/stories/{path}")).and_then(serde_json::Value::as_f64);
    value.unwrap_or_else(|| panic!("no number {path}"))
}

/// Checks a share against the truth, to four standard errors.
fn check_share(what: &str, hits: usize, of: usize, truth: f64) {
    let share = hits as f64 / of as f64;
    let error = (truth * (1.0 - truth) / of as f64).sqrt();
    println!("{what}: {hits} of {of} = {share:.4}, told {truth:.4} +- {error:.4}");
    assert!(of >= 50 && (share - truth).abs() < 4.0 * error, "{what}: {share} of {of}, told {truth}");
}

/// A stretch of touches of one customer without a gap of thirty minutes.
struct Session {
    customer: &'static str,
    day: i32,
    /// Activities on the channel the session began on.
    steps: Vec<&'static str>,
    channel: &'static str,
}

impl Session {
    fn count(&self, activity: &str) -> usize {
        self.steps.iter().filter(|s| **s == activity).count()
    }

    fn ordered(&self) -> bool {
        self.count("order") > 0
    }
}

static SESSIONS: LazyLock<Vec<Session>> = LazyLock::new(|| {
    let table: &'static _ = Box::leak(Box::new(MADE.table("touches")));
    let mut touches = table.columns(["customer", "at", "activity", "channel"]);
    touches.sort_by_key(|[customer, at, ..]| (*customer, seconds(at)));
    let mut sessions: Vec<Session> = Vec::new();
    let mut last = ("", 0);
    for [customer, at, activity, channel] in touches {
        let now = seconds(at);
        if last.0 != customer || now - last.1 >= 1_800 {
            sessions.push(Session { customer, day: day(at), steps: Vec::new(), channel });
        }
        if let Some(session) = sessions.last_mut()
            && session.channel == channel
        {
            session.steps.push(activity);
        }
        last = (customer, now);
    }
    sessions
});

#[test]
fn payment_on_the_app_is_the_friction_point() {
    let paying = |channel: &'static str| move |s: &&Session| s.channel == channel && s.count("payment") > 0;
    let share = |what: &str, sessions: &[&Session], of: &dyn Fn(&Session) -> bool, truth: f64| {
        check_share(what, sessions.iter().filter(|s| of(s)).count(), sessions.len(), truth);
    };
    let app: Vec<&Session> = SESSIONS.iter().filter(paying("app")).collect();
    let web: Vec<&Session> = SESSIONS.iter().filter(paying("web")).collect();
    let (repeated, single): (Vec<&Session>, Vec<&Session>) = app.iter().partition(|s| s.count("payment") > 1);
    share("repeated", &app, &|s| s.count("payment") > 1, told("friction/truth/repeated"));
    share("completes", &app, &Session::ordered, told("friction/truth/completes"));
    share("single", &single, &Session::ordered, told("friction/truth/completes_single"));
    share("repeated completes", &repeated, &Session::ordered, told("friction/truth/completes_repeated"));
    share("web", &web, &Session::ordered, told("friction/truth/completes_on_the_web"));
}

#[test]
fn searching_again_on_the_web_does_no_harm() {
    let table = MADE.table("purchases");
    let buyers: BTreeSet<&str> = table.columns(["customer"]).into_iter().map(|[c]| c).collect();
    let web: Vec<&Session> = SESSIONS
        .iter()
        .filter(|s| s.channel == "web" && s.count("search") > 0 && buyers.contains(s.customer))
        .collect();
    let (many, one): (Vec<&Session>, Vec<&Session>) = web.iter().partition(|s| s.count("search") > 1);
    check_share("searched again", many.len(), web.len(), told("look_alike/truth/repeated"));
    let rate = |s: &[&Session]| s.iter().filter(|s| s.ordered()).count() as f64 / s.len() as f64;
    let (a, b) = (rate(&many), rate(&one));
    let error = (a * (1.0 - a) / many.len() as f64 + b * (1.0 - b) / one.len() as f64).sqrt();
    println!("completion {a:.4} after several searches, {b:.4} after one, +- {error:.4}");
    assert!((a - b - told("look_alike/truth/difference_in_completion")).abs() < 4.0 * error);
}

/// Subscriptions that reached the landmark: who, exposed, days at risk from there, ended.
fn at_risk(exposed: &dyn Fn(&str, i32) -> bool) -> Vec<(bool, f64, bool)> {
    let landmark = told("churn_driver/truth/landmark_days") as i32;
    let table = MADE.table("subscriptions");
    let rows = table.columns(["customer", "started", "ended"]);
    rows.into_iter()
        .filter_map(|[customer, started, ended]| {
            let started = day(started);
            let end = if ended.is_empty() { MADE.shop.until.0 } else { day(ended) };
            let left = end - started - landmark;
            (left > 0).then(|| (exposed(customer, started), f64::from(left), !ended.is_empty()))
        })
        .collect()
}

/// The ratio of two hazards, and the standard error of its logarithm.
fn hazard_ratio(rows: &[(bool, f64, bool)]) -> (f64, f64) {
    let rate = |exposed: bool| {
        let group = rows.iter().filter(|r| r.0 == exposed);
        let (ends, days) = group.fold((0.0, 0.0), |(e, d), r| (e + f64::from(u8::from(r.2)), d + r.1));
        (ends, ends / days)
    };
    let ((ends, one), (other_ends, other)) = (rate(true), rate(false));
    (one / other, (1.0 / ends + 1.0 / other_ends).sqrt())
}

#[test]
fn a_late_first_delivery_drives_churn() {
    let table = MADE.table("tickets");
    let late: BTreeMap<&str, i32> = table
        .columns(["customer", "topic", "opened"])
        .into_iter()
        .filter(|[_, topic, _]| *topic == "late first delivery")
        .map(|[customer, _, opened]| (customer, day(opened)))
        .collect();
    let exposed = |who: &str, started: i32| late.get(who).is_some_and(|d| (0..=30).contains(&(d - started)));
    let rows = at_risk(&exposed);
    let of = rows.iter().filter(|r| r.0).count();
    check_share("exposed", of, rows.len(), told("churn_driver/truth/exposed"));
    let (ratio, error) = hazard_ratio(&rows);
    let truth = told("churn_driver/truth/hazard_ratio");
    println!("hazard ratio {ratio:.3}, told {truth}, +- {error:.3} in the logarithm");
    assert!((naata_math::ln(ratio) - naata_math::ln(truth)).abs() < 4.0 * error);
    // Among those who could be watched for the whole horizon.
    let horizon = told("churn_driver/truth/horizon_days");
    let share = |among: bool, truth: f64| {
        let table = MADE.table("subscriptions");
        let rows: Vec<bool> = table
            .columns(["customer", "started", "ended"])
            .into_iter()
            .filter(|[who, started, _]| {
                exposed(who, day(started)) == among && day(started) + 30 + horizon as i32 <= MADE.shop.until.0
            })
            .map(|[_, started, ended]| !ended.is_empty() && day(ended) <= day(started) + 30 + horizon as i32)
            .collect();
        check_share("ended", rows.iter().filter(|e| **e).count(), rows.len(), truth);
    };
    share(true, told("churn_driver/truth/ends_exposed"));
    share(false, told("churn_driver/truth/ends_others"));
}

#[test]
fn changing_the_basket_is_a_decoy() {
    let table = MADE.table("touches");
    let changed: BTreeMap<&str, i32> = table
        .columns(["customer", "activity", "at"])
        .into_iter()
        .filter(|[_, activity, _]| *activity == "basket change")
        .map(|[customer, _, at]| (customer, day(at)))
        .collect();
    let rows = at_risk(&|who, started| changed.get(who).is_some_and(|d| (0..=30).contains(&(d - started))));
    check_share(
        "changed",
        rows.iter().filter(|r| r.0).count(),
        rows.len(),
        told("churn_decoy/truth/exposed"),
    );
    let (ratio, error) = hazard_ratio(&rows);
    println!("hazard ratio {ratio:.3} +- {error:.3} in the logarithm");
    assert!(naata_math::ln(ratio).abs() < 4.0 * error);
}

#[test]
fn one_campaign_works_and_one_does_not() {
    let table = MADE.table("subscriptions");
    let started: BTreeMap<&str, i32> =
        table.columns(["customer", "started"]).into_iter().map(|[who, at]| (who, day(at))).collect();
    let sends = MADE.table("campaigns");
    let truth = MADE.truth();
    for story in ["campaign_works", "campaign_does_not"] {
        let name = truth.pointer(&format!("/stories/{story}/truth/campaign")).and_then(|v| v.as_str());
        for (control, key) in [("true", "starts_when_held_out"), ("false", "starts_when_sent")] {
            let hits: Vec<bool> = sends
                .columns(["campaign", "customer", "date", "control"])
                .into_iter()
                .filter(|[campaign, _, _, c]| Some(*campaign) == name && *c == control)
                .map(|[_, who, sent, _]| {
                    started.get(who).is_some_and(|s| (1..=30).contains(&(s - day(sent))))
                })
                .collect();
            let count = hits.iter().filter(|h| **h).count();
            check_share(&format!("{story} {key}"), count, hits.len(), told(&format!("{story}/truth/{key}")));
        }
    }
    // Nobody was held out of the third, and nobody held out opened anything.
    for [campaign, control, opened, clicked] in sends.columns(["campaign", "control", "opened", "clicked"]) {
        assert!(campaign != "festive-offer" || control == "false");
        assert_eq!(control == "true", opened.is_empty() && clicked.is_empty());
        assert!(clicked != "true" || opened == "true");
    }
}

#[test]
fn sends_respect_consent() {
    let consents = MADE.table("consents");
    let mut given: BTreeMap<(&str, &str), Vec<(i64, bool)>> = BTreeMap::new();
    for [who, at, purpose, channel, granted] in
        consents.columns(["customer", "at", "purpose", "channel", "granted"])
    {
        if purpose == "marketing" {
            given.entry((who, channel)).or_default().push((seconds(at), granted == "true"));
        }
    }
    let sends = MADE.table("campaigns");
    for [who, date, channel] in sends.columns(["customer", "date", "channel"]) {
        let midnight = i64::from(day(date) + 1) * 86_400;
        let last = given[&(who, channel)].iter().filter(|(at, _)| *at < midnight).max();
        assert_eq!(last.map(|(_, granted)| *granted), Some(true), "{who} on {date} by {channel}");
    }
}

#[test]
fn duplicates_share_a_contact_and_households_only_a_phone() {
    let table = MADE.table("customers");
    let people: BTreeMap<&str, [&str; 4]> = table
        .columns(["id", "name", "email", "phone", "postcode"])
        .into_iter()
        .map(|[id, name, email, phone, postcode]| (id, [name, email, phone, postcode]))
        .collect();
    let digits = |phone: &str| {
        let all: String = phone.chars().filter(char::is_ascii_digit).collect();
        all.get(all.len().saturating_sub(10)..).map(String::from).unwrap_or_default()
    };
    let truth = MADE.truth();
    let pairs = |story: &str| -> Vec<(String, String, String)> {
        let list =
            truth.pointer(&format!("/stories/{story}/truth")).and_then(|v| v.as_array()).expect("a list");
        let text =
            |v: &serde_json::Value, at: &str| v.pointer(at).and_then(|v| v.as_str()).unwrap_or("").to_owned();
        list.iter().map(|p| (text(p, "/kind"), text(p, "/ids/0"), text(p, "/ids/1"))).collect()
    };
    let mut kinds: BTreeMap<String, usize> = BTreeMap::new();
    for (kind, one, two) in pairs("duplicates") {
        let ([n1, e1, p1, c1], [n2, e2, p2, c2]) = (people[one.as_str()], people[two.as_str()]);
        assert_eq!(c1, c2);
        match kind.as_str() {
            "phone-typo" => assert!(e1.to_uppercase() == e2 && n1 == n2 && digits(p1) != digits(p2)),
            "initial-and-second-email" => assert!(digits(p1) == digits(p2) && e1 != e2),
            _ => assert!(digits(p1) == digits(p2) && n1 != n2, "{kind}: {n1} {n2}"),
        }
        *kinds.entry(kind).or_default() += 1;
    }
    println!("{kinds:?}, {} households", pairs("households").len());
    assert!(kinds.len() == 4 && kinds.values().all(|n| *n >= 20));
    let households = pairs("households");
    assert!(households.len() >= 40);
    for (_, one, two) in households {
        let ([n1, e1, p1, c1], [n2, e2, p2, c2]) = (people[one.as_str()], people[two.as_str()]);
        assert!(n1 != n2 && (e1.is_empty() || e1 != e2) && p1 == p2 && c1 == c2, "{one} {two}");
    }
}

#[test]
fn trouble_shows_in_the_answers() {
    let mut troubles: BTreeMap<&str, Vec<i32>> = BTreeMap::new();
    for s in SESSIONS.iter().filter(|s| s.count("payment") > 1 || s.count("delivery delayed") > 0) {
        troubles.entry(s.customer).or_default().push(s.day);
    }
    let tickets = MADE.table("tickets");
    for [who, topic, opened] in tickets.columns(["customer", "topic", "opened"]) {
        if topic == "late first delivery" {
            troubles.entry(who).or_default().push(day(opened));
        }
    }
    let remembered = told("voice/truth/remembered_days") as i32;
    let answers = MADE.table("surveys");
    let mut counts = [[0_usize; 3]; 2];
    for [who, date, kind, score] in answers.columns(["customer", "date", "kind", "score"]) {
        if kind != "nps" || who.is_empty() {
            continue;
        }
        let near = |d: &i32| (0..=remembered).contains(&(day(date) - d));
        let troubled = troubles.get(who).is_some_and(|days| days.iter().any(near));
        let group = match score.parse::<u8>() {
            Ok(9..=10) => 0,
            Ok(7..=8) => 1,
            Ok(0..=6) => 2,
            _ => panic!("{score}"),
        };
        counts[usize::from(troubled)][group] += 1;
    }
    for (state, count) in ["content", "troubled"].into_iter().zip(counts) {
        for (group, n) in ["promoters", "passives", "detractors"].into_iter().zip(count) {
            let truth = told(&format!("voice/truth/{state}/{group}")) / 100.0;
            check_share(&format!("{state} {group}"), n, count.iter().sum(), truth);
        }
    }
}

#[test]
fn the_festival_season_shows_in_sales_and_leaves_repeat_spend_alone() {
    let table = MADE.table("purchases");
    let season = |date: &str| matches!(&date[5..7], "10");
    let mut first: BTreeMap<&str, &str> = BTreeMap::new();
    let (mut counter, mut newcomers) = ([0.0, 0.0], [0.0, 0.0]);
    let mut repeat = [(0.0, 0.0, 0.0), (0.0, 0.0, 0.0)];
    for [customer, date, amount] in table.columns(["customer", "date", "amount"]) {
        // October against the rest of the year, in three whole years.
        if amount.starts_with('-') || &date[..4] == "2026" {
            continue;
        }
        let (at, days) = if season(date) { (1, 31.0 * 3.0) } else { (0, (365.0 - 31.0) * 3.0) };
        let spend: f64 = amount.parse().expect("a number");
        if customer.is_empty() {
            counter[at] += 1.0 / days;
        } else if *first.entry(customer).or_insert(date) == date {
            newcomers[at] += 1.0 / days;
        } else {
            let r = &mut repeat[at];
            *r =
                (r.0 + 1.0, r.1 + naata_math::ln(spend), r.2 + naata_math::ln(spend) * naata_math::ln(spend));
        }
    }
    println!("counter {counter:?}, newcomers {newcomers:?}");
    assert!(counter[1] > 1.3 * counter[0] && newcomers[1] > 1.2 * newcomers[0]);
    let moments = repeat.map(|(n, sum, squares)| (n, sum / n, squares / n - (sum / n) * (sum / n)));
    let difference = moments[1].1 - moments[0].1;
    // A customer's purchases share a mean; treating rows as independent would make the error too small, hence twice it.
    let error = 2.0 * (moments[0].2 / moments[0].0 + moments[1].2 / moments[1].0).sqrt();
    println!("difference of mean log spend {difference:.4} +- {error:.4}");
    assert!(difference.abs() < 4.0 * error);
}

#[test]
fn habits_show_in_the_baskets_and_nothing_else_goes_together() {
    let table = MADE.table("lines");
    let mut baskets: BTreeMap<&str, Vec<(&str, i64)>> = BTreeMap::new();
    let mut price: BTreeMap<&str, i64> = BTreeMap::new();
    for [order, item, quantity, amount] in table.columns(["order", "item", "quantity", "amount"]) {
        if !amount.starts_with('-') {
            baskets.entry(order).or_default().push((item, paise(amount)));
            if quantity == "1" {
                let most = price.entry(item).or_default();
                *most = paise(amount).max(*most);
            }
        }
    }
    // Places in a basket after which there is room for an item that is not in it yet: lines stand in the order in which
    // they were put in, and weighed goods take at least fifteen rupees.
    let next_is = |with: &str, of: &dyn Fn(&str) -> bool| {
        let (mut hits, mut cases) = (0, 0);
        for lines in baskets.values() {
            for (at, (item, _)) in lines.iter().enumerate().filter(|(_, l)| of(l.0)) {
                let (before, after) = lines.split_at(at + 1);
                let room = after.iter().map(|l| l.1).sum::<i64>() - 1_500;
                if *item != with && room >= price[with] && before.iter().all(|l| l.0 != with) {
                    cases += 1;
                    hits += usize::from(after.first().is_some_and(|l| l.0 == with));
                }
            }
        }
        (hits, cases)
    };
    let truth = MADE.truth();
    let habits =
        truth.pointer("/stories/together/truth").and_then(serde_json::Value::as_array).expect("habits");
    assert_eq!(habits.len(), 6);
    let habitual = |name: &str| habits.iter().any(|h| h["item"] == name);
    for habit in habits {
        let text = |key: &str| habit[key].as_str().expect("a name");
        let chance = habit["chance"].as_f64().expect("a chance");
        let (hits, of) = next_is(text("with"), &|name| name == text("item"));
        // Who has no habit today may still take the companion next, as after any other item.
        let (others, rest) = next_is(text("with"), &|name| !habitual(name));
        let by_itself = others as f64 / rest as f64;
        check_share(
            &format!("{} with {}", text("with"), text("item")),
            hits,
            of,
            chance + (1.0 - chance) * by_itself,
        );
    }
    // A pair without a habit: no more often after the one than after any other.
    let (hits, of) = next_is("Bath towel", &|name| name == "Jute door mat");
    let (others, rest) = next_is("Bath towel", &|name| !habitual(name));
    check_share("towels after mats", hits, of, others as f64 / rest as f64);
}
