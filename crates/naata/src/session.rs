//! A session over one base: each analysis runs once for its parameters, and its facts are there for the others.

use crate::entry::{Entry, Get, Run};
use crate::{Base, CATALOGUE, Error, View};
use naata_core::{Context, Summary};
use naata_facts::{Facts, nearest};
use std::sync::Arc;

/// Runs analyses of a catalogue over a sealed base on one day, remembering answers by key and parameters.
#[derive(Debug)]
pub struct Session<'a> {
    base: &'a Base,
    cx: Context<'a>,
    catalogue: &'a [Entry],
    summaries: Option<Vec<Summary>>,
    facts: Facts,
    defaults: Vec<(String, String, String)>,
    done: Vec<Remembered>,
}

#[derive(Debug)]
struct Remembered {
    key: &'static str,
    parameters: Vec<(&'static str, String)>,
    run: Arc<Run>,
}

impl<'a> Session<'a> {
    /// A session with naata's own catalogue.
    pub fn new(base: &'a Base, cx: Context<'a>) -> Result<Self, Error> {
        Self::with_catalogue(base, cx, CATALOGUE)
    }

    /// A session with a catalogue of one's own; usually naata's and a few lines more.
    pub fn with_catalogue(base: &'a Base, cx: Context<'a>, catalogue: &'a [Entry]) -> Result<Self, Error> {
        Ok(Self {
            base,
            cx,
            catalogue,
            summaries: base.summaries(&cx)?,
            facts: Facts::new(base.ids.len(), cx.as_of),
            defaults: Vec::new(),
            done: Vec::new(),
        })
    }

    /// Sets a parameter of an analysis for the whole session, as a project file does.
    pub fn set_default(&mut self, key: &str, name: &str, value: &str) {
        self.defaults.push((key.into(), name.replace('-', "_"), value.into()));
    }

    /// The base.
    pub fn base(&self) -> &'a Base {
        self.base
    }

    /// The context.
    pub fn context(&self) -> &Context<'a> {
        &self.cx
    }

    /// The entry of an analysis.
    pub fn entry(&self, key: &str) -> Result<&'a Entry, Error> {
        self.catalogue.iter().find(|e| e.card.key == key).ok_or_else(|| Error::UnknownAnalysis {
            key: key.into(),
            suggestion: nearest(key, self.catalogue.iter().map(|e| e.card.key)).map(str::to_string),
        })
    }

    /// Whether everything an analysis needs is there.
    pub fn can_run(&self, entry: &Entry) -> bool {
        entry.needs().iter().all(|n| self.view().has(*n))
    }

    /// Runs an analysis; parameters that `get` does not give take the session's defaults, then the declared ones.
    /// Facts that the parameters mention are worked out first, each once; a circle is refused.
    pub fn ask(&mut self, key: &str, get: Get<'_>) -> Result<Arc<Run>, Error> {
        let entry = self.entry(key)?;
        self.ask_entry(entry, get, &mut Vec::new())
    }

    /// The facts of the given names, working out what is not there yet.
    pub fn facts(&mut self, names: &[&str]) -> Result<&Facts, Error> {
        for name in names {
            self.ready(name, &mut Vec::new())?;
        }
        Ok(&self.facts)
    }

    fn view(&self) -> View<'_> {
        View { base: self.base, summaries: self.summaries.as_deref(), facts: &self.facts }
    }

    fn ask_entry(
        &mut self,
        entry: &'a Entry,
        get: Get<'_>,
        path: &mut Vec<String>,
    ) -> Result<Arc<Run>, Error> {
        let key = entry.card.key;
        let defaults: Vec<(String, String)> = self
            .defaults
            .iter()
            .filter(|(k, _, _)| k == key)
            .map(|(_, n, v)| (n.clone(), v.clone()))
            .collect();
        let given = |name: &str| {
            get(name).or_else(|| defaults.iter().rev().find(|(n, _)| n == name).map(|(_, v)| v.clone()))
        };
        let parameters = (entry.echo)(&given)?;
        if let Some(known) = self.done.iter().find(|d| d.key == key && d.parameters == parameters) {
            return Ok(Arc::clone(&known.run));
        }
        for want in (entry.wants)(&given)? {
            self.ready(&want, path)?;
        }
        let run = Arc::new((entry.run)(self.view(), &given, &self.cx)?);
        self.done.push(Remembered { key, parameters, run: Arc::clone(&run) });
        Ok(run)
    }

    /// Makes a fact ready by running the analysis that provides it, with the session's parameters.
    fn ready(&mut self, fact: &str, path: &mut Vec<String>) -> Result<(), Error> {
        if self.facts.has(fact) {
            return Ok(());
        }
        if path.iter().any(|p| p == fact) {
            path.push(fact.into());
            return Err(Error::Circle { path: std::mem::take(path) });
        }
        let catalogue = self.catalogue;
        let entry =
            catalogue.iter().find(|e| e.provides.contains(&fact)).ok_or_else(|| Error::UnknownFact {
                fact: fact.into(),
                suggestion: nearest(fact, catalogue.iter().flat_map(|e| e.provides.iter().copied()))
                    .map(str::to_string),
            })?;
        path.push(fact.into());
        let run = self.ask_entry(entry, &|_| None, path)?;
        path.pop();
        self.facts.absorb(run.facts.clone())?;
        Ok(())
    }
}
