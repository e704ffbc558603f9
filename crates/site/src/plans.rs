//! What `policies/*.toml` says of channels: when one counts as reaching nobody in a township, and the tests
//! that begin by themselves.

use std::collections::BTreeMap;

use model::config::{Collapse, Every, Plan, Schedule};
use model::page::Channel;
use model::{GroupId, PersonId};

use crate::amount::{minute_of_day, show_duration};
use crate::diagnose::{Diagnostics, Problem, Source};
use crate::document::{Table, Value, Word};
use crate::escalations::{Known, channel, holders_of_group};
use crate::people::once;

const WEEKDAYS: [(&str, u8); 7] = [
    ("monday", 1),
    ("tuesday", 2),
    ("wednesday", 3),
    ("thursday", 4),
    ("friday", 5),
    ("saturday", 6),
    ("sunday", 7),
];

/// Tests outside these hours, in minutes of the day, wake people.
const DAYTIME: std::ops::Range<u16> = 7 * 60..22 * 60;

/// Reads `[collapse]`; every key may be absent.
pub(crate) fn read_collapse(value: Value<'_>, out: &mut Diagnostics) -> Option<Collapse> {
    let mut table = value.table(out)?;
    let (source, place) = (table.source(), table.span());
    let usual = Collapse::usual();
    let least = table.optional("least", out, |value, out| value.whole(0..=1000, out));
    let within_ms = table.optional("within", out, Value::duration);
    let patience = table.optional("patience", out, |value, out| {
        let pairs = value.pairs(out)?.into_iter();
        let pairs = pairs.filter_map(|(word, value)| read_patience(source, word, value, out));
        Some(pairs.collect::<Vec<_>>())
    });
    table.close(out);
    let mut collapse = Collapse {
        least: least.map_or(usual.least, |n| n as u16),
        within_ms: within_ms.unwrap_or(usual.within_ms),
        ..usual
    };
    collapse.patience_ms.extend(patience.unwrap_or_default());
    if collapse.is_hasty() {
        let what = "a channel would count as lost before a receipt can come";
        let longest = collapse.patience_ms.values().copied().max().unwrap_or(0);
        let expected = format!(
            "patience of 1s or more, and within longer than each of them ({})",
            show_duration(longest)
        );
        out.push(Problem::at(source, place, what).expecting(expected));
        return None;
    }
    Some(collapse)
}

fn read_patience(
    source: &Source,
    word: Word,
    value: Value<'_>,
    out: &mut Diagnostics,
) -> Option<(Channel, i64)> {
    let Some(channel) = Channel::of_word(&word.text) else {
        let what = format!("`{}` is no way to reach a person", word.text);
        let problem = Problem::at(source, word.span, what);
        out.push(problem.near(&word.text, Channel::ALL.map(Channel::word)));
        return None;
    };
    Some((channel, value.duration(out)?))
}

/// Reads one `[[test]]`.
pub(crate) fn read_plan(
    table: &mut Table<'_>,
    known: &Known<'_>,
    seen: &mut Vec<String>,
    out: &mut Diagnostics,
) -> Option<Plan> {
    let (source, place) = (table.source(), table.span());
    let id = table.required("id", out, Value::text);
    let title = table.required("title", out, Value::title);
    let every = table.required("every", out, |value, out| {
        value.one_of(&[("week", false), ("month", true)], out)
    });
    let day = table.required("day", out, |value, out| {
        every.and_then(|monthly| read_day(value, monthly, out))
    });
    let minute = table.required("at", out, read_hour);
    let groups = table.optional("groups", out, |value, out| {
        let words = value.words(out)?.into_iter();
        words.map(|word| group(word, known, source, out)).collect()
    });
    let channels = table.optional("by", out, |value, out| {
        let items = value.list(out)?.into_iter();
        items.map(|item| channel(item, out)).collect()
    });
    let plan = Plan {
        id: once(id?, seen, source, out)?,
        title: title?,
        when: Schedule {
            every: day?,
            minute: minute?,
            offset_min: known.offset_min,
        },
        groups: groups.unwrap_or_default(),
        channels: channels.unwrap_or_default(),
    };
    if !tries_anybody(&plan, known) {
        let what = format!("test `{}` tries nobody", plan.id);
        let problem = Problem::at(source, place, what);
        out.push(problem.hint("name people with such contacts in people.csv, or other channels"));
        return None;
    }
    Some(plan)
}

