//! Two configs compared: what an edit changes, and what becomes of the clocks that run.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use model::SeriesSlot;
use model::config::{Config, Watch};
use serde::Serialize;

use crate::in_force::{check_in_words, levels_of, lines_of_rule, word_of};
use crate::{plans, policy};

/// What becomes of the clocks and alarms of what changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Clocks {
    /// They go on.
    Keep,
    /// A level that stands stays; a clock that was running towards a changed level, or towards its
    /// end, starts again. The newest reading is judged by the new text.
    Restart,
    /// Nothing is known of the condition: it begins at no level.
    StartAnew,
    /// There is nothing left that could run; an alarm that is open stays until a person ends it.
    End,
}

impl Clocks {
    /// As said to an administrator.
    pub fn sentence(self) -> &'static str {
        match self {
            Clocks::Keep => "running clocks go on",
            Clocks::Restart => "levels that stand stay; running clocks of what changed start again",
            Clocks::StartAnew => "starts anew from no level",
            Clocks::End => "its clocks end; alarms stay until a person ends them",
        }
    }
}

/// One change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    /// `rule`, `bounds`, `station`, `series`, `policy` …
    pub kind: &'static str,
    /// What it is called: a rule's id, `rule at station`.
    pub subject: String,
    /// `added`, `removed`, or the key and both values.
    pub what: String,
    /// Absent for what has no clocks.
    pub clocks: Option<Clocks>,
}

/// Everything in which two configs differ. Displayed, a line a change.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Difference {
    pub changes: Vec<Change>,
}

impl Difference {
    /// Whether the two decide alike.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    fn push(&mut self, kind: &'static str, subject: &str, what: impl Into<String>) {
        self.tell(kind, subject, what, None);
    }

    fn tell(
        &mut self,
        kind: &'static str,
        subject: &str,
        what: impl Into<String>,
        clocks: Option<Clocks>,
    ) {
        self.changes.push(Change {
            kind,
            subject: subject.to_owned(),
            what: what.into(),
            clocks,
        });
    }

    /// Compares things that have names; `lines` says all that matters of each.
    fn compare<T>(
        &mut self,
        kind: &'static str,
        [old, new]: [&[T]; 2],
        name: impl Fn(&T) -> String,
        lines: impl Fn(&T) -> String,
    ) {
        let before: BTreeMap<String, &T> = old.iter().map(|t| (name(t), t)).collect();
        let after: BTreeMap<String, &T> = new.iter().map(|t| (name(t), t)).collect();
        for (id, thing) in &after {
            match before.get(id) {
                None => self.push(kind, id, "added"),
                Some(other) => {
                    let (was, is) = (lines(other), lines(thing));
                    if was != is {
                        self.push(kind, id, format!("{was} → {is}"));
                    }
                }
            }
        }
        for id in before.keys().filter(|id| !after.contains_key(*id)) {
            self.push(kind, id, "removed");
        }
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_empty() {
            return writeln!(f, "nothing changes");
        }
        for change in &self.changes {
            write!(f, "{} {}: {}", change.kind, change.subject, change.what)?;
            match change.clocks {
                Some(clocks) => writeln!(f, " ({})", clocks.sentence())?,
                None => writeln!(f)?,
            }
        }
        Ok(())
    }
}

/// What changes when `new` takes over from `old`, and what that does to running clocks.
pub fn difference(old: &Config, new: &Config) -> Difference {
    let mut found = Difference::default();
    compare_rules(old, new, &mut found);
    compare_bounds(old, new, &mut found);
    found.compare(
        "check",
        [&old.checks, &new.checks],
        |c| c.id.clone(),
        |c| check_in_words(c.check),
    );
    compare_inhibitions(old, new, &mut found);
    found.compare(
        "quantity",
        [&old.quantities, &new.quantities],
        |q| q.id.clone(),
        |q| {
            format!(
                "{} with {} decimals, range {:?}",
                q.unit, q.decimals.0, q.range
            )
        },
    );
    compare_stations(old, new, &mut found);
    found.compare(
        "area",
        [&old.areas, &new.areas],
        |a| format!("{:?} {}", a.kind, a.code).to_lowercase(),
        |a| format!("{}, {} people, in {:?}", a.title.zh, a.people, a.parent),
    );
    found.compare(
        "interface",
        [&old.interfaces, &new.interfaces],
        |i| i.id.clone(),
        |i| format!("late {:?}", i.late),
    );
    let policy = [policy::lines(&old.policy), policy::lines(&new.policy)];
    for (was, is) in policy[0].lines().zip(policy[1].lines()) {
        if let (Some((key, was)), Some((_, is))) = (was.split_once(" = "), is.split_once(" = "))
            && was != is
        {
            found.tell("policy", key, format!("{was} → {is}"), Some(Clocks::Keep));
        }
    }
    compare_people(old, new, &mut found);
    found
}

