//! What happens in a programme: purchases, returns, redemptions, corrections.
//!
//! An event is read from a flat record with the field names of programme exports (`id`, `at`, `type`, `member`,
//! `order`, `net`, `points` ...); a field that its type does not have is refused, so nothing is silently ignored.

use crate::Error;
use chrono::{DateTime, FixedOffset};
use naata_core::Instant;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "EventRecord", into = "EventRecord")]
pub struct Event {
    /// Its id: the same id delivered again counts once.
    pub id: String,
    /// When it took effect.
    pub at: Instant,
    /// When it arrived, where that differs. Events are replayed by `at`, whenever they arrived.
    pub recorded_at: Option<Instant>,
    /// The member; `None` for a sale without one.
    pub member: Option<String>,
    /// What happened.
    pub kind: EventKind,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EventKind {
    /// A member bought something.
    Purchase {
        /// The order; the same order delivered again counts once.
        order: Option<String>,
        /// The amount that earns, in the programme's currency.
        net: Decimal,
        /// Its lines.
        lines: Vec<EventLine>,
    },
    /// A member returned all or a part of an order.
    Return {
        /// The order.
        order: Option<String>,
        /// The amount refunded, as a positive number.
        net: Decimal,
        /// The lines returned.
        lines: Vec<EventLine>,
    },
    /// A member spent points.
    Redeem {
        /// How many.
        points: Decimal,
        /// The order they were spent on.
        order: Option<String>,
    },
    /// Someone corrected a balance.
    Adjust {
        /// By how many points, up or down.
        points: Decimal,
        /// Why.
        reason: Option<String>,
        /// Who.
        actor: Option<String>,
    },
    /// Points given without a purchase: a gift, an opening balance.
    Credit {
        /// How many.
        points: Decimal,
        /// Why.
        reason: Option<String>,
        /// Who.
        actor: Option<String>,
    },
    /// Nothing but time passing.
    Tick,
}

/// A line of an order, kept to tell a repeated delivery from another order; no rule reads it yet.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EventLine {
    /// The item.
    pub sku: String,
    /// How many.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub qty: Option<u32>,
    /// The amount of the line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub net: Option<Decimal>,
    /// What kind of line it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
}

impl Event {
    /// The order events of one instant are replayed in: what gives points before what takes them, so that a return
    /// finds its order and a redemption the points of the same till receipt.
    pub(crate) fn rank(&self) -> u8 {
        match self.kind {
            EventKind::Tick => 0,
            EventKind::Purchase { .. } => 1,
            EventKind::Credit { .. } => 2,
            EventKind::Adjust { .. } => 3,
            EventKind::Return { .. } => 4,
            EventKind::Redeem { .. } => 5,
        }
    }

    /// Whether another event says the same; id and time are no content.
    pub(crate) fn same_content(&self, other: &Self) -> bool {
        self.member == other.member && self.kind == other.kind
    }
}

/// The flat form of an event, one column a field.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct EventRecord {
    /// The event's id.
    pub id: String,
    /// When it took effect, with its offset.
    pub at: Option<DateTime<FixedOffset>>,
    /// When it arrived.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recorded_at: Option<DateTime<FixedOffset>>,
    /// `purchase`, `return`, `redeem`, `adjust`, `credit` or `tick`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The member.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub member: Option<String>,
    /// The order.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order: Option<String>,
    /// The amount that earns.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub net: Option<Decimal>,
    /// The lines.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub lines: Vec<EventLine>,
    /// The amount before discounts, for the reader's information: rules read `net`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gross: Option<Decimal>,
    /// The discount, for the reader's information.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub discount: Option<Decimal>,
    /// The tax, for the reader's information.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tax: Option<Decimal>,
    /// The points.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub points: Option<Decimal>,
    /// The reason.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Who acted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actor: Option<String>,
}

impl EventRecord {
    /// The first field that is stated though its type has no use for it.
    fn stray(&self, allowed: &[&str]) -> Option<&'static str> {
        let stated = [
            ("order", self.order.is_some()),
            ("net", self.net.is_some()),
            ("lines", !self.lines.is_empty()),
            ("gross", self.gross.is_some()),
            ("discount", self.discount.is_some()),
            ("tax", self.tax.is_some()),
            ("points", self.points.is_some()),
            ("reason", self.reason.is_some()),
            ("actor", self.actor.is_some()),
        ];
        stated.into_iter().find(|(name, is)| *is && !allowed.contains(name)).map(|(name, _)| name)
    }
}

impl TryFrom<EventRecord> for Event {
    type Error = Error;

