//! How one file is read: decided from its head, corrected by the evidence of the whole.

use crate::codes::{self, Code};
use crate::date::{DateFormat, DateOrder};
use crate::encoding::Encoding;
use crate::evidence::Evidence;
use crate::field::{F, Need, Spec, Type, specs};
use crate::fold::{fold, nearest};
use crate::formats::{Format, GENERIC, Grant, Pick};
use crate::head::Head;
use crate::header::{Layout, layout};
use crate::money::Mark;
use crate::records::line_ends;
use crate::repeats::{KeySet, OrderForm, OrderKey, Repeats};
use crate::sniff::{Form, forms};
use crate::{ColumnRef, Delimiter, Error, Reading};
use naata_core::{Day, MoneyUnit, TableKind, Zone};

/// Where the value of a field comes from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Slot {
    /// The columns it is in, counted from 0; several are added or joined.
    pub(crate) columns: Vec<usize>,
    /// The same text for every row, where no column has it.
    pub(crate) constant: Option<&'static str>,
    /// Whether each row's first column that is not blank counts, rather than all.
    pub(crate) first: bool,
}

impl Slot {
    pub(crate) fn is_mapped(&self) -> bool {
        !self.columns.is_empty() || self.constant.is_some()
    }
}

/// Which rows are brought together as rows of one order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Grouped {
    /// Those of these orders; the id of any other order is on one row alone.
    These(KeySet),
    /// All that name an order.
    All,
}

impl Grouped {
    pub(crate) fn has(&self, key: OrderKey) -> bool {
        match self {
            Self::These(keys) => keys.has(key),
            Self::All => key != OrderKey::NONE,
        }
    }
}

/// How one file is read.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    pub(crate) kind: TableKind,
    pub(crate) file: Box<str>,
    pub(crate) encoding: Encoding,
    pub(crate) encoding_sure: bool,
    pub(crate) delimiter: Delimiter,
    pub(crate) format: &'static Format,
    pub(crate) preamble: usize,
    pub(crate) header_rows: usize,
    pub(crate) columns: Vec<String>,
    /// Cells a row must have: columns without trailing unnamed ones.
    pub(crate) least: usize,
    /// The byte at which the rows begin, and how many lines end before it.
    pub(crate) body: usize,
    pub(crate) body_lines: u64,
    slots: Vec<Slot>,
    /// The first column of every field, [`Plan::NOWHERE`] or [`Plan::SEVERAL`].
    first: [usize; F::N],
    /// The columns values are read from, field by field.
    pub(crate) read: Vec<usize>,
    /// Columns that each state one consent.
    pub(crate) grants: Vec<(usize, &'static Grant)>,
    /// Stable ids of the columns, where the export has them, and what further header rows say.
    ids: Vec<String>,
    texts: Vec<Vec<String>>,
    dates: Vec<DateFormat>,
    /// For each field whether its times are in UTC where they state no offset.
    utc: Vec<bool>,
    dates_declared: bool,
    form_declared: Option<DateFormat>,
    pub(crate) mark: Mark,
    mark_declared: bool,
    pub(crate) grouped: Grouped,
    pub(crate) order_form: OrderForm,
    /// Whether a row is a line of an order rather than an order.
    pub(crate) by_line: bool,
    /// Whether only what a summary needs is kept of a row; what is found in it does not change.
    pub(crate) lean: bool,
    /// Whether lines of orders are kept, those among sales too.
    pub(crate) lines: bool,
    /// Whether contents are digested.
    pub(crate) digest: bool,
    /// How many findings of a code a stretch lists.
    pub(crate) cap: usize,
    pub(crate) unit: MoneyUnit,
    pub(crate) zone: Zone,
    pub(crate) today: Option<Day>,
    /// Words that stand for nothing, where the user declares them.
    pub(crate) missing: Vec<String>,
}

/// What a plan rests on beside the file itself.
pub(crate) struct Wish<'a> {
    pub(crate) kind: TableKind,
    pub(crate) file: &'a str,
    pub(crate) reading: &'a Reading,
    pub(crate) map: &'a [(String, ColumnRef)],
}

