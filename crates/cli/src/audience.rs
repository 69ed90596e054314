//! `naata audience SEGMENT --purpose P`: a list one may write to, its control group, and a receipt to measure by.

use crate::fail::Fail;
use crate::work::Work;
use crate::{args, output, run};
use clap::{Arg, ArgAction, ArgMatches, Command};
use naata::audience::{Audience, AudienceRequest, Channel, End, RankedBy, audience};
use naata::facts::Span;
use naata_answer::{Action, Answer, Card, Cell, Column, Message, Stake, Table};
use naata_core::Minor;
use naata_report::{Document, Format, Section};
use std::path::{Path, PathBuf};

pub static CARD: Card = Card {
    key: "audience",
    version: 1,
    title: "A segment as a list one may write to, with a control group and a receipt",
    unit: "customers",
    formula: "listed = in a segment, with consent for the purpose, reachable, not contacted lately, not held out, \
              within the limit; held out where hash(seed, campaign, id) / 2^64 < share",
    source: "definition",
    assumptions: &[
        "without a recorded consent for the purpose nobody is listed, and a standing objection wins",
        "of several segments a customer is listed for the one of the highest priority, or with --weight of the highest weight x value",
    ],
    words: &[
        "message.audience.listed",
        "message.audience.control",
        "message.audience.no_control",
        "message.audience.ranked",
        "message.audience.ties",
        "action.audience.contact",
        "action.audience.nobody",
    ],
    example: "naata audience quiet-regulars --purpose marketing --holdout 10% -p shop -o list.csv",
};

pub fn command() -> Command {
    let value = |name: &'static str, value_name: &'static str, help: &'static str| {
        Arg::new(name).long(name).value_name(value_name).help(help)
    };
    args::with_output(args::with_inputs(
        Command::new("audience")
            .about(CARD.title)
            .arg(
                Arg::new("segment")
                    .value_name("SEGMENT")
                    .required(true)
                    .num_args(1..)
                    .help("Segments of the rules, or FACT=VALUE such as 'segments.rfm.segment=At Risk'"),
            )
            .arg(
                value("purpose", "PURPOSE", "What the contact is for, as the consents call it")
                    .required(true),
            )
            .arg(
                value(
                    "channel",
                    "CHANNEL",
                    "email, sms, whatsapp, phone or post; may be given again [default: all]",
                )
                .action(ArgAction::Append)
                .value_parser(Channel::ALL.map(Channel::name)),
            )
            .arg(value(
                "exclude-contacted",
                "SPAN",
                "Leave out who was sent something within 7d, 2 weeks ...",
            ))
            .arg(value("top", "N", "The most customers to list").conflicts_with("budget"))
            .arg(value("budget", "AMOUNT", "List as many as the budget pays for").requires("cost"))
            .arg(value("cost", "AMOUNT", "Cost of one contact").requires("budget"))
            .arg(
                value(
                    "weight",
                    "SEGMENT=NUMBER",
                    "What serving someone in a segment is worth against the others; may be given again [default: 1]",
                )
                .action(ArgAction::Append),
            )
            .arg(
                value("holdout", "SHARE", "Share to hold out as a control group, such as 10%")
                    .default_value("0%"),
            )
            .arg(value(
                "campaign",
                "NAME",
                "Name of the campaign, the key of the draw [default: the segments]",
            ))
            .arg(value("receipt", "FILE", "Receipt for measuring later [default: audience.json beside -o]"))
            .after_help(format!(
                "Reads: customers, consents; campaigns for --exclude-contacted\nExample:\n  {}",
                CARD.example
            )),
    ))
}

