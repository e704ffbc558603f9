//! Raises against dated events; the rule is in the crate's own page.

use std::collections::BTreeSet;

use model::Time;

use crate::Asked;
use crate::events::Event;
use crate::record::Record;
use crate::ruleset::RuleSet;
use model::backtest::{Counted, EventOutcome, Raise};

/// The events of a record, and which of a rule set's stations each concerns.
pub(crate) struct Ground<'a> {
    events: &'a [Event],
    asked: &'a Asked,
    /// Per event.
    stations: Vec<BTreeSet<String>>,
    /// Stations that any event concerns.
    any: BTreeSet<String>,
}

/// Which raises are looked at: those of one rule, else of every rule but forecasts.
#[derive(Debug, Default)]
pub(crate) struct Only<'a> {
    pub(crate) rule: Option<&'a str>,
    /// That rule says what will be.
    pub(crate) forecast: bool,
    /// Stations the rule watches; events that concern none of them are not its business.
    pub(crate) stations: Option<BTreeSet<&'a str>>,
}

impl Only<'_> {
    pub(crate) fn takes(&self, raise: &Raise) -> bool {
        self.rule.map_or(!raise.forecast, |rule| raise.rule == rule)
    }

    fn concerns(&self, stations: &BTreeSet<String>) -> bool {
        let watched = |id: &String| self.stations.as_ref().is_none_or(|s| s.contains(&**id));
        stations.iter().any(watched)
    }
}

impl<'a> Ground<'a> {
    pub(crate) fn of(record: &'a Record, set: &RuleSet, asked: &'a Asked) -> Ground<'a> {
        let watched = set.configs.iter().flat_map(|config| {
            let watches = config.watches.iter();
            watches.map(|w| &config.station_of(w.series).id)
        });
        let watched: BTreeSet<&String> = watched.collect();
        let concerned = |event: &Event| {
            let stations = watched.iter();
            let mine = stations.filter(|id| event.concerns(id, record.places.get(id.as_str())));
            mine.map(|id| (*id).clone()).collect()
        };
        let stations: Vec<BTreeSet<String>> = record.events.iter().map(concerned).collect();
        let any = stations.iter().flatten().cloned().collect();
        Ground {
            events: &record.events,
            asked,
            stations,
            any,
        }
    }

    pub(crate) fn has_events(&self) -> bool {
        !self.events.is_empty()
    }

    /// Notes at each observed raise the nearest event that confirms it.
    pub(crate) fn confirm(&self, raises: &mut [Raise]) {
        for raise in raises.iter_mut().filter(|r| !r.forecast) {
            raise.judged = self.any.contains(&raise.station);
            let events = self.events.iter().zip(&self.stations);
            let near = events.filter(|(event, stations)| {
                is_of(event, raise.level) && self.meet(raise, event, stations)
            });
            let nearest = near.min_by_key(|(event, _)| event.time.since_ms(raise.begin).abs());
            let Some((event, _)) = nearest else { continue };
            raise.confirmed = true;
            raise.event = Some(event.id.clone());
            raise.lead_ms = Some(event.time.since_ms(raise.begin));
        }
    }

    /// What the observed raises made of each event of the time that was asked for.
    pub(crate) fn outcomes(&self, raises: &[Raise]) -> Vec<EventOutcome> {
        let outcome = |(event, stations): (&Event, &BTreeSet<String>)| {
            let level = event.rank.unwrap_or(1);
            let raise = self.caught(event, stations, level, raises, &Only::default());
            EventOutcome {
                id: event.id.clone(),
                time: event.time,
                rank: event.rank,
                area: event.area.clone(),
                text: event.text.clone(),
                stations: stations.len() as u64,
                raise: raise.map(|(place, _)| place as u64),
                lead_ms: raise.map(|(_, raise)| event.time.since_ms(raise.begin)),
            }
        };
        self.asked_for().map(outcome).collect()
    }

    /// Counts the raises of a level that `only` chooses against the events of it.
    pub(crate) fn count(&self, level: u8, raises: &[Raise], only: &Only<'_>) -> Counted {
        let mine = |r: &&Raise| r.judged && r.level == level && only.takes(r);
        let judged = raises.iter().filter(mine);
        let confirmed = judged.clone().filter(|r| r.confirmed).count() as u64;
        let mut counted = Counted {
            confirmed,
            false_alarms: judged.count() as u64 - confirmed,
            ..Counted::default()
        };
        let mut leads = Vec::new();
        for (event, stations) in self.asked_for() {
            if !is_of(event, level) || !only.concerns(stations) {
                continue;
            }
            match self.caught(event, stations, level, raises, only) {
                Some((_, raise)) => leads.push(event.time.since_ms(raise.begin)),
                None => counted.missed += 1,
            }
        }
        counted.caught = leads.len() as u64;
        counted.median_lead_ms = middle(leads);
        counted
    }

    fn asked_for(&self) -> impl Iterator<Item = (&Event, &BTreeSet<String>)> {
        let events = self.events.iter().zip(&self.stations);
        events.filter(|(event, _)| event.time >= self.asked.from && event.time <= self.asked.to)
    }

    /// The earliest raise of a level or above that an event confirms; raises are sorted by their
    /// beginning.
    fn caught<'r>(
        &self,
        event: &Event,
        stations: &BTreeSet<String>,
        level: u8,
        raises: &'r [Raise],
        only: &Only<'_>,
    ) -> Option<(usize, &'r Raise)> {
        let mut all = raises.iter().enumerate();
        all.find(|(_, raise)| {
            raise.level >= level && only.takes(raise) && self.meet(raise, event, stations)
        })
    }

    fn meet(&self, raise: &Raise, event: &Event, stations: &BTreeSet<String>) -> bool {
        let window_ms = self.asked.window_ms;
        let stands_until = raise.end.unwrap_or(Time::from_ms(i64::MAX));
        raise.begin <= event.end.plus_ms(window_ms)
            && stands_until >= event.time.plus_ms(-window_ms)
            && stations.contains(&raise.station)
    }
}

/// Whether an event is of a level's rank or above, or of none.
fn is_of(event: &Event, level: u8) -> bool {
    event.rank.is_none_or(|rank| rank >= level)
}

/// The middle one, the lower of two.
pub(crate) fn middle(mut all: Vec<i64>) -> Option<i64> {
    all.sort_unstable();
    all.get(all.len().saturating_sub(1) / 2).copied()
}
