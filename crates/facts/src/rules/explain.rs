//! Why a customer is in a segment or not: the smallest set of clauses that settle it.
//!
//! # Formula
//! A set of clauses settles a verdict when the verdict stays the same whatever the other clauses would say. "In" needs
//! the condition to be true; "out" needs it not to be true, by being false or unknown. For `all`: in by all parts, out
//! by the cheapest part that is not true. For `any`: in by the cheapest part that is true, out by all parts. `not`
//! turns true and false round and leaves unknown. As each clause stands once in a file, the cheapest choice at each
//! step is the smallest set over all.

use super::{Clause, Rules, Subject, Test};
use crate::{Error, FactValue, Facts};
use naata_core::CustomerIx;

/// What is to be shown of a condition.
#[derive(Clone, Copy, PartialEq)]
enum Goal {
    True,
    False,
    NotTrue,
    NotFalse,
}

impl Goal {
    fn holds(self, x: Option<bool>) -> bool {
        match self {
            Self::True => x == Some(true),
            Self::False => x == Some(false),
            Self::NotTrue => x != Some(true),
            Self::NotFalse => x != Some(false),
        }
    }

    fn turned(self) -> Self {
        match self {
            Self::True => Self::False,
            Self::False => Self::True,
            Self::NotTrue => Self::NotFalse,
            Self::NotFalse => Self::NotTrue,
        }
    }
}

/// One clause of an explanation.
#[derive(Clone, Debug, PartialEq)]
pub struct Seen<'a> {
    /// The clause.
    pub test: &'a Test,
    /// What it says of the customer; `None` when that is not known.
    pub holds: Option<bool>,
    /// The value it saw; `None` when nothing is known.
    pub value: Option<FactValue<'a>>,
}

/// Why a customer is in a segment or not.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Why<'a> {
    /// Whether they are in; `None` when that is not known, and then they are not.
    pub member: Option<bool>,
    /// The smallest set of clauses that settle it, in the order of the file.
    pub clauses: Vec<Seen<'a>>,
}

impl Rules {
    /// Why a customer is in a segment or not. The facts must hold what the segment mentions, as
    /// [`work_out`](Rules::work_out) leaves them.
    pub fn explain<'a>(&'a self, segment: &str, who: CustomerIx, facts: &'a Facts) -> Result<Why<'a>, Error> {
        let segment = self.segment(segment)?;
        let node = judge(&segment.when, who, facts)?;
        let goal = if node.holds == Some(true) { Goal::True } else { Goal::NotTrue };
        let mut clauses = Vec::new();
        node.settle(goal, &mut clauses);
        Ok(Why { member: node.holds, clauses })
    }
}

/// A condition with what it says of one customer.
struct Node<'a> {
    holds: Option<bool>,
    shape: Shape<'a>,
}

enum Shape<'a> {
    All(Vec<Node<'a>>),
    Any(Vec<Node<'a>>),
    Not(Box<Node<'a>>),
    Leaf(Seen<'a>),
}

fn judge<'a>(clause: &'a Clause, who: CustomerIx, facts: &'a Facts) -> Result<Node<'a>, Error> {
    let many =
        |parts: &'a [Clause]| parts.iter().map(|p| judge(p, who, facts)).collect::<Result<Vec<_>, _>>();
    let fold = |parts: &[Node<'a>], deciding: bool| {
        if parts.iter().any(|p| p.holds == Some(deciding)) {
            Some(deciding)
        } else if parts.iter().any(|p| p.holds.is_none()) {
            None
        } else {
            Some(!deciding)
        }
    };
    Ok(match clause {
        Clause::All(parts) => {
            let parts = many(parts)?;
            Node { holds: fold(&parts, false), shape: Shape::All(parts) }
        }
        Clause::Any(parts) => {
            let parts = many(parts)?;
            Node { holds: fold(&parts, true), shape: Shape::Any(parts) }
        }
        Clause::Not(part) => {
            let part = judge(part, who, facts)?;
            Node { holds: part.holds.map(|h| !h), shape: Shape::Not(Box::new(part)) }
        }
        Clause::Test(test) => {
            let key = match &test.subject {
                Subject::Fact(name) => facts.key(name),
                _ => facts.key(&test.fact()),
            }?;
            let value = facts.value(key, who)?;
            let holds = test.condition(facts.as_of()).eval_one(facts, who)?;
            Node { holds, shape: Shape::Leaf(Seen { test, holds, value }) }
        }
    })
}

impl<'a> Node<'a> {
    /// How many clauses it takes to settle a goal that holds.
    fn cost(&self, goal: Goal) -> usize {
        let every = |parts: &[Self]| parts.iter().map(|p| p.cost(goal)).sum();
        let one = |parts: &[Self]| cheapest(parts, goal).map_or(0, |p| p.cost(goal));
        match &self.shape {
            Shape::All(parts) if matches!(goal, Goal::True | Goal::NotFalse) => every(parts),
            Shape::Any(parts) if matches!(goal, Goal::False | Goal::NotTrue) => every(parts),
            Shape::All(parts) | Shape::Any(parts) => one(parts),
            Shape::Not(part) => part.cost(goal.turned()),
            Shape::Leaf(_) => 1,
        }
    }

    fn settle(&self, goal: Goal, out: &mut Vec<Seen<'a>>) {
        match &self.shape {
            Shape::All(parts) if matches!(goal, Goal::True | Goal::NotFalse) => {
                parts.iter().for_each(|p| p.settle(goal, out));
            }
            Shape::Any(parts) if matches!(goal, Goal::False | Goal::NotTrue) => {
                parts.iter().for_each(|p| p.settle(goal, out));
            }
            Shape::All(parts) | Shape::Any(parts) => {
                if let Some(part) = cheapest(parts, goal) {
                    part.settle(goal, out);
                }
            }
            Shape::Not(part) => part.settle(goal.turned(), out),
            Shape::Leaf(seen) => out.push(seen.clone()),
        }
    }
}

/// The first of the parts that settle a goal with the fewest clauses.
fn cheapest<'n, 'a>(parts: &'n [Node<'a>], goal: Goal) -> Option<&'n Node<'a>> {
    parts.iter().filter(|p| goal.holds(p.holds)).min_by_key(|p| p.cost(goal))
}
