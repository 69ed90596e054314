//! Audiences: a segment as a list one may write to. The only place that gives out contact points.
//!
//! # Formula
//! Every customer comes to exactly one end, tried in this order: not in a segment; membership not known; objected
//! (to profiling, or to the purpose on every channel asked for); no consent; no way to reach them on an allowed
//! channel; contacted lately; held out; beyond the limit; listed. The ends add up to all customers.
//!
//! Of several segments a customer is listed once: for the one of the highest priority, of equal ones the first asked
//! for. With weights it is the one whose weight x value is the highest, and the list is ranked by that product; a value
//! is the customer's and the same in all their segments, so that the greatest weight decides, and between equal weights
//! the order above, which is counted as a tie. Without weights the list is ranked by expected value (the fact `metrics.clv.clv`), or by what was paid so far where that cannot
//! be worked out, equal ones by id; nobody's value is taken from two sources. With a limit the list ends with the last
//! customer it allows, and the control group holds those held out above that place.
//!
//! Held out is who has `hash(seed, campaign, id) / 2^64 < share`: stable over runs, under new customers and any row
//! order, and another group for another campaign. Whether someone is held out depends on nothing else.
//!
//! # Source
//! Keyed hashing as assignment: Steele, Lea and Flood, 2014 (the mixing function).

mod consent;
mod receipt;

pub use consent::Channel;
pub use receipt::{Definition, Receipt, Treated};

use crate::{Error, Need, Session};
use naata_core::{CustomerIx, CustomerRow, Day, IdHash, Minor, MoneyUnit, Symbol, TableKind};
use naata_customers::Profiles;
use naata_facts::rules::PREFIX;
use naata_facts::{Column, Span, fold};
use naata_math::keyed_hash;
use std::collections::BTreeMap;

/// What an audience is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AudienceRequest {
    /// Names of segments of the rules, or a fact and its value such as `segments.rfm.segment=At Risk`.
    pub segments: Vec<String>,
    /// What the contact is for, as the consents call it.
    pub purpose: String,
    /// Channels that may be used, in order of preference; all when empty.
    pub channels: Vec<Channel>,
    /// Leave out who was sent something within so long.
    pub exclude_contacted: Option<Span>,
    /// The most customers to list.
    pub most: Option<u64>,
    /// The share to hold out, in millionths.
    pub holdout_millionths: u32,
    /// The campaign; with the seed the key of the draw.
    pub campaign: String,
    /// The seed of the draw.
    pub seed: u64,
    /// Weights of segments by name, in millionths: what serving someone in this one is worth against the others. A
    /// segment without one has the weight 1; without any weights the order of precedence decides alone.
    pub weights: Vec<(String, u64)>,
}

/// The weight 1 in millionths.
const ONE: u64 = 1_000_000;

/// Where a customer comes to an end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum End {
    /// On the list.
    Listed,
    /// Held out, to measure by.
    Control,
    /// Beyond the limit.
    BeyondLimit,
    /// Sent something lately.
    Contacted,
    /// Not to be reached on an allowed channel.
    Unreachable,
    /// Without consent.
    NoConsent,
    /// Objected.
    Objected,
    /// Not known whether they belong.
    Unknown,
    /// In none of the segments.
    Outside,
}

impl End {
    /// The names used in results, in the order of the variants.
    pub const NAMES: [&'static str; 9] = [
        "listed",
        "control",
        "beyond_limit",
        "contacted_recently",
        "unreachable",
        "no_consent",
        "objected",
        "unknown",
        "outside",
    ];

    /// The name used in results.
    pub fn name(self) -> &'static str {
        Self::NAMES.get(self as usize).copied().unwrap_or_default()
    }
}

/// What the list is ranked by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RankedBy {
    /// Expected value.
    Clv,
    /// What was paid so far.
    Spend,
    /// Nothing: there are no purchases.
    Nothing,
}

impl RankedBy {
    /// The names used in results, in the order of the variants.
    pub const NAMES: [&'static str; 3] = ["clv", "spend", "none"];

    /// The name used in results.
    pub fn name(self) -> &'static str {
        Self::NAMES.get(self as usize).copied().unwrap_or_default()
    }
}

