//! `loyalty run`: a programme over its events, told as balances, ledger and liability.
//!
//! # Formula
//! `balance = earned - redeemed - reversed + adjusted`, member by member and in total. The liability is the sum of
//! the positive balances: what a member owes after a return is no reason to owe another member less. Its value is
//! `points * point_value`, rounded half up once to the minor unit, and only told when the programme states
//! `point_value`; the share that will never be redeemed is not estimated here.

use crate::noted::{self, Noted};
use crate::points::{Exact, Points, Rounding};
use crate::{Account, Entry, Error, Event, Line, Member, Outcome, Programme, Replay, replay, trial_balance};
use naata_answer::{
    Action, Analysis, Answer, Card, Cell, ChartKind, Column, Message, Present, Refusal, Stake, Table, params,
};
use naata_core::{Context, CustomerIx, Day, Findings, Ids, Minor, MoneyUnit, Zone};
use naata_facts::{Fact, Facts, Provide};
use rust_decimal::Decimal;
use std::collections::BTreeMap;

params! {
    /// Parameters of `loyalty run`.
    pub struct LoyaltyRunParams {
        /// Days without a purchase or redemption after which a member with points is worth a reminder
        idle_days: u32 = 180,
    }
}

/// The points a member holds.
const BALANCE: Fact<f64> = Fact::new("loyalty.balance");
/// The points a member has earned so far.
const EARNED: Fact<f64> = Fact::new("loyalty.earned");
/// The points a member has spent so far.
const REDEEMED: Fact<f64> = Fact::new("loyalty.redeemed");
/// The day of the member's last purchase or redemption within the programme.
const LAST_ACTIVITY: Fact<Day> = Fact::new("loyalty.last_activity");

/// The result of a run.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct LoyaltyRun {
    /// Members, ledger, and what became of each event.
    pub replay: Replay,
    /// The decimals of a point.
    pub precision: u8,
    /// The liability: the sum of the positive balances.
    pub outstanding: Points,
    /// Members that hold points.
    pub holders: u64,
    /// The value of the liability, when the programme states what a point is worth.
    pub value: Option<Minor>,
    /// What members owe after returns of orders whose points were spent.
    pub deficit: Points,
    /// Members that owe points.
    pub debtors: u64,
    /// Members worth a reminder, as positions in `replay.members`.
    pub idle: Vec<usize>,
    /// Events that were turned away, cut, or known already, in order of effect.
    pub noted: Vec<Noted>,
    /// What was found, one finding a kind of outcome.
    pub findings: Findings,
    unit: MoneyUnit,
    point_value: Option<Decimal>,
    zone: Zone,
    idle_days: u32,
    who: Vec<CustomerIx>,
    customers: usize,
}

/// Runs a programme over its events up to the end of the day `as_of` in the programme's zone.
///
/// `ids` and `unit` are those of the base the members belong to; members it does not know keep their account and
/// give no facts. A base without a stated currency is taken to be in the programme's.
pub fn run_programme(
    programme: &Programme,
    events: &[Event],
    ids: &Ids,
    unit: MoneyUnit,
    params: &LoyaltyRunParams,
    as_of: Day,
) -> Result<LoyaltyRun, Error> {
    if unit.currency.is_stated() && unit.currency != programme.currency {
        let (programme, base) = (programme.currency.code().into(), unit.currency.code().into());
        return Err(Error::Currency { programme, base });
    }
    let unit = if unit.currency.is_stated() { unit } else { MoneyUnit::of(programme.currency) };
    let until = as_of.plus(1).and_then(|d| programme.timezone.start_of(d));
    let done = replay(programme, events, until)?;
    let mut run = LoyaltyRun {
        precision: programme.points.precision,
        outstanding: Points::ZERO,
        holders: 0,
        value: None,
        deficit: Points::ZERO,
        debtors: 0,
        idle: Vec::new(),
        findings: noted::findings(&done.outcomes),
        noted: noted::noted(events, &done.outcomes),
        unit,
        point_value: programme.point_value,
        zone: programme.timezone,
        idle_days: params.idle_days,
        who: done.members.iter().map(|m| ids.find(&m.id).unwrap_or(CustomerIx::NONE)).collect(),
        customers: ids.len(),
        replay: done,
    };
    for (i, m) in run.replay.members.iter().enumerate() {
        if m.balance > Points::ZERO {
            run.outstanding = run.outstanding.plus(m.balance, "the liability")?;
            run.holders += 1;
            let silent = last_day(m, run.zone).is_none_or(|d| as_of.since(d) >= i64::from(params.idle_days));
            if silent {
                run.idle.push(i);
            }
        } else if m.balance < Points::ZERO {
            run.deficit = run.deficit.minus(m.balance, "what members owe")?;
            run.debtors += 1;
        }
    }
    run.value = run.worth(run.outstanding)?;
    Ok(run)
}

