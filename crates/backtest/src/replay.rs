//! The record through the engine of one rule set.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use engine::{Admission, Candidate, Engine};
use model::{Effect, Effects, Fixed, Input, SeriesSlot, SituationId, Time, Transition};

use crate::record::{Reading, Record};
use crate::ruleset::RuleSet;

/// What the engines decided, in order.
#[derive(Debug, Default)]
pub(crate) struct Replayed {
    pub(crate) changes: Vec<Change>,
    /// Changes of situations.
    pub(crate) moved: Vec<Told>,
    /// Times people were told.
    pub(crate) told: Vec<Told>,
    pub(crate) ignored: u64,
    pub(crate) refused: u64,
}

/// A change of level.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Change {
    /// Index of the engine: a jurisdiction of the rule set.
    pub(crate) engine: usize,
    pub(crate) transition: Transition,
    /// When it was decided, by the record's clock.
    pub(crate) at: Time,
}

/// A situation that changed or was told.
#[derive(Clone, Debug)]
pub(crate) struct Told {
    pub(crate) at: Time,
    pub(crate) situation: (usize, SituationId),
    /// Code of its area.
    pub(crate) area: String,
}

/// Where a series of the record goes.
#[derive(Clone, Copy)]
struct Target {
    engine: usize,
    series: SeriesSlot,
}

struct Stage {
    engines: Vec<Engine>,
    /// Areas of the situations met so far.
    areas: BTreeMap<(usize, SituationId), String>,
    out: Effects,
    found: Replayed,
}

/// After how many readings it is asked whether anybody still waits.
const BREATH: usize = 512;

/// Replays the readings that arrived by `to`, unless `stopped`. The clock is the arrival of the newest
/// of them.
pub(crate) fn replay(
    record: &Record,
    set: &RuleSet,
    to: Time,
    stopped: &dyn Fn() -> bool,
) -> Option<Replayed> {
    let targets = targets(record, set);
    let engines = set.configs.iter().cloned().map(Arc::new);
    let mut stage = Stage {
        engines: engines.map(Engine::new).collect(),
        areas: BTreeMap::new(),
        out: Effects::default(),
        found: Replayed::default(),
    };
    let mut now = Time::MIN;
    for (n, reading) in record.until(to).iter().enumerate() {
        if n % BREATH == 0 && stopped() {
            return None;
        }
        now = now.max(reading.at);
        let target = targets[reading.series as usize];
        let Some((target, value)) = target.and_then(|t| {
            let config = stage.engines[t.engine].config();
            let decimals = config.quantity_of(t.series).decimals;
            let text = record.value(reading);
            let value = if text.is_empty() {
                Ok(0)
            } else {
                decimals.parse(text)
            };
            Some((t, value.ok()?))
        }) else {
            stage.found.ignored += 1;
            continue;
        };
        stage.take(target, reading, value, now);
    }
    for engine in 0..stage.engines.len() {
        stage.apply(engine, now, &Input::Ticked);
    }
    Some(stage.found)
}

impl Stage {
    fn take(&mut self, target: Target, reading: &Reading, value: Fixed, now: Time) {
        let candidate = Candidate {
            interface: 0,
            series: target.series,
            observed: reading.observed,
            received: reading.received,
            value,
            revision: reading.revision,
            quality: reading.quality,
        };
        match self.engines[target.engine].admit(&candidate, now) {
            Admission::Accept(observed) => {
                self.apply(target.engine, now, &Input::Observed(observed));
            }
            Admission::Duplicate | Admission::Conflict | Admission::Future => {
                self.found.refused += 1;
            }
        }
    }

    fn apply(&mut self, engine: usize, at: Time, input: &Input) {
        let place = &mut self.engines[engine];
        place.apply(at, input, &mut self.out);
        for effect in self.out.drain() {
            if let Effect::Transition(transition) = effect {
                self.found.changes.push(Change {
                    engine,
                    transition,
                    at,
                });
                continue;
            }
            let (situation, told) = match &effect {
                Effect::Situation(id) => (*id, None),
                Effect::Annunciate { situation, at, .. } => (*situation, Some(*at)),
                Effect::Transition(_)
                | Effect::Series(_)
                | Effect::Alarm(_)
                | Effect::Suppression(_)
                | Effect::LateEvidence(_)
                | Effect::Weather(_)
                | Effect::Event(_)
                | Effect::Page(_)
                | Effect::Run { .. }
                | Effect::PageKnown(_)
                | Effect::Duty(_)
                | Effect::Task { .. }
                | Effect::Command { .. }
                | Effect::Incident(_)
                | Effect::Deliver { .. }
                | Effect::System { .. }
                | Effect::Answer(_) => continue,
            };
            let key = (engine, situation);
            let area = self.areas.entry(key).or_insert_with(|| {
                let view = place.situation_view(situation);
                view.map(|view| view.area.code).unwrap_or_default()
            });
            let list = match told {
                Some(_) => &mut self.found.told,
                None => &mut self.found.moved,
            };
            list.push(Told {
                at: told.unwrap_or(at),
                situation: key,
                area: area.clone(),
            });
        }
    }
}

/// For each series of the record the first jurisdiction that has it.
fn targets(record: &Record, set: &RuleSet) -> Vec<Option<Target>> {
    let mut known: HashMap<(&str, &str), Target> = HashMap::new();
    for (engine, config) in set.configs.iter().enumerate() {
        for slot in (0..config.series.len() as u32).map(SeriesSlot) {
            let key = (&*config.station_of(slot).id, &*config.quantity_of(slot).id);
            known.entry(key).or_insert(Target {
                engine,
                series: slot,
            });
        }
    }
    let series = record.series.iter();
    series
        .map(|(station, quantity)| known.get(&(&**station, &**quantity)).copied())
        .collect()
}
