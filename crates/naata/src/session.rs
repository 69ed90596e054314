//! A session over one base: each analysis runs once for its parameters, and its facts are there for the others.

use crate::entry::{Entry, Get, Run};
use crate::{Base, CATALOGUE, Error, Need, View};
use naata_core::{Context, Finding, Severity, Summary, TableKind};
use naata_customers::Profiles;
use naata_facts::rules::PREFIX;
use naata_facts::{Facts, Provide, Seen, nearest};
use naata_segments::discount::Discounts;
use naata_segments::rules::{SERVED, served};
use std::sync::Arc;

/// Runs analyses of a catalogue over a sealed base on one day, remembering answers by key and parameters.
#[derive(Debug)]
pub struct Session<'a> {
    base: &'a Base,
    cx: Context<'a>,
    catalogue: &'a [Entry],
    summaries: Option<Arc<Vec<Summary>>>,
    facts: Facts,
    defaults: Vec<(String, String, String)>,
    done: Vec<Remembered>,
    absent: Vec<Absent>,
    /// How many sessions of later days this one was opened for.
    depth: u8,
}

/// A fact that rules name and nobody could work out, with the reason.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Absent {
    /// The fact, as the rules name it.
    pub fact: String,
    /// Why.
    pub why: Why,
}

/// Why a fact could not be worked out.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Why {
    /// Something it is worked out from was not given.
    Needs(Vec<Need>),
    /// The analysis it comes from gives no answer on these data.
    Refused {
        /// The key of the analysis.
        analysis: &'static str,
        /// The code of its error.
        code: &'static str,
        /// The error, so that "failed to" can stand before it.
        error: String,
    },
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
            absent: Vec::new(),
            depth: 0,
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

    /// The names of all facts that can be asked for.
    pub fn fact_names(&self) -> impl Iterator<Item = &'static str> + use<'a> {
        let recorded = Profiles::FACTS.iter().chain(Discounts::FACTS).copied().chain([SERVED]);
        self.catalogue.iter().flat_map(|e| e.provides.iter().copied()).chain(recorded)
    }

    /// Works out the segments told in rules, once.
    fn ready_rules(&mut self, path: &mut Vec<String>) -> Result<(), Error> {
        let base = self.base;
        let Some(rules) = &base.rules else {
            return Err(Error::Missing { key: "segments", needs: vec![Need::Rules] });
        };
        if rules.segments.iter().all(|s| self.facts.has(&s.fact())) {
            return Ok(());
        }
        // Circles of segments are found when the file is read; this is one through an analysis.
        let all = format!("{PREFIX}*");
        if path.contains(&all) {
            path.push(all);
            return Err(Error::Circle { path: std::mem::take(path) });
        }
        path.push(all);
        for fact in rules.facts() {
            match self.ready(fact, path) {
                Ok(()) => {}
                Err(e @ Error::Circle { .. }) => return Err(e),
                // What cannot be worked out is not known: the segments say for how many it is missing, and why.
                Err(e) => {
                    let nothing = crate::known::kind(fact).nothing(base.ids.len(), base.unit);
                    self.facts.put_column(fact, nothing, self.cx.as_of)?;
                    let of = Seen::parse(fact).map_or(fact, |(of, _)| of);
                    let why = match e {
                        Error::Missing { needs, .. } => Why::Needs(needs),
                        e => Why::Refused {
                            analysis: self
                                .catalogue
                                .iter()
                                .find(|c| c.provides.contains(&of))
                                .map_or("", |c| c.card.key),
                            code: e.code(),
                            error: e.to_string(),
                        },
                    };
                    self.note_absent(fact.into(), why);
                }
            }
        }
        path.pop();
        rules.work_out_on(self.cx.exec, &mut self.facts, Some(&base.tables()))?;
        let column = served(rules, &self.facts).map_err(naata_answer::Refusal::from)?;
        Ok(self.facts.put_column(SERVED, column, self.cx.as_of)?)
    }

    /// Works out a fact as it was on an earlier day, in a session of its own that knows nothing later.
    fn ready_earlier(&mut self, name: &str, fact: &str, seen: Seen) -> Result<(), Error> {
        const DEEPEST: u8 = 4;
        let circle = || Error::Circle { path: vec![name.into(), fact.into()] };
        let day = seen.day(self.cx.as_of).filter(|day| *day <= self.cx.as_of);
        let day =
            day.ok_or_else(|| Error::UnknownFact { fact: name.into(), suggestion: Some(fact.into()) })?;
        if self.depth >= DEEPEST {
            return Err(circle());
        }
        let mut earlier =
            Session::with_catalogue(self.base, Context { as_of: day, ..self.cx }, self.catalogue)?;
        earlier.defaults.clone_from(&self.defaults);
        earlier.depth = self.depth + 1;
        let column = earlier.facts(&[fact])?.column(fact)?.clone();
        for Absent { fact, why } in earlier.absent {
            self.note_absent(seen.name(&fact), why);
        }
        Ok(self.facts.put_column(name, column, day)?)
    }

    fn note_absent(&mut self, fact: String, why: Why) {
        if !self.absent.iter().any(|known| known.fact == fact) {
            self.absent.push(Absent { fact, why });
        }
    }

    /// The facts that rules name and nobody could work out, each with the reason.
    pub fn absent(&self) -> &[Absent] {
        &self.absent
    }

    /// The same as findings.
    pub fn absent_findings(&self) -> Vec<Finding> {
        let one = |Absent { fact, why }: &Absent| match why {
            Why::Needs(needs) => {
                let needs: Vec<&str> = needs.iter().map(|n| n.word()).collect();
                Finding::new("facts.absent", Severity::Warning).value(fact).detail("needs", &needs.join(","))
            }
            Why::Refused { analysis, code, error } => Finding::new("facts.refused", Severity::Warning)
                .value(fact)
                .detail("analysis", analysis)
                .detail("reason", code)
                .detail("error", error),
        };
        self.absent.iter().map(one).collect()
    }

    /// What each customer bought up to the day one stands on; `None` without purchases.
    pub(crate) fn summaries(&self) -> Option<&[Summary]> {
        self.summaries.as_deref().map(Vec::as_slice)
    }

    fn view(&self) -> View<'_> {
        View { base: self.base, summaries: self.summaries.as_ref(), facts: &self.facts }
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
        let wants = (entry.wants)(&given)?;
        for want in &wants {
            self.ready(want, path)?;
        }
        if entry.needs().contains(&Need::Rules) && self.base.rules.is_some() {
            self.ready_rules(path)?;
        }
        let mut run = (entry.run)(self.view(), &given, &self.cx)?;
        // What rules could not look at travels with whatever rests on them.
        let by_rules =
            |name: &String| Seen::parse(name).map_or(name.as_str(), |(fact, _)| fact).starts_with(SERVED);
        if entry.needs().contains(&Need::Rules) || wants.iter().any(by_rules) {
            run.answer.findings.extend(self.absent_findings());
        }
        let run = Arc::new(run);
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
        if let Some((of, seen)) = Seen::parse(fact) {
            return self.ready_earlier(fact, of, seen);
        }
        if Profiles::FACTS.contains(&fact)
            && let (Some(rows), texts) = (&self.base.customers, &self.base.texts)
        {
            // Recorded facts need no analysis: they are what the customer table says.
            let mut recorded = Facts::new(self.base.ids.len(), self.cx.as_of);
            Profiles { rows, texts, unit: self.base.unit }.provide(&mut recorded)?;
            return Ok(self.facts.absorb(recorded)?);
        }
        if Discounts::FACTS.contains(&fact)
            && let Some(lines) = &self.base.lines
        {
            let mut habits = Facts::new(self.base.ids.len(), self.cx.as_of);
            Discounts { lines }.provide(&mut habits)?;
            return Ok(self.facts.absorb(habits)?);
        }
        let recorded: [(&[&'static str], TableKind); 2] =
            [(Profiles::FACTS, TableKind::Customers), (Discounts::FACTS, TableKind::Lines)];
        for (facts, table) in recorded {
            if let Some(key) = facts.iter().find(|f| **f == fact) {
                return Err(Error::Missing { key, needs: vec![Need::Table(table)] });
            }
        }
        if fact.starts_with(PREFIX) || fact == SERVED {
            self.ready_rules(path)?;
            return self.facts.column(fact).map(|_| ()).map_err(Error::from);
        }
        let catalogue = self.catalogue;
        let entry =
            catalogue.iter().find(|e| e.provides.contains(&fact)).ok_or_else(|| Error::UnknownFact {
                fact: fact.into(),
                suggestion: nearest(fact, self.fact_names()).map(str::to_string),
            })?;
        path.push(fact.into());
        let run = self.ask_entry(entry, &|_| None, path)?;
        path.pop();
        self.facts.absorb(run.facts.clone())?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use naata_answer::{Analysis, Answer, Card, Present, Refusal};
    use naata_core::{Currency, CustomerIx, Day, Intake, MoneyUnit, Part, Zone, records::Customer};
    use naata_facts::{Fact, FactValue};

    fn base() -> Base {
        let mut part = Part::new(MoneyUnit::of(Currency::INR), Zone::UTC);
        let city = Some("কলকাতা".to_string());
        part.customer(&Customer { id: "b".into(), city, ..Customer::default() }).unwrap();
        part.customer(&Customer { id: "a".into(), ..Customer::default() }).unwrap();
        Base::seal(part, Intake::default()).unwrap()
    }

    /// An analysis that wants its own fact.
    struct Snake;
    struct Coil;
    impl Present for Coil {
        fn answer(&self) -> Answer {
            Answer::default()
        }
    }
    impl Provide for Coil {
        const FACTS: &'static [&'static str] = &["test.snake.tail"];
        fn provide(&self, out: &mut Facts) -> Result<(), naata_facts::Error> {
            out.put(&Fact::<bool>::new("test.snake.tail"), vec![None; out.customers()])
        }
    }
    impl Analysis for Snake {
        type Params = ();
        type Input<'a> = &'a Facts;
        type Output = Coil;
        const CARD: Card = Card {
            key: "snake",
            version: 1,
            title: "",
            unit: "",
            formula: "",
            source: "",
            assumptions: &[],
            words: &[],
            example: "",
        };
        fn wants((): &()) -> Vec<String> {
            vec!["test.snake.tail".into()]
        }
        fn run(_: &Facts, (): &(), _: &Context<'_>) -> Result<Coil, Refusal> {
            Ok(Coil)
        }
    }

    #[test]
    fn recorded_facts_need_no_analysis() {
        let base = base();
        let mut session = Session::new(&base, Context::at(Day(0))).unwrap();
        let facts = session.facts(&["customers.city"]).unwrap();
        assert_eq!(facts.value("customers.city", CustomerIx(1)), Ok(Some(FactValue::Class("কলকাতা"))));
        assert_eq!(facts.value("customers.city", CustomerIx(0)), Ok(None));
    }

    #[test]
    fn a_circle_of_facts_is_refused_with_its_path() {
        let base = base();
        let catalogue = [Entry::with_facts::<Snake>()];
        let mut session = Session::with_catalogue(&base, Context::at(Day(0)), &catalogue).unwrap();
        let error = session.facts(&["test.snake.tail"]).unwrap_err();
        assert_eq!(
            error.to_string(),
            "work out facts that need each other: test.snake.tail needs test.snake.tail"
        );
        let unknown = session.facts(&["customers.ctiy"]).unwrap_err();
        assert!(unknown.to_string().ends_with("did you mean 'customers.city'?"), "{unknown}");
    }

    #[test]
    fn a_fact_of_an_earlier_day_knows_nothing_later() {
        let mut part = Part::new(MoneyUnit::of(Currency::INR), Zone::UTC);
        for (who, day) in [("a", 5), ("b", 95)] {
            part.purchase(&naata_core::records::Purchase {
                customer: Some(who.into()),
                day: Day(20_000 + day).date().unwrap(),
                time: None,
                order: None,
                amount: naata_core::Money::new(rust_decimal::Decimal::TEN, Currency::INR),
                discount: None,
                tax: None,
            })
            .unwrap();
        }
        let text = "[[segment]]\nname = 'buyers'\nwhen = { some = 'purchases' }\n\
                    [[segment]]\nname = 'leads'\nwhen = { none = 'purchases' }";
        let rules = naata_facts::rules::Rules::parse(text, &crate::known_facts()).unwrap();
        let base = Base::seal(part, Intake::default()).unwrap().with_rules(rules);
        let mut session = Session::new(&base, Context::at(Day(20_100))).unwrap();
        let facts = session.facts(&["segments.rules", "segments.rules@-50"]).unwrap();
        let of = |name: &str| [0, 1].map(|at| facts.value(name, CustomerIx(at)).unwrap());
        let (buyer, lead) = (Some(FactValue::Class("buyers")), Some(FactValue::Class("leads")));
        assert_eq!((of("segments.rules"), of("segments.rules@-50")), ([buyer, buyer], [buyer, lead]));
        let from = |by: &str| (by == "by").then(|| "segments.rules".to_string());
        let moved = session.ask("migration", &from).unwrap();
        assert_eq!(moved.answer.get("stayed"), Some(&naata_answer::Cell::Count(1)));
        let later = session.facts(&["segments.rules@2030-01-01"]).unwrap_err();
        assert_eq!(later.class(), naata_core::Class::Usage);
        // A project that compares migration by itself would open session after session.
        session.set_default("migration", "by", "segments.migration.after");
        assert!(matches!(session.ask("migration", &|_| None), Err(Error::Circle { .. })));
    }

    #[test]
    fn an_absent_table_is_named() {
        let base = base();
        let mut session = Session::new(&base, Context::at(Day(0))).unwrap();
        let error = session.ask("rfm", &|_| None).unwrap_err();
        assert_eq!(error.to_string(), "run rfm: it needs purchases");
    }
}
