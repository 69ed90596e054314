//! What the map knows about each customer.

use super::JourneyMap;
use naata_facts::{Column, Error, Fact, Facts, Provide};

/// How many touches the customer has.
pub const TOUCHES: Fact<u64> = Fact::new("journeys.map.touches");
/// The activity of the customer's last touch.
pub const LAST_ACTIVITY: &str = "journeys.map.last_activity";
/// Whether the customer stopped where most go on; missing without a touch.
pub const STUCK: Fact<bool> = Fact::new("journeys.map.stuck");

impl Provide for JourneyMap {
    const FACTS: &'static [&'static str] = &[TOUCHES.key, LAST_ACTIVITY, STUCK.key];

    fn provide(&self, out: &mut Facts) -> Result<(), Error> {
        out.put(&TOUCHES, self.latest.iter().map(|l| Some(l.touches)).collect())?;
        let of = self.latest.iter().map(|l| l.last.map(|(activity, _)| activity)).collect();
        out.put_column(LAST_ACTIVITY, Column::Class { names: self.names.clone(), of }, out.as_of())?;
        let mut stuck: Vec<Option<bool>> = self.latest.iter().map(|l| l.last.map(|_| false)).collect();
        for s in &self.stuck {
            if let Some(slot) = stuck.get_mut(s.customer.at()) {
                *slot = Some(true);
            }
        }
        out.put(&STUCK, stuck)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{MapParams, journey_map};
    use super::*;
    use crate::log::tests::touches;
    use naata_core::{Context, CustomerIx, Day};
    use naata_facts::FactValue;

    #[test]
    fn a_customer_without_touches_has_no_last_one() {
        let (histories, texts) = touches(2, &[(0, 5, "visit", ""), (0, 9, "call", "")]);
        let map = journey_map(&histories, &texts, &MapParams::default(), &Context::at(Day(0))).unwrap();
        let mut facts = Facts::new(2, Day(0));
        map.provide(&mut facts).unwrap();
        let [a, b] = [0, 1].map(CustomerIx);
        assert_eq!((facts.get(&TOUCHES, a), facts.get(&TOUCHES, b)), (Ok(Some(2)), Ok(Some(0))));
        assert_eq!(facts.value(LAST_ACTIVITY, a), Ok(Some(FactValue::Class("call"))));
        assert_eq!(facts.value(LAST_ACTIVITY, b), Ok(None));
        assert_eq!((facts.get(&STUCK, a), facts.get(&STUCK, b)), (Ok(Some(false)), Ok(None)));
        assert_eq!(JourneyMap::FACTS.len(), facts.names().count());
    }
}
