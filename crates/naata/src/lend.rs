//! How a session lends inputs by type: what an analysis needs follows from what it borrows, so it cannot be wrong.

use crate::Base;
use naata_answer::AsAsked;
use naata_core::{
    AnswerRow, ConsentRow, CostRow, CustomerRow, DealRow, Histories, Ids, Intake, LeadRow, LineRow,
    MoneyUnit, PurchaseRow, SendRow, SubscriptionRow, Summary, TableKind, Takings, Texts, TicketRow,
    TouchRow,
};
use naata_facts::Facts;
use naata_facts::rules::Rules;
use naata_loyalty::{Event, Programme};
use naata_segments::sets::SegmentSet;
use std::sync::Arc;

/// Something an analysis cannot run without.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Need {
    /// A table.
    Table(TableKind),
    /// What each customer bought, in a few numbers.
    Summaries,
    /// A loyalty programme.
    Programme,
    /// The events of a loyalty programme, or purchases to derive them from.
    Events,
    /// Segments told in rules.
    Rules,
    /// Boxes of RFM scores with names of one's own.
    Boxes,
}

impl Need {
    /// How it is called in messages.
    pub fn name(self) -> &'static str {
        match self {
            Self::Table(kind) => kind.name(),
            Self::Summaries => TableKind::Purchases.name(),
            Self::Programme => "a programme",
            Self::Events => "events or purchases",
            Self::Rules => "rules of segments",
            Self::Boxes => "boxes of scores",
        }
    }

    /// The name under which its words are found: `word.needs.purchases`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Table(kind) => kind.name(),
            Self::Summaries => TableKind::Purchases.name(),
            Self::Programme => "programme",
            Self::Events => "events",
            Self::Rules => "rules",
            Self::Boxes => "boxes",
        }
    }
}

/// What a session can lend.
#[derive(Clone, Copy, Debug)]
pub struct View<'a> {
    pub(crate) base: &'a Base,
    pub(crate) summaries: Option<&'a Arc<Vec<Summary>>>,
    pub(crate) facts: &'a Facts,
}

/// An input a session can lend.
#[diagnostic::on_unimplemented(
    message = "a session cannot lend `{Self}` to an analysis",
    note = "see the implementations of `Lend`: tables as `&Histories<..Row>`, `&[Summary]`, `&Takings`, `&Facts`, tuples and `Option` of these"
)]
pub trait Lend<'a>: Sized {
    /// Adds what it needs.
    fn needs(out: &mut Vec<Need>);
    /// Adds the tables whose rows it borrows or comes from, also those it can do without.
    fn rows(out: &mut Vec<TableKind>) {
        let mut needs = Vec::new();
        Self::needs(&mut needs);
        out.extend(needs.into_iter().filter_map(|need| match need {
            Need::Table(kind) => Some(kind),
            // Events that no file states are derived from purchases.
            Need::Events => Some(TableKind::Purchases),
            Need::Summaries | Need::Programme | Need::Rules | Need::Boxes => None,
        }));
    }
    /// Lends it; `None` when it is absent.
    fn lend(view: View<'a>) -> Option<Self>;
}

macro_rules! lend_tables {
    ($($row:ty => $field:ident, $kind:ident;)*) => {$(
        impl<'a> Lend<'a> for &'a Histories<$row> {
            fn needs(out: &mut Vec<Need>) {
                out.push(Need::Table(TableKind::$kind));
            }
            fn lend(view: View<'a>) -> Option<Self> {
                view.base.$field.as_ref()
            }
        }
    )*};
}
lend_tables! {
    CustomerRow => customers, Customers;
    PurchaseRow => purchases, Purchases;
    LineRow => lines, Lines;
    TouchRow => touches, Touches;
    AnswerRow => surveys, Surveys;
    SubscriptionRow => subscriptions, Subscriptions;
    TicketRow => tickets, Tickets;
    ConsentRow => consents, Consents;
    DealRow => deals, Deals;
    LeadRow => leads, Leads;
    SendRow => campaigns, Campaigns;
    CostRow => costs, Costs;
}

