//! A service that keeps a sealed base and answers questions about it: it lends its own threads, asks for facts by
//! name, and turns typed errors into replies.

use naata::core::{Context, CustomerIx, Day, Exec};
use naata::facts::FactValue;
use naata::{Base, Session};
use std::io::Write;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The service's threads. Results do not depend on how many there are.
struct Pool(usize);

impl Exec for Pool {
    #[expect(clippy::disallowed_methods, reason = "a host is where threads come from")]
    fn each(&self, parts: usize, job: &(dyn Fn(usize) + Sync)) {
        let next = AtomicUsize::new(0);
        std::thread::scope(|scope| {
            for _ in 0..self.0 {
                scope.spawn(|| {
                    loop {
                        let part = next.fetch_add(1, Ordering::Relaxed);
                        if part >= parts {
                            break;
                        }
                        job(part);
                    }
                });
            }
        });
    }
}

/// One request: what is known about a customer.
fn reply(base: &Base, pool: &Pool, as_of: Day, customer: &str) -> Result<String, naata::Error> {
    let Some(who) = base.ids.find(customer) else { return Ok(format!("404 no customer '{customer}'")) };
    let mut session = Session::new(base, Context { exec: pool, ..Context::at(as_of) })?;
    let names = ["segments.rfm.segment", "metrics.clv.p_alive"];
    let facts = session.facts(&names)?;
    let mut out = format!("200 {customer}");
    for name in names {
        let value = match facts.value(name, who)? {
            Some(FactValue::Class(text)) => text.to_string(),
            Some(FactValue::Number(x)) => format!("{x:.3}"),
            Some(other) => format!("{other:?}"),
            None => "unknown".into(),
        };
        out += &format!(" {name}={value}");
    }
    Ok(out)
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let base = naata_examples::demo_base(400)?;
    let as_of = Day::from_ymd(2026, 9, 30).ok_or("no such day")?;
    let known = base.ids.get(CustomerIx(0)).unwrap_or_default().to_string();
    let mut out = std::io::stdout().lock();
    for customer in [known.as_str(), "nobody"] {
        match reply(&base, &Pool(2), as_of, customer) {
            Ok(text) => writeln!(out, "{text}")?,
            Err(e) => writeln!(out, "422 failed to {e} [{}]", e.code())?,
        }
    }
    Ok(())
}
