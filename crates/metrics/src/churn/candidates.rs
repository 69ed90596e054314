//! What the tables say about each subscriber by a landmark: the candidates of drivers and of the risk score.
//!
//! The landmark is a number of days after a customer's own first day, so that all are compared at the same age:
//! "did not use the app in the first 30 days" means the same for everybody.

use crate::Error;
use crate::churn::drivers::Factor;
use crate::churn::landmark::{Landmark, Sightings};
use crate::churn::relationship::{Relationship, relationships};
use naata_core::{
    Context, CustomerRow, Day, Histories, Instant, SubscriptionRow, Symbol, Texts, TicketRow, TouchRow,
};

/// The tables candidates come from.
#[derive(Clone, Copy, Debug)]
pub struct Tables<'a> {
    /// Subscriptions.
    pub subscriptions: &'a Histories<SubscriptionRow>,
    /// The texts of all symbols.
    pub texts: &'a Texts,
    /// Support tickets.
    pub tickets: Option<&'a Histories<TicketRow>>,
    /// Touches: what was used and done.
    pub touches: Option<&'a Histories<TouchRow>>,
    /// Customers' own data; what they state is taken as it was on the first day.
    pub customers: Option<&'a Histories<CustomerRow>>,
}

/// Subscribers at their landmarks.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Candidates {
    /// The relationships, one a row, in id order.
    pub subjects: Vec<Relationship>,
    /// The landmark of each.
    pub days: Vec<Day>,
    /// Whether each left within the horizon after it; `None` where the horizon is not over.
    pub left: Vec<Option<bool>>,
    /// What was known of each by its landmark.
    pub factors: Vec<Factor>,
    /// Relationships that ended by their landmark: they cannot tell what leads to leaving after it.
    pub ended_before: u64,
    /// Relationships whose landmark is still to come.
    pub too_young: u64,
    /// Relationships that began before the records do: their first days are not in them.
    pub before_records: u64,
    /// Tickets whose reopenings cannot be dated to before the landmark: unknown there.
    pub undated: u64,
}

/// Something must be seen of so many subscribers to be a candidate.
const LEAST: usize = 5;

/// Gathers what is known of each relationship `after` days from its first, and whether it ends within `horizon` days
/// more.
///
/// # Errors
/// No relationship reaches its landmark.
pub fn candidates(t: &Tables<'_>, after: u32, horizon: u32, cx: &Context<'_>) -> Result<Candidates, Error> {
    let found = relationships(t.subscriptions, cx.as_of);
    let records = (cx.history_from.unwrap_or(Day::MIN), Day::MAX);
    let mut out = Candidates {
        subjects: Vec::new(),
        days: Vec::new(),
        left: Vec::new(),
        factors: Vec::new(),
        ended_before: 0,
        too_young: 0,
        before_records: 0,
        undated: 0,
    };
    let mut landmarks = Vec::new();
    for r in &found.all {
        let day = i32::try_from(after).ok().and_then(|d| r.started.plus(d)).unwrap_or(Day::MAX);
        let Ok(landmark) = Landmark::new(r.started, day, horizon, records) else {
            out.before_records += u64::from(r.started < records.0);
            continue;
        };
        match landmark.outcome(r.ended) {
            None => out.ended_before += 1,
            Some(_) if day > cx.as_of => out.too_young += 1,
            Some(left) => {
                // Who has left is known at once; who stays, only when the horizon is over. Counting the former early
                // would count leavers of young customers and not their stayers.
                out.left.push((landmark.end() <= cx.as_of).then_some(left));
                out.subjects.push(*r);
                out.days.push(day);
                landmarks.push(landmark);
            }
        }
    }
    if out.subjects.is_empty() {
        return Err(Error::Nobody);
    }
    let mut seen = Sightings::new(out.subjects.len());
    for (row, (r, l)) in out.subjects.iter().zip(&landmarks).enumerate() {
        out.undated += sight(t, row, r, l, &mut seen, cx)?;
    }
    out.factors = seen.factors(LEAST);
    Ok(out)
}

