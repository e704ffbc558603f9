//! The words of a story, read into a config and inputs. A word it does not know stops the test.

use engine::Candidate;
use model::action::Act;
use model::command::*;
use model::config::*;
use model::incident::{EventClass, ReportClock};
use model::intake::Quality;
use model::*;

use super::ground;
use super::presses::act;

pub struct Story {
    pub config: Config,
    pub steps: Vec<Line>,
}

pub struct Line {
    pub at: Time,
    pub step: Step,
}

pub enum Step {
    Tick,
    Resume,
    /// The files are read again with another line about rules or places.
    Rewrite(Box<Config>),
    Show(Vec<String>),
    /// The process was down since the line before.
    Restart,
    Read(Candidate),
    Act(Box<Act>),
    /// What became of a page: run, round, step, person, channel, and the fact.
    Paged(super::duty::Receipt),
}

/// An empty jurisdiction to which stories and properties add what they need.
pub fn blank() -> Config {
    Config {
        code: "story".into(),
        title: Text::same("story"),
        demo: true,
        rules_version: "story".into(),
        interfaces: vec![Interface {
            id: "mqtt".into(),
            title: Text::same("mqtt"),
            late: LatePolicy::Allow { within_ms: 600_000 },
        }],
        quantities: Vec::new(),
        stations: Vec::new(),
        series: Vec::new(),
        rules: Vec::new(),
        watches: Vec::new(),
        people: Vec::new(),
        groups: Vec::new(),
        templates: Vec::new(),
        policy: Policy {
            lease_ms: [0; 4],
            command: CommandPolicy {
                // Stories about decisions say when one is due; the others are spared the clock.
                decide_ms: [0; 4],
                // As those about calls say how far apart they are.
                call_next_ms: 0,
                ..Policy::default().command
            },
            ..Policy::default()
        },
        ..Config::default()
    }
}

pub fn read(text: &str) -> Story {
    let mut story = Story {
        config: blank(),
        steps: Vec::new(),
    };
    for line in text.lines().map(str::trim) {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words.as_slice() {
            [] => {}
            [first, ..] if first.starts_with('#') => {}
            ["series", rest @ ..] => series(&mut story.config, rest),
            ["rule", id, rest @ ..] => rule(&mut story.config, id, rest),
            ["person", id, role, rest @ ..] => person(&mut story.config, id, role, rest),
            ["group", id, members @ ..] => story.config.groups.push(Group {
                id: (*id).into(),
                title: Text::same(id),
                members: members
                    .iter()
                    .filter(|m| !m.contains(':'))
                    .map(|m| (*m).into())
                    .collect(),
                posts: members
                    .iter()
                    .filter_map(|m| m.strip_prefix("post:"))
                    .map(Into::into)
                    .collect(),
            }),
            ["template", id, rest @ ..] => template(&mut story.config, id, rest),
            ["late", "discard"] => story.config.interfaces[0].late = LatePolicy::Discard,
            ["late", within] => {
                story.config.interfaces[0].late = LatePolicy::Allow {
                    within_ms: span(within),
                };
            }
            words if super::measures::read(&mut story.config, words) => {}
            words if ground::read(&mut story.config, words) => {}
            ["decide", level, within] => {
                story.config.policy.command.decide_ms[place(level)] = span(within);
            }
            ["event_class", id, clocks @ ..] => {
                let clock = |pair: &[&str]| ReportClock {
                    id: pair[0].into(),
                    title: Text::same(pair[0]),
                    to: Text::same("city"),
                    within_ms: span(pair[1]),
                };
                story.config.event_classes.push(EventClass {
                    id: (*id).into(),
                    title: Text::same(id),
                    clocks: clocks.chunks(2).map(clock).collect(),
                });
            }
            ["call-next", least] => {
                story.config.policy.command.call_next_ms = span(least);
            }
            ["mass", above] => story.config.policy.command.mass_above = above.parse().unwrap(),
            words if super::duty::read(&mut story.config, words) => {}
            ["lease", level, ms] => story.config.policy.lease_ms[place(level)] = span(ms),
            [at, rest @ ..] => {
                let at = instant(at);
                let step = step(&story.config, rest);
                story.steps.push(Line { at, step });
            }
        }
    }
    story
}

pub fn span(text: &str) -> i64 {
    let (number, unit) = text.split_at(text.len() - 1);
    let number: i64 = number.parse().unwrap_or_else(|_| panic!("no span: {text}"));
    number
        * match unit {
            "s" => 1000,
            "m" => 60_000,
            "h" => 3_600_000,
            other => panic!("no unit of time: {other}"),
        }
}