pub fn run(m: &ArgMatches) -> Result<u8, Fail> {
    let request = request(m)?;
    let work = Work::open(m, None)?;
    let out = args::output(m, work.lang())?;
    let mut session = work.session()?;
    let request = AudienceRequest { seed: session.context().seed, ..request };
    let found = audience(&mut session, &request)?;
    work.host.clear();
    // Contact points are for the list itself; a page for reading shows them only when told to.
    let reading = matches!(out.format, Format::Table | Format::Markdown | Format::Html);
    let mut answer = answer(&found, !reading || out.style.with_identities);
    answer.findings = session.absent_findings();
    let parameters = vec![
        ("segments", found.request.segments.join(", ")),
        ("purpose", found.request.purpose.clone()),
        ("channels", names(&found.request.channels)),
        ("weights", args::texts(m, "weight").join(", ")),
        ("campaign", found.request.campaign.clone()),
        ("seed", found.request.seed.to_string()),
    ];
    let document =
        Document { sections: vec![Section { card: &CARD, parameters, answer: &answer }], ..work.document() };
    let beside = |file: &PathBuf| file.parent().unwrap_or(Path::new("")).join("audience.json");
    let receipt = args::path(m, "receipt").or_else(|| out.file.as_ref().map(beside));
    run::write(&out, &document)?;
    run::tell(&out, &document);
    match &receipt {
        Some(path) => {
            let text = serde_json::to_string_pretty(&found.receipt(&work.base.ids))
                .map_err(|e| Fail::data("cli.receipt", format!("write the receipt: {e}")))?;
            output::write_file(path, |w| writeln!(w, "{text}").map_err(|e| Fail::file("write", path, &e)))?;
            if !out.quiet {
                run::say(&format!("wrote {}", path.display()));
            }
        }
        None if !found.control.is_empty() && !out.quiet => {
            run::say(
                "no receipt was written: without -o or --receipt nobody can tell later who was held out",
            );
        }
        None => {}
    }
    Ok(0)
}

fn request(m: &ArgMatches) -> Result<AudienceRequest, Fail> {
    let segments = args::texts(m, "segment");
    let exact = |flag: &'static str| {
        let read = |t: String| {
            fixed(&t, 4).ok_or_else(|| {
                Fail::usage(
                    "cli.amount",
                    format!("read --{flag}: expected an amount such as 1499.50, got '{t}'"),
                )
            })
        };
        args::text(m, flag).map(read).transpose()
    };
    let most = match (exact("budget")?, exact("cost")?) {
        (Some(_), Some(0)) => {
            return Err(Fail::usage(
                "cli.amount",
                "use --cost 0: a contact that costs nothing needs no budget",
            ));
        }
        (Some(budget), Some(cost)) => Some(budget / cost),
        _ => args::number(m, "top")?,
    };
    let share = args::text(m, "holdout").unwrap_or_default();
    let holdout_millionths = share
        .strip_suffix('%')
        .map_or_else(|| fixed(&share, 6), |percent| fixed(percent, 4))
        .and_then(|n| u32::try_from(n).ok())
        .filter(|n| *n < 1_000_000)
        .ok_or_else(|| {
            Fail::usage(
                "cli.holdout",
                format!("read --holdout: expected a share such as 10% or 0.1, got '{share}'"),
            )
        })?;
    let span = |t: String| {
        Span::parse(&t).ok_or_else(|| {
            Fail::usage(
                "cli.span",
                format!("read --exclude-contacted: expected a time such as 7d or '2 weeks', got '{t}'"),
            )
        })
    };
    let mut weights: Vec<(String, u64)> = Vec::new();
    for text in args::texts(m, "weight") {
        // A segment may itself be a fact and its value, so that the last sign of equality parts them.
        let parts = text.rsplit_once('=').and_then(|(name, w)| Some((name.trim(), fixed(w, 6)?)));
        let Some((name, weight)) = parts.filter(|(_, w)| *w > 0) else {
            return Err(Fail::usage(
                "cli.weight",
                format!(
                    "read --weight: expected a segment and a number above 0 such as regulars=2.5, got '{text}'"
                ),
            ));
        };
        weights.retain(|(known, _)| known != name);
        weights.push((name.into(), weight));
    }
    let mut channels: Vec<Channel> = Vec::new();
    for channel in args::texts(m, "channel").iter().filter_map(|c| Channel::parse(c)) {
        if !channels.contains(&channel) {
            channels.push(channel);
        }
    }
    Ok(AudienceRequest {
        purpose: args::text(m, "purpose").unwrap_or_default(),
        channels,
        exclude_contacted: args::text(m, "exclude-contacted").map(span).transpose()?,
        most,
        holdout_millionths,
        campaign: args::text(m, "campaign").unwrap_or_else(|| segments.join("+")),
        seed: 0,
        weights,
        segments,
    })
}

