//! One line of the catalogue: function pointers made from a type; no trait object, no downcast.

use crate::{Error, Lend, Need, View};
use naata_answer::{Analysis, Answer, Card, ParamSpec, Params, Present};
use naata_core::{Context, TableKind};
use naata_facts::{Facts, Provide};

/// Texts of parameters by name.
pub type Get<'g> = &'g dyn Fn(&str) -> Option<String>;

/// Name and text of each parameter.
type Echo = Vec<(&'static str, String)>;

/// The answer of a run, with the parameters it was given and the facts it provides.
#[derive(Clone, Debug)]
pub struct Run {
    /// What the analysis said.
    pub answer: Answer,
    /// Its parameters, by name.
    pub parameters: Vec<(&'static str, String)>,
    pub(crate) facts: Facts,
}

/// One analysis of a catalogue.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// What it is.
    pub card: &'static Card,
    /// Its parameters.
    pub specs: fn() -> Vec<ParamSpec>,
    /// The names of the facts it provides.
    pub provides: &'static [&'static str],
    needs: fn() -> Vec<Need>,
    rows: fn() -> Vec<TableKind>,
    pub(crate) wants: fn(Get<'_>) -> Result<Vec<String>, Error>,
    pub(crate) asks: fn(Get<'_>) -> Result<&'static [TableKind], Error>,
    pub(crate) echo: fn(Get<'_>) -> Result<Echo, Error>,
    pub(crate) run: fn(View<'_>, Get<'_>, &Context<'_>) -> Result<Run, Error>,
}

impl Entry {
    /// The entry of an analysis.
    pub const fn of<A: Analysis>() -> Self
    where
        for<'a> A::Input<'a>: Lend<'a>,
    {
        Self {
            card: const { &A::CARD },
            specs: <A::Params as Params>::specs,
            provides: &[],
            needs: needs::<A>,
            rows: rows::<A>,
            wants: wants::<A>,
            asks: asks::<A>,
            echo: echo::<A>,
            run: run::<A>,
        }
    }

    /// The entry of an analysis that says something about each customer.
    pub const fn with_facts<A: Analysis>() -> Self
    where
        for<'a> A::Input<'a>: Lend<'a>,
        A::Output: Provide,
    {
        Self { provides: <A::Output as Provide>::FACTS, run: run_with_facts::<A>, ..Self::of::<A>() }
    }

    /// What it cannot run without, each once.
    pub fn needs(&self) -> Vec<Need> {
        let mut needs = (self.needs)();
        needs.sort_unstable();
        needs.dedup();
        needs
    }

    /// The tables whose rows it borrows, also those it can do without; each once.
    pub fn rows(&self) -> Vec<TableKind> {
        let mut rows = (self.rows)();
        rows.sort_unstable();
        rows.dedup();
        rows
    }
}

fn rows<A: Analysis>() -> Vec<TableKind>
where
    for<'a> A::Input<'a>: Lend<'a>,
{
    let mut out = Vec::new();
    <A::Input<'static> as Lend<'static>>::rows(&mut out);
    out
}

fn needs<A: Analysis>() -> Vec<Need>
where
    for<'a> A::Input<'a>: Lend<'a>,
{
    let mut out = Vec::new();
    <A::Input<'static> as Lend<'static>>::needs(&mut out);
    out
}

fn read<A: Analysis>(get: Get<'_>) -> Result<A::Params, Error> {
    A::Params::read(get).map_err(|text| Error::Parameter { key: A::CARD.key, text })
}

fn wants<A: Analysis>(get: Get<'_>) -> Result<Vec<String>, Error> {
    Ok(A::wants(&read::<A>(get)?))
}

fn asks<A: Analysis>(get: Get<'_>) -> Result<&'static [TableKind], Error> {
    Ok(A::asks(&read::<A>(get)?))
}

fn echo<A: Analysis>(get: Get<'_>) -> Result<Echo, Error> {
    Ok(read::<A>(get)?.echo())
}

fn output<A: Analysis>(view: View<'_>, params: &A::Params, cx: &Context<'_>) -> Result<A::Output, Error>
where
    for<'a> A::Input<'a>: Lend<'a>,
{
    let input = <A::Input<'_> as Lend<'_>>::lend(view).ok_or_else(|| {
        let mut needs = needs::<A>();
        needs.sort_unstable();
        needs.dedup();
        needs.retain(|n| !view.has(*n));
        Error::Missing { key: A::CARD.key, needs }
    })?;
    Ok(A::run(input, params, cx)?)
}

fn run<A: Analysis>(view: View<'_>, get: Get<'_>, cx: &Context<'_>) -> Result<Run, Error>
where
    for<'a> A::Input<'a>: Lend<'a>,
{
    let params = read::<A>(get)?;
    let answer = output::<A>(view, &params, cx)?.answer();
    Ok(Run { answer, parameters: params.echo(), facts: Facts::new(view.base.ids.len(), cx.as_of) })
}

fn run_with_facts<A: Analysis>(view: View<'_>, get: Get<'_>, cx: &Context<'_>) -> Result<Run, Error>
where
    for<'a> A::Input<'a>: Lend<'a>,
    A::Output: Provide,
{
    let params = read::<A>(get)?;
    let output = output::<A>(view, &params, cx)?;
    let mut facts = Facts::new(view.base.ids.len(), cx.as_of);
    output.provide(&mut facts)?;
    Ok(Run { answer: output.answer(), parameters: params.echo(), facts })
}

impl Run {
    /// The run of an analysis that could not answer, with an answer that says why.
    pub fn refused(answer: Answer) -> Self {
        Self { answer, parameters: Vec::new(), facts: Facts::new(0, naata_core::Day(0)) }
    }
}
