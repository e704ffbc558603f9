//! Which series tell most of what happened, those first: levels of water and what else is read as a state,
//! whose alarms stood highest and earliest; their neighbours up- and downstream; then rain.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use model::Config;

use crate::facts::AlarmRow;

/// Curves that a report shows.
pub const MOST_CURVES: usize = 12;

/// Of these at first the ones with an alarm on a level, …
const LEVELS: usize = 6;

/// … and neighbours of these; rain has the rest, and what it leaves goes to more levels.
const NEIGHBOURS: usize = 3;

/// Station and quantity.
pub(crate) type Name = (String, String);

/// An amount a reading, as rain is, and not a state that stands between readings.
pub(crate) fn is_amount(quantity: &str) -> bool {
    quantity.starts_with("rain")
}

/// Series with an alarm and the neighbours of some, at most `most`; the first [`MOST_CURVES`] are drawn.
pub(crate) fn telling(rows: &[AlarmRow], config: &Config, most: usize) -> Vec<Name> {
    let (levels, rains): (Vec<Name>, Vec<Name>) = ranked(rows)
        .into_iter()
        .partition(|(_, quantity)| !is_amount(quantity));
    let mut chosen: Vec<Name> = levels.iter().take(LEVELS).cloned().collect();
    let beside = neighbours(&chosen, config);
    chosen.extend(beside);
    let room = MOST_CURVES - chosen.len();
    let drawn = rains.len().min(room);
    chosen.extend(rains.iter().take(drawn).cloned());
    for name in levels.into_iter().chain(rains) {
        if !chosen.contains(&name) {
            chosen.push(name);
        }
    }
    chosen.truncate(most);
    chosen
}

/// Series with an alarm, the worst first; of the same level those first that reached it as measured, not only
/// as forecast, and the earlier ones.
fn ranked(rows: &[AlarmRow]) -> Vec<Name> {
    let mut best = BTreeMap::new();
    for row in rows.iter().filter(|row| !row.quantity.is_empty()) {
        let name = (row.station.clone(), row.quantity.clone());
        let measured = if row.forecast { 0 } else { row.worst };
        let (raised, entry) = (row.raised.at, row.raised.entry);
        let rank = best
            .entry(name)
            .or_insert((row.worst, measured, raised, entry));
        rank.0 = rank.0.max(row.worst);
        rank.1 = rank.1.max(measured);
        (rank.2, rank.3) = (rank.2, rank.3).min((raised, entry));
    }
    let mut names: Vec<_> = best.into_iter().collect();
    names.sort_by_key(|(_, (worst, measured, at, entry))| {
        (Reverse(*worst), Reverse(*measured), *at, *entry)
    });
    names.into_iter().map(|(name, _)| name).collect()
}

/// Levels next above and next below the chosen ones, in their order, without those.
fn neighbours(chosen: &[Name], config: &Config) -> Vec<Name> {
    let mut found: Vec<Name> = Vec::new();
    for (station, quantity) in chosen {
        let Some(place) = config.stations.iter().position(|s| s.id == *station) else {
            continue;
        };
        let above = config.stations[place].upstream.iter();
        let above = above.map(|upstream| upstream.station.index());
        let below = config.stations.iter().enumerate().filter(|(_, one)| {
            let mut upstream = one.upstream.iter();
            upstream.any(|upstream| upstream.station.index() == place)
        });
        for near in above.chain(below.map(|(place, _)| place)) {
            if found.len() == NEIGHBOURS {
                return found;
            }
            let name = level_of(near, quantity, config);
            found.extend(name.filter(|name| !chosen.contains(name) && !found.contains(name)));
        }
    }
    found
}

/// The level of a station: of this quantity where it has one, else the first.
fn level_of(place: usize, quantity: &str, config: &Config) -> Option<Name> {
    let station = config.stations.get(place)?;
    let series = config.series.iter();
    let own = series.filter(|series| series.station.index() == place);
    let mut quantities: Vec<&str> = own
        .filter_map(|series| config.quantities.get(usize::from(series.quantity)))
        .map(|quantity| quantity.id.as_str())
        .filter(|id| !is_amount(id))
        .collect();
    quantities.sort_by_key(|id| *id != quantity);
    let first = quantities.first()?;
    Some((station.id.clone(), (*first).to_owned()))
}