/// One customer to be contacted.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Contact {
    /// The customer.
    pub customer: CustomerIx,
    /// The position of the segment they are listed for.
    pub segment: u16,
    /// What they are ranked by.
    pub value: Option<Minor>,
    /// The language they asked for.
    pub language: Option<Box<str>>,
    /// Channels they allow and can be reached on, the preferred first.
    pub channels: Vec<Channel>,
    /// Where to reach them on the first.
    pub contact: Box<str>,
}

/// A segment of an audience.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct AudienceSegment {
    /// The name asked for.
    pub name: String,
    /// Why someone is in it, as its owner would say it.
    pub reason: String,
    /// What to do, where the rules say so.
    pub action: Option<String>,
    /// Its rules as text.
    pub definition: String,
    /// The higher is served first.
    pub priority: i64,
    /// Its weight in millionths.
    pub weight_millionths: u64,
}

/// A list one may write to, its control group, and what became of everyone else.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Audience {
    /// The day one stands on.
    pub as_of: Day,
    /// What was asked for.
    pub request: AudienceRequest,
    /// The segments, in order of precedence.
    pub segments: Vec<AudienceSegment>,
    /// What the list is ranked by.
    pub ranked_by: RankedBy,
    /// The unit of values.
    pub unit: MoneyUnit,
    /// The list, best first.
    pub list: Vec<Contact>,
    /// Those held out, in id order, with the position of their segment.
    pub control: Vec<(CustomerIx, u16)>,
    /// Where each customer came to an end.
    pub ends: Vec<End>,
    /// Customers of the list and the control group for whom two segments weigh alike; `None` without weights.
    pub ties: Option<u64>,
}

/// Makes an audience.
pub fn audience(session: &mut Session<'_>, request: &AudienceRequest) -> Result<Audience, Error> {
    let base = session.base();
    let (as_of, zone) = (session.context().as_of, session.context().zone);
    let absent = |kind| Error::Missing { key: "audience", needs: vec![Need::Table(kind)] };
    let Some(consents) = &base.consents else { return Err(absent(TableKind::Consents)) };
    let Some(rows) = &base.customers else { return Err(absent(TableKind::Customers)) };
    if request.exclude_contacted.is_some() && base.campaigns.is_none() {
        return Err(absent(TableKind::Campaigns));
    }
    consent::check_purpose(consents.rows(), &request.purpose, &base.texts)?;
    let (mut segments, mut members) = (Vec::new(), Vec::new());
    for name in &request.segments {
        let (segment, member) = segment(session, name)?;
        segments.push(segment);
        members.push(member);
    }
    for (name, weight) in &request.weights {
        let Some(segment) = segments.iter_mut().find(|s: &&mut AudienceSegment| s.name == *name) else {
            let suggestion = naata_facts::nearest(name, request.segments.iter().map(String::as_str));
            let suggestion = suggestion.map(str::to_string);
            return Err(naata_facts::Error::Segment { name: name.clone(), suggestion }.into());
        };
        segment.weight_millionths = *weight;
    }
    let weighed = !request.weights.is_empty();
    let weight = |i: usize| segments.get(i).map_or(ONE, |s: &AudienceSegment| s.weight_millionths);
    // The order of precedence: weight, then priority, then the order asked for.
    let mut order: Vec<usize> = (0..segments.len()).collect();
    order.sort_by_key(|i| {
        std::cmp::Reverse((weight(*i), segments.get(*i).map_or(0, |s: &AudienceSegment| s.priority)))
    });
    let mut ties = 0;
    let (ranked_by, values) = values(session)?;

    let profiles = Profiles { rows, texts: &base.texts, unit: base.unit };
    let channels: &[Channel] = if request.channels.is_empty() { &Channel::ALL } else { &request.channels };
    let cap = request.exclude_contacted.map(|span| span.before(as_of));
    let n = base.ids.len();
    let mut ends = vec![End::Outside; n];
    let mut eligible: Vec<Contact> = Vec::new();
    for (who, end) in (0..).map(CustomerIx).zip(&mut ends) {
        let of =
            |i: &usize| members.get(*i).and_then(|m: &Vec<Option<bool>>| m.get(who.at()).copied()).flatten();
        let Some(mine) = order.iter().find(|i| of(i) == Some(true)) else {
            if order.iter().any(|i| of(i).is_none()) {
                *end = End::Unknown;
            }
            continue;
        };
        let may = consent::allowed(consents.of(who), &request.purpose, channels, &base.texts, zone, as_of);
        if may.profiling_objected || (may.channels.is_empty() && may.objected) {
            *end = End::Objected;
            continue;
        }
        if may.channels.is_empty() {
            *end = End::NoConsent;
            continue;
        }
        let own = profiles.one(who);
        let reach = |c: &Channel| Some((*c, point(own.as_ref()?, *c, &base.texts)?));
        let mut points: Vec<(Channel, Box<str>)> = may.channels.iter().filter_map(reach).collect();
        if points.is_empty() {
            *end = End::Unreachable;
            continue;
        }
        let sends = base.campaigns.as_ref().map(|c| c.of(who)).unwrap_or_default();
        if cap.is_some_and(|after| sends.iter().any(|s| !s.control && after < s.day && s.day <= as_of)) {
            *end = End::Contacted;
            continue;
        }
        let language = own.and_then(|o| o.language.some()).and_then(|s| base.texts.get(s)).map(Box::from);
        let channels = points.iter().map(|p| p.0).collect();
        let contact = points.swap_remove(0).1;
        let value = values.get(who.at()).copied().flatten();
        eligible.push(Contact { customer: who, segment: *mine as u16, value, language, channels, contact });
    }
    // Without a value nothing can be multiplied: such customers come last, as without weights.
    let product = |c: &Contact| Some(i128::from(c.value?.0) * i128::from(weight(usize::from(c.segment))));
    eligible.sort_by_key(|c| (std::cmp::Reverse(product(c)), c.customer));
    let (mut list, mut control) = (Vec::new(), Vec::new());
    for one in eligible {
        let full = request.most.is_some_and(|most| list.len() as u64 >= most);
        let id = base.ids.get(one.customer).unwrap_or_default();
        let end = if full {
            End::BeyondLimit
        } else if held_out(request, id) {
            End::Control
        } else {
            End::Listed
        };
        if let Some(slot) = ends.get_mut(one.customer.at()) {
            *slot = end;
        }
        if matches!(end, End::Listed | End::Control) {
            let mine = usize::from(one.segment);
            let member = |i: usize| members.get(i).and_then(|m| m.get(one.customer.at()).copied()).flatten();
            let equal = (0..segments.len()).filter(|i| *i != mine && weight(*i) == weight(mine));
            ties += u64::from(equal.into_iter().any(|i| member(i) == Some(true)));
        }
        match end {
            End::Control => control.push((one.customer, one.segment)),
            End::Listed => list.push(one),
            _ => {}
        }
    }
    control.sort_unstable();
    let unit = base.unit;
    let ties = weighed.then_some(ties);
    Ok(Audience { as_of, request: request.clone(), segments, ranked_by, unit, list, control, ends, ties })
}