impl LoyaltyRun {
    /// The value of points in money, half up to the minor unit; `None` when the programme does not state one.
    pub fn worth(&self, points: Points) -> Result<Option<Minor>, Error> {
        let Some(value) = self.point_value else { return Ok(None) };
        let too_large = || Error::Overflow { what: "the value of points".into() };
        let exact = Exact::of(points.decimal(self.precision)).times(Exact::of(value));
        let minor = exact.zip(Exact::power_of_ten(self.unit.scale)).and_then(|(x, shift)| x.times(shift));
        let rounded = minor.ok_or_else(too_large)?.round(Rounding::HalfUp);
        Ok(Some(Minor::from_wide(rounded, "the value of points")?))
    }

    fn number(&self, points: Points) -> Option<f64> {
        Some(points.number(self.precision))
    }

    fn cell(&self, points: Points) -> Cell {
        Cell::Number(points.number(self.precision))
    }

    /// The value of the points of some members, where it can be told.
    fn stake(&self, members: &[usize]) -> Option<Stake> {
        let held = members.iter().filter_map(|i| self.replay.members.get(*i));
        let sum = held.map(|m| i128::from(m.balance.0)).sum::<i128>();
        let value = self.worth(Points(i64::try_from(sum).ok()?)).ok().flatten()?;
        Some(Stake { value, low: None, high: None, unit: self.unit })
    }

    fn members_table(&self, key: &'static str, of: &[usize]) -> Table {
        let members: Vec<&Member> = of.iter().filter_map(|i| self.replay.members.get(*i)).collect();
        let points =
            |f: fn(&Member) -> Points| Column::Number(members.iter().map(|m| self.number(f(m))).collect());
        let mut table = Table::list(key)
            .with("member", Column::Text(members.iter().map(|m| Some((*m.id).into())).collect()))
            .with("earned", points(|m| m.earned))
            .with("redeemed", points(|m| m.redeemed))
            .with("reversed", points(|m| m.reversed))
            .with("adjusted", points(|m| m.adjusted))
            .with("balance", points(|m| m.balance));
        if self.point_value.is_some() {
            let value = members.iter().map(|m| self.worth(m.balance).ok().flatten()).collect();
            table = table.with("value", Column::Money(value, self.unit));
        }
        table.with("last_activity", Column::Day(members.iter().map(|m| last_day(m, self.zone)).collect()))
    }