    fn try_from(r: EventRecord) -> Result<Self, Error> {
        let wrong = |why: String| Error::Event { event: r.id.clone(), why };
        if r.id.trim().is_empty() {
            return Err(wrong("its id is blank".into()));
        }
        let at = r.at.ok_or_else(|| wrong("it has no 'at'".into()))?;
        let allowed: &[&str] = match r.kind.as_str() {
            "purchase" => &["order", "net", "lines", "gross", "discount", "tax"],
            "return" => &["order", "net", "lines"],
            "redeem" => &["points", "order"],
            "adjust" | "credit" => &["points", "reason", "actor"],
            "tick" => &[],
            other => {
                return Err(wrong(format!(
                    "its type '{other}' is not one of purchase, return, redeem, adjust, credit, tick"
                )));
            }
        };
        if let Some(field) = r.stray(allowed) {
            return Err(wrong(format!("the field '{field}' has no meaning in a {}", r.kind)));
        }
        let net = || r.net.ok_or_else(|| wrong(format!("a {} needs 'net'", r.kind)));
        let points = || r.points.ok_or_else(|| wrong(format!("a {} needs 'points'", r.kind)));
        let kind = match r.kind.as_str() {
            "purchase" => EventKind::Purchase { net: net()?, order: r.order, lines: r.lines },
            "return" => EventKind::Return { net: net()?, order: r.order, lines: r.lines },
            "redeem" => EventKind::Redeem { points: points()?, order: r.order },
            "adjust" => EventKind::Adjust { points: points()?, reason: r.reason, actor: r.actor },
            "credit" => EventKind::Credit { points: points()?, reason: r.reason, actor: r.actor },
            _ => EventKind::Tick,
        };
        let member = r.member.filter(|m| !m.trim().is_empty());
        let recorded_at = r.recorded_at.map(Instant::from);
        Ok(Self { id: r.id, at: Instant::from(at), recorded_at, member, kind })
    }
}

impl From<Event> for EventRecord {
    fn from(e: Event) -> Self {
        let utc = |at: Instant| at.utc().map(|t| t.fixed_offset());
        let r = Self {
            id: e.id,
            at: utc(e.at),
            recorded_at: e.recorded_at.and_then(utc),
            member: e.member,
            ..Self::default()
        };
        let kind = |kind: &str| kind.to_string();
        match e.kind {
            EventKind::Purchase { order, net, lines } => {
                Self { kind: kind("purchase"), order, net: Some(net), lines, ..r }
            }
            EventKind::Return { order, net, lines } => {
                Self { kind: kind("return"), order, net: Some(net), lines, ..r }
            }
            EventKind::Redeem { points, order } => {
                Self { kind: kind("redeem"), points: Some(points), order, ..r }
            }
            EventKind::Adjust { points, reason, actor } => {
                Self { kind: kind("adjust"), points: Some(points), reason, actor, ..r }
            }
            EventKind::Credit { points, reason, actor } => {
                Self { kind: kind("credit"), points: Some(points), reason, actor, ..r }
            }
            EventKind::Tick => Self { kind: kind("tick"), ..r },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Result<Event, String> {
        serde_json::from_str(json).map_err(|e| e.to_string())
    }

    #[test]
    fn a_record_becomes_an_event_and_back() {
        let text = r#"{"id":"e1","at":"2026-01-05T10:00:00+05:30","type":"purchase","member":"m1","order":"o1","net":"7.00","lines":[]}"#;
        let event = read(text).unwrap();
        assert_eq!(event.at.to_string(), "2026-01-05T04:30:00Z");
        let again = serde_json::to_string(&event).unwrap();
        assert_eq!(read(&again).unwrap(), event);
    }

    #[test]
    fn what_a_type_does_not_have_is_refused() {
        let at = r#""id":"e","at":"2026-01-05T10:00:00Z","member":"m""#;
        for (rest, named) in [
            (r#""type":"purchase""#, "net"),
            (r#""type":"purchase","net":"1","points":"3""#, "points"),
            (r#""type":"credit","points":"1","expires_at":"2027-01-01T00:00:00Z""#, "expires_at"),
            (r#""type":"redeem_cancel""#, "redeem_cancel"),
            (r#""type":"tick","order":"o""#, "order"),
        ] {
            let told = read(&format!("{{{at},{rest}}}")).unwrap_err();
            assert!(told.contains(named), "{rest}: {told}");
        }
        assert!(
            read(r#"{"id":"","at":"2026-01-05T10:00:00Z","type":"tick"}"#).unwrap_err().contains("blank")
        );
        assert!(read(r#"{"id":"e","type":"tick"}"#).unwrap_err().contains("'at'"));
    }

    #[test]
    fn a_blank_member_is_no_member() {
        let e = read(r#"{"id":"e","at":"2026-01-05T10:00:00Z","type":"purchase","member":" ","net":"1"}"#);
        assert_eq!(e.unwrap().member, None);
    }
}
