//! The files beside the tables: project, loyalty programme, expected journey, objectives and a word to the reader.

use crate::Shop;
use crate::table::File;

/// The project file: what the tables are and how to read them.
pub(crate) fn naata_toml(shop: &Shop) -> File {
    let text = format!(
        r#"# The project file of Asha Stores. Paths are relative to this file.

[project]
name = "Asha Stores"
currency = "INR"
time-zone = "Asia/Kolkata"
# The day the files were exported. Left out, it is the last date of the data.
as-of = "{until}"
# The shop opened on this day: nobody bought before it, so no history is cut off.
history-from = "{from}"

# Each table is a file or a list of files. The headers are the standard ones, so no [maps] are needed; a file with
# other headers would say, for instance:
#   [maps.purchases]
#   amount = "Total"
[tables]
customers = "customers.csv"
purchases = "purchases.csv"
lines = "lines.csv"
touches = "touches.csv"
surveys = "surveys.csv"
subscriptions = "subscriptions.csv"
tickets = "tickets.csv"
consents = "consents.csv"
deals = "deals.csv"
leads = "leads.csv"
campaigns = "campaigns.csv"
costs = "costs.csv"

# Side inputs: the rules of the loyalty programme, the journey as it is meant to be, and what the business aims at.
[files]
programme = "programme.toml"
journey = "journey.toml"
objectives = "objectives.toml"
segments = "segments.toml"

# Defaults of an analysis' parameters.
[parameters.clv]
unit = "week"
"#,
        from = shop.from,
        until = shop.until
    );
    File::text("naata.toml", text)
}

/// The loyalty programme: one point for every full hundred rupees of an order.
pub(crate) fn programme() -> File {
    let text = r#"# Asha Circle, the loyalty programme of Asha Stores.
name = "Asha Circle"
currency = "INR"
timezone = "Asia/Kolkata"

[points]
precision = 0
rounding = "floor"
round_at = "order"

# One point for every full hundred rupees of an order.
[[earn]]
id = "base"
trigger = "purchase"

[earn.amount]
type = "per_amount"
points = "1"
per = "100.00"
partial = "whole_groups"
"#;
    File::text("programme.toml", text.into())
}

/// The segments the shop works with, as rules.
pub(crate) fn segments() -> File {
    let text = r#"# The segments Asha Stores works with: who belongs, and what to do with them.
# naata segments lint segments.toml      tells every mistake with its place
# naata segments facts                   lists the facts that may be named
# naata segments                         counts them; naata audience NAME --purpose marketing makes the list
#
# A window of N days ends with the day of the export and has exactly N days, in the zone of the project.
name = "Asha Stores"

[[segment]]
name = "quiet-regulars"
title = "Bought six times or more, and nothing for sixty days"
action = "Call, or write in their language, before the next festival"
priority = 30
[segment.when]
all = [
  { count = "purchases", at-least = 6 },
  { none = "purchases", within = "60 days" },
  { not = { segment = "likely-gone" } },
]

[[segment]]
name = "likely-gone"
title = "Probably no customers any more"
action = "Leave in peace; one letter a year at most"
when = { fact = "metrics.clv.p_alive", below = 0.15 }

[[segment]]
name = "sweet-tooth"
title = "Three orders with sweets or more in half a year"
action = "Invite to taste the new sweets of the season"
priority = 10
when = { count = "orders", category = "Sweets", within = "6 months", at-least = 3 }

[[segment]]
name = "full-price"
title = "Buy without a discount"
action = "Show what is new first; send no coupon"
when = { fact = "segments.discount.habit", is = "full price" }

[[segment]]
name = "bargain-hunters"
title = "A quarter or more of what they buy is reduced"
action = "Clear stock with them; no coupon on top"
when = { fact = "segments.discount.share", at-least = 0.25 }

[[segment]]
name = "newcomers"
title = "First purchase in the last thirty days"
action = "Welcome, and ask how it went"
priority = 20
when = { first = "purchases", within = "30 days" }

[[segment]]
name = "back-again"
title = "Bought in the last thirty days for the first time in half a year, and not for the first time"
action = "Say that they were missed; offer the monthly basket"
priority = 20
[segment.when]
all = [
  { first-in = "180 days", of = "purchases", within = "30 days" },
  { not = { segment = "newcomers" } },
]

[[segment]]
name = "unhappy"
title = "Gave 0 to 6 of 10, or wrote a ticket in the last ninety days that was not their first"
action = "Put the matter right before anything is sold"
priority = 40
[segment.when]
any = [
  # Who was never asked is not unhappy for that: without the first clause they would count as not known.
  { all = [{ fact = "metrics.nps.group", missing = false }, { fact = "metrics.nps.group", is = "detractor" }] },
  { all = [{ some = "tickets", within = "90 days" }, { count = "tickets", at-least = 2 }] },
]

[[segment]]
name = "reads-no-mail"
title = "Got mail in the last year and opened none"
action = "Ask for another channel; stop the mail"
[segment.when]
all = [
  { some = "sends", channel = "email", within = "365 days" },
  { none = "opens", channel = "email", within = "365 days" },
]

[[segment]]
name = "offices"
title = "Companies with ten people or more"
action = "Offer an account with one bill a month"
priority = 15
when = { all = [{ fact = "customers.employees", missing = false }, { fact = "customers.employees", at-least = 10 }] }

[[segment]]
name = "bengali-speakers"
title = "Asked to be written to in Bengali"
action = "Write in Bengali"
when = { fact = "customers.language", is = "bn" }
"#;
    File::text("segments.toml", text.into())
}

