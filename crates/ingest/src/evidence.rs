//! What the cells of a file say about how it must be read. Collected in the same pass as the rows: when it contradicts
//! what the head suggested, the file is read once more with what is known then.

use crate::date::DateEvidence;
use crate::field::F;
use crate::money::MarkEvidence;
use naata_core::{Currency, Minor};
use std::collections::BTreeMap;

#[derive(Clone, Debug)]
pub(crate) struct Evidence {
    dates: Vec<DateEvidence>,
    pub(crate) mark: MarkEvidence,
    /// The most decimals an amount needs, where that is more than the unit has.
    pub(crate) scale: u8,
    /// For each stated currency the rows and the sum of their amounts.
    pub(crate) currencies: BTreeMap<Currency, (u64, i128)>,
    /// The same for amounts without a currency.
    pub(crate) unstated: (u64, i128),
    /// The same for amounts in the currency of the plan, until [`Evidence::settle`] puts them where they belong.
    usual: (u64, i128),
    /// Rows that are not UTF-8.
    pub(crate) not_utf8: u64,
}

impl Default for Evidence {
    fn default() -> Self {
        Self {
            dates: vec![DateEvidence::default(); F::N],
            mark: MarkEvidence::default(),
            scale: 0,
            currencies: BTreeMap::new(),
            unstated: (0, 0),
            usual: (0, 0),
            not_utf8: 0,
        }
    }
}

impl Evidence {
    pub(crate) fn date(&self, field: F) -> DateEvidence {
        self.dates.get(field as usize).copied().unwrap_or_default()
    }

    pub(crate) fn date_mut(&mut self, field: F) -> &mut DateEvidence {
        &mut self.dates[field as usize]
    }

    pub(crate) fn saw_amount(&mut self, currency: Option<Currency>, amount: Minor) {
        let entry = match currency {
            Some(c) => self.currencies.entry(c).or_default(),
            None => &mut self.unstated,
        };
        entry.0 += 1;
        entry.1 += i128::from(amount.0);
    }

    /// The same for an amount in the currency of the plan, which a look-up would only find again.
    #[inline]
    pub(crate) fn saw_usual(&mut self, amount: Minor) {
        self.usual.0 += 1;
        self.usual.1 += i128::from(amount.0);
    }

    /// The same for so many amounts, which may state their currency or not, and for so many points that can be nothing
    /// but decimal marks.
    #[inline]
    pub(crate) fn saw_many(&mut self, n: u64, sum: i64, points: u64, is_stated: bool) {
        let entry = if is_stated { &mut self.usual } else { &mut self.unstated };
        entry.0 += n;
        entry.1 += i128::from(sum);
        self.mark.point += points;
    }

    /// Counts what was in the currency of the plan.
    pub(crate) fn settle(&mut self, currency: Currency) {
        let (n, sum) = std::mem::take(&mut self.usual);
        if n > 0 {
            let entry = self.currencies.entry(currency).or_default();
            entry.0 += n;
            entry.1 += sum;
        }
    }

    pub(crate) fn merge(&mut self, other: Self) {
        for (mine, theirs) in self.dates.iter_mut().zip(other.dates) {
            mine.merge(theirs);
        }
        self.mark.merge(other.mark);
        self.scale = self.scale.max(other.scale);
        for (currency, (n, sum)) in other.currencies {
            let entry = self.currencies.entry(currency).or_default();
            entry.0 += n;
            entry.1 += sum;
        }
        self.unstated.0 += other.unstated.0;
        self.unstated.1 += other.unstated.1;
        self.not_utf8 += other.not_utf8;
    }
}