    fn ledger_table(&self) -> Table {
        let lines = &self.replay.lines;
        let text = |f: fn(&Line) -> &str| Column::Text(lines.iter().map(|l| Some(f(l).into())).collect());
        let account = |f: fn(&Line) -> Account| Column::Word {
            family: "account",
            names: Account::NAMES,
            of: lines.iter().map(|l| Some(f(l) as u16)).collect(),
        };
        Table::list("ledger")
            .with("line", Column::Count((1..=lines.len() as u64).map(Some).collect()))
            .with("at", Column::Instant(lines.iter().map(|l| Some(l.at)).collect()))
            .with("member", text(|l| &l.member))
            .with(
                "type",
                Column::Word {
                    family: "entry",
                    names: Entry::NAMES,
                    of: lines.iter().map(|l| Some(l.entry as u16)).collect(),
                },
            )
            .with("points", Column::Number(lines.iter().map(|l| self.number(l.points())).collect()))
            .with("cause", text(|l| &l.cause))
            .with("rule", text(|l| &l.rule))
            .with("reverses", Column::Text(lines.iter().map(|l| l.reverses.clone()).collect()))
            .with("debit", account(Line::debit))
            .with("credit", account(Line::credit))
            .with("amount", Column::Number(lines.iter().map(|l| self.number(l.amount)).collect()))
            .with("balance_after", Column::Number(lines.iter().map(|l| self.number(l.balance)).collect()))
    }

    /// Month by month what came and went, and what was left at its end.
    fn months_table(&self) -> Table {
        // Sums of at most 2^53 each over the lines of a ledger stay far inside 128 bits.
        let mut months: BTreeMap<Day, [i128; 5]> = BTreeMap::new();
        let mut held = 0;
        for line in &self.replay.lines {
            let Some(month) = first_of_month(line, self.zone) else { continue };
            let row = months.entry(month).or_default();
            let points = i128::from(line.points().0);
            held += points;
            let [earned, redeemed, reversed, adjusted, closing] = row;
            match line.entry {
                Entry::Earn => *earned += points,
                Entry::Redeem => *redeemed -= points,
                Entry::Clawback => *reversed -= points,
                Entry::AdjustCredit | Entry::AdjustDebit => *adjusted += points,
                Entry::Unrecovered => {}
            }
            *closing = held;
        }
        let scale = ten_to(self.precision);
        let column = |i: usize| {
            let cells = months.values().map(|r| r.get(i).map(|x| *x as f64 / scale)).collect();
            Column::Number(cells)
        };
        Table::figures("months")
            .with("month", Column::Day(months.keys().map(|d| Some(*d)).collect()))
            .with("earned", column(0))
            .with("redeemed", column(1))
            .with("reversed", column(2))
            .with("adjusted", column(3))
            .with("closing", column(4))
            .chart("loyalty.run.outstanding", ChartKind::Lines { x: "month", y: &["closing"], band: None })
    }

    /// What each rule has given.
    fn rules_table(&self) -> Table {
        let mut rules: BTreeMap<&str, (u64, i128)> = BTreeMap::new();
        for line in self.replay.lines.iter().filter(|l| l.entry == Entry::Earn) {
            let rule = rules.entry(&line.rule).or_default();
            rule.0 += 1;
            rule.1 += i128::from(line.amount.0);
        }
        let scale = ten_to(self.precision);
        Table::figures("rules")
            .with("rule", Column::Text(rules.keys().map(|r| Some((*r).into())).collect()))
            .with("lines", Column::Count(rules.values().map(|r| Some(r.0)).collect()))
            .with("points", Column::Number(rules.values().map(|r| Some(r.1 as f64 / scale)).collect()))
            .chart("loyalty.run.rules", ChartKind::Bars { label: "rule", value: "points" })
    }

    /// Every account's debits, credits and balance; the balances add up to zero.
    fn accounts_table(&self) -> Table {
        let accounts = trial_balance(&self.replay.lines).unwrap_or_default();
        let of = accounts.keys().map(|a| Some(*a as u16)).collect();
        let points = |f: fn(&crate::Turnover) -> Option<Points>| {
            Column::Number(accounts.values().map(|t| f(t).and_then(|p| self.number(p))).collect())
        };
        Table::figures("accounts")
            .with("account", Column::Word { family: "account", names: Account::NAMES, of })
            .with("debits", points(|t| Some(t.debits)))
            .with("credits", points(|t| Some(t.credits)))
            .with("balance", points(|t| t.balance().ok()))
    }

