//! What rules look at, when they hold, and what is asked of readings, in a story. Lines come after
//! the `rule` lines they change.

use model::config::*;
use model::*;

use super::script::span;

/// Reads one line about rules and places; says whether it was one.
pub fn read(config: &mut Config, words: &[&str]) -> bool {
    match words {
        ["measure", rule, rest @ ..] => {
            let (slot, decimals) = find(config, rule);
            config.rules[slot].measure = measure(config, decimals, rest);
        }
        ["bounds", rule, rest @ ..] => {
            let (slot, decimals) = find(config, rule);
            let bounds = bounds(decimals, rest);
            let of_rule = |w: &&mut Watch| w.rule.index() == slot;
            let watches = config.watches.iter_mut();
            watches.filter(of_rule).for_each(|w| w.bounds = bounds);
        }
        ["from", day, time, rule, rest @ ..] => {
            let (slot, decimals) = find(config, rule);
            let version = Version {
                valid_from: format!("{day}T{time}:00Z").parse().unwrap(),
                bounds: bounds(decimals, rest),
            };
            let of_rule = |w: &&mut Watch| w.rule.index() == slot;
            let watches = config.watches.iter_mut();
            watches
                .filter(of_rule)
                .for_each(|w| w.versions.push(version));
        }
        ["season", rule, days, minutes] => {
            let (slot, _) = find(config, rule);
            let pair = |text: &str| {
                let (a, b) = text.split_once('-')?;
                Some((a.parse().unwrap(), b.parse().unwrap()))
            };
            config.rules[slot].season = Some(Season {
                days: pair(days),
                minutes: pair(minutes),
                offset_min: 0,
            });
        }
        ["doubtful_up_to", rule, level] => {
            let (slot, _) = find(config, rule);
            let place = super::script::place(level);
            config.rules[slot].doubtful_up_to = Some(Level::ALL[place]);
        }
        ["delays", rule, level, on, off] => {
            let (slot, _) = find(config, rule);
            let place = ["blue", "yellow", "orange", "red"];
            let place = place.iter().position(|l| l == level).unwrap();
            config.rules[slot].delays[place] = Delays {
                on_ms: span(on),
                off_ms: span(off),
            };
        }
        ["check", quantity, rest @ ..] => check(config, quantity, rest),
        ["place", station, rest @ ..] => place(config, station, rest),
        ["drop", "rule", rule] => {
            let slot = find(config, rule).0;
            drop_rule(config, slot);
        }
        ["drop", "station", station] => drop_station(config, station),
        ["decimals", quantity, decimals] => {
            let known = config.quantities.iter_mut().find(|q| q.id == *quantity);
            known.unwrap().decimals = Decimals(decimals.parse().unwrap());
        }
        ["hazard", rule, hazard] => {
            let (slot, _) = find(config, rule);
            config.rules[slot].hazard = (*hazard).to_owned();
        }
        ["retitle", rule, title] => {
            let (slot, _) = find(config, rule);
            config.rules[slot].title = Text::same(title);
        }
        _ => return false,
    }
    true
}

/// Takes a rule out; those behind it move up by one slot.
fn drop_rule(config: &mut Config, slot: usize) {
    config.rules.remove(slot);
    config.watches.retain(|w| w.rule.index() != slot);
    for watch in &mut config.watches {
        watch.rule.0 -= u16::from(watch.rule.index() > slot);
    }
}

/// Takes a station out with its series; those behind it move up.
fn drop_station(config: &mut Config, station: &str) {
    let slot = config.stations.iter().position(|s| s.id == station);
    let slot = slot.unwrap_or_else(|| panic!("no station: {station}"));
    config.stations.remove(slot);
    let stays = |series: &Series| series.station.index() != slot;
    let places: Vec<usize> = (0..config.series.len())
        .filter(|n| stays(&config.series[*n]))
        .collect();
    config.series.retain(stays);
    for series in &mut config.series {
        series.station.0 -= u32::from(series.station.index() > slot);
    }
    let place = |series: SeriesSlot| places.iter().position(|n| *n == series.index());
    config.watches.retain(|w| place(w.series).is_some());
    for watch in &mut config.watches {
        watch.series.0 = place(watch.series).unwrap() as u32;
    }
}