/// `10:05`, `10:05:30`; hours from 24 on are those of the days after.
pub fn instant(text: &str) -> Time {
    let part = |part: &str| -> i64 {
        let number = part.parse();
        number.unwrap_or_else(|_| panic!("no time of day: {text}"))
    };
    let parts: Vec<i64> = text.split(':').map(part).collect();
    let seconds = match parts.as_slice() {
        [h, m] => h * 3600 + m * 60,
        [h, m, s] => h * 3600 + m * 60 + s,
        _ => panic!("no time of day: {text}"),
    };
    let day: Time = super::DAY.parse().unwrap();
    day.plus_ms(seconds * 1000)
}

pub fn place(level: &str) -> usize {
    ["blue", "yellow", "orange", "red"]
        .iter()
        .position(|l| *l == level)
        .unwrap_or_else(|| panic!("no level: {level}"))
}

/// `series ST01 stage 2 [every 5m] [silent] [at lon lat] [in T1] [catchment C1] [zone Z1]`
fn series(config: &mut Config, words: &[&str]) {
    let [station, quantity, decimals, rest @ ..] = words else {
        panic!("series: {words:?}")
    };
    let decimals = Decimals(decimals.parse().unwrap());
    let mut row = Series {
        station: StationSlot(config.stations.len() as u32),
        quantity: config.quantities.len() as u16,
        interval_ms: None,
        silence_normal: false,
        ..Series::default()
    };
    let mut place = Station {
        id: (*station).into(),
        name: Text::same(station),
        kind: "river".into(),
        ..Station::default()
    };
    let mut rest = rest;
    while let [word, tail @ ..] = rest {
        rest = match (*word, tail) {
            ("every", [ms, after @ ..]) => {
                row.interval_ms = Some(span(ms));
                after
            }
            ("silent", after) => {
                row.silence_normal = true;
                after
            }
            ("at", [lon, lat, after @ ..]) => {
                let e6 = |t: &str| Decimals(6).parse(t).unwrap() as i32;
                place.position_e6 = Some((e6(lon), e6(lat)));
                after
            }
            ("in", [township, after @ ..]) => {
                place.township = Some((*township).into());
                after
            }
            ("catchment", [code, after @ ..]) => {
                place.catchment = Some((*code).into());
                after
            }
            ("zone", [code, after @ ..]) => {
                place.zones.push((*code).into());
                after
            }
            other => panic!("series: {other:?}"),
        };
    }
    match config.stations.iter().position(|s| s.id == *station) {
        Some(known) => row.station = StationSlot(known as u32),
        None => config.stations.push(place),
    }
    match config.quantities.iter().position(|q| q.id == *quantity) {
        Some(known) => row.quantity = known as u16,
        None => config.quantities.push(Quantity {
            id: (*quantity).into(),
            title: Text::same(quantity),
            unit: "m".into(),
            decimals,
            range: None,
        }),
    }
    config.series.push(row);
}

