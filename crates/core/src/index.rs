//! Customer ids: numbered as they arrive, sealed in id order.

use crate::intern::{Interner, ends, hash};
use crate::shelf::Sealed;
use crate::sort::Order;
use crate::{Error, Exec, Serial, Symbol};
use std::fmt;

/// A customer's number within one index or one sealed base.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CustomerIx(pub u32);

impl CustomerIx {
    /// Stands for "no customer": a sale over the counter, an anonymous answer.
    pub const NONE: Self = Self(u32::MAX);

    /// Whether there is a customer.
    pub fn is_some(self) -> bool {
        self != Self::NONE
    }

    /// The position in a sealed column; out of every column's range for [`CustomerIx::NONE`].
    pub fn at(self) -> usize {
        self.0 as usize
    }
}

/// The hash of an id, worked out beside the reading so that the look-up need not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct IdHash(u64);

impl IdHash {
    /// The hash of an id: the same on every machine.
    #[inline]
    pub fn of(id: &str) -> Self {
        Self(hash(id.as_bytes()))
    }

    /// The hash as a number: equal for equal ids, and almost never for others.
    pub fn number(self) -> u64 {
        self.0
    }
}

/// The ids of one part of the input, in order of arrival.
#[derive(Clone, Debug, Default)]
pub struct Index(Interner);

impl Index {
    /// The number of an id, new or known. Ids are text and stay text: "007" is not "7".
    pub fn intern(&mut self, id: &str) -> Result<CustomerIx, Error> {
        self.0.intern(id).map(CustomerIx)
    }

    /// The numbers of the ids of many rows, new or known, the same as one by one and several times as fast.
    ///
    /// ```
    /// use naata_core::{CustomerIx, IdHash, Index};
    ///
    /// let rows = ["b", "a", "b"].map(|id| (IdHash::of(id), id));
    /// let (mut index, mut whos) = (Index::default(), Vec::new());
    /// index.intern_rows(&rows, |row| row.0, |row| row.1, &mut whos)?;
    /// assert_eq!(whos, [CustomerIx(0), CustomerIx(1), CustomerIx(0)]);
    /// # Ok::<(), naata_core::Error>(())
    /// ```
    pub fn intern_rows<'t, T>(
        &mut self,
        rows: &[T],
        hash: impl Fn(&T) -> IdHash,
        id: impl Fn(&T) -> &'t str,
        out: &mut Vec<CustomerIx>,
    ) -> Result<(), Error> {
        out.reserve(rows.len());
        self.0.intern_all(rows, |row| hash(row).0, id, |n| out.push(CustomerIx(n)))
    }

    /// The same of ids that come one by one.
    pub fn intern_all<'t>(
        &mut self,
        ids: impl Iterator<Item = (IdHash, &'t str)>,
        out: &mut Vec<CustomerIx>,
    ) -> Result<(), Error> {
        self.0.intern_each(ids.map(|(hash, id)| (hash.0, id)), |n| out.push(CustomerIx(n)))
    }

    /// The id of a number.
    pub fn get(&self, ix: CustomerIx) -> Option<&str> {
        self.0.get(ix.0)
    }

    /// Takes in the ids of a later part; the answer maps its numbers to ours.
    pub fn absorb(&mut self, later: &Self) -> Result<Vec<CustomerIx>, Error> {
        let mut to = Vec::with_capacity(later.len());
        self.intern_all(later.0.texts().map(|id| (IdHash::of(id), id)), &mut to)?;
        Ok(to)
    }

    /// Numbers customers in id order. From here on nothing can depend on the order of rows or on threads.
    pub fn seal(&self) -> (Ids, Vec<CustomerIx>) {
        Ids::of(&self.0.sort(&Serial, 0, |_| ()).0)
    }

    /// The same of ids that are looked up no more: their table goes first, and they are sorted on the threads of a host.
    pub fn into_sealed(self, exec: &dyn Exec) -> (Ids, Vec<CustomerIx>) {
        Ids::of(&self.sort(exec, 0, |_| ()).0)
    }

    /// Sorts the ids, which are looked up no more, and does `others` other jobs at the same time.
    pub(crate) fn sort<T: Send>(
        mut self,
        exec: &dyn Exec,
        others: usize,
        other: impl Fn(usize) -> T + Sync,
    ) -> (Order, Vec<T>) {
        self.0.close();
        self.0.sort(exec, others, other)
    }

    /// How many ids there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.len() == 0
    }
}

/// Sealed ids: the position is the [`CustomerIx`], the order is the byte order of the ids.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ids(Sealed);