/// What one subscriber showed by the landmark; returns how many tickets have reopenings that cannot be dated.
fn sight(
    t: &Tables<'_>,
    row: usize,
    r: &Relationship,
    l: &Landmark,
    seen: &mut Sightings,
    cx: &Context<'_>,
) -> Result<u64, Error> {
    let text = |s: Symbol| t.texts.get(s);
    let start = l.known("the first day", r.started)?;
    seen.is(row, "plan", text(r.plan), start);
    seen.is(row, "came_back", Some(if r.earlier > 0 { "yes" } else { "no" }), start);
    for c in t.customers.map_or(&[][..], |h| h.of(r.who)) {
        for (name, value) in [
            ("country", c.country),
            ("region", c.region),
            ("city", c.city),
            ("language", c.language),
            ("industry", c.industry),
        ] {
            if let Some(value) = text(value) {
                seen.is(row, name, Some(value), start);
            }
        }
    }
    let day = |at: Instant| cx.zone.local(at).map(|(day, _)| day);
    for touch in t.touches.map_or(&[][..], |h| h.of(r.who)) {
        if let (Some(on), Some(activity)) = (day(touch.at).filter(|d| l.covers(*d)), text(touch.activity)) {
            seen.saw(row, "touch", activity, l.known("a touch", on)?);
        }
    }
    let Some(tickets) = t.tickets else { return Ok(0) };
    let mut undated = 0;
    let mut count = 0usize;
    let (mut open, mut reopened) = (false, Some(false));
    for ticket in tickets.of(r.who) {
        let Some(on) = day(ticket.opened).filter(|d| l.covers(*d)) else { continue };
        let known = l.known("a ticket", on)?;
        count += 1;
        for (name, value) in [("ticket_topic", ticket.topic), ("ticket_channel", ticket.channel)] {
            if let Some(value) = text(value) {
                seen.saw(row, name, value, known);
            }
        }
        let solved = ticket.solved.and_then(day).filter(|d| *d <= l.day());
        open |= solved.is_none();
        // A count of reopenings has no date. When the ticket was solved for good by the landmark, they came before.
        reopened = match (ticket.reopened, solved) {
            (Some(0), _) => reopened,
            (Some(_), Some(_)) => Some(true),
            (Some(_), None) | (None, _) => {
                undated += 1;
                reopened.filter(|r| *r)
            }
        };
    }
    let known = l.known("the tickets of the first days", l.day())?;
    let yes = |b: bool| if b { "yes" } else { "no" };
    let number = match count {
        0 => "0",
        1 => "1",
        _ => "2+",
    };
    seen.is(row, "tickets", Some(number), known);
    seen.is(row, "ticket_open", Some(yes(open)), known);
    seen.is(row, "ticket_reopened", reopened.map(yes), known);
    Ok(undated)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use naata_core::{CustomerIx, Minor, Symbols};

    /// Texts by number: 0 basket, 1 late, 2 phone, 3 login.
    pub(crate) fn texts() -> Texts {
        let mut symbols = Symbols::default();
        for t in ["basket", "late", "login", "phone"] {
            symbols.intern(t).unwrap();
        }
        symbols.seal().0
    }

    pub(crate) fn subscription(who: u32, started: i32, ended: Option<i32>) -> SubscriptionRow {
        SubscriptionRow {
            who: CustomerIx(who),
            id: Symbol::NONE,
            plan: Symbol(0),
            started: Day(started),
            ended: ended.map(Day),
            monthly: Some(Minor(10_000)),
            reason: Symbol::NONE,
        }
    }

    pub(crate) fn ticket(who: u32, opened: i32, solved: Option<i32>, reopened: Option<u32>) -> TicketRow {
        let at = |d: i32| Instant(i64::from(d) * Instant::DAY);
        TicketRow {
            who: CustomerIx(who),
            id: Symbol::NONE,
            opened: at(opened),
            solved: solved.map(at),
            topic: Symbol(1),
            channel: Symbol::NONE,
            reopened,
        }
    }

    #[test]
    fn only_what_was_known_by_the_landmark_counts() {
        let subs = [
            subscription(0, 0, Some(20)),
            subscription(1, 0, Some(50)),
            subscription(2, 0, Some(200)),
            subscription(3, 85, None),
            subscription(4, 50, None),
            subscription(5, 0, None),
            subscription(6, -5, None),
        ];
        let tickets = [
            ticket(1, 10, Some(12), Some(2)),
            ticket(2, 31, Some(33), Some(1)),
            ticket(5, 10, Some(60), Some(1)),
        ];
        let subs = Histories::group(7, &subs, |s| s.started).unwrap();
        let tickets = Histories::group(7, &tickets, |t| t.opened).unwrap();
        let texts = texts();
        let t = Tables {
            subscriptions: &subs,
            texts: &texts,
            tickets: Some(&tickets),
            touches: None,
            customers: None,
        };
        let cx = Context { history_from: Some(Day(0)), ..Context::at(Day(100)) };
        let c = candidates(&t, 30, 60, &cx).unwrap();
        assert_eq!((c.ended_before, c.too_young, c.before_records), (1, 1, 1));
        let who: Vec<u32> = c.subjects.iter().map(|r| r.who.0).collect();
        assert_eq!((who, &c.left[..]), (vec![1, 2, 4, 5], &[Some(true), Some(false), None, Some(false)][..]));
        let level = |feature: &str, row: usize| {
            let f = c.factors.iter().find(|f| f.name == feature).unwrap();
            f.of[row].map(|l| f.levels[l].clone())
        };
        assert_eq!(level("tickets", 1), Some("0".into()), "a ticket of day 31 is not known on day 30");
        assert_eq!(level("ticket_reopened", 0), Some("yes".into()));
        assert_eq!(level("ticket_reopened", 3), None, "its reopening may have come after the landmark");
        assert_eq!((level("ticket_open", 3), c.undated), (Some("yes".into()), 1));
        assert_eq!(candidates(&t, 300, 60, &cx).unwrap_err(), Error::Nobody);
    }
}
