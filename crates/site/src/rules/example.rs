//! `[[rule.example]]`: readings, and the level at which the rule must then stand.
//!
//! Read here; the pure engine plays them in [`crate::examples`].

use std::ops::Range;

use model::config::{Bound, Side};
use model::{Decimals, Fixed, Level, Time};

use super::LEVELS;
use super::levels::{Formula, MICRO, Scale, by_level, read_formula};
use super::measure::span_of_time;
use crate::amount::{day_of_year, minute_of_day};
use crate::diagnose::{Diagnostics, Problem, Source};
use crate::document::{Table, Value, Word};

/// An example as written. Times are milliseconds from midnight of its day.
#[derive(Clone, Debug)]
pub(crate) struct Example {
    pub(crate) name: String,
    /// Where its name stands.
    pub(crate) place: Range<usize>,
    pub(crate) midnight: Midnight,
    /// Expected time between readings, where it says one.
    pub(crate) every_ms: Option<i64>,
    pub(crate) readings: Vec<(i64, Fixed)>,
    pub(crate) upstream: Option<UpstreamReadings>,
    /// How many gauges read the same side by side.
    pub(crate) gauges: u16,
    /// Attributes of its station, in millionths of their unit.
    pub(crate) station: Vec<(String, i64)>,
    /// Bounds, for rules that have them in `thresholds.csv`.
    pub(crate) bounds: Option<[Option<Ends>; 4]>,
    /// What other rules say meanwhile.
    pub(crate) given: Vec<Given>,
    /// Levels that must hold, by time; the place is where each stands.
    pub(crate) holds: Vec<(i64, Option<Level>, Range<usize>)>,
}

/// The first instant of an example's day: a month and day, at an offset from UTC.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Midnight {
    day: Option<u16>,
    offset_min: i16,
}

/// Where a level begins, and where it is over if the example says so.
type Ends = (Fixed, Option<Fixed>);

/// Readings of a gauge upstream.
#[derive(Clone, Debug)]
pub(crate) struct UpstreamReadings {
    pub(crate) travel_ms: i64,
    pub(crate) readings: Vec<(i64, Fixed)>,
}

/// What another rule says during an example.
#[derive(Clone, Debug)]
pub(crate) struct Given {
    pub(crate) rule: String,
    pub(crate) upstream: bool,
    pub(crate) level: Option<Level>,
}

impl Midnight {
    /// Midnight of the example's day, or else of the first day of `season`; 2026, as good as any.
    pub(crate) fn instant(self, season: Option<u16>) -> Time {
        let day = self.day.or(season).unwrap_or(701);
        let text = format!("2026-{:02}-{:02}T00:00:00Z", day / 100, (day % 100).max(1));
        // The 29th of February is in no common year; its eve is as good.
        let utc: Time = text
            .parse()
            .or_else(|_| "2026-02-28T00:00:00Z".parse())
            .unwrap_or_default();
        utc.plus_ms(-i64::from(self.offset_min) * 60_000)
    }
}

/// Most readings of one example: a day at five minutes, three times over.
const MOST_READINGS: usize = 1000;

