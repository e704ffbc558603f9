//! Counts: raises by rule and level, against events, and forecasts against what came.

use std::collections::{BTreeSet, HashMap};

use model::config::{Config, Watch};
use model::{Level, RuleSlot, StationSlot, Time};

use crate::Asked;
use crate::against::{Ground, Only, middle};
use crate::load::worst_hour;
use crate::record::Record;
use crate::replay::{Change, replay};
use crate::ruleset::RuleSet;
use model::backtest::{Followed, LevelTally, Outcome, Raise, RuleOutcome};

/// A forecast that is not followed by its crossing within this is false.
pub const FORECAST_WINDOW_MS: i64 = 2 * 3_600_000;

/// What one rule set does with a record; nothing when it was stopped.
pub(crate) fn outcome(
    record: &Record,
    set: &RuleSet,
    asked: &Asked,
    stopped: &dyn Fn() -> bool,
) -> Option<Outcome> {
    let replayed = replay(record, set, asked.to, stopped)?;
    let mut raises = raises(set, &replayed.changes);
    follow(&mut raises);
    raises.retain(|raise| raise.begin >= asked.from);
    raises.sort_by(|a, b| (a.begin, &a.station, a.level).cmp(&(b.begin, &b.station, b.level)));
    let ground = Ground::of(record, set, asked);
    ground.confirm(&mut raises);
    let events = ground.outcomes(&raises);
    let load = asked
        .load
        .then(|| worst_hour(set, &replayed, asked.from))
        .flatten();
    Some(Outcome {
        name: set.name.clone(),
        notes: set.notes.clone(),
        ignored: replayed.ignored,
        refused: replayed.refused,
        levels: tallies(&raises, &ground, &Only::default()),
        rules: rules(set, &raises, &ground),
        raises,
        events,
        load,
    })
}

/// The spans in which a rule stood at each level or above; levels that its subject has no bound for
/// are passed over.
fn raises(set: &RuleSet, changes: &[Change]) -> Vec<Raise> {
    let mut all = Vec::new();
    let mut open: HashMap<(usize, RuleSlot, StationSlot), [Option<usize>; 4]> = HashMap::new();
    let watched: Vec<_> = set.configs.iter().map(watched).collect();
    for change in changes {
        let transition = change.transition;
        let open = open.entry((change.engine, transition.rule, transition.subject));
        let open = open.or_default();
        let Some(subject) = watched[change.engine].get(&(transition.rule, transition.subject))
        else {
            continue;
        };
        for level in Level::ALL {
            let (place, digit) = (&mut open[level.index()], level.digit());
            let rises = transition.prev < digit && digit <= transition.level;
            let falls = transition.level < digit && digit <= transition.prev;
            if rises && subject.levels[level.index()] {
                *place = Some(all.len());
                all.push(begun(&set.configs[change.engine], subject, change, digit));
            } else if falls && let Some(begun) = place.take() {
                let raise: &mut Raise = &mut all[begun];
                raise.end = Some(transition.time);
            }
        }
    }
    all
}

fn begun(config: &Config, subject: &Subject, change: &Change, level: u8) -> Raise {
    let rule = &config.rules[change.transition.rule.index()];
    let station = &config.stations[change.transition.subject.index()];
    Raise {
        rule: rule.id.clone(),
        station: station.id.clone(),
        station_name: station.name.clone(),
        quantity: subject.quantity.clone(),
        level,
        forecast: rule.forecast,
        begin: change.transition.time,
        end: None,
        event: None,
        judged: false,
        confirmed: false,
        lead_ms: None,
    }
}

/// What a rule looks at on one station.
struct Subject {
    quantity: String,
    levels: [bool; 4],
}

/// What each rule looks at on each station. A watch without any bound, as of a rule that speaks of
/// other rules, may come to every level.
fn watched(config: &Config) -> HashMap<(RuleSlot, StationSlot), Subject> {
    let watches = config.watches.iter().map(|watch| {
        let station = config.series[watch.series.index()].station;
        let levels = levels_of(watch);
        let subject = Subject {
            quantity: config.quantity_of(watch.series).id.clone(),
            levels: if levels == [false; 4] {
                [true; 4]
            } else {
                levels
            },
        };
        ((watch.rule, station), subject)
    });
    watches.collect()
}

