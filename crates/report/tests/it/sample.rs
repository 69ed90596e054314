//! A made-up document that uses every kind of cell, column, chart, role and action.

use naata_answer::{Action, Answer, Card, Cell, ChartKind, Column, Message, Stake, Table};
use naata_core::{
    Currency, CustomerIx, Day, Finding, Ids, Index, Instant, Intake, Minor, MoneyUnit, Severity, TableIntake,
    TableKind,
};
use naata_report::{Document, Section};

pub(crate) const INR: MoneyUnit = MoneyUnit { currency: Currency::INR, scale: 2 };

const fn card(key: &'static str, title: &'static str) -> Card {
    Card {
        key,
        version: 1,
        title,
        unit: "INR",
        formula: "sum over customers of P(alive) * E[purchases] * E[spend]",
        source: "Fader, Hardie & Lee 2005, \"Counting your customers\" the easy way",
        assumptions: &[
            "purchases come at random at a steady rate while the customer is active",
            "amounts do not depend on the rate",
        ],
        words: &[],
        example: "naata clv --purchases orders.csv --unit week",
    }
}

pub(crate) const PULSE: Card = card("pulse", "The week's page");
pub(crate) const RFM: Card = card("rfm", "Segments by recency, frequency and monetary value");
pub(crate) const CLV: Card = card("clv", "Customer lifetime value");
pub(crate) const NPS: Card = card("nps", "Net promoter score");
pub(crate) const JOURNEY: Card = card("journey map", "Journey map");
pub(crate) const OCCASIONS: Card = card("customers occasions", "Coming occasions");

/// Words of the made-up messages and actions.
pub(crate) const WORDS: &[(&str, &str)] = &[
    (
        "message.pulse.week",
        "The week brought {revenue} from {orders} orders, {change} more than the week before.",
    ),
    (
        "message.pulse.festival",
        "Last year the festival fell a week earlier; the comparison with last year is not like for like.",
    ),
    (
        "message.rfm.champions",
        "{customers} Champions are {share} of all customers and bring {value_share} of the money.",
    ),
    ("message.rfm.once", "{customers} {customers|customer has|customers have} bought once so far."),
    ("message.clv.total", "Over the next 52 weeks today's customers are expected to spend {value}."),
    (
        "message.nps.score",
        "The score is {score}, between {low} and {high} with 95 % certainty, from {n} answers.",
    ),
    (
        "message.journey.main",
        "Most customers look at three pages before they buy; a third leave at the payment step.",
    ),
    ("message.changed.rows", "{n} new rows in purchases.csv since 23 Sep 2026; older rows are unchanged."),
    ("action.rfm.win_back", "Call the customers who used to buy often and have not come for months."),
    ("action.clv.care", "Offer the most valuable customers a personal contact."),
    ("action.nps.nobody", "no detractor has answered in the last 90 days."),
    ("chart.pulse.weeks", "How did revenue run over the last weeks?"),
    ("chart.pulse.bridge", "From gross to net: where does the money go?"),
    ("chart.rfm.segments", "Which segment brings the money?"),
    ("chart.rfm.grid", "How do recency and frequency go together?"),
    ("chart.clv.alive", "How long do customers stay?"),
    ("chart.clv.scatter", "Who buys often is worth more?"),
    ("chart.nps.methods", "How sure is the score?"),
    ("chart.nps.months", "Is the score moving?"),
    ("chart.journey.flow", "Where do customers go next?"),
    ("table.pulse.figures", "The week in figures"),
    ("table.pulse.weeks", "Weeks"),
    ("table.pulse.bridge", "From gross to net"),
    ("column.before", "Week before"),
    ("column.change", "v. week before"),
    ("column.change_year", "v. last year"),
    ("word.pulse.revenue", "Revenue"),
    ("word.pulse.orders", "Orders"),
    ("word.pulse.basket", "Basket"),
    ("word.pulse.new_revenue", "Revenue from new customers"),
    ("word.pulse.repeat_rate", "Repeat rate"),
    ("word.pulse.second_order", "Time to second order"),
];

