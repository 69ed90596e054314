//! The points ledger: double entry, one debit and one credit a line.
//!
//! Points a member holds are a debt of the programme, so a member's account is a liability and is told from the
//! credit side: a credit raises it, a debit lowers it. The accounts on the other side say why.
//!
//! | what happens | debit | credit |
//! |---|---|---|
//! | points earned or given | issued | member |
//! | points spent | member | redeemed |
//! | a return takes points back | member | reversed |
//! | a correction upwards | adjusted | member |
//! | a correction downwards | member | adjusted |
//! | points a return could not get back (`clamp_to_zero`) | written off | reversed |
//!
//! `reversed` is a contra account of `issued`: what was issued stays on record, and so does what was taken back.
//! The write-off is the loss of a clawback that was claimed whole and met an empty balance.
//!
//! # Formula
//! `sum over all accounts of (credits - debits) = 0` after every line;
//! `balance of a member = sum of the signed points of the member's lines`.
//!
//! # Source
//! Double entry: Pacioli (1494). Points as a liability: IFRS 15 (2014), B39-B43 (material right).

use crate::{Error, Points};
use naata_core::Instant;
use std::collections::BTreeMap;
use std::sync::Arc;

/// An account of the ledger. [`Account::Member`] is the account of the member the line names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Account {
    /// What the member holds.
    Member,
    /// What the programme has given.
    Issued,
    /// What members have spent.
    Redeemed,
    /// What returns have taken back.
    Reversed,
    /// What corrections have added or taken.
    Adjusted,
    /// What returns claimed and could not get.
    WrittenOff,
}

impl Account {
    /// All accounts; the position is the word of [`Account::NAMES`].
    pub const ALL: [Self; 6] =
        [Self::Member, Self::Issued, Self::Redeemed, Self::Reversed, Self::Adjusted, Self::WrittenOff];
    /// The names used in results.
    pub const NAMES: &'static [&'static str] =
        &["member", "issued", "redeemed", "reversed", "adjusted", "written_off"];
}

/// Why a line was posted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Entry {
    /// Points earned by a rule, or given.
    Earn,
    /// Points spent.
    Redeem,
    /// Points taken back by a return.
    Clawback,
    /// A correction upwards.
    AdjustCredit,
    /// A correction downwards.
    AdjustDebit,
    /// The part of a clawback that met an empty balance; it changes no member's balance.
    Unrecovered,
}

impl Entry {
    /// The names used in results, in the order of the variants.
    pub const NAMES: &'static [&'static str] =
        &["earn", "redeem", "clawback", "adjust_credit", "adjust_debit", "unrecovered"];

    /// The name used in results.
    pub fn name(self) -> &'static str {
        Self::NAMES.get(self as usize).copied().unwrap_or_default()
    }

    /// The accounts debited and credited.
    pub fn accounts(self) -> (Account, Account) {
        match self {
            Self::Earn => (Account::Issued, Account::Member),
            Self::Redeem => (Account::Member, Account::Redeemed),
            Self::Clawback => (Account::Member, Account::Reversed),
            Self::AdjustCredit => (Account::Adjusted, Account::Member),
            Self::AdjustDebit => (Account::Member, Account::Adjusted),
            Self::Unrecovered => (Account::WrittenOff, Account::Reversed),
        }
    }
}

/// One line of the ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Line {
    /// When it took effect.
    pub at: Instant,
    /// The member it concerns.
    pub member: Arc<str>,
    /// Why it was posted.
    pub entry: Entry,
    /// The points moved, above zero.
    pub amount: Points,
    /// The event that caused it.
    pub cause: Box<str>,
    /// The rule that decided the amount: an earn rule's id, the clawback mode, or `stated` where the event says it.
    pub rule: Arc<str>,
    /// The event whose points a clawback takes back.
    pub reverses: Option<Box<str>>,
    /// The member's balance after the line.
    pub balance: Points,
}

impl Line {
    /// The account debited.
    pub fn debit(&self) -> Account {
        self.entry.accounts().0
    }

    /// The account credited.
    pub fn credit(&self) -> Account {
        self.entry.accounts().1
    }

    /// What the line does to the member's balance.
    pub fn points(&self) -> Points {
        match self.entry.accounts() {
            (_, Account::Member) => self.amount,
            (Account::Member, _) => Points(self.amount.0.saturating_neg()),
            _ => Points::ZERO,
        }
    }
}

/// What went into and out of one account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Turnover {
    /// The sum of its debits.
    pub debits: Points,
    /// The sum of its credits.
    pub credits: Points,
}

impl Turnover {
    /// Credits less debits.
    pub fn balance(&self) -> Result<Points, Error> {
        self.credits.minus(self.debits, "an account")
    }
}

/// The trial balance: every account's turnover, all members in one; the balances add up to zero.
pub fn trial_balance(lines: &[Line]) -> Result<BTreeMap<Account, Turnover>, Error> {
    let mut accounts: BTreeMap<Account, Turnover> = BTreeMap::new();
    for line in lines {
        let debit = accounts.entry(line.debit()).or_default();
        debit.debits = debit.debits.plus(line.amount, "an account's debits")?;
        let credit = accounts.entry(line.credit()).or_default();
        credit.credits = credit.credits.plus(line.amount, "an account's credits")?;
    }
    Ok(accounts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_entry_moves_between_two_accounts_and_has_its_own_name() {
        let entries = [
            Entry::Earn,
            Entry::Redeem,
            Entry::Clawback,
            Entry::AdjustCredit,
            Entry::AdjustDebit,
            Entry::Unrecovered,
        ];
        for (i, e) in entries.into_iter().enumerate() {
            let (debit, credit) = e.accounts();
            assert_ne!(debit, credit);
            assert_eq!(Entry::NAMES[i], e.name());
        }
        assert_eq!(Entry::Unrecovered.name(), "unrecovered");
        assert_eq!(Account::NAMES[Account::WrittenOff as usize], "written_off");
        assert_eq!(Account::ALL.len(), Account::NAMES.len());
    }
}