    fn head(&self, a: &mut Answer) {
        let count = |f: fn(&Outcome) -> bool| {
            Cell::Count(self.replay.outcomes.iter().filter(|o| f(o)).count() as u64)
        };
        a.set("members", Cell::Count(self.replay.members.len() as u64));
        a.set("events.total", Cell::Count(self.replay.outcomes.len() as u64));
        a.set("events.applied", count(Outcome::is_applied));
        a.set("events.duplicate", count(|o| matches!(o, Outcome::Duplicate { .. })));
        a.set("events.without_member", count(|o| matches!(o, Outcome::NoMember)));
        a.set("events.later", count(|o| matches!(o, Outcome::Later)));
        a.set("events.refused", count(is_refused));
        let sum = |f: fn(&Member) -> Points| {
            let sum: i128 = self.replay.members.iter().map(|m| i128::from(f(m).0)).sum();
            Cell::Number(sum as f64 / ten_to(self.precision))
        };
        a.set("points.earned", sum(|m| m.earned));
        a.set("points.redeemed", sum(|m| m.redeemed));
        a.set("points.reversed", sum(|m| m.reversed));
        a.set("points.adjusted", sum(|m| m.adjusted));
        a.set("points.unrecovered", sum(|m| m.unrecovered));
        a.set("points.balance", sum(|m| m.balance));
        a.set("liability.points", self.cell(self.outstanding));
        a.set("liability.members", Cell::Count(self.holders));
        if let Some(value) = self.value {
            a.set("liability.value", Cell::Money(value, self.unit));
        }
        a.set("liability.deficit", self.cell(self.deficit));
        a.set("liability.members_in_deficit", Cell::Count(self.debtors));
    }
}

impl Present for LoyaltyRun {
    fn answer(&self) -> Answer {
        let mut a = Answer::default();
        self.head(&mut a);
        let all: Vec<usize> = (0..self.replay.members.len()).collect();
        a.tables = vec![
            self.members_table("balances", &all),
            self.months_table(),
            self.rules_table(),
            self.accounts_table(),
            self.ledger_table(),
            self.members_table("idle", &self.idle),
            noted::table(&self.noted, self.precision, self.unit),
        ];
        let holders = Cell::Count(self.holders);
        let outstanding = Message::new("loyalty.run.outstanding")
            .with("points", self.cell(self.outstanding))
            .with("members", holders);
        a.messages.push(outstanding);
        if let Some(value) = self.value {
            a.messages.push(Message::new("loyalty.run.value").with("value", Cell::Money(value, self.unit)));
        }
        if self.debtors > 0 {
            let told = Message::new("loyalty.run.deficit")
                .with("members", Cell::Count(self.debtors))
                .with("points", self.cell(self.deficit));
            a.messages.push(told);
        }
        let refused = self.replay.outcomes.iter().filter(|o| is_refused(o)).count() as u64;
        if refused > 0 {
            a.messages.push(Message::new("loyalty.run.refused").with("events", Cell::Count(refused)));
        }
        a.actions.push(if self.idle.is_empty() {
            let values = vec![("days", Cell::Count(u64::from(self.idle_days)))];
            Action::Nothing { key: "loyalty.run.nothing", values }
        } else {
            Action::Act {
                key: "loyalty.run.remind",
                customers: self.idle.len() as u64,
                stake: self.stake(&self.idle),
                list: "idle",
            }
        });
        a.findings = self.findings.listed().into_iter().cloned().collect();
        a
    }
}

impl Provide for LoyaltyRun {
    const FACTS: &'static [&'static str] = &[BALANCE.key, EARNED.key, REDEEMED.key, LAST_ACTIVITY.key];

    fn provide(&self, out: &mut Facts) -> Result<(), naata_facts::Error> {
        let number = |f: fn(&Member) -> Points| self.fact(|m| self.number(f(m)));
        out.put(&BALANCE, number(|m| m.balance))?;
        out.put(&EARNED, number(|m| m.earned))?;
        out.put(&REDEEMED, number(|m| m.redeemed))?;
        out.put(&LAST_ACTIVITY, self.fact(|m| last_day(m, self.zone)))
    }
}