/// Levels that a watch has a bound for, now or in another season.
fn levels_of(watch: &Watch) -> [bool; 4] {
    let versions = watch.versions.iter().map(|v| &v.bounds);
    let mut levels = [false; 4];
    for bounds in std::iter::once(&watch.bounds).chain(versions) {
        for (has, bound) in levels.iter_mut().zip(bounds) {
            *has |= bound.is_some();
        }
    }
    levels
}

/// Beginning and end.
type Span = (Time, Time);

/// Judges forecasts by what other rules on the same series came to.
fn follow(raises: &mut [Raise]) {
    let mut seen: HashMap<(&str, &str, u8), Vec<Span>> = HashMap::new();
    let last = Time::from_ms(i64::MAX);
    for raise in raises.iter().filter(|r| !r.forecast) {
        let spans = seen
            .entry((&raise.station, &raise.quantity, raise.level))
            .or_default();
        spans.push((raise.begin, raise.end.unwrap_or(last)));
    }
    let verdicts: Vec<Option<Time>> = raises
        .iter()
        .map(|raise| {
            let spans = seen.get(&(&*raise.station, &*raise.quantity, raise.level))?;
            let until = raise.begin.plus_ms(FORECAST_WINDOW_MS);
            let came = spans
                .iter()
                .filter(|(b, e)| *b <= until && *e > raise.begin);
            came.map(|(begin, _)| *begin).min()
        })
        .collect();
    for (raise, came) in raises.iter_mut().zip(verdicts).filter(|(r, _)| r.forecast) {
        raise.judged = true;
        raise.confirmed = came.is_some();
        raise.lead_ms = came.map(|came| came.since_ms(raise.begin));
    }
}

fn rules(set: &RuleSet, raises: &[Raise], ground: &Ground<'_>) -> Vec<RuleOutcome> {
    let mut all = Vec::new();
    let mut named: BTreeSet<&str> = BTreeSet::new();
    for config in &set.configs {
        for (slot, rule) in config.rules.iter().enumerate() {
            let watches = config.watches.iter().filter(|w| w.rule.index() == slot);
            let watches: Vec<&Watch> = watches.collect();
            if watches.is_empty() || !named.insert(&rule.id) {
                continue;
            }
            let stations = watches.iter().map(|w| &*config.station_of(w.series).id);
            let only = Only {
                rule: Some(&rule.id),
                forecast: rule.forecast,
                stations: Some(stations.collect()),
            };
            let mut levels = tallies(raises, ground, &only);
            let bounded = |level: &LevelTally| {
                let place = usize::from(level.level) - 1;
                watches.iter().any(|w| levels_of(w)[place]) || level.raises > 0
            };
            levels.retain(bounded);
            all.push(RuleOutcome {
                rule: rule.id.clone(),
                title: rule.title.clone(),
                hazard: rule.hazard.clone(),
                forecast: rule.forecast,
                levels,
            });
        }
    }
    all
}

/// Counts the raises that `only` chooses, level by level.
fn tallies(raises: &[Raise], ground: &Ground<'_>, only: &Only<'_>) -> Vec<LevelTally> {
    let level = |level: u8| {
        let mine = raises.iter().filter(|r| r.level == level && only.takes(r));
        let mine: Vec<&Raise> = mine.collect();
        let stations: BTreeSet<&str> = mine.iter().map(|r| &*r.station).collect();
        let forecast = only.forecast;
        let judged = ground.has_events() && !forecast;
        LevelTally {
            level,
            raises: mine.len() as u64,
            falls: mine.iter().filter(|r| r.end.is_some()).count() as u64,
            stations: stations.len() as u64,
            first: mine.first().map(|r| r.begin),
            first_station: mine.first().map(|r| r.station.clone()),
            events: judged.then(|| ground.count(level, raises, only)),
            followed: forecast.then(|| followed(&mine)),
        }
    };
    (1..=4).map(level).collect()
}

fn followed(mine: &[&Raise]) -> Followed {
    let leads: Vec<i64> = mine.iter().filter_map(|r| r.lead_ms).collect();
    let followed = mine.iter().filter(|r| r.confirmed).count() as u64;
    Followed {
        followed,
        not_followed: mine.len() as u64 - followed,
        median_lead_ms: middle(leads),
    }
}
