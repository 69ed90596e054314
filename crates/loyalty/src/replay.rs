//! The replay: events in order of effect, each posted, refused with a reason, or recognised as known.
//!
//! # Formula
//! Events are put in order of `(at, kind, id, content)`; at one instant purchases, credits and corrections come before
//! returns and redemptions. Arrival order therefore never matters, and replaying the events up to an instant gives
//! exactly the first lines of replaying them all.
//!
//! Identity: an event id, and the order of a purchase, count once. A second delivery with equal content changes
//! nothing; one with other content is a conflict and changes nothing either.

use crate::lots::Lots;
use crate::{
    ClawbackMode, Entry, Error, Event, EventKind, Line, Lot, Overdraft, Points, Programme, Rounding,
    Shortfall, points::Exact,
};
use naata_core::{Index, Instant};
use rust_decimal::Decimal;
use std::sync::Arc;

/// The largest amount of one event; sums of amounts below it stay exact.
const MAX_NET: Decimal = Decimal::from_parts(0xA4C6_8000, 0x0003_8D7E, 0, false, 0); // 10^15
/// The most decimals an amount may have.
const MAX_SCALE: u32 = 9;

/// What became of an event.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// It was replayed. A purchase may still have earned nothing.
    Applied,
    /// It takes effect later than the replay goes.
    Later,
    /// It names no member.
    NoMember,
    /// The event `of` said the same already.
    Duplicate {
        /// The first event.
        of: Box<str>,
    },
    /// The event `of` has the same id or order and says something else.
    Conflict {
        /// The first event.
        of: Box<str>,
    },
    /// The member holds fewer points than are to be spent or taken.
    InsufficientPoints {
        /// What the member holds.
        available: Points,
        /// What was asked for.
        requested: Points,
    },
    /// No purchase is known that the return could belong to.
    ReturnWithoutOrder,
    /// The order belongs to another member.
    ReturnOfOtherMember {
        /// Whose order it is.
        member: Box<str>,
    },
    /// More was refunded than was left of the order; what was left is taken as returned.
    ReturnCut {
        /// The amount that was left.
        left: Decimal,
    },
    /// The amount or the points are not above zero, too large, or finer than the programme counts.
    Unusable,
}

impl Outcome {
    /// Whether the event took effect, be it cut.
    pub fn is_applied(&self) -> bool {
        matches!(self, Self::Applied | Self::ReturnCut { .. })
    }
}

/// One member's account.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Member {
    /// The member's id.
    pub id: Arc<str>,
    /// Points earned and given.
    pub earned: Points,
    /// Points spent.
    pub redeemed: Points,
    /// Points taken back by returns.
    pub reversed: Points,
    /// Corrections, up less down.
    pub adjusted: Points,
    /// Points returns claimed and could not get.
    pub unrecovered: Points,
    /// What the member holds; negative when returns took more than was left.
    pub balance: Points,
    /// The last purchase or redemption.
    pub last_activity: Option<Instant>,
    /// The lots in burn order, empty ones included.
    pub lots: Vec<Lot>,
}

/// Everything a replay gives.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Replay {
    /// The members an event applied to, in order of id.
    pub members: Vec<Member>,
    /// The ledger, in order of effect.
    pub lines: Vec<Line>,
    /// What became of each event, in the order the events were given.
    pub outcomes: Vec<Outcome>,
}

struct MemberState {
    id: Arc<str>,
    totals: Member,
    lots: Lots,
}

struct OrderState<'e> {
    event: &'e Event,
    net: Decimal,
    returned: Decimal,
    earned: Points,
    claimed: Points,
}

/// What is known under an id. Ids are numbered as they come, so that a million of them cost one table of numbers.
struct Known<T> {
    index: Index,
    values: Vec<Option<T>>,
}

impl<T> Default for Known<T> {
    fn default() -> Self {
        Self { index: Index::default(), values: Vec::new() }
    }
}

impl<T> Known<T> {
    /// The place of an id, empty while nothing is known under it.
    fn at(&mut self, id: &str) -> Result<&mut Option<T>, Error> {
        let place = self.index.intern(id)?.at();
        if place >= self.values.len() {
            self.values.resize_with(place + 1, || None);
        }
        self.values.get_mut(place).ok_or_else(|| naata_core::Error::TooManyIds.into())
    }
}

struct Engine<'p, 'e> {
    programme: &'p Programme,
    rules: Vec<Arc<str>>,
    clawback: Arc<str>,
    stated: Arc<str>,
    members: Known<MemberState>,
    orders: Known<OrderState<'e>>,
    seen: Known<&'e Event>,
    lines: Vec<Line>,
}