macro_rules! lend {
    ($($type:ty, [$($need:expr),*], $view:ident => $body:expr;)*) => {$(
        impl<'a> Lend<'a> for $type {
            fn needs(out: &mut Vec<Need>) {
                let _ = &out;
                $(out.push($need);)*
            }
            fn lend($view: View<'a>) -> Option<Self> {
                $body
            }
        }
    )*};
}
lend! {
    &'a [Summary], [Need::Summaries], v => v.summaries.map(|s| s.as_slice());
    Arc<Vec<Summary>>, [Need::Summaries], v => v.summaries.cloned();
    &'a Takings, [Need::Table(TableKind::Purchases)], v => v.base.takings.as_ref();
    &'a Ids, [], v => Some(&v.base.ids);
    &'a Texts, [], v => Some(&v.base.texts);
    &'a Intake, [], v => Some(&v.base.intake);
    &'a Facts, [], v => Some(v.facts);
    MoneyUnit, [], v => Some(v.base.unit);
    &'a Programme, [Need::Programme], v => v.base.programme.as_ref();
    &'a [Event], [Need::Events], v => v.base.events.as_deref();
}

impl<'a> Lend<'a> for &'a SegmentSet {
    fn needs(out: &mut Vec<Need>) {
        out.push(Need::Boxes);
    }
    fn rows(_: &mut Vec<TableKind>) {}
    fn lend(view: View<'a>) -> Option<Self> {
        view.base.boxes.as_ref()
    }
}

impl<'a> Lend<'a> for &'a Rules {
    fn needs(out: &mut Vec<Need>) {
        out.push(Need::Rules);
    }
    fn rows(out: &mut Vec<TableKind>) {
        // What rules look at is known only when they are read; each table may be meant.
        out.extend(TableKind::ALL);
    }
    fn lend(view: View<'a>) -> Option<Self> {
        view.base.rules.as_ref()
    }
}

impl<'a, T: Lend<'a>> Lend<'a> for Option<T> {
    fn needs(_: &mut Vec<Need>) {}
    fn rows(out: &mut Vec<TableKind>) {
        T::rows(out);
    }
    fn lend(view: View<'a>) -> Option<Self> {
        Some(T::lend(view))
    }
}

impl<'a, T: Lend<'a>> Lend<'a> for AsAsked<T> {
    fn needs(_: &mut Vec<Need>) {}
    fn rows(_: &mut Vec<TableKind>) {}
    fn lend(view: View<'a>) -> Option<Self> {
        Some(Self(T::lend(view)))
    }
}

macro_rules! lend_tuples {
    ($(($($t:ident),+))*) => {$(
        impl<'a, $($t: Lend<'a>),+> Lend<'a> for ($($t,)+) {
            fn needs(out: &mut Vec<Need>) {
                $($t::needs(out);)+
            }
            fn rows(out: &mut Vec<TableKind>) {
                $($t::rows(out);)+
            }
            fn lend(view: View<'a>) -> Option<Self> {
                Some(($($t::lend(view)?,)+))
            }
        }
    )*};
}
lend_tuples! { (A, B) (A, B, C) (A, B, C, D) (A, B, C, D, E) (A, B, C, D, E, F) (A, B, C, D, E, F, G) (A, B, C, D, E, F, G, H) }

impl View<'_> {
    /// Whether something an analysis may need is there.
    pub(crate) fn has(&self, need: Need) -> bool {
        let b = self.base;
        match need {
            Need::Summaries => self.summaries.is_some(),
            Need::Programme => b.programme.is_some(),
            Need::Events => b.events.is_some(),
            Need::Rules => b.rules.is_some(),
            Need::Boxes => b.boxes.is_some(),
            Need::Table(kind) => match kind {
                TableKind::Customers => b.customers.is_some(),
                TableKind::Purchases => b.purchases.is_some(),
                TableKind::Lines => b.lines.is_some(),
                TableKind::Touches => b.touches.is_some(),
                TableKind::Surveys => b.surveys.is_some(),
                TableKind::Subscriptions => b.subscriptions.is_some(),
                TableKind::Tickets => b.tickets.is_some(),
                TableKind::Consents => b.consents.is_some(),
                TableKind::Deals => b.deals.is_some(),
                TableKind::Leads => b.leads.is_some(),
                TableKind::Campaigns => b.campaigns.is_some(),
                TableKind::Costs => b.costs.is_some(),
            },
        }
    }
}