impl Plan {
    /// A plan from the head of a file. `strict` asks that every needed field has a column.
    pub(crate) fn of(
        head: &Head,
        wish: &Wish<'_>,
        unit: MoneyUnit,
        zone: Zone,
        strict: bool,
    ) -> Result<Self, Error> {
        let delimiter = wish.reading.delimiter.unwrap_or_else(|| head.delimiter());
        let known: Vec<String> = specs(wish.kind).iter().flat_map(|s| s.names().map(fold)).collect();
        let known: Vec<&str> = known.iter().map(String::as_str).collect();
        let Layout { format, preamble, header_rows, columns, ids, texts, body } =
            layout(head, delimiter, wish.reading.header, &known);
        // A known export of something else is a table like any other.
        let format = if format.table(wish.kind).is_some() { format } else { &GENERIC };
        let order = format.dates.unwrap_or(DateOrder::Dmy);
        let declared = wish.reading.date_format;
        let mut plan = Self {
            kind: wish.kind,
            file: wish.file.into(),
            encoding: head.encoding,
            encoding_sure: head.sure,
            delimiter,
            format,
            preamble,
            header_rows,
            least: columns.iter().rposition(|c| !c.is_empty()).map_or(0, |i| i + 1),
            columns,
            body,
            body_lines: line_ends(head.text.get(..body).unwrap_or_default()),
            slots: vec![Slot::default(); F::N],
            first: [Self::NOWHERE; F::N],
            read: Vec::new(),
            grants: Vec::new(),
            ids,
            texts,
            utc: vec![format.utc; F::N],
            dates: vec![declared.unwrap_or(DateFormat::Order(order)); F::N],
            dates_declared: declared.is_some() || format.dates.is_some(),
            form_declared: declared,
            mark: if wish.reading.decimal_comma == Some(true) { Mark::Comma } else { Mark::Point },
            mark_declared: wish.reading.decimal_comma.is_some(),
            grouped: Grouped::These(KeySet::default()),
            order_form: OrderForm::default(),
            by_line: false,
            lean: false,
            lines: true,
            digest: true,
            cap: usize::MAX,
            unit,
            zone,
            today: None,
            missing: Vec::new(),
        };
        plan.map(wish.map)?;
        if declared.is_none() {
            plan.sniff(head);
        }
        if strict {
            plan.complete()?;
        }
        plan.by_line = wish.kind == TableKind::Purchases
            && plan.slot(F::Order).is_mapped()
            && (format.order_totals() || plan.slot(F::Item).is_mapped());
        for (first, slot) in plan.first.iter_mut().zip(&plan.slots) {
            *first = match slot.columns.first() {
                Some(_) if slot.first => Self::SEVERAL,
                column => column.copied().unwrap_or(Self::NOWHERE),
            };
        }
        plan.read = plan.mapped().flat_map(|(_, s)| s.columns.iter().copied()).collect();
        Ok(plan)
    }

    pub(crate) fn slot(&self, field: F) -> &Slot {
        &self.slots[field as usize]
    }

    /// Stands for a field that no column has.
    pub(crate) const NOWHERE: usize = usize::MAX;
    /// Stands for a field that is in the first of several columns that is not blank.
    pub(crate) const SEVERAL: usize = usize::MAX - 1;

    /// The first column of a field.
    pub(crate) fn first(&self, field: F) -> usize {
        self.first[field as usize]
    }

    /// Whether a row may continue an order.
    pub(crate) fn has_orders(&self) -> bool {
        self.kind == TableKind::Purchases && self.slot(F::Order).is_mapped()
    }

    pub(crate) fn mapped(&self) -> impl Iterator<Item = (F, &Slot)> {
        F::ALL.iter().copied().zip(&self.slots).filter(|(_, s)| s.is_mapped())
    }

    /// Whether no other fields have a column, and each of these one of its own.
    pub(crate) fn has_only(&self, fields: &[F]) -> bool {
        let plain = |slot: &Slot| slot.columns.len() <= 1 && !slot.first && slot.constant.is_none();
        self.mapped().all(|(field, slot)| fields.contains(&field) && plain(slot))
    }

    pub(crate) fn date_format(&self, field: F) -> DateFormat {
        self.dates[field as usize]
    }