/// Replays events that take effect before `until` (all when `None`) under a programme.
///
/// ```
/// use naata_loyalty::{Event, Points, Programme, replay};
/// # let programme: Programme = serde_json::from_str(r#"{"currency":"INR","timezone":"Asia/Kolkata",
/// #   "earn":[{"id":"base","amount":{"type":"per_amount","points":"1","per":"100","partial":"whole_groups"}}]}"#).unwrap();
/// let event = |json: &str| serde_json::from_str::<Event>(json).unwrap();
/// let events = [
///     event(r#"{"id":"e1","at":"2026-01-05T10:00:00+05:30","type":"purchase","member":"Asha","order":"o1","net":"1250.00"}"#),
///     event(r#"{"id":"e2","at":"2026-01-07T10:00:00+05:30","type":"redeem","member":"Asha","points":"5"}"#),
/// ];
/// let done = replay(&programme, &events, None)?;
/// assert_eq!(done.members[0].balance, Points(7));
/// # Ok::<(), naata_loyalty::Error>(())
/// ```
pub fn replay(programme: &Programme, events: &[Event], until: Option<Instant>) -> Result<Replay, Error> {
    programme.check()?;
    let mut engine = Engine {
        programme,
        rules: programme.earn.iter().map(|r| Arc::from(r.id.as_str())).collect(),
        clawback: Arc::from(programme.clawback.mode.name()),
        stated: Arc::from("stated"),
        members: Known::default(),
        orders: Known::default(),
        seen: Known::default(),
        lines: Vec::new(),
    };
    let mut order: Vec<(&Event, usize)> = events.iter().zip(0..).collect();
    order.sort_by(|(a, _), (b, _)| {
        let key = |e: &Event| (e.at, e.rank());
        key(a).cmp(&key(b)).then_with(|| a.id.cmp(&b.id)).then_with(|| content_order(a, b))
    });
    let mut outcomes = vec![Outcome::Later; events.len()];
    for (event, position) in order {
        if until.is_some_and(|end| event.at >= end) {
            break;
        }
        let outcome = engine.apply(event)?;
        if let Some(slot) = outcomes.get_mut(position) {
            *slot = outcome;
        }
    }
    let members = engine.members.values.into_iter().flatten();
    let mut members: Vec<Member> = members.map(|m| Member { lots: m.lots.into_lots(), ..m.totals }).collect();
    members.sort_unstable_by(|a, b| a.id.cmp(&b.id));
    Ok(Replay { members, lines: engine.lines, outcomes })
}

/// An order of events that agree in time, kind and id: by what they say, so that it does not depend on arrival.
fn content_order(a: &Event, b: &Event) -> std::cmp::Ordering {
    fn figures(e: &Event) -> (Option<&String>, Option<&String>, Option<Decimal>) {
        let (order, number) = match &e.kind {
            EventKind::Purchase { order, net, .. } | EventKind::Return { order, net, .. } => {
                (order.as_ref(), Some(*net))
            }
            EventKind::Redeem { order, points } => (order.as_ref(), Some(*points)),
            EventKind::Adjust { points, reason, .. } | EventKind::Credit { points, reason, .. } => {
                (reason.as_ref(), Some(*points))
            }
            EventKind::Tick => (None, None),
        };
        (e.member.as_ref(), order, number)
    }
    // Debug text settles the rare rest (lines, actors); it is a total order of the content and nothing else.
    let rest = |e: &Event| format!("{:?}", e.kind);
    figures(a).cmp(&figures(b)).then_with(|| rest(a).cmp(&rest(b)))
}

