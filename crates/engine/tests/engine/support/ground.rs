//! Areas, inhibitions and the policy in a story.

use model::config::*;
use model::*;

use super::script::span;

/// Reads one line about the ground or the policy; says whether it was one.
pub fn read(config: &mut Config, words: &[&str]) -> bool {
    let number =
        |text: &str| -> i64 { text.parse().unwrap_or_else(|_| panic!("no number: {text}")) };
    let policy = &mut config.policy;
    match words {
        ["area", kind, code, rest @ ..] => config.areas.push(area(kind, code, rest)),
        ["interface", id] => config.interfaces.push(Interface {
            id: (*id).into(),
            title: Text::same(id),
            late: config.interfaces[0].late,
        }),
        ["inhibit", source, target, "same", equal] => {
            let slot = |id: &str| {
                let place = config.rules.iter().position(|r| r.id == id);
                RuleSlot(place.unwrap_or_else(|| panic!("no rule: {id}")) as u16)
            };
            let edge = Inhibition {
                source: slot(source),
                target: slot(target),
                equal: match *equal {
                    "station" => Within::Distance,
                    "township" => Within::Township,
                    "catchment" => Within::Catchment,
                    "zone" => Within::Zone,
                    other => panic!("no such key: {other}"),
                },
            };
            config.inhibitions.push(edge);
        }
        ["grouping", "none"] => policy.grouping = Grouping::default(),
        ["quiet-policy"] => {
            policy.blind_spot = BlindSpot::default();
            policy.interface_down = InterfaceDown::default();
            policy.flapping = Flapping::default();
        }
        ["repeats", "none"] => policy.grouping.repeat_ms = [0; 4],
        ["merge_above", n] => policy.grouping.merge_above = number(n) as u16,
        ["storm_gap", ms] => policy.grouping.storm_gap_ms = span(ms),
        ["settle", ms] => policy.grouping.settle_ms = span(ms),
        ["escalate", ms] => policy.escalate_ms = span(ms),
        ["weather", level] => {
            policy.blind_spot.weather = Some(Level::ALL[super::script::place(level)]);
        }
        ["blind", n] => policy.blind_spot.neighbours = number(n) as u16,
        ["stale_max", ms] => policy.stale_max_ms = span(ms),
        ["interface_down", percent, ms, least] => {
            policy.interface_down = InterfaceDown {
                percent: number(percent) as u8,
                within_ms: span(ms),
                least: number(least) as u16,
            };
        }
        ["flood", above, below, ms] => {
            policy.limits.flood_above = number(above) as u16;
            policy.limits.flood_below = number(below) as u16;
            policy.limits.flood_ms = span(ms);
        }
        ["flapping", "off"] => policy.flapping = Flapping::default(),
        _ => return false,
    }
    true
}

/// `area township T1 people 1200 parent T0`
fn area(kind: &str, code: &str, words: &[&str]) -> Area {
    let mut area = Area {
        code: code.into(),
        kind: match kind {
            "township" => AreaKind::Township,
            "catchment" => AreaKind::Catchment,
            "zone" => AreaKind::Zone,
            "county" => AreaKind::County,
            other => panic!("no kind of area: {other}"),
        },
        title: Text::same(code),
        parent: None,
        people: 0,
    };
    for pair in words.chunks(2) {
        match pair {
            ["people", n] => area.people = n.parse().unwrap(),
            ["parent", code] => area.parent = Some((*code).into()),
            other => panic!("area: {other:?}"),
        }
    }
    area
}
