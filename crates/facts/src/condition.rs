//! Conditions over facts, in three-valued logic: what is not known is neither true nor false.
//!
//! # Formula
//! Kleene's strong logic (Kleene, 1938): `all` is false when any part is false, else unknown when any part is
//! unknown, else true; `any` the other way round; `not` leaves unknown as it is.

use crate::{Column, Error, FactValue, Facts, fold as alike};
use naata_core::{CustomerIx, Day};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// How a value is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Compare {
    /// Less than.
    Below,
    /// Less than or equal.
    AtMost,
    /// Equal.
    Equal,
    /// Not equal.
    NotEqual,
    /// Greater than or equal.
    AtLeast,
    /// Greater than.
    Above,
}

impl Compare {
    fn holds(self, order: std::cmp::Ordering) -> bool {
        match self {
            Self::Below => order.is_lt(),
            Self::AtMost => order.is_le(),
            Self::Equal => order.is_eq(),
            Self::NotEqual => order.is_ne(),
            Self::AtLeast => order.is_ge(),
            Self::Above => order.is_gt(),
        }
    }
}

/// How a name is compared with a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TextMatch {
    /// The text stands somewhere in the name.
    Contains,
    /// The name begins with the text.
    StartsWith,
    /// The name is the text.
    Equals,
}

impl TextMatch {
    fn holds(self, name: &str, text: &str) -> bool {
        match self {
            Self::Contains => name.contains(text),
            Self::StartsWith => name.starts_with(text),
            Self::Equals => name == text,
        }
    }
}

/// A value stated in a condition.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Literal {
    /// An exact number: compared with counts, numbers, and amounts in major units.
    Number(Decimal),
    /// A day.
    Day(Day),
    /// Yes or no.
    Flag(bool),
    /// A name.
    Text(String),
}

impl Literal {
    fn asked(&self) -> &'static str {
        match self {
            Self::Number(_) => "a number",
            Self::Day(_) => "a date",
            Self::Flag(_) => "yes or no",
            Self::Text(_) => "a name",
        }
    }
}

/// A condition a customer meets, does not meet, or may meet for all one knows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Condition {
    /// Every part holds.
    All(Vec<Self>),
    /// At least one part holds.
    Any(Vec<Self>),
    /// The part does not hold.
    Not(Box<Self>),
    /// A fact stands in a relation to a value.
    Is {
        /// The fact.
        fact: String,
        /// The relation.
        compare: Compare,
        /// The value.
        value: Literal,
    },
    /// A fact has one of several values.
    OneOf {
        /// The fact.
        fact: String,
        /// The values.
        values: Vec<Literal>,
    },
    /// A fact lies between two values, both included.
    Between {
        /// The fact.
        fact: String,
        /// The lower value.
        low: Literal,
        /// The upper value.
        high: Literal,
    },
    /// A name matches a text, compared as [`crate::fold`] has them.
    Text {
        /// The fact.
        fact: String,
        /// How.
        how: TextMatch,
        /// The text.
        text: String,
    },
    /// Nothing is known about a fact; this is always true or false.
    Missing {
        /// The fact.
        fact: String,
    },
}