fn texts(all: &[&str]) -> Column {
    Column::Text(all.iter().map(|t| Some((*t).into())).collect())
}

fn money(all: &[i64]) -> Column {
    Column::Money(all.iter().map(|m| Some(Minor(*m))).collect(), INR)
}

fn numbers(all: &[f64]) -> Column {
    Column::Number(all.iter().map(|x| Some(*x)).collect())
}

fn counts(all: &[u64]) -> Column {
    Column::Count(all.iter().map(|x| Some(*x)).collect())
}

/// Whole rupees.
fn rs(n: i64) -> Cell {
    Cell::Money(Minor(n * 100), INR)
}

pub(crate) fn ids() -> Ids {
    let mut index = Index::default();
    for i in 0..40 {
        index.intern(&format!("C-{i:04}")).expect("few ids");
    }
    for id in [
        "<script>alert(1)</script>",
        "=cmd|'/c calc'!A0",
        "আশা সেন",
        "a\"b'c",
        "abc\u{202E}def\u{200B}",
        "राहुल, शर्मा",
    ] {
        index.intern(id).expect("few ids");
    }
    index.seal().0
}

pub(crate) fn pulse() -> Answer {
    const NAMES: &[&str] = &["revenue", "orders", "basket", "new_revenue", "repeat_rate", "second_order"];
    let mut a = Answer::default();
    a.set("window.from", Cell::Day(Day::from_ymd(2026, 9, 24).expect("a day")));
    a.set("window.to", Cell::Day(Day::from_ymd(2026, 9, 30).expect("a day")));
    let week = vec![
        rs(1_234_567),
        Cell::Count(1_284),
        rs(961),
        rs(210_400),
        Cell::Share(0.412),
        Cell::Seconds(34.2 * 86_400.0),
    ];
    let before =
        vec![rs(1_158_020), Cell::Count(1_240), rs(933), rs(235_000), Cell::Share(0.405), Cell::Missing];
    let share = |all: &[Option<f64>]| Column::Share(all.to_vec());
    a.tables.push(
        Table::figures("figures")
            .with("figure", Column::Word { family: "pulse", names: NAMES, of: (0..6).map(Some).collect() })
            .with("period", Column::Mixed(week))
            .with("before", Column::Mixed(before))
            .with("change", share(&[Some(0.066), Some(0.035), Some(0.030), Some(-0.105), Some(0.017), None]))
            .with(
                "change_year",
                share(&[Some(0.142), Some(0.095), Some(0.044), Some(0.012), Some(0.021), None]),
            ),
    );
    let days = Column::Day((0..26).map(|w| Day::from_ymd(2026, 4, 8).and_then(|d| d.plus(7 * w))).collect());
    let wave = |w: i64, lift: i64| (900_000 + lift + w * 9_000 + (w * 7_919 % 13 - 6) * 21_000) * 100 + 50;
    a.tables.push(
        Table::figures("weeks")
            .with("week", days)
            .with("revenue", money(&(0..26).map(|w| wave(w, 0)).collect::<Vec<_>>()))
            .with("last_year", money(&(0..26).map(|w| wave((w * 5 + 3) % 26, -120_000)).collect::<Vec<_>>()))
            .chart("pulse.weeks", ChartKind::Lines { x: "week", y: &["revenue", "last_year"], band: None }),
    );
    a.tables.push(
        Table::figures("bridge")
            .with("step", texts(&["Gross", "Discounts", "Tax", "Returns", "Without a customer", "Net"]))
            .with(
                "amount",
                money(&[148_201_900, -9_120_050, -11_205_000, -2_210_000, -2_210_150, 123_456_700]),
            )
            .with("total", Column::Flag([true, false, false, false, false, true].map(Some).into()))
            .chart("pulse.bridge", ChartKind::Waterfall { label: "step", value: "amount", total: "total" }),
    );
    a.messages.push(
        Message::new("pulse.week")
            .with("revenue", rs(1_234_567))
            .with("orders", Cell::Count(1_284))
            .with("change", Cell::Share(0.066)),
    );
    a.messages.push(Message::new("pulse.festival"));
    a
}