    /// Whether a field's times are in UTC where they state no offset.
    pub(crate) fn is_utc(&self, field: F) -> bool {
        self.utc[field as usize]
    }

    /// Takes in what the first cells of each date say about its form: days as a spreadsheet counts them, or seconds.
    fn sniff(&mut self, head: &Head) {
        let columns = |s: &Slot| s.columns.clone();
        let dated: Vec<(F, Vec<usize>)> =
            self.mapped().filter(|(f, _)| self.is_date(*f)).map(|(f, s)| (f, columns(s))).collect();
        for (field, columns) in dated {
            let utc = |c: &usize| self.columns.get(*c).is_some_and(|h| h.to_lowercase().ends_with("(utc)"));
            self.utc[field as usize] |= columns.iter().all(utc) && !columns.is_empty();
            let format = match forms(head, self.delimiter, self.body, &columns) {
                Some(Form::Serial) => DateFormat::Excel,
                Some(Form::Seconds) => DateFormat::Unix,
                None => continue,
            };
            self.dates[field as usize] = format;
        }
    }

    /// The header of a field's column, or `#3`.
    pub(crate) fn column_name(&self, column: usize) -> String {
        match self.columns.get(column).filter(|c| !c.is_empty()) {
            Some(name) => name.clone(),
            None => format!("#{}", column + 1),
        }
    }

    /// Needed fields that no column has.
    pub(crate) fn missing(&self) -> Vec<F> {
        let has = |f: F| self.slot(f).is_mapped();
        let worked_out = |f: F| f == F::Amount && has(F::Price) && has(F::Quantity);
        let needed = specs(self.kind).iter().filter(|s| s.need != Need::Optional).map(|s| s.field);
        needed.filter(|f| !has(*f) && !worked_out(*f)).collect()
    }

    /// Columns nothing is read from.
    pub(crate) fn unused(&self) -> Vec<String> {
        let used: Vec<usize> = self.slots.iter().flat_map(|s| s.columns.iter().copied()).collect();
        (0..self.columns.len()).filter(|i| !used.contains(i)).map(|i| self.column_name(i)).collect()
    }

    /// Corrects the plan by evidence; the answer is whether it changed.
    pub(crate) fn settle(&mut self, evidence: &Evidence) -> bool {
        let mut changed = false;
        if evidence.not_utf8 > 0 && !self.encoding_sure {
            (self.encoding, self.encoding_sure, changed) = (Encoding::Windows1252, true, true);
        }
        if let Some(mark) = evidence.mark.mark().filter(|m| *m != self.mark && !self.mark_declared) {
            (self.mark, changed) = (mark, true);
        }
        if !self.dates_declared {
            for (field, format) in F::ALL.iter().zip(&mut self.dates) {
                let order = evidence.date(*field).order().map(DateFormat::Order);
                let written = matches!(format, DateFormat::Order(_));
                if let Some(order) = order.filter(|o| o != format && written) {
                    (*format, changed) = (order, true);
                }
            }
        }
        changed
    }

    /// Brings together what was seen to repeat; the answer is whether there is more of it than was known.
    pub(crate) fn group(&mut self, repeats: Repeats) -> bool {
        let Grouped::These(known) = &self.grouped else { return false };
        if repeats.many() {
            self.grouped = Grouped::All;
            return true;
        }
        let new = repeats.finish();
        let changed = !new.is_empty();
        if changed {
            self.grouped = Grouped::These(known.join(new));
        }
        changed
    }

    /// What is assumed of dates though nothing decides it: the code, the field's column, and what is assumed.
    pub(crate) fn undecided(&self, evidence: &Evidence) -> Vec<(Code, usize, &'static str)> {
        let mut found = Vec::new();
        for (field, slot) in self.mapped().filter(|(f, _)| self.is_date(*f)) {
            let (Some(column), seen) = (slot.columns.first(), evidence.date(field)) else { continue };
            match self.date_format(field) {
                DateFormat::Order(order) => {
                    if !self.dates_declared && seen.order().is_none() && seen.open > 0 {
                        found.push((codes::DATE_ORDER_ASSUMED, *column, order.name()));
                    }
                }
                form if self.form_declared == Some(form) => {}
                DateFormat::Excel => found.push((codes::DATE_FORM_ASSUMED, *column, "excel")),
                DateFormat::Unix => found.push((codes::DATE_FORM_ASSUMED, *column, "unix")),
            }
        }
        found
    }