/// Reads one `[[rule.example]]`.
pub(crate) fn read_example(
    table: &mut Table<'_>,
    source: &Source,
    scale: Scale<'_>,
    offset_min: i16,
    out: &mut Diagnostics,
) -> Option<Example> {
    let name = table.required("name", out, Value::text);
    let day = table.optional("day", out, |value, out| {
        let problem = value
            .problem("no such day")
            .expecting("\"07-01\", month and day");
        let day = value.as_text().and_then(day_of_year);
        if day.is_none() {
            out.push(problem);
        }
        day
    });
    let every_ms = table.optional("every", out, span_of_time);
    let readings = table.required("readings", out, |value, out| {
        read_readings(value, every_ms, scale, out)
    });
    let upstream = table.optional("upstream", out, |value, out| {
        let mut table = value.table(out)?;
        let travel_ms = table.required("travel", out, span_of_time);
        let readings = table.required("readings", out, |value, out| {
            read_readings(value, every_ms, scale, out)
        });
        table.close(out);
        Some(UpstreamReadings {
            travel_ms: travel_ms?,
            readings: readings?,
        })
    });
    let gauges = table.optional("gauges", out, |value, out| value.whole(1..=20, out));
    let station = table.optional("station", out, |value, out| {
        let pairs = value.pairs(out)?;
        Some(
            pairs
                .into_iter()
                .filter_map(|(word, value)| read_attribute(word, value, out))
                .collect(),
        )
    });
    let bounds = table.optional("levels", out, |value, out| {
        let levels = by_level(value, out, |_, value, out| read_bound(value, scale, out))?;
        Some(levels)
    });
    let given = table.optional("given", out, read_given);
    let last = readings
        .as_ref()
        .and_then(|r| r.last())
        .map_or(0, |(at, _)| *at);
    let ends = table.required("ends", out, |value, out| {
        let place = value.span.clone();
        read_level(value, out).map(|level| (last, level, place))
    });
    let at = table.optional("at", out, |value, out| {
        let pairs = value.pairs(out)?;
        Some(
            pairs
                .into_iter()
                .filter_map(|(word, value)| {
                    let at = clock_ms(&word.text);
                    if at.is_none() {
                        let problem = Problem::at(source, word.span, "no such time");
                        out.push(problem.expecting("\"08:30\""));
                    }
                    let place = value.span.clone();
                    let level = read_level(value, out)?;
                    Some((at?, level, place))
                })
                .collect::<Vec<_>>(),
        )
    });
    let name = name?;
    let mut holds = vec![ends?];
    holds.extend(at.unwrap_or_default());
    holds.sort_by_key(|(at, ..)| *at);
    Some(Example {
        name: name.text,
        place: name.span,
        midnight: Midnight { day, offset_min },
        every_ms,
        readings: readings?,
        upstream,
        gauges: gauges.and_then(|n| u16::try_from(n).ok()).unwrap_or(1),
        station: station.unwrap_or_default(),
        bounds,
        given: given.unwrap_or_default(),
        holds,
    })
}

/// `08:30` in milliseconds; an example may run past midnight, to 99:59.
fn clock_ms(text: &str) -> Option<i64> {
    let (hours, minutes) = text.trim().split_once(':')?;
    let hours: i64 = hours.parse().ok().filter(|h| (0..100).contains(h))?;
    let minute = minute_of_day(&format!("0:{minutes}"))?;
    Some((hours * 60 + i64::from(minute)) * 60_000)
}

/// Reads `08:00 41.90, 42.10 x3, -, 42.30`: values `every` apart, a time where one is given, `x3`
/// three in a row, `-` no reading.
fn read_readings(
    value: Value<'_>,
    every_ms: Option<i64>,
    scale: Scale<'_>,
    out: &mut Diagnostics,
) -> Option<Vec<(i64, Fixed)>> {
    let word = value.text(out)?;
    let expected = "\"08:00 41.90, 08:05 42.10\", or with every = \"5m\": \"41.90, 42.10 x3, -\"";
    let wrong =
        |what: String| Problem::at(scale.source, word.span.clone(), what).expecting(expected);
    let mut readings: Vec<(i64, Fixed)> = Vec::new();
    let mut next: Option<i64> = Some(0);
    for item in word.text.split(',') {
        let mut parts: Vec<&str> = item.split_whitespace().collect();
        if let Some(at) = parts.first().and_then(|p| clock_ms(p)) {
            next = Some(at);
            parts.remove(0);
        }
        let times = parts
            .get(1)
            .and_then(|p| p.strip_prefix('x'))
            .and_then(|p| p.parse::<usize>().ok());
        let times = match (parts.len(), times) {
            (1, _) => 1,
            (2, Some(times)) if times > 0 => times,
            _ => {
                out.push(wrong(format!("`{}` is no reading", item.trim())));
                return None;
            }
        };
        for _ in 0..times {
            let Some(at) = next else {
                out.push(wrong(format!(
                    "`{}` has no time, and the example no `every`",
                    item.trim()
                )));
                return None;
            };
            if readings.len() >= MOST_READINGS {
                out.push(wrong(format!("more than {MOST_READINGS} readings")));
                return None;
            }
            if readings.last().is_some_and(|(last, _)| at <= *last) {
                out.push(wrong(format!(
                    "`{}` is not later than the reading before",
                    item.trim()
                )));
                return None;
            }
            if parts[0] != "-" {
                match scale.number(parts[0]) {
                    Ok(value) => readings.push((at, value)),
                    Err(why) => {
                        out.push(wrong(format!("`{}`: {why}", parts[0])));
                        return None;
                    }
                }
            }
            next = every_ms.map(|every| at + every);
        }
    }
    if readings.is_empty() {
        out.push(wrong("no reading is given".to_owned()));
        return None;
    }
    Some(readings)
}

