//! One way to say "X by segment, tier, cohort, decile": a class for each customer.

use crate::CustomerIx;

/// A class for each customer of a base; a customer may have none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grouping {
    /// The name of the fact that divides, such as `segments.rfm.segment`.
    pub fact: Box<str>,
    /// The class of each customer, [`Grouping::NONE`] when there is none.
    pub of: Vec<u16>,
    /// The names of the classes.
    pub names: Vec<Box<str>>,
}

impl Grouping {
    /// Stands for "no class".
    pub const NONE: u16 = u16::MAX;

    /// The class of a customer.
    pub fn class(&self, ix: CustomerIx) -> Option<u16> {
        self.of.get(ix.at()).copied().filter(|c| (*c as usize) < self.names.len())
    }

    /// The customers of each class, in id order; those without a class are in none.
    pub fn members(&self) -> Vec<Vec<CustomerIx>> {
        let mut out = vec![Vec::new(); self.names.len()];
        for (ix, class) in (0u32..).map(CustomerIx).zip(&self.of) {
            if let Some(m) = out.get_mut(*class as usize) {
                m.push(ix);
            }
        }
        out
    }
}
