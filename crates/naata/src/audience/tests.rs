//! Audiences over small bases: who may be on a list, who is held out, and that everyone is counted.

use super::*;
use crate::Base;
use naata_core::records::{CampaignSend, Consent, Customer};
use naata_core::{ConsentRow, Context, Currency, Histories, Intake, Part, SendRow, Zone};
use naata_facts::rules::Rules;
use proptest::prelude::*;

const AS_OF: Day = Day(20_000);

/// A customer: city known or not, email or not, consent changes (day ago, channel, granted), last send ago.
#[derive(Clone, Debug)]
struct One {
    id: u32,
    city: u8,
    email: bool,
    changes: Vec<(i32, u8, bool)>,
    sent: Option<i32>,
}

fn base(all: &[One]) -> Base {
    let mut part = Part::new(MoneyUnit::of(Currency::INR), Zone::UTC);
    let day = |ago: i32| Day(AS_OF.0 - ago).date().unwrap();
    for one in all {
        let id = format!("c{:03}", one.id);
        part.customer(&Customer {
            id: id.clone(),
            city: [None, Some("Pune"), Some("Agra")][usize::from(one.city % 3)].map(Into::into),
            email: one.email.then(|| format!("{id}@example.org")),
            ..Customer::default()
        })
        .unwrap();
        for (ago, channel, granted) in &one.changes {
            let at = day(*ago).and_hms_opt(10, 0, 0).unwrap().and_utc().fixed_offset();
            part.consent(&Consent {
                customer: id.clone(),
                at,
                purpose: if *channel == 3 { "profiling" } else { "marketing" }.into(),
                channel: [None, Some("email"), Some("sms"), None][usize::from(*channel)].map(Into::into),
                granted: *granted,
                source: None,
            })
            .unwrap();
        }
        if let Some(ago) = one.sent {
            part.send(&CampaignSend {
                campaign: "x".into(),
                customer: id,
                day: day(ago),
                channel: None,
                control: false,
                opened: None,
                clicked: None,
            })
            .unwrap();
        }
    }
    let rules = Rules::parse(
        "[[segment]]\nname = 'pune'\nwhen = { fact = 'customers.city', is = 'pune' }\n\
         [[segment]]\nname = 'placed'\npriority = 5\nwhen = { fact = 'customers.city', missing = false }",
        &crate::known_facts(),
    );
    let mut base = Base::seal(part, Intake::default()).unwrap().with_rules(rules.unwrap());
    // An empty table is not an absent one.
    let n = base.ids.len();
    base.consents = base.consents.or_else(|| Histories::group(n, &[], |r: &ConsentRow| r.at).ok());
    base.customers = base.customers.or_else(|| Histories::group(n, &[], |r: &CustomerRow| r.created).ok());
    base.campaigns = base.campaigns.or_else(|| Histories::group(n, &[], |r: &SendRow| r.day).ok());
    base
}

fn request(segments: &[&str]) -> AudienceRequest {
    AudienceRequest {
        segments: segments.iter().map(|s| (*s).to_string()).collect(),
        purpose: "marketing".into(),
        channels: vec![Channel::Email],
        exclude_contacted: Some(Span::days(7)),
        most: None,
        holdout_millionths: 300_000,
        campaign: "diwali".into(),
        seed: 1,
        weights: Vec::new(),
    }
}

fn ask(base: &Base, request: &AudienceRequest) -> Audience {
    let mut session = Session::new(base, Context::at(AS_OF)).unwrap();
    audience(&mut session, request).unwrap()
}

fn one() -> impl Strategy<Value = One> {
    let changes = prop::collection::vec((-3i32..40, 0u8..4, any::<bool>()), 0..5);
    (0u32..200, 0u8..3, any::<bool>(), changes, prop::option::of(0i32..20))
        .prop_map(|(id, city, email, changes, sent)| One { id, city, email, changes, sent })
}

fn shop() -> impl Strategy<Value = Vec<One>> {
    prop::collection::vec(one(), 0..40).prop_map(|mut all| {
        all.sort_by_key(|o| o.id);
        all.dedup_by_key(|o| o.id);
        all
    })
}

