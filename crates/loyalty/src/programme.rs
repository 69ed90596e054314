//! A loyalty programme as data: how points are earned, rounded and taken back.
//!
//! The structures are read from TOML or JSON and refuse every field they do not know: a programme that asks for
//! tiers, expiry or caps is told so by name instead of being run without them.
//!
//! # Formula
//! Proportional: `points * net / per`. Whole groups: `points * floor(net / per)`. The rules of a programme add up;
//! with `round_at = "order"` the sum is rounded once and the remainder goes to the last rule's line, with
//! `round_at = "rule"` each rule is rounded alone.

use crate::points::Exact;
use crate::{Error, Points, Rounding};
use naata_core::{Currency, Zone};
use rust_decimal::Decimal;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

/// The decimals points may have at most.
const MAX_PRECISION: u8 = 6;

/// A loyalty programme.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Programme {
    /// Its name, for people.
    #[serde(default)]
    pub name: String,
    /// The version of its rules.
    #[serde(default = "first_version")]
    pub version: u32,
    /// The currency of `per` and of every event.
    pub currency: Currency,
    /// The zone of the programme's days.
    #[serde(alias = "time-zone", serialize_with = "write_zone", deserialize_with = "read_zone")]
    pub timezone: Zone,
    /// How points are counted and rounded.
    #[serde(default)]
    pub points: PointsRule,
    /// What a point is worth in money when it is redeemed; without it the liability is told in points alone.
    #[serde(default, deserialize_with = "read_positive_option")]
    pub point_value: Option<Decimal>,
    /// When points die.
    #[serde(default)]
    pub expiry: Expiry,
    /// Which points are spent first.
    #[serde(default)]
    pub burn_order: BurnOrder,
    /// What a return takes back.
    #[serde(default)]
    pub clawback: Clawback,
    /// Debits that may leave a negative balance. A clawback follows `clawback.on_shortfall`.
    #[serde(default)]
    pub allow_overdraft: Vec<Overdraft>,
    /// How points are earned.
    #[serde(default)]
    pub earn: Vec<EarnRule>,
}

/// How points are counted and rounded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PointsRule {
    /// The decimals of a point: 0 for whole points.
    pub precision: u8,
    /// The direction of rounding.
    pub rounding: Rounding,
    /// What is rounded.
    pub round_at: RoundAt,
}

/// What is rounded when points are earned.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RoundAt {
    /// The sum of all rules, once an order.
    #[default]
    Order,
    /// What each rule gives.
    Rule,
}

/// When points die.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum Expiry {
    /// Never.
    #[default]
    None,
}

/// Which points are spent first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum BurnOrder {
    /// Those that expire soonest, then those earned first, then by the id of the event that gave them.
    #[default]
    #[serde(rename = "expires_at_nulls_last_then_earned_at_then_id")]
    SoonestExpiry,
}

/// What a return takes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Clawback {
    /// How much.
    pub mode: ClawbackMode,
    /// The direction of rounding of `proportional_to_amount`; one half up by default.
    pub rounding: Rounding,
    /// What happens when the points are already spent.
    pub on_shortfall: Shortfall,
}

impl Default for Clawback {
    fn default() -> Self {
        let (mode, on_shortfall) = (ClawbackMode::default(), Shortfall::default());
        Self { mode, rounding: Rounding::HalfUp, on_shortfall }
    }
}

/// How much a return takes back. In every mode an order that is returned whole keeps nothing, and no return takes
/// more than the order earned.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClawbackMode {
    /// What was earned less what the remaining amount would have earned: any split of a refund ends the same.
    #[default]
    RecomputeRemaining,
    /// The returned share of the amount, of all points of the order; cumulative, so any split ends the same.
    ProportionalToAmount,
    /// What the refunded amount alone would have earned, rounded down each time.
    PerRefundFloor,
}

impl ClawbackMode {
    /// The name used in programmes and ledgers.
    pub fn name(self) -> &'static str {
        match self {
            Self::RecomputeRemaining => "recompute_remaining",
            Self::ProportionalToAmount => "proportional_to_amount",
            Self::PerRefundFloor => "per_refund_floor",
        }
    }
}

/// What happens when a clawback finds fewer points than it claims.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shortfall {
    /// The balance goes negative; the next points pay the debt first.
    #[default]
    Deficit,
    /// The balance stops at zero; the rest is written off and counted.
    ClampToZero,
}

/// A debit that may leave a negative balance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Overdraft {
    /// A manual correction.
    AdjustDebit,
    /// A clawback; says the same as `clawback.on_shortfall = "deficit"`.
    Clawback,
}