#[cfg(test)]
mod tests {
    use model::config::{Quantity, Series, Station, Text, Upstream};
    use model::{AlarmKey, StationSlot, Time};

    use super::*;
    use crate::facts::Moment;

    fn alarm(station: &str, quantity: &str, worst: u8, minute: i64) -> AlarmRow {
        let at = Time::from_ms(1_787_300_000_000).plus_ms(minute * 60_000);
        let raised = Moment::before(at);
        AlarmRow {
            key: AlarmKey::of("330624", quantity, station, "flood"),
            rule: quantity.to_owned(),
            title: Text::default(),
            hazard: "flood".to_owned(),
            station: station.to_owned(),
            name: Text::default(),
            quantity: quantity.to_owned(),
            unit: "m".to_owned(),
            forecast: false,
            situation: None,
            signal: None,
            raised,
            observed: at,
            first_level: worst,
            worst,
            worst_at: raised,
            peak: None,
            acked: None,
            returned: None,
            changes: Vec::new(),
            truth: Default::default(),
            sight_lost: false,
        }
    }

    /// A river of so many gauges, `g0` the highest, each with a rain gauge's series too.
    fn river(gauges: u32) -> Config {
        let station = |n: u32| Station {
            id: format!("g{n}"),
            upstream: n
                .checked_sub(1)
                .map(|above| Upstream {
                    station: StationSlot(above),
                    travel_ms: 0,
                })
                .into_iter()
                .collect(),
            ..Station::default()
        };
        let quantity = |id: &str| Quantity {
            id: id.to_owned(),
            title: Text::same(id),
            unit: String::new(),
            decimals: model::Decimals(2),
            range: None,
        };
        let series = (0..gauges).flat_map(|n| {
            [0, 1].map(|quantity| Series {
                station: StationSlot(n),
                quantity,
                ..Series::default()
            })
        });
        Config {
            stations: (0..gauges).map(station).collect(),
            quantities: vec![quantity("rain"), quantity("water_level")],
            series: series.collect(),
            ..Config::default()
        }
    }

    fn names(chosen: &[Name]) -> Vec<String> {
        let names = chosen.iter();
        names
            .map(|(station, quantity)| format!("{station}/{quantity}"))
            .collect()
    }

    #[test]
    fn on_a_night_of_rain_the_river_is_drawn_first_then_what_lies_above_and_below() {
        let mut rows: Vec<AlarmRow> = (0..40)
            .map(|n| alarm(&format!("r{n}"), "rain", 4, n))
            .collect();
        rows.push(alarm("g3", "water_level", 2, 90));
        rows.push(alarm("g7", "water_level", 3, 95));
        let told = names(&telling(&rows, &river(10), 400));
        let first = [
            "g7/water_level",
            "g3/water_level",
            "g6/water_level",
            "g8/water_level",
            "g2/water_level",
            "r0/rain",
        ];
        assert_eq!(told[..6], first);
        assert_eq!(told.len(), 45, "the others are read for their first signal");
        assert!(told[5..].iter().all(|name| name.ends_with("/rain")));
    }

    #[test]
    fn where_many_levels_stood_rain_still_has_its_place_and_the_bound_holds() {
        let mut rows: Vec<AlarmRow> = (0..20)
            .map(|n| alarm(&format!("g{n}"), "water_level", 4, n.into()))
            .collect();
        rows.extend((0..20).map(|n| alarm(&format!("r{n}"), "rain", 2, n)));
        let told = names(&telling(&rows, &river(20), 400));
        let drawn = &told[..MOST_CURVES];
        let count = |part: &str| drawn.iter().filter(|name| name.ends_with(part)).count();
        assert_eq!((count("/water_level"), count("/rain")), (7, 5), "{drawn:?}");
        assert_eq!(telling(&rows, &river(20), 3).len(), 3);
        assert!(
            told.iter()
                .all(|name| told.iter().filter(|one| *one == name).count() == 1)
        );
    }

    #[test]
    fn of_one_level_what_was_measured_stands_before_what_was_forecast() {
        let forecast = AlarmRow {
            forecast: true,
            ..alarm("g1", "water_level", 4, 5)
        };
        let rows = [forecast, alarm("g5", "water_level", 4, 60)];
        let told = names(&telling(&rows, &Config::default(), 400));
        assert_eq!(told, ["g5/water_level", "g1/water_level"]);
    }
}