impl Condition {
    /// The names of the facts it mentions, in order, each once: only their columns need to be worked out.
    pub fn facts(&self) -> Vec<&str> {
        fn walk<'a>(c: &'a Condition, out: &mut Vec<&'a str>) {
            match c {
                Condition::All(parts) | Condition::Any(parts) => parts.iter().for_each(|p| walk(p, out)),
                Condition::Not(part) => walk(part, out),
                Condition::Is { fact, .. }
                | Condition::OneOf { fact, .. }
                | Condition::Between { fact, .. }
                | Condition::Text { fact, .. }
                | Condition::Missing { fact } => out.push(fact),
            }
        }
        let mut out = Vec::new();
        walk(self, &mut out);
        out.sort_unstable();
        out.dedup();
        out
    }

    /// Whether one customer meets it; `None` where that is not known.
    pub fn eval_one(&self, facts: &Facts, who: CustomerIx) -> Result<Option<bool>, Error> {
        let mut mine = Facts::new(1, facts.as_of());
        for name in self.facts() {
            mine.put_column(name, facts.column(name)?.only(who), facts.as_of())?;
        }
        Ok(self.eval(&mine)?.first().copied().flatten())
    }

    /// Whether each customer meets it; `None` where that is not known.
    pub fn eval(&self, facts: &Facts) -> Result<Vec<Option<bool>>, Error> {
        let n = facts.customers();
        let fold = |parts: &[Self], deciding: bool| {
            let mut out = vec![Some(!deciding); n];
            for part in parts {
                for (x, y) in out.iter_mut().zip(part.eval(facts)?) {
                    *x = match (*x, y) {
                        (Some(a), _) if a == deciding => Some(deciding),
                        (_, Some(b)) if b == deciding => Some(deciding),
                        (Some(_), Some(_)) => Some(!deciding),
                        _ => None,
                    };
                }
            }
            Ok(out)
        };
        match self {
            Self::All(parts) => fold(parts, false),
            Self::Any(parts) => fold(parts, true),
            Self::Not(part) => Ok(part.eval(facts)?.into_iter().map(|b| b.map(|b| !b)).collect()),
            Self::Is { fact, compare, value } => {
                column(facts, fact, &[value], |v| order(v, value).map(|o| compare.holds(o)))
            }
            Self::OneOf { fact, values } => column(facts, fact, &values.iter().collect::<Vec<_>>(), |v| {
                Some(values.iter().any(|value| order(v, value).is_some_and(std::cmp::Ordering::is_eq)))
            }),
            Self::Between { fact, low, high } => {
                column(facts, fact, &[low, high], |v| Some(order(v, low)?.is_ge() && order(v, high)?.is_le()))
            }
            Self::Text { fact, how, text } => {
                let text = alike(text);
                column(facts, fact, &[&Literal::Text(String::new())], |v| match v {
                    FactValue::Class(name) => Some(how.holds(&alike(name), &text)),
                    _ => None,
                })
            }
            Self::Missing { fact } => {
                let column = facts.column(fact)?;
                Ok((0..n as u32).map(|i| Some(column.value(CustomerIx(i)).is_none())).collect())
            }
        }
    }
}

