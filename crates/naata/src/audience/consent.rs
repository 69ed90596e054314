//! Whom a business may write to, for which purpose, on which channel.
//!
//! # Formula
//! For each purpose and scope (one channel, or all) the latest change up to the end of the day one stands on counts; of
//! two at one instant the refusal. A channel is allowed when its own scope or that for all channels grants it, and
//! neither refuses: a standing objection wins over any consent, also a later one of another scope. Where nothing is
//! recorded nothing is allowed. An objection to `profiling` keeps someone out of every list made by segments.

use crate::Error;
use naata_core::{ConsentRow, Day, Symbol, Texts, Zone};
use naata_facts::{fold, nearest};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// A way to reach a customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Channel {
    /// E-mail.
    Email,
    /// Text message.
    Sms,
    /// WhatsApp.
    Whatsapp,
    /// A call.
    Phone,
    /// A letter.
    Post,
}

impl Channel {
    /// All, in the order in which they are tried.
    pub const ALL: [Self; 5] = [Self::Whatsapp, Self::Email, Self::Sms, Self::Phone, Self::Post];

    /// The name on the command line and in results.
    pub fn name(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Sms => "sms",
            Self::Whatsapp => "whatsapp",
            Self::Phone => "phone",
            Self::Post => "post",
        }
    }

    /// The channel of a word in exports.
    pub fn parse(word: &str) -> Option<Self> {
        Some(match fold(word).as_str() {
            "email" | "e-mail" | "mail" => Self::Email,
            "sms" | "text" | "text message" => Self::Sms,
            "whatsapp" | "whats app" => Self::Whatsapp,
            "phone" | "call" | "telephone" | "voice" => Self::Phone,
            "post" | "letter" | "postal" => Self::Post,
            _ => return None,
        })
    }
}

/// What one customer allows for one purpose.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Allowed {
    /// Channels that are allowed.
    pub(super) channels: Vec<Channel>,
    /// Whether any change of consent for the purpose refuses a channel that was asked for.
    pub(super) objected: bool,
    /// Whether an objection to profiling stands.
    pub(super) profiling_objected: bool,
}

/// The scope of a change: one channel, all, or one that is not known here.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Scope {
    All,
    One(Channel),
    Other(Symbol),
}

/// Refuses a purpose that no consent names when one that is named looks much like it: a slip of the pen would say of
/// everybody that they gave no consent.
pub(super) fn check_purpose(changes: &[ConsentRow], purpose: &str, texts: &Texts) -> Result<(), Error> {
    let named: BTreeSet<&str> = changes.iter().filter_map(|r| texts.get(r.purpose)).collect();
    if named.iter().any(|n| fold(n) == fold(purpose)) {
        return Ok(());
    }
    let Some(near) = nearest(purpose, named.iter().copied()) else { return Ok(()) };
    Err(Error::UnknownPurpose { purpose: purpose.into(), suggestion: near.into() })
}

