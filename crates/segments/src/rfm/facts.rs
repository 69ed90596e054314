//! What RFM knows about each customer: three scores and the segment; nothing about customers without a purchase.

use super::{Rfm, RfmRow};
use naata_facts::{Column, Error, Fact, Facts, Provide};

/// The score of recency.
pub const R: Fact<u64> = Fact::new("segments.rfm.r");
/// The score of frequency.
pub const F: Fact<u64> = Fact::new("segments.rfm.f");
/// The score of monetary value.
pub const M: Fact<u64> = Fact::new("segments.rfm.m");
/// The name of the segment.
pub const SEGMENT: &str = "segments.rfm.segment";

impl Provide for Rfm {
    const FACTS: &'static [&'static str] = &[R.key, F.key, M.key, SEGMENT];

    fn provide(&self, out: &mut Facts) -> Result<(), Error> {
        let column = |of: fn(&RfmRow) -> u8| {
            let mut values = vec![None; self.base];
            for row in &self.rows {
                if let Some(v) = values.get_mut(row.customer.at()) {
                    *v = Some(u64::from(of(row)));
                }
            }
            values
        };
        out.put(&R, column(|r| r.r))?;
        out.put(&F, column(|r| r.f))?;
        out.put(&M, column(|r| r.m))?;
        let mut of = vec![None; self.base];
        for row in &self.rows {
            if let Some(slot) = of.get_mut(row.customer.at()) {
                *slot = Some(u32::from(row.segment));
            }
        }
        let names = self.names.clone();
        out.put_column(SEGMENT, Column::Class { names, of }, out.as_of())
    }
}

#[cfg(test)]
mod tests {
    use super::super::present::tests::square;
    use super::*;
    use naata_core::{CustomerIx, Day};
    use naata_facts::FactValue;

    #[test]
    fn facts_leave_gaps_for_customers_without_a_purchase() {
        let mut facts = Facts::new(26, Day(4));
        let result = square();
        result.provide(&mut facts).unwrap();
        assert_eq!(facts.get(&R, CustomerIx(24)), Ok(Some(5)));
        assert_eq!(facts.get(&R, CustomerIx(25)), Ok(None));
        let segment = facts.value(SEGMENT, CustomerIx(24)).unwrap();
        assert_eq!(segment, Some(FactValue::Class("Champions")));
        assert_eq!(Rfm::FACTS.len(), facts.names().count());
    }
}