/// Whether a customer is held out.
fn held_out(request: &AudienceRequest, id: &str) -> bool {
    let hash = keyed_hash(request.seed, &request.campaign, IdHash::of(id).number());
    // The hash as a share in millionths, without a float between.
    (u128::from(hash) * 1_000_000) >> 64 < u128::from(request.holdout_millionths)
}

/// A segment and who is in it.
fn segment(session: &mut Session<'_>, name: &str) -> Result<(AudienceSegment, Vec<Option<bool>>), Error> {
    if let Some((fact, value)) = name.split_once('=') {
        let (fact, value) = (fact.trim(), value.trim());
        let Column::Class { names, of } = session.facts(&[fact])?.column(fact)? else {
            let asked = "a name";
            let holds = session.facts(&[fact])?.column(fact)?.kind();
            return Err(naata_facts::Error::Kind { fact: fact.into(), holds, asked }.into());
        };
        let is: Vec<bool> = names.iter().map(|n| fold(n) == fold(value)).collect();
        let member = of.iter().map(|c| is.get(c.as_ref().copied()? as usize).copied()).collect();
        if !is.contains(&true) {
            let suggestion = naata_facts::nearest(value, names.iter().map(|n| &**n)).map(str::to_string);
            return Err(naata_facts::Error::Segment { name: value.into(), suggestion }.into());
        }
        let segment = AudienceSegment {
            name: name.into(),
            reason: value.into(),
            action: None,
            definition: format!("{fact} = {value}"),
            priority: 0,
            weight_millionths: ONE,
        };
        return Ok((segment, member));
    }
    let base = session.base();
    let Some(rules) = &base.rules else {
        return Err(Error::Missing { key: "audience", needs: vec![Need::Rules] });
    };
    let one = rules.segment(name)?;
    let fact = format!("{PREFIX}{name}");
    let member = match session.facts(&[&fact])?.column(&fact)? {
        Column::Flag(member) => member.clone(),
        _ => Vec::new(),
    };
    let segment = AudienceSegment {
        name: name.into(),
        reason: one.title.clone().unwrap_or_else(|| name.into()),
        action: one.action.clone(),
        definition: rules.definition(name),
        priority: one.priority,
        weight_millionths: ONE,
    };
    Ok((segment, member))
}