/// What a customer allows for a purpose on some channels, from their changes in any order.
pub(super) fn allowed(
    changes: &[ConsentRow],
    purpose: &str,
    channels: &[Channel],
    texts: &Texts,
    zone: Zone,
    as_of: Day,
) -> Allowed {
    let purpose = fold(purpose);
    let known = |r: &&ConsentRow| zone.local(r.at).is_some_and(|(day, _)| day <= as_of);
    let mut latest: BTreeMap<(bool, Scope), (i64, bool)> = BTreeMap::new();
    for r in changes.iter().filter(known) {
        let of = texts.get(r.purpose).map(fold).unwrap_or_default();
        let profiling = of == "profiling";
        let scope = match r.channel.some().and_then(|s| texts.get(s)).map(str::trim) {
            None | Some("") => Scope::All,
            Some(word) if matches!(fold(word).as_str(), "all" | "any" | "*") => Scope::All,
            Some(word) => Channel::parse(word).map_or(Scope::Other(r.channel), Scope::One),
        };
        // `true` for refused sorts behind granted, so that of two at one instant the refusal stands.
        let change = (r.at.0, !r.granted);
        let mut note = |profiling: bool| {
            let slot = latest.entry((profiling, scope)).or_insert(change);
            *slot = change.max(*slot);
        };
        if profiling {
            note(true);
        }
        if of == purpose {
            note(false);
        }
    }
    let refused = |scope: Scope| latest.get(&(false, scope)).is_some_and(|(_, refused)| *refused);
    let granted = |scope: Scope| latest.get(&(false, scope)).is_some_and(|(_, refused)| !*refused);
    let may = |c: &Channel| {
        (granted(Scope::One(*c)) || granted(Scope::All)) && !refused(Scope::One(*c)) && !refused(Scope::All)
    };
    Allowed {
        channels: channels.iter().copied().filter(may).collect(),
        objected: refused(Scope::All) || channels.iter().any(|c| refused(Scope::One(*c))),
        profiling_objected: latest.iter().any(|((profiling, _), (_, refused))| *profiling && *refused),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use naata_core::{CustomerIx, Instant, Symbols};

    #[test]
    fn a_purpose_with_a_slip_of_the_pen_is_refused_and_another_one_is_not() {
        let mut symbols = Symbols::default();
        let marketing = symbols.intern("Marketing").unwrap();
        let texts = symbols.seal().0;
        let row = ConsentRow {
            who: CustomerIx(0),
            at: Instant(0),
            purpose: marketing,
            channel: Symbol::NONE,
            granted: true,
            source: Symbol::NONE,
        };
        let check = |rows: &[ConsentRow], purpose| check_purpose(rows, purpose, &texts).map_err(|e| e.code());
        assert_eq!(check(&[row], "marketing"), Ok(()));
        assert_eq!(check(&[row], "marketting"), Err("naata.unknown_purpose"));
        assert_eq!((check(&[row], "surveys"), check(&[], "marketting")), (Ok(()), Ok(())));
    }

    #[test]
    fn the_latest_counts_and_an_objection_wins() {
        let mut symbols = Symbols::default();
        let numbers: Vec<Symbol> =
            ["Marketing", "profiling", "email", "call"].iter().map(|t| symbols.intern(t).unwrap()).collect();
        let (texts, to) = symbols.seal();
        let s = |i: usize| to[numbers[i].0 as usize];
        let row = |day: i64, purpose: usize, channel: Option<usize>, granted: bool| ConsentRow {
            who: CustomerIx(0),
            at: Instant(day * Instant::DAY),
            purpose: s(purpose),
            channel: channel.map_or(Symbol::NONE, s),
            granted,
            source: Symbol::NONE,
        };
        let may = |rows: &[ConsentRow]| {
            let a = allowed(rows, "marketing", &[Channel::Email, Channel::Phone], &texts, Zone::UTC, Day(10));
            (a.channels, a.objected, a.profiling_objected)
        };
        let (email, phone) = (Channel::Email, Channel::Phone);
        assert_eq!(may(&[]), (vec![], false, false));
        assert_eq!(may(&[row(1, 0, Some(2), true)]), (vec![email], false, false));
        assert_eq!(may(&[row(1, 0, None, true)]), (vec![email, phone], false, false));
        assert_eq!(may(&[row(1, 0, None, true), row(2, 0, Some(3), false)]), (vec![email], true, false));
        // A general objection stands until it is itself taken back.
        assert_eq!(may(&[row(1, 0, None, false), row(2, 0, Some(2), true)]).0, vec![]);
        assert_eq!(may(&[row(1, 0, None, false), row(2, 0, None, true)]).0, vec![email, phone]);
        // Of two at one instant the refusal; what comes later than the day is not known.
        assert_eq!(may(&[row(1, 0, Some(2), true), row(1, 0, Some(2), false)]).0, vec![]);
        assert_eq!(may(&[row(1, 0, Some(2), true), row(11, 0, Some(2), false)]).0, vec![email]);
        assert!(may(&[row(1, 0, None, true), row(2, 1, None, false)]).2);
        assert!(!may(&[row(1, 1, None, false), row(2, 1, None, true)]).2);
    }
}
