//! `[policy]` of `site.toml`: the numbers of the whole site, what they are by default, and how they
//! are written.

use std::fmt::Write as _;

use model::Level;
use model::config::{BlindSpot, CommandPolicy, Flapping, Grouping, InterfaceDown, Limits, Policy};

use crate::amount::show_duration;
use crate::diagnose::{Diagnostics, Problem};
use crate::document::{Table, Value};
use crate::rules::LEVELS;

/// Reads `[policy]`. The tables for blind spots, interfaces, flapping, grouping and limits may be
/// absent, whole or key by key: then the defaults of [`Policy`] hold, which [`lines`] prints.
pub(crate) fn read_policy(value: Value<'_>, out: &mut Diagnostics) -> Option<Policy> {
    let mut table = value.table(out)?;
    let default = Policy::default();
    let remember_ms = table.required("remember", out, Value::duration);
    let suspect_ahead_ms = table.required("suspect_ahead", out, Value::duration);
    let refuse_ahead_ms = table.required("refuse_ahead", out, Value::duration);
    let late_tenths = table.required("late_after", out, tenths);
    let stale_tenths = table.required("stale_after", out, tenths);
    let stale_max_ms = table
        .optional("stale_at_most", out, Value::duration)
        .unwrap_or(default.stale_max_ms);
    let dead_ms = table.required("dead_after", out, Value::duration);
    let horizon_tenths = table.required("unknown_after", out, tenths);
    let lease_ms = table.required("ack_lease", out, |value, out| {
        let mut levels = value.table(out)?;
        let leases = LEVELS.map(|(word, _)| levels.required(word, out, Value::duration));
        levels.close(out);
        let [blue, yellow, orange, red] = leases;
        Some([blue?, yellow?, orange?, red?])
    });
    let escalate_ms = table.required("escalate_every", out, Value::duration);
    let blind_spot = section(
        &mut table,
        "blind_spot",
        default.blind_spot,
        read_blind_spot,
        out,
    );
    let interface_down = section(
        &mut table,
        "interface_down",
        default.interface_down,
        read_interface_down,
        out,
    );
    let flapping = section(&mut table, "flapping", default.flapping, read_flapping, out);
    let grouping = section(&mut table, "grouping", default.grouping, read_grouping, out);
    let limits = section(&mut table, "limits", default.limits, read_limits, out);
    let command = section(&mut table, "command", default.command, read_command, out);
    table.close(out);
    Some(Policy {
        remember_ms: remember_ms?,
        suspect_ahead_ms: suspect_ahead_ms?,
        refuse_ahead_ms: refuse_ahead_ms?,
        late_tenths: late_tenths?,
        stale_tenths: stale_tenths?,
        stale_max_ms,
        dead_ms: dead_ms?,
        horizon_tenths: horizon_tenths?,
        lease_ms: lease_ms?,
        escalate_ms: escalate_ms?,
        blind_spot,
        interface_down,
        flapping,
        grouping,
        limits,
        command,
    })
}

/// A multiple of the expected interval, in tenths.
fn tenths(value: Value<'_>, out: &mut Diagnostics) -> Option<i64> {
    let too_fine = value.problem("this multiple cannot be used");
    let number = value.positive(out)?;
    let tenths = (number * 10.0).round();
    if !(1.0..=10_000.0).contains(&tenths) || (number * 10.0 - tenths).abs() > 1e-6 {
        out.push(too_fine.expecting("0.1 to 1000, at most one decimal"));
        return None;
    }
    Some(tenths as i64)
}