/// What customers are ranked by: expected value where it can be worked out, else what they paid.
fn values(session: &mut Session<'_>) -> Result<(RankedBy, Vec<Option<Minor>>), Error> {
    const CLV: &str = "metrics.clv.clv";
    if let Ok(facts) = session.facts(&[CLV])
        && let Ok(Column::Money(values, _)) = facts.column(CLV)
        && values.iter().any(Option::is_some)
    {
        return Ok((RankedBy::Clv, values.clone()));
    }
    let Some(summaries) = session.summaries() else { return Ok((RankedBy::Nothing, Vec::new())) };
    let paid = summaries.iter().map(|s| s.net().map(|net| s.is_buyer().then_some(net)));
    Ok((RankedBy::Spend, paid.collect::<Result<_, _>>()?))
}

/// Where a customer is reached on a channel; `None` when nothing is recorded.
fn point(own: &CustomerRow, channel: Channel, texts: &naata_core::Texts) -> Option<Box<str>> {
    let text = |s: Symbol| s.some().and_then(|s| texts.get(s)).map(str::trim).filter(|t| !t.is_empty());
    match channel {
        Channel::Email => text(own.email).filter(|e| e.contains('@')).map(Into::into),
        Channel::Sms | Channel::Whatsapp | Channel::Phone => text(own.phone).map(Into::into),
        Channel::Post => {
            let (name, city) = (text(own.name)?, text(own.city)?);
            let town = text(own.postcode).map_or_else(|| city.to_string(), |code| format!("{city} {code}"));
            let parts = [Some(name), Some(&town), text(own.region), text(own.country)];
            Some(parts.into_iter().flatten().collect::<Vec<_>>().join(", ").into())
        }
    }
}

impl Audience {
    /// How many customers came to each end, in the order of [`End::NAMES`]; they add up to all.
    pub fn counts(&self) -> [u64; 9] {
        let mut counts = [0; 9];
        for end in &self.ends {
            if let Some(n) = counts.get_mut(*end as usize) {
                *n += 1;
            }
        }
        counts
    }

    /// The receipt that later measurement reads.
    pub fn receipt(&self, ids: &naata_core::Ids) -> Receipt {
        let id = |who: CustomerIx| ids.get(who).unwrap_or_default().to_string();
        let segment = |at: u16| self.segments.get(usize::from(at)).map_or("", |s| s.name.as_str());
        let mut treated: Vec<&Contact> = self.list.iter().collect();
        treated.sort_by_key(|c| c.customer);
        Receipt {
            schema: Receipt::SCHEMA.into(),
            campaign: self.request.campaign.clone(),
            seed: self.request.seed,
            as_of: self.as_of,
            purpose: self.request.purpose.clone(),
            segments: self
                .segments
                .iter()
                .map(|s| Definition {
                    name: s.name.clone(),
                    definition: s.definition.clone(),
                    digest: format!("{:016x}", IdHash::of(&s.definition).number()),
                    weight_millionths: self.ties.map(|_| s.weight_millionths),
                })
                .collect(),
            ranked_by: self.ranked_by.name().into(),
            holdout_millionths: self.request.holdout_millionths,
            customers: self.ends.len() as u64,
            counts: End::NAMES
                .iter()
                .map(|n| (*n).to_string())
                .zip(self.counts())
                .collect::<BTreeMap<_, _>>(),
            treated: treated
                .into_iter()
                .filter_map(|c| {
                    let channel = c.channels.first().copied()?;
                    Some(Treated { customer: id(c.customer), segment: segment(c.segment).into(), channel })
                })
                .collect(),
            control: self.control.iter().map(|(who, _)| id(*who)).collect(),
        }
    }
}

#[cfg(test)]
mod tests;