/// A rule by which points are earned.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EarnRule {
    /// Its id, named by every ledger line it causes.
    pub id: String,
    /// What sets it off.
    #[serde(default)]
    pub trigger: Trigger,
    /// What it gives.
    pub amount: EarnAmount,
}

/// What sets a rule off.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trigger {
    /// A purchase.
    #[default]
    Purchase,
}

/// What a rule gives.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum EarnAmount {
    /// Points for every so much money.
    PerAmount {
        /// The points.
        #[serde(deserialize_with = "read_positive")]
        points: Decimal,
        /// The money.
        #[serde(deserialize_with = "read_positive")]
        per: Decimal,
        /// What a part of `per` earns.
        partial: Partial,
    },
}

/// What a part of a rule's amount earns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Partial {
    /// Its share of the points.
    Proportional,
    /// Nothing.
    WholeGroups,
}

fn first_version() -> u32 {
    1
}

fn write_zone<S: Serializer>(zone: &Zone, to: S) -> Result<S::Ok, S::Error> {
    to.collect_str(zone)
}

fn read_zone<'de, D: Deserializer<'de>>(from: D) -> Result<Zone, D::Error> {
    let text = String::deserialize(from)?;
    Zone::parse(&text).map_err(|e| D::Error::custom(format!("cannot {e}")))
}

fn read_positive<'de, D: Deserializer<'de>>(from: D) -> Result<Decimal, D::Error> {
    let value = <Decimal as Deserialize>::deserialize(from)?;
    if value > Decimal::ZERO { Ok(value) } else { Err(D::Error::custom("expected a number above zero")) }
}

fn read_positive_option<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Decimal>, D::Error> {
    read_positive(from).map(Some)
}

/// What each rule gives for an amount, and their sum.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Earned {
    /// The points of the order.
    pub total: Points,
    /// The points of each rule, in the programme's order; they add up to `total`.
    pub by_rule: Vec<Points>,
}

impl Programme {
    /// Says what is wrong with the programme beyond its form.
    pub fn check(&self) -> Result<(), Error> {
        let wrong = |why: &str| Err(Error::Programme { why: why.into() });
        if self.points.precision > MAX_PRECISION {
            return wrong("points.precision is more than 6 decimals");
        }
        if self.point_value.is_some_and(|v| v <= Decimal::ZERO) {
            return wrong("point_value is not above zero");
        }
        let clamps = self.clawback.on_shortfall == Shortfall::ClampToZero;
        if clamps && self.allow_overdraft.contains(&Overdraft::Clawback) {
            return wrong(
                "allow_overdraft lets a clawback overdraw, clawback.on_shortfall = \"clamp_to_zero\" does not",
            );
        }
        for (i, rule) in self.earn.iter().enumerate() {
            let wrong = |why: &str| Err(Error::Rule { rule: rule.id.clone(), why: why.into() });
            if rule.id.trim().is_empty() {
                return wrong("its id is blank");
            }
            if self.earn.iter().take(i).any(|r| r.id == rule.id) {
                return wrong("another rule has the same id");
            }
            let EarnAmount::PerAmount { points, per, .. } = &rule.amount;
            if *points <= Decimal::ZERO || *per <= Decimal::ZERO {
                return wrong("points and per must be above zero");
            }
        }
        Ok(())
    }

    /// What an order of `net` earns under these rules.
    pub fn earned(&self, net: Decimal) -> Result<Earned, Error> {
        self.earned_rounded(net, self.points.rounding)
    }

    /// The same with another direction of rounding.
    pub(crate) fn earned_rounded(&self, net: Decimal, rounding: Rounding) -> Result<Earned, Error> {
        const WHAT: &str = "the points of an order";
        let too_large = || Error::Overflow { what: WHAT.into() };
        let mut sum = Exact::ZERO;
        let mut by_rule = Vec::with_capacity(self.earn.len());
        let mut given = Points::ZERO;
        for rule in &self.earn {
            let exact = self.exactly(rule, net.max(Decimal::ZERO)).ok_or_else(too_large)?;
            sum = sum.plus(exact).ok_or_else(too_large)?;
            let points = exact.points(rounding, WHAT)?;
            given = given.plus(points, WHAT)?;
            by_rule.push(points);
        }
        let total = match self.points.round_at {
            RoundAt::Rule => given,
            RoundAt::Order => sum.points(rounding, WHAT)?,
        };
        if let Some(last) = by_rule.last_mut() {
            *last = last.plus(total.minus(given, WHAT)?, WHAT)?;
        }
        Ok(Earned { total, by_rule })
    }