impl<'e> Engine<'_, 'e> {
    fn apply(&mut self, event: &'e Event) -> Result<Outcome, Error> {
        if matches!(event.kind, EventKind::Tick) {
            return Ok(Outcome::Applied);
        }
        let seen = self.seen.at(&event.id)?;
        if let Some(first) = seen {
            return Ok(repeated(first, event));
        }
        *seen = Some(event);
        let Some(member) = event.member.as_deref() else { return Ok(Outcome::NoMember) };
        match &event.kind {
            EventKind::Purchase { order, net, .. } => self.purchase(event, member, order.as_deref(), *net),
            EventKind::Return { order, net, .. } => self.give_back(event, member, order.as_deref(), *net),
            EventKind::Redeem { points, .. } => self.redeem(event, member, *points),
            EventKind::Adjust { points, .. } => self.adjust(event, member, *points),
            EventKind::Credit { points, .. } => self.credit(event, member, *points),
            EventKind::Tick => Ok(Outcome::Applied),
        }
    }

    fn purchase(
        &mut self,
        event: &'e Event,
        member: &str,
        order: Option<&str>,
        net: Decimal,
    ) -> Result<Outcome, Error> {
        let Some(net) = usable(net).filter(|n| *n >= Decimal::ZERO) else { return Ok(Outcome::Unusable) };
        if let Some(order) = order
            && let Some(first) = self.orders.at(order)?
        {
            return Ok(repeated(first.event, event));
        }
        let earned = self.programme.earned(net)?;
        for (i, points) in earned.by_rule.iter().enumerate() {
            if let Some(rule) = self.rules.get(i).cloned() {
                self.post(event, member, Entry::Earn, *points, &rule, None)?;
            }
        }
        let state = self.member(member)?;
        state.totals.last_activity = state.totals.last_activity.max(Some(event.at));
        if earned.total > Points::ZERO {
            state.lots.credit(event.at, &event.id, earned.total)?;
        }
        if let Some(order) = order {
            let (earned, claimed) = (earned.total, Points::ZERO);
            let returned = Decimal::ZERO;
            *self.orders.at(order)? = Some(OrderState { event, net, returned, earned, claimed });
        }
        Ok(Outcome::Applied)
    }

    fn give_back(
        &mut self,
        event: &'e Event,
        member: &str,
        order: Option<&str>,
        net: Decimal,
    ) -> Result<Outcome, Error> {
        let Some(net) = usable(net).filter(|n| *n > Decimal::ZERO) else { return Ok(Outcome::Unusable) };
        let Some(order) = order else { return Ok(Outcome::ReturnWithoutOrder) };
        let Some(state) = self.orders.at(order)? else { return Ok(Outcome::ReturnWithoutOrder) };
        let owner = state.event.member.as_deref().unwrap_or_default();
        if owner != member {
            return Ok(Outcome::ReturnOfOtherMember { member: owner.into() });
        }
        let left = state.net - state.returned;
        let outcome =
            if net > left { Outcome::ReturnCut { left: left.normalize() } } else { Outcome::Applied };
        let refund = net.min(left);
        let due = claim(self.programme, state, refund)?;
        state.returned += refund;
        state.claimed = state.claimed.plus(due, "a clawback")?;
        let bought = state.event;
        let balance = self.member(member)?.totals.balance;
        let taken = match self.programme.clawback.on_shortfall {
            Shortfall::Deficit => due,
            Shortfall::ClampToZero => due.min(balance.max(Points::ZERO)),
        };
        let lost = due.minus(taken, "a write-off")?;
        let rule = self.clawback.clone();
        self.post(event, member, Entry::Clawback, taken, &rule, Some(&bought.id))?;
        self.post(event, member, Entry::Unrecovered, lost, &rule, Some(&bought.id))?;
        self.member(member)?.lots.debit(taken, Some((bought.at, &bought.id)))?;
        Ok(outcome)
    }

    fn redeem(&mut self, event: &'e Event, member: &str, points: Decimal) -> Result<Outcome, Error> {
        let points = Points::exact(points, self.programme.points.precision);
        let Some(points) = points.filter(|p| *p > Points::ZERO) else { return Ok(Outcome::Unusable) };
        if let Some(short) = self.short(member, points)? {
            return Ok(short);
        }
        let rule = self.stated.clone();
        self.post(event, member, Entry::Redeem, points, &rule, None)?;
        let state = self.member(member)?;
        state.totals.last_activity = state.totals.last_activity.max(Some(event.at));
        state.lots.debit(points, None)?;
        Ok(Outcome::Applied)
    }

    fn adjust(&mut self, event: &'e Event, member: &str, points: Decimal) -> Result<Outcome, Error> {
        let rule = self.stated.clone();
        match Points::exact(points, self.programme.points.precision) {
            Some(up) if up > Points::ZERO => {
                self.post(event, member, Entry::AdjustCredit, up, &rule, None)?;
                self.member(member)?.lots.credit(event.at, &event.id, up)?;
            }
            Some(down) if down < Points::ZERO => {
                let down = Points::ZERO.minus(down, "a correction")?;
                if !self.programme.allow_overdraft.contains(&Overdraft::AdjustDebit)
                    && let Some(short) = self.short(member, down)?
                {
                    return Ok(short);
                }
                self.post(event, member, Entry::AdjustDebit, down, &rule, None)?;
                self.member(member)?.lots.debit(down, None)?;
            }
            _ => return Ok(Outcome::Unusable),
        }
        Ok(Outcome::Applied)
    }

    fn credit(&mut self, event: &'e Event, member: &str, points: Decimal) -> Result<Outcome, Error> {
        let points = Points::exact(points, self.programme.points.precision);
        let Some(points) = points.filter(|p| *p > Points::ZERO) else { return Ok(Outcome::Unusable) };
        let rule = self.stated.clone();
        self.post(event, member, Entry::Earn, points, &rule, None)?;
        self.member(member)?.lots.credit(event.at, &event.id, points)?;
        Ok(Outcome::Applied)
    }

    /// The outcome when a member holds fewer than `requested` points.
    fn short(&mut self, member: &str, requested: Points) -> Result<Option<Outcome>, Error> {
        let available = self.members.at(member)?.as_ref().map_or(Points::ZERO, |m| m.totals.balance);
        Ok((available < requested).then_some(Outcome::InsufficientPoints { available, requested }))
    }

    /// Posts a line, unless nothing moves.
    fn post(
        &mut self,
        event: &Event,
        member: &str,
        entry: Entry,
        amount: Points,
        rule: &Arc<str>,
        reverses: Option<&str>,
    ) -> Result<(), Error> {
        if amount <= Points::ZERO {
            return Ok(());
        }
        let state = self.member(member)?;
        let t = &mut state.totals;
        let (total, what, signed) = match entry {
            Entry::Earn => (&mut t.earned, "points earned", amount),
            Entry::Redeem => (&mut t.redeemed, "points spent", amount),
            Entry::Clawback => (&mut t.reversed, "points taken back", amount),
            Entry::AdjustCredit => (&mut t.adjusted, "corrections", amount),
            Entry::AdjustDebit => (&mut t.adjusted, "corrections", Points(amount.0.saturating_neg())),
            Entry::Unrecovered => (&mut t.unrecovered, "points not got back", amount),
        };
        *total = total.plus(signed, what)?;
        let mut line = Line {
            at: event.at,
            member: state.id.clone(),
            entry,
            amount,
            cause: event.id.as_str().into(),
            rule: rule.clone(),
            reverses: reverses.map(Into::into),
            balance: t.balance,
        };
        t.balance = t.balance.plus(line.points(), "a balance")?;
        line.balance = t.balance;
        self.lines.push(line);
        Ok(())
    }

    fn member(&mut self, member: &str) -> Result<&mut MemberState, Error> {
        Ok(self.members.at(member)?.get_or_insert_with(|| {
            let id: Arc<str> = member.into();
            let totals = Member {
                id: id.clone(),
                earned: Points::ZERO,
                redeemed: Points::ZERO,
                reversed: Points::ZERO,
                adjusted: Points::ZERO,
                unrecovered: Points::ZERO,
                balance: Points::ZERO,
                last_activity: None,
                lots: Vec::new(),
            };
            MemberState { id, totals, lots: Lots::default() }
        }))
    }
}