pub(crate) fn rfm() -> Answer {
    const SEGMENTS: &[&str] = &[
        "Champions",
        "Loyal",
        "Potential Loyalist",
        "New",
        "Promising",
        "Need Attention",
        "About To Sleep",
        "At Risk",
        "Can't Lose Them",
        "Hibernating",
    ];
    let mut a = Answer::default();
    a.set("customers", Cell::Count(183_204));
    a.set("unscored", Cell::Count(0));
    a.set("total", Cell::Money(Minor(987_654_321), INR));
    a.set("scoring", Cell::Text("rank-average".into()));
    a.set("bins", Cell::Count(5));
    let all: Vec<CustomerIx> = (0..46).map(CustomerIx).collect();
    a.tables.push(
        Table::list("rows")
            .with("customer", Column::Customer(all.clone()))
            .with("recency", counts(&(0..46).collect::<Vec<_>>()))
            .with("frequency", Column::Count((0..46).map(|i| (i % 5 > 0).then_some(i)).collect()))
            .with("monetary", money(&(0..46).map(|i| i * 12_345).collect::<Vec<_>>()))
            .with(
                "segment",
                Column::Word {
                    family: "segment",
                    names: SEGMENTS,
                    of: (0..46).map(|i| Some(i % 10)).collect(),
                },
            ),
    );
    let value = [
        39_122_100, 20_400_000, 8_800_000, 1_240_000, 910_000, 6_500_000, 3_100_000, 10_200_000, 7_700_000,
        4_100_000,
    ];
    a.tables.push(
        Table::figures("segments")
            .with(
                "segment",
                Column::Word { family: "segment", names: SEGMENTS, of: (0..10).map(Some).collect() },
            )
            .with(
                "customers",
                counts(&[12_034, 20_114, 18_300, 9_000, 7_210, 22_001, 17_455, 15_090, 4_000, 58_000]),
            )
            .with(
                "share",
                Column::Share(
                    [0.066, 0.11, 0.1, 0.049, 0.039, 0.12, 0.095, 0.082, 0.022, 0.317].map(Some).into(),
                ),
            )
            .with("value", money(&value))
            .with("mean_recency", numbers(&[8.2, 21.0, 33.9, 12.4, 30.2, 88.1, 120.7, 190.5, 240.1, 402.6]))
            .chart("rfm.segments", ChartKind::Bars { label: "segment", value: "value" }),
    );
    let cells = || (0..25u64).map(|i| (5 - i / 5, i % 5 + 1));
    a.tables.push(
        Table::figures("grid")
            .with("r", Column::Count(cells().map(|c| Some(c.0)).collect()))
            .with("f", Column::Count(cells().map(|c| Some(c.1)).collect()))
            .with(
                "customers",
                Column::Count(
                    cells().map(|(r, f)| Some(r * r * f * 431 + (6 - r) * (6 - f) * 900)).collect(),
                ),
            )
            .chart("rfm.grid", ChartKind::Heat { row: "r", column: "f", value: "customers" }),
    );
    a.tables.push(Table::list("win_back").with("customer", Column::Customer(all)));
    a.messages.push(
        Message::new("rfm.champions")
            .with("customers", Cell::Count(12_034))
            .with("share", Cell::Share(0.066))
            .with("value_share", Cell::Share(0.396)),
    );
    a.messages.push(Message::new("rfm.once").with("customers", Cell::Count(58_000)));
    a.actions.push(Action::Act {
        key: "rfm.win_back",
        customers: 19_090,
        stake: Some(Stake {
            value: Minor(17_900_000),
            low: Some(Minor(13_200_000)),
            high: Some(Minor(23_000_000)),
            unit: INR,
        }),
        list: "win_back",
    });
    a
}