fn read_day(value: Value<'_>, monthly: bool, out: &mut Diagnostics) -> Option<Every> {
    if !monthly {
        return value.one_of(&WEEKDAYS, out).map(Every::Week);
    }
    let late = value.problem("not every month has such a day");
    let day = value.whole(1..=31, out)?;
    if day > 28 {
        out.push(late.expecting("1 to 28"));
        return None;
    }
    Some(Every::Month(day as u8))
}

fn read_hour(value: Value<'_>, out: &mut Diagnostics) -> Option<u16> {
    let (wrong, night) = (
        value.problem("no such time of day"),
        value.problem("this test wakes people at night"),
    );
    let text = value.text(out)?;
    let Some(minute) = minute_of_day(&text.text).filter(|minute| *minute < 24 * 60) else {
        out.push(wrong.expecting("at = \"10:00\""));
        return None;
    };
    if !DAYTIME.contains(&minute) {
        out.push(night.noted());
    }
    Some(minute)
}

fn group(word: Word, known: &Known<'_>, source: &Source, out: &mut Diagnostics) -> Option<GroupId> {
    if known.groups.iter().any(|g| g.id.as_str() == word.text) {
        return Some(GroupId(word.text));
    }
    let ids = known.groups.iter().map(|g| g.id.as_str());
    let what = format!("no group `{}` in groups.toml", word.text);
    out.push(Problem::at(source, word.span, what).near(&word.text, ids));
    None
}

fn tries_anybody(plan: &Plan, known: &Known<'_>) -> bool {
    let tries = |person: &PersonId| {
        let mut own = known.people.contacts_of(person).iter();
        own.any(|c| plan.channels.is_empty() || plan.channels.contains(c))
    };
    if plan.groups.is_empty() {
        return known.people.ids().any(|id| tries(&PersonId::from(id)));
    }
    let mut people = plan
        .groups
        .iter()
        .flat_map(|id| holders_of_group(id, known));
    people.any(|person| tries(&person))
}

/// When a channel counts as lost, as `check` prints it.
pub(crate) fn collapse_line(collapse: &Collapse) -> String {
    if collapse.least == 0 {
        return "collapse: nobody asks whether a channel reaches a township".to_owned();
    }
    format!(
        "collapse: {} people of a township tried within {} and none reached; receipts take {}",
        collapse.least,
        show_duration(collapse.within_ms),
        patience_line(collapse)
    )
}

/// When a test begins, whom it tries and by what, as `check` prints it.
pub(crate) fn plan_line(plan: &Plan) -> String {
    let when = match plan.when.every {
        Every::Week(day) => {
            let weekday = WEEKDAYS.iter().find(|(_, number)| *number == day);
            format!("every {}", weekday.map_or("week", |(word, _)| word))
        }
        Every::Month(day) => format!("day {day} of every month"),
    };
    let groups: Vec<String> = plan.groups.iter().map(|g| format!("group:{g}")).collect();
    let whom = if groups.is_empty() {
        "everybody".to_owned()
    } else {
        groups.join(", ")
    };
    let by: Vec<&str> = plan.channels.iter().map(|c| c.word()).collect();
    let by = if by.is_empty() {
        "every channel".to_owned()
    } else {
        by.join(", ")
    };
    let (hour, minute) = (plan.when.minute / 60, plan.when.minute % 60);
    format!("{when} at {hour:02}:{minute:02}, {whom} by {by}")
}

/// Channels that take equally long, together.
fn patience_line(collapse: &Collapse) -> String {
    let mut spans: BTreeMap<i64, Vec<&str>> = BTreeMap::new();
    for channel in Channel::ALL {
        let channels = spans.entry(collapse.patience_ms(channel)).or_default();
        channels.push(channel.word());
    }
    let spans = spans.into_iter();
    let spans = spans.map(|(ms, words)| format!("{} by {}", show_duration(ms), words.join(" ")));
    spans.collect::<Vec<_>>().join(", ")
}