    /// What one rule gives, in units of points, before rounding.
    fn exactly(&self, rule: &EarnRule, net: Decimal) -> Option<Exact> {
        let EarnAmount::PerAmount { points, per, partial } = &rule.amount;
        let groups = Exact::of(net).over(Exact::of(*per))?;
        let groups = match partial {
            Partial::Proportional => groups,
            Partial::WholeGroups => Exact::whole(groups.floor()),
        };
        groups.times(Exact::of(*points))?.times(Exact::power_of_ten(self.points.precision)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn read(patch: Value) -> Result<Programme, String> {
        let mut p = json!({ "currency": "INR", "timezone": "Asia/Kolkata", "earn": [{ "id": "base",
            "amount": { "type": "per_amount", "points": "1", "per": "100.00", "partial": "whole_groups" } }] });
        if let (Some(p), Value::Object(patch)) = (p.as_object_mut(), patch) {
            p.extend(patch);
        }
        serde_json::from_value(p).map_err(|e| e.to_string())
    }

    fn earned(p: &Programme, net: &str) -> i64 {
        p.earned(net.parse().unwrap()).unwrap().total.0
    }

    #[test]
    fn a_remainder_of_a_group_earns_nothing() {
        let p = read(json!({})).unwrap();
        assert_eq!((earned(&p, "99.99"), earned(&p, "100.00"), earned(&p, "399.99")), (0, 1, 3));
        assert_eq!(earned(&p, "-500"), 0);
    }

    #[test]
    fn what_is_not_supported_is_refused_by_name() {
        for (patch, named) in [
            (json!({ "tiers": [] }), "tiers"),
            (json!({ "caps": [] }), "caps"),
            (json!({ "expiry": { "type": "end_of_month" } }), "end_of_month"),
            (json!({ "clawback": { "mode": "per_line" } }), "per_line"),
            (json!({ "points": { "precision": 0, "round_at": "line" } }), "line"),
            (json!({ "timezone": "Calcutta!" }), "Calcutta!"),
            (json!({ "currency": "RS" }), "RS"),
            (json!({ "point_value": "0" }), "above zero"),
            (json!({ "earn": [{ "id": "x", "amount": { "type": "fixed", "points": "1" } }] }), "fixed"),
            (
                json!({ "earn": [{ "id": "x", "filter": {}, "amount": { "type": "per_amount", "points": "1",
                "per": "1", "partial": "proportional" } }] }),
                "filter",
            ),
        ] {
            let told = read(patch.clone()).expect_err(&patch.to_string());
            assert!(told.contains(named), "{patch}: {told}");
        }
    }

    #[test]
    fn contradictions_are_refused() {
        let mut p = read(json!({})).unwrap();
        assert_eq!(p.check(), Ok(()));
        p.earn.push(p.earn[0].clone());
        assert!(matches!(p.check(), Err(Error::Rule { .. })));
        let p = read(json!({ "points": { "precision": 7 } })).unwrap();
        assert!(matches!(p.check(), Err(Error::Programme { .. })));
        let p =
            read(json!({ "allow_overdraft": ["clawback"], "clawback": { "on_shortfall": "clamp_to_zero" } }));
        assert!(matches!(p.unwrap().check(), Err(Error::Programme { .. })));
    }

    #[test]
    fn rules_add_up_and_the_last_line_takes_the_remainder() {
        let rule = |id: &str, points: &str| {
            json!({ "id": id, "amount": { "type": "per_amount", "points": points, "per": "1.00",
                    "partial": "proportional" } })
        };
        let earn = json!([rule("a", "0.5"), rule("b", "0.25")]);
        let at_order = read(json!({ "earn": earn })).unwrap();
        // 1.5 + 0.75 = 2.25 is 2; alone they would be 1 and 0.
        let e = at_order.earned("3.00".parse().unwrap()).unwrap();
        assert_eq!((e.total, e.by_rule), (Points(2), vec![Points(1), Points(1)]));
        let at_rule = read(json!({ "earn": earn, "points": { "round_at": "rule" } })).unwrap();
        let e = at_rule.earned("3.00".parse().unwrap()).unwrap();
        assert_eq!((e.total, e.by_rule), (Points(1), vec![Points(1), Points(0)]));
    }

    #[test]
    fn a_programme_reads_back_as_written() {
        let p = read(json!({ "name": "Asha Circle", "point_value": "0.25" })).unwrap();
        let text = serde_json::to_string(&p).unwrap();
        assert_eq!(serde_json::from_str::<Programme>(&text).unwrap(), p);
    }
}
