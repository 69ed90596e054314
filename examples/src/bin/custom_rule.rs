//! A loyalty rule is data: here a programme that gives a point for every ten rupees, replayed over the demo shop's
//! purchases, beside a more generous one - and what the difference would cost.

use naata::loyalty::{Points, Programme, events_from_purchases, replay};
use std::io::Write;

/// One programme as a shop would write it down.
fn programme(per: &str) -> Result<Programme, toml::de::Error> {
    toml::from_str(&format!(
        r#"
        name = "Corner Shop Circle"
        currency = "INR"
        timezone = "Asia/Kolkata"

        [points]
        precision = 0
        rounding = "floor"
        round_at = "order"

        [[earn]]
        id = "every-{per}-rupees"
        trigger = "purchase"
        amount = {{ type = "per_amount", points = "1", per = "{per}.00", partial = "whole_groups" }}
        "#
    ))
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let base = naata_examples::demo_base(200)?;
    let purchases = base.purchases.as_ref().ok_or("the demo shop has purchases")?;
    let events = events_from_purchases(purchases, &base.ids, base.unit, base.zone)?;
    let mut out = std::io::stdout().lock();
    for per in ["10", "8"] {
        let done = replay(&programme(per)?, &events, None)?;
        let outstanding: Points =
            done.members.iter().try_fold(Points(0), |sum, m| sum.plus(m.balance, "outstanding points"))?;
        writeln!(
            out,
            "a point per {per} rupees: {} members hold {} points",
            done.members.len(),
            outstanding.0
        )?;
    }
    Ok(())
}