fn find(config: &Config, rule: &str) -> (usize, Decimals) {
    let slot = config.rules.iter().position(|r| r.id == rule);
    let slot = slot.unwrap_or_else(|| panic!("no rule: {rule}"));
    let watch = config.watches.iter().find(|w| w.rule.index() == slot);
    let decimals = watch.map(|w| config.quantity_of(w.series).decimals);
    (slot, decimals.unwrap_or(Decimals(0)))
}

fn number(decimals: Decimals, text: &str) -> Fixed {
    match text.chars().last().unwrap() {
        's' | 'm' | 'h' => span(text),
        _ => decimals.parse(text).unwrap(),
    }
}

/// `blue 10.0 red 12.0/11.5`: where a level begins and, after the stroke, where it is over.
fn bounds(decimals: Decimals, words: &[&str]) -> [Option<Bound>; 4] {
    let mut bounds = [None; 4];
    for pair in words.chunks(2) {
        let [level, value] = pair else {
            panic!("bounds: {words:?}")
        };
        let (raise, reset) = value.split_once('/').unwrap_or((value, value));
        let bound = Bound {
            raise: number(decimals, raise),
            reset: number(decimals, reset),
        };
        let levels = ["blue", "yellow", "orange", "red"];
        bounds[levels.iter().position(|l| l == level).unwrap()] = Some(bound);
    }
    bounds
}

fn measure(config: &Config, decimals: Decimals, words: &[&str]) -> Measure {
    let value = |text: &str| decimals.parse(text).unwrap();
    match words {
        ["rate", "per", per] => Measure::Rate { per_ms: span(per) },
        ["rise", over, "per", per, rest @ ..] => Measure::Rise {
            span_ms: span(over),
            per_ms: span(per),
            least_ms: match rest {
                ["least", least] => span(least),
                [] => 0,
                other => panic!("rise: {other:?}"),
            },
        },
        ["highest", window] | ["lowest", window] => Measure::Extreme {
            window_ms: span(window),
            highest: words[0] == "highest",
        },
        ["silence"] => Measure::Silence,
        ["forecast", recent, lead] => Measure::Forecast {
            outlook: Outlook {
                recent_ms: span(recent),
                lead_ms: span(lead),
                ..Outlook::default()
            },
        },
        ["expression", text @ ..] => Measure::Expression {
            text: text.join(" "),
        },
        ["cluster", window, hot, cool, count, within, rest @ ..] => Measure::Cluster {
            // `now`: by the newest values.
            window_ms: if *window == "now" { 0 } else { span(window) },
            hot: value(hot),
            cool: value(cool),
            radius_mm: rest
                .first()
                .map_or(0, |km| km.parse::<i64>().unwrap() * 1_000_000),
            count: count.parse().unwrap(),
            within: match *within {
                "distance" => Within::Distance,
                "township" => Within::Township,
                "catchment" => Within::Catchment,
                "zone" => Within::Zone,
                other => panic!("near: {other}"),
            },
        },
        [how @ ("any" | "all"), rest @ ..] => {
            let text = rest.join(" ");
            let (windows, wetness) = match text.split_once(" wetness ") {
                Some((windows, wetness)) => (windows, Some(wetness)),
                None => (text.as_str(), None),
            };
            let window = |part: &str| {
                let words: Vec<&str> = part.split_whitespace().collect();
                WindowBounds {
                    window_ms: span(words[0]),
                    bounds: bounds(decimals, &words[1..]),
                }
            };
            Measure::Sums {
                windows: windows.split(',').map(window).collect(),
                all: *how == "all",
                wetness: wetness.map(|text| {
                    let words: Vec<&str> = text.split_whitespace().collect();
                    Wetness {
                        window_ms: span(words[0]),
                        wet: value(words[1]),
                        wet_permille: words[2].parse().unwrap(),
                        dry: value(words[3]),
                        dry_permille: words[4].parse().unwrap(),
                    }
                }),
            }
        }
        ["levels", rest @ ..] => Measure::Levels {
            clauses: clauses(config, rest),
        },
        other => panic!("measure: {other:?}"),
    }
}