/// The journey as the shop means it to be.
pub(crate) fn journey() -> File {
    let text = r#"# The journey as Asha Stores means it to be: stages in order, and the activities of the touches that belong to each.
name = "Order on the app or the web"
case = "session"
# A session ends after this many minutes without a touch.
gap-minutes = 30

[[stage]]
id = "arrive"
title = "Arrive"
activities = ["visit", "chat", "store visit"]

[[stage]]
id = "explore"
title = "Find a product"
activities = ["search", "product view"]

[[stage]]
id = "choose"
title = "Put it into the cart"
activities = ["add to cart"]

[[stage]]
id = "checkout"
title = "Check out"
activities = ["checkout"]

[[stage]]
id = "pay"
title = "Pay"
activities = ["payment"]

[[stage]]
id = "order"
title = "Order"
activities = ["order"]
goal = true

[[stage]]
id = "receive"
title = "Receive"
activities = ["delivery delayed", "delivery"]

[[stage]]
id = "speak"
title = "Review, return, ask for help"
activities = ["review", "return", "support call", "support chat"]
"#;
    File::text("journey.toml", text.into())
}

/// What the business aims at, counted from the day of the export.
pub(crate) fn objectives(shop: &Shop) -> File {
    let after = |days: i32| shop.until.plus(days).unwrap_or(shop.until);
    let text = format!(
        r#"# What Asha Stores aims at, counted from the day of the export.

[[objective]]
id = "churn-down"
title = "Churn down by 15 % in six months"
measure = "churn.rate"
direction = "down"
change = "-15 %"
from = "{from}"
until = "{half}"

[[objective]]
id = "clv-up"
title = "Customer lifetime value up by 20 % in a year"
measure = "clv.mean"
direction = "up"
change = "+20 %"
from = "{from}"
until = "{year}"

[[objective]]
id = "nps-50"
title = "NPS from 35 to 50 this quarter"
measure = "nps.score"
direction = "up"
baseline = 35
target = 50
from = "{from}"
until = "{quarter}"
"#,
        from = shop.until,
        quarter = after(92),
        half = after(182),
        year = after(365),
    );
    File::text("objectives.toml", text)
}

/// A word to the reader.
pub(crate) fn readme(shop: &Shop) -> File {
    let text = format!(
        "Asha Stores is an invented Indian shop: groceries, sweets, clothing and things for the home, sold in stores, on an\n\
         app, on the web and by chat. It opened on {from}; the files were exported on {until} for {customers} customers\n\
         (seed {seed}).\n\
         \n\
         Nobody in it exists. E-mail addresses use domains reserved for examples, phone numbers a series that is not\n\
         assigned. Names, cities and languages are drawn independently of each other and of what people buy.\n\
         \n\
         purchases.csv holds orders and refunds (negative, with the order's number and -R); lines.csv what was in them;\n\
         rows without a customer were sold over the counter. The monthly basket in subscriptions.csv and the deals in\n\
         deals.csv are billed apart and are not in purchases.csv.\n\
         \n\
         truth.json says what was planted, where and how large it truly is: look there last.\n",
        from = shop.from,
        until = shop.until,
        customers = shop.customers,
        seed = shop.seed,
    );
    File::text("README.txt", text)
}