/// A table that may be absent.
fn section<T: Copy>(
    table: &mut Table<'_>,
    key: &'static str,
    default: T,
    read: fn(&mut Table<'_>, T, &mut Diagnostics) -> T,
    out: &mut Diagnostics,
) -> T {
    let read = table.optional(key, out, |value, out| {
        let mut table = value.table(out)?;
        let section = read(&mut table, default, out);
        table.close(out);
        Some(section)
    });
    read.unwrap_or(default)
}

fn count(table: &mut Table<'_>, key: &'static str, default: u16, out: &mut Diagnostics) -> u16 {
    let read = table.optional(key, out, |value, out| value.whole(0..=60_000, out));
    read.and_then(|n| u16::try_from(n).ok()).unwrap_or(default)
}

fn span(table: &mut Table<'_>, key: &'static str, default: i64, out: &mut Diagnostics) -> i64 {
    table.optional(key, out, Value::duration).unwrap_or(default)
}

/// Four durations by level; levels not named keep their default.
fn spans(
    table: &mut Table<'_>,
    key: &'static str,
    default: [i64; 4],
    out: &mut Diagnostics,
) -> [i64; 4] {
    let read = table.optional(key, out, |value, out| {
        let mut levels = value.table(out)?;
        let mut spans = default;
        for (word, level) in LEVELS {
            let span = levels.optional(word, out, Value::duration);
            spans[level.index()] = span.unwrap_or(default[level.index()]);
        }
        levels.close(out);
        Some(spans)
    });
    read.unwrap_or(default)
}

/// From which level on a weather warning makes quiet gauges blind spots.
const WEATHER: [(&str, Option<Level>); 5] = [
    ("blue", Some(Level::Blue)),
    ("yellow", Some(Level::Yellow)),
    ("orange", Some(Level::Orange)),
    ("red", Some(Level::Red)),
    ("never", None),
];

fn read_blind_spot(table: &mut Table<'_>, default: BlindSpot, out: &mut Diagnostics) -> BlindSpot {
    BlindSpot {
        neighbours: count(table, "neighbours", default.neighbours, out),
        weather: table
            .optional("weather", out, |value, out| value.one_of(&WEATHER, out))
            .unwrap_or(default.weather),
    }
}

fn read_interface_down(
    table: &mut Table<'_>,
    default: InterfaceDown,
    out: &mut Diagnostics,
) -> InterfaceDown {
    let percent = table.optional("percent", out, |value, out| value.whole(0..=100, out));
    InterfaceDown {
        percent: percent
            .and_then(|p| u8::try_from(p).ok())
            .unwrap_or(default.percent),
        within_ms: span(table, "within", default.within_ms, out),
        least: count(table, "least", default.least, out),
    }
}

fn read_flapping(table: &mut Table<'_>, default: Flapping, out: &mut Diagnostics) -> Flapping {
    let factor = table.optional("factor", out, |value, out| value.whole(0..=1000, out));
    Flapping {
        slow: count(table, "slow", default.slow, out),
        slow_ms: span(table, "slow_within", default.slow_ms, out),
        fast: count(table, "fast", default.fast, out),
        fast_ms: span(table, "fast_within", default.fast_ms, out),
        factor: factor.unwrap_or(default.factor),
    }
}

fn read_grouping(table: &mut Table<'_>, default: Grouping, out: &mut Diagnostics) -> Grouping {
    Grouping {
        wait_ms: spans(table, "wait", default.wait_ms, out),
        interval_ms: span(table, "interval", default.interval_ms, out),
        repeat_ms: spans(table, "repeat", default.repeat_ms, out),
        merge_above: count(table, "merge_above", default.merge_above, out),
        people_percent: count(table, "people_percent", default.people_percent, out),
        storm_gap_ms: span(table, "storm_gap", default.storm_gap_ms, out),
        settle_ms: span(table, "settle", default.settle_ms, out),
    }
}

fn read_command(
    table: &mut Table<'_>,
    default: CommandPolicy,
    out: &mut Diagnostics,
) -> CommandPolicy {
    let approve_from = table.optional("approve_from", out, |value, out| {
        let levels = LEVELS.map(|(word, level)| (word, level.digit()));
        let [blue, yellow, orange, red] = levels;
        value.one_of(&[("never", 0), blue, yellow, orange, red], out)
    });
    CommandPolicy {
        mass_above: count(table, "mass_above", default.mass_above, out),
        hold_ms: span(table, "hold", default.hold_ms, out),
        prepared_ms: span(table, "prepared", default.prepared_ms, out),
        approve_from: approve_from.unwrap_or(default.approve_from),
        end_seen_ms: span(table, "end_seen", default.end_seen_ms, out),
        decide_ms: spans(table, "decide", default.decide_ms, out),
        call_next_ms: span(table, "call_next", default.call_next_ms, out),
    }
}

fn read_limits(table: &mut Table<'_>, default: Limits, out: &mut Diagnostics) -> Limits {
    let place = table.span();
    let limits = Limits {
        silence_ms: span(table, "silence", default.silence_ms, out),
        silence_red_ms: span(table, "silence_red", default.silence_red_ms, out),
        shelve_ms: span(table, "shelve", default.shelve_ms, out),
        warn_ms: span(table, "warn", default.warn_ms, out),
        idle_ms: span(table, "idle", default.idle_ms, out),
        after_inhibition_ms: span(table, "after_inhibition", default.after_inhibition_ms, out),
        flood_above: count(table, "flood_above", default.flood_above, out),
        flood_below: count(table, "flood_below", default.flood_below, out),
        flood_ms: span(table, "flood_within", default.flood_ms, out),
    };
    if limits.flood_below > limits.flood_above {
        let what = "flood mode would be left before it is entered";
        let problem = Problem::at(table.source(), place, what);
        out.push(problem.expecting("flood_below at or below flood_above"));
    }
    limits
}

/// The policy as `site.toml` writes it, every key; what `check` prints as being in force.
pub(crate) fn lines(policy: &Policy) -> String {
    let span = |ms: i64| format!("\"{}\"", show_duration(ms));
    let tenths = |tenths: i64| format!("{}.{}", tenths / 10, tenths % 10);
    let spans = |all: [i64; 4]| {
        let each = LEVELS.map(|(word, level)| format!("{word} = {}", span(all[level.index()])));
        format!("{{ {} }}", each.join(", "))
    };
    let Policy {
        blind_spot,
        interface_down,
        flapping,
        grouping,
        limits,
        command,
        ..
    } = policy;
    let mut text = String::new();
    let mut line = |key: &str, value: String| {
        writeln!(text, "{key} = {value}").expect("a String takes whatever is written to it");
    };
    line("remember", span(policy.remember_ms));
    line("suspect_ahead", span(policy.suspect_ahead_ms));
    line("refuse_ahead", span(policy.refuse_ahead_ms));
    line("late_after", tenths(policy.late_tenths));
    line("stale_after", tenths(policy.stale_tenths));
    line("stale_at_most", span(policy.stale_max_ms));
    line("dead_after", span(policy.dead_ms));
    line("unknown_after", tenths(policy.horizon_tenths));
    line("ack_lease", spans(policy.lease_ms));
    line("escalate_every", span(policy.escalate_ms));
    line("blind_spot.neighbours", blind_spot.neighbours.to_string());
    let weather = WEATHER
        .iter()
        .find(|(_, least)| *least == blind_spot.weather);
    line(
        "blind_spot.weather",
        format!("\"{}\"", weather.map_or("never", |(word, _)| word)),
    );
    line("interface_down.percent", interface_down.percent.to_string());
    line("interface_down.within", span(interface_down.within_ms));
    line("interface_down.least", interface_down.least.to_string());
    line("flapping.slow", flapping.slow.to_string());
    line("flapping.slow_within", span(flapping.slow_ms));
    line("flapping.fast", flapping.fast.to_string());
    line("flapping.fast_within", span(flapping.fast_ms));
    line("flapping.factor", flapping.factor.to_string());
    line("grouping.wait", spans(grouping.wait_ms));
    line("grouping.interval", span(grouping.interval_ms));
    line("grouping.repeat", spans(grouping.repeat_ms));
    line("grouping.merge_above", grouping.merge_above.to_string());
    line(
        "grouping.people_percent",
        grouping.people_percent.to_string(),
    );
    line("grouping.storm_gap", span(grouping.storm_gap_ms));
    line("grouping.settle", span(grouping.settle_ms));
    line("limits.silence", span(limits.silence_ms));
    line("limits.silence_red", span(limits.silence_red_ms));
    line("limits.shelve", span(limits.shelve_ms));
    line("limits.warn", span(limits.warn_ms));
    line("limits.idle", span(limits.idle_ms));
    line("limits.after_inhibition", span(limits.after_inhibition_ms));
    line("limits.flood_above", limits.flood_above.to_string());
    line("limits.flood_below", limits.flood_below.to_string());
    line("limits.flood_within", span(limits.flood_ms));
    let named = LEVELS
        .iter()
        .find(|(_, l)| l.digit() == command.approve_from);
    let approve_from = named.map_or("never", |(word, _)| word);
    line("command.mass_above", command.mass_above.to_string());
    line("command.hold", span(command.hold_ms));
    line("command.prepared", span(command.prepared_ms));
    line("command.approve_from", format!("\"{approve_from}\""));
    line("command.end_seen", span(command.end_seen_ms));
    line("command.decide", spans(command.decide_ms));
    line("command.call_next", span(command.call_next_ms));
    text
}