/// `rule warn stage blue 12.0 red 13.0 deadband 0.2 on 2m off 10m hold 5m sum 1h latch unknown below reopen 1h`
fn rule(config: &mut Config, id: &str, words: &[&str]) {
    let [quantity, words @ ..] = words else {
        panic!("rule {id}: no quantity")
    };
    let slot = RuleSlot(config.rules.len() as u16);
    let decimals = config
        .quantities
        .iter()
        .find(|q| q.id == *quantity)
        .unwrap()
        .decimals;
    let mut rule = Rule {
        id: id.into(),
        title: Text::same(id),
        hazard: "flood".into(),
        measure: Measure::Value,
        side: Side::Above,
        delays: [Delays::default(); 4],
        min_hold_ms: 0,
        latch: false,
        unknown_when_stale: false,
        reopen_ms: 30 * 60_000,
        advice: Text::default(),
        ..Rule::default()
    };
    let mut raises = [None; 4];
    let mut deadband = 0;
    let mut rest = words;
    while let [word, tail @ ..] = rest {
        let mut next = tail;
        match (*word, tail) {
            ("blue" | "yellow" | "orange" | "red", [value, after @ ..]) => {
                raises[place(word)] = Some(decimals.parse(value).unwrap());
                next = after;
            }
            ("deadband", [value, after @ ..]) => {
                deadband = decimals.parse(value).unwrap();
                next = after;
            }
            ("on", [ms, after @ ..]) => {
                rule.delays.iter_mut().for_each(|d| d.on_ms = span(ms));
                next = after;
            }
            ("off", [ms, after @ ..]) => {
                rule.delays.iter_mut().for_each(|d| d.off_ms = span(ms));
                next = after;
            }
            ("hold", [ms, after @ ..]) => {
                rule.min_hold_ms = span(ms);
                next = after;
            }
            ("reopen", [ms, after @ ..]) => {
                rule.reopen_ms = span(ms);
                next = after;
            }
            ("sum", [ms, after @ ..]) => {
                rule.measure = Measure::Sum {
                    window_ms: span(ms),
                };
                next = after;
            }
            ("hazard", [hazard, after @ ..]) => {
                rule.hazard = (*hazard).into();
                next = after;
            }
            ("cluster", [ms, hot, cool, km, count, after @ ..]) => {
                rule.measure = Measure::Cluster {
                    window_ms: span(ms),
                    hot: decimals.parse(hot).unwrap(),
                    cool: decimals.parse(cool).unwrap(),
                    radius_mm: km.parse::<i64>().unwrap() * 1_000_000,
                    count: count.parse().unwrap(),
                    within: Within::Distance,
                };
                next = after;
            }
            ("forecast", _) => rule.forecast = true,
            ("misses", [count, of, after @ ..]) => {
                rule.misses = Some(Misses {
                    count: count.parse().unwrap(),
                    of: of.parse().unwrap(),
                });
                next = after;
            }
            ("latch", _) => rule.latch = true,
            ("unknown", _) => rule.unknown_when_stale = true,
            ("below", _) => rule.side = Side::Below,
            other => panic!("rule {id}: {other:?}"),
        }
        rest = next;
    }
    let sign = if rule.side == Side::Above { 1 } else { -1 };
    let bounds = raises.map(|r| {
        r.map(|raise| Bound {
            raise,
            reset: raise - sign * deadband,
        })
    });
    for (n, row) in config.series.iter().enumerate() {
        if config.quantities[usize::from(row.quantity)].id == *quantity {
            config.watches.push(Watch {
                rule: slot,
                series: SeriesSlot(n as u32),
                bounds,
                ..Watch::default()
            });
        }
    }
    config.watches.sort_by_key(|w| (w.series, w.rule));
    config.rules.push(rule);
}

fn person(config: &mut Config, id: &str, role: &str, rest: &[&str]) {
    let mut substitute = None;
    let mut township = None;
    let mut contacts = Vec::new();
    let mut rest = rest;
    while let [word, value, after @ ..] = rest {
        match *word {
            "substitute" => substitute = Some((*value).into()),
            "in" => township = Some((*value).into()),
            "by" => contacts = super::duty::channels(value),
            other => panic!("person: {other}"),
        }
        rest = after;
    }
    assert!(rest.is_empty(), "person: {rest:?}");
    config.people.push(Person {
        id: id.into(),
        role: role_of(role),
        township,
        substitute,
        contacts,
    });
}

fn role_of(word: &str) -> Role {
    match word {
        "officer" => Role::DutyOfficer,
        "responder" => Role::Responder,
        "viewer" => Role::Viewer,
        other => panic!("no role: {other}"),
    }
}

/// `template evacuate ack_by 5m update_every 10m arrive_by 1h done_by 2h verify_by 30m proof`, then
/// what it is and asks: see the words below.
fn template(config: &mut Config, id: &str, words: &[&str]) {
    let mut clocks = TaskClocks::default();
    let mut made = Template::default();
    let mut rest = words;
    while let [word, tail @ ..] = rest {
        let mut next = tail;
        if let Some(after) = asked(&mut made, word, tail) {
            rest = after;
            continue;
        }
        let clock = match *word {
            "ack_by" => &mut clocks.ack_by_ms,
            "move_by" => &mut clocks.move_by_ms,
            "update_every" => &mut clocks.update_every_ms,
            "arrive_by" => &mut clocks.arrive_by_ms,
            "done_by" => &mut clocks.done_by_ms,
            "verify_by" => &mut clocks.verify_by_ms,
            other => panic!("template {id}: {other}"),
        };
        *clock = Some(span(tail[0]));
        next = &next[1..];
        rest = next;
    }
    let text = Text::same(id);
    config.templates.push(Template {
        id: id.into(),
        title: text.clone(),
        wording: text,
        clocks: [clocks; 4],
        ..made
    });
}