/// `warning_stage = "42.00 m"`: the number counts, in whatever unit the rule's formula expects.
fn read_attribute(word: Word, value: Value<'_>, out: &mut Diagnostics) -> Option<(String, i64)> {
    let number = value.decimal().and_then(|text| {
        let number = text.split_whitespace().next().unwrap_or_default();
        MICRO.parse(number).ok()
    });
    if number.is_none() {
        let problem = value.problem("this attribute has no value");
        out.push(problem.expecting("a number and its unit, such as \"42.00 m\""));
    }
    Some((word.text, number?))
}

fn read_bound(
    value: Value<'_>,
    scale: Scale<'_>,
    out: &mut Diagnostics,
) -> Option<(Fixed, Option<Fixed>)> {
    let plain = |formula: Formula| formula.constant;
    if !value.is_table() {
        return read_formula(value, scale, out).map(|raise| (plain(raise), None));
    }
    let mut table = value.table(out)?;
    let raise = table.required("raise", out, |value, out| read_formula(value, scale, out));
    let reset = table.required("reset", out, |value, out| read_formula(value, scale, out));
    table.close(out);
    Some((plain(raise?), Some(plain(reset?))))
}

/// `given = { "river-stage" = "orange", "upstream river-stage" = "red" }`.
fn read_given(value: Value<'_>, out: &mut Diagnostics) -> Option<Vec<Given>> {
    let pairs = value.pairs(out)?;
    let given = pairs.into_iter().filter_map(|(word, value)| {
        let level = read_level(value, out)?;
        let upstream = word.text.strip_prefix("upstream ");
        Some(Given {
            rule: upstream.unwrap_or(&word.text).trim().to_owned(),
            upstream: upstream.is_some(),
            level,
        })
    });
    Some(given.collect())
}

/// A level or `none`. Outer absence: wrong.
#[allow(clippy::option_option)]
fn read_level(value: Value<'_>, out: &mut Diagnostics) -> Option<Option<Level>> {
    let [blue, yellow, orange, red] = LEVELS.map(|(word, level)| (word, Some(level)));
    value.one_of(&[("none", None), blue, yellow, orange, red], out)
}

impl Example {
    /// The bounds it gives, with the ends that follow from the rule's deadband.
    pub(crate) fn own_bounds(
        &self,
        bands: [super::levels::Band; 4],
        side: Side,
    ) -> Option<[Option<Bound>; 4]> {
        let bounds = self.bounds?;
        Some(std::array::from_fn(|i| {
            let (raise, reset) = bounds[i]?;
            let reset = reset.unwrap_or_else(|| bands[i].reset(raise, side));
            Some(Bound { raise, reset })
        }))
    }
}

impl Scale<'_> {
    /// A bare number in steps of the quantity.
    fn number(&self, text: &str) -> Result<Fixed, model::fixed::BadNumber> {
        let decimals: Decimals = self.decimals;
        decimals.parse(text)
    }
}