proptest! {
    #[test]
    fn nobody_without_consent_is_ever_on_a_list(all in shop()) {
        let base = base(&all);
        let found = ask(&base, &request(&["pune", "placed"]));
        let latest = |one: &One, of: u8| {
            // The last change of a scope up to the day; of two at one time the refusal.
            let known = one.changes.iter().filter(|(ago, channel, _)| *ago >= 0 && *channel == of);
            known.min_by_key(|(ago, _, granted)| (*ago, *granted)).map(|(_, _, granted)| *granted)
        };
        let listed = found.list.iter().map(|c| c.customer).chain(found.control.iter().map(|c| c.0));
        for who in listed {
            let id = base.ids.get(who).unwrap();
            let one = all.iter().find(|o| format!("c{:03}", o.id) == id).unwrap();
            let (general, email) = (latest(one, 0), latest(one, 1));
            prop_assert!(general == Some(true) || email == Some(true), "{one:?}");
            prop_assert!(general != Some(false) && email != Some(false), "{one:?}");
            prop_assert!(latest(one, 3) != Some(false), "{one:?}");
            prop_assert!(one.email && one.sent.is_none_or(|ago| ago >= 7) && one.city % 3 != 0);
        }
    }

    #[test]
    fn everyone_is_counted_once(all in shop(), most in prop::option::of(0u64..20)) {
        let base = base(&all);
        let found = ask(&base, &AudienceRequest { most, ..request(&["pune"]) });
        prop_assert_eq!(found.counts().iter().sum::<u64>(), base.ids.len() as u64);
        prop_assert!(most.is_none_or(|most| found.list.len() as u64 <= most));
        let receipt = found.receipt(&base.ids);
        prop_assert!(receipt.is_sound());
        let text = serde_json::to_string(&receipt).unwrap();
        prop_assert_eq!(serde_json::from_str::<Receipt>(&text).unwrap(), receipt);
        prop_assert!(!text.contains("example.org"), "a receipt holds no contact point");
    }

    #[test]
    fn the_control_group_is_stable_under_new_customers_and_row_order(
        (all, shuffled) in shop().prop_flat_map(|all| (Just(all.clone()), Just(all).prop_shuffle())),
        new in shop(),
    ) {
        // Old customers have even numbers and new ones odd: the new stand among, before and behind the old.
        let even = |all: Vec<One>| -> Vec<One> { all.into_iter().map(|o| One { id: 2 * o.id, ..o }).collect() };
        let (all, shuffled) = (even(all), even(shuffled));
        let control = |all: &[One]| ask(&base(all), &request(&["placed"])).receipt(&base(all).ids).control;
        let before = control(&all);
        prop_assert_eq!(&before, &control(&shuffled));
        let mut more = all.clone();
        more.extend(new.into_iter().map(|o| One { id: 2 * o.id + 1, ..o }));
        let after = control(&more);
        let old = |id: &&String| id.trim_start_matches('c').parse::<u32>().is_ok_and(|n| n % 2 == 0);
        let kept: Vec<&String> = after.iter().filter(old).collect();
        prop_assert_eq!(kept, before.iter().collect::<Vec<_>>());
    }
}

fn many(n: u32) -> Vec<One> {
    (0..n).map(|id| One { id, city: 1, email: true, changes: vec![(1, 1, true)], sent: None }).collect()
}

#[test]
fn the_share_held_out_is_near_what_was_asked_and_another_for_another_campaign() {
    let base = base(&many(1_000));
    let of = |campaign: &str| {
        let request = AudienceRequest { campaign: campaign.into(), ..request(&["pune"]) };
        ask(&base, &request).receipt(&base.ids).control
    };
    let (a, b) = (of("diwali"), of("holi"));
    // 300 of 1,000 are expected; four standard deviations are 58.
    assert!((242..=358).contains(&a.len()) && (242..=358).contains(&b.len()), "{} {}", a.len(), b.len());
    let both = a.iter().filter(|id| b.contains(id)).count();
    assert!((52..=128).contains(&both), "the draws of two campaigns are unrelated: {both}");
}

#[test]
fn with_weights_the_greatest_product_decides_and_ties_are_counted() {
    let base = base(&many(4));
    let weigh = |weights: &[(&str, u64)]| {
        let weights = weights.iter().map(|(name, w)| ((*name).to_string(), *w)).collect();
        let asked = AudienceRequest { holdout_millionths: 0, weights, ..request(&["pune", "placed"]) };
        let mut session = Session::new(&base, Context::at(AS_OF)).unwrap();
        audience(&mut session, &asked)
    };
    let of = |found: &Audience| found.segments[usize::from(found.list[0].segment)].name.clone();
    // Without weights the priority of the second decides; a greater weight of the first overrules it.
    let plain = weigh(&[]).unwrap();
    assert_eq!((of(&plain).as_str(), plain.ties), ("placed", None));
    let first = weigh(&[("pune", 3_000_000)]).unwrap();
    assert_eq!((of(&first).as_str(), first.ties), ("pune", Some(0)));
    let even = weigh(&[("pune", 2_000_000), ("placed", 2_000_000)]).unwrap();
    assert_eq!((of(&even).as_str(), even.ties), ("placed", Some(4)));
    let receipt = even.receipt(&base.ids);
    assert!(receipt.is_sound() && receipt.segments.iter().all(|s| s.weight_millionths == Some(2_000_000)));
    let wrong = weigh(&[("puen", 1)]).unwrap_err();
    assert_eq!(wrong.to_string(), "find the segment 'puen'; did you mean 'pune'?");
}

#[test]
fn a_customer_in_several_segments_is_listed_for_the_most_urgent() {
    let base = base(&many(3));
    let found = ask(&base, &AudienceRequest { holdout_millionths: 0, ..request(&["pune", "placed"]) });
    assert_eq!(found.list.len(), 3);
    assert!(found.list.iter().all(|c| found.segments[usize::from(c.segment)].name == "placed"));
    assert_eq!(found.list[0].contact.as_ref(), "c000@example.org");
    assert_eq!(found.ranked_by, RankedBy::Nothing);
    let by_fact = ask(&base, &AudienceRequest { holdout_millionths: 0, ..request(&["customers.city=PUNE"]) });
    assert_eq!(by_fact.list.len(), 3);
    assert_eq!(by_fact.segments[0].definition, "customers.city = PUNE");
    let mut session = Session::new(&base, Context::at(AS_OF)).unwrap();
    let unknown = audience(&mut session, &request(&["puen"])).unwrap_err();
    assert_eq!(unknown.to_string(), "find the segment 'puen'; did you mean 'pune'?");
}