impl LoyaltyRun {
    /// One slot a customer of the base, filled for those who are members.
    fn fact<T: Clone>(&self, of: impl Fn(&Member) -> Option<T>) -> Vec<Option<T>> {
        let mut column = vec![None; self.customers];
        for (member, who) in self.replay.members.iter().zip(&self.who) {
            if let Some(slot) = column.get_mut(who.at()) {
                *slot = of(member);
            }
        }
        column
    }
}

/// `loyalty run` in the catalogue.
pub struct LoyaltyRunAnalysis;

impl Analysis for LoyaltyRunAnalysis {
    type Params = LoyaltyRunParams;
    type Input<'a> = (&'a Programme, &'a [Event], &'a Ids, MoneyUnit);
    type Output = LoyaltyRun;
    const CARD: Card = Card {
        key: "loyalty run",
        version: 1,
        title: "Points members hold, and the ledger behind every one of them",
        unit: "points",
        formula: "points of an order = round(sum over rules of points * net / per); \
balance = earned - redeemed - reversed + adjusted; liability = sum of positive balances",
        source: "double entry: Pacioli 1494; points as a liability: IFRS 15 (2014), B39-B43",
        assumptions: &[
            "events are replayed in order of effect; at one instant what gives points comes first",
            "a return takes back points as the programme's clawback mode says, and an order returned whole keeps none",
            "without a file of events each purchase earns on what was paid, tax included, \
and a refund is a return of the member's latest earlier orders",
            "the value of the liability counts every point as redeemed",
        ],
        words: &[
            "message.loyalty.run.outstanding",
            "message.loyalty.run.value",
            "message.loyalty.run.deficit",
            "message.loyalty.run.refused",
            "action.loyalty.run.remind",
            "action.loyalty.run.nothing",
            "chart.loyalty.run.outstanding",
            "chart.loyalty.run.rules",
            "word.account.member",
            "word.account.issued",
            "word.account.redeemed",
            "word.account.reversed",
            "word.account.adjusted",
            "word.account.written_off",
            "word.entry.earn",
            "word.entry.redeem",
            "word.entry.clawback",
            "word.entry.adjust_credit",
            "word.entry.adjust_debit",
            "word.entry.unrecovered",
            "word.outcome.duplicate",
            "word.outcome.conflict",
            "word.outcome.insufficient_points",
            "word.outcome.return_without_order",
            "word.outcome.return_of_other_member",
            "word.outcome.return_cut",
            "word.outcome.unusable",
        ],
        example: "naata loyalty run --programme programme.toml --purchases purchases.csv",
    };

    fn run(
        (programme, events, ids, unit): Self::Input<'_>,
        params: &LoyaltyRunParams,
        cx: &Context<'_>,
    ) -> Result<LoyaltyRun, Refusal> {
        Ok(run_programme(programme, events, ids, unit, params, cx.as_of)?)
    }
}

/// Whether an event was turned away for something it says.
fn is_refused(outcome: &Outcome) -> bool {
    !outcome.is_applied()
        && !matches!(outcome, Outcome::Duplicate { .. } | Outcome::NoMember | Outcome::Later)
}

fn last_day(member: &Member, zone: Zone) -> Option<Day> {
    member.last_activity.and_then(|at| zone.local(at)).map(|(day, _)| day)
}

fn first_of_month(line: &Line, zone: Zone) -> Option<Day> {
    let (year, month, _) = zone.local(line.at)?.0.ymd()?;
    Day::from_ymd(year, month, 1)
}

/// `10^precision` as a double; exact for every precision a programme may have.
fn ten_to(precision: u8) -> f64 {
    10u64.pow(u32::from(precision.min(9))) as f64
}