/// The points a refund claims back.
fn claim(programme: &Programme, order: &OrderState<'_>, refund: Decimal) -> Result<Points, Error> {
    const WHAT: &str = "a clawback";
    let returned = order.returned + refund;
    let left = order.earned.minus(order.claimed, WHAT)?;
    if returned >= order.net {
        return Ok(left);
    }
    let due = match programme.clawback.mode {
        ClawbackMode::RecomputeRemaining => {
            left.minus(programme.earned(order.net - returned)?.total, WHAT)?
        }
        ClawbackMode::ProportionalToAmount => {
            let share = Exact::of(returned).over(Exact::of(order.net));
            let exact = share.and_then(|s| s.times(Exact::whole(i128::from(order.earned.0))));
            let exact = exact.ok_or_else(|| Error::Overflow { what: WHAT.into() })?;
            exact.points(programme.clawback.rounding, WHAT)?.minus(order.claimed, WHAT)?
        }
        ClawbackMode::PerRefundFloor => programme.earned_rounded(refund, Rounding::Floor)?.total,
    };
    Ok(due.clamp(Points::ZERO, left))
}

/// The amount without trailing zeros, when sums of such amounts stay exact.
fn usable(net: Decimal) -> Option<Decimal> {
    Some(net.normalize()).filter(|n| n.abs() <= MAX_NET && n.scale() <= MAX_SCALE)
}

/// What a second delivery is to the first.
fn repeated(first: &Event, again: &Event) -> Outcome {
    let of = first.id.as_str().into();
    if first.same_content(again) { Outcome::Duplicate { of } } else { Outcome::Conflict { of } }
}