pub(crate) fn clv() -> Answer {
    let mut a = Answer::default();
    a.set("value", Cell::Money(Minor(456_012_300), INR));
    a.set("p_alive", Cell::Share(0.38));
    a.set("model.name", Cell::Word { family: "model", name: "bg-nbd" });
    a.set("model.parameters.r", Cell::Number(0.242_594_5));
    a.set("model.log_likelihood", Cell::Number(-9_582.429_206_67));
    a.set("model.fitted", Cell::Instant(Instant(1_790_000_000_000_000)));
    a.set("converged", Cell::Flag(true));
    a.set("nothing", Cell::Missing);
    a.tables.push(
        Table::list("rows")
            .with("customer", Column::Customer((0..40).map(CustomerIx).collect()))
            .with("p_alive", Column::Share((0..40).map(|i| Some(f64::from(i) / 40.0)).collect()))
            .with("clv", money(&(0..40).map(|i| (i * i + 7) * 1_234).collect::<Vec<_>>()))
            .with("last", Column::Day((0..40).map(|i| Some(Day(20_000 + i))).collect()))
            .with("at", Column::Instant((0..40).map(|i| Some(Instant(i * 1_000_000_000))).collect()))
            .with("silence", Column::Seconds((0..40).map(|i| Some(f64::from(i) * 86_400.0)).collect()))
            .with(
                "class",
                Column::Class {
                    names: vec!["shop".into(), "web, phone".into()],
                    of: (0..40).map(|i| Some(i % 2)).collect(),
                },
            )
            .chart("clv.scatter", ChartKind::Scatter { x: "p_alive", y: "clv" }),
    );
    let weeks: Vec<f64> = (0..=20).map(|w| f64::from(w) * 5.0).collect();
    let stay: Vec<f64> = weeks.iter().map(|w| 1.0 / (1.0 + w / 40.0)).collect();
    a.tables.push(
        Table::figures("alive")
            .with("week", numbers(&weeks))
            .with("share", Column::Share(stay.iter().map(|s| Some(*s)).collect()))
            .with("low", Column::Share(stay.iter().map(|s| Some(s * 0.94)).collect()))
            .with("high", Column::Share(stay.iter().map(|s| Some((s * 1.06).min(1.0))).collect()))
            .chart("clv.alive", ChartKind::Steps { x: "week", y: "share", band: Some(("low", "high")) }),
    );
    a.messages.push(Message::new("clv.total").with("value", Cell::Money(Minor(456_012_300), INR)));
    a.actions.push(Action::Act {
        key: "clv.care",
        customers: 1,
        stake: Some(Stake { value: Minor(1_230_000), low: None, high: None, unit: INR }),
        list: "rows",
    });
    a.findings.push(Finding::new("clv.few_repeats", Severity::Note).detail("n", &12));
    a
}

pub(crate) fn nps() -> Answer {
    let mut a = Answer::default();
    a.set("score", Cell::Number(42.307_692));
    a.set("low", Cell::Number(31.2));
    a.set("high", Cell::Number(52.9));
    a.set("n", Cell::Count(312));
    a.tables.push(
        Table::figures("methods")
            .with("method", texts(&["Score", "Adjusted Wald", "Wald"]))
            .with("nps", numbers(&[42.3, 42.3, 42.3]))
            .with("low", numbers(&[31.2, 31.0, 31.9]))
            .with("high", numbers(&[52.9, 52.4, 53.0]))
            .chart(
                "nps.methods",
                ChartKind::Intervals { label: "method", value: "nps", low: "low", high: "high" },
            ),
    );
    let nps: Vec<f64> = (0..12).map(|i| 30.0 + f64::from(i * 37 % 17)).collect();
    let month = |m: u32| Day::from_ymd(2025 + (m as i32 + 9) / 12, (m + 9) % 12 + 1, 1);
    a.tables.push(
        Table::figures("months")
            .with("month", Column::Day((0..12).map(month).collect()))
            .with("nps", numbers(&nps))
            .with("low", numbers(&nps.iter().map(|x| x - 12.0).collect::<Vec<_>>()))
            .with("high", numbers(&nps.iter().map(|x| x + 11.0).collect::<Vec<_>>()))
            .chart("nps.months", ChartKind::Lines { x: "month", y: &["nps"], band: Some(("low", "high")) }),
    );
    a.messages.push(
        Message::new("nps.score")
            .with("score", Cell::Number(42.307_692))
            .with("low", Cell::Number(31.2))
            .with("high", Cell::Number(52.9))
            .with("n", Cell::Count(312)),
    );
    a.actions.push(Action::Nothing { key: "nps.nobody", values: vec![] });
    a
}