fn compare_rules(old: &Config, new: &Config, found: &mut Difference) {
    let before: BTreeMap<&str, usize> = places(old.rules.iter().map(|r| r.id.as_str()));
    let after: BTreeMap<&str, usize> = places(new.rules.iter().map(|r| r.id.as_str()));
    for rule in &new.rules {
        let Some(place) = before.get(rule.id.as_str()) else {
            found.tell("rule", &rule.id, "added", Some(Clocks::StartAnew));
            continue;
        };
        let was = lines_of_rule(old, &old.rules[*place]);
        let is = lines_of_rule(new, rule);
        for ((key, was), (_, is)) in was.iter().zip(&is).filter(|(was, is)| was != is) {
            let clocks = match *key {
                "measure" | "side" | "on_delay" | "off_delay" | "min_hold" | "pending_ends" => {
                    Clocks::Restart
                }
                _ => Clocks::Keep,
            };
            let was = if was.is_empty() {
                "nothing"
            } else {
                was.as_str()
            };
            let is = if is.is_empty() {
                "nothing"
            } else {
                is.as_str()
            };
            found.tell(
                "rule",
                &rule.id,
                format!("{key} {was} → {is}"),
                Some(clocks),
            );
        }
    }
    for rule in old
        .rules
        .iter()
        .filter(|r| !after.contains_key(r.id.as_str()))
    {
        found.tell("rule", &rule.id, "removed", Some(Clocks::End));
    }
    let order = |config: &Config, other: &BTreeMap<&str, usize>| -> Vec<String> {
        let ids = config.rules.iter().map(|r| r.id.as_str());
        ids.filter(|id| other.contains_key(id))
            .map(str::to_owned)
            .collect()
    };
    if order(old, &after) != order(new, &before) {
        let what = "transitions of one reading are told in another order";
        found.tell("rules", "order", what, Some(Clocks::Keep));
    }
}

fn places<'a>(names: impl Iterator<Item = &'a str>) -> BTreeMap<&'a str, usize> {
    names
        .enumerate()
        .map(|(place, name)| (name, place))
        .collect()
}

/// A watch by name: rule, station, quantity.
fn watch_name<'a>(config: &'a Config, watch: &Watch) -> (&'a str, &'a str, &'a str) {
    (
        &config.rules[watch.rule.index()].id,
        &config.station_of(watch.series).id,
        &config.quantity_of(watch.series).id,
    )
}

/// Bounds of watches whose rule is in both; those of a rule that came or went are told with it.
fn compare_bounds(old: &Config, new: &Config, found: &mut Difference) {
    let before: BTreeMap<_, &Watch> = old
        .watches
        .iter()
        .map(|w| (watch_name(old, w), w))
        .collect();
    let after: BTreeMap<_, &Watch> = new
        .watches
        .iter()
        .map(|w| (watch_name(new, w), w))
        .collect();
    let both: BTreeSet<&str> = {
        let new_ids: BTreeSet<&str> = new.rules.iter().map(|r| r.id.as_str()).collect();
        let ids = old.rules.iter().map(|r| r.id.as_str());
        ids.filter(|id| new_ids.contains(id)).collect()
    };
    for (name, watch) in after.iter().filter(|((rule, ..), _)| both.contains(rule)) {
        let (rule, station, quantity) = name;
        let subject = format!("{rule} at {station} {quantity}");
        let is = levels_of(new, &new.rules[watch.rule.index()], watch);
        let Some(other) = before.get(name) else {
            found.tell(
                "bounds",
                &subject,
                format!("now watched: {is}"),
                Some(Clocks::StartAnew),
            );
            continue;
        };
        let was = levels_of(old, &old.rules[other.rule.index()], other);
        let decimals = |config: &Config, series: SeriesSlot| config.quantity_of(series).decimals;
        let same_scale = decimals(old, other.series) == decimals(new, watch.series);
        if !same_scale {
            let what = "its values are written with other decimals";
            found.tell("bounds", &subject, what, Some(Clocks::Restart));
        } else if was != is {
            let what = format!("{was} → {is}");
            found.tell("bounds", &subject, what, Some(Clocks::Restart));
        }
    }
    for (rule, station, quantity) in before.keys() {
        if both.contains(rule) && !after.contains_key(&(*rule, *station, *quantity)) {
            let subject = format!("{rule} at {station} {quantity}");
            found.tell("bounds", &subject, "no longer watched", Some(Clocks::End));
        }
    }
}