    /// What was not declared and is taken to be so.
    pub(crate) fn assumed(&self, evidence: &Evidence) -> Vec<(&'static str, Box<str>)> {
        let mut list: Vec<(&'static str, Box<str>)> = Vec::new();
        list.push(("delimiter", self.delimiter.name().into()));
        list.push(("encoding", self.encoding.name().into()));
        list.push(("header", if self.header_rows > 0 { "yes" } else { "no" }.into()));
        if self.preamble > 0 {
            list.push(("preamble", self.preamble.to_string().into()));
        }
        if self.mark == Mark::Comma {
            list.push(("decimal_mark", ",".into()));
        }
        for (field, slot) in self.mapped() {
            let seen = evidence.date(field);
            let column = || slot.columns.first().map(|c| self.column_name(*c)).unwrap_or_default();
            match self.date_format(field) {
                DateFormat::Order(order) if seen.dmy + seen.mdy + seen.open > 0 => {
                    list.push(("date_order", format!("{}: {}", column(), order.name()).into()));
                }
                DateFormat::Order(_) => {}
                DateFormat::Excel => list.push(("date_form", format!("{}: excel", column()).into())),
                DateFormat::Unix => list.push(("date_form", format!("{}: unix", column()).into())),
            }
            if self.is_utc(field) && self.is_date(field) {
                list.push(("time_zone", format!("{}: UTC", column()).into()));
            }
        }
        for (field, slot) in self.mapped() {
            let from: Vec<String> = slot.columns.iter().map(|c| self.column_name(*c)).collect();
            let from = match slot.constant {
                Some(text) if from.is_empty() => format!("'{text}'"),
                _ => from.join(if slot.first { " | " } else { " + " }),
            };
            if from != field.key() {
                list.push(("map", format!("{}={from}", field.key()).into()));
            }
        }
        list
    }

    /// Gives every field its columns: what the user says, then what the format says, then the usual names.
    fn map(&mut self, wanted: &[(String, ColumnRef)]) -> Result<(), Error> {
        // Stable ids are trusted most, then the names, then what further header rows say.
        let layers: Vec<Vec<String>> = [&self.ids, &self.columns]
            .into_iter()
            .chain(&self.texts)
            .map(|layer| layer.iter().map(|c| fold(c)).collect())
            .collect();
        let find = |name: &str| {
            let name = fold(name);
            let at = |layer: &Vec<String>| layer.iter().position(|c| *c == name).filter(|_| !name.is_empty());
            layers.iter().find_map(at).filter(|i| *i < self.columns.len())
        };
        // A name known in several languages or versions.
        let any = |names: &str| names.split('|').find_map(find);
        let specs = specs(self.kind);
        for (key, column) in wanted {
            let spec = specs.iter().find(|s| s.field.key() == key).ok_or_else(|| Error::UnknownField {
                field: key.clone(),
                table: self.kind.name().into(),
                suggestion: nearest(key, specs.iter().map(|s| s.field.key())).map(Into::into),
            })?;
            let at = match column {
                ColumnRef::Position(p) => {
                    p.checked_sub(1).filter(|i| *i < self.columns.len()).ok_or_else(|| Error::Position {
                        file: self.file.to_string(),
                        position: *p,
                        columns: self.columns.len(),
                    })?
                }
                ColumnRef::Header(name) => {
                    let exact = self.columns.iter().position(|c| c == name);
                    exact.or_else(|| find(name)).ok_or_else(|| Error::UnknownColumn {
                        file: self.file.to_string(),
                        column: name.clone(),
                        columns: self.columns.clone(),
                        suggestion: nearest(name, self.columns.iter().map(String::as_str)).map(Into::into),
                    })?
                }
            };
            self.slots[spec.field as usize] = Slot { columns: vec![at], ..Slot::default() };
        }
        if let Some(table) = self.format.table(self.kind) {
            for (field, pick) in table.columns {
                if self.slot(*field).is_mapped() {
                    continue;
                }
                let taken: Vec<usize> = self.slots.iter().flat_map(|s| s.columns.iter().copied()).collect();
                let like = |parts: &[&str]| {
                    let says = |c: &String, part: &str| c.to_lowercase().contains(part);
                    let free = |i: &usize| !taken.contains(i) && *i < self.columns.len();
                    let layers = || [&self.columns].into_iter().chain(&self.texts);
                    let at = |part: &&str| {
                        layers().find_map(|l| {
                            (0..l.len()).find(|i| free(i) && l.get(*i).is_some_and(|c| says(c, part)))
                        })
                    };
                    parts.iter().find_map(at)
                };
                let mut slot = Slot::default();
                match pick {
                    Pick::Of(names) => slot.columns = names.iter().find_map(|n| any(n)).into_iter().collect(),
                    Pick::Sum(names) => slot.columns = names.iter().filter_map(|n| any(n)).collect(),
                    Pick::Any(names) => {
                        slot.columns = names.iter().filter_map(|n| any(n)).collect();
                        slot.first = true;
                    }
                    Pick::Like(parts) => slot.columns = like(parts).into_iter().collect(),
                    Pick::Beside(ending, parts) => {
                        let ending = fold(ending);
                        let base = layers.iter().flatten().find_map(|c| find(c.strip_suffix(&ending)?));
                        slot.columns = base.or_else(|| like(parts)).into_iter().collect();
                    }
                    Pick::At(position) => slot.columns = vec![position - 1],
                    Pick::Is(text) => slot.constant = Some(text),
                    Pick::FileName(words) => {
                        let name = self.file.rsplit(['/', '\\']).next().unwrap_or_default().to_lowercase();
                        slot.constant = words.iter().find(|(w, _)| name.contains(w)).map(|(_, text)| *text);
                    }
                }
                self.slots[*field as usize] = slot;
            }
            if !self.slot(F::Granted).is_mapped() {
                self.grants = table.grants.iter().filter_map(|g| Some((find(g.column)?, g))).collect();
                self.slots[F::Granted as usize].columns = self.grants.iter().map(|g| g.0).collect();
            }
        }
        // A known export is not searched for more than it cannot do without.
        let known = self.format.table(self.kind).is_some();
        for spec in specs {
            if self.slot(spec.field).is_mapped() || (known && spec.need == Need::Optional) {
                continue;
            }
            let taken: Vec<usize> = self.slots.iter().flat_map(|s| s.columns.iter().copied()).collect();
            let free = |n: &str| find(n).filter(|i| !taken.contains(i));
            let own = free(spec.field.key()).or_else(|| spec.names().find_map(free));
            let slot = &mut self.slots[spec.field as usize];
            slot.columns = own.into_iter().collect();
            if spec.field == F::Name && slot.columns.is_empty() {
                slot.columns = ["first name", "last name"].iter().filter_map(|n| free(n)).collect();
            }
        }
        Ok(())
    }

    fn complete(&self) -> Result<(), Error> {
        let missing = self.missing();
        if missing.is_empty() {
            return Ok(());
        }
        let unused = self.unused();
        let near = |field: F| {
            let spec = specs(self.kind).iter().find(|s| s.field == field);
            let mut names = spec.into_iter().flat_map(Spec::names);
            names.find_map(|n| nearest(n, unused.iter().map(String::as_str))).map(Into::into)
        };
        Err(Error::MissingColumns {
            file: self.file.to_string(),
            table: self.kind.name().into(),
            missing: missing.into_iter().map(|field| (field.key().into(), near(field))).collect(),
            columns: (0..self.columns.len()).map(|i| self.column_name(i)).collect(),
        })
    }

    /// Whether the table can hold money.
    pub(crate) fn has_money(&self) -> bool {
        self.slot(F::Amount).is_mapped()
            || self.slot(F::Monthly).is_mapped()
            || self.slot(F::Price).is_mapped()
    }

    /// The fields that hold days or instants.
    pub(crate) fn is_date(&self, field: F) -> bool {
        specs(self.kind).iter().any(|s| s.field == field && matches!(s.of, Type::Day | Type::Stamp))
    }
}