/// `blue all a:1 ^b:2 none c:1 red any …`; a caret asks the gauges upstream.
fn clauses(config: &Config, words: &[&str]) -> [Option<Clause>; 4] {
    let mut clauses: [Option<Clause>; 4] = Default::default();
    let (mut level, mut part) = (0, "");
    for word in words {
        if let Some(place) = ["blue", "yellow", "orange", "red"]
            .iter()
            .position(|l| l == word)
        {
            level = place;
            clauses[level] = Some(Clause::default());
            continue;
        }
        if ["all", "any", "none"].contains(word) {
            part = word;
            continue;
        }
        let (rule, digit) = word.split_once(':').unwrap();
        let term = Term {
            rule: RuleSlot(find(config, rule.trim_start_matches('^')).0 as u16),
            level: Level::from_digit(digit.parse().unwrap()).unwrap(),
            upstream: rule.starts_with('^'),
        };
        let clause = clauses[level].as_mut().unwrap();
        match part {
            "all" => clause.all.push(term),
            "any" => clause.any.push(term),
            _ => clause.none.push(term),
        }
    }
    clauses
}

fn check(config: &mut Config, quantity: &str, words: &[&str]) {
    let found = config.quantities.iter().position(|q| q.id == quantity);
    let place = found.unwrap_or_else(|| panic!("no quantity: {quantity}"));
    let value = |text: &str| config.quantities[place].decimals.parse(text).unwrap();
    let check = match words {
        ["jump", by, "within", within] => Check::Jump {
            by: value(by),
            within_ms: span(within),
        },
        ["stuck", ms] => Check::Stuck { for_ms: span(ms) },
        ["range", low, high] => Check::OutOfRange {
            low: value(low),
            high: value(high),
        },
        ["sum", most, "within", within] => Check::TooMuch {
            most: value(most),
            window_ms: span(within),
        },
        ["oscillating", swings, by, "within", within] => Check::Oscillating {
            by: value(by),
            swings: swings.parse().unwrap(),
            within_ms: span(within),
        },
        other => panic!("check: {other:?}"),
    };
    let slot = config.checks.len() as u16;
    config.checks.push(QualityRule {
        id: words[0].to_owned(),
        title: Text::same(words[0]),
        check,
    });
    for series in &mut config.series {
        if usize::from(series.quantity) == place {
            series.checks.push(slot);
        }
    }
}

/// `place ST01 township T1 catchment C1 zone Z1 upstream ST02`
fn place(config: &mut Config, station: &str, words: &[&str]) {
    let slot = |config: &Config, id: &str| {
        let found = config.stations.iter().position(|s| s.id == id);
        found.unwrap_or_else(|| panic!("no station: {id}"))
    };
    let here = slot(config, station);
    for pair in words.chunks(2) {
        match pair {
            ["township", code] => config.stations[here].township = Some((*code).to_owned()),
            ["catchment", code] => config.stations[here].catchment = Some((*code).to_owned()),
            ["zone", code] => config.stations[here].zones.push((*code).to_owned()),
            ["upstream", other] => {
                let above = Upstream {
                    station: StationSlot(slot(config, other) as u32),
                    travel_ms: 0,
                };
                config.stations[here].upstream.push(above);
            }
            other => panic!("place: {other:?}"),
        }
    }
}