impl Ids {
    /// The ids in order, and for each number of arrival the new one.
    pub(crate) fn of(order: &Order) -> (Self, Vec<CustomerIx>) {
        let (sealed, to) = order.seal();
        (Self(sealed), to.into_iter().map(CustomerIx).collect())
    }

    /// Adds an id that comes after all others; one that does not is left out, and the answer is `false`.
    pub fn push(&mut self, id: &str) -> bool {
        let last = self.0.len().checked_sub(1).and_then(|n| self.0.get(n as u32));
        let after = last.is_none_or(|last| last < id);
        after && self.0.push(id)
    }

    /// The id of a customer.
    pub fn get(&self, ix: CustomerIx) -> Option<&str> {
        self.0.get(ix.0)
    }

    /// The customer of an id.
    pub fn find(&self, id: &str) -> Option<CustomerIx> {
        self.0.find(id).map(CustomerIx)
    }

    /// How many customers there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.len() == 0
    }

    /// All customers, in id order.
    pub fn all(&self) -> impl ExactSizeIterator<Item = CustomerIx> + use<> {
        (0..self.0.len() as u32).map(CustomerIx)
    }
}

/// Other texts of the input (activities, channels, categories, plans), in order of arrival.
#[derive(Clone, Default)]
pub struct Symbols {
    all: Interner,
    /// Short texts that were asked for of late, in [`RECENT`] places: there are few, and each comes again and again.
    recent: Vec<Recent>,
}

/// A text of at most sixteen bytes, by its first and its last word and its length, and its symbol.
#[derive(Clone, Copy, Debug)]
struct Recent {
    ends: (u64, u64),
    length: usize,
    symbol: Symbol,
}

/// How many recent texts are kept, as a power of two.
const RECENT: u32 = 6;

impl fmt::Debug for Symbols {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.all.texts()).finish()
    }
}

impl Symbols {
    /// The symbol of a text, new or known.
    pub fn intern(&mut self, text: &str) -> Result<Symbol, Error> {
        if text.len() > 16 {
            return self.all.intern(text).map(Symbol);
        }
        let (a, b) = ends(text.as_bytes());
        let place = (a ^ b.rotate_left(29)).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> (64 - RECENT);
        if let Some(recent) = self.recent.get(place as usize)
            && recent.ends == (a, b)
            && recent.length == text.len()
        {
            return Ok(recent.symbol);
        }
        let symbol = self.all.intern(text).map(Symbol)?;
        // No text is as long as what stands for none.
        let none = Recent { ends: (0, 0), length: usize::MAX, symbol };
        self.recent.resize(1 << RECENT, none);
        if let Some(recent) = self.recent.get_mut(place as usize) {
            *recent = Recent { ends: (a, b), length: text.len(), symbol };
        }
        Ok(symbol)
    }

    /// The symbol of a text that may be missing or blank.
    pub fn optional(&mut self, text: Option<&str>) -> Result<Symbol, Error> {
        match text.map(str::trim).filter(|t| !t.is_empty()) {
            Some(t) => self.intern(t),
            None => Ok(Symbol::NONE),
        }
    }

    /// The text of a symbol.
    pub fn get(&self, symbol: Symbol) -> Option<&str> {
        self.all.get(symbol.0)
    }

    /// Takes in the texts of a later part; the answer maps its symbols to ours.
    pub fn absorb(&mut self, later: &Self) -> Result<Vec<Symbol>, Error> {
        let mut to = Vec::with_capacity(later.len());
        self.all.intern_each(later.all.texts().map(|text| (hash(text.as_bytes()), text)), |n| {
            to.push(Symbol(n));
        })?;
        Ok(to)
    }

    /// Numbers texts in byte order, so that a symbol's number says nothing about arrival.
    pub fn seal(&self) -> (Texts, Vec<Symbol>) {
        let (sealed, to) = self.all.seal();
        (Texts(sealed), to.into_iter().map(Symbol).collect())
    }

    /// How many texts there are.
    pub fn len(&self) -> usize {
        self.all.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.all.len() == 0
    }
}

/// Sealed texts: the order of the symbols is the byte order of the texts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Texts(Sealed);

impl Texts {
    /// The text of a symbol.
    pub fn get(&self, symbol: Symbol) -> Option<&str> {
        self.0.get(symbol.0)
    }

    /// The symbol of a text.
    pub fn find(&self, text: &str) -> Option<Symbol> {
        self.0.find(text).map(Symbol)
    }

    /// How many texts there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.len() == 0
    }
}