fn compare_inhibitions(old: &Config, new: &Config, found: &mut Difference) {
    let names = |config: &Config| -> BTreeSet<String> {
        let name = |slot: model::RuleSlot| config.rules[slot.index()].id.clone();
        let all = config.inhibitions.iter();
        all.map(|i| {
            let (source, target) = (name(i.source), name(i.target));
            format!("{source} over {target} in the same {}", word_of(i.equal))
        })
        .collect()
    };
    let (before, after) = (names(old), names(new));
    for one in after.difference(&before) {
        found.push("inhibition", one, "added");
    }
    for one in before.difference(&after) {
        found.push("inhibition", one, "removed");
    }
}

fn compare_stations(old: &Config, new: &Config, found: &mut Difference) {
    let lines = |config: &Config, place: usize| {
        let station = &config.stations[place];
        let upstream = station.upstream.iter().map(|u| {
            format!(
                "{} after {} ms",
                config.stations[u.station.index()].id,
                u.travel_ms
            )
        });
        let upstream: Vec<String> = upstream.collect();
        format!(
            "{}, {}, at {:?}, {:?}, {:?}, zones {:?}, tags {:?}, upstream {upstream:?}",
            station.name.zh,
            station.kind,
            station.position_e6,
            station.township,
            station.catchment,
            station.zones,
            station.tags,
        )
    };
    let named = |config: &Config| -> Vec<(String, String)> {
        let all = 0..config.stations.len();
        all.map(|n| (config.stations[n].id.clone(), lines(config, n)))
            .collect()
    };
    let (before, after) = (named(old), named(new));
    found.compare(
        "station",
        [&before, &after],
        |s| s.0.clone(),
        |s| s.1.clone(),
    );
    let series = |config: &Config| -> Vec<(String, String)> {
        let all = (0..config.series.len()).map(|n| {
            let slot = SeriesSlot(n as u32);
            let one = &config.series[n];
            let (station, quantity) = (&config.station_of(slot).id, &config.quantity_of(slot).id);
            let checks = one
                .checks
                .iter()
                .map(|c| config.checks[usize::from(*c)].id.as_str());
            let checks: Vec<&str> = checks.collect();
            let interval = one
                .interval_ms
                .map_or_else(|| "learned".to_owned(), crate::amount::show_duration);
            (
                format!("{station} {quantity}"),
                format!(
                    "interval {interval}, silence normal {}, checks {checks:?}",
                    one.silence_normal
                ),
            )
        });
        all.collect()
    };
    let (before, after) = (series(old), series(new));
    found.compare(
        "series",
        [&before, &after],
        |s| s.0.clone(),
        |s| s.1.clone(),
    );
}

/// People by id alone: names and telephones are not in a config.
fn compare_people(old: &Config, new: &Config, found: &mut Difference) {
    found.compare(
        "person",
        [&old.people, &new.people],
        |p| p.id.0.clone(),
        |p| {
            format!(
                "{:?}, {:?}, substitute {:?}, contacts {:?}",
                p.role, p.township, p.substitute, p.contacts
            )
        },
    );
    found.compare(
        "group",
        [&old.groups, &new.groups],
        |g| g.id.0.clone(),
        |g| {
            let members: Vec<&str> = g.members.iter().map(|m| m.as_str()).collect();
            let posts: Vec<String> = g.posts.iter().map(|p| format!("post:{p}")).collect();
            let posts = posts.iter().map(String::as_str);
            members
                .into_iter()
                .chain(posts)
                .collect::<Vec<_>>()
                .join(" ")
        },
    );
    let (was, is) = (&old.organisation, &new.organisation);
    found.compare(
        "unit",
        [&was.units, &is.units],
        |u| u.id.clone(),
        |u| format!("{:?}, {:?}, {}", u.parent, u.township, u.title.zh),
    );
    found.compare(
        "post",
        [&was.posts, &is.posts],
        |p| p.id.0.clone(),
        |p| {
            let at = (&p.unit, &p.township);
            format!("{}, {at:?}, {:?}, {:?}", p.kind, p.people, p.roster)
        },
    );
    // A run goes by the policy it began with.
    found.compare(
        "escalation",
        [&was.escalations, &is.escalations],
        |e| e.id.clone(),
        |e| {
            format!(
                "{:?} {:?} {:?} {} {} {} {:?}",
                e.occasion,
                e.levels,
                e.hazards,
                e.confirm_all,
                e.loops,
                e.loop_after_ms,
                (&e.steps, &e.exhausted)
            )
        },
    );
    // A test that is on its way goes on.
    found.compare(
        "test",
        [&was.plans, &is.plans],
        |p| p.id.clone(),
        plans::plan_line,
    );
    found.compare(
        "collapse",
        [
            std::slice::from_ref(&was.collapse),
            std::slice::from_ref(&is.collapse),
        ],
        |_| "channels".to_owned(),
        plans::collapse_line,
    );
    found.compare(
        "template",
        [&old.templates, &new.templates],
        |t| t.id.clone(),
        |t| format!("{t:?}"),
    );
}