fn column(
    facts: &Facts,
    fact: &str,
    literals: &[&Literal],
    test: impl Fn(FactValue<'_>) -> Option<bool>,
) -> Result<Vec<Option<bool>>, Error> {
    let column = facts.column(fact)?;
    for literal in literals {
        let fits = matches!(
            (column, literal),
            (Column::Number(_) | Column::Count(_) | Column::Money(..), Literal::Number(_))
                | (Column::Day(_), Literal::Day(_))
                | (Column::Flag(_), Literal::Flag(_))
                | (Column::Class { .. }, Literal::Text(_))
        );
        if !fits {
            return Err(Error::Kind { fact: fact.into(), holds: column.kind(), asked: literal.asked() });
        }
    }
    if let Column::Class { names, of } = column {
        // Each name is judged once, however many customers have it.
        let verdict: Vec<Option<bool>> = names.iter().map(|n| test(FactValue::Class(n))).collect();
        return Ok(of
            .iter()
            .map(|c| verdict.get(c.as_ref().copied()? as usize).copied().flatten())
            .collect());
    }
    Ok((0..facts.customers() as u32).map(|i| column.value(CustomerIx(i)).and_then(&test)).collect())
}

/// How a value stands to a literal of the same kind. Counts and amounts compare exactly; a float compares with the
/// literal's nearest float; names as [`crate::fold`] has them.
fn order(value: FactValue<'_>, literal: &Literal) -> Option<std::cmp::Ordering> {
    match (value, literal) {
        (FactValue::Number(x), Literal::Number(y)) => {
            let y: f64 = y.to_string().parse().ok()?;
            x.partial_cmp(&y)
        }
        (FactValue::Count(n), Literal::Number(y)) => Some(Decimal::from(n).cmp(y)),
        (FactValue::Money(m, unit), Literal::Number(y)) => Some(unit.decimal(m).cmp(y)),
        (FactValue::Day(a), Literal::Day(b)) => Some(a.cmp(b)),
        (FactValue::Flag(a), Literal::Flag(b)) => Some(a.cmp(b)),
        (FactValue::Class(a), Literal::Text(b)) => Some(alike(a).cmp(&alike(b))),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use naata_core::{Currency, Minor, MoneyUnit};
    use proptest::prelude::*;

    fn facts() -> Facts {
        let mut f = Facts::new(4, Day(10));
        let money = Column::Money(
            vec![Some(Minor(10_00)), Some(Minor(10_01)), None, Some(Minor(-5))],
            MoneyUnit::of(Currency::INR),
        );
        f.put_column("value", money, Day(10)).unwrap();
        f.put_column("orders", Column::Count(vec![Some(1), Some(2), Some(3), None]), Day(10)).unwrap();
        let of = vec![Some(0), Some(1), None, Some(0)];
        f.put_column("city", Column::Class { names: vec!["Kolkata".into(), "কলকাতা".into()], of }, Day(10))
            .unwrap();
        f.put_column("active", Column::Flag(vec![Some(true), Some(false), None, Some(true)]), Day(10))
            .unwrap();
        f
    }

    fn is(fact: &str, compare: Compare, value: Literal) -> Condition {
        Condition::Is { fact: fact.into(), compare, value }
    }

    #[test]
    fn amounts_compare_exactly_and_missing_is_neither() {
        let c = is("value", Compare::Above, Literal::Number(Decimal::new(10, 0)));
        assert_eq!(c.eval(&facts()), Ok(vec![Some(false), Some(true), None, Some(false)]));
        let missing = Condition::Missing { fact: "value".into() };
        assert_eq!(missing.eval(&facts()), Ok(vec![Some(false), Some(false), Some(true), Some(false)]));
        let bengali =
            Condition::Text { fact: "city".into(), how: TextMatch::StartsWith, text: "কলকা".into() };
        assert_eq!(bengali.eval(&facts()), Ok(vec![Some(false), Some(true), None, Some(false)]));
    }

    #[test]
    fn mistakes_are_typed() {
        let c = is("valeu", Compare::Above, Literal::Number(Decimal::ONE));
        assert_eq!(
            c.eval(&facts()),
            Err(Error::Unknown { fact: "valeu".into(), suggestion: Some("value".into()) })
        );
        let c = is("city", Compare::Above, Literal::Number(Decimal::ONE));
        assert!(matches!(c.eval(&facts()), Err(Error::Kind { .. })));
    }

    #[test]
    fn conditions_survive_being_written_down() {
        let c = Condition::All(vec![
            is("orders", Compare::AtLeast, Literal::Number(Decimal::new(25, 1))),
            Condition::Not(Box::new(Condition::OneOf {
                fact: "city".into(),
                values: vec![Literal::Text("দিল্লি".into())],
            })),
        ]);
        let text = serde_json::to_string(&c).unwrap();
        assert_eq!(serde_json::from_str::<Condition>(&text).unwrap(), c);
    }

    fn leaf() -> impl Strategy<Value = Condition> {
        let compare =
            prop::sample::select(vec![Compare::Below, Compare::AtMost, Compare::Equal, Compare::AtLeast]);
        prop_oneof![
            (compare, -2i64..5).prop_map(|(c, n)| is("orders", c, Literal::Number(Decimal::new(n, 0)))),
            any::<bool>().prop_map(|b| is("active", Compare::Equal, Literal::Flag(b))),
            Just(Condition::Missing { fact: "city".into() }),
        ]
    }

    fn tree() -> impl Strategy<Value = Condition> {
        leaf().prop_recursive(4, 24, 3, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..3).prop_map(Condition::All),
                prop::collection::vec(inner.clone(), 0..3).prop_map(Condition::Any),
                inner.prop_map(|c| Condition::Not(Box::new(c))),
            ]
        })
    }

    proptest! {
        #[test]
        fn de_morgan_and_double_negation_hold(a in tree(), b in tree()) {
            let f = facts();
            let not = |c: Condition| Condition::Not(Box::new(c));
            let left = not(Condition::All(vec![a.clone(), b.clone()])).eval(&f).unwrap();
            let right = Condition::Any(vec![not(a.clone()), not(b.clone())]).eval(&f).unwrap();
            prop_assert_eq!(left, right);
            prop_assert_eq!(not(not(a.clone())).eval(&f).unwrap(), a.eval(&f).unwrap());
        }
    }
}