/// A plain decimal as a whole number of its `decimals`-th parts; `None` when it has more decimals, or is none.
fn fixed(text: &str, decimals: usize) -> Option<u64> {
    let (whole, part) = text.trim().split_once('.').unwrap_or((text.trim(), ""));
    let digits = |t: &str| t.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || !digits(whole) || !digits(part) || part.len() > decimals {
        return None;
    }
    format!("{whole}{part:0<decimals$}").parse().ok()
}

fn names(channels: &[Channel]) -> String {
    channels.iter().map(|c| c.name()).collect::<Vec<_>>().join(", ")
}

fn answer(found: &Audience, contacts: bool) -> Answer {
    let mut a = Answer::default();
    let counts = found.counts();
    let count = |end: End| counts.get(end as usize).copied().unwrap_or(0);
    let ranked = Cell::Word { family: "ranked_by", name: found.ranked_by.name() };
    a.set("customers", Cell::Count(found.ends.len() as u64));
    a.set("listed", Cell::Count(count(End::Listed)));
    a.set("control", Cell::Count(count(End::Control)));
    a.set("ranked_by", ranked.clone());
    let list = &found.list;
    let segment = |at: u16| found.segments.get(usize::from(at));
    let text = |f: &dyn Fn(&naata::audience::Contact) -> Option<String>| {
        Column::Text(list.iter().map(|c| f(c).map(Into::into)).collect())
    };
    let mut rows = Table::list("rows")
        .with("customer", Column::Customer(list.iter().map(|c| c.customer).collect()))
        .with("segment", text(&|c| segment(c.segment).map(|s| s.name.clone())))
        .with("reason", text(&|c| segment(c.segment).map(|s| s.reason.clone())))
        .with("what_to_do", text(&|c| segment(c.segment).and_then(|s| s.action.clone())));
    if found.ranked_by != RankedBy::Nothing {
        rows = rows.with("value", Column::Money(list.iter().map(|c| c.value).collect(), found.unit));
    }
    rows = rows
        .with("language", text(&|c| c.language.as_deref().map(str::to_string)))
        .with("channels", text(&|c| Some(names(&c.channels))));
    if contacts {
        rows = rows
            .with("channel", text(&|c| c.channels.first().map(|c| c.name().to_string())))
            .with("contact", text(&|c| Some(c.contact.to_string())));
    }
    let ends = Table::figures("ends")
        .with("end", Column::Word { family: "end", names: &End::NAMES, of: (0..9).map(Some).collect() })
        .with("customers", Column::Count(counts.iter().map(|n| Some(*n)).collect()));
    a.tables = vec![rows, ends];
    a.messages.push(
        Message::new("audience.listed")
            .with("listed", Cell::Count(count(End::Listed)))
            .with("all", Cell::Count(found.ends.len() as u64)),
    );
    a.messages.push(if found.request.holdout_millionths == 0 {
        Message::new("audience.no_control")
    } else {
        Message::new("audience.control").with("control", Cell::Count(count(End::Control)))
    });
    if found.ranked_by != RankedBy::Nothing {
        a.messages.push(Message::new("audience.ranked").with("by", ranked));
    }
    if let Some(ties) = found.ties.filter(|n| *n > 0) {
        a.messages.push(Message::new("audience.ties").with("customers", Cell::Count(ties)));
    }
    let values = || list.iter().filter_map(|c| c.value);
    let stake = (values().next().is_some())
        .then(|| Minor::from_wide(values().map(|m| i128::from(m.0)).sum(), "the values of a list").ok())
        .flatten()
        .map(|value| Stake { value, low: None, high: None, unit: found.unit });
    a.actions.push(if list.is_empty() {
        Action::Nothing { key: "audience.nobody", values: Vec::new() }
    } else {
        Action::Act { key: "audience.contact", customers: list.len() as u64, stake, list: "rows" }
    });
    a
}

#[cfg(test)]
mod tests {
    use super::fixed;

    #[test]
    fn decimals_are_read_exactly_or_not_at_all() {
        assert_eq!(fixed("10", 4), Some(100_000));
        assert_eq!(fixed("12.5", 4), Some(125_000));
        assert_eq!(fixed("0.1", 6), Some(100_000));
        for bad in ["", ".5", "-1", "1e3", "1.23456", "1,5", "99999999999999999999"] {
            assert_eq!(fixed(bad, 4), None, "{bad}");
        }
    }
}