/// What a template asks beyond its clocks; the words that are left.
fn asked<'a, 'b>(made: &mut Template, word: &str, rest: &'a [&'b str]) -> Option<&'a [&'b str]> {
    match (word, rest) {
        ("proof", _) => made.proof = true,
        ("evacuation", _) => made.kind = TemplateKind::Evacuation,
        ("rescue", _) => made.kind = TemplateKind::Rescue,
        ("correction", _) => made.kind = TemplateKind::Correction,
        ("corrected_by", [id, after @ ..]) => {
            made.correction = Some((*id).into());
            return Some(after);
        }
        ("approve_from", [level, after @ ..]) => {
            made.approve_from = Some(Level::ALL[place(level)]);
            return Some(after);
        }
        ("crew", [kind, every, after @ ..]) => {
            let timer = match *kind {
                "personnel" => CrewKind::Personnel,
                "rotation" => CrewKind::Rotation,
                other => panic!("crew: {other}"),
            };
            let every_ms = span(every);
            made.crew.push(CrewTimer { timer, every_ms });
            return Some(after);
        }
        ("proven_below", [station, quantity, bound, after @ ..]) => {
            made.proven_by = Some(ProofBound {
                station: (*station).into(),
                quantity: (*quantity).into(),
                below: true,
                bound: bound.parse().unwrap(),
            });
            return Some(after);
        }
        ("asks_number", [id, least, most, after @ ..]) => {
            made.fields.push(Field {
                id: (*id).into(),
                title: Text::same(id),
                required: true,
                kind: FieldKind::Number {
                    least: least.parse().unwrap(),
                    most: most.parse().unwrap(),
                },
            });
            return Some(after);
        }
        ("asks_choice", [id, options, after @ ..]) => {
            let choice = |id: &str| Choice {
                id: id.into(),
                title: Text::same(id),
            };
            made.fields.push(Field {
                id: (*id).into(),
                title: Text::same(id),
                required: false,
                kind: FieldKind::Choice {
                    options: options.split(',').map(choice).collect(),
                },
            });
            return Some(after);
        }
        _ => return None,
    }
    Some(rest)
}

fn step(config: &Config, words: &[&str]) -> Step {
    match words {
        ["tick"] => Step::Tick,
        ["resumed"] => Step::Resume,
        ["restart"] => Step::Restart,
        ["rewrite", words @ ..] => {
            let mut next = config.clone();
            let known = super::measures::read(&mut next, words)
                || ground::read(&mut next, words)
                || super::duty::read(&mut next, words);
            assert!(known, "rewrite: {words:?}");
            Step::Rewrite(Box::new(next))
        }
        ["show", words @ ..] => Step::Show(words.iter().map(|w| (*w).to_owned()).collect()),
        ["page", rest @ ..] => Step::Paged(super::duty::receipt(rest)),
        ["act", op, by, rest @ ..] => Step::Act(Box::new(act(config, op, by, rest))),
        [station, quantity, value, rest @ ..] => {
            Step::Read(reading(config, station, quantity, value, rest))
        }
        other => panic!("no step: {other:?}"),
    }
}

/// `ST01 stage 12.10 [observed 09:58] [revision 1] [doubtful]`; observed defaults to the line's time
/// when the story is played, so it must be given whenever it differs.
fn reading(
    config: &Config,
    station: &str,
    quantity: &str,
    value: &str,
    rest: &[&str],
) -> Candidate {
    let series = config
        .series
        .iter()
        .position(|s| {
            config.stations[s.station.index()].id == station
                && config.quantities[usize::from(s.quantity)].id == quantity
        })
        .unwrap_or_else(|| panic!("no series {station} {quantity}"));
    let slot = SeriesSlot(series as u32);
    let mut candidate = Candidate {
        interface: 0,
        series: slot,
        observed: Time::MIN,
        received: None,
        value: config.quantity_of(slot).decimals.parse(value).unwrap_or(0),
        revision: 0,
        quality: if value == "-" {
            Quality::Missing
        } else {
            Quality::Good
        },
    };
    let mut rest = rest;
    while let [word, tail @ ..] = rest {
        rest = match (*word, tail) {
            ("observed", [at, after @ ..]) => {
                candidate.observed = instant(at);
                after
            }
            ("revision", [n, after @ ..]) => {
                candidate.revision = n.parse().unwrap();
                after
            }
            ("doubtful", after) => {
                candidate.quality = Quality::Doubtful;
                after
            }
            ("via", [n, after @ ..]) => {
                candidate.interface = n.parse().unwrap();
                after
            }
            ("bad", after) => {
                candidate.quality = Quality::Bad;
                after
            }
            other => panic!("reading: {other:?}"),
        };
    }
    candidate
}
