//! Windows of behaviour come out the same to the last byte on one, two and seven threads.

use naata_core::{
    Currency, CustomerIx, Day, Exec, Histories, LineMarks, LineRow, Minor, MoneyUnit, OrderDigest,
    PurchaseRow, Serial, Symbol, Symbols, Zone,
};
use naata_facts::rules::Rules;
use naata_facts::{Facts, Tables};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// So many threads that take parts as they come; how many of them had work is counted.
struct Threads {
    threads: usize,
    busy: Mutex<Vec<usize>>,
}

impl Exec for Threads {
    #[expect(clippy::disallowed_methods, reason = "the test is the host that lends threads")]
    fn each(&self, parts: usize, job: &(dyn Fn(usize) + Sync)) {
        let next = AtomicUsize::new(0);
        std::thread::scope(|scope| {
            for me in 0..self.threads {
                let next = &next;
                scope.spawn(move || {
                    loop {
                        let part = next.fetch_add(1, Ordering::Relaxed);
                        if part >= parts {
                            break;
                        }
                        self.busy.lock().expect("no thread panicked").push(me);
                        job(part);
                    }
                });
            }
        });
    }
}

const CUSTOMERS: u32 = 40_000;
const AS_OF: Day = Day(20_000);

const RULES: &str = r#"
[[segment]]
name = "sweet-tooth"
when = { count = "orders", category = "sweets", at-least = 3, within = "90 days" }
[[segment]]
name = "spenders"
when = { sum = "purchases", above = "900", within = "1 year" }
[[segment]]
name = "large-baskets"
when = { mean = "lines", item = ["kaju katli", "rice"], at-least = "30.50", since = "2 years" }
[[segment]]
name = "back-again"
when = { all = [{ first-in = "180 days", of = "purchases", within = "60 days" }, { count = "purchases", above = 1 }] }
[[segment]]
name = "old-hands"
when = { first = "purchases", before = "18 months" }
[[segment]]
name = "regular"
when = { any = [{ days = "purchases", at-least = 4, within = "6 months" }, { segment = "sweet-tooth" }] }
[[segment]]
name = "gave-back"
when = { some = "refunds", within = "1 year" }
"#;

/// Facts with all measures and segments, as text.
fn worked_out(exec: &dyn Exec) -> String {
    let mut symbols = Symbols::default();
    for text in ["Grocery", "Kaju katli", "Rice", "Sweets"] {
        symbols.intern(text).expect("room");
    }
    let (texts, to) = symbols.seal();
    let symbol = |at: usize| to.get(at).copied().unwrap_or(Symbol::NONE);
    // A plain generator: the same rows everywhere, of very different number from customer to customer.
    let mut state = 7u64;
    let mut draw = |below: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    let (mut purchases, mut lines) = (Vec::new(), Vec::new());
    for who in (0..CUSTOMERS).map(CustomerIx) {
        for row in 0..draw(3) * draw(6) {
            let day = Day(AS_OF.0 - draw(800) as i32);
            let amount = Minor(draw(60_000) as i64 - 3_000);
            purchases.push(PurchaseRow { who, day, amount, seconds: PurchaseRow::NO_TIME, row: row as u32 });
            let item = 1 + draw(2) as usize;
            let category = symbol(if item == 1 { 3 } else { 0 });
            lines.push(LineRow {
                who,
                day,
                order: OrderDigest::NONE,
                item: symbol(item),
                category,
                amount,
                marks: LineMarks::default(),
            });
        }
    }
    let customers = CUSTOMERS as usize;
    let purchases = Histories::group(customers, &purchases, |r| (r.day, r.row)).expect("room");
    let lines = Histories::group(customers, &lines, |r| r.day).expect("room");
    let tables = Tables {
        purchases: Some(&purchases),
        lines: Some(&lines),
        touches: None,
        surveys: None,
        tickets: None,
        sends: None,
        texts: &texts,
        unit: MoneyUnit::of(Currency::INR),
        zone: Zone::UTC,
    };
    let rules = Rules::parse(RULES, &[]).expect("sound rules");
    let mut facts = Facts::new(customers, AS_OF);
    rules.work_out_on(exec, &mut facts, Some(&tables)).expect("worked out");
    let mut out = String::new();
    for fact in
        rules.measures().iter().map(ToString::to_string).chain(rules.segments.iter().map(|s| s.fact()))
    {
        out.push_str(&format!("{fact}: {:?}\n", facts.column(&fact).expect("there")));
    }
    out
}

#[test]
fn any_number_of_threads_gives_the_same_bytes() {
    let one = worked_out(&Serial);
    for segment in
        ["sweet-tooth", "spenders", "large-baskets", "back-again", "old-hands", "regular", "gave-back"]
    {
        let line =
            one.lines().find(|l| l.starts_with(&format!("segments.rules.{segment}:"))).expect("a column");
        assert!(line.contains("Some(true)") && line.contains("Some(false)"), "{segment} tells nobody apart");
    }
    for threads in [1, 2, 7] {
        let exec = Threads { threads, busy: Mutex::new(Vec::new()) };
        assert!(worked_out(&exec) == one, "{threads} threads give other bytes than one");
        let mut busy = exec.busy.into_inner().expect("no thread panicked");
        // Every behaviour is cut into ten parts, whatever the threads: a cut that hung on them would show here.
        assert_eq!(busy.len() % 10, 0);
        busy.sort_unstable();
        busy.dedup();
        assert!(!busy.is_empty() && busy.len() <= threads);
    }
}