pub(crate) fn journey() -> Answer {
    let mut a = Answer::default();
    a.tables.push(
        Table::figures("edges")
            .with(
                "from",
                texts(&[
                    "start",
                    "start",
                    "product page",
                    "product page",
                    "product page",
                    "basket",
                    "basket",
                    "payment",
                    "payment",
                ]),
            )
            .with(
                "to",
                texts(&[
                    "product page",
                    "search",
                    "basket",
                    "search",
                    "end",
                    "payment",
                    "end",
                    "order",
                    "end",
                ]),
            )
            .with("customers", counts(&[8_200, 2_400, 4_800, 1_900, 3_400, 3_100, 1_700, 2_050, 1_050]))
            .chart("journey.flow", ChartKind::Flow { from: "from", to: "to", value: "customers" }),
    );
    a.messages.push(Message::new("journey.main"));
    a
}

pub(crate) fn occasions() -> Answer {
    let mut a = Answer::default();
    a.tables.push(
        Table::figures("rows")
            .with("customer", Column::Customer([0, 1, 42, 43, 44, 45].map(CustomerIx).into()))
            .with("name", texts(&["<b>bold</b>", "=1+1", "আশা সেন", "say \"hi\"", "tab\there", "x\u{202E}y"]))
            .with("days", Column::Count(vec![Some(1), None, Some(3), Some(4), Some(5), Some(6)])),
    );
    a.tables.push(Table::figures("none").with("x", counts(&[])));
    a
}

pub(crate) fn intake() -> Intake {
    let mut i = Intake::default();
    let mut t = TableIntake::new(TableKind::Purchases, "purchases.csv", "generic");
    (t.rows, t.used, t.records) = (123_456, 123_400, 123_400);
    t.refused.insert("date.unreadable", 56);
    t.saw(Day::from_ymd(2023, 1, 1).expect("a day"));
    t.saw(Day::from_ymd(2026, 9, 30).expect("a day"));
    t.assumed = vec![("delimiter", ",".into()), ("date_order", "day first".into())];
    i.tables.push(t);
    i.tables.push(TableIntake::new(TableKind::Customers, "customers <2026>.csv", "generic"));
    for line in 2..58 {
        let f =
            Finding::new("date.unreadable", Severity::Error).file("purchases.csv").line(line).column("date");
        i.findings.push(f.value("31.02.2026 +91 98765 43210").expected("2026-02-28"));
    }
    i.findings.push(
        Finding::new("column.missing", Severity::Warning)
            .file("customers <2026>.csv")
            .value("emial")
            .suggestion("email"),
    );
    i
}

/// The whole made-up document.
pub(crate) struct Sample {
    pub(crate) ids: Ids,
    pub(crate) intake: Intake,
    pub(crate) answers: Vec<(&'static Card, Answer)>,
}

impl Sample {
    pub(crate) fn new() -> Self {
        let answers = vec![
            (&PULSE, pulse()),
            (&RFM, rfm()),
            (&CLV, clv()),
            (&NPS, nps()),
            (&JOURNEY, journey()),
            (&OCCASIONS, occasions()),
        ];
        Self { ids: ids(), intake: intake(), answers }
    }

    pub(crate) fn document(&self) -> Document<'_> {
        Document {
            version: "0.1.0",
            title: "Asha Stores <&> \"Sons\"",
            as_of: Day::from_ymd(2026, 9, 30),
            ids: &self.ids,
            intake: &self.intake,
            sections: self
                .answers
                .iter()
                .map(|(card, answer)| Section {
                    card,
                    parameters: vec![("horizon", "52".into()), ("until", String::new())],
                    answer,
                })
                .collect(),
            changes: vec![Message::new("changed.rows").with("n", Cell::Count(1_284))],
            extra_words: WORDS,
            list_stem: Some("report"),
        }
    }
}
